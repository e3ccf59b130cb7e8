"""A dictionary as what is believed before the text is seen: how far it is trusted, and what it says of each place.

A list may be of no use: shuffled, of rare terms, of another language. So before it is believed, its words are compared
with those that ESA finds in the text without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import GOLDEN
from ..ngrams.counts import NGrams
from ..ngrams.levels import Flags, places_in
from ..segment.bigrams import Chunk
from ..segment.chain import Index
from ..segment.dictionary import DictionaryCutter
from ..text.characters import HAN, Codes, char_classes, code_points
from .sampler import LONGEST, LONGEST_AT_FIRST, set_words

WEIGHT = 0.5
"""Of the dictionary beside the spelling of words, in P0."""
LISTED = 2.0
"""Nats that a listed word of two units or more is worth beside its probability."""
TRUSTED, COVERED = 1.0, 0.5
"""The least r, and the least share of ESA's words of two units that a list holds, for its cut to be the start."""
DOUBTED = 0.75
"""With this r a list weighs nothing. On 1.3 million characters r is 1.89 for jieba's dictionary without its rarest
words, 1.66 for all of it, 2.87 for its 12,000 most frequent words; but -.05 for the words that count 3 or less, and .69
for random strings of the text, which with a weight of .69 cost .018 of F."""
OFTEN = 3
"""An unlisted word of ESA's is put into the start if it occurs so often,"""
BETTER = 4.0
"""and is so many nats more probable than its characters."""


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
        """From 0, for a list that says nothing (r of .75 and less), to 1, for one to trust (r of 1 and more)."""
        return min(1.0, max(0.0, (self.r - DOUBTED) / (TRUSTED - DOUBTED)))


class Belief(NamedTuple):
    """What a dictionary says of a text.

    Attributes
    ----------
    trust : Trust
    starts : int array or None
        The units where words begin at first; None for those of ESA.
    listed : float32 array (5, units)
        Row l - 1: the probability of the listed word of l units that begins at each unit, 0 where none does.
    """

    trust: Trust
    starts: Index | None
    listed: npt.NDArray[np.float32]

    @classmethod
    def of_text(cls, symbols: NGrams, marks: list[Flags], lexicon: Lexicon) -> "Belief":
        """Ask a dictionary about a text.

        Parameters
        ----------
        symbols : NGrams
            By `NGrams.by_class`, with their places.
        marks : for each block, the places at which ESA lets a word begin.
        lexicon : Lexicon
        """
        units, is_clause, is_start = _text(symbols, marks)
        codes, at = _lines(symbols, units, is_clause)
        known = np.zeros((LONGEST, len(units)), np.float32)
        for length, (positions, ids) in enumerate(lexicon.trie.matches(codes), 1):
            if length <= LONGEST:
                known[length - 1, at[positions]] = lexicon.counts[ids] / lexicon.total
        trust = _trust(units, is_clause, is_start, known[1] > 0)
        if not trust.is_start:
            return cls(trust, None, known)
        cutter = DictionaryCutter(lexicon)
        cut = np.zeros(len(units), np.bool_)
        marked = cutter.boundaries(codes)
        cut[at[at >= 0]] = marked[at >= 0]  # line by line, so that a clause is cut like a line
        spelled = code_points("".join(symbols.units))
        log_single = np.where(char_classes()[spelled] == HAN, cutter.log_single(spelled), -inf)
        _put_in(cut, units, is_clause, is_start, log_single)
        starts = np.flatnonzero(cut | is_clause)
        within = np.arange(len(units)) - np.repeat(starts, np.diff(starts, append=len(units)))
        return cls(trust, np.flatnonzero(within % LONGEST_AT_FIRST == 0), known)


def _text(symbols: NGrams, marks: list[Flags]) -> tuple[npt.NDArray[np.uint32], Flags, Flags]:
    """Give the units of a corpus, where clauses begin, and where ESA's words do."""
    units, is_clause, is_start = [], [], []
    for block, mark in zip(symbols.blocks, marks, strict=True):
        places = places_in(block[:1])[0].astype(np.intp)
        units.append(block[0].units())
        is_clause.append(np.diff(places, prepend=-2) != 1)
        is_start.append(mark[places])
    return np.concatenate(units), np.concatenate(is_clause), np.concatenate(is_start)


