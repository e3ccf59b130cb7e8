"""What is a word, a number and punctuation, for every capability."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .characters import OTHER, char_classes, code_points

_CHINESE = "〇零一二两三四五六七八九十百千万亿萬億兩"
_NUMERALS = f"0-9０-９{_CHINESE}"
_HEADS = frozenset(f"0123456789０１２３４５６７８９{_CHINESE}")
_NUMBER = re.compile(f"(?!一$)[{_NUMERALS}](?:[{_NUMERALS}.．,，:：/／%％‰点]*[{_NUMERALS}%％‰])?")


def is_number(word: str) -> bool:
    """Tell whether a word is a number, in digits or Chinese numerals (数词); 一 alone is a word like any other.

    Examples
    --------
    >>> [word for word in ("1987", "81.2%", "10:30", "三十", "两", "一", "一些", "：", "GX-7") if is_number(word)]
    ['1987', '81.2%', '10:30', '三十', '两']
    """
    return word[:1] in _HEADS and _NUMBER.fullmatch(word) is not None


def are_words(tokens: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell of each token whether it is a word (词): whether it holds a character, letter or digit of any script.

    Examples
    --------
    >>> are_words(["C++", "——", "水", "カメラ", ""]).tolist()
    [True, False, True, True, False]
    """
    codes = code_points("".join(tokens))
    kinds, which = np.unique(codes, return_inverse=True)
    counts = char_classes()[kinds] != OTHER
    counts[~counts] = [chr(code).isalnum() for code in kinds[~counts].tolist()]
    ends = np.cumsum(np.fromiter(map(len, tokens), np.intp, len(tokens)))
    sums = np.append(0, np.cumsum(counts[which]))
    result: npt.NDArray[np.bool_] = np.diff(sums[ends], prepend=0) > 0
    return result


_DIGITS = "0-9０-９〇零一二两三四五六七八九十百千万亿①-⑳⑴-⒛"
_NUMERAL = re.compile(f"[第几数]?[{_DIGITS}.．,，:：/／%％点-]*[{_DIGITS}%％]|第")


def is_numeral(word: str) -> bool:
    """Tell whether a word is a number (数词) in digits or in Chinese, cardinal or ordinal, or 第 cut off from one.

    Examples
    --------
    >>> [is_numeral(word) for word in ("2022", "三十五", "第一", "12:30", "1.5%", "万物", "点")]
    [True, True, True, True, True, False, False]
    """
    return _NUMERAL.fullmatch(word) is not None
