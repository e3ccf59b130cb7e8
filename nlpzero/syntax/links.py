"""Strong pairs of words, and the links and paths that they make in every clause."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, Ranks, count_ranked
from ..core.job import Execution
from ..core.workspace import NONE, Ids, Keys, Run, StoredRun, Workspace, WorkspaceArray
from .clauses import ClauseBlock, Positions

Flags = npt.NDArray[np.bool_]
_SATURATED = np.int64(1 << 40)  # paths are counted exactly up to here; a clause's sum of them then fits 63 bits


class Links(NamedTuple):
    """The strong links of one block.

    Attributes
    ----------
    targets : uint32 array
        The followers of all words, one word after another.
    offsets : uint32 array (words + 1,)
        Where each word's followers begin among them.
    alike : uint32 array (words,)
        The most paths from one word that are the same template.
    starts : uint32 array
        Words that follow none: where paths begin.
    """

    targets: WorkspaceArray
    offsets: WorkspaceArray
    alike: WorkspaceArray
    starts: WorkspaceArray


def least_count(min_proba: float, total: int) -> int:
    """Give the least count whose share of the total is above a limit."""
    return int(np.floor(min_proba * total)) + 1


def merged_runs(
    execution: Execution, runs: Sequence[StoredRun], minimum: int, *, ranked: bool = False
) -> tuple[Run, Sequence[Ranks]]:
    """Add the runs of all blocks, and let go of them; if `ranked` give for each the ranks of its keys in the sum."""
    workspace, engine = execution.workspace, execution.engine
    merging = Merging(runs, minimum, workspace=workspace, engine=engine, ranked=ranked)
    pieces = [Run(np.empty(0, np.uint64), np.empty(0, np.int64))]
    pieces += [Run(np.array(run.keys), np.array(run.counts)) for run in merging]
    for stored in runs:
        workspace.discard(*stored)
    merged = Run(np.concatenate([run.keys for run in pieces]), np.concatenate([run.counts for run in pieces]))
    return merged, merging.ranks


class PairRun(NamedTuple):
    """The pairs of one block: how many, their run, and the place in it of every pair, distance after distance."""

    total: int
    run: StoredRun
    ids: WorkspaceArray


def pairs_at(room: Ids, distance: int) -> Positions:
    """Give the words that have another in their clause at a distance."""
    return np.flatnonzero(room > distance)


def count_strong(workspace: Workspace, bits: int, window: int, block: ClauseBlock) -> PairRun:
    """Count the ordered skip-grams of one block at distances 1 to `window`."""
    ids, ranks, room = block.ids.array.astype(np.uint64), block.ranks.array, block.room()
    local_bits = np.uint64(max(1, len(ranks).bit_length()))
    keys: list[Keys] = [np.empty(0, np.uint64)]
    for distance in range(1, min(window, int(room.max(initial=1)) - 1) + 1):
        at = pairs_at(room, distance)
        keys.append((ids[at] << local_bits) | ids[at + distance])
    run, places = count_ranked(np.concatenate(keys))
    first = ranks[(run.keys >> local_bits).astype(np.intp)].astype(np.uint64)
    second = ranks[(run.keys & np.uint64((1 << int(local_bits)) - 1)).astype(np.intp)]
    stored = workspace.store_run(Run((first << np.uint64(bits)) | second, run.counts))
    return PairRun(len(places), stored, workspace.store(places))


def link_block(
    workspace: Workspace, strong: WorkspaceArray, window: int, max_paths: int, work: tuple[ClauseBlock, PairRun, Ranks]
) -> tuple[Links, int, int]:
    """Link the words of one block; give the links, the number of paths, and that of clauses with too many."""
    block, pairs, ranks = work
    words, room, lengths = block.ids.array, block.room(), block.lengths.array
    size = len(words)
    found = ranks.array
    is_strong = np.zeros(len(found), np.bool_)
    known = found != NONE
    is_strong[known] = strong.array[found[known]]
    is_strong = is_strong[pairs.ids.array]
    linked = np.zeros((min(window, int(room.max(initial=1)) - 1), size), np.bool_)
    done = 0
    for distance, row in enumerate(linked, 1):
        at = pairs_at(room, distance)
        row[at] = is_strong[done : done + len(at)]
        done += len(at)
    is_start = np.ones(size, np.bool_)
    for distance, row in enumerate(linked, 1):
        is_start[distance:] &= ~row[:-distance]
    paths, alike = count_paths(linked, words, room)
    # Sums over clauses, none of which is empty.
    begins = np.cumsum(lengths, dtype=np.intp) - lengths
    sums = np.add.reduceat(np.where(is_start, paths, 0), begins) if size else np.empty(0, np.int64)
    too_many = sums > max_paths
    is_start &= ~np.repeat(too_many, lengths)
    positions, distances = np.nonzero(linked.T)
    offsets = np.zeros(size + 1, np.uint32)
    np.cumsum(linked.sum(axis=0), out=offsets[1:])
    links = Links(
        workspace.store((positions + distances + 1).astype(np.uint32)),
        workspace.store(offsets),
        workspace.store(np.minimum(alike, max_paths).astype(np.uint32)),
        workspace.store(np.flatnonzero(is_start).astype(np.uint32)),
    )
    return links, int(sums[~too_many].sum()), int(np.count_nonzero(too_many))


def count_paths(linked: Flags, words: Ids, room: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count the paths from each word to an end, and bound the number of those that are one and the same template.

    Words at the same distance from the ends of their clauses are done together, the last ones first. Two paths from a
    word can be the same template only if their first links both go to the same word across a gap.
    """
    size = len(words)
    paths, alike = np.ones(size, np.int64), np.ones(size, np.int64)
    active = np.flatnonzero(linked.any(axis=0))
    active = active[np.argsort(room[active], kind="stable")]
    borders = np.flatnonzero(np.diff(room[active], prepend=0, append=NONE))
    for begin, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        at = active[begin:end]
        followers = np.minimum(at + np.arange(1, len(linked) + 1)[:, np.newaxis], size - 1)
        is_follower = linked[:, at]
        paths[at] = np.minimum(np.where(is_follower, paths[followers], 0).sum(axis=0), _SATURATED)
        bounds = np.where(is_follower, alike[followers], 0)
        same = bounds.copy()
        for i in range(1, len(linked)):
            for j in range(i + 1, len(linked)):
                same[i] += np.where(words[followers[i]] == words[followers[j]], bounds[j], 0)
        alike[at] = np.minimum(same.max(axis=0), _SATURATED)
    return paths, alike
