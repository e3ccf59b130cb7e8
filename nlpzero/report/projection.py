"""A map of word vectors (词图): points in the plane that are near each other where the vectors are.

t-SNE (van der Maaten & Hinton 2008), the exact form, from a start by principal components, so that nothing is drawn at
random. For some hundred words the whole matrix of distances is small, and this is one second of NumPy; a library for it
would be the heaviest package that nlpzero needs.
"""

import math

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

STEPS = 500
EARLY = 100
"""Steps in which neighbours are drawn together four times as strongly."""


def project(vectors: npt.NDArray[np.floating], perplexity: float = 15.0) -> Points:
    """Give each of some vectors a place in the plane.

    Parameters
    ----------
    vectors : float array (n, d)
        Their directions count, not their lengths.
    perplexity : float
        About how many neighbours each one looks to.

    Returns
    -------
    float64 array (n, 2)
        Centred, with a mean square of 1 along the wider axis, which comes first.

    Notes
    -----
    O(n^2) in time and memory.

    Examples
    --------
    >>> two = np.repeat(np.eye(2), 5, axis=0) + np.arange(20).reshape(10, 2) / 500
    >>> at = project(two)
    >>> near, far = np.abs(at[0] - at[4]).max(), np.abs(at[0] - at[9]).max()
    >>> bool(near < far / 2)
    True
    """
    size = len(vectors)
    if size < 3:
        return np.array([[float(i), 0.0] for i in range(size)]).reshape(size, 2)
    rows = np.asarray(vectors, np.float64)
    lengths = np.sqrt((rows**2).sum(1))[:, None]
    rows = rows / np.where(lengths > 0, lengths, 1)
    shares = _joint(_distances(rows), min(perplexity, (size - 1) / 3))
    at = _components(rows)
    speed, gain = np.zeros_like(at), np.ones_like(at)
    rate = max(size / 12, 10.0)
    for step in range(STEPS):
        near = 1 / (1 + _distances(at))
        np.fill_diagonal(near, 0.0)
        drawn = (shares * (4 if step < EARLY else 1) - near / near.sum()) * near
        slope = 4 * (drawn.sum(1)[:, None] * at - drawn @ at)
        gain = np.maximum(np.where((slope > 0) != (speed > 0), gain + 0.2, gain * 0.8), 0.01)
        speed = (0.5 if step < EARLY else 0.8) * speed - rate * gain * slope
        at = at + speed
        at -= at.mean(0)
    return _turned(at)


def _distances(rows: Points) -> Points:
    """Give the squares of all distances."""
    squares = (rows**2).sum(1)
    found: Points = np.maximum(squares[:, None] + squares - 2 * (rows @ rows.T), 0.0)
    np.fill_diagonal(found, 0.0)
    return found


def _joint(distances: Points, perplexity: float) -> Points:
    """Give the shares of neighbours: Gaussians, each so wide that its entropy is ln(perplexity)."""
    size = len(distances)
    low, high = np.zeros(size), np.full(size, np.inf)
    beta = np.ones(size)
    shares = distances
    for _ in range(60):
        shares = np.exp(-beta[:, None] * distances)
        np.fill_diagonal(shares, 0.0)
        sums = np.maximum(shares.sum(1), 1e-300)
        entropy = np.log(sums) + beta * (shares * distances).sum(1) / sums
        shares = shares / sums[:, None]
        wide = entropy > math.log(max(perplexity, 1.01))
        low, high = np.where(wide, beta, low), np.where(wide, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + high) / 2)
    joint: Points = np.maximum((shares + shares.T) / (2 * size), 1e-12)
    return joint


def _components(rows: Points) -> Points:
    """Give the first two principal components, small; each with the sign that makes its largest part positive."""
    centred = rows - rows.mean(0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    found = np.zeros((len(rows), 2))
    width = min(2, left.shape[1])
    found[:, :width] = left[:, :width] * lengths[:width]
    for axis in range(2):
        if found[np.abs(found[:, axis]).argmax(), axis] < 0:
            found[:, axis] *= -1
    small: Points = found * (1e-2 / max(found.std(), 1e-12))
    return small


def _turned(at: Points) -> Points:
    """Turn the map so that it is widest from left to right, and give it its size."""
    _, turns = np.linalg.eigh(at.T @ at)
    axes = turns[:, ::-1]
    axes = axes * np.where(axes[np.abs(axes).argmax(0), [0, 1]] < 0, -1, 1)
    turned: Points = at @ axes
    turned /= max(turned[:, 0].std(), 1e-12)
    return turned
