"""How much more often a word stands in one corpus than in another: the measures of keyness (关键性的度量).

Each takes a `Contrast`, four figures a word. What is not defined is NaN, what grows beyond all bounds infinite; tables
leave both empty.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core.workspace import Counts
from ..rules.measures import Contingency, Floats
from ..rules.measures import chi_squared as table_chi_squared
from ..rules.measures import g2 as table_g2

MILLION = 1e6
HALF = 0.5
"""What a count of 0 is taken for in ratios (Hardie 2014)."""
Z_95 = 1.959963984540054
"""Quantile of the normal distribution that leaves 95 % in the middle."""
SMOOTHING = 100.0
"""The constant of simple maths that is used where none is given; greater ones prefer more frequent words."""


class Contrast(NamedTuple):
    """How often words stand in two corpora A and B.

    Attributes
    ----------
    a, b : int64 arrays (n,)
        DocumentTable of each word in A and in B.
    total_a, total_b : int
        All words of A and of B; neither is 0. (Or arrays, where they are not the same for all words.)

    Examples
    --------
    >>> war = Contrast(np.array([620]), np.array([267]), 1_017_879, 1_007_532)
    >>> [round(float(MEASURES[name](war)[0]), 2) for name in ("g2", "log_ratio", "diff")]
    [140.87, 1.2, 129.85]
    """

    a: Counts
    b: Counts
    total_a: int
    total_b: int

    def swapped(self) -> "Contrast":
        """Give the same with B in the place of A."""
        return Contrast(self.b, self.a, self.total_b, self.total_a)

    def shares(self) -> tuple[Floats, Floats]:
        """Give the relative frequencies in A and in B, from 0 to 1."""
        return self.a / self.total_a, self.b / self.total_b

    def signs(self) -> Floats:
        """Tell where each word is relatively more frequent: 1 in A, -1 in B, 0 in neither."""
        return np.sign(self.a * (1.0 * self.total_b) - self.b * (1.0 * self.total_a))

    def table(self) -> Contingency:
        """Give the 2 x 2 tables of word or not, A or B."""
        size = np.broadcast_to(np.int64(self.total_a), self.a.shape)
        return Contingency(self.a, size, self.a + self.b, self.total_a + self.total_b)


def per_million(counts: Counts, total: int) -> Floats:
    """DocumentTable for each million words (每百万词频)."""
    return counts.astype(np.float64) * (MILLION / total)


def g2(c: Contrast) -> Floats:
    """Log-likelihood, 2 (a ln(a / E_a) + b ln(b / E_b)), negative where B has more (对数似然比); Rayson & Garside 2000.

    E_a = N_a (a + b) / (N_a + N_b), E_b likewise.
    """
    both = (c.a + c.b) / (c.total_a + c.total_b)
    total = _information(c.a, c.total_a * both) + _information(c.b, c.total_b * both)
    return np.maximum(2 * total, 0.0) * c.signs()


def _information(observed: Counts, expected: Floats) -> Floats:
    """Give o ln(o / e), 0 where o is 0."""
    result = np.zeros(len(observed))
    some = observed > 0
    result[some] = observed[some] * np.log(observed[some] / expected[some])
    return result


def tail(statistic: Floats) -> Floats:
    """Give the probability of a chi-squared of one degree of freedom as large as this, whatever its sign.

    Examples
    --------
    >>> tail(np.array([3.841458820694124, -6.634896601021213])).round(6).tolist()
    [0.05, 0.01]
    """
    roots = np.sqrt(np.abs(statistic) / 2).tolist()  # scipy has it in C, but takes longer to be imported
    return np.fromiter(map(math.erfc, roots), np.float64, len(roots))


def p(c: Contrast) -> Floats:
    """Probability of a `g2` as large if the word were as frequent in A as in B."""
    return tail(g2(c))


def _ratio(c: Contrast) -> tuple[Floats, Floats]:
    """Give the counts with a half for none."""
    return np.where(c.a == 0, HALF, c.a), np.where(c.b == 0, HALF, c.b)


def log_ratio(c: Contrast) -> Floats:
    """log2 of the ratio of the relative frequencies, with 0.5 for a count of 0 (对数比); Hardie 2014."""
    a, b = _ratio(c)
    return np.log2(a / c.total_a) - np.log2(b / c.total_b)


def _margin(c: Contrast) -> Floats:
    """Half the width of the 95 % interval of `log_ratio`: 1.96 sqrt(1/a - 1/N_a + 1/b - 1/N_b) / ln 2."""
    a, b = _ratio(c)
    variance = 1 / a - 1 / c.total_a + 1 / b - 1 / c.total_b
    return Z_95 * np.sqrt(np.maximum(variance, 0.0)) / math.log(2)


def low(c: Contrast) -> Floats:
    """Lower end of the 95 % interval of `log_ratio`; Katz et al. 1978."""
    return log_ratio(c) - _margin(c)


def high(c: Contrast) -> Floats:
    """Upper end of the 95 % interval of `log_ratio`."""
    return log_ratio(c) + _margin(c)


def diff(c: Contrast) -> Floats:
    """%DIFF, 100 (f_a - f_b) / f_b, infinite where B has none (百分比差异); Gabrielatos & Marchi 2011."""
    a, b = c.shares()
    return _divided(100 * (a - b), b)


def bic(c: Contrast) -> Floats:
    """Evidence beyond chance, |G2| - ln(N_a + N_b), very strong above 10 (贝叶斯信息准则); Wilson 2013."""
    evidence: Floats = np.abs(g2(c)) - np.log(1.0 * (c.total_a + c.total_b))
    return evidence


def ell(c: Contrast) -> Floats:
    """Effect size for log-likelihood, |G2| / (N ln min(E_a, E_b)), from 0 to 1; NaN where that minimum is 1 or less.

    Johnston, Berry & Mielke 2006; N = N_a + N_b.
    """
    size = c.total_a + c.total_b
    least = (c.a + c.b) * (np.minimum(c.total_a, c.total_b) / size)
    logarithm = np.where(least > 1, np.log(np.maximum(least, 1.0)), np.nan)
    effect: Floats = np.abs(g2(c)) / (size * logarithm)
    return effect


def relative_risk(c: Contrast) -> Floats:
    """Ratio of the relative frequencies, infinite where B has none (相对风险)."""
    return _divided(*c.shares())


def odds_ratio(c: Contrast) -> Floats:
    """Odds of the word in A over its odds in B, infinite where B has none (优势比)."""
    a, b = c.a.astype(np.float64), c.b.astype(np.float64)
    return _divided(a * (c.total_b - b), b * (c.total_a - a))


def simple_maths(c: Contrast, constant: float = SMOOTHING) -> Floats:
    """(frequency per million in A + k) / (frequency per million in B + k); Kilgarriff 2009."""
    return (per_million(c.a, c.total_a) + constant) / (per_million(c.b, c.total_b) + constant)


def chi_squared(c: Contrast) -> Floats:
    """Pearson's chi-squared of the 2 x 2 table, without correction, negative where B has more (卡方)."""
    return table_chi_squared(c.table()) * c.signs()


