"""How fast a corpus is read by its words: words and key words counted, a string found (and by grep), collocates asked.

Seconds are processor seconds of the whole process, beside wall seconds, as wall time says little on a machine with
other work. `--pairs` names a file of `nlpzero glove count`; without one it is made of the first corpus, untimed.
"""

import argparse
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bench import NLPZERO, beside, fail, folder, print_table, unpacked

from nlpzero.core.engine import Engine
from nlpzero.core.job import Cost, Execution, Job
from nlpzero.core.workspace import Workspace
from nlpzero.corpora.documents import DocumentUnit
from nlpzero.corpora.frequencies import WordCounts, count_words
from nlpzero.corpora.keyness import KeynessOptions, compare
from nlpzero.corpora.permutation import Permutation, document_p


class Timing(NamedTuple):
    """Processor seconds, wall seconds, wall seconds to the first line, peak in MB, lines."""

    processor: float
    wall: float
    first: float
    peak: float
    lines: int


def timed(command: Sequence[str | Path]) -> Timing:
    """Run a command, and read its output as it comes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, env=environment)
    assert child.stdout is not None
    lines = int(bool(child.stdout.readline()))
    first = time.perf_counter() - start
    while data := child.stdout.read(1 << 20):
        lines += data.count(b"\n")
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        fail(f"{' '.join(map(str, command))} ended with {child.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(used, wall, first, usage.ru_maxrss / 1024, lines)


def fastest(command: Sequence[str | Path], repeat: int) -> Timing:
    """Run a command some times; give the run of least processor time."""
    return min(timed(command) for _ in range(repeat))


def bursts(seed: int) -> tuple[WordCounts, WordCounts]:
    """Draw two sides of 200 documents: 200 planted words, 200 bursts of 500, each in a document of A."""
    rng = np.random.default_rng(seed)
    rates = 1e-3 + rng.gamma(2.0, 4e-4, 2200)
    sides = []
    for side in range(2):
        lines = []
        for number in range(200):
            own = rates.copy()
            own[:200] *= 6 if side == 0 else 1
            counts = rng.poisson(own * 100)
            line = " ".join(f"w{i}" for i in np.repeat(np.arange(len(rates)), counts).tolist()) + " fill" * 1000
            lines.append(line + f" d{number}" * 500 * (side == 0))
        sides.append(count_words(["".join(f"{line}\n" for line in lines)], unit=DocumentUnit("line")))
    return sides[0], sides[1]


def over_documents() -> list[dict[str, object]]:
    """Say what G2 and the test over documents find of planted words and of bursts."""
    a, b = bursts(1)
    execution = Execution(Job(), Cost(task=40), Engine(), Workspace(1 << 30))
    names = [*(f"w{i}" for i in range(200)), *(f"d{i}" for i in range(200))]
    start = time.process_time()
    p = document_p(a, b, names, execution, Permutation())
    seconds = time.process_time() - start
    key = KeynessOptions(max_p=0.01, correction="holm", min_count=5)
    plain = compare(a, b, key)
    both = compare(a, b, KeynessOptions(max_p=0.01, correction="holm", min_count=5, permutation=Permutation()))
    is_planted: Callable[[str], bool] = {f"w{i}" for i in range(200)}.__contains__
    found = [sum(map(is_planted, table["word"])) for table in (plain, both)]
    values = [
        ("greatest p of 200 planted words", f"{p[:200].max():.3f}"),
        ("least p of 200 bursts", f"{p[200:].min():.3f}"),
        ("key words by G2 (Holm, 0.01): planted of all", f"{found[0]} of {len(plain)}"),
        ("and by the test over documents", f"{found[1]} of {len(both)}"),
        ("seconds for 400 words, 400 documents, 999 deals", f"{seconds:.1f}"),
    ]
    return [{"what": what, "value": value} for what, value in values]


@dataclass
class SpeedTable:
    """Runs commands, and shows each row as it is measured: a run that is cut short has told something."""

    repeat: int
    options: list[str]
    rows: list[dict[str, object]] = field(default_factory=list)

    def measure(self, what: str, *command: str | Path, size: float = 0.0) -> Timing:
        """Measure a command of nlpzero's."""
        return self.add(what, [*NLPZERO, *command[:1], *self.options, *command[1:]], size)

    def add(self, what: str, command: Sequence[str | Path], size: float = 0.0) -> Timing:
        """Measure a command of `size` bytes of text."""
        found = fastest(command, self.repeat)
        figures = {"CPU s": found.processor, "wall s": found.wall, "first line s": found.first}
        speed = f"{size / 1e6 / found.wall:.0f}" if size else ""
        self.rows.append({"what": what, **figures, "peak MB": found.peak, "MB/s": speed, "lines": found.lines})
        print(f"{what}: {found.processor:.2f} CPU s, {found.wall:.2f} s, first line {found.first:.2f} s", flush=True)
        return found


def keyness_speed(table: SpeedTable, a: Path, b: Path) -> None:
    """Measure words of two texts, and their key words."""
    sizes = [path.stat().st_size for path in (a, b)]
    counted = [
        table.measure(f"words of {n}", "words", path, size=s) for n, path, s in zip("AB", (a, b), sizes, strict=True)
    ]
    key = table.measure("keyness of A and B", "keyness", a, b, size=sum(sizes))
    ratio = key.processor / sum(found.processor for found in counted)
    print(f"keyness took {ratio:.2f} of the processor time of counting the words of both", flush=True)


def kwic_speed(table: SpeedTable, a: Path, b: Path, words: Sequence[str], place: Path) -> None:
    """Measure strings found in both texts together, beside grep."""
    joined = place / "joined.txt"
    with joined.open("wb") as file:
        for part in (a, b):
            file.write(part.read_bytes())
    size = joined.stat().st_size
    for word in words:
        table.measure(f"kwic {word}", "kwic", word, joined, size=size)
        if shutil.which("grep"):
            table.add(f"grep -n {word}", ["grep", "-an", word, joined], size)


def collocates_speed(table: SpeedTable, node: str, pairs: str | None, a: Path, place: Path) -> None:
    """Measure collocates from counts of pairs, which are made untimed if there are none."""
    if pairs is None:
        pairs = str(place / "pairs.npz")
        subprocess.run([*NLPZERO, "glove", "count", "-q", "-o", pairs, str(a)], check=True)
    table.measure(f"collocates {node}, from counts", "collocates", node, pairs)


PARTS = ("keyness", "kwic", "collocates", "documents")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs=2, help="two texts; strings are looked for in both one after the other")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure only this; may be given again")
    parser.add_argument("--word", action="append", help="what is looked for (default: 改革开放 and 的)")
    parser.add_argument("--node", default="改革")
    parser.add_argument("--pairs")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("-j", "--workers", type=int, default=2)
    given = parser.parse_args()
    parts = given.only or PARTS
    table = SpeedTable(given.repeat, ["-q", "-j", str(given.workers)])
    with folder() as place:
        a, b = (unpacked(path, place) for path in given.corpus)
        if "keyness" in parts:
            keyness_speed(table, a, b)
        if "kwic" in parts:
            kwic_speed(table, a, b, given.word or ["改革开放", "的"], place)
        if "collocates" in parts:
            collocates_speed(table, given.node, given.pairs, a, place)
    if table.rows:
        names = [str(row["what"]) for row in table.rows]
        same_job = {name: name.replace("grep -n", "kwic") for name in names if name.startswith("grep")}
        print_table("a corpus read by its words", beside(table.rows, "CPU s", same_job))
    if "documents" in parts:
        print_table("the test over documents", over_documents())


if __name__ == "__main__":
    main()
