"""Counts of strings."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cases import DAMAGES

from nlpzero.core.tally import Tally
from nlpzero.core.workspace import Workspace
from nlpzero.errors import NlpZeroError


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_a_tally_agrees_with_a_counter_and_keeps_the_order_of_first_occurrence(limit: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    expected: Counter[str] = Counter()
    with Workspace(0, tmp_path) as workspace:
        tally = Tally(workspace, limit)
        for _ in range(10):
            block = Counter(f"词{i}" for i in rng.integers(0, 40, 30).tolist())  # "word"
            tally.add(block)
            expected.update(block)
        found = tally.at_least(5)
        assert list(found.items()) == [(word, n) for word, n in expected.items() if n >= 5]
        assert tally.total == expected.total()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_tally_that_is_damaged_on_disk_is_an_error(damage: Callable[[str], None], tmp_path: Path) -> None:
    with Workspace(0, tmp_path) as workspace:
        tally = Tally(workspace, limit=1)
        tally.add({f"词{number}": number for number in range(99)})  # "word"
        [spilled] = Path(workspace.directory).iterdir()
        damage(str(spilled))
        with pytest.raises(NlpZeroError, match="is missing or damaged"):
            tally.at_least(1)
