"""Exact transport: against linear programming, assignment and sorting, and by the laws of duality."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linear_sum_assignment, linprog
from scipy.stats import wasserstein_distance

from nlpzero.errors import ModelError
from nlpzero.similarity import sparse, transport
from nlpzero.similarity.reduction import CommonWords, TransportProblems, reduced, sure, unproved
from nlpzero.similarity.sparse import solve_sparse
from nlpzero.similarity.transport import Transport, costs_of, earth_movers_distance, public_solver, solve, solver

Floats = npt.NDArray[np.float64]
Problem = tuple[Floats, Floats, Floats]


def problems(seed: int, count: int, zeros: float = 0.2) -> Iterator[Problem]:
    """Give random problems, some of them with weights of zero."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        n, m = rng.integers(1, 9, 2)
        p, q = (np.where(rng.random(k) < zeros, 0, rng.random(k)) + np.eye(1, k)[0] * 0.1 for k in (n, m))
        yield p / p.sum(), q / q.sum(), rng.random((n, m)) * rng.choice([1e-3, 1, 1e3])


def by_linear_programming(p: Floats, q: Floats, costs: Floats) -> float:
    """Minimise sum of plan x costs under the marginals, as written."""
    n, m = costs.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    found = linprog(costs.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([p, q]))
    assert found.success
    return float(found.fun)


def assert_certified(found: Transport, p: Floats, q: Floats, costs: Floats) -> None:
    """Check feasibility of plan and potentials, and that their values meet: a proof of optimality."""
    scale = max(1.0, float(np.abs(costs).max())) * float(p.sum())
    assert (found.plan >= 0).all()
    assert np.abs(found.plan.sum(1) - p).max() < 1e-12 * p.sum()
    assert np.abs(found.plan.sum(0) - q).max() < 1e-9 * p.sum()
    assert (found.sources[:, None] + found.targets - costs).max() < 1e-9 * max(1.0, float(np.abs(costs).max()))
    assert abs(found.sources @ p + found.targets @ q - found.cost) < 1e-9 * scale
    assert abs((found.plan * costs).sum() - found.cost) < 1e-12 * scale


def test_a_worked_example() -> None:
    # half of the mass must go one step, a quarter two
    found = earth_movers_distance([0.5, 0.5, 0], [0.0, 0.25, 0.75], [[0, 1, 2], [1, 0, 1], [2, 1, 0]])
    assert found.cost == pytest.approx(1.25, abs=1e-15)
    assert_certified(
        found,
        np.array([0.5, 0.5, 0]),
        np.array([0, 0.25, 0.75]),
        np.abs(np.subtract.outer(range(3), range(3))).astype(float),
    )


@pytest.mark.parametrize("seed", range(4))
def test_costs_are_those_of_linear_programming_and_carry_their_proof(seed: int) -> None:
    for p, q, costs in problems(seed, 40):
        found = earth_movers_distance(p, q, costs)
        assert found.cost == pytest.approx(by_linear_programming(p, q, costs), rel=1e-7, abs=1e-10)
        assert_certified(found, p, q, costs)


def test_equal_weights_make_an_assignment() -> None:
    rng = np.random.default_rng(5)
    for n in range(1, 20):
        costs = rng.normal(size=(n, n))  # of any sign
        rows, columns = linear_sum_assignment(costs)
        found = earth_movers_distance(np.ones(n), np.ones(n), costs)
        assert found.cost == pytest.approx(costs[rows, columns].sum(), abs=1e-10)


def test_points_on_a_line_are_sorted() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        x, y = rng.normal(size=6), rng.normal(size=9)
        p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(9))
        found = earth_movers_distance(p, q, np.abs(np.subtract.outer(x, y)))
        assert found.cost == pytest.approx(wasserstein_distance(x, y, p, q), rel=1e-9)


