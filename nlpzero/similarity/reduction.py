"""Transport problems made smaller before they are solved, without a change of their cost.

Costs of 1 - cos are no metric, so that mass may not be left where both texts hold the same word without a look. But if

    cost(i, j) <= cost(i, w) + cost(w, j)    for all words i of one text and j of the other,

what goes from i to w and from w to j may as well go from i to j while w keeps its own: then the mass that both sides
have of w stays, at no cost. This holds for nearly all words of sentences; where it does not, w is moved like any other.
"""

from typing import NamedTuple, Self

import numpy as np

from .documents import Floats, Ints

TINY = 1e-15
"""Share of the mass that is nothing but rounding."""

LARGE = 1 << 14
"""Pairs of words from which on a problem is not reduced: to look at all ways round takes longer than to solve it."""


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


class ProblemStarts(NamedTuple):
    """Where the weights and costs of each problem begin."""

    p: Ints
    q: Ints
    costs: Ints

    @classmethod
    def of(cls, problems: TransportProblems) -> Self:
        """Count them up."""
        return cls(*(np.append(0, np.cumsum(size)) for size in (problems.n, problems.m, problems.n * problems.m)))


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


def reduced(problems: TransportProblems, same: tuple[Ints, Ints, Ints]) -> TransportProblems:
    """Leave mass where it is if it need not move: its weight is 0 then.

    Parameters
    ----------
    problems : TransportProblems
    same : three int64 arrays (k,)
        The words that both sides of a problem hold: the problem, and the word's places on the two sides.

    Returns
    -------
    TransportProblems
        With the same costs; all weights of a problem of which nothing is left are 0.

    Examples
    --------
    >>> whole = TransportProblems(np.array([2]), np.array([2]), np.array([0.5, 0.5]), np.array([0.3, 0.7]),
    ...     np.array([0.0, 1.0, 1.0, 0.9]))
    >>> left = reduced(whole, (np.array([0]), np.array([0]), np.array([0])))
    >>> left.p.round(2).tolist(), left.q.round(2).tolist()
    ([0.2, 0.5], [0.0, 0.7])
    """
    places = ProblemStarts.of(problems)
    weights = [problems.p.copy(), problems.q.copy()]
    owners = [np.repeat(np.arange(len(problems.n)), size) for size in (problems.n, problems.m)]
    total = np.bincount(owners[0], problems.p, len(problems.n))
    small = (problems.n * problems.m < LARGE)[same[0]]
    same = (same[0][small], same[1][small], same[2][small])
    if len(same[0]):
        stays = _stays(problems, places, same)
        some, word, other = (part[stays] for part in same)
        at = places.p[some] + word, places.q[some] + other
        shared = np.minimum(weights[0][at[0]], weights[1][at[1]])
        for part, where in zip(weights, at, strict=True):
            part[where] -= shared
    sums = []
    for part, owner in zip(weights, owners, strict=True):
        part[part <= TINY * total[owner]] = 0
        sums.append(np.bincount(owner, part, len(total)))
    # Both sides lose the same mass, up to rounding.
    left = (sums[0] > 0) & (sums[1] > 0)
    weights[0] *= left[owners[0]]
    weights[1] *= np.divide(sums[0], sums[1], out=np.zeros(len(total)), where=left)[owners[1]]
    return problems._replace(p=weights[0], q=weights[1])


def _stays(problems: TransportProblems, places: ProblemStarts, same: tuple[Ints, Ints, Ints]) -> Ints:
    """Give the words of both sides that no way round leads by."""
    some, word, other = same
    costs, n, m = problems.costs, problems.n[some], problems.m[some]
    highest = np.maximum.reduceat(costs, places.costs[:-1])[some]
    first = places.costs[some]
    sides = []
    for own, size, begin, step in ((word, n, first + other, m), (other, m, first + word * m, np.ones_like(m))):
        _, owner, inside = spread(begin, size)
        away = costs[begin[owner] + inside * step[owner]]
        away[inside == own[owner]] = np.inf  # the word itself is not on its way
        sides.append((owner, inside, away, np.minimum.reduceat(away, np.cumsum(size) - size)))
    # Only a word whose way by this one may cost less than the costliest pair is looked at.
    near = []
    for (owner, inside, away, _), (_, _, _, least) in zip(sides, sides[::-1], strict=True):
        close = np.flatnonzero(away + least[owner] < highest[owner])
        near.append((owner[close], inside[close], away[close]))
    (here, i, to), (there, j, from_) = near
    starts = np.searchsorted(there, np.arange(len(some) + 1))
    pairs, row, _ = spread(starts[here], np.diff(starts)[here])
    owner = here[row]
    shorter = costs[first[owner] + i[row] * m[owner] + j[pairs]] > to[row] + from_[pairs]
    return np.flatnonzero(np.bincount(owner[shorter], minlength=len(some)) == 0)
