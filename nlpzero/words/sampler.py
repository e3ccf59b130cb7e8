"""Words by sampling: a bigram Pitman-Yor model of words, times a Markov model of characters, times ESA.

Counts of pairs of words are counts of n-grams that are cut at a certain place. So every table is an array over the
ranks of the n-grams that occur twice, and every lookup is an index that was known before the first round. An n-gram
that occurs once needs no entry: it is taken out when its own place is sampled, and nothing is left.

The text is split into batches. One batch is taken out of the counts, all its clauses are sampled from what is left by
forward filtering and backward sampling, and its new words are put in (leave-batch-out). Where the words are sure enough
after many rounds, the text is cut.

After Goldwater, Griffiths & Johnson (2009) and Mochihashi, Yamada & Ueda (2009).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..core.workspace import NONE, Column, Counts
from ..ngrams.counts import NGrams
from ..ngrams.levels import Flags, places_in
from ..segment.bigrams import Chunk, Prior, Tables, grouped, steps_of
from ..segment.chain import Cut, Index, Layout, Weights, forward, marginals, sample
from ..segment.spelling import Spelling
from .esa import Esa
from .finding import Progress

LONGEST_AT_FIRST, LONGEST = 4, 5
"""Units of a word at the most: in the first rounds, and in the last ones."""
MEMORY = 200
"""Bytes that a unit takes in memory, about."""
BATCHES = 5
CHUNK = 1 << 15
"""Units that are sampled at a time."""
LONGEST_CLAUSE = 128
"""Longer clauses are cut, once, between two words of the first segmentation."""


class Usage(NamedTuple):
    """What a segmentation says of characters: see `Spelling.learned`; `rare` are word types that occur once."""

    tags: Counts
    rare: Counts
    lengths: Counts
    joins: Counts


def usage(chunk: Chunk, characters: int, limits: Sequence[int], longest: int) -> Usage:
    """Count tags, lengths and joins in a chunk; `limits` are the lengths of the levels."""
    sizes, previous = chunk.cut
    slots = np.flatnonzero(sizes)
    size = sizes[slots].astype(np.intp)
    units = chunk.ranks[0]
    tags = np.zeros((4, characters), np.int64)
    rare = np.zeros((3, characters), np.int64)
    rows, active = np.array(chunk.layout.rows), chunk.layout.row[slots].astype(np.intp)
    for length in range(1, longest + 1):
        chosen = np.flatnonzero(size == length)
        is_rare = chunk.ranks[length - 1][slots[chosen]] == limits[length - 1]
        for step in range(length):
            at = rows[active[chosen] + step] + chunk.layout.clause[slots[chosen]]
            place = 3 if length == 1 else 0 if step == 0 else 2 if step == length - 1 else 1
            tags[place] += np.bincount(units[at], minlength=characters)
            if length > 1:
                rare[place] += np.bincount(units[at[is_rare]], minlength=characters)
    before = previous[slots]
    inner = before > 0
    joins = np.bincount(2 * (before[inner] == 1) + (size[inner] == 1), minlength=4).reshape(2, 2)
    return Usage(tags, rare, np.bincount(size, minlength=longest + 1), joins)


def explained(chunk: Chunk, longest: int) -> list[Index]:
    """Give the ranks of the n-grams of each length that stand inside longer words of a chunk, one for each place."""
    sizes = chunk.cut.sizes
    rest = np.zeros(len(sizes), np.int8)
    whole = np.zeros(len(sizes), np.int8)
    slots = np.flatnonzero(sizes)
    rows = np.array(chunk.layout.rows)
    for step in range(longest):
        inside = slots[sizes[slots] > step]
        at = rows[chunk.layout.row[inside] + step] + chunk.layout.clause[inside]
        rest[at] = sizes[inside] - step
        whole[at] = sizes[inside]
    return [
        chunk.ranks[length - 1][(rest >= length) & (whole > length)].astype(np.intp) for length in range(1, longest + 1)
    ]


class Sampler:
    """Sample the segmentation of a corpus (贝叶斯分词).

    Parameters
    ----------
    ngrams : NGrams
        By `NGrams.by_class`, with at least twice as many levels as words may have units, and one.
    chunks : list of Chunk
    esa : list of Esa
        From `nlpzero.words.esa.statistics`.
    prior : Prior
    seed : int
    """

    def __init__(
        self, ngrams: NGrams, chunks: list[Chunk], esa: Sequence[Esa], prior: Prior, seed: int, longest: int
    ) -> None:
        self.engine, self.chunks, self.esa, self.prior, self.seed = ngrams.engine, chunks, esa, prior, seed
        self.longest = longest
        self.limits = [len(level) for level in ngrams.levels]
        self.unigrams = ngrams.levels[0].counts
        self.units = [
            ngrams.spell(length, np.ones(size, np.bool_)) for length, size in enumerate(self.limits[:longest], 1)
        ]
        self.tables = Tables(self.limits, longest)
        self.tables.add(grouped(chunks), 1)
        self.memory = MEMORY * sum(chunk.layout.size for chunk in chunks)
        self.samples = self.rounds = 0

    def spelling(self) -> Spelling:
        """Learn the models of characters from the current words."""
        characters = len(self.unigrams)
        parts = self.engine.share(lambda chunk: usage(chunk, characters, self.limits, self.longest), self.chunks)
        tags, types, lengths, joins = (np.sum(column, axis=0) for column in zip(*parts, strict=True))
        for length in range(2, self.longest + 1):
            used = self.tables.words[length - 1][:-1] > 0
            for step, column in enumerate(self.units[length - 1]):
                place = 0 if step == 0 else 2 if step == length - 1 else 1
                types[place] += np.bincount(column[used], minlength=characters)
        return Spelling.learned(self.unigrams, types, tags, lengths, joins)

    def esa_weights(self, longest: int) -> list[Weights]:
        """Give what ESA multiplies each n-gram with, from the current words."""
        removed = [np.zeros(limit + 1, np.int64) for limit in self.limits[:longest]]
        for ranks in self.engine.share(lambda chunk: explained(chunk, longest), self.chunks):
            for total, part in zip(removed, ranks, strict=True):
                np.add.at(total, part, 1)
        result = []
        for length, (one, gone) in enumerate(zip(self.esa, removed, strict=False), 1):
            gone[:-1] = np.minimum(gone[:-1], one.counts - 1)
            result.append(np.exp(self.prior.esa_weight * one.scores(length, gone, self.prior.esa_exponent)))
        return result

    def round(self, longest: int, *, with_esa: bool, count: bool) -> Progress:
        """Sample every clause once; with `count` add up the probabilities of boundaries."""
        spelling = self.spelling()
        esa = self.esa_weights(longest) if with_esa else None
        order = np.random.default_rng([self.seed, self.rounds]).permutation(len(self.chunks))

        def resample(number: int) -> float:
            chunk = self.chunks[number]
            steps = steps_of(chunk, self.tables, spelling, self.prior, longest, esa)
            filtered = forward(chunk.layout, steps)
            if count:
                _, words = marginals(chunk.layout, steps, filtered)
                before = chunk.chosen or [np.zeros(chunk.layout.size, np.float32) for _ in range(self.longest)]
                chunk.chosen = [one + now.astype(np.float32) for one, now in zip(before, words, strict=False)]
            rng = np.random.default_rng([self.seed, self.rounds, number])
            chunk.cut = sample(chunk.layout, steps, filtered, rng)
            return float(filtered.evidence.sum())

        log_probability = 0.0
        for batch in np.array_split(order, BATCHES):
            chunks = [self.chunks[i] for i in batch.tolist()]
            self.tables.add(grouped(chunks), -1)
            log_probability += sum(self.engine.share(resample, batch.tolist()))
            self.tables.add(grouped(chunks), 1)
        self.rounds += 1
        self.samples += count
        return self.state(log_probability)

    def state(self, log_probability: float | None = None) -> Progress:
        """Tell where it is."""
        tokens = sum(int(table.sum()) for (_, length), table in self.tables.pairs.items() if length)
        return Progress(self.rounds, self.samples, tokens, self.tables.types, self.memory, log_probability)


def chunks_of(ngrams: NGrams, marks: Sequence[Flags], orders: int, seed: int) -> list[Chunk]:
    """Lay the clauses of a corpus out in chunks, drawn at random, with the words of a first segmentation.

    Parameters
    ----------
    marks : for each block, the places at which a word starts, as `nlpzero.words.esa.esa_cut` gives them.
    orders : int
        Lengths of n-grams to keep the ranks of.
    """
    total = ngrams.total
    is_clause, is_start = np.zeros(total, np.bool_), np.zeros(total, np.bool_)
    begin = 0
    for block, mark in zip(ngrams.blocks, marks, strict=True):
        places = places_in(block[:1])[0].astype(np.intp)
        part = slice(begin, begin + len(places))
        is_clause[part] = np.diff(places, prepend=-2) != 1
        is_start[part] = mark[places]
        begin += len(places)
    starts = np.flatnonzero(is_start)
    clauses = _short(np.flatnonzero(is_clause), starts, total)
    is_clause[clauses] = True
    lengths = np.diff(clauses, append=total)
    sizes, previous = np.zeros(total, np.uint8), np.zeros(total, np.uint8)
    sizes[starts] = np.diff(starts, append=total)
    previous[starts[1:]] = sizes[starts[:-1]]
    previous[clauses] = 0

    order = np.random.default_rng(seed).permutation(len(clauses))
    size = min(CHUNK, max(1, total // (2 * BATCHES)))
    chunks = []
    which = (np.cumsum(lengths[order]) - 1) // size
    for members in np.split(order, np.flatnonzero(np.diff(which)) + 1):
        members = members[np.argsort(-lengths[members], kind="stable")]
        layout = Layout(lengths[members])
        places = clauses[members][layout.clause] + layout.row
        chunks.append(Chunk(layout, places, [], Cut(sizes[places], previous[places])))
    columns = [Column(ngrams.workspace, np.uint32) for _ in chunks]
    for number in range(orders):
        ranks = np.full(total, len(ngrams.levels[number]), np.uint32)
        begin = 0
        for block in ngrams.blocks:
            at = places_in(block[: number + 1])
            index = np.zeros(int(at[0].max(initial=0)) + 1, np.intp)
            index[at[0]] = np.arange(begin, begin + len(at[0]))
            found = block[number].units()
            known = found != NONE
            ranks[index[at[-1][known]]] = found[known]
            begin += len(at[0])
        for chunk, column in zip(chunks, columns, strict=True):
            column.append(ranks[chunk.places])
    for chunk, column in zip(chunks, columns, strict=True):
        chunk.ranks = [*column.stored().array.reshape(orders, -1)]
    return chunks


def _short(clauses: Index, starts: Index, total: int) -> Index:
    """Cut clauses at word starts so that few are longer than `LONGEST_CLAUSE`."""
    lengths = np.diff(clauses, append=total)
    more = []
    for clause in np.flatnonzero(lengths > LONGEST_CLAUSE).tolist():
        wanted = np.arange(clauses[clause] + LONGEST_CLAUSE, clauses[clause] + lengths[clause], LONGEST_CLAUSE)
        more.append(starts[np.searchsorted(starts, wanted, "right") - 1])
    return np.unique(np.concatenate([clauses, *more]))


def set_words(chunks: Sequence[Chunk], starts: Index, total: int) -> None:
    """Give chunks the words that start at some places of the text."""
    sizes, previous = np.zeros(total, np.uint8), np.zeros(total, np.uint8)
    sizes[starts] = np.diff(starts, append=total)
    previous[starts[1:]] = sizes[starts[:-1]]
    for chunk in chunks:
        before = previous[chunk.places]
        before[: chunk.layout.active[0]] = 0
        chunk.cut = Cut(sizes[chunk.places], before)
