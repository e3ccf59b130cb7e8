"""Rules in arrays: their two sides, and how many baskets hold these."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .frequent import ItemLists
from .measures import Contingency
from .vertical import Flags


class Rules(NamedTuple):
    """Rules X -> Y among frequent sets.

    Attributes
    ----------
    items : list of str
        The frequent items, sorted.
    antecedents, consequents : ItemLists
        The items of X and of Y, by rank.
    tables : Contingency
        How many baskets hold X and Y, X, and Y.
    """

    items: list[str]
    antecedents: ItemLists
    consequents: ItemLists
    tables: Contingency

    def __len__(self) -> int:
        return len(self.antecedents)

    def take(self, chosen: npt.NDArray[np.intp] | Flags | slice) -> "Rules":
        """Give some of the rules."""
        both, x, y, n = self.tables
        tables = Contingency(both[chosen], x[chosen], y[chosen], n)
        places = np.arange(len(self))[chosen]
        return Rules(self.items, self.antecedents.take(places), self.consequents.take(places), tables)

    def names(self) -> tuple[list[list[str]], list[list[str]]]:
        """Spell out the antecedents and the consequents."""
        return self.antecedents.spelled(self.items), self.consequents.spelled(self.items)

    def one_way(self) -> "Rules":
        """Leave out X -> Y where Y -> X is there, too, and more confident, or as confident and before it.

        What is left out can be told from what is left: P(Y) is confidence over lift.

        Examples
        --------
        >>> from nlpzero.rules.baskets import from_lists
        >>> from nlpzero.rules.closed import mine_closed
        >>> from nlpzero.rules.rules import find_rules
        >>> rules = find_rules(mine_closed(from_lists([["茶", "酒"], ["茶"]]), 1))
        >>> rules.names(), rules.one_way().names()
        (([['酒'], ['茶']], [['茶'], ['酒']]), ([['酒']], [['茶']]))
        """
        _, sides, _ = ItemLists.joined([self.antecedents, self.consequents]).distinct()
        left, right = sides[: len(self)], sides[len(self) :]
        keys = left * (2 * len(self)) + right
        mirrored = right * (2 * len(self)) + left
        order = np.argsort(keys)
        places = np.searchsorted(keys, mirrored, sorter=order)
        other = order.take(places, mode="clip") if len(self) else places
        there = keys[other] == mirrored
        x = self.tables.x
        return self.take(~there | (x < x[other]) | ((x == x[other]) & (np.arange(len(self)) < other)))

    @classmethod
    def joined(cls, items: list[str], n_baskets: int, blocks: "Sequence[Rules]") -> "Rules":
        """Put blocks of rules together."""
        none = np.empty(0, np.int64)
        both, x, y = (np.concatenate([none, *(rules.tables[i] for rules in blocks)]) for i in range(3))
        left = ItemLists.joined([rules.antecedents for rules in blocks])
        right = ItemLists.joined([rules.consequents for rules in blocks])
        return cls(items, left, right, Contingency(both, x, y, n_baskets))
