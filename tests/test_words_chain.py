"""Forward filtering, sampling and marginals against the enumeration of all segmentations."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import oracles
import pytest

from nlpzero.segment.chain import Layout, PairWeights, Steps, ends, forward, marginals, sample

LENGTHS = np.array([7, 6, 6, 3, 2, 1, 1])


def links_of(layout: Layout, between: np.ndarray) -> PairWeights:
    """Give what pairs of words weigh more from an array (first length, second length, slot where the second begins)."""
    before, after, slots = np.nonzero(between)
    rows = layout.row[slots]
    fits = (rows > before) & (after < layout.left[slots])
    before, after, slots, rows = before[fits], after[fits], slots[fits], rows[fits]
    order = np.argsort(rows, kind="stable")
    return PairWeights(slots[order], before[order], after[order], between[before, after, slots][order])


def random_steps(layout: Layout, longest: int, seed: int) -> Steps:
    """Draw weights over many orders of magnitude; every third pair of words weighs more than its words say."""
    rng = np.random.default_rng(seed)

    def draw(*size: int) -> np.ndarray:
        return np.exp(rng.normal(-20, 5, size))

    clauses = len(layout.lengths)
    (a, b), (c, d) = draw(2, 2).tolist()
    between = draw(longest, longest, layout.size) * (rng.random((longest, longest, layout.size)) < 0.3)
    alone = draw(longest, layout.size)
    for length in range(1, longest + 1):
        alone[length - 1, layout.left < length] = 0
    return Steps(draw(longest, clauses), alone, ((a, b), (c, d)), draw(longest, clauses), links_of(layout, between))


def weight_between(layout: Layout, steps: Steps, previous: int, size: int, slot: int) -> float:
    """Give the weight of a word after another."""
    result = float(steps.joins[previous == 1][size == 1] * steps.alone[size - 1][slot])
    for begin, before, after, weight in zip(*(column.tolist() for column in steps.links), strict=True):
        if (before, after, begin) == (previous - 1, size - 1, slot):
            result += weight
    return result


def paths(layout: Layout, steps: Steps, clause: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Give every segmentation of a clause as the lengths of its words, and its weight."""
    length = int(layout.lengths[clause])
    for words in oracles.all_segmentations("x" * length):
        sizes = tuple(map(len, words))
        if max(sizes) > len(steps.first):
            continue
        weight = steps.first[sizes[0] - 1][clause] * steps.last[sizes[-1] - 1][clause]
        at = 0
        for previous, size in pairwise(sizes):
            at += previous
            weight *= weight_between(layout, steps, previous, size, layout.rows[at] + clause)
        yield sizes, float(weight)


@pytest.mark.parametrize("longest", [1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_forward_filtering_adds_up_all_segmentations(longest: int, seed: int) -> None:
    layout = Layout(LENGTHS)
    steps = random_steps(layout, longest, seed)
    evidence = forward(layout, steps).evidence
    for clause in range(len(LENGTHS)):
        expected = sum(weight for _, weight in paths(layout, steps, clause))
        assert evidence[clause] == pytest.approx(np.log(expected), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_marginals_are_those_of_all_segmentations(seed: int) -> None:
    layout = Layout(LENGTHS)
    steps = random_steps(layout, 3, seed)
    filtered = forward(layout, steps)
    words = marginals(layout, steps, filtered)
    assert ends(layout, steps, filtered) == pytest.approx(words.sum(axis=0))
    for clause, length in enumerate(LENGTHS.tolist()):
        every = list(paths(layout, steps, clause))
        total = sum(weight for _, weight in every)
        for at in range(length):
            for size in range(1, 4):
                used = sum(
                    weight
                    for sizes, weight in every
                    if any(sum(sizes[:i]) == at and sizes[i] == size for i in range(len(sizes)))
                )
                if at + size <= length:
                    assert words[size - 1][layout.rows[at + size - 1] + clause] == pytest.approx(
                        used / total, abs=1e-12
                    )


def test_samples_come_as_often_as_the_posterior_says() -> None:
    layout = Layout(np.full(20_000, 4))
    rng = np.random.default_rng(5)
    weights = rng.exponential(1, (3, 5, 4))
    alone = np.repeat(rng.exponential(1, (3, 4)), 20_000, axis=1)
    for length in (2, 3):
        alone[length - 1, layout.left < length] = 0
    steps = Steps(
        np.repeat(weights[:, 3, :1], 20_000, axis=1),
        alone,
        ((0.5, 0.2), (0.3, 1.0)),
        np.repeat(weights[:, 4, :1], 20_000, axis=1),
        links_of(layout, np.repeat(weights[:, :3] * (weights[:, :3] > 0.7), 20_000, axis=2)),
    )
    drawn = sample(layout, steps, forward(layout, steps), rng)
    rows = drawn.reshape(4, 20_000).T
    seen = Counter(tuple(size for size in row if size) for row in rows.tolist())
    expected = dict(paths(layout, steps, 0))
    total = sum(expected.values())
    assert set(seen) <= set(expected)
    for sizes, weight in expected.items():
        p = weight / total
        assert abs(seen[sizes] - 20_000 * p) < 5 * np.sqrt(20_000 * p * (1 - p)) + 1


def test_a_clause_of_a_thousand_units_neither_overflows_nor_vanishes() -> None:
    layout = Layout(np.array([1000]))
    steps = random_steps(layout, 2, 9)
    filtered = forward(layout, steps)
    chances = marginals(layout, steps, filtered)
    assert np.isfinite(filtered.evidence).all()
    assert (chances >= 0).all()
    assert ends(layout, steps, filtered) == pytest.approx(chances.sum(axis=0))
    assert chances.sum(axis=0)[layout.last()] == pytest.approx(1)
    assert (chances.sum(axis=0) <= 1 + 1e-9).all()
