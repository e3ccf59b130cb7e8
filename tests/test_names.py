"""Names with a middle dot are one word, and what stands beside them is not."""

import re

import numpy as np
import pytest

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import Cutter
from nlpzero.segment.dictionary import DictionaryCutter, dictionary_cutter
from nlpzero.segment.grain import GRAINS, GrainCutter
from nlpzero.segment.lexical import LexiconCutter, jieba_cutter
from nlpzero.segment.names import SOUNDS, join_models, join_types
from nlpzero.text.characters import code_points

CASES = [
    ("冯·诺依曼提出了结构", "冯·诺依曼 提出 了 结构"),  # von Neumann proposed a structure
    ("列夫·托尔斯泰的小说", "列夫·托尔斯泰 的 小说"),  # Leo Tolstoy's novels
    ("乔·拜登说", "乔·拜登 说"),
    ("约翰·冯·诺依曼和艾伦·图灵", "约翰·冯·诺依曼 和 艾伦·图灵"),  # two names with "and" between
    ("米哈伊尔·弗拉基米罗维奇·米舒斯京到了", "米哈伊尔·弗拉基米罗维奇·米舒斯京 到 了"),
    ("达·芬奇画了画", "达·芬奇 画 了 画"),
    ("买买提·艾山江在新疆", "买买提·艾山江 在 新疆"),
    ("九·一八事变", "九·一八 事变"),  # an event called by its date
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_name_is_one_word(text: str, expected: str) -> None:
    assert dictionary_cutter().segment(text) == expected
    assert dictionary_cutter().segment(text.replace("·", "•")) == expected.replace("·", "•")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C919大型客机亮相", "C919 大型 客机 亮相"),  # the large airliner C919 is shown
        ("PM2.5和KN95口罩", "PM2.5 和 KN95 口罩"),  # PM2.5 and masks KN95
        ("X-900型无人机", "X-900型 无人机"),  # drones of the type X-900
        ("H5N1型流感", "H5N1型 流感"),
        ("买16GB的U盘", "买 16 GB 的 U盘"),  # buy a memory stick of 16 GB
        ("他是O型", "他 是 O 型"),  # his blood group is O
        ("A1型号", "A1 型号"),  # the model A1
        ("3型", "3 型"),
        ("型C9", "型 C9"),
    ],
)
def test_letters_and_the_digits_behind_them_are_one_word(text: str, expected: str) -> None:
    assert dictionary_cutter().segment(text) == expected
    wide = text.translate({code: code + 0xFEE0 for code in range(0x30, 0x7B) if chr(code).isalnum()})
    assert [*map(len, dictionary_cutter()(wide.replace("Ｕ", "U")))] == [*map(len, expected.split())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("歼-20首飞", "歼-20 首 飞"),  # the J-20 flies for the first time
        ("轰-6K和米格-29", "轰-6K 和 米格-29"),  # H-6K and MiG-29
        ("神舟-12号", "神舟-12 号"),  # Shenzhou 12
        ("有碳-14吗", "有 碳-14 吗"),  # is there carbon-14?
        ("第5-20页", "第 5-20 页"),  # pages 5 to 20
        ("气温-20度", "气温 - 20 度"),  # 20 degrees below zero
        ("航运-20", "航运 - 20"),  # shipping
        ("歼-轰", "歼 - 轰"),
        ("用5G手机", "用 5G 手机"),  # uses a 5G phone
        ("3D和16GB，3.5G，45G", "3D 和 16 GB ， 3.5 G ， 45 G"),
        ("唱卡拉OK吗", "唱 卡拉OK 吗"),  # shall we sing karaoke?
        ("卡拉OKB", "卡拉 OKB"),
    ],
)
def test_names_of_types_and_short_words_of_letters_are_one_word(text: str, expected: str) -> None:
    assert dictionary_cutter().segment(text) == expected


