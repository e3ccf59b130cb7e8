"""How many of the discovered words are words: nlpzero, nlp-zero 0.1.6 and word-discovery.

in dictionary: share of the 10,000 most frequent words of two or more Han characters that the dictionary holds.
P, R, F: discovered words of two or more Han characters against those of the segmented corpus that occur 5 times in it.
"""

import argparse
from collections import Counter
from pathlib import Path

from bench import NLPZERO, folder, print_table, read_counts, run, unpacked
from peers import nlp_zero, parse, word_discovery

from nlpzero.text.characters import HAN, char_classes, code_points

SETTINGS = (
    ("entropy",),
    ("cohesion",),
    ("cohesion", "--min-count", "8"),
    ("esa",),
    ("bayes",),
    ("pmi",),
    ("pmi", "--min-proba", "1e-6"),
)


def main() -> None:
    """Score every method and every peer on one corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raw", metavar="FILE", required=True, help="the corpus, unsegmented")
    parser.add_argument("--segmented", metavar="FILE", required=True, help="the corpus, blanks between words")
    parser.add_argument("--dictionary", metavar="FILE", required=True, help="a word on each line")
    options = parse(parser, "nlp-zero", "word-discovery")

    with folder() as place:
        raw, segmented, dictionary = (
            unpacked(path, place) for path in (options.raw, options.segmented, options.dictionary)
        )
        tables: dict[str, Path] = {}

        def table(name: str) -> Path:
            return tables.setdefault(name, place / f"words{len(tables)}")

        for setting in SETTINGS:
            out = table(" ".join(["nlpzero", *setting]))
            run([*NLPZERO, "discover", "--method", *setting, "--no-header", "-o", out, raw])
        if "nlp-zero" not in options.skip:
            for min_proba in (1e-7, 1e-6):
                nlp_zero(options, raw, min_proba, table(f"nlp-zero min_proba {min_proba}"))
        if "word-discovery" not in options.skip:
            for min_count in (32, 8):
                word_discovery(options, raw, min_count, table(f"word-discovery min_count {min_count}"))

        known = {line.split()[0] for line in dictionary.open(encoding="utf-8") if line.strip()}
        counts = Counter(word for line in segmented.open(encoding="utf-8") for word in line.split())
        reference = {word for word, count in counts.items() if count >= 5 and is_long_word(word)}
        rows = [{"words of": name, **quality(path, known, reference)} for name, path in tables.items()]
        print_table(f"{options.raw} against {len(reference):,} words of {options.segmented}", rows)


def is_long_word(word: str) -> bool:
    """Tell whether a word is two or more Han characters and nothing else."""
    return len(word) >= 2 and bool((char_classes()[code_points(word)] == HAN).all())


def quality(table: Path, known: set[str], reference: set[str]) -> dict[str, object]:
    """Score one table of words."""
    counts = {word: count for word, count in read_counts(table).items() if is_long_word(word)}
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:10_000]
    right = len(counts.keys() & reference)
    return {
        "words": len(counts),
        "in dictionary": sum(word in known for word in frequent) / max(len(frequent), 1),
        "P": right / max(len(counts), 1),
        "R": right / len(reference),
        "F": 2 * right / (len(counts) + len(reference)),
    }


if __name__ == "__main__":
    main()
