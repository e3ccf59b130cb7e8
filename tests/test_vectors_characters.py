"""What characters say of vectors: features by hand, the model against a dense solution, and laws."""

import numpy as np
import pytest

from nlpzero.vectors.characters import (
    ANY,
    FIRST,
    FIRST_TWO,
    INNER,
    LAST,
    LAST_TWO,
    LEAST,
    PENALTY,
    RARE,
    SHARE,
    WHOLE,
    features,
    fit,
    pull,
)
from nlpzero.vectors.evaluation import score_pairs
from nlpzero.vectors.queries import analogy, compare, nearest
from nlpzero.vectors.store import Vectors, normalised

CHARACTERS = "山水云雨风花"  # mountain, water, cloud, rain, wind, flower


def words_and_rows(seed: int, count: int = 60) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float32]]]:
    """Draw distinct words of one to four characters, and a vector of length 1 for each."""
    rng = np.random.default_rng(seed)
    drawn = ("".join(rng.choice(list(CHARACTERS), rng.integers(1, 5)).tolist()) for _ in range(count * 4))
    words = list(dict.fromkeys(drawn))[:count]
    return words, normalised(rng.normal(size=(len(words), 4)).astype(np.float32))


def slow_features(word: str) -> dict[tuple[int, str], float]:
    """Give the features of a word by their definition."""
    if not word or set(word) - set(CHARACTERS):
        return {}
    found: dict[tuple[int, str], float] = {}
    for place, character in enumerate(word):
        kind = WHOLE if len(word) == 1 else FIRST if place == 0 else LAST if place == len(word) - 1 else INNER
        for feature in ((ANY, character), (kind, character)):
            found[feature] = found.get(feature, 0) + 1 / len(word)
    if len(word) > 2:
        found[FIRST_TWO, word[:2]] = found[LAST_TWO, word[-2:]] = 1 / len(word)
    return found


def test_features_are_characters_their_places_and_outer_pairs() -> None:
    words, _ = words_and_rows(1)
    words += ["云3", "ab", ""]
    found: list[dict[tuple[int, str], float]] = [{} for _ in words]
    for owner, key, value in zip(*(part.tolist() for part in features(words)), strict=True):
        characters = [chr(key >> shift & 0x1FFFFF) for shift in (21, 0) if key >> shift & 0x1FFFFF]
        feature = key >> 42, "".join(characters)
        found[owner][feature] = found[owner].get(feature, 0) + value
    for word, one in zip(words, found, strict=True):
        assert one == pytest.approx(slow_features(word)), word


def test_the_model_is_the_least_squares_solution() -> None:
    words, rows = words_and_rows(2)
    every = [slow_features(word) for word in words]
    names = sorted({name for one in every for name in one})
    kept = [name for name in names if sum(name in one for one in every) >= LEAST]
    x = np.array([[one.get(name, 0) for name in kept] for one in every])
    mean = rows.mean(0, dtype=np.float64)
    expected = mean + x @ np.linalg.solve(x.T @ x + PENALTY * np.eye(len(kept)), x.T @ (rows - mean))
    predicted, known = fit(words, rows).predict(words)
    assert known.tolist() == x.any(1).tolist()
    assert np.abs(predicted - expected).max() < 2e-3


def test_rare_words_follow_their_characters_more_than_frequent_ones() -> None:
    words, rows = words_and_rows(3)
    model = fit(words, rows)
    counts = np.full(len(words), RARE)
    predicted, known = model.predict(words)
    share = SHARE / 2
    expected = np.where(known[:, None], share * rows + (1 - share) * predicted, rows)
    assert pull(rows, model, words, counts, SHARE) == pytest.approx(expected, abs=1e-6)


def test_words_that_were_never_seen_are_answered_by_their_characters(tmp_path: str) -> None:
    words, rows = words_and_rows(4)
    held, known_rows = words[:-1], rows[:-1]
    vectors = Vectors(held, known_rows, np.arange(len(held), 0, -1) * 9, characters=fit(held, known_rows))
    absent = words[-1]
    predicted = normalised(vectors.composed([absent])[0])[0]
    [answers] = nearest(vectors, [absent], 3)
    best = sorted(range(len(held)), key=lambda i: (-float(vectors.unit[i] @ predicted), held[i]))[:3]
    assert [answer.word for answer in answers] == [held[i] for i in best]
    assert compare(vectors, absent, held[0]).related == pytest.approx(float(predicted @ vectors.unit[0]), abs=1e-6)
    assert np.isnan(compare(vectors, absent, held[0]).product)
    assert len(analogy(vectors, absent, held[0], held[1], 2)) == 2
    pairs = [(held[0], held[1], 1.0), (held[2], held[3], 2.0), (held[4], absent, 3.0), ("gps", held[5], 9.0)]
    score = score_pairs(vectors, pairs)
    assert (score.known, score.reached, score.pairs) == (2, 3, 4)

    vectors.save(f"{tmp_path}/v.npz")
    loaded = Vectors.load(f"{tmp_path}/v.npz")
    assert loaded.unit.tolist() == vectors.unit.tolist()
    assert loaded.composed([absent])[0].tolist() == vectors.composed([absent])[0].tolist()
    vectors.save(f"{tmp_path}/v.txt")  # other programs get the pulled vectors
    assert normalised(Vectors.load(f"{tmp_path}/v.txt").matrix) == pytest.approx(vectors.unit, abs=1e-6)
