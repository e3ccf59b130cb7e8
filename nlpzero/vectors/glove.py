"""Simpler GloVe (Su 2017): vectors whose inner products are the pointwise mutual information of their words.

The loss of the shared model is a sum over pairs of different words,

    L = sum_{i<j} f_ij (<v_i, v_j> - pmi_ij)^2  +  a sum_{i<j} <v_i, v_j>^2  +  l sum_i |v_i|^2,

with f_ij = min(1, x_ij / x_max)^alpha for pairs that were seen, and 0 for all others. The second sum, over *all* pairs,
draws those never seen to 0; it needs only the Gram matrix G = sum_j v_j v_j^T (Hu, Koren & Volinsky 2008). In one v_i
alone the loss is a quadratic, and its minimum solves the normal equations

    (sum_j f_ij v_j v_j^T + a (G - v_i v_i^T) + l I) v_i = sum_j f_ij pmi_ij v_j.

With a = l = 0 this is simpler GloVe's loss. Models 1 and 2 give a word another vector c_j as a context: both sums then
run over ordered pairs <v_i, c_j>, and the last over all v_i and c_j.
"""

import itertools
import math
import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.engine import Engine
from ..core.job import Cost, Execution, Job, open_execution
from ..core.schema import Member, Schema
from ..errors import ModelError, NothingFound
from .cooccurrence import Cooccurrence

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

CHECKPOINT = Schema(
    "glove checkpoint",
    2,
    {
        "words": Member("f4", ("words", "dim"), finite=True),
        "contexts": Member("f4", ("words", "dim"), optional=True, finite=True),
        "squares0": Member("f4", ("words", "dim"), optional=True, finite=True),
        "squares1": Member("f4", ("words", "dim"), optional=True, finite=True),
    },
    "train anew without it",
    {
        "sweep": int,
        "loss": dict.fromkeys(("observed", "negative", "length"), (int, float)),
        "parameters": dict,
        "counts": dict,
    },
)

SWEEPING = Cost(task=1)
"""Of training, which holds everything in memory."""

BLOCK = 1 << 18
"""Pairs whose rows are solved side by side before the vectors and the Gram matrix are brought up to date, at most."""
BLOCKS = 128
"""Blocks of a sweep, at least: rows of a block do not see each other's new vectors, so that many at once overshoot."""
PIECE = 1 << 12
"""Pairs whose vectors are gathered at a time: 1.6 MB at 100 dimensions, so that they stay in the second-level cache."""
TASK = 32
"""Rows that one thread solves at a time, at most."""
FREQUENT = 4096
"""Words that the start is made from."""
BATCH = 1 << 12
"""Pairs of one step of the published algorithm."""
RIDGE = 1e-6
"""Part of the mean of the diagonal that is added to it, so that vectors left open by too few neighbours stay short."""

QUIET = np.errstate(all="ignore")
"""For functions whose numbers may overflow: `train` looks at the loss."""


@dataclass(frozen=True)
class Parameters:
    """How vectors are trained.

    Attributes
    ----------
    dim : int
        Length of a vector; of each half for model 1.
    model : {0, 1, 2}
        0: one matrix for words and contexts. 1: two, side by side. 2: two, added.
    x_max, alpha : float
        The weight of a pair with count x is min(1, x / x_max)^alpha.
    smoothing : float
        Power of the word counts in the denominator of PMI; 1 is PMI itself, less makes rare words less surprising.
    negative_weight : float
        Weight of every pair at target 0 (`a` above).
    l2 : float
        Weight of the squared length of a vector.
    sweeps : int
        Times that every vector is solved for, or epochs of SGD.
    solver : {"als", "sgd"}
        Alternating least squares, or the published algorithm: Adagrad. The latter has no negative weight and no l2.
    step : float
        First step of SGD.
    seed : int
    """

    dim: int = 100
    model: Literal[0, 1, 2] = 0
    x_max: float = 10.0
    alpha: float = 0.75
    smoothing: float = 1.0
    negative_weight: float = 0.01
    l2: float = 3.0
    sweeps: int = 2
    solver: Literal["als", "sgd"] = "als"
    step: float = 0.1
    seed: int = 1


def automatic_dim(words: int) -> int:
    """Give the dimension for a vocabulary by the minimum entropy rule (最小熵原理), 8.33 ln N (Su 2020).

    Examples
    --------
    >>> automatic_dim(50_000)
    90
    """
    return max(1, round(8.33 * math.log(words))) if words > 1 else 1


