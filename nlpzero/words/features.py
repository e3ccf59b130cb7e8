"""What is measured of a candidate to tell whether it is a word: 33 features, and the gates before them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Ids
from ..ngrams.counts import NGrams
from ..text.stopwords import FUNCTION_WORDS
from .candidates import Flags, LevelCandidates, UnitKinds
from .known import KnownWords
from .neighbours import BLOCKS, Scores, Surroundings, parts_of

NUMERALS = "〇零一二三四五六七八九十百千万亿两几半数第壹贰叁"
"""Characters that a phrase of number and measure (三个字) begins with."""
ASPECTS = "了着过"
"""Characters that follow a verb to say how it goes on: 听了, 说着."""
PRONOUNS = frozenset("这那此该本各每某哪其何我你他她它您咱")
"""Characters that phrases which point at something begin with: 本条例, 这套书."""
VERBS = frozenset(
    "是有在来去上下进出回到放拿抱带戴穿洗吃喝看听说问想叫读写学做用打抓搞玩走跑坐住等请求找买换交充收送退发装开关改选加减点查测试养怀患获取当作分"
    "含赞比离靠赶给对向从由于以按经为与和让使被把不没未勿莫很太更最较也都就还又再正将才越会能可要应须得多少"
)
"""Common verbs of one character, verbs before other verbs, adverbs and prepositions: words of their own that phrases of
three units and more begin with, such as 看电影, 不符合."""
PLACES = frozenset("里中内外上下前后时间起来出到为成于给着了过地的得们等去进入回掉完好住开道")
"""Characters that follow a noun or a verb to say where, when or whereto, and particles: 房间里, 表现出."""

FEATURES = (
    "cohesion",
    "cohesion_of_words",
    "entropy",
    "commonest",
    "edges",
    "inner_entropy",
    "ends",
    "begins_words",
    "ends_words",
    "first_alone",
    "last_alone",
    "independence",
    "spread",
    "quoted",
    "quotations",
    "first_word",
    "last_word",
    "aspect",
    "repeated_verb",
    "doubled",
    "first_known",
    "last_known",
    "first_function",
    "last_function",
    "first_pronoun",
    "first_verb",
    "last_place",
    "letters",
    "capitals",
    "signs",
    "foreign",
    "chinese",
    "measure",
)
"""The names of the features, in the order of their columns; see nlpzero/words/README.md for what they are. The last six
are of words in Latin letters (`nlpzero.words.latin`), and 0 for others."""
LATIN_FEATURES = 6

MOST_OF_ONE = 0.75
"""Gate 2: the greatest share of places with one and the same neighbour on a side."""
MOST_ALONE = 0.5
"""Gate 3: at a smaller share of its places a candidate is alone on its line."""
LEAST_NUMBERS = 4.0
"""Gate 4: what follows the numerals it begins with follows numbers of a smaller perplexity."""
MOST_FOREIGN = 0.5
"""Gate 5: at a smaller share of its places a word in Latin letters stands between words of a foreign language."""


class Gates(NamedTuple):
    """The figures that decide whether a candidate is ranked at all; each array has shape (n,).

    Attributes
    ----------
    ends : float64 array
        The share of its places where the dictionary's cut has a boundary at both ends: at least 1/2.
    commonest : float64 array
        The share of its places where its commonest neighbour stands: at most 3/4.
    alone : float64 array
        The share of its places where it is alone on its line: less than 1/2.
    numbers : float64 array
        The perplexity of the numbers before what follows its leading numerals: less than 4; 0 if it begins with none,
        or is nothing but numerals.
    foreign : float64 array
        The share of its places where a word in Latin letters stands between words of a foreign language: less than 1/2.
    """

    ends: Scores
    commonest: Scores
    alone: Scores
    numbers: Scores
    foreign: Scores

    @property
    def standing(self) -> Flags:
        """Which pass gates 2 and 3: the features of all others are compared with theirs."""
        return (self.commonest <= MOST_OF_ONE) & (self.alone < MOST_ALONE)

    @property
    def open(self) -> Flags:
        """Which pass all gates."""
        return self.standing & (self.numbers < LEAST_NUMBERS) & (self.foreign < MOST_FOREIGN)


class CandidateFigures(NamedTuple):
    """What is measured of the candidates of one length.

    Attributes
    ----------
    counts : int64 array (n,)
        At how many places of the text each stands.
    gates : Gates
    features : float64 array (n, 33)
        In the order of `FEATURES`.
    left_entropy, right_entropy : float64 arrays (n,)
        Every edge of a clause a neighbour of its own, all numbers in digits the same one.
    """

    counts: Counts
    gates: Gates
    features: Scores
    left_entropy: Scores
    right_entropy: Scores


def numerals_of(units: Sequence[str]) -> Ids:
    """Give the ranks of the units that are numerals."""
    return np.flatnonzero([unit in NUMERALS for unit in units]).astype(np.uint32)


def measure_candidates(
    ngrams: NGrams, kinds: UnitKinds, candidates: LevelCandidates, around: Surroundings, known: KnownWords
) -> CandidateFigures:
    """Measure the candidates of one length.

    Parameters
    ----------
    ngrams : NGrams
    kinds : UnitKinds
    candidates : LevelCandidates
    around : Surroundings
    known : KnownWords
    """
    length, ranks = candidates.length, candidates.ranks
    left, right, places = around.left[length - 1], around.right[length - 1], around.places[length - 2]
    slot = left.slots[ranks]
    counts = left.edges[slot] + left.inner[slot]
    n = counts.astype(np.float64)
    greatest = np.maximum(left.greatest[slot], right.greatest[right.slots[ranks]])
    edges = np.minimum(left.edges[slot], right.edges[right.slots[ranks]])
    ends = candidates.aligned / n
    gates = Gates(ends, greatest / n, places.alone / n, _numbers(ngrams, candidates, around), np.zeros(len(n)))

    before, after = parts_of(ngrams.levels, candidates)
    whole = np.log(ngrams.total) + np.log(ngrams.levels[length - 1].counts[ranks])
    splits, inner = [], []
    for size, (first, rest) in enumerate(zip(before, after, strict=True), 1):
        of_first, of_rest = ngrams.levels[size - 1].counts[first], ngrams.levels[length - size - 1].counts[rest]
        splits.append(whole - np.log(of_first) - np.log(of_rest))
        lefts, rights = around.left[length - size - 1], around.right[size - 1]
        inner.append(np.minimum(rights.entropy(first), lefts.entropy(rest)))
    every = np.array(splits)
    is_cut = counts < 2 * places.cuts.T
    at_cuts = np.where(is_cut, every, np.inf).min(axis=0)
    cohesion = every.min(axis=0)

    characters = np.array([kinds.codes[column] for column in candidates.units])
    first, last = characters[0], characters[-1]
    independence = np.where(characters > 0, known.profile.independence[characters], -9.0).max(axis=0)
    is_whole = ~is_cut.any(axis=0)
    heads = np.where(is_whole, length, is_cut.argmax(axis=0) + 1)
    tails = np.where(is_whole, length, is_cut[::-1].argmax(axis=0) + 1)
    aspect = np.isin(characters, [*map(ord, ASPECTS)])
    columns = (
        cohesion,
        np.where(np.isfinite(at_cuts), at_cuts, cohesion),
        np.minimum(left.entropy(ranks), right.entropy(ranks)),
        np.log((greatest + 0.5) / (n + 1)),
        np.log((edges + 1) / (n + 2)),
        np.array(inner).max(axis=0),
        ends,
        np.log1p(_of(known.profile.begins, first)),
        np.log1p(_of(known.profile.ends, last)),
        np.log1p(_of(known.profile.alone, first)),
        np.log1p(_of(known.profile.alone, last)),
        independence,
        spread_of(places.parts, n),
        np.log((places.quoted + 0.1) / (n + 10)),
        np.log1p(places.quoted),
        heads.astype(np.float64),
        tails.astype(np.float64),
        aspect[1:].any(axis=0).astype(np.float64),
        _repeated(candidates.units, ngrams.units).astype(np.float64),
        np.logical_or.reduce([a == b for a, b in zip(candidates.units[:-1], candidates.units[1:], strict=True)]) * 1.0,
        *_outer_words(candidates, ngrams.units, known, heads, length - tails),
        *np.zeros((LATIN_FEATURES, len(n))),
    )
    entropies = (np.log(n) - side.weights[side.slots[ranks]] / n for side in (left, right))
    return CandidateFigures(counts, gates, np.stack(columns, axis=1), *(np.maximum(one, 0.0) for one in entropies))


def spread_of(parts: Counts, n: Scores) -> Scores:
    """Compare the parts of the text that strings of n places stand in with what chance would give, in nats."""
    result: Scores = np.log(parts / (BLOCKS * -np.expm1(n * np.log1p(-1 / BLOCKS))))
    return result


def _outer_words(
    candidates: LevelCandidates,
    names: Sequence[str],
    known: KnownWords,
    heads: npt.NDArray[np.intp],
    last: npt.NDArray[np.intp],
) -> Iterator[Scores]:
    """Describe the first and the last word that the dictionary cuts each candidate into: how common; what kind.

    `heads` is where the first one ends, and `last` where the last one begins, in units.
    """
    sizes = np.fromiter(map(len, names), np.intp, len(names))
    ends = np.cumsum([np.zeros(len(heads), np.intp), *(sizes[column] for column in candidates.units)], axis=0)
    rows = np.arange(len(heads))
    first_words = [word[:end] for word, end in zip(candidates.words, ends[heads, rows].tolist(), strict=True)]
    last_words = [word[start:] for word, start in zip(candidates.words, ends[last, rows].tolist(), strict=True)]
    yield np.log1p(known.counts_of(first_words))
    yield np.log1p(known.counts_of(last_words))
    parted = heads < candidates.length
    yield (parted & _all(word[0] in FUNCTION_WORDS for word in first_words)).astype(np.float64)
    yield (parted & _all(word[-1] in FUNCTION_WORDS for word in last_words)).astype(np.float64)
    yield _all(word[0] in PRONOUNS for word in first_words).astype(np.float64)
    is_long = candidates.length > 2
    yield _all(is_long and word in VERBS for word in first_words).astype(np.float64)
    yield _all(word in PLACES for word in last_words).astype(np.float64)


def _all(flags: Iterable[bool]) -> Flags:
    """Gather flags."""
    return np.fromiter(flags, np.bool_)


def _of(table: Counts, characters: npt.NDArray[np.int64]) -> Scores:
    """Look characters up, 0 standing for what is none."""
    return np.where(characters > 0, table[characters], 0).astype(np.float64)


def _numbers(ngrams: NGrams, candidates: LevelCandidates, around: Surroundings) -> Scores:
    """Give the perplexity of the numbers before what follows the leading numerals of each candidate."""
    numerals = np.zeros(len(ngrams.units), np.bool_)
    numerals[numerals_of(ngrams.units)] = True
    going = np.ones(len(candidates.ranks), np.bool_)
    leading = np.zeros(len(candidates.ranks), np.intp)
    for column in candidates.units:
        going &= numerals[column]
        leading += going
    result = np.zeros(len(candidates.ranks))
    _, after = parts_of(ngrams.levels, candidates)
    for size, rest in enumerate(after, 1):
        some = leading == size
        result[some] = around.left[candidates.length - size - 1].perplexity_of_numbers(rest[some])
    return result


def _repeated(units: Sequence[Ids], names: Sequence[str]) -> Flags:
    """Mark 看一看: the same unit before and after 一."""
    ones = [rank for rank, name in enumerate(names) if name == "一"]
    found = np.zeros(len(units[0]), np.bool_)
    for before, middle, after in zip(units, units[1:], units[2:], strict=False):
        found |= (before == after) & np.isin(middle, ones)
    return found
