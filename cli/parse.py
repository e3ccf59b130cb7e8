"""`nlpzero parse`: sentences as hierarchies of templates."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .messages import parts_of, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import FileOptions, open_output
from .pages import command as page
from .values import option, values
from .words import GapOptions, WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.reading.parts import Part
    from nlpzero.segment.cutter import Cutter
    from nlpzero.syntax.drawing import Picture
    from nlpzero.syntax.parser import Parser, Tree

EPILOG = """\b
Examples:
  nlpzero templates --min-count 4 -o templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv --format brackets --unit clause data/stories.txt
  echo 鸡蛋可以吃吗 | nlpzero parse --templates templates.tsv --format svg -o eggs.svg
"""


@dataclass(frozen=True, kw_only=True)
class ParseOptions(GapOptions):
    """What is parsed by what."""

    templates: str = option("--templates", metavar="FILE", required=True, help="Table of `nlpzero templates`.")
    top: int | None = option(
        "--top", type=click.IntRange(min=1), show_default="all", help="Use only the N most frequent templates."
    )
    unit: str = option(
        "--unit",
        type=click.Choice(["sentence", "line", "clause"]),
        default="sentence",
        help="What is parsed: up to 。！？…, whole lines, or clauses, without punctuation as in `nlpzero templates`.",
    )
    null_score: float = option(
        "--null-score",
        type=click.FloatRange(max=0),
        default=-20,
        help="Score of each part of a row but the first, in nats: the lower, the more templates.",
    )
    null: bool = option(
        "--null/--no-null", default=True, help="Write sentences that no template covers, flat, or leave them out."
    )


@dataclass(frozen=True, kw_only=True)
class TreeFileOptions(FileOptions):
    """Where and in what form trees are written."""

    form: str = option(
        "--format",
        type=click.Choice(["tree", "json", "brackets", "svg", "dot"]),
        default="tree",
        help="tree: indented lines. json: nested objects, one line a sentence. brackets: templates and gaps in "
        "brackets, one line a sentence. svg: a page of drawings. dot: graphs for Graphviz.",
    )
    directory: str | None = option(
        "--directory", metavar="DIR", help="svg, dot: write each sentence to its own file here: 000001.svg, ..."
    )


@page(epilog=EPILOG, most=("templates", "form", "unit", "lexicon", "output"))
@values(ParseOptions, "own")
@values(WordOptions, "words", without=("stop",))
@values(ReadingOptions, "reading", paths={"metavar": "[FILE]..."})
@values(TreeFileOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: ParseOptions,
    words: WordOptions,
    reading: ReadingOptions,
    writing: TreeFileOptions,
    running: RunningOptions,
) -> None:
    """Parse sentences (句法分析) into a hierarchy of templates: each gap is parsed in its turn.

    A sentence, and a gap, is a row of words and templates; what no template covers stays flat. The greatest sum wins:
    ln P(template), its share of the table's counts, less 2 ln(length) for each gap, and --null-score for each part of
    a row but the first. No template reaches across a mark that ends a clause. Templates of one word are not used.

    The text has to be cut into words as the corpus of the templates was: with the same options for words.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm")
    form, directory = writing.form, writing.directory
    if directory is not None and (form not in ("svg", "dot") or writing.output != "-"):
        raise click.UsageError("--directory is for --format svg or dot, without -o")
    from nlpzero.errors import NlpZeroError
    from nlpzero.syntax.inventory import Inventory
    from nlpzero.syntax.parser import LONGEST, PARSING, Parser

    if own.templates == "-" and "-" in reading.paths:
        raise click.UsageError("standard input (-) can be only one of the files")
    with writing.open() as out:
        if directory is not None:
            try:
                os.makedirs(directory, exist_ok=True)
            except OSError as error:
                raise NlpZeroError(f"{directory}: cannot be written: {error.strerror}") from None
        inventory = Inventory.from_file(
            own.templates, gap=own.gap, limit=own.top, encoding=reading.encoding, errors=reading.of_text
        )
        parser = Parser(inventory, own.null_score, own.gap)
        task = partial(_parse, parser, words.cutter(reading), own.unit, form, own.null)
        with reading.open(running) as corpus, words.open(running.job, PARSING, corpus) as execution:
            left_out = too_long = 0
            drawings: list[Picture] = []
            number = 0
            for written, without, long in execution.engine.map(task, parts_of(corpus, execution.block_size)):
                left_out += without
                too_long += long
                for drawn in written:
                    number += 1
                    if directory is not None:
                        with open_output(os.path.join(directory, f"{number:06d}.{form}")) as file:
                            file.writelines(_document([drawn]) if not isinstance(drawn, str) else [drawn, "\n"])
                    elif isinstance(drawn, str):
                        out.write("\n" * (number > 1 and form in ("tree", "dot")) + drawn + "\n")
                    else:
                        drawings.append(drawn)
            warn_replaced(corpus)
        if left_out:
            warn(f"left out: {left_out:,} sentences that no template covers (--no-null)")
        if too_long:
            warn(f"left out: {too_long:,} sentences of more than {LONGEST:,} words; try --unit clause")
        if form == "svg" and directory is None:
            out.writelines(_document(drawings))


def _document(drawings: list["Picture"]) -> Iterator[str]:
    """Write a page."""
    from nlpzero.syntax.drawing import svg

    yield svg(drawings)


def _parse(
    parser: "Parser",
    cut: "Cutter",
    split: Any,
    output_format: str,
    null: bool,
    part: "Part",
) -> "tuple[list[str | Picture], int, int]":
    """Parse one block: what is written for each sentence; how many no template covers, how many are too long."""
    from nlpzero.segment.encoding import encode_part
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
    sentences = sentences_of(encode_part(cut, part), split)
    trees = parser.parse_all([words for words in sentences if len(words) <= LONGEST])
    kept = [tree for tree in trees if null or any(node.template is not None for node in tree.nodes)]
    return [draw[output_format](tree) for tree in kept], len(trees) - len(kept), len(sentences) - len(trees)
