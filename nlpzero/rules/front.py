"""Baskets, sets and rules as `import nlpzero` gives them: records in lists."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..core.job import Execution, Job
from ..errors import ModelError
from ..reading.corpus import Corpus
from ..reading.sources import Texts, open_blocks
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from .baskets import Baskets, from_lists
from .closed import ClosedSets, mine_closed
from .frequent import Constraint, Frequent
from .itemsets import check_items, mine
from .layouts import FORMS, BasketForm, BasketLayout
from .measures import MEASURES
from .partial import PARTIAL
from .passages import cut_passages, passages
from .repeats import Repeats
from .rules import find_rules as rules_of
from .wordbaskets import CONTENT_WORDS, WordChoice, from_text


@dataclass(frozen=True)
class Rule:
    """An association rule (关联规则): how many baskets hold all its items, their share, and how sure it is.

    `measures` holds the rest of `nlpzero.rules.measures.MEASURES` by name.
    """

    antecedent: tuple[str, ...]
    consequent: tuple[str, ...]
    count: int
    support: float
    confidence: float
    lift: float
    measures: Mapping[str, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ItemSet:
    """A set of items (项集), how many baskets hold it, and their share."""

    items: tuple[str, ...]
    count: int
    support: float


@dataclass(frozen=True)
class RuleChoice:
    """Which rules are wanted (规则选项).

    Attributes
    ----------
    constraint : Constraint, optional
        Which items may be in the antecedent and in the consequent, and how many (default: one in the consequent).
    minimums : mapping of str to float
        Least values of measures.
    significant : float, optional
        Keep rules that pass Fisher's exact test with Holm's correction: the probability that even one of them is due
        to chance is at most this.
    redundant : bool
        Whether to keep rules that are as confident without some items of the antecedent, or more so.
    every : bool
        Whether to give also rules that another one implies: of the same count and confidence, with fewer items in the
        antecedent and all of the consequent.
    """

    constraint: Constraint = field(default_factory=lambda: Constraint(max_rhs=1))
    minimums: Mapping[str, float] = field(default_factory=dict)
    significant: float | None = None
    redundant: bool = True
    every: bool = False


def text_baskets(
    texts: Texts,
    *,
    unit: str = "sentence",
    cut: Cutter | None = None,
    words: WordChoice = CONTENT_WORDS,
    window: int | None = None,
    repeats: bool = False,
) -> Baskets:
    """Make a basket of the words of each passage of a text (文本购物篮), for `find_rules`.

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
    window : int, optional
        Make a basket of every `window` words in a row of a passage instead; a shorter passage makes one.
    repeats : bool
        Whether to count also what stood in the text before, word for word: short passages, and runs of 6 or more.

    Examples
    --------
    >>> from ..segment.lexical import jieba_cutter
    >>> baskets = text_baskets(["江上有船。\\n江边的人上船。\\n"], cut=jieba_cutter())
    >>> baskets.n_baskets, baskets.items
    (2, ['江', '船', '江边', '人', '上船'])
    """
    cutter = cut or dictionary_cutter()
    with open_blocks(texts, 3 << 20) as blocks:
        found = cut_passages(passages(blocks, unit), cutter)
        return from_text(found, words, window=window, repeats=None if repeats else Repeats())


def read_baskets(
    path: str | os.PathLike[str] | Corpus,
    form: BasketForm | None = None,
    *,
    columns: tuple[str | int, ...] = (),
    separator: str = ",",
    header: bool = False,
    max_basket: int | None = None,
) -> Baskets:
    """Read baskets from a file (读取购物篮), for `find_rules` and `find_sets`.

    Parameters
    ----------
    path : path or Corpus
        Plain or packed; a `Corpus` for several files, or another encoding.
    form : {"baskets", "csv", "single", "matrix", "jsonl"}, optional
        baskets: a line each, items between blanks. csv: a record each. single: records of a basket and one of its
        items. matrix: a table of 0 and 1, the items on top. jsonl: a list each. Told by the first lines if it is left
        out; single only by names of its columns, such as order and item.
    columns : (str or int, str or int), optional
        single: the columns of the basket and of the item, by the names in the first record, or by number from 1.
    separator : str
        Of csv, single and matrix.
    header : bool
        csv, single: whether the first record names the columns, and is no basket.
    max_basket : int, optional
        Leave out baskets of more items.

    Raises
    ------
    CorpusError
        For a file that cannot be read, or is not of the form.
    ModelError
        For a form that there is not, and for columns that are not two, or not of the form single.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "tea.csv")
    ...     _ = path.write_text("茶,酒\\n茶\\n", "utf-8")
    ...     read_baskets(path).n_baskets
    ...     _ = path.write_text("buyer,day,what\\n1,Mon,茶\\n1,Tue,酒\\n2,Tue,茶\\n", "utf-8")
    ...     read_baskets(path, columns=("buyer", "what")).n_baskets
    2
    2
    """
    if form not in (None, *FORMS):
        raise ModelError(f"`form` is {form!r}; there are {', '.join(FORMS)}")
    if columns and (len(columns) != 2 or form not in (None, "single")):
        raise ModelError(f"`columns` is {columns!r}; give two, those of the basket and the item, and `form`='single'")
    with path if isinstance(path, Corpus) else Corpus([path]) as corpus:
        layout = BasketLayout("single" if columns else form, columns, separator, header)
        blocks = corpus.blocks(around=layout.in_records)
        if layout.form is None:
            layout, blocks = layout.told_by(blocks)
        return layout.read(blocks, max_basket=max_basket)


def find_sets(
    baskets: Baskets | Iterable[Iterable[str]],
    *,
    min_support: int | float = 0.01,
    kind: Literal["all", "closed", "maximal"] = "all",
    max_length: int | None = None,
    job: Job | Execution | None = None,
) -> list[ItemSet]:
    """Find the sets of items that occur in enough baskets (频繁项集), the most frequent first.

    Parameters
    ----------
    baskets : iterable of iterables of str, or Baskets
    min_support : int or float
        Least number of baskets (int), or least share of them (float).
    kind : {"all", "closed", "maximal"}
        closed: no larger set has the same count. maximal: no larger set is frequent.
    max_length : int, optional
        Greatest number of items in a set.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    ModelError
        For a support out of range, or too many sets.
    NothingFound
        If there are no baskets, or no item is frequent.

    Examples
    --------
    >>> [(found.items, found.count) for found in find_sets([["茶", "酒"], ["茶"], ["茶", "酒", "米"]], min_support=2)]
    [(('茶',), 3), (('酒',), 2), (('茶', '酒'), 2)]
    """
    if kind not in ("all", "closed", "maximal"):
        raise ModelError(f"`kind` is {kind!r}; there are all, closed, maximal")
    held = baskets if isinstance(baskets, Baskets) else from_lists(baskets)
    if kind == "all":
        frequent = mine(held, min_support, max_length=max_length, job=job)
        items, sets, counts = frequent.items, frequent.lists(), frequent.counts()
        order = np.argsort(-counts, kind="stable")
    else:
        closed = mine_closed(held, min_support, max_length=max_length, job=job)
        items, sets, counts = closed.items, closed.sets, closed.counts
        kept = sets.sizes <= (max_length or len(items))
        order = np.flatnonzero(kept & closed.maximal() if kind == "maximal" else kept)
    numbers = counts[order].tolist()
    spelled = sets.take(order).spelled(items)
    return [ItemSet(tuple(one), n, n / held.n_baskets) for one, n in zip(spelled, numbers, strict=True)]


def find_rules(
    baskets: Baskets | Iterable[Iterable[str]],
    *,
    min_support: int | float = 0.01,
    min_confidence: float = 0.5,
    choice: RuleChoice | None = None,
    sort: str = "confidence",
    top: int | None = None,
    job: Job | Execution | None = None,
) -> list[Rule]:
    """Find association rules in baskets of items (关联规则; Apriori).

    Parameters
    ----------
    baskets : iterable of iterables of str, or Baskets
        Sets of items that occur together, or what `read_baskets` or `text_baskets` gives.
    min_support : int or float
        Least number of baskets (int), or least share of them (float), that hold all items of a rule.
    min_confidence : float
        Least share of the baskets with the antecedent that hold the consequent, too.
    choice : RuleChoice, optional
        Which of these rules are wanted. By default those with one item in the consequent that no other one implies.
    sort : str
        A measure of `nlpzero.rules.measures.MEASURES`, or "partial_g2"; best first.
    top : int, optional
        Give only the best.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    ModelError
        For a support out of range, or too many sets.
    NothingFound
        If there are no baskets, or no item is frequent.

    Examples
    --------
    >>> [rule] = find_rules([["茶", "酒"], ["茶"], ["茶", "酒", "米"]], min_support=2, min_confidence=0.8)
    >>> rule.antecedent, rule.consequent, rule.confidence, rule.measures["leverage"]
    (('酒',), ('茶',), 1.0, 0.0)
    """
    held = baskets if isinstance(baskets, Baskets) else from_lists(baskets)
    wanted = choice or RuleChoice()
    if unknown := {sort, *wanted.minimums} - {*MEASURES, PARTIAL}:
        raise ModelError(f"`sort` or `minimums` names {min(unknown)!r}; there are {', '.join([*MEASURES, PARTIAL])}")
    check_items(held, wanted.constraint)
    sets: Frequent | ClosedSets
    if wanted.every:
        length = wanted.constraint.max_length
        sets = mine(held, min_support, max_length=length, constraint=wanted.constraint, job=job)
    else:
        sets = mine_closed(held, min_support, max_length=wanted.constraint.max_length, job=job)
    found = rules_of(
        sets,
        min_confidence,
        constraint=wanted.constraint,
        minimums=wanted.minimums,
        sort=sort,
        top=top,
        significant=wanted.significant,
        redundant=wanted.redundant,
    )
    names = [[*map(tuple, side)] for side in found.names()]
    values = [measure(found.tables).tolist() for measure in MEASURES.values()]
    told = [dict(zip(MEASURES, row, strict=True)) for row in zip(*values, strict=True)]
    first = [[one.pop(name) for one in told] for name in ("support", "confidence", "lift")]
    return [Rule(*row) for row in zip(*names, found.tables.both.tolist(), *first, told, strict=True)]
