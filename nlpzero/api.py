"""The functions that `import nlpzero` gives: text in, records out, each with the defaults that the commands have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from .core.job import Execution, Job, open_execution
from .reading.sources import Texts, open_blocks, open_texts
from .rules.baskets import Baskets, from_lists
from .rules.closed import mine_closed
from .rules.frequent import Constraint
from .rules.itemsets import mine
from .rules.measures import MEASURES
from .rules.passages import cut_passages, passages
from .rules.repeats import Repeats
from .rules.rules import find_rules as rules_of
from .rules.wordbaskets import CONTENT_WORDS, WordChoice, from_text
from .segment.cutter import Cutter
from .segment.dictionary import dictionary_cutter
from .segment.encoding import Tokens, encode_part, line_words
from .segment.lexical import jieba_cutter
from .similarity.distances import Measure
from .similarity.documents import DistanceMethod
from .similarity.embedding import DIM, embed
from .similarity.packaged import load_vectors
from .similarity.search import Collection
from .syntax.clauses import Clauses, sentences_of, templates_cost
from .syntax.constructions import find_constructions
from .syntax.form import Template, write_template
from .syntax.inventory import Inventory
from .syntax.link_counts import LINKING, count_links
from .syntax.link_parser import LinkParser
from .syntax.parser import Parser, Tree
from .vectors.cooccurrence import pairs_cost
from .vectors.glove import train
from .vectors.pairs import count_pairs
from .vectors.parameters import GloveParameters
from .vectors.store import Vectors
from .vectors.training import vectors_of


@dataclass(frozen=True)
class TemplateRecord:
    """A sentence template: its words, None for a gap; its count; and what it is worth.

    `score` is the mutual information of its words in nats, `gain` count times score, `spread` the number of different
    clauses that it is in over its count, `fillers` what fills each gap most often, with counts.
    """

    template: Template
    count: int
    score: float
    gain: float
    spread: float
    fillers: list[list[tuple[str, int]]]

    def __str__(self) -> str:
        return write_template(self.template)


class TemplateTable(list[TemplateRecord]):
    """Templates of a corpus, those that save most first, and the cutter that cut it: together they parse."""

    def __init__(self, records: Iterable[TemplateRecord], cutter: Cutter) -> None:
        super().__init__(records)
        self.cutter = cutter

    def parse(self, text: str) -> list[Tree]:
        """Parse each sentence of a text into a hierarchy of templates (句法分析)."""
        inventory = Inventory([record.template for record in self], [record.count for record in self])
        sentences = sentences_of(encode_part(self.cutter, text))
        return Parser(inventory).parse_all(sentences)


def find_links(
    texts: Texts,
    *,
    cut: Cutter | None = None,
    window: int = 10,
    min_count: int = 3,
    job: Job | Execution | None = None,
) -> LinkParser:
    """Count what links between words are learned from (依存链接), and give what parses by them.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    window : int
        Greatest distance of the two words of a pair.
    min_count : int
        Leave out pairs that occur less often.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If no pair is frequent enough.

    Examples
    --------
    >>> parser = find_links(["小船靠了岸。\\n"] * 5, cut=jieba())
    >>> len(parser.parse(jieba()("小船靠了岸。")).heads)
    5
    """
    cutter = cut or dictionary_cutter()
    with open_execution(job, LINKING) as execution, open_texts(texts, execution.block_size) as blocks:
        clauses = Clauses(blocks, partial(encode_part, cutter), job=execution)
        return LinkParser(count_links(clauses, window=window, min_count=min_count).in_memory())


@dataclass(frozen=True)
class Rule:
    """An association rule: how many baskets hold all its items, their share, and how sure and how telling it is."""

    antecedent: tuple[str, ...]
    consequent: tuple[str, ...]
    count: int
    support: float
    confidence: float
    lift: float


@dataclass(frozen=True)
class Hit:
    """An answer to a query: which text (from 0), the text itself, and how similar it is."""

    number: int
    text: str
    similarity: float


def jieba() -> Cutter:
    """Give a cutter that cuts just as ``jieba.lcut(text, HMM=False)`` does (结巴分词).

    Examples
    --------
    >>> jieba()("长江大桥上有江豚")
    ['长江大桥', '上', '有', '江豚']
    """
    return jieba_cutter()


def dictionary() -> Cutter:
    """Give the cutter that the commands use by default (词典分词): jieba's dictionary, pruned, and words by spelling.

    Examples
    --------
    >>> dictionary()("罗砚舟修好了三十个橹簧。")
    ['罗砚舟', '修好', '了', '三十', '个', '橹', '簧', '。']
    """
    return dictionary_cutter()


def find_templates(
    texts: Texts,
    *,
    cut: Cutter | None = None,
    window: int = 5,
    min_proba: float = 1e-5,
    min_pmi: float = 2.0,
    min_count: int = 5,
    job: Job | Execution | None = None,
) -> TemplateTable:
    """Find the sentence templates of a corpus (句模版).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    window : int
        Greatest distance of two neighbouring words of a template.
    min_proba, min_pmi, min_count
        See `nlpzero.syntax.constructions.find_constructions`.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If no template is frequent enough.

    Examples
    --------
    >>> lines = [f"{who}可以{what}吗\\n" for who in "你我他她" for what in "吃喝玩唱跳"]
    >>> found = find_templates(lines, cut=jieba(), min_pmi=0.5)
    >>> str(found[0]), found[0].count, found[0].fillers
    ('可以 [X] 吗', 20, [[('吃', 4), ('唱', 4), ('喝', 4)]])
    """
    cutter = cut or dictionary_cutter()
    with open_execution(job, templates_cost(window)) as execution, open_texts(texts, execution.block_size) as blocks:
        clauses = Clauses(blocks, partial(encode_part, cutter), numbers=True, job=execution)
        found = find_constructions(clauses, window=window, min_proba=min_proba, min_pmi=min_pmi, min_count=min_count)
        numbers = (column.tolist() for column in (found.counts, found.scores, found.gains, found.spreads))
        rows = zip(found.templates, *numbers, found.fillers, strict=True)
        return TemplateTable((TemplateRecord(*row) for row in rows), cutter)


def text_baskets(
    texts: Texts,
    *,
    unit: str = "sentence",
    cut: Cutter | None = None,
    words: WordChoice = CONTENT_WORDS,
    repeats: bool = False,
) -> Baskets:
    """Make a basket of the words of each passage of a text, for `find_rules`.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    unit : {"sentence", "line", "paragraph"}
        What a passage is.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    words : nlpzero.rules.wordbaskets.WordChoice
        Which words are items. By default those of two characters or more, neither function words nor numbers, and
        words that nearly always stand side by side, as in names, are one; `WordChoice()` takes all words.
    repeats : bool
        Whether to count also what stood in the text before, word for word: short passages, and runs of 6 or more.

    Examples
    --------
    >>> baskets = text_baskets(["江上有船。\\n江边的人上船。\\n"], cut=jieba())
    >>> baskets.n_baskets, baskets.items
    (2, ['江', '船', '江边', '人', '上船'])
    """
    cutter = cut or dictionary_cutter()
    with open_blocks(texts, 3 << 20) as blocks:
        found = cut_passages(passages(blocks, unit), cutter)
        return from_text(found, words, repeats=None if repeats else Repeats())


def find_rules(
    baskets: Baskets | Iterable[Iterable[str]],
    *,
    min_support: int | float = 0.01,
    min_confidence: float = 0.5,
    max_consequent: int = 1,
    every: bool = False,
    sort: str = "confidence",
    top: int | None = None,
) -> list[Rule]:
    """Find association rules in baskets of items (关联规则; Apriori).

    Parameters
    ----------
    baskets : iterable of iterables of str, or Baskets
        Sets of items that occur together, or what `text_baskets` gives.
    min_support : int or float
        Least number of baskets (int), or least share of them (float), that hold all items of a rule.
    min_confidence : float
        Least share of the baskets with the antecedent that hold the consequent, too.
    max_consequent : int
        Greatest number of items in a consequent.
    every : bool
        Whether to give also rules that another one implies: of the same count and confidence, with fewer items in the
        antecedent and all of the consequent.
    sort : str
        A measure of `nlpzero.rules.measures.MEASURES`, or "partial_g2"; best first.
    top : int, optional
        Give only the best.

    Raises
    ------
    ModelError
        For a support out of range, or too many sets.
    NothingFound
        If there are no baskets, or no item is frequent.

    Examples
    --------
    >>> [rule] = find_rules([["茶", "酒"], ["茶"], ["茶", "酒", "米"]], min_support=2, min_confidence=0.8)
    >>> rule.antecedent, rule.consequent, rule.confidence
    (('酒',), ('茶',), 1.0)
    """
    held = baskets if isinstance(baskets, Baskets) else from_lists(baskets)
    constraint = Constraint(max_rhs=max_consequent)
    sets = mine(held, min_support, constraint=constraint) if every else mine_closed(held, min_support)
    found = rules_of(sets, min_confidence, constraint=constraint, sort=sort, top=top)
    names = [[*map(tuple, side)] for side in found.names()]
    shares = [MEASURES[name](found.tables).tolist() for name in ("support", "confidence", "lift")]
    return [Rule(*row) for row in zip(*names, found.tables.both.tolist(), *shares, strict=True)]


def train_vectors(
    texts: Texts,
    *,
    cut: Cutter | None = None,
    dim: int = 100,
    window: int = 10,
    min_count: int = 5,
    seed: int = 1,
    job: Job | Execution | None = None,
) -> Vectors:
    """Train word vectors whose inner products are mutual information (词向量; simpler GloVe).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    dim : int
        Numbers in a vector.
    window : int
        Greatest distance of two words that count as a pair.
    min_count : int
        Leave out words that occur less often.
    seed : int
        Of the random start; the same seed gives the same bytes.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If no word, or no pair of words, is frequent enough.

    Examples
    --------
    >>> vectors = train_vectors(["江上有船，船在江上。\\n"] * 5, cut=jieba(), dim=2)
    >>> vectors.nearest("船", top=1)[0].word in vectors
    True
    """
    with open_execution(job, pairs_cost(window)) as execution, open_texts(texts, execution.block_size) as blocks:
        counts = count_pairs(
            blocks, window=window, min_count=min_count, cutter=cut or dictionary_cutter(), job=execution
        ).in_memory()
        parameters = GloveParameters(dim=dim, seed=seed)
        *_, last = train(counts, parameters, job=execution)
        return vectors_of(last, counts, parameters)


def similarity(
    a: str, b: str, *, method: DistanceMethod = "combined", vectors: Vectors | None = None, cut: Cutter | None = None
) -> float:
    """Say how similar two texts are (文本相似度), from 1, for the same words in the same proportions, to about 0.

    Parameters
    ----------
    a, b : str
    method : str
        See `nlpzero.similarity.distances`.
    vectors : Vectors, optional
        Default: the packaged ones.
    cut : Cutter, optional
        What cuts the texts into words (default: `jieba()` with the packaged vectors, whose words are jieba's, else
        `dictionary()`).

    Returns
    -------
    float
        NaN if a text holds no known word.

    Examples
    --------
    >>> near = similarity("渔夫把小船停在河边", "河上有一条船")
    >>> far = similarity("渔夫把小船停在河边", "股市今天下跌")
    >>> near > far
    True
    """
    return float(similarities([(a, b)], method=method, vectors=vectors, cut=cut)[0])


def similarities(
    pairs: Sequence[tuple[str, str]],
    *,
    method: DistanceMethod = "combined",
    vectors: Vectors | None = None,
    cut: Cutter | None = None,
) -> npt.NDArray[np.float64]:
    """Say how similar the two texts of each pair are: faster than one by one; see `similarity`.

    Examples
    --------
    >>> similarities([("河上有船", "河上有船"), ("河上有船", "天黑了")]).round(2)[0]
    np.float64(1.0)
    """
    measure, cutter = _measure(method, vectors, cut)
    a, b = (measure.encode(_words([pair[side] for pair in pairs], cutter)) for side in (0, 1))
    return measure.similarity(measure.distances(a, b))


def embeddings(
    texts: Sequence[str], *, dim: int = DIM, vectors: Vectors | None = None, cut: Cutter | None = None
) -> npt.NDArray[np.float32]:
    """Give a vector of length 1 for each text (句向量): see `nlpzero.similarity.embedding.embed`, and `similarity`.

    Examples
    --------
    >>> near, other, far = embeddings(["河上有船", "江上有船", "天黑了"])
    >>> bool(near @ other > near @ far)
    True
    """
    measure, cutter = _measure("cosine", vectors, cut)
    return embed(measure, measure.encode(_words(texts, cutter)), dim)


def most_similar(
    query: str,
    texts: Sequence[str],
    *,
    top: int = 10,
    method: DistanceMethod = "combined",
    vectors: Vectors | None = None,
    cut: Cutter | None = None,
) -> list[Hit]:
    """Find the texts that are most similar to a query (语义检索), exactly; see `similarity`.

    Examples
    --------
    >>> [hit.text for hit in most_similar("船靠了码头", ["天黑了", "小船停在岸边", "股市下跌"], top=1)]
    ['小船停在岸边']
    """
    measure, cutter = _measure(method, vectors, cut)
    collection = Collection(measure.encode(_words(texts, cutter)), measure)
    hits = collection.nearest(measure.encode(_words([query], cutter)), 0, top)
    found = zip(hits.texts.tolist(), measure.similarity(hits.distances).tolist(), strict=True)
    return [Hit(number, texts[number], alike) for number, alike in found]


def _words(texts: Sequence[str], cutter: Cutter) -> Tokens:
    """Give the words of texts, each of one line or more."""
    lines = [text.removesuffix("\n") for text in texts]
    tokens = line_words("\n".join(lines), cutter)
    numbers = np.array([line.count("\n") + 1 for line in lines], np.intp)
    return tokens._replace(lengths=np.add.reduceat(tokens.lengths, np.cumsum(numbers) - numbers))


def _measure(method: DistanceMethod, vectors: Vectors | None, cut: Cutter | None) -> tuple[Measure, Cutter]:
    """Give the measure and the cutter that fits its vectors."""
    cutter = cut or (jieba_cutter() if vectors is None else dictionary_cutter())
    return Measure(method, load_vectors() if vectors is None else vectors), cutter
