"""Cutters from files: a word list, a saved cutter and a learned segmenter are told apart by what is in the file."""

import os

from ..core.archive import kind_of
from ..errors import CorpusError
from ..lexicon.lexicon import Lexicon
from .cutter import Cutter
from .learned import LearnedSegmenter
from .lexical import LexiconCutter
from .saving import SCHEMA, read_cutter

ARCHIVE = b"PK\x03\x04"
"""What a .npz file, as segmenters are, begins with."""


def load_cutter(path: str | os.PathLike[str], encoding: str = "utf-8") -> Cutter:
    r"""Read a word list, a saved cutter or a learned segmenter, and give what cuts text by it (载入分词器).

    Parameters
    ----------
    path : path
        A word list as `Lexicon.from_file` reads it, what `Cutter.save` wrote, or a segmenter that
        `nlpzero discover --save-segmenter` wrote.
    encoding : str
        Of a word list.

    Raises
    ------
    CorpusError, LexiconError
        For a file that cannot be read, or is neither.
    ModelError
        For a segmenter that is damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "words.txt")
    ...     _ = path.write_text("长江大桥 3\n江豚 1\n", "utf-8")
    ...     cut = load_cutter(path)
    >>> cut("长江大桥下有江豚")
    ['长江大桥', '下', '有', '江豚']
    """
    name = os.fspath(path)
    if os.path.isfile(name):  # what is no regular file can be read but once
        try:
            with open(name, "rb") as file:
                is_archive = file.read(len(ARCHIVE)) == ARCHIVE
        except OSError as error:
            raise CorpusError(f"{name}: {error.strerror}", name) from None
        if is_archive:
            return read_cutter(name) if kind_of(name) == SCHEMA.kind else LearnedSegmenter.load(name)
    return LexiconCutter(Lexicon.from_file(name, encoding))
