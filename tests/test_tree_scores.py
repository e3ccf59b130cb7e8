"""Trees: CoNLL-U and brackets, and how well trees agree."""

from pathlib import Path

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.errors import CorpusError, NothingFound
from nlpzero.syntax.conllu import DependencyTree, read_conllu, write_conllu
from nlpzero.syntax.tree_scores import baseline, pair_trees, random_heads, score_trees
from nlpzero.syntax.treebanks import Shape, read_trees, shape_of, spans_of

# "The boat reached the quay." 船 靠 了 码头 。: everything hangs on 靠
GOLD = DependencyTree(["船", "靠", "了", "码头", "。"], [2, 0, 2, 2, 2])


def conllu(*trees: DependencyTree) -> list[str]:
    """Write trees as lines."""
    return [line for tree in trees for line in (write_conllu(tree) + "\n").splitlines()]


def test_what_is_written_is_read_again() -> None:
    rng = np.random.default_rng(5)
    trees = [DependencyTree([*"山水云雨风花鸟"[:n]], random_heads(n, rng)) for n in (1, 2, 5, 7)]
    assert [*read_conllu(conllu(*trees))] == trees


def test_tokens_of_several_words_and_empty_nodes_are_passed_over() -> None:
    rest = "\t_\t_\t_\t_"
    rows = [f"1-2\t水涨{rest}\t_\t_\t_\t_", f"1\t水{rest}\t2\t_\t_\t_", f"1.1\t空{rest}\t_\t_\t_\t_"]
    rows.append(f"2\t涨{rest}\t0\t_\t_\t_")
    assert [*read_conllu(rows)] == [DependencyTree(["水", "涨"], [2, 0])]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("\t0\troot", "\t3\troot"), "bad: line 7: the heads of the sentence that ends here make no tree"),
        (("\t0\troot", "\t9\troot"), "bad: line 7: the heads of the sentence that ends here make no tree"),
        (("\t0\troot", "\tx\troot"), "bad: line 3: the head of a word is 'x', no number"),
        (("3\t了", "4\t了"), "bad: line 4: word '4' comes after word 2"),
        (("_\tSpaceAfter=No", "_"), "bad: line 2: 9 columns, not 10"),
    ],
)
def test_what_is_no_tree_is_told_with_its_line(change: tuple[str, str], said: str) -> None:
    lines = conllu(GOLD)
    with pytest.raises(CorpusError) as caught:
        [*read_conllu([line.replace(*change) for line in lines], "bad")]
    assert str(caught.value) == f"{said}; give a file of CoNLL-U, with a tab between columns"


def test_punctuation_is_left_out_and_what_hangs_on_it_goes_up() -> None:
    tree = DependencyTree(["“", "水", "，", "涨", "”"], [4, 3, 4, 0, 4])  # water hangs on the comma, that on rises
    assert shape_of(tree) == shape_of(DependencyTree(["水", "涨"], [2, 0]))


def yields(heads: list[int], word: int) -> set[int]:
    """Give a word and all that hangs on it, by recursion."""
    return {word}.union(*(yields(heads, other) for other, head in enumerate(heads, 1) if head == word))


def test_constituents_are_words_with_all_that_hangs_on_them() -> None:
    rng = np.random.default_rng(7)
    for n in (1, 2, 5, 9):
        order = rng.permutation(n)  # any tree, links may cross: each word hangs on one earlier in the order
        heads = [0] * n
        for place in range(1, n):
            heads[order[place]] = int(order[rng.integers(place)]) + 1
        reached = [yields(heads, word) for word in range(1, n + 1)]
        assert spans_of("山" * n, heads) == {(min(some) - 1, max(some)) for some in reached}


def test_brackets_of_both_kinds_are_read() -> None:
    own, labelled, spread = read_trees(
        ["(水涨)了 \\(a\\)！\n", "(S (NP 水) (VP 涨 了))\n", "(S (NP 水)\n", " (VP 涨 了))\n"]
    )
    assert own == Shape(("水涨", "了", "a"), None, frozenset({(0, 2)}))
    assert labelled == spread == Shape(("水", "涨", "了"), None, frozenset({(0, 3), (0, 1), (1, 3)}))
    for wrong, said in (("(水", "missing"), ("水)", "too many")):
        with pytest.raises(CorpusError, match=f"bad: line 1: a closing bracket .*{said}"):
            [*read_trees([wrong], "bad")]


