"""Links learned from raw text: counts, trees of links that do not cross, and parsing by them."""

import itertools
import json
from collections import Counter
from functools import partial
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from cases import at_work, blocks_of, succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.errors import ModelError, NothingFound
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.encoding import encode_part
from nlpzero.syntax import link_parser
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.conllu import DependencyTree, read_conllu, write_conllu
from nlpzero.syntax.dependencies import dependencies_of, hierarchy_of
from nlpzero.syntax.link_counts import LinkCounts, count_links, merge_links
from nlpzero.syntax.link_parser import LinkParser
from nlpzero.syntax.link_weights import BOTH, HEAD, LEFT, PAIRS, RIGHT, RIGHT_IS_HEAD, WORDS
from nlpzero.syntax.parser import Node, Tree
from nlpzero.syntax.spanning import best_trees, link_probabilities, log_sums
from nlpzero.syntax.tree_scores import random_heads

READ = partial(encode_part, BlankCutter())


def text_of_words(seed: int, lines: int) -> str:
    """Draw lines of words and commas with blanks between them."""
    rng = np.random.default_rng(seed)
    words = [*"山水云雨风花", "，", "小船"]  # mountain, water, cloud, rain, wind, flower, ",", boat
    return "".join(" ".join(rng.choice(words, rng.integers(1, 9)).tolist()) + "\n" for _ in range(lines))


# Trees


def noncrossing_trees(n: int) -> list[frozenset[tuple[int, int]]]:
    """Give all trees on n words in a row whose links do not cross, by trying all sets of links."""
    found = []
    for links in itertools.combinations(list(itertools.combinations(range(n), 2)), n - 1):
        reached = {0}
        for _ in range(n):
            reached |= {b for a, b in links if a in reached} | {a for a, b in links if b in reached}
        crossing = any(a < c < b < d for a, b in links for c, d in links)
        if len(reached) == n and not crossing:
            found.append(frozenset(links))
    return found


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_trees_agree_with_all_trees_tried(n: int) -> None:
    trees = noncrossing_trees(n)
    weights = np.random.default_rng(n).normal(0, 2, (3, n, n))
    best, shares, sums = best_trees(weights), link_probabilities(weights), log_sums(weights)
    for row in range(3):
        scores = [sum(weights[row][link] for link in tree) for tree in trees]
        assert frozenset(map(tuple, best[row].tolist())) == trees[int(np.argmax(scores))]
        total = sum(map(exp, scores))
        assert sums[row] == pytest.approx(log(total))
        for link in itertools.combinations(range(n), 2):
            share = sum(exp(score) for score, tree in zip(scores, trees, strict=True) if link in tree) / total
            assert shares[row][link] == pytest.approx(share)


def test_there_are_as_many_trees_as_is_known() -> None:
    assert [round(float(np.exp(log_sums(np.zeros((1, n, n)))[0]))) for n in range(1, 7)] == [1, 1, 3, 12, 55, 273]


def test_sentences_together_are_sentences_one_by_one() -> None:
    weights = np.random.default_rng(1).normal(0, 1, (7, 9, 9))
    assert np.array_equal(best_trees(weights), np.concatenate([best_trees(one[np.newaxis]) for one in weights]))
    together = link_probabilities(weights)
    assert np.array_equal(together, np.concatenate([link_probabilities(one[np.newaxis]) for one in weights]))


# Counts


def counted(text: str, window: int) -> tuple[Counter[str], Counter[str], Counter[str], Counter[tuple[str, str]]]:
    """Count words, first words, last words and pairs of clauses, word by word."""
    words, firsts, lasts, pairs = Counter[str](), Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for line in text.splitlines():
        for part in line.split("，"):
            clause = part.split()
            words.update(clause)
            firsts.update(clause[:1])
            lasts.update(clause[-1:])
            pairs.update((a, b) for i, a in enumerate(clause) for b in clause[i + 1 : i + 1 + window])
    return words, firsts, lasts, pairs


def held(found: LinkCounts) -> tuple[Counter[str], Counter[str], Counter[str], Counter[tuple[str, str]]]:
    """Give what was counted in the same form."""
    rows = np.repeat(np.arange(len(found.words)), np.diff(found.starts)).tolist()
    pairs = zip(rows, found.columns.tolist(), found.values.tolist(), strict=True)
    counts = (found.counts, found.begins, found.ends)
    words, firsts, lasts = (
        Counter({w: c for w, c in zip(found.words, some.tolist(), strict=True) if c}) for some in counts
    )
    return words, firsts, lasts, Counter({(found.words[a], found.words[b]): n for a, b, n in pairs})


