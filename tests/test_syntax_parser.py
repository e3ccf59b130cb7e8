"""Parsing sentences with templates, and drawing what comes out."""

import json
import pickle
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import syntax_oracles as oracle

from nlpzero.errors import ModelError
from nlpzero.syntax.drawing import (
    draw_tree,
    mark_gaps,
    picture,
    read_brackets,
    svg,
    text_width,
    write_brackets,
    write_dot,
    write_json,
)
from nlpzero.syntax.form import Template, read_template, write_template
from nlpzero.syntax.inventory import Inventory
from nlpzero.syntax.parser import Parser, Tree

EGGS = ["鸡蛋", "可以", "吃", "吗"]  # "are eggs good to eat?"


def parser_of(counts: dict[str, int], null_score: float = -20.0) -> Parser:
    """Make a parser of templates as they are written."""
    return Parser(Inventory([read_template(text) for text in counts], list(counts.values())), null_score)


def random_inventory(rng: np.random.Generator, number: int, alphabet: str = "山水云雨风") -> dict[Template, int]:
    """Draw templates of one to four words, with gaps between and around; equal counts are frequent."""
    counts: dict[Template, int] = {}
    while len(counts) < number:
        items: list[str | None] = []
        for _ in range(int(rng.integers(1, 5))):
            items += [None] * int(rng.random() < 0.5) + [alphabet[int(rng.integers(len(alphabet)))]]
        items += [None] * int(rng.random() < 0.5)
        counts[tuple(items)] = int(rng.integers(1, 4))
    return counts


def random_sentence(rng: np.random.Generator, longest: int, alphabet: str = "山水云雨风，") -> list[str]:
    """Draw a sentence; the last character is in no template."""
    return [alphabet[i] for i in rng.integers(0, len(alphabet), int(rng.integers(1, longest + 1))).tolist()]


def test_the_example_of_the_eggs() -> None:
    tree = parser_of({"[X] 可以 [X] 吗": 2, "可以 [X] 吗": 1, "水 [X] 了 [X]": 1, "水 [X]": 5}).parse(EGGS)
    assert draw_tree(tree).splitlines() == [
        "+---> 鸡蛋(可以吃吗)",
        "|     +---> 鸡蛋",
        "|     +---> 可以(吃)吗",
        "|     |     +---> 可以",
        "|     |     +---> 吃",
        "|     |     |     +---> 吃",
        "|     |     +---> 吗",
    ]
    assert write_brackets(tree) == "鸡蛋(可以(吃)吗)"
    assert tree.nodes[1].score == pytest.approx(np.log(3 / 4), abs=1e-6)
    assert tree.nodes[0].score == pytest.approx(np.log(3 / 4) - 20, abs=1e-6)
    assert json.loads(write_json(tree)) == {
        "text": "鸡蛋可以吃吗",
        "template": None,
        "score": tree.nodes[0].score,
        "parts": [
            "鸡蛋",
            {
                "text": "可以吃吗",
                "template": "可以 [X] 吗",
                "score": tree.nodes[1].score,
                "parts": ["可以", {"text": "吃", "template": None, "score": 0.0, "parts": ["吃"]}, "吗"],
            },
        ],
    }


@pytest.mark.parametrize("seed", range(40))
def test_parses_are_those_of_the_formulas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = random_inventory(rng, [3, 12, 40][seed % 3])
    null_score = [-20.0, -1.0, 0.0][seed % 3]
    parser = Parser(Inventory(list(counts), list(counts.values())), null_score)
    sentences = [random_sentence(rng, 9) for _ in range(12)]
    for words, tree in zip(sentences, parser.parse_all(sentences), strict=True):
        assert tree.words == words
        expected = oracle.HierarchyOracle(words, counts, null_score).nodes(0, len(words))
        assert [tuple(node) for node in tree.nodes] == [
            (start, end, depth, places, template and write_template(template), round(score * 1e-6, 6))
            for start, end, depth, places, template, score in expected
        ]
        assert parser.parse(words) == tree


