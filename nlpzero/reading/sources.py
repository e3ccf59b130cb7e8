"""What functions of the library take for text: a path, paths, a corpus, or the texts themselves."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import CorpusError
from .corpus import Corpus
from .parts import Block, Extent, Part

Texts = Corpus | str | os.PathLike[str] | Iterable[Any]
"""A corpus, a path, paths, or texts: see `open_texts`."""

SHOWN = 20
"""Characters of a text that a message shows."""


@contextlib.contextmanager
def open_texts(texts: Texts, size: int, name: str = "texts") -> Iterator[Iterable[str | Part]]:
    """Open what was given for text, and give its blocks.

    Parameters
    ----------
    texts : Corpus, path, or iterable
        A str is a path. The items of an iterable are texts of whole lines, or parts of a corpus; those of a list or
        tuple may also be paths, if each is a `pathlib.Path` or the name of a file that exists.
    size : int
        Bytes of a block of a corpus; texts that are given are taken as they are.
    name : str
        What the parameter is called.

    Raises
    ------
    CorpusError
        If it is none of these: above all for a text in place of a path. Names the parameter.

    Examples
    --------
    >>> with open_texts(["长江\\n", "黄河\\n"], 100) as blocks:
    ...     [*blocks]
    ['长江\\n', '黄河\\n']
    >>> open_texts("长江黄河", 100).__enter__()
    Traceback (most recent call last):
        ...
    nlpzero.errors.CorpusError: `texts` is '长江黄河', and no file has this name; give the path of a file, or [text]
    """
    corpus = _corpus(texts, name)
    if isinstance(texts, Corpus):
        yield texts.parts(size)
    elif corpus is not None:
        with corpus:
            yield corpus.parts(size)
    else:
        yield _checked(texts, name)


@contextlib.contextmanager
def open_blocks(texts: Texts, size: int, name: str = "texts") -> Iterator[Iterable[Block]]:
    """Open what was given for text, and give its blocks with their sources and lines; see `open_texts`."""
    corpus = _corpus(texts, name)
    if isinstance(texts, Corpus):
        yield texts.blocks(size)
    elif corpus is not None:
        with corpus:
            yield corpus.blocks(size)
    else:
        yield _numbered(_checked(texts, name), name)


def _corpus(texts: Texts, name: str) -> Corpus | None:
    """Make a corpus of a path or of paths; None for anything else."""
    if isinstance(texts, Corpus):
        return None
    if isinstance(texts, str) and not _is_file(texts):
        shown = texts if len(texts) <= SHOWN else f"{texts[:SHOWN]}..."
        raise CorpusError(f"`{name}` is {shown!r}, and no file has this name; give the path of a file, or [text]")
    if isinstance(texts, str | os.PathLike):
        return Corpus([os.fspath(texts)])
    several = texts if isinstance(texts, list | tuple) and not isinstance(texts, Block | Extent) else ()
    are_paths = all(isinstance(item, os.PathLike) or (isinstance(item, str) and _is_file(item)) for item in several)
    return Corpus([os.fspath(item) for item in several]) if several and are_paths else None


def _is_file(text: str) -> bool:
    """Tell whether a str is the name of a file (or - for standard input), and no text."""
    return text == "-" or ("\n" not in text and "\0" not in text and len(text) < 4096 and os.path.exists(text))


def _checked(texts: Any, name: str) -> Iterator[str | Part]:
    """Give texts as they come, and refuse what is none."""
    if isinstance(texts, bytes | Block | Extent) or not isinstance(texts, Iterable):
        raise CorpusError(f"`{name}` is of type {type(texts).__name__}; give a path, a Corpus, or a list of texts")
    return _each(texts, name)


def _each(texts: Iterable[Any], name: str) -> Iterator[str | Part]:
    for text in texts:
        if not isinstance(text, str | Block | Extent):
            raise CorpusError(
                f"`{name}` holds something of type {type(text).__name__}; give texts as str, or a list of paths"
            )
        yield text


def _numbered(texts: Iterable[str | Part], name: str) -> Iterator[Block]:
    """Give texts as blocks of one source."""
    line = 1
    for text in texts:
        if isinstance(text, Extent):
            raise CorpusError(f"`{name}` holds a part that only workers read; give blocks, a path or a Corpus")
        block = text if isinstance(text, Block) else Block(name, line, text)
        line = block.line + block.text.count("\n")
        yield block