@pytest.mark.parametrize("window", [1, 3, 10])
def test_counts_are_those_counted_word_by_word(window: int) -> None:
    text = text_of_words(2, 60)
    found = count_links(Clauses([text], READ), window=window)
    assert held(found) == counted(text, window)
    assert found.total == sum(counted(text, window)[3].values())
    first, second = (side.ravel() for side in np.indices((len(found.words), len(found.words))))
    pairs = counted(text, window)[3]
    told = found.look_up(first, second).tolist()
    assert told == [pairs[found.words[a], found.words[b]] for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    assert found.look_up(np.array([-1, 0]), np.array([0, -1])).tolist() == [0, 0]


def test_blocks_workers_and_parts_do_not_matter(tmp_path: Path) -> None:
    text = text_of_words(3, 80)
    count_links(Clauses([text], READ)).save(tmp_path / "whole.npz")
    with at_work(2, 0, tmp_path) as execution:
        count_links(Clauses(blocks_of(text, 7), READ, job=execution)).save(tmp_path / "blocks.npz")
    parts = [count_links(Clauses([part], READ)) for part in blocks_of(text, 30)]
    merge_links(parts[::-1]).save(tmp_path / "parts.npz")
    assert len({(tmp_path / f"{name}.npz").read_bytes() for name in ("whole", "blocks", "parts")}) == 1


def test_rare_pairs_can_be_left_out() -> None:
    text = text_of_words(4, 50)
    found = count_links(Clauses([text], READ), min_count=4)
    pairs = Counter({pair: n for pair, n in counted(text, 10)[3].items() if n >= 4})
    assert held(found)[3] == pairs
    assert held(merge_links([count_links(Clauses([text], READ))], min_count=4))[3] == pairs
    with pytest.raises(NothingFound, match=r"no two words stand together 999 times .* lower `min_count`"):
        count_links(Clauses([text], READ), min_count=999)
    with pytest.raises(ModelError, match="counts of windows of 2 and 10 cannot be added"):
        merge_links([found, count_links(Clauses([text], READ), window=2)])


# Parsing


def hanging(heads: list[int], word: int) -> set[int]:
    """Give a word and all that hangs on it."""
    return {word}.union(*(hanging(heads, other) for other, head in enumerate(heads, 1) if head == word))


@pytest.fixture(scope="module")
def parser() -> LinkParser:
    """Give a parser of a text at random."""
    return LinkParser(count_links(Clauses([text_of_words(5, 300)], READ)))


def slow_weight(parser: LinkParser, sentence: list[str], i: int, j: int) -> float:
    """Add up the weight of the link of two words of a sentence, number by number."""
    found = parser.counts
    total = int(found.counts.sum())
    rate = found.clauses / total

    def own(place: int) -> dict[str, float]:
        word = words[place]
        rank = found.words.index(word) if word in found.words else -1
        n, begin, end = (int(c[rank]) if rank >= 0 else 0 for c in (found.counts, found.begins, found.ends))
        closes, opens = (log((some + 20 * rate) / ((n + 20) * rate)) for some in (end, begin))
        often = log((n + 0.5) * 1e6 / total)
        common = max(0.0, often - log(450)) if rank >= 0 else 0.0
        return {
            "closes": closes if rank >= 0 else 0.0,
            "opens": opens if rank >= 0 else 0.0,
            "common": common,
            "closes, common": closes * common,
            "opens, common": opens * common,
            "often": often,
            "unknown": float(rank < 0),
            "single": float(len(word) == 1),
            "mark before": float(before[place]),
            "mark after": float(after[place]),
            "word before closes": own(place - 1)["closes"] if place else 2.0,
        }

    places = [at for at, word in enumerate(sentence) if word != "，"]
    words = [sentence[at] for at in places]
    before = [(at > 0 and sentence[at - 1] == "，") for at in places]
    after = [sentence[at + 1 : at + 2] == ["，"] for at in places]
    left, right = own(i), own(j)
    pairs = counted(text_of_words(5, 300), 10)[3]
    counts = counted(text_of_words(5, 300), 10)[0]
    crossed = sum(before[i + 1 : j + 1])
    chance = counts[words[i]] * counts[words[j]] * found.total / total**2
    both = {
        "far": log(j - i),
        "far, common left": log(j - i) * left["common"],
        "far, common right": log(j - i) * right["common"],
        "near": float(j == i + 1),
        "attraction": log((pairs[words[i], words[j]] + 1) / (chance + 1)),
        "near, right opens": (j == i + 1) * right["opens"],
        "over marks": float(crossed > 0),
        "over two": float(crossed > 1),
        "over, right opens": (crossed > 0) * right["opens"],
        "whole": float(i == 0 and j == len(words) - 1),
    }
    numbers = [(LEFT, WORDS, left), (RIGHT, WORDS, right), (BOTH, PAIRS, both)]
    return float(sum(n * of[name] for some, names, of in numbers for n, name in zip(some, names, strict=True)))


def test_weights_are_those_added_up_number_by_number(parser: LinkParser) -> None:
    sentence = ["山", "，", "水", "小船", "，", "不在", "云", "，", "，", "花"]
    places = np.array([0, 2, 3, 5, 6, 9])
    found = parser.weights(*parser.features(parser.read([(sentence, places)])))[0]
    for i, j in itertools.combinations(range(6), 2):
        assert found[i, j] == pytest.approx(slow_weight(parser, sentence, i, j))


def test_the_numbers_are_as_many_as_their_names() -> None:
    assert (len(LEFT), len(RIGHT), len(BOTH), len(HEAD)) == (len(WORDS), len(WORDS), len(PAIRS), len(WORDS) + 1)
    assert len(RIGHT_IS_HEAD) == 2 * len(WORDS) + len(PAIRS) + 1
    assert all(some.any() for some in (LEFT, RIGHT, BOTH, HEAD, RIGHT_IS_HEAD))


def test_the_head_is_the_word_with_which_all_directions_are_most_likely() -> None:
    rng = np.random.default_rng(10)
    for n in (1, 2, 5, 8):
        links = best_trees(rng.normal(0, 1, (1, n, n)))[0].tolist()
        rightward, roots = rng.normal(0, 1, n - 1).tolist(), rng.normal(0, 1, n).tolist()
        heads = link_parser.hang(n, links, rightward, roots)

        def worth(root: int, links: list[list[int]], rightward: list[float], roots: list[float]) -> float:
            reached, total = {root}, roots[root]
            left = [*zip(links, rightward, strict=True)]
            while left:
                for one in left:
                    (a, b), gain = one
                    if (a in reached) != (b in reached):
                        total += gain if b in reached else 0.0
                        reached |= {a, b}
                        left.remove(one)
                        break
            return total

        free = [word for word in range(n) if not any(a < word < b for a, b in links)]
        assert heads.index(0) == max(free, key=lambda root: worth(root, links, rightward, roots))
        undirected = sorted([min(word, head - 1), max(word, head - 1)] for word, head in enumerate(heads) if head)
        assert undirected == sorted(links)


def test_sentences_together_are_parsed_as_one_by_one(parser: LinkParser, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [line.split() for line in text_of_words(6, 40).splitlines()] + [["不在"], []]
    together = parser.parse_all(sentences)
    monkeypatch.setattr(link_parser, "_CELLS", 1)
    assert together == parser.parse_all(sentences) == [parser.parse(sentence) for sentence in sentences]
    assert [tree.words for tree in together] == sentences
    for tree in together:
        lines = write_conllu(tree).splitlines() if tree.words else []
        assert [*read_conllu(lines)] == ([tree] if tree.words else [])  # there is one way up from each word
        assert tree.heads.count(0) == min(1, len(tree.words))
        for node in hierarchy_of(tree).nodes:  # what hangs on a word stands together with it
            assert node.end - node.start == len(hanging(tree.heads, node.places[0] + 1))


def test_punctuation_hangs_on_the_word_before_it(parser: LinkParser) -> None:
    tree = parser.parse(["，", "山", "，", "水", "。", "”"])
    assert [tree.heads[place] for place in (0, 2, 4, 5)] == [2, 2, 4, 4]
    assert parser.parse(["。", "”"]).heads == [2, 0]


def test_a_text_that_says_so_links_what_belongs_together() -> None:
    # adjectives stand before their nouns only, in any clause
    rng = np.random.default_rng(8)
    pairs = ["小 船", "大 河", "高 山", "白 云"]  # small boat, big river, high mountain, white cloud
    text = "".join(" ".join(rng.choice(pairs, 3).tolist()) + "\n" for _ in range(2000))
    parser = LinkParser(count_links(Clauses([text], READ)))
    for chosen in itertools.permutations(pairs, 3):
        heads = parser.parse(" ".join(chosen).split()).heads
        linked = {frozenset((word, head)) for word, head in enumerate(heads, 1)}
        assert {frozenset((1, 2)), frozenset((3, 4)), frozenset((5, 6))} <= linked


# Hierarchies


def test_trees_written_as_hierarchies_are_read_again() -> None:
    rng = np.random.default_rng(9)
    for n in (1, 2, 6, 9):
        tree = DependencyTree([*"山水云雨风花鸟鱼虫"[:n]], random_heads(n, rng))
        assert dependencies_of(hierarchy_of(tree)) == tree


def test_words_of_a_template_head_its_gaps() -> None:
    words = [*"他在船上睡了", "。"]  # he sleeps on the boat
    nodes = [Node(0, 7, 0, (0, 4, 5, 6), None, 0.0), Node(1, 4, 1, (1, 3), "在 [X] 上", 0.0)]
    tree = Tree(words, [*nodes, Node(2, 3, 2, (2,), None, 0.0)])
    assert dependencies_of(tree).heads == [4, 4, 4, 5, 6, 0, 6]


# Commands


def run(*arguments: object, text: str | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [*map(str, arguments)], input=text)


def test_a_treebank_is_parsed_and_scored_with_its_own_words(tmp_path: Path) -> None:
    text, counts, bank = tmp_path / "text", tmp_path / "links.npz", tmp_path / "bank.conllu"
    text.write_text(text_of_words(5, 300), "utf-8")
    trees = [DependencyTree(["山", "，", "小船", "风"], [3, 1, 0, 3]), DependencyTree(["云", "雨"], [2, 0])]
    bank.write_text("".join(write_conllu(tree) + "\n" for tree in trees), "utf-8")
    succeeded(run("links", "--tokenized", "--min-count", 1, "-o", counts, text))
    by_links = ("parse", "--method", "links", "--links", counts, "--conllu", bank)
    parsed = succeeded(run(*by_links, "--format", "conllu")).stdout
    assert [tree.words for tree in read_conllu(parsed.splitlines())] == [tree.words for tree in trees]
    scored = succeeded(run("score", "--trees", bank, "-", text=parsed)).stdout.splitlines()
    assert scored[1].startswith("-\t2\t3\t")
    for form in ("tree", "json", "brackets", "svg", "dot"):
        assert succeeded(run(*by_links, "--format", form)).stdout
    told = json.loads(succeeded(run(*by_links, "--format", "json")).stdout.splitlines()[1])
    assert told["text"] == "云雨"


def test_counts_of_parts_are_merged_to_those_of_the_whole(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(text_of_words(7, 90), "utf-8")
    every = ("links", "--tokenized", "--min-count", 1)
    for name, shard in (("one", "1/2"), ("two", "2/2"), ("whole", "1/1")):
        succeeded(run(*every, "--shard", shard, "-o", tmp_path / name, text))
    succeeded(run("merge", "-o", tmp_path / "both", tmp_path / "one", tmp_path / "two"))
    assert (tmp_path / "both").read_bytes() == (tmp_path / "whole").read_bytes()


def test_blank_lines_have_no_trees(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(text_of_words(7, 40), "utf-8")
    succeeded(run("links", "--tokenized", "-o", tmp_path / "links.npz", tmp_path / "text"))
    done = run("parse", "--method", "links", "--links", tmp_path / "links.npz", "--format", "conllu", text="\n \n")
    assert succeeded(done).stdout == ""


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    assert "give --links FILE, made by: nlpzero links -o links.npz CORPUS" in run("parse", "--method", "links").stderr
    assert "--method templates needs --templates FILE" in run("parse", "--links", "a").stderr
    assert "no two words stand together" in run("links", "-o", tmp_path / "no", text="水\n").stderr
