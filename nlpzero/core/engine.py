"""Where work runs: one function mapped over blocks, in this process or in worker processes (or see `cluster`).

Nothing else in the library knows where work runs. Results come in the order of the items, so whatever is made of them
does not depend on the number of workers.
"""

import collections
import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self, TypeVar

from ..errors import NlpZeroError

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 2
"""Items under way per worker: one it works on and one that waits, so that memory stays bounded."""


class Engine:
    """Map functions over items with a number of worker processes.

    Parameters
    ----------
    workers : int
        1 works in this process. Worker processes are started (by ``spawn``: no state is inherited) with the first
        map that has more than one item.

    Raises
    ------
    NlpZeroError
        From `map`, if a worker process dies.

    Examples
    --------
    >>> with Engine(workers=1) as engine:
    ...     list(engine.map(abs, [-1, 2]))
    [1, 2]
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = max(1, workers)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(abandon=kind is not None)

    def close(self, *, abandon: bool = False) -> None:
        """Stop the workers; with `abandon` at once, whatever they are doing."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((pool._processes or {}).values())
        if abandon:
            for process in processes:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)

    def start(self) -> None:
        """Start the workers now, if there are to be any, and do not wait for them: `map` would start them later."""
        for _ in range(self.workers if self.workers > 1 else 0):
            self._submit(int)

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Give ``function(item)`` for each item, in order; function, items and results must pickle."""
        iterator = iter(items)
        head = list(itertools.islice(iterator, 2))
        everything = itertools.chain(head, iterator)
        if self.workers == 1 or (len(head) < 2 and self._pool is None):
            yield from map(function, everything)
            return
        under_way: collections.deque[Future[R]] = collections.deque()
        try:
            for item in everything:
                under_way.append(self._submit(function, item))
                if len(under_way) >= IN_FLIGHT * self.workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool:
            raise NlpZeroError(
                "a worker process died (killed, or out of memory); try a smaller --memory or fewer workers (-j 1)"
            ) from None

    def share(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Give ``function(item)`` for each item, in order, by threads of this process, which share its arrays.

        For functions that spend their time in array code, which lets other threads run.

        Examples
        --------
        >>> Engine(workers=2).share(abs, [-1, 2])
        [1, 2]
        """
        if self.workers == 1:
            return [*map(function, items)]
        with ThreadPoolExecutor(self.workers) as pool:
            return [*pool.map(function, items)]

    def _submit(self, function: Callable[..., R], *items: Any) -> "Future[R]":
        """Hand a task to the workers; as long as none is idle, another one is started for it."""
        with _shielded():
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self.workers, context, _end_with_the_parent)
            return self._pool.submit(function, *items)


@contextlib.contextmanager
def _shielded() -> Iterator[None]:
    """Start processes that Ctrl-C and the end of the terminal do not reach: the parent stops them, and cleans up."""
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})  # new processes keep the mask
    try:
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
