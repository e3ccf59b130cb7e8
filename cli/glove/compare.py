"""`nlpzero glove compare`: two words."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nlpzero.errors import ModelError

from ..messages import progress
from ..options import VECTOR_ERRORS, EncodingOptions, RunningOptions, quiet
from ..output import TableOptions
from ..pages import command as page
from ..values import argument, is_given, option, option_name, values
from .queries import QuestionTally, VectorOptions, queries

if TYPE_CHECKING:
    from nlpzero.vectors.resampling import Resampling
    from nlpzero.vectors.store import Vectors

EPILOG = """\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove compare vectors.npz 码头 河
  mkdir parts
  for i in 1 2 3 4 5; do nlpzero glove count --shard $i/5 --min-count 1 -o parts/$i.npz data/stories.txt; done
  nlpzero glove compare --error parts --draws 4 --keep draws vectors.npz 码头 河
  nlpzero glove compare --error draws vectors.npz 船 河
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
        "part, or a folder of them; or by draws that --keep wrote. May be given again.",
    )
    draws: int = option(
        "--draws",
        type=click.IntRange(min=2),
        default=10,
        help="Times that parts are drawn and vectors trained anew for --error.",
    )
    keep: str | None = option(
        "--keep",
        metavar="DIR",
        help="Write the vectors of the draws to this directory, which is made where it is missing, for --error of "
        "another call.",
    )

    def resampling(self, vectors: "Vectors", running: RunningOptions) -> "Resampling | None":
        """Draw parts of the corpus, or open the draws that are there."""
        if not self.parts:
            if given := [name for name in ("draws", "keep") if is_given(name)]:
                raise click.UsageError(f"{option_name(given[0])} is for --error")
            return None
        from pathlib import Path

        from nlpzero.core.archive import kind_of
        from nlpzero.vectors.cooccurrence import Cooccurrence
        from nlpzero.vectors.resampling import Resampling, draw_vectors
        from nlpzero.vectors.store import SCHEMA, Vectors

        folders = (sorted(Path(name).glob("*.npz")) if os.path.isdir(name) else [Path(name)] for name in self.parts)
        paths = [path for found in folders for path in found]
        if paths and all(kind_of(path) == SCHEMA.kind for path in paths):
            return Resampling([Vectors.load(path) for path in paths])
        if self.keep:
            try:
                os.makedirs(self.keep, exist_ok=True)
            except OSError as problem:
                raise click.UsageError(f"--keep {self.keep}: {problem.strerror}; name another directory") from problem
        draws = []
        made = draw_vectors(vectors, [Cooccurrence.load(path) for path in paths], self.draws, job=running.job)
        for number, one in enumerate(progress(made, total=self.draws, unit="draw"), 1):
            draws.append(one)
            if self.keep:
                one.save(Path(self.keep, f"{number}.npz"))
        return Resampling(draws)


@page(epilog=EPILOG, most=("parts", "form", "output", "encoding"))
@values(CompareOptions, "own")
@values(EncodingOptions, "encoding", errors=VECTOR_ERRORS)
@values(TableOptions, "writing")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(own: CompareOptions, encoding: EncodingOptions, writing: TableOptions, running: RunningOptions) -> None:
    """Compare two words: related and similar (cosines), and their inner product, the PMI by the model.

    Of a word that was not seen only the first is known, by what its characters predict. A pair with a word of which
    nothing is known gives an empty row. The number of both is shown at the end. With --error the last column is
    the standard error of related: how much it changes when parts of the corpus are drawn again and vectors trained
    on them, which takes as long as training for each draw.
    """
    with writing.open() as file:
        from nlpzero.vectors.queries import compare, similarity_space

        loaded = own.load(encoding)
        resampling = own.resampling(loaded, running)
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
