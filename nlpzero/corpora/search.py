"""Where strings stand in a text: found in the bytes of a file where that is possible, else in its characters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import AnyStr, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from ..reading.checking import PIECE, is_utf8
from ..reading.parts import Extent, Part, source_bytes, source_text
from ..text.characters import code_points, from_code_points

Places = npt.NDArray[np.intp]

LINE_FEED, BLANK = 10, 32
FOLLOWING = -64
"""Bytes of UTF-8 that begin no character are below, as signed numbers."""


@dataclass(frozen=True)
class Query:
    """What is looked for (检索式).

    Attributes
    ----------
    strings : tuple of str
        Any of these; of several at a place the longest. None overlaps the one before.
    pattern : str or None
        Or what a regular expression of Python's matches, inside a line.

    Raises
    ------
    ModelError
        If it is empty, or no regular expression.

    Examples
    --------
    >>> Query(("江", "江上")).spans("江上有船，江边有人")
    [(0, 2), (5, 6)]
    >>> Query(pattern="有.").spans("江上有船")
    [(2, 4)]
    """

    strings: tuple[str, ...] = ()
    pattern: str | None = None

    def __post_init__(self) -> None:
        if self.pattern is None and not self.strings:
            raise ModelError("there is nothing to look for; give a word, or a regular expression as `regex`")
        for string in self.strings:
            if not string.strip() or "\n" in string:
                raise ModelError(f"{string!r} is nothing that stands in a line; give a word or a string of characters")
        self.compiled  # noqa: B018

    @cached_property
    def compiled(self) -> re.Pattern[str] | None:
        """The regular expression."""
        if self.pattern is None:
            return None
        try:
            return re.compile(self.pattern, re.MULTILINE)
        except (re.error, OverflowError, RecursionError) as error:
            raise ModelError(f"{self.pattern!r} is no regular expression: {error}; put \\ before signs") from None

    def spans(self, text: str | bytes) -> list[tuple[int, int]]:
        """Give where it stands in a text; strings also in UTF-8, whose bytes then count."""
        return [*zip(*(side.tolist() for side in self.places(text)), strict=True)]

    def places(self, text: str | bytes) -> tuple[Places, Places]:
        """Give the same as arrays: where each place begins, and where it ends."""
        if self.compiled is not None:
            assert isinstance(text, str)
            spans = [*self._matches(text, self.compiled)]
        elif len(self.strings) == 1:
            [string] = self.strings
            if isinstance(text, str):
                found, size = _places(text, string), len(string)
            else:
                data = _encoded(string)
                found, size = (_character_places if len(string) == 1 else _places)(text, data), len(data)
            return found, found + size
        elif isinstance(text, str):
            spans = _longest(text, self.strings)
        else:
            spans = _longest(text, [*map(_encoded, self.strings)])
        firsts, lasts = np.array(spans, np.intp).reshape(-1, 2).T
        return firsts, lasts

    def _matches(self, text: str, compiled: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Give what a regular expression matches, line by line."""
        at = 0
        while at <= len(text) and (match := compiled.search(text, at)):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.start())
            end = len(text) if end < 0 else end
            for found in compiled.finditer(text[start:end]):
                if found.end() > found.start():
                    yield start + found.start(), start + found.end()
            at = end + 1


NOWHERE = [np.empty(0, np.intp)] * 5


class StringHits(NamedTuple):
    """The lines of a part in which something stands, one after the other, and where in them.

    Attributes
    ----------
    read, shown : str
        The lines, each with its line end, as they are read and as they are shown; of the same length.
    breaks : int
        Line ends of the part.
    before : int array (h,)
        For each place how many lines of the part are before its line.
    firsts, lasts : int arrays (h,)
        Where it begins and ends in them.
    begins, ends : int arrays (h,)
        The same of its line, without the line end.
    """

    read: str
    shown: str
    breaks: int
    before: Places
    firsts: Places
    lasts: Places
    begins: Places
    ends: Places


def find_in(query: Query, part: str | Part) -> StringHits:
    """Read a part of a text, and find the places where something stands: a task for workers.

    Notes
    -----
    The bytes of plain UTF-8 are searched as they are, and only lines with hits are decoded: 0.3 to 0.9 ns a byte and a
    string, beside 0.5 ns to see that it is UTF-8, in which threads share. Other text is decoded first, 2 ns a byte.
    """
    if isinstance(part, Extent) and part.view is None and part.encoding == "utf-8" and query.compiled is None:
        data = source_bytes(part)
        if is_utf8(data):
            return _in_bytes(query, data)
    shown = source_text(part)
    if isinstance(part, str) or part.view is None:
        return _in_text(query, shown, shown)
    return _in_text(query, part.view(shown), shown)


