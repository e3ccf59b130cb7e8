"""Counts of strings."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cases import DAMAGES

from nlpzero.core import tally as tally_module
from nlpzero.core.tally import FAN_IN, Row, Tally
from nlpzero.core.workspace import Workspace
from nlpzero.errors import NlpZeroError


@pytest.mark.parametrize("fan_in", [2, 3, 64])
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_a_tally_agrees_with_a_counter_and_keeps_the_order_of_first_occurrence(
    limit: int, fan_in: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally_module, "FAN_IN", fan_in)
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


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files in /proc")
def test_no_more_files_are_open_at_a_time_than_systems_allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0

    def watched(path: Path, check: int) -> Iterator[Row]:
        nonlocal most
        for row in spilled(path, check):
            most = max(most, len(os.listdir("/proc/self/fd")))
            yield row

    spilled = tally_module._spilled
    monkeypatch.setattr(tally_module, "_spilled", watched)
    with Workspace(0, tmp_path) as workspace:
        before = len(os.listdir("/proc/self/fd"))
        tally = Tally(workspace, limit=1)
        for number in range(300):
            tally.add({f"词{number % 100}": 1, f"字{number}": 2})  # "word", "character"
        found = tally.at_least(1)
    assert found == {key: 3 if key[0] == "词" else 2 for key in found}
    assert len(found) == 400
    assert most <= before + FAN_IN + 2


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_tally_that_is_damaged_on_disk_is_an_error(damage: Callable[[str], None], tmp_path: Path) -> None:
    with Workspace(0, tmp_path) as workspace:
        tally = Tally(workspace, limit=1)
        tally.add({f"词{number}": number for number in range(99)})  # "word"
        [spilled] = Path(workspace.directory).iterdir()
        damage(str(spilled))
        with pytest.raises(NlpZeroError, match="is missing or damaged"):
            tally.at_least(1)
