"""What a document is: a file, a line, a paragraph, or all records that have the same label.

Lines and paragraphs have no names: they are counted in the order of the text. Files and labels have names: all that has
the same name is one document.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError
from ..reading.parts import Part, text_of
from ..segment.cutter import LINE_END, Cutter, is_blank
from ..segment.encoding import Tokens, encode
from ..text.characters import code_points
from ..text.units import visible
from ..text.words import are_words

Kind = Literal["none", "file", "line", "paragraph", "label"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMED = ("file", "label")
"""Kinds whose documents have names."""
NO_LINES = np.zeros(1, np.int64)
"""The first line of a block, where one document begins."""


@dataclass(frozen=True)
class DocumentUnit:
    """What makes a document of a text (文档单位).

    Attributes
    ----------
    kind : {"none", "file", "line", "paragraph", "label"}
        Blank lines are no documents and end paragraphs. With "label", every record of a text that is read by fields
        has its label in the first of them.
    fields : int
        With a label, how many fields of text follow it.
    by : {"", "file", "label"}
        What part of the corpus a document is in, beside, for lines and paragraphs.

    Examples
    --------
    >>> DocumentUnit("paragraph").is_named
    False
    """

    kind: Kind = "none"
    fields: int = 1
    by: Literal["", "file", "label"] = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise CorpusError(f"`document` is {self.kind!r}; there are {', '.join(KINDS)}")
        if self.by and self.is_named:
            raise CorpusError(f"`document` is {self.kind!r}, no smaller than a part of the corpus; give line")
        if self.by == "label" and self.kind == "paragraph":
            raise CorpusError("`document` is 'paragraph', but records have lines; give line")

    @property
    def is_named(self) -> bool:
        """Whether documents have names."""
        return self.kind in NAMED


class DocumentTokens(NamedTuple):
    """The words of a block, and which of its documents each is in.

    Attributes
    ----------
    tokens : Tokens
        Words only, without punctuation; `words` are the distinct ones.
    holders : int64 array (t,)
        For each word the number of its document in the block.
    documents : int
        How many there are in the block.
    names : list of str
        Of named documents.
    goes_on : bool
        Whether the first document may have begun in the block before.
    stays_open : bool
        Whether the last one may go on in the next block.
    first_lines : int64 array
        For each document the line of the block that it begins with, from 0.
    parts : list of str
        For each document the part of the corpus that it is in, if that was asked for.
    """

    tokens: Tokens
    holders: npt.NDArray[np.int64]
    documents: int
    names: list[str]
    goes_on: bool = False
    stays_open: bool = False
    first_lines: npt.NDArray[np.int64] = NO_LINES
    parts: Sequence[str] = ()


def read_documents(part: str | Part, cutter: Cutter, unit: DocumentUnit) -> DocumentTokens:
    r"""Cut a block of text into words, and tell in which document each stands.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BLANKS
    >>> read = read_documents("江 上\n有 船\n\n天 亮 。\n", BLANKS, DocumentUnit("paragraph"))
    >>> read.holders.tolist(), read.documents, read.goes_on, read.stays_open
    ([0, 0, 0, 0, 1, 1], 2, True, True)
    """
    text = text_of(part)
    labels: list[str] = []
    if "label" in (unit.kind, unit.by):
        labels, text = _labelled(text, unit.fields)
    found = encode(text, cutter)
    kept = are_words(found.words)
    tokens = found.only(kept)
    source = "" if isinstance(part, str) else part.source
    if unit.kind in ("none", "file"):
        return DocumentTokens(tokens, np.zeros(len(tokens.ids), np.int64), 1, [source], True, True)
    if unit.kind == "label":
        names = [*dict.fromkeys(labels)]
        number = {name: i for i, name in enumerate(names)}
        of_line = np.repeat(np.fromiter(map(number.__getitem__, labels), np.int64, len(labels)), unit.fields)
        return DocumentTokens(tokens, np.repeat(of_line, tokens.lengths), len(names), names)
    is_full = _full_lines(text)
    is_first = is_full.copy()
    if unit.kind == "paragraph":
        is_first[1:] &= ~is_full[:-1]
    of_line = np.cumsum(is_first) - 1
    documents = int(is_first.sum())
    open_ends = unit.kind == "paragraph" and documents > 0
    holders = np.repeat(of_line, tokens.lengths)
    ends = (open_ends and bool(is_full[0]), open_ends and bool(is_full[-1]))
    first_lines = np.flatnonzero(is_first)
    parts = [source] * documents if unit.by == "file" else []
    if unit.by == "label":
        parts = [labels[line // unit.fields] for line in first_lines.tolist()]
    return DocumentTokens(tokens, holders, documents, [], *ends, first_lines, parts)


def _full_lines(text: str) -> npt.NDArray[np.bool_]:
    """Tell of each line whether anything but white space is in it."""
    codes, _ = visible(code_points(text))
    ends = np.flatnonzero(codes == LINE_END)
    if len(codes) and codes[-1] != LINE_END:
        ends = np.append(ends, len(codes))
    seen = np.append(0, np.cumsum(~is_blank().take(codes)))
    result: npt.NDArray[np.bool_] = np.diff(seen.take(ends), prepend=0) > 0
    return result


def _labelled(text: str, fields: int) -> tuple[list[str], str]:
    """Part lines of labels from lines of text."""
    lines = text.removesuffix("\n").split("\n")
    labels = [label.strip() for label in lines[:: fields + 1]]
    body = [line for number, line in enumerate(lines) if number % (fields + 1)]
    return labels, "".join(f"{line}\n" for line in body)


class Numbering:
    """Numbers the documents of blocks that come one after the other.

    Examples
    --------
    >>> numbering = Numbering(DocumentUnit("line"))
    >>> tokens = Tokens(np.empty(0, np.uint32), np.empty(0, np.int64), [])
    >>> block = DocumentTokens(tokens, np.empty(0, np.int64), 2, [])
    >>> numbering.take("", block).tolist(), numbering.take("", block).tolist(), numbering.documents
    ([0, 1], [2, 3], 4)
    """

    def __init__(self, unit: DocumentUnit) -> None:
        self._unit = unit
        self._number: dict[str, int] = {}
        self._open: str | None = None
        self._documents = 0
        self._parts: dict[str, int] = {}
        self._of_document = array("q")

    @property
    def documents(self) -> int:
        """How many there are up to now."""
        return len(self._number) if self._unit.is_named else self._documents

    @property
    def names(self) -> list[str]:
        """The names of named documents, as they first occur."""
        return list(self._number)

    @property
    def parts(self) -> list[str]:
        """The names of the parts of the corpus, as they first occur."""
        return list(self._parts)

    @property
    def of_document(self) -> npt.NDArray[np.int64]:
        """The number of the part that each document is in."""
        return np.array(self._of_document, np.int64)

    def take(self, source: str, block: DocumentTokens) -> npt.NDArray[np.int64]:
        """Give the numbers of the documents of the next block."""
        if self._unit.is_named:
            numbers = [self._number.setdefault(name, len(self._number)) for name in block.names]
            return np.array(numbers, np.int64)
        first = self._documents - (block.goes_on and self._open == source)
        new = block.parts[self._documents - first :]
        self._of_document.extend([self._parts.setdefault(name, len(self._parts)) for name in new])
        self._documents = first + block.documents
        if block.documents:
            self._open = source if block.stays_open else None
        else:
            self._open = None
        return np.arange(first, self._documents)


def ordered_names(names: Sequence[str]) -> list[int]:
    """Give the order of names, in which numbers inside them count as numbers: 2 stands before 10.

    Examples
    --------
    >>> names = ["v10", "v2", "a"]
    >>> [names[i] for i in ordered_names(names)]
    ['a', 'v2', 'v10']
    """
    import re

    def key(name: str) -> list[tuple[int, int, str]]:
        pieces = re.split(r"([0-9]+)", name)
        return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece]

    return sorted(range(len(names)), key=lambda i: (key(names[i]), names[i]))
