"""POT's exact solver alone: `import ot` brings SciPy's statistics and more, and takes most of a second."""

import functools
import importlib
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

_NAME = "ot.lp.emd_wrap"
_PRIVATE = "nlpzero_pot"
"""The package under whose name the solver is loaded; its relative imports then lead here, not to all of POT."""
_loading = threading.Lock()


def exact_solver() -> Callable[..., Any]:
    """Give `ot.lp.emd_wrap.emd_c`, without importing the rest of POT.

    Raises
    ------
    ImportError
        If POT is missing or holds no such solver.
    """
    return _solver("emd_c")


@functools.cache
def sparse_solver() -> Callable[..., Any] | None:
    """Give `ot.lp.emd_wrap.emd_c_sparse`, which POT has from 0.9.7 on; None where there is none that works like it.

    It takes two distributions, the sources, targets and costs of the pairs that mass may move between, an iteration
    cap, and duals to begin with, if any. It gives sources, targets and masses of moves, the cost, duals and a status.
    """
    try:
        found = _solver("emd_c_sparse")
        one, zero = np.ones(1), np.zeros(1, np.uint64)
        return found if len(found(one, one, zero, zero, one, 10, one, one)) == 7 else None
    except (ImportError, TypeError):
        return None


def _solver(name: str) -> Callable[..., Any]:
    """Give one of POT's solvers."""
    with _loading:
        if _NAME not in sys.modules and "ot" not in sys.modules:
            _load()
    found: Callable[..., Any] | None = getattr(importlib.import_module(_NAME), name, None)
    if found is None:
        raise ImportError(f"no {name} in {_NAME}")
    return found


def _load() -> None:
    """Load the extension, and put it where a later `import ot` finds it: it cannot be loaded twice."""
    package = importlib.util.find_spec("ot")
    if package is None or not package.submodule_search_locations:
        raise ImportError("no package ot")
    paths = [str(Path(place) / "lp") for place in package.submodule_search_locations]
    found = importlib.machinery.PathFinder.find_spec(_NAME, paths)
    if found is None or not isinstance(found.loader, importlib.machinery.ExtensionFileLoader):
        return  # another kind of POT: the whole of it is imported
    own = f"{_PRIVATE}.lp.emd_wrap"
    loader = importlib.machinery.ExtensionFileLoader(own, found.loader.path)
    spec = importlib.machinery.ModuleSpec(own, loader, origin=found.origin)
    stand_ins = {name: ModuleType(name) for name in (_PRIVATE, f"{_PRIVATE}.lp", f"{_PRIVATE}.utils")}
    for name in (_PRIVATE, f"{_PRIVATE}.lp"):
        stand_ins[name].__path__ = []
    stand_ins[f"{_PRIVATE}.utils"].__getattr__ = _later  # type: ignore[method-assign]
    sys.modules.update(stand_ins)
    try:
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
    finally:
        for name in stand_ins:
            sys.modules.pop(name, None)
    sys.modules[_NAME] = module


def _later(name: str) -> Callable[..., Any]:
    """Give what stands for a function of `ot.utils` until it is called, when all of POT is imported."""
    if name.startswith("__"):
        raise AttributeError(name)

    def call(*arguments: Any, **named: Any) -> Any:
        return getattr(importlib.import_module("ot.utils"), name)(*arguments, **named)

    return call
