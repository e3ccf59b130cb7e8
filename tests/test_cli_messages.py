"""What is said on standard error, and what a terminal is shown."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nlpzero_cli import messages, terminal
from nlpzero_cli.output import Table

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


class Screen:
    """A terminal that is a text."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def on_a_terminal(*arguments: object, typed: str | None = None, stdout: bool = True, seconds: float = 60) -> str:
    """Run a command whose standard error, and output if asked, is a terminal; give all that is seen there."""
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nlpzero", *map(str, arguments)],
        stdin=slave if typed is not None else subprocess.DEVNULL,
        stdout=slave if stdout else subprocess.DEVNULL,
        stderr=slave,
        env={**os.environ, "COLUMNS": "80"},
    )
    if typed is not None:
        os.write(master, typed.encode())
    os.close(slave)
    seen = b""
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    seen += os.read(master, 65536)
                except OSError:
                    break
            elif process.poll() is not None:
                break
    finally:
        if process.poll() is None and time.monotonic() >= deadline:
            process.kill()
        process.wait()
        os.close(master)
    return seen.decode("utf-8", "replace").replace("\r\n", "\n")


def test_control_characters_are_spelled() -> None:
    assert messages.printable("a\x1b]0;b\x07\n\u2028\u202e\x9b") == r"a\x1b]0;b\x07\n\u2028\u202e\x9b"
    assert messages.printable("山 a\u0301") == "山 a\u0301"


def test_parameters_of_the_library_are_spelled_as_options() -> None:
    assert messages.spelled("lower `min_count`; `errors`='skip' or `top`=3, `x`") == (
        "lower --min-count; --errors skip or --top 3, --x"
    )
    assert messages.spelled("the word `a b` and 'c'") == "the word `a b` and 'c'"


def test_a_bar_makes_way_for_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    for number in messages.progress(range(3), total=3):
        if number == 1:
            messages.say("a message")
            assert screen.text.endswith("\rnlpzero: a message\n")
    assert screen.text.endswith("\r")


def test_an_error_is_not_glued_to_a_bar(tmp_path: Path) -> None:
    bad = tmp_path / "bad\x1b[31m.txt"
    bad.write_bytes(b"ab\n" * 100 + b"\xff\n")
    seen = on_a_terminal("discover", bad)
    line = seen.rstrip().splitlines()[-1].rsplit("\r", 1)[-1]
    assert line.startswith("nlpzero: error: ")
    assert r"bad\x1b[31m.txt: line 101" in line


def test_someone_who_types_is_told_that_standard_input_is_read() -> None:
    seen = on_a_terminal("segment", "--jieba", typed="山水\n\x04")
    assert "nlpzero: reading standard input; end it with Ctrl-D\n" in seen
    assert seen.endswith("山水\n")  # landscape; one Ctrl-D is enough


def test_a_terminal_gets_an_aligned_table_of_30_rows_and_a_pipe_everything() -> None:
    arguments = ("discover", "-q", STORIES)
    piped = subprocess.run([sys.executable, "-m", "nlpzero", *map(str, arguments)], capture_output=True, check=True)
    rows = piped.stdout.decode().splitlines()
    seen = on_a_terminal(*arguments).splitlines()
    assert seen[-1] == f"… {len(rows) - 31:,} more; write to a file or pipe for all"
    assert [line.split() for line in seen[:10]] == [row.split() for row in rows[:10]]
    assert len(seen) == 32
    starts = {terminal.width(line[: line.index(line.split()[1]) + len(line.split()[1])]) for line in seen[:31]}
    assert len(starts) == 1  # numbers end in one column
    assert len(on_a_terminal(*arguments, "--top", "40").splitlines()) == 41
    assert len(on_a_terminal(*arguments, "--top", "0").splitlines()) == len(rows)


def test_rows_are_aligned_where_a_file_is_read_and_someone_could_type() -> None:
    seen = on_a_terminal("templates", "-q", STORIES, typed="").splitlines()
    assert len(seen) == 32
    assert "铜 陀 [X] 转" in seen[3]  # wider than what comes before it
    assert len({terminal.width(line[: line.index(" 1.0000")]) for line in seen if " 1.0000" in line}) == 1


def test_a_form_that_is_asked_for_is_written_as_it_is() -> None:
    seen = on_a_terminal("discover", "-q", "--top", "2", "--format", "csv", STORIES)
    assert seen.startswith("word,count,score,")


def test_a_grid_is_aligned_by_cells() -> None:
    screen = Screen()
    shown = terminal.Terminal(screen)
    table = Table(shown, ("word", "count"))
    for row in ("山", 5), ("ab\x1bc", 12), ("e\u0301", 3):
        table.write(row)
    shown.close()
    assert screen.text.splitlines() == ["word     count", "山           5", "ab\\x1bc     12", "e\u0301            3"]


@pytest.mark.parametrize("method", ["esa", "bayes"])
def test_long_work_shows_something_within_a_second_of_reading(method: str) -> None:
    seen = on_a_terminal("discover", "--method", method, "--rounds", "2", STORIES, stdout=False)
    assert f"{method}: " in seen
