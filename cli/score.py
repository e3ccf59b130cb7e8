"""`nlpzero score`: how well a segmentation, or trees, agree with a gold standard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .messages import warn_replaced
from .options import EncodingOptions, quiet
from .output import TableOptions
from .pages import command as page
from .scoring_trees import COLUMNS, write_scores
from .values import argument, option, values
from .words import exclude

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
  printf '(水 涨) 了\n' > gold.txt; printf '水 (涨 了)\n' > made.txt
  nlpzero score --trees gold.txt made.txt
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
    trees: bool = option(
        "--trees",
        is_flag=True,
        help="Compare trees, in CoNLL-U or in brackets: unlabelled undirected attachment (uuas), heads (uas), F of "
        "constituents (s_f1), beside trees made without knowledge.",
    )
    max_words: int | None = option(
        "--max-words",
        type=click.IntRange(min=2),
        show_default="all",
        help="With --trees: leave out sentences of more words; punctuation is not counted.",
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

    --trees: a tree for each sentence, the same sentences in both files. Punctuation is left out. uuas: share of the
    gold links that were found. uas: share of the words with the right head. s_f1: mean over sentences of F of the
    constituents: those of several words, not the whole. Rows in brackets: each word linked with the next; hanging on
    the next (left), on the one before (right); a random tree.
    """
    paths = own.paths
    if len(paths) % 2:
        raise click.UsageError(f"{paths[-1]} has no counterpart: give GOLD and PREDICTED in pairs.")
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be only one of the files.")
    if own.trees:
        exclude("trees", "lexicon")
        exclude("trees", "mistakes")
        with writing.open() as file:
            table = writing.table(file, COLUMNS)
            write_scores(paths, encoding, table, own.max_words, own.resamples, own.seed)
        return
    if own.max_words is not None:
        raise click.UsageError("--max-words is for --trees.")
    with writing.open() as file:
        from nlpzero.errors import NothingFound
        from nlpzero.segment.scoring import compare_cuts

        vocabulary = set(encoding.lexicon(own.lexicon).words) if own.lexicon else None
        scores: list[tuple[str, SegmentationScore]] = []
        for pair in zip(paths[::2], paths[1::2], strict=True):
            gold, predicted = (encoding.corpus(path) for path in pair)
            scores.append((pair[1], compare_cuts(gold.lines(), predicted.lines(), vocabulary, names=pair)))
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
