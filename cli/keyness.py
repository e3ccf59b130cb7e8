"""`nlpzero keyness`: the words that one corpus has more often than another."""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import click

from .corpora import (
    CorpusWordOptions,
    DocumentOptions,
    kind_of_file,
    labelled,
    measure_option,
    string_counts,
    word_counts,
)
from .messages import warn
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .terminal import is_terminal
from .values import argument, is_given, option, top_option, values

if TYPE_CHECKING:
    from nlpzero.corpora.documents import DocumentUnit
    from nlpzero.corpora.frequencies import WordCounts
    from nlpzero.corpora.keyness import KeynessOptions
    from nlpzero.corpora.records import ResultTable

EPILOG = """\b
Examples:
  head -n 170 data/stories.txt > a.txt; tail -n +171 data/stories.txt > b.txt; nlpzero keyness --top 10 a.txt b.txt
  nlpzero keyness --negative --document line --max-p 0.01 a.txt b.txt
  nlpzero words -q --save a.npz a.txt
  nlpzero words -q --save b.npz b.txt
  nlpzero keyness --side stable --top 5 a.npz b.npz
  nlpzero keyness --ngrams --top 10 a.txt b.txt
  split -l 85 data/stories.txt part; nlpzero keyness --by file --top 3 part*
  nlpzero keyness --by file --document line --max-p 0.05 part*
  nlpzero keyness --by file --trend --top 10 part*
"""

MEASURES = (
    *("g2", "p", "log_ratio", "low", "high", "diff", "bic", "odds_ratio", "simple_maths", "relative_risk", "ell"),
    *("chi_squared", "likelihood_ratio"),
)
"""The names of nlpzero.corpora.contrast.MEASURES, which is imported late; a test compares them."""
ON_TERMINAL = ("g2", "log_ratio")
"""Measures that fit a terminal."""


@dataclass(frozen=True, kw_only=True)
class KeynessCommandOptions:
    """What is compared, and which words are shown."""

    texts: tuple[str, ...] = argument(nargs=-1, required=True, metavar="A B")
    against: tuple[str, ...] = option(
        "--against",
        multiple=True,
        metavar="FILE",
        help="A file of B; may be given again. All files that stand alone are then A.",
    )
    by: str | None = option(
        "--by",
        metavar="file|FIELD",
        show_default="A against B",
        help="Compare each file, or all records with the same FIELD (beside the --field of the text), with all others.",
    )
    trend: bool = option(
        "--trend", is_flag=True, help="--by: show the words whose frequency rises or falls from part to part."
    )
    side: Literal["positive", "negative", "both", "stable"] = option(
        "--side",
        type=click.Choice(["positive", "negative", "both", "stable"]),
        default="positive",
        help="Words that A has more often, B has more often, either, or those whose frequencies differ least.",
    )
    ngrams: bool = option(
        "--ngrams",
        is_flag=True,
        help="Compare strings in place of words, so that unknown words show; also from files of nlpzero count.",
    )
    order: int = option("--order", type=click.IntRange(2, 7), default=4, help="--ngrams: longest string, in units.")
    negative: bool = option("--negative", is_flag=True, help="The same as --side negative.")
    sort: str = option(
        "--sort",
        type=click.Choice(MEASURES),
        default="g2",
        help="Put the words first that differ most by this measure.",
    )
    measures: tuple[str, ...] = measure_option(MEASURES, shown="g2 to simple_maths; fewer on a terminal")
    min_count: int = option(
        "--min-count", type=click.IntRange(min=1), default=5, help="Leave out words that both have less often together."
    )
    max_p: float = option("--max-p", type=click.FloatRange(0, 1), default=1.0, help="Greatest p that is shown.")
    correction: Literal["none", "holm", "bh"] = option(
        "--correction",
        type=click.Choice(["none", "holm", "bh"]),
        default="none",
        help="Correct p for the number of words: holm, that no word be wrong; bh, the share of wrong words.",
    )
    constant: float = option(
        "--constant",
        type=click.FloatRange(0, min_open=True),
        default=100.0,
        help="simple_maths: what is added to both frequencies per million.",
    )
    top: int | None = top_option("Show only the first N words; 0 shows all.", shown="all; on a terminal 30")


@dataclass(frozen=True, kw_only=True)
class PermutationOptions(DocumentOptions):
    """How words are tested over documents."""

    section: ClassVar[str] = "Test over documents"

    permutations: int = option(
        "--permutations",
        type=click.IntRange(min=19),
        default=999,
        help="With --document: draw N random divisions of the documents into A and B, for p_documents.",
    )
    seed: int = option("--seed", type=click.IntRange(min=0), default=1, help="Seed of --permutations.")


