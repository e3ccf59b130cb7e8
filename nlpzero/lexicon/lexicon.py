"""A lexicon (词典): words with counts, and a trie in arrays that finds them all in a text at once.

The trie is an open-addressing hash table of (parent node, character), in which *a node is its slot*: going from all
positions of a text to their children takes a multiplication, a shift and one lookup for the whole array.
"""

import csv
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Self

import numpy as np
import numpy.typing as npt

from ..errors import LexiconError
from ..reading.corpus import Corpus
from ..text.characters import Codes, code_points

Ids = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
Nodes = npt.NDArray[np.intp]

CODE_BITS = 21
CODES = 0x110000
EMPTY = np.uint64(2**64 - 1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio, made odd: the top bits of its multiples are spread evenly (Knuth, TAOCP 6.4)."""


class Trie:
    """Words as a tree of characters (字典树), in arrays.

    Parameters
    ----------
    words : sequence of str
        None may be empty. A word's id is its index, of equal words the last one's.

    Notes
    -----
    Takes about 0.2 us a word to build, and 24 to 48 bytes for each character of the words but the first ones.

    Examples
    --------
    >>> words = ["长江", "长江大桥", "江", "大桥"]
    >>> for length, (positions, ids) in enumerate(Trie(words).matches(code_points("长江大桥")), 1):
    ...     print(length, positions, [words[i] for i in ids])
    1 [1] ['江']
    2 [0 2] ['长江', '大桥']
    3 [] []
    4 [0] ['长江大桥']
    """

    def __init__(self, words: Sequence[str]) -> None:
        codes = code_points("".join(words))
        lengths = np.fromiter(map(len, words), np.intp, len(words))
        starts = np.cumsum(lengths) - lengths
        # At most half full, even if no two words begin alike.
        bits = max(8, (2 * (len(codes) - len(words))).bit_length())
        # The node of a first character c is slots + c; that of any other character is its slot.
        self._slots = 1 << bits
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(self._slots, EMPTY)
        self._ids = np.full(self._slots + CODES, -1, np.int32)
        alive = np.arange(len(words))
        nodes = self._slots + codes.take(starts).astype(np.intp)
        depth = 1
        while True:
            is_end = lengths.take(alive) == depth
            self._ids[nodes[is_end]] = alive[is_end]
            alive, nodes = alive[~is_end], nodes[~is_end]
            if not len(alive):
                return
            nodes = self._add(_keys(nodes, codes.take(starts.take(alive) + depth)))
            depth += 1

    def matches(self, codes: Codes) -> Iterator[tuple[Nodes, Ids]]:
        """Find every occurrence of every word in a text.

        Parameters
        ----------
        codes : uint32 array (n,)
            The text.

        Yields
        ------
        positions : int array
            For each length 1, 2, ... up to that of the longest beginning of a word in the text: where the words of this
            length start, ascending.
        ids : int32 array
            Which words they are.

        Notes
        -----
        About 35 ns a character with 350,000 words; pieces of 2^17 characters, which fit the cache, are best.
        """
        positions = np.arange(len(codes))
        nodes = codes + np.intp(self._slots)
        length = 1
        while len(positions):
            ids = self._ids.take(nodes)
            hits = np.flatnonzero(ids >= 0)
            yield positions.take(hits), ids.take(hits)
            inside = np.searchsorted(positions, len(codes) - length)
            slots, found = self._find(_keys(nodes[:inside], codes.take(positions[:inside] + length)))
            positions, nodes = positions.take(found), slots.take(found)
            length += 1

    def _home(self, keys: Keys) -> Nodes:
        """Give the first slot to look for each key in."""
        return ((keys * GOLDEN) >> self._shift).view(np.intp)

    def _add(self, keys: Keys) -> Nodes:
        """Give the slot of each key, and a slot to those that have none; keys may repeat.

        All keys go for their slots together. Where several want one, whoever wrote last has it, and the others go on.
        """
        slots = self._home(keys)
        left = np.arange(len(keys))
        key, slot = keys, slots
        while len(left):
            free = np.flatnonzero(self._keys.take(slot) == EMPTY)
            self._keys[slot.take(free)] = key.take(free)
            lost = np.flatnonzero(self._keys.take(slot) != key)
            left, key, slot = left.take(lost), key.take(lost), (slot.take(lost) + 1) & (self._slots - 1)
            slots[left] = slot
        return slots

    def _find(self, keys: Keys) -> tuple[Nodes, Nodes]:
        """Give the slots of the keys, and the indexes of those that are there; the slots of the others mean nothing."""
        slots = self._home(keys)
        there = self._keys.take(slots)
        found = there == keys
        left = np.flatnonzero((there != EMPTY) & ~found)
        key, slot = keys.take(left), slots.take(left)
        while len(left):
            slot = (slot + 1) & (self._slots - 1)
            there = self._keys.take(slot)
            is_key = there == key
            hits = np.flatnonzero(is_key)
            found[left.take(hits)] = True
            slots[left.take(hits)] = slot.take(hits)
            on = np.flatnonzero((there != EMPTY) & ~is_key)
            left, key, slot = left.take(on), key.take(on), slot.take(on)
        return slots, np.flatnonzero(found)


class Lexicon:
    """Words with counts.

    Parameters
    ----------
    words : sequence of str
        Different words, none empty.
    counts : sequence of int, or int64 array
        How often each occurs, at least 1.
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
        self, words: Sequence[str], counts: Sequence[int] | npt.NDArray[np.int64], total: int | None = None
    ) -> None:
        if not words:
            raise LexiconError("a lexicon needs at least one word")
        self.words = list(words)
        self.counts = np.asarray(counts, np.int64)
        self.total = int(self.counts.sum()) if total is None else total

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def trie(self) -> Trie:
        """The words as a trie; made when first asked for."""
        return Trie(self.words)

    @classmethod
    def from_counts(cls, counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> Self:
        """Make a lexicon of words and counts; the counts of a word that is there twice are added.

        Raises
        ------
        LexiconError
            For an empty word, a count below 1 or beyond 2^62, or nothing at all.
        """
        pairs = counts.items() if isinstance(counts, Mapping) else counts
        return cls._of_entries("counts", ((number, word, str(count)) for number, (word, count) in enumerate(pairs, 1)))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], encoding: str = "utf-8") -> Self:
        r"""Read a lexicon, packed or not; the counts of a word that is there twice are added.

        Known forms, told apart by the first line:

        - a table with the columns ``word`` and ``count``, such as ``nlpzero discover`` writes, in tsv, csv or jsonl;
        - lines ``word``, ``word count`` or ``word count tag`` with blanks or tabs between, as in jieba's dictionaries;
          a word without a count, also with a tag (small Latin letters), counts 1; what stands after a count is ignored.

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
        with Corpus([path], encoding=encoding) as corpus:
            return cls._of_entries(os.fspath(path), _entries(os.fspath(path), enumerate(corpus.lines(), 1)))

    @classmethod
    def _of_entries(cls, source: str, entries: Iterable[tuple[int, str, str]]) -> Self:
        """Add up entries (line, word, count), and refuse those that are none."""
        counts: dict[str, int] = {}
        for number, word, count in entries:
            if not (count.isdecimal() and (n := int(count)) and word):
                fault = f"{count!r} is not a count, which is a whole number from 1" if word else "there is no word"
                raise LexiconError(f"{source}: line {number}: {fault}; {_FORMS}", source, number)
            counts[word] = counts.get(word, 0) + n
        if not counts:
            raise LexiconError(f"{source}: there are no words in it; {_FORMS}", source)
        if sum(counts.values()) > _MOST:
            raise LexiconError(f"{source}: the counts add up to more than {_MOST}; divide them", source)
        return cls(list(counts), list(counts.values()))

    def at_least(self, count: int) -> "Lexicon":
        """Give the words that count so much, by the same total.

        Examples
        --------
        >>> Lexicon(["长江", "大桥"], [6, 2]).at_least(3).words
        ['长江']
        """
        kept = np.flatnonzero(self.counts >= count)
        return Lexicon([self.words[i] for i in kept.tolist()], self.counts[kept], self.total)

    def to_userdict(self) -> str:
        r"""Write the lexicon as a file for ``jieba.load_userdict``.

        Examples
        --------
        >>> Lexicon(["长江", "大桥"], [6, 2]).to_userdict()
        '长江 6\n大桥 2\n'
        """
        return "".join(f"{word} {count}\n" for word, count in zip(self.words, self.counts.tolist(), strict=True))


_FORMS = "a word list has lines 'word count', or the columns word and count of a table"
_MOST = 2**63 - 1
_TAG = re.compile("[a-z]+")


def _entries(source: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Read the lines of a word list as (line, word, count); the first that is not blank tells the form."""
    read: Callable[[str], tuple[str, str]] | None = None
    for number, line in lines:
        if not line or line.isspace():
            continue
        try:
            if read is None:
                read, is_header = _form(line)
                if is_header:
                    continue
            yield number, *read(line)
        except (IndexError, KeyError, TypeError, ValueError, csv.Error):
            message = f"{source}: line {number}: {line[:40]!r} is not an entry; {_FORMS}"
            raise LexiconError(message, source, number) from None


