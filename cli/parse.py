"""`nlpzero parse`: sentences as hierarchies of templates."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from .options import corpus_arguments, output, quiet, workers
from .output import open_output, parts_of, warn, warn_replaced
from .words import cutter_of, exclude, gap, word_options

if TYPE_CHECKING:
    from nlpzero.reading.parts import Part
    from nlpzero.syntax.drawing import Picture
    from nlpzero.syntax.parser import Parser, Tree

BLOCK = 1 << 18
"""Bytes of text parsed at a time."""

EPILOG = """\b
Examples:
  nlpzero templates --min-proba 1e-4 -o templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv --format brackets --split clause data/stories.txt
  echo 鸡蛋可以吃吗 | nlpzero parse --templates templates.tsv --format svg -o eggs.svg
"""


@click.command(epilog=EPILOG)
@corpus_arguments("FILE")
@click.option("--templates", "table", metavar="FILE", required=True, help="Table of `nlpzero templates`.")
@click.option("--top", type=click.IntRange(min=1), show_default="all", help="Use the so many most frequent templates.")
@gap
@word_options
@click.option(
    "--split",
    type=click.Choice(["sentence", "line", "clause"]),
    default="sentence",
    help="What is parsed: up to 。！？…, whole lines, or clauses, without punctuation as in `nlpzero templates`.",
)
@click.option(
    "--null-score",
    type=click.FloatRange(max=0),
    default=-20,
    help="Score of each word but the first where no template covers a span, in nats.",
)
@click.option(
    "--null/--no-null", default=True, help="Write sentences that no template covers, flat, or leave them out."
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["tree", "json", "brackets", "svg", "dot"]),
    default="tree",
    help="tree: indented lines. json: nested objects, one line a sentence. brackets: one line a sentence, gaps in "
    "brackets. svg: a page of drawings. dot: graphs for Graphviz.",
)
@click.option(
    "--directory",
    metavar="DIR",
    help="svg, dot: write each sentence to a file of its own here: 000001.svg, ...",
)
@output
@workers
@quiet
def command(
    paths: tuple[str, ...],
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    table: str,
    top: int | None,
    gap: str,
    tokenized: bool,
    lexicon: str | None,
    hmm: bool,
    split: str,
    null_score: float,
    null: bool,
    output_format: str,
    directory: str | None,
    output: str,
    workers: int,
) -> None:
    """Parse sentences (句法分析) into a hierarchy of templates: each gap is parsed in its turn.

    Of all hierarchies that one is chosen whose templates have the greatest sum of ln P(template), P being the share of
    a template's count in the table. Among equal ones: more words in the template, then words further left.

    The text has to be cut into words as the corpus of the templates was: with the same --lexicon, --hmm or --tokenized.
    """
    exclude(tokenized=tokenized, lexicon=lexicon, hmm=hmm)
    if directory is not None and (output_format not in ("svg", "dot") or output != "-"):
        raise click.UsageError("--directory is for --format svg or dot, without -o")
    from nlpzero.core.engine import Engine
    from nlpzero.errors import NlpZeroError
    from nlpzero.reading.corpus import Corpus
    from nlpzero.syntax.clauses import SEPARATOR
    from nlpzero.syntax.inventory import Inventory
    from nlpzero.syntax.parser import LONGEST, Parser

    if table == "-" and "-" in paths:
        raise click.UsageError("standard input (-) can be only one of the files")
    with open_output(output) as out:
        if directory is not None:
            try:
                os.makedirs(directory, exist_ok=True)
            except OSError as error:
                raise NlpZeroError(f"{directory}: cannot be written: {error.strerror}") from None
        parser = Parser(Inventory.from_file(table, gap=gap, limit=top), null_score, gap)
        cut, delimiter = None, " "
        if not tokenized:
            cut = partial(cutter_of(lexicon=lexicon, hmm=hmm).segment, delimiter=SEPARATOR)
            delimiter = SEPARATOR
        task = partial(_parse, parser, cut, delimiter, split, output_format, null)
        with Corpus(paths, encoding=encoding, errors=errors, shard=shard) as corpus, Engine(workers) as engine:
            left_out = too_long = 0
            drawings: list[Picture] = []
            number = 0
            for written, without, long in engine.map(task, parts_of(corpus, BLOCK)):
                left_out += without
                too_long += long
                for drawn in written:
                    number += 1
                    if directory is not None:
                        with open_output(os.path.join(directory, f"{number:06d}.{output_format}")) as file:
                            file.writelines(_document([drawn]) if not isinstance(drawn, str) else [drawn, "\n"])
                    elif isinstance(drawn, str):
                        out.write("\n" * (number > 1 and output_format in ("tree", "dot")) + drawn + "\n")
                    else:
                        drawings.append(drawn)
            warn_replaced(corpus)
        if left_out:
            warn(f"left out: {left_out:,} sentences that no template covers (--no-null)")
        if too_long:
            warn(f"left out: {too_long:,} sentences of more than {LONGEST:,} words; try --split clause")
        if output_format == "svg" and directory is None:
            out.writelines(_document(drawings))


def _document(drawings: list["Picture"]) -> Iterator[str]:
    """Write a page."""
    from nlpzero.syntax.drawing import svg

    yield svg(drawings)


def _parse(
    parser: "Parser",
    cut: Callable[[str], str] | None,
    delimiter: str,
    split: str,
    output_format: str,
    null: bool,
    part: "Part",
) -> "tuple[list[str | Picture], int, int]":
    """Parse one block: what is written for each sentence; how many no template covers, how many are too long."""
    from nlpzero.reading.parts import text_of
    from nlpzero.syntax import drawing
    from nlpzero.syntax.clauses import sentences_of
    from nlpzero.syntax.parser import LONGEST

    draw: dict[str, Callable[[Tree], str | Picture]] = {
        "tree": drawing.draw_tree,
        "json": drawing.write_json,
        "brackets": drawing.write_brackets,
        "svg": drawing.picture,
        "dot": drawing.write_dot,
    }
    text = text_of(part)
    sentences = [*sentences_of(cut(text) if cut else text, split, delimiter)]
    trees = parser.parse_all([words for words in sentences if len(words) <= LONGEST])
    kept = [tree for tree in trees if null or tree.nodes[0].template is not None]
    return [draw[output_format](tree) for tree in kept], len(trees) - len(kept), len(sentences) - len(trees)
