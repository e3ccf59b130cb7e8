"""`nlpzero glove merge`: counts of pairs, added up."""

from dataclasses import dataclass

import click

from ..options import RunningOptions, quiet
from ..pages import command as page
from ..values import argument, option, values

EPILOG = """\b
Examples:
  nlpzero glove count -o one.npz data/stories.txt
  nlpzero glove merge -o both.npz one.npz one.npz
"""


@dataclass(frozen=True, kw_only=True)
class PairMergeOptions:
    """What is added up, and where the sum goes."""

    paths: tuple[str, ...] = argument(nargs=-1, required=True, metavar="COUNTS...")
    output: str = option("-o", "--output", required=True, metavar="FILE", help="File of counts to write (.npz).")
    min_count: int = option(
        "--min-count", type=click.IntRange(min=1), default=1, help="Leave out words that are rarer in all files."
    )


@page(epilog=EPILOG, most=("output", "min_count", "workers", "memory", "tmp_dir"))
@values(PairMergeOptions, "own")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(own: PairMergeOptions, running: RunningOptions) -> None:
    """Add up counts that were made on several machines or days.

    Each file lacks the words that were rare in it: count with a low --min-count, and give a higher one here.
    """
    from nlpzero.core.files import check_place
    from nlpzero.vectors.cooccurrence import PAIRS, Cooccurrence, merge_counts

    check_place(own.output)
    parts = [Cooccurrence.load(path) for path in own.paths]
    with running.job.open(PAIRS) as execution:
        merge_counts(parts, own.min_count, job=execution).save(own.output)
