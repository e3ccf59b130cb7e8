"""`nlpzero templates`: sentence templates of a corpus."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from .messages import notice, parts_of, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions, TextFile
from .pages import command as page
from .values import all_for_zero, option, values
from .words import GapOptions, WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.syntax.clauses import Clauses
    from nlpzero.syntax.templates import Templates

COLUMNS = ("template", "count", "proba", "words", "gaps", "score")

EPILOG = """\b
Examples:
  nlpzero templates data/stories.txt
  nlpzero templates --window 3 --min-proba 1e-4 --min-words 2 data/stories.txt
  nlpzero templates --learn --examples 2 --top 5 data/stories.txt
  nlpzero templates --fillers '[X] 的 [X]' --top 5 data/stories.txt
  nlpzero templates -o templates.tsv data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class TemplateOptions(GapOptions):
    """What makes a template, and which are shown."""

    window: int = option(
        "--window", type=click.IntRange(min=1), default=5, help="Greatest distance of two linked words."
    )
    min_proba: float = option(
        "--min-proba",
        type=click.FloatRange(0, 1, max_open=True),
        default=1e-5,
        help="Least relative frequency, exclusive, of a pair of words and of a template.",
    )
    min_pmi: float = option("--min-pmi", type=float, default=2, help="Least mutual information of two words, in nats.")
    max_paths: int = option(
        "--max-paths",
        type=click.IntRange(1, 1 << 30),
        default=10_000,
        help="Skip clauses with more paths than this and report how many were skipped.",
    )
    trivial: bool = option("--trivial", is_flag=True, help="Also show templates of one word between two gaps.")
    min_words: int = option(
        "--min-words", type=click.IntRange(min=1), default=1, help="Show templates of at least N words."
    )
    top: int | None = option(
        "--top",
        type=click.IntRange(min=0),
        callback=all_for_zero,
        show_default="all",
        help="Show the first N (of each gap); 0 for all.",
    )
    examples: int | None = option(
        "--examples",
        type=click.IntRange(min=1),
        help="Add a column of the first N clauses with the template, gaps in brackets.",
    )
    fillers: str | None = option(
        "--fillers",
        metavar="TEMPLATE",
        help="Instead, show the words that fill the gaps of one template: gap filler count.",
    )


@dataclass(frozen=True, kw_only=True)
class TextWordOptions(WordOptions):
    """Where the words of a text come from: also from the text itself."""

    learn: bool = option(
        "--learn", is_flag=True, help="Cut the text into words found in it, as `nlpzero discover` does by default."
    )


@page(epilog=EPILOG, most=("min_words", "top", "examples", "lexicon", "output"))
@values(TemplateOptions, "own")
@values(TextWordOptions, "words", without=("stop",))
@values(ReadingOptions, "reading")
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: TemplateOptions,
    words: TextWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find sentence templates (句模版): words of a clause that attract each other across gaps.

    A pair of words at most --window apart is strong if it is frequent and attracts each other. In each clause, words
    are linked to their strong followers; every path of links that cannot be made longer is a template, with a gap
    where it skips words. Punctuation, symbols and line ends end a clause.

    One row for each template, most frequent first. count: in how many paths. proba: their share of all paths. words,
    gaps: how many it has. score: mutual information of its words, in nats. `nlpzero parse` reads the table.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm", "learn")
    exclude("examples", "fillers")
    with writing.open() as out, _clauses(own.window, words, reading, running) as clauses:
        from nlpzero.syntax.form import read_template
        from nlpzero.syntax.templates import find_templates

        found = find_templates(
            clauses,
            window=own.window,
            min_proba=own.min_proba,
            min_pmi=own.min_pmi,
            max_paths=own.max_paths,
        )
        if found.left_out:
            warn(f"skipped: {found.left_out:,} clauses with more than {own.max_paths:,} paths (--max-paths)")
        notice(f"{len(found.templates):,} templates in {found.total:,} paths, {clauses.total:,} words")
        if own.fillers is None:
            _write(found, out, own, writing)
            return
        filled = found.fillers(read_template(own.fillers, own.gap))
        table = writing.table(out, ("gap", "filler", "count"))
        for number, those in enumerate(filled, 1):
            for filler, count in sorted(those.items(), key=lambda item: (-item[1], item[0]))[: own.top]:
                table.write([number, filler, count])


@contextlib.contextmanager
def _clauses(
    window: int, words: TextWordOptions, reading: ReadingOptions, running: RunningOptions
) -> Iterator["Clauses"]:
    """Read the corpus, cut it into words and encode its clauses."""
    from nlpzero.segment.encoding import encode_part
    from nlpzero.syntax.clauses import Clauses, templates_cost

    if words.learn:
        from .learning import LearningOptions, learned

        with (
            learned(LearningOptions(), reading, running, again=True) as found,
            running.job.open(templates_cost(window)) as execution,
        ):
            yield Clauses(*found.tokens(), job=execution)
        return
    cut = words.cutter(reading)
    with reading.open(running) as corpus, words.open(running.job, templates_cost(window), corpus) as execution:
        clauses = Clauses(parts_of(corpus, execution.block_size), partial(encode_part, cut), job=execution)
        warn_replaced(corpus)
        yield clauses


def _write(found: "Templates", out: TextFile, own: TemplateOptions, writing: TableOptions) -> None:
    """Write the table."""
    from nlpzero.errors import ModelError, NothingFound
    from nlpzero.syntax.drawing import mark_gaps
    from nlpzero.syntax.form import is_trivial, write_template

    chosen = [
        i
        for i, template in enumerate(found.templates)
        if len(template) - template.count(None) >= own.min_words and (own.trivial or not is_trivial(template))
    ][: own.top]
    if not chosen:
        raise NothingFound(
            f"all {len(found.templates):,} templates are trivial (one word between two gaps) or too short; try "
            "--trivial, or a smaller --min-words, --min-proba or --min-pmi"
        )
    templates = [found.templates[i] for i in chosen]
    for template in templates:
        for word in template:
            if word is not None and own.gap in word:
                raise ModelError(f"the word {word!r} of a template holds the mark of gaps; choose another with --gap")
    counts = found.counts[chosen].tolist()
    probas = [count / found.total for count in counts]
    gaps = [template.count(None) for template in templates]
    names = (*COLUMNS, "examples") if own.examples else COLUMNS
    columns = [
        [write_template(template, own.gap) for template in templates],
        counts,
        probas if writing.form == "jsonl" else [f"{proba:.4g}" for proba in probas],
        [len(template) - skipped for template, skipped in zip(templates, gaps, strict=True)],
        gaps,
        found.scores[chosen].tolist(),
    ]
    if own.examples:
        shown = [
            [mark_gaps(example.words, example.places) for example in those]
            for those in found.examples(templates, own.examples)
        ]
        columns.append(shown if writing.form == "jsonl" else [" | ".join(those) for those in shown])
    writing.table(out, names).write_columns(columns)
