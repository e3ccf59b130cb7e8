"""Counts of words and of pairs of words while a corpus is sampled: arrays over the n-grams that occur twice.

A pair of words is an n-gram that is cut at a certain place. So every table is an array, and every lookup is an index
that was known before the first round. An n-gram that occurs once needs no entry: it is taken out when its own place is
sampled, and nothing is left.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Ids
from ..segment.bigrams import FOLLOWERS, LEADERS, WORDS, Chunk, SeenPairs, WordRecords, records_for
from ..segment.chain import Index

Counts32 = npt.NDArray[np.int32]
COLUMNS = 4


class NGramNumbers:
    """Numbers of all n-grams of 1 to 2 L units, as words and as pairs of words of up to L units.

    Parameters
    ----------
    sizes : sequence of int
        How many n-grams of 1, 2, ... 2 L units occur twice.
    longest : int
        L.

    Attributes
    ----------
    unknown : int
        Numbers below this stand for no n-gram that occurs twice: see `nlpzero.segment.bigrams`.
    offsets : list of int
        Entry l - 1: the number of the first n-gram of l units; one entry more for the end.
    pairs : int
        How many pairs of words there may be.

    Examples
    --------
    >>> numbers = NGramNumbers([5, 3], 1)
    >>> numbers.unknown, numbers.offsets, numbers.words, numbers.pairs, numbers.memory
    (3, [3, 8, 11], 8, 3, 215)
    """

    def __init__(self, sizes: Sequence[int], longest: int) -> None:
        self.longest = longest
        self.unknown = 1 + 2 * longest
        self.offsets = [self.unknown + sum(sizes[:length]) for length in range(2 * longest + 1)]
        self.bases: list[int] = []
        pairs = 0
        for length in range(2 * longest):
            self.bases.append(pairs)
            pairs += sizes[length] * len(self.splits(length + 1))
        self.pairs = pairs

    @property
    def words(self) -> int:
        """How many numbers of words there are."""
        return self.offsets[self.longest]

    @property
    def memory(self) -> int:
        """Bytes that `SampledTables` over them take."""
        return 24 * self.words + 4 * self.pairs + self.offsets[-1]

    def splits(self, length: int) -> range:
        """Give the lengths that the first of two words may have that make an n-gram of a length."""
        return range(max(1, length - self.longest), min(self.longest, length - 1) + 1)

    def pair(self, length: int, ids: Index, first: Index | int) -> Index:
        """Give the numbers of pairs: the n-grams of a length, cut after `first` units."""
        splits = self.splits(length)
        result: Index = (ids - self.offsets[length - 1]) * len(splits) + (first + (self.bases[length - 1] - splits[0]))
        return result

    def ngrams(self, pairs: Index) -> tuple[Index, npt.NDArray[np.uint8]]:
        """Give the n-gram of each pair, and the bit of its split."""
        length = np.searchsorted(self.bases[1:], pairs, "right")  # less 1
        # levels without n-grams share a base with the next one: the search ends behind the last of them
        splits = np.array([max(1, len(self.splits(size + 1))) for size in range(2 * self.longest)])
        ids, bits = np.divmod(pairs - np.array(self.bases)[length], splits[length])
        return ids + np.array(self.offsets)[length], np.left_shift(1, bits).astype(np.uint8)


class WordPairs(NamedTuple):
    """The words of some clauses, by their numbers.

    Attributes
    ----------
    begins, ends : uint32 arrays
        The first and the last word of each clause.
    first, second : uint32 arrays
        Of all neighbours.
    pairs : int64 array
        The numbers of the pairs they are; -1 for pairs that occur once.
    """

    begins: Ids
    ends: Ids
    first: Ids
    second: Ids
    pairs: Index


class SampledTables:
    """Counts of words and of pairs of words (词频与二元词频): see `nlpzero.segment.bigrams.Tables`.

    Attributes
    ----------
    pairs : int32 array
        How often each pair of neighbours was cut out: see `NGramNumbers`.
    marks : uint8 array
        For each n-gram, which of its splits are pairs that were cut out.
    tokens : int
        Words.
    """

    def __init__(self, numbers: NGramNumbers) -> None:
        self.numbers = numbers
        self.records: WordRecords = records_for(numbers.words)
        self.begins: Counts32 = np.zeros(numbers.words, np.int32)
        self.ends: Counts32 = np.zeros(numbers.words, np.int32)
        self.pairs: Counts32 = np.zeros(numbers.pairs, np.int32)
        self.marks = np.zeros(numbers.offsets[-1], np.uint8)
        self.types = self.all_leaders = self.starters = self.enders = self.clauses = self.tokens = 0

    @property
    def words(self) -> Counts32:
        """How often each word was cut out."""
        counts: Counts32 = self.records[:, WORDS]
        return counts

    def add(self, tokens: WordPairs, sign: int) -> None:
        """Put words in (`sign` 1) or take them out (-1)."""
        begins, ends, first, second, pairs = tokens
        unknown = self.numbers.unknown
        flat = self.records.reshape(-1)
        self.clauses += sign * len(begins)
        self.tokens += sign * (len(begins) + len(second))
        for ids in (begins, second):
            known = ids[ids >= unknown].astype(np.intp)
            self.types += sign * (len(ids) - len(known) + len(_bump(flat, COLUMNS * known + WORDS, sign)))
        leaders: list[npt.NDArray[np.integer]] = []
        followers: list[npt.NDArray[np.integer]] = []
        for table, ids, neighbours in ((self.begins, begins, leaders), (self.ends, ends, followers)):
            is_known = ids >= unknown
            known = ids[is_known].astype(np.intp)
            neighbours += [known[_bump(table, known, sign)], ids[~is_known]]
        self.starters += sign * sum(map(len, leaders))
        self.enders += sign * sum(map(len, followers))
        rare = np.flatnonzero(pairs < 0)
        known = np.flatnonzero(pairs >= 0)
        known = known[_bump(self.pairs, pairs[known], sign)]
        ngrams, bits = self.numbers.ngrams(pairs[known])
        for bit in range(self.numbers.longest):  # an n-gram may have several new splits
            self.marks[ngrams[bits == 1 << bit]] ^= np.uint8(1 << bit)
        for new in (known, rare):
            leaders.append(second[new])
            followers.append(first[new])
        self.all_leaders += sign * (sum(map(len, leaders)) + sum(map(len, followers[:2])))
        for column, groups in ((LEADERS, leaders), (FOLLOWERS, followers)):
            ids = np.concatenate(groups).astype(np.intp)
            np.add.at(flat, COLUMNS * ids[ids >= unknown] + column, np.int32(sign))

    def seen(self, chunk: Chunk, longest: int) -> SeenPairs:
        """Find the pairs of words of up to `longest` units in some clauses that were counted once or more."""
        numbers = self.numbers
        parts = []
        for length in range(2, 2 * longest + 1):
            ids = chunk.ids[length - 1]
            marks = self.marks.take(ids)
            some = np.flatnonzero(marks)
            marks = marks[some]
            splits = numbers.splits(length)
            for bit, k in enumerate(splits):
                if k > longest or length - k > longest:
                    continue
                first = some[marks & (1 << bit) != 0]
                counts = self.pairs.take(numbers.pair(length, ids.take(first).astype(np.intp), k))
                before, after = np.full(len(first), k - 1), np.full(len(first), length - k - 1)
                parts.append(SeenPairs(first, before, after, counts))
        return SeenPairs.joined(parts)

    def repeated(self) -> Iterator[tuple[int, int, Index, Counts32]]:
        """Give the pairs of words that were cut out twice or more.

        Yields
        ------
        length, first : int
            Units of both words, and of the first one.
        ranks : int array
            The ranks of the n-grams of `length` units that they are.
        counts : int32 array
        """
        bounds = [*self.numbers.bases, self.numbers.pairs]
        for length in range(2, 2 * self.numbers.longest + 1):
            splits = self.numbers.splits(length)
            table = self.pairs[bounds[length - 1] : bounds[length]].reshape(-1, len(splits))
            for column, first in enumerate(splits):
                ranks = np.flatnonzero(table[:, column] > 1)
                yield length, first, ranks, table[ranks, column]


def _bump(table: Counts32, index: Index, sign: int) -> Index:
    """Count in a table, up or down; give one place of each entry that was 0 before, or is 0 now."""
    if sign > 0:
        changed = np.flatnonzero(table.take(index) == 0)
        np.add.at(table, index, np.int32(1))
    else:
        np.add.at(table, index, np.int32(-1))
        changed = np.flatnonzero(table.take(index) == 0)
    _, once = np.unique(index[changed], return_index=True)
    return changed[once]
