"""Units (单位): what text is made of: a character, a number, a name with signs; and what belongs to the one before.

The rules of signs, each between the neighbours it needs; ``tests/test_units.py`` has them as patterns:

| sign | joins | examples |
|---|---|---|
| point | digit and digit; letter and letter or digit | 81.2, Node.js |
| comma | digit and exactly three digits | 1,957 |
| percent | digit | 78% |
| slash, colon | digit and digit | 1/3, 10:30 |
| hyphen | digit and digit; letter or digit on both sides, one of them a letter | 2024-03-05, COVID-19 |
| ampersand, apostrophe | letter and letter | AT&T, it's |
| underscore | letter or digit on both sides | file_1 |
| plus | letter, before what is neither letter nor digit; two of them always | Google+, C++11 |
| hash | single letter | C# |
| 万, 亿 | digit (or 万) | 3.5万 |
| middle dot | Han and Han | 冯·诺依曼 |

Numbers and names with signs stand apart from what is around them. Signs of both widths are the same. Beside the sign of
a name (a hyphen, point ... and a letter), letters and digits are one: GPT-4o.
"""

import functools
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from .characters import (
    DIGIT,
    HAN,
    HIDDEN_RANGES,
    LATIN,
    MARK_RANGES,
    OTHER,
    Classes,
    Codes,
    char_classes,
    is_joined,
    published_classes,
)
from .strings import ranges

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
Marks = TypeVar("Marks", np.bool_, np.float64)

LINE_END, ZERO_WIDTH_JOINER = 10, 0x200D
HIDDEN, MARK, TONE, FLAG, DOT = range(4, 9)
POINT, COMMA, PERCENT, SLASH, HYPHEN, PLUS, HASH, LINK, UNDERSCORE, SCALE = range(9, 19)
NAME_DOTS = "·•・‧"
_SIGNS = {
    DOT: NAME_DOTS,
    POINT: ".．",
    COMMA: ",，",
    PERCENT: "%％‰",
    SLASH: "/／:：",
    HYPHEN: "-－‐‑",
    PLUS: "+＋",
    HASH: "#＃",
    LINK: "&＆'’＇",
    UNDERSCORE: "_＿",
    SCALE: "万亿萬億",
}
NAME_DOT = "·"
_PICTURES = 0x2190
"""Emoji are characters from here on, as far as they are joined."""


