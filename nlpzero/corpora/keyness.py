"""The key words of a corpus (关键词): those that it has more, or less, often than another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..core.job import Execution, Job, open_execution
from ..errors import ModelError, NothingFound
from ..rules.measures import Floats
from . import contrast
from .contrast import Contrast, adjusted, per_million, strength
from .frequencies import WORDS, WordCounts
from .permutation import DocumentSides, Permutation, words_over_documents
from .records import ResultTable

KeynessSide = Literal["positive", "negative", "both", "stable"]
SIDES: tuple[KeynessSide, ...] = ("positive", "negative", "both", "stable")
CORRECTIONS = ("none", "holm", "bh")
SHOWN = ("g2", "p", "log_ratio", "low", "high", "diff", "bic", "odds_ratio", "simple_maths")
"""The measures that are shown where none are named."""


@dataclass(frozen=True)
class KeynessOptions:
    """Which key words are given, and in what order (关键词选项).

    Attributes
    ----------
    side : {"positive", "negative", "both", "stable"}
        Words that A has more often, that B has more often, either, or those whose frequencies differ least.
    sort : str
        A measure: the words that differ most by it come first. Stable words are sorted by how far from 0 the 95 %
        interval of their log ratio reaches.
    measures : tuple of str
        Of `nlpzero.corpora.contrast.MEASURES`; empty for `SHOWN`.
    min_count : int
        Words that A and B together have less often are left out; so they are no tests either.
    max_p : float
        Greatest p, after correction, and greatest p over documents.
    correction : {"none", "holm", "bh"}
        See `nlpzero.corpora.contrast.adjusted`.
    constant : float
        Of simple maths.
    top : int or None
        Give only the first N.
    permutation : Permutation or None
        Test over documents as well.

    Raises
    ------
    ModelError
        For a value that is none of these; it names the parameter.
    """

    side: KeynessSide = "positive"
    sort: str = "g2"
    measures: tuple[str, ...] = ()
    min_count: int = 5
    max_p: float = 1.0
    correction: str = "none"
    constant: float = contrast.SMOOTHING
    top: int | None = None
    permutation: Permutation | None = None

    def __post_init__(self) -> None:
        known: list[tuple[str, Any, Sequence[str]]] = [
            ("side", self.side, SIDES),
            ("sort", self.sort, list(contrast.MEASURES)),
            ("correction", self.correction, CORRECTIONS),
            *(("measures", name, list(contrast.MEASURES)) for name in self.measures),
        ]
        for name, value, values in known:
            if value not in values:
                raise ModelError(f"`{name}` is {value!r}; there are {', '.join(values)}")
        if not self.constant > 0:
            raise ModelError(f"`constant` is {self.constant}; give a number above 0, such as 1 or 100")

    def value(self, name: str, c: Contrast) -> Floats:
        """Give a measure."""
        return contrast.simple_maths(c, self.constant) if name == "simple_maths" else contrast.MEASURES[name](c)


def compare(
    a: WordCounts,
    b: WordCounts,
    options: KeynessOptions | None = None,
    *,
    sides: DocumentSides | None = None,
    job: Job | Execution | None = None,
) -> ResultTable:
    r"""Find the key words of A against B (关键词).

    Parameters
    ----------
    a, b : WordCounts
    options : KeynessOptions, optional
    sides : DocumentSides, optional
        The documents for a permutation test, if they are not those of `a` and `b`.
    job : Job or Execution, optional
        What a permutation test may use (default: the current job).

    Returns
    -------
    ResultTable
        Columns word, count_a, count_b, per_million_a, per_million_b, the measures, and with a permutation test
        documents_a, documents_b and p_documents. Ties are ordered by the word.

    Raises
    ------
    ModelError
        If they were cut with different words.
    NothingFound
        If A and B have the same counts, or no word is left.

    Examples
    --------
    >>> from nlpzero.corpora.frequencies import count_words
    >>> a, b = count_words(["江 江 江 船 上"]), count_words(["江 船 船 上 上 上"])
    >>> found = compare(a, b, KeynessOptions(min_count=1))
    >>> found["word"], found[0].count_a, round(found[0].g2, 4)
    (['江'], 3, 1.4443)
    """
    options = options or KeynessOptions()
    for name, one in (("a", a), ("b", b)):
        if not one.total:
            raise NothingFound(f"`{name}` holds no words; give more text")
    if a.cut != b.cut and a.cut and b.cut:
        raise ModelError(f"{a.source} and {b.source}: the texts were cut with different words; cut both with the same")
    if a.words == b.words and np.array_equal(a.counts, b.counts):
        raise NothingFound("both texts have the same words as often, so none is key; give two that differ")
    words, counts = aligned(a, b)
    kept = np.flatnonzero(counts.sum(axis=0) >= options.min_count)
    if not len(kept):
        raise NothingFound(
            f"none of the {len(words):,} words occurs {options.min_count} times in both together; lower `min_count`"
        )
    c = Contrast(counts[0, kept], counts[1, kept], a.total, b.total)
    words = [words[i] for i in kept.tolist()]
    p = adjusted(contrast.p(c), options.correction)
    chosen = _ordered(words, c, p, options)
    if options.max_p >= 1:  # nothing else is left out
        chosen = chosen[: options.top]
    tested: dict[str, Any] = {}
    if options.permutation is not None and len(chosen):
        with open_execution(job, WORDS) as execution:
            names = [words[i] for i in chosen.tolist()]
            found = words_over_documents(sides or DocumentSides(a, b), names, execution, options.permutation)
        kept = np.flatnonzero((found.p <= options.max_p) | (options.max_p >= 1))
        chosen = chosen[kept]
        tested = {
            "documents_a": found.documents_a[kept],
            "documents_b": found.documents_b[kept],
            "p_documents": found.p[kept],
        }
    chosen = chosen[: options.top]
    if not len(chosen):
        raise NothingFound(_nothing(options, len(words)))
    columns = _columns([words[i] for i in chosen.tolist()], _part(c, chosen), p.take(chosen), options)
    return ResultTable({**columns, **{name: column[: options.top] for name, column in tested.items()}})


def _nothing(options: KeynessOptions, size: int) -> str:
    """Say that no key word is left."""
    if options.max_p < 1:
        return f"none of the {size:,} words has a p of {options.max_p:g} or less; raise `max_p`"
    return f"none of the {size:,} words is key on this side; try another `side`"


def aligned(a: WordCounts, b: WordCounts) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Give all words of two corpora, sorted, and their counts in both."""
    words = sorted({*a.words, *b.words})
    number = dict(zip(words, range(len(words)), strict=True))
    counts = np.zeros((2, len(words)), np.int64)
    for row, one in enumerate((a, b)):
        counts[row, np.fromiter(map(number.__getitem__, one.words), np.intp, len(one.words))] = one.counts
    return words, counts


