"""Inputs (输入): files and standard input as bytes, and what messages call them."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from ..errors import CorpusError
from .lines import READ

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

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
        yield io.BufferedReader(_TerminalInput()) if sys.stdin.isatty() else sys.stdin.buffer
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


class _TerminalInput(io.RawIOBase):
    """Standard input where someone types: once Ctrl-D has ended it, it is not read again."""

    def __init__(self) -> None:
        self.ended = False

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return sys.stdin.fileno()

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = b"" if self.ended else os.read(self.fileno(), len(view))
        self.ended = not data
        view[: len(data)] = data
        return len(data)
