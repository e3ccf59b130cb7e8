"""`nlpzero discover --new`: the table, its order, what is known, and reasons."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

DATA = Path(__file__).parent.parent / "data"
STORIES = DATA / "stories.txt"
COLUMNS = [
    *("word", "count", "probability", "score", "cohesion", "left_entropy", "right_entropy", "parts", "example"),
]


@pytest.fixture
def new() -> Callable[..., Result]:
    """Run `nlpzero discover --new` in this process."""

    def run(*arguments: object, text: bytes | None = None) -> Result:
        return CliRunner().invoke(main, ["discover", "--new", "-j", "1", *map(str, arguments)], input=text)

    return run


def rows(result: Result) -> list[dict[str, str]]:
    """Read a table."""
    assert result.exit_code == 0, result.output
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[0] == COLUMNS
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:]]


def test_the_first_rows_are_names_and_things_of_the_stories(new: Callable[..., Result]) -> None:
    listed = (DATA / "README.md").read_text(encoding="utf-8")
    terms = {line.split("|")[1].strip() for line in listed.splitlines() if line.startswith("| ")}
    first = rows(new("--top", "20", STORIES))
    assert sum(row["word"] in terms for row in first) >= 18
    for row in first:
        assert f"【{row['word']}】" in row["example"]
        assert row["example"].replace("【", "").replace("】", "") in STORIES.read_text(encoding="utf-8")
        assert int(row["count"]) >= 5
        assert 0 < float(row["probability"]) < 1


def test_rows_can_be_sorted_and_chosen(new: Callable[..., Result]) -> None:
    every = rows(new(STORIES))
    for name in ("count", "score", "probability"):
        figures = [float(row[name]) for row in rows(new("--sort", name, STORIES))]
        assert figures == sorted(figures, reverse=True)
        assert len(figures) == len(every)
    likely = [row["word"] for row in every if float(row["probability"]) >= 0.5]
    assert [row["word"] for row in rows(new("--min-probability", "0.5", STORIES))] == likely
    long = [row["word"] for row in every if len(row["word"]) >= 3]
    assert [row["word"] for row in rows(new("--min-length", "3", "--top", "4", STORIES))] == long[:4]
    assert {len(row["word"]) for row in rows(new("--max-length", "2", STORIES))} == {2}


def test_one_table_for_stdin_any_workers_memory_and_hash_seed(new: Callable[..., Result]) -> None:
    expected = new(STORIES).stdout
    assert new(text=STORIES.read_bytes()).stdout == expected
    for seed, options in (("1", ["-j", "2", "--memory", "4M"]), ("2", ["-j", "1"])):
        command = [sys.executable, "-m", "nlpzero", "discover", "--new", *options, str(STORIES)]
        done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
        assert done.stdout.decode("utf-8") == expected


def test_several_files_have_a_column_of_documents(new: Callable[..., Result], tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text("青桅坊的橹簧。\n", encoding="utf-8")  # oar springs of the workshop of blue masts
    lines = new("--top", "40", STORIES, more).stdout.splitlines()
    assert lines[0].split("\t") == [*COLUMNS[:-1], "documents", "example"]
    documents = {row[0]: row[8] for row in (line.split("\t") for line in lines[1:])}
    assert (documents["青桅坊"], documents["测涡仪"]) == ("2", "1")


def test_jsonl_and_user_dictionaries(new: Callable[..., Result]) -> None:
    expected = rows(new("--top", "5", STORIES))
    lines = new("--top", "5", "--format", "jsonl", STORIES).stdout.splitlines()
    assert [json.loads(line)["word"] for line in lines] == [row["word"] for row in expected]
    entries = new("--top", "5", "--format", "userdict", STORIES).stdout
    assert entries == "".join(f"{row['word']} {row['count']}\n" for row in expected)


def test_lists_are_known_besides_or_in_place_of_the_dictionary(new: Callable[..., Result], tmp_path: Path) -> None:
    first = rows(new("--top", "3", STORIES))
    more = tmp_path / "more.txt"
    more.write_text("".join(f"{row['word']}\n" for row in first[:2]), encoding="utf-8")
    left = {row["word"] for row in rows(new("--known", more, STORIES))}
    assert first[0]["word"] not in left
    assert first[2]["word"] in left
    assert "码头" not in left  # pier: in jieba's dictionary
    only = tmp_path / "only.txt"
    only.write_text("的\n了\n在\n是\n他\n她\n一\n我们\n", encoding="utf-8")
    assert "码头" in {row["word"] for row in rows(new("--known-only", only, STORIES))}
    assert new("--known", more, "--known-only", only, STORIES).exit_code == 2


def test_nothing_is_known_without_a_dictionary(new: Callable[..., Result]) -> None:
    found = {row["word"] for row in rows(new("--no-dictionary", STORIES))}
    assert {"码头", "青桅坊"} <= found


def test_counts_made_before_give_the_same_table(new: Callable[..., Result], tmp_path: Path) -> None:
    counts = tmp_path / "stories.runs"
    command = ["count", "--order", "7", "-o", str(counts), str(STORIES)]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert new("--counts", counts, STORIES).stdout == new(STORIES).stdout


def test_reasons_add_up(new: Callable[..., Result]) -> None:
    row = next(row for row in rows(new(STORIES)) if row["word"] == "苇壳灯")  # a lamp of reed husks
    shown = new("--explain", "苇壳灯", STORIES).stdout
    assert re.match(
        rf"苇壳灯: a new word, row \d+ of \d+; probability {row['probability']}, score {row['score']}\n", shown
    )
    assert f"stands {row['count']} times in the text" in shown
    terms = re.findall(r"^ *([+-]\d+\.\d{4})  .*$", shown, re.MULTILINE)
    assert sum(map(float, terms[:-1])) == pytest.approx(float(terms[-1]), abs=0.002)
    assert float(terms[-1]) == pytest.approx(float(row["score"]), abs=1e-4)
    assert "fails" not in shown
    known = new("--explain", "码头", STORIES)
    assert known.exit_code == 0
    assert "码头: no new word" in known.stdout
    assert "fails   not in the dictionary" in known.stdout
    rare = new("--explain", "码", STORIES)
    assert rare.exit_code == 1
    assert "cannot be measured" in rare.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--new", "--segmented", "x.txt"], "--segmented needs a --method that cuts the corpus"),
        (["--sort", "topic"], "--sort topic is for --new without --method"),
        (["--no-dictionary"], "are for --new without --method"),
        (["--new", "--method", "esa", "--min-probability", "0.5"], "are for --new without --method"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["discover", *arguments, str(STORIES)])
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_method_that_is_named_finds_its_own_words() -> None:
    result = CliRunner().invoke(main, ["discover", "--new", "--method", "entropy", "--top", "3", str(STORIES)])
    assert result.stdout.startswith("word\tcount\tscore\tcohesion\t")
