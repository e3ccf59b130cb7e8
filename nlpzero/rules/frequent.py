"""Frequent item sets as they are found: by size, with their counts and their place among larger ones."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Ids
from .vertical import Counts, Indexes

Ints = npt.NDArray[np.int64]


class SetLevel(NamedTuple):
    """The frequent sets of one size k, in lexicographic order of their items.

    Attributes
    ----------
    sets : uint32 array (n, k)
        Items by their rank among the frequent items, ascending.
    counts : int64 array (n,)
        In how many baskets each set occurs.
    subsets : int32 array (n, k)
        Place, in the level before, of the set without its 1st, 2nd, ... k-th item.
    """

    sets: Ids
    counts: Counts
    subsets: Indexes


class ItemLists(NamedTuple):
    """Sets of any size: the items of set i are ``items[starts[i]:starts[i + 1]]``, ascending."""

    items: Ids
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        """Number of items of each."""
        return np.diff(self.starts)

    def take(self, chosen: Ints) -> "ItemLists":
        """Give some of the sets."""
        sizes = self.sizes[chosen]
        ends = np.cumsum(sizes)
        places = np.arange(sizes.sum()) + np.repeat(self.starts[chosen] - (ends - sizes), sizes)
        return ItemLists(self.items[places], np.concatenate(([0], ends)))

    def holders(self) -> Ints:
        """Tell for each entry which set it is of."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def spelled(self, names: Sequence[str]) -> list[list[str]]:
        """Spell the items of each set."""
        every = np.array([*names, ""], object)[self.items].tolist()
        return [every[first:end] for first, end in pairwise(self.starts.tolist())]

    @classmethod
    def of(cls, sets: npt.NDArray[np.integer[Any]]) -> "ItemLists":
        """Make lists of sets of one size, a row each."""
        number, size = sets.shape
        return cls(sets.reshape(-1).astype(np.uint32), np.arange(number + 1) * size)

    @classmethod
    def of_pairs(cls, holders: Ints, items: Ints, number: int, n_items: int) -> "ItemLists":
        """Make lists of the items that each of a number of sets holds, given in any order."""
        keys = np.sort(holders * n_items + items)
        holders, items = np.divmod(keys, n_items) if len(keys) else (keys, keys)
        return cls(items.astype(np.uint32), np.searchsorted(holders, np.arange(number + 1)))

    @classmethod
    def joined(cls, lists: "Sequence[ItemLists]") -> "ItemLists":
        """Put several lists one after the other."""
        sizes = np.concatenate([np.zeros(1, np.int64), *(one.sizes for one in lists)])
        return cls(np.concatenate([np.empty(0, np.uint32), *(one.items for one in lists)]), np.cumsum(sizes))

    def united(self, other: "ItemLists", n_items: int) -> "ItemLists":
        """Give the union of each set with one that has no item in common with it."""
        holders = np.concatenate([self.holders(), other.holders()])
        items = np.concatenate([self.items, other.items]).astype(np.int64)
        return ItemLists.of_pairs(holders, items, len(self), n_items)

    def distinct(self) -> "tuple[ItemLists, Ints, Ints]":
        """Give the distinct sets by size and then by their items; the place of each set among them; for each the first.

        Examples
        --------
        >>> sets, places, firsts = ItemLists.joined([ItemLists.of(np.array([[3], [2], [3]]))]).distinct()
        >>> sets.items.tolist(), places.tolist(), firsts.tolist()
        ([2, 3], [1, 0, 1], [1, 0])
        """
        sizes = self.sizes
        places, number = np.empty(len(self), np.int64), 0
        firsts, kept = [np.empty(0, np.int64)], list[ItemLists]()
        for size in np.unique(sizes).tolist():
            chosen = np.flatnonzero(sizes == size)
            sets = self.items[self.starts[chosen][:, None] + np.arange(size)]
            order = np.lexsort(sets.T[::-1]) if size else np.arange(len(chosen))
            ordered = sets[order]
            new = np.ones(len(order), np.bool_)
            new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
            places[chosen[order]] = np.cumsum(new) - 1 + number
            firsts.append(chosen[order[new]])
            kept.append(ItemLists.of(ordered[new]))
            number += len(kept[-1])
        return ItemLists.joined(kept), places, np.concatenate(firsts)


class Frequent(NamedTuple):
    """Frequent item sets with all their subsets.

    Attributes
    ----------
    items : list of str
        The frequent items, sorted.
    levels : list of SetLevel
        Those of size 1, 2, ...
    n_baskets : int
    minimum : int
        In how many baskets a set had to occur.
    """

    items: list[str]
    levels: list[SetLevel]
    n_baskets: int
    minimum: int

    def __len__(self) -> int:
        return sum(len(level.counts) for level in self.levels)

    def lists(self) -> ItemLists:
        """Give all sets, by size and then in the order of their items."""
        return ItemLists.joined([ItemLists.of(level.sets) for level in self.levels])

    def counts(self) -> Counts:
        """Give in how many baskets each is."""
        return np.concatenate([np.empty(0, np.int64), *(level.counts for level in self.levels)])

    def counts_of(self, sets: ItemLists) -> Counts:
        """Give in how many baskets some of the sets are.

        Examples
        --------
        >>> from nlpzero.rules.baskets import from_lists
        >>> from nlpzero.rules.itemsets import mine
        >>> found = mine(from_lists([["茶", "酒"], ["茶", "酒"], ["茶"]]), 1)
        >>> found.counts_of(ItemLists.of(np.array([[0, 1], [0, 1]]))).tolist()  # tea and wine
        [2, 2]
        """
        counts = np.empty(len(sets), np.int64)
        sizes = sets.sizes
        for size in np.unique(sizes).tolist():
            own = np.flatnonzero(sizes == size)
            rows = sets.items[sets.starts[own][:, None] + np.arange(size)]
            places = np.zeros(len(own), np.int64)
            for level, column in zip(self.levels[:size], rows.T, strict=True):
                keys = level.subsets[:, -1].astype(np.int64) * len(self.items) + level.sets[:, -1]
                places = np.searchsorted(keys, places * len(self.items) + column)
            counts[own] = self.levels[size - 1].counts[places]
        return counts

    def names(self, size: int, place: int) -> list[str]:
        """Spell out one set."""
        return [self.items[rank] for rank in self.levels[size - 1].sets[place].tolist()]

    def table(self) -> dict[tuple[str, ...], int]:
        """Give every set with its count."""
        return {
            tuple(self.items[rank] for rank in ranks): number
            for level in self.levels
            for ranks, number in zip(level.sets.tolist(), level.counts.tolist(), strict=True)
        }


class Constraint(NamedTuple):
    """Which rules are wanted (规则约束): sets that can make none of them are not mined.

    Attributes
    ----------
    lhs, rhs : frozenset of str, optional
        Items that may be in the antecedent and in the consequent; by default all may.
    max_lhs, max_rhs, max_length : int, optional
        Greatest number of items in each, and in both together.
    """

    lhs: frozenset[str] | None = None
    rhs: frozenset[str] | None = None
    max_lhs: int | None = None
    max_rhs: int | None = None
    max_length: int | None = None
