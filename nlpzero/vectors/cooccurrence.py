"""Co-occurrence counts (共现): how often two words stand within a window of each other, exactly.

A pair of words at distance d weighs an integer: 1 (flat, as in simpler GloVe), window + 1 - d (linear, the mean weight
in word2vec's random windows), lcm(1..window) / d (harmonic, Stanford's 1/distance) or lcm(2..window+1) / (d + 1) (soft,
between flat and harmonic), in units that make the weight of neighbours 1. So sums are exact, and the same corpus gives
the same counts for any block size and number of workers. A window lies inside a line, as in the published programs;
words left out of the vocabulary are taken out of the line before windows are laid.
"""

import functools
import hashlib
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import pack_words, pieces_of, read_archive, unpack_words, write_archive
from ..core.counting import Merging, count, first_of_each, sort_with_origin
from ..core.job import Cost, Execution, Job, open_execution
from ..core.schema import Member, Schema
from ..core.tally import Tally
from ..core.workspace import NONE, Column, Counts, Ids, Run, Stored, StoredRun, Workspace
from ..errors import ModelError, NothingFound
from ..reading.parts import Part, text_of
from ..segment.cutter import BLANKS, Cutter
from ..segment.encoding import encode

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
"""Windows to which weights of 1/distance leave sums room for 2^31 pairs: lcm(1..22) is 232,792,560."""
CHUNK = 1 << 22
"""Pairs that are sorted at a time, if there is memory for it (more are no faster)."""
WORD_COST = 150
"""Bytes for each word that is counted."""
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
        raise ModelError(f"{weighting} weights are exact up to --window {LONGEST}; choose a smaller window, or linear")
    if weighting == "soft":
        unit = math.lcm(*range(2, window + 2))
        return unit // (distances + 1), unit // 2
    unit = math.lcm(*range(1, window + 1))
    return unit // distances, unit


