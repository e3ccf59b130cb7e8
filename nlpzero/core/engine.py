"""Where work runs: one function mapped over blocks, by threads, or by processes (`processes`) or machines (`cluster`).

Nothing else in the library knows where work runs. Results come in the order of the items, so whatever is made of them
does not depend on the number of workers.

Array code lets go of the lock of the interpreter while it sorts, takes and adds, so threads serve it, and share memory.
"""

import collections
import contextlib
import itertools
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 2
"""Items under way per worker: one it works on and one that waits, so that memory stays bounded."""
POLL = 0.5
"""Seconds between looks at signals while a result is waited for: not every system wakes a thread that waits."""
GRACE = 0.3
"""Seconds that tasks which are not wanted any more get to come to their end."""
STOPPING = 5.0
"""Seconds that abandoned threads get to end after that; each ends with the array operation it is in."""


class Pool(Protocol):
    """Something that takes tasks."""

    def submit(self, function: Callable[..., R], /, *items: Any) -> "Future[R]":
        """Hand over a task."""

    def close(self, *, abandon: bool) -> None:
        """End when all tasks are done; with `abandon` at once."""


class Engine:
    """Map functions over items with a number of threads.

    Parameters
    ----------
    workers : int
        1 works in the thread that asks. Threads are started with the first map that has more than one item.

    Examples
    --------
    >>> with Engine(workers=1) as engine:
    ...     list(engine.map(abs, [-1, 2]))
    [1, 2]
    """

    shares_memory = True
    """Whether tasks see the arrays of this process."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = max(1, workers)
        self._pool: Pool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(abandon=kind is not None)

    def close(self, *, abandon: bool = False) -> None:
        """Stop the workers; with `abandon` at once, whatever they are doing. A further map starts others."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(abandon=abandon)

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Give ``function(item)`` for each item, in order."""
        iterator = iter(items)
        head = list(itertools.islice(iterator, 2))
        everything = itertools.chain(head, iterator)
        if self.workers == 1 or (len(head) < 2 and self._pool is None):
            yield from map(function, everything)
            return
        under_way: collections.deque[Future[R]] = collections.deque()
        with self._sent(function) as task:
            try:
                for item in everything:
                    under_way.append(self._submit(task, item))
                    if len(under_way) >= IN_FLIGHT * self.workers:
                        yield self._result(under_way.popleft())
                while under_way:
                    yield self._result(under_way.popleft())
            finally:
                for future in under_way:
                    future.cancel()

    def share(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Give ``function(item)`` for each item, in order, by threads of this process, which share its arrays.

        Examples
        --------
        >>> with Engine(workers=2) as engine:
        ...     engine.share(abs, [-1, 2])
        [1, 2]
        """
        if self.shares_memory:
            return [*self.map(function, items)]
        with Engine(self.workers) as threads:
            return threads.share(function, items)

    def _sent(self, function: Callable[[T], R]) -> contextlib.AbstractContextManager[Callable[[T], R]]:
        """Give a function as workers take it."""
        return contextlib.nullcontext(function)

    def _submit(self, function: Callable[..., R], *items: Any) -> "Future[R]":
        """Hand a task to the workers."""
        if self._pool is None:
            self._pool = self._start()
        return self._pool.submit(function, *items)

    def _start(self) -> Pool:
        """Start the workers."""
        return _Threads(self.workers)

    def _result(self, future: "Future[R]") -> R:
        """Wait for a result."""
        while True:
            try:
                return future.result(POLL)
            except TimeoutError:
                if future.done():  # the task's own
                    return future.result()


class _Halt(BaseException):
    """Ends a task that is not wanted any more."""


class _Threads:
    """Threads that do tasks until they are told to end."""

    def __init__(self, number: int) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads = [threading.Thread(target=_work, args=(self._tasks,), daemon=True) for _ in range(number)]
        weakref.finalize(self, _end, self._tasks, number)  # of an engine that nobody closed
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., R], /, *items: Any) -> "Future[R]":
        """Hand over a task."""
        from concurrent.futures import Future  # it takes 5 ms to import

        future: Future[R] = Future()
        self._tasks.put((future, function, items))
        return future

    def close(self, *, abandon: bool) -> None:
        """End when all tasks are done; with `abandon` each thread ends with the operation it is in."""
        if abandon:
            with contextlib.suppress(queue.Empty):
                while task := self._tasks.get_nowait():
                    task[0].cancel()
        _end(self._tasks, len(self._threads))
        self._wait(GRACE if abandon else float("inf"))
        if abandon:
            for thread in self._threads:
                _interrupt(thread)
            self._wait(STOPPING)

    def _wait(self, seconds: float) -> None:
        """Wait for the threads to end, so long at most."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            while thread.is_alive() and (left := until - time.monotonic()) > 0:
                thread.join(min(POLL, left))


def _end(tasks: "queue.SimpleQueue[Any]", number: int) -> None:
    """Tell the threads that nothing more comes."""
    for _ in range(number):
        tasks.put(None)


def _work(tasks: "queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None]") -> None:
    """Do tasks until there is none."""
    with contextlib.suppress(_Halt):
        while task := tasks.get():
            future, function, items = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*items))
            except BaseException as error:
                future.set_exception(error)
            del task, future, function, items  # nothing is held while waiting for the next one


def _interrupt(thread: threading.Thread) -> None:
    """Raise an error in a thread, at its next step: what Python has for ending one from outside."""
    import ctypes

    if thread.ident is not None and thread.is_alive():
        with contextlib.suppress(AttributeError):  # not every Python has it
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Halt))
