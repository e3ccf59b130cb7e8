"""Search: the same answers as comparing the query with every text, whatever the bounds."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from nlpzero.similarity import search as module
from nlpzero.similarity.distances import Measure
from nlpzero.similarity.documents import DistanceMethod, Documents, Oov
from nlpzero.similarity.index import load_index, save_index
from nlpzero.similarity.search import Collection, search
from nlpzero.vectors.store import Vectors

WORDS = [chr(0x4E00 + i) for i in range(60)]
METHODS: tuple[DistanceMethod, ...] = ("wrd", "wmd", "rwmd", "wcd", "cosine", "emd")


def vectors(seed: int = 1) -> Vectors:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(len(WORDS), 6)) * rng.uniform(0.2, 3, (len(WORDS), 1))
    matrix[5] = 0
    matrix[7] = matrix[8]
    return Vectors(WORDS, matrix.astype(np.float32))


def pure(method: DistanceMethod, vectors: Vectors, oov: Oov | None = None) -> Measure:
    """Give a method as its paper has it: words are compared by their vectors alone."""
    return Measure(method, vectors, ground="discrete" if method == "emd" else "words", oov=oov)


def texts(seed: int, count: int) -> list[list[str]]:
    """Give random texts; some are empty, unknown, or stand twice."""
    rng = np.random.default_rng(seed)
    found = [rng.choice(WORDS, rng.integers(1, 12)).tolist() for _ in range(count)]
    found[3], found[4], found[count // 2] = [], ["?"], [WORDS[5]]
    found[-5:] = [text[::-1] for text in found[10:15]]
    return found


COLLECTION, QUERIES = texts(2, 700), [*texts(3, 24), texts(2, 700)[12]]


def brute_force(measure: Measure, query: list[str], top: int) -> tuple[list[int], list[float]]:
    """Compare a query with every text, and sort by distance and place."""
    one, all_texts = measure.encode([query]), measure.encode(COLLECTION)
    distances = measure.distances(one, all_texts, np.zeros(len(all_texts), np.int64), np.arange(len(all_texts)))
    order = sorted((d, i) for i, d in enumerate(distances.tolist()) if d == d)[:top]
    return [i for _, i in order], [d for d, _ in order]


@pytest.mark.parametrize("top", [1, 10])
@pytest.mark.parametrize("method", METHODS)
def test_answers_are_those_of_brute_force(method: DistanceMethod, top: int) -> None:
    measure = pure(method, vectors(), oov="drop")
    for query, hits in zip(QUERIES, search(QUERIES, COLLECTION, measure, top), strict=True):
        assert (hits.texts.tolist(), hits.distances.tolist()) == brute_force(measure, query, top)


@pytest.mark.parametrize("method", ["wrd", "wmd", "emd"])
def test_answers_do_not_depend_on_how_many_candidates_are_taken(
    method: DistanceMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = pure(method, vectors())
    expected = search(QUERIES, COLLECTION, measure, 7)
    monkeypatch.setattr(module, "FIRST", 2)
    monkeypatch.setattr(module, "REFINED", 3)
    monkeypatch.setattr(module, "SOLVED", 1)
    for one, other in zip(expected, search(QUERIES, COLLECTION, measure, 7), strict=True):
        assert (one.texts.tolist(), one.distances.tolist()) == (other.texts.tolist(), other.distances.tolist())


@pytest.mark.parametrize("together", [1, 3, 32])
@pytest.mark.parametrize("method", ["combined", "cosine", "wmd"])
def test_queries_answered_together_have_the_answers_of_each_alone(
    method: DistanceMethod, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = Measure(method, vectors())
    collection, queries = Collection(measure.encode(COLLECTION), measure), measure.encode([*QUERIES[:12], ["?"], []])
    alone = [collection.nearest(queries, query, 5) for query in range(len(queries))]
    near = [hits for query in range(len(queries)) for hits in collection.within(queries.chosen(np.array([query])), 0.3)]
    monkeypatch.setattr(module, "TOGETHER", together)
    for expected, found in (
        (alone, collection.nearest_to_all(queries, 5)),
        (near, collection.within(queries, 0.3)),
    ):
        for one, other in zip(expected, found, strict=True):
            assert (one.texts.tolist(), one.known) == (other.texts.tolist(), other.known)
            assert one.distances == pytest.approx(other.distances, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_more_answers_than_texts_are_all_that_hold_a_known_word(method: DistanceMethod) -> None:
    measure = pure(method, vectors())
    [hits] = search([WORDS[:3]], COLLECTION, measure, 10_000)
    found, distances = brute_force(measure, WORDS[:3], 10_000)
    assert (hits.texts.tolist(), hits.distances.tolist()) == (found, distances)
    assert 3 not in found


def test_bounds_spare_most_of_the_work() -> None:
    measure = Measure("wmd", vectors())
    collection = Collection(measure.encode(COLLECTION), measure)
    solved = [collection.search(query, top=1).solved for query in QUERIES]
    assert np.median(solved) < len(COLLECTION) / 5


def test_words_that_the_collection_lacks_are_compared_all_the_same() -> None:
    measure = pure("wrd", vectors(), oov="char")
    lines = [[WORDS[1], WORDS[2]], [WORDS[3] + "?"], [WORDS[30]]]
    query = [WORDS[1], WORDS[3] + "?", WORDS[40] + WORDS[41]]
    [hits] = search([query], lines, measure, 3)
    distances = measure.distances(measure.encode([query] * 3), measure.encode(lines))
    assert hits.distances.tolist() == sorted(distances.tolist())


def test_a_query_without_known_words_and_an_empty_collection_have_no_answers() -> None:
    for method in METHODS:
        measure = pure(method, vectors())
        assert [len(hits.texts) for hits in search([[], [WORDS[0]]], [[], []], measure)] == [0, 0]
        assert [len(hits.texts) for hits in search([[], [WORDS[0]]], [[WORDS[1]]], measure)] == [0, 1]
        assert [len(hits.texts) for hits in search([[WORDS[0]]], [], measure)] == [0]


@pytest.mark.parametrize("oov", ["drop", "char"])
@pytest.mark.parametrize("method", METHODS)
def test_a_collection_comes_back_from_its_file_as_it_was_encoded(
    method: DistanceMethod, oov: Oov, tmp_path: Path
) -> None:
    lines = [" ".join(text) for text in COLLECTION]
    words = [*COLLECTION[:-1], [WORDS[3] + WORDS[9], "?", "?"]]
    encoded = pure(method, vectors(), oov=oov).encode(words)
    save_index(tmp_path / "a.npz", encoded, lines, pure(method, vectors(), oov=oov).space, "blanks")
    measure = pure(method, vectors(), oov=oov)
    found, kept = load_index(tmp_path / "a.npz", measure.space, "blanks", lines)
    assert kept == lines
    for field in fields(Documents):
        one, other = getattr(encoded, field.name), getattr(found, field.name)
        assert np.array_equal(one, other) and type(one) is type(other), field.name
    query = words[-1]
    direct = Collection(encoded, measure).search(query)
    again = Collection(found, measure).search(query)
    assert (direct.texts.tolist(), direct.distances.tolist()) == (again.texts.tolist(), again.distances.tolist())
    save_index(tmp_path / "b.npz", found, kept, measure.space, "blanks")
    assert (tmp_path / "b.npz").read_bytes() == (tmp_path / "a.npz").read_bytes()


def test_an_empty_collection_comes_back_too(tmp_path: Path) -> None:
    measure = pure("wrd", vectors())
    save_index(tmp_path / "a.npz", measure.encode([]), [], measure.space, "blanks")
    found, kept = load_index(tmp_path / "a.npz", measure.space, "blanks", [])
    assert (len(found), kept) == (0, [])
    assert Collection(found, measure).search([WORDS[0]]).texts.tolist() == []
