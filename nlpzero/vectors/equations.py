"""The normal equations of some words' vectors, and steps of conjugate gradients that solve them.

The equations of one row i, with the vectors c_j of the words beside it, their weights f_ij and targets t_ij, are

    (sum_j f_ij c_j c_j^T + a (G - c_i c_i^T) + l I) x = sum_j f_ij t_ij c_j.

Their matrix is never made: for k words beside it in d dimensions that takes O(k d^2), its product with a vector, which
is all that conjugate gradients (Hestenes & Stiefel 1952) want, O(k d). A step of theirs lowers the loss, so that few
steps do where the vector to start from is good (Takacs, Pilaszy & Tikk 2011).

Coordinates are turned first, so that the matrix of an average row is diagonal (`Turn`): its diagonal then tells how far
to go along each, and a step gains as much as several without.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .characters import Matrix
from .parameters import GloveParameters
from .targets import PIECE, SparsePairs

HELD = 1 << 15
"""Vectors beside one word that are gathered once and held, at most: 13 MB at 100 dimensions. A word with more of them
has them gathered again for each product."""
RIDGE = 1e-6
"""Part of the mean of the diagonal that is added to it, so that vectors left open by too few neighbours stay short."""
EXACT = 1e-10
"""A row whose squared residual is this part of what it was is not changed any more: numbers of 32 bits tell no more."""

Doubles = npt.NDArray[np.float64]


class Turn(NamedTuple):
    """Coordinates in which the equations of an average row are diagonal.

    Attributes
    ----------
    forth : float64 array (d, d)
        Takes the contexts there: c -> c @ forth. A solution x is x @ forth.T in the old coordinates.
    back : float64 array (d, d)
        The inverse of `forth`.
    seen, rest : float32 arrays (d,)
        The diagonal of a row whose weights sum to s is s * seen + rest, on average.
    length : float
        l, with a little more so that the equations have one solution.
    """

    forth: Doubles
    back: Doubles
    seen: Matrix
    rest: Matrix
    length: float


def turned(pairs: SparsePairs, contexts: Matrix, parameters: GloveParameters) -> Turn:
    """Find the coordinates for these contexts; O(n d^2)."""
    n, dim = contexts.shape
    of_contexts = contexts.astype(np.float64)
    beside = np.diff(pairs.turned.starts).astype(np.float64)  # rows that each context stands in
    weight = float(max(1.0, beside.sum() / n))
    mean = (of_contexts * (beside / max(1.0, beside.sum()))[:, None]).T @ of_contexts
    whole = weight * mean + parameters.negative_weight * (of_contexts.T @ of_contexts)
    length = float(parameters.l2 + RIDGE * (np.trace(whole) / dim + parameters.l2) + 1e-30)
    whole[np.diag_indices(dim)] += length
    lower = np.linalg.cholesky(whole)
    half = np.linalg.solve(lower, np.linalg.solve(lower, mean).T)
    values, turns = np.linalg.eigh((half + half.T) / 2)
    seen = values.clip(0, 1 / weight).astype(np.float32)
    rest = np.maximum(1 - np.float32(weight) * seen, np.float32(RIDGE))
    return Turn(np.linalg.solve(lower.T, turns), turns.T @ lower.T, seen, rest, length)


class Setting(NamedTuple):
    """What the equations of all rows of a block have in common; contexts and matrix in turned coordinates.

    Attributes
    ----------
    pairs : SparsePairs
    parameters : GloveParameters
    turn : Turn
    contexts : float32 array (n, d)
    common : float32 array (d, d)
        a G + l I.
    known : int
        The contexts from here on are 0.
    settled : int
        Contexts before this row do not change any more in this sweep.
    """

    pairs: SparsePairs
    parameters: GloveParameters
    turn: Turn
    contexts: Matrix
    common: Matrix
    known: int
    settled: int


class _Beside:
    """The vectors of the words beside some rows, gathered once if they are not too many; products of rows with them.

    Parameters
    ----------
    contexts : float32 array (n, d)
    columns : uint32 array (p,)
        The words beside all rows, row after row.
    bounds : int array (k + 1,)
        Where each row begins and ends.
    room : float32 array (r, d)
        To gather in. If it is too small there has to be one row.
    """

    def __init__(
        self, contexts: Matrix, columns: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64], room: Matrix
    ) -> None:
        self._contexts, self._columns, self._room = contexts, columns, room
        self._lengths = np.diff(bounds)
        self._filled = np.flatnonzero(self._lengths)
        self._firsts = bounds[self._filled]
        self._held: list[tuple[int, slice, Matrix]] | None = None
        if len(columns) <= len(room):
            np.take(contexts, columns, 0, out=room[: len(columns)], mode="clip")
            edges = bounds.tolist()
            self._held = [
                (row, slice(edges[row], edges[row + 1]), room[edges[row] : edges[row + 1]])
                for row in self._filled.tolist()
            ]

    def _gathered(self) -> Iterator[tuple[int, slice, Matrix]]:
        """Give row, entries, and the vectors of these entries, piece by piece."""
        for begin in range(0, len(self._columns), PIECE):
            part = slice(begin, min(begin + PIECE, len(self._columns)))
            room = self._room[: part.stop - begin]
            yield 0, part, np.take(self._contexts, self._columns[part], 0, out=room, mode="clip")

    def products(self, rows: Matrix) -> Matrix:
        """Multiply each row with each vector beside it."""
        found = np.empty(len(self._columns), np.float32)
        for row, entries, vectors in self._gathered() if self._held is None else self._held:
            np.dot(vectors, rows[row], out=found[entries])
        return found

    def combined(self, weights: Matrix) -> Matrix:
        """Add up the vectors beside each row by weight."""
        found = np.zeros((len(self._lengths), self._contexts.shape[1]), np.float32)
        if self._held is None:
            for row, entries, vectors in self._gathered():
                found[row] += np.dot(weights[entries], vectors)
        else:
            for row, entries, vectors in self._held:
                np.dot(weights[entries], vectors, out=found[row])
        return found

    def sums(self, values: Matrix) -> Matrix:
        """Add up numbers of all pairs, row by row."""
        found = np.zeros(len(self._lengths), np.float32)
        if len(self._filled):
            found[self._filled] = np.add.reduceat(values, self._firsts)
        return found

    def spread(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give each pair the value of its row."""
        return np.repeat(values, self._lengths)


