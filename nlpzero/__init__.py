"""Unsupervised Chinese NLP: words, cuts, templates, rules, vectors and similarities from raw text.

The public names are loaded when they are first used, so that importing the package takes a few milliseconds.
`nlpzero/README.md` lists them.
"""

TYPE_CHECKING = False  # type checkers take it for true; importing `typing` would take longer than all else here

__version__ = "0.2.0"

if TYPE_CHECKING:
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
    from .lexicon.exports import export
    from .lexicon.lexicon import Lexicon
    from .ngrams.counts import count_ngrams
    from .ngrams.merging import merge_ngrams
    from .ngrams.runs import NGramTable
    from .probe.cutter import ProbeCutter
    from .probe.masking import Prober
    from .probe.trees import constituent_tree, dependency_tree
    from .reading.corpus import Corpus
    from .reading.options import Reading
    from .report.description import FileDescription, describe
    from .report.front import Report, make_report
    from .report.material import ReportOptions
    from .rules.baskets import Baskets
    from .rules.frequent import Constraint
    from .rules.front import ItemSet, Rule, RuleChoice, find_rules, find_sets, read_baskets, text_baskets
    from .rules.wordbaskets import WordChoice
    from .segment.cutter import BlankCutter, Cutter
    from .segment.dictionary import DictionaryCutter
    from .segment.forced import ForcedCutter
    from .segment.front import dictionary, jieba
    from .segment.grain import Grain, GrainCutter
    from .segment.joined import JoinedCutter
    from .segment.learned import LearnedSegmenter
    from .segment.lexical import HmmCutter, JiebaCutter, LexiconCutter
    from .segment.loading import load_cutter
    from .segment.scoring import SegmentationScore, compare_cuts, score
    from .segment.spans import InnerWords
    from .segment.stopped import StopCutter
    from .segment.subwords import TokenSavings, words_for_tokenizer
    from .segment.whole import WholeCutter
    from .similarity.duplicates import Duplicates, near_duplicates
    from .similarity.front import Hit, TextIndex, alignment, embeddings, most_similar, similarities, similarity
    from .syntax.front import TemplateRecord, TemplateTable, find_links, find_templates
    from .syntax.link_counts import merge_links
    from .syntax.link_parser import LinkParser
    from .syntax.tree_scores import TreeScore, pair_trees, score_trees
    from .syntax.treebanks import read_trees
    from .vectors.communities import find_communities
    from .vectors.cooccurrence import Cooccurrence, merge_counts
    from .vectors.evaluation import read_analogies, read_pairs, score_analogies, score_pairs
    from .vectors.front import train_vectors
    from .vectors.pairs import count_pairs
    from .vectors.parameters import GloveParameters
    from .vectors.selection import vectors_for
    from .vectors.store import Vectors
    from .words.additions import additions
    from .words.discovery import Discovery, discover
    from .words.explanation import explain
    from .words.finding import Parameters
    from .words.front import learn_cutter
    from .words.known import KnownWords
    from .words.new_words import NewWords, SeekParameters, find_new_words
    from .words.reasons import Reasons, reasons_of

