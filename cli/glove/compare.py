"""`nlpzero glove compare`: two words."""

from dataclasses import dataclass

from nlpzero.errors import ModelError

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, values
from .queries import QuestionTally, VectorOptions, queries

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove compare vectors.npz 码头 河
"""


@dataclass(frozen=True, kw_only=True)
class CompareOptions(VectorOptions):
    """Which words are compared."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="[W1 W2]...")


@page(epilog=EPILOG, most=("form", "output", "encoding"))
@values(CompareOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: CompareOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Compare two words: related and similar (cosines), and their inner product, the PMI by the model.

    Of a word that was not seen only the first is known, by what its characters predict. A pair with a word of which
    nothing is known gives an empty row. How many there are of both is told at the end.
    """
    with writing.open() as file:
        from nlpzero.vectors.queries import compare, similarity_transform

        loaded = own.load(encoding)
        table = writing.table(file, ("a", "b", "related", "similar", "product"))
        turned, tally = None, QuestionTally()
        for a, b in queries(own.words, 2, "pairs of words", encoding):
            turned = similarity_transform(loaded) if turned is None else turned
            try:
                found = compare(loaded, a, b, turned)
            except ModelError as error:
                tally.miss(error)
                table.write((a, b, None, None, None))
                continue
            tally.answer(loaded, a, b)
            table.write((a, b, *found))
    tally.close()
