"""Baskets of words: repeats, names, numbers and function words; independent slow ways, and laws."""

import itertools
from collections import Counter

import numpy as np
import pytest

from nlpzero.core.workspace import Workspace
from nlpzero.reading.parts import Block
from nlpzero.rules import repeats as module
from nlpzero.rules.baskets import Baskets
from nlpzero.rules.passages import cut_passages, passages
from nlpzero.rules.repeats import Repeats, SeenKeys
from nlpzero.rules.wordbaskets import WordChoice, from_text
from nlpzero.segment.cutter import BlankCutter


def held(baskets: Baskets) -> list[list[str]]:
    """Give the baskets as sorted lists."""
    rows: list[list[str]] = [[] for _ in range(baskets.n_baskets)]
    first = 0
    for part in baskets.parts(1 << 20):
        for item, number in zip(part.items.tolist(), part.baskets.tolist(), strict=True):
            rows[first + number].append(baskets.items[item])
        first += part.n_baskets
    return [sorted(row) for row in rows]


def baskets_of(
    lines: list[str], choice: WordChoice, repeats: Repeats | None = None, block: int = 1 << 30, budget: int = 1 << 62
) -> list[list[str]]:
    """Make baskets of lines with blanks between the words, in blocks of a number of lines."""
    blocks = (
        Block("", start + 1, "".join(f"{line}\n" for line in lines[start : start + block]))
        for start in range(0, len(lines), block)
    )
    cut = cut_passages(passages(blocks, "line"), BlankCutter())
    with Workspace(budget) as workspace:
        return held(from_text(cut, choice, repeats=repeats, workspace=workspace))


def random_lines(seed: int, number: int = 60) -> list[str]:
    """Draw lines of few words, some of them written twice."""
    rng = np.random.default_rng(seed)
    lines = [" ".join(rng.choice([*"江河湖海山水风雨"], rng.integers(1, 14))) for _ in range(number)]
    return [lines[i] for i in rng.integers(0, number, 2 * number)]


def slowly(lines: list[str]) -> list[list[str]]:
    """Leave out runs of words that were there before, one window after the other."""
    seen: set[tuple[str, ...]] = set()
    result = []
    for line in lines:
        words = line.split()
        kept = [True] * len(words)
        size = min(module.RUN, len(words))
        for start in range(len(words) - size + 1):
            window = tuple(words[start : start + size])
            if window in seen:
                kept[start : start + size] = [False] * size
            seen.add(window)
        if any(kept):
            result.append(sorted({word for word, keep in zip(words, kept, strict=True) if keep}))
    return result


def test_a_line_that_stands_in_a_text_many_times_counts_once() -> None:
    slogan = "今天 天气 很 好 ， 明天 天气 也 好"  # fine today, fine tomorrow, too
    lines = [slogan, "江 上 有 船"] + [slogan] * 50 + ["江 上 有 船", "明天 有 船"]
    repeats = Repeats()
    found = baskets_of(lines, WordChoice(), repeats)
    assert found == [sorted({*slogan.split()} - {"，"}), sorted("江上有船"), sorted(["明天", "有", "船"])]
    assert (repeats.words, repeats.total) == (50 * 9 + 4, 52 * 9 - 9 + 2 * 4 + 3)
    assert len(baskets_of(lines, WordChoice())) == len(lines)


def test_what_every_report_begins_with_counts_once_and_what_follows_always() -> None:
    head = "本报 消息 （ 记者 报道 ） ："  # of this paper (a reporter reports):
    found = baskets_of([f"{head} {rest}" for rest in ("江 水 涨", "山 风 急", "海 船 来")], WordChoice(), Repeats())
    assert found[1:] == [sorted("山风急"), sorted("海船来")]
    assert {"本报", "记者", "江"} < {*found[0]}


def test_numbers_do_not_make_a_line_another_one() -> None:
    lines = [f"第{n} 期 ， {year} 年 {n} 月 出版" for n, year in (("1", 2024), ("2", 2025), ("十", 2026))]
    assert len(baskets_of(lines, WordChoice(), Repeats())) == 1


