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


Piece = tuple[int, int]
"""A single word, or the span of a template."""
Node = tuple[int, int, int, tuple[int, ...], "Template | None", float]
"""Start, end, depth, places, template (None: a row), score in units of 1e-6 nats."""


def core_of(template: Template) -> Template:
    """Take the gaps from the edges of a template."""
    items = list(template)
    while items and items[0] is None:
        del items[0]
    while items and items[-1] is None:
        del items[-1]
    return tuple(items)


class HierarchyOracle:
    """Parse a sentence by trying every choice of words in every span."""

    def __init__(self, words: Clause, counts: Mapping[Template, int], null_score: float) -> None:
        cores: Counter[Template] = Counter()
        for template, count in counts.items():
            if sum(item is not None for item in template) > 1:
                cores[core_of(template)] += count
        total = sum(cores.values())
        self.own = {core: round((log(count) - log(total)) * 1e6) for core, count in cores.items()}
        self.words, self.null = words, round(null_score * 1e6)
        self.rows: dict[Piece, tuple[int, list[Piece]]] = {}
        self.best: dict[Piece, tuple[int, tuple[int, ...], Template] | None] = {}

    def row(self, start: int, end: int) -> tuple[int, list[Piece]]:
        """Give the best row of pieces: `null` for each but the first; the longest last piece wins among equals."""
        if (start, end) not in self.rows:
            found: tuple[int, list[Piece]] | None = None
            for first in range(start, end):
                template = self.template(first, end) if end - first > 1 else None
                if template is None and end - first > 1:
                    continue
                before, pieces = self.row(start, first) if first > start else (0, [])
                score = before + (self.null if first > start else 0) + (template[0] if template else 0)
                if found is None or score > found[0]:
                    found = score, [*pieces, (first, end)]
            assert found is not None
            self.rows[start, end] = found
        return self.rows[start, end]

    def template(self, start: int, end: int) -> tuple[int, tuple[int, ...], Template] | None:
        """Give the best template from the first word of a span to its last; more words win, then words to the left."""
        if (start, end) not in self.best:
            found = []
            for size in range(end - start - 1):
                for between in combinations(range(start + 1, end - 1), size):
                    places = (start, *between, end - 1)
                    template = template_of(self.words, places, start, end)
                    gaps = [(a + 1, b) for a, b in pairwise(places) if b - a > 1]
                    if template in self.own and not any("，" in self.words[a:b] for a, b in gaps):
                        cost = sum(round(2 * log(b - a) * 1e6) - self.row(a, b)[0] for a, b in gaps)
                        found.append((self.own[template] - cost, places, template))
            self.best[start, end] = min(found, key=lambda one: (-one[0], -len(one[1]), one[1]), default=None)
        return self.best[start, end]

    def nodes(self, start: int, end: int, depth: int = 0, is_template: bool = False) -> list[Node]:
        """Give the nodes of a span, each before those in it."""
        score, pieces = (0, [(start, end)]) if is_template else self.row(start, end)
        template = self.template(start, end) if len(pieces) == 1 and end - start > 1 else None
        if template:
            score, places, items = template
            gaps = [(a + 1, b) for a, b in pairwise(places) if b - a > 1]
            below = [node for gap in gaps for node in self.nodes(*gap, depth + 1)]
            return [(start, end, depth, places, items, score), *below]
        singles = tuple(a for a, b in pieces if b - a == 1)
        below = [node for a, b in pieces if b - a > 1 for node in self.nodes(a, b, depth + 1, True)]
        return [(start, end, depth, singles, None, score), *below]
