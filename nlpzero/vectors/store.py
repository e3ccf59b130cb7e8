"""Word vectors in memory, and their files."""

import difflib
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.files import open_whole
from ..core.schema import Member, Schema
from ..errors import ModelError
from .characters import SHARE, CharacterModel, Matrix, pull
from .formats import ROWS, ErrorHandling, FileKind, kind_by_suffix, read_foreign, write_foreign

if TYPE_CHECKING:
    from .keywords import TextKeyword
    from .queries import Answer, WordComparison

SCHEMA = Schema(
    "word vectors",
    2,
    {
        "words": Member("text", ("words",)),
        "matrix": Member("f4", ("words", "dim"), mapped=True, finite=True),
        "counts": Member("i8", ("words",), optional=True),
        "mean": Member("f4", ("dim",), optional=True, finite=True),
        "directions": Member("f4", ("directions", "dim"), optional=True, finite=True),
        "character_mean": Member("f4", ("dim",), optional=True, finite=True),
        "character_keys": Member("u8", ("features",), optional=True),
        "character_weights": Member("f4", ("features", "dim"), optional=True, finite=True),
    },
    "train or convert them again",
)


def normalised(rows: Matrix, out: Matrix | None = None) -> Matrix:
    """Divide vectors by their lengths; a vector of zeros stays. The result may go to an array that is there."""
    lengths = np.sqrt(np.einsum("id,id->i", rows, rows))
    return np.asarray(np.divide(rows, np.where(lengths > 0, lengths, 1)[:, None], out=out), np.float32)


class Refinement(NamedTuple):
    """What all words share, to be taken out before cosines: a mean vector, and directions of unit length.

    Mu & Viswanath (2018), "All-but-the-top": the mean and the first principal directions say how frequent a word is
    rather than what it means.

    Attributes
    ----------
    mean : float32 array (dim,)
    directions : float32 array (k, dim)
    """

    mean: Matrix
    directions: Matrix

    def apply(self, rows: Matrix) -> Matrix:
        """Take the mean and the directions out of some vectors."""
        rows = rows - self.mean
        rows -= (rows @ self.directions.T) @ self.directions
        return rows


