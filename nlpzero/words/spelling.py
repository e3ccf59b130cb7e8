"""How pieces and words are written: from arrays of units to strings, and in what order."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each, sort_with_origin
from ..core.workspace import Counts, Ids
from ..text.characters import Codes
from ..text.packing import LINE_FEED
from ..text.strings import StringArray


class CountedPieces(NamedTuple):
    """Distinct pieces with their counts (片段)."""

    spelled: StringArray
    counts: Counts

    @classmethod
    def of_counts(cls, counts: Mapping[str, int]) -> "CountedPieces":
        """Take pieces that are strings."""
        return cls(StringArray.of_strings([*counts]), np.fromiter(counts.values(), np.int64, len(counts)))

    def as_counts(self) -> dict[str, int]:
        """Give the pieces as strings."""
        return dict(zip(self.spelled.strings(), self.counts.tolist(), strict=True))

    def picked(self, chosen: npt.NDArray[np.intp]) -> "CountedPieces":
        """Give some of the pieces."""
        return CountedPieces(self.spelled.picked(chosen), self.counts.take(chosen))


def text_of_units(
    spelled: StringArray, units: Ids, places: npt.NDArray[np.integer]
) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Write units (all are `spelled`) at some places, and a line end at every other place; give where each begins."""
    sizes = spelled.lengths.take(units)
    ends = np.cumsum(sizes)
    begins = ends - sizes + places - np.arange(len(places))
    codes = np.full(int(begins[-1] + sizes[-1]) + 1 if len(units) else 0, LINE_FEED, np.uint32)
    first = np.cumsum(spelled.lengths) - spelled.lengths
    codes[begins] = spelled.codes.take(first.take(units))
    for step in range(1, int(sizes.max(initial=1))):
        longer = np.flatnonzero(sizes > step)
        codes[begins[longer] + step] = spelled.codes.take(first.take(units.take(longer)) + step)
    return codes, begins


def words_of_units(spelled: StringArray, units: Ids, lengths: npt.NDArray[np.intp]) -> StringArray:
    """Write words: the ranks of the units of all, one word after another, and how many units each has."""
    written = spelled.picked(units)
    ends = np.append(0, np.cumsum(written.lengths))
    return StringArray(written.codes, np.diff(ends.take(np.append(0, np.cumsum(lengths)))))


def alphabetical(words: StringArray) -> npt.NDArray[np.intp]:
    """Give the order of strings by code points; equal ones stay as they are.

    Some characters are compared at a time, and after the first ones only those of strings that are alike so far.

    Examples
    --------
    >>> alphabetical(StringArray.of_strings(["汤", "山药饼", "山药"])).tolist()
    [2, 1, 0]
    """
    codes, lengths = words
    starts = np.cumsum(lengths) - lengths
    rank = np.zeros(len(starts), np.intp)  # how many strings surely come before
    width = int(codes.max(initial=0) + 1).bit_length()
    step = max(1, (64 - len(starts).bit_length()) // width)
    alike = np.arange(len(starts))
    for depth in range(0, int(lengths.max(initial=0)), step):
        keys = rank.take(alike).astype(np.uint64)
        for place in range(depth, depth + step):
            keys <<= np.uint64(width)
            on = np.flatnonzero(lengths.take(alike) > place)
            keys[on] |= codes.take(starts.take(alike.take(on)) + place) + np.uint32(1)
        ordered, origin = sort_with_origin(keys)
        alike = alike.take(origin)
        begins = np.flatnonzero(first_of_each(ordered))
        sizes = np.diff(begins, append=len(ordered))
        number = np.arange(len(alike))
        before = number - np.maximum.accumulate(number * first_of_each(rank.take(alike)))
        rank[alike] += np.repeat(before.take(begins), sizes)
        alike = alike.compress(np.repeat(sizes > 1, sizes))
        if not len(alike):
            break
    return np.argsort(rank, kind="stable")
