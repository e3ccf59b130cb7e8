"""The nearest texts of a collection, exactly: lower bounds prune, the exact solver decides.

The cost of moving each word of a text to the nearest word of the query, whatever that one can take, is a lower bound of
the distance. Distances of all words of the collection to their nearest query word are found once for a query; one
sparse product then bounds all texts. Candidates are solved in the order of their bounds, and no more once the bound
passes the k-th best distance.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .characters import Postings
from .costs import SHARE
from .distances import Measure
from .documents import Documents, Floats, Ints
from .sums import SHARE as SUMMED
from .sums import means

MARGIN = 1e-4
"""Bounds are found with 32-bit numbers; they are lowered by this share of the largest cost."""

REFINED = 256
"""Candidates whose second bound, from the query to the text, is found together."""

SOLVED = 32
"""Candidates solved together at first; twice as many each time."""


class Hits(NamedTuple):
    """Answers to a query, nearest first; of equally near texts the first of the collection.

    Attributes
    ----------
    texts : int64 array (k,)
        Which texts of the collection.
    distances : float64 array (k,)
    solved : int
        Number of texts whose exact distance was needed.
    """

    texts: Ints
    distances: Floats
    solved: int


class Collection:
    """Texts to search in.

    Parameters
    ----------
    documents : Documents
        Encoded by the measure.
    measure : Measure

    Examples
    --------
    >>> measure = Measure("emd")
    >>> texts = [["江", "上", "有", "船"], ["山", "里", "有", "路"], ["江", "边", "有", "路"]]
    >>> hits = Collection(measure.encode(texts), measure).search(["江", "边", "有", "船"], top=2)
    >>> hits.texts.tolist(), hits.distances.tolist()
    ([0, 2], [0.25, 0.25])
    """

    def __init__(self, documents: Documents, measure: Measure) -> None:
        self.documents = documents
        self.measure = measure
        self._full = np.flatnonzero(documents.totals > 0)
        self._empty = documents.totals == 0
        self._scales: npt.NDArray[np.float32] | None = None
        if measure.space.ground == "mixed" and measure.method in ("combined", "cosine"):
            self._scales = documents.sums.scales.astype(np.float32)
        elif measure.method in ("wcd", "cosine"):
            self._means = means(documents, self._full)
            self._lengths = np.einsum("id,id->i", self._means, self._means)
            return
        import scipy.sparse

        owners = np.repeat(np.arange(len(documents)), np.diff(documents.starts))
        shares = (documents.mass / documents.totals[owners]).astype(np.float32)
        shape = (len(documents), len(documents.points))
        self._shares: Any = scipy.sparse.csr_matrix(
            (shares, documents.ids.astype(np.int32), documents.starts.astype(np.int32)), shape
        )
        # With the columns that turn products into costs.
        ones = np.ones((len(documents.points), 1))
        more = [ones, documents.squares[:, None]] if measure.space.ground == "euclidean" else [ones]
        self._points: npt.NDArray[np.float32] = np.hstack([documents.points, *more]).astype(np.float32)
        if measure.space.ground == "mixed":
            self._written = Postings(documents.characters)

    def search(self, query: Sequence[str], top: int = 10) -> Hits:
        """Find the texts nearest to a query given as words: see `nearest`."""
        return self.nearest(self.measure.encode([query]), 0, top)

    def nearest(self, queries: Documents, query: int, top: int = 10) -> Hits:
        """Find the texts nearest to one of some encoded queries, the same as by comparing it with every text.

        Texts without any known word are no answers; a query without has none.

        Notes
        -----
        For 100,000 sentences about 10 ms for bounds, and 20 microseconds for each text that must be solved: some
        hundred. Kusner et al. (2015), section 4, with the sparse product of Werner & Laber (2020).
        """
        return self._answers(queries, query, top, np.inf)

    def within(self, queries: Documents, query: int, distance: float) -> Hits:
        """Find all texts no further than a distance from one of some encoded queries; see `nearest`."""
        return self._answers(queries, query, len(self.documents), distance)

    def _answers(self, queries: Documents, query: int, top: int, limit: float) -> Hits:
        """Find the `top` nearest texts no further than `limit`."""
        if queries.totals[query] == 0 or not len(self._full):
            return Hits(np.empty(0, np.int64), np.empty(0), 0)
        if self.measure.method in ("wcd", "cosine"):
            return self._by_means(queries, query, top, limit)
        costs = self._costs(queries, query)
        largest = float(costs.max()) if self.measure.space.ground == "euclidean" else 2.0
        margin = np.float32(MARGIN) * max(largest, 1.0)
        nearest = np.maximum(costs.min(0), 0)
        shares = (queries.bag(query)[1] / queries.totals[query]).astype(np.float32)
        apart: npt.NDArray[np.float32] | None = None
        if self._scales is None:
            bounds = self._shares @ nearest - margin
        else:  # the distance is the mean of the transport's cost and of that of the sums
            apart = self._apart(self._shares @ self._products(queries, query))
            bounds = (self._shares @ nearest - margin + apart) / 2
        bounds[self._empty] = np.inf

        found, distances = np.empty(0, np.int64), np.empty(0)
        solved = 0
        for batch in self._in_order(bounds):
            if bounds[batch[0]] > limit:
                break
            second = self._second(batch, costs, shares) - margin
            both = np.maximum(bounds[batch], second if apart is None else (second + apart[batch]) / 2)
            order = np.lexsort((batch, both))
            batch, both = batch[order], both[order]
            at, step = 0, SOLVED
            while at < len(batch) and both[at] <= limit:
                chosen = batch[at : at + step]
                chosen = chosen[both[at : at + step] <= limit]
                exact = self.measure.distances(queries, self.documents, np.full(len(chosen), query), chosen)
                near = exact <= limit
                found, distances = _best(
                    np.concatenate([found, chosen[near]]), np.concatenate([distances, exact[near]]), top
                )
                limit = float(distances[-1]) if len(distances) == top else limit
                solved += len(chosen)
                at, step = at + step, step * 2
        return Hits(found, distances, solved)

    def _in_order(self, bounds: npt.NDArray[np.float32]) -> Iterator[Ints]:
        """Give the texts in the order of their bounds, some at a time; of equal bounds, the first of the collection."""
        at, count = 0, 4 * REFINED
        while at < len(self._full):
            count = min(count, len(self._full))
            limit = np.partition(bounds, count - 1)[count - 1]
            near = np.flatnonzero(bounds <= limit)
            near = near[np.lexsort((near, bounds[near]))]
            for low in range(at, len(near), REFINED):
                yield near[low : low + REFINED]
            at, count = len(near), 8 * len(near)

    def _costs(self, queries: Documents, query: int) -> npt.NDArray[np.float32]:
        """Give roughly the costs (m, w) of moving each of the query's words to every word of the collection.

        Rounding may leave some a little below 0.
        """
        rows = queries.bag(query)[0]
        if self.measure.space.ground == "discrete":
            return np.asarray(queries.keys[rows][:, None] != self.documents.keys, np.float32)
        points, ones = queries.points[rows], np.ones((len(rows), 1))
        if self.measure.space.ground == "euclidean":
            turned = np.hstack([-2 * points, queries.squares[rows][:, None], ones]).astype(np.float32)
            costs: npt.NDArray[np.float32] = turned @ self._points.T
            np.maximum(costs, 0, out=costs)
            np.sqrt(costs, out=costs)
            costs[queries.keys[rows][:, None] == self.documents.keys] = 0  # where rounding weighs most
            return costs
        share = 1 - SHARE if self.measure.space.ground == "mixed" else 1
        costs = np.hstack([-share * points, ones]).astype(np.float32) @ self._points.T
        if self.measure.space.ground == "mixed":
            written = queries.characters[rows]
            owners, words, values = self._written.entries(written.indices)
            word = np.repeat(np.arange(len(rows)), np.diff(written.indptr))[owners]
            np.subtract.at(
                costs.reshape(-1),
                word * costs.shape[1] + words,
                values * (SHARE * written.data[owners]).astype(np.float32),
            )
        return costs

    def _second(
        self, texts: Ints, costs: npt.NDArray[np.float32], shares: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Bound some texts the other way: each word of the query moves to the nearest one of the text."""
        sizes = np.diff(self.documents.starts)[texts]
        ends = np.cumsum(sizes)
        places = np.repeat(self.documents.starts[texts] - ends + sizes, sizes) + np.arange(int(ends[-1]))
        near = np.minimum.reduceat(costs.take(self.documents.ids[places], axis=1), ends - sizes, axis=1)
        return np.asarray(shares @ np.maximum(near, 0))

    def _products(self, queries: Documents, query: int) -> npt.NDArray[np.float32]:
        """Give roughly the products of the points of all words with the sum of a query.

        The sum of a text is that of its words, so that few words stand for many texts.
        """
        sums = queries.sums
        written = slice(*sums.characters.indptr[query : query + 2].tolist())
        found = self._points[:, :-1] @ (np.sqrt(1 - SUMMED) * sums.vectors[query]).astype(np.float32)
        weights = np.sqrt(SUMMED) * sums.characters.data[written]
        found += self._written.products(sums.characters.indices[written], weights)
        return np.asarray(found, np.float32)

    def _apart(self, products: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Give roughly the distances of the sums of all texts from one, by the products with it, less a margin."""
        assert self._scales is not None
        return np.asarray(np.maximum(1 - MARGIN - products * self._scales, 0), np.float32)

    def _by_means(self, queries: Documents, query: int, top: int, limit: float) -> Hits:
        """Compare a query with all texts by their sums, and find the nearest ones' distances as for pairs."""
        if self._scales is not None:
            products = self._shares @ self._products(queries, query)
            rough, margin = self._apart(products)[self._full], 2 * MARGIN
        else:
            [mean] = means(queries, np.array([query]))
            rows, margin = self._means, MARGIN * max(1.0, float(np.sqrt(mean @ mean)))
            if self.measure.method == "wcd":
                rough = np.sqrt(np.maximum(self._lengths - 2 * (rows @ mean) + mean @ mean, 0))
            else:
                lengths = np.sqrt(self._lengths * (mean @ mean))
                rough = 1 - rows @ mean / np.where(lengths > 0, lengths, 1)
        nearest = min(top, len(rough)) - 1
        chosen = self._full[rough <= min(float(np.partition(rough, nearest)[nearest]), limit) + margin]
        exact = self.measure.distances(queries, self.documents, np.full(len(chosen), query), chosen)
        near = exact <= limit
        return Hits(*_best(chosen[near], exact[near], top), len(chosen))


def _best(texts: Ints, distances: Floats, top: int) -> tuple[Ints, Floats]:
    """Give the nearest texts, nearest first; of equally near ones the first of the collection."""
    order = np.lexsort((texts, distances))[:top]
    return texts[order], distances[order]


def search(
    queries: Sequence[Sequence[str]], collection: Sequence[Sequence[str]], measure: Measure, top: int = 10
) -> list[Hits]:
    """Find for each query the nearest texts of a collection (检索); texts are given as words.

    Examples
    --------
    >>> [hits] = search([["江", "船"]], [["山"], ["江", "船"]], Measure("emd"), top=1)
    >>> hits.texts.tolist(), hits.distances.tolist()
    ([1], [0.0])
    """
    texts = Collection(measure.encode(collection), measure)
    encoded = measure.encode(queries)
    return [texts.nearest(encoded, i, top) for i in range(len(encoded))]