@pytest.mark.parametrize("block", [1, 7, 1 << 30])
@pytest.mark.parametrize("seed", range(4))
def test_repeats_are_those_of_a_set_of_windows(seed: int, block: int) -> None:
    lines = random_lines(seed)
    for budget in (1 << 62, 0):  # in memory, and all in files
        with Workspace(budget) as workspace:
            assert baskets_of(lines, WordChoice(), Repeats(workspace), block) == slowly(lines)


def test_seen_keys_are_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MERGED", 5)
    rng = np.random.default_rng(0)
    seen, known = SeenKeys(Workspace(100)), set[int]()
    for _ in range(60):
        keys = rng.integers(0, 900, rng.integers(0, 60)).astype(np.uint64)
        expected = []
        for key in keys.tolist():
            expected.append(key not in known)
            known.add(key)
        assert seen.add(keys).tolist() == expected
        lengths = [run.length for run in seen._runs]
        assert sum(lengths) == len(known)
        assert all(one >= 2 * other for one, other in itertools.pairwise(lengths))


def test_function_words_and_numbers_are_no_items() -> None:
    choice = WordChoice(stop={"的", "the"}, numbers=False)
    lines = ["江 的 水 2022 年 三十 条 船", "The 江 12:30 开船 ① 页 第五 届"]  # of the river; in 2022; thirty boats
    assert baskets_of(lines, choice) == [sorted("江水船"), ["开船", "江"]]
    assert baskets_of(["三 江 二 十"], WordChoice(numbers=True)) == [sorted("三江二十")]


def test_two_words_that_nearly_always_stand_side_by_side_are_one_item() -> None:
    lines = [
        "黛 玉 来 了",
        "见 黛 玉",
        "黛 玉 笑 ， 玉 碎",
        "黛 玉 坐",
        "黛 玉 走",
        "黛 ， 玉",
    ]  # a name of two, and jade
    choice = WordChoice(phrases=True)
    assert baskets_of(lines, choice) == [
        ["了", "来", "黛玉"],
        ["见", "黛玉"],
        ["玉", "碎", "笑", "黛玉"],
        ["坐", "黛玉"],
        ["走", "黛玉"],
        ["玉", "黛"],  # a comma stands between them
    ]
    apart = [line.replace("黛 玉 走", "黛 走") for line in lines]  # four times are too few
    assert all("黛玉" not in row for row in baskets_of(apart, choice))
    assert baskets_of(["New York"] * 5, choice) == [["New York"]] * 5
    assert baskets_of(["a b c d"] * 5, choice) == [["a b c d"]] * 5


@pytest.mark.parametrize("block", [1, 9, 1 << 30])
def test_phrases_are_those_of_slow_counts(block: int) -> None:
    lines = random_lines(8, 40)
    words, pairs = Counter[str](), Counter[tuple[str, str]]()
    for line in lines:
        words.update(line.split())
        pairs.update(itertools.pairwise(line.split()))
    linked = {pair for pair, n in pairs.items() if n >= 5 and n >= 2 / 3 * min(words[pair[0]], words[pair[1]])}
    lines += ["风 雨 无 阻"] * 6  # in wind and rain
    linked |= {("无", "阻")}
    assert 3 * pairs["雨", "无"] < 2 * 6
    expected = []
    for line in lines:
        items = [""]
        for one, other in itertools.pairwise(["", *line.split()]):
            items = [*items[:-1], items[-1] + other] if (one, other) in linked else [*items, other]
        expected.append(sorted({*items[1:]}))
    found = baskets_of(lines, WordChoice(phrases=True), block=block, budget=0)
    assert [[item for item in row if item not in ("风雨无阻", "雨无阻")] for row in found[:80]] == expected[:80]
    assert found == baskets_of(lines, WordChoice(phrases=True))
