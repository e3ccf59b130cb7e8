"""Counting the pairs of words of a corpus that stand within a window of each other (共现统计)."""

import functools
import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count, first_of_each
from ..core.job import Execution, Job, open_execution
from ..core.tally import Tally
from ..core.workspace import NONE, Ids, Run, StoredRun, Workspace, WorkspaceArray
from ..errors import NothingFound
from ..reading.parts import Part, text_of
from ..reading.sources import Texts, open_texts
from ..segment.cutter import BLANKS, Cutter
from ..segment.encoding import encode
from ..text.packing import pack_words, unpack_words
from .cooccurrence import (
    CHUNK,
    PAIR_COST,
    Cooccurrence,
    Weighting,
    distance_weights,
    matrix_of,
    pairs_cost,
    shown_digest,
)

WORD_COST = 150
"""Bytes for each word that is counted."""
MANY = 5_000_000
"""Words of a text from which on rare ones get no vector of their own: see `automatic_min_count`."""


class _WordBlock(NamedTuple):
    """A block as local word ids, tokens in each line, the distinct words and their counts; a digest of its lines."""

    ids: WorkspaceArray
    lengths: WorkspaceArray
    words: WorkspaceArray
    counts: WorkspaceArray
    digest: int


def _digest(text: str) -> int:
    """Add up digests of the lines, so that neither their order nor the borders of blocks matter; about 1 us a line."""
    lines = filter(None, text.encode("utf-8", "surrogatepass").split(b"\n"))
    return sum(int.from_bytes(hashlib.blake2b(line, digest_size=16).digest()) for line in lines)


def _encode(workspace: Workspace, cutter: Cutter, part: str | Part) -> _WordBlock:
    """Read one block of text and turn it into ids."""
    text = text_of(part)
    tokens = encode(text, cutter).without_blanks()
    store = workspace.store
    counts = np.bincount(tokens.ids, minlength=len(tokens.words))
    lengths, words = tokens.lengths.astype(np.uint32), pack_words(tokens.words)
    return _WordBlock(store(tokens.ids), store(lengths), store(words), store(counts), _digest(text))


def automatic_min_count(tokens: int) -> int:
    """Give how often a word must occur to get a vector of its own: 5 times, in a large corpus 10 times.

    What a rarer word gets from its characters is as good there, and takes no place among the answers: on 15.9 million
    tokens with 5 and with 10, COS960 gives 0.590 and 0.616, CA8 (semantic) 0.172 and 0.197, wordsim-240 0.603 twice.

    Examples
    --------
    >>> automatic_min_count(10_000), automatic_min_count(16_000_000)
    (5, 10)
    """
    return 10 if tokens >= MANY else 5


def count_pairs(
    texts: Texts,
    *,
    window: int = 10,
    min_count: int | None = None,
    max_vocab: int | None = None,
    weighting: Weighting = "soft",
    symmetric: bool = True,
    cutter: Cutter = BLANKS,
    job: Job | Execution | None = None,
) -> Cooccurrence:
    r"""Count the pairs of words that stand within a window (共现统计).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read once, in blocks of whole lines, by the workers where they can.
    window : int
        Greatest distance of the two words of a pair.
    min_count : int, optional
        Words that occur less often are taken out before windows are laid; by default see `automatic_min_count`.
    max_vocab : int, optional
        Keep only this many of the most frequent words.
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
    blocks: list[_WordBlock] = []
    lines = digest = 0
    with open_texts(texts, job.block_size) as parts:
        for block in engine.map(functools.partial(_encode, workspace, cutter), parts):
            blocks.append(block)
            digest += block.digest
            lines += int(np.count_nonzero(block.lengths.array))
            tally.add(dict(zip(unpack_words(block.words.array), block.counts.array.tolist(), strict=True)))
            workspace.discard(block.counts)
    if min_count is None:
        min_count = automatic_min_count(tally.total)
    frequent = sorted(tally.at_least(min_count).items(), key=lambda item: (-item[1], item[0]))[:max_vocab]
    tokens = tally.total
    del tally
    if not frequent:
        raise NothingFound(
            f"none of the words occurs {min_count} times among {tokens:,} tokens; give more text, or lower `min_count`"
        )
    words, counts = [word for word, _ in frequent], np.array([number for _, number in frequent], np.int64)
    del frequent
    rank = {word: i for i, word in enumerate(words)}
    under_way: list[tuple[WorkspaceArray, WorkspaceArray, WorkspaceArray]] = []

    def ranked() -> Iterator[tuple[WorkspaceArray, WorkspaceArray, WorkspaceArray]]:
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
    starts, columns, values = matrix_of(len(words), runs, job)
    if not len(columns):
        raise NothingFound("no two words stand on one line within the window; give more text")
    signature = {
        "window": window,
        "weighting": weighting,
        "min_count": min_count,
        "max_vocab": max_vocab,
        "tokens": tokens,
        "lines": lines,
        "digest": shown_digest(digest),
    }
    return Cooccurrence(words, counts, starts, columns, values, symmetric, unit, signature)


def _count_block(
    workspace: Workspace,
    chunk: int,
    size: int,
    weights: npt.NDArray[np.int64],
    symmetric: bool,
    block: tuple[WorkspaceArray, WorkspaceArray, WorkspaceArray],
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
