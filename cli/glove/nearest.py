"""`nlpzero glove nearest`: the words nearest to a word."""

from dataclasses import dataclass
from typing import Literal

import click

from nlpzero.errors import ModelError

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, option, values
from .queries import AnswerOptions, QuestionTally, queries

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove nearest vectors.npz 码头 河
  nlpzero glove nearest --mode similar --top 5 vectors.npz 码头
  echo 码头 | nlpzero glove nearest vectors.npz
"""


@dataclass(frozen=True, kw_only=True)
class NearestOptions(AnswerOptions):
    """Which words are asked for."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="[WORD]...")
    mode: Literal["related", "similar"] = option(
        "--mode",
        type=click.Choice(["related", "similar"]),
        default="related",
        help="related: words that go together. similar: words that can stand for each other.",
    )


@page(epilog=EPILOG, most=("top", "mode", "form", "output", "encoding"))
@values(NearestOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: NearestOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Give the words nearest to each word, by cosine. Without words they are the lines of standard input.

    A word that was not seen is answered by what its characters predict, if the vectors have a model of characters.
    A word of which nothing is known gives an empty row. The number of both is shown at the end.
    """
    with writing.open() as file:
        from nlpzero.vectors.queries import nearest_in, space

        loaded = own.load(encoding)
        table = writing.table(file, ("query", "word", "score"))
        unit, tally = None, QuestionTally()
        for (query,) in queries(own.words, 1, "words", encoding):
            unit = space(loaded, own.mode) if unit is None else unit
            try:
                answers = nearest_in(loaded, unit, query, own.top, own.mode)
            except ModelError as error:
                tally.miss(error)
                table.write((query, None, None))
                continue
            tally.answer(loaded, query)
            for answer in answers:
                table.write((query, *answer))
    tally.close()
