"""The fixed weights of the features, and how a score becomes a probability.

Weights were learned in two steps. First by hiding words: a third of jieba's dictionary was hidden, text was cut by the
rest, and a logistic regression told the hidden words from other unknown strings. Then they were drawn towards 3,900
strings of three corpora (news, an old novel, articles of science) that were judged one by one: ridge regression with
penalty 30 on the distance from the first weights. (Leaving out one of the corpora, ranking it by the weights of the two
others, and comparing with its judgements chose the features and the penalty.)

The probability is calibrated on the same judgements.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts
from .candidates import Flags
from .neighbours import Scores

CLIP = 4.0
"""The greatest distance from the mean, in standard deviations, that a feature counts with."""
LONG = 4
"""Candidates of so many units, and of more, are one class."""
LONG_BONUS = 1.0
"""Added to the scores of that class, so that the three lie alike: of the judged frequent words of the news 74 % are
among the first thousand rows, without it 58 %."""
FREQUENCY = 1.0
"""What the logarithm of the count weighs in a score: the surest order."""
TOPICAL = 0.4
"""What it weighs besides, where frequent words are to come first: at 0.25 the first thousand rows hold 66 % of the
frequent words of the news, at 0.4 74 %, at 0.5 77 %; of the first 300 rows 96, 95, 93 % are words."""

WEIGHTS: dict[int, tuple[float, ...]] = {
    2: (
        0.64,
        0.64,
        0.45,
        -0.07,
        0.44,
        -0.52,
        0.44,
        0.71,
        0.73,
        -0.67,
        -0.67,
        -0.78,
        0.08,
        0.42,
        -0.05,
        -0.02,
        -0.13,
        -0.35,
        0.00,
        -0.03,
    ),
    3: (
        0.59,
        0.17,
        0.57,
        0.15,
        0.48,
        -0.43,
        0.49,
        1.13,
        0.97,
        -0.95,
        -1.08,
        -0.61,
        -0.24,
        0.25,
        -0.05,
        -0.22,
        -0.24,
        -0.23,
        -0.19,
        0.21,
    ),
    4: (
        0.20,
        0.39,
        0.56,
        0.19,
        0.22,
        -0.47,
        0.02,
        0.23,
        0.12,
        -0.21,
        -0.13,
        -0.43,
        -0.02,
        0.43,
        -0.25,
        -0.07,
        -0.12,
        -0.17,
        0.02,
        0.06,
    ),
}
"""For candidates of 2, of 3, and of 4 and more units: what each of `FEATURES` weighs, in standard deviations."""

CALIBRATION: dict[int, tuple[float, float, float]] = {
    2: (0.872, 0.587, -5.470),
    3: (0.989, 0.494, -7.218),
    4: (0.984, 0.682, -3.998),
}
"""What weighted features, the logarithm of the count, and 1 weigh in the logarithm of the odds to be a word."""


class Terms(NamedTuple):
    """The score of n candidates, term by term.

    Attributes
    ----------
    standard : float64 array (n, 20)
        The features, less the mean and divided by the standard deviation of all candidates of the same class.
    weighted : float64 array (n, 20)
        The same times the weights.
    bonus : float64 array (n,)
    frequency : float64 array (n,)
        The logarithm of the count.
    """

    standard: Scores
    weighted: Scores
    bonus: Scores
    frequency: Scores

    @property
    def score(self) -> Scores:
        """The sum of all terms."""
        total: Scores = self.weighted.sum(axis=1) + self.bonus + FREQUENCY * self.frequency
        return total


def classes_of(lengths: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Give the class of candidates by their length in units."""
    return np.minimum(lengths, LONG)


def standardised(features: Scores, classes: npt.NDArray[np.intp], standing: Flags) -> Scores:
    """Compare features with those of the candidates of the same class that pass the gates.

    Parameters
    ----------
    features : float64 array (n, k)
    classes : int array (n,)
    standing : bool array (n,)
        Whose means and standard deviations are taken.
    """
    result = np.zeros_like(features)
    for one in np.unique(classes):
        members = classes == one
        base = features[members & standing]
        if len(base):
            spread = np.maximum(base.std(axis=0), 1e-9)
            result[members] = np.clip((features[members] - base.mean(axis=0)) / spread, -CLIP, CLIP)
    return result


def weigh(features: Scores, lengths: npt.NDArray[np.intp], counts: Counts, standing: Flags) -> Terms:
    """Score candidates.

    Parameters
    ----------
    features : float64 array (n, 20)
    lengths : int array (n,)
        In units.
    counts : int64 array (n,)
    standing : bool array (n,)
        With which of them all are compared.
    """
    classes = classes_of(lengths)
    standard = standardised(features, classes, standing)
    rows = np.array([WEIGHTS[one] for one in sorted(WEIGHTS)])
    bonus = np.where(classes == LONG, LONG_BONUS, 0.0)
    return Terms(standard, standard * rows[classes - 2], bonus, np.log(counts))


def probabilities(terms: Terms, lengths: npt.NDArray[np.intp]) -> Scores:
    """Give the probability that each candidate is a word: of those with 0.8, about eight in ten are."""
    rows = np.array([CALIBRATION[one] for one in sorted(CALIBRATION)])[classes_of(lengths) - 2]
    odds = rows[:, 0] * terms.weighted.sum(axis=1) + rows[:, 1] * terms.frequency + rows[:, 2]
    result: Scores = 1 / (1 + np.exp(-odds))
    return result
