"""How fast frequent, closed and maximal sets are found: nlpzero, PyFIM and others; are they as many?

Mining alone is timed in a process that has read the baskets (and, for mlxtend, made its table of flags); the whole
process starts, imports, reads, mines and ends. Each program runs in a process of its own, one after the other.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from bench import NLPZERO, beside, fail, folder, print_table, run, unpacked

# Each takes the file, the share and the number of repeats, and prints processor seconds, the fewest, and the sets.
READ = """
import sys, time
path, share, repeat = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
def fastest(mine):
    times = []
    for _ in range(repeat):
        start = time.process_time()
        number = mine()
        times.append(time.process_time() - start)
    print(min(times), number)
separator = "," if path.endswith(".csv") else None
def rows():
    lines = open(path, encoding="utf-8").read().splitlines()
    split = [tuple(dict.fromkeys(item.strip() for item in line.split(separator))) for line in lines]
    return [row for row in split if row]
"""
OWN = """
from nlpzero.reading.corpus import Corpus
from nlpzero.rules.baskets import Baskets, from_csv, from_lines
from nlpzero.rules.closed import mine_closed
from nlpzero.rules.itemsets import mine
baskets = Baskets.read((from_csv if separator else from_lines)(Corpus([path]).blocks()))
"""
PROGRAMS = {
    "nlpzero": OWN
    + """
fastest(lambda: len(mine(baskets, share)))
""",
    "nlpzero closed": OWN
    + """
fastest(lambda: len(mine_closed(baskets, share)))
""",
    "nlpzero maximal": OWN
    + """
fastest(lambda: int(mine_closed(baskets, share).maximal().sum()))
""",
    "Efficient-Apriori": """
from efficient_apriori import itemsets_from_transactions
baskets = rows()
fastest(lambda: sum(map(len, itemsets_from_transactions(baskets, share, max_length=99)[0].values())))
""",
    "mlxtend fpgrowth": """
import pandas
from mlxtend.frequent_patterns import fpgrowth
from mlxtend.preprocessing import TransactionEncoder
encoder = TransactionEncoder()
flags = encoder.fit_transform(rows(), sparse=True)
frame = pandas.DataFrame.sparse.from_spmatrix(flags, columns=encoder.columns_)
if flags.shape[0] * flags.shape[1] < 1 << 24:
    frame = frame.sparse.to_dense()
fastest(lambda: len(fpgrowth(frame, share)))
""",
    "PyFIM apriori": """
import fim
baskets = rows()
fastest(lambda: len(fim.apriori(baskets, supp=share * 100, zmin=1, report="a")))
""",
    "PyFIM fpgrowth": """
import fim
baskets = rows()
fastest(lambda: len(fim.fpgrowth(baskets, supp=share * 100, zmin=1, report="a")))
""",
    "PyFIM eclat, closed": """
import fim
baskets = rows()
fastest(lambda: len(fim.eclat(baskets, target="c", supp=share * 100, zmin=1, report="a")))
""",
    "PyFIM fpgrowth, closed": """
import fim
baskets = rows()
fastest(lambda: len(fim.fpgrowth(baskets, target="c", supp=share * 100, zmin=1, report="a")))
""",
    "PyFIM eclat, maximal": """
import fim
baskets = rows()
fastest(lambda: len(fim.eclat(baskets, target="m", supp=share * 100, zmin=1, report="a")))
""",
    "PyFIM fpgrowth, maximal": """
import fim
baskets = rows()
fastest(lambda: len(fim.fpgrowth(baskets, target="m", supp=share * 100, zmin=1, report="a")))
""",
}
SAME_JOB = {
    name: f"nlpzero {kind}" if (kind := name.partition(", ")[2]) else "nlpzero"
    for name in PROGRAMS
    if not name.startswith("nlpzero")
}
"""The row of nlpzero that mines what a peer mines."""
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> None:
    """Run each program on each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", nargs="+", metavar="FILE:SHARE", help="FIMI lines or .csv, and a support: retail.dat:0.002"
    )
    parser.add_argument("--repeat", type=int, default=3, help="mine N times, show the fastest")
    parser.add_argument("--skip", action="append", default=[], choices=list(PROGRAMS)[3:], help="leave a peer out")
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter of the peers (default: this one)")
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    for data in options.data:
        name, _, share = data.rpartition(":")
        with folder() as place:
            path = unpacked(name, place)
            rows: list[dict[str, object]] = []
            for program, code in PROGRAMS.items():
                if program in options.skip:
                    continue
                own = program.startswith("nlpzero")
                python = sys.executable if own else options.peer_python
                command = [python, "-c", READ + code, str(path), share]
                done = subprocess.run([*command, str(options.repeat)], capture_output=True, text=True)
                if done.returncode:
                    fail(f"{program}: {done.stderr.strip().splitlines()[-1:]}; install it, or --skip '{program}'")
                seconds, number = done.stdout.split()
                whole = min(run([*command, "1"]) for _ in range(options.repeat))
                row = {"program": program, "sets": int(number), "mining s": float(seconds)}
                rows.append({**row, "whole s": whole.seconds, "peak MB": whole.peak_mb})
                print(f"  {program}: {float(seconds):.3f} s", flush=True)
            form = ["--input", "csv"] if path.suffix == ".csv" else []
            command = [
                *NLPZERO,
                "rules",
                "--itemsets",
                *form,
                "--min-support",
                share,
                "-o",
                str(place / "sets"),
                str(path),
            ]
            whole = min(run(command) for _ in range(options.repeat))
            rows.append({"program": "nlpzero rules --itemsets", "whole s": whole.seconds, "peak MB": whole.peak_mb})
            print_table(f"{Path(name).name}, support {share}", beside(rows, "mining s", SAME_JOB))


if __name__ == "__main__":
    main()
