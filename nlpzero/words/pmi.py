"""Words by pointwise mutual information and removal of redundancy.

After Su Jianlin, "nlp-zero" (2018, https://pypi.org/project/nlp-zero): on text without numbers and names with signs
these are its words, and `remove_redundancy` gives its counts. The table counts the words where they cut the text.
"""

import functools
from collections.abc import Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count_ranked, sort_with_origin
from ..core.workspace import Counts, Ids
from ..ngrams.counts import NGrams
from ..ngrams.measures import Scores
from ..text.characters import DIGIT, char_classes
from ..text.strings import StringArray
from .finding import Check, Evidence, Finding, Method, Search
from .pieces import Pieces, UnitCodes, count_pieces
from .recount import recount
from .spelling import CountedPieces

LOG_ZERO = -100.0
"""nlp-zero's logarithm of nothing: the count of a part that is no word, and a step over an unmatched character."""

MOST = 1 << 14
"""Words of one length that are judged together, at the most. (2^12 to 2^16 take alike; fewer take less memory.)"""

WordNumbers = npt.NDArray[np.int64]


class CommonPieces(NamedTuple):
    """The pieces that are frequent enough, in the code points of units; all pieces; the least count."""

    frequent: CountedPieces
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


def remove_redundancy(pieces: CountedPieces) -> tuple[CountedPieces, Scores]:
    """Drop every piece that its parts explain, longest first (去冗余).

    A word w of two or more characters is cut by the other words along the path of greatest probability into k1..km. If
    ln P(w) - sum ln P(ki) < len(w) - 1 it is dropped and its count given to its parts; words that come later, in order
    of length and then of first occurrence, see the new counts. Parts of letters and digits that meet are merged first.

    Parameters
    ----------
    pieces : CountedPieces
        In the order of first occurrence; none longer than `nlpzero.words.pieces.MAX_PIECE`.

    Returns
    -------
    words : CountedPieces
        The words that are left.
    scores : float64 array
        ln P(w) - sum ln P(ki) of each word when it was examined; NaN for single characters.

    Notes
    -----
    The words of one length are examined many at once. Each sees the counts that the drops of those before it have left,
    which is found by repeating until nothing changes: every repetition settles at least one more word, and three to
    five settle them all. About 3 microseconds a word.
    """
    pieces = pieces.picked(np.argsort(-pieces.spelled.lengths, kind="stable"))
    (codes, lengths), counts = pieces.spelled, pieces.counts
    substrings = _substrings(codes, lengths)
    scores = np.full(len(lengths), np.nan)
    dropped = np.zeros(len(lengths), np.bool_)
    total = int(counts.sum())
    listed = _PieceList(pieces.spelled)
    alphanumeric = char_classes()[codes] >= DIGIT
    row = offset = 0
    while row < len(lengths) and (length := int(lengths[row])) > 1:
        size = min(MOST, int(np.searchsorted(-lengths, -length, "right")) - row)
        area = slice(offset, offset + size * length)
        group = _Group(
            first=row,
            listed=listed,
            queries=_queries([ids[area].reshape(size, length) for ids in substrings[: length - 1]], counts),
            alphanumeric=alphanumeric[area].reshape(size, length),
        )
        judged = _settle(group, counts, total)
        scores[row : row + size] = judged.scores
        dropped[row : row + size] = judged.dropped
        given = np.repeat(counts[row : row + size], judged.dropped * judged.sizes)
        np.add.at(counts, judged.parts, given)
        total += int(given.sum()) - int(counts[row : row + size][judged.dropped].sum())
        row, offset = row + size, offset + size * length
    left = np.flatnonzero(~dropped)
    return pieces.picked(left), scores[left]


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


class _PieceList:
    """The words, and the place of each, which is seldom asked for."""

    def __init__(self, spelled: StringArray) -> None:
        self._spelled = spelled

    @functools.cached_property
    def words(self) -> list[str]:
        return self._spelled.strings()

    @functools.cached_property
    def place(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}


class _Slot(NamedTuple):
    """The substrings from one character to another that are words: of which rows, and which of the queries they are."""

    start: int
    end: int
    rows: npt.NDArray[np.int32]
    area: slice


class _Queries(NamedTuple):
    """Which words are asked for by the words of a group: all their substrings that are words, slot by slot.

    Attributes
    ----------
    slots : list of _Slot
        By where they start.
    ids, rows : int32 arrays (q,)
        The word that is asked for, and who asks.
    counts : int64 array (q,)
        The counts at the start.
    order : int array (q,)
        What sorts them by id and then row; arrays that are looked up in order are found fast.
    keys : int64 array (q,)
        id times the rows of the group, and the row, in this order.
    """

    slots: list[_Slot]
    ids: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    counts: Counts
    order: npt.NDArray[np.intp]
    keys: WordNumbers


def _queries(substrings: Sequence[npt.NDArray[np.int32]], counts: Counts) -> _Queries:
    """Gather the queries of a group, given the words (or -1) of 1, 2, ... characters that start at each character."""
    size, length = substrings[0].shape
    slots, every = [], []
    at = 0
    for start in range(length):
        for end in range(start + 1, length + (start > 0)):
            ids = substrings[end - start - 1][:, start]
            rows = np.flatnonzero(ids >= 0).astype(np.int32)
            slots.append(_Slot(start, end, rows, slice(at, at + len(rows))))
            every.append(ids[rows])
            at += len(rows)
    ids, rows = np.concatenate(every), np.concatenate([slot.rows for slot in slots])
    keys, order = sort_with_origin((ids.astype(np.int64) * size + rows).view(np.uint64))
    return _Queries(slots, ids, rows, counts[ids], order, keys.view(np.int64))


