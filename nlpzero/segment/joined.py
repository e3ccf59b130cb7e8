"""A dictionary and a learned segmenter, joined: the words of the one, where the other finds them probable."""

from ..lexicon.lexicon import Lexicon
from ..text.characters import Codes
from .cutter import Cutter, Flags
from .dictionary import DictionaryCutter
from .learned import LearnedSegmenter
from .lexical import POWER, Chances


class JoinedCutter(Cutter):
    """Cut text into the words of a dictionary, weighed by learned probabilities that words begin (联合分词).

    The score of a word is its logarithm in the dictionary, plus the power times [ln p of its first character + the sum
    of ln(1 - p) of the others], p being the segmenter's probability that a word begins there.

    Parameters
    ----------
    dictionary : DictionaryCutter
    segmenter : LearnedSegmenter
    power : float
    """

    def __init__(self, dictionary: DictionaryCutter, segmenter: LearnedSegmenter, power: float = POWER) -> None:
        self.dictionary, self.segmenter, self.power = dictionary, segmenter, power
        self.piece = segmenter.piece

    def with_words(self, words: Lexicon) -> "JoinedCutter":
        """Give a cutter whose dictionary also has words of a user: see `DictionaryCutter.with_words`."""
        return JoinedCutter(self.dictionary.with_words(words), self.segmenter, self.power)

    @property
    def digest(self) -> str:
        return f"{self.dictionary.digest} and {self.segmenter.digest} to the power of {self.power:g}"

    def boundaries(self, codes: Codes) -> Flags:
        chances = Chances(self.segmenter.probabilities(codes), self.power)
        return self.dictionary.boundaries(codes, chances)