def test_the_random_sentences_have_what_the_rules_are_about() -> None:
    nodes = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        parser = Parser(Inventory(*zip(*random_inventory(rng, 40).items(), strict=True)))
        nodes += [
            node for tree in parser.parse_all([random_sentence(rng, 9) for _ in range(12)]) for node in tree.nodes
        ]
    templates = [node for node in nodes if node.template]
    assert max(node.depth for node in nodes) > 3
    assert sum(len(node.places) > 2 for node in templates) > 20
    assert sum(node.end - node.start > len(node.places) for node in templates) > 100


def test_ties_go_to_longer_templates_at_the_end_to_more_words_and_then_to_the_left() -> None:
    ends = parser_of({"水 水": 1}, 0.0).parse(["水", "水", "水"])
    assert [(node.start, node.end) for node in ends.nodes] == [(0, 3), (1, 3)]
    more = parser_of({"水 [X] 山": 1, "水 云 山": 1}, 0.0).parse(["水", "云", "山"])
    assert more.nodes[0].places == (0, 1, 2)
    left = parser_of({"水 [X] 水 [X] 水": 1}).parse(["水", "云", "水", "水", "云", "水"])
    assert left.nodes[0].places == (0, 2, 5)


def test_near_words_are_joined_first_and_no_clause_is_left() -> None:
    parser = parser_of({"在 [X] 上": 1})
    # "write on the paper on the table": the first 在 belongs to the first 上
    assert write_brackets(parser.parse([*"在纸上写在桌子上"])) == "(在(纸)上)写(在(桌子)上)"
    assert write_brackets(parser.parse([*"在纸，上"])) == "在纸，上"
    assert write_brackets(parser.parse([*"在“纸、笔”上"])) == "(在(“纸、笔”)上)"[1:-1]


def test_a_number_is_any_number() -> None:
    parser = parser_of({"[N] 年 [N] 月": 2, "1987 年": 9})
    assert write_brackets(parser.parse(["到", "三十", "年", "5", "月"])) == "到(三十年5月)"
    assert parser.parse(["1987", "年"]).nodes[0].template == "1987 年"


@pytest.mark.parametrize("seed", range(6))
def test_laws_of_trees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = random_inventory(rng, 30)
    inventory = Inventory(list(counts), list(counts.values()))
    shares = inventory.counts / inventory.counts.sum()
    own = dict(zip(map(write_template, inventory.templates), np.log(shares).tolist(), strict=True))
    parser = Parser(inventory)
    for tree in parser.parse_all([random_sentence(rng, 40) for _ in range(20)]):
        # Every word is in one node's template or flat span, and in order they are the sentence.
        assert sorted(place for node in tree.nodes for place in node.places) == [*range(len(tree.words))]
        for number, node in enumerate(tree.nodes):
            rest = enumerate(tree.nodes[number + 1 :])
            size = next((i for i, other in rest if other.depth <= node.depth), len(tree.nodes))
            inside = tree.nodes[number + 1 : number + 1 + size]
            below = [other for other in inside if other.depth == node.depth + 1]
            assert all(node.start <= other.start and other.end <= node.end for other in inside)
            if node.template is None:
                alone = -20.0 * (len(node.places) + len(below) - 1)
            else:
                assert oracle.template_of(tree.words, node.places, node.start, node.end) == read_template(node.template)
                assert [(other.start, other.end) for other in below] == [*node.gaps()]
                alone = own[node.template] - 2 * sum(np.log(b - a) for a, b in node.gaps())
            assert node.score == pytest.approx(alone + sum(other.score for other in below), abs=1e-5)
        written = write_brackets(tree, " ")
        words, spans = read_brackets(written)
        assert words == tree.words
        assert spans == [(node.start, node.end) for node in tree.nodes[1:]]
        shown = [line.split("+---> ")[1] for line in draw_tree(tree).splitlines()]
        assert len(shown) == len(tree.words) + len(tree.nodes)
        below_json = json.loads(write_json(tree))
        assert words_of_json(below_json) == tree.words


def words_of_json(node: object) -> list[str]:
    """Give the words of nested JSON in order."""
    assert isinstance(node, dict)
    return [word for part in node["parts"] for word in ([part] if isinstance(part, str) else words_of_json(part))]


def test_brackets_of_the_sentence_itself_are_told_apart() -> None:
    tree = parser_of({"( [X] )": 1}).parse(["(", "\\", ")", "a(b"])
    assert write_brackets(tree, " ") == "(\\( (\\\\) \\)) a\\(b"
    assert read_brackets(write_brackets(tree, " ")) == (["(", "\\", ")", "a(b"], [(0, 3), (1, 2)])
    with pytest.raises(ValueError, match="missing"):
        read_brackets("(水")
    with pytest.raises(ValueError, match="too many"):
        read_brackets("水)")


