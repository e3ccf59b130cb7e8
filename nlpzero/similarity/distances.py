"""Distances of texts: exact ones by transport, bounds and baselines by array code, for many pairs at a time.

| method | an occurrence weighs | a unit of mass costs | source |
|---|---|---|---|
| wrd | length of the word's vector | 1 - cos | Yokoi et al. (2020), "Word Rotator's Distance" |
| wmd | 1 | Euclidean distance | Kusner et al. (2015), "From Word Embeddings To Document Distances" |
| rwmd | 1 | the same; every word moves to its nearest, the larger of both ways: at most wmd | Kusner et al. (2015) |
| wcd | 1 | Euclidean distance of the mean vectors: at most wmd | Kusner et al. (2015) |
| cosine | 1 | 1 - cos of the mean vectors | |
| emd | 1 | 0 if it is the same word, else 1; or 1 - cos | Rubner et al. (2000) |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..errors import ModelError
from ..segment.encoding import Tokens
from ..vectors.store import Vectors
from .documents import GROUNDS, Documents, Floats, Ground, Ints, Method, Oov, Space
from .transport import costs_of, earth_movers_distance

SAME = 1e-15
"""Share of the mass by which two bags may differ, from rounding, and still be the same."""

STACK = 1 << 18
"""Numbers in a stack of cost matrices: what fits the cache."""

NEAR = 1e-6
"""Squared distances below this share of the squared lengths are computed again from differences."""


class Problems(NamedTuple):
    """What is left to move in each pair: the words of one side of all pairs, one pair after the other."""

    starts: Ints
    rows: Ints
    mass: Floats


class Move(NamedTuple):
    """Mass that an optimal plan moves from a word of one text to a word of the other."""

    word_a: str
    word_b: str
    mass: float
    distance: float


class Measure:
    """A way to compare texts.

    Parameters
    ----------
    method : {"wrd", "wmd", "rwmd", "wcd", "cosine", "emd"}
        See the table at the top of this module.
    vectors : Vectors, optional
        Not needed for emd with the ground distance 0 or 1.
    weights : {"count", "norm", "idf"} or mapping, optional
        See `Space`. Default: "norm" for wrd, else "count".
    oov : {"drop", "char", "error"}
        See `Space`.
    ground : {"discrete", "cosine"}
        For emd.

    Raises
    ------
    ModelError
        If the method needs vectors and has none, or weights are unsound.

    Examples
    --------
    >>> vectors = Vectors(["江", "河", "山"], np.array([[3, 4], [4, 3], [-4, 3]], np.float32))
    >>> measure = Measure("wrd", vectors)
    >>> a, b = measure.encode([["江", "山"]]), measure.encode([["河", "山"]])
    >>> measure.distances(a, b).round(4).tolist()
    [0.02]
    """

    def __init__(
        self,
        method: Method = "wrd",
        vectors: Vectors | None = None,
        *,
        weights: Literal["count", "norm", "idf"] | Mapping[str, float] | None = None,
        oov: Oov = "drop",
        ground: Literal["discrete", "cosine"] = "discrete",
    ) -> None:
        if method not in GROUNDS:
            raise ModelError(f"{method!r} is no method; known are {', '.join(GROUNDS)}")
        self.method: Method = method
        kind: Ground = ground if method == "emd" else GROUNDS[method]
        if weights is None:
            weights = "norm" if method == "wrd" else "count"
        self.space = Space(None if kind == "discrete" and weights == "count" else vectors, kind, weights, oov)

    def encode(self, texts: Tokens | Iterable[Sequence[str]]) -> Documents:
        """Turn texts, given as words, into bags: see `Space.encode`."""
        return self.space.encode(texts)

    def similarity(self, distances: Floats) -> Floats:
        """Turn distances into similarities: 1 - d, for the Euclidean ones (wmd, rwmd, wcd) 1 / (1 + d)."""
        return 1 / (1 + distances) if self.method in ("wmd", "rwmd", "wcd") else 1 - distances

    def distances(self, a: Documents, b: Documents, i: Ints | None = None, j: Ints | None = None) -> Floats:
        """Compare pairs of documents.

        Parameters
        ----------
        a, b : Documents
            Encoded by this measure.
        i, j : int64 arrays, optional
            Which documents of a and b make the pairs; the n-th with the n-th by default.

        Returns
        -------
        float64 array
            Exact distances, not negative, 0 for bags of the same proportions; NaN where a document holds no known
            word (of positive weight).

        Raises
        ------
        ModelError
            If a problem is not solved.
        """
        i = np.arange(len(a)) if i is None else i
        j = np.arange(len(b)) if j is None else j
        found = np.full(len(i), np.nan)
        full = np.flatnonzero((a.totals[i] > 0) & (b.totals[j] > 0))
        i, j = i[full], j[full]
        apart, left, right = _differences(a, b, i, j)
        if self.space.ground == "discrete":
            found[full] = apart
            return found
        differ = np.flatnonzero(apart > SAME)
        distances = np.zeros(len(full))
        if self.method in ("wcd", "cosine"):
            means_a, means_b = means(a, i[differ]), means(b, j[differ])
            distances[differ] = (
                np.sqrt(((means_a - means_b) ** 2).sum(1)) if self.method == "wcd" else _angles(means_a, means_b)
            )
        elif self.method == "wmd":
            # Euclidean distance is a metric, so what both texts hold need not move.
            scale = a.totals[i] * b.totals[j]
            distances[differ] = self._solve(a, b, left, right, differ) / scale[differ]
        else:
            distances[differ] = self._solve(a, b, _shares(a, i), _shares(b, j), differ)
        found[full] = distances
        return found

    def _solve(self, a: Documents, b: Documents, left: Problems, right: Problems, which: Ints) -> Floats:
        """Solve the transport problems `which`, those of one shape together."""
        found = np.empty(len(which))
        for some, rows_a, rows_b, p, q in _stacks(left, right, which, a.points.shape[1]):
            costs = self._costs(a, b, rows_a, rows_b)
            if self.method == "rwmd":
                to_b = np.einsum("bi,bi->b", p, costs.min(2))
                to_a = np.einsum("bj,bj->b", q, costs.min(1))
                found[some] = np.maximum(to_a, to_b)
            else:
                found[some] = costs_of(p, q, costs)
        return np.maximum(found, 0)

    def _costs(self, a: Documents, b: Documents, rows_a: Ints, rows_b: Ints) -> Floats:
        """Give the costs (b, n, m) between the words (b, n) and (b, m)."""
        x, y = a.points[rows_a], b.points[rows_b]
        same = a.keys[rows_a][:, :, None] == b.keys[rows_b][:, None]
        if self.space.ground == "discrete":
            return np.asarray(np.where(same, 0.0, 1.0))
        costs: Floats = np.matmul(x, y.transpose(0, 2, 1))
        if self.space.ground == "cosine":
            np.subtract(1, costs, out=costs)
            np.maximum(costs, 0, out=costs)
        else:
            lengths = a.squares[rows_a][:, :, None] + b.squares[rows_b][:, None]
            costs *= -2
            costs += lengths
            near = np.nonzero(costs < NEAR * lengths)
            costs[near] = ((x[near[0], near[1]] - y[near[0], near[2]]) ** 2).sum(1)
            np.sqrt(costs, out=costs)
        costs[same] = 0
        return costs

    def align(self, a: Documents, b: Documents, i: int = 0, j: int = 0) -> list[Move]:
        """Tell which words of one document move where (对齐), the largest share of the cost first.

        Mass is a share of the text: the masses of all moves add up to 1, mass x distance to the distance.

        Raises
        ------
        ModelError
            If the method has no plan (rwmd, wcd, cosine), or a document holds no known word.
        """
        if self.method in ("rwmd", "wcd", "cosine"):
            raise ModelError(f"{self.method} moves no words; use wrd, wmd or emd")
        (rows_a, p), (rows_b, q) = a.bag(i), b.bag(j)
        if not len(p) or not len(q):
            raise ModelError(f"the {'first' if not len(p) else 'second'} text holds no known word")
        costs = self._costs(a, b, rows_a[None], rows_b[None])[0]
        plan = earth_movers_distance(p / p.sum(), q / q.sum(), costs).plan
        moves = [
            Move(a.words[rows_a[x]], b.words[rows_b[y]], float(plan[x, y]), float(costs[x, y]))
            for x, y in zip(*np.nonzero(plan > SAME), strict=True)
        ]
        return sorted(moves, key=lambda move: (-move.mass * move.distance, -move.mass, move.word_a, move.word_b))


def means(documents: Documents, which: Ints) -> Floats:
    """Give the weighted mean of the points of some documents, none of them empty."""
    import scipy.sparse

    chosen, inverse = np.unique(which, return_inverse=True)
    starts, rows, mass = _shares(documents, chosen)
    matrix = scipy.sparse.csr_matrix((mass, rows, starts), (len(chosen), len(documents.points)))
    return np.asarray(matrix @ documents.points)[inverse]


def _angles(x: Floats, y: Floats) -> Floats:
    """Give 1 - cos of rows; 1 where one is zero."""
    lengths = np.sqrt(np.einsum("id,id->i", x, x) * np.einsum("id,id->i", y, y))
    cosines = np.einsum("id,id->i", x, y) / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.clip(1 - cosines, 0, 2))


def _taken(documents: Documents, which: Ints) -> tuple[Ints, Ints]:
    """Give the places of the words of some documents, one after the other, and the number of each one's pair."""
    sizes = np.diff(documents.starts)[which]
    owners = np.repeat(np.arange(len(which)), sizes)
    firsts = documents.starts[which] - np.cumsum(sizes) + sizes
    return firsts[owners] + np.arange(len(owners)), owners


