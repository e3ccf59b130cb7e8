"""`nlpzero kwic`: every place of a word, with what stands before and behind it."""

import contextlib
import itertools
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Literal

import click

from .corpora import CorpusWordOptions
from .messages import parts_of, printable, warn, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import FileOptions, Table, TextFile
from .pages import command as page
from .pages import terminal_columns
from .terminal import ROWS, is_terminal, width
from .values import argument, is_given, option, top_option, values

if TYPE_CHECKING:
    from nlpzero.corpora.concordance import ConcordanceLine, ConcordanceOptions
    from nlpzero.corpora.search import Query

EPILOG = """\b
Examples:
  nlpzero kwic 码头 data/stories.txt
  nlpzero kwic --sort 1R,2R --by words --top 10 码头 data/stories.txt
  nlpzero kwic --regex '第.根' --format tsv data/stories.txt
  nlpzero kwic --top 20 --seed 1 --format html -o lines.html 船 data/stories.txt
"""

COLUMNS = ("file", "line", "left", "match", "right")
NARROW = 10
"""Least width on each side that is chosen for a terminal."""
HELD, TOGETHER = 1000, 100
"""Lines that are written together; and those whose sides are as wide as the widest of them."""
PATIENCE = 0.2
"""Seconds that a line is held at most, if another comes."""


