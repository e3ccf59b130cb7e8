"""N-gram counts as files: parts that add up to the whole, and words found by counts made before."""

from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import PLAIN, at_work, blocks_of, classify, classify_published, lines_of, random_text, words_of

from nlpzero.errors import ModelError
from nlpzero.ngrams.counts import count_ngrams, spell
from nlpzero.ngrams.merging import merge_ngrams
from nlpzero.ngrams.runs import NGramTable
from nlpzero.words.discovery import discover
from nlpzero.words.finding import MethodName, Parameters

TEXT = random_text(31, 3000, PLAIN)


def saved(counted: NGramTable, path: Path) -> bytes:
    """Give the bytes of the file of some counts."""
    counted.save(path)
    return path.read_bytes()


def dealt(text: str, parts: int, seed: int) -> list[str]:
    """Deal the lines of a text to some parts, at random; one part may be empty."""
    where = np.random.default_rng(seed).integers(0, parts, len(lines_of(text)))
    return [
        "".join(f"{line}\n" for line, place in zip(lines_of(text), where.tolist(), strict=True) if place == part)
        for part in range(parts)
    ]


def test_bigrams_of_two_parts_are_added() -> None:
    texts = "下雨了\n", "下雪了，下雨\n"  # "it rains", "it snows, it rains"
    rain, snow = (count_ngrams([text], 2) for text in texts)
    both = merge_ngrams([rain, snow])
    pairs = [
        (both.units[a], both.units[b]) for a, b in zip(both.levels[1].prefixes, both.levels[1].suffixes, strict=True)
    ]
    assert dict(zip(pairs, both.levels[1].counts.tolist(), strict=True)) == {
        ("下", "雨"): 2,
        ("下", "雪"): 1,
        ("雨", "了"): 1,
        ("雪", "了"): 1,
    }
    assert (both.total, both.clauses, both.left_out) == (8, 3, 1)


@pytest.mark.parametrize("joined", [True, False])
def test_every_ngram_is_counted_also_those_seen_once(joined: bool) -> None:
    clauses = oracles.clauses(TEXT, joined, classify if joined else classify_published)
    expected = oracles.ngram_counts(clauses, 4)
    counted = count_ngrams([TEXT], 3, characters=not joined)
    for length in range(1, 5):
        spelled = [c.tolist() for c in spell(counted.levels, length, np.arange(len(counted.levels[length - 1])))]
        found = dict(zip(words_of(counted.units, spelled), counted.levels[length - 1].counts.tolist(), strict=True))
        assert found == {word: number for word, number in expected.items() if len(word) == length}


@pytest.mark.parametrize(("parts", "workers", "budget"), [(1, 1, 1 << 30), (3, 1, 0), (7, 2, 0)])
def test_parts_merge_to_the_bytes_of_the_whole(parts: int, workers: int, budget: int, tmp_path: Path) -> None:
    whole = saved(count_ngrams([TEXT], 4), tmp_path / "whole.runs")
    files = []
    with at_work(workers, budget, tmp_path) as execution:
        for number, text in enumerate(dealt(TEXT, parts, seed=parts)):
            files.append(tmp_path / f"{number}.runs")
            count_ngrams(blocks_of(text, 9), 4, job=execution).save(files[-1])
        merged = merge_ngrams([NGramTable.load(path) for path in files], job=execution)
        assert saved(merged, tmp_path / "merged.runs") == whole
    again = merge_ngrams([merge_ngrams([NGramTable.load(path) for path in files[::-1]])])
    assert saved(again, tmp_path / "again.runs") == whole
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".runs"] * (parts + 3)


@pytest.mark.parametrize("method", ["entropy", "cohesion", "pmi"])
def test_words_found_by_counts_of_the_corpus_are_those_found_without(method: MethodName, tmp_path: Path) -> None:
    parameters = Parameters(min_count=2, min_proba=1e-4)
    counted = count_ngrams([TEXT], 4, characters=method != "entropy")
    counted.save(tmp_path / "a.runs")
    plain = discover([TEXT], method, parameters)
    given = discover(blocks_of(TEXT, 20), method, parameters, counted=NGramTable.load(tmp_path / "a.runs"))
    assert given.words == plain.words
    assert given.counts.tolist() == plain.counts.tolist()
    short = np.array([len(word) <= 4 for word in plain.words])
    assert short.any()
    for found, expected in zip((given.scores, *given.measures), (plain.scores, *plain.measures), strict=True):
        assert np.array_equal(found[short], expected[short], equal_nan=True)


def test_counts_of_a_larger_corpus_decide_how_a_small_one_is_cut() -> None:
    larger = "山药汤，山药饼，炒山药，山药片，买山药。\n" * 3  # "yam soup, yam cake, fried yam, sliced yam, buy yam"
    found = discover(
        ["煮山药。\n"], parameters=Parameters(min_count=1), counted=count_ngrams([larger], 4)
    )  # "boil yam"
    assert sorted(found.words) == ["山药", "煮"]
    assert found.measures.frequency[found.words.index("山药")] == 15
    assert found.ngrams.unknown == 1


def test_figures_beyond_the_reach_of_the_counts_are_missing() -> None:
    text = TEXT + "玫瑰园\n" * 20  # "rose garden"
    found = discover([text], "pmi", Parameters(min_proba=1e-4), counted=count_ngrams([text], 2, characters=True))
    assert "玫瑰园" in found.words
    longer = np.array([len(word) > 2 for word in found.words])
    assert np.isnan(found.measures.left_entropy[longer]).all()
    assert not np.isnan(found.measures.left_entropy[~longer]).any()


def test_counts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    units, characters, short = (
        count_ngrams([TEXT], order, characters=not joined) for order, joined in ((4, True), (4, False), (2, True))
    )
    with pytest.raises(ModelError, match="one counts units, one characters"):
        merge_ngrams([units, characters])
    with pytest.raises(ModelError, match="counted with `order`=4 and 2"):
        merge_ngrams([units, short])
    with pytest.raises(ModelError, match="counts units, pmi needs characters; count again with `characters`"):
        discover([TEXT], "pmi", counted=units)
    with pytest.raises(ModelError, match="counts characters, entropy needs units; count again without `characters`"):
        discover([TEXT], counted=characters)
    with pytest.raises(ModelError, match="bayes learns from the text itself"):
        discover([TEXT], "bayes", counted=units)
    with pytest.raises(ModelError, match="counts n-grams of up to 3 units; count again with `order`=3 or more"):
        discover([TEXT], counted=short)
    path = tmp_path / "a.runs"
    data = bytearray(saved(units, path))
    at = data.index(units.levels[3].numbers.array.tobytes()[:200])
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(
        ModelError, match=r"a\.runs: is damaged: 'counts_4' does not hold what was written; count again"
    ):
        NGramTable.load(path)
