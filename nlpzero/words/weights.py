"""The fixed weights of the features: a score is the logarithm of the odds that a candidate is a word.

The weights of the first 13 features begin from a fixed table, learned by hiding words: a third of jieba's dictionary
was hidden, text was cut by the rest, and a logistic regression told the hidden words from other unknown strings. Those
of the others begin from 0. All were then drawn towards judgements: 9,000 strings of twelve corpora (news, articles of
science, sentences, laws, reviews of shops, questions of customers, questions to doctors, a book on algorithms, four old
novels) that were judged one by one: a logistic regression with penalty 30 on the distance from where they began, in
which no corpus weighs more than 800 strings for a class. Features and penalty were chosen by leaving out one corpus,
learning from the eleven others, and ranking it.

What the odds owe to the count, the length of the text and the number of candidates was learned on the same judgements
and on 107 parts of these corpora, of 100 KB to 3 MB, where a string that nobody judged counts with the probability that
it has in its whole corpus.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts
from .candidates import Flags
from .neighbours import Scores
from .norms import logarithm_of, usual

CLIP = 4.0
"""The greatest distance from the mean, in standard deviations, that a feature counts with."""
PRIOR = 1000
"""So many candidates of other texts of the same length are compared with besides. Measured on 114 parts of seven
corpora, of 100 KB to 4 MB, against what the whole corpora say: in the smallest the mean logarithmic loss is .333 with
0, .289 with 200, .284 with 1,000, .285 with 5,000; the order of whole corpora is as good with 1,000."""
UNITS, CANDIDATES = 15.0, 8.0
"""Taken from the logarithms of the units and of the candidates before they are weighed."""
LONG = 4
"""Candidates of this many units, and of more, are one class."""
LATIN_CLASS = 1
"""The class of words in Latin letters, of any length."""
TOPICAL = 0.5
"""What the logarithm of the count weighs besides, where frequent words are to come first. Leaving out one corpus: at 0
the first thousand rows hold 36 % of the frequent words of the news, at 0.4 67 %, at 0.5 72 %, at 0.6 77 %; of the first
100 rows of the twelve corpora 97, 95, 95 and 94 % are words."""

WEIGHT_TABLE = """
cohesion                 0   0.52   0.34   0.20
cohesion_of_words        0   0.52   0.06   0.07
entropy               0.45   0.52   0.56   0.51
commonest             0.46  -0.20   0.12   0.18
edges                -0.66   0.39   0.33   0.17
inner_entropy            0  -0.51  -0.46  -0.36
ends                     0   0.31   0.30  -0.04
begins_words             0   0.76   1.02   0.25
ends_words               0   0.68   0.79   0.18
first_alone              0  -0.43  -0.91  -0.13
last_alone               0  -0.45  -0.65  -0.22
independence             0  -0.43  -0.24  -0.32
spread                0.25  -0.08  -0.21  -0.05
quoted               -0.01   0.23   0.01   0.39
quotations           -0.08   0.09   0.31  -0.15
first_word               0  -0.10  -0.15  -0.17
last_word                0  -0.10  -0.30  -0.09
aspect                   0  -0.30  -0.33  -0.16
repeated_verb            0      0  -0.28   0.04
doubled                  0  -0.07   0.06   0.06
first_known              0  -0.28  -0.22  -0.24
last_known               0  -0.17   0.01  -0.05
first_function           0  -0.34  -0.11   0.04
last_function            0  -0.07  -0.20   0.02
first_pronoun            0  -0.24  -0.32  -0.15
first_verb               0      0  -0.43  -0.08
last_place               0  -0.25  -0.64  -0.04
letters               0.91      0      0      0
capitals              0.63      0      0      0
signs                -0.51      0      0      0
foreign              -0.14      0      0      0
chinese               0.73      0      0      0
measure              -0.34      0      0      0
"""
"""What each of `FEATURES` weighs, in standard deviations, for words in Latin letters, and for candidates of 2, of 3,
and of 4 and more units."""
WEIGHTS: dict[int, tuple[float, ...]] = {
    kind: tuple(float(row.split()[kind]) for row in WEIGHT_TABLE.strip().splitlines()) for kind in range(1, 5)
}
"""The same by the class of the candidates."""

CONTEXT: dict[int, tuple[float, float, float, float]] = {
    1: (-0.303, 0.0, 0.0, 0.044),
    2: (0.427, 0.055, -0.182, -5.121),
    3: (-0.147, 0.452, -0.576, -3.622),
    4: (0.381, -0.361, 0.262, -2.580),
}
"""What the logarithm of the count, that of the units of the text (less 15), that of the candidates of the class (less
8), and 1 weigh in a score. Where a dictionary does not fit a text, as an old novel, there are more candidates, and
fewer of them are words."""


class Terms(NamedTuple):
    """The score of n candidates, term by term.

    Attributes
    ----------
    standard : float array (n, 33)
        The features, less the mean and divided by the standard deviation of all candidates of the same class.
    classes : int array (n,)
        2, 3, or 4 for longer ones; 1 for words in Latin letters.
    context : float64 array (n, 4)
        The logarithms of the count, of the units of the text (less 15) and of the candidates of the class (less 8); 1.
    """

    standard: npt.NDArray[np.floating]
    classes: npt.NDArray[np.intp]
    context: Scores

    def chosen(self, rows: npt.NDArray[np.intp]) -> "Terms":
        """Give some of the candidates."""
        return Terms(self.standard[rows], self.classes[rows], self.context[rows])

    @property
    def frequency(self) -> Scores:
        """The logarithm of the count."""
        return self.context[:, 0]

    @property
    def weighted(self) -> Scores:
        """The features times their weights, of shape (n, 33)."""
        result: Scores = self.standard * np.array([WEIGHTS[one] for one in sorted(WEIGHTS)])[self.classes - 1]
        return result

    @property
    def weighted_context(self) -> Scores:
        """The same of `context`, of shape (n, 4)."""
        result: Scores = self.context * np.array([CONTEXT[one] for one in sorted(CONTEXT)])[self.classes - 1]
        return result

    @property
    def score(self) -> Scores:
        """The sum of all terms: the logarithm of the odds to be a word."""
        result: Scores = self.weighted_context.sum(axis=1)
        for one, row in WEIGHTS.items():
            members = np.flatnonzero(self.classes == one)
            result[members] += (self.standard[members] * np.array(row)).sum(axis=1)
        return result


class ReferenceSet(NamedTuple):
    """With what candidates are compared.

    Attributes
    ----------
    standing : bool array (n,)
        The candidates that pass the gates: with these all are compared.
    units : int
        The units of the text.
    excess : float
        How many times the usual least count the candidates stand in the text at the least.
    """

    standing: Flags
    units: int
    excess: float = 1.0


def classes_of(lengths: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Give the class of candidates by their length in units."""
    return np.minimum(lengths, LONG)


