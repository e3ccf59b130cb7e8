"""`nlpzero similar --lines` and `--pairs`: many pairs of texts, block by block."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .comparing import COLUMNS, Comparer, write_rows
from .messages import progress, warn, warn_replaced
from .output import Table, TableOptions, TextFile

if TYPE_CHECKING:
    from nlpzero.core.job import Job

    from .similar import SimilarOptions

TextColumns = tuple[list[str], list[str]]

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
        blocks = _zipped(own.texts, corpora)
    else:
        blocks = _columns(corpora[0], _rows(corpora[0]), labels if own.gold else None)
    function = partial(compare_lines, measure=comparer.measure, cutter=comparer.cutter)
    table = writing.table(file, ("line", *COLUMNS))
    missed, line, similarities = 0, 1, []
    with job.open(COMPARING) as execution:
        results = execution.engine.map(function, map(_texts, blocks))
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


def _zipped(names: Sequence[str], corpora: Sequence[Any]) -> Iterator[TextColumns]:
    """Give the lines of two files together."""
    from nlpzero.errors import CorpusError

    sides = [corpus.lines() for corpus in corpora]
    read = 0
    while True:
        a, b = (list(itertools.islice(side, BLOCK)) for side in sides)
        if len(a) != len(b):
            short, other = (names[0], names[1]) if len(a) < len(b) else (names[1], names[0])
            number = read + min(len(a), len(b)) + 1
            raise CorpusError(f"{short}: ends before line {number}, which {other} has", short, number)
        if not a:
            return
        read += len(a)
        yield a, b


def _rows(corpus: Any) -> Iterator[list[list[str]]]:
    """Give the columns of rows, some at a time: between tabs, or the fields that are named."""
    lines = corpus.lines()
    if size := len(corpus.reading.fields):
        while fields := list(itertools.islice(lines, size * BLOCK)):
            yield [fields[at : at + size] for at in range(0, len(fields), size)]
        return
    while block := list(itertools.islice(lines, BLOCK)):
        yield [line.rstrip("\r").split("\t") for line in block]


def _columns(corpus: Any, blocks: Iterable[list[list[str]]], labels: list[float] | None) -> Iterator[TextColumns]:
    """Give the first two columns of each row; add the third to the labels."""
    from nlpzero.errors import CorpusError

    name = "<stdin>" if corpus.paths == ["-"] else corpus.paths[0]
    number, blank = 0, 0  # blank lines are left out at the end only
    for rows in blocks:
        first, number = number + 1, number + len(rows)
        if blank or min(map(len, rows)) < 2 or not all(fields[0].strip() for fields in rows):
            every, rows = rows, []
            for at, fields in enumerate(every, first):
                if not any(map(str.strip, fields)):
                    blank = blank or at
                    continue
                if blank or len(fields) < 2:
                    _labels(name, first, rows, labels)  # of two faults the first one is told
                    at = blank or at
                    raise CorpusError(f"{name}: line {at}: no tab; --pairs wants two columns", name, at)
                rows.append(fields)
        _labels(name, first, rows, labels)
        if rows:
            yield [fields[0] for fields in rows], [fields[1] for fields in rows]


def _labels(name: str, first: int, rows: list[list[str]], labels: list[float] | None) -> None:
    """Add the numbers in the third columns to the labels."""
    from nlpzero.errors import CorpusError

    if labels is None:
        return
    for number, fields in enumerate(rows, first):
        try:
            label = float(fields[2])
        except (IndexError, ValueError):
            label = math.nan
        if not math.isfinite(label):
            raise CorpusError(f"{name}: line {number}: no number in the third column, for --gold", name, number)
        labels.append(label)


def _texts(pairs: TextColumns) -> tuple[str, str]:
    """Join pairs of lines to two texts of as many lines."""
    a, b = ("\n".join(side) + "\n" for side in pairs)
    return a, b