def test_figures_of_a_small_example() -> None:
    made = DependencyTree(GOLD.words, [2, 3, 0, 3, 4])  # 船 < 靠 < 了 > 码头
    found = score_trees([(shape_of(GOLD), shape_of(made))])
    assert (found.links.tolist(), found.correct.tolist()) == ([3], [2])
    assert (found.uuas, found.uas) == (2 / 3, 1 / 4)
    assert found.f1 is None  # no constituent of the gold tree has several words, but the whole
    gold, other = read_trees(["(船 靠 了) (码头 边) 上", "(船 靠 了) 码头 (边 上)"])
    assert score_trees([(gold, other)]).f1 == 0.5
    assert score_trees([(gold, other)]).uuas is None


def test_a_tree_that_is_the_gold_tree_is_right_in_all() -> None:
    rng = np.random.default_rng(3)
    shapes = [shape_of(DependencyTree([*"山水云雨风花鸟"], random_heads(7, rng))) for _ in range(9)]
    found = score_trees(zip(shapes, shapes, strict=True))
    assert (found.uuas, found.uas, found.f1) == (1, 1, 1)
    assert found.interval() == (1, 1)


def test_baselines_are_neighbours_branchings_and_chance() -> None:
    rng = np.random.default_rng(4)
    shapes = [shape_of(DependencyTree([*"山水云雨风花鸟"], random_heads(7, rng))) for _ in range(200)]
    near = sum(abs(a - b) == 1 for shape in shapes for a, b in shape.links) / (200 * 6)
    neighbours, left, right, chance = (baseline(name, shapes) for name in ("neighbours", "left", "right", "random"))
    assert neighbours.uuas == left.uuas == right.uuas == near
    assert (neighbours.uas, neighbours.f1) == (None, None)
    assert chance.uuas is not None and 0 < chance.uuas < 1
    assert left.f1 is not None and right.f1 is not None
    assert baseline("random", shapes).correct.tolist() == chance.correct.tolist()


def test_sentences_must_be_the_same() -> None:
    gold, other = shape_of(GOLD), shape_of(DependencyTree(["船靠", "了", "码头"], [0, 1, 1]))
    with pytest.raises(
        CorpusError, match="made: sentence 1 is '船靠 了 码头', but in gold '船 靠 了 码头'; parse the words"
    ):
        [*pair_trees([gold], [other], ("gold", "made"))]
    with pytest.raises(CorpusError, match="made: ends after sentence 1, but gold goes on"):
        [*pair_trees([gold, gold], [gold], ("gold", "made"))]
    with pytest.raises(NothingFound):
        score_trees(pair_trees([gold], [gold], max_words=3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with gold.conllu and made.conllu, and go there."""
    made = GOLD._replace(heads=[2, 3, 0, 3, 4])
    two = DependencyTree(["水", "涨"], [2, 0])
    Path(tmp_path, "gold.conllu").write_text("\n".join(conllu(GOLD, two)) + "\n", "utf-8")
    Path(tmp_path, "made.conllu").write_text("\n".join(conllu(made, two)) + "\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """Run `nlpzero score --trees`."""
    return CliRunner().invoke(main, ["score", "--trees", *arguments])


def test_the_command_shows_baselines_beside_the_figures(folder: Path) -> None:
    done = succeeded(run("gold.conllu", "made.conllu", "--resamples", "0"))
    assert done.stdout == (
        "file\tsentences\tlinks\tcorrect\tuuas\tuuas_low\tuuas_high\tuas\ts_f1\n"
        "made.conllu\t2\t4\t3\t0.7500\t\t\t0.5000\t\n"
        "(neighbours)\t2\t4\t3\t0.7500\t\t\t\t\n"
        "(left)\t2\t4\t3\t0.7500\t\t\t0.5000\t\n"
        "(right)\t2\t4\t3\t0.7500\t\t\t0.1667\t\n"
        "(random)\t2\t4\t3\t0.7500\t\t\t0.8333\t\n"
    )
    short = succeeded(run("gold.conllu", "made.conllu", "--resamples", "0", "--max-words", "3"))
    assert short.stdout.splitlines()[1].startswith("made.conllu\t1\t1\t1\t1.0000\t")
    assert run("gold.conllu", "made.conllu", "--mistakes", "3").exit_code == 2
    assert CliRunner().invoke(main, ["score", "a", "b", "--max-words", "3"]).exit_code == 2
