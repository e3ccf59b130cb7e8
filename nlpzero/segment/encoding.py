"""Words as numbers: the one encoder from text and what cuts it to word ids, straight from marks.

No word becomes a string for every time it stands in the text, and none is joined with a delimiter and split again:
words are told apart as packed characters, and only the distinct ones are spelled.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count_ranked
from ..core.workspace import Ids
from ..reading.parts import Part, text_of
from ..text.characters import Codes, code_points, from_code_points
from ..text.units import visible
from ..text.words import are_words
from .cutter import LINE_END, Cutter, Flags, Positions, word_spans

LONG = 32
"""Longer words, which are hardly any, are numbered by a dictionary of strings."""
MOST_PACKED = 8
"""Characters of a word in one key, at most: each takes a step."""
SMALL = 1 << 13
"""Texts of fewer characters are too small for tables of all code points."""


class Tokens(NamedTuple):
    """The words of some lines, in order.

    Attributes
    ----------
    ids : uint32 array (t,)
        The number of each; 0 for white space and line ends.
    lengths : int64 array (lines,)
        How many each line has, its end and its white space among them.
    words : list of str
        The distinct words in the order in which they first occur; entry 0 is "".
    """

    ids: Ids
    lengths: npt.NDArray[np.int64]
    words: list[str]

    def lines(self) -> Ids:
        """Give the line of each word, from 0."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.uint32), self.lengths)

    def lists(self) -> list[list[str]]:
        """Give the words of each line."""
        spelled = iter([self.words[i] for i in self.ids.tolist()])
        return [list(itertools.islice(spelled, length)) for length in self.lengths.tolist()]

    def without_blanks(self) -> "Tokens":
        """Leave out white space and line ends."""
        kept = np.ones(len(self.words), np.bool_)
        kept[:1] = False
        return self.only(kept)

    def without(self, stop: frozenset[str]) -> "Tokens":
        """Take words for white space, and number the others anew."""
        kept = np.array([word not in stop for word in self.words], np.bool_)
        kept[:1] = True
        number = np.where(kept, np.cumsum(kept) - 1, 0).astype(np.uint32)
        return Tokens(number.take(self.ids), self.lengths, list(itertools.compress(self.words, kept.tolist())))

    def only(self, kept: Flags) -> "Tokens":
        """Leave out words, given as a flag for each distinct one, and number the others anew, from 0.

        Examples
        --------
        >>> from nlpzero.segment.cutter import BlankCutter
        >>> found = encode("江 上 ， 江\\n", BlankCutter())
        >>> found.words, found.ids.tolist()
        (['', '江', '上', '，'], [1, 2, 3, 1, 0])
        >>> found.only(np.array([False, True, True, False]))
        Tokens(ids=array([0, 1, 0], dtype=uint32), lengths=array([3]), words=['江', '上'])
        """
        is_kept = kept.take(self.ids)
        number = (np.cumsum(kept) - 1).astype(np.uint32)
        before = np.append(0, np.cumsum(is_kept))
        lengths = np.diff(before.take(np.cumsum(self.lengths)), prepend=0)
        words = list(itertools.compress(self.words, kept.tolist()))
        return Tokens(number.take(self.ids[is_kept]), lengths, words)


def encode(text: str, cutter: Cutter) -> Tokens:
    r"""Cut whole lines into words and number these (分词编码).

    Parameters
    ----------
    text : str
        Whole lines.
    cutter : Cutter

    Notes
    -----
    Besides cutting about 60 ns a word; a word of more than 32 characters takes ten times as long.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> ids, lengths, words = encode("江 上\n\n有 大江\n", BlankCutter())
    >>> [words[i] for i in ids.tolist()], lengths.tolist()
    (['江', '上', '', '', '有', '大江', ''], [3, 1, 3])
    """
    codes, _ = visible(code_points(text))
    tokens = tokens_of_marks(codes, cutter.marks(codes))
    return tokens.without(cutter.stop) if cutter.stop else tokens


def encode_part(cutter: Cutter, part: str | Part) -> Tokens:
    """Read a part of a corpus, cut it and number its words: a task for workers."""
    return encode(text_of(part), cutter)


def line_words(text: str, cutter: Cutter) -> Tokens:
    r"""Give the words of lines, as those of one text each, without punctuation and white space.

    Parameters
    ----------
    text : str
        One line or more; a line feed at the end makes no further line.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> line_words("江 上 ， 有 船 。\n\n3 条", BlankCutter()).lists()
    [['江', '上', '有', '船'], [], ['3', '条']]
    """
    tokens = encode(text if text.endswith("\n") else text + "\n", cutter)
    return tokens.only(are_words(tokens.words))


def join_tokens(parts: Iterable[Tokens]) -> Tokens:
    """Put the lines of several texts one after the other, and number their words together."""
    table: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    ids, lengths = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    for part in parts:
        number = np.fromiter(map(table.__getitem__, part.words), np.uint32, len(part.words))
        ids.append(number.take(part.ids))
        lengths.append(part.lengths)
    return Tokens(np.concatenate(ids), np.concatenate(lengths), list(table))


