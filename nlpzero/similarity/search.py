"""The nearest texts of a collection, exactly: lower bounds prune, the exact solver decides.

The cost of moving each word of a text to the nearest word of the query, whatever that one can take, is a lower bound of
the distance, and so is that of moving the words of the query to the text. Where texts are also compared by their sums,
the bounds by sums come first, and words are looked at for the texts that these leave (see `bounds`). Else the costs of
all words of the collection are found once for a query; one sparse product then bounds all texts. Candidates are solved
in the order of their bounds, and no more once the bound passes the k-th best distance.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .bounds import MARGIN, Singles, SumBounds, WordCosts
from .combined import combined
from .distances import Measure
from .documents import Documents, Floats, Ints
from .reduction import spread
from .sums import means

FIRST = 128
"""Candidates whose words are looked at before any other's."""

REFINED = 256
"""Further candidates whose words are looked at together."""

SOLVED = 32
"""Candidates solved together at first; twice as many each time, up to `REFINED`."""

DIRECTIONS = 16
"""Principal directions of word vectors by which most candidates are left out before their words are looked at."""

FEW = 8
"""If one in so many texts is still a candidate then, the costs of all words are found at once."""


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
        self._sums: SumBounds | None = None
        if measure.space.ground == "mixed" and measure.method in ("combined", "cosine"):
            self._sums = SumBounds(documents)
            self._letters = np.maximum(documents.letters, 1).astype(np.float32)
        elif measure.method in ("wcd", "cosine"):
            self._means = means(documents, self._full)
            self._lengths = np.einsum("id,id->i", self._means, self._means)
        if measure.method in ("wcd", "cosine"):
            return
        import scipy.sparse

        owners = np.repeat(np.arange(len(documents)), np.diff(documents.starts))
        shares = (documents.mass / documents.totals[owners]).astype(np.float32)
        shape = (len(documents), len(documents.points))
        self._shares: Any = scipy.sparse.csr_matrix(
            (shares, documents.ids.astype(np.int32), documents.starts.astype(np.int32)), shape
        )
        self._words = WordCosts(documents, measure.space.ground)
        if self._sums is not None:
            self._rough = WordCosts(documents, measure.space.ground, DIRECTIONS)

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
        found = _Answers(top, limit)
        if queries.totals[query] == 0 or not len(self._full):
            return found.hits()
        if self.measure.method in ("wcd", "cosine"):
            return self._by_means(queries, query, top, limit)
        question = self._question(queries, query)
        texts, bounds, step = np.empty(0, np.int64), np.empty(0, np.float32), SOLVED
        for batch in itertools.chain(self._candidates(question, found), itertools.repeat(texts)):
            texts = np.append(texts, batch)
            bounds = np.append(bounds, np.maximum(question.bounds[batch], self._moved(question, batch)))
            order = np.lexsort((texts, bounds))
            order = order[bounds[order] <= found.limit]
            if not len(batch) and not len(order):
                break
            chosen = texts[order[:step]]
            if len(chosen):
                found.add(chosen, self._distances(queries, query, chosen))
            texts, bounds, step = texts[order[step:]], bounds[order[step:]], min(2 * step, REFINED)
        return found.hits()

    def _distances(self, queries: Documents, query: int, texts: Ints) -> Floats:
        """Compare some texts with a query; only their sums are made."""
        which = np.arange(len(texts))
        return self.measure.distances(queries, self.documents.chosen(texts), np.full(len(texts), query), which)

    def _question(self, queries: Documents, query: int) -> "_Question":
        """Bound the distances of all texts from a query: by sums, or else by words."""
        shares = (queries.bag(query)[1] / queries.totals[query]).astype(np.float32)
        question = _Question(queries, query, shares, np.zeros(len(self.documents), np.float32))
        if self._sums is None:
            self._bound_by_words(question)
        else:
            question.apart, moved = self._sums.of(queries, query)
            question.letters = np.maximum(self._letters, np.float32(queries.letters[query]))
            question.bounds = question.with_sums(moved, slice(None))
        question.bounds[self._empty] = np.nan  # above and below nothing
        return question

    def _bound_by_words(self, question: "_Question") -> None:
        """Find the costs of all words, and bound all texts by moving their words to those of the query."""
        question.costs = self._words.of(question.queries, question.query)
        moved = self._shares @ question.costs.min(0)
        np.maximum(question.bounds, question.with_sums(moved, slice(None)), out=question.bounds)

    def _candidates(self, question: "_Question", found: "_Answers") -> Iterator[Ints]:
        """Give the texts whose bounds are not above the limit of what is found, in their order, some at a time."""
        bounds = question.bounds
        count = min(FIRST, len(self._full))
        passed = min(float(np.partition(bounds, count - 1)[count - 1]), found.limit)
        first = _in_order(np.flatnonzero(bounds <= passed), bounds)[:count]
        yield first
        near = bounds <= found.limit
        near[first] = False
        left = np.flatnonzero(near)
        if question.costs is None:
            moved = self._shares[left] @ self._rough.of(question.queries, question.query).min(0)
            bounds[left] = np.maximum(bounds[left], question.with_sums(moved, left))
            left = left[bounds[left] <= found.limit]
            if len(left) * FEW > len(bounds):
                self._bound_by_words(question)
        left = _in_order(left[bounds[left] <= found.limit], bounds)
        for low in range(0, len(left), REFINED):
            batch = left[low : low + REFINED]
            if bounds[batch[0]] > found.limit:
                return
            yield batch

    def _moved(self, question: "_Question", texts: Ints) -> Singles:
        """Bound some texts by moving their words to the nearest ones of the query, and the reverse."""
        places, owners, _ = spread(self.documents.starts[texts], np.diff(self.documents.starts)[texts])
        if not len(places):
            return np.zeros(len(texts), np.float32)
        begins = np.searchsorted(owners, np.arange(len(texts)))
        words = self._shares.indices[places]
        if question.costs is None:
            used = np.zeros(len(self.documents.points), np.bool_)
            used[words] = True
            rows = np.flatnonzero(used)
            number = np.empty(len(used), np.int32)
            number[rows] = np.arange(len(rows), dtype=np.int32)
            costs, words = self._words.of(question.queries, question.query, rows), number[words]
        else:
            costs = question.costs
        there = np.add.reduceat(costs.min(0)[words] * self._shares.data[places], begins)
        back = question.shares @ np.minimum.reduceat(costs.take(words, axis=1), begins, axis=1)
        return question.with_sums(np.maximum(there, back), texts)

    def _by_means(self, queries: Documents, query: int, top: int, limit: float) -> Hits:
        """Compare a query with all texts by their sums, and find the nearest ones' distances as for pairs."""
        if self._sums is not None:
            rough, margin = self._sums.of(queries, query)[0][self._full], 2 * MARGIN
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
        found = _Answers(top, limit)
        found.add(chosen, self._distances(queries, query, chosen))
        return found.hits()


