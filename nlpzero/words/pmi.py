"""Words by pointwise mutual information and removal of redundancy.

After Su Jianlin, "nlp-zero" (2018, https://pypi.org/project/nlp-zero): on text without numbers and names with signs
these are its words, and `remove_redundancy` gives its counts. The table counts the words where they cut the text.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count_ranked
from ..core.workspace import Counts, Ids
from ..ngrams.counts import NGrams
from ..ngrams.measures import Scores
from ..text.characters import DIGIT, char_classes, code_points
from .finding import Check, Evidence, Finding, Method, Search
from .pieces import Pieces, UnitCodes, count_pieces
from .recount import recount

LOG_ZERO = -100.0
"""nlp-zero's logarithm of nothing: the count of a part that is no word, and a step over an unmatched character."""

WordNumbers = npt.NDArray[np.int64]


class CommonPieces(NamedTuple):
    """The pieces that are frequent enough, with counts, in the code points of units; all pieces; the least count."""

    counts: dict[str, int]
    every: Pieces
    least: int


def pmi_pieces(ngrams: NGrams, *, min_proba: float, min_pmi: float, memory: int) -> tuple[NGrams, CommonPieces]:
    """Cut between characters a and b unless p_ab > `min_proba` and ln(p_ab / (p_a p_b)) > `min_pmi`; count the pieces.

    Returns
    -------
    ngrams : with all levels that were needed.
    pieces : CommonPieces
        Those with relative frequency > `min_proba`, before redundancy is removed.
    """
    characters = ngrams.levels[0].counts
    possible = int(characters.sum())  # there are fewer pairs than characters
    ngrams = ngrams.extended(minimum=1 if min_proba * possible < 2 else 2)
    level = ngrams.levels[1]
    frequency = np.log(level.counts) - np.log(max(1, ngrams.total - ngrams.clauses))
    alone = np.log(characters) - np.log(max(1, ngrams.total))
    information = frequency - alone[level.prefixes] - alone[level.suffixes]
    codes = UnitCodes(ngrams)
    pieces = count_pieces(ngrams, codes, [(frequency > np.log(min_proba)) & (information > min_pmi)], memory)
    least = int(np.floor(min_proba * pieces.total)) + 1
    return ngrams, CommonPieces(pieces.at_least(least), pieces, least)


def remove_redundancy(pieces: Mapping[str, int]) -> tuple[dict[str, int], Scores]:
    """Drop every piece that its parts explain, longest first (去冗余).

    A word w of two or more characters is cut by the other words along the path of greatest probability into k1..km. If
    ln P(w) - sum ln P(ki) < len(w) - 1 it is dropped and its count given to its parts; words that come later, in order
    of length and then of first occurrence, see the new counts. Parts of letters and digits that meet are merged first.

    Parameters
    ----------
    pieces : mapping of piece to count
        In the order of first occurrence; none longer than `nlpzero.words.pieces.MAX_PIECE`.

    Returns
    -------
    words : dict
        The words that are left, with their counts.
    scores : float64 array
        ln P(w) - sum ln P(ki) of each word when it was examined; NaN for single characters.

    Notes
    -----
    The words of one length are examined all at once. Each sees the counts that the drops of those before it have left,
    which is found by repeating until nothing changes: every repetition settles at least one more word, and three to
    five settle them all. About 5 microseconds a word. (Fewer words at a time repeat less often, and gain nothing.)
    """
    words = sorted(pieces, key=len, reverse=True)
    counts = np.fromiter((pieces[word] for word in words), np.int64, len(words))
    lengths = np.fromiter(map(len, words), np.intp, len(words))
    codes = code_points("".join(words))
    substrings = _substrings(codes, lengths)
    scores = np.full(len(words), np.nan)
    dropped = np.zeros(len(words), np.bool_)
    total = int(counts.sum())
    place = {word: i for i, word in enumerate(words)}
    alphanumeric = char_classes()[codes] >= DIGIT
    row = offset = 0
    while row < len(words) and (length := int(lengths[row])) > 1:
        size = int(np.searchsorted(-lengths, -length, "right")) - row
        area = slice(offset, offset + size * length)
        group = _Group(
            first=row,
            words=words[row : row + size],
            substrings=[ids[area].reshape(size, length) for ids in substrings[: length - 1]],
            alphanumeric=alphanumeric[area].reshape(size, length),
            place=place,
        )
        judged = _settle(group, counts, total)
        scores[row : row + size] = judged.scores
        dropped[row : row + size] = judged.dropped
        given = np.repeat(counts[row : row + size], judged.dropped * judged.sizes)
        np.add.at(counts, judged.parts, given)
        total += int(given.sum()) - int(counts[row : row + size][judged.dropped].sum())
        row, offset = row + size, offset + size * length
    left = {word: int(number) for word, number, gone in zip(words, counts, dropped, strict=True) if not gone}
    return left, scores[~dropped]


