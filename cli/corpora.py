"""What the commands that read a corpus by its words share: what cuts it, what a document is, counts made before."""

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import click

from .messages import parts_of, warn_replaced, working
from .options import ReadingOptions, RunningOptions
from .values import is_given, option, option_name
from .words import WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.corpora.documents import DocumentUnit
    from nlpzero.corpora.frequencies import WordCounts
    from nlpzero.ngrams.runs import NGramTable
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter


NAMED = 3
"""Texts that a message names one by one."""


def measure_option(measures: Sequence[str], *, shown: str) -> Any:
    """Declare a field that --measure fills: the columns of a table."""
    return option(
        "--measure",
        type=click.Choice([*measures, "all"]),
        multiple=True,
        show_default=shown,
        help="A column of the table; may be given again.",
    )


@dataclass(frozen=True, kw_only=True)
class CorpusWordOptions(WordOptions):
    """Where the words of a corpus come from: from its own text, too."""

    segmenter: str | None = option(
        "--segmenter", metavar="FILE", help="Cut as what `nlpzero discover --method bayes --save-segmenter` kept does."
    )
    learn: bool = option(
        "--learn", is_flag=True, help="First find the words in the text itself, as `nlpzero discover` does."
    )

    def learned(
        self, paths: Sequence[str], reading: ReadingOptions, running: RunningOptions, corpus: "Corpus | None" = None
    ) -> "Cutter":
        """Give what cuts some texts; with --learn they are read first, from an open corpus if need be."""
        exclude("segmenter", "learn", "tokenized", "jieba", "hmm")
        exclude("learn", "lexicon")
        if self.segmenter is not None:
            from nlpzero.segment.learned import LearnedSegmenter
            from nlpzero.segment.lexical import POWER

            return self.joined(LearnedSegmenter.load(self.segmenter), POWER, reading)
        if not self.learn:
            return self.cutter(reading)
        if corpus is None and "-" in paths:
            raise click.UsageError("--learn reads each text twice; give files")
        with contextlib.ExitStack() as stack:
            if corpus is None:
                corpus = stack.enter_context(replace(reading, paths=tuple(paths)).open(running, again=True))
            return self._found(corpus, reading, running)

    def _found(self, corpus: "Corpus", reading: ReadingOptions, running: RunningOptions) -> "Cutter":
        """Find the words of a corpus."""
        from nlpzero.words.discovery import discover, discovery_cost

        with running.job.open(discovery_cost("entropy"), corpus) as execution, working("finding words"):
            found = discover(parts_of(corpus, execution.block_size), "entropy", job=execution)
            return self.finished(self.with_userdict(found.cutter, reading), reading)

    @property
    def is_asked(self) -> list[str]:
        """The options of these that were given."""
        names = ("tokenized", "lexicon", "userdict", "force", "jieba", "hmm", "stop", "grain", "split", "join")
        return [option_name(name) for name in (*names, "segmenter", "learn") if is_given(name)]


@dataclass(frozen=True, kw_only=True)
class DocumentOptions:
    """What a document is."""

    section: ClassVar[str] = "Documents"

    document: str = option(
        "--document",
        metavar="file|line|paragraph|FIELD",
        show_default="none",
        callback=lambda _context, _parameter, value: value or "none",
        help="What a document is; paragraphs end at blank lines. FIELD: all records with the same value there, beside "
        "the --field of the text.",
    )

    def unit(self, reading: ReadingOptions) -> "tuple[DocumentUnit, ReadingOptions]":
        """The same, for the library, and what is read for it."""
        from nlpzero.corpora.documents import DocumentUnit

        if self.document in ("none", "file", "line", "paragraph"):
            kind: Any = self.document
            return DocumentUnit(kind), reading
        return DocumentUnit("label", len(reading.fields)), labelled(reading, self.document, "--document")


def labelled(reading: ReadingOptions, field: str, name: str) -> ReadingOptions:
    """Read a field before those of the text."""
    if not reading.fields:
        known = "is file" if name == "--by" else "are file, line, paragraph"
        raise click.UsageError(f"{name} {field}: there {known}; a FIELD needs --field, which holds the text")
    label: str | int = int(field) if field.isascii() and field.isdigit() and int(field) else field
    return replace(reading, fields=(label, *reading.fields))


