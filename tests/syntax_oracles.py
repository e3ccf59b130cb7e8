"""The formulas of templates and parsing once more: recursive, slow and obviously right.

Plain dictionaries and loops, written from the published description alone; the tests compare the array code with them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import log

Template = tuple[str | None, ...]
Clause = Sequence[str]


def strong_pairs(clauses: Sequence[Clause], window: int, min_proba: float, min_pmi: float) -> set[tuple[str, str]]:
    """Give the pairs with p_ab > min_proba and ln(p_ab / (p_a p_b)) > min_pmi, at distances of 1 to `window`."""
    words = Counter(word for clause in clauses for word in clause)
    pairs = Counter(
        (first, second)
        for clause in clauses
        for i, first in enumerate(clause)
        for second in clause[i + 1 : i + 1 + window]
    )
    n, total = sum(pairs.values()), sum(words.values())
    return {
        (a, b)
        for (a, b), count in pairs.items()
        if count / n > min_proba and log(count / n) - log(words[a] / total) - log(words[b] / total) > min_pmi
    }


def maximal_paths(clause: Clause, strong: set[tuple[str, str]], window: int) -> Iterator[tuple[int, ...]]:
    """Give the places of every path of strong links that no link can be put before or after."""
    near = [(i, j) for i in range(len(clause)) for j in range(i + 1, min(i + window, len(clause) - 1) + 1)]
    links = [(i, j) for i, j in near if (clause[i], clause[j]) in strong]

    def onward(path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        followers = [j for i, j in links if i == path[-1]]
        if not followers:
            yield path
        for follower in followers:
            yield from onward((*path, follower))

    for start in set(range(len(clause))) - {j for _, j in links}:
        yield from onward((start,))


def template_of(words: Clause, places: Sequence[int], start: int = 0, end: int | None = None) -> Template:
    """Give the template that words at some places make of a span: None for each stretch of other words."""
    items: list[str | None] = []
    for i in range(start, len(words) if end is None else end):
        if i in places:
            items.append(words[i])
        elif not items or items[-1] is not None:
            items.append(None)
    return tuple(items)


def template_counts(
    clauses: Sequence[Clause], window: int, min_proba: float, min_pmi: float, max_paths: int
) -> tuple[dict[Template, int], int, int]:
    """Give the templates above min_proba and their counts, the number of paths, and that of clauses left out."""
    strong = strong_pairs(clauses, window, min_proba, min_pmi)
    counts: Counter[Template] = Counter()
    left_out = 0
    for clause in clauses:
        paths = [*maximal_paths(clause, strong, window)]
        if len(paths) > max_paths:
            left_out += 1
        else:
            counts.update(template_of(clause, path) for path in paths)
    total = sum(counts.values())
    return {template: count for template, count in counts.items() if count / total > min_proba}, total, left_out


Parse = tuple[int, tuple[int, ...], "Template | None", "list[Parse]"]
"""Score in units of 1e-6 nats; places of the template's words; template (None: flat); the parses of the gaps."""


def parse(words: Clause, counts: Mapping[Template, int], null_score: float) -> Parse:
    """Parse a sentence by trying every choice of words in every span."""
    total = sum(counts.values())
    own = {template: round((log(count) - log(total)) * 1e6) for template, count in counts.items()}
    known: dict[tuple[int, int], Parse] = {}

    def best(start: int, end: int) -> Parse:
        if (start, end) not in known:
            found: list[Parse] = []
            for size in range(1, end - start + 1):
                for places in combinations(range(start, end), size):
                    template = template_of(words, places, start, end)
                    if template in own:
                        edges = (start - 1, *places, end)
                        gaps = [(a + 1, b) for a, b in pairwise(edges) if b - a > 1]
                        below = [best(*gap) for gap in gaps]
                        found.append((own[template] + sum(parsed[0] for parsed in below), places, template, below))
            flat: Parse = (round(null_score * 1e6) * (end - start - 1), tuple(range(start, end)), None, [])
            known[start, end] = min(found, key=lambda p: (-p[0], -len(p[1]), p[1])) if found else flat
        return known[start, end]

    return best(0, len(words))
