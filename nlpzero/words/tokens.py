"""The words of a corpus that is cut: their units, counts, and what their places say of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.counting import count_ranked
from ..core.workspace import Counts, Ids, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import bits_in
from ..ngrams.measures import Scores


def count_tokens(
    ngrams: NGrams, starts: Sequence[WorkspaceArray], values: Sequence[WorkspaceArray]
) -> tuple[Ids, npt.NDArray[np.intp], Counts, Scores]:
    """Count the words of a corpus that is cut.

    Parameters
    ----------
    starts : for each block, bits over its units: where words begin, as all clauses do.
    values : for each block, a number for each unit that begins a word (others are ignored).

    Returns
    -------
    units, lengths : the ranks of the units of all distinct words, one word after another; how many each has.
    counts : int64 array
    sums : float64 array
        The sum of the values over the places of each word.
    """
    units, sizes, numbers = [], [], []
    for block, bits, value in zip(ngrams.blocks, starts, values, strict=True):
        units.append(block[0].units())
        begins = np.flatnonzero(bits_in(bits, block[0].length))
        sizes.append(np.diff(begins, append=block[0].length))
        numbers.append(value.array[begins])
    unit, size, number = np.concatenate(units), np.concatenate(sizes), np.concatenate(numbers)
    begin = np.cumsum(size) - size
    found: list[tuple[Ids, npt.NDArray[np.intp], Counts, Scores]] = []
    ranks = unit[begin]
    length = 1
    while len(begin):  # ranks tells the first `length` units of every word that is left apart
        if length > 1:
            ranks = count_ranked((ranks.astype(np.uint64) << np.uint64(32)) | unit[begin + length - 1])[1]
        whole = np.flatnonzero(size == length)
        if len(whole):
            run, which = count_ranked(ranks[whole].astype(np.uint64))
            one = np.zeros(len(run.keys), np.intp)
            one[which] = begin[whole]
            columns = unit[one[:, np.newaxis] + np.arange(length)]
            sums: Scores = np.bincount(which, number[whole], len(one)).astype(np.float64)
            found.append((columns.ravel(), np.full(len(one), length), run.counts, sums))
        longer = size > length
        ranks, begin, size, number = ranks[longer], begin[longer], size[longer], number[longer]
        length += 1
    every = [np.concatenate(column) for column in zip(*found, strict=True)]
    return every[0], every[1], every[2], every[3]