def kind_of_file(path: str) -> str | None:
    """Tell what a file of counts holds; None for text."""
    if path == "-" or not os.path.isfile(path):
        return None
    from nlpzero.core.archive import kind_of

    return kind_of(path)


def counted_paths(paths: Sequence[str], maker: str) -> bool:
    """Tell whether all files hold counts; refuse some of these and some of text."""
    kinds = [kind_of_file(path) for path in paths]
    for path, kind in zip(paths, kinds, strict=True):
        if kind is not None and not all(kinds):
            raise click.UsageError(f"{path} holds {kind}, the others are text; count them first with {maker}")
    return all(kinds)


def word_counts(
    paths: Sequence[str],
    unit: "DocumentUnit",
    words: CorpusWordOptions,
    cutter: "Callable[[Corpus], Cutter]",
    reading: ReadingOptions,
    running: RunningOptions,
) -> "WordCounts":
    """Count the words of some texts, or add up counts that were made before: then what cuts text is not asked for."""
    from nlpzero.corpora.frequencies import WordCounts
    from nlpzero.corpora.merging import merge_words

    if counted_paths(paths, "nlpzero words --save"):
        refuse_counted(paths[0], words, reading)
        parts = [WordCounts.load(path) for path in paths]
        found = parts[0] if len(parts) == 1 else merge_words(parts, job=running.job)
        if unit.kind not in ("none", found.documents.kind if found.documents else "none"):
            made = found.documents.kind if found.documents else "no document"
            raise click.UsageError(f"{paths[0]} was counted by {made}; --document {unit.kind} needs text")
        return found
    with replace(reading, paths=tuple(paths)).open(running, again=words.learn) as corpus:
        return counted_words(corpus, unit, words, cutter(corpus), running)


def string_counts(paths: Sequence[str], order: int, reading: ReadingOptions, running: RunningOptions) -> "NGramTable":
    """Count the n-grams of some texts, or add up counts that were made before."""
    from nlpzero.ngrams.counts import count_ngrams, counting_cost
    from nlpzero.ngrams.merging import merge_ngrams
    from nlpzero.ngrams.runs import NGramTable

    if counted_paths(paths, "nlpzero count"):
        parts = [NGramTable.load(path) for path in paths]
        return parts[0] if len(parts) == 1 else merge_ngrams(parts, job=running.job)
    with replace(reading, paths=tuple(paths)).open(running) as corpus:
        with running.job.open(counting_cost(order), corpus) as execution:
            counted = count_ngrams(parts_of(corpus, execution.block_size), order, job=execution)
            execution.workspace.forget()  # the counts keep their files
        warn_replaced(corpus)
        return counted


def counted_words(
    corpus: "Corpus", unit: "DocumentUnit", words: CorpusWordOptions, cutter: "Cutter", running: RunningOptions
) -> "WordCounts":
    """Count the words of an open corpus."""
    from nlpzero.corpora.frequencies import WORDS, count_words

    with words.open(running.job, WORDS, corpus) as execution:
        counted = count_words(
            parts_of(corpus, execution.block_size), cutter=cutter, unit=unit, job=execution, source=named(corpus.paths)
        )
        execution.workspace.forget()  # the counts keep their files
        warn_replaced(corpus)
        return counted


def named(paths: Sequence[str]) -> str:
    """Name some texts in a message."""
    from nlpzero.reading.inputs import name_of

    names = [name_of(path) for path in paths]
    return ", ".join(names) if len(names) <= NAMED else f"{names[0]} and {len(names) - 1:,} others"


def refuse_counted(path: str, words: CorpusWordOptions, reading: ReadingOptions) -> None:
    """Refuse options of reading text where words are counted already."""
    names = [option_name(name) for name in ("shard", "fields", "join_lines", "fold", "web") if is_given(name)]
    for name in [*words.is_asked, *names]:
        raise click.UsageError(f"{name} is for text, but {path} holds counts")
