"""Word counts as a list, the most frequent first (词频表)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ModelError, NothingFound
from . import dispersion
from .contrast import per_million
from .frequencies import WordCounts
from .records import ResultTable

SORTS = ("count", *dispersion.MEASURES)


@dataclass(frozen=True)
class FrequencyList:
    """Which words are listed, and in what order (词表选项).

    Attributes
    ----------
    min_count, min_length : int
        Leave out words that are rarer, or have fewer characters.
    sort : str
        "count", or a measure of `nlpzero.corpora.dispersion.MEASURES`; the greatest first, ties by count and word.
    top : int or None
        List only the first N.
    """

    min_count: int = 1
    min_length: int = 1
    sort: str = "count"
    top: int | None = None


def list_words(found: WordCounts, how: FrequencyList | None = None) -> ResultTable:
    r"""List the words of a corpus with their frequencies and dispersion (词频表).

    Returns
    -------
    ResultTable
        Columns word, count, per_million; where documents were counted also documents, range, d, dp and idf.

    Raises
    ------
    NothingFound
        If no word is left.

    Examples
    --------
    >>> from nlpzero.corpora.documents import DocumentUnit
    >>> from nlpzero.corpora.frequencies import count_words
    >>> found = list_words(count_words(["江 上\n江 船\n"], unit=DocumentUnit("line")))
    >>> found["word"], found[0].documents, found[0].dp, round(found[2].dp, 3)
    (['江', '上', '船'], 2, 0.0, 0.5)
    """
    how = how or FrequencyList()
    if how.sort not in SORTS:
        raise ModelError(f"`sort` is {how.sort!r}; there are {', '.join(SORTS)}")
    if how.sort != "count" and found.documents is None:
        raise NothingFound(f"`sort`={how.sort} needs documents; count again with `document`")
    kept = found.counts >= how.min_count
    if how.min_length > 1:
        kept &= np.fromiter(map(len, found.words), np.int64, len(found)) >= how.min_length
    chosen = np.flatnonzero(kept)
    if not len(chosen):
        raise NothingFound(f"none of the {len(found):,} words is left; lower `min_count` or `min_length`")
    measures: dict[str, Any] = {}
    if found.documents is not None:
        measures = {name: measure(found) for name, measure in dispersion.MEASURES.items()}
    keys: list[Any] = [-found.counts[chosen]]
    if how.sort != "count":
        keys.append(-np.nan_to_num(measures[how.sort][chosen], nan=-np.inf))
    order = chosen[np.lexsort([chosen, *keys])][: how.top]  # the words are sorted
    return ResultTable(
        {
            "word": [found.words[i] for i in order.tolist()],
            "count": found.counts[order],
            "per_million": per_million(found.counts[order], found.total),
            **{name: values[order] for name, values in measures.items()},
        }
    )