@dataclass
class _Question:
    """A query, and what is known of the distances of all texts from it.

    Attributes
    ----------
    queries : Documents
    query : int
    shares : float32 array (m,)
        What each word of the query weighs.
    bounds : float32 array (n,)
        Of the distances.
    apart : float32 array (n,), optional
        Bounds of the distances of the sums, where the distance is combined of that and of the cost of moving words.
    letters : float32 array (n,), optional
        There, the characters of the longer of query and text.
    costs : float32 array (m, w), optional
        Of moving the words of the query to those of the collection, once they are found for all of them.
    """

    queries: Documents
    query: int
    shares: Singles
    bounds: Singles
    apart: Singles | None = None
    letters: Singles | None = None
    costs: Singles | None = None

    def with_sums(self, moved: Singles, texts: Ints | slice) -> Singles:
        """Turn bounds of the cost of moving words into bounds of the distance."""
        if self.apart is None or self.letters is None:
            return moved
        return combined(moved, self.apart[texts], self.letters[texts])


class _Answers:
    """The nearest texts found so far, and how far away one may be to be among them."""

    def __init__(self, top: int, limit: float) -> None:
        self.limit, self._top, self._solved = limit, top, 0
        self._texts, self._distances = np.empty(0, np.int64), np.empty(0)

    def add(self, texts: Ints, distances: Floats) -> None:
        """Take the distances of some more texts."""
        near = distances <= self.limit
        texts, distances = np.append(self._texts, texts[near]), np.append(self._distances, distances[near])
        order = np.lexsort((texts, distances))[: self._top]
        self._texts, self._distances = texts[order], distances[order]
        self._solved += len(near)
        if len(order) == self._top:
            self.limit = float(self._distances[-1])

    def hits(self) -> Hits:
        """Give them."""
        return Hits(self._texts, self._distances, self._solved)


def _in_order(texts: Ints, bounds: Singles) -> Ints:
    """Sort texts by their bounds; of equal ones, the first of the collection comes first."""
    return texts[np.lexsort((texts, bounds[texts]))]


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
