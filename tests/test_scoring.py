"""Scoring by the rules of the SIGHAN bakeoffs."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from nlpzero.errors import CorpusError
from nlpzero.segment import scoring
from nlpzero.segment.scoring import Score, compare_cuts, score


def words_of(line: str) -> list[str]:
    """Split at ASCII white space, as bytes do, and U+3000."""
    return [word.decode() for word in line.replace("\u3000", " ").encode().split()]


def spans(line: str) -> dict[tuple[int, int], str]:
    """Give the words of a line by their first and last place in the text without blanks."""
    found, start = {}, 0
    for word in words_of(line):
        found[start, start + len(word)] = word
        start += len(word)
    return found


def oracle(gold: Sequence[str], predicted: Sequence[str], vocabulary: set[str]) -> Score:
    """Count with sets of spans, line by line."""
    total = Score(0, 0, 0, 0, 0)
    for true, made in zip(map(spans, gold), map(spans, predicted), strict=True):
        unknown = {span for span, word in true.items() if word not in vocabulary}
        total += Score(len(true), len(made), len(true.keys() & made), len(unknown), len(unknown & made.keys()))
    return total


def random_pair(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Make the same lines of text cut in two ways, with all kinds of blanks."""
    blanks = [" ", "  ", "\u3000", "\t", " \r ", "\x0b"]

    def cut(text: str) -> str:
        return "".join(c + (rng.choice(blanks) if rng.random() < 0.5 else "") for c in text)

    lines = ["".join(rng.choice(list("山水云石\U00020000\xa0"), rng.integers(0, 12))) for _ in range(20)]
    return [cut(line) for line in lines], [cut(line) for line in lines]


def test_words_match_at_the_same_place_only() -> None:
    # Nanjing city | Yangtze | bridge, against: Nanjing | mayor | river | bridge
    result = score(["南京市 长江 大桥"], ["南京 市长 江 大桥"])
    assert result == Score(words=3, predicted=4, correct=1)
    assert (result.precision, result.recall, result.f1) == (1 / 4, 1 / 3, 2 / 7)
    assert (result.oov_rate, result.oov_recall, result.iv_recall) == (None, None, None)


def test_the_figures_are_those_of_the_official_script() -> None:
    # The wind blows the grass of the river bank; the rain falls on it; the bank is long.
    gold = ["风 吹 着 河岸 上 的 草 ，  ", "", "雨 落　在 草 上 。", "河岸 很 长"]
    predicted = ["风 吹着 河 岸上 的 草 ，", "", "雨 落在 草 上 。  ", "河岸 很长"]
    training_words = {"风", "着", "上", "的", "草", "，", "在", "。", "很", "长", "岸上"}
    result = score(gold, predicted, training_words)
    assert (result.words, result.predicted) == (17, 14)
    figures = (result.recall, result.precision, result.f1, result.oov_rate, result.oov_recall, result.iv_recall)
    assert [f"{figure:.3f}" for figure in figures if figure is not None] == [
        "0.529",
        "0.643",
        "0.581",
        "0.294",
        "0.400",
        "0.583",
    ]


def test_equal_words_at_different_places_do_not_match() -> None:
    assert score(["山 水 山水"], ["山水 山 水"]).correct == 0


def test_scores_equal_those_of_sets_of_spans_for_any_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        gold, predicted = random_pair(rng)
        vocabulary = {"".join(rng.choice(list("山水云石"), rng.integers(1, 3))) for _ in range(8)}
        for batch in (1, int(rng.integers(1, 60)), 1 << 20):
            monkeypatch.setattr(scoring, "_BATCH", batch)
            assert score(gold, predicted, vocabulary) == oracle(gold, predicted, vocabulary)


def test_a_segmentation_agrees_with_itself() -> None:
    gold, _ = random_pair(np.random.default_rng(5))
    result = score(gold, gold, set())
    assert (result.precision, result.recall, result.f1) == (1, 1, 1)
    assert (result.oov_rate, result.oov_recall, result.iv_recall) == (1, 1, None)


