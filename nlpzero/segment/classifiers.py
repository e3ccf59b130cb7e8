"""Numerals and classifiers (数词与量词) of a dictionary: 三个人 is 三|个|人, though a dictionary may list 三个.

A dictionary lists 一个, 两个 and many more of the kind, and standards of segmentation cut them. So a run of numerals is
one word, a classifier after it another, except in words that are more than that: 十分 ("very"), 一方面 ("on one side"),
进一步 ("further").
"""

from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODES
from ..text.characters import DIGIT, HAN, Codes, char_classes, code_points
from .cutter import Flags, Positions
from .numerals import CLASSIFIER, NUMERAL, NUMERALS, Kinds

LEAST_WORDS = 5
"""Words of numerals and a classifier that a dictionary lists, at the least; 8 and 12 cut UD dev and corpuszh no better.
"""
MOST_SHARE = 0.95
"""Share of one first numeral among their counts, at the most: .75 costs .001 of F on UD dev, no limit .002."""
LIFT = 5.0
"""A word of a numeral and a classifier stays whole where the classifier follows this numeral so many times as often
as others do: on corpuszh F rises by .0005 (3 and 8 do as well)."""
LEADS = code_points("第数")
"""Words of one of these, numerals and a classifier end before the classifier: 第一|次, 数千|位."""
PIECE, PERSON = map(ord, "个人")
"""After a numeral 个人 ("individual") is 个|人 ("people"): on corpuszh so 466 times of 499."""


