"""An engine of worker processes, for functions whose Python code holds the lock of the interpreter."""

import contextlib
import functools
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from ..errors import NlpZeroError
from .engine import Engine, Pool

T = TypeVar("T")
R = TypeVar("R")

SMALL = 1 << 16
"""Bytes of a function that is sent with every task."""


class Processes(Engine):
    """Map functions over items with a number of processes; functions, items and results must pickle.

    Parameters
    ----------
    workers : int
        1 works in this process. Processes are started (by ``spawn``: no state is inherited) with the first map that has
        more than one item.
    tmp_dir : path, optional
        Where a large function waits for the processes.

    Raises
    ------
    NlpZeroError
        From `map`, if a process dies.
    """

    shares_memory = False

    def __init__(self, workers: int = 1, tmp_dir: str | None = None) -> None:
        super().__init__(workers)
        self._tmp_dir = tmp_dir

    @contextlib.contextmanager
    def _sent(self, function: Callable[[T], R]) -> Iterator[Callable[[T], R]]:
        """Send a function that holds a model once, not with every task."""
        sent = pickle.dumps(function)
        if len(sent) < SMALL:
            yield function
            return
        with tempfile.TemporaryDirectory(prefix="nlpzero-", dir=self._tmp_dir, ignore_cleanup_errors=True) as folder:
            path = os.path.join(folder, "function")
            with open(path, "xb") as file:
                file.write(sent)
            del sent
            yield functools.partial(_call, path)

    def _start(self) -> Pool:
        return _Pool(self.workers)

    def _result(self, future: "Future[R]") -> R:
        try:
            return super()._result(future)
        except BrokenProcessPool:
            raise _died() from None

    def _submit(self, function: Callable[..., R], *items: Any) -> "Future[R]":
        try:
            return super()._submit(function, *items)
        except BrokenProcessPool:
            raise _died() from None


def _call(path: str, item: Any) -> Any:
    """Do a task in a process."""
    return _function(path)(item)


@functools.lru_cache(maxsize=4)
def _function(path: str) -> Callable[[Any], Any]:
    """Read the function of a map; no two have the same path."""
    with open(path, "rb") as file:
        function: Callable[[Any], Any] = pickle.load(file)
    return function


def _died() -> NlpZeroError:
    """Make the error for a process that ended in the midst of its work, or could not begin."""
    return NlpZeroError(
        "a worker process died: killed, or out of memory, or the script that runs does its work without "
        "if __name__ == '__main__'; try `workers`=1, or a smaller `memory`"
    )


class _Pool:
    """Processes that do tasks."""

    def __init__(self, number: int) -> None:
        with _shielded():  # its locks need the resource tracker, a process, too
            self._executor = ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), _end_with_the_parent)

    def submit(self, function: Callable[..., R], /, *items: Any) -> "Future[R]":
        """Hand over a task; as long as no process is idle, another one is started for it."""
        with _shielded():
            return self._executor.submit(function, *items)

    def close(self, *, abandon: bool) -> None:
        """End when all tasks are done; with `abandon` at once."""
        if abandon:
            for process in [*(self._executor._processes or {}).values()]:
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _shielded() -> Iterator[None]:
    """Start processes that Ctrl-C and the end of the terminal do not reach: the parent stops them, and cleans up."""
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    signals = {signal.SIGINT, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # new processes keep the mask
    try:
        resource_tracker.ensure_running()  # it lets go of SIGINT when it has started
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_the_parent() -> None:
    """Let a worker end when its parent is gone, even in the midst of a task."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    """End this process when its parent has ended."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
