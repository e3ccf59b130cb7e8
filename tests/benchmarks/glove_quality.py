"""How good word vectors are: Spearman's correlation for word pairs, accuracy (3CosAdd) for analogies.

nlpzero's vectors by its defaults and by other options, and gensim's skip-gram with negative sampling (SGNS), trained on
the same tokenized corpus and measured by the same `nlpzero glove evaluate`.
"""

import argparse
import json
from pathlib import Path

from bench import NLPZERO, folder, print_table, run, unpacked
from peers import parse, sgns


def main() -> None:
    """Train, evaluate and print a row for each way of training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", help="words separated by blanks")
    parser.add_argument("--pairs", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--analogies", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--min-count", default="10")
    parser.add_argument("--epochs", default="5", help="of SGNS")
    parser.add_argument("--options", nargs="*", default=[""], help="each a string of options for nlpzero glove train")
    options = parse(parser, "gensim")

    with folder() as place:
        corpus = unpacked(options.corpus, place)
        tests = [part for path in options.pairs for part in ("--pairs", path)]
        tests += [part for path in options.analogies for part in ("--analogies", path)]
        rows: list[dict[str, object]] = []

        def add(name: str, vectors: Path) -> None:
            out = place / "scores"
            run([*NLPZERO, "glove", "evaluate", vectors, *tests, "--format", "jsonl"], out)
            scores = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
            whole = [one for one in scores if one["section"] in ("", "total")]
            rows.append({"vectors": name} | {Path(one["file"]).name: one["score"] for one in whole})
            print(f"  {name} done", flush=True)

        for chosen in options.options:
            vectors = place / "vectors.npz"
            command = [*NLPZERO, "glove", "train", "--tokenized", "--min-count", options.min_count, *chosen.split()]
            run([*command, "-o", vectors, corpus])
            add(f"nlpzero glove train {chosen}".strip(), vectors)
        if "gensim" not in options.skip:
            vectors = place / "sgns.bin"
            sgns(options, corpus, vectors, "2", options.epochs, options.min_count)
            add(f"gensim SGNS, {options.epochs} epochs", vectors)
        print_table(options.corpus, rows)


if __name__ == "__main__":
    main()
