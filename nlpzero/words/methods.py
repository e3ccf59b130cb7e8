"""The table of methods: every way to find words, each in a file of its own, which is read when it is asked for."""

import importlib
from typing import get_args

from ..errors import ModelError
from .finding import Method, MethodName

METHODS: tuple[MethodName, ...] = get_args(MethodName)
"""Their names, those of the files; the first is the default."""


def method_of(name: str) -> Method:
    """Give a method by its name.

    Raises
    ------
    ModelError
        If there is none of that name.

    Examples
    --------
    >>> method_of("esa").joined
    True
    """
    if name not in METHODS:
        raise ModelError(f"`method` is {name!r}; there are {', '.join(METHODS)}")
    method: Method = importlib.import_module(f".{name}", __package__).METHOD
    return method
