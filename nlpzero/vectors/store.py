"""Word vectors in memory and in files: our npz, and the text and binary formats of word2vec, fastText and GloVe.

Text files hold a word and its numbers a line, blanks between them, with or without a first line of two integers: how
many words, how many numbers. The numbers are the last `dim` fields, so that a word may hold white space of any kind;
lines end at line feeds only. Packed text files (gz, bz2, xz, zst) are unpacked.
"""

import difflib
import mmap
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.files import open_whole
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..reading.corpus import Corpus

SCHEMA = Schema(
    "word vectors",
    2,
    {
        "words": Member("text", ("words",)),
        "matrix": Member("f4", ("words", "dim"), mapped=True, finite=True),
        "counts": Member("i8", ("words",), optional=True),
        "mean": Member("f4", ("dim",), optional=True, finite=True),
        "directions": Member("f4", ("directions", "dim"), optional=True, finite=True),
    },
    "train or convert them again",
)

Floats = npt.NDArray[np.float32]
FileKind = Literal["npz", "text", "glove", "binary"]

ROWS = 1 << 13
"""Lines of text that are converted at a time, and rows that are normalised at a time."""


class Refinement(NamedTuple):
    """What all words share, to be taken out before cosines: a mean vector, and directions of unit length.

    Mu & Viswanath (2018), "All-but-the-top": the mean and the first principal directions say how frequent a word is
    rather than what it means.

    Attributes
    ----------
    mean : float32 array (dim,)
    directions : float32 array (k, dim)
    """

    mean: Floats
    directions: Floats

    def apply(self, rows: Floats) -> Floats:
        """Take the mean and the directions out of some vectors."""
        rows = rows - self.mean
        rows -= (rows @ self.directions.T) @ self.directions
        return rows


def refinement(matrix: Floats, directions: int, frequent: int = 20_000) -> Refinement:
    """Find the mean and the first principal directions of the most frequent words' vectors.

    Parameters
    ----------
    matrix : float32 array (n, dim)
    directions : int
        How many; fewer if there are not so many dimensions or words.
    frequent : int
        Rows to take.

    Examples
    --------
    >>> found = refinement(np.array([[3, 1], [-1, 1], [1, 1.5], [1, 0.5]], np.float32), 1)
    >>> found.mean.tolist(), np.abs(found.directions).tolist()
    ([1.0, 1.0], [[1.0, 0.0]])
    """
    top = np.asarray(matrix[:frequent], np.float64)
    mean = top.mean(0)
    top = top - mean
    _, turns = np.linalg.eigh(top.T @ top)
    chosen = turns[:, ::-1][:, : min(directions, matrix.shape[1], len(top) - 1)].T
    return Refinement(mean.astype(np.float32), np.ascontiguousarray(chosen, np.float32))


