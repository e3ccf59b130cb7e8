"""Words by sampling: a bigram Pitman-Yor model of words, times a Markov model of characters, times ESA.

Counts of pairs of words are counts of n-grams that are cut at a certain place. So every table is an array over the
ranks of the n-grams that occur twice, and every lookup is an index that was known before the first round. An n-gram
that occurs once needs no entry: it is taken out when its own place is sampled, and nothing is left.

The text is split into batches. One batch is taken out of the counts, all its clauses are sampled from what is left by
forward filtering and backward sampling, and its new words are put in (leave-batch-out). Where the words are sure enough
after many rounds, the text is cut.

After Goldwater, Griffiths & Johnson (2009) and Mochihashi, Yamada & Ueda (2009).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Column, Counts, Ids
from ..ngrams.counts import NGrams
from ..segment.chain import Cut, Index, Layout, Steps, Weights, forward, marginals, sample
from ..segment.spelling import Spelling
from .esa import Esa, Flags

DISCOUNT, DISCOUNT_TYPES = 0.5, 0.5
STRENGTH, STRENGTH_TYPES = 5.0, 100.0
THRESHOLD = 0.25
"""A word begins where it does with a greater probability. Words get longer the more text there is: on 16.8 million
units F rises by 0.001 to 0.003 against 0.5, on texts that nothing else was tuned on; on 1.5 million it does not change.
"""
MEMORY = 200
"""Bytes that a unit takes in memory, about."""
P_END = 0.1
"""Base probability of the end of a clause, as a word."""
TAG_WEIGHT = 0.6
ESA_WEIGHT, ESA_EXPONENT = 0.3, 0.5
BATCHES = 5
CHUNK = 1 << 15
"""Units that are sampled at a time."""
LONGEST_CLAUSE = 128
"""Longer clauses are cut, once, between two words of the first segmentation."""


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
    """

    discount: float = DISCOUNT
    strength: float = STRENGTH
    type_discount: float = DISCOUNT_TYPES
    type_strength: float = STRENGTH_TYPES
    tag_weight: float = TAG_WEIGHT
    esa_weight: float = ESA_WEIGHT
    esa_exponent: float = ESA_EXPONENT
    finer: float = 0.0


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
    """

    layout: Layout
    places: Index
    ranks: list[Ids]
    cut: Cut
    chosen: list[npt.NDArray[np.float32]] = field(default_factory=list)

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
    (sum t + t0), times what the Markov model and ESA say.
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
        below = (types + base * spelling.words(characters)) / norm
        factor = spelling.tagged(characters, weight) * grain
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


class State(NamedTuple):
    """Where the sampler is: rounds done, samples taken of the boundaries, words, and about how many bytes it takes.

    `log_probability` is that of the last round, None before the first one.
    """

    round: int
    samples: int
    tokens: int
    types: int
    memory: int
    log_probability: float | None


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

    def round(self, longest: int, *, with_esa: bool, count: bool) -> State:
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

    def state(self, log_probability: float | None = None) -> State:
        """Tell where it is."""
        tokens = sum(int(table.sum()) for (_, length), table in self.tables.pairs.items() if length)
        return State(self.rounds, self.samples, tokens, self.tables.types, self.memory, log_probability)


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
        places = block[0].positions.array.astype(np.intp)
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
            index = np.zeros(int(block[0].positions.array.max(initial=0)) + 1, np.intp)
            index[block[0].positions.array] = np.arange(begin, begin + block[0].positions.length)
            at, found = block[number].found()
            ranks[index[at]] = found
            begin += block[0].positions.length
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
