"""Tasks that the workers of a test's cluster do."""

import os
import time


def slow(seconds: float) -> float:
    """Take some time."""
    time.sleep(seconds)
    return seconds


def doubled(text: str) -> str:
    """Write a text twice."""
    return text + text


def hold(megabytes: int) -> int:
    """Hold memory for a while."""
    held = [os.urandom(1 << 20) for _ in range(megabytes)]
    time.sleep(20)
    return len(held)


def fail(path: str) -> str:
    """Fail as a full disk does."""
    raise OSError(28, "No space left on device", path)