class Vectors:
    """Words and their vectors (词向量), the most frequent word first.

    Parameters
    ----------
    words : sequence of str
    matrix : float32 array (n, dim)
        May be a memory map.
    counts : int64 array (n,), optional
        How often each word occurs.
    refinement : Refinement, optional
        What to take out of the vectors before cosines.
    signature : mapping, optional
        What made the vectors.
    source : str
        Names the vectors in messages.

    Raises
    ------
    ModelError
        If there are no words, or not as many as vectors, or a word occurs twice.

    Examples
    --------
    >>> vectors = Vectors(["江", "河"], np.array([[3, 4], [0, 2]], np.float32))
    >>> vectors["江"].tolist(), "海" in vectors, vectors.dim
    ([3.0, 4.0], False, 2)
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: Floats,
        counts: npt.NDArray[np.int64] | None = None,
        refinement: Refinement | None = None,
        signature: Mapping[str, Any] | None = None,
        source: str = "vectors",
    ) -> None:
        if matrix.ndim != 2 or len(words) != len(matrix) or (counts is not None and len(counts) != len(words)):
            raise ModelError(f"{source}: {len(words)} words, but vectors of shape {matrix.shape}")
        if not matrix.size:
            raise ModelError(f"{source}: holds no vectors")
        self.words = list(words)
        self.matrix = matrix
        self.counts = counts
        self.refinement = refinement
        self.signature = dict(signature or {})
        self.source = source

    def __len__(self) -> int:
        return len(self.words)

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return int(self.matrix.shape[1])

    @cached_property
    def ids(self) -> dict[str, int]:
        """The row of each word."""
        ids = dict(zip(self.words, range(len(self.words)), strict=True))
        if len(ids) < len(self.words):
            twice = next(word for i, word in enumerate(self.words) if ids[word] != i)
            raise ModelError(f"{self.source}: the word {twice!r} occurs twice")
        return ids

    def refined(self, rows: slice = slice(None)) -> Floats:
        """Give vectors without what `refinement` takes out: those for cosines, and for other programs."""
        part = np.asarray(self.matrix[rows], np.float32)
        return self.refinement.apply(part) if self.refinement else part

    @cached_property
    def unit(self) -> Floats:
        """The refined vectors divided by their lengths, for cosines; a vector of zeros stays."""
        unit = np.empty(self.matrix.shape, np.float32)
        for low in range(0, len(unit), ROWS):
            part = self.refined(slice(low, low + ROWS))
            lengths = np.sqrt(np.einsum("id,id->i", part, part))
            np.divide(part, np.where(lengths > 0, lengths, 1)[:, None], out=unit[low : low + ROWS])
        return unit

    def __contains__(self, word: object) -> bool:
        return word in self.ids

    def __getitem__(self, word: str) -> Floats:
        return np.asarray(self.matrix[self.id(word)])

    def id(self, word: str) -> int:
        """Give the row of a word.

        Raises
        ------
        ModelError
            If it is unknown; the message proposes the known word that is spelled most alike.
        """
        found = self.ids.get(word)
        if found is None:
            alike = self.alike(word)
            hint = f"; did you mean {alike}?" if alike else ""
            raise ModelError(f"{word}: not among the {len(self):,} words of {self.source}{hint}")
        return found

    def alike(self, word: str) -> str | None:
        """Give the word that is spelled most like this one, of equals the most frequent; None if none is like it."""
        characters = set(word)
        near = [w for w in self.words if abs(len(w) - len(word)) < 3 and not characters.isdisjoint(w)]
        matcher = difflib.SequenceMatcher(b=word, autojunk=False)
        best, least = None, 0.5
        for candidate in near:
            matcher.set_seq1(candidate)
            if matcher.real_quick_ratio() > least and matcher.quick_ratio() > least and matcher.ratio() > least:
                best, least = candidate, matcher.ratio()
        return best

    # Files

    def save(self, path: str | os.PathLike[str], kind: FileKind | None = None) -> None:
        """Write the vectors, as npz or, refined, in a format of other programs.

        Parameters
        ----------
        path : path
            Unless `kind` is given, its suffix tells it: .npz, .bin (word2vec binary), .txt or .vec (word2vec text).
        kind : {"npz", "text", "glove", "binary"}, optional
            "glove" is text without the line of numbers at its start.

        Raises
        ------
        ModelError
            If the kind is unknown, the place cannot be written, or a word holds a blank or a line feed, which only npz
            can keep.
        """
        kind = kind or kind_by_suffix(path)
        if kind == "npz":
            arrays: dict[str, Any] = {"words": self.words, "matrix": self.matrix}
            if self.counts is not None:
                arrays["counts"] = self.counts
            if self.refinement is not None:
                arrays |= self.refinement._asdict()
            write_archive(path, SCHEMA, self.signature, arrays)
            return
        for number, word in enumerate(self.words, 1):
            if " " in word or "\n" in word or not word:
                raise ModelError(f"word {number}, {word!r}, holds a blank, which this format cannot keep; write npz")
        write = self._write_binary if kind == "binary" else self._write_text
        with open_whole(path) as file:
            write(file, kind != "glove")

    def _write_text(self, file: BinaryIO, header: bool) -> None:
        """Write a word and its numbers a line; 9 digits give every float32 back."""
        if header:
            file.write(f"{len(self)} {self.dim}\n".encode())
        form = " ".join(["%.9g"] * self.dim)
        for low in range(0, len(self), ROWS):
            rows = self.refined(slice(low, low + ROWS)).tolist()
            words = self.words[low : low + ROWS]
            lines = (f"{word} {form % tuple(row)}\n" for word, row in zip(words, rows, strict=True))
            file.write("".join(lines).encode("utf-8", "surrogatepass"))

    def _write_binary(self, file: BinaryIO, _: bool) -> None:
        """Write the words with little-endian float32 numbers."""
        file.write(f"{len(self)} {self.dim}\n".encode())
        for word, row in zip(self.words, self.refined(), strict=True):
            file.write(word.encode("utf-8", "surrogatepass") + b" " + row.astype("<f4").tobytes() + b"\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, encoding: str = "utf-8", errors: str = "strict") -> "Vectors":
        """Open vectors in any of the formats; those of an npz are a memory map.

        Parameters
        ----------
        path : path
            An npz file of ours, a file with the suffix .bin, or text.
        encoding, errors : str
            How text is read: see `nlpzero.reading.corpus.Corpus`. Words of binary files are UTF-8.

        Raises
        ------
        ModelError
            If the file is missing, truncated or of another kind, or holds a word twice, a number that is not finite,
            lines of different lengths or another number of words than its header says.
        CorpusError
            If the text cannot be decoded or unpacked.
        """
        source = os.fspath(path)
        try:
            with open(path, "rb") as file:
                head = file.read(4)
        except OSError as error:
            raise ModelError(f"{source}: {error.strerror}") from None
        if head == b"PK\x03\x04":
            return cls._load_npz(source)
        if source.endswith(".bin"):
            words, matrix = _read_binary(source)
        else:
            words, matrix = _read_text(source, encoding, errors)
        vectors = cls(words, matrix, source=source)
        vectors.ids  # noqa: B018 (tells of words that occur twice)
        finite = np.isfinite(matrix).all(1)
        if not finite.all():
            raise ModelError(
                f"{source}: the vector of {words[int(finite.argmin())]!r} holds a number that is not finite"
            )
        return vectors

    @classmethod
    def _load_npz(cls, source: str) -> "Vectors":
        """Open a file of our own."""
        archive = read_archive(source, SCHEMA)
        arrays = archive.arrays
        if ("mean" in arrays) != ("directions" in arrays):
            raise ModelError(f"{source}: is damaged: it has a mean without directions; {SCHEMA.remedy}")
        refined = Refinement(arrays["mean"], arrays["directions"]) if "mean" in arrays else None
        return cls(archive.texts["words"], arrays["matrix"], arrays.get("counts"), refined, archive.made, source)


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
        raise ModelError(f"{os.fspath(path)}: its suffix is none of .npz, .txt, .vec and .bin; say which with --to")
    return kind


def _read_text(source: str, encoding: str, errors: str) -> tuple[list[str], Floats]:
    """Read a text file of vectors."""
    with Corpus([source], encoding=encoding, errors=errors) as corpus:
        lines = enumerate((line for block in corpus.blocks() for line in _lines(block.text)), 1)
        first = next(lines, None)
        if first is None:
            raise ModelError(f"{source}: is empty")
        said = first[1].split()
        has_header = len(said) == 2 and all(field.isdecimal() for field in said)
        rest = lines if has_header else _chain(first, lines)
        words: list[str] = []
        parts: list[Floats] = []
        dim = int(said[1]) if has_header else 0
        while batch := list(islice(rest, ROWS)):
            if not dim:
                dim = len(batch[0][1].split(" ")) - 1
            if dim < 1:
                raise ModelError(f"{source}: line {batch[0][0]}: no numbers after the word; these are no vectors")
            parts.append(_numbers(source, batch, dim, words))
    if has_header and int(said[0]) != len(words):
        raise ModelError(
            f"{source}: its first line says {said[0]} words, but {len(words)} follow; it may be incomplete"
        )
    return words, np.concatenate(parts) if parts else np.empty((0, dim), np.float32)


def _lines(text: str) -> Iterator[str]:
    """Give the lines of a block, without the blanks that fastText leaves at their ends."""
    return (line.rstrip(" \r\t") for line in text.removesuffix("\n").split("\n"))


def _chain(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Put the first line back."""
    yield first
    yield from rest


