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

    def seen(self, chunk: Chunk, longest: int) -> SeenPairs:
        """Find the pairs of words of up to `longest` units in some clauses that were counted once or more."""


def records_for(words: int) -> WordRecords:
    """Make records of words that were never seen, whose factors are 1."""
    records = np.zeros((words, 4), np.int32)
    records[:, FACTOR].view(np.float32)[1:] = 1
    return records


def _records_of(records: WordRecords, ids: Ids) -> WordRecords:
    """Look words up; a record is read as one complex number, which has as many bytes."""
    found: WordRecords = records.view(np.complex128).take(ids).view(np.int32).reshape(-1, 4)
    return found


def steps_of(chunk: Chunk, tables: Tables, spelling: Spelling, prior: Prior, longest: int) -> Steps:
    """Give the weights of all steps in a chunk.

    P(w|v) = [c(vw) - d1 [c>0] + (t1 + d1 T(v)) P1(w)] / (c(v) + t1), P1(w) = [t(w) - d0 [t>0] + (t0 + d0 T) P0(w)] /
    (sum t + t0), times what the Markov model and ESA say. With a dictionary D, P0 becomes (1 - a) P0 + a D, and listed
    words of two units or more are worth more.

    What only depends on v is counted with the word v itself: (t1 + d1 T(v)) / (c(v) + t1). So what w weighs after v is
    P1(w), and [c(vw) - d1] / (t1 + d1 T(v)) more where they were seen together.
    """
    layout, d1, t1 = chunk.layout, prior.discount, prior.strength
    join = {name: value**prior.tag_weight for name, value in spelling.steps.items()}
    joins = ((join["EB"], join["ES"]), (join["SB"], join["SS"]))
    norm = tables.all_leaders + prior.type_strength
    base = (prior.type_strength + prior.type_discount * tables.types) / norm
    share = (t1 + d1 * tables.starters) / (tables.clauses + t1)
    m = layout.active[0]

    first, alone, whole = np.empty((longest, m)), np.empty((longest, layout.size)), np.empty((longest, layout.size))
    mass = np.empty((longest, layout.size), np.float32)
    spelled = spelling.by_length(chunk.units, layout, prior.tag_weight, longest)
    for number, (below, factor) in enumerate(spelled):
        record = _records_of(tables.records, chunk.ids[number])
        factor *= np.exp(prior.finer) * record[:, FACTOR].view(np.float32)
        if chunk.listed is not None:
            listed = chunk.listed[number]
            below = (1 - prior.dictionary) * below + prior.dictionary * listed
            if number:
                factor *= np.where(listed > 0, np.exp(prior.listed), 1.0)
        np.multiply(record[:, FOLLOWERS], np.float32(d1), out=mass[number])
        mass[number] += np.float32(t1)
        factor *= mass[number]
        factor /= record[:, WORDS] + t1
        below *= base
        below += np.maximum(record[:, LEADERS] - prior.type_discount, 0) / norm
        np.multiply(below, factor, out=alone[number])
        whole[number] = factor
        begun = np.maximum(tables.begins.take(chunk.ids[number, :m]) - d1, 0) / (tables.clauses + t1)
        first[number] = (begun + share * below[:m]) * factor[:m]

    last = np.zeros((longest, m))
    p_end = max(tables.enders - prior.type_discount, 0) / norm + base * P_END
    for number in range(longest):
        fits = np.flatnonzero(layout.lengths > number)
        slots = layout.slots(layout.lengths[fits] - number - 1, fits)
        ended = np.maximum(tables.ends.take(chunk.ids[number].take(slots)) - d1, 0)
        last[number, fits] = p_end + ended / mass[number].take(slots)

    begin, before, after, counts = tables.seen(chunk, longest)
    rows = layout.row.take(begin) + before
    order = np.argsort(rows.astype(np.uint16) if len(layout.rows) < 1 << 16 else rows, kind="stable")  # 16 bits: radix
    begin, before, after = (column.take(order) for column in (begin, before, after))
    slots = layout.slots(rows.take(order) + 1, layout.clause.take(begin))
    weights: Weights = counts.take(order).astype(np.float64) - d1
    weights /= mass.reshape(-1).take(before * layout.size + begin)
    weights *= whole.reshape(-1).take(after * layout.size + slots)
    weights *= np.array(joins).reshape(-1).take(2 * (before == 0) + (after == 0))
    return Steps(first, alone, joins, last, PairWeights(begin, before, after, weights))
