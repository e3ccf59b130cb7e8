"""Words by cohesion: n-grams that hold together at every split, chained.

After Su Jianlin, "word-discovery" (2019, https://github.com/bojone/word-discovery), with exact counts: the original
miscounts the first and last characters of lines and drops rare n-grams before it sums them to lower orders.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts
from ..ngrams.counts import NGrams
from ..ngrams.levels import Level
from ..ngrams.measures import Scores
from .finding import Check, Evidence, Finding, Method, Search
from .pieces import NO_CODE, Pieces, UnitCodes, count_pieces
from .recount import recount
from .spelling import CountedPieces

DEFAULT_MIN_PMI = (0.0, 2.0, 4.0, 6.0)
"""The published thresholds on the cohesion of n-grams of 1, 2, 3 and 4 characters, in nats."""


def cohesions(levels: Sequence[Level], length: int, total: int) -> Iterator[tuple[Scores, Counts]]:
    """Give the cohesion (凝固度) of every n-gram of one length, and its count.

    Parameters
    ----------
    levels : the levels of `NGrams`.
    length : int
        At least 2.
    total : int
        N, the number of units in the corpus.

    Yields
    ------
    cohesion : float64 array, in nats
        The smallest ln[N n(w) / (n(left) n(right))] over the splits of the next n-grams w.
    counts : int64 array
    """
    for left, right, counts in levels[length - 1].parts():
        parts = {length - 1: (left, right)}
        for size in range(length - 2, 0, -1):
            left, right = levels[size].prefixes[left], levels[size].suffixes[right]
            parts[size] = (left, right)
        splits = [
            np.log(levels[k - 1].counts[parts[k][0]]) + np.log(levels[length - k - 1].counts[parts[length - k][1]])
            for k in range(1, length)
        ]
        cohesion: Scores = np.log(total) + np.log(counts) - np.maximum.reduce(splits)
        yield cohesion, counts


def cohesion_pieces(
    ngrams: NGrams, *, order: int, min_count: int, min_pmi: Sequence[float], memory: int
) -> tuple[NGrams, Pieces, dict[str, int]]:
    """Find words by chaining cohesive n-grams.

    Keep n-grams of 2 to `order` characters with count >= `min_count` and cohesion >= ``min_pmi[length - 1]``; cut the
    text where none covers two neighbours; keep pieces with count >= `min_count` that check back: up to 2 characters
    always, up to `order` if a kept n-gram, longer ones if every window of `order` characters is a kept n-gram.

    Returns
    -------
    ngrams : with all levels that were needed.
    pieces : Pieces
        All pieces; its `units` are what the words are written in.
    words : dict
        The words with their counts as pieces.
    """
    strong: list[npt.NDArray[np.bool_]] = []
    for length in range(2, order + 1):
        ngrams = ngrams.extended(minimum=min(2, min_count))
        least = min_pmi[min(length, len(min_pmi)) - 1]
        flags = [
            (cohesion >= least) & (counts >= min_count)
            for cohesion, counts in cohesions(ngrams.levels, length, ngrams.total)
        ]
        strong.append(np.concatenate([np.empty(0, np.bool_), *flags]))
    codes = UnitCodes(ngrams)
    pieces = count_pieces(ngrams, codes, strong, memory)
    found = pieces.at_least(min_count).as_counts()
    kept = _strings_of(ngrams, codes, strong[1:])
    words = {
        word: number
        for word, number in found.items()
        if len(word) < 3 or all(word[i : i + order] in kept for i in range(max(1, len(word) - order + 1)))
    }
    return ngrams, pieces, words


def _strings_of(ngrams: NGrams, codes: UnitCodes, strong: Sequence[npt.NDArray[np.bool_]]) -> set[str]:
    """Write out the strong n-grams of three and more characters."""
    result: set[str] = set()
    for length, flags in enumerate(strong, start=3):
        spelled = np.stack([codes.array[column] for column in ngrams.spell(length, flags)], axis=1)
        spelled = np.ascontiguousarray(spelled[(spelled != NO_CODE).all(axis=1)])
        result.update(spelled.view(f"<U{length}").ravel().tolist())
    return result


def _find(ngrams: NGrams, search: Search) -> Finding:
    """Find words, and cut the text by them; their score is the cohesion that is measured."""
    parameters = search.parameters
    ngrams, pieces, found = cohesion_pieces(
        ngrams,
        order=parameters.order,
        min_count=search.min_count,
        min_pmi=parameters.min_pmi or DEFAULT_MIN_PMI,
        memory=search.memory,
    )
    words = pieces.units.words(CountedPieces.of_counts(found), search.min_count)
    cut = recount(pieces, words)
    return Finding(ngrams, words.units, words.lengths, cut.counts, None, cut.starts, cut.cutter, pieces.too_long)


def _checks(evidence: Evidence) -> list[Check]:
    """Compare the cohesion at the weakest split with its threshold."""
    size, least = len(evidence.units), evidence.parameters.min_pmi or DEFAULT_MIN_PMI
    splits = sorted(map(evidence.cohesion, range(1, size)))
    return [Check("cohesion", value, least[min(size, len(least)) - 1]) for value in splits[:1]]


METHOD = Method("cohesion", joined=False, min_count=32, find=_find, checks=_checks, disk=8)
"""32 as published."""
