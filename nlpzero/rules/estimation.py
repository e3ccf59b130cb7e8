"""How many frequent sets there will be, estimated from random descents, before all are mined."""

import math

import numpy as np

from ..errors import ModelError
from .vertical import Vertical, popcount

_PROBES = 4096  # random descents of an estimate, fewer for large data
_ROUND = 64  # descents after which it is asked whether they agree
_PRECISION = 0.02  # standard error of an estimate that is good enough, as a share of it


def refuse(
    sample: tuple[Vertical, int], minimum: int, max_length: int | None, limit: int, only_keys: bool = False
) -> None:
    """Stop with an estimate of what would be found."""
    if only_keys:
        raise ModelError(
            f"mining has passed {limit:,} generators of closed sets and candidates; raise `min_support`, limit "
            "`max_length`, or give `limit`=None to go on"
        )
    number = estimate(*sample, max_length)
    raise ModelError(
        f"about {number:.2g} item sets are in {minimum:,} baskets or more, and mining has passed {limit:,} sets and "
        "candidates; raise `min_support`, limit `max_length`, or give `limit`=None to go on"
    )


def estimate(vertical: Vertical, minimum: int, max_length: int | None = None) -> float:
    """Estimate the number of frequent sets without mining them (Knuth 1975): random descents from set to superset.

    Each descent adds a random item of those that leave the set frequent, until there is none. The product of their
    numbers on its way estimates, without bias, in how many orders frequent sets of each size can be put together.

    Parameters
    ----------
    vertical : Vertical
    minimum : int
        Number of baskets a set must occur in.
    max_length : int, optional

    Examples
    --------
    >>> every_set = Vertical(np.arange(6), np.zeros(6, np.int64), 6, 1)
    >>> estimate(every_set, 1)
    63.0
    """
    rng = np.random.default_rng(0)
    top = np.flatnonzero(popcount(vertical.bits) >= minimum)
    probes = min(_PROBES, max(16, 4_000_000_000 // (10 * (len(top) + 1) * vertical.words)))
    found: list[float] = []
    while len(found) < probes:
        total = 0.0
        row, others, weight, size = None, top, 1.0, 0
        while len(others) and size != max_length:
            size += 1
            weight *= len(others) / size  # a set of this size can be put together in size! orders
            total += weight
            item = others[int(rng.integers(len(others)))]
            row = vertical.bits[item] if row is None else row & vertical.bits[item]
            others = others[others != item]
            others = others[popcount(vertical.bits[others] & row) >= minimum]
        found.append(total)
        if len(found) % _ROUND == 0 and _agree(found):
            break
    return sum(found) / len(found)


def _agree(found: list[float]) -> bool:
    """Tell whether estimates are precise enough together."""
    most = max(found)
    if math.isinf(most):
        return True
    shares = np.array(found) / most
    return bool(np.std(shares) <= _PRECISION * np.mean(shares) * len(found) ** 0.5)
