"""What the corpus says of given words: count, cohesion and neighbour entropies, from the n-gram levels."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE, Counts, Ids
from .counts import NGrams
from .levels import Demand, Level, look_up

Scores = npt.NDArray[np.float64]


class Measures(NamedTuple):
    """Figures of n words, each an array of shape (n,).

    `frequency` counts all occurrences, overlapping or inside longer words. `cohesion` (凝固度), in nats, is the
    smallest ln[N n(w) / (n(left) n(right))] over the splits of the word; NaN for a single unit. Entropies are in nats.
    """

    frequency: Counts
    cohesion: Scores
    left_entropy: Scores
    right_entropy: Scores


def measure(ngrams: NGrams, units: Ids, lengths: npt.NDArray[np.intp]) -> Measures:
    """Measure words in the corpus that the n-grams were counted in, counting longer n-grams where words need them.

    Parameters
    ----------
    ngrams : NGrams
        Counted from 2 occurrences up; it is not changed. Levels that are missing are counted for these words and their
        neighbours alone, and forgotten.
    units : uint32 array
        The ranks of the units of all words, one word after another. Every word must occur in the corpus.
    lengths : int array (n,)
        How many units each word has.

    Returns
    -------
    Measures
        Of a word without neighbours within ``ngrams.reach``: no occurrences, and NaN.

    Notes
    -----
    A substring that the levels do not hold occurs exactly once. O(sum of squared lengths) in the words, and one pass
    over the corpus for each level that is missing.
    """
    size = len(lengths)
    if ngrams.reach is not None and size and lengths.max() >= ngrams.reach:
        reached = np.flatnonzero(lengths < ngrams.reach)
        known = measure(ngrams, pick(units, lengths, reached), lengths[reached])
        every = Measures(np.zeros(size, np.int64), *(np.full(size, np.nan) for _ in range(3)))
        for figures, found in zip(every, known, strict=True):
            figures[reached] = found
        return every
    with ngrams.workspace.branch() as scratch:
        return _measured(replace(ngrams, workspace=scratch), units, lengths)


def _measured(ngrams: NGrams, units: Ids, lengths: npt.NDArray[np.intp]) -> Measures:
    """Measure words by n-grams that may be extended."""
    size = len(lengths)
    longest = int(lengths.max(initial=0))
    order = np.argsort(-lengths, kind="stable")  # longest first: words of k and more units are the beginning
    units, lengths = pick(units, lengths, order), lengths[order]
    starts = np.cumsum(lengths) - lengths
    ends = np.repeat(starts + lengths, lengths)
    ranks = [units]
    for length in range(1, longest + 1):
        if length == len(ngrams.levels):
            begins = starts[lengths >= length]
            ngrams = ngrams.extended(_demand(len(ngrams.levels[-1]), ranks[-1], begins, ends[begins] - length))
        within = int(lengths[lengths > length].sum())
        following = np.append(ranks[-1][1 : within + 1], NONE)[:within]
        following[np.arange(within) + length >= ends[:within]] = NONE
        ranks.append(look_up(ngrams.levels[length], ranks[-1][:within], following))
    counts = [_counts(level, found) for level, found in zip(ngrams.levels, ranks, strict=False)]
    logs = [np.log(found) for found in counts]
    result = Measures(np.ones(size, np.int64), np.full(size, np.nan), np.zeros(size), np.zeros(size))
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        chosen = np.flatnonzero(lengths == length)
        begin, chosen = starts[chosen], order[chosen]
        rank = ranks[length - 1][begin]
        known = rank != NONE
        for column, values in zip((2, 3), ngrams.neighbour_entropies(length), strict=True):
            result[column][chosen[known]] = values.array[rank[known]]
        result.frequency[chosen] = counts[length - 1][begin]
        if length > 1:
            splits = [logs[k - 1][begin] + logs[length - k - 1][begin + k] for k in range(1, length)]
            result.cohesion[chosen] = np.log(ngrams.total) + logs[length - 1][begin] - np.maximum.reduce(splits)
    return result


def pick(units: Ids, lengths: npt.NDArray[np.intp], chosen: npt.NDArray[np.intp]) -> Ids:
    """Give the units of chosen words, one word after another.

    Examples
    --------
    >>> pick(np.array([7, 8, 9], np.uint32), np.array([2, 1]), np.array([1, 0])).tolist()
    [9, 7, 8]
    """
    starts, sizes = (np.cumsum(lengths) - lengths)[chosen], lengths[chosen]
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return units[np.repeat(starts, sizes) + within]


def _counts(level: Level, ranks: Ids) -> Counts:
    """Give the counts of n-grams by rank, 1 for those the level does not hold."""
    counts = np.ones(len(ranks), np.int64)
    known = np.flatnonzero(ranks != NONE)
    counts[known] = level.numbers.array[ranks[known]]
    return counts


def _demand(size: int, ranks: Ids, begins: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> Demand:
    """Mark the n-grams of a level that stand in the words, that end a word, and that begin one."""
    flags = []
    for chosen in (ranks, ranks[ends], ranks[begins]):
        flag = np.zeros(size, np.bool_)
        flag[chosen[chosen != NONE]] = True
        flags.append(flag)
    return Demand(*flags)
