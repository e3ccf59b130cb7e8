"""Frequent item sets (频繁项集) by Apriori, level by level: join, prune, count. Functions are named after its steps.

Agrawal & Srikant 1994, "Fast algorithms for mining association rules". A set is a *key* (a minimal generator,
最小生成元) if every smaller set is in more baskets. The count of a set with a part that is no key is the least count of
its parts, so that only sets whose parts are all keys are counted (Bastide, Taouil, Pasquier, Stumme & Lakhal 2000,
"Mining frequent patterns with counting inference").
"""

from collections.abc import Iterator
from fractions import Fraction
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Execution, Job, current_job
from ..core.workspace import Ids
from ..errors import ModelError, NothingFound
from .baskets import BASKETS, Baskets, Entries
from .candidates import Candidates, apriori_gen
from .counters import Counter, PartsCounter, WholeCounter, all_of, recount, smallest
from .estimation import refuse
from .frequent import Constraint, Frequent, SetLevel
from .vertical import Flags

LIMIT = 5_000_000
"""Sets and candidates after which mining stops to estimate how many there will be, unless told to go on."""


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
        What the work may use (default: the current job): baskets that need more memory are read once for each size of
        sets.
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
    minimum = _least(baskets, min_support)
    search = Mining.of(baskets, minimum, _Scope.of(baskets, minimum, constraint or Constraint(), max_length), job)
    return Frequent(search.names, search.all_sets(limit), baskets.n_baskets, minimum)


def check_items(baskets: Baskets, constraint: Constraint) -> None:
    """Refuse items of rules that are in no basket."""
    for which in (constraint.lhs, constraint.rhs):
        if which is not None and (unknown := sorted(which.difference(baskets.items))):
            raise ModelError(f"the item {unknown[0]!r} is in no basket; check `lhs` and `rhs`")


def mine_keys(
    baskets: Baskets,
    min_support: int | float | Fraction,
    *,
    max_length: int | None = None,
    job: Job | Execution | None = None,
    limit: int | None = LIMIT,
) -> tuple[Frequent, Counter]:
    """Find the frequent sets that are keys, as `mine` finds all; single items are keys always. Give what counted."""
    minimum = _least(baskets, min_support)
    search = Mining.of(baskets, minimum, _Scope.of(baskets, minimum, Constraint(), max_length), job)
    counter = search.counter()
    levels = _apriori(counter, minimum, search.wanted, limit, only_keys=True)
    return Frequent(search.names, levels, baskets.n_baskets, minimum), counter


def _least(baskets: Baskets, min_support: int | float | Fraction) -> int:
    """Give the number of baskets that a set must occur in."""
    if not baskets.n_baskets:
        raise NothingFound("there are no baskets in the input")
    return minimum_count(min_support, baskets.n_baskets)


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
        check_items(baskets, constraint)
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


