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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..archive import pack_words, read_archive, unpack_words, write_archive
from ..corpus import Part, text_of
from ..counting import NONE, Counts, Ids, Run, Stored, StoredRun, Tally, Workspace, count, first_of_each, merge
from ..engine import Engine
from ..errors import ModelError, NothingFound
from ..text import code_points

KIND, FORMAT = "co-occurrence counts", 1

Weighting = Literal["flat", "linear", "harmonic", "soft"]

LONGEST = 21
"""Windows to which weights of 1/distance leave sums room for 2^31 pairs: lcm(1..22) is 232,792,560."""
CHUNK = 1 << 22
"""Pairs that are sorted at a time."""
TALLY_SHARE = 0.25
"""Part of the memory given to the dictionary of words, at 150 bytes each."""


def block_size(memory: int, workers: int) -> int:
    """Choose the bytes of text in a block; each worker has one at a time, and takes 20 times as much.

    Examples
    --------
    >>> block_size(2 << 30, 2) >> 20, block_size(1 << 20, 2)
    (8, 65536)
    """
    return max(1 << 16, min(8 << 20, memory // (64 * workers)))


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
        """Write the counts to an npz file: the arrays of this class, `words` packed, and the signature.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        arrays: dict[str, npt.NDArray[Any]] = {
            "words": pack_words(self.words),
            "word_counts": self.word_counts,
            "starts": self.starts,
            "columns": self.columns,
            "values": self.values,
        }
        signature = {"symmetric": self.symmetric, "unit": self.unit, **self.signature}
        write_archive(path, KIND, FORMAT, signature, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Cooccurrence":
        """Open a file of counts; its arrays are memory maps.

        Raises
        ------
        ModelError
            If the file is missing, damaged, of another kind or another version.
        """
        names = ("words", "word_counts", "starts", "columns", "values")
        signature, arrays = read_archive(path, KIND, FORMAT, names)
        for name in ("kind", "format", "nlpzero"):
            signature.pop(name, None)
        words = unpack_words(arrays["words"])
        starts = np.array(arrays["starts"])
        fits = len(arrays["word_counts"]) == len(words) == len(starts) - 1
        if not fits or starts[-1] != len(arrays["columns"]) or starts[-1] != len(arrays["values"]):
            raise ModelError(f"{os.fspath(path)}: its arrays do not fit together; count again")
        return cls(
            words,
            np.array(arrays["word_counts"]),
            starts,
            arrays["columns"],
            arrays["values"],
            bool(signature.pop("symmetric")),
            int(signature.pop("unit")),
            signature,
        )

    def to_scipy(self) -> Any:
        """Give the whole matrix as a `scipy.sparse.csr_array` of weights, 1 for a neighbour at distance 1.

        A symmetric matrix holds both halves; a pair of a word with itself counts from both of its sides.
        """
        from scipy.sparse import csr_array

        n = len(self.words)
        half = csr_array((self.values / self.unit, self.columns.astype(np.int64), self.starts), shape=(n, n))
        return (half + half.T).tocsr() if self.symmetric else half


class _Encoded(NamedTuple):
    """A block as local word ids, tokens in each line, the distinct words in order of occurrence, and their counts.

    And a digest of its lines.
    """

    ids: Stored
    lengths: Stored
    words: Stored
    counts: Stored
    digest: int


@functools.cache
def _blanks() -> npt.NDArray[np.bool_]:
    """Mark the characters that separate words for `str.split`."""
    table = np.zeros(0x110000, np.bool_)
    table[[code for code in range(0x3001) if chr(code).isspace()]] = True
    return table


def tokens_of(text: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    r"""Split lines at white space: the words, and how many there are in each line.

    Examples
    --------
    >>> words, lengths = tokens_of("江 上\n\n 有\t船")
    >>> words, lengths.tolist()
    (['江', '上', '有', '船'], [2, 0, 2])
    """
    codes = code_points(text)
    blank = _blanks().take(codes)
    start = ~blank
    start[1:] &= blank[:-1]
    ends = np.append(np.flatnonzero(codes == 10), len(codes))
    return text.split(), np.diff(np.searchsorted(np.flatnonzero(start), ends), prepend=0)


def _encode(workspace: Workspace, tokenize: Callable[[str], str] | None, part: str | Part) -> _Encoded:
    """Read one block of text and turn it into ids."""
    text = text_of(part)
    words, lengths = tokens_of(tokenize(text) if tokenize else text)
    table = _Numbers()
    ids = np.fromiter(map(table.__getitem__, words), np.uint32, len(words))
    store = workspace.store
    return _Encoded(
        store(ids),
        store(lengths),
        store(pack_words(list(table))),
        store(np.bincount(ids, minlength=len(table))),
        _digest(text),
    )


def _digest(text: str) -> int:
    """Add up digests of the lines, so that neither their order nor the borders of blocks matter; about 1 us a line."""
    lines = filter(None, text.encode("utf-8", "surrogatepass").split(b"\n"))
    return sum(int.from_bytes(hashlib.blake2b(line, digest_size=16).digest()) for line in lines)


def _shown_digest(digest: int) -> str:
    """Write a sum of digests."""
    return f"{digest % (1 << 128):032x}"


class _Numbers(dict[str, int]):
    """Numbers new words in the order in which they are asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def count_pairs(
    texts: Iterable[str | Part],
    *,
    window: int = 10,
    min_count: int = 5,
    max_vocab: int | None = None,
    weighting: Weighting = "soft",
    symmetric: bool = True,
    tokenize: Callable[[str], str] | None = None,
    engine: Engine | None = None,
    workspace: Workspace | None = None,
    memory: int = 2 << 30,
) -> Cooccurrence:
    r"""Count the pairs of words that stand within a window (共现统计).

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can. White space separates words.
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
    tokenize : function, optional
        Puts blanks between the words of a block; it runs where the block is counted.
    engine, workspace : where work runs and arrays wait.
    memory : int
        Bytes for the dictionary of words and for merging.

    Returns
    -------
    Cooccurrence

    Raises
    ------
    NothingFound
        If no word occurs `min_count` times, or no two words stand together.

    Notes
    -----
    O(n window) for n tokens: one sort of 2^22 pairs at a time (about 15 ns a pair), and one merge of the sorted runs.

    Examples
    --------
    >>> found = count_pairs(["江 上 有 船\n船 在 江 上\n"], window=2, min_count=2, weighting="flat")
    >>> found.words, found.to_scipy().toarray().astype(int).tolist()
    (['上', '江', '船'], [[0, 2, 2], [2, 0, 2], [2, 2, 0]])
    """
    engine = engine or Engine()
    workspace = workspace or Workspace(memory)
    weights, unit = distance_weights(window, weighting)
    tally = Tally(workspace, max(16, int(memory * TALLY_SHARE) // 150))
    blocks: list[_Encoded] = []
    lines = digest = 0
    for block in engine.map(functools.partial(_encode, workspace, tokenize), texts):
        blocks.append(block)
        digest += block.digest
        lines += int(np.count_nonzero(block.lengths.array))
        tally.add(dict(zip(unpack_words(block.words.array), block.counts.array.tolist(), strict=True)))
    frequent = sorted(tally.at_least(min_count).items(), key=lambda item: (-item[1], item[0]))[:max_vocab]
    if not frequent:
        raise NothingFound(
            f"none of the words occurs {min_count} times among {tally.total:,} tokens; give more text, "
            "or lower --min-count"
        )
    words = [word for word, _ in frequent]
    rank = {word: i for i, word in enumerate(words)}
    task = functools.partial(_count_block, workspace, len(words), weights, symmetric)

    def ranked() -> Iterator[tuple[Stored, Stored, Stored]]:
        for block in blocks:
            local = unpack_words(block.words.array)
            ranks = np.fromiter((rank.get(word, NONE) for word in local), np.uint32, len(local))
            workspace.discard(block.words, block.counts)
            yield block.ids, block.lengths, workspace.store(ranks)

    runs = [run for found in engine.map(task, ranked()) for run in found]
    starts, columns, values = _matrix(len(words), runs, workspace)
    if not len(columns):
        raise NothingFound("no two words stand on one line within the window; give more text")
    signature = {
        "window": window,
        "weighting": weighting,
        "min_count": min_count,
        "max_vocab": max_vocab,
        "tokens": tally.total,
        "lines": lines,
        "digest": _shown_digest(digest),
    }
    counts = np.array([number for _, number in frequent], np.int64)
    return Cooccurrence(words, counts, starts, columns, values, symmetric, unit, signature)


def _count_block(
    workspace: Workspace,
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
    workspace.discard(*block)
    step = max(1, CHUNK // len(weights))
    runs = [
        _count_chunk(
            words[at : at + step + len(weights)], lines[at : at + step + len(weights)], step, size, weights, symmetric
        )
        for at in range(0, len(words), step)
    ]
    return [workspace.store_run(run) for run in runs if len(run.keys)]


def _count_chunk(words: Ids, lines: Ids, stop: int, size: int, weights: npt.NDArray[np.int64], symmetric: bool) -> Run:
    """Count the pairs whose first word stands before `stop`; their keys are row * size + column."""
    keys = []
    flat = weights.max() == 1
    bits = np.uint64(0 if flat else len(weights).bit_length())
    for distance in range(1, len(weights) + 1):
        first, second = words[:-distance][:stop], words[distance:][:stop]
        together = lines[:-distance][:stop] == lines[distance:][:stop]
        first, second = first[together], second[together]
        row, column = (np.minimum(first, second), np.maximum(first, second)) if symmetric else (second, first)
        key = row.astype(np.uint64)
        key *= np.uint64(size)
        key += column
        if not flat:
            key <<= bits
            key |= np.uint64(distance)
        keys.append(key)
    pairs = np.concatenate(keys) if keys else np.empty(0, np.uint64)
    if flat:
        return count(pairs)
    pairs.sort()
    weight = np.append(0, weights).take((pairs & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.intp))
    pairs >>= bits
    begins = np.flatnonzero(first_of_each(pairs))
    return Run(pairs[begins], np.add.reduceat(weight, begins) if len(begins) else weight)


def _matrix(size: int, runs: Sequence[StoredRun], workspace: Workspace) -> tuple[Counts, Ids, npt.NDArray[Any]]:
    """Add runs to the rows of one sparse matrix."""
    lengths = np.zeros(size, np.int64)
    columns: list[Ids] = [np.empty(0, np.uint32)]
    values: list[npt.NDArray[Any]] = [np.empty(0, np.uint32)]
    for run, _ in merge(runs):
        rows, column = np.divmod(run.keys, np.uint64(size))
        lengths += np.bincount(rows.astype(np.intp), minlength=size)
        columns.append(column.astype(np.uint32))
        values.append(run.counts.astype(np.uint32) if run.counts.max() < NONE else run.counts)
    for stored in runs:
        workspace.discard(*stored)
    return np.append(0, np.cumsum(lengths)), np.concatenate(columns), np.concatenate(values)


def merge_counts(parts: Sequence[Cooccurrence], min_count: int = 1) -> Cooccurrence:
    r"""Add up counts made from parts of a corpus (合并共现).

    A part lacks the words that were rare in it; with `min_count` 1 in the parts nothing is lost but what windows would
    have closed over.

    Parameters
    ----------
    parts : sequence of Cooccurrence
        Of the same window, weighting and symmetry.
    min_count : int
        Words whose sum is less are left out.

    Raises
    ------
    ModelError
        If the parts were counted differently.
    NothingFound
        If no words are left, or no pairs.

    Notes
    -----
    O(P log P) for all P pairs together, which are held in memory.

    Examples
    --------
    >>> one = count_pairs(["江 上\n"], min_count=1)
    >>> two = count_pairs(["船 上\n"], min_count=1)
    >>> both = merge_counts([one, two])
    >>> both.words, both.word_counts.tolist(), both.values.tolist() == [one.unit, two.unit]
    (['上', '江', '船'], [2, 1, 1], True)
    """
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
    rank = {word: i for i, (word, _) in enumerate(frequent)}
    size = len(rank)
    workspace = Workspace(1 << 62)
    runs = []
    for part in parts:
        ranks = np.fromiter((rank.get(word, NONE) for word in part.words), np.uint32, len(part.words))
        rows = np.repeat(ranks, np.diff(part.starts))
        columns = ranks.take(part.columns)
        kept = (rows != NONE) & (columns != NONE)
        rows, columns, values = rows[kept], columns[kept], part.values[kept]
        if first.symmetric:
            rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
        keys = rows.astype(np.uint64) * np.uint64(size) + columns
        order = np.argsort(keys)
        runs.append(workspace.store_run(Run(keys[order], values[order])))
    starts, columns, values = _matrix(size, runs, workspace)
    if not len(columns):
        raise NothingFound("no pairs are left; lower --min-count")
    signature = {
        **first.signature,
        "min_count": max(min_count, *(int(part.signature.get("min_count", 1)) for part in parts)),
        "tokens": sum(int(part.signature.get("tokens", 0)) for part in parts),
        "lines": sum(int(part.signature.get("lines", 0)) for part in parts),
        "digest": _shown_digest(sum(int(part.signature.get("digest", "0"), 16) for part in parts)),
    }
    counts = np.array([number for _, number in frequent], np.int64)
    return Cooccurrence(
        [word for word, _ in frequent], counts, starts, columns, values, first.symmetric, first.unit, signature
    )
