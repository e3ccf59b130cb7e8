"""N-grams as text: lists of them (n 元语法表), and the strings that one corpus has more often than another.

Strings of characters need no dictionary, so that unknown words show. What is not a word on its own is left out where a
longer string tells as much: one that holds it and is nearly as frequent.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.job import Execution, Job
from ..core.workspace import NONE, Counts, Ids
from ..errors import ModelError, NothingFound
from ..ngrams.counts import count_ngrams, spell
from ..ngrams.levels import Level, look_up
from ..ngrams.runs import NGramTable
from ..ngrams.units import UnitText
from ..reading.parts import Part, text_of
from ..reading.sources import Texts
from ..rules.measures import Floats
from ..segment.cutter import Cutter
from ..segment.encoding import encode
from ..text.words import are_words
from . import contrast
from .contrast import Contrast, adjusted, per_million, strength
from .keyness import SHOWN, KeynessOptions
from .records import ResultTable

WHOLE = 0.7
"""Share of its occurrences with one neighbour from which a string is no word of its own. (No other value was tried.)"""
HELD = 2.5
"""Least cohesion of a key string, in nats. (Of 1, 1.5 and 2.5, read on the same texts: with less, function words stick
to what they stand beside.)"""


def count_word_grams(texts: Texts, order: int, cutter: Cutter, *, job: Job | Execution | None = None) -> NGramTable:
    r"""Count the n-grams of words of a corpus, of up to `order` words; none crosses a punctuation mark or a line end.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BLANKS
    >>> found = count_word_grams(["江 上 有 船 ， 江 上\n"], 2, BLANKS)
    >>> list_ngrams(found, 2, " ")[0].ngram, list_ngrams(found, 2, " ")[0].count
    ('江 上', 2)
    """
    return count_ngrams(texts, order - 1, job=job, read=functools.partial(_read_words, cutter))


def _read_words(cutter: Cutter, part: str | Part) -> UnitText:
    """Read a block as words, with a gap where punctuation or a line end is between them."""
    ids, lengths, words = encode(text_of(part), cutter).without_blanks()
    kept = are_words(words)
    order = sorted(np.flatnonzero(kept).tolist(), key=words.__getitem__)
    rank = np.zeros(len(words), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    at = np.flatnonzero(kept.take(ids)) if len(words) else np.empty(0, np.intp)
    place = at + np.repeat(np.arange(len(lengths)), lengths)[at]
    gaps = np.diff(place, prepend=place[:1] - 1) > 1
    inside = np.ones(len(at) + int(np.count_nonzero(gaps)), np.bool_)
    inside[np.flatnonzero(gaps) + np.arange(len(inside) - len(at))] = False
    found = rank.take(ids[at])
    return UnitText(inside, found, np.bincount(found, minlength=len(order)), [words[i] for i in order], 0)


def list_ngrams(
    table: NGramTable, length: int, joint: str = "", min_count: int = 2, top: int | None = None
) -> ResultTable:
    """List the n-grams of one length, the most frequent first; ties are in the order of their units.

    Returns
    -------
    ResultTable
        Columns ngram, count, per_million (of all n-grams of the length).

    Raises
    ------
    NothingFound
        If none is frequent enough.
    """
    if length > len(table.levels):
        raise ModelError(f"{table.source}: counts n-grams of up to {len(table.levels)} units; count again")
    counts = table.levels[length - 1].counts
    chosen = np.flatnonzero(counts >= min_count)
    chosen = chosen[np.argsort(-counts[chosen], kind="stable")][:top]
    if not len(chosen):
        raise NothingFound(f"none of the {len(counts):,} n-grams occurs {min_count} times; lower `min_count`")
    strings = _spelled(table, length, chosen, joint)
    found = np.array(counts[chosen])
    return ResultTable(
        {"ngram": strings, "count": found, "per_million": per_million(found, int(counts.sum(dtype=np.int64)))}
    )


def _spelled(table: NGramTable, length: int, chosen: npt.NDArray[np.intp], joint: str) -> list[str]:
    """Write n-grams out."""
    columns = [[table.units[i] for i in ranks.tolist()] for ranks in spell(table.levels, length, chosen)]
    return [joint.join(row) for row in zip(*columns, strict=True)]


def compare_strings(
    a: NGramTable, b: NGramTable, options: KeynessOptions | None = None, *, joint: str = ""
) -> ResultTable:
    r"""Find the key strings of A against B (关键字串): n-grams of two units and more.

    Parameters
    ----------
    a, b : NGramTable
        Counted alike; all lengths but the last are compared, which tells what stands beside them.
    options : KeynessOptions, optional
        Side is positive, negative or both. `min_count` is for the side that has more.
    joint : str
        What is written between units.

    Returns
    -------
    ResultTable
        Columns as those of `nlpzero.corpora.keyness.compare`, with the string as the word.

    Raises
    ------
    ModelError
        If they were counted differently.
    NothingFound
        If no string is key.

    Examples
    --------
    >>> from nlpzero.ngrams.counts import count_ngrams
    >>> rest = "天地人山水火木金土日月星风云雨雪花鸟虫鱼东西南北上下左右\n"
    >>> texts = (f"橹簧坏了。修橹簧。橹簧好了\n{rest}", f"船坏了。修船。天好了\n{rest}")
    >>> a, b = (count_ngrams([text], 3) for text in texts)
    >>> [row.word for row in compare_strings(a, b, KeynessOptions(min_count=2))]
    ['橹簧']
    """
    options = options or KeynessOptions()
    if a.joined != b.joined:
        raise ModelError(f"{a.source} and {b.source}: one counts units, one characters; count again alike")
    if options.side == "stable":
        raise ModelError("`side`='stable' is for words; give positive, negative or both")
    sides = []
    if options.side in ("positive", "both"):
        sides.append(_key_strings(a, b, options, joint))
    if options.side in ("negative", "both"):
        strings, swapped = _key_strings(b, a, options, joint)
        sides.append((strings, swapped.swapped()))
    words = [word for strings, _ in sides for word in strings]
    if not words:
        raise NothingFound(f"no string that is key occurs {options.min_count} times; lower `min_count`")
    parts: Any = [np.concatenate(column) for column in zip(*(columns for _, columns in sides), strict=True)]
    return _sorted_table(words, Contrast(*parts), options)


def _key_strings(a: NGramTable, b: NGramTable, options: KeynessOptions, joint: str) -> tuple[list[str], Contrast]:
    """Give the strings that A has more often, with the counts of both."""
    words: list[str] = []
    columns: list[tuple[Any, ...]] = []
    number = {unit: i for i, unit in enumerate(b.units)}
    in_b = np.fromiter((number.get(unit, NONE) for unit in a.units), np.uint32, len(a.units))
    for length in range(2, min(len(a.levels), len(b.levels))):
        level = a.levels[length - 1]
        counts = np.array(level.counts)
        chosen = np.flatnonzero(counts >= options.min_count)
        chosen = chosen[_greatest_above(a.levels[length], len(level))[chosen] < WHOLE * counts[chosen]]
        if not len(chosen):
            continue
        spelled = spell(a.levels, length, chosen)
        held = np.flatnonzero(_cohesion(a, spelled, counts[chosen]) >= HELD)
        chosen, spelled = chosen[held], [ranks[held] for ranks in spelled]
        there = _counts_of(b.levels, [in_b.take(ranks) for ranks in spelled])
        totals = [int(one.levels[length - 1].counts.sum(dtype=np.int64)) for one in (a, b)]
        c = Contrast(counts[chosen], there, *totals)
        kept = np.flatnonzero(c.signs() > 0)
        words += _spelled(a, length, chosen[kept], joint)
        sizes = [np.full(len(kept), total, np.int64) for total in totals]
        columns.append((c.a[kept], c.b[kept], *sizes))
    if not columns:
        empty: Any = [np.empty(0, np.int64)] * 4
        return words, Contrast(*empty)
    parts: Any = [np.concatenate(some) for some in zip(*columns, strict=True)]
    return words, Contrast(*parts)


def _greatest_above(above: Level, size: int) -> Counts:
    """Give for each n-gram of a level the count of the most frequent one that extends it by a unit."""
    greatest = np.zeros(size, np.int64)
    for prefixes, suffixes, counts in above.parts():
        np.maximum.at(greatest, prefixes, counts)
        np.maximum.at(greatest, suffixes, counts)
    return greatest


def _cohesion(table: NGramTable, units: list[Ids], counts: Counts) -> Floats:
    """Give in nats how much more often the parts of n-grams meet than by chance, at the weakest split (凝固度)."""
    weakest = np.full(len(counts), np.inf)
    for split in range(1, len(units)):
        left, right = (_counts_of(table.levels, some).astype(np.float64) for some in (units[:split], units[split:]))
        weakest = np.minimum(weakest, table.total * counts / (left * right))
    result: Floats = np.log(weakest)
    return result


def _counts_of(levels: Sequence[Level], units: list[Ids]) -> Counts:
    """Count n-grams that are given by the ranks of their units, of which some are unknown."""
    ranks = units
    for level in levels[1 : len(units)]:
        ranks = [look_up(level, first, second) for first, second in itertools.pairwise(ranks)]
    [found] = ranks
    result = np.zeros(len(found), np.int64)
    known = np.flatnonzero(found != NONE)
    result[known] = levels[len(units) - 1].counts[found[known]]
    return result


def _sorted_table(words: list[str], c: Any, options: KeynessOptions) -> ResultTable:
    """Sort strings by how key they are, and leave out those whose p is too great."""
    p = adjusted(contrast.p(c), options.correction)
    value = strength(options.sort, options.value(options.sort, c))
    by_word = np.empty(len(words), np.int64)
    by_word[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
    order = np.lexsort([by_word, -np.abs(contrast.g2(c)), -np.where(np.isnan(value), -np.inf, value)])
    order = order[p[order] <= options.max_p][: options.top]
    if not len(order):
        raise NothingFound(f"none of the {len(words):,} strings has a p of {options.max_p:g} or less; raise `max_p`")
    parts: Any = [column[order] for column in c]
    return _table_of([words[i] for i in order.tolist()], Contrast(*parts), p[order], options)


def _table_of(words: list[str], c: Any, p: Floats, options: KeynessOptions) -> ResultTable:
    """Make the table of key strings; rates are shares of the n-grams of the same length."""
    measures = {name: p if name == "p" else options.value(name, c) for name in options.measures or SHOWN}
    rates = {"per_million_a": c.a * 1e6 / c.total_a, "per_million_b": c.b * 1e6 / c.total_b}
    return ResultTable({"word": words, "count_a": c.a, "count_b": c.b, **rates, **measures})
