"""ESA: its statistics, its scores and what it takes out of the counts, recounted clause by clause."""

from collections import Counter
from itertools import pairwise
from math import inf, log

import numpy as np
import oracles
import pytest
from cases import blocks_of, classify, random_text

from nlpzero.core.engine import Engine
from nlpzero.core.workspace import Workspace
from nlpzero.ngrams.counts import NGrams, count_units
from nlpzero.ngrams.levels import places_in
from nlpzero.words import esa
from nlpzero.words.esa import Esa, esa_cut, statistics

ORDER = 4


def symbols_of(text: str, lines: int = 10**9, workers: int = 1) -> NGrams:
    """Count the symbols of a text."""
    workspace = Workspace(budget=1 << 40)
    counted = count_units(blocks_of(text, lines), joined=True, engine=Engine(workers), workspace=workspace)
    return counted.by_class().to_length(ORDER + 1)


def clauses_of(text: str) -> list[list[str]]:
    """Cut a text into clauses, with one symbol for all runs of digits and one for all runs of letters."""
    common = {oracles.DIGIT: "0", oracles.LATIN: "a"}
    return [
        [common.get(classify(unit[0]), unit) for unit in clause] for clause in oracles.clauses(text, True, classify)
    ]


def words_of(ngrams: NGrams, marks: list[np.ndarray]) -> list[list[oracles.Word]]:
    """Read the words of every clause off the marks."""
    result: list[list[oracles.Word]] = []
    for block, mark in zip(ngrams.blocks, marks, strict=True):
        places, ids = places_in(block)[0].astype(int), block[0].ids.array
        units = [ngrams.units[i] for i in block[0].ranks.array[ids].tolist()]
        for at, unit, begins in zip(places.tolist(), units, mark.tolist(), strict=True):
            if at - 1 not in places:
                result.append([])
            if begins:
                result[-1].append(())
            result[-1][-1] = (*result[-1][-1], unit)
    return result


def inside_words(clause: list[oracles.Word]) -> Counter[oracles.Word]:
    """Count the proper substrings of the words of a clause."""
    return Counter(
        word[i:j] for word in clause for i in range(len(word)) for j in range(i + 1, len(word) + 1) if j - i < len(word)
    )


