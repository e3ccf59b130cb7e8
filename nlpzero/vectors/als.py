"""Simpler GloVe by alternating least squares: every vector in turn goes towards its solution, the others given."""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from ..core.engine import Engine
from .characters import Matrix
from .checkpoints import Loss, State
from .equations import HELD, Improvement, Setting, improve, turned
from .losses import of_all_pairs
from .parameters import GloveParameters
from .targets import PIECE, QUIET, SparsePairs

BLOCK = 1 << 18
"""Pairs whose rows are solved side by side before the vectors and the Gram matrix are brought up to date, at most."""
BLOCKS = 128
"""Blocks of a sweep, at least: rows of a block do not see each other's new vectors, so that many at once overshoot."""
TASK, TASKS = 1 << 10, 16
"""Pairs of a task, at least, and tasks of a block, at most: all threads have work, and few rows are solved alone."""
STEPS = 2
"""Steps of conjugate gradients for each vector in a sweep; more are slower and gained nothing in word similarity."""
FREQUENT = 4096
"""Words that the start is made from."""


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
            weights, targets = part.weigh(slice(low, high), rows)
            columns = part.columns[low:high]
            near = columns < size
            shrunk = targets / (1 + np.float32(parameters.negative_weight) / weights)
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
    """Take some steps towards the solution for every vector in turn; the loss comes with it."""
    words = state.words.copy()
    if parameters.model == 0:
        contexts, observed = words, _sweep(pairs, words, words, parameters, engine)
    else:
        contexts = state.contexts.copy()
        _sweep(pairs, words, contexts, parameters, engine)
        observed = _sweep(pairs.turned, contexts, words, parameters, engine)
    found = Loss(observed, *of_all_pairs(words, contexts, parameters))
    return state._replace(sweep=state.sweep + 1, words=words, contexts=contexts, loss=found)


@QUIET
def _sweep(pairs: SparsePairs, words: Matrix, contexts: Matrix, parameters: GloveParameters, engine: Engine) -> float:
    """Change all rows in place, block by block; where words are contexts the next block sees the new vectors.

    Returns the loss of all pairs that were seen. In the first sweep most contexts are still 0: pairs with them say
    nothing, and are left out.
    """
    n = len(words)
    shared = words is contexts
    turn = turned(pairs, contexts, parameters)
    seen = (contexts.astype(np.float64) @ turn.forth).astype(np.float32)
    gram = seen.astype(np.float64).T @ seen
    lengths = turn.length * (turn.forth.T @ turn.forth)
    filled = np.flatnonzero(contexts.any(1))
    known = int(filled[-1]) + 1 if len(filled) else 0
    size = max(1, min(BLOCK, int(pairs.starts[-1]) // BLOCKS))
    inner = np.searchsorted(pairs.starts, np.arange(size, int(pairs.starts[-1]), size))
    edges = np.unique(np.concatenate([[0], inner, [n]])).tolist()
    observed = 0.0
    for low, high in itertools.pairwise(edges):
        common = (parameters.negative_weight * gram + lengths).astype(np.float32)
        setting = Setting(
            pairs,
            parameters,
            turn,
            seen,
            common,
            max(known, low) if shared else known,
            low if shared else n,
        )
        begun = (words[low:high] @ turn.back.T).astype(np.float32)

        def task(
            rows: tuple[int, int], setting: Setting = setting, begun: Matrix = begun, low: int = low
        ) -> list[Improvement]:
            return _solve(setting, begun[rows[0] - low : rows[1] - low], rows[0])

        steps = np.arange(int(pairs.starts[low]), int(pairs.starts[high]), max(TASK, size // TASKS))
        cuts = np.concatenate([[low], np.searchsorted(pairs.starts, steps), [high]])
        tasks = np.unique(cuts.clip(low, high)).tolist()
        found = list(itertools.chain.from_iterable(engine.share(task, itertools.pairwise(tasks))))
        words[low:high] = np.concatenate([part.rows for part in found]) @ turn.forth.T
        if shared:
            before = seen[low:high].astype(np.float64)
            after = (words[low:high].astype(np.float64) @ turn.forth).astype(np.float32)
            seen[low:high] = after
            gram += after.astype(np.float64).T @ after - before.T @ before
        for part in found:
            observed += part.settled
            rows, columns, weights, targets = part.open
            errors = np.einsum("kd,kd->k", words.take(rows, 0), words.take(columns, 0)) - targets
            observed += float((errors.astype(np.float64) * weights) @ errors)
    return observed


@QUIET
def _solve(setting: Setting, rows: Matrix, low: int) -> list[Improvement]:
    """Solve for some rows, as many at a time as have the pairs of a piece."""
    starts = setting.pairs.starts[low : low + len(rows) + 1].tolist()
    batches = list(_batches(starts))
    most = max(starts[high] - starts[first] for first, high in batches)
    room = np.empty((max(PIECE, min(most, HELD)), rows.shape[1]), np.float32)
    return [improve(setting, rows[first:high], low + first, STEPS, room) for first, high in batches]


def _batches(starts: list[int]) -> Iterator[tuple[int, int]]:
    """Cut rows so that each batch has the pairs of a piece at most, or is one row."""
    first = 0
    while first < len(starts) - 1:
        high = max(first + 1, bisect_right(starts, starts[first] + PIECE) - 1)
        yield first, high
        first = high
