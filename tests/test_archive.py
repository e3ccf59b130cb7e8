"""Files of arrays: what is saved is what is held, and what is read is as it was declared."""

import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpzero.core.archive import read_archive, write_archive
from nlpzero.core.pieces import pieces_of
from nlpzero.core.schema import Member, Schema
from nlpzero.core.workspace import Workspace
from nlpzero.errors import ModelError
from nlpzero.vectors.store import Vectors

ALL = "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8"
ANY = Schema("anything", 3, {}, "make it again")
GRAPH = Schema(
    "graph",
    1,
    {
        "names": Member("text", ("nodes",)),
        "starts": Member("i8", ("nodes+1",), starts_of="edges"),
        "ends": Member("u4", ("edges",), mapped=True, below="nodes"),
        "weights": Member("f4 f8", ("edges", 2), mapped=True, finite=True),
        "colours": Member("u1", ("nodes",), optional=True),
    },
    "draw it again",
    {"by": str, "size": {"x": int, "y": (int, float)}},
)


def graph(**changed: Any) -> dict[str, Any]:
    """Give the arrays of a small graph: from the mountain to the river and the sea, from the river to the sea."""
    arrays = {
        "names": ["山", "河", "海"],
        "starts": np.array([0, 2, 3, 3]),
        "ends": np.array([1, 2, 2], np.uint32),
        "weights": np.arange(6, dtype=np.float32).reshape(3, 2),
    }
    return {**arrays, **changed}


MADE = {"by": "us", "size": {"x": 3, "y": 0.5}}

KINDS: dict[str, Callable[[Any], Any]] = {
    "whole": lambda a: a,
    "rows": lambda a: a[50:60],
    "columns": lambda a: a[:, :4],
    "one column": lambda a: a[:, 3],
    "stride": lambda a: a[3::7, 1::2],
    "reversed": lambda a: a[::-1, ::-1],
    "turned": lambda a: a.T,
    "Fortran": np.asfortranarray,
    "copy": lambda a: a.copy(),
    "chosen": lambda a: a[[5, 3, 3]],
    "big-endian": lambda a: a.astype(">f4"),
    "part of a part": lambda a: a[10:90][5:-5, 2:][::2],
    "view": lambda a: a.view(np.int32),
    "cube": lambda a: a.reshape(10, 10, 8)[:, 2:4],
    "nothing": lambda a: a[:0],
    "a number": lambda a: a[3, 3],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["memory", "map", "map of a file replaced since"])
def test_what_is_saved_is_what_is_held(source: str, kind: str, tmp_path: Path) -> None:
    matrix = np.random.default_rng(1).normal(size=(100, 8)).astype(np.float32)
    held = matrix
    if source != "memory":
        mapped = replace(ANY, members={"matrix": Member("f4", ("n", "d"), mapped=True)})
        write_archive(tmp_path / "source.npz", mapped, {}, {"matrix": matrix})
        held = read_archive(tmp_path / "source.npz", mapped).arrays["matrix"]
        assert isinstance(held, np.memmap)
    if source.endswith("since"):
        write_archive(tmp_path / "source.npz", ANY, {}, {"matrix": -matrix})
    array = np.asanyarray(KINDS[kind](held))
    write_archive(tmp_path / "saved.npz", ANY, {}, {"array": array})
    expected = KINDS[kind](matrix)
    read = read_archive(tmp_path / "saved.npz", ANY).arrays["array"]
    assert read.shape == expected.shape
    assert (read == expected).all()
    with np.load(tmp_path / "saved.npz") as plain:  # NumPy and zip programs open it too
        assert (plain["array"] == expected).all()
    with zipfile.ZipFile(tmp_path / "saved.npz") as archive:
        assert archive.testzip() is None
    assert (held == matrix).all()  # still, after pages were let go


