"""Communities of words (词社区): groups of words that stand together, found in the network of their co-occurrences.

The network of counts: two words are joined where they stand together more often than by chance, by G2 (see `LEAST_G2`),
and one of them is among the `neighbours` of the other with the greatest normalised pointwise mutual information,
NPMI = ln(x X / (c_i c_j)) / -ln(x / X), which is the weight of the edge: x the count of the pair, c the sums of the
rows, X the sum of all. The network of vectors: each word is joined to those of greatest cosine, which is the weight.

NPMI was chosen among NPMI, PMI, x PMI, its square root, and logDice: on a novel, news and our own story its communities
are words of one topic; those by x PMI are set phrases.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import NothingFound
from ..text.stopwords import FUNCTION_WORDS
from ..text.words import are_words
from .cooccurrence import Cooccurrence
from .mapequation import partition
from .store import Vectors

LEAST_G2 = 6.63
"""What the G2 of a pair has to reach: chance gets there in 1 of 100 pairs."""

ROWS = 512
"""Words whose cosines with all others are taken at a time."""


@dataclass(frozen=True)
class NetworkOptions:
    """How the network of words is made.

    Attributes
    ----------
    vocab : int
        So many of the most frequent words.
    neighbours : int
        The edges that a word may choose; others may choose it as well.
    stop : collection of str
        Words that are left out; those that are only punctuation always are.
    """

    vocab: int = 5000
    neighbours: int = 10
    stop: Collection[str] = FUNCTION_WORDS


@dataclass(frozen=True)
class Communities:
    """Words in communities (词社区): community after community, each with its greatest flow first.

    Attributes
    ----------
    words : list of str
    labels : int64 array (n,)
        The community of each word, from 0: the one with the most flow.
    flow : float64 array (n,)
        What share of its time a walk on the network spends at the word.
    degree : int64 array (n,)
        To how many words it is joined.
    alone : int
        Words that are joined to none; they are left out.
    codelength, one_module : float
        Nats that tell a step of the walk: with these communities, and without any. See `nlpzero.vectors.mapequation`.
    """

    words: list[str]
    labels: npt.NDArray[np.int64]
    flow: npt.NDArray[np.float64]
    degree: npt.NDArray[np.int64]
    alone: int
    codelength: float
    one_module: float

    def __len__(self) -> int:
        return len(self.words)

    def members(self, label: int) -> list[str]:
        """Give the words of a community."""
        low, high = np.searchsorted(self.labels, [label, label + 1]).tolist()
        return self.words[low:high]


def find_communities(source: Cooccurrence | Vectors, options: NetworkOptions | None = None) -> Communities:
    """Find communities of words (社区发现) by the map equation, the principle of minimum entropy for networks.

    Parameters
    ----------
    source : Cooccurrence or Vectors
    options : NetworkOptions, optional

    Raises
    ------
    NothingFound
        If no words, or no two that go together, are left.

    Notes
    -----
    Of 5,000 words with 10 neighbours about 2 s, of them the cosines of vectors 0.2 s.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> counts = count_pairs(["江 上 有 船\\n", "山 里 没 路\\n"] * 50, min_count=1)
    >>> found = find_communities(counts, NetworkOptions(stop=()))
    >>> [sorted(found.members(label)) for label in range(2)]
    [['上', '有', '江', '船'], ['山', '没', '路', '里']]
    """
    options = options or NetworkOptions()
    usable = are_words(source.words)
    if options.stop:
        usable &= np.fromiter((word not in options.stop for word in source.words), np.bool_, len(usable))
    chosen = np.flatnonzero(usable)[: options.vocab]
    if not len(chosen):
        raise NothingFound(f"none of the {len(source.words):,} words is left; leave fewer out with `stop`")
    network = (count_network if isinstance(source, Cooccurrence) else vector_network)(source, chosen, options)
    degree = np.diff(network.indptr).astype(np.int64)
    if not degree.any():
        raise NothingFound("no two of the words go together more often than by chance; give more text")
    found = partition(network)
    order = np.lexsort((-found.flow, found.labels))
    order = order[degree[order] > 0]
    return Communities(
        words=[source.words[i] for i in chosen[order].tolist()],
        labels=found.labels[order],
        flow=found.flow[order],
        degree=degree[order],
        alone=len(chosen) - len(order),
        codelength=found.codelength,
        one_module=found.one_module,
    )


def count_network(counts: Any, chosen: npt.NDArray[np.intp], options: NetworkOptions) -> Any:
    """Make the network of some words by how often they stand together; see the head of this module."""
    matrix = counts.to_scipy()
    if not counts.symmetric:
        matrix = (matrix + matrix.T).tocsr()
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    total = float(sums.sum())
    pairs = matrix[chosen][:, chosen].tocoo()
    (row, column), x = pairs.coords, pairs.data
    apart = (row != column) & (x > 0)
    row, column, x = row[apart], column[apart], x[apart]
    expected = sums[chosen].take(row) * sums[chosen].take(column) / total
    pmi = np.log(x / expected)
    # twice the log-likelihood ratio of the pair's own cell, as the others hardly change
    more = (pmi > 0) & (2 * (x * pmi - (x - expected)) >= LEAST_G2) & (x < total)
    npmi = pmi[more] / -np.log(x[more] / total)
    return _network(row[more], column[more], npmi, len(chosen), options.neighbours)


def vector_network(vectors: Any, chosen: npt.NDArray[np.intp], options: NetworkOptions) -> Any:
    """Make the network of some words by the cosines of their vectors."""
    unit = np.asarray(vectors.unit[chosen], np.float32)
    number = min(options.neighbours, len(chosen) - 1)
    rows, columns, weights = [], [], []
    for low in range(0, len(chosen) if number > 0 else 0, ROWS):
        cosines = unit[low : low + ROWS] @ unit.T
        here = np.arange(len(cosines))
        cosines[here, here + low] = -np.inf
        best = np.argpartition(-cosines, number - 1, axis=1)[:, :number]
        rows.append(np.repeat(here + low, number))
        columns.append(best.ravel())
        weights.append(np.take_along_axis(cosines, best, axis=1).ravel())
    if not rows:
        nothing = np.zeros(0, np.intp)
        return _network(nothing, nothing, np.zeros(0), len(chosen), 1)
    weight = np.concatenate(weights).astype(np.float64)
    near = weight > 0
    return _network(np.concatenate(rows)[near], np.concatenate(columns)[near], weight[near], len(chosen), number)


def _network(
    row: npt.NDArray[Any], column: npt.NDArray[Any], weight: npt.NDArray[np.float64], size: int, neighbours: int
) -> Any:
    """Keep for each word its edges of greatest weight, of equal ones those to frequent words; both ways."""
    from scipy.sparse import csr_array

    order = np.lexsort((column, -weight, row))
    row, column, weight = row[order], column[order], weight[order]
    kept = np.arange(len(row)) - np.searchsorted(row, np.arange(size)).take(row) < neighbours
    half = csr_array((weight[kept], (row[kept], column[kept])), shape=(size, size))
    both = half.maximum(half.T).tocsr()
    both.sort_indices()
    return both
