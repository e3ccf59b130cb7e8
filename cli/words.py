"""What the commands that read words share: where these come from, and how gaps of templates are written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import click

from .values import is_given, option, option_name

if TYPE_CHECKING:
    from nlpzero.segment.cutter import Cutter

    from .options import EncodingOptions


def _gap_mark(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse a mark that could not be told from the blanks beside it."""
    if not value or any(character.isspace() for character in value):
        raise click.BadParameter("the mark of a gap is text without blanks.")
    return value


@dataclass(frozen=True, kw_only=True)
class GapOptions:
    """How gaps of templates are written."""

    gap: str = option("--gap", default="[X]", metavar="TEXT", callback=_gap_mark, help="The mark of a gap.")


@dataclass(frozen=True, kw_only=True)
class TokenOptions:
    """Where the words of a text come from."""

    section: ClassVar[str] = "Words"

    tokenized: bool = option("--tokenized", is_flag=True, help="Blanks already stand between the words of the text.")
    lexicon: str | None = option(
        "--lexicon",
        metavar="WORDS",
        show_default="jieba's dictionary",
        help="Cut the text into the words of a file: a table of `nlpzero discover`, or lines 'word count'.",
    )

    def cutter(self, encoding: "EncodingOptions | None" = None) -> "Cutter":
        """Give what cuts the text. A bad word list is told even if there is no text."""
        exclude("tokenized", "lexicon")
        return cutter_of(self.tokenized, self.lexicon, encoding=encoding)


@dataclass(frozen=True, kw_only=True)
class WordOptions(TokenOptions):
    """Where the words of a text come from, a hidden Markov model among them."""

    hmm: bool = option("--hmm", is_flag=True, help="Cut the text as jieba does by default: with a hidden Markov model.")

    def cutter(self, encoding: "EncodingOptions | None" = None) -> "Cutter":
        """Give what cuts the text. A bad word list is told even if there is no text."""
        exclude("tokenized", "lexicon", "hmm")
        return cutter_of(self.tokenized, self.lexicon, self.hmm, encoding)


def exclude(*names: str) -> None:
    """Refuse parameters of which at most one makes sense."""
    named = [option_name(name) for name in names if is_given(name)]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} exclude each other")


def cutter_of(
    tokenized: bool = False, lexicon: str | None = None, hmm: bool = False, encoding: "EncodingOptions | None" = None
) -> "Cutter":
    """Give what cuts the text; a bad word list is told even if there is no text."""
    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.segment.cutter import BlankCutter
    from nlpzero.segment.lexical import HmmCutter, LexiconCutter, jieba_cutter

    if tokenized:
        return BlankCutter()
    if lexicon is not None:
        return LexiconCutter(Lexicon.from_file(lexicon, *([encoding.encoding] if encoding else [])))
    return HmmCutter() if hmm else jieba_cutter()
