"""`nlpzero similar --lines` and `--pairs`: many pairs of texts, block by block."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .comparing import COLUMNS, Comparer, write_rows
from .messages import progress, warn, warn_replaced
from .output import Table, TableOptions, TextFile

if TYPE_CHECKING:
    from nlpzero.core.job import Job

    from .similar import SimilarOptions

BLOCK = 4096
"""Pairs that a task compares."""


def compare_rows(
    file: TextFile, writing: TableOptions, own: "SimilarOptions", comparer: Comparer, job: "Job"
) -> tuple[int, int]:
    """Compare many pairs; give how many could be compared, and how many not."""
    from nlpzero.similarity.comparison import COMPARING, compare_lines

    corpora = [comparer.encoding.corpus(path) for path in ([own.pairs] if own.pairs is not None else own.texts)]
    labels: list[float] = []
    if own.pairs is None:
        pairs = _zipped(own.texts, corpora)
    else:
        pairs = _columns(corpora[0], _rows(corpora[0]), labels if own.gold else None)
    blocks = _blocks(pairs)
    function = partial(compare_lines, measure=comparer.measure, cutter=comparer.cutter)
    table = writing.table(file, ("line", *COLUMNS))
    missed, line, similarities = 0, 1, []
    with job.open(COMPARING) as execution:
        results = execution.engine.map(function, blocks)
        for result in progress(results, unit="pair", size=lambda found: len(found.distances)):
            similar = write_rows(table, comparer, result, line)
            missed += sum(value != value for value in similar)
            line += len(similar)
            if own.gold:
                similarities.extend(similar)
    for corpus in corpora:
        warn_replaced(corpus)
    if own.gold:
        _tell_agreement(file, writing, similarities, labels)
    return line - 1 - missed, missed


def _tell_agreement(file: TextFile, writing: TableOptions, similarities: list[float], labels: list[float]) -> None:
    """Say how well similarities and labels agree."""
    from nlpzero.similarity.comparison import agreement

    found = agreement(similarities, labels)
    figures = {"spearman": found.spearman, "auc": found.auc}
    shown = ", ".join(f"{name} {value:.4f}" for name, value in figures.items() if value == value)
    warn(f"{shown or 'no correlation'} ({found.pairs:,} pairs)")
    if writing.form == "jsonl":
        Table(file, (*figures, "pairs"), "jsonl").write((*figures.values(), found.pairs))


def _zipped(names: Sequence[str], corpora: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Give the lines of two files together."""
    from nlpzero.errors import CorpusError

    for number, (a, b) in enumerate(itertools.zip_longest(*(corpus.lines() for corpus in corpora)), 1):
        if a is None or b is None:
            short, other = (names[0], names[1]) if a is None else (names[1], names[0])
            raise CorpusError(f"{short}: ends before line {number}, which {other} has", short, number)
        yield a, b


def _rows(corpus: Any) -> Iterator[list[str]]:
    """Give the columns of each row: between tabs, or the fields that are named."""
    if names := corpus.reading.fields:
        lines = corpus.lines()
        while row := list(itertools.islice(lines, len(names))):
            yield row
        return
    for line in corpus.lines():
        yield line.rstrip("\r").split("\t")


def _columns(corpus: Any, rows: Iterable[list[str]], labels: list[float] | None) -> Iterator[tuple[str, str]]:
    """Give the first two columns of each row; add the third to the labels."""
    import math

    from nlpzero.errors import CorpusError

    name = "<stdin>" if corpus.paths == ["-"] else corpus.paths[0]
    blank = 0  # blank lines are left out at the end only
    for number, fields in enumerate(rows, 1):
        if not any(map(str.strip, fields)):
            blank = blank or number
            continue
        if blank or len(fields) < 2:
            number = blank or number
            raise CorpusError(f"{name}: line {number}: no tab; --pairs wants two columns", name, number)
        if labels is not None:
            try:
                label = float(fields[2])
            except (IndexError, ValueError):
                label = math.nan
            if not math.isfinite(label):
                raise CorpusError(f"{name}: line {number}: no number in the third column, for --gold", name, number)
            labels.append(label)
        yield fields[0], fields[1]


def _blocks(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Join pairs of lines to two texts of as many lines."""
    iterator = iter(pairs)
    while block := list(itertools.islice(iterator, BLOCK)):
        a, b = zip(*block, strict=True)
        yield "\n".join(a) + "\n", "\n".join(b) + "\n"
