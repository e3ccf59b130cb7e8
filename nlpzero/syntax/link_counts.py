"""What raw text tells of links: where words stand in clauses, and how often two of them stand in one, in order."""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.counting import Merging, count
from ..core.job import Cost, Execution, Job, open_execution
from ..core.schema import Member, Schema
from ..core.workspace import Column, Counts, Ids, Run, StoredRun, Workspace
from ..errors import ModelError, NothingFound
from .clauses import ClauseBlock, Clauses
from .links import pairs_at

SCHEMA = Schema(
    "link counts",
    1,
    {
        "words": Member("text", ("words",)),
        "counts": Member("i8", ("words",)),
        "begins": Member("i8", ("words",)),
        "ends": Member("i8", ("words",)),
        "starts": Member("i8", ("words+1",), starts_of="pairs"),
        "columns": Member("u4", ("pairs",), mapped=True, below="words"),
        "values": Member("i8", ("pairs",), mapped=True),
    },
    "count again: nlpzero links",
    {"window": int, "clauses": int, "total": int, "min_count": int},
)
WINDOW = 10
PIECE = 1 << 20
"""Pairs of a merged file that are read at a time."""

LINKING = Cost(task=110, tasks=0.35, disk=8)
"""Of counting pairs in a window of 10; 6 bytes of temporary files for each byte of text were measured."""


