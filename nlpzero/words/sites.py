"""What stands around every unit of a text: where the dictionary's words begin, quotation marks, and the edges of lines.

A *site* is a byte for each place of a block (see `nlpzero.ngrams.units.encode`), the empty places between two clauses
among them.
"""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Workspace, WorkspaceArray
from ..lexicon.trie import CODES
from ..ngrams.levels import Placements, places_in
from ..reading.parts import Part, text_of
from ..segment.cutter import Cutter
from ..text.characters import DIGIT, HAN, LATIN, Codes, char_classes, code_points
from ..text.units import read_units
from .discovery import changed
from .known import KnownWords, characters_of

STARTS, OPENS, CLOSES, FIRST, LAST, AFTER_FOREIGN, AFTER_NUMBER, BEFORE_FOREIGN = (1 << bit for bit in range(8))
AFTER_HAN = AFTER_FOREIGN | AFTER_NUMBER
"""A word of the dictionary's cut begins here (or a clause has ended); a mark that opens a quotation stands before the
unit; one that closes it, after the unit; the unit is the first of its line; it is the last. If asked for: the unit
before ends with a letter; with a digit; it is a Han character (both bits); the unit after begins with a letter; with a
blank between, and nothing but ASCII characters."""

OPENING, CLOSING = "“‘「『《〈【\"'＂", "”’」』》〉】\"'＂"
LINE_END, BLANK = 10, 32
FIRST_BEYOND_ASCII = 128


class BlockSites(NamedTuple):
    """The sites of one block, and, if asked for, what its characters do in the cut (see `characters_of`)."""

    sites: WorkspaceArray
    characters: tuple[WorkspaceArray, ...]


class TextPlaces(NamedTuple):
    """A block of text by its places: the code points that show, where each place starts, and where its unit ends."""

    codes: Codes
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    is_unit: npt.NDArray[np.bool_]


def text_places(text: str, units: Placements) -> TextPlaces:
    """Find the places of a block in its text.

    Raises
    ------
    ModelError
        If the text is not what was counted.
    """
    read = read_units(code_points(text))
    starts, is_unit = read.places()
    if not np.array_equal(np.flatnonzero(is_unit), places_in([units])[0]):
        raise changed()
    ends = np.flatnonzero(~np.append(read.joined[1:], False)) + 1
    return TextPlaces(read.codes, starts, ends[np.searchsorted(ends, starts, "right")], is_unit)


def read_sites(workspace: Workspace, known: KnownWords, latin: bool, item: tuple[str | Part, Placements]) -> BlockSites:
    """Cut one block of text by what is known, and say what stands around each of its units."""
    text, units = item
    at = text_places(text_of(text), units)
    marks = boundaries(known.cutter, at.codes)
    characters = () if known.counted else characters_of(at.codes, marks)
    return BlockSites(
        workspace.store(sites_of(at, marks, latin)), tuple(workspace.store(column) for column in characters)
    )


def sites_of(at: TextPlaces, marks: npt.NDArray[np.bool_], latin: bool = False) -> npt.NDArray[np.uint8]:
    """Say what stands around each unit, given where words begin in the text; perhaps also of Latin letters.

    Examples
    --------
    >>> from nlpzero.ngrams.levels import Placements
    >>> starts = np.arange(6)
    >>> at = TextPlaces(code_points("在“山药”上"), starts, starts + 1, np.array([1, 0, 1, 1, 0, 1], bool))
    >>> sites_of(at, np.array([1, 1, 1, 0, 1, 1], bool)).tolist()
    [9, 1, 3, 4, 1, 17]
    """
    codes, starts, ends, is_unit = at
    sites = np.full(len(starts), STARTS, np.uint8)
    sites[~marks[starts] & is_unit] = 0
    units = np.flatnonzero(is_unit)
    if not len(units):
        return sites
    begin, end = starts[units], ends[units]
    marks_around = np.zeros(len(codes) + 2, np.uint8)
    marks_around[1:-1] = _quotation_marks().take(codes)
    around = (marks_around.take(begin) & OPENS) | (marks_around.take(end + 1) & CLOSES)
    line = np.cumsum(codes == LINE_END)[begin]
    new = np.append(True, line[1:] != line[:-1])
    around[new] |= FIRST
    around[np.append(new[1:], True)] |= LAST
    if latin:
        around |= _foreign(codes, begin, end)
    sites[units] |= around
    return sites


def _foreign(codes: Codes, begin: npt.NDArray[np.intp], end: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """Mark the units beside which, after a blank, letters or digits stand."""
    blanks = np.append(0, np.cumsum(codes == BLANK))
    others = np.append(0, np.cumsum((codes >= FIRST_BEYOND_ASCII) | (codes == LINE_END)))
    low, high = end[:-1], begin[1:]
    near = (blanks[high] > blanks[low]) & (others[high] == others[low])
    kinds = char_classes()
    before, after = kinds.take(codes.take(low - 1)), kinds.take(codes.take(high))
    result = np.zeros(len(begin), np.uint8)
    result[1:][near & (before == LATIN)] |= AFTER_FOREIGN
    result[1:][near & (before == DIGIT)] |= AFTER_NUMBER
    result[1:][near & (before == HAN)] |= AFTER_HAN
    result[:-1][near & (after == LATIN)] |= BEFORE_FOREIGN
    return result


@functools.cache
def _quotation_marks() -> npt.NDArray[np.uint8]:
    """Tell of each code point whether it opens and whether it closes a quotation; read-only and made once."""
    table = np.zeros(CODES, np.uint8)
    table[[*map(ord, OPENING)]] |= OPENS
    table[[*map(ord, CLOSING)]] |= CLOSES
    table.flags.writeable = False
    return table


def boundaries(cutter: Cutter, codes: Codes) -> npt.NDArray[np.bool_]:
    """Cut a block, whole lines at a time, in pieces as large as the cutter likes best."""
    result = np.zeros(len(codes), np.bool_)
    line_ends = np.flatnonzero(codes == LINE_END) + 1
    start = 0
    while start < len(codes):
        at = np.searchsorted(line_ends, start + cutter.piece)
        end = int(line_ends[at]) if at < len(line_ends) else len(codes)
        result[start:end] = cutter.boundaries(codes[start:end])
        start = end
    return result
