"""What the commands that parse share: the forms in which trees are written, and sentences of treebanks."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .messages import progress, warn_replaced
from .output import FileOptions, TextFile, open_output
from .values import option

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus
    from nlpzero.syntax.drawing import Picture
    from nlpzero.syntax.parser import Tree

FORMS = ["tree", "json", "brackets", "conllu", "svg", "dot"]
BATCH = 200
"""Sentences of a treebank that are parsed together."""


@dataclass(frozen=True, kw_only=True)
class TreeFileOptions(FileOptions):
    """Where and in what form trees are written."""

    form: str = option(
        "--format",
        type=click.Choice(FORMS),
        default="tree",
        help="tree: indented lines. json: nested objects, one line a sentence. brackets: templates and gaps in "
        "brackets, one line a sentence. conllu: the head of each word. svg: a page of drawings. dot: graphs for "
        "Graphviz.",
    )
    directory: str | None = option(
        "--directory", metavar="DIR", help="svg, dot: write each sentence to its own file here: 000001.svg, ..."
    )

    def check(self) -> None:
        """Refuse a directory where it makes no sense."""
        if self.directory is not None and (self.form not in ("svg", "dot") or self.output != "-"):
            raise click.UsageError("--directory is for --format svg or dot, without -o")

    def draw(self) -> "Callable[[Tree], str | Picture]":
        """Give what draws a hierarchy."""
        from nlpzero.syntax import drawing
        from nlpzero.syntax.conllu import write_conllu
        from nlpzero.syntax.dependencies import dependencies_of

        forms: dict[str, Callable[[Tree], str | Picture]] = {
            "tree": drawing.draw_tree,
            "json": drawing.write_json,
            "brackets": drawing.write_brackets,
            "conllu": lambda tree: write_conllu(dependencies_of(tree)),
            "svg": drawing.picture,
            "dot": drawing.write_dot,
        }
        return forms[self.form]

    def write(self, out: TextFile, drawn: "Iterable[str | Picture]") -> None:
        """Write what was drawn, each sentence when it comes; pictures of one page at the end."""
        from nlpzero.errors import NlpZeroError

        if self.directory is not None:
            try:
                os.makedirs(self.directory, exist_ok=True)
            except OSError as error:
                raise NlpZeroError(f"{self.directory}: cannot be written: {error.strerror}") from None
        drawings: list[Picture] = []
        for number, one in enumerate(drawn, 1):
            if self.directory is not None:
                with open_output(os.path.join(self.directory, f"{number:06d}.{self.form}")) as file:
                    file.writelines(_page([one]) if not isinstance(one, str) else [one, "\n"])
            elif isinstance(one, str):
                out.write("\n" * (number > 1 and self.form in ("tree", "dot")) + one + "\n")
            else:
                drawings.append(one)
        if self.form == "svg" and self.directory is None:
            out.writelines(_page(drawings))


def _page(drawings: "list[Picture]") -> Iterator[str]:
    """Write a page."""
    from nlpzero.syntax.drawing import svg

    yield svg(drawings)


def treebank_batches(corpus: "Corpus", size: int = BATCH, *, slow: bool = False) -> Iterator[list[list[str]]]:
    """Give the sentences of a treebank in CoNLL-U, as words, some at a time.

    Where each takes seconds all are read first: the bar can then tell how long it will take.
    """
    from nlpzero.syntax.conllu import read_conllu

    words: Iterable[list[str]] = (tree.words for tree in read_conllu(corpus.lines(), corpus.paths[0]))
    held = [*words] if slow else None
    batch: list[list[str]] = []
    for sentence in progress(
        words if held is None else held, total=None if held is None else len(held), unit="sentence"
    ):
        batch.append(sentence)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
    warn_replaced(corpus)
