"""How time, memory and disk space grow with the text: each step in a fresh process, on texts of several sizes.

Texts larger than the corpus are the corpus again and again. So the number of different words and n-grams stops growing
where the corpus ends, while the arrays that wait on disk, and the work, go on as with new text: what is held by
vocabulary needs a larger corpus to be seen.
"""

import argparse
from pathlib import Path
from typing import BinaryIO

from bench import NLPZERO, Run, fail, folder, megabytes, print_table, run, unpacked

STEPS: dict[str, list[str]] = {
    "discover": ["discover"],
    "count": ["count", "--order", "4"],
    "glove count": ["glove", "count"],
    "templates": ["templates"],
    "rules": ["rules", "--input", "text", "--unit", "sentence"],
    "segment": ["segment"],
    "keyness": ["keyness", "--top", "1000"],
}


def main() -> None:
    """Run the steps on texts of all sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", nargs="+", help="plain, .gz or .xz; one after the other")
    parser.add_argument("--sizes", nargs="+", type=float, default=[10, 100, 1000], metavar="MB", help="of the texts")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS), metavar="STEP")
    parser.add_argument("--memory", default="512M")
    parser.add_argument("-j", "--workers", default="2")
    options = parser.parse_args()

    with folder() as place:
        corpora = [unpacked(path, place) for path in options.corpus]
        work = place / "work"
        work.mkdir()
        rows: list[dict[str, object]] = []
        for step in options.steps:
            per_mb: list[float] = []
            for size in sorted(options.sizes):
                text = grown(corpora, size, place)
                out = place / "out.npz"
                texts = [text, beginning(text)] if step == "keyness" else [text]
                command = [*NLPZERO, *STEPS[step], "-q", "-j", options.workers, "-o", out, *texts]
                limits = [] if step == "segment" else ["--memory", options.memory]
                took = run([*command, *limits, "--tmp-dir", work], tmp_dir=work)
                if left := [*work.iterdir()]:
                    fail(f"{step} has left {left[0]}")
                per_mb.append(took.cpu / sum(map(megabytes, texts)))
                rows.append(row(step, text, took, per_mb))
                print(f"  {step}, {size:g} MB: {took.seconds:.1f} s, {took.cpu:.1f} of the processors", flush=True)
                out.unlink()
                for one in texts:
                    one.unlink()
        print_table(f"--memory {options.memory} -j {options.workers}", rows)


def beginning(text: Path) -> Path:
    """Write the first half of a text, whole lines: the words of the two texts have to differ."""
    half = text.with_name("beginning")
    with half.open("wb") as file:
        copy_lines(text, file, text.stat().st_size // 2)
    return half


def copy_lines(text: Path, file: BinaryIO, room: int) -> int:
    """Copy whole lines until there is no room left for more; give the room that is left."""
    with text.open("rb") as lines:
        while room > 0 and (some := lines.readlines(min(room, 1 << 24))):
            file.writelines(some)
            room -= sum(map(len, some))
    return room


def grown(corpora: list[Path], size: float, place: Path) -> Path:
    """Write a text of a size in MB, the last line whole: the corpora, repeated if need be."""
    text = place / "text"
    room = int(size * 1e6)
    with text.open("wb") as file:
        while room > 0:
            before = room
            for corpus in corpora:
                room = copy_lines(corpus, file, room)
            if room == before:
                fail("the corpus is empty")
    return text


def row(step: str, text: Path, took: Run, per_mb: list[float]) -> dict[str, object]:
    """Make a row of the table; the last column is the processor time per MB, as a multiple of the smallest size's."""
    size = megabytes(text)
    found: dict[str, object] = {"step": step, "MB": size, "seconds": took.seconds, "MB/s": size / took.seconds}
    found |= {"peak MB": took.peak_mb, "disk MB": took.disk_mb, "CPU s": took.cpu, "CPU s/MB": per_mb[-1]}
    return {**found, "by the smallest": per_mb[-1] / per_mb[0]}


if __name__ == "__main__":
    main()
