"""Concordances: what is found, where, how it is shown; how much room text takes."""

import contextlib
import json
import os
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from cases import at_work, blocks_of, random_text, succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

import nlpzero as nz
from nlpzero.core.workspace import Workspace
from nlpzero.corpora.concordance import ConcordanceLine, ConcordanceOptions, find_lines
from nlpzero.corpora.page import concordance_page
from nlpzero.corpora.search import Query
from nlpzero.corpora.sorting import Sorting
from nlpzero.reading.checking import is_utf8
from nlpzero.segment.cutter import BLANKS
from nlpzero.text.characters import code_points
from nlpzero.text.display import all_cells, cells

TEXT = "江上有船，船在江上。\n天亮了。\n江船 7 号在 Z 码头\n"  # a boat on the river; it dawns; river boat 7 at quay Z


def found(text: str, *words: str, **options: object) -> list[tuple[int, str, str, str]]:
    lines = find_lines([text], Query(words), ConcordanceOptions(**options))  # type: ignore[arg-type]
    return [line[1:] for line in lines]


@pytest.fixture
def kwic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs the command in a directory that holds the text."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(TEXT, "utf-8")
    return lambda *arguments, text="": CliRunner().invoke(main, ["kwic", "-j", "1", *arguments], input=text)


def test_every_place_is_a_line_with_its_context() -> None:
    assert found(TEXT, "船") == [
        (1, "江上有", "船", "，船在江上。"),
        (1, "江上有船，", "船", "在江上。"),
        (3, "江", "船", " 7 号在 Z 码头"),
    ]
    assert found(TEXT, "船", width=2)[1] == (1, "船，", "船", "在江")


def test_of_several_words_the_longest_is_found_and_none_overlaps() -> None:
    assert [one[2] for one in found("江上江上有江", "江", "江上", "上江")] == ["江上", "江上", "江"]
    assert [one[2] for one in found("哈哈哈", "哈哈")] == ["哈哈"]


def test_strings_are_found_as_a_regular_expression_would() -> None:
    rng = random.Random(4)
    text = random_text(3, 4000)
    for _ in range(30):
        words = {text[i : i + rng.randrange(1, 4)].strip() for i in rng.sample(range(4000), 3)}
        words = {word for word in words if word and "\n" not in word}
        if not words:
            continue
        ordered = sorted(words, key=lambda word: (-len(word), word))
        expected = [match.span() for match in re.finditer("|".join(map(re.escape, ordered)), text)]
        assert Query(tuple(words)).spans(text) == expected
        data = text.encode()
        in_bytes = Query(tuple(words)).spans(data)
        assert [len(data[:at].decode()) for at, _ in in_bytes] == [at for at, _ in expected]
        assert Query(pattern="|".join(map(re.escape, ordered))).spans(text) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_files_and_texts_and_parts_give_the_same_lines(encoding: str, tmp_path: Path) -> None:
    text = random_text(8, 3000)
    expected = found(text, "山水", "云")
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    for shards in (1, 3):
        for workers, size in ((1, 1 << 20), (2, 300)):
            lines: list[tuple[int, str, str, str]] = []
            for shard in range(1, shards + 1):
                with (
                    nz.Corpus([path], encoding=encoding, shard=(shard, shards)) as corpus,
                    at_work(workers) as execution,
                ):
                    try:
                        some = [*find_lines(corpus.parts(size), Query(("山水", "云")), job=execution)]
                    except nz.NothingFound:
                        some = []
                assert {line.source for line in some} <= {str(path)}
                lines += [line[1:] for line in some]
            assert lines == expected


def test_lines_are_numbered_from_the_start_of_each_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text("天\n船\n", "utf-8")  # sky, boat
    paths = [tmp_path / name for name in "aba"]
    with nz.Corpus(paths) as corpus:
        assert [line.line for line in find_lines(corpus.parts(1), Query(("船",)))] == [2, 2, 2]


def test_a_regular_expression_stays_in_its_line() -> None:
    lines = [*find_lines(["江 上\n\n有\n"], Query(pattern=r"\s*\w\s*"))]
    assert [(line.line, line.match) for line in lines] == [(1, "江 "), (1, "上"), (3, "有")]
    assert [one.line for one in find_lines([TEXT], Query(pattern="^江"))] == [1, 3]


def test_lines_are_sorted_by_what_stands_around() -> None:
    text = "乙船丙\n甲船丁\n丙船丙\n"
    assert [one[0] for one in found(text, "船", sort=("1R", "1L"))] == [2, 3, 1]
    assert [one[0] for one in found(text, "船", sort=("1L",))] == [3, 1, 2]
    spaced = ["b船 x a\n", "a船 x b\n"]
    lines = [*find_lines(spaced, Query(("船",)), ConcordanceOptions(sort=("2R",), by="words"), cutter=BLANKS)]
    assert [line.line for line in lines] == [1, 2]


