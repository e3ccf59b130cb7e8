"""How many cells text takes where characters have equal cells, as on a terminal."""

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LINE_FEED = 10
UNKNOWN = 255
"""In a table, the cells of a character that was not asked for yet."""


class CellTable(dict[str, int]):
    """The cells of each character, worked out when it is first asked for."""

    def __missing__(self, character: str) -> int:
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            found = 0
        else:
            found = 1 + (unicodedata.east_asian_width(character) in "WF")
        self[character] = found
        return found


_all_wide = re.compile("[\u3000-\u3029\u3030-\u303e\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60]*").fullmatch
"""Matches text of characters that take two cells: most Chinese text, told in one look."""
_cells_of = CellTable().__getitem__


def cells(text: str) -> int:
    r"""Count the cells that a text takes (显示宽度): two for a Chinese character, none for a combining mark.

    Examples
    --------
    >>> cells("山a"), cells("e\u0301")
    (3, 1)
    """
    if text.isascii():
        return len(text)
    return 2 * len(text) if _all_wide(text) else sum(map(_cells_of, text))


@functools.cache
def _table() -> "npt.NDArray[np.uint8]":
    """Give the cells of code points as far as they are known; all of Unicode would take half a second."""
    import numpy as np

    return np.full(0x110000, UNKNOWN, np.uint8)


def cell_counts(codes: "npt.NDArray[np.uint32]") -> "npt.NDArray[np.uint8]":
    r"""Give the cells of each character of a text that is an array of code points.

    Examples
    --------
    >>> import numpy as np
    >>> cell_counts(np.array([ord(c) for c in "山ae\u0301"], np.uint32)).tolist()
    [2, 1, 1, 0]
    """
    import numpy as np

    table = _table()
    counts = table.take(codes)
    new = codes[counts == UNKNOWN]
    if not len(new):
        return counts
    for code in np.unique(new).tolist():
        table[code] = _cells_of(chr(code))
    return table.take(codes)


def all_cells(texts: Sequence[str]) -> list[int]:
    """Count the cells of each of many texts, which hold no line feed.

    Examples
    --------
    >>> all_cells(["山a", "", "水"])
    [3, 0, 2]
    """
    import numpy as np

    codes = np.frombuffer("".join([f"{text}\n" for text in texts]).encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.append(0, np.cumsum(cell_counts(codes), dtype=np.int64))
    ends = np.flatnonzero(codes == LINE_FEED)
    found: list[int] = np.diff(counts.take(ends) - np.arange(len(ends)) * int(_cells_of("\n")), prepend=0).tolist()
    return found
