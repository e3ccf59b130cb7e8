"""What counts candidates: all baskets at once as bit rows, or, where these do not fit memory, part after part."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count, merge
from ..core.workspace import Ids, Workspace
from .baskets import Entries
from .candidates import DENSE, Candidates
from .frequent import SetLevel
from .vertical import BasketLists, Counts, Flags, Indexes, Occurrences, Vertical

_PAIRS = 1 << 20  # pairs of items counted at a time
_PAIR_COST = 5  # a pair of a basket costs about as much as this many words of a bit row

BasketParts = Callable[[], Iterator[Entries]]
"""Gives the baskets again, some at a time."""


class Stems(NamedTuple):
    """The sets that are extended: items, and how many baskets hold each."""

    sets: Ids
    counts: Counts


class WholeCounter:
    """Counts in baskets that fit memory, and keeps where the sets of a level occur."""

    def __init__(self, entries: Entries, n_items: int, budget: int, workspace: Workspace) -> None:
        self._entries, self._workspace = entries, workspace
        self.n_items = n_items
        self.counts: Counts = np.bincount(entries.items, minlength=n_items)
        self.vertical = Vertical(entries.items, entries.baskets, n_items, entries.n_baskets, budget)
        self._pieces: list[Occurrences] = []
        self._known: Occurrences = None
        self._level = Stems(np.empty((0, 1), np.uint32), self.counts[:0])

    def begin(self, level: SetLevel) -> None:
        """Set the level of single items."""
        self._level = Stems(level.sets, level.counts)
        self._known = self.vertical.singles(level.sets[:, 0].astype(np.intp), level.counts)

    def pairs(self, level: SetLevel, minimum: int) -> Candidates | None:
        """Find the frequent pairs by counting the pairs of each basket; None where bit rows are quicker.

        Only these are looked at again, for where they occur.
        """
        lengths = np.bincount(self._entries.baskets, minlength=1)
        total = int((lengths * (lengths - 1) // 2).sum())
        number = len(level.counts)
        if total * _PAIR_COST > number * (number - 1) // 2 * self.vertical.words:
            return None
        return pair_candidates(iter([self._entries]), level, self.n_items, minimum, self._workspace)

    def count(
        self, left: npt.NDArray[np.intp], right: npt.NDArray[np.intp], items: Ids, bounds: tuple[int, Counts]
    ) -> Counts:
        """Count candidates.

        Parameters
        ----------
        left, right : int arrays (m,)
            The two sets of the level that each is joined from.
        items : uint32 array (m,)
            The last item of each.
        bounds : int and int64 array (m,)
            Only those with a count of at least the first and below the second will be extended.
        """
        sets, known = self._level.sets, self._known
        left, items = _from_smaller(self._level, self._level.counts, (left, right), items, known)
        numbers = [np.empty(0, np.int64)]
        for number, occurrences in self.vertical.extend(sets, known, left, items, bounds):
            numbers.append(number)
            self._pieces.append(occurrences)
        return np.concatenate(numbers)

    def keep(self, sets: Ids, counts: Counts) -> None:
        """Go on to the level of these sets: those counted since the last one, between the bounds."""
        self._known = self.vertical.join(self._pieces, counts)
        self._pieces = []
        self._level = Stems(sets, counts)

    def parts(self) -> Iterator[tuple[Entries, Vertical]]:
        """Give the baskets, some at a time: all of them."""
        yield self._entries, self.vertical

    def sample(self, minimum: int) -> tuple[Vertical, int]:
        """Give bit rows to estimate from, and the number of them that a set must occur in."""
        return self.vertical, minimum


class PartsCounter:
    """Counts in baskets that do not fit memory: every level, and every million candidates, reads them once."""

    def __init__(self, parts: BasketParts, n_items: int, n_baskets: int, workspace: Workspace) -> None:
        self._parts, self._workspace, self._n_baskets = parts, workspace, n_baskets
        self.n_items = n_items
        self.counts: Counts = np.zeros(n_items, np.int64)
        for part in parts():
            self.counts += np.bincount(part.items, minlength=n_items)
        self._sets: Ids = np.empty((0, 1), np.uint32)

    def begin(self, level: SetLevel) -> None:
        """Set the level of single items."""
        self._sets = level.sets

    def pairs(self, level: SetLevel, minimum: int) -> Candidates | None:
        """Count the pairs of each basket."""
        return pair_candidates(self._parts(), level, self.n_items, minimum, self._workspace)

    def count(
        self, left: npt.NDArray[np.intp], _right: npt.NDArray[np.intp], items: Ids, bounds: tuple[int, Counts]
    ) -> Counts:
        """Count candidates; see `WholeCounter.count`."""
        totals = np.zeros(len(left), np.int64)
        nothing = 1 << 62, bounds[1]
        for _, vertical in self.parts():
            start = 0
            for counts, _ in vertical.extend(self._sets, None, left, items, nothing):
                totals[start : start + len(counts)] += counts
                start += len(counts)
        return totals

    def keep(self, sets: Ids, _counts: Counts) -> None:
        """Go on to the level of these sets."""
        self._sets = sets

    def parts(self) -> Iterator[tuple[Entries, Vertical]]:
        """Give the baskets, some at a time."""
        for part in self._parts():
            yield part, Vertical(part.items, part.baskets, self.n_items, part.n_baskets)

    def sample(self, minimum: int) -> tuple[Vertical, int]:
        """Give bit rows of the first part, and the number of them that a set must occur in."""
        part, vertical = next(self.parts())
        return vertical, max(1, -(-minimum * part.n_baskets // self._n_baskets))


Counter = WholeCounter | PartsCounter


def _from_smaller(
    level: Stems,
    counts: Counts,
    joined: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    items: Ids,
    known: Occurrences,
) -> tuple[npt.NDArray[np.intp], Ids]:
    """Choose which of the two joined sets to extend where that matters: the one whose list is shorter."""
    left, right = joined
    if not isinstance(known, BasketLists):
        return left, items
    swap = counts[right] < counts[left]
    return np.where(swap, right, left), np.where(swap, level.sets[left, -1], items)


def recount(levels: list[SetLevel], parts: BasketParts, n_items: int, minimum: int, budget: int) -> list[SetLevel]:
    """Count sets in all baskets that were found in some of them, and leave the frequent ones."""
    totals = [np.zeros(len(level.counts), np.int64) for level in levels]
    for part in parts():
        vertical = Vertical(part.items, part.baskets, n_items, part.n_baskets, budget)
        known: Occurrences = None
        here = np.empty(0, np.int64)
        for k, level in enumerate(levels):
            if k == 0:
                here = np.bincount(part.items, minlength=n_items)[level.sets[:, 0]]
                known = vertical.singles(level.sets[:, 0].astype(np.intp), here)
                totals[0] += here
                continue
            numbers, pieces = [], []
            before = Stems(levels[k - 1].sets, here)
            joined = level.subsets[:, -1].astype(np.intp), level.subsets[:, -2].astype(np.intp)
            smaller, added = _from_smaller(before, here, joined, level.sets[:, -1], known)
            everything = 0, np.full(len(level.counts), 1 << 62)
            for counts, occurrences in vertical.extend(before.sets, known, smaller, added, everything):
                numbers.append(counts)
                pieces.append(occurrences)
            here = np.concatenate(numbers)
            known = vertical.join(pieces, here)
            totals[k] += here
    result: list[SetLevel] = []
    place = np.zeros(1, np.int64)
    for level, counts in zip(levels, totals, strict=True):
        kept = counts >= minimum
        if not kept.any():
            break
        result.append(SetLevel(level.sets[kept], counts[kept], place[level.subsets[kept]].astype(np.int32)))
        place = np.cumsum(kept) - 1
    return result


def pair_candidates(
    parts: Iterable[Entries], level: SetLevel, n_items: int, minimum: int, workspace: Workspace
) -> Candidates:
    """Find the frequent pairs by counting the pairs of each basket."""
    keys = (some for part in parts for some in _pairs(part, n_items))
    if n_items**2 <= DENSE:
        table = np.zeros(n_items * n_items, np.int64)
        for some in keys:
            table += np.bincount(some, minlength=len(table))
        found = np.flatnonzero(table >= minimum)
        counts = table[found]
    else:
        runs = [workspace.store_run(count(some.astype(np.uint64))) for some in keys]
        kept = [(run.keys, run.counts) for run, _ in merge(runs, minimum, ranked=False)]
        found = np.concatenate([np.empty(0, np.uint64), *(some for some, _ in kept)]).astype(np.int64)
        counts = np.concatenate([np.empty(0, np.int64), *(numbers for _, numbers in kept)])
        for run in runs:
            workspace.discard(*run)
    place = np.full(n_items, -1)  # of an item among the frequent ones
    place[level.sets[:, 0]] = np.arange(len(level.counts))
    first, second = found // n_items, found % n_items
    left, right = place[first], place[second]
    return Candidates(left, np.stack([right, left], axis=1).astype(np.int32), second.astype(np.uint32), counts)


def _pairs(part: Entries, n_items: int) -> Iterator[npt.NDArray[np.int64]]:
    """Make the keys of the pairs in each basket, baskets of the same length together, many keys at a time."""
    lengths = np.bincount(part.baskets, minlength=1)
    starts = np.cumsum(lengths) - lengths
    order = np.argsort(lengths, kind="stable")
    cuts = np.searchsorted(lengths[order], np.arange(2, int(lengths.max()) + 2)).tolist()
    gathered: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    waiting = 0
    for length, (start, stop) in enumerate(pairwise(cuts), 2):
        if start == stop:
            continue
        one, other = np.triu_indices(length, 1)
        step = max(1, _PAIRS // len(one))
        for begin in range(start, stop, step):
            chosen = starts[order[begin : min(stop, begin + step)]]
            # a row for the first items, the second items, ...
            columns = part.items.take(chosen + np.arange(length)[:, None])
            pairs = columns.take(one, axis=0)
            pairs *= n_items
            pairs += columns.take(other, axis=0)
            gathered.append(pairs.reshape(-1))
            waiting += pairs.size
            if waiting >= 4 * _PAIRS:
                yield np.concatenate(gathered)
                gathered.clear()
                waiting = 0
    if gathered:
        yield np.concatenate(gathered)


def smallest(counts: Counts, subsets: Indexes) -> Counts:
    """Give the least count of the subsets of each set."""
    least: Counts = counts.take(subsets[:, 0])
    for column in subsets[:, 1:].T:
        np.minimum(least, counts.take(column), out=least)
    return least


def all_of(flags: Flags, subsets: Indexes) -> Flags:
    """Tell whether all subsets of each set are flagged."""
    every: Flags = flags.take(subsets[:, 0])
    for column in subsets[:, 1:].T:
        every &= flags.take(column)
    return every
