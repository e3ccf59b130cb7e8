r"""A corpus of words, cut into clauses: what skip-grams and templates are counted in.

A token without any Han character, digit or Latin letter (punctuation, blanks, symbols) is no word: it ends a clause and
is left out, as the end of a line does.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..core.workspace import Counts, Ids, Stored, Workspace
from ..reading.parts import Part, text_of
from ..text.characters import OTHER, char_classes, code_points

Positions = npt.NDArray[np.intp]

SEPARATOR = "\x1f"
"""What a segmenter had best put between words: unlike a blank, it does not stand in text."""

TASK_SHARE = 0.35
"""Part of the memory given to the blocks under way, of all workers together."""
BLOCK_COST = 60
"""Bytes that a task takes for each byte of text, at a window of 5."""
MAX_BLOCK = 3 << 20
"""Bytes of text in a block: a million characters."""

_END = "。"  # any token that is no word


def block_size(memory: int, workers: int) -> int:
    """Choose the bytes of text in a block.

    Examples
    --------
    >>> block_size(2 << 30, 2), block_size(1 << 20, 2)
    (3145728, 16384)
    """
    return max(1 << 14, min(MAX_BLOCK, int(memory * TASK_SHARE) // (BLOCK_COST * workers)))


def disk_space(size: int, window: int) -> int:
    """Estimate the bytes of temporary files for so many bytes of text: 6 for each were measured at a window of 5."""
    return size * (1 + min(window, 5))


def tokens_of(text: str, delimiter: str = " ") -> list[str]:
    r"""Give the tokens of lines, with one that is no word at each line end.

    Parameters
    ----------
    text : str
        Whole lines.
    delimiter : str
        What stands between words; a blank means any white space, as much as there is.

    Examples
    --------
    >>> tokens_of("水 涨　了\n好\n")
    ['水', '涨', '了', '。', '好', '。']
    """
    if delimiter == " ":
        return text.replace("\n", f" {_END} ").split()
    return [token for token in text.replace("\n", f"{delimiter}{_END}{delimiter}").split(delimiter) if token]


def are_words(tokens: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell of each token, none of them empty, whether it is a word: whether it has a Han character, digit or letter.

    Examples
    --------
    >>> are_words(["C++", "——", "水"]).tolist()
    [True, False, True]
    """
    if not tokens:
        return np.empty(0, np.bool_)
    lengths = np.fromiter(map(len, tokens), np.intp, len(tokens))
    is_unit = char_classes()[code_points("".join(tokens))] != OTHER
    return np.logical_or.reduceat(is_unit, np.cumsum(lengths) - lengths)


class Block(NamedTuple):
    """The words of one block: their local ids, the lengths of its clauses, the global rank of each local id."""

    ids: Stored
    lengths: Stored
    ranks: Stored

    def words(self) -> Ids:
        """Give the global rank of each word."""
        found: Ids = self.ranks.array[self.ids.array]
        return found

    def room(self) -> Ids:
        """Give the number of words from each word to the end of its clause, itself included."""
        lengths = self.lengths.array
        ends = np.cumsum(lengths, dtype=np.int64)
        return (np.repeat(ends, lengths) - np.arange(ends[-1] if len(ends) else 0)).astype(np.uint32)


