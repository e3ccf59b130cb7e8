"""Similarity of texts (文本相似度): words moved at the least cost, sums of words, exact search.

The package is also the function `nlpzero.similarity.front.similarity`: a function and a package of one name cannot
both be attributes of `nlpzero`, so that `nlpzero.similarity("河上有船", "江边有船")` calls the package.
"""

import importlib
import sys
from types import ModuleType
from typing import Any


class SimilarityPackage(ModuleType):
    """This package, which can be called."""

    def __call__(self, a: str, b: str, **options: Any) -> float:
        """Say how similar two texts are: see `nlpzero.similarity.front.similarity`."""
        found: float = importlib.import_module("nlpzero.similarity.front").similarity(a, b, **options)
        return found


sys.modules[__name__].__class__ = SimilarityPackage
