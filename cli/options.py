"""The options that mean the same in every command."""

import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import click

from .completing import several
from .values import QUIET, SectionOption, argument, option

if TYPE_CHECKING:
    from nlpzero.core.job import Job
    from nlpzero.lexicon.lexicon import Lexicon
    from nlpzero.reading.corpus import Corpus
    from nlpzero.reading.options import Reading
    from nlpzero.vectors.store import Vectors


LINE_COST = 64
"""Bytes of memory for each byte of the longest line: lines are worked on as a whole."""


def size(text: str | int) -> int:
    """Read a number of bytes, with K, M, G or T for powers of 1024: 512M, 1.5G, 4096."""
    from nlpzero.core.job import bytes_of

    try:
        return bytes_of(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a size such as 512M or 2G.") from None


def share_of(text: str) -> tuple[int, int]:
    """Read which part of how many: 2/5 is the second of five."""
    number, _, parts = text.partition("/")
    with contextlib.suppress(ValueError):
        if 1 <= (pair := (int(number), int(parts)))[0] <= pair[1]:
            return pair
    raise click.BadParameter(f"{text!r} is not a part such as 1/8, the first of eight.")


def cores() -> int:
    """Count the cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class EncodingOptions:
    """How the files that a command reads are decoded: texts, word lists and vectors."""

    section: ClassVar[str] = "Reading"

    encoding: str = option("--encoding", default="utf-8", metavar="NAME", help="Encoding of every file that is read.")
    errors: Literal["strict", "replace", "skip"] = option(
        "--errors",
        type=click.Choice(["strict", "replace"]),
        default="strict",
        help="At a byte that is not in the encoding: stop, or put U+FFFD there and count it.",
    )

    @property
    def of_text(self) -> Literal["strict", "replace"]:
        """What happens to a bad byte of text where bad vectors are skipped."""
        return "strict" if self.errors == "strict" else "replace"

    def lexicon(self, path: str) -> "Lexicon":
        """Read a word list."""
        from nlpzero.lexicon.lexicon import Lexicon

        return Lexicon.from_file(path, self.encoding, self.of_text)

    def vectors(self, path: str, limit: int | None = None) -> "Vectors":
        """Load vectors, and say what was left out."""
        from nlpzero.vectors.store import Vectors

        from .messages import warn

        loaded = Vectors.load(path, encoding=self.encoding, errors=self.errors, limit=limit)
        if loaded.skipped:
            warn(f"rows of {path} that are no vectors, left out: {loaded.skipped:,}")
        if loaded.replaced:
            warn(f"bad characters of {path} replaced by U+FFFD: {loaded.replaced:,}")
        return loaded

    def corpus(self, *paths: str, tmp_dir: str | None = None) -> "Corpus":
        """Open files, or standard input for '-'."""
        from nlpzero.reading.corpus import Corpus

        _say_where_text_comes_from(paths)
        return Corpus(paths, encoding=self.encoding, errors=self.of_text, tmp_dir=tmp_dir, reading=self.how())

    def how(self, memory: int = 2 << 30) -> "Reading":
        """Give what of the text is read, and as what; the longest line takes no more than the memory."""
        from nlpzero.reading.options import Reading

        return Reading(max_line=memory // LINE_COST)


def limit_option() -> Any:
    """Declare --limit, for commands that read vectors."""
    return option(
        "--limit",
        type=click.IntRange(min=1),
        show_default="all",
        help="Read only the first N rows of the vectors, the most frequent words.",
    )


VECTOR_ERRORS: dict[str, Any] = {
    "type": click.Choice(["strict", "replace", "skip"]),
    "help": "At a byte that is not in the encoding: stop, or put U+FFFD there and count it. skip: also leave out "
    "vectors that are wrong or there twice, and count them.",
}
"""What --errors is for commands that read vectors."""


def _standard_input(_ctx: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Read standard input where no file is given."""
    return tuple(value) or ("-",)


def _folds(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Read what is folded: some of width, case, variants, with commas between."""
    return tuple(kind.strip() for kind in value.split(",") if kind.strip()) if value else ()


def _fields(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str | int, ...]:
    """Read names or numbers of fields."""
    return tuple(int(name) if name.isascii() and name.isdigit() and int(name) else name for name in value)


@dataclass(frozen=True, kw_only=True)
class TextOptions(EncodingOptions):
    """How text is read."""

    fold: tuple[str, ...] = option(
        "--fold",
        metavar="KIND,...",
        shell_complete=several(("width", "case", "variants")),
        callback=_folds,
        show_default="nothing",
        help="Read full width as half width (width), upper case as lower (case), traditional characters as simplified "
        "and terms of Taiwan as those of the mainland (variants); word lists, too. Text that is written out keeps its "
        "characters.",
    )
    web: Literal["", "drop", "keep"] = option(
        "--web",
        type=click.Choice(["drop", "keep"]),
        show_default="read as text",
        callback=lambda _context, _parameter, value: value or "",
        help="Addresses, @names, #tags#, [emoticons], HTML, and in chat logs time and speaker: drop leaves them out, "
        "keep takes each for one word.",
    )

    fields: tuple[str | int, ...] = option(
        "--field",
        multiple=True,
        metavar="NAME|N",
        callback=_fields,
        help="The column of csv or tsv, by the name in the first line or by number, or the key of JSON lines that "
        "holds the text; may be given more than once. Each field is a line.",
    )
    join_lines: bool = option(
        "--join-lines", is_flag=True, help="Join lines that break a sentence, as scans have them."
    )

    def lexicon(self, path: str) -> "Lexicon":
        """Read a word list; its words are folded as the text is."""
        lexicon = super().lexicon(path)
        return lexicon.folded(self.fold) if self.fold else lexicon

    def how(self, memory: int = 2 << 30) -> "Reading":
        from nlpzero.reading.options import Reading

        return Reading(self.fields, self.fold, self.web, self.join_lines, memory // LINE_COST)

    def text(self, text: str) -> str:
        """Read a text that was given on the command line."""
        view = self.how().view
        return text if view is None else view(text)


@dataclass(frozen=True, kw_only=True)
class ReadingOptions(TextOptions):
    """The text that a command reads, and how."""

    paths: tuple[str, ...] = argument(nargs=-1, metavar="[CORPUS]...", callback=_standard_input)
    shard: tuple[int, int] | None = option(
        "--shard",
        type=share_of,
        metavar="I/N",
        show_default="all of it",
        help="Read only the I-th of N parts of about equal size, cut at line starts.",
    )

    def open(self, running: "RunningOptions", *, again: bool = False) -> "Corpus":
        """Open the text; with `again` it can be read more than once. The longest line takes no more than the memory."""
        from nlpzero.reading.corpus import Corpus

        _say_where_text_comes_from(self.paths)
        return Corpus(
            self.paths,
            encoding=self.encoding,
            errors=self.of_text,
            rereadable=again,
            tmp_dir=running.tmp_dir,
            shard=self.shard,
            reading=self.how(running.memory),
        )


def _say_where_text_comes_from(paths: Sequence[str]) -> None:
    """Say that a command reads what is typed."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        from .messages import notice

        notice("reading standard input; end it with Ctrl-Z and Enter" if os.name == "nt" else READING)


READING = "reading standard input; end it with Ctrl-D"
"""What is said where standard input is a terminal."""


@dataclass(frozen=True, kw_only=True)
class RunningOptions:
    """What a command may use of the machine."""

    section: ClassVar[str] = "Running"

    workers: int = option(
        "-j",
        "--workers",
        type=click.IntRange(min=1),
        default=cores,
        show_default="all cores",
        help="Number of tasks at a time. The result does not depend on it.",
    )
    scheduler: str | None = option(
        "--scheduler",
        metavar="ADDRESS",
        show_default="none",
        help="Work on a Dask cluster: tcp://HOST:PORT or a scheduler file. Needs --tmp-dir on a disk that all machines "
        "share.",
    )
    memory: int = option(
        "--memory",
        type=size,
        default=2 << 30,
        show_default="2G",
        help="Memory to stay under. Beyond it, arrays go to disk.",
    )
    tmp_dir: str | None = option(
        "--tmp-dir",
        type=click.Path(exists=True, file_okay=False, writable=True, resolve_path=True),
        metavar="DIR",
        show_default="$TMPDIR or the system's",
        help="Directory for temporary files.",
    )

    def __post_init__(self) -> None:
        from nlpzero.core.allocation import keep_freed_memory
        from nlpzero.core.blas import one_thread_each

        one_thread_each()  # before NumPy is imported
        keep_freed_memory(self.memory)

    @property
    def job(self) -> "Job":
        """The same, for the library."""
        from nlpzero.core.job import Job

        if self.scheduler is not None:
            if self.tmp_dir is None:
                raise click.UsageError("--scheduler needs --tmp-dir, a directory that all machines share")
            import logging

            logging.disable()  # distributed tells on standard error what arrives here as an error
        return Job(self.workers, self.memory, self.tmp_dir, self.scheduler)


quiet = click.option(
    "-q",
    "--quiet",
    cls=SectionOption,
    section="Running",
    is_flag=True,
    expose_value=False,
    callback=lambda ctx, _param, value: ctx.meta.update({QUIET: value}),
    help="No progress, notices or warnings on standard error.",
)
"""No parameter: `notice`, `warn` and `progress` of cli/output.py know it."""
