"""Questions to vectors, against loops over all words."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

from nlpzero.errors import ModelError
from nlpzero.vectors.queries import Answer, analogy, best, compare, nearest, similarity_transform
from nlpzero.vectors.store import Refinement, Vectors

RNG = np.random.default_rng(4)
WORDS = [chr(0x4E00 + i) for i in range(60)]
VECTORS = Vectors(WORDS, RNG.standard_normal((60, 7)).astype(np.float32))


def cosine(a: Any, b: Any) -> float:
    a, b = a.astype(float), b.astype(float)
    return float(a @ b) / sqrt(float(a @ a) * float(b @ b))


def test_the_nearest_words_are_those_of_largest_cosine_without_the_word_itself() -> None:
    for i, answers in zip((0, 31), nearest(VECTORS, [WORDS[0], WORDS[31]], top=5), strict=True):
        cosines = {WORDS[j]: cosine(VECTORS.matrix[i], VECTORS.matrix[j]) for j in range(60) if j != i}
        assert [answer.word for answer in answers] == sorted(cosines, key=lambda w: -cosines[w])[:5]
        assert [answer.score for answer in answers] == pytest.approx([cosines[a.word] for a in answers], abs=1e-6)


def test_similar_words_are_compared_by_their_products_with_all_words() -> None:
    # |v_i U|^2 = v_i V^T V v_i = |V v_i|^2: the vector of inner products with all centred words
    centred = VECTORS.matrix.astype(float) - VECTORS.matrix.mean(0, dtype=float)
    products = centred @ centred.T
    turned = similarity_transform(VECTORS).astype(float)
    for i in range(0, 60, 7):
        for j in range(60):
            assert turned[i] @ turned[j] == pytest.approx(cosine(products[i], products[j]), abs=1e-5)
    expected = sorted(range(1, 60), key=lambda j: -cosine(products[0], products[j]))[:3]
    assert [answer.word for answer in nearest(VECTORS, [WORDS[0]], 3, "similar")[0]] == [WORDS[j] for j in expected]


def test_similar_words_need_vectors_that_span_the_space() -> None:
    with pytest.raises(
        ModelError, match=r"^vectors: fewer independent vectors than dimensions; similar words need more"
    ):
        similarity_transform(Vectors(["a", "b"], np.eye(2, 5, dtype=np.float32)))


def test_an_analogy_is_nearest_to_the_sum_of_unit_vectors_without_its_question() -> None:
    unit = VECTORS.matrix / np.linalg.norm(VECTORS.matrix, axis=1)[:, None]
    wanted = unit[1] - unit[0] + unit[2]
    cosines = {j: cosine(wanted, unit[j]) for j in range(3, 60)}
    answers = analogy(VECTORS, WORDS[0], WORDS[1], WORDS[2], top=4)
    assert [answer.word for answer in answers] == [WORDS[j] for j in sorted(cosines, key=lambda j: -cosines[j])[:4]]
    assert answers[0].score == pytest.approx(max(cosines.values()), abs=1e-6)


def test_a_comparison_has_both_cosines_and_the_product() -> None:
    found = compare(VECTORS, WORDS[1], WORDS[2])
    assert found.related == pytest.approx(cosine(VECTORS.matrix[1], VECTORS.matrix[2]), abs=1e-6)
    assert found.product == pytest.approx(float(VECTORS.matrix[1] @ VECTORS.matrix[2]), abs=1e-5)
    assert compare(VECTORS, WORDS[3], WORDS[3])[:2] == pytest.approx((1, 1), abs=1e-6)


def test_a_refinement_changes_cosines_but_not_products() -> None:
    refined = Vectors(
        WORDS, VECTORS.matrix, refinement=Refinement(VECTORS.matrix.mean(0), np.eye(7, dtype=np.float32)[:1])
    )
    plain, other = (compare(v, WORDS[1], WORDS[2]) for v in (VECTORS, refined))
    assert plain.product == other.product
    a, b = (VECTORS.matrix[i, 1:] - VECTORS.matrix.mean(0)[1:] for i in (1, 2))
    assert other.related == pytest.approx(cosine(a, b), abs=1e-5)


def test_ties_break_on_the_word_and_top_may_exceed_the_words() -> None:
    scores = np.array([1, 3, 1, 2], np.float32)
    assert best(["d", "c", "b", "a"], scores, 3) == [Answer("c", 3), Answer("a", 2), Answer("b", 1)]
    assert [answer.word for answer in best(["d", "c", "b", "a"], scores, 9, [1, 1])] == ["a", "b", "d"]
    assert best(["d"], scores[:1], 5, [0]) == []
