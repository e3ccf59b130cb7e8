"""`nlpzero collocates`: the words that stand near a word more often than chance would put them there."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from .corpora import CorpusWordOptions, counted_paths, measure_option, refuse_counted
from .messages import parts_of, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .terminal import is_terminal
from .values import argument, is_given, option, option_name, top_option, values

if TYPE_CHECKING:
    from nlpzero.corpora.collocations import CollocateOptions
    from nlpzero.vectors.cooccurrence import Cooccurrence

EPILOG = """\b
Examples:
  nlpzero collocates 雾 data/stories.txt
  nlpzero collocates --left 0 --right 2 --sort g2 --top 10 雾 data/stories.txt
  nlpzero glove count -q --weighting flat --window 5 --min-count 1 -o counts.npz data/stories.txt
  nlpzero collocates --top 10 雾 counts.npz
  nlpzero collocates --all --top 20 data/stories.txt
"""

MEASURES = ("log_dice", "mi", "mi3", "npmi", "t", "z", "g2", "chi_squared", "delta_p", "delta_p_back", "odds_ratio")
"""The names of nlpzero.corpora.association.MEASURES, which is imported late; a test compares them."""
ON_TERMINAL = ("log_dice", "mi", "t", "g2")
"""Measures that fit a terminal."""


@dataclass(frozen=True, kw_only=True)
class CollocateCommandOptions:
    """What is near what, and how it is measured."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="WORD [CORPUS]...")
    word: tuple[str, ...] = option("--word", multiple=True, metavar="WORD", help="Another word; may be given again.")
    everything: bool = option("--all", is_flag=True, help="The strongest pairs of all words; all arguments are files.")
    window: int | None = option("--window", type=click.IntRange(min=1), show_default="5", help="As --left N --right N.")
    left: int = option("--left", type=click.IntRange(min=0), default=5, help="How many words before it are near.")
    right: int = option("--right", type=click.IntRange(min=0), default=5, help="How many words behind it are near.")
    sort: str = option(
        "--sort", type=click.Choice([*MEASURES, "count", "frequency"]), default="log_dice", help="The greatest first."
    )
    measures: tuple[str, ...] = measure_option(MEASURES, shown="all but the last; fewer on a terminal")
    min_count: int = option(
        "--min-count", type=click.IntRange(min=1), default=3, help="Leave out pairs that are rarer."
    )
    punctuation: bool = option("--punctuation", is_flag=True, help="Show punctuation marks, too.")
    top: int | None = top_option(
        "Show only the first N for each word; 0 shows all.", shown="all; with --all 1000; on a terminal 30"
    )


@page(epilog=EPILOG, most=("window", "sort", "min_count", "everything", "top", "lexicon", "tokenized"))
@values(CollocateCommandOptions, "own")
@values(CorpusWordOptions, "words")
@values(ReadingOptions, "reading", without=("paths",))
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: CollocateCommandOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find the collocates (搭配词) of a word: what stands near it on a line more often than chance would put it there.

    From text, or in less than a second from files of `nlpzero glove count`, whose window then counts; pairs that were
    weighted by their distance count as their weights.
    """
    nodes, paths = _parted(own)
    options = _options(own)
    with writing.open() as file:
        from nlpzero.corpora.collocations import all_pairs, collocates_of, near_in_counts

        counts = _archive(paths, own, words, reading, running)
        if own.everything:
            pairs = counts if counts is not None else _counted(paths, options, words, reading, running)
            found = all_pairs(pairs, options)
        else:
            near = near_in_counts(counts, nodes) if counts else _near(paths, nodes, options, words, reading, running)
            found = collocates_of(near, nodes, options)
            for node in nodes:
                if node not in near.nodes:
                    warn(f"{node} stands nowhere in the text as a word")
        writing.table(file, found.names).write_columns(found.lists())


def _parted(own: CollocateCommandOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell words from files."""
    if own.everything:
        if own.word:
            raise click.UsageError("--all and --word exclude each other")
        return (), own.words or ("-",)
    if not own.words:
        raise click.UsageError("give a word, then files; or --all for the pairs of all words")
    return (*own.words[:1], *own.word), own.words[1:] or ("-",)


def _options(own: CollocateCommandOptions) -> "CollocateOptions":
    """The options, for the library."""
    from nlpzero.corpora.collocations import CollocateOptions

    left, right = own.left, own.right
    if own.window is not None:
        if is_given("left") or is_given("right"):
            raise click.UsageError("--window stands for --left and --right; give one or the others")
        left = right = own.window
    measures = own.measures
    if "all" in measures:
        measures = MEASURES
    elif not measures and is_terminal() and not is_given("form"):
        measures = ON_TERMINAL
    if own.everything and left != right:
        raise click.UsageError("--all counts both sides alike; give --window")
    top: Any = own.top
    if own.everything and own.top is None and is_given("top"):
        top = 1 << 62
    return CollocateOptions(left, right, own.sort, measures, own.min_count, top, own.punctuation)


def _archive(
    paths: tuple[str, ...],
    own: CollocateCommandOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "Cooccurrence | None":
    """Open counts of pairs, if that is what the files hold; those of several are added up."""
    if not counted_paths(paths, "nlpzero glove count"):
        return None
    from nlpzero.vectors.cooccurrence import Cooccurrence, merge_counts

    refuse_counted(paths[0], words, reading)
    for name in ("window", "left", "right"):
        if is_given(name):
            raise click.UsageError(f"{option_name(name)} is for text, but {paths[0]} holds counts")
    parts = [Cooccurrence.load(path) for path in paths]
    return parts[0] if len(parts) == 1 else merge_counts(parts, job=running.job).in_memory()


def _near(
    paths: tuple[str, ...],
    nodes: tuple[str, ...],
    options: "CollocateOptions",
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> Any:
    """Count what stands near some words of a text."""
    from nlpzero.corpora.collocations import NEAR, near_words

    with replace(reading, paths=paths).open(running, again=words.learn) as corpus:
        cutter = words.learned(paths, reading, running, corpus)
        with words.open(running.job, NEAR, corpus) as execution:
            parts = parts_of(corpus, execution.block_size)
            found = near_words(parts, nodes, options, cutter=cutter, job=execution)
        warn_replaced(corpus)
        return found


def _counted(
    paths: tuple[str, ...],
    options: "CollocateOptions",
    words: CorpusWordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> "Cooccurrence":
    """Count all pairs of a text."""
    from nlpzero.vectors.cooccurrence import pairs_cost
    from nlpzero.vectors.pairs import count_pairs

    with replace(reading, paths=paths).open(running, again=words.learn) as corpus:
        cutter = words.learned(paths, reading, running, corpus)
        with words.open(running.job, pairs_cost(options.left), corpus) as execution:
            parts = parts_of(corpus, execution.block_size)
            counts = count_pairs(
                parts, window=options.left, min_count=1, weighting="flat", cutter=cutter, job=execution
            ).in_memory()
        warn_replaced(corpus)
        return counts
