"""Words by evaluation, selection and adjustment (ESA): strings that are frequent, and stand in many contexts.

After Wang, Zhu, Tang & Fan (2011), "A new unsupervised approach to word segmentation", Computational Linguistics 37(3).
What the words of a segmentation explain is taken out of the counts, and the text is cut again by what is left.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Ids, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, places_in, ranks_at, ranks_in
from ..ngrams.measures import Scores
from ..segment.chain import Layout
from ..segment.lattice import LONG, best_path
from ..segment.numerals import kinds_of, settle
from ..text.characters import code_points
from ..text.strings import ranges
from .finding import Finding, Method, Search, no_checks
from .tokens import count_tokens

ORDER = 6
"""Greatest length of a word, in units."""
ROUNDS = 8
EXPONENT = 0.3
"""Weight of the neighbours: the published value."""
PIECE = 1 << 18
"""N-grams that are scored at a time."""


Removed = npt.NDArray[np.int64] | npt.NDArray[np.int32]


class Esa(NamedTuple):
    """What n-grams of one length are scored by.

    `types` is the number of distinct n-grams n_l, `tokens` their occurrences, both with those that occur once;
    `variety` holds ln[(AVL n_l / sum AVL) (AVR n_l / sum AVR)] of those in the level; `rare` that of the others.
    """

    types: int
    tokens: int
    counts: WorkspaceArray
    variety: WorkspaceArray
    rare: float

    def scores(self, length: int, removed: Removed, exponent: float = EXPONENT, back: int = 0) -> Scores:
        """Score the n-grams for f, their counts n less `removed` plus `back`; the last entry is for rare ones.

        |w| ln(f n_l / sum f_l) + e ln[(AVL n_l / sum AVL) (AVR n_l / sum AVR) (f / n)^2]; -inf where f is 0. Neighbours
        go as the occurrences do: without the last factor F falls by 0.03 to 0.05.
        """
        result = np.empty(self.counts.length + 1)
        at = 0
        for piece in self.pieces(length, removed, exponent, back):
            result[at : at + len(piece)] = piece
            at += len(piece)
        return result

    def pieces(self, length: int, removed: Removed, exponent: float, back: int = 0) -> Iterator[Scores]:
        """Give the scores of `PIECE` n-grams at a time; at last that of rare ones alone."""
        counts, variety = self.counts.array, self.variety.array
        types = self.types - int(np.count_nonzero(counts == removed[:-1])) - int(removed[-1])
        mean = max(1, self.tokens - int(removed.sum())) / max(1, types)
        for start in range(0, len(counts), PIECE):
            here = slice(start, min(start + PIECE, len(counts)))
            left = counts[here] - removed[here] + back
            with np.errstate(divide="ignore"):
                neighbours = variety[here] + 2 * np.log(left / counts[here])
                yield length * np.log(left / mean) + exponent * neighbours
        yield length * np.log(np.ones(1) / mean) + exponent * self.rare


def statistics(ngrams: NGrams, order: int) -> list[Esa]:
    """Count what ESA needs of the n-grams of 1 to `order` units: occurrences and distinct neighbours (邻接多样度).

    Every clause edge is a neighbour of its own. The levels hold what occurs twice; a string has as many neighbours that
    it meets once as its count exceeds the sum of its longer strings' counts. (Arrays are kept in the workspace.)
    """
    fits = _places(ngrams, order)
    result = []
    for length in range(1, order + 1):
        level, above = ngrams.levels[length - 1], ngrams.levels[length]
        counts = level.numbers.array
        once = fits[length - 1] - int(counts.sum(dtype=np.int64))
        variety, rare = np.zeros(len(level)), 0.0
        types = len(level) + once
        for parents in (above.suffixes, above.prefixes):
            repeated = np.bincount(parents, above.numbers.array, len(level)).astype(np.int64)
            neighbours = np.bincount(parents, minlength=len(level)) + counts - repeated
            mean = (int(neighbours.sum()) + once) / max(types, 1)
            variety += np.log(neighbours / mean)
            rare -= np.log(mean) if mean else 0.0
        result.append(Esa(types, fits[length - 1], level.numbers, ngrams.workspace.store(variety), float(rare)))
    return result


def _places(ngrams: NGrams, order: int) -> list[int]:
    """Count the places where a string of 1, 2, ... units fits into a clause."""
    result = np.zeros(order, np.int64)
    for block in ngrams.blocks:
        places = places_in(block[:1])[0].astype(np.int64)
        lengths = np.diff(np.flatnonzero(np.diff(places, prepend=-2) != 1), append=len(places))
        result += [int(np.maximum(lengths - short, 0).sum()) for short in range(order)]
    return [int(n) for n in result]


def esa_cut(
    ngrams: NGrams,
    esa: Sequence[Esa] | None = None,
    *,
    order: int = ORDER,
    rounds: int = ROUNDS,
    exponent: float = EXPONENT,
    finer: float = 0.0,
) -> tuple[list[WorkspaceArray], Sequence[Esa], list[Counts]]:
    """Cut the corpus into words of 1 to `order` units, again and again (评价、选择、调整).

    Each round cuts every clause so that the sum of the scores is greatest. Then every occurrence of a string that lies
    inside a word, and is not that word, is taken out of the string's count f. Where such an occurrence is itself
    considered in the next round, it is put back.

    Parameters
    ----------
    ngrams : NGrams
        By `NGrams.by_class`, with at least ``order + 1`` levels.
    esa : sequence of Esa, optional
        From `statistics`, of `order` lengths or more (default: counted here).
    finer : float
        Nats that every word is worth beside its score.

    Returns
    -------
    marks : for each block, of each unit whether a word starts with it, as bool arrays.
    esa : what the n-grams of each length are scored by.
    removed : how many occurrences of each n-gram lie inside the words of the last cut; the last entry of each array is
        for all n-grams that occur once.
    """
    workspace, engine = ngrams.workspace, ngrams.engine
    esa = (esa or statistics(ngrams, order))[:order]
    removed = [np.zeros(one.counts.length + 1, np.int64) for one in esa]
    lay_out = functools.partial(ClauseRows.of_block, workspace)
    blocks = [*engine.map(lay_out, [block[:order] for block in ngrams.blocks])]
    cuts: list[WorkspaceArray | None] = [None] * len(blocks)
    for number in range(rounds):
        tables = [
            tuple(workspace.store(one.scores(length, gone, exponent, back) + finer) for back in (0, 1))
            for length, (one, gone) in enumerate(zip(esa, removed, strict=True), 1)
        ]
        removed = [np.zeros(one.counts.length + 1, np.int64) for one in esa]
        cut_again = functools.partial(_cut_block, workspace, tables, number == rounds - 1)
        for at, (cut, gone) in enumerate(engine.map(cut_again, zip(blocks, cuts, strict=True))):
            before, cuts[at] = cuts[at], cut
            if before is not None:
                workspace.discard(before)
            for total, ranks in zip(removed, gone, strict=True):
                np.add.at(total, ranks.astype(np.intp), 1)
        for pair in tables:
            workspace.discard(*pair)
    for block in blocks:
        workspace.discard(*block)
    return [cut for cut in cuts if cut is not None], esa, removed


class ClauseRows(NamedTuple):
    """The clauses of one block side by side, the longest first; those of more than `LONG` units stand behind them.

    Attributes
    ----------
    lengths : uint16 array
        Units of the clauses that stand side by side, descending: see `Layout`.
    long : uint32 array
        Units of the others.
    units : uint32 array (n,)
        Which unit of the block is in each slot.
    ranks : uint32 array (order n,)
        The rank of the n-gram of 1, 2, ... units from each slot on; `NONE` for one that occurs once.
    """

    lengths: WorkspaceArray
    long: WorkspaceArray
    units: WorkspaceArray
    ranks: WorkspaceArray

    @classmethod
    def of_block(cls, workspace: Workspace, block: BlockLevels) -> "ClauseRows":
        """Lay the clauses of a block out."""
        places = places_in(block[:1])[0].astype(np.intp)
        clauses = np.flatnonzero(np.diff(places, prepend=-2) != 1)
        lengths = np.diff(clauses, append=len(places))
        short = np.flatnonzero(lengths <= LONG)
        short = short[np.argsort((LONG - lengths[short]).astype(np.uint16), kind="stable")]  # 16 bits: radix
        long = np.flatnonzero(lengths > LONG)
        layout = Layout(lengths[short])
        units = np.concatenate([clauses[short][layout.clause] + layout.row, ranges(clauses[long], lengths[long])])
        ranks = [found[units] for found in ranks_in(block)]
        store = workspace.store
        return cls(
            store(lengths[short].astype(np.uint16)),
            store(lengths[long].astype(np.uint32)),
            store(units.astype(np.uint32)),
            store(np.concatenate(ranks)),
        )


class _Cover(NamedTuple):
    """For each slot, the units of the word it is in, and how many of them there are from it on; at most 255."""

    whole: npt.NDArray[np.uint8]
    rest: npt.NDArray[np.uint8]

    def inside(self, length: int) -> npt.NDArray[np.intp]:
        """Give the slots where a string of a length begins that is a part of a longer word."""
        return np.flatnonzero((self.rest >= length) & (self.whole > length))


def _cut_block(
    workspace: Workspace,
    tables: Sequence[tuple[WorkspaceArray, ...]],
    is_last: bool,
    item: tuple[ClauseRows, WorkspaceArray | None],
) -> tuple[WorkspaceArray, list[Ids]]:
    """Cut one block; give the cover, or in the last round the marks, and the ranks of what lies inside its words."""
    block, before = item
    old = None if before is None else _Cover(*before.array.reshape(2, -1))
    ranks = block.ranks.array.reshape(len(tables), -1)
    scores = []
    for length, (rank, (table, table_back)) in enumerate(zip(ranks, tables, strict=True), 1):
        values = table.array.take(rank, mode="clip")  # the last entry is that of strings that occur once
        if old is not None:
            back = old.inside(length)
            values[back] = table_back.array.take(rank[back], mode="clip")
        scores.append(values)
    new = _best_cover(block, scores)
    gone = [
        np.minimum(rank[new.inside(length)], np.uint32(len(table.array) - 1))
        for length, (rank, (table, _)) in enumerate(zip(ranks, tables, strict=True), 1)
    ]
    if not is_last:
        return workspace.store(np.concatenate(new)), gone
    marks = np.zeros(ranks.shape[1], np.bool_)
    marks[block.units.array] = new.whole == new.rest
    return workspace.store(marks), gone


def _best_cover(block: ClauseRows, scores: Sequence[Scores]) -> _Cover:
    """Cut every clause so that the sum of the scores is greatest; of equal sums the longer word wins."""
    layout = Layout(block.lengths.array.astype(np.intp))
    long = block.long.array.astype(np.intp)
    cover = _Cover(*np.empty((2, len(scores[0])), np.uint8))
    rows, active = layout.rows, layout.active
    route = np.empty(layout.size)
    choice = np.ones(layout.size, np.uint8)
    for j in reversed(range(len(rows))):
        for length in range(1, min(len(scores), len(rows) - j) + 1):
            here = slice(rows[j], rows[j] + active[j + length - 1])
            path = scores[length - 1][here]
            if j + length < len(rows):
                m = active[j + length]
                path = path.copy()
                path[:m] += route[rows[j + length] : rows[j + length] + m]
            if length == 1:
                route[here] = path
                continue
            better = (path >= route[here]).view(np.uint8)
            better *= np.uint8(length)
            np.maximum(choice[here], better, out=choice[here])
            np.maximum(route[here], path, out=route[here])
    end, size = np.zeros((2, active[0] if rows else 0), np.intp)
    for j, (at, m) in enumerate(zip(rows, active, strict=True)):
        begins = end[:m] == j
        np.copyto(size[:m], choice[at : at + m], where=begins)
        end[:m] += begins * choice[at : at + m]
        cover.whole[at : at + m] = size[:m]
        cover.rest[at : at + m] = end[:m] - j
    if len(long):
        starts = np.cumsum(long) - long
        marks = np.flatnonzero(best_path([values[layout.size :] for values in scores], starts, long))
        sizes = np.diff(marks, append=len(scores[0]) - layout.size)
        cover.whole[layout.size :] = np.repeat(sizes, sizes)
        cover.rest[layout.size :] = np.repeat(marks + sizes, sizes) - np.arange(int(sizes.sum()))
    return cover


def find_words(ngrams: NGrams, search: Search) -> Finding:
    """Cut a corpus by ESA; a word scores the mean of what the last round would give it at its places."""
    symbols = ngrams.by_class().to_length(ORDER + 1)
    rounds = search.parameters.rounds or ROUNDS
    marks, esa, removed = esa_cut(symbols, rounds=rounds, finer=search.parameters.finer)
    tables = [one.scores(length, gone) for length, (one, gone) in enumerate(zip(esa, removed, strict=True), 1)]
    kinds, codes = kinds_of(symbols), code_points("".join(symbols.units))
    starts, values = [], []
    for block, stored in zip(symbols.blocks, marks, strict=True):
        is_start = stored.array.copy()
        units = block[0].units()
        is_clause = np.diff(places_in(block[:1])[0].astype(np.intp), prepend=-2) != 1
        settle(is_start, kinds[units], is_clause, codes[units])
        ngrams.workspace.discard(stored)
        begins = np.flatnonzero(is_start)
        size = np.diff(begins, append=len(units))
        score = np.zeros(len(units))
        for length, table in enumerate(tables, 1):
            here = begins[size == length]
            score[here] = table.take(ranks_at(block, length)[here], mode="clip")
        starts.append(ngrams.workspace.store(np.packbits(is_start)))
        values.append(ngrams.workspace.store(score))
    units, lengths, counts, scores = count_tokens(ngrams, starts, values, search.min_count)
    return Finding(ngrams, units, lengths, counts, scores / counts, starts)


METHOD = Method("esa", joined=True, min_count=5, find=find_words, checks=no_checks, by_counts=False, disk=17)
