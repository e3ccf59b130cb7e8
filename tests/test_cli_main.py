"""The command line's frame: how it starts, fails, stops and writes."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli import messages, options, output
from nlpzero_cli.main import COMMANDS, main
from nlpzero_cli.pages import command as page
from nlpzero_cli.values import option, values

from nlpzero import __version__
from nlpzero.core.job import Job
from nlpzero.errors import CorpusError, NlpZeroError
from nlpzero.reading.corpus import Corpus

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `body` as the command `nlpzero try`, with the arguments and decorators given."""

    def run(body: Callable[..., object], *arguments: str, decorators: tuple[Any, ...] = ()) -> Result:
        for decorator in decorators:
            body = decorator(body)
        module = ModuleType("nlpzero_cli.try")
        module.command = page(name="try")(body)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(COMMANDS, "try", "Try something.")
        return CliRunner().invoke(main, ["try", *arguments])

    return run


def start(body: str, **environment: str) -> "subprocess.Popen[bytes]":
    """Run the lines of `body` as a command of nlpzero in a process of its own."""
    script = (
        "import sys, types, click, nlpzero_cli.main as m\n"
        "from nlpzero_cli.output import open_output\n"
        "@click.command()\n"
        f"def command():\n    {body}\n"
        "sys.modules['nlpzero_cli.try'] = types.SimpleNamespace(command=command)\n"
        "m.COMMANDS['try'] = ''\n"
        "m.main(['try'], prog_name='nlpzero')\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def raiser(error: BaseException) -> Callable[[], None]:
    """Make a command that fails."""

    def fail() -> None:
        raise error

    return fail


# Starting


def test_help_lists_every_command_with_its_summary() -> None:
    result = CliRunner().invoke(main, ["--help"])
    succeeded(result)
    listed = " ".join(result.stdout.split())
    for name, summary in COMMANDS.items():
        assert f"{name} {summary}" in listed


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"nlpzero {__version__}\n")


def test_the_package_runs_as_a_module() -> None:
    shown = subprocess.run([sys.executable, "-m", "nlpzero", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"nlpzero {__version__}\n"


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom nlpzero_cli.main import main\n"
        f"main({[*arguments, '--help']}, standalone_mode=False)\n"
        "print(*{'numpy', 'scipy', 'jieba', 'ot', 'tqdm', 'multiprocessing'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: ")
    assert done.stderr.strip() == ""


# Failing and stopping


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CorpusError("a.txt: line 3: wrong"), "a.txt: line 3: wrong"),
        (MemoryError(), "out of memory; try a part of the text"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/run.bin"),
            "/x/run.bin: no space left; make room",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied"),
        (OSError("odd"), "odd"),
    ],
)
def test_a_failure_is_one_line_and_status_1(error: BaseException, message: str, run: Callable[..., Result]) -> None:
    result = run(raiser(error))
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"nlpzero: error: {message}\n")


def test_remedies_are_options_of_the_command(run: Callable[..., Result]) -> None:
    def fail(error: Exception) -> str:
        def body(running: options.RunningOptions) -> None:
            raise error

        return run(body, decorators=(values(options.RunningOptions, "running"),)).stderr

    assert fail(MemoryError()) == "nlpzero: error: out of memory; try smaller --memory or --workers\n"
    full = OSError(errno.ENOSPC, "No space left on device")
    assert fail(full).endswith("no space left; make room, or keep temporary files elsewhere with --tmp-dir\n")


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["score", "--nonsense"]])
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert (result.stderr.count("\n"), result.stderr.startswith("nlpzero: error: no ")) == (1, True)


def test_an_interrupt_is_status_130(run: Callable[..., Result]) -> None:
    result = run(raiser(KeyboardInterrupt()))
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "nlpzero: interrupted\n")


def test_a_fault_of_the_program_is_not_hidden(run: Callable[..., Result]) -> None:
    assert isinstance(run(raiser(ZeroDivisionError())).exception, ZeroDivisionError)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_half_written(number: signal.Signals, status: int, tmp_path: Path) -> None:
    process = start(
        f"""with open_output({str(tmp_path / "out.txt")!r}) as file:
        import time
        file.write("half")
        print("ready", flush=True)
        time.sleep(60)"""
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == status
    assert b"Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        "click.echo('line\\n' * 100_000)",
        "with open_output('-') as file: file.writelines('line\\n' for _ in range(100_000))",
        "import time; print('line', flush=True); time.sleep(0.3); print('line')",
    ],
)
def test_a_closed_pipe_ends_quietly(body: str) -> None:
    with start(body) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_standard_output_is_one_line() -> None:
    script = "from nlpzero_cli.main import main; main(['score', '--help'], prog_name='nlpzero')"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("nlpzero: error: no space left")


# Options


