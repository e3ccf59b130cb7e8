"""`nlpzero probe segment`: text cut by a BERT model."""

from dataclasses import dataclass
from functools import partial

import click

from ..messages import parts_of, warn, warn_replaced
from ..options import ReadingOptions, RunningOptions, quiet
from ..output import FileOptions, open_bytes
from ..pages import command as page
from ..values import option, values
from .options import ModelOptions, probing

EPILOG = """\b
Examples:
  nlpzero probe segment --model roberta river.txt
  nlpzero probe segment --model roberta --neighbour-only --threshold 0.8 river.txt
"""


@dataclass(frozen=True, kw_only=True)
class CutOptions:
    """Where text is cut, and what is put there."""

    threshold: float = option(
        "--threshold",
        type=click.FloatRange(min=0),
        default=1.0,
        help="Cut where two neighbours tell less of each other than this times the mean of the line.",
    )
    neighbour_only: bool = option(
        "--neighbour-only", is_flag=True, help="Mask only the neighbour, not both: half the time, and less sure."
    )
    delimiter: str = option(
        "--delimiter", default=" ", show_default="a blank", metavar="TEXT", help="What to put between words."
    )


@page(epilog=EPILOG, most=("model", "threshold", "neighbour_only", "measure", "output"))
@values(CutOptions, "own")
@values(ModelOptions, "asked")
@values(ReadingOptions, "reading", paths={"metavar": "[FILE]..."})
@values(FileOptions, "writing")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(
    own: CutOptions, asked: ModelOptions, reading: ReadingOptions, writing: FileOptions, running: RunningOptions
) -> None:
    """Cut text into words (扰动掩码分词) where neighbours tell a BERT model little of each other.

    A character is masked, then its neighbour as well: what the second mask changes is what the neighbour tells of it.
    A line of n characters takes 2n - 1 passes through the model, or n + 1 with --neighbour-only.
    """
    from nlpzero.probe.cutter import ProbeCutter
    from nlpzero.segment.lexical import cut_part

    with open_bytes(writing.output) as out:
        prober = asked.prober()
        cutter = ProbeCutter(prober, own.threshold, "one" if own.neighbour_only else "neighbours")
        with reading.open(running) as corpus, running.job.open(probing(), corpus) as execution:
            parts = parts_of(corpus, execution.block_size)
            out.writelines(execution.engine.map(partial(cut_part, cutter, own.delimiter), parts))
            warn_replaced(corpus)
        if cutter.shortened:
            warn(f"cut into pieces: {cutter.shortened:,} lines of more than {prober.longest:,} tokens")
