"""Which words bring which others into a sentence (关联规则), as a table and as a small network."""

import math
from dataclasses import dataclass

import numpy as np

from ..errors import NothingFound
from ..reading.sources import open_blocks
from ..rules.baskets import BASKETS
from ..rules.closed import mine_closed
from ..rules.frequent import Constraint
from ..rules.measures import MEASURES
from ..rules.partial import PARTIAL
from ..rules.passages import cut_passages, passages
from ..rules.repeats import Repeats
from ..rules.rules import find_rules, measured
from ..rules.wordbaskets import CONTENT_WORDS, from_text
from ..syntax.drawing import text_width
from .commands import discover_command, shown_command
from .layout import arrange, spread_labels
from .material import Material

COUNT, SHARE, CONFIDENCE = 3, 5e-4, 0.3
"""Least number and share of the sentences that hold all words of a rule, and least confidence."""
DRAWN = 45
"""Rules in the picture."""
LETTER = 15.0
AREA = 860.0, 420.0


@dataclass(frozen=True)
class WordRule:
    """Sentences with the words `left` often hold the words `right`, too: how many do, what share, and what it says."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    count: int
    confidence: float
    lift: float
    g2: float


@dataclass(frozen=True)
class NetworkNode:
    """A word of the network, and its middle in pixels."""

    word: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class RuleFacts:
    """Rules, the most telling first, and the network of the first ones.

    Attributes
    ----------
    commands : tuple of str
    rows : tuple of WordRule
    sentences : int
    width, height : float
        Of the network, in pixels.
    nodes : tuple of NetworkNode
    edges : tuple of (int, int)
        From which node to which.
    """

    commands: tuple[str, ...]
    rows: tuple[WordRule, ...]
    sentences: int
    width: float
    height: float
    nodes: tuple[NetworkNode, ...]
    edges: tuple[tuple[int, int], ...]


def gather_rules(material: Material) -> RuleFacts:
    """Find the rules of the words of sentences."""
    with (
        material.job.open(BASKETS) as execution,
        open_blocks(material.texts, execution.block_size) as blocks,
    ):
        cut = cut_passages(passages(blocks, "sentence"), material.cutter, execution.engine.map)
        repeats = Repeats(execution.workspace)
        baskets = from_text(cut, CONTENT_WORDS, repeats=repeats, workspace=execution.workspace)
        least = max(COUNT, math.ceil(SHARE * baskets.n_baskets))
        found = mine_closed(baskets, least, max_length=3, job=execution)
        constraint = Constraint(max_rhs=1)
        made = find_rules(found, CONFIDENCE, constraint=constraint, sort=PARTIAL, redundant=False)
        rules = made.one_way().take(slice(material.options.top))
        figures = MEASURES["confidence"](rules.tables), MEASURES["lift"](rules.tables), measured(rules, PARTIAL, found)
        names = [[*map(tuple, side)] for side in rules.names()]
        rows = tuple(
            WordRule(*row)
            for row in zip(*names, rules.tables.both.tolist(), *(one.tolist() for one in figures), strict=True)
        )
    if not rows:
        raise NothingFound(f"no words stand together in {least} sentences more often than by chance")
    asked = (
        f"--input text --split sentence --min-support {least} --min-confidence {CONFIDENCE} --max-length 3 "
        f"--no-redundant --top {material.options.top}"
    )
    material.want(*(word for row in rows for word in (*row.left, *row.right)))
    command = shown_command(material, "rules", asked)
    return RuleFacts((*discover_command(material), command), rows, baskets.n_baskets, *_network(rows[:DRAWN]))


def _network(
    rules: tuple[WordRule, ...],
) -> tuple[float, float, tuple[NetworkNode, ...], tuple[tuple[int, int], ...]]:
    """Lay out the words of rules, with an arrow from each word of the left side to each of the right."""
    words = [*dict.fromkeys(word for rule in rules for word in (*rule.left, *rule.right))]
    number = {word: i for i, word in enumerate(words)}
    edges = [*dict.fromkeys((number[a], number[b]) for rule in rules for a in rule.left for b in rule.right)]
    widths = np.array([text_width(word) * LETTER + 16 for word in words])
    sizes = np.stack([widths, np.full(len(words), LETTER * 1.9)], 1)
    at, area = spread_labels(arrange(np.array(edges), len(words)), sizes, *AREA, gap=14)
    nodes = (
        NetworkNode(word, round(x, 1), round(y, 1), round(width, 1))
        for word, (x, y), width in zip(words, at.tolist(), widths.tolist(), strict=True)
    )
    return round(float(area[0]), 1), round(float(area[1]), 1), tuple(nodes), tuple(edges)
