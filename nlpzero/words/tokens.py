"""The words of a corpus that is cut: their units, counts, and what their places say of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.counting import count_ranked
from ..core.workspace import Counts, Ids, Stored
from ..ngrams.counts import NGrams
from ..ngrams.levels import places_in
from ..ngrams.measures import Scores


def count_tokens(
    ngrams: NGrams, marks: Sequence[Stored], values: Sequence[Stored]
) -> tuple[Ids, npt.NDArray[np.intp], Counts, Scores]:
    """Count the words of a corpus that is cut at some marks.

    Parameters
    ----------
    marks : for each block, the places at which a word starts or a clause has just ended, as bool arrays.
    values : for each block, a number for each unit that begins a word (others are ignored), in the order of the text.

    Returns
    -------
    units, lengths : the ranks of the units of all distinct words, one word after another; how many each has.
    counts : int64 array
    sums : float64 array
        The sum of the values over the places of each word.
    """
    units, sizes, numbers = [], [], []
    for block, mark, value in zip(ngrams.blocks, marks, values, strict=True):
        places = places_in(block[:1])[0].astype(np.intp)
        units.append(block[0].units())
        borders = np.flatnonzero(mark.array)
        is_start = mark.array[places]
        ends = borders[np.searchsorted(borders, places[is_start], "right")] if len(places) else places
        sizes.append(ends - places[is_start])
        numbers.append(value.array[is_start])
    unit, size, number = np.concatenate(units), np.concatenate(sizes), np.concatenate(numbers)
    start = np.cumsum(size) - size
    found: list[tuple[Ids, npt.NDArray[np.intp], Counts, Scores]] = []
    ranks = unit[start]
    length = 1
    while len(start):  # ranks tells the first `length` units of every word that is left apart
        if length > 1:
            ranks = count_ranked((ranks.astype(np.uint64) << np.uint64(32)) | unit[start + length - 1])[1]
        whole = np.flatnonzero(size == length)
        if len(whole):
            run, which = count_ranked(ranks[whole].astype(np.uint64))
            one = np.zeros(len(run.keys), np.intp)
            one[which] = start[whole]
            columns = unit[one[:, np.newaxis] + np.arange(length)]
            sums: Scores = np.bincount(which, number[whole], len(one)).astype(np.float64)
            found.append((columns.ravel(), np.full(len(one), length), run.counts, sums))
        longer = size > length
        ranks, start, size, number = ranks[longer], start[longer], size[longer], number[longer]
        length += 1
    every = [np.concatenate(column) for column in zip(*found, strict=True)]
    return every[0], every[1], every[2], every[3]
