"""Words of cut text as numbers."""

from itertools import pairwise

import numpy as np
import pytest
from cases import random_text

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import BlankCutter, Cutter
from nlpzero.segment.encoding import Tokens, encode, tokens_of_marks
from nlpzero.segment.lexical import LexiconCutter, jieba_cutter
from nlpzero.text.characters import code_points
from nlpzero.text.words import are_words


def slow(text: str, starts: list[bool]) -> tuple[list[list[str]], list[str]]:
    """Give the words of each line, its end among them, and the distinct ones in the order of the text."""
    places = [*np.flatnonzero(starts).tolist(), len(text)]
    lines: list[list[str]] = []
    for place, after in pairwise(places):
        if not lines or text[place - 1] == "\n":
            lines.append([])
        lines[-1].append(text[place:after].rstrip())
    return lines, list(dict.fromkeys(["", *(word for line in lines for word in line)]))


def spelled(found: Tokens) -> list[list[str]]:
    words = iter([found.words[i] for i in found.ids.tolist()])
    return [[next(words) for _ in range(length)] for length in found.lengths.tolist()]


def test_the_words_of_lines_get_numbers_in_the_order_of_the_text() -> None:
    found = encode("水 涨　了\n\n水 好", BlankCutter())  # "the water has risen; the water is good"
    assert found.words == ["", "水", "涨", "了", "好"]
    assert found.ids.tolist() == [1, 2, 3, 0, 0, 1, 4]
    assert found.lengths.tolist() == [4, 1, 2]
    assert found.lines().tolist() == [0, 0, 0, 0, 1, 2, 2]
    ids, lengths, words = found.only(np.array([False, True, False, True, True]))
    assert (ids.tolist(), lengths.tolist(), words) == ([0, 1, 0, 2], [2, 0, 2], ["水", "了", "好"])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("alphabet", ["江\n", "ab ", "江河湖a　B7\r\n ，", None])
def test_any_marks_of_any_text_are_numbered_as_by_a_dictionary(seed: int, alphabet: str | None) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.choice([0, 1, 30, 9000]))  # small texts are numbered without tables
    text = random_text(seed, size, alphabet) if alphabet else "".join(map(chr, rng.integers(1, 0xD000, size)))
    text = text.replace("\x1f", "江")
    starts = rng.random(len(text)) < rng.choice([0.02, 0.3, 0.9])
    for i, character in enumerate(text):
        starts[i] |= i == 0 or character == "\n" or text[i - 1] == "\n"
    lines, words = slow(text, starts.tolist())
    found = tokens_of_marks(code_points(text), starts)
    assert spelled(found) == lines
    assert found.words == words


def test_words_of_all_lengths_that_begin_alike_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    words = ["".join(rng.choice(["江", "河", "湖"], length)) for length in range(1, 80) for _ in range(4)]
    words += [word + last for word in words for last in "江河"]
    drawn = [words[i] for i in rng.integers(0, len(words), 5000)]
    found = encode(" ".join(drawn) + "\n", BlankCutter())
    assert spelled(found) == [[*drawn, ""]]
    assert found.words == list(dict.fromkeys(["", *drawn]))


@pytest.mark.parametrize("cutter", [jieba_cutter(), LexiconCutter(Lexicon(["江 河", "江湖"], [2, 1])), BlankCutter()])
def test_a_cutter_and_the_encoder_give_the_same_words(cutter: Cutter) -> None:
    text = random_text(21, 4000, "江河湖水涨 a　B7\r\n，")
    found = encode(text, cutter)
    assert [word for line in spelled(found) for word in line if word] == cutter(text)
    assert len(found.lengths) == text.count("\n") + (not text.endswith("\n"))
    cutter.piece, whole = 100, cutter.piece
    try:
        again = encode(text, cutter)
    finally:
        cutter.piece = whole
    assert (again.ids.tolist(), again.words) == (found.ids.tolist(), found.words)


@pytest.mark.parametrize("seed", range(5))
def test_leaving_out_words_leaves_the_others_in_their_lines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = encode(random_text(seed, 2000, "江河湖海 \n"), BlankCutter())
    kept = rng.random(len(found.words)) < 0.5
    left = {word for word, keep in zip(found.words, kept.tolist(), strict=True) if keep}
    assert spelled(found.only(kept)) == [[word for word in line if word in left] for line in spelled(found)]


def test_a_word_holds_a_letter_or_a_digit_of_any_script() -> None:
    tokens = [
        "水",
        "〇",
        "々",
        "カメラ",
        "Ж",
        "é",
        "C++",
        "3.5",
        "½",
        "Ⅳ",
        "\U00020000",
        "",
        " ",
        "。",
        "——",
        "+",
        "\ud800",
    ]
    assert are_words(tokens).tolist() == [True] * 11 + [False] * 6
    assert are_words([]).tolist() == []
