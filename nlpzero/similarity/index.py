"""An encoded collection in a file, so that it need not be segmented and encoded for every search."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..text.packing import pack_words
from .documents import Documents, Space

ARRAYS = {
    "starts": Member("i8", ("documents+1",), starts_of="tokens"),
    "ids": Member("i8", ("tokens",), below="words"),
    "mass": Member("f8", ("tokens",), finite=True),
    "totals": Member("f8", ("documents",), finite=True),
    "known": Member("i8", ("documents",)),
    "unknown": Member("i8", ("documents",)),
    "numbers": Member("i8", ("words",)),
}
"""What is kept of `Documents`; vectors of words are found again in the space."""
SCHEMA = Schema(
    "encoded texts",
    2,
    {**ARRAYS, "added": Member("text", ("added",)), "lines": Member("text", ("documents",))},
    "delete the file, and it is made again",
    {"vectors": (str, type(None)), "weights": str, "oov": str, "words": str},
)

OPTIONS = {"vectors": "`vectors`", "weights": "`weights`", "oov": "`oov`", "words": "`lexicon` or `tokenized`"}
"""What the encoding depends on, and how it is chosen."""


def save_index(
    path: str | os.PathLike[str], documents: Documents, lines: Sequence[str], space: Space, words: str
) -> None:
    """Write an encoded collection and its lines (索引).

    Parameters
    ----------
    path : path
    documents : Documents
        Encoded by `space`.
    lines : sequence of str
        The text of each document, without line feeds.
    space : Space
    words : str
        Says how the lines were cut into words; `load_index` wants the same.

    Raises
    ------
    ModelError
        If the place cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> space = Space(None, "discrete")
    >>> with TemporaryDirectory() as folder:
    ...     save_index(f"{folder}/a.npz", space.encode([["江", "上"], ["山"]]), ["江 上", "山"], space, "blanks")
    ...     documents, lines = load_index(f"{folder}/a.npz", space, "blanks")
    >>> documents.totals.tolist(), lines
    ([2.0, 1.0], ['江 上', '山'])
    """
    texts = {"added": documents.added, "lines": lines}
    write_archive(path, SCHEMA, _made(space, words), {name: getattr(documents, name) for name in ARRAYS} | texts)


def load_index(
    path: str | os.PathLike[str], space: Space, words: str, lines: Sequence[str] | None = None
) -> tuple[Documents, list[str]]:
    """Read what `save_index` wrote: the same documents as `space` would encode, and their lines.

    Parameters
    ----------
    path : path
    space : Space
        Of the same vectors, weights and treatment of unknown words; its ground distance may be another.
    words : str
        As for `save_index`.
    lines : sequence of str, optional
        The collection, where it is at hand, to be compared with that of the file.

    Raises
    ------
    ModelError
        If the file is missing, damaged, of another kind, or made of other lines, vectors, weights or words.
    """
    archive = read_archive(path, SCHEMA)
    added, kept = archive.texts["added"], archive.texts["lines"]
    now, made = _made(space, words), archive.made
    others = ["collection"] * (lines is not None and list(lines) != kept)
    others += [option for name, option in OPTIONS.items() if made[name] != now[name]]
    if others:
        raise ModelError(f"{archive.source}: was made with another {', another '.join(others)}; {SCHEMA.remedy}")
    numbers, known = archive.arrays["numbers"], len(space.vectors.words) if space.vectors else 0
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < known + len(added):
        raise ModelError(f"{archive.source}: is damaged: 'numbers' points outside; {SCHEMA.remedy}")
    return space.restore(archive.arrays, added), kept


def _made(space: Space, words: str) -> dict[str, str | None]:
    """Say what encoding depends on besides the lines: digests, and names of choices."""
    weights: str
    if isinstance(space.weights, str):
        weights = space.weights
    else:
        weights = hashlib.sha256(json.dumps(sorted(space.weights.items())).encode()).hexdigest()
    vectors = None
    if space.vectors is not None:
        held: dict[str, npt.NDArray[Any]] = {"words": pack_words(space.vectors.words), "matrix": space.vectors.matrix}
        if space.vectors.counts is not None:
            held["counts"] = space.vectors.counts
        if space.vectors.refinement is not None:
            held |= space.vectors.refinement._asdict()
        vectors = _digest(held)
    return {"vectors": vectors, "weights": weights, "oov": space.oov, "words": words}


def _digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Give a digest of arrays, their types and shapes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()
