"""How much of the machine a piece of work may use: workers, memory, disk, a cluster; and what each capability costs.

A `Job` says what there is, a `Cost` what a capability takes; together they make an `Execution`: an engine, a workspace,
and the size of blocks.
"""

import contextlib
import operator
import os
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ..errors import NlpZeroError
from .blas import OneThread

if TYPE_CHECKING:
    from ..reading.corpus import Corpus
    from .engine import Engine
    from .workspace import Workspace

DEFAULT_MEMORY = 2 << 30
"""Bytes, where none are asked for."""

_SUFFIXES = {"K": 10, "M": 20, "G": 30, "T": 40}


def bytes_of(size: int | str) -> int:
    """Read a number of bytes: an int, or text with K, M, G or T for powers of 1024.

    Raises
    ------
    ValueError
        If it is no such size, or not above 0.

    Examples
    --------
    >>> bytes_of("512M"), bytes_of("1.5G"), bytes_of(4096)
    (536870912, 1610612736, 4096)
    """
    if not isinstance(size, str):
        value = operator.index(size)
    else:
        number = size.strip().upper().removesuffix("B")
        shift = _SUFFIXES.get(number[-1:], 0)
        try:
            value = int(float(number[:-1] if shift else number) * (1 << shift))
        except OverflowError:
            raise ValueError(size) from None
    if value <= 0 or isinstance(size, bool):
        raise ValueError(size)
    return value


