"""Forward filtering, sampling and marginals against the enumeration of all segmentations."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import oracles
import pytest

from nlpzero.segment.chain import Layout, Steps, forward, marginals, sample

LENGTHS = np.array([7, 6, 6, 3, 2, 1, 1])


def random_steps(layout: Layout, longest: int, seed: int) -> Steps:
    """Draw weights over many orders of magnitude."""
    rng = np.random.default_rng(seed)

    def draw(size: int) -> np.ndarray:
        return np.exp(rng.normal(-20, 5, size))

    clauses = len(layout.lengths)
    between = [[draw(layout.size) for _ in range(longest)] for _ in range(longest)]
    return Steps([draw(clauses) for _ in range(longest)], between, [draw(clauses) for _ in range(longest)])


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
            weight *= steps.between[previous - 1][size - 1][layout.rows[at] + clause]
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
    begins, words = marginals(layout, steps, forward(layout, steps))
    for clause, length in enumerate(LENGTHS.tolist()):
        every = list(paths(layout, steps, clause))
        total = sum(weight for _, weight in every)
        for at in range(length):
            slot = layout.rows[at] + clause
            for size in range(1, 4):
                used = sum(
                    weight
                    for sizes, weight in every
                    if any(sum(sizes[:i]) == at and sizes[i] == size for i in range(len(sizes)))
                )
                assert words[size - 1][slot] == pytest.approx(used / total, abs=1e-12)
            assert begins[slot] == pytest.approx(sum(word[slot] for word in words), abs=1e-12)


def test_samples_come_as_often_as_the_posterior_says() -> None:
    layout = Layout(np.full(20_000, 4))
    rng = np.random.default_rng(5)
    weights = rng.exponential(1, (3, 5, 4))
    steps = Steps(
        [np.full(20_000, weights[k, 3, 0]) for k in range(3)],
        [[np.repeat(weights[k, size, :4], 20_000) for size in range(3)] for k in range(3)],
        [np.full(20_000, weights[k, 4, 0]) for k in range(3)],
    )
    drawn = sample(layout, steps, forward(layout, steps), rng)
    rows = drawn.sizes.reshape(4, 20_000).T
    seen = Counter(tuple(size for size in row if size) for row in rows.tolist())
    expected = dict(paths(layout, steps, 0))
    total = sum(expected.values())
    assert set(seen) <= set(expected)
    for sizes, weight in expected.items():
        p = weight / total
        assert abs(seen[sizes] - 20_000 * p) < 5 * np.sqrt(20_000 * p * (1 - p)) + 1
    before = drawn.previous.reshape(4, 20_000).T
    for row, previous in zip(rows[:50].tolist(), before[:50].tolist(), strict=True):
        starts = [i for i, size in enumerate(row) if size]
        assert [previous[i] for i in starts] == [0, *(row[i] for i in starts[:-1])]


def test_a_clause_of_a_thousand_units_neither_overflows_nor_vanishes() -> None:
    layout = Layout(np.array([1000]))
    steps = random_steps(layout, 2, 9)
    filtered = forward(layout, steps)
    begins, _ = marginals(layout, steps, filtered)
    assert np.isfinite(filtered.evidence).all()
    assert (begins >= 0).all()
    assert (begins <= 1 + 1e-9).all()
