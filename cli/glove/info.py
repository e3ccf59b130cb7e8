"""`nlpzero glove info`: what a file of vectors or counts holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..options import quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, values

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove info vectors.npz
"""


@dataclass(frozen=True, kw_only=True)
class InfoOptions:
    """The file that is looked at."""

    path: str = argument(metavar="FILE")


@page(epilog=EPILOG, most=("form", "header", "output"))
@values(InfoOptions, "own")
@values(TableOptions, "writing")
@quiet
def command(own: InfoOptions, writing: TableOptions) -> None:
    """Say what a file of vectors or counts holds, and what made it."""
    with writing.open() as file:
        table = writing.table(file, ("name", "value"))
        for name, value in _flat("", _facts(own.path)):
            table.write((name, value))


def _facts(path: str) -> dict[str, Any]:
    """Gather what is known of a file."""
    from nlpzero.core.archive import kind_of
    from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence
    from nlpzero.vectors.store import Vectors

    if kind_of(path) == SCHEMA.kind:
        counts = Cooccurrence.load(path)
        known = {"kind": SCHEMA.kind, "words": len(counts.words), "pairs": len(counts.columns)}
        return {**known, "symmetric": counts.symmetric, "unit": counts.unit, "counted": counts.signature}
    vectors = Vectors.load(path)
    first = {"kind": "word vectors", "words": len(vectors), "dim": vectors.dim}
    return first | {name: value for name, value in vectors.signature.items() if name not in first}


def _flat(prefix: str, facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give nested facts as rows with dotted names."""
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", str(value) if isinstance(value, float | list) else value
