"""What is a word and what is punctuation, for every capability."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .characters import OTHER, char_classes, code_points


def are_words(tokens: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell of each token whether it is a word (词): whether it holds a character, letter or digit of any script.

    Examples
    --------
    >>> are_words(["C++", "——", "水", "カメラ", ""]).tolist()
    [True, False, True, True, False]
    """
    codes = code_points("".join(tokens))
    kinds, which = np.unique(codes, return_inverse=True)
    counts = char_classes()[kinds] != OTHER
    counts[~counts] = [chr(code).isalnum() for code in kinds[~counts].tolist()]
    ends = np.cumsum(np.fromiter(map(len, tokens), np.intp, len(tokens)))
    sums = np.append(0, np.cumsum(counts[which]))
    result: npt.NDArray[np.bool_] = np.diff(sums[ends], prepend=0) > 0
    return result
