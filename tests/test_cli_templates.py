"""The command `nlpzero templates`."""

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main
from test_syntax_constructions import planted
from test_syntax_templates import QUESTIONS, random_lines

from nlpzero.segment.encoding import encode_part
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.form import write_template
from nlpzero.syntax.templates import find_templates

DATA = Path(__file__).parent.parent / "data"
LOOSE = ("--method", "paths", "--min-proba", 0.05, "--min-pmi", 0.5)


def run(*arguments: object, text: bytes | str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["templates", *map(str, arguments)], input=text)


def test_constructions_are_a_table() -> None:
    done = run("--tokenized", "--min-pmi", 0.5, "--top", 1, text=QUESTIONS)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "template\tcount\tgain\tscore\twords\tgaps\tspread\tfillers",
        "可以 [X] 吗\t20\t33.4795\t1.6740\t2\t1\t1.0000\t吃 4, 唱 4, 喝 4",
    ]
    line = run("--tokenized", "--min-pmi", 0.5, "--format", "jsonl", text=QUESTIONS).stdout.splitlines()[0]
    assert json.loads(line)["fillers"] == [[["吃", 4], ["唱", 4], ["喝", 4]]]


def test_paths_are_a_table() -> None:
    done = run("--tokenized", *LOOSE, text=QUESTIONS)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "template\tcount\tgain\tscore\twords\tgaps",
        "[X] 可以 [X] 吗\t20\t33.4795\t1.6740\t2\t2",
    ]
    every = run("--tokenized", *LOOSE, "--trivial", text=QUESTIONS).stdout.splitlines()
    assert every[2] == "他 [X]\t5\t1.4384\t0.2877\t1\t1"
    assert "[X] 吃 [X]\t4\t" in "\n".join(every)


def test_raw_text_is_cut_into_words_and_clauses() -> None:
    # "Can you come? He said the water is rising. ..."
    text = "你可以来吗？水涨了，他说水涨了！\n我可以去吗 水涨了\n" * 5
    found = find_templates(Clauses([text], partial(encode_part, jieba_cutter())), min_pmi=0.5, window=3)
    options = ("--method", "paths", "--sort", "count", "--min-pmi", 0.5, "--window", 3)
    done = run(*options, "--trivial", "--no-header", text=text)
    rows = {tuple(line.split("\t")[:2]) for line in done.stdout.splitlines()}
    assert rows == {(write_template(t), str(c)) for t, c in zip(found.templates, found.counts.tolist(), strict=True)}
    assert ("水 涨 了", "10") in rows


@pytest.mark.parametrize("method", ["constructions", "paths"])
def test_the_order_can_be_chosen(method: str) -> None:
    text = "".join(" ".join(clause) + "\n" for clause in planted(1))
    options = ("--tokenized", "--method", method, "--min-pmi", 1, "--min-proba", 1e-3, "--format", "jsonl", "--trivial")
    rows = {
        sort: [json.loads(line) for line in run(*options, "--sort", sort, text=text).stdout.splitlines()]
        for sort in ("gain", "count", "score")
    }
    for sort in ("count", "score"):
        values = [row[sort] for row in rows[sort]]
        assert values == sorted(values, reverse=True)
        assert len(values) == len(rows["gain"]) > 20
    for row in rows["gain"]:
        assert row["gain"] == pytest.approx(row["count"] * row["score"])
    kinds = [(row["words"] > 1) + (row["words"] > 1 and "[X]" in row["template"].split()[1:-1]) for row in rows["gain"]]
    assert set(kinds) == {0, 1, 2}
    assert kinds == sorted(kinds, reverse=True)
    for kind in range(3):
        gains = [row["gain"] for row, own in zip(rows["gain"], kinds, strict=True) if own == kind]
        assert gains == sorted(gains, reverse=True)


