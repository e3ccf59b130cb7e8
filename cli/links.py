"""`nlpzero links`: what `nlpzero parse --method links` knows of words, counted in raw text."""

from dataclasses import dataclass
from functools import partial

import click

from .messages import notice, parts_of, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .pages import command as page
from .values import option, values
from .words import WordOptions, exclude

EPILOG = """\b
Examples:
  nlpzero links -o links.npz data/stories.txt
  nlpzero parse --method links --links links.npz --format brackets data/stories.txt
  nlpzero links --min-count 1 --shard 1/2 -o one.npz data/stories.txt
  nlpzero links --min-count 1 --shard 2/2 -o two.npz data/stories.txt
  nlpzero merge -o both.npz one.npz two.npz
"""


@dataclass(frozen=True, kw_only=True)
class LinkOptions:
    """Which pairs of words are counted."""

    output: str = option("-o", "--output", required=True, metavar="FILE", help="File of counts to write.")
    window: int = option(
        "--window", type=click.IntRange(min=1), default=10, help="Greatest distance of two words of a clause."
    )
    min_count: int = option(
        "--min-count",
        type=click.IntRange(min=1),
        default=3,
        help="Leave out pairs that occur less often. 1: counts of parts add up to those of the whole.",
    )


@page(epilog=EPILOG, most=("output", "min_count", "lexicon", "tokenized"))
@values(LinkOptions, "own")
@values(WordOptions, "words", without=("stop",))
@values(ReadingOptions, "reading")
@values(RunningOptions, "running")
@quiet
def command(own: LinkOptions, words: WordOptions, reading: ReadingOptions, running: RunningOptions) -> None:
    """Count words and pairs of words in clauses (依存链接统计), for `nlpzero parse --method links`.

    For each word: how often it occurs, begins a clause, ends one. For each two words: how often the one stands before
    the other in a clause, at most --window words apart. `nlpzero merge` adds up the counts of parts of a corpus.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm")
    from nlpzero.core.files import check_place
    from nlpzero.segment.encoding import encode_part
    from nlpzero.syntax.clauses import Clauses
    from nlpzero.syntax.link_counts import LINKING, count_links

    check_place(own.output)
    cut = words.cutter(reading)
    with reading.open(running) as corpus, words.open(running.job, LINKING, corpus) as execution:
        clauses = Clauses(parts_of(corpus, execution.block_size), partial(encode_part, cut), job=execution)
        warn_replaced(corpus)
        found = count_links(clauses, window=own.window, min_count=own.min_count)
        found.save(own.output)
        notice(f"{len(found.words):,} words, {len(found.columns):,} pairs in {found.clauses:,} clauses")
