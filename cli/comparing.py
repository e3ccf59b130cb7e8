"""What compares texts, for each of the ways in which `nlpzero similar` is given them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .options import EncodingOptions
from .output import Table

if TYPE_CHECKING:
    from nlpzero.segment.cutter import Cutter
    from nlpzero.similarity.comparison import Comparison
    from nlpzero.similarity.distances import Measure

COLUMNS = ("method", "distance", "similarity", "words_a", "words_b", "oov_a", "oov_b")


@dataclass(frozen=True)
class Comparer:
    """The distance, what cuts texts into words, and how files are decoded."""

    measure: "Measure"
    cutter: "Cutter"
    encoding: EncodingOptions


def write_rows(table: Table, comparer: Comparer, found: "Comparison", first_line: int | None = None) -> list[float]:
    """Write the rows of some pairs; give their similarities."""
    n = len(found.distances)
    similarities: list[float] = comparer.measure.similarity(found.distances).tolist()
    columns: list[Sequence[Any]] = [[comparer.measure.method] * n, found.distances.tolist(), similarities]
    columns += [part.tolist() for part in found[1:]]
    table.write_columns(columns if first_line is None else [range(first_line, first_line + n), *columns])
    return similarities
