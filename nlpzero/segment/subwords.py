"""Words that are worth adding to the vocabulary of a subword tokenizer (词表扩充): those that save most tokens.

A tokenizer that saw little of a field cuts its terms into many tokens. An added word is one token wherever it stands.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from ..core.job import Cost, Execution, Job, open_execution
from ..core.workspace import Counts
from ..errors import ModelError, NothingFound
from ..reading.parts import Part, source_text
from ..reading.sources import Texts, open_texts
from ..text.characters import code_points
from ..text.words import are_words, is_number
from .cutter import Cutter, Positions, word_spans
from .dictionary import dictionary_cutter
from .encoding import tokens_of_marks

ENCODING = Cost(task=400, tasks=0.5, most=1 << 20)
"""Of cutting text into words and into tokens, whose places are lists of Python's."""


@dataclass(frozen=True)
class SavingWord:
    """A word of a corpus, how often it stands there, its tokens on average, and the tokens that adding it saves."""

    word: str
    count: int
    tokens: float
    saved: int


@dataclass(frozen=True)
class TokenSavings:
    """The words worth adding to a tokenizer (词表扩充结果).

    Attributes
    ----------
    words : list of SavingWord
        Those that save most first.
    tokens : int
        Tokens of the corpus as the tokenizer is.
    tokens_left : int
        Tokens of the corpus with the words added, as counted by the tokenizer itself.
    """

    words: list[SavingWord]
    tokens: int
    tokens_left: int


class Tokenizer:
    """A tokenizer of Hugging Face's library `tokenizers` (子词分词器), such as comes with language models.

    Parameters
    ----------
    path : path
        tokenizer.json, or the folder that holds it.

    Raises
    ------
    ModelError
        If the library is not installed, or the file is no tokenizer.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        place = Path(path)
        place = place / "tokenizer.json" if place.is_dir() else place
        try:
            self._text = place.read_text("utf-8")
        except OSError as error:
            raise ModelError(f"{place}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ModelError(f"{place}: is no tokenizer.json of the library tokenizers") from None
        try:
            self._model = _loaded(self._text)
        except ImportError:
            raise ModelError("`tokenizer` needs the library tokenizers: pip install nlpzero[tokenizers]") from None
        except Exception:  # the library raises no other kind
            raise ModelError(f"{place}: is no tokenizer.json of the library tokenizers") from None
        self._model.no_truncation()
        self._model.no_padding()

    def with_words(self, words: list[str]) -> Self:
        """Give the tokenizer with words added, each a token of its own."""
        model = _loaded(self._text)
        model.add_tokens(words)
        result = object.__new__(type(self))
        result._text, result._model = model.to_str(pretty=True), model
        model.no_truncation()
        model.no_padding()
        return result

    def written(self) -> bytes:
        """Give the tokenizer as tokenizer.json."""
        return self._text.encode()

    def count(self, lines: list[str]) -> int:
        """Count the tokens of lines, without those that begin and end a text."""
        return sum(len(found.ids) for found in self._model.encode_batch(lines, add_special_tokens=False))

    def places(self, lines: list[str]) -> tuple[Positions, Positions]:
        """Give where the tokens of lines start and end, in the lines with a line feed between them; both ascend."""
        starts, ends, shift = [np.empty(0, np.intp)], [np.empty(0, np.intp)], 0
        for line, found in zip(lines, self._model.encode_batch(lines, add_special_tokens=False), strict=True):
            flat = itertools.chain.from_iterable(found.offsets)
            spans = np.fromiter(flat, np.intp, 2 * len(found.ids)).reshape(-1, 2)
            starts.append(spans[:, 0] + shift)
            ends.append(spans[:, 1] + shift)
            shift += len(line) + 1
        return np.maximum.accumulate(np.concatenate(starts)), np.maximum.accumulate(np.concatenate(ends))


def _loaded(text: str) -> Any:
    """Read tokenizer.json."""
    from tokenizers import Tokenizer as Model

    return Model.from_str(text)


class _PartSavings(NamedTuple):
    """The words of a part, how often each stands there, their tokens, what they save; and the part's tokens."""

    words: list[str]
    sums: Counts
    tokens: int


def _part_savings(tokenizer: Tokenizer, cutter: Cutter, part: str | Part) -> _PartSavings:
    """Cut a part into words and into tokens, and tell what each word would save."""
    source = source_text(part)
    view = None if isinstance(part, str) else part.view
    codes = code_points(source)
    marks = cutter.marks(codes if view is None else code_points(view(source)))
    cut = tokens_of_marks(codes, marks)
    begin, end = tokenizer.places(source.split("\n"))
    starts, ends = word_spans(codes, marks)
    tokens, saved = savings(starts, ends, begin, end)
    every = [np.bincount(cut.ids, weights, len(cut.words)) for weights in (np.ones(len(starts)), tokens, saved)]
    return _PartSavings(cut.words, np.stack(every).astype(np.int64), len(begin))


