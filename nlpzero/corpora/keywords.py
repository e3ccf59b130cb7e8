"""The words that say what a document is about (关键词提取), without vectors: TF-IDF, or centrality among its words."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count
from ..core.job import Cost, Execution, Job, open_execution
from ..errors import ModelError
from ..reading.parts import Block
from ..rules.measures import Floats
from ..segment.cutter import BLANKS, Cutter
from .documents import DocumentUnit, read_documents
from .weights import IdfTable

DOCUMENTS = Cost(task=80, held=0.3)
"""Of keywords: what is held is a document that is larger than a block."""
DAMPING = 0.85
"""How likely a walk over the words goes on along an edge (Brin & Page 1998; Mihalcea & Tarau 2004)."""
ROUNDS, ENOUGH = 100, 1e-9
"""Steps of the walk, at most, and the change after which it has settled."""
HALF = np.uint64(0xFFFFFFFF)

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class KeywordRanking:
    """How the words of documents are ranked (关键词选项).

    Attributes
    ----------
    method : {"tfidf", "textrank"}
        tfidf: share of the words times idf. textrank: how central a word is among those near it.
    top : int or None
        Words for each document.
    min_length : int
        Leave out words of fewer characters.
    window : int
        textrank: greatest distance of two words of a line that are near each other, among the words that are left.

    Raises
    ------
    ModelError
        For a value out of its range; it names the parameter.
    """

    method: Literal["tfidf", "textrank"] = "tfidf"
    top: int | None = 10
    min_length: int = 2
    window: int = 4

    def __post_init__(self) -> None:
        if self.method not in ("tfidf", "textrank"):
            raise ModelError(f"`method` is {self.method!r}; there are tfidf and textrank")
        if self.window < 1 or self.min_length < 1:
            raise ModelError(f"`window` is {self.window}, `min_length` {self.min_length}; give numbers from 1")


@dataclass(frozen=True)
class KeywordRow:
    """A keyword of a document (关键词): where this begins, the word, how often it occurs there, its score."""

    source: str
    line: int
    word: str
    count: int
    score: float


class _Tallies(NamedTuple):
    """Counts of documents: (document, word) and its count, (document, word, word) and how often they are near."""

    words: list[str]
    holders: Numbers
    ids: Numbers
    counts: Numbers
    edge_holders: Numbers
    edges: Numbers
    weights: Numbers


class _KeywordBlock(NamedTuple):
    """The documents of a block, where each begins, and whether the first and the last are whole."""

    source: str
    lines: list[int]
    goes_on: bool
    stays_open: bool
    counted: _Tallies


def rank_keywords(
    blocks: Iterable[Block],
    ranking: KeywordRanking | None = None,
    *,
    idf: IdfTable | None = None,
    unit: DocumentUnit | None = None,
    cutter: Cutter = BLANKS,
    job: Job | Execution | None = None,
) -> Iterator[KeywordRow]:
    r"""Give the keywords of each document, as a stream (关键词提取).

    Parameters
    ----------
    blocks : iterable of Block
    ranking : KeywordRanking, optional
    idf : IdfTable, optional
        For tfidf (default: jieba's).
    unit : DocumentUnit, optional
        What a document is (default: a file).
    cutter : Cutter
        What cuts the text into words; by default they stand between white space.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Yields
    ------
    KeywordRow
        Document by document, the greatest score first; ties by the word. A document without words gives none.

    Notes
    -----
    O(n log n) for n words of a block. A document of several blocks is held: its distinct words, and with textrank its
    distinct pairs.

    Examples
    --------
    >>> table = IdfTable({"江豚": 9.0, "今天": 3.0}, 5.0)
    >>> rows = rank_keywords([Block("a", 1, "今天 江豚 江豚 来了\n")], idf=table)
    >>> [(row.word, row.count, row.score) for row in rows]
    [('江豚', 2, 4.5), ('来了', 1, 1.25), ('今天', 1, 0.75)]
    """
    ranking, unit = ranking or KeywordRanking(), unit or DocumentUnit("file")
    table = idf or (IdfTable.jieba() if ranking.method == "tfidf" else IdfTable({}, 1.0))
    with open_execution(job, DOCUMENTS) as execution:
        waiting = _Waiting()
        for block in execution.engine.map(functools.partial(_count_block, cutter, unit, ranking), blocks):
            for source, lines, counted in waiting.take(block):
                yield from _ranked(source, lines, counted, ranking, table)
        for source, lines, counted in waiting.rest():
            yield from _ranked(source, lines, counted, ranking, table)


def _count_block(cutter: Cutter, unit: DocumentUnit, ranking: KeywordRanking, block: Block) -> _KeywordBlock:
    """Cut a block into words, and count them and their neighbours by document."""
    read = read_documents(block, cutter, unit)
    ids, _, words = read.tokens
    long = np.fromiter(map(len, words), np.int64, len(words)) >= ranking.min_length
    kept = long.take(ids) if len(words) else np.zeros(0, np.bool_)
    lines = read.tokens.lines()[kept]
    ids, holders = ids[kept].astype(np.int64), read.holders[kept]
    run = count((holders.astype(np.uint64) << np.uint64(32)) | ids.astype(np.uint64))
    size = len(words)
    keys = [np.empty(0, np.uint64)]
    if ranking.method == "textrank":
        for distance in range(1, ranking.window + 1):
            a, b = ids[:-distance], ids[distance:]
            near = (lines[:-distance] == lines[distance:]) & (a != b)
            low, high = np.minimum(a, b)[near], np.maximum(a, b)[near]
            keys.append(((holders[:-distance][near] * size + low) * size + high).astype(np.uint64))
    edges = count(np.concatenate(keys))
    square = np.uint64(max(1, size * size))
    counted = _Tallies(
        words,
        (run.keys >> np.uint64(32)).astype(np.int64),
        (run.keys & HALF).astype(np.int64),
        run.counts,
        (edges.keys // square).astype(np.int64),
        (edges.keys % square).astype(np.int64),
        edges.counts,
    )
    begins = [block.number(at) for at in read.first_lines.tolist()] if read.documents else []
    return _KeywordBlock(block.source, begins, read.goes_on, read.stays_open, counted)


class _Waiting:
    """Holds the document that goes on in the next block."""

    def __init__(self) -> None:
        self.source: str | None = None
        self.line = 0
        self.parts: list[_Tallies] = []

    def take(self, block: _KeywordBlock) -> Iterator[tuple[str, list[int], _Tallies]]:
        """Take a block; give the documents that are whole."""
        counted, lines = block.counted, block.lines
        joins = bool(self.parts) and block.goes_on and block.source == self.source
        if not joins:
            yield from self.rest()
        if not lines:
            return
        first = 0
        if joins:
            self.parts.append(_only(counted, 0, 1))
            first = 1
            if len(lines) > 1 or not block.stays_open:
                yield from self.rest()
            else:
                return
        last = len(lines) - block.stays_open
        if last > first:
            yield block.source, lines[first:last], _only(counted, first, last)
        if block.stays_open:
            self.source, self.line = block.source, lines[-1]
            self.parts = [_only(counted, len(lines) - 1, len(lines))]

    def rest(self) -> Iterator[tuple[str, list[int], _Tallies]]:
        """Give the document that is held."""
        if self.parts:
            parts, self.parts = self.parts, []
            yield self.source or "", [self.line], parts[0] if len(parts) == 1 else _joined(parts)


def _only(counted: _Tallies, first: int, last: int) -> _Tallies:
    """Give some of the documents of a block, numbered from 0."""
    low, high = np.searchsorted(counted.holders, [first, last])
    start, end = np.searchsorted(counted.edge_holders, [first, last])
    return _Tallies(
        counted.words,
        counted.holders[low:high] - first,
        counted.ids[low:high],
        counted.counts[low:high],
        counted.edge_holders[start:end] - first,
        counted.edges[start:end],
        counted.weights[start:end],
    )


def _joined(parts: list[_Tallies]) -> _Tallies:
    """Add up the counts of one document."""
    number: dict[str, int] = {}
    ranks = []
    for part in parts:
        used = np.unique(part.ids).tolist()
        rank = np.zeros(len(part.words), np.int64)
        rank[used] = [number.setdefault(part.words[i], len(number)) for i in used]
        ranks.append(rank)
    size = max(1, len(number))
    ids = np.concatenate([rank[part.ids] for rank, part in zip(ranks, parts, strict=True)])
    sides = []
    for rank, part in zip(ranks, parts, strict=True):
        a, b = np.divmod(part.edges, max(1, len(part.words)))
        a, b = rank[a], rank[b]
        sides.append(np.minimum(a, b) * size + np.maximum(a, b))
    found, counts = _added(ids, np.concatenate([part.counts for part in parts]))
    edges, weights = _added(np.concatenate(sides), np.concatenate([part.weights for part in parts]))
    return _Tallies(list(number), np.zeros_like(found), found, counts, np.zeros_like(edges), edges, weights)


def _added(keys: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Add up the counts of equal keys."""
    kinds, which = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(kinds), np.int64)
    np.add.at(sums, which, counts)
    return kinds, sums


