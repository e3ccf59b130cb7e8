"""Some of the rows of a file, and vectors for the words of a list."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpzero.errors import CorpusError, ModelError, NothingFound
from nlpzero.similarity.documents import UNSEEN, Space
from nlpzero.vectors.characters import fit
from nlpzero.vectors.selection import vectors_for
from nlpzero.vectors.store import Vectors, normalised, refinement

WORDS = [
    "江水",
    "江边",
    "江上",
    "河水",
    "河边",
    "河上",
]  # river water, riverside, on the river; the same of another river


@pytest.fixture
def vectors() -> Vectors:
    """Give vectors with a model of characters."""
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 4)).astype(np.float32)
    return Vectors(
        WORDS, matrix, np.arange(90, 30, -10), refinement(matrix, 1), characters=fit(WORDS, normalised(matrix))
    )


@pytest.mark.parametrize("name", ["v.npz", "v.vec", "v.bin"])
def test_the_first_rows_of_a_file_are_those_of_the_whole(vectors: Vectors, name: str, tmp_path: Path) -> None:
    vectors.save(tmp_path / name)
    whole = Vectors.load(tmp_path / name)
    for limit in (1, 4, 6, 7):
        some = Vectors.load(tmp_path / name, limit=limit)
        assert some.words == WORDS[:limit]
        assert np.array_equal(some.matrix, whole.matrix[:limit])
    assert Vectors.load(tmp_path / name, errors="skip", limit=2).words == WORDS[:2]


@pytest.mark.parametrize("kind", ["text", "glove", "binary"])
def test_what_follows_the_first_rows_is_not_looked_at(vectors: Vectors, kind: Any, tmp_path: Path) -> None:
    vectors.save(tmp_path / "v", kind)
    whole = (tmp_path / "v").read_bytes()
    end = len(whole) * 2 // 3
    if kind != "binary":
        end = whole.rindex(b" ", 0, end) + 3  # in a number, so that it is text, but no row
    (tmp_path / "v").write_bytes(whole[:end] + b"\0")
    with pytest.raises(ModelError):
        Vectors.load(tmp_path / "v")
    assert Vectors.load(tmp_path / "v", limit=3).words == WORDS[:3]


@pytest.mark.parametrize("header", ["", "4 1\n"])
def test_bytes_behind_the_first_rows_of_a_text_may_be_of_any_encoding(header: str, tmp_path: Path) -> None:
    path = tmp_path / "v.vec"
    path.write_bytes(f"{header}江 1\n河 2\n".encode() + "川 3\n水 4\n".encode("gb18030"))
    for limit in (1, 2):
        assert Vectors.load(path, limit=limit).words == ["江", "河"][:limit]
    for most in (3, 4, None):
        with pytest.raises(CorpusError, match=rf"v\.vec: line {3 + bool(header)}, byte 1 .* is not utf-8 here"):
            Vectors.load(path, limit=most)


def test_a_file_that_ends_before_the_limit_and_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.vec").write_text("3 1\n江 1\n河 2\n", encoding="utf-8")
    assert Vectors.load(tmp_path / "v.vec", limit=2).words == ["江", "河"]
    with pytest.raises(ModelError, match="says 3 words, but 2 follow"):
        Vectors.load(tmp_path / "v.vec", limit=9)


def test_words_of_a_list_take_their_vectors_or_what_their_characters_predict(vectors: Vectors) -> None:
    found = vectors_for(vectors, ["河边", "江河", "gps", "江水", "河边"])  # riverside, rivers, -, river water
    assert found.vectors.words == ["河边", "江河", "江水"]
    assert (found.composed, found.missing) == (1, ["gps"])
    assert np.array_equal(found.vectors["江水"], vectors.portable()[0])
    assert np.array_equal(found.vectors["江河"], vectors.composed(["江河"])[0][0])
    assert found.vectors.counts is not None and found.vectors.counts.tolist() == [50, 0, 90]


def test_raw_vectors_are_those_of_words_that_were_seen(vectors: Vectors) -> None:
    found = vectors_for(vectors, ["河边", "江河"], raw=True)
    assert np.array_equal(found.vectors.matrix, vectors.matrix[[4]])
    assert found.missing == ["江河"]
    with pytest.raises(NothingFound, match="none of the 1 words is known"):
        vectors_for(vectors, ["gps"])


def test_a_word_that_was_never_counted_weighs_as_an_unseen_one(vectors: Vectors) -> None:
    chosen = vectors_for(vectors, ["江水", "江河"]).vectors
    space = Space(chosen, "cosine", "idf", "drop")
    [mass] = [space.encode([["江水", "江河"]]).mass.tolist()]
    assert mass == pytest.approx([np.log((90 + UNSEEN) / 90), np.log((90 + UNSEEN) / UNSEEN)])
