"""A map of the words of a corpus (词图), coloured by the communities (词社区) that the words are in."""

from dataclasses import dataclass

import numpy as np

from ..errors import NothingFound
from ..syntax.drawing import text_width
from .commands import discover_command, shown_command
from .layout import spread_labels
from .material import DIM, NETWORK, VOCAB, Material
from .projection import project

COLOURS = 8
"""Communities that have a colour of their own; the others share one."""
WORDS = 170
"""Words on the map."""
LETTER = 12.0, 25.0
"""Height in pixels of the words of the least and the greatest flow."""
AREA = 940.0, 620.0
SHOWN = 10
LINKED = 15
"""Words of a community that are listed, and communities whose words have their lines in the page."""


@dataclass(frozen=True)
class CommunityRow:
    """A community: how many words, the share of the walk that it has, its first words, and the colour on the map."""

    number: int
    size: int
    flow: float
    words: tuple[str, ...]
    colour: int | None


@dataclass(frozen=True)
class CommunityFacts:
    """Communities of words, that of the greatest flow first."""

    commands: tuple[str, ...]
    rows: tuple[CommunityRow, ...]
    words: int
    alone: int
    total: int
    codelength: float
    one_module: float


@dataclass(frozen=True)
class MapWord:
    """A word on the map: its middle and the height of its letters in pixels, its community and its colour."""

    word: str
    x: float
    y: float
    letter: float
    community: int
    colour: int | None


@dataclass(frozen=True)
class MapFacts:
    """A map of words.

    Attributes
    ----------
    commands : tuple of str
    width, height : float
        In pixels.
    trained : bool
        Whether the vectors are the corpus' own, or the packaged ones.
    composed : int
        Words whose vectors were made out of their characters.
    words : tuple of MapWord
    legend : tuple of (int, tuple of str)
        The colours, with words of their communities.
    """

    commands: tuple[str, ...]
    width: float
    height: float
    trained: bool
    composed: int
    words: tuple[MapWord, ...]
    legend: tuple[tuple[int, tuple[str, ...]], ...]


def _counting(material: Material) -> tuple[str, ...]:
    """Write the commands that count pairs."""
    count = shown_command(material, f"glove count --max-vocab {VOCAB} -o pairs.npz")
    return (*discover_command(material), count)


def gather_communities(material: Material) -> CommunityFacts:
    """Find communities of words."""
    found = material.communities
    sizes = np.bincount(found.labels)
    flows = np.bincount(found.labels, found.flow)
    colours = _colours(material)
    rows = tuple(
        CommunityRow(
            label + 1, int(sizes[label]), float(flows[label]), tuple(found.members(label)[:SHOWN]), colours.get(label)
        )
        for label in range(len(sizes))
        if sizes[label] >= 3
    )
    if not rows:
        raise NothingFound("no three words stand together more often than by chance")
    rows = rows[: material.options.top]
    material.want(*(word for row in rows[:LINKED] for word in row.words))
    return CommunityFacts(
        (*_counting(material), f"nlpzero glove communities --vocab {NETWORK} --min-size 3 pairs.npz"),
        rows,
        len(found),
        found.alone,
        int(np.count_nonzero(sizes >= 3)),
        found.codelength,
        found.one_module,
    )


def _chosen(material: Material) -> list[tuple[str, int, float]]:
    """Choose the words of the map: of each community those of great flow, more of the great ones."""
    found = material.communities
    flows = np.bincount(found.labels, found.flow)
    sizes = np.bincount(found.labels)
    rows = zip(found.words, found.labels.tolist(), found.flow.tolist(), strict=True)
    ranked = []
    rank = dict.fromkeys(range(len(flows)), 0)
    for word, label, flow in rows:
        rank[label] += 1
        if sizes[label] >= 3:
            ranked.append((-float(flows[label]) / rank[label] ** 0.7, word, label, flow))
    return [(word, label, flow) for _, word, label, flow in sorted(ranked)[:WORDS]]


def _colours(material: Material) -> dict[int, int]:
    """Give colours to the communities that have the most words on the map."""
    shown = [label for _, label, _ in _chosen(material)]
    numbers = np.bincount(shown) if shown else np.zeros(0, np.int64)
    order = np.lexsort((np.arange(len(numbers)), -numbers))[:COLOURS].tolist()
    return {label: colour for colour, label in enumerate(label for label in order if numbers[label])}


def gather_map(material: Material) -> MapFacts:
    """Lay out the words of the map."""
    chosen = _chosen(material)
    vectors = material.vectors
    rows, known = vectors.composed([word for word, _, _ in chosen])
    composed = 0
    for i, (word, _, _) in enumerate(chosen):
        if word in vectors:
            rows[i], known[i] = vectors.unit_of(word)[0], True
        elif known[i]:
            composed += 1
    kept = np.flatnonzero(known)
    if len(kept) < 3:
        raise NothingFound("fewer than three words that stand together have vectors; give more text")
    words = [chosen[i] for i in kept.tolist()]
    flow = np.array([one[2] for one in words])
    weight = np.sqrt(flow / flow.max())
    letters = LETTER[0] + (LETTER[1] - LETTER[0]) * weight
    sizes = np.stack([[text_width(one[0]) for one in words] * letters + 4, letters * 1.25], 1)
    at, area = spread_labels(project(rows[kept]), sizes, *AREA)
    colours = _colours(material)
    shown = tuple(
        MapWord(word, round(x, 1), round(y, 1), round(letter, 1), label + 1, colours.get(label))
        for (word, label, _), (x, y), letter in zip(words, at.tolist(), letters.tolist(), strict=True)
    )
    material.want(*(one.word for one in shown))
    legend = tuple((colour, tuple(material.communities.members(label)[:3])) for label, colour in colours.items())
    train = f"nlpzero glove train --dim {DIM} -o vectors.npz pairs.npz"
    return MapFacts(
        (*_counting(material), *([train] if material.is_trained else [])),
        round(float(area[0]), 1),
        round(float(area[1]), 1),
        material.is_trained,
        composed,
        shown,
        legend,
    )
