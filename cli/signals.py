"""What the program does when it is asked to end: Ctrl-C, SIGTERM, the end of the terminal.

The first signal raises an error, which leads through the `finally` clauses that remove temporary files. Those that come
after it do not disturb this.
"""

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
"""Not all of them are on every system."""


@contextlib.contextmanager
def obeyed() -> Iterator[None]:
    """Obey signals while a command runs.

    Raises
    ------
    KeyboardInterrupt
        For Ctrl-C.
    SystemExit
        For the others, with the status 128 + number.
    """
    received: list[int] = []
    asked: list[int] = []
    previous: dict[int, Any] = {}
    before, of_threads = sys.unraisablehook, threading.excepthook

    def obey(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if not received:
            received.append(number)
            raise _error(number)

    def lost(unraisable: Any) -> None:
        """Ask again, if the error came up where Python only reports errors: in the removal of an object."""
        if received and issubclass(unraisable.exc_type, KeyboardInterrupt | SystemExit):
            threading.Timer(0.01, _send, [received.pop()]).start()
        elif not asked:
            before(unraisable)

    def ended(failure: Any) -> None:
        """Say nothing of threads that end because the command does."""
        if not asked:
            of_threads(failure)

    if threading.current_thread() is not threading.main_thread():  # signals are someone else's business
        yield
        return
    try:
        sys.unraisablehook, threading.excepthook = lost, ended
        for name in NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                previous[number] = signal.signal(number, obey)
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if received and not hasattr(error, "exit_code"):  # made of the interruption by code that it hit
            raise _error(received[0]) from None
        raise
    else:
        if received:
            raise _error(received[0])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        sys.unraisablehook, threading.excepthook = before, of_threads


def _send(number: int) -> None:
    """Send a signal to the main thread, so that it also ends what that thread waits for."""
    if hasattr(signal, "pthread_kill"):  # not on every system
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _error(number: int) -> BaseException:
    """Make the error that ends the command."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
