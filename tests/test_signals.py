"""Ctrl-C at any time, standard files that are closed, output that cannot be written: one line, and nothing is left."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import random_text
from nlpzero_cli.signals import obeyed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals to groups of processes")

PROGRAM = [sys.executable, "-c", "from nlpzero_cli.entry import run; run()"]
STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a directory with a text; nothing else may be in it, or in that for temporary files, at the end."""
    (tmp_path / "text").write_bytes(random_text(3, 200_000).encode())
    (tmp_path / "temporary").mkdir()
    yield tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["temporary", "text"]
    assert list((tmp_path / "temporary").iterdir()) == []


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the program in a group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "temporary")},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    "command",
    [
        "discover -j2 --memory 4M -o out text",
        "discover -j2 --method esa --memory 4M --segmented out text",
        "segment -j2 --hmm -o out text",
        "glove count -j2 -o out text",
    ],
)
def test_ctrl_c_at_any_time_ends_a_command_in_one_line(command: str, folder: Path) -> None:
    rng = random.Random(command)
    hit = 0
    while hit < 3:
        process = started(folder, *command.split())
        try:
            time.sleep(rng.uniform(0.1, 1.0))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode == 0:  # done before the signal
            (folder / "out").unlink()
            hit += 1
            continue
        assert not (folder / "out").exists()
        own = errors.replace(b"from nlpzero_cli.entry import run", b"")
        if process.returncode in (1, -signal.SIGINT) and b"nlpzero" not in own:
            continue  # Python had not begun to run the program
        hit += 1
        lines = errors.decode().splitlines()
        assert (process.returncode, lines[-1:]) == (130, ["nlpzero: interrupted"]), errors.decode()
        assert all(line.startswith("nlpzero: ") for line in lines)


def test_only_the_first_signal_raises_an_error() -> None:
    seen = []
    with pytest.raises(KeyboardInterrupt), obeyed():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            seen.append("cleaned up")
    assert seen == ["cleaned up"]


def test_an_error_that_the_interruption_makes_is_the_interruption() -> None:
    def fragile() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException:
            raise ImportError("cannot import name") from None

    with pytest.raises(SystemExit, match="143"), obeyed():
        fragile()
    with pytest.raises(ImportError), obeyed():
        raise ImportError


def test_threads_that_end_with_an_interrupted_command_say_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("ended in the middle")

    with pytest.raises(KeyboardInterrupt), obeyed():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        finally:
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
    assert capfd.readouterr().err == ""


def test_an_interruption_that_is_swallowed_is_told_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), obeyed(), contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_interruption_while_an_object_is_removed_comes_again() -> None:
    class Fragile:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt), obeyed():
        Fragile()
        time.sleep(60)
    assert time.monotonic() - begin < 50  # what the main thread waited for was ended, too


def test_the_handlers_of_before_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with obeyed():
        assert signal.getsignal(signal.SIGINT) not in before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


# Standard files that are closed or full


@pytest.mark.parametrize("arguments", [["-h"], ["--version"], ["discover", "--help"], ["segment", str(STORIES)]])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("nlpzero: error: no space left")


def shell(line: str, folder: Path) -> tuple[int, str]:
    """Run a line of the shell, where $N is the program."""
    environment = {**os.environ, "P": sys.executable, "T": str(STORIES)}
    line = line.replace("$N", '"$P" -c "from nlpzero_cli.entry import run; run()"')
    done = subprocess.run(line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_a_file_is_written_where_standard_output_is_closed(tmp_path: Path) -> None:
    assert shell('$N segment -o out "$T" >&-', tmp_path) == (0, "")
    assert (tmp_path / "out").read_text("utf-8").replace(" ", "") == STORIES.read_text("utf-8").replace(" ", "")


def test_a_closed_standard_output_is_one_line(tmp_path: Path) -> None:
    message = "nlpzero: error: standard output is closed; give a file with -o\n"
    assert shell('$N segment "$T" >&-', tmp_path) == (1, message)
    assert shell("$N --version >&-", tmp_path) == (1, message)


def test_a_closed_standard_input_is_one_line(tmp_path: Path) -> None:
    status, errors = shell("$N segment <&-", tmp_path)
    assert (status, errors.count("\n"), errors[:16]) == (1, 1, "nlpzero: error: ")


def test_a_closed_standard_error_takes_nothing_away(tmp_path: Path) -> None:
    assert shell('$N discover -o out "$T" 2>&-', tmp_path) == (0, "")
    assert len((tmp_path / "out").read_text("utf-8").splitlines()) > 100


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    assert shell('($N segment "$T" "$T" "$T"; echo $? >&2) | head -c 1 > /dev/null', tmp_path) == (0, "0\n")
