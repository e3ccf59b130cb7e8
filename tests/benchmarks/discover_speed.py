"""How fast, and in how much memory, words are discovered: nlpzero, nlp-zero 0.1.6 and word-discovery.

nlpzero and word-discovery: the whole process. nlp-zero: train and find alone, in its favour.
"""

import argparse
from pathlib import Path

from bench import NLPZERO, Run, beside, folder, megabytes, print_table, read_counts, run, unpacked
from peers import nlp_zero, parse, word_discovery


def main() -> None:
    """Run every method and every peer on one corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", nargs="+", help="plain, .gz or .xz; the peers take only the first")
    parser.add_argument("--methods", nargs="+", default=["entropy", "cohesion", "pmi"])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--min-proba", nargs="+", type=float, default=[1e-7, 1e-6], help="for pmi and nlp-zero")
    parser.add_argument("--min-count", type=int, default=32, help="for cohesion and word-discovery")
    parser.add_argument("--repeat", type=int, default=1, help="run each N times, show the fastest")
    options = parse(parser, "nlp-zero", "word-discovery")
    if len(options.corpus) > 1 and len(options.skip) < 2:
        parser.error("the peers read one corpus; give one, or --skip nlp-zero --skip word-discovery")

    with folder() as place:
        corpora = [unpacked(path, place) for path in options.corpus]
        size = sum(map(megabytes, corpora))
        rows: list[dict[str, object]] = []

        def add(name: str, runs: list[Run], out: Path) -> None:
            best = min(runs)
            words = sum(1 for _ in out.open("rb"))
            row = {"what": name, "seconds": best.seconds, "MB/s": size / best.seconds, "peak MB": best.peak_mb}
            rows.append({**row, "words": words})
            print(f"  {name}: {best.seconds:.2f} s", flush=True)

        def discover(method: str, out: Path, *parameters: str) -> None:
            for workers in options.workers:
                command = [*NLPZERO, "discover", "--method", method, *parameters, "--no-header", "-j", str(workers)]
                runs = [run([*command, "-o", out, *corpora]) for _ in range(options.repeat)]
                add(" ".join(["nlpzero", method, *parameters, "-j", str(workers)]), runs, out)

        compared, same_job = [], {}
        first = f"-j {options.workers[0]}"
        if "entropy" in options.methods:
            discover("entropy", place / "entropy")
        if "cohesion" in options.methods:
            discover("cohesion", place / "cohesion", "--min-count", str(options.min_count))
        if "word-discovery" not in options.skip:
            out = place / "word-discovery"
            runs = [word_discovery(options, corpora[0], options.min_count, out) for _ in range(options.repeat)]
            add(name := f"word-discovery min_count {options.min_count}", runs, out)
            same_job[name] = f"nlpzero cohesion --min-count {options.min_count} {first}"
            if "cohesion" in options.methods:
                compared.append(("cohesion / word-discovery", place / "cohesion", out))
        for min_proba in options.min_proba:
            if "pmi" in options.methods:
                discover("pmi", place / f"pmi{min_proba}", "--min-proba", str(min_proba))
            if "nlp-zero" not in options.skip:
                out = place / f"nlp-zero{min_proba}"
                runs = [nlp_zero(options, corpora[0], min_proba, out) for _ in range(options.repeat)]
                add(name := f"nlp-zero min_proba {min_proba}", runs, out)
                same_job[name] = f"nlpzero pmi --min-proba {min_proba} {first}"
                if "pmi" in options.methods:
                    compared.append((f"pmi / nlp-zero {min_proba}", place / f"pmi{min_proba}", out))

        print_table(f"{', '.join(options.corpus)}: {size:.1f} MB", beside(rows, "seconds", same_job))
        if compared:
            print_table("the same words?", [agreement(*pair) for pair in compared])


def agreement(name: str, ours: Path, theirs: Path) -> dict[str, object]:
    """Compare two lists of words with their counts."""
    a, b = read_counts(ours), read_counts(theirs)
    both = a.keys() & b.keys()
    return {
        "words of": name,
        "in both": len(both),
        "with the same count": sum(a[word] == b[word] for word in both),
        "only nlpzero": len(a) - len(both),
        "only the peer": len(b) - len(both),
    }


if __name__ == "__main__":
    main()
