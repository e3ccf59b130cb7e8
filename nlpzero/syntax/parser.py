"""Parsing: the best hierarchy of templates over a sentence, by dynamic programming over its spans.

The score of a span is the greatest, over the templates that cover it, of ln P(template) plus the scores of its gaps;
a span that no template covers is flat and scores `null_score` times its words but one. A gap holds one word or more.

A template covers a span if its core (what stands between the gaps at its edges) stands inside it, so all spans share
the cores, and a core is worked out once for its first and last word. Cores are matched word by word down the tree of
the inventory, all sentences of one length together; scores are then filled in by the length of the spans, shortest
first, with no recursion. PackedScores are whole numbers of 1e-6 nats: sums are exact, and equal sums are equal.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..errors import ModelError
from .form import write_template
from .inventory import FORMS, Inventory, Places

PackedScores = npt.NDArray[np.int64]

UNIT = 1e-6
"""What scores are whole numbers of, in nats."""

_NONE = np.int64(-1 << 60)  # three of them still fit 64 bits
_WORDS = 16  # low bits of a packed score: the number of the template's words, which decides among equal scores
LONGEST = 1_000
"""Words that a sentence had better not exceed: a sentence of this length takes about 1.5 s and 70 MB."""

LOWEST = -8_000.0
"""The least `null_score`: packed scores hold so much for each word of the longest sentences, exactly."""

PARSING = Cost(task=400, most=1 << 18, python=True)
"""Of parsing, and drawing what was parsed."""

_CELLS = 1 << 20  # cells of a table of sentences that are done together


class Node(NamedTuple):
    """A span of a sentence and what covers it.

    Attributes
    ----------
    start, end : int
        The span, in words.
    depth : int
        0 for the whole sentence, 1 for its gaps ...
    places : tuple of int
        The words of the template in the sentence; of a flat span all of its words. All others are in gaps.
    template : str or None
        The template; None for a flat span.
    score : float
        In nats: its own, and those of the gaps with all that is in them.
    """

    start: int
    end: int
    depth: int
    places: tuple[int, ...]
    template: str | None
    score: float

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Give the spans of the gaps."""
        before = self.start
        for place in (*self.places, self.end):
            if place > before:
                yield before, place
            before = place + 1


class Tree(NamedTuple):
    """The hierarchy (层次结构) of one sentence: its words, and its nodes, each before its gaps from left to right."""

    words: list[str]
    nodes: list[Node]


