"""Vectors in the text and binary formats of word2vec, fastText and GloVe.

Text files hold a word and its numbers a line, blanks between them, with or without a first line of two integers: how
many words, how many numbers. The numbers are the last `dim` fields, so that a word may hold white space of any kind;
lines end at line feeds only. Binary files begin with such a line; then each word is followed by a blank and by its
numbers as float32. Which of the two a file is, is told by its content; it may be packed (gz, bz2, xz, zst).
"""

import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import BinaryIO, Literal, NamedTuple

import numpy as np

from ..errors import CorpusError, ModelError
from ..reading.corpus import Corpus
from ..reading.encoding import check_encoding
from ..reading.inputs import opened, read_chunks
from ..reading.packing import unpack
from .characters import Matrix

FileKind = Literal["npz", "text", "glove", "binary"]
ErrorHandling = Literal["strict", "replace", "skip"]

ROWS = 1 << 13
"""Rows that are converted at a time."""
HEAD = 1 << 16
"""Bytes looked at to tell binary files from text; no word of a binary file is longer."""
DIMENSIONS = 1_000_000
"""No vector has more."""

_HEADER = re.compile(rb"\s*(\d{1,18}) (\d{1,9})\s*\n")
_NUMBER = re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_UNEVEN = re.compile(r"[^\S ]|  |^ | $")
"""White space that is more than one blank between two fields."""


class ForeignVectors(NamedTuple):
    """What was read of a file of another program: rows that were left out and characters that were replaced counted."""

    words: list[str]
    matrix: Matrix
    skipped: int
    replaced: int


def kind_by_suffix(path: str | os.PathLike[str]) -> FileKind:
    """Tell the kind of file that a name stands for.

    Raises
    ------
    ModelError
        If its suffix is none of .npz, .txt, .vec and .bin.

    Examples
    --------
    >>> kind_by_suffix("vectors.vec")
    'text'
    """
    kinds: dict[str, FileKind] = {".npz": "npz", ".txt": "text", ".vec": "text", ".bin": "binary"}
    kind = kinds.get(os.path.splitext(os.fspath(path))[1])
    if kind is None:
        raise ModelError(f"{os.fspath(path)}: its suffix is none of .npz, .txt, .vec and .bin; give it one of them")
    return kind


# Writing


def write_foreign(file: BinaryIO, kind: FileKind, words: Sequence[str], dim: int, parts: Iterable[Matrix]) -> None:
    """Write vectors, given in parts of `ROWS` rows.

    Raises
    ------
    ModelError
        If a word is empty or holds a blank or a line feed, or a number is not finite.
    """
    for number, word in enumerate(words, 1):
        if " " in word or "\n" in word or not word:
            raise ModelError(f"word {number}, {word!r}, holds a blank, which this format cannot keep; write npz")
    if kind != "glove":
        file.write(f"{len(words)} {dim}\n".encode())
    form = " ".join(["%.9g"] * dim)  # 9 digits give every float32 back
    for number, rows in enumerate(parts):
        if not np.isfinite(rows).all():
            word = words[number * ROWS + int(np.isfinite(rows).all(1).argmin())]
            raise ModelError(f"the vector of {word!r} holds a number that is not finite; leave it out")
        some = words[number * ROWS : number * ROWS + len(rows)]
        if kind == "binary":
            little = rows.astype("<f4")
            lines = (
                word.encode("utf-8", "surrogatepass") + b" " + row.tobytes()
                for word, row in zip(some, little, strict=True)
            )
            file.write(b"".join(line + b"\n" for line in lines))
        else:
            text = "".join(f"{word} {form % tuple(row)}\n" for word, row in zip(some, rows.tolist(), strict=True))
            file.write(text.encode("utf-8", "surrogatepass"))


# Reading


def read_foreign(source: str, encoding: str, errors: ErrorHandling, limit: int | None = None) -> ForeignVectors:
    """Read a file in any format of other programs; see `nlpzero.vectors.store.Vectors.load`.

    Raises
    ------
    ModelError, CorpusError
        As `Vectors.load` does.
    """
    if errors not in ("strict", "replace", "skip"):
        raise ModelError(f"`errors` is {errors!r}; it may be 'strict', 'replace' or 'skip'")
    check_encoding(encoding)
    with opened(source) as file:
        chunks = unpack(read_chunks(file, source), source)
        head = bytearray()
        while len(head) < HEAD and (chunk := next(chunks, b"")):
            head += chunk
        if _is_binary(head):
            binary = _BinaryReader(source, encoding, errors, limit)
            return binary.sifted(binary.read(head, chunks))
    text = _TextReader(source, encoding, errors, limit)
    return text.sifted(text.read())


