"""The n-grams of one length, in a whole corpus and in one block of it, and the step from one length to the next.

An n-gram of length k is a pair: the (k-1)-gram it begins with and the (k-1)-gram it ends with. Inside a block these are
small local ranks, so that pair and position fit 64 bits and one sort counts the block and ranks every position. Runs
carry the pair of global ranks; merging them makes the level's table and tells each block the global rank of its local
ones. An n-gram can occur `minimum` times only if both of its parents do, so positions drop out from level to level.
"""

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, Ranks, count, count_ranked, parts_of
from ..core.engine import Engine
from ..core.workspace import NONE, Column, Counts, Ids, Keys, Run, StoredRun, Workspace, WorkspaceArray, held
from ..errors import NlpZeroError

Flags = npt.NDArray[np.bool_]
LocalIds = npt.NDArray[np.uint32] | npt.NDArray[np.uint16]
Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

ROWS = 1 << 20
"""N-grams of a level that are looked at together where it may be larger than memory."""
MOST = (1 << 32) - 1
"""Distinct n-grams of one length, at the most: a rank takes 32 bits."""


@dataclass(frozen=True)
class Level:
    """The n-grams of one length that occur often enough, in the order of their units.

    An n-gram is known by its parents, the ranks one level below of itself without its last unit (the prefix) and
    without its first one (the suffix). The arrays may lie in files: take parts of them where they may be large.

    Attributes
    ----------
    pairs : uint64 array (n,), increasing
        prefix * 2^32 + suffix (at level 1 empty).
    numbers : uint32 or int64 array (n,)
        How often each occurs. (`counts` and `parts` give them as int64.)
    """

    pairs: WorkspaceArray
    numbers: WorkspaceArray

    def __len__(self) -> int:
        return self.numbers.length

    @property
    def counts(self) -> Counts:
        """How often each occurs."""
        counts: Counts = self.numbers.array.astype(np.int64, copy=False)
        return counts

    @property
    def keys(self) -> Keys:
        """The pair of parents as one number, increasing."""
        return self.pairs.array

    @property
    def prefixes(self) -> Ids:
        """The rank of each without its last unit."""
        return halves(self.keys)[0]

    @property
    def suffixes(self) -> Ids:
        """The rank of each without its first unit."""
        return halves(self.keys)[1]

    def parts(self, low: int = 0, high: int | None = None) -> Iterator[tuple[Ids, Ids, Counts]]:
        """Give prefixes, suffixes and counts of `ROWS` n-grams at a time, of all or from `low` to `high`."""
        high = len(self) if high is None else high
        for start in range(low, high, ROWS):
            stop = min(start + ROWS, high)
            counts = self.numbers.part(start, stop).astype(np.int64, copy=False)
            yield *halves(self.pairs.part(start, stop)), counts


def halves(keys: Keys) -> tuple[Ids, Ids]:
    """Give the upper and the lower half of 64-bit numbers, without a copy."""
    halves: Ids = keys.view(np.uint32)
    return (halves[1::2], halves[::2]) if sys.byteorder == "little" else (halves[::2], halves[1::2])


def level_of_units(counts: Counts, workspace: Workspace) -> Level:
    """Make the level of single units, which have no parents."""
    return Level(workspace.store(np.empty(0, np.uint64)), workspace.store(counts))


USABLE, INNER, ENDS_WORD, BEGINS_WORD = 1, 2, 4, 8
"""What an n-gram is to those of the next length, as bits: it occurs often enough; and see `Demand`."""


class Demand(NamedTuple):
    """Which n-grams of a level lead to those of the next that some words ask for, as bool arrays of the level's length.

    An n-gram of the next level is asked for if both its parents are `inner` (they stand in a word), if what it begins
    with ends a word (it may lead to the word's right neighbours), or if what it ends with begins one (to its left).
    """

    inner: Flags
    ends_word: Flags
    begins_word: Flags

    def asks(self, first: Any, second: Any) -> Flags:
        """Tell of pairs of parents, given by their ranks, whether the n-gram they make is asked for."""
        asked: Flags = (self.inner[first] & self.inner[second]) | self.ends_word[first] | self.begins_word[second]
        return asked


