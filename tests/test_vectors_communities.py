"""Communities of words: the map equation, and the networks that it is given."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner
from nlpzero_cli.main import main
from scipy.sparse import csr_array

import nlpzero as nz
from nlpzero.vectors.communities import LEAST_G2, NetworkOptions, find_communities
from nlpzero.vectors.cooccurrence import Cooccurrence
from nlpzero.vectors.mapequation import partition
from nlpzero.vectors.pairs import count_pairs
from nlpzero.vectors.store import Vectors

RIVER, HILL = ["江", "河", "湖", "海"], ["山", "峰", "岭", "坡"]  # waters, and hills


def symmetric(seed: int, size: int, share: float = 0.5) -> Any:
    """Draw a network."""
    rng = np.random.default_rng(seed)
    half = np.triu(rng.integers(1, 9, (size, size)) * (rng.random((size, size)) < share), 1).astype(float)
    return csr_array(half + half.T)


def slow_length(matrix: Any, labels: list[int]) -> float:
    """The entropies of the two books, each times how often it is used: as the method was first described."""
    w = matrix.toarray()
    w = w / w.sum()
    p = w.sum(1)
    leaving = {
        m: sum(w[i][j] for i in range(len(p)) for j in range(len(p)) if labels[i] == m != labels[j]) for m in labels
    }

    def entropy(rates: list[float]) -> float:
        total = sum(rates)
        return -sum(r / total * math.log(r / total) for r in rates if r > 0)

    length = sum(leaving.values()) * entropy([*leaving.values()]) if sum(leaving.values()) else 0.0
    for m, q in leaving.items():
        inside = [p[i] for i in range(len(p)) if labels[i] == m]
        if sum(inside):
            length += (q + sum(inside)) * entropy([q, *inside])
    return length


def partitions(size: int, used: int = 0) -> Iterator[list[int]]:
    """Give all ways to divide a number of nodes."""
    if not size:
        yield []
        return
    for first in range(used + 1):
        for rest in partitions(size - 1, max(used, first + 1)):
            yield [first, *rest]


@pytest.mark.parametrize("seed", range(8))
def test_the_code_length_is_that_of_the_two_books(seed: int) -> None:
    network = symmetric(seed, 20, 0.15)
    found = partition(network)
    assert found.codelength == pytest.approx(slow_length(network, found.labels.tolist()), abs=1e-9)
    assert found.one_module == pytest.approx(slow_length(network, [0] * 20), abs=1e-9)
    assert found.codelength <= found.one_module + 1e-9


def test_the_best_of_all_ways_to_part_small_networks_is_mostly_found() -> None:
    best = 0
    for seed in range(12):
        network = symmetric(seed, 6, 0.4)
        if network.nnz:
            least = min(slow_length(network, labels) for labels in partitions(6))
            found = partition(network).codelength
            assert found >= least - 1e-9
            best += found < least + 1e-9
    assert best >= 10


def test_groups_that_were_planted_come_out() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), 15)
    dense = rng.random((90, 90)) < np.where(groups[:, None] == groups, 0.6, 0.02)
    half = np.triu(dense, 1).astype(float)
    found = partition(csr_array(half + half.T))
    assert len({(group, label) for group, label in zip(groups.tolist(), found.labels.tolist(), strict=True)}) == 6
    flows = np.bincount(found.labels, found.flow)
    assert (np.diff(flows) <= 1e-12).all()
    assert flows.sum() == pytest.approx(1)


def test_no_structure_gives_one_module_and_no_edges_give_none() -> None:
    assert set(partition(csr_array(1.0 - np.eye(9))).labels.tolist()) == {0}
    assert partition(csr_array((4, 4))).labels.tolist() == [0, 1, 2, 3]
    alone = partition(csr_array(np.pad(1.0 - np.eye(3), ((0, 2), (0, 2)))))
    assert alone.labels.tolist()[:3] == [0, 0, 0]
    assert len(set(alone.labels.tolist())) == 3


def two_topics() -> Cooccurrence:
    """Count pairs of a text of two topics; the word 的 (of) is everywhere, and a comma."""
    rng = np.random.default_rng(3)
    lines = [" ".join([*rng.permutation(topic).tolist(), "的", "，"]) for topic in (RIVER, HILL) * 40]
    return count_pairs(["\n".join(lines) + "\n"])


def test_words_of_one_topic_are_a_community() -> None:
    found = find_communities(two_topics())
    assert {frozenset(found.members(label)) for label in (0, 1)} == {frozenset(RIVER), frozenset(HILL)}
    assert found.degree.tolist() == [3] * 8
    assert found.alone == 0
    assert found.codelength < found.one_module


def test_the_network_of_counts_is_npmi_where_g2_is_large() -> None:
    counts = two_topics()
    matrix = counts.to_scipy().toarray()
    sums, total = matrix.sum(1), matrix.sum()
    joined = set()
    for i, a in enumerate(counts.words):
        for j, b in enumerate(counts.words):
            x, e = matrix[i][j], sums[i] * sums[j] / total
            if i != j and x > e and 2 * (x * math.log(x / e) - (x - e)) >= LEAST_G2 and not {a, b} & {"的", "，"}:
                joined.add((a, b))
    found = find_communities(counts)
    assert sum(found.degree.tolist()) == len(joined)


def test_the_network_of_vectors_is_of_nearest_words() -> None:
    rng = np.random.default_rng(0)
    rows = np.repeat(np.eye(2), 4, axis=0) + rng.normal(0, 0.1, (8, 2))
    found = find_communities(Vectors([*RIVER, *HILL], rows.astype(np.float32)), NetworkOptions(neighbours=2))
    assert {frozenset(found.members(label)) for label in (0, 1)} == {frozenset(RIVER), frozenset(HILL)}
    lonely = Vectors(["江", "山"], np.array([[1, 0], [-1, 0]], np.float32))
    with pytest.raises(nz.NothingFound, match="no two of the words go together"):
        find_communities(lonely)
    with pytest.raises(nz.NothingFound, match="leave fewer out with `stop`"):
        find_communities(lonely, NetworkOptions(stop={"江", "山"}))


def test_the_command_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "counts.npz"
    two_topics().save(path)
    result = succeeded(CliRunner().invoke(main, ["glove", "communities", "--top", "2", str(path)]))
    head, *rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert head == ["word", "community", "flow", "degree"]
    assert [(row[1], row[3]) for row in rows] == [("1", "3")] * 2 + [("2", "3")] * 2
    again = CliRunner().invoke(main, ["glove", "communities", "--top", "2", str(path)])
    assert again.stdout == result.stdout
    none = CliRunner().invoke(main, ["glove", "communities", "--min-size", "9", str(path)])
    assert (none.exit_code, none.stderr) == (1, "nlpzero: error: no community has 9 words; lower --min-size\n")
    bad = CliRunner().invoke(main, ["glove", "communities", str(tmp_path / "none.npz")])
    assert bad.exit_code == 1 and bad.stderr.count("\n") == 1
