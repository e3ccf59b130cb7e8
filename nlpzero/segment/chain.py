"""Segmentations of many clauses as paths of a chain, all at once: forward filtering, backward sampling, marginals.

A state is a word: where it begins and how long it is. What a word weighs after another is the same after all words but
for few pairs, which are listed; so a step costs as many operations as there are lengths, not the square of that.
Clauses are sorted by length and laid out in columns (the first units of all clauses, then the second ones, ...): every
step of the recursions is arithmetic on contiguous arrays.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.intp]
Weights = npt.NDArray[np.float64]
Sizes = npt.NDArray[np.uint8]
RowNumbers = npt.NDArray[np.int32]

SCALED = 8
"""Rows after which the weights of all paths are scaled, so that no sum leaves the range of floating-point numbers."""


class Layout:
    """Clauses side by side: slot ``rows[t] + r`` holds unit t of clause r, the longest clause first.

    Parameters
    ----------
    lengths : int array (m,)
        Units of each clause, descending, at least 1.

    Examples
    --------
    >>> layout = Layout(np.array([3, 1]))
    >>> layout.rows, layout.active, layout.row.tolist(), layout.ahead(1).tolist()
    ([0, 2, 3], [2, 1, 1], [0, 0, 1, 2], [2, 0, 3, 0])
    """

    def __init__(self, lengths: Index) -> None:
        self.lengths = lengths
        active = len(lengths) - np.append(0, np.cumsum(np.bincount(lengths)))[1:-1]
        self.starts: Index = np.cumsum(active) - active
        self.active: list[int] = active.tolist()
        self.rows: list[int] = self.starts.tolist()
        self.size = int(active.sum())
        self.row: RowNumbers = np.repeat(np.arange(len(active), dtype=np.int32), active)

    @cached_property
    def clause(self) -> RowNumbers:
        """The clause of each slot."""
        result: RowNumbers = (np.arange(self.size) - self.starts[self.row]).astype(np.int32)
        return result

    @cached_property
    def left(self) -> RowNumbers:
        """How many units of its clause there are from each slot on."""
        result: RowNumbers = (self.lengths[self.clause] - self.row).astype(np.int32)
        return result

    def slots(self, rows: Index | RowNumbers, clauses: Index | RowNumbers) -> Index:
        """Give the slots of some units of some clauses."""
        result: Index = self.starts.take(rows) + clauses
        return result

    def last(self) -> Index:
        """Give the slot of the last unit of each clause."""
        result: Index = self.starts.take(self.lengths - 1) + np.arange(len(self.lengths))
        return result

    def behind(self) -> Index:
        """Give the slot before each slot that is not the first of its clause."""
        rest = slice(self.active[0], None)
        result: Index = self.starts.take(self.row[rest] - 1) + self.clause[rest]
        return result

    def ahead(self, steps: int) -> Index:
        """Give the slot `steps` units after each slot; 0 where there is none."""
        row = self.row + steps
        result: Index = self.starts.take(np.minimum(row, len(self.starts) - 1)) + self.clause
        result[self.left <= steps] = 0
        return result


class PairWeights(NamedTuple):
    """Pairs of neighbouring words that weigh more than others, in the order of the rows where the second word begins.

    Attributes
    ----------
    begin : int array (p,)
        Where the second word begins.
    before, after : int arrays (p,)
        The lengths of both, less 1.
    weights : float64 array (p,)
        What they weigh more.
    """

    begin: Index
    before: Index
    after: Index
    weights: Weights


class Steps(NamedTuple):
    """Weights of the steps of a chain with words of 1 to L units.

    Attributes
    ----------
    first : float64 array (L, m)
        Entry l - 1: a clause begins with a word of l units.
    alone : float64 array (L, n)
        Entry l - 1: at each slot, a word of l units that begins there; 0 where the clause has no room for it.
    joins : 2 x 2 floats
        What that is multiplied with after a word of more units (0) or of one (1), for one of more (0) or of one (1).
    last : float64 array (L, m)
        Entry k - 1: a clause ends after a word of k units.
    links : PairWeights
    """

    first: Weights
    alone: Weights
    joins: tuple[tuple[float, float], tuple[float, float]]
    last: Weights
    links: PairWeights


class ForwardPass(NamedTuple):
    """What the forward recursion finds.

    Attributes
    ----------
    paths : float64 array (L, n)
        Entry l - 1: at each slot, the weight of all paths to the end of the word of l units that ends with it, times
        the scales of all rows up to the next one.
    scales : dict of float64 arrays
        For some rows, what the paths of each clause that lead there were multiplied with.
    final : float64 array (L, m)
        The same at the end of each clause, times the weights of ending.
    evidence : float64 array (m,)
        The logarithm of the total weight of all paths through each clause.
    links : LinkTable
    """

    paths: Weights
    scales: dict[int, Weights]
    final: Weights
    evidence: Weights
    links: "LinkTable"


class _RowLinks(NamedTuple):
    """The links into one row: places in flattened arrays of (L, n)."""

    source: Index
    target: Index
    weights: Weights


class LinkTable:
    """The links of a chain, row by row."""

    def __init__(self, layout: Layout, links: PairWeights) -> None:
        begin, before, after, self._weights = links
        row = layout.row.take(begin)
        clause = layout.clause.take(begin)
        self._source = before * layout.size + layout.slots(row - 1, clause)
        self._target = after * layout.size + layout.slots(row + after, clause)
        self._bounds = np.searchsorted(row, np.arange(1, len(layout.rows) + 1)).tolist()

    def row(self, number: int) -> _RowLinks | None:
        """Give the links into one row, if there are any."""
        some = slice(self._bounds[number - 1], self._bounds[number])
        if some.start == some.stop:
            return None
        return _RowLinks(self._source[some], self._target[some], self._weights[some])


def _scale(layout: Layout, row: int, values: Weights, scale: Weights, longest: int) -> None:
    """Scale what is known of the words that end at a row or later, as far as words reach."""
    for j in range(row - 1, min(row - 1 + longest, len(layout.rows))):
        m = min(len(scale), layout.active[j])
        values[:, layout.rows[j] : layout.rows[j] + m] *= scale[:m]


def forward(layout: Layout, steps: Steps) -> ForwardPass:
    """Filter forward (前向滤波): add up the paths to every state.

    About 8 L nanoseconds a slot, and 15 a link.
    """
    longest, rows, active = len(steps.alone), layout.rows, layout.active
    (long_long, long_single), (single_long, single_single) = steps.joins
    table = LinkTable(layout, steps.links)
    paths = np.zeros((longest, layout.size))
    flat = paths.reshape(-1)
    for length in range(1, min(longest, len(rows)) + 1):
        m = active[length - 1]
        paths[length - 1, rows[length - 1] : rows[length - 1] + m] = steps.first[length - 1, :m]
    scales: dict[int, Weights] = {}
    for j in range(1, len(rows)):
        m = active[j]
        before = paths[:, rows[j - 1] : rows[j - 1] + m]
        if j % SCALED == 0:
            scales[j] = 1 / before.sum(axis=0)
            _scale(layout, j, paths, scales[j], longest)
        after_single, after_long = before[0], before[1:].sum(axis=0)
        single = after_single * single_single
        single += after_long * long_single
        after_long *= long_long
        after_long += after_single * single_long
        totals = [single] + [after_long] * (longest - 1)
        here = rows[j]
        for length in range(1, min(longest, len(rows) - j) + 1):
            m, end = active[j + length - 1], rows[j + length - 1]
            np.multiply(
                steps.alone[length - 1, here : here + m], totals[length - 1][:m], out=paths[length - 1, end : end + m]
            )
        if links := table.row(j):
            more = flat.take(links.source)
            more *= links.weights
            np.add.at(flat, links.target, more)
    final = paths[:, layout.last()] * steps.last
    evidence = np.log(final.sum(axis=0))
    for scale in scales.values():
        evidence[: len(scale)] -= np.log(scale)
    return ForwardPass(paths, scales, final, evidence, table)


def sample(layout: Layout, steps: Steps, filtered: ForwardPass, rng: np.random.Generator) -> Sizes:
    """Draw a segmentation of every clause from the posterior, from right to left (后向采样).

    Returns
    -------
    uint8 array (n,)
        For each slot the length of the word that begins there, else 0.
    """
    longest = len(steps.alone)
    joins = np.array(steps.joins)[[1] + [0] * (longest - 1)][:, [1] + [0] * (longest - 1)]  # by both lengths
    linked = np.zeros((longest * layout.size, longest), np.float32)
    begin, before, after, weights = steps.links
    linked.reshape(-1)[(after * layout.size + begin) * longest + before] = weights
    sizes = np.zeros(layout.size, np.uint8)
    length = _draw(filtered.final, rng)
    clauses = np.arange(len(layout.lengths))
    rows = layout.lengths.copy()
    flat, paths = steps.alone.reshape(-1), filtered.paths
    while len(clauses):
        rows = rows - length
        slots = layout.slots(rows, clauses)
        sizes[slots] = length
        inner = np.flatnonzero(rows)
        clauses, rows, length = clauses.take(inner), rows.take(inner), length.take(inner) - 1
        if not len(clauses):
            break
        cells = length * layout.size
        cells += slots.take(inner)
        step = joins.take(length, axis=1)
        step *= flat.take(cells)
        step += linked.take(cells, axis=0).T
        step *= paths.take(layout.slots(rows - 1, clauses), axis=1)
        length = _draw(step, rng)
    return sizes


def _draw(weights: Weights, rng: np.random.Generator) -> Index:
    """Draw 1, 2, ... in proportion to the weights, for each column."""
    sums = np.cumsum(weights, axis=0)
    threshold = rng.random(sums.shape[1]) * sums[-1]
    result: Index = np.ones(len(threshold), np.intp)
    for row in sums[:-1]:
        result += row <= threshold
    return result


def marginals(layout: Layout, steps: Steps, filtered: ForwardPass) -> Weights:
    """Give the posterior probability (后验概率) that a word of 1, 2, ... units ends with each slot.

    Returns
    -------
    float64 array (L, n)
    """
    result = _backward(layout, steps, filtered)
    result *= filtered.paths
    for j, scale in filtered.scales.items():  # which is in both
        _scale(layout, j, result, 1 / scale, len(result))
    return result


def ends(layout: Layout, steps: Steps, filtered: ForwardPass) -> Weights:
    """Give the posterior probability that a word ends with each slot: the sum of `marginals` over the lengths.

    Returns
    -------
    float64 array (n,)
    """
    result: Weights = np.einsum("ln,ln->n", _backward(layout, steps, filtered), filtered.paths)
    for j, scale in filtered.scales.items():
        _scale(layout, j, result[None], 1 / scale, len(steps.alone))
    return result


def _backward(layout: Layout, steps: Steps, filtered: ForwardPass) -> Weights:
    """Add up the paths from the end of the word of 1, 2, ... units that ends with each slot on."""
    longest, rows, active = len(steps.alone), layout.rows, layout.active
    (long_long, long_single), (single_long, single_single) = steps.joins
    rest = np.zeros((longest, layout.size))
    flat = rest.reshape(-1)
    rest[:, layout.last()] = steps.last / filtered.final.sum(axis=0)
    for j in reversed(range(1, len(rows))):
        m, here = active[j], rows[j]
        before = rest[:, rows[j - 1] : rows[j - 1] + m]
        single = steps.alone[0, here : here + m] * rest[0, here : here + m]
        long = np.zeros(m)
        for length in range(2, min(longest, len(rows) - j) + 1):
            width, end = active[j + length - 1], rows[j + length - 1]
            long[:width] += steps.alone[length - 1, here : here + width] * rest[length - 1, end : end + width]
        np.multiply(single, single_single, out=before[0])
        before[0] += long * single_long
        long *= long_long
        long += single * long_single
        before[1:] = long
        if links := filtered.links.row(j):
            more = flat.take(links.target)
            more *= links.weights
            np.add.at(flat, links.source, more)
        if j in filtered.scales:
            _scale(layout, j, rest, filtered.scales[j], longest)
    return rest
