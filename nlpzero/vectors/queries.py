"""Questions to word vectors: related and similar words, analogies, the keywords of a text."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..core.blas import one_threaded
from ..errors import ModelError
from .characters import Matrix
from .store import Vectors

FREQUENT = 20_000
"""Words whose vectors make the Cholesky transform."""

Mode = Literal["related", "similar"]


class Answer(NamedTuple):
    """A word and its score."""

    word: str
    score: float


class WordComparison(NamedTuple):
    """Two words: the cosine of their vectors, that of the transformed ones, and the inner product (the model's PMI).

    For a word whose vector is made out of its characters only the first is known, the others are NaN; the second also
    where there are fewer vectors than dimensions.
    """

    related: float
    similar: float
    product: float


def similarity_transform(vectors: Vectors) -> Matrix:
    """Give the unit vectors in which words that stand for each other are near (相似词), not those that go together.

    With U U^T = V^T V for the centred vectors V of the most frequent words, the similarity of two words is the cosine
    of v_i U and v_j U: words are compared by their inner products with all words (Su 2017).

    Returns
    -------
    float32 array (n, dim)

    Raises
    ------
    ModelError
        If the vectors of the frequent words do not span the space.

    Notes
    -----
    O(n dim^2).
    """
    top = np.asarray(vectors.matrix[:FREQUENT], np.float64)
    mean = top.mean(0)
    top = top - mean
    try:
        turn = np.linalg.cholesky(top.T @ top).astype(np.float32)
    except np.linalg.LinAlgError:
        raise ModelError(
            f"{vectors.source}: fewer independent vectors than dimensions; similar words need more words"
        ) from None
    turned = Vectors(vectors.words, (vectors.matrix - mean.astype(np.float32)) @ turn, source=vectors.source)
    return turned.unit


def similarity_space(vectors: Vectors) -> Matrix:
    """Give the result of `similarity_transform`, or NaN for every word where there are too few vectors for it."""
    try:
        return similarity_transform(vectors)
    except ModelError:
        return np.full((len(vectors), 1), np.nan, np.float32)


def space(vectors: Vectors, mode: Mode = "related") -> Matrix:
    """Give the unit vectors whose inner products answer a kind of question."""
    return vectors.unit if mode == "related" else similarity_transform(vectors)


@one_threaded
def nearest(vectors: Vectors, words: Sequence[str], top: int = 10, mode: Mode = "related") -> list[list[Answer]]:
    """Give for each word the others nearest to it by cosine (近义词、相关词).

    Parameters
    ----------
    vectors : Vectors
    words : sequence of str
    top : int
    mode : {"related", "similar"}
        "related" takes the vectors as they are, "similar" those of `similarity_transform`.

    Raises
    ------
    ModelError
        If a word is unknown, and, where related words are asked for, nothing is known of its characters either.

    Examples
    --------
    >>> vectors = Vectors(["江", "河", "灯"], np.array([[1, 0], [3, 1], [0, 1]], np.float32))
    >>> [[answer.word for answer in answers] for answers in nearest(vectors, ["江", "灯"])]
    [['河', '灯'], ['河', '江']]
    """
    unit = space(vectors, mode)
    return [nearest_in(vectors, unit, word, top, mode) for word in words]


def nearest_in(vectors: Vectors, unit: Matrix, word: str, top: int = 10, mode: Mode = "related") -> list[Answer]:
    """Give the words nearest to one, as `nearest` does, in a space that `space` made.

    A word that is not among the vectors is answered by what its characters say, where related words are asked for.
    """
    row = vectors.ids.get(word)
    if row is None and mode == "related":
        return best(vectors.words, unit @ vectors.unit_of(word)[0], top)
    row = vectors.id(word)
    return best(vectors.words, unit @ unit[row], top, [row])


@one_threaded
def analogy(vectors: Vectors, a: str, b: str, c: str, top: int = 10) -> list[Answer]:
    """Give the words that are to `c` as `b` is to `a` (类比), by the cosine with b - a + c (3CosAdd).

    Raises
    ------
    ModelError
        If a word is unknown.

    Examples
    --------
    >>> vectors = Vectors(["男", "女", "父", "母"], np.array([[2, 0], [2, 1], [0, 2], [0, 3]], np.float32))
    >>> analogy(vectors, "男", "女", "父")[0].word
    '母'
    """
    ids = [row for word in (a, b, c) if (row := vectors.ids.get(word)) is not None]
    first, second, third = (vectors.unit_of(word)[0] for word in (a, b, c))
    wanted = second - first + third
    length = np.linalg.norm(wanted)
    return best(vectors.words, vectors.unit @ (wanted / length if length else wanted).astype(np.float32), top, ids)


@one_threaded
def compare(vectors: Vectors, a: str, b: str, similar: Matrix | None = None) -> WordComparison:
    """Compare two words.

    Parameters
    ----------
    vectors : Vectors
    a, b : str
    similar : float32 array (n, dim), optional
        The result of `similarity_space`, made if not given.

    Raises
    ------
    ModelError
        If a word is unknown.

    Examples
    --------
    >>> vectors = Vectors(["江", "河", "灯"], np.array([[1, 0], [3, 1], [0, 1]], np.float32))
    >>> compare(vectors, "江", "河").product
    3.0
    """
    (first, _), (second, _) = vectors.unit_of(a), vectors.unit_of(b)
    related = float(first @ second)
    if a not in vectors or b not in vectors:
        return WordComparison(related, np.nan, np.nan)
    i, j = vectors.id(a), vectors.id(b)
    turned = similarity_space(vectors) if similar is None else similar
    product = np.asarray(vectors.matrix[i], np.float64) @ np.asarray(vectors.matrix[j], np.float64)
    return WordComparison(related, float(turned[i] @ turned[j]), float(product))


def best(words: Sequence[str], scores: Matrix, top: int, excluded: Sequence[int] = ()) -> list[Answer]:
    """Give the words of the highest scores, equal ones sorted.

    Examples
    --------
    >>> best(["乙", "甲", "丙"], np.array([1, 1, 2], np.float32), 2)
    [Answer(word='丙', score=2.0), Answer(word='乙', score=1.0)]
    """
    if excluded:
        scores = scores.copy()
        scores[list(excluded)] = -np.inf
    found = min(top, len(scores) - len(set(excluded)))
    if found <= 0:
        return []
    least = np.partition(scores, len(scores) - found)[len(scores) - found]
    ids = np.flatnonzero(scores >= least)
    rows = sorted((-float(scores[i]), words[i]) for i in ids.tolist())
    return [Answer(word, 0.0 - score) for score, word in rows[:found]]
