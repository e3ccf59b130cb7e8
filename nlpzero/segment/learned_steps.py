"""The bigram model of a learned segmenter, made ready for cutting: what every word weighs, worked out once.

In sampling counts change, and words are known by their places. Here they stay as they are: a word, or a pair of words,
has one weight wherever it stands. What is left to work out for a text are unknown words, which are products of a
factor for each of their units, and which words follow each other.

Everything is found in the order of the text, where the next unit is the next entry, and brought into rows at the end.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE
from ..lexicon.hashing import Keys, KeyTable
from ..lexicon.trie import CODES, Trie
from ..text.characters import Codes, code_points
from .bigrams import FACTOR, Prior, WordWeights, records_for
from .chain import Index, Layout, PairWeights, Steps, Weights
from .spelling import poisson

STEPS = ("SB", "SS", "EB", "ES", "BM", "BE", "MM", "ME")
TOTALS = ("types", "all_leaders", "starters", "enders", "clauses")

FIRST, INNER, LAST, ALONE = range(4)
"""Places in words: rows of `types` and `tags`."""

EntryNumbers = npt.NDArray[np.int32]


class Knowledge(NamedTuple):
    """What a segmenter knows: arrays (see `nlpzero.segment.learned.SCHEMA`), words, and what `made` it.

    `made` are constants, totals and what the corpus was; `listed` are the words of the dictionary that it believed, if
    there was one.
    """

    arrays: dict[str, npt.NDArray[Any]]
    words: list[str]
    made: dict[str, Any]
    listed: list[str]


class PairTable:
    """Values of keys.

    Parameters
    ----------
    keys : uint64 array (n,)
        Distinct, and none of them 2^64 - 1.
    values : array (n,)
    """

    def __init__(self, keys: Keys, values: npt.NDArray[Any]) -> None:
        self._table = KeyTable.of_bits(max(4, (2 * len(keys)).bit_length()))
        slots = self._table.add(keys)
        self._values = np.zeros(len(self._table.keys), values.dtype)
        self._values[slots] = values

    def find(self, keys: Keys) -> tuple[Index, npt.NDArray[Any]]:
        """Give the indexes of the keys that are there, and their values."""
        slots, indexes = self._table.find(keys)
        return indexes, self._values.take(slots.take(indexes))


class UnitRows:
    """The units of some clauses in the order of the text, and where they are in rows.

    Attributes
    ----------
    starts, lengths : int arrays (m,)
    row, left : int arrays (n,)
        How many units of its clause there are before each unit, and from it on.
    layout : Layout
    slots : int array (n,)
        The slot of each unit.
    """

    def __init__(self, starts: Index, lengths: Index) -> None:
        self.starts, self.lengths = starts, lengths
        order = np.argsort(_narrow(lengths.max() - lengths), kind="stable")
        self.layout = Layout(lengths.take(order))
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order))
        self.row: Index = np.arange(int(lengths.sum()))
        self.row -= np.repeat(starts, lengths)
        self.left: Index = np.repeat(lengths, lengths)
        self.left -= self.row
        self.slots: Index = self.layout.starts.take(self.row)
        self.slots += np.repeat(rank, lengths)

    def clause(self, at: Index) -> Index:
        """Give the clauses of some units, as the layout numbers them."""
        result: Index = self.slots.take(at) - self.layout.starts.take(self.row.take(at))
        return result


class FoundWords(NamedTuple):
    """The words of one length in a text: where each begins, ascending, and its entry."""

    at: Index
    entries: EntryNumbers


class LearnedSteps:
    """The weights of a learned segmenter, for any text.

    Words have numbers from 1 on, here called entries: first those that were learned, then those that only the
    dictionary lists. Entry 0 is any other word.

    Parameters
    ----------
    knowledge : Knowledge

    Attributes
    ----------
    unit_of : int32 array
        The number of each code point as a unit; that behind the units of the file is of any unknown one.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        arrays, words, made, listed = knowledge
        self.longest = len(arrays["esa_unknown"])
        self.prior = Prior(**made["prior"])
        known = set(words)
        every = [*words, *(word for word in listed if word not in known and len(word) <= self.longest)]
        self._trie = Trie(every)
        sizes = np.fromiter(map(len, every), np.intp, len(every))
        codes = code_points("".join(every))
        single = np.flatnonzero(sizes == 1)
        alone = codes.take((np.cumsum(sizes) - sizes).take(single))
        self._number_units(arrays["units"], alone)
        self._spell(arrays)
        shares = dict(zip(listed, arrays["listed_shares"].tolist(), strict=True))
        self._weigh(knowledge, _KnownTables(knowledge, self.longest), every, shares)
        self._pair(arrays, np.append(0, sizes))
        at = self.unit_of.take(alone)
        self._entry_of = np.zeros(len(self._column), np.int32)
        self._entry_of[at] = single + 1
        self._single[at] = self._alone.take(single + 1)

    def _number_units(self, units: Codes, alone: Codes) -> None:
        """Give units numbers: those of the file, then one for any unknown one, then those that are words only."""
        self.unit_of: EntryNumbers = np.full(CODES, len(units), np.int32)
        self.unit_of[units] = np.arange(len(units), dtype=np.int32)
        new = np.unique(alone[self.unit_of.take(alone) == len(units)])
        self.unit_of[new] = np.arange(len(new), dtype=np.int32) + np.int32(len(units) + 1)
        self._column = np.minimum(np.arange(len(units) + 1 + len(new)), len(units))

    def _spell(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Work out what units add to words: by P0 and by the Markov model, at every place; and what lengths do."""
        weight, longest = self.prior.tag_weight, self.longest
        step = {name: value**weight for name, value in zip(STEPS, arrays["steps"].tolist(), strict=True)}
        self._joins = ((step["EB"], step["ES"]), (step["SB"], step["SS"]))
        self._types = arrays["types"].take(self._column, axis=1)
        self._tags = (arrays["tags"] ** weight).take(self._column, axis=1)
        self._poisson = np.array([poisson(length) for length in range(longest + 1)])
        self._inside = np.ones(longest + 1)
        self._inside[2:3] = step["BE"]
        for length in range(3, longest + 1):
            self._inside[length] = step["BM"] * step["MM"] ** (length - 3) * step["ME"]

    def _weigh(self, knowledge: Knowledge, tables: "_KnownTables", every: list[str], shares: dict[str, float]) -> None:
        """Work out what every word weighs, and unknown ones."""
        prior, words = self.prior, WordWeights(tables, self.prior)
        own = prior.dictionary if shares else 0.0
        base = words.base * (1 - own)
        sizes = np.fromiter(map(len, every), np.intp, len(every))
        numbers = np.zeros(1 + len(every), np.intp)  # in the tables
        learned = len(knowledge.words)
        numbers[1 : learned + 1] = np.arange(learned) + tables.unknown
        numbers[learned + 1 :] = sizes[learned:]
        p0, tagged = self._spelled(every, sizes)
        p0 *= base
        if shares:
            listed = np.array([0.0, *(shares.get(word, 0.0) for word in every)])
            p0 += words.base * own * listed
            tagged[1:][(sizes > 1) & (listed[1:] > 0)] *= np.exp(prior.listed)
        lead, self._mass, whole = words.of(numbers.astype(np.uint32))[:, :3].astype(np.float64).T
        self._whole = whole * tagged
        self._alone = (p0 + lead) * self._whole
        begun = np.maximum(tables.begins.take(numbers) - prior.discount, 0)
        self._share, self._begin = words.share, begun / (tables.clauses + prior.strength) * self._whole
        ended = np.maximum(tables.ends.take(numbers) - prior.discount, 0)
        self._last_share, self._end = words.end, ended / self._mass
        unknown = words.of(np.arange(self.longest + 1, dtype=np.uint32))[:, 2]
        self._scale = base * self._poisson * self._inside * unknown
        both = self._types * self._tags
        self._first, self._inner, self._last = both[:3]
        self._single = both[3] * self._scale[1]

    def _spelled(self, every: list[str], sizes: Index) -> tuple[Weights, Weights]:
        """Give P0 of words, and what the Markov model says of them; entry 0 is of no use."""
        p0, tagged = np.zeros(1 + len(every)), np.zeros(1 + len(every))
        units = self.unit_of.take(code_points("".join(every)))
        begins = np.cumsum(sizes) - sizes
        for length in range(1, self.longest + 1):
            some = np.flatnonzero(sizes == length)
            spelled, tag = np.full(len(some), self._poisson[length]), np.full(len(some), self._inside[length])
            for step, place in enumerate([ALONE] if length == 1 else [FIRST, *[INNER] * (length - 2), LAST]):
                column = units.take(begins.take(some) + step)
                spelled *= self._types[place].take(column)
                tag *= self._tags[place].take(column)
            p0[some + 1], tagged[some + 1] = spelled, tag
        return p0, tagged

    def _pair(self, arrays: dict[str, npt.NDArray[Any]], sizes: Index) -> None:
        """Work out what pairs of words weigh beside what the second one weighs."""
        keys = arrays["pairs"]
        before = (keys >> np.uint64(32)).astype(np.intp) + 1
        after = (keys & np.uint64(NONE)).astype(np.intp) + 1
        extra = (arrays["pair_counts"].astype(np.float64) - self.prior.discount) / self._mass.take(before)
        extra *= self._whole.take(after)
        is_single = (sizes == 1).astype(np.intp)
        extra *= np.array(self._joins)[is_single.take(before), is_single.take(after)]
        self._pairs = PairTable((before.astype(np.uint64) << np.uint64(32)) | after.astype(np.uint64), extra)
        self._leads, self._follows = np.zeros(len(sizes), np.bool_), np.zeros(len(sizes), np.uint8)
        self._leads[before] = True
        self._follows[after] = 1

    def of(self, symbols: Codes, rows: UnitRows) -> Steps:
        """Give the steps of clauses.

        Parameters
        ----------
        symbols : uint32 array (n,)
            The units of the clauses, one after the other: see `nlpzero.text.units.symbol_of`.
        rows : UnitRows
            Of these clauses.

        Notes
        -----
        About 150 ns a unit on a processor on which jieba cuts 0.6 MB/s.
        """
        layout, slots, left = rows.layout, rows.slots, rows.left
        unit = self.unit_of.take(symbols).astype(np.intp)
        units = np.empty(len(unit), np.intp)
        units[slots] = unit
        alone = self._unknown(units, layout)
        words = [FoundWords(np.arange(len(unit)), self._entry_of.take(unit))]
        for length, (at, found) in zip(range(2, self.longest + 1), self._trie.longer(symbols), strict=False):
            fits = np.flatnonzero(left.take(at) >= length)
            words.append(FoundWords(at.take(fits), found.take(fits) + np.int32(1)))
            alone[length - 1][slots.take(words[-1].at)] = self._alone.take(words[-1].entries)
        begin, end = self._edges(words, alone, rows)
        return Steps(begin, alone, self._joins, end, self._links(words, rows))

    def _unknown(self, units: Index, layout: Layout) -> Weights:
        """Weigh all words as if none of two units and more was known; 0 where a clause has no room for them.

        `units` are in the order of slots: the unit behind another is in the next row, in the same column.
        """
        alone = np.zeros((self.longest, layout.size))
        self._single.take(units, out=alone[0], mode="clip")  # without "clip" it would be copied
        first, inner, last = (table.take(units) for table in (self._first, self._inner, self._last))
        rows, active = layout.rows, layout.active
        for t in range(len(rows) - 1):
            begun = first[rows[t] : rows[t] + active[t + 1]]
            for length in range(2, min(self.longest, len(rows) - t) + 1):
                m, here = active[t + length - 1], rows[t + length - 1]
                begun = begun[:m]
                np.multiply(begun, last[here : here + m], out=alone[length - 1, rows[t] : rows[t] + m])
                begun *= inner[here : here + m]
        alone[1:] *= self._scale[2:, None]
        return alone

    def _edges(self, words: list[FoundWords], alone: Weights, rows: UnitRows) -> tuple[Weights, Weights]:
        """Weigh the first and the last words of clauses."""
        clauses, active = len(rows.starts), rows.layout.active
        begin, end = self._share * alone[:, :clauses], np.zeros((self.longest, clauses))
        for number, m in zip(range(self.longest), active, strict=False):
            end[number, :m] = self._last_share
        for number, (at, entries) in enumerate(words):
            first = np.flatnonzero(rows.row.take(at) == 0) if number else rows.starts
            begin[number, rows.clause(at.take(first))] += self._begin.take(entries.take(first))
            last = np.flatnonzero(rows.left.take(at) == number + 1) if number else rows.starts + rows.lengths - 1
            end[number, rows.clause(at.take(last))] += self._end.take(entries.take(last))
        return begin, end

    def _links(self, words: list[FoundWords], rows: UnitRows) -> PairWeights:
        """Find the pairs of words that were neighbours twice."""
        n = len(rows.row)
        follows = np.zeros(n + self.longest, np.uint8)  # a bit for each length of a word that has something before it
        entry_at = []
        for number, (at, entries) in enumerate(words):
            follows[at] |= self._follows.take(entries) << np.uint8(number)
            entry_at.append(np.empty(n, np.int32))
            entry_at[-1][at] = entries
        follows[rows.starts] = 0
        none = np.empty(0, np.intp)
        seconds, keys, sizes = [none], [none.astype(np.uint64)], [(0, 0, 0)]
        for size, (at, entries) in enumerate(words):
            some = np.flatnonzero(self._leads.take(entries))
            second = at.take(some) + (size + 1)
            bits = follows.take(second)
            key = entries.take(some).astype(np.uint64) << np.uint64(32)
            for number in range(len(words)):
                if number == 2:  # longer words are rare: the others are not looked at again
                    long = np.flatnonzero(bits > 3)
                    bits, second, key = bits.take(long), second.take(long), key.take(long)
                both = np.flatnonzero(bits & np.uint8(1 << number))
                seconds.append(second.take(both))
                keys.append(key.take(both) | entry_at[number].take(seconds[-1]).view(np.uint32))
                sizes.append((size, number, len(both)))
        found, weights = self._pairs.find(np.concatenate(keys))
        begin = rows.slots.take(np.concatenate(seconds).take(found))
        before, after, counts = np.array(sizes).T
        order = np.argsort(_narrow(rows.layout.row.take(begin)), kind="stable")
        before, after = (np.repeat(size, counts).take(found).take(order) for size in (before, after))
        return PairWeights(begin.take(order), before, after, weights.take(order))


def _narrow(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Give numbers from 0 on in 16 bits, if these hold them: NumPy sorts such by radix."""
    return numbers.astype(np.uint16) if numbers.max(initial=0) < 1 << 16 else numbers


class _KnownTables:
    """The counts of a saved segmenter: see `nlpzero.segment.bigrams.Tables`."""

    def __init__(self, knowledge: Knowledge, longest: int) -> None:
        arrays, words, made, _ = knowledge
        self.unknown = 1 + longest
        counts = np.pad(arrays["counts"].astype(np.int32), ((0, 0), (self.unknown, 0)))
        self.records = records_for(self.unknown + len(words))
        self.records[:, :3] = counts[:3].T
        factors = self.records[:, FACTOR].view(np.float32)
        factors[1 : self.unknown], factors[self.unknown :] = arrays["esa_unknown"], arrays["esa"]
        self.begins, self.ends = counts[3:]
        self.types, self.all_leaders, self.starters, self.enders, self.clauses = (
            made["totals"][name] for name in TOTALS
        )