def _lines(symbols: NGrams, units: npt.NDArray[np.uint32], is_clause: Flags) -> tuple[Codes, Index]:
    """Write each clause on a line of its own; give the unit of each character, -1 for line ends."""
    spelled = np.array([ord(unit) for unit in symbols.units], np.uint32)
    place = np.arange(len(units)) + np.cumsum(is_clause)
    codes = np.full(len(units) + int(is_clause.sum()), ord("\n"), np.uint32)
    codes[place] = spelled[units]
    at = np.full(len(codes), -1, np.intp)
    at[place] = np.arange(len(units))
    return codes, at


def _keys(units: npt.NDArray[np.uint32], starts: Index, length: int) -> npt.NDArray[np.uint64]:
    """Give numbers of the strings of one length that begin at some places: equal ones for equal strings."""
    keys = units[starts].astype(np.uint64) + np.uint64(1)
    for step in range(1, length):
        keys = keys * GOLDEN + units[starts + step].astype(np.uint64) + np.uint64(1)
    return keys


def _room(is_clause: Flags) -> Index:
    """Tell how many units from each on belong to its clause."""
    begins = np.flatnonzero(is_clause)
    ends = np.append(begins[1:], len(is_clause))
    result: Index = np.repeat(ends, ends - begins) - np.arange(len(is_clause))
    return result


def _trust(units: npt.NDArray[np.uint32], is_clause: Flags, is_start: Flags, is_listed: Flags) -> Trust:
    """Compare the words of two units with other strings of two."""
    pairs = np.flatnonzero(_room(is_clause) >= 2)
    keys, first, which, counts = np.unique(
        _keys(units, pairs, 2), return_index=True, return_inverse=True, return_counts=True
    )
    starts = np.append(is_start | is_clause, [True, True])
    is_word = starts[pairs] & ~starts[pairs + 1] & starts[pairs + 2]
    cut_out = np.bincount(which, is_word, len(keys))
    often = counts >= 2
    words = often & (2 * cut_out >= counts)
    others = often & ~words
    listed = is_listed[pairs[first]]
    shares = [float(listed[some].mean()) if some.any() else 0.0 for some in (words, others)]
    if not shares[0]:
        return Trust(-inf, 0.0)
    return Trust(log(shares[0] / shares[1]) if shares[1] else inf, shares[0])


def _put_in(
    cut: Flags, units: npt.NDArray[np.uint32], is_clause: Flags, is_start: Flags, log_single: npt.NDArray[np.float64]
) -> None:
    """Put words of ESA's in where a cut leaves single units, in place."""
    total = len(units)
    starts = np.flatnonzero(is_start | is_clause)
    sizes = np.diff(starts, append=total)
    ends = np.append((cut | is_clause)[1:], True)
    alone = (cut | is_clause) & ends
    is_han = np.isfinite(log_single)
    tokens = len(starts)
    for length in range(2, LONGEST_AT_FIRST + 1):
        words = starts[sizes == length]
        inside = np.ones(len(words), np.bool_)
        for step in range(length):
            inside &= alone[words + step] & is_han[units[words + step]]
        _, which, counts = np.unique(_keys(units, words, length), return_inverse=True, return_counts=True)
        worth = np.log(counts[which] / tokens)
        for step in range(length):
            worth -= log_single[units[words + step]]
        chosen = words[inside & (counts[which] >= OFTEN) & (worth > BETTER)]
        for step in range(1, length):
            cut[chosen + step] = False


def believe(chunks: Sequence[Chunk], belief: Belief, total: int) -> None:
    """Tell chunks what a dictionary says, and give them its words if it is trusted."""
    for chunk in chunks:
        chunk.listed = [*belief.listed[:, chunk.places]]
    if belief.starts is not None:
        heads = [chunk.places[: chunk.layout.active[0]] for chunk in chunks]
        set_words(chunks, np.union1d(belief.starts, np.concatenate(heads)), total)
