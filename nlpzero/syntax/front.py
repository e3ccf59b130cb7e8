"""Templates and links as `import nlpzero` gives them: text in, records out."""

import json
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Self

from ..core.files import open_whole
from ..core.job import Execution, Job, open_execution
from ..errors import ModelError
from ..reading.corpus import read_lines
from ..reading.sources import Texts, open_texts
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from ..segment.encoding import encode_part
from .clauses import Clauses, sentences_of, templates_cost
from .constructions import Constructions, find_constructions
from .form import Template, read_template, write_template
from .inventory import Inventory
from .link_counts import LINKING, count_links
from .link_parser import LinkParser
from .parser import Parser, Tree
from .table import TemplateRows
from .templates import Templates
from .templates import find_templates as find_paths


@dataclass(frozen=True)
class TemplateRecord:
    """A sentence template (句模版): its words, None for a gap; its count; and what it is worth.

    `score` is the mutual information of its words in nats, `gain` count times score, `spread` the number of different
    clauses that it is in over its count, `fillers` what fills each gap most often, with counts. What the method or the
    file that it comes from does not tell is NaN, or empty.
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
    """Templates of a corpus (句模版表), those that save most first, and the cutter that cut it: together they parse."""

    def __init__(self, records: Iterable[TemplateRecord], cutter: Cutter | None = None) -> None:
        super().__init__(records)
        self.cutter = cutter or dictionary_cutter()

    def parse(self, text: str) -> list[Tree]:
        """Parse each sentence of a text into a hierarchy of templates (句法分析)."""
        inventory = Inventory([record.template for record in self], [record.count for record in self])
        sentences = sentences_of(encode_part(self.cutter, text))
        return Parser(inventory).parse_all(sentences)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the table as `nlpzero templates --format jsonl` does; `nlpzero parse --templates` reads it."""
        with open_whole(path) as file:
            for record in self:
                row = {
                    "template": str(record),
                    "count": record.count,
                    "gain": record.gain,
                    "score": record.score,
                    "words": len(record.template) - record.template.count(None),
                    "gaps": record.template.count(None),
                    "spread": None if math.isnan(record.spread) else record.spread,
                    "fillers": record.fillers,
                }
                file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape"))

    @classmethod
    def load(cls, path: str | os.PathLike[str], cut: Cutter | None = None) -> Self:
        """Read a table that `save` or `nlpzero templates` wrote.

        Parameters
        ----------
        path : path
        cut : Cutter, optional
            What cuts the sentences that are parsed; the cutter of the corpus (default: `dictionary()`).

        Raises
        ------
        CorpusError, ModelError
            For a file that cannot be read, is damaged, or is no table of templates.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> lines = [f"{who}可以{what}吗\\n" for who in "你我他她" for what in "吃喝玩唱跳"]
        >>> found = find_templates(lines, min_pmi=0.5)
        >>> with TemporaryDirectory() as folder:
        ...     found.save(f"{folder}/templates.jsonl")
        ...     loaded = TemplateTable.load(f"{folder}/templates.jsonl")
        >>> loaded == found
        True
        """
        inventory = Inventory.from_file(path)  # which refuses what is none
        lines = [*read_lines(path)]
        if not lines[0].startswith("{"):
            pairs = zip(inventory.templates, inventory.counts.tolist(), strict=True)
            return cls((TemplateRecord(one, n, math.nan, math.nan, math.nan, []) for one, n in pairs), cut)
        records = []
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            try:
                score, gain, spread = (math.nan if row[name] is None else float(row[name]) for name in _NUMBERS)
                fillers = [[(str(word), int(count)) for word, count in gap] for gap in row["fillers"]]
            except (KeyError, TypeError, ValueError):
                raise ModelError(f"{os.fspath(path)}: line {number}: lacks a value; save the table anew") from None
            template = read_template(row["template"])
            records.append(TemplateRecord(template, row["count"], score, gain, spread, fillers))
        return cls(records, cut)


_NUMBERS = ("score", "gain", "spread")


def _records(found: Constructions | Templates) -> Iterable[TemplateRecord]:
    """Give what a finder found, row by row, in the order of the command."""
    rows = TemplateRows.of(found).sorted_by("gain")
    numbers = (column.tolist() for column in (rows.counts, rows.scores, rows.gains, rows.spreads))
    return (TemplateRecord(*row) for row in zip(rows.templates, *numbers, rows.fillers, strict=True))


def find_templates(
    texts: Texts,
    *,
    cut: Cutter | None = None,
    window: int = 5,
    min_proba: float = 1e-5,
    min_pmi: float = 2.0,
    min_count: int = 5,
    method: Literal["constructions", "paths"] = "constructions",
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
        See `nlpzero.syntax.constructions.find_constructions`; `min_count` is for constructions.
    method : {"constructions", "paths"}
        "constructions" gives those that save most, "paths" all paths of linked words, the most frequent first.
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
    >>> from ..segment.lexical import jieba_cutter
    >>> lines = [f"{who}可以{what}吗\\n" for who in "你我他她" for what in "吃喝玩唱跳"]
    >>> found = find_templates(lines, cut=jieba_cutter(), min_pmi=0.5)
    >>> str(found[0]), found[0].count, found[0].fillers
    ('可以 [X] 吗', 20, [[('吃', 4), ('唱', 4), ('喝', 4)]])
    """
    if method not in ("constructions", "paths"):
        raise ModelError(f"`method` is {method!r}; there are constructions, paths")
    cutter = cut or dictionary_cutter()
    with open_execution(job, templates_cost(window)) as execution, open_texts(texts, execution.block_size) as blocks:
        clauses = Clauses(blocks, partial(encode_part, cutter), numbers=method == "constructions", job=execution)
        if method == "paths":
            return TemplateTable(
                _records(find_paths(clauses, window=window, min_proba=min_proba, min_pmi=min_pmi)), cutter
            )
        found = find_constructions(clauses, window=window, min_proba=min_proba, min_pmi=min_pmi, min_count=min_count)
        return TemplateTable(_records(found), cutter)


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
    >>> from ..segment.lexical import jieba_cutter
    >>> parser = find_links(["小船靠了岸。\\n"] * 5, cut=jieba_cutter())
    >>> len(parser.parse(jieba_cutter()("小船靠了岸。")).heads)
    5
    """
    cutter = cut or dictionary_cutter()
    with open_execution(job, LINKING) as execution, open_texts(texts, execution.block_size) as blocks:
        clauses = Clauses(blocks, partial(encode_part, cutter), job=execution)
        return LinkParser(count_links(clauses, window=window, min_count=min_count).in_memory())
