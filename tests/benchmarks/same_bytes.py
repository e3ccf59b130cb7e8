"""What version 0.1.0 wrote, and what is written now: the same bytes, wherever the same is asked for.

    python tests/benchmarks/same_bytes.py CORPUS --baskets FILE --pairs FILE --earlier PYTHON

PYTHON runs version 0.1.0. One line for each output: `same` or `differs`, its lines, how many of them differ, and the
command of today. Of tables the columns are compared that both have. Where outputs are meant to differ, the line ends in
the reason; any other difference makes the exit status 1.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench import folder, unpacked
from digests import pieces


class Case(NamedTuple):
    """What was asked, what asks the same today, and why the answer may be another."""

    earlier: str
    today: str
    reason: str = ""


NUMBERS = "numbers with signs (81.2) are one unit"
CUT_AGAIN = "the count of a word is how often it stands in the cut text"
NUMERALS = "runs of Chinese numerals are cut in another way, here and where bayes begins"
SCORES = "the score is the mutual information of the words; templates of one word need --trivial"
GAPS = "a gap costs 2 ln(length), so that no comb of gaps wins"
BAYES = "discover --method bayes --rounds 2 --samples 2 -o OUT SHORT"
PATHS = "--method paths --sort count"
BASKETS = "--min-support 0.02 -o OUT BASKETS"
WORDS = "--vectors vectors.txt --method wrd --ground words --oov drop --jieba"
TEXT = "--input text --min-support 20 --max-length 3 --min-length 1"
CASES = [
    *(
        Case(f"discover {options} -o OUT PLAIN", f"discover {options} -o OUT PLAIN", reason)
        for options, reason in (
            ("", ""),
            ("--order 3 --sort score", ""),
            ("--method esa", NUMERALS),
            ("--method cohesion --min-count 8", CUT_AGAIN),
            ("--method pmi", CUT_AGAIN),
        )
    ),
    Case("discover -o OUT TEXT", "discover -o OUT TEXT", NUMBERS),
    Case(BAYES, BAYES, NUMERALS),
    Case("discover --counts EARLIER.runs -o OUT PLAIN", "discover --counts TODAY.runs -o OUT PLAIN"),
    Case("segment -o OUT TEXT", "segment --jieba -o OUT TEXT"),
    Case("segment --hmm -o OUT SHORT", "segment --hmm -o OUT SHORT"),
    Case("segment --lexicon words.tsv -o OUT PLAIN", "segment --lexicon words.tsv -o OUT PLAIN"),
    Case("segment --learn -o OUT PLAIN", "segment --learn -o OUT PLAIN"),
    Case("segment --learn --method esa -o OUT PLAIN", "segment --learn --method esa -o OUT PLAIN", NUMERALS),
    Case("score jieba.txt words.txt", "score --resamples 0 jieba.txt words.txt"),
    Case("templates -o OUT PLAIN", f"templates --jieba {PATHS} -o OUT PLAIN", SCORES),
    Case("templates --tokenized -o OUT jieba.txt", f"templates --tokenized {PATHS} -o OUT jieba.txt", SCORES),
    Case("parse --templates templates.tsv SHORT", "parse --jieba --templates templates.tsv SHORT", GAPS),
    Case(f"rules --input baskets {BASKETS}", f"rules --all --input baskets {BASKETS}"),
    Case(f"rules --itemsets {BASKETS}", f"rules --itemsets {BASKETS}"),
    Case(f"rules --maximal {BASKETS}", f"rules --maximal {BASKETS}"),
    Case(
        f"rules {TEXT} -o OUT SHORT",
        f"rules {TEXT} --min-confidence 0.5 --sort confidence --all --jieba --stop none --repeats --apart -o OUT SHORT",
    ),
    Case("glove nearest vectors.txt 可以 中国", "glove nearest vectors.txt 可以 中国"),
    Case("glove analogy vectors.txt 中国 北京 美国", "glove analogy vectors.txt 中国 北京 美国"),
    Case("similar --vectors vectors.txt --pairs PAIRS -o OUT", f"similar {WORDS} --pairs PAIRS -o OUT"),
    *(
        Case(f"similar {options} --pairs PAIRS -o OUT", f"similar {options} --jieba --pairs PAIRS -o OUT")
        for options in ("--vectors vectors.txt --method wmd", "--method emd")
    ),
    Case(
        "similar --vectors vectors.txt --search --top 3 -o OUT QUERIES SHORT",
        f"similar {WORDS} --search --top 3 -o OUT QUERIES SHORT",
    ),
]

MADE = """
discover -o words.tsv PLAIN
count -o EARLIER.runs PLAIN
segment -o jieba.txt TEXT
segment --lexicon words.tsv -o words.txt TEXT
templates -o templates.tsv PLAIN
glove count -o counts.npz TEXT
glove train --dim 20 -o vectors.txt counts.npz
"""
"""What the earlier version makes first, for the others."""


def main() -> None:
    """Run both, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="raw text, plain or packed")
    parser.add_argument("--baskets", required=True, help="items with blanks between them, a basket on each line")
    parser.add_argument("--pairs", required=True, help="two texts with a tab between them on each line, then anything")
    parser.add_argument("--earlier", required=True, help="the Python that runs version 0.1.0")
    parser.add_argument("--lines", type=int, default=5000, help="lines of the corpus to take")
    asked = parser.parse_args()
    faults = 0
    with folder() as work:
        names = pieces(unpacked(asked.corpus, work), work, asked.lines)
        names |= {"BASKETS": str(unpacked(asked.baskets, work)), "PAIRS": str(unpacked(asked.pairs, work))}
        plain = [line for line in (work / names["TEXT"]).read_text("utf-8").splitlines() if is_plain(line)]
        (work / "PLAIN.in").write_text("\n".join(plain) + "\n", "utf-8")
        names["PLAIN"] = "PLAIN.in"
        for line in MADE.strip().splitlines():
            run(asked.earlier, line, names, work)
        run(sys.executable, "count -o TODAY.runs PLAIN", names, work)
        for case in CASES:
            before = output(asked.earlier, case.earlier, names, work)
            before, after = common(before, output(sys.executable, case.today, names, work))
            changed = 0 if before == after else different(before, after)
            faults += before != after and not case.reason
            same = "same" if before == after else "differs"
            print(same, len(after), changed, case.today, case.reason if changed else "", sep="\t", flush=True)
    sys.exit(faults > 0)


