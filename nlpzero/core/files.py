"""Files that are seen whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import ModelError


@contextlib.contextmanager
def open_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for bytes that appears in its place when the block ends well.

    It is written beside its place and moved there, so that it is never seen half written and a failure leaves what was
    there before. A symbolic link stays one; a device or a pipe is written to as it is.

    Raises
    ------
    ModelError
        If the place cannot be written: known at once, before the work begins.

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
    whole = not os.path.exists(target) or os.path.isfile(target)
    folder, name = os.path.split(target)
    written = os.path.join(folder, f".{name}.{os.getpid()}.tmp") if whole else target
    try:
        file = open(written, "xb" if whole else "wb")  # noqa: SIM115
    except OSError as error:
        raise ModelError(f"{os.fspath(path)}: cannot be written: {error.strerror}") from None
    try:
        with file:
            yield file
        if whole:
            os.replace(written, target)
    except BaseException:
        if whole:
            with contextlib.suppress(OSError):
                os.unlink(written)
        raise
