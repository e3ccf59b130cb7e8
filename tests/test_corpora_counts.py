"""Word counts, documents, dispersion, and parts that add up to the whole."""

import math
import re
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from cases import at_work, blocks_of, random_text

import nlpzero as nz
from nlpzero.core import counting
from nlpzero.corpora import dispersion, table
from nlpzero.corpora.documents import DocumentUnit, Kind
from nlpzero.corpora.frequencies import WordCounts, count_words
from nlpzero.corpora.listing import FrequencyList, list_words
from nlpzero.corpora.merging import merge_words
from nlpzero.reading.options import Reading
from nlpzero.reading.parts import Block
from nlpzero.text.words import are_words

TEXT = (
    "江 上 有 船 。\n船 在 江 上\n\n \n天 亮 了 。\n。\n"  # on the river is a boat; the boat is on the river; it dawns
)


def documents_of(text: str, kind: Kind) -> list[list[str]]:
    """Part a text the slow way."""
    if kind == "file":
        pieces = [text]
    elif kind == "line":
        pieces = [line for line in text.split("\n") if line.strip()]
    else:
        pieces = [piece for piece in re.split(r"\n(?:[ \t　]*\n)+", text) if piece.strip()]
    words = [piece.split() for piece in pieces]
    return [[word for word in some if are_words([word])[0]] for some in words]


def table_of(found: WordCounts) -> list[Counter[str]]:
    """Give the documents as counters."""
    assert found.documents is not None
    result = [Counter[str]() for _ in range(len(found.documents))]
    for i, word in enumerate(found.words):
        for entry in range(int(found.documents.starts[i]), int(found.documents.starts[i + 1])):
            result[found.documents.columns[entry]][word] = int(found.documents.values[entry])
    return result


