"""How many files are open, and how long reads are, when many runs are merged: all at once, and in groups.

A simulation of large corpora on little memory: runs as many as the blocks of 100 GB of text, with a thousandth of their
entries, and a thousandth of the memory to merge them in. Seeks and reads are counted, not timed: a read that does not
go on where the one before it in the same file ended is a seek.
"""

import argparse
import os
import tempfile
import time
from io import FileIO

import numpy as np

from nlpzero.core import counting, workspace
from nlpzero.core.counting import Merging, count
from nlpzero.core.engine import Engine
from nlpzero.core.workspace import Workspace


class Disk:
    """Counts what is read of the files of a workspace."""

    def __init__(self) -> None:
        self.reads = self.seeks = self.bytes = self.most_open = 0
        self._ends: dict[object, int] = {}
        self._read = workspace._read

    def read(self, file: FileIO, at: int, place: np.ndarray) -> None:
        """Read a part of a file, and count it."""
        self._read(file, at, place)
        self.reads += 1
        self.bytes += place.nbytes
        self.seeks += self._ends.get(file.name) != at
        self._ends[file.name] = at + place.nbytes
        self.most_open = max(self.most_open, len(os.listdir("/proc/self/fd")))


def merge(options: argparse.Namespace, grouped: bool) -> None:
    """Make runs and merge them."""
    rng = np.random.default_rng(1)
    counting.LEAST = options.chunk
    counting.READ = options.read
    counting.FEWEST = 16 if grouped else options.runs
    with tempfile.TemporaryDirectory(dir=options.tmp_dir) as folder, Workspace(0, folder, task=1) as place:
        runs = []
        for _ in range(options.runs):  # a quarter of the entries of every run repeat in others
            keys = np.where(
                rng.random(options.entries) < 0.25, rng.zipf(1.3, options.entries), rng.integers(1, 1 << 40)
            )
            runs.append(place.store_run(count((keys % (1 << 40)).astype(np.uint64))))
        before = len(os.listdir("/proc/self/fd"))
        disk = Disk()
        workspace._read = disk.read
        start, entries, total = time.process_time(), 0, 0
        for run in Merging(runs, 2, engine=Engine(), workspace=place, ranked=True):
            entries += len(run.keys)
            total += int(run.counts.sum())
        workspace._read = disk._read
        seconds = time.process_time() - start
    print(
        f"{'in groups' if grouped else 'at once  '}  {options.runs:,} runs: {disk.reads:,} reads of "
        f"{disk.bytes / disk.reads:,.0f} bytes, {disk.seeks:,} seeks, {disk.bytes / 1e6:,.0f} MB read, "
        f"{disk.most_open - before} files open at the most, {seconds:.1f} CPU-s; {entries:,} keys, {total:,} counted"
    )


def main() -> None:
    """Merge the same runs in both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--entries", type=int, default=600, help="of a run")
    parser.add_argument("--chunk", type=int, default=5000, help="entries merged at a time")
    parser.add_argument("--read", type=int, default=128, help="bytes that a read should have")
    parser.add_argument("--tmp-dir")
    options = parser.parse_args()
    for grouped in (False, True):
        merge(options, grouped)


if __name__ == "__main__":
    main()
