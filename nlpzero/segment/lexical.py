"""Cutting text into the words of a lexicon, and just as jieba does."""

import functools
import math
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..core.workspace import Workspace
from ..errors import LexiconError
from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODES, WordIds
from ..reading.parts import Part, source_text
from ..text.characters import Codes, code_points, from_code_points
from ..text.units import distinct, read_units
from ..text.views import TextView
from .cutter import LINE_END, Cutter, Flags, Positions
from .jieba_adapter import hmm_cut
from .lattice import LONG, ScoredWords, Scores, best_path, stretches
from .names import join_names

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"[^\n]+?(?=\r?\n|\Z)")


LEAST_CHANCE = 1e-6
"""No word is held to begin, or not to begin, more surely than by this."""
POWER = 0.45
"""Of learned probabilities beside a dictionary: 1 follows the text more, .2 the dictionary. The greatest that leaves F
on corpuszh above .908, where all of corpuszh and the texts that are cut were learned from; F on UD dev rises with
it."""


class Weighing(Protocol):
    """Whatever weighs words by where they begin and how long they are."""

    def of_words(self, places: Positions, length: int) -> Scores:
        """Score the words of one length that begin at some places."""


class Chances:
    """How probably words begin, as scores of words: ln p at their first character, ln(1 - p) at the others.

    Parameters
    ----------
    probabilities : float64 array (n,)
    power : float
        What these scores are multiplied with.
    """

    def __init__(self, probabilities: Scores, power: float) -> None:
        sure = np.clip(probabilities, LEAST_CHANCE, 1 - LEAST_CHANCE)
        self._begins = power * np.log(sure)
        self._inside = np.append(0, np.cumsum(power * np.log1p(-sure)))

    def of_words(self, places: Positions, length: int) -> Scores:
        """Score the words of one length that begin at some places."""
        result: Scores = self._begins.take(places)
        if length > 1:
            result += self._inside.take(places + length) - self._inside.take(places + 1)
        return result


