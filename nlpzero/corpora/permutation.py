"""A test of key words over documents (置换检验): could the documents of A and B be dealt out anew?

G2 takes every occurrence for an event of its own. But words come in bursts: one document may hold a word 500 times, and
G2 calls it key. Here the documents are what is exchanged: they are dealt out to A and B at random, many times, and p is
the share of the deals in which the relative frequencies of the word differ by at least as much.

How much they differ is measured in units of the error that the documents themselves show. A document of t words has
e = c - f t occurrences more than if it held the word as often as all the text does, and t = (mean of e in A - mean in
B) / sqrt(variance / n of A + variance / n of B), as in Welch's test. So a word of one document has |t| = 1 wherever the
document is, and p near 1 (Chung & Romano 2013 on such tests; Lijffijt et al. 2016 on tests over documents).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Execution
from ..errors import NothingFound
from ..rules.measures import Floats
from .frequencies import WordCounts

DEALS = 32
"""Deals that are worked out together: with them a table of documents is multiplied in one go."""
ROUNDS = (99, 999)
"""After this many permutations, words whose p is settled, above `SETTLED`, are left alone."""
SETTLED = 0.2
EQUAL = 0.02
"""Values of t that differ by less, in their proportion, are taken for equal: that of a word of one document is 1 only
but for the lengths of the others."""
ROUNDING = 1e-12
"""Share of a sum of squares below which what is left of it is the error of rounding."""
COST = 100
"""Bytes that a word takes for each deal that is worked out."""
ENTRY_COST = 60
"""Bytes that a pair of a word and a document takes which is worked on."""


@dataclass(frozen=True)
class Permutation:
    """How a permutation test draws documents (置换检验选项).

    Attributes
    ----------
    deals : int
        How often; the least p is 1 / (deals + 1).
    seed : int
    """

    deals: int = 999
    seed: int = 1


class DocumentSides:
    """Documents of which some are of A, the others of B.

    Attributes
    ----------
    sizes : float64 array (d,)
        Words in each document; those without words are left out.
    is_first : bool array (d,)
        Whether it is of A.
    """

    def __init__(self, a: WordCounts, b: WordCounts | None = None, part: int = 0) -> None:
        self._counts = [a] if b is None else [a, b]
        tables = [one.documents for one in self._counts if one.documents is not None]
        if len(tables) < len(self._counts):
            raise NothingFound("it was not counted in which documents the words stand; count again with `document`")
        self._tables = tables
        self._kept = [np.flatnonzero(table.lengths) for table in tables]
        lengths = [table.lengths[kept] for table, kept in zip(tables, self._kept, strict=True)]
        self.sizes = np.concatenate(lengths).astype(np.float64)
        self.is_first = np.zeros(len(self.sizes), np.bool_)
        if b is not None:
            self.is_first[: len(lengths[0])] = True
        elif tables[0].of_document is not None:
            self.is_first = tables[0].of_document[self._kept[0]] == part

    def rows(self, words: list[str]) -> Any:
        """Give how often words stand in the documents, as a sparse matrix."""
        from scipy.sparse import csr_array, hstack

        sides = []
        for counts, table, kept in zip(self._counts, self._tables, self._kept, strict=True):
            starts, columns, values = table.taken(_numbers(counts, words))
            renumbered = np.searchsorted(kept, columns)  # no word is in a document without words
            shape = (len(words), len(kept))
            sides.append(csr_array((values.astype(np.float64), renumbered, starts), shape=shape))
        return sides[0] if len(sides) == 1 else csr_array(hstack(sides, format="csr"))

    def entries(self, words: list[str]) -> npt.NDArray[np.int64]:
        """Count the documents that hold each word."""
        found = np.zeros(len(words), np.int64)
        for counts, table in zip(self._counts, self._tables, strict=True):
            numbers = _numbers(counts, words)
            found += np.where(numbers >= 0, np.diff(table.starts).take(np.maximum(numbers, 0)), 0)
        return found


def _numbers(counts: WordCounts, words: list[str]) -> npt.NDArray[np.int64]:
    """Give the numbers of words, -1 for unknown ones."""
    numbers = (counts.number(word) for word in words)
    return np.array([-1 if number is None else number for number in numbers], np.int64)


def document_p(
    a: WordCounts, b: WordCounts, words: list[str], execution: Execution, how: Permutation | None = None
) -> Floats:
    """Give p of each word over the documents of A and B: see `words_over_documents`."""
    return words_over_documents(DocumentSides(a, b), words, execution, how).p


class DocumentTest(NamedTuple):
    """What a test over documents found: for each word p, and in how many documents of A and of B it stands."""

    p: Floats
    documents_a: npt.NDArray[np.int64]
    documents_b: npt.NDArray[np.int64]


def words_over_documents(
    sides: DocumentSides, words: list[str], execution: Execution, how: Permutation | None = None
) -> DocumentTest:
    """Test of each word whether its frequency differs between the documents of A and those of B (文档置换检验).

    Parameters
    ----------
    sides : DocumentSides
    words : list of str
    execution : Execution
    how : Permutation, optional

    Returns
    -------
    DocumentTest
        p is (1 + deals with a |t| as large) / (1 + deals), two-sided. A word whose p is certainly large is left alone
        after 99 or 999 deals. NaN where A and B have fewer than two documents each.

    Notes
    -----
    About 6 ns for each pair of a word and a document that holds it, and each deal. As many words are tested together as
    the memory of a task holds; the deals are the same for all.
    """
    tests = [
        _tested(sides, sides.rows(some), execution, how or Permutation())
        for some in _batches(words, sides.entries(words), max(1, execution.task_memory // ENTRY_COST))
    ]
    empty = DocumentTest(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
    return DocumentTest(*(np.concatenate(column) for column in zip(empty, *tests, strict=True)))


def _batches(words: list[str], entries: npt.NDArray[np.int64], limit: int) -> Iterator[list[str]]:
    """Part words so that each part has so many entries, or is one word."""
    sums = np.append(0, np.cumsum(entries))
    first = 0
    while first < len(words):
        last = max(first + 1, int(np.searchsorted(sums, sums[first] + limit, "right")) - 1)
        yield words[first:last]
        first = last


def _tested(sides: DocumentSides, table: Any, execution: Execution, how: Permutation) -> DocumentTest:
    """Test the words of a table."""
    sizes, n, first = sides.sizes, len(sides.sizes), int(np.count_nonzero(sides.is_first))
    held = np.add.reduceat(np.append(sides.is_first.take(table.indices), 0), table.indptr[:-1], dtype=np.int64)
    held[np.diff(table.indptr) == 0] = 0
    holders = held, np.diff(table.indptr) - held
    words = table.shape[0]
    if first < 2 or n - first < 2:
        return DocumentTest(np.full(words, np.nan), *holders)
    observed = _statistics(table, sizes, sides.is_first[:, None].astype(np.float64))[:, 0]
    extreme, done = np.zeros(words, np.int64), np.zeros(words, np.int64)
    active = np.arange(words)
    rng = np.random.default_rng(how.seed)
    dealt = 0
    for stop in sorted({*(one for one in ROUNDS if one < how.deals), how.deals}):
        if not len(active):
            break
        rows = table[active]
        limit = np.abs(observed[active])[:, None] * (1 - EQUAL)
        while dealt < stop:
            some = max(1, min(DEALS, stop - dealt, execution.task_memory // (8 * n + COST * len(active))))
            groups = np.zeros((n, some))
            for column in range(some):
                groups[rng.permutation(n)[:first], column] = 1
            found = np.abs(_statistics(rows, sizes, groups, execution))
            extreme[active] += np.count_nonzero(found >= limit, axis=1)
            dealt += some
        done[active] = stop
        active = active[(1 + extreme[active]) / (1 + stop) <= SETTLED]
    return DocumentTest((1 + extreme) / (1 + done), *holders)


def _statistics(counts: Any, sizes: Floats, groups: Floats, execution: Execution | None = None) -> Floats:
    """Give t of each word (rows) for each deal (columns)."""
    from scipy.sparse import csr_array

    squares = csr_array((counts.data**2, counts.indices, counts.indptr), shape=counts.shape)
    crossed = csr_array((counts.data * sizes.take(counts.indices), counts.indices, counts.indptr), shape=counts.shape)
    parts = [counts, squares, crossed]
    multiplied = partial(_multiplied, groups)
    sums = [*map(multiplied, parts)] if execution is None else execution.engine.share(multiplied, parts)
    wholes = [part.sum(axis=1)[:, None] for part in parts]
    rights = [whole - left for whole, left in zip(wholes, sums, strict=True)]
    share = wholes[0] / sizes.sum()
    size, square, members = sizes @ groups, (sizes**2) @ groups, groups.sum(axis=0)
    left = _excess(sums, share, size, square, members)
    right = _excess(rights, share, sizes.sum() - size, (sizes**2).sum() - square, len(sizes) - members)
    spread = np.sqrt(left[1] + right[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        t: Floats = (left[0] - right[0]) / spread
    return np.where(np.isnan(t), 0.0, t)


def _multiplied(groups: Floats, part: Any) -> Floats:
    """Add up the entries of each row, for each deal."""
    result: Floats = part @ groups
    return result


def _excess(sums: list[Floats], share: Floats, size: Floats, square: Floats, members: Floats) -> tuple[Floats, Floats]:
    """Give the mean of e over the documents of a side, and the square of its error."""
    count, squares, crossed = sums
    mean = (count - share * size) / members
    residual = squares - 2 * share * crossed + share**2 * square - members * mean**2
    residual[residual < ROUNDING * squares] = 0.0  # each document as the others
    return mean, residual / (members * (members - 1))
