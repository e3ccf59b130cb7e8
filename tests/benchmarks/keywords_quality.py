"""The first keywords of texts, by nlpzero, and by jieba's TF-IDF and TextRank; their precision by judgements.

A text is a file. Judgements are lines of the name of a file, a word, and 1 or 0 (does it name what the text is about?),
with tabs between them. A word that is not judged counts as wrong, and is told. jieba leaves out single characters, as
nlpzero does by default, and has its own lists of frequencies and stop words.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from bench import fail, print_table

from nlpzero.reading.corpus import read_lines
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.vectors.keywords import keywords
from nlpzero.vectors.store import Vectors


def main() -> None:
    """Print the keywords, then the precisions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", metavar="TEXT")
    parser.add_argument("--vectors", required=True, metavar="FILE", help="of `nlpzero glove train`")
    parser.add_argument("--judged", metavar="FILE", help="judgements: text, word, 1 or 0")
    parser.add_argument("--top", type=int, default=10, metavar="N")
    options = parser.parse_args()
    for path in [*options.texts, options.vectors, *([options.judged] if options.judged else [])]:
        if not Path(path).is_file():
            fail(f"no file {path}")
    ways = extractors(Vectors.load(options.vectors), options.top)
    judged = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in read_lines(options.judged or "/dev/null")}
    right = dict.fromkeys(ways, 0)
    missing: set[str] = set()
    rows: list[dict[str, object]] = []
    for path in options.texts:
        text, name = "\n".join(read_lines(path)), Path(path).name
        found = {way: extract(text) for way, extract in ways.items()}
        for place in range(options.top):
            row: dict[str, object] = {"text": "" if place else name}
            rows.append(row | {way: "".join(words[place : place + 1]) for way, words in found.items()})
        for way, words in found.items():
            right[way] += sum(judged.get((name, word)) == "1" for word in words)
            missing |= {f"{name} {word}" for word in words if (name, word) not in judged}
    print_table(f"the first {options.top} keywords", rows)
    if options.judged:
        number = options.top * len(options.texts)
        print_table(f"judged, {number} words", [{"keywords of": way, "P": right[way] / number} for way in ways])
        print(f"not judged, and so wrong: {', '.join(sorted(missing)) or 'none'}")


def extractors(vectors: Vectors, top: int) -> dict[str, Callable[[str], list[str]]]:
    """Give what finds keywords, by name."""
    import jieba.analyse

    cut = dictionary_cutter()
    return {
        "nlpzero": lambda text: [found.word for found in keywords(vectors, cut(text), top)],
        "TF-IDF": lambda text: [str(word) for word in jieba.analyse.extract_tags(text, top)],
        "TextRank": lambda text: [str(word) for word in jieba.analyse.textrank(text, top)],
    }


if __name__ == "__main__":
    main()