class Clauses:
    """The clauses (小句) of a corpus, encoded.

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    cut : function, optional
        Puts `delimiter` between the words of a block; it must pickle if the engine has workers. Without it the texts
        have it already.
    delimiter : str
        See `tokens_of`.
    engine : Engine
    workspace : Workspace

    Attributes
    ----------
    vocabulary : list of str
        All words, sorted; the word of rank i.
    counts : int64 array
        How often each occurs.
    blocks : list of Block

    Notes
    -----
    About 0.3 us a token; 4 bytes a token in the workspace. The distinct words are held, at about 300 bytes each.
    """

    def __init__(
        self,
        texts: Iterable[str | Part],
        *,
        cut: Callable[[str], str] | None = None,
        delimiter: str = " ",
        engine: Engine,
        workspace: Workspace,
    ) -> None:
        self.workspace = workspace
        local: list[tuple[Stored, Stored, Stored, Stored]] = []
        vocabulary: set[str] = set()
        encode = functools.partial(_encode, workspace, cut, delimiter)
        for encoded in engine.map(encode, texts):
            local.append(encoded)
            vocabulary.update(_words_of(encoded[-1]))
        self.vocabulary = sorted(vocabulary)
        del vocabulary
        rank = {word: i for i, word in enumerate(self.vocabulary)}
        self.counts: Counts = np.zeros(len(rank), np.int64)
        self.blocks: list[Block] = []
        for ids, lengths, counts, packed in local:
            words = _words_of(packed)
            ranks = np.fromiter(map(rank.__getitem__, words), np.uint32, len(words))
            self.counts[ranks] += counts.array
            workspace.discard(counts, packed)
            self.blocks.append(Block(ids, lengths, workspace.store(ranks)))
        self.total = int(self.counts.sum())


def _encode(
    workspace: Workspace, cut: Callable[[str], str] | None, delimiter: str, part: str | Part
) -> tuple[Stored, Stored, Stored, Stored]:
    """Read and encode one block: its words' local ids, clause lengths and counts; its words, sorted, as text."""
    text = text_of(part)
    tokens = tokens_of(cut(text) if cut else text, delimiter)
    distinct = sorted(set(tokens))
    is_word = are_words(distinct)
    local = np.cumsum(is_word) - 1
    local[~is_word] = -1
    rank = dict(zip(distinct, local.tolist(), strict=True))
    ids = np.fromiter(map(rank.__getitem__, tokens), np.int32, len(tokens))
    ends = np.flatnonzero(ids < 0)
    lengths = np.diff(ends, prepend=-1, append=len(ids)) - 1
    words = [word for word, kept in zip(distinct, is_word.tolist(), strict=True) if kept]
    ids = ids[ids >= 0].astype(np.uint32)
    counts = np.bincount(ids, minlength=len(words))
    store = workspace.store
    packed = "\n".join(words).encode("utf-8", "surrogatepass")  # no token holds a line end
    lengths = lengths[lengths > 0].astype(np.uint32)
    return store(ids), store(lengths), store(counts), store(np.frombuffer(packed, np.uint8))


def _words_of(text: Stored) -> list[str]:
    """Read the words of one block."""
    return text.array.tobytes().decode("utf-8", "surrogatepass").split("\n") if text.length else []


_SENTENCE_END = re.compile("[。！？!?…]+")
_CLOSING = re.compile("[”’」』）)】》〉\"']+")


def sentences_of(text: str, split: str = "sentence", delimiter: str = " ") -> Iterator[list[str]]:
    r"""Give the sentences of lines as words; tokens of blanks are left out, punctuation counts as words.

    Parameters
    ----------
    text : str
        Whole lines.
    split : {"sentence", "line", "clause"}
        A sentence ends with a line, and unless that is all, after one of 。！？!?… with the closing quotes and brackets
        that follow. A clause is one as templates are found in: what is no word ends it and is left out.
    delimiter : str
        See `tokens_of`.

    Examples
    --------
    >>> list(sentences_of("水 ， 涨 了 ！ ” 好\n"))
    [['水', '，', '涨', '了', '！', '”'], ['好']]
    >>> list(sentences_of("水 ， 涨 了 ！ ” 好\n", "clause"))
    [['水'], ['涨', '了'], ['好']]
    """
    for line in text.split("\n"):
        sentence: list[str] = []
        ended = False
        tokens = [token for token in tokens_of(line, delimiter) if not token.isspace()]
        for token, is_word in zip(tokens, are_words(tokens).tolist(), strict=True):
            if (ended and not (_SENTENCE_END.fullmatch(token) or _CLOSING.fullmatch(token))) or (
                split == "clause" and not is_word
            ):
                if sentence:
                    yield sentence
                sentence, ended = [], False
            if is_word or split != "clause":
                sentence.append(token)
            ended |= split == "sentence" and _SENTENCE_END.fullmatch(token) is not None
        if sentence:
            yield sentence
