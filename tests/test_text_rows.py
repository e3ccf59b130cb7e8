"""Rows made by array code: what Python writes, field by field."""

import math

import numpy as np
import pytest

from nlpzero.text.rows import DOUBT, GREATEST, decimals, integers, rows_of


def one_by_one(*columns: list[object]) -> str:
    return "".join("\t".join(map(shown, row)) + "\n" for row in zip(*columns, strict=True))


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:z.4f}" if math.isfinite(value) else ""
    return str(value)


def written(column: list[float]) -> list[str]:
    return [*rows_of([decimals(column)]).split("\n")[:-1]]


@pytest.mark.parametrize("seed", range(3))
def test_columns_are_written_as_their_values_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = [*(int(value) for value in (10.0 ** rng.uniform(0, 18, 499)) * rng.choice([-1, 1], 499)), 0]
    values = [*rng.normal(0, 10, 250).tolist(), *(10.0 ** rng.uniform(-9, 7.9, 249)).tolist(), math.nan]
    assert rows_of([integers(numbers), decimals(values)]) == one_by_one([*numbers], [*values])


def test_middles_zeros_and_what_is_not_finite_are_written_as_python_does() -> None:
    rng = np.random.default_rng(7)
    middles = (rng.integers(0, 10**9, 3000) + 0.5) / 1e4  # doubles just below and just above the middle of two decimals
    near = [np.nextafter(middles, 0), np.nextafter(middles, 1e9), middles + DOUBT / 1e4, middles - DOUBT / 1e4]
    odd = [0.0, -0.0, -0.00004999, -0.00005, -0.00015, math.nan, math.inf, -math.inf, 0.99995, 9999.99995, 5e-324]
    column = [*middles.tolist(), *(-middles).tolist(), *np.concatenate(near).tolist(), *odd]
    assert written(column) == [*map(shown, column)]
    great = [*column, GREATEST, -GREATEST, 1e300]
    assert written(great) == [*map(shown, great)]


@pytest.mark.parametrize("numbers", [[], [0], [-(2**63) + 1, 2**63 - 1, 7], [9, 10, 99, 100, -1, -10]])
def test_whole_numbers_of_any_size_are_written(numbers: list[int]) -> None:
    assert rows_of([integers(numbers)]) == one_by_one([*numbers])
