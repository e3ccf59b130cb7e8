"""`nlpzero discover --new`: the words that no dictionary has."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import click

from .messages import notice, warn_replaced
from .options import ReadingOptions, RunningOptions
from .output import Table, TextFile
from .values import option

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nlpzero.core.job import Execution
    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.reading.corpus import Corpus
    from nlpzero.words.known import KnownWords
    from nlpzero.words.new_words import NewWords, SeekParameters
    from nlpzero.words.reasons import Reasons

COLUMNS = (*("word", "count", "probability", "score", "cohesion", "left_entropy", "right_entropy", "parts", "example"),)
"""With several files `documents` comes after `parts`."""
SHORT = (*("word", "count", "probability", "score", "parts", "example"),)
"""Columns that fit a terminal."""
ROWS = 1 << 13
"""Rows written at a time."""


@dataclass(frozen=True, kw_only=True)
class KnownOptions:
    """Which words are known."""

    section: ClassVar[str] = "Known and new words"

    known: str | None = option("--known", metavar="FILE", help="Word list: known besides jieba's dictionary.")
    known_only: str | None = option(
        "--known-only",
        metavar="FILE",
        help="Word list: known in place of jieba's dictionary, with or without counts.",
    )
    no_dictionary: bool = option(
        "--no-dictionary",
        is_flag=True,
        help="--new: use the words of a first search by --method esa in place of a dictionary. No word is known then.",
    )
    latin: bool = option(
        "--latin",
        is_flag=True,
        help="--new: also show words in Latin letters and with digits: GDP, ChatGPT, C919, 5G.",
    )
    min_probability: float = option(
        "--min-probability",
        type=click.FloatRange(0, 1),
        default=0.0,
        help="--new: show words of at least this probability.",
    )

    def check(self) -> None:
        """Refuse options that do not go together."""
        if sum((self.known is not None, self.known_only is not None, self.no_dictionary)) > 1:
            raise click.UsageError("--known, --known-only and --no-dictionary exclude each other")

    def lexicons(self, reading: ReadingOptions) -> "list[Lexicon]":
        """Give the lists of words that are known."""
        from nlpzero.segment.lexical import jieba_cutter

        if self.known_only is not None:
            return [reading.lexicon(self.known_only)]
        return [jieba_cutter().lexicon, *([] if self.known is None else [reading.lexicon(self.known)])]

    def dictionary(self, reading: ReadingOptions) -> "KnownWords | None":
        """Give the words that are known, with what cuts text into them; None without a dictionary."""
        from nlpzero.words.known import KnownWords

        if self.no_dictionary:
            return None
        if self.known_only is not None:
            return KnownWords.of_lexicon(reading.lexicon(self.known_only))
        return KnownWords.of_jieba(None if self.known is None else reading.lexicon(self.known))


class SoughtWords(NamedTuple):
    """New words of a corpus that can be read again."""

    found: "NewWords"
    known: "KnownWords"
    corpus: "Corpus"
    execution: "Execution"


@contextlib.contextmanager
def sought(
    parameters: "SeekParameters",
    knowing: KnownOptions,
    reading: ReadingOptions,
    running: RunningOptions,
    counts: str | None = None,
) -> Iterator[SoughtWords]:
    """Find the new words of a corpus, which can be read again while the block lasts."""
    from nlpzero.ngrams.runs import NGramTable
    from nlpzero.words.known import KnownWords
    from nlpzero.words.new_words import COST, find_new_words

    known = knowing.dictionary(reading)
    job = running.job
    counts = counts and (os.path.abspath(counts) if job.scheduler else counts)
    with (
        reading.open(running, again=True) as corpus,
        job.open(COST, corpus, files=[counts] if counts else ()) as execution,
    ):
        if known is None:
            from nlpzero.words.discovery import discover

            first = discover(corpus, "esa", job=execution)
            known = KnownWords.of_discovery(first.words, first.counts)
        table = NGramTable.load(counts) if counts else None
        found = find_new_words(corpus, known, parameters, counted=table, job=execution)
        warn_replaced(corpus)
        yield SoughtWords(found, known, corpus, execution)


def columns_of(found: "NewWords", is_short: bool) -> tuple[str, ...]:
    """Give the columns of a table: fewer where it is to fit a terminal, one more for several files."""
    columns = SHORT if is_short else COLUMNS
    return (*columns[:-1], "documents", columns[-1]) if found.files > 1 else columns


def write_words(
    out: TextFile, new: SoughtWords, rows: "npt.NDArray[np.intp]", table: Table | None, columns: tuple[str, ...]
) -> None:
    """Write some of the words: a table, or None for a dictionary for jieba."""
    from nlpzero.words.new_words import examples_of

    found = new.found
    notice(f"{len(rows):,} of {found.candidates:,} candidates in {found.ngrams.total:,} units of text")
    examples = [] if table is None else examples_of(found, new.corpus, rows, job=new.execution)
    for at in range(0, len(rows), ROWS):
        some = rows[at : at + ROWS]
        words, counts = [found.words[row] for row in some.tolist()], found.counts[some].tolist()
        if table is None:
            out.writelines(f"{word} {count}\n" for word, count in zip(words, counts, strict=True))
        else:
            figures = {
                "word": words,
                "count": counts,
                "probability": found.probabilities[some].tolist(),
                "score": found.scores[some].tolist(),
                "cohesion": found.cohesion[some].tolist(),
                "left_entropy": found.left_entropy[some].tolist(),
                "right_entropy": found.right_entropy[some].tolist(),
                "parts": found.parts[some].tolist(),
                "documents": found.documents[some].tolist(),
                "example": examples[at : at + ROWS],
            }
            table.write_columns([figures[name] for name in columns])


def write_reasons(out: TextFile, why: "Reasons", example: str) -> None:
    """Write why a string is a new word, or is not."""
    verdict = f"a new word, row {why.row:,} of {why.rows:,}" if why.is_new else "no new word"
    lines = [
        f"{why.word}: {verdict}; probability {why.probability:.4f}, score {why.score:.4f}",
        f"stands {why.count:,} times in the text, in {why.parts} of its 64 equal parts: {example}",
        "",
    ]
    lines += [
        f"{'passes' if gate.passes else 'fails '}  {gate.name}: {gate.value:.4g}, {gate.demand}" for gate in why.gates
    ]
    lines += ["", "adds to score  standard deviations  value     feature"]
    for term in sorted(why.terms, key=lambda term: (-term.weighted, term.name)):
        deviation = f"{term.deviation:19.2f}" if term.deviation == term.deviation else " " * 19
        lines.append(f"{term.weighted:+13.4f}  {deviation}  {term.value:8.3f}  {term.meaning}")
    lines.append(f"{sum(term.weighted for term in why.terms):+13.4f}  {'':19}  {'':8}  score")
    out.write("\n".join(lines) + "\n")
