"""How long commands take to start: processor seconds of whole processes, beside those of Python and of its packages.

    python tests/benchmarks/start_speed.py FILE

The fastest of --repeat runs counts: what else the machine does only adds to it. Python compiles a module once and keeps
it; PYTHONDONTWRITEBYTECODE, where it is set, is taken out.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from bench import fail, print_table


class Start(NamedTuple):
    """Processor seconds and seconds by the clock, the least of all runs."""

    cpu: float
    wall: float


def fastest(command: Sequence[str], given: bytes, repeat: int) -> Start:
    """Run a command again and again."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(repeat + 1):  # the first run compiles, and makes what is cached
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, input=given, capture_output=True, env=environment)
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            fail(f"{command}: {done.stderr.decode(errors='replace')}")
        found.append(Start(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
    return Start(min(one.cpu for one in found[1:]), min(one.wall for one in found[1:]))


def main() -> None:
    """Run them, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", metavar="FILE", help="some text")
    parser.add_argument("--repeat", type=int, default=10)
    asked = parser.parse_args()
    program = [sys.executable, "-m", "nlpzero"]
    line = "渔夫把小船停在河边\n".encode()  # the fisherman moors his boat at the bank
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import nlpzero": [sys.executable, "-c", "import nlpzero"],
        "import click": [sys.executable, "-c", "import click"],
        "import numpy": [sys.executable, "-c", "import numpy"],
        "nlpzero --help": [*program, "--help"],
        "nlpzero -h": [*program, "-h"],
        "nlpzero segment --help": [*program, "segment", "--help"],
        "nlpzero segment, one line": [*program, "segment"],
        "nlpzero segment --jieba, one line": [*program, "segment", "--jieba"],
        "nlpzero discover, one line": [*program, "discover", "--min-count", "1"],
        "nlpzero kwic": [*program, "kwic", "的", asked.text],
        "nlpzero score": [*program, "score", asked.text, asked.text],
        "nlpzero similar --text": [*program, "similar", "--text", "河上有船", "江边有船"],
    }
    starts = {name: fastest(command, line, asked.repeat) for name, command in commands.items()}
    bare = starts["python -c pass"]
    rows = [
        {"what": name, "CPU ms": 1000 * one.cpu, "beyond Python": 1000 * (one.cpu - bare.cpu), "seconds": one.wall}
        for name, one in starts.items()
    ]
    print_table("processor time of starts", rows)


if __name__ == "__main__":
    main()
