"""The words of a corpus that is cut: their units, counts, and what their places say of them.

Words are told apart unit by unit: all that begin with the same units have one rank, and the next unit makes new ones.
Blocks are counted one by one and merged, so that memory holds one block and the distinct words.
"""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, count_ranked
from ..core.workspace import Column, Counts, Ids, StoredRun, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import Placements, bits_in
from ..ngrams.measures import Scores

Begins = npt.NDArray[np.intp]


def count_tokens(
    ngrams: NGrams, starts: Sequence[WorkspaceArray], values: Sequence[WorkspaceArray], least: int = 1
) -> tuple[Ids, npt.NDArray[np.intp], Counts, Scores]:
    """Count the words of a corpus that is cut.

    Parameters
    ----------
    starts : for each block, bits over its units: where words begin, as all clauses do.
    values : for each block, a number for each unit that begins a word (others are ignored).
    least : int
        Words that occur less often are left out.

    Returns
    -------
    units, lengths : the ranks of the units of all distinct words, one word after another; how many each has.
    counts : int64 array
    sums : float64 array
        The sum of the values over the places of each word.
    """
    workspace = ngrams.workspace
    blocks = [(block[0], bits) for block, bits in zip(ngrams.blocks, starts, strict=True)]
    ranks: list[WorkspaceArray] = [workspace.store(block.units()[_words(block, bits, 1)[0]]) for block, bits in blocks]
    keys: list[WorkspaceArray] = []  # of words of 2, 3, ... units: the rank without the last one, and the last one
    distinct = len(ngrams.units)
    found: list[tuple[Ids, npt.NDArray[np.intp], Counts, Scores]] = []
    while distinct:
        length = len(keys) + 1
        counts, sums = np.zeros(distinct, np.int64), np.zeros(distinct)
        for (block, bits), rank, value in zip(blocks, ranks, values, strict=True):
            begins, sizes = _words(block, bits, length)
            whole = np.flatnonzero(sizes == length)
            which = rank.array[whole].astype(np.intp)
            np.add.at(counts, which, 1)
            np.add.at(sums, which, value.array[begins[whole]])  # one by one, so that blocks do not matter
        kept = np.flatnonzero(counts >= max(1, least))
        found.append((_spelled(keys, kept).ravel(), np.full(len(kept), length), counts[kept], sums[kept]))
        longer = functools.partial(_longer, workspace, length)
        runs, inverse = [], []
        for run, local in ngrams.engine.map(longer, zip(blocks, ranks, strict=True)):
            runs.append(run)
            inverse.append(local)
        workspace.discard(*ranks)
        merging = Merging(runs, workspace=workspace, engine=ngrams.engine, ranked=True)
        column = Column(workspace, np.uint64)
        for merged in merging:
            column.append(merged.keys)
        keys.append(column.stored())
        distinct = keys[-1].length
        ranks = [
            workspace.store(of_run.array[local.array]) for of_run, local in zip(merging.ranks, inverse, strict=False)
        ]
        workspace.discard(*inverse, *(part for run in runs for part in run))
    workspace.discard(*ranks, *keys)
    every = [np.concatenate(column) for column in zip(*found, strict=True)]
    return every[0], every[1], every[2], every[3]


def _words(block: Placements, bits: WorkspaceArray, least: int) -> tuple[Begins, Begins]:
    """Give where the words of `least` units or more begin in a block, and how many units they have."""
    begins = np.flatnonzero(bits_in(bits, block.length))
    sizes = np.diff(begins, append=block.length)
    chosen = np.flatnonzero(sizes >= least)
    return begins[chosen], sizes[chosen]


def _longer(
    workspace: Workspace, length: int, item: tuple[tuple[Placements, WorkspaceArray], WorkspaceArray]
) -> tuple[StoredRun, WorkspaceArray]:
    """Tell the words of a block that are longer apart by one unit more: their run, and the place of each in it."""
    (block, bits), ranks = item
    begins, sizes = _words(block, bits, length)
    longer = np.flatnonzero(sizes > length)
    unit = block.units()[begins[longer] + length]
    run, local = count_ranked((ranks.array[longer].astype(np.uint64) << np.uint64(32)) | unit)
    return workspace.store_run(run), workspace.store(local)


def _spelled(keys: Sequence[WorkspaceArray], ranks: npt.NDArray[np.intp]) -> Ids:
    """Give the units of words, given by their ranks: one row for each."""
    columns = []
    for level in reversed(keys):
        key = level.array[ranks]
        columns.append(key.astype(np.uint32))
        ranks = (key >> np.uint64(32)).astype(np.intp)
    columns.append(ranks.astype(np.uint32))
    result: Ids = np.stack(columns[::-1], axis=1)
    return result
