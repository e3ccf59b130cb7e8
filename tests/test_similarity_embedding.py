"""Vectors of texts: their cosines against those of the sums, and by their laws."""

from pathlib import Path

import numpy as np
import pytest

from nlpzero.errors import ModelError
from nlpzero.segment.cutter import BLANKS
from nlpzero.similarity.distances import Measure
from nlpzero.similarity.embedding import embed, embed_lines, save_embeddings
from nlpzero.vectors.store import Vectors

HAN = [chr(0x4E00 + i) for i in range(300)]
RNG = np.random.default_rng(1)
WORDS = list(dict.fromkeys("".join(RNG.choice(HAN, RNG.integers(1, 4))) for _ in range(400)))
VECTORS = Vectors(WORDS, RNG.normal(size=(len(WORDS), 6)).astype(np.float32), np.arange(len(WORDS), 0, -1))
TEXTS = [RNG.choice(WORDS, RNG.integers(1, 12)).tolist() for _ in range(60)]


def test_cosines_are_those_of_the_sums_with_a_small_error_that_more_numbers_make_smaller() -> None:
    measure = Measure("cosine", VECTORS)
    documents = measure.encode(TEXTS)
    i, j = np.triu_indices(len(TEXTS), 1)
    exact = 1 - measure.distances(documents, documents, i, j)
    errors = []
    for dim in (64, 512, 4096):
        rows = embed(measure, documents, dim)
        assert rows.shape == (len(TEXTS), dim)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(TEXTS)))
        errors.append(float(np.sqrt(np.mean(((rows @ rows.T)[i, j] - exact) ** 2))))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02


def test_a_text_has_the_same_vector_in_any_company_and_none_without_a_known_word() -> None:
    measure = Measure("combined", VECTORS)
    rows = embed(measure, measure.encode([*TEXTS, []]))
    alone = embed(measure, measure.encode([TEXTS[7]]))
    assert rows[7] == pytest.approx(alone[0], abs=1e-6)
    assert not rows[-1].any()
    lines = "".join(" ".join(text) + "\n" for text in TEXTS)
    assert embed_lines(lines, measure, BLANKS) == pytest.approx(rows[:-1], abs=1e-6)


def test_on_the_ground_of_vectors_alone_texts_are_means_of_their_words() -> None:
    measure = Measure("cosine", VECTORS, ground="words")
    documents = measure.encode(TEXTS[:20])
    rows = embed(measure, documents)
    assert rows.shape == (20, 6)
    i, j = np.triu_indices(20, 1)
    assert 1 - np.einsum("id,id->i", rows[i], rows[j]) == pytest.approx(
        measure.distances(documents, documents, i, j), abs=1e-5
    )


def test_numpy_reads_what_is_saved(tmp_path: Path) -> None:
    measure = Measure("cosine", VECTORS)
    rows = embed(measure, measure.encode(TEXTS), 32)
    save_embeddings(tmp_path / "texts.npz", [rows[:10], rows[10:]], measure)
    assert np.array_equal(np.load(tmp_path / "texts.npz")["matrix"], rows)


def test_what_has_no_vectors_or_too_few_numbers_is_refused() -> None:
    with pytest.raises(ModelError, match="emd has no vectors of texts"):
        embed(Measure("emd"), Measure("emd").encode(TEXTS))
    measure = Measure("cosine", VECTORS)
    with pytest.raises(ModelError, match="`dim` is 6; word vectors have 6 numbers, those of texts need more"):
        embed(measure, measure.encode(TEXTS), 6)
