"""Standard output on a terminal: no control characters, and tables that fit: aligned, the first rows only."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from .messages import ESCAPES, clear_bars

ROWS = 30
"""Rows of a table that are shown where it is not said how many."""

_ESCAPES = {code: text for code, text in ESCAPES.items() if code not in (9, 10)}
"""What is spelled on a terminal: lines and tabs stay."""


class Terminal:
    """Text output on a terminal; what ends it can be put off until everything is written."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ends: list[Callable[[], None]] = []

    def write(self, text: str) -> int:
        """Write text without control characters, and without a bar in the way."""
        clear_bars()
        return self._file.write(text.translate(_ESCAPES))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Let everything be seen."""
        self._file.flush()

    def at_end(self, function: Callable[[], None]) -> None:
        """Call a function when everything is written."""
        self._ends.append(function)

    def close(self) -> None:
        """End the tables: no more rows come."""
        for function in self._ends:
            function()
        self._ends.clear()
        self.flush()


class Grid:
    """Rows of a table, aligned by what characters take on a terminal.

    Parameters
    ----------
    terminal : Terminal
    limit : int or None
        Rows that are shown; the last line says how many more there are.
    at_once : bool
        Whether each row is written when it comes, for someone who asks one question after the other.
    """

    def __init__(self, terminal: Terminal, limit: int | None, at_once: bool = False) -> None:
        self._terminal = terminal
        self._limit = limit
        self._at_once = at_once
        self._held: list[Sequence[str]] = []
        self._widths: list[int] = []
        self._right: list[bool] = []
        self._header: Sequence[str] | None = None
        self._rows = 0
        terminal.at_end(self._end)

    def head(self, names: Sequence[str]) -> None:
        """Give the column names."""
        self._header = names

    def write(self, fields: Sequence[str]) -> None:
        """Give a row."""
        self._rows += 1
        if self._limit is not None and self._rows > self._limit:
            return
        self._held.append(fields)
        if self._at_once or len(self._held) == ROWS:
            self._show()
        if self._at_once:
            self._terminal.flush()

    def _show(self) -> None:
        """Write the rows that are held, as wide as the widest up to now."""
        head = [self._header] if self._header is not None else []
        rows = [*head, *self._held]
        if not rows:
            return
        widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
        self._widths = [max(pair) for pair in zip(widths, self._widths, strict=True)] if self._widths else widths
        if not self._right:
            self._right = [all(map(_is_number, column)) for column in zip(*self._held, strict=True)]
            self._right = self._right or [False] * len(widths)
        self._terminal.writelines([self._line(row) + "\n" for row in rows])
        self._header = None
        self._held.clear()

    def _line(self, row: Sequence[str]) -> str:
        """Write one row; the last column is not filled up."""
        fields = [
            " " * (full - width(field)) + field if right else field + " " * (full - width(field))
            for field, full, right in zip(row, self._widths, self._right, strict=True)
        ]
        return "  ".join(fields).rstrip()

    def _end(self) -> None:
        """Write what is left, and how much is not shown."""
        self._show()
        if self._limit is not None and self._rows > self._limit:
            self._terminal.write(f"… {self._rows - self._limit:,} more; write to a file or pipe for all\n")


def width(text: str) -> int:
    """Count the cells that a text takes on a terminal: two for a Chinese character, none for a combining mark.

    >>> width("山a"), width("e\u0301")
    (3, 1)
    """
    if text.isascii():
        return len(text)
    from nlpzero.text.display import cells

    return cells(text)


def _is_number(field: str) -> bool:
    """Tell whether a field is a number or empty."""
    return not field or field.lstrip("-").replace(".", "", 1).replace("e-", "", 1).isdecimal()


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def is_dialogue() -> bool:
    """Tell whether someone types at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()