def test_parts_of_vectors_are_saved_as_they_are(tmp_path: Path) -> None:
    words = [f"词{i}" for i in range(100)]
    Vectors(words, np.arange(800, dtype=np.float32).reshape(100, 8)).save(tmp_path / "a.npz")
    loaded = Vectors.load(tmp_path / "a.npz")
    Vectors(loaded.words[50:60], loaded.matrix[50:60]).save(tmp_path / "s.npz")
    assert (Vectors.load(tmp_path / "s.npz").matrix == np.arange(400, 480).reshape(10, 8)).all()
    Vectors(loaded.words, loaded.matrix[:, :4].copy()).save(tmp_path / "a.npz")
    assert (Vectors.load(tmp_path / "a.npz").matrix == loaded.matrix[:, :4]).all()


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_pieces_are_the_whole(size: int) -> None:
    cube = np.arange(120).reshape(4, 5, 6)
    for array in (cube, cube[::2, ::-1], cube.T, cube[:, 1:2], cube[:0]):
        pieces = [*pieces_of(array, size)]
        assert np.concatenate([np.empty(0, np.int64), *pieces]).tolist() == array.ravel().tolist()
    with Workspace(budget=0) as workspace:
        stored = workspace.store(np.arange(10))
        assert np.concatenate([*pieces_of(stored, size)]).tolist() == [*range(10)]


def test_an_archive_gives_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "g.npz"
    write_archive(path, GRAPH, MADE, graph())
    whole = path.read_bytes()
    for source in (path, os.fspath(path), whole):
        archive = read_archive(source, GRAPH)
        assert (archive.made, archive.texts, archive.lengths) == (
            MADE,
            {"names": ["山", "河", "海"]},
            {"nodes": 3, "edges": 3},
        )
        arrays = graph()
        assert all((archive.arrays[name] == arrays[name]).all() for name in ("starts", "ends", "weights"))
    mapped = read_archive(path, GRAPH).arrays
    assert {name: isinstance(array, np.memmap) for name, array in mapped.items()} == {
        "starts": False,
        "ends": True,
        "weights": True,
    }
    assert mapped["weights"].ctypes.data % 64 == 0
    assert not mapped["weights"].flags.writeable
    write_archive(path, GRAPH, MADE, graph())
    assert path.read_bytes() == whole


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs /dev/null")
def test_an_archive_may_be_written_to_what_is_no_file(tmp_path: Path) -> None:
    write_archive("/dev/null", GRAPH, MADE, graph())
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((tmp_path / "pipe").read_bytes)
        write_archive(tmp_path / "pipe", GRAPH, MADE, graph())
    archive = read_archive(read.result(), GRAPH)
    assert archive.made == MADE
    assert archive.arrays["weights"].tolist() == graph()["weights"].tolist()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a word less": ({"names": ["山", "河"]}, "the length of 'starts', 4, does not fit the other arrays"),
    "another type": ({"ends": np.array([1, 2, 2])}, "'ends' is i8 of 1 dimensions"),
    "another shape": ({"weights": np.zeros(3, np.float32)}, "'weights' is f4 of 1 dimensions"),
    "a length of its own": ({"weights": np.zeros((3, 3), np.float32)}, "the length of 'weights', 3, does not fit"),
    "more than declared": ({"more": np.zeros(3)}, "'more' does not belong to graph"),
}


@pytest.mark.parametrize(("changed", "message"), WRONG.values(), ids=WRONG)
def test_what_is_not_as_declared_is_neither_written_nor_read(
    changed: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "g.npz"
    with pytest.raises(ModelError, match=f"^graph cannot be written: {message}"):
        write_archive(path, GRAPH, MADE, graph(**changed))
    assert not path.exists()
    loose = {
        name: Member(ALL, tuple(f"{name}{i}" for i in range(array.ndim)))
        for name, array in graph(**changed).items()
        if name != "names"
    }
    write_archive(path, replace(GRAPH, members={"names": Member("text", ("any",)), **loose}), MADE, graph(**changed))
    with pytest.raises(ModelError, match=f"g.npz: is damaged: {message}.*; draw it again$"):
        read_archive(path, GRAPH)
