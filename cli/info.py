"""`nlpzero info`: what files are, and what made them."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from nlpzero.errors import NlpZeroError

from .messages import printable, say_error, spelled
from .options import VECTOR_ERRORS, EncodingOptions, quiet
from .output import open_output
from .pages import command as page
from .values import argument, option, values

if TYPE_CHECKING:
    from nlpzero.report.description import FileDescription

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero info vectors.npz
  nlpzero info --format json vectors.npz
"""


@dataclass(frozen=True, kw_only=True)
class InfoOptions:
    """The files that are asked about, and how the answer looks."""

    paths: tuple[str, ...] = argument(nargs=-1, required=True, metavar="FILE...")
    form: Literal["text", "json"] = option(
        "--format", type=click.Choice(["text", "json"]), default="text", help="json: one object a line."
    )
    output: str = option(
        "-o", "--output", default="-", metavar="FILE", help="Write here; the file appears when it is complete."
    )


@page(epilog=EPILOG, most=("form", "output"))
@values(InfoOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@quiet
def command(own: InfoOptions, encoding: EncodingOptions) -> None:
    """Say what files are and what made them (文件说明): any file of nlpzero's, word lists, word vectors.

    All of a file is read, and its sums are checked: what is damaged is an error.
    """
    from nlpzero.report.description import describe

    failures: list[NlpZeroError] = []
    with open_output(own.output) as file:
        shown = 0
        for path in own.paths:
            try:
                found = describe(path, encoding=encoding.encoding, errors=encoding.errors)
            except NlpZeroError as error:
                failures.append(error)
                continue
            if own.form == "json":
                file.write(json.dumps(dataclasses.asdict(found), ensure_ascii=False) + "\n")
            else:
                file.write("\n" * (shown > 0) + _aligned(found))
            shown += 1
    if failures:
        for failure in failures[:-1]:
            say_error(spelled(str(failure)))
        raise failures[-1]


def _aligned(found: "FileDescription") -> str:
    """Give a description as lines of a name and a value."""
    facts = [("file", found.path), ("kind", found.kind), ("bytes", f"{found.size:,}")]
    if found.format is not None:
        facts += [("format", f"{found.format} of nlpzero {found.nlpzero}")]
    facts += [(name, f"{number:,}") for name, number in found.lengths.items()]
    facts += [("columns", ", ".join(found.columns))] * bool(found.columns)
    facts += [(name, str(value)) for name, value in _flat("", found.made)]
    shapes = {name: " x ".join(f"{length:,}" for length in shape) for name, (_, shape) in found.arrays.items()}
    facts += [(f"array {name}", f"{kind}, {shapes[name] or '1'}") for name, (kind, _) in found.arrays.items()]
    width = max(len(name) for name, _ in facts)
    return "".join(f"{name:<{width}}  {printable(value)}\n" for name, value in facts)


def _flat(prefix: str, facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give nested facts as rows with dotted names."""
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
