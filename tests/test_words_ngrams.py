"""Exact n-gram counts, and what is measured from them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import ALPHABET, PLAIN, blocks_of, classify, classify_published, random_text, words_of

from nlpzero.core.engine import Engine
from nlpzero.core.workspace import Workspace
from nlpzero.errors import NlpZeroError
from nlpzero.ngrams import levels
from nlpzero.ngrams.counts import NGrams, count_units
from nlpzero.ngrams.levels import Level
from nlpzero.ngrams.measures import measure
from nlpzero.ngrams.units import encode
from nlpzero.text.units import read_units
from nlpzero.words.cohesion import cohesions
from nlpzero.words.entropy import autonomies

ROSES = "玫瑰玫瑰红，红玫瑰。\n"  # "rose rose red, red rose"


def counted(
    text: str,
    order: int,
    *,
    joined: bool = True,
    lines: int = 10**9,
    workers: int = 1,
    budget: int = 1 << 30,
    minimum: int = 2,
    tmp_dir: Path | None = None,
) -> NGrams:
    """Count the n-grams of a text up to an order; the levels stay in memory."""
    with Engine(workers) as engine, Workspace(budget, tmp_dir) as workspace:
        ngrams = count_units(blocks_of(text, lines), joined=joined, engine=engine, workspace=workspace)
        for length in range(2, order + 1):
            ngrams = ngrams.extended(minimum=minimum, last=length == order)
        kept = Workspace(1 << 30)
        levels = (Level(kept.store(np.array(x.keys)), kept.store(np.array(x.counts))) for x in ngrams.levels)
        return replace(ngrams, levels=tuple(levels), workspace=kept)


def as_dict(ngrams: NGrams, length: int) -> dict[tuple[str, ...], int]:
    """Give the n-grams of one length with their counts."""
    level = ngrams.levels[length - 1]
    every = words_of(ngrams.units, [c.tolist() for c in ngrams.spell(length, np.arange(len(level)))])
    return dict(zip(every, level.counts.tolist(), strict=True))


def test_a_text_is_read_as_units_with_gaps_between_clauses() -> None:
    encoded = encode("第12页，\n\n GPT4写的。", joined=True)  # "page 12, written by GPT4"
    spelled = [(at, encoded.units[i]) for at, i in zip(encoded.positions.tolist(), encoded.ids.tolist(), strict=True)]
    assert spelled == [(0, "第"), (1, "12"), (2, "页"), (4, "GPT"), (5, "4"), (6, "写"), (7, "的")]
    assert encoded.left_out == 2


def test_the_published_methods_read_single_characters() -> None:
    encoded = encode("GPT4写", joined=False)  # "written by GPT4"
    assert [encoded.units[i] for i in encoded.ids.tolist()] == list("GPT4写")


def test_units_start_where_the_encoding_places_them() -> None:
    text = "，甲12。乙3.5丙"  # three heavenly stems
    starts, _ = read_units(np.array([*map(ord, text)], np.uint32)).places()
    places = encode(text, joined=True).positions
    assert [text[starts[p]] for p in places.tolist()] == ["甲", "1", "乙", "3", "丙"]
    assert places.tolist() == [0, 1, 3, 5, 7]  # what is written with signs stands apart


def test_bigrams_that_repeat_are_counted_and_those_seen_once_left_out() -> None:
    ngrams = counted(ROSES, 3)
    assert ngrams.total == 8
    assert as_dict(ngrams, 1) == {("玫",): 3, ("瑰",): 3, ("红",): 2}
    assert as_dict(ngrams, 2) == {("玫", "瑰"): 3}
    assert as_dict(ngrams, 3) == {}


@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize("minimum", [1, 2, 5])
def test_counts_to_order_seven_agree_with_a_counter(joined: bool, minimum: int) -> None:
    text = random_text(7, 3000, ALPHABET if joined else PLAIN)
    clauses = oracles.clauses(text, joined, classify if joined else classify_published)
    expected = oracles.ngram_counts(clauses, 7)
    ngrams = counted(text, 7, joined=joined, minimum=minimum)
    assert ngrams.total == sum(map(len, clauses))
    for length in range(1, 8):
        least = 1 if length == 1 else minimum
        assert as_dict(ngrams, length) == {w: n for w, n in expected.items() if len(w) == length and n >= least}


def same(a: Level, b: Level) -> bool:
    """Tell whether two levels are the same bytes."""
    return all(
        x.tobytes() == y.tobytes()
        for x, y in ((a.counts, b.counts), (a.prefixes, b.prefixes), (a.suffixes, b.suffixes))
    )


@pytest.mark.parametrize(("lines", "workers", "budget"), [(1, 1, 1 << 30), (3, 1, 0), (7, 2, 0), (10**9, 2, 1 << 30)])
def test_levels_are_the_same_bytes_for_any_blocks_workers_and_memory(
    lines: int, workers: int, budget: int, tmp_path: Path
) -> None:
    text = random_text(8, 2000)
    whole = counted(text, 5)
    parts = counted(text, 5, lines=lines, workers=workers, budget=budget, tmp_dir=tmp_path)
    assert parts.units == whole.units
    assert all(same(a, b) for a, b in zip(parts.levels, whole.levels, strict=True))
    assert list(tmp_path.iterdir()) == []


def test_an_ngram_never_crosses_the_edge_of_a_line_or_file() -> None:
    assert counted("甲乙\n丙\n甲乙\n丙\n", 2).levels[1].counts.tolist() == [2]  # four heavenly stems: 甲乙 only


def test_neighbour_entropies_agree_with_the_definition() -> None:
    text = random_text(9, 3000)
    clauses = oracles.clauses(text, True, classify)
    expected = oracles.neighbour_entropies(clauses, 4)
    ngrams = counted(text, 5)
    for length in range(1, 5):
        left, right = (side.array for side in ngrams.neighbour_entropies(length))
        for word, h_left, h_right in zip(as_dict(ngrams, length), left.tolist(), right.tolist(), strict=True):
            assert (h_left, h_right) == pytest.approx(expected[word], abs=1e-12)


def test_autonomies_agree_with_the_definition() -> None:
    text = random_text(10, 3000)
    expected = oracles.autonomies(oracles.clauses(text, True, classify), 4)
    ngrams = counted(text, 5)
    for length, values in enumerate(autonomies(ngrams, 4), start=1):
        every = as_dict(ngrams, length)
        assert values.array.tolist() == pytest.approx([expected[word] for word in every], abs=1e-9)


def test_cohesions_agree_with_the_definition() -> None:
    text = random_text(11, 3000)
    clauses = oracles.clauses(text, True, classify)
    counts = oracles.ngram_counts(clauses, 5)
    ngrams = counted(text, 5)
    for length in range(2, 6):
        every = as_dict(ngrams, length)
        expected = [oracles.cohesion(word, counts, ngrams.total) for word in every]
        found = np.concatenate([values for values, _ in cohesions(ngrams.levels, length, ngrams.total)])
        assert found.tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("counted_to", [1, 2, 5])
def test_any_words_are_measured_however_far_was_counted_before(counted_to: int) -> None:
    text = random_text(12, 1500)
    clauses = oracles.clauses(text, True, classify)
    counts = oracles.ngram_counts(clauses, 6)
    entropies = oracles.neighbour_entropies(clauses, 6)
    rng = np.random.default_rng(12)
    every = sorted(counts)
    words = [every[i] for i in rng.integers(0, len(every), 60).tolist()]
    with Workspace(1 << 30) as workspace, Engine(1) as engine:
        ngrams = count_units(blocks_of(text, 20), joined=True, engine=engine, workspace=workspace)
        ngrams = ngrams.to_length(counted_to)
        units = np.array([ngrams.units.index(unit) for word in words for unit in word], np.uint32)
        measures = measure(ngrams, units, np.array([*map(len, words)]))
    for i, word in enumerate(words):
        assert measures.frequency[i] == counts[word]
        found = (measures.left_entropy[i], measures.right_entropy[i])
        assert found == pytest.approx(entropies[word], abs=1e-12)
        if len(word) == 1:
            assert math.isnan(measures.cohesion[i])
        else:
            assert measures.cohesion[i] == pytest.approx(oracles.cohesion(word, counts, ngrams.total), abs=1e-12)


def test_a_text_without_units_has_empty_levels() -> None:
    ngrams = counted("，。\n\n", 3)
    assert ngrams.total == 0
    assert ngrams.left_out == 2
    assert [len(level) for level in ngrams.levels] == [0, 0, 0]


def test_more_ngrams_than_there_are_numbers_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "MOST", 100)
    with pytest.raises(NlpZeroError, match=r"more than 100 distinct n-grams of one length.*; take a smaller `order`"):
        counted(random_text(9, 3000), 7, minimum=1)
