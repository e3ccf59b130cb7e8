"""Cutting text as well as a dictionary can: its words, numerals settled, and unlisted words by how they are spelled."""

import functools
from typing import Any

import numpy as np

from ..lexicon.lexicon import Lexicon
from ..text.characters import HAN, Codes, char_classes, inside_numbers
from .classifiers import Classifiers
from .cutter import Flags
from .forms import LONGEST, Forms
from .jieba_adapter import load_words
from .lattice import Words, best_path
from .lexical import LexiconCutter, read_again
from .numerals import CLASSIFIER, NUMERAL

LEAST_COUNT = 4
"""Words of jieba's dictionary that count less are left out: 198,000 of 349,000, many of them phrases and numbers. With
them F is .02 lower, on UD dev as on corpuszh."""


class DictionaryCutter(LexiconCutter):
    """Cut text into the words of a dictionary, and into words that look like its own (词典分词).

    1. The most probable path through the words of the lexicon, as in `LexiconCutter`.
    2. A run of numerals (digits too) is one word, and a classifier after it another: see `Classifiers`.
    3. A run of single Han characters, numerals and the classifiers after them left out, is cut again; there any 2 to 4
       of them may be a word: see `Forms`. Where a word is listed, the greater score holds.
    4. A written number such as 3.5, 12,000 or 60% is one word.

    Examples
    --------
    >>> cut = dictionary_cutter()
    >>> cut("罗砚舟有三十个橹簧，重3.5斤。")
    ['罗砚舟', '有', '三十', '个', '橹簧', '，', '重', '3.5', '斤', '。']
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._classifiers = Classifiers.of_lexicon(lexicon)
        self._forms = Forms.of_lexicon(lexicon)

    @property
    def digest(self) -> str:
        return f"dictionary {self._digest}"

    def __reduce__(self) -> Any:
        if self is dictionary_cutter():
            return read_again, (dictionary_cutter, self.digest)
        return super().__reduce__()

    def boundaries(self, codes: Codes) -> Flags:
        is_start, words = self._path(codes)
        self._classifiers.settle(is_start, codes)
        if self._forms is not None:
            self._spell(is_start, codes, words, self._forms)
        is_start &= ~inside_numbers(codes)
        return is_start

    def _spell(self, is_start: Flags, codes: Codes, words: list[Words], forms: Forms) -> None:
        """Cut runs of single Han characters again, in place."""
        alone = is_start & (char_classes().take(codes) == HAN)
        alone[:-1] &= is_start[1:]
        kinds = self._classifiers.kinds.take(codes)
        alone &= kinds != NUMERAL
        alone[1:] &= (kinds[1:] != CLASSIFIER) | (kinds[:-1] != NUMERAL)
        before = np.concatenate([[False], alone[:-1]])
        places = np.flatnonzero(alone & (before | np.append(alone[1:], False)))
        if not len(places):
            return
        starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
        lengths = np.diff(starts, append=len(places))
        room = np.repeat(starts + lengths, lengths) - np.arange(len(places))
        chosen = codes.take(places)
        scores = [self._single.take(chosen), *forms.arrays(chosen, room)]
        index = np.full(len(codes), -1, np.intp)
        index[places] = np.arange(len(places))
        for length, (positions, values) in enumerate(words[: LONGEST - 1], 2):
            at = index.take(positions)
            inside = np.flatnonzero((at >= 0) & (room.take(at) >= length))
            at = at.take(inside)
            scores[length - 1][at] = np.maximum(scores[length - 1].take(at), values.take(inside))
        is_start[places] = best_path(scores, starts, lengths)


@functools.cache
def dictionary_cutter() -> DictionaryCutter:
    """Give the best cutter without anything learned: jieba's dictionary, pruned, and unlisted words by their spelling.

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> dictionary_cutter()("长江大桥")
    ['长江大桥']
    """
    return DictionaryCutter(load_words().at_least(LEAST_COUNT))