def _form(first: str) -> tuple[Callable[[str], tuple[str, str]], bool]:
    """Tell from the first line how to read the others, and whether it is itself a line of column names."""
    if first.startswith('{"'):
        return _read_json, False
    for separator in "\t", ",":
        names = _split(separator, first)
        if "word" in names and "count" in names:
            return partial(_read_row, separator, names.index("word"), names.index("count")), True
    return _read_plain, False


def _split(separator: str, line: str) -> list[str]:
    """Split a row of a table."""
    line = line.removesuffix("\r")
    return line.split(separator) if separator == "\t" else next(csv.reader([line]))


def _read_row(separator: str, word: int, count: int, line: str) -> tuple[str, str]:
    """Read a row of a table."""
    row = _split(separator, line)
    return row[word], row[count]


def _read_json(line: str) -> tuple[str, str]:
    """Read ``{"word": ..., "count": ...}``."""
    row = json.loads(line)
    return row["word"] + "", str(row["count"])  # a word that is no text raises TypeError


def _read_plain(line: str) -> tuple[str, str]:
    """Read ``word [count] [tag]``."""
    word, *more = line.split()
    if not more or (len(more) == 1 and _TAG.fullmatch(more[0])):
        return word, "1"
    return word, more[0]


def _keys(nodes: Nodes, codes: Codes) -> Keys:
    """Pack parents and characters."""
    return (nodes.view(np.uint64) << np.uint64(CODE_BITS)) | codes
