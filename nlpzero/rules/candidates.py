"""Candidates of Apriori (候选项集): sets joined from two frequent ones, without those that have a rare subset.

Agrawal & Srikant 1994, "Fast algorithms for mining association rules", apriori-gen.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Ids
from .frequent import Ints, ItemLists, SetLevel
from .vertical import Counts, Indexes

_JOINED = 1 << 20  # candidates made at a time
_TOGETHER = 1 << 20  # pairs of items whose sets are looked up together
DENSE = 1 << 23
"""Pairs of items, or of a set and an item, are looked up in a table if it has no more cells."""


class Candidates(NamedTuple):
    """Some sets of k + 1 items, made of the sets of k items of a level.

    Attributes
    ----------
    left : int array (m,)
        Which set of the level is the beginning of each.
    subsets : int32 array (m, k + 1)
        Places in the level of each without its 1st, 2nd, ... item.
    items : uint32 array (m,)
        The last item of each.
    counts : int64 array (m,), optional
        In how many baskets each is, where that is known.
    """

    left: npt.NDArray[np.intp]
    subsets: Indexes
    items: Ids
    counts: Counts | None = None


def apriori_gen(last: SetLevel, n_items: int) -> Iterator[Candidates]:
    """Make the candidates of the next level: join sets that differ in the last item, prune those with a rare subset."""
    n, k = last.sets.shape
    group = last.subsets[:, -1] if k > 1 else np.zeros(n, np.int32)
    ends = np.searchsorted(group, group, side="right")
    partners = ends - np.arange(n) - 1
    before = np.concatenate(([0], np.cumsum(partners)))
    find = SetPlaces(last, n_items) if k > 1 else None
    start = 0
    while start < n:
        stop = max(start + 1, int(np.searchsorted(before, before[start] + _JOINED, side="right")) - 1)
        left, right = _join(np.arange(start, stop), partners[start:stop])
        start = stop
        items = last.sets[right, -1]
        if find is None:
            yield Candidates(left, np.stack([right, left], axis=1).astype(np.int32), items)
            continue
        subsets = np.empty((len(left), k + 1), np.int32)
        subsets[:, k], subsets[:, k - 1] = left, right
        kept = np.arange(len(left))
        for j in range(k - 1):
            found = find(last.subsets[left[kept], j], items[kept])
            subsets[kept, j] = found
            kept = kept[found >= 0]
        yield Candidates(left[kept], subsets[kept], items[kept])


def _join(
    first: npt.NDArray[np.intp], partners: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pair each of some sets with the `partners` sets that follow it."""
    left = np.repeat(first, partners)
    offsets = np.cumsum(partners) - partners
    return left, np.arange(len(left)) - np.repeat(offsets - first - 1, partners)


class SetPlaces:
    """Finds sets of a level by the place of all their items but the last, and the last."""

    def __init__(self, level: SetLevel, n_items: int) -> None:
        self._n_items = n_items
        prefixes = level.subsets[:, -1].astype(np.int64)
        self._keys = prefixes * n_items + level.sets[:, -1]
        self._table: Indexes | None = None
        cells = (int(prefixes[-1]) + 1) * n_items if len(prefixes) else 0
        if cells <= max(DENSE, 16 * len(prefixes)):
            self._table = np.full(cells, -1, np.int32)
            self._table[self._keys] = np.arange(len(prefixes))

    def __call__(self, prefixes: Indexes, items: Ids) -> Indexes:
        """Give the places of sets; -1 where there is none."""
        keys = prefixes.astype(np.int64) * self._n_items + items
        if self._table is not None:
            inside = keys < len(self._table)
            return np.where(inside, self._table.take(keys, mode="clip"), np.int32(-1)) if len(keys) else self._table[:0]
        places = np.searchsorted(self._keys, keys)
        hit = self._keys.take(places, mode="clip") == keys
        return np.where(hit, places, -1).astype(np.int32)


def portions(sets: ItemLists) -> Iterator[Ints]:
    """Number sets, as many at a time as have pairs of items that can be looked up together."""
    before = np.concatenate(([0], np.cumsum(sets.sizes**2)))
    start = 0
    while start < len(sets):
        stop = max(start + 1, int(np.searchsorted(before, before[start] + _TOGETHER, side="right")) - 1)
        yield np.arange(start, stop)
        start = stop


def parts_among(levels: Sequence[SetLevel], sets: ItemLists, n_items: int) -> tuple[Ints, Ints]:
    """Find the parts of some sets that are among sets all of whose own parts are among them, too.

    Parameters
    ----------
    levels : sequence of SetLevel
        Sets of size 1, 2, ...; the first level has all items.
    sets : ItemLists

    Returns
    -------
    which : int64 array
        For each part found, which of `sets` it is of.
    parts : int64 array
        Its number: sets are numbered by size, then in the order of their items.

    Notes
    -----
    The time is that of a look-up, about 20 ns, for each part found and each item after its last one.
    """
    which, places = sets.holders(), sets.items.astype(np.int64)
    ends = sets.starts[1:]
    positions = np.arange(len(places))
    found, offset = [(which, places)], len(levels[0].counts)
    for level in levels[1:]:
        more = ends[which] - positions - 1
        repeated = np.repeat(np.arange(len(which)), more)
        positions = np.arange(len(repeated)) - np.repeat(np.cumsum(more) - more - positions - 1, more)
        next_places = SetPlaces(level, n_items)(places[repeated].astype(np.int32), sets.items[positions])
        hit = np.flatnonzero(next_places >= 0)
        which, places, positions = which[repeated[hit]], next_places[hit].astype(np.int64), positions[hit]
        if not len(which):
            break
        found.append((which, places + offset))
        offset += len(level.counts)
    return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])