def _numbers(source: str, lines: list[tuple[int, str]], dim: int, words: list[str]) -> Floats:
    """Read the numbers of some lines, and add their words."""
    tails = []
    for number, line in lines:
        word, _, tail = line.partition(" ")
        if tail.count(" ") != dim - 1 or not word:  # the word itself may hold blanks
            fields = line.rsplit(" ", dim)
            if len(fields) <= dim or not fields[0]:
                raise ModelError(f"{source}: line {number}: not a word and {dim} numbers with blanks between them")
            word, tail = fields[0], " ".join(fields[1:])
        words.append(word)
        tails.append(tail)
    with warnings.catch_warnings(), suppress(ValueError):
        # Where a field is no number, older versions of NumPy stop and warn, newer ones raise.
        warnings.simplefilter("ignore", DeprecationWarning)
        numbers = np.fromstring(" ".join(tails), np.float32, sep=" ")
        if len(numbers) == dim * len(lines):
            return numbers.reshape(-1, dim)
    number = next(number for (number, _), tail in zip(lines, tails, strict=True) if not _are_numbers(tail))
    raise ModelError(f"{source}: line {number}: not a word and {dim} numbers with blanks between them")


def _are_numbers(text: str) -> bool:
    """Tell whether all fields of a text are numbers."""
    try:
        list(map(float, text.split(" ")))
    except ValueError:
        return False
    return True


def _read_binary(source: str) -> tuple[list[str], Floats]:
    """Read a file in word2vec's binary format."""
    wrong = ModelError(f"{source}: is truncated or no word2vec binary file")
    if not os.path.getsize(source):
        raise wrong
    with open(source, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.find(b"\n", 0, 100)
        said = data[: max(end, 0)].split()
        if len(said) != 2 or not all(field.isdigit() for field in said):
            raise wrong
        n, dim = map(int, said)
        if dim < 1 or n * (4 * dim + 1) > len(data):
            raise wrong
        matrix = np.empty((n, dim), np.float32)
        words = []
        at = end + 1
        for row in range(n):
            while data[at : at + 1] == b"\n":
                at += 1
            blank = data.find(b" ", at)
            if blank < 0 or blank + 1 + 4 * dim > len(data):
                raise ModelError(f"{source}: its header says {n} words, but it ends after {row}; it may be incomplete")
            try:
                words.append(data[at:blank].decode())
            except UnicodeDecodeError:
                raise ModelError(f"{source}: word {row + 1} is not UTF-8; is it a word2vec binary file?") from None
            at = blank + 1 + 4 * dim
            matrix[row] = np.frombuffer(data, "<f4", dim, blank + 1)
        if data[at:].strip(b"\n"):
            raise ModelError(f"{source}: its header says {n} words, but more follow")
    return words, matrix
