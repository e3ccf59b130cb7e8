"""Comparing text as it comes: lines in, distances and word counts out, and how well they agree with people."""

import itertools
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..segment.cutter import Cutter
from ..segment.encoding import line_words
from ..vectors.formats import ErrorHandling
from .distances import Measure
from .documents import DistanceMethod, Documents, Floats, GroundChoice, Ints, Oov, ground_of, read_weights
from .packaged import load_vectors

COMPARING = Cost(task=100)


class Settings(NamedTuple):
    """What makes a `Measure`.

    Attributes
    ----------
    method : str
    vectors : str or None
        A file for `Vectors.load`; None for those of NLPZERO_VECTORS or of the package.
    weights : str or None
        "count", "norm", "idf", or a file for `read_weights`.
    oov, ground : str
    limit : int or None
        Rows of the vectors to read; not for the packaged ones.
    encoding, errors : str
        Of the files of vectors and weights, if they are text.
    """

    method: DistanceMethod = "combined"
    vectors: str | None = None
    weights: str | None = None
    oov: Oov | None = None
    ground: GroundChoice | None = None
    limit: int | None = None
    encoding: str = "utf-8"
    errors: ErrorHandling = "strict"


def measure_of(settings: Settings) -> Measure:
    """Make the measure: read its vectors and weights.

    Raises
    ------
    ModelError, LexiconError, CorpusError
        If vectors or weights cannot be loaded.
    """
    weights: Literal["count", "norm", "idf"] | dict[str, float] | None
    match settings.weights:
        case None | "count" | "norm" | "idf" as named:
            weights = named
        case path:
            weights = read_weights(path, settings.encoding, "strict" if settings.errors == "strict" else "replace")
    free = ground_of(settings.method, settings.ground) == "discrete" and weights not in ("norm", "idf")
    vectors = None if free else load_vectors(settings.vectors, settings.encoding, settings.errors, settings.limit)
    return Measure(settings.method, vectors, ground=settings.ground, weights=weights, oov=settings.oov)


class Comparison(NamedTuple):
    """What is known of some pairs: distances (NaN where a text holds no known word), and counts of words.

    `words_*` are tokens with a vector, `oov_*` those without.
    """

    distances: Floats
    words_a: Ints
    words_b: Ints
    oov_a: Ints
    oov_b: Ints


def compare(measure: Measure, a: Documents, b: Documents) -> Comparison:
    """Compare the n-th document with the n-th."""
    return Comparison(measure.distances(a, b), a.known, b.known, a.unknown, b.unknown)


def compare_lines(pairs: tuple[str, str], measure: Measure, cutter: Cutter) -> Comparison:
    """Compare line i of one text with line i of the other: a task for workers.

    Parameters
    ----------
    pairs : two str
        As many lines each, with their ends.
    measure : Measure
    cutter : Cutter
        Cuts the lines into words.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> compare_lines(("江 上\\n山 上\\n", "江 上\\n江\\n"), Measure("emd"), BlankCutter()).distances.tolist()
    [0.0, 1.0]
    """
    # Both texts at once: many of their words are the same.
    documents = measure.encode(line_words("".join(pairs), cutter))
    i, j = np.split(np.arange(len(documents)), 2)
    known, unknown = documents.known, documents.unknown
    return Comparison(measure.distances(documents, documents, i, j), known[i], known[j], unknown[i], unknown[j])


def text_words(text: str, cutter: Cutter) -> list[str]:
    """Give the words of all lines of a text."""
    return list(itertools.chain.from_iterable(line_words(text, cutter).lists()))


class Agreement(NamedTuple):
    """How similarities agree with labels: Spearman's rank correlation, and the area under the ROC curve.

    `auc` is NaN unless all labels are 0 or 1, `spearman` where one side is constant; `pairs` is how many were compared.
    """

    spearman: float
    auc: float
    pairs: int


def agreement(similarities: npt.ArrayLike, labels: Sequence[float]) -> Agreement:
    """Compare similarities with gold labels; pairs whose similarity is NaN are left out.

    The AUC is the share of (1, 0) pairs in which the 1 is more similar, ties counting half (Mann & Whitney 1947).

    Examples
    --------
    >>> agreement([0.9, 0.2, 0.6, 0.4], [1, 0, 0, 1])
    Agreement(spearman=0.4472135954999579, auc=0.75, pairs=4)
    """
    from scipy.stats import rankdata

    found, gold = np.asarray(similarities, np.float64), np.asarray(labels, np.float64)
    kept = ~np.isnan(found)
    found, gold = found[kept], gold[kept]
    ranks, gold_ranks = rankdata(found), rankdata(gold)
    x, y = ranks - ranks.mean() if len(ranks) else ranks, gold_ranks - gold_ranks.mean() if len(ranks) else ranks
    spread = float(np.sqrt((x @ x) * (y @ y)))
    auc = np.nan
    ones = gold == 1
    n = int(ones.sum())
    if 0 < n < len(gold) and np.isin(gold, (0, 1)).all():
        auc = (float(ranks[ones].sum()) - n * (n + 1) / 2) / (n * (len(gold) - n))
    return Agreement(float(x @ y) / spread if spread else np.nan, auc, len(gold))
