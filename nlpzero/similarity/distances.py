"""Distances of texts: exact ones by transport, bounds and baselines by array code, for many pairs at a time.

The default ground is *mixed*: the similarity of two words is s = (1 - b) cos(v, v') + b chi, where v are vectors drawn
towards what their characters predict (`nlpzero.vectors.characters`), and chi is the cosine of the words' characters
(`characters`). An occurrence weighs ln(N / n). The points [sqrt(1 - b) v, sqrt(b) characters] have these similarities
as cosines, so that what holds for 1 - cos holds for 1 - s.

| method | distance of two texts | b |
|---|---|---|
| combined | the mean of the next two, somewhat more for short texts (`combined`) | |
| wrd | the least cost of moving the words of one text onto the other, where a unit of mass costs 1 - s | 0.6 |
| cosine | 1 - cos of the weighted sums of the points | 0.8 |

With `ground="words"` each method is that of its paper:

| method | an occurrence weighs | a unit of mass costs | source |
|---|---|---|---|
| wrd | length of the word's vector | 1 - cos | Yokoi et al. (2020), "Word Rotator's Distance" |
| wmd | 1 | Euclidean distance | Kusner et al. (2015), "From Word Embeddings To Document Distances" |
| rwmd | 1 | the same; every word moves to its nearest, the larger of both ways: at most wmd | Kusner et al. (2015) |
| wcd | 1 | Euclidean distance of the mean vectors: at most wmd | Kusner et al. (2015) |
| cosine | 1 | 1 - cos of the mean vectors | |
| emd | 1 | 0 if it is the same word, else 1; or 1 - cos | Rubner et al. (2000) |
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..errors import ModelError
from ..segment.encoding import Tokens
from ..vectors.store import Vectors
from .combined import combined
from .costs import SHARE, Costs
from .documents import DistanceMethod, Documents, Floats, GroundChoice, Ints, Oov, Space, ground_of
from .problems import SAME, blocks, differences, equal, shares
from .reduction import ProblemStarts, TransportProblems, spread
from .sums import angles, means
from .transport import costs_of, earth_movers_distance


class Move(NamedTuple):
    """Mass that an optimal plan moves from a word of one text to a word of the other.

    `by_vectors` and `by_characters` are what the similarity of the vectors and that of the characters take off a
    distance of 1; None where the ground is not mixed.
    """

    word_a: str
    word_b: str
    mass: float
    distance: float
    by_vectors: float | None = None
    by_characters: float | None = None


class Measure:
    """A way to compare texts.

    Parameters
    ----------
    method : {"combined", "wrd", "cosine", "wmd", "rwmd", "wcd", "emd"}
        See the tables at the top of this module.
    vectors : Vectors, optional
        Not needed for emd with the ground distance 0 or 1.
    ground : {"mixed", "words", "discrete"}, optional
        "words" takes the vectors alone. Default: "mixed" for combined, wrd and cosine, "discrete" for emd.
    weights : {"count", "norm", "idf"} or mapping, optional
        See `Space`. Default: "idf" on the mixed ground; else "norm" for wrd, "count" for the others.
    oov : {"compose", "drop", "char", "error"}, optional
        See `Space`. Default: "compose" on the mixed ground, else "drop".

    Raises
    ------
    ModelError
        If the method needs vectors and has none, or weights are unsound.

    Examples
    --------
    >>> vectors = Vectors(["江", "河", "山"], np.array([[3, 4], [4, 3], [-4, 3]], np.float32))
    >>> measure = Measure("wrd", vectors, ground="words")
    >>> a, b = measure.encode([["江", "山"]]), measure.encode([["河", "山"]])
    >>> measure.distances(a, b).round(4).tolist()
    [0.02]
    """

    def __init__(
        self,
        method: DistanceMethod = "combined",
        vectors: Vectors | None = None,
        *,
        ground: GroundChoice | None = None,
        weights: Literal["count", "norm", "idf"] | Mapping[str, float] | None = None,
        oov: Oov | None = None,
    ) -> None:
        self.method: DistanceMethod = method
        kind = ground_of(method, ground)
        if weights is None:
            weights = "idf" if kind == "mixed" else "norm" if method in ("wrd", "combined") else "count"
        unseen: Oov = oov or ("compose" if kind == "mixed" else "drop")
        self.space = Space(None if kind == "discrete" and weights == "count" else vectors, kind, weights, unseen)

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
        if self.method == "wmd" or self.space.ground == "discrete":
            apart, left, right = differences(a, b, i, j)
            if self.space.ground == "discrete":
                found[full] = apart
                return found
            differ = np.flatnonzero(apart > SAME)
        else:
            differ = np.flatnonzero(~equal(a, b, i, j))
        distances = np.zeros(len(full))
        if self.method == "wmd":
            # Euclidean distance is a metric, so what both texts hold need not move.
            scale = a.totals[i] * b.totals[j]
            distances[differ] = self._solve(Costs(self.space.ground, a, b, left, right), differ) / scale[differ]
        elif self.method in ("wcd", "cosine"):
            distances[differ] = self._sums_apart(a, b, i[differ], j[differ])
        else:
            i, j = i[differ], j[differ]
            costs = Costs(self.space.ground, a, b, shares(a, i), shares(b, j))
            distances[differ] = self._solve(costs, np.arange(len(differ)))
            if self.method == "combined":
                letters = np.maximum(a.letters[i], b.letters[j])
                distances[differ] = combined(distances[differ], self._sums_apart(a, b, i, j), letters)
        found[full] = distances
        return found

    def _sums_apart(self, a: Documents, b: Documents, i: Ints, j: Ints) -> Floats:
        """Give the distances of the sums or means of texts."""
        if self.space.ground == "mixed":
            return a.sums.distances(i, b.sums, j)
        x, y = means(a, i), means(b, j)
        return np.sqrt(((x - y) ** 2).sum(1)) if self.method == "wcd" else angles(x, y)

    def _solve(self, costs: Costs, which: Ints) -> Floats:
        """Solve the transport problems `which`."""
        found = np.empty(len(which))
        order, sizes = costs.by_shape(which)
        for block in blocks(sizes):
            some = order[block]
            problems = costs.problems(which[some])
            if self.method == "rwmd":
                found[some] = _least_moves(problems)
            else:
                found[some] = costs_of(problems, costs.same(which[some]))
        return np.maximum(found, 0)

    def align(self, a: Documents, b: Documents, i: int = 0, j: int = 0) -> list[Move]:
        """Tell which words of one document move where (对齐), the largest share of the cost first.

        Mass is a share of the text: the masses of all moves add up to 1, mass x distance to the distance.

        Raises
        ------
        ModelError
            If the method has no plan (rwmd, wcd, cosine), or a document holds no known word.
        """
        if self.method in ("rwmd", "wcd", "cosine"):
            raise ModelError(f"{self.method} moves no words; use wrd, wmd, emd or combined")
        left, right = shares(a, np.array([i])), shares(b, np.array([j]))
        if not len(left.mass) or not len(right.mass):
            raise ModelError(f"the {'first' if not len(left.mass) else 'second'} text holds no known word")
        costs = Costs(self.space.ground, a, b, left, right)
        one = np.zeros(1, np.int64)
        distances = costs.problems(one).costs.reshape(len(left.mass), len(right.mass))
        plan = earth_movers_distance(left.mass, right.mass, distances).plan
        pairs = np.nonzero(plan > SAME)
        rows_a, rows_b = left.rows[pairs[0]].tolist(), right.rows[pairs[1]].tolist()
        words = [[a.words[row] for row in rows_a], [b.words[row] for row in rows_b]]
        parts: list[list[float]] | list[list[None]] = [[None] * len(rows_a)] * 2
        if self.space.ground == "mixed":
            alike = np.einsum("id,id->i", a.points[rows_a], b.points[rows_b])
            written = np.zeros((1, *plan.shape))
            places, values = costs.characters(one)
            written[places] = values
            written = written[0][pairs]
            parts = [((1 - SHARE) * alike).tolist(), (SHARE * written).tolist()]
        moves = list(
            itertools.starmap(Move, zip(*words, plan[pairs].tolist(), distances[pairs].tolist(), *parts, strict=True))
        )
        return sorted(moves, key=lambda move: (-move.mass * move.distance, -move.mass, move.word_a, move.word_b))


def _least_moves(problems: TransportProblems) -> Floats:
    """Move each word to its nearest, both ways; give the larger cost of each problem."""
    places, owners = ProblemStarts.of(problems), np.arange(len(problems.n))
    sides = []
    for weights, size, step, run in (
        (problems.p, problems.n, problems.m, problems.m),
        (problems.q, problems.m, np.ones_like(problems.m), problems.n),
    ):
        _, owner, word = spread(size, size)
        first = places.costs[owner] + word * step[owner]
        apart = np.where(step is problems.m, 1, problems.m)[owner]
        _, words, inside = spread(first, run[owner])
        costs = problems.costs[first[words] + inside * apart[words]]
        nearest = np.minimum.reduceat(costs, np.cumsum(run[owner]) - run[owner])
        sides.append(np.bincount(owner, weights * nearest, len(owners)))
    return np.asarray(np.maximum(*sides))


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
    return _one(Measure("wmd", vectors), a, b)


def word_rotators_distance(a: Sequence[str], b: Sequence[str], vectors: Vectors) -> float:
    """Give the word rotator's distance of two texts given as words (WRD); NaN if one holds no known word.

    As Yokoi et al. (2020): words weigh the length of their vectors, and move by 1 - cos.

    Examples
    --------
    >>> vectors = Vectors(["江", "河"], np.array([[0, 2], [6, 0]], np.float32))
    >>> word_rotators_distance(["江"], ["江", "河"], vectors)
    0.75
    """
    return _one(Measure("wrd", vectors, ground="words"), a, b)


def _one(measure: Measure, a: Sequence[str], b: Sequence[str]) -> float:
    """Compare two texts."""
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
