"""What the questions to word vectors share: the file, the questions, and how answers are counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nlpzero.errors import NlpZeroError, NothingFound

from ..messages import warn
from ..options import EncodingOptions, limit_option
from ..values import argument, option

if TYPE_CHECKING:
    from nlpzero.vectors.store import Vectors


@dataclass(frozen=True, kw_only=True)
class VectorOptions:
    """The vectors that are asked."""

    vectors: str = argument(metavar="VECTORS")
    limit: int | None = limit_option()

    def load(self, encoding: EncodingOptions) -> "Vectors":
        """Load the vectors."""
        return encoding.vectors(self.vectors, self.limit)


@dataclass(frozen=True, kw_only=True)
class AnswerOptions(VectorOptions):
    """The vectors that are asked, and how many answers are shown."""

    top: int = option("--top", type=click.IntRange(min=1), default=10, help="Number of answers.")


class QuestionTally:
    """Counts the questions that were answered and those that were not; the first that was not is told at the end."""

    def __init__(self) -> None:
        self.answered = 0
        self.missed = 0
        self.composed = 0
        self.first = self.unseen = ""

    def answer(self, vectors: "Vectors", *words: str) -> None:
        """Note a question that was answered, and whether it has a word that was not seen in training."""
        self.answered += 1
        unseen = [word for word in words if word not in vectors]
        self.composed += bool(unseen)
        self.unseen = self.unseen or "".join(unseen[:1])

    def miss(self, error: NlpZeroError) -> None:
        """Note a question without an answer."""
        self.missed += 1
        self.first = self.first or str(error)

    def close(self) -> None:
        """Say how many questions have no answer, or one by characters alone; none answered is an error."""
        if self.composed:
            warn(f"answered by the characters of words that the vectors do not have: {self.composed:,}; {self.unseen}")
        if not self.missed:
            return
        message = self.first
        if self.answered + self.missed > 1:
            message = f"questions without an answer: {self.missed:,} of {self.answered + self.missed:,}; {self.first}"
        if not self.answered:
            raise NothingFound(message)
        warn(message)


def queries(arguments: Sequence[str], size: int, what: str, encoding: EncodingOptions) -> Iterator[list[str]]:
    """Give questions of `size` words: from the arguments, or from the lines of standard input."""
    if arguments and list(arguments) != ["-"]:
        if len(arguments) % size:
            raise click.UsageError(f"{len(arguments)} words given, where {what} are wanted")
        yield from (list(arguments[i : i + size]) for i in range(0, len(arguments), size))
        return
    from nlpzero.errors import CorpusError

    number = 0
    with encoding.corpus("-") as corpus:
        for block in corpus.blocks(size=1):
            number += 1
            if words := block.text.split():
                if len(words) != size and size > 1:
                    raise CorpusError(f"<stdin>: line {number}: {len(words)} words, where {what} are wanted")
                yield words if size > 1 else [block.text.strip(" \t\r\n")]