class Improvement(NamedTuple):
    """New rows in turned coordinates; the loss of their settled pairs, and the other pairs before the row itself.

    Attributes
    ----------
    rows : float32 array (k, d)
    settled : float
    open : tuple of arrays
        Row, column, weight and target of each pair whose context may still change.
    """

    rows: Matrix
    settled: float
    open: tuple[npt.NDArray[np.intp], npt.NDArray[np.uint32], Matrix, Matrix]


def improve(setting: Setting, rows: Matrix, low: int, steps: int, room: Matrix) -> Improvement:
    """Take steps of conjugate gradients from some rows towards the solutions.

    Parameters
    ----------
    setting : Setting
    rows : float32 array (k, d)
        Where to start, in turned coordinates.
    low : int
        The first of the rows.
    steps : int
    room : float32 array (r, d)
        For the vectors beside them. If their pairs are more than that, there is one row.
    """
    pairs, turn = setting.pairs, setting.turn
    high = low + len(rows)
    begin, end = int(pairs.starts[low]), int(pairs.starts[high])
    columns, bounds = pairs.columns[begin:end], pairs.starts[low : high + 1] - begin
    entries: slice | npt.NDArray[np.intp] = slice(begin, end)
    if setting.known < len(pairs):
        chosen = np.flatnonzero(columns < setting.known)
        columns, bounds, entries = columns.take(chosen), np.searchsorted(chosen, bounds), begin + chosen
    beside = _Beside(setting.contexts, columns, bounds, room)
    owners = beside.spread(np.arange(low, high))
    weights, targets = pairs.weigh(entries, owners)
    own = setting.contexts[low:high]
    a = np.float32(setting.parameters.negative_weight)

    def by_all(vectors: Matrix) -> Matrix:
        """Multiply with a (G - c_i c_i^T) + l I."""
        found = vectors @ setting.common
        if a:
            found -= (a * np.vecdot(vectors, own))[:, None] * own
        return found

    solution = rows.copy()
    errors = beside.products(solution)
    errors -= targets
    residual = -(beside.combined(weights * errors) + by_all(solution))
    shrink = np.float32(1) / (beside.sums(weights)[:, None] * turn.seen + turn.rest)
    preferred: Matrix = shrink * residual
    direction = preferred.copy()
    square = np.vecdot(residual, preferred)
    enough = square * np.float32(EXACT)
    for step in range(steps):
        along = beside.products(direction)
        weighted = weights * along
        image = by_all(direction)
        curve = beside.sums(weighted * along) + np.vecdot(direction, image)
        far = np.divide(square, curve, out=np.zeros_like(square), where=(square > enough) & (curve > 0))
        solution += far[:, None] * direction
        along *= beside.spread(far)
        errors += along
        if step == steps - 1:
            break
        image += beside.combined(weighted)
        residual -= far[:, None] * image
        np.multiply(shrink, residual, out=preferred)
        before, square = square, np.vecdot(residual, preferred)
        direction *= np.divide(square, before, out=np.zeros_like(square), where=before > enough)[:, None]
        direction += preferred
    rest = np.flatnonzero((columns >= setting.settled) & (columns < owners))
    left = owners[rest], columns[rest], weights[rest], targets[rest]
    if setting.settled < len(pairs):
        weights *= columns < setting.settled
    weights *= errors
    return Improvement(solution, float(weights @ errors), left)
