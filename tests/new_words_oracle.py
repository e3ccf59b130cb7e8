"""New words by their definitions, slowly: what `nlpzero.words.new_words` counts in arrays, place by place."""

import math
import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from nlpzero.segment.cutter import Cutter
from nlpzero.text.characters import code_points
from nlpzero.text.stopwords import FUNCTION_WORDS
from nlpzero.words.features import PLACES, PRONOUNS, VERBS

OPENING, CLOSING = "“‘「『《〈【\"'＂", "”’」』》〉】\"'＂"
NUMERALS = "〇零一二三四五六七八九十百千万亿两几半数第壹贰叁"
UNIT = re.compile(r"[0-9]+|[A-Za-z]+|[\u4e00-\u9fff]")


class SlowText:
    """A text as units, with what stands around each."""

    def __init__(self, text: str, cutter: Cutter) -> None:
        marks = cutter.boundaries(code_points(text)).tolist()
        self.text = text
        spans = [match.span() for match in UNIT.finditer(text)]
        self.units = [text[a:b] for a, b in spans]
        self.spans = spans
        self.joint = [b == c for (_, b), (c, _) in pairwise(spans)] + [False]
        before = [False, *self.joint[:-1]]
        self.starts = [marks[a] or not joined for (a, _), joined in zip(spans, before, strict=True)]
        self.total = len(spans)
        self.line = [text.count("\n", 0, a) for a, _ in spans]

    def places(self, length: int) -> dict[tuple[str, ...], list[int]]:
        """Find where each string of a length stands."""
        result: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at in range(self.total - length + 1):
            if all(self.joint[at : at + length - 1]):
                result[tuple(self.units[at : at + length])].append(at)
        return result

    def neighbours(self, at: list[int], length: int, side: str) -> Counter[str]:
        """Count the neighbours of a string; "" is the edge of a clause, "0" a number in digits."""
        found: Counter[str] = Counter()
        for place in at:
            index, there = (
                (place - 1, place > 0 and self.joint[place - 1])
                if side == "left"
                else (place + length, self.joint[place + length - 1])
            )
            unit = self.units[index] if there else ""
            found["0" if unit.isdigit() else unit] += 1
        return found


def entropy(neighbours: Counter[str]) -> float:
    """H of the neighbours that are no edges."""
    counts = [n for unit, n in neighbours.items() if unit]
    total = sum(counts)
    return math.log(total) - sum(n * math.log(n) for n in counts) / total if total else 0.0


def slow_candidates(
    text: str, cutter: Cutter, words: dict[str, int], minimum: int, longest: int = 8
) -> dict[str, dict[str, Any]]:
    """Measure all candidates of a text by the definitions; `words` is the dictionary with its counts."""
    slow = SlowText(text, cutter)
    every = {length: slow.places(length) for length in range(1, longest + 1)}
    result = {}
    for length in range(2, longest + 1):
        for string, at in every[length].items():
            is_latin = all(unit.isascii() for unit in string)
            if len(at) < minimum or any(unit.isdigit() for unit in string) or is_latin or "".join(string) in words:
                continue
            aligned = sum(_is_start(slow, p) and _is_start(slow, p + length, p + length - 1) for p in at)
            if 2 * aligned >= len(at):
                result["".join(string)] = _measure(slow, every, string, at, aligned, words)
    return result


def _is_start(slow: SlowText, place: int, before: int | None = None) -> bool:
    """Tell whether a word starts at a place, or a clause ends before it."""
    if before is not None and not slow.joint[before]:
        return True
    return slow.starts[place]