def many(seed: int, count: int, most: int) -> TransportProblems:
    """Draw problems of many shapes, some with nothing to move."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, most, (2, count))
    empty = rng.random(count) < 0.05
    n[empty] = m[empty] = 0
    p, q = (np.concatenate([rng.dirichlet(np.ones(size)) for size in sizes if size]) for sizes in (n, m))
    return TransportProblems(n, m, p, q, rng.random(int((n * m).sum())))


def parts_of(problems: TransportProblems) -> Iterator[Problem]:
    """Give problems one by one, those with something to move."""
    at = np.zeros(3, np.int64)
    for n, m in zip(problems.n.tolist(), problems.m.tolist(), strict=True):
        sizes = np.array([n, m, n * m])
        p, q, costs = (
            part[low : low + size]
            for part, low, size in zip((problems.p, problems.q, problems.costs), at, sizes, strict=True)
        )
        if n:
            yield p, q, costs.reshape(n, m)
        at += sizes


def test_many_problems_are_solved_like_each_alone() -> None:
    for seed in range(3):
        problems = many(seed, 150, 11)
        found = costs_of(problems)
        assert not found[problems.n == 0].any()
        alone = [earth_movers_distance(*one).cost for one in parts_of(problems)]
        assert found[problems.n > 0] == pytest.approx(alone, rel=1e-12, abs=1e-15)


def test_problems_with_equal_costs_and_weights_are_solved() -> None:
    for n, m in ((2, 5), (3, 3), (4, 6), (1, 1), (6, 2)):
        count = 40
        costs = np.random.default_rng(n).integers(0, 3, count * n * m) / 2
        problems = TransportProblems(
            np.full(count, n), np.full(count, m), np.full(count * n, 1 / n), np.full(count * m, 1 / m), costs
        )
        alone = [earth_movers_distance(*one).cost for one in parts_of(problems)]
        assert costs_of(problems) == pytest.approx(alone, rel=1e-12, abs=1e-15)


# Large problems


@pytest.mark.parametrize(("seed", "kept", "pruned"), [(0, 2, 20), (1, 1, 2), (2, 1, 0)])
def test_a_sparse_solution_is_the_dense_one_with_its_proof(
    seed: int, kept: int, pruned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparse, "KEPT", kept)
    monkeypatch.setattr(sparse, "PRUNED", pruned)
    monkeypatch.setattr(sparse, "NEAREST", 3)
    monkeypatch.setattr(sparse, "ADDED", 2)
    monkeypatch.setattr(sparse, "ROWS", 7)
    rng = np.random.default_rng(seed)
    for n, m in ((40, 60), (70, 30), (50, 50), (1, 9), (5, 1)):
        points = [rng.normal(size=(size, 4)) for size in (n, m)]
        costs = np.sqrt(((points[0][:, None] - points[1]) ** 2).sum(2))
        p, q = rng.dirichlet(np.ones(n)), rng.dirichlet(np.full(m, 0.3))
        q = np.maximum(q, 1e-12)
        q *= p.sum() / q.sum()
        found = solve_sparse(p, q, costs, 100_000)
        assert found is not None
        plan = np.zeros((n, m))
        plan[found.sources, found.targets] = found.masses
        assert_certified(Transport(found.cost, plan, found.u, found.v), p, q, costs)
        assert found.cost == pytest.approx(solve(p, q, costs)[1], rel=1e-11)


def test_large_problems_are_solved_alike_with_and_without_the_sparse_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    p, q, costs = rng.dirichlet(np.ones(60)), rng.dirichlet(np.ones(50)), rng.integers(0, 4, (60, 50)) / 2
    expected = earth_movers_distance(p, q, costs)
    monkeypatch.setattr(transport, "LARGE", 100)
    found = earth_movers_distance(p, q, costs)
    assert_certified(found, p, q / q.sum() * p.sum(), costs)
    assert found.cost == pytest.approx(expected.cost, rel=1e-12)
    one = TransportProblems(np.array([60]), np.array([50]), p, q * p.sum() / q.sum(), costs.ravel())
    assert costs_of(one) == pytest.approx([expected.cost], rel=1e-12)
    monkeypatch.setattr(sparse, "sparse_solver", lambda: None)
    assert solve_sparse(p, q, costs, 1000) is None
    assert earth_movers_distance(p, q, costs).cost == pytest.approx(expected.cost, rel=1e-12)


# Reduction


def with_common_words(seed: int, count: int, n: int, m: int) -> tuple[TransportProblems, CommonWords]:
    """Problems on a circle, where 1 - cos is far from a metric, most of which hold one or two words on both sides."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(n), count), rng.dirichlet(np.ones(m), count)
    p[0, 1], q[1, 1] = 0, 0  # no word
    p[2, 0] = q[2, 0] = 0.3  # the same weight on both sides
    for part in (p, q):
        part /= part.sum(1)[:, None]
    angles = [rng.uniform(0, np.pi, (count, size)) for size in (n, m)]
    shared = np.flatnonzero(rng.random(count) < 0.8)
    some, places = np.concatenate([shared, shared]), np.repeat([0, 1], len(shared))
    angles[1][some, places] = angles[0][some, places]
    costs = 1 - np.cos(angles[0][:, :, None] - angles[1][:, None])
    costs[some, places, places] = 0
    whole = TransportProblems(np.full(count, n), np.full(count, m), p.ravel(), q.ravel(), costs.ravel())
    return whole, CommonWords(some, places, places)


