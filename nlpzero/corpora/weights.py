"""How much a word tells a document from others: inverse document frequencies (逆文档频率), from several sources."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import ModelError, NothingFound
from ..reading.corpus import read_lines
from ..rules.measures import Floats
from .dispersion import idf as idf_of
from .frequencies import SCHEMA, WordCounts


@dataclass(frozen=True)
class IdfTable:
    """The idf of words (逆文档频率), and what it is taken to be for unknown ones.

    Examples
    --------
    >>> table = IdfTable({"江": 2.5}, 7.0)
    >>> table.of(["江", "船"]).tolist()
    [2.5, 7.0]
    """

    known: dict[str, float] = field(repr=False)
    unknown: float

    def of(self, words: Sequence[str]) -> Floats:
        """Give the idf of each word."""
        found = (self.known.get(word, self.unknown) for word in words)
        return np.fromiter(found, np.float64, len(words))

    @classmethod
    def jieba(cls) -> "IdfTable":
        """Give those that jieba has; an unknown word has their median, as in jieba."""
        from ..segment.jieba_adapter import load_idf

        return cls(*load_idf())

    @classmethod
    def of_counts(cls, counts: WordCounts) -> "IdfTable":
        """Work them out from counts by document; an unknown word counts as one that stands in one document.

        Raises
        ------
        NothingFound
            If there are fewer than two documents.
        """
        documents = counts.documents
        if documents is None or len(documents) < 2:
            raise NothingFound(
                f"{counts.source}: no document frequencies, which need two documents or more; "
                "take smaller ones with `document`, or `idf`='jieba'"
            )
        values = idf_of(counts).tolist()
        return cls(dict(zip(counts.words, values, strict=True)), float(np.log(np.count_nonzero(documents.lengths))))

    @classmethod
    def load(cls, path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> "IdfTable":
        """Read a file: word counts by document, a table with the columns word and idf, or lines of a word and a number.

        Raises
        ------
        CorpusError
            If it cannot be read.
        ModelError
            If it is none of these; names the line. An unknown word has the median of a file of text.
        """
        source = os.fspath(path)
        if os.path.isfile(source):
            from ..core.archive import kind_of

            if kind_of(source) == SCHEMA.kind:
                return cls.of_counts(WordCounts.load(source))
        known: dict[str, float] = {}
        columns = (0, 1)
        for number, line in enumerate(read_lines(path, encoding, errors), 1):
            fields = line.rstrip("\r").split("\t") if "\t" in line else line.split()
            if number == 1 and "word" in fields and "idf" in fields:
                columns = fields.index("word"), fields.index("idf")
                continue
            if not fields:
                continue
            try:
                value = float(fields[columns[1]])
                known[fields[columns[0]]] = value
            except (IndexError, ValueError):
                value = float("nan")
            if not np.isfinite(value):
                raise ModelError(f"{source}: line {number}: is no word with its idf, such as '长江 8.2'")
        if not known:
            raise ModelError(f"{source}: holds no words with their idf")
        return cls(known, sorted(known.values())[len(known) // 2])
