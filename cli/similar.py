"""`nlpzero similar`: texts compared by moving the words of one onto the other."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

import click

from nlpzero.errors import NothingFound

from .comparing import COLUMNS, Comparer, write_rows
from .messages import warn, warn_replaced
from .options import VECTOR_ERRORS, EncodingOptions, RunningOptions, TextOptions, limit_option, quiet
from .output import Table, TableOptions
from .pages import command as page
from .values import argument, is_given, option, option_name, values
from .words import WordOptions

if TYPE_CHECKING:
    from nlpzero.similarity.comparison import Settings

MOVES = ("word_a", "word_b", "mass", "distance", "by_vectors", "by_characters")

EPILOG = """\b
Examples:
  nlpzero similar --text 河上有一条船 江边停着小船
  nlpzero similar --text --align 河上有一条船 江边停着小船
  nlpzero similar --method wmd data/stories.txt data/stories.txt
  echo 河上有船 > a.txt; echo 江边有船 | nlpzero similar --lines a.txt -
  printf '他在河边钓鱼\\t老人坐在江边\\t1\\n天黑了\\t船开了\\t0\\n' | nlpzero similar --pairs - --gold
  echo 船靠了码头 | nlpzero similar --search --top 3 - data/stories.txt
  echo 船靠了码头 | nlpzero similar --search --index lines.npz - data/stories.txt
  nlpzero similar --embed -o lines.npz data/stories.txt
  printf '船慢慢地靠了岸。\\n船慢慢的靠了岸。\\n天黑了。\\n' | nlpzero similar --dedup --kept kept.txt