def roles_of(usable: Flags, demand: Demand | None) -> npt.NDArray[np.uint8]:
    """Say as bits what each n-gram of a level is to those of the next one; one 0 more, for those the level lacks.

    Examples
    --------
    >>> roles_of(np.array([True, False]), None).tolist()
    [1, 0, 0]
    """
    roles = np.zeros(len(usable) + 1, np.uint8)
    roles[:-1] = usable
    if demand is not None:
        for flags, role in zip(demand, (INNER, ENDS_WORD, BEGINS_WORD), strict=True):
            roles[:-1] |= flags.view(np.uint8) * np.uint8(role)
    return roles


PACKED = np.dtype(np.uint8).str
"""The type of ids that are kept in 24 bits."""


class Placements(NamedTuple):
    """The n-grams of one level in one block, in the order of the text.

    Attributes
    ----------
    inside : bits
        Which of those of the level below begin one; at level 1, which of all places hold a unit. (An eighth of a byte
        instead of the four of a place.)
    places : int
        How many there are of the level below.
    follows : bits
        After which of these n-grams the next one stands at the next place.
    ids : uint32 or uint16 array (n,), or uint8 array (3 n,)
        Their local ids, as `stored_ids` keeps them: see `local`.
    ranks : uint32 array
        The rank in the level of each local id, or NONE.
    """

    inside: WorkspaceArray
    places: int
    follows: WorkspaceArray
    ids: WorkspaceArray
    ranks: WorkspaceArray | Ranks

    @property
    def length(self) -> int:
        """How many n-grams of the level stand in the block."""
        return self.ids.length // (3 if self.ids.dtype == PACKED else 1)

    @property
    def local(self) -> LocalIds:
        """The local ids."""
        ids = self.ids.array
        if self.ids.dtype != PACKED:
            return ids
        low, high = ids[: 2 * self.length].view(np.uint16), ids[2 * self.length :]
        found: Ids = high.astype(np.uint32)
        found <<= np.uint32(16)
        found |= low
        return found

    def in_memory(self) -> "Placements":
        """Give the same with ids and ranks read, once for all that needs them."""
        return self._replace(ids=held(self.local), ranks=held(self.ranks.array))

    def units(self) -> Ids:
        """Give the rank of every n-gram, or NONE."""
        ranks: Ids = self.ranks.array[self.local]
        return ranks


BlockLevels = Sequence[Placements]
"""One block of text: the n-grams of 1, 2, ... units in it."""


def bits_in(stored: WorkspaceArray, count: int) -> Flags:
    """Unpack bits."""
    return np.unpackbits(stored.array, count=count).view(np.bool_)


def places_in(block: BlockLevels) -> list[Ids]:
    """Give where the n-grams of each level stand in a block, ascending; between clauses one place is left empty."""
    result: list[Ids] = []
    for level in block:
        inside = bits_in(level.inside, level.places)
        result.append(result[-1].compress(inside) if result else np.flatnonzero(inside).astype(np.uint32))
    return result


def beginnings_in(block: BlockLevels) -> Iterator[npt.NDArray[np.intp]]:
    """Give at which unit of a block the n-grams of each level begin, ascending."""
    begins = np.arange(block[0].length)
    yield begins
    for number, level in enumerate(block[1:]):
        inside = bits_in(level.inside, level.places)
        begins = begins.compress(inside) if number else np.flatnonzero(inside)
        yield begins


def ranks_in(block: BlockLevels) -> Iterator[Ids]:
    """Give, at each unit of a block, the rank of the n-gram of 1, 2, ... units that begins there, or NONE."""
    for level, begins in zip(block, beginnings_in(block), strict=True):
        result: Ids = np.full(block[0].length, NONE, np.uint32)
        result[begins] = level.units()
        yield result


