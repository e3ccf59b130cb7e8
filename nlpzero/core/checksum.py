"""A sum that tells damage to an array, for less time than reading it takes."""

import zlib

import numpy as np
import numpy.typing as npt

LANES = 1021
"""Numbers side by side. A prime: sectors that have changed places do not fall into the same lanes."""
ROWS = 128
"""Rows of lanes in a block, which fits the cache: measured fastest of 16 to 128."""
BLOCK = 8 * LANES * ROWS
"""Bytes of a block."""
FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Makes the sum of blocks depend on their order; odd, so that nothing is lost."""

Bytes = npt.NDArray[np.uint8]


class Checksum:
    """Adds up bytes: those of a block in lanes of 64 bits, the lanes of all blocks in order, and these by a CRC-32.

    Any change of one number changes the sum, and so do changes of several but for one case in 2^32, or where numbers of
    one lane and block have changed places. About 10 GB/s; CRC-32 of all bytes 3 GB/s.

    Examples
    --------
    >>> Checksum(np.arange(9, dtype=np.uint8)).value == Checksum(np.arange(9, dtype=np.uint8)).value
    True
    >>> Checksum(np.arange(9, dtype=np.uint8)).value == Checksum(np.arange(8, -1, -1, dtype=np.uint8)).value
    False
    """

    def __init__(self, data: Bytes | None = None) -> None:
        self._lanes = np.zeros(LANES, np.uint64)
        self._rest: Bytes = np.empty(0, np.uint8)
        self._length = 0
        if data is not None:
            self.add(data)

    def add(self, data: Bytes) -> None:
        """Add bytes at the end."""
        self._length += len(data)
        if len(self._rest):
            data = np.concatenate([self._rest, data])
        whole = len(data) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            self._lanes = _with(self._lanes, data[at : at + BLOCK])
        self._rest = data[whole:].copy()

    @property
    def value(self) -> int:
        """The sum of all that was added."""
        lanes = self._lanes
        if len(self._rest):
            lanes = _with(lanes, np.pad(self._rest, (0, -len(self._rest) % (8 * LANES))))
        return zlib.crc32(lanes.astype("<u8").tobytes(), self._length & 0xFFFFFFFF)


def _with(lanes: npt.NDArray[np.uint64], block: Bytes) -> npt.NDArray[np.uint64]:
    """Add a block, or part of one, to lanes."""
    sums: npt.NDArray[np.uint64] = np.add.reduce(block.view("<u8").reshape(-1, LANES), 0)
    return lanes * FACTOR + sums
