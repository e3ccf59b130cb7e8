"""Cutting a corpus into pieces wherever no strong n-gram holds two characters together, and counting the pieces."""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, first_of_each, sort_with_origin
from ..core.tally import Tally
from ..core.workspace import NONE, Counts, Ids, Keys, Run, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, beginnings_in, bits_in
from ..text.characters import DIGIT, Codes, char_classes, code_points
from ..text.strings import StringArray, ranges
from ..text.units import distinct
from .spelling import CountedPieces

Flags = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.intp]

MAX_PIECE = 64
"""Longer pieces are no words; redundancy is checked in time that grows with the square of a piece's length."""

FIRST_CODE, NO_CODE = 0xE000, 0x110000
"""What code points stand for joined units, where they are free; and what stands for none."""

ENTRY_BYTES = 200
"""What a distinct piece takes in memory: a string of 80 bytes, a dictionary slot, a number (tracemalloc: 190)."""


TEXT = 1 << 19
"""Characters of distinct pieces that are given at a time, at the least."""

LINE_END = 10
ALONE, RUNS, JOINED = range(3)
"""Kinds of units: characters; letters and digits, which cut text does not part; several characters that signs join."""


class ShortPieces(NamedTuple):
    """The pieces of one length in one block: a run of their keys, and the unit at which each occurs first."""

    run: StoredRun
    first: WorkspaceArray


class PieceText(NamedTuple):
    """Distinct pieces as text, a line end after each; the characters of each with its line end; their counts."""

    codes: Codes
    sizes: npt.NDArray[np.intp]
    counts: Counts


class OddUnits(NamedTuple):
    """The units of a block whose cut into words the pieces do not tell: what cuts text may see them otherwise.

    They are stretches where letters or digits meet of different pieces, clauses with units that signs join, and pieces
    longer than `MAX_PIECE`.

    Attributes
    ----------
    at : uint32 array (n,)
        Which units of the block.
    stretches, pieces : bool arrays (n,)
        Where a stretch, and where a piece begins.
    """

    at: WorkspaceArray
    stretches: WorkspaceArray
    pieces: WorkspaceArray