"""


@dataclass(frozen=True, kw_only=True)
class SimilarOptions:
    """Which texts are compared, and what is shown."""

    texts: tuple[str, ...] = argument(nargs=-1, metavar="[A B]")
    literal: bool = option("--text", is_flag=True, help="A and B are the texts themselves.")
    lines: bool = option("--lines", is_flag=True, help="Compare line i of A with line i of B.")
    pairs: str | None = option(
        "--pairs", metavar="FILE", help="Compare the first two of the columns of FILE, separated by tabs."
    )
    search: bool = option("--search", is_flag=True, help="Find for every line of A the nearest lines of B.")
    top: int = option("--top", type=click.IntRange(min=1), default=10, help="With --search: number of answers.")
    index: str | None = option(
        "--index",
        metavar="FILE",
        help="With --search: keep B encoded in FILE, or use it if it exists. B may then be left out.",
    )
    align: bool = option(
        "--align",
        "--explain",
        is_flag=True,
        help="Show which words move where, the largest share of the distance first.",
    )
    plot: str | None = option(
        "--plot", metavar="FILE", help="Draw which words move where: a heat map, .svg or .png. Needs nlpzero[plot]."
    )
    embed: bool = option(
        "--embed", is_flag=True, help="Write a vector for every line of A: as a table, or to -o FILE.npz."
    )
    dim: int = option("--dim", type=click.IntRange(min=1), default=256, help="With --embed: numbers in a vector.")
    dedup: bool = option(
        "--dedup", is_flag=True, help="List the lines of A that say what an earlier line says, cluster by cluster."
    )
    near: float = option(
        "--near",
        type=click.FloatRange(0.4, 1),
        default=0.7,
        help="With --dedup: Jaccard similarity of the characters of two lines from which they count as alike.",
    )
    within: float | None = option(
        "--within",
        type=click.FloatRange(min=0),
        metavar="DISTANCE",
        show_default="not compared",
        help="With --dedup: lines that are no further apart are alike, too.",
    )
    kept: str | None = option("--kept", metavar="FILE", help="With --dedup: write the lines that are kept here.")
    gold: bool = option(
        "--gold", is_flag=True, help="The third column of --pairs is a label: say how well similarities agree."
    )

    def check(self) -> None:
        """Refuse what does not go together."""
        texts, index = self.texts, self.index
        modes = {
            "--text": self.literal,
            "--lines": self.lines,
            "--pairs": self.pairs is not None,
            "--search": self.search,
            "--embed": self.embed,
            "--dedup": self.dedup,
        }
        chosen = [name for name, given in modes.items() if given]
        if len(chosen) > 1:
            raise click.UsageError(f"{' and '.join(chosen)} exclude each other")
        owners = {"top": "--search", "index": "--search", "dim": "--embed", "near": "--dedup", "within": "--dedup"}
        for name, owner in (owners | {"kept": "--dedup", "gold": "--pairs"}).items():
            if is_given(name) and not modes[owner]:
                raise click.UsageError(f"{option_name(name)} needs {owner}")
        if self.embed or self.dedup:
            if len(texts) > 1:
                raise click.UsageError(f"{chosen[0]} takes one text, A, not {len(texts)}")
        elif index is not None and len(texts) == 1:
            if not os.path.exists(index):
                raise click.UsageError(f"give two texts, A and B: {index} does not exist yet")
        elif len(texts) != (wanted := 0 if self.pairs is not None else 2):
            raise click.UsageError(
                f"give two texts, A and B, not {len(texts)}" if wanted else "--pairs takes no other texts"
            )
        if self.literal and (is_given("fields") or is_given("join_lines")):
            raise click.UsageError("--field and --join-lines are for files, not for --text")
        if not self.literal and texts.count("-") > 1:
            raise click.UsageError("standard input (-) can be only one of the texts")
        if (self.align or self.plot is not None) and chosen not in ([], ["--text"]):
            raise click.UsageError("--align and --plot are for two texts")


@dataclass(frozen=True, kw_only=True)
class DistanceOptions:
    """What the distance is."""

    section: ClassVar[str] = "Distance"

    method: Literal["combined", "wrd", "cosine", "wmd", "rwmd", "wcd", "emd"] = option(
        "--method",
        type=click.Choice(["combined", "wrd", "cosine", "wmd", "rwmd", "wcd", "emd"]),
        default="combined",
        help="combined: the mean of wrd and cosine, more for short texts. wrd: move words (word rotator's distance). "
        "cosine: of the sums of the words. wmd: word mover's distance. rwmd, wcd: its lower bounds. emd: bags of "
        "words.",
    )
    vectors: str | None = option(
        "--vectors",
        metavar="FILE",
        show_default="$NLPZERO_VECTORS or the packaged ones",
        help="Word vectors: of `nlpzero glove train`, or in word2vec's or GloVe's format.",
    )
    limit: int | None = limit_option()
    weights: str | None = option(
        "--weights",
        metavar="count|idf|norm|FILE",
        show_default="idf; with --ground words norm for wrd, else count",
        help="Weight of an occurrence of a word: 1, ln(N / its count), its vector's length, or from lines "
        "'word weight'.",
    )
    oov: Literal["compose", "drop", "char", "error"] | None = option(
        "--oov",
        type=click.Choice(["compose", "drop", "char", "error"]),
        show_default="compose; with --ground words drop",
        help="A word without a vector takes what its characters predict, is left out, takes the mean of its "
        "characters' vectors, or is an error.",
    )
    ground: Literal["mixed", "words", "discrete"] | None = option(
        "--ground",
        type=click.Choice(["mixed", "words", "discrete"]),
        show_default="mixed; wmd, rwmd, wcd: words; emd: discrete",
        help="Words are compared by vectors and characters, by vectors alone as in the papers, or are 0 or 1 apart.",
    )

    def settings(self, encoding: EncodingOptions) -> "Settings":
        """The same, for the library."""
        from nlpzero.similarity.comparison import Settings

        return Settings(
            self.method,
            self.vectors,
            self.weights,
            self.oov,
            self.ground,
            self.limit,
            encoding.encoding,
            encoding.errors,
        )


@page(epilog=EPILOG, most=("literal", "lines", "search", "method", "vectors"))
@values(SimilarOptions, "own")
@values(DistanceOptions, "distance")
@values(WordOptions, "words")
@values(TextOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@values(RunningOptions, "running", without=("scheduler", "memory", "tmp_dir"))
@quiet
def command(
    own: SimilarOptions,
    distance: DistanceOptions,
    words: WordOptions,
    encoding: TextOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Compare texts (文本相似度): the distance is the least cost of moving the words of one onto the other.

    Distances are exact. Punctuation is no word. wmd, rwmd and wcd are Euclidean distances of vectors as they are
    (not divided by the root of the dimension), with similarity 1 / (1 + d); the others lie between 0 and 2, with
    similarity 1 - d. Where a text holds no known word, both fields are empty;
    their number is shown at the end, and the exit status is 1 if no row has a distance.
    """
    own.check()
    if own.pairs is not None and encoding.fields and len(encoding.fields) != 2 + own.gold:
        raise click.UsageError("with --pairs give --field twice" + (", and once more for --gold" if own.gold else ""))

    @cache
    def comparer() -> Comparer:
        from nlpzero.similarity.comparison import measure_of

        measure = measure_of(distance.settings(encoding))
        # The packaged vectors are those of words as jieba cuts them.
        return Comparer(measure, words.cutter(encoding, like_jieba=distance.vectors is None), encoding)

    if own.dedup:
        from .deduplicating import deduplicate

        deduplicate(writing, own, encoding, running, comparer)
        return
    what = "rows with a text without any known word"
    if own.embed:
        from .embedding import embed

        answered, missed = embed(writing, own, comparer(), running)
        what = "lines without any known word, whose vectors are 0"
    else:
        with writing.open() as file:
            if own.align or own.plot is not None:
                table = writing.table(file, MOVES) if own.align else None
                _align(table, _two(own, encoding), own.plot, comparer())
                return
            if own.search:
                from .searching import search

                answered, missed = search(file, writing, own, comparer())
                what = "queries without any known word"
            elif own.lines or own.pairs is not None:
                from .pairing import compare_rows

                answered, missed = compare_rows(file, writing, own, comparer(), running.job)
            else:
                answered, missed = _pair(writing.table(file, COLUMNS), _two(own, encoding), comparer())
    if missed:
        message = f"{what}: {missed:,}; give larger --vectors"
        if comparer().measure.space.oov != "compose":
            message += ", or --oov compose"
        if not answered:
            raise NothingFound(message)
        warn(message)


