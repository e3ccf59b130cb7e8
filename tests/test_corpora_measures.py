"""The measures of keyness and of collocation, by hand, against slow oracles and published figures."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from nlpzero.corpora import association, contrast
from nlpzero.corpora.contrast import Contrast, adjusted
from nlpzero.rules.measures import Contingency

WAR = Contrast(np.array([620]), np.array([267]), 1_017_879, 1_007_532)
"""The word *war* in AmE06 and BE06: Brezina, Statistics in Corpus Linguistics (2018), ch. 3; so in keyflux."""
LETTERS = Contrast(np.array([3, 2, 6, 1, 1, 1, 1, 2]), np.array([2, 1, 2, 4, 1, 1, 0, 1]), 17, 12)
"""Words a to h of the two texts of quanteda's documentation of keyness (quanteda 3.2.4, keyness_chi2_dt)."""


def value(name: str, c: Contrast) -> float:
    return float(contrast.MEASURES[name](c)[0])


def oracle(a: int, b: int, total_a: int, total_b: int) -> dict[str, float]:
    """Work out the measures of one word as their papers write them."""
    both, size = a + b, total_a + total_b
    expected = [total_a * both / size, total_b * both / size]
    g2 = 2 * sum(o * math.log(o / e) for o, e in zip((a, b), expected, strict=True) if o)
    sign = (a / total_a > b / total_b) - (a / total_a < b / total_b)
    share_a, share_b = a / total_a, b / total_b
    table = np.array([[a, total_a - a], [b, total_b - b]])
    found = {
        "g2": g2 * sign,
        "p": float(stats.chi2.sf(g2, 1)),
        "log_ratio": math.log2(((a or 0.5) / total_a) / ((b or 0.5) / total_b)),
        "diff": 100 * (share_a - share_b) / share_b if b else math.inf,
        "bic": g2 - math.log(size),
        "odds_ratio": a * (total_b - b) / (b * (total_a - a)) if b else math.inf,
        "relative_risk": share_a / share_b if b else math.inf,
        "simple_maths": (share_a * 1e6 + 100) / (share_b * 1e6 + 100),
        "ell": g2 / (size * math.log(min(expected))) if min(expected) > 1 else math.nan,
    }
    found["chi_squared"] = float(stats.chi2_contingency(table, correction=False).statistic) * sign
    found["likelihood_ratio"] = (
        float(stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic) * sign
    )
    return found


def test_the_word_war_has_the_published_figures() -> None:
    published = {"g2": 140.87, "log_ratio": 1.20, "diff": 129.85, "simple_maths": 1.94, "chi_squared": 136.96}
    assert {name: round(value(name, WAR), 2) for name in published} == published


def test_a_word_of_ten_and_two_by_hand() -> None:
    """E is 6 in both: 2 (10 ln(10/6) + 2 ln(2/6)) = 2 (5.1083 - 2.1972); log2(10/2)."""
    c = Contrast(np.array([10]), np.array([2]), 1000, 1000)
    assert value("g2", c) == pytest.approx(5.822063, abs=1e-6)
    assert value("log_ratio", c) == pytest.approx(2.321928, abs=1e-6)
    assert value("diff", c) == pytest.approx(400)
    assert value("relative_risk", c) == pytest.approx(5)
    assert value("odds_ratio", c) == pytest.approx(10 * 998 / (2 * 990))
    assert value("bic", c) == pytest.approx(5.822063 - math.log(2000), abs=1e-6)


def test_chi_squared_is_that_of_quanteda_but_for_its_correction() -> None:
    """Quanteda documents these values with Yates' correction, n (|ad - bc| - n/2)^2 / ..., for tables that need it."""
    published = [
        0.004738562,
        0.089303670,
        0.467298378,
        -2.040247141,
        -0.065813362,
        -0.065813362,
        0.731092437,
        0.08930367,
    ]
    n = LETTERS.total_a + LETTERS.total_b
    difference = np.abs(LETTERS.a * (LETTERS.total_b - LETTERS.b) - LETTERS.b * (LETTERS.total_a - LETTERS.a))
    plain = contrast.chi_squared(LETTERS)
    needed = difference >= n / 2
    corrected = np.where(needed, plain * ((difference - n / 2) / difference) ** 2, plain)
    assert np.abs(corrected - published).max() < 1e-9
    assert contrast.tail(plain)[0] == pytest.approx(0.9451192, abs=5e-8)


