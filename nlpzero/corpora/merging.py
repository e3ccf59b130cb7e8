"""Word counts of parts of a corpus, counted anywhere and any day, added up to the bytes of the whole."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..core.counting import summed
from ..core.job import Execution, Job, open_execution
from ..core.workspace import Run, StoredRun
from ..errors import ModelError
from .frequencies import WORDS, WordCounts
from .table import DocumentTable, document_table


def merge_words(parts: Sequence[WordCounts], *, job: Job | Execution | None = None) -> WordCounts:
    r"""Add up word counts of parts of a corpus (合并词频).

    Parameters
    ----------
    parts : sequence of WordCounts
        Of the same cutter and the same kind of documents. Documents without names are numbered in the order of the
        parts; those with the same name are one.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Raises
    ------
    ModelError
        If the parts were counted differently.

    Notes
    -----
    O(m log m) for the m pairs of a word and a document in all parts. The words of all parts are held.

    Examples
    --------
    >>> from nlpzero.corpora.frequencies import count_words
    >>> parts = [count_words([text]) for text in ("江 上\n", "船 上\n")]
    >>> both = merge_words(parts)
    >>> dict(zip(both.words, both.counts.tolist(), strict=True)), both.total
    ({'上': 2, '江': 1, '船': 1}, 4)
    """
    if not isinstance(job, Execution):
        with open_execution(job, WORDS, keep=True) as execution:
            return merge_words(parts, job=execution)
    _check_alike(parts)
    words = sorted({word for part in parts for word in part.words})
    rank = dict(zip(words, range(len(words)), strict=True))
    counts = np.zeros(len(words), np.int64)
    ranks = [np.fromiter(map(rank.__getitem__, part.words), np.uint64, len(part.words)) for part in parts]
    for part, own in zip(parts, ranks, strict=True):
        counts[own.astype(np.intp)] += part.counts
    first = parts[0]
    merged = WordCounts(words, counts, sum(part.total for part in parts), None, first.cut, first.source)
    held = [part.documents for part in parts if part.documents is not None]
    return replace(merged, documents=_merged(held, ranks, len(words), job)) if held else merged


def _check_alike(parts: Sequence[WordCounts]) -> None:
    """Refuse parts that were counted differently."""
    first = parts[0]
    for part in parts[1:]:
        if part.cut != first.cut:
            raise ModelError(
                f"{first.source} and {part.source}: the texts were cut with different words; count again with the same"
            )
        kinds = [one.documents.kind if one.documents else "none" for one in (first, part)]
        if kinds[0] != kinds[1]:
            raise ModelError(
                f"{first.source} and {part.source}: counted by {kinds[0]} and by {kinds[1]}; "
                "count again with the same `document`"
            )


def _merged(
    parts: Sequence[DocumentTable], ranks: Sequence[npt.NDArray[np.uint64]], size: int, execution: Execution
) -> DocumentTable:
    """Add up where words stand."""
    names = [*dict.fromkeys(name for part in parts for name in part.names)]
    number = {name: i for i, name in enumerate(names)}
    numbers: list[npt.NDArray[np.int64]] = []
    documents = 0
    for part in parts:
        own = [number[name] for name in part.names] if part.names else range(documents, documents + len(part))
        numbers.append(np.fromiter(own, np.int64, len(part)))
        documents += len(part)
    documents = len(names) or documents
    lengths = np.zeros(documents, np.int64)
    runs: list[StoredRun] = []
    for part, of_word, of_document in zip(parts, ranks, numbers, strict=True):
        np.add.at(lengths, of_document, part.lengths)
        for run in _ranked_anew(part, of_word, of_document, documents):
            runs.append(execution.workspace.store_run(run))
    return document_table(parts[0].kind, lengths, names, size, runs, execution)


def _ranked_anew(
    part: DocumentTable, of_word: npt.NDArray[np.uint64], of_document: npt.NDArray[np.int64], documents: int
) -> Iterator[Run]:
    """Give the entries of a part as runs, with the numbers of the whole."""
    for at, columns, values in part.entries():
        rows = np.searchsorted(part.starts, np.arange(at, at + len(columns)), "right") - 1
        keys = of_word.take(rows) * np.uint64(documents) + of_document.take(columns).astype(np.uint64)
        yield summed(keys, values)
