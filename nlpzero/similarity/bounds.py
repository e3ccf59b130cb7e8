"""Lower bounds of the distances of a query from the texts of a collection, by 32-bit numbers.

Two kinds. By words: each word of a text moves to the nearest word of the query, whatever that one can take; the costs
of the words of the collection are found once for a query. By sums, on the mixed ground, where the sum of a text is that
of the points [sqrt(1 - b) v, sqrt(b) characters] of its words: the characters of the query are looked up in the texts.
That gives the distance of the sums, and, as the cosine of two vectors is at most 1, a bound of what moving words costs.
"""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .characters import Postings
from .costs import SHARE
from .documents import Documents, Floats, Ground, Ints
from .reduction import spread
from .sums import SHARE as SUMMED
from .sums import Sums

Singles = npt.NDArray[np.float32]

MARGIN = 1e-4
"""Bounds are lowered by this share of the largest cost, for rounding."""

ROUNDING = 1e-5
"""Squared distances are lowered by this share of the squared lengths."""

TEXTS = 1 << 15
"""Texts whose sums are made together."""


class QueryWords(NamedTuple):
    """The words of a query.

    Attributes
    ----------
    points : float64 array (m, dim)
    squares : float64 array (m,)
        Their squared lengths.
    keys : int64 array (m,)
    shares : float32 array (m,)
        What each word weighs.
    owners, codes, values : arrays (k,)
        On the mixed ground, the characters of the words, and how much of each.
    lacking : bool array (m,)
        Words without a vector or without characters: by the formula they would cost something to themselves.
    """

    points: Floats
    squares: Floats
    keys: Ints
    shares: Singles
    owners: Ints
    codes: Ints
    values: Floats
    lacking: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, queries: Documents, query: int) -> Self:
        """Take them from some encoded queries."""
        rows, mass = queries.bag(query)
        shares = (mass / queries.totals[query]).astype(np.float32)
        squares = queries.squares[rows]
        lacking = squares == 0
        owners, codes, values = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        if (table := queries.characters) is not None:
            starts = table.indptr[rows].astype(np.int64)
            places, owners, _ = spread(starts, table.indptr[rows + 1] - starts)
            codes, values = table.indices[places], table.data[places]
            lacking |= np.bincount(owners, values, len(rows)) == 0
        return cls(queries.points[rows], squares, queries.keys[rows], shares, owners, codes, values, lacking)


class WordCosts:
    """What it costs at least to move the words of a query to those of a collection: by rounding, some a little below 0.

    Parameters
    ----------
    documents : Documents
        The collection.
    ground : {"discrete", "euclidean", "cosine", "mixed"}
    directions : int, optional
        Take the products of vectors along that many of their principal directions, and as large as can be along the
        others: bounds of the costs for less work. Not for the Euclidean distance.
    """

    def __init__(self, documents: Documents, ground: Ground, directions: int | None = None) -> None:
        self._documents, self._ground = documents, ground
        self._axes = None if directions is None else _principal(documents)[:, :directions]
        # With the columns that turn products into costs.
        ones = np.ones((len(documents.points), 1), np.float32)
        squares = ((1 - ROUNDING) * documents.squares[:, None]).astype(np.float32)
        more = [ones, squares] if ground == "euclidean" else [ones]
        self._points: Singles = np.hstack([self._turned(documents.points).astype(np.float32), *more])
        self._written = Postings(documents.characters) if ground == "mixed" else None

    @property
    def size(self) -> int:
        """The number of words of the collection."""
        return len(self._points)

    def _turned(self, points: Floats) -> Floats:
        """Give points along the directions, and how long each is beside them."""
        if self._axes is None:
            return points
        along = points @ self._axes
        beside = np.einsum("id,id->i", points, points) - np.einsum("id,id->i", along, along)
        return np.hstack([along, np.sqrt(np.maximum(beside, 0))[:, None]])

    def of(self, query: QueryWords, words: Ints | None = None) -> Singles:
        """Give the costs (m, k) of each of the query's words and some words of the collection, rising, or all."""
        keys = self._documents.keys if words is None else self._documents.keys[words]
        if self._ground == "discrete":
            return np.asarray((query.keys[:, None] != keys) - MARGIN, np.float32)
        held = self._points if words is None else self._points[words]
        points, ones = self._turned(query.points), np.ones((len(query.points), 1))
        if self._ground == "euclidean":
            squares = (1 - ROUNDING) * query.squares[:, None]
            costs: Singles = np.hstack([-2 * points, squares, ones]).astype(np.float32) @ held.T
            np.maximum(costs, 0, out=costs)
            np.sqrt(costs, out=costs)
            same = np.arange(len(points))
            margin = MARGIN * max(1.0, float(costs.max(initial=0)))
        else:
            share = 1 - SHARE if self._written is not None else 1
            costs = np.hstack([-share * points, ones - 2 * MARGIN]).astype(np.float32) @ held.T
            if self._written is not None:
                self._take_characters_off(costs, query, words)
            same = np.flatnonzero(query.lacking)
            margin = 0
        for word in same.tolist():
            costs[word, keys == query.keys[word]] = 0
        if margin:
            costs -= np.float32(margin)
        return costs

    def _take_characters_off(self, costs: Singles, query: QueryWords, words: Ints | None) -> None:
        """Lower the costs by what words share in writing."""
        assert self._written is not None
        starts, others, values = self._written.entries(query.codes)
        sizes = np.diff(starts)
        word = np.repeat(query.owners, sizes)
        values = values * np.repeat((SHARE * query.values).astype(np.float32), sizes)
        if words is not None:
            places = np.full(len(self._points), -1, np.int32)
            places[words] = np.arange(len(words), dtype=np.int32)
            others = places[others]
            some = np.flatnonzero(others >= 0)
            word, others, values = word[some], others[some], values[some]
        np.subtract.at(costs.reshape(-1), word * costs.shape[1] + others, values)


