"""Help pages, completion and manual pages; and what a misspelt command line is answered."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner
from nlpzero_cli.corrections import distance
from nlpzero_cli.main import COMMANDS, main


def leaves(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give every command that is no group, with the names that call it."""
    if not isinstance(command, click.Group):
        yield names, command
        return
    for name in command.list_commands(click.Context(command)):
        below = command.get_command(click.Context(command), name)
        assert below is not None
        yield from leaves(below, (*names, name))


LEAVES = dict(leaves(main))
PAGES = [(), ("glove",), ("probe",), *LEAVES]


def answer(*arguments: str) -> str:
    """Give the error line of a wrong command line."""
    done = CliRunner().invoke(main, arguments, prog_name="nlpzero")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    return done.stderr


@pytest.mark.parametrize("names", PAGES, ids=" ".join)
def test_the_short_page_is_one_screen_with_examples(names: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*names, "-h"], prog_name="nlpzero", terminal_width=78)  # of 80 columns
    lines = done.stdout.splitlines()
    succeeded(done)
    assert len(lines) <= 24
    assert lines[0].startswith(" ".join(["Usage: nlpzero", *names]))
    assert "Examples:" in lines
    assert len(lines) - lines.index("Examples:") in (2, 3)


@pytest.mark.parametrize("names", LEAVES, ids=" ".join)
def test_the_full_page_lists_every_option_in_sections(names: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*names, "--help"], prog_name="nlpzero").stdout
    options = [one for one in LEAVES[names].params if isinstance(one, click.Option)]
    for option in options:
        assert max(option.opts, key=len) in shown
    if any(option.name == "workers" for option in options):
        assert "\nRunning:\n" in shown
    assert shown.index("\nHelp:\n") > max(shown.find("\nReading:\n"), shown.find("\nWriting:\n"))
    short = CliRunner().invoke(main, [*names, "-h"], prog_name="nlpzero").stdout
    assert " ".join(names) in short
    assert ("--help lists all)" in short) == bool(len(options) > 1)


def test_help_shows_the_page_of_a_command() -> None:
    for names in PAGES:
        asked = CliRunner().invoke(main, ["help", *names], prog_name="nlpzero").stdout
        assert asked == CliRunner().invoke(main, [*names, "--help"], prog_name="nlpzero").stdout
    assert answer("help", "glove", "nearst") == "nlpzero: error: no command nearst; did you mean nearest?\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["discovr"], "no command discovr; did you mean discover?"),
        (["glove", "trian"], "no command trian; did you mean train?"),
        (["rules", "--ths", "x"], "no option --ths; did you mean --lhs or --rhs?"),
        (["discover", "-min-count", "3"], "no option -min-count; did you mean --min-count?"),
        (["discover", "--min-cuont=3"], "no option --min-cuont; did you mean --min-count?"),
        (["xyzzy"], "no command xyzzy; see nlpzero -h"),
        (["rules", "--top", "x"], "invalid value for '--top': 'x' is not a valid integer range; see nlpzero rules -h"),
        (["score", "a"], "a has no counterpart: give GOLD and PREDICTED in pairs; see nlpzero score -h"),
        (["discover", "--a\x1b[1m"], r"no option --a\x1b[1m; see nlpzero discover -h"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_answered_in_one_line(arguments: list[str], message: str) -> None:
    assert answer(*arguments) == f"nlpzero: error: {message}\n"


def misspell(name: str, rng: np.random.Generator) -> str:
    """Make one edit: leave out, put in, change or swap."""
    at, letter = int(rng.integers(len(name))), "abcdefghijklmnopqrstuvwxyz-"[int(rng.integers(27))]
    kind = int(rng.integers(4))
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + letter + name[at:]
    if kind == 2:
        return name[:at] + letter + name[at + 1 :]
    return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]


