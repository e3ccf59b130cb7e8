"""Segmenters: text in, the same text with delimiters between its words out."""

import functools
import math
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..core.workspace import Workspace
from ..lexicon.lexicon import CODES, Lexicon
from ..reading.corpus import Part, text_of
from ..text.characters import Codes, char_classes, code_points, delimited, is_joined
from .jieba_adapter import hmm_cut, load_words
from .lattice import LONG, Flags, Positions, Words, best_path, stretches

PIECE = 1 << 17
"""Characters segmented at a time: what they need fits the cache."""

_LINE = re.compile(r"[^\n]+?(?=\r?\n|\Z)")


class Segmenter:
    """Cut text into the words of a lexicon, by the most probable path through the lattice (最大概率分词).

    The probability of a word is its count over the total of the lexicon. A unit that is no word (a character, a run of
    digits, a run of Latin letters: see `nlpzero.text`) may be cut out as if it had been counted once, as in jieba. No
    word begins or ends inside a run.

    Parameters
    ----------
    lexicon : Lexicon
        The words; they may hold any character.

    Examples
    --------
    >>> lexicon = Lexicon(["长江", "大桥", "长江大桥", "iPhone17"], [5, 3, 4, 2])
    >>> Segmenter(lexicon).segment("长江大桥上，iPhone17和iPad2026\\n")
    '长江大桥 上 ， iPhone17 和 iPad 2026\\n'
    """

    def __init__(self, lexicon: Lexicon) -> None:
        counts, which = np.unique(lexicon.counts, return_inverse=True)
        total = math.log(lexicon.total)
        self._trie = lexicon.trie
        self._scores = np.array([math.log(count) - total for count in counts.tolist()])[which]
        self._unknown = 0.0 - total
        self._single = np.full(CODES, self._unknown)
        lengths = np.fromiter(map(len, lexicon.words), np.intp, len(lexicon))
        ids = np.flatnonzero(lengths == 1)
        codes = code_points("".join(lexicon.words[i] for i in ids.tolist()))
        self._single[codes] = self._scores[ids]

    def segment(self, text: str, delimiter: str = " ") -> str:
        r"""Put the delimiter between the words of each line; nothing else is changed.

        Parameters
        ----------
        text : str
            Whole lines; ``\n`` or ``\r\n`` at the end of a line is no word.
        delimiter : str
            Deleting it from the result gives the text back, unless the text itself holds it.

        Examples
        --------
        >>> Segmenter(Lexicon(["长江", "江豚"], [2, 1])).segment("长江江豚\n", "/")
        '长江/江豚\n'
        """
        pieces = map(code_points, _pieces(text))
        return "".join(delimited(codes, self.boundaries(codes), delimiter) for codes in pieces)

    def boundaries(self, codes: Codes) -> Flags:
        """Tell of each character whether a word starts with it; a line end counts as words of one character.

        Parameters
        ----------
        codes : uint32 array (n,)
            Code points of whole lines.

        Returns
        -------
        bool array (n,)
        """
        joined = is_joined(char_classes().take(codes))
        # A run is a unit: its first character has the score of the unit, the others add nothing and start no word.
        inner = np.flatnonzero(joined)
        single = self._single.take(codes)
        single[inner - 1] = self._unknown
        single[inner] = 0
        words = self._words(codes)
        if len(inner):
            is_edge = np.append(~joined, True)
            for length, (positions, scores) in enumerate(words, 2):
                whole = np.flatnonzero(is_edge.take(positions) & is_edge.take(positions + length))
                words[length - 2] = positions.take(whole), scores.take(whole)
        is_start = best_path([single, *words], *stretches(_reach(len(codes), words)))
        is_start[inner] = False
        return is_start

    def _words(self, codes: Codes) -> list[Words]:
        """Find the words of 2, 3, ... characters."""
        found = self._trie.matches(codes)
        next(found, None)
        return [(positions, self._scores.take(ids)) for positions, ids in found]


