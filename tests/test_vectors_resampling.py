"""Errors of similarities: against training anew, and by their laws."""

from pathlib import Path

import numpy as np
import pytest

from nlpzero.core.job import Job
from nlpzero.errors import ModelError
from nlpzero.vectors.cooccurrence import Cooccurrence, merge_counts
from nlpzero.vectors.glove import train
from nlpzero.vectors.pairs import count_pairs
from nlpzero.vectors.parameters import GloveParameters
from nlpzero.vectors.resampling import Resampling, draw_vectors
from nlpzero.vectors.store import Vectors
from nlpzero.vectors.training import vectors_of

WANTED = GloveParameters(dim=6, l2=1.0)


def made_up_parts(seed: int, parts: int, lines: int, size: int = 40) -> list[str]:
    """Draw parts of a corpus in which neighbouring words are often of the same half of the vocabulary."""
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, size + 1)
    found = []
    for _ in range(parts):
        text = []
        for number in range(lines):
            weights = chance * np.where(np.arange(size) % 2 == number % 2, 1, 0.3)
            text.append(" ".join(chr(0x4E00 + i) for i in rng.choice(size, 10, p=weights / weights.sum()).tolist()))
        found.append("\n".join(text) + "\n")
    return found


def trained(counts: Cooccurrence) -> Vectors:
    *_, last = train(counts, WANTED, job=Job(workers=1))
    return vectors_of(last, counts, WANTED, remove=0)


TEXTS = made_up_parts(1, 12, 30)
PARTS = [count_pairs([text], min_count=1, window=3) for text in TEXTS]
VECTORS = trained(merge_counts(PARTS))
PAIRS = [(VECTORS.words[i], VECTORS.words[j]) for i in range(0, 20, 2) for j in range(i + 1, 24, 3)]


def errors(
    vectors: Vectors, parts: list[Cooccurrence], draws: int = 10, pairs: list[tuple[str, str]] = PAIRS
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    resampling = Resampling(list(draw_vectors(vectors, parts, draws, job=Job(workers=1))))
    return np.array([resampling.error(a, b) for a, b in pairs], np.float64)


def test_two_of_three_similarities_of_other_text_lie_within_one_error_and_nearly_all_within_two() -> None:
    cosines, stated = [], []
    for seed in range(2, 10):
        parts = [count_pairs([text], min_count=1, window=3) for text in made_up_parts(seed, 12, 30)]
        vectors = trained(merge_counts(parts))
        cosines.append([vectors.unit_of(a)[0] @ vectors.unit_of(b)[0] for a, b in PAIRS])
        if seed < 4:
            stated.append(errors(vectors, parts, 8))
    apart = [abs(np.subtract(cosines[i], cosines[j])) for i in range(2) for j in range(2, 8)]
    within = [np.mean([gap < k * 2**0.5 * stated[n // 6] for n, gap in enumerate(apart)]) for k in (1, 2)]
    assert 0.6 < within[0] < 0.8
    assert 0.88 < within[1] < 0.99


def test_more_text_makes_errors_smaller() -> None:
    more = [count_pairs([text], min_count=1, window=3) for text in made_up_parts(3, 12, 240)]
    assert errors(trained(merge_counts(more)), more, 4).sum() < 0.6 * errors(VECTORS, PARTS, 4).sum()


def test_an_error_does_not_depend_on_order_or_on_what_was_asked_before() -> None:
    turned = [(b, a) for a, b in reversed(PAIRS)]
    assert errors(VECTORS, PARTS, 3, turned).tolist() == errors(VECTORS, PARTS, 3)[::-1].tolist()


def test_parts_that_are_all_the_same_leave_nothing_to_chance() -> None:
    same = trained(merge_counts([PARTS[0]] * 6))
    assert errors(same, [PARTS[0]] * 6, 3, [(same.words[0], word) for word in same.words[1:9]]) == pytest.approx(0)


def test_draws_are_trained_as_the_vectors_were(tmp_path: Path) -> None:
    parameters = GloveParameters(dim=4, model=1, sweeps=3, seed=5)
    *_, last = train(merge_counts(PARTS), parameters, job=Job(workers=1))
    vectors = vectors_of(last, merge_counts(PARTS), parameters, remove=-1, characters=False)
    drawn = next(draw_vectors(vectors, PARTS, job=Job(workers=1)))
    assert (drawn.dim, drawn.refinement, drawn.characters) == (8, None, None)
    assert drawn.signature["trained"] | {"sweeps": 3} == vectors.signature["trained"]
    assert drawn.signature["drawn"] == 12
    drawn.save(tmp_path / "draw.npz")
    loaded = Vectors.load(tmp_path / "draw.npz")
    assert Resampling([loaded, loaded]).error(*PAIRS[0]) == 0


def test_a_word_that_draws_lack_is_answered_by_its_characters_or_has_no_error() -> None:
    draws = list(draw_vectors(VECTORS, PARTS, 3, job=Job(workers=1)))
    assert Resampling(draws).error(PAIRS[0][0], "".join(VECTORS.words[1:3])) is None  # each character is in one word
    for vectors in draws:
        vectors.characters = None  # then the mean of the vectors of its characters
    assert Resampling(draws).error(PAIRS[0][0], "".join(VECTORS.words[1:3])) or 0 > 0
    assert Resampling(draws).error(PAIRS[0][0], PAIRS[0][0]) == 0


def test_what_errors_cannot_be_told_of_is_refused() -> None:
    def refused(vectors: Vectors, parts: list[Cooccurrence]) -> None:
        next(draw_vectors(vectors, parts))

    with pytest.raises(ModelError, match="errors need counts of 5 or more parts of the corpus, not 4"):
        refused(VECTORS, PARTS[:4])
    plain = Vectors(["江"], np.ones((1, 2), np.float32))
    with pytest.raises(ModelError, match="errors need vectors that `nlpzero glove train` made"):
        refused(plain, PARTS)
    others = [count_pairs([text], min_count=1, window=2) for text in TEXTS[:5]]
    with pytest.raises(ModelError, match="not counted as the vectors were: window is 2, 3"):
        refused(VECTORS, others)
    with pytest.raises(ModelError, match="errors need two draws or more, not 1"):
        Resampling([plain])
    with pytest.raises(ModelError, match="vectors: not a draw of the same corpus as the others; draw them anew"):
        Resampling([plain, plain])