def _two(own: SimilarOptions, encoding: TextOptions) -> Sequence[str]:
    """Give the two texts."""
    if own.literal:
        return [*map(encoding.text, own.texts)]
    from nlpzero.reading.parts import text_of

    found = []
    for path in own.texts:
        corpus = encoding.corpus(path)
        found.append("".join(map(text_of, corpus.blocks())))
        warn_replaced(corpus)
    return found


def _pair(table: Table, texts: Sequence[str], comparer: Comparer) -> tuple[int, int]:
    """Compare two texts; give how many rows could be compared, and how many not."""
    from nlpzero.similarity.comparison import compare, text_words

    measure = comparer.measure
    a, b = (measure.encode([text_words(text, comparer.cutter)]) for text in texts)
    similarities = write_rows(table, comparer, compare(measure, a, b))
    missed = sum(value != value for value in similarities)
    return len(similarities) - missed, missed


def _align(table: Table | None, texts: Sequence[str], plot: str | None, comparer: Comparer) -> None:
    """Show or draw the moves between two texts."""
    from nlpzero.similarity.comparison import text_words

    measure = comparer.measure
    a, b = (text_words(text, comparer.cutter) for text in texts)
    moves = measure.align(measure.encode([a]), measure.encode([b]))
    if plot is not None:
        from nlpzero.similarity.plotting import draw

        draw(moves, a, b, plot)
    if table:
        for move in moves:
            table.write(move)
