"""How interesting a rule is: the measures of rules (关联规则的度量), from four counts each."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Contingency(NamedTuple):
    """Contingency tables of rules X -> Y among n baskets: how many hold X and Y, X, and Y.

    Examples
    --------
    >>> tables = Contingency(np.array([3]), np.array([4]), np.array([5]), 10)
    >>> float(MEASURES["lift"](tables)[0])
    1.5
    """

    both: Counts
    x: Counts
    y: Counts
    n: int | Counts

    def cells(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Give the numbers of baskets with both, X alone, Y alone, neither."""
        cells = self.both, self.x - self.both, self.y - self.both, self.n - self.x - self.y + self.both
        a, b, c, d = (cell.astype(np.float64) for cell in cells)
        return a, b, c, d


def _ratio(numerator: Floats, denominator: Floats, undefined: float = np.nan) -> Floats:
    """Divide; x / 0 is infinite and 0 / 0 is `undefined`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = numerator / denominator
    return np.where((numerator == 0) & (denominator == 0), undefined, quotient)


def support(t: Contingency) -> Floats:
    """Share of the baskets that hold X and Y (支持度)."""
    return t.both / t.n


def confidence(t: Contingency) -> Floats:
    """Share of the baskets with X that hold Y (置信度)."""
    return t.both / t.x


def lift(t: Contingency) -> Floats:
    """How many times more often X and Y are together than if they were independent (提升度); Brin et al. 1997."""
    return (t.both / t.x) / (t.y / t.n)


def leverage(t: Contingency) -> Floats:
    """Support minus what it would be if X and Y were independent (杠杆率); Piatetsky-Shapiro 1991."""
    return t.both / t.n - (t.x / t.n) * (t.y / t.n)


def conviction(t: Contingency) -> Floats:
    """(1 - P(Y)) / (1 - confidence) (确信度), infinite where confidence is 1; Brin et al. 1997."""
    wrong = (t.x - t.both) / t.x
    return np.where(t.both == t.x, np.inf, _ratio(1 - t.y / t.n, wrong))


def zhang(t: Contingency) -> Floats:
    """Leverage over its greatest possible size, from -1 to 1; 0 where X or Y is in all baskets. Zhang 2000."""
    p, x, y = t.both / t.n, t.x / t.n, t.y / t.n
    above = leverage(t)
    constant = (t.x == t.n) | (t.y == t.n)
    return np.where(constant, 0.0, _ratio(above, np.maximum(p * (1 - x), x * (y - p)), 0.0))


def jaccard(t: Contingency) -> Floats:
    """Share of the baskets with X or Y that hold both (雅卡尔系数)."""
    return t.both / (t.x + t.y - t.both)


def cosine(t: Contingency) -> Floats:
    """Geometric mean of the confidences of X -> Y and Y -> X."""
    return t.both / np.sqrt(t.x.astype(np.float64) * t.y)


def kulczynski(t: Contingency) -> Floats:
    """Mean of the confidences of X -> Y and Y -> X."""
    return (t.both / t.x + t.both / t.y) / 2


def imbalance(t: Contingency) -> Floats:
    """How unequal X and Y are in size, from 0 to 1; Wu, Chen & Han 2010."""
    unequal: Floats = np.abs(t.x - t.y) / (t.x + t.y - t.both)
    return unequal


def odds_ratio(t: Contingency) -> Floats:
    """Odds of Y with X over odds of Y without X (优势比); not a number where both are 0 / 0 or infinite."""
    a, b, c, d = t.cells()
    return _ratio(a * d, b * c)


def chi_squared(t: Contingency) -> Floats:
    """Pearson's chi-squared of the table (卡方), one degree of freedom, no correction; 0 where X or Y is everywhere."""
    a, b, c, d = t.cells()
    return _ratio((a * d - b * c) ** 2 * t.n, (a + b) * (c + d) * (a + c) * (b + d), 0.0)


def g2(t: Contingency) -> Floats:
    """Likelihood ratio of the table, 2 sum o ln(o / e), one degree of freedom; Dunning 1993."""
    total = np.zeros(len(t.both))
    a, b, c, d = t.cells()
    for observed, row, column in ((a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d)):
        # 0 ln 0 is 0
        share = np.divide(observed * t.n, row * column, out=np.ones(len(a)), where=observed > 0)
        total += observed * np.log(share)
    return np.maximum(2 * total, 0.0)


