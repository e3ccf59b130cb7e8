"""Every remedy that an error names exists as an option of the command that raised it, and works on the example."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

ROOT = Path(__file__).parent.parent
ONLY_LIBRARY = {"limit", "jaccard", "columns"}
"""Parameters that the command line spells in another way: `nlpzero_cli.messages.ALIASES`."""


def leaves(command: click.Command, *names: str) -> dict[tuple[str, ...], click.Command]:
    """Give every command that is no group."""
    if not isinstance(command, click.Group):
        return {names: command}
    found: dict[tuple[str, ...], click.Command] = {}
    for name in command.list_commands(click.Context(command)):
        below = command.get_command(click.Context(command), name)
        assert below is not None
        found |= leaves(below, *names, name)
    return found


LEAVES = leaves(main)


def strings(path: Path) -> list[str]:
    """Give the texts of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documents]
    return [node.value for node in found if isinstance(node.value, str)]


def test_parameters_that_the_library_names_are_options() -> None:
    known = {parameter.name for command in LEAVES.values() for parameter in command.params}
    unknown = {
        (name, str(path.relative_to(ROOT)))
        for path in (ROOT / "nlpzero").rglob("*.py")
        for text in strings(path)
        for name in re.findall(r"`([a-z][a-z0-9_]*)`", text)
        if name not in known | ONLY_LIBRARY
    }
    assert unknown == set()


def test_the_library_does_not_speak_of_options() -> None:
    spoken = {
        (option, str(path.relative_to(ROOT)))
        for path in (ROOT / "nlpzero").rglob("*.py")
        if path.parent.name != "report"  # the page of a corpus shows the commands that give its figures
        for text in strings(path)
        if not re.search(r"\bdask |nlpzero [a-z]+ ", text)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)
    }
    assert spoken == set()


def test_options_that_the_command_line_names_exist() -> None:
    known = {name for command in LEAVES.values() for one in command.params for name in (*one.opts, *one.secondary_opts)}
    known |= {"--help", "--version"}
    named = {
        option
        for path in (ROOT / "cli").rglob("*.py")
        for text in strings(path)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text)
    }
    assert named - known == set()


def write_files() -> None:
    """Write what the examples read."""
    Path("one.txt").write_text("雨停了\n", "utf-8")  # the rain has stopped
    Path("text.txt").write_text(
        "老徐在竹桥下摇渡船\n水涨了\n" * 6, "utf-8"
    )  # Lao Xu rows the ferry; the water is rising
    Path("gbk.txt").write_bytes("老徐在竹桥下摇渡船\n".encode("gb18030"))
    Path("utf16.txt").write_bytes("老徐在竹桥下\n".encode("utf-16"))
    Path("twice.vec").write_text("河 1 0\n江 0 1\n河 1 1\n", "utf-8")
    Path("baskets.csv").write_text("茶,酒\n茶,糖\n茶,酒,糖\n", "utf-8")  # tea, wine, sugar
    Path("pairs.tsv").write_text("甲 茶\n乙 酒\n", "utf-8")
    rng = np.random.default_rng(3)
    rows = ["".join(f"x{i} " for i in np.flatnonzero(rng.random(40) < 0.9)) for _ in range(40)]
    Path("dense.txt").write_text("\n".join(rows) + "\n", "utf-8")
    ring = " ".join("山水云雨风花鸟鱼") + "\n"
    Path("ring.txt").write_text(ring * 3, "utf-8")


EXAMPLES = [
    ("discover one.txt", "try --min-count 1 or another --method", "discover --min-count 1 one.txt"),
    (
        "discover gbk.txt",
        "add --encoding gb18030, or --errors replace",
        "discover --encoding gb18030 --min-count 1 gbk.txt",
    ),
    ("segment gbk.txt", "add --encoding gb18030, or --errors replace", "segment --errors replace gbk.txt"),
    (
        "segment --encoding ascii text.txt",
        "add --encoding utf-8, or --errors replace",
        "segment --encoding utf-8 text.txt",
    ),
    (
        "segment --lexicon gbk.txt text.txt",
        "add --encoding gb18030",
        "segment --lexicon gbk.txt --encoding gb18030 gbk.txt",
    ),
    ("glove nearest twice.vec 江", "--errors skip keeps the first", "glove nearest --errors skip twice.vec 江"),
    ("glove count -o c.npz one.txt", "lower --min-count", "glove count --min-count 1 -o c.npz one.txt"),
    (
        "glove count --weighting soft --window 99 -o c.npz text.txt",
        "choose a smaller one, or --weighting linear",
        "glove count --weighting linear --window 99 --min-count 1 -o c.npz text.txt",
    ),
    (
        "glove train --asymmetric --dim 2 -o v.npz text.txt",
        "use --model 1",
        "glove train --asymmetric --dim 2 --model 1 --remove 0 -o v.npz text.txt",
    ),
    (
        "rules --input csv --min-support 3 baskets.csv",
        "lower --min-support or --min-confidence",
        "rules --input csv --min-support 2 baskets.csv",
    ),
    (
        "rules --input single pairs.tsv",
        "check --separator",
        ["rules", "--input", "single", "--separator", " ", "--min-support", "1", "--itemsets", "pairs.tsv"],
    ),
    (
        "rules --itemsets --min-support 1 dense.txt",
        "add --yes to go on",
        "rules --itemsets --min-support 30 --yes --top 3 dense.txt",
    ),
    ("rules --lhs 盐 --input csv baskets.csv", "check --lhs and --rhs", "rules --lhs 茶 --input csv baskets.csv"),
    (
        "templates --method paths --tokenized --min-pmi -5 --window 8 --max-paths 2 ring.txt",
        "try a larger --max-paths",
        "templates --method paths --tokenized --min-pmi -5 --window 8 --max-paths 100000 --trivial ring.txt",
    ),
    (
        "templates --tokenized ring.txt",
        "try a smaller --min-count, --min-proba or --min-pmi",
        "templates --tokenized --min-count 1 --min-pmi -9 ring.txt",
    ),
    ("discover --scheduler tcp://localhost:1 text.txt", "--scheduler needs --tmp-dir", "discover --tmp-dir . text.txt"),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs a command line among the files."""
    monkeypatch.chdir(tmp_path)
    write_files()

    def run(line: str | list[str]) -> Result:
        words = line.split() if isinstance(line, str) else line
        return CliRunner().invoke(main, words, prog_name="nlpzero")

    return run


@pytest.mark.parametrize(("line", "remedy", "better"), EXAMPLES, ids=[line for line, _, _ in EXAMPLES])
def test_a_remedy_works(
    line: str, remedy: str, better: str | list[str], run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlpzero.rules.itemsets.LIMIT", 50_000)  # that of 5 million takes seconds to reach
    failed = run(line)
    assert failed.exit_code in (1, 2)
    assert (failed.stderr.count("\n"), remedy in failed.stderr) == (1, True), failed.stderr
    command = next(found for names, found in LEAVES.items() if tuple(line.split()[: len(names)]) == names)
    options = {name for one in command.params for name in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", failed.stderr.split(": ", 2)[2])) <= options
    mended = run(better)
    assert (mended.exit_code, mended.stderr.count("error")) == (0, 0), mended.stderr