def test_95_of_100_misspellings_are_answered_with_the_right_name() -> None:
    rng = np.random.default_rng(20)
    cases: list[tuple[tuple[str, ...], str]] = [((), name) for name in COMMANDS]
    for names, command in LEAVES.items():
        cases += [(names, name) for one in command.params for name in one.opts if name.startswith("--")]
    asked = right = 0
    while asked < 300:
        names, name = cases[int(rng.integers(len(cases)))]
        number = len("--") if name.startswith("--") else 0
        wrong = name[:number] + misspell(name[number:], rng)
        taken = {other for where, other in cases if where == names} | {"--help", "--version"}
        if wrong in taken or wrong.startswith("--=") or wrong in ("--", "", "-h"):
            continue
        asked += 1
        done = CliRunner().invoke(main, [*names, wrong], prog_name="nlpzero")
        right += done.exit_code == 2 and name in done.stderr.split("did you mean")[-1].replace("?", "").split()
    assert right >= 0.95 * asked, f"{right} of {asked}"


def test_an_edit_is_a_letter_more_less_other_or_swapped() -> None:
    assert [distance("train", other) for other in ("train", "trin", "traain", "troin", "tarin", "niart")] == [
        *(0, 1, 1, 1, 1),
        4,
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_asks_nlpzero(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell], prog_name="nlpzero")
    succeeded(done)
    assert f"_NLPZERO_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("nlpzero dis", ["plain,discover"]),
        ("nlpzero glove ne", ["plain,nearest"]),
        ("nlpzero discover --method e", ["plain,entropy", "plain,esa"]),
        ("nlpzero discover --min-l", ["plain,--min-length"]),
        ("nlpzero rules --sort conf", ["plain,confidence"]),
        ("nlpzero discover st", ["file,st"]),
        ("nlpzero segment --lexicon w", ["file,w"]),
        ("nlpzero discover --tmp-dir t", ["dir,t"]),
        ("nlpzero kwic st", ["file,st"]),
        ("nlpzero similar --weights i", ["plain,idf", "file,i"]),
        ("nlpzero keywords --idf c", ["plain,corpus", "file,c"]),
        ("nlpzero segment --grain f", ["plain,fine"]),
        ("nlpzero rules --min lif", ["plain,lift="]),
        ("nlpzero segment --fold width,", ["plain,width,case", "plain,width,variants"]),
        ("nlpzero report --sections corpus,n", ["plain,corpus,new"]),
        ("nlpzero segment table.csv --field ", ["plain,title", "plain,body"]),
        ("nlpzero segment rows.jsonl --field b", ["plain,body"]),
        ("nlpzero keyness a.csv table.csv --by f", ["plain,file"]),
        ("nlpzero rules table.csv --basket t", ["plain,title"]),
    ],
)
def test_a_shell_completes_commands_options_values_files_and_columns(
    words: str, found: list[str], tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text('title,"body"\n船,靠岸\n', "utf-8")  # the boat: reaches the bank
    (tmp_path / "rows.jsonl").write_text('{"title": "船", "body": "靠岸"}\n', "utf-8")
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_NLPZERO_COMPLETE": "bash_complete"}
    script = "from nlpzero_cli.main import main; main(prog_name='nlpzero')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == found


def test_manual_pages_are_written_for_every_command(tmp_path: Path) -> None:
    succeeded(CliRunner().invoke(main, ["man", str(tmp_path)], prog_name="nlpzero"))
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "man1").iterdir()}
    assert set(pages) == {"-".join(["nlpzero", *names]) + ".1" for names in PAGES}
    for names, command in LEAVES.items():
        page = pages["-".join(["nlpzero", *names]) + ".1"]
        assert page.startswith(f'.TH "{"-".join(["NLPZERO", *names]).upper()}" "1"')
        assert [
            heading
            for heading in (".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLES")
            if heading not in page
        ] == []
        for option in command.params:
            if isinstance(option, click.Option):
                assert max(option.opts, key=len).replace("-", r"\-") in page
