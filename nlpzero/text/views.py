"""How a text is read: folded, without what is no text, its broken lines joined; every character keeps its place."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .characters import DIGIT, Codes, char_classes, code_points, delimited, from_code_points
from .folding import check_folds, folded
from .sentences import SENTENCE_ENDS
from .web import web_mask, web_spans

WEB = ("", "drop", "keep")
BLANK, JOINER, LINE_END, RETURN = 0x20, 0x2060, 10, 13
_BREAK = re.compile(r"(?<=\S)[ \t\r]*\n(?=\S)")


@dataclass(frozen=True)
class TextView:
    """How text is read (阅读方式).

    Attributes
    ----------
    fold : some of "width", "case", "variants"
        See `nlpzero.text.folding.fold`.
    web : {"", "drop", "keep"}
        Whether what `nlpzero.text.web.web_spans` finds is left out of counts. Where text is cut, "drop" leaves it out,
        "keep" takes each for a word.
    join_lines : bool
        Whether a line end is none where no sentence ends: see `line_breaks`.

    Examples
    --------
    >>> TextView(fold=("case",), web="drop")("看 Http://A.cn 吧")
    '看             吧'
    """

    fold: tuple[str, ...] = ()
    web: str = ""
    join_lines: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "fold", check_folds(self.fold))

    def __call__(self, text: str) -> str:
        """Read a text: as many characters come out as go in."""
        return self._read(text, self.web == "drop")

    def for_units(self, text: str) -> str:
        """Read a text where words are not known yet: what is kept whole is left out, too."""
        return self._read(text, bool(self.web))

    def written(
        self, source: str, is_start: npt.NDArray[np.bool_], delimiter: str, stop: frozenset[str] = frozenset()
    ) -> str:
        """Write a source text with a delimiter before each word, its own characters kept.

        What is dropped, and words to `stop` at, are left out; joined lines are one; what is kept whole is one word.
        """
        codes = code_points(source)
        shown = np.ones(len(codes), np.bool_)
        if self.web == "drop":
            shown = ~web_mask(source) | (codes == LINE_END)
        elif self.web == "keep":
            for start, end in web_spans(source):
                is_start[start + 1 : end] = False
                is_start[start] = True
                is_start[end : end + 1] = True
        if self.join_lines:
            codes = codes.copy()
            for start, end in line_breaks(source):
                if self._joins_by_blank(codes, start, end):
                    codes[start] = BLANK
                    start += 1
                shown[start:end] = False
        if stop:
            read = self(source)
            starts = np.flatnonzero(is_start)
            for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(source)], strict=True):
                if read[start:end].strip() in stop:
                    shown[start:end] &= codes[start:end] == LINE_END
        if not shown.all():
            codes, is_start = codes[shown], is_start[shown]
        return delimited(codes, is_start, delimiter)

    @staticmethod
    def _joins_by_blank(codes: Codes, start: int, end: int) -> bool:
        """Tell whether a line break stands between letters or digits."""
        kinds = char_classes()
        return bool(kinds[codes[start - 1]] >= DIGIT and end < len(codes) and kinds[codes[end]] >= DIGIT)

    def _read(self, text: str, without_web: bool) -> str:
        codes = code_points(text)
        read = folded(codes, self.fold) if self.fold else codes.copy()
        if without_web:
            read[web_mask(text) & (codes != LINE_END)] = BLANK
        if self.join_lines:
            for start, end in line_breaks(text):
                read[start:end] = BLANK if self._joins_by_blank(codes, start, end) else JOINER
        return from_code_points(read)


def line_breaks(text: str) -> list[tuple[int, int]]:
    """Find the line ends, with the blanks before them, that break a sentence.

    The line does not end as a sentence does (see `nlpzero.text.sentences`), and the next one is neither blank nor
    indented.

    Examples
    --------
    >>> line_breaks("罗砚舟修\\n船。\\n天亮了\\n\\n　走")
    [(4, 5)]
    """
    return [match.span() for match in _BREAK.finditer(text) if text[match.start() - 1] not in SENTENCE_ENDS]


def is_broken(line: str, following: str) -> bool:
    """Tell whether a line goes on in the one that follows: see `line_breaks`.

    Examples
    --------
    >>> is_broken("罗砚舟修\\n", "船。\\n"), is_broken("船。\\n", "天亮了\\n")
    (True, False)
    """
    shown = line.rstrip(" \t\r\n")
    goes_on = following[:1] and not following[0].isspace()
    return bool(goes_on and shown and not shown[-1].isspace() and shown[-1] not in SENTENCE_ENDS)
