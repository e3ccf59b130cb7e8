"""Segmentations of many clauses as paths of a chain, all at once: forward filtering, backward sampling, marginals.

A state is a word: where it ends and how long it is. The weight of a step from a word v to the next word w is free, so
that a bigram model fits. Clauses are sorted by length and laid out in columns (the first units of all clauses, then
the second ones, ...): every step of the recursions is arithmetic on contiguous arrays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.intp]
Weights = npt.NDArray[np.float64]
Sizes = npt.NDArray[np.uint8]


class Layout:
    """Clauses side by side: slot ``rows[t] + r`` holds unit t of clause r, the longest clause first.

    Parameters
    ----------
    lengths : int array (m,)
        Units of each clause, descending, at least 1.

    Examples
    --------
    >>> layout = Layout(np.array([3, 1]))
    >>> layout.rows, layout.active, layout.row.tolist(), layout.back(1).tolist()
    ([0, 2, 3], [2, 1, 1], [0, 0, 1, 2], [0, 0, 0, 2])
    """

    def __init__(self, lengths: Index) -> None:
        self.lengths = lengths
        active = len(lengths) - np.append(0, np.cumsum(np.bincount(lengths)))[1:-1]
        self._starts = np.cumsum(active) - active
        self.active: list[int] = active.tolist()
        self.rows: list[int] = self._starts.tolist()
        self.size = int(active.sum())
        self.row = np.repeat(np.arange(len(active), dtype=np.int32), active)
        self.clause = (np.arange(self.size) - self._starts[self.row]).astype(np.int32)

    def back(self, steps: int) -> Index:
        """Give the slot `steps` units before each slot; 0 where there is none."""
        result: Index = self._starts[np.maximum(self.row - steps, 0)] + self.clause
        result[self.row < steps] = 0
        return result

    def ahead(self, steps: int) -> Index:
        """Give the slot `steps` units after each slot; 0 where there is none."""
        row = self.row + steps
        result: Index = self._starts[np.minimum(row, len(self._starts) - 1)] + self.clause
        result[row >= self.lengths[self.clause]] = 0
        return result

    def last(self) -> Index:
        """Give the slot of the last unit of each clause."""
        result: Index = self._starts[self.lengths - 1] + np.arange(len(self.lengths))
        return result


class Steps(NamedTuple):
    """Weights of the steps of a chain with words of 1 to L units.

    Attributes
    ----------
    first : L arrays (m,)
        Entry l - 1: a clause begins with a word of l units.
    between : L x L arrays (n,)
        Entry [k - 1][l - 1]: at each slot, a word of l units begins there after one of k units.
    last : L arrays (m,)
        Entry k - 1: a clause ends after a word of k units.
    """

    first: Sequence[Weights]
    between: Sequence[Sequence[Weights]]
    last: Sequence[Weights]


class ForwardPass(NamedTuple):
    """What the forward recursion finds.

    Attributes
    ----------
    alpha : L arrays (n,)
        Entry l - 1: at the slot where a word of l units ends, its share of all paths to there.
    scale : float64 array (n,)
        What the shares at each slot were multiplied with, one slot after another, to add up to 1.
    final : L arrays (m,)
        The shares at the end of each clause, times the weights of ending.
    evidence : float64 array (m,)
        The logarithm of the total weight of all paths through each clause.
    """

    alpha: list[Weights]
    scale: Weights
    final: list[Weights]
    evidence: Weights


def forward(layout: Layout, steps: Steps) -> ForwardPass:
    """Filter forward (前向滤波): add up the paths to every state.

    alpha(j + l, l) = sum over k of alpha(j, k) between[k][l](j), where (j, k) is the word of k units that ends at j.
    About 2 L^2 nanoseconds a slot.
    """
    longest, rows, active = len(steps.first), layout.rows, layout.active
    alpha = [np.zeros(layout.size) for _ in range(longest)]
    scale = np.empty(layout.size)
    for j in range(len(rows)):
        width = min(j, longest)
        for length in range(1, longest + 1):
            if j + length > len(rows):
                break
            m = active[j + length - 1]
            if j:
                before = rows[j - 1]
                here = slice(rows[j], rows[j] + m)
                total = alpha[0][before : before + m] * steps.between[0][length - 1][here]
                for k in range(1, width):
                    total += alpha[k][before : before + m] * steps.between[k][length - 1][here]
            else:
                total = steps.first[length - 1][:m]
            alpha[length - 1][rows[j + length - 1] : rows[j + length - 1] + m] = total
        m = active[j]
        here = slice(rows[j], rows[j] + m)
        factor: Weights | None = None
        total = alpha[0][here].copy()
        for length in range(2, min(j + 1, longest) + 1):  # these words were begun at a larger scale
            at = rows[j - length + 1]
            factor = scale[at : at + m] if factor is None else factor * scale[at : at + m]
            alpha[length - 1][here] *= factor
            total += alpha[length - 1][here]
        np.divide(1, total, out=scale[here])
        for share in alpha[: min(j + 1, longest)]:
            share[here] *= scale[here]
    ends = layout.last()
    final = [share[ends] * weight for share, weight in zip(alpha, steps.last, strict=True)]
    clause_scale = np.bincount(layout.clause, np.log(scale), len(layout.lengths))
    return ForwardPass(alpha, scale, final, np.log(np.sum(final, axis=0)) - clause_scale)


class Cut(NamedTuple):
    """One segmentation: for each slot the length of the word that begins there, else 0, and that of the word before."""

    sizes: Sizes
    previous: Sizes


def sample(layout: Layout, steps: Steps, filtered: ForwardPass, rng: np.random.Generator) -> Cut:
    """Draw a segmentation of every clause from the posterior, from right to left (后向采样)."""
    sizes, previous = np.zeros(layout.size, np.uint8), np.zeros(layout.size, np.uint8)
    length = _draw(filtered.final, rng)
    clauses = np.arange(len(layout.lengths))
    starts = layout.lengths.copy()
    rows = np.array(layout.rows)
    alpha = np.stack(filtered.alpha)
    flat = [step for row in steps.between for step in row]
    longest = len(steps.first)
    while len(clauses):
        starts = starts - length
        slots = rows[starts] + clauses
        sizes[slots] = length
        inner = np.flatnonzero(starts)
        clauses, starts, length, slots = clauses[inner], starts[inner], length[inner], slots[inner]
        if not len(clauses):
            break
        before = rows[starts - 1] + clauses
        weights = alpha[:, before]
        for size in range(1, longest + 1):
            chosen = np.flatnonzero(length == size)
            at = slots[chosen]
            for k in range(longest):
                weights[k, chosen] *= flat[k * longest + size - 1][at]
        length = _draw(list(weights), rng)
        previous[slots] = length
    return Cut(sizes, previous)


def _draw(weights: Sequence[Weights], rng: np.random.Generator) -> Index:
    """Draw 1, 2, ... in proportion to the weights, for each column."""
    sums = np.cumsum(weights, axis=0)
    threshold = rng.random(sums.shape[1]) * sums[-1]
    result: Index = 1 + np.count_nonzero(sums[:-1] <= threshold, axis=0)
    return result


def marginals(layout: Layout, steps: Steps, filtered: ForwardPass) -> tuple[Weights, list[Weights]]:
    """Give the posterior probabilities (后验概率) that a word begins at each slot, and one of 1, 2, ... units."""
    longest, rows, active = len(steps.first), layout.rows, layout.active
    beta = [np.zeros(layout.size) for _ in range(longest)]
    total = np.sum(filtered.final, axis=0)
    ends = layout.last()
    for values, weights in zip(beta, steps.last, strict=True):
        values[ends] = weights / total
    words = [np.zeros(layout.size) for _ in range(longest)]
    begins = np.zeros(layout.size)
    scale = filtered.scale
    for j in reversed(range(len(rows))):
        factor: Weights | None = None
        for length in range(1, min(longest, len(rows) - j) + 1):
            m = active[j + length - 1]
            end = slice(rows[j + length - 1], rows[j + length - 1] + m)
            here = slice(rows[j], rows[j] + m)
            factor = scale[end] if factor is None else factor[:m] * scale[end]
            right = factor * beta[length - 1][end]
            if j == 0:
                words[length - 1][here] = steps.first[length - 1][:m] * right
                continue
            before = slice(rows[j - 1], rows[j - 1] + m)
            word = words[length - 1][here]
            for k in range(min(j, longest)):
                path = steps.between[k][length - 1][here] * right
                beta[k][before] += path
                word += path * filtered.alpha[k][before]
        m = active[j]
        here = slice(rows[j], rows[j] + m)
        for word in words:
            begins[here] += word[here]
    return begins, words
