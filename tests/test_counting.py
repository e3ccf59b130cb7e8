"""Runs of keys: counting and merging."""

import tracemalloc
from collections import Counter
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from cases import DAMAGES

from nlpzero.core import counting
from nlpzero.core import workspace as workspace_module
from nlpzero.core.counting import Merging, count, count_ranked, merge, parts_of, sort_with_origin
from nlpzero.core.engine import Engine
from nlpzero.core.workspace import NONE, Ids, Keys, Run, StoredRun, Workspace
from nlpzero.errors import ModelError, NlpZeroError


def random_keys(rng: np.random.Generator, size: int, top: int) -> Keys:
    return rng.integers(0, top, size, dtype=np.uint64)


def merged(runs: list[StoredRun], minimum: int = 1) -> tuple[Run, list[Ids]]:
    """Put the pieces of a merge together."""
    pieces = list(merge(runs, minimum))
    run = Run(np.concatenate([p.keys for p, _ in pieces]), np.concatenate([p.counts for p, _ in pieces]))
    return run, [np.concatenate(parts) for parts in zip(*(ranks for _, ranks in pieces), strict=True)]


def test_keys_are_counted_in_increasing_order() -> None:
    run = count(np.array([7, 3, 7, 7], np.uint64))
    assert run.keys.tolist() == [3, 7]
    assert run.counts.tolist() == [1, 3]


@pytest.mark.parametrize("top", [5, 1 << 20, 1 << 63])
def test_counts_agree_with_a_counter(top: int) -> None:
    rng = np.random.default_rng(2)
    keys = random_keys(rng, 3000, top)
    expected = Counter(keys.tolist())
    run, ranks = count_ranked(keys)
    assert dict(zip(run.keys.tolist(), run.counts.tolist(), strict=True)) == expected
    assert np.array_equal(run.keys[ranks], keys)
    assert np.array_equal(count(keys).keys, run.keys)


@pytest.mark.parametrize("top", [3, 1 << 40, (1 << 64) - 1])
def test_sorting_with_origin_is_a_stable_argsort_whether_or_not_the_position_fits_the_key(top: int) -> None:
    rng = np.random.default_rng(3)
    keys = rng.integers(0, top, 1000, dtype=np.uint64)
    ordered, origin = sort_with_origin(keys)
    assert np.array_equal(origin, np.argsort(keys, kind="stable"))
    assert np.array_equal(ordered, np.sort(keys))


def test_nothing_is_counted_in_nothing() -> None:
    empty = np.empty(0, np.uint64)
    run, ranks = count_ranked(empty)
    assert len(run.keys) == len(run.counts) == len(ranks) == 0
    assert len(count(empty).keys) == 0
    assert sum(len(piece.keys) for piece, _ in merge([])) == 0


