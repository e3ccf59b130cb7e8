"""Errors of similarities: against training anew, and by their laws."""

import numpy as np
import pytest

from nlpzero.core.job import Job
from nlpzero.errors import ModelError
from nlpzero.vectors.cooccurrence import Cooccurrence, merge_counts
from nlpzero.vectors.glove import train
from nlpzero.vectors.pairs import count_pairs
from nlpzero.vectors.parameters import GloveParameters
from nlpzero.vectors.resampling import Resampling
from nlpzero.vectors.store import Vectors
from nlpzero.vectors.training import vectors_of

WANTED = GloveParameters(dim=6, sweeps=12, l2=1.0)


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
PAIRS = [(VECTORS.words[i], VECTORS.words[j]) for i, j in ((0, 1), (2, 3), (4, 7), (8, 12), (5, 10), (14, 20))]


def test_errors_are_about_those_of_training_anew_on_other_text() -> None:
    found = np.array([Resampling(VECTORS, PARTS).error(a, b) for a, b in PAIRS])
    anew = []
    for seed in range(2, 14):
        vectors = trained(count_pairs(made_up_parts(seed, 12, 30), min_count=1, window=3))
        anew.append([vectors.unit_of(a)[0] @ vectors.unit_of(b)[0] for a, b in PAIRS])
    ratio = float(np.median(found / np.std(anew, axis=0, ddof=1)))
    assert 0.5 < ratio < 2


def test_more_text_makes_errors_smaller() -> None:
    more = [count_pairs([text], min_count=1, window=3) for text in made_up_parts(3, 12, 240)]
    big = trained(merge_counts(more))
    small = [Resampling(VECTORS, PARTS).error(a, b) or 0 for a, b in PAIRS]
    large = [Resampling(big, more).error(a, b) or 0 for a, b in PAIRS]
    assert sum(large) < 0.6 * sum(small)


def test_an_error_does_not_depend_on_order_or_on_what_was_asked_before() -> None:
    one, other = Resampling(VECTORS, PARTS, 20), Resampling(VECTORS, PARTS, 20)
    errors = [one.error(a, b) for a, b in PAIRS]
    assert [other.error(b, a) for a, b in reversed(PAIRS)] == pytest.approx(errors[::-1])


def test_parts_that_are_all_the_same_leave_nothing_to_chance() -> None:
    assert Resampling(VECTORS, [PARTS[0]] * 6, 10).error(*PAIRS[0]) == pytest.approx(0, abs=1e-6)


def test_a_word_that_was_never_seen_has_no_error_and_one_beside_itself_none() -> None:
    resampling = Resampling(VECTORS, PARTS, 5)
    assert resampling.error(PAIRS[0][0], "江河") is None
    assert resampling.error(PAIRS[0][0], PAIRS[0][0]) == 0


def test_what_errors_cannot_be_told_of_is_refused() -> None:
    with pytest.raises(ModelError, match="errors need counts of 5 or more parts of the corpus, not 4"):
        Resampling(VECTORS, PARTS[:4])
    with pytest.raises(ModelError, match="errors need vectors that `nlpzero glove train` made"):
        Resampling(Vectors(["江"], np.ones((1, 2), np.float32)), PARTS)
    others = [count_pairs([text], min_count=1, window=2) for text in TEXTS[:5]]
    with pytest.raises(ModelError, match=r"not counted as the vectors were: window is \[2, 3\]"):
        Resampling(VECTORS, others)