@pytest.mark.parametrize("seed", range(4))
def test_a_reduced_problem_costs_what_the_whole_does(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []

    def count(*given: Any) -> Any:
        failed = unproved(*given)
        told.append((len(np.unique(given[1].problem)), len(failed)))
        return failed

    monkeypatch.setattr(transport, "unproved", count)
    for n, m in ((2, 3), (4, 4), (6, 3), (5, 7)):
        whole, same = with_common_words(seed, 60, n, m)
        alone = [earth_movers_distance(*one).cost for one in parts_of(whole)]
        assert costs_of(whole, same) == pytest.approx(alone, rel=1e-9, abs=1e-12)
        surely = same.some(sure(whole, same))
        assert costs_of(reduced(whole, surely)) == pytest.approx(alone, rel=1e-9, abs=1e-12)
    asked, failed = np.sum(told, 0)
    assert 0 < failed < asked  # both ways were taken


@pytest.mark.parametrize("seed", range(3))
def test_what_common_words_are_told_does_not_change_a_cost_beside_others(seed: int) -> None:
    whole, same = with_common_words(seed, 40, 5, 6)
    together = costs_of(whole, same)
    for k, (p, q, costs) in enumerate(parts_of(whole)):
        own = same.some(same.problem == k)
        one = TransportProblems(np.array([5]), np.array([6]), p, q, costs.ravel())
        assert costs_of(one, own._replace(problem=own.problem - k))[0] == together[k]


def test_a_word_on_the_way_is_not_left_out() -> None:
    # 1 - cos is no metric: from a to b it is nearer by way of the word w that both hold
    angles = np.array([0, 1.0, 0.5])
    costs = 1 - np.cos(np.subtract.outer(angles[[0, 2]], angles[[1, 2]]))
    costs[1, 1] = 0
    p, q = np.array([0.5, 0.5]), np.array([0.4, 0.6])
    whole = TransportProblems(np.array([2]), np.array([2]), p, q, costs.ravel())
    same = CommonWords(*np.array([[0], [1], [1]]))
    assert not sure(whole, same).any()
    cost = costs_of(whole, same)[0]
    assert cost == pytest.approx(earth_movers_distance(p, q, costs).cost)
    assert cost < 0.9 * costs_of(reduced(whole, same))[0]  # what stays would leave


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_of_mass_may_be_of_any_size(scale: float) -> None:
    found = earth_movers_distance([2 * scale, 2 * scale], [4 * scale], [[1.0], [3.0]])
    assert found.plan.ravel().tolist() == [2 * scale, 2 * scale]
    assert found.cost == pytest.approx(8 * scale, rel=1e-12)


def test_weights_that_vanish_beside_others_do_no_harm() -> None:
    p, q = np.array([1.0, 1e-17, 1e-300]), np.array([1.0, 1e-18])
    assert earth_movers_distance(p, q, np.array([[1.0, 2], [3, 1], [1, 1]])).cost == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("p", "q", "costs", "message"),
    [
        ([1], [1], [[1, 2]], r"^weights of shapes \(1,\) and \(1,\) need costs of shape \(n, m\), not \(1, 2\)$"),
        ([[1]], [1], [[1]], "^weights of shapes"),
        ([1], [1], [[np.nan]], "^a weight or a cost is not finite$"),
        ([np.inf], [1], [[1]], "^a weight or a cost is not finite$"),
        ([2, -1], [1], [[1], [1]], "^a weight is negative$"),
        ([0, 0], [1], [[1], [1]], "^all weights are zero: there is nothing to move$"),
        ([], [1], np.empty((0, 1)), "^all weights are zero: there is nothing to move$"),
        ([1], [1.01], [[1]], r"^the weights add up to 1 and 1\.01; scale them to equal sums$"),
    ],
)
def test_unsound_problems_are_told(p: npt.ArrayLike, q: npt.ArrayLike, costs: npt.ArrayLike, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        earth_movers_distance(p, q, costs)


def test_an_iteration_cap_raises_and_gives_no_wrong_answer() -> None:
    rng = np.random.default_rng(8)
    p, q, costs = rng.dirichlet(np.ones(50)), rng.dirichlet(np.ones(50)), rng.random((50, 50))
    assert earth_movers_distance(p, q, costs).cost > 0
    with pytest.raises(ModelError, match=r"^optimal transport of 50 x 50 words was not solved: 5 iterations reached; "):
        earth_movers_distance(p, q, costs, iterations=5)


@pytest.mark.parametrize("size", [5, 20])
def test_a_problem_that_is_not_solved_is_told(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ITERATIONS", 2)
    rng = np.random.default_rng(9)
    p, q = rng.dirichlet(np.ones(size), 2)
    with pytest.raises(ModelError, match=r"not solved"):
        costs_of(TransportProblems(np.array([size]), np.array([size]), p, q, rng.random(size * size)))


def test_the_public_solver_agrees_with_the_inner_one() -> None:
    for p, q, costs in problems(10, 30, zeros=0):
        plan, cost, sources, targets, status = public_solver(p, q, costs, 100_000)
        assert status == transport.OPTIMAL
        assert_certified(Transport(cost, plan, sources, targets), p, q, costs)
        assert cost == pytest.approx(solve(p, q, costs)[1], rel=1e-12)


@pytest.mark.parametrize("broken", ["missing", "other arguments", "other results"])
def test_the_public_solver_steps_in_for_another_inner_one(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("ot")  # whole, before its solver is put away
    module = ModuleType("ot.lp.emd_wrap")
    if broken == "other arguments":
        module.emd_c = lambda a, b: None  # type: ignore[attr-defined]
    elif broken == "other results":
        module.emd_c = lambda *_: (0, 0)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ot.lp.emd_wrap", module)
    solver.cache_clear()
    try:
        assert solver() is public_solver
        assert earth_movers_distance([1, 1], [2], [[1], [2]]).cost == pytest.approx(3)
    finally:
        solver.cache_clear()


def test_the_solver_is_loaded_alone_and_all_of_pot_can_be_imported_after_it() -> None:
    script = """
import sys
from nlpzero.similarity.reduction import TransportProblems, reduced
from nlpzero.similarity.transport import earth_movers_distance
print(earth_movers_distance([1, 1], [2], [[1], [2]]).cost, "ot" in sys.modules, "scipy.stats" in sys.modules)
import ot
print(ot.emd2([0.5, 0.5], [1.0], [[1.0], [2.0]]), ot.emd2_1d([0.0, 1.0], [1.0, 3.0], metric="cityblock"))
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True).stdout
    assert told.splitlines() == ["3.0 False False", "1.5 1.5"]
