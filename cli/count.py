"""`nlpzero count`: n-gram counts of a corpus or a part of it, to be merged and given to discover."""

from dataclasses import dataclass

import click

from .messages import notice, parts_of, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .pages import command as page
from .values import option, values

EPILOG = """\b
Examples:
  nlpzero count -o stories.runs data/stories.txt
  nlpzero count --order 3 --characters -o characters.runs data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class CountOptions:
    """What is counted, and where the counts go."""

    output: str = option("-o", "--output", required=True, metavar="FILE", help="File of counts to write.")
    order: int = option(
        "--order",
        type=click.IntRange(2, 7),
        default=4,
        help="Greatest length of a word, in units. N-grams are counted up to one unit more.",
    )
    characters: bool = option(
        "--characters", is_flag=True, help="Count single characters, as cohesion and pmi need; without it, units."
    )


@page(epilog=EPILOG, most=("output", "order", "shard", "workers", "memory"))
@values(CountOptions, "own")
@values(ReadingOptions, "reading")
@values(RunningOptions, "running")
@quiet
def command(own: CountOptions, reading: ReadingOptions, running: RunningOptions) -> None:
    """Count the n-grams of a corpus (n 元语法计数): files or standard input, plain or packed.

    Every n-gram is kept, also those that occur once: counts of the parts of a corpus, added up by nlpzero merge, are
    the same bytes as those of the whole. They serve nlpzero discover --counts.
    """
    from nlpzero.core.files import open_whole
    from nlpzero.ngrams.counts import count_ngrams, counting_cost

    with (
        open_whole(own.output) as file,
        reading.open(running) as corpus,
        running.job.open(counting_cost(own.order), corpus) as execution,
    ):
        parts = parts_of(corpus, execution.block_size)
        counted = count_ngrams(parts, own.order, characters=own.characters, job=execution)
        warn_replaced(corpus)
        counted.save(file)
        kind = "characters" if own.characters else "units"
        notice(f"{sum(map(len, counted.levels)):,} n-grams in {counted.total:,} {kind} of text")
