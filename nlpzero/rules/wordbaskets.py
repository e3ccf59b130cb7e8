"""Baskets of words (词篮): the words of a passage that are items, each once in a basket."""

import itertools
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import count, merge
from ..core.workspace import Ids, Keys, StoredRun, Workspace, WorkspaceArray
from ..segment.encoding import Tokens
from ..text.stopwords import FUNCTION_WORDS
from ..text.strings import ranges
from ..text.words import are_words, is_numeral
from .baskets import BASKETS, Baskets, Entries
from .frequent import Ints
from .passages import Passages
from .repeats import Repeats
from .vertical import Flags

TEXT_BASKETS = replace(BASKETS, disk=2.5)
"""Of baskets of words: what stood in the text before is kept by its words, 8 bytes each, and so are the words."""

CHUNK = 1 << 20
"""Words in the baskets that windows make at a time, about."""

SIDE_BY_SIDE = 2 / 3
"""Words are one item if the rarer stands beside the other in this share of its places. By eye, on news and novels: at a
half phrases of a verb are joined, at four fifths terms of two words are not."""
LEAST_TOGETHER = 5
"""And if they stand so at least this often."""


@dataclass(frozen=True, kw_only=True)
class WordChoice:
    """Which words of a text are items (选词).

    Attributes
    ----------
    min_length : int
        Least number of characters of a word.
    stop : container of str
        Not these, nor these in capitals.
    numbers : bool
        Numbers too, and the one character after a number, such as a measure word.
    phrases : bool
        Words that mostly stand side by side, such as the two of a name, are one item.
    max_df : float, optional
        Not words that are in a larger share of the baskets.
    """

    min_length: int = 1
    stop: Container[str] = ()
    numbers: bool = True
    phrases: bool = False
    max_df: float | None = None

    def fits(self, item: str) -> bool:
        """Tell whether words may be an item wherever they stand."""
        return len(item) >= self.min_length and item not in self.stop and item.lower() not in self.stop


CONTENT_WORDS = WordChoice(min_length=2, stop=FUNCTION_WORDS, numbers=False, phrases=True)
"""Words that say what a text is about."""


class _Words(NamedTuple):
    """The words of some passages that may be items.

    Attributes
    ----------
    source : str
    lines : int64 array (passages,)
        The line that each passage begins in.
    ids : uint32 array (t,)
    follows : bool array (t,)
        Whether each stands directly after the one before it here.
    holds : uint32 array (t,)
        The passage that each is in.
    """

    source: str
    lines: WorkspaceArray
    ids: WorkspaceArray
    follows: WorkspaceArray
    holds: WorkspaceArray


def from_text(
    cut: Iterable[tuple[Passages, Tokens]],
    choice: WordChoice = WordChoice(),
    *,
    window: int | None = None,
    repeats: Repeats | None = None,
    max_basket: int | None = None,
    workspace: Workspace | None = None,
) -> Baskets:
    r"""Make a basket of the words of each passage; punctuation is no word.

    Parameters
    ----------
    cut : iterable of (Passages, Tokens)
        Passages, and the words of their lines: see `cut_passages`.
    choice : WordChoice
    window : int, optional
        Make a basket of every `window` words in a row instead; a shorter passage makes one.
    repeats : Repeats, optional
        Leave out what it finds to have been there before.
    max_basket : int, optional
        Leave out baskets of more distinct words.

    Examples
    --------
    >>> from nlpzero.rules.passages import cut_passages
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> text = Passages("", [1, 2], ["喝 茶 。", "喝 酒 。"])
    >>> baskets = from_text(cut_passages([text], BlankCutter()))
    >>> dict(zip(baskets.items, baskets.counts.tolist(), strict=True))
    {'喝': 2, '茶': 1, '酒': 1}
    """
    workspace = workspace or Workspace(1 << 62)
    baskets = Baskets(workspace, max_basket=max_basket, is_item=choice.fits)
    table = _WordTable(choice, workspace)
    gathered: Iterator[_Words] = (table.gather(some, tokens, repeats) for some, tokens in cut if some.texts)
    if choice.phrases:
        gathered = iter([*gathered])  # phrases are known when all words are counted
    first = 0
    for words in gathered:
        ids, holds = table.joined(words, baskets)
        lines = words.lines.array
        for entries, origins in _windows(ids, holds, window):
            baskets.add_entries(entries, words.source, lines[origins], origins + first)
        baskets.blank += len(lines) - len(np.unique(holds))
        first += len(lines)
        workspace.discard(words.lines, words.ids, words.follows, words.holds)
    if choice.max_df is not None:
        baskets.leave_out(baskets.counts > choice.max_df * baskets.n_baskets)
    return baskets


