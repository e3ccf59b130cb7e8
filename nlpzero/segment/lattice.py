"""The word lattice (词图) of a text and the best path through it, for all stretches of a block at once.

A *stretch* is a piece of text that no word leaves, so each can be solved alone. Stretches are sorted by length and
stepped through together from their right ends: those still under way at step t are the first ones of those at step
t - 1, so that every step is arithmetic on contiguous arrays. A very long stretch is cut into chunks, which are solved
together for every context, joined one after the other (products of max-plus matrices), and solved once more in the
context that turned out. So its time stays linear.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]
Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
ScoredWords = tuple[Positions, Scores]
"""The words of one length: where they start, ascending, and their scores."""

LONG = 512
"""Longer stretches are cut into chunks."""
CHUNK = 64
"""Positions of a chunk; more where words are longer."""
BASIS_CELLS = 1 << 20
"""Route values held at once (8 MB) while chunks are solved for every context."""
RARE = 8
"""Words of a length that starts at fewer than one in this many positions are kept as a list, the others as an array."""


def stretches(reach: Positions) -> tuple[Positions, Positions]:
    """Cut a text into the shortest pieces that no word leaves.

    Parameters
    ----------
    reach : int array (n,)
        Where the longest word from each position ends (exclusive): at least position + 1.

    Returns
    -------
    starts, lengths : int arrays
        The pieces from left to right; together they cover all n positions.

    Examples
    --------
    The words at 0-2 and 1-3 overlap, so the first three positions hang together:

    >>> stretches(np.array([2, 3, 3, 4]))
    (array([0, 3]), array([3, 1]))
    """
    n = len(reach)
    is_free = np.maximum.accumulate(reach[:-1]) == np.arange(1, n)
    starts = np.append(np.zeros(min(n, 1), np.intp), np.flatnonzero(is_free) + 1)
    return starts, np.diff(starts, append=n)


def best_path(scores: Sequence[Scores | ScoredWords], starts: Positions, lengths: Positions) -> Flags:
    """Cut each stretch into the words with the greatest sum of scores (最大概率路径).

    From right to left, route[i] = max over l of (score of the word of length l at i) + route[i + l]; of equal sums the
    longer word wins. In stretches of up to 512 positions these are the additions of ``jieba.Tokenizer.calc`` in its
    order, in longer ones sums may differ in their last bits.

    Parameters
    ----------
    scores : sequence of float64 array (n,) or of pairs (positions, values)
        Entry l - 1 scores the words of length l: at each position where one may start, -inf where none does; or,
        cheaper where words are rare, the positions that start one, ascending, and their scores. The first is an array.
        A word that leaves its stretch is ignored.
    starts, lengths : int arrays
        The stretches, ascending and without overlap, of at least one position. Words must be able to cover each.

    Returns
    -------
    bool array (n,)
        True where a word starts; False outside the stretches.

    Notes
    -----
    Linear in n: about 45 ns a position with five arrays, and in stretches of more than 512 positions so much again for
    each position of the longest word.

    Examples
    --------
    >>> single = np.array([-1.0, -1.0, -1.0])
    >>> double = np.array([-3.0, -1.5, -np.inf])
    >>> best_path([single, double], np.array([0]), np.array([3])).tolist()
    [True, True, False]
    """
    is_start = np.zeros(len(scores[0]), np.bool_)
    is_start[starts] = True
    lattice = _lattice(scores)
    short = np.flatnonzero((lengths > 1) & (lengths <= LONG))
    if len(short):
        sweep = _Sweep(lattice, starts.take(short), lengths.take(short))
        sweep.solve(np.zeros((1, 1, len(short))))
        sweep.trace(np.zeros((1, len(short)), np.intp), is_start)
    long = np.flatnonzero(lengths > LONG)
    if len(long):
        _solve_long(lattice, starts.take(long), lengths.take(long), is_start)
    return is_start


class _Lattice(NamedTuple):
    """All words: the frequent lengths, shorter first, as they were given; the others as lists, by position and then
    length.
    """

    longest: int
    frequent: list[tuple[int, Scores | ScoredWords]]
    positions: Positions
    lengths: Positions
    values: Scores


def _lattice(scores: Sequence[Scores | ScoredWords]) -> _Lattice:
    """Tell the frequent lengths from the rare ones."""
    n = len(scores[0])
    frequent: list[tuple[int, Scores | ScoredWords]] = []
    rare: list[tuple[int, Positions, Scores]] = [(0, np.empty(0, np.intp), np.empty(0))]
    for length, words in enumerate(scores, 1):
        if isinstance(words, tuple) and len(words[0]) * RARE < n:
            rare.append((length, *words))
        else:
            frequent.append((length, words))
    positions = np.concatenate([words[1] for words in rare])
    lengths = np.repeat([words[0] for words in rare], [len(words[1]) for words in rare])
    values = np.concatenate([words[2] for words in rare])
    order = np.argsort(positions, kind="stable")
    return _Lattice(len(scores), frequent, positions[order], lengths[order], values[order])


class _RowWords(NamedTuple):
    """Words of one row: where they start and end in the layout, scores and lengths. No two start at the same place."""

    starts: Positions
    ends: Positions
    values: Scores
    lengths: Positions


class _RowLayout:
    """Where the positions of a text are in the rows of a sweep.

    Attributes
    ----------
    first, last : int
        The text from its first stretch to the end of its last one.
    own : int array, or a slice for all
        Which of its positions are in stretches, counted from `first`.
    rows : int array
        Where each of those is laid out.
    """

    def __init__(self, starts: Positions, lengths: Positions, rows: Positions, rank: Positions, size: int) -> None:
        self.first, self.last, self.size = int(starts[0]), int(starts[-1] + lengths[-1]), size
        ends = np.cumsum(lengths)
        number = np.arange(int(ends[-1]))
        steps = np.repeat(ends, lengths)
        steps -= number
        self.rows = rows.take(steps)
        self.rows += np.repeat(rank, lengths)
        self.own: Positions | slice = slice(None)
        if len(number) < self.last - self.first:
            self.own = np.repeat(starts - (ends - lengths) - self.first, lengths)
            self.own += number

    def laid_out(self, words: Scores | ScoredWords) -> Scores:
        """Bring the scores of one length into rows, -inf where no word starts."""
        if not isinstance(words, tuple):
            result = np.empty(self.size)
            result[self.rows] = words[self.first : self.last][self.own]
            return result
        positions, values = words
        inside = slice(*np.searchsorted(positions, (self.first, self.last)))
        result = np.full(self.size + 1, -np.inf)
        result[self._every.take(positions[inside] - self.first)] = values[inside]
        return result

    @functools.cached_property
    def _every(self) -> Positions:
        """Where each position from the first to the last is laid out; at the very end those in no stretch."""
        if isinstance(self.own, slice):
            return self.rows
        result = np.full(self.last - self.first, self.size)
        result[self.own] = self.rows
        return result

    def mark(self, is_start: Flags, marks: Flags) -> None:
        """Add marks that are laid out in rows to those of the text."""
        is_start[self.first : self.last][self.own] |= marks.take(self.rows)


class _Sweep:
    """Stretches laid out in rows, to be stepped through together from right to left.

    Row t holds the positions t steps from the right ends, those of the longest stretches first. Rows 0, -1, ...,
    -overhang are the *context*: the positions at and beyond the right ends. They are laid out last, where a negative
    index finds them. Scores are brought into this layout first, in the order of the text: stretches of one length write
    each row from left to right, which the cache likes better than reading the text row by row.
    """

    def __init__(self, lattice: _Lattice, starts: Positions, lengths: Positions, overhang: int = 0) -> None:
        self.count, self.longest, self.overhang = len(starts), int(lengths.max()), overhang
        small = np.uint16 if self.longest < 1 << 16 else np.uint64  # NumPy sorts 16-bit integers by radix
        self.order = np.argsort((self.longest - lengths).astype(small), kind="stable")
        self.lengths = lengths.take(self.order)
        active = self.count - np.append(0, np.cumsum(np.bincount(lengths))[:-1])
        rows = np.cumsum(np.concatenate(([0], active, np.full(overhang, self.count))))
        self.active: list[int] = active.tolist()
        self.rows: list[int] = rows[:-1].tolist()
        self.size = int(rows[-1])
        self.choice = np.ones(self.size, np.min_scalar_type(lattice.longest))
        rank = np.empty(self.count, np.intp)
        rank[self.order] = np.arange(self.count)
        self.layout = _RowLayout(starts, lengths, rows, rank, self.size)
        self.frequent = [(length, self.layout.laid_out(words)) for length, words in lattice.frequent]
        self.rare = self._rare(lattice, starts, lengths, rows[:-1], rank)

    def _rare(
        self, lattice: _Lattice, starts: Positions, lengths: Positions, rows: Positions, rank: Positions
    ) -> dict[int, list[_RowWords]]:
        """Give the rare words of each row, in groups: the first words of the positions, the second ones, ..."""
        inside = slice(*np.searchsorted(lattice.positions, (starts[0], starts[-1] + lengths[-1])))
        positions, size = lattice.positions[inside], lattice.lengths[inside]
        owner = np.searchsorted(starts, positions, "right") - 1
        row = starts[owner] + lengths[owner] - positions
        fits = np.flatnonzero((row > 0) & (size <= row + self.overhang))
        if not len(fits):
            return {}
        positions = positions[fits]
        number = np.arange(len(fits))
        nth = number - np.maximum.accumulate(number * np.append(True, positions[1:] != positions[:-1]))
        order = np.lexsort((nth, row[fits]))
        fits, nth = fits[order], nth[order]
        row, size, rank, values = row[fits], size[fits], rank[owner[fits]], lattice.values[inside][fits]
        begin, end = rows[row] + rank, rows[row - size] + rank
        cuts = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (nth[1:] != nth[:-1]))).tolist()
        groups: dict[int, list[_RowWords]] = {}
        for a, b in zip(cuts, [*cuts[1:], len(row)], strict=True):
            groups.setdefault(int(row[a]), []).append(_RowWords(begin[a:b], end[a:b], values[a:b], size[a:b]))
        return groups

    def solve(self, context: Scores) -> Scores:
        """Find the route values and, in a single context, the first word of each position.

        `context`, of shape (contexts, overhang + 1, stretches), are the route values from the right ends on; the result
        is (contexts, size). Stretches are in the order of the layout.
        """
        route = np.empty((len(context), self.size))
        for t in range(self.overhang + 1):
            route[:, self.rows[-t] : self.rows[-t] + self.count] = context[:, t]
        is_single = len(context) == 1
        for t in range(1, self.longest + 1):
            active = self.active[t]
            row = slice(self.rows[t], self.rows[t] + active)
            best, choice = route[:, row], self.choice[row]
            for length, scores in self.frequent:
                if length > t + self.overhang:
                    break
                end = self.rows[t - length]
                path = route[:, end : end + active]
                if length == 1:
                    np.add(scores[row], path, out=best)
                    continue
                path = scores[row] + path
                if is_single:
                    is_better = (path[0] >= best[0]).view(np.uint8)
                    np.maximum(choice, is_better * choice.dtype.type(length), out=choice)
                np.maximum(best, path, out=best)
            for group in self.rare.get(t, ()):
                path = route[:, group.ends] + group.values
                before = route[:, group.starts]
                route[:, group.starts] = np.maximum(before, path)
                if is_single:
                    chosen = self.choice[group.starts]
                    is_better = (path[0] > before[0]) | ((path[0] == before[0]) & (group.lengths > chosen))
                    self.choice[group.starts] = np.where(is_better, group.lengths, chosen)
        return route

    def trace(self, entry: Positions, is_start: Flags | None = None) -> Positions:
        """Follow the chosen words from left to right: mark their starts, give how far they reach beyond the right ends.

        `entry`, of shape (contexts, stretches) like the result, is how far a word reaches into each stretch from
        the left. Stretches are in the order of the layout; starts can be marked in a single context.
        """
        row = self.lengths - entry
        marks = np.zeros(0 if is_start is None else self.size, np.bool_)
        for t in range(self.longest, 0, -1):
            active = self.active[t]
            here = row[:, :active] == t
            if is_start is not None:
                marks[self.rows[t] : self.rows[t] + active] = here[0]
            row[:, :active] -= here * self.choice[self.rows[t] : self.rows[t] + active]
        if is_start is not None:
            self.layout.mark(is_start, marks)
        return -row


def _solve_long(lattice: _Lattice, starts: Positions, lengths: Positions, is_start: Flags) -> None:
    """Cut long stretches into chunks, find how each maps the route values right of it to those in it, and join them.

    No chunk is shorter than a word, except perhaps the first of a stretch, which no word enters.
    """
    width = lattice.longest
    size = max(CHUNK, width)
    chunks = -(-lengths // size)
    last = np.cumsum(chunks) - 1
    ends = np.repeat(starts + lengths, chunks) - size * (np.repeat(last, chunks) - np.arange(last[-1] + 1))
    begins = np.maximum(ends - size, np.repeat(starts, chunks))

    # A context is the route values of the `width` positions from a chunk's end on; in a basis context one of them is 0.
    basis = np.full((width, width, 1), -np.inf)
    basis[np.arange(width), np.arange(width)] = 0
    context = np.full((len(ends), width), -np.inf)
    context[last, 0] = 0
    has_left = np.ones(len(ends), np.bool_)
    has_left[last - chunks + 1] = False
    batch = max(1, BASIS_CELLS // (width * (size + width)))
    for first in reversed(range(0, len(ends), batch)):
        part = slice(first, first + batch)
        sweep = _Sweep(lattice, begins[part], (ends - begins)[part], width - 1)
        route = sweep.solve(np.broadcast_to(basis, (width, width, sweep.count)))
        whole = np.count_nonzero(sweep.lengths == size)
        matrices = np.empty((sweep.count, width, width))
        for t in range(width if whole else 0):
            row = sweep.rows[size - t]
            matrices[sweep.order[:whole], t] = route[:, row : row + whole].T
        for k in reversed(range(sweep.count)):
            if has_left[first + k]:
                context[first + k - 1] = (matrices[k] + context[first + k]).max(axis=1)

    sweep = _Sweep(lattice, begins, ends - begins, width - 1)
    sweep.solve(context[sweep.order].T[None])
    leaves = np.empty((len(ends), width), np.intp)
    leaves[sweep.order] = sweep.trace(np.broadcast_to(np.arange(width)[:, None], (width, len(ends)))).T
    entry = np.zeros(len(ends), np.intp)
    for k in range(1, int(chunks.max())):
        chunk = (last - chunks)[chunks > k] + k + 1
        entry[chunk] = leaves[chunk - 1, entry[chunk - 1]]
    sweep.trace(entry[sweep.order][None], is_start)
