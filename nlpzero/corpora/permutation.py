"""A test of key words over documents (置换检验): could the documents of A and B be dealt out anew?

G2 takes every occurrence for an event of its own. But words come in bursts: one document may hold a word 500 times, and
G2 calls it key. Here the documents are what is exchanged: they are dealt out to A and B at random, many times, and p is
the share of the deals in which the relative frequencies of the word differ by at least as much.

How much they differ is measured in units of the error that the documents themselves show. A document of t words has
e = c - f t occurrences more than if it held the word as often as all the text does, and t = (mean of e in A - mean in
B) / sqrt(variance / n of A + variance / n of B), as in Welch's test. So a word of one document has |t| = 1 wherever the
document is, and p near 1 (Chung & Romano 2013 on such tests; Lijffijt et al. 2016 on tests over documents).
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.job import Execution
from ..errors import NothingFound
from ..rules.measures import Floats
from .frequencies import WordCounts

DEALS = 32
"""Deals that are worked out together: with them a table of documents is multiplied in one go."""
ROUNDS = (99, 999)
"""After so many deals, words whose p is settled, above `SETTLED`, are left alone."""
SETTLED = 0.2
EQUAL = 0.02
"""Values of t that differ by less, in their proportion, are taken for equal: that of a word of one document is 1 only
but for the lengths of the others."""
ROUNDING = 1e-12
"""Share of a sum of squares below which what is left of it is the error of rounding."""
COST = 100
"""Bytes that a word takes for each deal that is worked out."""
NO_WORD = np.int64(-1)


@dataclass(frozen=True)
class Permutation:
    """How documents are dealt out anew.

    Attributes
    ----------
    deals : int
        How often; the least p is 1 / (deals + 1).
    seed : int
    """

    deals: int = 999
    seed: int = 1


class _Sparse:
    """The rows of some words over the documents of A and then of B."""

    def __init__(self, a: WordCounts, b: WordCounts, words: list[str]) -> None:
        from scipy.sparse import csr_array, hstack

        assert a.documents is not None and b.documents is not None
        filled = [np.flatnonzero(one.documents.lengths) for one in (a, b) if one.documents is not None]
        self.first = len(filled[0])
        self.sizes = np.concatenate([a.documents.lengths[filled[0]], b.documents.lengths[filled[1]]]).astype(np.float64)
        sides = []
        for found, kept in ((a, filled[0]), (b, filled[1])):
            documents = found.documents
            assert documents is not None
            whole = csr_array(
                (documents.values.astype(np.float64), documents.columns, documents.starts),
                shape=(len(found), len(documents)),
            )
            numbers = [found.number(word) for word in words]
            known = np.array([number if number is not None else NO_WORD for number in numbers], np.int64)
            sides.append(_taken(whole, known)[:, kept])
        self.counts = csr_array(hstack(sides, format="csr"))


def _taken(matrix: Any, rows: npt.NDArray[np.int64]) -> Any:
    """Take rows; one that is not there is empty."""
    from scipy.sparse import csr_array

    lengths = np.diff(matrix.indptr)
    present = rows >= 0
    sizes = np.where(present, lengths[np.maximum(rows, 0)], 0)
    starts = np.append(0, np.cumsum(sizes))
    places = np.arange(starts[-1]) + np.repeat(matrix.indptr[np.maximum(rows, 0)] - starts[:-1], sizes)
    return csr_array((matrix.data[places], matrix.indices[places], starts), shape=(len(rows), matrix.shape[1]))


def document_p(
    a: WordCounts, b: WordCounts, words: list[str], execution: Execution, how: Permutation | None = None
) -> Floats:
    """Test of each word whether its frequency differs between the documents of A and those of B (文档置换检验).

    Parameters
    ----------
    a, b : WordCounts
        Counted with the same kind of documents.
    words : list of str
    execution : Execution
    how : Permutation, optional

    Returns
    -------
    float64 array
        (1 + deals with a |t| as large) / (1 + deals), two-sided. A word whose p is certainly large is left alone
        after 99 or 999 deals. NaN where A and B have fewer than two documents each.

    Raises
    ------
    NothingFound
        If the documents were not counted.

    Notes
    -----
    About 6 ns for each pair of a word and a document that holds it, and each deal.
    """
    how = how or Permutation()
    if a.documents is None or b.documents is None:
        raise NothingFound("it was not counted in which documents the words stand; count again with `document`")
    table = _Sparse(a, b, words)
    n, first = len(table.sizes), table.first
    if first < 2 or n - first < 2 or not words:
        return np.full(len(words), np.nan)
    group = np.zeros((n, 1))
    group[:first] = 1
    observed = _statistics(table.counts, table.sizes, group)[:, 0]
    extreme, done = np.zeros(len(words), np.int64), np.zeros(len(words), np.int64)
    active = np.arange(len(words))
    rng = np.random.default_rng(how.seed)
    dealt = 0
    for stop in sorted({*(one for one in ROUNDS if one < how.deals), how.deals}):
        if not len(active):
            break
        rows = _taken(table.counts, active)
        limit = np.abs(observed[active])[:, None] * (1 - EQUAL)
        while dealt < stop:
            some = max(1, min(DEALS, stop - dealt, execution.task_memory // (8 * n + COST * len(active))))
            groups = np.zeros((n, some))
            for column in range(some):
                groups[rng.permutation(n)[:first], column] = 1
            found = np.abs(_statistics(rows, table.sizes, groups, execution))
            extreme[active] += np.count_nonzero(found >= limit, axis=1)
            dealt += some
        done[active] = stop
        active = active[(1 + extreme[active]) / (1 + stop) <= SETTLED]
    return (1 + extreme) / (1 + done)


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
