"""Texts as bags of weighted points: words, how much each weighs, and where it lies."""

import itertools
import math
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import LexiconError, ModelError
from ..reading.corpus import read_lines
from ..segment.encoding import Tokens
from ..text.strings import ranges
from ..vectors.store import Vectors
from .characters import character_rows, character_weights

if TYPE_CHECKING:
    from .sums import Sums

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HEAVIEST = 1e100
"""The greatest weight of a word: sums of products of two stay finite."""

HELD = 1 << 24
"""Numbers in the vectors up to which what is made of all words is kept: 128 MB."""

DENSE = 8
"""Words of the vectors for each word of the texts up to which a table of all of them is faster than a sort."""

SMALL = 256
"""Words whose characters are found anew, which is faster than to take them out of the table of all words."""

_NUMBERING = threading.Lock()

DistanceMethod = Literal["combined", "wrd", "cosine", "wmd", "rwmd", "wcd", "emd"]
Ground = Literal["discrete", "euclidean", "cosine", "mixed"]
GroundChoice = Literal["mixed", "words", "discrete"]
Oov = Literal["compose", "drop", "char", "error"]

GROUNDS: dict[DistanceMethod, dict[GroundChoice, Ground]] = {
    "combined": {"mixed": "mixed"},
    "wrd": {"mixed": "mixed", "words": "cosine"},
    "cosine": {"mixed": "mixed", "words": "euclidean"},
    "wmd": {"words": "euclidean"},
    "rwmd": {"words": "euclidean"},
    "wcd": {"words": "euclidean"},
    "emd": {"discrete": "discrete", "words": "cosine", "mixed": "mixed"},
}
"""What a unit of mass may cost from word to word, by method; the first is the default."""

PULL = 0.3
"""Share of its trained vector that a very frequent word keeps where texts are compared (see `vectors.characters`). Of
0.1 to 0.6 the best on the development sets of STS-B, LCQMC and AFQMC."""

UNSEEN = 20
"""What a word without a count is taken to have been counted; chosen on the same sets."""


@dataclass(frozen=True)
class Documents:
    """Bags of words, one after the other; the words of a bag are sorted, and have positive mass.

    Attributes
    ----------
    starts : int64 array (n + 1,)
        Where each bag begins in `ids` and `mass`.
    ids : int64 array (k,)
        Rows of `points`.
    mass : float64 array (k,)
        Occurrences x weight of the word; not divided by the bag's total.
    totals : float64 array (n,)
        Mass of each bag; 0 for one without any known word of positive weight.
    known, unknown : int64 arrays (n,)
        Tokens with and without a vector.
    numbers : int64 array (w,)
        The word of each row of `points`: its place in `vocabulary`, or after that in `added`.
    vocabulary, added : sequences of str
        The words of the vectors, and the others of these documents.
    keys : int64 array
        Numbers that tell the words apart, the same in all documents of one `Space`.
    points : float64 array (w, dim)
        Vectors; of length 1 (or 0) where the ground distance is 1 - cos or mixed; without columns where it is 0 or 1.
    characters : sparse float64 matrix (w, 0x110000), optional
        Where the ground distance is mixed: see `characters.character_rows`.
    sizes : int64 array
        There, the number of characters of the word of each row of `points`; else empty.
    """

    starts: Ints
    ids: Ints
    mass: Floats
    totals: Floats
    known: Ints
    unknown: Ints
    numbers: Ints
    vocabulary: Sequence[str]
    added: Sequence[str]
    keys: Ints
    points: Floats
    characters: Any
    sizes: Ints

    def __len__(self) -> int:
        return len(self.totals)

    @cached_property
    def words(self) -> list[str]:
        """The word of each row of `points`."""
        size = len(self.vocabulary)
        return [self.vocabulary[i] if i < size else self.added[i - size] for i in self.numbers.tolist()]

    @cached_property
    def squares(self) -> Floats:
        """The squared length of each row of `points`."""
        return np.asarray(np.einsum("id,id->i", self.points, self.points))

    @cached_property
    def letters(self) -> Floats:
        """How many characters the different words of each document have, on the mixed ground."""
        owners = np.repeat(np.arange(len(self)), np.diff(self.starts))
        return np.bincount(owners, self.sizes[self.ids], len(self)).astype(np.float64)

    @cached_property
    def sums(self) -> "Sums":
        """The sums of all documents, on the mixed ground."""
        from .sums import Sums

        return Sums.of(self, np.arange(len(self)))

    def chosen(self, which: Ints) -> "Documents":
        """Give some of the documents, with the points of all."""
        sizes = self.starts[which + 1] - self.starts[which]
        places = ranges(self.starts[which], sizes)
        return replace(
            self,
            starts=np.append(0, np.cumsum(sizes)),
            ids=self.ids[places],
            mass=self.mass[places],
            totals=self.totals[which],
            known=self.known[which],
            unknown=self.unknown[which],
        )

    def bag(self, i: int) -> tuple[Ints, Floats]:
        """Give the word rows and masses of one document."""
        part = slice(int(self.starts[i]), int(self.starts[i + 1]))
        return self.ids[part], self.mass[part]


