"""`nlpzero discover --method esa|bayes` and `nlpzero segment --segmenter` as their users meet them."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.segment.bigrams import THRESHOLD

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"
QUICK = ["--method", "bayes", "--rounds", "4", "--samples", "2"]


@pytest.fixture
def nlpzero() -> Callable[..., Result]:
    """Give a function that runs a command in this process."""

    def run(*arguments: str | Path, text: str | None = None) -> Result:
        return CliRunner().invoke(main, [*map(str, arguments)], input=text)

    return run


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


@pytest.mark.parametrize("method", ["esa", "bayes"])
def test_the_words_of_the_stories_and_their_segmentation_agree(
    method: str, nlpzero: Callable[..., Result], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.txt"
    found = rows(nlpzero("discover", "--method", method, "--rounds", "4", "--segmented", cut, STORIES))
    text = cut.read_text(encoding="utf-8")
    assert text.replace(" ", "") == STORIES.read_text(encoding="utf-8").replace(" ", "")
    counts = {row["word"]: int(row["count"]) for row in found}
    assert counts["沈渡棠"] == text.split().count("沈渡棠") == 72  # an invented name
    learned = nlpzero("segment", "--learn", "--method", method, "--rounds", "4", STORIES)
    assert learned.stdout == text


def test_a_significant_word_is_sure_at_many_places(nlpzero: Callable[..., Result]) -> None:
    found = rows(nlpzero("discover", *QUICK, "--sort", "score", STORIES))
    scores = {row["word"]: float(row["score"]) for row in found}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    for row in found:
        assert 0 <= float(row["score"]) <= 13.82 * int(row["count"])  # -ln(1e-6) at each place


def test_a_saved_segmenter_cuts_other_text_by_any_number_of_workers(
    nlpzero: Callable[..., Result], tmp_path: Path
) -> None:
    model = tmp_path / "seg.npz"
    succeeded(nlpzero("discover", *QUICK, "--save-segmenter", model, STORIES))
    sentence = (
        "沈渡棠去了青桅坊，没有见到罗砚舟。\n"  # "Shen Dutang went to the shipyard and did not meet Luo Yanzhou."
    )
    result = nlpzero("segment", "--segmenter", model, text=sentence)
    succeeded(result)
    assert result.stdout.replace(" ", "") == sentence
    assert {"沈渡棠", "青桅坊", "罗砚舟"} <= {*result.stdout.split()}
    many = tmp_path / "many.txt"
    many.write_text(STORIES.read_text(encoding="utf-8") * 15, encoding="utf-8")
    one, two = (nlpzero("segment", "-j", n, "--segmenter", model, many).stdout for n in ("1", "2"))
    assert one == two
    assert one.replace(" ", "") == many.read_text(encoding="utf-8").replace(" ", "")


def test_the_same_seed_saves_the_same_bytes_for_any_number_of_workers(
    nlpzero: Callable[..., Result], tmp_path: Path
) -> None:
    outputs = []
    for workers in ("1", "2"):
        files = [tmp_path / f"{name}{workers}" for name in ("words", "model", "chances", "cut")]
        options = zip(("-o", "--save-segmenter", "--boundaries", "--segmented"), files, strict=True)
        arguments = [str(part) for pair in options for part in pair]
        succeeded(nlpzero("discover", *QUICK, "-j", workers, "--memory", "8M", *arguments, STORIES))
        outputs.append([file.read_bytes() for file in files])
    assert outputs[0] == outputs[1]


def test_what_the_counts_take_beyond_the_memory_is_said_and_all_else_is_kept_in_files(
    nlpzero: Callable[..., Result],
) -> None:
    small = nlpzero("discover", *QUICK, "--memory", "300K", STORIES)
    (remedy,) = re.findall("more than --memory allows; give --memory ([0-9]+M), or take --method esa", small.stderr)
    followed = nlpzero("discover", *QUICK, "--memory", remedy, STORIES)
    assert "will take" not in followed.stderr
    assert small.stdout == followed.stdout


def test_boundaries_say_where_the_text_is_cut(nlpzero: Callable[..., Result], tmp_path: Path) -> None:
    chances, cut = tmp_path / "chances", tmp_path / "cut"
    text = STORIES.read_text(encoding="utf-8")
    succeeded(nlpzero("discover", *QUICK, "--boundaries", chances, "--segmented", cut, text=text))
    probability = {
        (int(row["line"]), int(row["column"])): float(row["probability"])
        for row in csv.DictReader(chances.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    }
    assert len(probability) > 15_000
    for number, (line, plain) in enumerate(zip(cut.read_text("utf-8").split("\n"), text.split("\n"), strict=True), 1):
        at, borders = 0, set()
        for word in line.split(" ") if plain else []:
            borders.add(at + 1)
            at += len(word)
        for column in range(1, len(plain) + 1):
            if abs(probability.get((number, column), THRESHOLD) - THRESHOLD) > 5e-5:  # beyond the rounding of the table
                assert (probability[number, column] > THRESHOLD) == (column in borders)


def test_finer_and_coarser_move_the_grain(nlpzero: Callable[..., Result]) -> None:
    for method in ("esa", "bayes"):
        tokens = [
            len(nlpzero("segment", "--learn", "--method", method, "--rounds", "3", *grain, STORIES).stdout.split())
            for grain in (["--coarser", "2"], [], ["--finer", "2"])
        ]
        assert tokens[0] < tokens[1] < tokens[2]


def test_a_run_that_was_interrupted_goes_on_from_its_checkpoint(nlpzero: Callable[..., Result], tmp_path: Path) -> None:
    text, out = tmp_path / "text", tmp_path / "out"
    text.write_text(STORIES.read_text(encoding="utf-8")[:5000], encoding="utf-8")
    out.mkdir()
    state, words = out / "state", out / "words.tsv"
    options = ["--method", "bayes", "--rounds", "40", "--samples", "3"]
    command = [sys.executable, "-m", "nlpzero", "discover", *options, "--checkpoint", state, "-o", words, text]
    process = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert [path.name for path in out.iterdir()] == ["state"]
    resumed = nlpzero("discover", *options, "--checkpoint", state, "--resume", text)
    assert resumed.exit_code == 0, resumed.output
    assert resumed.stdout == nlpzero("discover", *options, text).stdout
    refused = nlpzero("discover", *options, "--seed", "2", "--checkpoint", state, "--resume", text)
    assert (refused.exit_code, "other settings" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["discover", "--save-segmenter", "x"], "--save-segmenter needs --method bayes"),
        (["discover", "--method", "esa", "--boundaries", "x"], "--boundaries needs --method bayes"),
        (["discover", "--checkpoint", "x"], "--checkpoint needs --method bayes"),
        (["discover", "--method", "bayes", "--resume"], "--resume needs --checkpoint"),
        (["segment", "--segmenter", "x", "--learn"], "exclude each other"),
        (["segment", "--rounds", "3"], "--rounds needs --learn"),
        (["discover", "--finer", "-1"], "--finer"),
    ],
)
def test_wrong_combinations_are_wrong_usage(
    arguments: list[str], message: str, nlpzero: Callable[..., Result], tmp_path: Path
) -> None:
    result = nlpzero(*arguments, STORIES)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_is_no_segmenter_is_one_line(nlpzero: Callable[..., Result], tmp_path: Path) -> None:
    for path in (STORIES, tmp_path / "none"):
        result = nlpzero("segment", "--segmenter", path, STORIES)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"nlpzero: error: {path}: ")
        assert result.stderr.count("\n") == 1
    unwritable = nlpzero("discover", *QUICK, "--save-segmenter", tmp_path / "no" / "seg.npz", STORIES)
    assert (unwritable.exit_code, "cannot be written" in unwritable.stderr) == (1, True)


def test_a_word_is_explained_by_how_often_it_is_cut_out(nlpzero: Callable[..., Result]) -> None:
    shown = nlpzero("discover", *QUICK, "--explain", "青桅坊", STORIES).stdout  # an invented shipyard
    assert shown.startswith("青桅坊: a word, cut out 12 times")
    assert "passes  times cut out: 12, at least 5" in shown


def test_jsonl_boundaries_are_objects(nlpzero: Callable[..., Result], tmp_path: Path) -> None:
    chances = tmp_path / "chances"
    arguments = ["--format", "jsonl", "--min-count", "1", "--boundaries", chances]
    assert nlpzero("discover", *QUICK, *arguments, text="山水，山\n").exit_code == 0  # "landscape, mountain"
    (row,) = [json.loads(line) for line in chances.read_text(encoding="utf-8").splitlines()]
    assert (row["line"], row["column"]) == (1, 2)
    assert 0 <= row["probability"] <= 1
