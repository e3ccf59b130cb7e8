"""How words go together in sentences: templates (句模版) with what fills their gaps, and collocations (搭配)."""

from dataclasses import dataclass
from functools import partial

from ..corpora.collocations import CollocateOptions, collocates_of, near_words
from ..errors import NothingFound
from ..reading.sources import open_texts
from ..segment.encoding import encode_part
from ..syntax.clauses import Clauses, templates_cost
from ..syntax.constructions import find_constructions
from ..syntax.form import write_template
from ..text.stopwords import FUNCTION_WORDS
from .commands import discover_command, shown_command
from .material import Material

WINDOW = 5
NODES = 24
"""Words whose collocates are shown."""
NEAR = 8
"""Collocates of each."""


@dataclass(frozen=True)
class TemplateRow:
    """A template, how often it occurs, the nats that it saves, and for each gap what fills it most often."""

    template: str
    count: int
    score: float
    gain: float
    fillers: tuple[tuple[tuple[str, int], ...], ...]


@dataclass(frozen=True)
class TemplateFacts:
    """Sentence templates, those that save most first; `total` of them were found."""

    commands: tuple[str, ...]
    rows: tuple[TemplateRow, ...]
    total: int


@dataclass(frozen=True)
class NearWord:
    """A word that stands near another: how often, and logDice."""

    word: str
    count: int
    log_dice: float


@dataclass(frozen=True)
class CollocationRow:
    """A word, and what stands near it, the strongest first."""

    word: str
    count: int
    near: tuple[NearWord, ...]


@dataclass(frozen=True)
class CollocationFacts:
    """The collocates of the words that the corpus is about."""

    commands: tuple[str, ...]
    rows: tuple[CollocationRow, ...]
    window: int


def gather_templates(material: Material) -> TemplateFacts:
    """Find the templates."""
    with (
        material.job.open(templates_cost(WINDOW)) as execution,
        open_texts(material.texts, execution.block_size) as blocks,
    ):
        clauses = Clauses(blocks, partial(encode_part, material.cutter), numbers=True, job=execution)
        found = find_constructions(clauses, window=WINDOW)
        top = material.options.top
        rows = zip(
            map(write_template, found.templates[:top]),
            found.counts[:top].tolist(),
            found.scores[:top].tolist(),
            found.gains[:top].tolist(),
            (tuple(tuple(gap) for gap in fillers) for fillers in found.fillers[:top]),
            strict=True,
        )
        return TemplateFacts(
            (*discover_command(material), shown_command(material, "templates", f"--top {top}")),
            tuple(TemplateRow(*row) for row in rows),
            len(found.templates),
        )


def gather_collocations(material: Material) -> CollocationFacts:
    """Find what stands near the words that other sections show first, or near the most frequent ones."""
    counts = material.counts
    nodes = material.topics(8)[: min(NODES, material.options.top)]
    if not nodes:
        raise NothingFound("no word stands eight times in the text; give more text")
    options = CollocateOptions(left=WINDOW, right=WINDOW, measures=("log_dice",))
    with open_texts(material.texts, templates_cost(WINDOW).block_size(material.job)) as blocks:
        near = near_words(blocks, nodes, options, cutter=material.cutter, job=material.job)
    found = collocates_of(near, nodes, options)
    by_node: dict[str, list[NearWord]] = {node: [] for node in nodes}
    for node, word, count, score in zip(*found.lists(("node", "collocate", "count", "log_dice")), strict=True):
        if word not in FUNCTION_WORDS and len(by_node[node]) < NEAR:
            by_node[node].append(NearWord(word, round(count), score))
    rows = tuple(CollocationRow(node, counts[node], tuple(words)) for node, words in by_node.items() if words)
    if not rows:
        raise NothingFound("no two words stand together three times; give more text")
    material.want(*(row.word for row in rows), *(one.word for row in rows for one in row.near))
    command = shown_command(material, f"collocates {rows[0].word}")
    return CollocationFacts((*discover_command(material), command), rows, WINDOW)
