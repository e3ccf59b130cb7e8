"""Why a string is a word of a corpus, or is not: the figures that the methods look at, and places where it stands."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf, log

import numpy as np

from ..core.workspace import NONE
from ..errors import NothingFound
from ..ngrams.levels import look_up
from ..ngrams.measures import measure
from ..ngrams.units import encode
from ..reading.parts import Block
from ..text.characters import OTHER, char_classes
from .cohesion import DEFAULT_MIN_PMI
from .discovery import DEFAULT_MIN_COUNT, JOINED, Discovery, Method, Parameters
from .entropy import MIN_OCCURRENCES

EDGE = "|"
"""Stands for the edge of a clause among the neighbours."""


@dataclass
class Split:
    """One way to cut the string in two, with the counts of both parts and ln[N n(w) / (n(left) n(right))]."""

    left: str
    right: str
    left_count: int
    right_count: int
    cohesion: float


@dataclass
class Check:
    """One condition of the method: what is asked, the figure, and the least (or the greatest) one that passes."""

    name: str
    value: float
    limit: float
    at_most: bool = False

    @property
    def passes(self) -> bool:
        """Whether the condition holds."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


@dataclass
class Occurrence:
    """One place where the string stands: source, 1-based line, and what is before and after it in the line."""

    source: str
    line: int
    before: str
    after: str


@dataclass
class Explanation:
    """What a corpus says of one string.

    Attributes
    ----------
    word : str
    units : list of str
        What it is made of: Han characters, runs of digits, runs of Latin letters.
    total : int
        Units in the corpus.
    frequency : int
        Occurrences, also inside longer words.
    count : int
        How often the method cuts it out as a word (0 if it is not reported).
    score : float or None
        The method's score, if it is reported.
    checks : list of Check
        The conditions of the method, in the order in which it applies them.
    splits : list of Split
    left, right : Counter of str
        Neighbouring units; `EDGE` for the edges of clauses, each of which is a neighbour of its own.
    left_entropy, right_entropy : float, in nats
    occurrences : list of Occurrence
    """

    word: str
    units: list[str]
    total: int
    frequency: int = 0
    count: int = 0
    score: float | None = None
    checks: list[Check] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    left_entropy: float = 0.0
    right_entropy: float = 0.0
    occurrences: list[Occurrence] = field(default_factory=list)


def explain(
    discovery: Discovery,
    blocks: Iterable[Block],
    word: str,
    method: Method,
    parameters: Parameters,
    examples: int = 5,
) -> Explanation:
    """Explain a string by the corpus.

    Parameters
    ----------
    discovery : Discovery
        The words of the corpus, its workspace still open.
    blocks : iterable of Block
        The corpus once more.
    word : str
        Han characters, digits and Latin letters.
    method, parameters
        Those of the discovery.
    examples : int
        How many occurrences to keep.

    Raises
    ------
    NothingFound
        If the string does not occur in the corpus, or cannot be a word.
    """
    joined = method in JOINED
    encoded = encode(word, joined)
    units = [encoded.units[i] for i in encoded.ids.tolist()]
    if not units or "".join(units) != word:
        raise NothingFound(f"{word!r} cannot be a word: a word is made of Han characters, digits and Latin letters")
    result = Explanation(word, units, discovery.ngrams.total)
    for source, line, text, _ in blocks:
        for at in _places(text, word, joined):
            result.frequency += 1
            result.left[_neighbour(text, at - 1, -1, joined)] += 1
            result.right[_neighbour(text, at + len(word), 1, joined)] += 1
            if len(result.occurrences) < examples:
                result.occurrences.append(_occurrence(source, line, text, at, word))
    if result.frequency == 0:
        raise NothingFound(f"{word!r} does not occur in the corpus")
    result.left_entropy, result.right_entropy = _entropy(result.left), _entropy(result.right)
    if word in discovery.words:
        row = discovery.words.index(word)
        result.count, result.score = int(discovery.counts[row]), float(discovery.scores[row])
    parts = _Parts(discovery, result.units)
    for i in range(1, len(units)):
        counts = parts.frequency(0, i), parts.frequency(i, len(units))
        result.splits.append(Split("".join(units[:i]), "".join(units[i:]), *counts, parts.cohesion(i)))
    check = {"entropy": _entropy_checks, "cohesion": _cohesion_checks, "pmi": _pmi_checks}.get(method)
    result.checks = check(discovery, result, parts, parameters) if check else [_counted(result, parameters, method)]
    return result


class _Parts:
    """How often every part of a word occurs."""

    def __init__(self, discovery: Discovery, units: Sequence[str]) -> None:
        rank = {unit: i for i, unit in enumerate(discovery.ngrams.units)}
        ids = [rank[unit] for unit in units]
        spans = [(i, j) for i in range(len(ids)) for j in range(i + 1, len(ids) + 1)]
        flat = np.array([k for i, j in spans for k in ids[i:j]], np.uint32)
        measures = measure(discovery.ngrams, flat, np.array([j - i for i, j in spans]))
        self.ids, self.total = ids, discovery.ngrams.total
        self._frequency = dict(zip(spans, measures.frequency.tolist(), strict=True))

    def frequency(self, start: int, end: int) -> int:
        """Give the count of one part."""
        return int(self._frequency[start, end])

    def cohesion(self, at: int) -> float:
        """Give ln[N n(w) / (n(left) n(right))] of the split at a place."""
        size = len(self.ids)
        left, right = self.frequency(0, at), self.frequency(at, size)
        return log(self.total) + log(self.frequency(0, size)) - log(left) - log(right)