class UnitReading(NamedTuple):
    """Some text as units.

    Attributes
    ----------
    codes : uint32 array (n,)
        The text without hidden characters.
    kept : int array (n,) or None
        Where each of them is in the text; None where nothing is hidden.
    classes : uint8 array (n,)
        HAN, DIGIT or LATIN for characters of units, and OTHER.
    joined : bool array (n,)
        Whether each belongs to the one before.
    apart : int array
        Where numbers and names with signs start (81.2, 3万, C++), which stand apart from their neighbours.
    dots : int array
        Where the middle dots of names are.
    """

    codes: Codes
    kept: Positions | None
    classes: Classes
    joined: Flags
    apart: Positions
    dots: Positions

    def places(self) -> tuple[Positions, Flags]:
        """Give the places that n-grams are counted by.

        Returns
        -------
        starts : int array (m,)
            Of each place the character where its unit starts, or where a clause has just ended. (What follows a number
            or a name with signs is a new clause, and so is the number or name; 型 is of the clause of the name before.)
        is_unit : bool array (m,)
        """
        is_unit = self.classes != OTHER
        keep = is_unit > self.joined
        keep[1:] |= is_unit[:-1] > is_unit[1:]
        starts = np.flatnonzero(keep)
        is_unit = is_unit.take(starts)
        if len(self.apart):
            at = np.searchsorted(starts, self.apart)
            at = distinct(np.concatenate([at, at + 1 + self._has_type(starts, at)]))
            at = at[(at > 0) & (at < len(starts))]
            at = at[is_unit[at] & is_unit[at - 1]]
            is_old = np.ones(len(starts) + len(at), np.bool_)
            new = at + np.arange(len(at))
            is_old[new] = False
            old = np.flatnonzero(is_old)
            before, starts = starts, np.empty(len(is_old), np.intp)
            starts[old], starts[new] = before, before.take(at)
            is_old[old] = is_unit
            is_unit = is_old
        return starts, is_unit

    def _has_type(self, starts: Positions, at: Positions) -> Flags:
        """Tell of names whether 型 follows (X-900型), but not 型号."""
        after = starts.take(at + 1, mode="clip")
        is_type = (at + 1 < len(starts)) & (self.codes.take(after) == ord("型"))
        is_type &= self.classes.take(self.apart) != DIGIT
        following = self.codes.take(after + 1, mode="clip")
        found: Flags = is_type & (following != ord("号")) & (following != ord("號"))
        return found

    def symbols(self, starts: Positions) -> Codes:
        """Give `symbol_of` the units at some places."""
        kinds = self.classes[starts]
        symbols: Codes = np.where(kinds == HAN, self.codes[starts], np.where(kinds == DIGIT, ord("0"), ord("a")))
        if len(self.dots):
            own = np.searchsorted(starts, self.dots, "right") - 1
            symbols[own] = ord(NAME_DOT)
        return symbols.astype(np.uint32)

    def whole(self, length: int) -> tuple[Flags, Positions]:
        """Give `joined` and `dots` for the whole text of `length` characters; what is hidden is joined."""
        if self.kept is None:
            return self.joined, self.dots
        joined = np.ones(length, np.bool_)
        joined[self.kept] = self.joined
        return joined, self.kept[self.dots]

    def spread(self, is_start: npt.NDArray[Marks], codes: Codes) -> npt.NDArray[Marks]:
        """Mark word starts in the whole text: see `spread`."""
        return spread(is_start, self.kept, codes)


def spread(is_start: npt.NDArray[Marks], kept: Positions | None, codes: Codes) -> npt.NDArray[Marks]:
    """Mark word starts in the whole text: what is hidden belongs to the character before.

    At the start of a line it belongs to the character after. An emoji after a zero-width joiner starts no word.

    Parameters
    ----------
    is_start : bool or float array (n,)
        Whether, or how probably, words start at the characters that show.
    kept : as `visible` gives it
    codes : uint32 array (m,)
        The whole text.
    """
    if kept is None:
        return is_start
    result = np.zeros(len(codes), is_start.dtype)
    result[kept] = is_start
    shown = codes[kept]
    first = np.append(True, shown[:-1] == LINE_END)
    before = np.append(0, kept[:-1] + 1)
    moved = np.flatnonzero(first & (before < kept))
    result[kept[moved]] = 0
    result[before[moved]] = is_start[moved]
    result[kept[_after_joiners(codes, kept, shown)]] = 0
    return result


def visible(codes: Codes) -> tuple[Codes, Positions | None]:
    """Leave out hidden characters (zero-width ones, soft hyphens, byte order marks, variation selectors).

    Returns
    -------
    codes, kept : as in `UnitReading`

    Examples
    --------
    >>> from nlpzero.text.characters import code_points, from_code_points
    >>> from_code_points(visible(code_points("量\\u200b子"))[0])
    '量子'
    """
    kinds = unit_kinds().take(codes)
    if not (kinds == HIDDEN).any():
        return codes, None
    kept = np.flatnonzero(kinds != HIDDEN)
    return codes[kept], kept


