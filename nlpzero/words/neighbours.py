"""The neighbours of candidates and of their parts, and what else is counted at their places.

Here the edge of a clause is no neighbour, and all numbers in digits are one.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, count, count_ranked
from ..core.workspace import NONE, Counts, Ids, Keys, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import SIDES, BlockLevels, Level, Placements, places_in
from .candidates import LevelCandidates, UnitKinds
from .sites import CLOSES, FIRST, LAST, OPENS, STARTS

Scores = npt.NDArray[np.float64]

EDGE, NUMBER, FIRST_UNIT = range(3)
"""How a neighbour is written: the edge of a clause, a number in digits, or 2 more than the rank of a unit."""
BLOCKS = 64
"""Equal parts that a text is divided into, to see in how many of them a string stands."""


class Parts(NamedTuple):
    """The parts of candidates: the ranks of what stands before each split, and after it.

    before[j - 1] holds the ranks, in the level of j units, of the first j units of every candidate.
    """

    before: list[npt.NDArray[np.intp]]
    after: list[npt.NDArray[np.intp]]


def parts_of(levels: Sequence[Level], candidates: LevelCandidates) -> Parts:
    """Find the parts of all candidates of one length."""
    before, after = [candidates.ranks], [candidates.ranks]
    for length in range(candidates.length, 1, -1):
        if length == 2:
            before.append(candidates.units[0].astype(np.intp))
            after.append(candidates.units[-1].astype(np.intp))
        else:
            before.append(levels[length - 1].prefixes[before[-1]].astype(np.intp))
            after.append(levels[length - 1].suffixes[after[-1]].astype(np.intp))
    return Parts(before[:0:-1], after[1:])


@dataclass(frozen=True)
class Neighbours:
    """The neighbours on one side of some n-grams of one length; arrays have the number of these for a length.

    Attributes
    ----------
    slots : int32 array over the level
        Where each n-gram is in the arrays, or -1.
    edges : int64 array
        At how many places a clause begins or ends there.
    inner : int64 array
        At how many places there is a neighbour.
    weights : float64 array
        The sum of c ln c over the counts c of the different neighbours.
    greatest : int64 array
        The count of the commonest.
    numbers, number_weights : arrays
        The same as `inner` and `weights` for neighbours that are numerals, or numbers in digits.
    """

    slots: npt.NDArray[np.int32]
    edges: Counts
    inner: Counts
    weights: Scores
    greatest: Counts
    numbers: Counts
    number_weights: Scores

    def entropy(self, ranks: npt.NDArray[np.intp]) -> Scores:
        """Give the entropy of the neighbours of n-grams, in nats."""
        at = self.slots[ranks]
        return entropy_of(self.inner[at], self.weights[at])

    def perplexity_of_numbers(self, ranks: npt.NDArray[np.intp]) -> Scores:
        """Give e to the power of the entropy of the numbers among the neighbours of n-grams."""
        at = self.slots[ranks]
        return np.exp(entropy_of(self.numbers[at], self.number_weights[at]))


def entropy_of(total: Counts, weights: Scores) -> Scores:
    """Give ln n - (1/n) sum c ln c, and 0 where there is nothing."""
    n = np.maximum(total, 1)
    result: Scores = np.maximum(np.log(n) - weights / n, 0.0)
    return result


@dataclass(frozen=True)
class PlaceCounts:
    """What is counted at the places of the candidates of one length; arrays have their number for a length.

    Attributes
    ----------
    quoted : int64 array
        At how many places it stands alone between quotation marks or 《》.
    alone : int64 array
        At how many places it is alone on its line.
    cuts : int64 array (n, length - 1)
        At how many places the dictionary's cut has a boundary after its first, second, ... unit.
    parts : int64 array
        In how many of 64 equal parts of the text it stands.
    block, place : int64 arrays
        Where it stands first.
    documents : int64 array
        In how many files it stands.
    """

    quoted: Counts
    alone: Counts
    cuts: Counts
    parts: Counts
    block: Counts
    place: Counts
    documents: Counts


class Slots(NamedTuple):
    """For each length: the slots of the n-grams whose neighbours are counted, on the left and right; of candidates."""

    left: list[WorkspaceArray]
    right: list[WorkspaceArray]
    candidates: list[WorkspaceArray]


class Surroundings(NamedTuple):
    """Neighbours on the left and on the right for each length, and the counts at the places of the candidates."""

    left: list[Neighbours]
    right: list[Neighbours]
    places: list[PlaceCounts]


def look_around(
    ngrams: NGrams,
    sites: Sequence[WorkspaceArray],
    kinds: UnitKinds,
    candidates: Sequence[LevelCandidates],
    numerals: Ids,
    files: Sequence[int],
) -> Surroundings:
    """Count the neighbours of candidates and their parts, and what stands at the places of the candidates.

    Parameters
    ----------
    ngrams : NGrams
    sites : for each block a uint8 array
    kinds : UnitKinds
    candidates : for each length from 2 on
    numerals : uint32 array
        The ranks of the units that are numerals.
    files : for each block the number of its file
    """
    slots = _slots(ngrams, candidates)
    workspace = ngrams.workspace
    stored = Slots(*([workspace.store(one) for one in side] for side in slots))
    symbols = np.arange(len(kinds.digits), dtype=np.uint32) + np.uint32(FIRST_UNIT)
    symbols[kinds.digits] = NUMBER
    task = functools.partial(_look_in_block, workspace, stored, workspace.store(symbols))
    sizes = [block[0].length for block in ngrams.blocks]
    before = np.cumsum([0, *sizes])[:-1].tolist()
    items = zip(ngrams.blocks, sites, ((units, sum(sizes)) for units in before), strict=True)
    runs: list[list[StoredRun]] = []
    sums = [_PlaceSums(len(one.ranks), one.length) for one in candidates]
    for number, (found, counts) in enumerate(ngrams.engine.map(task, items)):
        runs.append(found)
        for one, columns in zip(sums, counts, strict=True):
            one.add(number, files[number], columns)
            workspace.discard(*columns)
    is_number = np.zeros(len(symbols) + FIRST_UNIT, np.bool_)
    is_number[NUMBER] = True
    is_number[numerals + np.uint32(FIRST_UNIT)] = True
    found_runs = [*zip(*runs, strict=True)]
    sides = []
    for side in (stored.left, stored.right):
        sides.append([_merged(slots.array, found_runs.pop(0), is_number, ngrams) for slots in side])
    return Surroundings(sides[0], sides[1], [total.counts() for total in sums])


def _slots(ngrams: NGrams, candidates: Sequence[LevelCandidates]) -> tuple[list[npt.NDArray[np.int32]], ...]:
    """Number the n-grams of each length whose neighbours are wanted: candidates, what they begin and end with."""
    left, right = ([np.zeros(len(level), np.bool_) for level in ngrams.levels] for _ in SIDES)
    chosen = [np.full(len(level), -1, np.int32) for level in ngrams.levels]
    for one in candidates:
        before, after = parts_of(ngrams.levels, one)
        for size, (first, rest) in enumerate(zip(before, after, strict=True), 1):
            right[size - 1][first] = True
            left[one.length - size - 1][rest] = True
        left[one.length - 1][one.ranks] = right[one.length - 1][one.ranks] = True
        chosen[one.length - 1][one.ranks] = np.arange(len(one.ranks), dtype=np.int32)
    numbered = [[np.where(flags, np.cumsum(flags, dtype=np.int32) - 1, -1) for flags in side] for side in (left, right)]
    return [column.astype(np.int32) for column in numbered[0]], [c.astype(np.int32) for c in numbered[1]], chosen


def part_of(units: npt.NDArray[np.intp], before: int, total: int) -> Counts:
    """Give the part of the text, of 64 equal ones, that some units of a block are in, after `before` of `total`."""
    return (units + before) * BLOCKS // total


def _bits_of(units: int) -> int:
    """Give the bits that a neighbour takes."""
    return (units + FIRST_UNIT).bit_length()


def _look_in_block(
    workspace: Workspace,
    wanted: Slots,
    symbols: WorkspaceArray,
    item: tuple[BlockLevels, WorkspaceArray, tuple[int, int]],
) -> tuple[list[StoredRun], list[tuple[WorkspaceArray, ...]]]:
    """Look around in one block: runs of (n-gram, neighbour) for each length on the left, then on the right; counts."""
    block, stored, (before, total) = item
    places = places_in(block)
    sites = np.append(stored.array, np.uint8(STARTS))
    around = np.zeros(len(sites) + 2, np.uint32)  # around[p + 1] is the unit at p
    around[places[0] + np.uint32(1)] = symbols.array[block[0].units()]
    order = np.zeros(len(sites), np.int64)
    order[places[0]] = part_of(np.arange(len(places[0])), before, total)
    bits = np.uint64(_bits_of(symbols.length))
    runs: list[StoredRun] = []
    for shift, side in ((0, wanted.left), (1, wanted.right)):
        for length, (level, at, slots) in enumerate(zip(block, places, side, strict=True), 1):
            chosen = _slots_at(level, slots)
            here = np.flatnonzero(chosen >= 0)
            neighbour = around[at[here] + np.uint32(shift * (length + 1))]
            keys: Keys = (chosen[here].astype(np.uint64) << bits) | neighbour
            runs.append(workspace.store_run(count(keys)))
    counts = []
    for length, (level, at, slots) in enumerate(zip(block, places, wanted.candidates, strict=True), 1):
        if length > 1:
            columns = _count_places(_slots_at(level, slots), at, sites, order, length)
            counts.append(tuple(workspace.store(column) for column in columns))
    return runs, counts


def _slots_at(level: Placements, slots: WorkspaceArray) -> npt.NDArray[np.int32]:
    """Give the slot of the n-gram at each place of a level, or -1."""
    ranks = level.ranks.array
    local = np.full(len(ranks), -1, np.int32)
    there = ranks != NONE
    local[there] = slots.array[ranks[there]]
    found: npt.NDArray[np.int32] = local[level.local]
    return found


def _count_places(
    slots: npt.NDArray[np.int32], places: Ids, sites: npt.NDArray[np.uint8], order: Counts, length: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Count what stands at the places of candidates: their numbers; the counts of each; the parts; the first place."""
    here = np.flatnonzero(slots >= 0)
    at = places[here]
    run, local = count_ranked(slots[here].astype(np.uint64))
    size = len(run.keys)
    first = np.zeros(size, np.int64)
    first[local[::-1]] = at[::-1]
    last = at + np.uint32(length - 1)
    flags = [
        (sites[at] & OPENS != 0) & (sites[last] & CLOSES != 0),
        (sites[at] & FIRST != 0) & (sites[last] & LAST != 0),
        *(sites[at + np.uint32(cut)] & STARTS != 0 for cut in range(1, length)),
    ]
    yield run.keys.astype(np.int64)
    yield np.array([np.bincount(local[one], minlength=size) for one in flags], np.int64).ravel()
    bits = np.zeros(size, np.uint64)
    of_place = order[at]
    for part in range(int(of_place.min(initial=0)), int(of_place.max(initial=-1)) + 1):
        bits[local[of_place == part]] |= np.uint64(1) << np.uint64(part)
    yield bits.view(np.int64)
    yield first


