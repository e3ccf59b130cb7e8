"""`nlpzero report`: a corpus at a glance, in one page to look at."""

import os
import shlex
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from .completing import several
from .corpora import kind_of_file
from .messages import notice, warn_replaced, working
from .options import ReadingOptions, RunningOptions, quiet
from .output import open_output
from .pages import command as page
from .terminal import is_terminal
from .values import is_given, option, values
from .words import WordOptions

if TYPE_CHECKING:
    from nlpzero.corpora.frequencies import WordCounts
    from nlpzero.reading.corpus import Corpus

SECTIONS = ("corpus", "new", "frequent", "key", "map", "communities", "collocations", "templates", "rules", "spread")
"""The names of nlpzero.report.sections.SECTIONS, which is imported late; a test compares them."""

EPILOG = """\b
Examples:
  nlpzero report -o report.html data/stories.txt
  nlpzero report --sections corpus,new,map --top 20 --title Fog -o fog.html data/stories.txt
  nlpzero report --sections corpus --json data/stories.txt
  head -n 170 data/stories.txt > a.txt; nlpzero report --sections key --against a.txt -o b.html data/stories.txt
"""


def _sections(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read names of sections with commas between."""
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    for name in names:
        if name not in SECTIONS:
            raise click.BadParameter(f"{name!r} is no section; there are {', '.join(SECTIONS)}.")
    return names


@dataclass(frozen=True, kw_only=True)
class ReportCommandOptions:
    """What the report shows, and where it goes."""

    output: str = option(
        "-o", "--output", default="-", metavar="FILE", help="Write here. The file appears when it is complete."
    )
    sections: tuple[str, ...] = option(
        "--sections",
        metavar="NAME,...",
        shell_complete=several(SECTIONS),
        callback=_sections,
        show_default="all",
        help=f"Show only these of {', '.join(SECTIONS)}.",
    )
    top: int = option("--top", type=click.IntRange(min=1), default=50, help="Rows of each table.")
    against: tuple[str, ...] = option(
        "--against",
        multiple=True,
        metavar="FILE",
        show_default="jieba's counts",
        help="Find key words against this text, or against counts of `nlpzero words --save`; may be given again.",
    )
    title: str = option("--title", metavar="TEXT", default="", show_default="the names of the files", help="Title.")
    sample: int = option(
        "--lines", type=click.IntRange(min=0), default=4, help="Lines in context that are kept for each word."
    )
    json: bool = option("--json", is_flag=True, help="Write the same facts for programs, as one JSON object.")


@page(epilog=EPILOG, most=("output", "sections", "top", "against", "title", "json"))
@values(ReportCommandOptions, "own")
@values(WordOptions, "words")
@values(ReadingOptions, "reading")
@values(RunningOptions, "running")
@quiet
def command(own: ReportCommandOptions, words: WordOptions, reading: ReadingOptions, running: RunningOptions) -> None:
    """Make a report of a corpus (语料报告): one HTML file to look at, which asks for nothing from outside.

    What the corpus is; new, frequent and key words; a map of words and their communities; collocations and sentence
    templates; rules as a network; where words stand. Tables
    can be sorted and searched, words show their lines in context, and each section names the commands that give its
    figures. New words that are likely are added to those that the text is cut into, unless --tokenized, --lexicon,
    --jieba or --hmm says what words there are. The same text gives the same bytes.
    """
    if own.output == "-" and not own.json and is_terminal():
        raise click.UsageError("a page is not for a terminal; add -o report.html, or --json")
    with open_output(own.output) as file:
        from nlpzero.report.front import ReportBuilder
        from nlpzero.report.material import ReportOptions

        cutter = words.cutter(reading)
        chosen = [name for name in ("tokenized", "lexicon", "jieba", "hmm") if is_given(name)]
        with ExitStack() as stack:
            corpus = stack.enter_context(reading.open(running, again=True))
            options = ReportOptions(
                top=own.top,
                title=own.title,
                sections=own.sections,
                extend=not chosen,
                against=_against(own.against, reading, running, stack),
                against_names=tuple(map(os.path.basename, own.against)),
                words=_shown_words(words),
                sample=own.sample,
            )
            builder = ReportBuilder(corpus, options, cutter, running.job)
            steps = builder.steps()
            name = next(steps, None)
            while name is not None:
                with working(name):
                    following = next(steps, None)
                notice(f"{name}: done")
                name = following
            warn_replaced(corpus)
        file.write(builder.report.json() if own.json else builder.report.html())


def _against(
    paths: tuple[str, ...], reading: ReadingOptions, running: RunningOptions, stack: ExitStack
) -> "Corpus | WordCounts | None":
    """Open what the corpus is compared with: text, or counts that were made before."""
    from nlpzero.corpora.frequencies import WordCounts

    if not paths:
        return None
    kinds = [kind_of_file(path) for path in paths]
    if not any(kinds):
        return stack.enter_context(replace(reading, paths=paths).open(running))
    if len(paths) > 1:
        raise click.UsageError("--against is text, or one file of counts; nlpzero merge adds counts up")
    return WordCounts.load(paths[0])


def _shown_words(words: WordOptions) -> str:
    """Write the options that say what the text is cut into."""
    flags = [f"--{name}" for name in ("tokenized", "jieba", "hmm", "force") if getattr(words, name)]
    lists = [("--lexicon", words.lexicon), *(("--userdict", path) for path in words.userdict), ("--stop", words.stop)]
    return " ".join([*flags, *(f"{name} {shlex.quote(value)}" for name, value in lists if value)])
