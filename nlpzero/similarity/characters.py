"""What two words have in common in writing: the cosine of their bags of single characters.

A character weighs ln(N / n), where n is how often it occurs in the words that the vectors were counted on, and N the
number of all characters in them. With these weights, scaled to length 1, a word is a row of a sparse matrix whose
columns are code points; the cosine of two words is the product of their rows.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each
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


def _distinct(keys: Ints) -> Ints:
    """Give sorted keys, each once; `numpy.unique` of NumPy 2.3 and later hashes them, which takes five times longer."""
    ordered = np.sort(keys)
    return ordered[first_of_each(ordered)]


class SharedCharacters(NamedTuple):
    """The characters that the two sides of some problems share, as entries of one side, one word after the other.

    Attributes
    ----------
    starts : int64 array (k + 1,)
        Where the entries of each word begin; words as in `Problems.rows`.
    columns : int64 array
        The number of the character among those that the problem's sides share.
    values : float64 array
        Its share in the word's row.
    widths : int64 array
        How many characters each problem's sides share.
    """

    starts: Ints
    columns: Ints
    values: Floats
    widths: Ints

    def dense(self, words: Ints, width: int) -> Floats:
        """Give rows (..., width) for some words (...)."""
        flat = words.ravel()
        sizes = self.starts[flat + 1] - self.starts[flat]
        owners = np.repeat(np.arange(len(flat)), sizes)
        entries = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + self.starts[flat][owners]
        rows = np.zeros((len(flat), width))
        rows[owners, self.columns[entries]] = self.values[entries]
        return rows.reshape(*words.shape, width)


def shared_characters(
    left: tuple[Ints, Ints, Any], right: tuple[Ints, Ints, Any]
) -> tuple[SharedCharacters, SharedCharacters]:
    """Find the characters that both sides of each problem hold: all others add nothing to products.

    Parameters
    ----------
    left, right : (starts, rows, table)
        Where the words of each problem begin in `rows`, the words as rows of the sparse matrix `table`.

    Notes
    -----
    One sort of the characters of all words.
    """
    sides = []
    for starts, rows, table in (left, right):
        sizes = np.diff(table.indptr)[rows].astype(np.int64)
        words = np.repeat(np.arange(len(rows)), sizes)
        entries = np.arange(len(words)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + table.indptr[rows][words]
        problem = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[words]
        keys = (problem << BITS) | table.indices[entries]
        sides.append((keys, words, table.data[entries], len(rows)))
    both = np.intersect1d(_distinct(sides[0][0]), _distinct(sides[1][0]), assume_unique=True)
    firsts = np.searchsorted(both, np.arange(len(left[0])) << BITS)
    found = []
    for keys, words, values, size in sides:
        places = np.searchsorted(both, keys)
        known = both[np.minimum(places, max(len(both) - 1, 0))] == keys if len(both) else np.zeros(len(keys), np.bool_)
        columns = places[known] - firsts[keys[known] >> BITS]
        starts = np.searchsorted(words[known], np.arange(size + 1))
        found.append(SharedCharacters(starts, columns, values[known], np.diff(firsts)))
    return found[0], found[1]
