"""Words by branching entropy: where a word ends, the next character is hard to guess.

After Jin & Tanaka-Ishii (2006), "Unsupervised segmentation of Chinese text by use of branching entropy", and Magistry &
Sagot (2012), "Unsupervized word segmentation: the case for Mandarin Chinese".
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..core.counting import Merging
from ..core.workspace import NONE, Column, Ids, Run, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.entropies import Entropies, side_entropies
from ..ngrams.levels import (
    ROWS,
    SIDES,
    BlockLevels,
    Flags,
    Level,
    LocalIds,
    Placements,
    Side,
    bits_in,
    halves,
    look_up,
    sums_by_parent,
)
from ..ngrams.measures import Scores
from ..segment.lattice import Positions, ScoredWords, best_path
from ..text.strings import ranges
from ..text.units import has_signs
from .finding import Check, Evidence, Finding, Method, Search

TYPES = 1 << 18
"""N-grams of one length whose best cut is looked for by one task."""
MIN_OCCURRENCES = 3
"""N-grams of two or more units seen less often are no candidates (2 and 5 find the same or fewer dictionary words)."""


def autonomies(ngrams: NGrams, order: int) -> list[WorkspaceArray]:
    """Give the autonomy (自由度) of every n-gram of up to `order` units.

    With H the entropy of the neighbours on one side, the variation on the right is VBE(x0..xk) = H(x0..xk) -
    H(x0..xk-1) (for a single unit H itself), mirrored on the left. Autonomy is the sum of both, each less its mean over
    all n-grams of the same length: the distinct continuations of the shorter n-grams that repeat, every clause edge a
    continuation of its own, as in H. A continuation seen once has H = 0; the levels do not hold it, but the shorter
    n-gram has as many as its count exceeds the sum of its children's, so that the mean includes them exactly. (With
    them 0.91 of the 10,000 most frequent words of 22 MB of balanced text are in a dictionary, without 0.87; with the
    continuations of n-grams that do not repeat 0.93, but fewer words are found: vocabulary F 0.57 instead of 0.59.)
    Numbers and names with signs do not count for the mean: most are seen once, and with them F falls to 0.53.

    Returns
    -------
    list of float64 arrays, in nats; entry k - 1 belongs to ``ngrams.levels[k - 1]``.
    """
    return measured(ngrams, order)[1]


def measured(ngrams: NGrams, order: int) -> tuple[NGrams, list[WorkspaceArray]]:
    """Work out `autonomies`; give n-grams that know their entropies, too."""
    workspace, levels = ngrams.workspace, ngrams.levels
    apart = workspace.store(np.fromiter(map(has_signs, ngrams.units), np.bool_, len(ngrams.units)))
    sides = functools.partial(_side_entropies, workspace, levels)
    found = [*ngrams.engine.map(sides, [(length, side) for length in range(order, 0, -1) for side in SIDES])]
    entropies = [*zip(found[-2::-2], found[::-2], strict=True)]
    task = functools.partial(_autonomy, workspace, levels, apart)
    known = [(length, entropies[max(0, length - 2) : length]) for length in range(order, 0, -1)]
    autonomy = [*ngrams.engine.map(task, known)][::-1]
    workspace.discard(apart)
    return replace(ngrams, entropies=tuple(entropies)), autonomy


def _side_entropies(workspace: Workspace, levels: Sequence[Level], part: tuple[int, Side]) -> WorkspaceArray:
    """Work out the entropies of one length on one side."""
    length, side = part
    return side_entropies(workspace, levels[length - 1], levels[length], side)


def _autonomy(
    workspace: Workspace, every: Sequence[Level], apart: WorkspaceArray, known: tuple[int, Sequence[Entropies]]
) -> WorkspaceArray:
    """Give the autonomy of every n-gram of one length, by the entropies of the length below and its own.

    N-grams with units that are `apart` do not count for the means.
    """
    length, entropies = known
    levels = every[:length]
    level = levels[-1]
    below, counted = np.empty(0, np.bool_), ~apart.array
    for longer in levels[1:]:
        both = [counted[prefixes] & counted[suffixes] for prefixes, suffixes, _ in longer.parts()]
        below, counted = counted, np.concatenate([np.empty(0, np.bool_), *both])
    variations = Column(workspace, np.float64)
    total = [0.0, 0.0]
    for start, parents in _rows(level):
        sums = np.zeros(len(parents[0]))
        own = counted[start : start + len(sums)]
        for side, values in enumerate(entropies[-1]):
            variation = values.part(start, start + len(sums))
            if length > 1:
                variation = variation - entropies[0][side].array.take(parents[side])
            total[side] += float(variation @ own)
            sums += variation
        variations.append(sums)
    means, number = 0.0, int(np.count_nonzero(counted))
    for side, name in enumerate(SIDES):
        lost, once = 0.0, 0
        if length > 1:
            lost, once = _seen_once(workspace, (levels[length - 2], level), name, entropies[0][side], below)
        means += (total[side] - lost) / max(1, number + once)
    whole = variations.stored()
    autonomy = _shifted(workspace, whole, -means)
    workspace.discard(whole)
    return autonomy


def _rows(level: Level) -> Iterator[tuple[int, tuple[Ids, Ids]]]:
    """Give the n-grams of a level in parts: where each starts, and what its n-grams extend to the left and right."""
    if len(level.pairs.array) < len(level):  # single units extend nothing
        none = np.empty(len(level), np.uint32)
        yield 0, (none, none)
        return
    for number, (prefixes, suffixes, _) in enumerate(level.parts()):
        yield number * ROWS, (suffixes, prefixes)


def _seen_once(
    workspace: Workspace, levels: tuple[Level, Level], side: Side, entropies: WorkspaceArray, counted: Flags
) -> tuple[float, int]:
    """Add up, over the continuations seen once of all shorter n-grams that repeat, the entropy of these; count them."""
    level, above = levels
    lost, number = 0.0, 0
    for start, sums in sums_by_parent(level, above, side, lambda counts: counts, workspace.task):
        for at in range(0, len(sums), ROWS):
            some = sums[at : at + ROWS]
            counts = level.numbers.part(start + at, start + at + len(some))
            once = np.where((counts > 1) & counted[start + at : start + at + len(some)], counts - some, 0)
            lost += float(once @ entropies.part(start + at, start + at + len(some)))
            number += int(once.sum())
    return lost, number


def _shifted(workspace: Workspace, values: WorkspaceArray, by: float) -> WorkspaceArray:
    """Add a number to all values."""
    column = Column(workspace, np.float64)
    for start in range(0, values.length, ROWS):
        column.append(values.part(start, min(start + ROWS, values.length)) + by)
    return column.stored()


def find_words(ngrams: NGrams, search: Search) -> Finding:
    """Find words by cutting the corpus where autonomy is greatest.

    Each clause is cut into words w of 1 to `order` units so that the sum of a(w) len(w) is greatest; words of two and
    more units occur at least `MIN_OCCURRENCES` times. A word is found when it is cut out `min_count` times or more.
    """
    order = search.parameters.order
    for length in range(len(ngrams.levels) + 1, order + 2):
        ngrams = ngrams.extended(last=length == order + 1)
    ngrams, autonomy = measured(ngrams, order)
    workspace = ngrams.workspace
    candidates = _candidates(ngrams, autonomy)
    runs: list[list[StoredRun]] = [[] for _ in range(order)]
    starts = []
    task = functools.partial(_cut_block, workspace, autonomy, candidates)
    for cut, counted in ngrams.engine.map(task, [block[:order] for block in ngrams.blocks]):
        starts.append(cut)
        for mine, run in zip(runs, counted, strict=True):
            mine.append(run)
    workspace.discard(*candidates)
    units, lengths, counts, scores = [], [], [], []
    for length, mine in enumerate(runs, start=1):
        words = [*Merging(mine, search.min_count, workspace=workspace, engine=ngrams.engine)]
        chosen = np.concatenate([np.empty(0, np.intp), *(run.keys.astype(np.intp) for run in words)])
        units.append(np.stack(ngrams.spell(length, chosen), axis=1).ravel())
        lengths.append(np.full(len(chosen), length))
        counts.append(np.concatenate([np.empty(0, np.int64), *(run.counts.astype(np.int64) for run in words)]))
        scores.append(autonomy[length - 1].array[chosen])
        for run in mine:
            workspace.discard(*run)
    every = (np.concatenate(columns) for columns in (units, lengths, counts, scores))
    return Finding(ngrams, next(every), next(every), next(every), next(every), starts, tables=autonomy)


class Worth(NamedTuple):
    """What the n-grams of one length are worth as words is worked out from: autonomy and count of each."""

    autonomy: WorkspaceArray
    numbers: WorkspaceArray

    def of(self, ranks: Ids, length: int) -> Scores:
        """Give a(w) len(w) of some n-grams, -inf for those that are no words."""
        scores: Scores = self.autonomy.array.take(ranks) * length
        if length > 1:
            scores[self.numbers.array.take(ranks) < MIN_OCCURRENCES] = -np.inf
        return scores


def _candidates(ngrams: NGrams, autonomy: Sequence[WorkspaceArray]) -> list[WorkspaceArray]:
    """Tell which n-grams of 2, 3, ... units are worth as much as their best cut: bool arrays, and one False more.

    No others are words of a best path, since their parts stand wherever they do. (In 22 MB of text 37,000 of 700,000
    are left, and of their occurrences one in four.)
    """
    workspace, levels = ngrams.workspace, ngrams.levels
    best = [autonomy[0]]
    result = []
    for length in range(2, len(autonomy) + 1):
        worth = Column(workspace, np.float64)
        flags = Column(workspace, np.bool_)
        task = functools.partial(_best_of_types, workspace, levels[:length], autonomy[length - 1], best)
        for values, chosen in ngrams.engine.map(task, range(0, len(levels[length - 1]), TYPES)):
            worth.append(values.array)
            flags.append(chosen.array)
            workspace.discard(values, chosen)
        flags.append(np.zeros(1, np.bool_))
        result.append(flags.stored())
        best.append(worth.stored())
    workspace.discard(*best[1:])
    return result


def _best_of_types(
    workspace: Workspace, levels: Sequence[Level], autonomy: WorkspaceArray, best: Sequence[WorkspaceArray], start: int
) -> tuple[WorkspaceArray, WorkspaceArray]:
    """Give for some n-grams of the last level what their best cut is worth, and whether that is the whole.

    `best` are the former of the levels below.
    """
    level, length = levels[-1], len(levels)
    stop = min(start + TYPES, len(level))
    kept = np.flatnonzero(level.numbers.part(start, stop) >= MIN_OCCURRENCES)
    keys = level.pairs.part(start, stop).take(kept)
    whole = autonomy.part(start, stop).take(kept) * length
    cut = np.full(len(kept), -np.inf)
    first = [keys]  # what begins each, of length - 1, length - 2, ... units; and what ends it
    last = [keys]
    for below in levels[-2:0:-1]:
        first.append(below.keys.take(halves(first[-1])[0]))
        last.append(below.keys.take(halves(last[-1])[1]))
    for size in range(1, length):
        left, right = halves(first[length - 1 - size])[0], halves(last[size - 1])[1]
        np.maximum(cut, best[size - 1].array.take(left) + best[length - size - 1].array.take(right), out=cut)
    values = np.zeros(stop - start)
    values[kept] = np.maximum(whole, cut)
    chosen = np.zeros(stop - start, np.bool_)
    chosen[kept] = whole >= cut
    return workspace.store(values), workspace.store(chosen)


class _FoundWords(NamedTuple):
    """Words of one length in a block: their local ids, and at which unit each begins, ascending."""

    ids: LocalIds
    at: Positions


def _cut_block(
    workspace: Workspace,
    autonomy: Sequence[WorkspaceArray],
    candidates: Sequence[WorkspaceArray],
    block: BlockLevels,
) -> tuple[WorkspaceArray, list[StoredRun]]:
    """Cut one block: where words begin, as bits over its units; for each length the words' ranks and their counts."""
    block = [level.in_memory() for level in block]
    words = _words_in(block, candidates)
    marks = _best_marks(autonomy, block, words)
    begins = np.append(marks, True)
    cut = [block[0].local.take(np.flatnonzero(begins[:-1] & begins[1:]))]
    for length, found in enumerate(words, start=2):
        is_cut = begins.take(found.at) & begins.take(found.at + length)
        for step in range(1, length):
            is_cut &= ~begins.take(found.at + step)
        cut.append(found.ids.take(np.flatnonzero(is_cut)))
    runs = []
    for level, ids in zip(block, cut, strict=True):
        counts = np.bincount(ids)
        used = np.flatnonzero(counts)
        runs.append(workspace.store_run(Run(level.ranks.array[used].astype(np.uint64), counts[used])))
    return workspace.store(np.packbits(marks)), runs


