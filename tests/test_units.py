"""Units of text: numbers, names with signs, what is hidden and what belongs to the character before."""

import re
import unicodedata
from itertools import pairwise

import numpy as np
import pytest

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.ngrams.units import encode
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.segment.encoding import encode as encode_words
from nlpzero.segment.lexical import LexiconCutter
from nlpzero.text.characters import HIDDEN_RANGES, MARK_RANGES, OTHER, char_classes, code_points
from nlpzero.text.units import read_units
from nlpzero.words.discovery import cut_texts, discover
from nlpzero.words.finding import Parameters
from nlpzero.words.methods import METHODS

NUMBERS = [
    "81.2",
    "1,957",
    "78%",
    "１２．５",
    "1/3",
    "10:30",
    "2024-03-05",
    "3.5万",
    "2万亿",
    "192.168.1.1",
    "10:30:15",
]
NAMES = ["COVID-19", "C++", "C#", "Node.js", "AT&T", "Wi-Fi", "T-shirt", "X-900", "GPT-4o", "O'Neil", "GPT-3.5", "a_1"]
HIDDEN = "\u200b\u200d\u00ad\ufeff\ufe0f\u2060\U000e0101"


def pieces(text: str) -> list[str]:
    """Cut a text before every character that does not belong to the one before."""
    found = read_units(code_points(text))
    assert found.kept is None
    starts = np.append(np.flatnonzero(~found.joined), len(text)).tolist()
    return [text[a:b] for a, b in pairwise(starts)]


@pytest.mark.parametrize("unit", [*NUMBERS, *NAMES])
def test_numbers_and_names_with_signs_are_one_unit(unit: str) -> None:
    for before, after in (("", ""), ("花", "元"), ("。", "，"), (" ", "\n")):  # spend, yuan
        assert pieces(before + unit + after) == [*before, unit, *after]


def test_signs_that_need_other_neighbours_join_nothing() -> None:
    for text in (
        "1,20",
        "a,b",
        "5.",
        ".5",
        "-5",
        "1.A",
        "A+B",
        "NBA#",
        "#NBA",
        "茶-酒",
        "％",
        "万",
        "a-",
        "-a",
        "·茶",
        "茶·",
    ):
        runs = re.findall(r"[A-Za-z]+|[0-9]+|.", text)
        assert pieces(text) == runs


def test_middle_dots_join_han_names_with_their_neighbours() -> None:
    for dot in "·•・‧":
        assert pieces(f"约翰{dot}冯{dot}诺依曼说") == [
            "约",
            f"翰{dot}冯{dot}诺",
            "依",
            "曼",
            "说",
        ]  # John von Neumann says


ORACLE = re.compile(
    r"""(?P<name>(?:[A-Za-z0-9]+(?:(?<=[A-Za-z])[.](?=[A-Za-z0-9])|[-](?:(?<=[A-Za-z]-)|(?=[A-Za-z]))(?=[A-Za-z0-9])
        |(?<=[A-Za-z])[&'](?=[A-Za-z])|_(?=[A-Za-z0-9])))+[A-Za-z0-9]+)
    |(?P<number>[0-9]+(?:[.:/-](?=[0-9])[0-9]+|,(?=[0-9]{3}(?![0-9]))[0-9]+)*(?:%|[万亿]+)?)
    |(?P<letters>[A-Za-z]+)|.""",
    re.VERBOSE | re.DOTALL,
)


def test_random_text_is_cut_as_by_the_patterns() -> None:
    rng = np.random.default_rng(11)
    for _ in range(3000):
        text = "".join(rng.choice([*"123ab茶。.,:%/&'_", "万", " ", "\n"], int(rng.integers(1, 12))))
        if re.search("[a-z][0-9]|[0-9][a-z]|_", text):  # letters and digits that touch: see the next test
            continue
        assert pieces(text) == [match[0] for match in ORACLE.finditer(text)], text


def test_letters_and_digits_that_touch_are_one_only_beside_the_sign_of_a_name() -> None:
    assert pieces("GPT4和GPT-4o，iPhone17") == ["GPT", "4", "和", "GPT-4o", "，", "iPhone", "17"]  # and
    assert pieces("12.5kg") == ["12.5", "kg"]


def test_combining_marks_belong_to_the_character_before() -> None:
    assert pieces("nai\u0308ve的Zoe\u0308") == ["nai\u0308ve", "的", "Zoe\u0308"]  # Zoë's, naïve, decomposed
    assert pieces("カ\u3099。\u0301\n\u0301") == ["カ\u3099", "。\u0301", "\n", "\u0301"]


def test_marks_and_hidden_characters_are_those_of_unicode() -> None:
    for low, high in MARK_RANGES:
        named = [code for code in range(low, high + 1) if unicodedata.name(chr(code), "")]
        assert all(unicodedata.category(chr(code)) in ("Mn", "Me", "Mc") for code in named)
    for low, high in HIDDEN_RANGES:
        assert (char_classes()[low : high + 1] == OTHER).all()
    assert all(unicodedata.category(chr(code)) != "Cf" or _is_hidden(code) for code in range(0x2000, 0x2070))


def _is_hidden(code: int) -> bool:
    """Tell whether a code point is in the ranges."""
    return any(low <= code <= high for low, high in HIDDEN_RANGES)


def test_emoji_sequences_are_one_token() -> None:
    text = "茶👩🏽‍💻👍🏿🇨🇳🇫🇷1️⃣☕️好"  # tea, a programmer, thumb, two flags, a keycap, coffee, good
    cut = LexiconCutter(Lexicon(["茶", "好"], [1, 1]))
    assert cut(text) == ["茶", "👩🏽‍💻", "👍🏿", "🇨🇳", "🇫🇷", "1️⃣", "☕️", "好"]


