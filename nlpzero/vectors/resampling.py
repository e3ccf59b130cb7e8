"""How sure a similarity of two words is: parts of the corpus are drawn again, and vectors trained anew.

Counts are exact, so that what is left to chance is which text was read. A corpus is counted in parts; a replicate draws
as many parts with replacement, adds their counts up and trains all vectors from them, as those were trained whose
similarities are asked for (Efron 1979). The error is the standard deviation of the similarity over the replicates, by
Student's factor larger where they or the parts are few, so that 68 of 100 similarities lie within it.

Training the two words alone, or starting from vectors that are there, gives errors that are too small: between eight
separate texts of 2.6 MB, similarities of 280 pairs of words differed by 1.9 and 1.5 times what such errors say, since
part of the difference is which directions the vectors of all words have. With vectors trained anew it is 1.0 times,
and 1.2 times in texts of 200 articles, where what a word means can hang on one of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..core.job import Execution, Job, open_execution
from ..errors import ModelError
from .characters import Matrix
from .cooccurrence import PAIRS, Cooccurrence, merge_counts
from .glove import train
from .parameters import GloveParameters
from .store import Vectors, normalised
from .training import vectors_of

PARTS = 5
"""Parts of a corpus that errors are estimated from, at least."""
REPLICATES = 10
"""Replicates; an error is then known to 24 per cent of itself."""
SEED = 1
DRAWN = "drawn"
"""Where the signature of a draw has the number of parts."""


def draw_vectors(
    vectors: Vectors,
    parts: Sequence[Cooccurrence],
    replicates: int = REPLICATES,
    *,
    job: Job | Execution | None = None,
) -> Iterator[Vectors]:
    """Train vectors again and again on parts of the corpus, drawn with replacement (自助法, bootstrap).

    Parameters
    ----------
    vectors : Vectors
        Trained by `nlpzero.vectors.glove.train`.
    parts : sequence of Cooccurrence
        Counts of parts of the corpus, of about one size, counted in the same way; five or more, better twelve. With a
        `min_count` of 1 they add up to what the corpus counts.
    replicates : int
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Yields
    ------
    Vectors
        Those of each replicate. The same parts give the same draws.

    Raises
    ------
    ModelError
        If the vectors were not trained so, or there are too few parts, or they were counted in another way.

    Notes
    -----
    Each costs what training costs. Alternating least squares sweeps once only: the spread is then that of two sweeps.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> lines = ["江 上 有 船 ， 船 在 江 上 。\\n", "江 边 有 人 。\\n"] * 3
    >>> counts, parameters = count_pairs(lines, min_count=1), GloveParameters(dim=2)
    >>> *_, last = train(counts, parameters)
    >>> parts = [count_pairs([line], min_count=1) for line in lines]
    >>> drawn = list(draw_vectors(vectors_of(last, counts, parameters), parts, 4))
    >>> len(drawn), "江" in drawn[0], Resampling(drawn).error("江", "江")
    (4, True, 0.0)
    """
    trained, counted = vectors.signature.get("trained"), vectors.signature.get("counts")
    if not isinstance(trained, dict) or not isinstance(counted, dict) or vectors.counts is None:
        raise ModelError(f"{vectors.source}: errors need vectors that `nlpzero glove train` made")
    if len(parts) < PARTS:
        raise ModelError(f"errors need counts of {PARTS} or more parts of the corpus, not {len(parts)}")
    for name in ("window", "weighting"):
        kinds = {str(made.get(name)) for made in (counted, *(part.signature for part in parts))}
        if len(kinds) > 1:
            raise ModelError(f"the parts were not counted as the vectors were: {name} is {', '.join(sorted(kinds))}")
    names = GloveParameters.__dataclass_fields__
    parameters = GloveParameters(**{name: value for name, value in trained.items() if name in names})
    if parameters.solver == "als":
        parameters = replace(parameters, sweeps=1)
    remove = -1 if vectors.refinement is None else len(vectors.refinement.directions)
    least = int(vectors.counts.min())
    rng = np.random.default_rng(SEED)
    for number in range(1, replicates + 1):
        drawn = np.sort(rng.integers(len(parts), size=len(parts))).tolist()
        with open_execution(job, PAIRS) as execution:
            counts = merge_counts([parts[i] for i in drawn], least, job=execution).in_memory()
            *_, last = train(counts, parameters, job=execution)
        drawn_vectors = vectors_of(
            last,
            counts,
            parameters,
            remove=remove,
            characters=vectors.characters is not None,
            source=f"draw {number} of {vectors.source}",
        )
        drawn_vectors.signature[DRAWN] = len(parts)
        yield drawn_vectors


class Resampling:
    """Errors of similarities by what vectors of draws of the corpus say (自助法的标准误).

    Parameters
    ----------
    draws : sequence of Vectors
        From `draw_vectors`, or saved and loaded again; two or more of one corpus.

    Raises
    ------
    ModelError
        If there are fewer draws than two, or they are not draws of one corpus.

    Examples
    --------
    >>> one = Vectors(["江", "河"], np.array([[1, 0], [3, 4]], np.float32), signature={"drawn": 9})
    >>> two = Vectors(["江", "河"], np.array([[1, 0], [4, 3]], np.float32), signature={"drawn": 9})
    >>> round(Resampling([one, two]).error("江", "河"), 2)
    0.28
    """

    def __init__(self, draws: Sequence[Vectors]) -> None:
        if len(draws) < 2:
            raise ModelError(f"errors need two draws or more, not {len(draws)}")
        kinds = {vectors.signature.get(DRAWN) for vectors in draws}
        parts = kinds.pop()
        if kinds or not isinstance(parts, int) or parts < 2:
            raise ModelError(f"{draws[0].source}: not a draw of the same corpus as the others; draw them anew")
        self.draws = draws
        from scipy.stats import norm, t

        self._scale = math.sqrt(parts / (parts - 1)) * float(t.ppf(norm.cdf(1), min(parts, len(draws)) - 1))
        self._rows: dict[str, list[Matrix | None]] = {}

    def error(self, a: str, b: str) -> float | None:
        """Give the standard error of the cosine of two words.

        A draw that lacks a word takes what its characters predict, as queries do; None if fewer than two draws know
        both words or their characters.
        """
        if a == b:
            return 0.0
        for word in (a, b):
            if word not in self._rows:
                self._rows[word] = [_row(vectors, word) for vectors in self.draws]
        cosines = [
            float((first.astype(np.float64) * second).sum())
            for first, second in zip(self._rows[a], self._rows[b], strict=True)
            if first is not None and second is not None
        ]
        return float(np.std(cosines, ddof=1)) * self._scale if len(cosines) > 1 else None


def _row(vectors: Vectors, word: str) -> Matrix | None:
    """Give the vector of one word for cosines, (1, dim), and not those of all words; None if nothing is known of it."""
    if word in vectors:
        return normalised(vectors.pulled(np.array([vectors.id(word)])))[:1]
    rows, known = vectors.composed([word])
    return normalised(rows) if known[0] else None
