"""Texts as vectors for other programs (句向量), whose cosines are nearly those of the method `cosine`.

On the mixed ground a text is the weighted sum of its words' points [sqrt(1 - b) v, sqrt(b) characters]. The second part
has a column for every character, so that it is projected: each character is added to one of `dim` - d columns, with a
sign, both drawn from its code point (Weinberger et al. 2009, "Feature hashing for large scale multitask learning").
Products are kept on average; with 256 numbers a cosine is off by 0.02 to 0.03.
"""

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import write_archive
from ..core.files import check_place
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..reading.parts import Part, text_of
from ..segment.cutter import Cutter
from ..segment.encoding import line_words
from ..vectors.characters import Matrix
from .distances import Measure
from .documents import Documents, Floats
from .sums import means

DIM = 256
"""Numbers in a vector of a text, of which those of words take their share. Spearman's correlation on the development
sets of STS-B, LCQMC and AFQMC is 0.723, 0.489 and 0.127, with 512 0.729, 0.492 and 0.126, without projection 0.732,
0.492 and 0.134."""


def embed(measure: Measure, documents: Documents, dim: int = DIM) -> Matrix:
    """Give a vector of length 1 for each text (句向量); 0 for a text without any known word.

    Parameters
    ----------
    measure : Measure
        Its ground is mixed, or that of vectors alone.
    documents : Documents
        Encoded by the measure.
    dim : int
        Numbers in a vector; more than those of a word vector. On a ground of vectors alone it does not matter: texts
        are then the means of their words, and as long as these.

    Returns
    -------
    float32 array (n, dim)

    Raises
    ------
    ModelError
        If the measure has no vectors, or `dim` is too small.

    Examples
    --------
    >>> from nlpzero.similarity.packaged import load_vectors
    >>> measure = Measure("cosine", load_vectors())
    >>> rows = embed(measure, measure.encode([["河上", "有", "船"], ["江边", "有", "船"], ["股市", "下跌"]]))
    >>> rows.shape, bool(rows[0] @ rows[1] > rows[0] @ rows[2])
    ((3, 256), True)
    """
    ground = measure.space.ground
    if ground == "discrete":
        raise ModelError(f"{measure.method} has no vectors of texts; use cosine or combined")
    if ground != "mixed":
        rows = np.zeros((len(documents), documents.points.shape[1]))
        full = np.flatnonzero(documents.totals > 0)
        rows[full] = means(documents, full)
        return _unit(rows)
    sums = documents.sums
    width = dim - sums.vectors.shape[1]
    if width < 1:
        raise ModelError(f"`dim` is {dim}; word vectors have {sums.vectors.shape[1]} numbers, those of texts need more")
    return _unit(np.hstack([sums.vectors, _projected(sums.characters, width)]))


def _unit(rows: Floats) -> Matrix:
    """Scale rows to length 1."""
    lengths = np.sqrt(np.einsum("id,id->i", rows, rows))
    return np.asarray(rows / np.where(lengths > 0, lengths, 1)[:, None], np.float32)


def _projected(characters: Any, width: int) -> Floats:
    """Add the columns of code points up in fewer columns, each with a sign."""
    import scipy.sparse

    rows = characters.tocsr()
    columns, signs = _columns_of(rows.indices, width)
    small = scipy.sparse.csr_matrix((rows.data * signs, columns, rows.indptr), (rows.shape[0], width))
    return np.asarray(small.toarray())  # adds up what falls into one column


def _columns_of(codes: npt.NDArray[Any], width: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Draw a column and a sign for each code point: always the same ones (splitmix64, Steele et al. 2014)."""
    mixed = codes.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    signs = np.where(mixed >> np.uint64(63), -1.0, 1.0)
    return ((mixed & np.uint64(0xFFFFFFFF)) * np.uint64(width) >> np.uint64(32)).astype(np.int64), signs


def embed_lines(part: str | Part, measure: Measure, cutter: Cutter, dim: int = DIM) -> Matrix:
    """Give a vector for each line of a text: a task for workers; see `embed`."""
    return embed(measure, measure.encode(line_words(text_of(part), cutter)), dim)


SCHEMA = Schema(
    "vectors of texts",
    1,
    {"matrix": Member("f4", ("texts", "dim"), mapped=True, finite=True)},
    "make them again",
    {"method": str, "vectors": str},
)


def save_embeddings(path: str | os.PathLike[str], parts: Iterable[Matrix], measure: Measure) -> None:
    """Write vectors of texts as an npz file whose array `matrix` has a row for each.

    Raises
    ------
    ModelError
        If the place cannot be written: known before the first part is asked for.
    """
    check_place(path)
    found = [*parts]
    matrix = np.concatenate(found) if found else np.empty((0, 0), np.float32)
    made = {"method": measure.method, "vectors": measure.space.vectors.source if measure.space.vectors else ""}
    write_archive(path, SCHEMA, made, {"matrix": matrix})