def _best_marks(autonomy: Sequence[WorkspaceArray], block: BlockLevels, words: Sequence[_FoundWords]) -> Flags:
    """Tell of each unit of a block whether a word begins there, in the cut that is worth most.

    Units that no candidate covers are words. So is a candidate that no other one overlaps: no cut is worth more. Paths
    are sought where candidates overlap.
    """
    size = block[0].length
    marks = np.ones(size + 1, np.bool_)
    for length, found in enumerate(words, start=2):
        for step in range(1, length):
            marks[found.at + step] = False
    starts = np.flatnonzero(marks[:-1] > marks[1:])  # of the stretches that no candidate leaves
    sizes = np.flatnonzero(marks[:-1] < marks[1:]) + 1 - starts
    span = np.zeros(size, np.uint8)
    span[starts] = np.minimum(sizes, 255).astype(np.uint8)
    for length, found in enumerate(words, start=2):
        span[found.at.take(np.flatnonzero(span.take(found.at) == length))] = 1
    is_open = np.flatnonzero(span.take(starts) > 1)
    starts, sizes = starts.take(is_open), sizes.take(is_open)
    inside = ranges(starts, sizes)
    number = np.zeros(size, np.uint32)  # of the units in open stretches, from 1 on
    number[inside] = np.arange(1, len(inside) + 1)
    scores: list[Scores | ScoredWords] = [_values(autonomy[0], block[0], block[0].local.take(inside))]
    for length, found in enumerate(words, start=2):
        places = number.take(found.at)
        some = np.flatnonzero(places)
        values = _values(autonomy[length - 1], block[length - 1], found.ids.take(some))
        scores.append((places.take(some).astype(np.intp) - 1, values * length))
    marks[inside] = best_path(scores, np.cumsum(sizes) - sizes, sizes)
    return marks[:-1]


