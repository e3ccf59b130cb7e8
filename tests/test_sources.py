"""What functions of the library take for text."""

import re
from pathlib import Path

import numpy as np
import pytest

from nlpzero.errors import CorpusError, ModelError
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.sources import open_blocks, open_texts
from nlpzero.rules.baskets import from_lists
from nlpzero.rules.itemsets import mine
from nlpzero.words.discovery import cut_texts, discover
from nlpzero.words.explanation import explain

YAM = "山药汤，山药饼，炒山药，山药片，买山药。\n"  # "yam soup, yam cake, fried yam, yam chips, buy yam"


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text(YAM, encoding="utf-8")
    return paths


def test_words_are_found_in_paths_corpora_and_texts_alike(paths: list[Path]) -> None:
    names = [str(path) for path in paths]
    for given in (paths, tuple(paths), names, Corpus(paths), [YAM, YAM], iter([YAM, YAM]), [*Corpus(paths).blocks()]):
        assert discover(given).counts.tolist() == [10]
    for path in (paths[0], names[0], Corpus(paths[0]), Corpus(names[0])):
        found = discover(path)
        assert found.counts.tolist() == [5]
        again = Corpus(paths[0]) if isinstance(path, Corpus) else path
        cut = "".join(cut_texts(found, again, "/"))
        assert (cut.replace("/", ""), cut.split("/").count("山药")) == (YAM, 5)
        assert [one.line for one in explain(found, again, "山药").occurrences] == [1] * 5


def test_blocks_of_texts_are_numbered_by_their_lines() -> None:
    with open_blocks(["春\n夏\n", "秋\n", "冬"], 1) as blocks:  # "spring, summer, autumn, winter"
        assert [(block.source, block.line) for block in blocks] == [("texts", 1), ("texts", 3), ("texts", 4)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("长江黄河", "`texts` is '长江黄河', and no file has this name; give the path of a file, or [text]"),
        ("长" * 5000, "`texts` is '长长长长长长长长长长长长长长长长长长长长...', and no file has this name"),
        ("长江\n", r"`texts` is '长江\n', and no file has this name"),
        (b"abc", "`texts` is of type bytes; give a path, a Corpus, or a list of texts"),
        (7, "`texts` is of type int; give a path, a Corpus, or a list of texts"),
        ([YAM, 7], "`texts` holds something of type int; give texts as str, or a list of paths"),
        (iter([Path("a.txt")]), "`texts` holds something of type PosixPath; give texts as str, or a list of paths"),
    ],
)
def test_what_is_no_text_is_refused_by_the_name_of_the_parameter(given: object, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)), open_texts(given, 100) as texts:  # type: ignore[arg-type]
        assert len([*texts]) < 0


def test_a_method_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(ModelError, match="`method` is 'bays'; there are entropy, cohesion, pmi, esa, bayes"):
        discover([YAM], "bays")


@pytest.mark.parametrize("share", [np.float64(0.5), np.float32(0.5), 0.5])
def test_support_is_any_number(share: float) -> None:
    baskets = from_lists([["茶", "酒"], ["茶"], ["茶", "酒", "米"], ["米"]])  # "tea", "wine", "rice"
    expected = {("茶",): 3, ("酒",): 2, ("米",): 2, ("茶", "酒"): 2}
    assert mine(baskets, share).table() == mine(baskets, np.int64(2)).table() == expected  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"support is '0\.5'; give a number of baskets such as 3, or a share such as"):
        mine(baskets, "0.5")  # type: ignore[arg-type]
