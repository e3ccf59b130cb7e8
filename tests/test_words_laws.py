"""Laws of word discovery: asked twice is asked once; a word counts as often as it stands in the cut text."""

from collections import Counter
from dataclasses import astuple
from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import PLAIN, at_work, blocks_of, classify, classify_published, random_text

from nlpzero.core.engine import Engine
from nlpzero.core.workspace import Workspace
from nlpzero.errors import ModelError, NothingFound
from nlpzero.ngrams.counts import NGrams, count_ngrams, count_units
from nlpzero.ngrams.measures import Measures, measure
from nlpzero.reading.parts import Block
from nlpzero.words.discovery import Discovery, cut_texts, discover
from nlpzero.words.explanation import EDGE, Explanation, explain
from nlpzero.words.finding import Parameters
from nlpzero.words.methods import METHODS, method_of

SIGNS = "山水云雨风花鸟鱼虫草\U00020000〇１２3ab Ｃ.,%-é·\u0301万•，。\n\n"
"""The same with letters and digits of both widths, signs of numbers and names, an accent and middle dots."""
STORIES = (Path(__file__).parent.parent / "data" / "stories.txt").read_text(encoding="utf-8")


def clauses_of(text: str, joined: bool) -> list[list[str]]:
    return oracles.clauses(text, joined, classify if joined else classify_published)


def found_by(method: str, text: str, **asked: object) -> Discovery:
    """Find all words of a text, in blocks of nine lines."""
    parameters = Parameters(min_count=1, rounds=2, samples=1, **asked)  # type: ignore[arg-type]
    return discover(blocks_of(text, 9), method, parameters)


def blocks(text: str) -> list[Block]:
    """Give the same blocks again, with the numbers of their lines."""
    return [Block("text", 1 + 9 * number, block) for number, block in enumerate(blocks_of(text, 9))]


# Asked twice is asked once


def asked(ngrams: NGrams, words: list[tuple[str, ...]]) -> Measures:
    units = np.array([ngrams.units.index(unit) for word in words for unit in word], np.uint32)
    return measure(ngrams, units, np.array([*map(len, words)]))


@pytest.mark.parametrize("order", [1, 2, 5])
@pytest.mark.parametrize("last", [False, True])
def test_what_was_measured_before_does_not_change_a_measurement(order: int, last: bool, tmp_path: Path) -> None:
    text = random_text(41, 1200)
    rng = np.random.default_rng(order)
    every = sorted(oracles.ngram_counts(clauses_of(text, True), 8))
    some, others = ([every[i] for i in rng.integers(0, len(every), 25).tolist()] for _ in range(2))
    with Workspace(0, tmp_path) as workspace:
        ngrams = count_units(blocks_of(text, 9), joined=True, engine=Engine(), workspace=workspace)
        for length in range(2, order + 1):
            ngrams = ngrams.extended(last=last and length == order)
        levels, files = ngrams.levels, {path.name for path in Path(workspace.directory).iterdir()}
        fresh = count_units(blocks_of(text, 9), joined=True, engine=Engine(), workspace=workspace)
        expected = asked(fresh, others)
        asked(ngrams, some)
        for figures, right in zip(asked(ngrams, others), expected, strict=True):
            assert np.array_equal(figures, right, equal_nan=True)
        assert ngrams.levels is levels
        assert all(Path(workspace.directory, name).exists() for name in files)
    assert list(tmp_path.iterdir()) == []


# An explanation is what the text says


def expected_explanation(found: Discovery, text: str, word: tuple[str, ...]) -> tuple[object, ...]:
    """Count once more, slowly, what an explanation tells but for the conditions and the places."""
    joined, clauses = found.method.joined, clauses_of(text, found.method.joined)
    counts = oracles.ngram_counts(clauses, len(word))
    total = sum(map(len, clauses))
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for clause in clauses:
        for at in range(len(clause) - len(word) + 1):
            if tuple(clause[at : at + len(word)]) == word:
                left[clause[at - 1] if at else EDGE] += 1
                right[clause[at + len(word)] if at + len(word) < len(clause) else EDGE] += 1
    entropies = (
        oracles.entropy({u: n for u, n in side.items() if u != EDGE} | {f"edge {i}": 1 for i in range(side[EDGE])})
        for side in (left, right)
    )
    splits = [
        (
            "".join(word[:i]),
            "".join(word[i:]),
            counts[word[:i]],
            counts[word[i:]],
            oracles.cohesion(word, counts, total),
        )
        for i in range(1, len(word))
    ]
    cut = "".join(cut_texts(found, blocks_of(text, 9), "|")).replace("\n", "|").split("|")
    assert joined or all(len(unit) == 1 for unit in word)
    return total, counts[word], cut.count("".join(word)), left, right, [*entropies], splits


