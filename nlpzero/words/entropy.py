"""Words by branching entropy: where a word ends, the next character is hard to guess.

After Jin & Tanaka-Ishii (2006), "Unsupervised segmentation of Chinese text by use of branching entropy", and Magistry &
Sagot (2012), "Unsupervized word segmentation: the case for Mandarin Chinese".
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..counting import NONE, Counts, Ids, Stored
from ..lattice import best_path
from .ngrams import Level, NGrams, Placed, Scores

MIN_OCCURRENCES = 3
"""N-grams of two or more units seen less often are no candidates (2 and 5 find the same or fewer dictionary words)."""


def neighbour_entropies(levels: Sequence[Level], length: int) -> tuple[Scores, Scores]:
    """Give the left and right entropy (左右邻字熵) of every n-gram of one length.

    Parameters
    ----------
    levels : the levels of `NGrams`, at least ``length + 1`` of them, counted from 2 occurrences up.
    length : int
        Units in the n-grams.

    Returns
    -------
    left, right : float64 arrays, in nats, from 0 to the logarithm of the n-gram's count.
        Every clause edge counts as a neighbour of its own.
    """
    counts, above = levels[length - 1].counts, levels[length]
    weights = above.counts * np.log(above.counts)
    left, right = (
        np.maximum(np.log(counts) - np.bincount(parent, weights, len(counts)) / counts, 0.0)
        for parent in (above.suffixes, above.prefixes)
    )
    return left, right


def autonomies(levels: Sequence[Level], order: int) -> list[Scores]:
    """Give the autonomy (自由度) of every n-gram of up to `order` units.

    With H the entropy of the neighbours on one side, the variation on the right is VBE(x0..xk) = H(x0..xk) -
    H(x0..xk-1) (for a single unit H itself), mirrored on the left. Autonomy is the sum of both, each less its mean over
    all n-grams of the same length: the distinct continuations of the shorter n-grams that repeat, every clause edge a
    continuation of its own, as in H. A continuation seen once has H = 0; the levels do not hold it, but the shorter
    n-gram has as many as its count exceeds the sum of its children's, so that the mean includes them exactly. (With
    them 0.91 of the 10,000 most frequent words of 22 MB of balanced text are in a dictionary, without 0.87; with the
    continuations of n-grams that do not repeat 0.93, but fewer words are found: vocabulary F 0.57 instead of 0.59.)

    Returns
    -------
    list of float64 arrays, in nats; entry k - 1 belongs to ``levels[k - 1]``.
    """
    result: list[Scores] = []
    shorter: tuple[Scores, Scores] | None = None
    for length in range(1, order + 1):
        level = levels[length - 1]
        entropies = neighbour_entropies(levels, length)
        autonomy = np.zeros(len(level))
        for side, parents in enumerate((level.suffixes, level.prefixes)):
            variation = entropies[side]
            lost, once = 0.0, 0
            if shorter is not None:
                variation = variation - shorter[side][parents]
                below = levels[length - 2].counts
                seen_once = np.where(below > 1, below - np.bincount(parents, level.counts, len(below)), 0)
                lost, once = float(seen_once @ shorter[side]), int(seen_once.sum())
            autonomy += variation - (variation.sum() - lost) / max(1, len(level) + once)
        result.append(autonomy)
        shorter = entropies
    return result


class Found(NamedTuple):
    """The words of one length that a segmentation uses: the columns of their unit ranks, counts and autonomies."""

    units: list[Ids]
    counts: Counts
    autonomies: Scores


def entropy_words(ngrams: NGrams, *, order: int, min_count: int) -> tuple[list[Found], list[Stored]]:
    """Find words by cutting the corpus where autonomy is greatest.

    Each clause is cut into words w of 1 to `order` units so that the sum of a(w) len(w) is greatest; words of two and
    more units occur at least `MIN_OCCURRENCES` times. A word is reported when it is cut out `min_count` times or more.

    Returns
    -------
    found : one entry for each length from 1 on.
    tables : the score of every n-gram, for `cut`.
    """
    for length in range(len(ngrams.levels), order + 1):
        ngrams.extend(last=length == order)
    autonomy = autonomies(ngrams.levels, order)
    tables: list[Stored] = []
    for length, values in enumerate(autonomy, start=1):
        score = values * length
        if length > 1:
            score[ngrams.levels[length - 1].counts < MIN_OCCURRENCES] = -np.inf
        tables.append(ngrams.workspace.store(score))
    totals = [np.zeros(len(level), np.int64) for level in ngrams.levels[:order]]
    for counted in ngrams.engine.map(
        functools.partial(_count_words, tables), [block[:order] for block in ngrams.blocks]
    ):
        for total, (ranks, counts) in zip(totals, counted, strict=True):
            total[ranks] += counts
    found = []
    for length, total in enumerate(totals, start=1):
        chosen = np.flatnonzero(total >= min_count)
        found.append(Found(ngrams.spell(length, chosen), total[chosen], autonomy[length - 1][chosen]))
    return found, tables


def cut(tables: Sequence[Stored], block: Sequence[Placed]) -> npt.NDArray[np.bool_]:
    """Mark the places of a block at which a word starts, or a clause has just ended."""
    places = block[0].positions.array.astype(np.intp)
    size = int(places[-1]) + 2 if len(places) else 0
    single = np.zeros(size)
    single[places] = tables[0].array[block[0].ranks.array][block[0].ids.array]
    scores: list[Scores | tuple[npt.NDArray[np.intp], Scores]] = [single]
    for level, table in zip(block[1:], tables[1:], strict=True):
        ranks = level.ranks.array
        local = np.full(len(ranks), -np.inf)
        local[ranks != NONE] = table.array[ranks[ranks != NONE]]
        values = local[level.ids.array]
        words = np.flatnonzero(values > -np.inf)
        scores.append((level.positions.array[words].astype(np.intp), values[words]))
    first = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    starts, lengths = places[first], np.diff(first, append=len(places))
    marks = best_path(scores, starts, lengths)
    marks[starts + lengths] = True
    return marks


def _count_words(tables: Sequence[Stored], block: Sequence[Placed]) -> list[tuple[Ids, Counts]]:
    """Count the words of one block: for each length, the ranks of those that occur, and how often."""
    marks = cut(tables, block)
    borders = np.flatnonzero(marks)
    lengths = np.zeros(len(marks), np.uint8)
    lengths[borders[:-1]] = np.minimum(np.diff(borders), 255)
    result = []
    for length, level in enumerate(block, start=1):
        ids, ranks = level.ids.array, level.ranks.array
        counts = np.bincount(ids[lengths[level.positions.array] == length], minlength=len(ranks))
        used = np.flatnonzero(counts)
        result.append((ranks[used], counts[used]))
    return result
