"""Where strings stand in a text: found in the bytes of a file where that is possible, else in its characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import AnyStr, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from ..reading.checking import PIECE, is_utf8
from ..reading.parts import Extent, Part, source_bytes, source_text

Stretches = list[tuple[int, int]]

LINE_FEED = 10


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

    def spans(self, text: str) -> Stretches:
        """Give where it stands in a text."""
        return [span for line in self.lines(text) for span in line.spans_in_text()]

    def lines(self, text: str) -> "Iterator[LineSpans]":
        """Give the lines of a text in which it stands."""
        if self.compiled is None:
            yield from _lines_of(text, _merged([(_places(text, one), len(one)) for one in self.strings]))
            return
        at = 0
        while match := self.compiled.search(text, at):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.start())
            end = len(text) if end < 0 else end
            line = text[start:end]
            spans = [found.span() for found in self.compiled.finditer(line) if found.end() > found.start()]
            if spans:
                yield LineSpans(start, end, spans)
            at = end + 1
            if at > len(text):
                return

    def lines_of_bytes(self, data: bytes) -> "Iterator[LineSpans]":
        """Give the lines of UTF-8 text in which one of the strings stands; all places count bytes."""
        encoded = [one.encode("utf-8", "surrogatepass") for one in self.strings]
        yield from _lines_of(data, _merged([(_places(data, one), len(one)) for one in encoded]))


class LineSpans(NamedTuple):
    """A line from `start` to `end` of a text, and where in the line something stands."""

    start: int
    end: int
    spans: Stretches

    def spans_in_text(self) -> Stretches:
        """Give the places in the text."""
        return [(self.start + first, self.start + last) for first, last in self.spans]


class LineHits(NamedTuple):
    """A line in which something stands: how many lines are before it, the line as it is read and as it is shown, where.

    Attributes
    ----------
    before : int
    read, shown : str
        Of the same length.
    spans : list of (int, int)
        In characters.
    """

    before: int
    read: str
    shown: str
    spans: Stretches


class PartHits(NamedTuple):
    """What was found in a part of a text; and how many lines it has."""

    lines: list[LineHits]
    breaks: int


def find_in(query: Query, part: str | Part) -> PartHits:
    """Read a part of a text, and find the lines in which something stands: a task for workers.

    Notes
    -----
    The bytes of plain UTF-8 are searched as they are, and only lines with hits are decoded: 1.2 ns a byte and a string,
    beside 1.5 ns to see that it is UTF-8, in which threads share. Other text is decoded first, 2.5 ns a byte.
    """
    if isinstance(part, Extent) and part.view is None and part.encoding == "utf-8" and query.compiled is None:
        data = source_bytes(part)
        if is_utf8(data):
            return _in_bytes(query, data)
    shown = source_text(part)
    read = shown if isinstance(part, str) or part.view is None else part.view(shown)
    lines: list[LineHits] = []
    before = at = 0
    for line in query.lines(read):
        before += shown.count("\n", at, line.start)
        at = line.start
        text = read[line.start : line.end]
        lines.append(LineHits(before, text, shown[line.start : line.end].replace("\n", " "), line.spans))
    return PartHits(lines, shown.count("\n"))


def _in_bytes(query: Query, data: bytes) -> PartHits:
    """Find lines in UTF-8."""
    lines: list[LineHits] = []
    codes = np.frombuffer(data, np.uint8)
    before = at = 0
    for start, end, spans in query.lines_of_bytes(data):
        before += _feeds(codes[at:start])
        at = start
        line = data[start:end]
        text = line.decode()
        if len(text) == len(line):
            places = spans
        else:
            places, first, place = [], 0, 0
            for begin, stop in spans:
                place += len(line[first:begin].decode())
                length = len(line[begin:stop].decode())
                places.append((place, place + length))
                first, place = stop, place + length
        lines.append(LineHits(before, text, text, places))
    return PartHits(lines, before + _feeds(codes[at:]))


def _feeds(codes: npt.NDArray[np.uint8]) -> int:
    """Count line feeds."""
    pieces = (codes[at : at + PIECE] for at in range(0, len(codes), PIECE))
    return sum(int(np.count_nonzero(piece == LINE_FEED)) for piece in pieces)


def _places(text: AnyStr, string: AnyStr) -> list[int]:
    """Give all places where a string begins, also inside itself."""
    found = []
    at = text.find(string)
    while at >= 0:
        found.append(at)
        at = text.find(string, at + 1)
    return found


def _merged(each: list[tuple[list[int], int]]) -> Stretches:
    """Give the places of several strings in order, the longest at each, without those that overlap the one before."""
    if len(each) == 1:
        places, length = each[0]
        spans = [(at, at + length) for at in places]
    else:
        spans = sorted(((at, at + length) for places, length in each for at in places), key=lambda s: (s[0], -s[1]))
    kept: Stretches = []
    end = 0
    for span in spans:
        if span[0] >= end:
            kept.append(span)
            end = span[1]
    return kept


def _lines_of(text: str | bytes, spans: Stretches) -> Iterator[LineSpans]:
    """Group places by their lines."""
    feed: str | bytes = "\n" if isinstance(text, str) else b"\n"
    start = end = -1
    held: Stretches = []
    for first, last in spans:
        if first >= end:
            if held:
                yield LineSpans(start, end, held)
            start = text.rfind(feed, 0, first) + 1  # type: ignore[arg-type]
            end = text.find(feed, last)  # type: ignore[arg-type]
            end = len(text) if end < 0 else end
            held = []
        held.append((first - start, last - start))
    if held:
        yield LineSpans(start, end, held)
