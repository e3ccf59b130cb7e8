"""`nlpzero help`: the help page of a command."""

from dataclasses import dataclass

import click

from .pages import command as page
from .values import argument, values

EPILOG = """\b
Examples:
  nlpzero help discover
  nlpzero help glove nearest
"""


@dataclass(frozen=True, kw_only=True)
class HelpOptions:
    """The command that is asked for."""

    names: tuple[str, ...] = argument(nargs=-1, metavar="[COMMAND]...")


@page(epilog=EPILOG)
@values(HelpOptions, "own")
@click.pass_context
def command(context: click.Context, own: HelpOptions) -> None:
    """Show the help page of a command, as --help does."""
    found = context.find_root()
    for name in own.names:
        below = found.command.get_command(found, name) if isinstance(found.command, click.Group) else None
        if below is None:
            error = click.UsageError(f"No such command '{name}'.", found)
            raise error
        found = click.Context(below, info_name=name, parent=found)
    click.echo(found.get_help())
