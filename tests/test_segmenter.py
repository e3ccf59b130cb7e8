"""Segmenting text by a lexicon, and just as jieba does."""

import re
from collections.abc import Iterator
from itertools import groupby
from math import log

import jieba
import numpy as np
import oracles
import pytest
from cases import classify, random_text

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import Cutter
from nlpzero.segment.jieba_adapter import load_words
from nlpzero.segment.lexical import (
    HmmCutter,
    JiebaCutter,
    LexiconCutter,
    jieba_cutter,
)
from nlpzero.text.characters import DIGIT, code_points

# "Old Xu had rowed the ferry below the bamboo bridge for forty years. / That day he said: The water is rising; I will
# row once more, and after that the boat is yours. / The child nodded, not understanding what 3.5 metres of flood meant
# (so the radio said: level A1, at 18:30!). / And that night C++ homework, T恤 and AA制 were forgotten, and everyone
# carried sandbags - against the water."
STORY = """老徐在竹桥下摇了四十年的渡船。
那天他说：“水涨上来了，我再摇一回，往后这条船就是你的。”
孩子点点头，并不明白3.5米的洪水意味着什么（广播里这么说：A1级，18:30！）。
于是那天夜里C++作业、T恤和AA制都被忘在了脑后，人人都去扛沙袋-挡水。
"""
ODD = [
    "",
    "\n",
    "\r\n",
    "\n\n渡船\n",
    "渡船",
    "渡船\r\n竹桥\r\n",
    "\r渡船\r\r\n",
    "渡船\r",
    "渡\0船\n",
    "渡船　竹桥\u2028竹桥\x0b\x1c\n",  # ideographic and other blanks
    "\U00020000渡船\U00020001\U0001f600\n",
    "龥龦鿕鿖々〇渡船\n",  # the last character of jieba's range, and beyond
    "  渡船 \t 竹桥  \n",
    "-渡船_竹桥.v2.0%+#&\n",
    "x\ud800渡船\n",  # a lone surrogate
]


@pytest.fixture(scope="module")
def tokenizer() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def by_jieba(tokenizer: jieba.Tokenizer, text: str, *, hmm: bool = False) -> str:
    """Cut each line with jieba; line ends stay."""
    parts = re.split(r"(\r?\n)", text)
    return "".join(p if p in ("\n", "\r\n") else " ".join(tokenizer.lcut(p, HMM=hmm)) for p in parts)


def dictionary_text(seed: int, size: int, line: int) -> str:
    """Draw words and pieces of words from jieba's dictionary, other characters between, lines of about a length."""
    rng = np.random.default_rng(seed)
    words = load_words().words
    drawn = [words[i] for i in rng.integers(0, len(words), size)]
    pieces = [word[: rng.integers(1, 5)] if rng.random() < 0.5 else word for word in drawn]
    between = rng.choice(["", "", "", "", "，", " ", "a", "B7", "%", "γ"], size)
    ends = np.where(rng.random(size) < 2 / line, "\n", "")
    return "".join(f"{piece}{other}{end}" for piece, other, end in zip(pieces, between, ends, strict=True))


def test_the_most_probable_words_are_chosen() -> None:
    lexicon = Lexicon(["研究", "研究生", "生命", "命", "起源"], [40, 20, 40, 1, 30])
    # "to study the origin of life", and not "graduate students, fate, origin"
    assert LexiconCutter(lexicon).segment("研究生命起源\n研究生") == "研究 生命 起源\n研究生"


def test_what_is_no_word_is_cut_into_units() -> None:
    lexicon = Lexicon(["渡船", "iPhone17", "第3"], [3, 2, 1])
    text = "渡船iPhone175和iPhone17pro，第3和第35页ａｂ１２"  # "ferry iPhone175 and iPhone17pro, 3rd and page 35"
    assert LexiconCutter(lexicon).segment(text) == "渡船 iPhone 175 和 iPhone17 pro ， 第3 和 第 35 页 ａｂ １２"


def test_words_may_hold_any_character() -> None:
    lexicon = Lexicon(["阿·南", "……", "a b"], [1, 1, 1])
    assert LexiconCutter(lexicon).segment("阿·南说……a b", "/") == "阿·南/说/……/a b"  # "A-Nan said"


def test_a_lexicon_whose_words_count_1_prefers_few_words() -> None:
    assert LexiconCutter(Lexicon(["竹桥"], [1])).segment("竹桥竹") == "竹桥 竹"
    assert LexiconCutter(Lexicon(["竹桥", "桥下", "下面的"], [1, 1, 1])).segment("竹桥下面的") == "竹桥 下面的"


@pytest.mark.parametrize("seed", range(10))
def test_no_cut_into_words_and_units_is_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    text = random_text(seed, 800)
    starts = rng.integers(0, len(text) - 8, 300)
    words = {text[i : i + length] for i, length in zip(starts, rng.integers(1, 7, 300), strict=True)}
    counts = {word: int(rng.integers(1, 10**6)) for word in sorted(words) if "\n" not in word}
    total = sum(counts.values())

    def units(line: str) -> Iterator[str]:
        for kind, run in groupby(line, classify):
            characters = "".join(run)
            yield from [characters] if kind >= DIGIT else characters

    def score(word: oracles.Word) -> float | None:
        if "".join(word) in counts or len(word) == 1:
            return log(counts.get("".join(word), 1) / total)
        return None

    for line, cut in zip(
        text.split("\n"), LexiconCutter(Lexicon.from_counts(counts)).segment(text, "/").split("\n"), strict=True
    ):
        assert cut.replace("/", "") == line
        cut_words = [(*units(word),) for word in cut.split("/") if word]
        best = oracles.segmentation_score(score, oracles.best_segmentation(score, [*units(line)]))
        assert oracles.segmentation_score(score, cut_words) == pytest.approx(best, rel=1e-12)


