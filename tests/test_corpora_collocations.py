"""Collocates: pairs counted by hand and by a slow program, from text and from counts made before."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cases import at_work, blocks_of, random_text, succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.collocates import MEASURES as NAMES
from nlpzero_cli.main import main

import nlpzero as nz
from nlpzero.corpora import association
from nlpzero.corpora.collocations import (
    CollocateOptions,
    all_pairs,
    collocates_of,
    near_in_counts,
    near_words,
)
from nlpzero.rules.measures import Contingency
from nlpzero.text.words import are_words
from nlpzero.vectors.cooccurrence import Cooccurrence
from nlpzero.vectors.pairs import count_pairs

TEXT = "喝 热 茶 。\n喝 茶\n买 茶\n买 米\n喝 酒\n"  # drink hot tea; drink tea; buy tea; buy rice; drink wine


def spaced(seed: int, size: int = 1500) -> str:
    """Draw a text with blanks between its words."""
    rng = np.random.default_rng(seed)
    text = random_text(seed, size)
    return "".join(c + " " * int(n) for c, n in zip(text, (rng.random(len(text)) < 0.7).tolist(), strict=True))


def pairs_of(text: str, left: int, right: int) -> Counter[tuple[str, str]]:
    """Count (node, collocate) the slow way."""
    pairs: Counter[tuple[str, str]] = Counter()
    for line in text.split("\n"):
        words = line.split()
        for i, node in enumerate(words):
            for j in range(max(0, i - left), min(len(words), i + right + 1)):
                if j != i:
                    pairs[node, words[j]] += 1
    return pairs


def table(pairs: Counter[tuple[str, str]], node: str, collocate: str) -> tuple[int, int, int, int]:
    r1 = sum(n for (a, _), n in pairs.items() if a == node)
    c1 = sum(n for (_, b), n in pairs.items() if b == collocate)
    return pairs[node, collocate], r1, c1, pairs.total()


def options(**values: object) -> CollocateOptions:
    return CollocateOptions(**{"min_count": 1, **values})  # type: ignore[arg-type]


def test_pairs_by_hand() -> None:
    """With one word on each side there are 7 neighbours, 14 pairs; 喝 has 3, 茶 (and its mark) 4, together 1."""
    found = collocates_of(near_words([TEXT], ["喝"], options(left=1, right=1)), ["喝"], options(left=1, right=1))
    rows = {row.collocate: row for row in found}
    assert {word: row.count for word, row in rows.items()} == {"热": 1, "茶": 1, "酒": 1}
    assert rows["茶"].expected == pytest.approx(3 * 4 / 14)
    assert rows["茶"].mi == pytest.approx(math.log2(14 / 12))
    assert (rows["茶"].frequency, rows["酒"].frequency) == (3, 1)


@pytest.mark.parametrize(("left", "right"), [(2, 2), (0, 3), (4, 1)])
def test_pairs_are_those_of_the_oracle(left: int, right: int, tmp_path: Path) -> None:
    text = spaced(left)
    pairs = pairs_of(text, left, right)
    node = Counter(text.split()).most_common(1)[0][0]
    chosen = options(left=left, right=right, punctuation=True)
    for lines, workers in ((1000, 1), (5, 2)):
        with at_work(workers, 0, tmp_path) as execution:
            near = near_words(blocks_of(text, lines), [node, "nowhere"], chosen, job=execution)
        assert [*near.nodes] == [node]
        found = collocates_of(near, [node], chosen)
        assert {row.collocate for row in found} == {b for a, b in pairs if a == node}
        for row in found:
            o11, r1, c1, n = table(pairs, node, row.collocate)
            t = Contingency(np.array([o11]), np.array([r1]), np.array([c1]), n)
            for name in ("mi", "npmi", "g2", "chi_squared", "log_dice", "delta_p"):
                expected = float(association.MEASURES[name](t)[0])
                assert getattr(row, name) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def test_counts_made_before_give_the_same_as_text(tmp_path: Path) -> None:
    text = spaced(4)
    counts = count_pairs([text], window=3, min_count=1, weighting="flat")
    counts.save(tmp_path / "counts.npz")
    counts = Cooccurrence.load(tmp_path / "counts.npz")
    nodes = [word for word, _ in Counter(text.split()).most_common(4)]
    chosen = options(left=3, right=3)
    a = collocates_of(near_words([text], nodes, chosen), nodes, chosen)
    b = collocates_of(near_in_counts(counts, nodes), nodes, chosen)
    assert a.lists() == b.lists()
    one_sided = count_pairs([text], window=3, min_count=1, weighting="flat", symmetric=False)
    c = collocates_of(near_in_counts(one_sided, nodes), nodes, chosen)
    assert a.lists() == c.lists()


def test_all_pairs_are_the_collocates_of_all_words() -> None:
    text = spaced(6, 600)
    for symmetric in (True, False):
        counts = count_pairs([text], window=2, min_count=1, weighting="flat", symmetric=symmetric)
        chosen = options(sort="g2", measures=("g2", "mi"), top=10**6)
        found = all_pairs(counts, chosen)
        words = [word for word, kept in zip(counts.words, are_words(counts.words), strict=True) if kept]
        each = collocates_of(near_in_counts(counts, words), words, options(sort="g2", measures=("g2", "mi")))
        rank = {word: i for i, word in enumerate(counts.words)}
        expected = {(r.node, r.collocate): (r.count, r.g2) for r in each if rank[r.node] <= rank[r.collocate]}
        assert {(r.node, r.collocate): (r.count, r.g2) for r in found} == expected
        few = all_pairs(counts, options(sort="g2", measures=("g2", "mi"), top=5))
        assert few.lists() == [column[:5] for column in found.lists()]


def test_independent_words_have_no_mutual_information() -> None:
    rng = np.random.default_rng(1)
    text = "\n".join(" ".join(rng.choice([*"甲乙丙"], 50).tolist()) for _ in range(400))
    found = collocates_of(near_words([text], ["甲"]), ["甲"])
    assert np.abs(found["mi"]).max() < 0.05
    assert np.abs(found["delta_p"]).max() < 0.02


def test_measures_of_the_margins_of_xan_are_those_of_xan() -> None:
    """`xan vocab cooc` counts each pair once, and takes a word's share of the pairs that hold it for its margin."""
    pairs: Counter[tuple[str, str]] = Counter()
    for line in spaced(8).split("\n"):
        words = line.split()
        for i, word in enumerate(words):
            pairs.update((min(word, other), max(word, other)) for other in words[i + 1 : i + 4])
    held: Counter[str] = Counter()
    for (a, b), n in pairs.items():
        for word in {a, b}:
            held[word] += n
    total = pairs.total()
    for (a, b), n in pairs.items():
        t = Contingency(np.array([n]), np.array([held[a]]), np.array([held[b]]), total)
        pmi = math.log2((n / total) / (held[a] / total * held[b] / total))
        assert float(association.mi(t)[0]) == pytest.approx(pmi, abs=1e-9)
        assert float(association.npmi(t)[0]) == pytest.approx(pmi / -math.log2(n / total), abs=1e-9)


