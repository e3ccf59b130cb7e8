"""In which documents words stand, and how often (词-文档矩阵): a sparse matrix whose entries may stay in files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging
from ..core.job import Execution
from ..core.pieces import let_go
from ..core.workspace import NONE, Column, Counts, StoredRun
from ..errors import ModelError
from .documents import KINDS, NAMED

ENTRIES = 1 << 18
"""Entries that are looked at together; with what is made of them, about 20 MB."""


class TableRows(NamedTuple):
    """The rows of some words.

    Attributes
    ----------
    words : slice
        Which words.
    begins : int64 array
        Where the row of each begins in the two others; none is empty.
    columns : uint32 array
    values : int64 array
    """

    words: slice
    begins: Counts
    columns: npt.NDArray[np.uint32]
    values: Counts


@dataclass(frozen=True)
class DocumentTable:
    """In which documents words stand, and how often: the rows of a sparse matrix (词-文档矩阵).

    Attributes
    ----------
    kind : str
        What a document is: see `nlpzero.corpora.documents.DocumentUnit`.
    lengths : int64 array (d,)
        Words in each document.
    names : list of str
        Of files and labels; else empty.
    starts : int64 array (n + 1,)
        Where the row of each word begins in `columns` and `values`.
    columns : uint32 array
        Documents, rising in each row.
    values : integer array
        How often the word stands in the document.
    by : str
        What a part of the corpus is, if documents were counted by parts.
    parts : list of str
        Their names.
    of_document : int64 array (d,) or None
        The part that each document is in.
    kept : object
        What keeps the files that columns and values may be maps of.
    """

    kind: str
    lengths: Counts
    names: list[str]
    starts: Counts
    columns: npt.NDArray[np.uint32]
    values: npt.NDArray[Any]
    by: str = ""
    parts: list[str] = field(default_factory=list)
    of_document: Counts | None = None
    kept: object = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.lengths)

    def in_memory(self) -> "DocumentTable":
        """Give the same with arrays that are no maps of files."""
        return replace(self, columns=np.array(self.columns), values=np.array(self.values), kept=None)

    def entries(self) -> Iterator[tuple[int, npt.NDArray[np.uint32], Counts]]:
        """Give the entries some at a time, with the number of those before."""
        for at in range(0, len(self.columns), ENTRIES):
            columns, values = self._part(at, at + ENTRIES)
            yield at, columns, values

    def rows(self) -> Iterator[TableRows]:
        """Give the rows some at a time."""
        first, starts = 0, self.starts
        while first < len(starts) - 1:
            last = max(first + 1, int(np.searchsorted(starts, starts[first] + ENTRIES, "right")) - 1)
            begin, end = int(starts[first]), int(starts[last])
            yield TableRows(slice(first, last), starts[first:last] - begin, *self._part(begin, end))
            first = last

    def _part(self, start: int, stop: int) -> tuple[npt.NDArray[np.uint32], Counts]:
        """Copy some entries."""
        columns, values = self.columns[start:stop], self.values[start:stop]
        copies = np.array(columns), values.astype(np.int64)
        let_go(columns)
        let_go(values)
        return copies

    def taken(self, words: Counts) -> tuple[Counts, npt.NDArray[np.uint32], Counts]:
        """Give the rows of some words; that of -1 is empty.

        Returns
        -------
        starts : int64 array (w + 1,)
        columns, values : arrays
            As those of the table.
        """
        known = words[words >= 0]
        spans = zip(self.starts.take(known).tolist(), self.starts.take(known + 1).tolist(), strict=True)
        pieces = [self._part(start, stop) for start, stop in spans]
        sizes = np.where(words >= 0, np.diff(self.starts).take(np.maximum(words, 0)), 0)
        columns, values = zip((self.columns[:0], np.empty(0, np.int64)), *pieces, strict=True)
        return np.append(0, np.cumsum(sizes)), np.concatenate(columns), np.concatenate(values)

    def fits(self, counts: Counts) -> bool:
        """Tell whether the entries are in order, and add up to the counts of words and the lengths of documents."""
        starts = self.starts
        if self.kind not in KINDS or bool(self.names) != (self.kind in NAMED) or (np.diff(starts) < 1).any():
            return False
        lengths, last = np.zeros(len(self), np.int64), -1
        for at, columns, values in self.entries():
            rises = np.diff(columns.astype(np.int64), prepend=last) > 0
            rises[starts[slice(*np.searchsorted(starts, [at, at + len(columns)]))] - at] = True
            if not rises.all() or values.min() < 1:
                return False
            np.add.at(lengths, columns, values)
            last = int(columns[-1])
        sums = [np.add.reduceat(rows.values, rows.begins) for rows in self.rows()]
        return bool((lengths == self.lengths).all()) and np.array_equal(np.concatenate([counts[:0], *sums]), counts)


def document_table(
    kind: str, lengths: Counts, names: list[str], size: int, runs: Sequence[StoredRun], execution: Execution
) -> DocumentTable:
    """Add runs of (word, document) to one matrix; its entries are in files where memory does not hold them."""
    workspace, documents = execution.workspace, np.uint64(len(lengths))
    in_row = np.zeros(size, np.int64)
    columns, values = Column(workspace, np.uint32), Column(workspace, np.uint32)
    for run in Merging(runs, workspace=workspace, engine=execution.engine):
        if run.counts.max(initial=0) >= NONE:
            raise ModelError("a word occurs more than 4,294,967,294 times in one document; take smaller documents")
        rows = (run.keys // documents).astype(np.int64)
        if len(rows):  # sorted
            in_row[rows[0] : rows[-1] + 1] += np.bincount(rows - rows[0])
        columns.append((run.keys - rows.astype(np.uint64) * documents).astype(np.uint32))
        values.append(run.counts.astype(np.uint32))
    for stored in runs:
        workspace.discard(*stored)
    kept = columns.stored(), values.stored()
    starts = np.append(0, np.cumsum(in_row))
    return DocumentTable(kind, lengths, names, starts, kept[0].unchecked, kept[1].unchecked, kept=kept)
