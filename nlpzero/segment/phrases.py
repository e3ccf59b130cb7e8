"""Entries of a dictionary that standards of segmentation cut in two: 这|种 ("this kind"), 很|大 ("very large").

jieba's dictionary lists some such pairs, and not others of the same kind (这种 but not 这类), so that they are cut now
so, now so.
"""

import re

import numpy as np

from ..lexicon.lexicon import Lexicon
from .classifiers import Classifiers
from .numerals import CLASSIFIER

DETERMINERS = "这那哪"
WHOLE = "个天年月日时点里"
"""After these a determiner is part of the word: 这个, 那天, 哪里. On corpuszh they are whole 1,700 times of 1,760; with
other classifiers 20 times of 1,000."""
HALF = "半个"
DEGREES = "很更较极太"
QUALITIES = "大小好早差高低长重强弱贵美"
"""After an adverb of degree they are words: on corpuszh 290 times of 291 (UD dev has 很大, 极大 whole, 3 times). 很多
and 最大 are one word there. For all phrases, F on corpuszh rises by .0021, on UD dev by 0."""

MIXED = "[A-Za-z]+[\u4e00-\u9fff]*[^型座年\x00-\x7f]|[0-9]?[A-Za-z]+店|阿[A-Z]|[大小][A-Z]"
"""Words of letters and Han characters (B超, U盘, X光线, 阿Q): jieba's dictionary counts nearly all of them 3 times,
however frequent they are. Standards cut off 型 (O|型)."""


def frequent(lexicon: Lexicon, least: int) -> Lexicon:
    """Leave out words of a lexicon that count less, but those of letters and Han characters, by the same total.

    Examples
    --------
    >>> frequent(Lexicon(["的", "船舷", "B超", "O型", "阿Q"], [9, 3, 3, 3, 3]), 4).words
    ['的', 'B超', '阿Q']
    """
    mixed = re.compile(MIXED)
    pairs = zip(lexicon.words, (lexicon.counts >= least).tolist(), strict=True)
    kept = [i for i, (word, is_often) in enumerate(pairs) if is_often or mixed.fullmatch(word)]
    return Lexicon([lexicon.words[i] for i in kept], lexicon.counts[kept], lexicon.total)


def without_phrases(lexicon: Lexicon) -> Lexicon:
    """Leave out the words of a lexicon that are phrases of two words (去词组), by the same total.

    They are a determiner and what counts things (see `Classifiers`), or an adverb of degree and an adjective.

    Parameters
    ----------
    lexicon : Lexicon
        At least one word of it is none.

    Examples
    --------
    >>> counted = ["一种", "两种", "三种", "四种", "五种"]
    >>> without_phrases(Lexicon(["这种", "这里", "很大", "很多", "种", *counted], [5] * 10)).words[:3]
    ['这里', '很多', '种']
    """
    kinds = Classifiers.of_lexicon(lexicon).kinds

    def is_phrase(word: str) -> bool:
        if len(word) != 2 or word == HALF:
            return word == HALF
        first, last = word[0], word[1]
        is_counted = first in DETERMINERS and last not in WHOLE and kinds[ord(last)] == CLASSIFIER
        return bool(is_counted) or (first in DEGREES and last in QUALITIES)

    kept = np.array([i for i, word in enumerate(lexicon.words) if not is_phrase(word)], np.intp)
    return Lexicon([lexicon.words[i] for i in kept.tolist()], lexicon.counts[kept], lexicon.total)
