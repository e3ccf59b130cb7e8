"""Damage to files at random, and the loaders that must tell it: for tests/test_fuzz.py and tests/benchmarks/fuzz.py."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from cases import random_text

from nlpzero.core import archive
from nlpzero.core.archive import read_archive
from nlpzero.core.engine import Engine
from nlpzero.core.schema import Member, Schema
from nlpzero.core.workspace import Workspace
from nlpzero.corpora import frequencies
from nlpzero.corpora.documents import DocumentUnit, Kind
from nlpzero.corpora.frequencies import WordCounts, count_words
from nlpzero.corpora.listing import list_words
from nlpzero.errors import ModelError
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.ngrams import runs
from nlpzero.ngrams.counts import count_ngrams, count_units
from nlpzero.ngrams.runs import NGramTable
from nlpzero.reading.parts import Block
from nlpzero.segment import learned, prepared, saving
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.dictionary import DictionaryCutter
from nlpzero.segment.encoding import encode_part
from nlpzero.segment.forced import ForcedCutter
from nlpzero.segment.learned import LearnedSegmenter
from nlpzero.segment.loading import load_cutter
from nlpzero.similarity import embedding, index, packaged
from nlpzero.similarity.distances import Measure
from nlpzero.similarity.documents import Space
from nlpzero.similarity.embedding import embed, save_embeddings
from nlpzero.similarity.index import load_index, save_index
from nlpzero.similarity.packaged import load_packed, save_packed
from nlpzero.syntax import link_counts
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.link_counts import LinkCounts, count_links
from nlpzero.vectors import checkpoints, cooccurrence, store
from nlpzero.vectors.checkpoints import load_checkpoint, save_checkpoint
from nlpzero.vectors.cooccurrence import Cooccurrence
from nlpzero.vectors.glove import train
from nlpzero.vectors.pairs import count_pairs
from nlpzero.vectors.parameters import GloveParameters
from nlpzero.vectors.store import Vectors, refinement
from nlpzero.words import checkpoint
from nlpzero.words.checkpoint import Checkpoint
from nlpzero.words.chunks import spans_of
from nlpzero.words.discovery import discover
from nlpzero.words.esa import esa_cut
from nlpzero.words.finding import Parameters as Wanted
from nlpzero.words.sampler import LONGEST, LONGEST_AT_FIRST
from nlpzero.words.tables import NGramNumbers

Random = np.random.Generator
Damage = Callable[[bytes, Random], bytes]

WORDS = [*"山水云雨风花鸟鱼虫草", "长江大桥", "十\u3000月", "iPhone", "\U00020000"]  # mountain, water, cloud, rain ...


class Loader(NamedTuple):
    """A kind of file.

    Attributes
    ----------
    write : writes one
    read : gives what it holds, in a form that can be compared
    schema : what an archive declares; None for files that are none
    exact : whether damage must be told, as sums are kept; text with another digit is another text
    """

    write: Callable[[Path], object]
    read: Callable[[Path], object]
    schema: Schema | None = None
    exact: bool = True


# Damage to bytes


def flipped(data: bytes, rng: Random) -> bytes:
    """Change some bits."""
    changed = bytearray(data)
    for at in rng.integers(0, len(data), rng.integers(1, 9)).tolist():
        changed[at] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def truncated(data: bytes, rng: Random) -> bytes:
    """Cut off the end, or the beginning."""
    at = int(rng.integers(len(data)))
    return data[at:] if rng.random() < 0.2 else data[:at]


def swapped(data: bytes, rng: Random) -> bytes:
    """Exchange two spans."""
    size = int(rng.integers(1, 1 + min(64, len(data) // 2)))
    a, b = sorted(rng.integers(0, len(data) - size, 2).tolist())
    b = max(b, a + size)
    return data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]


def overwritten(data: bytes, rng: Random) -> bytes:
    """Set a span to zero, to ones, or to anything."""
    at, size = int(rng.integers(len(data))), int(rng.integers(1, 300))
    size = min(size, len(data) - at)
    span = [bytes(size), b"\xff" * size, rng.bytes(size)][int(rng.integers(3))]
    return data[:at] + span + data[at + size :]


def moved(data: bytes, rng: Random) -> bytes:
    """Put in or take out some bytes."""
    at, size = int(rng.integers(len(data))), int(rng.integers(1, 40))
    return data[:at] + (rng.bytes(size) + data[at:] if rng.random() < 0.5 else data[at + size :])


def headed(data: bytes, rng: Random) -> bytes:
    """Change bytes of the headers of a zip archive, of its arrays, or of its first line."""
    marks = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY", b".npy", b"{'descr'", b'"', b"\n", b" "]
    there = [mark for mark in marks if mark in data] or [data[:1]]
    mark = there[int(rng.integers(len(there)))]
    places = [i for i in range(len(data)) if data.startswith(mark, i)][:200]
    at = places[int(rng.integers(len(places)))] + int(rng.integers(0, 60))
    some = bytes(rng.choice([0, 1, 2, 8, 0x20, 0x30, 0x39, 0x7F, 0x80, 0xFF], int(rng.integers(1, 5))).astype(np.uint8))
    return data[:at] + some + data[at + len(some) :]


def renamed(data: bytes, rng: Random) -> bytes:
    """Give a member another name, everywhere or in one place."""
    names = sorted(
        {name for name in (b"signature", b"words", b"matrix", b"counts", b"starts", b"steps") if name in data}
    )
    if not names:
        return flipped(data, rng)
    name = names[int(rng.integers(len(names)))]
    other = bytes(rng.choice([*b"aswmc"], len(name)).astype(np.uint8))
    return data.replace(name, other, int(rng.integers(1, 4)))


def jsoned(data: bytes, rng: Random) -> bytes:
    """Change a character of the JSON of a signature."""
    at = data.find(b'{"kind"')
    end = data.find(b"PK\x01\x02", at)
    if at < 0:
        return overwritten(data, rng)
    at = int(rng.integers(at, end))
    return data[:at] + bytes([int(rng.choice([*b'0123456789"{}[]:,-nx\\ \xff']))]) + data[at + 1 :]


DAMAGES: dict[str, Damage] = {
    one.__name__: one for one in (flipped, truncated, swapped, overwritten, moved, headed, renamed, jsoned)
}


# Archives that are whole by their sums, but not what is declared


def _valued(array: npt.NDArray[Any], rng: Random) -> npt.NDArray[Any]:
    """Put in a value that may be out of range."""
    changed = array.copy().reshape(-1)
    if len(changed):
        if array.dtype.kind == "f":
            some = rng.choice([np.nan, np.inf, -1, 0, 1e30])
        else:
            info = np.iinfo(array.dtype)
            some = rng.choice(np.array([info.min, info.max, 0, 1, len(array)], np.float64)).clip(info.min, info.max)
        changed[rng.integers(len(changed), size=int(rng.integers(1, 4)))] = np.float64(some).astype(array.dtype)
    return changed.reshape(array.shape)


RESHAPED: list[Callable[[npt.NDArray[Any], Random], npt.NDArray[Any]]] = [
    _valued,
    _valued,
    lambda array, rng: array[: int(rng.integers(len(array) + 1))],
    lambda array, _: np.concatenate([array, array[-1:]]),
    lambda array, _: array[:, None],
    lambda array, _: array.reshape(-1)[:1].reshape(()) if array.size else array,
    lambda array, _: array[::-1],
    lambda array, rng: array.astype(rng.choice(["u1", "i4", "u8", "f8", "f2"])),
    lambda array, _: np.empty((0, *array.shape[1:]), array.dtype),
]

FACTS: list[Any] = [None, -1, 0, 10**30, 1e308, float("nan"), "", "x", [], {}, [[]], True, {"sweep": "x"}, "\ud800"]


def forged(path: Path, rng: Random) -> bytes:
    """Change one array or one fact of an archive, and write it with sums that match."""
    found = archive.describe_archive(path)
    assert found is not None
    with np.load(path) as members:
        arrays = {name: members[name] for name in members.files if name != "signature"}
    made = json.loads(json.dumps(found.made))
    name = str(rng.choice([*arrays]))
    way = rng.random()
    if way < 0.1:
        del arrays[name]
    elif way < 0.15:
        arrays[str(rng.choice([*arrays, "more"]))] = arrays[name]
    elif way < 0.7:
        with np.errstate(all="ignore"):
            arrays[name] = RESHAPED[int(rng.integers(len(RESHAPED)))](arrays[name], rng)
    elif made:
        inner = made
        while True:
            key = str(rng.choice([*inner]))
            if not isinstance(inner[key], dict) or not inner[key] or rng.random() < 0.5:
                break
            inner = inner[key]
        if rng.random() < 0.2:
            del inner[key]
        else:
            inner[key] = FACTS[int(rng.integers(len(FACTS)))]
    every = " ".join({f"{array.dtype.kind}{array.dtype.itemsize}" for array in arrays.values()})
    members_ = {n: Member(every, tuple(f"{n}{i}" for i in range(array.ndim))) for n, array in arrays.items()}
    file = io.BytesIO()
    archive.write_archive(file, Schema(found.kind, found.format, members_, ""), made, arrays)
    return deflated(file.getvalue()) if rng.random() < 0.1 else file.getvalue()


def deflated(data: bytes) -> bytes:
    """Compress the members of an archive, as another program may."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return file.getvalue()


