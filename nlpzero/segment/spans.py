"""Where words stand (词的位置), and the shorter words inside long ones, for search engines."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from ..reading.parts import Block, text_of
from ..text.characters import code_points
from .cutter import LINE_END, Cutter, word_spans

Finder = Callable[[str], list[tuple[int, int]]]


class PlacedWord(NamedTuple):
    """A word: its line, where it starts and ends in it (exclusive), the same in the block, its characters."""

    line: int
    start: int
    end: int
    first: int
    last: int
    word: str


class InnerWords:
    """The words of a list inside longer ones (搜索引擎模式): every two, then every three characters that are one.

    Examples
    --------
    >>> inner = InnerWords(frozenset(["长江", "大桥", "江大"]))
    >>> inner("长江大桥")
    [(0, 2), (1, 3), (2, 4)]
    """

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words

    def __call__(self, word: str) -> list[tuple[int, int]]:
        """Give where the words of two and three characters in a word start and end, the word itself left out."""
        sizes = [size for size in (2, 3) if size < len(word)]
        every = ((at, at + size) for size in sizes for at in range(len(word) - size + 1))
        return [(start, end) for start, end in every if word[start:end] in self.words]


def block_words(cutter: Cutter, inner: InnerWords | None, block: Block) -> tuple[Block, list[PlacedWord]]:
    """Cut a block of a corpus and give its words with their places: a task for workers.

    Parameters
    ----------
    cutter : Cutter
    inner : InnerWords, optional
        Gives the words inside words, which come before the word they are in.
    block : Block

    Returns
    -------
    block : Block
    words : list of PlacedWord
        All words, also marks of punctuation, but no white space and no stop words.

    Examples
    --------
    >>> from .cutter import BlankCutter
    >>> _, words = block_words(BlankCutter(), None, Block("a", 3, "江 上\\n有 船\\n"))
    >>> words[2]
    PlacedWord(line=4, start=0, end=1, first=4, last=5, word='有')
    """
    source, read = block.text, text_of(block)
    codes = code_points(read)
    starts, ends = word_spans(codes, cutter.marks(codes))
    whole = ends > starts
    starts, ends = starts[whole], ends[whole]
    line_starts = np.append(0, np.flatnonzero(code_points(source) == LINE_END) + 1)
    lines = np.searchsorted(line_starts, starts, "right") - 1
    find: Finder | None = cache(inner) if inner is not None else None
    words: list[PlacedWord] = []
    for start, end, line, base in zip(
        starts.tolist(), ends.tolist(), lines.tolist(), line_starts[lines].tolist(), strict=True
    ):
        word = read[start:end]
        if word in cutter.stop:
            continue
        spans = [(start + a, start + b) for a, b in find(word)] if find is not None else []
        for a, b in [*spans, (start, end)]:
            words.append(PlacedWord(block.number(line), a - base, b - base, a, b, source[a:b].replace("\n", "")))
    return block, words