@page(epilog=EPILOG, most=("against", "side", "sort", "top", "document", "lexicon", "tokenized"))
@values(KeynessCommandOptions, "own")
@values(PermutationOptions, "documents")
@values(CorpusWordOptions, "words")
@values(ReadingOptions, "reading", without=("paths",))
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: KeynessCommandOptions,
    documents: PermutationOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find the key words (关键词) of a corpus A against a corpus B: those that it has more often than chance would.

    A and B are texts, or word counts that `nlpzero words --save` made. With --document, a test over documents tells
    words that A uses from words that one of its documents repeats.
    """
    options = _options(own, documents)
    if own.by is not None:
        with writing.open() as file:
            found = _compare_parts(own, own.by, options, documents, words, reading, running)
            writing.table(file, found.names).write_columns(found.lists())
        return
    if own.trend:
        raise click.UsageError("--trend needs --by")
    a, b = _sides(own)
    with writing.open() as file:
        from nlpzero.corpora.keyness import compare

        if own.ngrams:
            found = _compare_strings(a, b, own, options, documents, words, reading, running)
            writing.table(file, found.names).write_columns(found.lists())
            return
        learned = functools.cache(lambda: words.learned([*a, *b], reading, running))
        unit, read = documents.unit(reading)
        counts = [word_counts(paths, unit, words, lambda _: learned(), read, running) for paths in (a, b)]
        found = compare(counts[0], counts[1], options, job=running.job)
        table = writing.table(file, found.names)
        table.write_columns(found.lists())


def _sides(own: KeynessCommandOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the files of A and those of B."""
    if own.against:
        a, b = own.texts, own.against
    elif len(own.texts) == 2:
        a, b = own.texts[:1], own.texts[1:]
    else:
        raise click.UsageError("give two texts, A and B; or several of A, and those of B each with --against")
    if twice := {*a} & {*b}:
        raise click.UsageError(f"{min(twice)} is on both sides; give two texts that differ")
    return a, b


def _compare_parts(
    own: KeynessCommandOptions,
    by: str,
    options: "KeynessOptions",
    documents: PermutationOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "ResultTable":
    """Compare each part with the others, or find trends."""
    from nlpzero.corpora.parts import TrendOptions, compare_parts, trends

    for name, given in (("--against", own.against), ("--ngrams", own.ngrams)):
        if given:
            raise click.UsageError(f"{name} is for A against B, not for --by")
    if documents.document != "none" and own.trend:
        raise click.UsageError("--document is for key words, not for --trend")
    unit = _part_unit(by, documents, reading)
    read = reading if by == "file" else labelled(reading, by, "--by")
    learned = functools.cache(lambda: words.learned(own.texts, reading, running))
    counts = word_counts(own.texts, unit, words, lambda _: learned(), read, running)
    _warn_of_empty(own.texts if by == "file" else (), counts)
    if own.trend:
        if is_given("sort"):
            raise click.UsageError("--trend is sorted by how sure the slope is, not by --sort")
        return trends(counts, TrendOptions(min_count=own.min_count, top=own.top))
    return compare_parts(counts, options, job=running.job)


def _part_unit(by: str, documents: PermutationOptions, reading: ReadingOptions) -> "DocumentUnit":
    """What is counted: by parts, and for a test over documents by documents in them."""
    from nlpzero.corpora.documents import DocumentUnit

    is_field = by != "file"
    if documents.document == "none":
        return DocumentUnit("label", len(reading.fields)) if is_field else DocumentUnit("file")
    if documents.document == "line" or (documents.document == "paragraph" and not is_field):
        kind: Literal["line", "paragraph"] = "line" if documents.document == "line" else "paragraph"
        return DocumentUnit(kind, len(reading.fields), "label" if is_field else "file")
    smaller = "line" if is_field else "line or paragraph"
    raise click.UsageError(f"--document {documents.document} is no part of --by {by}; give {smaller}")


def _warn_of_empty(paths: tuple[str, ...], counts: "WordCounts") -> None:
    """Say which parts are left out, as they hold no words; `paths` are parts that are files."""
    from nlpzero.corpora.parts import part_sizes

    sizes = part_sizes(counts)
    absent = [path for path in paths if path not in sizes and path != "-" and kind_of_file(path) is None]
    for name in [*absent, *(name for name, size in sizes.items() if not size)]:
        warn(f"{name} holds no words, and is left out")


def _compare_strings(
    a: tuple[str, ...],
    b: tuple[str, ...],
    own: KeynessCommandOptions,
    options: "KeynessOptions",
    documents: PermutationOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "ResultTable":
    """Compare the n-grams of two sides."""
    from nlpzero.corpora.strings import compare_strings

    for name in words.is_asked + ["--document"] * (documents.document != "none"):
        raise click.UsageError(f"{name} is for words, not for --ngrams")
    tables = [string_counts(paths, own.order, reading, running) for paths in (a, b)]
    return compare_strings(tables[0], tables[1], options)


def _options(own: KeynessCommandOptions, documents: PermutationOptions) -> "KeynessOptions":
    """The options, for the library."""
    from nlpzero.corpora.keyness import KeynessOptions
    from nlpzero.corpora.permutation import Permutation

    if own.negative and is_given("side"):
        raise click.UsageError("--negative and --side exclude each other")
    if documents.document == "none" and (is_given("permutations") or is_given("seed")):
        raise click.UsageError("--permutations and --seed need --document")
    measures = own.measures
    if "all" in measures:
        measures = MEASURES
    elif not measures and is_terminal() and not is_given("form"):
        measures = ON_TERMINAL
    return KeynessOptions(
        side="negative" if own.negative else own.side,
        sort=own.sort,
        measures=measures,
        min_count=own.min_count,
        max_p=own.max_p,
        correction=own.correction,
        constant=own.constant,
        top=own.top,
        permutation=Permutation(documents.permutations, documents.seed) if documents.document != "none" else None,
    )