class Space:
    """Where words lie and what they weigh, for one method of comparison.

    Parameters
    ----------
    vectors : Vectors or None
        Word vectors, taken as `Vectors.refined` gives them. None where words are only the same or different.
    ground : {"discrete", "euclidean", "cosine", "mixed"}
        Cost of moving a unit of mass: 0 or 1; distance of the vectors (not divided by the root of their dimension);
        1 - cos; or 1 less the cosine of the vectors, drawn towards what their characters predict, and that of the
        characters, mixed.
    weights : {"count", "norm", "idf"} or mapping
        What an occurrence weighs: 1; the length of the word's vector; ln(N / n) where n is how often the word occurs
        among the N words that the vectors were trained on (by the word's rank and Zipf's law, n ~ 1 / rank, where
        counts are not known); or what the mapping gives, 1 for a word that it does not have.
    oov : {"drop", "char", "error", "compose"}
        A word without a vector is left out, takes the mean of its characters' vectors, is an error, or takes what its
        characters predict; if they predict nothing, the mean of their vectors, or else the point 0.

    Raises
    ------
    ModelError
        If weights by vectors are asked for without vectors, or one in a mapping is negative or above 1e100.
    """

    def __init__(
        self,
        vectors: Vectors | None,
        ground: Ground,
        weights: Literal["count", "norm", "idf"] | Mapping[str, float] = "count",
        oov: Oov = "drop",
    ) -> None:
        if vectors is None and (ground != "discrete" or weights in ("norm", "idf")):
            raise ModelError("this comparison needs word vectors")
        self.vectors = vectors
        self.ground = ground
        self.oov = oov
        self._matrix = vectors.refined() if vectors is not None and ground != "discrete" else None
        self._character_weights = (
            character_weights(vectors.words, vectors.counts) if vectors is not None and ground == "mixed" else None
        )
        if vectors is not None and self._matrix is None and weights == "norm":
            self._matrix = vectors.refined()
        self._words: Sequence[str] = vectors.words if vectors is not None else ()
        self._size = len(self._words)
        self._ids = vectors.ids if vectors is not None else {}
        self._asked = 0  # words whose vectors were made
        self._more: dict[str, int] = {}  # numbers of the words beyond the vectors'
        self.weights = weights
        if isinstance(weights, Mapping) and not all(0 <= value <= HEAVIEST for value in weights.values()):
            raise ModelError(f"a word's weight is not a number from 0 to {HEAVIEST:g}")
        self._idf = _idf(vectors) if vectors is not None and weights == "idf" else None

    def encode(self, texts: Tokens | Iterable[Sequence[str]]) -> Documents:
        """Turn texts into bags.

        The bag of a text does not depend on the other texts, to the last bit.

        Parameters
        ----------
        texts : Tokens or lists of words
            Each line of the tokens is a text.

        Raises
        ------
        ModelError
            With oov="error", for a word without a vector.
        """
        if isinstance(texts, Tokens):
            tokens, lengths, words = texts
        else:  # to look every word up takes half as long as to number them first
            held = list(texts)
            lengths = np.fromiter(map(len, held), np.int64, len(held))
            tokens, words = None, list(itertools.chain.from_iterable(held))
        number = np.fromiter(map(self._ids.get, words, itertools.repeat(-1)), np.int64, len(words))
        missing = np.flatnonzero(number < 0)
        added: list[str] = []
        if len(missing) and (self.vectors is None or self.oov != "drop"):
            absent = [words[i] for i in missing.tolist()]
            every = self.vectors is None or self.oov == "compose"
            added = sorted({*absent} if every else filter(self._composable, dict.fromkeys(absent)))
            places = dict(zip(added, itertools.count(self._size)))
            number[missing] = np.fromiter(map(places.get, absent, itertools.repeat(-1)), np.int64, len(absent))
        numbers = number if tokens is None else number.take(tokens)
        owners = np.repeat(np.arange(len(lengths)), lengths)
        is_known = numbers >= 0
        known = np.bincount(owners[is_known], minlength=len(lengths))
        width = self._size + len(added) + 1
        pairs, counts = np.unique(owners[is_known] * width + numbers[is_known], return_counts=True)
        used, ids = _numbered(pairs % width, width)
        points, norms = self._placed(used[used < self._size], added, len(used))
        mass = counts * self._weights_of(used, added, norms)[ids]
        heavy = mass > 0
        owners = (pairs // width)[heavy]
        return Documents(
            starts=np.searchsorted(owners, np.arange(len(lengths) + 1)),
            ids=ids[heavy],
            mass=mass[heavy],
            totals=np.bincount(owners, mass[heavy], minlength=len(lengths)).astype(np.float64),
            known=known,
            unknown=lengths - known,
            numbers=used,
            vocabulary=self._words,
            added=added,
            keys=self._keys(used, added),
            points=points,
            characters=self._characters(used, added),
            sizes=self._sizes(used, added),
        )

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], added: list[str]) -> Documents:
        """Give documents that were encoded before: words added to the vectors' get their keys, and all their points."""
        used = arrays["numbers"]
        points, _ = self._placed(used[used < self._size], added, len(used))
        placed = {"keys": self._keys(used, added), "points": points, "characters": self._characters(used, added)}
        placed["sizes"] = self._sizes(used, added)
        return Documents(**arrays, vocabulary=self._words, added=added, **placed)

    def _composable(self, word: str) -> bool:
        """Tell whether an absent word can be placed among the vectors."""
        assert self.vectors is not None
        if self.oov == "error":
            raise ModelError(f"{word}: not among the words of {self.vectors.source}; `oov`='drop' leaves it out")
        return any(character in self._ids for character in word)

    def _keys(self, used: Ints, added: list[str]) -> Ints:
        """Number words for good: `used` numbers the added ones for one call only."""
        keys = used.copy()
        if added:
            with _NUMBERING:  # threads encode together
                for word in [word for word in added if word not in self._more]:
                    self._more[word] = len(self._more)
                lasting = np.fromiter(map(self._more.__getitem__, added), np.int64, len(added))
            beyond = used >= self._size
            keys[beyond] = self._size + lasting[used[beyond] - self._size]
        return keys

    @cached_property
    def _all(self) -> tuple[Floats, Floats]:
        """What distances are taken between and the lengths of the vectors, of all words of the vectors."""
        return self._points(self._rows(slice(None)))

    @cached_property
    def _written(self) -> Any:
        """The characters of all words."""
        assert self._character_weights is not None
        return character_rows(self._words, self._character_weights)

    def _placed(self, known: Ints, added: list[str], size: int) -> tuple[Floats, Floats]:
        """Give what distances are taken between and the lengths of the vectors: of the known words, then of the others.

        Once as many words were asked for as there are, all of them are placed.
        """
        if self._matrix is None:
            return np.empty((size, 0)), np.zeros(size)
        self._asked += len(known)
        if self._asked > self._size and self._matrix.size <= HELD:
            points, lengths = (part[known] for part in self._all)
        else:
            points, lengths = self._points(self._rows(known))
        if not added:
            return points, lengths
        more, more_lengths = self._points(self._made(added))
        return np.concatenate([points, more]), np.append(lengths, more_lengths)

    def _rows(self, known: Ints | slice) -> Floats:
        """Give the vectors of known words."""
        assert self.vectors is not None and self._matrix is not None
        rows = self.vectors.pulled(known, PULL) if self.ground == "mixed" else self._matrix[known]
        return rows.astype(np.float64)

    def _made(self, added: list[str]) -> Floats:
        """Make the vectors of words that have none."""
        assert self.vectors is not None and self._matrix is not None
        if self.oov == "compose":
            return self.vectors.composed(added)[0].astype(np.float64)
        means = [[self._ids[c] for c in word if c in self._ids] for word in added]
        return np.array([self._matrix[m].mean(0, dtype=np.float64) for m in means])

    def _characters(self, used: Ints, added: list[str]) -> Any:
        """Give the rows of the words' characters, where they matter."""
        if self._character_weights is None:
            return None
        if self._asked > self._size and len(used) > SMALL:
            import scipy.sparse

            known = self._written[used[used < self._size]]
            more = character_rows(
                [added[i - self._size] for i in used[used >= self._size].tolist()], self._character_weights
            )
            return scipy.sparse.vstack([known, more], "csr") if more.shape[0] else known
        words = [self._words[i] if i < self._size else added[i - self._size] for i in used.tolist()]
        return character_rows(words, self._character_weights)

    @cached_property
    def _lengths(self) -> Ints:
        """The number of characters of each word of the vectors."""
        return np.fromiter(map(len, self._words), np.int64, self._size)

    def _sizes(self, used: Ints, added: list[str]) -> Ints:
        """Give the numbers of characters of the words in use, where they matter."""
        if self.ground != "mixed":
            return np.empty(0, np.int64)
        return np.append(self._lengths, np.fromiter(map(len, added), np.int64, len(added)))[used]

    def _points(self, rows: Floats) -> tuple[Floats, Floats]:
        """Give what distances are taken between, and the lengths of the vectors."""
        lengths = lengths_of(rows)
        if self.ground == "discrete":
            return np.empty((len(rows), 0)), lengths
        if self.ground == "euclidean":
            return rows, lengths
        return np.asarray(rows / np.where(lengths > 0, lengths, 1)[:, None]), lengths

    def _weights_of(self, used: Ints, added: list[str], lengths: Floats) -> Floats:
        """Give what an occurrence of each word weighs."""
        if isinstance(self.weights, Mapping):
            words = (self._words[i] if i < self._size else added[i - self._size] for i in used.tolist())
            return np.array([self.weights.get(word, 1.0) for word in words], np.float64)
        if self.weights == "norm":
            return lengths
        if self._idf is not None:
            return self._idf[np.minimum(used, len(self._idf) - 1)]
        return np.ones(len(used))


