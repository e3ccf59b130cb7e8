"""Joints of constructions: two words of a clause, side by side or across a gap, and the chains that they make.

Everything is done block by block, in arrays: a joint is a pair of places, a chain a row of places, each a joint away
from the one before. What is asked of all blocks together (how often, with what in the gaps, in how many different
clauses) is counted as integer keys.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Ranks, count_ranked, sort_with_origin
from ..core.workspace import NONE, Ids, Keys, StoredRun, Workspace, WorkspaceArray
from .clauses import ClauseBlock, Positions

_FAR = np.uint8(255)
SHORT = 5
"""Clauses of fewer words may well be said again."""
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of hashes: 2^64 over the golden ratio, odd


class Joints(NamedTuple):
    """The joints of one block.

    Attributes
    ----------
    run : StoredRun
        The joints as keys (first word, second word, whether a gap lies between), and how often each occurs.
    ids : WorkspaceArray
        For each joint of the text its place in the run.
    places, distances : WorkspaceArray
        Where its first word stands, and how many words on its second one.
    """

    run: StoredRun
    ids: WorkspaceArray
    places: WorkspaceArray
    distances: WorkspaceArray


class Network(NamedTuple):
    """The strong joints of one block: those of each word, one word after another; `offsets` says where they begin."""

    targets: WorkspaceArray
    joints: WorkspaceArray
    offsets: WorkspaceArray


class Chains(NamedTuple):
    """Chains of one block: the places of their words, row after row, and which template each is."""

    places: WorkspaceArray
    ranks: WorkspaceArray
    words: int

    def rows(self) -> Ids:
        """Give the places, of shape (chains, words)."""
        return self.places.array.reshape(-1, self.words)


class PlacedWords(NamedTuple):
    """The words of one block as they are asked for again and again.

    Attributes
    ----------
    words : WorkspaceArray
        The global rank of each.
    lengths : WorkspaceArray
        Of the clauses.
    clauses : WorkspaceArray
        Of each word the number of its clause.
    hashes : WorkspaceArray
        For each clause a number, the same for the same words.
    """

    words: WorkspaceArray
    lengths: WorkspaceArray
    clauses: WorkspaceArray
    hashes: WorkspaceArray


def place(workspace: Workspace, block: ClauseBlock) -> PlacedWords:
    """Work out what is asked for again and again of one block."""
    words, lengths = block.words(), block.lengths.array
    clauses = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    store = workspace.store
    return PlacedWords(store(words), block.lengths, store(clauses), store(_clause_hashes(words, lengths)))


def nearest(words: Ids, clauses: Ids, at: Positions) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Give for words at some places, all there are of each, how far the same word is before and after in the clause.

    255: farther, or not there; for words at other places 0.
    """
    order = at.take(sort_with_origin(words.take(at).astype(np.uint64))[1])
    before = np.zeros(len(words), np.uint8)
    before[at] = _FAR
    after = before.copy()
    first, second = order[:-1], order[1:]
    same = np.flatnonzero((words.take(first) == words.take(second)) & (clauses.take(first) == clauses.take(second)))
    first, second = first.take(same), second.take(same)
    near = np.minimum(second - first, _FAR).astype(np.uint8)
    after[first], before[second] = near, near
    return before, after


def count_joints(workspace: Workspace, bits: int, window: int, frequent: WorkspaceArray, block: PlacedWords) -> Joints:
    """Count the joints of one block: words at most `window` apart, neither of which stands between them.

    Only those of two words that are `frequent` can be frequent.
    """
    words, clauses = block.words.array, block.clauses.array
    before, after = nearest(words, clauses, np.flatnonzero(frequent.array.take(words)))
    keys: list[Keys] = [np.empty(0, np.uint64)]
    places: list[Ids] = [np.empty(0, np.uint32)]
    distances = [np.empty(0, np.uint8)]
    wide = words.astype(np.uint64)
    for distance in range(1, min(window, len(words) - 1) + 1):
        fits = (after[:-distance] >= distance) & (before[distance:] >= distance)
        at = np.flatnonzero(fits & (clauses[:-distance] == clauses[distance:]))
        pairs = (wide.take(at) << np.uint64(bits)) | wide.take(at + distance)
        keys.append((pairs << np.uint64(1)) | np.uint64(distance > 1))
        places.append(at.astype(np.uint32))
        distances.append(np.full(len(at), distance, np.uint8))
    run, ids = count_ranked(np.concatenate(keys))
    store = workspace.store
    return Joints(workspace.store_run(run), store(ids), store(np.concatenate(places)), store(np.concatenate(distances)))


