"""Run the benchmarks, and write their tables into a page: no figure of it is typed by hand.

    python tests/benchmarks/comparison.py tables.jsonl tests/benchmarks/README.md --run DATA --only segment_speed.py

--run runs what `PLAN` lists, on the files of DATA; each script adds its tables to tables.jsonl, as it does by itself
where NLPZERO_BENCHMARKS names that file. Without --run the tables that are there are written. They stand between the
lines `<!-- measured -->` and `<!-- end of measured -->`, by the names of the scripts. Of two tables with the same
script, arguments and title, the later one counts. --summary README.md writes the ratios of `SUMMARY` into that page,
too, between the same two lines.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import RATIO

PLAN = """
start_speed.py stories.txt
discover_speed.py corpuszh_raw.txt --repeat 3
discover_quality.py --raw corpuszh_raw.txt --segmented corpuszh_segmented.txt --dictionary union_vocab.txt
segmentation_quality.py --raw corpuszh_raw.txt --gold pku_gold.txt msr_gold.txt --methods entropy esa
segment_speed.py corpuszh_raw.txt --repeat 3
templates_speed.py 三国演义.txt 水浒传.txt 红楼梦.txt 西游记.txt --sentences 1000 --longest 12
rules_speed.py retail.dat:0.002 T10I4D100K.dat:0.002 mushroom.dat:0.2
corpora_speed.py xinwenlianbo.txt fudan_subset.txt
glove_speed.py corpuszh_segmented.txt
glove_quality.py corpuszh_segmented.txt --pairs wordsim-240.txt cos960.txt --analogies ca8_semantic.txt
similar_speed.py --pairs stsb_zh_dev.tsv lcqmc_dev.tsv --search xinwenlianbo.txt --repeat 3
similar_quality.py stsb_zh_dev.tsv lcqmc_dev.tsv afqmc_dev.tsv
"""
"""What the page shows. Files are looked for by name below DATA, plain or packed."""

SUMMARY = """
cut text by a dictionary | jieba | segment_speed.py | jieba.lcut(HMM=False)
 | rjieba (Rust) | segment_speed.py | rjieba, block by block
find words by pmi | nlp-zero | discover_speed.py | nlp-zero min_proba 1e-06
WMD of sentences | gensim | similar_speed.py | wmd gensim
WRD of sentences | `ot.emd2` | similar_speed.py | wrd ot.emd2
frequent sets, retail | PyFIM (C) | rules_speed.py | PyFIM apriori
"""
"""What the README shows: job, peer, script, row of its first table that has it."""

BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"


def latest(lines: list[str]) -> list[dict[str, Any]]:
    """Read the records of a file, and keep the last of those that measure the same."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        one = json.loads(line)
        key = (one["script"], *one["arguments"], one["title"])
        found.pop(key, None)
        found[key] = one
    return sorted(found.values(), key=lambda one: one["script"])  # stable: tables of a script stay in their order


def page(records: list[dict[str, Any]]) -> str:
    """Write the tables as Markdown, each under its command line and signature."""
    parts, before = [], None
    for one in records:
        command = shlex.join([one["script"], *one["arguments"]])
        versions = ", ".join(f"{name} {number}" for name, number in one["versions"].items())
        signature = f"{one['day']}, {one['machine']}; {versions}"
        if (command, signature) != before:
            parts.append(f"### `{command}`\n\n{signature}.\n")
            before = command, signature
        head = [cell(name) for name in one["columns"]]
        lines = [head, ["---", *["---:"] * (len(head) - 1)], *([cell(text) for text in row] for row in one["rows"])]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        parts.append(f"{one['title']}:\n\n{table}\n")
    return "\n".join(parts)


def summary(records: list[dict[str, Any]]) -> str:
    """Write the ratios of `SUMMARY` as one table under one signature; a row that was not measured is left out."""
    lines, signed = ["| job | beside | times |", "|---|---|---:|"], set()
    for line in SUMMARY.strip().splitlines():
        job, peer, script, name = (part.strip() for part in line.split(" | "))
        for one in records:
            ratios = dict(zip([row[0] for row in one["rows"]], [row[-1] for row in one["rows"]], strict=True))
            if one["script"] == script and one["columns"][-1] == RATIO and ratios.get(name):
                lines.append(f"| {job} | {peer} | {rounded(ratios[name])} |")
                signed.add(f"{one['day']}, {one['machine']}")
                break
    return "\n".join([*lines, "", f"Measured {'; '.join(sorted(signed))}.", ""])


def rounded(ratio: str) -> str:
    """Write two figures of a ratio."""
    value = float(ratio.replace(",", ""))
    return f"{value:.2g}" if value < 100 else f"{float(f'{value:.2g}'):,.0f}"


def cell(text: str) -> str:
    """Write a cell of a table."""
    return text.replace("|", "\\|")


def run_plan(data: Path, tables: Path, only: list[str]) -> None:
    """Run the scripts of the plan; what cannot be run says so, and the others go on."""
    places: dict[str, Path] = {}
    for path in sorted([*data.rglob("*"), *SAMPLE.glob("*")]):
        if path.is_file():
            places.setdefault(path.name.removesuffix(".xz").removesuffix(".gz"), path)
    environment = {**os.environ, "NLPZERO_BENCHMARKS": str(tables.absolute())}
    for line in PLAN.strip().splitlines():
        script, *words = shlex.split(line)
        if only and script not in only:
            continue
        command = [found_in(places, word) for word in words]
        print(f"\n$ {line}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *command], env=environment, check=False)


def found_in(places: dict[str, Path], word: str) -> str:
    """Give the path of a file of the data that a word names, perhaps with something after a colon; else the word."""
    name, colon, rest = word.partition(":")
    return f"{places[name]}{colon}{rest}" if name in places else word


HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "data"


def main() -> None:
    """Put the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--run", type=Path, metavar="DATA", help="first run the plan on the files of this folder")
    parser.add_argument("--only", nargs="+", default=[], metavar="SCRIPT", help="of the plan run only these")
    parser.add_argument("--summary", type=Path, metavar="PAGE", help="also write a few ratios into this page")
    asked = parser.parse_args()
    if asked.run:
        run_plan(asked.run, asked.tables, asked.only)
    records = latest(asked.tables.read_text(encoding="utf-8").splitlines())
    put(asked.page, page(records))
    if asked.summary:
        put(asked.summary, summary(records))


def put(page: Path, tables: str) -> None:
    """Write tables between the two lines of a page."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        sys.exit(f"{page}: no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