def tokens_of_marks(codes: Codes, is_start: Flags) -> Tokens:
    """Number the words of whole lines that are cut at some marks.

    Parameters
    ----------
    codes : uint32 array (n,)
    is_start : bool array (n,)
        Where words start, as `Cutter.boundaries` gives it.
    """
    starts, ends = word_spans(codes, is_start)
    sizes = ends - starts
    line_ends = np.searchsorted(starts, np.flatnonzero(codes == LINE_END)) + 1
    if len(starts) > (line_ends[-1] if len(line_ends) else 0):
        line_ends = np.append(line_ends, len(starts))
    ids = np.zeros(len(starts), np.uint32)
    firsts = [np.array([-1], np.intp)]
    known = 1
    for which, local in _groups(codes, starts, sizes):
        if not len(which):
            continue
        ids[which] = local + np.uint32(known)
        size = int(local.max()) + 1
        first = np.empty(size, np.intp)
        first[local[::-1]] = which[::-1]  # of several, the last one written stays
        firsts.append(first)
        known += size
    first = np.concatenate(firsts)
    order = np.argsort(first)
    number = np.empty(len(order), np.uint32)
    number[order] = np.arange(len(order), dtype=np.uint32)
    chosen = first[order[1:]]
    text = from_code_points(codes)
    words = [text[a:b] for a, b in zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True)]
    return Tokens(number.take(ids), np.diff(line_ends, prepend=0), ["", *words])


def _groups(codes: Codes, starts: Positions, sizes: Positions) -> "list[tuple[Positions, Ids]]":
    """Number the words of some groups of lengths: which they are, and their numbers in the group, without gaps."""
    numbers, kinds = _numbered(codes)
    bits = max(1, kinds.bit_length())
    room = 64 - len(starts).bit_length()  # with which words are sorted in one key
    packed = max(1, min(MOST_PACKED, room // bits))
    groups: list[tuple[Positions, Ids]] = []
    single = np.flatnonzero(sizes == 1)
    if len(single):
        groups.append((single, _dense(numbers.take(starts.take(single)))))
    short = np.flatnonzero((sizes > 1) & (sizes <= packed))
    if len(short):
        keys = _pack(numbers, starts.take(short), sizes.take(short), 0, packed, bits)
        groups.append((short, count_ranked(keys)[1]))
    middle = np.flatnonzero((sizes > packed) & (sizes <= LONG))
    if len(middle):
        begin, size, done = starts.take(middle), sizes.take(middle), packed
        ranks = count_ranked(_pack(numbers, begin, size, 0, packed, bits))[1]
        step = max(1, min(MOST_PACKED, (64 - 2 * len(middle).bit_length()) // bits))
        while len(middle):  # words that begin alike have equal ranks
            keys = ranks.astype(np.uint64) << np.uint64(step * bits)
            ranks = count_ranked(keys | _pack(numbers, begin, size, done, step, bits))[1]
            done += step
            whole = size <= done
            groups.append((middle[whole], _dense(ranks[whole])))
            middle, begin, size, ranks = middle[~whole], begin[~whole], size[~whole], ranks[~whole]
    long = np.flatnonzero(sizes > LONG)
    if len(long):
        table: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        spans = zip(starts.take(long).tolist(), (starts + sizes).take(long).tolist(), strict=True)
        spelled = (from_code_points(codes[start:end]) for start, end in spans)
        groups.append((long, np.fromiter(map(table.__getitem__, spelled), np.uint32, len(long))))
    return groups


def _dense(numbers: Ids) -> Ids:
    """Number anew, in the same order, so that none is left out."""
    used = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
    used[numbers] = True
    result: Ids = (np.cumsum(used, dtype=np.uint32) - np.uint32(1)).take(numbers)
    return result


def _numbered(codes: Codes) -> tuple[Ids, int]:
    """Number the distinct characters from 1: the number of each, and how many they are."""
    if len(codes) < SMALL:
        kinds, which = np.unique(codes, return_inverse=True)
        return (which + 1).astype(np.uint32), len(kinds)
    table = np.zeros(int(codes.max()) + 1, np.bool_)
    table[codes] = True
    number = np.cumsum(table, dtype=np.uint32)
    return number.take(codes), int(number[-1])


def _pack(
    numbers: Ids, starts: Positions, sizes: Positions, begin: int, length: int, bits: int
) -> npt.NDArray[np.uint64]:
    """Pack characters of words, from the one at `begin` on, into keys; 0 stands where a word has no more."""
    keys = np.zeros(len(starts), np.uint64)
    for place in range(begin, begin + length):
        keys <<= np.uint64(bits)
        if place == 0:
            keys |= numbers.take(starts)
            continue
        inside = np.flatnonzero(sizes > place)
        keys[inside] |= numbers.take(starts.take(inside) + place)
    return keys
