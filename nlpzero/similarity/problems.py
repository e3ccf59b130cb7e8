"""What is left to move in each pair of texts, and which pairs are looked at together."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..text.strings import ranges
from .documents import Documents, Floats, Ints

SAME = 1e-15
"""Share of the mass by which two bags may differ, from rounding, and still be the same."""

BLOCK = 1 << 17
"""Pairs of words whose costs are under way together: what fits the cache."""


class Problems(NamedTuple):
    """What is left to move in each pair: the words of one side of all pairs, one pair after the other."""

    starts: Ints
    rows: Ints
    mass: Floats


def taken(documents: Documents, which: Ints) -> tuple[Ints, Ints]:
    """Give the places of the words of some documents, one after the other, and the number of each one's pair."""
    sizes = documents.starts[which + 1] - documents.starts[which]
    return ranges(documents.starts[which], sizes), np.repeat(np.arange(len(which)), sizes)


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


def equal(a: Documents, b: Documents, i: Ints, j: Ints) -> npt.NDArray[np.bool_]:
    """Tell which pairs are bags of the same words in the same proportions."""
    found: npt.NDArray[np.bool_] = (a.starts[i + 1] - a.starts[i] == b.starts[j + 1] - b.starts[j]) & (a.totals[i] > 0)
    for end in (0, -1):  # words of a bag are in one order in all documents of a space
        ends = [
            documents.keys[documents.ids[documents.starts[which[found] - end] + end]]
            for documents, which in ((a, i), (b, j))
        ]
        found[found] = ends[0] == ends[1]
    apart, _, _ = differences(a, b, i[found], j[found])
    found[found] = apart <= SAME
    return found


def blocks(sizes: Ints) -> Iterator[slice]:
    """Divide problems of these numbers of pairs of words into runs of `BLOCK` pairs, a larger problem alone."""
    ends = np.cumsum(sizes)
    low, before = 0, 0
    while low < len(sizes):
        high = max(low + 1, int(np.searchsorted(ends, before + BLOCK, "right")))
        yield slice(low, high)
        low, before = high, int(ends[high - 1])
