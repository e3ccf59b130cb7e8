"""The commands `nlpzero count` and `nlpzero merge`, and `discover --counts`."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.core.engine import Engine

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


def nlpzero(*arguments: object, text: str | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [*map(str, arguments)], input=text)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of the counts of the sample stories."""
    path = tmp_path_factory.mktemp("whole") / "stories.runs"
    succeeded(nlpzero("count", "-j", "1", "-o", path, STORIES))
    return path


def test_counts_of_parts_merge_to_those_of_the_whole(whole: Path, tmp_path: Path) -> None:
    lines = STORIES.read_text(encoding="utf-8").splitlines(keepends=True)
    for number in range(3):
        done = nlpzero("count", "-j", "1", "-o", tmp_path / f"{number}.runs", text="".join(lines[number::3]))
        assert (done.exit_code, done.output) == (0, "")
    parts = [tmp_path / f"{number}.runs" for number in (1, 2, 0)]
    succeeded(nlpzero("merge", "-o", tmp_path / "all.runs", "--tmp-dir", tmp_path, *parts))
    assert (tmp_path / "all.runs").read_bytes() == whole.read_bytes()
    assert len([*tmp_path.iterdir()]) == 4


def test_small_memory_and_workers_change_nothing(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.runs"
    succeeded(nlpzero("count", "-j", "2", "--memory", "1M", "--tmp-dir", tmp_path, "-o", path, STORIES))
    assert path.read_bytes() == whole.read_bytes()
    assert [*tmp_path.iterdir()] == [path]


def test_discover_by_the_counts_of_a_corpus_finds_what_it_finds_in_the_corpus(whole: Path, tmp_path: Path) -> None:
    plain = nlpzero("discover", "-j", "1", "--segmented", tmp_path / "a.txt", STORIES)
    given = nlpzero("discover", "-j", "1", "--counts", whole, "--segmented", tmp_path / "b.txt", STORIES)
    succeeded(given)
    assert given.stdout == plain.stdout
    assert (tmp_path / "b.txt").read_bytes() == (tmp_path / "a.txt").read_bytes()


@pytest.mark.parametrize("method", ["cohesion", "pmi"])
def test_characters_are_counted_for_cohesion_and_pmi(method: str, tmp_path: Path) -> None:
    counts = tmp_path / "characters.runs"
    succeeded(nlpzero("count", "-j", "1", "--characters", "-o", counts, STORIES))
    options = "discover", "-j", "1", "--method", method, "--max-length", "4"
    assert nlpzero(*options, "--counts", counts, STORIES).stdout == nlpzero(*options, STORIES).stdout


def test_units_that_were_not_counted_are_told(whole: Path) -> None:
    text = "沈渡棠在纽约。\n"  # "Shen Dutang is in New York"
    done = nlpzero("discover", "-j", "1", "--min-count", "1", "--counts", whole, text=text)
    succeeded(done)
    assert "units that are not in the counts, taken to occur once: 1" in done.stderr


def test_bad_counts_are_told_in_one_line(whole: Path, tmp_path: Path) -> None:
    short, other = tmp_path / "short.runs", tmp_path / "other.runs"
    short.write_bytes(whole.read_bytes()[:-2000])
    other.write_text("counts")
    cases = [
        (("merge", "-o", "x", whole, "none.runs"), "none.runs: No such file or directory"),
        (("merge", "-o", "x", short), "short.runs: holds no n-gram counts of nlpzero, or is damaged"),
        (("discover", "--counts", other, STORIES), "other.runs: holds no n-gram counts"),
        (("discover", "--counts", whole, "--method", "pmi", STORIES), "counts units, pmi needs characters"),
        (("discover", "--counts", whole, "--order", "5", STORIES), "count again with --order 5 or more"),
        (("count", "-o", "no/where", STORIES), "no/where: cannot be written"),
    ]
    for arguments, message in cases:
        done = nlpzero(*arguments)
        assert done.exit_code == 1
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert not Path("x").exists()


def test_wrong_usage_ends_with_2(whole: Path) -> None:
    assert nlpzero("count", STORIES).exit_code == 2
    assert nlpzero("merge", "-o", "x").exit_code == 2
    assert nlpzero("discover", "--counts", whole, "--method", "bayes", STORIES).exit_code == 2
    succeeded(nlpzero("discover", "--counts", whole, "--explain", "水", STORIES))  # "water": counts explain, too


def test_a_cluster_is_told_which_counts_its_workers_will_read(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    class Machines(Engine):
        """What stands for a cluster."""

        shares_memory = False

        def __init__(
            self, _scheduler: str, _directory: str, workers: int, *, files: Sequence[str], **_: object
        ) -> None:
            super().__init__(workers)
            asked.append([*files])

    monkeypatch.setattr("nlpzero.core.cluster.Cluster", Machines)
    monkeypatch.chdir(whole.parent)
    there = ["--scheduler", "tcp://host:1", "--tmp-dir", tmp_path]
    assert nlpzero("merge", *there, "-o", tmp_path / "sum.runs", "stories.runs", whole).exit_code == 0
    assert nlpzero("discover", *there, "--counts", "stories.runs", "-o", tmp_path / "words", STORIES).exit_code == 0
    assert nlpzero("discover", *there, "-o", tmp_path / "words", STORIES).exit_code == 0
    assert asked == [[str(whole)] * 2, [str(whole)], []]
    logging.disable(logging.NOTSET)
