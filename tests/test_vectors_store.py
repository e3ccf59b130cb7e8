"""Vector files: our own, and those of gensim, word2vec, fastText and GloVe, read and written."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from gensim.models import KeyedVectors

from nlpzero.errors import CorpusError, ModelError
from nlpzero.vectors.store import Refinement, Vectors, refinement

WORDS = ["江", "长江大桥", "iPhone", "\U00020000", "，", "十\u3000月", "\u00a0"]  # river, bridge, ..., October
MATRIX = np.random.default_rng(3).standard_normal((7, 5)).astype(np.float32)


@pytest.fixture
def vectors() -> Vectors:
    return Vectors(WORDS, MATRIX.copy(), np.arange(7, 0, -1), signature={"trained": {"dim": 5}})


def same(one: Vectors, other: Vectors) -> bool:
    return one.words == other.words and np.asarray(one.matrix).tobytes() == np.asarray(other.matrix).tobytes()


def test_an_npz_gives_everything_back_as_a_memory_map(vectors: Vectors, tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    vectors.refinement = refinement(vectors.matrix, 2)
    vectors.save(path)
    loaded = Vectors.load(path)
    assert same(loaded, vectors)
    assert isinstance(loaded.matrix, np.memmap)
    assert loaded.matrix.ctypes.data % 64 == 0
    assert loaded.counts is not None and loaded.counts.tolist() == [7, 6, 5, 4, 3, 2, 1]
    assert loaded.signature["trained"] == {"dim": 5}
    assert loaded.unit.tobytes() == vectors.unit.tobytes()
    with np.load(path) as plain:
        assert plain["matrix"].tobytes() == MATRIX.tobytes()


@pytest.mark.parametrize(("name", "kind"), [("v.txt", None), ("v.vec", None), ("v.bin", None), ("v", "glove")])
def test_other_formats_give_every_number_back(vectors: Vectors, tmp_path: Path, name: str, kind: Any) -> None:
    vectors.save(tmp_path / name, kind)
    assert same(Vectors.load(tmp_path / name), vectors)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim leaves headerless files open
@pytest.mark.parametrize(("name", "options"), [("v.txt", {}), ("v.bin", {"binary": True}), ("v", {"no_header": True})])
def test_gensim_loads_what_is_written(vectors: Vectors, tmp_path: Path, name: str, options: dict[str, bool]) -> None:
    vectors.save(tmp_path / name, "glove" if name == "v" else None)
    loaded = KeyedVectors.load_word2vec_format(str(tmp_path / name), **options)
    assert loaded.index_to_key == WORDS
    np.testing.assert_array_equal(loaded.vectors, MATRIX)


@pytest.mark.parametrize(("binary", "header"), [(True, True), (False, True), (False, False)])
def test_what_gensim_writes_is_loaded(tmp_path: Path, binary: bool, header: bool) -> None:
    path = tmp_path / ("v.bin" if binary else "v.txt")
    theirs = KeyedVectors(5)
    theirs.add_vectors(WORDS, MATRIX)
    theirs.save_word2vec_format(str(path), binary=binary, write_header=header)
    loaded = Vectors.load(path)
    assert loaded.words == WORDS
    np.testing.assert_allclose(loaded.matrix, MATRIX, rtol=1e-6)


def test_fasttexts_text_is_loaded_packed_or_not(tmp_path: Path) -> None:
    text = "3 2 \n的 0.5 -1e-3 \n. . 1 2 \n\u3000 3 4 \n"  # blanks at the ends, and inside a word
    for name, content in ("v.vec", text.encode()), ("v.vec.bz2", bz2.compress(text.encode())):
        (tmp_path / name).write_bytes(content)
        loaded = Vectors.load(tmp_path / name)
        assert loaded.words == ["的", ". .", "\u3000"]
        np.testing.assert_allclose(loaded.matrix, np.array([[0.5, -0.001], [1, 2], [3, 4]]))


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes("江 1 2\n".encode("gb18030"))
    assert Vectors.load(path, encoding="gb18030").words == ["江"]
    with pytest.raises(CorpusError, match=r"add `encoding`='gb18030'"):
        Vectors.load(path)


BAD = {
    "v.txt": [
        ("", "is empty"),
        ("2 2\n江 1 2\n", "its first line says 2 words, but 1 follow; if it is not cut off, `errors`='skip' takes"),
        ("1 2\n江 1 2\n河 1 2\n", "its first line says 1 words, but 2 follow"),
        ("2 3\n江 1 2\n河 1 2\n", "line 2: not a word and 3 numbers with blanks between them"),
        ("江 1 2\n河 1\n", "line 2: not a word and 2 numbers"),
        ("江 1 2\n河 1 x\n", "line 2: not a word and 2 numbers"),
        ("河 1_0 2\n", "line 1: not a word and 2 numbers"),
        ("江 1 2\n河 １ 2\n", "line 2: not a word and 2 numbers"),
        ("江 1\t2 3\n河 1  2\n", "line 1: not a word and 2 numbers"),
        ("江 1 2\n河 1 nan\n", "the vector of '河' holds a number that is not finite"),
        ("江 1 2\n河 inf 1\n", "the vector of '河' holds a number that is not finite"),
        ("江 1 2\n江 1 3\n", "the word '江' occurs twice"),
        ("no vectors at all\n", "not a word and 3 numbers"),
        ("one\n", "line 1: no numbers after the word; these are no vectors"),
        ("0 2\n", "holds no vectors"),
    ],
    "v.bin": [
        ("", "is empty"),
        ("9 2\na 12345678\n", "its first line says 9 words, but 1 follow"),
        ("2 2\na 12345678\nbbbbbbbbbbbbb\n", "its first line says 2 words, but 1 follow"),
        ("1 2\na 12345678\nb 12345678\n", "its first line says 1 words, but more follow"),
        ("1 2\na 1\0\0\0000", "its first line says 1 words, but 0 follow"),
        ("1 99999999\na 1\0\0\0000", "its first line says 99999999 numbers a word"),
        ("1 2\n\0" + "江" * 30000 + " 1234", "word 1 is longer than 65,536 bytes"),
    ],
}


@pytest.mark.parametrize(("name", "content", "message"), [(n, *case) for n, cases in BAD.items() for case in cases])
def test_a_bad_file_is_refused_in_one_line(name: str, content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode())
    with pytest.raises(ModelError) as error:
        Vectors.load(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.mark.parametrize("kind", ["text", "glove", "binary"])
@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("suffix", ["", ".bin", ".txt", ".vec", ".npz"])
def test_what_a_file_is_is_told_by_its_content(
    kind: Literal["text", "glove", "binary"], packing: str, suffix: str, vectors: Vectors, tmp_path: Path
) -> None:
    vectors.save(tmp_path / "v", kind)
    path = tmp_path / f"w{suffix}{packing}"
    path.write_bytes(PACKINGS[packing]((tmp_path / "v").read_bytes()))
    assert same(Vectors.load(path), vectors)


@pytest.mark.parametrize("dim", [1, 2, 3, 50, 300])
@pytest.mark.parametrize("kind", ["text", "binary"])
def test_many_rows_come_back_from_every_format(kind: Literal["text", "binary"], dim: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(dim)
    matrix = rng.normal(size=(20_000 // dim, dim)).astype(np.float32) * np.float32(10) ** rng.integers(
        -20, 20, (20_000 // dim, 1)
    )
    matrix[0] = 0
    held = Vectors([f"词{i}" for i in range(len(matrix))], matrix.astype(np.float32))
    held.save(tmp_path / "v", kind)
    assert same(Vectors.load(tmp_path / "v"), held)


LEFT_OUT = [
    ("江 1 2\n江 3 4\n河 5 6\n", ["江", "河"], 1),  # a word twice
    ("江 1 nan\n河 5 6\n海 inf 1\n", ["河"], 2),
    ("江 1 2\n河\n海 1\n湖 5 x\n 1 2\n溪 1_0 2\n池 3 4\n", ["江", "池"], 5),
    ("9 2\n江 1 2\n河 3 4\n", ["江", "河"], 0),  # the header says too much
    ("1 2\n江 1 2\n河 3 4\n", ["江", "河"], 0),  # or too little
    ("2 2\n江 \0\0\0\0\0\0\0\0\n江 \0\0\0\0\0\0\0\0\n河 \0\0\0\0\0\0\0\0\n海 \0", ["江", "河"], 2),  # binary
]


@pytest.mark.parametrize(("content", "words", "skipped"), LEFT_OUT)
def test_rows_that_are_no_vectors_are_left_out_and_counted_where_asked(
    content: str, words: list[str], skipped: int, tmp_path: Path
) -> None:
    path = tmp_path / "v"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="`errors`='skip'"):
        Vectors.load(path)
    found = Vectors.load(path, errors="skip")
    assert (found.words, found.skipped) == (words, skipped)
    assert np.isfinite(found.matrix).all()


@pytest.mark.parametrize(
    "content", ["江 1 2\n".encode() + b"\xff 3 4\n", "2 1\n江 ".encode() + b"\0\0\0\0\xff \0\0\0\0"]
)
def test_bytes_that_are_not_in_the_encoding(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "v"
    path.write_bytes(content)
    with pytest.raises((ModelError, CorpusError)):
        Vectors.load(path)
    replaced, skipped = (Vectors.load(path, errors=errors) for errors in ("replace", "skip"))
    assert (replaced.words, replaced.replaced, replaced.skipped) == (["江", "\ufffd"], 1, 0)
    assert (skipped.words, skipped.skipped) == (["江"], 1)


def test_words_of_binary_files_are_in_the_encoding_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "v"
    path.write_bytes(b"1 1\n" + "江".encode("gb18030") + b" \0\0\0\0\n")
    assert Vectors.load(path, encoding="gb18030").words == ["江"]
    with pytest.raises(ModelError, match="word 1 is not utf-8; give its encoding, or `errors`='skip'"):
        Vectors.load(path)


def test_vectors_that_cannot_be_loaded_again_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the word '江' occurs twice"):
        Vectors(["江", "江"], MATRIX[:2]).save(tmp_path / "v.txt")
    for name in ("v.npz", "v.txt", "v.bin"):
        with pytest.raises(ModelError, match="holds a number that is not finite"):
            Vectors(["江"], np.array([[1, np.inf]], np.float32)).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_npz_is_refused(vectors: Vectors, tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    vectors.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        ModelError, match=r"v.npz: holds no word vectors of nlpzero, or is damaged; train or convert them again$"
    ):
        Vectors.load(path)
    np.savez(path, matrix=MATRIX)
    with pytest.raises(
        ModelError, match=r"v.npz: holds no word vectors of nlpzero, or is damaged; train or convert them again$"
    ):
        Vectors.load(path)
    with pytest.raises(ModelError, match=r"none.npz: No such file or directory$"):
        Vectors.load(tmp_path / "none.npz")


def test_what_a_format_cannot_keep_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"word 2, 'b c', holds a blank, which this format cannot keep; write npz$"):
        Vectors(["a", "b c"], MATRIX[:2]).save(tmp_path / "v.txt")
    with pytest.raises(ModelError, match=r"its suffix is none of .npz, .txt, .vec and .bin; give it one of them$"):
        Vectors(["a"], MATRIX[:1]).save(tmp_path / "v.xyz")
    with pytest.raises(ModelError, match=r"cannot be written: No such file"):
        Vectors(["a"], MATRIX[:1]).save(tmp_path / "no" / "v.npz")
    assert list(tmp_path.iterdir()) == []


def test_shapes_must_fit() -> None:
    with pytest.raises(ModelError, match=r"2 words, but vectors of shape \(1, 5\)"):
        Vectors(["a", "b"], MATRIX[:1])
    with pytest.raises(ModelError, match=r"holds no vectors"):
        Vectors([], MATRIX[:0])


def test_an_unknown_word_comes_with_the_nearest_spelling(vectors: Vectors) -> None:
    with pytest.raises(ModelError, match=r"^长江桥: not among the 7 words of vectors; did you mean 长江大桥\?$"):
        vectors["长江桥"]
    with pytest.raises(ModelError, match=r"^海: not among the 7 words of vectors$"):
        vectors["海"]
    with pytest.raises(ModelError, match=r"did you mean iPhone\?"):
        vectors["iphone"]


def test_a_refinement_takes_out_the_mean_and_the_first_principal_directions() -> None:
    rng = np.random.default_rng(0)
    matrix = (rng.standard_normal((500, 6)) * [9, 7, 1, 1, 1, 1] + 5).astype(np.float32)
    found = refinement(matrix, 2)
    centred = matrix.astype(float) - matrix.mean(0, dtype=float)
    _, _, turns = np.linalg.svd(centred)
    expected = centred - centred @ turns[:2].T @ turns[:2]
    np.testing.assert_allclose(found.apply(matrix), expected, atol=1e-4)
    vectors = Vectors([str(i) for i in range(500)], matrix, refinement=found)
    np.testing.assert_allclose(vectors.refined(), expected, atol=1e-4)
    np.testing.assert_allclose(vectors.unit, expected / np.linalg.norm(expected, axis=1)[:, None], atol=1e-4)


def test_other_formats_get_refined_vectors(vectors: Vectors, tmp_path: Path) -> None:
    vectors.refinement = Refinement(np.full(5, 1, np.float32), np.eye(5, dtype=np.float32)[:1])
    vectors.save(tmp_path / "v.txt")
    vectors.save(tmp_path / "v.bin")
    expected = MATRIX - 1
    expected[:, 0] = 0
    for name in ("v.txt", "v.bin"):
        np.testing.assert_allclose(Vectors.load(tmp_path / name).matrix, expected, atol=1e-6)


def test_a_vector_of_zeros_has_no_direction() -> None:
    unit = Vectors(["a", "b"], np.array([[0, 0], [3, 4]], np.float32)).unit
    np.testing.assert_allclose(unit, np.array([[0, 0], [0.6, 0.8]]), rtol=1e-6)
