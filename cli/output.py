"""What a command writes: to standard output or, all at once, to a file."""

import contextlib
import csv
import io
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import click

from .messages import printable
from .terminal import ROWS, Grid, Terminal, is_dialogue, is_terminal
from .values import is_given, option, reads_input

if TYPE_CHECKING:
    import numpy.typing as npt


class TextFile(Protocol):
    """What takes text: a file, or a terminal."""

    def write(self, text: str, /) -> int: ...

    def writelines(self, lines: Iterable[str], /) -> None: ...


class ByteFile(Protocol):
    """What takes UTF-8 text as bytes: a file, or a terminal."""

    def write(self, data: bytes, /) -> int: ...

    def writelines(self, lines: Iterable[bytes], /) -> None: ...


class _TerminalBytes:
    """A terminal that is given bytes."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, data: bytes) -> int:
        self._terminal.write(data.decode("utf-8", "replace"))
        return len(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)
            self._terminal.flush()


MANY = 250
"""Rows from which on array code is faster."""

_TSV_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@contextlib.contextmanager
def open_bytes(path: str) -> Iterator[ByteFile]:
    """Open a file, or standard output for '-', for bytes.

    Open it before the work begins, and a place that cannot be written is known at once (`open_whole`).
    """
    if path == "-":
        sys.stdout.flush()
        if is_terminal():
            yield _TerminalBytes(Terminal(sys.stdout))
        else:
            yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from nlpzero.core.files import open_whole

    with open_whole(path) as file:
        yield file


@contextlib.contextmanager
def open_output(path: str) -> Iterator[TextFile]:
    r"""Open a place as `open_bytes` does, for UTF-8 text with \n whatever the locale."""
    if path == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
        if is_terminal():
            terminal = Terminal(sys.stdout)
            yield terminal
            terminal.close()
        else:
            yield sys.stdout
            sys.stdout.flush()
        return
    from nlpzero.core.files import open_whole

    with (
        open_whole(path) as file,
        io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="\n") as text,
    ):
        yield text


class Table:
    r"""Writes rows as tsv, csv or jsonl, after a line of column names unless `header` is false.

    Numbers with a fraction have 4 decimals in tsv and csv, and all of theirs in jsonl. None and numbers that are not
    finite are an empty field, in jsonl null. In tsv a tab, line feed, carriage return or backslash inside a value is
    written \t, \n, \r or \\, so that every row stays one line; csv quotes as usual.
    """

    def __init__(self, file: TextFile, columns: Sequence[str], output_format: str = "tsv", header: bool = True) -> None:
        self.form = output_format
        self._columns = columns
        self._file = file
        self._grid: Grid | None = None
        writers: dict[str, Callable[[Sequence[Any]], None]] = {"tsv": self._tsv, "csv": self._csv, "jsonl": self._jsonl}
        if isinstance(file, Terminal) and not is_given("form"):
            self._grid = Grid(file, None if is_given("top") else ROWS, at_once=is_dialogue() and reads_input())
            writers["tsv"] = self._aligned
        self._write = writers[output_format]
        self._csv_writer = csv.writer(file, lineterminator="\n")
        if header and output_format != "jsonl":
            if self._grid is not None:
                self._grid.head(columns)
            else:
                self._write(columns)

    def write(self, values: Sequence[Any]) -> None:
        """Write one row: a value for each column."""
        if len(values) != len(self._columns):
            raise ValueError(f"{len(values)} values for {len(self._columns)} columns")
        self._write([None if isinstance(v, float) and not math.isfinite(v) else v for v in values])

    def write_columns(self, columns: "Sequence[Sequence[Any] | npt.NDArray[Any]]") -> None:
        """Write many rows, given column by column: several times as fast as row by row where columns are numbers."""
        if self._write == self._tsv and len(columns[0]) >= MANY:
            from nlpzero.text.rows import numbers, rows_of
            from nlpzero.text.strings import StringArray

            text = StringArray.of_strings
            shown = [numbers(one) if _are_numbers(one) else text(_tsv_fields([*one])) for one in columns]
            self._file.write(rows_of(shown))
        else:
            lists = (column if isinstance(column, Sequence) else column.tolist() for column in columns)
            for row in zip(*lists, strict=True):
                self.write(row)

    def _aligned(self, values: Sequence[Any]) -> None:
        assert self._grid is not None
        self._grid.write([printable(_shown(value)) for value in values])

    def _tsv(self, values: Sequence[Any]) -> None:
        self._file.write("\t".join(map(_tsv_field, values)) + "\n")

    def _csv(self, values: Sequence[Any]) -> None:
        self._csv_writer.writerow([_shown(v) for v in values])

    def _jsonl(self, values: Sequence[Any]) -> None:
        row = dict(zip(self._columns, values, strict=True))
        self._file.write(json.dumps(row, ensure_ascii=False, default=lambda v: v.item()) + "\n")


def _shown(value: Any) -> str:
    """Write a value as a field of tsv or csv."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:z.4f}" if isinstance(value, float) else str(value)


def _tsv_field(value: Any) -> str:
    """Write a value as a field of tsv."""
    return _shown(value).translate(_TSV_ESCAPES)


def _tsv_fields(column: Sequence[Any]) -> Sequence[str]:
    """Write values as fields of tsv; texts in which nothing needs an escape are left as they are."""
    if set(map(type, column)) == {str}:
        text = "".join(column)
        if not any(character in text for character in "\\\t\n\r"):
            return column
    return [_tsv_field(v) for v in column]


def _are_numbers(column: "Sequence[Any] | npt.NDArray[Any]") -> bool:
    """Tell whether all values are fractions, or all are whole numbers of 64 bits."""
    if not isinstance(column, Sequence):
        return True
    kinds = set(map(type, column))
    return kinds == {float} or (kinds == {int} and max(column) < 1 << 63 and min(column) > -(1 << 63))


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Where a command writes."""

    section: ClassVar[str] = "Writing"

    output: str = option(
        "-o", "--output", default="-", metavar="FILE", help="Write here. The file appears when it is complete."
    )

    def open(self) -> contextlib.AbstractContextManager[TextFile]:
        """Open the place for text."""
        return open_output(self.output)


def _negated(_ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    """Turn a flag that takes something away into whether it is there."""
    return not value


@dataclass(frozen=True, kw_only=True)
class TableOptions(FileOptions):
    """Where and in what form a command writes its table."""

    form: str = option("--format", type=click.Choice(["tsv", "csv", "jsonl"]), default="tsv", help="Form of the table.")
    header: bool = option("--no-header", is_flag=True, callback=_negated, help="Leave out the line of column names.")

    @property
    def is_seen(self) -> bool:
        """Whether the table is shown on a terminal, in the form that is meant for that."""
        return self.output == "-" and is_terminal() and not is_given("form")

    def table(self, file: TextFile, columns: Sequence[str]) -> Table:
        """Begin a table."""
        return Table(file, columns, self.form, self.header)
