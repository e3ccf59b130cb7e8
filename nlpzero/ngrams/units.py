"""A block of text as units: what n-grams are made of."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import NONE, Ids
from ..text.characters import (
    BLANKS,
    DIGIT,
    HAN,
    OTHER,
    Classes,
    char_classes,
    code_points,
    is_joined,
    published_classes,
)


class UnitText(NamedTuple):
    """A block as units: their places, with a gap between clauses; their local ids; the units; what was left out."""

    positions: Ids
    ids: Ids
    units: list[str]
    left_out: int


def encode(text: str, joined: bool) -> UnitText:
    """Read a block of text as units (see `nlpzero.text`); one empty place stands for all between two clauses.

    Parameters
    ----------
    text : str
        Whole lines.
    joined : bool
        True for the units of `nlpzero.text`, where a run of digits or of Latin letters is one; False for the single
        characters of the published methods (`published_classes`).

    Examples
    --------
    >>> encoded = encode("第12页，第3页。", joined=True)
    >>> encoded.units, encoded.left_out
    (['12', '3', '第', '页'], 2)
    >>> [(int(at), encoded.units[i]) for at, i in zip(encoded.positions, encoded.ids)]
    [(0, '第'), (1, '12'), (2, '页'), (4, '第'), (5, '3'), (6, '页')]
    """
    codes = code_points(text)
    of_character = char_classes() if joined else published_classes()
    classes = of_character[codes]
    starts = unit_starts(classes, joined)
    positions = np.flatnonzero(classes[starts] != OTHER)
    starts = starts[positions]
    kinds = classes[starts]
    histogram = np.bincount(codes)
    present = np.flatnonzero(histogram)
    of_class = of_character[present]
    left_out = int(histogram[present[of_class == OTHER]].sum() - histogram[BLANKS[len(histogram) > BLANKS]].sum())
    characters = present[of_class == HAN if joined else of_class != OTHER]
    if joined:
        run_starts = starts[kinds >= DIGIT].tolist()
        runs = [text[a:b] for a, b in zip(run_starts, _run_ends(classes).tolist(), strict=True)]
    else:
        runs = []
    units = sorted({*map(chr, characters.tolist()), *runs})
    rank = {unit: i for i, unit in enumerate(units)}
    table = np.full(len(histogram), NONE, np.uint32)
    table[characters] = [rank[chr(c)] for c in characters.tolist()]
    ids = table[codes[starts]]
    if runs:
        ids[kinds >= DIGIT] = np.fromiter(map(rank.__getitem__, runs), np.uint32, len(runs))
    return UnitText(positions.astype(np.uint32), ids, units, left_out)


def unit_starts(classes: Classes, joined: bool) -> npt.NDArray[np.intp]:
    """Give the positions of the units, and of the first character after each clause."""
    start = classes != OTHER
    keep = start.copy()
    keep[1:] |= start[:-1]
    if joined:
        keep &= ~is_joined(classes)
    return np.flatnonzero(keep)


def _run_ends(classes: Classes) -> npt.NDArray[np.intp]:
    """Give the position after each run of digits or Latin letters."""
    inside = classes >= DIGIT
    last = inside.copy()
    np.logical_and(inside[:-1], classes[1:] != classes[:-1], out=last[:-1])
    return np.flatnonzero(last) + 1
