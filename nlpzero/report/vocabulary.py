"""The words of a corpus: new ones (新词), frequent ones (高频词) and key ones (关键词)."""

import itertools
import math
import shlex
from dataclasses import dataclass

import numpy as np

from ..corpora.frequencies import WordCounts
from ..corpora.keyness import KeynessOptions, KeynessSide, compare
from ..corpora.listing import FrequencyList, list_words
from ..errors import NothingFound
from ..segment.dictionary import dictionary_cutter
from ..text.stopwords import FUNCTION_WORDS
from ..words.new_words import examples_of
from .commands import discover_command, report_command, shown_command
from .material import SURE, Material

RANKS = 160
"""Points of the frequency-rank curve."""
NAMED = 9
"""Words whose names stand at the curve."""


@dataclass(frozen=True)
class NewWordRow:
    """A new word, how likely it is one, and where it stands first."""

    word: str
    count: int
    probability: float
    parts: int
    example: str


@dataclass(frozen=True)
class NewWordFacts:
    """The new words, the likeliest and most telling first; `found` have a probability of `sure` and more."""

    commands: tuple[str, ...]
    rows: tuple[NewWordRow, ...]
    candidates: int
    found: int
    sure: float
    added: bool


@dataclass(frozen=True)
class FrequentWord:
    """A word, its count, how often it is among a million words, and how it is spread over documents."""

    word: str
    count: int
    per_million: float
    documents: int
    dp: float


@dataclass(frozen=True)
class FrequencyFacts:
    """How often words occur (词频).

    Attributes
    ----------
    commands : tuple of str
    document : str
        What a document is.
    documents : int
    rows : tuple of FrequentWord
        Function words left out.
    function_share : float
        Share of the text that is function words.
    zipf : tuple of (int, int, str)
        Rank, count, and for some the word.
    slope : float
        Of ln count against ln rank, over ranks from 10 on whose words occur 5 times.
    once : int
        Words that occur once.
    half : int
        So many of the most frequent words make half of the text.
    growth : tuple of (int, int)
        Words read, different ones met.
    """

    commands: tuple[str, ...]
    document: str
    documents: int
    rows: tuple[FrequentWord, ...]
    function_share: float
    zipf: tuple[tuple[int, int, str], ...]
    slope: float
    once: int
    half: int
    growth: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class KeyWord:
    """A word that one corpus has more often than the other."""

    word: str
    count: int
    count_reference: int
    per_million: float
    per_million_reference: float
    g2: float
    log_ratio: float


@dataclass(frozen=True)
class KeyWordFacts:
    """Key words against a reference, strongest first; `fewer` are those that the reference has more often."""

    commands: tuple[str, ...]
    reference: str
    reference_words: int
    rows: tuple[KeyWord, ...]
    fewer: tuple[KeyWord, ...]


def gather_new_words(material: Material) -> NewWordFacts:
    """Find the new words."""
    found = material.new_words
    if found is None:
        raise NothingFound("no string that no dictionary has stands often enough in the text")
    top = found.chosen(np.arange(min(len(found), material.options.top)))
    examples = examples_of(top, material.texts, job=material.job)
    columns = top.words, top.counts.tolist(), top.probabilities.tolist(), top.parts.tolist(), examples
    rows = tuple(NewWordRow(*row) for row in zip(*columns, strict=True))
    material.want(*(row.word for row in rows))
    material.telling["new"] = [row.word for row in rows if row.probability >= SURE]
    return NewWordFacts(
        (shown_command(material, "discover --new", f"--top {material.options.top}", cuts=False),),
        rows,
        found.candidates,
        int(np.count_nonzero(found.probabilities >= SURE)),
        SURE,
        material.added is not None,
    )


