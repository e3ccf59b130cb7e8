"""The rules of constructions once more: word by word, with dictionaries, written from the manual alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log

from nlpzero.text.stopwords import FUNCTION_WORDS

Template = tuple[str | None, ...]
Places = tuple[int, int, tuple[int, ...]]
"""Which clause; which occurrence; the places in it."""


@dataclass
class Row:
    """What is known of a template."""

    count: int
    score: float
    spread: float
    fillers: list[Counter[str]]


def joints_of(clause: Sequence[str], window: int) -> Iterator[tuple[int, int]]:
    """Give the pairs of places at most a window apart between which neither of their words stands."""
    for i in range(len(clause)):
        for j in range(i + 1, min(i + window, len(clause) - 1) + 1):
            if not {clause[i], clause[j]} & set(clause[i + 1 : j]):
                yield i, j


def template_of(clause: Sequence[str], places: Sequence[int]) -> Template:
    """Write the words at some places, None where words between them are left out."""
    items: list[str | None] = [clause[places[0]]]
    for a, b in pairwise(places):
        items += [None, clause[b]] if b - a > 1 else [clause[b]]
    return tuple(items)


def words_of(template: Template) -> list[str]:
    """Give the words of a template."""
    return [item for item in template if item is not None]


def places_of(template: Template, clauses: Sequence[Sequence[str]], window: int) -> float:
    """Count where a template with such gaps could stand: every choice of places in every clause."""
    steps = []
    for item, after in pairwise(template):
        if item is not None:
            steps.append(range(2, window + 1) if after is None else range(1, 2))
    ends: Counter[int] = Counter({0: 1})
    for step in steps:
        ends = Counter({end + d: 0 for end in ends for d in step}) + sum_of(ends, step)
    return sum(ways * max(0, len(clause) - end) for end, ways in ends.items() for clause in clauses)


def sum_of(ends: Counter[int], step: range) -> Counter[int]:
    """Go on by every step from every end."""
    onward: Counter[int] = Counter()
    for end, ways in ends.items():
        for d in step:
            onward[end + d] += ways
    return onward


def parts_of(template: Template) -> set[Template]:
    """Give what is left of a template: words that follow each other, all or all but one inside."""
    words = words_of(template)
    at = [i for i, item in enumerate(template) if item is not None]
    found = set()
    for i in range(len(words)):
        for j in range(i + 1, len(words)):
            part = template[at[i] : at[j] + 1]
            found.add(part)
            for left_out in range(i + 1, j):
                place = at[left_out] - at[i]
                holed = [*part[:place], None, *part[place + 1 :]]
                found.add(tuple(x for n, x in enumerate(holed) if x is not None or holed[n - 1] is not None))
    return found - {template}


def constructions(
    clauses: Sequence[Sequence[str]], window: int, min_proba: float, min_pmi: float, min_count: int
) -> dict[Template, Row]:
    """Give the constructions of some clauses."""
    words = Counter(word for clause in clauses for word in clause)
    total = sum(words.values())

    def score(template: Template, count: int) -> float:
        apart = sum(log(words[word]) - log(total) for word in words_of(template))
        return log(count) - log(places_of(template, clauses, window)) - apart

    where: defaultdict[Template, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    for number, clause in enumerate(clauses):
        for pair in joints_of(clause, window):
            where[template_of(clause, pair)].append((number, pair))
    pairs = sum(max(0, len(clause) - d) for clause in clauses for d in range(1, window + 1))
    least = max(min_count, floor(min_proba * pairs) + 1)

    def fillers(template: Template) -> list[Counter[tuple[str, ...]]]:
        gaps: list[Counter[tuple[str, ...]]] = [Counter() for item in template if item is None]
        for number, places in where[template]:
            filled = [tuple(clauses[number][a + 1 : b]) for a, b in pairwise(places) if b - a > 1]
            for gap, filler in zip(gaps, filled, strict=True):
                gap[filler] += 1
        return gaps

    def is_filled(template: Template) -> bool:
        return all(max(gap.values()) <= 0.3 * len(where[template]) for gap in fillers(template))

    level = {
        template
        for template, found in where.items()
        if len(found) >= least
        and score(template, len(found)) > min_pmi
        and (None not in template or len(found) >= 0.1 * min(words[word] for word in words_of(template)))
    }
    joints, chains = set(level), set(level)
    while level:
        longer: defaultdict[Template, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        by: dict[Template, tuple[Template, Template]] = {}
        for template in level:
            for number, places in where[template]:
                for i, j in joints_of(clauses[number], window):
                    joint = template_of(clauses[number], (i, j))
                    if i == places[-1] and joint in joints:
                        made = template_of(clauses[number], (*places, j))
                        longer[made].append((number, (*places, j)))
                        by[made] = template, joint
        level = set()
        for made, found in longer.items():
            beginning, joint = by[made]
            if len(found) < least or not is_filled(beginning) or not is_filled(joint):
                continue
            if len(found) >= 0.5 * min(len(where[beginning]), len(where[joint])):
                where[made] = found
                level.add(made)
        chains |= level
    return choose(clauses, {chain: where[chain] for chain in chains}, words, fillers, score)


def choose(clauses, where, words, fillers, score) -> dict[Template, Row]:  # type: ignore[no-untyped-def]
    """Leave out what is no construction."""
    begins, ends = Counter(clause[0] for clause in clauses), Counter(clause[-1] for clause in clauses)
    long = [tuple(clause) for clause in clauses if len(clause) >= 5]
    usual = len(set(long)) / len(long) if long else 1.0
    kept = {}
    for template, found in where.items():
        count, own = len(found), words_of(template)
        before = Counter(clauses[n][places[0] - 1] for n, places in found if places[0])
        after = Counter(clauses[n][places[-1] + 1] for n, places in found if places[-1] + 1 < len(clauses[n]))
        gaps = fillers(template)
        rims: list[Counter[str]] = [Counter() for _ in range(2 * len(gaps))]
        for i, gap in enumerate(gaps):
            for filler, number in gap.items():
                rims[2 * i][filler[0]] += number
                rims[2 * i + 1][filler[-1]] += number
        if any(max(some.values(), default=0) > 0.3 * count for some in (before, after, *gaps)):
            continue
        if any(max(some.values()) > 0.6 * count for some in rims):
            continue
        different = len({tuple(clauses[n]) for n, _ in found})
        if different < 0.7 * usual * count:
            continue
        closes = ends[own[0]] > 1.5 * begins[own[0]]
        if not gaps and (closes or begins[own[-1]] > 1.5 * ends[own[-1]]):
            continue
        if gaps:
            rarer = min(words[own[0]], words[own[-1]])
            if not FUNCTION_WORDS & set(own) and count < 0.2 * rarer:
                continue
            if sum(word != "[N]" for word in own) < 2:
                continue
            if closes and own[-1] not in FUNCTION_WORDS:
                continue
        texts = [Counter({"".join(filler): number for filler, number in gap.items()}) for gap in gaps]
        kept[template] = Row(count, score(template, count), different / count, texts)
    gone: set[Template] = set()
    for template in sorted(kept, key=lambda one: -len(words_of(one))):
        parts = [part for part in parts_of(template) if part in kept and (None in part) == (None in template)]
        if any(kept[template].count < 0.5 * kept[part].count for part in parts):
            gone.add(template)
        else:
            gone.update(parts)
    return {template: row for template, row in kept.items() if template not in gone}