@pytest.mark.parametrize("words", [["开"] * 100 + ["关"] * 100, [f"词{i}" for i in range(200)]], ids=["deep", "wide"])
def test_sentences_of_200_words_are_parsed_and_drawn(words: list[str]) -> None:
    nested = parser_of({"开 [X] 关": 5, "开 关 [X]": 1, "[X] 好": 1}).parse(words)
    assert sum(len(node.places) for node in nested.nodes) == 200
    if words[0] == "开":
        assert max(node.depth for node in nested.nodes) > 50
    else:
        assert [node.template for node in nested.nodes] == [None]
        assert nested.nodes[0].score == -20 * 199
    assert read_brackets(write_brackets(nested, " "))[0] == words
    assert len(draw_tree(nested).splitlines()) == 200 + len(nested.nodes)
    assert write_json(nested).count('"parts"') == len(nested.nodes)
    assert ElementTree.fromstring(svg([picture(nested)])).tag.endswith("svg")
    assert write_dot(nested).count(" -> ") == 200 + len(nested.nodes) - 1


def test_a_deep_sentence_does_not_exhaust_the_stack() -> None:
    words = [f"开{i}" for i in range(250)] + [f"关{i}" for i in reversed(range(250))]
    tree = parser_of({f"开{i} [X] 关{i}": 1 for i in range(249)} | {"开249 关249": 1}).parse(words)
    assert max(node.depth for node in tree.nodes) == 249
    assert '"关249"]}, "关248"]}, "关247"' in write_json(tree)
    assert write_brackets(tree).count("(") == 249


def texts_of(page: str) -> list[tuple[str, float, float, str]]:
    """Give the texts of an SVG page: what, x, y, class."""
    root = ElementTree.fromstring(page)
    found = [element for element in root.iter() if element.tag.endswith("}text")]
    return [(e.text or "", float(e.attrib["x"]), float(e.attrib["y"]), e.attrib["class"]) for e in found]


@pytest.mark.parametrize("seed", range(6))
def test_nothing_overlaps_in_a_picture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = random_inventory(rng, 30)
    parser = Parser(Inventory(list(counts), list(counts.values())))
    tree = parser.parse(random_sentence(rng, 25))
    drawn = picture(tree)
    texts = texts_of(svg([drawn]))
    in_order = sorted((x, text) for text, x, _, kind in texts if kind != "template")
    assert [text for _, text in in_order] == tree.words
    boxes = [(y, x, text_width(text) * (12 if kind == "template" else 16) / 2) for text, x, y, kind in texts]
    for (y1, x1, half1), (y2, x2, half2) in pairwise(sorted(boxes)):
        assert y1 != y2 or x1 + half1 <= x2 - half2
    assert all(half <= x <= drawn.width - half and 0 < y < drawn.height for y, x, half in boxes)


def test_pages_and_graphs_hold_any_character() -> None:
    tree = parser_of({"< [X] \x01": 1}).parse(["&", "<", '"\\', "\x01"])
    assert sorted(text for text, *_ in texts_of(svg([picture(tree)]))) == sorted(["&", "< [X] �", "<", '"\\', "�"])
    assert [text for text, *_ in texts_of(svg([picture(tree), picture(tree)]))] == [
        "&",
        "< [X] �",
        "<",
        "�",
        '"\\',
    ] * 2
    assert r'w2 [label="\"\\"];' in write_dot(tree)
    assert mark_gaps(["水", "涨", "了"], [0]) == "水(涨了)"


# Tables of templates


def table(folder: Path, *lines: str) -> Path:
    """Write a file of lines."""
    path = folder / "templates.tsv"
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    return path


HEADER = "template\tcount\tproba\twords\tgaps\tscore"
GOOD = "[X] 可以 [X] 吗\t3\t0.1\t2\t2\t1.5"


