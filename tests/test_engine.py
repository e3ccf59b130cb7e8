"""Mapping functions over blocks, in this process and in others."""

import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import active_children

import pytest

from nlpzero.core.engine import Engine
from nlpzero.errors import NlpZeroError


def square(number: int) -> int:
    return number * number


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(_: int) -> None:
    raise NlpZeroError("a block is bad")


def sleep(seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    with Engine(workers) as engine:
        assert list(engine.map(square, range(20))) == [n * n for n in range(20)]
        assert list(engine.map(square, [])) == []
        assert list(engine.map(square, [3])) == [9]


def test_only_a_few_items_are_taken_ahead_of_the_results() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    with Engine(2) as engine:
        results = engine.map(square, items())
        assert next(results) == 0
        assert len(taken) <= 5


def test_workers_can_be_started_before_there_is_work() -> None:
    with Engine(2) as engine:
        engine.start()
        assert len(active_children()) == 2
        assert list(engine.map(square, [3])) == [9]
    with Engine(1) as engine:
        engine.start()
        assert active_children() == []


def test_one_item_needs_no_worker_process() -> None:
    with Engine(2) as engine:
        assert list(engine.map(os.getpid.__class__.__call__, [os.getpid])) == [os.getpid()]
        assert active_children() == []


def test_an_error_in_a_worker_arrives_as_it_is() -> None:
    with Engine(2) as engine, pytest.raises(NlpZeroError, match="a block is bad"):
        list(engine.map(fail, range(4)))


def test_a_worker_that_dies_is_reported_in_one_line() -> None:
    with Engine(2) as engine, pytest.raises(NlpZeroError, match="worker process died"):
        list(engine.map(die, range(4)))


def test_no_process_is_left_when_an_error_ends_the_work() -> None:
    with pytest.raises(RuntimeError), Engine(2) as engine:
        results = engine.map(sleep, [0.0, 0.0, 30.0, 30.0])
        next(results)
        raise RuntimeError
    assert active_children() == []
