"""Baskets of words (词篮): text cut into lines, sentences, paragraphs or windows, each word once in a basket."""

import functools
import itertools
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Workspace
from ..reading.parts import Block
from ..segment.cutter import Cutter
from ..segment.encoding import Tokens, encode
from ..text.sentences import split_sentences
from ..text.words import are_words
from .baskets import Baskets, Entries
from .frequent import Frequent
from .vertical import Vertical

CHUNK = 1 << 20
"""Words in the baskets that windows make at a time, about."""


class Passages(NamedTuple):
    """Some passages of a source: each with the line it begins in; a paragraph may hold line ends."""

    source: str
    lines: list[int]
    texts: list[str]


def passages(blocks: Iterable[Block], unit: str) -> Iterator[Passages]:
    r"""Cut text into passages; blank ones are left out.

    Parameters
    ----------
    blocks : iterable of Block
    unit : {"line", "sentence", "paragraph"}
        Sentences are those of `nlpzero.text.sentences`; a paragraph ends at a blank line.

    Examples
    --------
    >>> [found] = passages([Block("", 1, "来了。“走吧！”好\n\n是\n")], "sentence")
    >>> found.lines, found.texts
    ([1, 1, 1, 3], ['来了。', '“走吧！”', '好', '是'])
    """
    if unit == "paragraph":
        yield from _paragraphs(blocks)
        return
    for block in blocks:
        numbered = [(number, line) for number, line in _lines(block) if line.strip()]
        if unit == "sentence":
            pieces = ((number, piece) for number, line in numbered for piece in split_sentences(line))
            numbered = [(number, piece) for number, piece in pieces if piece.strip()]
        yield Passages(block.source, [number for number, _ in numbered], [text.strip() for _, text in numbered])


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    """Number the lines of a block."""
    return block.numbered_lines()


def _paragraphs(blocks: Iterable[Block]) -> Iterator[Passages]:
    """Cut text at blank lines; paragraphs that begin in lines of another shard are left out."""
    for source, some in itertools.groupby(blocks, key=lambda block: block.source):
        first, is_own, held = 0, True, list[str]()
        for block in some:
            found: list[tuple[int, str]] = []
            for number, line in _lines(block):
                if line.strip():
                    first, is_own = (first, is_own) if held else (number, block.own)
                    held.append(line.strip())
                elif held:
                    found += [(first, "\n".join(held))] if is_own else []
                    held = []
            yield Passages(source, [number for number, _ in found], [text for _, text in found])
        if held and is_own:
            yield Passages(source, [first], ["\n".join(held)])


def from_text(
    cut: Iterable[tuple[Passages, Tokens]],
    *,
    window: int | None = None,
    min_length: int = 1,
    stop: Container[str] = (),
    max_df: float | None = None,
    max_basket: int | None = None,
    workspace: Workspace | None = None,
) -> Baskets:
    r"""Make a basket of the words of each passage; punctuation is no word.

    Parameters
    ----------
    cut : iterable of (Passages, Tokens)
        Passages, and the words of their lines: see `cut_passages`.
    window : int, optional
        Make a basket of every `window` words in a row instead; a shorter passage makes one.
    min_length : int
        Leave out words of fewer characters.
    stop : container of str
        Leave out these words.
    max_df : float, optional
        Leave out words that are in a larger share of the baskets.
    max_basket : int, optional
        Leave out baskets of more distinct words.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> text = Passages("", [1, 2], ["喝 茶 。", "喝 酒 。"])
    >>> baskets = from_text(cut_passages([text], BlankCutter()))
    >>> dict(zip(baskets.items, baskets.counts.tolist(), strict=True))
    {'喝': 2, '茶': 1, '酒': 1}
    """

    def wanted(word: str) -> bool:
        return len(word) >= min_length and word not in stop

    baskets = Baskets(workspace, max_basket=max_basket, is_item=wanted)
    first = 0
    for some, tokens in cut:
        if not some.texts:
            continue
        local, lengths, distinct = tokens.only(are_words(tokens.words))
        ids = baskets.ids(distinct, len(distinct)).take(local)
        # A paragraph is several lines.
        n_lines = np.fromiter((passage.count("\n") + 1 for passage in some.texts), np.int64, len(some.texts))
        holds = np.repeat(np.repeat(np.arange(len(n_lines)), n_lines), lengths)
        for entries, origins in _windows(ids, holds, window):
            lines = np.array(some.lines, np.int64)[origins] if len(origins) else np.empty(0, np.int64)
            baskets.add_entries(entries, some.source, lines, origins + first)
        baskets.blank += len(some.texts) - len(np.unique(holds))
        first += len(some.texts)
    if max_df is not None:
        baskets.leave_out(baskets.counts > max_df * baskets.n_baskets)
    return baskets


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
        places = np.arange(size.sum()) + np.repeat(begins - (np.cumsum(size) - size), size)
        yield Entries(ids[places], np.repeat(np.arange(len(size)), size), len(size)), own[passage]


def examples(baskets: Baskets, frequent: Frequent, sets: list[list[str]], number: int) -> list[list[int]]:
    """Find the first passages that hold all items of each set, at most `number`.

    Returns
    -------
    list of int for each set
        Numbers of passages, counted from 0 as `passages` gives them.
    """
    rank = {item: i for i, item in enumerate(frequent.items)}
    ids = np.full(len(baskets.items), len(rank), np.int64)
    for i, item in enumerate(baskets.items):
        ids[i] = rank.get(item, len(rank))
    found: list[list[int]] = [[] for _ in sets]
    first = 0
    for part in baskets.parts(1 << 18):
        origins = baskets.origins(first, first + part.n_baskets)
        ranks = ids[part.items]
        kept = ranks < len(rank)
        vertical = Vertical(ranks[kept], part.baskets[kept], len(rank), part.n_baskets)
        for names, places in zip(sets, found, strict=True):
            if len(places) < number:
                row = np.bitwise_and.reduce(vertical.bits[[rank[name] for name in names]], axis=0)
                ones = np.flatnonzero(np.unpackbits(row.view(np.uint8), bitorder="little"))
                fresh = dict.fromkeys([*places, *origins[ones].tolist()])
                places[:] = list(fresh)[:number]
        first += part.n_baskets
    return found


def read_passages(blocks: Iterable[Block], unit: str, numbers: Iterable[int]) -> dict[int, str]:
    """Read some passages again, by their numbers."""
    wanted = sorted(set(numbers))
    texts: dict[int, str] = {}
    first = 0
    for some in passages(blocks, unit):
        while len(texts) < len(wanted) and wanted[len(texts)] < first + len(some.texts):
            number = wanted[len(texts)]
            texts[number] = some.texts[number - first]
        if len(texts) == len(wanted):
            break
        first += len(some.texts)
    return texts


def cut_passages(
    found: Iterable[Passages],
    cutter: Cutter,
    each: Callable[[Callable[[str], Tokens], Iterable[str]], Iterable[Tokens]] = map,
) -> Iterator[tuple[Passages, Tokens]]:
    """Pair passages with their words.

    Parameters
    ----------
    found : iterable of Passages
    cutter : Cutter
        Cuts lines into words.
    each : function
        Works as `map` does, such as `Engine.map`.
    """
    waiting: deque[Passages] = deque()

    def texts() -> Iterator[str]:
        for some in found:
            waiting.append(some)
            yield "".join([f"{text}\n" for text in some.texts])

    for words in each(functools.partial(encode, cutter=cutter), texts()):
        yield waiting.popleft(), words
