"""Numerals (数词): a run of them is one word, and what counts things after them (量词) is another.

Sampling cannot know this: to it every Chinese numeral is a character of its own (while all runs of Arabic digits are
one unit), so that 一个, 两个 and 三个 ("one", "two", "three of them") look like as many idioms. What stands after
various numerals counts things; what nearly always stands after the same one is the rest of a word: 一般 ("general").
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..text.characters import HAN, Codes, char_classes, code_points

if TYPE_CHECKING:
    from ..ngrams.counts import NGrams

NUMERALS = "〇零一二三四五六七八九十百千万亿两萬億兩几幾"
"""A run of them is one word: F rises by 0.0004 to 0.0015 on texts that nothing else was tuned on."""
SAME = 0.75
"""Share of the most frequent numeral before a classifier, at the most."""
LEAST_COUNT = 10
"""How often a classifier stands after a numeral, at the least."""

NUMERAL, CLASSIFIER = 1, 2

POINT, ORDINAL, TEN = map(ord, "点第十")
SIMPLE = code_points("〇零一二三四五六七八九两")

Kinds = npt.NDArray[np.uint8]


def kinds_of(ngrams: "NGrams") -> Kinds:
    """Tell which units are numerals and which count things (量词): which stand after various numerals.

    A classifier x is a character with max n(numeral x) <= 0.75 sum n(numeral x), over the pairs that occur twice.

    Parameters
    ----------
    ngrams : NGrams
        By `NGrams.by_class`, with two levels or more.

    Returns
    -------
    uint8 array of `NUMERAL`, `CLASSIFIER` and 0, one for each unit
    """
    numeral = np.array([unit in NUMERALS for unit in ngrams.units], np.bool_)
    other = np.array([char_classes()[ord(unit[0])] == HAN for unit in ngrams.units], np.bool_) & ~numeral
    total, most = np.zeros(len(numeral), np.int64), np.zeros(len(numeral), np.int64)
    for prefixes, suffixes, counts in ngrams.levels[1].parts():
        chosen = np.flatnonzero(numeral[prefixes] & other[suffixes])
        np.add.at(total, suffixes[chosen], counts[chosen])
        np.maximum.at(most, suffixes[chosen], counts[chosen])
    classifier = (most <= SAME * total) & (total >= LEAST_COUNT)
    return np.where(numeral, NUMERAL, np.where(classifier, CLASSIFIER, 0)).astype(np.uint8)


def settle(
    starts: npt.NDArray[Any], kinds: Kinds, is_clause: npt.NDArray[np.bool_], codes: Codes | None = None
) -> None:
    """Let no word begin inside a run of numerals, and one at the classifier after it, in place.

    With `codes`, a spoken decimal (一点七八万亿, "1.78 trillion") is one word, too, and so is an ordinal of two or more
    numerals with its classifier (第二百二十一条, "article 221"); in a shorter one the classifier is a word.

    Parameters
    ----------
    starts : bool or float array (n,)
        Whether, or how probably, a word begins at each unit of a text.
    kinds : uint8 array (n,)
        The kind of each unit.
    is_clause : bool array (n,)
        Whether a clause begins there.
    codes : uint32 array (n,), optional
        The units themselves: see `nlpzero.text.units.symbol_of`.

    Examples
    --------
    >>> chances = np.array([1.0, 0.9, 0.2, 0.8])  # 二十个人, "twenty people"
    >>> settle(chances, np.array([NUMERAL, NUMERAL, CLASSIFIER, 0]), np.array([True, False, False, False]))
    >>> chances.tolist()
    [1.0, 0.0, 1.0, 0.8]
    """
    after = (kinds[:-1] == NUMERAL) & ~is_clause[1:]
    starts[1:][after & (kinds[1:] == NUMERAL)] = 0
    starts[1:][after & (kinds[1:] == CLASSIFIER)] = 1
    if codes is None or len(codes) < 3:
        return
    points = np.flatnonzero((codes[1:-1] == POINT) & (kinds[:-2] == NUMERAL) & (kinds[2:] == NUMERAL)) + 1
    points = points[~(is_clause[points] | is_clause[points + 1]) & np.isin(codes[points + 1], SIMPLE)]
    tens = codes.take(points + 2, mode="clip") == TEN  # 三点二十 is a time of day
    points = points[~tens]
    starts[points] = starts[points + 1] = 0
    ordinals = np.flatnonzero((codes[:-1] == ORDINAL) & (kinds[1:] == NUMERAL) & ~is_clause[1:])
    if not len(ordinals):
        return
    starts[ordinals + 1] = 0
    others = np.append(np.flatnonzero((kinds != NUMERAL) | is_clause), len(kinds))
    ends = others[np.searchsorted(others, ordinals, "right")]
    ends = ends[(ends - ordinals > 2) & (ends < len(kinds))]
    starts[ends[(kinds[ends] == CLASSIFIER) & ~is_clause[ends]]] = 0