@dataclass
class Cooccurrence:
    """Co-occurrence counts of a vocabulary, as the rows of a sparse matrix.

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


class _Encoded(NamedTuple):
    """A block as local word ids, tokens in each line, the distinct words and their counts; a digest of its lines."""

    ids: Stored
    lengths: Stored
    words: Stored
    counts: Stored
    digest: int


def _digest(text: str) -> int:
    """Add up digests of the lines, so that neither their order nor the borders of blocks matter; about 1 us a line."""
    lines = filter(None, text.encode("utf-8", "surrogatepass").split(b"\n"))
    return sum(int.from_bytes(hashlib.blake2b(line, digest_size=16).digest()) for line in lines)


def _shown_digest(digest: int) -> str:
    """Write a sum of digests."""
    return f"{digest % (1 << 128):032x}"


def _encode(workspace: Workspace, cutter: Cutter, part: str | Part) -> _Encoded:
    """Read one block of text and turn it into ids."""
    text = text_of(part)
    tokens = encode(text, cutter).without_blanks()
    store = workspace.store
    counts = np.bincount(tokens.ids, minlength=len(tokens.words))
    lengths, words = tokens.lengths.astype(np.uint32), pack_words(tokens.words)
    return _Encoded(store(tokens.ids), store(lengths), store(words), store(counts), _digest(text))


def count_pairs(
    texts: Iterable[str | Part],
    *,
    window: int = 10,
    min_count: int = 5,
    max_vocab: int | None = None,
    weighting: Weighting = "soft",
    symmetric: bool = True,
    cutter: Cutter = BLANKS,
    job: Job | Execution | None = None,
) -> Cooccurrence:
    r"""Count the pairs of words that stand within a window (共现统计).

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    window : int
        Greatest distance of the two words of a pair.
    min_count : int
        Words that occur less often are taken out before windows are laid.
    max_vocab : int, optional
        Keep so many of the most frequent words.
    weighting : {"flat", "linear", "harmonic", "soft"}
        See `distance_weights`.
    symmetric : bool
        Whether order does not matter.
    cutter : Cutter
        What cuts the text into words, punctuation marks among them; by default they stand between white space.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Returns
    -------
    Cooccurrence
        With an execution its columns and values may be maps of files: save them before it closes.

    Raises
    ------
    NothingFound
        If no word occurs `min_count` times, or no two words stand together.

    Notes
    -----
    O(n window) for n tokens: one sort of 2^22 pairs at a time (about 15 ns a pair), and one merge of the sorted runs.
    Besides `memory` the words are held that occur `min_count` times, at about 240 bytes each.

    Examples
    --------
    >>> found = count_pairs(["江 上 有 船\n船 在 江 上\n"], window=2, min_count=2, weighting="flat")
    >>> found.words, found.to_scipy().toarray().astype(int).tolist()
    (['上', '江', '船'], [[0, 2, 2], [2, 0, 2], [2, 2, 0]])
    """
    if not isinstance(job, Execution):
        options: dict[str, Any] = {"window": window, "weighting": weighting, "symmetric": symmetric}
        options |= {"min_count": min_count, "max_vocab": max_vocab, "cutter": cutter}
        with open_execution(job, pairs_cost(window)) as execution:
            return count_pairs(texts, job=execution, **options).in_memory()
    engine, workspace = job.engine, job.workspace
    weights, unit = distance_weights(window, weighting)
    tally = Tally(workspace, max(16, job.held_memory // WORD_COST))
    blocks: list[_Encoded] = []
    lines = digest = 0
    for block in engine.map(functools.partial(_encode, workspace, cutter), texts):
        blocks.append(block)
        digest += block.digest
        lines += int(np.count_nonzero(block.lengths.array))
        tally.add(dict(zip(unpack_words(block.words.array), block.counts.array.tolist(), strict=True)))
        workspace.discard(block.counts)
    frequent = sorted(tally.at_least(min_count).items(), key=lambda item: (-item[1], item[0]))[:max_vocab]
    tokens = tally.total
    del tally
    if not frequent:
        raise NothingFound(
            f"none of the words occurs {min_count} times among {tokens:,} tokens; give more text, or lower --min-count"
        )
    words, counts = [word for word, _ in frequent], np.array([number for _, number in frequent], np.int64)
    del frequent
    rank = {word: i for i, word in enumerate(words)}
    under_way: list[tuple[Stored, Stored, Stored]] = []

    def ranked() -> Iterator[tuple[Stored, Stored, Stored]]:
        for block in blocks:
            local = unpack_words(block.words.array)
            ranks = np.fromiter((rank.get(word, NONE) for word in local), np.uint32, len(local))
            workspace.discard(block.words)
            under_way.append((block.ids, block.lengths, workspace.store(ranks)))
            yield under_way[-1]

    chunk = max(1, min(CHUNK, job.task_memory // PAIR_COST))
    task = functools.partial(_count_block, workspace, chunk, len(words), weights, symmetric)
    runs: list[StoredRun] = []
    for found in engine.map(task, ranked()):
        runs += found
        workspace.discard(*under_way.pop(0))
    rank.clear()
    starts, columns, values = _matrix(len(words), runs, job)
    if not len(columns):
        raise NothingFound("no two words stand on one line within the window; give more text")
    signature = {
        "window": window,
        "weighting": weighting,
        "min_count": min_count,
        "max_vocab": max_vocab,
        "tokens": tokens,
        "lines": lines,
        "digest": _shown_digest(digest),
    }
    return Cooccurrence(words, counts, starts, columns, values, symmetric, unit, signature)


def _count_block(
    workspace: Workspace,
    chunk: int,
    size: int,
    weights: npt.NDArray[np.int64],
    symmetric: bool,
    block: tuple[Stored, Stored, Stored],
) -> list[StoredRun]:
    """Count the pairs of one block, in chunks."""
    ids, lengths, ranks = block
    words = ranks.array.take(ids.array)
    known = words != NONE
    lines = np.repeat(np.arange(lengths.length, dtype=np.uint32), lengths.array)[known]
    words = words[known]
    step = max(1, chunk // len(weights))
    runs = (
        _count_chunk(
            words[at : at + step + len(weights)], lines[at : at + step + len(weights)], step, size, weights, symmetric
        )
        for at in range(0, len(words), step)
    )
    return [workspace.store_run(run) for run in runs if len(run.keys)]


def _count_chunk(words: Ids, lines: Ids, stop: int, size: int, weights: npt.NDArray[np.int64], symmetric: bool) -> Run:
    """Count the pairs whose first word stands before `stop`; their keys are row * size + column."""
    flat = weights.max() == 1
    bits = np.uint64(0 if flat else len(weights).bit_length())
    pairs = np.empty(min(len(words), stop) * len(weights), np.uint64)
    filled = 0
    for distance in range(1, len(weights) + 1):
        first, second = words[:-distance][:stop], words[distance:][:stop]
        together = np.flatnonzero(lines[:-distance][:stop] == lines[distance:][:stop])
        first, second = first.take(together), second.take(together)
        row, column = (np.minimum(first, second), np.maximum(first, second)) if symmetric else (second, first)
        key = pairs[filled : filled + len(together)]
        np.multiply(row, np.uint64(size), out=key)
        key += column
        if not flat:
            key <<= bits
            key |= np.uint64(distance)
        filled += len(together)
    pairs = pairs[:filled]
    if flat:
        return count(pairs)
    pairs.sort()
    distances = np.empty(len(pairs), np.min_scalar_type(len(weights)))
    np.bitwise_and(pairs, (np.uint64(1) << bits) - np.uint64(1), out=distances, casting="unsafe")
    pairs >>= bits
    begins = np.flatnonzero(first_of_each(pairs))
    weight = np.append(0, weights).astype(np.uint32).take(distances)
    sums = np.add.reduceat(weight, begins, dtype=np.int64) if len(begins) else np.empty(0, np.int64)
    return Run(pairs[begins], sums)


def _matrix(size: int, runs: Sequence[StoredRun], execution: Execution) -> tuple[Counts, Ids, npt.NDArray[Any]]:
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
        raise NothingFound(f"none of the {len(totals):,} words occurs {min_count} times; lower --min-count")
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
    starts, columns, values = _matrix(len(words), runs, job)
    if not len(columns):
        raise NothingFound("no pairs are left; lower --min-count")
    signature = {
        **first.signature,
        "min_count": max(min_count, *(int(part.signature.get("min_count", 1)) for part in parts)),
        "tokens": sum(int(part.signature.get("tokens", 0)) for part in parts),
        "lines": sum(int(part.signature.get("lines", 0)) for part in parts),
        "digest": _shown_digest(sum(int(part.signature.get("digest", "0"), 16) for part in parts)),
    }
    return Cooccurrence(words, counts, starts, columns, values, first.symmetric, first.unit, signature)


def _ranked_anew(part: Cooccurrence, ranks: Ids, size: int, step: int) -> Iterator[Run]:
    """Give counts as runs whose keys are row * size + column by other ranks, so many pairs at a time."""
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
