"""Closed sets (闭项集) and their generators, mined directly: all other frequent sets are never made.

Pasquier, Bastide, Taouil & Lakhal 1999, "Discovering frequent closed itemsets for association rules": the generators of
closed sets are found level by level, as any part of a generator is one; what all baskets of a generator have in common
is its closure. The candidates for that are the items of one of these baskets.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..core.job import Execution, Job
from .baskets import Baskets, Entries
from .candidates import parts_among
from .counters import Counter
from .frequent import Frequent, Ints, ItemLists
from .itemsets import LIMIT, mine_keys
from .vertical import Bits, Counts, Flags, Vertical, popcount

_HELD = 1 << 18  # words of bit rows held at a time
_TOGETHER = 1 << 14  # sets whose parts are looked up together
_BLOCK = 1 << 14  # words of bit rows worked on at a time: a few such arrays fit the cache


class ClosedSets(NamedTuple):
    """The frequent sets that have no larger set in the same baskets, most frequent first, and what generates them.

    Attributes
    ----------
    items : list of str
        The frequent items, sorted.
    sets : ItemLists
        Items by rank; sets of one count by size, then in the order of their items.
    counts : int64 array (n,)
        In how many baskets each is.
    generators : Frequent
        The smallest sets of which these are the closures, by size.
    closures : int64 array
        For each generator its closed set.
    n_baskets, minimum : int
    """

    items: list[str]
    sets: ItemLists
    counts: Counts
    generators: Frequent
    closures: Ints
    n_baskets: int
    minimum: int

    def __len__(self) -> int:
        return len(self.counts)

    def table(self) -> dict[tuple[str, ...], int]:
        """Give every closed set with its count."""
        names = np.array(self.items, object)
        starts = self.sets.starts.tolist()
        spelled = names[self.sets.items].tolist()
        return {tuple(spelled[a:b]): n for a, b, n in zip(starts, starts[1:], self.counts.tolist(), strict=False)}

    def vertical(self) -> Vertical:
        """Give for each item a bit row of the closed sets that hold it."""
        return Vertical(self.sets.items.astype(np.int64), self.sets.holders(), len(self.items), len(self))

    def counts_of(self, sets: ItemLists) -> Counts:
        """Give in how many baskets some frequent sets are: as many as the rarest generator among their parts.

        Examples
        --------
        >>> from nlpzero.rules.baskets import from_lists
        >>> found = mine_closed(from_lists([["茶", "酒"], ["茶", "酒"], ["茶"]]), 1)
        >>> found.counts_of(ItemLists.of(np.array([[0, 1]]))).tolist()  # tea and wine
        [2]
        """
        own = self.generators.counts()
        counts = np.empty(len(sets), np.int64)
        for start in range(0, len(sets), _TOGETHER):
            chosen = np.arange(start, min(start + _TOGETHER, len(sets)))
            which, parts = parts_among(self.generators.levels, sets.take(chosen), len(self.items))
            least = np.full(len(chosen), self.n_baskets)
            np.minimum.at(least, which, own[parts])
            counts[chosen] = least
        return counts

    def maximal(self) -> Flags:
        """Tell of each set whether no larger one is frequent (极大项集): all frequent sets are parts of these.

        Examples
        --------
        >>> from nlpzero.rules.baskets import from_lists
        >>> found = mine_closed(from_lists([["茶", "酒"], ["茶", "酒"], ["茶"]]), 1)
        >>> list(found.table()), found.maximal().tolist()
        ([('茶',), ('茶', '酒')], [False, True])
        """
        rows = self.vertical().bits
        flags = np.empty(len(self), np.bool_)
        step = max(1, _BLOCK // max(1, rows.shape[1]))
        for start in range(0, len(self), step):
            chosen = np.arange(start, min(start + step, len(self)))
            flags[chosen] = popcount(rows_of(rows, self.sets.take(chosen))) == 1
        return flags


def mine_closed(
    baskets: Baskets,
    min_support: int | float | Fraction,
    *,
    max_length: int | None = None,
    job: Job | Execution | None = None,
    limit: int | None = LIMIT,
) -> ClosedSets:
    """Find the frequent sets that have no larger set in the same baskets (闭项集): they determine the counts of all.

    Parameters
    ----------
    baskets : Baskets
    min_support : int, float or Fraction
        Number of baskets (int), or share of them.
    max_length : int, optional
        Leave out closed sets of more items, and what only these have to do with: sets of at most so many items that
        are closed are found all.
    job : Job or Execution, optional
        What the work may use (default: the current job).
    limit : int, optional
        Stop where the number of generators and candidates passes this.

    Raises
    ------
    ModelError
        For a support out of range, and past the limit.
    NothingFound
        If there are no baskets, or no item is frequent.

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> mine_closed(from_lists([["茶", "酒"], ["茶"], ["茶", "酒", "米"]]), 1).table()
    {('茶',): 3, ('茶', '酒'): 2, ('米', '茶', '酒'): 1}

    Notes
    -----
    The time is that of `mine` for as many sets as there are generators, which are about as many as closed sets or a few
    times more (mushroom at 10 %: 4,885 closed sets of 7,615 generators, among 574,431 frequent sets).
    """
    longest = None if max_length is None else max_length + 1  # of what is needed to tell maximal sets
    generators, counter = mine_keys(baskets, min_support, max_length=longest, job=job, limit=limit)
    lists = _closures(generators, counter)
    sets, closures, first = lists.distinct()
    counts = generators.counts()[first]
    order = np.argsort(-counts, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return ClosedSets(
        generators.items,
        sets.take(order),
        counts[order],
        generators,
        place[closures],
        generators.n_baskets,
        generators.minimum,
    )


def rows_of(bits: Bits, sets: ItemLists) -> Bits:
    """Give the bit rows of some sets, none of them empty: of what all their items are in."""
    order = np.argsort(-sets.sizes, kind="stable")
    sizes = sets.sizes[order]
    starts = sets.starts[:-1][order]
    rows: Bits = bits.take(sets.items[starts], axis=0)
    for k in range(1, int(sizes.max(initial=0))):
        longer = int(np.searchsorted(-sizes, -k, side="left"))  # sets of more than k items come first
        rows[:longer] &= bits.take(sets.items[starts[:longer] + k], axis=0)
    result = np.empty_like(rows)
    result[order] = rows
    return result


def _closures(generators: Frequent, counter: Counter) -> ItemLists:
    """Find what all baskets of each generator have in common."""
    own = generators.lists()
    common = _Common(own, len(generators.items))
    for part, vertical in counter.parts():
        common.narrow(part, vertical)
    return common.closures()


class _Common:
    """What the baskets seen of each set have in common besides its own items; of a set not seen yet, nothing."""

    def __init__(self, own: ItemLists, n_items: int) -> None:
        self._own, self._n_items = own, n_items
        self._seen = np.zeros(len(own), np.bool_)
        self._holders, self._items = np.empty(0, np.int64), np.empty(0, np.int64)

    def narrow(self, part: Entries, vertical: Vertical) -> None:
        """See some baskets, the shortest first: what a set has in common is looked for in its first basket."""
        lengths = np.bincount(part.baskets, minlength=part.n_baskets)
        starts = np.cumsum(lengths) - lengths
        found = [(np.empty(0, np.int64),) * 2]
        step = max(1, _HELD // max(1, vertical.words))
        for start in range(0, len(self._own), step):
            chosen = np.arange(start, min(start + step, len(self._own)))
            rows = rows_of(vertical.bits, self._own.take(chosen))
            firsts, lasts = ends_of(rows)
            a, b = np.searchsorted(self._holders, (start, start + len(chosen)))
            holders, items = self._holders[a:b] - start, self._items[a:b]
            fresh = np.flatnonzero((firsts >= 0) & ~self._seen[chosen])
            if len(fresh):
                shortest = firsts[fresh]
                size = lengths[shortest]
                places = np.arange(size.sum()) + np.repeat(starts[shortest] - (np.cumsum(size) - size), size)
                more, new = self._besides(np.repeat(fresh, size), part.items[places], chosen)
                holders, items = np.concatenate([holders, more]), np.concatenate([items, new])
            kept = _in_all(vertical, rows, lasts, (holders, items))
            holders, items = holders[kept], items[kept]
            if len(fresh) and a < b:
                keys = np.sort(holders * self._n_items + items)
                holders, items = np.divmod(keys, self._n_items)
            found.append((holders + start, items))
            self._seen[chosen] |= firsts >= 0
        self._holders, self._items = (np.concatenate(column) for column in zip(*found, strict=True))

    def _besides(self, holders: Ints, items: Ints, chosen: Ints) -> tuple[Ints, Ints]:
        """Leave out the sets' own items."""
        own = self._own.take(chosen)
        is_own = np.zeros((len(chosen), self._n_items), np.bool_)
        is_own[own.holders(), own.items] = True
        others = ~is_own[holders, items]
        return holders[others], items[others]

    def closures(self) -> ItemLists:
        """Give each set with what is in all its baskets."""
        holders = np.concatenate([self._own.holders(), self._holders])
        items = np.concatenate([self._own.items.astype(np.int64), self._items])
        return ItemLists.of_pairs(holders, items, len(self._own), self._n_items)