def _is_binary(head: bytes | bytearray) -> bool:
    """Tell binary files from text by their header and their first row."""
    header = _HEADER.match(head)
    if header is None:
        return False
    dim, row = int(header[2]), head[header.end() :]
    line = row.partition(b"\n")[0].decode("latin-1").rstrip(" \r\t")
    if len(fields := line.rsplit(" ", dim)) > dim > 0 and all(map(_NUMBER.fullmatch, fields[1:])):
        return False
    end = row.find(b" ") + 1 + 4 * dim
    return row[end : end + 1] == b"\n" or re.search(rb"[\0-\x08\x0e-\x1f\x7f]", row[:end]) is not None


class _Reader:
    """What reading both formats has in common."""

    def __init__(self, source: str, encoding: str, errors: ErrorHandling, limit: int | None = None) -> None:
        self.source, self.encoding, self.errors = source, encoding, errors
        self.limit = sys.maxsize if limit is None else limit
        self.words: list[str] = []
        self.skipped = self.replaced = 0
        self._undecodable: list[int] = []
        self._last = 0
        """The last line of a text that is wanted."""

    def check_number(self, said: int) -> None:
        """Compare the number of words with what the header says."""
        if min(said, self.limit) != len(self.words) and self.errors != "skip":
            raise self.wrong_number(said, str(len(self.words)))

    def wrong_number(self, said: int, found: str) -> ModelError:
        """Make the error for another number of words than the header says."""
        return ModelError(
            f"{self.source}: its first line says {said} words, but {found} follow; "
            "if it is not cut off, `errors`='skip' takes what is there"
        )

    def sifted(self, matrix: Matrix) -> ForeignVectors:
        """Refuse or leave out words met before, and numbers that are not finite."""
        words, good = self.words, np.isfinite(matrix).all(1)
        if not good.all() and self.errors != "skip":
            word = words[int(good.argmin())]
            raise ModelError(
                f"{self.source}: the vector of {word!r} holds a number that is not finite; "
                "`errors`='skip' leaves it out"
            )
        first: dict[str, int] = {}
        for row in np.flatnonzero(good).tolist():
            first.setdefault(words[row], row)
        if len(first) < len(words):
            rows = np.fromiter(first.values(), np.intp, len(first))
            if self.errors != "skip":
                again = next(word for row, word in enumerate(words) if first[word] != row)
                raise ModelError(f"{self.source}: the word {again!r} occurs twice; `errors`='skip' keeps the first")
            self.skipped += len(words) - len(rows)
            words, matrix = list(first), matrix[rows]
        return ForeignVectors(words, matrix, self.skipped, self.replaced)


class _TextReader(_Reader):
    """Reads text."""

    def read(self) -> Matrix:
        """Read the whole file, or so many of its lines as are wanted: what follows them may be in any encoding."""
        try:
            return self._read("strict" if self.errors == "strict" else "replace")
        except CorpusError as error:
            if error.line is None or error.line <= self.limit:
                raise
            self.words = []  # the block in which it stands begins with lines that are wanted
            matrix = self._read("replace")
            if error.line <= self._last:
                raise
        self.replaced = 0
        return matrix

    def _read(self, decoding: Literal["strict", "replace"]) -> Matrix:
        """Read the lines that are wanted."""
        with Corpus([self.source], encoding=self.encoding, errors=decoding) as corpus:
            lines = enumerate(
                (line.rstrip(" \r\t") for block in corpus.blocks() for line in _lines_of(block.text)), 1
            )  # fastText leaves blanks at their ends
            first = next(lines, None)
            if first is None:
                raise ModelError(f"{self.source}: is empty")
            header = _HEADER.fullmatch(f"{first[1]}\n".encode("utf-8", "surrogatepass"))
            self._last = self.limit + (header is not None)
            rest = islice(lines if header else chain([first], lines), self.limit)
            parts: list[Matrix] = []
            dim = min(int(header[2]), DIMENSIONS) if header else 0
            while batch := list(islice(rest, ROWS)):
                if not dim:
                    dim = len(batch[0][1].split(" ")) - 1
                if dim < 1:
                    raise ModelError(
                        f"{self.source}: line {batch[0][0]}: no numbers after the word; these are no vectors"
                    )
                parts.append(self._numbers(batch, dim))
            self.replaced = corpus.replaced
        if header:
            self.check_number(int(header[1]))
        return np.concatenate(parts) if parts else np.empty((0, dim), np.float32)

    def _numbers(self, lines: list[tuple[int, str]], dim: int) -> Matrix:
        """Read the numbers of some lines, and add their words."""
        words, tails = [], []
        bad: list[int] = []
        for number, line in lines:
            word, _, tail = line.partition(" ")
            if tail.count(" ") != dim - 1 or not word:  # the word itself may hold blanks
                fields = line.rsplit(" ", dim)
                word, tail = (fields[0], " ".join(fields[1:])) if len(fields) > dim else ("", "")
            if not word or (self.errors == "skip" and "\ufffd" in word):
                bad.append(number)
                continue
            words.append(word)
            tails.append(tail)
        numbers = None if bad and self.errors != "skip" else _converted(tails, dim)
        if numbers is None:  # look which lines are to blame
            good = [len(fields := tail.split(" ")) == dim and all(map(_NUMBER.fullmatch, fields)) for tail in tails]
            left = set(bad)
            rest = [number for number, _ in lines if number not in left]
            bad += [number for number, is_good in zip(rest, good, strict=True) if not is_good]
            if bad and self.errors != "skip":
                raise ModelError(
                    f"{self.source}: line {min(bad)}: not a word and {dim} numbers with blanks between them; "
                    "`errors`='skip' leaves such lines out"
                )
            words = [word for word, is_good in zip(words, good, strict=True) if is_good]
            tails = [tail for tail, is_good in zip(tails, good, strict=True) if is_good]
            numbers = np.array([[float(field) for field in tail.split(" ")] for tail in tails], np.float32)
        self.words += words
        self.skipped += len(bad)
        return numbers.reshape(-1, dim)


