"""Trees of impacts: dependency trees by Eisner's algorithm, and constituents by splitting where impacts are least."""

from typing import Any

import numpy as np

from ..syntax.conllu import DependencyTree
from ..syntax.parser import Node, Tree
from .masking import Impacts


def dependency_heads(impacts: Impacts) -> list[int]:
    """Find the projective tree (投射依存树) whose words are told most by their heads: of the greatest sum of impacts.

    Parameters
    ----------
    impacts : float array (n, n)
        In row i and column j what j tells of i: the weight of j as the head of i.

    Returns
    -------
    list of int
        The head of each word, from 1; 0 for the root.

    Notes
    -----
    O(n^3). Eisner 1996.

    Examples
    --------
    >>> dependency_heads(np.array([[0, 5, 1], [1, 0, 1], [1, 4, 0.0]]))
    [2, 0, 2]
    """
    n = len(impacts)
    # Spans from s to t: all that hangs on s, all that hangs on t; the same with a link of s and t.
    right, left, to_right, to_left = (np.zeros((n, n)) for _ in range(4))
    middle, right_at, left_at = (np.zeros((n, n), np.int64) for _ in range(3))
    for size in range(1, n):
        for s in range(n - size):
            t = s + size
            parts = right[s, s:t] + left[s + 1 : t + 1, t]
            at = int(parts.argmax())
            middle[s, t] = s + at
            to_right[s, t], to_left[s, t] = parts[at] + impacts[t, s], parts[at] + impacts[s, t]
            parts = to_right[s, s + 1 : t + 1] + right[s + 1 : t + 1, t]
            at = int(parts.argmax())
            right[s, t], right_at[s, t] = parts[at], s + 1 + at
            parts = left[s, s:t] + to_left[s:t, t]
            at = int(parts.argmax())
            left[s, t], left_at[s, t] = parts[at], s + at
    root = int((left[0] + right[:, n - 1]).argmax())
    heads = [0] * n
    todo = [(0, root, False), (root, n - 1, True)]  # a span, and whether its first word is the head
    while todo:
        s, t, rightward = todo.pop()
        if s == t:
            continue
        if rightward:
            far = int(right_at[s, t])
            heads[far] = s + 1
            todo.append((far, t, True))
            s, t = s, far
        else:
            far = int(left_at[s, t])
            heads[far] = t + 1
            todo.append((s, far, False))
            s, t = far, t
        between = int(middle[s, t])
        todo += [(s, between, True), (between + 1, t, False)]
    return heads


def dependency_tree(words: list[str], impacts: Impacts) -> DependencyTree:
    """Make a dependency tree of a sentence (依存树), by Eisner's algorithm: see `dependency_heads`.

    Parameters
    ----------
    words : list of str
    impacts : float array (n, n)
        Row i, column j: what word j tells of word i.

    Examples
    --------
    >>> impacts = np.array([[0, 9, 1], [9, 0, 1], [1, 8, 0.0]])
    >>> len(dependency_tree(["长", "江", "水"], impacts).heads)
    3
    """
    return DependencyTree(words, dependency_heads(impacts))


def constituent_tree(words: list[str], impacts: Impacts) -> Tree:
    """Split a sentence in two, and its parts again (成分树), where the words of both sides tell least of each other.

    A split is worth the mean impact within its left and within its right part (0 for single words), less the two mean
    impacts across. That is MART of Wu, Chen, Kao & Liu 2020.

    Parameters
    ----------
    words : list of str
    impacts : float array (n, n)

    Returns
    -------
    Tree
        Parts of two words or more are nodes; single words are places of the node that they are in.

    Notes
    -----
    O(n^2) for the sums of rectangles and for each level of splits.

    Examples
    --------
    >>> impacts = np.array([[0, 9, 1], [9, 0, 1], [1, 1, 0.0]])
    >>> [(node.start, node.end, node.places) for node in constituent_tree(["长", "江", "水"], impacts).nodes]
    [(0, 3, (2,)), (0, 2, (0, 1))]
    """
    n = len(words)
    sums = np.zeros((n + 1, n + 1))
    off = impacts - np.diag(np.diag(impacts))
    sums[1:, 1:] = off.cumsum(axis=0).cumsum(axis=1)
    nodes: list[Node] = []
    todo = [(0, n, 0)]
    while todo:
        start, end, depth = todo.pop()
        if end - start < 2:
            nodes.append(Node(start, end, depth, tuple(range(start, end)), None, 0.0))
            continue
        split = _split(sums, start, end)
        halves = [(start, split), (split, end)]
        places = tuple(a for a, b in halves if b - a == 1)
        nodes.append(Node(start, end, depth, places, None, 0.0))
        todo += [(a, b, depth + 1) for a, b in reversed(halves) if b - a > 1]
    return Tree(words, nodes)


def _split(sums: Impacts, start: int, end: int) -> int:
    """Choose where to split; the leftmost of equals."""
    at = np.arange(start + 1, end)
    left, right = at - start, end - at

    def block(a: Any, b: Any, c: Any, d: Any) -> Impacts:
        """Add up rows a to b and columns c to d."""
        found: Impacts = sums[b, d] - sums[a, d] - sums[b, c] + sums[a, c]
        return found

    within = block(start, at, start, at) / np.maximum(1, left * (left - 1))
    within += block(at, end, at, end) / np.maximum(1, right * (right - 1))
    across = (block(start, at, at, end) + block(at, end, start, at)) / (left * right)
    return int(at[(within - across).argmax()])
