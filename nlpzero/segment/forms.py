"""What unlisted words look like (未登录词的构词): characters by their place in the rarer words of a dictionary.

Names and terms that no dictionary lists are spelled with the characters that rare words are spelled with, each in its
place. A word counts once, however frequent it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Self

import numpy as np
import numpy.typing as npt

from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODES
from ..text.characters import HAN, Codes, char_classes, code_points
from .numerals import NUMERALS

Scores = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

SHARE = 0.03
"""Share of unlisted words in a text; F is flat from .01 to .1 (UD dev wants more of them, corpuszh fewer)."""
LONGEST = 4
MOST_COUNT = 50
"""Words that count more are not rare; 10 and 200 do as well."""
BY_PLACE = 0.8
"""Weight of a character's place; .6 and .9 do as well."""
LEAST = 1e-8


@dataclass(frozen=True)
class Forms:
    """Logarithms of probabilities of unlisted words of 2 to 4 characters.

    ln P(w) = ln .03 + ln p(length) + ln q_first(c) + sum of ln q_inner(c) + ln q_last(c), where p and q are shares of
    the lexicon's words of 2 to 4 Han characters without numerals that count 50 at most, and q is .8 the share in this
    place + .2 the share in any place + 1e-8.

    Attributes
    ----------
    lengths : float64 array (5,)
        Entry l: ln .03 + ln p(l); -inf for lengths without words.
    number : uint16 array (0x110000,)
        The column of each code point in `places`; 0 for those in no word.
    places : float64 array (3, columns)
        ln q of the first, an inner and the last character.
    """

    lengths: Scores
    number: npt.NDArray[np.uint16]
    places: Scores

    @classmethod
    def of_lexicon(cls, lexicon: Lexicon) -> Self | None:
        """Learn from the rarer words of a lexicon; None if it has none.

        Examples
        --------
        >>> forms = Forms.of_lexicon(Lexicon(["江豚", "江鸥", "河豚"], [2, 1, 4]))
        >>> scores = forms.arrays(code_points("河鸥豚江"), np.array([2, 1, 2, 1]))[0]
        >>> bool(scores[0] > scores[2])
        True
        """
        codes, lengths = lexicon.spelling
        plain = char_classes().take(codes) == HAN
        plain &= ~np.isin(codes, code_points(NUMERALS))
        ends = np.cumsum(lengths)
        before = np.concatenate([[0], np.cumsum(plain, dtype=np.intp)])
        is_one = (lengths >= 2) & (lengths <= LONGEST) & (lexicon.counts <= MOST_COUNT)
        is_one &= before.take(ends) - before.take(ends - lengths) == lengths
        words = np.flatnonzero(is_one)
        if not len(words):
            return None
        lengths, ends = lengths.take(words), ends.take(words)
        sizes = np.bincount(lengths, minlength=LONGEST + 1)
        inner = [ends[lengths > back] - back for back in range(2, LONGEST)]
        of_place = [codes.take(ends - lengths), codes.take(np.concatenate(inner)), codes.take(ends - 1)]
        used = np.unique(np.concatenate(of_place))
        number = np.zeros(CODES, np.uint16)
        number[used] = np.arange(1, len(used) + 1)
        counts = np.stack([np.bincount(number.take(part), minlength=len(used) + 1) for part in of_place])
        anywhere = counts.sum(axis=0) / counts.sum()
        share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
        with np.errstate(divide="ignore"):
            by_length = log(SHARE) + np.log(sizes / len(words))
        return cls(by_length, number, np.log(BY_PLACE * share + (1 - BY_PLACE) * anywhere + LEAST))

    def arrays(self, codes: Codes, room: Places) -> Sequence[Scores]:
        """Give ln P of the strings of 2, 3 and 4 characters from each place of a text.

        Parameters
        ----------
        codes : uint32 array (n,)
            Han characters that are no numerals.
        room : int array (n,)
            Characters from each place on that belong together; there is no longer string, its score is -inf.

        Examples
        --------
        >>> forms = Forms.of_lexicon(Lexicon(["江豚", "江鸥", "河豚"], [2, 1, 4]))
        >>> [array.tolist() for array in forms.arrays(code_points("河鸥"), np.array([2, 1]))][1:]
        [[-inf, -inf], [-inf, -inf]]
        """
        number = self.number.take(codes)
        first, inner, last = (place.take(number) for place in self.places)
        result = []
        begun = first
        for length in range(2, LONGEST + 1):
            array = np.full(len(codes), -np.inf)
            n = len(codes) - length + 1
            if n > 0:
                np.add(begun[:n], last[length - 1 :], out=array[:n])
                array += self.lengths[length]
                array[room < length] = -np.inf
                begun = begun[:n] + inner[length - 1 :]
            result.append(array)
        return result
