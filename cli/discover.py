"""`nlpzero discover`: the words of a corpus, with scores."""

import contextlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import click

from .learning import LearnedWords, LearningOptions, Sources, learned
from .messages import notice, warn
from .options import EncodingOptions, ReadingOptions, RunningOptions, quiet
from .output import Table, TableOptions, TextFile, open_output
from .pages import command as page
from .values import all_for_zero, option, option_name, values

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from nlpzero.words.discovery import Discovery

ROWS = 1 << 15
"""Rows written at a time: as strings they take a hundred times the bytes of the numbers."""

COLUMNS = ("word", "count", "score", "cohesion", "left_entropy", "right_entropy", "known")

EPILOG = """\b
Examples:
  nlpzero discover data/stories.txt
  nlpzero discover --new --min-length 2 --top 20 data/stories.txt
  nlpzero discover --method cohesion --min-count 8 data/stories.txt
  nlpzero discover --format userdict --new --min-length 2 -o new.dict data/stories.txt
  nlpzero discover --segmented words.txt --top 5 data/stories.txt
  nlpzero discover --method bayes --save-segmenter stories.npz --top 5 data/stories.txt
  nlpzero discover --explain 青桅坊 data/stories.txt
  nlpzero count -o stories.runs data/stories.txt
  nlpzero discover --counts stories.runs --top 5 data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class DiscoverOptions:
    """Which words are shown, and what else is written."""

    new: bool = option("--new", is_flag=True, help="Show only words that are not known.")
    min_length: int = option(
        "--min-length", type=click.IntRange(min=1), default=1, help="Show words of at least N characters."
    )
    top: int | None = option(
        "--top",
        type=click.IntRange(min=0),
        callback=all_for_zero,
        show_default="all",
        help="Show the first N words; 0 for all.",
    )
    sort: Literal["count", "score"] = option(
        "--sort", type=click.Choice(["count", "score"]), default="count", help="Greatest first; ties by word."
    )
    known: str | None = option(
        "--known", metavar="FILE", show_default="jieba's dictionary", help="Word list: the words that are known."
    )
    segmented: str | None = option(
        "--segmented", metavar="FILE", help="Also write the corpus cut into words, blanks between them, line for line."
    )
    explain: str | None = option(
        "--explain", metavar="WORD", help="Instead of the table, say why WORD is or is not a word, with examples."
    )
    counts: str | None = option(
        "--counts",
        metavar="FILE",
        help="entropy, cohesion, pmi: use counts that nlpzero count or merge made. They cut CORPUS into words.",
    )
    save_segmenter: str | None = option(
        "--save-segmenter", metavar="FILE", help="bayes: also keep what was learned, for segment --segmenter."
    )
    boundaries: str | None = option(
        "--boundaries",
        metavar="FILE",
        help="bayes: also write the probability of a word boundary at every place in a clause.",
    )
    checkpoint: str | None = option(
        "--checkpoint", metavar="FILE", help="bayes: write the state here after every round."
    )
    resume: bool = option("--resume", is_flag=True, help="bayes: go on from the state in --checkpoint, if it exists.")

    @property
    def again(self) -> bool:
        """Whether the text is read a second time."""
        return any(path is not None for path in (self.explain, self.segmented, self.boundaries))

    def check(self, method: str) -> None:
        """Refuse options that do not go together."""
        for name in "save_segmenter", "boundaries", "checkpoint":
            if getattr(self, name) is not None and method != "bayes":
                raise click.UsageError(f"{option_name(name)} needs --method bayes")
        if self.resume and self.checkpoint is None:
            raise click.UsageError("--resume needs --checkpoint FILE")
        if self.counts is not None and method in ("esa", "bayes"):
            raise click.UsageError(f"--method {method} learns from CORPUS itself; leave out --counts")


@dataclass(frozen=True, kw_only=True)
class WordTableOptions(TableOptions):
    """Where and in what form the words are written: also as a dictionary for jieba."""

    form: str = option(
        "--format",
        type=click.Choice(["tsv", "csv", "jsonl", "userdict"]),
        default="tsv",
        help="Form of the table. userdict: what jieba.load_userdict reads.",
    )

    def table(self, file: TextFile, columns: "Sequence[str]") -> Table:
        """Begin a table; what is no list of words is tsv in a dictionary's stead."""
        return Table(file, columns, "tsv" if self.form == "userdict" else self.form, self.header)


