"""`nlpzero score`: how well a segmentation agrees with a gold standard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .messages import warn_replaced
from .options import EncodingOptions, quiet
from .output import TableOptions
from .pages import command as page
from .values import argument, option, values

if TYPE_CHECKING:
    from nlpzero.segment.scoring import SegmentationScore

FIGURES = ("words", "predicted", "correct", "precision", "recall", "f1", "oov_rate", "oov_recall", "iv_recall")
LIMITS = ("f1_low", "f1_high")
MISTAKES = ("file", "count", "gold", "predicted")


EPILOG = """\b
Examples:
  nlpzero segment data/stories.txt -o jieba.txt
  nlpzero segment data/stories.txt --learn -o learned.txt
  nlpzero score jieba.txt learned.txt
  nlpzero score --mistakes 10 jieba.txt learned.txt
"""


@dataclass(frozen=True, kw_only=True)
class ScoreOptions:
    """What is compared with what."""

    paths: tuple[str, ...] = argument(nargs=-1, required=True, metavar="GOLD PREDICTED [GOLD PREDICTED]...")
    lexicon: str | None = option(
        "--lexicon", metavar="FILE", help="Training words: adds the OOV rate, OOV recall and IV recall."
    )
    resamples: int = option(
        "--resamples",
        type=click.IntRange(min=0),
        default=1000,
        help="Draw the lines anew N times, for the 95 % interval of F: f1_low, f1_high.",
    )
    seed: int = option("--seed", type=click.IntRange(min=0), default=1, help="Seed of the draws.")
    mistakes: int | None = option(
        "--mistakes",
        type=click.IntRange(min=1),
        metavar="N",
        help="Instead, show the N most frequent stretches that are cut differently: gold and predicted words.",
    )


@page(epilog=EPILOG, most=("mistakes", "lexicon", "encoding", "form", "output"))
@values(ScoreOptions, "own")
@values(EncodingOptions, "encoding")
@values(TableOptions, "writing")
@quiet
def command(own: ScoreOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Compare segmentations with gold standards, by the rules of the SIGHAN bakeoffs.

    Words are separated by blanks (ASCII white space or U+3000). A line holds the same text in both files; only the
    blanks differ. A row is written for each pair, named after PREDICTED, and a row 'total' if there are several.
    f1_low and f1_high hold 95 % of the F of texts made of lines that are drawn from these (bootstrap).
    """
    paths = own.paths
    if len(paths) % 2:
        raise click.UsageError(f"{paths[-1]} has no counterpart: give GOLD and PREDICTED in pairs.")
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be only one of the files.")
    with writing.open() as file:
        from nlpzero.errors import NothingFound
        from nlpzero.segment.scoring import compare

        vocabulary = set(encoding.lexicon(own.lexicon).words) if own.lexicon else None
        scores: list[tuple[str, SegmentationScore]] = []
        for pair in zip(paths[::2], paths[1::2], strict=True):
            gold, predicted = (encoding.corpus(path) for path in pair)
            scores.append((pair[1], compare(gold.lines(), predicted.lines(), vocabulary, names=pair)))
            warn_replaced(gold)
            warn_replaced(predicted)
        total = sum((result for _, result in scores[1:]), scores[0][1])
        if not total.score.words:
            raise NothingFound(f"{', '.join(paths[::2])}: no words to compare with")
        rows = [*scores, *([("total", total)] if len(scores) > 1 else [])]
        if own.mistakes is not None:
            table = writing.table(file, MISTAKES)
            for name, result in rows:
                for (true, made), count in sorted(result.mistakes.items(), key=_most_frequent)[: own.mistakes]:
                    table.write([name, count, true, made])
            return
        table = writing.table(file, ("file", *FIGURES, *LIMITS))
        for name, result in rows:
            limits = result.interval(own.resamples, own.seed) if own.resamples else None
            table.write([name, *(getattr(result.score, figure) for figure in FIGURES), *(limits or (None, None))])


def _most_frequent(item: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    """Order mistakes: the most frequent first."""
    pair, count = item
    return -count, pair
