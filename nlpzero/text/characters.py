"""What a character is: the classes every capability reads text by, and text as arrays of code points.

A *unit* is what discovery counts: one Han character, one run of digits or one run of Latin letters. Every other
character (punctuation, blanks, kana, symbols) ends a *run* of units, and no n-gram crosses it.
"""

import functools

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Classes = npt.NDArray[np.uint8]

OTHER, HAN, DIGIT, LATIN = range(4)

# Unicode 16: ideographs proper, the iteration mark and the zero that are written as characters, compatibility forms.
HAN_RANGES = (
    (0x3005, 0x3005),  # 々
    (0x3007, 0x3007),  # 〇
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0x20000, 0x2A6DF),  # extension B
    (0x2A700, 0x2EE5D),  # extensions C, D, E, F, I
    (0x2F800, 0x2FA1F),  # compatibility supplement
    (0x30000, 0x323AF),  # extensions G, H
)
DIGIT_RANGES = ((0x30, 0x39), (0xFF10, 0xFF19))
LATIN_RANGES = (
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xC0, 0xD6),  # Latin-1 without the multiplication and division signs
    (0xD8, 0xF6),
    (0xF8, 0x24F),
    (0x1E00, 0x1EFF),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
)
HIDDEN_RANGES = (
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero-width blank and joiners, direction marks
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags, more variation selectors
)
"""Unicode 16's default-ignorable code points: they show nothing."""
MARK_RANGES = (
    (0x300, 0x34E),
    (0x350, 0x36F),
    (0x483, 0x489),
    (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20F0),  # for symbols, also keycaps
    (0x302A, 0x302F),
    (0x3099, 0x309A),  # voiced kana
    (0xFE20, 0xFE2F),
)
"""Combining marks of the scripts that stand beside Han, Latin and kana."""
_RANGES = {HAN: HAN_RANGES, DIGIT: DIGIT_RANGES, LATIN: LATIN_RANGES}


BLANKS = np.array([0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, 0xFEFF], np.uint32)
"""Characters that show nothing: not counted among those left out."""


@functools.cache
def char_classes() -> Classes:
    """Give the class of every code point, as a table of 0x110000 bytes.

    Returns
    -------
    uint8 array of OTHER, HAN, DIGIT or LATIN, indexed by code point; read-only and made once.

    Examples
    --------
    >>> char_classes()[[ord(c) for c in "漢7x。"]].tolist()
    [1, 2, 3, 0]
    """
    table = np.zeros(0x110000, np.uint8)
    for kind, ranges in _RANGES.items():
        for low, high in ranges:
            table[low : high + 1] = kind
    table.flags.writeable = False
    return table


@functools.cache
def published_classes() -> Classes:
    """Give the classes that nlp-zero and word-discovery read text by: ``[\\u4e00-\\u9fa50-9a-zA-Z]`` and all else."""
    table = np.zeros(0x110000, np.uint8)
    table[0x4E00:0x9FA6] = HAN
    table[0x30:0x3A] = DIGIT
    table[[*range(0x41, 0x5B), *range(0x61, 0x7B)]] = LATIN
    table.flags.writeable = False
    return table


def code_points(text: str) -> Codes:
    """Turn text into an array of code points; about 10 ns a character.

    Examples
    --------
    >>> code_points("好a").tolist()
    [22909, 97]
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def from_code_points(codes: Codes) -> str:
    """Turn an array of code points into text: the inverse of `code_points`.

    Examples
    --------
    >>> from_code_points(code_points("好a"))
    '好a'
    """
    return str(np.ascontiguousarray(codes, "<u4").data, "utf-32-le", "surrogatepass")


POINTS, COMMAS, PERCENTS = (np.array([*map(ord, marks)], np.uint32) for marks in (".．", ",，", "%％‰"))


def inside_numbers(codes: Codes) -> npt.NDArray[np.bool_]:
    """Tell of each character whether it continues a written number: 3.5, 12,000 or 60%.

    A point between digits belongs to a number, and so does a comma between a digit and just three more, and a percent
    sign after a digit.

    Examples
    --------
    >>> [*map(int, inside_numbers(code_points("3.5%，1,200,50。")))]
    [0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0]
    """
    classes = char_classes()[codes]
    marks = np.flatnonzero(np.isin(codes, np.concatenate([POINTS, COMMAS, PERCENTS])))
    padded = np.concatenate([[False], classes == DIGIT, [False] * 4])  # padded[i + 1]: a digit at i
    before, ahead = padded[marks], [padded[marks + 1 + step] for step in (1, 2, 3, 4)]
    mark = codes[marks]
    inner = (np.isin(mark, POINTS) & ahead[0]) | (np.isin(mark, COMMAS) & ahead[0] & ahead[1] & ahead[2] & ~ahead[3])
    classes[marks[before & (inner | np.isin(mark, PERCENTS))]] = DIGIT
    result: npt.NDArray[np.bool_] = is_joined(classes) & (classes == DIGIT)
    return result


def is_joined(classes: Classes) -> npt.NDArray[np.bool_]:
    """Tell of each character whether it continues the run of digits or Latin letters before it.

    Examples
    --------
    >>> is_joined(char_classes()[code_points("第12页ab1")]).tolist()
    [False, False, True, False, False, True, False]
    """
    joined = np.zeros(len(classes), np.bool_)
    np.logical_and(classes[1:] == classes[:-1], classes[1:] >= DIGIT, out=joined[1:])
    return joined


def delimited(codes: Codes, is_start: npt.NDArray[np.bool_], delimiter: str) -> str:
    r"""Write text with a delimiter before each word, and none at the edges of lines.

    Parameters
    ----------
    codes : uint32 array (n,)
        Whole lines.
    is_start : bool array (n,)
        Where words start. What is marked at a line end (``\n`` or ``\r\n``) and after it is ignored.

    Examples
    --------
    >>> delimited(code_points("山药汤\n"), np.array([True, False, True, True]), "/")
    '山药/汤\n'
    """
    if len(codes) == 0:
        return ""
    is_start = is_start.copy()
    newlines = np.flatnonzero(codes == 10)
    before = newlines[newlines > 0] - 1
    is_start[newlines] = False
    is_start[before[codes[before] == 13]] = False
    is_start[newlines[newlines + 1 < len(codes)] + 1] = False
    is_start[0] = False
    mark = code_points(delimiter)
    # each character with a delimiter before it, of which those that are not wanted are left out
    every = np.empty((len(codes), len(mark) + 1), np.uint32)
    every[:, :-1], every[:, -1] = mark, codes
    wanted = np.empty(every.shape, np.bool_)
    wanted[:, :-1], wanted[:, -1] = is_start[:, None], True
    return from_code_points(every.ravel().take(np.flatnonzero(wanted)))