def _substrings(codes: npt.NDArray[np.uint32], lengths: npt.NDArray[np.intp]) -> list[npt.NDArray[np.int32]]:
    """Give, for each length, the word (its place in the list, or -1) that starts at every character of longer words.

    Words come longest first, so those with at least l characters are the beginning of the text.
    """
    ends = np.repeat(np.cumsum(lengths), lengths)
    starts = np.cumsum(lengths) - lengths
    result: list[npt.NDArray[np.int32]] = []
    places = np.arange(len(codes))  # where a substring begins that a word begins with, and the substring's rank
    ranks: Ids = np.zeros(len(codes), np.uint32)
    bits = np.uint64(int(codes.max(initial=0)).bit_length())  # short keys sort fast
    for length in range(1, int(lengths.max(initial=0))):
        within = int(lengths[lengths >= length].sum())
        fits = np.flatnonzero((places < within) & (places + length <= ends[places]))
        places = places[fits]
        run, ranks = count_ranked((ranks[fits].astype(np.uint64) << bits) | codes[places + length - 1])
        word_of = np.full(len(run.keys), -1, np.int32)
        begins = np.zeros(len(run.keys), np.bool_)
        at = np.searchsorted(places, starts[lengths >= length])
        begins[ranks[at]] = True
        whole = np.flatnonzero(lengths == length)
        word_of[ranks[np.searchsorted(places, starts[whole])]] = whole
        found = np.full(within, -1, np.int32)
        found[places] = word_of[ranks]
        result.append(found)
        alive = begins[ranks]
        places, ranks = places[alive], ranks[alive]
    return result


class _Group(NamedTuple):
    """The m words of one length: their place in the list, and the words (or -1) that start at each character."""

    first: int
    words: Sequence[str]
    substrings: list[npt.NDArray[np.int32]]
    alphanumeric: npt.NDArray[np.bool_]
    place: Mapping[str, int]


class _Verdict(NamedTuple):
    """Which words of a group are dropped, with what scores; the parts of the dropped, one word after another."""

    scores: Scores
    dropped: npt.NDArray[np.bool_]
    sizes: WordNumbers
    parts: WordNumbers


class _Drops:
    """The counts as each word of a group sees them: those at the start, and what drops before it have given away."""

    def __init__(self, counts: Counts, total: int, first: int, judged: _Verdict | None, size: int) -> None:
        self.counts, self.size = counts, size
        self.total = np.full(size, total, np.int64)
        self.keys = np.empty(0, np.int64)
        if judged is not None:
            own = counts[first : first + size]
            gain = np.where(judged.dropped, own * (judged.sizes - 1), 0)
            self.total += np.cumsum(gain) - gain
            givers = np.repeat(np.arange(size), judged.dropped * judged.sizes)
            keys = judged.parts * size + givers
            order = np.argsort(keys, kind="stable")
            self.keys = keys[order]
            self.given = np.concatenate(([0], np.cumsum(own[givers][order])))
            self.begin = self.given[np.searchsorted(self.keys, np.arange(len(counts) + 1) * size)]

    def seen(self, ids: WordNumbers, rows: WordNumbers) -> Counts:
        """Give the counts of words as the words of some rows see them."""
        counts = self.counts[ids]
        if len(self.keys):
            counts = counts + self.given[np.searchsorted(self.keys, ids * self.size + rows)] - self.begin[ids]
        return counts


def _settle(group: _Group, counts: Counts, total: int) -> _Verdict:
    """Judge a group again and again until every word saw what the words before it did."""
    judged: _Verdict | None = None
    while True:
        drops = _Drops(counts, total, group.first, judged, len(group.words))
        again = _judge(group, counts, drops)
        if (
            judged is not None
            and np.array_equal(again.dropped, judged.dropped)
            and np.array_equal(again.parts, judged.parts)
        ):
            return again
        judged = again


def _judge(group: _Group, counts: Counts, drops: _Drops) -> _Verdict:
    """Cut every word of a group by the other words and compare it with its parts."""
    size, length = group.alphanumeric.shape
    log_total = np.log(drops.total)
    best = np.full((length + 1, size), -np.inf)
    best[0] = 1.0  # as in nlp-zero; it decides how near-ties round
    came = np.zeros((length + 1, size), np.int64)
    part = np.full((length + 1, size), -1, np.int64)
    for start in range(length):
        for end in range(start + 1, length + (start > 0)):
            ids = group.substrings[end - start - 1][:, start]
            rows = np.flatnonzero(ids >= 0)
            words = ids[rows].astype(np.int64)
            score = best[start, rows] + (np.log(drops.seen(words, rows)) - log_total[rows])
            better = score > best[end, rows]
            rows = rows[better]
            best[end, rows], came[end, rows], part[end, rows] = score[better], start, words[better]
        unreached = np.flatnonzero(best[start + 1] == -np.inf)
        best[start + 1, unreached], came[start + 1, unreached] = best[start, unreached] + LOG_ZERO, start
    return _compare(group, counts, drops, came, part)