def _shares(documents: Documents, which: Ints) -> Problems:
    """Give whole documents as distributions."""
    places, owners = _taken(documents, which)
    starts = np.searchsorted(owners, np.arange(len(which) + 1))
    shares = np.asarray(documents.mass[places] / documents.totals[which][owners], np.float64)
    return Problems(starts, documents.ids[places], shares)


def _differences(a: Documents, b: Documents, i: Ints, j: Ints) -> tuple[Floats, Problems, Problems]:
    """Compare bags word by word: half the sum of differences of their shares, and what each side has too much.

    Masses are multiplied by the other side's total instead of divided by their own, so that whole numbers stay whole.
    """
    sides = []
    for documents, which, scale in ((a, i, b.totals[j]), (b, j, a.totals[i])):
        places, owners = _taken(documents, which)
        rows = documents.ids[places]
        sides.append((owners, documents.keys[rows], rows, documents.mass[places] * scale[owners]))
    width = int(max(a.keys.max(initial=0), b.keys.max(initial=0))) + 1
    codes = [owners * width + keys for owners, keys, _, _ in sides]
    both, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    masses = [
        np.bincount(part, side[3], minlength=len(both))
        for part, side in zip(np.split(inverse, [len(codes[0])]), sides, strict=True)
    ]
    difference = np.asarray(masses[0] - masses[1], np.float64)
    owners = both // width
    scale = a.totals[i] * b.totals[j]
    difference[np.abs(difference) <= SAME * scale[owners]] = 0
    apart = np.bincount(owners, np.abs(difference), minlength=len(i)) / scale / 2
    problems = []
    for sign, (side, part) in zip((1, -1), zip(sides, np.split(inverse, [len(codes[0])]), strict=True), strict=True):
        excess = sign * difference[part]
        left = excess > 0
        starts = np.searchsorted(side[0][left], np.arange(len(i) + 1))
        problems.append(Problems(starts, side[2][left], excess[left]))
    return np.minimum(apart, 1), problems[0], problems[1]


