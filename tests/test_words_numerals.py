"""Numerals and what counts things after them: worked examples, and the rule once more, slowly."""

from itertools import pairwise

import numpy as np
import pytest
from cases import random_text
from test_words_esa import clauses_of, symbols_of

from nlpzero.ngrams.counts import NGrams
from nlpzero.segment.numerals import CLASSIFIER, LEAST_COUNT, NUMERAL, NUMERALS, SAME, kinds_of, settle
from nlpzero.words.discovery import cut_texts, discover
from nlpzero.words.finding import Parameters


def counted(text: str) -> NGrams:
    return symbols_of(text)


def test_what_stands_after_various_numerals_counts_things() -> None:
    # "in general" ten times; "one, two, three of them" 4, 3 and 3 times; Three Gorges and a second month 9 and 2 times
    text = "一般，" * 10 + "一个，" * 4 + "两个，" * 3 + "三个，" * 3 + "三峡，" * 9 + "二月，" * 2
    ngrams = counted(text)
    kinds = dict(zip(ngrams.units, kinds_of(ngrams).tolist(), strict=True))
    assert kinds == {"一": 1, "两": 1, "三": 1, "二": 1, "般": 0, "个": CLASSIFIER, "峡": 0, "月": 0}


@pytest.mark.parametrize("seed", range(3))
def test_kinds_are_those_of_the_pairs_that_occur_twice(seed: int) -> None:
    text = random_text(700 + seed, 3000, "一山二水三云四雨五，。3a")
    ngrams = counted(text)
    pairs: dict[str, dict[str, int]] = {}
    for clause in clauses_of(text):
        for first, second in pairwise(clause):
            if first in NUMERALS and second not in NUMERALS and second not in "0a":
                after = pairs.setdefault(second, {})
                after[first] = after.get(first, 0) + 1
    expected = [NUMERAL if unit in NUMERALS else 0 for unit in ngrams.units]
    for unit, every in pairs.items():
        numbers = [n for n in every.values() if n > 1]
        if sum(numbers) >= LEAST_COUNT and max(numbers) <= SAME * sum(numbers):
            expected[ngrams.units.index(unit)] = CLASSIFIER
    assert CLASSIFIER in expected
    assert kinds_of(ngrams).tolist() == expected


def test_a_run_of_numerals_is_whole_and_ends_before_what_counts_things() -> None:
    rng = np.random.default_rng(5)
    kinds = rng.choice(np.array([0, NUMERAL, CLASSIFIER], np.uint8), 300)
    is_clause = rng.random(300) < 0.2
    is_clause[0] = True
    before = (rng.random(300) < 0.5) | is_clause
    after = before.copy()
    settle(after, kinds, is_clause)
    for at in range(300):
        follows = not is_clause[at] and kinds[at - 1] == NUMERAL
        known = {NUMERAL: False, CLASSIFIER: True}.get(int(kinds[at])) if follows else None
        assert after[at] == (before[at] if known is None else known)


@pytest.mark.parametrize("method", ["esa", "bayes"])
def test_learned_text_is_cut_between_a_numeral_and_what_it_counts(method: str) -> None:
    lines = [
        f"买了{n}只{x}，" for n in "一二三四五六七八九" for x in "鸡鸭鹅羊猫"
    ]  # "bought one ... nine hens ... cats"
    text = "".join(lines) + "买了二十三只鸡。"
    found = discover([text], method, Parameters(min_count=1, rounds=3))
    cut = "".join(cut_texts(found, [text], "/"))
    assert "二十三/只" in cut
    assert "九/只" in cut
    if found.segmenter is not None:
        assert "四百五十/只" in found.segmenter.segment("又有四百五十只狗。", "/")  # "and 450 dogs"
