"""The mixed ground, vectors and characters together: against its definition written slowly, and by its laws."""

import functools
from collections import Counter
from math import log, sqrt

import numpy as np
import pytest
from scipy.optimize import linprog

from nlpzero.errors import ModelError
from nlpzero.similarity import costs, documents, sums
from nlpzero.similarity import search as module
from nlpzero.similarity.combined import combined
from nlpzero.similarity.distances import Measure, pairwise
from nlpzero.similarity.documents import DistanceMethod
from nlpzero.similarity.index import load_index, save_index
from nlpzero.similarity.search import search
from nlpzero.vectors.characters import RARE, fit
from nlpzero.vectors.store import Vectors, normalised

METHODS: tuple[DistanceMethod, ...] = ("combined", "wrd", "cosine")
CHARACTERS = [chr(0x4E00 + i) for i in range(9)]


def made_up_words(seed: int, count: int) -> list[str]:
    """Draw words of one to three of nine characters, so that most share some."""
    rng = np.random.default_rng(seed)
    drawn = ("".join(rng.choice(CHARACTERS, rng.integers(1, 4)).tolist()) for _ in range(4 * count))
    return list(dict.fromkeys(drawn))[:count]


def made_up_vectors(seed: int) -> Vectors:
    """Give vectors with a model of characters."""
    rng = np.random.default_rng(seed)
    words = made_up_words(seed, 40)
    matrix = rng.normal(size=(len(words), 5)).astype(np.float32)
    characters = fit(words, normalised(matrix))
    assert len(characters.keys) > 20
    return Vectors(words, matrix, np.arange(len(words), 0, -1) * 7, characters=characters)


VECTORS = made_up_vectors(1)
OUTSIDE = [word for word in made_up_words(2, 60) if word not in VECTORS.ids]
RNG = np.random.default_rng(3)
TEXTS = [RNG.choice([*VECTORS.words, *OUTSIDE, "gps"], RNG.integers(1, 9)).tolist() for _ in range(40)]


# The definition once more, slowly


def point(word: str) -> list[float]:
    """Give the pulled vector of a word, of length 1."""
    predicted = VECTORS.characters.predict([word]) if VECTORS.characters else None
    assert predicted is not None and VECTORS.counts is not None
    row = predicted[0][0].astype(float) * float(predicted[1][0])
    if word in VECTORS:
        number = VECTORS.id(word)
        own = VECTORS.matrix[number].astype(float)
        share = documents.PULL * VECTORS.counts[number] / (VECTORS.counts[number] + RARE)
        row = share * own / np.linalg.norm(own) + (1 - share) * row
    size = np.linalg.norm(row)
    return [float(value) for value in (row / size if size else row)]


def written(word: str) -> dict[str, float]:
    """Give the share of each character in a word."""
    assert VECTORS.counts is not None
    occurs: Counter[str] = Counter()
    for known, number in zip(VECTORS.words, VECTORS.counts.tolist(), strict=True):
        for character in known:
            occurs[character] += number
    weights = {c: n * log(occurs.total() / max(occurs[c], 1)) for c, n in Counter(word).items()}
    size = sqrt(sum(weight**2 for weight in weights.values()))
    return {c: weight / size for c, weight in weights.items()}


def alike(a: str, b: str, share: float) -> float:
    """Give s(a, b) = (1 - share) cos + share chi."""
    cosine = sum(x * y for x, y in zip(point(a), point(b), strict=True))
    chi = sum(weight * written(b).get(character, 0) for character, weight in written(a).items())
    return (1 - share) * cosine + share * chi


def masses(text: list[str]) -> dict[str, float]:
    """Give occurrences x ln(N / n) of each word."""
    assert VECTORS.counts is not None
    total = int(VECTORS.counts.sum())
    counts = {word: int(VECTORS.counts[VECTORS.id(word)]) if word in VECTORS else documents.UNSEEN for word in text}
    return {word: n * log(total / counts[word]) for word, n in Counter(text).items()}


def moved(a: list[str], b: list[str]) -> float:
    """Solve the transport problem by linear programming."""
    p, q = masses(a), masses(b)
    rows, columns = np.kron(np.eye(len(p)), np.ones(len(q))), np.kron(np.ones(len(p)), np.eye(len(q)))
    wanted = [*(m / sum(p.values()) for m in p.values()), *(m / sum(q.values()) for m in q.values())]
    prices = [0 if x == y else max(0, 1 - alike(x, y, costs.SHARE)) for x in p for y in q]
    return float(linprog(prices, A_eq=np.vstack([rows, columns]), b_eq=wanted).fun)


def summed(a: list[str], b: list[str]) -> float:
    """Give 1 - cos of the sums of the points."""

    def product(x: dict[str, float], y: dict[str, float]) -> float:
        return sum(m * n * alike(v, w, sums.SHARE) for v, m in x.items() for w, n in y.items())

    p, q = masses(a), masses(b)
    return 1 - product(p, q) / sqrt(product(p, p) * product(q, q))


def test_distances_are_those_of_the_definition() -> None:
    pairs = [*zip(TEXTS[:10], TEXTS[10:20], strict=True)]
    expected = {"wrd": [moved(a, b) for a, b in pairs], "cosine": [summed(a, b) for a, b in pairs]}
    means = [1 - (x + y) / 2 for x, y in zip(*expected.values(), strict=True)]
    sizes = [max(sum(map(len, set(text))) for text in pair) for pair in pairs]
    expected["combined"] = [
        1 - mean * size / (size + 3 * (1 - mean) / (1 - mean + 0.05)) for mean, size in zip(means, sizes, strict=True)
    ]
    for method in METHODS:
        measure = Measure(method, VECTORS)
        a, b = (measure.encode([pair[side] for pair in pairs]) for side in (0, 1))
        assert measure.distances(a, b) == pytest.approx(expected[method], rel=1e-5, abs=1e-5), method


