"""`nlpzero glove communities`: groups of words that stand together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nlpzero.errors import NothingFound

from ..messages import notice
from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, option, values
from ..words import stop_words

if TYPE_CHECKING:
    from nlpzero.vectors.cooccurrence import Cooccurrence
    from nlpzero.vectors.store import Vectors

EPILOG = """\b
Examples:
  nlpzero glove count -q -o counts.npz data/stories.txt
  nlpzero glove communities --min-size 5 counts.npz
  nlpzero glove train -q --dim 20 -o vectors.npz counts.npz
  nlpzero glove communities --vocab 500 --top 5 vectors.npz
"""


@dataclass(frozen=True, kw_only=True)
class CommunityOptions:
    """Which words make the network, and which communities are shown."""

    path: str = argument(metavar="VECTORS|COUNTS")
    vocab: int = option(
        "--vocab", type=click.IntRange(min=1), default=5000, help="Take the N most frequent words that are left."
    )
    neighbours: int = option(
        "--neighbours", type=click.IntRange(min=1), default=10, help="Join each word to its N nearest."
    )
    stop: str = option(
        "--stop",
        metavar="FILE|default|none",
        default="default",
        help="Leave out the words of a file, or function words (default); none leaves out only punctuation.",
    )
    min_size: int = option(
        "--min-size", type=click.IntRange(min=1), default=2, help="Show communities of at least N words."
    )
    top: int | None = option(
        "--top", type=click.IntRange(min=1), show_default="all", help="Show the N words of greatest flow of each."
    )


@page(epilog=EPILOG, most=("vocab", "neighbours", "min_size", "top", "output"))
@values(CommunityOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: CommunityOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Find communities of words (词社区): groups that stand together, from counts of pairs or from word vectors.

    A row for each word, community after community. flow: the share of its time that a walk from word to word spends
    there. degree: to how many words it is joined. The communities are those that tell such a walk in the fewest nats
    (the map equation, minimum entropy); how many it takes is said at the end.
    """
    with writing.open() as file:
        from itertools import groupby

        from nlpzero.vectors.communities import NetworkOptions, find_communities

        stop = frozenset[str]() if own.stop == "none" else stop_words(own.stop, encoding)
        found = find_communities(_source(own.path, encoding), NetworkOptions(own.vocab, own.neighbours, stop))
        rows = zip(found.words, (found.labels + 1).tolist(), found.flow.tolist(), found.degree.tolist(), strict=True)
        table = writing.table(file, ("word", "community", "flow", "degree"))
        shown = 0
        for _, members in groupby(rows, key=lambda row: row[1]):
            community = [*members]
            if len(community) >= own.min_size:
                shown += 1
                for row in community[: own.top]:
                    table.write(row)
        if not shown:
            raise NothingFound(f"no community has {own.min_size} words; lower --min-size")
        notice(
            f"{shown:,} communities of {len(found):,} words; {found.alone:,} words are joined to none; a step takes "
            f"{found.codelength:.4f} nats, without communities {found.one_module:.4f}"
        )


def _source(path: str, encoding: EncodingOptions) -> "Cooccurrence | Vectors":
    """Open counts or vectors."""
    from nlpzero.core.archive import kind_of
    from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence

    return Cooccurrence.load(path) if kind_of(path) == SCHEMA.kind else encoding.vectors(path)
