"""Mapping functions over blocks, in this thread, in others, and in other processes."""

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nlpzero.core.engine import Engine
from nlpzero.core.processes import Processes
from nlpzero.errors import NlpZeroError

ENGINES = [Engine(1), Engine(2), Engine(5), Processes(2)]
NAMES = ["this thread", "2 threads", "5 threads", "2 processes"]


def square(number: int) -> int:
    return number * number


def square_slowly(number: int) -> int:
    """Take long for the first of some numbers."""
    time.sleep(0.02 * (number == 0))
    return square(number)


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(_: int) -> None:
    raise NlpZeroError("a block is bad")


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


BEFORE: set[threading.Thread] = set()
"""The threads that were there when a test began: libraries that other tests used may keep some."""


@pytest.fixture(autouse=True)
def threads_before() -> None:
    """Note the threads that are there already."""
    BEFORE.clear()
    BEFORE.update(threading.enumerate())


def workers_left() -> list[threading.Thread]:
    """Give the threads that were started since."""
    return [thread for thread in threading.enumerate() if thread not in BEFORE]


@pytest.mark.parametrize("engine", ENGINES, ids=NAMES)
def test_results_come_in_the_order_of_the_items(engine: Engine) -> None:
    with engine:
        assert list(engine.map(square, range(20))) == [n * n for n in range(20)]
        assert list(engine.map(square, [])) == []
        assert list(engine.map(square, [3])) == [9]
        assert engine.share(square, range(5)) == [0, 1, 4, 9, 16]
    assert (workers_left(), active_children()) == ([], [])


@pytest.mark.parametrize("engine", ENGINES[:3], ids=NAMES[:3])
def test_a_slow_first_item_does_not_change_the_order(engine: Engine) -> None:
    with engine:
        assert list(engine.map(square_slowly, range(9))) == [n * n for n in range(9)]


@pytest.mark.parametrize("engine", [Engine(2), Processes(2)], ids=["threads", "processes"])
def test_only_a_few_items_are_taken_ahead_of_the_results(engine: Engine) -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    with engine:
        results = engine.map(square, items())
        assert next(results) == 0
        assert len(taken) <= 5


def test_tasks_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=10)
    with Engine(3) as engine:
        assert sorted(engine.map(lambda _: together.wait(), range(6))) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("engine", [Engine(2), Processes(2)], ids=["threads", "processes"])
def test_one_item_needs_no_worker(engine: Engine) -> None:
    with engine:
        assert list(engine.map(os.getpid.__class__.__call__, [os.getpid])) == [os.getpid()]
        assert (workers_left(), active_children()) == ([], [])


@pytest.mark.parametrize("engine", ENGINES, ids=NAMES)
def test_an_error_in_a_worker_arrives_as_it_is(engine: Engine) -> None:
    with engine, pytest.raises(NlpZeroError, match=r"^a block is bad$"):
        list(engine.map(fail, range(4)))


def test_what_waits_behind_an_error_is_not_done() -> None:
    done = []

    def task(number: int) -> None:
        if number == 0:
            raise NlpZeroError("a block is bad")
        time.sleep(0.1)
        done.append(number)

    with Engine(2) as engine:
        with pytest.raises(NlpZeroError):
            list(engine.map(task, range(4)))
        assert list(engine.map(square, range(4))) == [0, 1, 4, 9]  # the engine goes on working
    assert len(done) <= 2


def test_a_time_out_of_the_task_itself_arrives_as_it_is() -> None:
    def task(_: int) -> None:
        raise TimeoutError("the task's own")

    with Engine(2) as engine, pytest.raises(TimeoutError, match="the task's own"):
        list(engine.map(task, range(4)))


def test_a_function_that_holds_a_model_is_sent_to_processes_once(tmp_path: Path) -> None:
    model = np.arange(100_000)  # 800 kB
    with Processes(2, str(tmp_path)) as engine:
        results = engine.map(functools.partial(look_up, model), range(20))
        assert next(results) == 0
        [folder] = tmp_path.iterdir()
        assert [path.stat().st_size > model.nbytes for path in folder.iterdir()] == [True]
        assert list(results) == list(range(1, 20))
    assert list(tmp_path.iterdir()) == []


def look_up(model: npt.NDArray[np.int64], number: int) -> int:
    return int(model[number])


def test_a_process_that_dies_is_reported_in_one_line() -> None:
    with Processes(2) as engine, pytest.raises(NlpZeroError, match=r"^a worker process died: [^\n]*$"):
        list(engine.map(die, range(4)))


@pytest.mark.parametrize("task", [sleep, spin])
@pytest.mark.parametrize("engine", [Engine(2), Processes(2)], ids=["threads", "processes"])
def test_work_that_is_not_wanted_any_more_ends_soon(engine: Engine, task: Callable[[float], None]) -> None:
    if task is sleep and type(engine) is Engine:
        task = nap
    began = time.monotonic()
    with pytest.raises(RuntimeError), engine:
        results = engine.map(task, [0.0, 0.0, 30.0, 30.0])
        next(results)
        raise RuntimeError
    assert time.monotonic() - began < 5
    assert (workers_left(), active_children()) == ([], [])


def nap(seconds: float) -> None:
    """Sleep in short pieces, as array code works in short operations."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def test_an_engine_that_nobody_closes_does_not_hinder_the_end(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from nlpzero.core.engine import Engine\nengine = Engine(2)\nprint(*engine.map(abs, range(4)))\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 1 2 3\n", "")


def test_a_forgotten_engine_ends_its_threads() -> None:
    engine = Engine(2)
    assert list(engine.map(square, range(4))) == [0, 1, 4, 9]
    threads = workers_left()
    assert len(threads) == 2
    del engine
    for thread in threads:
        thread.join(5)
    assert workers_left() == []


def test_a_script_without_a_guard_can_use_workers(tmp_path: Path) -> None:
    # "Su Xiaohe rows the boat" many times, in many blocks
    script = tmp_path / "script.py"
    script.write_text(
        "from nlpzero.core.job import Job\n"
        "from nlpzero.words.discovery import Parameters, discover\n"
        "found = discover(['苏小河划船\\n'] * 20, parameters=Parameters(min_count=1), job=Job(2))\n"
        "print(found.counts.sum())\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 20
