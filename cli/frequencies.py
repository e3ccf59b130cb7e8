"""`nlpzero words`: how often each word stands in a corpus, and how evenly it is spread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from .corpora import CorpusWordOptions, DocumentOptions, word_counts
from .messages import notice, parts_of, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .values import is_given, option, option_name, top_option, values

if TYPE_CHECKING:
    from nlpzero.corpora.records import ResultTable
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter

EPILOG = """\b
Examples:
  nlpzero words data/stories.txt
  nlpzero words --document line --sort dp --min-count 20 data/stories.txt
  nlpzero words --save part1.npz --shard 1/2 data/stories.txt
  nlpzero words --save part2.npz --shard 2/2 data/stories.txt
  nlpzero words part1.npz part2.npz
  nlpzero words --ngrams 3 --top 10 data/stories.txt
"""

SORTS = ("count", "documents", "d", "dp", "idf")


@dataclass(frozen=True, kw_only=True)
class FrequencyOptions:
    """Which words are shown, and where counts go."""

    save: str | None = option(
        "--save", metavar="FILE", help="Write the counts to a file instead, for this command, merge and keyness."
    )
    min_count: int = option(
        "--min-count",
        type=click.IntRange(min=1),
        default=1,
        show_default="1; with --ngrams 2",
        help="Leave out rarer ones.",
    )
    min_length: int = option("--min-length", type=click.IntRange(min=1), default=1, help="Leave out shorter words.")
    ngrams: int | None = option(
        "--ngrams",
        type=click.IntRange(2, 8),
        show_default="words",
        help="List strings of N words that stand together, or with --by characters, of N characters.",
    )
    by: Literal["words", "characters"] = option(
        "--by", type=click.Choice(["words", "characters"]), default="words", help="What --ngrams counts."
    )
    sort: str = option(
        "--sort",
        type=click.Choice(SORTS),
        default="count",
        help="Greatest first; ties by count. All but count need --document.",
    )
    top: int | None = top_option("Show only the first N words; 0 shows all.", shown="all; on a terminal 30")


@page(epilog=EPILOG, most=("document", "sort", "top", "save", "lexicon", "tokenized", "output"))
@values(FrequencyOptions, "own")
@values(DocumentOptions, "documents")
@values(CorpusWordOptions, "words")
@values(ReadingOptions, "reading")
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: FrequencyOptions,
    documents: DocumentOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Count the words of a corpus (词频), or add up counts of its parts; punctuation is not counted.

    With --document: in how many documents each word stands, and how evenly it is spread over them.
    """

    def cutter(corpus: "Corpus") -> "Cutter":
        return words.learned(reading.paths, reading, running, corpus)

    if own.ngrams is not None:
        with writing.open() as file:
            listed = _ngrams(own, own.ngrams, documents, words, reading, running)
            writing.table(file, listed.names).write_columns(listed.lists())
        return
    if is_given("by"):
        raise click.UsageError("--by is for --ngrams")
    unit, reading = documents.unit(reading)
    if own.save is not None:
        from nlpzero.core.files import check_place

        check_place(own.save)
        found = word_counts(reading.paths, unit, words, cutter, reading, running)
        found.save(own.save)
        notice(f"{len(found):,} different words, {found.total:,} in all")
        return
    with writing.open() as file:
        from nlpzero.corpora.listing import FrequencyList, list_words

        found = word_counts(reading.paths, unit, words, cutter, reading, running)
        listed = list_words(found, FrequencyList(own.min_count, own.min_length, own.sort, own.top))
        writing.table(file, listed.names).write_columns(listed.lists())


def _ngrams(
    own: FrequencyOptions,
    length: int,
    documents: DocumentOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "ResultTable":
    """List n-grams of words or characters."""
    from nlpzero.corpora.strings import count_word_grams, list_ngrams
    from nlpzero.ngrams.counts import count_ngrams, counting_cost

    for name in ("save", "sort", "min_length"):
        if is_given(name):
            raise click.UsageError(f"{option_name(name)} is for words, not for --ngrams")
    if documents.document != "none":
        raise click.UsageError("--document is for words, not for --ngrams")
    if own.by == "characters" and words.is_asked:
        raise click.UsageError(f"{words.is_asked[0]} is for words, not for --by characters")
    least = own.min_count if is_given("min_count") else 2
    with reading.open(running, again=words.learn) as corpus:
        cutter = words.learned(reading.paths, reading, running, corpus) if own.by == "words" else None
        with words.open(running.job, counting_cost(length), corpus) as execution:
            parts = parts_of(corpus, execution.block_size)
            if cutter is None:
                counted = count_ngrams(parts, length - 1, job=execution)
            else:
                counted = count_word_grams(parts, length, cutter, job=execution)
            warn_replaced(corpus)
            return list_ngrams(counted, length, " " if cutter else "", least, own.top)