def _lines_of(text: str) -> list[str]:
    """Give the lines of a block."""
    return text.removesuffix("\n").split("\n")


def _converted(tails: list[str], dim: int) -> Matrix | None:
    """Convert the numbers of many lines at once; None if some field is none."""
    joined = " ".join(tails)
    if not tails or _UNEVEN.search(joined):
        return None
    with warnings.catch_warnings(), suppress(ValueError):
        # Where a field is no number, older versions of NumPy stop and warn, newer ones raise.
        warnings.simplefilter("ignore", DeprecationWarning)
        numbers: Matrix = np.fromstring(joined, np.float32, sep=" ")
        if len(numbers) == dim * len(tails):
            return numbers
    return None


class _BinaryReader(_Reader):
    """Reads word2vec's binary format."""

    def read(self, data: bytearray, chunks: Iterator[bytes]) -> Matrix:
        """Read the whole file, whose beginning was read before."""
        header = _HEADER.match(data)
        assert header is not None  # or it would be read as text
        said, dim = int(header[1]), int(header[2])
        if not 0 < dim <= DIMENSIONS:
            raise ModelError(f"{self.source}: its first line says {dim} numbers a word; these are no vectors")
        size = 4 * dim
        del data[: header.end()]
        limit = self.limit if self.errors == "skip" else min(said, self.limit)
        matrix = np.empty((0, dim), np.float32)
        while len(self.words) < limit:
            rows, at = [], 0
            while len(self.words) < limit:
                while data[at : at + 1] == b"\n":
                    at += 1
                blank = data.find(b" ", at)
                if blank < 0 or blank + 1 + size > len(data):
                    if (len(data) if blank < 0 else blank) - at > HEAD:
                        raise ModelError(
                            f"{self.source}: word {len(self.words) + 1} is longer than {HEAD:,} bytes; "
                            "is it a word2vec binary file?"
                        )
                    break
                self.words.append(self._decoded(data[at:blank]))
                at = blank + 1 + size
                rows.append(data[blank + 1 : at])
            done = len(self.words)
            if done > len(matrix):
                matrix.resize((max(done, 2 * len(matrix)), dim), refcheck=False)
            matrix[done - len(rows) : done] = np.frombuffer(b"".join(rows), "<f4").reshape(-1, dim)
            del data[:at]
            if len(self.words) < limit:
                more = next(chunks, b"")
                if not more:
                    break
                data += more
        if len(self.words) == self.limit:
            pass  # what follows is not looked at
        elif self.errors == "skip":
            self.skipped += bool(data.strip(b"\n"))  # a row that is cut off
        elif len(self.words) < said:
            self.check_number(said)
        elif data.strip(b"\n") or any(chunk.strip(b"\n") for chunk in chunks):
            raise self.wrong_number(said, "more")
        matrix.resize((len(self.words), dim), refcheck=False)
        return self._decodable(matrix)

    def _decoded(self, word: bytearray) -> str:
        """Decode a word; where it cannot be and is to be left out, mark it."""
        try:
            return word.decode(self.encoding)
        except UnicodeDecodeError:
            if self.errors == "strict":
                raise ModelError(
                    f"{self.source}: word {len(self.words) + 1} is not {self.encoding}; give its encoding, or "
                    "`errors`='skip' to leave such words out"
                ) from None
            text = word.decode(self.encoding, "replace")
            self.replaced += text.count("\ufffd")
            self._undecodable.append(len(self.words))
            return text

    def _decodable(self, matrix: Matrix) -> Matrix:
        """Leave out words that could not be decoded."""
        if self.errors == "replace" or not self._undecodable:
            return matrix
        bad = set(self._undecodable)
        self.words = [word for row, word in enumerate(self.words) if row not in bad]
        self.skipped += len(self._undecodable)
        self.replaced = 0
        return np.delete(matrix, self._undecodable, 0)
