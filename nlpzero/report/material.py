"""What the sections of a report are made from: each thing is found when the first section asks for it, and kept."""

import itertools
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..core.job import Job
from ..corpora.documents import DocumentUnit, Kind
from ..corpora.frequencies import WordCounts, count_words
from ..errors import NothingFound
from ..lexicon.lexicon import Lexicon
from ..reading.sources import Texts, open_texts
from ..segment.cutter import Cutter
from ..segment.lexical import LexiconCutter
from ..similarity.packaged import load_vectors
from ..text.stopwords import FUNCTION_WORDS
from ..vectors.communities import Communities, NetworkOptions, find_communities
from ..vectors.cooccurrence import Cooccurrence
from ..vectors.glove import train
from ..vectors.pairs import count_pairs
from ..vectors.parameters import GloveParameters
from ..vectors.store import Vectors
from ..vectors.training import vectors_of
from ..words.new_words import NewWords, find_new_words
from .places import WordPlaces, find_places
from .survey import READING_COST, CorpusFacts, survey

SURE = 0.7
"""New words of this probability and more are words of the report. By eye, on news: below it are rows of known words."""
VOCAB = 10_000
"""The most frequent words, whose pairs are counted."""
NETWORK = 2000
"""The most frequent words, without function words, that communities are made of."""
ENOUGH = 500_000
"""Words of text from which vectors are worth training; with fewer, the packaged ones are nearer the truth."""
DIM = 50


@dataclass(frozen=True)
class ReportOptions:
    """What a report shows (报告选项).

    Attributes
    ----------
    top : int
        Rows of each table.
    title : str
        Empty for the names of the files.
    sections : tuple of str
        Some of `nlpzero.report.sections.SECTIONS`, empty for all.
    extend : bool
        Whether new words are added to those that the text is cut into.
    against : path, paths, Corpus, texts or WordCounts, optional
        To compare with. Text is cut as the corpus is; with counts, no new words are added, as they do not have them.
    against_names : tuple of str
        What it is called.
    words : str
        The options that say what the text is cut into, for the command lines that are shown.
    sample : int
        Lines of each word that are kept in the page.
    """

    top: int = 50
    title: str = ""
    sections: tuple[str, ...] = ()
    extend: bool = True
    against: Texts | WordCounts | None = None
    against_names: tuple[str, ...] = ()
    words: str = ""
    sample: int = 4


@dataclass(frozen=True, eq=False)
class Material:
    """A corpus and what was found in it."""

    texts: Texts
    base: Cutter
    options: ReportOptions
    job: Job
    wanted: dict[str, None] = field(default_factory=dict)
    """Words that sections show, in the order in which they asked."""
    telling: dict[str, list[str]] = field(default_factory=dict)
    """Words that say what the corpus is about, as sections found them."""

    @cached_property
    def new_words(self) -> NewWords | None:
        """The new words, if there are any."""
        try:
            return find_new_words(self.texts, job=self.job)
        except NothingFound:
            return None

    @cached_property
    def added(self) -> Lexicon | None:
        """The new words that the text is cut into."""
        extend = self.options.extend and not isinstance(self.options.against, WordCounts)
        if not extend or not isinstance(self.base, LexiconCutter) or self.new_words is None:
            return None
        sure = np.flatnonzero(self.new_words.probabilities >= SURE).tolist()
        if not sure:
            return None
        return Lexicon([self.new_words.words[i] for i in sure], self.new_words.counts[sure].tolist())

    @cached_property
    def cutter(self) -> Cutter:
        """What cuts the text into words."""
        if self.added is None or not isinstance(self.base, LexiconCutter):
            return self.base
        return self.base.with_words(self.added)

    @cached_property
    def survey(self) -> CorpusFacts:
        """What the corpus is."""
        with self.job.open(READING_COST) as execution, open_texts(self.texts, execution.block_size) as blocks:
            return survey(blocks, self.cutter, execution)

    @cached_property
    def document(self) -> Kind:
        """What a document is: files if there are some, paragraphs if blank lines part some, else lines."""
        if len(self.survey.files) > 1:
            return "file"
        return "paragraph" if self.survey.paragraphs >= 8 else "line"

    @cached_property
    def counts(self) -> WordCounts:
        """How often each word stands in the corpus, and in which documents."""
        unit = DocumentUnit(self.document)
        with open_texts(self.texts, READING_COST.block_size(self.job)) as blocks:
            return count_words(blocks, cutter=self.cutter, unit=unit, job=self.job)

    def reference(self) -> WordCounts | None:
        """The counts of the text to compare with, if there is one."""
        against = self.options.against
        if against is None or isinstance(against, WordCounts):
            return against
        with open_texts(against, READING_COST.block_size(self.job), "against") as blocks:
            return count_words(blocks, cutter=self.cutter, job=self.job)

    @cached_property
    def pairs(self) -> Cooccurrence:
        """Words that stand together."""
        with open_texts(self.texts, READING_COST.block_size(self.job)) as blocks:
            return count_pairs(blocks, max_vocab=VOCAB, cutter=self.cutter, job=self.job)

    @cached_property
    def communities(self) -> Communities:
        """Groups of words that stand together."""
        return find_communities(self.pairs, NetworkOptions(vocab=NETWORK))

    @cached_property
    def is_trained(self) -> bool:
        """Whether the vectors are the corpus' own."""
        return self.survey.tokens >= ENOUGH

    @cached_property
    def vectors(self) -> Vectors:
        """Word vectors: the corpus' own if it is large enough, else the packaged ones."""
        if not self.is_trained:
            return load_vectors()
        parameters = GloveParameters(dim=DIM)
        *_, last = train(self.pairs, parameters, job=self.job)
        return vectors_of(last, self.pairs, parameters)

    def places(self) -> dict[str, WordPlaces]:
        """Where the words stand that sections have asked for."""
        words = [word for word in self.wanted if self.counts[word]]
        with self.job.open(READING_COST) as execution, open_texts(self.texts, execution.block_size) as blocks:
            return find_places(
                blocks, words, self.cutter, self.counts.total, sample=self.options.sample, execution=execution
            )

    def topics(self, least: int) -> list[str]:
        """Words that say what the corpus is about and stand in it often enough: of each section in turn the first."""
        rows = itertools.zip_longest(*self.telling.values())
        found = dict.fromkeys(word for row in rows for word in row if word and self.counts[word] >= least)
        if not found:
            words = (word for word, count in self.counts.most_common() if count >= least)
            found = dict.fromkeys(word for word in words if word not in FUNCTION_WORDS)
        return [*found]

    def want(self, *words: str) -> None:
        """Ask for the lines of words."""
        self.wanted.update(dict.fromkeys(words))
