"""Vectors for the words of a list, those that training never saw among them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..errors import NothingFound
from .characters import Matrix
from .formats import ROWS
from .store import Vectors


class WordSelection(NamedTuple):
    """Vectors for a list of words.

    Attributes
    ----------
    vectors : Vectors
        In the order of the list, each word once.
    composed : int
        Words among them whose vectors are made out of their characters.
    missing : list of str
        Words of which nothing is known.
    """

    vectors: Vectors
    composed: int
    missing: list[str]


def vectors_for(vectors: Vectors, words: Iterable[str], *, raw: bool = False) -> WordSelection:
    """Give vectors for a list of words (词表); a word that was never seen takes what its characters predict.

    Parameters
    ----------
    vectors : Vectors
    words : iterable of str
    raw : bool
        Whether to take vectors as they were trained, which only words that were seen have. Otherwise they are those
        that `Vectors.portable` gives.

    Returns
    -------
    WordSelection
        Its vectors have the counts of training, if they are known, and 0 for words that were never seen.

    Raises
    ------
    NothingFound
        If nothing is known of any word.

    Examples
    --------
    >>> vectors = Vectors(["江", "水"], np.array([[2, 0], [0, 2]], np.float32))
    >>> chosen = vectors_for(vectors, ["水", "江水", "gps"])
    >>> chosen.vectors.words, chosen.vectors["江水"].tolist(), chosen.missing
    (['水', '江水'], [1.0, 1.0], ['gps'])
    """
    wanted = list(dict.fromkeys(words))
    rows = np.array([vectors.ids.get(word, -1) for word in wanted], np.intp)
    absent = np.flatnonzero(rows < 0)
    has = np.zeros(len(wanted), np.bool_)
    has[rows >= 0] = True
    matrix: Matrix = np.zeros((len(wanted), vectors.dim), np.float32)
    for low in range(0, len(wanted), ROWS):
        part = np.flatnonzero(rows[low : low + ROWS] >= 0) + low
        matrix[part] = vectors.matrix[rows[part]] if raw else vectors.portable(rows[part])
    if len(absent) and not raw:
        matrix[absent], has[absent] = vectors.composed([wanted[i] for i in absent.tolist()])
    if not has.any():
        raise NothingFound(f"none of the {len(wanted):,} words is known to {vectors.source}, nor are their characters")
    kept = np.flatnonzero(has)
    counts = None if vectors.counts is None else np.where(rows[kept] < 0, 0, vectors.counts[rows[kept]])
    chosen = Vectors(
        [wanted[i] for i in kept.tolist()], matrix[kept], counts, signature=vectors.signature, source=vectors.source
    )
    return WordSelection(chosen, int(has[absent].sum()), [wanted[i] for i in np.flatnonzero(~has).tolist()])