def likelihood_ratio(c: Contrast) -> Floats:
    """G2 of all four cells of the 2 x 2 table, negative where B has more; Dunning 1993."""
    return table_g2(c.table()) * c.signs()


def _divided(above: Floats, below: Floats) -> Floats:
    """Divide; x / 0 is infinite, 0 / 0 is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = above / below
    return quotient


MEASURES: dict[str, Callable[[Contrast], Floats]] = {
    "g2": g2,
    "p": p,
    "log_ratio": log_ratio,
    "low": low,
    "high": high,
    "diff": diff,
    "bic": bic,
    "odds_ratio": odds_ratio,
    "simple_maths": simple_maths,
    "relative_risk": relative_risk,
    "ell": ell,
    "chi_squared": chi_squared,
    "likelihood_ratio": likelihood_ratio,
}
"""Every measure by its name, in the order of the table's columns."""


def strength(name: str, values: Floats) -> Floats:
    """Give how far values of a measure are from no difference, so that the strongest come first, whatever their side.

    Examples
    --------
    >>> strength("g2", np.array([-5.0, 3.0])).tolist(), strength("odds_ratio", np.array([4.0, 0.25])).round(3).tolist()
    ([5.0, 3.0], [1.386, 1.386])
    """
    if name == "p":
        return 1 - values
    if name == "diff":
        values = np.maximum(values / 100 + 1, 0.0)
    if name in ("diff", "odds_ratio", "simple_maths", "relative_risk"):
        with np.errstate(divide="ignore"):
            return np.abs(np.log(values))
    return values if name in ("bic", "ell") else np.abs(values)


def adjusted(p_values: Floats, method: str) -> Floats:
    """Correct the p values of many tests, to be compared with a level as if there were one test (多重检验校正).

    Parameters
    ----------
    p_values : float64 array (n,)
    method : {"none", "holm", "bh"}
        holm: that any be wrong has the probability of the level (Holm 1979); bh: the level is the share of wrong ones
        (Benjamini & Hochberg 1995).

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.04, 0.03]), "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    >>> adjusted(np.array([0.01, 0.04, 0.03]), "bh").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    n = len(p_values)
    if method == "none" or not n:
        return p_values
    order = np.argsort(p_values, kind="stable")
    if method == "holm":
        values = np.maximum.accumulate(p_values[order] * np.arange(n, 0, -1))
    else:
        values = np.minimum.accumulate((p_values[order] * (n / np.arange(1, n + 1)))[::-1])[::-1]
    result = np.empty(n)
    result[order] = np.minimum(values, 1.0)
    return result
