"""Arrays that wait in memory or in files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cases import DAMAGES

from nlpzero.core.workspace import Column, Workspace, WorkspaceArray
from nlpzero.errors import NlpZeroError


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_array_that_is_damaged_on_disk_is_an_error(damage: Callable[[str], None], tmp_path: Path) -> None:
    with Workspace(0, tmp_path) as workspace:
        stored = workspace.store(np.arange(99))
        damage(str(stored.path))
        with pytest.raises(NlpZeroError, match="is missing or damaged"):
            _ = stored.array


def test_a_disk_that_is_too_small_is_told_before_work_begins(tmp_path: Path) -> None:
    with Workspace(0, tmp_path) as workspace:
        workspace.require(1 << 20)
        with pytest.raises(
            NlpZeroError, match=r"needs about 1,152,921,504,607 MB for temporary files, .* with `tmp_dir`$"
        ):
            workspace.require(1 << 60)


def test_a_workspace_keeps_to_its_budget_and_then_writes_files(tmp_path: Path) -> None:
    with Workspace(budget=100, tmp_dir=tmp_path) as workspace:
        first, second = workspace.store(np.zeros(10)), workspace.store(np.arange(10.0))
        assert (first.path, second.memory) == (None, None)
        assert second.array.tolist() == list(range(10))
        workspace.discard(first, second)
        assert workspace.store(np.zeros(10)).path is None
    assert list(tmp_path.iterdir()) == []


def test_an_empty_array_in_a_file_is_an_empty_array(tmp_path: Path) -> None:
    with Workspace(budget=-1, tmp_dir=tmp_path) as workspace:
        stored: WorkspaceArray = workspace.store(np.empty(0, np.uint32))
        assert stored.path is not None
        assert stored.array.dtype == np.uint32
        assert len(stored.array) == 0


def test_a_workspace_is_removed_when_an_error_leaves_it(tmp_path: Path) -> None:
    def fail() -> Iterator[None]:
        with Workspace(0, tmp_path) as workspace:
            workspace.store(np.zeros(3))
            yield
            raise RuntimeError

    with pytest.raises(RuntimeError):
        list(fail())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("budget", [0, 100, 1 << 20])
def test_a_column_is_its_pieces_one_after_another(budget: int, tmp_path: Path) -> None:
    pieces = [np.arange(size) for size in (3, 0, 5, 40)]
    with Workspace(budget, tmp_path) as workspace:
        column = Column(workspace, np.int32)
        for piece in pieces:
            column.append(piece)
        stored = column.stored()
        whole = np.concatenate(pieces)
        assert stored.array.dtype == np.int32
        assert stored.array.tolist() == whole.tolist()
        assert stored.part(2, 9).tolist() == whole[2:9].tolist()
        assert (stored.path is None) == (budget == 1 << 20)
