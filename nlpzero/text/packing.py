"""Words as one array of bytes: UTF-8 with a line feed after each."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LINE_FEED = 10


def pack_words(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Write words as bytes; `unpack_words` reads them.

    Examples
    --------
    >>> unpack_words(pack_words(["长江", "a b"]))
    ['长江', 'a b']
    """
    return np.frombuffer("".join(f"{word}\n" for word in words).encode("utf-8", "surrogatepass"), np.uint8)


def unpack_words(packed: npt.NDArray[np.uint8]) -> list[str]:
    """Read words written by `pack_words`."""
    return packed.tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
