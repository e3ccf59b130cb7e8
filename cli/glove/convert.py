"""`nlpzero glove convert`: vectors in another format."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from ..messages import warn
from ..options import VECTOR_ERRORS, EncodingOptions, limit_option, quiet
from ..pages import command as page
from ..values import argument, option, values

if TYPE_CHECKING:
    from nlpzero.vectors.store import Vectors

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove convert vectors.npz vectors.vec
  nlpzero glove convert vectors.npz glove.txt --to glove
  nlpzero glove convert vectors.vec again.npz
  printf '码头\n船工们\n' | nlpzero glove convert --vocabulary - vectors.npz some.vec
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
    raw: bool = option(
        "--raw",
        is_flag=True,
        help="Write the vectors as trained: with mean and principal directions, not drawn to what characters predict.",
    )
    vocabulary: str | None = option(
        "--vocabulary",
        metavar="WORDS",
        show_default="the words of IN",
        help="Write vectors for the words of a file, one a line. Words that IN does not have take what their "
        "characters predict.",
    )
    limit: int | None = limit_option()


@page(epilog=EPILOG, most=("kind", "vocabulary", "limit", "encoding", "errors"))
@values(ConvertOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@quiet
def command(own: ConvertOptions, encoding: EncodingOptions) -> None:
    """Write vectors in another format. The format of IN is recognised by its content."""
    from nlpzero.core.files import check_place
    from nlpzero.vectors.formats import kind_by_suffix

    kind = own.kind or kind_by_suffix(own.target)
    check_place(own.target)
    vectors = encoding.vectors(own.source, own.limit)
    if own.vocabulary is not None:
        vectors = _chosen(vectors, own, encoding)
    elif own.raw:
        vectors.refinement = vectors.characters = None
    vectors.save(own.target, kind)


def _chosen(vectors: "Vectors", own: ConvertOptions, encoding: EncodingOptions) -> "Vectors":
    """Take the words of a file; say how many are made out of their characters, and of how many nothing is known."""
    from nlpzero.lexicon.formats import read_entries
    from nlpzero.vectors.selection import vectors_for

    assert own.vocabulary is not None
    words = (entry.word for entry in read_entries(own.vocabulary, encoding.encoding, encoding.of_text))
    found = vectors_for(vectors, words, raw=own.raw)
    if found.composed:
        warn(f"words whose vectors are made out of their characters: {found.composed:,}")
    if found.missing:
        warn(f"words of which nothing is known, left out: {len(found.missing):,}; the first is {found.missing[0]}")
    return found.vectors
