"""What the commands that read words share: where these come from, and how gaps of templates are written."""

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import TYPE_CHECKING, ClassVar

import click

from .values import is_given, option, option_name

if TYPE_CHECKING:
    from nlpzero.core.job import Cost, Execution, Job
    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter
    from nlpzero.segment.dictionary import DictionaryCutter
    from nlpzero.segment.learned import LearnedSegmenter

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


Grains = str | tuple[str, float]
"""The name of a grain, with a bonus in nats."""


def _grain(_context: click.Context, _parameter: click.Parameter, value: str) -> Grains:
    """Read the name of a grain, or a number."""
    if value in ("fine", "standard", "coarse"):
        return value, 0.0
    try:
        number = float(value)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise click.BadParameter(f"{value!r} is not fine, standard, coarse, or a number.")
    return "standard", number


JIEBA = "jieba"
"""As --lexicon: jieba's dictionary."""


def dictionary_of(path: str, encoding: "EncodingOptions") -> "Lexicon":
    """Read a dictionary; jieba's, without its rarest words, by its name. Its words are folded as the text is."""
    return own_cutter(encoding).lexicon if path == JIEBA else encoding.lexicon(path)


def own_cutter(encoding: "EncodingOptions") -> "DictionaryCutter":
    """Give the default cutter, for text as it is read."""
    from nlpzero.segment.dictionary import dictionary_cutter

    return dictionary_cutter().folded(encoding.how().fold)


