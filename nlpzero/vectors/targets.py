"""The pairs of words that were seen, with what training wants of them: the targets PMI, and their weights."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import NothingFound
from .characters import Matrix
from .cooccurrence import Cooccurrence
from .parameters import GloveParameters

PIECE = 1 << 12
"""Pairs whose vectors are gathered at a time: 1.6 MB at 100 dimensions, so that they stay in the second-level cache."""
QUIET = np.errstate(all="ignore")
"""For functions whose numbers may overflow: `train` looks at the loss."""


class SparsePairs:
    """The pairs of different words that were seen, as the rows of a sparse matrix, with their weights and targets.

    Parameters
    ----------
    counts : Cooccurrence
    parameters : GloveParameters

    Attributes
    ----------
    starts, columns, values
        The counts x_ij as rows, both halves of a symmetric matrix; float32.
    turned : SparsePairs
        The transposed matrix; itself if the counts are symmetric.

    Raises
    ------
    NothingFound
        If no two different words stand together.
    """

    turned: "SparsePairs"

    def __init__(self, counts: Cooccurrence, parameters: GloveParameters) -> None:
        n = len(counts.words)
        lengths = np.diff(counts.starts)
        off = np.repeat(np.arange(n, dtype=np.uint32), lengths) != counts.columns
        diagonal = np.concatenate([[0], np.cumsum(~off)])[counts.starts]
        self.starts = counts.starts - diagonal
        self.columns = counts.columns[off]
        self.values = counts.values[off].astype(np.float32)
        if counts.unit != 1:
            self.values /= np.float32(counts.unit)
        if not len(self.columns):
            raise NothingFound("no two different words stand together; give more text, or lower `min_count`")
        self._alpha = np.float32(parameters.alpha)
        self._log_x_max = np.float32(math.log(parameters.x_max))
        shares = counts.word_counts / counts.word_counts.sum()
        smooth = shares**parameters.smoothing
        logs = (np.log(shares) + np.log(smooth / smooth.sum())) / 2
        total = self.values.sum(dtype=np.float64) * (2 if counts.symmetric else 1)
        # ln x - ln X - ln p_i - ln p_j, with p smoothed for contexts; the symmetric mean of both views
        self._row_logs = (logs + math.log(total) / 2).astype(np.float32)
        other = _transposed(self.starts, self.columns, self.values)
        if counts.symmetric:
            self.starts, self.columns, self.values = _side_by_side(other, (self.starts, self.columns, self.values))
            self.turned = self
        else:
            self.turned = object.__new__(SparsePairs)
            self.turned.__dict__.update(self.__dict__)
            self.turned.starts, self.turned.columns, self.turned.values = other
            self.turned.turned = self

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row_of(self, low: int, high: int) -> npt.NDArray[np.intp]:
        """Give the rows of entries `low` to `high`."""
        first = int(np.searchsorted(self.starts, low, "right")) - 1
        last = int(np.searchsorted(self.starts, high, "left"))
        edges = np.clip(self.starts[first : last + 1], low, high)
        return np.repeat(np.arange(first, last), np.diff(edges))

    def weigh(self, entries: Any, rows: npt.NDArray[np.intp]) -> tuple[Matrix, Matrix]:
        """Give the weights of some entries in these rows, and their targets."""
        targets = np.log(self.values[entries])
        weights = np.minimum(targets - self._log_x_max, 0)
        weights *= self._alpha
        np.exp(weights, out=weights)
        targets -= self._row_logs.take(rows)
        targets -= self._row_logs.take(self.columns[entries])
        return weights, targets


_Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], Matrix]


def _transposed(starts: npt.NDArray[np.int64], columns: npt.NDArray[np.uint32], values: Matrix) -> _Rows:
    """Transpose a square sparse matrix."""
    from scipy.sparse import csr_array

    n = len(starts) - 1
    kind = np.int32 if len(columns) < 1 << 31 else np.int64
    turned = csr_array((values, columns.astype(kind), starts.astype(kind)), shape=(n, n)).tocsc()
    return (
        turned.indptr.astype(np.int64),
        turned.indices.view(f"u{np.dtype(kind).itemsize}").astype(np.uint32),
        turned.data,
    )


def _side_by_side(left: _Rows, right: _Rows) -> _Rows:
    """Join two sparse matrices row by row."""
    starts = left[0] + right[0]
    columns = np.empty(int(starts[-1]), np.uint32)
    values = np.empty(int(starts[-1]), np.float32)
    for part, other_before in ((left, right[0][:-1]), (right, left[0][1:])):
        places = np.repeat(other_before, np.diff(part[0]))
        places += np.arange(len(places))
        columns[places] = part[1]
        values[places] = part[2]
    return starts, columns, values
