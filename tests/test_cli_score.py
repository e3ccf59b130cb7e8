"""`nlpzero score`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

GOLD = "江 上 有 渔船\n渔船 归 来 。\n"  # There are fishing boats on the river. The fishing boats return.
MADE = "江上 有 渔船\n渔 船 归来 。\n"
HEADER = "file\twords\tpredicted\tcorrect\tprecision\trecall\tf1\toov_rate\toov_recall\tiv_recall\tf1_low\tf1_high\n"


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `nlpzero score` beside the files gold.txt, made.txt and words.txt."""
    for name, text in ("gold.txt", GOLD), ("made.txt", MADE), ("words.txt", "江\n上\n有\n归\n来\n。\n"):
        Path(tmp_path, name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, stdin="": CliRunner().invoke(main, ["score", *arguments], input=stdin)


def test_a_pair_is_one_row(score: Callable[..., Result]) -> None:
    result = score("gold.txt", "made.txt")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == HEADER + "made.txt\t8\t7\t3\t0.4286\t0.3750\t0.4000\t\t\t\t0.2500\t0.5714\n"


def test_training_words_add_the_figures_of_unknown_words(score: Callable[..., Result]) -> None:
    result = score("gold.txt", "made.txt", "--lexicon", "words.txt")
    assert (
        result.stdout == HEADER + "made.txt\t8\t7\t3\t0.4286\t0.3750\t0.4000\t0.2500\t0.5000\t0.3333\t0.2500\t0.5714\n"
    )


def test_several_pairs_have_a_total(score: Callable[..., Result]) -> None:
    result = score("gold.txt", "made.txt", "gold.txt", "gold.txt", "--no-header", "--resamples", "0")
    assert result.stdout.splitlines() == [
        "made.txt\t8\t7\t3\t0.4286\t0.3750\t0.4000\t\t\t\t\t",
        "gold.txt\t8\t8\t8\t1.0000\t1.0000\t1.0000\t\t\t\t\t",
        "total\t16\t15\t11\t0.7333\t0.6875\t0.7097\t\t\t\t\t",
    ]


def test_the_most_frequent_mistakes_are_shown(score: Callable[..., Result], tmp_path: Path) -> None:
    # "he became a boatman / she became / he came"
    Path(tmp_path, "gold.txt").write_text("他 成 为 船工\n她 成 为\n他 来 了\n", "utf-8")
    Path(tmp_path, "made.txt").write_text("他 成为 船工\n她 成为\n他来 了\n", "utf-8")
    done = score("gold.txt", "made.txt", "--mistakes", "5")
    assert done.stdout == "file\tcount\tgold\tpredicted\nmade.txt\t2\t成 为\t成为\nmade.txt\t1\t他 来\t他来\n"
    assert score("gold.txt", "made.txt", "--mistakes", "1", "--no-header").stdout == "made.txt\t2\t成 为\t成为\n"


def test_either_file_may_be_standard_input(score: Callable[..., Result]) -> None:
    assert score("gold.txt", "-", "--no-header", stdin=MADE).stdout.startswith("-\t8\t7\t3\t")
    assert score("-", "made.txt", "--no-header", stdin=GOLD).stdout.startswith("made.txt\t8\t7\t3\t")


def test_the_row_can_be_json_in_a_file(score: Callable[..., Result], tmp_path: Path) -> None:
    assert score("gold.txt", "made.txt", "--format", "jsonl", "-o", "row.jsonl").stdout == ""
    row = json.loads(Path(tmp_path, "row.jsonl").read_text(encoding="utf-8"))
    assert row["file"] == "made.txt"
    assert (row["recall"], row["oov_rate"]) == (3 / 8, None)


def test_other_encodings_are_scored(score: Callable[..., Result], tmp_path: Path) -> None:
    for name, text in ("gold.txt", GOLD), ("made.txt", MADE), ("words.txt", "江\n"):
        Path(tmp_path, name).write_text(text, encoding="gb18030")
    result = score("gold.txt", "made.txt", "--encoding", "gb18030", "--lexicon", "words.txt", "--no-header")
    assert result.stdout.startswith("made.txt\t8\t7\t3\t")


def test_replaced_characters_are_reported(score: Callable[..., Result], tmp_path: Path) -> None:
    for name in "gold.txt", "made.txt":
        Path(tmp_path, name).write_bytes("江 ".encode() + b"\xff\n")
    result = score("gold.txt", "made.txt", "--errors", "replace")
    succeeded(result)
    assert result.stderr == "".join(
        f"nlpzero: bad characters replaced by U+FFFD: 1, the first in {name}.txt:1, column 3\n"
        for name in ("gold", "made")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("江 上 有 渔船\n渔船 归 去 。\n", "gold.txt: line 2, column 6: '来', but other.txt has '去' at column 6; "),
        ("江 上 有 渔船\n", "other.txt: ends after line 1, but gold.txt goes on"),
    ],
)
def test_different_texts_are_an_error(text: str, message: str, score: Callable[..., Result], tmp_path: Path) -> None:
    Path(tmp_path, "other.txt").write_text(text, encoding="utf-8")
    result = score("gold.txt", "other.txt", "-o", "row.tsv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"nlpzero: error: {message}")
    assert result.stderr.count("\n") == 1
    assert not Path(tmp_path, "row.tsv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gold.txt", "missing.txt"], "missing.txt: No such file or directory"),
        (["gold.txt", "made.txt", "--lexicon", "missing.txt"], "missing.txt: No such file or directory"),
        (["gold.txt", "."], ".: is a directory; name its files, such as ./*.txt"),
        (["empty.txt", "empty.txt"], "empty.txt: no words to compare with"),
    ],
)
def test_files_without_a_result_are_an_error(
    arguments: list[str], message: str, score: Callable[..., Result], tmp_path: Path
) -> None:
    Path(tmp_path, "empty.txt").write_text(" \n", encoding="utf-8")
    result = score(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nlpzero: error: {message}\n")


@pytest.mark.parametrize("arguments", [[], ["gold.txt"], ["gold.txt", "made.txt", "gold.txt"], ["-", "-"]])
def test_files_come_in_pairs(arguments: list[str], score: Callable[..., Result]) -> None:
    assert score(*arguments).exit_code == 2
