"""`nlpzero discover`: the words of a corpus, with scores."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from .learning import LearnedWords, LearningOptions, Sources, learned
from .messages import notice, warn
from .new_words import KnownOptions, columns_of, sought, write_reasons, write_words
from .options import ReadingOptions, RunningOptions, quiet
from .output import Table, TableOptions, TextFile, open_output
from .pages import command as page
from .values import is_given, option, option_name, top_option, values
from .words import stop_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.words.discovery import Discovery

ROWS = 1 << 15
"""Rows written at a time: as strings they take a hundred times the bytes of the numbers."""

COLUMNS = ("word", "count", "score", "cohesion", "left_entropy", "right_entropy", "known")

EPILOG = """\b
Examples:
  nlpzero discover data/stories.txt
  nlpzero discover --new --top 20 data/stories.txt
  nlpzero discover --new --explain 苇壳灯 data/stories.txt
  nlpzero discover --new --latin --top 20 data/stories.txt
  nlpzero discover --method cohesion --min-count 8 data/stories.txt
  nlpzero discover --format userdict --new --min-probability 0.5 -o new.dict data/stories.txt
  nlpzero discover --segmented words.txt --top 5 data/stories.txt
  nlpzero discover --method bayes --save-segmenter stories.npz --top 5 data/stories.txt
  nlpzero discover --explain 青桅坊 data/stories.txt
  nlpzero count -o stories.runs data/stories.txt
  nlpzero discover --counts stories.runs --top 5 data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class DiscoverOptions:
    """Which words are shown, and what else is written."""

    stop: str | None = option(
        "--stop",
        metavar="FILE|default",
        show_default="none",
        help="Leave the words of a file out of the table, or function words and punctuation (default).",
    )
    new: bool = option(
        "--new",
        is_flag=True,
        help="Show only words that are not known: new words, the likeliest first. With --method: the words that this "
        "method finds, without those that are known.",
    )
    min_length: int = option(
        "--min-length", type=click.IntRange(min=1), default=1, help="Show words of at least N characters."
    )
    top: int | None = top_option("Show the first N words; 0 for all.", shown="all; on a terminal 30")
    sort: Literal["count", "score", "topic", "probability"] | None = option(
        "--sort",
        type=click.Choice(["count", "score", "topic", "probability"]),
        show_default="count; --new: topic",
        help="Greatest first; ties by word. --new: score is the surest order; topic adds 0.5 ln count, so that the "
        "first screen shows what the corpus is about.",
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
        help="entropy, cohesion, pmi: find the words of CORPUS by the counts that nlpzero count or merge wrote.",
    )
    lexicon: str | None = option(
        "--lexicon",
        metavar="WORDS|jieba",
        help="bayes: use a dictionary, as far as it agrees with the text: a file, or jieba's.",
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

    def check_new(self) -> None:
        """Refuse options that do not go with new words."""
        for name in "lexicon", "segmented", "save_segmenter", "boundaries", "checkpoint", "resume":
            if getattr(self, name):
                raise click.UsageError(
                    f"{option_name(name)} needs a --method that cuts the corpus, as --method entropy"
                )

    def check(self, method: str) -> None:
        """Refuse options that do not go together."""
        if self.sort in ("topic", "probability"):
            raise click.UsageError(f"--sort {self.sort} is for --new without --method")
        for name in "lexicon", "save_segmenter", "boundaries", "checkpoint":
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
@values(KnownOptions, "knowing")
@values(LearningOptions, "learning")
@values(ReadingOptions, "reading")
@values(WordTableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: DiscoverOptions,
    knowing: KnownOptions,
    learning: LearningOptions,
    reading: ReadingOptions,
    writing: WordTableOptions,
    running: RunningOptions,
) -> None:
    """Find the words of a corpus (新词发现): files or standard input, plain or packed.

    One row for each word, most frequent first. count: how often it is cut out of the text. score: the method's own, in
    nats. cohesion: the smallest mutual information over its splits, in nats. left_entropy, right_entropy: of its
    neighbours, in nats. known: 1 if it is in jieba's dictionary or in --known.

    --new looks for words of 2 to 8 units that are not known, in another way (藏词法, hide and seek), and is right about
    most of its rows. count: at how many places the word stands in the text, 10 at the least (5 in a text of less than
    about 9 MB). probability: of words with 0.8, eight in ten are words. score: the logarithm of the odds. parts: in
    how many of 64 equal parts of the text it stands. documents: in how many files, if there are several. example:
    where it stands first. On a terminal only the main columns are shown.

    A Han character is a unit; for entropy, esa, bayes and --new so is a run of digits or of Latin letters. Any other
    character ends a clause and is left out. --format userdict writes what jieba.load_userdict reads.
    """
    from nlpzero.core.files import open_whole

    knowing.check()
    if own.new and not is_given("method"):
        own.check_new()
        with writing.open() as out:
            _seek(out, own, knowing, learning, reading, writing, running)
        return
    if knowing.no_dictionary or knowing.min_probability:
        raise click.UsageError("--no-dictionary and --min-probability are for --new without --method")
    own.check(learning.method)
    sources = Sources(own.counts, own.checkpoint, own.resume, own.lexicon)
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
            _write(found.discovery, out, own, knowing.lexicons(reading), writing, stop_words(own.stop, reading))
        if cut is not None:
            cut.writelines(found.cut(" "))
        if chances is not None:
            _write_boundaries(found, writing.table(chances, ("source", "line", "column", "probability")))
        if model is not None and found.discovery.segmenter is not None:
            found.discovery.segmenter.save(model)


def _seek(
    out: TextFile,
    own: DiscoverOptions,
    knowing: KnownOptions,
    learning: LearningOptions,
    reading: ReadingOptions,
    writing: WordTableOptions,
    running: RunningOptions,
) -> None:
    """Write the new words, or why a string is one."""
    import numpy as np

    from nlpzero.words.candidates import LONGEST
    from nlpzero.words.new_words import SeekParameters, examples_of
    from nlpzero.words.reasons import reasons_of, units_of

    units = () if own.explain is None else units_of(own.explain)
    asked = SeekParameters(learning.min_count, min(learning.max_length or LONGEST, LONGEST), units, knowing.latin)
    with sought(asked, knowing, reading, running, own.counts) as new:
        found = new.found
        if own.explain is not None:
            why = reasons_of(found, own.explain, new.known)
            table = found if why.is_new or found.refused is None else found.refused
            row = np.array([table.words.index(own.explain)])
            write_reasons(out, why, *examples_of(table, new.corpus, row, job=new.execution))
            return
        stop = stop_words(own.stop, reading)
        long = np.fromiter(
            (len(word) >= own.min_length and word not in stop for word in found.words), np.bool_, len(found)
        )
        order = found.order(own.sort or "topic")
        rows = order[(long & (found.probabilities >= knowing.min_probability))[order]][: own.top]
        columns = columns_of(found, writing.is_seen)
        shown = None if writing.form == "userdict" else writing.table(out, columns)
        write_words(out, new, rows, shown, columns)


def _write(
    discovery: "Discovery",
    out: TextFile,
    own: DiscoverOptions,
    known: "Sequence[Lexicon]",
    writing: WordTableOptions,
    stop: frozenset[str],
) -> None:
    """Write the table."""
    import numpy as np

    from nlpzero.words.known import held_by

    words = discovery.words
    is_known = held_by(known, words)
    shown = np.ones(len(words), np.bool_)
    if own.min_length > 1:
        shown &= np.fromiter(map(len, words), np.intp, len(words)) >= own.min_length
    if stop:
        shown &= ~np.fromiter(map(stop.__contains__, words), np.bool_, len(words))
    if own.new:
        shown &= ~is_known
    chosen = np.flatnonzero(shown)
    if own.sort == "score":
        by_word = np.array(sorted(chosen.tolist(), key=words.__getitem__), np.intp)
        chosen = by_word[np.argsort(-discovery.scores[by_word], kind="stable")]
    chosen = chosen[: own.top]
    figures = (measures := discovery.measures).cohesion, measures.left_entropy, measures.right_entropy
    table = None if writing.form == "userdict" else writing.table(out, COLUMNS)
    for at in range(0, len(chosen), ROWS):
        some = chosen[at : at + ROWS]
        names, counts = [words[i] for i in some.tolist()], discovery.counts[some]
        if table is None:
            out.writelines(f"{word} {count}\n" for word, count in zip(names, counts.tolist(), strict=True))
        else:
            columns = [figure[some] for figure in (discovery.scores, *figures)]
            table.write_columns([names, counts, *columns, is_known[some].astype(int)])


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
