"""Files that are seen whole or not at all."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

from ..errors import ModelError


@contextlib.contextmanager
def open_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for bytes that appears in its place when the block ends well.

    It is written beside its place and moved there, so that it is never seen half written and a failure leaves what was
    there before. A file that is there keeps its mode, a symbolic link stays one; a device or a pipe is written to as it
    is.

    Raises
    ------
    ModelError
        If the place cannot be written: known at once, before the work begins. On Windows also at the end, if another
        program, or a memory map of this one, holds the file that was there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with open_whole(f"{folder}/model") as file:
    ...         _ = file.write(b"whole")
    ...         os.path.exists(f"{folder}/model")
    ...     os.listdir(folder)
    False
    ['model']
    """
    target = os.path.realpath(path)
    mode = None
    try:
        mode = os.stat(path).st_mode
        whole = stat.S_ISREG(mode)
        if not whole:  # a pipe has no real path
            target = os.fspath(path)
    except FileNotFoundError:
        whole = True
    except OSError as error:
        raise _unwritable(path, error) from None
    # The name is random, not one of the process: one that was killed may have left a file, and ids of processes repeat
    # in containers; nor does it hold that of the file, which may be as long as names can be.
    written = os.path.join(os.path.dirname(target), f".nlpzero-{os.urandom(8).hex()}.tmp") if whole else target
    try:
        try:
            file = open(written, "xb" if whole else "wb")  # noqa: SIM115
        except OSError as error:
            raise _unwritable(path, error) from None
        with file:
            if whole and mode is not None:
                os.chmod(written, stat.S_IMODE(mode))
            yield file
        if whole:
            try:
                os.replace(written, target)
            except OSError as error:
                raise _unwritable(path, error) from None
    except BaseException:
        if whole:
            with contextlib.suppress(OSError):
                os.unlink(written)
        raise


def _unwritable(path: str | os.PathLike[str], error: OSError) -> ModelError:
    """Say why a place cannot be written, and what helps."""
    remedies = {
        errno.ENOENT: "make the directory first",
        errno.ENOTDIR: "a part of the path is a file; name another place",
        errno.EISDIR: "name a file in it",
        errno.ENAMETOOLONG: "give it a shorter name",
    }
    remedy = remedies.get(error.errno or 0, "name another place")
    return ModelError(f"{os.fspath(path)}: cannot be written: {error.strerror}; {remedy}")


class _Stream:
    """A device or a pipe, which does not tell how much was written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._written = file, 0

    def write(self, data: bytes) -> int:
        self._written += memoryview(data).nbytes
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def tell(self) -> int:
        return self._written


def telling(file: BinaryIO) -> Any:
    """Give a file that tells how much was written to it."""
    try:
        is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (AttributeError, OSError):  # it is in memory
        is_regular = True
    return file if is_regular else _Stream(file)


class _Departure(Exception):
    """Leaves `open_whole` without a file."""


def check_place(path: str | os.PathLike[str]) -> None:
    """Tell at once whether a file can be written later.

    Raises
    ------
    ModelError
        If it cannot: see `open_whole`.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        return  # who reads a pipe would take this for the whole
    with contextlib.suppress(_Departure), open_whole(path):
        raise _Departure
