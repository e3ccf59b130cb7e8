"""The folder where things are kept that can be made again (缓存目录)."""

import os
import sys


def cache_folder() -> str | None:
    """Give the folder of ours in the user's cache, which need not exist; None if the user has none.

    ``$XDG_CACHE_HOME/nlpzero``, by default ``~/.cache/nlpzero``; on Windows in ``%LOCALAPPDATA%``.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # others are to be ignored, says the XDG Base Directory Specification
        return os.path.join(named, "nlpzero")
    local = os.environ.get("LOCALAPPDATA", "") if sys.platform == "win32" else os.path.expanduser("~/.cache")
    return os.path.join(local, "nlpzero") if os.path.isabs(local) else None