def check_explanation(why: Explanation, expected: tuple[object, ...]) -> None:
    total, frequency, count, left, right, entropies, splits = expected
    assert (why.total, why.frequency, why.left, why.right) == (total, frequency, left, right)
    assert why.count in (0, count)
    assert [why.left_entropy, why.right_entropy] == pytest.approx(entropies, abs=1e-12)
    assert [astuple(split)[:4] for split in why.splits] == [split[:4] for split in splits]  # type: ignore[attr-defined]
    if why.splits:
        assert min(split.cohesion for split in why.splits) == pytest.approx(splits[0][4])  # type: ignore[index]


@pytest.mark.parametrize("order", [2, 4, 7])
@pytest.mark.parametrize(
    ("method", "by_counts"),
    [(name, by_counts) for name in METHODS for by_counts in ([False, True] if method_of(name).by_counts else [False])],
)
def test_any_string_is_explained_by_what_the_text_says(method: str, order: int, by_counts: bool) -> None:
    entry = method_of(method)
    text = random_text(60 + order, 700, PLAIN)
    counted = count_ngrams([text], 8, characters=not entry.joined) if by_counts else None
    parameters = Parameters(min_count=1, order=order, rounds=2, samples=1, min_pmi=(0.5,))
    found = discover(blocks_of(text, 9), method, parameters, counted=counted)
    every = sorted(oracles.ngram_counts(clauses_of(text, entry.joined), 8))
    rng = np.random.default_rng(order)
    words = [every[i] for i in rng.integers(0, len(every), 12).tolist()]
    repeated = [word for word, n in oracles.ngram_counts(clauses_of(text, entry.joined), 8).items() if n > 1]
    words += [repeated[i] for i in rng.integers(0, len(repeated), 12).tolist()]
    for word in words:
        why = explain(found, blocks(text), "".join(word))
        if why.units == [*word]:  # "1" and "a" are read as "1a"
            check_explanation(why, expected_explanation(found, text, word))
            again = explain(found, blocks(text), "".join(word))
            assert repr(again) == repr(why)


def test_neighbours_are_those_of_the_methods_own_units() -> None:
    text = "山药Ａ。山药12汤。\n"  # "yam A. yam 12 soup."
    ours, published = (explain(found_by(m, text), blocks(text), "山药") for m in ("entropy", "pmi"))
    assert ours.right == {"Ａ": 1, "12": 1}
    assert published.right == {EDGE: 1, "1": 1}


def test_places_of_a_string_are_lines_of_the_text() -> None:
    text = "\n".join(["春耕秋收", "，" * 5, "秋收冬藏", "又是秋收"] * 5) + "\n"  # ploughing, harvest, storing
    why = explain(found_by("entropy", text), blocks(text), "秋收", examples=4)
    assert [(one.line, one.before, one.after) for one in why.occurrences] == [
        (1, "春耕", ""),
        (3, "", "冬藏"),
        (4, "又是", ""),
        (5, "春耕", ""),
    ]


def test_what_counts_do_not_reach_is_not_explained() -> None:
    text = "山药汤好喝\n" * 9  # "yam soup tastes good"
    found = discover([text], counted=count_ngrams([text], 4))
    assert explain(found, [Block("text", 1, text)], "山药汤好").frequency == 9
    with pytest.raises(ModelError, match="has 5 units, and the counts reach to words of 4; count again with `order`=5"):
        explain(found, [Block("text", 1, text)], "山药汤好喝")
    with pytest.raises(NothingFound, match="does not occur in the corpus"):
        explain(found, [Block("text", 1, text)], "药山")