def savings(starts: Positions, ends: Positions, begin: Positions, end: Positions) -> tuple[Positions, Positions]:
    """Tell how many tokens the words of a text have, and how many fewer if each were one.

    A token that a word shares with what stands beside it leaves a token there.

    Parameters
    ----------
    starts, ends : int arrays (n,)
        Where the words are, in order, without overlap.
    begin, end : int arrays (m,)
        Where the tokens are; both ascend. Tokens of one character's bytes are all at its place.

    Examples
    --------
    青桅坊|里 has the tokens 青|桅|坊里: as one token, the first word would leave 里 in another.

    >>> places = [np.array(places) for places in ([0, 3], [3, 4], [0, 1, 2], [1, 2, 4])]
    >>> [array.tolist() for array in savings(*places)]
    [[3, 1], [1, -1]]
    """
    before = np.searchsorted(end, starts, "right")
    tokens = np.searchsorted(begin, ends, "left") - before
    left = np.searchsorted(begin, starts, "left") > before
    right = np.searchsorted(begin, ends, "left") > np.searchsorted(end, ends, "right")
    return tokens, tokens - 1 - left - right


def words_for_tokenizer(
    texts: Texts,
    tokenizer: str | os.PathLike[str] | Tokenizer,
    *,
    top: int | None = 1000,
    min_count: int = 5,
    cut: Cutter | None = None,
    job: Job | Execution | None = None,
) -> TokenSavings:
    r"""Find the words that are worth adding to a subword tokenizer for a corpus (词表扩充).

    A word saves, at each of its places in the cut text, its tokens but one, and one less for each token that it shares
    with a neighbour. Numbers and punctuation are left out, and words of one character.

    Parameters
    ----------
    texts : path, paths, Corpus that can be read twice, or iterable of texts
    tokenizer : path or Tokenizer
        tokenizer.json of the library `tokenizers`, or the folder that holds it.
    top : int, optional
        How many words; None for all that save anything.
    min_count : int
        Least number of places of a word.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError, ModelError
        For texts or a tokenizer that cannot be read.
    NothingFound
        If no word saves anything.

    Notes
    -----
    The corpus is read twice: the second time its tokens are counted with the words added.
    """
    model = tokenizer if isinstance(tokenizer, Tokenizer) else Tokenizer(tokenizer)
    if isinstance(texts, Iterator):
        texts = [*texts]
    number: dict[str, int] = {}
    sums, total = np.zeros((3, 0), np.int64), 0
    with open_execution(job, ENCODING) as execution:
        with open_texts(texts, execution.block_size) as parts:
            task = partial(_part_savings, model, cut or dictionary_cutter())
            for part in execution.engine.map(task, parts):
                ids = np.array([number.setdefault(word, len(number)) for word in part.words], np.intp)
                if len(number) > sums.shape[1]:
                    sums = np.pad(sums, ((0, 0), (0, 2 * len(number) - sums.shape[1])))
                sums[:, ids] += part.sums
                total += part.tokens
        chosen = _chosen([*number], sums, top, min_count)
        if not chosen:
            raise NothingFound("no word would save tokens; lower `min_count`")
        larger = model.with_words([word.word for word in chosen])
        with open_texts(texts, execution.block_size) as parts:
            left = sum(execution.engine.map(partial(_tokens_of, larger), parts))
    return TokenSavings(chosen, total, left)


def _chosen(words: list[str], sums: Counts, top: int | None, min_count: int) -> list[SavingWord]:
    """Choose the words that save most; of equal ones the more frequent, then by their characters."""
    counts, tokens, saved = (row[: len(words)] for row in sums)
    lengths = np.fromiter(map(len, words), np.intp, len(words))
    good = np.flatnonzero((saved > 0) & (counts >= min_count) & (lengths > 1) & are_words(words))
    good = good[[not is_number(words[i]) and not any(map(str.isspace, words[i])) for i in good.tolist()]]
    found = [SavingWord(words[i], int(counts[i]), float(tokens[i] / counts[i]), int(saved[i])) for i in good.tolist()]
    found.sort(key=lambda row: (-row.saved, -row.count, row.word))
    return found[:top]


def _tokens_of(tokenizer: Tokenizer, part: str | Part) -> int:
    """Count the tokens of a part."""
    return tokenizer.count(source_text(part).split("\n"))
