"""How well text is cut: F by the SIGHAN rules.

By a dictionary: `nlpzero segment` as it is, and jieba, which has the same one. By words that were learned from raw
text: from the raw files and the tests' own text; with --held-out also from the raw files alone, by a segmenter that
bayes saves; with --believe also with jieba's dictionary as what bayes believes before. Beside it nlp-zero 0.1.6,
learned from the same text.
"""

import argparse
import itertools
import json
import re
from pathlib import Path
from typing import Any

from bench import NLPZERO, folder, print_table, run, unpacked
from peers import nlp_zero, parse

BLANKS = re.compile(r"[ \t\r\f\v\u3000]+")


def main() -> None:
    """Cut every test by every method and every peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raw", metavar="FILE", nargs="*", default=[], help="raw text to learn from")
    parser.add_argument("--gold", metavar="FILE", nargs="+", required=True, help="test text, blanks between words")
    parser.add_argument("--methods", nargs="*", default=["entropy", "cohesion", "pmi", "esa", "bayes"])
    parser.add_argument("--parameters", default="", help="more options for nlpzero discover, in one string")
    parser.add_argument("--held-out", action="store_true", help="also cut by a segmenter that never saw the tests")
    parser.add_argument("--believe", action="store_true", help="also bayes with jieba's dictionary")
    parser.add_argument("--min-proba", nargs="+", type=float, default=[1e-7, 1e-6], help="for nlp-zero")
    options = parse(parser, "nlp-zero", "jieba")

    with folder() as place:
        raw = [unpacked(path, place) for path in options.raw]
        gold = [unpacked(path, place) for path in options.gold]
        tests = [place / f"test{i}" for i in range(len(gold))]
        for path, test in zip(gold, tests, strict=True):
            with path.open(encoding="utf-8") as text, test.open("w", encoding="utf-8") as out:
                out.writelines(BLANKS.sub("", line.rstrip("\n")) + "\n" for line in text)

        rows: list[dict[str, object]] = []

        def add(name: str, cuts: list[Path]) -> None:
            scores = [score(*pair, place) for pair in zip(gold, cuts, strict=True)]
            rows.append({"cut by": name} | {Path(p).name: s["f1"] for p, s in zip(options.gold, scores, strict=True)})
            print(f"  {name} done", flush=True)

        ways: list[tuple[str, list[str]]] = [
            ("nlpzero segment", []),
            ("jieba, HMM=False", ["--jieba"]),
            ("jieba", ["--hmm"]),
        ]
        for name, way in ways:
            if name != "nlpzero segment" and "jieba" in options.skip:
                continue
            cuts = [Path(f"{test}.cut") for test in tests]
            for test, cut in zip(tests, cuts, strict=True):
                run([*NLPZERO, "segment", *way, "-o", cut, test])
            add(name, cuts)
        if options.believe:
            cut, model = place / "cut", place / "believing"
            command = [*NLPZERO, "discover", "--method", "bayes", "--lexicon", "jieba", *options.parameters.split()]
            run([*command, "-o", place / "words", "--segmented", cut, "--save-segmenter", model, *tests, *raw])
            add("nlpzero bayes, with jieba's dictionary", parts(cut, tests))
            for power in ("0.3", "0.45", "1"):
                cuts = [Path(f"{test}.joined") for test in tests]
                for test, cut in zip(tests, cuts, strict=True):
                    joined = ["--segmenter", str(model), "--lexicon", "jieba", "--power", power]
                    run([*NLPZERO, "segment", *joined, "-o", cut, test])
                add(f"nlpzero segment, joined with that, power {power}", cuts)
        for method in options.methods:
            words, cut = place / "words", place / "cut"
            command = [*NLPZERO, "discover", "--method", method, *options.parameters.split(), "-o", words]
            run([*command, "--segmented", cut, *tests, *raw])
            add(" ".join(["nlpzero", method, *options.parameters.split()]), parts(cut, tests))
        if options.held_out:
            model, cuts = place / "segmenter", [Path(f"{test}.held-out") for test in tests]
            command = [*NLPZERO, "discover", "--method", "bayes", *options.parameters.split(), "-o", place / "words"]
            run([*command, "--save-segmenter", model, *raw])
            for test, cut in zip(tests, cuts, strict=True):
                run([*NLPZERO, "segment", "--segmenter", model, "-o", cut, test])
            add(" ".join(["nlpzero bayes, saved, without the tests", *options.parameters.split()]), cuts)
        if "nlp-zero" not in options.skip:
            corpus = place / "corpus"
            with corpus.open("wb") as together:
                for path in [*tests, *raw]:
                    together.write(path.read_bytes())
            for min_proba in options.min_proba:
                nlp_zero(options, corpus, min_proba, place / "found", tuple(tests))
                add(f"nlp-zero min_proba {min_proba}", [Path(f"{test}.nlp-zero") for test in tests])
        print_table(f"F, learned from the tests and {', '.join(options.raw) or 'nothing else'}", rows)


def parts(cut: Path, tests: list[Path]) -> list[Path]:
    """Take the tests' lines out of a segmented corpus that begins with them."""
    paths = [Path(f"{test}.cut") for test in tests]
    with cut.open(encoding="utf-8", newline="\n") as lines:
        for test, path in zip(tests, paths, strict=True):
            length = sum(1 for _ in test.open("rb"))
            path.write_text("".join(itertools.islice(lines, length)), encoding="utf-8")
    return paths


def score(gold: Path, cut: Path, place: Path) -> dict[str, Any]:
    """Score a cut text by `nlpzero score`."""
    out = place / "score"
    run([*NLPZERO, "score", "--format", "jsonl", "-o", out, gold, cut])
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures


if __name__ == "__main__":
    main()
