"""Unsupervised Chinese NLP: words, cuts, templates, rules, vectors and similarities from raw text.

The public names are loaded when they are first used, so that importing the package takes a few milliseconds.
`nlpzero/README.md` lists them.
"""

TYPE_CHECKING = False  # type checkers take it for true; importing `typing` would take longer than all else here

__version__ = "0.2.0"

if TYPE_CHECKING:
    from .api import (
        Hit,
        Rule,
        TemplateRecord,
        TemplateTable,
        dictionary,
        embeddings,
        find_links,
        find_rules,
        find_templates,
        jieba,
        most_similar,
        similarities,
        similarity,
        text_baskets,
        train_vectors,
    )
    from .core.job import Job
    from .corpora.collocations import CollocateOptions
    from .corpora.concordance import ConcordanceLine, ConcordanceOptions
    from .corpora.frequencies import WordCounts
    from .corpora.front import collocates, concordance, keyness, keywords, word_frequencies
    from .corpora.keyness import KeynessOptions
    from .corpora.keywords import KeywordRanking, KeywordRow
    from .corpora.listing import FrequencyList
    from .corpora.merging import merge_words
    from .corpora.parts import TrendOptions, compare_parts, trends
    from .corpora.permutation import Permutation
    from .corpora.records import ResultTable
    from .corpora.weights import IdfTable
    from .errors import CorpusError, LexiconError, ModelError, NlpZeroError, NothingFound
    from .lexicon.lexicon import Lexicon
    from .ngrams.counts import count_ngrams
    from .ngrams.merging import merge_ngrams
    from .probe.cutter import ProbeCutter
    from .probe.masking import Prober
    from .reading.corpus import Corpus
    from .report.front import Report, make_report
    from .segment.cutter import Cutter
    from .segment.loading import load_cutter
    from .segment.scoring import score
    from .similarity.duplicates import Duplicates, near_duplicates
    from .syntax.link_parser import LinkParser
    from .vectors.communities import find_communities
    from .vectors.store import Vectors
    from .words.discovery import Discovery, discover
    from .words.explanation import explain
    from .words.finding import Parameters

_MODULES = {
    "api": "Hit Rule TemplateRecord TemplateTable dictionary embeddings find_links find_rules find_templates jieba "
    "most_similar similarities similarity text_baskets train_vectors",
    "core.job": "Job",
    "corpora.frequencies": "WordCounts",
    "corpora.concordance": "ConcordanceLine ConcordanceOptions",
    "corpora.collocations": "CollocateOptions",
    "corpora.front": "collocates concordance keyness keywords word_frequencies",
    "corpora.keyness": "KeynessOptions",
    "corpora.keywords": "KeywordRanking KeywordRow",
    "corpora.listing": "FrequencyList",
    "corpora.merging": "merge_words",
    "corpora.parts": "TrendOptions compare_parts trends",
    "corpora.permutation": "Permutation",
    "corpora.records": "ResultTable",
    "corpora.weights": "IdfTable",
    "errors": "CorpusError LexiconError ModelError NlpZeroError NothingFound",
    "lexicon.lexicon": "Lexicon",
    "ngrams.counts": "count_ngrams",
    "ngrams.merging": "merge_ngrams",
    "probe.cutter": "ProbeCutter",
    "probe.masking": "Prober",
    "reading.corpus": "Corpus",
    "report.front": "Report make_report",
    "segment.cutter": "Cutter",
    "segment.loading": "load_cutter",
    "segment.scoring": "score",
    "vectors.communities": "find_communities",
    "similarity.duplicates": "Duplicates near_duplicates",
    "syntax.link_parser": "LinkParser",
    "vectors.store": "Vectors",
    "words.discovery": "Discovery discover",
    "words.explanation": "explain",
    "words.finding": "Parameters",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [
    "CollocateOptions",
    "ConcordanceLine",
    "ConcordanceOptions",
    "Corpus",
    "CorpusError",
    "Cutter",
    "Discovery",
    "Duplicates",
    "FrequencyList",
    "Hit",
    "IdfTable",
    "Job",
    "KeynessOptions",
    "KeywordRanking",
    "KeywordRow",
    "Lexicon",
    "LexiconError",
    "LinkParser",
    "ModelError",
    "NlpZeroError",
    "NothingFound",
    "Parameters",
    "Permutation",
    "ProbeCutter",
    "Prober",
    "Report",
    "ResultTable",
    "Rule",
    "TemplateRecord",
    "TemplateTable",
    "TrendOptions",
    "Vectors",
    "WordCounts",
    "__version__",
    "collocates",
    "compare_parts",
    "concordance",
    "count_ngrams",
    "dictionary",
    "discover",
    "embeddings",
    "explain",
    "find_communities",
    "find_links",
    "find_rules",
    "find_templates",
    "jieba",
    "keyness",
    "keywords",
    "load_cutter",
    "make_report",
    "merge_ngrams",
    "merge_words",
    "most_similar",
    "near_duplicates",
    "score",
    "similarities",
    "similarity",
    "text_baskets",
    "train_vectors",
    "trends",
    "word_frequencies",
]


def __getattr__(name: str) -> object:
    """Load a public name (PEP 562)."""
    import importlib

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'nlpzero' has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
