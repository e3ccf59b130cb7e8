"""Closed sets (闭项集) and their generators, mined directly: all other frequent sets are never made.

Pasquier, Bastide, Taouil & Lakhal 1999, "Discovering frequent closed itemsets for association rules": the generators of
closed sets are found level by level, as any part of a generator is one; what all baskets of a generator have in common
is its closure. The candidates for that are the items of one of these baskets.
"""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..core.job import Execution, Job
from .baskets import Baskets, Entries
from .candidates import parts_among, portions
from .counters import Counter
from .frequent import Frequent, Ints, ItemLists
from .itemsets import LIMIT, mine_keys
from .vertical import Bits, Counts, Flags, Indexes, Vertical, popcount

_KEPT = 1 << 25  # bytes of items of closures that are kept of a level
_HELD = 1 << 18  # words of bit rows held at a time
_SAMPLE = 16  # words of bit rows that are looked at first: most items are in not all baskets of these
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
        for chosen in portions(sets):
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
        flags = np.ones(len(self), np.bool_)
        offset = 0
        for below, level in pairwise(self.generators.levels):
            parts = np.zeros(len(below.counts), np.bool_)
            parts[level.subsets] = True
            flags[self.closures[offset : offset + len(parts)][parts]] = False  # a larger generator, a larger closed set
            offset += len(parts)
        left = np.flatnonzero(flags)
        rows = self.vertical().bits
        step = max(1, _HELD // max(1, rows.shape[1]))
        for start in range(0, len(left), step):
            chosen = left[start : start + step]
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
    common = _Common(generators)
    for part, vertical in counter.parts():
        common.narrow(part, vertical)
    return common.closures()


class _Common:
    """What the baskets seen of each set have in common besides its own items; of a set not seen yet, nothing."""

    def __init__(self, generators: Frequent) -> None:
        self._levels = generators.levels
        self._own, self._n_items = generators.lists(), len(generators.items)
        self._seen = np.zeros(len(self._own), np.bool_)
        self._holders, self._items = np.empty(0, np.int64), np.empty(0, np.int64)

    def narrow(self, part: Entries, vertical: Vertical) -> None:
        """See some baskets, the shortest first: what a set has in common is looked for in its first basket."""
        lengths = np.bincount(part.baskets, minlength=part.n_baskets)
        baskets = ItemLists(part.items.astype(np.uint32), np.concatenate(([0], np.cumsum(lengths))))
        found = [(np.empty(0, np.int64),) * 2]
        step = max(1, _HELD // max(1, vertical.words))
        below: _ItemBits | None = None
        offset = 0
        for level in self._levels:
            here = _ItemBits(len(level.counts), self._n_items)
            for start in range(0, len(level.counts), step):
                local = np.arange(start, min(start + step, len(level.counts)))
                chosen = local + offset
                rows = rows_of(vertical.bits, self._own.take(chosen))
                firsts, lasts = ends_of(rows)
                holders, items = self._candidates(chosen, firsts, baskets)
                kept = np.zeros(len(items), np.bool_)
                if below is not None:  # what is in all baskets of a part of a set is in all of the set's
                    for column in level.subsets[local].T:
                        kept |= below.has(column[holders], items)
                rest = np.flatnonzero(~kept)
                kept[rest] = _in_all(vertical, rows, lasts, (holders[rest], items[rest]))
                holders, items = holders[kept], items[kept]
                here.add(local[holders], items)
                found.append((chosen[holders], items))
                self._seen[chosen] |= firsts >= 0
            below, offset = here, offset + len(level.counts)
        self._holders, self._items = (np.concatenate(column) for column in zip(*found, strict=True))

    def _candidates(self, chosen: Ints, firsts: Ints, baskets: ItemLists) -> tuple[Ints, Ints]:
        """Pair sets with the items that can be in all their baskets: those left of before, or those of a first one."""
        a, b = np.searchsorted(self._holders, (chosen[0], chosen[-1] + 1))
        holders, items = self._holders[a:b] - chosen[0], self._items[a:b]
        fresh = np.flatnonzero((firsts >= 0) & ~self._seen[chosen])
        if not len(fresh):
            return holders, items
        shortest = baskets.take(firsts[fresh])
        more, new = self._besides(fresh[shortest.holders()], shortest.items.astype(np.int64), chosen)
        if a == b:
            return more, new
        keys = np.concatenate([holders, more]) * self._n_items + np.concatenate([items, new])
        keys.sort()
        holders, items = np.divmod(keys, self._n_items)
        return holders, items

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


class _ItemBits:
    """A bit for each of some sets and each item, if that is not too much to keep."""

    def __init__(self, number: int, n_items: int) -> None:
        width = -(-n_items // 8)
        self._bits = np.zeros((number, width), np.uint8) if number * width <= _KEPT else None

    def add(self, sets: Ints, items: Ints) -> None:
        """Set some bits."""
        if self._bits is not None:
            np.bitwise_or.at(self._bits, (sets, items >> 3), np.left_shift(1, items & 7).astype(np.uint8))

    def has(self, sets: Ints | Indexes, items: Ints) -> Flags:
        """Ask for some bits; they are 0 if none are kept."""
        if self._bits is None:
            return np.zeros(len(sets), np.bool_)
        there: Flags = (self._bits[sets, items >> 3] >> (items & 7).astype(np.uint8)) & 1 != 0
        return there


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
    left = np.flatnonzero(kept)
    some = slice(None, None, max(1, vertical.words // _SAMPLE))
    for columns in (some, slice(None)) if vertical.words > 2 * _SAMPLE else (slice(None),):
        held, bits = rows[:, columns], vertical.bits[:, columns]
        passed = np.empty(len(left), np.bool_)
        step = max(1, _BLOCK // max(1, held.shape[1]))
        for start in range(0, len(left), step):
            pair = left[start : start + step]
            passed[start : start + step] = ~(held[holders[pair]] & ~bits[items[pair]]).any(axis=1)
        kept[left[~passed]] = False
        left = left[passed]
    return kept