# Loaders


def _bytes_of(arrays: dict[str, Any]) -> dict[str, object]:
    """Give arrays in a form that can be compared."""
    return {name: (str(a.dtype), a.shape, np.asarray(a).tobytes()) for name, a in arrays.items() if a is not None}


def _vectors(refined: bool = True) -> Vectors:
    rng = np.random.default_rng(7)
    matrix = rng.normal(size=(len(WORDS), 6)).astype(np.float32)
    counts = np.arange(len(WORDS), 0, -1) * 1000
    return Vectors(WORDS, matrix, counts, refinement(matrix, 2) if refined else None, {"trained": {"dim": 6}})


def _read_vectors(path: Path) -> object:
    found = Vectors.load(path)
    mean, directions = found.refinement or (None, None)
    arrays = {"matrix": found.matrix, "counts": found.counts, "mean": mean, "directions": directions}
    return found.words, found.signature, _bytes_of(arrays)


def _read_packed(path: Path) -> object:
    found = load_packed(path.read_bytes(), str(path))
    return found.words, found.signature, _bytes_of({"matrix": found.matrix, "counts": found.counts})


COUNTS = count_pairs([" ".join(random_text(5, 600).replace("\n", " ")) + "\n"], min_count=2, window=3)
TRAINING = GloveParameters(dim=4, sweeps=1, solver="sgd", model=1)
TEXT = random_text(6, 400)
SPACE = Space(_vectors(), "cosine", "norm", "char")


