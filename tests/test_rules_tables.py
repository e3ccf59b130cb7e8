"""Baskets in tables: two of many columns, and items on top with 0 or 1 below."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from nlpzero_cli.main import main

import nlpzero as nz
from nlpzero.errors import CorpusError, ModelError
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.parts import Block
from nlpzero.rules.tables import chosen_columns, from_matrix, is_matrix
from nlpzero.segment.cutter import BlankCutter

SALES = "no,what,price,who\n1,茶,3,甲\n2,酒,4,甲\n3,茶,3,乙\n4,酒,4,乙\n5,米,1,乙\n"  # tea, wine, rice; two buyers
MATRIX = "茶,酒,米\n1,1,0\n1,1,1\n"
"""The same baskets."""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Give a function that writes a file and gives its path."""

    def write(text: str) -> str:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def sets(*arguments: str) -> str:
    """Give the frequent sets."""
    result = CliRunner().invoke(main, ["rules", "--itemsets", "--min-support", "1", "-q", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_two_of_many_columns_are_baskets_and_items(write: Callable[[str], str]) -> None:
    by_name = sets("--basket", "who", "--item", "what", write(SALES))
    assert sets("--basket", "4", "--item", "2", write(SALES.split("\n", 1)[1])) == by_name
    assert sets("--basket", "4", "--item", "2", "--skip-header", write(SALES)) == by_name
    assert sets("--basket", "who", "--item", "what", "--skip-header", write(SALES)) == by_name
    assert sets("--input", "matrix", write(MATRIX)) == by_name
    assert sets(write(MATRIX)) == by_name  # guessed
    assert sets(write(SALES.replace("who", "Order ID").replace("what", "品名"))) == by_name  # by their names


@pytest.mark.parametrize(
    "text",
    [
        MATRIX,
        SALES.replace("who", "Order ID").replace("what", "品名"),
        "茶,酒\n茶\n",
        "茶 酒\n茶\n",
        '["茶"]\n["酒"]\n',
    ],
)
def test_a_file_is_read_alike_from_python_and_by_the_command(text: str, write: Callable[[str], str]) -> None:
    path = write(text)
    found = nz.find_sets(nz.read_baskets(path), min_support=1)
    rows = [line.split("\t")[:2] for line in sets(path).splitlines()[1:]]
    assert sorted(rows) == sorted([", ".join(one.items), str(one.count)] for one in found)


def test_columns_are_chosen_alike_from_python_and_by_the_command(write: Callable[[str], str]) -> None:
    path = write(SALES)
    by_name = nz.find_sets(nz.read_baskets(path, columns=("who", "what")), min_support=1)
    rows = [line.split("\t")[:2] for line in sets("--basket", "who", "--item", "what", path).splitlines()[1:]]
    assert sorted(rows) == sorted([", ".join(one.items), str(one.count)] for one in by_name)
    assert nz.find_sets(nz.read_baskets(path, "single", columns=(4, 2), header=True), min_support=1) == by_name
    for form, columns in (("csv", ("who", "what")), (None, ("who",))):
        with pytest.raises(ModelError, match="give two"):
            nz.read_baskets(path, form, columns=columns)  # type: ignore[arg-type]


def test_windows_of_words_are_baskets_from_python_and_by_the_command(write: Callable[[str], str]) -> None:
    path = write("江上 有 小船 。\n江边 的 人们 上 小船 。\n")  # boats on a river, people of its bank go aboard
    words = nz.WordChoice(min_length=1)
    found = nz.find_sets(nz.text_baskets(path, unit="line", cut=BlankCutter(), words=words, window=3), min_support=1)
    told = sets(
        "--input", "text", "--tokenized", "--apart", "--stop", "none", "--min-length", "1", "--split", "window:3", path
    )
    assert sorted(line.split("\t")[:2] for line in told.splitlines()[1:]) == sorted(
        [", ".join(one.items), str(one.count)] for one in found
    )


def test_columns_of_all_shards_are_those_of_the_file(write: Callable[[str], str]) -> None:
    path = write('who,what\n甲,"茶\n绿"\n' + "".join(f"{i},酒\n" for i in range(30)))
    whole = [block.text for block in chosen_columns(Corpus([path]).blocks(), ",", ["what", "who"])]
    shards = [Corpus([path], shard=(i, 3)).blocks(9, around=True) for i in (1, 2, 3)]
    assert "".join(block.text for some in shards for block in chosen_columns(some, ",", ["what", "who"])) == "".join(
        whole
    )


def test_what_is_no_matrix_is_named() -> None:
    with pytest.raises(CorpusError, match=r"^f: line 3: '2' is neither 0 nor 1$"):
        [*from_matrix([Block("f", 1, "茶,酒\n1,0\n2,1\n")])]
    with pytest.raises(CorpusError, match=r"^f: line 2: has 3 fields, and the first line 2$"):
        [*from_matrix([Block("f", 1, "茶,酒\n1,0,1\n")])]
    assert not is_matrix("茶,酒\n")


def test_a_basket_needs_an_item(write: Callable[[str], str]) -> None:
    result = CliRunner().invoke(main, ["rules", "--basket", "who", write(SALES)])
    assert result.exit_code == 2
    assert "--basket and --item go together" in result.output
    result = CliRunner().invoke(main, ["rules", "--basket", "whom", "--item", "what", write(SALES)])
    assert result.exit_code == 1
    assert "line 1: has no field 'whom'; there are no, what, price, who" in result.output
