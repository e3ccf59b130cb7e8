"""An engine on a Dask cluster: the same maps, by workers of many machines that share a file system.

Tasks and results are small descriptions; text and arrays are files that the workers read and write themselves. Before
any work, every worker is asked whether it would do the same as this process: one that differs is refused. A worker that
joins later is asked before its first task. When a worker dies, others do its tasks again, into new files.
"""

import asyncio
import collections
import contextlib
import functools
import hashlib
import importlib.metadata
import itertools
import json
import math
import operator
import os
import pickle
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from .. import __version__
from ..errors import CorpusError, NlpZeroError
from ..reading.parts import Extent, text_of
from .allocation import keep_freed_memory
from .blas import one_thread_each
from .engine import IN_FLIGHT, Engine

T = TypeVar("T")
R = TypeVar("R")

CONNECTING = 10
"""Seconds to wait for the scheduler, and for a first worker."""
ALONE = 60
"""Seconds to wait while there is no worker that could work."""
POLL = 1.0
"""Seconds between looks at the workers while a result is waited for, or at how many there are."""
TASK = 0.5
"""Seconds of work that a task has, if there is so much: besides it takes some milliseconds of every process's time."""
KEPT = 512 << 20
"""Bytes of memory that a worker is taken to have, of which it keeps an eighth at hand."""
STOPPING = 20
"""Seconds that tasks which are not wanted any more get to end."""


SMALL = 1 << 16
"""Bytes that are sent through the scheduler; more than that is left in a file."""
Sent = bytes | str
"""Something packed, or the path of a file with it."""


class Needs(NamedTuple):
    """What a worker must have: versions, digests of dictionaries, the corpus, and the directory that all share."""

    run: str
    versions: tuple[tuple[str, str], ...]
    dictionary: tuple[Callable[[], str], str] | None
    files: tuple[tuple[str, str], ...]
    extents: tuple[Extent, ...]
    directory: str


