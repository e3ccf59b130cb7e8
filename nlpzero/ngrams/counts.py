"""Exact n-gram counts of a corpus, level by level: a value that counting makes and measuring does not change.

See `nlpzero.ngrams.levels` for how a level is counted. Every step gives a new value, which shares its arrays with the
old one; both can be measured and extended.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..core.job import Cost, Execution, Job, open_execution
from ..core.workspace import NONE, Column, Ids, StoredRun, Workspace, WorkspaceArray
from ..errors import ModelError
from ..reading.parts import Part, units_text
from ..reading.sources import Texts, open_texts
from ..text.units import symbol_of
from .entropies import Entropies, neighbour_entropies
from .levels import (
    Demand,
    Level,
    Placements,
    bits_of,
    discard_places,
    level_of_units,
    merged_level,
    pairs_of,
    roles_of,
    stored_ids,
    stored_pairs,
)
from .runs import NGramTable
from .units import UnitText, encode


class Reference(NamedTuple):
    """Counts that were made before, of a corpus that some text is part of.

    Attributes
    ----------
    table : NGramTable
    ranks : uint32 array
        For each n-gram of the table at the length counted last, its rank in the levels taken from it, or NONE.
    unknown : int
        Units of the text that were not counted; they are taken to occur once.
    """

    table: NGramTable
    ranks: WorkspaceArray
    unknown: int


@dataclass(frozen=True)
class NGrams:
    """The n-grams of a corpus up to some length, counted exactly, and where in the corpus they stand.

    Attributes
    ----------
    units : sequence of str
        All units, sorted; the unit of rank i at level 1. (Units that counts made before lack come last.)
    levels : tuple of Level
        ``levels[k - 1]`` holds the n-grams of length k.
    blocks : tuple, for each block of text a tuple of Placements
        Where those of length 1, 2, ... stand; perhaps not those of all levels.
    total : int
        Number of units in the corpus.
    clauses : int
        Number of clauses in the corpus.
    left_out : int
        Number of characters that are neither units nor blank.
    joined : bool
        See `nlpzero.ngrams.units.encode`.
    engine, workspace : where work runs and arrays are kept.
    reference : Reference or None
        Counts made before that the levels are taken from.
    entropies : tuple
        Entropies of the neighbours of the n-grams of length 1, 2, ..., as far as they were asked for.

    Notes
    -----
    In the workspace: a level's table (12 bytes an n-gram), and 4.3 bytes for each place where an n-gram of a level may
    repeat (14 bytes a unit to order 4). In memory: about 60 bytes a unit of one block per worker, and what `Merging`
    takes. Time: O(n log n) a level.
    """

    units: Sequence[str]
    levels: tuple[Level, ...]
    blocks: tuple[tuple[Placements, ...], ...]
    total: int
    clauses: int
    left_out: int
    joined: bool
    engine: Engine
    workspace: Workspace
    reference: Reference | None = None
    entropies: tuple[Entropies, ...] = ()

    @property
    def reach(self) -> int | None:
        """The greatest length of n-grams that can be counted, if there is one."""
        return None if self.reference is None else len(self.reference.table.levels)

    @property
    def unknown(self) -> int:
        """Units of the text that are not in the counts it goes by."""
        return 0 if self.reference is None else self.reference.unknown

    @property
    def placed(self) -> int:
        """The greatest length of n-grams whose occurrences are known."""
        return min(map(len, self.blocks), default=len(self.levels))

    def by_class(self) -> "NGrams":
        """Give the same places with one unit for all of a class: see `nlpzero.text.units.symbol_of`."""
        symbols = [*map(symbol_of, self.units)]
        units = sorted(set(symbols))
        rank = {unit: i for i, unit in enumerate(units)}
        of_unit = np.fromiter(map(rank.__getitem__, symbols), np.uint32, len(symbols))
        counts = np.zeros(len(rank), np.int64)
        np.add.at(counts, of_unit, self.levels[0].counts)
        store = self.workspace.store
        blocks = []
        for block in self.blocks:
            ranks, local = np.unique(of_unit[block[0].ranks.array], return_inverse=True)
            ids = local.astype(np.uint32)[block[0].local]
            blocks.append((block[0]._replace(ids=store(ids), ranks=store(ranks)),))
        level = level_of_units(counts, self.workspace)
        return replace(self, units=units, levels=(level,), blocks=tuple(blocks), reference=None, entropies=())

    def extended(self, demand: Demand | None = None, *, minimum: int = 2, last: bool = False) -> "NGrams":
        """Count the next level.

        Parameters
        ----------
        demand : Demand, optional
            Which n-grams of the level below to extend; default all.
        minimum : int
            N-grams seen less often are left out. With 2, one that is left out but occurs has a count of 1.
        last : bool
            Whether no level will follow: where its n-grams stand is then not kept.

        Raises
        ------
        ModelError
            If the counts it goes by do not reach so far.
        """
        if self.placed < len(self.levels):
            return self._placed_again().extended(demand, minimum=minimum, last=last)
        below = self.levels[-1]
        roles = self.workspace.store(roles_of(below.numbers.array >= minimum, demand))
        if self.reference is None:
            result = self._counted(roles, demand is not None, minimum, last)
        else:
            result = self._taken(self.reference, demand, roles, minimum, last)
        self.workspace.discard(roles)
        return result

    def to_length(self, length: int, minimum: int = 2) -> "NGrams":
        """Count all levels up to one length, if they are not yet there."""
        result = self
        while len(result.levels) < length:
            result = result.extended(minimum=minimum)
        return result

    def _counted(self, roles: WorkspaceArray, demanded: bool, minimum: int, last: bool) -> "NGrams":
        """Count the next level in the text."""
        bits = bits_of(self.levels[-1])
        task = functools.partial(_count_block, self.workspace, roles, demanded, bits, not last)
        found: list[Placements] = []
        runs: list[StoredRun] = []
        for occurrences, run in self.engine.map(task, [block[-1] for block in self.blocks]):
            found += occurrences
            runs.append(run)
        engine, workspace = self.engine, self.workspace
        level, ranks = merged_level(
            runs, bits, minimum, ranked=not last, spent=True, engine=engine, workspace=workspace
        )
        placed = [one._replace(ranks=rank) for one, rank in zip(found, ranks, strict=False)]
        return self._with(level, None if last else placed)

    def _with(self, level: Level, found: Sequence[Placements] | None) -> "NGrams":
        """Add a level, and where its n-grams stand in each block."""
        blocks = self.blocks
        if found is not None:
            blocks = tuple((*block, one) for block, one in zip(blocks, found, strict=True))
        return replace(self, levels=(*self.levels, level), blocks=blocks)

    def _taken(
        self,
        reference: Reference,
        demand: Demand | None,
        roles: WorkspaceArray,
        minimum: int,
        last: bool,
    ) -> "NGrams":
        """Take the next level from counts made before, and find its n-grams in the text."""
        table = reference.table
        if len(self.levels) == len(table.levels):
            raise ModelError(
                f"{table.source}: counts n-grams of up to {self.reach} units; "
                f"count again with `order`={self.reach} or more"
            )
        level, ranks = _chosen(self.workspace, table.levels[len(self.levels)], reference.ranks, demand, minimum)
        found = None if last else self._found(roles, demand is not None, level, self.blocks)
        return replace(self._with(level, found), reference=reference._replace(ranks=ranks))

    def _found(
        self,
        roles: WorkspaceArray,
        demanded: bool,
        level: Level,
        blocks: Iterable[Sequence[Placements]],
    ) -> list[Placements]:
        """Find the n-grams of a level in each block."""
        task = functools.partial(_find_block, self.workspace, roles, demanded, level)
        return [*self.engine.map(task, [block[-1] for block in blocks])]

    def _placed_again(self) -> "NGrams":
        """Find where the n-grams stand of the levels for which it was not kept."""
        blocks = self.blocks
        for below, level in zip(self.levels[self.placed - 1 :], self.levels[self.placed :], strict=False):
            every = self.workspace.store(roles_of(np.ones(len(below), np.bool_), None))
            found = self._found(every, False, level, blocks)
            blocks = tuple((*block, one) for block, one in zip(blocks, found, strict=True))
        return replace(self, blocks=blocks)

    def without_places(self) -> "NGrams":
        """Let go of where n-grams of two and more units stand, and give the rest; the value itself cannot be used on.

        (They are found again where they are needed.)
        """
        discard_places(self.workspace, [block[1:] for block in self.blocks])
        return replace(self, blocks=tuple(block[:1] for block in self.blocks))

    def neighbour_entropies(self, length: int) -> Entropies:
        """Give the left and right entropy (左右邻字熵) of every n-gram of one length.

        Parameters
        ----------
        length : int
            Less than the number of levels, which are counted from 2 occurrences up.

        Returns
        -------
        left, right : float64 arrays, in nats, from 0 to the logarithm of the n-gram's count.
            Every clause edge counts as a neighbour of its own.
        """
        if length <= len(self.entropies):
            return self.entropies[length - 1]
        return neighbour_entropies(self.levels[length - 1], self.levels[length], self.engine, self.workspace)

    def spell(self, length: int, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> list[Ids]:
        """Give the ranks of the units of chosen n-grams of one length: one array for each place in the n-gram."""
        return spell(self.levels, length, chosen)


def spell(levels: Sequence[Level], length: int, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> list[Ids]:
    """Give the ranks of the units of chosen n-grams of one length: one array for each place in the n-gram."""
    if length == 1:
        return [np.arange(len(levels[0]), dtype=np.uint32)[chosen]]
    level = levels[length - 1]
    last = level.suffixes[chosen]
    for size in range(length - 1, 1, -1):
        last = levels[size - 1].suffixes[last]
    return [*spell(levels, length - 1, level.prefixes[chosen].astype(np.intp)), last]


def count_units(
    texts: Iterable[str | Part],
    *,
    joined: bool,
    engine: Engine,
    workspace: Workspace,
    table: NGramTable | None = None,
    read: Callable[[str | Part], UnitText] | None = None,
) -> NGrams:
    """Count the units of a corpus: the first level, that `NGrams.extended` goes on from.

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    joined : bool
        See `nlpzero.ngrams.units.encode`.
    engine, workspace : where work runs and arrays are kept.
    table : NGramTable, optional
        Counts that were made before, of this corpus or a larger one, to take all levels from.
    read : function, optional
        Reads a block as units of another kind.
    """
    local: list[tuple[Placements, WorkspaceArray, WorkspaceArray]] = []
    left_out = clauses = 0
    number: dict[str, int] = {}  # of every unit, in the order in which they come
    encode_block = functools.partial(_encode_block, workspace, read or functools.partial(_read_units, joined))
    for found in engine.map(encode_block, texts):
        new = [unit for unit in found.units if unit not in number]
        number.update(zip(new, range(len(number), len(number) + len(new)), strict=True))
        stored = workspace.store(np.fromiter(map(number.__getitem__, found.units), np.uint32, len(found.units)))
        local.append((found.occurrences, found.counts, stored))
        clauses += found.clauses
        left_out += found.left_out
    units = sorted(number)
    rank = np.empty(len(number), np.uint32)
    rank[[number[unit] for unit in units]] = np.arange(len(number), dtype=np.uint32)
    totals = np.zeros(len(units), np.int64)
    blocks = []
    for occurrences, counts, numbers in local:
        ranks = rank[numbers.array]
        totals[ranks] += counts.array
        workspace.discard(counts, numbers)
        blocks.append((occurrences._replace(ranks=workspace.store(ranks)),))
    level = level_of_units(totals, workspace)
    total = int(totals.sum())
    ngrams = NGrams(units, (level,), tuple(blocks), total, clauses, left_out, joined, engine, workspace)
    return ngrams if table is None else _by_table(ngrams, table)


def _by_table(ngrams: NGrams, table: NGramTable) -> NGrams:
    """Let a corpus go by counts that were made before."""
    store = ngrams.workspace.store
    known = {unit: i for i, unit in enumerate(table.units)}
    new = [unit for unit in ngrams.units if unit not in known]
    known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
    number = np.fromiter(map(known.__getitem__, ngrams.units), np.uint32, len(ngrams.units))
    blocks = tuple((block[0]._replace(ranks=store(number[block[0].ranks.array])),) for block in ngrams.blocks)
    counts = np.append(table.levels[0].counts.astype(np.int64), np.ones(len(new), np.int64))
    return replace(
        ngrams,
        units=[*table.units, *new],
        levels=(level_of_units(counts, ngrams.workspace),),
        blocks=blocks,
        total=table.total,
        clauses=table.clauses,
        left_out=table.left_out,
        reference=Reference(table, store(np.arange(len(table.units), dtype=np.uint32)), len(new)),
    )


COUNTING = Cost(task=40)
"""Blocks of a million characters, whose arrays stay in the cache (1 MB and 6 MB measured alike, 12 MB 1.3 times as
long)."""


def counting_cost(order: int) -> Cost:
    """Give what counting takes.

    (Measured on 51 MB, 128 MB of memory and two workers: 5.5 bytes of temporary files for each byte to order 4.)
    """
    return replace(COUNTING, disk=2.5 * order)


def count_ngrams(
    texts: Texts,
    order: int,
    *,
    characters: bool = False,
    job: Job | Execution | None = None,
    read: Callable[[str | Part], UnitText] | None = None,
) -> NGramTable:
    """Count all n-grams of a corpus (n 元语法计数).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read once, in blocks of whole lines; see `nlpzero.reading.sources.open_texts`.
    order : int
        The greatest length, in units, of a word that can be found by the counts: n-grams are counted up to one more,
        so that the longest have neighbours.
    characters : bool
        Whether to count single characters, as cohesion and pmi need it; else units (see `nlpzero.ngrams.units.encode`).
    job : Job or Execution, optional
        What the work may use (default: the current job).
    read : function, optional
        Reads a block as units of another kind, such as words.

    Notes
    -----
    O(n log n) in the units for each length. In the workspace: 4 bytes for each unit and length, and 12 for each n-gram.

    Examples
    --------
    >>> found = count_ngrams(["山药汤\\n", "山药\\n"], 2)
    >>> found.units, found.levels[0].counts.tolist()
    (['山', '汤', '药'], [2, 1, 2])
    >>> [(found.units[a], found.units[b]) for a, b in zip(found.levels[1].prefixes, found.levels[1].suffixes)]
    [('山', '药'), ('药', '汤')]
    """
    with open_execution(job, counting_cost(order), keep=True) as execution:
        with open_texts(texts, execution.block_size) as blocks:
            engine, workspace = execution.engine, execution.workspace
            ngrams = count_units(blocks, joined=not characters, engine=engine, workspace=workspace, read=read)
        for length in range(2, order + 2):
            ngrams = _with_last_places(ngrams.extended(minimum=1, last=length == order + 1))
        return NGramTable(
            [*ngrams.units], [*ngrams.levels], not characters, ngrams.total, ngrams.clauses, ngrams.left_out
        )


def _with_last_places(ngrams: NGrams) -> NGrams:
    """Let go of where the n-grams of all levels but the last one of each block stand: for more levels to be counted."""
    discard_places(ngrams.workspace, [block[:-1] for block in ngrams.blocks])
    nothing = WorkspaceArray("<u4", 0, None, None)
    gone = Placements(nothing, 0, nothing, nothing, nothing)
    return replace(ngrams, blocks=tuple((*[gone] * (len(block) - 1), block[-1]) for block in ngrams.blocks))


class _UnitBlock(NamedTuple):
    """One block read: where its units stand, how often each occurs, the units, clauses and characters left out."""

    occurrences: Placements
    counts: WorkspaceArray
    units: list[str]
    clauses: int
    left_out: int


def _read_units(joined: bool, text: str | Part) -> UnitText:
    """Read one block."""
    return encode(units_text(text), joined)


def _encode_block(workspace: Workspace, read: Callable[[str | Part], UnitText], text: str | Part) -> _UnitBlock:
    """Read and encode one block."""
    found = read(text)
    inside = found.inside
    follows = np.append(inside[1:], False).compress(inside)
    store = workspace.store
    bits = store(np.packbits(inside)), store(np.packbits(follows))
    ids = stored_ids(workspace, found.ids, len(found.units))
    occurrences = Placements(bits[0], len(inside), bits[1], ids, ids)  # the ranks follow, when all blocks are read
    return _UnitBlock(occurrences, store(found.counts), found.units, int(np.count_nonzero(~follows)), found.left_out)


def _count_block(
    workspace: Workspace,
    roles: WorkspaceArray,
    demanded: bool,
    bits: int,
    keep: bool,
    below: Placements,
) -> tuple[list[Placements], StoredRun]:
    """Count one block's pairs of neighbours: the next level's run, and its occurrences if they are to be kept."""
    pairs = pairs_of(below, roles, bits, demanded=demanded, kept=keep)
    run = workspace.store_run(pairs.run, least=np.uint16)
    # the ranks follow, when the runs of all blocks are merged
    return [stored_pairs(workspace, pairs, run.keys)] if keep else [], run


def _find_block(
    workspace: Workspace,
    roles: WorkspaceArray,
    demanded: bool,
    level: Level,
    below: Placements,
) -> Placements:
    """Find in one block the n-grams of the next level, and their ranks."""
    pairs = pairs_of(below, roles, 32, demanded=demanded)
    keys = level.keys
    at = np.minimum(np.searchsorted(keys, pairs.run.keys), max(0, len(level) - 1))
    found = keys[at] == pairs.run.keys if len(level) else np.zeros(len(at), np.bool_)
    return stored_pairs(workspace, pairs, workspace.store(np.where(found, at, NONE).astype(np.uint32)))


def _chosen(
    workspace: Workspace, counted: Level, ranks: WorkspaceArray, demand: Demand | None, minimum: int
) -> tuple[Level, WorkspaceArray]:
    """Choose n-grams of counts made before, and number them anew; give the new number of each, or NONE."""
    pairs, numbers = Column(workspace, np.uint64), Column(workspace, np.int64)
    column = Column(workspace, np.uint32)
    of_parent: Ids = ranks.array
    size = 0
    for prefixes, suffixes, counts in counted.parts():
        prefix, suffix = of_parent[prefixes], of_parent[suffixes]
        kept = np.flatnonzero((counts >= minimum) & (prefix != NONE) & (suffix != NONE))
        if demand is not None:
            kept = kept[demand.asks(prefix[kept], suffix[kept])]
        new: Ids = np.full(len(counts), NONE, np.uint32)
        new[kept] = np.arange(size, size + len(kept), dtype=np.uint32)
        size += len(kept)
        column.append(new)
        pairs.append((prefix[kept].astype(np.uint64) << np.uint64(32)) | suffix[kept])
        numbers.append(counts[kept])
    return Level(pairs.stored(), numbers.stored()), column.stored()
