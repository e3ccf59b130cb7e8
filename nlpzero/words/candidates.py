"""Candidates: frequent strings that a dictionary does not know, whole in its cut at half of their places or more."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE, Counts, Ids, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, Demand, look_up, places_in
from ..text.characters import DIGIT, LATIN, char_classes
from ..text.units import symbol_of
from .known import KnownWords
from .sites import STARTS

Flags = npt.NDArray[np.bool_]

LONGEST = 8
"""Units in the longest candidate."""


class UnitKinds(NamedTuple):
    """What the units of a corpus are, by their ranks.

    Attributes
    ----------
    digits, latin : bool arrays
        Which are numbers in digits, and which are of Latin letters.
    codes : int64 array
        The code point of a Han character; 0 for other units.
    """

    digits: Flags
    latin: Flags
    codes: Counts

    @classmethod
    def of_units(cls, units: Sequence[str]) -> "UnitKinds":
        """Tell the kinds of units."""
        first = np.fromiter((ord(unit[0]) for unit in units), np.int64, len(units))
        single = np.fromiter(map(len, units), np.intp, len(units)) == 1
        kinds = char_classes()[first]
        digits, latin = kinds == DIGIT, kinds == LATIN
        for rank in np.flatnonzero(~single & ~latin).tolist():  # numbers, and names with signs, such as 3D
            symbol = symbol_of(units[rank])
            digits[rank], latin[rank] = symbol == "0", symbol == "a"
        return cls(digits, latin, np.where(single & ~digits & ~latin, first, 0))


class Question(NamedTuple):
    """How often candidates stand in the text at the least; the units of a string that is measured whatever it is; the
    greatest length in units.
    """

    minimum: int
    units: Sequence[str] = ()
    longest: int = LONGEST


@dataclass(frozen=True)
class LevelCandidates:
    """The candidates of one length; all arrays have their number for a length.

    Attributes
    ----------
    length : int
        In units.
    ranks : int array
        Their ranks in the level.
    words : list of str
    units : sequence of uint32 arrays
        The ranks of their first, second, ... units.
    aligned : int64 array
        At how many places the dictionary's cut has a boundary at both ends.
    eligible : bool array
        False for a string that was asked for and is no candidate: it is known, or does not pass the first gate.
    """

    length: int
    ranks: npt.NDArray[np.intp]
    words: list[str]
    units: Sequence[Ids]
    aligned: Counts
    eligible: Flags


def count_levels(ngrams: NGrams, kinds: UnitKinds, minimum: int, longest: int = LONGEST) -> NGrams:
    """Count all n-grams without digits of up to `longest` units that occur `minimum` times; see `NGrams.extended`."""
    inner = ~kinds.digits
    nothing = np.zeros(len(inner), np.bool_)
    reach = longest if ngrams.reach is None else min(longest, ngrams.reach)
    while len(ngrams.levels) < reach and (len(ngrams.levels[-1]) > 0):
        demand = Demand(inner, nothing, nothing) if len(ngrams.levels) == 1 else None
        ngrams = ngrams.extended(demand, minimum=minimum)
    return ngrams


def choose(
    ngrams: NGrams, sites: Sequence[WorkspaceArray], known: KnownWords, kinds: UnitKinds, question: Question
) -> list[LevelCandidates]:
    """Choose the candidates of every length (first gate).

    Parameters
    ----------
    ngrams : NGrams
        As `count_levels` gives it.
    sites : for each block a uint8 array
        See `nlpzero.words.sites`.
    known : KnownWords
    kinds : UnitKinds
    question : Question
    """
    result = []
    for length, (placed, within) in enumerate(_aligned(ngrams, sites), 2):
        ranks = np.flatnonzero((placed >= question.minimum) & (2 * within >= placed))
        units = ngrams.spell(length, ranks)
        mixed = ~np.logical_and.reduce([kinds.latin[column] for column in units])
        words = spelled(ngrams.units, units)
        new = ~known.holds(words) & mixed
        ranks = ranks[new]
        words = [word for word, is_new in zip(words, new.tolist(), strict=True) if is_new]
        eligible = np.ones(len(ranks), np.bool_)
        asked = _rank_of(ngrams, question.units) if len(question.units) == length else None
        if asked is not None and asked not in ranks:
            at = int(np.searchsorted(ranks, asked))
            ranks, eligible = np.insert(ranks, at, asked), np.insert(eligible, at, False)
            words.insert(at, "".join(question.units))
        result.append(LevelCandidates(length, ranks, words, ngrams.spell(length, ranks), within[ranks], eligible))
    return result


def _rank_of(ngrams: NGrams, units: Sequence[str]) -> int | None:
    """Give the rank of a string in its level, if it is there."""
    number = {unit: rank for rank, unit in enumerate(ngrams.units)}
    ranks = np.array([number.get(unit, NONE) for unit in units], np.uint32)
    for level in ngrams.levels[1 : len(units)]:
        ranks = look_up(level, ranks[:-1], ranks[1:])
    return None if ranks[0] == NONE else int(ranks[0])


def spelled(names: Sequence[str], units: Sequence[Ids]) -> list[str]:
    """Write out strings whose units are given column by column."""
    table = np.array(names, dtype=object)
    return list(map("".join, zip(*(table[column].tolist() for column in units), strict=True)))


def _aligned(ngrams: NGrams, sites: Sequence[WorkspaceArray]) -> list[tuple[Counts, Counts]]:
    """Count for each n-gram of 2, 3, ... units at how many places it stands, and at how many between boundaries."""
    sums = [(np.zeros(len(level), np.int64), np.zeros(len(level), np.int64)) for level in ngrams.levels[1:]]
    items = zip(ngrams.blocks, sites, strict=True)
    task = functools.partial(_aligned_in_block, ngrams.workspace)
    for block, found in zip(ngrams.blocks, ngrams.engine.map(task, items), strict=True):
        for level, total, counts in zip(block[1:], sums, found, strict=True):
            ranks = level.ranks.array
            known = ranks != NONE
            for one, stored in zip(total, counts, strict=True):
                one[ranks[known]] += stored.array[known]
                ngrams.workspace.discard(stored)
    return sums


def _aligned_in_block(
    workspace: Workspace, item: tuple[BlockLevels, WorkspaceArray]
) -> list[tuple[WorkspaceArray, WorkspaceArray]]:
    """Do so for the local ids of one block."""
    block, sites = item
    starts = np.append(sites.array & STARTS != 0, True)
    result = []
    for length, (level, places) in enumerate(zip(block, places_in(block), strict=True), 1):
        if length == 1:
            continue
        ids, size = level.local, len(level.ranks.array)
        both = starts[places] & starts[places + np.uint32(length)]
        within = np.bincount(ids[both], minlength=size)
        result.append((workspace.store(np.bincount(ids, minlength=size)), workspace.store(within)))
    return result