def _in_bytes(query: Query, data: bytes) -> StringHits:
    """Find lines in UTF-8."""
    firsts, lasts = query.places(data)
    codes = np.frombuffer(data, np.uint8)
    if not len(firsts):
        return StringHits("", "", _feeds(codes), *NOWHERE)
    feeds = np.flatnonzero(codes == LINE_FEED)
    lines = _HitLines(firsts, lasts, feeds, len(data))
    found = b"".join([data[start:end] + b"\n" for start, end in lines.pieces()])
    text = found.decode()
    places = lines.places
    if len(text) < len(found):
        leads = np.cumsum(np.frombuffer(found, np.int8) >= FOLLOWING, dtype=np.int32)
        places = np.append(0, leads).take(places)
    return StringHits(text, text, len(feeds), lines.number, *places)


def _in_text(query: Query, read: str, shown: str) -> StringHits:
    """Find lines in text that is there; line ends that are none for who reads are shown as blanks."""
    firsts, lasts = query.places(read)
    codes = code_points(shown)
    breaks = np.flatnonzero(codes == LINE_FEED)
    if not len(firsts):
        return StringHits("", "", len(breaks), *NOWHERE)
    feeds = breaks
    if read is not shown:
        is_end = code_points(read) == LINE_FEED
        feeds = np.flatnonzero(is_end)
        shown = from_code_points(np.where((codes == LINE_FEED) & ~is_end, np.uint32(BLANK), codes))
    lines = _HitLines(firsts, lasts, feeds, len(read))
    pieces = [*lines.pieces()]
    texts = ["".join([text[start:end] + "\n" for start, end in pieces]) for text in (read, shown)]
    before = np.searchsorted(breaks, lines.starts).take(lines.which)
    return StringHits(texts[0], texts[1], len(breaks), before, *lines.places)


class _HitLines:
    """The lines in which spans are, and where the spans are when these lines are put together.

    Attributes
    ----------
    number, which : int arrays (h,)
        For each span the number of its line in the text, and among those that are found.
    starts, ends : int arrays (l,)
        Of those lines, in the text.
    places : int array (4, h)
        Where each span begins and ends, and its line does.
    """

    def __init__(self, firsts: Places, lasts: Places, feeds: Places, size: int) -> None:
        self.number = np.searchsorted(feeds, firsts)
        is_new = np.diff(self.number, prepend=-1) > 0
        lines = self.number[is_new]
        self.starts, self.ends = np.append(0, feeds + 1)[lines], np.append(feeds, size)[lines]
        self.which = np.cumsum(is_new) - 1
        begins = np.append(0, np.cumsum(self.ends - self.starts + 1)[:-1])
        shift = (begins - self.starts).take(self.which)
        self.places = np.array(
            [firsts + shift, lasts + shift, begins.take(self.which), self.ends.take(self.which) + shift]
        )

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Give where the lines begin and end."""
        return zip(self.starts.tolist(), self.ends.tolist(), strict=True)


def _feeds(codes: npt.NDArray[np.uint8]) -> int:
    """Count line feeds."""
    pieces = (codes[at : at + PIECE] for at in range(0, len(codes), PIECE))
    return sum(int(np.count_nonzero(piece == LINE_FEED)) for piece in pieces)


def _encoded(string: str) -> bytes:
    """Give a string as it stands in UTF-8."""
    return string.encode("utf-8", "surrogatepass")


def _longest(text: AnyStr, strings: Sequence[AnyStr]) -> list[tuple[int, int]]:
    """Give the places of strings in order, the longest at each, without those that overlap the one before."""
    spans = [(at, at + len(one)) for one in strings for at in _places(text, one, 1).tolist()]
    kept: list[tuple[int, int]] = []
    end = 0
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if span[0] >= end:
            kept.append(span)
            end = span[1]
    return kept


def _places(text: AnyStr, string: AnyStr, step: int = 0) -> Places:
    """Give the places where a string begins, each at least so far from the one before (0: its length)."""
    found = []
    at = text.find(string)
    while at >= 0:
        found.append(at)
        at = text.find(string, at + (step or len(string)))
    return np.array(found, np.intp)


def _character_places(data: bytes, character: bytes) -> Places:
    """Give the places of one character, which may be as frequent as any: 0.6 ns a byte, however many there are."""
    codes = np.frombuffer(data, np.uint8)
    size = max(0, len(codes) - len(character) + 1)
    is_there = np.ones(size, np.bool_)
    for at, code in enumerate(character):
        is_there &= codes[at : at + size] == code
    return np.flatnonzero(is_there)
