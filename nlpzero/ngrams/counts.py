"""Exact n-gram counts of a corpus, level by level.

An n-gram of length k is a pair: the (k-1)-gram it begins with and the (k-1)-gram it ends with. Inside a block these are
small local ranks, so that pair and position fit 64 bits and one sort counts the block and ranks every position. Runs
carry the pair of global ranks; merging them makes the level's table and tells each block the global rank of its local
ones. An n-gram can occur `minimum` times only if both of its parents do, so positions drop out from level to level.

Counts of 2 and more are all that entropies need: with every clause edge a neighbour of its own,
H(x) = ln n - (1/n) sum c ln c, and a neighbour seen once adds nothing to the sum.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, Ranks, count_ranked
from ..core.engine import Engine
from ..core.workspace import NONE, Column, Counts, Ids, Keys, Run, Stored, StoredRun, Workspace
from ..reading.corpus import Part, text_of
from ..text.characters import (
    BLANKS,
    DIGIT,
    HAN,
    OTHER,
    Classes,
    char_classes,
    code_points,
    is_joined,
    published_classes,
)

Scores = npt.NDArray[np.float64]
Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

ROWS = 1 << 20
"""N-grams of a level that are looked at together where it may be larger than memory."""


class Encoded(NamedTuple):
    """A block as units: their places, with a gap between clauses; their local ids; the units; what was left out."""

    positions: Ids
    ids: Ids
    units: list[str]
    left_out: int


def encode(text: str, joined: bool) -> Encoded:
    """Read a block of text as units (see `nlpzero.text`); one empty place stands for all between two clauses.

    Parameters
    ----------
    text : str
        Whole lines.
    joined : bool
        True for the units of `nlpzero.text`, where a run of digits or of Latin letters is one; False for the single
        characters of the published methods (`published_classes`).

    Examples
    --------
    >>> encoded = encode("第12页，第3页。", joined=True)
    >>> encoded.units, encoded.left_out
    (['12', '3', '第', '页'], 2)
    >>> [(int(at), encoded.units[i]) for at, i in zip(encoded.positions, encoded.ids)]
    [(0, '第'), (1, '12'), (2, '页'), (4, '第'), (5, '3'), (6, '页')]
    """
    codes = code_points(text)
    of_character = char_classes() if joined else published_classes()
    classes = of_character[codes]
    starts = unit_starts(classes, joined)
    positions = np.flatnonzero(classes[starts] != OTHER)
    starts = starts[positions]
    kinds = classes[starts]
    histogram = np.bincount(codes)
    present = np.flatnonzero(histogram)
    of_class = of_character[present]
    left_out = int(histogram[present[of_class == OTHER]].sum() - histogram[BLANKS[len(histogram) > BLANKS]].sum())
    characters = present[of_class == HAN if joined else of_class != OTHER]
    if joined:
        run_starts = starts[kinds >= DIGIT].tolist()
        runs = [text[a:b] for a, b in zip(run_starts, _run_ends(classes).tolist(), strict=True)]
    else:
        runs = []
    units = sorted({*map(chr, characters.tolist()), *runs})
    rank = {unit: i for i, unit in enumerate(units)}
    table = np.full(len(histogram), NONE, np.uint32)
    table[characters] = [rank[chr(c)] for c in characters.tolist()]
    ids = table[codes[starts]]
    if runs:
        ids[kinds >= DIGIT] = np.fromiter(map(rank.__getitem__, runs), np.uint32, len(runs))
    return Encoded(positions.astype(np.uint32), ids, units, left_out)


def unit_starts(classes: Classes, joined: bool) -> npt.NDArray[np.intp]:
    """Give the positions of the units, and of the first character after each clause."""
    start = classes != OTHER
    keep = start.copy()
    keep[1:] |= start[:-1]
    if joined:
        keep &= ~is_joined(classes)
    return np.flatnonzero(keep)


def _run_ends(classes: Classes) -> npt.NDArray[np.intp]:
    """Give the position after each run of digits or Latin letters."""
    inside = classes >= DIGIT
    last = inside.copy()
    np.logical_and(inside[:-1], classes[1:] != classes[:-1], out=last[:-1])
    return np.flatnonzero(last) + 1


@dataclass(frozen=True)
class Level:
    """The n-grams of one length that occur often enough, in the order of their units.

    An n-gram is known by its parents, the ranks one level below of itself without its last unit (the prefix) and
    without its first one (the suffix). The arrays may lie in files: take parts of them where they may be large.

    Attributes
    ----------
    pairs : uint64 array (n,), increasing
        prefix * 2^32 + suffix (at level 1 empty).
    numbers : int64 array (n,)
        How often each occurs.
    """

    pairs: Stored
    numbers: Stored

    def __len__(self) -> int:
        return self.numbers.length

    @property
    def counts(self) -> Counts:
        """How often each occurs."""
        return self.numbers.array

    @property
    def keys(self) -> Keys:
        """The pair of parents as one number, increasing."""
        return self.pairs.array

    @property
    def prefixes(self) -> Ids:
        """The rank of each without its last unit."""
        return _halves(self.keys)[0]

    @property
    def suffixes(self) -> Ids:
        """The rank of each without its first unit."""
        return _halves(self.keys)[1]

    def parts(self) -> Iterator[tuple[Ids, Ids, Counts]]:
        """Give prefixes, suffixes and counts of `ROWS` n-grams at a time."""
        for start in range(0, len(self), ROWS):
            stop = min(start + ROWS, len(self))
            yield *_halves(self.pairs.part(start, stop)), self.numbers.part(start, stop)


def _halves(keys: Keys) -> tuple[Ids, Ids]:
    """Give the upper and the lower half of 64-bit numbers, without a copy."""
    halves: Ids = keys.view(np.uint32)
    return (halves[1::2], halves[::2]) if sys.byteorder == "little" else (halves[::2], halves[1::2])


class Wanted(NamedTuple):
    """Which n-grams of a level lead to those of the next that some words ask for, as bool arrays of the level's length.

    An n-gram of the next level is asked for if both its parents are `inner` (they stand in a word), if what it begins
    with ends a word (it may lead to the word's right neighbours), or if what it ends with begins one (to its left).
    """

    inner: npt.NDArray[np.bool_]
    ends_word: npt.NDArray[np.bool_]
    begins_word: npt.NDArray[np.bool_]


class Places(NamedTuple):
    """Where the n-grams of one level are in a block, ascending: a bit for each place of those of the level below.

    (An eighth of a byte instead of four: with the ids, half of what a level takes on the disk.)
    """

    below: "Places | None"
    bits: Stored
    within: int
    """Places of the level below; at level 1, all places."""
    length: int

    @property
    def array(self) -> Ids:
        """The places."""
        inside = np.unpackbits(self.bits.array, count=self.within).view(np.bool_)
        if self.below is None:
            return np.flatnonzero(inside).astype(np.uint32)
        chosen: Ids = self.below.array[inside]
        return chosen


def places_of(workspace: Workspace, below: Places | None, inside: npt.NDArray[np.bool_]) -> Places:
    """Keep which of the places of the level below are places of a level."""
    return Places(below, workspace.store(np.packbits(inside)), len(inside), int(np.count_nonzero(inside)))


class Placed(NamedTuple):
    """The n-grams of one level in one block: their places; their local ids; the global rank of each id."""

    positions: Places
    ids: Stored
    ranks: Stored | Ranks

    def found(self) -> tuple[Ids, Ids]:
        """Give the places of the n-grams that the level holds, and their ranks in it."""
        ranks = self.ranks.array[self.ids.array]
        known = ranks != NONE
        return self.positions.array[known], ranks[known]


class NGrams:
    """All n-grams of a corpus up to some length, counted exactly.

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    joined : bool
        See `encode`.
    engine : Engine
    workspace : Workspace

    Attributes
    ----------
    units : list of str
        All units, sorted; the unit of rank i at level 1.
    levels : list of Level
        ``levels[k - 1]`` holds the n-grams of length k.
    total : int
        Number of units in the corpus.
    clauses : int
        Number of clauses in the corpus.
    left_out : int
        Number of characters that are neither units nor blank.
    reach : int or None
        The greatest length of n-grams that can be counted, if there is one.
    unknown : int
        Units that are in the corpus but not in the counts it goes by.

    Notes
    -----
    In the workspace: a level's table (16 bytes an n-gram), and 4 bytes for each place where an n-gram of a level may
    repeat (14 bytes a unit to order 4). In memory: about 60 bytes a unit of one block per worker, and what `Merging`
    takes. Time: O(n log n) a level.
    """

    reach: int | None = None
    unknown: int = 0

    def __init__(self, texts: Iterable[str | Part], *, joined: bool, engine: Engine, workspace: Workspace) -> None:
        self.engine, self.workspace, self.joined = engine, workspace, joined
        self.blocks: list[list[Placed]] = []
        local: list[tuple[Places, Stored, Stored, Stored]] = []
        self.left_out = self.clauses = 0
        number: dict[str, int] = {}  # of every unit, in the order in which they come
        encode_block = functools.partial(_encode_block, workspace, joined)
        for positions, ids, counts, units, clauses, left_out in engine.map(encode_block, texts):
            numbers = np.fromiter((number.setdefault(unit, len(number)) for unit in units), np.uint32, len(units))
            local.append((positions, ids, counts, workspace.store(numbers)))
            self.clauses += clauses
            self.left_out += left_out
        self.units = sorted(number)
        rank = np.empty(len(number), np.uint32)
        rank[[number[unit] for unit in self.units]] = np.arange(len(number), dtype=np.uint32)
        totals = np.zeros(len(self.units), np.int64)
        for positions, ids, counts, stored in local:
            ranks = rank[stored.array]
            totals[ranks] += counts.array
            workspace.discard(counts, stored)
            self.blocks.append([Placed(positions, ids, workspace.store(ranks))])
        self.levels = [_level_of_units(totals, workspace)]
        self.total = int(totals.sum())
        self._entropies: dict[int, tuple[Stored, Stored]] = {}

    def by_class(self) -> "NGrams":
        """Give the same places with one unit, 0, for all runs of digits, and one, a, for all runs of Latin letters."""
        classes = char_classes()
        kinds = [int(classes[ord(unit[0])]) for unit in self.units]
        symbols = [
            unit if kind == HAN else "0" if kind == DIGIT else "a" for unit, kind in zip(self.units, kinds, strict=True)
        ]
        result = object.__new__(NGrams)
        result.engine, result.workspace, result.joined = self.engine, self.workspace, self.joined
        result.clauses, result.left_out, result.total = self.clauses, self.left_out, self.total
        result.units = sorted(set(symbols))
        rank = {unit: i for i, unit in enumerate(result.units)}
        of_unit = np.fromiter(map(rank.__getitem__, symbols), np.uint32, len(symbols))
        counts = np.zeros(len(rank), np.int64)
        np.add.at(counts, of_unit, self.levels[0].counts)
        result.levels = [_level_of_units(counts, self.workspace)]
        result._entropies = {}
        result.blocks = []
        store = self.workspace.store
        for block in self.blocks:
            ranks, local = np.unique(of_unit[block[0].ranks.array], return_inverse=True)
            ids = local.astype(np.uint32)[block[0].ids.array]
            result.blocks.append([Placed(block[0].positions, store(ids), store(ranks))])
        return result

    def extend(self, wanted: Wanted | None = None, *, minimum: int = 2, last: bool = False) -> Level:
        """Count the next level.

        Parameters
        ----------
        wanted : Wanted, optional
            Which n-grams of the level below to extend; default all.
        minimum : int
            N-grams seen less often are left out. With 2, one that is left out but occurs has a count of 1.
        last : bool
            Whether no level will follow: the blocks then do not keep their ids.
        """
        below = self.levels[-1]
        masks = None if wanted is None else [self.workspace.store(flags) for flags in wanted]
        bits = bits_of(below)
        flags = self.workspace.store(below.counts >= minimum)
        task = functools.partial(_count_block, self.workspace, flags, masks, bits, not last)
        places: list[tuple[Places, Stored]] = []
        runs: list[StoredRun] = []
        for positions, ids, run in self.engine.map(task, [block[-1] for block in self.blocks]):
            places.append((positions, ids))
            runs.append(run)
        level, ranks = merged_level(runs, bits, minimum, ranked=not last, engine=self.engine, workspace=self.workspace)
        self.levels.append(level)
        for block, place, rank in zip(self.blocks, places, ranks, strict=False):
            block.append(Placed(*place, rank))
        for stored in (flags, *(masks or ()), *(run.keys for run in runs), *(run.counts for run in runs)):
            self.workspace.discard(stored)
        return level

    def neighbour_entropies(self, length: int) -> tuple[Stored, Stored]:
        """Give the left and right entropy (左右邻字熵) of every n-gram of one length, computed once.

        Parameters
        ----------
        length : int
            Less than the number of levels, which are counted from 2 occurrences up.

        Returns
        -------
        left, right : float64 arrays, in nats, from 0 to the logarithm of the n-gram's count.
            Every clause edge counts as a neighbour of its own.
        """
        if length not in self._entropies:
            task = functools.partial(_entropies, self.workspace, self.levels[length - 1], self.levels[length])
            left, right = self.engine.map(task, SIDES)
            self._entropies[length] = left, right
        return self._entropies[length]

    def spell(self, length: int, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> list[Ids]:
        """Give the ranks of the units of chosen n-grams of one length: one array for each place in the n-gram."""
        if length == 1:
            return [np.arange(len(self.levels[0]), dtype=np.uint32)[chosen]]
        level = self.levels[length - 1]
        last = level.suffixes[chosen]
        for size in range(length - 1, 1, -1):
            last = self.levels[size - 1].suffixes[last]
        return [*self.spell(length - 1, level.prefixes[chosen].astype(np.intp)), last]


def merged_level(
    runs: Sequence[StoredRun], bits: int, minimum: int, *, ranked: bool, engine: Engine, workspace: Workspace
) -> tuple[Level, Sequence[Ranks]]:
    """Add runs of pairs of ranks to one level; give for each run the ranks in it of the run's n-grams.

    Parameters
    ----------
    runs : sequence of StoredRun
        Their keys are prefix * 2^bits + suffix: short keys sort fast.
    bits : int
    minimum : int
        N-grams seen less often are left out.
    ranked : bool
        Whether ranks are wanted.
    """
    merging = Merging(runs, minimum, workspace=workspace, engine=engine, ranked=ranked)
    pairs, numbers = Column(workspace, np.uint64), Column(workspace, np.int64)
    low = np.uint64((1 << bits) - 1)
    for run in merging:
        pairs.append(((run.keys >> np.uint64(bits)) << np.uint64(32)) | (run.keys & low))
        numbers.append(run.counts)
    return Level(pairs.stored(), numbers.stored()), merging.ranks


def bits_of(level: Level) -> int:
    """Give the bits that a rank in a level takes."""
    return max(1, (len(level) - 1).bit_length())


def _entropies(workspace: Workspace, level: Level, above: Level, side: Side) -> Stored:
    """Give the entropy of the neighbours on one side of every n-gram of a level."""
    entropies = Column(workspace, np.float64)
    sums = sums_by_parent(level, above, side, lambda counts: counts * np.log(counts), workspace.task)
    for start, weights in sums:
        for at in range(0, len(weights), ROWS):
            some = weights[at : at + ROWS]
            counts = level.numbers.part(start + at, start + at + len(some))
            entropies.append(np.maximum(np.log(counts) - some / counts, 0.0))
    return entropies.stored()


def sums_by_parent(
    level: Level, above: Level, side: Side, weigh: Callable[[Counts], npt.NDArray[Any]], memory: int
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Add up a weight of all n-grams of the next length by what they extend to the left or to the right.

    Yields
    ------
    start : int
    sums : array
        For the n-grams of `level` from `start` on, as many as fit the memory: the sum of ``weigh(counts)`` of those of
        `above` that extend them, in their order.
    """
    span = max(1, memory // 8 // ROWS) * ROWS  # sums of sums must not depend on the memory
    for start in range(0, len(level), span):
        size = min(span, len(level) - start)
        sums = np.zeros(size, weigh(np.ones(1, np.int64)).dtype)
        for prefixes, suffixes, counts in above.parts():
            parents, weights = suffixes if side == "left" else prefixes, weigh(counts)
            if size < len(level):
                here = np.flatnonzero((parents >= start) & (parents < start + size))
                parents, weights = parents[here] - np.uint32(start), weights[here]
            np.add.at(sums, parents, weights)
        yield start, sums


def _level_of_units(counts: Counts, workspace: Workspace) -> Level:
    """Make the level of single units, which have no parents."""
    return Level(workspace.store(np.empty(0, np.uint64)), workspace.store(counts))


def _encode_block(
    workspace: Workspace, joined: bool, text: str | Part
) -> tuple[Places, Stored, Stored, list[str], int, int]:
    """Read and encode one block: places, ids and unit counts, stored; its units; its clauses; characters left out."""
    encoded = encode(text_of(text), joined)
    counts = np.bincount(encoded.ids, minlength=len(encoded.units))
    clauses = int(np.count_nonzero(np.diff(encoded.positions) > 1)) + (len(encoded.positions) > 0)
    store = workspace.store
    occupied = np.zeros(int(encoded.positions[-1]) + 1 if len(encoded.positions) else 0, np.bool_)
    occupied[encoded.positions] = True
    places = places_of(workspace, None, occupied)
    return places, store(encoded.ids), store(counts), encoded.units, clauses, encoded.left_out


class Pairs(NamedTuple):
    """The pairs of neighbours of one block at a level: the places, local ids, and the run of pairs of ranks."""

    inside: npt.NDArray[np.bool_]
    ids: Ids
    run: Run


def pairs_of(placed: Placed, allowed: Stored, wanted: Sequence[Stored] | None, bits: int) -> Pairs:
    """Find the pairs of neighbours in one block whose n-grams are allowed, and wanted (see `NGrams.extend`)."""
    positions, ids, ranks = (stored.array for stored in placed)
    present = ranks != NONE

    def at_each(flags: Stored) -> npt.NDArray[np.bool_]:
        local = np.zeros(len(ranks), np.bool_)
        local[present] = flags.array[ranks[present]]
        found: npt.NDArray[np.bool_] = local[ids]
        return found

    usable = at_each(allowed)
    pair = usable[:-1] & usable[1:]
    pair &= positions[1:] - positions[:-1] == 1
    if wanted is not None:
        inner, ends_word, begins_word = map(at_each, wanted)
        pair &= (inner[:-1] & inner[1:]) | ends_word[:-1] | begins_word[1:]
    local_bits = np.uint64(max(1, len(ranks).bit_length()))
    pairs = (ids[:-1][pair].astype(np.uint64) << local_bits) | ids[1:][pair]
    run, above = count_ranked(pairs)
    prefixes = ranks[(run.keys >> local_bits).astype(np.intp)].astype(np.uint64)
    suffixes = ranks[(run.keys & np.uint64((1 << int(local_bits)) - 1)).astype(np.intp)]
    inside = np.append(pair, np.zeros(int(len(positions) > 0), np.bool_))
    return Pairs(inside, above, Run((prefixes << np.uint64(bits)) | suffixes, run.counts))


def _count_block(
    workspace: Workspace,
    allowed: Stored,
    wanted: Sequence[Stored] | None,
    bits: int,
    keep: bool,
    placed: Placed,
) -> tuple[Places, Stored, StoredRun]:
    """Count one block's pairs of neighbours at the highest level: the next level's places, ids and run."""
    inside, ids, run = pairs_of(placed, allowed, wanted, bits)
    stored = workspace.store_run(run)
    if not keep:
        inside, ids = inside[:0], ids[:0]
    return places_of(workspace, placed.positions, inside), workspace.store(ids), stored