@pytest.mark.parametrize("seed", range(3))
def test_types_are_joined_as_looking_for_each_name_would(seed: int) -> None:
    rng = np.random.default_rng(seed)
    text = "".join(rng.choice(["歼", "米格", "-", "2", "5", "G", "K", "卡拉", "OK", "拉", ".", "江", "5G"], 900))
    codes = code_points(text)
    before = rng.random(len(text)) < 0.8
    before[0] = True
    marks, expected = before.copy(), before.copy()
    join_types(marks, codes)
    for found in re.finditer("(?=((歼|米格)-[0-9][0-9A-Z]*))", text):
        begin, end = found.span(1)
        if before[begin] and before[found.end(2)]:
            expected[begin + 1 : end] = False
    for found in re.finditer("(?<![-.,_])(?=(5G|2G|2K|卡拉OK)(?![0-9A-Z]))", text):
        if before[found.start()]:
            expected[found.start() + 1 : found.end(1)] = False
    assert marks.tolist() == expected.tolist()
    assert (marks != before).any()


def test_a_users_words_are_kept_apart_from_letters() -> None:
    assert dictionary_cutter().with_words(Lexicon(["歼"], [5])).segment("歼-20") == "歼 -20"
    assert dictionary_cutter().with_words(Lexicon(["919"], [5])).segment("C919飞") == "C 919 飞"
    assert dictionary_cutter().with_words(Lexicon(["型"], [5])).segment("C919型") == "C919 型"


@pytest.mark.parametrize("seed", range(3))
def test_models_are_joined_as_one_letter_at_a_time_would_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    text = "".join(rng.choice([*"aB1２7型号江，"], 300))
    codes = code_points(text)
    before = rng.random(len(text)) < 0.6
    before[0] = True
    marks = before.copy()
    join_models(marks, codes)
    kinds = ["d" if c in "1２7" else "l" if c in "aB" else "-" for c in text]
    expected = before.copy()
    begin = 0  # of the letters and digits that reach here
    for at in range(1, len(text)):
        if "-" in (kinds[at], kinds[at - 1]):
            begin = at
        elif kinds[at] != kinds[at - 1] and kinds[begin] == "l":
            expected[at] = False
    joined = expected.copy()
    for at in range(1, len(text)):
        word = max(start for start in range(at) if joined[start])
        alone = joined[at] and (at + 1 == len(text) or joined[at + 1])
        if text[at] == "型" and kinds[at - 1] != "-" and alone and kinds[word] == "l" and "d" in kinds[word:at]:
            expected[at] = False
    assert marks.tolist() == expected.tolist()


def test_jieba_cuts_at_the_dot() -> None:
    assert jieba_cutter().segment("冯·诺依曼") == "冯 · 诺 依 曼"


@pytest.mark.parametrize("kind", [LexiconCutter, DictionaryCutter])
def test_words_of_the_list_hold_beside_a_dot(kind: type[LexiconCutter]) -> None:
    lexicon = Lexicon(["图灵", "提出", "说", "在", "新疆", "艾伦", "芬奇画"], [90, 80, 70, 60, 50, 9, 60])
    cut = kind(lexicon)
    assert cut.segment("在艾伦·图灵说") == "在 艾伦·图灵 说"
    assert cut.segment("在艾·图灵提出") == "在 艾·图灵 提出"
    assert cut.segment("达·芬奇画") == "达·芬奇画"  # the list says so
    assert cut.segment("说·诺依曼。诺依曼").startswith("说·诺依曼 。")


def test_nothing_else_changes_and_no_name_goes_beyond_its_line() -> None:
    cut = dictionary_cutter()
    assert cut("·诺依曼") == cut("·") + cut("诺依曼")
    assert cut("乔·拜\n登") == ["乔·拜", "登"]
    for line in "卡尔和安娜来到柏林\n".splitlines():
        assert "·" not in cut.segment(line)


def test_pieces_do_not_change_the_cut() -> None:
    rng = np.random.default_rng(2)
    letters = [*"·诺依曼冯托尔说在的人，\n"]
    lines = ["".join(rng.choice(letters, 12)) for _ in range(60)]
    cut: Cutter = dictionary_cutter()
    whole = cut.marks(code_points("\n".join(lines) + "\n"))
    apart = np.concatenate([cut.marks(code_points(line + "\n")) for line in "\n".join(lines).split("\n")])
    assert whole.tolist() == apart.tolist()


def test_the_characters_of_names_are_told_once() -> None:
    assert len(set(SOUNDS)) == len(SOUNDS)


def test_hidden_characters_stay_words_where_jieba_takes_them_as_such() -> None:
    """A zero-width blank is a word to jieba, also in a coarser cut."""
    coarse = GrainCutter(jieba_cutter(), GRAINS["coarse"])
    assert coarse("江\u200b豚") == jieba_cutter()("江\u200b豚")