def _measure(
    slow: SlowText, every: Any, string: tuple[str, ...], at: list[int], aligned: int, words: dict[str, int]
) -> dict[str, Any]:
    n, k = len(at), len(string)
    around = {side: slow.neighbours(at, k, side) for side in ("left", "right")}
    inner = {side: {unit: c for unit, c in found.items() if unit} for side, found in around.items()}
    commonest = max((c for found in inner.values() for c in found.values()), default=0)
    splits, cut_splits, crossing, cuts = [], [], [], []
    for j in range(1, k):
        first, rest = string[:j], string[j:]
        a, b = every[j][first], every[k - j][rest]
        splits.append(math.log(slow.total * n / (len(a) * len(b))))
        if 2 * sum(slow.starts[p + j] for p in at) > n:
            cut_splits.append(splits[-1])
            cuts.append(j)
        crossing.append(min(entropy(slow.neighbours(a, j, "right")), entropy(slow.neighbours(b, k - j, "left"))))
    quoted = sum(
        slow.text[slow.spans[p][0] - 1 : slow.spans[p][0]] in [*OPENING]
        and slow.text[slow.spans[p + k - 1][1] : slow.spans[p + k - 1][1] + 1] in [*CLOSING]
        for p in at
    )
    alone = sum(slow.line.count(slow.line[p]) == k for p in at)
    leading = next((i for i, unit in enumerate(string) if unit not in NUMERALS), k)
    numbers = 0.0
    if 0 < leading < k:
        found = slow.neighbours(every[k - leading][string[leading:]], k - leading, "left")
        only = Counter({unit: c for unit, c in found.items() if unit and (unit == "0" or unit in NUMERALS)})
        numbers = math.exp(entropy(only))
    parts = len({p * 64 // slow.total for p in at})
    characters = [unit if not unit.isascii() else "" for unit in string]

    def alone_count(character: str) -> int:
        return words.get(character, 0) if character else 0

    def inside(character: str) -> int:
        return sum(count for word, count in words.items() if len(word) > 1 and character in word)

    free = [math.log((alone_count(c) + 20) / (inside(c) + 20)) if c else -9.0 for c in characters]
    head, tail = characters[0], characters[-1]
    edges = min(found[""] for found in around.values())
    heads, tails = "".join(string[: cuts[0] if cuts else k]), "".join(string[cuts[-1] if cuts else 0 :])
    values = {
        "cohesion": min(splits),
        "cohesion_of_words": min(cut_splits, default=min(splits)),
        "entropy": min(entropy(found) for found in around.values()),
        "commonest": math.log((commonest + 0.5) / (n + 1)),
        "edges": math.log((edges + 1) / (n + 2)),
        "inner_entropy": max(crossing),
        "ends": aligned / n,
        "begins_words": math.log1p(sum(len(w) > 1 and w[0] == head for w in words)),
        "ends_words": math.log1p(sum(len(w) > 1 and w[-1] == tail for w in words)),
        "first_alone": math.log1p(alone_count(head)),
        "last_alone": math.log1p(alone_count(tail)),
        "independence": max(free),
        "spread": math.log(parts / (64 * (1 - (1 - 1 / 64) ** n))),
        "quoted": math.log((quoted + 0.1) / (n + 10)),
        "quotations": math.log1p(quoted),
        "first_word": float(cuts[0] if cuts else k),
        "last_word": float(k - cuts[-1] if cuts else k),
        "aspect": float(any(unit in "了着过" for unit in string[1:])),
        "repeated_verb": float(any(string[i] == "一" and string[i - 1] == string[i + 1] for i in range(1, k - 1))),
        "doubled": float(any(a == b for a, b in pairwise(string))),
        "first_known": math.log1p(words.get(heads, 0)),
        "last_known": math.log1p(words.get(tails, 0)),
        "first_function": float(bool(cuts) and heads[0] in FUNCTION_WORDS),
        "last_function": float(bool(cuts) and tails[-1] in FUNCTION_WORDS),
        "first_pronoun": float(heads[0] in PRONOUNS),
        "first_verb": float(k > 2 and heads in VERBS),
        "last_place": float(tails in PLACES),
        **dict.fromkeys(["letters", "capitals", "signs", "foreign", "chinese", "measure"], 0.0),
    }
    gates = {"ends": aligned / n, "commonest": commonest / n, "alone": alone / n, "numbers": numbers, "foreign": 0.0}
    return {"count": n, "gates": gates, "features": values, "parts": parts}
