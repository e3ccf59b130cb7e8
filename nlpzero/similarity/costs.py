"""What it costs to move a unit of mass from each word of one text to each word of the other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .characters import SharedCharacters, shared_characters
from .documents import Documents, Floats, Ground, Ints
from .problems import Problems, ProblemStack

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

    def same(self, problems: Ints) -> tuple[Ints, Ints, Ints]:
        """Give the words that both sides of some problems hold: whose they are, and their places on the two sides."""
        starts, here, there = self._same
        owners, entries = _entries(starts, problems)
        return owners, here[entries], there[entries]

    def characters(self, problems: Ints) -> tuple[tuple[Ints, Ints, Ints], Floats]:
        """Give the cosines of the characters of words of some problems, where it is not 0: the places, and these."""
        shared = self._shared
        owners, entries = _entries(shared.starts, problems)
        return (owners, shared.left[entries], shared.right[entries]), shared.values[entries]

    def stack(self, stack: ProblemStack) -> Floats:
        """Give the costs (b, n, m) between the words of some problems; 0 for the same word."""
        if self.ground == "discrete":
            costs: Floats = np.ones((len(stack.p), stack.p.shape[1], stack.q.shape[1]))
            costs[self.same(stack.problems)] = 0
            return costs
        rows_a, rows_b = self.left.rows[stack.at_left], self.right.rows[stack.at_right]
        x, y = self.a.points[rows_a], self.b.points[rows_b]
        if self.ground == "mixed":
            x *= 1 - SHARE
        costs = np.matmul(x, y.transpose(0, 2, 1))
        if self.ground == "euclidean":
            lengths = self.a.squares[rows_a][:, :, None] + self.b.squares[rows_b][:, None]
            costs *= -2
            costs += lengths
            near = np.nonzero(costs < NEAR * lengths)
            costs[near] = ((x[near[0], near[1]] - y[near[0], near[2]]) ** 2).sum(1)
            np.sqrt(costs, out=costs)
        else:
            np.subtract(1, costs, out=costs)
            if self.ground == "mixed":
                places, alike = self.characters(stack.problems)
                costs[places] -= SHARE * alike
            np.maximum(costs, 0, out=costs)
        costs[self.same(stack.problems)] = 0
        return np.asarray(costs)


def _entries(starts: Ints, problems: Ints) -> tuple[Ints, Ints]:
    """Give the entries of some problems in a list of all, and which of the problems each belongs to."""
    sizes = np.diff(starts)[problems]
    owners = np.repeat(np.arange(len(problems)), sizes)
    return owners, np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[problems][owners]
