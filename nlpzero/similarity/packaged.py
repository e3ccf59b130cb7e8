"""The word vectors that come with the package, and the compact format they are kept in: 8 bits a number."""

import functools
import os
from importlib.resources import files

import numpy as np

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..vectors.store import Vectors

NAME = "vectors.npz"

VARIABLE = "NLPZERO_VECTORS"
"""The environment variable that names other vectors."""

LEVELS = 127
"""The largest number of a row is stored as this, or minus this."""

SCHEMA = Schema(
    "packed word vectors",
    1,
    {
        "words": Member("text", ("words",)),
        "counts": Member("u2", ("words",)),  # their lower 16 bits
        "more": Member("u2", ("frequent",)),  # the upper 16 bits of the first ones, where any has some
        "scales": Member("f4", ("words",), finite=True),
        "levels": Member("i1", ("words", "dim")),
    },
    "install nlpzero again",
)


def save_packed(vectors: Vectors, path: str | os.PathLike[str], words: int | None = None) -> None:
    """Write refined vectors as 8-bit rows, each with its scale; a word with no letter or digit in it is left out.

    A number is off by at most 1/254 of the largest in its row.

    Parameters
    ----------
    vectors : Vectors
        With counts.
    path : path
    words : int, optional
        How many words to keep, the most frequent ones.
    """
    if vectors.counts is None:
        raise ModelError(f"{vectors.source}: holds no word counts; train the vectors with nlpzero glove train")
    chosen = [i for i, word in enumerate(vectors.words) if any(map(str.isalnum, word)) and not set(word) & {"\n"}]
    chosen = chosen[:words]
    rows = vectors.refined()[chosen]
    scales = np.abs(rows).max(1) / LEVELS
    levels = np.rint(rows / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    counts = vectors.counts[chosen].astype(np.uint32)
    more = (counts >> 16).astype(np.uint16)
    arrays = {"counts": counts.astype(np.uint16), "more": np.trim_zeros(more, "b"), "scales": scales.astype(np.float32)}
    words_kept = [vectors.words[i] for i in chosen]
    write_archive(path, SCHEMA, vectors.signature, {"words": words_kept, **arrays, "levels": levels})


def load_packed(data: bytes, source: str) -> Vectors:
    """Read what `save_packed` wrote.

    Raises
    ------
    ModelError
        If the data are damaged.
    """
    archive = read_archive(data, SCHEMA, source)
    matrix = archive.arrays["levels"] * archive.arrays["scales"][:, None]
    counts, more = archive.arrays["counts"].astype(np.int64), archive.arrays["more"]
    if len(more) > len(counts):
        raise ModelError(f"{source}: is damaged: the length of 'more' does not fit; {SCHEMA.remedy}")
    counts[: len(more)] += more.astype(np.int64) << 16
    return Vectors(archive.texts["words"], matrix, counts, None, archive.made, source)


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
    (True, 100)
    """
    file = files(__package__) / NAME
    if not file.is_file():
        raise ModelError(f"this installation has no word vectors; name some with --vectors or {VARIABLE}")
    return load_packed(file.read_bytes(), "the packaged vectors")


def load_vectors(path: str | None = None, encoding: str = "utf-8") -> Vectors:
    """Load vectors: those of a file, of the file that NLPZERO_VECTORS names, or the packaged ones.

    Raises
    ------
    ModelError, CorpusError
        As `Vectors.load` and `packaged_vectors` do.
    """
    path = path or os.environ.get(VARIABLE)
    return Vectors.load(path, encoding=encoding) if path else packaged_vectors()
