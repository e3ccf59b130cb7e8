"""Work on a Dask cluster: a real scheduler and real workers on this machine, over TCP."""

import collections
import contextlib
import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cluster_tasks
import pytest
from cases import random_text
from click.testing import CliRunner
from nlpzero_cli.main import main

from nlpzero import __version__
from nlpzero.core.cluster import Cluster, Needs, difference, versions
from nlpzero.errors import NlpZeroError
from nlpzero.reading.corpus import Corpus

try:
    import distributed
except ImportError:
    pytest.skip("NOT TESTED: the cluster, for dask is not installed (pip install -e '.[dev]')", allow_module_level=True)

ENVIRONMENT = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
}


def dask(log: Path, command: str, *arguments: object) -> "subprocess.Popen[bytes]":
    """Start a process of Dask in a process group of its own."""
    with open(log, "wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *map(str, arguments)],
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={**os.environ, **ENVIRONMENT},
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Started:
    """A scheduler and its workers."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        self.scheduler = dask(
            folder / "scheduler.log",
            "scheduler",
            *("--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", self.file),
        )
        try:
            wait_until(self.file.exists)
            self.address: str = json.loads(self.file.read_bytes())["address"]
            self.workers += [self.worker(f"worker{i}") for i in range(workers)]
            wait_until(lambda: len(self.addresses()) == workers)
        except BaseException:
            self.close()
            raise

    def worker(self, name: str, *more: object) -> "subprocess.Popen[bytes]":
        """Start a worker of one thread."""
        return dask(
            self.folder / f"{name}.log",
            "worker",
            *("--scheduler-file", self.file, "--name", name, "--nthreads", 1, "--no-dashboard"),
            *("--local-directory", self.folder, "--memory-limit", "400MB", *more),
        )

    @contextlib.contextmanager
    def another(self, name: str, *more: object) -> Iterator[str]:
        """Have one worker more for a while; give its address."""
        before = set(self.addresses())
        process = self.worker(name, *more)
        try:
            wait_until(lambda: len(self.addresses()) > len(before))
            yield (set(self.addresses()) - before).pop()
        finally:
            kill(process)
            wait_until(lambda: set(self.addresses()) <= before)

    def addresses(self) -> dict[str, Any]:
        """Give the workers that the scheduler knows, by address."""
        with distributed.Client(self.address, set_as_default=False) as client:
            found: dict[str, Any] = client.nthreads()
        return found

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            kill(process)


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Start a cluster for all tests."""
    running = Started(tmp_path_factory.mktemp("cluster"), workers=2)
    yield running
    running.close()


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a corpus of some blocks where 20 MB of memory are given."""
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    path.write_bytes(random_text(4, 60_000).encode())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty directory that all share."""
    path = tmp_path / "shared"
    path.mkdir()
    return path


@contextlib.contextmanager
def started(*arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Start nlpzero."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nlpzero", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(*arguments: object) -> tuple[int, str, str]:
    """Run nlpzero: give its status, and what it writes."""
    with started(*arguments) as process:
        shown, errors = process.communicate(timeout=60)
    return process.returncode, shown, errors


ODD = "import nlpzero; nlpzero.__version__ = '0.0.1'"
"""What makes a worker one of another version."""


# The same bytes


@pytest.mark.parametrize(
    "command", ["discover --memory 20M --min-count 2", "segment", "glove count --min-count 1", "count --memory 20M"]
)
def test_a_cluster_gives_the_bytes_of_one_machine(command: str, cluster: Started, text: Path, folder: Path) -> None:
    here, there = folder.parent / "here", folder.parent / "there"
    expected = CliRunner().invoke(main, [*command.split(), "-j1", "-o", str(here), str(text)])
    done = run(*command.split(), "--scheduler", cluster.file, "--tmp-dir", folder, "-o", there, text)
    assert done == (0, "", expected.stderr)
    assert there.read_bytes() == here.read_bytes()
    assert list(folder.iterdir()) == []


def test_lexicons_and_standard_input_reach_the_workers(
    cluster: Started, text: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "words").write_text("山水 3\n云雨 2\n", "utf-8")
    monkeypatch.chdir(folder.parent)  # where the workers are not
    shown = [
        subprocess.run(
            [sys.executable, "-m", "nlpzero", "segment", "--lexicon", "words", *where],
            input=text.read_bytes(),
            capture_output=True,
            check=True,
        ).stdout
        for where in (["-j1"], ["--scheduler", cluster.address, "--tmp-dir", "shared"])
    ]
    assert shown[0] == shown[1]


def test_a_worker_that_is_killed_half_way_changes_nothing(cluster: Started, text: Path, folder: Path) -> None:
    pipe, last = folder.parent / "pipe", "山水云雨\n" * 100
    os.mkfifo(pipe)
    (folder.parent / "last").write_text(last, "utf-8")
    local = ["discover", "-j1", "--memory", "20M", str(text), str(folder.parent / "last")]
    expected = CliRunner().invoke(main, local)
    command = ("discover", "--memory", "20M", "--scheduler", cluster.address, "--tmp-dir", folder, text, pipe)
    with started(*command) as process:
        with open(pipe, "w", encoding="utf-8") as writer:  # here the counting is under way
            with distributed.Client(cluster.address, set_as_default=False) as client:
                numbers = client.run(os.getpid)
            os.kill(min(numbers.values()), signal.SIGKILL)
            writer.write(last)
        shown, errors = process.communicate(timeout=60)
    assert (process.returncode, shown, errors) == (0, expected.stdout, expected.stderr)
    assert list(folder.iterdir()) == []
    wait_until(lambda: len(cluster.addresses()) == 2)


def test_small_items_share_tasks_and_what_is_large_is_left_in_files_for_a_while(
    cluster: Started, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: collections.Counter[str] = collections.Counter()
    ask = Cluster._ask

    def counted(self: Cluster, name: str, *arguments: Any, **options: Any) -> Any:
        asked[name] += 1
        return ask(self, name, *arguments, **options)

    monkeypatch.setattr(Cluster, "_ask", counted)
    items = ["山水" * size for size in [0, 1, 100_000, 5] * 100]
    with Cluster(cluster.address, folder) as engine:
        for some in (items, iter(items)):  # one of known length, one of unknown length
            asked.clear()
            assert list(engine.map(cluster_tasks.doubled, some)) == [item + item for item in items]
            assert asked["submit"] < 100 < len(items)
            assert asked["nthreads"] < 20
        assert not [path for path in Path(engine._directory.name).iterdir() if path.name.startswith(("sent", "task"))]
        asked.clear()
        assert list(engine.map(cluster_tasks.slow, [0.3] * 8)) == [0.3] * 8
        assert asked["submit"] == 8  # and so both workers are at work to the end


# Workers that are refused


def test_a_worker_of_another_version_is_refused(cluster: Started, text: Path, folder: Path) -> None:
    with cluster.another("odd", "--preload", ODD) as worker:
        done = run("discover", "--scheduler", cluster.address, "--tmp-dir", folder, text)
    message = f"nlpzero: error: worker {worker}: has nlpzero 0.0.1, not {__version__}; install the same everywhere\n"
    assert done == (1, "", message)
    assert list(folder.iterdir()) == []


def test_a_worker_that_joins_later_is_asked_before_its_first_task(cluster: Started, folder: Path) -> None:
    with Cluster(cluster.address, folder) as engine:
        results = engine.map(cluster_tasks.slow, itertools.repeat(0.1))
        assert next(results) == 0.1
        with (
            cluster.another("late", "--preload", ODD) as worker,
            pytest.raises(NlpZeroError, match=rf"^worker {worker}: has nlpzero 0\.0\.1, not"),
        ):
            collections.deque(results, maxlen=0)


def test_a_worker_without_nlpzero_is_refused(cluster: Started, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "import sys; sys.modules['nlpzero'] = None"
    with (
        cluster.another("bare", "--preload", hidden) as worker,
        pytest.raises(NlpZeroError, match=rf"^worker {worker}: has no nlpzero, or another one .*; install nlpzero"),
    ):
        Cluster(cluster.address, folder)


def test_what_a_worker_lacks_is_named(text: Path, folder: Path) -> None:
    [extent] = Corpus([text]).files()
    (folder / "client").write_text("run")
    (folder / "words").write_text("山水 3\n")
    digest = hashlib.sha256((folder / "words").read_bytes()).hexdigest()

    def words() -> str:
        return str(folder / "words")

    fit = Needs("run", versions(), (words, digest), ((str(folder / "words"), digest),), (extent,), str(folder))
    assert difference(fit) == ""
    for needs, lack in [
        (fit._replace(versions=(("nlpzero", __version__), ("Python", "3.0"), ("NumPy", "9"))), "has Python 3."),
        (fit._replace(run="another"), f"cannot use {folder} (run); give `tmp_dir` a directory that all machines share"),
        (fit._replace(directory="/missing"), "cannot use /missing (No such file or directory); give `tmp_dir`"),
        (fit._replace(dictionary=(words, "other")), "has no dictionary of jieba, or another; install"),
        (fit._replace(files=(("/missing", digest),)), "does not have /missing, or another; put it on a file system"),
        (
            fit._replace(extents=(extent._replace(mtime=1),)),
            f"does not have the corpus as it is here ({text}: changed while it was read; run again); put it on",
        ),
    ]:
        assert difference(needs).startswith(lack)


# Faults


def test_tasks_that_take_too_much_memory_end_with_an_error(cluster: Started, folder: Path) -> None:
    with pytest.raises(NlpZeroError) as caught, Cluster(cluster.address, folder) as engine:
        list(engine.map(cluster_tasks.hold, [1000, 1000]))
    assert str(caught.value) == (
        f"{cluster.address}: workers died of one and the same task, again and again (killed, or out of memory); "
        "give them more memory (dask worker --memory-limit), or nlpzero a smaller `memory`"
    )
    assert list(folder.iterdir()) == []
    wait_until(lambda: len(cluster.addresses()) == 2)


def test_an_error_of_a_task_arrives_as_it_is(cluster: Started, folder: Path) -> None:
    with pytest.raises(OSError, match="No space left on device") as caught, Cluster(cluster.address, folder) as engine:
        list(engine.map(cluster_tasks.fail, ["/x"] * 9))
    assert (caught.value.errno, caught.value.filename) == (28, "/x")


def test_an_interrupt_leaves_nothing_and_ends_the_tasks(cluster: Started, text: Path, folder: Path) -> None:
    pipe = folder.parent / "pipe"
    os.mkfifo(pipe)
    command = ("discover", "--memory", "20M", "--scheduler", cluster.address, "--tmp-dir", folder, text, pipe)
    with started(*command) as process, open(pipe, "w"):
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "nlpzero: interrupted\n")
    assert process.returncode == 130
    assert list(folder.iterdir()) == []


def test_a_scheduler_without_workers_and_one_that_ends_are_told(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlpzero.core.cluster.CONNECTING", 1)
    monkeypatch.setattr("nlpzero.core.cluster.ALONE", 1)
    running = Started(tmp_path, workers=0)
    try:
        with pytest.raises(NlpZeroError, match=f"^{running.address}: has no workers; start some with: dask worker"):
            Cluster(running.address, folder)
        running.workers.append(running.worker("only"))
        wait_until(running.addresses)
        with Cluster(running.address, folder) as engine:
            results = engine.map(cluster_tasks.slow, [0.0, 60.0, 60.0])
            assert next(results) == 0.0
            kill(running.workers[-1])
            with pytest.raises(NlpZeroError, match=f"^{running.address}: for 1 s no worker has been able to work"):
                next(results)
            results = engine.map(cluster_tasks.slow, [0.0, 0.0])
            running.close()
            with pytest.raises(NlpZeroError, match=f"^{running.address}: the scheduler is gone"):
                next(results)
    finally:
        running.close()


def test_what_is_no_scheduler_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlpzero.core.cluster.CONNECTING", 1)
    (folder / "notes").write_text("[]")
    for scheduler, message in [
        ("tcp://127.0.0.1:1", r"^tcp://127\.0\.0\.1:1: no scheduler answers \(.*\); start one with: dask scheduler$"),
        (str(folder / "notes"), "notes: is no scheduler file; make one with: dask scheduler --scheduler-file$"),
        ("nowhere", "^nowhere: no such scheduler file, and no address such as tcp://host:8786$"),
    ]:
        with pytest.raises(NlpZeroError, match=message):
            Cluster(scheduler, folder)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NlpZeroError, match=r"^a cluster needs dask: pip install 'nlpzero\[dask\]'$"):
        Cluster("tcp://127.0.0.1:1", folder)
    assert [path.name for path in folder.iterdir()] == ["notes"]


def test_a_cluster_needs_a_directory_that_all_share(text: Path) -> None:
    status, _, errors = run("discover", "--scheduler", "tcp://127.0.0.1:1", text)
    assert status == 2
    assert errors.startswith("nlpzero: error: --scheduler needs --tmp-dir, a directory that all machines share")
