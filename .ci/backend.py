"""The build: setuptools, whose folders in the source are removed, so that `pip install .` leaves nothing behind.

They are removed before the build as well: what an older one left would be shipped again, deleted modules among it.
"""

import functools
import shutil
from collections.abc import Callable
from typing import Any

from setuptools import build_meta

FOLDERS = ("build", "nlpzero.egg-info")
HOOKS = (
    "get_requires_for_build_wheel",
    "get_requires_for_build_sdist",
    "get_requires_for_build_editable",
    "prepare_metadata_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "build_wheel",
    "build_sdist",
    "build_editable",
)


def _remove() -> None:
    """Remove the folders that setuptools makes in the current one."""
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Let a hook begin and end without these folders."""

    @functools.wraps(hook)
    def run(*arguments: Any, **options: Any) -> Any:
        _remove()
        try:
            return hook(*arguments, **options)
        finally:
            _remove()

    return run


globals().update({name: _tidy(getattr(build_meta, name)) for name in HOOKS})