class LexiconCutter(Cutter):
    """Cut text into the words of a lexicon, by the most probable path through the lattice (最大概率分词).

    The probability of a word is its count over the total of the lexicon. A unit that is no word (a character, a run of
    digits, a run of Latin letters: see `nlpzero.text`) may be cut out as if it had been counted once, as in jieba. No
    word begins or ends inside a run.

    Parameters
    ----------
    lexicon : Lexicon
        The words; they may hold any character.

    Examples
    --------
    >>> lexicon = Lexicon(["长江", "大桥", "长江大桥", "iPhone17"], [5, 3, 4, 2])
    >>> LexiconCutter(lexicon).segment("长江大桥上，iPhone17和iPad2026\\n")
    '长江大桥 上 ， iPhone17 和 iPad 2026\\n'
    """

    kind = "lexicon"
    """What the rule is called in digests."""
    EXCESS = 5.0
    """Nats by which a word that a user adds is better than its parts. Where a third of the dictionary is hidden and
    added again without counts, F on UD dev and corpuszh is .002 and .003 lower than with counts; .008 and .007 with 0.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.added: tuple[Lexicon, ...] = ()
        """What users added, in that order."""
        self.maker: Callable[[], LexiconCutter] | None = None
        """What makes it without them in another process, if that is cheaper than to send it."""
        self._learn(lexicon)

    def _learn(self, lexicon: Lexicon) -> None:
        """Take in words: those of the lexicon, and what users added."""
        counts = distinct(lexicon.counts)
        total = math.log(lexicon.total)
        scores = np.array([math.log(count) - total for count in counts.tolist()])
        self._know(lexicon, scores.take(np.searchsorted(counts, lexicon.counts)))

    def _know(self, lexicon: Lexicon, scores: Scores) -> None:
        """Take in words with ln P of each."""
        self._words_known = lexicon
        self._trie = lexicon.trie
        self._scores = scores
        self._unknown = 0.0 - math.log(lexicon.total)
        self._single = np.full(CODES, self._unknown)
        codes, ids = self._trie.single
        self._single[codes] = scores.take(ids)

    def learned(self) -> dict[str, npt.NDArray[Any]]:
        """Give the arrays that were learned from the words, for `of_learned`."""
        return {"scores": self._scores}

    @classmethod
    def of_learned(cls, lexicon: Lexicon, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Give a cutter again by its words and what `learned` gave."""
        result = object.__new__(cls)
        result.lexicon, result.added, result.maker = lexicon, (), None
        result._know(lexicon, arrays["scores"])
        return result

    @property
    def known(self) -> Lexicon:
        """The words that it knows."""
        return self._words_known

    @property
    def digest(self) -> str:
        return ", added ".join([f"{self.kind} {self.lexicon.digest}", *(words.digest for words in self.added)])

    def __reduce__(self) -> Any:
        if self.maker is not None:
            return _made_again, (self.maker, self.added, self.digest)
        return super().__reduce__()

    def with_words(self, words: Lexicon) -> Self:
        """Give a cutter that also knows words of a user (用户词典).

        A word is added with its count, but at least with one that makes it e^5 times as probable as the words that it
        is cut into without it. The probabilities of all other words stay as they are.

        Parameters
        ----------
        words : Lexicon
            Words with counts; 1 for words without one.

        Examples
        --------
        >>> cutter = LexiconCutter(Lexicon(["青", "桅", "船坊"], [500, 3, 100], 1000))
        >>> cutter("青桅坊"), cutter.with_words(Lexicon(["青桅坊"], [1]))("青桅坊")
        (['青', '桅', '坊'], ['青桅坊'])
        """
        result = self._knowing(self.winning(words))
        result.added = *self.added, words
        return result

    def folded(self, kinds: Iterable[str]) -> Self:
        """Give a cutter for text that is read folded (归一): it knows its words as they are read then, too.

        The dictionary lists T恤 and 乾县; text read with "case" and "variants" has t恤 and 干县.

        Parameters
        ----------
        kinds : some of "width", "case", "variants"
            See `nlpzero.text.folding.fold`.

        Examples
        --------
        >>> cutter = LexiconCutter(Lexicon(["T恤", "衫"], [3, 2]))
        >>> cutter("t恤衫"), cutter.folded(["case"])("t恤衫")
        (['t', '恤', '衫'], ['t恤', '衫'])
        """
        words = self._words_known.changed_by(tuple(kinds))
        if words is None:
            return self
        result = self._knowing(words)
        result.lexicon, result.maker = result.known, None
        return result

    def _knowing(self, words: Lexicon) -> Self:
        """Give a cutter that also knows words with these counts, or greater ones that they have already."""
        known, counts = self._words_known, words.counts
        codes, lengths = words.spelling
        places = known.trie.ids_of(codes, np.cumsum(lengths) - lengths, lengths)
        every = known.counts.copy()
        old, new = np.flatnonzero(places >= 0), np.flatnonzero(places < 0)
        every[places[old]] = np.maximum(every[places[old]], counts[old])
        more = [words.words[i] for i in new.tolist()]
        result = object.__new__(type(self))
        result.__dict__.update(self.__dict__)
        result._learn(Lexicon([*known.words, *more], np.concatenate([every, counts[new]]), known.total))
        return result

    def winning(self, words: Lexicon, excess: float | None = None) -> Lexicon:
        """Give words counts, as they are or greater, that make them win against the words they are cut into here.

        Parameters
        ----------
        words : Lexicon
        excess : float, optional
            Nats by which they win (default: `EXCESS`).
        """
        excess = self.EXCESS if excess is None else excess
        parts = np.minimum(self._log_probabilities(words.words) + excess, 0)
        least = np.floor(np.exp(parts) * self.lexicon.total).astype(np.int64) + 1
        return Lexicon(words.words, np.maximum(words.counts, least))

    def log_single(self, codes: Codes) -> Scores:
        """Give ln P of single characters as words."""
        return self._single.take(codes)

    def _log_probabilities(self, strings: Sequence[str]) -> Scores:
        """Give ln P of each string, cut into words."""
        codes = code_points("".join(f"{string}\n" for string in strings))
        is_start = self.boundaries(codes)
        worth = self._worth(codes, is_start)
        worth[codes == LINE_END] = 0
        lengths = np.fromiter(map(len, strings), np.intp, len(strings)) + 1
        result: Scores = np.add.reduceat(np.where(is_start, worth, 0.0), np.cumsum(lengths) - lengths)
        return result

    def _worth(self, codes: Codes, is_start: Flags) -> Scores:
        """Give ln P of the word that begins at each character where one begins."""
        result = self._single.take(codes)
        is_end = np.append(is_start[1:], True)
        result[~is_end] = self._unknown
        lengths = lengths_of(is_start)
        for length, (positions, scores) in enumerate(self._words(codes), 2):
            chosen = np.flatnonzero(is_start.take(positions) & (lengths.take(positions) == length))
            result[positions[chosen]] = scores[chosen]
        return result

    def boundaries(self, codes: Codes) -> Flags:
        return self._cut(codes, self._words(codes))

    def places_of_words(self, codes: Codes) -> tuple[Positions, WordIds]:
        """Cut text; give where the words begin that the lexicon knows, and their numbers, the shorter ones first.

        Examples
        --------
        >>> LexiconCutter(Lexicon(["长江", "大桥", "上"], [5, 3, 4])).places_of_words(code_points("长江上的大桥"))
        (array([2, 0, 4]), array([2, 0, 1], dtype=int32))
        """
        found = [*self._trie.longer(codes)]
        is_start = self._cut(codes, [(positions, self._scores.take(ids)) for positions, ids in found])
        lengths = lengths_of(is_start)
        single = np.flatnonzero(lengths == 1)
        found.insert(0, (single, self._trie.of_single(codes.take(single))))
        places, numbers = [], []
        for length, (positions, ids) in enumerate(found, 1):
            own = np.flatnonzero((lengths.take(positions) == length) & (ids >= 0))
            places.append(positions.take(own))
            numbers.append(ids.take(own))
        return np.concatenate(places), np.concatenate(numbers)

    def _cut(self, codes: Codes, words: list[ScoredWords]) -> Flags:
        """Cut text, given the words of 2, 3, ... characters in it."""
        is_start, _, joined, dots = self._path(codes, words)
        is_start &= ~joined
        join_names(is_start, codes, dots, self.known)
        return is_start

    def _path(
        self, codes: Codes, words: list[ScoredWords], chances: Weighing | None = None
    ) -> tuple[Flags, list[ScoredWords], Flags, Positions]:
        """Find the best path, the words of 2, 3, ... characters that can be in it, what starts no word, and the dots of
        names, which are words by themselves as yet.
        """
        joined, dots = read_units(codes).whole(len(codes))
        if len(dots):
            joined = joined.copy()
            joined[dots] = joined[dots + 1] = False  # what stands beside the dot of a name may be a word of the lexicon
        # A run is a unit: its first character has the score of the unit, the others add nothing and start no word.
        inner = np.flatnonzero(joined)
        single = self._single.take(codes)
        single[inner - 1] = self._unknown
        single[inner] = 0
        if len(inner):
            is_edge = np.append(~joined, True)
            for length, (positions, scores) in enumerate(words, 2):
                whole = np.flatnonzero(is_edge.take(positions) & is_edge.take(positions + length))
                words[length - 2] = positions.take(whole), scores.take(whole)  # a list of this call's own
        if chances is not None:
            outer = np.flatnonzero(~joined)
            single[outer] += chances.of_words(outer, 1)
            words = [(at, scores + chances.of_words(at, length)) for length, (at, scores) in enumerate(words, 2)]
        is_start = best_path([single, *words], *stretches(_reach(len(codes), words)))
        return is_start, words, joined, dots

    def _words(self, codes: Codes) -> list[ScoredWords]:
        """Find the words of 2, 3, ... characters."""
        return [(positions, self._scores.take(ids)) for positions, ids in self._trie.longer(codes)]