def _stacks(
    left: Problems, right: Problems, which: Ints, dim: int
) -> Iterator[tuple[Ints, Ints, Ints, Floats, Floats]]:
    """Put problems of one shape together: their places in `which`, words (b, n) and (b, m), and masses."""
    n, m = (np.diff(side.starts)[which] for side in (left, right))
    order = np.lexsort((m, n))
    shapes = n[order] * (m.max(initial=0) + 1) + m[order]
    edges = np.flatnonzero(np.diff(shapes, prepend=-1, append=-1))
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        first = order[low]
        size = int(n[first] * m[first] + (n[first] + m[first]) * dim)
        step = max(1, STACK // size)
        for at in range(low, high, step):
            some = order[at : min(at + step, high)]
            places = [
                side.starts[which[some]][:, None] + np.arange(width)
                for side, width in ((left, int(n[first])), (right, int(m[first])))
            ]
            p, q = left.mass[places[0]], right.mass[places[1]]
            q *= (p.sum(1) / q.sum(1))[:, None]
            yield some, left.rows[places[0]], right.rows[places[1]], p, q


def word_movers_distance(a: Sequence[str], b: Sequence[str], vectors: Vectors) -> float:
    """Give the word mover's distance of two texts given as words (WMD); NaN if one holds no known word.

    As Kusner et al. (2015): words weigh their frequency, and move by the Euclidean distance of their vectors, not
    divided by the root of the dimension. For many pairs use `Measure`, which shares the work.

    Examples
    --------
    >>> vectors = Vectors(["江", "河"], np.array([[0, 4], [3, 0]], np.float32))
    >>> word_movers_distance(["江"], ["江", "河"], vectors)
    2.5
    """
    return _one("wmd", a, b, vectors)


def word_rotators_distance(a: Sequence[str], b: Sequence[str], vectors: Vectors) -> float:
    """Give the word rotator's distance of two texts given as words (WRD); NaN if one holds no known word.

    As Yokoi et al. (2020): words weigh the length of their vectors, and move by 1 - cos.

    Examples
    --------
    >>> vectors = Vectors(["江", "河"], np.array([[0, 2], [6, 0]], np.float32))
    >>> word_rotators_distance(["江"], ["江", "河"], vectors)
    0.75
    """
    return _one("wrd", a, b, vectors)


def _one(method: Method, a: Sequence[str], b: Sequence[str], vectors: Vectors) -> float:
    """Compare two texts."""
    measure = Measure(method, vectors)
    return float(measure.distances(measure.encode([a]), measure.encode([b]))[0])


def pairwise(
    a: Sequence[Sequence[str]], b: Sequence[Sequence[str]] | None, measure: Measure, block: int = 4096
) -> Floats:
    """Compare every text of a with every one of b, or of a itself.

    Parameters
    ----------
    a, b : sequences of lists of words
        Without b the matrix is symmetric, and half the work.
    measure : Measure
    block : int
        Pairs under way at a time.

    Returns
    -------
    float64 array (n, m)
        See `Measure.distances`.

    Examples
    --------
    >>> pairwise([["江", "上"], ["江"]], None, Measure("emd")).tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    x = measure.encode(a)
    y = x if b is None else measure.encode(b)
    i, j = np.triu_indices(len(x)) if b is None else np.indices((len(x), len(y))).reshape(2, -1)
    matrix = np.empty((len(x), len(y)))
    for at in range(0, len(i), block):
        rows, columns = i[at : at + block], j[at : at + block]
        matrix[rows, columns] = measure.distances(x, y, rows, columns)
        if b is None:
            matrix[columns, rows] = matrix[rows, columns]
    return matrix
