"""What a file is, and what made it."""

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from ..core.archive import check_sums, describe_archive
from ..errors import CorpusError, ModelError, NlpZeroError
from ..lexicon.lexicon import Lexicon
from ..reading.corpus import Corpus
from ..vectors.formats import ErrorHandling, ForeignVectors, read_foreign

TABLES = {"word": "words", "template": "templates", "items": "item sets", "antecedent": "rules"}
"""What a table of nlpzero holds, by its first column."""

_LISTED = re.compile(r"\S+[ \t]+[0-9]+(?:[ \t]+[a-z]+)?\s*")
_ROW = re.compile(r".*[ \t][-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?\s*")


@dataclass(frozen=True)
class FileDescription:
    """What is known of a file (文件说明).

    Attributes
    ----------
    path, kind : str
    size : int
        Bytes.
    format : int or None
        Version of the format of that kind; None for files that have none.
    nlpzero : str or None
        The version that wrote it.
    lengths : dict of str to int
        How many words, pairs, dimensions ... it holds.
    made : dict
        What made it: options, figures of the corpus.
    arrays : dict of str to (str, list of int)
        Type and shape of each array.
    columns : list of str
        Of a table.
    """

    path: str
    kind: str
    size: int
    format: int | None = None
    nlpzero: str | None = None
    lengths: dict[str, int] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, tuple[str, list[int]]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)


def describe(
    path: str | os.PathLike[str], *, encoding: str = "utf-8", errors: ErrorHandling = "strict"
) -> FileDescription:
    """Tell what a file is and what made it (文件说明): any file that nlpzero writes, a word list, vectors.

    The sums of a model file are checked on the way, and tables and vectors of other programs are read through.

    Parameters
    ----------
    path : path
    encoding : str
        Of tables, word lists and vectors in text.
    errors : {"strict", "replace", "skip"}
        What becomes of rows of vectors that are none: see `nlpzero.vectors.store.Vectors.load`.

    Raises
    ------
    ModelError, LexiconError, CorpusError
        If it cannot be read, is damaged, or is none of these.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder, "words.tsv")
    ...     _ = table.write_text("word\\tcount\\n山药\\t5\\n板栗\\t3\\n", "utf-8")
    ...     found = describe(table)
    >>> found.kind, found.lengths
    ('table of words', {'rows': 2, 'count': 8})
    """
    source = os.fspath(path)
    found = describe_archive(source)
    if found is not None:
        check_sums(found)
        # The sums that worker processes look at say nothing to a reader.
        made = {name: value for name, value in found.made.items() if name != "checks"}
        arrays = {name: (np.dtype(one.type).name, list(one.shape)) for name, one in found.arrays.items()}
        return FileDescription(source, found.kind, found.size, found.format, found.nlpzero, found.lengths, made, arrays)
    size = os.path.getsize(source)
    first = _first_line(source, encoding)
    columns = _columns(first)
    if columns and columns[0] in TABLES:
        return _table(source, size, encoding, columns)
    if _LISTED.fullmatch(first) and not first.split()[0].isdigit():
        lexicon = Lexicon.from_file(source, encoding)
        return FileDescription(source, "word list", size, lengths={"words": len(lexicon), "count": lexicon.total})
    if first and not _ROW.fullmatch(first):
        raise _foreign(source)
    vectors = _vectors(source, encoding, errors)
    lengths = {"words": len(vectors.words), "dim": vectors.matrix.shape[1]}
    for name, number in (("skipped", vectors.skipped), ("replaced", vectors.replaced)):
        if number:
            lengths[name] = number
    return FileDescription(source, "word vectors of another program", size, lengths=lengths)


def _foreign(source: str) -> ModelError:
    """Make the error for a file that is nothing nlpzero knows."""
    return ModelError(
        f"{source}: is no file that nlpzero made, and neither a word list nor word vectors; "
        "text is what the other commands read"
    )


def _first_line(source: str, encoding: str) -> str:
    """Give the first line of a text that is not blank; "" for what is no text."""
    try:
        with Corpus([source], encoding=encoding) as corpus:
            return next((line for line in corpus.lines() if line.strip()), "")
    except CorpusError:
        return ""


def _columns(line: str) -> list[str]:
    """Give the names of columns that a first line may hold."""
    if line.startswith('{"'):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return []
        return list(row) if isinstance(row, dict) else []
    return next(csv.reader([line], delimiter="\t" if "\t" in line else ",", strict=False), []) if line else []


def _table(source: str, size: int, encoding: str, columns: list[str]) -> FileDescription:
    """Describe a table by its rows."""
    rows = total = 0
    with Corpus([source], encoding=encoding) as corpus:
        try:
            for row in _rows(corpus.lines()):
                rows += 1
                if "count" in columns:
                    total += int(row["count"])
        except (csv.Error, ValueError, KeyError, TypeError, RecursionError):
            raise ModelError(f"{source}: row {rows}: has not the columns of the first line; make it again") from None
    lengths = {"rows": rows, "count": total} if "count" in columns else {"rows": rows}
    return FileDescription(source, f"table of {TABLES[columns[0]]}", size, lengths=lengths, columns=columns)


def _rows(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Read the rows of a table in tsv, csv or jsonl."""
    first = next(lines)
    if first.startswith('{"'):
        yield from map(json.loads, chain([first], filter(str.strip, lines)))
    elif "\t" in first:
        names = first.rstrip("\r").split("\t")
        for line in lines:
            yield dict(zip(names, line.rstrip("\r").split("\t"), strict=True))
    else:
        yield from csv.DictReader(chain([first], lines), strict=True)


def _vectors(source: str, encoding: str, errors: ErrorHandling) -> ForeignVectors:
    """Read vectors of another program."""
    try:
        return read_foreign(source, encoding, errors)
    except NlpZeroError as error:
        if "these are no vectors" in str(error):
            raise _foreign(source) from None
        raise
