"""`nlpzero similar --embed`: texts as vectors for other programs."""

import os
from functools import partial
from typing import TYPE_CHECKING

import click

from .comparing import Comparer
from .messages import progress, warn_replaced
from .options import RunningOptions
from .output import TableOptions, TextFile
from .values import is_given

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlpzero.vectors.characters import Matrix

    from .similar import SimilarOptions

BLOCK = 1 << 18
"""Bytes of text that a task turns into vectors."""

ARCHIVE, TABLES = ".npz", ("", ".tsv", ".csv", ".jsonl", ".txt")
"""Ends of the names of files of vectors, and of tables."""


def check_suffix(output: str) -> None:
    """Refuse a name that ends like a file of another kind, unless --format asks for a table."""
    suffix = os.path.splitext(output)[1]
    if suffix != ARCHIVE and suffix not in TABLES and not is_given("form"):
        kinds = ", ".join(TABLES[1:-1])
        raise click.UsageError(
            f"-o {output}: its suffix is none of {ARCHIVE} (vectors), {kinds} and {TABLES[-1]} (a table); "
            "give it one of them, or --format"
        )


def embed(writing: TableOptions, own: "SimilarOptions", comparer: Comparer, running: RunningOptions) -> tuple[int, int]:
    """Write a vector for each line; give how many have one, and how many hold no known word."""
    from nlpzero.similarity.comparison import COMPARING
    from nlpzero.similarity.embedding import embed_lines, save_embeddings

    check_suffix(writing.output)
    missed = written = 0

    def counted(parts: "Iterable[Matrix]") -> "Iterable[Matrix]":
        nonlocal missed, written
        for part in parts:
            missed += int((~part.any(1)).sum())
            written += len(part)
            yield part

    corpus = comparer.encoding.corpus(*own.texts or ("-",))
    task = partial(embed_lines, measure=comparer.measure, cutter=comparer.cutter, dim=own.dim)
    with running.job.open(COMPARING) as execution:
        found = execution.engine.map(task, corpus.blocks(BLOCK))
        parts = counted(progress(found, unit="line", size=lambda part: len(part)))
        if writing.output.endswith(ARCHIVE):
            save_embeddings(writing.output, parts, comparer.measure)
        else:
            with writing.open() as file:
                _write(file, writing, parts)
    warn_replaced(corpus)
    return written - missed, missed


def _write(file: TextFile, writing: TableOptions, parts: "Iterable[Matrix]") -> None:
    """Write a row for each text: its line, and its numbers with six digits."""
    table, line = None, 1
    for part in parts:
        if table is None:
            table = writing.table(file, ("line", *(f"d{i}" for i in range(1, part.shape[1] + 1))))
        numbers = [[f"{value:.6g}" for value in column] for column in part.T.tolist()]
        table.write_columns([range(line, line + len(part)), *numbers])
        line += len(part)
