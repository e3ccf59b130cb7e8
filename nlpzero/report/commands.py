"""The command lines that give the figures of a report."""

import os
import shlex
from collections.abc import Iterable

from .material import SURE, Material
from .survey import CorpusFile

NEW_FILE = "new.tsv"
NAMES = 3
"""Files that are named; of more only the first is."""


def corpus_names(files: Iterable[CorpusFile]) -> str:
    """Write the files of the corpus as a shell reads them, without their folders."""
    names = [os.path.basename(one.name) for one in files if one.name]
    if not names or "<stdin>" in names:
        return "corpus.txt"
    return " ".join(map(shlex.quote, names[:NAMES])) + (" ..." if len(names) > NAMES else "")


def report_command(section: str, files: Iterable[CorpusFile]) -> str:
    """Write the command line that gives the figures of a section that no other command gives."""
    return f"nlpzero report --json --sections {section} {corpus_names(files)}"


def shown_command(material: Material, command: str, *options: str, cuts: bool = True, after: str = "") -> str:
    """Write a command line that gives what a section shows."""
    words = ""
    if cuts:
        words = " ".join(filter(None, (material.options.words, f"--userdict {NEW_FILE}" if material.added else "")))
    parts = ["nlpzero", command, *options, words, corpus_names(material.survey.files), after]
    return " ".join(part for part in parts if part)


def discover_command(material: Material) -> tuple[str, ...]:
    """Write the command line that finds the words that others add with --userdict."""
    if material.added is None:
        return ()
    return (f"nlpzero discover --new --min-probability {SURE} -o {NEW_FILE} {corpus_names(material.survey.files)}",)