def is_plain(line: str) -> bool:
    """Tell whether a line holds neither digits, Latin letters nor signs that may join them."""
    return all(ord(one) > 0x2000 and not "０" <= one <= "ｚ" for one in line)


def run(program: str, line: str, names: dict[str, str], work: Path) -> bytes:
    """Run a command line; give what it wrote to standard output."""
    words = [names.get(word, word) for word in shlex.split(line)]
    done = subprocess.run([program, "-m", "nlpzero", *words], cwd=work, capture_output=True)
    if done.returncode:
        print(f"{line}: {done.stderr.decode(errors='replace').strip()}", file=sys.stderr)
    return done.stdout


def output(program: str, line: str, names: dict[str, str], work: Path) -> list[str]:
    """Run a command line; give the lines it wrote."""
    place = work / "OUT"
    place.unlink(missing_ok=True)
    shown = run(program, line, names, work)
    data = place.read_bytes() if place.exists() else shown
    return data.decode("utf-8", "surrogateescape").splitlines()


def common(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Leave the columns that two tables share, where they are tables with other columns."""
    if not before or not after or before[0] == after[0] or "\t" not in after[0]:
        return before, after
    heads = [lines[0].split("\t") for lines in (before, after)]
    shared = [name for name in heads[0] if name in heads[1]]
    if not shared:
        return before, after
    found = []
    for head, lines in zip(heads, (before, after), strict=True):
        places = [head.index(name) for name in shared]
        found.append(["\t".join(line.split("\t")[place] for place in places) for line in lines])
    return found[0], found[1]


def different(before: list[str], after: list[str]) -> int:
    """Count the lines that the earlier output lacks."""
    known = set(before)
    return max(1, sum(line not in known for line in after))


if __name__ == "__main__":
    main()
