"""The sections of a report, in their order: what each finds, and how it looks."""

from collections.abc import Callable
from typing import Any, NamedTuple

from .markup import PageWords
from .material import Material
from .spread import gather_spread
from .views import (
    communities_view,
    corpus_view,
    frequencies_view,
    key_words_view,
    map_view,
    new_words_view,
    spread_view,
)
from .vocabulary import gather_frequencies, gather_key_words, gather_new_words
from .wordmap import gather_communities, gather_map


class SectionKind(NamedTuple):
    """A section: its heading, what finds its facts, and what shows them."""

    title: str
    gather: Callable[[Material], Any]
    view: Callable[[Any, PageWords], str]


SECTIONS: dict[str, SectionKind] = {
    "corpus": SectionKind("The corpus", lambda material: material.survey, corpus_view),
    "new": SectionKind("New words", gather_new_words, new_words_view),
    "frequent": SectionKind("Frequent words", gather_frequencies, frequencies_view),
    "key": SectionKind("Key words", gather_key_words, key_words_view),
    "map": SectionKind("Map of words", gather_map, map_view),
    "communities": SectionKind("Communities", gather_communities, communities_view),
    "spread": SectionKind("Where words stand", gather_spread, spread_view),
}
"""Every section by its name."""
