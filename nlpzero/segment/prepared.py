"""jieba's dictionary made ready for cutting, and kept (预备词典): to read it takes longer than to cut most texts.

What is kept is an archive in the user's cache folder. It is taken only if every sum in it is right and it was made by
this version of nlpzero from the very dictionary that is installed; else it is made anew. It is written beside its place
and moved there, so that any number of processes may make it at a time. Where nothing can be written, nothing is kept.
"""

import contextlib
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .. import __version__
from ..core.archive import Archive, read_archive, write_archive
from ..core.cache import cache_folder
from ..core.checksum import Checksum
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..lexicon.hashing import EMPTY
from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODES, Trie
from . import classifiers, forms, phrases
from .jieba_adapter import dictionary_path, words_of
from .lexical import LexiconCutter
from .numerals import NUMERALS

SCHEMA = Schema(
    "prepared dictionary",
    2,
    {
        "letters": Member("u1", ("bytes",)),
        "counts": Member("i8", ("words",)),
        "keys": Member("u8", ("slots",), mapped=True),
        "ids": Member("i4", (f"slots+{CODES}",), mapped=True),
        "first": Member("u4", ("beginnings",), below=CODES),
        "scores": Member("f8", ("words",), finite=True),
        "kinds": Member("u1", (CODES,), optional=True),
        "bound": Member("u8", ("pairs",), optional=True),
        "form_lengths": Member("f8", (forms.LONGEST + 1,), optional=True),
        "form_number": Member("u2", (CODES,), optional=True, below="columns"),
        "form_places": Member("f8", (3, "columns"), optional=True),
    },
    "delete it",
    {"total": int, "digest": str, "source": list},
)

RULES = repr(
    [
        (classifiers.LEAST_WORDS, classifiers.MOST_SHARE, classifiers.LIFT, NUMERALS),
        (phrases.MIXED, phrases.DETERMINERS, phrases.WHOLE, phrases.HALF, phrases.DEGREES, phrases.QUALITIES),
        (forms.SHARE, forms.LONGEST, forms.MOST_COUNT, forms.BY_PLACE, forms.LEAST),
    ]
)
"""The constants that the arrays depend on."""

PreparedCut = TypeVar("PreparedCut", bound=LexiconCutter)


def prepared_cutter(
    kind: type[PreparedCut], maker: Callable[[], PreparedCut], least: int = 1, *, with_phrases: bool = True
) -> PreparedCut:
    """Give a cutter of a kind with the words of jieba's dictionary that have a least count (结巴词典).

    Parameters
    ----------
    kind : type
        Of the cutter.
    maker : function
        Makes it in another process.
    least : int
        The least count of a word.
    with_phrases : bool
        Whether words that are phrases stay: see `nlpzero.segment.phrases`.

    Raises
    ------
    LexiconError
        If jieba is not installed.
    """
    with open(dictionary_path(), "rb") as file:
        data = file.read()
    source = [len(data), _sum(data), least, with_phrases, __version__, RULES]
    folder = cache_folder()
    place = None if folder is None else os.path.join(folder, f"{kind.kind}-{SCHEMA.version}-{source[1]:08x}.npz")
    cutter = None if place is None else _kept(kind, place, source)
    if cutter is None:
        words = phrases.frequent(words_of(data), least)
        cutter = kind(words if with_phrases else phrases.without_phrases(words))
        if place is not None:
            with contextlib.suppress(OSError, ModelError):
                _keep(cutter, place, source)
    cutter.maker = maker
    return cutter


def _sum(data: bytes) -> int:
    """Give the checksum of bytes."""
    return Checksum(np.frombuffer(data, np.uint8)).value


def _kept(kind: type[PreparedCut], place: str, source: list[Any]) -> PreparedCut | None:
    """Give the cutter that is kept at a place, if there is one, whole and of this source."""
    try:
        archive = read_archive(place, SCHEMA)
    except ModelError:
        return None
    return _restored(kind, archive) if archive.made["source"] == source else None


def _restored(kind: type[PreparedCut], archive: Archive) -> PreparedCut | None:
    """Make a cutter of what is kept, if that is what `_keep` writes."""
    arrays = {name: np.asarray(array) for name, array in archive.arrays.items()}
    made, keys, ids = archive.made, arrays["keys"], arrays["ids"]
    slots = len(keys)
    is_table = slots and slots & (slots - 1) == 0 and EMPTY in keys
    if not is_table or made["total"] < 1 or ids.min() < -1 or ids.max() >= len(arrays["counts"]):
        return None
    trie = Trie.of_arrays(keys, ids, arrays["first"].astype(np.intp))
    lexicon = Lexicon.of_packed(arrays["letters"], arrays["counts"], made["total"], trie, made["digest"])
    try:
        return kind.of_learned(lexicon, arrays)
    except KeyError:  # it lacks what this kind has learned
        return None


def _keep(cutter: LexiconCutter, place: str, source: list[Any]) -> None:
    """Write a cutter to a place."""
    os.makedirs(os.path.dirname(place), exist_ok=True)
    lexicon = cutter.lexicon
    keys, ids = lexicon.trie.arrays
    arrays: dict[str, Any] = {
        "letters": lexicon.packed,
        "counts": lexicon.counts,
        "keys": keys,
        "ids": ids,
        "first": lexicon.trie.first.astype(np.uint32),
        **cutter.learned(),
    }
    made = {"source": source, "total": lexicon.total, "digest": lexicon.digest}
    write_archive(place, SCHEMA, made, arrays)
