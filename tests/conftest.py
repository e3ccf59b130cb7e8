"""What holds for all tests."""

import signal


def pytest_configure() -> None:
    """Let processes that tests start obey signals, also where this one was told to ignore them (nohup, a shell's &).

    A handler that does nothing ignores a signal, too, but is not handed down.
    """
    for name in "SIGINT", "SIGHUP":
        number = getattr(signal, name, None)  # not on every system
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
