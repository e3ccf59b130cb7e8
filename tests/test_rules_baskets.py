"""Baskets as they are read, from every form, and passages of text as baskets of words."""

import csv
import gzip
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cases import random_text

from nlpzero.core.workspace import Workspace
from nlpzero.errors import CorpusError
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.parts import Block
from nlpzero.rules.baskets import Baskets, Records, from_csv, from_jsonl, from_lines, from_lists, from_pairs
from nlpzero.rules.itemsets import mine
from nlpzero.rules.passages import cut_passages, examples, passages, read_passages
from nlpzero.rules.wordbaskets import WordChoice, from_text
from nlpzero.segment.cutter import Cutter, Flags
from nlpzero.text.characters import Codes


def blocks(text: str, size: int = 1, source: str = "f") -> Iterator[Block]:
    """Cut a text into blocks of a number of lines."""
    lines = text.splitlines(keepends=True)
    for i in range(0, len(lines), size):
        yield Block(source, i + 1, "".join(lines[i : i + size]))


def held(baskets: Baskets) -> list[list[str]]:
    """Give the items of each basket."""
    rows: list[list[str]] = []
    for part in baskets.parts(3):
        some: list[list[str]] = [[] for _ in range(part.n_baskets)]
        for item, number in zip(part.items.tolist(), part.baskets.tolist(), strict=True):
            some[number].append(baskets.items[item])
        rows += some
    return rows


def rows_of(records: Iterable[Records]) -> list[tuple[int, list[str]]]:
    """Give all records with their lines."""
    return [pair for some in records for pair in zip(some.lines, some.rows, strict=True)]


@pytest.mark.parametrize("size", [1, 2, 99])
def test_lines_are_baskets_and_blank_ones_none(size: int) -> None:
    text = "3 1 1\n\n\t2\u30003 \r\n \n1"
    baskets = Baskets.read(from_lines(blocks(text, size)))
    assert held(baskets) == [["3", "1"], ["3", "2"], ["1"]]
    assert (baskets.n_baskets, baskets.n_entries, baskets.blank, baskets.repeated) == (3, 5, 2, 1)
    assert dict(zip(baskets.items, baskets.counts.tolist(), strict=True)) == {"3": 2, "1": 2, "2": 1}


def test_lists_may_be_empty_baskets() -> None:
    baskets = from_lists([["茶"], [], ["茶"]])
    assert (baskets.n_baskets, held(baskets)) == (3, [["茶"], [], ["茶"]])


@pytest.mark.parametrize("size", [1, 3, 99])
def test_csv_may_be_ragged_and_quoted_over_lines(size: int) -> None:
    text = 'whole milk ,"a, ""b""", 茶\n\n,\n"two\nlines",x\r\nlast'
    assert rows_of(from_csv(blocks(text, size))) == [
        (1, ["whole milk", 'a, "b"', "茶"]),
        (2, []),
        (3, []),
        (4, ["two\nlines", "x"]),
        (6, ["last"]),
    ]
    assert rows_of(from_csv(blocks("a;b\nc;d\n", size), ";", header=True)) == [(2, ["c", "d"])]


@pytest.mark.parametrize(("text", "line"), [('a,b\nc,"d\ne', 2), ('a\n"b"c,d\n', 2)])
def test_quotes_that_do_not_match_are_told_with_their_line(text: str, line: int) -> None:
    with pytest.raises(CorpusError, match=rf"^f: line {line}: not csv \(.*\); check the quotes$") as caught:
        rows_of(from_csv(blocks(text)))
    assert (caught.value.source, caught.value.line) == ("f", line)


def test_jsonl_holds_lists_of_strings_and_numbers() -> None:
    text = '["茶", " a b ", 7, 1.5]\n\n[]\n'
    assert rows_of(from_jsonl(blocks(text))) == [(1, ["茶", "a b", "7", "1.5"]), (3, [])]
    assert Baskets.read(from_jsonl(blocks(text))).n_baskets == 2
    for bad in ('{"a": 1}', "[", '[["a"]]', "[true]", "茶", "[" * 10**5):
        with pytest.raises(CorpusError, match=r"^f: line 2: not a list of strings"):
            rows_of(from_jsonl(blocks(f'["a"]\n{bad}\n')))


