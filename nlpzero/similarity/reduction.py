"""Transport problems made smaller before they are solved, without a change of their cost.

Costs of 1 - cos are no metric, so that mass may not be left where both texts hold the same word without a look. But if

    cost(i, j) <= cost(i, w) + cost(w, j)    for all words i of one text and j of the other,

what goes from i to w and from w to j may as well go from i to j while w keeps its own: then the mass that both sides
have of w stays, at no cost. This is sure where the two least costs of a way by w add up to the greatest cost at all.
Where it is not, the mass is left there all the same, and the dual potentials of what remains are held against all
pairs of words afterwards: if none costs less than its potentials, the plan is optimal for the whole.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .documents import Floats, Ints

TINY = 1e-15
"""Share of the mass that is nothing but rounding."""

SLACK = 1e-12
"""Part of the largest cost by which rounding may let potentials exceed a cost."""


class TransportProblems(NamedTuple):
    """Some problems, one after the other: each moves n weights onto m.

    Attributes
    ----------
    n, m : int64 arrays (b,), positive
    p, q : float64 arrays
        The weights of all, not negative, of the same sum on both sides.
    costs : float64 array
        The n x m costs of each, row by row.
    """

    n: Ints
    m: Ints
    p: Floats
    q: Floats
    costs: Floats

    def some(self, which: Ints) -> Self:
        """Give some of them."""
        places, n, m = ProblemStarts.of(self), self.n[which], self.m[which]
        p, q, costs = (
            part[spread(starts[which], size)[0]]
            for part, starts, size in zip((self.p, self.q, self.costs), places, (n, m, n * m), strict=True)
        )
        return type(self)(n, m, p, q, costs)

    def runs(self) -> Iterator[tuple[int, int, slice, slice, slice]]:
        """Give runs of problems of one shape that stand together: the shape, and where weights and costs of all are."""
        begins = np.flatnonzero((np.diff(self.n, prepend=-1) != 0) | (np.diff(self.m, prepend=-1) != 0))
        ends = np.append(begins, len(self.n))[1:]
        slices = (map(slice, part[begins].tolist(), part[ends].tolist()) for part in ProblemStarts.of(self))
        yield from zip(self.n[begins].tolist(), self.m[begins].tolist(), *slices, strict=True)


class CommonWords(NamedTuple):
    """Words that both sides of a problem hold: which problem, and the word's places on its two sides."""

    problem: Ints
    row: Ints
    column: Ints

    def some(self, which: npt.NDArray[Any]) -> Self:
        """Give some of them."""
        return type(self)(*(part[which] for part in self))

    def of(self, problems: Ints, count: int) -> Self:
        """Give those of some of `count` problems, which are numbered as they stand among these."""
        number = np.full(count, -1)
        number[problems] = np.arange(len(problems))
        found = self.some(number[self.problem] >= 0)
        return found._replace(problem=number[found.problem])


class ProblemStarts(NamedTuple):
    """Where the weights and costs of each problem begin."""

    p: Ints
    q: Ints
    costs: Ints

    @classmethod
    def of(cls, problems: TransportProblems) -> Self:
        """Count them up."""
        found = np.zeros((3, len(problems.n) + 1), np.int64)
        for part, size in zip(found, (problems.n, problems.m, problems.n * problems.m), strict=True):
            np.cumsum(size, out=part[1:])
        return cls(*found)


