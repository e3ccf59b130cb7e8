"""What the features of candidates usually are in a text of some length: their means and standard deviations.

Linear in the logarithm of the units, by least squares over seven corpora (news, articles, sentences, four old novels),
whole and in 114 parts of 100 KB to 4 MB, every corpus with the same weight; right down to parts of 30 KB.
"""

from math import log

import numpy as np

from .neighbours import Scores

AT = 12.0
"""The logarithm of the units at which `MEANS` and `DEVIATIONS` hold."""
FEWEST = 9.0
"""Texts in which it is smaller are taken to be so long: below that what is usual changes less and less."""
LEAST = 0.02
"""No deviation is smaller."""

MEANS = """
cohesion                 0       0    2.31   -0.38    2.87   -0.34    4.24   -0.17
cohesion_of_words        0       0    2.31   -0.38    2.92   -0.35    4.65   -0.19
entropy               1.12       0    1.26    0.10    1.05    0.17    0.72    0.12
commonest            -2.68       0   -1.21   -0.02   -1.19   -0.01   -1.19    0.04
edges                -0.75       0   -2.20   -0.10   -2.05   -0.14   -1.71   -0.14
inner_entropy            0       0    3.16    0.30    2.65    0.34    2.00    0.35
ends                     0       0    0.83   -0.02    0.90   -0.01    0.95       0
begins_words             0       0    4.69       0    4.91   -0.06    5.31   -0.04
ends_words               0       0    4.88   -0.04    5.36   -0.04    5.54   -0.02
first_alone              0       0   10.58    0.02   10.77    0.08    9.93    0.21
last_alone               0       0   10.83   -0.10   10.63    0.09   10.00    0.04
independence             0       0    0.79   -0.02    0.88    0.10    0.27    0.06
spread               -1.30       0   -0.26   -0.02   -0.24    0.01   -0.34   -0.02
quoted               -6.33       0   -5.34   -0.07   -5.24   -0.08   -5.16   -0.05
quotations            0.05       0    0.01       0    0.01       0    0.02       0
first_word               0       0    1.00       0    1.39    0.02    1.84   -0.02
last_word                0       0    1.00       0    1.46    0.01    1.79    0.03
aspect                   0       0    0.07   -0.01    0.04       0    0.05       0
repeated_verb            0       0       0       0       0       0       0       0
doubled                  0       0       0       0    0.01       0    0.03   -0.01
first_known              0       0   10.69   -0.12   10.20    0.01    8.60    0.15
last_known               0       0   10.88   -0.20   10.10    0.03    8.62    0.16
first_function           0       0    0.59   -0.01    0.57    0.01    0.40    0.01
last_function            0       0    0.61   -0.03    0.55    0.01    0.36    0.02
first_pronoun            0       0    0.09   -0.01    0.07       0    0.06       0
first_verb               0       0       0       0    0.23    0.01    0.12    0.01
last_place               0       0    0.24   -0.03    0.24   -0.01    0.14    0.01
letters               1.39       0       0       0       0       0       0       0
capitals              0.45       0       0       0       0       0       0       0
signs                 0.08       0       0       0       0       0       0       0
foreign              -2.41       0       0       0       0       0       0       0
chinese              -1.54       0       0       0       0       0       0       0
measure              -3.55       0       0       0       0       0       0       0
"""
"""For words in Latin letters, for candidates of 2, of 3, and of 4 and more units: the mean of each feature at 160,000
units, and what it grows by where the units are e times as many."""

DEVIATIONS = """
cohesion              1.00       0    1.75    0.03    1.39    0.03    1.35    0.10
cohesion_of_words     1.00       0    1.75    0.03    1.46    0.03    1.71    0.13
entropy               1.10       0    0.76    0.03    0.70    0.03    0.60    0.02
commonest             1.42       0    0.46    0.02    0.49   -0.01    0.57   -0.04
edges                 0.85       0    0.63    0.06    0.62       0    0.69   -0.02
inner_entropy         1.00       0    1.03   -0.05    0.98   -0.02    0.98    0.03
ends                  1.00       0    0.17       0    0.15       0    0.11       0
begins_words          1.00       0    1.44    0.02    1.49       0    1.41       0
ends_words            1.00       0    1.39       0    1.25   -0.04    1.19   -0.02
first_alone           1.00       0    1.99    0.01    2.02   -0.02    1.91    0.01
last_alone            1.00       0    2.03    0.01    1.94    0.03    1.79    0.05
independence          1.00       0    1.33       0    1.24   -0.03    1.34    0.04
spread                0.79       0    0.39    0.03    0.34    0.01    0.39    0.04
quoted                1.05       0    0.48    0.09    0.36    0.07    0.39    0.03
quotations            0.27       0    0.07    0.03    0.06    0.02    0.12    0.02
first_word            1.00       0    0.04    0.01    0.48       0    0.72       0
last_word             1.00       0    0.04    0.01    0.50       0    0.70    0.01
aspect                1.00       0    0.22   -0.01    0.18    0.01    0.19       0
repeated_verb         1.00       0       0       0    0.01       0    0.01       0
doubled               1.00       0    0.03    0.01    0.08       0    0.12   -0.01
first_known           1.00       0    2.04    0.08    2.48       0    2.85   -0.01
last_known            1.00       0    2.08    0.06    2.40    0.03    2.84   -0.01
first_function        1.00       0    0.47    0.01    0.49       0    0.48       0
last_function         1.00       0    0.46    0.01    0.49       0    0.46    0.01
first_pronoun         1.00       0    0.26   -0.01    0.23    0.01    0.21       0
first_verb            1.00       0       0       0    0.42    0.01    0.31    0.02
last_place            1.00       0    0.42   -0.01    0.41       0    0.33    0.01
letters               0.41       0    1.00       0    1.00       0    1.00       0
capitals              0.45       0    1.00       0    1.00       0    1.00       0
signs                 0.27       0    1.00       0    1.00       0    1.00       0
foreign               1.53       0    1.00       0    1.00       0    1.00       0
chinese               1.64       0    1.00       0    1.00       0    1.00       0
measure               1.24       0    1.00       0    1.00       0    1.00       0
"""
"""The same of their standard deviations."""


def logarithm_of(units: int) -> float:
    """Give the logarithm of the units of a text, for comparisons."""
    return max(log(max(units, 1)), FEWEST)


def usual(kind: int, units: int) -> tuple[Scores, Scores]:
    """Give the means and standard deviations of the features of candidates, by the units of the text.

    Parameters
    ----------
    kind : int
        The class of the candidates, 1 to 4.
    units : int
    """
    beyond = logarithm_of(units) - AT
    rows = ([row.split()[1:] for row in text.strip().splitlines()] for text in (MEANS, DEVIATIONS))
    tables = (np.array(table, np.float64) for table in rows)
    mean, deviation = (table[:, 2 * kind - 2] + beyond * table[:, 2 * kind - 1] for table in tables)
    return mean, np.maximum(deviation, LEAST)
