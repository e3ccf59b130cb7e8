"""The options that mean the same in every command."""

import contextlib
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

import click

if TYPE_CHECKING:
    from pathlib import Path

    from nlpzero.core.engine import Engine
    from nlpzero.reading.corpus import Corpus

_F = TypeVar("_F", bound=Callable[..., Any])
Decorator = Callable[[_F], _F]

QUIET = "nlpzero.quiet"
"""Where the click context keeps --quiet; cli/output.py reads it."""

_SUFFIXES = {"K": 10, "M": 20, "G": 30, "T": 40}


def size(text: str) -> int:
    """Read a number of bytes, with K, M, G or T for powers of 1024: 512M, 1.5G, 4096."""
    number = text.strip().upper().removesuffix("B")
    shift = _SUFFIXES.get(number[-1:], 0)
    with contextlib.suppress(ValueError, OverflowError):
        if (value := int(float(number[:-1] if shift else number) * (1 << shift))) > 0:
            return value
    raise click.BadParameter(f"{text!r} is not a size such as 512M or 2G.")


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


def together(*options: Decorator[Any]) -> Decorator[Any]:
    """Make one decorator of several, listed in the order in which --help shows them."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


encoding = together(
    click.option("--encoding", default="utf-8", metavar="NAME", help="Encoding of the input."),
    click.option(
        "--errors",
        type=click.Choice(["strict", "replace"]),
        default="strict",
        help="At a byte that is not in the encoding: stop, or put U+FFFD there and count it.",
    ),
)
"""Parameters `encoding` and `errors`."""


shard = click.option(
    "--shard",
    type=share_of,
    metavar="I/N",
    show_default="all of it",
    help="Take the I-th of N parts of the input; parts are cut at line starts and hold about as many bytes each.",
)
"""Parameter `shard`: (i, n) or None, for `nlpzero.reading.corpus.Corpus`."""


def corpus_arguments(metavar: str = "CORPUS") -> Decorator[Any]:
    """Add the parameters `paths` (a tuple; ('-',) where none is given), `encoding`, `errors` and `shard`."""
    return together(
        click.argument(
            "paths", nargs=-1, metavar=f"[{metavar}]...", callback=lambda _ctx, _param, value: tuple(value) or ("-",)
        ),
        encoding,
        shard,
    )


workers = click.option(
    "-j",
    "--workers",
    type=click.IntRange(min=1),
    default=cores,
    show_default="all cores",
    help="Number of processes; the result does not depend on it.",
)
"""Parameter `workers`."""

scheduler = click.option(
    "--scheduler",
    metavar="ADDRESS",
    show_default="none",
    help="Work on a Dask cluster: tcp://HOST:PORT or a scheduler file. Needs --tmp-dir, on disks that all share.",
)
"""Parameter `scheduler`, for `open_engine` and `processes`."""


def processes(workers: int, scheduler: str | None) -> int:
    """Give the number of processes that share the memory: never one on a cluster, whose arrays are files."""
    return workers if scheduler is None else max(2, workers)


@overload
def shared(path: str, scheduler: str | None) -> str: ...
@overload
def shared(path: None, scheduler: str | None) -> None: ...
def shared(path: str | None, scheduler: str | None) -> str | None:
    """Name a file so that workers elsewhere find it, too."""
    return os.path.abspath(path) if path is not None and scheduler is not None else path


def open_engine(
    workers: int,
    scheduler: str | None,
    tmp_dir: str | None,
    corpus: "Corpus | None" = None,
    *,
    files: Sequence[str] = (),
    dictionary: bool = False,
) -> "Engine":
    """Open the engine that a command works with.

    On a cluster every worker is first asked whether it has the same versions, the corpus, the `files` (lexicons,
    models), jieba's `dictionary` if that is used, and `tmp_dir`.
    """
    from nlpzero.core.engine import Engine

    if scheduler is None:
        return Engine(workers)
    if tmp_dir is None:
        raise click.UsageError("--scheduler needs --tmp-dir, a directory that all machines share")
    import logging

    from nlpzero.core.cluster import Cluster

    logging.disable()  # distributed tells on standard error what arrives here as an error
    find: Callable[[], Path] | None = None
    if dictionary:
        from nlpzero.segment.jieba_adapter import dictionary_path

        find = dictionary_path
    extents = corpus.files() if corpus else ()
    return Cluster(scheduler, tmp_dir, processes(workers, scheduler), extents=extents, files=files, dictionary=find)


memory = click.option("--memory", type=size, default="2G", help="Memory to stay under; beyond it, counts go to disk.")
"""Parameter `memory`, in bytes."""

tmp_dir = click.option(
    "--tmp-dir",
    type=click.Path(exists=True, file_okay=False, writable=True, resolve_path=True),
    show_default="$TMPDIR or the system's",
    help="Directory for temporary files.",
)
"""Parameter `tmp_dir`: a path or None."""

quiet = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=lambda ctx, _param, value: ctx.meta.update({QUIET: value}),
    help="No progress, notices or warnings on standard error.",
)
"""No parameter: `notice`, `warn` and `progress` of cli/output.py know it."""

output = click.option(
    "-o", "--output", default="-", metavar="FILE", help="Write here; the file appears when it is complete."
)
"""Parameter `output`, for `open_output`."""


def table_options(*more: str) -> Decorator[Any]:
    """Add the parameters `output_format` (tsv, csv, jsonl or one of `more`), `header` and `output`."""
    return together(
        click.option(
            "--format",
            "output_format",
            type=click.Choice(["tsv", "csv", "jsonl", *more]),
            default="tsv",
            help="Form of the table.",
        ),
        click.option(
            "--no-header",
            "header",
            is_flag=True,
            callback=lambda _ctx, _param, value: not value,
            help="Leave out the line of column names.",
        ),
        output,
    )