@pytest.mark.parametrize("size", [1, 2, 99])
def test_pairs_may_come_in_any_order(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlpzero.core.counting.MERGE_CHUNK", 2)
    monkeypatch.setattr("nlpzero.core.counting.LEAST", 2)
    text = "bill,item\n7,茶\n8,茶\n7,酒\n\n9, 米 \n7,茶\n"
    with Workspace(0) as workspace:
        baskets = Baskets(workspace)
        from_pairs(blocks(text, size), baskets, workspace, header=True)
        assert held(baskets) == [["茶", "酒"], ["茶"], ["米"]]
    assert (baskets.blank, baskets.repeated) == (1, 1)
    assert baskets.counts.tolist() == [2, 1, 1]
    for bad in ("1\n", "1,2,3\n", "1,\n"):
        with pytest.raises(CorpusError, match=r"^f: line 2: . fields and not a basket and an item; check `separator`"):
            from_pairs(blocks("1,2\n" + bad), Baskets(), Workspace(1 << 20))


def test_baskets_that_are_too_large_are_left_out_and_counted() -> None:
    baskets = Baskets.read(from_lines(blocks("1 2\n1 1 1 2\n\n1 2 3\n1\n4 5 6 7\n")), max_basket=2)
    assert held(baskets) == [["1", "2"], ["1", "2"], ["1"]]
    assert (baskets.too_large, baskets.first_too_large) == (2, ("f", 4, 3))
    assert dict(zip(baskets.items, baskets.counts.tolist(), strict=True))["3"] == 0
    workspace = Workspace(1 << 20)
    pairs = Baskets(workspace, max_basket=1)
    from_pairs(blocks("a,1\nb,1\nb,2\n"), pairs, workspace)
    assert (held(pairs), pairs.first_too_large) == ([["1"]], ("f", 2, 2))


# Text

TEXT = "雨停了。“走吧！”他说；好……\n\n  \n风大\n雨大\n\n完。”"  # the rain has stopped. "let's go!" he said; ...


@pytest.mark.parametrize("size", [1, 2, 99])
@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("line", [(1, "雨停了。“走吧！”他说；好……"), (4, "风大"), (5, "雨大"), (7, "完。”")]),
        (
            "sentence",
            [(1, "雨停了。"), (1, "“走吧！”"), (1, "他说；好……"), (4, "风大"), (5, "雨大"), (7, "完。”")],
        ),
        ("paragraph", [(1, "雨停了。“走吧！”他说；好……"), (4, "风大\n雨大"), (7, "完。”")]),
    ],
)
def test_text_is_cut_into_passages(unit: str, expected: list[tuple[int, str]], size: int) -> None:
    found = [pair for some in passages(blocks(TEXT, size), unit) for pair in zip(some.lines, some.texts, strict=True)]
    assert found == expected


def test_a_paragraph_ends_with_its_file() -> None:
    two = itertools.chain(blocks("甲\n乙\n", 1, "f"), blocks("丙\n", 1, "g"))
    assert [(some.source, some.texts) for some in passages(two, "paragraph") if some.texts] == [
        ("f", ["甲\n乙"]),
        ("g", ["丙"]),
    ]


class EveryCharacter(Cutter):
    """Cut a text into characters."""

    digest = "characters"

    def boundaries(self, codes: Codes) -> Flags:
        return np.ones(len(codes), np.bool_)


def words(
    text: str, unit: str = "line", size: int = 99, choice: WordChoice | None = None, window: int | None = None
) -> Baskets:
    """Make baskets of the characters of a text."""
    cut = cut_passages(passages(blocks(text, size), unit), EveryCharacter())
    return from_text(cut, choice or WordChoice(), window=window)


@pytest.mark.parametrize("size", [1, 2, 99])
def test_words_are_once_in_the_basket_of_their_passage(size: int) -> None:
    text = "雨大雨。\n——\n\n风大\n"  # rain big rain; dashes; wind big
    baskets = words(text, size=size)
    assert [sorted(row) for row in held(baskets)] == [["大", "雨"], ["大", "风"]]
    assert baskets.origins(0, 2).tolist() == [0, 2]
    assert baskets.blank == 1
    assert [sorted(row) for row in held(words("雨\n大\n\n风", "paragraph", size))] == [["大", "雨"], ["风"]]


def test_words_can_be_left_out() -> None:
    text = "雨大\n风大\n雨\n"
    assert held(words(text, choice=WordChoice(stop={"大"}))) == [["雨"], ["风"], ["雨"]]
    assert held(words(text, choice=WordChoice(min_length=2))) == [[], [], []]
    baskets = words(text, choice=WordChoice(max_df=0.5))
    assert dict(zip(baskets.items, baskets.counts.tolist(), strict=True)) == {"雨": 0, "大": 0, "风": 1}
    assert mine(baskets, 1).table() == {("风",): 1}


