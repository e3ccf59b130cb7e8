"""Cutting text as well as a dictionary can: its words, numerals settled, and unlisted words by how they are spelled."""

import functools
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..lexicon.lexicon import Lexicon
from ..text.characters import HAN, Codes, char_classes
from .classifiers import Classifiers
from .cutter import Flags
from .forms import LONGEST, Forms
from .lattice import ScoredWords, Scores, best_path
from .lexical import LexiconCutter, Weighing, lengths_of
from .names import join_models, join_names, join_types
from .numerals import CLASSIFIER, NUMERAL

LEAST_COUNT = 4
"""Words of jieba's dictionary that count less are left out: 198,000 of 349,000, many of them phrases and numbers. With
them F is .02 lower, on UD dev as on corpuszh. (Words of letters and Han characters stay: see `phrases.MIXED`.)"""


class DictionaryCutter(LexiconCutter):
    """Cut text into the words of a dictionary, and into words that look like its own (词典分词).

    1. The most probable path through the words of the lexicon, as in `LexiconCutter`.
    2. A run of numerals (digits too) is one word, and a classifier after it another: see `Classifiers`.
    3. A run of single Han characters, numerals and the classifiers after them left out, is cut again; there any 2 to 4
       of them may be a word: see `Forms`. Where a word is listed, the greater score holds.
    4. Numbers and names with signs are one word, and so are letters and the digits behind them: see
       `nlpzero.text.units`, `join_names`, `join_models`, `join_types`.

    Examples
    --------
    >>> cut = dictionary_cutter()
    >>> cut("罗砚舟有三十个橹簧，重3.5斤。")
    ['罗砚舟', '有', '三十', '个', '橹', '簧', '，', '重', '3.5', '斤', '。']
    """

    kind = "dictionary"
    is_good = False
    """Whether it is known to be good for any text, whatever the text says of it."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._classifiers = Classifiers.of_lexicon(lexicon)
        self._forms = Forms.of_lexicon(lexicon)

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        arrays = {**super().learned(), "kinds": self._classifiers.kinds, "bound": self._classifiers.bound}
        if self._forms is not None:
            arrays |= {"form_lengths": self._forms.lengths, "form_number": self._forms.number}
            arrays["form_places"] = self._forms.places
        return arrays

    @classmethod
    def of_learned(cls, lexicon: Lexicon, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        result = super().of_learned(lexicon, arrays)
        result._classifiers = Classifiers(arrays["kinds"], arrays["bound"])
        forms = "form_lengths", "form_number", "form_places"
        result._forms = Forms(*(arrays[name] for name in forms)) if not arrays.keys().isdisjoint(forms) else None
        return result

    def boundaries(self, codes: Codes, chances: Weighing | None = None) -> Flags:
        """Tell of each character whether a word starts with it; `chances` weigh the words."""
        is_start, words, joined, dots = self._path(codes, self._words(codes), chances)
        is_start &= ~joined
        kept = self._kept(is_start, codes)
        self._classifiers.settle(is_start, codes, kept)
        if self._forms is not None:
            self._spell(is_start, codes, words, chances)
        is_start &= ~joined
        join_names(is_start, codes, dots, self.known)
        join_models(is_start, codes, kept)
        join_types(is_start, codes, kept)
        return is_start

    def _kept(self, is_start: Flags, codes: Codes) -> Flags | None:
        """Mark where words that a user added begin, go on, and have just ended."""
        if not self.added:
            return None
        lengths = lengths_of(is_start)
        kept = np.zeros(len(codes) + 1, np.bool_)
        for words in self.added:
            for length, (positions, _) in enumerate(words.trie.matches(codes), 1):
                whole = positions[lengths.take(positions) == length]
                for step in range(length + 1):
                    kept[whole + step] = True
        return kept[:-1]

    def _worth(self, codes: Codes, is_start: Flags) -> Scores:
        result = super()._worth(codes, is_start)
        if self._forms is not None:
            lengths = lengths_of(is_start)
            for length, array in enumerate(self._forms.arrays(codes, lengths), 2):
                chosen = np.flatnonzero(lengths == length)
                result[chosen] = np.maximum(result.take(chosen), array.take(chosen))
        return result

    def _spell(self, is_start: Flags, codes: Codes, words: list[ScoredWords], chances: Weighing | None) -> None:
        """Cut runs of single Han characters again, in place."""
        assert self._forms is not None
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
        scores = [self._single.take(chosen), *self._forms.arrays(chosen, room)]
        if chances is not None:
            for length, array in enumerate(scores, 1):
                fits = np.flatnonzero(room >= length)
                array[fits] += chances.of_words(places.take(fits), length)
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
    from .prepared import prepared_cutter

    cutter = prepared_cutter(DictionaryCutter, dictionary_cutter, LEAST_COUNT, with_phrases=False)
    cutter.is_good = True
    return cutter
