"""Rows in the order of keys: held as long as memory lasts, then kept in sorted files that are merged."""

import heapq
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..core.workspace import Workspace, damaged

if TYPE_CHECKING:
    from pathlib import Path

ROW_COST = 700
"""Bytes that a row takes which is held."""


class Sorting:
    """Rows that are given back in the order of their keys; equal keys in the order in which they came (排序).

    Parameters
    ----------
    workspace : Workspace
    memory : int
        Bytes of rows to hold.

    Examples
    --------
    >>> with Workspace(budget=0) as workspace:
    ...     sorting = Sorting(workspace, memory=1)
    ...     for key, row in (("b", 1), ("a", 2), ("b", 3)):
    ...         sorting.add([key], [row])
    ...     list(sorting)
    [[2], [1], [3]]
    """

    def __init__(self, workspace: Workspace, memory: int) -> None:
        self.workspace, self.limit = workspace, max(1, memory // ROW_COST)
        self._held: list[tuple[Sequence[str], int, Sequence[Any]]] = []
        self._number = 0
        self._files: list[tuple[Path, int]] = []

    def add(self, key: Sequence[str], row: Sequence[Any]) -> None:
        """Take a row of what JSON can write."""
        self._held.append((key, self._number, row))
        self._number += 1
        if len(self._held) >= self.limit:
            self._spill()

    def _spill(self) -> None:
        """Write the rows held so far to a file, sorted."""
        path, check = self.workspace.path(), 0
        with open(path, "xb") as file:
            for row in sorted(self._held, key=_order):
                line = (json.dumps(row) + "\n").encode()
                check = zlib.crc32(line, check)
                file.write(line)
        self._files.append((path, check))
        self._held.clear()

    def __iter__(self) -> Iterator[Sequence[Any]]:
        files = [_rows(path, check) for path, check in self._files]
        for _, _, row in heapq.merge(*files, sorted(self._held, key=_order), key=_order):
            yield row


def _order(row: tuple[Sequence[str], int, Sequence[Any]]) -> tuple[list[str], int]:
    """Order rows by key, then as they came."""
    return list(row[0]), row[1]


def _rows(path: "Path", check: int) -> Iterator[tuple[Sequence[str], int, Sequence[Any]]]:
    """Read the rows of a file."""
    found = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                found = zlib.crc32(line, found)
                key, number, row = json.loads(line)
                yield key, number, row
    except (OSError, ValueError) as error:
        raise damaged(path) from error
    if found != check:
        raise damaged(path)
