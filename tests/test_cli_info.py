"""`nlpzero info`: what a file is and what made it, for every kind of file; foreign files in one line."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from damages import DAMAGES, LOADERS
from nlpzero_cli.main import main

from nlpzero.core.archive import write_archive
from nlpzero.core.schema import Schema
from nlpzero.errors import NlpZeroError
from nlpzero.report.description import FileDescription, describe

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


@pytest.fixture
def info(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["info", *map(str, arguments)])


KINDS = {
    "vectors": ("word vectors", {"words": 14, "dim": 6, "directions": 2}),
    "packed vectors": ("packed word vectors", {"words": 14, "dim": 6, "frequent": 0, "features": 0}),
    "co-occurrence counts": ("co-occurrence counts", None),
    "n-gram counts": ("n-gram counts", None),
    "segmenter": ("learned segmenter", None),
    "index": ("encoded texts", {"documents": 4, "tokens": 6, "words": 6, "added": 1}),
    "glove checkpoint": ("glove checkpoint", None),
    "bayes checkpoint": ("bayes checkpoint", None),
    "text vectors": ("word vectors of another program", {"words": 14, "dim": 6}),
    "binary vectors, xz": ("word vectors of another program", {"words": 14, "dim": 6}),
    "word list": ("word list", {"words": 13, "count": 93}),
    "word table": ("table of words", {"rows": 14, "count": 105}),
    "word table, csv": ("table of words", {"rows": 14, "count": 105}),
    "word objects": ("table of words", {"rows": 14, "count": 105}),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_says_what_it_is(name: str, info: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "file"
    LOADERS[name].write(path)
    kind, lengths = KINDS[name]
    found = describe(path)
    assert (found.kind, found.size) == (kind, os.path.getsize(path))
    assert lengths is None or found.lengths == lengths
    schema = LOADERS[name].schema
    if schema is not None:
        assert (found.format, found.nlpzero is not None) == (schema.version, True)
        with np.load(path) as plain:
            for member, (type_, shape) in found.arrays.items():
                assert (plain[member].dtype.name, list(plain[member].shape)) == (type_, shape)
            assert set(plain.files) == {*found.arrays, "signature"}
    shown = info("--format", "json", path)
    assert FileDescription(**json.loads(shown.stdout)) == FileDescription(**json.loads(json.dumps(found.__dict__)))
    lines = info(path).stdout.splitlines()
    width = max(len(line.partition("  ")[0]) for line in lines)
    assert all(line[width : width + 2] == "  " and line[width + 2] != " " for line in lines)  # aligned
    assert dict(line.split(maxsplit=1) for line in lines[:2]) == {"file": str(path), "kind": kind}


def test_what_made_a_file_is_shown(info: Callable[..., Result]) -> None:
    runner = CliRunner()
    for arguments in (
        ["glove", "train", "-q", "--dim", "5", "--window", "7", "-o", "v.npz", str(STORIES)],
        ["count", "-q", "--order", "2", "-o", "c.runs", str(STORIES)],
        ["discover", "-q", "--top", "9", "-o", "w.tsv", str(STORIES)],
    ):
        succeeded(runner.invoke(main, arguments))
    done = info("v.npz", "c.runs", "w.tsv")
    parts = [dict(line.split("  ", 1) for line in part.splitlines()) for part in done.stdout.split("\n\n")]
    vectors, counts, words = ({name: value.strip() for name, value in part.items()} for part in parts)
    assert (vectors["trained.dim"], vectors["counts.window"], vectors["dim"]) == ("5", "7", "5")
    assert (counts["order"], counts["joined"]) == ("3", "True")
    assert (words["rows"], words["columns"].split(", ")[:3]) == ("9", ["word", "count", "score"])


def test_the_other_files_are_described_where_one_cannot_be(info: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("word\tcount\n山药\t5\n", encoding="utf-8")  # yam
    done = info("none", "words.tsv", STORIES)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == ["file     words.tsv", "kind     table of words"]
    assert done.stderr.splitlines() == [
        "nlpzero: error: none: No such file or directory",
        f"nlpzero: error: {STORIES}: is no file that nlpzero made, and neither a word list nor word vectors; "
        "text is what the other commands read",
    ]


FOREIGN = {
    "text": "很久以前，有一条河。\n".encode(),
    "nothing": b"",
    "zip": b"PK\x05\x06" + bytes(18),
    "bytes": bytes(range(256)) * 20,
    "packed text": gzip.compress("很久以前，有一条河。\n".encode()),
    "one column": "山药\n板栗\n".encode(),
    "lines": b"1\n2\n3\n",
    "json": b'{"a": 1}\n',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_one_line(name: str, info: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FOREIGN[name])
    done = info("file")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("nlpzero: error: file: ")


def test_a_damaged_file_is_told(info: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "v"
    LOADERS["vectors"].write(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"matrix.npy") + 300] ^= 1
    path.write_bytes(data)
    done = info("v")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "nlpzero: error: v: is damaged: 'matrix' does not hold what was written\n"


def test_files_of_earlier_formats_and_unknown_kinds_say_what_they_are(tmp_path: Path) -> None:
    write_archive(tmp_path / "a", Schema("heights", 7, {}, ""), {"unit": "m"}, {"m": np.arange(3.0)})
    found = describe(tmp_path / "a")
    assert (found.kind, found.format, found.made, found.arrays) == (
        "heights",
        7,
        {"unit": "m"},
        {"m": ("float64", [3])},
    )
    first = json.dumps({"kind": "word vectors", "format": 1, "nlpzero": "0.1.0", "trained": {"dim": 5}}).encode()
    np.savez(tmp_path / "b.npz", signature=np.frombuffer(first, np.uint8), matrix=np.ones((2, 5), np.float32))
    old = describe(tmp_path / "b.npz")
    assert (old.kind, old.format, old.made, old.arrays) == (
        "word vectors",
        1,
        {"trained": {"dim": 5}},
        {"matrix": ("float32", [2, 5])},
    )


def test_rows_that_are_no_vectors_are_an_error_with_a_remedy_that_works(
    info: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "v.vec").write_text("江 1 2\n江 3 4\n", encoding="utf-8")
    told = info("v.vec").stderr
    assert told == "nlpzero: error: v.vec: the word '江' occurs twice; --errors skip keeps the first\n"
    assert "skipped  1\n" in info("--errors", "skip", "v.vec").stdout


@pytest.mark.parametrize("name", LOADERS)
def test_damage_gives_an_error_of_ours_or_a_description(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    LOADERS[name].write(path)
    data, rng = path.read_bytes(), np.random.default_rng(len(name))
    for damage in [*DAMAGES.values()] * 5:
        path.write_bytes(damage(data, rng))
        try:
            describe(path)
        except NlpZeroError as error:
            assert str(path) in str(error) and "\n" not in str(error)
