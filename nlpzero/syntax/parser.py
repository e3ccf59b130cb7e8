"""Parsing: the best hierarchy of templates over a sentence, by dynamic programming over its spans.

A span is a row of single words and of templates; a template covers the span from its first word to its last, and each
of its gaps is a span in turn. The score is the sum of ln P(template), less 2 ln(length) for each gap, and of
`null_score` for each part of a row but the first. So templates join what they can, those with near words first. A gap
holds one word or more, and no mark that ends a clause.

Templates are matched word by word down the tree of the inventory, all sentences of one length together; scores are then
filled in by the length of the spans, shortest first, with no recursion. PackedScores are whole numbers of 1e-6 nats:
sums are exact, and equal sums are equal.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..errors import ModelError
from ..text.sentences import END_MARKS
from ..text.words import are_words
from .form import write_template
from .inventory import Inventory, Places

PackedScores = npt.NDArray[np.int64]

UNIT = 1e-6
"""What scores are whole numbers of, in nats."""

GAP = 2.0
"""A gap of n words costs this many nats times ln n.

Links between words fall off as the square of their distance: the best weight of ln distance on UD Chinese GSDSimp dev.
"""

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
    """A span of a sentence: a template, or a row of words and templates.

    Attributes
    ----------
    start, end : int
        The span, in words.
    depth : int
        0 for the whole sentence, 1 for what it consists of ...
    places : tuple of int
        The words of the template in the sentence; of a row its single words. All others are in nodes below.
    template : str or None
        The template; None for a row.
    score : float
        In nats: its own, and those of all that is in it.
    """

    start: int
    end: int
    depth: int
    places: tuple[int, ...]
    template: str | None
    score: float

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Give the spans between the words."""
        before = self.start
        for place in (*self.places, self.end):
            if place > before:
                yield before, place
            before = place + 1


class Tree(NamedTuple):
    """The hierarchy (层次结构) of one sentence: its words and its nodes, each before those in it from left to right."""

    words: list[str]
    nodes: list[Node]


