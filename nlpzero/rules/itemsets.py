"""Frequent item sets (频繁项集) by Apriori, level by level: join, prune, count. Functions are named after its steps.

Agrawal & Srikant 1994, "Fast algorithms for mining association rules"; baskets that do not fit memory are mined in
partitions as in Savasere, Omiecinski & Navathe 1995: a set frequent in all is frequent, by share, in some partition.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count, merge
from ..core.job import Execution, Job, current_job
from ..core.workspace import Ids, Workspace
from ..errors import ModelError, NothingFound
from .baskets import BASKETS, Baskets, Entries
from .estimation import refuse
from .frequent import Constraint, Frequent, SetLevel
from .vertical import BasketLists, Counts, Flags, Indexes, Occurrences, Vertical

LIMIT = 5_000_000
"""Sets and candidates after which mining stops to estimate how many there will be, unless told to go on."""
_JOINED = 1 << 20  # candidates made at a time
_PAIRS = 1 << 20  # pairs of items counted at a time
_DENSE = 1 << 23  # pairs of items are counted in a square table if it has no more cells, 64 MB of them
_PAIR_COST = 5  # a pair of a basket costs about as much as so many words of a bit row


def minimum_count(support: int | float | Fraction, n_baskets: int) -> int:
    """Give the number of baskets that a support means: an int is a count, anything else a share.

    Raises
    ------
    ModelError
        For a count below 1 and for a share that is not above 0 and at most 1.

    Examples
    --------
    >>> minimum_count(50, 930), minimum_count(0.06, 930), minimum_count(1e-9, 930)
    (50, 56, 1)
    """
    if not isinstance(support, Real):
        raise ModelError(f"support is {support!r}; give a number of baskets such as 3, or a share such as 0.01")
    if isinstance(support, Integral):
        if support < 1:
            raise ModelError(
                f"a minimum support of {support} baskets; give a count of 1 or more, or a share such as 0.01"
            )
        return int(support)
    if not 0 < support <= 1:
        raise ModelError(f"a minimum support of {float(support):g}; give a share above 0 and at most 1, or a count")
    share = support if isinstance(support, Fraction) else Fraction(str(support))  # the number that was written
    return -(-share.numerator * n_baskets // share.denominator)


def mine(
    baskets: Baskets,
    min_support: int | float | Fraction,
    *,
    max_length: int | None = None,
    constraint: Constraint | None = None,
    job: Job | Execution | None = None,
    limit: int | None = LIMIT,
) -> Frequent:
    """Find all sets of items that occur in enough baskets (频繁项集), with all their subsets.

    Parameters
    ----------
    baskets : Baskets
    min_support : int, float or Fraction
        Number of baskets (int), or share of them.
    max_length : int, optional
        Greatest number of items in a set.
    constraint : Constraint, optional
        Leave out sets that can make no rule of this kind (some of them may still be there).
    job : Job or Execution, optional
        What the work may use (default: the current job): baskets that need more memory are mined in partitions, in two
        passes.
    limit : int, optional
        Stop with an estimate where the number of sets and candidates passes this.

    Raises
    ------
    ModelError
        For a support out of range, and past the limit.
    NothingFound
        If there are no baskets, or no item is frequent.

    Examples
    --------
    >>> from nlpzero.rules.baskets import from_lists
    >>> baskets = from_lists([["茶", "酒"], ["茶"], ["茶", "酒", "米"]])
    >>> mine(baskets, 2).table()
    {('茶',): 3, ('酒',): 2, ('茶', '酒'): 2}

    Notes
    -----
    Exact: the result depends neither on the memory nor on the order of the baskets. A candidate costs about 1 ns for
    each 64 baskets, or 10 ns for each basket that the rarer of the two sets it is joined from occurs in.
    """
    if not baskets.n_baskets:
        raise NothingFound("there are no baskets in the input")
    minimum = minimum_count(min_support, baskets.n_baskets)
    wanted = _Scope.of(baskets, minimum, constraint or Constraint(), max_length)
    n_items = len(wanted.ids)
    rank = np.full(len(baskets.items), n_items, np.int64)
    rank[wanted.ids] = np.arange(n_items)
    per_basket = n_items // 8 + 48 * -(-baskets.n_entries // baskets.n_baskets) + 1
    budget = int((job or current_job()).memory * BASKETS.held)
    size = max(64, budget // per_basket)
    only_some = wanted.rhs is not None and not wanted.rhs.all()
    found: list[list[SetLevel]] = []
    for entries in baskets.parts(size):
        part = _ranked(entries, rank, n_items)
        local = -(-minimum * entries.n_baskets // baskets.n_baskets)
        if only_some:
            part = _holding(part, wanted.rhs, n_items)
        found.append(_apriori(part, n_items, max(1, local), wanted, budget, limit, baskets.workspace))
    levels = found[0]
    if len(found) > 1 or only_some:
        candidates = _union(found, n_items)
        parts = (_ranked(entries, rank, n_items) for entries in baskets.parts(size))
        levels = _recount(candidates, parts, n_items, minimum, budget)
    names = baskets.items
    return Frequent([names[i] for i in wanted.ids.tolist()], levels, baskets.n_baskets, minimum)


class _Scope(NamedTuple):
    """The frequent items, in the order of their names, and what is asked of sets of them."""

    ids: npt.NDArray[np.intp]
    lhs: Flags | None
    rhs: Flags | None
    max_lhs: int | None
    max_rhs: int | None
    max_length: int | None

    @classmethod
    def of(cls, baskets: Baskets, minimum: int, constraint: Constraint, max_length: int | None) -> "_Scope":
        """Choose the items."""
        frequent = np.flatnonzero(baskets.counts >= minimum).tolist()
        if not frequent:
            most = int(baskets.counts.max(initial=0))
            raise NothingFound(
                f"no item is in {minimum:,} of {baskets.n_baskets:,} baskets; lower `min_support` (the most frequent "
                f"item is in {most:,})"
            )
        names = baskets.items
        for which in (constraint.lhs, constraint.rhs):
            if which is not None and (unknown := sorted(which.difference(names))):
                raise ModelError(f"the item {unknown[0]!r} is in no basket; check `lhs` and `rhs`")
        lhs, rhs = constraint.lhs, constraint.rhs
        if lhs is not None and rhs is not None:
            frequent = [i for i in frequent if names[i] in lhs or names[i] in rhs]
        frequent.sort(key=names.__getitem__)
        lhs_flags, rhs_flags = (
            None if which is None else np.array([names[i] in which for i in frequent], np.bool_) for which in (lhs, rhs)
        )
        if constraint.max_lhs and constraint.max_rhs:
            most = constraint.max_lhs + constraint.max_rhs
            max_length = most if max_length is None else min(max_length, most)
        return cls(
            np.array(frequent, np.intp), lhs_flags, rhs_flags, constraint.max_lhs, constraint.max_rhs, max_length
        )

    def allowed(self, sets: Ids) -> Flags | None:
        """Tell which sets can still make a rule: not too many items that fit one side only. None if all can."""
        allowed: Flags | None = None
        for side, most_other in ((self.lhs, self.max_rhs), (self.rhs, self.max_lhs)):
            if side is not None and most_other is not None:
                few = (~side)[sets].sum(axis=1) <= most_other
                allowed = few if allowed is None else allowed & few
        return allowed


def _ranked(entries: Entries, rank: npt.NDArray[np.int64], n_items: int) -> Entries:
    """Leave the frequent items, by rank, ascending in each basket."""
    ranks = rank.take(entries.items)
    kept = ranks < n_items
    keys = entries.baskets[kept] * n_items
    keys += ranks[kept]
    keys.sort()
    numbers, ranks = np.divmod(keys, n_items) if len(keys) else (keys, keys)
    return Entries(ranks, numbers, entries.n_baskets)


def _holding(entries: Entries, items: Flags | None, n_items: int) -> Entries:
    """Leave the baskets that hold one of the items."""
    if items is None:
        return entries
    holds = np.zeros(entries.n_baskets, np.bool_)
    holds[entries.baskets[items[entries.items]]] = True
    kept = holds[entries.baskets]
    numbers = np.cumsum(holds) - 1
    return Entries(entries.items[kept], numbers[entries.baskets[kept]], int(holds.sum()))


def _apriori(
    entries: Entries,
    n_items: int,
    minimum: int,
    wanted: _Scope,
    budget: int,
    limit: int | None,
    workspace: Workspace,
) -> list[SetLevel]:
    """Mine baskets that fit memory, level by level until no candidate is frequent."""
    counts = np.bincount(entries.items, minlength=n_items)
    keep = np.flatnonzero(counts >= minimum)
    level = SetLevel(keep[:, None].astype(np.uint32), counts[keep], np.zeros((len(keep), 1), np.int32))
    levels = [level]
    vertical = Vertical(entries.items, entries.baskets, n_items, entries.n_baskets, budget)
    known = vertical.singles(keep, level.counts)
    place = np.full(n_items, -1)  # of an item among the frequent ones
    place[keep] = np.arange(len(keep))
    while len(level.counts) > 1 and len(levels) != wanted.max_length:
        if len(levels) == 1 and (
            pairs := _count_pairs(entries, n_items, minimum, len(keep), vertical.words, workspace)
        ):
            # Pairs are counted basket by basket: only the frequent ones are looked at again, for where they occur.
            left, right = place[pairs[0]], place[pairs[1]]
            candidates = iter([(left, np.stack([right, left], axis=1).astype(np.int32), pairs[1].astype(np.uint32))])
        else:
            candidates = _apriori_gen(levels, n_items)
        found = sum(len(one.counts) for one in levels)
        sets, counted, subsets, pieces = [], [], [], []
        for left, below, items in candidates:
            new = np.concatenate([level.sets[left], items[:, None]], axis=1)
            if (allowed := wanted.allowed(new)) is not None:
                left, below, items, new = left[allowed], below[allowed], items[allowed], new[allowed]
            found += len(left)
            if limit is not None and found > limit:
                refuse(vertical, minimum, wanted.max_length, limit)
            numbers = []
            smaller, added = _from_smaller(level, level.counts, left, below[:, -2], items, known)
            for number, occurrences in vertical.extend(level.sets, known, smaller, added, minimum):
                numbers.append(number)
                pieces.append(occurrences)
            counts = np.concatenate(numbers) if numbers else np.empty(0, np.int64)
            frequent = counts >= minimum
            sets.append(new[frequent])
            counted.append(counts[frequent])
            subsets.append(below[frequent])
        if not sum(map(len, counted)):
            break
        level = SetLevel(np.concatenate(sets), np.concatenate(counted), np.concatenate(subsets))
        known = vertical.join(pieces, level.counts)
        levels.append(level)
    return levels


def _apriori_gen(levels: Sequence[SetLevel], n_items: int) -> Iterator[tuple[npt.NDArray[np.intp], Indexes, Ids]]:
    """Make the candidates of the next level: join sets that differ in the last item, prune those with a rare subset.

    Yields, for many candidates at a time, which set is their beginning, their subsets, and their last item.
    """
    last = levels[-1]
    n, k = last.sets.shape
    group = last.subsets[:, -1] if k > 1 else np.zeros(n, np.int32)
    ends = np.searchsorted(group, group, side="right")
    partners = ends - np.arange(n) - 1
    before = np.concatenate(([0], np.cumsum(partners)))
    find = _Finder(last, n_items) if k > 1 else None
    start = 0
    while start < n:
        stop = max(start + 1, int(np.searchsorted(before, before[start] + _JOINED, side="right")) - 1)
        left, right = _join(np.arange(start, stop), partners[start:stop])
        start = stop
        items = last.sets[right, -1]
        if find is None:
            yield left, np.stack([right, left], axis=1).astype(np.int32), items
            continue
        subsets = np.empty((len(left), k + 1), np.int32)
        subsets[:, k], subsets[:, k - 1] = left, right
        kept = np.arange(len(left))
        for j in range(k - 1):
            found = find(last.subsets[left[kept], j], items[kept])
            subsets[kept, j] = found
            kept = kept[found >= 0]
        yield left[kept], subsets[kept], items[kept]


def _from_smaller(
    level: SetLevel, counts: Counts, left: npt.NDArray[np.intp], right: Indexes, items: Ids, known: Occurrences
) -> tuple[npt.NDArray[np.intp], Ids]:
    """Choose which of the two joined sets to extend where that matters: the one whose list is shorter."""
    if not isinstance(known, BasketLists):
        return left, items
    swap = counts[right] < counts[left]
    return np.where(swap, right, left), np.where(swap, level.sets[left, -1], items)


def _join(
    first: npt.NDArray[np.intp], partners: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pair each of some sets with the `partners` sets that follow it."""
    left = np.repeat(first, partners)
    offsets = np.cumsum(partners) - partners
    return left, np.arange(len(left)) - np.repeat(offsets - first - 1, partners)


