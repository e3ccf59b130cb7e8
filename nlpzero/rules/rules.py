"""Association rules (关联规则): frequent sets cut into antecedent and consequent, measured, tested and chosen from."""

import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .frequent import Constraint, Frequent, SetLevel
from .measures import MEASURES, SMALLER_IS_BETTER, Contingency, Floats, fisher, holm

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Sides = tuple[int, ...]


class Rules(NamedTuple):
    """Rules X -> Y among frequent sets; sets are numbered by size and then in the order of their items.

    Attributes
    ----------
    frequent : Frequent
    antecedents, consequents : int64 arrays (n,)
        Numbers of the sets X and Y.
    tables : Contingency
        How many baskets hold X and Y, X, and Y.
    """

    frequent: Frequent
    antecedents: Ints
    consequents: Ints
    tables: Contingency

    def __len__(self) -> int:
        return len(self.antecedents)

    def take(self, chosen: npt.NDArray[np.intp] | Flags | slice) -> "Rules":
        """Give some of the rules."""
        both, x, y, n = self.tables
        tables = Contingency(both[chosen], x[chosen], y[chosen], n)
        return Rules(self.frequent, self.antecedents[chosen], self.consequents[chosen], tables)

    def names(self) -> tuple[list[list[str]], list[list[str]]]:
        """Spell out the antecedents and the consequents."""
        sizes = np.cumsum([0] + [len(level.counts) for level in self.frequent.levels])
        spelled = []
        for ids in (self.antecedents, self.consequents):
            size = np.searchsorted(sizes, ids, side="right")
            places = (ids - sizes[size - 1]).tolist()
            spelled.append([self.frequent.names(k, place) for k, place in zip(size.tolist(), places, strict=True)])
        return spelled[0], spelled[1]


def find_rules(
    frequent: Frequent,
    min_confidence: float = 0.0,
    *,
    constraint: Constraint | None = None,
    minimums: Mapping[str, float] | None = None,
    sort: str = "confidence",
    top: int | None = None,
    significant: float | None = None,
    redundant: bool = True,
) -> Rules:
    """Find the rules between the parts of frequent sets (关联规则).

    Parameters
    ----------
    frequent : Frequent
    min_confidence : float
        Least confidence, in [0, 1].
    constraint : Constraint, optional
        Which items may be in antecedent and consequent, and how many. Without `max_rhs` a consequent may have any size.
    minimums : mapping of str to float, optional
        Least values of measures (keys of `MEASURES`).
    sort : str
        The measure to sort by, best first; ties by count, then the shorter antecedent, then the items.
    top : int, optional
        Keep only the first `top`, and never hold more of them.
    significant : float, optional
        Keep rules that pass Fisher's exact test, with Holm's correction for all rules that the frequent sets make
        under the constraint: the probability that any of them is there by chance is at most this.
    redundant : bool
        Whether to keep a rule X -> Y if for part of X, not empty, the rule to Y has at least the same confidence.

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> from nlpzero.rules.itemsets import mine
    >>> frequent = mine(from_lists([["茶", "酒"], ["茶"], ["茶", "酒", "米"]]), 2)
    >>> rules = find_rules(frequent, 0.8)
    >>> rules.names(), rules.tables.both.tolist()
    (([['酒']], [['茶']]), [2])

    Notes
    -----
    Larger consequents are made as in ap-genrules (Agrawal & Srikant 1994): only of consequents whose rules are
    confident enough. With `significant`, all rules are made, whatever their confidence.
    """
    limits = {"confidence": min_confidence, **(minimums or {})}
    if min_confidence > limits["confidence"]:
        limits["confidence"] = min_confidence
    made = _ap_genrules(frequent, limits["confidence"], constraint or Constraint(), significant is not None, redundant)
    if significant is not None:
        blocks = list(made)
        rules = _together(frequent, [rules for rules, _ in blocks])
        kept = np.concatenate([kept for _, kept in blocks]) if blocks else np.empty(0, np.bool_)
        kept = kept & holm(fisher(rules.tables), significant)
        made = iter([(rules, kept)])
    best: list[Rules] = []
    held = 0
    for rules, kept in made:
        rules = rules.take(kept)
        for name, least in limits.items():
            rules = rules.take(MEASURES[name](rules.tables) >= least)
        best.append(rules)
        held += len(rules)
        if top is not None and held > 2 * top:
            best = [_best(_together(frequent, best), sort, top)]
            held = len(best[0])
    return _best(_together(frequent, best), sort, top)


def _best(rules: Rules, sort: str, top: int | None) -> Rules:
    """Sort rules, and leave the first ones."""
    values = MEASURES[sort](rules.tables)
    key = values if sort in SMALLER_IS_BETTER else -values
    order = np.lexsort((rules.consequents, rules.antecedents, -rules.tables.both, key))  # not a number comes last
    return rules.take(order[:top])


def _together(frequent: Frequent, blocks: list[Rules]) -> Rules:
    """Put blocks of rules together."""
    columns = [(rules.antecedents, rules.consequents, *rules.tables[:3]) for rules in blocks]
    none = (np.empty(0, np.int64),) * 5
    antecedents, consequents, both, x, y = map(np.concatenate, zip(none, *columns, strict=True))
    return Rules(frequent, antecedents, consequents, Contingency(both, x, y, frequent.n_baskets))


def _ap_genrules(
    frequent: Frequent, min_confidence: float, constraint: Constraint, every: bool, redundant: bool
) -> Iterator[tuple[Rules, Flags]]:
    """Make rules, those of sets of one size and consequents at the same places together; tell which to keep.

    With `every`, rules of too little confidence are also given, though not to be kept.
    """
    levels = frequent.levels
    first = np.cumsum([0] + [len(level.counts) for level in levels])  # the number of the first set of each size
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
            rules = Rules(frequent, x[fits] + first[size_x - 1], y[fits] + first[size_y - 1], tables)
            yield rules, kept[fits]


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
