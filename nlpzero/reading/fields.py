"""Fields (字段): the columns of csv and tsv, and the keys of JSON lines, that hold the text."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ..errors import CorpusError
from .parts import Block

_RETURN = re.compile(r"[^\r\n]*(?:\r?\n|\r(?!\n))")
_BREAK = re.compile(r"\r\n|[\r\n]")
LONGEST = 1 << 30
"""Characters of a field, at most; how csv is read must not depend on what others asked of Python's module."""


class RecordLines:
    """The lines of a source for a csv reader, and where the record that it reads begins.

    A carriage return ends a line of csv as well.

    Attributes
    ----------
    number : int
        The line (up to a line feed) that the record begins in.
    is_own, is_first : bool
        Whether that is a line of this shard, and whether the record is the first one.
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = blocks
        self.number, self.is_own, self.is_first, self._is_new = 1, True, True, True

    def end_record(self) -> None:
        """Let the next line begin a record."""
        self.is_first, self._is_new = False, True

    def __iter__(self) -> Iterator[str]:
        for block in self._blocks:
            for at, line in enumerate(block.text.removesuffix("\n").split("\n")):
                for piece in _RETURN.findall(line + "\n") if "\r" in line else (line + "\n",):
                    if self._is_new:
                        self.number, self.is_own, self._is_new = block.number(at), block.own, False
                    yield piece


def field_blocks(blocks: Iterable[Block], fields: Sequence[str | int], size: int) -> Iterator[Block]:
    r"""Give some fields of records as text, a line for each.

    JSON lines are told by ``{`` at the start of the file, tsv by a tab in its first line; other text is csv. Line ends
    in a field become blanks.

    Parameters
    ----------
    blocks : iterable of Block
        Those that are not `own` hold the records of other shards.
    fields : names, or numbers from 1
    size : int
        Characters of a block that is given.

    Raises
    ------
    CorpusError
        With the line, for a record that has not the field, or is no record.

    Examples
    --------
    >>> [block] = field_blocks([Block("a.csv", 1, 'no,text\n1,"水,\n涨"\n2,船\n')], ["text"], 100)
    >>> block.text, block.numbers
    ('水, 涨\n船\n', (2, 4))
    """
    for source, some in groupby(blocks, key=lambda block: block.source):
        texts: list[str] = []
        numbers: list[int] = []
        held = 0
        for number, values in _records(source, some, fields):
            for value in values:
                texts.append(_BREAK.sub(" ", value) + "\n")
                numbers.append(number)
                held += len(texts[-1])
            if held >= size:
                yield Block(source, numbers[0], "".join(texts), numbers=tuple(numbers))
                texts, numbers, held = [], [], 0
        if texts:
            yield Block(source, numbers[0], "".join(texts), numbers=tuple(numbers))


def _records(source: str, blocks: Iterable[Block], fields: Sequence[str | int]) -> Iterator[tuple[int, list[str]]]:
    """Read the fields of each record of this shard, with its line."""
    iterator = iter(blocks)
    first = next((block for block in iterator), None)
    if first is None:
        return
    every = (block for some in ((first,), iterator) for block in some)
    if first.text.lstrip().startswith("{"):
        yield from _json_records(source, every, fields)
    else:
        separator = "\t" if "\t" in first.text.split("\n", 1)[0] else ","
        yield from field_rows(source, every, fields, separator)


def _json_records(source: str, blocks: Iterable[Block], fields: Sequence[str | int]) -> Iterator[tuple[int, list[str]]]:
    for block in blocks:
        if not block.own:
            continue
        for number, line in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            if line.strip():
                yield number, [_json_field(source, number, line, str(field)) for field in fields]


def _json_field(source: str, number: int, line: str, field: str) -> str:
    """Read a key of one line."""
    record: Any
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise CorpusError(f"{source}: line {number}: is not JSON", source, number) from None
    if not isinstance(record, dict) or field not in record:
        keys = ", ".join(record) if isinstance(record, dict) else "none"
        raise CorpusError(f"{source}: line {number}: has no field {field!r}; its keys: {keys}", source, number)
    value = record[field]
    if isinstance(value, list | dict):
        raise CorpusError(f"{source}: line {number}: field {field!r} is no text", source, number)
    text = "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")  # no lone surrogates


def field_rows(
    source: str, blocks: Iterable[Block], fields: Sequence[str | int], separator: str, header: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Read some columns of csv: give them with the line that their record begins in; names of columns are no record."""
    lines = RecordLines(blocks)
    header = header or any(isinstance(field, str) for field in fields)
    places = [field - 1 if isinstance(field, int) else -1 for field in fields]
    for row in csv_rows(source, lines, separator):
        if header and lines.is_first:
            names = [name.strip() for name in row]
            for at, field in enumerate(fields):
                if isinstance(field, str):
                    if field not in names:
                        message = f"{source}: line 1: has no field {field!r}; there are {', '.join(names)}"
                        raise CorpusError(message, source, 1)
                    places[at] = names.index(field)
            continue
        if not lines.is_own or not row:
            continue
        if max(places) >= len(row) or min(places) < 0:
            raise CorpusError(
                f"{source}: line {lines.number}: has {len(row)} fields, and no number {max(places) + 1}",
                source,
                lines.number,
            )
        yield lines.number, [row[place] for place in places]


def csv_rows(source: str, lines: RecordLines, separator: str) -> Iterator[list[str]]:
    """Read rows of csv; `lines` tells where each begins, until the next is asked for.

    Raises
    ------
    CorpusError
        For quotes that do not match.
    """
    before = csv.field_size_limit(LONGEST)
    try:
        for row in csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True):
            csv.field_size_limit(before)
            yield row
            csv.field_size_limit(LONGEST)
            lines.end_record()
    except csv.Error as error:
        number = lines.number
        raise CorpusError(f"{source}: line {number}: not csv ({error}); check the quotes", source, number) from None
    finally:
        csv.field_size_limit(before)
