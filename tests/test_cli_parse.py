"""The command `nlpzero parse`."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.syntax import parser

DATA = Path(__file__).parent.parent / "data"


def run(*arguments: object, text: bytes | str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["parse", *map(str, arguments)], input=text)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Give a table of templates: "can ... ?", "the water has ..."."""
    path = tmp_path / "templates.tsv"
    path.write_text("template\tcount\n可以 [X] 吗\t3\n水 [X] 了\t2\n", "utf-8")
    return path


def test_the_eggs_are_a_tree(table: Path) -> None:
    done = run("--templates", table, text="鸡蛋可以吃吗\n\n水涨了！”你可以来吗？\n")  # "Are eggs good to eat?" ...
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "+---> 鸡蛋(可以吃吗)\n"
        "|     +---> 鸡蛋\n"
        "|     +---> 可以(吃)吗\n"
        "|     |     +---> 可以\n"
        "|     |     +---> 吃\n"
        "|     |     |     +---> 吃\n"
        "|     |     +---> 吗\n"
        "\n"
        "+---> (水涨了)！”\n"
        "|     +---> 水(涨)了\n"
        "|     |     +---> 水\n"
        "|     |     +---> 涨\n"
        "|     |     |     +---> 涨\n"
        "|     |     +---> 了\n"
        "|     +---> ！\n"
        "|     +---> ”\n"
        "\n"
        "+---> 你(可以来吗)？\n"
        "|     +---> 你\n"
        "|     +---> 可以(来)吗\n"
        "|     |     +---> 可以\n"
        "|     |     +---> 来\n"
        "|     |     |     +---> 来\n"
        "|     |     +---> 吗\n"
        "|     +---> ？\n"
    )


def test_brackets_and_json_have_a_line_for_each_sentence(table: Path) -> None:
    text = "鸡蛋可以吃吗\n水涨了！你可以来吗？\n山高\n"
    brackets = run("--templates", table, "--format", "brackets", text=text)
    assert brackets.stdout == "鸡蛋(可以(吃)吗)\n(水(涨)了)！\n你(可以(来)吗)？\n山高\n"
    lines = run("--templates", table, "--format", "json", text=text).stdout.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["鸡蛋可以吃吗", "水涨了！", "你可以来吗？", "山高"]
    assert [json.loads(line)["template"] for line in lines] == [None] * 4
    assert [json.loads(line)["parts"][1]["template"] for line in lines[:3:2]] == ["可以 [X] 吗"] * 2


def test_what_is_parsed_can_be_chosen(table: Path) -> None:
    text = "水涨了，山高！你可以来吗？\n"
    asked = {
        split: run("--templates", table, "--format", "brackets", "--split", split, text=text).stdout.splitlines()
        for split in ("sentence", "line", "clause")
    }
    assert asked["sentence"] == ["(水(涨)了)，山高！", "你(可以(来)吗)？"]
    assert asked["line"] == ["(水(涨)了)，山高！你(可以(来)吗)？"]
    assert asked["clause"] == ["水(涨)了", "山高", "你(可以(来)吗)"]


def test_sentences_without_any_template_are_flat_or_left_out(table: Path) -> None:
    text = "山高\n鸡蛋可以吃吗\n水好\n"
    assert run("--templates", table, "--null", text="山高\n").stdout == "+---> 山高\n|     +---> 山\n|     +---> 高\n"
    done = run("--templates", table, "--format", "brackets", "--no-null", text=text)
    assert done.stdout == "鸡蛋(可以(吃)吗)\n"
    assert done.stderr == "nlpzero: left out: 2 sentences that no template covers (--no-null)\n"


def test_sentences_too_long_are_left_out_and_counted(table: Path) -> None:
    text = " ".join(["水"] * 1001) + "\n" + "水 涨 了 ！\n"
    done = run("--templates", table, "--tokenized", "--format", "brackets", text=text)
    assert done.stdout == "(水(涨)了)！\n"
    assert done.stderr == "nlpzero: left out: 1 sentences of more than 1,000 words; try --split clause\n"


def test_the_words_can_be_given(table: Path, tmp_path: Path) -> None:
    lexicon = tmp_path / "words"
    lexicon.write_text("鸡 1\n蛋可以 9\n吃吗 9\n", "utf-8")
    plain = ("--templates", table, "--format", "brackets")
    assert run(*plain, "--lexicon", lexicon, text="鸡蛋可以吃吗\n").stdout == "鸡蛋可以吃吗\n"
    assert run(*plain, "--tokenized", text="鸡 蛋 可以 吃 吗\n").stdout == "鸡蛋(可以(吃)吗)\n"
    assert run(*plain, "--hmm", text="鸡蛋可以吃吗\n").stdout == "鸡蛋(可以(吃)吗)\n"
    done = run(*plain, "--tokenized", "--hmm", text="")
    assert (done.exit_code, done.stderr.count("exclude each other")) == (2, 1)


