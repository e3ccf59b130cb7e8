"""Co-occurrence counts (共现): how often two words stand within a window of each other, exactly.

A pair of words at distance d weighs an integer: 1 (flat, as in simpler GloVe), window + 1 - d (linear, the mean weight
in word2vec's random windows), lcm(1..window) / d (harmonic, Stanford's 1/distance) or lcm(2..window+1) / (d + 1) (soft,
between flat and harmonic), in units that make the weight of neighbours 1. So sums are exact, and the same corpus gives
the same counts for any block size and number of workers. A window lies inside a line, as in the published programs;
words left out of the vocabulary are taken out of the line before windows are laid.
"""

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.counting import Merging, sort_with_origin
from ..core.job import Cost, Execution, Job, open_execution
from ..core.pieces import pieces_of
from ..core.schema import Member, Schema
from ..core.workspace import NONE, Column, Counts, Ids, Run, StoredRun
from ..errors import ModelError, NothingFound

SCHEMA = Schema(
    "co-occurrence counts",
    2,
    {
        "words": Member("text", ("words",)),
        "word_counts": Member("i8", ("words",)),
        "starts": Member("i8", ("words+1",), starts_of="pairs"),
        "columns": Member("u4", ("pairs",), mapped=True, below="words"),
        "values": Member("u4 i8", ("pairs",), mapped=True),
    },
    "count again",
    {"symmetric": bool, "unit": int, "counted": dict},
)
Weighting = Literal["flat", "linear", "harmonic", "soft"]
LONGEST = 21
"""Windows to which weights of 1/distance let sums hold 2^31 pairs: lcm(1..22) is 232,792,560."""
CHUNK = 1 << 22
"""Pairs that are sorted at a time, if there is memory for it (more are no faster)."""
PAIRS = Cost(task=24, tasks=0.45, store=0.2, held=0.25, least=1 << 16, most=8 << 20)
"""Of counting pairs: what is held is the dictionary of words."""
PAIR_COST = 32
"""Bytes that a task takes for each pair that is sorted with others."""


def pairs_cost(window: int) -> Cost:
    """Give what counting pairs takes; of temporary files rather too low a figure than too high.

    With a window of 10, 6.8 bytes were measured for each byte of 1.3 GB of words, and 8.9 for each of 128 MB.
    """
    return replace(PAIRS, disk=(10 + 6 * min(window, 10)) / 10)


def distance_weights(window: int, weighting: Weighting) -> tuple[npt.NDArray[np.int64], int]:
    """Give the integer weights of distances 1 to `window`, and the unit they are counted in.

    Raises
    ------
    ModelError
        If harmonic or soft weights would overflow: for windows above 21.

    Examples
    --------
    >>> distance_weights(4, "harmonic")
    (array([12,  6,  4,  3]), 12)
    >>> distance_weights(3, "soft")
    (array([6, 4, 3]), 6)
    >>> distance_weights(4, "linear")
    (array([4, 3, 2, 1]), 4)
    """
    distances = np.arange(1, window + 1)
    if weighting == "flat":
        return np.ones(window, np.int64), 1
    if weighting == "linear":
        return window + 1 - distances, window
    if window > LONGEST:
        raise ModelError(
            f"{weighting} weights are exact up to `window`={LONGEST}; choose a smaller one, or `weighting`='linear'"
        )
    if weighting == "soft":
        unit = math.lcm(*range(2, window + 2))
        return unit // (distances + 1), unit // 2
    unit = math.lcm(*range(1, window + 1))
    return unit // distances, unit