class Mining(NamedTuple):
    """The baskets that are mined, and what for.

    Attributes
    ----------
    baskets : Baskets
    minimum : int
        In how many baskets a set must occur.
    wanted : _Scope
    rank : int64 array
        For each item its rank among the frequent ones, or how many these are.
    budget : int
        Bytes for what is held of the baskets.
    """

    baskets: Baskets
    minimum: int
    wanted: _Scope
    rank: npt.NDArray[np.int64]
    budget: int

    @classmethod
    def of(cls, baskets: Baskets, minimum: int, wanted: _Scope, job: Job | Execution | None) -> "Mining":
        """Rank the items."""
        rank = np.full(len(baskets.items), len(wanted.ids), np.int64)
        rank[wanted.ids] = np.arange(len(wanted.ids))
        return cls(baskets, minimum, wanted, rank, int((job or current_job()).memory * BASKETS.held))

    @property
    def names(self) -> list[str]:
        """The frequent items."""
        every = self.baskets.items
        return [every[i] for i in self.wanted.ids.tolist()]

    @property
    def size(self) -> int:
        """How many baskets fit memory."""
        baskets = self.baskets
        per_basket = len(self.wanted.ids) // 8 + 48 * -(-baskets.n_entries // baskets.n_baskets) + 1
        return max(64, self.budget // per_basket)

    def parts(self) -> Iterator[Entries]:
        """Read the baskets, the frequent items by rank, as many at a time as fit memory."""
        for entries in self.baskets.parts(self.size):
            yield _ranked(entries, self.rank, len(self.wanted.ids))

    def held(self) -> Iterator[Entries]:
        """Read the baskets that hold an item of a consequent."""
        for entries in self.parts():
            yield _holding(entries, self.wanted.rhs, len(self.wanted.ids))

    @property
    def only_some(self) -> bool:
        """Whether baskets without an item for the consequent need not be mined."""
        return self.wanted.rhs is not None and not self.wanted.rhs.all()

    def counter(self) -> Counter:
        """Make what counts sets in the baskets."""
        parts = self.held if self.only_some else self.parts
        n_items, workspace = len(self.wanted.ids), self.baskets.workspace
        if self.baskets.n_baskets <= self.size:
            return WholeCounter(next(parts()), n_items, self.budget, workspace)
        return PartsCounter(parts, n_items, self.baskets.n_baskets, workspace)

    def all_sets(self, limit: int | None) -> list[SetLevel]:
        """Find the frequent sets."""
        levels = _apriori(self.counter(), self.minimum, self.wanted, limit, only_keys=False)
        if not self.only_some:
            return levels
        return recount(levels, self.parts, len(self.wanted.ids), self.minimum, self.budget)


def _ranked(entries: Entries, rank: npt.NDArray[np.int64], n_items: int) -> Entries:
    """Leave the frequent items, by rank, ascending in each basket; short baskets come first."""
    ranks = rank.take(entries.items)
    kept = ranks < n_items
    holds = entries.baskets[kept]
    lengths = np.bincount(holds, minlength=entries.n_baskets)
    order = np.argsort(lengths, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    keys = number.take(holds)
    keys *= n_items
    keys += ranks[kept]
    keys.sort()
    numbers = np.repeat(np.arange(len(order)), lengths[order])
    keys -= numbers * n_items
    return Entries(keys, numbers, entries.n_baskets)


def _holding(entries: Entries, items: Flags | None, n_items: int) -> Entries:
    """Leave the baskets that hold one of the items."""
    if items is None:
        return entries
    holds = np.zeros(entries.n_baskets, np.bool_)
    holds[entries.baskets[items[entries.items]]] = True
    kept = holds[entries.baskets]
    numbers = np.cumsum(holds) - 1
    return Entries(entries.items[kept], numbers[entries.baskets[kept]], int(holds.sum()))


def _apriori(counter: Counter, minimum: int, wanted: _Scope, limit: int | None, only_keys: bool) -> list[SetLevel]:
    """Mine level by level until no candidate is frequent."""
    keep = np.flatnonzero(counter.counts >= minimum)
    level = SetLevel(keep[:, None].astype(np.uint32), counter.counts[keep], np.zeros((len(keep), 1), np.int32))
    levels = [level]
    keys = np.ones(len(keep), np.bool_)
    counter.begin(level)
    while len(level.counts) > 1 and len(levels) != wanted.max_length:
        counted = counter.pairs(level, minimum) if len(levels) == 1 else None
        found = sum(len(one.counts) for one in levels)
        made: list[SetLevel] = []
        fresh: list[Flags] = []
        for some in apriori_gen(level, counter.n_items) if counted is None else [counted]:
            new = np.concatenate([level.sets[some.left], some.items[:, None]], axis=1)
            if (allowed := wanted.allowed(new)) is not None:
                new = new[allowed]
                some = _chosen(some, allowed)
            found += len(new)
            if limit is not None and found > limit:
                refuse(counter.sample(minimum), minimum, wanted.max_length, limit, only_keys)
            counts, is_key = _count(counter, level, keys, some, minimum)
            kept = counts >= minimum
            if only_keys:
                kept &= is_key
            made.append(SetLevel(new[kept], counts[kept], some.subsets[kept]))
            fresh.append(is_key[kept])
        if not sum(len(one.counts) for one in made):
            break
        level = SetLevel(*(np.concatenate(columns) for columns in zip(*made, strict=True)))
        keys = np.concatenate(fresh)
        counter.keep(level.sets[keys], level.counts[keys])
        levels.append(level)
    return levels


def _chosen(some: Candidates, chosen: Flags) -> Candidates:
    """Leave some of the candidates."""
    counts = None if some.counts is None else some.counts[chosen]
    return Candidates(some.left[chosen], some.subsets[chosen], some.items[chosen], counts)


def _count(
    counter: Counter, level: SetLevel, keys: Flags, some: Candidates, minimum: int
) -> tuple[npt.NDArray[np.int64], Flags]:
    """Count candidates, or infer their counts, and tell which are keys."""
    bound = smallest(level.counts, some.subsets)
    if some.counts is not None and isinstance(counter, PartsCounter):
        return some.counts, some.counts < bound
    left, right, items = some.left, some.subsets[:, -2].astype(np.intp), some.items
    if keys.all():
        counts = counter.count(left, right, items, (minimum, bound))
        return counts, counts < bound
    chosen = np.flatnonzero(all_of(keys, some.subsets))
    rank = np.cumsum(keys) - 1
    counts = bound.copy()
    bounds = minimum, bound[chosen]
    counts[chosen] = counter.count(rank[left[chosen]], rank[right[chosen]], items[chosen], bounds)
    return counts, counts < bound
