"""`nlpzero glove keywords`: the words that go best with all of a text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nlpzero.errors import NothingFound

from ..messages import warn_replaced
from ..options import VECTOR_ERRORS, ReadingOptions, RunningOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import option, values
from ..words import WordOptions
from .queries import AnswerOptions, QuestionTally

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove keywords --top 5 vectors.npz data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class KeywordOptions(AnswerOptions):
    """What is a text, and which words are answers."""

    min_length: int = option(
        "--min-length", type=click.IntRange(min=1), default=2, help="Leave out words of fewer characters."
    )
    lines: bool = option("--lines", is_flag=True, help="Each line is a text of its own.")
    anywhere: bool = option(
        "--anywhere", is_flag=True, help="Answers need not stand in the text; their score is their pmi."
    )


@page(epilog=EPILOG, most=("top", "lines", "anywhere", "lexicon", "tokenized"))
@values(KeywordOptions, "own")
@values(WordOptions, "words")
@values(ReadingOptions, "reading", paths={"metavar": "[TEXT]..."}, errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: KeywordOptions, words: WordOptions, reading: ReadingOptions, writing: TableOptions) -> None:
    """Give the keywords (关键词) of a text: words that go with its other words, and are frequent.

    Needs vectors of a large corpus: those of one story put common words first. nlpzero keywords needs no vectors.

    pmi: the mean PMI of a word with the other words of the text, in nats, by the vectors as trained; it does not depend
    on the length of the text. count: how often it occurs, n. score: pmi n / (n + 8), so that a word that occurs once
    has to go with the text very well. Equal scores are sorted by word. Punctuation, numbers, function words and words
    that the vectors do not know are left out; --stop FILE leaves out more.

    A text without a known word gives an empty row; the number of these is shown at the end.
    """
    with writing.open() as file:
        from nlpzero.vectors.keywords import keywords

        loaded = own.load(reading)
        table = writing.table(file, ("text", "word", "score", "count", "pmi"))
        cut, tally = words.cutter(reading), QuestionTally()
        with reading.open(RunningOptions(workers=1)) as corpus:
            for name, text in _texts(corpus, own.lines):
                if not (tokens := cut(text)):
                    continue
                try:
                    answers = keywords(loaded, tokens, own.top, own.anywhere, min_length=own.min_length)
                except NothingFound as error:
                    tally.miss(error)
                    table.write((name, None, None, None, None))
                    continue
                tally.answered += 1
                for answer in answers:
                    table.write((name, answer.word, answer.score, answer.count, answer.pmi))
            warn_replaced(corpus)
    tally.close()


def _texts(corpus: "Corpus", lines: bool) -> Iterator[tuple[str, str]]:
    """Give the texts with their names: each line by itself, or each file."""
    from nlpzero.reading.parts import text_of

    if lines:
        for block in corpus.blocks():
            for line in text_of(block).removesuffix("\n").split("\n"):
                yield line.strip(), line
        return
    parts: dict[str, list[str]] = {}
    for block in corpus.blocks():
        parts.setdefault(block.source, []).append(text_of(block))
    for source, texts in parts.items():
        yield source, "".join(texts)
