"""Where words stand in a corpus: a sample of their lines (例句), and how they are spread over it (分布).

The sample of a word is drawn by a hash of the line and the place in it: those of the least hash are kept. So it does
not depend on blocks or workers, and the same line is not shown twice.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Execution
from ..reading.parts import Part, text_of
from ..segment.cutter import Cutter, word_spans
from ..segment.encoding import tokens_of_marks
from ..text.characters import code_points, from_code_points
from ..text.units import visible
from ..text.words import are_words

STRIP = 160
"""Equal parts of the corpus that a picture of the spread has."""
WIDTH = 22
"""Characters of a line on either side of a word."""

Numbers = npt.NDArray[np.int64]
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class ContextLine:
    """A line of a word: what stands before and after it, the file, and the number of the line."""

    before: str
    word: str
    after: str
    source: str
    line: int


@dataclass(frozen=True)
class WordPlaces:
    """Where a word stands.

    Attributes
    ----------
    word : str
    count : int
    lines : tuple of ContextLine
        In the order of the corpus.
    strip : tuple of int
        How often it stands in each of `STRIP` equal parts of the corpus.
    """

    word: str
    count: int
    lines: tuple[ContextLine, ...]
    strip: tuple[int, ...]


class _Candidate(NamedTuple):
    """An occurrence that may be shown; the least ones are."""

    hash: int
    block: int
    at: int
    context: ContextLine


class _PlacesBlock(NamedTuple):
    """What is found in a block: for each word how often, its best candidates, and the numbers of its tokens."""

    tokens: int
    lines: int
    source: str
    words: Numbers
    places: Numbers
    candidates: list[tuple[int, _Candidate]]


def find_places(
    texts: Iterable[str | Part],
    words: Sequence[str],
    cutter: Cutter,
    total: int,
    *,
    sample: int = 4,
    execution: Execution,
) -> dict[str, WordPlaces]:
    """Find where some words stand in a corpus.

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
    words : sequence of str
    cutter : Cutter
        Makes words of the text; others than these are not found.
    total : int
        Words of the corpus, punctuation left out.
    sample : int
        So many lines of each at most.
    execution : Execution

    Examples
    --------
    >>> from nlpzero.core.job import Cost, Job
    >>> from nlpzero.segment.cutter import BLANKS
    >>> with Job().open(Cost(task=60)) as execution:
    ...     found = find_places(["江 上 有 船\\n"], ["船"], BLANKS, 4, execution=execution)
    >>> found["船"].count, found["船"].lines[0].before
    (1, '江 上 有 ')
    """
    number = {word: i for i, word in enumerate(words)}
    strips = np.zeros((len(words), STRIP), np.int64)
    best: list[list[_Candidate]] = [[] for _ in words]
    done = 0
    lines: dict[str, int] = {}
    for index, block in enumerate(execution.engine.map(functools.partial(_find, cutter, number, sample), texts)):
        if len(block.words):
            bins = (done + block.places) * STRIP // max(1, total)
            np.add.at(strips, (block.words, np.minimum(bins, STRIP - 1)), 1)
        first = lines.get(block.source, 1)
        for at, one in block.candidates:
            context = one.context
            moved = ContextLine(context.before, context.word, context.after, block.source, first + context.line)
            best[at].append(one._replace(block=index, context=moved))
        for at in {at for at, _ in block.candidates}:
            best[at] = _least(best[at], sample)
        done += block.tokens
        lines[block.source] = first + block.lines
    result = {}
    for i, word in enumerate(words):
        shown = sorted(best[i], key=lambda one: (one.block, one.at))
        strip = strips[i].tolist()
        result[word] = WordPlaces(word, sum(strip), tuple(one.context for one in shown), tuple(strip))
    return result


def _least(candidates: list[_Candidate], sample: int) -> list[_Candidate]:
    """Keep those of least hash; of equal ones, which are the same line, the first."""
    chosen: dict[int, _Candidate] = {}
    for one in sorted(candidates, key=lambda one: (one.hash, one.block, one.at)):
        chosen.setdefault(one.hash, one)
        if len(chosen) == sample:
            break
    return [*chosen.values()]


def _find(cutter: Cutter, number: Mapping[str, int], sample: int, part: str | Part) -> _PlacesBlock:
    """Find the words in one block."""
    text = text_of(part)
    source = "" if isinstance(part, str) else part.source
    codes, _ = visible(code_points(text))
    marks = cutter.marks(codes)
    starts, ends = word_spans(codes, marks)
    found = tokens_of_marks(codes, marks)
    found = found.without(cutter.stop) if cutter.stop else found
    is_word = are_words(found.words)
    kept = is_word.take(found.ids)
    tokens = int(np.count_nonzero(kept))
    rank = np.fromiter((number.get(word, -1) for word in found.words), np.int64, len(found.words))
    which = rank.take(found.ids)
    at = np.flatnonzero(which >= 0)
    places = (np.cumsum(kept) - 1).take(at)
    words = which.take(at)
    lines = len(found.lengths)
    if not len(at):
        return _PlacesBlock(tokens, lines, source, words, places, [])
    shown = from_code_points(codes)
    begin = starts.take(at)
    line_starts = np.append(0, np.flatnonzero(codes == 0x0A) + 1)
    line = np.searchsorted(line_starts, begin, "right") - 1
    hashes = _hashes(shown, line_starts, line, begin)
    order = np.lexsort((begin, hashes, words))
    first = np.searchsorted(words[order], np.arange(len(number)))
    rank_in_word = np.arange(len(order)) - first.take(words[order])
    chosen = order[rank_in_word < 4 * sample]  # some may be the same line
    candidates = []
    for i in chosen.tolist():
        low = int(line_starts[line[i]])
        high = int(line_starts[line[i] + 1]) - 1 if line[i] + 1 < len(line_starts) else len(shown)
        start = int(begin[i])
        end = int(ends[at[i]])
        before = ("…" if start - low > WIDTH else "") + shown[max(low, start - WIDTH) : start].lstrip()
        after = shown[end : min(high, end + WIDTH)].rstrip() + ("…" if high - end > WIDTH else "")
        context = ContextLine(before, shown[start:end], after, source, int(line[i]))
        candidates.append((int(words[i]), _Candidate(int(hashes[i]), 0, start, context)))
    return _PlacesBlock(tokens, lines, source, words, places, candidates)


def _hashes(text: str, line_starts: Numbers, line: Numbers, begin: Numbers) -> npt.NDArray[np.uint64]:
    """Hash occurrences by their line and their place in it."""
    used = np.unique(line)
    bounds = np.append(line_starts, len(text) + 1)
    spans = zip(bounds[used].tolist(), bounds[used + 1].tolist(), strict=True)
    digests = b"".join(
        hashlib.blake2b(text[low : high - 1].encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for low, high in spans
    )
    of_line = np.frombuffer(digests, "<u8").astype(np.uint64)[np.searchsorted(used, line)]
    mixed = (of_line ^ (begin - line_starts.take(line)).astype(np.uint64)) * _MIX
    return mixed ^ (mixed >> np.uint64(29))
