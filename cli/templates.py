"""`nlpzero templates`: sentence templates of a corpus."""

import contextlib
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

from .options import (
    corpus_arguments,
    memory,
    open_engine,
    processes,
    quiet,
    reading_of,
    scheduler,
    table_options,
    tmp_dir,
    workers,
)
from .output import Table, notice, open_output, parts_of, warn, warn_replaced
from .words import cutter_of, exclude, gap, word_options

if TYPE_CHECKING:
    from typing import TextIO

    from nlpzero.core.engine import Engine
    from nlpzero.syntax.clauses import Clauses
    from nlpzero.syntax.templates import Templates

COLUMNS = ("template", "count", "proba", "words", "gaps", "score")

ALONE = 8
"""Blocks that need no workers: 24 MB take about as long as starting them and handing them the counts."""

EPILOG = """\b
Examples:
  nlpzero templates data/stories.txt
  nlpzero templates --window 3 --min-proba 1e-4 --min-words 2 data/stories.txt
  nlpzero templates --learn --examples 2 --top 5 data/stories.txt
  nlpzero templates --fillers '[X] 的 [X]' --top 5 data/stories.txt
  nlpzero templates -o templates.tsv data/stories.txt
"""


@click.command(epilog=EPILOG)
@corpus_arguments()
@word_options
@click.option(
    "--learn", is_flag=True, help="Cut the text into words that are found in it, as `nlpzero discover` does by default."
)
@click.option("--window", type=click.IntRange(min=1), default=5, help="Greatest distance of two linked words.")
@click.option(
    "--min-proba",
    type=click.FloatRange(0, 1, max_open=True),
    default=1e-5,
    help="Least relative frequency, exclusive, of a pair of words and of a template.",
)
@click.option("--min-pmi", type=float, default=2, help="Least mutual information of a pair of words, in nats.")
@click.option(
    "--max-paths",
    type=click.IntRange(1, 1 << 30),
    default=10_000,
    help="Leave out clauses with more paths than this; how many there were is told.",
)
@click.option("--trivial", is_flag=True, help="Also show templates of one word between two gaps.")
@click.option("--min-words", type=click.IntRange(min=1), default=1, help="Show templates of at least so many words.")
@click.option("--top", type=click.IntRange(min=1), show_default="all", help="Show the first so many (of each gap).")
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    metavar="N",
    help="Add a column of the first N clauses with the template, gaps in brackets.",
)
@click.option(
    "--fillers", metavar="TEMPLATE", help="Instead of the templates, show what fills the gaps of one: gap filler count."
)
@gap
@table_options()
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
    tokenized: bool,
    lexicon: str | None,
    hmm: bool,
    learn: bool,
    window: int,
    min_proba: float,
    min_pmi: float,
    max_paths: int,
    trivial: bool,
    min_words: int,
    top: int | None,
    examples: int | None,
    fillers: str | None,
    gap: str,
    output_format: str,
    header: bool,
    output: str,
    workers: int,
    scheduler: str | None,
    memory: int,
    tmp_dir: str | None,
) -> None:
    """Find sentence templates (句模版): words of a clause that attract each other across gaps.

    A pair of words at most --window apart is strong if it is frequent and attracts each other. In each clause, words
    are linked to their strong followers; every path of links that cannot be made longer is a template, with a gap
    where it skips words. Punctuation, symbols and line ends end a clause.

    One row for each template, most frequent first. count: in how many paths. proba: their share of all paths. words,
    gaps: how many it has. score: mutual information of its words, in nats. `nlpzero parse` reads the table.
    """
    exclude(tokenized=tokenized, lexicon=lexicon, hmm=hmm, learn=learn)
    exclude(examples=examples, fillers=fillers)
    with (
        open_output(output) as out,
        _clauses(
            paths, encoding, errors, shard, tokenized, lexicon, hmm, learn, window, workers, scheduler, memory, tmp_dir
        ) as (
            clauses,
            engine,
        ),
    ):
        from nlpzero.syntax.templates import find_templates, read_template

        found = find_templates(
            clauses, window=window, min_proba=min_proba, min_pmi=min_pmi, max_paths=max_paths, engine=engine
        )
        if found.left_out:
            warn(f"left out: {found.left_out:,} clauses with more than {max_paths:,} paths (--max-paths)")
        notice(f"{len(found.templates):,} templates in {found.total:,} paths, {clauses.total:,} words")
        if fillers is None:
            _write(found, out, output_format, header, trivial, min_words, top, examples, gap)
            return
        filled = found.fillers(read_template(fillers, gap))
        table = Table(out, ("gap", "filler", "count"), output_format, header)
        for number, those in enumerate(filled, 1):
            for filler, count in sorted(those.items(), key=lambda item: (-item[1], item[0]))[:top]:
                table.write([number, filler, count])


