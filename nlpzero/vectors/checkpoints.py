"""What training has reached, in memory and in a file to go on from."""

import os
from dataclasses import asdict
from typing import NamedTuple

import numpy as np

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from .characters import Matrix
from .cooccurrence import Cooccurrence
from .parameters import GloveParameters

CHECKPOINT = Schema(
    "glove checkpoint",
    2,
    {
        "words": Member("f4", ("words", "dim"), finite=True),
        "contexts": Member("f4", ("words", "dim"), optional=True, finite=True),
        "squares0": Member("f4", ("words", "dim"), optional=True, finite=True),
        "squares1": Member("f4", ("words", "dim"), optional=True, finite=True),
    },
    "train anew without it",
    {
        "sweep": int,
        "loss": dict.fromkeys(("observed", "negative", "length"), (int, float)),
        "parameters": dict,
        "counts": dict,
    },
)


class Loss(NamedTuple):
    """The three sums of the loss."""

    observed: float
    negative: float
    length: float

    @property
    def total(self) -> float:
        """What training lowers."""
        return self.observed + self.negative + self.length


class State(NamedTuple):
    """What training has reached: after `sweep` sweeps the vectors of words and of contexts (the same for model 0).

    Attributes
    ----------
    sweep : int
    words, contexts : float32 arrays (n, dim)
    loss : Loss
    seconds : float
        Wall time of the last sweep.
    squares : tuple of float32 arrays
        Adagrad's sums of squared gradients; empty for ALS.
    """

    sweep: int
    words: Matrix
    contexts: Matrix
    loss: Loss
    seconds: float
    squares: tuple[Matrix, ...] = ()

    def vectors(self, model: int) -> Matrix:
        """Give one vector for each word, as the model has it."""
        if model == 0:
            return self.words
        return np.concatenate([self.words, self.contexts], 1) if model == 1 else self.words + self.contexts


def save_checkpoint(
    path: str | os.PathLike[str], state: State, counts: Cooccurrence, parameters: GloveParameters
) -> None:
    """Write what training has reached, to go on from there.

    Raises
    ------
    ModelError
        If the place cannot be written.
    """
    arrays = {"words": state.words}
    if parameters.model:
        arrays["contexts"] = state.contexts
    arrays |= {f"squares{i}": square for i, square in enumerate(state.squares)}
    made = {
        "sweep": state.sweep,
        "loss": state.loss._asdict(),
        "parameters": asdict(parameters),
        "counts": counts.signature,
    }
    write_archive(path, CHECKPOINT, made, arrays)


def load_checkpoint(path: str | os.PathLike[str], counts: Cooccurrence, parameters: GloveParameters) -> State:
    """Read a checkpoint of the same training; only the number of sweeps may differ.

    Raises
    ------
    ModelError
        If it is missing, damaged, or of other counts or parameters.
    """
    copies = 1 if parameters.model == 0 else 2
    names = ["words", "contexts"][:copies]
    if parameters.solver == "sgd":
        names += [f"squares{i}" for i in range(copies)]
    archive = read_archive(path, CHECKPOINT)
    made = archive.made
    wanted = asdict(parameters)
    for name, value in made["parameters"].items():
        if name != "sweeps" and wanted.get(name) != value:
            raise ModelError(
                f"{os.fspath(path)}: was made with {name} {value}, not {wanted.get(name)}; give the same values, "
                "or start anew without `resume`"
            )
    if made["counts"] != counts.signature:
        raise ModelError(f"{os.fspath(path)}: was made from other counts; start anew without `resume`")
    fits = archive.lengths == {"words": len(counts.words), "dim": parameters.dim}
    if not fits or set(archive.arrays) != set(names):
        raise ModelError(f"{os.fspath(path)}: its vectors do not fit the counts; start anew without `resume`")
    loaded = [archive.arrays[name] for name in names]
    return State(made["sweep"], loaded[0], loaded[copies - 1], Loss(**made["loss"]), 0.0, tuple(loaded[copies:]))
