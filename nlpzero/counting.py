"""Exact counts of packed integer keys: the hall every capability counts in.

A *run* (游程) is a pair of arrays: strictly increasing ``uint64`` keys and their counts. `count` makes one from a block
of keys, `merge` adds any number of them. Merging is exact and order-free, so a corpus gives the same bytes for any
block size and any number of workers. What outgrows the memory given is kept in files of a `Workspace`.
"""

import contextlib
import heapq
import itertools
import operator
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]

NONE = np.uint32(0xFFFFFFFF)
"""The id of what is not there."""

MERGE_CHUNK = 1 << 20
"""Entries merged at a time: their sort stays inside the second-level cache (2^18 to 2^21 measured alike)."""


_serial = itertools.count()


class Run(NamedTuple):
    """Strictly increasing keys and their counts, both of shape (n,)."""

    keys: Keys
    counts: Counts


class Stored(NamedTuple):
    """An array of a workspace: in memory, or in a file that any process of this machine can read."""

    dtype: str
    length: int
    memory: npt.NDArray[Any] | None
    path: str | None

    @property
    def array(self) -> npt.NDArray[Any]:
        """The array itself; a fresh memory map when it is in a file, so that its pages go when the caller lets go."""
        if self.memory is not None:
            return self.memory
        if self.length == 0 or self.path is None:
            return np.empty(0, self.dtype)
        return np.memmap(self.path, self.dtype, "r", shape=(self.length,))

    def discard(self) -> None:
        """Delete the file, if it is one."""
        if self.path is not None:
            os.unlink(self.path)


class StoredRun(NamedTuple):
    """A run of a workspace."""

    keys: Stored
    counts: Stored


