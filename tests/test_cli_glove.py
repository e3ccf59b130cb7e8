"""`nlpzero glove` as its users meet it."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from gensim.models import KeyedVectors
from nlpzero_cli.main import main

from nlpzero.vectors.cooccurrence import Cooccurrence
from nlpzero.vectors.store import Vectors

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"
SMALL = "-j", "1", "--dim", "16"


@pytest.fixture
def glove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs the command in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, text="": CliRunner().invoke(main, ["glove", *map(str, arguments)], input=text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train vectors of the stories once."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.npz"
    result = CliRunner().invoke(main, ["glove", "train", *SMALL, "-o", str(path), str(STORIES)])
    assert (result.exit_code, result.output) == (0, "")
    return path


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


def error(result: Result) -> str:
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("nlpzero: error: ").rstrip("\n")


def test_text_and_counts_and_tokens_give_the_same_vectors(glove: Callable[..., Result], made: Path) -> None:
    succeeded(glove("count", "-j", "1", "-o", "counts.npz", STORIES))
    succeeded(glove("train", *SMALL, "-o", "a.npz", "counts.npz"))
    cut = CliRunner().invoke(main, ["segment", str(STORIES)]).stdout
    succeeded(glove("train", *SMALL, "--tokenized", "-o", "b.npz", text=cut))
    vectors = [Vectors.load(path) for path in (made, "a.npz", "b.npz")]
    assert len({v.matrix.tobytes() for v in vectors}) == 1
    assert vectors[0].words == vectors[1].words == vectors[2].words
    assert {"青桅坊", "码头"} <= set(vectors[0].words)  # an invented name, quay


def test_the_files_do_not_depend_on_workers_and_memory(glove: Callable[..., Result], tmp_path: Path) -> None:
    options = "count", "--window", "5", STORIES, STORIES
    for name, more in ("a", ("-j", "1")), ("b", ("-j", "2", "--memory", "1M", "--tmp-dir", tmp_path)):
        succeeded(glove(*options, "-o", f"{name}.npz", *more))
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
    for workers in ("1", "2"):
        succeeded(glove("train", "--dim", "8", "-j", workers, "-o", f"v{workers}.npz", "a.npz"))
    assert Path("v1.npz").read_bytes() == Path("v2.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz", "v1.npz", "v2.npz"]


def test_too_little_room_for_temporary_files_is_told_before_the_work(
    glove: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    result = glove("count", "-j", "2", "--memory", "64K", "-o", "c.npz", "--tmp-dir", ".", STORIES)
    assert "needs about 1 MB for temporary files, 0 MB are free; name a directory with more room" in error(result)
    assert glove("count", "-j", "1", "-o", "c.npz", STORIES).exit_code == 0  # all of it fits the memory


def test_merged_parts_are_the_file_of_the_whole(glove: Callable[..., Result], tmp_path: Path) -> None:
    """With every word in the parts, and whatever memory and workers."""
    lines = STORIES.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in ("a", lines[:150]), ("b", lines[150:]), ("whole", lines):
        succeeded(glove("count", "-j", "1", "--min-count", "1", "-o", f"{name}.npz", text="".join(part)))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for more in ("-j", "1"), ("-j", "2", "--memory", "64K", "--tmp-dir", scratch):
        succeeded(glove("merge", "b.npz", "a.npz", "-o", "both.npz", *more))
        assert Path("both.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert list(scratch.iterdir()) == []


def test_words_of_a_lexicon_are_counted(glove: Callable[..., Result]) -> None:
    Path("words.txt").write_text("青桅坊 12\n沈渡棠 70\n", encoding="utf-8")  # a workshop and a person of the stories
    succeeded(glove("train", *SMALL, "--lexicon", "words.txt", "-o", "v.npz", STORIES))
    assert {"青桅坊", "沈渡棠"} <= set(Vectors.load("v.npz").words)


def test_counts_of_parts_add_up(glove: Callable[..., Result]) -> None:
    lines = STORIES.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in ("a", lines[:150]), ("b", lines[150:]), ("whole", lines):
        succeeded(glove("count", "-j", "1", "--min-count", "1", "-o", f"{name}.npz", text="".join(part)))
    succeeded(glove("merge", "a.npz", "b.npz", "-o", "both.npz"))
    both, whole = Cooccurrence.load("both.npz"), Cooccurrence.load("whole.npz")
    assert both.words == whole.words
    np.testing.assert_array_equal(both.values, whole.values)
    np.testing.assert_array_equal(both.columns, whole.columns)
    succeeded(glove("count", "-j", "1", "--window", "3", "-o", "c.npz", STORIES))
    assert "counts with window 10 and 3 cannot be added" in error(glove("merge", "a.npz", "c.npz", "-o", "d.npz"))


def test_nearest_words_repeat_their_query(glove: Callable[..., Result], made: Path) -> None:
    found = rows(glove("nearest", "--top", "3", made, "码头", "河"))  # quay, river
    assert [row["query"] for row in found] == ["码头"] * 3 + ["河"] * 3
    unit = Vectors.load(made).unit
    ids = Vectors.load(made).ids
    for row in found:
        assert float(row["score"]) == pytest.approx(float(unit[ids[row["query"]]] @ unit[ids[row["word"]]]), abs=1e-4)
    assert rows(glove("nearest", "--top", "3", made, text="码头\n\n河\n")) == found
    similar = rows(glove("nearest", "--mode", "similar", "--top", "3", made, "码头"))
    assert [row["word"] for row in similar] != [row["word"] for row in found[:3]]


def test_words_that_were_not_seen_are_answered_by_their_characters_and_it_is_said(
    glove: Callable[..., Result], made: Path
) -> None:
    found = glove("nearest", "--top", 2, made, "河", "河船楼", "船桨篷")  # no words: river-boat-storey, boat-oar-awning
    assert [row["query"] for row in rows(found)] == ["河"] * 2 + ["河船楼"] * 2 + ["船桨篷"] * 2
    said = "nlpzero: answered by the characters of words that the vectors do not have"
    assert found.stderr == f"{said}: 2; 河船楼\n"
    assert glove("compare", made, "河", "河船楼").stderr == f"{said}: 1; 河船楼\n"
    assert glove("analogy", "--top", 1, made, "河", "船", "河船楼").stderr == f"{said}: 1; 河船楼\n"
    assert glove("nearest", "-q", made, "河船楼").stderr == ""


def test_the_other_questions_are_answered(glove: Callable[..., Result], made: Path) -> None:
    assert [row["a"] for row in rows(glove("analogy", "--top", "2", made, "船", "河", "人"))] == ["船", "船"]
    assert glove("analogy", made, text="船 河 人\n").stdout == glove("analogy", made, "船", "河", "人").stdout
    row = rows(glove("compare", made, "船", "河"))[0]
    vectors = Vectors.load(made)
    assert float(row["product"]) == pytest.approx(float(vectors["船"] @ vectors["河"]), abs=1e-4)
    found = rows(glove("keywords", "--top", "4", made, STORIES))
    assert [row["text"] for row in found] == [str(STORIES)] * 4
    assert all(float(row["score"]) < float(row["pmi"]) for row in found)
    lines = rows(glove("keywords", "--lines", "--top", "1", "--min-length", "1", made, text="河上有船\n\n码头\n"))
    assert [row["text"] for row in lines] == ["河上有船", "码头"]


def test_files_are_converted_and_gensim_reads_them(glove: Callable[..., Result], made: Path) -> None:
    for target, options in ("v.vec", {}), ("v.bin", {"binary": True}):
        succeeded(glove("convert", made, target))
        theirs = KeyedVectors.load_word2vec_format(target, **options)
        np.testing.assert_allclose(
            theirs["码头"], Vectors.load(made).portable()[Vectors.load(made).id("码头")], rtol=1e-5
        )
        succeeded(glove("convert", target, "again.npz"))
        found = rows(glove("nearest", "again.npz", "码头"))
        assert [row["word"] for row in found] == [row["word"] for row in rows(glove("nearest", made, "码头"))]
        near = theirs.most_similar("码头", topn=10)
        assert [row["word"] for row in found] == [word for word, _ in near]
    succeeded(glove("convert", "--raw", made, "raw.bin"))
    assert Vectors.load("raw.bin").matrix.tobytes() == Vectors.load(made).matrix.tobytes()


def test_evaluation_is_a_table_or_json(glove: Callable[..., Result], made: Path) -> None:
    Path("pairs.txt").write_text("船\t河\t3\n码头\t河\t2\n灯\t人\t1\n海马\t人\t1\n", encoding="utf-8")
    Path("analogies.txt").write_text(": one\n船 河 人 灯\n: two\n船 河 人 海马\n", encoding="utf-8")
    result = glove("evaluate", made, "--pairs", "pairs.txt", "--analogies", "analogies.txt", "--format", "jsonl")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["task"], row["section"], row["known"], row["items"]) for row in found] == [
        ("pairs", "", 3, 4),
        ("analogies", "one", 1, 1),
        ("analogies", "two", 0, 1),
        ("analogies", "total", 1, 2),
    ]
    assert -1 <= found[0]["score"] <= 1
    assert (found[2]["score"], found[3]["score"]) == (None, found[1]["score"])


def test_a_training_goes_on_from_its_checkpoint(glove: Callable[..., Result]) -> None:
    succeeded(glove("count", "-j", "1", "-o", "counts.npz", STORIES))
    train = "train", *SMALL, "counts.npz"
    succeeded(glove(*train, "--sweeps", "3", "-o", "whole.npz"))
    succeeded(glove(*train, "--sweeps", "1", "--checkpoint", "half.npz", "-o", "half-vectors.npz"))
    succeeded(glove(*train, "--sweeps", "3", "--resume", "half.npz", "-o", "rest.npz"))
    assert Path("rest.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert "was made with l2" in error(glove(*train, "--l2", "7", "--resume", "half.npz", "-o", "x.npz"))


@pytest.mark.parametrize("solver", ["als", "sgd"])
def test_models_solvers_and_the_automatic_dimension(glove: Callable[..., Result], solver: str) -> None:
    options = "train", "-j", "1", "--model", "1", "--dim", "auto", "--solver", solver, "--sweeps", "2", "-o", "v.txt"
    succeeded(glove(*options, STORIES))
    vectors = Vectors.load("v.txt")
    assert vectors.dim == 2 * round(8.33 * np.log(len(vectors)))


def test_bad_input_is_one_line(glove: Callable[..., Result], made: Path) -> None:
    assert error(glove("nearest", made, "码头Z")).endswith("; did you mean 码头?")
    assert "No such file" in error(glove("nearest", "none.npz", "河"))
    assert "no numbers after the word" in error(glove("nearest", STORIES, "河"))
    assert "holds word vectors, not co-occurrence counts" in error(glove("train", "-o", "v.npz", made))
    assert "none of the words occurs 5 times among 0 tokens" in error(glove("train", "-o", "v.npz", text=""))
    assert "no two words stand on one line" in error(glove("train", "-o", "v.npz", text="河\n" * 9))
    assert "its suffix is none of" in error(glove("train", "-o", "v.xyz", STORIES))
    assert (
        error(glove("analogy", made, text="船 河\n"))
        == "<stdin>: line 1: 2 words, where three words (a : b = c : ?) are wanted"
    )
    assert not Path("v.npz").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nearest",),
        ("compare", "VECTORS", "船"),
        ("evaluate", "VECTORS"),
        ("count", str(STORIES)),
        ("train", "--dim", "0", "-o", "v.npz", str(STORIES)),
        ("train", "--tokenized", "--lexicon", "x", "-o", "v.npz", str(STORIES)),
    ],
)
def test_wrong_usage_is_status_2(glove: Callable[..., Result], made: Path, arguments: tuple[str, ...]) -> None:
    result = glove(*(made if argument == "VECTORS" else argument for argument in arguments))
    assert (result.exit_code, result.stderr.startswith("nlpzero: error: "), result.stderr.count("\n")) == (2, True, 1)


def test_counting_options_do_not_apply_to_a_file_of_counts(glove: Callable[..., Result]) -> None:
    succeeded(glove("count", "-j", "1", "-o", "counts.npz", STORIES))
    result = glove("train", "--window", "3", "-o", "v.npz", "counts.npz")
    assert (result.exit_code, "--window is for counting" in result.stderr) == (2, True)


def test_ctrl_c_keeps_the_last_finished_sweep(tmp_path: Path) -> None:
    checkpoint = tmp_path / "half.npz"
    options = ["--dim", "16", "--sweeps", "100000", "--checkpoint", checkpoint, "-o", tmp_path / "v.npz", STORIES]
    process = subprocess.Popen(
        [sys.executable, "-m", "nlpzero", "glove", "train", *map(str, options)], stderr=subprocess.PIPE
    )
    written: set[int] = set()  # that of the start, and then one after each sweep, each in place of the one before
    while len(written) < 3 and process.poll() is None:
        with contextlib.suppress(FileNotFoundError):
            written.add(checkpoint.stat().st_mtime_ns)
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in stderr) == (130, False)
    assert b"interrupted: the vectors are those after sweep" in stderr
    sweeps = Vectors.load(tmp_path / "v.npz").signature["trained"]["sweeps"]
    assert 1 <= sweeps < 100_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half.npz", "v.npz"]


def test_vectors_for_the_words_of_a_list(glove: Callable[..., Result], made: Path) -> None:
    text = "码头\n船工们\nzqx\n码头\n"  # quay, boatmen (never seen), no word
    result = glove("convert", "--vocabulary", "-", made, "some.vec", text=text)
    assert (result.exit_code, Vectors.load("some.vec").words) == (0, ["码头", "船工们"])
    assert result.stderr.splitlines() == [
        "nlpzero: words whose vectors are made out of their characters: 1",
        "nlpzero: words of which nothing is known, left out: 1; the first is zqx",
    ]
    related = rows(glove("compare", made, "码头", "船工们"))[0]["related"]
    assert rows(glove("compare", "some.vec", "码头", "船工们"))[0]["related"] == related
    assert "none of the 1 words is known to" in error(
        glove("convert", "--vocabulary", "-", made, "none.vec", text="zqx\n")
    )


def test_the_first_words_of_a_file_alone_can_be_asked(glove: Callable[..., Result], made: Path) -> None:
    succeeded(glove("convert", made, "all.vec"))
    answers = rows(glove("nearest", "--limit", "200", "--top", "500", made, "船"))  # boat
    assert len(answers) == 199
    others = rows(glove("nearest", "--limit", "200", "--top", "500", "all.vec", "船"))
    assert (
        {row["word"] for row in others}
        == {row["word"] for row in answers}
        == set(Vectors.load(made).words[:200]) - {"船"}
    )
    assert others[0]["word"] == answers[0]["word"]
    succeeded(glove("convert", "--limit", "3", "all.vec", "three.txt"))
    assert Vectors.load("three.txt").words == Vectors.load(made).words[:3]


def test_errors_of_similarities_come_from_draws_of_parts(glove: Callable[..., Result], made: Path) -> None:
    Path("parts").mkdir()
    for i in range(1, 6):
        succeeded(glove("count", "--shard", f"{i}/5", "--min-count", "1", "-o", f"parts/{i}.npz", STORIES))
    asked = (made, "码头", "河", "船工们", "河")  # quay, river; boatmen, who are not in the text
    found = rows(glove("compare", "--error", "parts", "--draws", "3", "--keep", "draws", *asked))
    assert 0.01 < float(found[0]["error"]) < 0.5
    assert 0.01 < float(found[1]["error"]) < 0.9
    assert rows(glove("compare", "--error", "draws", *asked)) == found
    files = [part for i in range(1, 6) for part in ("--error", f"parts/{i}.npz")]
    assert rows(glove("compare", *files, "--draws", "3", made, "码头", "河"))[0] == found[0]
    assert "errors need counts of 5 or more parts of the corpus, not 1" in error(
        glove("compare", "--error", "parts/1.npz", made, "码头", "河")
    )
    wrong = glove("compare", "--error", "parts", "--keep", "parts/1.npz", *asked)
    assert (wrong.exit_code, "--keep parts/1.npz: File exists; name another directory" in wrong.stderr) == (2, True)
    wrong = glove("compare", "--draws", "3", *asked)
    assert (wrong.exit_code, "--draws is for --error" in wrong.stderr) == (2, True)
