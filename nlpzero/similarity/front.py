"""Texts compared and searched as `import nlpzero` gives it: texts in, numbers and records out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from ..core.blas import one_threaded
from ..errors import ModelError
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from ..segment.encoding import Tokens, line_words
from ..segment.lexical import jieba_cutter
from ..vectors.store import Vectors
from .distances import Measure, Move
from .documents import DistanceMethod, Documents
from .embedding import DIM, embed
from .index import load_index, save_index
from .packaged import load_vectors
from .search import Collection


@dataclass(frozen=True)
class Hit:
    """An answer to a query (检索结果): which text (from 0), the text itself, and how similar it is."""

    number: int
    text: str
    similarity: float


def similarity(
    a: str, b: str, *, method: DistanceMethod = "combined", vectors: Vectors | None = None, cut: Cutter | None = None
) -> float:
    """Say how similar two texts are (文本相似度), from 1, for the same words in the same proportions, to about 0.

    Parameters
    ----------
    a, b : str
    method : str
        See `nlpzero.similarity.distances`.
    vectors : Vectors, optional
        Default: the packaged ones.
    cut : Cutter, optional
        What cuts the texts into words (default: `jieba()` with the packaged vectors, whose words are jieba's, else
        `dictionary()`).

    Returns
    -------
    float
        NaN if a text holds no known word.

    Examples
    --------
    >>> near = similarity("渔夫把小船停在河边", "河上有一条船")
    >>> far = similarity("渔夫把小船停在河边", "股市今天下跌")
    >>> near > far
    True
    """
    return float(similarities([(a, b)], method=method, vectors=vectors, cut=cut)[0])


@one_threaded
def similarities(
    pairs: Sequence[tuple[str, str]],
    *,
    method: DistanceMethod = "combined",
    vectors: Vectors | None = None,
    cut: Cutter | None = None,
) -> npt.NDArray[np.float64]:
    """Say how similar the two texts of each pair are (批量相似度): faster than one by one.

    Parameters
    ----------
    pairs : sequence of (str, str)
    method, vectors, cut
        See `similarity`.

    Returns
    -------
    float64 array
        NaN where a text holds no known word.

    Examples
    --------
    >>> similarities([("河上有船", "河上有船"), ("河上有船", "天黑了")]).round(2)[0]
    np.float64(1.0)
    """
    measure, cutter = _measure(method, vectors, cut)
    a, b = (measure.encode(_words([pair[side] for pair in pairs], cutter)) for side in (0, 1))
    return measure.similarity(measure.distances(a, b))


@one_threaded
def embeddings(
    texts: Sequence[str], *, dim: int = DIM, vectors: Vectors | None = None, cut: Cutter | None = None
) -> npt.NDArray[np.float32]:
    """Give a vector of length 1 for each text (句向量): see `nlpzero.similarity.embedding.embed`.

    Parameters
    ----------
    texts : sequence of str
    dim : int
        Numbers in a vector.
    vectors, cut
        See `similarity`.

    Returns
    -------
    float32 array (texts, dim)

    Examples
    --------
    >>> near, other, far = embeddings(["河上有船", "江上有船", "天黑了"])
    >>> bool(near @ other > near @ far)
    True
    """
    measure, cutter = _measure("cosine", vectors, cut)
    return embed(measure, measure.encode(_words(texts, cutter)), dim)


@one_threaded
def alignment(
    a: str, b: str, *, method: DistanceMethod = "combined", vectors: Vectors | None = None, cut: Cutter | None = None
) -> list[Move]:
    """Tell which words of one text move onto which of the other (对齐), the largest share of the distance first.

    Parameters
    ----------
    a, b : str
    method, vectors, cut
        See `similarity`.

    Raises
    ------
    ModelError
        If a text holds no known word, or the method moves no words.

    Examples
    --------
    >>> move = alignment("河上有船", "江上有船")[0]
    >>> move.word_a, move.word_b
    ('河', '江')
    """
    measure, cutter = _measure(method, vectors, cut)
    left, right = (measure.encode(_words([text], cutter)) for text in (a, b))
    return measure.align(left, right)


class TextIndex:
    """Texts to search in more than once (检索库): encoded once, saved and loaded.

    Parameters
    ----------
    texts : sequence of str
    method, vectors, cut
        See `similarity`.

    Examples
    --------
    >>> index = TextIndex(["天黑了", "小船停在岸边", "股市下跌"])
    >>> [hit.text for hit in index.search("船靠了码头", top=1)]
    ['小船停在岸边']
    """

    @one_threaded
    def __init__(
        self,
        texts: Sequence[str],
        *,
        method: DistanceMethod = "combined",
        vectors: Vectors | None = None,
        cut: Cutter | None = None,
    ) -> None:
        measure, cutter = _measure(method, vectors, cut)
        self._take([*texts], measure.encode(_words(texts, cutter)), measure, cutter)

    def _take(self, texts: list[str], documents: Documents, measure: Measure, cutter: Cutter) -> None:
        """Take encoded texts."""
        self.texts, self._documents, self._measure, self._cutter = texts, documents, measure, cutter
        self._collection = Collection(documents, measure)

    @one_threaded
    def search(self, query: str, top: int = 10) -> list[Hit]:
        """Find the texts that are most similar to a query, exactly."""
        hits = self._collection.nearest(self._measure.encode(_words([query], self._cutter)), 0, top)
        found = zip(hits.texts.tolist(), self._measure.similarity(hits.distances).tolist(), strict=True)
        return [Hit(number, self.texts[number], alike) for number, alike in found]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the texts as they are encoded; `load` needs the same vectors and cutter.

        Raises
        ------
        ModelError
            If the place cannot be written, or a text has several lines.
        """
        for number, text in enumerate(self.texts):
            if "\n" in text:
                raise ModelError(f"`texts` holds a line end in text {number}; an index that is saved holds lines")
        save_index(path, self._documents, self.texts, self._measure.space, self._cutter.digest)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        method: DistanceMethod = "combined",
        vectors: Vectors | None = None,
        cut: Cutter | None = None,
    ) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ModelError
            If the file is missing or damaged, or was made with other vectors or another cutter.
        """
        measure, cutter = _measure(method, vectors, cut)
        result = object.__new__(cls)
        documents, texts = load_index(path, measure.space, cutter.digest)
        result._take(texts, documents, measure, cutter)
        return result


def most_similar(
    query: str,
    texts: Sequence[str],
    *,
    top: int = 10,
    method: DistanceMethod = "combined",
    vectors: Vectors | None = None,
    cut: Cutter | None = None,
) -> list[Hit]:
    """Find the texts that are most similar to a query (语义检索), exactly.

    Parameters
    ----------
    query : str
    texts : sequence of str
    top : int
        Number of answers.
    method, vectors, cut
        See `similarity`.

    Examples
    --------
    >>> [hit.text for hit in most_similar("船靠了码头", ["天黑了", "小船停在岸边", "股市下跌"], top=1)]
    ['小船停在岸边']
    """
    return TextIndex(texts, method=method, vectors=vectors, cut=cut).search(query, top)


def _words(texts: Sequence[str], cutter: Cutter) -> Tokens:
    """Give the words of texts, each of one line or more."""
    lines = [text.removesuffix("\n") for text in texts]
    tokens = line_words("\n".join(lines), cutter)
    numbers = np.array([line.count("\n") + 1 for line in lines], np.intp)
    return tokens._replace(lengths=np.add.reduceat(tokens.lengths, np.cumsum(numbers) - numbers))


def _measure(method: DistanceMethod, vectors: Vectors | None, cut: Cutter | None) -> tuple[Measure, Cutter]:
    """Give the measure and the cutter that fits its vectors."""
    cutter = cut or (jieba_cutter() if vectors is None else dictionary_cutter())
    return Measure(method, load_vectors() if vectors is None else vectors), cutter
