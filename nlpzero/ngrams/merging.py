"""N-gram counts of parts of a corpus, counted anywhere and any day, added up to the same bytes as counted at once.

The ranks of each part are replaced by those in the sum, level by level; as both are in the order of the units, what was
sorted stays sorted.
"""

import functools
from collections.abc import Sequence

import numpy as np

from ..core.counting import Ranks
from ..core.job import Execution, Job, open_execution
from ..core.workspace import Column, StoredRun, Workspace, WorkspaceArray
from ..errors import ModelError
from .counts import COUNTING
from .levels import ROWS, Level, bits_of, level_of_units, merged_level
from .runs import NGramTable


def merge_ngrams(parts: Sequence[NGramTable], *, job: Job | Execution | None = None) -> NGramTable:
    """Add up the n-gram counts of parts of a corpus (合并计数).

    Parameters
    ----------
    parts : sequence of NGramTable
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Raises
    ------
    ModelError
        If the parts were counted differently, or one of them is damaged.

    Notes
    -----
    O(n log n) in the n-grams of all parts; in the workspace 12 bytes for each of them.

    Examples
    --------
    >>> from nlpzero.ngrams.counts import count_ngrams
    >>> parts = [count_ngrams([text], 1) for text in ("山药汤\\n", "山药\\n")]
    >>> both, whole = merge_ngrams(parts), count_ngrams(["山药汤\\n山药\\n"], 1)
    >>> [level.counts.tolist() for level in both.levels] == [level.counts.tolist() for level in whole.levels]
    True
    """
    _check_alike(parts)
    with open_execution(job, COUNTING, keep=True) as execution:
        return _merged(parts, execution)


def _check_alike(parts: Sequence[NGramTable]) -> None:
    """Refuse parts that were counted differently."""
    first = parts[0]
    for part in parts[1:]:
        if part.joined != first.joined:
            raise ModelError(f"{first.source} and {part.source}: one counts units, one characters; count again alike")
        if len(part.levels) != len(first.levels):
            raise ModelError(
                f"{first.source} and {part.source}: counted with `order`={len(first.levels) - 1} and "
                f"{len(part.levels) - 1}; count again with the same"
            )


def _merged(parts: Sequence[NGramTable], execution: Execution) -> NGramTable:
    """Add up counts that are alike."""
    engine, workspace, first = execution.engine, execution.workspace, parts[0]
    units = sorted({unit for part in parts for unit in part.units})
    rank = {unit: i for i, unit in enumerate(units)}
    totals = np.zeros(len(units), np.int64)
    maps: list[WorkspaceArray] = []
    for part in parts:
        ranks = np.fromiter(map(rank.__getitem__, part.units), np.uint32, len(part.units))
        totals[ranks] += part.levels[0].counts
        maps.append(workspace.store(ranks))
    levels = [level_of_units(totals, workspace)]
    for number in range(1, len(first.levels)):
        bits = bits_of(levels[-1])
        task = functools.partial(_renamed, workspace, bits)
        work = [(part.levels[number], below) for part, below in zip(parts, maps, strict=True)]
        runs = [
            StoredRun(keys, part.levels[number].numbers)
            for keys, part in zip(engine.map(task, work), parts, strict=True)
        ]
        is_last = number == len(first.levels) - 1
        level, found = merged_level(runs, bits, 1, ranked=not is_last, spent=False, engine=engine, workspace=workspace)
        levels.append(level)
        workspace.discard(*maps, *(run.keys for run in runs))
        maps = [_flat(workspace, ranks) for ranks in found]
    sizes = [sum(numbers) for numbers in zip(*((p.total, p.clauses, p.left_out) for p in parts), strict=True)]
    return NGramTable(units, levels, first.joined, sizes[0], sizes[1], sizes[2])


def _renamed(workspace: Workspace, bits: int, item: tuple[Level, WorkspaceArray]) -> WorkspaceArray:
    """Give the n-grams of one part as pairs of ranks in the sum, packed into numbers that still increase."""
    level, below = item
    ranks = below.array
    keys = Column(workspace, np.uint64)
    for prefixes, suffixes, _ in level.parts():
        keys.append((ranks[prefixes].astype(np.uint64) << np.uint64(bits)) | ranks[suffixes])
    return keys.stored()


def _flat(workspace: Workspace, ranks: Ranks) -> WorkspaceArray:
    """Put the ranks that merging tasks left for one part into one array."""
    column = Column(workspace, np.uint32)
    for start in range(0, ranks.length, ROWS):
        column.append(ranks.between(start, start + ROWS))
    return column.stored()
