"""What the characters of a word say of its vector: a linear model, fitted to the trained vectors.

A word of n Han characters has these features, each of value 1/n: every character; every character with its place
(first, inner, last, or whole if n = 1); and, if n > 2, its first two and its last two characters. Words with any other
character have none. With u_w the refined vector of a word, of length 1, m their mean and x_w the features, the model
minimises

    sum |u_w - m - x_w B|^2 + PENALTY |B|^2

and predicts m + x_w B. A trained vector is drawn towards the prediction, a rare one more than a frequent one:
v_w = a u_w + (1 - a)(m + x_w B), a = share n_w / (n_w + RARE). The length of a prediction says how far to trust it, so
it is not scaled. A word that was never seen gets the prediction alone.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..text.characters import HAN, char_classes, code_points

Matrix = npt.NDArray[np.float32]
FeatureKeys = npt.NDArray[np.uint64]

PENALTY = 2.0
"""Weight of the squared length of B. This and the next three were chosen on wordsim-240, COS960 and CA8 (semantic)."""
RARE = 30
"""A word that occurs this often keeps half of the share that a very frequent word keeps."""
SHARE = 0.6
"""Share of its trained vector that a very frequent word keeps, for cosines of words."""
LEAST = 2
"""Words that a feature must occur in. With 2 instead of 3, on 16 million tokens cut in two ways, COS960 gains .003 and
.005 (.003 and .006 with composed words), 2,000 words left out are predicted better (cosine .4285, not .4275), and
wordsim-240 and CA8 stay; with 1 a trained word hides from the model what its other characters say."""
ROUNDS, TOLERANCE = 100, 1e-3
"""Conjugate gradients end when every residual is this much smaller than at the start: cosines then differ by 1e-3."""

ANY, FIRST, INNER, LAST, WHOLE, FIRST_TWO, LAST_TWO = range(7)


class CharacterModel(NamedTuple):
    """Predicts the vector of a word from its Han characters (由字组词的向量).

    Attributes
    ----------
    mean : float32 array (dim,)
    keys : uint64 array (f,), increasing
        The features: kind * 2^42 + first character * 2^21 + second character (0 if there is none).
    weights : float32 array (f, dim)
        B, a row for each feature.
    """

    mean: Matrix
    keys: FeatureKeys
    weights: Matrix

    def predict(self, words: Sequence[str]) -> tuple[Matrix, npt.NDArray[np.bool_]]:
        """Predict the vectors of words.

        Returns
        -------
        float32 array (n, dim)
            The mean where nothing is known of the characters.
        bool array (n,)
            Whether the model knows a feature of each word.

        Notes
        -----
        About 2 microseconds a word of 100 dimensions.

        Examples
        --------
        >>> words = ["江水", "江边", "江上", "河水", "河边", "河上"]  # river water, riverside, on the river ...
        >>> rows = np.array([[1, 0], [1, 0.1], [1, 0], [0, 1], [0.1, 1], [0, 1]], np.float32)
        >>> found, known = fit(words, rows).predict(["江里", "海"])
        >>> bool(found[0, 0] > found[0, 1]), known.tolist()
        (True, [True, False])
        """
        table = _table(words, self.keys)
        known = np.diff(table.indptr) > 0
        rows: Matrix = np.asarray(table @ self.weights, np.float32)
        rows += self.mean
        return rows, known


def fit(words: Sequence[str], unit: Matrix, least: int = LEAST) -> CharacterModel:
    """Fit the model to vectors of length 1.

    Parameters
    ----------
    words : sequence of str
    unit : float32 array (n, dim)
    least : int
        Words that a feature must occur in.

    Notes
    -----
    O(n dim) a round of conjugate gradients, some 30 rounds: 3 processor seconds for 56,000 words of 100 dimensions. One
    thread, so that the numbers do not depend on the machine's number of cores.
    """
    owners, keys, values = features(words)
    found, inverse = np.unique(keys, return_inverse=True)
    occurs = np.bincount(
        np.unique((inverse.astype(np.uint64) << np.uint64(32)) | owners.astype(np.uint64)) >> np.uint64(32)
    )
    kept = found[occurs >= least]
    table = _sparse(owners, keys, values, kept, len(words))
    mean = unit.mean(0, dtype=np.float64).astype(np.float32)
    return CharacterModel(mean, kept, _ridge(table, unit - mean))


def pull(unit: Matrix, model: CharacterModel, words: Sequence[str], counts: npt.NDArray[Any], share: float) -> Matrix:
    """Draw vectors towards what the characters of their words predict.

    Parameters
    ----------
    unit : float32 array (n, dim)
        Refined vectors of length 1.
    model : CharacterModel
    words : sequence of str
    counts : int array (n,)
        How often each word occurs.
    share : float
        From 0 to 1: what a very frequent word keeps of its own vector. Words without features keep all.

    Examples
    --------
    >>> model = CharacterModel(np.zeros(2, np.float32), np.array([0], np.uint64), np.zeros((1, 2), np.float32))
    >>> pull(np.array([[0, 1]], np.float32), model, ["gps"], np.array([9]), 0.6).tolist()
    [[0.0, 1.0]]
    """
    predicted, known = model.predict(words)
    kept = np.where(known, share * counts / (counts + float(RARE)), 1.0).astype(np.float32)[:, None]
    predicted *= 1 - kept
    predicted += kept * unit
    return predicted


def features(words: Sequence[str]) -> tuple[npt.NDArray[np.intp], FeatureKeys, Matrix]:
    """Give the features of words: the number of the word, the key of the feature, and its value, for each.

    Examples
    --------
    >>> owners, keys, values = features(["江", "江水", "gps"])
    >>> owners.tolist(), [int(key) >> 42 for key in keys], values.tolist()
    ([0, 1, 1, 0, 1, 1], [0, 0, 0, 4, 1, 3], [1.0, 0.5, 0.5, 1.0, 0.5, 0.5])
    """
    lengths = np.fromiter(map(len, words), np.intp, len(words))
    codes = code_points("".join(words))
    owners = np.repeat(np.arange(len(words)), lengths)
    starts = np.cumsum(lengths) - lengths
    is_han = char_classes()[codes] == HAN
    whole = (np.bincount(owners, is_han, len(words)) == lengths) & (lengths > 0)
    inside = np.flatnonzero(whole[owners])
    character, owner = codes[inside].astype(np.uint64), owners[inside]
    place, size = inside - starts[owner], lengths[owner]
    kinds = np.select([size == 1, place == 0, place == size - 1], [WHOLE, FIRST, LAST], INNER)
    long = np.flatnonzero(whole & (lengths > 2))
    begin, end = starts[long], starts[long] + lengths[long] - 1
    every = np.concatenate([owner, owner, long, long])
    keys = np.concatenate(
        [
            _key(ANY, character),
            _key(kinds, character),
            _key(FIRST_TWO, codes[begin], codes[begin + 1]),
            _key(LAST_TWO, codes[end - 1], codes[end]),
        ]
    )
    return every, keys, (1 / lengths[every]).astype(np.float32)


def _key(kind: int | npt.NDArray[Any], first: npt.NDArray[Any], second: npt.NDArray[Any] | int = 0) -> FeatureKeys:
    """Pack a kind and one or two characters of 21 bits into numbers."""
    packed: FeatureKeys = np.asarray(kind, np.uint64) << np.uint64(42)
    packed = packed + (first.astype(np.uint64) << np.uint64(21)) + np.asarray(second, np.uint64)
    return packed


def _table(words: Sequence[str], keys: FeatureKeys) -> Any:
    """Give the features of words as a sparse matrix."""
    return _sparse(*features(words), keys, len(words))


def _sparse(owners: npt.NDArray[np.intp], found: FeatureKeys, values: Matrix, keys: FeatureKeys, size: int) -> Any:
    """Make a sparse matrix (n, f) of the features that are among the keys."""
    import scipy.sparse

    places = np.minimum(np.searchsorted(keys, found), max(len(keys) - 1, 0))
    known = keys[places] == found if len(keys) else np.zeros(len(found), np.bool_)
    return scipy.sparse.csr_matrix((values[known], (owners[known], places[known])), (size, len(keys)))


def _ridge(table: Any, wanted: Matrix) -> Matrix:
    """Solve (X^T X + PENALTY) B = X^T Y by conjugate gradients, every column at once, with numbers of 64 bits."""
    transposed = table.T.tocsr()
    residual = np.asarray(transposed @ wanted.astype(np.float64))
    solution = np.zeros_like(residual)
    direction = residual.copy()
    square = np.einsum("fd,fd->d", residual, residual)
    enough = square * TOLERANCE**2
    for _ in range(ROUNDS):
        if (square <= enough).all():
            break
        image = transposed @ (table @ direction) + PENALTY * direction
        curvature = np.einsum("fd,fd->d", direction, image)
        step = np.divide(square, curvature, out=np.zeros_like(square), where=curvature > 0)
        solution += step * direction
        residual -= step * image
        before, square = square, np.einsum("fd,fd->d", residual, residual)
        direction *= np.divide(square, before, out=np.zeros_like(square), where=before > 0)
        direction += residual
    return solution.astype(np.float32)
