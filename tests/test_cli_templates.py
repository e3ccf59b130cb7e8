"""The command `nlpzero templates`."""

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main
from test_syntax_templates import QUESTIONS, random_lines

from nlpzero.segment.encoding import encode_part
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.form import write_template
from nlpzero.syntax.templates import find_templates

DATA = Path(__file__).parent.parent / "data"
LOOSE = ("--min-proba", 0.05, "--min-pmi", 0.5)


def run(*arguments: object, text: bytes | str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["templates", *map(str, arguments)], input=text)


def test_templates_are_a_table() -> None:
    done = run("--tokenized", *LOOSE, text=QUESTIONS)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == [
        "template\tcount\tproba\twords\tgaps\tscore",
        "[X] 可以 [X] 吗\t20\t0.3333\t2\t2\t1.6740",
        "他 [X]\t5\t0.08333\t1\t1\t0.2877",
    ]
    first = json.loads(run("--tokenized", *LOOSE, "--format", "jsonl", text=QUESTIONS).stdout.splitlines()[0])
    assert first["template"] == "[X] 可以 [X] 吗"
    assert first["proba"] == 1 / 3


def test_raw_text_is_cut_into_words_and_clauses() -> None:
    # "Can you come? He said the water is rising. ..."
    text = "你可以来吗？水涨了，他说水涨了！\n我可以去吗 水涨了\n" * 5
    found = find_templates(Clauses([text], partial(encode_part, jieba_cutter())), min_pmi=0.5, window=3)
    done = run("--trivial", "--min-pmi", 0.5, "--window", 3, "--no-header", text=text)
    rows = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    assert rows == [[write_template(t), str(c)] for t, c in zip(found.templates, found.counts.tolist(), strict=True)]
    assert ["水 涨 了", "10"] in rows


def test_too_little_room_for_temporary_files_is_told_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlpzero.core.workspace.shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    done = run("--memory", "100K", "-j", "1", DATA / "stories.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "MB for temporary files, 0 MB are free; name a directory with more room with --tmp-dir" in done.stderr


def test_trivial_templates_are_shown_on_demand() -> None:
    shown = run("--tokenized", *LOOSE, text=QUESTIONS).stdout
    every = run("--tokenized", *LOOSE, "--trivial", text=QUESTIONS).stdout
    assert "[X] 吃 [X]\t4\t" in every
    assert [line for line in every.splitlines() if not line.startswith("[X] 吃 ")][:3] == shown.splitlines()[:3]
    assert "[X] 吃 [X]" not in shown
    alone = run("--tokenized", text="水，山，云\n".replace("，", "\n"))
    succeeded(alone)
    nothing = run("--tokenized", "--min-proba", 0.01, "--min-pmi", 9, text="水 山 云\n" * 9)
    succeeded(nothing)


def test_examples_and_fillers_are_shown() -> None:
    done = run("--tokenized", *LOOSE, "--examples", 2, "--top", 1, text=QUESTIONS)
    assert done.stdout.splitlines()[1].split("\t")[-1] == "(你)可以(吃)吗 | (你)可以(喝)吗"
    listed = run("--tokenized", *LOOSE, "--examples", 2, "--top", 1, "--format", "jsonl", text=QUESTIONS)
    assert json.loads(listed.stdout)["examples"] == ["(你)可以(吃)吗", "(你)可以(喝)吗"]
    fillers = run("--tokenized", *LOOSE, "--fillers", "[X]可以[X]吗", "--top", 2, text=QUESTIONS)
    assert fillers.stdout.splitlines() == ["gap\tfiller\tcount", "1\t他\t5", "1\t你\t5", "2\t吃\t4", "2\t唱\t4"]
    longer = run("--tokenized", *LOOSE, "--min-words", 2, "--no-header", text=QUESTIONS)
    assert longer.stdout.splitlines() == ["[X] 可以 [X] 吗\t20\t0.3333\t2\t2\t1.6740"]
    unknown = run("--tokenized", *LOOSE, "--fillers", "[X] 没有", text=QUESTIONS)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("nlpzero: error: no clause has the template '[X] 没有'")


def test_the_mark_of_gaps_can_be_chosen() -> None:
    done = run("--tokenized", *LOOSE, "--gap", "…", "--top", 1, "--no-header", text=QUESTIONS)
    assert done.stdout.startswith("… 可以 … 吗\t")
    clash = run("--tokenized", *LOOSE, "--gap", "可", text=QUESTIONS)
    assert clash.stderr == (
        "nlpzero: error: the word '可以' of a template holds the mark of gaps; choose another with --gap\n"
    )
    assert run("--gap", " ", text="").exit_code == 2


def test_clauses_left_out_are_told() -> None:
    ring = " ".join("山水云雨风花鸟鱼虫草" * 3) + "\n"
    done = run("--tokenized", "--window", 2, "--min-pmi", 0.5, text=ring * 3 + "山 水\n" * 3)
    assert done.stderr == "nlpzero: skipped: 3 clauses with more than 10,000 paths (--max-paths)\n"
    assert done.stdout.splitlines()[1].startswith("山 水\t3\t1\t")
    less = run("--tokenized", "--window", 2, "--min-pmi", 0.5, "--max-paths", 1, text=ring * 3 + "山 水\n" * 3)
    assert less.stdout == done.stdout


@pytest.mark.parametrize("way", ["tokenized", "raw", "learned"])
def test_the_number_of_workers_does_not_matter(way: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    blank = " " if way == "tokenized" else ""
    path.write_text("".join(blank.join(line) + "\n" for line in random_lines(3, 6000)), "utf-8")
    options = {"tokenized": ["--tokenized"], "raw": [], "learned": ["--learn"]}[way]
    done = [
        run(*options, "--memory", memory, "-j", workers, "--min-pmi", 0.2, path)
        for workers, memory in ((1, "2G"), (2, "1M"))
    ]
    succeeded(done[0])
    assert done[0].stdout.count("\n") > 20
    assert done[0].stdout_bytes == done[1].stdout_bytes


def test_options_that_exclude_each_other_are_refused() -> None:
    for pair in (("--tokenized", "--learn"), ("--hmm", "--tokenized"), ("--examples", "1", "--fillers", "水")):
        done = run(*pair, text="")
        assert (done.exit_code, done.stderr.count("exclude each other")) == (2, 1)


def test_nothing_to_find_is_an_error_with_a_remedy() -> None:
    done = run(text="")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "nlpzero: error: no template has a frequency above 1e-05 among 0 paths in 0 words; try a smaller --min-proba, "
        "or more text\n"
    )
    trivial = run("--tokenized", "--min-proba", 0.3, "--min-pmi", 9, text="山 水 云\n雨 水 风\n花 水 鸟\n")
    assert trivial.stderr.startswith("nlpzero: error: all 1 templates are trivial (one word between")


def test_the_story_has_templates(tmp_path: Path) -> None:
    output = tmp_path / "templates.tsv"
    done = run("-o", output, DATA / "stories.txt")
    assert (done.exit_code, done.stdout) == (0, "")
    rows = [line.split("\t") for line in output.read_text("utf-8").splitlines()[1:]]
    counts = [int(row[1]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert any(row[0].startswith("沈渡棠 ") for row in rows)  # the main character
