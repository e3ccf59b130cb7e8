"""What the commands that read a corpus by its words share: what cuts it, what a document is, counts made before."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import click

from .messages import parts_of, warn_replaced, working
from .options import ReadingOptions, RunningOptions
from .values import is_given, option, option_name
from .words import WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.corpora.documents import DocumentUnit
    from nlpzero.corpora.frequencies import WordCounts
    from nlpzero.segment.cutter import Cutter


@dataclass(frozen=True, kw_only=True)
class CorpusWordOptions(WordOptions):
    """Where the words of a corpus come from: from its own text, too."""

    segmenter: str | None = option(
        "--segmenter", metavar="FILE", help="Cut as what `nlpzero discover --method bayes --save-segmenter` kept does."
    )
    learn: bool = option(
        "--learn", is_flag=True, help="First find the words in the text itself, as `nlpzero discover` does."
    )

    def learned(self, paths: Sequence[str], reading: ReadingOptions, running: RunningOptions) -> "Cutter":
        """Give what cuts some texts; with --learn they are read to find their words."""
        exclude("segmenter", "learn", "tokenized", "jieba", "hmm")
        exclude("learn", "lexicon")
        if self.segmenter is not None:
            from nlpzero.segment.learned import LearnedSegmenter

            return self.joined(LearnedSegmenter.load(self.segmenter), 0.5, reading)
        if not self.learn:
            return self.cutter(reading)
        from nlpzero.words.discovery import discover, discovery_cost

        with (
            replace(reading, paths=tuple(paths)).open(running, again=True) as corpus,
            running.job.open(discovery_cost("entropy"), corpus) as execution,
            working("finding words"),
        ):
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

    document: Literal["none", "file", "line", "paragraph"] = option(
        "--document",
        type=click.Choice(["file", "line", "paragraph"]),
        show_default="none",
        callback=lambda _context, _parameter, value: value or "none",
        help="What a document is; paragraphs end at blank lines.",
    )

    def unit(self) -> "DocumentUnit":
        """The same, for the library."""
        from nlpzero.corpora.documents import DocumentUnit

        return DocumentUnit(self.document)


def kind_of_file(path: str) -> str | None:
    """Tell what a file of counts holds; None for text."""
    if path == "-" or not os.path.isfile(path):
        return None
    from nlpzero.core.archive import kind_of

    return kind_of(path)


def word_counts(
    paths: Sequence[str],
    unit: "DocumentUnit",
    words: CorpusWordOptions,
    cutter: Any,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "WordCounts":
    """Count the words of some texts, or add up counts that were made before.

    `cutter` is a function that gives what cuts the text: where nothing is text it is not asked.
    """
    from nlpzero.corpora.frequencies import WORDS, WordCounts, count_words
    from nlpzero.corpora.merging import merge_words

    kinds = [kind_of_file(path) for path in paths]
    if all(kinds):
        refuse_counted(paths[0], words, reading)
        parts = [WordCounts.load(path) for path in paths]
        found = parts[0] if len(parts) == 1 else merge_words(parts, job=running.job)
        if unit.kind not in ("none", found.documents.kind if found.documents else "none"):
            made = found.documents.kind if found.documents else "no document"
            raise click.UsageError(f"{paths[0]} was counted by {made}; --document {unit.kind} needs text")
        return found
    for path, kind in zip(paths, kinds, strict=True):
        if kind is not None:
            raise click.UsageError(
                f"{path} holds {kind}, the others are text; count them first with nlpzero words --save"
            )
    with replace(reading, paths=tuple(paths)).open(running) as corpus:
        made = cutter()
        with words.open(running.job, WORDS, corpus) as execution:
            counted = count_words(parts_of(corpus, execution.block_size), cutter=made, unit=unit, job=execution)
            warn_replaced(corpus)
            return replace(counted.in_memory(), source=paths[0])


def refuse_counted(path: str, words: CorpusWordOptions, reading: ReadingOptions) -> None:
    """Refuse options of reading text where words are counted already."""
    names = [option_name(name) for name in ("shard", "fields", "join_lines", "fold", "web") if is_given(name)]
    for name in [*words.is_asked, *names]:
        raise click.UsageError(f"{name} is for text, but {path} holds counts")
