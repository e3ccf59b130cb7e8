"""How good are trees? Templates, links, neighbours, branchings and random trees, on the words of a treebank.

    python tests/benchmarks/parse_quality.py CORPUS... --treebank dev.conllu [--max-words 40] [--words=--jieba]

Templates and links are learned from the raw texts, cut as --words says. Seconds are those of the whole process.
"""

import argparse
from pathlib import Path

from bench import NLPZERO, folder, print_table, run


def main() -> None:
    """Learn, parse, score."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("corpora", nargs="+")
    asked.add_argument("--treebank", required=True)
    asked.add_argument("--max-words", default="40")
    asked.add_argument("--words", default="--jieba")
    given = asked.parse_args()
    rows: dict[str, dict[str, object]] = {}
    with folder() as place:
        for method, learn in (("templates", "templates"), ("links", "links")):
            model, trees, scores = (place / f"{method}{end}" for end in (".npz", ".conllu", ".tsv"))
            learned = run([*NLPZERO, learn, "-q", given.words, "-o", model, *given.corpora])
            options: list[str | Path] = ["--method", method, f"--{method}", model, "--conllu", "--format", "conllu"]
            parsed = run([*NLPZERO, "parse", "-q", *options, "-o", trees, given.treebank])
            compared: list[str | Path] = ["--trees", "--max-words", given.max_words, given.treebank, trees]
            run([*NLPZERO, "score", *compared, "-o", scores])
            names, *lines = [line.split("\t") for line in scores.read_text("utf-8").splitlines()]
            for line in lines:
                row = dict(zip(names, line, strict=True))
                name = method if line[0] == str(trees) else line[0]
                rows[name] = {"trees": name, **{key: row[key] for key in ("sentences", "uuas", "uas", "s_f1")}}
            rows[method] |= {"learn s": f"{learned.seconds:.1f}", "parse s": f"{parsed.seconds:.1f}"}
        order = sorted(rows, key=lambda name: (name.startswith("("), name))
        print_table(Path(given.treebank).name, [{"learn s": "", "parse s": ""} | rows[name] for name in order])


if __name__ == "__main__":
    main()
