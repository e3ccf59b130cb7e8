"""What the commands that read words share: where these come from, and how gaps of templates are written."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from .options import together


def _gap_mark(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse a mark that could not be told from the blanks beside it."""
    if not value or any(character.isspace() for character in value):
        raise click.BadParameter("the mark of a gap is text without blanks.")
    return value


gap = click.option(
    "--gap", default="[X]", metavar="TEXT", callback=_gap_mark, help="How a gap of a template is written."
)
"""Parameter `gap`."""

lexicon = click.option(
    "--lexicon",
    metavar="WORDS",
    show_default="jieba's dictionary",
    help="Cut the text into the words of a file: a table of `nlpzero discover`, or lines 'word count'.",
)
"""Parameter `lexicon`."""

hmm = click.option("--hmm", is_flag=True, help="Cut the text as jieba does by default: with a hidden Markov model.")
"""Parameter `hmm`."""

tokenized = click.option("--tokenized", is_flag=True, help="The text is cut already: blanks stand between its words.")
"""Parameter `tokenized`."""


def word_options(function: Any) -> Any:
    """Add the parameters `tokenized`, `lexicon` and `hmm`."""
    return together(tokenized, lexicon, hmm)(function)


def exclude(**given: object) -> None:
    """Refuse options of which at most one makes sense."""
    named = [f"--{name}" for name, value in given.items() if value]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} exclude each other")


def cutter(lexicon: str | None, hmm: bool, workers: int, delimiter: str = " ") -> tuple[Callable[[str], str], int]:
    """Give the function that puts a delimiter between words, and the number of workers that can run it."""
    from nlpzero.segment.segmenter import load_segmenter, segment_text

    if lexicon is not None:
        load_segmenter(lexicon)  # a bad one is told even if there is no text
        if not os.path.isfile(lexicon):
            workers = 1  # others could not read it again
    return partial(segment_text, lexicon=lexicon, hmm=hmm, delimiter=delimiter), workers
