"""Character classes, and text as code points."""

import re
from itertools import pairwise

import numpy as np
import pytest

from nlpzero.text.characters import (
    DIGIT,
    HAN,
    HAN_RANGES,
    LATIN,
    OTHER,
    char_classes,
    code_points,
    delimited,
    from_code_points,
    inside_numbers,
    is_joined,
    published_classes,
)


@pytest.mark.parametrize(("low", "high"), HAN_RANGES)
def test_both_ends_of_every_han_range_are_han_and_their_outer_neighbours_are_not(low: int, high: int) -> None:
    assert char_classes()[[low, high]].tolist() == [HAN, HAN]
    inside = {code for a, b in HAN_RANGES for code in (a, b)}
    outer = [code for code in (low - 1, high + 1) if code not in inside]
    assert (char_classes()[outer] == OTHER).all()


def test_digits_and_latin_letters_are_known_in_both_widths() -> None:
    text = "7７aＡéßж×。 あ"  # the last five are Cyrillic, a sign, a full stop, a blank and kana
    expected = [DIGIT, DIGIT, LATIN, LATIN, LATIN, LATIN, OTHER, OTHER, OTHER, OTHER, OTHER]
    assert char_classes()[code_points(text)].tolist() == expected


def test_the_published_methods_know_neither_full_width_letters_nor_rare_characters() -> None:
    text = "一龥7z\u9fa6〇７ｚ\U00020000"
    assert published_classes()[code_points(text)].tolist() == [HAN, HAN, DIGIT, LATIN] + [OTHER] * 5


def test_text_survives_the_way_to_code_points_and_back() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 0x110000, 5000)
    codes = codes[(codes < 0xD800) | (codes >= 0xE000)]
    text = "".join(map(chr, codes.tolist()))
    assert from_code_points(code_points(text)) == text


@pytest.mark.parametrize("seed", range(3))
def test_points_commas_and_percent_signs_belong_to_the_numbers_they_are_written_in(seed: int) -> None:
    alphabet = "1２３4.．,，%％‰年a"
    text = "".join(np.random.default_rng(seed).choice([*alphabet], 5000))
    number = re.compile("(?<=[0-9０-９])(?:[.．](?=[0-9０-９])|[,，](?=[0-9０-９]{3}(?![0-9０-９]))|[%％‰])")
    digits = [*map(str.isdigit, number.sub("0", text))]
    expected = [here and before for before, here in pairwise([False, *digits])]
    assert inside_numbers(code_points(text)).tolist() == expected
    assert inside_numbers(code_points("，")).tolist() == [False]
    assert inside_numbers(code_points("")).tolist() == []


def test_only_runs_of_one_kind_are_joined() -> None:
    classes = char_classes()[code_points("汉12ab3")]  # "Han"
    assert is_joined(classes).tolist() == [False, False, True, False, True, False]
    assert is_joined(classes[:0]).tolist() == []


@pytest.mark.parametrize("delimiter", [" ", "/", "--"])
def test_delimiters_stand_between_words_but_not_at_the_edges_of_lines(delimiter: str) -> None:
    text = "甲乙\r\n\n丙丁\n戊"  # five of the ten heavenly stems
    codes = code_points(text)
    everywhere = np.ones(len(codes), np.bool_)
    expected = f"甲{delimiter}乙\r\n\n丙{delimiter}丁\n戊"
    assert delimited(codes, everywhere, delimiter) == expected
    assert delimited(codes[:0], everywhere[:0], delimiter) == ""
