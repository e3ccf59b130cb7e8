"""How word vectors are trained."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class GloveParameters:
    """How vectors are trained (训练参数).

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