def _read_counts(path: Path) -> object:
    found = Cooccurrence.load(path)
    names = ("word_counts", "starts", "columns", "values")
    return (
        found.words,
        (found.symmetric, found.unit, found.signature),
        _bytes_of({name: getattr(found, name) for name in names}),
    )


def _read_ngrams(path: Path) -> object:
    found = NGramTable.load(path)
    levels = [(level.pairs.array.tobytes(), level.numbers.array.tobytes()) for level in found.levels]
    return found[:1] + found[2:-1] + (levels,)


def _write_words(kind: Kind, path: Path) -> None:
    """Write word counts by some kind of documents."""
    blocks = [Block(name, 1, text) for name, text in (("甲", " ".join(TEXT)), ("乙", " ".join(TEXT[:90])))]
    count_words(blocks, unit=DocumentUnit(kind)).save(path)


def _read_words(path: Path) -> object:
    """Read word counts, and use all that is in them."""
    found = WordCounts.load(path)
    return found.words, found.total, found.cut, found.counts.tolist(), [*map(str, list_words(found))]


LISTED = Lexicon(["山水", "云雨", "风花", "长江大桥"], [5, 3, 2, 1])


def _read_segmenter(path: Path) -> object:
    arrays, words, made, listed = LearnedSegmenter.load(path).knowledge
    return _bytes_of(arrays), words, made, listed


