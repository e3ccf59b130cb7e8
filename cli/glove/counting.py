"""How pairs of words are counted, for `nlpzero glove count` and `train`."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

import click

from ..messages import parts_of, warn_replaced, working
from ..options import ReadingOptions, RunningOptions
from ..values import is_given, option, option_name
from ..words import WordOptions

if TYPE_CHECKING:
    from nlpzero.vectors.cooccurrence import Cooccurrence


@dataclass(frozen=True, kw_only=True)
class CountingOptions:
    """Which pairs count, and how much."""

    section: ClassVar[str] = "Counting"

    window: int = option(
        "--window", type=click.IntRange(min=1), default=10, help="Greatest distance of two words on a line."
    )
    min_count: int | None = option(
        "--min-count",
        type=click.IntRange(min=1),
        show_default="5; from 5 million words on 10",
        help="Leave out words that occur less often.",
    )
    max_vocab: int | None = option(
        "--max-vocab", type=click.IntRange(min=1), show_default="all", help="Keep the N most frequent words."
    )
    weighting: Literal["flat", "linear", "harmonic", "soft"] = option(
        "--weighting",
        type=click.Choice(["flat", "linear", "harmonic", "soft"]),
        default="soft",
        help="Weight of two words at distance d: 1, (window+1-d)/window, 1/d, 2/(d+1).",
    )
    asymmetric: bool = option("--asymmetric", is_flag=True, help="Count for a word only those before it.")


def refuse_counting(path: str, kind: str, *asked: CountingOptions | WordOptions | ReadingOptions) -> None:
    """Refuse options of counting where the counts are made already."""
    for field in (field for one in asked for field in fields(one)):
        if field.name not in ("paths", "encoding", "errors") and is_given(field.name):
            raise click.UsageError(f"{option_name(field.name)} is for counting, but {path} holds {kind}")


@contextlib.contextmanager
def counted(
    counting: CountingOptions, words: WordOptions, reading: ReadingOptions, running: RunningOptions
) -> Iterator["Cooccurrence"]:
    """Count the pairs of a corpus; the counts may be maps of files that are there while the block lasts."""
    from nlpzero.vectors.cooccurrence import pairs_cost
    from nlpzero.vectors.pairs import count_pairs

    cutter, cost = words.cutter(reading), pairs_cost(counting.window)
    with (
        reading.open(running) as corpus,
        words.open(running.job, cost, corpus) as execution,
    ):
        with working("counting pairs"):
            found = count_pairs(
                parts_of(corpus, execution.block_size),
                window=counting.window,
                min_count=counting.min_count,
                max_vocab=counting.max_vocab,
                weighting=counting.weighting,
                symmetric=not counting.asymmetric,
                cutter=cutter,
                job=execution,
            )
        warn_replaced(corpus)
        found.signature["words"] = words.origin
        yield found
