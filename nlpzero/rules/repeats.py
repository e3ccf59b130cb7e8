"""Text that was there before, word for word (重复文字): headlines, slogans, and what every article begins with.

Baskets of words would tell of them first: the words of one line that stands in a text a thousand times are together a
thousand times.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each, sort_with_origin
from ..core.workspace import Column, Ids, Keys, Workspace, WorkspaceArray
from .vertical import Flags

RUN = 6
"""Words and marks on end that are a repeat if they stood in the text before: more than phrases of ordinary prose have,
and one less than what every report of the news that this was tried on begins with."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that nothing is lost in a product
_MERGED = 1 << 20  # keys merged at a time


class Repeats:
    """Finds runs of words that were there before; a passage shorter than a run is one.

    Parameters
    ----------
    workspace : Workspace, optional
        Where what was there before is kept: 8 bytes a word; in memory by default.

    Attributes
    ----------
    words : int
        How many of the words and marks seen are repeats.
    total : int
        How many were seen.

    Examples
    --------
    >>> repeats = Repeats()
    >>> ids = np.array([1, 2, 1, 2, 1, 3], np.uint32)  # tea is good. tea is good. tea!
    >>> repeats.find(ids, np.array([2, 2, 2]), ["", "茶", "好", "！"]).tolist()
    [False, False, True, True, False, False]
    """

    def __init__(self, workspace: Workspace | None = None) -> None:
        self._seen = SeenKeys(workspace or Workspace(1 << 62))
        self.words = self.total = 0

    def find(self, ids: Ids, lengths: npt.NDArray[np.int64], words: Sequence[str]) -> Flags:
        """Tell for each word of some passages whether it is in a repeat.

        Parameters
        ----------
        ids : int array (t,)
            Numbers of words, none of white space.
        lengths : int64 array (passages,)
        words : sequence of str
            The words that the numbers mean; those that are written alike are the same.
        """
        digests = [hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest() for word in words]
        values = np.frombuffer(b"".join(digests), "<u8").astype(np.uint64).take(ids)
        ends = np.repeat(np.cumsum(lengths), lengths)
        room = ends - np.arange(len(ids))  # words from each one to the end of its passage
        keys = values.copy()
        for offset in range(1, RUN):
            keys *= _FACTOR
            inside = np.flatnonzero(room > offset)
            keys[inside] += values[inside + offset]
        is_first = np.arange(len(ids)) == ends - np.repeat(lengths, lengths)
        begins = np.flatnonzero((room >= RUN) | is_first)
        old = begins[~self._seen.add(keys[begins])]
        changes = np.zeros(len(ids) + 1, np.int64)
        changes[old] += 1
        np.subtract.at(changes, old + np.minimum(room[old], RUN), 1)
        repeated: Flags = np.cumsum(changes[:-1]) > 0
        self.words += int(repeated.sum())
        self.total += len(ids)
        return repeated


class SeenKeys:
    """Keys that were seen, in sorted runs of which each is at least twice as long as the next.

    Examples
    --------
    >>> seen = SeenKeys(Workspace(1 << 20))
    >>> seen.add(np.array([5, 2, 5], np.uint64)).tolist(), seen.add(np.array([7, 2], np.uint64)).tolist()
    ([True, True, False], [True, False])
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._runs: list[WorkspaceArray] = []

    def add(self, keys: Keys) -> Flags:
        """Tell which keys were not there before, and keep them; of equal ones the first is new."""
        ordered, origin = sort_with_origin(keys)
        new = first_of_each(ordered)
        for run in self._runs:
            known = run.array
            places = np.searchsorted(known, ordered)
            new &= known.take(places, mode="clip") != ordered
        self._keep(ordered[new])
        result = np.zeros(len(keys), np.bool_)
        result[origin[new]] = True
        return result

    def _keep(self, fresh: Keys) -> None:
        """Keep sorted keys."""
        if not len(fresh):
            return
        self._runs.append(self._workspace.store(fresh))
        while len(self._runs) > 1 and self._runs[-2].length < 2 * self._runs[-1].length:
            one, other = self._runs.pop(), self._runs.pop()
            self._runs.append(self._merged(one, other))
            self._workspace.discard(one, other)

    def _merged(self, one: WorkspaceArray, other: WorkspaceArray) -> WorkspaceArray:
        """Merge two runs without equal keys."""
        column = Column(self._workspace, np.uint64)
        left, right = one.array, other.array
        begin = 0
        for start in range(0, len(left), _MERGED):
            some = left[start : start + _MERGED]
            stop = int(np.searchsorted(right, some[-1])) if start + _MERGED < len(left) else len(right)
            column.append(np.sort(np.concatenate([some, right[begin:stop]])))
            begin = stop
        return column.stored()
