"""Arrays taken piece by piece, so that those in files need not fit the memory."""

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .workspace import WorkspaceArray

Array = npt.NDArray[Any]

PIECE = 1 << 21
"""Values taken at a time."""


def pieces_of(array: Array | WorkspaceArray, size: int = PIECE) -> Iterator[Array]:
    """Give the values of an array in C order, flat, `size` at a time; the rest of one in a file is not held in memory.

    Examples
    --------
    >>> [piece.tolist() for piece in pieces_of(np.arange(6).reshape(2, 3).T, 4)]
    [[0, 3, 1, 4], [2, 5]]
    """
    if isinstance(array, WorkspaceArray):
        yield from (array.part(at, min(at + size, array.length)) for at in range(0, array.length, size))
    elif array.flags.c_contiguous:
        flat = array.reshape(-1)
        for at in range(0, len(flat), size):
            piece = flat[at : at + size]
            yield np.asarray(piece)
            let_go(piece)
    elif array.size:
        rows = max(1, size * len(array) // array.size)
        for at in range(0, len(array), rows):
            yield np.ascontiguousarray(array[at : at + rows]).reshape(-1)


def let_go(piece: Array) -> None:
    """Drop the pages of a part of a file from memory; they are read again if they are wanted again."""
    if not isinstance(piece, np.memmap) or piece.mode != "r" or not hasattr(mmap.mmap, "madvise"):
        return
    pages = piece._mmap  # type: ignore[attr-defined]
    if pages is not None:
        base = np.frombuffer(pages, np.uint8).ctypes.data
        start = piece.ctypes.data - base
        stop = (start + piece.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
        start = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        if start < stop:
            pages.madvise(mmap.MADV_DONTNEED, start, stop - start)
