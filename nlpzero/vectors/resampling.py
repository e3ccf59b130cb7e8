"""How sure a similarity of two words is: parts of the corpus are drawn again, and the words solved for anew.

Counts are exact, so that what is left to chance is which text was read. A corpus is counted in parts; a replicate draws
as many parts with replacement and adds their counts up (Efron 1979). The vectors of the two words are then solved for
as training solves for them (see `vectors.als`), all others as they were trained. The error is the standard deviation of
the similarity over the replicates.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.pieces import pieces_of
from ..errors import ModelError
from .characters import SHARE, Matrix, pull
from .cooccurrence import Cooccurrence
from .parameters import GloveParameters
from .store import Vectors, normalised
from .targets import QUIET

PARTS = 5
"""Parts of a corpus that errors are estimated from, at least."""
REPLICATES = 100
"""Replicates; the error is then known to 7 per cent of itself."""
SEED = 1

Doubles = npt.NDArray[np.float64]


class Resampling:
    """Errors of similarities by resampling the parts of a corpus (自助法).

    Parameters
    ----------
    vectors : Vectors
        Trained by `nlpzero.vectors.glove.train` with model 0 and the solver "als".
    parts : sequence of Cooccurrence
        Counts of parts of the corpus, of about one size, counted in the same way; five or more.
    replicates : int

    Raises
    ------
    ModelError
        If the vectors were not trained so, or there are too few parts, or they were counted in another way.

    Notes
    -----
    One pass over the counts of all parts, and one for each word; then for each pair of words and replicate O(p dim^2)
    for the p words that stand beside them.

    Examples
    --------
    >>> from nlpzero.vectors.glove import train
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> from nlpzero.vectors.training import vectors_of
    >>> lines = ["江 上 有 船 ， 船 在 江 上 。\\n", "江 边 有 人 。\\n"] * 3
    >>> counts, parameters = count_pairs(lines, min_count=1), GloveParameters(dim=2)
    >>> *_, last = train(counts, parameters)
    >>> vectors = vectors_of(last, counts, parameters)
    >>> parts = [count_pairs([line], min_count=1) for line in lines]
    >>> 0 < Resampling(vectors, parts).error("江", "船") < 1
    True
    """

    def __init__(self, vectors: Vectors, parts: Sequence[Cooccurrence], replicates: int = REPLICATES) -> None:
        trained = vectors.signature.get("trained")
        if not isinstance(trained, dict) or trained.get("model") != 0 or trained.get("solver") != "als":
            raise ModelError(
                f"{vectors.source}: errors need vectors that `nlpzero glove train` made, with `model`=0 and "
                "`solver`='als'"
            )
        if len(parts) < PARTS:
            raise ModelError(f"errors need counts of {PARTS} or more parts of the corpus, not {len(parts)}")
        for name in ("window", "weighting"):
            kinds = {vectors.signature["counts"].get(name), *(part.signature.get(name) for part in parts)}
            if len(kinds) > 1:
                raise ModelError(f"the parts were not counted as the vectors were: {name} is {sorted(kinds)}")
        if not all(part.symmetric for part in parts):
            raise ModelError("the parts were counted for each order of two words; count without `asymmetric`")
        names = GloveParameters.__dataclass_fields__
        self.vectors = vectors
        self.parameters = GloveParameters(**{name: value for name, value in trained.items() if name in names})
        self._parts = parts
        self._ids = [self._ids_in(part) for part in parts]
        self._counts = np.stack([self._counts_in(part, ids) for part, ids in zip(parts, self._ids, strict=True)])
        self._totals = np.array([_total(part, ids) for part, ids in zip(parts, self._ids, strict=True)])
        drawn = np.random.default_rng(SEED).integers(len(parts), size=(replicates, len(parts)))
        self._drawn = np.stack([np.bincount(one, minlength=len(parts)) for one in drawn]).astype(np.float64)
        matrix = np.asarray(vectors.matrix, np.float64)
        self._gram = matrix.T @ matrix
        self._rows: dict[str, tuple[npt.NDArray[np.intp], Doubles]] = {}

    def error(self, a: str, b: str) -> float | None:
        """Give the standard error of the cosine of two words; None if one was never seen.

        The replicates are the same for all pairs, so that the answer does not depend on what was asked before.
        """
        if a not in self.vectors or b not in self.vectors:
            return None
        if a == b:
            return 0.0
        sides = [self._replicates(word) for word in (a, b)]
        cosines = np.einsum("rd,rd->r", *sides)
        n = len(self._parts)
        return float(np.std(cosines, ddof=1) * math.sqrt(n / (n - 1)))

    def _ids_in(self, part: Cooccurrence) -> npt.NDArray[np.int64]:
        """Give the row of each word of a part among the vectors; -1 for a word that they lack."""
        ids = self.vectors.ids
        return np.fromiter((ids.get(word, -1) for word in part.words), np.int64, len(part.words))

    def _counts_in(self, part: Cooccurrence, ids: npt.NDArray[np.int64]) -> Doubles:
        """Give how often each word of the vectors occurs in a part."""
        known = ids >= 0
        return np.bincount(ids[known], part.word_counts[known], len(self.vectors)).astype(np.float64)

    def _row(self, word: str) -> tuple[npt.NDArray[np.intp], Doubles]:
        """Give the words that stand beside a word, and how often in each part (parts, k)."""
        if word not in self._rows:
            found = [
                _row_of(part, ids, self.vectors.id(word)) for part, ids in zip(self._parts, self._ids, strict=True)
            ]
            columns = np.unique(np.concatenate([column for column, _ in found]))
            values = np.zeros((len(found), len(columns)))
            for number, (column, value) in enumerate(found):
                values[number, np.searchsorted(columns, column)] = value
            self._rows[word] = columns, values
        return self._rows[word]

    @QUIET
    def _replicates(self, word: str) -> Matrix:
        """Give a vector of the word for each replicate, of length 1, as cosines take them."""
        vectors, wanted = self.vectors, self.parameters
        row = vectors.id(word)
        columns, values = self._row(word)
        beside = np.asarray(vectors.matrix[columns], np.float64)
        own = np.asarray(vectors.matrix[row], np.float64)
        common = wanted.negative_weight * (self._gram - np.outer(own, own)) + wanted.l2 * np.eye(vectors.dim)
        found = np.empty((len(self._drawn), vectors.dim))
        for number, times in enumerate(self._drawn):
            counts, seen = times @ self._counts, times @ values
            some = (seen > 0) & (counts[columns] > 0)
            shares = np.maximum(counts, 1e-300) / counts.sum()
            smooth = shares**wanted.smoothing
            logs = (np.log(shares) + np.log(smooth / smooth.sum())) / 2
            logs += math.log(max(float(times @ self._totals), 1e-300)) / 2
            weights = np.minimum(1, seen[some] / wanted.x_max) ** wanted.alpha
            targets = np.log(seen[some]) - logs[row] - logs[columns[some]]
            context = beside[some]
            scaled = context * weights[:, None]
            found[number] = np.linalg.solve(common + scaled.T @ context, targets @ scaled)
        rows = found.astype(np.float32)
        rows = normalised(vectors.refinement.apply(rows) if vectors.refinement else rows)
        if vectors.characters is not None:
            rows = pull(rows, vectors.characters, [word] * len(rows), self._drawn @ self._counts[:, row], SHARE)
        return normalised(rows)


def _total(part: Cooccurrence, ids: npt.NDArray[np.int64]) -> float:
    """Give the sum of the counts of pairs of different words that the vectors have, from both sides."""
    known = ids >= 0
    total, at = 0.0, 0
    for columns, values in zip(pieces_of(part.columns), pieces_of(part.values), strict=True):
        rows = np.searchsorted(part.starts, np.arange(at, at + len(columns)), "right") - 1
        at += len(columns)
        total += float(values[known[rows] & known[columns] & (rows != columns)].sum(dtype=np.float64))
    return 2 * total / part.unit


def _row_of(part: Cooccurrence, ids: npt.NDArray[np.int64], wanted: int) -> tuple[npt.NDArray[Any], Doubles]:
    """Give the other words that stand beside one in a part, as rows of the vectors, rising, and how often."""
    [places] = np.nonzero(ids == wanted)
    if not len(places):
        return np.empty(0, np.int64), np.empty(0)
    [row] = places.tolist()
    low, high = int(part.starts[row]), int(part.starts[row + 1])
    above = np.flatnonzero(part.columns[:low] == row)  # a pair stands in the row of its more frequent word
    others = np.concatenate([np.searchsorted(part.starts, above, "right") - 1, part.columns[low:high]])
    values = np.concatenate([part.values[above], part.values[low:high]]) / part.unit
    beside = ids[others]
    kept = np.flatnonzero((beside >= 0) & (others != row))
    order = kept[np.argsort(beside[kept])]
    return beside[order], values[order]