def test_too_little_room_for_temporary_files_is_told_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    done = run("--memory", "100K", "-j", "1", DATA / "stories.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "MB for temporary files, 0 MB are free; name a directory with more room with --tmp-dir" in done.stderr


def test_single_words_are_shown_on_demand() -> None:
    options = ("--tokenized", "--min-pmi", 0.5, "--examples", 1, "--sort", "count", "--no-header")
    plain, every = (run(*options, *more, text=QUESTIONS).stdout.splitlines() for more in ((), ("--trivial",)))
    assert [line for line in every if line.split("\t")[4] != "1"] == plain
    shown, more = ({line.split("\t")[0] for line in lines} for lines in (plain, every))
    assert more - shown == {*"你我他她", "可以", "吗"}  # as frequent as the rarest template
    assert "可以\t20\t0.0000\t0.0000\t1\t0\t\t\t(你)可以(吃吗)" in every
    alone = run("--tokenized", "--method", "paths", "--trivial", text="水\n山\n云\n")
    succeeded(alone)


def test_examples_and_fillers_are_shown() -> None:
    done = run("--tokenized", "--min-pmi", 0.5, "--examples", 2, "--top", 1, text=QUESTIONS)
    assert done.stdout.splitlines()[1].split("\t")[-1] == "(你)可以(吃)吗 | (你)可以(喝)吗"
    listed = run("--tokenized", *LOOSE, "--examples", 2, "--top", 1, "--format", "jsonl", text=QUESTIONS)
    assert json.loads(listed.stdout)["examples"] == ["(你)可以(吃)吗", "(你)可以(喝)吗"]
    fillers = run("--tokenized", *LOOSE, "--fillers", "[X]可以[X]吗", "--top", 2, text=QUESTIONS)
    assert fillers.stdout.splitlines() == ["gap\tfiller\tcount", "1\t他\t5", "1\t你\t5", "2\t吃\t4", "2\t唱\t4"]
    own = run("--tokenized", "--min-pmi", 0.5, "--fillers", "可以[X]吗", "--top", 2, text=QUESTIONS)
    assert own.stdout.splitlines() == ["gap\tfiller\tcount", "1\t吃\t4", "1\t唱\t4"]
    for options, fault in ((LOOSE, "no clause has the template"), (("--min-pmi", 0.5), "is none of the templates")):
        unknown = run("--tokenized", *options, "--fillers", "[X] 没有", text=QUESTIONS)
        assert (unknown.exit_code, unknown.stdout) == (1, "")
        assert fault in unknown.stderr


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
    options = ("--tokenized", "--method", "paths", "--window", 2, "--min-pmi", 0.5)
    done = run(*options, text=ring * 3 + "山 水\n" * 3)
    assert done.stderr == "nlpzero: skipped: 3 clauses with more than 10,000 paths (--max-paths)\n"
    assert done.stdout.splitlines()[1].startswith("山 水\t3\t")
    less = run(*options, "--max-paths", 1, text=ring * 3 + "山 水\n" * 3)
    assert less.stdout == done.stdout


@pytest.mark.parametrize("way", ["tokenized", "raw", "learned"])
def test_the_number_of_workers_does_not_matter(way: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    blank = " " if way == "tokenized" else ""
    lines = [*random_lines(3, 3000), *planted(3, 3000)]
    path.write_text("".join(blank.join(line) + "\n" for line in lines), "utf-8")
    options = {"tokenized": ["--tokenized"], "raw": [], "learned": ["--learn"]}[way]
    done = [
        run(*options, "--memory", memory, "-j", workers, "--min-pmi", 0.2, path)
        for workers, memory in ((1, "2G"), (2, "1M"))
    ]
    succeeded(done[0])
    assert done[0].stdout.count("\n") > 10
    assert done[0].stdout_bytes == done[1].stdout_bytes


def test_options_that_exclude_each_other_are_refused() -> None:
    for pair in (("--tokenized", "--learn"), ("--hmm", "--tokenized"), ("--examples", "1", "--fillers", "水")):
        done = run(*pair, text="")
        assert (done.exit_code, done.stderr.count("exclude each other")) == (2, 1)


def test_nothing_to_find_is_an_error_with_a_remedy() -> None:
    done = run(text="")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "nlpzero: error: no template of two words and more occurs 5 times with a frequency above 1e-05 in 0 words; try "
        "a smaller --min-count, --min-proba or --min-pmi, or more text\n"
    )
    paths = run("--method", "paths", text="")
    assert paths.stderr == (
        "nlpzero: error: no template has a frequency above 1e-05 among 0 paths in 0 words; try a smaller --min-proba, "
        "or more text\n"
    )
    trivial = run("--tokenized", "--method", "paths", "--min-proba", 0.3, "--min-pmi", 9, text="山 水\n雨 水\n花 水\n")
    assert trivial.stderr.startswith("nlpzero: error: all 1 templates have one word or are too short; try --trivial")


def test_the_story_has_constructions(tmp_path: Path) -> None:
    output = tmp_path / "templates.tsv"
    done = run("-o", output, DATA / "stories.txt")
    assert (done.exit_code, done.stdout) == (0, "")
    rows = [line.split("\t") for line in output.read_text("utf-8").splitlines()[1:]]
    assert {"在 [X] 上", "从 [X] 到", "已经 [X] 了"} <= {row[0] for row in rows[:12]}
    assert {"守 桩 人", "[N] 月 [N] 日"} <= {row[0] for row in rows}
