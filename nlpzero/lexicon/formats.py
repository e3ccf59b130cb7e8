r"""How word lists are written (词表格式): one reader for all of them.

The first line tells whether the file is a table, and each other line how it is written itself:

- a table with columns for words and counts, such as ``nlpzero discover`` writes, in tsv, csv or jsonl; the columns are
  called ``word`` and ``count``, or 词语 and 词频, or by another of `WORD_NAMES` and `COUNT_NAMES`;
- ``word``, ``word count`` or ``word count tag``, as in jieba's dictionaries, with blanks, tabs or commas between; a
  word without a count, also with a tag (small Latin letters), counts 1; what stands after a count is ignored.

A word with blanks in it needs a tab or a comma before its count. A line of punctuation only is a word itself.
"""

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from ..errors import LexiconError
from ..reading.corpus import read_lines

FORMS = "a word list has lines 'word count', or the columns word and count of a table"
MOST = 2**63 - 1
"""The greatest sum of counts."""
WORD_NAMES = ("word", "words", "token", "词语", "词", "单词", "词条", "詞語", "詞")
COUNT_NAMES = ("count", "counts", "freq", "frequency", "词频", "频次", "频数", "次数", "计数", "詞頻")
TAG = re.compile("[a-z]+")
SURROGATE = re.compile("[\ud800-\udfff]")


class Entry(NamedTuple):
    """A word of a list: the line it stands in, the word, and how often it occurs."""

    line: int
    word: str
    times: int


Fields = tuple[str, str]
"""A word and its count, as they are written."""


def read_entries(path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> Iterator[Entry]:
    """Read the words of a list, packed or not, with their counts.

    Raises
    ------
    CorpusError
        For a file that cannot be read.
    LexiconError
        With file and line, for a line in no known form.
    """
    source = os.fspath(path)
    read: Callable[[str], Fields] | None = None
    for number, line in enumerate(read_lines(path, encoding, errors), 1):
        if not line or line.isspace():
            continue
        try:
            if read is None:
                read, is_header = _form(line)
                if is_header:
                    continue
            word, count = read(line)
        except (IndexError, KeyError, TypeError, ValueError, RecursionError, csv.Error):
            raise LexiconError(
                f"{source}: line {number}: {line[:40]!r} is not an entry; {FORMS}", source, number
            ) from None
        yield entry_of(source, number, word, count)


def entry_of(source: str, line: int, word: str, count: str) -> Entry:
    """Make an entry of what is written.

    Raises
    ------
    LexiconError
        For an empty word, one that no line of text can hold, or what is no count.
    """
    fault = None
    if not word:
        fault = "there is no word"
    elif "\n" in word or SURROGATE.search(word):
        fault = f"{word[:40]!r} is no word: it holds a line feed or half of a character"
    elif not count.isdecimal() or len(count) > 19 or not (number := int(count)):
        shown = count if len(count) <= 40 else count[:40] + "..."
        fault = f"{shown!r} is not a count, which is a whole number from 1"
    if fault is not None:
        raise LexiconError(f"{source}: line {line}: {fault}; {FORMS}", source, line)
    return Entry(line, word, number)


def read_words(path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> frozenset[str]:
    """Read the words of a list that may be empty, such as one of stop words (停用词).

    Raises
    ------
    CorpusError, LexiconError
        As `read_entries` does.
    """
    return frozenset(entry.word for entry in read_entries(path, encoding, errors))


def read_column(
    path: str | os.PathLike[str], column: str, encoding: str = "utf-8", errors: str = "strict"
) -> Iterator[tuple[str, float]]:
    """Read a column of numbers beside the words of a table; rows without a number are left out.

    Raises
    ------
    LexiconError
        If the file is no table with this column.
    """
    source = os.fspath(path)
    names: list[str] | None = None
    separator = "\t"
    for number, line in enumerate(read_lines(path, encoding, errors), 1):
        if not line or line.isspace():
            continue
        try:
            if line.startswith('{"'):
                row = json.loads(line)
            elif names is None:
                separator = "\t" if "\t" in line else ","
                names = [name.strip().lower() for name in _split(separator, line)]
                if column not in names:
                    raise LexiconError(f"{source}: has no column {column}; nlpzero discover --new writes one", source)
                continue
            else:
                row = dict(zip(names, _split(separator, line), strict=True))
            word = next(row[name] for name in WORD_NAMES if name in row)
            if row[column] not in ("", None):
                yield str(word), float(row[column])
        except (KeyError, TypeError, ValueError, StopIteration, csv.Error):
            raise LexiconError(f"{source}: line {number}: has no word and {column}", source, number) from None


def _form(first: str) -> tuple[Callable[[str], Fields], bool]:
    """Tell from the first line how to read the others, and whether it is itself a line of column names."""
    if first.startswith('{"'):
        return _read_json, False
    for separator in "\t", ",":
        if separator in first:
            names = [name.strip().lower() for name in _split(separator, first)]
            word, count = (next((i for i, name in enumerate(names) if name in known), None) for known in NAMES)
            if word is not None and count is not None:
                return partial(_read_row, separator, word, count), True
    return _read_line, False


NAMES = (frozenset(WORD_NAMES), frozenset(COUNT_NAMES))


def _split(separator: str, line: str) -> list[str]:
    """Split a row of a table."""
    line = line.removesuffix("\r")
    return line.split(separator) if separator == "\t" else next(csv.reader([line], strict=True))


def _read_row(separator: str, word: int, count: int, line: str) -> Fields:
    """Read a row of a table."""
    row = _split(separator, line)
    return row[word].strip(), row[count].strip()


def _read_json(line: str) -> Fields:
    """Read ``{"word": ..., "count": ...}``."""
    row = json.loads(line)
    word, count = (next((row[name] for name in names if name in row), None) for names in (WORD_NAMES, COUNT_NAMES))
    if not isinstance(word, str) or count is None:
        raise ValueError
    return word.strip(), str(count)


def _read_line(line: str) -> Fields:
    """Read ``word [count] [tag]`` with tabs, blanks or commas between."""
    fields = line.strip().split("\t")
    if len(fields) == 1 and "," in line and any(map(str.isalnum, line)):
        fields = _split(",", line.strip())
    if len(fields) > 1 and fields[1].strip().isdecimal():
        return fields[0].strip(), fields[1].strip()
    word, *more = line.split()
    if not more and len(fields) > 1:
        word, *more = (field.strip() for field in fields)
    if not more or (len(more) == 1 and TAG.fullmatch(more[0])):
        return word, "1"
    return word, more[0]
