"""What the benchmarks share: unpacked inputs, timed and weighed child processes, tables, loud failures."""

import gzip
import json
import lzma
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple, NoReturn

from nlpzero import __version__

NLPZERO = [sys.executable, "-m", "nlpzero"]
OPENERS: dict[bytes, Callable[[str], gzip.GzipFile | lzma.LZMAFile]]
OPENERS = {b"\x1f\x8b": gzip.GzipFile, b"\xfd7": lzma.LZMAFile}


class Run(NamedTuple):
    """What a child process took: wall seconds, the greatest memory of it and its children together, disk space, and
    processor seconds.
    """

    seconds: float
    peak_mb: float
    disk_mb: float = 0.0
    cpu: float = 0.0


def fail(message: str) -> NoReturn:
    """End the benchmark, loudly."""
    raise SystemExit(f"*** BENCHMARK NOT RUN: {message}")


@contextmanager
def folder() -> Iterator[Path]:
    """Give a temporary folder that goes with everything in it."""
    with tempfile.TemporaryDirectory(prefix="nlpzero-benchmark-") as name:
        yield Path(name)


def unpacked(path: str, folder: Path) -> Path:
    """Give the plain file behind a path, unpacked into the folder if it is .gz or .xz: unpacking is not timed."""
    if not os.path.isfile(path):
        fail(f"no file {path}")
    with open(path, "rb") as file:
        magic = file.read(2)
    if magic not in OPENERS:
        return Path(path).absolute()
    plain = folder / f"{len(list(folder.iterdir()))}-{Path(path).stem}"
    with OPENERS[magic](path) as packed, plain.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return plain


def run(
    command: Sequence[str | Path], stdout: Path | None = None, cwd: Path | None = None, tmp_dir: Path | None = None
) -> Run:
    """Run a command to its end, in one go; its standard error is shown only if it fails.

    The peak is the kernel's figure for the largest single process, or, where several are alive at once, the greatest
    sum of their resident memory seen at 20 looks a second: an upper bound, as memory they share counts for each. The
    disk space is the greatest size of `tmp_dir` seen.
    """
    with tempfile.TemporaryFile() as errors, open(stdout or os.devnull, "wb") as output:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors, cwd=cwd)
        ended = threading.Event()
        sums, disk = [0.0], [0.0]

        def watch() -> None:
            while not ended.wait(0.05):
                sums.append(_resident_mb(child.pid))
                if tmp_dir is not None:
                    disk.append(_size_mb(tmp_dir))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            ended.set()
            watcher.join()
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            message = errors.read().decode()[-2000:]
            fail(f"{' '.join(map(str, command))[:300]}\nexit status {child.returncode}\n{message}")
    unit = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, max(usage.ru_maxrss * unit / 1e6, *sums), max(disk), cpu)


def _size_mb(folder: Path) -> float:
    """Add up the sizes of the files in a folder, some of which may go meanwhile, and folders, too."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(place, name)).st_size
    return total / 1e6


def _resident_mb(process: int) -> float:
    """Add up the resident memory of a process and its descendants; 0 without a /proc."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        children = [c for f in Path(f"/proc/{process}/task").glob("*/children") for c in f.read_text().split()]
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 1e6 + sum(_resident_mb(int(child)) for child in children)


def megabytes(path: Path) -> float:
    """Give the size of a file in MB (10^6 bytes)."""
    return path.stat().st_size / 1e6


def read_counts(path: Path) -> dict[str, int]:
    """Read a table that begins with a word and its count; a header line is left out."""
    rows = (line.rstrip("\n").split("\t")[:2] for line in path.open(encoding="utf-8"))
    return {word: int(count) for word, count in rows if count != "count"}


RATIO = "peer / nlpzero"
"""The column of how many times as long a peer takes for the same job."""


def beside(
    rows: Sequence[dict[str, object]], column: str, peers: Mapping[str, str | tuple[str, ...]]
) -> list[dict[str, object]]:
    """Add a column to a table: a peer's seconds divided by nlpzero's.

    `peers` gives to the name of a peer's row (names stand in the first column) the name of nlpzero's row of the same
    job, or of the rows that do it together.
    """
    first = next(iter(rows[0]))
    taken = {str(row[first]): row.get(column) for row in rows}
    found = []
    for row in rows:
        own = peers.get(name := str(row[first]), ())
        seconds = [taken.get(one) for one in ((own,) if isinstance(own, str) else own)]
        known = [one for one in (taken[name], *seconds) if isinstance(one, float)]
        whole = bool(seconds) and len(known) == 1 + len(seconds)
        found.append({**row, RATIO: known[0] / sum(known[1:]) if whole else None})
    return found


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as an aligned table under the first row's names, and record them for `comparison.py`."""
    if name := os.environ.get("NLPZERO_BENCHMARKS"):
        with open(name, "a", encoding="utf-8") as file:
            file.write(json.dumps(record(title, rows), ensure_ascii=False) + "\n")
    names = list(rows[0])
    cells = [names, *([_shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}")
    for line in cells:
        figures = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  ".join([line[0].ljust(widths[0]), *figures]), flush=True)


def record(title: str, rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Give a table with what it was measured by: script, arguments without folders, machine, versions, day."""
    return {
        "script": Path(sys.argv[0]).name,
        "arguments": [Path(word).name if os.sep in word else word for word in sys.argv[1:]],
        "title": re.sub(r"\S*/(?=\S)", "", title),
        "columns": list(rows[0]),
        "rows": [[_shown(row.get(column)) for column in rows[0]] for row in rows],
        "machine": f"{os.cpu_count()} cores ({_processor()})",
        "versions": {"Python": platform.python_version(), **_versions()},
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
    }


PACKAGES = (
    "numpy",
    "jieba",
    "rjieba",
    "gensim",
    "POT",
    "mlxtend",
    "efficient-apriori",
    "pyfim",
    "scikit-learn",
)
"""Peers and libraries whose versions are recorded where they are installed."""


def _versions() -> dict[str, str]:
    found = {"nlpzero": __version__}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _processor() -> str:
    """Give the name of the processor, as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _shown(value: object) -> str:
    """Write a cell: three figures after the point below 10, fewer above."""
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
