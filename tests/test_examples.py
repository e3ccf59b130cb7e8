"""Every example of the help pages and of README runs, and README shows what its commands write."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from models import config, random_arrays, write_model
from nlpzero_cli.main import COMMANDS, MODULES, main

from nlpzero.syntax.conllu import DependencyTree, write_conllu

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Give the command that stands for `nlpzero`: forks of one process, where the system has them."""
    if not hasattr(os, "fork"):
        yield [sys.executable, "-m", "nlpzero"]
        return
    address = tmp_path_factory.mktemp("launcher") / "socket"
    launcher = str(Path(__file__).with_name("launcher.py"))
    with subprocess.Popen([sys.executable, launcher, "serve", str(address)], stdin=subprocess.PIPE) as server:
        while not address.exists():
            assert server.poll() is None
            time.sleep(0.01)
        yield [sys.executable, "-I", "-S", launcher, "run", str(address)]
        assert server.stdin is not None
        server.stdin.close()


@pytest.fixture
def shell(tmp_path: Path, program: list[str]) -> "Shell":
    """Give a shell in a directory that holds the sample data and a small model, where `nlpzero` is this project."""
    return Shell(tmp_path, program)


class Shell:
    """Runs command lines in a directory of their own."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder = folder / "work"
        shutil.copytree(ROOT / "data", self.folder / "data")
        write_model(self.folder / "roberta", config(longest=64), random_arrays(config(longest=64), 1))
        (self.folder / "river.txt").write_text("船靠了岸，人在河上。\n", "utf-8")
        tree = DependencyTree([*"船靠了岸"], [2, 0, 2, 2])  # the boat reached the bank
        (self.folder / "dev.conllu").write_text(write_conllu(tree) + "\n", "utf-8")
        program = folder / "bin" / "nlpzero"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        program.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one command line."""
        return subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )


def pages(command: click.Command) -> Iterator[click.Command]:
    """Give a command and all commands below it: each has a help page."""
    yield command
    if isinstance(command, click.Group):
        for below in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), below)
            assert found is not None
            yield from pages(found)


@pytest.mark.parametrize("page", ["nlpzero", *COMMANDS])
def test_every_help_page_ends_in_examples_that_run(page: str, shell: Shell) -> None:
    command: click.Command = (
        main if page == "nlpzero" else import_module(f"nlpzero_cli.{MODULES.get(page, page)}").command
    )
    for shown in [main] if command is main else pages(command):
        head, *examples = (shown.epilog or "").rstrip("\n").split("\n  ")
        assert head == "\b\nExamples:"
        for line in examples:
            done = shell.run(line)
            assert (done.returncode, done.stderr.count("error")) == (0, 0), f"{line}: {done.stderr}"
        assert "nlpzero" in examples[-1]


README = ROOT / "README.md"
MANUALS = sorted([README, ROOT / "cli" / "README.md", *(ROOT / "nlpzero").rglob("README.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def transcripts(manual: Path) -> list[str]:
    """Give the ```console blocks of a manual: lines `$ command`, each before what it writes."""
    return [text for kind, text in FENCED.findall(manual.read_text(encoding="utf-8")) if kind == "console"]


def matches(shown: str, written: str) -> bool:
    """Compare what a manual shows with what was written; a line `...` stands for any lines."""
    lines = [r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()]
    return re.fullmatch("".join(lines), written) is not None


def named(path: Path) -> str:
    """Show a file by its path in the project."""
    return str(path.relative_to(ROOT))


def test_readme_is_short_and_shows_every_command() -> None:
    assert len(README.read_bytes()) <= 10_240
    run = "".join(transcripts(README))
    for command in COMMANDS:
        if command not in ("completion", "man", "help", "probe"):  # probe's model here is random numbers
            assert re.search(rf"^\$ (.*[|;] |.*do )?nlpzero {command}\b", run, re.MULTILINE), command


@pytest.mark.parametrize("manual", MANUALS, ids=named)
def test_commands_are_shown_only_where_they_are_run(manual: Path) -> None:
    text = manual.read_text(encoding="utf-8")
    rest = FENCED.sub(lambda block: "" if block[1] in ("console", "sh") else block[0], text)
    assert re.findall(r"^\s*(?:\$ )?nlpzero [a-z].*$", rest, re.MULTILINE) == []


@pytest.mark.parametrize("manual", MANUALS, ids=named)
def test_manuals_show_what_their_commands_write(manual: Path, shell: Shell) -> None:
    for transcript in transcripts(manual):
        for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
            line, shown = part.split("\n", 1)
            done = shell.run(line)
            written = done.stdout if done.returncode == 0 else done.stdout + done.stderr
            assert done.returncode == 0 or "nlpzero: error: " in shown, f"$ {line}\n{written}"
            assert matches(shown, written), f"$ {line}\n{written}{done.stderr}"


@pytest.mark.parametrize("manual", MANUALS, ids=named)
def test_links_lead_to_pages_that_exist(manual: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", manual.read_text(encoding="utf-8")):
        assert (manual.parent / link).exists(), link


def test_the_python_of_readme_runs(shell: Shell) -> None:
    [code] = [text for kind, text in FENCED.findall(README.read_text(encoding="utf-8")) if kind == "python"]
    done = shell.run(f"{shlex.quote(sys.executable)} -W error -c {shlex.quote(code)}")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("72 ['")


def test_the_comparison_with_a_manual_tells_differences() -> None:
    assert matches("a\n...\nb\n", "a\nx\ny\nb\n")
    assert matches("a\n...\n", "a\n")
    assert matches("", "")
    assert not matches("a\n", "a\nb\n")
    assert not matches("a.c\n", "abc\n")
    assert not matches("", "a\n")