def ranks_at(block: BlockLevels, length: int) -> Ids:
    """Give the ranks of one length alone: see `ranks_in`."""
    *_, begins = beginnings_in(block[:length])
    result: Ids = np.full(block[0].length, NONE, np.uint32)
    result[begins] = block[length - 1].units()
    return result


def discard_places(workspace: Workspace, blocks: Iterable[BlockLevels]) -> None:
    """Let go of where n-grams of some levels stand in each block."""
    shared: list[Ranks] = []
    for level in itertools.chain.from_iterable(blocks):
        workspace.discard(level.inside, level.follows, level.ids)
        if isinstance(level.ranks, WorkspaceArray):
            workspace.discard(level.ranks)
        else:
            shared.append(level.ranks)
    workspace.discard(*parts_of(shared))


class Pairs(NamedTuple):
    """The pairs of neighbours in one block: which n-grams begin one, and follow one another; local ids; their run.

    (Where they are not to be kept, only the run.)
    """

    inside: Flags
    follows: Flags
    ids: Ids
    run: Run


def pairs_of(
    below: Placements, roles: WorkspaceArray, bits: int, *, demanded: bool = False, kept: bool = True
) -> Pairs:
    """Find the pairs of neighbours in one block that are both usable, and asked for if they must be (see `Demand`).

    Where they are not to be kept they are counted only, by a sort of their keys alone.
    """
    ids, ranks = below.local, below.ranks.array
    found = roles.array.take(ranks, mode="clip").take(ids)  # NONE is beyond the last
    first, second = found[:-1], found[1:]
    both = first & second
    inside = np.zeros(len(ids), np.bool_)
    pair = inside[:-1]
    np.not_equal(both & USABLE, 0, out=pair)
    pair &= bits_in(below.follows, len(ids))[:-1]
    if demanded:
        pair &= ((both & INNER) | (first & ENDS_WORD) | (second & BEGINS_WORD)) != 0
    local_bits = np.uint64(max(1, len(ranks).bit_length()))
    at = np.flatnonzero(pair)
    every = ids[:-1].astype(np.uint64)  # most are taken: shorter than to take first and second apart
    every <<= local_bits
    every |= ids[1:]
    pairs = every.take(at)
    del every
    run, above = count_ranked(pairs) if kept else (count(pairs), np.empty(0, np.uint32))
    keys = ranks.take((run.keys >> local_bits).view(np.intp)).astype(np.uint64)
    keys <<= np.uint64(bits)
    keys |= ranks.take((run.keys & np.uint64((1 << int(local_bits)) - 1)).view(np.intp))
    follows = np.append(at[1:], 0) == at + 1 if kept else inside[:0]
    return Pairs(inside, follows, above, Run(keys, run.counts))


def stored_pairs(workspace: Workspace, pairs: Pairs, ranks: WorkspaceArray) -> Placements:
    """Keep what was found in a block."""
    store = workspace.store
    bits = (store(np.packbits(flags)) for flags in (pairs.inside, pairs.follows))
    return Placements(next(bits), len(pairs.inside), next(bits), stored_ids(workspace, pairs.ids, ranks.length), ranks)


def stored_ids(workspace: Workspace, ids: Ids, number: int) -> WorkspaceArray:
    """Keep the ids of some number of things: in 16 bits if they fit, as those of units do in most blocks; where memory
    is used up, in 24 bits, the lower 16 of all and then the upper 8.
    """
    if number <= 1 << 16:
        return workspace.store(ids.astype(np.uint16))
    if number > 1 << 24 or workspace.has_room(ids.nbytes):
        return workspace.store(ids)
    packed = np.empty(3 * len(ids), np.uint8)
    packed[: 2 * len(ids)].view(np.uint16)[:] = ids & np.uint32(0xFFFF)
    packed[2 * len(ids) :] = ids >> np.uint32(16)
    return workspace.store(packed)


