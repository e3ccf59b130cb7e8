"""The keywords of a text by word vectors, against sums over all pairs of its words."""

import numpy as np
import pytest

from nlpzero.errors import NothingFound
from nlpzero.vectors.keywords import TextKeyword, keywords
from nlpzero.vectors.store import Vectors

RNG = np.random.default_rng(7)
WORDS = [chr(0x4E00 + i) + chr(0x4E80 + i) for i in range(60)]
VECTORS = Vectors([*WORDS, "没有", "1987", "——", "河"], RNG.standard_normal((64, 7)).astype(np.float32))


def by_pairs(tokens: list[str], word: str) -> float:
    """Give the mean product of a word with the other words of a text, pair by pair."""
    others = [token for token in tokens if token in WORDS and token != word]
    own = VECTORS[word].astype(float)
    return float(np.mean([own @ VECTORS[other].astype(float) for other in others])) if others else 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_keyword_goes_with_the_other_words_and_is_frequent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tokens = [str(word) for word in rng.choice([*WORDS[:20], "没有", "1987", "——", "河", "未知词"], 90)]
    found = keywords(VECTORS, tokens, 30)
    assert {answer.word for answer in found} == set(tokens) & set(WORDS)
    for answer in found:
        assert answer.count == tokens.count(answer.word)
        assert answer.pmi == pytest.approx(by_pairs(tokens, answer.word), abs=1e-5)
        assert answer.score == pytest.approx(answer.pmi * answer.count / (answer.count + 8), abs=1e-5)
    assert [answer.score for answer in found] == sorted((answer.score for answer in found), reverse=True)
    assert keywords(VECTORS, tokens, 3) == found[:3]


def test_words_of_any_kind_can_be_asked_for() -> None:
    tokens = [*WORDS[:5], "河", "没有", "1987"]
    found = keywords(VECTORS, tokens, 20, min_length=1, stop=())
    assert {answer.word for answer in found} == {*WORDS[:5], "河", "没有"}  # a number is none
    assert {answer.word for answer in keywords(VECTORS, tokens, 20, stop=WORDS[:4])} == {WORDS[4], "没有"}


def test_answers_from_anywhere_score_their_pmi() -> None:
    tokens = [*WORDS[:6], WORDS[2], WORDS[2]]
    found = {answer.word: answer for answer in keywords(VECTORS, tokens, 100, everywhere=True)}
    assert set(found) == set(WORDS)
    for word, answer in found.items():
        assert answer.score == answer.pmi == pytest.approx(by_pairs(tokens, word), abs=1e-5)
        assert answer.count == tokens.count(word)


def test_a_text_and_the_text_twice_are_compared_alike() -> None:
    tokens = [str(word) for word in RNG.choice(WORDS, 40)]
    once, twice = ({one.word: one for one in keywords(VECTORS, text, 60)} for text in (tokens, tokens * 2))
    assert {word: one.pmi for word, one in once.items()} == pytest.approx(
        {word: one.pmi for word, one in twice.items()}
    )
    longest = float(np.max(np.abs(VECTORS.matrix @ VECTORS.matrix.T)))
    assert all(abs(one.score) <= abs(one.pmi) <= longest for one in twice.values())


def test_equal_scores_are_in_the_order_of_the_words() -> None:
    vectors = Vectors(["船只", "江水", "夜里"], np.array([[1, 0], [1, 0], [0, 1]], np.float32))
    assert [answer.word for answer in keywords(vectors, ["船只", "江水", "夜里"])] == ["江水", "船只", "夜里"]
    assert keywords(vectors, ["夜里"]) == [TextKeyword("夜里", 0.0, 1, 0.0)]  # it has no others to go with


def test_a_text_without_a_known_word_is_an_error() -> None:
    with pytest.raises(NothingFound, match=r"none of the 3 words of the text is among the 64 of vectors, but for stop"):
        keywords(VECTORS, ["海", "没有", "河"])
