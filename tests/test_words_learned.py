"""A saved segmenter: what it keeps, how it cuts text that it never saw, and files that are none."""

import io
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cases import random_text

from nlpzero.errors import ModelError
from nlpzero.segment.learned import LearnedSegmenter, PairCounts
from nlpzero.text.characters import OTHER, char_classes, code_points
from nlpzero.words.discovery import Discovery, cut_texts, discover
from nlpzero.words.finding import Parameters

STORIES = (Path(__file__).parent.parent / "data" / "stories.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found() -> Discovery:
    return discover([STORIES], "bayes", Parameters(min_count=1, rounds=6, samples=3))


@pytest.fixture(scope="module")
def segmenter(found: Discovery) -> LearnedSegmenter:
    assert found.segmenter is not None
    return found.segmenter


@pytest.fixture
def saved(segmenter: LearnedSegmenter, tmp_path: Path) -> Path:
    path = tmp_path / "seg.npz"
    with path.open("wb") as file:
        segmenter.save(file)
    return path


def words_and_borders(cut: str) -> set[tuple[int, int]]:
    ends = np.cumsum([0, *map(len, cut.split())]).tolist()
    return {*pairwise(ends)}


def test_it_cuts_its_own_text_much_as_the_words_were_found(found: Discovery, segmenter: LearnedSegmenter) -> None:
    own, again = words_and_borders("".join(cut_texts(found, [STORIES]))), words_and_borders(segmenter.segment(STORIES))
    assert len(own & again) > 0.95 * len(own)


def test_it_cuts_new_sentences_of_known_and_unknown_words(segmenter: LearnedSegmenter) -> None:
    # "Shen Luotang and Luo Yanzhou have not been to the Qingwei shipyard": the names are of the story
    assert "沈渡棠 " in segmenter.segment("沈渡棠和罗砚舟没有去青桅坊。")
    assert " 罗砚舟 " in segmenter.segment("沈渡棠和罗砚舟没有去青桅坊。")
    for unknown in ("饕餮魑魅", "\U00020000\U00020001", "漢語繁體字與简体字混排"):  # characters that the story lacks
        words = segmenter.segment(unknown, "/").split("/")
        assert "".join(words) == unknown
        assert all(1 <= len(word) <= 5 for word in words)  # as long as words that are learned
    assert any("ｇｐｔ" in word for word in segmenter.segment("用ｇｐｔ４写", "/").split("/"))  # "write with GPT4"


@pytest.mark.parametrize("text", ["", "\n", "，。\r\n", "山", random_text(11, 2000), "一二三四五" * 400])
def test_nothing_of_the_text_is_lost_and_runs_stay_whole(text: str, segmenter: LearnedSegmenter) -> None:
    cut = segmenter.segment(text, "/")
    assert cut.replace("/", "") == text
    assert [(left, right) for left, right in _neighbours(cut) if left == right > 1] == []


def _neighbours(cut: str) -> list[tuple[int, int]]:
    """Give the classes of the characters on both sides of every delimiter."""
    classes = char_classes()
    at = [i for i, c in enumerate(cut) if c == "/" and 0 < i < len(cut) - 1]
    return [(int(classes[ord(cut[i - 1])]), int(classes[ord(cut[i + 1])])) for i in at]


def test_foreign_names_with_a_middle_dot_are_whole(segmenter: LearnedSegmenter) -> None:
    assert "玛格丽特·杜拉斯" in segmenter("读，玛格丽特·杜拉斯。")  # read Marguerite Duras


def test_a_long_clause_is_cut_as_its_parts_would_be(segmenter: LearnedSegmenter) -> None:
    han = "".join(c for c in STORIES if char_classes()[ord(c)] != OTHER)[:3000]
    chances = segmenter.probabilities(code_points(han))
    for at in (900, 1700):
        part = segmenter.probabilities(code_points(han[at - 60 : at + 60]))
        assert np.abs(part[40:80] - chances[at - 20 : at + 20]).max() < 0.05


def test_the_threshold_moves_the_grain(segmenter: LearnedSegmenter) -> None:
    words = [len(LearnedSegmenter(segmenter.knowledge, t)(STORIES[:5000])) for t in (0.1, 0.5, 0.9)]
    assert words[0] > words[1] > words[2]


def test_a_file_gives_the_segmenter_back(segmenter: LearnedSegmenter, saved: Path) -> None:
    loaded = LearnedSegmenter.load(saved)
    assert {name: array.tobytes() for name, array in loaded.knowledge.arrays.items()} == {
        name: array.tobytes() for name, array in segmenter.knowledge.arrays.items()
    }
    assert loaded.knowledge.words == segmenter.knowledge.words
    assert loaded.knowledge.made["made"]["rounds"] == 6
    assert loaded == segmenter
    assert loaded(STORIES[:3000]) == segmenter(STORIES[:3000])
    again = io.BytesIO()
    loaded.save(again)
    assert again.getvalue() == saved.read_bytes()


def test_counts_of_the_file_are_those_of_the_cut(found: Discovery, segmenter: LearnedSegmenter) -> None:
    arrays, words, *_ = segmenter.knowledge
    counts = dict(zip(words, arrays["counts"][0].tolist(), strict=True))
    name = r"[A-Za-z][A-Za-z0-9]*(?:[-.'&][A-Za-z0-9]+)+|[A-Za-z]+"
    number = r"[0-9]+(?:[-.,:/][0-9]+)*[%万亿]*"
    tokens = re.sub(number, "0", re.sub(name, "a", "".join(cut_texts(found, [STORIES])))).split()
    expected = Counter(token[i : i + 5] for token in tokens for i in range(0, len(token), 5))  # none has more units
    assert len(words) > 500
    assert counts == {word: expected[word] for word in words}
    assert sum(counts.values()) > 0.9 * sum(n for w, n in expected.items() if char_classes()[ord(w[0])] != OTHER)


def test_a_pair_that_is_not_there_counts_nothing() -> None:
    rng = np.random.default_rng(4)
    keys = np.unique(rng.integers(0, 2**60, 5000, dtype=np.uint64))
    counts = rng.integers(1, 100, len(keys))
    table = PairCounts(keys[::2], counts[::2])
    assert (table.get(keys[::2]) == counts[::2]).all()
    assert (table.get(keys[1::2]) == 0).all()


def test_what_is_no_segmenter_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "words.tsv"
    text.write_text("word\tcount\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"holds no learned segmenter of nlpzero, or is damaged; learn it again$"):
        LearnedSegmenter.load(text)
    with pytest.raises(ModelError, match="No such file"):
        LearnedSegmenter.load(tmp_path / "none.npz")
