"""`nlpzero similar`: texts compared by moving the words of one onto the other."""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.core import ParameterSource

from nlpzero.errors import NothingFound

from . import options
from .output import Table, open_output, progress, warn, warn_replaced
from .words import cutter_of

if TYPE_CHECKING:
    from nlpzero.similarity.comparison import Comparison, Settings

COLUMNS = ("method", "distance", "similarity", "words_a", "words_b", "oov_a", "oov_b")
FOUND = ("query", "rank", "line", "distance", "similarity", "text")
MOVES = ("word_a", "word_b", "mass", "distance")

BLOCK = 4096
"""Pairs that a task compares."""

ALONE = 8
"""Tasks before workers start: they take about as long as starting them."""

EPILOG = """\b
Examples:
  nlpzero similar --text 河上有一条船 江边停着小船
  nlpzero similar --text --align 河上有一条船 江边停着小船
  nlpzero similar --method wmd data/stories.txt data/stories.txt
  echo 河上有船 > a.txt; echo 江边有船 | nlpzero similar --lines a.txt -
  printf '他在河边钓鱼\\t老人坐在江边\\t1\\n天黑了\\t船开了\\t0\\n' | nlpzero similar --pairs - --gold
  echo 船靠了码头 | nlpzero similar --search --top 3 - data/stories.txt
  echo 船靠了码头 | nlpzero similar --search --index lines.npz - data/stories.txt
"""


@click.command(epilog=EPILOG)
@click.argument("texts", nargs=-1, metavar="[A B]")
@click.option("--text", "literal", is_flag=True, help="A and B are the texts themselves.")
@click.option("--lines", is_flag=True, help="Compare line i of A with line i of B.")
@click.option("--pairs", metavar="FILE", help="Compare the first two of the columns of FILE, separated by tabs.")
@click.option("--search", is_flag=True, help="Find for every line of A the nearest lines of B.")
@click.option("--top", type=click.IntRange(min=1), default=10, help="With --search: number of answers.")
@click.option(
    "--index",
    metavar="FILE",
    help="With --search: keep B encoded in FILE, or use it if it exists; B may then be left out.",
)
@click.option(
    "--method",
    type=click.Choice(["wrd", "wmd", "rwmd", "wcd", "cosine", "emd"]),
    default="wrd",
    help="wrd: word rotator's distance. wmd: word mover's distance. rwmd, wcd: its lower bounds. cosine: of mean "
    "vectors. emd: bags of words.",
)
@click.option(
    "--vectors",
    metavar="FILE",
    show_default="$NLPZERO_VECTORS or the packaged ones",
    help="Word vectors: of `nlpzero glove train`, or in word2vec's or GloVe's format.",
)
@click.option(
    "--weights",
    metavar="count|idf|norm|FILE",
    show_default="norm for wrd, else count",
    help="Weight of an occurrence of a word: 1, ln(N / its count), its vector's length, or from lines 'word weight'.",
)
@click.option(
    "--oov",
    type=click.Choice(["drop", "char", "error"]),
    default="drop",
    help="A word without a vector is left out, takes the mean of its characters', or is an error.",
)
@click.option(
    "--ground",
    type=click.Choice(["discrete", "vectors"]),
    default="discrete",
    help="Of emd: two words are 0 or 1 apart, or 1 - cos of their vectors.",
)
@click.option("--align", is_flag=True, help="Show which words move where, the largest share of the distance first.")
@click.option(
    "--plot", metavar="FILE", help="Draw which words move where: a heat map, .svg or .png. Needs nlpzero[plot]."
)
@click.option("--gold", is_flag=True, help="The third column of --pairs is a label: say how well similarities agree.")
@click.option("--tokenized", is_flag=True, help="Words are already separated by blanks.")
@click.option("--lexicon", metavar="WORDS", show_default="jieba's dictionary", help="File of words to segment by.")
@options.encoding
@options.table_options()
@options.workers
@options.quiet
def command(
    texts: tuple[str, ...],
    literal: bool,
    lines: bool,
    pairs: str | None,
    search: bool,
    top: int,
    index: str | None,
    method: Any,
    vectors: str | None,
    weights: str | None,
    oov: Any,
    ground: str,
    align: bool,
    plot: str | None,
    gold: bool,
    tokenized: bool,
    lexicon: str | None,
    encoding: str,
    errors: str,
    output_format: str,
    header: bool,
    output: str,
    workers: int,
) -> None:
    """Compare texts (文本相似度): the distance is the least cost of moving the words of one onto the other.

    Distances are exact. Punctuation is no word. wmd, rwmd and wcd are Euclidean distances of vectors as they are
    (not divided by the root of the dimension), with similarity 1 / (1 + d); the others lie between 0 and 2, with
    similarity 1 - d. Where a text holds no known word, both fields are empty and the exit status is 1.
    """
    _check(texts, literal, lines, pairs, search, index, align or plot is not None, gold)
    with open_output(output) as file:
        from nlpzero.similarity.comparison import Settings, measure_of

        settings = Settings(method, vectors, weights, oov, "cosine" if ground == "vectors" else "discrete", encoding)
        measure_of(settings)  # what is wrong with it is told even if there is no text
        segment = None if tokenized else cutter_of(lexicon=lexicon).segment
        table = partial(Table, file, output_format=output_format, header=header)
        reader = partial(_corpus, encoding=encoding, errors=errors)
        if align or plot is not None:
            _align(table(columns=MOVES) if align else None, _two(texts, literal, reader), plot, settings, segment)
            return
        if search:
            cut = _cut_by(tokenized, lexicon) if index is not None else ""
            missed = _search(table(columns=FOUND), texts, top, index, cut, settings, segment, reader)
            what = "queries without any known word"
        elif lines or pairs is not None:
            missed = _rows(file, table, texts, pairs, gold, output_format, workers, settings, segment, reader)
            what = "rows with a text without any known word"
        else:
            missed = _pair(table(columns=COLUMNS), _two(texts, literal, reader), settings, segment)
            what = "rows with a text without any known word"
    if missed:
        raise NothingFound(f"{what}: {missed:,}; give larger --vectors, or --oov char")


