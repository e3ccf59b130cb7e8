"""How fast templates are found and sentences parsed, and are the templates those of nlp-zero? Beside nlp-zero 0.1.6.

The corpus is first cut by jieba's dictionary, untimed, and both are given the same words. nlp-zero's times are those of
`train` and `find`, and of `parse`, alone; nlpzero's are those of the whole process, but for "in process". Its parser
may take hours for one long sentence: it is stopped after --limit seconds, and shown with the sentences it had parsed.
"""

import argparse
import itertools
import json
import time
from collections.abc import Iterable
from pathlib import Path

from bench import NLPZERO, beside, folder, megabytes, print_table, run, unpacked
from peers import parse as parse_options

from nlpzero.reading.corpus import Corpus
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.encoding import encode
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.syntax.clauses import sentences_of
from nlpzero.syntax.inventory import Inventory
from nlpzero.syntax.parser import Parser

# Clauses and sentences come as words already: nlp-zero is given their numbers and a `tokenize` that looks them up.
PRELUDE = """
import collections, collections.abc, json, os, signal, sys, time, warnings
warnings.simplefilter("ignore")
collections.Iterable = collections.abc.Iterable
sys.path.insert(0, sys.argv[1])
"""
FIND = (
    PRELUDE
    + """
from nlp_zero import Template_Finder
clauses = [line.split() for line in open(sys.argv[2], encoding="utf-8")]
numbers = [str(i) for i in range(len(clauses))]
start = time.perf_counter()
finder = Template_Finder(lambda number: clauses[int(number)], window=int(sys.argv[3]))
finder.train(numbers)
finder.find(numbers)
seconds = time.perf_counter() - start
found = {" ".join(word or "[X]" for word in template): count for template, count in finder.templates.items()}
json.dump([seconds, found], sys.stdout)
"""
)
PARSE = (
    PRELUDE
    + """
from nlp_zero import Parser, Template, XTrie
rows = [line.rstrip("\\n").split("\\t") for line in open(sys.argv[2], encoding="utf-8")][1:]
trie = XTrie()
for text, count in ((row[0], row[1]) for row in rows[:int(sys.argv[4])]):
    trie[tuple(None if part == "[X]" else part for part in text.split(" "))] = int(count)
sentences = [line.split() for line in open(sys.argv[3], encoding="utf-8")]
parser = Parser(trie, lambda number: sentences[number])
done, ended, start = 0, 0.0, time.perf_counter()
def stop(*_):
    json.dump([ended, done], sys.stdout)
    sys.stdout.flush()
    os._exit(0)
signal.signal(signal.SIGALRM, stop)
signal.alarm(int(sys.argv[5]))
for number in range(len(sentences)):
    parser.parse(number)
    done, ended = done + 1, time.perf_counter() - start
stop()
"""
)


