"""Write the tables of the benchmarks into their README: no figure of it is typed by hand.

    export NLPZERO_BENCHMARKS=tables.jsonl
    python tests/benchmarks/segment_speed.py CORPUS          # and others: each adds its tables to the file
    python tests/benchmarks/comparison.py tables.jsonl tests/benchmarks/README.md

The tables stand between the lines `<!-- measured -->` and `<!-- end of measured -->`, by the names of the scripts. Of
two tables with the same script, arguments and title, the later one counts.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

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


def cell(text: str) -> str:
    """Write a cell of a table."""
    return text.replace("|", "\\|")


def main() -> None:
    """Put the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path)
    parser.add_argument("page", type=Path)
    asked = parser.parse_args()
    text = asked.page.read_text(encoding="utf-8")
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        sys.exit(f"{asked.page}: no lines {BEGIN} and {END}")
    tables = page(latest(asked.tables.read_text(encoding="utf-8").splitlines()))
    asked.page.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
