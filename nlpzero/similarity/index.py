"""An encoded collection in a file, so that it need not be segmented and encoded for every search."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import pack_words, read_archive, unpack_words, write_archive
from ..errors import ModelError
from .documents import Documents, Space

KIND, FORMAT = "encoded texts", 1

ARRAYS = ("starts", "ids", "mass", "totals", "known", "unknown", "numbers")
"""What is kept of `Documents`; vectors of words are found again in the space."""

OPTIONS = {"vectors": "--vectors", "weights": "--weights", "oov": "--oov", "words": "--lexicon or --tokenized"}
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
    arrays = {name: getattr(documents, name) for name in ARRAYS}
    arrays |= {"added": pack_words(documents.added), "lines": pack_words(lines)}
    write_archive(path, KIND, FORMAT, {"digest": _digest(arrays), "made": _made(space, words)}, arrays)


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
    source, remedy = os.fspath(path), "delete the file, and it is made again"
    signature, mapped = read_archive(source, KIND, FORMAT, (*ARRAYS, "added", "lines"))
    arrays = {name: np.array(array) for name, array in mapped.items()}
    if signature.get("digest") != _digest(arrays):
        raise ModelError(f"{source}: is damaged: its digest does not match; {remedy}")
    added, kept = unpack_words(arrays.pop("added")), unpack_words(arrays.pop("lines"))
    now, made = _made(space, words), signature["made"]
    others = ["collection"] * (lines is not None and list(lines) != kept)
    others += [option for name, option in OPTIONS.items() if made[name] != now[name]]
    if others:
        raise ModelError(f"{source}: was made with another {', another '.join(others)}; {remedy}")
    return space.restore(arrays, added), kept


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