_MODULES = {
    "core.job": "Job",
    "corpora.collocations": "CollocateOptions",
    "corpora.concordance": "ConcordanceLine ConcordanceOptions",
    "corpora.frequencies": "WordCounts",
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
    "lexicon.exports": "export",
    "lexicon.lexicon": "Lexicon",
    "ngrams.counts": "count_ngrams",
    "ngrams.merging": "merge_ngrams",
    "ngrams.runs": "NGramTable",
    "probe.cutter": "ProbeCutter",
    "probe.masking": "Prober",
    "probe.trees": "constituent_tree dependency_tree",
    "reading.corpus": "Corpus",
    "reading.options": "Reading",
    "report.description": "FileDescription describe",
    "report.front": "Report make_report",
    "report.material": "ReportOptions",
    "rules.baskets": "Baskets",
    "rules.frequent": "Constraint",
    "rules.front": "ItemSet Rule RuleChoice find_rules find_sets read_baskets text_baskets",
    "rules.wordbaskets": "WordChoice",
    "segment.cutter": "BlankCutter Cutter",
    "segment.dictionary": "DictionaryCutter",
    "segment.forced": "ForcedCutter",
    "segment.front": "dictionary jieba",
    "segment.grain": "Grain GrainCutter",
    "segment.joined": "JoinedCutter",
    "segment.learned": "LearnedSegmenter",
    "segment.lexical": "HmmCutter JiebaCutter LexiconCutter",
    "segment.loading": "load_cutter",
    "segment.scoring": "SegmentationScore compare_cuts score",
    "segment.spans": "InnerWords",
    "segment.stopped": "StopCutter",
    "segment.whole": "WholeCutter",
    "segment.subwords": "TokenSavings words_for_tokenizer",
    "similarity.duplicates": "Duplicates near_duplicates",
    "similarity.front": "Hit TextIndex alignment embeddings most_similar similarities similarity",
    "syntax.front": "TemplateRecord TemplateTable find_links find_templates",
    "syntax.link_counts": "merge_links",
    "syntax.link_parser": "LinkParser",
    "syntax.tree_scores": "TreeScore pair_trees score_trees",
    "syntax.treebanks": "read_trees",
    "vectors.communities": "find_communities",
    "vectors.selection": "vectors_for",
    "vectors.cooccurrence": "Cooccurrence merge_counts",
    "vectors.evaluation": "read_analogies read_pairs score_analogies score_pairs",
    "vectors.front": "train_vectors",
    "vectors.pairs": "count_pairs",
    "vectors.parameters": "GloveParameters",
    "vectors.store": "Vectors",
    "words.additions": "additions",
    "words.discovery": "Discovery discover",
    "words.front": "learn_cutter",
    "words.explanation": "explain",
    "words.finding": "Parameters",
    "words.known": "KnownWords",
    "words.new_words": "NewWords SeekParameters find_new_words",
    "words.reasons": "Reasons reasons_of",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [
    "Baskets",
    "BlankCutter",
    "CollocateOptions",
    "ConcordanceLine",
    "ConcordanceOptions",
    "Constraint",
    "Cooccurrence",
    "Corpus",
    "CorpusError",
    "Cutter",
    "DictionaryCutter",
    "Discovery",
    "Duplicates",
    "FileDescription",
    "ForcedCutter",
    "FrequencyList",
    "GloveParameters",
    "Grain",
    "GrainCutter",
    "Hit",
    "HmmCutter",
    "IdfTable",
    "InnerWords",
    "ItemSet",
    "JiebaCutter",
    "Job",
    "JoinedCutter",
    "KeynessOptions",
    "KeywordRanking",
    "KeywordRow",
    "KnownWords",
    "LearnedSegmenter",
    "Lexicon",
    "LexiconCutter",
    "LexiconError",
    "LinkParser",
    "ModelError",
    "NGramTable",
    "NewWords",
    "NlpZeroError",
    "NothingFound",
    "Parameters",
    "Permutation",
    "ProbeCutter",
    "Prober",
    "Reading",
    "Reasons",
    "Report",
    "ReportOptions",
    "ResultTable",
    "Rule",
    "RuleChoice",
    "SeekParameters",
    "SegmentationScore",
    "StopCutter",
    "TemplateRecord",
    "TemplateTable",
    "TextIndex",
    "TokenSavings",
    "TreeScore",
    "TrendOptions",
    "Vectors",
    "WholeCutter",
    "WordChoice",
    "WordCounts",
    "__version__",
    "additions",
    "alignment",
    "collocates",
    "compare_cuts",
    "compare_parts",
    "concordance",
    "constituent_tree",
    "count_ngrams",
    "count_pairs",
    "dependency_tree",
    "describe",
    "dictionary",
    "discover",
    "embeddings",
    "explain",
    "export",
    "find_communities",
    "find_links",
    "find_new_words",
    "find_rules",
    "find_sets",
    "find_templates",
    "jieba",
    "keyness",
    "keywords",
    "learn_cutter",
    "load_cutter",
    "make_report",
    "merge_counts",
    "merge_links",
    "merge_ngrams",
    "merge_words",
    "most_similar",
    "near_duplicates",
    "pair_trees",
    "read_analogies",
    "read_baskets",
    "read_pairs",
    "read_trees",
    "reasons_of",
    "score",
    "score_analogies",
    "score_pairs",
    "score_trees",
    "similarities",
    "similarity",
    "text_baskets",
    "train_vectors",
    "trends",
    "vectors_for",
    "word_frequencies",
    "words_for_tokenizer",
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