@pytest.mark.parametrize(
    ("text", "size"), [("4096", 4096), ("1K", 1024), ("512M", 1 << 29), ("1.5g", 3 << 29), ("2GB", 2 << 30)]
)
def test_sizes_are_read_in_powers_of_1024(text: str, size: int) -> None:
    assert options.size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "0", "many", "1X", "nan", "inf", "1e999"])
def test_what_is_no_size_is_wrong_usage(text: str, run: Callable[..., Result]) -> None:
    result = run(lambda **_: None, "--memory", text, decorators=(values(options.RunningOptions, "running"),))
    assert result.exit_code == 2
    assert f"{text!r} is not a size such as 512M or 2G" in result.stderr


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "1/0", "a/b", "1/2/3", "-1/-1"])
def test_what_is_no_part_is_wrong_usage(text: str, run: Callable[..., Result]) -> None:
    result = run(lambda **_: None, f"--shard={text}", decorators=(values(options.ReadingOptions, "reading"),))
    assert result.exit_code == 2
    assert f"{text!r} is not a part such as 1/8, the first of eight; see " in result.stderr


def test_shared_options_have_defaults_that_help_shows(run: Callable[..., Result], tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    def keep() -> Callable[..., None]:
        return lambda **parameters: seen.update(parameters)

    decorators = (
        options.quiet,
        values(options.RunningOptions, "running", without=("scheduler",)),
        values(output.TableOptions, "writing"),
        values(options.ReadingOptions, "reading"),
    )
    succeeded(run(keep(), decorators=decorators))
    assert seen == {
        "reading": options.ReadingOptions(
            paths=("-",), encoding="utf-8", errors="strict", fold=(), web="", shard=None, fields=(), join_lines=False
        ),
        "writing": output.TableOptions(output="-", form="tsv", header=True),
        "running": options.RunningOptions(workers=options.cores(), memory=2 << 30, tmp_dir=None, scheduler=None),
    }
    assert seen["running"].job == Job(options.cores(), "2G")
    given = (
        "a",
        "b",
        "-j3",
        "--memory=1M",
        "--shard=2/5",
        f"--tmp-dir={tmp_path}",
        "--format=csv",
        "--no-header",
        "-o",
        "x",
        "-q",
    )
    succeeded(run(keep(), *given, decorators=decorators))
    assert seen == {
        "reading": options.ReadingOptions(
            paths=("a", "b"),
            encoding="utf-8",
            errors="strict",
            fold=(),
            web="",
            shard=(2, 5),
            fields=(),
            join_lines=False,
        ),
        "writing": output.TableOptions(output="x", form="csv", header=False),
        "running": options.RunningOptions(workers=3, memory=1 << 20, tmp_dir=str(tmp_path)),
    }
    shown = " ".join(run(keep(), "--help", decorators=decorators).stdout.split())
    for default in ("utf-8", "strict", "tsv", "(all cores)", "(2G)", "($TMPDIR or the system's)"):
        assert f"[default: {default}" in shown
    assert "[CORPUS]..." in shown


@dataclass(frozen=True, kw_only=True)
class Cup:
    """Options of a test."""

    tea: str = option("--tea", type=click.Choice(["green", "black"]), default="green", help="Which tea.")
    sugar: int = option("--sugar", type=click.IntRange(min=0), default=2, help="Lumps of sugar.")
    hot: bool = option(
        "--cold", is_flag=True, callback=lambda _context, _parameter, value: not value, help="Let it cool."
    )


def test_a_command_receives_its_options_as_one_frozen_value(run: Callable[..., Result]) -> None:
    seen: list[Cup] = []
    whole = (values(Cup, "cup"),)
    succeeded(run(lambda cup: seen.append(cup), "--sugar", "3", decorators=whole))
    succeeded(run(lambda cup: seen.append(cup), "--tea=black", "--cold", decorators=whole))
    assert seen == [Cup(tea="green", sugar=3, hot=True), Cup(tea="black", sugar=2, hot=False)]
    assert "[default: 2; x>=0]" in run(lambda cup: None, "--help", decorators=whole).stdout


def test_a_command_without_an_option_has_its_default(run: Callable[..., Result]) -> None:
    seen: list[Cup] = []
    part = (values(Cup, "cup", without=("sugar",)),)
    succeeded(run(lambda cup: seen.append(cup), decorators=part))
    assert seen == [Cup(tea="green", sugar=2, hot=True)]
    assert run(lambda cup: None, "--sugar", "3", decorators=part).exit_code == 2


def test_two_parameters_of_one_name_are_a_fault_of_the_command() -> None:
    with pytest.raises(TypeError, match="Cup: a command has two parameters hot, sugar, tea"):
        values(Cup, "first")(values(Cup, "second")(lambda first, second: None))


@pytest.mark.parametrize(
    "arguments",
    [["similar", "--text", "河", "船"], ["segment", str(STORIES)], ["glove", "count", "-o", "c.npz", str(STORIES)]],
    ids=["similar", "segment", "glove count"],
)
def test_linear_algebra_has_one_thread_for_each_worker(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "class Watch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy': print('threads', os.environ.get('OPENBLAS_NUM_THREADS'), file=sys.stderr)\n"
        "sys.meta_path.insert(0, Watch())\n"
        "from nlpzero_cli.main import main\n"
        f"main({[*arguments, '-j2']}, prog_name='nlpzero')\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "threads 1\n")


# Output


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with output.open_output(str(target)) as file:
        file.write("汉字\n")
        file.flush()
        assert target.read_text() == "old"
    assert target.read_bytes() == "汉字\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), output.open_output(str(target)) as file:
        file.write("new")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "out.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    with output.open_output(str(link)) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_stays_one() -> None:
    with output.open_output(os.devnull) as file:
        file.write("new")
    assert not os.path.isfile(os.devnull)


def test_a_place_that_cannot_be_written_is_known_at_once(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "out.txt"):
        with pytest.raises(NlpZeroError, match=rf"^{path}: cannot be written: "), output.open_output(str(path)):
            pytest.fail("work began")


def test_standard_output_is_utf_8_whatever_the_locale() -> None:
    body = "with open_output('-') as file: file.write('\\u6c49\\u5b57\\n\\udcff')"
    process = start(body, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    with process:
        assert process.communicate() == ("汉字\n".encode() + b"\xff", b"")


def table(output_format: str, header: bool = True) -> str:
    """Write a table of difficult values."""
    file = io.StringIO()
    writer = output.Table(file, ("word", "count", "score"), output_format, header)
    writer.write(["山水", 3, 0.123456])
    writer.write(['a\tb\n"c\\n",', np.int64(7), None])
    writer.write(["", True, -0.00001])
    writer.write(["无", 0, float("nan")])
    return file.getvalue()


def test_tsv_keeps_every_row_on_its_line() -> None:
    assert table("tsv") == (
        "word\tcount\tscore\n"
        "山水\t3\t0.1235\n"
        'a\\tb\\n"c\\\\n",\t7\t\n'
        "\t1\t0.0000\n"
        "无\t0\t\n"
    )  # fmt: skip


def test_csv_quotes() -> None:
    assert table("csv") == 'word,count,score\n山水,3,0.1235\n"a\tb\n""c\\n"",",7,\n,1,0.0000\n无,0,\n'


def test_jsonl_holds_one_object_a_line() -> None:
    assert [json.loads(line) for line in table("jsonl").splitlines()] == [
        {"word": "山水", "count": 3, "score": 0.123456},
        {"word": 'a\tb\n"c\\n",', "count": 7, "score": None},
        {"word": "", "count": True, "score": -0.00001},
        {"word": "无", "count": 0, "score": None},
    ]
    assert table("jsonl").startswith('{"word": "山水"')


def test_the_header_can_be_left_out() -> None:
    for output_format in ("tsv", "csv"):
        assert table(output_format).split("\n", 1)[1] == table(output_format, header=False)


def test_a_row_has_a_value_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 values for 2 columns"):
        output.Table(io.StringIO(), ("a", "b")).write([1])


# Standard error


class Terminal(io.StringIO):
    """Text output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def talk() -> None:
    """Say everything there is to say on standard error."""
    messages.notice("a notice")
    messages.warn("a warning")
    assert list(messages.progress(range(3), total=3, size=lambda i: i)) == [0, 1, 2]


def test_without_a_terminal_only_warnings_are_shown(run: Callable[..., Result]) -> None:
    assert run(talk, decorators=(options.quiet,)).stderr == "nlpzero: a warning\n"


def test_on_a_terminal_notices_and_progress_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    talk()
    assert terminal.getvalue().startswith("nlpzero: a notice\nnlpzero: a warning\n")
    assert "0.00/3.00" in terminal.getvalue()


def test_quiet_silences_everything(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def talk_to_terminal() -> None:
        monkeypatch.setattr(sys, "stderr", terminal)
        talk()

    terminal = Terminal()
    succeeded(run(talk_to_terminal, "-q", decorators=(options.quiet,)))
    assert terminal.getvalue() == ""


def test_replaced_characters_are_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("天地\n人".encode() + b"\xff\xff\n")
    corpus = Corpus([path], errors="replace")
    messages.warn_replaced(corpus)
    assert capsys.readouterr().err == ""
    list(corpus.blocks())
    messages.warn_replaced(corpus)
    expected = f"nlpzero: bad characters replaced by U+FFFD: 2, the first in {path}:2, column 2\n"
    assert capsys.readouterr().err == expected


def test_parts_of_a_corpus_come_with_a_bar_of_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"ab\n" * 1000)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    assert len([*messages.parts_of(Corpus([path]), 1500)]) == 2
    assert "0.00/3.00k" in terminal.getvalue()