def _part(c: Contrast, chosen: npt.NDArray[np.intp]) -> Contrast:
    """Give some of the words."""
    return Contrast(c.a.take(chosen), c.b.take(chosen), c.total_a, c.total_b)


def _ordered(words: list[str], c: Contrast, p: Floats, options: KeynessOptions) -> npt.NDArray[np.intp]:
    """Choose the words of a side, the strongest first; words are sorted already, so that ties are."""
    if options.side == "stable":
        reach = np.maximum(np.abs(contrast.low(c)), np.abs(contrast.high(c)))
        return np.argsort(reach, kind="stable")
    signs = c.signs()
    sides = {"positive": signs > 0, "negative": signs < 0, "both": signs != 0}
    side = np.flatnonzero(sides[options.side] & (p <= options.max_p))
    some = _part(c, side)
    keys = strength(options.sort, options.value(options.sort, some))
    keys = np.where(np.isnan(keys), -np.inf, keys)
    second = np.abs(contrast.g2(some))
    order: npt.NDArray[np.intp] = side[np.lexsort((np.arange(len(side)), -second, -keys))]
    return order


def _columns(words: list[str], c: Contrast, p: Floats, options: KeynessOptions) -> dict[str, Any]:
    """Make the columns of a table."""
    measures = {name: p if name == "p" else options.value(name, c) for name in options.measures or SHOWN}
    return {
        "word": words,
        "count_a": c.a,
        "count_b": c.b,
        "per_million_a": per_million(c.a, c.total_a),
        "per_million_b": per_million(c.b, c.total_b),
        **measures,
    }