class _Group(NamedTuple):
    """Some words of one length: the place of the first in the list, and what they ask for."""

    first: int
    listed: _PieceList
    queries: _Queries
    alphanumeric: npt.NDArray[np.bool_]


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
            keys, order = sort_with_origin((judged.parts * size + givers).view(np.uint64))
            self.keys = keys.view(np.int64)
            self.given = np.concatenate(([0], np.cumsum(own[givers][order])))

    def answers(self, queries: _Queries) -> Counts:
        """Give the counts that are asked for."""
        counts = queries.counts
        if len(self.keys):
            counts = counts.copy()
            keys = queries.keys
            counts[queries.order] += self._given_to(keys, keys - keys % self.size)
        return counts

    def seen(self, ids: WordNumbers, rows: WordNumbers) -> Counts:
        """Give the counts of words as the words of some rows see them."""
        counts = self.counts[ids]
        return counts + self._given_to(ids * self.size + rows, ids * self.size) if len(self.keys) else counts

    def _given_to(self, keys: WordNumbers, begins: WordNumbers) -> Counts:
        """Give what was given to words before they are seen: between two keys."""
        given: Counts = self.given[np.searchsorted(self.keys, keys)] - self.given[np.searchsorted(self.keys, begins)]
        return given


def _settle(group: _Group, counts: Counts, total: int) -> _Verdict:
    """Judge a group again and again until every word saw what the words before it did."""
    judged: _Verdict | None = None
    while True:
        drops = _Drops(counts, total, group.first, judged, len(group.alphanumeric))
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
    queries = group.queries
    logs = np.log(drops.answers(queries))
    steps = logs - np.log(drops.total)[queries.rows]
    best = np.full((length + 1, size), -np.inf)
    best[0] = 1.0  # as in nlp-zero; it decides how near-ties round
    came = np.zeros((length + 1, size), np.int32)
    part = np.full((length + 1, size), -1, np.int32)
    reached = 0
    ends = [*zip(best, came, part, strict=True)]
    for start, end, rows, area in queries.slots:
        if start > reached:
            _go_on(best, came, start)
            reached = start
        score = best[start].take(rows)
        score += steps[area]
        route, before, query = ends[end]
        better = np.flatnonzero(score > route.take(rows))
        rows = rows.take(better)
        route[rows], before[rows], query[rows] = score.take(better), start, better + area.start
    _go_on(best, came, length)
    return _compare(group, counts, drops, logs, came, part)


def _go_on(best: Scores, came: npt.NDArray[np.int32], end: int) -> None:
    """Let no path end at a character that none reaches: it steps over the character before."""
    unreached = np.flatnonzero(best[end] == -np.inf)
    best[end, unreached], came[end, unreached] = best[end - 1, unreached] + LOG_ZERO, end - 1


def _compare(
    group: _Group,
    counts: Counts,
    drops: _Drops,
    logs: Scores,
    came: npt.NDArray[np.int32],
    part: npt.NDArray[np.int32],
) -> _Verdict:
    """Follow the best paths back and compare each word with its parts."""
    size, length = group.alphanumeric.shape
    cuts = np.zeros((size, length), np.bool_)
    asked = np.full((size, length), -1, np.int32)  # at the character where a part begins
    at, rows = np.full(size, length, np.int32), np.arange(size)
    while len(rows):
        start = came[at, rows]
        asked[rows, start] = part[at, rows]
        cuts[rows, start] = True
        on = np.flatnonzero(start)
        rows, at = rows.take(on), start.take(on)
    parts = np.where(cuts, np.append(group.queries.ids, np.int32(-1))[asked], -2).astype(np.int64)
    values = np.append(logs, LOG_ZERO)[asked]
    meeting = group.alphanumeric[:, 1:] & group.alphanumeric[:, :-1] & cuts[:, 1:]
    merged = np.flatnonzero(meeting.any(axis=1))
    if len(merged):
        for row in merged.tolist():
            _merge_alphanumeric(group, cuts[row], parts[row], row)
        known, place = np.nonzero(parts[merged] >= 0)
        values[merged] = LOG_ZERO
        values[merged[known], place] = np.log(drops.seen(parts[merged[known], place], merged[known]))
    chosen, place = np.nonzero(parts > -2)
    ids, values = parts[chosen, place], values[chosen, place]
    log_total = np.log(drops.total)
    scores = np.log(counts[group.first : group.first + size]) - log_total
    scores -= np.bincount(chosen, values - log_total[chosen], size)
    dropped = scores < length - 1
    return _Verdict(scores, dropped, np.bincount(chosen, minlength=size), ids[dropped[chosen]])


def _merge_alphanumeric(group: _Group, cuts: npt.NDArray[np.bool_], parts: WordNumbers, row: int) -> None:
    """Merge neighbouring parts of letters and digits in one word, as nlp-zero does after cutting.

    A part that ends in one opens a run and following parts of nothing else join it; any other part ends the run, and
    opens a new one only where none was open.
    """
    word, alphanumeric = group.listed.words[group.first + row], group.alphanumeric[row]
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
        parts[start] = -1 if text == word else group.listed.place.get(text, -1)


def _find(ngrams: NGrams, search: Search) -> Finding:
    """Find words, and cut the text by them."""
    parameters = search.parameters
    ngrams, pieces = pmi_pieces(
        ngrams, min_proba=parameters.min_proba, min_pmi=_min_pmi(parameters.min_pmi), memory=search.memory
    )
    kept, scores = remove_redundancy(pieces.frequent)
    words = pieces.every.units.words(kept, pieces.least)
    scores = np.append(scores, np.full(len(words.counts) - len(scores), np.nan))
    found = recount(pieces.every, words)
    return Finding(
        ngrams, words.units, words.lengths, found.counts, scores, found.starts, found.cutter, pieces.every.too_long
    )


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
