"""The map equation (地图方程): the modules of a network that describe a walk on it in the fewest nats.

A walker goes from node to node, each edge as likely as its weight. Where it is is told in two books of code words: one
of the nodes of the module that it is in, and one of the modules, used where it changes them. With p the share of the
time at a node, and q the share of the steps that leave a module (leaving is a code word of the module's book as well),
the mean length of what is told at each step is

    L = f(sum q) - 2 sum f(q) - sum f(p) + sum f(q + sum of p in the module),    f(x) = x ln x,

over the modules, and the nodes in the third sum (Rosvall & Bergstrom 2008). The best modules make it the shortest: it
is the principle of minimum entropy (最小熵原理) for networks.

The search is Infomap's with two levels: nodes move one by one to the module of a neighbour where this shortens the
description, modules become nodes of a smaller network, and so on; then single nodes move again, from the modules found.
Nothing is drawn at random: nodes move in the order of their flow.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int64]

LEAST = 1e-10
"""Nats: what a move has to gain, so that rounding moves nothing for ever."""
ROUNDS = 20
"""Times that the search starts again from the modules found; 2 or 3 were needed in all networks that were tried."""


class Partition(NamedTuple):
    """The modules of a network.

    Attributes
    ----------
    labels : int64 array (n,)
        The module of each node, 0 that with the most flow.
    flow : float64 array (n,)
        The share of its time that the walker is at each node: its weight over that of all.
    codelength, one_module : float
        Nats for each step: of these modules, and of all nodes in one.
    """

    labels: Labels
    flow: npt.NDArray[np.float64]
    codelength: float
    one_module: float


def partition(network: Any) -> Partition:
    """Find the modules of a network (社区发现) that describe a walk on it in the fewest nats.

    Parameters
    ----------
    network : scipy.sparse.csr_array (n, n)
        Weights of the edges, 0 and above, symmetric. A node without edges is a module of its own.

    Returns
    -------
    Partition
        The same for the same network, on any machine whose sums are the same.

    Notes
    -----
    About 5 microseconds for each edge, in each of about 10 rounds.

    Examples
    --------
    Two triangles, joined by one edge:

    >>> from scipy.sparse import coo_array
    >>> a, b = [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3]
    >>> half = coo_array(([1.0] * 7, (a, b)), shape=(6, 6)).tocsr()
    >>> found = partition(half + half.T)
    >>> found.labels.tolist(), round(found.codelength, 4), round(found.one_module, 4)
    ([0, 0, 0, 1, 1, 1], 1.6086, 1.7721)
    """
    network = network.tocsr()
    total = float(network.sum())
    size = int(network.shape[0])
    if not total > 0:
        return Partition(np.arange(size), np.zeros(size), 0.0, 0.0)
    flows = network / total
    leaf = _Level.of_matrix(flows)
    constant = -math.fsum(map(_f, leaf.flow))
    one = constant + _f(1.0)
    labels, best = np.arange(size), math.inf
    for number in range(ROUNDS):
        moved = leaf.moved(labels if number else None)
        found = _merged(flows, moved)
        length = constant + _modules_length(flows, found)
        if length >= best - LEAST:
            break
        labels, best = found, length
    if one < best:  # where the network has no modules
        labels, best = np.zeros(size, np.int64), one
    flow = np.array(leaf.flow)
    return Partition(_by_flow(labels, flow), flow, best, one)


def _f(x: float) -> float:
    """Give x ln x."""
    return x * math.log(x) if x > 0 else 0.0


def _dense(labels: npt.NDArray[Any]) -> Labels:
    """Number the modules from 0."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _by_flow(labels: Labels, flow: npt.NDArray[np.float64]) -> Labels:
    """Number the modules by their flow, the greatest first; of equal ones that with the first node."""
    kinds, first, which = np.unique(labels, return_index=True, return_inverse=True)
    flows = np.bincount(which, flow, len(kinds)).round(12)
    order = np.lexsort((first, -flows))
    rank = np.empty(len(kinds), np.int64)
    rank[order] = np.arange(len(kinds))
    return rank[which]


def _merged(flows: Any, labels: Labels) -> Labels:
    """Let modules move as nodes of a smaller network, as long as that joins some."""
    while True:
        matrix = _joined(flows, labels)
        moved = _Level.of_matrix(matrix).moved(None)
        if len(np.unique(moved)) == matrix.shape[0]:
            return labels
        labels = _dense(moved)[labels]


def _joined(flows: Any, labels: Labels) -> Any:
    """Make one node of each module."""
    from scipy.sparse import csr_array

    size = len(labels)
    member = csr_array((np.ones(size), (np.arange(size), labels)), shape=(size, int(labels.max()) + 1))
    joined = (member.T @ flows @ member).tocsr()
    joined.sort_indices()
    return joined