def test_a_sample_depends_on_the_seed_alone(tmp_path: Path) -> None:
    text = random_text(5, 4000)
    samples = []
    for lines in (1000, 7):
        blocks = [*blocks_of(text, lines)]
        samples.append([*find_lines(blocks, Query(("山",)), ConcordanceOptions(top=20, seed=3))])
    assert samples[0] == samples[1]
    assert samples[0] == sorted(samples[0], key=lambda line: line.line)
    assert samples[0] != [*find_lines([text], Query(("山",)), ConcordanceOptions(top=20, seed=4))]
    assert [*find_lines([text], Query(("山",)), ConcordanceOptions(top=20))] == [*find_lines([text], Query(("山",)))][
        :20
    ]


def test_every_line_is_as_likely_in_a_sample() -> None:
    text = "船\n" * 50
    counts = [0] * 50
    for seed in range(400):
        for line in find_lines([text], Query(("船",)), ConcordanceOptions(top=5, seed=seed)):
            counts[line.line - 1] += 1
    assert sum(counts) == 2000
    assert max(abs(count - 40) for count in counts) < 4 * 6.2  # four standard deviations


def test_sorted_rows_may_lie_in_files(tmp_path: Path) -> None:
    rng = random.Random(1)
    rows = [([rng.choice("山水云")], [i, "\ud800"]) for i in range(100)]
    expected = [row for _, row in sorted(rows, key=lambda one: one[0])]
    for memory in (1, 7000, 1 << 20):
        with Workspace(0, tmp_path) as workspace:
            sorting = Sorting(workspace, memory)
            for key, row in rows:
                sorting.add(key, row)
            assert [*sorting] == expected


def test_words_are_shown_apart_and_whole_ones_can_be_asked_for() -> None:
    cut = nz.dictionary()
    lines = [*find_lines(["他出去了，出了门。\n"], Query(("出",)), ConcordanceOptions(whole=True), cutter=cut)]
    assert [(line.left, line.match, line.right) for line in lines] == [("他 出去 了 ，", "出", "了 门 。")]
    by_words = ConcordanceOptions(by="words", width=2)
    [line] = find_lines(["江 上 有 船 。\n"], Query(("有",)), by_words, cutter=BLANKS)
    assert line[2:] == ("江 上", "有", "船 。")


def test_bad_queries_are_told() -> None:
    for words, message in (
        ((), "nothing to look for"),
        ((" ",), "is nothing that stands in a line"),
        (("a\nb",), "'a"),
    ):
        with pytest.raises(nz.ModelError, match=message):
            Query(words)
    with pytest.raises(nz.ModelError, match="no regular expression"):
        Query(pattern="(")
    with pytest.raises(nz.ModelError, match="`sort` is '4X'"):
        ConcordanceOptions(sort=("4X",))
    with pytest.raises(nz.ModelError, match="say with `top`"):
        ConcordanceOptions(seed=1)
    with pytest.raises(nz.NothingFound, match="鱼 stands nowhere"):
        found(TEXT, "鱼")
    with pytest.raises(nz.ModelError, match="need a cutter"):
        found(TEXT, "船", whole=True)


def test_utf8_is_what_python_decodes() -> None:
    rng = random.Random(1)
    edges = [0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x10FFFF, 0x4E2D]
    odd = [
        0,
        0x7F,
        0x80,
        0x8F,
        0x90,
        0x9F,
        0xA0,
        0xBF,
        0xC0,
        0xC1,
        0xC2,
        0xDF,
        0xE0,
        0xED,
        0xEE,
        0xF0,
        0xF4,
        0xF5,
        0xFF,
    ]
    bad = 0
    for _ in range(4000):
        data = bytearray("".join(chr(rng.choice(edges)) for _ in range(rng.randrange(1, 12))).encode())
        if rng.random() < 0.7:
            data[rng.randrange(len(data))] = rng.choice(odd)
        if rng.random() < 0.2:
            del data[rng.randrange(len(data) + 1) :]
        try:
            data.decode()
            expected = True
        except UnicodeDecodeError:
            expected = False
        bad += not expected
        assert is_utf8(data) == expected, data
    assert 1000 < bad < 3500


