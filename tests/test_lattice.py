"""The best path through a lattice of words."""

from collections.abc import Sequence

import numpy as np
import pytest

from nlpzero.segment import lattice
from nlpzero.segment.lattice import Positions, ScoredWords, Scores, best_path, stretches

INF = np.inf


def at(n: int, words: dict[int, float]) -> Scores:
    """Give the scores of the words of one length as an array."""
    return np.array([words.get(i, -INF) for i in range(n)])


def some(words: dict[int, float]) -> ScoredWords:
    """Give the scores of the words of one length as a list."""
    positions = sorted(words)
    return np.array(positions, np.intp), np.array([words[i] for i in positions])


def obvious_path(words: Sequence[dict[int, float]], starts: Sequence[int], lengths: Sequence[int]) -> set[int]:
    """Step through each stretch from the right, position by position; where words start on the best path."""
    marked = set()
    for start, length in zip(starts, lengths, strict=True):
        end = start + length
        best = {end: (0.0, end)}
        for i in reversed(range(start, end)):
            best[i] = max(
                (level[i] + best[i + size][0], i + size)
                for size, level in enumerate(words, 1)
                if i in level and i + size <= end
            )
        i = start
        while i < end:
            marked.add(i)
            i = best[i][1]
    return marked


def random_words(rng: np.random.Generator, n: int, longest: int, *, ties: bool) -> list[dict[int, float]]:
    """Draw words: of length 1 everywhere, others here and there; many scores are equal, or none."""
    words = []
    for size in range(1, longest + 1):
        places = np.flatnonzero(rng.random(n) < (1 if size == 1 else rng.random() / size))
        values = rng.integers(-20, 0, len(places)).astype(float) if ties else -20 * rng.random(len(places)) * size**0.5
        words.append(dict(zip(places.tolist(), values.tolist(), strict=True)))
    return words


def random_stretches(rng: np.random.Generator, n: int, mean: int) -> tuple[Positions, Positions]:
    """Cut n positions into stretches at random, and leave some out."""
    starts = np.flatnonzero(rng.random(n) < 1 / mean)
    starts = np.union1d(starts, [0])
    lengths = np.diff(starts, append=n)
    kept = np.flatnonzero(rng.random(len(starts)) < 0.9)
    return starts[kept], lengths[kept]


def test_the_path_with_the_greatest_sum_is_taken() -> None:
    # 研究生命起源, "to study the origin of life": 研究|生命|起源 (-6) and not 研究生|命|起源 (-9).
    single = at(6, dict.fromkeys(range(6), -5.0))
    double = at(6, {0: -2.0, 2: -2.0, 4: -2.0})
    triple = at(6, {0: -2.0})
    path = best_path([single, double, triple], np.array([0]), np.array([6]))
    assert np.flatnonzero(path).tolist() == [0, 2, 4]


def test_of_equal_sums_the_longer_first_word_wins() -> None:
    single = at(3, {0: -1.0, 1: -1.0, 2: -1.0})
    double = at(3, {0: -2.0, 1: -2.0})
    assert best_path([single, double], np.array([0]), np.array([3])).tolist() == [True, False, True]
    triple = some({0: -3.0})
    assert best_path([single, double, triple], np.array([0]), np.array([3])).tolist() == [True, False, False]


def test_stretches_are_solved_alone_and_words_that_leave_them_ignored() -> None:
    single = at(6, dict.fromkeys(range(6), -1.0))
    double = at(6, dict.fromkeys(range(6), 0.0))
    path = best_path([single, double], np.array([0, 3]), np.array([3, 2]))
    assert path.tolist() == [True, False, True, True, False, False]


def test_a_position_need_not_have_a_word_of_its_own() -> None:
    single = at(3, {2: -9.0})
    double = at(3, {0: -1.0})
    assert best_path([single, double], np.array([0]), np.array([3])).tolist() == [True, False, True]


def test_no_text_has_no_path() -> None:
    nothing = np.empty(0, np.intp)
    assert best_path([np.empty(0)], nothing, nothing).tolist() == []
    assert [part.tolist() for part in stretches(nothing)] == [[], []]


@pytest.mark.parametrize("seed", range(60))
def test_the_path_is_that_of_the_obvious_program(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    # Small limits send short texts down every road: rare and frequent words, chunks, several batches of chunks.
    for name, values in {"LONG": [3, 20, 512], "CHUNK": [1, 5, 64], "BASIS_CELLS": [1, 999], "RARE": [1, 3, 8]}.items():
        monkeypatch.setattr(lattice, name, int(rng.choice(values)))
    n = int(rng.integers(1, 400))
    words = random_words(rng, n, int(rng.integers(1, 10)), ties=seed % 2 == 0)
    starts, lengths = random_stretches(rng, n, int(rng.choice([2, 10, 100])))
    scores: list[Scores | ScoredWords] = [
        at(n, level) if size == 0 or rng.random() < 0.5 else some(level) for size, level in enumerate(words)
    ]
    path = best_path(scores, starts, lengths)
    assert set(np.flatnonzero(path).tolist()) == obvious_path(words, starts.tolist(), lengths.tolist())


@pytest.mark.parametrize("longest", [5, 16, 100])
def test_a_stretch_of_30_000_positions_is_solved_like_a_short_one(longest: int) -> None:
    rng = np.random.default_rng(longest)
    n = 30_000
    words = random_words(rng, n, longest, ties=False)
    scores: list[Scores | ScoredWords] = [at(n, words[0]), *map(some, words[1:])]
    starts, lengths = np.array([0, 9_999]), np.array([9_998, n - 9_999])
    path = best_path(scores, starts, lengths)
    assert set(np.flatnonzero(path).tolist()) == obvious_path(words, starts.tolist(), lengths.tolist())


def test_stretches_end_where_no_word_reaches_over() -> None:
    spans = [part.tolist() for part in stretches(np.array([1, 4, 3, 4, 6, 6, 7]))]
    assert spans == [[0, 1, 4, 6], [1, 3, 2, 1]]


@pytest.mark.parametrize("seed", range(10))
def test_stretches_cover_the_text_and_are_as_short_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    reach = np.minimum(np.arange(n) + rng.geometric(0.6, n), n)
    starts, lengths = stretches(reach)
    crossed = {b for i, end in enumerate(reach.tolist()) for b in range(i + 1, end)}
    assert starts.tolist() == [b for b in range(n) if b not in crossed]
    assert (starts + lengths).tolist() == [*starts[1:].tolist(), n]