class Workspace:
    """A place for arrays: memory up to a budget, then files in a temporary directory that is removed at the end.

    Parameters
    ----------
    budget : int
        Bytes of arrays to keep in memory. A copy sent to a worker process keeps none: its arrays are files.
    tmp_dir : path, optional
        Where to make the temporary directory (default: the system's).

    Examples
    --------
    >>> with Workspace(budget=0) as workspace:
    ...     stored = workspace.store(np.arange(3))
    ...     stored.path is not None, stored.array.tolist()
    (True, [0, 1, 2])
    """

    def __init__(self, budget: int, tmp_dir: str | os.PathLike[str] | None = None) -> None:
        self.budget = budget
        self._used = 0
        self._tmp_dir = tmp_dir
        self._directory: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"budget": 0, "_used": 0, "_tmp_dir": None, "_directory": self.directory}

    @property
    def directory(self) -> str:
        """The temporary directory, made when first asked for."""
        if self._directory is None:
            self._directory = tempfile.mkdtemp(prefix="nlpzero-", dir=self._tmp_dir)
        return self._directory

    def path(self) -> Path:
        """Name a new file, unlike that of any other process that shares the directory."""
        return Path(self.directory, f"{os.getpid()}-{next(_serial)}")

    def store(self, array: npt.NDArray[Any]) -> Stored:
        """Keep one array, in memory while the budget lasts."""
        array = np.ascontiguousarray(array)
        if self._used + array.nbytes <= self.budget:
            self._used += array.nbytes
            return Stored(array.dtype.str, len(array), array, None)
        path = self.path()
        array.tofile(path)
        return Stored(array.dtype.str, len(array), None, str(path))

    def store_run(self, run: Run) -> StoredRun:
        """Keep a run; counts of a block fit 32 bits."""
        counts = run.counts.astype(np.uint32) if run.counts.max(initial=0) < NONE else run.counts
        return StoredRun(self.store(run.keys), self.store(counts))

    def discard(self, *stored: Stored) -> None:
        """Let go of arrays that are not needed any more."""
        for one in stored:
            if one.memory is not None:
                self._used -= one.memory.nbytes
            one.discard()

    def close(self) -> None:
        """Remove the temporary directory with all that is in it."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None


class Tally:
    """Counts of strings (计数), in the order of their first occurrence; beyond a limit they wait in sorted files.

    Parameters
    ----------
    workspace : Workspace
    limit : int
        Distinct strings to hold in memory, at about 150 bytes each.

    Examples
    --------
    >>> with Workspace(budget=0) as workspace:
    ...     tally = Tally(workspace, limit=1)
    ...     tally.add({"乙": 1, "甲": 1})
    ...     tally.add({"甲": 2})
    ...     tally.total, tally.at_least(2), tally.at_least(1)
    (4, {'甲': 3}, {'乙': 1, '甲': 3})
    """

    def __init__(self, workspace: Workspace, limit: int) -> None:
        self.workspace, self.limit, self.total = workspace, limit, 0
        self._counts: dict[str, int] = {}
        self._seen = 0
        self._files: list[Path] = []

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of one block, whose order is that of first occurrence."""
        held, get = self._counts, self._counts.get
        for string, number in counts.items():
            held[string] = get(string, 0) + number
        self.total += sum(counts.values())
        if len(held) > self.limit:
            self._spill()

    def _spill(self) -> None:
        """Write the strings held so far to a file, sorted, with their counts and places of first occurrence."""
        places = dict(zip(self._counts, itertools.count(self._seen)))
        path = self.workspace.path()
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.writelines(f"{string}\t{self._counts[string]}\t{places[string]}\n" for string in sorted(self._counts))
        self._files.append(path)
        self._seen += len(self._counts)
        self._counts.clear()

    def at_least(self, minimum: int) -> dict[str, int]:
        """Give the strings counted `minimum` times or more, in the order of first occurrence."""
        if not self._files:
            return {string: number for string, number in self._counts.items() if number >= minimum}
        self._spill()
        found: list[tuple[int, str, int]] = []
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(open(path, encoding="utf-8", newline="")) for path in self._files]
            rows = heapq.merge(*(map(_spilled_row, file) for file in files))
            for string, group in itertools.groupby(rows, key=operator.itemgetter(0)):
                numbers, places = zip(*((number, place) for _, number, place in group), strict=True)
                if sum(numbers) >= minimum:
                    found.append((min(places), string, sum(numbers)))
        return {string: number for _, string, number in sorted(found)}


def _spilled_row(line: str) -> tuple[str, int, int]:
    """Read one line of a spilled tally."""
    string, number, place = line.rsplit("\t", 2)
    return string, int(number), int(place)


def sort_with_origin(keys: Keys) -> tuple[Keys, npt.NDArray[np.intp]]:
    """Sort keys, stably, and tell where each came from: ``keys[origin] == sorted``.

    Where key and position fit 64 bits together they are sorted as one number, which is 8 times faster than
    `numpy.argsort` (0.08 s against 0.64 s for 7.7 million keys, NumPy 2.4 with AVX-512).

    Examples
    --------
    >>> ordered, origin = sort_with_origin(np.array([7, 3, 7], np.uint64))
    >>> ordered.tolist(), origin.tolist()
    ([3, 7, 7], [1, 0, 2])
    """
    if len(keys) == 0:
        return keys, np.empty(0, np.intp)
    low = keys.min()
    shift = len(keys).bit_length()
    if int(keys.max() - low).bit_length() + shift > 64:
        origin = np.argsort(keys, kind="stable")
        return keys[origin], origin
    packed = keys - low
    packed <<= np.uint64(shift)
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    origin = (packed & np.uint64((1 << shift) - 1)).astype(np.intp)
    packed >>= np.uint64(shift)
    packed += low
    return packed, origin


