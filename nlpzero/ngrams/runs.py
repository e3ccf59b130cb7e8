"""N-gram counts as files.

A file holds every n-gram up to a length, also those that occur once, as they may repeat in another part. An n-gram is a
pair of ranks in the level below (see `nlpzero.ngrams.levels.Level`).
"""

import os
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..core.workspace import WorkspaceArray, sum_of
from ..errors import ModelError
from .levels import ROWS, Level

LONGEST = 64
"""No n-gram of a file is longer."""
SCHEMA = Schema(
    "n-gram counts",
    2,
    {
        "units": Member("text", ("units",)),
        "counts_1": Member("u4 i8", ("units",), mapped=True),
        **{
            f"{name}_{length}": Member(types, (f"ngrams_{length}",), mapped=True, optional=True)
            for length in range(2, LONGEST + 1)
            for name, types in (("counts", "u4 i8"), ("pairs", "u8"))
        },
    },
    "count again",
    {"joined": bool, "order": int, "total": int, "clauses": int, "left_out": int, "checks": dict},
)


class NGramTable(NamedTuple):
    """The n-gram counts of a corpus (n 元语法计数).

    Attributes
    ----------
    units : list of str
        Sorted; unit i has rank i at level 1.
    levels : list of Level
        All n-grams of 1, 2, ... units.
    joined : bool
        Whether a run of digits or of Latin letters is one unit (see `nlpzero.ngrams.units.encode`).
    total, clauses, left_out : int
        Units, clauses and other characters of the corpus.
    source : str
        The file they are from, for messages.
    """

    units: list[str]
    levels: list[Level]
    joined: bool
    total: int
    clauses: int
    left_out: int
    source: str = "the counts"

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Write a file: `units`, and for each length n-grams in ``pairs_2`` ... and their counts in ``counts_1`` ...

        The signature holds the other attributes and the sum of each array's values, which reading checks. Equal counts
        make equal bytes.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        arrays: dict[str, npt.NDArray[Any] | WorkspaceArray] = {}
        for length, level in enumerate(self.levels, 1):
            arrays[f"counts_{length}"] = level.numbers
            if length > 1:
                arrays[f"pairs_{length}"] = level.pairs
        checks = {name: _check(array) for name, array in arrays.items()}
        sizes = {"order": len(self.levels), "total": self.total, "clauses": self.clauses, "left_out": self.left_out}
        made = {"joined": self.joined, **sizes, "checks": checks}
        write_archive(path, SCHEMA, made, {"units": self.units, **arrays})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "NGramTable":
        """Open a file that `save` wrote; its arrays stay there.

        Raises
        ------
        ModelError
            If it is missing, of another kind or version, or damaged.
        """
        source = os.fspath(path)
        archive = read_archive(path, SCHEMA)
        made, arrays = archive.made, archive.arrays
        order = made["order"]
        names = {f"counts_{length}" for length in range(1, order + 1)} | {f"pairs_{i}" for i in range(2, order + 1)}
        if set(arrays) != names or any(not isinstance(made["checks"].get(name), int) for name in names):
            raise ModelError(f"{source}: is damaged: it lacks counts of a length; count again")
        columns = {name: _stored(source, array, made["checks"][name]) for name, array in arrays.items()}
        nothing = WorkspaceArray("<u8", 0, None, None)
        levels = [
            Level(columns.get(f"pairs_{length}", nothing), columns[f"counts_{length}"])
            for length in range(1, order + 1)
        ]
        sizes = made["total"], made["clauses"], made["left_out"]
        return cls(archive.texts["units"], levels, made["joined"], *sizes, source)


def _check(array: npt.NDArray[Any] | WorkspaceArray) -> int:
    """Add up the values of an array that is to be written."""
    if not isinstance(array, WorkspaceArray):
        return sum_of(array)
    starts = range(0, array.length, ROWS)
    return sum(sum_of(array.part(at, min(at + ROWS, array.length))) for at in starts) % (1 << 64)


def _stored(source: str, array: npt.NDArray[Any], check: int) -> WorkspaceArray:
    """Describe an array of an open archive."""
    offset = array.offset if isinstance(array, np.memmap) else 0
    return WorkspaceArray(array.dtype.str, len(array), None, source, offset, check)