def _keys(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Read places, with commas between."""
    return tuple(one.strip() for one in value.split(",") if one.strip()) if value else ()


@dataclass(frozen=True, kw_only=True)
class ConcordanceCommandOptions:
    """What is looked for, and how it is shown."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="WORD... [CORPUS]...")
    word: tuple[str, ...] = option(
        "--word", multiple=True, metavar="WORD", help="Another word to look for; may be given again."
    )
    regex: str | None = option(
        "--regex", metavar="PATTERN", help="Look for what a regular expression matches in a line; all else are files."
    )
    width: int | None = option(
        "--width",
        type=click.IntRange(min=1),
        show_default="20, or what fits the terminal",
        help="How many Chinese characters stand on each side, or with --by words, words.",
    )
    by: Literal["characters", "words"] = option(
        "--by",
        type=click.Choice(["characters", "words"]),
        default="characters",
        help="What --width and --sort count; words cut the lines, as do the options of words.",
    )
    sort: tuple[str, ...] = option(
        "--sort",
        metavar="PLACE,...",
        callback=_keys,
        show_default="the order of the text",
        help="Such as 1R,2R,1L: by the first and second to the right, then the first to the left; 0: the word itself.",
    )
    whole: bool = option("--whole", is_flag=True, help="Only where it is a word of the text, not part of one.")
    top: int | None = top_option("Show only N lines; 0 shows all.", shown="all; on a terminal 30")
    seed: int | None = option(
        "--seed", type=click.IntRange(min=0), show_default="the first lines", help="With --top: draw them at random."
    )
    form: Literal["text", "tsv", "csv", "jsonl", "html"] = option(
        "--format",
        type=click.Choice(["text", "tsv", "csv", "jsonl", "html"]),
        default="text",
        help="text: aligned lines, the place at the end. html: one page.",
    )
    header: bool = option(
        "--no-header",
        is_flag=True,
        callback=lambda _c, _p, value: not value,
        help="Leave out the line of column names.",
    )


@page(epilog=EPILOG, most=("width", "sort", "by", "regex", "top", "form", "output"))
@values(ConcordanceCommandOptions, "own")
@values(CorpusWordOptions, "words")
@values(ReadingOptions, "reading", without=("paths",))
@values(FileOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: ConcordanceCommandOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: FileOptions,
    running: RunningOptions,
) -> None:
    """Show every place of a word or a string in a corpus, with its context (语境索引).

    The first argument is looked for, and more words with --word; the other arguments are files. With options of words,
    the lines are shown cut into words.
    """
    from nlpzero.corpora.concordance import KWIC, find_lines

    strings, paths = _parted(own)
    query, options = _query(own, strings, reading), _options(own)
    reading = replace(reading, paths=paths)
    with writing.open() as file, reading.open(running, again=words.learn) as corpus:
        is_cut = own.by == "words" or own.whole or words.is_asked
        cutter = words.learned(paths, reading, running, corpus) if is_cut else None
        with words.open(running.job, KWIC, corpus) if is_cut else running.job.open(KWIC, corpus) as execution:
            parts = parts_of(corpus, execution.block_size)
            found = find_lines(parts, query, options, cutter=cutter, job=execution)
            matched: set[str] = set()
            _write(file, _noted(found, matched), own, options, strings)
        warn_replaced(corpus)
        if own.top is None and not reading.fold:
            for string in strings:
                if not any(string in one for one in matched):
                    warn(f"{string} stands nowhere in the text")


def _parted(own: ConcordanceCommandOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell words from files."""
    if own.regex is not None or not own.words:
        if own.regex is None and not own.word:
            raise click.UsageError("give a word to look for, then files")
        return own.word, own.words or ("-",)
    return (*own.words[:1], *own.word), own.words[1:] or ("-",)


def _query(own: ConcordanceCommandOptions, strings: tuple[str, ...], reading: ReadingOptions) -> "Query":
    """What is looked for, as the library has it; words are read as the text is."""
    from nlpzero.corpora.search import Query

    if own.regex is not None and strings:
        raise click.UsageError("--regex and --word exclude each other")
    return Query(tuple(reading.text(one) for one in strings), own.regex)


def _options(own: ConcordanceCommandOptions) -> "ConcordanceOptions":
    """How it is shown, as the library has it."""
    from nlpzero.corpora.concordance import ConcordanceOptions

    chosen = own.width or (_fitting(own) if own.by == "characters" else 10)
    return ConcordanceOptions(chosen, own.by, own.sort, own.whole, own.top, own.seed)


def _fitting(own: ConcordanceCommandOptions) -> int:
    """Choose a width for which lines fit the terminal."""
    if not is_terminal() or own.form != "text":
        return 20
    files = own.words[1:] if own.regex is None else own.words
    places = max((width(os.path.basename(path) if len(files) == 1 else path) for path in files), default=7) + 6
    match = max((width(one) for one in (*own.words[:1], *own.word)), default=8)
    return max(NARROW, min(40, (terminal_columns() - places - match - 6) // 4))


def _noted(lines: "Iterator[ConcordanceLine]", matched: set[str]) -> "Iterator[ConcordanceLine]":
    """Note what was found."""
    for line in lines:
        matched.add(line.match)
        yield line


def _write(
    file: TextFile,
    lines: "Iterator[ConcordanceLine]",
    own: ConcordanceCommandOptions,
    options: "ConcordanceOptions",
    strings: tuple[str, ...],
) -> None:
    """Write the lines in the form that was asked for."""
    if own.form == "html":
        from nlpzero.corpora.page import concordance_page

        title = own.regex if own.regex is not None else ", ".join(strings)
        file.writelines(concordance_page(lines, title))
    elif own.form != "text":
        table = Table(file, COLUMNS, own.form, own.header)
        for line in lines:
            table.write(line)
    else:
        limit = ROWS if is_terminal() and not is_given("top") else None
        is_short = is_terminal() and len(own.words) == 1 + (own.regex is None)
        _write_aligned(file, lines, options, limit, is_short)


def _write_aligned(
    file: TextFile,
    lines: "Iterator[ConcordanceLine]",
    options: "ConcordanceOptions",
    limit: int | None,
    is_short: bool,
) -> None:
    """Write lines whose matches stand below each other; the first at once."""
    room = 2 * options.width if options.by == "characters" else None
    most, written = (HELD, 0.0) if room is not None else (TOGETHER, math.inf)
    held: list[ConcordanceLine] = []
    for line in lines if limit is None else itertools.islice(lines, limit):
        held.append(line)
        if len(held) >= most or monotonic() - written > PATIENCE:
            _write_held(file, held, room, is_short)
            written = monotonic() if room is not None else math.inf
    _write_held(file, held, room, is_short)
    if more := sum(1 for _ in lines) if limit is not None else 0:
        file.write(f"… {more:,} more; --top 0 shows all\n")


def _write_held(file: TextFile, held: "list[ConcordanceLine]", room: int | None, is_short: bool) -> None:
    """Write lines, the sides as wide as `room`, or as the widest of them."""
    if not held:
        return
    from nlpzero.text.display import all_cells

    sources, numbers, *columns = zip(*held, strict=True)
    left, match, right = map(_cleaned, columns)
    cells_left, cells_right = all_cells(left), all_cells(right)
    room_left, room_right = (room, room) if room is not None else (max(cells_left), max(cells_right))
    names = {name: printable(os.path.basename(name) if is_short else name) for name in {*sources}}
    rows = zip(cells_left, left, match, right, cells_right, sources, numbers, strict=True)
    file.write(
        "".join(
            [
                f"{' ' * (room_left - n)}{before}  {word}  {behind}{' ' * (room_right - m)}  {names[name]}:{number}\n"
                for n, before, word, behind, m, name, number in rows
            ]
        )
    )
    _flush(file)
    held.clear()


def _cleaned(texts: Sequence[str]) -> Sequence[str]:
    """Write texts without what would move on a terminal."""
    if "".join(texts).replace("\u3000", "").isprintable():
        return texts
    return [text if text.isprintable() else printable(text.replace("\t", " ")) for text in texts]


def _flush(file: TextFile) -> None:
    """Let the lines be seen."""
    with contextlib.suppress(AttributeError):
        file.flush()  # type: ignore[attr-defined]