class JiebaCutter(LexiconCutter):
    """Cut text as ``jieba.lcut(line, HMM=False)`` does with the same dictionary (结巴分词), many times faster.

    Blocks of Han characters (U+4E00 to U+9FD5), ASCII letters, digits and ``+#&._%-`` are cut into words; any other
    character is a word of its own. Where longer words start, a character that is no word itself is not cut off. ASCII
    letters and digits that were cut into single characters are joined again.

    Examples
    --------
    >>> jieba_cutter().segment("用C++写的程序，有iPhone版。")
    '用 C++ 写 的 程序 ， 有 iPhone 版 。'

    Notes
    -----
    Scores are added in jieba's order over each block, so that near-ties round as in jieba. Only in blocks of more than
    512 characters may the last bits of a sum differ, and equally good cuts be chosen differently.
    """

    EXCESS = 0.0  # as jieba.suggest_freq
    kind = "jieba"

    overlooks_hidden = False  # to jieba they are words

    def _know(self, lexicon: Lexicon, scores: Scores) -> None:
        super()._know(lexicon, scores)
        self._is_partial = np.zeros(CODES, np.bool_)
        self._is_partial[self._trie.first] = True
        self._is_partial[self._trie.single[0]] = False

    def boundaries(self, codes: Codes) -> Flags:
        single = self._single.take(codes)
        words = self._words(codes)
        for positions, _ in words:
            single[positions[self._is_partial.take(codes.take(positions))]] = -np.inf
        kind = _jieba_kinds().take(codes)
        is_cut = np.ones(len(codes), np.bool_)
        is_cut[1:] = (kind[1:] == 0) | (kind[:-1] == 0)
        starts = np.flatnonzero(is_cut)
        lengths = np.diff(starts, append=len(codes))
        if lengths.max(initial=0) > LONG:
            in_long = np.repeat(lengths > LONG, lengths)
            free, _ = stretches(_reach(len(codes), words))
            is_cut[free] |= in_long[free]
            starts = np.flatnonzero(is_cut)
            lengths = np.diff(starts, append=len(codes))
        is_start = best_path([single, *words], starts, lengths)
        is_alone = (kind == 2) & is_start
        is_alone[:-1] &= is_start[1:]
        is_start[1:] &= ~(is_alone[1:] & is_alone[:-1])
        return is_start