def _write_segmenter(path: Path) -> None:
    found = discover([TEXT], "bayes", Wanted(min_count=1, rounds=1, samples=1, lexicon=LISTED))
    assert found.segmenter is not None
    found.segmenter.save(path)


def _write_index(path: Path) -> None:
    lines = ["山 水 云", "长江大桥 鱼", "", "虎 山水"]
    save_index(path, SPACE.encode([line.split() for line in lines]), lines, SPACE, "blanks")


def _read_index(path: Path) -> object:
    documents, lines = load_index(path, SPACE, "blanks")
    return _bytes_of({name: getattr(documents, name) for name in index.ARRAYS}), documents.added, lines


def _write_glove(path: Path) -> None:
    (*_, state) = train(COUNTS, TRAINING)
    save_checkpoint(path, state, COUNTS, TRAINING)


def _read_glove(path: Path) -> object:
    state = load_checkpoint(path, COUNTS, TRAINING)
    arrays = {"words": state.words, "contexts": state.contexts, **dict(zip("ab", state.squares, strict=True))}
    return state.sweep, state.loss, _bytes_of(arrays)


SETTINGS = Wanted(min_count=1, rounds=2, samples=1)


def _bayes() -> tuple[Any, Any]:
    ngrams = count_units([TEXT], joined=True, engine=Engine(1), workspace=Workspace(1 << 62))
    symbols = ngrams.by_class().to_length(2 * LONGEST)
    marks, _, _ = esa_cut(symbols, order=LONGEST_AT_FIRST, finer=0.0)
    numbers = NGramNumbers([len(level) for level in symbols.levels], LONGEST)
    return symbols, spans_of(symbols, numbers, marks, 1, symbols.engine)


SYMBOLS, SPANS = _bayes()


def _write_bayes(path: Path) -> None:
    discover([TEXT], "bayes", SETTINGS, checkpoint=path)


def _read_bayes(path: Path) -> object:
    rounds = Checkpoint(path, SYMBOLS, SETTINGS).load(SPANS)
    chunks = [chunk for span in SPANS for chunk in span.chunks]
    cut = [(chunk.sizes.array.tobytes(), chunk.chosen and chunk.chosen.array.tobytes()) for chunk in chunks]
    return rounds, cut


