"""The rules that no other one implies, and what a rule says beyond its parts: slow definitions, and laws."""

import itertools
import math

import numpy as np
import pytest
from test_rules_itemsets import random_baskets

from nlpzero.rules.baskets import from_lists
from nlpzero.rules.closed import mine_closed
from nlpzero.rules.frequent import Constraint, Frequent
from nlpzero.rules.itemsets import mine
from nlpzero.rules.partial import partial_g2
from nlpzero.rules.rules import find_rules
from nlpzero.rules.ruleset import Rules

Rule = tuple[tuple[str, ...], tuple[str, ...]]

CONSTRAINTS = [
    Constraint(max_rhs=1),
    Constraint(),
    Constraint(max_rhs=2),
    Constraint(rhs=frozenset("ab")),
    Constraint(rhs=frozenset("abc"), lhs=frozenset("cdef"), max_rhs=1, max_lhs=2),
]


def dense_baskets(seed: int) -> list[list[str]]:
    """Draw baskets of six letters of which some are nearly everywhere and e and f are always together."""
    return [sorted({*row, "f"}) if "e" in row else [x for x in row if x != "f"] for row in random_baskets(seed, 50, 6)]


def counted(rules: Rules) -> dict[Rule, tuple[int, int, int]]:
    """Give rules with how many baskets hold both, antecedent, consequent."""
    columns = (column.tolist() for column in rules.tables[:3])
    return {(tuple(x), tuple(y)): (n, a, b) for x, y, n, a, b in zip(*rules.names(), *columns, strict=True)}


def implied(rule: Rule, every: dict[Rule, tuple[int, int, int]]) -> bool:
    """Tell whether a rule of the same count and confidence has a smaller antecedent and a larger consequent."""
    x, y = rule
    return any(
        other != rule and set(other[0]) <= set(x) and set(other[1]) >= set(y) and every[rule][:2] == numbers[:2]
        for other, numbers in every.items()
    )


def test_of_equal_baskets_single_items_imply_everything() -> None:
    baskets = from_lists([["茶", "酒", "米"]] * 3)  # tea, wine, rice
    assert counted(find_rules(mine_closed(baskets, 1))) == {
        (("米",), ("茶", "酒")): (3, 3, 3),
        (("茶",), ("米", "酒")): (3, 3, 3),
        (("酒",), ("米", "茶")): (3, 3, 3),
    }
    assert len(find_rules(mine_closed(baskets, 1), constraint=Constraint(max_rhs=1))) == 6
    assert len(find_rules(mine(baskets, 1))) == 12


@pytest.mark.parametrize("redundant", [True, False])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_basis_is_what_no_other_rule_implies(constraint: Constraint, redundant: bool) -> None:
    fewer = 0
    for seed in range(6):
        baskets = from_lists(dense_baskets(seed))
        every = counted(find_rules(mine(baskets, 2, constraint=constraint), 0.4, constraint=constraint))
        chosen = find_rules(mine(baskets, 2, constraint=constraint), 0.4, constraint=constraint, redundant=redundant)
        expected = {rule: n for rule, n in counted(chosen).items() if not implied(rule, every)}
        found = find_rules(mine_closed(baskets, 2), 0.4, constraint=constraint, redundant=redundant)
        assert counted(found) == expected
        assert len(found) == len(expected)
        fewer += len(every) - len(expected)
    assert fewer > 0


def test_every_rule_follows_from_one_of_the_basis() -> None:
    for seed in range(4):
        baskets = from_lists(dense_baskets(seed))
        base = counted(find_rules(mine_closed(baskets, 2), 0.3))
        for (x, y), (both, own, _) in counted(find_rules(mine(baskets, 2), 0.3)).items():
            assert any(
                set(p) <= set(x) and set(q) >= set(y) and numbers[:2] == (both, own) for (p, q), numbers in base.items()
            )


def test_a_length_limit_is_one_of_both_sides_together() -> None:
    baskets = from_lists(dense_baskets(1))
    for constraint in (Constraint(max_length=3), Constraint(max_length=3, max_rhs=1)):
        every = find_rules(mine(baskets, 2, max_length=3), 0.4, constraint=constraint)
        found = find_rules(mine_closed(baskets, 2, max_length=3), 0.4, constraint=constraint)
        expected = {rule: n for rule, n in counted(every).items() if not implied(rule, counted(every))}
        assert counted(found) == expected


def test_how_many_sets_are_looked_at_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    baskets = from_lists(dense_baskets(2))
    expected = counted(find_rules(mine_closed(baskets, 2), 0.4))
    for name in ("basis._PAIRS", "candidates._TOGETHER"):
        monkeypatch.setattr(f"nlpzero.rules.{name}", 3)
    assert counted(find_rules(mine_closed(baskets, 2), 0.4)) == expected


