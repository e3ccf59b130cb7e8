"""Cutting a corpus into pieces wherever no strong n-gram holds two characters together, and counting the pieces."""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.tally import Tally
from ..core.workspace import NONE, Ids, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, places_in
from ..text.characters import Codes, code_points

MAX_PIECE = 64
"""Longer pieces are no words; redundancy is checked in time that grows with the square of a piece's length."""

FIRST_CODE, NO_CODE = 0xE000, 0x110000
"""What code points stand for joined units, where they are free; and what stands for none."""

ENTRY_BYTES = 200
"""What a distinct piece takes in memory: a string of 80 bytes, a dictionary slot, a number (tracemalloc: 190)."""


class Pieces(NamedTuple):
    """The pieces of a corpus: how often each occurs, how many there are, and how many were longer than `MAX_PIECE`.

    They are written in the code points of `UnitCodes`.
    """

    tally: Tally
    too_long: int


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
        Bytes for the distinct pieces; more of them are spilled.
    """
    workspace = ngrams.workspace
    characters = workspace.store(codes.array)
    flags = [workspace.store(flag) for flag in strong]
    orders = len(strong) + 1
    task = functools.partial(_block_pieces, characters, flags)
    tally = Tally(workspace, max(1, memory // ENTRY_BYTES))
    too_long = 0
    for counts, long in ngrams.engine.map(task, [block[:orders] for block in ngrams.blocks]):
        tally.add(counts)
        too_long += long
    return Pieces(tally, too_long)


def _block_pieces(
    characters: WorkspaceArray, strong: Sequence[WorkspaceArray], block: BlockLevels
) -> tuple[dict[str, int], int]:
    """Count the pieces of one block, those of one length in the order of the text; count those too long."""
    places = places_in(block)
    positions, ids = places[0], block[0].ids.array
    size = int(positions.max(initial=0)) + 2
    codes = np.full(size, NO_CODE, np.uint32)
    codes[positions] = characters.array[block[0].ranks.array][ids]
    in_clause = codes != NO_CODE
    attached = np.zeros(size, np.bool_)
    for length, flags in enumerate(strong, start=2):
        level = block[length - 1]
        ranks = level.ranks.array
        is_strong = np.zeros(len(ranks), np.bool_)
        is_strong[ranks != NONE] = flags.array[ranks[ranks != NONE]]
        at = places[length - 1][is_strong[level.ids.array]]
        for inside in range(1, length):
            attached[at + inside] = True
    attached[1:] &= in_clause[1:] & in_clause[:-1]
    starts = np.flatnonzero(in_clause & ~attached)
    lengths = np.flatnonzero(in_clause & ~np.append(attached[1:], False)) + 1 - starts
    counts: Counter[str] = Counter()
    for length in range(1, min(MAX_PIECE, int(lengths.max(initial=0))) + 1):
        chosen = starts[lengths == length]
        if length <= 2:  # most pieces: counted by id, so that only distinct ones become strings
            level = block[length - 1]
            local = level.ids.array[np.searchsorted(places[length - 1], chosen)]
            first = np.zeros(int(local.max(initial=0)) + 1, np.intp)
            first[local[::-1]] = chosen[::-1]
            numbers = np.bincount(local)
            distinct = np.flatnonzero(numbers)
            distinct = distinct[np.argsort(first[distinct])]
            counts.update(
                dict(zip(strings_of(codes, first[distinct], length), numbers[distinct].tolist(), strict=True))
            )
        else:
            counts.update(strings_of(codes, chosen, length))
    return counts, int(np.count_nonzero(lengths > MAX_PIECE))


def strings_of(codes: Codes, starts: npt.NDArray[np.intp], length: int) -> list[str]:
    """Give the strings of one length that begin at some positions."""
    strings: list[str] = codes[starts[:, np.newaxis] + np.arange(length)].view(f"<U{length}").ravel().tolist()
    return strings
