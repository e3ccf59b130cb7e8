"""How words are spread over a corpus (词的分布): evenly, or in a few places."""

from dataclasses import dataclass

from ..corpora.listing import FrequencyList, list_words
from ..errors import NothingFound
from .commands import discover_command, shown_command
from .material import Material
from .places import WordPlaces

ROWS = 30


@dataclass(frozen=True)
class SpreadWord:
    """A word, and how it is spread: DP, 0 for as evenly as the text itself, 1 for all in one place."""

    word: str
    count: int
    documents: int
    dp: float
    strip: tuple[int, ...] = ()


@dataclass(frozen=True)
class SpreadFacts:
    """The spread of words; `strip` of a row says how often it stands in each of the equal parts of the text."""

    commands: tuple[str, ...]
    document: str
    documents: int
    rows: tuple[SpreadWord, ...]


def gather_spread(material: Material) -> SpreadFacts:
    """Measure the spread of the words that the other sections show most."""
    counts = material.counts
    assert counts.documents is not None
    words = material.topics(5)[: min(ROWS, material.options.top)]
    listed = list_words(counts, FrequencyList())
    at = {word: i for i, word in enumerate(listed["word"])}
    rows = tuple(
        SpreadWord(word, *(listed[name][at[word]].item() for name in ("count", "documents", "dp"))) for word in words
    )
    if not rows:
        raise NothingFound("no word stands five times in the text")
    material.want(*words)
    command = shown_command(material, f"words --document {material.document} --sort dp")
    return SpreadFacts((*discover_command(material), command), material.document, len(counts.documents), rows)


def with_strips(facts: SpreadFacts, places: dict[str, WordPlaces]) -> SpreadFacts:
    """Add where the words stand."""
    rows = (
        SpreadWord(row.word, row.count, row.documents, row.dp, places[row.word].strip if row.word in places else ())
        for row in facts.rows
    )
    return SpreadFacts(facts.commands, facts.document, facts.documents, tuple(rows))