# Hidden characters


def sprinkled(text: str, rng: np.random.Generator) -> str:
    """Put hidden characters after one in four."""
    return "".join(c + (str(rng.choice([*HIDDEN])) if rng.random() < 0.25 else "") for c in text)


CORPUS = (
    "量子力学很难，花了81.2元。\n冯·诺依曼用C++写程序；GPT-4o占78%。\n" * 6 + "量子力学是力学。\n程序很难写。\n" * 4
)
"""Quantum mechanics is hard, it cost 81.2 yuan. Von Neumann writes programs in C++; GPT-4o takes 78 %. ..."""


@pytest.mark.parametrize("method", [*METHODS])
def test_words_and_counts_are_those_of_the_text_without_hidden_characters(method: str) -> None:
    rng = np.random.default_rng(2)
    dirty = sprinkled(CORPUS, rng).replace("\u200d", "\u200b")
    parameters = Parameters(min_count=2, rounds=3, samples=1)
    plain, hidden = (discover([text], method, parameters) for text in (CORPUS, dirty))
    assert plain.words == hidden.words
    assert plain.counts.tolist() == hidden.counts.tolist()


@pytest.mark.parametrize("cut", [dictionary_cutter(), LexiconCutter(Lexicon(["量子力学"], [3]))])
def test_cutting_keeps_hidden_characters_with_the_character_before(cut: LexiconCutter) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        dirty = "\ufeff" + sprinkled(CORPUS, rng).replace("\u200d", "\u200b")
        marked = cut.segment(dirty, "/")
        assert marked.replace("/", "") == dirty.replace("/", "")
        assert re.sub(f"[{HIDDEN}]", "", marked) == cut.segment(CORPUS, "/")
        assert not re.search(f"/[{HIDDEN}]", marked)
        assert encode_words(dirty, cut)[2] == encode_words(CORPUS, cut)[2]


def test_a_hidden_character_at_the_start_of_a_line_belongs_to_the_first_word() -> None:
    lines = "茶\n\ufeff酒/很/好\n\u200b\n"  # tea; wine is good
    cut = LexiconCutter(Lexicon(["茶", "酒"], [1, 1]))
    assert cut.segment(lines.replace("/", ""), "/") == lines


# The count of a word is how often it is cut out


@pytest.mark.parametrize("method", [*METHODS])
@pytest.mark.parametrize("seed", range(3))
def test_the_count_of_a_word_is_its_number_in_the_cut_text(method: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    stuff = [
        *NUMBERS,
        *NAMES,
        *"花了元，。茶酒很好的",
        "冯·诺依曼",
        "量子力学",
        " ",
        "\n",
        "GX7",
        "3点",
        "第二百二十一条",
        "一点七八万亿",
    ]
    text = "".join(rng.choice(stuff, 600)) + "\n"
    found = discover([text], method, Parameters(min_count=1, rounds=3, samples=1))
    tokens = "".join(cut_texts(found, [text], "\x1f")).replace("\n", "\x1f").split("\x1f")
    assert {word: tokens.count(word) for word in found.words} == dict(
        zip(found.words, found.counts.tolist(), strict=True)
    )
    if found.method.joined:  # the published methods drop words
        assert {token for token in tokens if encode(token, True).units} == set(found.words)
    assert not {"4o", "900", "81", "957", "Node"} & set(tokens)


PERSON, MODEL = "冯·诺依曼", "X-900型"
"""John von Neumann; type X-900."""


@pytest.mark.parametrize("method", [*METHODS])
def test_every_method_finds_names_with_signs_and_no_fragments_of_them(method: str) -> None:
    rng = np.random.default_rng(7)
    signed = [name for name in NAMES if name not in MODEL]
    names = [PERSON, MODEL, *signed]
    characters = [*"天地人山水火木金土日月星云风雨花草鸟虫鱼田车马牛羊门户口手足目耳心刀弓石竹米衣食"]
    lines = []
    for _ in range(1500):
        before, after = ("".join(rng.choice(characters, int(rng.integers(0, 4)))) for _ in range(2))
        lines.append(before + str(rng.choice(names)) + after + str(rng.choice([*"，。\n"])))
    text = "".join(lines) + "\n"
    found = discover([text], method, Parameters(rounds=3, samples=1))
    for name in signed:
        assert found[name].count == text.count(name) > 60
    for name in (PERSON, MODEL):
        assert found[name].count > 0.6 * text.count(name)
    fragments = {"4o", "900", "900型", "诺依曼", "依曼", "X-900", "冯·诺", "GPT", "COVID", "型"}
    assert not fragments & {word for word, count in zip(found.words, found.counts, strict=True) if count > 20}
    tokens = " ".join(cut_texts(found, [text])).split()
    assert all(found[name].count == tokens.count(name) for name in names)


@pytest.mark.parametrize("method", ["esa", "bayes"])
def test_spoken_decimals_and_ordinals_stay_whole(method: str) -> None:
    text = (
        "增长一点七八万亿元，见第二百二十一条。\n第一条说三点二十分见。\n" * 8
    )  # grew by 1.78 trillion yuan, see article 221
    found = discover([text], method, Parameters(min_count=1, rounds=3, samples=1))
    [line, *_] = "".join(cut_texts(found, [text], "/")).split("\n")
    for whole in ("一点七八万亿", "第二百二十一条"):
        assert any(whole in word for word in line.split("/"))
