"""Association rules (关联规则): made of frequent sets, measured, tested and chosen from."""

from collections.abc import Mapping

import numpy as np

from .basis import basis
from .closed import ClosedSets
from .frequent import Constraint, Frequent
from .genrules import ap_genrules
from .measures import MEASURES, SMALLER_IS_BETTER, Floats, fisher, holm
from .partial import PARTIAL, partial_g2
from .ruleset import Rules


def find_rules(
    found: Frequent | ClosedSets,
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
    found : Frequent or ClosedSets
        All frequent sets, for all their rules; or the closed ones, for those rules only that no other one implies.
    min_confidence : float
        Least confidence, in [0, 1].
    constraint : Constraint, optional
        Which items may be in antecedent and consequent, and how many. Without `max_rhs` a consequent may have any size.
        `max_length` is for closed sets; of all frequent sets it is a matter of mining.
    minimums : mapping of str to float, optional
        Least values of measures (keys of `MEASURES`, and "partial_g2").
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
    wanted, every = constraint or Constraint(), significant is not None
    if isinstance(found, Frequent):
        made = ap_genrules(found, limits["confidence"], wanted, every, redundant)
    else:
        made = basis(found, limits["confidence"], wanted, every, redundant)
    if significant is not None:
        blocks = list(made)
        rules = Rules.joined(found.items, found.n_baskets, [rules for rules, _ in blocks])
        kept = np.concatenate([kept for _, kept in blocks]) if blocks else np.empty(0, np.bool_)
        kept = kept & holm(fisher(rules.tables), significant)
        made = iter([(rules, kept)])
    best: list[Rules] = []
    held = 0
    for rules, kept in made:
        rules = rules.take(kept)
        for name, least in limits.items():
            rules = rules.take(measured(rules, name, found) >= least)
        best.append(rules)
        held += len(rules)
        if top is not None and held > 2 * top:
            best = [_best(Rules.joined(found.items, found.n_baskets, best), sort, top, found)]
            held = len(best[0])
    return _best(Rules.joined(found.items, found.n_baskets, best), sort, top, found)


def measured(rules: Rules, name: str, found: Frequent | ClosedSets) -> Floats:
    """Measure rules made of some sets."""
    return partial_g2(rules, found) if name == PARTIAL else MEASURES[name](rules.tables)


def _best(rules: Rules, sort: str, top: int | None, found: Frequent | ClosedSets) -> Rules:
    """Sort rules, and leave the first ones."""
    values = measured(rules, sort, found)
    key = values if sort in SMALLER_IS_BETTER else -values
    ranks = [sides.distinct()[1] for sides in (rules.consequents, rules.antecedents)]
    order = np.lexsort((*ranks, -rules.tables.both, key))  # not a number comes last
    return rules.take(order[:top])
