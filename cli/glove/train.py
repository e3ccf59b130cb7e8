"""`nlpzero glove train`: word vectors from text or from counts."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from ..messages import notice, progress, warn
from ..options import ReadingOptions, RunningOptions, quiet
from ..pages import command as page
from ..values import option, values
from ..words import WordOptions
from .counting import CountingOptions, counted, refuse_counting

if TYPE_CHECKING:
    from nlpzero.vectors.checkpoints import State
    from nlpzero.vectors.cooccurrence import Cooccurrence
    from nlpzero.vectors.parameters import GloveParameters

EPILOG = """\b
Examples:
  nlpzero glove train --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove count -o counts.npz data/stories.txt
  nlpzero glove train --dim 20 --model 2 --checkpoint half.npz -o vectors.npz counts.npz
  nlpzero glove train --dim 20 --model 2 --sweeps 4 --resume half.npz -o vectors.npz counts.npz
"""


def _dimension(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    """Read a number, or `auto` as None."""
    if value == "auto":
        return None
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number nor auto.")


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """What vectors are trained, and how."""

    output: str = option(
        "-o", "--output", required=True, metavar="FILE", help="Vectors to write: .npz, .txt, .vec or .bin."
    )
    dim: int | None = option(
        "--dim",
        default="100",
        callback=_dimension,
        metavar="N|auto",
        help="Numbers in a vector; auto: 8.33 ln(number of words).",
    )
    model: Literal[0, 1, 2] = option(
        "--model",
        type=click.IntRange(0, 2),
        default=0,
        help="0: words and contexts share their vectors. 1: they have their own, side by side. 2: added.",
    )
    x_max: float = option(
        "--x-max",
        type=click.FloatRange(min=0, min_open=True),
        default=10.0,
        help="Counts of this size and more have full weight.",
    )
    alpha: float = option(
        "--alpha", type=click.FloatRange(min=0), default=0.75, help="Weight: min(1, count / x-max) ^ alpha."
    )
    smoothing: float = option(
        "--smoothing", type=click.FloatRange(0, 1), default=1.0, help="Power of word counts in PMI, for contexts."
    )
    solver: Literal["als", "sgd"] = option(
        "--solver", type=click.Choice(["als", "sgd"]), default="als", help="sgd: the published algorithm."
    )
    negative_weight: float = option(
        "--negative-weight", type=click.FloatRange(min=0), default=0.01, help="als: weight that draws all pairs to 0."
    )
    l2: float = option(
        "--l2", type=click.FloatRange(min=0), default=3.0, help="als: weight of the vectors' squared length."
    )
    step: float = option(
        "--step", type=click.FloatRange(min=0, min_open=True), default=0.1, help="sgd: step of Adagrad."
    )
    sweeps: int | None = option(
        "--sweeps", type=click.IntRange(min=1), show_default="als 2, sgd 15", help="Rounds over all pairs."
    )
    remove: int = option(
        "--remove",
        type=click.IntRange(min=-1),
        default=2,
        help="Principal directions to take out of cosines besides the mean; -1: take nothing out.",
    )
    no_characters: bool = option(
        "--no-characters", is_flag=True, help="Take vectors as trained; do not draw them to what characters predict."
    )
    seed: int = option("--seed", type=click.IntRange(min=0), default=1, help="Seed of the random start.")
    checkpoint: str | None = option("--checkpoint", metavar="FILE", help="Write here what is reached after each sweep.")
    resume: str | None = option("--resume", metavar="FILE", help="Go on from a checkpoint.")

    def parameters(self, words: int) -> "GloveParameters":
        """The same, for the library."""
        from nlpzero.vectors.parameters import GloveParameters, automatic_dim

        return GloveParameters(
            dim=self.dim or automatic_dim(words),
            model=self.model,
            x_max=self.x_max,
            alpha=self.alpha,
            smoothing=self.smoothing,
            negative_weight=self.negative_weight,
            l2=self.l2,
            sweeps=self.sweeps or (2 if self.solver == "als" else 15),
            solver=self.solver,
            step=self.step,
            seed=self.seed,
        )


@page(epilog=EPILOG, most=("output", "dim", "window", "min_count", "tokenized"))
@values(TrainOptions, "own")
@values(CountingOptions, "counting")
@values(WordOptions, "words")
@values(ReadingOptions, "reading")
@values(RunningOptions, "running")
@quiet
def command(
    own: TrainOptions,
    counting: CountingOptions,
    words: WordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> None:
    """Train word vectors (词向量) from text, or from a file of `nlpzero glove count`.

    Inner products of the vectors are PMI. For cosines, the mean and the first principal directions are taken out: they
    are kept beside the vectors in .npz, and already taken out in the other formats. A model of the words' characters is
    kept, too: for cosines it draws the vectors of rare words towards it, and it makes vectors for words that the text
    does not have. Interrupted, it writes the vectors
    of the last sweep. The same options give the same file for any --workers.
    """
    from nlpzero.core.files import check_place
    from nlpzero.vectors.checkpoints import load_checkpoint, save_checkpoint
    from nlpzero.vectors.formats import kind_by_suffix
    from nlpzero.vectors.glove import train
    from nlpzero.vectors.training import vectors_of

    kind_by_suffix(own.output)
    for place in filter(None, (own.output, own.checkpoint)):
        check_place(place)
    counts = _counts(counting, words, reading, running)
    parameters = own.parameters(len(counts.words))
    start = load_checkpoint(own.resume, counts, parameters) if own.resume else None
    reached: State | None = start
    interrupted = False
    try:
        states = train(counts, parameters, job=running.job, resume=start)
        for state in progress(states, total=parameters.sweeps + 1 - (start.sweep if start else 0), unit="sweep"):
            reached = state
            _report(state, parameters)
            if own.checkpoint:
                save_checkpoint(own.checkpoint, state, counts, parameters)
    except KeyboardInterrupt:
        if reached is None or not reached.sweep:
            raise
        interrupted = True
        warn(f"interrupted: the vectors are those after sweep {reached.sweep}")
    assert reached is not None
    vectors_of(
        reached, counts, parameters, remove=own.remove, characters=not own.no_characters, source=own.output
    ).save(own.output)
    if interrupted:
        click.get_current_context().exit(130)


def _counts(
    counting: CountingOptions, words: WordOptions, reading: ReadingOptions, running: RunningOptions
) -> "Cooccurrence":
    """Open a file of counts, or count a corpus."""
    from nlpzero.core.archive import kind_of
    from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence

    paths = reading.paths
    if len(paths) == 1 and os.path.isfile(paths[0]) and kind_of(paths[0]) is not None:
        refuse_counting(paths[0], SCHEMA.kind, counting, words, reading)
        return Cooccurrence.load(paths[0])
    with counted(counting, words, reading, running) as counts:
        return counts.in_memory()


def _report(state: "State", parameters: "GloveParameters") -> None:
    """Say what a sweep has reached."""
    loss = state.loss
    notice(
        f"sweep {state.sweep} of {parameters.sweeps}: loss {loss.total:,.1f} = observed {loss.observed:,.1f} + "
        f"unobserved {loss.negative:,.1f} + length {loss.length:,.1f}; {state.seconds:.1f} s"
    )
