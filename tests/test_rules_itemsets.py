"""Frequent item sets: Apriori's own example, brute force, two other programs, and laws."""

import itertools
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pandas
import pytest
from efficient_apriori import itemsets_from_transactions
from mlxtend.frequent_patterns import fpgrowth
from mlxtend.preprocessing import TransactionEncoder

from nlpzero.core.job import Job
from nlpzero.core.workspace import Workspace
from nlpzero.errors import ModelError, NothingFound
from nlpzero.rules import candidates, counters
from nlpzero.rules.baskets import Baskets, ListRecords, from_lists
from nlpzero.rules.estimation import estimate
from nlpzero.rules.frequent import Constraint, SetLevel
from nlpzero.rules.itemsets import mine, minimum_count
from nlpzero.rules.vertical import BasketLists, Rows, Vertical

Sets = dict[tuple[str, ...], int]


def random_baskets(seed: int, n: int = 60, items: int = 9) -> list[list[str]]:
    """Draw baskets of letters, some much more frequent than others, a few baskets empty."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.05, 0.7, items)
    return [[chr(97 + i) for i in np.flatnonzero(row).tolist()] for row in rng.random((n, items)) < share]


def brute_force(baskets: Iterable[Iterable[str]], minimum: int) -> Sets:
    """Count every subset of every basket."""
    counts: Counter[tuple[str, ...]] = Counter()
    for basket in baskets:
        items = sorted(set(basket))
        for size in range(1, len(items) + 1):
            counts.update(itertools.combinations(items, size))
    return {items: number for items, number in counts.items() if number >= minimum}


def test_the_worked_example_of_agrawal_and_srikant() -> None:
    # Figure 3 of the paper: support of two transactions
    baskets = from_lists([["1", "3", "4"], ["2", "3", "5"], ["1", "2", "3", "5"], ["2", "5"]])
    assert mine(baskets, 2).table() == {
        ("1",): 2,
        ("2",): 3,
        ("3",): 3,
        ("5",): 3,
        ("1", "3"): 2,
        ("2", "3"): 2,
        ("2", "5"): 3,
        ("3", "5"): 2,
        ("2", "3", "5"): 2,
    }


def test_the_join_and_prune_example_of_agrawal_and_srikant() -> None:
    # L3 = {123, 124, 134, 135, 234}: the join makes 1234 and 1345, and the prune drops 1345 as 145 is not in L3.
    triples = [(1, 2, 3), (1, 2, 4), (1, 3, 4), (1, 3, 5), (2, 3, 4)]
    lists = from_lists([[str(item) for item in triple] for triple in triples])
    levels = mine(lists, 1).levels
    assert (levels[2].sets + 1).tolist() == [list(triple) for triple in triples]
    [(left, subsets, last, _)] = candidates.apriori_gen(levels[2], 5)
    assert [[*levels[2].sets[i].tolist(), int(j)] for i, j in zip(left, last, strict=True)] == [[0, 1, 2, 3]]
    assert subsets.tolist() == [[4, 2, 1, 0]]  # 234, 134, 124, 123


@pytest.mark.parametrize("seed", range(12))
def test_brute_force_finds_the_same_sets(seed: int) -> None:
    baskets = random_baskets(seed)
    for minimum in (1, 3, 10, 25):
        assert mine(from_lists(baskets), minimum).table() == brute_force(baskets, minimum)


@pytest.mark.parametrize("seed", range(4))
def test_mlxtend_and_efficient_apriori_find_the_same_sets(seed: int) -> None:
    baskets = [basket or ["z"] for basket in random_baskets(seed, n=300, items=12)]
    found = mine(from_lists(baskets), 0.05)
    by_size, _ = itemsets_from_transactions([tuple(basket) for basket in baskets], 0.05, max_length=99)
    assert found.table() == {tuple(items): n for sets in by_size.values() for items, n in sets.items()}
    encoder = TransactionEncoder()
    frame = pandas.DataFrame(encoder.fit_transform(baskets), columns=encoder.columns_)
    theirs = fpgrowth(frame, 0.05, use_colnames=True)
    shares = {tuple(sorted(items)): share for items, share in zip(theirs["itemsets"], theirs["support"], strict=True)}
    assert shares == {items: pytest.approx(n / 300, abs=1e-12) for items, n in found.table().items()}


@pytest.mark.parametrize("minimum", [2, 30])
@pytest.mark.parametrize(
    "way", ["lists", "rows", "not kept", "pairs counted", "pairs sorted", "no table", "joined by 7"]
)
def test_every_way_of_counting_gives_the_same(minimum: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    baskets = from_lists(random_baskets(5, n=400, items=14))
    expected = mine(baskets, minimum).table()
    if way == "lists":
        monkeypatch.setattr("nlpzero.rules.vertical.SPARSE", 0)
        monkeypatch.setattr("nlpzero.rules.vertical._BLOCK", 50)
    if way == "rows":
        monkeypatch.setattr("nlpzero.rules.vertical.SPARSE", 1e9)
        monkeypatch.setattr("nlpzero.rules.vertical._BLOCK", 20)
    if way in ("pairs counted", "pairs sorted"):
        monkeypatch.setattr(counters, "_PAIR_COST", 0)
        monkeypatch.setattr(counters, "_PAIRS", 100)
    if way == "pairs sorted":
        monkeypatch.setattr(counters, "DENSE", 0)
    if way == "no table":
        monkeypatch.setattr(counters, "_PAIR_COST", 1e9)
        monkeypatch.setattr(candidates.SetPlaces, "__init__", without_table(candidates.SetPlaces.__init__))
    if way == "joined by 7":
        monkeypatch.setattr(candidates, "_JOINED", 7)
    memory = 4000 if way == "not kept" else 1 << 31
    assert mine(baskets, minimum, job=Job(memory=memory)).table() == expected
    assert len(expected) > 50


def without_table(init: object) -> object:
    """Make the finder search its sorted keys."""

    def change(self: candidates.SetPlaces, level: SetLevel, n_items: int) -> None:
        init(self, level, n_items)  # type: ignore[operator]
        self._table = None

    return change


def test_sparse_levels_are_lists_and_dense_ones_rows_and_large_ones_not_kept() -> None:
    vertical = Vertical(np.array([0, 0, 1]), np.array([0, 6399, 6399]), 2, 6400)
    rows = Rows(vertical.bits)
    sparse = vertical.join([rows], np.array([2, 1]))
    assert isinstance(sparse, BasketLists)
    assert (sparse.numbers.tolist(), sparse.starts.tolist()) == ([0, 6399, 6399], [0, 2, 3])
    assert isinstance(vertical.join([rows], np.array([2000, 1000])), Rows)
    vertical.budget = 4
    assert vertical.join([rows], np.array([2, 1])) is None
    assert vertical.join([rows], np.array([2000, 1000])) is None


@pytest.mark.parametrize("seed", range(6))
def test_partitions_give_what_the_whole_gives(seed: int) -> None:
    lists = random_baskets(seed, n=500)
    with Workspace(0) as workspace:  # all arrays in files
        baskets = Baskets.read(
            (ListRecords("", [1] * len(lists[i : i + 7]), lists[i : i + 7]) for i in range(0, 500, 7)), workspace
        )
        sizes = [part.n_baskets for part in baskets.parts(64)]
        assert sizes == [64] * 7 + [52]
        for support in (4, 0.02, 0.3):
            whole = mine(baskets, support)
            parts = mine(baskets, support, job=Job(memory=1))
            assert parts.table() == whole.table() == brute_force(lists, whole.minimum)
            for one, other in zip(parts.levels, whole.levels, strict=True):
                assert (one.sets.tolist(), one.subsets.tolist()) == (other.sets.tolist(), other.subsets.tolist())


def test_more_support_never_makes_a_set_larger_and_subsets_are_found() -> None:
    found = mine(from_lists(random_baskets(1)), 2)
    for before, level in itertools.pairwise(found.levels):
        k = level.sets.shape[1]
        for j in range(k):
            below = level.subsets[:, j]
            assert (before.counts[below] >= level.counts).all()
            assert before.sets[below].tolist() == np.delete(level.sets, j, axis=1).tolist()


def test_a_support_is_a_share_or_a_count() -> None:
    assert minimum_count(0.002, 88162) == 177
    assert minimum_count(0.07, 100) == 7  # 0.07 * 100 is 7.000000000000001
    assert minimum_count(1.0, 9) == 9
    assert minimum_count(Fraction(1, 3), 9) == 3
    for bad in (0, -1, 0.0, 1.01, float("inf")):
        with pytest.raises(ModelError, match="minimum support"):
            minimum_count(bad, 9)


def test_a_length_limit_only_cuts_off_the_larger_sets() -> None:
    baskets = from_lists(random_baskets(2))
    every = mine(baskets, 3).table()
    for length in (1, 2, 3):
        assert mine(baskets, 3, max_length=length).table() == {a: n for a, n in every.items() if len(a) <= length}


@pytest.mark.parametrize("memory", [1, 1 << 31])
@pytest.mark.parametrize(
    "constraint",
    [
        Constraint(rhs=frozenset("b"), max_rhs=1),
        Constraint(rhs=frozenset("bc"), max_rhs=2, max_lhs=2),
        Constraint(lhs=frozenset("abcd"), max_rhs=1),
        Constraint(lhs=frozenset("abc"), rhs=frozenset("ce"), max_rhs=1),
    ],
)
def test_constraints_keep_all_sets_that_a_wanted_rule_needs(constraint: Constraint, memory: int) -> None:
    lists = random_baskets(3, n=200)
    every = brute_force(lists, 8)
    found = mine(from_lists(lists), 8, constraint=constraint, job=Job(memory=memory)).table()
    needed: Sets = {}
    for items in every:
        for size in range(1, len(items)):
            for y in itertools.combinations(items, size):
                x = tuple(item for item in items if item not in y)
                if (
                    (constraint.lhs is None or set(x) <= constraint.lhs)
                    and (constraint.rhs is None or set(y) <= constraint.rhs)
                    and len(y) <= (constraint.max_rhs or 99)
                    and len(x) <= (constraint.max_lhs or 99)
                ):
                    needed |= {items: every[items], x: every[x], y: every[y]}
    assert needed.items() <= found.items() <= every.items()
    assert len(found) < len(every)


def test_unknown_items_of_a_constraint_are_named() -> None:
    with pytest.raises(ModelError, match="'甲'"):
        mine(from_lists([["乙"]]), 1, constraint=Constraint(lhs=frozenset("甲")))


def test_too_many_sets_are_estimated_and_not_mined() -> None:
    basket = [f"{i:02}" for i in range(40)]
    with pytest.raises(ModelError, match=r"about 1.1e\+12 item sets are in 1 baskets or more.*`limit`=None"):
        mine(from_lists([basket]), 1, limit=10_000)
    small = from_lists([basket[:10]])
    with pytest.raises(ModelError, match="about "):
        mine(small, 1, limit=500)
    assert len(mine(small, 1, limit=None)) == 2**10 - 1
    assert len(mine(from_lists([basket]), 1, max_length=2)) == 40 + 780


@pytest.mark.parametrize("seed", range(3))
def test_the_estimate_is_near_the_number(seed: int) -> None:
    lists = random_baskets(seed, n=80, items=12)
    entries = [(ord(item) - 97, i) for i, basket in enumerate(lists) for item in basket]
    items, holds = np.array(entries).T
    number = len(mine(from_lists(lists), 3))
    assert estimate(Vertical(items, holds, 12, 80), 3) == pytest.approx(number, rel=0.25)
    pairs = len(mine(from_lists(lists), 3, max_length=2))
    assert estimate(Vertical(items, holds, 12, 80), 3, max_length=2) == pytest.approx(pairs, rel=0.1)


def test_nothing_to_find_is_said() -> None:
    with pytest.raises(NothingFound, match="no baskets"):
        mine(from_lists([]), 1)
    with pytest.raises(NothingFound, match=r"no item is in 3 of 2 baskets.*is in 2"):
        mine(from_lists([["茶"], ["茶"]]), 3)
    with pytest.raises(NothingFound, match="no item"):
        mine(from_lists([[]]), 1)


def test_one_basket_makes_all_its_subsets() -> None:
    assert mine(from_lists([["茶", "酒", "茶"]]), 0.5).table() == {("茶",): 1, ("酒",): 1, ("茶", "酒"): 1}


def test_baskets_of_one_item_make_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    for dense in (1 << 20, 0):
        monkeypatch.setattr(counters, "DENSE", dense)
        assert mine(from_lists([["茶"], ["酒"], ["茶"]]), 1).table() == {("茶",): 2, ("酒",): 1}
