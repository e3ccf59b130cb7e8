"""What a piece of work may use, and what it leaves behind."""

import gc
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import blocks_of, random_text

from nlpzero.core.job import Cost, Execution, Job, bytes_of, current_job, open_execution
from nlpzero.core.workspace import Workspace
from nlpzero.errors import NlpZeroError
from nlpzero.ngrams.counts import count_ngrams
from nlpzero.ngrams.merging import merge_ngrams
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.encoding import encode_part
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.templates import Templates, find_templates
from nlpzero.vectors.cooccurrence import merge_counts
from nlpzero.vectors.pairs import count_pairs
from nlpzero.words.discovery import discover
from nlpzero.words.finding import Parameters

COST = Cost(task=40)


@pytest.mark.parametrize(
    ("text", "size"), [("512M", 512 << 20), ("1.5G", 3 << 29), ("2gb", 2 << 30), ("4096", 4096), (7, 7)]
)
def test_a_size_is_a_number_or_text_with_a_letter(text: str | int, size: int) -> None:
    assert bytes_of(text) == size
    assert Job(memory=text).memory == size


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": 0}, "`workers` is 0; give a whole number from 1, such as 2"),
        ({"workers": 1.5}, "`workers` is 1.5; give a whole number from 1, such as 2"),
        ({"workers": True}, "`workers` is True; give a whole number from 1, such as 2"),
        ({"memory": "much"}, "`memory` is 'much'; give a number of bytes above 0, such as 512M or 2G"),
        ({"memory": "-1G"}, "`memory` is '-1G'; give a number of bytes above 0, such as 512M or 2G"),
        ({"memory": "infG"}, "`memory` is 'infG'; give a number of bytes above 0, such as 512M or 2G"),
        ({"memory": 0}, "`memory` is 0; give a number of bytes above 0, such as 512M or 2G"),
        ({"memory": None}, "`memory` is None; give a number of bytes above 0, such as 512M or 2G"),
        ({"tmp_dir": "/no/such"}, "`tmp_dir` is '/no/such', which is no directory; name one that exists"),
        ({"scheduler": "tcp://h:1"}, "`scheduler` needs `tmp_dir`, a directory that all machines share"),
    ],
)
def test_a_parameter_out_of_its_range_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(NlpZeroError, match=f"^{re.escape(message)}$"):
        Job(**given)


def test_the_innermost_job_is_the_current_one_and_each_thread_has_its_own() -> None:
    assert current_job() == Job()
    with Job(workers=2) as outer, ThreadPoolExecutor(1) as pool:
        with Job(memory="1G") as inner, inner:
            assert current_job() is inner
        assert current_job() is outer
        assert pool.submit(current_job).result() == Job()
    assert current_job() == Job()


def test_the_job_is_left_also_by_an_error() -> None:
    with pytest.raises(RuntimeError), Job(workers=2):
        raise RuntimeError
    assert current_job() == Job()


def test_blocks_shrink_with_memory_and_workers_between_their_bounds() -> None:
    sizes = [[COST.block_size(Job(workers, memory)) for memory in ("1M", "256M", "2G", "64G")] for workers in (1, 2, 8)]
    assert sizes == [
        [1 << 14, 1677721, 3 << 20, 3 << 20],
        [1 << 14, 838860, 3 << 20, 3 << 20],
        [1 << 14, 209715, 1677721, 3 << 20],
    ]
    far = Job(8, "256M", ".", "tcp://h:1")  # the workers of a cluster are others, with memory of their own
    assert COST.block_size(far) == sizes[0][1]


def test_all_shares_of_the_memory_fit_in_it(tmp_path: Path) -> None:
    for workers in (1, 3):
        with Job(workers, "1G", tmp_path).open(COST) as execution:
            given = execution.workspace.budget + workers * execution.task_memory + execution.held_memory
            assert 0.5 * execution.memory < given <= execution.memory
            assert execution.block_size * COST.task <= execution.task_memory


