"""Words by sampling: a bigram Pitman-Yor model of words, times a Markov model of characters, times ESA.

The text is split into batches. One batch is taken out of the counts, all its clauses are sampled from what is left by
forward filtering and backward sampling, and its new words are put in (leave-batch-out). Where the words are sure enough
after many rounds, the text is cut.

Counts are kept in memory (see `nlpzero.words.tables`); what is known of every place of the text is kept in the
workspace (see `nlpzero.words.chunks`), and read once a round.

After Goldwater, Griffiths & Johnson (2009) and Mochihashi, Yamada & Ueda (2009).
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..core.workspace import Counts, Ids
from ..ngrams.counts import NGrams, spell
from ..segment.bigrams import FACTOR, Chunk, Prior, WordWeights, steps_of
from ..segment.chain import Index, Sizes, forward, marginals, sample
from ..segment.spelling import Spelling
from .chunks import BATCHES, CHUNK, StoredChunk, TextSpan
from .esa import Esa
from .finding import Progress
from .tables import NGramNumbers, SampledTables, WordPairs

LONGEST_AT_FIRST, LONGEST = 4, 5
"""Units of a word at the most: in the first rounds, and in the last ones."""
STORE = 0.1
"""Share of the memory for arrays that are kept for later, until it is known what the counts leave."""
KEPT = 0.125
"""Share of it that has been given back and not been taken again: see `nlpzero.core.allocation`."""
PROCESS = 80 << 20
"""Bytes that the process takes beside: the interpreter with NumPy, units, blocks."""
SLOT = 400
"""Bytes for each unit of a chunk that is sampled."""
RESULT = 24 << 20
"""Bytes for the segmenter that is made of the counts in the end."""
LISTED = 300
"""Bytes for each word of a dictionary. (Measured on 349,045.)"""


class Footprint(NamedTuple):
    """Bytes of memory that sampling takes: known when the n-grams are counted, before it begins (内存占用).

    Attributes
    ----------
    counts : int
        Of words and of pairs of words, and of what they explain.
    work : int
        What words weigh, with the chunks under way; or what is made of the counts in the end, if that is more. And a
        dictionary.

    Examples
    --------
    >>> footprint = Footprint.of(NGramNumbers([5, 3], 1), workers=2)
    >>> footprint, footprint.spare(1 << 30) >> 20, footprint.needed >> 20
    (Footprint(counts=247, work=26214528), 560, 135)
    """

    counts: int
    work: int

    @classmethod
    def of(cls, numbers: NGramNumbers, workers: int, listed: int = 0) -> "Footprint":
        """Plan for a number of workers, and of words in a dictionary."""
        work = max(16 * numbers.words + SLOT * CHUNK * workers, RESULT)
        return cls(numbers.memory + 4 * numbers.words, work + LISTED * listed)

    def spare(self, memory: int) -> int:
        """Give the bytes that are left for arrays that are kept for later."""
        return max(0, int(memory * (1 - KEPT)) - PROCESS - max(self.counts + self.work, memory // 4))

    @property
    def needed(self) -> int:
        """The memory that has room for it."""
        return int((PROCESS + self.counts + self.work) / (1 - KEPT - STORE))


class Stock(NamedTuple):
    """What a segmentation of a chunk says of words and characters.

    Attributes
    ----------
    tokens : WordPairs
    tags, rare, lengths, joins : int64 arrays
        See `Spelling.learned`; `rare` are word types that occur once.
    explained : uint32 array
        The numbers of the n-grams that stand inside longer words, one for each place.
    """

    tokens: WordPairs
    tags: Counts
    rare: Counts
    lengths: Counts
    joins: Counts
    explained: Ids


def stock_of(chunk: Chunk, sizes: Sizes, numbers: NGramNumbers, characters: int) -> Stock:
    """Take stock of the words of a chunk: where they begin, and how long they are."""
    layout, ids, longest = chunk.layout, chunk.ids.reshape(-1), numbers.longest
    n = layout.size
    slots = np.flatnonzero(sizes)
    size = sizes[slots].astype(np.intp)
    row, clause = layout.row[slots].astype(np.intp), layout.clause[slots].astype(np.intp)
    words = ids.take((size - 1) * n + slots)
    is_last = layout.left[slots] == size
    first = np.flatnonzero(~is_last)
    second = layout.slots(row[first] + size[first], clause[first])
    after = sizes[second].astype(np.intp)
    length = size[first] + after
    ngrams = ids.take((length - 1) * n + slots[first])
    pairs = np.full(len(first), -1)
    known = ngrams >= numbers.unknown
    for both in range(2, 2 * longest + 1):
        some = np.flatnonzero(known & (length == both))
        pairs[some] = numbers.pair(both, ngrams[some].astype(np.intp), size[first[some]])
    tokens = WordPairs(words[row == 0], words[is_last], words[first], ids.take((after - 1) * n + second), pairs)

    place = np.ones(n, np.intp)  # of each character in its word: first, inner, last, alone
    place[slots] = 0
    place[layout.slots(row + size - 1, clause)] = 2
    place[slots[size == 1]] = 3
    tags = np.bincount(place * characters + chunk.units, minlength=4 * characters).reshape(4, -1)
    rare = np.zeros(3 * characters, np.int64)
    explained: list[Ids] = []
    for length_of_word in range(2, longest + 1):
        here = np.flatnonzero(size == length_of_word)
        once = words[here] == length_of_word
        for step in range(length_of_word):
            at = layout.slots(row[here] + step, clause[here])
            which = 0 if step == 0 else 2 if step == length_of_word - 1 else 1
            rare += np.bincount(which * characters + chunk.units[at[once]], minlength=3 * characters)
            for inside in range(1, min(length_of_word - 1, length_of_word - step) + 1):
                explained.append(ids.take((inside - 1) * n + at))
    joins = np.bincount(2 * (size[first] == 1) + (after == 1), minlength=4).reshape(2, 2)
    lengths = np.bincount(size, minlength=longest + 1)
    return Stock(
        tokens, tags, rare.reshape(3, -1), lengths, joins, np.concatenate([np.empty(0, np.uint32), *explained])
    )


class Sampler:
    """Sample the segmentation of a corpus (贝叶斯分词).

    Parameters
    ----------
    ngrams : NGrams
        By `NGrams.by_class`, with at least twice as many levels as words may have units, and one.
    numbers : NGramNumbers
    spans : list of TextSpan
    esa : list of Esa
        From `nlpzero.words.esa.statistics`.
    prior : Prior
    seed : int
    engine : Engine
        Of this process.
    """

    def __init__(
        self,
        ngrams: NGrams,
        numbers: NGramNumbers,
        spans: Sequence[TextSpan],
        esa: Sequence[Esa],
        prior: Prior,
        seed: int,
        engine: Engine,
    ) -> None:
        self.workspace, self.engine, self.levels = ngrams.workspace, engine, ngrams.levels
        self.spans, self.esa, self.prior, self.seed = spans, esa, prior, seed
        self.numbers, self.longest = numbers, numbers.longest
        self.chunks = [chunk for span in spans for chunk in span.chunks]
        self.unigrams = ngrams.levels[0].counts
        self.samples = self.rounds = 0
        self.recount()

    def clear(self) -> None:
        """Let go of the counts."""
        self.tables = SampledTables(NGramNumbers([0] * (2 * self.longest), self.longest))
        self._explained = np.zeros(0, np.int32)

    def recount(self) -> None:
        """Count the current words."""
        self.clear()
        self.tables = SampledTables(self.numbers)
        self._new_stock()
        for stock in self.engine.map(self._taken, self.chunks):
            self._add(stock)
            self.tables.add(stock.tokens, 1)

    def _taken(self, chunk: StoredChunk) -> Stock:
        """Take stock of a chunk."""
        return self._keep(chunk, chunk.load(self.numbers), chunk.sizes.array)

    def _keep(self, chunk: StoredChunk, loaded: Chunk, sizes: Sizes) -> Stock:
        """Take stock of a chunk, and keep its words."""
        stock = stock_of(loaded, sizes, self.numbers, len(self.unigrams))
        chunk.put_tokens(self.workspace, stock.tokens)
        return stock

    def _new_stock(self) -> None:
        """Begin to add up what chunks say."""
        characters = len(self.unigrams)
        self._usage = [
            np.zeros(shape, np.int64) for shape in ((4, characters), (3, characters), (self.longest + 1,), (2, 2))
        ]
        self._explained = np.zeros(self.numbers.words, np.int32)

    def _add(self, stock: Stock) -> None:
        """Add up what a chunk says."""
        for total, part in zip(self._usage, stock[1:5], strict=True):
            total += part
        np.add.at(self._explained, stock.explained.astype(np.intp), np.int32(1))

    def spelling(self) -> Spelling:
        """Learn the models of characters from the current words."""
        tags, types, lengths, joins = (total.copy() for total in self._usage)
        for length in range(2, self.longest + 1):
            columns = spell(self.levels, length, self.used(length))
            for step, column in enumerate(columns):
                place = 0 if step == 0 else 2 if step == length - 1 else 1
                types[place] += np.bincount(column, minlength=len(self.unigrams))
        return Spelling.learned(self.unigrams, types, tags, lengths, joins)

    def used(self, length: int) -> Index:
        """Give the ranks of the n-grams of a length that are words now."""
        offsets = self.numbers.offsets
        return np.flatnonzero(self.tables.words[offsets[length - 1] : offsets[length]])

    def weigh(self, longest: int) -> None:
        """Let ESA weigh the words of up to `longest` units, by what the current words explain."""
        factors: npt.NDArray[np.float32] = self.tables.records[:, FACTOR].view(np.float32)
        offsets, prior = self.numbers.offsets, self.prior
        for length, one in zip(range(1, longest + 1), self.esa, strict=False):
            gone = np.append(self._explained[offsets[length - 1] : offsets[length]], self._explained[length])
            np.minimum(gone[:-1], one.counts.array - 1, out=gone[:-1], casting="unsafe")
            at = offsets[length - 1]
            for scores in one.pieces(length, gone, prior.esa_exponent):
                to = factors[at : at + len(scores)] if at < offsets[length] else factors[length : length + 1]
                to[:] = np.exp(prior.esa_weight * scores)
                at += len(scores)

    def round(self, longest: int, *, with_esa: bool, count: bool) -> Progress:
        """Sample every clause once; with `count` add up the probabilities of boundaries."""
        spelling = self.spelling()
        if with_esa:
            self.weigh(longest)
        self._new_stock()
        order = np.random.default_rng([self.seed, self.rounds]).permutation(len(self.chunks))

        def resample(words: WordWeights, number: int) -> tuple[float, Stock]:
            chunk = self.chunks[number]
            loaded = chunk.load(self.numbers)
            steps = steps_of(loaded, words, self.tables.seen(loaded, longest), spelling, longest)
            filtered = forward(loaded.layout, steps)
            sizes = sample(loaded.layout, steps, filtered, np.random.default_rng([self.seed, self.rounds, number]))
            chunk.put(self.workspace, "sizes", sizes)
            if count:
                chosen = np.zeros((self.longest, chunk.size), np.float32)
                for length, chances in enumerate(marginals(loaded.layout, steps, filtered), 1):
                    fits = loaded.layout.left >= length
                    chosen[length - 1] = np.where(fits, chances.take(loaded.layout.ahead(length - 1)), 0)
                if chunk.chosen is not None:
                    chosen += chunk.chosen.array.reshape(chosen.shape)
                chunk.put(self.workspace, "chosen", chosen.ravel())
            return float(filtered.evidence.sum()), self._keep(chunk, loaded, sizes)

        log_probability = 0.0
        for batch in np.array_split(order, BATCHES):
            for number in batch.tolist():
                self.tables.add(self._tokens(number), -1)
            words = WordWeights(self.tables, self.prior)
            for evidence, stock in self.engine.map(functools.partial(resample, words), batch.tolist()):
                log_probability += evidence
                self._add(stock)
            del words  # before there are new ones
            for number in batch.tolist():
                self.tables.add(self._tokens(number), 1)
        self.rounds += 1
        self.samples += count
        return self.state(log_probability)

    def _tokens(self, number: int) -> WordPairs:
        """Give the words of a chunk."""
        return WordPairs(*(stored.array for stored in self.chunks[number].tokens))

    def state(self, log_probability: float | None = None) -> Progress:
        """Tell where it is."""
        return Progress(self.rounds, self.samples, self.tables.tokens, self.tables.types, log_probability)
