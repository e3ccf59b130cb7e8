"""The rules of the house: who imports whom, what is packaged, what is documented, and that what is shown runs."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from nlpzero_cli.main import COMMANDS, main

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "nlpzero").rglob("*.py"))
CLI = sorted((ROOT / "cli").glob("*.py"))
STEPS = [
    {"text"},
    {"reading"},
    {"core", "lexicon"},
    {"ngrams"},
    {"segment"},
    {"words", "vectors", "syntax", "rules"},
    {"similarity"},
]
"""The folders in the order of their imports: each imports itself and those of earlier steps."""
HEAVY = {"scipy", "ot", "jieba", "dask", "distributed", "matplotlib", "zstandard"}
"""Imported only inside the functions that need them."""


def name(path: Path) -> str:
    """Show a file by its path in the project."""
    return str(path.relative_to(ROOT))


def imports(path: Path, *, anywhere: bool = True) -> Iterator[str]:
    """Give the full names of the modules that a file imports, `anywhere` or only when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
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
        assert own <= {"__main__": {"nlpzero_cli.main"}}.get(path.stem, set())
        return
    folder = path.parent.name
    step = next(number for number, folders in enumerate(STEPS) if folder in folders)
    below = {other for folders in STEPS[:step] for other in folders} | {folder}
    assert {found.split(".")[1] for found in own} - {"errors", "__version__"} <= below


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_library_neither_prints_nor_logs_nor_knows_the_command_line(path: Path) -> None:
    assert not {found.split(".")[0] for found in imports(path)} & {"click", "tqdm", "logging"}
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
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
    assert set(setuptools["packages"]) == folders | {"nlpzero_cli"}
    assert {folder for folder in folders if not (ROOT / folder.replace(".", "/") / "__init__.py").exists()} == set()
    assert setuptools["package-dir"] == {"nlpzero_cli": "cli"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_and_everything_public_is_described(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node in tree.body
    ]
    assert ast.get_docstring(tree)
    assert [node.name for node in public if not ast.get_docstring(node)] == []


# What is shown runs


@pytest.fixture
def shell(tmp_path: Path) -> "Shell":
    """Give a shell in a directory that holds the sample data, where `nlpzero` is this project."""
    return Shell(tmp_path)


class Shell:
    """Runs command lines in a directory of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        shutil.copytree(ROOT / "data", self.folder / "data")
        program = folder / "bin" / "nlpzero"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m nlpzero "$@"\n')
        program.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one command line."""
        return subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )


def pages(command: click.Command) -> Iterator[click.Command]:
    """Give a command and all commands below it: each has a help page."""
    yield command
    if isinstance(command, click.Group):
        for below in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), below)
            assert found is not None
            yield from pages(found)


@pytest.mark.parametrize("page", ["nlpzero", *COMMANDS])
def test_every_help_page_ends_in_examples_that_run(page: str, shell: Shell) -> None:
    command: click.Command = main if page == "nlpzero" else import_module(f"nlpzero_cli.{page}").command
    for shown in [main] if command is main else pages(command):
        head, *examples = (shown.epilog or "").rstrip("\n").split("\n  ")
        assert head == "\b\nExamples:"
        for line in examples:
            done = shell.run(line)
            assert (done.returncode, done.stderr.count("error")) == (0, 0), f"{line}: {done.stderr}"
            assert "nlpzero" in line


README = ROOT / "README.md"
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def transcripts() -> list[str]:
    """Give the ```console blocks of README: lines `$ command`, each before what it writes."""
    return [text for kind, text in FENCED.findall(README.read_text(encoding="utf-8")) if kind == "console"]


def matches(shown: str, written: str) -> bool:
    """Compare what README shows with what was written; a line `...` stands for any lines."""
    lines = [r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()]
    return re.fullmatch("".join(lines), written) is not None


def test_every_command_has_its_section_in_readme() -> None:
    headings = re.findall(r"^#+ .*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    for command in COMMANDS:
        assert any(re.search(rf"nlpzero {command}\b", heading) for heading in headings), command


def test_every_command_is_shown_in_readme_and_only_where_it_is_run() -> None:
    text = README.read_text(encoding="utf-8")
    run = "".join(transcripts())
    for command in COMMANDS:
        assert re.search(rf"^\$ (.*\| )?nlpzero {command}\b", run, re.MULTILINE), command
    rest = FENCED.sub(lambda block: "" if block[1] == "console" else block[0], text)
    assert re.findall(r"^\s*(?:\$ )?nlpzero [a-z].*$", rest, re.MULTILINE) == []


def test_readme_shows_what_its_commands_write(shell: Shell) -> None:
    for transcript in transcripts():
        for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
            line, shown = part.split("\n", 1)
            done = shell.run(line)
            written = done.stdout if done.returncode == 0 else done.stdout + done.stderr
            assert matches(shown, written), f"$ {line}\n{written}{done.stderr}"


def test_the_comparison_with_readme_tells_differences() -> None:
    assert matches("a\n...\nb\n", "a\nx\ny\nb\n")
    assert matches("a\n...\n", "a\n")
    assert matches("", "")
    assert not matches("a\n", "a\nb\n")
    assert not matches("a.c\n", "abc\n")
    assert not matches("", "a\n")
