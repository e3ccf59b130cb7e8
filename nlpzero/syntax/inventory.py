"""An inventory of templates: templates with counts, read from a table, and found in sentences word by word."""

import csv
import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Keys
from ..errors import ModelError
from ..reading.corpus import read_lines
from ..text.words import is_number
from .form import NUMBER, Template, read_template

Places = npt.NDArray[np.intp]

COLUMNS = ("template", "count")
"""What a table of templates needs; `words` and `gaps` are checked where it has them."""

_REMEDY = "write it with: nlpzero templates -o FILE"
_MOST = 2**63 - 1
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_ESCAPED = re.compile(r"\\([tnr\\])")


class Inventory:
    """Templates with counts, to parse with.

    Gaps at the edges of a template say nothing, as anything may stand around it: they are left out, and the counts of
    what is then the same are added up. Templates of one word are left out, too.

    Parameters
    ----------
    templates : sequence of Template
    counts : sequence of int
        How often each occurs, at least 1; P(template) is its share of their sum.

    Raises
    ------
    ModelError
        If there is no template of two words.

    Attributes
    ----------
    templates : list of Template
        All different, in the order given.
    counts : int64 array (n,)
    rank : dict of str to int
        The words of all templates, and their ranks.
    keys : uint64 array (nodes,)
        Templates are a tree of words, each reached across a gap or not; a node is the beginning of some template. The
        nodes but the root, which is 0, as parent, whether a gap comes before the word, word (see `key`); sorted.
    template_of : int64 array (nodes + 1,)
        The template that a node is, or -1.
    has_gaps : bool array (nodes + 1,)
        Whether a gap may follow.

    Examples
    --------
    >>> inventory = Inventory([(None, "可以", None, "吗"), ("可以", None, "吗"), ("水", None)], [3, 1, 5])
    >>> inventory.templates, inventory.counts.tolist(), inventory.rank
    ([('可以', None, '吗')], [4], {'可以': 0, '吗': 1})
    """

    def __init__(self, templates: Sequence[Template], counts: Sequence[int] | Counts) -> None:
        total: dict[Template, int] = {}
        for template, count in zip(templates, np.asarray(counts, np.int64).tolist(), strict=True):
            core = template[template[:1] == (None,) : len(template) - (template[-1:] == (None,))]
            if len(core) > 1:
                total[core] = total.get(core, 0) + count
        if not total:
            raise ModelError("there is no template of two words to parse with")
        self.templates = list(total)
        self.counts = np.array(list(total.values()), np.int64)
        self.rank: dict[str, int] = {}
        for template in self.templates:
            for item in template:
                if item is not None:
                    self.rank.setdefault(item, len(self.rank))
        self.bits = max(1, (len(self.rank) - 1).bit_length())
        found: dict[int, int] = {}  # key: node, numbered as found
        ends: list[int] = []
        for template in self.templates:
            node, gap = 0, 0
            for item in template:
                if item is None:
                    gap = 1
                else:
                    node = found.setdefault(self.key(node, gap, self.rank[item]), len(found) + 1)
                    gap = 0
            ends.append(node)
        keys = np.fromiter(found, np.uint64, len(found))
        order = np.argsort(keys)
        self.keys: Keys = keys[order]
        self._nodes = order + 1
        self.template_of = np.full(len(found) + 1, -1, np.int64)
        self.template_of[ends] = np.arange(len(ends))
        self.has_gaps = np.zeros(len(found) + 1, np.bool_)
        across = self.keys[(self.keys >> np.uint64(self.bits)) & np.uint64(1) == 1]
        self.has_gaps[(across >> np.uint64(self.bits + 1)).astype(np.intp)] = True

    def __len__(self) -> int:
        return len(self.templates)

    def key(self, node: Any, gap: int, word: Any) -> Any:
        """Pack a node, whether a gap follows, and the next word: numbers or arrays."""
        return (node << (self.bits + 1)) | (gap << self.bits) | word

    def children(self, nodes: Places, gap: int, words: Places) -> tuple[Places, Places]:
        """Give the indexes of those nodes that have a child for the word, and the child of each."""
        keys = self.key(nodes, gap, words).astype(np.uint64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        kept = np.flatnonzero((self.keys[places] == keys) & (words >= 0))
        return kept, self._nodes[places[kept]]

    def ranks(self, words: Sequence[str]) -> Places:
        """Give the ranks of words, -1 for those in no template; a number that is in none is any number."""
        number = self.rank.get(NUMBER, -1)
        found = (self.rank.get(word, number if number >= 0 and is_number(word) else -1) for word in words)
        return np.fromiter(found, np.intp, len(words))

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        gap: str = "[X]",
        limit: int | None = None,
        encoding: str = "utf-8",
        errors: str = "strict",
    ) -> Self:
        r"""Read a table of templates as `nlpzero templates` writes it, in tsv, csv or jsonl, packed or not.

        Parameters
        ----------
        path : path
        gap : str
            How gaps are written.
        limit : int, optional
            Use only this many, the most frequent ones.
        encoding, errors : str
            As for `nlpzero.reading.corpus.read_lines`.

        Raises
        ------
        CorpusError
            For a file that cannot be read.
        ModelError
            With file and line, for one that is no such table, or damaged.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "templates.tsv")
        ...     _ = path.write_text("template\tcount\n[X] 可以 [X] 吗\t3\n", "utf-8")
        ...     Inventory.from_file(path).templates
        [('可以', None, '吗')]
        """
        source = os.fspath(path)
        counts: dict[Template, int] = {}
        lines = [*read_lines(path, encoding, errors)]
        for line, template, count in _rows(source, lines, gap):
            if template in counts:
                raise _damage(source, line, "the template is there twice")
            counts[template] = count
        if not counts:
            raise ModelError(f"{source}: there are no templates in it; {_REMEDY}")
        if sum(counts.values()) > _MOST:
            raise ModelError(f"{source}: the counts add up to more than {_MOST}; divide them")
        chosen = sorted(counts, key=lambda template: -counts[template])[:limit]
        try:
            return cls(chosen, [counts[template] for template in chosen])
        except ModelError:
            raise ModelError(f"{source}: there is no template of two words in it; {_REMEDY}") from None


