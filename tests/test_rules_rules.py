"""Rules and their measures: worked figures, brute force, mlxtend, scipy, and laws."""

import itertools
import math

import numpy as np
import pandas
import pytest
from mlxtend.frequent_patterns import association_rules, fpgrowth
from mlxtend.preprocessing import TransactionEncoder
from scipy import stats
from test_rules_itemsets import random_baskets

from nlpzero.rules.baskets import from_lists
from nlpzero.rules.frequent import Constraint
from nlpzero.rules.itemsets import mine
from nlpzero.rules.measures import MEASURES, Contingency, fisher, holm
from nlpzero.rules.rules import find_rules
from nlpzero.rules.ruleset import Rules

Rule = tuple[tuple[str, ...], tuple[str, ...]]

MLXTEND = {
    "support": "support",
    "confidence": "confidence",
    "lift": "lift",
    "leverage": "leverage",
    "conviction": "conviction",
    "zhang": "zhangs_metric",
    "jaccard": "jaccard",
    "kulczynski": "kulczynski",
}


def shown(rules: Rules) -> list[Rule]:
    """Give rules as pairs of tuples."""
    return [(tuple(x), tuple(y)) for x, y in zip(*rules.names(), strict=True)]


def brute_force(baskets: list[list[str]], minimum: int) -> dict[Rule, tuple[int, int, int]]:
    """Give every rule of frequent sets with its counts of both, antecedent, consequent."""
    sets = mine(from_lists(baskets), minimum).table()
    return {
        (x, y): (number, sets[x], sets[y])
        for items, number in sets.items()
        for size in range(1, len(items))
        for y in itertools.combinations(items, size)
        for x in [tuple(item for item in items if item not in y)]
    }


