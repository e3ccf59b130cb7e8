"""A block of text as units: what n-grams are made of."""

from typing import NamedTuple

import numpy as np

from ..core.workspace import NONE, Ids
from ..text.characters import BLANKS, DIGIT, OTHER, code_points, from_code_points
from ..text.units import read_units


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
        True for the units of `nlpzero.text.units`, where a number, a name with signs, and a run of digits or of Latin
        letters is one; False for the single characters of the published methods (`published_classes`), but for what
        signs join.

    Examples
    --------
    >>> encoded = encode("第12页，第3页。", joined=True)
    >>> encoded.units, encoded.left_out
    (['12', '3', '第', '页'], 2)
    >>> [(int(at), encoded.units[i]) for at, i in zip(encoded.positions, encoded.ids)]
    [(0, '第'), (1, '12'), (2, '页'), (4, '第'), (5, '3'), (6, '页')]
    """
    read = read_units(code_points(text), characters=not joined)
    codes, classes = read.codes, read.classes
    starts, is_unit = read.places()
    positions = np.flatnonzero(is_unit)
    starts = starts[positions]
    goes_on = np.append(read.joined[1:], False)
    is_run = goes_on[starts]
    if joined:
        is_run |= classes[starts] >= DIGIT
    others = np.bincount(codes[classes == OTHER])
    left_out = int(others.sum() - others[BLANKS[len(others) > BLANKS]].sum())
    table = np.full(int(codes.max(initial=0)) + 1, NONE, np.uint32)
    characters = np.flatnonzero(np.bincount(codes[starts[~is_run]]))
    runs: list[str] = []
    if is_run.any():
        visible = text if read.kept is None else from_code_points(codes)
        ends = np.flatnonzero(~goes_on) + 1
        begin = starts[is_run]
        end = ends[np.searchsorted(ends, begin, "right")]
        runs = [visible[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    units = sorted({*map(chr, characters.tolist()), *runs})
    rank = {unit: i for i, unit in enumerate(units)}
    table[characters] = [rank[chr(c)] for c in characters.tolist()]
    ids = table[codes[starts]]
    if runs:
        ids[is_run] = np.fromiter(map(rank.__getitem__, runs), np.uint32, len(runs))
    return UnitText(positions.astype(np.uint32), ids, units, left_out)
