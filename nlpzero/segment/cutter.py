"""What every cutter is: code points in, marks out that tell where words start."""

import os
from abc import ABC, abstractmethod
from functools import cache
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..text.characters import Codes, code_points, delimited
from ..text.units import spread, visible

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

LINE_END = 10


class Cutter(ABC):
    """Whatever cuts text into words (分词器).

    A cutter can be pickled, and is told from others by what it was made from (`digest`), never by the name of a file.
    One that is made of a file has read it: a file that is written anew makes a new cutter.

    Examples
    --------
    >>> cut = BlankCutter()
    >>> cut("江上 有船\\n"), cut.spans("江上 有船\\n")
    (['江上', '有船'], [(0, 2), (3, 5)])
    """

    piece = 1 << 19
    """Characters that are best cut at a time. With 2^17 one thread is as fast, but two are hardly faster than one: the
    arrays are so short that the threads mostly wait for the lock of the interpreter."""

    stop: frozenset[str] = frozenset()
    """Words that are left out."""
    overlooks_hidden = True
    """Whether hidden characters are no part of the text that is cut."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """Name what the cutter was made from: equal digests cut alike."""

    @abstractmethod
    def boundaries(self, codes: Codes) -> Flags:
        r"""Tell of each character whether a word starts with it.

        White space at the end of a word is no part of it, and a word of white space only is none; a line end (``\n``)
        always starts a word, and so does what follows it.

        Parameters
        ----------
        codes : uint32 array (n,)
            Code points of whole lines.

        Returns
        -------
        bool array (n,)
        """

    def marks(self, codes: Codes) -> Flags:
        """Give the boundaries of lines of any number, found piece by piece, as if there were no hidden characters.

        These belong to the character before (see `nlpzero.text.units`), unless the cutter does not overlook them.
        """
        shown, kept = visible(codes) if self.overlooks_hidden else (codes, None)
        result = np.empty(len(shown), np.bool_)
        start = 0
        size = -(-len(shown) // max(1, round(len(shown) / self.piece)))  # a last piece of a few lines would be slow
        while start < len(shown):
            end = _end_of_piece(shown, start + size)
            result[start:end] = self.boundaries(shown[start:end])
            start = end
        return spread(result, kept, codes)

    def __call__(self, text: str) -> list[str]:
        """Give the words of a text, punctuation marks among them, white space left out."""
        return [text[start:end] for start, end in self.spans(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Give where each word of a text starts, and where it ends (exclusive)."""
        codes = code_points(text)
        is_start = self.marks(codes)
        shown, kept = visible(codes) if self.overlooks_hidden else (codes, None)
        if kept is not None and len(kept):  # what is hidden belongs to the word of the character before
            is_start = np.logical_or.reduceat(is_start, np.append(0, kept[:-1] + 1))
        starts, ends = word_spans(shown, is_start[: len(shown)])
        whole = ends > starts
        starts, ends = starts[whole], ends[whole]
        if kept is not None:
            starts, ends = kept[starts], np.append(kept, len(codes))[ends]
        found = zip(starts.tolist(), ends.tolist(), strict=True)
        return [(start, end) for start, end in found if not self.stop or text[start:end] not in self.stop]

    def segment(self, text: str, delimiter: str = " ") -> str:
        r"""Put the delimiter between the words of each line; nothing else is changed.

        Parameters
        ----------
        text : str
            Whole lines; ``\n`` or ``\r\n`` at the end of a line is no word.
        delimiter : str
            Deleting it from the result gives the text back, unless the text itself holds it.
        """
        codes = code_points(text)
        return delimited(codes, self.marks(codes), delimiter)

    def save(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        """Write the cutter to a file, for `nlpzero.load_cutter`; see `nlpzero.segment.saving`."""
        from .saving import save_cutter

        save_cutter(self, file)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cutter) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def _end_of_piece(codes: Codes, wanted: int) -> int:
    """Give the place after the first line end at or behind a place, or the end."""
    step = 1 << 10
    start = wanted - 1
    while start < len(codes):
        found = np.flatnonzero(codes[start : start + step] == LINE_END)
        if len(found):
            return start + int(found[0]) + 1
        start, step = start + step, 2 * step
    return len(codes)


class BlankCutter(Cutter):
    """Take text that is cut already (空格分词): words are what stands between white space, as for `str.split`.

    Examples
    --------
    >>> BlankCutter().boundaries(code_points("江上  有船")).tolist()
    [True, False, False, False, True, False]
    """

    piece = 1 << 20

    @property
    def digest(self) -> str:
        return "blanks"

    def boundaries(self, codes: Codes) -> Flags:
        blank = is_blank().take(codes)
        result = ~blank
        result[1:] &= blank[:-1]
        result[:1] = True
        ends = np.flatnonzero(codes == LINE_END)
        result[ends] = True
        result[ends[ends + 1 < len(codes)] + 1] = True
        return result


BLANKS = BlankCutter()


@cache
def is_blank() -> Flags:
    """Mark the white space among all code points: what `str.split` splits at.

    Returns
    -------
    bool array of 0x110000 entries; read-only and made once.
    """
    table = np.zeros(0x110000, np.bool_)
    table[[code for code in range(0x3001) if chr(code).isspace()]] = True
    table.flags.writeable = False
    return table


def word_spans(codes: Codes, is_start: Flags) -> tuple[Positions, Positions]:
    """Give where each word starts and ends, white space at its end left out; one that ends where it starts is blank.

    Parameters
    ----------
    codes : uint32 array (n,)
    is_start : bool array (n,)
        Where words start, as `Cutter.boundaries` gives it.

    Examples
    --------
    >>> starts, ends = word_spans(code_points("a b  c"), np.array([True, False, False, False, False, True]))
    >>> starts.tolist(), ends.tolist()
    ([0, 5], [3, 6])
    """
    starts = np.flatnonzero(is_start)
    if not len(starts):
        return starts, starts
    ends = np.append(starts[1:], len(codes))
    blank = is_blank().take(codes)
    is_loose = blank.take(ends - 1)  # nearly always there is but one blank, and often it stands alone
    ends -= is_loose
    loose = np.flatnonzero(is_loose & (ends > starts))
    loose = loose[blank.take(ends.take(loose) - 1)]
    if len(loose):
        inked = np.append(-1, np.flatnonzero(~blank))
        last = inked.take(np.searchsorted(inked, ends.take(loose)) - 1)
        ends[loose] = np.maximum(last + 1, starts.take(loose))
    return starts, ends