class Parser:
    """Parse sentences into hierarchies of templates (句法分析).

    Parameters
    ----------
    inventory : Inventory
    null_score : float
        What each part of a row but the first costs, in nats; from -8,000 to 0.
    gap : str
        How the templates of the nodes show their gaps.

    Raises
    ------
    ModelError
        For another `null_score`.

    Notes
    -----
    For a sentence of n words: O(n^3) for the spans, and O(n^2 t) for the templates, t being the number of ways to go on
    from a beginning of a template at some word: at most n times the beginnings that end in it, a handful in text.
    Memory O(n^2 + n^2 t). About 1 ms for a sentence of 25 words and 20,000 templates.

    Among rows of equal scores the one wins that ends with the longest template, then that which goes on so to the left.
    Among equal templates over the same span the one with more words wins, then the one whose second word is leftmost,
    then the third ... After Su Jianlin, "nlp-zero" (2018), whose templates have gaps at their edges, which the whole
    rest of a span fills.

    Examples
    --------
    >>> parser = Parser(Inventory([("可以", None, "吗"), ("水", "涨")], [3, 1]))
    >>> tree = parser.parse(["鸡蛋", "可以", "吃", "吗"])
    >>> [(node.template, node.start, node.end) for node in tree.nodes]
    [(None, 0, 4), ('可以 [X] 吗', 1, 4), (None, 2, 3)]
    >>> tree.nodes[1].score
    -0.287682
    """

    def __init__(self, inventory: Inventory, null_score: float = -20.0, gap: str = "[X]") -> None:
        if not LOWEST <= null_score <= 0:
            raise ModelError(f"`null_score` must be from {LOWEST:,.0f} to 0, not {null_score:g}")
        self.inventory = inventory
        self.null_score = _whole(null_score)
        log_total = math.log(int(inventory.counts.sum()))
        own = [_whole(math.log(count) - log_total) for count in inventory.counts.tolist()]
        self.own = np.array(own, np.int64)
        self.words = np.array([len(t) - t.count(None) for t in inventory.templates], np.int64)
        self._text = [write_template(template, gap) for template in inventory.templates]

    def parse(self, words: Sequence[str]) -> Tree:
        """Parse one sentence of at least one word: see `parse_all`."""
        return self.parse_all([words])[0]

    def parse_all(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Parse many sentences, each of at least one word: faster than one by one.

        Raises
        ------
        ModelError
            For a sentence that is too long for an exact score: of 200,000 words; 1,000 with the least `null_score`.
        """
        by_length: dict[int, list[int]] = {}
        for i, words in enumerate(sentences):
            by_length.setdefault(len(words), []).append(i)
        trees: dict[int, Tree] = {}
        longest = max(by_length, default=1)
        dearest = max(-self.null_score, -int(self.own.min(initial=0)), 1) + gap_cost(longest)
        if longest > (-int(_NONE) >> _WORDS + 1) // dearest:
            raise ModelError(f"a sentence of {longest:,} words is too long; cut it, or raise `null_score`")
        for length, members in by_length.items():
            step = max(1, _CELLS // (length + 1) ** 2)
            for begin in range(0, len(members), step):
                chosen = members[begin : begin + step]
                words = [word for i in chosen for word in sentences[i]]
                ends = np.fromiter((word[-1:] in BARRIERS for word in words), np.bool_, len(words))
                ids = np.where(ends & ~are_words(words), _BARRIER, self.inventory.ranks(words))
                chart = _Chart(self, ids.reshape(len(chosen), length))
                for row, i in enumerate(chosen):
                    trees[i] = Tree(list(sentences[i]), self._nodes(chart, row))
        return [trees[i] for i in range(len(sentences))]

    def _nodes(self, chart: "_Chart", row: int) -> list[Node]:
        """Follow the best choices down from the whole sentence."""
        nodes: list[Node] = []
        left = [(0, chart.length, 0, False)]
        matches = chart.matches_of(row)
        while left:
            start, end, depth, is_template = left.pop()
            pieces = [(start, end)] if is_template else matches.pieces(start, end)
            if len(pieces) == 1 and end - start > 1:
                places, template = matches.best(start, end)
                score, text = int(chart.over[row, end, end - start]) >> _WORDS, self._text[template]
            else:
                places, text = tuple(a for a, b in pieces if b - a == 1), None
                score = (int(chart.rows[row, start, end - start]) >> _WORDS) - self.null_score
            node = Node(start, end, depth, places, text, round(score * UNIT, 6))
            nodes.append(node)
            below = [piece for piece in pieces if piece[1] - piece[0] > 1] if text is None else [*node.gaps()]
            left.extend((*span, depth + 1, text is None) for span in reversed(below))
        return nodes


BARRIERS = frozenset(END_MARKS + "，,；;：:")
"""What no template reaches across; quotes and enumeration marks may be in a gap."""

_BARRIER = -2  # as a rank; -1 is that of words in no template


def _whole(score: float) -> int:
    """Write a score as a whole number of units."""
    return round(score / UNIT)


def gap_cost(length: int) -> int:
    """Give what a gap costs by its number of words, as a whole number of units."""
    return _whole(GAP * math.log(length))


class _Steps(NamedTuple):
    """How the beginnings of templates in some sentences lead to longer ones.

    A state is a beginning of a template at a place: `row`, `first` (its first word), `last` (its last word), `node`.
    Step i leads from the state `source` to the state `target` over a gap that has its score in the cell `gap`, of which
    the first is that of no gap. A state without steps to it is a first word. Steps are in the order of their targets.
    """

    row: Places
    first: Places
    last: Places
    node: Places
    source: Places
    target: Places
    gap: Places


class _Chart:
    """The scores of all spans of some sentences of the same length, by sentence, start and length.

    `rows` holds what the best row of words and templates scores, each with `null_score`; `gaps` what a gap scores.
    """

    def __init__(self, parser: Parser, ids: Places) -> None:
        self.parser, self.ids = parser, ids
        self.number, self.length = ids.shape
        self.steps = self._match()
        self.value = np.zeros(len(self.steps.row), np.int64)
        shape = self.number, self.length + 1, self.length + 1
        self.rows, self.gaps = np.full(shape, _NONE), np.full(shape, _NONE)
        self.rows[:, :, 0] = self.gaps[:, :, 0] = 0
        template = parser.inventory.template_of[self.steps.node]
        self.ends = np.flatnonzero(template >= 0)
        self.ends = self.ends[np.argsort(self.steps.row[self.ends], kind="stable")]
        own = template[self.ends]
        self.own = (parser.own[own] << _WORDS) | parser.words[own]
        self._fill()

    def _match(self) -> _Steps:
        """Find every beginning of a template in the sentences, level by level of the tree."""
        inventory, n = self.parser.inventory, self.length
        row, last = np.divmod(np.arange(self.ids.size), n)
        kept, node = inventory.children(np.zeros(self.ids.size, np.intp), 0, self.ids.ravel())
        row, last = row[kept], last[kept]
        first = last
        begin, none = 0, np.empty(0, np.intp)
        barrier = np.full((len(self.ids), n + 1), n)  # the first mark from each place on
        barrier[:, :n] = np.where(self.ids == _BARRIER, np.arange(n), n)
        barrier = np.minimum.accumulate(barrier[:, ::-1], axis=1)[:, ::-1]
        states, steps = [(row, first, last, node)], [(none, none, none)]
        while len(row):
            near, far = np.flatnonzero(last + 1 < n), np.flatnonzero(inventory.has_gaps[node] & (last + 2 < n))
            jumps = np.maximum(0, barrier[row[far], last[far]] - 2 - last[far])  # over a gap of one word or more
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
        n, steps, rows, gaps = self.length, self.steps, self.rows, self.gaps
        over = np.full(rows.shape, _NONE)  # the best template over a span, by its end and length
        length = steps.last - steps.first + 1
        order = np.lexsort((steps.target, length[steps.target]))
        source, target, gap = steps.source[order], steps.target[order], steps.gap[order]
        step_at = np.searchsorted(length[target], np.arange(1, n + 2))
        order = np.argsort(length[self.ends], kind="stable")
        state, own = self.ends[order], self.own[order]
        end_at = np.searchsorted(length[state], np.arange(1, n + 2))
        cell = (steps.row[state] * (n + 1) + steps.last[state] + 1) * (n + 1) + length[state]
        null = self.parser.null_score << _WORDS
        for size in range(1, n + 1):
            now = slice(step_at[size - 1], step_at[size])
            if now.stop > now.start:
                reached = target[now]
                firsts = np.flatnonzero(np.diff(reached, prepend=-1))
                scores = self.value[source[now]] + gaps.reshape(-1)[gap[now]]
                self.value[reached[firsts]] = np.maximum.reduceat(scores, firsts)
            now = slice(end_at[size - 1], end_at[size])
            np.maximum.at(over.reshape(-1), cell[now], self.value[state[now]] + own[now])
            starts, ends = slice(0, n - size + 1), slice(size, n + 1)
            whole = rows[:, starts, size - 1] + null
            if size > 1:
                last = _scores(over[:, ends, size:1:-1])
                whole = np.maximum(whole, (rows[:, starts, : size - 1] + last).max(axis=2) + null)
            rows[:, starts, size] = whole
            gaps[:, starts, size] = whole - null - (gap_cost(size) << _WORDS)
        self.over = over

    def matches_of(self, row: int) -> "_Matches":
        """Give the templates that stand in one of the sentences."""
        return _Matches(self, row)


def _scores(packed: PackedScores) -> PackedScores:
    """Take the number of words out of packed scores."""
    return packed >> _WORDS << _WORDS


class _Matches:
    """The templates that stand in one sentence, to find again what made the best scores."""

    def __init__(self, chart: _Chart, row: int) -> None:
        self.chart, self.row = chart, row
        mine = slice(*np.searchsorted(chart.steps.row[chart.ends], [row, row + 1]))
        self.state, own = chart.ends[mine], chart.own[mine]
        self.first, self.last = chart.steps.first[self.state], chart.steps.last[self.state]
        self.score = chart.value[self.state] + own

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """Cut a span into the templates and single words of its best row; the longest template that ends it, first."""
        rows, over = self.chart.rows[self.row], self.chart.over[self.row]
        null = self.chart.parser.null_score << _WORDS
        found = []
        while end > start:
            sizes = np.arange(end - start, 1, -1)
            sums = rows[start, end - start - sizes] + _scores(over[end, sizes]) + null
            best = np.flatnonzero(sums == rows[start, end - start])
            size = int(sizes[best[0]]) if len(best) else 1
            found.append((end - size, end))
            end -= size
        return found[::-1]

    def best(self, start: int, end: int) -> tuple[tuple[int, ...], int]:
        """Give the places of the words of the best template over a span, and which it is."""
        at = np.flatnonzero((self.first == start) & (self.last == end - 1))
        at = at[self.score[at] == self.score[at].max()]
        return min((self._places(int(self.state[i])), self._template(int(i))) for i in at.tolist())

    def _template(self, match: int) -> int:
        """Give the template of a match."""
        return int(self.chart.parser.inventory.template_of[self.chart.steps.node[self.state[match]]])

    def _places(self, state: int) -> tuple[int, ...]:
        """Give the places of the words of a template, leftmost among those of the best score.

        All ways to a state have the same number of steps; those that keep its score are walked back, then forth.
        """
        chart, steps = self.chart, self.chart.steps
        gaps, layer = chart.gaps.reshape(-1), [state]
        ways: list[dict[int, list[int]]] = []
        while True:
            onward: dict[int, list[int]] = {}
            for target in layer:
                coming = slice(*np.searchsorted(steps.target, [target, target + 1]))
                sources = steps.source[coming]
                kept = chart.value[sources] + gaps[steps.gap[coming]] == chart.value[target]
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