@pytest.mark.parametrize("window", [2, 3, 50])
def test_windows_are_every_so_many_words_on_end(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = random_text(3, 300)
    expected = []
    for line in text.split("\n"):
        kept = [c for c in line if c not in " ，。"]
        if kept:
            number = max(1, len(kept) - window + 1)
            expected += [sorted(set(kept[i : i + window])) for i in range(number)]
    for size in (1, 5, 999):
        assert [sorted(row) for row in held(words(text, size=size, window=window))] == expected
    monkeypatch.setattr("nlpzero.rules.wordbaskets.CHUNK", 7)
    in_pieces = words(text, window=window)
    assert [sorted(row) for row in held(in_pieces)] == expected
    whole = words(text, window=window).origins(0, len(expected))
    assert in_pieces.origins(0, len(expected)).tolist() == whole.tolist()


def test_examples_are_the_first_passages_with_all_the_words() -> None:
    text = "雨大\n\n风大雨\n——\n雨小\n大雨。\n"
    baskets = words(text)
    frequent = mine(baskets, 1)
    found = examples(baskets, frequent.items, [["大", "雨"], ["小"]], 2)
    assert found == [[0, 1], [3]]
    assert read_passages(blocks(text), "line", [0, 1, 3]) == {0: "雨大", 1: "风大雨", 3: "雨小"}
    windows = words("雨大雨大\n大雨\n", window=2)
    assert examples(windows, mine(windows, 1).items, [["大", "雨"]], 2) == [[0, 1]]


def test_any_block_size_gives_the_same_baskets() -> None:
    text = random_text(5, 2000)
    for unit in ("line", "sentence", "paragraph"):
        whole = words(text, unit)
        for size in (1, 3):
            parts = words(text, unit, size)
            assert held(parts) == held(whole)
            assert parts.items == whole.items
            n = whole.n_baskets
            assert np.array_equal(parts.origins(0, n), whole.origins(0, n))


# Parts are the whole


@pytest.mark.parametrize("packed", [False, True])
def test_the_records_of_all_shards_are_those_of_the_file(packed: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pieces = ["茶", "酒", ",", ",", '"a,b"', '"a\nb"', '"x""y"', "\n", "\n", "\n\n", "\r\n", " \n", "。", "a\rb"]
    readers: list[Callable[[Iterable[Block]], Iterable[object]]] = [
        lambda blocks: rows_of(from_csv(blocks)),
        lambda blocks: rows_of(from_csv(blocks, header=True)),
        lambda blocks: rows_of(from_lines(blocks)),
        lambda blocks: paragraphs_of(blocks),
        lambda blocks: rows_of(from_jsonl(blocks)),
    ]
    for number, read in enumerate([*readers] * 12):
        paths = []
        for file in range(2):
            text = "".join(rng.choice(pieces, int(rng.integers(0, 60))))
            if number % 5 < 2:  # fields in quotes only where csv allows them
                rows = [[str(rng.choice(["茶", "a,b", "a\nb", 'x"y', "", "q\rr"])) for _ in range(3)] for _ in range(9)]
                out = io.StringIO()
                csv.writer(out, lineterminator=str(rng.choice(["\n", "\r\n"]))).writerows(rows)
                text = out.getvalue()
            elif number % 5 == 4:
                text = "".join(f'["茶{i}"]\n' + "\n" * int(rng.integers(0, 3)) for i in range(9))
            path = tmp_path / f"{number}-{file}"
            path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
            paths.append(path)
        shards = int(rng.integers(1, 7))
        size = int(rng.choice([1, 9, 1 << 20]))
        whole = list(read(Corpus(paths).blocks()))
        around = number % 5 in (0, 1, 3)  # records of several lines
        parts = [list(read(Corpus(paths, shard=(i, shards)).blocks(size, around=around))) for i in range(1, shards + 1)]
        assert whole == [*itertools.chain.from_iterable(parts)]
        assert len(whole) > 0 or number % 5 in (2, 3)


def paragraphs_of(blocks: Iterable[Block]) -> list[tuple[int, str]]:
    """Give all paragraphs with their first lines."""
    found = passages(blocks, "paragraph")
    return [pair for some in found for pair in zip(some.lines, some.texts, strict=True)]


def test_a_carriage_return_ends_a_record_of_csv_but_not_inside_quotes() -> None:
    text = '茶,酒\r水,"a\rb"\r\n盐\r'
    assert rows_of(from_csv([Block("f", 1, text)])) == [
        (1, ["茶", "酒"]),
        (1, ["水", "a\rb"]),
        (2, ["盐"]),
    ]


def test_reading_csv_leaves_the_limit_of_the_module_alone() -> None:
    before = csv.field_size_limit()
    long = "茶" * (before + 1)
    [records] = from_csv([Block("", 1, f"{long},酒\n")])
    assert records.rows == [[long, "酒"]]
    assert csv.field_size_limit() == before