class Pieces(NamedTuple):
    """The pieces of a corpus, written in the code points of `UnitCodes`.

    Attributes
    ----------
    ngrams : NGrams
    units : UnitCodes
    short : for each length from 1 on, for each block
        Pieces whose numbers fit one key of 64 bits.
    tally : Tally
        The longer ones.
    odd : for each block its odd units
    total : int
        How many pieces there are, but for those that are too long.
    too_long : int
        How many are longer than `MAX_PIECE`.
    """

    ngrams: NGrams
    units: "UnitCodes"
    short: Sequence[Sequence[ShortPieces]]
    tally: Tally
    odd: Sequence[OddUnits]
    total: int
    too_long: int

    def at_least(self, minimum: int) -> CountedPieces:
        """Give the pieces counted `minimum` times or more; those of one length are in the order of the text."""
        found = [self._short_at_least(minimum, length, blocks) for length, blocks in enumerate(self.short, start=1)]
        found.append(CountedPieces.of_counts(self.tally.at_least(minimum)))
        spelled, counts = zip(*found, strict=True)
        codes, lengths = (np.concatenate(column) for column in zip(*spelled, strict=True))
        return CountedPieces(StringArray(codes, lengths), np.concatenate(counts))

    def _short_at_least(self, minimum: int, length: int, blocks: Sequence[ShortPieces]) -> CountedPieces:
        """Give the short pieces of one length."""
        merging = self._merging(blocks, minimum, ranked=True)
        nothing = Run(np.empty(0, np.uint64), np.empty(0, np.int64))
        keys, counts = (np.concatenate(columns) for columns in zip(nothing, *merging, strict=True))
        first = np.zeros(len(keys), np.uint64)
        for number in reversed(range(len(blocks))):
            ranks = merging.ranks[number].array
            known = np.flatnonzero(ranks != NONE)
            place = blocks[number].first.array.take(known).astype(np.uint64)
            first[ranks.take(known)] = (np.uint64(number) << np.uint64(32)) | place
        order = np.argsort(first)
        spelled = StringArray(self._spelled(keys[order], length).ravel(), np.full(len(order), length))
        return CountedPieces(spelled, counts[order])

    def _merging(self, blocks: Sequence[ShortPieces], minimum: int, *, ranked: bool) -> Merging:
        """Add up the short pieces of one length."""
        engine, workspace = self.ngrams.engine, self.ngrams.workspace
        return Merging([one.run for one in blocks], minimum, workspace=workspace, engine=engine, ranked=ranked)

    def _spelled(self, keys: Keys, length: int) -> npt.NDArray[np.uint32]:
        """Write out short pieces, one a row."""
        bits = np.uint64(_bits_of(self.units.coded))
        mask = np.uint64((1 << int(bits)) - 1)
        spelled = np.empty((len(keys), length), np.uint32)
        for place in range(length):
            numbers = (keys >> (bits * np.uint64(length - 1 - place))) & mask
            spelled[:, place] = self.units.coded.take(numbers.view(np.intp))
        return spelled

    def texts(self) -> Iterator[PieceText]:
        """Give all distinct pieces as text, some at a time."""
        for length, blocks in enumerate(self.short, start=1):
            size = TEXT // (length + 1)
            for run in self._merging(blocks, 1, ranked=False):
                for at in range(0, len(run.keys), size):
                    spelled = self._spelled(run.keys[at : at + size], length)
                    codes = np.full((len(spelled), length + 1), LINE_END, np.uint32)
                    codes[:, :length] = spelled
                    yield PieceText(codes.ravel(), np.full(len(codes), length + 1), run.counts[at : at + size])
        for strings, numbers in self.tally.portions(TEXT // 8):
            text = code_points("\n".join([*strings, ""]))
            sizes = np.diff(np.flatnonzero(text == LINE_END), prepend=-1)
            yield PieceText(text, sizes, np.array(numbers, np.int64))


class UnitWords(NamedTuple):
    """Words as the ranks of the units of all, one word after another; how many units, and what count, each has."""

    units: Ids
    lengths: npt.NDArray[np.intp]
    counts: Counts


def _bits_of(codes: Codes) -> int:
    """Give the bits that the number of a unit takes."""
    return max(1, (len(codes) - 1).bit_length())


class UnitCodes:
    """A code point for every unit of the published methods: a character's own, a free one for what signs join.

    Joined units that stand beside nothing repeatedly have none, and make no pieces: so do numbers and names, which are
    words by themselves; and of more than a million others the rarest.

    Parameters
    ----------
    ngrams : NGrams
        Of single characters (``joined=False``), with at least two levels.
    """

    def __init__(self, ngrams: NGrams) -> None:
        units, level = ngrams.units, ngrams.levels[1]
        self.array = np.fromiter((ord(unit) if len(unit) == 1 else NO_CODE for unit in units), np.uint32, len(units))
        long = self.joined = np.flatnonzero(self.array == NO_CODE)
        """Units of several characters."""
        beside = np.zeros(len(units), np.bool_)
        beside[level.prefixes] = beside[level.suffixes] = True
        counts = ngrams.levels[0].counts
        coded = long[beside[long]]
        coded = coded[np.argsort(-counts[coded], kind="stable")]
        if len(coded):
            is_free = np.arange(NO_CODE + 1) >= FIRST_CODE
            is_free[self.array] = is_free[NO_CODE] = False
            free = np.flatnonzero(is_free)[::-1][: len(coded)]
            self.array[coded[: len(free)]] = free
        self.coded = self.array[self.array != NO_CODE]
        """The code points of the units that have one: their places are the numbers that make keys of short pieces."""
        alone = long[self.array[long] == NO_CODE]
        self.alone = alone, counts[alone]

    def words(self, pieces: CountedPieces, least: int) -> UnitWords:
        """Give words in the units of the text; joined units without a code that are frequent enough come last."""
        codes, lengths = pieces.spelled
        table = np.zeros(int(codes.max(initial=0)) + 1, np.uint32)
        known = np.flatnonzero(self.array < len(table))
        table[self.array[known]] = known
        ranks, counts = self.alone
        ranks, counts = ranks[counts >= least], counts[counts >= least]
        return UnitWords(
            np.append(table[codes], ranks.astype(np.uint32)),
            np.append(lengths, np.ones(len(ranks), np.intp)),
            np.append(pieces.counts, counts),
        )


def count_pieces(ngrams: NGrams, codes: UnitCodes, strong: Sequence[npt.NDArray[np.bool_]], memory: int) -> Pieces:
    """Cut between two characters unless a strong n-gram covers both, and count the pieces.

    Parameters
    ----------
    ngrams : NGrams
        Of single characters (``joined=False``).
    codes : UnitCodes
    strong : sequence of bool arrays
        Which n-grams of 2, 3, ... characters are strong.
    memory : int
        Bytes for the distinct long pieces; more of them are spilled.
    """
    workspace = ngrams.workspace
    is_coded = codes.array != NO_CODE
    coded = codes.coded
    number_of = np.full(len(is_coded), NONE, np.uint32)
    number_of[is_coded] = np.arange(len(coded), dtype=np.uint32)
    kinds = np.where(is_coded & (char_classes()[codes.array % NO_CODE] >= DIGIT), RUNS, ALONE).astype(np.uint8)
    kinds[codes.joined] = JOINED
    flags = [workspace.store(flag) for flag in strong]
    units = _UnitTables(*map(workspace.store, (number_of, coded, kinds)))
    task = functools.partial(_block_pieces, workspace, units, flags)
    tally = Tally(workspace, max(1, memory // ENTRY_BYTES))
    total = too_long = 0
    short: list[list[ShortPieces]] = [[] for _ in range(min(64 // _bits_of(coded), MAX_PIECE))]
    odd = []
    for found in ngrams.engine.map(task, [block[: len(strong) + 1] for block in ngrams.blocks]):
        for mine, one in zip(short, found.short, strict=True):
            mine.append(one)
            total += int(one.run.counts.array.sum())
        tally.count(found.long)
        odd.append(found.odd)
        too_long += found.too_long
    return Pieces(ngrams, codes, short, tally, odd, total + tally.total, too_long)


class _UnitTables(NamedTuple):
    """Of all units their numbers, or NONE; the code points of the numbers; the kinds of the units."""

    numbers: WorkspaceArray
    codes: WorkspaceArray
    kinds: WorkspaceArray


class _BlockPieces(NamedTuple):
    """The pieces of a block: short ones, longer ones of one length in the order of the text, how many are too long."""

    short: list[ShortPieces]
    long: list[str]
    odd: OddUnits
    too_long: int


def _block_pieces(
    workspace: Workspace, units: _UnitTables, strong: Sequence[WorkspaceArray], block: BlockLevels
) -> _BlockPieces:
    """Count the pieces of one block."""
    ranks, ids = block[0].ranks.array, block[0].local
    number = units.numbers.array.take(ranks).take(ids)
    attached = np.zeros(len(ids) + 1, np.bool_)  # entry i: whether unit i is held to the one before
    _, *longer = beginnings_in(block)
    for length, (flags, level, begins) in enumerate(zip(strong, block[1:], longer, strict=True), 2):
        known = level.ranks.array
        is_strong = np.zeros(len(known), np.bool_)
        of_level = np.flatnonzero(known != NONE)
        is_strong[of_level] = flags.array.take(known.take(of_level))
        at = begins.compress(is_strong.take(level.local))
        for inside in range(1, length):
            attached[at + inside] = True
    is_none = number == NONE
    if is_none.any():
        attached[:-1] &= ~is_none
        attached[1:] &= ~is_none
    starts = np.flatnonzero(~attached[:-1])
    lengths = np.diff(starts, append=len(ids))
    odd = _odd_units(units.kinds.array.take(ranks).take(ids), bits_in(block[0].follows, len(ids)), starts, lengths)
    if is_none.any():
        coded = ~is_none.take(starts)
        starts, lengths = starts.compress(coded), lengths.compress(coded)
    codes = units.codes.array
    short, long = _counted(workspace, number, starts, lengths, codes)
    return _BlockPieces(short, long, OddUnits(*map(workspace.store, odd)), int(np.count_nonzero(lengths > MAX_PIECE)))


def _counted(
    workspace: Workspace, numbers: Ids, starts: Positions, lengths: Positions, codes: Codes
) -> tuple[list[ShortPieces], list[str]]:
    """Count the short pieces of a block that begin at some units, and write out the longer ones, by length."""
    bits = np.uint64(_bits_of(codes))
    small = np.minimum(lengths, 255).astype(np.uint8)
    short = [_single_pieces(workspace, numbers, starts.compress(small == 1), len(codes))]
    for length in range(2, min(64 // int(bits), MAX_PIECE) + 1):
        chosen = starts.compress(small == length)
        keys = numbers.take(chosen).astype(np.uint64)
        for inside in range(1, length):
            keys <<= bits
            keys |= numbers.take(chosen + inside)
        ordered, origin = sort_with_origin(keys)
        group = np.flatnonzero(first_of_each(ordered))
        run = workspace.store_run(Run(ordered[group], np.diff(group, append=len(ordered))))
        short.append(ShortPieces(run, workspace.store(chosen[origin[group]].astype(np.uint32))))
    strings: list[str] = []
    long = np.flatnonzero(small > len(short))
    if len(long):
        starts, small = starts.take(long), small.take(long)
        for length in range(len(short) + 1, min(MAX_PIECE, int(small.max())) + 1):
            units = numbers.take(starts.compress(small == length)[:, np.newaxis] + np.arange(length))
            strings += codes.take(units).view(f"<U{length}").ravel().tolist()
    return short, strings


def _single_pieces(workspace: Workspace, numbers: Ids, starts: Positions, size: int) -> ShortPieces:
    """Count the pieces of one unit, of which there are few different ones."""
    every = numbers.take(starts)
    counts = np.bincount(every, minlength=size)
    first = np.empty(size, np.uint32)
    first[every[::-1]] = starts[::-1]  # the last that is written stays
    known = np.flatnonzero(counts)
    run = workspace.store_run(Run(known.astype(np.uint64), counts.take(known)))
    return ShortPieces(run, workspace.store(first.take(known)))


def _odd_units(kinds: Kinds, follows: Flags, starts: Positions, lengths: Positions) -> tuple[Ids, Flags, Flags]:
    """Find the odd units of a block: see `OddUnits`.

    Parameters
    ----------
    kinds : uint8 array (n,)
    follows : bool array (n,)
        Whether the next unit is of the same clause.
    starts, lengths : int arrays (m,)
        Of all pieces, one after another.
    """
    goes_on = np.zeros(len(starts), np.bool_)  # whether a stretch does with this piece
    is_odd = lengths > MAX_PIECE
    special = np.flatnonzero(kinds != ALONE)
    first = special[:-1][(np.diff(special) == 1) & follows.take(special[:-1])]
    at = np.searchsorted(starts, first + 1)
    meeting = at[starts.take(at, mode="clip") == first + 1]
    goes_on[meeting] = is_odd[meeting] = True
    joined = special[kinds.take(special) == JOINED]
    if len(joined):
        ends = np.flatnonzero(~follows)
        clauses = distinct(np.searchsorted(ends, joined))
        begins = np.append(-1, ends).take(clauses) + 1
        pieces = np.searchsorted(starts, np.stack([begins, ends.take(clauses) + 1]))
        goes_on[ranges(pieces[0] + 1, pieces[1] - pieces[0] - 1)] = True
        is_odd[pieces[0]] = True
    if not is_odd.any():
        return np.empty(0, np.uint32), np.empty(0, np.bool_), np.empty(0, np.bool_)
    stretches = np.append(np.flatnonzero(~goes_on), len(starts))
    which = distinct(np.searchsorted(stretches, np.flatnonzero(is_odd), "right") - 1)
    bounds = np.append(starts, len(kinds)).take(stretches)
    units = ranges(bounds.take(which), np.diff(bounds).take(which))
    inside = np.zeros(len(kinds), np.bool_)
    inside[starts] = True
    begins_piece = inside.take(units)
    inside[starts[goes_on]] = False
    return units.astype(np.uint32), inside.take(units), begins_piece
