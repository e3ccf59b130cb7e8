"""`nlpzero parse`: sentences as hierarchies of templates, or as trees of links."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .messages import parts_of, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .pages import command as page
from .trees import TreeFileOptions, treebank_batches
from .values import option, values
from .words import GapOptions, WordOptions, exclude

if TYPE_CHECKING:
    from nlpzero.core.job import Cost
    from nlpzero.reading.parts import Part
    from nlpzero.segment.cutter import Cutter
    from nlpzero.syntax.drawing import Picture
    from nlpzero.syntax.parser import Tree

EPILOG = """\b
Examples:
  nlpzero templates --min-count 4 -o templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv data/stories.txt
  nlpzero parse --templates templates.tsv --format brackets --split clause data/stories.txt
  echo 鸡蛋可以吃吗 | nlpzero parse --templates templates.tsv --format svg -o eggs.svg
  nlpzero links -o links.npz data/stories.txt
  nlpzero parse --method links --links links.npz --format conllu data/stories.txt
"""


@dataclass(frozen=True, kw_only=True)
class ParseOptions(GapOptions):
    """What is parsed by what."""

    method: str = option(
        "--method",
        type=click.Choice(["templates", "links"]),
        default="templates",
        help="templates: a hierarchy of templates. links: the tree whose links raw text makes likely.",
    )
    templates: str | None = option("--templates", metavar="FILE", help="Table of `nlpzero templates`.")
    links: str | None = option("--links", metavar="FILE", help="Counts of `nlpzero links`, for --method links.")
    conllu: bool = option(
        "--conllu", is_flag=True, help="The text is a treebank in CoNLL-U: its sentences and words are parsed."
    )
    top: int | None = option(
        "--top", type=click.IntRange(min=1), show_default="all", help="Use only the N most frequent templates."
    )
    unit: str = option(
        "--split",
        "--unit",
        type=click.Choice(["sentence", "line", "clause"]),
        default="sentence",
        help="Where text is parted: after 。！？… and line ends, after lines, or into clauses, without punctuation as "
        "in `nlpzero templates`.",
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

    def source(self) -> str:
        """Give the file that is parsed by."""
        if self.method == "links":
            exclude("links", "templates")
        chosen, other = (self.templates, self.links) if self.method == "templates" else (self.links, self.templates)
        if other is not None and chosen is None:
            raise click.UsageError(f"--method {self.method} needs --{self.method} FILE; or choose the other --method")
        if chosen is None:
            made = "templates -o templates.tsv" if self.method == "templates" else "links -o links.npz"
            raise click.UsageError(f"give --{self.method} FILE, made by: nlpzero {made} CORPUS")
        return chosen

    def parser(self, source: str, reading: ReadingOptions) -> "tuple[Callable[[list[list[str]]], list[Tree]], Cost]":
        """Open the file: what parses sentences, and what that costs."""
        if self.method == "links":
            from nlpzero.syntax.link_counts import LinkCounts
            from nlpzero.syntax.link_parser import PARSING as LINKING
            from nlpzero.syntax.link_parser import LinkParser, parse_links

            return partial(parse_links, LinkParser(LinkCounts.load(source))), LINKING
        from nlpzero.syntax.inventory import Inventory
        from nlpzero.syntax.parser import PARSING, Parser

        inventory = Inventory.from_file(
            source, gap=self.gap, limit=self.top, encoding=reading.encoding, errors=reading.of_text
        )
        return Parser(inventory, self.null_score, self.gap).parse_all, PARSING


@page(epilog=EPILOG, most=("templates", "method", "links", "form", "unit", "lexicon", "output"))
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
    """Parse sentences (句法分析) into hierarchies of templates, each gap parsed in its turn, or into trees of links.

    A sentence, and a gap, is a row of words and templates; what no template covers stays flat. The greatest sum wins:
    ln P(template), its share of the table's counts, less 2 ln(length) for each gap, and --null-score for each part of
    a row but the first. No template reaches across a mark that ends a clause. Templates of one word are not used.

    --method links: words are linked with words, no links cross, and raw text tells how likely each link is. --format
    conllu gives each word a head by a rule: see nlpzero/syntax/README.md.

    The text has to be cut into words as the corpus of the templates or links was: with the same options for words.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm")
    writing.check()
    source = own.source()
    if source == "-" and "-" in reading.paths:
        raise click.UsageError("standard input (-) can be only one of the files")
    from nlpzero.syntax.parser import LONGEST

    counts = {"left out": 0, "too long": 0}
    with writing.open() as out:
        parse, cost = own.parser(source, reading)
        task = partial(_parse, parse, words.cutter(reading), own.unit, own.null, writing)
        with reading.open(running) as corpus, words.open(running.job, cost, corpus) as execution:
            parts: Iterator[Any] = treebank_batches(corpus) if own.conllu else parts_of(corpus, execution.block_size)

            def drawn() -> Iterator["str | Picture"]:
                for written, without, long in execution.engine.map(task, parts):
                    counts["left out"] += without
                    counts["too long"] += long
                    yield from written

            writing.write(out, drawn())
            warn_replaced(corpus)
        if counts["left out"]:
            warn(f"left out: {counts['left out']:,} sentences that no template covers (--no-null)")
        if counts["too long"]:
            warn(f"left out: {counts['too long']:,} sentences of more than {LONGEST:,} words; try --split clause")


def _parse(
    parse: "Callable[[list[list[str]]], list[Tree]]",
    cut: "Cutter",
    split: Any,
    null: bool,
    writing: TreeFileOptions,
    part: "Part | list[list[str]]",
) -> "tuple[list[str | Picture], int, int]":
    """Parse one block: what is written for each sentence; how many no template covers, how many are too long."""
    from nlpzero.segment.encoding import encode_part
    from nlpzero.syntax.clauses import sentences_of
    from nlpzero.syntax.parser import LONGEST

    sentences = part if isinstance(part, list) else sentences_of(encode_part(cut, part), split)
    trees = parse([words for words in sentences if len(words) <= LONGEST])
    kept = [tree for tree in trees if null or any(node.template is not None for node in tree.nodes)]
    return [*map(writing.draw(), kept)], len(trees) - len(kept), len(sentences) - len(trees)
