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
2.31 2.31 1.26 -1.21 -2.20 3.16 0.83 4.69 4.88 10.58 10.83 0.79 -0.26 -5.34 0.01 1.00 1.00 0.07 0.00 0.00
-0.38 -0.38 0.10 -0.02 -0.10 0.30 -0.02 0.00 -0.04 0.02 -0.10 -0.02 -0.02 -0.07 0.00 0.00 0.00 -0.01 0.00 0.00
2.87 2.92 1.05 -1.19 -2.05 2.65 0.90 4.91 5.36 10.77 10.63 0.88 -0.24 -5.24 0.01 1.39 1.46 0.04 0.00 0.01
-0.34 -0.35 0.17 -0.01 -0.14 0.34 -0.01 -0.06 -0.04 0.08 0.09 0.10 0.01 -0.08 0.00 0.02 0.01 0.00 0.00 0.00
4.24 4.65 0.72 -1.19 -1.71 2.00 0.95 5.31 5.54 9.93 10.00 0.27 -0.34 -5.16 0.02 1.84 1.79 0.05 0.00 0.03
-0.17 -0.19 0.12 0.04 -0.14 0.35 0.00 -0.04 -0.02 0.21 0.04 0.06 -0.02 -0.05 0.00 -0.02 0.03 0.00 0.00 -0.01
"""
"""For candidates of 2, of 3, and of 4 and more units: the means of the 20 features at 160,000 units, and what they grow
by where the units are e times as many."""

DEVIATIONS = """
1.75 1.75 0.76 0.46 0.63 1.03 0.17 1.44 1.39 1.99 2.03 1.33 0.39 0.48 0.07 0.04 0.04 0.22 0.00 0.03
0.03 0.03 0.03 0.02 0.06 -0.05 0.00 0.02 0.00 0.01 0.01 0.00 0.03 0.09 0.03 0.01 0.01 -0.01 0.00 0.01
1.39 1.46 0.70 0.49 0.62 0.98 0.15 1.49 1.25 2.02 1.94 1.24 0.34 0.36 0.06 0.48 0.50 0.18 0.01 0.08
0.03 0.03 0.03 -0.01 0.00 -0.02 0.00 0.00 -0.04 -0.02 0.03 -0.03 0.01 0.07 0.02 0.00 0.00 0.01 0.00 0.00
1.35 1.71 0.60 0.57 0.69 0.98 0.11 1.41 1.19 1.91 1.79 1.34 0.39 0.39 0.12 0.72 0.70 0.19 0.01 0.12
0.10 0.13 0.02 -0.04 -0.02 0.03 0.00 0.00 -0.02 0.01 0.05 0.04 0.04 0.03 0.02 0.00 0.01 0.00 0.00 -0.01
"""
"""For candidates of 2, of 3, and of 4 and more units: the same of their standard deviations."""


def logarithm_of(units: int) -> float:
    """Give the logarithm of the units of a text, for comparisons."""
    return max(log(max(units, 1)), FEWEST)


def usual(kind: int, units: int) -> tuple[Scores, Scores]:
    """Give the means and standard deviations of the features of candidates in a text of so many units.

    Parameters
    ----------
    kind : int
        The class of the candidates, 2 to 4.
    units : int
    """
    beyond = logarithm_of(units) - AT
    tables = (np.array(table.split(), np.float64).reshape(3, 2, -1) for table in (MEANS, DEVIATIONS))
    mean, deviation = (table[kind - 2, 0] + beyond * table[kind - 2, 1] for table in tables)
    return mean, np.maximum(deviation, LEAST)