def _ranked(
    source: str, lines: list[int], counted: _Tallies, ranking: KeywordRanking, idf: IdfTable
) -> Iterator[KeywordRow]:
    """Score the words of whole documents, and give the best of each."""
    if not len(counted.ids):
        return
    counted = _by_word(counted)
    score = _tfidf(counted, len(lines), idf) if ranking.method == "tfidf" else _centrality(counted)
    chosen = np.lexsort([counted.ids, -score, counted.holders])
    holders = counted.holders[chosen]
    if ranking.top is not None:
        starts = np.flatnonzero(np.diff(holders, prepend=-1))
        place = np.arange(len(chosen)) - np.repeat(starts, np.diff(starts, append=len(chosen)))
        chosen = chosen[place < ranking.top]
    columns = (counted.holders[chosen], counted.ids[chosen], counted.counts[chosen], score[chosen])
    for holder, i, number, value in zip(*(column.tolist() for column in columns), strict=True):
        yield KeywordRow(source, lines[holder], counted.words[i], number, value)


def _by_word(counted: _Tallies) -> _Tallies:
    """Number words in their order, so that sums do not depend on how the text was parted into blocks."""
    size = len(counted.words)
    order = sorted(range(size), key=counted.words.__getitem__)
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size)
    ids = rank.take(counted.ids)
    a, b = (rank.take(side) for side in np.divmod(counted.edges, size))
    edges = np.minimum(a, b) * size + np.maximum(a, b)
    entries, pairs = np.lexsort([ids, counted.holders]), np.lexsort([edges, counted.edge_holders])
    return _Tallies(
        [counted.words[i] for i in order],
        counted.holders[entries],
        ids[entries],
        counted.counts[entries],
        counted.edge_holders[pairs],
        edges[pairs],
        counted.weights[pairs],
    )