def test_without_words_there_are_no_figures() -> None:
    for lines in ([], ["", " \u3000\r"]):
        result = score(lines, lines, set())
        assert result == Score(0, 0, 0, 0, 0)
        assert (result.precision, result.recall, result.f1, result.oov_rate) == (None, None, None, None)


def test_blanks_are_ascii_white_space_and_the_ideographic_space() -> None:
    assert score(["a b\tc\x0bd\x0ce\rf\u3000g"], ["abcdefg"]).words == 7
    assert score(["a\xa0b\u2003c\x85d\x1ce"], ["a\xa0b\u2003c\x85d\x1ce"]).words == 1


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (["山", "山 水 云"], ["山", "山水 石"], "line 2, column 5: '云', but p has '石' at column 4"),
        (["山 "], ["山 水"], "line 1, column 3: the end of the line, but p has '水' at column 3"),
        (["", "山水"], ["", "山"], "line 2, column 2: '水', but p has the end of the line at column 2"),
        (["山", "水"], ["山水", ""], "line 1, column 2: the end of the line, but p has '水' at column 2"),
        (["a\u3000\xa0b"], ["a b"], r"line 1, column 3: '\xa0', but p has 'b' at column 3"),
    ],
)
@pytest.mark.parametrize("batch", [1, 1 << 20])
def test_a_difference_of_the_texts_is_named(
    gold: list[str], predicted: list[str], message: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_BATCH", batch)
    with pytest.raises(CorpusError) as caught:
        score(gold, predicted, names=("g", "p"))
    assert str(caught.value) == f"g: {message}; apart from blanks the texts must be the same"
    assert caught.value.source == "g"
    assert caught.value.line == int(message.split()[1][:-1])


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (["山"], ["山", ""], "g: ends after line 1, but p goes on"),
        (["山", "水"], [], "p: ends after line 0, but g goes on"),
        (["山", "水"], ["石"], "g: line 1, column 1: '山', but p has '石' at column 1; apart from blanks .*"),
    ],
)
def test_different_numbers_of_lines_are_an_error(gold: list[str], predicted: list[str], message: str) -> None:
    with pytest.raises(CorpusError, match=f"^{message}$"):
        score(gold, predicted, names=("g", "p"))


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_lines_add_up_and_mistakes_are_what_differs(seed: int) -> None:
    gold, predicted = random_pair(np.random.default_rng(seed))
    result = compare_cuts(gold, predicted)
    assert result.score == score(gold, predicted)
    for counts, true, made in zip(result.lines.tolist(), gold, predicted, strict=True):
        alone = score([true], [made])
        assert counts == [alone.words, alone.predicted, alone.correct]
    expected: Counter[tuple[str, str]] = Counter()
    for true, made in zip(gold, predicted, strict=True):
        text = "".join(words_of(true))
        edges = [{0} | {end for _, end in spans(line)} for line in (true, made)]
        common = sorted(edges[0] & edges[1])
        for start, end in pairwise(common):
            inner = [sorted(e for e in some if start <= e <= end) for some in edges]
            if inner[0] != inner[1]:
                expected[tuple(" ".join(text[a:b] for a, b in pairwise(some)) for some in inner)] += 1  # type: ignore[index]
    assert result.mistakes == expected


def test_the_interval_holds_f_and_is_that_of_lines_drawn_anew() -> None:
    gold, predicted = random_pair(np.random.default_rng(3))
    result = compare_cuts(gold, predicted)
    assert result.score.f1 is not None
    low, high = result.interval() or (0.0, 0.0)
    assert low < result.score.f1 < high
    assert result.interval() == (low, high)
    assert result.interval(seed=2) != (low, high)
    rng = np.random.default_rng(9)  # the same with whole lines, scored again and again
    drawn = []
    for _ in range(400):
        chosen = rng.integers(0, len(gold), len(gold)).tolist()
        drawn.append(score([gold[i] for i in chosen], [predicted[i] for i in chosen]).f1)
    assert np.quantile(np.array(drawn, float), [0.025, 0.975]) == pytest.approx([low, high], abs=0.03)
    assert compare_cuts([gold[0]] * 50, [gold[0]] * 50).interval() == (1.0, 1.0)
    assert compare_cuts(["", "\n"], ["", "\n"]).interval() is None
