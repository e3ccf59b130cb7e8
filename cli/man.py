"""`nlpzero man`: manual pages, made of the help pages."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import click

from nlpzero import __version__

from .output import open_output
from .pages import command as page
from .pages import examples_of, sections_of
from .values import argument, values

EPILOG = """\b
Examples:
  nlpzero man pages
"""


@dataclass(frozen=True, kw_only=True)
class ManOptions:
    """Where the pages go."""

    directory: str = argument(metavar="DIR")


@page(epilog=EPILOG)
@values(ManOptions, "own")
@click.pass_context
def command(context: click.Context, own: ManOptions) -> None:
    """Write manual pages: nlpzero.1, and one for each command. Read them with: man -M DIR nlpzero-discover."""
    folder = os.path.join(own.directory, "man1")
    os.makedirs(folder, exist_ok=True)
    for name, found in _pages(context.find_root(), "nlpzero"):
        with open_output(os.path.join(folder, f"{name}.1")) as file:
            file.writelines(line + "\n" for line in _manual(name, found))


def _pages(context: click.Context, name: str) -> Iterator[tuple[str, click.Context]]:
    """Give a command and all below it, with the names of their pages."""
    yield name, context
    if isinstance(context.command, click.Group):
        for below in context.command.list_commands(context):
            found = context.command.get_command(context, below)
            assert found is not None
            yield from _pages(click.Context(found, info_name=below, parent=context), f"{name}-{below}")


def _manual(name: str, context: click.Context) -> Iterator[str]:
    """Write one page in the language of man."""
    found = context.command
    first, *rest = [" ".join(part.split()) for part in (found.help or "").split("\n\n")]
    yield f'.TH "{name.upper()}" "1" "" "nlpzero {__version__}" "nlpzero"'
    yield from (".SH NAME", f"{name} \\- {_plain(first.split('. ')[0].rstrip('.'))}")
    yield from (
        ".SH SYNOPSIS",
        f"\\fB{context.command_path}\\fR {_plain(' '.join(found.collect_usage_pieces(context)))}",
    )
    yield ".SH DESCRIPTION"
    yield from (line for part in (first, *rest) for line in (".PP", _plain(part)))
    for title, records in sections_of(context).items():
        yield f".SH {title.upper()}"
        for names, text in records:
            yield from (".TP", f"\\fB{_plain(names)}\\fR", _plain(text))
    if isinstance(found, click.Group):
        yield ".SH COMMANDS"
        for below in found.list_commands(context):
            one = found.get_command(context, below)
            yield from (".TP", f"\\fB{name}-{below}(1)\\fR", _plain(one.get_short_help_str(200) if one else ""))
    yield ".SH EXAMPLES"
    for line in examples_of(found):
        yield from (".PP", ".nf", f"    {_plain(line)}", ".fi")


def _plain(text: str) -> str:
    """Keep man from reading a text as its own language."""
    text = re.sub(r"[-]", r"\\-", text.replace("\\", r"\e"))
    return "\\&" + text if text[:1] in (".", "'") else text
