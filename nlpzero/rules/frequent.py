"""Frequent item sets as they are found: by size, with their counts and their place among larger ones."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..core.workspace import Ids
from .vertical import Counts, Flags, Indexes


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


def closed(frequent: Frequent) -> list[Flags]:
    """Tell of each set whether every larger one is in fewer baskets (闭项集): these determine the counts of all.

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> from nlpzero.rules.itemsets import mine
    >>> frequent = mine(from_lists([["茶", "酒"], ["茶", "酒"], ["茶"]]), 1)
    >>> list(frequent.table()), [flags.tolist() for flags in closed(frequent)]
    ([('茶',), ('酒',), ('茶', '酒')], [[True, False], [True]])
    """
    flags = [np.ones(len(level.counts), np.bool_) for level in frequent.levels]
    for (below, level), own in zip(pairwise(frequent.levels), flags, strict=False):
        for column in level.subsets.T:
            own[column[below.counts[column] == level.counts]] = False
    return flags


def maximal(frequent: Frequent) -> list[Flags]:
    """Tell of each set whether no larger one is frequent (极大项集): all frequent sets are their subsets.

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> from nlpzero.rules.itemsets import mine
    >>> frequent = mine(from_lists([["茶", "酒"], ["茶", "酒"], ["茶"]]), 1)
    >>> [flags.tolist() for flags in maximal(frequent)]
    [[False, False], [True]]
    """
    flags = [np.ones(len(level.counts), np.bool_) for level in frequent.levels]
    for level, own in zip(frequent.levels[1:], flags, strict=False):
        own[level.subsets] = False
    return flags
