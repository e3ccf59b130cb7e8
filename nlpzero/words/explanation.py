"""Why a string is a word of a corpus, or is not: the figures that the methods look at, and places where it stands."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..core.job import current_job
from ..errors import ModelError, NothingFound
from ..ngrams.counts import COUNTING, NGrams
from ..ngrams.levels import BlockLevels, bits_in
from ..ngrams.measures import measure
from ..ngrams.units import encode
from ..reading.parts import units_text
from ..reading.sources import Texts, open_blocks
from ..text.characters import code_points, from_code_points
from .discovery import Discovery, unit_places
from .finding import Check, Evidence

EDGE = "|"
"""Stands for the edge of a clause among the neighbours."""


@dataclass(frozen=True)
class Split:
    """One way to cut the string in two, with the counts of both parts and ln[N n(w) / (n(left) n(right))]."""

    left: str
    right: str
    left_count: int
    right_count: int
    cohesion: float


@dataclass(frozen=True)
class Occurrence:
    """One place where the string stands: source, 1-based line, and what is before and after it in the line."""

    source: str
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Explanation:
    """What a corpus says of one string.

    Attributes
    ----------
    word : str
    units : list of str
        What it is made of, as the method reads it: Han characters, runs of digits, runs of Latin letters; or single
        characters.
    total : int
        Units in the corpus.
    frequency : int
        Occurrences, also inside longer words.
    count : int
        How often the method cuts it out as a word (0 if it is not reported).
    score : float or None
        The method's score, if it is reported.
    checks : list of Check
        The conditions of the method, in the order in which it applies them.
    splits : list of Split
    left, right : Counter of str
        Neighbouring units; `EDGE` for the edges of clauses, each of which is a neighbour of its own.
    left_entropy, right_entropy : float, in nats
    occurrences : list of Occurrence
    """

    word: str
    units: list[str]
    total: int
    frequency: int
    count: int
    score: float | None
    checks: list[Check]
    splits: list[Split]
    left: Counter[str]
    right: Counter[str]
    left_entropy: float
    right_entropy: float
    occurrences: list[Occurrence]


def explain(discovery: Discovery, texts: Texts, word: str, examples: int = 5) -> Explanation:
    """Explain why a string is a word of a corpus, or is not (成词解释), in the units of the method.

    Parameters
    ----------
    discovery : Discovery
        The words of the corpus, its workspace still open. Where it went by counts made before, so do all figures, but
        for the neighbours and the places, which are those of the text.
    texts : path, paths, Corpus, or iterable of texts
        The corpus once more, in the blocks that the words were found in.
    word : str
        Han characters, digits and Latin letters.
    examples : int
        How many occurrences to keep.

    Raises
    ------
    NothingFound
        If the string does not occur in the corpus, or cannot be a word.
    ModelError
        If the counts made before do not reach so far, or the corpus changed.
    """
    ngrams = discovery.ngrams
    encoded = encode(word, ngrams.joined)
    units = [encoded.units[i] for i in encoded.ids.tolist()]
    if not units or "".join(units) != word:
        raise NothingFound(f"{word!r} cannot be a word: a word is made of Han characters, digits and Latin letters")
    number = {unit: i for i, unit in enumerate(ngrams.units)}
    ranks = [number.get(unit, -1) for unit in units]
    places = [_places(block, ranks) for block in ngrams.blocks]
    if not any(map(len, places)):
        raise NothingFound(f"{word!r} does not occur in the corpus")
    if ngrams.reach is not None and len(units) >= ngrams.reach:
        raise ModelError(
            f"{word!r} has {len(units)} units, and the counts reach to words of {ngrams.reach - 1}; "
            f"count again with `order`={len(units)}, or explain it without counts"
        )
    row = discovery.get(word)
    score = None if row is None else row.score
    spans = [(i, j) for i in range(len(ranks)) for j in range(i + 1, len(ranks) + 1)]
    flat = np.array([k for i, j in spans for k in ranks[i:j]], np.uint32)
    measures = measure(ngrams, flat, np.array([j - i for i, j in spans]))
    frequency = dict(zip(spans, measures.frequency.tolist(), strict=True))
    finding = discovery.finding
    evidence = Evidence(units, ranks, finding.ngrams, finding.tables, discovery.parameters, score, frequency)
    size, count = len(units), 0 if row is None else row.count
    left, right = (_neighbours(ngrams, places, step) for step in (-1, size))
    asked = discovery.parameters.min_count or discovery.method.min_count
    return Explanation(
        word,
        units,
        ngrams.total,
        frequency[0, size],
        count,
        score,
        [*discovery.method.checks(evidence), Check("times cut out", count, asked)],
        [
            Split("".join(units[:i]), "".join(units[i:]), frequency[0, i], frequency[i, size], evidence.cohesion(i))
            for i in range(1, size)
        ],
        left,
        right,
        measures.left_entropy[size - 1].item(),
        measures.right_entropy[size - 1].item(),
        _occurrences(discovery, texts, places, size, examples),
    )


def _places(block: BlockLevels, ranks: list[int]) -> npt.NDArray[np.intp]:
    """Find where a string stands in a block: at which of its units it begins."""
    units = block[0].units()
    if len(units) < len(ranks):
        return np.empty(0, np.intp)
    follows = bits_in(block[0].follows, len(units))
    found = np.flatnonzero(units[: len(units) - len(ranks) + 1] == ranks[0])
    for step, rank in enumerate(ranks[1:], 1):
        found = found[follows[found + step - 1] & (units[found + step] == rank)]
    return found


def _neighbours(ngrams: NGrams, places: list[npt.NDArray[np.intp]], step: int) -> Counter[str]:
    """Count the units at a distance after (or, with step -1, before) the beginnings of a string."""
    result: Counter[str] = Counter()
    for block, found in zip(ngrams.blocks, places, strict=True):
        if not len(found):
            continue
        follows = bits_in(block[0].follows, block[0].length)
        before = found + step - (step > 0)
        inside = (before >= 0) & follows[before]
        if edges := int(np.count_nonzero(~inside)):
            result[EDGE] += edges
        units, counts = np.unique(block[0].units()[found[inside] + step], return_counts=True)
        for unit, count in zip(units.tolist(), counts.tolist(), strict=True):
            result[ngrams.units[unit]] += count
    return result


def _occurrences(
    discovery: Discovery, texts: Texts, places: list[npt.NDArray[np.intp]], size: int, examples: int
) -> list[Occurrence]:
    """Read the first lines in which a string stands."""
    result: list[Occurrence] = []
    with open_blocks(texts, COUNTING.block_size(current_job())) as blocks:
        for block, levels, found in zip(blocks, discovery.ngrams.blocks, places, strict=False):
            if len(result) == examples:
                break
            if not len(found):
                continue
            codes = code_points(units_text(block))
            read, units = unit_places(codes, levels, discovery.method.joined)
            text = from_code_points(read.codes)
            joined = np.append(read.joined, False)
            for begin in found[: examples - len(result)].tolist():
                at = int(units[begin])
                end = int(units[begin + size - 1]) + 1
                while joined[end]:
                    end += 1
                start = text.rfind("\n", 0, at) + 1
                line_end = text.find("\n", at)
                after = text[end : line_end if line_end >= 0 else len(text)].rstrip("\r")
                line = block.line + text.count("\n", 0, at)
                result.append(Occurrence(block.source, line, text[start:at], after))
    return result
