"""Help pages: -h is one screen, --help is everything, in sections."""

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from click import formatting

from .values import COMMAND, SectionOption

SETTINGS = {"show_default": True, "help_option_names": ["--help"], "max_content_width": 100}
"""What every page is shown with."""

NO_COMMANDS: Mapping[str, str] = {}


def terminal_columns() -> int:
    """Give the width of the terminal, as `shutil.get_terminal_size` does, which takes 5 ms to import."""
    with contextlib.suppress(KeyError, ValueError):
        if (given := int(os.environ["COLUMNS"])) > 0:
            return given
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


class PageFormatter(click.HelpFormatter):
    """Text as wide as the terminal, up to a width."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        if width is None and formatting.FORCED_WIDTH is None:
            width = max(min(terminal_columns(), max_width or 80) - 2, 50)
        super().__init__(indent_increment, width, max_width)


class PageContext(click.Context):
    """A context whose help pages do not ask `shutil` for their width."""

    formatter_class = PageFormatter


class Page(click.Command):
    """A command with a short and a full help page.

    Parameters
    ----------
    most : sequence of str
        The names of the options that most people need, for the short page.
    """

    context_class = PageContext

    def __init__(self, *arguments: Any, most: Sequence[str] = (), **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.most = most
        short = click.Option(
            ["-h"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_short,
            help="Show one screen of help.",
        )
        self.params.append(short)

    def invoke(self, ctx: click.Context) -> Any:
        ctx.meta[COMMAND] = self
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options section by section."""
        for title, records in sections_of(ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)

    def brief(self, ctx: click.Context) -> str:
        """Write the short page."""
        formatter = ctx.make_formatter()
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_first_sentence(self.help or ""))
        if self.most:
            with formatter.section(f"Options ({ctx.command_path} --help lists all)"):
                formatter.write_dl([self._short_record(ctx, name) for name in self.most])
        _write_examples(self, formatter)
        return formatter.getvalue().rstrip("\n")

    def _short_record(self, ctx: click.Context, name: str) -> tuple[str, str]:
        """Describe an option in one line."""
        parameter = next(one for one in self.params if one.name == name)
        assert isinstance(parameter, click.Option)
        written = ", ".join(parameter.opts)
        if not parameter.is_flag:
            metavar = parameter.make_metavar(ctx)
            written += f" {metavar if len(metavar) < 12 else name.split('_')[-1].upper()}"
        return written, getattr(parameter, "short", "") or _first_sentence(parameter.help or "")


class PageGroup(Page, click.Group):
    """A group of commands with a short and a full help page."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def brief(self, ctx: click.Context) -> str:
        """Write the short page: the commands."""
        formatter = ctx.make_formatter()
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_first_sentence(self.help or ""))
        self.format_commands_briefly(ctx, formatter)
        _write_examples(self, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_commands_briefly(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands on the short page."""
        self.format_commands(ctx, formatter)


class CommandTable(PageGroup):
    """A group that imports a command when it is called.

    Parameters
    ----------
    package : str
        Where the commands' modules are. A module has its command's name, unless `modules` gives it another, and holds
        it as `command`.
    table : mapping of str to str
        What each command does, in the order of the help page.
    modules : mapping of str to str
    groups : mapping of str to str
        Titles, and the names of commands, for the short page where the table has too many for a screen.
    """

    def __init__(
        self,
        *arguments: Any,
        package: str = "",
        table: Mapping[str, str] = NO_COMMANDS,
        modules: Mapping[str, str] = NO_COMMANDS,
        groups: Mapping[str, str] = NO_COMMANDS,
        **attributes: Any,
    ):
        super().__init__(*arguments, **attributes)
        self.package = package
        self.table = table
        self.modules = modules
        self.groups = groups

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        command: click.Command = importlib.import_module(
            f".{self.modules.get(cmd_name, cmd_name)}", self.package
        ).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))

    def format_commands_briefly(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if not self.groups:
            self.format_commands(ctx, formatter)
            return
        grouped = {
            title: [name for name in names.split() if name in self.table] for title, names in self.groups.items()
        }
        rest = [name for name in self.table if not any(name in names for names in grouped.values())]
        rows = [(title, ", ".join(names)) for title, names in [*grouped.items(), ("More", rest)] if names]
        with formatter.section(f"Commands ({ctx.command_path} --help says what each does)"):
            formatter.write_dl(rows)


def command(**attributes: Any) -> Callable[[Callable[..., Any]], Page]:
    """Make a command with both pages of a function."""
    return click.command(cls=Page, **attributes)


def _show_short(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Show the short page and end."""
    if value and not ctx.resilient_parsing:
        assert isinstance(ctx.command, Page)
        click.echo(ctx.command.brief(ctx), color=ctx.color)
        ctx.exit()


def sections_of(ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Give the options of a command as the help page lists them, section by section, those of help last."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in ctx.command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and isinstance(parameter, click.Option):
            title = (parameter.section or "Options") if isinstance(parameter, SectionOption) else "Help"
            sections.setdefault(title, []).append(record)
    return dict(sorted(sections.items(), key=lambda item: item[0] == "Help"))


def examples_of(command: click.Command) -> list[str]:
    """Give the command lines that the help page of a command ends in."""
    return (command.epilog or "").rstrip("\n").split("\n  ")[1:]


def _write_examples(command: click.Command, formatter: click.HelpFormatter) -> None:
    """Write the first two examples."""
    formatter.write("\nExamples:\n")
    for line in examples_of(command)[:2]:
        formatter.write(f"  {line}\n")


def _first_sentence(text: str) -> str:
    """Cut a text after its first sentence."""
    first = " ".join(text.split("\n\n")[0].split())
    sentence, stop, _ = first.partition(". ")
    return sentence + stop.strip()
