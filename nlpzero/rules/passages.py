"""Baskets of words (词篮): text cut into lines, sentences, paragraphs or windows, each word once in a basket."""

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Ids, Workspace
from ..reading.parts import Block
from ..text.characters import OTHER, char_classes
from .baskets import Baskets, Entries
from .itemsets import Frequent
from .vertical import Vertical

SEPARATOR = "\x1f"
"""What stands between the words of a passage that was cut."""

_SENTENCE = re.compile(r"[^。！？!?；;…\n]*(?:[。！？!?；;…]+[”’」』）)\"]*|(?=\n)|\Z)")


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
        A sentence ends with 。！？!?；;… and closing quotes, and with its line; a paragraph at a blank line.

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
            pieces = ((number, piece) for number, line in numbered for piece in _SENTENCE.findall(line))
            numbered = [(number, piece) for number, piece in pieces if piece.strip()]
        yield Passages(block.source, [number for number, _ in numbered], [text.strip() for _, text in numbered])


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    """Number the lines of a block."""
    return enumerate(block.text.removesuffix("\n").split("\n"), block.line)


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


def is_word(token: str) -> bool:
    """Tell whether a token holds a Han character, a digit or a Latin letter.

    Examples
    --------
    >>> is_word("茶"), is_word("。")
    (True, False)
    """
    return bool((char_classes()[[ord(character) for character in token]] != OTHER).any())


class Words(NamedTuple):
    """The words of some lines: the number of each among the distinct ones, how many each line has, and these."""

    ids: Ids
    lengths: npt.NDArray[np.int64]
    words: list[str]


def words_of(text: str) -> Words:
    r"""Number the words of lines that are cut, with `SEPARATOR` between words, in the order of first occurrence.

    Examples
    --------
    >>> ids, lengths, words = words_of("喝\x1f茶\n喝\x1f酒")
    >>> ids.tolist(), lengths.tolist(), words
    ([0, 1, 0, 2], [2, 2], ['喝', '茶', '酒'])
    """
    lines = text.split("\n")
    lengths = np.fromiter((line.count(SEPARATOR) for line in lines), np.int64, len(lines)) + 1
    numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    total = int(lengths.sum())
    words = (word for line in lines for word in line.split(SEPARATOR))
    return Words(np.fromiter(map(numbers.__getitem__, words), np.uint32, total), lengths, list(numbers))


def from_text(
    cut: Iterable[tuple[Passages, Words]],
    *,
    window: int | None = None,
    min_length: int = 1,
    stop: Container[str] = (),
    max_df: float | None = None,
    max_basket: int | None = None,
    workspace: Workspace | None = None,
) -> Baskets:
    r"""Make a basket of the words of each passage; tokens without Han characters, digits and letters are no words.

    Parameters
    ----------
    cut : iterable of (Passages, Words)
        Passages, and the words of the same joined by line ends.
    window : int, optional
        Make a basket of every so many words on end instead; a passage of fewer words makes one.
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
    >>> text = Passages("", [1, 2], ["喝茶。", "喝酒。"])
    >>> baskets = from_text([(text, words_of("喝\x1f茶\x1f。\n喝\x1f酒\x1f。"))])
    >>> dict(zip(baskets.items, baskets.counts.tolist(), strict=True))
    {'喝': 2, '茶': 1, '。': 0, '酒': 1}
    """

    def wanted(word: str) -> bool:
        return len(word) >= min_length and word not in stop and is_word(word)

    baskets = Baskets(workspace, max_basket=max_basket, is_item=wanted)
    words = np.empty(0, np.bool_)  # of the tokens known so far, whether each is a word
    first = 0
    for some, (local, lengths, distinct) in cut:
        if not some.texts:
            continue
        ids = baskets.ids(distinct, len(distinct)).take(local)
        words = np.append(words, np.array([is_word(token) for token in baskets.items[len(words) :]], np.bool_))
        # A paragraph is several lines.
        n_lines = np.fromiter((passage.count("\n") + 1 for passage in some.texts), np.int64, len(some.texts))
        holds = np.repeat(np.repeat(np.arange(len(n_lines)), n_lines), lengths)
        kept = words[ids]
        entries, origins = _windows(ids[kept], holds[kept], window)
        lines = np.array(some.lines, np.int64)[origins] if len(origins) else np.empty(0, np.int64)
        baskets.add_entries(entries, some.source, lines, origins + first)
        baskets.blank += len(some.texts) - len(np.unique(origins))
        first += len(some.texts)
    if max_df is not None:
        baskets.leave_out(baskets.counts > max_df * baskets.n_baskets)
    return baskets


def _windows(
    ids: npt.NDArray[np.int64], holds: npt.NDArray[np.int64], window: int | None
) -> tuple[Entries, npt.NDArray[np.int64]]:
    """Number the baskets of some passages, and tell which passage each is of; those without words are no baskets."""
    starts = np.flatnonzero(np.diff(holds, prepend=-1))
    lengths = np.diff(starts, append=len(holds))
    own = holds[starts]
    if window is None:
        return Entries(ids, np.repeat(np.arange(len(starts)), lengths), len(starts)), own
    number = np.maximum(lengths - window + 1, 1)
    size = np.repeat(np.minimum(lengths, window), number)
    begins = np.arange(number.sum()) + np.repeat(starts - (np.cumsum(number) - number), number)
    places = np.arange(size.sum()) + np.repeat(begins - (np.cumsum(size) - size), size)
    return Entries(ids[places], np.repeat(np.arange(len(size)), size), len(size)), np.repeat(own, number)


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
    cut: Callable[[str], str],
    each: Callable[[Callable[[str], Words], Iterable[str]], Iterable[Words]] = map,
) -> Iterator[tuple[Passages, Words]]:
    """Pair passages with their words.

    Parameters
    ----------
    found : iterable of Passages
    cut : function of str to str
        Puts `SEPARATOR` between the words of lines.
    each : function
        Works as `map` does, such as `Engine.map`.
    """
    waiting: list[Passages] = []

    def texts() -> Iterator[str]:
        for some in found:
            waiting.append(some)
            yield "\n".join(some.texts)

    for words in each(functools.partial(_cut_words, cut), texts()):
        yield waiting.pop(0), words


def _cut_words(cut: Callable[[str], str], text: str) -> Words:
    """Cut lines into words and number these."""
    return words_of(cut(text))
