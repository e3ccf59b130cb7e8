"""What a shell completes in place of a value: files, folders, named values, and the columns of the files given."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Completion = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

FILES = {"FILE", "CORPUS", "BASKETS", "TEXT", "WORDS", "COUNTS", "VECTORS", "IN", "OUT", "A B", "OLD"}
FILES |= {"GOLD PREDICTED [GOLD PREDICTED", "WORD [CORPUS", "WORD... [CORPUS"}
FOLDERS = {"DIR"}
COLUMNS = {"NAME|N", "FIELD"}
"""Metavars, or parts of them between bars, by what they stand for."""
HEAD = 1 << 16
"""Bytes of a file in which its columns are looked for."""


def completion_of(metavar: str) -> Completion | None:
    """Give what completes a value by its metavar: words in small letters stand for themselves."""
    plain = metavar.strip("[].")
    parts = [plain] if plain in COLUMNS else plain.split("|")
    words = [part for part in parts if part.islower() and part.isalpha()]
    with_columns = any(part in COLUMNS for part in parts)
    kind = "file" if FILES & {*parts} else "dir" if FOLDERS & {*parts} else ""
    if not (kind or words or with_columns):
        return None

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        names = [*words, *(columns_of(ctx) if with_columns else ())]
        found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
        return [*found, *([CompletionItem(incomplete, type=kind)] if kind else [])]

    return complete


def several(names: Iterable[str], end: str = "") -> Completion:
    """Complete the last of names with commas between; `end` follows each."""
    every = tuple(names)

    def complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        before, comma, last = incomplete.rpartition(",")
        taken = {*before.split(",")}
        return [
            CompletionItem(f"{before}{comma}{name}{end}")
            for name in every
            if name.startswith(last) and name not in taken
        ]

    return complete


def columns_of(ctx: click.Context) -> Iterator[str]:
    """Give the columns of the first file on the command line that has some: of csv, tsv or JSON lines."""
    given = [
        path
        for parameter in ctx.command.params
        if isinstance(parameter, click.Argument)
        for path in (ctx.params.get(parameter.name or "") or ())
    ]
    for path in [*given, *ctx.args]:  # what stands before an option without its value was not parsed
        if isinstance(path, str) and os.path.isfile(path):
            with open(path, "rb") as file:
                lines = file.read(HEAD).decode(ctx.params.get("encoding") or "utf-8-sig", "replace").splitlines()
            if lines and "\0" not in lines[0]:
                yield from _columns(lines[0].removeprefix("\ufeff"))
                return


def _columns(line: str) -> list[str]:
    """Give the names in the first line of a file."""
    if line.startswith("{"):
        try:
            return [*json.loads(line)]
        except ValueError:
            return []
    separator = "\t" if "\t" in line else ","
    return [name.strip().strip('"') for name in line.split(separator)]