def _numbered(numbers: Ints, width: int) -> tuple[Ints, Ints]:
    """Give the different ones of some numbers below `width`, rising, and the place of each number among them."""
    if width > DENSE * len(numbers):
        return np.unique(numbers, return_inverse=True)
    places = np.zeros(width, np.int64)
    places[numbers] = 1
    used = np.flatnonzero(places)
    places[used] = np.arange(len(used))
    return used, places[numbers]


def ground_of(method: DistanceMethod, choice: GroundChoice | None) -> Ground:
    """Give the ground distance of a method.

    Raises
    ------
    ModelError
        If there is no such method, or it has no such ground.

    Examples
    --------
    >>> ground_of("wrd", None), ground_of("wrd", "words")
    ('mixed', 'cosine')
    """
    if method not in GROUNDS:
        raise ModelError(f"`method` is {method!r}; use one of {', '.join(GROUNDS)}")
    choices = GROUNDS[method]
    if choice is None:
        return next(iter(choices.values()))
    if choice not in choices:
        raise ModelError(f"`ground` is {choice!r}, which {method} does not have; use {' or '.join(choices)}")
    return choices[choice]


def lengths_of(rows: Floats) -> Floats:
    """Give the length of each row; scaled first, so that squares neither vanish nor overflow."""
    scale = np.abs(rows).max(1, initial=0)
    scaled = rows / np.where(scale > 0, scale, 1)[:, None]
    return np.asarray(np.sqrt(np.einsum("id,id->i", scaled, scaled)) * scale)


