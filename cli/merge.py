"""`nlpzero merge`: n-gram counts of the parts of a corpus, added up."""

import click

from .options import memory, open_engine, processes, quiet, scheduler, shared, tmp_dir, workers
from .output import notice

EPILOG = """\b
Examples:
  nlpzero count --shard 1/2 -o part1.runs data/stories.txt
  nlpzero count --shard 2/2 -o part2.runs data/stories.txt
  nlpzero merge -o all.runs part1.runs part2.runs
  nlpzero discover --counts all.runs --top 5 data/stories.txt
"""


@click.command(epilog=EPILOG)
@click.argument("parts", nargs=-1, required=True, metavar="COUNTS...")
@click.option("-o", "--output", required=True, metavar="FILE", help="File of counts to write.")
@workers
@scheduler
@memory
@tmp_dir
@quiet
def command(
    parts: tuple[str, ...], output: str, workers: int, scheduler: str | None, memory: int, tmp_dir: str | None
) -> None:
    """Add up n-gram counts that nlpzero count made of the parts of a corpus (合并计数).

    The sum is the same bytes as the counts of the whole corpus, however it was parted and in whatever order.
    """
    from nlpzero.core.files import open_whole
    from nlpzero.core.workspace import Workspace
    from nlpzero.ngrams.runs import Counted, merge_ngrams

    workers = processes(workers, scheduler)
    with (
        open_whole(output) as file,
        Workspace.within(memory, workers, tmp_dir) as workspace,
        open_engine(workers, scheduler, tmp_dir) as engine,
    ):
        merged = merge_ngrams(
            [Counted.load(shared(part, scheduler)) for part in parts], engine=engine, workspace=workspace
        )
        merged.save(file)
        notice(f"{sum(map(len, merged.levels)):,} n-grams in {merged.total:,} units of text")