@dataclass
class Cooccurrence:
    """Co-occurrence counts of a vocabulary (共现计数), as the rows of a sparse matrix.

    Attributes
    ----------
    words : list of str
        By falling count, words of equal count sorted.
    word_counts : int64 array (n,)
        Occurrences in the corpus.
    starts : int64 array (n + 1,)
        Where each row begins in `columns` and `values`.
    columns : uint32 array
        Rising in each row. Symmetric counts hold the upper triangle only: no column is less than its row.
    values : integer array
        Sum of the weights of the pairs, in units of 1/`unit`.
    symmetric : bool
        Whether a pair counts whatever its order; if not, the row is the word and the column one before it.
    unit : int
        What a neighbour at distance 1 weighs.
    signature : dict
        What made the counts: window, weighting, min_count, tokens, lines, digest.
    """

    words: list[str]
    word_counts: Counts
    starts: Counts
    columns: npt.NDArray[np.uint32]
    values: npt.NDArray[Any]
    symmetric: bool = True
    unit: int = 1
    signature: dict[str, Any] = field(default_factory=dict)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the counts to an npz file: the arrays of this class, `words` packed, and what made them.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        made = {"symmetric": self.symmetric, "unit": self.unit, "counted": self.signature}
        write_archive(path, SCHEMA, made, {name: getattr(self, name) for name in SCHEMA.members})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Cooccurrence":
        """Open a file of counts; its arrays are memory maps.

        Raises
        ------
        ModelError
            If the file is missing, damaged, of another kind or another version.
        """
        archive = read_archive(path, SCHEMA)
        made = archive.made
        return cls(
            archive.texts["words"],
            **archive.arrays,
            symmetric=made["symmetric"],
            unit=made["unit"],
            signature=made["counted"],
        )

    def in_memory(self) -> "Cooccurrence":
        """Give the counts with arrays that are no maps of files."""
        columns, values = (np.array(a) if isinstance(a, np.memmap) else a for a in (self.columns, self.values))
        return replace(self, columns=columns, values=values)

    def to_scipy(self) -> Any:
        """Give the whole matrix as a `scipy.sparse.csr_array` of weights, 1 for a neighbour at distance 1.

        A symmetric matrix holds both halves; a pair of a word with itself counts from both of its sides.
        """
        from scipy.sparse import csr_array

        n = len(self.words)
        half = csr_array((self.values / self.unit, self.columns.astype(np.int64), self.starts), shape=(n, n))
        return (half + half.T).tocsr() if self.symmetric else half


def shown_digest(digest: int) -> str:
    """Write a sum of digests."""
    return f"{digest % (1 << 128):032x}"