def _idf(vectors: Vectors) -> Floats:
    """Give ln(N / n) of each word, and last that of a word that was never counted."""
    n = len(vectors)
    if vectors.counts is not None:
        counts = np.where(vectors.counts > 0, vectors.counts, UNSEEN).astype(np.float64)
        total = float(counts.sum())
        return np.asarray(np.log(np.maximum(total / np.append(counts, UNSEEN), 1.0)))
    return np.asarray(np.log(np.arange(1, n + 2) * float(np.sum(1 / np.arange(1, n + 1)))))


def read_weights(path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> dict[str, float]:
    """Read lines `word weight`, separated by a tab or blanks.

    Raises
    ------
    LexiconError
        For a line of another form, a weight that is negative or above 1e100, or a word that stands twice.
    CorpusError
        If the file cannot be read.
    """
    weights: dict[str, float] = {}
    source = os.fspath(path)
    for number, line in enumerate(read_lines(path, encoding, errors), 1):
        fields = line.split()
        if not fields:
            continue
        try:
            value = float(fields[1]) if len(fields) == 2 else math.nan
        except ValueError:
            value = math.nan
        if not 0 <= value <= HEAVIEST:
            raise LexiconError(
                f"{source}: line {number}: want a word and a weight from 0 to {HEAVIEST:g}, found {line[:40]!r}",
                source,
                number,
            )
        if fields[0] in weights:
            raise LexiconError(f"{source}: line {number}: the word {fields[0]} stands twice", source, number)
        weights[fields[0]] = value
    return weights
