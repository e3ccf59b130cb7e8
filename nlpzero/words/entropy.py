"""Words by branching entropy: where a word ends, the next character is hard to guess.

After Jin & Tanaka-Ishii (2006), "Unsupervised segmentation of Chinese text by use of branching entropy", and Magistry &
Sagot (2012), "Unsupervized word segmentation: the case for Mandarin Chinese".
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

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

PIECE = 1 << 18
"""Units that are cut together: their scores stay in the cache. (All of a block of 12 MB together: 2.1 s for 22.5 MB
instead of 0.8.)
"""
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
    """Work out `autonomies`; give n-grams that know their entropies, too, if these did not have to go to files.

    Two lengths at a time need theirs; those in files go when they have served.
    """
    workspace, levels = ngrams.workspace, ngrams.levels
    apart = workspace.store(np.fromiter(map(has_signs, ngrams.units), np.bool_, len(ngrams.units)))
    entropies: list[Entropies] = []
    autonomy: list[WorkspaceArray] = []
    in_memory, gone = True, 0
    task = functools.partial(_entropies_or_autonomy, workspace, levels[: order + 1], apart)
    for length in range(order + 1):
        known = entropies[max(0, length - 2) :]
        above: list[_Part] = [(length + 1, side, []) for side in SIDES] if length < order else []
        found = [*ngrams.engine.map(task, [*above, *([(length, None, known)] if length > 0 else [])])]
        autonomy += found[len(above) :]
        if above:
            entropies.append((found[0], found[1]))
            in_memory = in_memory and all(one.path is None for one in found[:2])
        while not in_memory and gone < (length - 1 if above else order):
            workspace.discard(*entropies[gone])
            gone += 1
    workspace.discard(apart)
    return replace(ngrams, entropies=tuple(entropies) if in_memory else ()), autonomy


_Part = tuple[int, Side | None, Sequence[Entropies]]
"""A length, and the side of its entropies; or None for its autonomy, and the entropies of the length below and its own.
"""


def _entropies_or_autonomy(
    workspace: Workspace, levels: Sequence[Level], apart: WorkspaceArray, part: _Part
) -> WorkspaceArray:
    """Work out one part of `measured`."""
    length, side, known = part
    if side is None:
        return _autonomy(workspace, levels[:length], known, apart)
    return side_entropies(workspace, levels[length - 1], levels[length], side)


def _autonomy(
    workspace: Workspace, levels: Sequence[Level], entropies: Sequence[Entropies], apart: WorkspaceArray
) -> WorkspaceArray:
    """Give the autonomy of every n-gram of the last level, by the entropies of the level below and its own.

    N-grams with units that are `apart` do not count for the means.
    """
    level, length = levels[-1], len(levels)
    below, counted = np.empty(0, np.bool_), ~apart.array
    for longer in levels[1:]:
        below, counted = counted, counted[longer.prefixes] & counted[longer.suffixes]
    variations = Column(workspace, np.float64)
    total = [0.0, 0.0]
    for start, parents in _rows(level):
        both = np.zeros(len(parents[0]))
        own = counted[start : start + len(both)]
        for side, values in enumerate(entropies[-1]):
            variation = values.part(start, start + len(both))
            if length > 1:
                variation = variation - entropies[0][side].array.take(parents[side])
            total[side] += float(variation @ own)
            both += variation
        variations.append(both)
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
    worth = [Worth(*pair) for pair in zip(autonomy, (level.numbers for level in ngrams.levels), strict=False)]
    runs: list[list[StoredRun]] = [[] for _ in range(order)]
    starts = []
    task = functools.partial(_cut_block, workspace, worth)
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


def _cut_block(
    workspace: Workspace, worth: Sequence[Worth], block: BlockLevels
) -> tuple[WorkspaceArray, list[StoredRun]]:
    """Cut one block: where words begin, as bits over its units; for each length the words' ranks and their counts."""
    beginnings = beginnings_in(block)
    size = block[0].length
    single = worth[0].of(block[0].ranks.array, 1).take(block[0].ids.array)
    longer: list[ScoredWords] = []
    for length, (level, one, at) in enumerate(zip(block[1:], worth[1:], beginnings[1:], strict=True), start=2):
        ranks = level.ranks.array
        known = np.flatnonzero(ranks != NONE)
        local = np.full(len(ranks), -np.inf)
        local[known] = one.of(ranks.take(known), length)
        ids = level.ids.array
        words = np.flatnonzero((local > -np.inf).take(ids))
        longer.append((at.take(words), local.take(ids.take(words))))
    marks = _best_marks(single, longer, np.flatnonzero(~bits_in(block[0].follows, size)) + 1)
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


def _best_marks(single: Scores, longer: Sequence[ScoredWords], ends: npt.NDArray[np.intp]) -> Flags:
    """Find where words begin on the best paths of clauses with these ends, `PIECE` units at a time."""
    result = np.empty(len(single), np.bool_)
    start = 0
    while start < len(single):
        last = min(int(np.searchsorted(ends, start + PIECE)), len(ends) - 1)
        stop = int(ends[last])
        own = ends[np.searchsorted(ends, start, "right") : last + 1] - start
        scores: list[Scores | ScoredWords] = [single[start:stop]]
        for at, values in longer:
            some = slice(*np.searchsorted(at, (start, stop)))
            scores.append((at[some] - start, values[some]))
        result[start:stop] = best_path(scores, np.append(0, own[:-1]), np.diff(own, prepend=0))
        start = stop
    return result


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


METHOD = Method("entropy", joined=True, min_count=5, find=find_words, checks=_checks, disk=8)
"""5 gives the best vocabulary F on 22 MB of text (3: 0.55, 5: 0.60, 8: 0.55)."""