def chi_squared_p(t: Contingency) -> Floats:
    """Probability of a chi-squared as large if X and Y were independent."""
    return _tail(chi_squared(t))


def g2_p(t: Contingency) -> Floats:
    """Probability of a G2 as large if X and Y were independent."""
    return _tail(g2(t))


def _tail(statistic: Floats) -> Floats:
    """Give the upper tail of chi-squared with one degree of freedom."""
    from scipy.special import erfc

    tail: Floats = erfc(np.sqrt(statistic / 2))
    return tail


MEASURES: dict[str, Callable[[Contingency], Floats]] = {
    "support": support,
    "confidence": confidence,
    "lift": lift,
    "leverage": leverage,
    "conviction": conviction,
    "zhang": zhang,
    "jaccard": jaccard,
    "cosine": cosine,
    "kulczynski": kulczynski,
    "imbalance": imbalance,
    "odds_ratio": odds_ratio,
    "chi_squared": chi_squared,
    "chi_squared_p": chi_squared_p,
    "g2": g2,
    "g2_p": g2_p,
}
"""Every measure, in the order of the table's columns."""

SMALLER_IS_BETTER = {"imbalance", "chi_squared_p", "g2_p"}


def fisher(t: Contingency) -> Floats:
    """Test whether X and Y are together more often than by chance: Fisher's exact test, one-sided (费希尔精确检验).

    Returns
    -------
    float64 array
        Probability of at least as many baskets with both, given the numbers of baskets with X and with Y.

    Notes
    -----
    Terms of the hypergeometric distribution are added outward from `both` (or, on the near side of the mean, from
    `both` - 1 down, as the complement) until they are too small to matter: O(standard deviation) steps over all rules.

    Examples
    --------
    >>> fisher(Contingency(np.array([3]), np.array([4]), np.array([4]), 8)).round(6).tolist()
    [0.242857]
    """
    x, y, both = (np.asarray(part, np.float64) for part in (t.x, t.y, t.both))
    upper = both * t.n > x * y  # beyond the mean terms fall, and so do those on the other side, downwards
    first = np.where(upper, both, both - 1)
    tail = _terms(first, x, y, t.n, upper)
    return np.clip(np.where(upper, tail, 1 - tail), 0.0, 1.0)


def _terms(k: Floats, x: Floats, y: Floats, n: int | Counts, upward: npt.NDArray[np.bool_]) -> Floats:
    """Add hypergeometric probabilities from k on, up or down."""
    from scipy.special import gammaln

    def ln_choose(top: Floats, bottom: Floats) -> Floats:
        value: Floats = gammaln(top + 1) - gammaln(bottom + 1) - gammaln(top - bottom + 1)
        return value

    least = np.maximum(0.0, x + y - n)
    total = np.zeros(len(k))
    active = np.flatnonzero((k >= least) & (k <= np.minimum(x, y)))
    k, x, y, upward = k[active], x[active], y[active], upward[active]
    every = np.full(len(k), n, np.float64)
    term = np.exp(ln_choose(x, k) + ln_choose(every - x, y - k) - ln_choose(every, y))
    while len(active):
        total[active] += term
        rising = (x - k) * (y - k) / ((k + 1) * (n - x - y + k + 1))
        falling = k * (n - x - y + k) / ((x - k + 1) * (y - k + 1))
        term = term * np.where(upward, rising, falling)
        k = k + np.where(upward, 1, -1)
        going = term > total[active] * 1e-17
        active, k, x, y = active[going], k[going], x[going], y[going]
        term, upward = term[going], upward[going]
    return total


def holm(p: Floats, alpha: float) -> npt.NDArray[np.bool_]:
    """Tell which of many hypotheses to reject so that any false rejection has probability `alpha` at most (Holm 1979).

    Examples
    --------
    >>> holm(np.array([0.04, 0.001, 0.02]), 0.05).tolist()
    [True, True, True]
    >>> holm(np.array([0.04, 0.001, 0.03]), 0.05).tolist()
    [False, True, False]
    """
    order = np.argsort(p, kind="stable")
    passes = p[order] <= alpha / np.arange(len(p), 0, -1)
    rejected = np.zeros(len(p), np.bool_)
    rejected[order[: len(p) if passes.all() else int(np.argmin(passes))]] = True
    return rejected
