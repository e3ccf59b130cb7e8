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

ENTRY_BYTES = 200
"""What a distinct piece takes in memory: a string of 80 bytes, a dictionary slot, a number (tracemalloc: 190)."""


class Pieces(NamedTuple):
    """The pieces of a corpus: how often each occurs, how many there are, and how many were longer than `MAX_PIECE`."""

    tally: Tally
    too_long: int


def count_pieces(ngrams: NGrams, strong: Sequence[npt.NDArray[np.bool_]], memory: int) -> Pieces:
    """Cut between two characters unless a strong n-gram covers both, and count the pieces.

    Parameters
    ----------
    ngrams : NGrams
        Of single characters (``joined=False``).
    strong : sequence of bool arrays
        Which n-grams of 2, 3, ... characters are strong.
    memory : int
        Bytes for the distinct pieces; more of them are spilled.
    """
    workspace = ngrams.workspace
    characters = workspace.store(np.fromiter(map(ord, ngrams.units), np.uint32, len(ngrams.units)))
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
    in_clause = np.zeros(size, np.bool_)
    in_clause[positions] = True
    codes = np.zeros(size, np.uint32)
    codes[positions] = characters.array[block[0].ranks.array][ids]
    attached = np.zeros(size, np.bool_)
    for length, flags in enumerate(strong, start=2):
        level = block[length - 1]
        ranks = level.ranks.array
        is_strong = np.zeros(len(ranks), np.bool_)
        is_strong[ranks != NONE] = flags.array[ranks[ranks != NONE]]
        at = places[length - 1][is_strong[level.ids.array]]
        for inside in range(1, length):
            attached[at + inside] = True
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
            counts.update(dict(zip(_strings(codes, first[distinct], length), numbers[distinct].tolist(), strict=True)))
        else:
            counts.update(_strings(codes, chosen, length))
    return counts, int(np.count_nonzero(lengths > MAX_PIECE))


def _strings(codes: Codes, starts: npt.NDArray[np.intp], length: int) -> list[str]:
    """Give the strings of one length that begin at some positions."""
    strings: list[str] = codes[starts[:, np.newaxis] + np.arange(length)].view(f"<U{length}").ravel().tolist()
    return strings


def unit_ranks(ngrams: NGrams, words: Sequence[str]) -> tuple[Ids, npt.NDArray[np.intp]]:
    """Give the ranks of the characters of all words, and the lengths of the words."""
    lengths = np.fromiter(map(len, words), np.intp, len(words))
    codes = code_points("".join(words))
    table = np.zeros(int(codes.max(initial=0)) + 1, np.uint32)
    known = np.array([ord(unit) for unit in ngrams.units], np.uint32)
    within = known < len(table)
    table[known[within]] = np.flatnonzero(within)
    return table[codes], lengths