class JiebaSegmenter(Segmenter):
    """Cut text as ``jieba.lcut(line, HMM=False)`` does with the same dictionary, many times faster.

    Blocks of Han characters (U+4E00 to U+9FD5), ASCII letters, digits and ``+#&._%-`` are cut into words; any other
    character is a word of its own. Where longer words start, a character that is no word itself is not cut off. ASCII
    letters and digits that were cut into single characters are joined again.

    Examples
    --------
    >>> jieba_segmenter().segment("用C++写的程序，有iPhone版。")
    '用 C++ 写 的 程序 ， 有 iPhone 版 。'

    Notes
    -----
    Scores are added in jieba's order over each block, so that near-ties round as in jieba. Only in blocks of more than
    512 characters may the last bits of a sum differ, and equally good cuts be chosen differently.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._is_partial = np.zeros(CODES, np.bool_)
        self._is_partial[code_points("".join(word[0] for word in lexicon.words))] = True
        self._is_partial[code_points("".join(word for word in lexicon.words if len(word) == 1))] = False

    def boundaries(self, codes: Codes) -> Flags:
        single = self._single.take(codes)
        words = self._words(codes)
        for positions, _ in words:
            single[positions[self._is_partial.take(codes.take(positions))]] = -np.inf
        kind = _jieba_kinds().take(codes)
        is_cut = np.ones(len(codes), np.bool_)
        is_cut[1:] = (kind[1:] == 0) | (kind[:-1] == 0)
        starts = np.flatnonzero(is_cut)
        lengths = np.diff(starts, append=len(codes))
        if lengths.max(initial=0) > LONG:
            in_long = np.repeat(lengths > LONG, lengths)
            free, _ = stretches(_reach(len(codes), words))
            is_cut[free] |= in_long[free]
            starts = np.flatnonzero(is_cut)
            lengths = np.diff(starts, append=len(codes))
        is_start = best_path([single, *words], starts, lengths)
        is_alone = (kind == 2) & is_start
        is_alone[:-1] &= is_start[1:]
        is_start[1:] &= ~(is_alone[1:] & is_alone[:-1])
        return is_start


class HmmSegmenter:
    """Cut text as ``jieba.lcut(line)`` does: by jieba itself, with its hidden Markov model for unknown words.

    Examples
    --------
    >>> jieba_segmenter().segment("孟小帆来了"), HmmSegmenter().segment("孟小帆来了")
    ('孟 小 帆 来 了', '孟小帆 来 了')
    """

    def segment(self, text: str, delimiter: str = " ") -> str:
        """Put the delimiter between the words of each line; nothing else is changed."""
        return _LINE.sub(lambda line: delimiter.join(hmm_cut(line[0])), text)


@functools.lru_cache(maxsize=1)
def load_segmenter(lexicon: str | None = None, hmm: bool = False) -> Segmenter | HmmSegmenter:
    """Give a segmenter, loaded once in a process, so that tasks for workers need only say which.

    Parameters
    ----------
    lexicon : str, optional
        A file for `Lexicon.from_file`; jieba's dictionary by default.
    hmm : bool
        Whether jieba itself cuts, with its hidden Markov model and its dictionary.

    Raises
    ------
    CorpusError, LexiconError
        As `Lexicon.from_file` and `jieba_segmenter` do.

    Examples
    --------
    >>> load_segmenter().segment("长江大桥")
    '长江大桥'
    """
    if hmm:
        return HmmSegmenter()
    return Segmenter(Lexicon.from_file(lexicon)) if lexicon else jieba_segmenter()


def segment_text(text: str, delimiter: str = " ", lexicon: str | None = None, hmm: bool = False) -> str:
    """Segment whole lines with the segmenter of that name: a function that can be sent to workers.

    Examples
    --------
    >>> segment_text("长江大桥上\\n", "/")
    '长江大桥/上\\n'
    """
    return load_segmenter(lexicon, hmm).segment(text, delimiter)


def cut_part(cut: Callable[[str], str], part: Part) -> bytes:
    """Read a part of a corpus, cut it and give UTF-8."""
    return cut(text_of(part)).encode("utf-8", "surrogateescape")


def cut_to_file(workspace: Workspace, cut: Callable[[str], str], part: Part) -> Path:
    """Do as `cut_part`, but leave the bytes in a new file: a task for workers, for whom pipes are slower."""
    path = workspace.path()
    path.write_bytes(cut_part(cut, part))
    return path


@functools.cache
def jieba_segmenter() -> JiebaSegmenter:
    """Give the segmenter with jieba's dictionary; loaded once in a process, in 0.3 s.

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> jieba_segmenter().segment("长江大桥")
    '长江大桥'
    """
    return JiebaSegmenter(load_words())


@functools.cache
def _jieba_kinds() -> npt.NDArray[np.uint8]:
    """Give for every code point 1 if it is in jieba's blocks, 2 if it is also an ASCII letter or digit, else 0."""
    kinds = np.zeros(CODES, np.uint8)
    kinds[0x4E00:0x9FD6] = 1
    kinds[code_points("+#&._%-")] = 1
    kinds[code_points(string.ascii_letters + string.digits)] = 2
    return kinds


def _reach(n: int, words: list[Words]) -> Positions:
    """Give the end of the longest word from each of n positions."""
    reach = np.arange(1, n + 1)
    for length, (positions, _) in enumerate(words, 2):
        reach[positions] = positions + length
    return reach


def _pieces(text: str) -> Iterator[str]:
    """Cut a text after line ends into pieces of about `PIECE` characters."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + PIECE - 1) + 1 or len(text)
        yield text[start:end]
        start = end
