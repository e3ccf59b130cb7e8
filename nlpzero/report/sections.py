"""The sections of a report, in their order: what each finds, and how it looks."""

from collections.abc import Callable
from typing import Any, NamedTuple

from .markup import PageWords
from .material import Material
from .patterns import gather_collocations, gather_templates
from .rulenet import gather_rules
from .spread import gather_spread
from .views import (
    collocations_view,
    communities_view,
    corpus_view,
    frequencies_view,
    key_words_view,
    map_view,
    new_words_view,
    rules_view,
    spread_view,
    templates_view,
)
from .vocabulary import gather_frequencies, gather_key_words, gather_new_words
from .wordmap import gather_communities, gather_map


class SectionKind(NamedTuple):
    """A section: its heading, a short one, what finds its facts, and what shows them."""

    title: str
    short: str
    gather: Callable[[Material], Any]
    view: Callable[[Any, PageWords], str]


SECTIONS: dict[str, SectionKind] = {
    "corpus": SectionKind("The corpus", "Corpus", lambda material: material.survey, corpus_view),
    "new": SectionKind("New words", "New words", gather_new_words, new_words_view),
    "frequent": SectionKind("Frequent words", "Frequent", gather_frequencies, frequencies_view),
    "key": SectionKind("Key words", "Key words", gather_key_words, key_words_view),
    "map": SectionKind("Map of words", "Map", gather_map, map_view),
    "communities": SectionKind("Communities", "Communities", gather_communities, communities_view),
    "collocations": SectionKind("Collocations", "Collocations", gather_collocations, collocations_view),
    "templates": SectionKind("Sentence templates", "Templates", gather_templates, templates_view),
    "rules": SectionKind("Rules", "Rules", gather_rules, rules_view),
    "spread": SectionKind("Where words stand", "Spread", gather_spread, spread_view),
}
"""Every section by its name."""
