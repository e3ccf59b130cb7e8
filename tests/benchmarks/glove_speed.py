"""How long counting and training of word vectors take, beside gensim's skip-gram with negative sampling (SGNS).

The corpus is tokenized: words separated by blanks. nlpzero's times are those of whole processes; gensim's, too, without
writing its vectors.
"""

import argparse

from bench import NLPZERO, beside, folder, print_table, run, unpacked
from peers import parse, sgns


def main() -> None:
    """Count, train and let gensim train on one corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", help="words separated by blanks")
    parser.add_argument("--min-count", default="10")
    parser.add_argument("--workers", nargs="+", default=["1", "2"])
    parser.add_argument("--epochs", default="5", help="of SGNS")
    parser.add_argument("--sgd", action="store_true", help="also one epoch of the published algorithm")
    options = parse(parser, "gensim")

    with folder() as place:
        corpus = unpacked(options.corpus, place)
        counts, vectors = place / "counts.npz", place / "vectors.npz"
        rows: list[dict[str, object]] = []

        def add(name: str, workers: str, *command: object) -> None:
            took = run([*NLPZERO, "glove", *map(str, command), "-j", workers])
            rows.append(
                {"what": f"{name} -j {workers}", "seconds": took.seconds, "CPU s": took.cpu, "peak MB": took.peak_mb}
            )
            print(f"  {name} done", flush=True)

        count = "count", "--tokenized", "--min-count", options.min_count, "-o", counts, corpus
        for workers in options.workers:
            add("glove count", workers, *count)
        for workers in options.workers:
            add("glove train", workers, "train", "-o", vectors, counts)
        if options.sgd:
            add(
                "glove train --solver sgd --sweeps 1",
                "1",
                "train",
                "--solver",
                "sgd",
                "--sweeps",
                "1",
                "-o",
                vectors,
                counts,
            )
        if "gensim" not in options.skip:
            for workers in options.workers[-1:]:
                took = sgns(options, corpus, None, workers, options.epochs, options.min_count)
                name = f"gensim SGNS, {options.epochs} epochs, {workers} workers"
                rows.append({"what": name, "seconds": took.seconds, "CPU s": took.cpu, "peak MB": took.peak_mb})
                rows = beside(rows, "CPU s", {name: (f"glove count -j {workers}", f"glove train -j {workers}")})
        print_table(f"{options.corpus}: whole processes", rows)


if __name__ == "__main__":
    main()
