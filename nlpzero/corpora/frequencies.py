"""How often each word stands in a corpus, and in which of its documents (词频表): counted exactly, kept, added up."""

import functools
import operator
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from ..core.archive import pack_words, read_archive, unpack_words, write_archive
from ..core.counting import count, summed
from ..core.job import Cost, Execution, Job, open_execution
from ..core.schema import Member, Schema
from ..core.tally import Tally
from ..core.workspace import Counts, StoredRun, Workspace, WorkspaceArray
from ..errors import ModelError, NothingFound
from ..reading.parts import Part
from ..segment.cutter import BLANKS, Cutter
from .documents import DocumentTokens, DocumentUnit, Numbering, read_documents
from .records import ResultTable
from .table import DocumentTable, document_table

if TYPE_CHECKING:
    from .listing import FrequencyList

SCHEMA = Schema(
    "word counts",
    1,
    {
        "words": Member("text", ("words",)),
        "counts": Member("i8", ("words",)),
        "lengths": Member("i8", ("documents",), optional=True),
        "names": Member("text", ("documents",), optional=True),
        "starts": Member("i8", ("words+1",), optional=True, starts_of="entries"),
        "columns": Member("u4", ("entries",), mapped=True, optional=True, below="documents"),
        "values": Member("u4 i8", ("entries",), mapped=True, optional=True),
    },
    "count again",
    {"total": int, "kind": str, "cut": str},
)
WORDS = Cost(task=60, held=0.3, base=64 << 20)
"""Of counting words: what is held is the words counted; what cuts the text takes its part in any case."""
WORD_COST = 150
"""Bytes for each word that is counted."""


