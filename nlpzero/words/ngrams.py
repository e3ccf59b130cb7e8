"""Exact n-gram counts of a corpus, level by level.

An n-gram of length k is a pair: the (k-1)-gram it begins with and the (k-1)-gram it ends with. Inside a block these are
small local ranks, so that pair and position fit 64 bits and one sort counts the block and ranks every position. Runs
carry the pair of global ranks; merging them makes the level's table and tells each block the global rank of its local
ones. An n-gram can occur `minimum` times only if both of its parents do, so positions drop out from level to level.

Counts of 2 and more are all that entropies need: with every clause edge a neighbour of its own,
H(x) = ln n - (1/n) sum c ln c, and a neighbour seen once adds nothing to the sum.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..counting import NONE, Counts, Ids, Keys, Run, Stored, StoredRun, Workspace, count_ranked, merge
from ..engine import Engine
from ..text import BLANKS, DIGIT, HAN, OTHER, Classes, char_classes, code_points, is_joined, published_classes

Scores = npt.NDArray[np.float64]


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
        characters of the published methods (`nlpzero.text.published_classes`).

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


@dataclass
class Level:
    """The n-grams of one length that occur often enough, in the order of their units.

    Attributes
    ----------
    counts : int64 array (n,)
    prefixes, suffixes : uint32 arrays (n,)
        The rank, one level below, of the n-gram without its last and without its first unit (empty at level 1).
    """

    counts: Counts
    prefixes: Ids
    suffixes: Ids

    def __len__(self) -> int:
        return len(self.counts)

    @functools.cached_property
    def keys(self) -> Keys:
        """The pair of parents as one number, increasing."""
        return (self.prefixes.astype(np.uint64) << np.uint64(32)) | self.suffixes


class Wanted(NamedTuple):
    """Which n-grams of a level lead to those of the next that some words ask for, as bool arrays of the level's length.

    An n-gram of the next level is asked for if both its parents are `inner` (they stand in a word), if what it begins
    with ends a word (it may lead to the word's right neighbours), or if what it ends with begins one (to its left).
    """

    inner: npt.NDArray[np.bool_]
    ends_word: npt.NDArray[np.bool_]
    begins_word: npt.NDArray[np.bool_]


class Placed(NamedTuple):
    """The n-grams of one level in one block: their places, ascending; their local ids; the global rank of each id."""

    positions: Stored
    ids: Stored
    ranks: Stored

    def found(self) -> tuple[Ids, Ids]:
        """Give the places of the n-grams that the level holds, and their ranks in it."""
        ranks = self.ranks.array[self.ids.array]
        known = ranks != NONE
        return self.positions.array[known], ranks[known]


class NGrams:
    """All n-grams of a corpus up to some length, counted exactly.

    Parameters
    ----------
    texts : iterable of str
        Blocks of whole lines, read once.
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
    left_out : int
        Number of characters that are neither units nor blank.

    Notes
    -----
    Memory: a level's table (16 bytes an n-gram), 8 bytes in the workspace for each place where an n-gram of a level may
    repeat (28 bytes a unit to order 4), and about 60 bytes a unit of one block per worker. Time: O(n log n) a level.
    """

    def __init__(self, texts: Iterable[str], *, joined: bool, engine: Engine, workspace: Workspace) -> None:
        self.engine, self.workspace, self.joined = engine, workspace, joined
        self.blocks: list[list[Placed]] = []
        local: list[tuple[Stored, Stored, Stored, list[str]]] = []
        self.left_out = 0
        vocabulary: set[str] = set()
        encode_block = functools.partial(_encode_block, workspace, joined)
        for positions, ids, counts, units, left_out in engine.map(encode_block, texts):
            local.append((positions, ids, counts, units))
            vocabulary.update(units)
            self.left_out += left_out
        self.units = sorted(vocabulary)
        rank = {unit: i for i, unit in enumerate(self.units)}
        totals = np.zeros(len(self.units), np.int64)
        for positions, ids, counts, units in local:
            ranks = np.fromiter(map(rank.__getitem__, units), np.uint32, len(units))
            totals[ranks] += counts.array
            self.blocks.append([Placed(positions, ids, workspace.store(ranks))])
        none = np.empty(0, np.uint32)
        self.levels = [Level(totals, none, none)]
        self.total = int(totals.sum())

    def by_class(self) -> "NGrams":
        """Give the same places with one unit, 0, for all runs of digits, and one, a, for all runs of Latin letters."""
        classes = char_classes()
        kinds = [int(classes[ord(unit[0])]) for unit in self.units]
        symbols = [
            unit if kind == HAN else "0" if kind == DIGIT else "a" for unit, kind in zip(self.units, kinds, strict=True)
        ]
        result = object.__new__(NGrams)
        result.engine, result.workspace, result.joined = self.engine, self.workspace, self.joined
        result.left_out, result.total = self.left_out, self.total
        result.units = sorted(set(symbols))
        rank = {unit: i for i, unit in enumerate(result.units)}
        of_unit = np.fromiter(map(rank.__getitem__, symbols), np.uint32, len(symbols))
        none = np.empty(0, np.uint32)
        counts = np.zeros(len(rank), np.int64)
        np.add.at(counts, of_unit, self.levels[0].counts)
        result.levels = [Level(counts, none, none)]
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
        allowed = below.counts >= minimum
        masks = None if wanted is None else [self.workspace.store(flags) for flags in wanted]
        bits = max(1, (len(below) - 1).bit_length())
        task = functools.partial(_count_block, self.workspace, self.workspace.store(allowed), masks, bits, not last)
        places: list[tuple[Stored, Stored]] = []
        runs: list[StoredRun] = []
        for positions, ids, run in self.engine.map(task, [block[-1] for block in self.blocks]):
            places.append((positions, ids))
            runs.append(run)
        level, ranks = self._merge(runs, bits, minimum, keep_ranks=not last)
        self.levels.append(level)
        for block, place, rank in zip(self.blocks, places, ranks, strict=False):
            block.append(Placed(*place, rank))
        return level

    def spell(self, length: int, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> list[Ids]:
        """Give the ranks of the units of chosen n-grams of one length: one array for each place in the n-gram."""
        if length == 1:
            return [np.arange(len(self.levels[0]), dtype=np.uint32)[chosen]]
        level = self.levels[length - 1]
        last = level.suffixes[chosen]
        for size in range(length - 1, 1, -1):
            last = self.levels[size - 1].suffixes[last]
        return [*self.spell(length - 1, level.prefixes[chosen].astype(np.intp)), last]

    def _merge(
        self, runs: Sequence[StoredRun], bits: int, minimum: int, *, keep_ranks: bool
    ) -> tuple[Level, list[Stored]]:
        """Add the blocks' runs to one table; give for each block the ranks in it of the block's n-grams."""
        pieces = [Run(np.empty(0, np.uint64), np.empty(0, np.int64))]
        ranks: list[list[Ids]] = [[] for _ in runs]
        for run, parts in merge(runs, minimum):
            pieces.append(run)
            if keep_ranks:
                for mine, part in zip(ranks, parts, strict=True):
                    mine.append(part)
        for stored in runs:
            self.workspace.discard(*stored)
        keys = np.concatenate([run.keys for run in pieces])
        counts = np.concatenate([run.counts for run in pieces])
        low = np.uint64((1 << bits) - 1)
        level = Level(counts, (keys >> np.uint64(bits)).astype(np.uint32), (keys & low).astype(np.uint32))
        return level, [self.workspace.store(np.concatenate(mine)) for mine in ranks] if keep_ranks else []


def _encode_block(workspace: Workspace, joined: bool, text: str) -> tuple[Stored, Stored, Stored, list[str], int]:
    """Encode one block: its places, ids and unit counts, stored; its units; the characters left out."""
    encoded = encode(text, joined)
    counts = np.bincount(encoded.ids, minlength=len(encoded.units))
    store = workspace.store
    return store(encoded.positions), store(encoded.ids), store(counts), encoded.units, encoded.left_out


def _count_block(
    workspace: Workspace,
    allowed: Stored,
    wanted: Sequence[Stored] | None,
    bits: int,
    keep: bool,
    placed: Placed,
) -> tuple[Stored, Stored, StoredRun]:
    """Count one block's pairs of neighbours at the highest level: the next level's places, ids and run."""
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
    stored = workspace.store_run(Run((prefixes << np.uint64(bits)) | suffixes, run.counts))
    if not keep:
        nothing = Stored("<u4", 0, None, None)
        return nothing, nothing, stored
    return workspace.store(positions[:-1][pair]), workspace.store(above), stored
