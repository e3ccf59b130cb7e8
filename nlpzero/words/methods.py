"""The table of methods: every way to find words, each in a file of its own."""

from ..errors import ModelError
from . import bayes, cohesion, entropy, esa, pmi
from .finding import Method

METHODS: dict[str, Method] = {
    method.name: method for method in (entropy.METHOD, cohesion.METHOD, pmi.METHOD, esa.METHOD, bayes.METHOD)
}
"""By name; the first is the default."""


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
    return METHODS[name]
