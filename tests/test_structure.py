"""The structure of the project: who imports whom, what is packaged, what is documented, and how large things are."""

import ast
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from nlpzero_cli.main import main

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "nlpzero").rglob("*.py"))
CLI = sorted((ROOT / "cli").rglob("*.py"))
STEPS = [
    {"text"},
    {"reading"},
    {"core", "lexicon"},
    {"ngrams"},
    {"segment"},
    {"words", "vectors", "syntax", "rules"},
    {"similarity", "corpora", "probe"},
    {"report"},
]
"""The folders in the order of their imports: each imports itself and those of earlier steps."""
HEAVY = {"scipy", "ot", "jieba", "dask", "distributed", "matplotlib", "backports", "safetensors"}
"""Imported only inside the functions that need them."""


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Parse a file, once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    """Show a file by its path in the project."""
    return str(path.relative_to(ROOT))


def imports(path: Path, *, anywhere: bool = True) -> Iterator[str]:
    """Give the full names of the modules that a file imports, `anywhere` or only when it is itself imported."""
    tree = parsed(path)
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree) if anywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from [module] if node.module else [f"{module}.{alias.name}" for alias in node.names]


# Imports


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    own = {found for found in imports(path) if found.split(".")[0] in ("nlpzero", "nlpzero_cli", "cli")}
    if path.parent == ROOT / "nlpzero":
        allowed = {"__main__": {"nlpzero_cli.entry"}, "__init__": own}.get(path.stem, set())
        assert own <= allowed
        assert not {found for found in own if "cli" in found} or path.stem == "__main__"
        return
    folder = path.parent.name
    step = next(number for number, folders in enumerate(STEPS) if folder in folders)
    below = {other for folders in STEPS[:step] for other in folders} | {folder}
    assert {found.split(".")[1] for found in own} - {"errors", "__version__"} <= below


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_library_neither_prints_nor_logs_nor_knows_the_command_line(path: Path) -> None:
    assert not {found.split(".")[0] for found in imports(path)} & {"click", "tqdm", "logging"}
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    assert not {found.split(".")[0] for found in imports(path, anywhere=False)} & HEAVY


def test_only_the_adapter_imports_jieba() -> None:
    users = {name(path) for path in [*MODULES, *CLI] if "jieba" in {found.split(".")[0] for found in imports(path)}}
    assert users == {"nlpzero/segment/jieba_adapter.py"}


@pytest.mark.parametrize("path", CLI, ids=name)
def test_the_command_line_imports_itself_relatively_and_the_library_late(path: Path) -> None:
    assert not {found for found in imports(path) if found.startswith("nlpzero_cli")}
    early = {found for found in imports(path, anywhere=False) if found.startswith("nlpzero")}
    assert early <= {"nlpzero", "nlpzero.errors"}


# Packaging


def test_every_package_folder_is_packaged() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {name(path.parent).replace("/", ".") for path in MODULES}
    assert set(setuptools["packages"]) == folders | {"nlpzero_cli", "nlpzero_cli.glove", "nlpzero_cli.probe"}
    assert {folder for folder in folders if not (ROOT / folder.replace(".", "/") / "__init__.py").exists()} == set()
    assert setuptools["package-dir"] == {"nlpzero_cli": "cli"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_and_everything_public_is_described(path: Path) -> None:
    tree = parsed(path)
    public = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node in tree.body
    ]
    assert ast.get_docstring(tree)
    assert [node.name for node in public if not ast.get_docstring(node)] == []


# Sizes and names

LINES = 500
"""The most lines of a file."""
PARAMETERS = 8
"""The most parameters of a function; more travel together as one typed value."""
PARTICIPLES = re.compile(
    r"_?(?!Seed|Feed|Need)([A-Z][a-z]*ed|Found|Given|Sought|Known|Chosen|Kept|Held|Seen|Drawn|Written)$"
)
"""Class names that are participles: a class is named after a thing."""

LONG_FILES: set[str] = set()
LONG_SIGNATURES: set[str] = set()
SHARED_NAMES: set[str] = set()
PARTICIPLE_NAMES = {"WorkspaceArray"}
SHARED_ALIASES: set[str] = set()
"""What is still to be mended: these lists only ever grow shorter."""


def definitions(kind: type[ast.AST]) -> Iterator[tuple[Path, Any]]:
    """Give the functions or classes of the project, each with its file."""
    for path in [*MODULES, *CLI]:
        for node in ast.walk(parsed(path)):
            if isinstance(node, kind):
                yield path, node


def test_no_file_is_long() -> None:
    long = {name(path) for path in [*MODULES, *CLI] if len(path.read_text(encoding="utf-8").splitlines()) > LINES}
    assert long <= LONG_FILES


def test_no_function_has_many_parameters() -> None:
    many = set()
    for path, node in definitions(ast.FunctionDef):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        if sum(one is not None and one.arg not in ("self", "cls") for one in given) > PARAMETERS:
            many.add(f"{name(path)} {node.name}")
    assert many <= LONG_SIGNATURES


def test_every_class_has_a_name_of_its_own_that_is_a_noun() -> None:
    places = Counter(node.name for _, node in definitions(ast.ClassDef))
    assert {one for one, times in places.items() if times > 1} <= SHARED_NAMES
    assert {one for one in places if PARTICIPLES.fullmatch(one)} <= PARTICIPLE_NAMES


def test_a_type_alias_means_one_thing() -> None:
    meanings: dict[str, set[str]] = {}
    for path in [*MODULES, *CLI]:
        for node in parsed(path).body:
            if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
                if re.fullmatch(r"[A-Z][a-z]\w*", target.id):
                    meanings.setdefault(target.id, set()).add(ast.unparse(node.value))
            elif isinstance(node, ast.ClassDef):
                meanings.setdefault(node.name, set()).add(f"class of {name(path)}")
    assert {alias for alias, values in meanings.items() if len(values) > 1} - SHARED_NAMES <= SHARED_ALIASES


def test_every_command_loads_and_has_a_short_page() -> None:
    def pages(group: click.Group, names: list[str]) -> Iterator[list[str]]:
        for name in group.list_commands(click.Context(group)):
            below = group.get_command(click.Context(group), name)
            yield [*names, name]
            if isinstance(below, click.Group):
                yield from pages(below, [*names, name])

    for names in pages(main, []):
        assert CliRunner().invoke(main, [*names, "-h"]).stdout.startswith("Usage: "), names
