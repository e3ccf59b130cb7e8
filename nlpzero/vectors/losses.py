"""The loss of simpler GloVe, exactly."""

import itertools

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from .characters import Matrix
from .checkpoints import Loss
from .parameters import GloveParameters
from .targets import PIECE, QUIET, SparsePairs


def loss(
    pairs: SparsePairs, words: Matrix, contexts: Matrix, parameters: GloveParameters, engine: Engine | None = None
) -> Loss:
    """Compute the loss exactly, in one pass over the pairs.

    Parameters
    ----------
    pairs : SparsePairs
    words, contexts : float32 arrays (n, dim)
        The same array for the shared model.
    parameters : GloveParameters
    engine : Engine, optional
        Threads to work in.

    Notes
    -----
    O(P dim): about a third of a sweep of ALS, which finds its loss by the way.
    """
    halved = words is contexts  # each pair stands in two rows
    filled = np.flatnonzero(contexts.any(1))
    known = int(filled[-1]) + 1 if len(filled) else 0

    @QUIET
    def piece(low: int) -> float:
        high = min(low + PIECE, len(pairs.columns))
        rows, columns = pairs.row_of(low, high), pairs.columns[low:high]
        entries: slice | npt.NDArray[np.intp] = slice(low, high)
        if halved:
            chosen = np.flatnonzero(rows < columns)
            rows, columns, entries = rows.take(chosen), columns.take(chosen), low + chosen
        weights, targets = pairs.weigh(entries, rows)
        near = np.flatnonzero(columns < known)  # products with the others are 0
        rows = rows.take(near)
        context = contexts.take(columns[near], 0)
        products = np.empty(len(near), np.float32)
        edges = np.unique(np.concatenate([[0], np.flatnonzero(np.diff(rows)) + 1, [len(rows)]])).tolist()
        for a, b in itertools.pairwise(edges):
            np.matmul(context[a:b], words[rows[a]], out=products[a:b])
        targets[near] -= products
        errors = targets.astype(np.float64)
        return float((errors * weights) @ errors)

    lows = range(0, len(pairs.columns), PIECE)
    total = sum((engine or Engine()).share(piece, lows))
    if parameters.solver == "sgd":
        return Loss(total, 0.0, 0.0)
    return Loss(total, *of_all_pairs(words, contexts, parameters))


def of_all_pairs(words: Matrix, contexts: Matrix, parameters: GloveParameters) -> tuple[float, float]:
    """Compute the two sums of the loss that do not ask what was seen."""
    of_words, of_contexts = (m.astype(np.float64) for m in (words, contexts))
    own = np.einsum("id,id->i", of_words, of_contexts)
    every = float(((of_words.T @ of_words) * (of_contexts.T @ of_contexts)).sum() - own @ own)
    if words is contexts:
        return parameters.negative_weight * every / 2, parameters.l2 * float((of_words**2).sum())
    lengths = float((of_words**2).sum() + (of_contexts**2).sum())
    return parameters.negative_weight * every, parameters.l2 * lengths
