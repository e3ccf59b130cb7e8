"""Counts of strings, in the order of their first occurrence."""

import heapq
import itertools
import operator
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .workspace import Workspace, damaged

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[str, int, int]
"""A string, its count, and the place of its first occurrence."""

FAN_IN = 64
"""Files that are read at a time: systems limit how many may be open."""


class Tally:
    """Counts of strings (计数), in the order of their first occurrence; beyond a limit they are kept in sorted files.

    Parameters
    ----------
    workspace : Workspace
    limit : int
        Distinct strings to hold in memory, at about 150 bytes each.

    Examples
    --------
    >>> with Workspace(budget=0) as workspace:
    ...     tally = Tally(workspace, limit=1)
    ...     tally.add({"乙": 1, "甲": 1})
    ...     tally.add({"甲": 2})
    ...     tally.total, tally.at_least(2), tally.at_least(1)
    (4, {'甲': 3}, {'乙': 1, '甲': 3})
    """

    def __init__(self, workspace: Workspace, limit: int) -> None:
        self.workspace, self.limit, self.total = workspace, limit, 0
        self._counts: Counter[str] = Counter()
        self._seen = 0
        self._files: list[tuple[Path, int]] = []

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of one block, whose order is that of first occurrence."""
        held, get = self._counts, self._counts.get
        for string, number in counts.items():
            held[string] = get(string, 0) + number
        self.total += sum(counts.values())
        self._bound()

    def count(self, strings: Sequence[str]) -> None:
        """Count the strings of one block, each once; faster than `add` where few of them repeat."""
        self._counts.update(strings)
        self.total += len(strings)
        self._bound()

    def _bound(self) -> None:
        """Write the strings held to a file where they are too many."""
        if len(self._counts) > self.limit:
            self._spill()

    def _spill(self) -> None:
        """Write the strings held so far to a file, sorted, with their counts and places of first occurrence."""
        places = dict(zip(self._counts, itertools.count(self._seen)))
        self._write((string, self._counts[string], places[string]) for string in sorted(self._counts))
        self._seen += len(self._counts)
        self._counts.clear()

    def _write(self, rows: Iterable[Row]) -> None:
        """Write rows to a new file."""
        path = self.workspace.path()
        check = 0
        with open(path, "xb") as file:
            for string, number, place in rows:
                line = f"{string}\t{number}\t{place}\n".encode("utf-8", "surrogatepass")
                check = zlib.crc32(line, check)
                file.write(line)
        self._files.append((path, check))

    def at_least(self, minimum: int) -> dict[str, int]:
        """Give the strings counted `minimum` times or more, in the order of first occurrence."""
        if not self._files:
            return {string: number for string, number in self._counts.items() if number >= minimum}
        found = [(place, string, number) for string, number, place in self._rows() if number >= minimum]
        return {string: number for _, string, number in sorted(found)}

    def portions(self, size: int) -> Iterator[tuple[list[str], list[int]]]:
        """Give all strings and their counts in any order, so many at a time at the most.

        Examples
        --------
        >>> with Workspace(budget=0) as workspace:
        ...     tally = Tally(workspace, limit=9)
        ...     tally.add({"乙": 1, "甲": 4, "丙": 2})
        ...     [*tally.portions(2)]
        [(['乙', '甲'], [1, 4]), (['丙'], [2])]
        """
        if not self._files:
            strings, numbers = [*self._counts], [*self._counts.values()]
            yield from ((strings[at : at + size], numbers[at : at + size]) for at in range(0, len(strings), size))
            return
        rows = self._rows()
        while some := [*itertools.islice(rows, size)]:
            yield [row[0] for row in some], [row[1] for row in some]

    def _rows(self) -> Iterator[Row]:
        """Write what is held to a file, too, and read the sum of all files."""
        if self._counts:
            self._spill()
        while len(self._files) > FAN_IN:
            some, self._files = self._files[:FAN_IN], self._files[FAN_IN:]
            self._write(_added(some))
            for path, _ in some:
                path.unlink()
        return _added(self._files)


def _added(files: "Sequence[tuple[Path, int]]") -> Iterator[Row]:
    """Add up the rows of some files."""
    rows = heapq.merge(*(_spilled(path, check) for path, check in files))
    for string, group in itertools.groupby(rows, key=operator.itemgetter(0)):
        numbers, places = zip(*((number, place) for _, number, place in group), strict=True)
        yield string, sum(numbers), min(places)


def _spilled(path: "Path", check: int) -> Iterator[Row]:
    """Read the rows of a spilled tally."""
    found = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                found = zlib.crc32(line, found)
                string, number, place = line.decode("utf-8", "surrogatepass").rsplit("\t", 2)
                yield string, int(number), int(place)
    except (OSError, ValueError) as error:
        raise damaged(path) from error
    if found != check:
        raise damaged(path)