@dataclass(frozen=True, kw_only=True)
class WordOptions:
    """Where the words of a text come from."""

    section: ClassVar[str] = "Words"

    tokenized: bool = option("--tokenized", is_flag=True, help="Blanks already stand between the words of the text.")
    lexicon: str | None = option(
        "--lexicon",
        metavar="WORDS",
        show_default="jieba's dictionary",
        help="Cut the text into the words of a file: a table of `nlpzero discover`, or lines 'word count'.",
    )
    userdict: tuple[str, ...] = option(
        "--userdict",
        multiple=True,
        metavar="WORDS",
        help="Add the words of a file to those that the text is cut into; may be given again. A word without a count "
        "gets one that lets it win against its parts.",
    )
    force: bool = option("--force", is_flag=True, help="Keep the words of --userdict whole, whatever else matches.")
    jieba: bool = option("--jieba", is_flag=True, help="Cut the text just as jieba.lcut(line, HMM=False) does.")
    hmm: bool = option(
        "--hmm", is_flag=True, help="Cut as jieba does by default: with a hidden Markov model, and slowly."
    )

    stop: str | None = option(
        "--stop",
        metavar="FILE|default",
        show_default="none",
        help="Leave out the words of a file, one a line, or function words and punctuation (default).",
    )

    grain: Grains = option(
        "--grain",
        default="standard",
        callback=_grain,
        metavar="fine|standard|coarse|NATS",
        help="fine: suffixes are words (北京|市). coarse: dates and marks are whole (2009年, ——). A number: bonus in "
        "nats for each word of the dictionary; above 0, words are shorter.",
    )
    detach: tuple[str, ...] = option(
        "--detach", type=click.Choice(["suffixes"]), multiple=True, help="Cut off suffixes: 北京|市."
    )
    join: tuple[str, ...] = option(
        "--join", type=click.Choice(["dates", "marks"]), multiple=True, help="Keep 2009年, or ——, whole."
    )

    def finished(self, cutter: "Cutter", encoding: "EncodingOptions") -> "Cutter":
        """Let addresses and the like be words, and leave out stop words, if that is asked for."""
        if encoding.how().web == "keep":
            from nlpzero.segment.whole import WholeCutter

            cutter = WholeCutter(cutter)
        if stop := stop_words(self.stop, encoding):
            from nlpzero.segment.stopped import StopCutter

            cutter = StopCutter(cutter, stop)
        return cutter

    @property
    def uses_jieba(self) -> bool:
        """Whether jieba's dictionary has to be there."""
        return not self.tokenized and self.lexicon in (None, JIEBA)

    @property
    def origin(self) -> str:
        """What the words come from, in short."""
        if self.tokenized:
            return "tokenized"
        return self.lexicon or ("hmm" if self.hmm else "jieba" if self.jieba else "dictionary")

    def cutter(self, encoding: "EncodingOptions", *, like_jieba: bool = False) -> "Cutter":
        """Give what cuts the text; `like_jieba` if nothing is said. A bad list is told even if there is no text."""
        return self.finished(self.with_userdict(self.dictionary(encoding, like_jieba=like_jieba), encoding), encoding)

    def dictionary(self, encoding: "EncodingOptions", *, like_jieba: bool = False) -> "Cutter":
        """Give what cuts the text without the words of users."""
        exclude("tokenized", "lexicon", "jieba", "hmm")
        exclude("tokenized", "userdict")
        if self.tokenized:
            from nlpzero.segment.cutter import BlankCutter

            return BlankCutter()
        from nlpzero.segment.lexical import HmmCutter, LexiconCutter, jieba_cutter

        cutter: Cutter
        if self.lexicon is not None and self.lexicon != JIEBA:
            cutter = LexiconCutter(encoding.lexicon(self.lexicon))
        elif self.hmm:
            cutter = HmmCutter()
        elif self.jieba or like_jieba:
            cutter = jieba_cutter().folded(encoding.how().fold)
        else:
            cutter = own_cutter(encoding)
        return cutter

    def joined(self, segmenter: "LearnedSegmenter", power: float, encoding: "EncodingOptions") -> "Cutter":
        """Give a learned segmenter, joined with the dictionary if one is named."""
        exclude("segmenter", "jieba", "hmm")
        cutter: Cutter = segmenter
        if self.lexicon is not None:
            from nlpzero.segment.joined import JoinedCutter

            cutter = JoinedCutter(self.named_dictionary(encoding), segmenter, power)
        return self.finished(self.with_userdict(cutter, encoding), encoding)

    def named_dictionary(self, encoding: "EncodingOptions") -> "DictionaryCutter":
        """Give the dictionary that is named, to be joined with what was learned."""
        if self.lexicon in (None, JIEBA):
            return own_cutter(encoding)
        from nlpzero.segment.dictionary import DictionaryCutter

        return DictionaryCutter(encoding.lexicon(self.lexicon))

    def with_userdict(self, cutter: "Cutter", encoding: "EncodingOptions") -> "Cutter":
        """Add the words of users to what cuts the text."""
        if not self.userdict:
            cutter = self.with_grain(cutter)
            if self.force:
                raise click.UsageError("--force keeps the words of --userdict whole; name a file of words")
            return cutter
        from nlpzero.lexicon.lexicon import Lexicon
        from nlpzero.segment.forced import ForcedCutter
        from nlpzero.segment.joined import JoinedCutter
        from nlpzero.segment.lexical import LexiconCutter

        lexicons = [encoding.lexicon(path) for path in self.userdict]
        words = Lexicon.merged(lexicons)
        if isinstance(cutter, LexiconCutter | JoinedCutter):
            cutter = cutter.with_words(words)
        elif not self.force:
            raise click.UsageError(
                "what cuts the text has no dictionary that --userdict could be added to; add --force"
            )
        cutter = self.with_grain(cutter)
        return ForcedCutter(cutter, words) if self.force else cutter

    def with_grain(self, cutter: "Cutter") -> "Cutter":
        """Make what cuts the text finer or coarser."""
        name, bonus = self.grain if isinstance(self.grain, tuple) else (self.grain, 0.0)
        if name == "standard" and not (bonus or self.detach or self.join):
            return cutter
        exclude("tokenized", "grain")
        from nlpzero.segment.dictionary import DictionaryCutter
        from nlpzero.segment.grain import GRAINS, GrainCutter

        if bonus and not isinstance(cutter, DictionaryCutter):
            raise click.UsageError("--grain NATS is for the dictionary's own cut; use fine or coarse")
        chosen = replace(GRAINS[name], bonus=bonus)
        chosen = replace(chosen, **dict.fromkeys([*self.detach, *self.join], True))
        return GrainCutter(cutter, chosen)

    def open(self, job: "Job", cost: "Cost", corpus: "Corpus") -> "Execution":
        """Open a job for tasks that cut the text."""
        find = None
        if self.uses_jieba:
            from nlpzero.segment.jieba_adapter import dictionary_path

            find = dictionary_path
        return job.open(replace(cost, python=cost.python or self.hmm), corpus, dictionary=find)


def stop_words(name: str | None, encoding: "EncodingOptions") -> frozenset[str]:
    """Read the words that are left out: those of a file, or our own list."""
    if name in (None, "none"):
        return frozenset()
    if name == "default":
        from nlpzero.text.stopwords import FUNCTION_WORDS

        return FUNCTION_WORDS | frozenset("。，、；：？！…—·‘’“”「」『』《》〈〉（）【】()[]{}.,;:?!'\"-~/\\")
    from nlpzero.lexicon.formats import read_words

    return read_words(name, encoding.encoding, encoding.of_text)


def exclude(*names: str) -> None:
    """Refuse parameters of which at most one makes sense."""
    named = [option_name(name) for name in names if is_given(name)]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} exclude each other")