@page(epilog=EPILOG, most=("new", "min_length", "top", "method", "output"))
@values(DiscoverOptions, "own")
@values(LearningOptions, "learning")
@values(ReadingOptions, "reading")
@values(WordTableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: DiscoverOptions,
    learning: LearningOptions,
    reading: ReadingOptions,
    writing: WordTableOptions,
    running: RunningOptions,
) -> None:
    """Find the words of a corpus (新词发现): files or standard input, plain or packed.

    One row for each word, most frequent first. count: how often it is cut out of the text. score: the method's own, in
    nats. cohesion: the smallest mutual information over its splits, in nats. left_entropy, right_entropy: of its
    neighbours, in nats. known: 1 if it is in jieba's dictionary or in --known.

    A Han character is a unit; for entropy, esa and bayes so is a run of digits or of Latin letters. Any other character
    ends a clause and is left out. --format userdict writes what jieba.load_userdict reads.
    """
    from nlpzero.core.files import open_whole

    own.check(learning.method)
    sources = Sources(own.counts, own.checkpoint, own.resume)
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(writing.open())
        cut, chances = (
            None if path is None else stack.enter_context(open_output(path)) for path in (own.segmented, own.boundaries)
        )
        model = None if own.save_segmenter is None else stack.enter_context(open_whole(own.save_segmenter))
        found = stack.enter_context(learned(learning, reading, running, sources, again=own.again))
        if own.explain is not None:
            _explain(found, own.explain, out, learning.method)
        else:
            _summarise(found.discovery)
            _write(found.discovery, out, own, writing, reading)
        if cut is not None:
            cut.writelines(found.cut(" "))
        if chances is not None:
            _write_boundaries(found, writing.table(chances, ("source", "line", "column", "probability")))
        if model is not None and found.discovery.segmenter is not None:
            found.discovery.segmenter.save(model)


def _known(path: str | None, reading: EncodingOptions) -> "Container[str]":
    """Give the words that are known."""
    if path is None:
        from nlpzero.segment.jieba_adapter import known_words

        return known_words()
    return frozenset(reading.lexicon(path).words)


def _write(
    discovery: "Discovery", out: TextFile, own: DiscoverOptions, writing: WordTableOptions, reading: EncodingOptions
) -> None:
    """Write the table."""
    import numpy as np

    known = _known(own.known, reading)
    order = np.arange(len(discovery.words))
    if own.sort == "score":
        by_word = np.array(sorted(order.tolist(), key=discovery.words.__getitem__), np.intp)
        order = by_word[np.argsort(-discovery.scores[by_word], kind="stable")]
    rows = (i for i in order.tolist() if len(discovery.words[i]) >= own.min_length)
    if own.new:
        rows = (i for i in rows if discovery.words[i] not in known)
    chosen = [*islice(rows, own.top)]
    figures = (measures := discovery.measures).cohesion, measures.left_entropy, measures.right_entropy
    table = None if writing.form == "userdict" else writing.table(out, COLUMNS)
    for at in range(0, len(chosen), ROWS):
        some = chosen[at : at + ROWS]
        words, counts = [discovery.words[i] for i in some], discovery.counts[some].tolist()
        if table is None:
            out.writelines(f"{word} {count}\n" for word, count in zip(words, counts, strict=True))
        else:
            shown = [figure[some].tolist() for figure in (discovery.scores, *figures)]
            table.write_columns([words, counts, *shown, [int(word in known) for word in words]])


def _write_boundaries(found: LearnedWords, table: Table) -> None:
    """Write a row for every place between two units of a clause."""
    from nlpzero.words.discovery import boundaries

    for block, (lines, columns, probabilities) in boundaries(found.discovery, found.blocks()):
        numbers = (lines + block.line).tolist()
        table.write_columns([[block.source] * len(numbers), numbers, columns.tolist(), probabilities.tolist()])


def _summarise(discovery: "Discovery") -> None:
    """Say what was found in what, and what was left out."""
    ngrams = discovery.ngrams
    summary = f"{len(discovery.words):,} words in {ngrams.total:,} units of text"
    if ngrams.left_out:
        summary += f"; {ngrams.left_out:,} other characters (punctuation, symbols) left out"
    if discovery.too_long:
        summary += f"; {discovery.too_long:,} longer words and pieces not reported"
    warn(summary) if ngrams.left_out or discovery.too_long else notice(summary)


def _explain(found: LearnedWords, word: str, out: TextFile, method: Any) -> None:
    """Write why a string is a word of the corpus, or is not."""
    from nlpzero.words.explanation import EDGE, explain

    why = explain(found.discovery, found.blocks(), word)
    verdict = f"a word, cut out {why.count:,} times, score {why.score:.4f}" if why.score is not None else "not a word"
    lines = [f"{word}: {verdict} (method {method})", f"occurs {why.frequency:,} times in {why.total:,} units", ""]
    lines += [
        f"{'passes' if check.passes else 'fails '}  {check.name}: {check.value:.4g}, "
        f"at {'most' if check.at_most else 'least'} {check.limit:.4g}"
        for check in why.checks
    ]
    if why.splits:
        lines += ["", "cohesion  split"]
        lines += [
            f"{split.cohesion:8.4f}  {split.left} ({split.left_count:,}) + {split.right} ({split.right_count:,})"
            for split in why.splits
        ]
    for side, neighbours, entropy in (("left", why.left, why.left_entropy), ("right", why.right, why.right_entropy)):
        ranked = sorted(neighbours.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{'(edge)' if unit == EDGE else unit} {number}" for unit, number in ranked[:20])
        more = f", and {len(ranked) - 20:,} more" if len(ranked) > 20 else ""
        lines += ["", f"{side} neighbours, entropy {entropy:.4f}: {shown}{more}"]
    lines += [""]
    for place in why.occurrences:
        lines.append(f"{place.before[-20:]}【{word}】{place.after[:20]}  ({place.source}, line {place.line})")
    out.write("\n".join(lines) + "\n")
