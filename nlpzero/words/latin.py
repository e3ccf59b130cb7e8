"""Words in Latin letters as candidates: GDP, ChatGPT, C919, 5G.

A *run* is a longest string of units of letters and of digits, one right after the other, with letters among them.
Chinese text has terms and abbreviations in it so. In English text every run has others around it: a run is *foreign*
at a place where the unit before it and the one after it are of letters too, with a blank between.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count, count_ranked, summed
from ..core.workspace import Counts, Ids, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, places_in
from .candidates import LONGEST, LevelCandidates, Question, UnitKinds, spelled
from .features import FEATURES, CandidateFigures, Gates, spread_of
from .known import KnownWords
from .neighbours import EDGE, FIRST_UNIT, PlaceCounts, Scores, entropy_of, part_of
from .sites import AFTER_FOREIGN, AFTER_HAN, AFTER_NUMBER, BEFORE_FOREIGN, CLOSES, FIRST, LAST, OPENS

SHORTEST = 2
"""A run of one character is a variable or a label, and no candidate."""
MANY_LETTERS = 6
"""Greatest number of letters that counts: the longest runs are names of variables."""
SIGNS = "._&．＿＆"
"""Signs of addresses and of variables: t.cn, file_1."""
FLAGS = 7
"""What is counted of the places of a run; see `RunCounts.flags`."""
DIGITS, LETTERS = 1, 2
"""Kinds of units that make runs."""


class LatinCandidates(NamedTuple):
    """Runs as candidates: what is counted at their places, their figures, and their lengths in units."""

    candidates: LevelCandidates
    places: PlaceCounts
    figures: CandidateFigures
    lengths: npt.NDArray[np.intp]


class RunCounts(NamedTuple):
    """The different runs of a block, or of a text.

    Attributes
    ----------
    rows : uint32 array (n, 8)
        The ranks of their units plus 1, filled up with 0.
    flags : int64 array (7, n)
        At how many places each stands; at how many alone in quotation marks or 《》; alone on its line; between foreign
        words; beside one; after a number and a blank; beside a Han character.
    parts : uint64 array (n,)
        A bit for each of 64 equal parts of the text.
    block, place : int64 arrays (n,)
        Where it stands first.
    documents : int64 array (n,)
        In how many files it stands.
    left, right : uint64 arrays (m, 2)
        A run and its neighbour on that side, the run in the upper half; how often they stand there.
    """

    rows: Ids
    flags: Counts
    parts: npt.NDArray[np.uint64]
    block: Counts
    place: Counts
    documents: Counts
    left: npt.NDArray[np.uint64]
    right: npt.NDArray[np.uint64]


class _RunNeighbours:
    """The neighbours of runs on one side: edges, the count of the commonest neighbour, and entropies."""

    def __init__(self, pairs: npt.NDArray[np.uint64], size: int) -> None:
        which, neighbour = (pairs[:, 0] >> np.uint64(32)).astype(np.intp), pairs[:, 0] & np.uint64(0xFFFFFFFF)
        counts, inner = pairs[:, 1].astype(np.int64), neighbour != EDGE
        weights: Scores = (counts * np.log(np.maximum(counts, 1))).astype(np.float64)
        self.edges, self.greatest = np.zeros(size, np.int64), np.zeros(size, np.int64)
        self.edges[which[~inner]] = counts[~inner]
        np.maximum.at(self.greatest, which[inner], counts[inner])
        total = np.bincount(which[inner], counts[inner], size).astype(np.int64)
        some: Scores = np.bincount(which[inner], weights[inner], size).astype(np.float64)
        self.entropy = entropy_of(total, some)
        self.whole_entropy = entropy_of(total + self.edges, some)


def find_latin(
    ngrams: NGrams,
    sites: Sequence[WorkspaceArray],
    known: KnownWords,
    kinds: UnitKinds,
    question: Question,
    files: Sequence[int],
) -> LatinCandidates | None:
    """Find the runs that are not known, and measure them.

    Parameters
    ----------
    ngrams : NGrams
    sites : for each block a uint8 array
        Of `nlpzero.words.sites`, with what stands around Latin letters.
    known : KnownWords
    kinds : UnitKinds
    question : Question
        The string that is asked for is measured whatever it is.
    files : for each block the number of its file

    Returns
    -------
    LatinCandidates or None
        None if there are none.
    """
    runs = _count_runs(ngrams, sites, kinds, files)
    words = spelled(["", *ngrams.units], [*runs.rows.T])
    sizes = np.fromiter(map(len, words), np.intp, len(words))
    eligible = (runs.flags[0] >= question.minimum) & (sizes >= SHORTEST) & ~known.holds(words)
    eligible &= np.count_nonzero(runs.rows, axis=1) <= question.longest
    asked = "".join(question.units)
    chosen = np.flatnonzero(eligible | np.fromiter((word == asked for word in words), np.bool_, len(words)))
    if not len(chosen):
        return None
    sides = [_RunNeighbours(pairs, len(words)) for pairs in (runs.left, runs.right)]
    left, right = (side.whole_entropy[chosen] for side in sides)
    of_numbers, perplexity = _measures(runs, kinds)
    after, perplexity = of_numbers[chosen], perplexity[chosen]
    places, quoted, alone, foreign, beside, numbered, chinese = runs.flags[:, chosen]
    n = places.astype(np.float64)
    greatest = np.maximum(*(side.greatest[chosen] for side in sides))
    edges = np.minimum(*(side.edges[chosen] for side in sides))
    some = [words[row] for row in chosen.tolist()]
    letters = ["".join(filter(str.isalpha, word)) for word in some]
    parts = np.bitwise_count(runs.parts[chosen]).astype(np.int64)
    columns = {
        "entropy": np.minimum(*(side.entropy[chosen] for side in sides)),
        "commonest": np.log((greatest + 0.5) / (n + 1)),
        "edges": np.log((edges + 1) / (n + 2)),
        "ends": np.ones(len(n)),
        "spread": spread_of(parts, n),
        "quoted": np.log((quoted + 0.1) / (n + 10)),
        "quotations": np.log1p(quoted),
        "letters": np.log1p([min(MANY_LETTERS, len(one)) for one in letters]),
        "capitals": np.array([sum(map(str.isupper, one)) / max(1, len(one)) for one in letters]),
        "signs": np.array([float(any(sign in SIGNS for sign in word)) for word in some]),
        "foreign": np.log((beside + 0.5) / (n + 1)),
        "chinese": np.log((chinese + 0.5) / (n + 1)),
        "measure": np.log((numbered + after + 0.5) / (n + after + 1)),
    }
    features = np.stack([columns.get(name, np.zeros(len(n))) for name in FEATURES], axis=1)
    gates = Gates(np.ones(len(n)), greatest / n, alone / n, perplexity, foreign / n)
    cuts = np.zeros((len(n), 0), np.int64)
    return LatinCandidates(
        LevelCandidates(1, chosen, some, (), places, eligible[chosen]),
        PlaceCounts(quoted, alone, cuts, parts, runs.block[chosen], runs.place[chosen], runs.documents[chosen]),
        CandidateFigures(places, gates, features, left, right),
        np.count_nonzero(runs.rows[chosen], axis=1),
    )


def _measures(runs: RunCounts, kinds: UnitKinds) -> tuple[Counts, Scores]:
    """Tell measures (5kg, 10km) from words (5G, 3D).

    Returns
    -------
    after : int64 array (n,)
        How often a number stands right before the run, as 5 and 10 before km: all of these are other runs.
    perplexity : float64 array (n,)
        Of a run that begins with a number: that of the numbers before the same letters; else 0.
    """
    size = len(runs.rows)
    begins = kinds.digits[runs.rows[:, 0].astype(np.intp) - 1]
    rest = np.where(begins[:, np.newaxis], np.pad(runs.rows[:, 1:], ((0, 0), (0, 1))), runs.rows)
    which, groups = _numbered(rest)
    counts = np.where(begins, runs.flags[0], 0)
    total = np.bincount(which, counts, groups).astype(np.int64)
    weights: Scores = np.bincount(which, counts * np.log(np.maximum(counts, 1)), groups).astype(np.float64)
    after = np.where(begins, 0, total[which])
    perplexity = np.where(begins, np.exp(entropy_of(total, weights))[which], 0.0)
    return after.reshape(size), perplexity.reshape(size)


def _numbered(rows: Ids) -> tuple[Ids, int]:
    """Number rows, the same number for the same row, and say how many different ones there are."""
    ranks = rows[:, 0] if len(rows) else np.zeros(0, np.uint32)
    for column in rows.T[1:]:
        if column.any():
            ranks = count_ranked((ranks.astype(np.uint64) << np.uint64(32)) | column)[1]
    run, which = count_ranked(ranks.astype(np.uint64))
    return which, len(run.keys)


def _count_runs(ngrams: NGrams, sites: Sequence[WorkspaceArray], kinds: UnitKinds, files: Sequence[int]) -> RunCounts:
    """Count the runs of a text."""
    workspace = ngrams.workspace
    stored = workspace.store(DIGITS * kinds.digits.astype(np.uint8) + LETTERS * kinds.latin.astype(np.uint8))
    sizes = [block[0].length for block in ngrams.blocks]
    before = np.cumsum([0, *sizes])[:-1].tolist()
    items = zip(ngrams.blocks, sites, enumerate(zip(before, itertools.repeat(sum(sizes)))), strict=True)
    task = functools.partial(_runs_in_block, workspace, stored)
    found = [_shaped([one.array for one in columns]) for columns in ngrams.engine.map(task, items)]
    rows = np.concatenate([one.rows for one in found])
    which, size = _numbered(rows)
    last = np.arange(len(rows))[::-1]
    first = np.zeros(size, np.intp)
    first[which[last]] = last
    flags = np.zeros((FLAGS, size), np.int64)
    np.add.at(flags.T, which, np.concatenate([one.flags for one in found], axis=1).T)
    parts = np.zeros(size, np.uint64)
    np.bitwise_or.at(parts, which, np.concatenate([one.parts for one in found]))
    block, place = (np.concatenate([getattr(one, name) for one in found])[first] for name in ("block", "place"))
    of_file = np.repeat(np.array(files, np.uint64), [len(one.rows) for one in found])
    pairs_of_files = np.unique((which.astype(np.uint64) << np.uint64(32)) | of_file)
    documents = np.bincount((pairs_of_files >> np.uint64(32)).astype(np.intp), minlength=size).astype(np.int64)
    bounds = np.cumsum([0, *(len(one.rows) for one in found)]).tolist()
    sides = []
    for name in "left", "right":
        pairs = []
        for start, one in zip(bounds, found, strict=False):
            of_block = getattr(one, name)
            local = (of_block[:, 0] >> np.uint64(32)).astype(np.intp) + start
            neighbour = of_block[:, 0] & np.uint64(0xFFFFFFFF)
            pairs.append(np.stack([(which[local].astype(np.uint64) << np.uint64(32)) | neighbour, of_block[:, 1]], 1))
        every = np.concatenate(pairs)
        run = summed(every[:, 0], every[:, 1])
        sides.append(np.stack([run.keys, run.counts.astype(np.uint64)], axis=1))
    return RunCounts(rows[first], flags, parts, block, place, documents, sides[0], sides[1])


def _runs_in_block(
    workspace: Workspace,
    stored: WorkspaceArray,
    item: tuple[BlockLevels, WorkspaceArray, tuple[int, tuple[int, int]]],
) -> list[WorkspaceArray]:
    """Count the runs of one block."""
    block, of_places, (number, (passed, total)) = item
    places = places_in(block[:1])[0].astype(np.intp)
    units, sites = block[0].units(), of_places.array
    kinds = stored.array[units]
    starts = kinds > 0
    starts[1:] &= ~((kinds[:-1] > 0) & (places[1:] == places[:-1] + 1))
    begins = np.flatnonzero(starts)
    if len(begins):
        lengths = np.add.reduceat((kinds > 0).astype(np.intp), begins)
        kept = np.logical_or.reduceat(kinds == LETTERS, begins) & (lengths <= LONGEST)
        begins, lengths = begins[kept], lengths[kept]
    else:
        lengths = begins
    rows = np.zeros((len(begins), LONGEST), np.uint32)
    for column in range(int(lengths.max(initial=0))):
        some = lengths > column
        rows[some, column] = units[begins[some] + column] + np.uint32(1)
    which, size = _numbered(rows)
    first = np.zeros(size, np.intp)
    first[which[::-1]] = np.arange(len(begins))[::-1]
    at, end = places[begins], places[begins] + lengths - 1
    around = np.full(len(sites) + 2, EDGE, np.uint64)  # around[p + 1] is the unit at p
    around[places + 1] = units + np.uint64(FIRST_UNIT)
    left, right = around[at], around[end + 2]
    before = sites[at] & AFTER_HAN
    foreign = before == AFTER_FOREIGN, sites[end] & BEFORE_FOREIGN != 0
    marks = [
        np.ones(len(at), np.bool_),
        (sites[at] & OPENS != 0) & (sites[end] & CLOSES != 0),
        (sites[at] & FIRST != 0) & (sites[end] & LAST != 0),
        foreign[0] & foreign[1],
        foreign[0] | foreign[1],
        before == AFTER_NUMBER,
        (before == AFTER_HAN) | (left != EDGE) | (right != EDGE),
    ]
    flags = np.array([np.bincount(which[one], minlength=size) for one in marks], np.int64)
    bits = np.zeros(size, np.uint64)
    np.bitwise_or.at(bits, which, np.uint64(1) << part_of(begins, passed, total).astype(np.uint64))
    sides = []
    for neighbour in (left, right):
        run = count((which.astype(np.uint64) << np.uint64(32)) | neighbour)
        sides.append(np.stack([run.keys, run.counts.astype(np.uint64)], axis=1))
    columns: list[npt.NDArray[Any]] = [
        rows[first],
        flags,
        bits,
        np.full(size, number, np.int64),
        at[first].astype(np.int64),
        np.ones(size, np.int64),
        *sides,
    ]
    return [workspace.store(column.ravel()) for column in columns]


def _shaped(columns: Sequence[npt.NDArray[Any]]) -> RunCounts:
    """Give the stored columns of a block their shapes again."""
    rows, flags, parts, block, place, documents, left, right = columns
    flags = flags.reshape(-1, len(parts)) if len(parts) else np.zeros((FLAGS, 0), np.int64)
    sides = left.reshape(-1, 2), right.reshape(-1, 2)
    return RunCounts(rows.reshape(-1, LONGEST), flags, parts, block, place, documents, *sides)
