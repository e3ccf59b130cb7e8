"""What two words have in common in writing: the cosine of their bags of single characters.

A character weighs ln(N / n), where n is how often it occurs in the words that the vectors were counted on, and N the
number of all characters in them. With these weights, scaled to length 1, a word is a row of a sparse matrix whose
columns are code points; the cosine of two words is the product of their rows.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each, sort_with_origin
from ..text.characters import code_points

CODES = 0x110000
BITS = np.int64(21)
"""Bits of a code point."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def character_weights(words: Sequence[str], counts: npt.NDArray[Any] | None) -> Floats:
    """Give ln(N / n) of every code point (字的信息量), n at least 1.

    Parameters
    ----------
    words : sequence of str
    counts : int array (n,), optional
        How often each word occurs; 1 each by default.

    Examples
    --------
    >>> weights = character_weights(["江水", "江"], np.array([1, 2]))
    >>> round(float(weights[ord("江")]), 3), round(float(weights[ord("水")]), 3)
    (0.288, 1.386)
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    codes = code_points("".join(words))
    numbers = np.repeat(np.ones(len(words)) if counts is None else counts, lengths)
    occurs = np.bincount(codes, numbers, CODES)
    weights: Floats = np.log(max(float(occurs.sum()), 1.0)) - np.log(np.maximum(occurs, 1))
    return weights


def character_rows(words: Sequence[str], weights: Floats) -> Any:
    """Give words as rows of length 1 of a sparse matrix (w, 0x110000); a word of no weight is a row of zeros.

    Examples
    --------
    >>> rows = character_rows(["江水", "江", "江江"], np.full(0x110000, 2.0))
    >>> (rows @ rows.T).toarray().round(3).tolist()
    [[1.0, 0.707, 0.707], [0.707, 1.0, 1.0], [0.707, 1.0, 1.0]]
    """
    import scipy.sparse

    lengths = np.fromiter(map(len, words), np.int64, len(words))
    codes = code_points("".join(words)).astype(np.int64)
    owners = np.repeat(np.arange(len(words)), lengths)
    keys, numbers = np.unique((owners << BITS) | codes, return_counts=True)
    owner, code = keys >> BITS, keys & ((1 << int(BITS)) - 1)
    values = numbers * weights[code]
    norms = np.sqrt(np.bincount(owner, values**2, len(words)))[owner]
    values = np.divide(values, norms, out=np.zeros_like(values), where=norms > 0)
    starts = np.searchsorted(owner, np.arange(len(words) + 1))
    return scipy.sparse.csr_matrix((values, code, starts), (len(words), CODES))


class Postings:
    """Which rows of a sparse matrix of characters hold each character, and how much of it: columns one after the other.

    Parameters
    ----------
    matrix : sparse matrix (n, 0x110000)

    Examples
    --------
    >>> postings = Postings(character_rows(["江水", "江", "山"], np.full(0x110000, 2.0)))
    >>> [one] = postings.products(np.array([ord("江"), ord("海")]), [np.array([1.0, 1.0])])
    >>> one.astype(float).round(3).tolist()
    [0.707, 1.0, 0.0]
    """

    def __init__(self, matrix: Any) -> None:
        columns = matrix.astype(np.float32).tocsc()
        self._size = int(matrix.shape[0])
        self._starts, self._rows, self._values = columns.indptr, columns.indices, columns.data

    def entries(self, codes: Ints) -> tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Give the entries of some characters: where those of each begin, the rows, and the values."""
        low, high = self._starts[codes], self._starts[codes + 1]
        parts = [slice(*ends) for ends in zip(low.tolist(), high.tolist(), strict=True)]
        rows, values = ([held[:0], *map(held.__getitem__, parts)] for held in (self._rows, self._values))
        return np.append(0, np.cumsum(high - low)), np.concatenate(rows), np.concatenate(values)

    def products(self, codes: Ints, weights: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[np.float32]]:
        """Multiply the matrix with columns that have weights at some characters, each once."""
        import scipy.sparse

        starts, rows, values = self.entries(codes)
        table = scipy.sparse.csc_matrix((values, rows, starts.astype(np.int32)), (self._size, len(codes)))
        return [table @ column.astype(np.float32) for column in weights]


class SharedCharacters(NamedTuple):
    """What the words of the two sides of some problems have in common in writing, where it is anything.

    Attributes
    ----------
    starts : int64 array (b + 1,)
        Where the entries of each problem begin.
    left, right : int64 arrays (k,)
        Places of the two words among those of their problem's sides.
    values : float64 array (k,)
        The cosine of their characters.
    """

    starts: Ints
    left: Ints
    right: Ints
    values: Floats


def shared_characters(left: tuple[Ints, Ints, Any], right: tuple[Ints, Ints, Any]) -> SharedCharacters:
    """Find the pairs of words of both sides of each problem that share characters.

    Parameters
    ----------
    left, right : (starts, rows, table)
        Where the words of each problem begin in `rows`, the words as rows of the sparse matrix `table`.

    Notes
    -----
    One sort of the characters of all words, and one of the pairs that share any.

    Examples
    --------
    >>> table = character_rows(["江水", "江", "山"], np.full(0x110000, 2.0))
    >>> side = np.array([0, 2]), np.array([1, 2]), table
    >>> found = shared_characters((np.array([0, 1]), np.array([0]), table), side)
    >>> found.left.tolist(), found.right.tolist(), found.values.round(3).tolist()
    ([0], [0], [0.707])
    """
    sides = []
    for starts, rows, table in (left, right):
        sizes = (table.indptr[rows + 1] - table.indptr[rows]).astype(np.int64)
        words = np.repeat(np.arange(len(rows)), sizes)
        entries = np.arange(len(words)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + table.indptr[rows][words]
        problem = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[words]
        keys, order = sort_with_origin(((problem << BITS) | table.indices[entries]).astype(np.uint64))
        sides.append((keys, words[order], table.data[entries][order]))
    (keys, words, values), (other_keys, other_words, other_values) = sides
    low, high = (np.searchsorted(other_keys, keys, side) for side in ("left", "right"))
    times = high - low
    at = np.repeat(low, times) + np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    pairs = (np.repeat(words, times) << 32) | other_words[at]
    products = np.repeat(values, times) * other_values[at]
    ordered, order = sort_with_origin(pairs.astype(np.uint64))
    begins = np.flatnonzero(first_of_each(ordered))
    both = ordered[begins].astype(np.int64)
    first, second = both >> 32, both & 0xFFFFFFFF
    sums = np.add.reduceat(products[order], begins) if len(begins) else np.empty(0)
    problem = np.repeat(np.arange(len(left[0]) - 1), np.diff(left[0]))[first]
    starts = np.searchsorted(problem, np.arange(len(left[0])))
    return SharedCharacters(starts, first - left[0][problem], second - right[0][problem], sums)
