"""A dictionary as what is believed before the text is seen: how far it is trusted, and what it says of each place.

A list may be of no use: shuffled, of rare terms, of another language. So before it is believed, its words are compared
with those that ESA finds in the text without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE, Counts, Ids, WorkspaceArray
from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, Flags, places_in, ranks_at
from ..ngrams.measures import Scores
from ..segment.chain import Index
from ..segment.dictionary import DictionaryCutter
from ..text.characters import HAN, Codes, char_classes, code_points
from .sampler import LONGEST, LONGEST_AT_FIRST

WEIGHT = 0.5
"""Of the dictionary beside the spelling of words, in P0."""
LISTED = 2.0
"""Nats that a listed word of two units or more is worth beside its probability."""
TRUSTED, COVERED = 1.0, 0.5
"""The least r, and the least share of ESA's words of two units that a list holds, for its cut to be the start."""
DOUBTED, SURE = 1.0, 1.5
"""With the first r a list that is not the start weighs nothing, with the second all. On 1.3 million characters r is 1.9
for jieba's dictionary without its rarest words, 1.7 for all of it, 2.9 for its 12,000 most frequent words; but -.06 for
the words that count 3 or less, .68 for random strings of the text, .11 for random characters. On UD dev and corpuszh,
listed words with a third to a half of random strings (r of .83 to .91) cost up to .01 of F if they weigh something."""
OFTEN = 3
"""An unlisted word of ESA's is put into the start if it occurs this often,"""
BETTER = 4.0
"""and is this many nats more probable than its characters."""


@dataclass(frozen=True)
class Trust:
    """How far a dictionary is believed.

    Attributes
    ----------
    r : float
        ln P(listed | word) / P(listed | other string), over the strings of two units that occur twice in the text; a
        word is one that ESA cuts out at half of its places or more.
    covered : float
        Share of those words that are listed.
    """

    r: float
    covered: float

    @property
    def is_start(self) -> bool:
        """Whether the dictionary's cut of the text is the first one."""
        return self.r >= TRUSTED and self.covered >= COVERED

    @property
    def weight(self) -> float:
        """1 for the start; else from 0, for a list that says nothing (r of 1 and less), to 1 (r of 1.5 and more)."""
        return 1.0 if self.is_start else min(1.0, max(0.0, (self.r - DOUBTED) / (SURE - DOUBTED)))

    @classmethod
    def of_counts(cls, counts: Counts, cut_out: Counts, is_listed: Flags) -> "Trust":
        """Compare words of two units with other strings of two.

        Parameters
        ----------
        counts, cut_out : int arrays (n,)
            How often each string of two units occurs, and how often it is cut out as a word.
        is_listed : bool array (n,)
        """
        often = counts >= 2
        words = often & (2 * cut_out >= counts)
        others = often & ~words
        shares = [float(is_listed[some].mean()) if some.any() else 0.0 for some in (words, others)]
        if not shares[0]:
            return cls(-inf, 0.0)
        return cls(log(shares[0] / shares[1]) if shares[1] else inf, shares[0])


