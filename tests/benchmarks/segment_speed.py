"""How fast text is cut with jieba's dictionary, without its HMM: nlpzero, jieba and rjieba; and is the cut the same?

nlpzero segment cuts in its own way, and with --jieba as jieba does; only the latter is compared.

In this process nothing but the cutting is timed: dictionaries are loaded, the text is in memory.
"""

import argparse
import importlib
import importlib.util
import itertools
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bench import NLPZERO, beside, fail, folder, megabytes, print_table, run, unpacked

from nlpzero.reading.corpus import Corpus
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.segment.lexical import jieba_cutter

SEPARATOR = "\x1f"


def main() -> None:
    """Time all on one corpus, then compare the cuts line by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", help="plain, .gz or .xz")
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--repeat", type=int, default=1, help="run each N times, show the fastest")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="show the first N lines that differ")
    parser.add_argument("--skip", action="append", default=[], choices=["rjieba"], help="leave a peer out")
    options = parser.parse_args()
    if "rjieba" not in options.skip and importlib.util.find_spec("rjieba") is None:
        fail("rjieba is not installed; pip install rjieba, or --skip rjieba")

    with folder() as place:
        corpus = unpacked(options.corpus, place)
        size = megabytes(corpus)
        rows: list[dict[str, object]] = []

        def add(name: str, seconds: float, peak: float | None = None) -> None:
            rows.append({"what": name, "seconds": seconds, "MB/s": size / seconds, "peak MB": peak})
            print(f"  {name}: {seconds:.2f} s", flush=True)

        def fastest(cut: Callable[[], list[object]]) -> float:
            times = []
            for _ in range(options.repeat):
                start = time.perf_counter()
                cut()
                times.append(time.perf_counter() - start)
            return min(times)

        for workers in options.workers:  # before this process has grown: a child's peak is at least its parent's size
            ways: list[list[str]] = [[], ["--jieba"]]
            for way in ways:
                command: list[str | Path] = [*NLPZERO, "segment", *way, "-j", str(workers), "-o", place / "cut", corpus]
                best = min(run(command) for _ in range(options.repeat))
                add(" ".join(["nlpzero segment", *way, f"-j {workers}, whole process"]), best.seconds, best.peak_mb)

        blocks = [block.text for block in Corpus([corpus]).blocks()]
        lines = [line.rstrip("\r") for line in "".join(blocks).removesuffix("\n").split("\n")]
        segmenter = jieba_cutter()
        segmenter.segment("长江大桥")  # the Yangtze bridge: builds what is built on first use
        own = dictionary_cutter()
        own.segment("长江大桥")
        add("nlpzero, in process", fastest(lambda: [own.segment(block) for block in blocks]))
        add("nlpzero --jieba, in process", fastest(lambda: [segmenter.segment(block) for block in blocks]))
        if "rjieba" not in options.skip:
            rjieba = importlib.import_module("rjieba")
            rjieba.cut("长江大桥", False)
            add("rjieba, line by line", fastest(lambda: [rjieba.cut(line, False) for line in lines]))
            add("rjieba, block by block", fastest(lambda: [rjieba.cut(block, False) for block in blocks]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jieba = importlib.import_module("jieba")
        jieba.setLogLevel(60)
        jieba.initialize()
        add("jieba.lcut(HMM=False)", fastest(lambda: [jieba.lcut(line, HMM=False) for line in lines]))
        peers = ("rjieba, line by line", "rjieba, block by block", "jieba.lcut(HMM=False)")
        rows = beside(rows, "seconds", dict.fromkeys(peers, "nlpzero --jieba, in process"))
        print_table(f"{options.corpus}: {size:.1f} MB, {len(lines):,} lines", rows)

        cut = "".join(segmenter.segment(block, SEPARATOR) for block in blocks).removesuffix("\n")
        cuts = [line.rstrip("\r") for line in cut.split("\n")]
        differing = (
            (number, ours, theirs)
            for number, (line, ours) in enumerate(zip(lines, cuts, strict=True), 1)
            if ours != (theirs := SEPARATOR.join(jieba.lcut(line, HMM=False)))
        )
        first = list(itertools.islice(differing, options.show))
        same = len(lines) - len(first) - sum(1 for _ in differing)
        print(f"\nlines cut as jieba.lcut(HMM=False) cuts them: {same:,} of {len(lines):,} ({same / len(lines):.4%})")
        for number, *both in first:
            ours, theirs = (cut.replace(SEPARATOR, " ") for cut in both)
            print(f"line {number}:\n  nlpzero {ours}\n  jieba   {theirs}")


if __name__ == "__main__":
    main()