def _modules_length(flows: Any, labels: Labels) -> float:
    """Give the part of the code length that depends on the modules."""
    joined = _joined(flows, labels)
    flow = np.asarray(joined.sum(axis=1)).ravel()
    out = np.maximum(flow - joined.diagonal(), 0.0)
    q = out.tolist()
    both = (out + flow).tolist()
    return _f(math.fsum(q)) - 2 * math.fsum(map(_f, q)) + math.fsum(map(_f, both))


class _Level(NamedTuple):
    """A network as lists: what a loop over single nodes reads fastest.

    Attributes
    ----------
    flow, out : list of float
        Of each node: all of it, and what goes to other nodes.
    starts, ends, shares : lists
        Where the edges of a node begin, whereto they go, and what share of the steps they take. No loops.
    """

    flow: list[float]
    out: list[float]
    starts: list[int]
    ends: list[int]
    shares: list[float]

    @classmethod
    def of_matrix(cls, flows: Any) -> "_Level":
        """Read a matrix of flows, whose sum is 1."""
        flow = np.asarray(flows.sum(axis=1)).ravel()
        size = len(flow)
        row = np.repeat(np.arange(size), np.diff(flows.indptr))
        kept = (row != flows.indices) & (flows.data > 0)
        rows, shares = row[kept], flows.data[kept]
        starts = np.append(0, np.cumsum(np.bincount(rows, minlength=size)))
        out = np.bincount(rows, shares, size)
        ends = flows.indices[kept]
        return cls(flow.tolist(), out.tolist(), starts.tolist(), ends.tolist(), shares.tolist())

    def moved(self, labels: Labels | None) -> Labels:
        """Move nodes to modules of their neighbours as long as that shortens the description."""
        flow, out, starts, ends, shares = self
        size = len(flow)
        module = list(range(size)) if labels is None else labels.tolist()
        module_flow, module_out, members = self._sums(module)
        total = math.fsum(module_out)
        free = [m for m in range(size) if not members[m]]
        waiting = sorted(range(size), key=lambda i: (-flow[i], i))
        log = math.log

        def f(x: float) -> float:
            return x * log(x) if x > 1e-300 else 0.0

        while waiting:
            again: list[int] = []
            is_waiting = [False] * size
            for i in waiting:
                begin, end = starts[i], starts[i + 1]
                if begin == end:
                    continue
                old = module[i]
                to: dict[int, float] = {old: 0.0}
                for k in range(begin, end):
                    m = module[ends[k]]
                    to[m] = to.get(m, 0.0) + shares[k]
                if len(to) == 1 and members[old] == 1:
                    continue
                if members[old] > 1 and free:
                    to.setdefault(free[-1], 0.0)
                p, o = flow[i], out[i]
                # the old module without the node
                rest_out = module_out[old] - o + 2 * to[old]
                rest_flow = module_flow[old] - p
                base = total - module_out[old] + rest_out
                before = f(total) - 2 * f(module_out[old]) + f(module_out[old] + module_flow[old])
                left = -2 * f(rest_out) + f(rest_out + rest_flow) - before
                best, gain = old, -LEAST
                best_out = best_total = 0.0
                for m, share in to.items():
                    if m == old:
                        continue
                    q = module_out[m]
                    new = q + o - 2 * share
                    new_total = base - q + new
                    change = (
                        left + f(new_total) - 2 * (f(new) - f(q)) + f(new + module_flow[m] + p) - f(q + module_flow[m])
                    )
                    if change < gain or (change == gain and m < best != old):
                        best, gain, best_out, best_total = m, change, new, new_total
                if best == old:
                    continue
                if not members[best]:
                    free.pop()
                module_out[old], module_flow[old] = max(rest_out, 0.0), max(rest_flow, 0.0)
                module_out[best], module_flow[best], total = best_out, module_flow[best] + p, best_total
                members[old] -= 1
                members[best] += 1
                if not members[old]:
                    free.append(old)
                    module_out[old] = module_flow[old] = 0.0
                module[i] = best
                for k in range(begin, end):
                    j = ends[k]
                    if module[j] != best and not is_waiting[j]:
                        is_waiting[j] = True
                        again.append(j)
            waiting = again
        return _dense(np.array(module))

    def _sums(self, module: Sequence[int]) -> tuple[list[float], list[float], list[int]]:
        """Give the flow of each module, what leaves it, and how many nodes it has."""
        size = len(module)
        labels = np.array(module, np.intp)
        rows = np.repeat(np.arange(size), np.diff(self.starts))
        leaving = labels[rows] != labels[np.array(self.ends, np.intp)] if self.ends else np.zeros(0, np.bool_)
        out = np.bincount(labels[rows[leaving]], np.array(self.shares)[leaving], size)
        flow = np.bincount(labels, np.array(self.flow), size)
        return flow.tolist(), out.tolist(), np.bincount(labels, minlength=size).tolist()
