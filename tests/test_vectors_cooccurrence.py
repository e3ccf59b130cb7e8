"""Co-occurrence counts against a plain count of pairs, and the laws of their exactness."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import at_work

from nlpzero.core import counting
from nlpzero.core.archive import write_archive
from nlpzero.core.job import Job
from nlpzero.core.schema import Schema
from nlpzero.errors import ModelError, NothingFound
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.lexical import LexiconCutter
from nlpzero.vectors import cooccurrence
from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence, Weighting, merge_counts
from nlpzero.vectors.pairs import count_pairs

WEIGHTS = {
    "flat": lambda d, window: Fraction(1),
    "linear": lambda d, window: Fraction(window + 1 - d, window),
    "harmonic": lambda d, window: Fraction(1, d),
    "soft": lambda d, window: Fraction(2, d + 1),
}


def oracle(text: str, window: int, min_count: int, weighting: str, symmetric: bool) -> dict[tuple[str, str], Fraction]:
    """Add the weight of every pair of places, one by one."""
    frequent = {word for word, n in Counter(text.split()).items() if n >= min_count}
    found: dict[tuple[str, str], Fraction] = {}
    for line in text.split("\n"):
        words = [word for word in line.split() if word in frequent]
        for i in range(len(words)):
            for j in range(max(0, i - window), i):
                weight = WEIGHTS[weighting](i - j, window)
                for pair in [(words[i], words[j]), (words[j], words[i])][: 1 + symmetric]:
                    found[pair] = found.get(pair, Fraction(0)) + weight
    return found


def pairs_of(counts: Cooccurrence) -> dict[tuple[str, str], Fraction]:
    """Write counts out as exact fractions, both halves of a symmetric matrix."""
    rows = np.repeat(np.arange(len(counts.words)), np.diff(counts.starts)).tolist()
    found: dict[tuple[str, str], Fraction] = {}
    for i, j, value in zip(rows, counts.columns.tolist(), counts.values.tolist(), strict=True):
        for a, b in [(i, j), (j, i)][: 1 + counts.symmetric]:
            pair = counts.words[a], counts.words[b]
            found[pair] = found.get(pair, Fraction(0)) + Fraction(value, counts.unit)
    return found


def random_lines(seed: int, lines: int = 60) -> str:
    """Draw lines of words with unequal frequencies; some are empty, some words rare."""
    rng = np.random.default_rng(seed)
    words = [chr(0x4E00 + i) + "水" * (i % 3) for i in range(40)]  # 水: water
    chance = 1 / np.arange(1, 41)
    drawn = (rng.choice(40, rng.integers(0, 30), p=chance / chance.sum()) for _ in range(lines))
    return "".join(" ".join(words[i] for i in line.tolist()) + "\n" for line in drawn)


def blocks(text: str, lines: int) -> Iterator[str]:
    every = text.splitlines(keepends=True)
    for i in range(0, len(every), lines):
        yield "".join(every[i : i + lines])


def arrays(counts: Cooccurrence) -> list[Any]:
    return [counts.words, *(a.tolist() for a in (counts.word_counts, counts.starts, counts.columns, counts.values))]


def test_each_pair_within_the_window_adds_the_weight_of_its_distance() -> None:
    counts = count_pairs(["江 上 有 船\n"], window=2, min_count=1, weighting="harmonic")  # there is a boat on the river
    assert (counts.unit, counts.words) == (2, ["上", "有", "江", "船"])
    one, half = Fraction(1), Fraction(1, 2)
    expected = {("上", "江"): one, ("上", "有"): one, ("有", "船"): one, ("有", "江"): half, ("上", "船"): half}
    assert pairs_of(counts) == expected | {(b, a): weight for (a, b), weight in expected.items()}


@pytest.mark.parametrize("weighting", ["flat", "linear", "harmonic", "soft"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_counts_are_those_of_a_plain_count(weighting: Weighting, symmetric: bool) -> None:
    for seed in range(5):
        text = random_lines(seed)
        window, min_count = seed * 2 + 1, seed + 1
        counts = count_pairs([text], window=window, min_count=min_count, weighting=weighting, symmetric=symmetric)
        assert pairs_of(counts) == oracle(text, window, min_count, weighting, symmetric)
        totals = Counter(text.split())
        expected = sorted((w for w, n in totals.items() if n >= min_count), key=lambda w: (-totals[w], w))
        assert counts.words == expected
        assert counts.word_counts.tolist() == [totals[w] for w in expected]


def test_the_scipy_matrix_holds_the_same_weights() -> None:
    text = random_lines(3)
    counts = count_pairs([text], window=4, min_count=2)
    rank = {word: i for i, word in enumerate(counts.words)}
    dense = np.zeros((len(rank), len(rank)))
    for (a, b), weight in oracle(text, 4, 2, "soft", True).items():
        dense[rank[a], rank[b]] += float(weight)
    np.testing.assert_allclose(counts.to_scipy().toarray(), dense)


def test_a_window_ends_with_the_line() -> None:
    assert pairs_of(count_pairs(["江 上\n船 灯\n"], min_count=1)).keys() == {
        pair for a, b in [("江", "上"), ("船", "灯")] for pair in [(a, b), (b, a)]
    }


def test_any_white_space_separates_words() -> None:
    counts = count_pairs(["江\u3000上\t有\r\n\n船\x85灯\u2028 \n"], min_count=1, weighting="flat")
    assert counts.words == sorted("江上有船灯")
    assert counts.signature["lines"] == 2
    assert len(pairs_of(counts)) == 2 * (3 + 1)


def test_a_word_of_the_cutter_may_hold_a_blank() -> None:
    cutter = LexiconCutter(Lexicon(["Open House活动", "参加"], [1, 1]))  # "take part in the Open House event"
    counts = count_pairs(["参加Open House活动 \n"], min_count=1, cutter=cutter)
    assert counts.words == ["Open House活动", "参加"]


def test_max_vocab_keeps_the_most_frequent() -> None:
    text = random_lines(1)
    every = count_pairs([text], min_count=1)
    some = count_pairs([text], min_count=1, max_vocab=7)
    assert some.words == every.words[:7]


def test_counts_do_not_depend_on_blocks_workers_memory_and_chunks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = random_lines(7, 300)
    expected = count_pairs([text], window=5, min_count=2)
    for lines in (1, 13, 100):
        assert arrays(count_pairs(blocks(text, lines), window=5, min_count=2)) == arrays(expected)
    with at_work(2, 0, tmp_path) as execution:
        found = count_pairs(blocks(text, 50), window=5, min_count=2, job=execution)
        assert arrays(found) == arrays(expected)
        assert found.signature == expected.signature
    monkeypatch.setattr(cooccurrence, "CHUNK", 64)
    assert arrays(count_pairs([text], window=5, min_count=2)) == arrays(expected)


def test_words_beyond_the_memory_wait_in_files(tmp_path: Path) -> None:
    text = random_lines(8, 200)
    found = count_pairs(blocks(text, 10), min_count=2, job=Job(memory=1, tmp_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert arrays(found) == arrays(count_pairs([text], min_count=2))


def test_a_file_of_counts_gives_them_back(tmp_path: Path) -> None:
    path = tmp_path / "counts.npz"
    counts = count_pairs([random_lines(2)], window=3, min_count=2)
    counts.save(path)
    loaded = Cooccurrence.load(path)
    assert arrays(loaded) == arrays(counts)
    assert (loaded.unit, loaded.symmetric, loaded.signature) == (counts.unit, True, counts.signature)
    assert isinstance(loaded.columns, np.memmap)
    with np.load(path) as plain:  # NumPy opens it too
        assert plain["values"].tolist() == counts.values.tolist()
    first = path.read_bytes()
    counts.save(path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("symmetric", [True, False])
def test_merged_parts_are_the_counts_of_the_whole(symmetric: bool) -> None:
    text = random_lines(11, 90)
    options: dict[str, Any] = {"window": 4, "min_count": 1, "symmetric": symmetric}
    merged = merge_counts([count_pairs([part], **options) for part in blocks(text, 30)])
    whole = count_pairs([text], **options)
    assert arrays(merged) == arrays(whole)
    assert merged.signature["tokens"] == whole.signature["tokens"]
    assert merged.signature["digest"] == whole.signature["digest"]


def test_counts_larger_than_the_memory_wait_in_files_and_are_saved_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = random_lines(13, 500)
    whole = count_pairs([text], window=5)
    whole.save(tmp_path / "whole.npz")
    for name in ("MERGE_CHUNK", "LEAST"):
        monkeypatch.setattr(counting, name, 100)
    with at_work(1, 0, tmp_path, task=5000, memory=1 << 14) as execution:
        counts = count_pairs(blocks(text, 100), window=5, job=execution)
        assert isinstance(counts.columns, np.memmap)
        counts.save(tmp_path / "pieces.npz")
    assert (tmp_path / "pieces.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_sums_beyond_32_bits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = random_lines(14, 100)
    narrow = count_pairs([text], window=5)
    monkeypatch.setattr(cooccurrence, "NONE", np.uint32(int(narrow.values.max())))
    for name in ("MERGE_CHUNK", "LEAST"):
        monkeypatch.setattr(counting, name, 100)
    with at_work(task=5000) as execution:
        wide = count_pairs([text], window=5, job=execution)
        assert [str(each.values.dtype) for each in (narrow, wide)] == ["uint32", "int64"]
        assert arrays(wide) == arrays(narrow)


def test_merging_with_a_min_count_leaves_out_rare_words() -> None:
    parts = [count_pairs([part], min_count=1) for part in blocks(random_lines(12), 20)]
    whole, frequent = merge_counts(parts), merge_counts(parts, min_count=9)
    kept = set(frequent.words)
    assert kept == {w for w, n in zip(whole.words, whole.word_counts.tolist(), strict=True) if n >= 9}
    assert pairs_of(frequent) == {pair: x for pair, x in pairs_of(whole).items() if kept.issuperset(pair)}


def test_counts_of_different_kinds_are_not_added() -> None:
    one, other = (count_pairs(["江 上 有 船\n"], min_count=1, window=window) for window in (2, 3))
    with pytest.raises(
        ModelError, match=r"^counts with window 2 and 3 cannot be added; count again with the same options$"
    ):
        merge_counts([one, other])
    ordered = count_pairs(["江 上 有 船\n"], min_count=1, window=2, symmetric=False)
    with pytest.raises(ModelError, match=r"symmetric and asymmetric"):
        merge_counts([one, ordered])


def test_a_corpus_without_pairs_is_told() -> None:
    with pytest.raises(
        NothingFound, match=r"^none of the words occurs 5 times among 3 tokens; give more text, or lower `min_count`"
    ):
        count_pairs(["江 上 有\n"], min_count=5)
    with pytest.raises(NothingFound, match=r"^no two words stand on one line within the window; give more text$"):
        count_pairs(["江\n江\n"], min_count=1)
    with pytest.raises(ModelError, match=r"`window`=21"):
        count_pairs(["江 上\n"], window=22, weighting="soft")


def test_files_that_are_no_counts_are_refused_in_one_line(tmp_path: Path) -> None:
    counts = count_pairs(["江 上 有 船\n"], min_count=1)
    path = tmp_path / "counts.npz"
    counts.save(path)
    whole = path.read_bytes()
    for name, content in ("cut", whole[:-300]), ("text", "江 上".encode()), ("empty", b""):
        bad = tmp_path / name
        bad.write_bytes(content)
        with pytest.raises(
            ModelError, match=f"{name}: holds no co-occurrence counts of nlpzero, or is damaged; count again$"
        ):
            Cooccurrence.load(bad)
    write_archive(path, replace(SCHEMA, version=9), {}, {"words": counts.words, "word_counts": counts.word_counts})
    with pytest.raises(ModelError, match=r"has format 9 of nlpzero .*, this nlpzero reads format 2; count again$"):
        Cooccurrence.load(path)
    write_archive(path, Schema("heights", 2, {}, ""), {}, {"m": np.arange(3)})
    with pytest.raises(ModelError, match=r"holds heights, not co-occurrence counts$"):
        Cooccurrence.load(path)
    with pytest.raises(ModelError, match=r"No such file"):
        Cooccurrence.load(tmp_path / "none")


def test_in_a_large_corpus_a_word_must_occur_ten_times(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["船 河\n"] * 9 + ["桥 岸\n"] * 4 + ["江 水\n"] * 10  # boat river, bridge bank, stream water
    assert set(count_pairs(lines).words) == {"船", "河", "江", "水"}
    monkeypatch.setattr("nlpzero.vectors.pairs.MANY", 46)
    found = count_pairs(lines)
    assert (set(found.words), found.signature["min_count"]) == ({"江", "水"}, 10)
    assert found.words == count_pairs(lines, min_count=10).words
    assert "船" in count_pairs(lines, min_count=5).words