@pytest.mark.parametrize("budget", [0, 1 << 30])
@pytest.mark.parametrize("chunk", [50, 1 << 20])
@pytest.mark.parametrize("minimum", [1, 3])
def test_merging_runs_is_counting_everything_at_once(
    budget: int, chunk: int, minimum: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MERGE_CHUNK", chunk)
    rng = np.random.default_rng(4)
    blocks = [random_keys(rng, size, 300) for size in (1000, 0, 1, 700)]
    whole = count(np.concatenate(blocks))
    kept = whole.counts >= minimum
    with Workspace(budget, tmp_path) as workspace:
        runs = [workspace.store_run(count(block)) for block in blocks]
        assert (runs[0].keys.path is not None) == (budget == 0)
        run, ranks = merged(runs, minimum)
        assert np.array_equal(run.keys, whole.keys[kept])
        assert np.array_equal(run.counts, whole.counts[kept])
        for stored, rank in zip(runs, ranks, strict=True):
            present = rank != NONE
            assert np.array_equal(run.keys[rank[present]], stored.keys.array[present])
            assert not np.isin(stored.keys.array[~present], run.keys).any()
    assert list(tmp_path.iterdir()) == []


def test_merging_needs_memory_for_a_chunk_and_not_for_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MERGE_CHUNK", 1 << 14)
    rng = np.random.default_rng(5)
    with Workspace(0, tmp_path) as workspace:
        runs = [workspace.store_run(count(random_keys(rng, 1 << 17, 1 << 40))) for _ in range(4)]
        tracemalloc.start()
        for _ in merge(runs):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        size = sum(stored.array.nbytes for run in runs for stored in run)
    assert peak < size / 2


@pytest.mark.parametrize(("workers", "budget"), [(1, 1 << 30), (1, 0), (2, 0)])
@pytest.mark.parametrize("entries", [50, 1 << 20])
@pytest.mark.parametrize("minimum", [1, 3])
def test_merging_by_ranges_of_keys_is_counting_everything_at_once(
    workers: int, budget: int, entries: int, minimum: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MERGE_CHUNK", "LEAST"):
        monkeypatch.setattr(counting, name, entries)
    rng = np.random.default_rng(7)
    blocks = [random_keys(rng, size, 300) for size in (1000, 0, 1, 700)]
    whole = count(np.concatenate(blocks))
    kept = whole.counts >= minimum
    with Engine(workers) as engine, Workspace(budget, tmp_path, task=entries * 36) as workspace:
        runs = [workspace.store_run(count(block)) for block in blocks]
        merging = Merging(runs, minimum, engine=engine, workspace=workspace, ranked=True)
        pieces = [Run(np.array(piece.keys), np.array(piece.counts)) for piece in merging]
        assert (len(pieces) > 5) == (entries == 50)
        assert np.array_equal(np.concatenate([piece.keys for piece in pieces]), whole.keys[kept])
        assert np.array_equal(np.concatenate([piece.counts for piece in pieces]), whole.counts[kept])
        for block, ranks in zip(blocks, merging.ranks, strict=True):
            keys = count(block).keys
            present = np.isin(keys, whole.keys[kept])
            assert np.array_equal(ranks.array != NONE, present)
            assert np.array_equal(whole.keys[kept][ranks.array[present]], keys[present])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("workers", "fewest", "minimum"), [(1, 2, 1), (1, 3, 3), (2, 5, 2), (1, 23, 2)])
def test_runs_merged_in_groups_of_groups_give_the_same_sums_and_ranks(
    workers: int, fewest: int, minimum: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(8)
    blocks = [random_keys(rng, size, 300) for size in (0, 1, *rng.integers(0, 200, 20).tolist(), 0)]
    with Engine(workers) as engine, Workspace(0, tmp_path, task=1) as workspace:
        runs = [workspace.store_run(count(block)) for block in blocks]

        def found() -> tuple[Run, list[Ids]]:
            merging = Merging(runs, minimum, engine=engine, workspace=workspace, ranked=True)
            pieces = [Run(np.array(piece.keys), np.array(piece.counts)) for piece in merging]
            run = Run(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))
            return run, [np.array(ranks.array) for ranks in merging.ranks]

        at_once, ranks = found()
        monkeypatch.setattr(counting, "LEAST", 50)
        monkeypatch.setattr(counting, "FEWEST", fewest)
        in_groups, ranks_of_groups = found()
        assert np.array_equal(at_once.keys, in_groups.keys)
        assert np.array_equal(at_once.counts, in_groups.counts)
        assert len(ranks) == len(ranks_of_groups) == len(blocks)
        assert all(map(np.array_equal, ranks, ranks_of_groups))


@pytest.mark.parametrize("fewest", [3, 100])
def test_runs_that_are_spent_leave_no_files_but_those_of_the_ranks(
    fewest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LEAST", 50)
    monkeypatch.setattr(counting, "FEWEST", fewest)
    rng = np.random.default_rng(8)
    blocks = [random_keys(rng, size, 300) for size in rng.integers(1, 200, 20).tolist()]
    with Workspace(0, tmp_path, task=1) as workspace:
        sums = []
        for spent in (False, True):
            runs = [workspace.store_run(count(block)) for block in blocks]
            files = {Path(run.keys.path or "") for run in runs}
            merging = Merging(runs, 2, engine=Engine(), workspace=workspace, ranked=True, spent=spent)
            sums.append([(run.keys.tolist(), run.counts.tolist()) for run in merging])
            assert [file.exists() for file in files] == [not spent] * len(files)
            kept = {Path(part.path or "") for part in parts_of(merging.ranks)}
            for run in () if spent else runs:
                workspace.discard(*run)
            assert set(Path(workspace.directory).iterdir()) == kept
            workspace.discard(*parts_of(merging.ranks))
        assert sums[0] == sums[1]


def test_counts_of_levels_take_64_bits_only_where_they_must() -> None:
    with Workspace(1 << 20) as workspace:
        for number, kind in ((2**31 - 3, np.uint32), (2**31, np.int64)):
            keys, counts = np.arange(2, dtype=np.uint64), np.array([number, 1], np.int64)
            runs = [workspace.store_run(Run(keys, counts)) for _ in range(2)]
            merging = Merging(runs, workspace=workspace, engine=Engine())
            assert merging.number_type is kind
            assert [run.counts.tolist() for run in merging] == [[2 * number, 2]]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not tell which files are open")
def test_few_files_are_open_and_reads_are_long_however_many_runs_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LEAST", 1000)
    monkeypatch.setattr(counting, "READ", 1 << 9)
    opened, lengths = [], []
    read = workspace_module._read

    def counted(file: FileIO, at: int, place: npt.NDArray[Any]) -> None:
        lengths.append(place.nbytes)
        opened.append(len(list(Path("/proc/self/fd").iterdir())))
        read(file, at, place)

    monkeypatch.setattr(workspace_module, "_read", counted)
    rng = np.random.default_rng(9)
    for number in (20, 400):
        with Workspace(0, tmp_path, task=1) as workspace:
            runs = [workspace.store_run(count(random_keys(rng, 100, 1 << 40))) for _ in range(number)]
            before = len(list(Path("/proc/self/fd").iterdir()))
            opened.clear()
            lengths.clear()
            for _ in Merging(runs, engine=Engine(), workspace=workspace, ranked=True):
                pass
        assert max(opened) - before <= 3
        assert sum(lengths) / len(lengths) > 100  # bytes; 15 where all 400 are merged at once


def test_more_keys_than_can_be_numbered_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 100)
    with Workspace(1 << 20) as workspace:
        runs = [workspace.store_run(count(np.arange(101, dtype=np.uint64)))]
        assert sum(len(run.keys) for run in Merging(runs, workspace=workspace, engine=Engine())) == 101
        with pytest.raises(ModelError, match="more than 100 distinct n-grams or pairs of one length"):
            list(Merging(runs, workspace=workspace, engine=Engine(), ranked=True))
        runs = [workspace.store_run(count(np.arange(100, dtype=np.uint64)))]
        assert sum(len(run.keys) for run in Merging(runs, workspace=workspace, engine=Engine(), ranked=True)) == 100


def test_merging_nothing_gives_nothing() -> None:
    with Workspace(0) as workspace:
        assert sum(len(run.keys) for run in Merging([], workspace=workspace, engine=Engine())) == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_that_is_damaged_on_disk_is_an_error(damage: Callable[[str], None], tmp_path: Path) -> None:
    with Workspace(0, tmp_path) as workspace:
        runs = [workspace.store_run(count(np.arange(start, start + 99, dtype=np.uint64))) for start in (0, 50)]
        damage(str(runs[1].keys.path))
        with pytest.raises(NlpZeroError, match=r"a temporary file is missing or damaged; run again, with `tmp_dir`"):
            list(Merging(runs, workspace=workspace, engine=Engine()))
