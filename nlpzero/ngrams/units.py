"""A block of text as units: what n-grams are made of."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Ids
from ..text.characters import BLANKS, DIGIT, OTHER, code_points, from_code_points
from ..text.units import Flags, read_units


class UnitText(NamedTuple):
    """A block as units.

    Attributes
    ----------
    inside : bool array
        Which places hold a unit: one empty place is between two clauses, and the last place holds one.
    ids : uint32 array (n,)
        The local ids of the units, in the order of the text.
    counts : int64 array
        How often each occurs.
    units : list of str
        The unit of each local id.
    left_out : int
        Characters that are neither units nor blank.
    """

    inside: Flags
    ids: Ids
    counts: Counts
    units: list[str]
    left_out: int

    @property
    def positions(self) -> npt.NDArray[np.intp]:
        """Give the places of the units."""
        return np.flatnonzero(self.inside)


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
    starts, inside = read.places()
    starts = starts.compress(inside)
    others = codes.compress(classes == OTHER)
    left_out = len(others) - sum(int(np.count_nonzero(others == blank)) for blank in BLANKS)
    first = codes.take(starts).astype(np.intp)
    goes_on = np.append(read.joined[1:], False)
    is_run = goes_on.take(starts)
    if joined:
        is_run |= classes.take(starts) >= DIGIT
    at = np.flatnonzero(is_run)
    runs = _runs(text if read.kept is None else from_code_points(codes), starts.take(at), read.joined, goes_on)
    number_of = np.bincount(first)
    number_of -= np.bincount(first.take(at), minlength=len(number_of))
    characters = np.flatnonzero(number_of)
    alone = [*map(chr, characters.tolist())]
    units = sorted([*alone, *sorted({*runs}.difference(alone))])  # two that are in order are merged
    rank = dict(zip(units, range(len(units)), strict=True))
    table = np.zeros(len(number_of), np.uint32)
    table[characters] = np.fromiter(map(rank.__getitem__, alone), np.uint32, len(alone))
    counts = np.zeros(len(units), np.int64)
    counts[table[characters]] = number_of[characters]
    ids = table.take(first)
    if runs:
        ids[at] = np.fromiter(map(rank.__getitem__, runs), np.uint32, len(runs))
        counts += np.bincount(ids.take(at), minlength=len(units))
    places = len(inside) - int(np.argmax(inside[::-1])) if len(ids) else 0
    return UnitText(inside[:places], ids, counts, units, left_out)


def _runs(text: str, begin: npt.NDArray[np.intp], joined: Flags, goes_on: Flags) -> list[str]:
    """Give the units of more than one character, and others that are read alike, that begin at some characters."""
    if not len(begin):
        return []
    ends = np.flatnonzero(joined & ~goes_on) + 1
    end, longer = begin + 1, goes_on.take(begin)
    end[longer] = ends.take(np.searchsorted(ends, begin[longer], "right"))
    return [text[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