def random_tables(seed: int, n: int, number: int = 400) -> Contingency:
    """Draw tables with all kinds of margins."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(1, n + 1, (2, number))
    both = np.maximum(rng.binomial(np.minimum(x, y), rng.random(number)), np.maximum(0, x + y - n))
    return Contingency(both, x, y, n)


def test_measures_of_a_table_by_hand() -> None:
    # of 20 baskets, 8 hold X, 10 hold Y, 6 hold both: cells 6, 2, 4, 8
    table = Contingency(np.array([6]), np.array([8]), np.array([10]), 20)
    values = {name: float(measure(table)[0]) for name, measure in MEASURES.items()}
    assert values == {
        "support": 0.3,
        "confidence": 0.75,
        "lift": 1.5,
        "leverage": pytest.approx(0.1),
        "conviction": 2.0,
        "zhang": pytest.approx(0.1 / max(0.3 * 0.6, 0.4 * 0.2)),
        "jaccard": 0.5,
        "cosine": pytest.approx(6 / math.sqrt(80)),
        "kulczynski": pytest.approx(0.675),
        "imbalance": pytest.approx(2 / 12),
        "odds_ratio": 6.0,
        "chi_squared": pytest.approx(20 * (48 - 8) ** 2 / (8 * 12 * 10 * 10)),
        "chi_squared_p": pytest.approx(0.0678892, abs=1e-7),
        "g2": pytest.approx(2 * (6 * math.log(1.5) + 2 * math.log(0.5) + 4 * math.log(2 / 3) + 8 * math.log(4 / 3))),
        "g2_p": pytest.approx(0.0631682, abs=1e-7),
    }


def test_measures_at_the_edges() -> None:
    always = Contingency(np.array([4, 5, 0]), np.array([4, 10, 5]), np.array([6, 5, 5]), 10)
    values = {name: measure(always).tolist() for name, measure in MEASURES.items()}
    assert values["conviction"] == [math.inf, 1.0, 0.5]
    assert values["zhang"][1:] == [0.0, -1.0]
    assert values["odds_ratio"][0] == math.inf
    assert math.isnan(values["odds_ratio"][1])
    assert values["odds_ratio"][2] == 0
    assert (values["chi_squared"][1], values["g2"][1], values["g2_p"][1]) == (0.0, 0.0, 1.0)


def test_scipy_tests_tables_alike() -> None:
    tables = random_tables(1, 60)
    cells = np.array(tables.cells()).T.reshape(-1, 2, 2)
    proper = [i for i, cell in enumerate(cells) if cell.sum(axis=0).all() and cell.sum(axis=1).all()]
    assert len(proper) > 300
    for name, kind in (("chi_squared", "pearson"), ("g2", "log-likelihood")):
        ours, p = MEASURES[name](tables), MEASURES[f"{name}_p"](tables)
        for i in proper:
            theirs = stats.chi2_contingency(cells[i], correction=False, lambda_=kind)
            assert ours[i] == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
            assert p[i] == pytest.approx(theirs.pvalue, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("n", [1, 7, 60, 5000])
def test_scipy_has_the_same_exact_test(n: int) -> None:
    tables = random_tables(2, n)
    theirs = stats.hypergeom.sf(tables.both - 1, n, tables.x, tables.y)
    assert fisher(tables) == pytest.approx(theirs, rel=1e-8, abs=1e-12)


def test_small_probabilities_of_the_exact_test_keep_their_digits() -> None:
    tables = Contingency(np.array([500]), np.array([600]), np.array([700]), 100_000)
    theirs = stats.hypergeom.logsf(499, 100_000, 600, 700)
    assert math.log(fisher(Contingency(np.array([100]), np.array([120]), np.array([140]), 20_000))[0]) == pytest.approx(
        stats.hypergeom.logsf(99, 20_000, 120, 140), rel=1e-9
    )
    assert theirs < -700  # beyond what a float holds
    assert fisher(tables).tolist() == [0.0]


def test_holm_rejects_as_its_definition_says() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        p = rng.random(12) ** 6
        ordered = sorted(p.tolist())
        rejected = 0
        while rejected < 12 and ordered[rejected] <= 0.05 / (12 - rejected):
            rejected += 1
        assert holm(p, 0.05).tolist() == [value in ordered[:rejected] for value in p.tolist()]
    assert holm(np.empty(0), 0.05).tolist() == []


@pytest.mark.parametrize("seed", range(6))
def test_brute_force_makes_the_same_rules(seed: int) -> None:
    baskets = random_baskets(seed)
    every = brute_force(baskets, 4)
    frequent = mine(from_lists(baskets), 4)
    for max_rhs, max_lhs, least in ((1, None, 0.5), (None, None, 0.0), (2, 1, 0.4), (None, 2, 0.7)):
        rules = find_rules(frequent, least, constraint=Constraint(max_lhs=max_lhs, max_rhs=max_rhs))
        expected = {
            rule: counts
            for rule, counts in every.items()
            if counts[0] / counts[1] >= least and len(rule[1]) <= (max_rhs or 99) and len(rule[0]) <= (max_lhs or 99)
        }
        both, x, y, n = rules.tables
        assert dict(zip(shown(rules), zip(both, x, y, strict=True), strict=True)) == expected
        assert (len(rules), n) == (len(expected), len(baskets))
        assert expected


def test_mlxtend_finds_the_same_rules_and_measures() -> None:
    baskets = [basket or ["z"] for basket in random_baskets(7, n=400, items=11)]
    encoder = TransactionEncoder()
    frame = pandas.DataFrame(encoder.fit_transform(baskets), columns=encoder.columns_)
    theirs = association_rules(fpgrowth(frame, 0.01, use_colnames=True), metric="confidence", min_threshold=0.3)
    rules = find_rules(mine(from_lists(baskets), 0.01), 0.3)
    place = {rule: i for i, rule in enumerate(shown(rules))}
    order = [
        place[tuple(sorted(x)), tuple(sorted(y))]
        for x, y in zip(theirs["antecedents"], theirs["consequents"], strict=True)
    ]
    assert sorted(order) == list(range(len(rules)))
    assert len(rules) > 1000
    for ours, name in MLXTEND.items():
        values = MEASURES[ours](rules.tables)[order]
        expected = theirs[name].to_numpy(float)
        assert (np.isinf(values) == np.isinf(expected)).all(), ours
        assert values == pytest.approx(expected, rel=1e-12, abs=1e-12), ours


def test_rules_come_best_first_with_ties_by_count_size_and_items() -> None:
    frequent = mine(from_lists(random_baskets(0, n=200, items=12)), 4)
    for sort in MEASURES:
        rules = find_rules(frequent, 0.3, sort=sort)
        values = MEASURES[sort](rules.tables)
        key = np.where(np.isnan(values), np.inf, values if sort in ("imbalance", "chi_squared_p", "g2_p") else -values)
        keys = [
            (k, -n, len(x), x, len(y), y) for k, n, (x, y) in zip(key, rules.tables.both, shown(rules), strict=True)
        ]
        assert keys == sorted(keys)
        assert len(keys) > 300
        for top in (1, 10, 200):
            assert shown(find_rules(frequent, 0.3, sort=sort, top=top)) == shown(rules)[:top]


def test_least_values_of_measures_hold() -> None:
    frequent = mine(from_lists(random_baskets(3)), 4)
    every = find_rules(frequent, 0.2)
    least = {"lift": 1.2, "jaccard": 0.3, "confidence": 0.5}
    chosen = find_rules(frequent, 0.2, minimums=least)
    fits = np.logical_and.reduce([MEASURES[name](every.tables) >= value for name, value in least.items()])
    assert shown(chosen) == shown(every.take(fits))
    assert 0 < len(chosen) < len(every)


@pytest.mark.parametrize("max_rhs", [1, None])
def test_redundant_rules_have_a_more_general_one_that_is_as_confident(max_rhs: int | None) -> None:
    for seed in range(4):
        baskets = random_baskets(seed)
        frequent = mine(from_lists(baskets), 3)
        constraint = Constraint(max_rhs=max_rhs)
        every = find_rules(frequent, 0.4, constraint=constraint)
        confidence = dict(zip(shown(every), (every.tables.both / every.tables.x).tolist(), strict=True))
        kept = {
            (x, y)
            for (x, y), own in confidence.items()
            if not any(
                confidence.get((part, y), 0) >= own
                for size in range(1, len(x))
                for part in itertools.combinations(x, size)
            )
        }
        assert set(shown(find_rules(frequent, 0.4, constraint=constraint, redundant=False))) == kept
        assert 0 < len(kept) < len(every)


def test_constraints_choose_the_sides_of_a_rule() -> None:
    lists = random_baskets(3, n=200)
    every = find_rules(mine(from_lists(lists), 8), 0.3, constraint=Constraint(max_rhs=2))
    for lhs, rhs in ((None, frozenset("b")), (frozenset("abc"), None), (frozenset("abc"), frozenset("cdef"))):
        constraint = Constraint(lhs, rhs, max_rhs=2)
        found = find_rules(mine(from_lists(lists), 8, constraint=constraint), 0.3, constraint=constraint)
        assert shown(found) == [
            (x, y) for x, y in shown(every) if (lhs is None or lhs >= set(x)) and (rhs is None or rhs >= set(y))
        ]
        assert len(found)


def test_independent_items_make_no_significant_rules_and_a_planted_one_is_found() -> None:
    rng = np.random.default_rng(8)
    lists = [[chr(97 + i) for i in np.flatnonzero(row).tolist()] for row in rng.random((800, 10)) < 0.2]
    assert len(find_rules(mine(from_lists(lists), 5), 0.1, significant=0.01)) == 0
    planted = [[*row, "p", "q"] if i % 20 == 0 else row for i, row in enumerate(lists)]
    frequent = mine(from_lists(planted), 5)
    found = find_rules(frequent, 0.5, significant=0.01)
    assert {(("p",), ("q",)), (("q",), ("p",))} <= set(shown(found))
    every = find_rules(frequent, 0.0)
    kept = every.take(holm(fisher(every.tables), 0.01))
    assert set(shown(found)) == set(shown(kept.take(kept.tables.both >= 0.5 * kept.tables.x)))