def _principal(documents: Documents) -> Floats:
    """Give the principal directions of the points of words as they occur, the longest first."""
    counts = np.bincount(documents.ids, minlength=len(documents.points))
    return np.asarray(np.linalg.eigh((documents.points.T * counts) @ documents.points)[1][:, ::-1])


class SumBounds:
    """The sums of the texts of a collection, on the mixed ground.

    Parameters
    ----------
    documents : Documents
        The collection.
    """

    def __init__(self, documents: Documents) -> None:
        import scipy.sparse

        size = len(documents)
        self._vectors: Singles = np.empty((size, documents.points.shape[1]), np.float32)
        self._scales: Singles = np.empty(size, np.float32)
        written = []
        for low in range(0, size, TEXTS):
            part = slice(low, min(low + TEXTS, size))
            sums = Sums.of(documents, np.arange(part.start, part.stop))
            self._vectors[part], self._scales[part] = sums.vectors, sums.scales * np.sqrt(SUMMED)
            written.append(sums.characters.astype(np.float32))
        empty = scipy.sparse.csr_matrix((0, documents.characters.shape[1]), dtype=np.float32)
        self._written = Postings(scipy.sparse.vstack([empty, *written], "csr"))

    def by_vectors(self, queries: Documents) -> Singles:
        """Give the products (q, n) of the vectors of the sums of some queries and of all texts."""
        return np.asarray(queries.sums.vectors.astype(np.float32) @ self._vectors.T)

    def of(self, queries: Documents, query: int, words: QueryWords, products: Singles) -> tuple[Singles, Singles]:
        """Bound the distances of all texts from a query, of the sums and of moving words, by its row of `by_vectors`.

        A word of the text costs at least what it would if its vector was that of a word of the query, and each of its
        characters had the largest weight that it has in a word of the query. The sum of a text holds its characters.
        """
        sums = queries.sums
        part = slice(*sums.characters.indptr[query : query + 2].tolist())
        codes, weights = sums.characters.indices[part], sums.characters.data[part]
        greatest = np.zeros(len(codes))
        np.maximum.at(greatest, np.searchsorted(codes, words.codes), words.values)
        alike, shared = self._written.products(codes, [weights, greatest])
        alike += products
        shared /= self._scales
        if not (weights.any() or sums.vectors[query].any()):  # texts of the same words are not apart, even so
            alike.fill(1)
        if not np.bincount(words.owners, words.values, len(words.keys)).all():  # a word costs nothing to itself
            shared.fill(1)
        return np.maximum(1 - MARGIN - alike, 0), np.maximum(SHARE - MARGIN - SHARE * shared, 0)
