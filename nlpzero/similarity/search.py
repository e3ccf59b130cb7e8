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
import numpy.typing as npt

from .bounds import MARGIN, QueryWords, Singles, SumBounds, WordCosts
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

TOGETHER, ROOM = 32, 1 << 22
"""Queries answered together: that many, or fewer, so that their bounds of all texts are at most `ROOM` numbers."""

FEW = 8
"""If one in so many texts is still a candidate then, the costs of all words are found at once."""


NONE = np.empty(0, np.int64)


class Hits(NamedTuple):
    """Answers to a query, nearest first; of equally near texts the first of the collection.

    Attributes
    ----------
    texts : int64 array (k,)
        Which texts of the collection.
    distances : float64 array (k,)
    solved : int
        Number of texts whose exact distance was needed.
    known : bool
        Whether the query holds a known word; without, it has no answers.
    """

    texts: Ints
    distances: Floats
    solved: int
    known: bool


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
        For 100,000 sentences about 15 milliseconds, half of them for the distances of some thirty texts. Kusner et al.
        (2015), section 4, with the sparse product of Werner & Laber (2020).
        """
        [hits] = self.nearest_to_all(queries.chosen(np.array([query])), top)
        return hits

    def nearest_to_all(self, queries: Documents, top: int = 10) -> Iterator[Hits]:
        """Find the texts nearest to each of some encoded queries: less work for each than by `nearest`."""
        return self._answers(queries, top, np.inf)

    def within(self, queries: Documents, distance: float) -> Iterator[Hits]:
        """Find all texts no further than a distance from each of some encoded queries; see `nearest`."""
        return self._answers(queries, len(self.documents), distance)

    def _answers(self, queries: Documents, top: int, limit: float) -> Iterator[Hits]:
        """Find the `top` nearest texts no further than `limit` for each query.

        Some searches take turns: each says which distances it wants, and those that all want are found together.
        """
        size = max(1, min(TOGETHER, ROOM // max(len(self.documents), 1)))
        for low in range(0, len(queries), size):
            some = queries.chosen(np.arange(low, min(low + size, len(queries))))
            found = [_Answers(top, limit) for _ in range(len(some))]
            searches = self._searches(some, found)
            while wanted := {
                query: texts for query, steps in searches.items() if (texts := next(steps, None)) is not None
            }:
                sizes = np.fromiter(map(len, wanted.values()), np.int64, len(wanted))
                texts = np.concatenate([*wanted.values()])
                exact = self.measure.distances(
                    some, self.documents.chosen(texts), np.repeat([*wanted], sizes), np.arange(len(texts))
                )
                for query, part in zip(wanted, np.split(exact, np.cumsum(sizes)[:-1]), strict=True):
                    found[query].add(wanted[query], part)
                searches = {query: searches[query] for query in wanted}
            yield from (answers.hits(known) for answers, known in zip(found, (some.totals > 0).tolist(), strict=True))

    def _searches(self, queries: Documents, found: Sequence["_Answers"]) -> dict[int, Iterator[Ints]]:
        """Begin the search for each query that has answers: it gives texts whose distances it wants next."""
        asked = np.flatnonzero(queries.totals > 0).tolist() if len(self._full) else []
        products = self._sums.by_vectors(queries) if self._sums is not None else None
        searches: dict[int, Iterator[Ints]] = {}
        for query in asked:
            if self._sums is None and self.measure.method in ("wcd", "cosine"):
                searches[query] = self._by_means(*self._rough_distances(queries, query), found[query])
                continue
            words, apart = QueryWords.of(queries, query), None
            bounds = np.zeros(len(self.documents), np.float32)
            if self._sums is not None and products is not None:
                apart, bounds = self._sums.of(queries, query, words, products[query])
            if self.measure.method == "cosine":
                assert apart is not None
                searches[query] = self._by_means(apart[self._full], 2 * MARGIN, found[query])
            else:
                question = _Question(words, bounds, apart)
                if apart is not None:
                    question.letters = np.maximum(self._letters, np.float32(queries.letters[query]))
                searches[query] = self._by_words(self._bounded(question), found[query])
        return searches

    def _by_words(self, question: "_Question", found: "_Answers") -> Iterator[Ints]:
        """Want the distances of texts in the order of their bounds, until these pass the limit of what is found."""
        texts, bounds, step = NONE, np.empty(0, np.float32), SOLVED
        for batch in itertools.chain(self._candidates(question, found), itertools.repeat(texts)):
            texts = np.append(texts, batch)
            bounds = np.append(bounds, np.maximum(question.bounds[batch], self._moved(question, batch)))
            order = np.lexsort((texts, bounds))
            order = order[bounds[order] <= found.limit]
            if not len(batch) and not len(order):
                return
            if len(order):
                yield texts[order[:step]]
            texts, bounds, step = texts[order[step:]], bounds[order[step:]], min(2 * step, REFINED)

    def _bounded(self, question: "_Question") -> "_Question":
        """Bound the distances of all texts: by what sums tell of moving words, or else by words."""
        if question.apart is None:
            self._bound_by_words(question)
        else:
            question.bounds = question.with_sums(question.bounds, slice(None))
        question.bounds[self._empty] = np.nan  # above and below nothing
        return question

    def _bound_by_words(self, question: "_Question") -> None:
        """Find the costs of all words, and bound all texts by moving their words to those of the query."""
        question.costs = self._words.of(question.words)
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
        if question.costs is None and len(left) > REFINED:
            if len(left) * FEW > len(bounds):
                moved = self._shares[left] @ self._rough.of(question.words).min(0)
            else:
                words, shares, _, begins = self._bags(left)
                costs, words = _of_few(self._rough, question.words, words)
                moved = np.add.reduceat(costs.min(0)[words] * shares, begins)
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
        """Bound some texts by moving words to the nearest ones of the other side, and by what costs are left then.

        What a word pays to its nearest one may be taken off its costs; the words of the other side pay at least the
        least of what is left. Both together are dual potentials, whose value no plan falls below.
        """
        words, shares, owners, begins = self._bags(texts)
        if not len(words):
            return np.zeros(len(texts), np.float32)
        costs = question.costs
        if costs is None:
            costs, words = _of_few(self._words, question.words, words)
        costs = costs.take(words, axis=1)
        here, there = np.minimum.reduceat(costs, begins, axis=1), costs.min(0)
        back, on = question.words.shares @ here, np.add.reduceat(there * shares, begins)
        if self.measure.method != "rwmd":  # which is the larger of these two
            back += np.add.reduceat((costs - here.take(owners, axis=1)).min(0) * shares, begins)
            costs -= there
            on += question.words.shares @ np.minimum.reduceat(costs, begins, axis=1)
        return question.with_sums(np.maximum(on, back), texts)

    def _bags(self, texts: Ints) -> tuple[Ints, Singles, Ints, Ints]:
        """Give the words of some texts, one after the other, their shares, and the places and begins of the texts."""
        starts = self.documents.starts
        sizes = starts[texts + 1] - starts[texts]
        places, owners, _ = spread(starts[texts], sizes)
        return self._shares.indices[places], self._shares.data[places], owners, np.cumsum(sizes) - sizes

    def _rough_distances(self, queries: Documents, query: int) -> tuple[Floats, float]:
        """Give the distances of the mean vectors of all texts that are not empty, and by how much these may be off."""
        [mean] = means(queries, np.array([query]))
        rows, margin = self._means, MARGIN * max(1.0, float(np.sqrt(mean @ mean)))
        if self.measure.method == "wcd":
            return np.sqrt(np.maximum(self._lengths - 2 * (rows @ mean) + mean @ mean, 0)), margin
        lengths = np.sqrt(self._lengths * (mean @ mean))
        return 1 - rows @ mean / np.where(lengths > 0, lengths, 1), margin

    def _by_means(self, rough: npt.NDArray[Any], margin: float, found: "_Answers") -> Iterator[Ints]:
        """Want the distances of the texts that may be the nearest."""
        nearest = min(found.top, len(rough)) - 1
        limit = min(float(np.partition(rough, nearest)[nearest]), found.limit)
        yield self._full[rough <= limit + margin]


def _of_few(costs: WordCosts, query: QueryWords, words: Ints) -> tuple[Singles, Ints]:
    """Give the costs of the different ones of some words, rising, and the places of all among these."""
    used = np.zeros(costs.size, np.bool_)
    used[words] = True
    rows = np.flatnonzero(used)
    number = np.empty(len(used), np.int64)
    number[rows] = np.arange(len(rows))
    return costs.of(query, rows), number[words]


@dataclass
class _Question:
    """A query, and what is known of the distances of all texts from it.

    Attributes
    ----------
    words : QueryWords
    bounds : float32 array (n,)
        Of the distances.
    apart : float32 array (n,), optional
        Bounds of the distances of the sums, where the distance is combined of that and of the cost of moving words.
    letters : float32 array (n,), optional
        There, the characters of the longer of query and text.
    costs : float32 array (m, w), optional
        Of moving the words of the query to those of the collection, once they are found for all of them.
    """

    words: QueryWords
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
        self.limit, self.top, self._solved = limit, top, 0
        self._texts, self._distances = np.empty(0, np.int64), np.empty(0)

    def add(self, texts: Ints, distances: Floats) -> None:
        """Take the distances of some more texts."""
        near = distances <= self.limit
        texts, distances = np.append(self._texts, texts[near]), np.append(self._distances, distances[near])
        order = np.lexsort((texts, distances))[: self.top]
        self._texts, self._distances = texts[order], distances[order]
        self._solved += len(near)
        if len(order) == self.top:
            self.limit = float(self._distances[-1])

    def hits(self, known: bool) -> Hits:
        """Give them."""
        return Hits(self._texts, self._distances, self._solved, known)


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
    return [*texts.nearest_to_all(measure.encode(queries), top)]
