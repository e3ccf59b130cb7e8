"""Does `nlpzero similar --dedup` find planted copies, only lines that are near, and how does time grow?

python tests/benchmarks/dedup_speed.py CORPUS... --lines 30000 --lines 120000

Sentences of 20 characters or more, each once, in random order; one line of twelve is a planted copy of another with
every tenth of its characters changed to one drawn from the corpus, and one of a hundred is the same as another. Times
are processor seconds of the whole process.
"""

import argparse
import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bench import NLPZERO, fail, folder, print_table, run, unpacked

SHARE = 0.1
"""Characters of a planted copy that are changed."""


def planted(text: str, count: int, seed: int = 1) -> tuple[list[str], list[tuple[int, int]]]:
    """Give lines, and the pairs of lines that are a sentence and its copy."""
    sentences = (found[0].strip() for found in re.finditer("[^。！？\n]+[。！？]?", text))
    distinct = list(dict.fromkeys(line for line in sentences if len(line) >= 20))
    rng = np.random.default_rng(seed)
    copies, twice = count // 12, count // 100
    if len(distinct) < count - copies - twice:
        fail(f"{len(distinct):,} different sentences, where {count - copies - twice:,} are wanted")
    drawn = [distinct[i] for i in rng.permutation(len(distinct))[: count - copies - twice].tolist()]
    letters = [character for character in "".join(drawn[:5000]) if character.isalpha()]
    sources = rng.choice(len(drawn), copies + twice, replace=False).tolist()
    lines = list(drawn)
    for number, source in enumerate(sources):
        line = list(drawn[source])
        if number < copies:
            for place in rng.choice(len(line), round(SHARE * len(line)), replace=False).tolist():
                line[place] = letters[rng.integers(len(letters))]
        lines.append("".join(line))
    places = rng.permutation(len(lines))
    shuffled = [""] * len(lines)
    for place, line in zip(places.tolist(), lines, strict=True):
        shuffled[place] = line
    pairs = [(int(places[i]), int(places[len(drawn) + number])) for number, i in enumerate(sources)]
    return shuffled, [(min(pair), max(pair)) for pair in pairs]


def jaccard(a: str, b: str) -> float:
    """Compare the characters of two lines, slowly."""
    x, y = Counter(a), Counter(b)
    return (x & y).total() / (x | y).total()


def measure(
    lines: Sequence[str], pairs: Sequence[tuple[int, int]], options: Sequence[str], place: Path
) -> dict[str, object]:
    """Find the duplicates, and hold them against what was planted and against each other."""
    source, table = place / "lines.txt", place / "table.tsv"
    source.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    done = run([*NLPZERO, "similar", "--dedup", "-q", *options, "-o", table, source])
    with table.open(encoding="utf-8", newline="") as file:
        rows = [*csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]
    cluster = {int(row[1]) - 1: row[0] for row in rows}
    near = [(int(row[3]) - 1, int(row[1]) - 1) for row in rows if row[2] == "near"]
    kinds = Counter(row[2] for row in rows)
    first = {row[0] for row in rows if row[2] == "kept" and row[0] == row[1]}
    return {
        "lines": len(lines),
        "seconds": done.cpu,
        "MB": round(done.peak_mb),
        "planted": len(pairs),
        "recall": sum(i in cluster and cluster[i] == cluster.get(j) for i, j in pairs) / len(pairs),
        "exact": kinds["exact"],
        "near": len(near),
        "semantic": kinds["semantic"],
        "of these Jaccard >= .7": sum(jaccard(lines[i], lines[j]) >= 0.7 for i, j in near) / max(len(near), 1),
        "clusters": len({row[0] for row in rows}),
        "first kept": len(first) == len({row[0] for row in rows}) and all(int(row[0]) <= int(row[1]) for row in rows),
    }


def main() -> None:
    """Read the arguments and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", metavar="CORPUS")
    parser.add_argument("--lines", type=int, action="append", help="how many; may be given more than once")
    parser.add_argument("--within", metavar="DISTANCE", help="compare distances, too")
    parser.add_argument("--jobs", default="1")
    arguments = parser.parse_args()
    options = ["-j", arguments.jobs, *(["--within", arguments.within] if arguments.within else [])]
    rows = []
    with folder() as place:
        text = "\n".join(unpacked(path, place).read_text(encoding="utf-8") for path in arguments.corpora)
        for count in arguments.lines or [120_000]:
            rows.append({"": " ".join(["--dedup", *options]), **measure(*planted(text, count), options, place)})
    print_table("near-duplicates of lines", rows)


if __name__ == "__main__":
    main()
