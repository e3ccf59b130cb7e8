"""What holds for all tests."""

import os
import shutil
import signal
import tempfile

CACHE = tempfile.mkdtemp(prefix="nlpzero-tests-")


def pytest_configure() -> None:
    """Keep out of the user's cache, and let processes that tests start obey signals.

    Also where this one was told to ignore them (nohup, a shell's &): a handler that does nothing ignores a signal, too,
    but is not handed down.
    """
    os.environ["XDG_CACHE_HOME"] = CACHE
    for name in "SIGINT", "SIGHUP":
        number = getattr(signal, name, None)  # not on every system
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(CACHE, ignore_errors=True)
