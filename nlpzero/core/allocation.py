"""How the C library hands out memory: settings of the whole process, so they are for programs, not for the library."""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENAS = -1, -3, -8
"""What `mallopt` of glibc calls its settings."""
LARGEST = 32 << 20
"""glibc takes no larger bound for what it keeps."""


def keep_freed_memory(memory: int) -> bool:
    """Have arrays take the memory that others gave back, instead of fresh pages from the system each time.

    Of glibc only. Arrays of a few megabytes are made and dropped all the time; the system fills each fresh page with
    zeros. Kept are up to an eighth of `memory`. (Word discovery in 22.5 MB: 170,000 page faults become 50,000, and of
    4.2 seconds of processor time 0.6 are saved.)

    Parameters
    ----------
    memory : int
        Bytes that the process is to stay under.

    Returns
    -------
    bool
        Whether the C library took the settings.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # such as musl
        return False
    kept = max(1 << 20, memory // 8)
    settings = ((ARENAS, 1), (MMAP_THRESHOLD, min(LARGEST, kept)), (TRIM_THRESHOLD, min(kept, 1 << 30)))
    return all([mallopt(name, value) == 1 for name, value in settings])