class HmmCutter(Cutter):
    """Cut text as ``jieba.lcut(line)`` does: by jieba itself, with its hidden Markov model (隐马尔可夫模型).

    Examples
    --------
    >>> jieba_cutter().segment("孟小帆来了"), HmmCutter().segment("孟小帆来了")
    ('孟 小 帆 来 了', '孟小帆 来 了')
    """

    piece = 1 << 14
    overlooks_hidden = False

    @property
    def digest(self) -> str:
        return f"hmm of {jieba_cutter().digest}"

    def boundaries(self, codes: Codes) -> Flags:
        text = from_code_points(codes)
        is_start = np.zeros(len(codes), np.bool_)
        is_start[np.flatnonzero(codes == LINE_END)] = True
        for line in _LINE.finditer(text):
            lengths = np.fromiter(map(len, hmm_cut(line[0])), np.intp)
            is_start[line.start() + np.cumsum(lengths) - lengths] = True
            is_start[line.end() : line.end() + 1] = True
        return is_start


def cut_part(cutter: Cutter, delimiter: str, part: Part) -> bytes:
    """Read a part of a corpus, cut it and give UTF-8; the characters are those of the source."""
    source = source_text(part)
    view = None if isinstance(part, str) else part.view
    if view is None and not cutter.stop:
        cut = cutter.segment(source, delimiter)
    else:
        view = view or TextView()
        cut = view.written(source, cutter.marks(code_points(view(source))), delimiter, cutter.stop)
    return cut.encode("utf-8", "surrogateescape")


def cut_to_file(workspace: Workspace, cutter: Cutter, delimiter: str, part: Part) -> "Path":
    """Do as `cut_part`, but leave the bytes in a new file: a task for workers, for whom pipes are slower."""
    path = workspace.path()
    path.write_bytes(cut_part(cutter, delimiter, part))
    return path


CUTTING = Cost(task=80, tasks=0.5, most=3 << 19)
"""Of cutting text, and giving it again. A block is about a piece (see `Cutter.piece`): larger ones are no faster, and
at the end one worker waits less for another."""


@functools.cache
def jieba_cutter() -> JiebaCutter:
    """Give the cutter with jieba's dictionary (结巴词典); loaded once in a process (see `prepared_cutter`).

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> jieba_cutter()("长江大桥")
    ['长江大桥']
    """
    from .prepared import prepared_cutter

    return prepared_cutter(JiebaCutter, jieba_cutter)


def _made_again(maker: Callable[[], LexiconCutter], added: Sequence[Lexicon], digest: str) -> LexiconCutter:
    """Give a cutter with jieba's dictionary in another process, which reads it itself; it must be the same there."""
    cutter = maker()
    for words in added:
        cutter = cutter.with_words(words)
    if cutter.digest != digest:
        raise LexiconError("another version of jieba is installed here; install jieba==0.42.1 everywhere", "jieba")
    return cutter


@functools.cache
def _jieba_kinds() -> npt.NDArray[np.uint8]:
    """Give for every code point 1 if it is in jieba's blocks, 2 if it is also an ASCII letter or digit, else 0."""
    kinds = np.zeros(CODES, np.uint8)
    kinds[0x4E00:0x9FD6] = 1
    kinds[code_points("+#&._%-")] = 1
    kinds[code_points(string.ascii_letters + string.digits)] = 2
    return kinds


def lengths_of(is_start: Flags) -> Positions:
    """Give the length of the word that begins at each character, 0 where none begins."""
    starts = np.flatnonzero(is_start)
    result = np.zeros(len(is_start), np.intp)
    result[starts] = np.diff(starts, append=len(is_start))
    return result


def _reach(n: int, words: list[ScoredWords]) -> Positions:
    """Give the end of the longest word from each of n positions."""
    reach = np.arange(1, n + 1)
    for length, (positions, _) in enumerate(words, 2):
        reach[positions] = positions + length
    return reach
