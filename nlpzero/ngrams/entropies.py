"""How hard the neighbours of n-grams are to guess.

Counts of 2 and more are all that entropies need: with every clause edge a neighbour of its own,
H(x) = ln n - (1/n) sum c ln c, and a neighbour seen once adds nothing to the sum.
"""

import functools

import numpy as np

from ..core.engine import Engine
from ..core.workspace import Column, Workspace, WorkspaceArray
from .levels import ROWS, SIDES, Level, Side, sums_by_parent

Entropies = tuple[WorkspaceArray, WorkspaceArray]
"""The left and the right entropy of every n-gram of a level: float64 arrays, in nats."""


def neighbour_entropies(level: Level, above: Level, engine: Engine, workspace: Workspace) -> Entropies:
    """Give the left and right entropy (左右邻字熵) of every n-gram of a level.

    Parameters
    ----------
    level, above : Level
        The n-grams of some length and of the next one, counted from 2 occurrences up.
    """
    left, right = engine.map(functools.partial(side_entropies, workspace, level, above), SIDES)
    return left, right


def side_entropies(workspace: Workspace, level: Level, above: Level, side: Side) -> WorkspaceArray:
    """Give the entropy of the neighbours on one side of every n-gram of a level."""
    entropies = Column(workspace, np.float64)
    sums = sums_by_parent(level, above, side, lambda counts: counts * np.log(counts), workspace.task)
    for start, weights in sums:
        for at in range(0, len(weights), ROWS):
            some = weights[at : at + ROWS]
            counts = level.numbers.part(start + at, start + at + len(some))
            entropies.append(np.maximum(np.log(counts) - some / counts, 0.0))
    return entropies.stored()
