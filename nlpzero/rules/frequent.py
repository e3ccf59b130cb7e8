"""Frequent item sets as they are found: by size, with their counts and their place among larger ones."""

from typing import NamedTuple

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
        sizes = [np.full(len(level.sets), level.sets.shape[1]) for level in self.levels]
        items = np.concatenate([np.empty(0, np.uint32), *(level.sets.reshape(-1) for level in self.levels)])
        return ItemLists(items, np.concatenate(([0], np.cumsum(np.concatenate([np.empty(0, np.int64), *sizes])))))

    def counts(self) -> Counts:
        """Give in how many baskets each is."""
        return np.concatenate([np.empty(0, np.int64), *(level.counts for level in self.levels)])

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
    """Which rules are wanted: sets that can make none of them are not mined.

    Attributes
    ----------
    lhs, rhs : frozenset of str, optional
        Items that may be in the antecedent and in the consequent; by default all may.
    max_lhs, max_rhs : int, optional
        Greatest number of items in each.
    """

    lhs: frozenset[str] | None = None
    rhs: frozenset[str] | None = None
    max_lhs: int | None = None
    max_rhs: int | None = None
