"""Keywords of documents: TF-IDF as jieba has it, and a walk over the words."""

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import at_work, blocks_of, random_text

import nlpzero as nz
from nlpzero.corpora.documents import DocumentUnit, Kind
from nlpzero.corpora.frequencies import count_words
from nlpzero.corpora.keywords import KeywordRanking, KeywordRow, rank_keywords
from nlpzero.corpora.weights import IdfTable
from nlpzero.reading.parts import Block
from nlpzero.segment import jieba_adapter
from nlpzero.segment.lexical import HmmCutter
from nlpzero.text.words import are_words

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


def spaced(seed: int, size: int = 1200) -> str:
    """Draw a text with blanks between its words."""
    rng = np.random.default_rng(seed)
    text = random_text(seed, size)
    return "".join(c + " " * int(n) for c, n in zip(text, (rng.random(len(text)) < 0.6).tolist(), strict=True))


def ranked(blocks: list[Block], kind: Kind, idf: IdfTable | None = None, **values: Any) -> list[KeywordRow]:
    ranking = KeywordRanking(**{"min_length": 1, **values})
    return [*rank_keywords(blocks, ranking, idf=idf or IdfTable({}, 1.0), unit=DocumentUnit(kind))]


def walk(words: list[str], window: int) -> dict[str, float]:
    """Work out the shares of a walk by solving its equations."""
    kinds = sorted(set(words))
    at = {word: i for i, word in enumerate(kinds)}
    weights = np.zeros((len(kinds), len(kinds)))
    for i, word in enumerate(words):
        for other in words[i + 1 : i + 1 + window]:
            if other != word:
                weights[at[word], at[other]] += 1
                weights[at[other], at[word]] += 1
    n = len(kinds)
    degree = weights.sum(axis=1)
    steps = np.where(degree[:, None] > 0, weights / np.maximum(degree, 1)[:, None], 1 / n)
    matrix = 0.85 * steps.T + 0.15 / n
    values, vectors = np.linalg.eig(matrix)
    shares = np.abs(vectors[:, np.argmax(values.real)].real)
    return dict(zip(kinds, (shares / shares.sum()).tolist(), strict=True))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # of jieba
def test_keywords_are_those_of_jieba() -> None:
    jieba: Any = pytest.importorskip("jieba.analyse.tfidf")
    extractor = jieba.TFIDF()
    extractor.tokenizer = jieba_adapter._tokenizer()  # ready already
    lines = [line for line in STORIES.read_text("utf-8").split("\n") if len(line) > 40][:6]
    cut, idf = HmmCutter(), IdfTable.jieba()
    for line in lines:
        expected = dict(extractor.extract_tags(line, topK=None, withWeight=True))
        found = rank_keywords([Block("", 1, line)], KeywordRanking(top=None), idf=idf, cutter=cut)
        assert {row.word: row.score for row in found} == pytest.approx(expected, rel=1e-12)


def test_keywords_by_hand() -> None:
    rows = ranked([Block("a", 1, "江 江 船\n")], "file", IdfTable({"江": 1.0, "船": 4.0}, 9.0))
    assert [(row.word, row.count, row.score) for row in rows] == [("船", 1, 4 / 3), ("江", 2, 2 / 3)]


@pytest.mark.parametrize("kind", ["file", "line", "paragraph"])
@pytest.mark.parametrize("method", ["tfidf", "textrank"])
def test_blocks_and_workers_change_nothing(kind: Kind, method: str) -> None:
    text = spaced(3)
    whole = ranked([Block("a", 1, text)], kind, method=method, top=None)
    assert whole
    for lines, workers in ((1, 1), (4, 2)):
        line, blocks = 1, []
        for piece in blocks_of(text, lines):
            blocks.append(Block("a", line, piece))
            line += piece.count("\n")
        with at_work(workers) as execution:
            ranking = KeywordRanking(method, None, 1)  # type: ignore[arg-type]
            found = [*rank_keywords(blocks, ranking, idf=IdfTable({}, 1.0), unit=DocumentUnit(kind), job=execution)]
        assert found == whole


def test_centrality_is_the_share_of_a_walk() -> None:
    for seed in range(2):
        text = spaced(seed, 120).replace("\n", " ") + "\n"
        words = [word for word, kept in zip(text.split(), are_words(text.split()), strict=True) if kept]
        for window in (1, 4):
            rows = ranked([Block("a", 1, text)], "line", method="textrank", top=None, window=window)
            assert {row.word: row.score for row in rows} == pytest.approx(walk(words, window), abs=1e-6)


def test_the_best_of_each_document_are_given_in_order() -> None:
    text = "甲 甲 乙\n\n丙 丁 丁\n"
    rows = ranked([Block("a", 5, text)], "line", top=1)
    assert [(row.line, row.word) for row in rows] == [(5, "甲"), (7, "丁")]
    assert [row.word for row in ranked([Block("a", 1, "乙 甲\n")], "file")] == sorted(["乙", "甲"])


def test_idf_of_a_corpus_and_of_files(tmp_path: Path) -> None:
    counts = count_words(["江 船\n江 上\n"], unit=DocumentUnit("line"))
    table = IdfTable.of_counts(counts)
    assert table.of(["江", "船", "鱼"]).tolist() == pytest.approx([0, math.log(2), math.log(2)])
    counts.save(tmp_path / "c.npz")
    assert IdfTable.load(tmp_path / "c.npz") == table
    rows = counts.table()
    lines = [f"{row.word}\t{row.count}\t{row.idf}" for row in rows]
    (tmp_path / "t.tsv").write_text("word\tcount\tidf\n" + "\n".join(lines) + "\n", "utf-8")
    (tmp_path / "t.txt").write_text("".join(f"{row.word} {row.idf}\n" for row in rows), "utf-8")
    for name in ("t.tsv", "t.txt"):
        assert IdfTable.load(tmp_path / name).known == pytest.approx(table.known)
    for text, message in (("江\n", "line 1: is no word with its idf"), ("江 nan\n", "line 1"), ("", "holds no words")):
        (tmp_path / "bad").write_text(text, "utf-8")
        with pytest.raises(nz.ModelError, match=message):
            IdfTable.load(tmp_path / "bad")
    with pytest.raises(nz.NothingFound, match="need two documents or more"):
        IdfTable.of_counts(count_words(["江\n"], unit=DocumentUnit("line")))


def test_function_words_are_no_keywords() -> None:
    words = Counter(row.word for row in nz.keywords([f"{'因为 '}我们的江豚在江上，所以渔民见到了江豚。\n"]))
    assert "江豚" in words and not {"因为", "所以", "我们"} & words.keys()
    for values, message in (({"method": "x"}, "there are tfidf"), ({"window": 0}, "`window` is 0")):
        with pytest.raises(nz.ModelError, match=message):
            KeywordRanking(**values)
