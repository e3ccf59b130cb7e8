"""Closed sets, maximal sets and generators: worked example, brute force, another program, and laws."""

import itertools

import numpy as np
import pytest

from nlpzero.core.job import Job
from nlpzero.errors import ModelError
from nlpzero.rules import closed
from nlpzero.rules.baskets import from_lists
from nlpzero.rules.closed import ClosedSets, mine_closed
from nlpzero.rules.itemsets import mine

Sets = dict[tuple[str, ...], int]


def random_baskets(seed: int) -> list[list[str]]:
    """Draw baskets of letters, some in almost all of them, a few baskets empty."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.05, 0.99, int(rng.integers(2, 10)))
    return [
        [chr(97 + i) for i in np.flatnonzero(row)]
        for row in rng.random((int(rng.integers(5, 150)), len(share))) < share
    ]


def table_like_mushrooms(n: int = 1200) -> list[list[str]]:
    """Draw a dense table: 16 attributes of few values, made of three hidden kinds, some exactly and some nearly."""
    rng = np.random.default_rng(7)
    kinds = rng.integers(0, 3, n)
    rows = np.array([[(kind + i) % (i % 2 + 2) for i in range(16)] for kind in kinds])
    other = rng.random(rows.shape) < np.linspace(-0.25, 0.4, 16)
    rows[other] = rng.integers(0, 4, int(other.sum()))
    return [[f"{i}={value}" for i, value in enumerate(row)] for row in rows.tolist()]


def generators_of(found: ClosedSets) -> list[tuple[str, ...]]:
    """Spell the generators."""
    return list(found.generators.table())


def test_the_worked_example_of_pasquier_and_others() -> None:
    # Five transactions ACD, BCE, ABCE, BE, ABCE at a support of two: the closed sets and generators of their Figure 5
    found = mine_closed(from_lists([[*"ACD"], [*"BCE"], [*"ABCE"], [*"BE"], [*"ABCE"]]), 2)
    assert found.table() == {
        ("C",): 4,
        ("B", "E"): 4,
        ("A", "C"): 3,
        ("B", "C", "E"): 3,
        ("A", "B", "C", "E"): 2,
    }
    assert [items for items, flag in zip(found.table(), found.maximal(), strict=True) if flag] == [("A", "B", "C", "E")]
    sets = ["".join(items) for items in found.table()]
    assert {"".join(x): sets[i] for x, i in zip(generators_of(found), found.closures.tolist(), strict=True)} == {
        "A": "AC",
        "B": "BE",
        "C": "C",
        "E": "BE",
        "AB": "ABCE",
        "AE": "ABCE",
        "BC": "BCE",
        "CE": "BCE",
    }


@pytest.mark.parametrize("memory", [1, 1 << 31])
@pytest.mark.parametrize("seed", range(15))
def test_brute_force_finds_the_same_sets(seed: int, memory: int) -> None:
    baskets = random_baskets(seed)
    holds = [frozenset(basket) for basket in baskets]
    items = sorted(frozenset().union(*holds))
    every = [x for size in range(1, len(items) + 1) for x in itertools.combinations(items, size)]
    counts = {x: sum(basket.issuperset(x) for basket in holds) for x in every}
    for minimum in (1, 3, 12):
        frequent = {x: n for x, n in counts.items() if n >= minimum}
        if not frequent:
            continue
        larger = {x: [frequent.get(tuple(sorted({*x, y})), 0) for y in items if y not in x] for x in frequent}
        found = mine_closed(from_lists(baskets), minimum, job=Job(memory=memory))
        assert found.table() == {x: n for x, n in frequent.items() if n not in larger[x]}
        maximal = {x for x in frequent if not any(larger[x])}
        assert {x for x, flag in zip(found.table(), found.maximal(), strict=True) if flag} == maximal
        keys = {
            x for x, n in frequent.items() if all(n < counts[y] for y in itertools.combinations(x, len(x) - 1) if y)
        }
        assert {*generators_of(found)} == keys


def test_pyfim_finds_the_same_sets_in_a_dense_table() -> None:
    fim = pytest.importorskip("fim", reason="PyFIM is not installed")
    baskets = table_like_mushrooms()
    found = mine_closed(from_lists(baskets), 0.1)
    assert len(found) > 500
    for target, flags in (("c", np.ones(len(found), np.bool_)), ("m", found.maximal())):
        theirs = fim.fpgrowth(baskets, target=target, supp=10, zmin=1, report="a")
        own = {frozenset(x): n for (x, n), flag in zip(found.table().items(), flags.tolist(), strict=True) if flag}
        assert own == {frozenset(x): n for x, n in theirs}


def test_closed_sets_of_a_dense_table_determine_the_counts_of_all_sets() -> None:
    baskets = from_lists(table_like_mushrooms(400))
    found, every = mine_closed(baskets, 0.15), mine(baskets, 0.15)
    assert found.counts_of(every.lists()).tolist() == every.counts().tolist()
    assert len(found) < len(every) / 3
    maximal = [{*items} for items, flag in zip(found.table(), found.maximal(), strict=True) if flag]
    assert all(any(larger.issuperset(items) for larger in maximal) for items in every.table())


def test_generators_close_to_their_sets_and_no_part_of_one_does() -> None:
    baskets = from_lists(table_like_mushrooms(300))
    found = mine_closed(baskets, 0.1)
    names = list(found.table())
    every = generators_of(found)
    closure = dict(zip(every, found.closures.tolist(), strict=True))
    assert {*closure.values()} == {*range(len(found))}
    for items, number in closure.items():
        assert {*items} <= {*names[number]}
        for part in itertools.combinations(items, len(items) - 1):
            assert not part or closure[part] != number


@pytest.mark.parametrize("held", [1, 500])
def test_how_many_sets_are_looked_at_together_changes_nothing(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    baskets = from_lists(random_baskets(3))
    expected = mine_closed(baskets, 2)
    monkeypatch.setattr(closed, "_HELD", held)
    monkeypatch.setattr(closed, "_BLOCK", held)
    found = mine_closed(baskets, 2)
    assert found.table() == expected.table()
    assert found.maximal().tolist() == expected.maximal().tolist()


def test_equal_baskets_of_many_items_are_one_closed_set() -> None:
    baskets = from_lists([[f"{i:02}" for i in range(60)]] * 3)
    found = mine_closed(baskets, 1)
    assert [len(items) for items in found.table()] == [60]
    assert found.maximal().tolist() == [True]
    assert len(found.generators) == 60


def test_a_length_limit_leaves_all_short_closed_and_maximal_sets() -> None:
    for seed in range(5):
        baskets = from_lists(random_baskets(seed))
        every = mine_closed(baskets, 2)
        for length in (1, 2, 3):
            some = mine_closed(baskets, 2, max_length=length)
            for a, b in zip(*(short(found, length) for found in (every, some)), strict=True):
                assert a == b


def short(found: ClosedSets, length: int) -> tuple[Sets, set[tuple[str, ...]]]:
    """Give the short closed sets, and the maximal ones among them."""
    table = {x: n for x, n in found.table().items() if len(x) <= length}
    return table, {x for x, flag in zip(found.table(), found.maximal(), strict=True) if flag and len(x) <= length}


def test_too_many_are_refused() -> None:
    rng = np.random.default_rng(0)
    baskets = from_lists([[chr(97 + i) for i in np.flatnonzero(row)] for row in rng.random((60, 20)) < 0.8])
    with pytest.raises(ModelError, match=r"passed 1,000 generators of closed sets.*`limit`=None"):
        mine_closed(baskets, 2, limit=1000)
