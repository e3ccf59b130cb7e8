"""A saved segmenter: what it keeps, how it cuts text that it never saw, and files that are none."""

import io
import re
from collections import Counter
from itertools import pairwise
from math import exp, factorial
from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import random_text

from nlpzero.errors import ModelError
from nlpzero.segment.bigrams import P_END
from nlpzero.segment.learned import LearnedSegmenter
from nlpzero.segment.learned_steps import STEPS, Knowledge, PairTable
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


def probability_by_formula(knowledge: Knowledge, words: list[str]) -> float:
    """What the model says of a clause cut into these words, straight from the arrays of the file."""
    arrays, every, made, listed = knowledge
    prior, totals = made["prior"], made["totals"]
    steps = dict(zip(STEPS, arrays["steps"].tolist(), strict=True))
    norm = totals["all_leaders"] + prior["type_strength"]
    base = (prior["type_strength"] + prior["type_discount"] * totals["types"]) / norm
    shares = dict(zip(listed, arrays["listed_shares"].tolist(), strict=True))
    pairs = dict(zip(arrays["pairs"].tolist(), arrays["pair_counts"].tolist(), strict=True))
    units = [chr(code) for code in arrays["units"]]

    def record(word: str) -> tuple[int, list[int], float]:
        if word in every:
            at = every.index(word)
            return at, arrays["counts"][:, at].tolist(), float(arrays["esa"][at])
        return -1, [0] * 5, float(arrays["esa_unknown"][len(word) - 1])

    def spelled(word: str) -> tuple[float, float]:
        size = len(word)
        p0, tagged = exp(-1.5) * 1.5**size / factorial(size), 1.0
        if size > 1:
            tagged = steps["BE"] if size == 2 else steps["BM"] * steps["MM"] ** (size - 3) * steps["ME"]
        for at, unit in enumerate(word):
            place = 3 if size == 1 else 0 if at == 0 else 2 if at == size - 1 else 1
            column = units.index(unit) if unit in units else len(units)
            p0 *= float(arrays["types"][place, column])
            tagged *= float(arrays["tags"][place, column])
        own = prior["dictionary"] if listed else 0.0
        return (1 - own) * p0 + own * shares.get(word, 0.0), tagged

    def after(found: int, count: int, followers: int, below: float) -> float:
        spread = float(prior["strength"] + prior["discount"] * followers)
        return float(max(found - prior["discount"], 0) + spread * below) / float(count + prior["strength"])

    result, previous = 1.0, ""
    for word in words:
        at, (_, _, leaders, begins, _), factor = record(word)
        p0, tagged = spelled(word)
        below = max(leaders - prior["type_discount"], 0) / norm + base * p0
        if previous:
            before, (count, followers, *_), _ = record(previous)
            met = pairs.get((before << 32) | at, 0) if min(before, at) >= 0 else 0
            result *= after(met, count, followers, below)
            tagged *= steps[("S" if len(previous) == 1 else "E") + ("S" if len(word) == 1 else "B")]
        else:
            result *= after(begins, totals["clauses"], totals["starters"], below)
        result *= tagged ** prior["tag_weight"] * factor * exp(prior["finer"])
        result *= exp(prior["listed"]) if len(word) > 1 and word in shares else 1.0
        previous = word
    _, (count, followers, _, _, ends), _ = record(previous)
    last = max(totals["enders"] - prior["type_discount"], 0) / norm + base * P_END
    return result * after(ends, count, followers, last)


@pytest.mark.parametrize(
    "dictionary", [{}, {"渡棠": 0.01, "棠": 0.2, "饕餮": 0.3, "有饕餮": 0.001, "沈渡棠和": 0.1, "餮": 0.01}]
)
def test_probabilities_are_those_of_the_model_over_all_ways_to_cut(
    dictionary: dict[str, float], segmenter: LearnedSegmenter
) -> None:
    arrays, words, made, _ = segmenter.knowledge
    if dictionary:  # a glutton of myth, and parts of a name of the story
        arrays = {**arrays, "listed_shares": np.array([*dictionary.values()], np.float32)}
        made = {**made, "prior": {**made["prior"], "dictionary": 0.4, "listed": 2.0, "finer": 0.3}}
    knowledge = Knowledge(arrays, words, made, [*dictionary])
    model = LearnedSegmenter(knowledge)
    # clauses of the story and others: "Shen Luotang and Luo Yanzhou", "at the shipyard there is a glutton", ...
    clauses = ["沈渡棠和罗砚舟", "青桅坊有饕餮", "渡", "饕", "他修好了船和橹簧", "饕餮", "罗砚舟", "的的的的的的"]
    chances = model.probabilities(code_points("，".join(clauses)))
    at = 0
    for clause in clauses:
        ways = [way for way in oracles.all_segmentations(clause) if max(map(len, way)) <= 5]
        weights = [probability_by_formula(knowledge, ["".join(word) for word in way]) for way in ways]
        expected = np.zeros(len(clause))
        for way, weight in zip(ways, weights, strict=True):
            expected[np.cumsum([0, *map(len, way[:-1])])] += weight / sum(weights)
        assert chances[at : at + len(clause)] == pytest.approx(expected, abs=1e-5)
        at += len(clause) + 1


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
    table = PairTable(keys[::2], counts[::2])
    found, values = table.find(keys)
    assert found.tolist() == [*range(0, len(keys), 2)]
    assert (values == counts[::2]).all()


def test_what_is_no_segmenter_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "words.tsv"
    text.write_text("word\tcount\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"holds no learned segmenter of nlpzero, or is damaged; learn it again$"):
        LearnedSegmenter.load(text)
    with pytest.raises(ModelError, match="No such file"):
        LearnedSegmenter.load(tmp_path / "none.npz")
