"""Evaluation, against gensim on the same vectors."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from nlpzero.errors import CorpusError, NothingFound
from nlpzero.vectors.evaluation import (
    AnalogyScore,
    read_analogies,
    read_pairs,
    score_analogies,
    score_pairs,
    total,
)
from nlpzero.vectors.store import Vectors

WORDS = [chr(0x4E00 + i) for i in range(80)]


@pytest.fixture
def vectors() -> Vectors:
    """Give vectors on a grid of 8 by 10: a word is row + column and some noise, so that analogies hold now and then."""
    rng = np.random.default_rng(6)
    rows, columns = rng.standard_normal((8, 20)), rng.standard_normal((10, 20))
    grid = (rows[:, None] + columns + 0.5 * rng.standard_normal((8, 10, 20))).reshape(80, 20)
    return Vectors(WORDS, grid.astype(np.float32))


@pytest.fixture
def gensims(vectors: Vectors) -> KeyedVectors:
    theirs = KeyedVectors(20)
    theirs.add_vectors(vectors.words, vectors.matrix)
    return theirs


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    """Write 50 word pairs, some with a word that is unknown."""
    rng = np.random.default_rng(7)
    path = tmp_path / "pairs.txt"
    known = [*WORDS, "海"]
    drawn = [(known[int(a)], known[int(b)], int(s)) for a, b, s in rng.integers(0, [81, 81, 9], (50, 3))]
    path.write_text("".join(f"{a}\t{b}\t{s / 2}\n" for a, b, s in [*drawn, ("海", "丁", 3)]), encoding="utf-8")
    return str(path)


@pytest.fixture
def analogies(tmp_path: Path) -> str:
    """Write analogies of the grid in two sections, some with an unknown word."""
    rng = np.random.default_rng(8)
    lines = []
    for section in ("rows", "columns"):
        lines.append(f": {section}")
        for r1, r2, c1, c2 in rng.integers(0, [8, 8, 10, 10], (120, 4)).tolist():
            a, b, c, d = (WORDS[10 * r + k] for r, k in ((r1, c1), (r1, c2), (r2, c1), (r2, c2)))
            lines.append(f"{a} {b} {c} {d}")
        lines.append(f"{WORDS[0]} {WORDS[1]} 海 {WORDS[2]}")
    path = tmp_path / "analogies.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("restrict", [300_000, 50])
def test_word_pairs_score_as_in_gensim(vectors: Vectors, gensims: KeyedVectors, pairs: str, restrict: int) -> None:
    found = score_pairs(vectors, read_pairs(pairs), restrict)
    _, spearman, unknown = gensims.evaluate_word_pairs(pairs, restrict_vocab=restrict)
    assert found.spearman == pytest.approx(spearman[0], abs=1e-9)
    assert (found.pairs - found.known) / found.pairs * 100 == pytest.approx(unknown)
    assert 0 < found.known < found.pairs == 51


@pytest.mark.parametrize("restrict", [300_000, 50])
def test_analogies_score_as_in_gensim(vectors: Vectors, gensims: KeyedVectors, analogies: str, restrict: int) -> None:
    found = score_analogies(vectors, read_analogies(analogies), restrict)
    accuracy, sections = gensims.evaluate_word_analogies(analogies, restrict_vocab=restrict)
    for ours, theirs in zip([*found, total(found)], sections, strict=True):
        assert (ours.right, ours.known) == (len(theirs["correct"]), len(theirs["correct"]) + len(theirs["incorrect"]))
    assert total(found).accuracy == pytest.approx(accuracy)
    assert 0.1 < accuracy < 0.95


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")  # of gensim to itself
def test_3cosmul_answers_as_gensim_does(vectors: Vectors, gensims: KeyedVectors, analogies: str) -> None:
    sections = read_analogies(analogies)
    right = 0
    for _, questions in sections:
        for a, b, c, d in questions:
            if "海" not in (a, b, c, d):
                answers = [word for word, _ in gensims.most_similar_cosmul([b, c], [a], topn=4)]
                right += answers[0] == d
    assert total(score_analogies(vectors, sections)).right_mul == right > 20


def test_a_section_without_known_questions_has_no_accuracy() -> None:
    assert AnalogyScore("x", 0, 0, 0, 3).accuracy is None


def test_the_data_sets_forms_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_bytes("word1\tword2\tscore\r\n# note\r\n\r\n江 河 4.0 4 4 \r\n长 江\t河\t2.5\t3\r\n".encode())
    assert read_pairs(str(path)) == [("江", "河", 4.0), ("长 江", "河", 2.5)]
    path.write_bytes(": one\r\n男 女 父 母\r\n:two\n江 河 湖 海\n".encode())
    assert read_analogies(str(path)) == [("one", [("男", "女", "父", "母")]), ("two", [("江", "河", "湖", "海")])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("江 河 1\n江 河\n", "line 2: not two words and a score"),
        ("\n", "holds no pairs: lines of two words and a score"),
    ],
)
def test_bad_pairs_are_told(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=f"pairs.txt: {message}$"):
        read_pairs(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (": a\n江 河 湖\n", "line 2: not four words, nor ': section'"),
        (": a\n", "holds no analogies: lines of four words"),
    ],
)
def test_bad_analogies_are_told(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "analogies.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=f"analogies.txt: {message}$"):
        read_analogies(str(path))


def test_pairs_that_are_all_unknown_are_told(vectors: Vectors) -> None:
    with pytest.raises(NothingFound, match=r"^only 0 of 2 word pairs are known to vectors$"):
        score_pairs(vectors, [("海", "洋", 1), ("山", "石", 2)])
