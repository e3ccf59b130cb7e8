"""Key words: which, in what order, and the test over documents."""

import re
from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from cases import at_work, random_text
from scipy import stats

import nlpzero as nz
from nlpzero.corpora import contrast
from nlpzero.corpora.documents import DocumentUnit
from nlpzero.corpora.frequencies import WordCounts, count_words
from nlpzero.corpora.keyness import KeynessOptions, compare
from nlpzero.corpora.permutation import Permutation, document_p
from nlpzero.corpora.strings import compare_strings, count_word_grams, list_ngrams
from nlpzero.ngrams.counts import count_ngrams
from nlpzero.segment.cutter import BLANKS

A = "江 江 江 江 船 上\n"  # river (four times), boat, on
B = "山 山 山 船 上 上 上\n"  # mountain (three times), boat, on (three times)

Row = npt.NDArray[np.float64]


def words(found: nz.ResultTable) -> list[str]:
    return [row.word for row in found]


def options(**values: object) -> KeynessOptions:
    return KeynessOptions(**{"min_count": 1, **values})  # type: ignore[arg-type]


def drawn(seed: int, documents: int, factor: float = 6.0, size: int = 100) -> tuple[WordCounts, WordCounts, set[str]]:
    """Draw documents of words: 200 are more frequent in A, 20 stand 500 times in one document, the others are alike."""
    rng = np.random.default_rng(seed)
    rates = 1e-3 + rng.gamma(2.0, 4e-4, 1000)
    lines: list[str] = []
    for side in range(2):
        for _ in range(documents):
            own = rates.copy()
            own[:200] *= factor if side == 0 else 1
            counts = rng.poisson(own * size)
            lines.append(" ".join(f"w{i}" for i in np.repeat(np.arange(1000), counts).tolist()) + " fill" * 10 * size)
    for decoy in range(min(20, documents)):
        lines[decoy] += f" d{decoy}" * 500
    texts = ["".join(f"{line}\n" for line in some) for some in (lines[:documents], lines[documents:])]
    a, b = (count_words([text], unit=DocumentUnit("line")) for text in texts)
    return a, b, {f"w{i}" for i in range(200)}


def test_key_words_by_hand() -> None:
    found = compare(count_words([A]), count_words([B]), options())
    assert words(found) == ["江", "船"]
    assert found[0][:3] == ("江", 4, 0)
    assert found[0].per_million_a == pytest.approx(4e6 / 6)
    assert found[0].g2 == pytest.approx(2 * 4 * np.log(4 / (6 * 4 / 13)))


def test_swapped_texts_have_the_negative_key_words() -> None:
    a, b = count_words([A]), count_words([B])
    negative, swapped = compare(a, b, options(side="negative")), compare(b, a, options())
    assert words(negative) == words(swapped) == ["山", "上"]
    assert negative["g2"].tolist() == pytest.approx((-swapped["g2"]).tolist())
    assert sorted(words(compare(a, b, options(side="both")))) == sorted(["江", "船", "山", "上"])


def test_stable_words_are_those_whose_ratio_is_surely_near_one() -> None:
    a = count_words(["的 " * 500 + "江 " * 30 + "船 " * 5])
    b = count_words(["的 " * 505 + "江 " * 90 + "船 " * 5])
    assert words(compare(a, b, options(side="stable"))) == ["的", "船", "江"]


def test_a_key_word_passes_the_greatest_p_after_correction() -> None:
    a, b, _ = drawn(1, 40)
    for correction in ("none", "holm", "bh"):
        found = compare(a, b, options(min_count=5, max_p=0.01, correction=correction, measures=("p",)))
        assert found["p"].max() <= 0.01
    raw = compare(a, b, options(min_count=5, measures=("p", "g2")))
    assert np.allclose(raw["p"], contrast.tail(raw["g2"]))


def test_ties_are_ordered_by_the_word() -> None:
    found = compare(count_words(["丙 乙 甲 丁 丁"]), count_words(["丁 丁 丁"]), options())
    assert words(found) == sorted(["丙", "乙", "甲"])


def test_bad_input_is_told() -> None:
    a = count_words([A])
    with pytest.raises(nz.NothingFound, match="the same words as often"):
        compare(a, count_words([A]))
    with pytest.raises(nz.NothingFound, match="none of the 4 words occurs 50 times"):
        compare(a, count_words([B]), options(min_count=50))
    with pytest.raises(nz.NothingFound, match="has a p of 1e-05 or less; raise `max_p`"):
        compare(a, count_words([B]), options(max_p=1e-5))
    with pytest.raises(nz.ModelError, match="cut with different words"):
        compare(a, count_words([B], cutter=nz.dictionary()))
    with pytest.raises(nz.ModelError, match="`sort` is 'gg'"):
        options(sort="gg")
    with pytest.raises(nz.NothingFound, match="count again with `document`"):
        compare(a, count_words([B]), options(permutation=Permutation()))
    with pytest.raises(nz.NothingFound, match="holds no words"):
        nz.keyness(["，\n"], [B])


@pytest.mark.parametrize("seed", [1, 2])
def test_bursts_are_no_key_words_over_documents(seed: int) -> None:
    a, b, planted = drawn(seed, 150)
    found = compare(a, b, options(max_p=0.01, correction="holm", min_count=5))
    bursty = [word for word in words(found) if word.startswith("d")]
    assert len(bursty) == 20  # G2 takes all of them for key words
    with at_work() as execution:
        p = dict(zip([*planted, *bursty], document_p(a, b, [*planted, *bursty], execution), strict=True))
    assert min(p[word] for word in bursty) > 0.05
    assert max(p[word] for word in planted) < 0.01
    tested = compare(a, b, options(max_p=0.01, correction="holm", min_count=5, permutation=Permutation()))
    assert {*words(tested)} <= planted  # precision 1
    assert len(tested) > 150


