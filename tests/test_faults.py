"""What goes wrong around a run: processes that are killed, signals, full disks, files that change. Real processes."""

import contextlib
import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import random_text

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks at processes in /proc")

SLEEPER = """
import sys, time, types
import click, numpy
import nlpzero_cli.main as m
from nlpzero.core.workspace import Workspace
from nlpzero.core.processes import Processes

@click.command()
def command():
    with Workspace(0, sys.argv[1]) as workspace, Processes(2) as engine:
        workspace.store(numpy.arange(9))
        for _ in engine.map(time.sleep, [0, 60, 60, 60]):
            print("ready", flush=True)

sys.modules["nlpzero_cli.try"] = types.SimpleNamespace(command=command)
m.COMMANDS["try"] = ""
m.main(["try"], prog_name="nlpzero")
"""
"""A command whose workers are in the midst of a long task, and whose workspace holds a file."""

Process = subprocess.Popen[str]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a corpus of 50 blocks where 20 MB of memory are given."""
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    path.write_bytes(random_text(3, 1_000_000).encode())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty directory for temporary files."""
    path = tmp_path / "temporary"
    path.mkdir()
    return path


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Give a named pipe: a run that comes to it waits until the test opens it."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@contextlib.contextmanager
def started(*command: object) -> Iterator[Process]:
    """Start Python in a process group of its own, which ends with the test."""
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def discover(folder: Path, *arguments: object) -> tuple[object, ...]:
    """Give the command line of a run that spills to a directory."""
    return "-m", "nlpzero", "discover", "-j2", "--memory=4M", f"--tmp-dir={folder}", *arguments


def workers_of(process: Process) -> list[int]:
    """Give the numbers of the worker processes of a run."""
    children = [
        int(number)
        for listed in Path(f"/proc/{process.pid}/task").glob("*/children")
        for number in listed.read_text().split()
    ]
    return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_running(number: int) -> bool:
    """Tell whether a process is there and has not ended."""
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{number}/stat").read_text()
    return False


def wait_for_the_end(numbers: list[int]) -> None:
    """Wait until processes have ended."""
    until = time.monotonic() + 20
    while any(map(is_running, numbers)):
        assert time.monotonic() < until, "still running"
        time.sleep(0.02)


def ready(process: Process) -> list[int]:
    """Wait until the first task is done; give the workers."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    workers = workers_of(process)
    assert len(workers) == 2
    return workers


# Processes that are killed


def test_a_worker_that_is_killed_ends_the_other_and_the_run_in_one_line(folder: Path) -> None:
    with started("-c", SLEEPER, folder) as process:
        workers = ready(process)
        os.kill(workers[0], signal.SIGKILL)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.startswith("nlpzero: error: a worker process died: killed, or out of memory")
    assert errors.count("\n") == 1
    assert list(folder.iterdir()) == []
    wait_for_the_end(workers)


def test_workers_end_when_the_parent_is_killed(folder: Path) -> None:
    with started("-c", SLEEPER, folder) as process:
        workers = ready(process)
        os.kill(process.pid, signal.SIGKILL)
        wait_for_the_end(workers)


# Signals


@pytest.mark.parametrize("group", [False, True], ids=["parent", "group"])
@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_ends_workers_in_the_midst_of_a_task_and_leaves_nothing(
    name: str, status: int, group: bool, folder: Path
) -> None:
    with started("-c", SLEEPER, folder) as process:
        workers = ready(process)
        (os.killpg if group else os.kill)(process.pid, getattr(signal, name))
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (status, "nlpzero: interrupted\n" if name == "SIGINT" else "")
    assert list(folder.iterdir()) == []
    wait_for_the_end(workers)


def test_a_signal_while_counting_leaves_nothing(text: Path, pipe: Path, folder: Path) -> None:
    output = folder.parent / "words.tsv"
    with started(*discover(folder, "-o", output, text, pipe)) as process, open(pipe, "w"):
        assert list(folder.iterdir()) != []
        os.kill(process.pid, signal.SIGTERM)
        assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 143
    assert [path.name for path in folder.parent.iterdir() if path != folder] == ["pipe"]
    assert list(folder.iterdir()) == []


# Disks and files


def test_two_runs_may_share_a_directory_for_temporary_files(text: Path, folder: Path) -> None:
    (folder / "nlpzero-kept").mkdir()  # of a run that was killed, or is under way
    short = folder.parent / "short.txt"
    short.write_bytes(text.read_bytes()[:300_000].rpartition(b"\n")[0])
    with started(*discover(folder, short)) as first, started(*discover(folder, short)) as second:
        results = [process.communicate(timeout=60) for process in (first, second)]
    assert results[0] == results[1]
    assert len(results[0][0].splitlines()) > 10
    assert [path.name for path in folder.iterdir()] == ["nlpzero-kept"]


@pytest.fixture(params=["quota", "tmpfs"])
def full(request: pytest.FixtureRequest, folder: Path) -> Iterator[list[str]]:
    """Make a directory small, or files: give what a command line must begin with."""
    if request.param == "quota":
        yield ["import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"]
        return
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1M", "nlpzero", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True).returncode != 0:
        pytest.skip("may not mount a file system")
    yield []
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("full", ["tmpfs"], indirect=True)
def test_a_disk_that_is_too_small_is_told_before_work_begins(full: list[str], text: Path, folder: Path) -> None:
    assert full == []
    with started(*discover(folder, "-j2", text)) as process:
        shown, errors = process.communicate(timeout=60)
    assert (process.returncode, shown) == (1, "")
    assert "MB for temporary files, 1 MB are free; name a directory with more room with --tmp-dir" in errors
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_in_the_midst_of_a_spill_is_one_line(
    workers: int, full: list[str], text: Path, folder: Path
) -> None:
    packed, output = folder.parent / "text.txt.gz", folder.parent / "words.tsv"
    packed.write_bytes(gzip.compress(text.read_bytes()))  # how much room it needs cannot be told before
    options = [*discover(folder, f"-j{workers}", "-o", output, packed)][2:]
    script = [*full, "from nlpzero_cli.main import main", f"main({[*map(str, options)]}, prog_name='nlpzero')"]
    with started("-c", "\n".join(script)) as process:
        shown, errors = process.communicate(timeout=60)
    assert (process.returncode, shown) == (1, "")
    assert errors.count("\n") == 1
    assert errors.endswith("no space left; make room, or keep temporary files elsewhere with --tmp-dir\n")
    assert list(folder.iterdir()) == []
    assert not output.exists()


def test_a_file_that_changes_between_two_readings_is_an_error(text: Path, pipe: Path, folder: Path) -> None:
    changing = folder.parent / "changing.txt"
    changing.write_bytes(text.read_bytes()[:300_000].rpartition(b"\n")[0] + b"\n")
    segmented = folder.parent / "segmented.txt"
    with started(*discover(folder, "--segmented", segmented, changing, pipe)) as process:
        with open(pipe, "w") as writer:  # the file has been read once
            changing.write_bytes(changing.read_bytes() + "山水\n".encode())
            writer.write("山水\n")
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[-1]) == (
        1,
        f"nlpzero: error: {changing}: changed while it was read; run again",
    )
    assert not segmented.exists()
    assert list(folder.iterdir()) == []