def _check(
    texts: tuple[str, ...],
    literal: bool,
    lines: bool,
    pairs: str | None,
    search: bool,
    index: str | None,
    align: bool,
    gold: bool,
) -> None:
    """Refuse what does not go together."""
    modes = {"--text": literal, "--lines": lines, "--pairs": pairs is not None, "--search": search}
    chosen = [name for name, given in modes.items() if given]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} exclude each other.")
    if index is not None and not search:
        raise click.UsageError("--index needs --search.")
    wanted = 0 if pairs is not None else 2
    if index is not None and len(texts) == 1:
        if not os.path.exists(index):
            raise click.UsageError(f"give two texts, A and B: {index} does not exist yet.")
    elif len(texts) != wanted:
        raise click.UsageError(
            "--pairs takes no other texts." if not wanted else f"give two texts, A and B, not {len(texts)}."
        )
    if not literal and texts.count("-") > 1:
        raise click.UsageError("standard input (-) can be only one of the texts.")
    if align and chosen not in ([], ["--text"]):
        raise click.UsageError("--align and --plot are for two texts.")
    if gold and pairs is None:
        raise click.UsageError("--gold needs --pairs.")
    if not search and click.get_current_context().get_parameter_source("top") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--top needs --search.")


def _corpus(path: str, encoding: str, errors: str) -> Any:
    """Open a file or standard input."""
    from nlpzero.reading.corpus import Corpus

    return Corpus([path], encoding=encoding, errors=errors)


def _two(texts: tuple[str, ...], literal: bool, reader: Callable[[str], Any]) -> list[str]:
    """Give the two texts."""
    if literal:
        return list(texts)
    found = []
    for path in texts:
        corpus = reader(path)
        found.append("".join(block.text for block in corpus.blocks()))
        warn_replaced(corpus)
    return found


def _pair(table: Table, texts: list[str], settings: "Settings", segment: Callable[[str], str] | None) -> int:
    """Compare two texts; give how many rows could not be."""
    from nlpzero.similarity.comparison import compare, measure_of, text_words

    measure = measure_of(settings)
    a, b = (measure.encode([text_words(text, segment)]) for text in texts)
    return _write(table, settings, compare(measure, a, b))[0]


def _align(
    table: Table | None,
    texts: list[str],
    plot: str | None,
    settings: "Settings",
    segment: Callable[[str], str] | None,
) -> None:
    """Show or draw the moves between two texts."""
    from nlpzero.similarity.comparison import measure_of, text_words

    measure = measure_of(settings)
    a, b = (text_words(text, segment) for text in texts)
    moves = measure.align(measure.encode([a]), measure.encode([b]))
    if plot is not None:
        from nlpzero.similarity.plotting import draw

        draw(moves, a, b, plot)
    if table:
        for move in moves:
            table.write(move)


def _rows(
    file: TextIO,
    table: Callable[..., Table],
    texts: tuple[str, ...],
    pairs: str | None,
    gold: bool,
    output_format: str,
    workers: int,
    settings: "Settings",
    segment: Callable[[str], str] | None,
    reader: Callable[[str], Any],
) -> int:
    """Compare many pairs, block by block; give how many could not be."""
    from nlpzero.core.engine import Engine
    from nlpzero.similarity.comparison import agreement, compare_lines

    corpora = [reader(path) for path in ([pairs] if pairs is not None else texts)]
    labels: list[float] = []
    blocks = _blocks(_columns(corpora[0], labels if gold else None) if pairs is not None else _zipped(texts, corpora))
    function = partial(compare_lines, settings=settings, segment=segment)
    written = table(columns=("line", *COLUMNS))
    missed, line, similarities = 0, 1, []
    with Engine(workers) as engine:
        results = itertools.chain(map(function, itertools.islice(blocks, ALONE)), engine.map(function, blocks))
        for result in progress(results, unit="pair", size=lambda found: len(found.distances)):
            empty, similar = _write(written, settings, result, line)
            missed, line = missed + empty, line + len(result.distances)
            if gold:
                similarities.extend(similar)
    for corpus in corpora:
        warn_replaced(corpus)
    if gold:
        found = agreement(similarities, labels)
        figures = {"spearman": found.spearman, "auc": found.auc}
        shown = ", ".join(f"{name} {value:.4f}" for name, value in figures.items() if value == value)
        warn(f"{shown or 'no correlation'} ({found.pairs:,} pairs)")
        if output_format == "jsonl":
            Table(file, (*figures, "pairs"), "jsonl").write((*figures.values(), found.pairs))
    return missed