def test_a_burst_in_a_small_corpus_is_no_key_word_either() -> None:
    """Three documents against 300: dealt out, the burst falls on the small side once in a hundred times."""
    a, b, _ = drawn(3, 150)
    assert a.documents is not None
    small = count_words(["fill " * 200 + "burst " * 500 + "\n" + ("fill " * 200 + "\n") * 2], unit=DocumentUnit("line"))
    with at_work() as execution:
        assert document_p(small, b, ["burst"], execution)[0] > 0.5


def test_p_over_documents_is_uniform_where_nothing_differs() -> None:
    a, b, _ = drawn(4, 60, factor=1.0)
    names = [f"w{i}" for i in range(400) if a[f"w{i}"] + b[f"w{i}"] >= 20]
    with at_work() as execution:
        p = document_p(a, b, names, execution, Permutation(99))
    assert len(names) > 100
    for level in (0.05, 0.1, 0.2):
        assert abs(np.mean(p <= level) - level) < 3 * np.sqrt(level * (1 - level) / len(names))


def test_p_over_documents_depends_on_the_seed_alone() -> None:
    a, b, planted = drawn(5, 20)
    names = sorted(planted)[:20]
    found = []
    for workers, task in ((1, 1 << 28), (2, 1 << 12)):
        with at_work(workers, task=task) as execution:
            found.append(document_p(a, b, names, execution, Permutation(199, seed=3)))
    assert found[0].tolist() == found[1].tolist()


def test_p_over_documents_is_that_of_a_slow_program() -> None:
    a, b, _ = drawn(6, 4)
    names = [word for word in a.words if a[word] + b[word] >= 3][:10]
    with at_work() as execution:
        found = document_p(a, b, names, execution, Permutation(49, seed=2))
    tables, sizes = [], []
    for one in (a, b):
        assert one.documents is not None
        dense = np.zeros((len(names), len(one.documents)))
        for i, word in enumerate(names):
            at = one.number(word)
            if at is not None:
                row = slice(int(one.documents.starts[at]), int(one.documents.starts[at + 1]))
                dense[i, one.documents.columns[row]] = one.documents.values[row]
        tables.append(dense)
        sizes.append(one.documents.lengths)
    counts, size = np.hstack(tables), np.concatenate(sizes)

    def statistic(row: Row, left: npt.NDArray[np.bool_]) -> float:
        excess = row - row.sum() / size.sum() * size
        return float(abs(stats.ttest_ind(excess[left], excess[~left], equal_var=False).statistic))

    rng, first = np.random.default_rng(2), np.arange(8) < 4
    extreme = np.ones(len(names))
    for _ in range(49):
        left = np.zeros(8, np.bool_)
        left[rng.permutation(8)[:4]] = True
        extreme += [statistic(row, left) >= statistic(row, first) * 0.98 for row in counts]
    assert found.tolist() == (extreme / 50).tolist()


def grams(text: str, order: int) -> Counter[str]:
    """Count the strings of a text of single characters, between commas and line ends, the slow way."""
    pieces = re.split(r"[，\n]", text)
    return Counter(piece[i : i + n] for n in range(1, order + 1) for piece in pieces for i in range(len(piece) - n + 1))


def test_key_strings_are_those_of_a_slow_program() -> None:
    a, b = (random_text(seed, 2500, "山水云雨风花鸟鱼，\n") for seed in (1, 2))
    a += "鹤渡湾，" * 30 + "鹤渡湾上\n" * 5 + "水鹤渡湾\n" * 5  # an invented name
    tables = [count_ngrams([text], 4) for text in (a, b)]
    counts = [grams(text, 5) for text in (a, b)]
    totals = [Counter[int]() for _ in counts]
    for total, some in zip(totals, counts, strict=True):
        for string, n in some.items():
            total[len(string)] += n
    expected = {}
    single = sum(n for string, n in counts[0].items() if len(string) == 1)
    for string, n in counts[0].items():
        if n < 5 or not 2 <= len(string) <= 4:
            continue
        above = max((counts[0][one] for one in counts[0] if len(one) == len(string) + 1 and string in one), default=0)
        parts = [counts[0][string[:i]] * counts[0][string[i:]] for i in range(1, len(string))]
        there = counts[1][string]
        more = n / totals[0][len(string)] > there / totals[1][len(string)]
        if above < 0.7 * n and np.log(single * n / max(parts)) >= 2.5 and more:
            expected[string] = (n, there)
    found = compare_strings(tables[0], tables[1], options(min_count=5))
    assert {row.word: (row.count_a, row.count_b) for row in found} == expected
    assert found[0].word == "鹤渡湾" and found[0].count_a == 40
    swapped = compare_strings(tables[1], tables[0], options(min_count=5, side="negative"))
    assert words(swapped) == words(found)
    assert swapped["g2"].tolist() == pytest.approx((-found["g2"]).tolist())


def test_strings_of_words_cross_no_mark() -> None:
    counted = count_word_grams(["江 上 有 船 ， 江 上\n有 船 。 有 船 在\n"], 3, BLANKS)
    assert [tuple(row[:2]) for row in list_ngrams(counted, 2, " ", 1)] == [
        ("有 船", 3),
        ("江 上", 2),
        ("上 有", 1),
        ("船 在", 1),
    ]
    assert {row.ngram for row in list_ngrams(counted, 3, " ", 1)} == {"江 上 有", "上 有 船", "有 船 在"}
    with pytest.raises(nz.NothingFound, match="none of the 3 n-grams occurs 2 times"):
        list_ngrams(counted, 3)
    with pytest.raises(nz.ModelError, match="up to 3 units"):
        list_ngrams(counted, 4)