# The count of a word is the number of times it stands in the cut text


def check_counts(found: Discovery, cut: str) -> None:
    tokens = Counter(cut.split())
    assert {word: tokens[word] for word in found.words} == dict(zip(found.words, found.counts.tolist(), strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_a_word_counts_as_often_as_it_stands_in_the_stories(method: str) -> None:
    found = found_by(method, STORIES)
    cut = "".join(cut_texts(found, blocks_of(STORIES, 9), " "))
    assert cut.replace(" ", "") == STORIES.replace(" ", "")
    assert len(found) > 500
    check_counts(found, cut)


@pytest.mark.parametrize("method", METHODS)
def test_a_price_is_one_unit_while_words_are_found(method: str) -> None:
    text = "花了81.2元\n" * 6  # "spent 81.2 yuan"
    found = found_by(method, text)
    cut = "".join(cut_texts(found, blocks_of(text, 9), " "))
    check_counts(found, cut)
    assert any("81.2" in token for token in cut.split())
    assert not any("2元" in word or word.endswith("81") for word in found.words)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("method", METHODS)
def test_a_word_counts_as_often_as_it_stands_in_any_text(method: str, seed: int) -> None:
    text = random_text(90 + seed, 1500, SIGNS)
    found = found_by(method, text, min_pmi=(0.5,))
    cut = "".join(cut_texts(found, blocks_of(text, 9), "/"))
    assert cut.replace("/", "") == text
    assert len(found) > 10
    check_counts(found, cut.replace("/", "\n"))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("method", ["cohesion", "pmi"])
def test_words_that_pieces_were_cut_into_count_as_often_as_they_stand_in_the_text(method: str, workers: int) -> None:
    # letters and digits that meet, names with a middle dot, a type (型) after a name, and pieces too long to be counted
    rng = np.random.default_rng(17)
    parts = ["山水", "云雨", "风花", "安娜·云雨", "X-9型", "8.5", "abc", "ba", "1", "21", "c云", "山", "，", "。\n"]
    text = "".join(rng.choice(parts, 1500).tolist()) + ("山水云雨" * 40 + "。\n") * 3
    with at_work(workers) as execution:
        found = discover(blocks_of(text, 5), method, Parameters(min_count=1, min_pmi=(0.2,)), job=execution)
        check_counts(found, "".join(cut_texts(found, blocks_of(text, 5), " ", execution)))
    assert found.too_long == 3


@pytest.mark.parametrize("method", ["cohesion", "pmi"])
def test_the_words_of_a_published_method_cut_the_text_along_the_most_probable_path(method: str) -> None:
    text = random_text(95, 1500, "山水云雨风花鸟鱼虫草，。\n\n")
    found = found_by(method, text, min_pmi=(0.5,))
    assert found.finding.cutter is not None
    lines = text.splitlines()
    if method == "pmi":
        words = oracles.pmi_words(lines, 1e-7, 0.5, classify_published)
    else:
        by_units = oracles.cohesion_words(lines, 4, 1, (0.5,) * 4, classify_published)
        words = {"".join(word): n for word, n in by_units.items()}
    total = sum(words.values())

    def score(word: tuple[str, ...]) -> float | None:
        number = words.get("".join(word), 1 if len(word) == 1 else 0)
        return float(np.log(number) - np.log(total)) if number else None

    expected = Counter("".join(w) for c in clauses_of(text, False) for w in oracles.best_segmentation(score, c))
    assert dict(zip(found.words, found.counts.tolist(), strict=True)) == {w: expected[w] for w in words if expected[w]}
    assert found.cutter.segment(text) == "".join(cut_texts(found, blocks_of(text, 9), " "))


# Nothing is left


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_left_in_the_temporary_directory(method: str, tmp_path: Path) -> None:
    text = random_text(99, 800)
    with at_work(1, 0, tmp_path) as execution:
        found = discover(blocks_of(text, 9), method, Parameters(min_count=1, rounds=2), job=execution)
        before = {path.name for path in tmp_path.rglob("*")}
        explain(found, blocks(text), found.words[-1])
        assert {path.name for path in tmp_path.rglob("*")} == before
    assert list(tmp_path.iterdir()) == []
