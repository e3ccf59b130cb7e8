"""`nlpzero count`: n-gram counts of a corpus or a part of it, to be merged and given to discover."""

import click

from .options import corpus_arguments, memory, open_engine, processes, quiet, scheduler, tmp_dir, workers
from .output import notice, parts_of, warn_replaced

EPILOG = """\b
Examples:
  nlpzero count -o stories.runs data/stories.txt
  nlpzero count --order 3 --characters -o characters.runs data/stories.txt
"""


@click.command(epilog=EPILOG)
@corpus_arguments()
@click.option("-o", "--output", required=True, metavar="FILE", help="File of counts to write.")
@click.option(
    "--order",
    type=click.IntRange(2, 7),
    default=4,
    help="Greatest length, in units, of words to be found by; n-grams are counted up to one more.",
)
@click.option(
    "--characters", is_flag=True, help="Count single characters, as cohesion and pmi need it; without, units."
)
@workers
@scheduler
@memory
@tmp_dir
@quiet
def command(
    paths: tuple[str, ...],
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    output: str,
    order: int,
    characters: bool,
    workers: int,
    scheduler: str | None,
    memory: int,
    tmp_dir: str | None,
) -> None:
    """Count the n-grams of a corpus (n 元语法计数): files or standard input, plain or packed.

    Every n-gram is kept, also those that occur once: counts of the parts of a corpus, added up by nlpzero merge, are
    the same bytes as those of the whole. They serve nlpzero discover --counts.
    """
    from nlpzero.core.files import open_whole
    from nlpzero.core.workspace import Workspace
    from nlpzero.ngrams.runs import count_ngrams, disk_space
    from nlpzero.reading.corpus import Corpus
    from nlpzero.words.discovery import CLUSTER_BLOCK, block_size

    workers = processes(workers, scheduler)
    size = block_size(memory, workers) if scheduler is None else block_size(memory, 1, CLUSTER_BLOCK)
    with (
        open_whole(output) as file,
        Corpus(paths, encoding=encoding, errors=errors, tmp_dir=tmp_dir, shard=shard) as corpus,
        Workspace.within(memory, workers, tmp_dir) as workspace,
        open_engine(workers, scheduler, tmp_dir, corpus) as engine,
    ):
        if (length := corpus.length()) is not None:
            workspace.require(disk_space(length, order) - workspace.budget)
        parts = parts_of(corpus, size)
        counted = count_ngrams(parts, order, joined=not characters, engine=engine, workspace=workspace)
        warn_replaced(corpus)
        counted.save(file)
        kind = "characters" if characters else "units"
        notice(f"{sum(map(len, counted.levels)):,} n-grams in {counted.total:,} {kind} of text")