def test_bad_input_is_told() -> None:
    near = near_words([TEXT], ["喝", "鱼"], options())
    assert [*near.nodes] == ["喝"]
    with pytest.raises(nz.NothingFound, match="鱼 stands nowhere in the text as a word"):
        collocates_of(near, ["鱼"])
    with pytest.raises(nz.NothingFound, match="near 喝 9 times; lower `min_count`"):
        collocates_of(near, ["喝"], options(min_count=9))
    with pytest.raises(nz.ModelError, match="not both 0"):
        options(left=0, right=0)
    with pytest.raises(nz.ModelError, match="`sort` is 'x'"):
        options(sort="x")
    with pytest.raises(nz.ModelError, match="no word to look for"):
        nz.collocates([TEXT])


@pytest.fixture
def collocates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs the command in a directory that holds the text."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(TEXT, "utf-8")
    return lambda *arguments: CliRunner().invoke(main, ["collocates", "-j", "1", "--min-count", "1", *arguments])


def test_the_command_reads_text_and_counts(collocates: Callable[..., Result]) -> None:
    text = succeeded(collocates("--tokenized", "--window", "2", "喝", "a.txt")).stdout
    count = ["glove", "count", "--tokenized", "--window", "2", "--weighting", "flat", "--min-count", "1"]
    succeeded(CliRunner().invoke(main, [*count, "-o", "c.npz", "a.txt"]))
    assert succeeded(collocates("喝", "c.npz")).stdout == text
    assert text.splitlines()[0].split("\t")[:5] == ["node", "collocate", "count", "expected", "frequency"]
    both = succeeded(collocates("--all", "c.npz")).stdout
    assert both == succeeded(collocates("--all", "--tokenized", "--window", "2", "a.txt")).stdout
    for arguments, message in (
        (("--window", "3", "喝", "c.npz"), "--window is for text, but c.npz holds counts"),
        (("--tokenized", "喝", "c.npz"), "--tokenized is for text"),
        (("--window", "3", "--left", "2", "喝", "a.txt"), "--window stands for --left and --right"),
        (("--all", "--left", "1", "a.txt"), "--all counts both sides alike"),
        ((), "give a word, then files"),
    ):
        result = collocates(*arguments)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1) and message in result.stderr
    result = collocates("--tokenized", "喝", "--word", "鱼", "a.txt")
    assert result.exit_code == 0 and "鱼 stands nowhere in the text as a word" in result.stderr


def test_the_names_of_the_measures_are_those_of_the_library() -> None:
    from nlpzero_cli import keyness

    from nlpzero.corpora import contrast

    assert tuple(association.MEASURES) == NAMES
    assert tuple(contrast.MEASURES) == keyness.MEASURES
