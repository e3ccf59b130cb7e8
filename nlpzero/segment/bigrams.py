"""The bigram Pitman-Yor model of words (二元词模型): counts of words and of pairs of words, and the steps they weigh.

Where the counts come from does not matter: `nlpzero.words.tables` fills them by sampling, a learned segmenter has read
them from a file.

Words have numbers: 0 stands for a word that its clause has no room for, 1, 2, ... for any unknown word of so many
units, the greater ones for known words.

After Goldwater, Griffiths & Johnson (2009) and Mochihashi, Yamada & Ueda (2009).
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ..core.workspace import Ids
from .chain import Index, Layout, PairWeights, Steps, Weights
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

NO_ROOM = 0
"""The number of a word that its clause has no room for."""
WORDS, FOLLOWERS, LEADERS, FACTOR = range(4)
"""Columns of the records of words."""

PART = 1 << 18
"""Words whose weights are worked out at a time."""

WordRecords = npt.NDArray[np.int32]


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


class Chunk(NamedTuple):
    """Some clauses side by side, and the numbers of the words that may begin at every slot.

    Attributes
    ----------
    layout : Layout
    ids : uint32 array (L or more, n)
        Row l - 1: the word of l units from each slot on.
    units : uint32 array (n,)
        The character of each slot, as `Spelling` numbers them.
    listed : float32 array (L, n) or None
        Row l - 1: a dictionary's probability of the word of l units that begins there, 0 for one that it does not list.
    """

    layout: Layout
    ids: npt.NDArray[np.uint32]
    units: Ids
    listed: npt.NDArray[np.float32] | None = None


class SeenPairs(NamedTuple):
    """Pairs of neighbouring words that were counted: see `PairWeights`, with their counts; in any order."""

    first: Index
    before: Index
    after: Index
    counts: npt.NDArray[np.int32]

    @classmethod
    def joined(cls, parts: "list[SeenPairs]") -> "SeenPairs":
        """Put several together."""
        none = np.empty(0, np.intp)
        empty = cls(none, none, none, np.empty(0, np.int32))
        return cls(*(np.concatenate(column) for column in zip(empty, *parts, strict=True)))


class Tables(Protocol):
    """Counts of words and of pairs of words (词频与二元词频).

    Attributes
    ----------
    records : int32 array (words, 4)
        How often each word was cut out; how many distinct words (or the end of a clause) come after it, and (or the
        beginning) before it; and the bits of a float32, what the word's weight is multiplied with: 0 for `NO_ROOM`.
    begins, ends : int32 arrays (words,)
        How often each begins and ends a clause.
    types, all_leaders, starters, enders, clauses : int
        Distinct words; the sum of the leaders, with those of the end; distinct words that begin and that end a clause;
        clauses.
    """

    records: WordRecords
    begins: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    types: int
    all_leaders: int
    starters: int
    enders: int
    clauses: int


def records_for(words: int) -> WordRecords:
    """Make records of words that were never seen, whose factors are 1."""
    records = np.zeros((words, 4), np.int32)
    records[:, FACTOR].view(np.float32)[1:] = 1
    return records


class WordWeights:
    """What words weigh for now: see `steps_of`; what does not depend on the place, worked out once for each word.

    Parameters
    ----------
    tables : Tables
        They must stay as they are.
    prior : Prior
    """

    def __init__(self, tables: Tables, prior: Prior) -> None:
        self.tables, self.prior = tables, prior
        norm = tables.all_leaders + prior.type_strength
        self.base = (prior.type_strength + prior.type_discount * tables.types) / norm
        self.share = (prior.strength + prior.discount * tables.starters) / (tables.clauses + prior.strength)
        self.end = max(tables.enders - prior.type_discount, 0) / norm + self.base * P_END
        records = tables.records
        self._weights = np.empty(records.shape, np.float32)
        for start in range(0, len(records), PART):
            part = records[start : start + PART]
            seen, mass, whole, _ = self._weights[start : start + PART].T
            np.maximum(part[:, LEADERS] - np.float32(prior.type_discount), 0, out=seen)
            seen /= np.float32(norm)
            np.multiply(part[:, FOLLOWERS], np.float32(prior.discount), out=mass)
            mass += np.float32(prior.strength)
            np.multiply(part[:, FACTOR].view(np.float32), np.float32(np.exp(prior.finer)), out=whole)
            whole *= mass
            whole /= part[:, WORDS] + np.float32(prior.strength)

    def of(self, ids: Ids) -> npt.NDArray[np.float32]:
        """Give P1 less what the spelling of the words adds, t1 + d1 T(v), and that over c(v) + t1, times the factors.

        Returns
        -------
        float32 array (n, 4)
            A row is read as one complex number, which has as many bytes; the last column is of no use.
        """
        found: npt.NDArray[np.float32] = self._weights.view(np.complex128).take(ids).view(np.float32).reshape(-1, 4)
        return found


def steps_of(chunk: Chunk, words: WordWeights, seen: SeenPairs, spelling: Spelling, longest: int) -> Steps:
    """Give the weights of all steps in a chunk, in which the pairs of words that were counted are `seen`.

    (`nlpzero.segment.learned_steps` does so for counts that do not change any more.)

    P(w|v) = [c(vw) - d1 [c>0] + (t1 + d1 T(v)) P1(w)] / (c(v) + t1), P1(w) = [t(w) - d0 [t>0] + (t0 + d0 T) P0(w)] /
    (sum t + t0), times what the Markov model and ESA say. With a dictionary D, P0 becomes (1 - a) P0 + a D, and listed
    words of two units or more are worth more.

    What only depends on v is counted with the word v itself: (t1 + d1 T(v)) / (c(v) + t1). So what w weighs after v is
    P1(w), and [c(vw) - d1] / (t1 + d1 T(v)) more where they were seen together.
    """
    layout, tables, prior = chunk.layout, words.tables, words.prior
    join = {name: value**prior.tag_weight for name, value in spelling.steps.items()}
    joins = ((join["EB"], join["ES"]), (join["SB"], join["SS"]))
    m = layout.active[0]

    first, alone, whole = np.empty((longest, m)), np.empty((longest, layout.size)), np.empty((longest, layout.size))
    mass = np.empty((longest, layout.size), np.float32)
    base = words.base * (1 - prior.dictionary) if chunk.listed is not None else words.base
    spelled = spelling.by_length(chunk.units, layout, prior.tag_weight, longest, base)
    for number, (below, factor) in enumerate(spelled):
        weights = words.of(chunk.ids[number])
        if chunk.listed is not None:
            listed = chunk.listed[number]
            below += words.base * prior.dictionary * listed
            if number:
                factor *= np.where(listed > 0, np.exp(prior.listed), 1.0)
        below += weights[:, 0]
        mass[number] = weights[:, 1]
        np.multiply(factor, weights[:, 2], out=whole[number])
        np.multiply(below, whole[number], out=alone[number])
        begun = np.maximum(tables.begins.take(chunk.ids[number, :m]) - prior.discount, 0)
        first[number] = (begun / (tables.clauses + prior.strength) + words.share * below[:m]) * whole[number, :m]

    last = np.zeros((longest, m))
    for number in range(longest):
        fits = np.flatnonzero(layout.lengths > number)
        slots = layout.slots(layout.lengths[fits] - number - 1, fits)
        ended = np.maximum(tables.ends.take(chunk.ids[number].take(slots)) - prior.discount, 0)
        last[number, fits] = words.end + ended / mass[number].take(slots)

    begin, before, after, counts = seen
    rows = layout.row.take(begin) + before
    order = np.argsort(rows.astype(np.uint16) if len(layout.rows) < 1 << 16 else rows, kind="stable")  # 16 bits: radix
    begin, before, after = (column.take(order) for column in (begin, before, after))
    slots = layout.slots(rows.take(order) + 1, layout.clause.take(begin))
    extra: Weights = counts.take(order).astype(np.float64) - prior.discount
    extra /= mass.reshape(-1).take(before * layout.size + begin)
    extra *= whole.reshape(-1).take(after * layout.size + slots)
    extra *= np.array(joins).reshape(-1).take(2 * (before == 0) + (after == 0))
    return Steps(first, alone, joins, last, PairWeights(slots, before, after, extra))