def connect(
    workspace: Workspace, number: WorkspaceArray, work: tuple[PlacedWords, Joints, Ranks]
) -> tuple[Network, Chains]:
    """Keep the strong joints of one block, each with its number; they are the chains of two words, too."""
    block, joints, ranks = work
    found = ranks.array
    known = found != NONE
    of_key = np.full(len(found), NONE, np.uint32)
    of_key[known] = number.array[found[known]]
    of_joint = of_key[joints.ids.array]
    kept = np.flatnonzero(of_joint != NONE)
    places, distances = joints.places.array[kept], joints.distances.array[kept]
    order = np.argsort(places, kind="stable")  # near ones come before far ones already
    places, of_joint = places[order], of_joint[kept[order]]
    targets = places + distances[order]
    offsets = np.zeros(block.words.length + 1, np.uint32)
    np.cumsum(np.bincount(places, minlength=block.words.length), out=offsets[1:])
    store = workspace.store
    network = Network(store(targets), store(of_joint), store(offsets))
    return network, Chains(store(np.column_stack([places, targets]).ravel()), store(of_joint), 2)


def prolong(
    workspace: Workspace, joint_bits: int, work: tuple[Network, Chains]
) -> tuple[StoredRun, WorkspaceArray, WorkspaceArray]:
    """Join the chains of one block to one more word: the keys (template, joint) as a run, their ids, and the places."""
    network, chains = work
    rows, ranks = chains.rows(), chains.ranks.array
    offsets = network.offsets.array
    begins = offsets[rows[:, -1]].astype(np.intp)
    numbers = offsets[rows[:, -1].astype(np.intp) + 1] - begins
    parents = np.repeat(np.arange(len(rows)), numbers)
    at = np.arange(len(parents)) - np.repeat(np.cumsum(numbers) - numbers, numbers) + begins[parents]
    keys = (ranks[parents].astype(np.uint64) << np.uint64(joint_bits)) | network.joints.array[at]
    run, ids = count_ranked(keys)
    longer = np.column_stack([rows[parents], network.targets.array[at]])
    return workspace.store_run(run), workspace.store(ids), workspace.store(longer.ravel())


def keep(workspace: Workspace, number: WorkspaceArray, work: tuple[Chains, Ranks]) -> Chains:
    """Keep those of the longer chains of one block whose templates have a number; they come with ids in the run."""
    chains, ranks = work
    found = ranks.array
    known = found != NONE
    of_key = np.full(len(found), NONE, np.uint32)
    of_key[known] = number.array[found[known]]
    of_chain = of_key[chains.ranks.array]
    kept = np.flatnonzero(of_chain != NONE)
    return Chains(workspace.store(chains.rows()[kept].ravel()), workspace.store(of_chain[kept]), chains.words)


def describe(
    workspace: Workspace, gaps: WorkspaceArray, bits: int, work: tuple[PlacedWords, Chains]
) -> list[StoredRun]:
    """Count what is in and around the chains of one block, template by template; the ranks are in the high bits.

    Returns
    -------
    runs of: the clauses that they stand in (the same words are the same clause), the words before them, the words after
    them; and for each joint the fillers of the gap, its first words, its last words.
    """
    block, chains = work
    words, clauses, rows, ranks = block.words.array, block.clauses.array, chains.rows(), chains.ranks.array
    is_gap = gaps.array.reshape(-1, chains.words - 1)[ranks]
    of_chain = clauses.take(rows[:, 0])
    keys = [_packed(block.hashes.array.take(of_chain), ranks, bits)]
    first = np.flatnonzero(rows[:, 0] > 0)
    first = first[clauses.take(rows[first, 0] - np.uint32(1)) == of_chain.take(first)]
    last = np.flatnonzero(rows[:, -1] + 1 < len(words))
    last = last[clauses.take(rows[last, -1] + np.uint32(1)) == of_chain.take(last)]
    fillers: list[Keys] = []
    places = [(first, rows[first, 0] - np.uint32(1)), (last, rows[last, -1] + np.uint32(1))]
    for joint in range(chains.words - 1):
        inside = np.flatnonzero(is_gap[:, joint])
        fillers.append(filler_keys(words, rows[inside], ranks[inside], joint, bits))
        places += [(inside, rows[inside, joint] + np.uint32(1)), (inside, rows[inside, joint + 1] - np.uint32(1))]
    beside = [_packed(_mixed(words[at] + np.uint64(1)), ranks[which], bits) for which, at in places]
    keys += beside[:2]
    for joint, filler in enumerate(fillers):
        keys += [filler, *beside[2 + 2 * joint : 4 + 2 * joint]]
    return [workspace.store_run(count_ranked(some)[0]) for some in keys]