@dataclass(frozen=True)
class WordCounts:
    """How often each word stands in a corpus (词频).

    Attributes
    ----------
    words : list of str
        Sorted. Words only: punctuation is not counted.
    counts : int64 array (n,)
    total : int
        All words of the corpus: the sum of the counts.
    documents : DocumentTable or None
        Where they stand, if it was asked for.
    cut : str
        What the text was cut with: the digest of the cutter.
    source : str
        What messages call them.

    Examples
    --------
    >>> found = count_words(["江 上 有 船 ，\\n船 在 江 上\\n"])
    >>> found.words, found.counts.tolist(), found["船"], found.total
    (['上', '在', '有', '江', '船'], [2, 1, 1, 2, 2], 2, 8)
    """

    words: list[str]
    counts: Counts
    total: int
    documents: DocumentTable | None = None
    cut: str = ""
    source: str = "the counts"
    _numbers: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, word: str) -> int:
        """Give how often a word occurs; 0 for one that does not."""
        at = self.number(word)
        return 0 if at is None else int(self.counts[at])

    def number(self, word: str) -> int | None:
        """Give the place of a word in `words`."""
        if not self._numbers:
            self._numbers.update(zip(self.words, range(len(self.words)), strict=True))
        return self._numbers.get(word)

    def most_common(self, top: int | None = None) -> list[tuple[str, int]]:
        """Give the most frequent words with their counts; ties are ordered by the word."""
        order = np.argsort(-self.counts, kind="stable")[:top].tolist()
        return [(self.words[i], int(self.counts[i])) for i in order]

    def table(self, how: "FrequencyList | None" = None) -> ResultTable:
        """List the words with their frequencies and dispersion: see `nlpzero.corpora.listing.list_words`."""
        from .listing import list_words

        return list_words(self, how)

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Write the counts to a file; equal counts make equal bytes.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        arrays: dict[str, Any] = {"words": self.words, "counts": self.counts}
        kind = "none"
        if self.documents is not None:
            kind = self.documents.kind
            for name in ("lengths", "starts", "columns", "values"):
                arrays[name] = getattr(self.documents, name)
            if self.documents.names:
                arrays["names"] = self.documents.names
        write_archive(path, SCHEMA, {"total": self.total, "kind": kind, "cut": self.cut}, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "WordCounts":
        """Open a file of counts; what may be large stays there, mapped.

        Raises
        ------
        ModelError
            If it is missing, damaged, of another kind or version.
        """
        archive = read_archive(path, SCHEMA)
        arrays, made = archive.arrays, archive.made
        documents = None
        lacking = {"lengths", "starts", "columns", "values"} - arrays.keys()
        if made["kind"] != "none" and not lacking:
            names = archive.texts.get("names", [])
            starts, columns, values = (arrays[name] for name in ("starts", "columns", "values"))
            documents = DocumentTable(made["kind"], arrays["lengths"], names, starts, columns, values)
        found = cls(archive.texts["words"], arrays["counts"], made["total"], documents, made["cut"], archive.source)
        if (documents is None) != (made["kind"] == "none") or not _fits(found):
            raise ModelError(f"{archive.source}: is damaged: its counts do not add up; count again")
        return found

    def in_memory(self) -> "WordCounts":
        """Give the counts with arrays that are no maps of files."""
        if self.documents is None:
            return self
        return replace(self, documents=self.documents.in_memory())


def _fits(found: WordCounts) -> bool:
    """Tell whether counts are those of words in order, and add up over words and over documents."""
    words, counts, documents = found.words, found.counts, found.documents
    if not all(map(operator.lt, words, words[1:])) or counts.min(initial=1) < 1 or counts.sum() != found.total:
        return False
    return documents is None or documents.fits(counts)


class _CountBlock(NamedTuple):
    """A block that was read: its words, sorted, their counts, and the run of (word, document)."""

    source: str
    read: DocumentTokens
    words: WorkspaceArray
    counts: WorkspaceArray
    run: StoredRun | None
    lengths: WorkspaceArray


_NO_TOKENS = DocumentTokens(None, None, 0, [])  # type: ignore[arg-type]


def count_words(
    texts: Iterable[str | Part],
    *,
    cutter: Cutter = BLANKS,
    unit: DocumentUnit | None = None,
    job: Job | Execution | None = None,
    source: str = "the text",
) -> WordCounts:
    r"""Count the words of a corpus (词频统计).

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    cutter : Cutter
        What cuts the text into words; by default they stand between white space.
    unit : DocumentUnit, optional
        What a document is, if it shall be counted in which of them each word stands.
    job : Job or Execution, optional
        What the work may use (default: the current job).
    source : str
        What messages call the text.

    Returns
    -------
    WordCounts
        Its table of documents may be in temporary files: they go with it, or with the execution that was given.

    Raises
    ------
    NothingFound
        If there is no word.

    Notes
    -----
    O(n) for n words, and O(m log m) for m pairs of a word and a document. Held are the distinct words, at about 150
    bytes each, and 8 bytes for each document; beyond the memory given, blocks and pairs are kept in files.

    Examples
    --------
    >>> found = count_words(["江 上\n船 上\n"], unit=DocumentUnit("line"))
    >>> found.documents.lengths.tolist(), found.documents.columns.tolist(), found.documents.starts.tolist()
    ([2, 2], [0, 1, 0, 1], [0, 2, 3, 4])
    """
    unit = unit or DocumentUnit()
    if not isinstance(job, Execution):
        with open_execution(job, WORDS, keep=True) as execution:
            return count_words(texts, cutter=cutter, unit=unit, job=execution, source=source)
    tally = Tally(job.workspace, max(16, job.held_memory // WORD_COST))
    numbering = Numbering(unit)
    blocks: list[tuple[_CountBlock, WorkspaceArray]] = []
    for block in job.engine.map(functools.partial(_read_block, job.workspace, cutter, unit), texts):
        tally.add(dict(zip(unpack_words(block.words.array), block.counts.array.tolist(), strict=True)))
        job.workspace.discard(block.counts)
        if block.run is None:
            job.workspace.discard(block.words)
        else:
            numbers = job.workspace.store(numbering.take(block.source, block.read))
            blocks.append((block._replace(read=_NO_TOKENS), numbers))
    total = tally.total
    held = tally.at_least(1)
    del tally
    if not held:
        raise NothingFound(f"{source} holds no words; give more text, or another way to cut it")
    words = sorted(held)
    counts = np.fromiter(map(held.__getitem__, words), np.int64, len(words))
    del held
    found = WordCounts(words, counts, total, None, cutter.digest, source)
    if unit.kind == "none":
        return found
    lengths = np.zeros(numbering.documents, np.int64)
    for block, numbers in blocks:
        np.add.at(lengths, numbers.array, block.lengths.array)
        job.workspace.discard(block.lengths)
    rank = dict(zip(words, range(len(words)), strict=True))
    runs = [_numbered_anew(job.workspace, block, numbers, rank, numbering.documents) for block, numbers in blocks]
    table = document_table(unit.kind, lengths, numbering.names, len(words), runs, job)
    if unit.by:
        table = replace(table, by=unit.by, parts=numbering.parts, of_document=numbering.of_document)
    return replace(found, documents=table)


def _read_block(workspace: Workspace, cutter: Cutter, unit: DocumentUnit, part: str | Part) -> _CountBlock:
    """Read a block and count its words, in all and by document."""
    read = read_documents(part, cutter, unit)
    ids, _, words = read.tokens
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words), np.int64)
    rank[order] = np.arange(len(words))
    ranks = rank.take(ids)
    counts = np.bincount(ranks, minlength=len(words))
    store = workspace.store
    source = "" if isinstance(part, str) else part.source
    lengths = np.bincount(read.holders, minlength=read.documents)
    run = None
    if unit.kind != "none":
        keys = ranks.astype(np.uint64) << np.uint64(32)
        keys |= read.holders.astype(np.uint64)
        run = workspace.store_run(count(keys))
    packed = store(pack_words([words[i] for i in order]))
    light = read._replace(tokens=_NO_TOKENS.tokens, holders=_NO_TOKENS.holders)
    return _CountBlock(source, light, packed, store(counts), run, store(lengths))


def _numbered_anew(
    workspace: Workspace, block: _CountBlock, numbers: WorkspaceArray, rank: Mapping[str, int], documents: int
) -> StoredRun:
    """Give the run of a block with the numbers that words and documents have in the whole."""
    assert block.run is not None
    words = unpack_words(block.words.array)
    of_word = np.fromiter(map(rank.__getitem__, words), np.uint64, len(words))
    keys = block.run.keys.array
    result = of_word.take((keys >> np.uint64(32)).astype(np.intp)) * np.uint64(documents)
    result += numbers.array.astype(np.uint64).take((keys & np.uint64(0xFFFFFFFF)).astype(np.intp))
    run = summed(result, np.array(block.run.counts.array))
    workspace.discard(*block.run, block.words, numbers)
    return workspace.store_run(run)
