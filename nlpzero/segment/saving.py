"""Cutters in files: what rule cuts, by which words, and which words users added."""

import os
from typing import Any, BinaryIO

import numpy as np

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..lexicon.lexicon import Lexicon
from .cutter import BLANKS, BlankCutter, Cutter
from .dictionary import DictionaryCutter, dictionary_cutter
from .forced import ForcedCutter
from .lexical import HmmCutter, JiebaCutter, LexiconCutter, jieba_cutter

SCHEMA = Schema(
    "cutter",
    1,
    {
        "words": Member("text", ("words",), optional=True),
        "counts": Member("i8", ("words",), optional=True),
    },
    "save the cutter again",
    {"rule": str, "own": bool, "lists": list, "forced": int},
)

_MAKERS = {JiebaCutter.kind: jieba_cutter, DictionaryCutter.kind: dictionary_cutter}
_CLASSES: dict[str, type[LexiconCutter]] = {one.kind: one for one in (LexiconCutter, JiebaCutter, DictionaryCutter)}


def save_cutter(cutter: Cutter, file: str | os.PathLike[str] | BinaryIO) -> None:
    """Write a cutter (分词器), for `load_cutter`; equal cutters give equal bytes.

    The words of jieba's dictionary are not written: they come with jieba, and must be the same when the file is read.

    Raises
    ------
    ModelError
        If the cutter is of a kind that has no file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from .loading import load_cutter
    >>> with TemporaryDirectory() as folder:
    ...     save_cutter(LexiconCutter(Lexicon(["江豚"], [1])), f"{folder}/cutter.npz")
    ...     cut = load_cutter(f"{folder}/cutter.npz")
    >>> cut("看江豚")
    ['看', '江豚']
    """
    digest, forced = cutter.digest, []
    while isinstance(cutter, ForcedCutter):
        forced.append(cutter.words)
        cutter = cutter.cutter
    lists: list[Lexicon] = []
    own = False
    if isinstance(cutter, LexiconCutter):
        rule, own = cutter.kind, cutter.maker is None
        lists = [*([cutter.lexicon] if own else []), *cutter.added]
    elif isinstance(cutter, BlankCutter | HmmCutter):
        rule = "blanks" if isinstance(cutter, BlankCutter) else "hmm"
    else:
        raise ModelError(f"a {type(cutter).__name__} with forced words has no file; save it without them")
    lists += forced[::-1]
    made = {"rule": rule, "own": own, "forced": len(forced), "digest": digest}
    made["lists"] = [{"words": len(one), "total": one.total} for one in lists]
    arrays: dict[str, Any] = {}
    if lists:
        arrays = {
            "words": [word for one in lists for word in one.words],
            "counts": np.concatenate([one.counts for one in lists]),
        }
    write_archive(file, SCHEMA, made, arrays)


def read_cutter(path: str | os.PathLike[str]) -> Cutter:
    """Read what `save_cutter` wrote.

    Raises
    ------
    ModelError
        If the file is damaged, or was made with another version of jieba.
    """
    archive = read_archive(path, SCHEMA)
    made, wrong = archive.made, ModelError(f"{os.fspath(path)}: is damaged; {SCHEMA.remedy}")
    words, counts = archive.texts.get("words", []), archive.arrays.get("counts", np.empty(0, np.int64))
    if len(words) != len(counts):
        raise wrong
    lists, at = [], 0
    for one in made["lists"]:
        if not isinstance(one, dict) or not isinstance(one.get("words"), int) or not isinstance(one.get("total"), int):
            raise wrong
        end = at + one["words"]
        if not at < end <= len(words) or one["total"] < 1:
            raise wrong
        lists.append(Lexicon(words[at:end], counts[at:end], one["total"]))
        at = end
    forced, rule, own = made["forced"], made["rule"], made["own"]
    if at != len(words) or not 0 <= forced <= len(lists) - own or (counts < 1).any():
        raise wrong
    kept = lists[: len(lists) - forced]
    cutter: Cutter
    if rule in ("blanks", "hmm") and not kept:
        cutter = BLANKS if rule == "blanks" else HmmCutter()
    elif rule in _CLASSES and (own or rule in _MAKERS):
        lexical = _CLASSES[rule](kept.pop(0)) if own else _MAKERS[rule]()
        for added in kept:
            lexical = lexical.with_words(added)
        cutter = lexical
    else:
        raise wrong
    for one in lists[len(lists) - forced :]:
        cutter = ForcedCutter(cutter, one)
    if cutter.digest != made.get("digest"):
        raise ModelError(
            f"{os.fspath(path)}: was made with another dictionary of jieba than the one here; install jieba==0.42.1 "
            "where it was made and here, and save the cutter again"
        )
    return cutter