def test_too_little_room_on_the_disk_is_told_before_work_begins(tmp_path: Path) -> None:
    cost = Cost(task=40, disk=8)
    with Job(tmp_dir=tmp_path).open(cost, 1000), pytest.raises(NlpZeroError, match="MB are free"):
        Job(tmp_dir=tmp_path).open(cost, 1 << 60)
    with Job(tmp_dir=tmp_path).open(COST, 1 << 60):
        assert list(tmp_path.iterdir()) == []


def fill(execution: Execution) -> None:
    execution.workspace.store(np.arange(1000))


def test_nothing_is_left_when_an_execution_closes_or_fails(tmp_path: Path) -> None:
    small = Job(memory=1, tmp_dir=tmp_path)
    with small.open(COST) as execution:
        fill(execution)
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError), small.open(COST) as execution:
        fill(execution)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_an_execution_that_is_given_stays_open_and_a_job_is_opened_and_closed(tmp_path: Path) -> None:
    small = Job(memory=1, tmp_dir=tmp_path)
    with small.open(COST) as given:
        with open_execution(given, COST) as execution:
            assert execution is given
            fill(execution)
        assert len(list(tmp_path.iterdir())) == 1
    with open_execution(small, COST) as execution:
        fill(execution)
    with small, open_execution(None, COST) as execution:
        fill(execution)
        assert execution.job is small
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_that_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    workspace = Workspace(0, tmp_path)
    workspace.store(np.arange(3))
    assert len(list(tmp_path.iterdir())) == 1
    del workspace
    gc.collect()
    assert list(tmp_path.iterdir()) == []


TEXT = random_text(5, 800)


def bad_blocks() -> Iterator[str]:
    """Give some text, and fail in the midst of it."""
    yield from blocks_of(TEXT, 9)
    raise OSError("the disk is gone")


def templates_of(blocks: Iterable[str]) -> Templates:
    return find_templates(Clauses(blocks, partial(encode_part, BlankCutter())), min_pmi=-9, min_proba=0)


def spaced(blocks: Iterable[str]) -> Iterator[str]:
    """Put a blank between characters, as if they were words."""
    return (" ".join(block) for block in blocks)


CALLS: dict[str, Callable[[Iterable[str]], object]] = {
    "discover": lambda blocks: discover(blocks, parameters=Parameters(min_count=1)),
    "discover by cohesion": lambda blocks: discover(blocks, "cohesion", Parameters(min_count=1)),
    "discover by esa": lambda blocks: discover(blocks, "esa", Parameters(min_count=1)),
    "count_ngrams": lambda blocks: count_ngrams(blocks, 3),
    "merge_ngrams": lambda blocks: merge_ngrams([count_ngrams(blocks, 3)] * 2),
    "count_pairs": lambda blocks: count_pairs(spaced(blocks), min_count=1),
    "merge_counts": lambda blocks: merge_counts([count_pairs(spaced(blocks), min_count=1)] * 2),
    "find_templates": lambda blocks: templates_of(spaced(blocks)),
}
"""Functions that users call, on blocks of text."""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_is_left_after_library_calls(
    call: Callable[[Iterable[str]], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = os.mkdir

    def watched(path: str, *mode: int) -> None:
        made.append(path)
        make(path, *mode)

    monkeypatch.setattr(os, "mkdir", watched)
    for job in (Job(2, "20K", tmp_path), Job(2, "1G", tmp_path)):
        with job:
            result = call(blocks_of(TEXT, 9))
            assert result is not None
            del result
            gc.collect()
            assert list(tmp_path.iterdir()) == []
    assert made
    with Job(2, "20K", tmp_path), pytest.raises(OSError, match="the disk is gone"):
        call(bad_blocks())
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_result_lives_as_long_as_it_is_known(tmp_path: Path) -> None:
    with Job(1, 1, tmp_path):
        found = count_ngrams(blocks_of(TEXT, 9), 2)
    whole = count_ngrams([TEXT], 2)
    assert len(list(tmp_path.iterdir())) == 1
    assert [level.counts.tolist() for level in found.levels] == [level.counts.tolist() for level in whole.levels]
