"""How strongly two words go together: the measures of collocation (搭配强度), from a 2 x 2 table of pairs.

A table counts pairs of words: O11 of them are (node, collocate), R1 have the node, C1 the collocate, and N are all;
E11 = R1 C1 / N would be expected of words that have nothing to do with each other. See Evert 2005.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..rules.measures import Contingency, Floats, odds_ratio
from ..rules.measures import chi_squared as table_chi_squared
from ..rules.measures import g2 as table_g2


def expected(t: Contingency) -> Floats:
    """Pairs that would be expected by chance, R1 C1 / N (期望频数)."""
    return t.x.astype(np.float64) * t.y / t.n


def _log2(values: Any) -> Floats:
    """Give the logarithm; that of 0 is minus infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.log2(values)
    return result


def mi(t: Contingency) -> Floats:
    """Pointwise mutual information, log2(O11 / E11) (互信息); Church & Hanks 1990. Prefers rare pairs."""
    return _log2(t.both / expected(t))


def mi3(t: Contingency) -> Floats:
    """log2(O11^3 / E11): prefers frequent pairs; Daille 1994."""
    return _log2(t.both.astype(np.float64) ** 3 / expected(t))


def npmi(t: Contingency) -> Floats:
    """MI over its greatest value, -log2(O11 / N), from -1 to 1; 1 where all pairs are this one; Bouma 2009."""
    whole = t.both == t.n
    with np.errstate(divide="ignore", invalid="ignore"):
        result = mi(t) / -_log2(t.both / t.n)
    return np.where(whole, 1.0, np.where(t.both == 0, -1.0, result))


def log_dice(t: Contingency) -> Floats:
    """14 + log2(2 O11 / (R1 + C1)), 14 at most; does not depend on the size of the corpus; Rychlý 2008."""
    return 14 + _log2(2 * t.both / (t.x + t.y))


def t_score(t: Contingency) -> Floats:
    """(O11 - E11) / sqrt(O11) (t 值); Church et al. 1991. Prefers frequent pairs."""
    with np.errstate(divide="ignore"):
        return (t.both - expected(t)) / np.sqrt(t.both)


def z_score(t: Contingency) -> Floats:
    """(O11 - E11) / sqrt(E11) (z 值); Berry-Rogghe 1973."""
    mean = expected(t)
    return (t.both - mean) / np.sqrt(mean)


def g2(t: Contingency) -> Floats:
    """Log-likelihood of the four cells, negative where there are fewer pairs than expected; Dunning 1993."""
    return table_g2(t) * np.sign(t.both - expected(t))


def chi_squared(t: Contingency) -> Floats:
    """Pearson's chi-squared of the four cells, negative where there are fewer pairs than expected (卡方)."""
    return table_chi_squared(t) * np.sign(t.both - expected(t))


def delta_p(t: Contingency) -> Floats:
    """P(collocate | node) - P(collocate | another word), from -1 to 1: the node calls for it; Gries 2013."""
    a, b, c, d = t.cells()
    return _share(a, b) - _share(c, d)


def delta_p_back(t: Contingency) -> Floats:
    """P(node | collocate) - P(node | another word), from -1 to 1: it calls for the node; Gries 2013."""
    a, b, c, d = t.cells()
    return _share(a, c) - _share(b, d)


def _share(part: Floats, rest: Floats) -> Floats:
    """Give part / (part + rest), 0 where there is nothing."""
    whole = part + rest
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


MEASURES: dict[str, Callable[[Contingency], Floats]] = {
    "log_dice": log_dice,
    "mi": mi,
    "mi3": mi3,
    "npmi": npmi,
    "t": t_score,
    "z": z_score,
    "g2": g2,
    "chi_squared": chi_squared,
    "delta_p": delta_p,
    "delta_p_back": delta_p_back,
    "odds_ratio": odds_ratio,
}
"""Every measure by its name, in the order of the table's columns."""