class _Finder:
    """Finds sets of a level by the place of all their items but the last, and the last."""

    def __init__(self, level: SetLevel, n_items: int) -> None:
        self._n_items = n_items
        prefixes = level.subsets[:, -1].astype(np.int64)
        self._keys = prefixes * n_items + level.sets[:, -1]
        self._table: Indexes | None = None
        cells = (int(prefixes[-1]) + 1) * n_items if len(prefixes) else 0
        if cells <= max(_DENSE, 16 * len(prefixes)):
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


def _count_pairs(
    entries: Entries, n_items: int, minimum: int, frequent: int, words: int, workspace: Workspace
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """Find the frequent pairs by counting the pairs of each basket; None where bit rows are quicker."""
    lengths = np.bincount(entries.baskets, minlength=1)
    total = int((lengths * (lengths - 1) // 2).sum())
    if total * _PAIR_COST > frequent * (frequent - 1) // 2 * words:
        return None
    if n_items**2 <= _DENSE:
        table = np.zeros(n_items * n_items, np.int64)
        for keys in _pairs(entries.items, lengths, n_items):
            table += np.bincount(keys, minlength=len(table))
        found = np.flatnonzero(table >= minimum)
    else:
        batches = (keys.astype(np.uint64) for keys in _pairs(entries.items, lengths, n_items))
        runs = [workspace.store_run(count(keys)) for keys in batches]
        kept = [run.keys for run, _ in merge(runs, minimum)]
        found = np.concatenate([np.empty(0, np.uint64), *kept]).astype(np.int64)
        for run in runs:
            workspace.discard(*run)
    return found // n_items, found % n_items


def _pairs(
    items: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], n_items: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Make the keys of the pairs in each basket, baskets of the same length together, many keys at a time."""
    starts = np.cumsum(lengths) - lengths
    order = np.argsort(lengths, kind="stable")
    cuts = np.searchsorted(lengths[order], np.arange(2, int(lengths.max()) + 2)).tolist()
    gathered: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    waiting = 0
    for length, (start, stop) in enumerate(pairwise(cuts), 2):
        if start == stop:
            continue
        one, other = np.triu_indices(length, 1)
        step = max(1, _PAIRS // len(one))
        for begin in range(start, stop, step):
            chosen = starts[order[begin : min(stop, begin + step)]]
            columns = items.take(
                chosen + np.arange(length)[:, None]
            )  # a row for the first items, the second items, ...
            pairs = columns.take(one, axis=0)
            pairs *= n_items
            pairs += columns.take(other, axis=0)
            gathered.append(pairs.reshape(-1))
            waiting += pairs.size
            if waiting >= 4 * _PAIRS:
                yield np.concatenate(gathered)
                gathered.clear()
                waiting = 0
    if gathered:
        yield np.concatenate(gathered)


def _union(found: Sequence[list[SetLevel]], n_items: int) -> list[SetLevel]:
    """Give the sets that are in any of several results, without counts."""
    levels: list[SetLevel] = []
    places: list[npt.NDArray[np.intp]] = [np.zeros(1, np.intp) for _ in found]
    for k in range(1, max(map(len, found)) + 1):
        keys = [
            places[i][one[k - 1].subsets[:, -1]].astype(np.int64) * n_items + one[k - 1].sets[:, -1]
            if len(one) >= k
            else np.empty(0, np.int64)
            for i, one in enumerate(found)
        ]
        every = np.unique(np.concatenate(keys))
        places = [np.searchsorted(every, own) for own in keys]
        prefixes, items = np.divmod(every, n_items)
        before = levels[-1] if levels else None
        sets = items[:, None].astype(np.uint32)
        subsets = np.zeros((len(every), k), np.int32)
        if before is not None:
            sets = np.concatenate([before.sets[prefixes], sets], axis=1)
            subsets[:, k - 1] = prefixes
            if k == 2:
                subsets[:, 0] = np.searchsorted(before.sets[:, 0], items)
            else:
                find = _Finder(before, n_items)
                for j in range(k - 1):
                    subsets[:, j] = find(before.subsets[prefixes, j], sets[:, -1])
        levels.append(SetLevel(sets, np.zeros(len(every), np.int64), subsets))
    return levels


def _recount(
    levels: Sequence[SetLevel], parts: Iterator[Entries], n_items: int, minimum: int, budget: int
) -> list[SetLevel]:
    """Count sets in all baskets, and leave the frequent ones: the second pass over partitions."""
    totals = [level.counts.copy() for level in levels]
    for part in parts:
        vertical = Vertical(part.items, part.baskets, n_items, part.n_baskets, budget)
        known: Occurrences = None
        here = np.empty(0, np.int64)
        for k, level in enumerate(levels):
            if k == 0:
                here = np.bincount(part.items, minlength=n_items)[level.sets[:, 0]]
                known = vertical.singles(level.sets[:, 0].astype(np.intp), here)
                totals[0] += here
                continue
            numbers, pieces = [], []
            before, left, right = levels[k - 1], level.subsets[:, -1].astype(np.intp), level.subsets[:, -2]
            smaller, added = _from_smaller(before, here, left, right, level.sets[:, -1], known)
            for counts, occurrences in vertical.extend(before.sets, known, smaller, added, 0):
                numbers.append(counts)
                pieces.append(occurrences)
            here = np.concatenate(numbers)
            known = vertical.join(pieces, here)
            totals[k] += here
    result: list[SetLevel] = []
    place = np.zeros(1, np.int64)
    for level, counts in zip(levels, totals, strict=True):
        kept = counts >= minimum
        if not kept.any():
            break
        result.append(SetLevel(level.sets[kept], counts[kept], place[level.subsets[kept]].astype(np.int32)))
        place = np.cumsum(kept) - 1
    return result
