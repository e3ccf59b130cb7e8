"""Simpler GloVe by alternating least squares: every vector in turn is solved for, the others given."""

import itertools
import math
from bisect import bisect_right

import numpy as np

from ..core.engine import Engine
from .characters import Matrix
from .checkpoints import Loss, State
from .parameters import GloveParameters
from .targets import PIECE, QUIET, SparsePairs

BLOCK = 1 << 18
"""Pairs whose rows are solved side by side before the vectors and the Gram matrix are brought up to date, at most."""
BLOCKS = 128
"""Blocks of a sweep, at least: rows of a block do not see each other's new vectors, so that many at once overshoot."""
TASK = 32
"""Rows that one thread solves at a time, at most."""
FREQUENT = 4096
"""Words that the start is made from."""
RIDGE = 1e-6
"""Part of the mean of the diagonal that is added to it, so that vectors left open by too few neighbours stay short."""


@QUIET
def start(pairs: SparsePairs, parameters: GloveParameters) -> State:
    """Make vectors of the most frequent words from the eigenvectors of their targets; those of all others are 0.

    The targets, shrunk by the negative weight and 0 for pairs never seen, are a symmetric matrix. Its part of largest
    eigenvalues, found by subspace iteration from random vectors (Halko, Martinsson & Tropp 2011), saves two sweeps.
    """
    n, dim = len(pairs), parameters.dim
    size = min(n, FREQUENT)
    matrix = np.zeros((size, size), np.float32)
    for part in {id(half): half for half in (pairs, pairs.turned)}.values():
        for low in range(0, int(part.starts[size]), 1 << 22):
            high = min(low + (1 << 22), int(part.starts[size]))
            rows = part.row_of(low, high)
            roots, targets = part.weigh(slice(low, high), rows)
            columns = part.columns[low:high]
            near = columns < size
            shrunk = targets / (1 + np.float32(parameters.negative_weight) / roots**2)
            matrix[rows[near], columns[near]] += shrunk[near]
    if pairs.turned is not pairs:
        matrix /= 2
    rng = np.random.default_rng(parameters.seed)
    basis = rng.standard_normal((size, min(size, dim + 20)), np.float32)
    for _ in range(8):
        basis = np.linalg.qr(matrix @ basis)[0]
    values, turns = np.linalg.eigh((basis.T @ (matrix @ basis)).astype(np.float64))
    largest = np.argsort(-values)[:dim]
    scales = np.sqrt(np.maximum(values[largest], 1e-3))
    words = np.zeros((n, dim), np.float32)
    words[:size, : len(largest)] = (basis @ turns[:, largest]) * scales
    # Fewer words than dimensions, or values lost to 0, leave columns that only chance can fill.
    words[:size, len(largest) :] = rng.standard_normal((size, dim - len(largest)), np.float32) * np.float32(0.01)
    nothing = Loss(math.nan, math.nan, math.nan)
    return State(0, words, words if parameters.model == 0 else words.copy(), nothing, 0.0)


def alternate(pairs: SparsePairs, state: State, parameters: GloveParameters, engine: Engine) -> State:
    """Solve once for every vector."""
    words = state.words.copy()
    if parameters.model == 0:
        _solve_all(pairs, words, words, parameters, engine)
        return state._replace(sweep=state.sweep + 1, words=words, contexts=words)
    contexts = state.contexts.copy()
    _solve_all(pairs, words, contexts, parameters, engine)
    _solve_all(pairs.turned, contexts, words, parameters, engine)
    return state._replace(sweep=state.sweep + 1, words=words, contexts=contexts)


def _solve_all(
    pairs: SparsePairs, words: Matrix, contexts: Matrix, parameters: GloveParameters, engine: Engine
) -> None:
    """Solve for all rows in place, block by block; where words are contexts the next block sees the new vectors."""
    n, dim = words.shape
    of_contexts = contexts.astype(np.float64)
    gram = of_contexts.T @ of_contexts
    size = max(1, min(BLOCK, int(pairs.starts[-1]) // BLOCKS))
    inner = np.searchsorted(pairs.starts, np.arange(size, int(pairs.starts[-1]), size))
    edges = np.unique(np.concatenate([[0], inner, [n]])).tolist()
    for low, high in itertools.pairwise(edges):
        all_pairs = parameters.negative_weight * gram
        all_pairs[np.diag_indices(dim)] += parameters.l2
        common = all_pairs.astype(np.float32)

        def task(rows: tuple[int, int], common: Matrix = common) -> Matrix:
            return _solve(pairs, contexts, common, parameters, *rows)

        # Tasks of few rows or few pairs, so that all threads have work at frequent words, too.
        steps = np.arange(int(pairs.starts[low]), int(pairs.starts[high]), max(1, size // 16))
        cuts = np.concatenate([np.arange(low, high, TASK), np.searchsorted(pairs.starts, steps), [high]])
        tasks = np.unique(cuts.clip(low, high)).tolist()
        new = np.concatenate(engine.share(task, itertools.pairwise(tasks)))
        if words is contexts:
            before, after = words[low:high].astype(np.float64), new.astype(np.float64)
            gram += after.T @ after - before.T @ before
        words[low:high] = new


@QUIET
def _solve(
    pairs: SparsePairs, contexts: Matrix, common: Matrix, parameters: GloveParameters, low: int, high: int
) -> Matrix:
    """Set up and solve the normal equations of rows `low` to `high`."""
    dim = contexts.shape[1]
    matrices = np.zeros((high - low, dim, dim), np.float32)
    sides = np.zeros((high - low, dim), np.float32)
    room = np.empty((PIECE, dim), np.float32)
    starts = pairs.starts[low : high + 1].tolist()
    begin = starts[0]
    while begin < starts[-1]:
        # Pieces end where rows do, but for rows longer than a piece.
        end = min(begin + PIECE, starts[-1])
        if (whole := starts[bisect_right(starts, end) - 1]) > begin:
            end = whole
        rows = pairs.row_of(begin, end)
        roots, targets = pairs.weigh(slice(begin, end), rows)
        targets *= roots
        gathered = np.take(contexts, pairs.columns[begin:end], 0, out=room[: end - begin], mode="clip")
        gathered *= roots[:, None]
        for row in range(int(rows[0]), int(rows[-1]) + 1):
            a, b = max(starts[row - low], begin) - begin, min(starts[row - low + 1], end) - begin
            mine = gathered[a:b]
            if b - a == starts[row - low + 1] - starts[row - low]:  # the whole row
                np.matmul(mine.T, mine, out=matrices[row - low])
                np.matmul(targets[a:b], mine, out=sides[row - low])
            else:
                matrices[row - low] += mine.T @ mine
                sides[row - low] += targets[a:b] @ mine
        begin = end
    matrices += common
    own = contexts[low:high]
    if parameters.negative_weight:
        matrices -= np.float32(parameters.negative_weight) * own[:, :, None] * own[:, None, :]
    diagonal = np.einsum("kii->ki", matrices)
    diagonal += np.float32(RIDGE) * diagonal.mean(1, keepdims=True) + np.float32(1e-30)
    solved: Matrix = np.linalg.solve(matrices, sides[:, :, None])[:, :, 0]
    return solved
