"""What `discover` and `segment --learn` share: a corpus that is read twice, and the words found in it."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .options import open_engine, processes, reading_of, shared, together
from .output import notice, parts_of, warn, warn_replaced

if TYPE_CHECKING:
    from nlpzero.core.engine import Engine
    from nlpzero.reading.corpus import Corpus
    from nlpzero.reading.parts import Part
    from nlpzero.words.bayes import State
    from nlpzero.words.discovery import Discovery, Parameters


def _thresholds(value: str) -> tuple[float, ...]:
    """Read one number, or several with commas between them."""
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a number, nor numbers with commas between them") from None


def learning_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the parameters of word discovery: `method` and those of `nlpzero.words.discovery.Parameters`."""
    decorated: Callable[..., Any] = together(
        click.option(
            "--method",
            type=click.Choice(["entropy", "cohesion", "pmi", "esa", "bayes"]),
            default="entropy",
            help="entropy: cut where the next unit is hard to guess. cohesion: chain n-grams that hold together "
            "(word-discovery). pmi: cut between characters that do not attract each other, drop what its parts explain "
            "(nlp-zero). esa: frequent strings in many contexts, again and again. bayes: sample the words of every "
            "clause from a model of words, characters and strings; the best, and the slowest.",
        ),
        click.option(
            "--min-count",
            type=click.IntRange(min=1),
            show_default="cohesion 32, pmi 1, others 5",
            help="Report words that are cut out of the text at least so often.",
        ),
        click.option(
            "--max-length",
            type=click.IntRange(min=1),
            show_default="no limit",
            help="Report words of at most so many units.",
        ),
        click.option(
            "--order",
            type=click.IntRange(2, 7),
            default=4,
            help="entropy, cohesion: greatest length of an n-gram, for entropy also of a word, in units.",
        ),
        click.option(
            "--min-pmi",
            type=_thresholds,
            metavar="NATS[,NATS...]",
            show_default="pmi 1, cohesion 0,2,4,6",
            help="pmi: least mutual information of two neighbours. cohesion: least cohesion of n-grams of 1, 2, 3, ... "
            "characters. In nats.",
        ),
        click.option(
            "--min-proba",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            default=1e-7,
            help="pmi: least relative frequency of two neighbours and of a word.",
        ),
        click.option(
            "--rounds",
            type=click.IntRange(min=1),
            show_default="esa 8, bayes 12",
            help="esa: how often to cut the text. bayes: how often to sample it.",
        ),
        click.option(
            "--samples",
            type=click.IntRange(min=1),
            default=8,
            help="bayes: how many of the last rounds to average.",
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), default=1, help="bayes: the same seed gives the same words."
        ),
        click.option(
            "--finer",
            type=click.FloatRange(0),
            default=0.0,
            metavar="NATS",
            help="esa, bayes: shorter words: what each word is worth beside its score (1 is much).",
        ),
        click.option(
            "--coarser",
            type=click.FloatRange(0),
            default=0.0,
            metavar="NATS",
            help="esa, bayes: longer words: what each word costs beside its score.",
        ),
    )(function)
    return decorated


class Learned(NamedTuple):
    """Words found in a corpus that can be read again, and what found them."""

    discovery: "Discovery"
    corpus: "Corpus"
    engine: "Engine"
    size: int
    parameters: "Parameters"

    def parts(self) -> "Iterator[Part]":
        """Read the corpus again, in the same parts."""
        return self.corpus.parts(self.size)

    def cut(self, delimiter: str) -> Iterator[str]:
        """Cut the corpus into the words, block by block.

        Entropy, esa and bayes cut as they did to find them; the words of the others make a lexicon.
        """
        if self.discovery.tables or self.discovery.marks:
            from nlpzero.words.discovery import cut_texts

            return cut_texts(self.discovery, self.parts(), delimiter, self.engine)
        from nlpzero.lexicon.lexicon import Lexicon
        from nlpzero.reading.parts import text_of
        from nlpzero.segment.lexical import LexiconCutter

        segmenter = LexiconCutter(Lexicon(self.discovery.words, self.discovery.counts))
        return (segmenter.segment(text_of(part), delimiter) for part in self.parts())


def _tell(memory: int, state: "State") -> None:
    """Say how sampling goes on, and before it begins if it takes more memory than it was given."""
    if state.log_probability is not None:
        notice(
            f"round {state.round}: {state.tokens:,} words, {state.types:,} distinct, "
            f"log probability {state.log_probability:,.0f}"
        )
    elif state.memory > memory:
        warn(
            f"bayes will take about {state.memory / 2**20:,.0f} MB of memory for this text, more than the "
            f"{memory / 2**20:,.0f} MB of --memory; --method esa takes less"
        )


@contextlib.contextmanager
def learned(
    paths: Sequence[str],
    *,
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    workers: int,
    memory: int,
    tmp_dir: str | None,
    scheduler: str | None,
    again: bool,
    method: Any,
    finer: float = 0.0,
    coarser: float = 0.0,
    checkpoint: str | None = None,
    resume: bool = False,
    counts: str | None = None,
    **parameters: Any,
) -> Iterator[Learned]:
    """Find the words of a corpus; with `again` it can be read again while the block lasts."""
    from nlpzero.core.workspace import Workspace
    from nlpzero.ngrams.runs import NGramTable
    from nlpzero.reading.corpus import Corpus
    from nlpzero.words.discovery import CLUSTER_BLOCK, Parameters, block_size, discover, disk_space

    asked = Parameters(finer=finer - coarser, **parameters)
    workers = processes(workers, scheduler)
    size = block_size(memory, workers) if scheduler is None else block_size(memory, 1, CLUSTER_BLOCK)
    with (
        Corpus(
            paths,
            encoding=encoding,
            errors=errors,
            rereadable=again,
            tmp_dir=tmp_dir,
            shard=shard,
            reading=reading_of(memory),
        ) as corpus,
        Workspace.within(memory, workers, tmp_dir) as workspace,
        open_engine(workers, scheduler, tmp_dir, corpus) as engine,
    ):
        if (length := corpus.length()) is not None:
            workspace.require(disk_space(length, method) - workspace.budget)
        discovery = discover(
            parts_of(corpus, size),
            method,
            asked,
            engine=engine,
            workspace=workspace,
            memory=memory,
            on_round=functools.partial(_tell, memory),
            checkpoint=checkpoint,
            resume=resume,
            counted=None if counts is None else NGramTable.load(shared(counts, scheduler)),
        )
        warn_replaced(corpus)
        if unknown := discovery.ngrams.unknown:
            warn(f"units that are not in the counts, taken to occur once: {unknown:,}")
        yield Learned(discovery, corpus, engine, size, asked)
