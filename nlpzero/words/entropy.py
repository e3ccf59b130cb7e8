"""Words by branching entropy: where a word ends, the next character is hard to guess.

After Jin & Tanaka-Ishii (2006), "Unsupervised segmentation of Chinese text by use of branching entropy", and Magistry &
Sagot (2012), "Unsupervized word segmentation: the case for Mandarin Chinese".
"""

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from ..core.counting import Merging
from ..core.workspace import NONE, Column, Ids, Run, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.entropies import Entropies
from ..ngrams.levels import (
    ROWS,
    SIDES,
    BlockLevels,
    Flags,
    Level,
    Side,
    beginnings_in,
    bits_in,
    look_up,
    sums_by_parent,
)
from ..ngrams.measures import Scores
from ..segment.lattice import ScoredWords, best_path
from ..text.units import has_signs
from .finding import Check, Evidence, Finding, Method, Search

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
    entropies = [ngrams.neighbour_entropies(length) for length in range(1, order + 1)]
    apart = ngrams.workspace.store(np.fromiter(map(has_signs, ngrams.units), np.bool_, len(ngrams.units)))
    task = functools.partial(_autonomy, ngrams.workspace, ngrams.levels[: order + 1], entropies, apart)
    return [*ngrams.engine.map(task, range(1, order + 1))]


def _autonomy(
    workspace: Workspace, levels: Sequence[Level], entropies: Sequence[Entropies], apart: WorkspaceArray, length: int
) -> WorkspaceArray:
    """Give the autonomy of every n-gram of one length; those with units that are `apart` do not count for the means."""
    level = levels[length - 1]
    below, counted = np.empty(0, np.bool_), ~apart.array
    for longer in levels[1:length]:
        below, counted = counted, counted[longer.prefixes] & counted[longer.suffixes]
    variations = Column(workspace, np.float64)
    total = [0.0, 0.0]
    for start, parents in _rows(level):
        both = np.zeros(len(parents[0]))
        own = counted[start : start + len(both)]
        for side, values in enumerate(entropies[length - 1]):
            variation = values.part(start, start + len(both))
            if length > 1:
                variation = variation - entropies[length - 2][side].array[parents[side]]
            total[side] += float(variation @ own)
            both += variation
        variations.append(both)
    means, number = 0.0, int(np.count_nonzero(counted))
    for side, name in enumerate(SIDES):
        lost, once = 0.0, 0
        if length > 1:
            lost, once = _seen_once(workspace, (levels[length - 2], level), name, entropies[length - 2][side], below)
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
    ngrams = ngrams.with_entropies(order)
    workspace = ngrams.workspace
    autonomy = autonomies(ngrams, order)
    tables = [
        _scores(workspace, length, level, values)
        for length, (level, values) in enumerate(zip(ngrams.levels, autonomy, strict=False), start=1)
    ]
    runs: list[list[StoredRun]] = [[] for _ in range(order)]
    starts = []
    task = functools.partial(_cut_block, workspace, tables)
    for cut, counted in ngrams.engine.map(task, [block[:order] for block in ngrams.blocks]):
        starts.append(cut)
        for mine, run in zip(runs, counted, strict=True):
            mine.append(run)
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
    return Finding(ngrams, next(every), next(every), next(every), next(every), starts, tables=tables)


def _scores(workspace: Workspace, length: int, level: Level, autonomy: WorkspaceArray) -> WorkspaceArray:
    """Give what every n-gram of one length is worth as a word."""
    column = Column(workspace, np.float64)
    for start in range(0, len(level), ROWS):
        stop = min(start + ROWS, len(level))
        score = autonomy.part(start, stop) * length
        if length > 1:
            score[level.numbers.part(start, stop) < MIN_OCCURRENCES] = -np.inf
        column.append(score)
    return column.stored()


def _cut_block(
    workspace: Workspace, tables: Sequence[WorkspaceArray], block: BlockLevels
) -> tuple[WorkspaceArray, list[StoredRun]]:
    """Cut one block: where words begin, as bits over its units; for each length the words' ranks and their counts."""
    beginnings = beginnings_in(block)
    size = block[0].length
    scores: list[Scores | ScoredWords] = [tables[0].array[block[0].ranks.array].take(block[0].ids.array)]
    for level, table, at in zip(block[1:], tables[1:], beginnings[1:], strict=True):
        ranks = level.ranks.array
        known = np.flatnonzero(ranks != NONE)
        local = np.full(len(ranks), -np.inf)
        local[known] = table.array.take(ranks.take(known))
        ids = level.ids.array
        words = np.flatnonzero((local > -np.inf).take(ids))
        scores.append((at.take(words), local.take(ids.take(words))))
    ends = np.flatnonzero(~bits_in(block[0].follows, size)) + 1
    marks = best_path(scores, np.append(0, ends[:-1])[: len(ends)], np.diff(ends, prepend=0))
    borders = np.flatnonzero(marks)
    lengths = np.zeros(size, np.uint8)
    lengths[borders] = np.minimum(np.diff(borders, append=size), 255)
    result = []
    for length, (level, at) in enumerate(zip(block, beginnings, strict=True), start=1):
        ids, ranks = level.ids.array, level.ranks.array
        chosen = np.flatnonzero((lengths if length == 1 else lengths.take(at)) == length)
        counts = np.bincount(ids.take(chosen), minlength=len(ranks))
        used = np.flatnonzero(counts)
        result.append(workspace.store_run(Run(ranks[used].astype(np.uint64), counts[used])))
    return workspace.store(np.packbits(marks)), result


def _checks(evidence: Evidence) -> list[Check]:
    """Compare the string's autonomy with that of its best cut."""
    size, order = len(evidence.units), evidence.parameters.order
    checks = [Check("units", size, order, at_most=True)]
    if size > 1:
        checks.append(Check("occurrences", evidence.frequencies[0, size], MIN_OCCURRENCES))
    if 1 < size <= order:
        worth = _worth(evidence)
        best = [0.0]
        for end in range(1, size + 1):
            starts = range(end) if end < size else range(1, end)
            best.append(max(best[i] + worth.get((i, end), -np.inf) for i in starts))
        checks.append(Check("autonomy x length, against its best cut", worth.get((0, size), -np.inf), best[-1]))
    return checks


def _worth(evidence: Evidence) -> dict[tuple[int, int], float]:
    """Give a(w) len(w) of every part of a string that may be a word."""
    ranks = np.array(evidence.ranks, np.uint32)
    result = {}
    for length, table in enumerate(evidence.tables[: len(ranks)], start=1):
        if length > 1:
            ranks = look_up(evidence.ngrams.levels[length - 1], ranks[:-1], ranks[1:])
        for i, rank in enumerate(ranks.tolist()):
            if rank != NONE:
                result[i, i + length] = float(table.array[rank])
    return result


METHOD = Method("entropy", joined=True, min_count=5, find=find_words, checks=_checks, disk=8)
"""5 gives the best vocabulary F on 22 MB of text (3: 0.55, 5: 0.60, 8: 0.55)."""
