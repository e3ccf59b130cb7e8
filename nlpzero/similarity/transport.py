"""Optimal transport (最优传输) between two small distributions, solved exactly, with a proof of optimality.

The solver is the network simplex of POT (package `ot`), called at its inner entry, which takes 5-10 microseconds for
two sentences of ten words. Only this file and `pot_adapter.py` import it.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from .documents import Floats, Ints
from .pot_adapter import exact_solver
from .reduction import CommonWords, ProblemStarts, TransportProblems, reduced, spread, sure, unproved
from .sparse import solve_sparse

Solve = Callable[[Floats, Floats, Floats, int], tuple[Floats, float, Floats, Floats, int]]
"""Takes two distributions without zeros, C-ordered costs and an iteration cap; gives plan, cost, duals and a status."""

OPTIMAL = 1
"""The solver's status code for a proven optimum; 0 infeasible, 2 unbounded, 3 iteration cap reached."""

ITERATIONS = 10_000_000
"""Cap on simplex pivots, a thousand times what 3,000 x 3,000 words need."""

LARGE = 1 << 18
"""Pairs of words from which the sparse solver is faster."""

CLOSED = 2
"""Words on the smaller side up to which the cost has a closed form."""

BALANCE = 1e-9
"""How far, relatively, the two sums of weights may lie apart."""


class Transport(NamedTuple):
    """An optimal transport and the certificate that it is optimal.

    Attributes
    ----------
    cost : float
        Sum of plan x costs.
    plan : float64 array (n, m)
        Mass moved from i to j; its row sums are p, its column sums q.
    sources, targets : float64 arrays (n,), (m,)
        Dual potentials: ``sources[i] + targets[j] <= costs[i, j]`` for all i and j, and
        ``sources @ p + targets @ q == cost``, up to rounding. By weak duality no plan is cheaper.
    """

    cost: float
    plan: Floats
    sources: Floats
    targets: Floats


@functools.cache
def solver() -> Solve:
    """Give POT's inner solver, or its public function in a POT whose inner one is missing or has other arguments."""
    try:
        emd_c = exact_solver()

        def inner(p: Floats, q: Floats, costs: Floats, iterations: int) -> Any:
            return emd_c(p, q, costs, iterations, 1)

        one = np.ones(1)
        if len(inner(one, one, np.ones((1, 1)), 10)) == 5:
            return inner
    except (ImportError, TypeError):
        pass
    return public_solver


def public_solver(p: Floats, q: Floats, costs: Floats, iterations: int) -> tuple[Floats, float, Floats, Floats, int]:
    """Solve by `ot.emd`, twenty times slower for small problems."""
    import warnings

    import ot

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the status says the same
        plan, log = ot.emd(p, q, costs, numItermax=iterations, log=True, center_dual=False)
    return plan, float(log["cost"]), log["u"], log["v"], int(log["result_code"])


def solve(p: Floats, q: Floats, costs: Floats, iterations: int = ITERATIONS) -> tuple[Floats, float, Floats, Floats]:
    """Solve one problem whose arguments are known to be sound: positive weights of equal sums, C-ordered costs.

    Raises
    ------
    ModelError
        If the solver did not prove its plan optimal, as when it reached the iteration cap.
    """
    if costs.size >= LARGE and (found := solve_sparse(p, q, costs, iterations)) is not None:
        plan = np.zeros(costs.shape)
        plan[found.sources, found.targets] = found.masses
        return plan, found.cost, found.u, found.v
    plan, cost, sources, targets, status = solver()(p, q, costs, iterations)
    if status != OPTIMAL:
        reason = {0: "unequal weights", 2: "unbounded costs", 3: f"{iterations:,} iterations reached"}
        raise ModelError(
            f"optimal transport of {len(p)} x {len(q)} words was not solved: "
            f"{reason.get(status, f'status {status}')}; shorten the texts or use `method`='rwmd'"
        )
    return plan, cost, sources, targets


