"""Near-duplicates of lines: against comparing every pair, and by their laws."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from nlpzero.errors import ModelError
from nlpzero.similarity import duplicates as module
from nlpzero.similarity.distances import Measure
from nlpzero.similarity.duplicates import Duplicates, near_duplicates, semantic_duplicates

HAN = [chr(0x4E00 + i) for i in range(2000)]


def jaccard(a: Counter[str], b: Counter[str]) -> float:
    return (a & b).total() / max((a | b).total(), 1)


def near(a: str, b: str, least: float) -> bool:
    """Tell whether two lines are near, by the definition."""
    neighbours = [Counter(x + y for x, y in pairwise(line)) for line in (a, b)]
    return jaccard(Counter(a), Counter(b)) >= least and jaccard(*neighbours) >= (3 * least - 1) / (3 - least) - 1e-12


def changed(rng: np.random.Generator, line: str, share: float) -> str:
    """Put other characters in some places."""
    places = set(rng.choice(len(line), max(1, int(share * len(line))), replace=False).tolist())
    return "".join(HAN[rng.integers(len(HAN))] if i in places else c for i, c in enumerate(line))


def made_up_lines(seed: int, count: int, copies: int, share: float = 0.1) -> tuple[list[str], list[tuple[int, int]]]:
    """Draw lines, and copies of some of them with a share of their characters changed; give them shuffled."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(10, len(HAN) + 10)
    drawn = ["".join(rng.choice(HAN, rng.integers(12, 60), p=weights / weights.sum())) for _ in range(count)]
    sources = rng.choice(count, copies, replace=False).tolist()
    lines = drawn + [changed(rng, drawn[i], share) for i in sources]
    places = rng.permutation(len(lines)).tolist()
    lines = [line for _, line in sorted(zip(places, lines, strict=True))]
    return lines, [(places[i], places[count + number]) for number, i in enumerate(sources)]


def test_a_worked_example() -> None:
    # the boat slowly drew up to the bank; it is dark; I do not know; I know
    lines = ["船慢慢地靠了岸。", "", "天黑了。", "船慢慢的靠了岸。", "天黑了。", "", "我不知道", "我知道"]
    found = near_duplicates(lines)
    assert found.kinds == ["kept", "kept", "kept", "near", "exact", "kept", "kept", "kept"]
    assert found.first.tolist() == [0, 1, 2, 0, 2, 5, 6, 7]
    assert found.alike.tolist() == pytest.approx([1, 1, 1, 7 / 9, 1, 1, 1, 1])
    assert [cluster.tolist() for cluster in found.clusters()] == [[0, 3], [2, 4]]


def test_a_line_is_left_out_if_and_only_if_it_is_near_an_earlier_one() -> None:
    lines, _ = made_up_lines(1, 70, 50, 0.13)
    lines += [changed(np.random.default_rng(i), lines[i], 0.1) for i in range(0, 120, 5)]  # copies of copies
    found = near_duplicates(lines)
    for j, line in enumerate(lines):
        earlier = [i for i in range(j) if near(lines[i], line, 0.7)]
        assert (found.kinds[j] != "kept") == bool(earlier), j
        if earlier:
            kept = [i for i in earlier if found.kinds[i] == "kept"]
            assert found.like[j] == (kept or earlier)[0]
            assert found.alike[j] == pytest.approx(jaccard(Counter(lines[found.like[j]]), Counter(line)))


@pytest.mark.parametrize("seed", range(3))
def test_copies_with_a_tenth_of_the_characters_changed_are_found_and_nothing_else(seed: int) -> None:
    lines, copies = made_up_lines(seed, 800, 200)
    found = near_duplicates(lines)
    assert np.mean([found.first[a] == found.first[b] for a, b in copies]) >= 0.99
    clusters = {tuple(sorted(pair)) for pair in copies}
    assert {tuple(cluster.tolist()) for cluster in found.clusters()} <= clusters


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_nothing_depends_on_the_lines_decided_on_together(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, _ = made_up_lines(4, 200, 150, 0.12)
    expected = near_duplicates(lines)
    monkeypatch.setattr(module, "BLOCK", block)
    monkeypatch.setattr(module, "CHUNK", 3 * block)
    found = near_duplicates(lines)
    assert (found.first.tolist(), found.like.tolist(), found.kinds) == (
        expected.first.tolist(),
        expected.like.tolist(),
        expected.kinds,
    )


def test_many_lines_of_one_kind_are_one_cluster() -> None:
    lines = [f"二〇二六年三月{number:03d}号船到了码头，卸下了货物。" for number in range(300)]  # boat 001 came ...
    found = near_duplicates(lines)
    assert not found.first.any()
    assert Counter(found.kinds) == {"kept": 1, "near": 299}


def test_the_bound_by_bits_is_never_below_the_similarity() -> None:
    lines, _ = made_up_lines(5, 60, 60, 0.2)
    bags = module._Bags(lines)
    i, j = np.triu_indices(len(lines), 1)
    exact = [jaccard(Counter(lines[a]), Counter(lines[b])) for a, b in zip(i.tolist(), j.tolist(), strict=True)]
    assert (bags.most_alike(i, j) >= np.array(exact) - 1e-12).all()


@pytest.mark.parametrize("lines", [[], [""], ["", " ", ""], ["船"]])
def test_few_lines_and_blank_ones_are_kept(lines: list[str]) -> None:
    assert near_duplicates(lines).kinds == ["kept"] * len(lines)


def test_a_share_that_would_miss_pairs_is_refused() -> None:
    for wrong in (0.3, 1.1):
        with pytest.raises(ModelError, match=r"^`jaccard` is"):
            near_duplicates(["船"], wrong)


def test_lines_of_nearly_the_same_words_are_those_of_comparing_every_pair() -> None:
    rng = np.random.default_rng(6)
    texts = [rng.choice(HAN[:30], rng.integers(2, 7)).tolist() for _ in range(80)]
    measure = Measure("emd")
    documents = measure.encode(texts)
    kept = Duplicates(np.arange(80), np.arange(80), np.ones(80), ["kept"] * 80)
    found = semantic_duplicates(kept, documents, measure, 0.5)
    for j in range(80):
        apart = measure.distances(documents, documents, np.arange(j), np.full(j, j))
        assert (found.kinds[j] == "semantic") == bool((apart <= 0.5).any())
        if found.kinds[j] == "semantic":
            assert found.alike[j] == pytest.approx(1 - apart.min())
            assert apart[found.like[j]] == apart.min()
