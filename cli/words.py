"""What the commands that read words share: where these come from, and how gaps of templates are written."""

from typing import TYPE_CHECKING, Any

import click

from .options import together

if TYPE_CHECKING:
    from nlpzero.segment.cutter import Cutter


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


def cutter_of(tokenized: bool = False, lexicon: str | None = None, hmm: bool = False) -> "Cutter":
    """Give what cuts the text; a bad word list is told even if there is no text."""
    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.segment.cutter import BlankCutter
    from nlpzero.segment.lexical import HmmCutter, LexiconCutter, jieba_cutter

    if tokenized:
        return BlankCutter()
    if lexicon is not None:
        return LexiconCutter(Lexicon.from_file(lexicon))
    return HmmCutter() if hmm else jieba_cutter()