@dataclass(frozen=True)
class Cost:
    """What a capability takes of a job.

    Attributes
    ----------
    task : float
        Bytes of memory that a task takes for each byte of text in its block.
    tasks : float
        Share of the memory for the tasks under way, of all workers together.
    store : float
        Share of the memory for arrays that are kept for later; beyond it they are kept in files.
    held : float
        Share of the memory for what is held beside: strings that are counted, bits of baskets.
    disk : float
        Bytes of temporary files for each byte of text; 0 where that is not known.
    least, most : int
        Bounds of a block, in bytes of text.
    python : bool
        Whether tasks hold the lock of the interpreter: then workers are processes, else threads.
    base : int
        Bytes that are held whatever the memory is, such as a dictionary: the shares are of what is left, or of a
        quarter of the memory if that is more.
    """

    task: float
    tasks: float = 0.25
    store: float = 0.35
    held: float = 0.2
    disk: float = 0.0
    least: int = 1 << 14
    most: int = 3 << 20
    python: bool = False
    base: int = 0

    def of_memory(self, share: float, memory: int) -> int:
        """Give the bytes that a share of the memory is.

        Examples
        --------
        >>> Cost(task=40).of_memory(0.5, 1000), Cost(task=40, base=600).of_memory(0.5, 1000)
        (500, 200)
        """
        return int(max(memory - self.base, memory // 4) * share)

    def block_size(self, job: "Job") -> int:
        """Choose the bytes of text in a block.

        Examples
        --------
        >>> cost = Cost(task=40)
        >>> cost.block_size(Job(workers=2)), cost.block_size(Job(workers=2, memory="1M"))
        (3145728, 16384)
        """
        workers = job.workers if job.scheduler is None else 1  # those of a cluster have memory of their own
        return max(self.least, min(self.most, int(self.of_memory(self.tasks, job.memory) / (self.task * workers))))


@dataclass(frozen=True, init=False)
class Job:
    """What a piece of work may use (任务资源).

    ``with Job(...):`` makes it the one that functions of the library take when they are given none.

    Parameters
    ----------
    workers : int
        How many tasks run at a time. The results do not depend on it.
    memory : int or str
        Bytes to stay under, such as 1 << 30, "512M" or "2G"; beyond it, arrays are kept in files.
    tmp_dir : path, optional
        Directory for temporary files (default: the system's). Nothing stays there.
    scheduler : str, optional
        Address or file of a Dask scheduler: its workers do the work. Needs a `tmp_dir` that all machines share.

    Raises
    ------
    NlpZeroError
        If a parameter is out of its range; the message names it.

    Examples
    --------
    >>> with Job(workers=2, memory="1G") as job:
    ...     current_job() is job, job.memory
    (True, 1073741824)
    >>> current_job().workers
    1
    """

    workers: int
    memory: int
    tmp_dir: str | None
    scheduler: str | None

    def __init__(
        self,
        workers: int = 1,
        memory: int | str = DEFAULT_MEMORY,
        tmp_dir: str | os.PathLike[str] | None = None,
        scheduler: str | None = None,
    ) -> None:
        try:
            number = operator.index(workers)
        except TypeError:
            number = 0
        if number < 1 or isinstance(workers, bool):
            raise NlpZeroError(f"`workers` is {workers!r}; give a whole number from 1, such as 2")
        try:
            size = bytes_of(memory)
        except (TypeError, ValueError):
            raise NlpZeroError(f"`memory` is {memory!r}; give a number of bytes above 0, such as 512M or 2G") from None
        place = None if tmp_dir is None else os.path.abspath(tmp_dir)
        if place is not None and not os.path.isdir(place):
            raise NlpZeroError(f"`tmp_dir` is {os.fspath(place)!r}, which is no directory; name one that exists")
        if scheduler is not None and place is None:
            raise NlpZeroError("`scheduler` needs `tmp_dir`, a directory that all machines share")
        for name, value in (("workers", number), ("memory", size), ("tmp_dir", place), ("scheduler", scheduler)):
            object.__setattr__(self, name, value)

    def __enter__(self) -> Self:
        _jobs.set((*_jobs.get(), self))
        return self

    def __exit__(self, *_: object) -> None:
        _jobs.set(_jobs.get()[:-1])

    def open(
        self,
        cost: Cost,
        corpus: "Corpus | int | None" = None,
        *,
        files: Sequence[str | os.PathLike[str]] = (),
        dictionary: Callable[[], str] | None = None,
    ) -> "Execution":
        """Open what work needs; close it with `with`, and nothing is left.

        Parameters
        ----------
        cost : Cost
            Of the capability that works.
        corpus : Corpus or int, optional
            What is read, or its bytes: the disk is looked at before work begins.
        files : sequence of paths
            Lexicons, models, counts that tasks read: every worker of a cluster is asked for them.
        dictionary : function, optional
            Finds a dictionary that is installed beside nlpzero, and is at a place of its own on every machine.

        Raises
        ------
        NlpZeroError
            If the disk has too little space, or the cluster cannot work.
        """
        from .workspace import Workspace

        shared = self.scheduler is None and (self.workers == 1 or not cost.python)
        budget = cost.of_memory(cost.store, self.memory) if shared else 0
        workspace = Workspace(budget, self.tmp_dir, cost.of_memory(cost.tasks, self.memory) // self.workers)
        length = corpus if isinstance(corpus, int) or corpus is None else corpus.length()
        if length is not None and cost.disk:
            workspace.require(int(cost.disk * length) - budget)
        if self.scheduler is None or self.tmp_dir is None:
            return Execution(self, cost, self._local(cost), workspace)
        from .cluster import Cluster

        extents = () if corpus is None or isinstance(corpus, int) else corpus.files()
        engine = Cluster(
            self.scheduler, self.tmp_dir, self.workers, extents=extents, files=files, dictionary=dictionary
        )
        return Execution(self, cost, engine, workspace)

    def _local(self, cost: Cost) -> "Engine":
        """Make an engine of this machine."""
        if cost.python and self.workers > 1:
            from .processes import Processes

            return Processes(self.workers, self.tmp_dir)
        from .engine import Engine

        return Engine(self.workers)


_jobs: ContextVar[tuple[Job, ...]] = ContextVar("_jobs", default=())


def current_job() -> Job:
    """Give the job of the innermost ``with Job(...):``, or one of one worker and 2 GiB."""
    jobs = _jobs.get()
    return jobs[-1] if jobs else Job()


@dataclass(frozen=True)
class Execution:
    """A job at work for a capability: where tasks run and arrays are kept.

    Attributes
    ----------
    job : Job
    cost : Cost
    engine : Engine
    workspace : Workspace
        Removed when the execution closes, or else with the last that knows it.
    one_thread : OneThread
        For linear algebra in this process.
    """

    job: Job
    cost: Cost
    engine: "Engine"
    workspace: "Workspace"
    one_thread: OneThread = field(default_factory=OneThread)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(abandon=kind is not None)

    def close(self, *, abandon: bool = False) -> None:
        """Stop the workers, with `abandon` at once, and remove the workspace."""
        try:
            self.engine.close(abandon=abandon)
        finally:
            self.workspace.close()
            self.one_thread.close()

    @property
    def memory(self) -> int:
        """Bytes to stay under."""
        return self.job.memory

    @property
    def block_size(self) -> int:
        """Bytes of text that a block should have."""
        return self.cost.block_size(self.job)

    @property
    def task_memory(self) -> int:
        """Bytes that one task may take."""
        return self.workspace.task

    @property
    def held_memory(self) -> int:
        """Bytes for what is held beside tasks and arrays, such as strings that are counted."""
        return self.cost.of_memory(self.cost.held, self.job.memory)


@contextlib.contextmanager
def open_execution(job: "Job | Execution | None", cost: Cost, *, keep: bool = False) -> Iterator[Execution]:
    """Open a job (the current one for None) for a library call; an execution is taken as it is, and stays open.

    With `keep` the workspace stays as long as there are arrays in it: it goes with the last of them.

    Examples
    --------
    >>> with open_execution(None, Cost(task=40)) as execution:
    ...     [*execution.engine.map(abs, [-1, 2])]
    [1, 2]
    """
    if isinstance(job, Execution):
        yield job
        return
    with (job or current_job()).open(cost) as execution:
        yield execution
        if keep:
            execution.workspace.forget()
