"""The best tree of links that do not cross: of all sentences of one length at once, by the length of their spans.

A tree on the words i..j is a link of i with the farthest word k that it is linked with, what lies under that link, and
a tree on k..j; what lies under a link i-k is a tree on i..m and one on m+1..k. So each tree is made in one way only.
"""

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]
LinkedPairs = npt.NDArray[np.intp]


def best_trees(weights: Weights) -> LinkedPairs:
    """Find the noncrossing spanning trees (不交叉最大生成树) of the greatest sums of weights.

    Parameters
    ----------
    weights : float array (sentences, n, n)
        Of the link of the words i < j in ``weights[:, i, j]``; what is below the diagonal does not count.

    Returns
    -------
    int array (sentences, n - 1, 2)
        The links of each sentence, each the smaller word first, sorted.

    Notes
    -----
    O(n^3) for each sentence, as array code over all of them and over all spans of one length; O(n^2) memory. Among
    equal sums the first word is linked near, and what lies under a link is parted near its left end.

    Examples
    --------
    >>> weights = np.zeros((1, 4, 4))
    >>> weights[0, 0, 3] = weights[0, 1, 3] = 2
    >>> weights[0, 0, 2] = 1  # crosses the link of 1 and 3
    >>> best_trees(weights)[0].tolist()
    [[0, 3], [1, 3], [2, 3]]
    """
    number, n, _ = weights.shape
    # Of trees by first word and length, and by last word and length; of trees with a link of both ends.
    by_start, by_end, linked = (np.zeros((number, n, n)) for _ in range(3))
    under, reach = (np.zeros((number, n, n), np.int32) for _ in range(2))
    for size in range(1, n):
        starts, ends, back = slice(0, n - size), slice(size, n), slice(size - 1, None, -1)
        parts = by_start[:, starts, :size] + by_end[:, ends, back]
        choice = parts.argmax(axis=2)
        under[:, starts, size] = choice
        best = np.take_along_axis(parts, choice[:, :, np.newaxis], 2)[:, :, 0]
        linked[:, starts, size] = best + np.diagonal(weights, size, 1, 2)
        parts = linked[:, starts, 1 : size + 1] + by_end[:, ends, back]
        choice = parts.argmax(axis=2)
        reach[:, starts, size] = choice + 1
        best = np.take_along_axis(parts, choice[:, :, np.newaxis], 2)[:, :, 0]
        by_start[:, starts, size] = by_end[:, ends, size] = best
    found = [_walk(*pair) for pair in zip(under.tolist(), reach.tolist(), strict=True)]
    return np.array(found, np.intp).reshape(number, max(0, n - 1), 2)


def link_probabilities(weights: Weights) -> Weights:
    """Give for each link the share of all noncrossing spanning trees that have it, each tree in proportion to exp(sum).

    Parameters
    ----------
    weights : float array (sentences, n, n)
        As for `best_trees`.

    Returns
    -------
    float array (sentences, n, n)
        0 on and below the diagonal; the sum for each sentence is n - 1.

    Notes
    -----
    O(n^3), as array code: sums over all trees of each span, then the shares from the whole sentence down.

    Examples
    --------
    >>> link_probabilities(np.zeros((1, 3, 3)))[0].round(3).tolist()  # three trees, each with two of three links
    [[0.0, 0.667, 0.667], [0.0, 0.0, 0.667], [0.0, 0.0, 0.0]]
    """
    number, n, _ = weights.shape
    by_start, by_end, linked, parted = _sums(weights)
    of_start, of_end, of_link = (np.zeros((number, n, n)) for _ in range(3))
    shares = np.zeros((number, n, n))
    of_start[:, 0, n - 1] = 1
    for size in range(n - 1, 0, -1):
        starts, ends, back = slice(0, n - size), slice(size, n), slice(size - 1, None, -1)
        share = (of_start[:, starts, size] + of_end[:, ends, size])[:, :, np.newaxis]
        whole = by_start[:, starts, size, np.newaxis]
        part = np.exp(linked[:, starts, 1 : size + 1] + by_end[:, ends, back] - whole) * share
        of_link[:, starts, 1 : size + 1] += part
        of_end[:, ends, back] += part
        share = of_link[:, starts, size, np.newaxis]
        at = np.arange(n - size)
        shares[:, at, at + size] = share[:, :, 0]
        whole = parted[:, starts, size, np.newaxis]
        part = np.exp(by_start[:, starts, :size] + by_end[:, ends, back] - whole) * share
        of_start[:, starts, :size] += part
        of_end[:, ends, back] += part
    return shares


def log_sums(weights: Weights) -> Weights:
    """Give for each sentence the logarithm of the sum over all its trees of exp(sum of weights).

    Examples
    --------
    >>> np.exp(log_sums(np.zeros((1, 4, 4)))).round(6).tolist()
    [12.0]
    """
    found: Weights = _sums(weights)[0][:, 0, -1]
    return found


def _sums(weights: Weights) -> tuple[Weights, Weights, Weights, Weights]:
    """Add up the trees of each span: by first word and length, by last word and length, with a link of both ends; and
    what lies under such a link.
    """
    number, n, _ = weights.shape
    by_start, by_end, linked, parted = (np.zeros((number, n, n)) for _ in range(4))
    for size in range(1, n):
        starts, ends, back = slice(0, n - size), slice(size, n), slice(size - 1, None, -1)
        parted[:, starts, size] = _log_sum(by_start[:, starts, :size] + by_end[:, ends, back])
        linked[:, starts, size] = parted[:, starts, size] + np.diagonal(weights, size, 1, 2)
        whole = _log_sum(linked[:, starts, 1 : size + 1] + by_end[:, ends, back])
        by_start[:, starts, size] = by_end[:, ends, size] = whole
    return by_start, by_end, linked, parted


def _log_sum(values: Weights) -> Weights:
    """Add along the last axis what is given by its logarithms."""
    most = values.max(axis=2)
    found: Weights = most + np.log(np.exp(values - most[:, :, np.newaxis]).sum(axis=2))
    return found


def _walk(under: list[list[int]], reach: list[list[int]]) -> list[tuple[int, int]]:
    """Follow the choices down from the whole sentence."""
    links = []
    left = [(0, len(under) - 1)]
    while left:
        first, last = left.pop()
        if first == last:
            continue
        end = first + reach[first][last - first]
        middle = first + under[first][end - first]
        links.append((first, end))
        left += [(first, middle), (middle + 1, end), (end, last)]
    return sorted(links)
