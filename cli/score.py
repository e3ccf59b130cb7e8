"""`nlpzero score`: how well a segmentation agrees with a gold standard."""

from typing import TYPE_CHECKING

import click

from . import options
from .output import Table, open_output, warn_replaced

if TYPE_CHECKING:
    from nlpzero.segment.scoring import Score

FIGURES = ("words", "predicted", "correct", "precision", "recall", "f1", "oov_rate", "oov_recall", "iv_recall")


@click.command(
    epilog="""\b
Examples:
  nlpzero segment data/stories.txt -o jieba.txt
  nlpzero segment data/stories.txt --learn -o learned.txt
  nlpzero score jieba.txt learned.txt
"""
)
@click.argument("paths", nargs=-1, required=True, metavar="GOLD PREDICTED [GOLD PREDICTED]...")
@click.option("--lexicon", metavar="FILE", help="Training words: adds the OOV rate, OOV recall and IV recall.")
@options.encoding
@options.table_options()
@options.quiet
def command(
    paths: tuple[str, ...],
    lexicon: str | None,
    encoding: str,
    errors: str,
    output_format: str,
    header: bool,
    output: str,
) -> None:
    """Compare segmentations with gold standards, by the rules of the SIGHAN bakeoffs.

    Words are separated by blanks (ASCII white space or U+3000). A line holds the same text in both files; only the
    blanks differ. A row is written for each pair, named after PREDICTED, and a row 'total' if there are several.
    """
    if len(paths) % 2:
        raise click.UsageError(f"{paths[-1]} has no counterpart: give GOLD and PREDICTED in pairs.")
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be only one of the files.")
    with open_output(output) as file:
        from nlpzero.errors import NothingFound
        from nlpzero.lexicon.lexicon import Lexicon
        from nlpzero.reading.corpus import Corpus
        from nlpzero.segment.scoring import score

        vocabulary = set(Lexicon.from_file(lexicon, encoding).words) if lexicon else None
        scores: list[tuple[str, Score]] = []
        for pair in zip(paths[::2], paths[1::2], strict=True):
            gold, predicted = (Corpus([path], encoding=encoding, errors=errors) for path in pair)
            scores.append((pair[1], score(gold.lines(), predicted.lines(), vocabulary, names=pair)))
            warn_replaced(gold)
            warn_replaced(predicted)
        total = sum((result for _, result in scores[1:]), scores[0][1])
        if not total.words:
            raise NothingFound(f"{', '.join(paths[::2])}: no words to compare with")
        table = Table(file, ("file", *FIGURES), output_format, header)
        for name, result in [*scores, *([("total", total)] if len(scores) > 1 else [])]:
            table.write([name, *(getattr(result, figure) for figure in FIGURES)])
