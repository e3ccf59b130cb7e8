"""The keywords of a text by word vectors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..core.blas import one_threaded
from ..errors import NothingFound
from ..text.stopwords import FUNCTION_WORDS
from ..text.words import are_words, is_number
from .formats import ROWS
from .store import Vectors

ONCE = 8
"""A word that occurs n times in a text counts n / (n + 8) as one of its keywords."""

DECIMALS = 6
"""Of scores: sums of numbers in single precision hold no more."""


@dataclass(frozen=True)
class TextKeyword:
    """A word of a text: its score, how often it occurs, and its mean PMI with the other words in nats."""

    word: str
    score: float
    count: int
    pmi: float


@one_threaded
def keywords(
    vectors: Vectors,
    tokens: Sequence[str],
    top: int = 10,
    everywhere: bool = False,
    *,
    min_length: int = 2,
    stop: Collection[str] = FUNCTION_WORDS,
) -> list[TextKeyword]:
    """Give the words that say best what a text is about (关键词): those that go with its other words, and are frequent.

    A word's `pmi` is the mean of its inner products with all other words of the text, occurrence by occurrence; for
    vectors of simpler GloVe that is a mean PMI in nats. It is the same for a text and for the text twice over. Words
    that occur once go with a text by chance, so the `score` is pmi n / (n + 8) for a word that occurs n times.

    Parameters
    ----------
    vectors : Vectors
    tokens : sequence of str
        The words of the text; unknown ones are left out, and so are punctuation and numbers.
    top : int
    everywhere : bool
        Whether words that are not in the text may be answers; then the score is the pmi alone.
    min_length : int
        Least number of characters of a word.
    stop : collection of str
        Words that are left out, of the text as well.

    Raises
    ------
    NothingFound
        If no word of the text is left.

    Notes
    -----
    O(n dim) in the words of the text, or of the vectors. Equal scores are sorted by word. The 8 was chosen by reading
    the keywords of ten articles (4 and 16 give nearly the same).

    Examples
    --------
    >>> vectors = Vectors(["江水", "船只", "夜里"], np.array([[2, 1], [2, 0], [0, 0.1]], np.float32))
    >>> keywords(vectors, ["江水", "的", "夜里", "船只", "船只", "鲸"], 2)
    [TextKeyword(word='船只', score=..., count=2, pmi=...), TextKeyword(word='江水', score=..., count=1, pmi=...)]
    """
    known = [vectors.ids[token] for token in tokens if token in vectors.ids]
    ids, numbers = np.unique(np.array(known, np.intp), return_counts=True)
    fit = _are_content([vectors.words[i] for i in ids.tolist()], min_length, stop)
    ids, numbers = ids[fit], numbers[fit]
    if not len(ids):
        raise NothingFound(
            f"none of the {len(tokens)} words of the text is among the {len(vectors):,} of {vectors.source}, but for "
            f"stop words, numbers and words of fewer than {min_length} characters"
        )
    total, size = numbers @ np.asarray(vectors.matrix[ids], np.float64), int(numbers.sum())
    chosen, count = ids, numbers
    if everywhere:
        chosen = np.flatnonzero(_are_content(vectors.words, min_length, stop))
        count = np.zeros(len(vectors), np.int64)
        count[ids] = numbers
        count = count[chosen]
    others = np.zeros(len(chosen))
    for low in range(0, len(chosen), ROWS):
        part = slice(low, low + ROWS)
        rows = np.asarray(vectors.matrix[chosen[part]], np.float64)
        others[part] = rows @ total - count[part] * np.einsum("id,id->i", rows, rows)
    pmi = others / np.maximum(1, size - count)
    scores = pmi if everywhere else pmi * count / (count + ONCE)
    found = [
        TextKeyword(vectors.words[row], 0.0 + round(score, DECIMALS), number, 0.0 + round(mean, DECIMALS))
        for row, score, number, mean in zip(chosen.tolist(), scores.tolist(), count.tolist(), pmi.tolist(), strict=True)
    ]
    return sorted(found, key=lambda entry: (-entry.score, entry.word))[:top]


def _are_content(words: Sequence[str], min_length: int, stop: Collection[str]) -> npt.NDArray[np.bool_]:
    """Tell which words may say what a text is about."""
    long = [len(word) >= min_length and word not in stop and not is_number(word) for word in words]
    return are_words(words) & np.array(long, np.bool_)
