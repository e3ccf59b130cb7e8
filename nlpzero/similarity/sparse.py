"""Large transport problems, solved exactly on few of their pairs of words.

An optimal plan moves mass between n + m - 1 pairs at most, nearly all of them near ones. So the problem is solved with
the nearest words of each alone, and with a plan that exists at any rate. The dual potentials u, v of that solution are
then held against all pairs: where cost(i, j) < u_i + v_j, the pair may make the plan cheaper; it is added, pairs that
cost much more than their potentials are left out, and the problem is solved again. Once there is no such pair, the
potentials prove that the plan is optimal for the whole.
"""

from typing import NamedTuple

import numpy as np

from ..core.counting import first_of_each
from .documents import Floats, Ints
from .pot_adapter import sparse_solver

NEAREST = 20
"""Words of the other side that each begins with. With 10 and 5 more rounds are needed than are saved."""
ADDED = 20
"""Pairs that are added in a round, for each word, at most: those that promise most."""
KEPT = 3
"""Pairs that stay in play after a round, for each word on the average. With 2 there are half as many rounds again, with
4 no fewer."""
PRUNED = 20
"""Rounds after which all pairs stay, so that there is an end."""
ROWS = 64
"""Rows of the costs that are looked at together."""
SLACK = 1e-12
"""Part of the largest cost by which rounding may let potentials exceed a cost."""
SPARSE_OPTIMAL = 1


class SparsePlan(NamedTuple):
    """An optimal plan: the moves, the total cost, and the potentials that prove it."""

    sources: Ints
    targets: Ints
    masses: Floats
    cost: float
    u: Floats
    v: Floats


def solve_sparse(p: Floats, q: Floats, costs: Floats, iterations: int) -> SparsePlan | None:
    """Solve one problem; None where POT has no solver for it, or did not prove a plan to be optimal.

    Parameters
    ----------
    p, q : float64 arrays (n,), (m,)
        Positive weights of the same sum.
    costs : float64 array (n, m), C-ordered
    iterations : int
        Cap on the pivots of each round.

    Notes
    -----
    Two partial sorts of the costs, and rounds of 6 ns a pair that is not in play; the first takes about 2 microseconds
    a pair that is, twenty a word, the later ones, which begin with the plan of the one before, less than half for three
    a word; some three rounds. Besides the costs some megabytes.

    Examples
    --------
    >>> found = solve_sparse(np.array([0.5, 0.5]), np.array([0.25, 0.75]), np.array([[0.0, 1], [2, 0]]), 100)
    >>> found is None or found.cost
    0.25
    """
    move = sparse_solver()
    if move is None:
        return None
    slack = SLACK * max(float(costs.max()), -float(costs.min()))
    flat = costs.ravel()
    pairs = np.sort(np.concatenate([_nearest(costs), _corners(p, q)]))
    pairs = pairs[np.flatnonzero(first_of_each(pairs))]
    round_ = 0
    known: tuple[Floats, ...] = ()
    while True:
        sources, targets = np.divmod(pairs, len(q))
        found = move(p, q, sources.astype(np.uint64), targets.astype(np.uint64), flat[pairs], iterations, *known)
        if found[6] != SPARSE_OPTIMAL:
            return None
        u, v = known = found[4], found[5]  # the next round begins with this round's plan
        more = _cheaper(costs, u, v, slack)
        if not len(more):
            from_, to, masses = found[0].astype(np.int64), found[1].astype(np.int64), found[2]
            return SparsePlan(from_, to, masses, float(masses @ costs[from_, to]), u, v)
        # None of those is in play, which cost their potentials at least. Of these the least costly beyond them stay.
        beyond = flat[pairs] - u[sources] - v[targets]
        stay = KEPT * (len(p) + len(q)) if round_ < PRUNED else len(pairs)
        if stay < len(pairs):
            carried = found[0].astype(np.int64) * len(q) + found[1].astype(np.int64)
            beyond[np.isin(pairs, carried)] = -np.inf  # so that one plan exists
            pairs = pairs[np.argpartition(beyond, stay - 1)[:stay]]
        pairs = np.append(pairs, more)
        round_ += 1


def _nearest(costs: Floats) -> Ints:
    """Give the pairs of each word with the nearest words of the other side, numbered row by row."""
    n, m = costs.shape
    rows, columns = min(NEAREST, m), min(NEAREST, n)
    parts = []
    for low in range(0, n, ROWS):
        near = np.argpartition(costs[low : low + ROWS], rows - 1, 1)[:, :rows]
        parts.append((near + np.arange(low, low + len(near))[:, None] * m).ravel())
    for low in range(0, m, ROWS):
        part = np.ascontiguousarray(costs[:, low : low + ROWS].T)
        near = np.argpartition(part, columns - 1, 1)[:, :columns]
        parts.append((near * m + np.arange(low, low + len(near))[:, None]).ravel())
    return np.concatenate(parts)


def _corners(p: Floats, q: Floats) -> Ints:
    """Give the pairs of a plan that fills one word after the other (north-west corner rule): so one plan exists."""
    ends_p, ends_q = np.cumsum(p), np.cumsum(q)
    row = np.minimum(np.searchsorted(ends_p, ends_q), len(p) - 1)
    column = np.minimum(np.searchsorted(ends_q, ends_p), len(q) - 1)
    here, there = np.arange(len(p)), np.arange(len(q))
    # Rounding may part the two sums: the neighbours of each corner are pairs, too.
    beside = [here * len(q) + np.clip(column + step, 0, len(q) - 1) for step in (-1, 0, 1)]
    beside += [np.clip(row + step, 0, len(p) - 1) * len(q) + there for step in (-1, 0, 1)]
    return np.concatenate(beside)


def _cheaper(costs: Floats, u: Floats, v: Floats, slack: float) -> Ints:
    """Give the pairs whose cost is less than the sum of their potentials, of each row those that promise most."""
    found = []
    for low in range(0, len(costs), ROWS):
        left = costs[low : low + ROWS] - v
        own = u[low : low + ROWS]
        # The places of all rows together take a third of the time that rows and columns take.
        rows, columns = np.divmod(np.flatnonzero(left < (own - slack)[:, None]), len(v))
        if len(rows) > ADDED * len(left):
            order = np.lexsort((left[rows, columns] - own[rows], rows))
            rows, columns = rows[order], columns[order]
            rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
            rows, columns = rows[rank < ADDED], columns[rank < ADDED]
        found.append((rows + low) * costs.shape[1] + columns)
    return np.concatenate(found)
