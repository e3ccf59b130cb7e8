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


class TransportProblems(NamedTuple):
    """Some problems, one after the other: each moves n weights onto m.

    Attributes
    ----------
    n, m : int64 arrays (b,)
    p, q : float64 arrays
        The weights of all, positive, of the same sum on both sides.
    costs : float64 array
        The n x m costs of each, row by row.
    """

    n: Ints
    m: Ints
    p: Floats
    q: Floats
    costs: Floats

    @classmethod
    def joined(cls, parts: "list[TransportProblems]") -> Self:
        """Put problems one after the other."""
        return cls(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def reduced(p: Floats, q: Floats, costs: Floats, same: tuple[Ints, Ints, Ints]) -> TransportProblems:
    """Leave mass where it is if it need not move, and weights that are 0 out.

    Parameters
    ----------
    p, q : float64 arrays (b, n), (b, m)
        Weights, those of a row of the same sum on both sides; 0 where there is no word.
    costs : float64 array (b, n, m)
    same : three int64 arrays (k,)
        The words that both sides of a problem hold: the problem, and the word's places on the two sides.

    Returns
    -------
    TransportProblems
        As many, in order; a problem of which nothing is left has no weights.

    Examples
    --------
    >>> p, q = np.array([[0.5, 0.5]]), np.array([[0.3, 0.7]])
    >>> problems = reduced(p, q, np.array([[[0.0, 1.0], [1.0, 0.9]]]), ([0], [0], [0]))
    >>> problems.p.round(2).tolist(), problems.q.round(2).tolist(), problems.costs.tolist()
    ([0.2, 0.5], [0.7], [1.0, 0.9])
    """
    p, q = p.copy(), q.copy()
    total = p.sum(1)
    some, word, other = map(np.asarray, same)
    if len(some):
        from_, to = costs[some, word], costs[some, :, other]  # of this word: to all others, from all others
        away = [np.where(distances > 0, distances, np.inf).min(1) for distances in (from_, to)]
        near = np.flatnonzero(away[0] + away[1] < costs.max((1, 2))[some])  # else both ways cost more than any
        stays = np.ones(len(some), np.bool_)
        stays[near] = ((costs[some[near]] - from_[near, None]).max(2) <= to[near]).all(1)
        some, word, other = some[stays], word[stays], other[stays]
        shared = np.minimum(p[some, word], q[some, other])
        p[some, word] -= shared
        q[some, other] -= shared
    left, right = (weights > TINY * total[:, None] for weights in (p, q))
    gone = ~(left.any(1) & right.any(1))
    left[gone] = right[gone] = False
    # Both sides lose the same mass, up to rounding.
    sums = [np.where(kept, weights, 0).sum(1) for kept, weights in ((left, p), (right, q))]
    q *= np.divide(sums[0], sums[1], out=np.ones(len(q)), where=sums[1] > 0)[:, None]
    cells = left[:, :, None] & right[:, None]
    return TransportProblems(left.sum(1), right.sum(1), p[left], q[right], costs[cells])
