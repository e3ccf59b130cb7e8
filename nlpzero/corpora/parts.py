"""The words of several parts of a corpus: each part against the rest, and trends over parts in order (历时变化)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Execution, Job
from ..core.workspace import Counts
from ..errors import ModelError, NothingFound
from ..rules.measures import Floats
from .contrast import MILLION
from .documents import ordered_names
from .frequencies import WordCounts
from .keyness import KeynessOptions, compare
from .permutation import DocumentSides
from .records import ResultTable

BARS = "▁▂▃▄▅▆▇█"
"""What a sparkline is drawn with."""


@dataclass(frozen=True)
class TrendOptions:
    """Which trends are given (趋势选项).

    Attributes
    ----------
    sort : {"slope", "tau", "count"}
        slope: how many times its error it is, whatever its sign; tau: its size; count.
    min_count : int
        Words that are rarer in all parts together are left out.
    top : int or None
        Give only the first N.
    """

    sort: str = "slope"
    min_count: int = 5
    top: int | None = None

    def __post_init__(self) -> None:
        if self.sort not in ("slope", "tau", "count"):
            raise ModelError(f"`sort` is {self.sort!r}; there are slope, tau, count")


class PartTable(NamedTuple):
    """How often words stand in parts of a corpus.

    Attributes
    ----------
    numbers : list of int
        Which of the parts that were counted these are: those with words, in order.
    names : list of str
    words : list of str
        Those that are frequent enough.
    counts : int64 array (w, p)
    sizes : int64 array (p,)
        All words of each part.
    """

    numbers: list[int]
    names: list[str]
    words: list[str]
    counts: Counts
    sizes: Counts


def part_sizes(found: WordCounts) -> dict[str, int]:
    """Give all words of each part by its name, as they were counted; empty if they were not counted by parts."""
    documents = found.documents
    if documents is None:
        return {}
    lengths = documents.lengths
    if documents.of_document is not None:
        lengths = np.bincount(documents.of_document, lengths, len(documents.parts)).astype(np.int64)
    return dict(zip(documents.parts or documents.names, lengths.tolist(), strict=False))


def part_table(found: WordCounts, min_count: int) -> PartTable:
    """Give how often the words that are frequent enough stand in each part.

    Files are in the order in which they were read, labels by name, numbers inside them as numbers. Parts without words
    are left out.
    """
    documents, lengths = found.documents, np.array([*part_sizes(found).values()], np.int64)
    if documents is None or not len(lengths):
        raise NothingFound("the words were not counted by parts; count again with `document`='file'")
    names = documents.parts or documents.names
    order = ordered_names(names) if "label" in (documents.kind, documents.by) else range(len(names))
    part = np.arange(len(documents)) if documents.of_document is None else documents.of_document
    kept = [i for i in order if lengths[i]]
    if len(kept) < 2:
        raise NothingFound(f"there is one part with words, {names[kept[0]]!r}; give two or more")
    chosen = np.flatnonzero(found.counts >= min_count)
    if not len(chosen):
        raise NothingFound(f"none of the {len(found):,} words occurs {min_count} times; lower `min_count`")
    row = np.full(len(found), -1)
    row[chosen] = np.arange(len(chosen))
    dense = np.zeros((len(chosen), len(names)), np.int64)
    for some in documents.rows():
        rows = np.repeat(row[some.words], np.diff(some.begins, append=len(some.columns)))
        known = rows >= 0
        np.add.at(dense, (rows[known], part.take(some.columns[known])), some.values[known])
    words = [found.words[i] for i in chosen.tolist()]
    return PartTable(kept, [names[i] for i in kept], words, dense[:, kept], lengths[kept])


def compare_parts(
    found: WordCounts, options: KeynessOptions | None = None, *, job: Job | Execution | None = None
) -> ResultTable:
    r"""Find the key words of each part against all others together (分部关键词).

    Parameters
    ----------
    found : WordCounts
        Counted by file or by label; for a test over documents, by line or paragraph within these.
    options : KeynessOptions, optional
    job : Job or Execution, optional
        What a test over documents may use (default: the current job).

    Returns
    -------
    ResultTable
        As `nlpzero.corpora.keyness.compare` gives it, with the name of the part before.

    Raises
    ------
    NothingFound
        If there are fewer than two parts, or no part has key words.

    Examples
    --------
    >>> from nlpzero.corpora.documents import DocumentUnit
    >>> from nlpzero.corpora.frequencies import count_words
    >>> from nlpzero.reading.parts import Block
    >>> blocks = [Block("a", 1, "江 江 船\n"), Block("b", 1, "山 山 船\n"), Block("c", 1, "云 云 船\n")]
    >>> found = compare_parts(count_words(blocks, unit=DocumentUnit("file")), KeynessOptions(min_count=2))
    >>> found["part"], found["word"]
    (['a', 'b', 'c'], ['江', '山', '云'])
    """
    options = options or KeynessOptions()
    numbers, names, words, counts, sizes = part_table(found, options.min_count)
    if options.permutation is not None and (found.documents is None or found.documents.of_document is None):
        raise NothingFound("a part is one document; count by parts and by smaller documents, such as lines")
    whole, total = counts.sum(axis=1), int(sizes.sum())
    tables: list[tuple[str, ResultTable]] = []
    for column, name in enumerate(names):
        sides = None if options.permutation is None else DocumentSides(found, part=numbers[column])
        own, size = counts[:, column], int(sizes[column])
        a, b = WordCounts(words, own, size), WordCounts(words, whole - own, total - size)
        try:
            tables.append((name, compare(a, b, options, sides=sides, job=job)))
        except NothingFound:
            continue
    if not tables:
        raise NothingFound("no part has key words; lower `min_count`, or raise `max_p`")
    parts = [name for name, table in tables for _ in range(len(table))]
    columns: dict[str, Any] = {"part": parts}
    for name in tables[0][1].names:
        some = [table[name] for _, table in tables]
        columns[name] = [one for part in some for one in part] if isinstance(some[0], list) else np.concatenate(some)
    return ResultTable(columns)


def trends(found: WordCounts, options: TrendOptions | None = None) -> ResultTable:
    r"""Find the words whose frequency rises or falls over parts in order (词频趋势).

    Parameters
    ----------
    found : WordCounts
        Counted by file or by label.
    options : TrendOptions, optional

    Returns
    -------
    ResultTable
        Columns word, count, slope (of the frequency per million, for each step), error (its standard error), tau
        (Kendall's tau-b of frequency and order, from -1 to 1), p (of tau, normal approximation), first and last (per
        million), and line, a sparkline of the frequencies. A slope of two parts has no error.

    Raises
    ------
    NothingFound
        If there are fewer than two parts, or no word is frequent enough.

    Examples
    --------
    >>> from nlpzero.corpora.documents import DocumentUnit
    >>> from nlpzero.corpora.frequencies import count_words
    >>> from nlpzero.reading.parts import Block
    >>> texts = ("江 山 山 山\n", "江 江 山 山\n", "江 江 江 山\n")
    >>> blocks = [Block(str(year), 1, text) for year, text in enumerate(texts, 1990)]
    >>> rows = trends(count_words(blocks, unit=DocumentUnit("file")))
    >>> [(row.word, row.slope, row.tau, row.line) for row in rows]
    [('山', -250000.0, -1.0, '█▅▁'), ('江', 250000.0, 1.0, '▁▅█')]
    """
    options = options or TrendOptions()
    _, _, words, counts, sizes = part_table(found, options.min_count)
    totals = counts.sum(axis=1)
    rates = counts * (MILLION / sizes)
    slope, error = _slopes(rates)
    tau, p = kendall(rates)
    with np.errstate(divide="ignore", invalid="ignore"):
        steepness = np.abs(np.where(slope == 0, 0.0, slope / error))
    keys = {"slope": np.where(np.isnan(steepness), np.abs(slope), steepness), "tau": np.abs(tau), "count": totals}
    order = np.lexsort([np.arange(len(words)), -np.abs(slope), -np.nan_to_num(keys[options.sort], nan=-1.0)])[
        : options.top
    ]
    return ResultTable(
        {
            "word": [words[i] for i in order.tolist()],
            "count": totals[order],
            "slope": slope[order],
            "error": error[order],
            "tau": tau[order],
            "p": p[order],
            "first": rates[order, 0],
            "last": rates[order, -1],
            "line": [sparkline(row) for row in rates[order]],
        }
    )


def _slopes(rates: Floats) -> tuple[Floats, Floats]:
    """Fit a line to each row by least squares; give its slope and the standard error of this."""
    n = rates.shape[1]
    time = np.arange(n) - (n - 1) / 2
    spread = float((time**2).sum())
    slope = rates @ time / spread
    rest = rates - rates.mean(axis=1, keepdims=True) - slope[:, None] * time
    if n < 3:
        return slope, np.full(len(rates), np.nan)
    return slope, np.sqrt((rest**2).sum(axis=1) / (n - 2) / spread)


def kendall(rates: Floats) -> tuple[Floats, Floats]:
    """Give Kendall's tau-b of each row with the order of its columns, and its two-sided p (肯德尔等级相关).

    NaN where a row is constant. p by the normal approximation, with ties (Kendall 1970).

    Examples
    --------
    >>> tau, p = kendall(np.array([[1.0, 2, 2, 3]]))
    >>> float(tau[0].round(4)), float(p[0].round(4))
    (0.9129, 0.071)
    """
    m, n = rates.shape
    concordant, tied = np.zeros(m), np.zeros(m)
    for step in range(1, n):
        signs = np.sign(rates[:, step:] - rates[:, :-step])
        concordant += signs.sum(axis=1)
        tied += (signs == 0).sum(axis=1)
    pairs = n * (n - 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = np.where(tied < pairs, concordant / np.sqrt(pairs * (pairs - tied)), np.nan)
        spread = np.sqrt(_variance(rates))
        z = np.where(spread > 0, concordant / spread, np.nan)
    p = np.fromiter((math.erfc(abs(one) / math.sqrt(2)) for one in z.tolist()), np.float64, m)
    return tau, p


def _variance(rates: Floats) -> Floats:
    """Give the variance of the sum of signs, where the columns have no ties and the rows may have some."""
    n = rates.shape[1]
    ordered = np.sort(rates, axis=1)
    base = n * (n - 1) * (2 * n + 5)
    ties = np.zeros(len(rates))
    run = np.ones(len(rates))
    for column in range(1, n + 1):
        goes_on = ordered[:, column] == ordered[:, column - 1] if column < n else np.zeros(len(rates), np.bool_)
        ties += np.where(goes_on, 0.0, run * (run - 1) * (2 * run + 5))
        run = np.where(goes_on, run + 1, 1.0)
    variance: Floats = (base - ties) / 18
    return variance


def sparkline(values: Sequence[float] | npt.NDArray[Any]) -> str:
    """Draw numbers as bars, the least as the lowest (迷你图).

    Examples
    --------
    >>> sparkline([1, 2, 8, 4])
    '▁▂█▄'
    """
    array = np.asarray(values, np.float64)
    low, high = float(array.min()), float(array.max())
    if low == high:
        return BARS[0] * len(array)
    heights = np.rint((array - low) / (high - low) * (len(BARS) - 1)).astype(int)
    return "".join(BARS[height] for height in heights.tolist())