def _written(content: str | bytes, pack: Callable[[bytes], bytes] = bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(pack(data))


def _foreign(kind: Any, pack: Callable[[bytes], bytes] = bytes) -> Callable[[Path], object]:
    file = io.BytesIO()
    _vectors().save(file, kind)
    return _written(file.getvalue(), pack)


def _read_lexicon(path: Path) -> object:
    found = Lexicon.from_file(path)
    return found.words, found.counts.tolist()


def _read_cutter(path: Path) -> object:
    found = load_cutter(path)
    return found("山水长江大桥"), found.digest


def _write_cutter(path: Path) -> None:
    """Write a dictionary cutter with words of a user, some of them forced."""
    ForcedCutter(DICTIONARY.with_words(Lexicon(["大桥"], [1])), Lexicon(["水长"], [1])).save(path)


def _read_prepared(path: Path) -> object:
    """Read a dictionary that was made ready; one that is made anew is told from it."""
    found = prepared._kept(DictionaryCutter, str(path), SOURCE)
    if found is None:
        raise ModelError(f"{path}: is made anew")
    return found("三十个山水，长江大桥"), found.digest, _bytes_of(found.learned())


DICTIONARY = DictionaryCutter(Lexicon([*LISTED.words, *"一二三十个条种座", "一种", "两种", "三种"], [9] * 15, 400))
SOURCE = [1, 2, "x"]
MEASURE = Measure("cosine", _vectors())


def _write_embeddings(path: Path) -> None:
    """Write vectors of texts."""
    save_embeddings(path, [embed(MEASURE, MEASURE.encode([["山", "水"], ["云"], []]))], MEASURE)


def _read_embeddings(path: Path) -> object:
    """Read vectors of texts."""
    found = read_archive(path, embedding.SCHEMA)
    return found.made, _bytes_of(found.arrays)


LIST = "".join(f"{word} {number}\n" for number, word in enumerate(WORDS, 1) if "\u3000" not in word)
TABLE = "word\tcount\tscore\n" + "".join(f"{word}\t{number}\t{number / 7}\n" for number, word in enumerate(WORDS, 1))
OBJECTS = "".join(json.dumps({"word": word, "count": n}, ensure_ascii=False) + "\n" for n, word in enumerate(WORDS, 1))


def _write_links(path: Path) -> None:
    """Write counts of links."""
    count_links(Clauses([TEXT], partial(encode_part, BlankCutter()))).save(path)


def _read_links(path: Path) -> object:
    """Read counts of links."""
    found = LinkCounts.load(path)
    return [getattr(found, name) if name == "words" else np.array(getattr(found, name)).tolist() for name in LINK_PARTS]


LINK_PARTS = [*link_counts.SCHEMA.members, "window", "clauses", "total", "min_count"]

LOADERS: dict[str, Loader] = {
    "vectors": Loader(lambda path: _vectors().save(path, "npz"), _read_vectors, store.SCHEMA),
    "packed vectors": Loader(lambda path: save_packed(_vectors(), path), _read_packed, packaged.SCHEMA),
    "co-occurrence counts": Loader(COUNTS.save, _read_counts, cooccurrence.SCHEMA),
    "n-gram counts": Loader(lambda path: count_ngrams([TEXT], 3).save(path), _read_ngrams, runs.SCHEMA),
    "word counts": Loader(partial(_write_words, "none"), _read_words, frequencies.SCHEMA),
    "word counts by file": Loader(partial(_write_words, "file"), _read_words, frequencies.SCHEMA),
    "word counts by line": Loader(partial(_write_words, "line"), _read_words, frequencies.SCHEMA),
    "link counts": Loader(_write_links, _read_links, link_counts.SCHEMA),
    "segmenter": Loader(_write_segmenter, _read_segmenter, learned.SCHEMA),
    "index": Loader(_write_index, _read_index, index.SCHEMA),
    "vectors of texts": Loader(_write_embeddings, _read_embeddings, embedding.SCHEMA),
    "cutter": Loader(_write_cutter, _read_cutter, saving.SCHEMA),
    "prepared dictionary": Loader(
        lambda path: prepared._keep(DICTIONARY, str(path), SOURCE), _read_prepared, prepared.SCHEMA
    ),
    "glove checkpoint": Loader(_write_glove, _read_glove, checkpoints.CHECKPOINT),
    "bayes checkpoint": Loader(_write_bayes, _read_bayes, checkpoint.CHECKPOINT),
    "text vectors": Loader(_foreign("text"), _read_vectors, exact=False),
    "text vectors without header": Loader(_foreign("glove"), _read_vectors, exact=False),
    "binary vectors": Loader(_foreign("binary"), _read_vectors, exact=False),
    "text vectors, gz": Loader(_foreign("text", gzip.compress), _read_vectors, exact=False),
    "binary vectors, bz2": Loader(_foreign("binary", bz2.compress), _read_vectors, exact=False),
    "binary vectors, xz": Loader(_foreign("binary", lzma.compress), _read_vectors, exact=False),
    "word list": Loader(_written(LIST), _read_lexicon, exact=False),
    "word table": Loader(_written(TABLE), _read_lexicon, exact=False),
    "word table, csv": Loader(_written(TABLE.replace("\t", ",")), _read_lexicon, exact=False),
    "word objects": Loader(_written(OBJECTS), _read_lexicon, exact=False),
    "word list, gz": Loader(_written(LIST, gzip.compress), _read_lexicon, exact=False),
    "cutter of a list": Loader(_written(LIST), _read_cutter, exact=False),
    "cutter of a segmenter": Loader(_write_segmenter, _read_cutter, exact=False),
}
