"""Lines as bytes: where they start and end in a text of any encoding, before it is decoded."""

import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

READ = 1 << 16
"""Bytes read at a time."""
MAX_LINE = 32 << 20
"""Bytes of the longest line by default: with what it takes to work on it, 2 GB."""


class LongLine(Exception):
    """A line is longer than the limit: the one after `lines` others, where that is known."""

    def __init__(self, lines: int | None = None) -> None:
        super().__init__(lines)
        self.lines = lines


def cut_lines(
    chunks: Iterable[bytes | bytearray], newline: bytes, size: int, limit: int = sys.maxsize
) -> Iterator[bytearray]:
    """Join chunks and cut them after the last line end within `size` bytes, or else after the first one.

    Raises
    ------
    LongLine
        For a line of more than `limit` bytes, which is at least `size`; it is the first of the block that would follow.
    """
    data = bytearray()
    searched = 0  # no line ends before here
    for chunk in chunks:
        data += chunk
        while len(data) >= size:
            end = line_start(data, newline, size) if searched < size else 0
            end = end or line_end(data, newline, searched)
            if (end or len(data)) > limit:
                raise LongLine
            if not end:
                searched = max(0, len(data) - len(newline) + 1)
                break
            yield data[:end]
            del data[:end]
            searched = 0
    if data:
        yield data


def split_at(blocks: Iterable[bytearray], newline: bytes, low: int, high: int) -> Iterator[tuple[bool, bytearray]]:
    """Cut blocks of whole lines at the first lines that start at `low` and at `high`; tell which are between.

    Raises
    ------
    LongLine
        As reading the blocks does, with the number of lines before.
    """
    length = lines = 0
    try:
        for data in blocks:
            begin, end = (first_start(data, newline, target - length) for target in (low, high))
            length += len(data)
            lines += count_lines(data, newline)
            for inside, piece in ((False, data[:begin]), (True, data[begin:end]), (False, data[end:])):
                if piece:
                    yield inside, piece
    except LongLine:
        raise LongLine(lines) from None


def line_start(data: bytes | bytearray, newline: bytes, stop: int) -> int:
    """Find where the last line that starts at or before `stop` does."""
    at = data.rfind(newline, 0, stop)
    while at >= 0 and at % len(newline):  # across two characters of two or four bytes
        at = data.rfind(newline, 0, at + len(newline) - 1)
    return at + len(newline) if at >= 0 else 0


def line_end(data: bytes | bytearray, newline: bytes, start: int) -> int:
    """Find the end of the first line that ends after `start`; 0 where none does."""
    at = data.find(newline, start)
    while at >= 0 and at % len(newline):
        at = data.find(newline, at + 1)
    return at + len(newline) if at >= 0 else 0


def count_lines(data: bytes | bytearray, newline: bytes) -> int:
    """Count the line ends."""
    if len(newline) == 1:
        return data.count(newline)
    lines = at = 0
    while at := line_end(data, newline, at):
        lines += 1
    return lines


def first_start(data: bytes | bytearray, newline: bytes, target: int) -> int:
    """Find where the first line that starts at `target` or later does in whole lines; their end where none does."""
    return (line_end(data, newline, max(0, target - len(newline))) or len(data)) if target > 0 else 0


def last_start(file: BinaryIO, newline: bytes, start: int, stop: int) -> int:
    """Find where the last line that starts from `start` (itself a line's) to `stop` does, reading backwards."""
    for at in reversed(range(start, stop, READ)):
        data = read_at(file, at, min(at + READ, stop))
        if found := line_start(data, newline, len(data)):
            return at + found
    return start


def next_start(file: BinaryIO, newline: bytes, target: int, stop: int) -> int:
    """Find where the first line that starts at `target` or later does; `stop` where none does before."""
    first = max(0, target - len(newline))  # the last line end that is too early is before here
    for at in range(first // len(newline) * len(newline), stop, READ):
        if found := line_end(read_at(file, at, min(at + READ, stop)), newline, max(0, first - at)):
            return at + found
    return stop


def read_at(file: BinaryIO, start: int, stop: int) -> bytes:
    """Read the bytes from `start` to `stop`."""
    file.seek(start)
    return file.read(stop - start)


def lines_before(file: BinaryIO, newline: bytes, start: int) -> int:
    """Count the line ends before a place in a file."""
    cells = (read_at(file, at, min(at + READ, start)) for at in range(0, start, READ))
    return sum(count_lines(cell, newline) for cell in cells)