# Laws


def test_the_same_share_that_differs_says_more_of_longer_texts() -> None:
    share, letters = np.linspace(0, 1.2, 200), np.arange(1, 200.0)
    found = combined(share[:, None], share[:, None] / 2, letters)
    assert not found[0].any()
    assert (np.diff(found, axis=0) > 0).all()  # so that lower bounds stay such
    assert (np.diff(found[1:-50], axis=1) < 0).all()
    assert found[:, -1] == pytest.approx(share * 0.75, abs=0.02)
    small = combined(*(part.astype(np.float32) for part in (share, share / 2, np.full(200, 7.0))))
    assert small.dtype == np.float32
    assert small == pytest.approx(found[:, 6], abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_distances_are_symmetric_and_zero_only_for_the_same_proportions(method: DistanceMethod) -> None:
    matrix = pairwise([*TEXTS, TEXTS[0] * 2], None, Measure(method, VECTORS))
    assert np.array_equal(matrix, matrix.T)
    assert not np.diag(matrix).any()
    assert matrix[0, -1] == 0
    assert (matrix[np.triu_indices(20, 1)] > 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_pair_has_the_same_distance_in_any_company(method: DistanceMethod) -> None:
    measure = Measure(method, VECTORS)
    a, b = measure.encode(TEXTS[:20]), measure.encode(TEXTS[20:])
    together = measure.distances(a, b)
    pairs = zip(TEXTS[:20], TEXTS[20:], strict=True)
    alone = [measure.distances(measure.encode([x]), measure.encode([y]))[0] for x, y in pairs]
    assert together == pytest.approx(alone, abs=1e-12)


@functools.cache
def searched(method: DistanceMethod) -> tuple[Measure, list[list[str]], list[list[str]], list[list[float]]]:
    """Give texts, queries and the distances of all; "gps" and "ok" have no vector, but cost 0 to themselves."""
    rng = np.random.default_rng(4)
    words = [*VECTORS.words, *OUTSIDE, *["gps", "ok"] * 10]
    texts = [rng.choice(words, rng.integers(1, 9)).tolist() for _ in range(300)] + [[], TEXTS[0]]
    queries = [*(rng.choice(words, rng.integers(1, 9)).tolist() for _ in range(18)), ["gps"], TEXTS[0]]
    measure = Measure(method, VECTORS)
    i, j = np.indices((len(queries), len(texts))).reshape(2, -1)
    found = measure.distances(measure.encode(queries), measure.encode(texts), i, j)
    return measure, texts, queries, found.reshape(len(queries), -1).tolist()


def check_search(method: DistanceMethod, top: int) -> None:
    """Compare the answers with the distances of all texts."""
    measure, texts, queries, distances = searched(method)
    for found, hits in zip(distances, search(queries, texts, measure, top), strict=True):
        best = sorted((d, i) for i, d in enumerate(found) if d == d)[:top]
        assert hits.distances == pytest.approx([d for d, _ in best], abs=1e-12)
        assert hits.texts.tolist() == [i for _, i in best] or len({round(d, 12) for d, _ in best}) < len(best)


@pytest.mark.parametrize("top", [1, 10])
@pytest.mark.parametrize("method", METHODS)
def test_search_answers_as_comparing_with_every_text_does(method: DistanceMethod, top: int) -> None:
    check_search(method, top)


@pytest.mark.parametrize("method", METHODS)
def test_search_leaves_none_out_if_bounds_decide_as_early_as_they_can(
    method: DistanceMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST", "REFINED", "SOLVED", "DIRECTIONS"):
        monkeypatch.setattr(module, name, 1)
    check_search(method, 2)
    monkeypatch.setattr(module, "FEW", 1)
    check_search(method, 1)


def test_moves_say_what_vectors_and_characters_take_off() -> None:
    measure = Measure("wrd", VECTORS)
    a, b = measure.encode([TEXTS[1]]), measure.encode([TEXTS[2]])
    moves = measure.align(a, b)
    assert sum(move.mass * move.distance for move in moves) == pytest.approx(measure.distances(a, b)[0])
    for move in moves:
        if move.word_a != move.word_b:
            assert move.by_vectors is not None and move.by_characters is not None
            assert move.distance == pytest.approx(max(0, 1 - move.by_vectors - move.by_characters), abs=1e-12)


def test_words_that_share_characters_are_nearer() -> None:
    words = ["江水", "河流", "江边", "山路"]  # river water, river, riverside, mountain road
    vectors = Vectors(words, np.eye(4, dtype=np.float32), np.array([5, 5, 5, 5]))
    measure = Measure("combined", vectors)
    [[shared, other]] = pairwise([["江水"]], [["江边"], ["山路"]], measure)
    assert shared < other


def test_an_index_keeps_the_mixed_ground(tmp_path: str) -> None:
    measure = Measure("combined", VECTORS)
    encoded = measure.encode(TEXTS)
    path = f"{tmp_path}/index.npz"
    save_index(path, encoded, [" ".join(text) for text in TEXTS], measure.space, "blanks")
    loaded, _ = load_index(path, Measure("combined", VECTORS).space, "blanks")
    assert measure.distances(loaded, loaded, np.arange(20), np.arange(20, 40)).tolist() == (
        measure.distances(encoded, encoded, np.arange(20), np.arange(20, 40)).tolist()
    )


def test_a_ground_that_a_method_does_not_have_is_refused() -> None:
    with pytest.raises(ModelError, match=r"^`ground` is 'mixed', which wmd does not have; use words$"):
        Measure("wmd", VECTORS, ground="mixed")
