"""What `discover` and `segment --learn` share: a corpus that is read twice, and the words found in it."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .output import progress, warn_replaced

if TYPE_CHECKING:
    from nlpzero.corpus import Corpus
    from nlpzero.engine import Engine
    from nlpzero.words.discovery import Discovery, Parameters


def _thresholds(value: str) -> tuple[float, ...]:
    """Read one number, or several with commas between them."""
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a number, nor numbers with commas between them") from None


def learning_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the parameters of word discovery: `method` and those of `nlpzero.words.discovery.Parameters`."""
    options = (
        click.option(
            "--method",
            type=click.Choice(["entropy", "cohesion", "pmi"]),
            default="entropy",
            help="entropy: cut where the next unit is hard to guess. cohesion: chain n-grams that hold together "
            "(word-discovery). pmi: cut between characters that do not attract each other, drop what its parts explain "
            "(nlp-zero).",
        ),
        click.option(
            "--min-count",
            type=click.IntRange(min=1),
            show_default="entropy 5, cohesion 32, pmi 1",
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
    )
    for option in reversed(options):
        function = option(function)
    return function


class Learned(NamedTuple):
    """Words found in a corpus that can be read again, and what found them."""

    discovery: "Discovery"
    corpus: "Corpus"
    engine: "Engine"
    size: int
    parameters: "Parameters"

    def texts(self) -> Iterator[str]:
        """Read the corpus again, in the same blocks."""
        return (block.text for block in self.corpus.blocks(self.size))

    def cut(self, delimiter: str) -> Iterator[str]:
        """Cut the corpus into the words, block by block.

        The entropy method cuts as it did to find them; the words of the others make a lexicon.
        """
        if self.discovery.tables:
            from nlpzero.words.discovery import cut_texts

            return cut_texts(self.discovery, self.texts(), delimiter, self.engine)
        from nlpzero.lexicon import Lexicon
        from nlpzero.segment.segmenter import Segmenter

        segmenter = Segmenter(Lexicon(self.discovery.words, self.discovery.counts))
        return (segmenter.segment(text, delimiter) for text in self.texts())


@contextlib.contextmanager
def learned(
    paths: Sequence[str],
    *,
    encoding: str,
    errors: str,
    workers: int,
    memory: int,
    tmp_dir: str | None,
    again: bool,
    method: Any,
    **parameters: Any,
) -> Iterator[Learned]:
    """Find the words of a corpus; with `again` it can be read again while the block lasts."""
    from nlpzero.corpus import Corpus
    from nlpzero.counting import Workspace
    from nlpzero.engine import Engine
    from nlpzero.words.discovery import STORE_SHARE, Parameters, block_size, discover

    asked = Parameters(**parameters)
    size = block_size(memory, workers)
    budget = int(memory * STORE_SHARE) if workers == 1 else 0  # worker processes share arrays as files
    with (
        Corpus(paths, encoding=encoding, errors=errors, rereadable=again, tmp_dir=tmp_dir) as corpus,
        Workspace(budget, tmp_dir) as workspace,
        Engine(workers) as engine,
    ):
        blocks = progress(corpus.blocks(size), unit="char", size=lambda block: len(block.text))
        discovery = discover(
            (block.text for block in blocks),
            method,
            asked,
            engine=engine,
            workspace=workspace,
            memory=memory,
        )
        warn_replaced(corpus)
        yield Learned(discovery, corpus, engine, size, asked)
