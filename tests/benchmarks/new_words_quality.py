"""How many of the first rows of a list of new words are words, by judgements: nlpzero's orders, and the peers' way.

JUDGED has lines word<TAB>1, h (half) or 0; what nobody judged counts as wrong, and how many there are is shown. The
peers' way: words of jieba's cut in twos and threes, by mutual information at the weakest joint plus the lesser entropy
of the neighbours (as in many programs for jieba users); here with exact counts, least count 5.
"""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from bench import NLPZERO, fail, folder, print_table, run, unpacked

from nlpzero.segment.jieba_adapter import load_words
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.text.characters import HAN, char_classes

RANKS = (50, 100, 200, 300)
WORTH = {"1": 1.0, "h": 0.5, "0": 0.0}
FREQUENT, FIRST = 300, 1000
SETTINGS = {
    "--new": ("--new",),
    "--new --sort score": ("--new", "--sort", "score"),
    "--new --sort probability": ("--new", "--sort", "probability"),
    "--new --no-dictionary": ("--new", "--no-dictionary"),
    "entropy, by count": ("--new", "--method", "entropy", "--min-length", "2"),
    "cohesion, by score": ("--new", "--method", "cohesion", "--sort", "score", "--min-length", "2"),
}


def main() -> None:
    """Score the orders of one corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS", help="plain text, perhaps packed")
    parser.add_argument("judged", metavar="JUDGED", nargs="+", help="judgements; the first one of a word counts")
    parser.add_argument("--skip", action="append", default=[], metavar="LIST", help="leave a list out: peers, or a row")
    options = parser.parse_args()
    judged = read_judgements(options.judged)
    known = frozenset(load_words().words)
    with folder() as place:
        corpus = unpacked(options.corpus, place)
        rows: list[dict[str, object]] = []
        for name, setting in SETTINGS.items():
            if name in options.skip:
                continue
            table = place / "table"
            taken = run([*NLPZERO, "discover", "--no-header", *setting, "-o", table, corpus])
            found = [line.rstrip("\n").split("\t") for line in table.open(encoding="utf-8")]
            found = [row for row in found if row[0] not in known]
            rows.append({"list": name, **precision([row[0] for row in found], judged), "s": taken.seconds})
            if name == "--new":
                probable = [(row[0], float(row[2])) for row in found]
                frequent = {row[0] for row in found if int(row[1]) >= FREQUENT and judged.get(row[0]) == "1"}
                early = frequent.intersection(row[0] for row in found[:FIRST])
        if "peers" not in options.skip:
            rows.append({"list": "jieba's words in twos and threes", **precision(peers_way(corpus, known), judged)})
    print_table(f"{options.corpus}: precision of the first rows", rows)
    if "--new" not in options.skip:
        print_table(f"{options.corpus}: probabilities of judged words", calibration(probable, judged))
        share = len(early) / len(frequent) if frequent else math.nan
        print(f"\nwords that stand {FREQUENT} times: {len(frequent)}; among the first {FIRST:,} rows: {share:.2f}")


def read_judgements(paths: Iterable[str]) -> dict[str, str]:
    """Read judgements."""
    result: dict[str, str] = {}
    for path in paths:
        if not Path(path).is_file():
            fail(f"no file {path}")
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                word, mark = line.split("\t")[:2]
                result.setdefault(word, mark)
    return result


def precision(words: Sequence[str], judged: dict[str, str]) -> dict[str, object]:
    """Give the precision of the first rows, and how many of the last rank nobody judged."""
    marks = [judged.get(word) for word in words[: RANKS[-1]]]
    result: dict[str, object] = {
        f"P@{rank}": sum(WORTH[mark] for mark in marks[:rank] if mark is not None) / rank for rank in RANKS
    }
    return result | {"unjudged": marks.count(None)}


def calibration(probable: Sequence[tuple[str, float]], judged: dict[str, str]) -> list[dict[str, object]]:
    """Compare probabilities with judgements."""
    rows: list[dict[str, object]] = []
    for low, high in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        some = [(chance, WORTH[judged[word]]) for word, chance in probable if low <= chance < high and word in judged]
        if some:
            mean, share = (sum(column) / len(some) for column in zip(*some, strict=True))
            rows.append({"probability": f"from {low}", "judged": len(some), "mean": mean, "words": share})
    return rows


def peers_way(corpus: Path, known: frozenset[str]) -> list[str]:
    """Rank twos and threes of the words that jieba's dictionary cuts."""
    cut, classes = jieba_cutter(), char_classes()
    words: Counter[str] = Counter()
    strings: Counter[tuple[str, ...]] = Counter()
    for line in corpus.open(encoding="utf-8"):
        tokens = cut(line)
        words.update(tokens)
        for size in (2, 3, 4):
            strings.update(zip(*(tokens[at:] for at in range(size)), strict=False))
    total = sum(words.values())
    around: tuple[dict[tuple[str, ...], list[int]], ...] = (defaultdict(list), defaultdict(list))
    for string, count in strings.items():
        if len(string) > 2:
            around[0][string[1:]].append(count)
            around[1][string[:-1]].append(count)
    scores: dict[str, float] = {}
    for string, count in strings.items():
        word = "".join(string)
        if len(string) > 3 or count < 5 or word in known or not all(classes[ord(one)] == HAN for one in word):
            continue
        joints = [math.log(total * strings[pair] / (words[pair[0]] * words[pair[1]])) for pair in pairwise(string)]
        lesser = min(_entropy(side[string]) for side in around)
        scores[word] = max(scores.get(word, -math.inf), min(joints) + lesser)
    return sorted(scores, key=lambda word: (-scores[word], word))


def _entropy(counts: Sequence[int]) -> float:
    """Give the entropy of counts, in nats."""
    total = sum(counts)
    return math.log(total) - sum(count * math.log(count) for count in counts) / total if total else 0.0


if __name__ == "__main__":
    main()