class Cluster(Engine):
    """Map functions over items with the workers of a Dask scheduler.

    Parameters
    ----------
    scheduler : str
        Its address, such as tcp://host:8786, or its scheduler file.
    directory : path
        A directory that this process and all workers see under this path.
    workers : int
        Threads for `share`, which works in this process.
    extents : sequence of Extent
        Files of the corpus as this process sees them (`Corpus.files`).
    files : sequence of paths
        Lexicons and models that the functions read.
    dictionary : function, optional
        Finds a dictionary that is installed beside nlpzero, and need not be at the same path everywhere.

    Raises
    ------
    NlpZeroError
        If dask is not installed, the scheduler does not answer, there is no worker, or a worker differs; from `map`, if
        workers die again and again, or all of them.

    Notes
    -----
    Two tasks for each thread of the workers are under way at a time. A task takes 10 ms besides its work, of all
    processes together, so it is given several items where each takes little: as many as take `TASK` seconds, by the
    time that the former ones took, but towards the end of a list fewer, that all workers end at about the same time.
    """

    shares_memory = False

    def __init__(
        self,
        scheduler: str,
        directory: str | os.PathLike[str],
        workers: int = 1,
        *,
        extents: Sequence[Extent] = (),
        files: Sequence[str | os.PathLike[str]] = (),
        dictionary: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(workers)
        self._address = _address_of(scheduler)
        self._directory = tempfile.TemporaryDirectory(prefix="nlpzero-cluster-", dir=os.path.abspath(directory))
        self._client: Any = None
        self._under_way: list[collections.deque[tuple[Any, Sent]]] = []
        self._thread_count, self._counted_until = 1, 0.0
        try:
            self._client = _connect(self._address)
            run = uuid.uuid4().hex
            Path(self._directory.name, "client").write_text(run)
            self._needs = Needs(
                run,
                versions(),
                None if dictionary is None else (dictionary, _digest(dictionary())),
                tuple((os.path.abspath(file), _digest(file)) for file in files),
                tuple(extents),
                self._directory.name,
            )
            self._check()
        except BaseException:
            self.close()
            self._directory.cleanup()
            raise

    def _check(self) -> None:
        """Ask every worker whether it is fit."""
        until = time.monotonic() + CONNECTING
        while not self._client.nthreads():
            if time.monotonic() > until:
                raise NlpZeroError(f"{self._address}: has no workers; start some with: dask worker {self._address}")
            time.sleep(0.1)
        answers = self._client.run(difference, self._needs, on_error="return")
        refused = {worker: answer for worker, answer in answers.items() if answer}
        if refused:
            worker = min(refused)
            others = f" ({len(refused) - 1} more are refused)" if len(refused) > 1 else ""
            answer = refused[worker] if isinstance(refused[worker], str) else _unlike(refused[worker])
            raise NlpZeroError(f"worker {worker}: {answer}{others}")
        written = {path.name for path in Path(self._directory.name).iterdir()} - {"client"}
        if len(written) < len(answers):
            raise NlpZeroError(
                f"{self._directory.name}: what workers write there is not seen here; give `tmp_dir` a directory that "
                "all machines share"
            )

    def close(self, *, abandon: bool = False) -> None:
        """Leave the cluster; with `abandon` first wait a while for tasks that have begun and are not wanted to end."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(Exception):
            if abandon and client.status == "running":
                client.cancel([future for future, _ in itertools.chain(*self._under_way)], force=True)
                client.run(_end_of_tasks, self._needs.run, on_error="ignore")
        with contextlib.suppress(Exception):
            client.close(timeout=5)
        self._directory.cleanup()

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Give ``function(item)`` for each item, in order; function, items and results must pickle.

        A task may be done more than once, so it must not consume what it reads. A single item is done here: no worker
        would share it, and sending it takes time.
        """
        left = operator.length_hint(items)
        iterator = iter(items)
        head = [*itertools.islice(iterator, 2)]
        if len(head) < 2:
            yield from map(function, head)
            return
        iterator = itertools.chain(head, iterator)
        del head
        path = Path(self._directory.name, f"task-{uuid.uuid4().hex}")
        path.write_bytes(pickle.dumps(function))
        task = functools.partial(_work, self._needs, str(path))
        name = getattr(getattr(function, "func", function), "__name__", "task").strip("_")
        under_way: collections.deque[tuple[Any, Sent]] = collections.deque()
        self._under_way.append(under_way)
        seconds = math.inf
        try:
            while group := [*itertools.islice(iterator, self._share(left, seconds))]:
                left -= len(group)
                sent = _packed(self._directory.name, group)
                future = self._ask("submit", task, sent, pure=False, key=f"{name}-{uuid.uuid4().hex}")
                under_way.append((future, sent))
                del group, sent, future
                while len(under_way) >= IN_FLIGHT * self._threads():
                    results, seconds = self._done(*under_way.popleft())
                    yield from results
            while under_way:
                yield from self._done(*under_way.popleft())[0]
        finally:
            self._under_way.remove(under_way)
            if under_way and self._client is not None:
                with contextlib.suppress(Exception):
                    self._client.cancel([future for future, _ in under_way], force=True)
        path.unlink()

    def _done(self, future: Any, sent: Sent) -> tuple[list[Any], float]:
        """Wait for a task: give its results, and the seconds that one took."""
        result = self._result(future)
        found: tuple[list[Any], float] = _unpacked(result)
        for path in (sent, result):
            if isinstance(path, str):
                os.unlink(path)
        return found

    def _threads(self) -> int:
        """Give the number of threads of all workers, which is asked for from time to time."""
        if time.monotonic() > self._counted_until:
            self._thread_count = max(1, sum(self._ask("nthreads").values()))
            self._counted_until = time.monotonic() + POLL
        return self._thread_count

    def _share(self, left: int, seconds: float) -> int:
        """Choose how many items the next task has, by how many are left (0: unknown) and the seconds that one takes."""
        most = -(-left // (IN_FLIGHT * self._threads())) if left > 0 else sys.maxsize
        return max(1, int(min(most, TASK / max(seconds, 1e-6))))

    def _result(self, future: Any) -> Any:
        """Wait for one result, as long as there is a worker that may bring it."""
        from distributed import KilledWorker

        alone_since = math.inf
        while True:
            try:
                return future.result(timeout=POLL)
            except KilledWorker:
                raise NlpZeroError(
                    f"{self._address}: workers died of one and the same task, again and again (killed, or out of "
                    "memory); give them more memory (dask worker --memory-limit), or nlpzero a smaller `memory`"
                ) from None
            except (Exception, CancelledError) as error:
                if future.status == "error":  # the task's own
                    if isinstance(error, ImportError):  # a worker that joined later
                        raise NlpZeroError(f"{self._address}: a worker {_unlike(error)}") from None
                    raise
                if not isinstance(error, TimeoutError):
                    raise self._lost() from None
            alone_since = min(alone_since, time.monotonic()) if self._is_alone() else math.inf
            if time.monotonic() - alone_since > ALONE:
                raise NlpZeroError(
                    f"{self._address}: for {ALONE} s no worker has been able to work; start some, with more memory: "
                    f"dask worker --memory-limit 8GB {self._address}"
                )

    def _ask(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of the client, which fails when the scheduler is gone."""
        try:
            return getattr(self._client, name)(*arguments, **options)
        except (OSError, RuntimeError):
            raise self._lost() from None

    def _lost(self) -> NlpZeroError:
        return NlpZeroError(f"{self._address}: the scheduler is gone; start it and its workers, and run again")

    def _is_alone(self) -> bool:
        """Tell whether no worker can work: there is none, or all wait for memory."""
        workers = self._ask("scheduler_info")["workers"].values()
        return not any(
            worker.get("status") == "running" or worker.get("metrics", {}).get("executing") for worker in workers
        )


def difference(needs: Needs) -> str:
    """Say in what this process is unfit to work for another one, and what helps; nothing if it is fit.

    A worker runs it before its first task. If NumPy is not loaded yet, its linear algebra gets one thread.
    """
    one_thread_each()  # `dask worker` sees to it, too, unless it has no nanny
    keep_freed_memory(KEPT)
    for (name, version), (_, mine) in zip(needs.versions, versions(), strict=True):
        if mine != version:
            return f"has {name} {mine}, not {version}; install the same everywhere"
    folder = Path(needs.directory)
    try:
        seen = Path(folder, "client").read_text()
        Path(folder, f"worker-{uuid.uuid4().hex}").touch()
    except OSError as error:
        seen = error.strerror or str(error)
    if seen != needs.run:
        return f"cannot use {folder} ({seen}); give `tmp_dir` a directory that all machines share, and may write"
    if needs.dictionary is not None:
        find, digest = needs.dictionary
        try:
            same = _digest(find()) == digest
        except NlpZeroError:  # it is not installed
            same = False
        if not same:
            return "has no dictionary of jieba, or another; install the same jieba everywhere, or give `lexicon`"
    for path, digest in needs.files:
        if _digest(path) != digest:
            return f"does not have {path}, or another; put it on a file system that all machines share"
    for extent in needs.extents:
        try:
            text_of(extent._replace(end=extent.start))
        except CorpusError as error:
            return f"does not have the corpus as it is here ({error}); put it on a file system that all machines share"
    return ""


_fit: set[str] = set()  # the runs that this process is fit for
_begun: dict[str, int] = collections.defaultdict(int)  # tasks of each run that are under way here
_lock = threading.Lock()


def _work(needs: Needs, path: str, sent: Sent) -> Sent:
    """Do one task in a worker: give the result for each item, and the seconds that one took."""
    with _lock:
        _begun[needs.run] += 1
    try:
        if needs.run not in _fit:
            if found := difference(needs):
                from distributed import get_worker

                raise NlpZeroError(f"worker {get_worker().address}: {found}")
            _fit.add(needs.run)
        function, items, start = _function(path), _unpacked(sent), time.monotonic()
        results = [function(item) for item in items]
        return _packed(needs.directory, (results, (time.monotonic() - start) / len(items)))
    finally:
        with _lock:
            _begun[needs.run] -= 1


@functools.lru_cache(maxsize=4)
def _function(path: str) -> Callable[[Any], Any]:
    """Read the function of a map, which may carry many descriptions."""
    function: Callable[[Any], Any] = pickle.loads(Path(path).read_bytes())
    return function


def _packed(directory: str, value: Any) -> Sent:
    """Pack what is sent; the network carries little, and Dask does not look into it."""
    data = pickle.dumps(value)
    if len(data) <= SMALL:
        return data
    path = Path(directory, f"sent-{uuid.uuid4().hex}")
    path.write_bytes(data)
    return str(path)


def _unpacked(sent: Sent) -> Any:
    """Unpack what was sent."""
    return pickle.loads(Path(sent).read_bytes() if isinstance(sent, str) else sent)


async def _end_of_tasks(run: str) -> None:
    """Wait in a worker until it does nothing for a run any more."""
    until = time.monotonic() + STOPPING
    while _begun[run] and time.monotonic() < until:
        await asyncio.sleep(0.05)


def versions() -> tuple[tuple[str, str], ...]:
    """Give the versions that results depend on: floating-point sums may differ between those of NumPy."""
    python = ".".join(map(str, sys.version_info[:2]))
    return ("nlpzero", __version__), ("Python", python), ("NumPy", importlib.metadata.version("numpy"))


def _digest(path: str | os.PathLike[str]) -> str:
    """Give a digest of a file; nothing if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _unlike(error: BaseException) -> str:
    """Say of a worker that could not even be asked what it lacks."""
    return f"has no nlpzero, or another one ({type(error).__name__}: {error}); install nlpzero {__version__} everywhere"


def _address_of(scheduler: str) -> str:
    """Give the address of a scheduler, which may be in its file."""
    if os.path.exists(scheduler):
        try:
            return str(json.loads(Path(scheduler).read_bytes())["address"])
        except (OSError, ValueError, KeyError, TypeError):
            raise NlpZeroError(
                f"{scheduler}: is no scheduler file; make one with: dask scheduler --scheduler-file"
            ) from None
    if ":" not in scheduler:
        raise NlpZeroError(f"{scheduler}: no such scheduler file, and no address such as tcp://host:8786")
    return scheduler


def _connect(address: str) -> Any:
    """Connect to a scheduler."""
    try:
        from distributed import Client
    except ImportError:
        raise NlpZeroError("a cluster needs dask: pip install 'nlpzero[dask]'") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below
            return Client(address, timeout=CONNECTING, set_as_default=False, name="nlpzero")
    except (OSError, ValueError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NlpZeroError(f"{address}: no scheduler answers ({message}); start one with: dask scheduler") from None