def test_every_measure_is_that_of_the_oracle() -> None:
    rng = np.random.default_rng(7)
    for _ in range(300):
        sizes = rng.integers(50, 10 ** int(rng.integers(2, 8)), 2)
        a, b = (int(rng.integers(0, size // 2)) if rng.random() < 0.8 else 0 for size in sizes.tolist())
        if not a + b:
            continue
        c = Contrast(np.array([a]), np.array([b]), *sizes.tolist())
        for name, expected in oracle(a, b, *sizes.tolist()).items():
            assert value(name, c) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (name, a, b, sizes)


def test_swapping_the_corpora_changes_the_signs() -> None:
    rng = np.random.default_rng(3)
    c = Contrast(rng.integers(0, 50, 200), rng.integers(0, 50, 200), 5000, 7000)
    for name in ("g2", "log_ratio", "chi_squared", "likelihood_ratio"):
        measure = contrast.MEASURES[name]
        assert np.allclose(measure(c), -measure(c.swapped()), rtol=1e-9, atol=1e-9)
    for name in ("odds_ratio", "relative_risk", "simple_maths"):
        both = (c.a > 0) & (c.b > 0)
        product = contrast.MEASURES[name](c)[both] * contrast.MEASURES[name](c.swapped())[both]
        assert np.allclose(product, 1)
    assert np.allclose(contrast.low(c), -contrast.high(c.swapped()))
    for name in ("p", "bic"):
        assert np.allclose(contrast.MEASURES[name](c), contrast.MEASURES[name](c.swapped()))


def test_equal_frequencies_are_no_difference() -> None:
    c = Contrast(np.array([30]), np.array([10]), 3000, 1000)
    assert [value(name, c) for name in ("g2", "p", "log_ratio", "diff", "odds_ratio")] == [0, 1, 0, 0, 1]


def test_what_b_has_not_is_infinite_where_nothing_stands_for_it() -> None:
    c = Contrast(np.array([4]), np.array([0]), 100, 100)
    assert [value(name, c) for name in ("diff", "odds_ratio", "relative_risk")] == [math.inf] * 3
    assert value("log_ratio", c) == 3


def test_corrections_are_those_of_scipy_and_of_the_definition() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(50) ** 3
    assert np.allclose(adjusted(p, "bh"), stats.false_discovery_control(p))
    order = np.argsort(p)
    running, expected = 0.0, np.empty(50)
    for rank, i in enumerate(order.tolist()):
        running = max(running, min(1.0, (50 - rank) * float(p[i])))
        expected[i] = running
    assert np.allclose(adjusted(p, "holm"), expected)
    assert adjusted(p, "none") is p


def pair_oracle(o11: int, r1: int, c1: int, n: int) -> dict[str, float]:
    e11 = r1 * c1 / n
    table = np.array([[o11, r1 - o11], [c1 - o11, n - r1 - c1 + o11]])
    sign = (o11 > e11) - (o11 < e11)
    g2: Any = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    chi: Any = stats.chi2_contingency(table, correction=False).statistic
    return {
        "mi": math.log2(o11 / e11),
        "mi3": math.log2(o11**3 / e11),
        "npmi": math.log2(o11 / e11) / -math.log2(o11 / n),
        "log_dice": 14 + math.log2(2 * o11 / (r1 + c1)),
        "t": (o11 - e11) / math.sqrt(o11),
        "z": (o11 - e11) / math.sqrt(e11),
        "g2": float(g2) * sign,
        "chi_squared": float(chi) * sign,
        "delta_p": o11 / r1 - (c1 - o11) / (n - r1),
        "delta_p_back": o11 / c1 - (r1 - o11) / (n - c1),
    }


def test_every_measure_of_pairs_is_that_of_the_oracle() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        n = int(rng.integers(100, 100_000))
        r1, c1 = (int(one) for one in rng.integers(2, n // 2, 2))
        o11 = int(rng.integers(1, min(r1, c1)))
        t = Contingency(np.array([o11]), np.array([r1]), np.array([c1]), n)
        for name, expected in pair_oracle(o11, r1, c1, n).items():
            assert float(association.MEASURES[name](t)[0]) == pytest.approx(expected, rel=1e-8, abs=1e-8), name


def test_a_pair_by_hand() -> None:
    """30 of 10,000 pairs, 100 with the one word, 60 with the other: 0.6 expected, so 50 times as many."""
    t = Contingency(np.array([30]), np.array([100]), np.array([60]), 10_000)
    assert float(association.mi(t)[0]) == pytest.approx(math.log2(50))
    assert float(association.log_dice(t)[0]) == pytest.approx(14 + math.log2(60 / 160))
    assert float(association.delta_p(t)[0]) == pytest.approx(0.3 - 30 / 9900)
    assert float(association.npmi(Contingency(np.array([7]), np.array([7]), np.array([7]), 7))[0]) == 1