def test_the_correction_is_for_the_rules_of_the_basis() -> None:
    lists = random_baskets(4, n=400)
    baskets = from_lists([sorted({*row, "y" if {"a", "c"} & {*row} else "z"}) for row in lists])
    found = mine_closed(baskets, 8)
    one = Constraint(max_rhs=1)
    significant = counted(find_rules(found, 0.5, constraint=one, significant=0.01))
    every = find_rules(mine(baskets, 8), 0.5, constraint=one, significant=0.01)
    assert len(significant) > 5
    base = counted(find_rules(found, 0.5, constraint=one)).items()
    assert significant.items() <= base
    assert significant.items() >= base & counted(every).items()  # as there are no more hypotheses


def g2_by_hand(both: int, x: int, y: int, n: int) -> float:
    """Add o ln(o / e) over the cells of a table."""
    total = 0.0
    for observed, row, column in (
        (both, x, y),
        (x - both, x, n - y),
        (y - both, n - x, y),
        (n - x - y + both, n - x, n - y),
    ):
        total += observed * math.log(observed * n / (row * column)) if observed else 0.0
    return 2 * total if both * n >= x * y else -2 * total


@pytest.mark.parametrize("seed", range(4))
def test_what_a_rule_says_beyond_its_parts_is_the_least_partial_g2(seed: int) -> None:
    lists = random_baskets(seed, n=120, items=7)
    baskets = from_lists(lists)

    def holding(items: set[str]) -> int:
        return sum(items <= set(row) for row in lists)

    for found in (mine(baskets, 4), mine_closed(baskets, 4)):
        rules = find_rules(found, 0.2)
        expected = []
        for x, y in zip(*rules.names(), strict=True):
            values = []
            for item in x:
                rest = set(x) - {item}
                tables = holding({*x, *y}), holding(set(x)), holding(rest | set(y)), holding(rest)
                values.append(g2_by_hand(*tables))
            expected.append(min(values))
        np.testing.assert_allclose(partial_g2(rules, found), expected, rtol=1e-9, atol=1e-9)
        ordered = find_rules(found, 0.2, sort="partial_g2")
        assert partial_g2(ordered, found).tolist() == sorted(partial_g2(ordered, found).tolist(), reverse=True)
        least = find_rules(found, 0.2, minimums={"partial_g2": 3.0})
        assert counted(least).keys() == {
            rule for rule, value in zip(counted(rules), expected, strict=True) if value >= 3
        }


def test_an_item_that_changes_nothing_adds_nothing() -> None:
    # Tea with wine, always or never; salt is in every other basket, whatever else is.
    lists = [[*drinks, *salt] for drinks in (["茶", "酒"], ["米"]) for salt in (["盐"], [])] * 20
    found = mine_closed(from_lists(lists), 1)
    rules = find_rules(found, 0.9, constraint=Constraint(max_rhs=1))
    values = dict(zip(counted(rules), partial_g2(rules, found).tolist(), strict=True))
    assert values[("茶",), ("酒",)] == pytest.approx(2 * 80 * math.log(2))
    assert values[("盐", "茶"), ("酒",)] == pytest.approx(0)
    wide = find_rules(mine(from_lists(lists), 1), 0.4, constraint=Constraint(max_rhs=1))
    beyond = dict(zip(counted(wide), partial_g2(wide, mine(from_lists(lists), 1)).tolist(), strict=True))
    assert beyond[("茶", "酒"), ("盐",)] == pytest.approx(0)


@pytest.mark.parametrize("seed", range(5))
def test_one_way_keeps_the_more_confident_of_two_rules(seed: int) -> None:
    found: Frequent = mine(from_lists(random_baskets(seed)), 3)
    rules = find_rules(found, 0.1)
    every = counted(rules)
    order = list(every)
    kept = counted(rules.one_way())
    for (x, y), (both, n_x, _) in every.items():
        other = every.get((y, x))
        better = other is None or both / n_x > other[0] / other[1]
        same = other is not None and n_x == other[1] and order.index((x, y)) < order.index((y, x))
        assert ((x, y) in kept) == (better or same)
    assert [rule for rule in order if rule in kept] == list(kept)


def test_rules_of_no_pairs_are_none() -> None:
    found = mine_closed(from_lists([["茶"], ["酒"]]), 1)
    assert len(find_rules(found)) == len(find_rules(found).one_way()) == 0
    assert not list(itertools.chain(*find_rules(found, sort="partial_g2").names()))
