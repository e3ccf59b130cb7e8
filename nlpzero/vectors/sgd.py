"""Simpler GloVe as published: Adagrad over the pairs in random order."""

import math

import numpy as np
import numpy.typing as npt

from .characters import Matrix
from .checkpoints import Loss, State
from .parameters import GloveParameters
from .targets import QUIET, SparsePairs

BATCH = 1 << 12
"""Pairs of one step of the published algorithm."""


def random_start(n: int, parameters: GloveParameters) -> State:
    """Draw small vectors, uniform in +-0.5 / dim, as the published program does."""
    rng = np.random.default_rng(parameters.seed)
    shape = n, parameters.dim
    drawn = [(rng.random(shape, np.float32) - np.float32(0.5)) / np.float32(parameters.dim) for _ in range(2)]
    words, contexts = (drawn[0], drawn[0] if parameters.model == 0 else drawn[1])
    squares = tuple(np.ones(shape, np.float32) for _ in range(1 if parameters.model == 0 else 2))
    return State(0, words, contexts, Loss(math.nan, 0.0, 0.0), 0.0, squares)


@QUIET
def descend(pairs: SparsePairs, state: State, parameters: GloveParameters) -> State:
    """Take one epoch of Adagrad over the pairs in random order, a batch at a time."""
    words = state.words.copy()
    contexts = words if parameters.model == 0 else state.contexts.copy()
    squares = [array.copy() for array in state.squares]
    order = np.random.default_rng([parameters.seed, state.sweep]).permutation(len(pairs.columns))
    rows = np.repeat(np.arange(len(pairs)), np.diff(pairs.starts))
    if words is contexts:  # each pair once
        order = order[rows[order] < pairs.columns[order]]
    for at in range(0, len(order), BATCH):
        batch = np.sort(order[at : at + BATCH])
        row, column = rows[batch], pairs.columns[batch].astype(np.intp)
        weights, targets = pairs.weigh(batch, row)
        mine, other = words.take(row, 0), contexts.take(column, 0)
        error = weights * (np.einsum("id,id->i", mine, other) - targets)
        gradients = error[:, None] * other, error[:, None] * mine
        if words is contexts:
            _adagrad(words, squares[0], np.concatenate([row, column]), np.concatenate(gradients), parameters.step)
        else:
            _adagrad(words, squares[0], row, gradients[0], parameters.step)
            _adagrad(contexts, squares[1], column, gradients[1], parameters.step)
    return state._replace(sweep=state.sweep + 1, words=words, contexts=contexts, squares=tuple(squares))


def _adagrad(vectors: Matrix, squares: Matrix, rows: npt.NDArray[np.intp], gradients: Matrix, step: float) -> None:
    """Move vectors against their gradients, by steps that shrink with the squares met so far; rows may repeat."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    touched = ordered[begins]
    gradients = gradients[order]
    squares[touched] += np.add.reduceat(gradients**2, begins, 0)
    vectors[touched] -= np.float32(step) * np.add.reduceat(gradients, begins, 0) / np.sqrt(squares[touched])
