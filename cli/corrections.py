"""What a misspelt command or option was meant to be."""

import re
from collections.abc import Iterable, Sequence

import click

MOST = 3
"""Names that are proposed where several are equally near."""


def distance(a: str, b: str) -> int:
    """Count the edits between two names: characters left out, put in, changed, or swapped with the next.

    >>> distance("discovr", "discover"), distance("segmnet", "segment"), distance("a", "bc")
    (1, 1, 2)
    """
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)))
            if i > 1 and j > 1 and (x, a[i - 2]) == (b[j - 2], y):
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Give the names that a misspelt one is nearest to, none if it is like no name.

    >>> nearest("--lhz", ["--lhs", "--rhs", "--top"]), nearest("xyzzy", ["merge"])
    (['--lhs'], [])
    """
    found = sorted((distance(name, one), one) for one in set(names))
    if not found or found[0][0] > max(1, len(name.lstrip("-")) // 3):
        return [one for one in sorted(set(names)) if len(name.lstrip("-")) > 1 and one.startswith(name)][:MOST]
    return [one for edits, one in found if edits == found[0][0]][:MOST]


def usage_message(error: click.UsageError, arguments: Sequence[str]) -> str:
    """Say what is wrong with a command line in one line, and what was meant or where to read."""
    context = error.ctx
    page = f"see {context.command_path if context else 'nlpzero'} -h"
    if isinstance(error, click.NoSuchOption) and context is not None:
        return _misspelt("option", _as_given(error.option_name, arguments), _options(context.command), page)
    message = " ".join(error.format_message().split())
    if match := re.match(r"No such command '(.*?)'", message):
        commands = (
            context.command.list_commands(context) if context and isinstance(context.command, click.Group) else []
        )
        return _misspelt("command", match[1], commands, page)
    if message.startswith("Missing command"):
        return f"a command is missing; {page}"
    return _lower(message.rstrip(".")) if ";" in message else f"{_lower(message.rstrip('.'))}; {page}"


def _misspelt(kind: str, name: str, names: Iterable[str], page: str) -> str:
    """Name what was meant."""
    meant = nearest(name, names)
    return f"no {kind} {name}; {f'did you mean {_or(meant)}?' if meant else page}"


def _or(names: Sequence[str]) -> str:
    """Join names."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _options(command: click.Command) -> list[str]:
    """List the options of a command."""
    names = [
        name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    ]
    return [name for name in [*names, "--help"] if name.startswith("--")]


def _as_given(name: str, arguments: Sequence[str]) -> str:
    """Give an option as it was written: of -min-count the parser sees only -m."""
    if name.startswith("--") or len(name) != 2:
        return name
    written = (one.split("=")[0] for one in arguments if one.startswith("-") and not one.startswith("--"))
    return next((one for one in written if name[1] in one and len(one) > 2), name)


def _lower(message: str) -> str:
    """Begin with a small letter, unless with a name."""
    first = message.split(" ", 1)[0]
    return message if first.isupper() or not first.isalpha() else message[:1].lower() + message[1:]
