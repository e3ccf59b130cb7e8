"""Inputs (输入): files and standard input as bytes, and what messages call them."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ..errors import CorpusError
from .lines import READ

STDIN = "<stdin>"
"""The source name of standard input."""


def name_of(path: str) -> str:
    """Name an input for messages and blocks."""
    return STDIN if path == "-" else path


def is_regular(path: str) -> bool:
    """Tell whether an input is a file that can be opened again; refuse one that is missing or a directory."""
    if path == "-":
        return False
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise CorpusError(f"{path}: {getattr(error, 'strerror', None) or error}", path) from None
    if stat.S_ISDIR(mode):
        raise CorpusError(f"{path}: is a directory; name its files, such as {os.path.join(path, '*.txt')}", path)
    return stat.S_ISREG(mode)


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file; standard input is there and stays open."""
    if path == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed; name a file", STDIN)
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror}", path) from None
    with file:
        yield file


def read_chunks(file: BinaryIO, source: str) -> Iterator[bytes]:
    """Read a file in chunks."""
    try:
        while chunk := file.read(READ):
            yield chunk
    except OSError as error:
        raise CorpusError(f"{source}: {error.strerror}", source) from None