class _PlaceSums:
    """Adds up the counts of all blocks."""

    def __init__(self, size: int, length: int) -> None:
        self.flags = np.zeros((length + 1, size), np.int64)
        self.parts = np.zeros(size, np.uint64)
        self.block, self.place = np.full(size, -1, np.int64), np.zeros(size, np.int64)
        self.documents, self.file = np.zeros(size, np.int64), np.full(size, -1, np.int64)

    def add(self, number: int, file: int, columns: Sequence[WorkspaceArray]) -> None:
        """Add those of one block; the blocks of a file come one after the other."""
        which, flags, parts, place = (column.array for column in columns)
        if not len(which):
            return
        self.flags[:, which] += flags.reshape(-1, len(which))
        self.parts[which] |= parts.view(np.uint64)
        self.documents[which] += self.file[which] != file
        self.file[which] = file
        new = self.block[which] < 0
        self.block[which[new]], self.place[which[new]] = number, place[new]

    def counts(self) -> PlaceCounts:
        """Give the sums."""
        spread = np.bitwise_count(self.parts).astype(np.int64)
        return PlaceCounts(
            self.flags[0], self.flags[1], self.flags[2:].T, spread, self.block, self.place, self.documents
        )


def _merged(
    slots: npt.NDArray[np.int32],
    runs: Sequence[StoredRun],
    is_number: npt.NDArray[np.bool_],
    ngrams: NGrams,
) -> Neighbours:
    """Add up the runs of all blocks, and sum over the neighbours of each n-gram, in the order of the neighbours."""
    size = int(slots.max(initial=-1)) + 1
    bits = (len(is_number)).bit_length()
    edges, inner, greatest, numbers = (np.zeros(size, np.int64) for _ in range(4))
    weights, number_weights = np.zeros(size), np.zeros(size)
    for run in Merging(runs, workspace=ngrams.workspace, engine=ngrams.engine):
        which = (run.keys >> np.uint64(bits)).astype(np.intp)
        neighbour = (run.keys & np.uint64((1 << bits) - 1)).astype(np.intp)
        is_edge = neighbour == EDGE
        edges[which[is_edge]] = run.counts[is_edge]
        which, counts = which[~is_edge], run.counts[~is_edge].astype(np.int64)
        weigh = counts * np.log(counts)
        np.add.at(inner, which, counts)
        np.add.at(weights, which, weigh)
        np.maximum.at(greatest, which, counts)
        some = is_number[neighbour[~is_edge]]
        np.add.at(numbers, which[some], counts[some])
        np.add.at(number_weights, which[some], weigh[some])
    for one in runs:
        ngrams.workspace.discard(*one)
    return Neighbours(slots, edges, inner, weights, greatest, numbers, number_weights)