def matrix_of(size: int, runs: Sequence[StoredRun], execution: Execution) -> tuple[Counts, Ids, npt.NDArray[Any]]:
    """Add runs to the rows of one sparse matrix."""
    lengths = np.zeros(size, np.int64)
    workspace = execution.workspace
    columns, values = Column(workspace, np.uint32), Column(workspace, np.uint32)
    wide = False
    for run in Merging(runs, workspace=workspace, engine=execution.engine):
        if not len(run.keys):
            continue
        rows = np.arange(int(run.keys[0]) // size, int(run.keys[-1]) // size + 2, dtype=np.uint64)
        in_row = np.diff(np.searchsorted(run.keys, rows * np.uint64(size)))
        lengths[int(rows[0]) : int(rows[-1])] += in_row
        columns.append((run.keys - np.repeat(rows[:-1] * np.uint64(size), in_row)).astype(np.uint32))
        if not wide and run.counts.max() >= NONE:
            narrow, values, wide = values.stored(), Column(workspace, np.int64), True
            for piece in pieces_of(narrow.unchecked):
                values.append(piece)
            workspace.discard(narrow)
        values.append(run.counts)
    for stored in runs:
        workspace.discard(*stored)
    return np.append(0, np.cumsum(lengths)), columns.stored().unchecked, values.stored().unchecked


def merge_counts(
    parts: Sequence[Cooccurrence],
    min_count: int = 1,
    *,
    job: Job | Execution | None = None,
) -> Cooccurrence:
    r"""Add up counts made from parts of a corpus (合并共现).

    A part lacks the words that were rare in it; with `min_count` 1 in the parts nothing is lost but what windows would
    have closed over, and the result is that of counting the whole corpus.

    Parameters
    ----------
    parts : sequence of Cooccurrence
        Of the same window, weighting and symmetry.
    min_count : int
        Words whose sum is less are left out.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Returns
    -------
    Cooccurrence
        As `count_pairs` gives it.

    Raises
    ------
    ModelError
        If the parts were counted differently.
    NothingFound
        If no words are left, or no pairs.

    Notes
    -----
    O(P log P) for all P pairs together, which are sorted piece by piece and merged. The words are held.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> one = count_pairs(["江 上\n"], min_count=1)
    >>> two = count_pairs(["船 上\n"], min_count=1)
    >>> both = merge_counts([one, two])
    >>> both.words, both.word_counts.tolist(), both.values.tolist() == [one.unit, two.unit]
    (['上', '江', '船'], [2, 1, 1], True)
    """
    if not isinstance(job, Execution):
        with open_execution(job, PAIRS) as execution:
            return merge_counts(parts, min_count, job=execution).in_memory()
    first = parts[0]
    for name in ("window", "weighting"):
        for part in parts[1:]:
            if part.signature.get(name) != first.signature.get(name):
                raise ModelError(
                    f"counts with {name} {first.signature.get(name)} and {part.signature.get(name)} cannot be added; "
                    "count again with the same options"
                )
    if any(part.symmetric != first.symmetric or part.unit != first.unit for part in parts):
        raise ModelError("symmetric and asymmetric counts cannot be added; count again with the same options")
    totals: dict[str, int] = {}
    for part in parts:
        for word, number in zip(part.words, part.word_counts.tolist(), strict=True):
            totals[word] = totals.get(word, 0) + number
    frequent = sorted(
        ((word, number) for word, number in totals.items() if number >= min_count), key=lambda item: (-item[1], item[0])
    )
    if not frequent:
        raise NothingFound(f"none of the {len(totals):,} words occurs {min_count} times; lower `min_count`")
    del totals
    words, counts = [word for word, _ in frequent], np.array([number for _, number in frequent], np.int64)
    del frequent
    rank = {word: i for i, word in enumerate(words)}
    runs = []
    step = max(1, int(job.memory * job.cost.tasks) // (2 * PAIR_COST))
    for part in parts:
        ranks = np.fromiter((rank.get(word, NONE) for word in part.words), np.uint32, len(part.words))
        for run in _ranked_anew(part, ranks, len(words), min(CHUNK, step)):
            runs.append(job.workspace.store_run(run))
    starts, columns, values = matrix_of(len(words), runs, job)
    if not len(columns):
        raise NothingFound("no pairs are left; lower `min_count`")
    signature = {
        **first.signature,
        "min_count": max(min_count, *(int(part.signature.get("min_count", 1)) for part in parts)),
        "tokens": sum(int(part.signature.get("tokens", 0)) for part in parts),
        "lines": sum(int(part.signature.get("lines", 0)) for part in parts),
        "digest": shown_digest(sum(int(part.signature.get("digest", "0"), 16) for part in parts)),
    }
    return Cooccurrence(words, counts, starts, columns, values, first.symmetric, first.unit, signature)


def _ranked_anew(part: Cooccurrence, ranks: Ids, size: int, step: int) -> Iterator[Run]:
    """Give counts as runs whose keys are row * size + column by other ranks, a number of pairs at a time."""
    at = 0
    for columns, values in zip(pieces_of(part.columns, step), pieces_of(part.values, step), strict=True):
        rows = np.searchsorted(part.starts, np.arange(at, at + len(columns)), "right") - 1
        at += len(columns)
        row, column = ranks.take(rows), ranks.take(columns)
        if part.symmetric:
            row, column = np.minimum(row, column), np.maximum(row, column)  # NONE is greater than all
        known = np.flatnonzero((row != NONE) & (column != NONE))
        keys = row.take(known).astype(np.uint64)
        keys *= np.uint64(size)
        keys += column.take(known)
        ordered, origin = sort_with_origin(keys)
        yield Run(ordered, values.take(known).take(origin))