def read_units(codes: Codes, *, characters: bool = False) -> UnitReading:
    """Read text as units.

    Parameters
    ----------
    codes : uint32 array (n,)
        Code points of whole lines.
    characters : bool
        Whether a unit is one character of `published_classes`, but for what signs join.

    Notes
    -----
    About 8 ns a character.

    Examples
    --------
    >>> from nlpzero.text.characters import code_points
    >>> text = "花81.2元学C++"
    >>> found = read_units(code_points(text))
    >>> "".join("-" if joined else character for character, joined in zip(text, found.joined))
    '花8---元学C--'
    """
    raw = codes
    kinds = unit_kinds().take(codes, mode="clip")  # every code is in the table: this only saves a copy
    special = np.flatnonzero(kinds > LATIN)
    kept: Positions | None = None
    if len(special) and (kinds.take(special) == HIDDEN).any():
        kept = np.flatnonzero(kinds != HIDDEN)
        codes, kinds = codes[kept], kinds[kept]
        special = np.flatnonzero(kinds > LATIN)
    what = kinds.take(special)
    classes = kinds
    classes[special] = np.where(what == SCALE, HAN, OTHER)
    marks = _attach_marks(classes, special[what == MARK], codes)
    joined = is_joined(classes)
    joined[marks] = True
    if kept is not None:
        joined[_after_joiners(raw, kept, codes)] = True
    text = _Signs(codes, classes, special, what)
    signs = text.join_numbers(joined)
    names = text.join_names(joined)
    dots = text.join_dots(joined)
    text.join_pictures(joined)
    signs = np.concatenate([signs, names])
    apart = distinct(_LongUnits.of_joined(joined).starts(signs)) if len(signs) else signs
    if characters:
        classes, joined = _as_characters(codes, classes, joined, np.concatenate([signs, dots]))
    return UnitReading(codes, kept, classes, joined, apart, dots)


def symbol_of(unit: str) -> str:
    """Give what stands for a unit where only its class counts: 0 for numbers, a for names, · for Han with a dot.

    Examples
    --------
    >>> [symbol_of(unit) for unit in ("茶", "78%", "GPT-4o", "冯·诺")]
    ['茶', '0', 'a', '·']
    """
    kind = int(char_classes()[ord(unit[0])])
    if kind == HAN:
        return NAME_DOT if any(sign in unit for sign in NAME_DOTS) else unit[0]
    if kind != DIGIT or any(char_classes()[ord(sign)] == LATIN for sign in unit):
        return "a"
    return "0"


def has_signs(unit: str) -> bool:
    """Tell whether a unit holds signs: a number or a name that no run of digits or letters is.

    Examples
    --------
    >>> [has_signs(unit) for unit in ("茶", "78", "78%", "3万", "GPT-4o", "冯·诺")]
    [False, False, True, True, True, True]
    """
    return len(unit) > 1 and not (unit.isdigit() or (unit.isalnum() and symbol_of(unit) == "a"))