def earth_movers_distance(
    p: npt.ArrayLike, q: npt.ArrayLike, costs: npt.ArrayLike, iterations: int = ITERATIONS
) -> Transport:
    """Move distribution p onto q at the least cost (推土机距离): minimise sum of plan x costs.

    Parameters
    ----------
    p, q : arrays (n,), (m,)
        Weights, not negative; zeros are allowed. Their sums agree to 1e-9, and q is scaled to agree exactly.
    costs : array (n, m)
        Cost of moving one unit of mass from i to j; finite, of any sign.
    iterations : int
        Cap on the pivots of the simplex; to reach it is an error, never a wrong answer.

    Returns
    -------
    Transport
        Cost, plan and dual potentials.

    Raises
    ------
    ModelError
        If shapes differ, a weight is negative, a number is not finite, all weights are zero, the sums differ, or the
        iterations are used up.

    Notes
    -----
    About 10 microseconds for 10 x 10; larger problems by the sparse solver (`sparse`), seven times faster than by the
    dense one at 3,000 x 3,000; 16 bytes of memory for each pair besides the costs. Rubner, Tomasi & Guibas (2000), "The
    earth mover's distance as a metric for image retrieval"; the solver is Bonneel et al. (2011). Weights below 1e-16 of
    their sum have the optimum's plan only up to rounding.

    Examples
    --------
    >>> moved = earth_movers_distance([0.5, 0.5], [0.25, 0.75], [[0, 1], [2, 0]])
    >>> moved.cost, moved.plan.tolist()
    (0.25, [[0.25, 0.25], [0.0, 0.5]])
    >>> float(moved.sources @ [0.5, 0.5] + moved.targets @ [0.25, 0.75])
    0.25
    """
    a, b = np.asarray(p, np.float64), np.asarray(q, np.float64)
    c = np.ascontiguousarray(costs, np.float64)
    if a.ndim != 1 or b.ndim != 1 or c.shape != (len(a), len(b)):
        raise ModelError(f"weights of shapes {a.shape} and {b.shape} need costs of shape (n, m), not {c.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all() and np.isfinite(c).all()):
        raise ModelError("a weight or a cost is not finite")
    if (a < 0).any() or (b < 0).any():
        raise ModelError("a weight is negative")
    # Weights may be so small or large that sums and products leave the range of floats.
    scale = max(a.max(initial=0), b.max(initial=0))
    if scale == 0 or not a.any() or not b.any():
        raise ModelError("all weights are zero: there is nothing to move")
    scaled_a, scaled_b = a / scale, b / scale
    total = float(scaled_a.sum())
    if abs(total - scaled_b.sum()) > BALANCE * total:
        raise ModelError(f"the weights add up to {a.sum():.10g} and {b.sum():.10g}; scale them to equal sums")
    scaled_a /= total
    scaled_b /= scaled_b.sum()
    rows, columns = np.flatnonzero(scaled_a), np.flatnonzero(scaled_b)
    whole = len(rows) == len(a) and len(columns) == len(b)
    kept = c if whole else np.ascontiguousarray(c[np.ix_(rows, columns)])
    part, cost, sources, targets = solve(scaled_a[rows], scaled_b[columns], kept, iterations)
    unit = total * scale
    if whole:
        return Transport(float(cost * unit), part * unit, sources, targets)
    plan = np.zeros(c.shape)
    plan[np.ix_(rows, columns)] = part * unit
    # What carries no mass gets the largest potentials that stay feasible, rows first.
    u, v = np.full(len(a), -np.inf), np.full(len(b), -np.inf)
    u[rows], v[columns] = sources, targets
    free = np.flatnonzero(scaled_a == 0)
    u[free] = (c[free][:, columns] - targets).min(1)
    free = np.flatnonzero(scaled_b == 0)
    v[free] = (c[:, free] - u[:, None]).min(0)
    return Transport(float(cost * unit), plan, u, v)


def costs_of(problems: TransportProblems, same: CommonWords | None = None) -> Floats:
    """Solve many small problems, and give their optimal costs.

    The cost of a problem does not depend on the others, to the last bit.

    Parameters
    ----------
    problems : TransportProblems
    same : CommonWords, optional
        Words that both sides of a problem hold, which cost 0: their mass is left where it is where this is optimal.

    Raises
    ------
    ModelError
        If one was not solved.

    Examples
    --------
    >>> one = TransportProblems(*map(np.array, ([1], [2], [1.0], [0.5, 0.5], [1.0, 3.0])))
    >>> costs_of(one).tolist()
    [2.0]
    """
    if same is None:
        return _solved(problems)
    # To look for a large problem's common words takes as long as they save.
    same = same.some((problems.n * problems.m)[same.problem] < LARGE)
    left = reduced(problems, same)
    # A closed form has no potentials that would prove it: the costs must tell that what both hold may stay.
    least = _least(left)
    small = least <= CLOSED
    found = np.zeros(len(least))
    if len(few := np.flatnonzero(small)):
        own = same.of(few, len(least))
        small[few[own.problem[~sure(problems.some(few), own)]]] = False
        found[small] = _closed_forms(left, np.flatnonzero(small))
    rest = np.flatnonzero(~small & (least > 0))
    found[rest], u, v = _moved(left, rest)
    again = unproved(left, same, u, v)
    again = again[~small[again]]
    if len(again):
        whole, own = problems.some(again), same.of(again, len(least))
        found[again] = _solved(reduced(whole, own.some(sure(whole, own))))
    return found


def _least(problems: TransportProblems) -> Ints:
    """Give the number of words with a weight on the smaller side of each problem."""
    owners = [np.repeat(np.arange(len(problems.n)), size) for size in (problems.n, problems.m)]
    sizes = (
        np.bincount(owner[w > 0], minlength=len(problems.n))
        for owner, w in zip(owners, (problems.p, problems.q), strict=True)
    )
    return np.minimum(*sizes)


def _solved(problems: TransportProblems) -> Floats:
    """Give the costs of problems; a side of one or two words has a closed form."""
    closed = _least(problems) <= CLOSED
    found = np.empty(len(closed))
    found[closed] = _closed_forms(problems, np.flatnonzero(closed))
    found[~closed] = _moved(problems, np.flatnonzero(~closed))[0]
    return found


def _moved(problems: TransportProblems, which: Ints) -> tuple[Floats, Floats, Floats]:
    """Give the costs of some problems by the simplex, and the potentials of the words of all, 0 where none is known."""
    places, move = ProblemStarts.of(problems), solver()
    p, q, costs = problems.p, problems.q, problems.costs
    found = np.empty(len(which))
    potentials = np.zeros(len(p)), np.zeros(len(q))
    large = (problems.n * problems.m)[which] >= LARGE
    for at in np.flatnonzero(large).tolist():
        (a, b), (c, d), (e, f) = (part[which[at] : which[at] + 2].tolist() for part in places)
        found[at] = _large(p[a:b], q[c:d], costs[e:f].reshape(b - a, d - c))
    small = which[~large]
    moved, u, v = [], [], []
    borders = (part[k].tolist() for part in places for k in (small, small + 1))
    for n, m, a, b, c, d, e, f in zip(problems.n[small].tolist(), problems.m[small].tolist(), *borders, strict=True):
        # The plan is let go at once: its memory serves the next one.
        _, cost, sources, targets, status = move(p[a:b], q[c:d], costs[e:f].reshape(n, m), ITERATIONS)
        if status != OPTIMAL:
            solve(p[a:b], q[c:d], costs[e:f].reshape(n, m), ITERATIONS)  # says why
        moved.append(cost)
        u.append(sources)
        v.append(targets)
    found[~large] = moved
    for one, parts, starts, size in zip(potentials, (u, v), places, (problems.n, problems.m), strict=False):
        if parts:
            one[spread(starts[small], size[small])[0]] = np.concatenate(parts)
    return found, *potentials


def _large(p: Floats, q: Floats, costs: Floats) -> float:
    """Give the cost of a large problem."""
    rows, columns = np.flatnonzero(p), np.flatnonzero(q)
    whole = len(rows) == len(p) and len(columns) == len(q)
    part = costs if whole else np.ascontiguousarray(costs[np.ix_(rows, columns)])
    sparse = solve_sparse(p[rows], q[columns], part, ITERATIONS)
    return solve(p[rows], q[columns], part, ITERATIONS)[1] if sparse is None else sparse.cost


def _closed_forms(problems: TransportProblems, which: Ints) -> Floats:
    """Give the costs of problems with at most two words on a side."""
    part = _without_zeros(problems, which)
    found = np.zeros(len(which))
    places = ProblemStarts.of(part)
    least = np.minimum(part.n, part.m)
    for size, rule in ((1, _by_one), (2, _by_two)):
        if len(some := np.flatnonzero(least == size)):
            found[some] = rule(part, places, some)
    return found


def _without_zeros(problems: TransportProblems, which: Ints) -> TransportProblems:
    """Give some problems without the weights that are 0."""
    places = ProblemStarts.of(problems)
    sides = []
    for weights, starts, size in ((problems.p, places.p, problems.n), (problems.q, places.q, problems.m)):
        at, owner, inside = spread(starts[which], size[which])
        kept = np.flatnonzero(weights[at])
        sides.append((weights[at[kept]], inside[kept], np.bincount(owner[kept], minlength=len(which)), owner[kept]))
    (p, i, n, owner), (q, j, m, _) = sides
    pairs, row, _ = spread((np.cumsum(m) - m)[owner], m[owner])
    mine = owner[row]
    cells = places.costs[which][mine] + i[row] * problems.m[which][mine] + j[pairs]
    return TransportProblems(n, m, p, q, problems.costs[cells])


def _by_one(problems: TransportProblems, places: ProblemStarts, which: Ints) -> Floats:
    """Give the costs of problems with one word on a side: every weight of the other side moves there."""
    single = problems.n[which] == 1
    found = np.empty(len(which))
    for sources, at, weights, sizes in (
        (single, places.q, problems.q, problems.m),
        (~single, places.p, problems.p, problems.n),
    ):
        some = which[sources]
        cells, owners, inside = spread(places.costs[some], sizes[some])
        moved = weights[at[some][owners] + inside] * problems.costs[cells]
        found[sources] = np.bincount(owners, moved, len(some))
    return found


def _by_two(problems: TransportProblems, places: ProblemStarts, which: Ints) -> Floats:
    """Give the costs of problems with two words on a side.

    All goes to the second one, but for what the first one takes: those weights first that gain most by it.
    """
    pair_first = problems.n[which] == 2
    found = np.empty(len(which))
    for sources, pair, at, weights, sizes in (
        (pair_first, (places.p, problems.p), places.q, problems.q, problems.m),
        (~pair_first, (places.q, problems.q), places.p, problems.p, problems.n),
    ):
        some = which[sources]
        size = sizes[some]
        index, owners, inside = spread(at[some], size)
        base = places.costs[some][owners]
        if pair is not None and weights is problems.q:
            first, second = problems.costs[base + inside], problems.costs[base + size[owners] + inside]
        else:
            first, second = problems.costs[base + 2 * inside], problems.costs[base + 2 * inside + 1]
        order = np.lexsort((first - second, owners))
        room = pair[1][pair[0][some]]
        mass = np.zeros((len(some), int(size.max(initial=0))))
        mass[owners, inside] = weights[index][order]
        taken = np.clip(room[:, None] - (np.cumsum(mass, 1) - mass), 0, mass)[owners, inside]
        gain = (first - second)[order]
        found[sources] = np.bincount(owners, weights[index] * second + taken * gain, len(some))
    return found
