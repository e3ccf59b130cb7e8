"""`nlpzero words`, `keyness`, `keywords` and `merge` as their users meet them."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

A, B = "江 江 江 江 船 上\n\n江 人\n", "山 山 山 船 上 上 上\n"  # river, boat, on, people; mountain
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs a command in a directory that holds two texts."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(A, "utf-8")
    Path("b.txt").write_text(B, "utf-8")
    return lambda *arguments, text="": CliRunner().invoke(main, [*arguments, "-j", "1"], input=text)


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(succeeded(result).stdout.splitlines(), delimiter="\t"))


def said(result: Result, status: int) -> str:
    assert (result.exit_code, result.stderr.count("\n")) == (status, 1), result.output
    return result.stderr.removeprefix("nlpzero: error: ").rstrip("\n")


def test_words_are_listed_from_text_and_from_counts(run: Run) -> None:
    listed = succeeded(run("words", "--tokenized", "--document", "line", "a.txt")).stdout
    assert listed.splitlines()[:2] == [
        "word\tcount\tper_million\tdocuments\trange\td\tdp\tidf",
        "江\t5\t625000.0000\t2\t1.0000\t0.8571\t0.0500\t0.0000",
    ]
    succeeded(run("words", "-q", "--tokenized", "--document", "line", "--save", "a.npz", "a.txt"))
    assert succeeded(run("words", "a.npz")).stdout == listed
    assert [row["word"] for row in rows(run("words", "--tokenized", "--min-count", "2", "a.txt"))] == ["江"]


@pytest.mark.parametrize("document", [(), ("--document", "file"), ("--document", "line"), ("--document", "paragraph")])
def test_counts_of_parts_add_up_to_the_bytes_of_the_whole(run: Run, document: tuple[str, ...]) -> None:
    Path("long.txt").write_text("".join(f"江 w{i} 船\n" + "\n" * (i % 3 == 2) for i in range(60)), "utf-8")
    options = ("words", "-q", "--tokenized", *document)
    succeeded(run(*options, "--save", "whole.npz", "long.txt", "a.txt"))
    shards = 1 if document[1:] == ("paragraph",) else 3  # a shard may part a paragraph
    parts = [f"{i}.npz" for i in range(1, shards + 1)]
    for i, part in enumerate(parts, 1):
        more = ("--shard", f"{i}/{shards}") if shards > 1 else ()
        succeeded(run(*options, *more, "--save", part, "long.txt", "a.txt"))
    succeeded(run("merge", "-o", "sum.npz", *parts))
    assert Path("sum.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert succeeded(run("words", *parts)).stdout == succeeded(run("words", "whole.npz")).stdout
    succeeded(run(*options, "--save", "b.npz", "b.txt"))
    found = {
        succeeded(run("keyness", "--min-count", "1", *texts)).stdout
        for texts in (("whole.npz", "b.npz"), (*parts, "--against", "b.npz"))
    }
    assert len(found) == 1


def test_key_words_are_shown(run: Run) -> None:
    found = rows(run("keyness", "--tokenized", "--min-count", "1", "a.txt", "b.txt"))
    assert [(row["word"], row["count_a"], row["count_b"]) for row in found] == [("江", "5", "0"), ("人", "1", "0")]
    assert found[0]["odds_ratio"] == found[0]["diff"] == ""  # infinite
    negative = rows(run("keyness", "--tokenized", "--min-count", "1", "--negative", "a.txt", "b.txt"))
    assert [row["word"] for row in negative] == ["山", "上", "船"]
    few = run("keyness", "--tokenized", "--min-count", "1", "--measure", "g2", "--top", "1", "a.txt", "b.txt")
    assert succeeded(few).stdout.splitlines() == [
        "word\tcount_a\tcount_b\tper_million_a\tper_million_b\tg2",
        "江\t5\t0\t625000.0000\t0.0000\t6.2861",
    ]
    tested = rows(run("keyness", "--tokenized", "--min-count", "1", "--document", "line", "a.txt", "b.txt"))
    assert tested[0]["p_documents"] == "" and tested[0]["documents_a"] == "2"  # B is one document


def test_wrong_use_is_told_in_one_line(run: Run) -> None:
    Path("gap.txt").write_text("，\n", "utf-8")
    for arguments, status, message in (
        (("keyness", "a.txt"), 2, "give two texts, A and B; or several of A, and those of B each with --against"),
        (("keyness", "a.txt", "a.txt"), 2, "a.txt is on both sides; give two texts that differ"),
        (("keyness", "--tokenized", "a.txt", "gap.txt"), 1, "gap.txt holds no words; give more text, or another way"),
        (("keyness", "--tokenized", "--max-p", "0", "a.txt", "b.txt"), 1, "none of the 1 words has a p of 0 or less"),
        (("keyness", "--seed", "2", "a.txt", "b.txt"), 2, "--permutations and --seed need --document"),
        (
            ("words", "--tokenized", "--sort", "dp", "a.txt"),
            1,
            "--sort dp needs documents; count again with --document",
        ),
        (("words", "--save", "/nowhere/a.npz", "a.txt"), 1, "/nowhere/a.npz: cannot be written"),
        (("keywords", "--tokenized", "--idf", "corpus", "a.txt"), 1, "a.txt: no document frequencies"),
        (("keywords", "--tokenized", "gap.txt"), 1, "gap.txt: no words that could be keywords"),
        (("keywords", "--method", "textrank", "--idf", "corpus", "a.txt"), 2, "--idf is for --method tfidf"),
    ):
        assert message in said(run(*arguments), status)
    Path("copy.txt").write_text(A, "utf-8")
    assert "the same words as often" in said(run("keyness", "--tokenized", "--min-count", "1", "a.txt", "copy.txt"), 1)
    succeeded(run("words", "-q", "--tokenized", "--save", "a.npz", "a.txt"))
    assert "a.npz holds word counts, the others are text" in said(run("words", "a.npz", "b.txt"), 2)
    assert "--tokenized is for text, but a.npz holds counts" in said(run("words", "--tokenized", "a.npz"), 2)
    assert "a.npz was counted by no document" in said(run("words", "--document", "line", "a.npz"), 2)
    succeeded(run("words", "-q", "--save", "b.npz", "b.txt"))
    assert "a.npz and b.npz: the texts were cut with different words" in said(run("keyness", "a.npz", "b.npz"), 1)
    assert "a.npz and b.npz: the texts were cut" in said(run("merge", "-o", "c.npz", "a.npz", "b.npz"), 1)


def test_keywords_name_their_documents(run: Run) -> None:
    found = rows(run("keywords", "--tokenized", "--min-length", "1", "--document", "line", "--top", "1", "a.txt"))
    assert (found[0]["document"], found[0]["count"]) == ("a.txt:1", "4")
    assert [row["document"] for row in found] == ["a.txt:1", "a.txt:3"]
    whole = rows(run("keywords", "--tokenized", "--min-length", "1", "--idf", "corpus", "a.txt", "b.txt"))
    assert {row["document"] for row in whole} == {"a.txt", "b.txt"}


def test_words_learned_from_the_text_itself(run: Run) -> None:
    stories = str(Path(__file__).parent.parent / "data" / "stories.txt")
    text = Path(stories).read_text("utf-8")
    found = {row["word"]: row for row in rows(run("words", "--learn", stories))}
    assert int(found["沈渡棠"]["count"]) > 50  # an invented name
    assert succeeded(run("words", "--learn", text=text)).stdout == succeeded(run("words", "--learn", stories)).stdout


def test_a_shard_is_of_both_sides(run: Run) -> None:
    Path("c.txt").write_text(A * 3, "utf-8")
    Path("d.txt").write_text(B * 3, "utf-8")
    options = ("--tokenized", "--shard", "2/2")
    direct = succeeded(run("keyness", "--min-count", "1", *options, "c.txt", "d.txt")).stdout
    succeeded(run("words", "-q", *options, "--save", "a.npz", "c.txt"))
    succeeded(run("words", "-q", *options, "--save", "b.npz", "d.txt"))
    assert succeeded(run("keyness", "--min-count", "1", "a.npz", "b.npz")).stdout == direct != ""


def test_counts_of_pairs_in_parts_are_added_up(run: Run) -> None:
    options = ("--tokenized", "--weighting", "flat", "--window", "2", "--min-count", "1")
    for text in ("a", "b"):
        succeeded(run("glove", "count", "-q", *options, "-o", f"{text}.npz", f"{text}.txt"))
    succeeded(run("glove", "merge", "-o", "both.npz", "a.npz", "b.npz"))
    whole = succeeded(run("collocates", "--min-count", "1", "江", "both.npz")).stdout
    assert succeeded(run("collocates", "--min-count", "1", "江", "a.npz", "b.npz")).stdout == whole
    assert "a.npz holds" in said(run("collocates", "江", "a.npz", "b.txt"), 2)
