"""How much room text takes where characters have equal cells, as on a terminal."""

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate


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


def start_within(text: str, room: int) -> str:
    """Give the start of a text that fits into some cells.

    Examples
    --------
    >>> start_within("江上a有船", 6)
    '江上a'
    """
    if len(text) * 2 <= room:
        return text
    if not room % 2 and _all_wide(text, 0, room // 2 + 1):
        return text[: room // 2]
    return text[: bisect_right([*accumulate(map(_cells_of, text))], room)]


def end_within(text: str, room: int) -> str:
    """Give the end of a text that fits into some cells.

    Examples
    --------
    >>> end_within("江上a有船", 6)
    'a有船'
    """
    if len(text) * 2 <= room:
        return text
    if not room % 2 and _all_wide(text, len(text) - room // 2):
        return text[len(text) - room // 2 :]
    number = bisect_right([*accumulate(map(_cells_of, reversed(text)))], room)
    while number and number < len(text) and not _cells_of(text[-number]):  # marks without their character
        number -= 1
    return text[len(text) - number :]