class Parser:
    """Parse sentences into hierarchies of templates (句法分析).

    Parameters
    ----------
    inventory : Inventory
    null_score : float
        What each word but the first of a span costs that no template covers, in nats; from -8,000 to 0.
    gap : str
        How the templates of the nodes show their gaps.

    Raises
    ------
    ModelError
        For another `null_score`.

    Notes
    -----
    For a sentence of n words: O(n^3) for the spans, and O(n^2 t) for the templates, t being the number of ways to go on
    from a beginning of a core at some word: at most n times the beginnings that end in it, a handful in text. Memory
    O(n^2 + n^2 t). About 1 ms for a sentence of 25 words and 20,000 templates.

    Among equal scores the template with more words wins, then the one whose first word is leftmost, then the second ...
    (which is one template: span and places determine it).
    Published by Su Jianlin, "nlp-zero" (2018), whose search, unlike this one, also puts gaps where a template has none.

    Examples
    --------
    >>> parser = Parser(Inventory([(None, "可以", None, "吗"), ("水", None)], [3, 1]))
    >>> tree = parser.parse(["鸡蛋", "可以", "吃", "吗"])
    >>> [(node.template, node.start, node.end) for node in tree.nodes]
    [('[X] 可以 [X] 吗', 0, 4), (None, 0, 1), (None, 2, 3)]
    >>> tree.nodes[0].score
    -0.287682
    """

    def __init__(self, inventory: Inventory, null_score: float = -20.0, gap: str = "[X]") -> None:
        if not LOWEST <= null_score <= 0:
            raise ModelError(f"`null_score` must be from {LOWEST:,.0f} to 0, not {null_score:g}")
        self.inventory = inventory
        self.null_score = _whole(null_score)
        log_total = math.log(int(inventory.counts.sum()))
        own = [_whole(math.log(count) - log_total) for count in inventory.counts.tolist()]
        self._own = np.array(own, np.int64)
        self._words = np.array([len(t) - t.count(None) for t in inventory.templates], np.int64)
        self._text = [write_template(template, gap) for template in inventory.templates]

    def parse(self, words: Sequence[str]) -> Tree:
        """Parse one sentence of at least one word: see `parse_all`."""
        return self.parse_all([words])[0]

    def parse_all(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Parse many sentences, each of at least one word: faster than one by one.

        Raises
        ------
        ModelError
            For a sentence that is too long for an exact score: of 400,000 words; 1,000 with the least `null_score`.
        """
        by_length: dict[int, list[int]] = {}
        for i, words in enumerate(sentences):
            by_length.setdefault(len(words), []).append(i)
        trees: dict[int, Tree] = {}
        dearest = max(-self.null_score, -int(self._own.min(initial=0)), 1)
        most = (-int(_NONE) >> _WORDS + 1) // dearest
        if by_length and max(by_length) > most:
            raise ModelError(f"a sentence of {max(by_length):,} words is too long; cut it, or raise `null_score`")
        for length, members in by_length.items():
            step = max(1, _CELLS // (length + 1) ** 2)
            for begin in range(0, len(members), step):
                chosen = members[begin : begin + step]
                ids = self.inventory.ranks([word for i in chosen for word in sentences[i]])
                chart = _Chart(self, ids.reshape(len(chosen), length))
                for row, i in enumerate(chosen):
                    trees[i] = Tree(list(sentences[i]), self._nodes(chart, row))
        return [trees[i] for i in range(len(sentences))]

    def _nodes(self, chart: "_Chart", row: int) -> list[Node]:
        """Follow the best choices down from the whole sentence."""
        nodes: list[Node] = []
        left = [(0, chart.length, 0)]
        matches = chart.matches_of(row)
        while left:
            start, end, depth = left.pop()
            score = int(chart.best[row, start, end - start]) >> _WORDS
            choice = matches.best(start, end)
            places, template = choice if choice else (tuple(range(start, end)), None)
            text = None if template is None else self._text[template]
            node = Node(start, end, depth, places, text, round(score * UNIT, 6))
            nodes.append(node)
            left.extend((*gap, depth + 1) for gap in reversed([*node.gaps()]))
        return nodes


def _whole(score: float) -> int:
    """Write a score as a whole number of units."""
    return round(score / UNIT)


class _Steps(NamedTuple):
    """How the beginnings of cores in some sentences lead to longer ones.

    A state is a beginning of a core at a place: `row`, `first` (its first word), `last` (its last word), `node`. Step i
    leads from the state `source` to the state `target` over a gap that has its score in the cell `gap`, of which the
    first is that of no gap. A state without steps to it is a first word. Steps are in the order of their targets.
    """

    row: Places
    first: Places
    last: Places
    node: Places
    source: Places
    target: Places
    gap: Places


class _Chart:
    """The scores of all spans of some sentences of the same length.

    Tables of spans are kept by their start and length; those that are read along their ends also by end and length.
    All but `best` hold the scores of templates, packed with their number of words.
    """

    def __init__(self, parser: Parser, ids: Places) -> None:
        self.parser, self.ids = parser, ids
        self.number, self.length = ids.shape
        self.steps = self._match()
        self.value = np.zeros(len(self.steps.row), np.int64)
        self.best = np.full((self.number, self.length + 1, self.length + 1), _NONE)
        self.best[:, :, 0] = 0
        self.ends = self._ends()
        self._fill()

    def _match(self) -> _Steps:
        """Find every beginning of a core in the sentences, level by level of the tree."""
        inventory, n = self.parser.inventory, self.length
        row, last = np.divmod(np.arange(self.ids.size), n)
        kept, node = inventory.children(np.zeros(self.ids.size, np.intp), 0, self.ids.ravel())
        row, last = row[kept], last[kept]
        first = last
        begin, none = 0, np.empty(0, np.intp)
        states, steps = [(row, first, last, node)], [(none, none, none)]
        while len(row):
            near, far = np.flatnonzero(last + 1 < n), np.flatnonzero(inventory.has_gaps[node] & (last + 2 < n))
            jumps = n - 2 - last[far]  # to each word after a gap of one word or more
            source = np.repeat(far, jumps)
            to = np.arange(len(source)) - np.repeat(np.cumsum(jumps) - jumps, jumps) + last[source] + 2
            found = []
            for gap, old, new in ((0, near, last[near] + 1), (1, source, to)):
                kept, child = inventory.children(node[old], gap, self.ids[row[old], new])
                at, then = old[kept], new[kept]
                skipped = then - last[at] - 1
                cell = ((row[at] * (n + 1) + last[at] + 1) * (n + 1) + skipped) * gap
                found.append((at, then, child, cell))
            source, to, child, cell = (np.concatenate(both) for both in zip(*found, strict=True))
            # Different ways to the same beginning at the same place are one state.
            keys = ((row[source] * n + first[source]) * n + to) * (len(inventory.keys) + 1) + child
            _, one, target = np.unique(keys, return_index=True, return_inverse=True)
            steps.append((source + begin, target + begin + len(row), cell))
            begin += len(row)
            row, first, last, node = row[source[one]], first[source[one]], to[one], child[one]
            states.append((row, first, last, node))
        source, target, cell = (np.concatenate(part) for part in zip(*steps, strict=True))
        order = np.argsort(target, kind="stable")
        rows, firsts, lasts, nodes = (np.concatenate(part) for part in zip(*states, strict=True))
        return _Steps(rows, firsts, lasts, nodes, source[order], target[order], cell[order])

    def _fill(self) -> None:
        """Fill in the scores, the shortest spans first."""
        n, steps, best = self.length, self.steps, self.best
        shape = self.number, n + 1, n + 1
        best_by_end = np.full(shape, _NONE)
        best_by_end[:, :, 0] = 0
        # Templates by form (see FORMS); those with a gap first are read by their end.
        exact, opening, closing, inside = (np.full(shape, _NONE) for _ in FORMS)
        length = steps.last - steps.first + 1
        order = np.lexsort((steps.target, length[steps.target]))
        source, target, gap = steps.source[order], steps.target[order], steps.gap[order]
        step_at = np.searchsorted(length[target], np.arange(1, n + 2))
        state, form, own = self.ends
        order = np.argsort(length[state], kind="stable")
        state, form, own = state[order], form[order], own[order]
        end_at = np.searchsorted(length[state], np.arange(1, n + 2))
        edge = np.where(form & 1, steps.last[state], steps.first[state])
        cell = (steps.row[state] * (n + 1) + edge) * (n + 1) + length[state]
        flat = [table.reshape(-1) for table in (exact, opening, closing, inside)]
        null = self.parser.null_score
        for size in range(1, n + 1):
            now = slice(step_at[size - 1], step_at[size])
            if now.stop > now.start:
                reached = target[now]
                firsts = np.flatnonzero(np.diff(reached, prepend=-1))
                scores = self.value[source[now]] + best.reshape(-1)[gap[now]]
                self.value[reached[firsts]] = np.maximum.reduceat(scores, firsts)
            now = slice(end_at[size - 1], end_at[size])
            scores = self.value[state[now]] + own[now]
            for kind, table in enumerate(flat):
                mine = np.flatnonzero(form[now] == kind)
                np.maximum.at(table, cell[now][mine], scores[mine])
            rows = slice(0, n - size + 1)  # starts of spans of this size
            lasts = slice(size - 1, n)
            whole = exact[:, rows, size]  # no gap last, and all of the span's words
            if size > 1:
                back = slice(size - 1, 0, -1)
                left = best[:, rows, 1:size]
                closed = (left + opening[:, lasts, back]).max(axis=2)
                half = (left + inside[:, lasts, back]).max(axis=2)
                # From here on `closing` also holds what begins with a gap.
                closing[:, rows, size] = np.maximum(closing[:, rows, size], half)
                right = best_by_end[:, size : n + 1, back]
                whole = np.maximum(whole, closed)
                whole = np.maximum(whole, (closing[:, rows, 1:size] + right).max(axis=2))
            whole = np.where(whole > _NONE >> 1, whole >> _WORDS, null * (size - 1)) << _WORDS
            best[:, rows, size] = whole
            best_by_end[:, size : n + 1, size] = whole

    def _ends(self) -> tuple[Places, Places, PackedScores]:
        """Give the states that are whole cores: state, form, packed score of the template alone."""
        inventory = self.parser.inventory
        template = inventory.of_form[:, self.steps.node]
        state, form = np.nonzero(template.T >= 0)
        order = np.argsort(self.steps.row[state], kind="stable")
        state, form = state[order], form[order]
        found = template[form, state]
        return state, form, (self.parser._own[found] << _WORDS) | self.parser._words[found]

    def matches_of(self, row: int) -> "_Matches":
        """Give the templates whose cores stand in one of the sentences."""
        return _Matches(self, row)


class _Matches:
    """The templates whose cores stand in one sentence, to find again what made the best scores."""

    def __init__(self, chart: _Chart, row: int) -> None:
        self.chart = chart
        self.best_of = chart.best[row]
        state, form, own = chart.ends
        mine = slice(*np.searchsorted(chart.steps.row[state], [row, row + 1]))
        self.state, self.form = state[mine], form[mine]
        self.first, self.last = chart.steps.first[self.state], chart.steps.last[self.state]
        self.score = chart.value[self.state] + own[mine]

    def best(self, start: int, end: int) -> tuple[tuple[int, ...], int] | None:
        """Give the places of the words of the best template that covers a span, and which it is; None if none does."""
        covers = (self.first > start) == (self.form & 1)
        covers &= (self.last < end - 1) == (self.form >> 1)
        covers &= (self.first >= start) & (self.last < end)
        at = np.flatnonzero(covers)
        if not len(at):
            return None
        first, last = self.first[at], self.last[at] + 1
        scores = self.score[at] + self.best_of[start, first - start] + self.best_of[last, end - last]
        at = at[scores == scores.max()]
        at = at[self.first[at] == self.first[at].min()]
        return min((self._places(int(self.state[i])), self._template(int(i))) for i in at.tolist())

    def _template(self, match: int) -> int:
        """Give the template of a match."""
        node = self.chart.steps.node[self.state[match]]
        return int(self.chart.parser.inventory.of_form[self.form[match], node])

    def _places(self, state: int) -> tuple[int, ...]:
        """Give the places of the words of a core, leftmost among those of the best score.

        All ways to a state have the same number of steps; those that keep its score are walked back, then forth.
        """
        chart, steps = self.chart, self.chart.steps
        best, layer = chart.best.reshape(-1), [state]
        ways: list[dict[int, list[int]]] = []
        while True:
            onward: dict[int, list[int]] = {}
            for target in layer:
                coming = slice(*np.searchsorted(steps.target, [target, target + 1]))
                sources = steps.source[coming]
                kept = chart.value[sources] + best[steps.gap[coming]] == chart.value[target]
                for source in sources[kept].tolist():
                    onward.setdefault(source, []).append(target)
            if not onward:
                break
            ways.append(onward)
            layer = list(onward)
        (at,) = layer
        places = [int(steps.last[at])]
        for onward in reversed(ways):
            at = min(onward[at], key=steps.last.__getitem__)
            places.append(int(steps.last[at]))
        return tuple(places)
