"""What is shown of the lines in which something stands: a width before and behind it, as arrays over all places."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..segment.cutter import Cutter, Flags, is_blank
from ..text.characters import Codes, code_points, from_code_points
from ..text.display import cell_counts
from .search import BLANK, LINE_FEED, Places, StringHits

RETURN = 13


class Contexts(NamedTuple):
    """Columns of a concordance: the numbers of lines in the part, what is before each place, there, and behind."""

    lines: list[int]
    left: list[str]
    match: list[str]
    right: list[str]


class _ContextText(NamedTuple):
    """Text from which contexts are taken, and where in it each of them may begin and end."""

    codes: Codes
    text: str
    left_begins: Places
    left_ends: Places
    right_begins: Places
    right_ends: Places


def contexts_of(hits: StringHits, cutter: Cutter | None, width: int, by_words: bool, whole: bool) -> Contexts:
    """Give what is shown of the places that were found.

    Parameters
    ----------
    hits : StringHits
    cutter : Cutter or None
        Cuts the lines into words, which then stand between blanks.
    width : int
        So many words on each side, or characters of two cells.
    by_words, whole : bool
        Whether `width` counts words, and whether only whole words are given; both need a cutter.
    """
    codes = code_points(hits.shown)
    ends = _without_returns(codes, hits)
    if cutter is None:
        layout = _ContextText(codes, hits.shown, hits.begins, hits.firsts, np.minimum(hits.lasts, ends), ends)
    else:
        marks = cutter.marks(code_points(hits.read))
        if whole:
            ends_word = marks.take(hits.lasts) | (hits.lasts >= ends)
            hits, ends = _only(hits, ends, np.flatnonzero(marks.take(hits.firsts) & ends_word))
        layout = _cut(codes, marks, hits)
    left, right = _in_words(layout, width) if by_words else _in_cells(layout, 2 * width)
    lasts = np.minimum(hits.lasts, ends)
    return Contexts(
        hits.before.tolist(),
        _pieces(layout.text, left, layout.left_ends),
        _pieces(hits.shown, hits.firsts, lasts),
        _pieces(layout.text, layout.right_begins, right),
    )


def _pieces(text: str, begins: Places, ends: Places) -> list[str]:
    """Give pieces of a text."""
    return [text[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


def _only(hits: StringHits, ends: Places, kept: npt.NDArray[np.intp]) -> tuple[StringHits, Places]:
    """Give some of the places, and the ends of their lines."""
    columns = [one.take(kept) for one in (hits.before, hits.firsts, hits.lasts, hits.begins, hits.ends)]
    return StringHits(hits.read, hits.shown, hits.breaks, *columns), ends.take(kept)


def _without_returns(codes: Codes, hits: StringHits) -> Places:
    """Give the ends of the lines without carriage returns before them."""
    if "\r" not in hits.shown:
        return hits.ends
    solid = np.flatnonzero(codes != RETURN)  # a line feed before each line but the first
    last: Places = np.append(-1, solid).take(np.searchsorted(solid, hits.ends))
    return np.maximum(last + 1, hits.begins)


def _cut(codes: Codes, marks: Flags, hits: StringHits) -> _ContextText:
    """Lay out lines as words with one blank between."""
    is_end = codes == LINE_FEED
    kept = ~is_blank().take(codes) | is_end
    solid = np.flatnonzero(kept)
    after_blank = np.diff(solid, prepend=-1) > 1
    apart = (marks.take(solid) | after_blank) & ~is_end.take(solid)
    apart &= ~np.append(True, is_end.take(solid)[:-1])
    places = np.arange(len(solid)) + np.cumsum(apart)
    laid = np.full(int(places[-1]) + 1 if len(places) else 0, BLANK, np.uint32)
    laid[places] = codes.take(solid)
    following = np.append(places, len(laid))
    behind = np.append(places + 1, 0)  # where each of them ends; the last for none before

    def begins(at: Places) -> Places:
        """Where what stands from these characters on begins."""
        return following.take(np.searchsorted(solid, at))

    def ends(at: Places) -> Places:
        """Where what stands before these characters ends."""
        return behind.take(np.searchsorted(solid, at) - 1)

    line_begins = begins(hits.begins)
    line_ends = begins(hits.ends)
    left_ends = np.maximum(ends(hits.firsts), line_begins)
    right_begins = np.minimum(begins(hits.lasts), line_ends)
    return _ContextText(laid, from_code_points(laid), line_begins, left_ends, right_begins, line_ends)


def _in_words(layout: _ContextText, width: int) -> tuple[Places, Places]:
    """Give where the left sides begin and the right ones end, for a number of words on each."""
    if not width:
        return layout.left_ends, layout.right_begins
    blanks = np.flatnonzero(layout.codes == BLANK)
    at = np.searchsorted(blanks, layout.left_ends) - width
    begins = np.where(at >= 0, np.append(blanks, 0).take(np.maximum(at, 0)) + 1, 0)
    at = np.searchsorted(blanks, layout.right_begins) + width - 1
    ends = np.append(blanks, len(layout.codes)).take(np.minimum(at, len(blanks)))
    return np.maximum(begins, layout.left_begins), np.minimum(ends, layout.right_ends)


def _in_cells(layout: _ContextText, room: int) -> tuple[Places, Places]:
    """Give where the left sides begin and the right ones end, for a number of cells on each; no blanks at the edges."""
    cells = np.append(0, np.cumsum(cell_counts(layout.codes), dtype=np.int64))  # before each character
    first = np.searchsorted(cells, cells.take(layout.left_ends) - room)
    shown = np.searchsorted(cells, cells.take(first), "right") - 1  # no mark without its character
    begins = np.where(first <= layout.left_begins, layout.left_begins, np.minimum(shown, layout.left_ends))
    ends = np.searchsorted(cells, cells.take(layout.right_begins) + room, "right") - 1
    ends = np.minimum(ends, layout.right_ends)
    solid = np.flatnonzero(~is_blank().take(layout.codes))
    begins = np.append(solid, len(layout.codes)).take(np.searchsorted(solid, begins))
    ends = np.append(-1, solid).take(np.searchsorted(solid, ends)) + 1
    return np.minimum(begins, layout.left_ends), np.maximum(ends, layout.right_begins)