def _zipped(names: Sequence[str], corpora: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Give the lines of two files together."""
    from nlpzero.errors import CorpusError

    for number, (a, b) in enumerate(itertools.zip_longest(*(corpus.lines() for corpus in corpora)), 1):
        if a is None or b is None:
            short, other = (names[0], names[1]) if a is None else (names[1], names[0])
            raise CorpusError(f"{short}: ends before line {number}, which {other} has", short, number)
        yield a, b


def _columns(corpus: Any, labels: list[float] | None) -> Iterator[tuple[str, str]]:
    """Give the first two columns of each line; add the third to the labels."""
    import math

    from nlpzero.errors import CorpusError

    name = "<stdin>" if corpus.paths == ["-"] else corpus.paths[0]
    blank = 0  # blank lines are left out at the end only
    for number, line in enumerate(corpus.lines(), 1):
        if not line.strip():
            blank = blank or number
            continue
        fields = line.rstrip("\r").split("\t")
        if blank or len(fields) < 2:
            number = blank or number
            raise CorpusError(f"{name}: line {number}: no tab; --pairs wants two columns", name, number)
        if labels is not None:
            try:
                label = float(fields[2])
            except (IndexError, ValueError):
                label = math.nan
            if not math.isfinite(label):
                raise CorpusError(f"{name}: line {number}: no number in the third column, for --gold", name, number)
            labels.append(label)
        yield fields[0], fields[1]


def _blocks(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Join pairs of lines to two texts of as many lines."""
    iterator = iter(pairs)
    while block := list(itertools.islice(iterator, BLOCK)):
        a, b = zip(*block, strict=True)
        yield "\n".join(a) + "\n", "\n".join(b) + "\n"


def _write(
    table: Table, settings: "Settings", found: "Comparison", first_line: int | None = None
) -> tuple[int, list[float]]:
    """Write the rows of some pairs; give how many have no distance, and the similarities."""
    from nlpzero.similarity.comparison import measure_of

    n = len(found.distances)
    similarities: list[float] = measure_of(settings).similarity(found.distances).tolist()
    columns: list[Sequence[Any]] = [[settings.method] * n, found.distances.tolist(), similarities]
    columns += [part.tolist() for part in found[1:]]
    table.write_columns(columns if first_line is None else [range(first_line, first_line + n), *columns])
    return sum(value != value for value in similarities), similarities


def _cut_by(tokenized: bool, lexicon: str | None) -> str:
    """Say how lines are cut into words: a digest of the lexicon, if it is a file."""
    import hashlib
    from importlib.metadata import version

    if tokenized:
        return "blanks"
    if lexicon is None:
        return f"jieba {version('jieba')}"
    if not os.path.isfile(lexicon):
        raise click.UsageError("with --index, --lexicon must be a regular file.")
    with open(lexicon, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _search(
    table: Table,
    texts: tuple[str, ...],
    top: int,
    index: str | None,
    cut: str,
    settings: "Settings",
    segment: Callable[[str], str] | None,
    reader: Callable[[str], Any],
) -> int:
    """Answer each query line; give how many hold no known word."""
    from nlpzero.similarity.comparison import measure_of
    from nlpzero.similarity.documents import words_of_lines
    from nlpzero.similarity.index import load_index, save_index
    from nlpzero.similarity.search import Collection

    measure = measure_of(settings)
    blocks: list[str] = []
    for path in texts[1:]:
        corpus = reader(path)
        blocks = [block.text for block in corpus.blocks()]
        warn_replaced(corpus)
    lines = [line for block in blocks for line in block.removesuffix("\n").split("\n")]
    if index is not None and os.path.exists(index):
        documents, lines = load_index(index, measure.space, cut, lines if texts[1:] else None)
    else:
        documents = measure.encode([words for block in blocks for words in words_of_lines(block, segment)])
        if index is not None:
            save_index(index, documents, lines, measure.space, cut)
    collection = Collection(documents, measure)
    queries, missed = reader(texts[0]), 0
    for number, line in enumerate(progress(queries.lines(), unit="query"), 1):
        encoded = measure.encode(words_of_lines(line, segment))
        if not encoded.totals[0]:
            missed += 1
            table.write((number, None, None, None, None, None))
            continue
        hits = collection.nearest(encoded, 0, top)
        found = zip(hits.texts.tolist(), hits.distances.tolist(), measure.similarity(hits.distances), strict=True)
        for rank, (text, distance, similarity) in enumerate(found, 1):
            table.write((number, rank, text + 1, distance, float(similarity), lines[text].rstrip("\r")))
    warn_replaced(queries)
    return missed