def test_jiebas_dictionary_cuts_as_jieba_does(tokenizer: jieba.Tokenizer) -> None:
    for text in [STORY, *ODD]:
        assert jieba_cutter().segment(text) == by_jieba(tokenizer, text)


@pytest.mark.parametrize("seed", range(6))
def test_random_strings_of_words_are_cut_as_by_jieba(tokenizer: jieba.Tokenizer, seed: int) -> None:
    text = dictionary_text(seed, 4000, line=30)
    assert jieba_cutter().segment(text) == by_jieba(tokenizer, text)


def test_random_characters_are_cut_as_by_jieba(tokenizer: jieba.Tokenizer) -> None:
    rng = np.random.default_rng(7)
    text = "".join(map(chr, [*rng.integers(0x3FF0, 0xA010, 4000), *rng.integers(0, 0x3FF, 4000)]))
    assert jieba_cutter().segment(text) == by_jieba(tokenizer, text)


def test_the_dictionary_of_the_published_rule_may_be_another() -> None:
    lexicon = Lexicon(["研究", "研究生", "生命", "起源"], [40, 20, 40, 30], 1000)
    text = "研究生命起源研究生生命命"
    expected = oracles.unigram_best_path(text, dict(zip(lexicon.words, lexicon.counts.tolist(), strict=True)), 1000)
    assert JiebaCutter(lexicon).segment(text) == " ".join(expected)


@pytest.mark.parametrize("size", [600, 20_000])
def test_blocks_of_any_length_are_cut_as_well_as_by_jieba(tokenizer: jieba.Tokenizer, size: int) -> None:
    text = re.sub("[^\u4e00-\u9fd5]", "", dictionary_text(size, size, line=10**9))
    words, expected = (cut.split() for cut in (jieba_cutter().segment(text), by_jieba(tokenizer, text)))

    def score(words: list[str]) -> float:
        return sum(log(tokenizer.FREQ.get(word) or 1) - log(tokenizer.total) for word in words)

    assert "".join(words) == text
    assert score(words) == pytest.approx(score(expected), rel=1e-12)  # equally good cuts may be chosen differently


def test_a_line_of_words_that_all_overlap_is_cut_as_well_as_by_jieba(tokenizer: jieba.Tokenizer) -> None:
    followers: dict[str, list[str]] = {}
    for word in load_words().words:
        if len(word) == 2:
            followers.setdefault(word[0], []).append(word[1])
    rng = np.random.default_rng(3)
    text = "水"
    while len(text) < 5000:  # no position is free, so this is one stretch
        text += rng.choice([c for c in followers[text[-1]] if c in followers])
    words, expected = (cut.split() for cut in (jieba_cutter().segment(text), by_jieba(tokenizer, text)))
    assert "".join(words) == text
    scores = [sum(log(tokenizer.FREQ.get(word) or 1) for word in cut) for cut in (words, expected)]
    assert len(words) == len(expected)
    assert scores[0] == pytest.approx(scores[1], rel=1e-12)


def test_the_hidden_markov_model_cuts_as_jieba_does(tokenizer: jieba.Tokenizer) -> None:
    for text in [STORY, *ODD]:
        assert HmmCutter().segment(text) == by_jieba(tokenizer, text, hmm=True)


@pytest.mark.parametrize("name", ["jieba", "hmm", "lexicon"])
@pytest.mark.parametrize("delimiter", ["/", "||", "\U00020000的"])
def test_deleting_the_delimiters_gives_the_text_back(name: str, delimiter: str) -> None:
    lexicon = Lexicon(["渡船", "\r渡", "B7", "a　"], [5, 1, 2, 1])
    segmenters: dict[str, Cutter] = {
        "jieba": jieba_cutter(),
        "hmm": HmmCutter(),
        "lexicon": LexiconCutter(lexicon),
    }
    for text in [STORY, *ODD, dictionary_text(1, 300, line=20), random_text(2, 1000, "渡船a　B7\r\n\0")]:
        cut = segmenters[name].segment(text, delimiter)
        assert cut.replace(delimiter, "") == text
        lines = cut.replace("\r\n", "\n").split("\n")
        assert not any(line.startswith(delimiter) or line.endswith(delimiter) for line in lines)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_size_of_pieces_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = dictionary_text(9, 500, line=25)
    whole = jieba_cutter().segment(text)
    monkeypatch.setattr(Cutter, "piece", size)
    assert jieba_cutter().segment(text) == whole


def test_boundaries_mark_the_first_characters_of_words_and_line_ends() -> None:
    codes = code_points("竹桥下\r\n渡船")
    starts = LexiconCutter(Lexicon(["竹桥", "渡船"], [1, 1])).boundaries(codes)
    assert np.flatnonzero(starts).tolist() == [0, 2, 3, 4, 5]
    for segmenter in (LexiconCutter(Lexicon(["竹桥"], [1])), jieba_cutter()):
        assert segmenter.boundaries(code_points("")).tolist() == []