def spelled(ngrams: NGrams, length: int) -> list[oracles.Word]:
    """Give the n-grams of a level as units."""
    columns = ngrams.spell(length, np.arange(len(ngrams.levels[length - 1])))
    return [tuple(ngrams.units[i] for i in row) for row in zip(*(c.tolist() for c in columns), strict=True)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_inside_words_is_out_of_the_counts(seed: int) -> None:
    text = random_text(800 + seed, 1500)
    ngrams = symbols_of(text, lines=5)
    marks, found, removed = esa_cut(ngrams, order=ORDER, rounds=3)
    cut = words_of(ngrams, [mark.array for mark in marks])
    assert [[unit for word in clause for unit in word] for clause in cut] == clauses_of(text)
    gone = sum(map(inside_words, cut), Counter())
    total = oracles.ngram_counts(clauses_of(text), ORDER)
    assert max(len(word) for clause in cut for word in clause) > 1
    for length in range(1, ORDER + 1):
        words = spelled(ngrams, length)
        assert removed[length - 1][:-1].tolist() == [gone[word] for word in words]
        rare = {word for word, n in total.items() if len(word) == length} - {*words}
        assert int(removed[length - 1][-1]) == sum(gone[word] for word in rare)
        assert found[length - 1].types == len(words) + len(rare)


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_the_formula(seed: int) -> None:
    text = random_text(820 + seed, 800)
    clauses = clauses_of(text)
    ngrams = symbols_of(text)
    found = statistics(ngrams, ORDER)
    counts = oracles.ngram_counts(clauses, ORDER)
    left, right = oracles.neighbours(clauses, ORDER)
    for length in range(1, ORDER + 1):
        every = [word for word in counts if len(word) == length]
        mean = sum(counts[w] for w in every) / len(every)
        mean_left = sum(len(left[w]) for w in every) / len(every)
        mean_right = sum(len(right[w]) for w in every) / len(every)
        got = found[length - 1].scores(length, np.zeros(len(ngrams.levels[length - 1]) + 1, np.int64), 0.3)
        for word, score in zip(spelled(ngrams, length), got.tolist(), strict=False):
            contexts = log(len(left[word]) / mean_left) + log(len(right[word]) / mean_right)
            assert score == pytest.approx(length * log(counts[word] / mean) + 0.3 * contexts)
        assert got[-1] == pytest.approx(length * log(1 / mean) - 0.3 * log(mean_left * mean_right))


@pytest.mark.parametrize("piece", [1, esa.PIECE])
def test_what_is_taken_out_lowers_the_mean_the_neighbours_and_the_types(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esa, "PIECE", piece)  # n-grams that are scored at a time
    counts, variety = (Workspace(1 << 10).store(array) for array in (np.array([4, 3], np.uint32), np.array([0.5, 0.1])))
    one = Esa(types=4, tokens=10, counts=counts, variety=variety, rare=-0.2)
    scores = one.scores(2, np.array([3, 3, 1]), 0.3)
    mean = (10 - 7) / (4 - 1 - 1)  # one of two n-grams is gone, and one of two rare ones
    assert scores[0] == pytest.approx(2 * log(1 / mean) + 0.3 * (0.5 + 2 * log(1 / 4)))
    assert scores[1] == -inf
    assert scores[2] == pytest.approx(2 * log(1 / mean) - 0.3 * 0.2)
    back = one.scores(2, np.array([3, 3, 1]), 0.3, back=1)
    assert back[1] == pytest.approx(2 * log(1 / mean) + 0.3 * (0.1 + 2 * log(1 / 3)))


@pytest.mark.parametrize("seed", range(2))
def test_every_round_cuts_so_that_the_scores_add_up_to_the_most(seed: int) -> None:
    text = random_text(840 + seed, 600)
    ngrams = symbols_of(text)
    before, _, _ = esa_cut(ngrams, order=ORDER, rounds=1)
    after, found, _ = esa_cut(ngrams, order=ORDER, rounds=2)
    old = words_of(ngrams, [mark.array for mark in before])
    gone = sum(map(inside_words, old), Counter())
    tables: list[tuple[dict[oracles.Word, float], dict[oracles.Word, float], float]] = []
    for length, one in enumerate(found, 1):
        words = spelled(ngrams, length)
        rare = sum(n for word, n in gone.items() if len(word) == length and word not in {*words})
        removed = np.array([*(gone[word] for word in words), rare])
        plain, back = (one.scores(length, removed, 0.3, again).tolist() for again in (0, 1))
        tables.append((dict(zip(words, plain, strict=False)), dict(zip(words, back, strict=False)), plain[-1]))

    def total(clause: list[oracles.Word], cut_before: list[oracles.Word]) -> float:
        borders = np.cumsum([0, *map(len, cut_before)]).tolist()
        result, at = 0.0, 0
        for word in clause:
            end = at + len(word)
            is_inside = any(a <= at and end <= b and b - a > len(word) for a, b in pairwise(borders))
            plain, back, rare = tables[len(word) - 1]
            result += (back if is_inside else plain).get(word, rare)
            at = end
        return result

    new = words_of(ngrams, [mark.array for mark in after])
    checked = 0
    for clause, cut_before in zip(new, old, strict=True):
        units = [unit for word in clause for unit in word]
        if 1 < len(units) <= 8:
            ways = (w for w in oracles.all_segmentations(units) if max(map(len, w)) <= ORDER)
            assert total(clause, cut_before) == pytest.approx(max(total(w, cut_before) for w in ways))
            checked += 1
    assert checked > 10


def test_long_clauses_are_cut_as_short_ones_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    text = random_text(850, 1500)
    ngrams = symbols_of(text)
    expected = words_of(ngrams, [mark.array for mark in esa_cut(ngrams, order=ORDER, rounds=3)[0]])
    monkeypatch.setattr(esa, "LONG", 6)
    assert words_of(ngrams, [mark.array for mark in esa_cut(ngrams, order=ORDER, rounds=3)[0]]) == expected


def test_blocks_and_workers_do_not_change_the_cut() -> None:
    text = random_text(860, 2000)
    whole = symbols_of(text)
    expected = words_of(whole, [mark.array for mark in esa_cut(whole, order=ORDER, rounds=3)[0]])
    parts = symbols_of(text, lines=3)
    assert words_of(parts, [mark.array for mark in esa_cut(parts, order=ORDER, rounds=3)[0]]) == expected
