"""One thread for linear algebra (BLAS).

Its results then do not depend on the number of cores, and its threads do not stand in the way of workers.
"""

import functools
import os
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ClassVar, ParamSpec, Self, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import threadpool_limits

P = ParamSpec("P")
T = TypeVar("T")

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Linear algebra reads them when NumPy or SciPy is loaded."""


def one_thread_each() -> None:
    """Let linear algebra use one thread for the whole process, if NumPy is still to be loaded."""
    if "numpy" not in sys.modules:
        os.environ.update(dict.fromkeys(VARIABLES, "1"))
        OneThread.always = True


class OneThread:
    """Keeps linear algebra at one thread until it is closed, or nobody knows it any more.

    Any number may be held at a time; the last one that goes puts back what was before.

    Examples
    --------
    >>> with OneThread():
    ...     pass
    """

    always: ClassVar[bool] = False
    """Whether NumPy was loaded with one thread, so that there is nothing to do."""
    _lock: ClassVar[AbstractContextManager[bool]] = threading.RLock()
    """Of one thread several times: garbage may be collected, and an object let go of, in the midst of a change."""
    _held: ClassVar[int] = 0
    _limits: ClassVar["threadpool_limits | None"] = None
    _before: ClassVar[dict[str, str | None]] = {}

    def __init__(self) -> None:
        with OneThread._lock:
            OneThread._held += 1
            if OneThread._held == 1 and not OneThread.always:
                self._begin()
        self._end = weakref.finalize(self, OneThread._release)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        self._end()

    @classmethod
    def _begin(cls) -> None:
        """Set one thread: by the variables for what is still to be loaded, and for what is loaded."""
        cls._before = {name: os.environ.get(name) for name in VARIABLES}
        os.environ.update(dict.fromkeys(VARIABLES, "1"))
        if "numpy" in sys.modules:
            from threadpoolctl import threadpool_limits

            cls._limits = threadpool_limits(1, "blas")

    @classmethod
    def _release(cls) -> None:
        """Put back what was before, if this was the last."""
        with cls._lock:
            cls._held -= 1
            if cls._held == 0:
                for name, value in cls._before.items():
                    if value is None:
                        os.environ.pop(name, None)
                    else:
                        os.environ[name] = value
                cls._before = {}
                if cls._limits is not None:
                    cls._limits.restore_original_limits()
                    cls._limits = None


def one_threaded(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function keep linear algebra at one thread: 1 or 2 ms a call, where NumPy was loaded with more.

    Examples
    --------
    >>> one_threaded(abs)(-1)
    1
    """

    @functools.wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> T:
        with OneThread():
            return function(*arguments, **named)

    return call