def refinement(matrix: Matrix, directions: int, frequent: int = 20_000) -> Refinement:
    """Find the mean and the first principal directions of the most frequent words' vectors.

    Parameters
    ----------
    matrix : float32 array (n, dim)
    directions : int
        How many; fewer if there are fewer dimensions or words.
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
    characters : CharacterModel, optional
        What characters say of vectors; it needs counts.

    Attributes
    ----------
    skipped, replaced : int
        Rows that `load` left out, and characters that it replaced.

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
        matrix: Matrix,
        counts: npt.NDArray[np.int64] | None = None,
        refinement: Refinement | None = None,
        signature: Mapping[str, Any] | None = None,
        source: str = "vectors",
        characters: CharacterModel | None = None,
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
        self.skipped = self.replaced = 0
        self.characters = characters if counts is not None else None

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

    def refined(self, rows: npt.NDArray[np.intp] | slice = slice(None)) -> Matrix:
        """Give vectors without what `refinement` takes out: those for cosines, and for other programs."""
        part = np.asarray(self.matrix[rows], np.float32)
        return self.refinement.apply(part) if self.refinement else part

    def pulled(self, ids: npt.NDArray[np.intp] | slice, share: float = SHARE) -> Matrix:
        """Give refined vectors of length 1, drawn towards what their characters predict (see `vectors.characters`).

        Parameters
        ----------
        ids : int array (k,) or slice
            Rows.
        share : float
            What a very frequent word keeps of its own vector. Without a model of characters every word keeps all.
        """
        rows = np.asarray(self.matrix[ids], np.float32)
        rows = normalised(self.refinement.apply(rows) if self.refinement else rows)
        if self.characters is None or self.counts is None:
            return rows
        words = self.words[ids] if isinstance(ids, slice) else [self.words[i] for i in ids.tolist()]
        return pull(rows, self.characters, words, self.counts[ids], share)

    def portable(self, rows: npt.NDArray[np.intp] | slice = slice(None)) -> Matrix:
        """Give the vectors for other programs: pulled, or as `refined` gives them where there is no model."""
        return self.refined(rows) if self.characters is None else self.pulled(rows)

    @cached_property
    def unit(self) -> Matrix:
        """The refined vectors, pulled, of length 1, for cosines; a vector of zeros stays."""
        unit = np.empty(self.matrix.shape, np.float32)
        for low in range(0, len(unit), ROWS):
            normalised(self.pulled(slice(low, low + ROWS)), unit[low : low + ROWS])
        return unit

    def composed(self, words: Sequence[str]) -> tuple[Matrix, npt.NDArray[np.bool_]]:
        """Make vectors for words that have none, out of their characters (组字成词).

        Returns
        -------
        float32 array (n, dim)
            What the model of characters predicts; without one, the mean of the refined vectors of the characters that
            are words. 0 where neither is known.
        bool array (n,)
            Which words have a vector now.

        Examples
        --------
        >>> vectors = Vectors(["江", "水"], np.array([[2, 0], [0, 2]], np.float32))
        >>> vectors.composed(["江水", "gps"])[0].tolist()
        [[1.0, 1.0], [0.0, 0.0]]
        """
        if self.characters is not None:
            rows, known = self.characters.predict(words)
            rows[~known] = 0
            return rows, known
        rows = np.zeros((len(words), self.dim), np.float32)
        known = np.zeros(len(words), np.bool_)
        for number, word in enumerate(words):
            if ids := [self.ids[character] for character in word if character in self.ids]:
                part = np.asarray(self.matrix[ids], np.float32)
                rows[number] = (self.refinement.apply(part) if self.refinement else part).mean(0, dtype=np.float64)
                known[number] = True
        return rows, known

    def unit_of(self, word: str) -> tuple[Matrix, bool]:
        """Give the vector of a word for cosines, and whether it was made out of the word's characters.

        Raises
        ------
        ModelError
            If the word is unknown, and so are its characters.
        """
        row = self.ids.get(word)
        if row is not None:
            return self.unit[row], False
        rows, known = self.composed([word])
        if not known[0]:
            self.id(word)  # says so
        return normalised(rows)[0], True

    def nearest(self, word: str, top: int = 10, mode: Literal["related", "similar"] = "related") -> "list[Answer]":
        """Give the words nearest to a word: see `nlpzero.vectors.queries.nearest`."""
        from .queries import nearest

        return nearest(self, [word], top, mode)[0]

    def analogy(self, a: str, b: str, c: str, top: int = 10) -> "list[Answer]":
        """Give the words that are to `c` as `b` is to `a`: see `nlpzero.vectors.queries.analogy`."""
        from .queries import analogy

        return analogy(self, a, b, c, top)

    def compare(self, a: str, b: str) -> "WordComparison":
        """Compare two words: see `nlpzero.vectors.queries.compare`."""
        from .queries import compare

        return compare(self, a, b)

    def keywords(self, words: Sequence[str], top: int = 10) -> "list[TextKeyword]":
        """Give the words that say best what a text is about: see `nlpzero.vectors.keywords.keywords`."""
        from .keywords import keywords

        return keywords(self, words, top)

    def __contains__(self, word: object) -> bool:
        return word in self.ids

    def __getitem__(self, word: str) -> Matrix:
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

    def save(self, path: str | os.PathLike[str] | BinaryIO, kind: FileKind | None = None) -> None:
        """Write the vectors, as npz or, refined, in a format of other programs.

        Parameters
        ----------
        path : path or binary file
            Unless `kind` is given, its suffix tells it: .npz, .bin (word2vec binary), .txt or .vec (word2vec text).
        kind : {"npz", "text", "glove", "binary"}, optional
            "glove" is text without the line of numbers at its start.

        Raises
        ------
        ModelError
            If the kind is unknown, the place cannot be written, or a word occurs twice or holds a blank or a line feed,
            which only npz can keep.
        """
        if kind is None:
            kind = kind_by_suffix(path if isinstance(path, str | os.PathLike) else getattr(path, "name", ""))
        if kind == "npz":
            arrays: dict[str, Any] = {"words": self.words, "matrix": self.matrix.astype(np.float32, copy=False)}
            if self.counts is not None:
                arrays["counts"] = self.counts
            if self.refinement is not None:
                arrays |= self.refinement._asdict()
            if self.characters is not None:
                arrays |= {f"character_{name}": part for name, part in self.characters._asdict().items()}
            write_archive(path, SCHEMA, self.signature, arrays)
            return
        self.ids  # noqa: B018 (tells of words that occur twice, which other programs may not)
        place = open_whole(path) if isinstance(path, str | os.PathLike) else nullcontext(path)
        with place as file:
            rows = (self.portable(slice(low, low + ROWS)) for low in range(0, len(self), ROWS))
            write_foreign(file, kind, self.words, self.dim, rows)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        encoding: str = "utf-8",
        errors: ErrorHandling = "strict",
        limit: int | None = None,
    ) -> "Vectors":
        """Open vectors in any of the formats, told by their content; those of an npz are a memory map.

        Parameters
        ----------
        path : path
            An npz file of ours; text, or word2vec's binary format, packed or not.
        encoding : str
            Of text, and of the words of binary files: see `nlpzero.reading.corpus.Corpus`.
        errors : {"strict", "replace", "skip"}
            What becomes of rows that are no vectors. "strict": an error. "replace": bytes that are not in the encoding
            become U+FFFD. "skip": rows with such bytes, with numbers that are not finite or too many or too few, and
            words met before are left out and counted in `skipped`; what the header says does not matter.
        limit : int, optional
            Read only this many rows, the first, which are those of the most frequent words. What follows is not looked
            at.

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
            return cls._load_npz(source, limit)
        found = read_foreign(source, encoding, errors, limit)
        vectors = cls(found.words, found.matrix, source=source)
        vectors.skipped, vectors.replaced = found.skipped, found.replaced
        return vectors

    @classmethod
    def _load_npz(cls, source: str, limit: int | None) -> "Vectors":
        """Open a file of our own."""
        archive = read_archive(source, SCHEMA)
        arrays = archive.arrays
        if ("mean" in arrays) != ("directions" in arrays):
            raise ModelError(f"{source}: is damaged: it has a mean without directions; {SCHEMA.remedy}")
        refined = Refinement(arrays["mean"], arrays["directions"]) if "mean" in arrays else None
        characters = character_model(arrays, f"{source}: is damaged", SCHEMA.remedy)
        words, matrix, counts = archive.texts["words"][:limit], arrays["matrix"][:limit], arrays.get("counts")
        counts = None if counts is None else counts[:limit]
        return cls(words, matrix, counts, refined, archive.made, source, characters)


def character_model(arrays: Mapping[str, npt.NDArray[Any]], damage: str, remedy: str) -> CharacterModel | None:
    """Put the model of characters of a file together, if it has one."""
    found = [arrays[name] for name in ("character_mean", "character_keys", "character_weights") if name in arrays]
    if not found:
        return None
    if len(found) < 3 or not (np.diff(found[1]) > 0).all():
        raise ModelError(f"{damage}: its model of characters is not whole; {remedy}")
    return CharacterModel(*found)
