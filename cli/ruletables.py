"""How `nlpzero rules` writes its tables of rules and of sets."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .messages import notice
from .output import Table, TableOptions, TextFile
from .terminal import ROWS as SEEN
from .values import is_given

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.baskets import Baskets
    from nlpzero.rules.closed import ClosedSets
    from nlpzero.rules.frequent import Frequent
    from nlpzero.rules.ruleset import Rules

    from .rules import RuleOptions

PARTIAL = "partial_g2"
"""The name of nlpzero.rules.partial.PARTIAL, which is imported late."""

ROWS = 1 << 16
"""Rows of a table that are written at a time."""

SET_COLUMNS = ("items", "count", "support")

TRIED = 20
"""Passages of which the shortest is shown on a terminal."""

WIDTH = 30
"""Characters of it that are shown."""


def write_sets(
    found: "Frequent | ClosedSets", kind: str, own: "RuleOptions", writing: TableOptions, out: TextFile
) -> None:
    """Write sets, most frequent first, then the smaller, then by their items."""
    import numpy as np

    from nlpzero.rules.closed import ClosedSets

    if isinstance(found, ClosedSets):
        sets, counts = found.sets, found.counts
        kept = sets.sizes <= (own.max_length or 1 << 32)
        order = np.flatnonzero(kept & found.maximal() if kind == "maximal" else kept)
    else:
        sets, counts = found.lists(), found.counts()
        order = np.argsort(-counts, kind="stable")
    notice(f"{len(order):,} {kind} sets, in {found.minimum:,} of {found.n_baskets:,} baskets or more")
    order = order[: own.top]
    table = writing.table(out, SET_COLUMNS)
    for start in range(0, len(order), ROWS):
        some = order[start : start + ROWS]
        chosen = sets.take(some)
        numbers = counts[some].tolist()
        if table.form == "jsonl":
            spelled = chosen.spelled(found.items)
            table.write_columns([spelled, numbers, [number / found.n_baskets for number in numbers]])
            continue
        texts = {number: str(number) for number in {*numbers}}
        shares = {number: _number(number / found.n_baskets) for number in texts}
        names = np.array([*found.items, ""], object)[chosen.items].tolist()
        joined = [", ".join(names[first:end]) for first, end in itertools.pairwise(chosen.starts.tolist())]
        table.write_columns([joined, [texts[number] for number in numbers], [shares[number] for number in numbers]])


def columns_of(measures: Sequence[str], texts: list[list[str]] | None) -> list[str]:
    """Name the columns of a table of rules."""
    return ["antecedent", "consequent", "count", *measures, *(["examples"] if texts is not None else [])]


def write_rules(
    rules: "Rules",
    found: "Frequent | ClosedSets",
    measures: Sequence[str],
    texts: list[list[str]] | None,
    table: Table,
) -> None:
    """Write rules; `texts` may be shorter."""
    from nlpzero.rules.rules import measured

    for start in range(0, len(rules), ROWS):
        some = rules.take(slice(start, start + ROWS))
        columns: list[list[Any]] = [*some.names(), some.tables.both.tolist()]
        columns += [measured(some, name, found).tolist() for name in measures]
        if texts is not None:
            shown = texts[start : start + ROWS]
            shown = shown + [[]] * (len(some) - len(shown))
            columns.append(shown if table.form == "jsonl" else [" | ".join(passages) for passages in shown])
        if table.form != "jsonl":
            columns = [_fields(column) for column in columns]
        table.write_columns(columns)


def _fields(column: list[Any]) -> list[Any]:
    """Write lists as one field, and numbers that 4 decimals would hide."""
    if column and isinstance(column[0], list):
        return [*map(", ".join, column)]
    return [*map(_number, column)] if column and isinstance(column[0], float) else column


def _number(value: float) -> Any:
    """Write a number as text; what is none is left."""
    if math.isnan(value):
        return value
    return "inf" if math.isinf(value) else f"{value:.4f}" if abs(value) >= 0.001 or value == 0 else f"{value:.3g}"


class PassageReader:
    """Reads passages that hold all items of a rule."""

    def __init__(self, baskets: "Baskets", corpus: "Corpus", unit: str) -> None:
        self._baskets, self._corpus, self._unit = baskets, corpus, unit

    def examples(self, rules: "Rules", number: int) -> list[list[str]]:
        """Give the first passages for each rule."""
        from nlpzero.rules.passages import examples, read_passages

        sets = [x + y for x, y in zip(*rules.names(), strict=True)]
        found = examples(self._baskets, rules.items, sets, number)
        blocks = self._corpus.blocks(around=self._unit == "paragraph")
        texts = read_passages(blocks, self._unit, (place for places in found for place in places))
        return [[texts[place] for place in places] for places in found]

    def shown(self, rules: "Rules") -> list[list[str]]:
        """Give a short passage, or the middle of one, for each of the rules that a terminal shows."""
        seen = rules.take(slice(None if is_given("top") else SEEN))
        sets = [x + y for x, y in zip(*seen.names(), strict=True)]
        passages = [min(some, key=len) for some in self.examples(seen, TRIED)]
        return [[_around(passage, items)] for passage, items in zip(passages, sets, strict=True)]


def _around(passage: str, items: Iterable[str]) -> str:
    """Cut a passage to the part that has most to do with some words."""
    if len(passage) <= WIDTH:
        return passage
    places = sorted(place for item in items if (place := passage.find(item)) >= 0)
    last = len(passage) - WIDTH
    # The window that begins a little before the first of the words that fit into it.
    fits = [sum(place <= other < place + WIDTH - 4 for other in places) for place in places]
    start = max(0, min(last, places[fits.index(max(fits))] - 3)) if places else 0
    text = passage[start : start + WIDTH].replace("\n", " ")
    return ("…" if start else "") + text + ("…" if start < last else "")