def standardised(features: Scores, classes: npt.NDArray[np.intp], compared: ReferenceSet) -> Scores:
    """Compare features with those of the candidates of the same class that pass the gates.

    In a short text these are few, and most may be names: so their means and deviations are taken together with those of
    `PRIOR` candidates of a text of this length (`nlpzero.words.norms`).

    Parameters
    ----------
    features : float64 array (n, 33)
    classes : int array (n,)
    compared : ReferenceSet
    """
    result = np.zeros_like(features)
    for one in np.unique(classes):
        members = classes == one
        base = features[members & compared.standing]
        mean, deviation = usual(int(one), compared.units)
        number, total = len(base), len(base) + PRIOR
        if number:
            own = base.mean(axis=0)
            variance = number * base.var(axis=0) + PRIOR * deviation**2 + number * PRIOR / total * (own - mean) ** 2
            mean, deviation = (number * own + PRIOR * mean) / total, np.sqrt(variance / total)
        result[members] = np.clip((features[members] - mean) / deviation, -CLIP, CLIP)
    return result


def weigh(features: Scores, classes: npt.NDArray[np.intp], counts: Counts, compared: ReferenceSet) -> Terms:
    """Score candidates.

    Parameters
    ----------
    features : float64 array (n, 33)
    classes : int array (n,)
        1 to 4.
    counts : int64 array (n,)
    compared : ReferenceSet
    """
    many = np.bincount(classes[compared.standing], minlength=LONG + 1)
    candidates = np.log(np.maximum(many, 1) * max(1.0, compared.excess))[classes] - CANDIDATES
    units = np.full(len(classes), logarithm_of(compared.units) - UNITS)
    context = np.stack([np.log(counts), units, candidates, np.ones(len(classes))], axis=1)
    return Terms(standardised(features, classes, compared), classes, context)


def probabilities(scores: Scores) -> Scores:
    """Give the probability that each candidate is a word: of those with 0.8, about eight in ten are."""
    result: Scores = 1 / (1 + np.exp(-scores))
    return result
