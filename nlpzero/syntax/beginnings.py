"""Beginnings of templates, level by level: those of k words from those of one less."""

from typing import NamedTuple

import numpy as np

from ..core.counting import Ranks, count_ranked
from ..core.workspace import NONE, Counts, Ids, Keys, Run, StoredRun, Workspace, WorkspaceArray
from .clauses import ClauseBlock, Positions
from .links import Flags, Links


class Beginnings(NamedTuple):
    """Beginnings of templates with a number of words, in the order of their keys.

    The key packs the rank of the beginning without the last word (none: 0), whether a gap comes before that word, and
    the word; counts are upper bounds of the counts of templates that begin so.
    """

    keys: Keys
    counts: Counts


class Front(NamedTuple):
    """The beginnings of one level in one block: places of their last words, their local ids, and their run."""

    positions: WorkspaceArray
    ids: WorkspaceArray
    run: StoredRun


def front_of(workspace: Workspace, positions: Positions, keys: Keys, alike: Ids) -> Front:
    """Count beginnings, each with the number of templates of one kind that it may lead to."""
    run, ids = count_ranked(keys)
    counts = np.bincount(ids, alike[positions], len(run.keys)).astype(np.int64)
    store = workspace.store
    return Front(store(positions.astype(np.uint32)), store(ids), workspace.store_run(Run(run.keys, counts)))


def begin(workspace: Workspace, bits: int, work: tuple[ClauseBlock, Links]) -> Front:
    """Give the beginnings of one word: the key is the word, and whether others come before it in its clause."""
    block, links = work
    positions = links.starts.array
    return front_of(workspace, positions, first_keys(block, positions, bits), links.alike.array)


def first_keys(block: ClauseBlock, positions: Positions | Ids, bits: int) -> Keys:
    """Pack words that templates begin with, and whether others come before them in their clauses."""
    gaps = has_before(block)[positions].astype(np.uint64)
    return (gaps << np.uint64(bits)) | block.words()[positions]


def has_before(block: ClauseBlock) -> Flags:
    """Tell of each word whether it has others before it in its clause."""
    lengths = block.lengths.array
    inner = np.ones(block.ids.length, np.bool_)
    inner[np.cumsum(lengths, dtype=np.intp) - lengths] = False
    return inner


def extend(
    workspace: Workspace, bits: int, work: tuple[tuple[ClauseBlock, Links], Front, Ranks]
) -> tuple[StoredRun, Front]:
    """Count the templates of one block that end at this level, and go on to the beginnings of the next."""
    (block, links), front, ranks = work
    known = ranks.array[front.ids.array]
    keep = np.flatnonzero(known != NONE)
    positions, known = front.positions.array[keep], known[keep].astype(np.uint64)
    ends, at, parents, targets = follow(links, positions)
    trailing = (block.room()[positions[ends]] > 1).astype(np.uint64)
    run, _ = count_ranked((known[ends] << np.uint64(1)) | trailing)
    keys = beginning_keys(known[parents], at, targets, block.words(), bits)
    return workspace.store_run(run), front_of(workspace, targets, keys, links.alike.array)


def follow(links: Links, positions: Ids) -> tuple[Positions, Positions, Positions, Positions]:
    """Follow all links from some words.

    Returns
    -------
    indexes of the words without followers; and of each link: the word it comes from, the index of that word, the word
    it goes to.
    """
    offsets = links.offsets.array
    begins = offsets[positions].astype(np.intp)
    numbers = offsets[positions.astype(np.intp) + 1] - begins
    ends = np.flatnonzero(numbers == 0)
    parents = np.repeat(np.arange(len(positions)), numbers)
    nth = np.arange(len(parents)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    targets = links.targets.array[begins[parents] + nth].astype(np.intp)
    return ends, positions[parents].astype(np.intp), parents, targets


def beginning_keys(known: Keys, at: Positions, targets: Positions, words: Ids, bits: int) -> Keys:
    """Pack beginnings, gaps and next words."""
    gaps = (targets - at > 1).astype(np.uint64)
    return (known << np.uint64(bits + 1)) | (gaps << np.uint64(bits)) | words[targets]
