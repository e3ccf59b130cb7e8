"""`nlpzero glove evaluate`: how good vectors are."""

from dataclasses import dataclass

import click

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import option, values
from .queries import VectorOptions

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  printf '码头 河 3\\n船 河 2\\n灯 人 1\\n' | nlpzero glove evaluate vectors.npz --pairs -
"""


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(VectorOptions):
    """What the vectors are measured by."""

    pairs: tuple[str, ...] = option(
        "--pairs", multiple=True, metavar="FILE", help="Word pairs with scores; repeatable."
    )
    analogies: tuple[str, ...] = option(
        "--analogies", multiple=True, metavar="FILE", help="Analogies of four words; repeatable."
    )
    restrict: int = option(
        "--restrict",
        type=click.IntRange(min=1),
        default=300_000,
        help="Use only the N most frequent words, as gensim does.",
    )


@page(epilog=EPILOG, most=("pairs", "analogies", "restrict", "form", "output"))
@values(EvaluateOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: EvaluateOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Measure vectors: Spearman's correlation for word pairs, accuracy for analogies.

    The score of pairs is the correlation of cosines with people's scores; that of analogies the share of right answers
    by 3CosAdd, score_mul by 3CosMul. Items with unknown words are left out; known and items count both. The row
    "composed" takes unknown words, too, by what their characters predict.
    """
    if not own.pairs and not own.analogies:
        raise click.UsageError("give --pairs or --analogies, or both")
    with writing.open() as file:
        from nlpzero.vectors import evaluation

        loaded = own.load(encoding)
        table = writing.table(file, ("file", "task", "section", "score", "score_mul", "known", "items"))
        for path in own.pairs:
            found = evaluation.score_pairs(
                loaded, evaluation.read_pairs(path, encoding.encoding, encoding.of_text), own.restrict
            )
            table.write((path, "pairs", "", found.spearman, None, found.known, found.pairs))
            if found.reached > found.known:
                table.write((path, "pairs", "composed", found.composed, None, found.reached, found.pairs))
        for path in own.analogies:
            sections = evaluation.score_analogies(
                loaded, evaluation.read_analogies(path, encoding.encoding, encoding.of_text), own.restrict
            )
            for one in [*sections, evaluation.total(sections)]:
                row = (one.section, one.accuracy, one.accuracy_mul, one.known, one.questions)
                table.write((path, "analogies", *row))
