"""What it costs to move a unit of mass from each word of one text to each word of the other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .characters import SharedCharacters, shared_characters
from .documents import Documents, Floats, Ground, Ints
from .problems import Problems
from .reduction import CommonWords, ProblemStarts, TransportProblems, spread

SHARE = 0.6
"""Share of characters in the similarity of two words where words are moved. Of 0.4 to 0.6 the best on the development
sets of Chinese STS-B, LCQMC and AFQMC."""

NEAR = 1e-6
"""Squared distances below this share of the squared lengths are computed again from differences."""


@dataclass(frozen=True)
class Costs:
    """The costs of some problems between documents of one `Space`."""

    ground: Ground
    a: Documents
    b: Documents
    left: Problems
    right: Problems

    @cached_property
    def _shared(self) -> SharedCharacters:
        """What words of both sides of each problem share in writing."""
        return shared_characters(
            (self.left.starts, self.left.rows, self.a.characters),
            (self.right.starts, self.right.rows, self.b.characters),
        )

    @cached_property
    def _same(self) -> tuple[Ints, Ints, Ints]:
        """Where problems begin in the words that both sides hold, and the places of these on the two sides."""
        sides = []
        for side, documents in ((self.left, self.a), (self.right, self.b)):
            problem = np.repeat(np.arange(len(side.starts) - 1), np.diff(side.starts))
            sides.append((problem << 32) | documents.keys[side.rows])
        both, here, there = np.intersect1d(sides[0], sides[1], assume_unique=True, return_indices=True)
        problem = both >> 32
        starts = np.searchsorted(problem, np.arange(len(self.left.starts)))
        return starts, here - self.left.starts[problem], there - self.right.starts[problem]

    def by_shape(self, problems: Ints) -> tuple[Ints, Ints]:
        """Order some problems by their shapes: their places among these, and the numbers of their pairs of words."""
        n, m = (side.starts[problems + 1] - side.starts[problems] for side in (self.left, self.right))
        order = np.lexsort((m, n))
        return order, (n * m)[order]

    def same(self, problems: Ints) -> CommonWords:
        """Give the words that both sides of some problems hold."""
        starts, here, there = self._same
        owners, entries = _entries(starts, problems)
        return CommonWords(owners, here[entries], there[entries])

    def characters(self, problems: Ints) -> tuple[tuple[Ints, Ints, Ints], Floats]:
        """Give the cosines of the characters of words of some problems, where it is not 0: the places, and these."""
        shared = self._shared
        owners, entries = _entries(shared.starts, problems)
        return (owners, shared.left[entries], shared.right[entries]), shared.values[entries]

    def problems(self, which: Ints) -> TransportProblems:
        """Give some problems with the costs between their words; 0 for the same word."""
        (n, p, rows_a), (m, q, rows_b) = (_taken(side, which) for side in (self.left, self.right))
        owners = [np.repeat(np.arange(len(which)), size) for size in (n, m)]
        q *= (np.bincount(owners[0], p, len(which)) / np.bincount(owners[1], q, len(which)))[owners[1]]
        problems = TransportProblems(n, m, p, q, np.empty(int(n @ m)))
        costs, starts = problems.costs, ProblemStarts.of(problems).costs
        if self.ground == "discrete":
            costs.fill(1)
        else:
            _products(self.a.points, rows_a, self.b.points, rows_b, problems)
            if self.ground == "euclidean":
                row = np.repeat(np.arange(len(rows_a)), m[owners[0]])
                column, _, _ = spread((np.cumsum(m) - m)[owners[0]], m[owners[0]])
                lengths = self.a.squares[rows_a][row] + self.b.squares[rows_b][column]
                costs *= -2
                costs += lengths
                near = np.flatnonzero(costs < NEAR * lengths)
                apart = self.a.points[rows_a[row[near]]] - self.b.points[rows_b[column[near]]]
                costs[near] = (apart**2).sum(1)
                np.sqrt(costs, out=costs)
            else:
                if self.ground == "mixed":
                    costs *= 1 - SHARE
                np.subtract(1, costs, out=costs)
                if self.ground == "mixed":
                    (some, i, j), alike = self.characters(which)
                    costs[starts[some] + i * m[some] + j] -= SHARE * alike
                np.maximum(costs, 0, out=costs)
        some, i, j = self.same(which)
        costs[starts[some] + i * m[some] + j] = 0
        return problems


def _taken(side: Problems, which: Ints) -> tuple[Ints, Floats, Ints]:
    """Give the words of one side of some problems: how many each has, their weights and rows."""
    sizes = side.starts[which + 1] - side.starts[which]
    at, _, _ = spread(side.starts[which], sizes)
    return sizes, side.mass[at], side.rows[at]


def _products(x: Floats, rows_x: Ints, y: Floats, rows_y: Ints, problems: TransportProblems) -> None:
    """Write the products of the points of the two sides of each problem, rows of x and y, to its costs.

    Problems of one shape that stand together are multiplied in one call, each by itself, so that its costs are the
    same to the last bit in any company. Their points are gathered for that call alone: of all problems they would not
    fit the cache, which takes longer than the products.
    """
    size = x.shape[1]
    for n, m, rows, columns, cells in problems.runs():
        left, right = (
            points.take(which, 0).reshape(-1, words, size)
            for points, which, words in ((x, rows_x[rows], n), (y, rows_y[columns], m))
        )
        np.matmul(left, right.transpose(0, 2, 1), out=problems.costs[cells].reshape(-1, n, m))


def _entries(starts: Ints, problems: Ints) -> tuple[Ints, Ints]:
    """Give the entries of some problems in a list of all, and which of the problems each belongs to."""
    sizes = starts[problems + 1] - starts[problems]
    owners = np.repeat(np.arange(len(problems)), sizes)
    return owners, np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[problems][owners]