@dataclass(frozen=True)
class Classifiers:
    """What is known of numerals.

    Attributes
    ----------
    kinds : uint8 array (0x110000,)
        `NUMERAL` for Chinese numerals and digits, `CLASSIFIER` for what counts things after them, 0 for all else.
    bound : uint64 array, ascending
        Pairs that are words: code point of the numeral * 2^32 + that of the classifier.
    """

    kinds: Kinds
    bound: npt.NDArray[np.uint64]

    @classmethod
    def of_lexicon(cls, lexicon: Lexicon) -> Self:
        """Learn from a lexicon which characters count things: those that end words whose others are numerals.

        Examples
        --------
        >>> words = ["一个", "两个", "三个", "十个", "百个", "十分", "一心", "个"]
        >>> known = Classifiers.of_lexicon(Lexicon(words, [9, 8, 8, 5, 3, 70, 2, 1]))
        >>> [chr(code) for code in np.flatnonzero(known.kinds == CLASSIFIER)]
        ['个']
        """
        kinds = _numerals().copy()
        codes, lengths = lexicon.spelling
        ends = np.cumsum(lengths)
        before = np.concatenate([[0], np.cumsum(kinds.take(codes), dtype=np.intp)])  # numerals are 1
        last = codes.take(ends - 1)
        is_one = (before.take(ends - 1) - before.take(ends - lengths) == lengths - 1) & (lengths > 1)
        is_one &= (char_classes().take(last) == HAN) & (kinds.take(last) == 0)
        which = np.flatnonzero(is_one)
        last, counts = last.take(which), lexicon.counts.take(which).astype(np.float64)
        first = codes.take((ends - lengths).take(which))
        total = np.bincount(last, counts, CODES)
        pairs, pair_of = np.unique(_pair(first, last), return_inverse=True)
        of_pair = np.bincount(pair_of, counts)
        numerals, after = (pairs >> np.uint64(32)).astype(np.intp), (pairs & np.uint64(0xFFFFFFFF)).astype(np.intp)
        most = np.zeros(CODES)
        np.maximum.at(most, after, of_pair)
        kinds[(np.bincount(last, minlength=CODES) >= LEAST_WORDS) & (most <= MOST_SHARE * total)] = CLASSIFIER

        is_used = kinds.take(after) == CLASSIFIER
        used = np.bincount(numerals[is_used], of_pair[is_used], CODES)
        of_numeral = used / max(1.0, float(used.sum()))
        alone = np.flatnonzero((lengths.take(which) == 2) & (kinds.take(last) == CLASSIFIER))
        share = counts.take(alone) / total.take(last.take(alone))
        bound = alone[share > LIFT * of_numeral.take(first.take(alone))]
        return cls(kinds, np.sort(_pair(first.take(bound), last.take(bound))))

    def settle(self, is_start: Flags, codes: Codes, kept: Flags | None = None) -> None:
        """Let no word begin inside a run of numerals, and one at the classifier after it, in place.

        Words that begin before the numerals (进一步, but not 第一次, 数千位) are left as they are, and so are words of
        three characters or more that go on after the classifier (一方面). 个人 after a numeral is two words.

        Parameters
        ----------
        is_start : bool array (n,)
            Where words start.
        codes : uint32 array (n,)
        kept : bool array (n,), optional
            Where nothing is to be changed.

        Examples
        --------
        >>> words = ["一个", "两个", "三个", "十个", "百个", "个个", "一方面"]
        >>> known = Classifiers.of_lexicon(Lexicon(words, [9, 8, 8, 5, 3, 1, 1]))
        >>> marks = np.array([True, True, False, True])  # 二十个人: 二|十个|人
        >>> known.settle(marks, code_points("二十个人"))
        >>> marks.tolist()
        [True, False, True, True]
        """
        kinds = self.kinds.take(codes)
        numeral = np.flatnonzero(kinds == NUMERAL)
        if len(numeral) and numeral[-1] + 1 == len(codes):
            follow, inside = numeral[:-1] + 1, kinds.take(numeral[:-1] + 1)
        else:
            follow, inside = numeral + 1, kinds.take(numeral + 1)
        joined, at = follow[inside == NUMERAL], follow[inside == CLASSIFIER]
        if kept is not None:
            joined, at = joined[~kept.take(joined)], at[~kept.take(at)]
        if len(at):
            start, end = _around(is_start, at)
            first = numeral[np.searchsorted(numeral, at) - 1]  # the numeral before the classifier
            run = first - _run_lengths(numeral, len(codes)).take(first)
            is_early = (start < run) & ~((start == run - 1) & np.isin(codes.take(start), LEADS))
            is_more = (start == run) & (end - start >= 3) & (end > at + 1)
            pairs = _pair(codes.take(run), codes.take(at))
            is_listed = np.append(self.bound, np.uint64(0)).take(np.searchsorted(self.bound, pairs)) == pairs
            is_bound = (run == at - 1) & (end == at + 1) & is_listed
            at = at[~(is_early | is_more | is_bound)]
        is_start[joined] = False
        is_start[at] = True
        people = at[(codes.take(at) == PIECE) & (codes.take(at + 1, mode="clip") == PERSON)] + 1
        if kept is not None:
            people = people[~kept.take(people)]
        is_start[people] = True


def _around(is_start: Flags, places: Positions) -> tuple[Positions, Positions]:
    """Give where the words that hold some places start and end."""
    starts = np.flatnonzero(is_start)
    word = np.searchsorted(starts, places, "right") - 1
    return starts.take(word), np.append(starts, len(is_start)).take(word + 1)


def _run_lengths(places: Positions, n: int) -> Positions:
    """Tell how many of ascending places stand just before each of n places, in one run."""
    result = np.zeros(n, np.intp)
    number = np.arange(len(places))
    breaks = np.maximum.accumulate(number * (np.diff(places, prepend=-2) != 1))
    result[places] = number - breaks
    return result


def _pair(first: npt.NDArray[np.integer], second: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """Pack two code points."""
    result: npt.NDArray[np.uint64] = (first.astype(np.uint64) << np.uint64(32)) | second.astype(np.uint64)
    return result


@cache
def _numerals() -> Kinds:
    """Mark Chinese numerals and digits among all code points."""
    kinds = np.where(char_classes() == DIGIT, np.uint8(NUMERAL), np.uint8(0))
    kinds[code_points(NUMERALS)] = NUMERAL
    kinds.flags.writeable = False
    return kinds
