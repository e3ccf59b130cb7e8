"""Vertical baskets: one row of packed bits per item, and supports of item sets by AND and popcount.

A set of items occurs in the baskets where the rows of all its items have a 1. What a level of sets occurs in is kept as
bit rows, or, once these have few ones, as lists of basket numbers; beyond a budget it is made again from the items.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each

Bits = npt.NDArray[np.uint64]
Indexes = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SPARSE = 8
"""A list of basket numbers is quicker than a bit row of more words than this for each one in it (6 to 12: alike)."""

_BLOCK = 1 << 15  # words of bit rows, or basket numbers, worked on at a time: a few such arrays fit the cache


class Rows(NamedTuple):
    """Where each of some sets occurs, as bit rows: shape (n, words)."""

    bits: Bits


class BasketLists(NamedTuple):
    """Where each of some sets occurs, as basket numbers: those of set i are ``numbers[starts[i]:starts[i + 1]]``."""

    numbers: npt.NDArray[np.uint32]
    starts: Counts


Occurrences = Rows | BasketLists | None
"""None: not kept."""


class Vertical:
    """Bit rows of items (垂直位图).

    Parameters
    ----------
    items : int array (m,)
        Rank of the item of each entry.
    baskets : int array (m,)
        Number of the basket of each entry; no entry comes twice.
    n_items, n_baskets : int
    budget : int
        Bytes for what is kept of a level of sets.

    Examples
    --------
    >>> vertical = Vertical(np.array([0, 1, 1]), np.array([0, 0, 2]), 2, 3)
    >>> vertical.bits.tolist()
    [[1], [5]]
    """

    def __init__(
        self,
        items: npt.NDArray[np.int64],
        baskets: npt.NDArray[np.int64],
        n_items: int,
        n_baskets: int,
        budget: int = 1 << 28,
    ) -> None:
        self.n_items, self.n_baskets, self.budget = n_items, n_baskets, budget
        self.words = -(-n_baskets // 64)
        entries = items * (self.words * 64) + baskets
        entries.sort()
        self.bits = np.zeros((n_items, self.words), np.uint64)
        words = entries >> 6
        starts = np.flatnonzero(first_of_each(words))
        if len(starts):
            ones = np.left_shift(np.uint64(1), (entries & 63).astype(np.uint64))
            self.bits.reshape(-1)[words[starts]] = np.bitwise_or.reduceat(ones, starts)

    def singles(self, chosen: npt.NDArray[np.intp], counts: Counts) -> Occurrences:
        """Give where single items occur: as lists if they are rare, or else nothing, as their bit rows are there."""
        if self.words <= SPARSE * (counts.mean() if len(counts) else 0):
            return None
        step = max(1, _BLOCK // self.words)
        cuts = range(0, len(chosen), step)
        return self.join([Rows(self.bits[chosen[start : start + step]]) for start in cuts], counts)

    def rows(self, sets: npt.NDArray[np.uint32], known: Occurrences, chosen: npt.NDArray[np.intp]) -> Bits:
        """Give the bit rows of some sets of a level, kept or made of their items' rows."""
        if isinstance(known, Rows):
            kept: Bits = known.bits.take(chosen, axis=0)
            return kept
        result: Bits = self.bits.take(sets[chosen, 0], axis=0)
        for column in sets[chosen, 1:].T:
            result &= self.bits.take(column, axis=0)
        return result

    def extend(
        self,
        sets: npt.NDArray[np.uint32],
        known: Occurrences,
        left: npt.NDArray[np.intp],
        items: npt.NDArray[np.uint32],
        bounds: tuple[int, Counts],
    ) -> Iterator[tuple[Counts, Occurrences]]:
        """Count sets made of one of `sets` and one more item each.

        Parameters
        ----------
        sets : uint32 array (n, k)
            The items of each set of a level.
        known : Occurrences
            Where these occur, as far as that is kept.
        left : int array (m,)
            For each new set, which of `sets` it is made of.
        items : uint32 array (m,)
            And the item added to it.
        bounds : int and int64 array (m,)
            Occurrences are given of sets that have at least the first number, and fewer than the second.

        Yields
        ------
        counts : int64 array
            Supports of the next new sets.
        occurrences : Rows or BasketLists
            Where those within the bounds occur.
        """
        if isinstance(known, BasketLists):
            yield from self._extend_lists(known, left, items, bounds)
            return
        minimum, most = bounds
        step = max(1, _BLOCK // max(1, self.words))
        for start in range(0, len(left), step):
            part = slice(start, start + step)
            rows = self.rows(sets, known, left[part])
            rows &= self.bits.take(items[part], axis=0)
            counts = popcount(rows)
            yield counts, Rows(rows[(counts >= minimum) & (counts < most[part])])

    def _extend_lists(
        self, known: BasketLists, left: npt.NDArray[np.intp], items: npt.NDArray[np.uint32], bounds: tuple[int, Counts]
    ) -> Iterator[tuple[Counts, Occurrences]]:
        """Count by looking each basket of a set up in the bit row of the new item."""
        minimum, most = bounds
        flat = self.bits.reshape(-1)
        lengths = np.diff(known.starts)[left]
        cuts = [*(np.flatnonzero(np.diff(np.cumsum(lengths) // _BLOCK)) + 1).tolist(), len(left)]
        for start, end in zip([0, *cuts[:-1]], cuts, strict=True):
            size = lengths[start:end]
            stops = np.cumsum(size)
            first = stops - size
            places = np.arange(size.sum()) + np.repeat(known.starts[left[start:end]] - first, size)
            numbers = known.numbers.take(places)
            word = (numbers >> np.uint32(6)).astype(np.int64)
            word += np.repeat(items[start:end].astype(np.int64) * self.words, size)
            hit = (flat.take(word) >> (numbers & np.uint32(63)).astype(np.uint64)) & np.uint64(1) != 0
            before = np.concatenate(([0], np.cumsum(hit)))
            counts = before[stops] - before[first]
            kept = (counts >= minimum) & (counts < most[start:end])
            hit &= np.repeat(kept, size)
            yield counts, BasketLists(numbers[hit], np.concatenate(([0], np.cumsum(counts[kept]))))

    def join(self, pieces: list[Occurrences], counts: Counts) -> Occurrences:
        """Put together what is known of the sets of a level, or nothing if that is too much to keep."""
        if not len(counts):
            return None
        mean = counts.mean()
        rows = [piece for piece in pieces if isinstance(piece, Rows)]
        if rows and self.words <= SPARSE * mean:
            return Rows(np.concatenate([piece.bits for piece in rows])) if self.fits(len(counts)) else None
        if int(counts.sum()) * 4 > self.budget:
            return None
        lists = [
            piece if isinstance(piece, BasketLists) else _listed(piece.bits) for piece in pieces if piece is not None
        ]
        starts = np.concatenate(([0], np.cumsum(counts)))
        return BasketLists(np.concatenate([piece.numbers for piece in lists]), starts)

    def fits(self, sets: int) -> bool:
        """Tell whether the bit rows of a number of sets may be kept."""
        return sets * self.words * 8 <= self.budget


def _listed(rows: Bits) -> BasketLists:
    """Turn bit rows into basket numbers."""
    which, words = np.nonzero(rows)
    inside, ones = np.nonzero(
        np.unpackbits(rows[which, words].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    )
    starts = np.searchsorted(which[inside], np.arange(len(rows) + 1))
    return BasketLists((words[inside] * 64 + ones).astype(np.uint32), starts)


def popcount(rows: Bits) -> Counts:
    """Count the ones of each bit row.

    Examples
    --------
    >>> popcount(np.array([[3, 1], [0, 8]], np.uint64)).tolist()
    [3, 1]
    """
    ones: Counts = np.bitwise_count(rows).sum(axis=1, dtype=np.uint32).astype(np.int64)  # faster than sums as int64
    return ones