def same(a: WordCounts, b: WordCounts, folder: Path) -> bool:
    a.save(folder / "a.npz")
    b.save(folder / "b.npz")
    return (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def spaced(seed: int, size: int = 3000) -> str:
    """Draw a text with blanks between its words."""
    rng = np.random.default_rng(seed)
    text = random_text(seed, size)
    return "".join(c + " " * int(n) for c, n in zip(text, (rng.random(len(text)) < 0.5).tolist(), strict=True))


def test_words_are_counted_and_punctuation_is_not() -> None:
    found = count_words([TEXT])
    assert dict(found.most_common()) == {"上": 2, "江": 2, "船": 2, "了": 1, "亮": 1, "在": 1, "天": 1, "有": 1}
    assert (found.total, found["船"], found["鱼"]) == (11, 2, 0)


def test_a_paragraph_ends_at_a_blank_line() -> None:
    found = count_words([TEXT], unit=DocumentUnit("paragraph"))
    assert [sorted(one) for one in table_of(found)] == [["上", "在", "有", "江", "船"], ["了", "亮", "天"]]
    assert found.documents is not None and found.documents.lengths.tolist() == [8, 3]


@pytest.mark.parametrize("kind", ["file", "line", "paragraph"])
def test_documents_are_those_of_the_oracle_for_any_blocks(kind: Kind, tmp_path: Path) -> None:
    for seed in range(2):
        text = spaced(seed, 500)
        expected = [Counter(words) for words in documents_of(text, kind)]
        whole = count_words([text], unit=DocumentUnit(kind))
        assert table_of(whole) == expected
        for lines, workers, budget in ((1, 1, 1 << 30), (3, 2, 0), (7, 2, 1 << 30)):
            blocks = [Block("a", 1, block) for block in blocks_of(text, lines)]
            with at_work(workers, budget, tmp_path) as execution:
                found = count_words(blocks, unit=DocumentUnit(kind), job=execution).in_memory()
            expectation = count_words([Block("a", 1, text)], unit=DocumentUnit(kind))
            assert same(found, expectation, tmp_path)


@pytest.mark.parametrize("kind", ["none", "file", "line", "paragraph"])
def test_parts_add_up_to_the_bytes_of_the_whole(kind: Kind, tmp_path: Path) -> None:
    lines = spaced(5).split("\n")
    pieces = ["\n".join(lines[i : i + 40]) + "\n\n" for i in range(0, len(lines), 40)]
    blocks = [Block(f"f{i % 3}", 1, piece) for i, piece in enumerate(pieces)]
    whole = count_words(blocks, unit=DocumentUnit(kind))
    parts = []
    for i, block in enumerate(blocks):
        count_words([block], unit=DocumentUnit(kind)).save(tmp_path / f"{i}.npz")
        parts.append(WordCounts.load(tmp_path / f"{i}.npz"))
    assert same(merge_words(parts), whole, tmp_path)
    with at_work(2, 0, tmp_path) as execution:
        assert same(merge_words([merge_words(parts[:2]), *parts[2:]], job=execution), whole, tmp_path)


def test_labels_are_documents(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("year,text\n1990,江 上\n1991,船\n1990,船 在\n", "utf-8")  # on the river; boat; the boat is at
    reading = Reading(fields=("year", "text"))
    with nz.Corpus([path], reading=reading) as corpus:
        found = count_words(corpus.parts(), unit=DocumentUnit("label"))
    assert found.documents is not None
    assert (found.documents.names, found.documents.lengths.tolist()) == (["1990", "1991"], [4, 1])


def test_dispersion_by_hand() -> None:
    """甲 stands in one of two documents of 4 words, 乙 in both alike."""
    found = count_words(["甲 甲 乙 丙\n乙 丁 丁 丁\n"], unit=DocumentUnit("line"))
    rows = {row.word: row for row in list_words(found)}
    assert (rows["甲"].documents, rows["甲"].range, rows["甲"].d, rows["甲"].dp) == (1, 0.5, 0, 0.5)
    assert (rows["乙"].d, rows["乙"].dp, rows["乙"].idf) == (1, 0, 0)
    assert rows["甲"].idf == pytest.approx(math.log(2))


def test_dispersion_is_that_of_the_definitions() -> None:
    found = count_words([spaced(9)], unit=DocumentUnit("line"))
    assert found.documents is not None
    tables = [one for one in table_of(found) if one]
    sizes = np.array([one.total() for one in tables])
    measures = {name: measure(found) for name, measure in dispersion.MEASURES.items()}
    for i, word in enumerate(found.words):
        counts = np.array([one[word] for one in tables])
        shares = counts / sizes
        assert measures["documents"][i] == (counts > 0).sum()
        assert measures["d"][i] == pytest.approx(
            max(0, 1 - shares.std() / shares.mean() / math.sqrt(len(tables) - 1)), abs=1e-9
        )
        expected = np.abs(counts / counts.sum() - sizes / sizes.sum()).sum() / 2
        assert measures["dp"][i] == pytest.approx(expected, abs=1e-9)
        assert measures["idf"][i] == pytest.approx(math.log(len(tables) / (counts > 0).sum()))


def test_the_list_is_sorted_and_cut() -> None:
    found = count_words([TEXT], unit=DocumentUnit("line"))
    assert [row.word for row in list_words(found, FrequencyList(min_count=2))] == ["上", "江", "船"]
    assert [row.word for row in list_words(found, FrequencyList(sort="idf", top=2))] == ["了", "亮"]
    with pytest.raises(nz.NothingFound, match="none of the 8 words is left"):
        list_words(found, FrequencyList(min_count=9))
    with pytest.raises(nz.NothingFound, match="needs documents"):
        list_words(count_words([TEXT]), FrequencyList(sort="dp"))


def test_parts_that_differ_are_refused() -> None:
    by_line, plain = count_words([TEXT], unit=DocumentUnit("line")), count_words([TEXT])
    with pytest.raises(nz.ModelError, match="counted by line and by none"):
        merge_words([by_line, plain])
    with pytest.raises(nz.ModelError, match="cut with different words"):
        merge_words([plain, count_words([TEXT], cutter=nz.dictionary())])
    with pytest.raises(nz.NothingFound, match="holds no words"):
        count_words(["。\n"])


def test_a_table_of_documents_takes_no_memory_for_its_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twice as many entries, in files, no more is held."""
    monkeypatch.setattr(table, "ENTRIES", 1 << 12)
    monkeypatch.setattr(counting, "LEAST", 1 << 12)
    peaks = []
    for lines in (2000, 4000):
        rows = np.random.default_rng(1).integers(0, 3000, (lines, 20)).tolist()
        texts = [" ".join(f"w{i}" for i in row) + "\n" for row in rows]
        blocks = ["".join(texts[at : at + 200]) for at in range(0, lines, 200)]
        with at_work(1, 0, tmp_path, task=1 << 16) as execution:
            tracemalloc.start()
            found = count_words(blocks, unit=DocumentUnit("line"), job=execution)
            list_words(found)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert found.documents is not None and len(found.documents.columns) > 19 * lines
    assert peaks[1] < 1.2 * peaks[0]
