"""Ctrl-C or SIGTERM at random times, in all long commands: does each end at once, and leave nothing behind?

    python tests/benchmarks/interrupt.py CORPUS --times 200
    python tests/benchmarks/interrupt.py CORPUS --times 50 --signal SIGTERM

Ctrl-C must end a command with status 130 and one line; SIGTERM with status 143 within a second.

A row for each command: how often it was interrupted, how often it was done before or Python had not yet begun it, the
longest time from the signal to the end, and what went wrong. The exit status is 1 if anything did.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench import folder, print_table, unpacked

LINE = b"nlpzero: interrupted\n"

COMMANDS = {
    "discover": "discover -j2 --segmented c.txt -o OUT TEXT",
    "discover, little memory": "discover -j2 --memory 8M -o OUT TEXT",
    "discover esa": "discover -j2 --method esa -o OUT TEXT",
    "discover bayes": "discover -j2 --method bayes --rounds 2 --samples 2 -o OUT TEXT",
    "count": "count -j2 -o OUT TEXT",
    "merge": "merge -j2 -o OUT one.runs one.runs",
    "segment": "segment -j2 -o OUT TEXT",
    "segment --hmm": "segment -j2 --hmm -o OUT TEXT",
    "segment --learn": "segment -j2 --learn -o OUT TEXT",
    "templates": "templates -j2 --min-proba 1e-4 -o OUT TEXT",
    "parse": "parse -j2 --templates t.tsv -o OUT TEXT",
    "rules": "rules -j2 --input text --itemsets --max-length 3 --min-support 5 -o OUT TEXT",
    "glove count": "glove count -j2 -o OUT TEXT",
    "similar": "similar -j2 --search --top 3 -o OUT TEXT TEXT",
}
"""Long commands; TEXT is the corpus, OUT what they write."""
MADE = ("count -o one.runs TEXT", "templates --min-proba 1e-4 -o t.tsv TEXT")
"""What some of them read."""


class Result(NamedTuple):
    """How a command that was sent a signal ended."""

    sent: signal.Signals
    status: int
    errors: bytes
    seconds: float
    left: tuple[str, ...]

    @property
    def is_early(self) -> bool:
        """Whether Python was still starting, and had not read a line of the program."""
        own = b"nlpzero_cli" in self.errors.replace(b"from nlpzero_cli.entry import run", b"") or LINE in self.errors
        return not self.left and self.status in (1, -self.sent) and not own

    @property
    def is_good(self) -> bool:
        """Whether it ended as it should."""
        lines = self.errors.splitlines(keepends=True)
        if self.sent == signal.SIGTERM:
            return self.status == 128 + self.sent and self.seconds <= 1 and not self.left
        told = bool(lines) and lines[-1] == LINE and all(line.startswith(b"nlpzero: ") for line in lines)
        return self.status == 130 and told and not self.left


def interrupted(command: Sequence[str], sent: signal.Signals, delay: float, work: Path) -> Result:
    """Run a command in a process group of its own, and send a signal to all of the group after some seconds."""
    with tempfile.TemporaryDirectory(prefix="interrupt-") as kept:
        before = {path.name for path in work.iterdir()}
        process = subprocess.Popen(
            command,
            cwd=work,
            env={**os.environ, "TMPDIR": kept},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            time.sleep(delay)
            began = time.perf_counter()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
            _, errors = process.communicate(timeout=60)
            seconds = time.perf_counter() - began
            left = [path.name for path in Path(kept).iterdir()]
            left += sorted({path.name for path in work.iterdir()} - before - {"OUT"}) if process.returncode else []
            left += ["OUT"] if process.returncode and (work / "OUT").exists() else []
            left += [f"process {number}" for number in members(process.pid)]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for name in {path.name for path in work.iterdir()} - before:
                (work / name).unlink()
    return Result(sent, process.returncode, errors, seconds, tuple(left))


def members(group: int) -> list[int]:
    """Give the processes of a group that are still there a moment after its leader has ended."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                number, rest = path.read_text().split(" ", 1)
                state, _, members_group = rest.rpartition(") ")[2].split()[:3]
                if int(members_group) == group and state != "Z":
                    found.append(int(number))
        if not found:
            return []
        time.sleep(0.05)
    return found


def main() -> None:
    """Interrupt the commands, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="raw text, plain or packed")
    parser.add_argument("--times", type=int, default=200, help="signals in all")
    parser.add_argument("--lines", type=int, default=3000, help="lines of the corpus to take")
    parser.add_argument("--signal", choices=["SIGINT", "SIGTERM"], default="SIGINT")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup and a shell's & have it ignored, in children too
    rng, program = random.Random(asked.seed), [sys.executable, "-c", "from nlpzero_cli.entry import run; run()"]
    wrong = 0
    with folder() as work:
        with unpacked(asked.corpus, work).open(encoding="utf-8") as file:
            text = "".join(line for line, _ in zip(file, range(asked.lines), strict=False))
        for path in work.iterdir():
            path.unlink()
        (work / "TEXT").write_text(text, encoding="utf-8")
        for line in MADE:
            subprocess.run([*program, *line.split()], cwd=work, check=True)
        rows: list[dict[str, object]] = []
        for number, (name, line) in enumerate(COMMANDS.items()):
            began = time.perf_counter()
            subprocess.run([*program, *line.split()], cwd=work, check=True, capture_output=True)
            whole = time.perf_counter() - began
            for made in ("OUT", "c.txt"):
                (work / made).unlink(missing_ok=True)
            share = (number + 1) * asked.times // len(COMMANDS) - number * asked.times // len(COMMANDS)
            sent, words = signal.Signals[asked.signal], [*program, *line.split()]
            found = [interrupted(words, sent, rng.uniform(0, whole), work) for _ in range(share)]
            hit = [result for result in found if result.status != 0 and not result.is_early]
            bad = [result for result in hit if not result.is_good]
            wrong += len(bad)
            slowest = max((result.seconds for result in hit), default=0.0)
            row = {
                "command": name,
                "seconds": f"{whole:.1f}",
                "interrupted": len(hit),
                "before or after": share - len(hit),
            }
            rows.append(row | {"longest": f"{slowest:.2f}", "wrong": len(bad)})
            print(*(rows[-1].values()), sep="\t", file=sys.stderr)
            for result in bad:
                print(f"{name}: status {result.status}, left {result.left}", result.errors.decode(errors="replace"))
        print_table(f"{asked.signal} at random times", rows)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