def merged_level(
    runs: Sequence[StoredRun],
    bits: int,
    minimum: int,
    *,
    ranked: bool,
    spent: bool,
    engine: Engine,
    workspace: Workspace,
) -> tuple[Level, Sequence[Ranks]]:
    """Add runs of pairs of ranks to one level; give for each run the ranks in it of the run's n-grams.

    Parameters
    ----------
    runs : sequence of StoredRun
        Their keys are prefix * 2^bits + suffix: short keys sort fast.
    bits : int
    minimum : int
        N-grams seen less often are left out.
    ranked : bool
        Whether ranks are wanted.
    spent : bool
        Whether the runs are let go of when they have been added.

    Raises
    ------
    NlpZeroError
        If there are more than `MOST`.
    """
    merging = Merging(runs, minimum, workspace=workspace, engine=engine, ranked=ranked, spent=spent)
    most = sum(run.keys.length for run in runs)
    pairs, numbers = Column(workspace, np.uint64, most), Column(workspace, merging.number_type, most)
    low = np.uint64((1 << bits) - 1)
    size = 0
    for run in merging:
        size += len(run.keys)
        if size > MOST:
            raise NlpZeroError(
                f"more than {MOST:,} distinct n-grams of one length, of which each has a number of 32 bits; "
                "take a smaller `order`, or less text"
            )
        pairs.append(((run.keys >> np.uint64(bits)) << np.uint64(32)) | (run.keys & low))
        numbers.append(run.counts)
    return Level(pairs.stored(), numbers.stored()), merging.ranks


def bits_of(level: Level) -> int:
    """Give the bits that a rank in a level takes."""
    return max(1, (len(level) - 1).bit_length())


def look_up(level: Level, prefixes: Ids, suffixes: Ids) -> Ids:
    """Give the ranks of n-grams named by their parents' ranks; NONE where a parent is NONE or the level has none."""
    ranks = np.full(len(prefixes), NONE, np.uint32)
    known = np.flatnonzero((prefixes != NONE) & (suffixes != NONE))
    if len(level) == 0 or len(known) == 0:
        return ranks
    bits = np.uint64(int(suffixes[known].max()).bit_length())  # short keys sort fast
    run, inverse = count_ranked((prefixes[known].astype(np.uint64) << bits) | suffixes[known])
    keys = ((run.keys >> bits) << np.uint64(32)) | (run.keys & ((np.uint64(1) << bits) - np.uint64(1)))
    at = np.minimum(np.searchsorted(level.keys, keys), len(level) - 1)
    ranks[known] = np.where(level.keys[at] == keys, at, NONE).astype(np.uint32)[inverse]
    return ranks


def sums_by_parent(
    level: Level, above: Level, side: Side, weigh: Callable[[Counts], npt.NDArray[Any]], memory: int
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Add up a weight of all n-grams of the next length by what they extend to the left or to the right.

    Yields
    ------
    start : int
    sums : array
        For the n-grams of `level` from `start` on, as many as fit the memory: the sum of ``weigh(counts)`` of those of
        `above` that extend them, in their order.
    """
    # sums of sums must not depend on the memory; n-grams lie in the order of what they begin with
    span = ROWS * (max(1, memory // 12 // ROWS) if side == "left" else 1)
    for start in range(0, len(level), span):
        size = min(span, len(level) - start)
        sums = np.zeros(size, weigh(np.ones(1, np.int64)).dtype)
        low, high = 0, len(above)
        if side == "right":
            low, high = np.searchsorted(above.keys, np.array([start << 32, (start + size) << 32], np.uint64)).tolist()
        for prefixes, suffixes, counts in above.parts(low, high):
            parents = suffixes if side == "left" else prefixes
            if size < len(level):
                if side == "left":
                    here = np.flatnonzero((parents >= start) & (parents < start + size))
                    parents, counts = parents[here], counts[here]
                parents = parents - np.uint32(start)
            np.add.at(sums, parents, weigh(counts))
        yield start, sums
