"""What is left to move in each pair of texts, and pairs of one shape put together."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .documents import Documents, Floats, Ints

SAME = 1e-15
"""Share of the mass by which two bags may differ, from rounding, and still be the same."""

STACK = 1 << 19
"""Numbers in a stack of cost matrices: what fits the cache."""


class Problems(NamedTuple):
    """What is left to move in each pair: the words of one side of all pairs, one pair after the other."""

    starts: Ints
    rows: Ints
    mass: Floats


def taken(documents: Documents, which: Ints) -> tuple[Ints, Ints]:
    """Give the places of the words of some documents, one after the other, and the number of each one's pair."""
    sizes = np.diff(documents.starts)[which]
    owners = np.repeat(np.arange(len(which)), sizes)
    firsts = documents.starts[which] - np.cumsum(sizes) + sizes
    return firsts[owners] + np.arange(len(owners)), owners


def shares(documents: Documents, which: Ints) -> Problems:
    """Give whole documents as distributions."""
    places, owners = taken(documents, which)
    starts = np.searchsorted(owners, np.arange(len(which) + 1))
    mass = np.asarray(documents.mass[places] / documents.totals[which][owners], np.float64)
    return Problems(starts, documents.ids[places], mass)


def differences(a: Documents, b: Documents, i: Ints, j: Ints) -> tuple[Floats, Problems, Problems]:
    """Compare bags word by word: half the sum of differences of their shares, and what each side has too much.

    Masses are multiplied by the other side's total instead of divided by their own, so that whole numbers stay whole.
    """
    sides = []
    for documents, which, scale in ((a, i, b.totals[j]), (b, j, a.totals[i])):
        places, owners = taken(documents, which)
        rows = documents.ids[places]
        sides.append((owners, documents.keys[rows], rows, documents.mass[places] * scale[owners]))
    width = int(max(a.keys.max(initial=0), b.keys.max(initial=0))) + 1
    codes = [owners * width + keys for owners, keys, _, _ in sides]
    both, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    masses = [
        np.bincount(part, side[3], minlength=len(both))
        for part, side in zip(np.split(inverse, [len(codes[0])]), sides, strict=True)
    ]
    difference = np.asarray(masses[0] - masses[1], np.float64)
    owners = both // width
    scale = a.totals[i] * b.totals[j]
    difference[np.abs(difference) <= SAME * scale[owners]] = 0
    apart = np.bincount(owners, np.abs(difference), minlength=len(i)) / scale / 2
    problems = []
    for sign, (side, part) in zip((1, -1), zip(sides, np.split(inverse, [len(codes[0])]), strict=True), strict=True):
        excess = sign * difference[part]
        left = excess > 0
        starts = np.searchsorted(side[0][left], np.arange(len(i) + 1))
        problems.append(Problems(starts, side[2][left], excess[left]))
    return np.minimum(apart, 1), problems[0], problems[1]


class ProblemStack(NamedTuple):
    """Problems of about one shape: words of weight 0 are added so that all have n words on one side, m on the other.

    Attributes
    ----------
    problems : int64 array (b,)
    at_left, at_right : int64 arrays (b, n), (b, m)
        Places of their words in `Problems.rows`; any place where there is no word.
    p, q : float64 arrays (b, n), (b, m)
        Weights; 0 where there is no word. Both sides have the same sum.
    """

    problems: Ints
    at_left: Ints
    at_right: Ints
    p: Floats
    q: Floats


def _padded(sizes: Ints) -> Ints:
    """Round numbers of words up, so that few different ones are left: 1 2 3 4 6 8 12 16 24 32 48 64 ..."""
    step = 1 << np.maximum(np.ceil(np.log2(np.maximum(sizes, 1))).astype(np.int64) - 2, 0)
    return np.asarray(-(-sizes // step) * step)


def stacks(left: Problems, right: Problems, which: Ints, dim: int) -> Iterator[ProblemStack]:
    """Put problems of about one shape together, so many as fit the cache."""
    n, m = (_padded(np.diff(side.starts)[which]) for side in (left, right))
    order = np.lexsort((m, n))
    shapes = n[order] * (m.max(initial=0) + 1) + m[order]
    edges = np.flatnonzero(np.diff(shapes, prepend=-1, append=-1))
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        first = order[low]
        size = int(n[first] * m[first] + (n[first] + m[first]) * dim)
        step = max(1, STACK // size)
        for begin in range(low, high, step):
            some = which[order[begin : min(begin + step, high)]]
            (at_left, p), (at_right, q) = (
                _words_of(side, some, int(width)) for side, width in ((left, n[first]), (right, m[first]))
            )
            q *= (p.sum(1) / q.sum(1))[:, None]
            yield ProblemStack(some, at_left, at_right, p, q)


def _words_of(side: Problems, some: Ints, width: int) -> tuple[Ints, Floats]:
    """Give the places and weights of the words of one side of some problems, `width` for each."""
    firsts = side.starts[some][:, None]
    places = firsts + np.arange(width)
    absent = places >= side.starts[some + 1][:, None]
    places = np.where(absent, firsts, places)
    return places, np.where(absent, 0.0, side.mass[places])
