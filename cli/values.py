"""Options as typed values: a frozen dataclass declares the options that fill its fields.

@dataclass(frozen=True, kw_only=True)
class CountOptions:
    order: int = option("--order", type=click.IntRange(2, 7), default=4, help="Greatest length of a word.")

@command()
@values(CountOptions, "own")
def command(own: CountOptions) -> None: ...
"""

import dataclasses
import functools
from collections.abc import Callable, Collection
from typing import Any

import click
from click.core import ParameterSource

from .completing import completion_of

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DECLARATION = "declaration"

QUIET = "nlpzero.quiet"
"""Where the click context keeps --quiet."""

COMMAND = "nlpzero.command"
"""Where the click context keeps the command that runs, also when it has failed."""


class SectionOption(click.Option):
    """An option that knows the section of the help page where it is listed, and its line on the short page."""

    def __init__(self, *arguments: Any, section: str = "", short: str = "", **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.section = section
        self.short = short


def option(*names: str, **attributes: Any) -> Any:
    """Declare a field together with the option that fills it, as `click.option` does; numbers are shown as N or X."""
    kind = attributes.get("type")
    if isinstance(kind, click.IntRange | click.FloatRange):
        attributes = {"metavar": "N" if isinstance(kind, click.IntRange) else "X"} | attributes
    return _field(SectionOption, names, attributes)


def top_option(text: str, *, shown: str = "all", default: int | None = None) -> Any:
    """Declare a field that --top fills, with its help: the number of rows, None for 0, which shows all."""
    given = {"show_default": shown} if default is None else {"default": default}
    return option("--top", type=click.IntRange(min=0), callback=_all_for_zero, help=text, **given)


def _all_for_zero(_ctx: click.Context, _parameter: click.Parameter, value: int | None) -> int | None:
    """Take 0 for no limit."""
    return value or None


def argument(**attributes: Any) -> Any:
    """Declare a field together with the argument that fills it, as `click.argument` does."""
    return _field(click.Argument, (), attributes)


def _field(kind: type[click.Parameter], names: tuple[str, ...], attributes: dict[str, Any]) -> Any:
    """Make a field. Its default is the option's, where that is a value already."""
    default: Any = dataclasses.MISSING
    if attributes.get("multiple") or attributes.get("nargs") == -1:
        default = ()
    elif attributes.get("is_flag") and not {"default", "callback"} & attributes.keys():
        default = False
    elif not (attributes.get("required") or attributes.get("callback") or callable(attributes.get("default"))):
        default = attributes.get("default")
    if complete := completion_of(attributes.get("metavar", "")):
        attributes = {"shell_complete": complete} | attributes
    return dataclasses.field(default=default, metadata={_DECLARATION: (kind, names, attributes)})


def values(kind: type[Any], name: str, *, without: Collection[str] = (), **changes: dict[str, Any]) -> Decorator:
    """Add the options of a dataclass; the function receives them as one value, its parameter `name`.

    Options are listed by --help under the dataclass's `section`. Those `without` keep their defaults. A keyword that is
    a field's name changes attributes of its option: `paths={"metavar": "[FILE]..."}`.
    """
    fields = [field for field in dataclasses.fields(kind) if field.name not in without]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def gather(**given: Any) -> Any:
            gathered = kind(**{field.name: given.pop(field.name) for field in fields})
            return function(**{name: gathered}, **given)

        taken = {one.name for one in getattr(gather, "__click_params__", ())}
        if twice := taken & {field.name for field in fields}:
            raise TypeError(f"{kind.__name__}: a command has two parameters {', '.join(sorted(twice))}")
        for field in reversed(fields):
            parameter, names, attributes = field.metadata[_DECLARATION]
            attributes = attributes | changes.get(field.name, {})
            if parameter is click.Argument:
                click.argument(field.name, **attributes)(gather)
            else:
                section = getattr(kind, "section", "")
                click.option(*names, field.name, cls=parameter, section=section, **attributes)(gather)
        return gather

    return decorate


def is_given(name: str) -> bool:
    """Tell whether a parameter of the running command was given on the command line."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def reads_input() -> bool:
    """Tell whether the running command reads standard input: whether its files or questions are left out, or `-`."""
    context = click.get_current_context(silent=True)
    several = [
        context.params.get(parameter.name or "")
        for parameter in (context.command.params if context else ())
        if context and isinstance(parameter, click.Argument) and parameter.nargs == -1
    ]
    return not several or any(not given or "-" in given for given in several)


def _find(name: str) -> str | None:
    """Find the option of the running command that fills a parameter."""
    context = click.get_current_context(silent=True)
    command: click.Command | None = context.meta.get(COMMAND, context.command) if context else None
    for parameter in command.params if command else ():
        if parameter.name == name and parameter.opts[0].startswith("-"):
            return max(parameter.opts, key=len)
    return None


def has_option(name: str) -> bool:
    """Tell whether the running command has an option for a parameter."""
    return _find(name) is not None


def option_name(name: str) -> str:
    """Spell a parameter as users of the running command write it: `min_count` as --min-count."""
    return _find(name) or f"--{name.replace('_', '-')}"