def filler_keys(words: Ids, rows: Ids, ranks: Ids, joint: int, bits: int) -> Keys:
    """Give for each chain a key of its template (in the high bits) and of the words between two of its own."""
    first, last = rows[:, joint].astype(np.intp) + 1, rows[:, joint + 1].astype(np.intp)
    hashes = np.zeros(len(rows), np.uint64)
    for step in range(int((last - first).max(initial=0))):
        inside = np.flatnonzero(first + step < last)
        hashes[inside] = _mixed(hashes[inside] + words[first[inside] + step] + np.uint64(1))
    return _packed(hashes, ranks, bits)


def filler_run(
    workspace: Workspace, joint: int, bits: int, gaps: WorkspaceArray, work: tuple[PlacedWords, Chains]
) -> StoredRun:
    """Count what stands in the gap at a joint of some of the chains of one block, template by template."""
    block, chains = work
    rows, ranks = chains.rows(), chains.ranks.array
    inside = np.flatnonzero(gaps.array[ranks])
    keys = filler_keys(block.words.array, rows[inside], ranks[inside], joint, bits)
    return workspace.store_run(count_ranked(keys)[0])


def filler_texts(
    joint: int, rank_bits: int, gaps: WorkspaceArray, wanted: WorkspaceArray, work: tuple[PlacedWords, Chains]
) -> dict[int, list[int]]:
    """Give the words behind some keys of fillers, as far as they are in one block."""
    block, chains = work
    rows, ranks, keys = chains.rows(), chains.ranks.array, wanted.array
    inside = np.flatnonzero(gaps.array[ranks])
    words = block.words.array
    own = filler_keys(words, rows[inside], ranks[inside], joint, rank_bits)
    at = np.minimum(np.searchsorted(keys, own), max(0, len(keys) - 1))
    hits = np.flatnonzero(keys[at] == own) if len(keys) else np.empty(0, np.intp)
    found, first = np.unique(own[hits], return_index=True)
    spans = rows[inside[hits[first]]][:, [joint, joint + 1]].tolist()
    return {key: words[a + 1 : b].tolist() for key, (a, b) in zip(found.tolist(), spans, strict=True)}


def sentence_run(workspace: Workspace, block: PlacedWords) -> StoredRun:
    """Count the clauses of one block that are not short."""
    return workspace.store_run(count_ranked(block.hashes.array[block.lengths.array >= SHORT])[0])


def _clause_hashes(words: Ids, lengths: Ids) -> Keys:
    """Give a number for each clause, the same for the same words."""
    if not len(lengths):
        return np.empty(0, np.uint64)
    begins = np.cumsum(lengths, dtype=np.intp) - lengths
    inside = np.arange(len(words)) - np.repeat(begins, lengths)
    powers = np.cumprod(np.full(int(lengths.max()), _BASE), dtype=np.uint64)
    return _mixed(np.add.reduceat((words + np.uint64(1)) * powers.take(inside), begins))


def _mixed(hashes: Keys) -> Keys:
    """Spread numbers over all 64 bits."""
    hashes = (hashes ^ (hashes >> np.uint64(31))) * _BASE
    result: Keys = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return result


def _packed(hashes: Keys, ranks: Ids, rank_bits: int) -> Keys:
    """Pack ranks into the high bits, and the high bits of hashes below them."""
    low = np.uint64(64 - rank_bits)
    return (ranks.astype(np.uint64) << low) | (hashes >> np.uint64(rank_bits))
