"""`nlpzero templates`: sentence templates of a corpus."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .messages import notice, parts_of, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions, TextFile
from .pages import command as page
from .values import option, top_option, values
from .words import GapOptions, WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.syntax.clauses import Clauses
    from nlpzero.syntax.constructions import Constructions
    from nlpzero.syntax.table import TemplateOrder
    from nlpzero.syntax.templates import Templates

COLUMNS = ("template", "count", "gain", "score", "words", "gaps")
SORTS = ("gain", "count", "score")

EPILOG = """\b
Examples:
  nlpzero templates data/stories.txt
  nlpzero templates --min-count 3 --sort count --top 20 data/stories.txt
  nlpzero templates --learn --examples 2 --top 5 data/stories.txt
  nlpzero templates --fillers '在 [X] 上' --top 5 data/stories.txt
  nlpzero templates --method paths --window 3 --min-proba 1e-4 data/stories.txt
  nlpzero templates -o templates.tsv data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class TemplateOptions(GapOptions):
    """What makes a template, and which are shown."""

    method: str = option(
        "--method",
        type=click.Choice(["constructions", "paths"]),
        default="constructions",
        help="constructions: words that attract each other, with gaps that many things fill. paths: the templates of "
        "nlp-zero, maximal paths of strong pairs.",
    )
    sort: "TemplateOrder" = option(
        "--sort",
        type=click.Choice(SORTS),
        default="gain",
        help="Show the greatest first. By gain, templates with two words and a gap come before all others.",
    )
    window: int = option(
        "--window", type=click.IntRange(min=1), default=5, help="Greatest distance of two neighbouring words."
    )
    min_proba: float = option(
        "--min-proba",
        type=click.FloatRange(0, 1, max_open=True),
        default=1e-5,
        help="Least relative frequency, exclusive, of a pair of words and of a template.",
    )
    min_pmi: float = option("--min-pmi", type=float, default=2, help="Least mutual information of two words, in nats.")
    min_count: int = option(
        "--min-count", type=click.IntRange(min=1), default=5, help="constructions: least count of a template."
    )
    max_paths: int = option(
        "--max-paths",
        type=click.IntRange(1, 1 << 30),
        default=10_000,
        help="paths: skip clauses with more paths than this and report how many were skipped.",
    )
    trivial: bool = option("--trivial", is_flag=True, help="Also show templates of one word.")
    min_words: int = option(
        "--min-words", type=click.IntRange(min=1), default=1, help="Show templates of at least N words."
    )
    top: int | None = top_option("Show the first N (of each gap); 0 for all.")
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


@page(epilog=EPILOG, most=("sort", "min_count", "top", "examples", "lexicon", "output"))
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
    """Find sentence templates (句模版): words of a clause that attract each other, with gaps between them.

    Two words at most --window apart, side by side or across a gap, belong together if the pair is frequent and its
    words attract each other; pairs that share a word make longer templates. It is a construction if many different
    things fill its gaps and stand around it; a line that is repeated is none. All numbers are one word, [N].
    Punctuation, symbols and line ends end a clause.

    One row for each template. count: how often it occurs. score: mutual information of its words, ln P(template) less
    the sum of ln P(word), in nats. gain: count times score, the nats that it saves. words, gaps: how many it has.
    spread: different clauses that it is in over its count. fillers: what fills each gap most often. `nlpzero parse`
    reads the table.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm", "learn")
    exclude("examples", "fillers")
    with writing.open() as out, _clauses(own, words, reading, running) as clauses:
        from nlpzero.syntax.constructions import find_constructions
        from nlpzero.syntax.form import read_template
        from nlpzero.syntax.templates import find_templates

        found: Constructions | Templates
        if own.method == "constructions":
            found = find_constructions(
                clauses,
                window=own.window,
                min_proba=own.min_proba,
                min_pmi=own.min_pmi,
                min_count=own.min_count,
            )
            notice(f"{len(found.templates):,} templates in {clauses.total:,} words")
        else:
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
        filled = found.fillers_of(read_template(own.fillers, own.gap))
        table = writing.table(out, ("gap", "filler", "count"))
        for number, those in enumerate(filled, 1):
            for filler, count in sorted(those.items(), key=lambda item: (-item[1], item[0]))[: own.top]:
                table.write([number, filler, count])


@contextlib.contextmanager
def _clauses(
    own: TemplateOptions, words: TextWordOptions, reading: ReadingOptions, running: RunningOptions
) -> Iterator["Clauses"]:
    """Read the corpus, cut it into words and encode its clauses."""
    from nlpzero.segment.encoding import encode_part
    from nlpzero.syntax.clauses import Clauses, templates_cost

    cost, numbers = templates_cost(own.window), own.method == "constructions"
    if words.learn:
        from .learning import LearningOptions, learned

        with (
            learned(LearningOptions(), reading, running, again=True) as found,
            running.job.open(cost) as execution,
        ):
            yield Clauses(*found.tokens(), numbers=numbers, job=execution)
        return
    cut = words.cutter(reading)
    with reading.open(running) as corpus, words.open(running.job, cost, corpus) as execution:
        parts = parts_of(corpus, execution.block_size)
        clauses = Clauses(parts, partial(encode_part, cut), numbers=numbers, job=execution)
        warn_replaced(corpus)
        yield clauses


def _write(found: "Constructions | Templates", out: TextFile, own: TemplateOptions, writing: TableOptions) -> None:
    """Write the table."""
    import numpy as np

    from nlpzero.errors import ModelError, NothingFound
    from nlpzero.syntax.constructions import Constructions
    from nlpzero.syntax.form import GAP, write_template
    from nlpzero.syntax.table import TemplateRows

    rows = TemplateRows.of(found, trivial=own.trivial).sorted_by(own.sort)
    rows = rows.at(np.flatnonzero(rows.words >= own.min_words)[: own.top])
    if not rows.templates:
        raise NothingFound(
            f"all {len(found.templates):,} templates have one word or are too short; try --trivial, or a smaller "
            "--min-words, --min-proba or --min-pmi"
        )
    texts = rows.texts
    if own.gap != GAP:
        texts = [write_template(template, own.gap) for template in rows.templates]
    if sum(text.count(own.gap) for text in texts) > rows.gaps.sum():
        held = next(word for one in rows.templates for word in one if word is not None and own.gap in word)
        raise ModelError(f"the word {held!r} of a template holds the mark of gaps; choose another with --gap")
    names = [*COLUMNS]
    columns: list[Any] = [texts, rows.counts, rows.gains, rows.scores, rows.words, rows.gaps]
    listed = writing.form == "jsonl"
    if isinstance(found, Constructions):
        names += ["spread", "fillers"]
        columns += [rows.spreads, [*rows.fillers] if listed else [*map(_fillers, rows.fillers)]]
    if own.examples:
        from nlpzero.syntax.drawing import mark_gaps

        shown = [
            [mark_gaps(example.words, example.places) for example in those]
            for those in found.examples(rows.templates, own.examples)
        ]
        names.append("examples")
        columns.append([*shown] if listed else [" | ".join(those) for those in shown])
    writing.table(out, names).write_columns(columns)


def _fillers(gaps: list[list[tuple[str, int]]]) -> str:
    """Write what fills the gaps: 北京 41, 会上 22 | ..."""
    return " | ".join(", ".join(f"{filler} {count}" for filler, count in gap) for gap in gaps)
