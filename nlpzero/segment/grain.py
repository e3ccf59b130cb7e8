"""How fine words are (分词粒度): standards differ in it, and so do needs.

UD cuts suffixes off (北京|市, 博物|馆); PKU and MSR keep dates (2009年) and marks of two characters (——) whole.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import Trie
from ..text.characters import DIGIT, Codes, char_classes, code_points
from .cutter import Cutter, Flags, Positions
from .dictionary import DictionaryCutter, dictionary_cutter
from .lattice import Scores
from .lexical import LexiconCutter, lengths_of

SUFFIX_WORDS = 20
"""Least number of listed words that a suffix ends: words of three characters whose first two are listed."""
DATE_UNITS = "年月日时分点"
MARKS = "—…─"


@dataclass(frozen=True)
class Grain:
    """How fine words are (分词粒度).

    Attributes
    ----------
    bonus : float
        Nats that each word of a dictionary's cut is worth beside its probability: above 0 words are shorter.
    suffixes : bool
        Cut 北京市 into 北京|市: listed words of three characters, whose first two are listed, before a suffix.
    dates : bool
        Keep digits and 年, 月, 日, 时, 分, 点 together: 2009年.
    marks : bool
        Keep —— and …… together.
    """

    bonus: float = 0.0
    suffixes: bool = False
    dates: bool = False
    marks: bool = False


GRAINS = {
    "fine": Grain(suffixes=True),
    "standard": Grain(),
    "coarse": Grain(dates=True, marks=True),
}
"""fine follows UD, coarse PKU and MSR: see the manual for figures."""


class _Bonus:
    """A bonus for every word, whatever and wherever it is: see `nlpzero.segment.lexical.Chances`."""

    def __init__(self, bonus: float) -> None:
        self.bonus = bonus

    def of_words(self, places: Positions, _length: int) -> Scores:
        """Score the words of one length that begin at some places."""
        return np.full(len(places), self.bonus)


class GrainCutter(Cutter):
    """Cut as another cutter does, but finer or coarser (调整粒度).

    Parameters
    ----------
    cutter : Cutter
        A bonus needs a `DictionaryCutter`, and makes no difference to others.
    grain : Grain

    Examples
    --------
    >>> fine, coarse = (GrainCutter(dictionary_cutter(), GRAINS[name]) for name in ("fine", "coarse"))
    >>> fine.segment("2009年北京市——"), coarse.segment("2009年北京市——")
    ('2009 年 北京 市 — —', '2009年 北京市 ——')
    """

    def __init__(self, cutter: Cutter, grain: Grain) -> None:
        self.cutter, self.grain = cutter, grain
        self.piece, self.overlooks_hidden, self.stop = cutter.piece, cutter.overlooks_hidden, cutter.stop
        self._words = _suffixed(cutter) if grain.suffixes else None

    @property
    def digest(self) -> str:
        return f"{self.cutter.digest}, {self.grain}"

    def boundaries(self, codes: Codes) -> Flags:
        if self.grain.bonus and isinstance(self.cutter, DictionaryCutter):
            is_start = self.cutter.boundaries(codes, _Bonus(self.grain.bonus))
        else:
            is_start = self.cutter.boundaries(codes)
        if self._words is not None:
            lengths = lengths_of(is_start)
            for length, (positions, _) in enumerate(self._words.matches(codes), 1):
                if length == 3:
                    is_start[positions[lengths.take(positions) == 3] + 2] = True
        if self.grain.dates:
            is_digit = char_classes().take(codes) == DIGIT
            units = np.flatnonzero(is_digit[:-1] & np.isin(codes[1:], code_points(DATE_UNITS))) + 1
            ends = np.append(is_start, True)
            is_start[units[ends.take(units + 1)]] = False
        if self.grain.marks:
            is_start[1:] &= ~((codes[1:] == codes[:-1]) & np.isin(codes[1:], code_points(MARKS)))
        return is_start


def _suffixed(cutter: Cutter) -> Trie | None:
    """Find the words that end in a suffix; what users added is left whole."""
    base = cutter if isinstance(cutter, LexiconCutter) else dictionary_cutter()
    lexicon: Lexicon = base.lexicon
    known = set(lexicon.words)
    added = {word for words in base.added for word in words.words}
    long = [word for word in lexicon.words if len(word) == 3 and word[:2] in known]
    ends = Counter(word[2] for word in long)
    chosen = [word for word in long if ends[word[2]] >= SUFFIX_WORDS and word not in added]
    return Trie(chosen) if chosen else None
