"""Passages of text: lines, sentences, paragraphs, and their words."""

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..reading.parts import Block
from ..segment.cutter import Cutter
from ..segment.encoding import Tokens, encode
from ..text.sentences import split_sentences
from .baskets import Baskets
from .vertical import Vertical


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


def examples(baskets: Baskets, items: Sequence[str], sets: list[list[str]], number: int) -> list[list[int]]:
    """Find the first passages that hold all items of each set, at most `number`.

    Returns
    -------
    list of int for each set
        Numbers of passages, counted from 0 as `passages` gives them.
    """
    rank = {item: i for i, item in enumerate(items)}
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