def _compare(group: _Group, counts: Counts, drops: _Drops, came: WordNumbers, part: WordNumbers) -> _Verdict:
    """Follow the best paths back and compare each word with its parts."""
    size, length = group.alphanumeric.shape
    cuts = np.zeros((size, length), np.bool_)
    parts = np.full((size, length), -2, np.int64)  # at the character where a part begins
    at = np.full(size, length, np.int64)
    rows = np.arange(size)
    while len(rows):
        start = came[at, rows]
        parts[rows, start] = part[at, rows]
        cuts[rows, start] = True
        going = start > 0
        rows, at = rows[going], start[going]
    meeting = group.alphanumeric[:, 1:] & group.alphanumeric[:, :-1] & cuts[:, 1:]
    for row in np.flatnonzero(meeting.any(axis=1)).tolist():
        _merge_alphanumeric(group, cuts[row], parts[row], row)
    chosen, place = np.nonzero(parts > -2)
    ids = parts[chosen, place]
    values = np.full(len(ids), LOG_ZERO)
    known = np.flatnonzero(ids >= 0)
    values[known] = np.log(drops.seen(ids[known], chosen[known]))
    log_total = np.log(drops.total)
    scores = np.log(counts[group.first : group.first + size]) - log_total
    scores -= np.bincount(chosen, values - log_total[chosen], size)
    dropped = scores < length - 1
    given = ids[dropped[chosen]]
    return _Verdict(scores, dropped, np.bincount(chosen, minlength=size), given)


def _merge_alphanumeric(group: _Group, cuts: npt.NDArray[np.bool_], parts: WordNumbers, row: int) -> None:
    """Merge neighbouring parts of letters and digits in one word, as nlp-zero does after cutting.

    A part that ends in one opens a run and following parts of nothing else join it; any other part ends the run, and
    opens a new one only where none was open.
    """
    word, alphanumeric = group.words[row], group.alphanumeric[row]
    borders = [*np.flatnonzero(cuts).tolist(), len(word)]
    merged: list[list[int]] = []
    open_run = False
    for start, end in pairwise(borders):
        if open_run and alphanumeric[start:end].all():
            merged[-1][1] = end
        else:
            merged.append([start, end])
            open_run = bool(alphanumeric[end - 1]) and not open_run
    parts[:] = -2
    for start, end in merged:
        text = word[start:end]
        parts[start] = -1 if text == word else group.place.get(text, -1)


def _find(ngrams: NGrams, search: Search) -> Finding:
    """Find words, and cut the text by them."""
    parameters = search.parameters
    ngrams, pieces = pmi_pieces(
        ngrams, min_proba=parameters.min_proba, min_pmi=_min_pmi(parameters.min_pmi), memory=search.memory
    )
    kept, scores = remove_redundancy(pieces.counts)
    words, units, lengths = pieces.every.units.words(kept, pieces.least)
    scores = np.append(scores, np.full(len(words) - len(kept), np.nan))
    found = recount(pieces.every, words)
    return Finding(ngrams, units, lengths, found.counts, scores, found.starts, found.cutter, pieces.every.too_long)


def _min_pmi(asked: Sequence[float] | None) -> float:
    return 1.0 if asked is None else asked[0]


def _checks(evidence: Evidence) -> list[Check]:
    """Compare the links between neighbours, and the word's score, with their thresholds."""
    parameters, total, count = evidence.parameters, evidence.ngrams.total, evidence.frequencies
    pairs = total - evidence.ngrams.clauses
    checks = []
    for i in range(len(evidence.units) - 1):
        joint = log(count[i, i + 2]) - log(pairs)
        alone = log(count[i, i + 1]) + log(count[i + 1, i + 2]) - 2 * log(total)
        name = "".join(evidence.units[i : i + 2])
        checks.append(Check(f"ln p({name})", joint, log(parameters.min_proba)))
        checks.append(Check(f"mutual information of {name}", joint - alone, _min_pmi(parameters.min_pmi)))
    if evidence.score is not None and len(evidence.units) > 1:
        name = f"ln P(word) - sum ln P(parts), {LOG_ZERO:g} for a part that is no word"
        checks.append(Check(name, evidence.score, len(evidence.units) - 1))
    return checks


METHOD = Method("pmi", joined=False, min_count=1, find=_find, checks=_checks, disk=8)
"""1 as published."""