def test_pictures_are_a_page_or_files(table: Path, tmp_path: Path) -> None:
    text = "鸡蛋可以吃吗\n水涨了！\n"
    page = run("--templates", table, "--format", "svg", text=text)
    words = [e.text for e in ElementTree.fromstring(page.stdout).iter() if e.tag.endswith("}text")]
    assert sorted(filter(None, words)) == sorted(["可以 [X] 吗", *"吗吃", "鸡蛋", "可以", "水 [X] 了", *"水涨了！"])
    for form, start in (("svg", "<svg "), ("dot", "digraph {")):
        folder = tmp_path / form / "below"
        done = run("--templates", table, "--format", form, "--directory", folder, text=text)
        assert (done.exit_code, done.stdout) == (0, "")
        assert sorted(path.name for path in folder.iterdir()) == [f"00000{i}.{form}" for i in (1, 2)]
        assert all(path.read_text("utf-8").startswith(start) for path in folder.iterdir())
    assert run("--templates", table, "--directory", tmp_path, text="").exit_code == 2
    assert run("--templates", table, "--format", "svg", "--directory", table, text="水").stderr.startswith(
        f"nlpzero: error: {table}: cannot be written"
    )
    assert run("--templates", table, "--format", "svg", text="").stdout.startswith("<svg ")


def test_the_number_of_workers_does_not_matter(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "PARSING", replace(parser.PARSING, least=300, most=300))
    text = "鸡蛋可以吃吗\n水涨了！你可以来吗？\n山高\n" * 40
    one, two = (run("--templates", table, "--format", "json", "-j", workers, text=text) for workers in (1, 2))
    succeeded(one)
    assert one.stdout_bytes == two.stdout_bytes
    assert one.stdout.count("\n") == 160


def test_a_table_that_is_none_is_an_error(tmp_path: Path, table: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("word\tcount\n水\t1\n", "utf-8")
    done = run("--templates", words, text="水")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"nlpzero: error: {words}: line 1: not a table of templates, which begins with the names of its columns, "
        "template and count among them; write it with: nlpzero templates -o FILE\n"
    )
    (tmp_path / "empty").touch()
    assert "there are no templates in it" in run("--templates", tmp_path / "empty", text="水").stderr
    assert run("--templates", tmp_path / "missing", text="水").stderr.endswith("missing: No such file or directory\n")
    assert run("--templates", "-", text="水").exit_code == 2
    assert run(text="水").exit_code == 2


def test_gaps_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "templates.tsv"
    path.write_text("template\tcount\twords\tgaps\n… 可以 … 吗\t3\t2\t2\n", "utf-8")
    done = run("--templates", path, "--gap", "…", "--format", "json", text="鸡蛋可以吃吗\n")
    assert json.loads(done.stdout)["parts"][1]["template"] == "可以 … 吗"
    wrong = run("--templates", path, text="鸡蛋可以吃吗\n")
    assert "'… 可以 … 吗' has 4 words, not 2; if its gaps are not written [X] give --gap, else" in wrong.stderr


def test_templates_of_the_story_parse_the_story(tmp_path: Path) -> None:
    table = tmp_path / "templates.tsv"
    made = CliRunner().invoke(main, ["templates", "--min-count", "4", "-o", str(table), str(DATA / "stories.txt")])
    succeeded(made)
    done = run("--templates", table, "--format", "json", DATA / "stories.txt")
    parsed = [json.loads(line) for line in done.stdout.splitlines()]
    whole = "".join((DATA / "stories.txt").read_text("utf-8").split())
    assert "".join(tree["text"] for tree in parsed) == whole
    assert sum('"template": "' in line for line in done.stdout.splitlines()) > len(parsed) * 0.4


def test_tables_of_paths_are_read_as_well(tmp_path: Path) -> None:
    table = tmp_path / "templates.tsv"
    made = CliRunner().invoke(main, ["templates", "--method", "paths", "-o", str(table), str(DATA / "stories.txt")])
    succeeded(made)
    done = run("--templates", table, "--format", "brackets", "--no-null", DATA / "stories.txt")
    assert done.stdout.count("(") > 100
