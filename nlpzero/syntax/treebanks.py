"""Trees of any form as what can be compared: words without punctuation, links, spans."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

from ..errors import CorpusError
from ..text.words import are_words
from .conllu import DependencyTree, read_conllu

_PIECES = re.compile(r"\\(.)|([()])|(\s+)|([^()\\\s]+)", re.DOTALL)
MarkedText = list[tuple[str, bool]]
"""Text, and whether it is a mark of the tree: a bracket or a blank."""


class Shape(NamedTuple):
    """A tree without punctuation.

    Attributes
    ----------
    words : tuple of str
        What of each word is a letter, digit or character; where a bracketed tree has no blanks between words, what
        stands between two of its brackets.
    heads : tuple of int, or None
        The number of each word's head, from 1; 0: the root. A word that hangs on punctuation takes the head of that.
    spans : frozenset of (int, int)
        What a constituent begins and ends with, in characters of the joined words.
    """

    words: tuple[str, ...]
    heads: tuple[int, ...] | None
    spans: frozenset[tuple[int, int]]

    @property
    def text(self) -> str:
        """The words, joined."""
        return "".join(self.words)

    @property
    def links(self) -> frozenset[tuple[int, int]]:
        """The pairs of linked words, from 1, smaller number first."""
        pairs = enumerate(self.heads or (), 1)
        return frozenset((min(word, head), max(word, head)) for word, head in pairs if head > 0)

    def edges(self) -> list[int]:
        """Give where words begin, in characters, and where the last one ends."""
        return [*accumulate(map(len, self.words), initial=0)]


def shape_of(tree: DependencyTree) -> Shape:
    """Leave the punctuation out of a dependency tree; its constituents are what hangs on each word.

    Examples
    --------
    >>> shape = shape_of(DependencyTree(["水", "涨", "了", "。"], [2, 0, 2, 2]))
    >>> shape.words, shape.heads, sorted(shape.spans)
    (('水', '涨', '了'), (2, 0, 2), [(0, 1), (0, 3), (2, 3)])
    """
    is_word = are_words(tree.words).tolist()
    number = [*accumulate(is_word, initial=0)]
    heads = []
    for word, kept in enumerate(is_word):
        if kept:
            head = tree.heads[word]
            while head and not is_word[head - 1]:
                head = tree.heads[head - 1]
            heads.append(number[head] if head else 0)
    words = tuple(map(_letters, (word for word, kept in zip(tree.words, is_word, strict=True) if kept)))
    return Shape(words, tuple(heads), spans_of(words, heads))


def spans_of(words: Sequence[str], heads: Sequence[int]) -> frozenset[tuple[int, int]]:
    """Give for each word from where to where it and all that hangs on it reaches, in characters."""
    edges = [*accumulate(map(len, words), initial=0)]
    first, last = [*range(len(words))], [*range(len(words))]
    for word in range(len(words)):
        above = heads[word]
        while above > 0:
            if first[above - 1] <= word <= last[above - 1]:
                break  # so it is for all above, too
            first[above - 1], last[above - 1] = min(first[above - 1], word), max(last[above - 1], word)
            above = heads[above - 1]
    return frozenset((edges[a], edges[b + 1]) for a, b in zip(first, last, strict=True))


def _letters(text: str) -> str:
    """Leave out what is no letter, digit or character."""
    kept = are_words([*text]).tolist()
    return "".join(one for one, is_kept in zip(text, kept, strict=True) if is_kept)


def read_trees(lines: Iterable[str], name: str = "trees") -> Iterator[Shape]:
    r"""Read trees to compare (读取句法树): CoNLL-U, or trees in brackets, as the first line that is not blank tells.

    A tree in brackets goes on until its brackets are closed; blanks separate words. Where all of it is in one bracket,
    what follows a bracket is a label, as in treebanks: ``(S (NP 水) (VP 涨 了))``; else it is as `nlpzero parse
    --format brackets` writes it, a backslash before brackets of the text.

    Parameters
    ----------
    lines : iterable of str
    name : str
        What messages call them.

    Raises
    ------
    CorpusError
        With file and line, for what is no tree.

    Examples
    --------
    >>> next(read_trees(["(水 涨) 了\n"]))
    Shape(words=('水', '涨', '了'), heads=None, spans=frozenset({(0, 2)}))
    >>> sorted(next(read_trees(["(S (NP (N 水))", " (VP (V 涨) (P 了)))"])).spans)
    [(0, 1), (0, 3), (1, 2), (1, 3), (2, 3)]
    """
    source = iter(lines)
    head: list[str] = []
    for line in source:
        head.append(line)
        if line.strip():
            break
    every = chain(head, source)
    if head and (head[-1].startswith("#") or head[-1].count("\t") > 1):
        yield from map(shape_of, read_conllu(every, name))
    else:
        yield from _bracketed(every, name)


def _bracketed(lines: Iterable[str], name: str) -> Iterator[Shape]:
    """Read trees in brackets."""
    pieces: MarkedText = []
    depth = number = 0
    for number, line in enumerate(lines, 1):
        for escaped, bracket, blank, plain in _PIECES.findall(line.removesuffix("\n")):
            pieces.append((escaped or bracket or blank or plain, bool(bracket or blank)))
            depth += (bracket == "(") - (bracket == ")")
            if depth < 0:
                raise CorpusError(f"{name}: line {number}: a closing bracket too many; mend the tree", name, number)
        if depth:
            pieces.append((" ", True))
        elif any(text.strip() for text, _ in pieces):
            yield _shape(pieces)
            pieces = []
    if depth:
        raise CorpusError(f"{name}: line {number}: a closing bracket is missing; mend the tree", name, number)


def _shape(pieces: MarkedText) -> Shape:
    """Make words and spans of a tree in brackets."""
    pieces = [*pieces]
    while pieces[0][1] and not pieces[0][0].strip():
        del pieces[0]
    while pieces[-1][1] and not pieces[-1][0].strip():
        del pieces[-1]
    labelled = pieces[0] == ("(", True) and _closes_at(pieces) == len(pieces) - 1
    words: list[str] = [""]
    length = 0
    left: list[int] = []
    spans: set[tuple[int, int]] = set()
    label = False
    for text, is_mark in pieces:
        if not is_mark:
            kept = "" if label else _letters(text)
            words[-1] += kept
            length += len(kept)
            continue
        label = labelled and text == "("
        words.append("")
        if text == "(":
            left.append(length)
        elif text == ")":
            spans.add((left.pop(), length))
    return Shape(tuple(filter(None, words)), None, frozenset(span for span in spans if span[0] < span[1]))


def _closes_at(pieces: MarkedText) -> int:
    """Find the bracket that closes the first one."""
    depth = 0
    for number, (text, is_mark) in enumerate(pieces):
        depth += is_mark and text == "("
        depth -= is_mark and text == ")"
        if not depth:
            return number
    return -1
