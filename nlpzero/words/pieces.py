"""Cutting a corpus into pieces wherever no strong n-gram holds two characters together, and counting the pieces."""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, first_of_each, sort_with_origin
from ..core.tally import Tally
from ..core.workspace import NONE, Ids, Run, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, places_in
from ..text.characters import Codes, code_points

MAX_PIECE = 64
"""Longer pieces are no words; redundancy is checked in time that grows with the square of a piece's length."""

FIRST_CODE, NO_CODE = 0xE000, 0x110000
"""What code points stand for joined units, where they are free; and what stands for none."""

ENTRY_BYTES = 200
"""What a distinct piece takes in memory: a string of 80 bytes, a dictionary slot, a number (tracemalloc: 190)."""


class ShortPieces(NamedTuple):
    """The pieces of one length in one block: a run of their keys, and the place where each occurs first."""

    run: StoredRun
    first: WorkspaceArray


class Pieces(NamedTuple):
    """The pieces of a corpus, written in the code points of `UnitCodes`.

    Attributes
    ----------
    ngrams : NGrams
    codes : uint32 array
        Of the units that have one, in the order of their numbers, which make the keys of short pieces.
    short : for each length from 1 on, for each block
        Pieces whose numbers fit one key of 64 bits.
    tally : Tally
        The longer ones.
    total : int
        How many pieces there are, but for those that are too long.
    too_long : int
        How many are longer than `MAX_PIECE`.
    """

    ngrams: NGrams
    codes: Codes
    short: Sequence[Sequence[ShortPieces]]
    tally: Tally
    total: int
    too_long: int

    def at_least(self, minimum: int) -> dict[str, int]:
        """Give the pieces counted `minimum` times or more; those of one length are in the order of the text.

        Short ones become strings only if they are given.
        """
        words: dict[str, int] = {}
        for length, blocks in enumerate(self.short, start=1):
            words.update(self._short_at_least(minimum, length, blocks))
        words.update(self.tally.at_least(minimum))
        return words

    def _short_at_least(self, minimum: int, length: int, blocks: Sequence[ShortPieces]) -> dict[str, int]:
        """Give the short pieces of one length."""
        engine, workspace = self.ngrams.engine, self.ngrams.workspace
        merging = Merging([one.run for one in blocks], minimum, workspace=workspace, engine=engine, ranked=True)
        runs = [*merging]
        if not runs:
            return {}
        keys, counts = (np.concatenate(columns) for columns in zip(*runs, strict=True))
        first = np.zeros(len(keys), np.uint64)
        for number in reversed(range(len(blocks))):
            ranks = merging.ranks[number].array
            known = np.flatnonzero(ranks != NONE)
            place = blocks[number].first.array.take(known).astype(np.uint64)
            first[ranks.take(known)] = (np.uint64(number) << np.uint64(32)) | place
        order = np.argsort(first)
        bits = np.uint64(_bits_of(self.codes))
        shifts = np.arange(length)[::-1].astype(np.uint64) * bits
        numbers = (keys[order, np.newaxis] >> shifts) & ((np.uint64(1) << bits) - np.uint64(1))
        spelled = np.ascontiguousarray(self.codes.take(numbers.astype(np.intp)))
        strings = spelled.view(f"<U{length}").ravel().tolist()
        return dict(zip(strings, counts[order].tolist(), strict=True))


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
        self._units, level = ngrams.units, ngrams.levels[1]
        units = self._units
        self.array = np.fromiter((ord(unit) if len(unit) == 1 else NO_CODE for unit in units), np.uint32, len(units))
        long = np.flatnonzero(self.array == NO_CODE)
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
        self._names = {int(self.array[rank]): units[rank] for rank in coded.tolist() if self.array[rank] != NO_CODE}
        self._least = chr(min(self._names, default=FIRST_CODE))
        alone = long[self.array[long] == NO_CODE]
        self.alone = alone, counts[alone]

    def words(self, pieces: dict[str, int], least: int) -> tuple[dict[str, int], Ids, npt.NDArray[np.intp]]:
        """Write words, with their counts, in the characters of the text; joined units without a code come last.

        Returns
        -------
        words : dict
        units : the ranks of the units of all words, one word after another.
        lengths : int array
            How many units each word has.
        """
        lengths = np.fromiter(map(len, pieces), np.intp, len(pieces))
        codes = code_points("".join(pieces))
        table = np.zeros(int(codes.max(initial=0)) + 1, np.uint32)
        known = np.flatnonzero(self.array < len(table))
        table[self.array[known]] = known
        words = pieces
        if self._names:
            low = self._least
            words = {
                word if max(word) < low else word.translate(self._names): number for word, number in pieces.items()
            }
        ranks, counts = self.alone
        ranks, counts = ranks[counts >= least], counts[counts >= least]
        words = words | dict(zip(map(self._units.__getitem__, ranks.tolist()), counts.tolist(), strict=True))
        return words, np.append(table[codes], ranks.astype(np.uint32)), np.append(lengths, np.ones(len(ranks), np.intp))


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
    coded = codes.array[is_coded]
    number_of = np.full(len(is_coded), NONE, np.uint32)
    number_of[is_coded] = np.arange(len(coded), dtype=np.uint32)
    flags = [workspace.store(flag) for flag in strong]
    numbers = workspace.store(number_of), workspace.store(coded)
    task = functools.partial(_block_pieces, workspace, numbers, flags)
    tally = Tally(workspace, max(1, memory // ENTRY_BYTES))
    total = too_long = 0
    short: list[list[ShortPieces]] = [[] for _ in range(min(64 // _bits_of(coded), MAX_PIECE))]
    for found, counts, long in ngrams.engine.map(task, [block[: len(strong) + 1] for block in ngrams.blocks]):
        for mine, one in zip(short, found, strict=True):
            mine.append(one)
            total += int(one.run.counts.array.sum())
        tally.add(counts)
        too_long += long
    return Pieces(ngrams, coded, short, tally, total + tally.total, too_long)


def _block_pieces(
    workspace: Workspace,
    numbers: tuple[WorkspaceArray, WorkspaceArray],
    strong: Sequence[WorkspaceArray],
    block: BlockLevels,
) -> tuple[list[ShortPieces], dict[str, int], int]:
    """Count the pieces of one block: short ones, longer ones of one length in the order of the text, those too long.

    `numbers` are those of all units, or NONE, and the code points of the numbers.
    """
    number_of, codes = (one.array for one in numbers)
    places = places_in(block)
    positions = places[0]
    size = int(positions.max(initial=0)) + 2
    unit = np.full(size, NONE, np.uint32)
    unit[positions] = number_of.take(block[0].ranks.array).take(block[0].ids.array)
    in_clause = unit != NONE
    attached = np.zeros(size, np.bool_)
    for length, flags in enumerate(strong, start=2):
        level = block[length - 1]
        ranks = level.ranks.array
        is_strong = np.zeros(len(ranks), np.bool_)
        is_strong[ranks != NONE] = flags.array[ranks[ranks != NONE]]
        at = places[length - 1][is_strong.take(level.ids.array)]
        for inside in range(1, length):
            attached[at + inside] = True
    attached[1:] &= in_clause[1:] & in_clause[:-1]
    starts = np.flatnonzero(in_clause & ~attached)
    lengths = np.flatnonzero(in_clause & ~np.append(attached[1:], False)) + 1 - starts
    longest = min(MAX_PIECE, int(lengths.max(initial=0)))
    bits = np.uint64(_bits_of(codes))
    short = []
    for length in range(1, min(64 // int(bits), MAX_PIECE) + 1):
        chosen = starts[lengths == length]
        keys = unit.take(chosen).astype(np.uint64)
        for inside in range(1, length):
            keys <<= bits
            keys |= unit.take(chosen + inside)
        ordered, origin = sort_with_origin(keys)
        group = np.flatnonzero(first_of_each(ordered))
        run = workspace.store_run(Run(ordered[group], np.diff(group, append=len(ordered))))
        short.append(ShortPieces(run, workspace.store(chosen[origin[group]].astype(np.uint32))))
    counts: Counter[str] = Counter()
    if longest > len(short):
        spelled = np.append(codes, np.uint32(0)).take(unit, mode="clip")
        for length in range(len(short) + 1, longest + 1):
            counts.update(strings_of(spelled, starts[lengths == length], length))
    return short, counts, int(np.count_nonzero(lengths > MAX_PIECE))


def strings_of(codes: Codes, starts: npt.NDArray[np.intp], length: int) -> list[str]:
    """Give the strings of one length that begin at some positions."""
    strings: list[str] = codes[starts[:, np.newaxis] + np.arange(length)].view(f"<U{length}").ravel().tolist()
    return strings
