"""Words by evaluation, selection and adjustment (ESA): strings that are frequent, and stand in many contexts.

After Wang, Zhu, Tang & Fan (2011), "A new unsupervised approach to word segmentation", Computational Linguistics 37(3).
What the words of a segmentation explain is taken out of the counts, and the text is cut again by what is left.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE, Counts, Ids, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, Flags, places_in
from ..ngrams.measures import Scores
from ..segment.lattice import best_path
from ..segment.numerals import kinds_of, settle
from ..text.characters import code_points
from .finding import Finding, Method, Search, no_checks
from .tokens import count_tokens

ORDER = 6
"""Greatest length of a word, in units."""
ROUNDS = 8
EXPONENT = 0.3
"""Weight of the neighbours: the published value."""


class Esa(NamedTuple):
    """What n-grams of one length are scored by.

    `types` is the number of distinct n-grams n_l, `tokens` their occurrences, both with those that occur once;
    `variety` holds ln[(AVL n_l / sum AVL) (AVR n_l / sum AVR)] of those in the level; `rare` that of the others.
    """

    types: int
    tokens: int
    counts: Counts
    variety: Scores
    rare: float

    def scores(self, length: int, removed: Counts, exponent: float = EXPONENT, back: int = 0) -> Scores:
        """Score the n-grams for f, their counts n less `removed` plus `back`; the last entry is for rare ones.

        |w| ln(f n_l / sum f_l) + e ln[(AVL n_l / sum AVL) (AVR n_l / sum AVR) (f / n)^2]; -inf where f is 0. Neighbours
        go as the occurrences do: without the last factor F falls by 0.03 to 0.05.
        """
        types = self.types - int(np.count_nonzero(self.counts == removed[:-1])) - int(removed[-1])
        mean = max(1, self.tokens - int(removed.sum())) / max(1, types)
        left = np.append(self.counts - removed[:-1] + back, 1)
        with np.errstate(divide="ignore"):
            variety = np.append(self.variety + 2 * np.log(left[:-1] / self.counts), self.rare)
            result: Scores = length * np.log(left / mean) + exponent * variety
        return result


def statistics(ngrams: NGrams, order: int) -> list[Esa]:
    """Count what ESA needs of the n-grams of 1 to `order` units: occurrences and distinct neighbours (邻接多样度).

    Every clause edge is a neighbour of its own. The levels hold what occurs twice; a string has as many neighbours that
    it meets once as its count exceeds the sum of its longer strings' counts.
    """
    fits = _places(ngrams, order)
    result = []
    for length in range(1, order + 1):
        level, above = ngrams.levels[length - 1], ngrams.levels[length]
        counts = level.counts
        once = fits[length - 1] - int(counts.sum())
        variety, rare = np.zeros(len(level)), 0.0
        types = len(level) + once
        for parents in (above.suffixes, above.prefixes):
            repeated = np.bincount(parents, above.counts, len(level)).astype(np.int64)
            neighbours = np.bincount(parents, minlength=len(level)) + counts - repeated
            mean = (int(neighbours.sum()) + once) / max(types, 1)
            variety += np.log(neighbours / mean)
            rare -= np.log(mean) if mean else 0.0
        result.append(Esa(types, fits[length - 1], counts, variety, float(rare)))
    return result


def _places(ngrams: NGrams, order: int) -> list[int]:
    """Count the places where a string of 1, 2, ... units fits into a clause."""
    result = np.zeros(order, np.int64)
    for block in ngrams.blocks:
        places = places_in(block[:1])[0].astype(np.int64)
        lengths = np.diff(np.flatnonzero(np.diff(places, prepend=-2) != 1), append=len(places))
        result += [int(np.maximum(lengths - short, 0).sum()) for short in range(order)]
    return [int(n) for n in result]


def esa_cut(
    ngrams: NGrams, *, order: int = ORDER, rounds: int = ROUNDS, exponent: float = EXPONENT, finer: float = 0.0
) -> tuple[list[WorkspaceArray], list[Esa], list[Counts]]:
    """Cut the corpus into words of 1 to `order` units, again and again (评价、选择、调整).

    Each round cuts every clause so that the sum of the scores is greatest. Then every occurrence of a string that lies
    inside a word, and is not that word, is taken out of the string's count f. Where such an occurrence is itself
    considered in the next round, it is put back.

    Parameters
    ----------
    ngrams : NGrams
        By `NGrams.by_class`, with at least ``order + 1`` levels.
    finer : float
        Nats that every word is worth beside its score.

    Returns
    -------
    marks : for each block, the places at which a word starts or a clause has just ended, as bool arrays.
    esa : what the n-grams of each length are scored by.
    removed : how many occurrences of each n-gram lie inside the words of the last cut; the last entry of each array is
        for all n-grams that occur once.
    """
    esa = statistics(ngrams, order)
    removed = [np.zeros(len(one.counts) + 1, np.int64) for one in esa]
    blocks = [block[:order] for block in ngrams.blocks]
    marks: list[WorkspaceArray | None] = [None] * len(blocks)
    store = ngrams.workspace.store
    for _ in range(rounds):
        tables = [
            (store(one.scores(length, gone, exponent) + finer), store(one.scores(length, gone, exponent, 1) + finer))
            for length, (one, gone) in enumerate(zip(esa, removed, strict=True), 1)
        ]
        removed = [np.zeros(len(one.counts) + 1, np.int64) for one in esa]
        cut_again = functools.partial(_cut_block, ngrams.workspace, tables)
        for number, (cut, counted) in enumerate(ngrams.engine.map(cut_again, zip(blocks, marks, strict=True))):
            before, marks[number] = marks[number], cut
            if before is not None:
                ngrams.workspace.discard(before)
            for total, (ranks, counts) in zip(removed, counted, strict=True):
                total[ranks] += counts
        for pair in tables:
            ngrams.workspace.discard(*pair)
    return [mark for mark in marks if mark is not None], esa, removed


def inside(marks: Flags, places: npt.NDArray[np.intp], length: int) -> Flags:
    """Tell of the strings of one length that start at some places whether they are a part of a longer word."""
    borders = np.flatnonzero(marks)
    word = np.cumsum(marks)[places] - 1
    start, end = borders[word], borders[word + 1]
    result: Flags = (places + length <= end) & (end - start > length)
    return result


def _cut_block(
    workspace: Workspace,
    tables: Sequence[tuple[WorkspaceArray, WorkspaceArray]],
    item: tuple[BlockLevels, WorkspaceArray | None],
) -> tuple[WorkspaceArray, list[tuple[Ids, Counts]]]:
    """Cut one block, and count what lies inside its words."""
    block, before = item
    at_level = [places.astype(np.intp) for places in places_in(block)]
    places = at_level[0]
    size = int(places[-1]) + 2 if len(places) else 0
    old = None if before is None else before.array
    first = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    starts, lengths = places[first], np.diff(first, append=len(places))
    in_clause = np.zeros(size + len(block), np.bool_)
    in_clause[places] = True
    scores = []
    fits = in_clause.copy()
    levels = []
    for length, (level, (table, table_back)) in enumerate(zip(block, tables, strict=True), 1):
        if length > 1:
            fits[:-1] = in_clause[:-1] & fits[1:]
        where = np.flatnonzero(fits)
        ranks = np.full(size, len(table.array) - 1, np.uint32)
        found = level.units()
        known = found != NONE
        ranks[at_level[length - 1][known]] = found[known]
        ranks = ranks[where]
        values = table.array[ranks]
        if old is not None:
            back = np.flatnonzero(inside(old, where, length))
            values[back] = table_back.array[ranks[back]]
        array = np.full(size, 0.0 if length == 1 else -np.inf)
        array[where] = values
        scores.append(array)
        levels.append((where, ranks))
    marks = best_path(scores, starts, lengths)
    marks[starts + lengths] = True
    counted = []
    for length, ((where, ranks), (table, _)) in enumerate(zip(levels, tables, strict=True), 1):
        gone = ranks[inside(marks, where, length)]
        counts = np.bincount(gone, minlength=len(table.array))
        used = np.flatnonzero(counts)
        counted.append((used.astype(np.uint32), counts[used]))
    return workspace.store(marks), counted


def find_words(ngrams: NGrams, search: Search) -> Finding:
    """Cut a corpus by ESA; a word scores the mean of what the last round would give it at its places."""
    symbols = ngrams.by_class().to_length(ORDER + 1)
    rounds = search.parameters.rounds or ROUNDS
    marks, esa, removed = esa_cut(symbols, rounds=rounds, finer=search.parameters.finer)
    tables = [one.scores(length, gone) for length, (one, gone) in enumerate(zip(esa, removed, strict=True), 1)]
    kinds, codes = kinds_of(symbols), code_points("".join(symbols.units))
    starts, values = [], []
    for block, stored in zip(symbols.blocks, marks, strict=True):
        at_level = [places.astype(np.intp) for places in places_in(block)]
        places = at_level[0]
        is_start = stored.array[places]
        units = block[0].units()
        settle(is_start, kinds[units], np.diff(places, prepend=-2) != 1, codes[units])
        ngrams.workspace.discard(stored)
        begins = np.flatnonzero(is_start)
        size = np.zeros(len(places) and int(places[-1]) + 1, np.intp)
        size[places[begins]] = np.diff(begins, append=len(places))
        score = np.zeros(len(size))
        for length, (level, table) in enumerate(zip(block, tables, strict=False), 1):
            rank = np.full(len(size), len(table) - 1, np.intp)
            found = level.units()
            known = found != NONE
            rank[at_level[length - 1][known]] = found[known]
            here = np.flatnonzero(size == length)
            score[here] = table[rank[here]]
        starts.append(ngrams.workspace.store(np.packbits(is_start)))
        values.append(ngrams.workspace.store(score[places]))
    units, lengths, counts, scores = count_tokens(ngrams, starts, values)
    return Finding(ngrams, units, lengths, counts, scores / counts, starts)


METHOD = Method("esa", joined=True, min_count=5, find=find_words, checks=no_checks, by_counts=False)
