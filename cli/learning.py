"""What `discover` and `segment --learn` share: a corpus that is read twice, and the words found in it."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import click

from .messages import notice, parts_of, warn, warn_replaced, working
from .options import ReadingOptions, RunningOptions
from .values import option
from .words import dictionary_of

if TYPE_CHECKING:
    from nlpzero.core.job import Execution
    from nlpzero.reading.corpus import Corpus
    from nlpzero.reading.parts import Block, Part
    from nlpzero.segment.encoding import Tokens
    from nlpzero.words.discovery import Discovery
    from nlpzero.words.finding import Parameters, Progress


def _thresholds(value: str) -> tuple[float, ...]:
    """Read one number, or several with commas between them."""
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a number, nor numbers with commas between them") from None


@dataclass(frozen=True, kw_only=True)
class LearningOptions:
    """How the words of a text are found."""

    section: ClassVar[str] = "Finding words"

    method: Literal["entropy", "cohesion", "pmi", "esa", "bayes"] = option(
        "--method",
        type=click.Choice(["entropy", "cohesion", "pmi", "esa", "bayes"]),
        default="entropy",
        help="entropy: cut where the next unit is hard to guess. cohesion: chain n-grams that hold together "
        "(word-discovery). pmi: cut between characters that do not attract each other, drop what its parts explain "
        "(nlp-zero). esa: frequent strings in many contexts, again and again. bayes: sample the words of every "
        "clause from a model of words, characters and strings; the best, and the slowest.",
    )
    min_count: int | None = option(
        "--min-count",
        type=click.IntRange(min=1),
        show_default="cohesion 32, pmi 1, others 5",
        help="Report words that are cut out of the text at least N times.",
    )
    max_length: int | None = option(
        "--max-length",
        type=click.IntRange(min=1),
        show_default="no limit",
        help="Report words of at most N units.",
    )
    order: int = option(
        "--order",
        type=click.IntRange(2, 7),
        default=4,
        help="entropy, cohesion: greatest length of an n-gram, for entropy also of a word, in units.",
    )
    min_pmi: tuple[float, ...] | None = option(
        "--min-pmi",
        type=_thresholds,
        metavar="NATS[,NATS...]",
        show_default="pmi 1, cohesion 0,2,4,6",
        help="pmi: least mutual information of two neighbours. cohesion: least cohesion of n-grams of 1, 2, 3, ... "
        "characters. In nats.",
    )
    min_proba: float = option(
        "--min-proba",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=1e-7,
        help="pmi: least relative frequency of two neighbours and of a word.",
    )
    rounds: int | None = option(
        "--rounds",
        type=click.IntRange(min=1),
        show_default="esa 8, bayes 12",
        help="esa: how often to cut the text. bayes: how often to sample it.",
    )
    samples: int = option(
        "--samples",
        type=click.IntRange(min=1),
        default=8,
        help="bayes: how many of the last rounds to average.",
    )
    seed: int = option(
        "--seed", type=click.IntRange(min=0), default=1, help="bayes: the same seed gives the same words."
    )
    finer: float = option(
        "--finer",
        type=click.FloatRange(0),
        default=0.0,
        metavar="NATS",
        help="esa, bayes: bonus for each word, in nats. Larger values give shorter words; 1 is strong.",
    )
    coarser: float = option(
        "--coarser",
        type=click.FloatRange(0),
        default=0.0,
        metavar="NATS",
        help="esa, bayes: cost of each word, in nats. Larger values give longer words; 1 is strong.",
    )

    @property
    def parameters(self) -> "Parameters":
        """The same, for the library."""
        from nlpzero.words.finding import Parameters

        return Parameters(
            min_count=self.min_count,
            max_length=self.max_length,
            order=self.order,
            min_pmi=self.min_pmi,
            min_proba=self.min_proba,
            rounds=self.rounds,
            samples=self.samples,
            seed=self.seed,
            finer=self.finer - self.coarser,
        )


class LearnedWords(NamedTuple):
    """Words found in a corpus that can be read again, and what found them."""

    discovery: "Discovery"
    corpus: "Corpus"
    execution: "Execution"

    def parts(self) -> "Iterator[Part]":
        """Read the corpus again, in the same parts."""
        return self.corpus.parts(self.execution.block_size)

    def blocks(self) -> "Iterator[Block]":
        """Read the corpus again, as text."""
        return self.corpus.blocks(self.execution.block_size)

    def cut(self, delimiter: str) -> Iterator[str]:
        """Cut the corpus into the words, block by block, as it was cut to count them."""
        from nlpzero.words.discovery import cut_texts

        return cut_texts(self.discovery, self.parts(), delimiter, self.execution)

    def tokens(self) -> "tuple[Iterator[Any], Callable[[Any], Tokens]]":
        """Give the blocks of the corpus, and the function that cuts one into the words and numbers them."""
        from nlpzero.words.discovery import MarkedBlock, marked_blocks

        return marked_blocks(self.discovery, self.parts()), MarkedBlock.tokens


def _tell(memory: int, state: "Progress") -> None:
    """Say how sampling goes on, and before it begins if it takes more memory than it was given."""
    if state.trust is not None:
        how = "its cut of the text comes first" if state.trust.is_start else f"it weighs {state.trust.weight:.2f}"
        notice(
            f"the dictionary lists {state.trust.covered:.0%} of the words that the text shows without it, "
            f"r {state.trust.r:.2f}: {how}"
        )
    if state.log_probability is not None:
        notice(
            f"round {state.round}: {state.tokens:,} words, {state.types:,} distinct, "
            f"log probability {state.log_probability:,.0f}"
        )
    elif state.memory > memory:
        warn(
            f"bayes will take about {state.memory / 2**20:,.0f} MB of memory for this text, more than --memory allows; "
            f"give --memory {-(-state.memory >> 20)}M, or take --method esa, which keeps to less"
        )


class Sources(NamedTuple):
    """What words are learned from besides text: n-gram counts, the state of an interrupted run, a dictionary."""

    counts: str | None = None
    checkpoint: str | None = None
    resume: bool = False
    lexicon: str | None = None


TEXT_ONLY = Sources()


@contextlib.contextmanager
def learned(
    learning: LearningOptions,
    reading: ReadingOptions,
    running: RunningOptions,
    sources: Sources = TEXT_ONLY,
    *,
    again: bool,
) -> Iterator[LearnedWords]:
    """Find the words of a corpus; with `again` it can be read again while the block lasts."""
    from nlpzero.ngrams.runs import NGramTable
    from nlpzero.words.discovery import discover, discovery_cost

    asked, job = learning.parameters, running.job
    if sources.lexicon is not None:
        if learning.method != "bayes":
            raise click.UsageError("--lexicon needs --method bayes")
        asked = replace(asked, lexicon=dictionary_of(sources.lexicon, reading))
    counts = sources.counts and (os.path.abspath(sources.counts) if job.scheduler else sources.counts)
    with (
        reading.open(running, again=again) as corpus,
        job.open(discovery_cost(learning.method), corpus, files=[counts] if counts else ()) as execution,
    ):
        with working(f"{learning.method}: finding words"):
            discovery = discover(
                parts_of(corpus, execution.block_size),
                learning.method,
                asked,
                job=execution,
                on_round=functools.partial(_tell, job.memory),
                checkpoint=sources.checkpoint,
                resume=sources.resume,
                counted=NGramTable.load(counts) if counts else None,
            )
        warn_replaced(corpus)
        if unknown := discovery.ngrams.unknown:
            warn(f"units that are not in the counts, taken to occur once: {unknown:,}")
        yield LearnedWords(discovery, corpus, execution)