def first_of_each(ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark the first of each group of equal neighbours in a sorted array."""
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def count(keys: Keys) -> Run:
    """Count keys by sorting: O(n log n), about 15 ns a key.

    Examples
    --------
    >>> count(np.array([5, 2, 5], np.uint64))
    Run(keys=array([2, 5], dtype=uint64), counts=array([1, 2]))
    """
    ordered = np.sort(keys)
    starts = np.flatnonzero(first_of_each(ordered))
    return Run(ordered[starts], np.diff(starts, append=len(ordered)))


def count_ranked(keys: Keys) -> tuple[Run, Ids]:
    """Count keys and give the rank of each key among the distinct ones.

    Examples
    --------
    >>> count_ranked(np.array([5, 2, 5], np.uint64))[1]
    array([1, 0, 1], dtype=uint32)
    """
    ordered, origin = sort_with_origin(keys)
    first = first_of_each(ordered)
    ranks = np.empty(len(keys), np.uint32)
    ranks[origin] = np.cumsum(first, dtype=np.uint32) - np.uint32(1)
    starts = np.flatnonzero(first)
    return Run(ordered[starts], np.diff(starts, append=len(ordered))), ranks


def merge(runs: Sequence[StoredRun], minimum: int = 1) -> Iterator[tuple[Run, list[Ids]]]:
    """Add runs, as a stream of pieces in the order of their keys.

    Parameters
    ----------
    runs : runs of a workspace, in memory or in files.
    minimum : int
        Keys whose total is smaller are left out.

    Yields
    ------
    run : Run
        The next keys with their total counts.
    ranks : list of uint32 arrays
        For each of the runs, its entries of this piece: their rank in the whole result, or NONE.

    Notes
    -----
    The key space is cut at quantiles, and one part of every run is in memory at a time: about 40 bytes for each of
    `MERGE_CHUNK` entries, whatever the size of the runs. O(n log n) in the entries of all runs.
    """
    if not runs:
        return
    splitters = _quantiles(runs)
    borders = [
        np.concatenate(([0], np.searchsorted(run.keys.array, splitters), [run.keys.length])).astype(np.intp)
        for run in runs
    ]
    rank = 0
    for part in range(len(splitters) + 1):
        slices = [slice(border[part], border[part + 1]) for border in borders]
        lengths = [piece.stop - piece.start for piece in slices]
        keys = np.concatenate([run.keys.array[piece] for run, piece in zip(runs, slices, strict=True)])
        counts = np.concatenate([run.counts.array[piece] for run, piece in zip(runs, slices, strict=True)])
        merged, ranks = _add(keys, counts, minimum, rank)
        rank += len(merged.keys)
        yield merged, np.split(ranks, np.cumsum(lengths[:-1]))


def _quantiles(runs: Sequence[StoredRun]) -> Keys:
    """Choose keys that cut the runs into parts of about `MERGE_CHUNK` entries."""
    parts = -(-sum(run.keys.length for run in runs) // MERGE_CHUNK)
    if parts < 2:
        return np.empty(0, np.uint64)
    stride = max(1, MERGE_CHUNK // (16 * len(runs)))
    sample = np.sort(np.concatenate([run.keys.array[::stride] for run in runs]))
    return np.unique(sample[np.arange(1, parts) * len(sample) // parts])


def _add(keys: Keys, counts: npt.NDArray[Any], minimum: int, base: int) -> tuple[Run, Ids]:
    """Add the counts of equal keys; ranks of the kept ones start at `base`."""
    ordered, origin = sort_with_origin(keys)
    first = first_of_each(ordered)
    starts = np.flatnonzero(first)
    sums = np.add.reduceat(counts.take(origin), starts, dtype=np.int64) if len(starts) else np.empty(0, np.int64)
    kept = sums >= minimum
    group_ranks = np.cumsum(kept, dtype=np.uint32)
    group_ranks += np.uint32((base - 1) % (1 << 32))
    group_ranks[~kept] = NONE
    ranks = np.empty(len(keys), np.uint32)
    ranks[origin] = np.repeat(group_ranks, np.diff(starts, append=len(ordered)))
    return Run(ordered[starts[kept]], sums[kept]), ranks