def main() -> None:
    """Find templates with both, compare them, then parse with both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="+", metavar="CORPUS", help="plain, .gz or .xz")
    parser.add_argument("--window", type=int, default=3)
    parser.add_argument("--megabytes", type=float, metavar="N", help="only the first N MB")
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--no-find", action="store_true", help="only parse")
    parser.add_argument("--sentences", type=int, default=0, metavar="N", help="parse the first N lines")
    parser.add_argument("--longest", type=int, metavar="N", default=1 << 30, help="of those with at most N words")
    parser.add_argument("--templates", type=int, default=20_000, metavar="N", help="with the N most frequent templates")
    parser.add_argument("--min-proba", default="1e-6", help="of the templates to parse with")
    parser.add_argument("--limit", type=int, default=120, metavar="SECONDS", help="stop nlp-zero's parser then")
    options = parse_options(parser, "nlp-zero")
    with folder() as place:
        text = "".join(unpacked(path, place).read_text("utf-8") + "\n" for path in options.corpus)
        if options.megabytes:
            text = text.encode()[: int(options.megabytes * 1e6)].decode(errors="ignore")
        raw, cut, clauses = place / "raw", place / "cut", place / "clauses"
        raw.write_text(text, "utf-8")
        words = encode(text, jieba_cutter())
        clauses.write_text(lines_of(sentences_of(words, "clause")), "utf-8")
        cut.write_text(lines_of(sentences_of(words, "line")), "utf-8")
        if not options.no_find:
            compare(options, raw, clauses, place)
        if options.sentences:
            first = place / "first"
            short = (line for line in cut.open(encoding="utf-8") if len(line.split()) <= options.longest)
            first.write_text("".join(itertools.islice(short, options.sentences)), "utf-8")
            parse_first(options, clauses, first, place)


def lines_of(sentences: Iterable[list[str]]) -> str:
    """Write one sentence a line, blanks between its words."""
    return "".join(" ".join(words) + "\n" for words in sentences)


def compare(options: argparse.Namespace, raw: Path, clauses: Path, place: Path) -> None:
    """Time the finders on the same clauses, and compare what they find."""
    size, table = megabytes(raw), place / "templates.tsv"
    find: list[str | Path] = [
        *NLPZERO,
        "templates",
        "--method",
        "paths",
        "--window",
        str(options.window),
        "--trivial",
        "-o",
        table,
    ]
    rows: list[dict[str, object]] = []
    for workers in options.workers:
        for name, arguments in (("words given", ["--tokenized", clauses]), ("raw text", [raw])):
            seconds, peak, *_ = run([*find, "-j", str(workers), *arguments])
            name = f"nlpzero templates -j {workers}, {name}"
            rows.append({"what": name, "seconds": seconds, "MB/s": size / seconds, "peak MB": peak})
    if "nlp-zero" not in options.skip:
        output = place / "nlp-zero.json"
        command = [options.peer_python, "-c", FIND, options.nlp_zero, clauses, str(options.window)]
        peak = run(command, stdout=output).peak_mb
        seconds, theirs = json.loads(output.read_text("utf-8"))
        rows.append({"what": "nlp-zero, words given", "seconds": seconds, "MB/s": size / seconds, "peak MB": peak})
    own = f"nlpzero templates -j {options.workers[0]}, words given"
    rows = beside(rows, "seconds", {"nlp-zero, words given": own})
    print_table(f"templates, window {options.window}, {size:.1f} MB of text", rows)
    if "nlp-zero" not in options.skip:
        run([*find, "--tokenized", clauses])
        fields = (line.rstrip("\n").split("\t") for line in itertools.islice(table.open(encoding="utf-8"), 1, None))
        ours = {row[0]: int(row[1]) for row in fields}
        both = len(ours.items() & theirs.items())
        print(f"templates: nlpzero {len(ours):,}, nlp-zero {len(theirs):,}; the same with the same count {both:,}")


def parse_first(options: argparse.Namespace, clauses: Path, first: Path, place: Path) -> None:
    """Time the parsers on the same sentences with the same templates."""
    table = place / "to-parse.tsv"
    run(
        [
            *NLPZERO,
            "templates",
            "--method",
            "paths",
            "--tokenized",
            "--min-proba",
            options.min_proba,
            "-o",
            table,
            clauses,
        ]
    )
    inventory = Inventory.from_file(table, limit=options.templates)
    sentences = sentences_of(encode("".join(block.text for block in Corpus([first]).blocks()), BlankCutter()), "line")
    parser = Parser(inventory)
    start = time.perf_counter()
    parser.parse_all(sentences)
    rows: list[dict[str, object]] = []
    timed: list[tuple[str, int, float]] = [("nlpzero, in process", len(sentences), time.perf_counter() - start)]
    whole: list[str | Path] = [
        *NLPZERO,
        "parse",
        "--tokenized",
        "--unit",
        "line",
        "--templates",
        table,
        "--top",
        str(options.templates),
    ]
    timed.append(("nlpzero parse", len(sentences), run([*whole, "-o", place / "parsed", first]).seconds))
    if "nlp-zero" not in options.skip:
        output = place / "parse.json"
        limits = [str(options.templates), str(options.limit)]
        run([options.peer_python, "-c", PARSE, options.nlp_zero, table, first, *limits], stdout=output)
        seconds, done = json.loads(output.read_text("utf-8"))
        timed.append(("nlp-zero", done, seconds))
    for name, number, seconds in timed:
        each = 1e3 * seconds / max(number, 1)
        rows.append({"what": name, "sentences": number, "seconds": seconds, "ms/sentence": each})
    rows = beside(rows, "ms/sentence", {"nlp-zero": "nlpzero, in process"})
    print_table(f"parsing with {len(inventory):,} templates", rows)


if __name__ == "__main__":
    main()
