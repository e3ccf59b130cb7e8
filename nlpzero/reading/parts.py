"""Parts of a corpus (语料的部分): blocks of lines, and extents of plain files, read where they are worked on."""

import os
import sys
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ..errors import CorpusError
from ..text.views import TextView
from .encoding import too_long, undecodable
from .lines import last_start, lines_before, next_start


class Block(NamedTuple):
    """Some whole lines of one source: `text` as in the input, line ends included, from the 1-based `line` on.

    `own` tells whether the lines are of the shard that is read: see `Corpus.blocks`. `view` is how the text is read.
    `numbers` are those of the lines in the source, where they do not follow each other.
    """

    source: str
    line: int
    text: str
    own: bool = True
    view: TextView | None = None
    numbers: tuple[int, ...] = ()

    def numbered_lines(self) -> Iterator[tuple[int, str]]:
        """Give the lines as they are read, each with its number in the source."""
        if self.view is None and not self.numbers:
            yield from enumerate(self.text.removesuffix("\n").split("\n"), self.line)
            return
        start = at = 0
        for line in text_of(self).removesuffix("\n").split("\n"):
            yield self.number(at), line
            end = start + len(line) + 1
            at += self.text.count("\n", start, end)
            start = end

    def number(self, at: int) -> int:
        """Give the number in the source of one of the lines, counted from 0."""
        return self.numbers[at] if self.numbers else self.line + at


class Extent(NamedTuple):
    """Some whole lines of one file, to be read by `text_of`: its bytes from `start` to `end`, in `encoding`.

    `size` and `mtime` (in ns) are those of the whole file; `source` is what messages call it.
    """

    source: str
    path: str
    start: int
    end: int
    size: int
    mtime: int
    encoding: str
    view: TextView | None = None


Part = Block | Extent
"""Some whole lines of one source."""


class Stamp(NamedTuple):
    """What tells a file from what it was before: its size, and its time of modification in ns."""

    size: int
    mtime: int


class Span(NamedTuple):
    """The place of a shard in an input: it has the lines that start from byte `low` on and before `high`."""

    low: int
    high: int


WHOLE = Span(0, sys.maxsize)


def text_of(part: str | Part) -> str:
    """Give the text of a part of a corpus, as it is to be read (see `nlpzero.reading.options.Reading`).

    It has as many characters as `source_text`, and each is at the same place.

    Raises
    ------
    CorpusError
        As `source_text` does.

    Examples
    --------
    >>> text_of("长江"), text_of(Block("rivers.txt", 1, "黄河Ａ", view=TextView(fold=("width",))))
    ('长江', '黄河A')
    """
    text = source_text(part)
    return text if isinstance(part, str) or part.view is None else part.view(text)


def units_text(part: str | Part) -> str:
    """Give the text of a part as `text_of` does, without what is kept whole: where words are not known yet."""
    text = source_text(part)
    return text if isinstance(part, str) or part.view is None else part.view.for_units(text)


def source_text(part: str | Part) -> str:
    """Give the text of a part of a corpus as it stands in the source; text that is there already is given as it is.

    Raises
    ------
    CorpusError
        For an extent whose file is not what it was, cannot be read, or holds a byte that is not in the encoding: just
        as reading the file from its start would.

    Examples
    --------
    >>> source_text("长江"), source_text(Block("rivers.txt", 1, "黄河"))
    ('长江', '黄河')
    """
    if isinstance(part, str):
        return part
    if isinstance(part, Block):
        return part.text
    data = source_bytes(part)
    try:
        return data.decode(part.encoding)
    except UnicodeDecodeError as error:
        newline = "\n".encode(part.encoding)
        with open(part.path, "rb") as file:
            before = lines_before(file, newline, part.start)
        raise undecodable(data, error.start, part.encoding, part.source, 1 + before, part.start) from None


def source_bytes(part: Extent) -> bytes:
    """Read the bytes of an extent, whatever they are.

    Raises
    ------
    CorpusError
        If the file is not what it was, or cannot be read.
    """
    stamp = Stamp(part.size, part.mtime)
    if stamp_of(part.path, part.source) != stamp:
        raise changed(part.source)
    try:
        with open(part.path, "rb") as file:
            file.seek(part.start)
            data = file.read(part.end - part.start)
    except OSError as error:
        raise CorpusError(f"{part.source}: {error.strerror}", part.source) from None
    if stamp_of(part.path, part.source) != stamp or len(data) != part.end - part.start:
        raise changed(part.source)
    return data


def part_bytes(part: Part) -> int:
    """Give the number of bytes of a part, in UTF-8 if it is text already."""
    return part.end - part.start if isinstance(part, Extent) else len(part.text.encode())


def extents(file: BinaryIO, plain: Extent, size: int, span: Span, limit: int) -> Iterator[Extent]:
    """Cut a plain file where `nlpzero.reading.lines.cut_lines` would."""
    newline = "\n".encode(plain.encoding)
    start, stop = section(file, plain, span)
    while start < stop:
        end = stop
        if stop - start >= size:
            last = last_start(file, newline, start, start + size)
            end = last if last > start else next_start(file, newline, start + size + 1, min(stop, start + limit + 1))
            if end - start > limit:
                raise too_long(plain.source, 1 + lines_before(file, newline, start), limit)
        yield plain._replace(start=start, end=end)
        start = end


def section(file: BinaryIO, plain: Extent, span: Span) -> tuple[int, int]:
    """Find where the lines of a shard start and end in a plain file."""
    newline = "\n".encode(plain.encoding)
    start, stop = (
        plain.start if at <= plain.start else next_start(file, newline, at, plain.end) if at < plain.end else plain.end
        for at in span
    )
    return start, stop


def stamp_of(path: str, source: str) -> Stamp:
    """Look at a file as it is now."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise CorpusError(f"{source}: {error.strerror}", source) from None
    return Stamp(status.st_size, status.st_mtime_ns)


def changed(source: str) -> CorpusError:
    """Make the error for a file that is not what it was."""
    return CorpusError(f"{source}: changed while it was read; run again", source)
