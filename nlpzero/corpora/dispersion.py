"""How evenly a word is spread over the documents of a corpus (分布): the measures of dispersion.

Documents without words are left out of the measures.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..rules.measures import Floats
from .frequencies import WordCounts


def _filled(found: WordCounts) -> int:
    """Count the documents that hold words."""
    assert found.documents is not None
    return int(np.count_nonzero(found.documents.lengths))


def document_frequency(found: WordCounts) -> npt.NDArray[np.int64]:
    """Documents that hold the word (文档频率)."""
    assert found.documents is not None
    return np.diff(found.documents.starts)


def document_range(found: WordCounts) -> Floats:
    """Share of the documents that hold the word, above 0 and up to 1."""
    return document_frequency(found) / _filled(found)


def juilland_d(found: WordCounts) -> Floats:
    """Juilland's D, 1 - V / sqrt(n - 1), V the standard deviation over the mean of its relative frequencies.

    From 0, all in one of n documents, to 1, everywhere as frequent; NaN for one document. Juilland & Chang-Rodríguez
    1964.
    """
    assert found.documents is not None
    n = _filled(found)
    if n < 2:
        return np.full(len(found), np.nan)
    result = np.empty(len(found))
    lengths = found.documents.lengths.astype(np.float64)
    for which, begins, columns, values in found.documents.rows():
        shares = values / lengths.take(columns)
        mean = np.add.reduceat(shares, begins) / n
        # deviations from the mean of the documents that have it, and of those that have it not
        inside = np.diff(begins, append=len(columns))
        spread = np.add.reduceat((shares - np.repeat(mean, inside)) ** 2, begins) + (n - inside) * mean**2
        result[which] = 1 - np.sqrt(spread / n) / mean / np.sqrt(n - 1)
    return np.maximum(result, 0.0)


def deviation_of_proportions(found: WordCounts) -> Floats:
    """Gries' DP, half the sum of |share of the word's occurrences - share of all words| over the documents.

    From 0, spread as the text is, to nearly 1; Gries 2008.
    """
    assert found.documents is not None
    result = np.empty(len(found))
    sizes = found.documents.lengths / found.total
    for which, begins, columns, values in found.documents.rows():
        inside = np.diff(begins, append=len(columns))
        shares, own = values / np.repeat(found.counts[which], inside), sizes.take(columns)
        differences = np.add.reduceat(np.abs(shares - own), begins)
        elsewhere = 1 - np.add.reduceat(own, begins)  # of the documents without the word
        result[which] = (differences + np.maximum(elsewhere, 0.0)) / 2
    return result


def idf(found: WordCounts) -> Floats:
    """Inverse document frequency, ln(documents / documents with the word), 0 and above (逆文档频率)."""
    return -np.log(document_range(found))


MEASURES: dict[str, Callable[[WordCounts], npt.NDArray[np.int64] | Floats]] = {
    "documents": document_frequency,
    "range": document_range,
    "d": juilland_d,
    "dp": deviation_of_proportions,
    "idf": idf,
}
"""Every measure by its name, in the order of the table's columns."""
