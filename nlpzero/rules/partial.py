"""What a rule says beyond its parts (偏关联): what one more item of the antecedent tells of the consequent."""

from typing import Protocol

import numpy as np

from .frequent import ItemLists
from .measures import Contingency, Floats, g2
from .ruleset import Rules
from .vertical import Counts

PARTIAL = "partial_g2"
"""The name of the measure."""


class SetCounts(Protocol):
    """What knows in how many baskets a frequent set is."""

    def counts_of(self, sets: ItemLists) -> Counts:
        """Give in how many baskets some frequent sets are."""


def partial_g2(rules: Rules, known: SetCounts) -> Floats:
    """Measure for each rule X -> Y the least G2 of Y with an item of X, among the baskets that hold the rest of X.

    Of a rule with one item in X that is the G2 of X and Y. It is below 0 where they come together less often than if
    they were independent.

    Notes
    -----
    A rare rule cannot have a large G2, as there is little evidence for it, and one to an item that is nearly everywhere
    has a small one, as there is little left to say. A rule with another item in X that changes nothing has one near 0,
    whatever its confidence and lift (Dunning 1993 for G2; Webb 2007, "Discovering significant patterns", for the
    comparison with what a rule generalises to).

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> from nlpzero.rules.closed import mine_closed
    >>> from nlpzero.rules.rules import find_rules
    >>> found = mine_closed(from_lists([["茶", "酒"], ["茶", "酒"], ["米"], ["米"]]), 1)
    >>> partial_g2(find_rules(found), found).round(3).tolist()  # 8 ln 2, both ways
    [5.545, 5.545]
    """
    result = _signed(rules.tables)
    sizes = rules.antecedents.sizes
    for size in np.unique(sizes[sizes > 1]).tolist():
        own = np.flatnonzero(sizes == size)
        sets = rules.antecedents.items[rules.antecedents.starts[own][:, None] + np.arange(size)]
        both, x, _, _ = rules.tables
        result[own] = np.inf
        for place in range(size):
            rest = ItemLists.of(np.delete(sets, place, axis=1))
            with_rest = known.counts_of(rest.united(rules.consequents.take(own), len(rules.items)))
            tables = Contingency(both[own], x[own], with_rest, known.counts_of(rest))
            result[own] = np.minimum(result[own], _signed(tables))
    return result


def _signed(tables: Contingency) -> Floats:
    """Give G2, below 0 where X and Y come together less often than if they were independent."""
    expected = tables.x * (tables.y / tables.n)
    return np.where(tables.both >= expected, g2(tables), -g2(tables))
