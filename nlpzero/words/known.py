"""The words that are known before a search for new ones: a set, what cuts text into them, and what their characters do.

A dictionary knows more than which words there are. 的 is nearly always a word of its own, 性 ends thousands of words,
and 这 begins few of the words that text is full of: see `CharacterProfile`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count
from ..core.pieces import let_go
from ..core.workspace import Counts
from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODE_BITS, CODES
from ..segment.cutter import Cutter
from ..segment.lexical import LexiconCutter, jieba_cutter
from ..text.characters import Codes

SMOOTHING = 20
"""Added to both counts of a character before they are compared, as the fixed weights were learned with it."""


class CharacterProfile(NamedTuple):
    """What each character does in the words of a dictionary; arrays over all code points.

    Attributes
    ----------
    begins, ends : int64 arrays
        How many words of two and more characters begin, or end, with it.
    alone : int64 array
        The count of the character as a word of its own.
    inside : int64 array
        The counts, added up, of the words of two and more characters that it is in.
    """

    begins: Counts
    ends: Counts
    alone: Counts
    inside: Counts

    @property
    def independence(self) -> npt.NDArray[np.float64]:
        """ln[(alone + 20) / (inside + 20)]: how far the character is a word of its own rather than a part."""
        result: npt.NDArray[np.float64] = np.log((self.alone + SMOOTHING) / (self.inside + SMOOTHING))
        return result

    @classmethod
    def of_lexicon(cls, lexicon: Lexicon) -> "CharacterProfile":
        """Describe the characters of words with their counts.

        Examples
        --------
        >>> profile = CharacterProfile.of_lexicon(Lexicon(["河", "河边", "小河"], [5, 2, 1]))
        >>> [int(column[ord("河")]) for column in profile]
        [1, 1, 5, 3]
        """
        begins, ends, alone, inside = (np.zeros(CODES, np.int64) for _ in range(4))
        spelled, lengths = lexicon.spelling
        codes, counts = spelled.astype(np.intp), lexicon.counts
        starts = np.cumsum(lengths) - lengths
        single = lengths == 1
        np.add.at(alone, codes[starts[single]], counts[single])
        np.add.at(begins, codes[starts[~single]], 1)
        np.add.at(ends, codes[(starts + lengths - 1)[~single]], 1)
        longer = np.repeat(~single, lengths)
        number = np.repeat(np.arange(len(lexicon)), lengths)[longer]
        within = count(((number << CODE_BITS) | codes[longer]).astype(np.uint64)).keys.astype(np.intp)
        np.add.at(inside, within & ((1 << CODE_BITS) - 1), counts[within >> CODE_BITS])
        return cls(begins, ends, alone, inside)


@dataclass(frozen=True, eq=False)
class KnownWords:
    """The words that a search for new ones takes as known (已知词).

    Attributes
    ----------
    lexicons : tuple of Lexicon
        Their words are not reported.
    cutter : Cutter
        What cuts text into them.
    profile : CharacterProfile
    counted : bool
        Whether the counts in the profile are those of a corpus; if not, the text that is searched gives them.
    counting : tuple of Lexicon
        The counts of words are theirs.
    """

    lexicons: tuple[Lexicon, ...]
    cutter: Cutter
    profile: CharacterProfile
    counted: bool
    counting: tuple[Lexicon, ...]

    @classmethod
    def of_jieba(cls, more: Lexicon | None = None) -> "KnownWords":
        """Take the words of jieba's dictionary, and perhaps some more.

        Parameters
        ----------
        more : Lexicon, optional
            Words to add; they stay whole against their parts (see `LexiconCutter.with_words`), with or without counts.

        Raises
        ------
        LexiconError
            If jieba is not installed.
        """
        cutter = jieba_cutter()
        if more is None:
            return cls((cutter.lexicon,), cutter, CharacterProfile.of_lexicon(cutter.lexicon), True, (cutter.lexicon,))
        profile = CharacterProfile.of_lexicon(Lexicon.merged([cutter.lexicon, more]))
        lexicons = cutter.lexicon, more
        return cls(lexicons, cutter.with_words(more), profile, True, lexicons)

    @classmethod
    def of_lexicon(cls, lexicon: Lexicon) -> "KnownWords":
        """Take the words of a list alone; where all counts are alike, the text gives them."""
        counted = bool(lexicon.counts.max() > lexicon.counts.min())
        return cls((lexicon,), LexiconCutter(lexicon), CharacterProfile.of_lexicon(lexicon), counted, (lexicon,))

    @classmethod
    def of_discovery(cls, words: Sequence[str], counts: Counts) -> "KnownWords":
        """Take what was found in the text itself in a dictionary's place: it cuts the text, but nothing is known."""
        lexicon = Lexicon(words, counts)
        return cls((), LexiconCutter(lexicon), CharacterProfile.of_lexicon(lexicon), True, (lexicon,))

    def holds(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Tell which strings are known."""
        return held_by(self.lexicons, words)

    def counts_of(self, words: Sequence[str]) -> Counts:
        """Give the counts of strings as words; 0 for those that are none.

        Examples
        --------
        >>> KnownWords.of_lexicon(Lexicon(["河", "河边"], [5, 2])).counts_of(["河边", "河水"]).tolist()
        [2, 0]
        """
        result = np.zeros(len(words), np.int64)
        for lexicon in self.counting:
            ids = lexicon.ids(words)
            result += np.where(ids >= 0, lexicon.counts[ids], 0)
        return result

    def let_go(self) -> None:
        """Let go of the memory of dictionaries that are mapped from a file; it is read again where it is needed."""
        for lexicon in self.lexicons:
            for array in lexicon.trie.arrays:
                if isinstance(array.base, np.memmap):
                    let_go(array.base)


def held_by(lexicons: Sequence[Lexicon], words: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell which strings are words of one of some lexicons."""
    result = np.zeros(len(words), np.bool_)
    for lexicon in lexicons:
        result |= lexicon.holds(words)
    return result


def characters_of(codes: Codes, is_start: npt.NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """Count in a text that is cut how often each character is a word of its own, and how often a part of one.

    Returns
    -------
    alone, inside : int64 arrays over the code points up to the greatest in the text
    """
    single = is_start.copy()
    single[:-1] &= is_start[1:]
    size = int(codes.max(initial=0)) + 1
    return np.bincount(codes[single], minlength=size), np.bincount(codes[~single], minlength=size)