def test_tables_are_read_in_all_their_forms(tmp_path: Path) -> None:
    expected = {("可以", None, "吗"): 3, ("水", "涨"): 1}
    plain = "水 涨\t1\t0.1\t2\t0\t1.5"
    forms = [
        (HEADER, GOOD, plain),
        ("count\ttemplate", "3\t[X] 可以 [X] 吗", "1\t水 涨"),
        ("template,count", "[X] 可以 [X] 吗,3", '"水 涨",1'),
        ('{"template": "[X] 可以 [X] 吗", "count": 3}', '{"template": "水 涨", "count": 1, "words": 2}'),
        (HEADER + "\r", GOOD + "\r", "", plain),
    ]
    for lines in forms:
        inventory = Inventory.from_file(table(tmp_path, *lines))
        assert dict(zip(inventory.templates, inventory.counts.tolist(), strict=True)) == expected
    assert Inventory.from_file(table(tmp_path, *forms[0]), limit=1).templates == [("可以", None, "吗")]
    assert Inventory.from_file(table(tmp_path, "template\tcount", "水 … a\\\\b\t3"), gap="…").templates == [
        ("水", None, "a\\b")
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([], "there are no templates in it"),
        ([HEADER], "there are no templates in it"),
        ([HEADER, "[X] 水\t3\t0.1\t1\t1\t0"], "there is no template of two words in it; write it with"),
        (["word\tcount", "水\t1"], "line 1: not a table of templates"),
        (["水\t1"], "line 1: not a table of templates"),
        ([HEADER, GOOD, GOOD], "line 3: the template is there twice; the table is damaged"),
        ([HEADER, GOOD.replace("\t3\t", "\t0\t")], "line 2: there is no template with a count from 1"),
        ([HEADER, GOOD.replace("\t3\t", "\t-3\t")], "line 2: there is no template with a count from 1"),
        ([HEADER, "[X] 可以\t3"], "line 2: '[X] 可以\\t3' is not a row"),
        ([HEADER, GOOD.replace("[X] 可以", "[X]可以")], "line 2: '[X]可以 [X] 吗' is not written with blanks"),
        ([HEADER, GOOD.replace("2\t2", "2\t3")], "line 2: '[X] 可以 [X] 吗' has 2 gaps, not 3; if its gaps"),
        ([HEADER, "[X]\t3\t0.1\t0\t1\t0"], "line 2: '[X]' is no template"),
        ([HEADER, "可以  吗\t3\t0.1\t2\t0\t0"], "line 2: '可以  吗' is no template"),
        (['{"template": "水", "count": 1', "{}"], "is not a row"),
        (['{"template": "水"}'], "line 1: there is no template with a count from 1"),
        ([HEADER, GOOD.replace("\t3\t", f"\t{2**63}\t")], "the counts add up to more than"),
    ],
)
def test_a_damaged_table_is_an_error_that_names_the_line(tmp_path: Path, lines: list[str], fault: str) -> None:
    path = table(tmp_path, *lines)
    with pytest.raises(ModelError, match=re.escape(fault)) as error:
        Inventory.from_file(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_parsers_need_templates_and_can_be_sent_to_workers() -> None:
    with pytest.raises(ModelError, match="there is no template"):
        Inventory([], [])
    parser = parser_of({"[X] 可以 [X] 吗": 3})
    assert pickle.loads(pickle.dumps(parser)).parse(EGGS) == parser.parse(EGGS)
    assert parser.parse_all([]) == []
    assert isinstance(parser.parse(["水"]), Tree)


@pytest.mark.parametrize("null_score", [-8000.001, -1e7, -1e14, float("nan"), float("-inf"), 0.5])
def test_a_null_score_that_would_not_be_exact_is_refused(null_score: float) -> None:
    with pytest.raises(ModelError, match=r"^`null_score` must be from -8,000 to 0, not "):
        parser_of({"水 涨": 1}, null_score)


def test_the_scores_of_long_sentences_are_exact_or_refused() -> None:
    parser = parser_of({"水 [X] 山": 1}, -8000)
    assert parser.parse(["云"] * 1000).nodes[0].score == -8000 * 999
    assert parser.parse(["水", *["云"] * 40, "山"]).nodes[0].score == pytest.approx(-8000 * 39 - 2 * np.log(40))
    with pytest.raises(ModelError, match=r"^a sentence of 1,100 words is too long; cut it, or raise `null_score`$"):
        parser.parse(["云"] * 1100)