class _Row(NamedTuple):
    """What a row says, as text, or None where the table does not have the column."""

    template: Any
    count: Any
    words: Any
    gaps: Any


def _damage(source: str, line: int, fault: str) -> ModelError:
    """Make the error of a bad row."""
    return ModelError(f"{source}: line {line}: {fault}; the table is damaged, {_REMEDY}")


def _rows(source: str, lines: Sequence[str], gap: str) -> Iterator[tuple[int, Template, int]]:
    """Read and check the rows: line, template, count."""
    for line, row in _fields(source, lines):
        if row.template is None or not str(row.count).isdecimal() or int(row.count) == 0:
            raise _damage(source, line, "there is no template with a count from 1")
        items = tuple(None if part == gap else part for part in str(row.template).split(" "))
        if "" in items or all(item is None for item in items):
            raise _damage(source, line, f"{row.template!r} is no template")
        if items != read_template(str(row.template), gap):
            raise _damage(source, line, f"{row.template!r} is not written with blanks between its words and {gap}")
        gaps = items.count(None)
        for column, number, said in (("words", len(items) - gaps, row.words), ("gaps", gaps, row.gaps)):
            if said is not None and str(said) != str(number):
                raise ModelError(
                    f"{source}: line {line}: {row.template!r} has {number} {column}, not {said}; if its gaps are not "
                    f"written {gap} give `gap`, else {_REMEDY}"
                )
        yield line, items, int(row.count)


def _fields(source: str, lines: Sequence[str]) -> Iterator[tuple[int, _Row]]:
    """Split the rows of a table, which names its columns in the first line or, in jsonl, in each."""
    columns: list[str] | None = None
    separator = ""
    for line, text in enumerate(lines, 1):
        text = text.removesuffix("\r")
        if not text:
            continue
        try:
            if text.startswith('{"') and not separator:
                entry = json.loads(text)
                yield line, _Row(*(entry.get(name) for name in _Row._fields))
                continue
            if columns is None:
                separator = "\t" if "\t" in text else ","
                columns = _split(separator, text)
                if not set(COLUMNS) <= set(columns):
                    raise ModelError(
                        f"{source}: line {line}: not a table of templates, which begins with the names of its columns, "
                        f"template and count among them; {_REMEDY}"
                    )
                continue
            entry = dict(zip(columns, _split(separator, text), strict=True))
        except (ValueError, csv.Error):
            raise _damage(source, line, f"{text[:40]!r} is not a row") from None
        yield line, _Row(*(entry.get(name) for name in _Row._fields))


def _split(separator: str, line: str) -> list[str]:
    """Split a row, and undo what the writer does to odd characters."""
    if separator == ",":
        return next(csv.reader([line]))
    fields = line.split(separator)
    return [_ESCAPED.sub(lambda found: _ESCAPES[found[1]], field) for field in fields] if "\\" in line else fields
