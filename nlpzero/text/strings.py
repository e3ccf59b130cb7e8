"""Strings as arrays: the code points of all, one string after another; and places of parts of such arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .characters import Codes, code_points, from_code_points
from .packing import LINE_FEED


def ranges(starts: npt.NDArray[np.integer], sizes: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Give the numbers of several ranges, one range after another: the places of parts of an array.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 1])).tolist()
    [5, 6, 0]
    """
    found = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    found += np.arange(len(found))
    return found


class StringArray(NamedTuple):
    """The code points of some strings, one after another, and how many each has."""

    codes: Codes
    lengths: npt.NDArray[np.intp]

    @classmethod
    def of_strings(cls, strings: Sequence[str]) -> "StringArray":
        """Take strings apart."""
        return cls(code_points("".join(strings)), np.fromiter(map(len, strings), np.intp, len(strings)))

    def strings(self) -> list[str]:
        """Give them as strings; none holds a line feed.

        Examples
        --------
        >>> StringArray.of_strings(["山药", "汤"]).strings()
        ['山药', '汤']
        """
        if not len(self.lengths):
            return []
        inside = np.ones(len(self.codes) + len(self.lengths), np.bool_)
        inside[np.cumsum(self.lengths) + np.arange(len(self.lengths))] = False
        codes = np.full(len(inside), LINE_FEED, np.uint32)
        codes[np.flatnonzero(inside)] = self.codes
        return from_code_points(codes[:-1]).split("\n")

    def picked(self, chosen: npt.NDArray[np.integer]) -> "StringArray":
        """Give some of them.

        Examples
        --------
        >>> StringArray.of_strings(["山药", "汤"]).picked(np.array([1, 0])).strings()
        ['汤', '山药']
        """
        lengths = self.lengths.take(chosen)
        begins = (np.cumsum(self.lengths) - self.lengths).take(chosen)
        return StringArray(self.codes.take(ranges(begins, lengths)), lengths)
