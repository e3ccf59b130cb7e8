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
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bench import NLPZERO, fail, folder, print_table, unpacked

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


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs=2, help="two texts; strings are looked for in both one after the other")
    parser.add_argument("--word", default="改革开放")
    parser.add_argument("--node", default="改革")
    parser.add_argument("--pairs")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("-j", "--workers", type=int, default=2)
    given = parser.parse_args()
    with folder() as place:
        a, b = (unpacked(path, place) for path in given.corpus)
        joined = place / "joined.txt"
        with joined.open("wb") as file:
            for part in (a, b):
                file.write(part.read_bytes())
        own = [*NLPZERO]
        workers = ["-q", "-j", str(given.workers)]
        rows: list[dict[str, object]] = []

        def row(what: str, found: Timing, size: float = 0.0) -> None:
            figures = {"CPU s": found.processor, "wall s": found.wall, "first line s": found.first}
            speed = f"{size / 1e6 / found.wall:.0f}" if size else ""
            rows.append({"what": what, **figures, "peak MB": found.peak, "MB/s": speed, "lines": found.lines})

        counted = [fastest([*own, "words", *workers, path], given.repeat) for path in (a, b)]
        for name, found in zip("AB", counted, strict=True):
            row(f"words of {name}", found, os.path.getsize(a if name == "A" else b))
        key = fastest([*own, "keyness", *workers, a, b], given.repeat)
        row("keyness of A and B", key, joined.stat().st_size)
        ratio = key.processor / sum(found.processor for found in counted)
        for word in (given.word,):
            row(f"kwic {word}", fastest([*own, "kwic", *workers, word, joined], given.repeat), joined.stat().st_size)
            if shutil.which("grep"):
                row(f"grep -n {word}", fastest(["grep", "-an", word, joined], given.repeat), joined.stat().st_size)
        pairs = given.pairs
        if pairs is None:
            pairs = place / "pairs.npz"
            subprocess.run([*own, "glove", "count", "-q", "-o", str(pairs), str(a)], check=True)
        row(
            f"collocates {given.node}, from counts",
            fastest([*own, "collocates", *workers, given.node, pairs], given.repeat),
        )
        print_table("a corpus read by its words", rows)
        print(f"\nkeyness took {ratio:.2f} of the processor time of counting the words of both.\n")
    print_table("the test over documents", over_documents())


if __name__ == "__main__":
    main()
