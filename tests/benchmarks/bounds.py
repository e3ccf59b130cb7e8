"""One endless line, packed a thousand to one: does every command that reads text keep to its memory, or say why not?

    python tests/benchmarks/bounds.py --size 1e9 --memory 512

The file is made on the spot. A row for each command: its exit status, seconds, peak memory, and what it said last.
The exit status is 1 if a command takes more than twice its memory, or fails after more than ten seconds.
"""

import argparse
import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import NLPZERO, folder, print_table

COMMANDS = (
    "discover",
    "discover --new",
    "discover --method pmi",
    "discover --method cohesion",
    "discover --method esa",
    "discover --method bayes",
    "count -o OUT",
    "segment -o OUT",
    "segment --hmm -o OUT",
    "templates",
    "parse --templates t.tsv",
    "rules --input text",
    "rules --input text --unit window:300",
    "glove count -o OUT",
    "glove train -o OUT",
)
"""Commands that read text and take --memory."""
SENTENCE = "渔夫把小船停在河边，河上有一条船。"  # a fisherman moors his boat at the bank; there is a boat on the river


def pack(path: Path, size: int) -> None:
    """Write one packed line of some bytes."""
    piece = (SENTENCE * 4096).encode()
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(size // len(piece) + 1):
            file.write(piece)


def measure(words: list[str], work: Path) -> tuple[int, float, float, str]:
    """Run a command: its exit status, seconds, peak memory in MB, and the last line that it wrote on standard error."""
    with (work / "told").open("w+b") as told:
        began = time.perf_counter()
        process = subprocess.Popen(words, cwd=work, stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        told.seek(0)
        last = told.read().decode(errors="replace").splitlines()[-1:]
    return process.returncode, seconds, usage.ru_maxrss / 1000, "".join(last)


def main() -> None:
    """Run the commands, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=1e9, help="bytes of the line")
    parser.add_argument("--memory", type=int, default=512, help="MB")
    asked = parser.parse_args()
    rows: list[dict[str, object]] = []
    wrong = 0
    with folder() as work:
        pack(work / "line.gz", int(asked.size))
        (work / "t.tsv").write_text("template\tcount\n[X] 在 [X]\t3\n", encoding="utf-8")  # 在: at
        for command in COMMANDS:
            words = [*NLPZERO, *command.split(), "--memory", f"{asked.memory}M", "line.gz"]
            status, seconds, peak, last = measure(words, work)
            told = last.startswith("nlpzero: error: ") or not status
            wrong += peak > 2 * asked.memory or not told or (status != 0 and seconds > 10)
            rows.append({"command": command, "status": status, "seconds": seconds, "peak MB": peak})
            print(command, last, sep="\t", file=sys.stderr)
    print_table("One endless line", rows)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
