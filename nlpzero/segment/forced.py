"""Words that stay whole whatever else matches: a list laid over any cutter."""

import numpy as np

from ..lexicon.lexicon import Lexicon
from ..text.characters import Codes
from ..text.units import read_units
from .cutter import Cutter, Flags
from .lattice import ScoredWords, best_path, stretches

COVER, WORD = float(1 << 40), float(1 << 20)
"""What a covered character is worth and a word costs, beside 1 for an edge where the text is cut anyway."""


class ForcedCutter(Cutter):
    """Cut as another cutter does, but keep the words of a list whole (强制分词).

    Where listed words overlap, those are kept that cover most characters, and of these the fewest. A word is not found
    inside a run of digits or Latin letters: AI is none of AIDS.

    Parameters
    ----------
    cutter : Cutter
        Cuts all else.
    words : Lexicon
        The words; their counts do not matter.

    Examples
    --------
    >>> from .lexical import jieba_cutter
    >>> cut = ForcedCutter(jieba_cutter(), Lexicon(["的是", "AI"], [1, 1]))
    >>> cut("他说的是AI，不是AIDS")
    ['他', '说', '的是', 'AI', '，', '不是', 'AIDS']
    """

    def __init__(self, cutter: Cutter, words: Lexicon) -> None:
        self.cutter, self.words = cutter, words
        self.piece, self.overlooks_hidden = cutter.piece, cutter.overlooks_hidden

    @property
    def digest(self) -> str:
        return f"{self.cutter.digest}, forced {self.words.digest}"

    def boundaries(self, codes: Codes) -> Flags:
        is_start = self.cutter.boundaries(codes)
        is_edge = np.append(~read_units(codes).whole(len(codes))[0], True)
        marked = np.append(is_start, True)
        found: list[ScoredWords] = []
        for length, (positions, _) in enumerate(self.words.trie.matches(codes), 1):
            whole = positions[is_edge.take(positions) & is_edge.take(positions + length)]
            agree = marked.take(whole).astype(np.float64) + marked.take(whole + length)
            found.append((whole, COVER * length - WORD + agree))
        if not any(len(positions) for positions, _ in found):
            return is_start
        single = np.zeros(len(codes))
        single[found[0][0]] = found[0][1]
        reach = np.arange(1, len(codes) + 1)
        for length, (positions, _) in enumerate(found, 1):
            reach[positions] = positions + length
        chosen = best_path([single, *found[1:]], *stretches(reach))
        ends = np.append(chosen[1:], True)
        inner = np.flatnonzero(~chosen)
        alone = found[0][0][chosen.take(found[0][0]) & ends.take(found[0][0])]
        first = np.flatnonzero(chosen & ~ends)
        last = np.flatnonzero(ends & ~chosen)
        is_start[first] = True
        is_start[alone] = True
        is_start[inner] = False
        after = np.concatenate([last, alone]) + 1
        is_start[after[after < len(codes)]] = True
        return is_start