def gather_frequencies(material: Material) -> FrequencyFacts:
    """Count the words."""
    counts = material.counts
    assert counts.documents is not None
    listed = list_words(counts, FrequencyList())
    words, numbers = listed["word"], listed["count"]
    is_content = np.fromiter((word not in FUNCTION_WORDS for word in words), np.bool_, len(words))
    chosen = np.flatnonzero(is_content)[: material.options.top].tolist()
    rows = tuple(
        FrequentWord(words[i], *(listed[name][i].item() for name in ("count", "per_million", "documents", "dp")))
        for i in chosen
    )
    material.want(*(row.word for row in rows))
    material.telling["frequent"] = [row.word for row in rows if len(row.word) > 1]
    sums = np.cumsum(numbers)
    return FrequencyFacts(
        commands=(*discover_command(material), shown_command(material, f"words --document {material.document}")),
        document=material.document,
        documents=len(counts.documents),
        rows=rows,
        function_share=float(numbers[~is_content].sum() / counts.total),
        zipf=_curve(words, numbers),
        slope=_slope(numbers),
        once=int(np.count_nonzero(numbers == 1)),
        half=int(np.searchsorted(sums, counts.total / 2)) + 1,
        growth=material.survey.growth,
    )


def _curve(words: list[str], numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> tuple[tuple[int, int, str], ...]:
    """Give points of the curve, evenly far from each other on a scale of logarithms, some with their words."""
    size = len(words)
    ranks = np.unique(np.geomspace(1, size, RANKS).round().astype(np.int64)) if size > 1 else np.array([1])
    named = {int(ranks[np.abs(ranks - rank).argmin()]) for rank in np.geomspace(1, size, NAMED)}
    return tuple((rank, int(numbers[rank - 1]), words[rank - 1] if rank in named else "") for rank in ranks.tolist())


def _slope(numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    """Fit a line to the logarithms, with as much weight for each part of the scale of ranks."""
    last = int(np.count_nonzero(numbers >= 5))
    if last < 30:
        return math.nan
    ranks = np.unique(np.geomspace(10, last, 100).round().astype(np.int64))
    return float(np.polyfit(np.log(ranks), np.log(numbers[ranks - 1]), 1)[0])


def jieba_counts() -> WordCounts:
    """Give the counts of jieba's dictionary, without its rarest words, as those of a corpus."""
    lexicon = dictionary_cutter().lexicon
    rows = sorted(zip(lexicon.words, lexicon.counts, strict=True))
    counts = np.array([count for _, count in rows], np.int64)
    return WordCounts([word for word, _ in rows], counts, int(counts.sum()), source="jieba's dictionary")


def gather_key_words(material: Material) -> KeyWordFacts:
    """Compare the words with those of a reference."""
    options = material.options
    given = material.reference()
    commands: tuple[str, ...]
    if given is not None:
        reference, name = given, ", ".join(options.against_names) or "the second corpus"
        names = " ".join(f"--against {shlex.quote(one)}" for one in options.against_names or ("other.txt",))
        commands = (shown_command(material, "keyness --max-p 0.01", after=names),)
    else:
        reference, name = jieba_counts(), "jieba's counts"
        commands = (shown_command(material, "words"), report_command("key", material.survey.files))
    sides: list[tuple[KeyWord, ...]] = []
    wanted: tuple[KeynessSide, ...] = ("positive", "negative") if options.against is not None else ("positive",)
    for side in wanted:
        how = KeynessOptions(side=side, max_p=0.01)
        try:
            found = compare(_only_known(material, reference), reference, how, job=material.job)
        except NothingFound:
            sides.append(())
            continue
        columns = "word", "count_a", "count_b", "per_million_a", "per_million_b", "g2", "log_ratio"
        rows = (KeyWord(*row) for row in zip(*found.lists(columns), strict=True) if row[0] not in FUNCTION_WORDS)
        sides.append(tuple(itertools.islice(rows, options.top)))
    if not any(sides):
        raise NothingFound("no word is much more frequent than in the reference")
    material.want(*(row.word for side in sides for row in side))
    material.telling["key"] = [row.word for row in sides[0] if len(row.word) > 1]
    fewer = sides[1] if len(sides) > 1 else ()
    return KeyWordFacts((*discover_command(material), *commands), name, reference.total, sides[0], fewer)


def _only_known(material: Material, reference: WordCounts) -> WordCounts:
    """Leave out words that a dictionary cannot have: numbers and Latin ones, where the reference is one."""
    counts = material.counts
    if material.options.against is not None:
        return counts
    known = set(reference.words) | set(material.added.words if material.added else ())
    kept = np.fromiter((word in known for word in counts.words), np.bool_, len(counts))
    words = [word for word, keep in zip(counts.words, kept.tolist(), strict=True) if keep]
    return WordCounts(words, counts.counts[kept], int(counts.counts[kept].sum()), source=counts.source)
