"""`nlpzero keywords`: the words that say what a document is about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from nlpzero.errors import NothingFound

from .corpora import CorpusWordOptions, counted_words, named
from .messages import progress, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .values import is_given, option, top_option, values

if TYPE_CHECKING:
    from nlpzero.corpora.weights import IdfTable
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter

EPILOG = """\b
Examples:
  nlpzero keywords --top 8 data/stories.txt
  nlpzero keywords --document paragraph --top 3 --idf corpus data/stories.txt
  nlpzero keywords --method textrank --document line --top 1 data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class KeywordCommandOptions:
    """What a document is, and how its words are ranked."""

    document: Literal["file", "line", "paragraph"] = option(
        "--document",
        type=click.Choice(["file", "line", "paragraph"]),
        default="file",
        help="What a document is; paragraphs end at blank lines.",
    )
    method: Literal["tfidf", "textrank"] = option(
        "--method",
        type=click.Choice(["tfidf", "textrank"]),
        default="tfidf",
        help="tfidf: frequent here, in few documents elsewhere. textrank: central among the words near it.",
    )
    idf: str = option(
        "--idf",
        default="jieba",
        metavar="jieba|corpus|FILE",
        help="In how many documents words stand: as jieba has it; in this text; or a file: of nlpzero words --document "
        "--save, a table with the columns word and idf, or lines of a word and its idf.",
    )
    min_length: int = option("--min-length", type=click.IntRange(min=1), default=2, help="Leave out shorter words.")
    window: int = option(
        "--window", type=click.IntRange(min=1), default=4, help="textrank: greatest distance of words that are near."
    )
    top: int | None = top_option("Show the N best words of each document; 0 shows all.", default=10)


@page(epilog=EPILOG, most=("document", "method", "idf", "top", "min_length", "stop", "lexicon"))
@values(KeywordCommandOptions, "own")
@values(
    CorpusWordOptions,
    "words",
    stop={
        "default": "default",
        "metavar": "FILE|default|none",
        "show_default": "default",
        "help": "Leave out the words of a file, one a line, or function words (default), or nothing (none).",
    },
)
@values(ReadingOptions, "reading", paths={"metavar": "[TEXT]..."})
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: KeywordCommandOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Give the keywords (关键词) of each file, line or paragraph: words that say what it is about, without vectors."""
    if own.method == "textrank" and is_given("idf"):
        raise click.UsageError("--idf is for --method tfidf")
    with writing.open() as file:
        from nlpzero.corpora.documents import DocumentUnit
        from nlpzero.corpora.keywords import DOCUMENTS, KeywordRanking, rank_keywords

        unit = DocumentUnit(own.document)
        ranking = KeywordRanking(own.method, own.top, own.min_length, own.window)
        table = writing.table(file, ("document", "word", "count", "score"))
        answered = False
        with reading.open(running, again=own.idf == "corpus" or words.learn) as corpus:
            cutter = words.learned(reading.paths, reading, running, corpus)
            idf = _idf(own, corpus, words, cutter, reading, running)
            with words.open(running.job, DOCUMENTS, corpus) as execution:
                blocks = corpus.blocks(execution.block_size)
                shown = progress(blocks, total=None, unit="char", size=lambda block: len(block.text))
                for row in rank_keywords(shown, ranking, idf=idf, unit=unit, cutter=cutter, job=execution):
                    place = row.source if own.document == "file" else f"{row.source}:{row.line}"
                    table.write((place, row.word, row.count, row.score))
                    answered = True
            warn_replaced(corpus)
        if not answered:
            raise NothingFound(
                f"{named(reading.paths)}: no words that could be keywords; lower `min_length`, or `stop`='none'"
            )


def _idf(
    own: KeywordCommandOptions,
    corpus: "Corpus",
    words: CorpusWordOptions,
    cutter: "Cutter",
    reading: ReadingOptions,
    running: RunningOptions,
) -> "IdfTable | None":
    """Find in how many documents words stand."""
    if own.method == "textrank":
        return None
    from nlpzero.corpora.documents import DocumentUnit
    from nlpzero.corpora.weights import IdfTable

    if own.idf == "jieba":
        return IdfTable.jieba()
    if own.idf != "corpus":
        return IdfTable.load(own.idf, reading.encoding, reading.of_text)
    counts = counted_words(corpus, DocumentUnit(own.document), words, cutter, running)
    return IdfTable.of_counts(counts)
