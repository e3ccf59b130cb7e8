"""How words are spelled: a model of the characters of word types, and a hidden Markov model of those of the text.

The tags of the Markov model are B, M, E for the first, inner and last character of a word, and S for one that is a word
(after Xue 2003; here counted from the current segmentation alone).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, factorial

import numpy as np
import numpy.typing as npt

from .chain import Layout

Counts = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Units = npt.NDArray[np.integer]

MEAN_LENGTH = 1.5
"""Of the Poisson distribution of the lengths of words."""
TYPE_BACKOFF = 50.0
"""Weight of the frequencies of characters in the text beside those in each place of the word types."""
TAG_BACKOFF = 5.0
"""Weight of the frequencies of characters in the text beside those under each tag."""


@dataclass(frozen=True)
class Spelling:
    """Probabilities of characters by their place in a word.

    Attributes
    ----------
    types : float64 array (4, characters)
        Of word types: as first, inner, last character of a longer word, and of the text for words of one character.
    tags : float64 array (4, characters)
        Of the text: emitted by B, M, E, S.
    steps : dict
        Transitions between tags: "SB", "SS", "EB", "ES", "BM", "BE", "MM", "ME".
    """

    types: Weights
    tags: Weights
    steps: dict[str, float]

    @classmethod
    def learned(cls, unigrams: Counts, of_types: Counts, of_tags: Counts, lengths: Counts, joins: Counts) -> "Spelling":
        """Count probabilities.

        Parameters
        ----------
        unigrams : int array (characters,)
            How often each character is in the text.
        of_types : int array (3, characters)
            In how many word types of two and more characters it is first, inner, last.
        of_tags : int array (4, characters)
            How often it is B, M, E, S.
        lengths : int array
            How many words have 0, 1, 2, ... characters.
        joins : int array (2, 2)
            How often a word of one character (1) or more (0) is followed by one of one (1) or more (0).
        """
        share = unigrams / unigrams.sum()
        backed = (of_types + TYPE_BACKOFF * share) / (of_types.sum(axis=1, keepdims=True) + TYPE_BACKOFF)
        tags = (of_tags + TAG_BACKOFF * share) / (of_tags.sum(axis=1, keepdims=True) + TAG_BACKOFF)
        long = np.arange(len(lengths))
        middle = int((lengths * np.maximum(long - 3, 0)).sum())
        counts = {
            "BE": int(lengths[2:3].sum()),
            "BM": int(lengths[3:].sum()),
            "MM": middle,
            "ME": int(lengths[3:].sum()),
        }
        names = (("EB", "ES"), ("SB", "SS"))
        counts |= {names[i][j]: int(joins[i, j]) for i in (0, 1) for j in (0, 1)}
        of_tag = {tag: sum(n + 1 for name, n in counts.items() if name[0] == tag) for tag in "BMES"}
        steps = {name: (n + 1) / of_tag[name[0]] for name, n in counts.items()}
        return cls(np.vstack([backed, share]), tags, steps)

    def by_length(
        self, units: Units, layout: Layout, weight: float, longest: int, base: float = 1.0
    ) -> Iterator[tuple[Weights, Weights]]:
        """Give `base` P0 of the words of 1, 2, ... units from each slot on, and what the Markov model says of them.

        The latter is inside the words, to the power of `weight`. Where a clause has no room for a word, both are of no
        use.
        """
        first, inner, last, alone = self.types.take(units, axis=1)
        begin, middle, end, single = (self.tags**weight).take(units, axis=1)
        yield alone * (base * poisson(1)), single
        steps = {name: value**weight for name, value in self.steps.items()}
        for length in range(2, longest + 1):
            ahead = layout.ahead(length - 1)
            inside = steps["BE"] if length == 2 else steps["BM"] * steps["MM"] ** (length - 3) * steps["ME"]
            p0, tagged = last.take(ahead), end.take(ahead)
            p0 *= first
            p0 *= base * poisson(length)
            tagged *= begin
            tagged *= inside
            yield p0, tagged
            if length < longest:
                first *= inner.take(ahead)
                begin *= middle.take(ahead)


def poisson(length: int) -> float:
    """Give the probability of a length."""
    return exp(-MEAN_LENGTH) * MEAN_LENGTH**length / factorial(length)