def distinct(places: Positions) -> Positions:
    """Sort places, each once. (`numpy.unique` does so, too, but loads `numpy.ma` for it: 20 ms of every start.)

    Examples
    --------
    >>> distinct(np.array([7, 3, 7])).tolist()
    [3, 7]
    """
    ordered: Positions = np.sort(places, axis=None)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class _Signs:
    """The signs of a text, and what each joins."""

    def __init__(self, codes: Codes, classes: Classes, special: Positions, what: npt.NDArray[np.uint8]) -> None:
        self.codes, self.classes, self.special, self.what = codes, classes, special, what
        self.padded = np.concatenate([np.zeros(2, np.uint8), classes, np.zeros(4, np.uint8)])

    def near(self, at: Positions, step: int) -> Classes:
        """Give the classes, before any sign was joined, some steps after places."""
        found: Classes = self.padded.take(at + (step + 2))
        return found

    def join_numbers(self, joined: Flags) -> Positions:
        """Join the signs of numbers; give where they are."""
        follows = self.special[self.near(self.special, -1) == DIGIT]
        sign = self.what[self.near(self.special, -1) == DIGIT]
        digits = [self.near(follows, step) == DIGIT for step in (1, 2, 3, 4)]
        inner = ((sign == POINT) | (sign == SLASH) | (sign == HYPHEN)) & digits[0]
        inner |= (sign == COMMA) & digits[0] & digits[1] & digits[2] & ~digits[3]
        last = (sign == PERCENT) | (sign == SCALE)
        joined[follows[inner] + 1] = True
        signs = follows[inner | last]
        scales = follows[sign == SCALE]
        while len(scales):  # 万亿
            scales = scales[scales + 1 < len(self.codes)] + 1
            scales = scales[unit_kinds().take(self.codes.take(scales)) == SCALE]
            signs = np.concatenate([signs, scales])
        joined[signs] = True
        self.classes[signs] = DIGIT
        found: Positions = signs
        return found

    def join_names(self, joined: Flags) -> Positions:
        """Join the signs of names, and the letters and digits beside them; give where the signs are."""
        before, after = self.near(self.special, -1), self.near(self.special, 1)
        sign = self.what
        alnum = (before >= DIGIT) & (after >= DIGIT)
        letter = (before == LATIN) | (after == LATIN)
        inner = alnum & (
            ((sign == HYPHEN) & letter)
            | ((sign == POINT) & (before == LATIN))
            | ((sign == LINK) & (before == LATIN) & (after == LATIN))
            | (sign == UNDERSCORE)
        )
        names = self.special[inner]
        joined[names] = True
        joined[names + 1] = True
        self.classes[names] = LATIN
        last = self._join_ends(joined)
        if len(names):
            self._join_switches(joined, names)
        return np.concatenate([names, last])

    def _join_ends(self, joined: Flags) -> Positions:
        """Join ++, + and # at the end of letters."""
        after_letter = self.near(self.special, -1) == LATIN
        plus = self.special[after_letter & (self.what == PLUS)]
        kinds = unit_kinds()
        is_double = kinds.take(self.codes.take(plus + 1, mode="clip")) == PLUS
        is_double &= plus + 1 < len(self.codes)
        single = plus[~is_double & (self.near(plus, 1) < DIGIT)]
        double = plus[is_double]
        sharp = self.special[after_letter & (self.what == HASH)]
        sharp = sharp[(self.near(sharp, -2) < DIGIT) & (self.near(sharp, 1) < DIGIT)]
        found = np.concatenate([single, double, double + 1, sharp])
        joined[found] = True
        self.classes[found] = LATIN
        return found

    def _join_switches(self, joined: Flags, names: Positions) -> None:
        """Make letters and digits that touch one, in the units that hold signs of names."""
        is_switch = (self.classes[1:] != self.classes[:-1]) & (self.classes[1:] >= DIGIT) & (self.classes[:-1] >= DIGIT)
        switches = np.flatnonzero(is_switch) + 1
        switches = switches[~joined[switches]]
        if len(switches):
            connected = joined.copy()
            connected[switches] = True
            longer = _LongUnits.of_joined(connected)
            named, own = distinct(longer.starts(names)), longer.starts(switches)
            at = np.searchsorted(named, own)
            joined[switches[named.take(np.minimum(at, len(named) - 1)) == own]] = True
        self.classes[_LongUnits.of_joined(joined).starts(names)] = LATIN

    def join_dots(self, joined: Flags) -> Positions:
        """Join middle dots and the characters after them; give where the dots are."""
        dots = self.special[self.what == DOT]
        dots = dots[(self.near(dots, -1) == HAN) & (self.near(dots, 1) == HAN)]
        joined[dots] = True
        joined[dots + 1] = True
        self.classes[dots] = HAN
        found: Positions = dots
        return found

    def join_pictures(self, joined: Flags) -> None:
        """Join the skin tones of emoji, and the letters of flags by pairs."""
        tones = self.special[self.what == TONE]
        tones = tones[tones > 0]
        joined[tones[self.codes.take(tones - 1) >= _PICTURES]] = True
        flags = self.special[self.what == FLAG]
        if len(flags):
            first = np.flatnonzero(np.diff(flags, prepend=-2) != 1)
            rank = np.arange(len(flags)) - np.repeat(first, np.diff(first, append=len(flags)))
            joined[flags[rank % 2 == 1]] = True