def _entropy_checks(discovery: Discovery, word: Explanation, parts: _Parts, parameters: Parameters) -> list[Check]:
    """Compare the word's autonomy with that of its best cut."""
    size = len(parts.ids)
    checks = [Check("units", size, parameters.order, at_most=True)]
    if size > 1:
        checks.append(Check("occurrences", word.frequency, MIN_OCCURRENCES))
    if 1 < size <= parameters.order:
        scores = _scores(discovery, parts.ids)
        best = [0.0]
        for end in range(1, size + 1):
            starts = range(end) if end < size else range(1, end)
            best.append(max(best[i] + scores.get((i, end), -inf) for i in starts))
        checks.append(Check("autonomy x length, against its best cut", scores.get((0, size), -inf), best[-1]))
    return [*checks, _counted(word, parameters, "entropy")]


def _scores(discovery: Discovery, ids: Sequence[int]) -> dict[tuple[int, int], float]:
    """Give a(w) len(w) of every part of a word that the method may use."""
    ranks = np.array(ids, np.uint32)
    result = {}
    for length, table in enumerate(discovery.tables[: len(ids)], start=1):
        if length > 1:
            ranks = look_up(discovery.ngrams.levels[length - 1], ranks[:-1], ranks[1:])
        for i, rank in enumerate(ranks.tolist()):
            if rank != NONE:
                result[i, i + length] = float(table.array[rank])
    return result


def _cohesion_checks(discovery: Discovery, word: Explanation, parts: _Parts, parameters: Parameters) -> list[Check]:
    """Compare cohesion and count with their thresholds."""
    size, least = len(parts.ids), parameters.min_pmi or DEFAULT_MIN_PMI
    checks = [
        Check("cohesion", parts.cohesion(i), least[min(size, len(least)) - 1])
        for i in sorted(range(1, size), key=parts.cohesion)[:1]
    ]
    return [*checks, _counted(word, parameters, "cohesion")]


def _pmi_checks(discovery: Discovery, word: Explanation, parts: _Parts, parameters: Parameters) -> list[Check]:
    """Compare the links between neighbours, and the word's score, with their thresholds."""
    pairs, total = discovery.ngrams.total - discovery.ngrams.clauses, parts.total
    checks = []
    for i in range(len(parts.ids) - 1):
        joint = log(parts.frequency(i, i + 2)) - log(pairs)
        alone = log(parts.frequency(i, i + 1)) + log(parts.frequency(i + 1, i + 2)) - 2 * log(total)
        name = "".join(word.units[i : i + 2])
        checks.append(Check(f"ln p({name})", joint, log(parameters.min_proba)))
        checks.append(Check(f"mutual information of {name}", joint - alone, (parameters.min_pmi or (1.0,))[0]))
    checks.append(_counted(word, parameters, "pmi"))
    if word.score is not None and len(parts.ids) > 1:
        checks.append(Check("ln P(word) - sum ln P(parts)", word.score, len(parts.ids) - 1))
    return checks


def _counted(word: Explanation, parameters: Parameters, method: Method) -> Check:
    """Compare how often the word is reported to be cut out with the least count."""
    return Check("times cut out", word.count, parameters.min_count or DEFAULT_MIN_COUNT[method])


def _places(text: str, word: str, joined: bool) -> Iterator[int]:
    """Find where a word stands in a text, not beginning or ending inside a run of digits or Latin letters."""
    at = text.find(word)
    while at >= 0:
        if not joined or not (_is_joint(text, at) or _is_joint(text, at + len(word))):
            yield at
        at = text.find(word, at + 1)


def _class(text: str, at: int) -> int:
    """Give the class of one character, OTHER beyond the edges of the text."""
    return int(char_classes()[ord(text[at])]) if 0 <= at < len(text) else OTHER


def _is_joint(text: str, at: int) -> bool:
    """Tell whether the characters before and at a position belong to one run of digits or Latin letters."""
    return _class(text, at) == _class(text, at - 1) > 1


def _neighbour(text: str, at: int, step: int, joined: bool) -> str:
    """Give the unit that begins (or, with step -1, ends) at a position."""
    if _class(text, at) == OTHER:
        return EDGE
    end = at
    while joined and _class(text, end + step) == _class(text, at) > 1:
        end += step
    return text[min(at, end) : max(at, end) + 1]


def _occurrence(source: str, line: int, text: str, at: int, word: str) -> Occurrence:
    """Describe one place."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    after = text[at + len(word) : end if end >= 0 else len(text)].rstrip("\r")
    return Occurrence(source, line + text.count("\n", 0, at), text[start:at], after)


def _entropy(neighbours: Counter[str]) -> float:
    """H of the neighbours, each edge a neighbour of its own."""
    total = neighbours.total()
    inside = sum(n * log(n) for unit, n in neighbours.items() if unit != EDGE)
    return max(0.0, log(total) - inside / total)
