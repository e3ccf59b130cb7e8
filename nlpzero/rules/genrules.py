"""All rules of frequent sets (关联规则): each set cut into antecedent and consequent, as in ap-genrules.

Agrawal & Srikant 1994: larger consequents are made only of consequents whose rules are confident enough.
"""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from .frequent import Constraint, Frequent, ItemLists, SetLevel
from .measures import Contingency, Floats
from .ruleset import Rules
from .vertical import Flags

Sides = tuple[int, ...]


def ap_genrules(
    frequent: Frequent, min_confidence: float, constraint: Constraint, every: bool, redundant: bool
) -> Iterator[tuple[Rules, Flags]]:
    """Make rules, those of sets of one size and consequents at the same places together; tell which to keep.

    With `every`, rules of too little confidence are also given, though not to be kept.
    """
    levels = frequent.levels
    fit_lhs, fit_rhs = (_made_of(frequent, side) for side in (constraint.lhs, constraint.rhs))
    general: dict[Sides, Floats] = {}  # by consequent: greatest confidence of a rule and of its more general ones
    for k in range(2, len(levels) + 1):
        level, more_general = levels[k - 1], general
        general = {}
        alive: dict[Sides, Flags] = {}
        for consequent in _consequents(k, constraint.max_rhs):
            made = np.ones(len(level.counts), np.bool_)
            if not every:
                for i in range(len(consequent) if len(consequent) > 1 else 0):
                    made &= alive[consequent[:i] + consequent[i + 1 :]]
            rows = np.flatnonzero(made)
            antecedent = tuple(i for i in range(k) if i not in consequent)
            x, y = _without(levels, k, rows, consequent), _without(levels, k, rows, antecedent)
            size_x, size_y = len(antecedent), len(consequent)
            both, n_x, n_y = level.counts[rows], levels[size_x - 1].counts[x], levels[size_y - 1].counts[y]
            confident = both / n_x >= min_confidence
            alive[consequent] = made
            made[rows[~confident]] = False
            kept = confident
            if not redundant:
                confidence = np.zeros(len(level.counts))
                confidence[rows[confident]] = (both / n_x)[confident]
                best = _most_confident(level, antecedent, consequent, more_general)
                kept = kept & (confidence > best)[rows]
                general[consequent] = np.maximum(confidence, best)
            if constraint.max_lhs is not None and size_x > constraint.max_lhs:
                continue
            fits = np.ones(len(rows), np.bool_) if every else kept
            if fit_lhs is not None:
                fits = fits & fit_lhs[size_x - 1][x]
            if fit_rhs is not None:
                fits = fits & fit_rhs[size_y - 1][y]
            tables = Contingency(both[fits], n_x[fits], n_y[fits], frequent.n_baskets)
            left, right = (ItemLists.of(levels[k - 1].sets[ids[fits]]) for k, ids in ((size_x, x), (size_y, y)))
            yield Rules(frequent.items, left, right, tables), kept[fits]


def _consequents(k: int, max_rhs: int | None) -> Iterator[Sides]:
    """Give the places of a consequent in a set of k items, small consequents first."""
    largest = k - 1 if max_rhs is None else min(max_rhs, k - 1)
    for size in range(1, largest + 1):
        yield from itertools.combinations(range(k), size)


def _without(levels: list[SetLevel], k: int, sets: npt.NDArray[np.intp], positions: Sides) -> npt.NDArray[np.intp]:
    """Find the sets that are left of sets of k items without those at some positions."""
    for position in reversed(positions):
        sets = levels[k - 1].subsets[sets, position]
        k -= 1
    return sets


def _most_confident(
    level: SetLevel, antecedent: Sides, consequent: Sides, more_general: Mapping[Sides, Floats]
) -> Floats:
    """Give the greatest confidence of the rules with a part of the antecedent, and the same consequent."""
    best = np.zeros(len(level.counts))
    for i in antecedent if len(antecedent) > 1 else ():
        below = more_general[tuple(place - (place > i) for place in consequent)]
        np.maximum(best, below[level.subsets[:, i]], out=best)
    return best


def _made_of(frequent: Frequent, items: frozenset[str] | None) -> list[Flags] | None:
    """Tell of each set whether it has no other items than these."""
    if items is None:
        return None
    chosen = np.array([item in items for item in frequent.items], np.bool_)
    return [np.all(chosen[level.sets], axis=1) for level in frequent.levels]