def _words_in(block: BlockLevels, candidates: Sequence[WorkspaceArray]) -> list[_FoundWords]:
    """Find the candidates of 2, 3, ... units in a block."""
    within: list[Positions] = []
    words = []
    for level, flags in zip(block[1:], candidates, strict=True):
        within.append(np.flatnonzero(bits_in(level.inside, level.places)))
        ids = level.local
        at = np.flatnonzero(flags.array.take(level.ranks.array, mode="clip").take(ids))  # NONE is beyond the last
        ids = ids.take(at)
        for below in reversed(within):
            at = below.take(at)
        words.append(_FoundWords(ids, at))
    return words


def _values(autonomy: WorkspaceArray, level: Placements, ids: LocalIds) -> Scores:
    """Give the autonomy of n-grams of a block by their local ids."""
    values: Scores = autonomy.array.take(level.ranks.array.take(ids))
    return values


def _checks(evidence: Evidence) -> list[Check]:
    """Compare the string's autonomy with that of its best cut."""
    size, order = len(evidence.units), evidence.parameters.order
    checks = [Check("units", size, order, at_most=True)]
    if size > 1:
        checks.append(Check("occurrences", evidence.frequencies[0, size], MIN_OCCURRENCES))
    if 1 < size <= order:
        worth = _worth_of_parts(evidence)
        best = [0.0]
        for end in range(1, size + 1):
            starts = range(end) if end < size else range(1, end)
            best.append(max(best[i] + worth.get((i, end), -np.inf) for i in starts))
        checks.append(Check("autonomy x length, against its best cut", worth.get((0, size), -np.inf), best[-1]))
    return checks


def _worth_of_parts(evidence: Evidence) -> dict[tuple[int, int], float]:
    """Give a(w) len(w) of every part of a string that may be a word."""
    ranks = np.array(evidence.ranks, np.uint32)
    result: dict[tuple[int, int], float] = {}
    for length, table in enumerate(evidence.tables[: len(ranks)], start=1):
        level = evidence.ngrams.levels[length - 1]
        if length > 1:
            ranks = look_up(level, ranks[:-1], ranks[1:])
        at = np.flatnonzero(ranks != NONE)
        scores = Worth(table, level.numbers).of(ranks[at], length)
        result.update(zip(((i, i + length) for i in at.tolist()), scores.tolist(), strict=True))
    return result


METHOD = Method("entropy", joined=True, min_count=5, find=find_words, checks=_checks, disk=6)
"""5 gives the best vocabulary F on 22 MB of text (3: 0.55, 5: 0.60, 8: 0.55)."""
