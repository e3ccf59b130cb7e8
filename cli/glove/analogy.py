"""`nlpzero glove analogy`: a : b = c : ?"""

from dataclasses import dataclass

from nlpzero.errors import ModelError

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, values
from .queries import AnswerOptions, QuestionTally, queries

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove analogy --top 3 vectors.npz 船 河 人
"""


@dataclass(frozen=True, kw_only=True)
class AnalogyOptions(AnswerOptions):
    """Which analogies are asked for."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="[A B C]...")


@page(epilog=EPILOG, most=("top", "form", "output", "encoding"))
@values(AnalogyOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: AnalogyOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Answer a : b = c : ? (类比). Without words the questions are the lines of standard input.

    Words that were not seen are taken by what their characters predict. A question with a word of which nothing is
    known gives an empty row. The number of both is shown at the end.
    """
    with writing.open() as file:
        from nlpzero.vectors.queries import analogy

        loaded = own.load(encoding)
        table = writing.table(file, ("a", "b", "c", "word", "score"))
        tally = QuestionTally()
        for a, b, c in queries(own.words, 3, "three words (a : b = c : ?)", encoding):
            try:
                answers = analogy(loaded, a, b, c, own.top)
            except ModelError as error:
                tally.miss(error)
                table.write((a, b, c, None, None))
                continue
            tally.answer(loaded, a, b, c)
            for answer in answers:
                table.write((a, b, c, *answer))
    tally.close()
