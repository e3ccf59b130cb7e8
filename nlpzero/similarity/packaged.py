"""The word vectors that come with the package, and the compact format they are kept in: 8 bits a number."""

import functools
import os
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..vectors.characters import Matrix, fit
from ..vectors.formats import ErrorHandling
from ..vectors.store import Vectors, character_model, normalised

NAME = "vectors.npz"

VARIABLE = "NLPZERO_VECTORS"
"""The environment variable that names other vectors."""

FEATURES = 20
"""Words that a feature of characters must occur in to be kept: a quarter of the features that 3 words leave, and the
development sets of STS-B, LCQMC and AFQMC agree as well."""

LEVELS = 127
"""The largest number of a row is stored as this, or minus this."""

SCHEMA = Schema(
    "packed word vectors",
    2,
    {
        "words": Member("text", ("words",)),
        "counts": Member("u2", ("words",)),  # their lower 16 bits
        "more": Member("u2", ("frequent",)),  # the upper 16 bits of the first ones, where any has some
        "scales": Member("f4", ("words",), finite=True),
        "levels": Member("i1", ("words", "dim")),
        "character_mean": Member("f4", ("dim",), finite=True),
        "character_keys": Member("u8", ("features",)),
        "character_scales": Member("f4", ("features",), finite=True),
        "character_levels": Member("i1", ("features", "dim")),
    },
    "install nlpzero again",
)


def save_packed(vectors: Vectors, path: str | os.PathLike[str], words: int | None = None, dim: int = 52) -> None:
    """Write unit vectors and what characters predict as 8-bit rows, each with its scale, of fewer dimensions.

    The dimensions kept are the principal ones of the refined vectors of length 1; each row then gets its length back.
    The model of characters is fitted to all words, of which the most frequent ones are written; a word with no letter
    or digit in it is left out. A number is off by at most 1/254 of the largest in its row.

    Parameters
    ----------
    vectors : Vectors
        With counts.
    path : path
    words : int, optional
        How many words to keep.
    dim : int
        How many dimensions to keep.
    """
    if vectors.counts is None:
        raise ModelError(f"{vectors.source}: holds no word counts; train the vectors with nlpzero glove train")
    refined = normalised(vectors.refined()).astype(np.float64)
    _, turns = np.linalg.eigh(refined.T @ refined)
    unit = normalised((refined @ turns[:, ::-1][:, :dim]).astype(np.float32))
    chosen = [i for i, word in enumerate(vectors.words) if any(map(str.isalnum, word)) and "\n" not in word]
    model = fit([vectors.words[i] for i in chosen], unit[chosen], FEATURES)
    chosen = chosen[:words]
    counts = vectors.counts[chosen].astype(np.uint32)
    more = np.trim_zeros((counts >> 16).astype(np.uint16), "b")
    kept = [vectors.words[i] for i in chosen]
    arrays: dict[str, Any] = {"words": kept, "counts": counts.astype(np.uint16), "more": more}
    lengths = np.sqrt(np.einsum("id,id->i", vectors.refined(), vectors.refined()))
    scales, levels = _quantised(unit[chosen] * lengths[chosen, None])
    arrays |= {"scales": scales, "levels": levels, "character_mean": model.mean, "character_keys": model.keys}
    scales, levels = _quantised(model.weights)
    write_archive(path, SCHEMA, vectors.signature, arrays | {"character_scales": scales, "character_levels": levels})


def _quantised(rows: Matrix) -> tuple[Matrix, npt.NDArray[np.int8]]:
    """Write rows as whole numbers up to `LEVELS`, with a scale for each."""
    scales = (np.abs(rows).max(1) / LEVELS).astype(np.float32)
    return scales, np.rint(rows / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)


def load_packed(data: bytes, source: str) -> Vectors:
    """Read what `save_packed` wrote.

    Raises
    ------
    ModelError
        If the data are damaged.
    """
    archive = read_archive(data, SCHEMA, source)
    arrays = archive.arrays
    matrix = arrays["levels"] * arrays["scales"][:, None]
    counts, more = arrays["counts"].astype(np.int64), arrays["more"]
    if len(more) > len(counts):
        raise ModelError(f"{source}: is damaged: the length of 'more' does not fit; {SCHEMA.remedy}")
    counts[: len(more)] += more.astype(np.int64) << 16
    weights = arrays["character_levels"] * arrays["character_scales"][:, None]
    parts = {name: arrays[name] for name in ("character_mean", "character_keys")} | {"character_weights": weights}
    characters = character_model(parts, f"{source}: is damaged", SCHEMA.remedy)
    return Vectors(archive.texts["words"], matrix, counts, None, archive.made, source, characters)


@functools.cache
def packaged_vectors() -> Vectors:
    """Give the vectors that come with nlpzero; loaded once in a process, in 0.1 s.

    Raises
    ------
    ModelError
        If this installation has none.

    Examples
    --------
    >>> vectors = packaged_vectors()
    >>> "河流" in vectors, vectors.dim
    (True, 52)
    """
    file = files(__package__) / NAME
    if not file.is_file():
        raise ModelError(f"this installation has no word vectors; name some with `vectors` or {VARIABLE}")
    return load_packed(file.read_bytes(), "the packaged vectors")


def load_vectors(
    path: str | None = None, encoding: str = "utf-8", errors: ErrorHandling = "strict", limit: int | None = None
) -> Vectors:
    """Load vectors: those of a file, of the file that NLPZERO_VECTORS names, or the packaged ones.

    Raises
    ------
    ModelError, CorpusError
        As `Vectors.load` and `packaged_vectors` do.
    """
    path = path or os.environ.get(VARIABLE)
    return Vectors.load(path, encoding=encoding, errors=errors, limit=limit) if path else packaged_vectors()
