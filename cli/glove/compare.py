"""`nlpzero glove compare`: two words."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlpzero.errors import ModelError

from ..options import VECTOR_ERRORS, EncodingOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, option, values
from .queries import QuestionTally, VectorOptions, queries

if TYPE_CHECKING:
    from nlpzero.vectors.resampling import Resampling
    from nlpzero.vectors.store import Vectors

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove compare vectors.npz 码头 河
  for i in 1 2 3 4 5; do nlpzero glove count --shard $i/5 --min-count 1 -o part$i.npz data/stories.txt; done
  mkdir parts; mv part?.npz parts
  nlpzero glove compare --error parts vectors.npz 码头 河
"""


@dataclass(frozen=True, kw_only=True)
class CompareOptions(VectorOptions):
    """Which words are compared."""

    words: tuple[str, ...] = argument(nargs=-1, metavar="[W1 W2]...")
    parts: tuple[str, ...] = option(
        "--error",
        multiple=True,
        metavar="FILE|DIR",
        help="Give the standard error of related, by counts of parts of the corpus: a file of `glove count` for each "
        "part, or a folder of them; may be given again.",
    )

    def resampling(self, vectors: "Vectors") -> "Resampling | None":
        """Open the counts of the parts of the corpus."""
        if not self.parts:
            return None
        from pathlib import Path

        from nlpzero.vectors.cooccurrence import Cooccurrence
        from nlpzero.vectors.resampling import Resampling

        folders = (sorted(Path(name).glob("*.npz")) if os.path.isdir(name) else [name] for name in self.parts)
        return Resampling(vectors, [Cooccurrence.load(path) for paths in folders for path in paths])


@page(epilog=EPILOG, most=("parts", "form", "output", "encoding"))
@values(CompareOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@quiet
def command(own: CompareOptions, encoding: EncodingOptions, writing: TableOptions) -> None:
    """Compare two words: related and similar (cosines), and their inner product, the PMI by the model.

    Of a word that was not seen only the first is known, by what its characters predict. A pair with a word of which
    nothing is known gives an empty row. The number of both is shown at the end. With --error the last column is
    the standard error of related: how much it changes when the parts of the corpus are drawn again.
    """
    with writing.open() as file:
        from nlpzero.vectors.queries import compare, similarity_space

        loaded = own.load(encoding)
        resampling = own.resampling(loaded)
        names = ("a", "b", "related", "similar", "product")
        table = writing.table(file, names if resampling is None else (*names, "error"))
        turned, tally = None, QuestionTally()
        for a, b in queries(own.words, 2, "pairs of words", encoding):
            turned = similarity_space(loaded) if turned is None else turned
            try:
                found = compare(loaded, a, b, turned)
            except ModelError as error:
                tally.miss(error)
                table.write((a, b, *[None] * (3 if resampling is None else 4)))
                continue
            tally.answer(loaded, a, b)
            table.write((a, b, *found) if resampling is None else (a, b, *found, resampling.error(a, b)))
    tally.close()
