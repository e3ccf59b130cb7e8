"""`nlpzero glove convert`: vectors in another format."""

from dataclasses import dataclass
from typing import Literal

import click

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..pages import command as page
from ..values import argument, option, values

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove convert vectors.npz vectors.vec
  nlpzero glove convert vectors.npz glove.txt --to glove
  nlpzero glove convert vectors.vec again.npz
"""


@dataclass(frozen=True, kw_only=True)
class ConvertOptions:
    """What is written where, and in what format."""

    source: str = argument(metavar="IN")
    target: str = argument(metavar="OUT")
    kind: Literal["npz", "text", "glove", "binary"] | None = option(
        "--to",
        type=click.Choice(["npz", "text", "glove", "binary"]),
        metavar="FORMAT",
        show_default="by suffix: .npz, .txt .vec text, .bin binary",
        help="npz, text, glove or binary. text, binary: as word2vec writes. glove: text without a first line of "
        "numbers.",
    )
    raw: bool = option("--raw", is_flag=True, help="Do not take the mean and principal directions out.")


@page(epilog=EPILOG, most=("kind", "raw", "encoding", "errors"))
@values(ConvertOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@quiet
def command(own: ConvertOptions, encoding: EncodingOptions) -> None:
    """Write vectors in another format; what IN is, is seen from its content."""
    from nlpzero.core.files import check_place
    from nlpzero.vectors.formats import kind_by_suffix

    kind = own.kind or kind_by_suffix(own.target)
    check_place(own.target)
    vectors = encoding.vectors(own.source)
    if own.raw:
        vectors.refinement = vectors.characters = None
    vectors.save(own.target, kind)
