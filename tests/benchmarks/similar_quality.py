"""How well do similarities agree with people? Spearman's correlation, and for labels 0 and 1 the AUC.

python tests/benchmarks/similar_quality.py PAIRS.tsv... [--vectors FILE]

A line holds two texts and a label, separated by tabs. Pairs without a distance count as the least similar ones.
"""

import argparse
from pathlib import Path

import numpy as np
from bench import folder, print_table, unpacked

from nlpzero.segment.encoding import line_words
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.similarity.comparison import Settings, agreement, measure_of

WAYS = {
    "combined, the default": Settings(),
    "wrd": Settings("wrd"),
    "cosine": Settings("cosine"),
    "wrd, by vectors alone": Settings("wrd", ground="words"),
    "wmd": Settings("wmd"),
    "rwmd": Settings("rwmd"),
    "wcd": Settings("wcd"),
    "emd, shared words": Settings("emd"),
}


def main() -> None:
    """Read the arguments and print a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", metavar="TSV")
    parser.add_argument("--vectors", metavar="FILE", help="the packaged ones by default")
    arguments = parser.parse_args()
    with folder() as place:
        for path in arguments.pairs:
            lines = unpacked(path, place).read_text(encoding="utf-8").splitlines()
            columns = [*zip(*(line.split("\t")[:3] for line in lines), strict=True)]
            sides = [line_words("\n".join(column), jieba_cutter()).lists() for column in columns[:2]]
            labels = [float(label) for label in columns[2]]
            rows = []
            for name, way in WAYS.items():
                measure = measure_of(way._replace(vectors=arguments.vectors))
                found = measure.similarity(measure.distances(measure.encode(sides[0]), measure.encode(sides[1])))
                result = agreement(np.where(np.isnan(found), -np.inf, found), labels)
                rows.append({"method": name, "spearman": result.spearman, "auc": result.auc, "pairs": result.pairs})
            print_table(Path(path).name, rows)


if __name__ == "__main__":
    main()
