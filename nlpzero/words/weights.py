"""The fixed weights of the features, and how a score becomes a probability.

Those of the first 13 features begin from a fixed table, learned by hiding words: a third of jieba's dictionary was
hidden, text was cut by the rest, and a logistic regression told the hidden words from other unknown strings. Those of
the others begin from 0. All were then drawn towards 3,900 strings of three corpora (news, an old novel, articles of
science) that were judged one by one: ridge regression with penalty 30 on the distance from where they began. (Leaving
out one of the corpora, ranking it by the weights of the two others, and comparing with its judgements chose the
features and the penalty.)

The probability is calibrated on the same judgements, and on parts of these and of four other corpora, of 100 KB to
4 MB, where a string that nobody judged counts with the probability that it has in its whole corpus.
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
BONUS = {LATIN_CLASS: 3.0, LONG: 1.0}
"""Added to the scores of these classes, so that all lie alike: of the judged frequent words of the news 74 % are among
the first thousand rows, without that of the long ones 58 %."""
FREQUENCY = 1.0
"""What the logarithm of the count weighs in a score: the surest order."""
TOPICAL = 0.4
"""What it weighs besides, where frequent words are to come first: at 0.25 the first thousand rows hold 66 % of the
frequent words of the news, at 0.4 74 %, at 0.5 77 %; of the first 300 rows 96, 95, 93 % are words."""

WEIGHT_TABLE = """
cohesion                 0   0.64   0.59   0.20
cohesion_of_words        0   0.64   0.17   0.39
entropy               0.45   0.45   0.57   0.56
commonest             0.46  -0.07   0.15   0.19
edges                -0.66   0.44   0.48   0.22
inner_entropy            0  -0.52  -0.43  -0.47
ends                     0   0.44   0.49   0.02
begins_words             0   0.71   1.13   0.23
ends_words               0   0.73   0.97   0.12
first_alone              0  -0.67  -0.95  -0.21
last_alone               0  -0.67  -1.08  -0.13
independence             0  -0.78  -0.61  -0.43
spread                0.25   0.08  -0.24  -0.02
quoted               -0.01   0.42   0.25   0.43
quotations           -0.08  -0.05  -0.05  -0.25
first_word               0  -0.02  -0.22  -0.07
last_word                0  -0.13  -0.24  -0.12
aspect                   0  -0.35  -0.23  -0.17
repeated_verb            0      0  -0.19   0.02
doubled                  0  -0.03   0.21   0.06
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

CALIBRATION: dict[int, tuple[float, float, float, float, float]] = {
    1: (1.0, -0.303, 0.0, 0.0, 0.044),
    2: (0.866, 0.511, 0.132, -0.289, -5.106),
    3: (0.858, 0.276, 0.634, -0.777, -4.552),
    4: (0.863, 0.520, -0.563, 0.468, -3.661),
}
"""What weighted features, the logarithm of the count, that of the units of the text (less 15), that of the candidates
of the class (less 8), and 1 weigh in the logarithm of the odds to be a word. Where a dictionary does not fit a text, as
an old novel, there are more candidates, and fewer of them are words."""


class Terms(NamedTuple):
    """The score of n candidates, term by term.

    Attributes
    ----------
    standard : float array (n, 26)
        The features, less the mean and divided by the standard deviation of all candidates of the same class.
    classes : int array (n,)
        2, 3, or 4 for longer ones; 1 for words in Latin letters.
    frequency : float64 array (n,)
        The logarithm of the count.
    """

    standard: npt.NDArray[np.floating]
    classes: npt.NDArray[np.intp]
    frequency: Scores

    def chosen(self, rows: npt.NDArray[np.intp]) -> "Terms":
        """Give some of the candidates."""
        return Terms(self.standard[rows], self.classes[rows], self.frequency[rows])

    @property
    def weighted(self) -> Scores:
        """The features times their weights, of shape (n, 26)."""
        result: Scores = self.standard * np.array([WEIGHTS[one] for one in sorted(WEIGHTS)])[self.classes - 1]
        return result

    @property
    def bonus(self) -> Scores:
        """What candidates of some classes have besides."""
        return np.array([BONUS.get(kind, 0.0) for kind in range(LONG + 1)])[self.classes]

    @property
    def evidence(self) -> Scores:
        """The sum of the weighted features."""
        result = np.zeros(len(self.classes))
        for one, row in WEIGHTS.items():
            members = np.flatnonzero(self.classes == one)
            result[members] = (self.standard[members] * np.array(row)).sum(axis=1)
        return result

    @property
    def score(self) -> Scores:
        """The sum of all terms."""
        total: Scores = self.evidence + self.bonus + FREQUENCY * self.frequency
        return total


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
    features : float64 array (n, 26)
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
    features : float64 array (n, 26)
    classes : int array (n,)
        1 to 4.
    counts : int64 array (n,)
    compared : ReferenceSet
    """
    return Terms(standardised(features, classes, compared), classes, np.log(counts))


def probabilities(terms: Terms, compared: ReferenceSet) -> Scores:
    """Give the probability that each candidate is a word: of those with 0.8, about eight in ten are."""
    rows = np.array([CALIBRATION[one] for one in sorted(CALIBRATION)])[terms.classes - 1]
    many = np.bincount(terms.classes[compared.standing], minlength=LONG + 1)
    candidates = np.log(np.maximum(many, 1) * max(1.0, compared.excess))[terms.classes]
    odds = rows[:, 0] * terms.evidence + rows[:, 1] * terms.frequency + rows[:, 4]
    odds += rows[:, 2] * (logarithm_of(compared.units) - UNITS) + rows[:, 3] * (candidates - CANDIDATES)
    result: Scores = 1 / (1 + np.exp(-odds))
    return result
