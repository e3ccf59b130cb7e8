"""A lexicon (词典): words with counts."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..errors import LexiconError
from ..text.characters import code_points, from_code_points
from ..text.folding import fold, folded
from ..text.packing import LINE_FEED, pack_words, unpack_words
from ..text.strings import StringArray
from .formats import FORMS, MOST, Entry, entry_of, read_entries
from .trie import Trie


class Lexicon:
    """Words with counts (词典).

    Parameters
    ----------
    words : sequence of str
        Different words, none empty.
    counts : sequence of int, or int64 array, optional
        How often each occurs, at least 1 (default: 1).
    total : int, optional
        What a count is divided by for a probability; the sum of the counts by default.

    Raises
    ------
    LexiconError
        If there is no word.

    Examples
    --------
    >>> lexicon = Lexicon.from_counts([("长江", 5), ("大桥", 2), ("长江", 1)])
    >>> lexicon.words, lexicon.counts, lexicon.total
    (['长江', '大桥'], array([6, 2]), 8)
    """

    def __init__(
        self,
        words: Sequence[str],
        counts: Sequence[int] | npt.NDArray[np.int64] | None = None,
        total: int | None = None,
    ) -> None:
        if not words:
            raise LexiconError("a lexicon needs at least one word")
        self.words = list(words)
        self.counts = np.ones(len(self.words), np.int64) if counts is None else np.asarray(counts, np.int64)
        self.total = int(self.counts.sum()) if total is None else total

    @classmethod
    def of_packed(
        cls, letters: npt.NDArray[np.uint8], counts: npt.NDArray[np.int64], total: int, trie: Trie, digest: str
    ) -> Self:
        """Give a lexicon whose words are packed (see `packed`) and become strings when they are asked for.

        Parameters
        ----------
        letters : uint8 array
        counts : int64 array
        total : int
        trie : Trie
            Of the words.
        digest : str
            Of this lexicon.
        """
        result = object.__new__(cls)
        result.counts, result.total = counts, total
        result.__dict__.update(packed=letters, trie=trie, digest=digest)
        return result

    @cached_property
    def words(self) -> list[str]:
        """The words, in the order of their counts' array."""
        return unpack_words(self.packed)

    @cached_property
    def packed(self) -> npt.NDArray[np.uint8]:
        """The words in UTF-8, a line feed after each."""
        return pack_words(self.words)

    @property
    def spelling(self) -> StringArray:
        """The code points of the words."""
        if "words" in self.__dict__:  # a word may hold a line feed
            return StringArray.of_strings(self.words)
        codes = code_points(self.packed.tobytes().decode("utf-8", "surrogatepass"))
        ends = np.flatnonzero(codes == LINE_FEED)
        return StringArray(codes[codes != LINE_FEED], np.diff(ends, prepend=-1) - 1)

    def __len__(self) -> int:
        return len(self.counts)

    def holds(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Tell which strings are words of the lexicon.

        Examples
        --------
        >>> Lexicon(["长江", "大桥"], [6, 2]).holds(["大桥", "长江大桥", ""]).tolist()
        [True, False, False]
        """
        return self.ids(words) >= 0

    def ids(self, words: Sequence[str]) -> npt.NDArray[np.int32]:
        """Give the number of each string among the words, or -1.

        Examples
        --------
        >>> Lexicon(["长江", "大桥"], [6, 2]).ids(["大桥", "长江大桥"]).tolist()
        [1, -1]
        """
        lengths = np.fromiter(map(len, words), np.intp, len(words))
        result = np.full(len(words), -1, np.int32)
        some = np.flatnonzero(lengths)
        starts = np.cumsum(lengths) - lengths
        result[some] = self.trie.ids_of(code_points("".join(words)), starts[some], lengths[some])
        return result

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is made of the words when asked for."""
        return {"words": self.words, "counts": self.counts, "total": self.total}

    @cached_property
    def trie(self) -> Trie:
        """The words as a trie; made when first asked for."""
        return Trie(self.words)

    @cached_property
    def digest(self) -> str:
        """What tells it from lexicons of other words, counts or totals."""
        import hashlib  # takes 10 ms

        lengths = np.fromiter(map(len, self.words), np.int64, len(self))
        digest = hashlib.sha256("".join(self.words).encode("utf-8", "surrogatepass"))
        digest.update(lengths.tobytes() + self.counts.tobytes() + str(self.total).encode())
        return digest.hexdigest()

    @classmethod
    def from_counts(cls, counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> Self:
        """Make a lexicon of words and counts; the counts of a word that is there twice are added.

        Raises
        ------
        LexiconError
            For an empty word, one with a line feed, a count below 1 or sums beyond 2^63, or nothing at all.
        """
        pairs = counts.items() if isinstance(counts, Mapping) else counts
        found = cls._sum("counts", (entry_of("counts", i, word, str(n)) for i, (word, n) in enumerate(pairs, 1)))
        if not found:
            raise LexiconError("counts: there are no words in it")
        return cls(list(found), list(found.values()))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> Self:
        r"""Read a word list (词表), packed or not; the counts of a word that is there twice are added.

        See `nlpzero.lexicon.formats` for the forms that are known.

        Parameters
        ----------
        path : path
        encoding, errors : str
            Of the file: see `nlpzero.reading.corpus.read_lines`.

        Raises
        ------
        CorpusError
            For a file that cannot be read.
        LexiconError
            With file and line, for a line in none of these forms; for a file without words.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "words.txt")
        ...     _ = path.write_text("长江大桥 3 ns\n江豚\n", "utf-8")
        ...     lexicon = Lexicon.from_file(path)
        >>> lexicon.words, lexicon.counts
        (['长江大桥', '江豚'], array([3, 1]))
        """
        name = os.fspath(path)
        counts = cls._sum(name, read_entries(path, encoding, errors))
        if not counts:
            raise LexiconError(f"{name}: there are no words in it; {FORMS}", name)
        return cls(list(counts), list(counts.values()))

    @classmethod
    def merged(cls, lexicons: Iterable["Lexicon"]) -> Self:
        """Put lexicons together; a word that is in several has its greatest count.

        Examples
        --------
        >>> both = Lexicon.merged([Lexicon(["长江", "大桥"], [6, 2]), Lexicon(["大桥"], [3])])
        >>> both.words, both.counts.tolist()
        (['长江', '大桥'], [6, 3])
        """
        counts: dict[str, int] = {}
        for lexicon in lexicons:
            for word, count in zip(lexicon.words, lexicon.counts.tolist(), strict=True):
                counts[word] = max(count, counts.get(word, 0))
        return cls(list(counts), list(counts.values()))

    @staticmethod
    def _sum(source: str, entries: Iterable[Entry]) -> dict[str, int]:
        """Add up the counts of each word."""
        counts: dict[str, int] = {}
        for _, word, count in entries:
            counts[word] = counts.get(word, 0) + count
        if sum(counts.values()) > MOST:
            raise LexiconError(f"{source}: the counts add up to more than {MOST}; divide them", source)
        return counts

    def folded(self, kinds: Iterable[str]) -> "Lexicon":
        """Give the words as text is read that is folded; words that become one have the greatest of their counts.

        Parameters
        ----------
        kinds : some of "width", "case", "variants"
            See `nlpzero.text.folding.fold`.

        Examples
        --------
        >>> lexicon = Lexicon(["長江", "长江", "ＵＮＩＸ"], [2, 5, 1]).folded(["variants", "width", "case"])
        >>> lexicon.words, lexicon.counts.tolist()
        (['长江', 'unix'], [5, 1])
        """
        kinds = tuple(kinds)
        counts: dict[str, int] = {}
        for word, count in zip((fold(word, kinds) for word in self.words), self.counts.tolist(), strict=True):
            counts[word] = max(count, counts.get(word, 0))
        return Lexicon(list(counts), list(counts.values()), self.total)

    def changed_by(self, kinds: tuple[str, ...]) -> "Lexicon | None":
        """Give the words that folding changes, folded, with their counts by the same total; None if there are none.

        Much faster than `folded`, as only these words become strings.

        Examples
        --------
        >>> changed = Lexicon(["長江", "长江", "大桥"], [2, 5, 1]).changed_by(("variants",))
        >>> changed.words, changed.counts.tolist()
        (['长江'], [2])
        """
        codes, lengths = self.spelling
        ends = np.cumsum(lengths + 1) - 1
        is_letter = np.ones(len(codes) + len(lengths), np.bool_)
        is_letter[ends] = False
        lines = np.full(len(is_letter), LINE_FEED, np.uint32)
        lines[is_letter] = codes
        read = folded(lines, kinds)
        differs = np.append(0, np.cumsum(read != lines))
        changed = np.flatnonzero(differs.take(ends) > differs.take(ends - lengths))
        if not len(changed):
            return None
        counts: dict[str, int] = {}
        for end, length, count in zip(ends[changed], lengths[changed], self.counts[changed].tolist(), strict=True):
            word = from_code_points(read[end - length : end])
            counts[word] = max(count, counts.get(word, 0))
        return Lexicon(list(counts), list(counts.values()), self.total)

    def to_userdict(self) -> str:
        r"""Write the lexicon as a file for ``jieba.load_userdict``.

        Examples
        --------
        >>> Lexicon(["长江", "大桥"], [6, 2]).to_userdict()
        '长江 6\n大桥 2\n'
        """
        return "".join(f"{word} {count}\n" for word, count in zip(self.words, self.counts.tolist(), strict=True))