def ends_of(rows: Bits) -> tuple[Ints, Ints]:
    """Find the first and the last one of each bit row; -1 where there is none."""
    some = rows != 0
    empty = ~some.any(axis=1)
    each = np.arange(len(rows))
    word = some.argmax(axis=1)
    value = rows[each, word]
    first = word * 64 + np.bitwise_count((value & (~value + np.uint64(1))) - np.uint64(1))
    word = rows.shape[1] - 1 - some[:, ::-1].argmax(axis=1)
    value = rows[each, word]
    for shift in (1, 2, 4, 8, 16, 32):
        value = value | value >> np.uint64(shift)
    last = word * 64 + np.bitwise_count(value).astype(np.int64) - 1
    return np.where(empty, -1, first), np.where(empty, -1, last)


def _in_all(vertical: Vertical, rows: Bits, lasts: Ints, pairs: tuple[Ints, Ints]) -> Flags:
    """Tell for pairs of a bit row and an item whether the item is in all baskets of the row."""
    holders, items = pairs
    last = np.maximum(lasts[holders], 0)
    words = vertical.bits.reshape(-1).take(items * vertical.words + (last >> 6))
    # Most items are not in the last basket.
    kept: Flags = ((words >> (last & 63).astype(np.uint64)) & np.uint64(1) != 0) | (lasts[holders] < 0)
    step = max(1, _BLOCK // max(1, vertical.words))
    left = np.flatnonzero(kept)
    for start in range(0, len(left), step):
        some = left[start : start + step]
        kept[some] = ~(rows[holders[some]] & ~vertical.bits[items[some]]).any(axis=1)
    return kept