@contextlib.contextmanager
def _clauses(
    paths: tuple[str, ...],
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    tokenized: bool,
    lexicon: str | None,
    hmm: bool,
    learn: bool,
    window: int,
    workers: int,
    scheduler: str | None,
    memory: int,
    tmp_dir: str | None,
) -> Iterator[tuple["Clauses", "Engine"]]:
    """Read the corpus, cut it into words and encode its clauses."""
    from nlpzero.core.workspace import Workspace
    from nlpzero.reading.corpus import Corpus
    from nlpzero.syntax.clauses import SEPARATOR, Clauses, block_size, disk_space

    if learn:
        from .learning import learned

        with (
            learned(
                paths,
                encoding=encoding,
                errors=errors,
                shard=shard,
                workers=workers,
                scheduler=scheduler,
                memory=memory,
                tmp_dir=tmp_dir,
                again=True,
                method="entropy",
            ) as found,
            Workspace.within(memory, workers, tmp_dir) as workspace,
        ):
            cut = found.cut(SEPARATOR)
            yield Clauses(cut, delimiter=SEPARATOR, engine=found.engine, workspace=workspace), found.engine
        return
    cut_block, delimiter = None, " "
    is_jieba = lexicon is None and not tokenized
    if not tokenized:
        cut_block = partial(cutter_of(lexicon=lexicon, hmm=hmm).segment, delimiter=SEPARATOR)
        delimiter = SEPARATOR
    with (
        Corpus(
            paths,
            encoding=encoding,
            errors=errors,
            tmp_dir=tmp_dir,
            shard=shard,
            reading=reading_of(memory),
        ) as corpus,
        contextlib.ExitStack() as stack,
    ):
        parts = parts_of(corpus, block_size(memory, workers))
        first = [*islice(parts, ALONE)]
        second = [*islice(parts, 1)]
        workers = processes(workers, scheduler) if second else 1
        workspace = stack.enter_context(Workspace.within(memory, workers, tmp_dir))
        engine = stack.enter_context(open_engine(workers, scheduler, tmp_dir, corpus, dictionary=is_jieba))
        every = chain(first, second, parts)
        if (length := corpus.length()) is not None:
            workspace.require(disk_space(length, window) - workspace.budget)
        clauses = Clauses(every, cut=cut_block, delimiter=delimiter, engine=engine, workspace=workspace)
        warn_replaced(corpus)
        yield clauses, engine


def _write(
    found: "Templates",
    out: "TextIO",
    output_format: str,
    header: bool,
    trivial: bool,
    min_words: int,
    top: int | None,
    examples: int | None,
    gap: str,
) -> None:
    """Write the table."""
    from nlpzero.errors import ModelError, NothingFound
    from nlpzero.syntax.drawing import mark_gaps
    from nlpzero.syntax.templates import is_trivial, write_template

    chosen = [
        i
        for i, template in enumerate(found.templates)
        if len(template) - template.count(None) >= min_words and (trivial or not is_trivial(template))
    ][:top]
    if not chosen:
        raise NothingFound(
            f"all {len(found.templates):,} templates are trivial (one word between two gaps) or too short; try "
            "--trivial, or a smaller --min-words, --min-proba or --min-pmi"
        )
    templates = [found.templates[i] for i in chosen]
    for template in templates:
        for word in template:
            if word is not None and gap in word:
                raise ModelError(f"the word {word!r} of a template holds the mark of gaps; choose another with --gap")
    counts = found.counts[chosen].tolist()
    probas = [count / found.total for count in counts]
    gaps = [template.count(None) for template in templates]
    names = (*COLUMNS, "examples") if examples else COLUMNS
    columns = [
        [write_template(template, gap) for template in templates],
        counts,
        probas if output_format == "jsonl" else [f"{proba:.4g}" for proba in probas],
        [len(template) - skipped for template, skipped in zip(templates, gaps, strict=True)],
        gaps,
        found.scores[chosen].tolist(),
    ]
    if examples:
        shown = [
            [mark_gaps(example.words, example.places) for example in those]
            for those in found.examples(templates, examples)
        ]
        columns.append(shown if output_format == "jsonl" else [" | ".join(those) for those in shown])
    Table(out, names, output_format, header).write_columns(columns)
