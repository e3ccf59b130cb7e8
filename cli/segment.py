"""`nlpzero segment`: text cut into words, line for line."""

import contextlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .learning import learned, learning_options
from .options import (
    corpus_arguments,
    memory,
    open_engine,
    output,
    quiet,
    reading_of,
    scheduler,
    tmp_dir,
    workers,
)
from .output import open_bytes, open_output, parts_of, warn_replaced
from .words import cutter_of

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus

EPILOG = """\b
Examples:
  nlpzero segment data/stories.txt
  nlpzero segment --hmm --delimiter / data/stories.txt
  nlpzero segment --learn -o stories.cut data/stories.txt
  nlpzero discover -o words.tsv data/stories.txt
  nlpzero segment --lexicon words.tsv data/stories.txt
  nlpzero discover --method bayes --rounds 6 --save-segmenter stories.npz -o words.tsv data/stories.txt
  nlpzero segment --segmenter stories.npz data/stories.txt
"""

PART = 3 << 20
"""Bytes of text cut at a time."""
ALONE = 8
"""Parts that are cut before workers start: 24 MB take about as long as starting them."""


@click.command(epilog=EPILOG)
@corpus_arguments("FILE")
@click.option(
    "--lexicon",
    metavar="WORDS",
    show_default="jieba's dictionary",
    help="File of words: a table of `nlpzero discover`, or lines 'word count'.",
)
@click.option("--hmm", is_flag=True, help="Cut as jieba does by default: with a hidden Markov model, and slowly.")
@click.option(
    "--segmenter", metavar="SAVED", help="Cut as `nlpzero discover --method bayes --save-segmenter SAVED` learned to."
)
@click.option("--learn", is_flag=True, help="First find the words in the text itself, as `nlpzero discover` does with:")
@learning_options
@click.option("--delimiter", default=" ", show_default="a blank", metavar="TEXT", help="What to put between words.")
@output
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
    lexicon: str | None,
    hmm: bool,
    segmenter: str | None,
    learn: bool,
    delimiter: str,
    output: str,
    workers: int,
    scheduler: str | None,
    memory: int,
    tmp_dir: str | None,
    **learning: Any,
) -> None:
    """Cut text into words (分词): files or standard input, plain or packed, line for line.

    Deleting the delimiters gives the text back. Without --lexicon, --hmm, --segmenter and --learn it is cut into the
    words of jieba's dictionary, just as jieba.lcut(line, HMM=False) does.
    """
    if (lexicon is not None) + hmm + (segmenter is not None) + learn > 1:
        raise click.UsageError("--lexicon, --hmm, --segmenter and --learn exclude each other")
    given = click.get_current_context()
    for name in () if learn else learning:
        if given.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --learn")
    reading: dict[str, Any] = {"encoding": encoding, "errors": errors, "shard": shard, "tmp_dir": tmp_dir}
    if learn:
        with (
            open_output(output) as text,
            learned(
                paths, again=True, workers=workers, scheduler=scheduler, memory=memory, **reading, **learning
            ) as found,
        ):
            text.writelines(found.cut(delimiter))
        return
    from nlpzero.reading.corpus import Corpus

    with open_bytes(output) as out, Corpus(paths, reading=reading_of(memory), **reading) as corpus:
        out.writelines(_cut(corpus, workers, scheduler, tmp_dir, lexicon, hmm, segmenter, delimiter))
        warn_replaced(corpus)


def _cut(
    corpus: "Corpus",
    workers: int,
    scheduler: str | None,
    tmp_dir: str | None,
    lexicon: str | None,
    hmm: bool,
    segmenter: str | None,
    delimiter: str,
) -> Iterator[bytes]:
    """Read, cut and give the text part by part."""
    alone = 0 if hmm else 1 if segmenter is not None else ALONE
    is_jieba = lexicon is None and segmenter is None
    with (
        contextlib.ExitStack() as last,  # what outlives the workers
        open_engine(workers, scheduler, tmp_dir, corpus, dictionary=is_jieba) as engine,
    ):
        if scheduler is not None or (corpus.length() or 0) > alone * PART:
            engine.start()  # before NumPy is imported here, which takes a tenth of a second
            alone = 0
        from nlpzero.core.workspace import Workspace
        from nlpzero.segment.learned import LearnedSegmenter
        from nlpzero.segment.lexical import cut_part, cut_to_file

        cutter = LearnedSegmenter.load(segmenter) if segmenter is not None else cutter_of(lexicon=lexicon, hmm=hmm)
        cut = partial(cutter.segment, delimiter=delimiter)
        parts = parts_of(corpus, PART)
        yield from map(partial(cut_part, cut), parts if engine.workers == 1 else islice(parts, alone))
        workspace = last.enter_context(Workspace(0, tmp_dir))
        for path in engine.map(partial(cut_to_file, workspace, cut), parts):
            yield path.read_bytes()
            path.unlink()
