"""Digests of what every command writes for given texts: run before and after a change, and compare with diff.

    python tests/benchmarks/digests.py CORPUS --baskets FILE --pairs FILE > before.txt

One line for each output: the first 16 hexadecimal digits of its sha256, its bytes, the command. A command that fails is
shown with its status and its message. `--program` runs another version: a Python that has it.
"""

import argparse
import hashlib
import shlex
import subprocess
import sys
import time
from pathlib import Path

from bench import folder, unpacked

COMMANDS = """
discover -o words.tsv TEXT
discover --method cohesion --min-count 8 -o cohesion.tsv TEXT
discover --method pmi -o pmi.tsv TEXT
discover --method esa -o esa.tsv TEXT
discover --method bayes --rounds 2 --samples 2 --save-segmenter learned.npz --boundaries bounds.tsv -o bayes.tsv SHORT
discover --segmented cut.txt --format jsonl -o words.jsonl TEXT
discover --method cohesion --min-count 8 --segmented cohesion.txt -o again.tsv TEXT
discover --explain 可以 -o explained.txt TEXT
count -o one.runs --shard 1/2 TEXT
count -o two.runs --shard 2/2 TEXT
merge -o both.runs one.runs two.runs
discover --counts both.runs -o counted.tsv TEXT
segment -o jieba.txt TEXT
segment --hmm -o hmm.txt SHORT
segment --lexicon words.tsv -o lexicon.txt TEXT
segment --segmenter learned.npz -o learned.txt SHORT
segment --learn -o taught.txt TEXT
score cut.txt jieba.txt
templates --min-proba 1e-5 -o templates.tsv TEXT
templates --tokenized --min-proba 1e-5 --examples 2 -o tokenized.tsv cut.txt
templates --fillers '在 [X] 上' -o fillers.tsv TEXT
templates --method paths --trivial -o paths.tsv TEXT
parse --templates templates.tsv -o trees.txt SHORT
parse --templates templates.tsv --format json --unit clause -o trees.json SHORT
rules --min-support 0.01 -o rules.tsv BASKETS
rules --itemsets --min-support 0.01 -o sets.tsv BASKETS
rules --input text --unit sentence --min-support 0.02 --max-length 3 --examples 1 -o text.tsv SHORT
glove count -o counts.npz TEXT
glove count --tokenized --window 5 --min-count 2 -o pairs.npz cut.txt
glove merge -o sum.npz counts.npz counts.npz
glove train --dim 20 -o vectors.npz counts.npz
glove convert vectors.npz vectors.txt
glove nearest vectors.npz 可以 中国
glove analogy vectors.npz 中国 北京 美国
glove compare vectors.npz 可以 能够
glove keywords --top 5 vectors.npz SHORT
similar --pairs PAIRS -o similar.tsv
similar --method wmd --vectors vectors.npz --oov char --pairs PAIRS -o wmd.tsv
similar --search --top 3 -o found.tsv QUERIES SHORT
"""
"""What is run, in order, in one folder: TEXT and SHORT are the corpus and its first lines, QUERIES a few of these."""


ALONE = "score", "glove convert", "glove nearest", "glove analogy", "glove compare", "glove keywords"
"""Those that have no workers."""


def pieces(path: Path, work: Path, lines: int) -> dict[str, str]:
    """Write the first lines of the corpus, and a few of them as questions."""
    with path.open(encoding="utf-8") as file:
        some = [line for line, _ in zip(file, range(lines), strict=False)]
    for name, content in (("TEXT", some), ("SHORT", some[: max(1, lines // 10)]), ("QUERIES", some[:20])):
        (work / f"{name}.in").write_text("".join(content), encoding="utf-8")
    return {name: f"{name}.in" for name in ("TEXT", "SHORT", "QUERIES")}


def main() -> None:
    """Run the commands, and print a line for each output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="raw text, plain or packed")
    parser.add_argument("--baskets", required=True, help="items with blanks between them, a basket on each line")
    parser.add_argument("--pairs", required=True, help="two texts with a tab between them on each line, then anything")
    parser.add_argument("--lines", type=int, default=20_000, help="lines of the corpus to take")
    parser.add_argument("--program", default=sys.executable, help="the Python that runs nlpzero")
    parser.add_argument("--only", default="", help="run only commands that begin like this, after what is there")
    parser.add_argument("--workers", default="2")
    asked = parser.parse_args()
    with folder() as work:
        names = pieces(unpacked(asked.corpus, work), work, asked.lines)
        names |= {"BASKETS": str(unpacked(asked.baskets, work)), "PAIRS": str(unpacked(asked.pairs, work))}
        seen = {path: digest(path.read_bytes()) for path in work.iterdir()}
        for line in COMMANDS.strip().splitlines():
            if not line.startswith(asked.only):
                continue
            words = [names.get(word, word) for word in shlex.split(line)]
            workers = [] if line.startswith(ALONE) else ["-j", asked.workers]
            at = 2 if words[0] == "glove" else 1
            command = [asked.program, "-m", "nlpzero", *words[:at], *workers, *words[at:]]
            began = time.perf_counter()
            done = subprocess.run(command, cwd=work, capture_output=True)
            print(f"{line}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
            if done.returncode:
                message = done.stderr.decode(errors="replace").strip().splitlines()
                print(f"{'failed':16} {done.returncode:>10} {line}: {message[-1] if message else ''}", flush=True)
            if done.stdout:
                print(f"{digest(done.stdout)} {len(done.stdout):>10} {line} > stdout", flush=True)
            for path in sorted(work.iterdir()):
                if path.is_file() and seen.get(path) != (now := digest(path.read_bytes())):
                    print(f"{now} {path.stat().st_size:>10} {line} > {path.name}", flush=True)
                    seen[path] = now


def digest(data: bytes) -> str:
    """Give the first digits of a digest."""
    return hashlib.sha256(data).hexdigest()[:16]


if __name__ == "__main__":
    main()
