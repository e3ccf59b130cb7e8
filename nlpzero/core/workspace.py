"""Arrays that are kept for later: in memory up to a budget, then in files of a temporary directory.

Every file carries the sum of its values, which reading checks.
"""

import contextlib
import itertools
import os
import threading
import time
import weakref
from collections.abc import Iterator
from io import FileIO
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..errors import NlpZeroError

if TYPE_CHECKING:
    from pathlib import Path

Keys = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]

NONE = np.uint32(0xFFFFFFFF)
"""The id of what is not there."""

_serial = itertools.count()
_PROCESS = os.urandom(6).hex()  # processes of several machines, with the same numbers, may share a directory


class Run(NamedTuple):
    """Strictly increasing keys and their counts, both of shape (n,)."""

    keys: Keys
    counts: Counts


class WorkspaceArray(NamedTuple):
    """An array of a workspace: in memory, or in a file that any process that sees the directory can read.

    `offset` is where it begins in the file, `check` the sum of its values as unsigned integers, `kept` what keeps the
    file's directory.
    """

    dtype: str
    length: int
    memory: npt.NDArray[Any] | None
    path: str | None
    offset: int = 0
    check: int = 0
    kept: object = None

    @property
    def array(self) -> npt.NDArray[Any]:
        """The array itself; a fresh memory map when it is in a file, so that its pages go when the caller lets go.

        Raises
        ------
        NlpZeroError
            If the file is not what was written; each process looks once.
        """
        self.verify()
        return self.unchecked

    @property
    def unchecked(self) -> npt.NDArray[Any]:
        """The array itself, taken as it is."""
        if self.memory is not None:
            return self.memory
        if self.length == 0 or self.path is None:
            return np.empty(0, self.dtype)
        try:
            return np.memmap(self.path, self.dtype, "r", self.offset, (self.length,))
        except (OSError, ValueError) as error:
            raise damaged(self.path) from error

    def part(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Give some of the values; from a file only these are read, and the caller compares their sums with `check`."""
        if self.memory is not None:
            return self.memory[start:stop]
        if start >= stop or self.path is None:
            return np.empty(0, self.dtype)
        found = np.empty(stop - start, self.dtype)
        self.copy_to(found, start)
        return found

    def copy_to(self, place: npt.NDArray[Any], start: int) -> None:
        """Copy to an array what it has room for, from `start` on: as `part` does, without an array more."""
        if self.memory is not None or self.dtype != place.dtype.str:
            place[:] = self.part(start, start + len(place))
        elif len(place) and self.path is not None:
            with _opened(self.path) as file:
                _read(file, self.offset + start * place.itemsize, place)

    def verify(self) -> None:
        """See whether the file is what was written; each process looks once.

        Raises
        ------
        NlpZeroError
            If it is not.
        """
        if self.path is not None and (self.path, self.offset) not in _sound:
            if sum_of(self.unchecked) != self.check:
                raise damaged(self.path)
            _sound.add((self.path, self.offset))

    def discard(self) -> None:
        """Delete the file, if it is one."""
        if self.path is not None:
            with contextlib.suppress(FileNotFoundError):  # it was that of a run, and is gone with the keys
                os.unlink(self.path)
            _sound.discard((self.path, self.offset))


_sound: set[tuple[str, int]] = set()  # what this process found to be as it was written


def held(array: npt.NDArray[Any]) -> WorkspaceArray:
    """Give an array that is in memory as one of a workspace, which does not count it."""
    return WorkspaceArray(array.dtype.str, len(array), array, None)


def sum_of(array: npt.NDArray[Any]) -> int:
    """Add the values as unsigned integers, so that the sums of parts add up to that of the whole."""
    return int(array.view(f"u{array.itemsize}").sum(dtype=np.uint64))


def damaged(path: str | os.PathLike[str]) -> NlpZeroError:
    """Make the error for a temporary file that is not what was written."""
    return NlpZeroError(
        f"{os.fspath(path)}: a temporary file is missing or damaged; run again, with `tmp_dir` on a disk that is sound"
    )


@contextlib.contextmanager
def _opened(path: str) -> Iterator[FileIO]:
    """Open a file to read some kilobytes: in a third of the time that `numpy.fromfile` or a memory map take."""
    try:
        with FileIO(path) as file:
            yield file
    except OSError as error:
        raise damaged(path) from error


def _read(file: FileIO, at: int, place: npt.NDArray[Any]) -> None:
    """Fill an array with what a file holds from some place on."""
    file.seek(at)
    left = place.view(np.uint8).data
    while len(left):
        if not (read := file.readinto(left)):  # it may be less than was asked for, beyond 2 GB
            raise OSError
        left = left[read:]


class StoredRun(NamedTuple):
    """A run of a workspace; keys and counts may share a file."""

    keys: WorkspaceArray
    counts: WorkspaceArray

    def copy_to(self, keys: Keys, counts: npt.NDArray[Any], start: int) -> None:
        """Copy to two arrays what they have room for, from entry `start` on."""
        if self.keys.path is None or self.keys.path != self.counts.path or self.counts.dtype != counts.dtype.str:
            self.keys.copy_to(keys, start)
            self.counts.copy_to(counts, start)
        elif len(keys):
            with _opened(self.keys.path) as file:
                for column, place in ((self.keys, keys), (self.counts, counts)):
                    _read(file, column.offset + start * place.itemsize, place)


class Workspace:
    """A place for arrays: memory up to a budget, then files in a temporary directory.

    The directory is removed by `close`, or else with the last reference to the workspace, or when the interpreter ends.

    Parameters
    ----------
    budget : int
        Bytes of arrays to keep in memory. A copy sent to a worker process keeps none: its arrays are files.
    tmp_dir : path, optional
        Where to make the temporary directory (default: the system's).
    task : int
        Bytes that one task may take to merge (see `Merging`).

    Examples
    --------
    >>> with Workspace(budget=0) as workspace:
    ...     stored = workspace.store(np.arange(3))
    ...     stored.path is not None, stored.array.tolist()
    (True, [0, 1, 2])
    """

    def __init__(self, budget: int, tmp_dir: str | os.PathLike[str] | None = None, task: int = 256 << 20) -> None:
        self.budget = budget
        self.task = task
        self._used = 0
        self._tmp_dir = tmp_dir
        self._directory: _Directory | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"budget": 0, "task": self.task, "_directory": _Directory(self.directory)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["budget"], None, state["task"])  # type: ignore[misc]
        self._directory = state["_directory"]

    @property
    def directory(self) -> str:
        """The temporary directory, made when first asked for."""
        return self.kept.path

    @property
    def kept(self) -> "_Directory":
        """The temporary directory as something that is there as long as anything knows it."""
        with self._lock:
            if self._directory is None:
                name = f"nlpzero-{os.urandom(8).hex()}"
                self._directory = _Directory(os.path.join(self._tmp_dir or _system_directory(), name), owned=True)
                try:
                    os.mkdir(self._directory.path, 0o700)  # its removal is settled before it is there
                except OSError:
                    self._directory = None
                    raise
            return self._directory

    def path(self) -> "Path":
        """Name a new file, unlike that of any other process that shares the directory."""
        from pathlib import Path

        return Path(self.directory, f"{_PROCESS}-{next(_serial)}")

    def require(self, needed: int) -> None:
        """Check the free space of the disk before work begins.

        Raises
        ------
        NlpZeroError
            If the temporary directory has less than `needed` bytes free; says both.
        """
        import shutil

        place = os.fspath(self._tmp_dir or _system_directory())
        free = shutil.disk_usage(place).free
        if needed > free:
            raise NlpZeroError(
                f"{place}: needs about {needed / 1e6:,.0f} MB for temporary files, {free / 1e6:,.0f} MB are free; "
                "name a directory with more room with `tmp_dir`"
            )

    def widen(self, budget: int) -> None:
        """Keep more in memory from now on."""
        self.budget = max(self.budget, budget)

    def hold(self, size: int) -> bool:
        """Tell whether a number of bytes fits the budget, and count them in if they do."""
        with self._lock:
            fits = self._used + size <= self.budget
            self._used += size * fits
            return fits

    def has_room(self, size: int) -> bool:
        """Tell whether a number of bytes fits what is left of the budget."""
        return self._used + size <= self.budget

    def store(self, array: npt.NDArray[Any]) -> WorkspaceArray:
        """Keep one array, in memory while the budget lasts."""
        column = Column(self, array.dtype)
        column.append(array)
        return column.stored()

    def store_run(self, run: Run, least: type[np.uint16 | np.uint32] = np.uint32) -> StoredRun:
        """Keep a run; its counts in 32 bits where they fit, with `least` in 16."""
        most = run.counts.max(initial=0)
        fitting = [one for one in (least, np.uint32) if most < np.iinfo(one).max]
        counts = run.counts.astype(fitting[0]) if fitting else run.counts
        if self.hold(run.keys.nbytes + counts.nbytes):
            return StoredRun(held(run.keys), held(counts))
        path = self.path()
        with open(path, "xb") as file:
            file.write(run.keys.data)  # unlike tofile, says why when it fails
            file.write(counts.data)
        place, size = str(path), len(counts)
        keys = WorkspaceArray(run.keys.dtype.str, size, None, place, 0, sum_of(run.keys), self.kept)
        return StoredRun(
            keys, WorkspaceArray(counts.dtype.str, size, None, place, run.keys.nbytes, sum_of(counts), self.kept)
        )

    def branch(self) -> "Workspace":
        """Give a workspace for what is needed for a while only: it takes the room that is left, and closes on its own.

        Examples
        --------
        >>> with Workspace(budget=16) as workspace:
        ...     kept = workspace.store(np.arange(1))
        ...     with workspace.branch() as branch:
        ...         [branch.store(np.arange(1)).path is None for _ in range(2)]
        [True, False]
        """
        return Workspace(max(0, self.budget - self._used), self._tmp_dir, self.task)

    def discard(self, *stored: WorkspaceArray) -> None:
        """Let go of arrays that are not needed any more."""
        for one in stored:
            if one.memory is not None:
                with self._lock:
                    self._used -= one.memory.nbytes
            one.discard()

    def close(self) -> None:
        """Remove the temporary directory with all that is in it."""
        with self._lock:
            directory, self._directory = self._directory, None
        if directory is not None:
            directory.remove()

    def forget(self) -> None:
        """Let go of the directory, which is removed with the last array in it."""
        with self._lock:
            self._directory = None


def _system_directory() -> str:
    """Name the system's directory for temporary files."""
    from tempfile import gettempdir  # work that needs no files starts without it

    return gettempdir()


class _Directory:
    """A temporary directory, there for its owner, and for all arrays that are in it."""

    def __init__(self, path: str, *, owned: bool = False) -> None:
        self.path = path
        self._removal = weakref.finalize(self, _remove, path, os.getpid()) if owned else None

    def __reduce__(self) -> tuple[Any, ...]:
        return _Directory, (self.path,)

    def remove(self) -> None:
        """Remove it now, if it is owned."""
        if self._removal is not None:
            self._removal()


def _remove(path: str, process: int) -> None:
    """Remove a directory with all that is in it, unless this is a copy of the process that made it."""
    if os.getpid() != process:
        return
    try:
        _remove_all(path)
    except BaseException:  # Ctrl-C
        _remove_all(path)
        raise


def _remove_all(path: str) -> None:
    """Remove a directory, into which abandoned tasks may still be writing."""
    import shutil

    for _ in range(5):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.exists(path):
            return
        time.sleep(0.05)


class Column:
    """An array of a workspace that is made piece by piece.

    Parameters
    ----------
    workspace : Workspace
    dtype : type
    most : int
        How long it can become, if that is known: memory is then taken once, and pieces are not put together at the end.

    Examples
    --------
    >>> with Workspace(budget=8) as workspace:
    ...     column = Column(workspace, np.int64)
    ...     column.append(np.arange(1))
    ...     column.append(np.arange(1, 3))
    ...     column.stored().array.tolist()
    [0, 1, 2]
    """

    def __init__(self, workspace: Workspace, dtype: npt.DTypeLike, most: int = 0) -> None:
        self._workspace, self._dtype = workspace, np.dtype(dtype)
        self._pieces: list[npt.NDArray[Any]] = []
        # what is not written to takes no memory
        self._whole = np.empty(most if workspace.has_room(most * self._dtype.itemsize) else 0, self._dtype)
        self._path: Path | None = None
        self._length = self._check = 0

    def append(self, values: npt.NDArray[Any]) -> None:
        """Add values at the end."""
        values = np.ascontiguousarray(values, self._dtype)
        self._length += len(values)
        if self._path is None and self._workspace.hold(values.nbytes):
            if self._length <= len(self._whole):
                place = self._whole[self._length - len(values) : self._length]
                place[:] = values
                values = place
            self._pieces.append(values)
            return
        if self._path is None:
            self._path = self._workspace.path()
        held, self._pieces = self._pieces, []
        with open(self._path, "ab") as file:
            for piece in [*held, values]:
                file.write(piece.data)
                self._check += sum_of(piece)
        self._workspace.hold(-sum(piece.nbytes for piece in held))

    def stored(self) -> WorkspaceArray:
        """Give the whole array."""
        if self._path is not None:
            check, kept = self._check % (1 << 64), self._workspace.kept
            return WorkspaceArray(self._dtype.str, self._length, None, str(self._path), 0, check, kept)
        if self._length <= len(self._whole):
            memory = self._whole[: self._length]
            if 2 * self._length < len(self._whole):  # most of which may have been of others before
                memory = memory.copy()
        elif len(self._pieces) == 1:
            memory = self._pieces[0]
        else:
            memory = np.concatenate([np.empty(0, self._dtype), *self._pieces])
        return held(memory)
