r"""A corpus of words, cut into clauses: what skip-grams and templates are counted in.

A token without any letter or digit (punctuation, blanks, symbols) is no word: it ends a clause and is left out, as the
end of a line does.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import compress, pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each
from ..core.job import Cost, Execution, Job, current_job
from ..core.workspace import NONE, Counts, Ids, Workspace, WorkspaceArray
from ..segment.encoding import Tokens
from ..text.sentences import closes_quotation, ends_sentence
from ..text.words import are_words, is_number
from .form import NUMBER

Positions = npt.NDArray[np.intp]

TEMPLATES = Cost(task=60, tasks=0.35)
"""Measured at a window of 5."""


def templates_cost(window: int) -> Cost:
    """Give what finding templates takes: 7.4 bytes of temporary files for each byte were measured at a window of 5."""
    return replace(TEMPLATES, disk=3 + min(window, 5))


class ClauseBlock(NamedTuple):
    """The words of one block: their local ids, the lengths of its clauses, the global rank of each local id."""

    ids: WorkspaceArray
    lengths: WorkspaceArray
    ranks: WorkspaceArray

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
    texts : iterable
        Blocks of whole lines, read once, by the workers where they can.
    tokens : function of a block to `Tokens`
        Cuts a block into words and numbers them, such as ``functools.partial(encode_part, cutter)``; it must pickle if
        the work is done elsewhere.
    numbers : bool
        Whether all numbers are one word, `[N]`.
    job : Job or Execution, optional
        What the work may use (default: the current job). An execution has to stay open as long as the clauses are used.

    Attributes
    ----------
    vocabulary : list of str
        All words, sorted; the word of rank i.
    counts : int64 array
        How often each occurs.
    blocks : list of ClauseBlock

    Notes
    -----
    About 0.3 us a token; 4 bytes a token in the workspace. The distinct words are held, at about 300 bytes each.
    """

    def __init__(
        self,
        texts: Iterable[Any],
        tokens: Callable[[Any], Tokens],
        *,
        numbers: bool = False,
        job: Job | Execution | None = None,
    ) -> None:
        self.numbers = numbers
        self.execution = job if isinstance(job, Execution) else (job or current_job()).open(TEMPLATES)
        try:
            self._read(texts, tokens)
        except BaseException:
            if self.execution is not job:
                self.execution.close(abandon=True)
            raise

    def _read(self, texts: Iterable[Any], tokens: Callable[[Any], Tokens]) -> None:
        """Read and encode the corpus."""
        workspace = self.execution.workspace
        local: list[tuple[WorkspaceArray, WorkspaceArray, WorkspaceArray, WorkspaceArray]] = []
        vocabulary: set[str] = set()
        encode = functools.partial(_encode, workspace, tokens, self.numbers)
        for encoded in self.execution.engine.map(encode, texts):
            local.append(encoded)
            vocabulary.update(_words_of(encoded[-1]))
        self.vocabulary = sorted(vocabulary)
        del vocabulary
        rank = {word: i for i, word in enumerate(self.vocabulary)}
        self.counts: Counts = np.zeros(len(rank), np.int64)
        self.blocks: list[ClauseBlock] = []
        for ids, lengths, counts, packed in local:
            words = _words_of(packed)
            ranks = np.fromiter(map(rank.__getitem__, words), np.uint32, len(words))
            self.counts[ranks] += counts.array
            workspace.discard(counts, packed)
            self.blocks.append(ClauseBlock(ids, lengths, workspace.store(ranks)))
        self.total = int(self.counts.sum())


def _encode(
    workspace: Workspace, tokens: Callable[[Any], Tokens], numbers: bool, block: Any
) -> tuple[WorkspaceArray, WorkspaceArray, WorkspaceArray, WorkspaceArray]:
    """Read and encode one block: its words' local ids, clause lengths and counts; its words, sorted, as text."""
    found = tokens(block)
    is_word = are_words(found.words)
    words = [*compress(found.words, is_word.tolist())]
    if numbers:
        words = [NUMBER if is_number(word) else word for word in words]
    order = sorted(set(words))  # so that ids and ranks have the same order
    rank = {word: number for number, word in enumerate(order)}
    number = np.full(len(is_word), NONE, np.uint32)
    number[is_word] = np.fromiter(map(rank.__getitem__, words), np.uint32, len(words))
    ids = number.take(found.ids)
    ends = np.flatnonzero(ids == NONE)
    lengths = np.diff(ends, prepend=-1, append=len(ids)) - 1
    ids = ids[ids != NONE]
    counts = np.bincount(ids, minlength=len(order))
    store = workspace.store
    packed = "\n".join(order).encode("utf-8", "surrogatepass")  # no word holds a line end
    lengths = lengths[lengths > 0].astype(np.uint32)
    return store(ids), store(lengths), store(counts), store(np.frombuffer(packed, np.uint8))


def _words_of(text: WorkspaceArray) -> list[str]:
    """Read the words of one block."""
    return text.array.tobytes().decode("utf-8", "surrogatepass").split("\n") if text.length else []


SentenceEnd = Literal["sentence", "line", "clause"]


def sentences_of(tokens: Tokens, split: SentenceEnd = "sentence") -> list[list[str]]:
    r"""Give the sentences of lines as words; white space is left out, punctuation counts as words.

    Parameters
    ----------
    tokens : Tokens
    split : {"sentence", "line", "clause"}
        A sentence ends with a line, and unless that is all, after one of 。！？!?… with the closing quotes and brackets
        that follow. A clause is one as templates are found in: what is no word ends it and is left out.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode
    >>> found = encode("水 ， 涨 了 ！ ” 好\n", BlankCutter())
    >>> sentences_of(found)
    [['水', '，', '涨', '了', '！', '”'], ['好']]
    >>> sentences_of(found, "clause")
    [['水'], ['涨', '了'], ['好']]
    """
    words = tokens.words
    is_word = are_words(words)
    if split == "clause":
        groups = np.cumsum(~is_word.take(tokens.ids))
        kept = is_word.take(tokens.ids)
    else:
        groups = tokens.lines().astype(np.intp)
        kept = tokens.ids > 0
    ids, groups = tokens.ids[kept], groups[kept]
    is_first = first_of_each(groups)
    if split == "sentence" and len(ids):
        ends = np.array([*map(ends_sentence, words)], np.bool_)
        closes = np.array([*map(closes_quotation, words)], np.bool_) | ends
        ended = np.append(0, np.cumsum(ends.take(ids)))[:-1]  # how many end marks come before
        inner = np.flatnonzero(~closes.take(ids))
        begin = np.maximum.accumulate(np.where(is_first, np.arange(len(ids)), 0))
        since = np.maximum(np.append(0, inner[:-1]), begin[inner])
        is_first[inner] |= ended[inner] > ended[since]
    spelled = [words[i] for i in ids.tolist()]
    starts = np.flatnonzero(is_first).tolist()
    return [spelled[a:b] for a, b in pairwise([*starts, len(ids)])]