class Loss(NamedTuple):
    """The three sums of the loss."""

    observed: float
    negative: float
    length: float

    @property
    def total(self) -> float:
        """What training lowers."""
        return self.observed + self.negative + self.length


class State(NamedTuple):
    """What training has reached: after `sweep` sweeps the vectors of words and of contexts (the same for model 0).

    Attributes
    ----------
    sweep : int
    words, contexts : float32 arrays (n, dim)
    loss : Loss
    seconds : float
        Wall time of the last sweep.
    squares : tuple of float32 arrays
        Adagrad's sums of squared gradients; empty for ALS.
    """

    sweep: int
    words: Floats
    contexts: Floats
    loss: Loss
    seconds: float
    squares: tuple[Floats, ...] = ()

    def vectors(self, model: int) -> Floats:
        """Give one vector for each word, as the model has it."""
        if model == 0:
            return self.words
        return np.concatenate([self.words, self.contexts], 1) if model == 1 else self.words + self.contexts


class Observed:
    """The pairs of different words that were seen, as the rows of a sparse matrix, with their weights and targets.

    Parameters
    ----------
    counts : Cooccurrence
    parameters : Parameters

    Attributes
    ----------
    starts, columns, values
        The counts x_ij as rows, both halves of a symmetric matrix; float32.
    turned : Observed
        The transposed matrix; itself if the counts are symmetric.

    Raises
    ------
    NothingFound
        If no two different words stand together.
    """

    turned: "Observed"

    def __init__(self, counts: Cooccurrence, parameters: Parameters) -> None:
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
        self._power = np.float32(parameters.alpha / 2)
        self._x_max = np.float32(parameters.x_max)
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
            self.turned = object.__new__(Observed)
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

    def weigh(self, entries: Any, rows: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Give the square roots of the weights of some entries in these rows, and their targets."""
        values = self.values[entries]
        roots = np.minimum(1, values / self._x_max) ** self._power
        targets = np.log(values) - self._row_logs.take(rows) - self._row_logs.take(self.columns[entries])
        return roots, targets


_Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], Floats]


def _transposed(starts: npt.NDArray[np.int64], columns: npt.NDArray[np.uint32], values: Floats) -> _Rows:
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


def train(
    counts: Cooccurrence, parameters: Parameters, *, job: Job | Execution | None = None, resume: State | None = None
) -> Iterator[State]:
    """Train word vectors (词向量), sweep by sweep.

    Parameters
    ----------
    counts : Cooccurrence
    parameters : Parameters
    job : Job or Execution, optional
        What the work may use (default: the current job). NumPy's own threads should be one: set OPENBLAS_NUM_THREADS=1
        before it is imported, as the command line does (small products on many BLAS threads ran 5 times slower).
    resume : State, optional
        Where an earlier training stopped; `load_checkpoint` gives it.

    Yields
    ------
    State
        After the start (sweep 0) and after each sweep; its arrays are not changed later.

    Raises
    ------
    NothingFound
        If no two different words stand together.
    ModelError
        If the counts do not fit the model, or the loss is not finite any more.

    Notes
    -----
    ALS takes O(P dim^2 + n dim^3) a sweep for P pairs, and 8 bytes a pair and half.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> counts = count_pairs(["江 上 有 船 ， 船 在 江 上 。\\n"], min_count=1, window=2)
    >>> *_, last = train(counts, Parameters(dim=2))
    >>> last.sweep, last.words.shape
    (2, (7, 2))
    """
    if parameters.model == 0 and not counts.symmetric:
        raise ModelError(
            "model 0 has one matrix for words and contexts, but these counts are asymmetric; use `model`=1"
        )
    pairs = Observed(counts, parameters)
    als = parameters.solver == "als"
    with open_execution(job, SWEEPING) as execution:
        engine = execution.engine
        state = resume
        if state is None:
            state = _start(pairs, parameters) if als else _random_start(len(pairs), parameters)
            state = state._replace(loss=loss(pairs, state.words, state.contexts, parameters, engine))
            yield state
        while state.sweep < parameters.sweeps:
            begun = perf_counter()
            state = _alternate(pairs, state, parameters, engine) if als else _descend(pairs, state, parameters)
            now = loss(pairs, state.words, state.contexts, parameters, engine)
            state = state._replace(loss=now, seconds=perf_counter() - begun)
            if not math.isfinite(now.total):
                raise ModelError(
                    f"the loss is not finite any more after sweep {state.sweep}; "
                    + ("raise `l2` or `negative_weight`" if als else "lower `step`")
                )
            yield state


def loss(
    pairs: Observed, words: Floats, contexts: Floats, parameters: Parameters, engine: Engine | None = None
) -> Loss:
    """Compute the loss exactly, in one pass over the pairs.

    Parameters
    ----------
    pairs : Observed
    words, contexts : float32 arrays (n, dim)
        The same array for the shared model.
    parameters : Parameters
    engine : Engine, optional
        Threads to work in.

    Notes
    -----
    O(P dim): about a tenth of a sweep.
    """

    halved = words is contexts  # each pair stands in two rows

    @QUIET
    def piece(low: int) -> float:
        high = min(low + PIECE, len(pairs.columns))
        rows = pairs.row_of(low, high)
        entries: Any = slice(low, high)
        if halved:
            chosen = np.flatnonzero(rows < pairs.columns[entries])
            entries, rows = low + chosen, rows[chosen]
        roots, targets = pairs.weigh(entries, rows)
        context = contexts.take(pairs.columns[entries], 0)
        products = np.empty(len(rows), np.float32)
        edges = np.unique(np.concatenate([[0], np.flatnonzero(np.diff(rows)) + 1, [len(rows)]])).tolist()
        for a, b in itertools.pairwise(edges):
            np.matmul(context[a:b], words[rows[a]], out=products[a:b])
        error = (roots * (products - targets)).astype(np.float64)
        return float(error @ error)

    lows = range(0, len(pairs.columns), PIECE)
    total = sum((engine or Engine()).share(piece, lows))
    if parameters.solver == "sgd":
        return Loss(total, 0.0, 0.0)
    of_words, of_contexts = (m.astype(np.float64) for m in (words, contexts))
    own = np.einsum("id,id->i", of_words, of_contexts)
    every = float(((of_words.T @ of_words) * (of_contexts.T @ of_contexts)).sum() - own @ own)
    if words is contexts:
        return Loss(total, parameters.negative_weight * every / 2, parameters.l2 * float((of_words**2).sum()))
    lengths = float((of_words**2).sum() + (of_contexts**2).sum())
    return Loss(total, parameters.negative_weight * every, parameters.l2 * lengths)


# Alternating least squares


@QUIET
def _start(pairs: Observed, parameters: Parameters) -> State:
    """Make vectors of the most frequent words from the eigenvectors of their targets; those of all others are 0.

    The targets, shrunk by the negative weight and 0 for pairs never seen, are a symmetric matrix. Its part of largest
    eigenvalues, found by subspace iteration from random vectors (Halko, Martinsson & Tropp 2011), saves two sweeps.
    """
    n, dim = len(pairs), parameters.dim
    size = min(n, FREQUENT)
    matrix = np.zeros((size, size), np.float32)
    for part in {id(half): half for half in (pairs, pairs.turned)}.values():
        for low in range(0, int(part.starts[size]), 1 << 22):
            high = min(low + (1 << 22), int(part.starts[size]))
            rows = part.row_of(low, high)
            roots, targets = part.weigh(slice(low, high), rows)
            columns = part.columns[low:high]
            near = columns < size
            shrunk = targets / (1 + np.float32(parameters.negative_weight) / roots**2)
            matrix[rows[near], columns[near]] += shrunk[near]
    if pairs.turned is not pairs:
        matrix /= 2
    rng = np.random.default_rng(parameters.seed)
    basis = rng.standard_normal((size, min(size, dim + 20)), np.float32)
    for _ in range(8):
        basis = np.linalg.qr(matrix @ basis)[0]
    values, turns = np.linalg.eigh((basis.T @ (matrix @ basis)).astype(np.float64))
    largest = np.argsort(-values)[:dim]
    scales = np.sqrt(np.maximum(values[largest], 1e-3))
    words = np.zeros((n, dim), np.float32)
    words[:size, : len(largest)] = (basis @ turns[:, largest]) * scales
    # Fewer words than dimensions, or values lost to 0, leave columns that only chance can fill.
    words[:size, len(largest) :] = rng.standard_normal((size, dim - len(largest)), np.float32) * np.float32(0.01)
    nothing = Loss(math.nan, math.nan, math.nan)
    return State(0, words, words if parameters.model == 0 else words.copy(), nothing, 0.0)


def _alternate(pairs: Observed, state: State, parameters: Parameters, engine: Engine) -> State:
    """Solve once for every vector."""
    words = state.words.copy()
    if parameters.model == 0:
        _solve_all(pairs, words, words, parameters, engine)
        return state._replace(sweep=state.sweep + 1, words=words, contexts=words)
    contexts = state.contexts.copy()
    _solve_all(pairs, words, contexts, parameters, engine)
    _solve_all(pairs.turned, contexts, words, parameters, engine)
    return state._replace(sweep=state.sweep + 1, words=words, contexts=contexts)


def _solve_all(pairs: Observed, words: Floats, contexts: Floats, parameters: Parameters, engine: Engine) -> None:
    """Solve for all rows in place, block by block; where words are contexts the next block sees the new vectors."""
    n, dim = words.shape
    of_contexts = contexts.astype(np.float64)
    gram = of_contexts.T @ of_contexts
    size = max(1, min(BLOCK, int(pairs.starts[-1]) // BLOCKS))
    inner = np.searchsorted(pairs.starts, np.arange(size, int(pairs.starts[-1]), size))
    edges = np.unique(np.concatenate([[0], inner, [n]])).tolist()
    for low, high in itertools.pairwise(edges):
        all_pairs = parameters.negative_weight * gram
        all_pairs[np.diag_indices(dim)] += parameters.l2
        common = all_pairs.astype(np.float32)

        def task(rows: tuple[int, int], common: Floats = common) -> Floats:
            return _solve(pairs, contexts, common, parameters, *rows)

        # Tasks of few rows or few pairs, so that all threads have work at frequent words, too.
        steps = np.arange(int(pairs.starts[low]), int(pairs.starts[high]), max(1, size // 16))
        cuts = np.concatenate([np.arange(low, high, TASK), np.searchsorted(pairs.starts, steps), [high]])
        tasks = np.unique(cuts.clip(low, high)).tolist()
        new = np.concatenate(engine.share(task, itertools.pairwise(tasks)))
        if words is contexts:
            before, after = words[low:high].astype(np.float64), new.astype(np.float64)
            gram += after.T @ after - before.T @ before
        words[low:high] = new


@QUIET
def _solve(pairs: Observed, contexts: Floats, common: Floats, parameters: Parameters, low: int, high: int) -> Floats:
    """Set up and solve the normal equations of rows `low` to `high`."""
    dim = contexts.shape[1]
    matrices = np.zeros((high - low, dim, dim), np.float32)
    sides = np.zeros((high - low, dim), np.float32)
    room = np.empty((PIECE, dim), np.float32)
    starts = pairs.starts[low : high + 1].tolist()
    begin = starts[0]
    while begin < starts[-1]:
        # Pieces end where rows do, but for rows longer than a piece.
        end = min(begin + PIECE, starts[-1])
        if (whole := starts[bisect_right(starts, end) - 1]) > begin:
            end = whole
        rows = pairs.row_of(begin, end)
        roots, targets = pairs.weigh(slice(begin, end), rows)
        targets *= roots
        gathered = np.take(contexts, pairs.columns[begin:end], 0, out=room[: end - begin], mode="clip")
        gathered *= roots[:, None]
        for row in range(int(rows[0]), int(rows[-1]) + 1):
            a, b = max(starts[row - low], begin) - begin, min(starts[row - low + 1], end) - begin
            mine = gathered[a:b]
            if b - a == starts[row - low + 1] - starts[row - low]:  # the whole row
                np.matmul(mine.T, mine, out=matrices[row - low])
                np.matmul(targets[a:b], mine, out=sides[row - low])
            else:
                matrices[row - low] += mine.T @ mine
                sides[row - low] += targets[a:b] @ mine
        begin = end
    matrices += common
    own = contexts[low:high]
    if parameters.negative_weight:
        matrices -= np.float32(parameters.negative_weight) * own[:, :, None] * own[:, None, :]
    diagonal = np.einsum("kii->ki", matrices)
    diagonal += np.float32(RIDGE) * diagonal.mean(1, keepdims=True) + np.float32(1e-30)
    solved: Floats = np.linalg.solve(matrices, sides[:, :, None])[:, :, 0]
    return solved


# The published algorithm


def _random_start(n: int, parameters: Parameters) -> State:
    """Draw small vectors, uniform in +-0.5 / dim, as the published program does."""
    rng = np.random.default_rng(parameters.seed)
    shape = n, parameters.dim
    drawn = [(rng.random(shape, np.float32) - np.float32(0.5)) / np.float32(parameters.dim) for _ in range(2)]
    words, contexts = (drawn[0], drawn[0] if parameters.model == 0 else drawn[1])
    squares = tuple(np.ones(shape, np.float32) for _ in range(1 if parameters.model == 0 else 2))
    return State(0, words, contexts, Loss(math.nan, 0.0, 0.0), 0.0, squares)


@QUIET
def _descend(pairs: Observed, state: State, parameters: Parameters) -> State:
    """Take one epoch of Adagrad over the pairs in random order, a batch at a time."""
    words = state.words.copy()
    contexts = words if parameters.model == 0 else state.contexts.copy()
    squares = [array.copy() for array in state.squares]
    order = np.random.default_rng([parameters.seed, state.sweep]).permutation(len(pairs.columns))
    rows = np.repeat(np.arange(len(pairs)), np.diff(pairs.starts))
    if words is contexts:  # each pair once
        order = order[rows[order] < pairs.columns[order]]
    for at in range(0, len(order), BATCH):
        batch = np.sort(order[at : at + BATCH])
        row, column = rows[batch], pairs.columns[batch].astype(np.intp)
        roots, targets = pairs.weigh(batch, row)
        mine, other = words.take(row, 0), contexts.take(column, 0)
        error = roots**2 * (np.einsum("id,id->i", mine, other) - targets)
        gradients = error[:, None] * other, error[:, None] * mine
        if words is contexts:
            _adagrad(words, squares[0], np.concatenate([row, column]), np.concatenate(gradients), parameters.step)
        else:
            _adagrad(words, squares[0], row, gradients[0], parameters.step)
            _adagrad(contexts, squares[1], column, gradients[1], parameters.step)
    return state._replace(sweep=state.sweep + 1, words=words, contexts=contexts, squares=tuple(squares))


def _adagrad(vectors: Floats, squares: Floats, rows: npt.NDArray[np.intp], gradients: Floats, step: float) -> None:
    """Move vectors against their gradients, by steps that shrink with the squares met so far; rows may repeat."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    touched = ordered[begins]
    gradients = gradients[order]
    squares[touched] += np.add.reduceat(gradients**2, begins, 0)
    vectors[touched] -= np.float32(step) * np.add.reduceat(gradients, begins, 0) / np.sqrt(squares[touched])


# Checkpoints


def save_checkpoint(path: str | os.PathLike[str], state: State, counts: Cooccurrence, parameters: Parameters) -> None:
    """Write what training has reached, to go on from there.

    Raises
    ------
    ModelError
        If the place cannot be written.
    """
    arrays = {"words": state.words}
    if parameters.model:
        arrays["contexts"] = state.contexts
    arrays |= {f"squares{i}": square for i, square in enumerate(state.squares)}
    made = {
        "sweep": state.sweep,
        "loss": state.loss._asdict(),
        "parameters": asdict(parameters),
        "counts": counts.signature,
    }
    write_archive(path, CHECKPOINT, made, arrays)


def load_checkpoint(path: str | os.PathLike[str], counts: Cooccurrence, parameters: Parameters) -> State:
    """Read a checkpoint of the same training; only the number of sweeps may differ.

    Raises
    ------
    ModelError
        If it is missing, damaged, or of other counts or parameters.
    """
    copies = 1 if parameters.model == 0 else 2
    names = ["words", "contexts"][:copies]
    if parameters.solver == "sgd":
        names += [f"squares{i}" for i in range(copies)]
    archive = read_archive(path, CHECKPOINT)
    made = archive.made
    wanted = asdict(parameters)
    for name, value in made["parameters"].items():
        if name != "sweeps" and wanted.get(name) != value:
            raise ModelError(
                f"{os.fspath(path)}: was made with {name} {value}, not {wanted.get(name)}; give the same values, "
                "or start anew without `resume`"
            )
    if made["counts"] != counts.signature:
        raise ModelError(f"{os.fspath(path)}: was made from other counts; start anew without `resume`")
    fits = archive.lengths == {"words": len(counts.words), "dim": parameters.dim}
    if not fits or set(archive.arrays) != set(names):
        raise ModelError(f"{os.fspath(path)}: its vectors do not fit the counts; start anew without `resume`")
    loaded = [archive.arrays[name] for name in names]
    return State(made["sweep"], loaded[0], loaded[copies - 1], Loss(**made["loss"]), 0.0, tuple(loaded[copies:]))