def _tfidf(counted: _Tallies, documents: int, idf: IdfTable) -> Floats:
    """Give each word's share of the words of its document, times its idf."""
    totals = np.bincount(counted.holders, counted.counts, minlength=documents)
    result: Floats = counted.counts / totals.take(counted.holders) * idf.of(counted.words).take(counted.ids)
    return result


def _centrality(counted: _Tallies) -> Floats:
    """Give each word its share of a random walk over the words of its document (TextRank).

    Words are joined as often as they are near each other. With probability 0.15, or where there is no edge, the walk
    begins anew at any word of the document.
    """
    size = max(1, len(counted.words))
    nodes = counted.holders * size + counted.ids
    a, b = np.divmod(counted.edges, size)
    left = np.searchsorted(nodes, counted.edge_holders * size + a)
    right = np.searchsorted(nodes, counted.edge_holders * size + b)
    weights = counted.weights.astype(np.float64)
    n = len(nodes)
    degree = np.bincount(left, weights, minlength=n) + np.bincount(right, weights, minlength=n)
    members = np.bincount(counted.holders)
    start = 1 / members.take(counted.holders)
    moving = np.ones(len(members), np.bool_)  # each document settles by itself
    score, inverse = start.copy(), np.divide(1.0, degree, out=np.zeros(n), where=degree > 0)
    for _ in range(ROUNDS):
        flow = score * inverse
        walked = np.bincount(left, weights * flow[right], minlength=n) + np.bincount(
            right, weights * flow[left], minlength=n
        )
        kept = np.bincount(counted.holders, walked).take(counted.holders)
        following = DAMPING * walked + (1 - DAMPING * kept) * start
        change = np.zeros(len(members))
        np.maximum.at(change, counted.holders, np.abs(following - score))
        moving &= change >= ENOUGH
        score = np.where(moving.take(counted.holders), following, score)
        if not moving.any():
            break
    return score