def slow_cells(text: str) -> int:
    hidden = ("Mn", "Me", "Cf")
    return sum(unicodedata.category(c) not in hidden and 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def test_cells_are_those_of_unicode() -> None:
    every = [chr(c) for c in range(0, 0x30000, 7) if not 0xD800 <= c < 0xE000 and c != 10]
    assert all_cells(every) == [*map(cells, every)] == [*map(slow_cells, every)]


def slow_sides(line: str, first: int, last: int, starts: list[bool], options: ConcordanceOptions) -> tuple[str, str]:
    """Give what is shown before and behind a place of a line, step by step."""

    def laid(text: str, marks: list[bool]) -> str:
        return " ".join("".join(" " * mark + c for c, mark in zip(text, marks, strict=True)).split())

    line = line.rstrip("\r")
    last = min(last, len(line))
    left, right = line[:first], line[last:]
    if starts:
        left, right = laid(left, starts[:first]), laid(right, starts[last : len(line)])
    if options.by == "words":
        kept = left.split(" ")[-options.width :] if options.width else []
        return " ".join(kept), " ".join(right.split(" ")[: options.width])
    room = 2 * options.width
    full = len(left)
    while slow_cells(left) > room or (0 < len(left) < full and not slow_cells(left[0])):
        left = left[1:]
    while slow_cells(right) > room:
        right = right[:-1]
    return left.lstrip(), right.rstrip()


@pytest.mark.parametrize("by", ["characters", "words"])
@pytest.mark.parametrize("is_cut", [False, True])
def test_contexts_are_those_of_a_slow_search(by: Literal["characters", "words"], is_cut: bool) -> None:
    if by == "words" and not is_cut:
        return
    rng = random.Random(2)
    for _ in range(60):
        text = (
            "".join(rng.choice("江上有船船a1é\u0301，\u3000 \u200b🙂\t\n\r") for _ in range(rng.randrange(1, 200)))
            + "\n"
        )
        options = ConcordanceOptions(width=rng.randrange(8), by=by)
        words = tuple(rng.sample(["船", "江", "上有", "a", "a1", " 江", "船船"], 2))
        found = re.compile("|".join(sorted(words, key=len, reverse=True)))
        expected = []
        for number, line in enumerate(text.split("\n"), 1):
            starts = BLANKS.marks(code_points(line)).tolist() if is_cut else []
            for match in found.finditer(line):
                sides = slow_sides(line, *match.span(), starts, options)
                expected.append((number, sides[0], match[0], sides[1]))
        lines = [*sought(text, words, options, is_cut)]
        assert [line[1:] for line in lines] == expected


def sought(text: str, words: tuple[str, ...], options: ConcordanceOptions, is_cut: bool) -> Iterator[ConcordanceLine]:
    with contextlib.suppress(nz.NothingFound):
        yield from find_lines([text], Query(words), options, cutter=BLANKS if is_cut else None)


def test_a_string_that_is_everywhere_in_one_long_line_takes_no_longer_than_its_text() -> None:
    """Each place was once looked at from the start of its line."""
    text = "江船，" * 40_000
    lines = find_lines([text], Query(("船",)), ConcordanceOptions(by="words", width=2), cutter=nz.dictionary())
    assert [line.left for line in lines][-1] == "， 江"


def test_the_command_aligns_wide_and_narrow_characters(kwic: Callable[..., Result]) -> None:
    lines = succeeded(kwic("--width", "6", "船", "a.txt")).stdout.splitlines()
    assert lines == [
        "      江上有  船  ，船在江上。  a.txt:1",
        "  江上有船，  船  在江上。      a.txt:1",
        "          江  船   7 号在 Z 码  a.txt:3",
    ]
    assert {cells(line[: line.index("a.txt")]) for line in lines} == {12 + 2 + 2 + 2 + 12 + 2}


def test_the_command_writes_tables_and_pages(kwic: Callable[..., Result]) -> None:
    rows = [json.loads(line) for line in succeeded(kwic("--format", "jsonl", "船", "a.txt")).stdout.splitlines()]
    assert rows[0] == {"file": "a.txt", "line": 1, "left": "江上有", "match": "船", "right": "，船在江上。"}
    assert (
        succeeded(kwic("--format", "tsv", "天", "a.txt")).stdout
        == "file\tline\tleft\tmatch\tright\na.txt\t2\t\t天\t亮了。\n"
    )
    page = succeeded(kwic("--format", "html", "船", "a.txt")).stdout
    assert page.count("<tr>") == 3 and "<title>船</title>" in page
    assert "<script>" not in "".join(
        concordance_page([ConcordanceLine("<script>", 1, "<script>", "<", "\x00")], "<script>")
    )


def test_the_command_says_what_is_wrong(kwic: Callable[..., Result]) -> None:
    for arguments, status, message in (
        (("鱼", "a.txt"), 1, "鱼 stands nowhere in the text; try other words"),
        ((), 2, "give a word to look for, then files"),
        (("--regex", "(", "a.txt"), 1, "'(' is no regular expression"),
        (("--seed", "1", "船", "a.txt"), 1, "say with --top how many lines"),
    ):
        result = kwic(*arguments)
        assert (result.exit_code, result.stdout) == (status, "")
        assert message in result.stderr and result.stderr.count("\n") == 1
    result = kwic("船", "--word", "鱼", "a.txt")
    assert result.exit_code == 0 and "鱼 stands nowhere in the text" in result.stderr


def test_text_is_looked_for_as_it_is_read(kwic: Callable[..., Result]) -> None:
    assert "Ｚ７号" in succeeded(
        kwic("--fold", "width,case", "--format", "tsv", "z7", text="江船Ｚ７号\n")
    ).stdout.replace("\t", "")
    assert (
        succeeded(kwic("船", text=TEXT)).stdout.count("(standard input)")
        + succeeded(kwic("船", text=TEXT)).stdout.count("stdin")
        > 0
    )
    assert os.listdir() == ["a.txt"]