def _attach_marks(classes: Classes, marks: Positions, codes: Codes) -> Positions:
    """Give combining marks the class of the character before; give those that have one."""
    if not len(marks):
        return marks
    first = np.flatnonzero(np.diff(marks, prepend=-2) != 1)
    base = np.repeat(marks[first] - 1, np.diff(first, append=len(marks)))
    has_base = (base >= 0) & (codes.take(np.maximum(base, 0)) > 0x20)
    found: Positions = marks[has_base]
    classes[found] = classes[base[has_base]]
    return found


def _after_joiners(codes: Codes, kept: Positions, shown: Codes) -> Positions:
    """Find the emoji after zero-width joiners that follow an emoji."""
    joiners = np.flatnonzero(codes == ZERO_WIDTH_JOINER)
    after = distinct(np.searchsorted(kept, joiners))
    after = after[(after > 0) & (after < len(shown))]
    is_picture = [
        (some >= _PICTURES) & (char_classes().take(some) == OTHER) for some in (shown[after], shown[after - 1])
    ]
    found: Positions = after[is_picture[0] & is_picture[1]]
    return found


class _LongUnits(NamedTuple):
    """Where the units of several characters begin and end, ascending: few of those of most texts."""

    begins: Positions
    ends: Positions

    @classmethod
    def of_joined(cls, joined: Flags) -> "_LongUnits":
        """Find them, given which characters belong to the one before."""
        inner = np.flatnonzero(joined)
        last = np.flatnonzero(np.diff(inner, append=-2) != 1)
        return cls(inner.take(np.append(0, last[:-1] + 1)[: len(last)]) - 1, inner.take(last) + 1)

    def starts(self, at: Positions) -> Positions:
        """Give the start of the unit that holds each of some characters."""
        if not len(self.begins):
            return at
        unit = np.maximum(np.searchsorted(self.begins, at, "right") - 1, 0)
        begins = self.begins.take(unit)
        starts: Positions = np.where((begins <= at) & (at < self.ends.take(unit)), begins, at)
        return starts

    def stops(self, starts: Positions) -> Positions:
        """Give the end of the unit that begins at each of some characters."""
        if not len(self.begins):
            return starts + 1
        unit = np.searchsorted(self.begins, starts)
        stops: Positions = np.where(
            self.begins.take(unit, mode="clip") == starts, self.ends.take(unit, mode="clip"), starts + 1
        )
        return stops


def _as_characters(codes: Codes, classes: Classes, joined: Flags, signs: Positions) -> tuple[Classes, Flags]:
    """Give classes where every character of the published classes is a unit, and so is what signs join.

    What has a combining mark is none, nor is a letter or digit that was not published (café, １2): cut text holds them
    whole.
    """
    single, apart = published_classes().take(codes, mode="clip"), np.zeros(len(codes), np.bool_)
    longer = _LongUnits.of_joined(joined)
    inner = np.flatnonzero(joined)
    marks = inner.compress(unit_kinds().take(codes.take(inner)) == MARK)
    others = [np.flatnonzero((single == OTHER) & (classes >= DIGIT)), marks.compress(single.take(marks) == OTHER)]
    for places, is_unit in ((np.concatenate(others), False), (signs, True)):
        if len(places):
            starts = distinct(longer.starts(places))
            inner = ranges(starts, longer.stops(starts) - starts)
            single[inner] = classes[inner] if is_unit else OTHER
            apart[inner] = is_unit
    return single, joined & apart


@functools.cache
def unit_kinds() -> Classes:
    """Give the class of every code point, and the signs, marks and hidden characters among those of no class.

    Returns
    -------
    uint8 array of 0x110000 entries; read-only and made once.
    """
    table = char_classes().copy()
    for kind, bounds in {HIDDEN: HIDDEN_RANGES, MARK: MARK_RANGES}.items():
        for low, high in bounds:
            table[low : high + 1] = kind
    table[0x1F3FB:0x1F400] = TONE
    table[0x1F1E6:0x1F200] = FLAG
    for kind, signs in _SIGNS.items():
        table[[*map(ord, signs)]] = kind
    table.flags.writeable = False
    return table