@dataclass(frozen=True)
class LinkCounts:
    """Counts of words and ordered pairs of words in clauses (小句).

    Attributes
    ----------
    words : list of str
        Sorted.
    counts, begins, ends : int64 arrays (words,)
        How often each word occurs, begins a clause, ends one.
    starts : int64 array (words + 1,)
        Where the pairs of each first word begin.
    columns : uint32 array (pairs,)
        Second words, rising for each first word.
    values : int64 array (pairs,)
        How often the pair stands in a clause, at most `window` words apart.
    window : int
    clauses : int
        How many were read.
    total : int
        Pairs that were counted, rare ones included.
    min_count : int
        Pairs that occur less often are left out.
    """

    words: list[str]
    counts: Counts
    begins: Counts
    ends: Counts
    starts: Counts
    columns: Ids
    values: npt.NDArray[Any]
    window: int = WINDOW
    clauses: int = 0
    total: int = 0
    min_count: int = 1

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the counts to a file.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        made = {name: getattr(self, name) for name in SCHEMA.facts}
        write_archive(path, SCHEMA, made, {name: getattr(self, name) for name in SCHEMA.members})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "LinkCounts":
        """Open a file of counts; its pairs are memory maps.

        Raises
        ------
        ModelError
            If the file is missing, damaged, of another kind or another version.
        """
        archive = read_archive(path, SCHEMA)
        held: dict[str, Any] = {**archive.arrays, **{name: archive.made[name] for name in SCHEMA.facts}}
        return cls(archive.texts["words"], **held)

    def in_memory(self) -> "LinkCounts":
        """Give the same with arrays that are no maps of files."""
        return replace(self, columns=np.array(self.columns), values=np.array(self.values))

    def look_up(self, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Counts:
        """Give the counts of pairs of words, given by their ranks, of which -1 is none; 0 for pairs that are not there.

        Notes
        -----
        By bisection in the pairs of the first word, all questions together.
        """
        known = (first >= 0) & (second >= 0)
        at = np.where(known, first, 0)
        low, high = self.starts[at], np.where(known, self.starts[at + 1], self.starts[at])
        end = high
        for _ in range(int((high - low).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            inside = low < high
            less = inside & (self.columns[np.where(inside, middle, 0)] < second) if len(self.columns) else inside
            low, high = np.where(less, middle + 1, low), np.where(inside & ~less, middle, high)
        there = np.flatnonzero(low < end)
        there = there[self.columns[low[there]] == second[there]]
        found = np.zeros(len(first), np.int64)
        found[there] = self.values[low[there]]
        return found


def count_links(clauses: Clauses, *, window: int = WINDOW, min_count: int = 1) -> LinkCounts:
    """Count what links are learned from (依存链接统计), exactly.

    Parameters
    ----------
    clauses : Clauses
    window : int
        Greatest distance of the words of a pair.
    min_count : int
        Pairs that occur less often are left out. Parts of a corpus add up to the whole if it is 1.

    Returns
    -------
    LinkCounts
        The pairs may be maps of files of the clauses' execution: save them before it closes.

    Raises
    ------
    NothingFound
        If there is no word, or no pair is frequent enough.

    Notes
    -----
    One sort of the pairs of each block, about 15 ns a pair, and one merge of the sorted runs.

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> found = count_links(Clauses(["水 涨 了 ， 水 退 了\\n"], partial(encode_part, BlankCutter())))
    >>> found.words, found.counts.tolist(), found.begins.tolist(), found.ends.tolist(), found.total
    (['了', '水', '涨', '退'], [2, 2, 1, 1], [0, 2, 0, 0], [2, 0, 0, 0], 6)
    >>> found.look_up(np.array([1, 1, 0]), np.array([0, 2, 1])).tolist()  # 水 .. 了, 水 .. 涨, 了 .. 水
    [2, 1, 0]
    """
    execution, size = clauses.execution, len(clauses.vocabulary)
    begins, ends = np.zeros(size, np.int64), np.zeros(size, np.int64)
    runs: list[StoredRun] = []
    number = total = 0
    task = functools.partial(_count_block, execution.workspace, size, window)
    for run, first, last, lengths, pairs in execution.engine.map(task, clauses.blocks):
        runs.append(run)
        begins += first
        ends += last
        number += lengths
        total += pairs
    table = _table(runs, size, min_count, execution)
    if not len(table[1]):
        raise NothingFound(
            f"no two words stand together {min_count} times in {clauses.total:,} words; give more text, or lower "
            "`min_count`"
        )
    return LinkCounts(clauses.vocabulary, clauses.counts, begins, ends, *table, window, number, total, min_count)


def _count_block(
    workspace: Workspace, size: int, window: int, block: ClauseBlock
) -> tuple[StoredRun, Counts, Counts, int, int]:
    """Count the pairs of one block, and which words begin and end its clauses."""
    words, room, lengths = block.words(), block.room(), block.lengths.array
    last = np.cumsum(lengths, dtype=np.intp) - 1
    first = last + 1 - lengths
    keys = [np.empty(0, np.uint64)]
    wide = words.astype(np.uint64)
    for distance in range(1, min(window, int(room.max(initial=1)) - 1) + 1):
        at = pairs_at(room, distance)
        keys.append(wide[at] * np.uint64(size) + wide[at + distance])
    pairs = np.concatenate(keys)
    run = workspace.store_run(count(pairs))
    begins, ends = (np.bincount(words[place], minlength=size) for place in (first, last))
    return run, begins, ends, len(lengths), len(pairs)


def _table(
    runs: Sequence[StoredRun], size: int, min_count: int, execution: Execution
) -> tuple[Counts, Ids, npt.NDArray[Any]]:
    """Add up runs whose keys are first * size + second."""
    workspace = execution.workspace
    numbers = np.zeros(size, np.int64)
    columns, values = Column(workspace, np.uint32), Column(workspace, np.int64)
    for run in Merging(runs, min_count, workspace=workspace, engine=execution.engine):
        first, second = np.divmod(run.keys, np.uint64(size))
        numbers += np.bincount(first.astype(np.intp), minlength=size)
        columns.append(second.astype(np.uint32))
        values.append(run.counts)
    for stored in runs:
        workspace.discard(*stored)
    return np.append(0, np.cumsum(numbers)), columns.stored().unchecked, values.stored().unchecked


def merge_links(parts: Sequence[LinkCounts], min_count: int = 1, *, job: Job | Execution | None = None) -> LinkCounts:
    """Add up counts made from parts of a corpus (合并计数): with `min_count` 1 in the parts, those of the whole.

    Parameters
    ----------
    parts : sequence of LinkCounts
    min_count : int
        Leave out pairs that occur less often in all parts together.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    ModelError
        If they were counted in different windows.

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> texts = "水 涨 了\\n", "船 来 了\\n"
    >>> one, two = (count_links(Clauses([text], partial(encode_part, BlankCutter()))) for text in texts)
    >>> merge_links([one, two]).counts.tolist()
    [2, 1, 1, 1, 1]
    """
    if not isinstance(job, Execution):
        with open_execution(job, LINKING) as execution:
            return merge_links(parts, min_count, job=execution).in_memory()
    windows = {part.window for part in parts}
    if len(windows) > 1:
        raise ModelError(
            f"counts of windows of {' and '.join(map(str, sorted(windows)))} cannot be added; count again with one"
        )
    words = sorted(set().union(*(part.words for part in parts)))
    rank = {word: i for i, word in enumerate(words)}
    sums = np.zeros((3, len(words)), np.int64)
    runs: list[StoredRun] = []
    size = np.uint64(len(words))
    for part in parts:
        ranks = np.array([rank[word] for word in part.words], np.uint64)
        for row, counted in zip(sums, (part.counts, part.begins, part.ends), strict=True):
            row[ranks.astype(np.intp)] += counted
        for at in range(0, len(part.columns), PIECE):  # words are sorted in both, and so are the pairs
            place = np.arange(at, min(at + PIECE, len(part.columns)))
            first = np.searchsorted(part.starts, place, "right") - 1
            keys = ranks[first] * size + ranks[part.columns[place]]
            runs.append(job.workspace.store_run(Run(keys, np.array(part.values[place]))))
    table = _table(runs, len(words), min_count, job)
    clauses, total = (sum(getattr(part, name) for part in parts) for name in ("clauses", "total"))
    least = max(min_count, *(part.min_count for part in parts))
    counts, begins, ends = sums
    return LinkCounts(words, counts, begins, ends, *table, windows.pop(), clauses, total, least)