class Belief(NamedTuple):
    """What a dictionary says of a text.

    Attributes
    ----------
    trust : Trust
    marks : for each block, of each unit whether a word starts with it at first
    listed : function of the number of a block to a float32 array (5, units)
        Row l - 1: the probability of the listed word of l units that begins at each unit, 0 where none does.
    """

    trust: Trust
    marks: list[WorkspaceArray]
    listed: Callable[[int], npt.NDArray[np.float32]]

    @classmethod
    def of_text(cls, symbols: NGrams, marks: list[WorkspaceArray], lexicon: Lexicon) -> "Belief":
        """Ask a dictionary about a text.

        Parameters
        ----------
        symbols : NGrams
            By `NGrams.by_class`, with their places.
        marks : for each block, of each unit whether a word of ESA's starts with it; they are kept, or discarded.
        lexicon : Lexicon
        """
        spelled = code_points("".join(symbols.units))

        def listed(number: int) -> npt.NDArray[np.float32]:
            page = _Page.of_block(symbols.blocks[number], marks[number].array, spelled)
            return page.listed(lexicon)

        # how often each n-gram is a word of ESA's, by its rank
        cut_out = [np.zeros(len(level), np.int64) for level in symbols.levels[:LONGEST_AT_FIRST]]
        is_listed = np.zeros(len(symbols.levels[1]), np.bool_)
        tokens = 0
        for block, mark in zip(symbols.blocks, marks, strict=True):
            page = _Page.of_block(block, mark.array, spelled)
            sizes = np.diff(page.starts, append=len(page.units))
            tokens += len(sizes)
            for length, total in enumerate(cut_out, 1):
                ranks = ranks_at(block, length)[page.starts[sizes == length]]
                np.add.at(total, ranks[ranks != NONE], 1)
            pairs = ranks_at(block, 2)
            known = np.flatnonzero(pairs != NONE)
            is_listed[pairs[known]] = page.listed(lexicon)[1, known] > 0
        trust = Trust.of_counts(symbols.levels[1].counts, cut_out[1], is_listed)
        if not trust.is_start:
            return cls(trust, marks, listed)
        cutter = DictionaryCutter(lexicon)
        log_single = np.where(char_classes()[spelled] == HAN, cutter.log_single(spelled), -inf)
        worth_of = [np.where(counts >= OFTEN, np.log(np.maximum(counts, 1) / tokens), -inf) for counts in cut_out]
        begun = []
        for block, mark in zip(symbols.blocks, marks, strict=True):
            page = _Page.of_block(block, mark.array, spelled)
            cut = page.cut(cutter)
            ranks = [ranks_at(block, length) for length in range(1, LONGEST_AT_FIRST + 1)]
            _put_in(cut, page, ranks, worth_of, log_single)
            starts = np.flatnonzero(cut)
            within = np.arange(len(cut)) - np.repeat(starts, np.diff(starts, append=len(cut)))
            begun.append(symbols.workspace.store(within % LONGEST_AT_FIRST == 0))
            symbols.workspace.discard(mark)
        marks[:] = begun
        return cls(trust, begun, listed)


class _Page(NamedTuple):
    """One block: its units, where clauses and ESA's words begin, and each clause on a line of its own.

    `at` is the unit of each character of the lines, -1 for line ends.
    """

    units: npt.NDArray[np.uint32]
    is_clause: Flags
    starts: Index
    codes: Codes
    at: Index

    @classmethod
    def of_block(cls, block: BlockLevels, mark: Flags, spelled: Codes) -> "_Page":
        """Read a block."""
        places = places_in(block[:1])[0].astype(np.intp)
        units = block[0].units()
        is_clause = np.diff(places, prepend=-2) != 1
        place = np.arange(len(units)) + np.cumsum(is_clause)
        codes = np.full(len(units) + int(is_clause.sum()), ord("\n"), np.uint32)
        codes[place] = spelled[units]
        at = np.full(len(codes), -1, np.intp)
        at[place] = np.arange(len(units))
        return cls(units, is_clause, np.flatnonzero(mark | is_clause), codes, at)

    def listed(self, lexicon: Lexicon) -> npt.NDArray[np.float32]:
        """Give the probability of the listed words of 1, 2, ... units that begin at each unit."""
        known = np.zeros((LONGEST, len(self.units)), np.float32)
        for row, (positions, ids) in zip(known, lexicon.trie.matches(self.codes), strict=False):
            row[self.at[positions]] = lexicon.counts[ids] / lexicon.total
        return known

    def cut(self, cutter: DictionaryCutter) -> Flags:
        """Tell where the words of a dictionary's cut begin."""
        marked = cutter.boundaries(self.codes)  # line by line, so that a clause is cut like a line
        result = np.zeros(len(self.units), np.bool_)
        result[self.at[self.at >= 0]] = marked[self.at >= 0]
        return result | self.is_clause


def _put_in(cut: Flags, page: _Page, ranks: Sequence[Ids], worth_of: Sequence[Scores], log_single: Scores) -> None:
    """Put words of ESA's in where a cut leaves single units, in place.

    Parameters
    ----------
    ranks : those of the n-grams of 1, 2, ... units at each unit.
    worth_of : for each length, of each n-gram the logarithm of its share of ESA's words; -inf for rare ones.
    log_single : of each unit the logarithm of its share of the words; -inf for one that is no Han character.
    """
    sizes = np.diff(page.starts, append=len(cut))
    alone = cut & np.append(cut[1:], True)
    for length in range(2, LONGEST_AT_FIRST + 1):
        words = page.starts[sizes == length]
        words = words[ranks[length - 1][words] != NONE]
        worth = worth_of[length - 1][ranks[length - 1][words]]
        inside = np.isfinite(worth)
        for step in range(length):
            single = log_single[page.units[words + step]]
            inside &= alone[words + step] & np.isfinite(single)
            worth -= np.where(np.isfinite(single), single, 0.0)
        chosen = words[inside & (worth > BETTER)]
        for step in range(1, length):
            cut[chosen + step] = False