def spread(starts: Ints, sizes: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the places of ragged parts, the number of each one's part, and its place in the part.

    Examples
    --------
    >>> [one.tolist() for one in spread(np.array([5, 0]), np.array([2, 1]))]
    [[5, 6, 0], [0, 0, 1], [0, 1, 0]]
    """
    owners = np.repeat(np.arange(len(sizes)), sizes)
    inside = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return starts[owners] + inside, owners, inside


def sure(problems: TransportProblems, same: CommonWords) -> npt.NDArray[np.bool_]:
    """Tell which of the words that both sides hold keep their mass for sure.

    Examples
    --------
    >>> whole = TransportProblems(np.array([2]), np.array([2]), np.array([0.5, 0.5]), np.array([0.3, 0.7]),
    ...     np.array([0.0, 1.0, 1.0, 0.9]))
    >>> sure(whole, CommonWords(np.array([0]), np.array([0]), np.array([0]))).tolist()
    [True]
    """
    problem, row, column = same
    if not len(problem):
        return np.zeros(0, np.bool_)
    places = ProblemStarts.of(problems)
    n, m, first = problems.n[problem], problems.m[problem], places.costs[problem]
    highest = np.maximum.reduceat(problems.costs, places.costs[:-1])[problem]
    ways = np.zeros(len(problem))
    for own, size, begin, step in ((row, n, first + column, m), (column, m, first + row * m, np.ones_like(m))):
        _, owner, inside = spread(begin, size)
        costs = problems.costs[begin[owner] + inside * step[owner]]
        costs[np.cumsum(size) - size + own] = np.inf  # the word itself is not on its way
        ways += np.minimum.reduceat(costs, np.cumsum(size) - size)
    return np.asarray(ways >= highest)


def reduced(problems: TransportProblems, same: CommonWords) -> TransportProblems:
    """Leave mass of words that both sides hold where it is: a weight is 0 if nothing of it moves.

    Returns
    -------
    TransportProblems
        With the same costs; all weights of a problem of which nothing is left are 0.

    Examples
    --------
    >>> whole = TransportProblems(np.array([2]), np.array([2]), np.array([0.5, 0.5]), np.array([0.3, 0.7]),
    ...     np.array([0.0, 1.0, 1.0, 0.9]))
    >>> left = reduced(whole, CommonWords(np.array([0]), np.array([0]), np.array([0])))
    >>> left.p.round(2).tolist(), left.q.round(2).tolist()
    ([0.2, 0.5], [0.0, 0.7])
    """
    places = ProblemStarts.of(problems)
    weights = [problems.p.copy(), problems.q.copy()]
    owners = [np.repeat(np.arange(len(problems.n)), size) for size in (problems.n, problems.m)]
    total = np.bincount(owners[0], problems.p, len(problems.n))
    at = places.p[same.problem] + same.row, places.q[same.problem] + same.column
    shared = np.minimum(weights[0][at[0]], weights[1][at[1]])
    sums = []
    for part, owner, where in zip(weights, owners, at, strict=True):
        part[where] -= shared
        part[part <= TINY * total[owner]] = 0
        sums.append(np.bincount(owner, part, len(total)))
    # Both sides lose the same mass, up to rounding.
    left = (sums[0] > 0) & (sums[1] > 0)
    weights[0] *= left[owners[0]]
    weights[1] *= np.divide(sums[0], sums[1], out=np.zeros(len(total)), where=left)[owners[1]]
    return problems._replace(p=weights[0], q=weights[1])


def unproved(left: TransportProblems, same: CommonWords, u: Floats, v: Floats) -> Ints:
    """Give the problems whose plan the potentials of what was left to move do not prove to be optimal for the whole.

    Parameters
    ----------
    left : TransportProblems
        What `reduced` left of them.
    same : CommonWords
        Whose mass stays. Only problems with such words need a proof.
    u, v : float64 arrays
        Potentials of words whose weights are not 0, which are optimal for what was left.

    Notes
    -----
    A word that stays costs nothing, so that the potentials of its two sides add up to 0. A word that weighs the same on
    both sides has none that is known: its problem is not proved.
    """
    if not len(same.problem):
        return same.problem
    places = ProblemStarts.of(left)
    u, v = (np.where(weights > 0, one, -np.inf) for weights, one in ((left.p, u), (left.q, v)))
    row, column = places.p[same.problem] + same.row, places.q[same.problem] + same.column
    here, there = left.p[row] > 0, left.q[column] > 0
    v[column[here]] = -u[row[here]]
    u[row[there]] = -v[column[there]]
    owners = np.repeat(np.arange(len(left.n)), left.n)
    sizes = left.m[owners]
    columns = np.arange(len(left.costs)) - np.repeat(np.cumsum(sizes) - sizes - places.q[owners], sizes)
    apart = left.costs - v[columns]
    apart -= np.repeat(u, sizes)
    lowest, highest = np.minimum.reduceat(apart, places.costs[:-1]), np.maximum.reduceat(left.costs, places.costs[:-1])
    failed = lowest < -SLACK * highest
    failed[same.problem[~here & ~there]] = True
    asked = np.zeros(len(left.n), np.bool_)
    asked[same.problem] = True
    return np.flatnonzero(failed & asked)
