"""A hash table in arrays (开放寻址散列表): all keys of an array are added, or looked for, at once."""

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
TableSlots = npt.NDArray[np.intp]

EMPTY = np.uint64(2**64 - 1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio, made odd: the top bits of its multiples are spread evenly (Knuth, TAOCP 6.4)."""


class KeyTable:
    """Slots for keys, by open addressing; what a key stands for is kept beside it, by its slot.

    Parameters
    ----------
    keys : uint64 array (2^b,)
        The key in each slot, or `EMPTY`; the table is at most half full.

    Examples
    --------
    >>> table = KeyTable.of_bits(4)
    >>> slots = table.add(np.array([7, 9, 7], np.uint64))
    >>> found, there = table.find(np.array([8, 7], np.uint64))
    >>> bool(slots[0] == slots[2]), there.tolist(), bool(found[1] == slots[0])
    (True, [1], True)
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._shift, self._mask = np.uint64(65 - len(keys).bit_length()), len(keys) - 1

    @classmethod
    def of_bits(cls, bits: int) -> "KeyTable":
        """Make an empty table of 2^bits slots."""
        return cls(np.full(1 << bits, EMPTY))

    def _home(self, keys: Keys) -> TableSlots:
        """Give the first slot to look for each key in."""
        return ((keys * GOLDEN) >> self._shift).view(np.intp)

    def add(self, keys: Keys) -> TableSlots:
        """Give the slot of each key, and a slot to those that have none; keys may repeat.

        All keys go for their slots together. Where several want one, whoever wrote last has it, and the others go on.
        """
        slots = self._home(keys)
        left = np.arange(len(keys))
        key, slot = keys, slots
        while len(left):
            free = np.flatnonzero(self.keys.take(slot) == EMPTY)
            self.keys[slot.take(free)] = key.take(free)
            lost = np.flatnonzero(self.keys.take(slot) != key)
            left, key, slot = left.take(lost), key.take(lost), (slot.take(lost) + 1) & self._mask
            slots[left] = slot
        return slots

    def find(self, keys: Keys) -> tuple[TableSlots, TableSlots]:
        """Give the slots of the keys, and the indexes of those that are there; the slots of the others mean nothing."""
        slots = self._home(keys)
        there = self.keys.take(slots)
        found = there == keys
        left = np.flatnonzero((there != EMPTY) & ~found)
        key, slot = keys.take(left), slots.take(left)
        while len(left):
            slot = (slot + 1) & self._mask
            there = self.keys.take(slot)
            is_key = there == key
            hits = np.flatnonzero(is_key)
            found[left.take(hits)] = True
            slots[left.take(hits)] = slot.take(hits)
            on = np.flatnonzero((there != EMPTY) & ~is_key)
            left, key, slot = left.take(on), key.take(on), slot.take(on)
        return slots, np.flatnonzero(found)
