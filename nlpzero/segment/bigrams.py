"""The bigram Pitman-Yor model of words (二元词模型): counts of words and of pairs of words, and the steps they weigh.

Where the counts come from does not matter: `nlpzero.words.bayes` fills them by sampling, a learned segmenter has read
them from a file.

After Goldwater, Griffiths & Johnson (2009) and Mochihashi, Yamada & Ueda (2009).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Ids
from .chain import Cut, Index, Layout, Steps, Weights
from .spelling import Spelling

DISCOUNT, DISCOUNT_TYPES = 0.5, 0.5
STRENGTH, STRENGTH_TYPES = 5.0, 100.0
THRESHOLD = 0.25
"""A word begins where it does with a greater probability. Words get longer the more text there is: on 16.8 million
units F rises by 0.001 to 0.003 against 0.5, on texts that nothing else was tuned on; on 1.5 million it does not change.
"""
P_END = 0.1
"""Base probability of the end of a clause, as a word."""
TAG_WEIGHT = 0.6
ESA_WEIGHT, ESA_EXPONENT = 0.3, 0.5


@dataclass(frozen=True)
class Prior:
    """What is believed before the text is seen; the defaults were tuned on other texts than the tests of the README.

    Attributes
    ----------
    discount, strength : float
        Of the Pitman-Yor process of words after a word: d1 and t1.
    type_discount, type_strength : float
        Of that of word types: d0 and t0.
    tag_weight, esa_weight : float
        Exponents of the Markov model and of ESA.
    esa_exponent : float
        Weight of the neighbours within ESA.
    finer : float
        Nats that every word is worth beside its probability: above 0 words are shorter, below longer.
    dictionary : float
        Weight of a dictionary beside the spelling of words, in P0.
    listed : float
        Nats that a word of two units or more that it lists is worth.
    """

    discount: float = DISCOUNT
    strength: float = STRENGTH
    type_discount: float = DISCOUNT_TYPES
    type_strength: float = STRENGTH_TYPES
    tag_weight: float = TAG_WEIGHT
    esa_weight: float = ESA_WEIGHT
    esa_exponent: float = ESA_EXPONENT
    finer: float = 0.0
    dictionary: float = 0.0
    listed: float = 0.0


Group = tuple[Index, Index, Index]
"""Pairs of words of two lengths: the ranks of the pairs, of the first words and of the second ones."""


class Tables:
    """Counts of words and of pairs of words (词频与二元词频), by the ranks of the n-grams they are.

    Every array has one entry more than its level has n-grams, for those that occur once; it stays 0.

    Attributes
    ----------
    words, followers, leaders : lists of int64 arrays
        Entry l - 1, for words of l units: how often each was cut out, and how many distinct words (or the end of a
        clause) come after it, and (or the beginning) before it.
    pairs : dict of int64 arrays
        (k, l): how often a word of k units is followed by one of l units; (0, l) words that begin a clause, (k, 0) that
        end one.
    types, all_leaders, starters, enders, clauses : int
        Distinct words; the sum of `leaders`, with those of the end; distinct words that begin and that end a clause;
        clauses.
    """

    def __init__(self, sizes: Sequence[int], longest: int) -> None:
        def zeros(length: int) -> Counts:
            return np.zeros(sizes[length - 1] + 1, np.int64)

        every = range(1, longest + 1)
        self.words = [zeros(length) for length in every]
        self.followers = [zeros(length) for length in every]
        self.leaders = [zeros(length) for length in every]
        lengths = range(longest + 1)
        self.pairs = {(k, length): zeros(k + length) for k in lengths for length in lengths if k + length}
        self.types = self.all_leaders = self.starters = self.enders = self.clauses = 0

    def seen(self, chunk: "Chunk", k: int, length: int, back: Index) -> Counts:
        """Give at each slot how often a word of k units is followed by the one of `length` units that begins there."""
        return self.pairs[k, length][chunk.ranks[k + length - 1][back]]

    def add(self, groups: dict[tuple[int, int], Group], sign: int) -> None:
        """Put pairs of words in (`sign` 1) or take them out (-1)."""
        for (k, length), (pair, first, second) in groups.items():
            new = _bump(self.pairs[k, length], pair, sign)
            if k:
                np.add.at(self.followers[k - 1], first[new], sign)
                self.followers[k - 1][-1] = 0
            else:
                self.starters += sign * len(new)
                self.clauses += sign * len(pair)
            if length:
                np.add.at(self.leaders[length - 1], second[new], sign)
                self.leaders[length - 1][-1] = 0
                self.types += sign * len(_bump(self.words[length - 1], second, sign))
            else:
                self.enders += sign * len(new)
            self.all_leaders += sign * len(new)


def _bump(table: Counts, ranks: Index, sign: int) -> Index:
    """Count ranks in a table, up or down; give one place of each that was not there before, or is not there now."""
    is_new = table[ranks] == 0 if sign > 0 else None
    np.add.at(table, ranks, sign)
    table[-1] = 0
    if is_new is None:
        is_new = table[ranks] == 0
    is_rare = ranks == len(table) - 1
    new = np.flatnonzero(is_new & ~is_rare)
    _, once = np.unique(ranks[new], return_index=True)
    return np.concatenate([new[once], np.flatnonzero(is_rare)])


@dataclass
class Chunk:
    """Some clauses side by side, the ranks of the n-grams at every slot, and the current words.

    Attributes
    ----------
    layout : Layout
    places : int array (n,)
        Where each slot is in the text.
    ranks : list of uint32 arrays (n,)
        Entry l - 1: of the n-gram of l units from each slot on; the level's length for one that occurs once.
    cut : Cut
    chosen : list of float32 arrays (n,)
        Entry l - 1: sum over the last rounds of the probability that a word of l units begins there; empty before them.
    listed : list of float32 arrays (n,)
        Entry l - 1: the dictionary's probability of the word of l units that begins there, 0 for one that it does not
        list; empty without a dictionary.
    """

    layout: Layout
    places: Index
    ranks: list[Ids]
    cut: Cut
    chosen: list[npt.NDArray[np.float32]] = field(default_factory=list)
    listed: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[tuple[int, int], Group]]:
        """Give the pairs of neighbouring words, by their lengths."""
        layout, (sizes, previous) = self.layout, self.cut
        rows = np.array(layout.rows)
        slots = np.flatnonzero(sizes)
        size, before = sizes[slots], previous[slots]
        for k in range(int(before.max(initial=0)) + 1):
            for length in range(1, int(size.max(initial=0)) + 1):
                second = slots[(before == k) & (size == length)]
                if not len(second):
                    continue
                word = self.ranks[length - 1][second].astype(np.intp)
                if k == 0:
                    yield (k, length), (word, word, word)
                    continue
                first = rows[layout.row[second] - k] + layout.clause[second]
                pair = self.ranks[k + length - 1][first].astype(np.intp)
                yield (k, length), (pair, self.ranks[k - 1][first].astype(np.intp), word)
        is_last = layout.row[slots] + size == layout.lengths[layout.clause[slots]]
        for k in range(1, int(size.max(initial=0)) + 1):
            final = slots[is_last & (size == k)]
            if len(final):
                word = self.ranks[k - 1][final].astype(np.intp)
                yield (k, 0), (word, word, word)


def grouped(chunks: Sequence[Chunk]) -> dict[tuple[int, int], Group]:
    """Collect the pairs of words of several chunks."""
    parts: dict[tuple[int, int], list[Group]] = {}
    for chunk in chunks:
        for lengths, group in chunk.pairs():
            parts.setdefault(lengths, []).append(group)
    return {
        lengths: (np.concatenate(pair), np.concatenate(first), np.concatenate(second))
        for lengths, groups in parts.items()
        for pair, first, second in [zip(*groups, strict=True)]
    }


def steps_of(
    chunk: Chunk,
    tables: Tables,
    spelling: Spelling,
    prior: Prior,
    longest: int,
    esa: Sequence[Weights] | None,
    units: Ids | None = None,
) -> Steps:
    """Give the weights of all steps in a chunk.

    P(w|v) = [c(vw) - d1 [c>0] + (t1 + d1 T(v)) P1(w)] / (c(v) + t1), P1(w) = [t(w) - d0 [t>0] + (t0 + d0 T) P0(w)] /
    (sum t + t0), times what the Markov model and ESA say. With a dictionary D, P0 becomes (1 - a) P0 + a D, and listed
    words of two units or more are worth more.
    """
    layout, d1, t1 = chunk.layout, prior.discount, prior.strength
    units = chunk.ranks[0] if units is None else units
    weight = prior.tag_weight
    join = {name: value**weight for name, value in spelling.steps.items()}
    norm = tables.all_leaders + prior.type_strength
    base = prior.type_strength + prior.type_discount * tables.types
    grain = np.exp(prior.finer)
    m = layout.active[0]

    seconds = []
    characters = [units]
    for length in range(1, longest + 1):
        if length > 1:
            characters.append(units[layout.ahead(length - 1)])
        word = chunk.ranks[length - 1]
        types = np.maximum(tables.leaders[length - 1][word] - prior.type_discount, 0)
        p0 = spelling.words(characters)
        factor = spelling.tagged(characters, weight) * grain
        if chunk.listed:
            listed = chunk.listed[length - 1]
            p0 = (1 - prior.dictionary) * p0 + prior.dictionary * listed
            if length > 1:
                factor *= np.where(listed > 0, np.exp(prior.listed), 1.0)
        below = (types + base * p0) / norm
        if esa is not None:
            factor *= esa[length - 1][word]
        seconds.append((below, factor))

    first = []
    share = (t1 + d1 * tables.starters) / (tables.clauses + t1)
    for length, (below, factor) in enumerate(seconds, 1):
        seen = np.maximum(tables.pairs[0, length][chunk.ranks[length - 1][:m]] - d1, 0) / (tables.clauses + t1)
        first.append((seen + share * below[:m]) * factor[:m])

    between, last = [], []
    p_end = (max(tables.enders - prior.type_discount, 0) + base * P_END) / norm
    for k in range(1, longest + 1):
        back = layout.back(k)
        word = chunk.ranks[k - 1][back]
        per_word = 1 / (tables.words[k - 1][word] + t1)
        spread = (t1 + d1 * tables.followers[k - 1][word]) * per_word
        row = []
        for length, (below, factor) in enumerate(seconds, 1):
            seen = np.maximum(tables.seen(chunk, k, length, back) - d1, 0)
            seen *= per_word
            seen += spread * below
            seen *= factor
            seen *= join[("S" if k == 1 else "E") + ("S" if length == 1 else "B")]
            row.append(seen)
        between.append(row)
        beginning = np.array(layout.rows)[np.maximum(layout.lengths - k, 0)] + np.arange(m)
        word = chunk.ranks[k - 1][beginning]
        seen = np.maximum(tables.pairs[k, 0][word] - d1, 0)
        last.append((seen + (t1 + d1 * tables.followers[k - 1][word]) * p_end) / (tables.words[k - 1][word] + t1))
    return Steps(first, between, last)
