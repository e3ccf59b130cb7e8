"""New words of a text that are worth adding to a dictionary when the same text is cut."""

import numpy as np

from ..lexicon.lexicon import Lexicon
from ..segment.dictionary import DictionaryCutter
from ..segment.lexical import LexiconCutter
from ..text.characters import HAN, char_classes, code_points
from .new_words import NewWords

LONGEST = 5
"""Characters of a word that is added."""
PROBABLE = 0.5
"""Least probability of being a word."""
BETTER = 5.0
"""Nats by which a word is more probable than its characters."""
LEAST_COUNT = 3


def additions(found: NewWords, cutter: DictionaryCutter) -> Lexicon | None:
    """Choose the new words that make a cut better (新词入词典); None if there are none.

    They have 2 to 5 Han characters, and the dictionary's words cut them into single characters: 平均气温 ("mean
    temperature") is a word for a reader, but standards cut it in two. And n e / N, with e the share of places where
    they stand between words and N the units of the text, is e^5 times the product of their characters' probabilities.

    Parameters
    ----------
    found : NewWords
        Of the text, with those that stand there 3 times.
    cutter : DictionaryCutter
        What will cut it.

    Returns
    -------
    Lexicon
        With counts in the scale of the cutter's dictionary.
    """
    plain = LexiconCutter(cutter.lexicon)
    shares = found.counts * found.gates.ends / found.ngrams.total
    total = cutter.lexicon.total
    words, counts = [], []
    for row in np.flatnonzero(found.probabilities >= PROBABLE).tolist():
        word = found.words[row]
        codes = code_points(word)
        if not 2 <= len(word) <= LONGEST or not (char_classes().take(codes) == HAN).all():
            continue
        if np.log(shares[row]) - cutter.log_single(codes).sum() > BETTER and plain.boundaries(codes).all():
            words.append(word)
            counts.append(max(1, round(shares[row] * total)))
    return Lexicon(words, counts) if words else None