class _WordTable:
    """The words of a text that may be items, and which of them stand side by side."""

    def __init__(self, choice: WordChoice, workspace: Workspace) -> None:
        self._choice, self._workspace = choice, workspace
        self._numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self._counts = np.zeros(0, np.int64)
        self._runs: list[StoredRun] = []
        self._links: Keys | None = None
        self._words: list[str] = []
        self._item_of = np.empty(0, np.int64)

    def gather(self, some: Passages, tokens: Tokens, repeats: Repeats | None) -> _Words:
        """Take the words of some passages."""
        # A paragraph is several lines.
        n_lines = np.fromiter((passage.count("\n") + 1 for passage in some.texts), np.int64, len(some.texts))
        holds = np.repeat(np.repeat(np.arange(len(n_lines)), n_lines), tokens.lengths)
        left = np.flatnonzero(_left(tokens, holds, self._choice, repeats))
        used = np.zeros(len(tokens.words), np.bool_)
        used[tokens.ids[left]] = True
        distinct = itertools.compress(tokens.words, used.tolist())
        numbers = np.fromiter(map(self._numbers.__getitem__, distinct), np.uint32, int(used.sum()))
        ids = numbers.take((np.cumsum(used) - 1).take(tokens.ids[left]))
        holds = holds[left]
        follows = np.zeros(len(ids), np.bool_)
        if self._choice.phrases and len(ids):
            follows[1:] = (np.diff(left) == 1) & (holds[1:] == holds[:-1])
            self._counts = np.append(self._counts, np.zeros(len(self._numbers) - len(self._counts), np.int64))
            self._counts += np.bincount(ids, minlength=len(self._counts))
            self._runs.append(self._workspace.store_run(count(_pair_keys(ids)[follows[1:]])))
        store = self._workspace.store
        lines = store(np.array(some.lines, np.int64))
        return _Words(some.source, lines, store(ids), store(follows), store(holds.astype(np.uint32)))

    def joined(self, words: _Words, baskets: Baskets) -> tuple[Ints, Ints]:
        """Give the items of some passages, and which passage each is of."""
        if self._links is None:
            self._links = self._linked()
        if len(self._words) < len(self._numbers):
            new = [*itertools.islice(self._numbers, len(self._words), None)]
            self._item_of = np.append(self._item_of, baskets.ids(new, len(new)))
            self._words += new
        ids, follows = words.ids.array, words.follows.array.copy()
        holds = words.holds.array.astype(np.int64)
        if follows.any():
            keys = _pair_keys(ids)
            follows[1:] &= self._links.take(np.searchsorted(self._links, keys), mode="clip") == keys
        if not follows.any():
            return self._item_of[ids], holds
        starts = np.flatnonzero(~follows)
        sizes = np.diff(starts, append=len(ids))
        items = self._item_of[ids[starts]]
        long = np.flatnonzero(sizes > 1)
        phrases = [
            _phrase([self._words[i] for i in ids[begin : begin + size].tolist()])
            for begin, size in zip(starts[long].tolist(), sizes[long].tolist(), strict=True)
        ]
        items[long] = baskets.ids(phrases, len(phrases))
        return items, holds[starts]

    def _linked(self) -> Keys:
        """Give the keys of the pairs of words that are one item."""
        found = [np.empty(0, np.uint64)]
        for run, _ in merge(self._runs, LEAST_TOGETHER, ranked=False):
            left, right = (
                (run.keys >> np.uint64(32)).astype(np.int64),
                (run.keys & np.uint64(0xFFFFFFFF)).astype(np.int64),
            )
            rarer = np.minimum(self._counts[left], self._counts[right])
            found.append(run.keys[run.counts >= SIDE_BY_SIDE * rarer])
        for stored in self._runs:
            self._workspace.discard(*stored)
        return np.append(np.concatenate(found), np.uint64(0xFFFFFFFFFFFFFFFF))  # never empty


def _pair_keys(ids: Ids) -> Keys:
    """Make a key of each word and the next."""
    keys: Keys = (ids[:-1].astype(np.uint64) << np.uint64(32)) | ids[1:]
    return keys


def _phrase(words: Sequence[str]) -> str:
    """Write words as one item; only between letters or digits there is a blank."""
    text = words[0]
    for word in words[1:]:
        text += f" {word}" if text[-1].isascii() and word[0].isascii() else word
    return text


def _left(tokens: Tokens, holds: Ints, choice: WordChoice, repeats: Repeats | None) -> Flags:
    """Tell which words of some passages may be part of an item."""
    stop = choice.stop
    distinct = are_words(tokens.words)
    distinct &= np.array([word not in stop and word.lower() not in stop for word in tokens.words], np.bool_)
    left: Flags = distinct.take(tokens.ids)
    numerals = [is_numeral(word) for word in tokens.words]
    if not choice.numbers:
        is_number = np.array(numerals, np.bool_).take(tokens.ids)
        short = np.array([len(word) == 1 for word in tokens.words], np.bool_).take(tokens.ids)
        left &= ~is_number
        left[1:] &= ~(is_number[:-1] & short[1:])
    if repeats is not None:
        seen = np.flatnonzero(tokens.ids != 0)
        lengths = np.bincount(holds[seen], minlength=int(holds.max(initial=-1)) + 1)
        # Whatever the numbers: the date of a newspaper does not make its head another one.
        alike = ["0" if number else word for word, number in zip(tokens.words, numerals, strict=True)]
        left[seen[repeats.find(tokens.ids[seen], lengths, alike)]] = False
    return left


def _windows(
    ids: npt.NDArray[np.int64], holds: npt.NDArray[np.int64], window: int | None
) -> Iterator[tuple[Entries, npt.NDArray[np.int64]]]:
    """Number the baskets of some passages, and tell which passage each is of; those without words are no baskets.

    Wide windows hold every word many times: they are made a number at a time.
    """
    starts = np.flatnonzero(np.diff(holds, prepend=-1))
    lengths = np.diff(starts, append=len(holds))
    own = holds[starts]
    if window is None:
        yield Entries(ids, np.repeat(np.arange(len(starts)), lengths), len(starts)), own
        return
    number = np.maximum(lengths - window + 1, 1)
    ends = np.cumsum(number)
    total = int(number.sum())
    step = max(1, CHUNK // window)
    for begin in range(0, total, step):
        which = np.arange(begin, min(begin + step, total))
        passage = np.searchsorted(ends, which, "right")
        size = np.minimum(lengths, window)[passage]
        begins = starts[passage] + which - (ends - number)[passage]
        yield Entries(ids[ranges(begins, size)], np.repeat(np.arange(len(size)), size), len(size)), own[passage]
