"""`nlpzero rules` as its users meet it."""

import csv
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nlpzero_cli import rules as command
from nlpzero_cli.main import main

from nlpzero.rules.measures import MEASURES

DATA = Path(__file__).parent.parent / "data"
BASKETS = DATA / "baskets.csv"
STORIES = DATA / "stories.txt"
PLANTED = ["--input", "csv", "--min-support", "0.04", "--min-confidence", "0.75"]


@pytest.fixture
def rules() -> Callable[..., Result]:
    """Give a function that runs the command in this process."""

    def run(*arguments: str | Path, text: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, ["rules", "-j", "1", *map(str, arguments)], input=text)

    return run


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


def sets(result: Result) -> dict[str, int]:
    return {row["items"]: int(row["count"]) for row in rows(result)}


def test_exactly_the_planted_rules_are_found(rules: Callable[..., Result]) -> None:
    section = (DATA / "README.md").read_text(encoding="utf-8").split("## baskets.csv")[1].split("\n## ")[0]
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
    planted = {
        (x, y, int(both), int(own))
        for x, y, _, both, own in (row for row in table if len(row) == 5 and row[3].isdigit())
    }
    found = rows(rules(*PLANTED, BASKETS))
    assert {
        (row["antecedent"], row["consequent"], int(row["count"]), round(int(row["count"]) / float(row["confidence"])))
        for row in found
    } == planted
    assert len(planted) == len(found) == 7
    confidences = [float(row["confidence"]) for row in found]
    assert confidences == sorted(confidences, reverse=True)


def test_the_columns_are_the_measures() -> None:
    assert tuple(MEASURES) == command.MEASURES


def test_every_form_of_input_gives_the_same_rules(rules: Callable[..., Result], tmp_path: Path) -> None:
    expected = rules(*PLANTED, BASKETS).stdout
    lists = [line.split(",") for line in BASKETS.read_text(encoding="utf-8").splitlines()]
    tail = PLANTED[2:]
    lines = "".join(" ".join(row) + "\n" for row in lists)
    assert rules(*tail, text=lines).stdout == expected
    assert rules("--input", "jsonl", *tail, text="".join(json.dumps(row) + "\n" for row in lists)).stdout == expected
    pairs = "".join(f"{i}\t{item}\n" for i, row in enumerate(lists) for item in row)
    single = ["--input", "single", "--separator", r"\t", *tail]
    assert rules(*single, text=pairs).stdout == expected
    assert rules(*single, "--skip-header", text=f"basket\titem\n{pairs}").stdout == expected
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(lines[:9000].encode()))  # a part in each of two files
    rest = tmp_path / "rest"
    cut = lines.index("\n", 9000)
    packed.write_bytes(gzip.compress(lines[: cut + 1].encode()))
    rest.write_text(lines[cut + 1 :], encoding="utf-8")
    assert rules(*tail, packed, rest).stdout == expected
    assert rules(*tail, "--encoding", "gb18030", text=lines.encode("gb18030")).stdout == expected
    assert rules(*tail, "--memory", "10K", packed, rest).stdout == expected


def test_csv_and_jsonl_tables_hold_what_tsv_does(rules: Callable[..., Result]) -> None:
    expected = rows(rules(*PLANTED, BASKETS))
    assert list(csv.DictReader(rules(*PLANTED, "--format", "csv", BASKETS).stdout.splitlines())) == expected
    objects = [json.loads(line) for line in rules(*PLANTED, "--format", "jsonl", BASKETS).stdout.splitlines()]
    assert [", ".join(row["antecedent"]) for row in objects] == [row["antecedent"] for row in expected]
    assert [row["consequent"] for row in objects] == [[row["consequent"]] for row in expected]
    for row, shown in zip(objects, expected, strict=True):
        assert row["lift"] == pytest.approx(float(shown["lift"]), abs=1e-4)
        assert row["g2_p"] == pytest.approx(float(shown["g2_p"]), rel=1e-2)
    assert rules(*PLANTED, "--no-header", BASKETS).stdout == rules(*PLANTED, BASKETS).stdout.split("\n", 1)[1]


def test_a_rule_without_exception_has_infinite_conviction(rules: Callable[..., Result]) -> None:
    text = "茶 酒\n米\n米 茶 酒\n"
    [row] = rows(rules("--min-confidence", "1", "--lhs", "茶", text=text))
    assert (row["antecedent"], row["consequent"], row["conviction"]) == ("茶", "酒", "inf")
    shown = rules("--min-confidence", "1", "--lhs", "茶", "--format", "jsonl", text=text).stdout
    assert json.loads(shown)["conviction"] is None


def test_frequent_sets_can_be_shown_all_or_closed_or_maximal(rules: Callable[..., Result]) -> None:
    text = "a b\na b\na b c\nc\n"
    every = {"a": 3, "b": 3, "a, b": 3, "c": 2}
    result = rules("--itemsets", "--min-support", "2", text=text)
    assert result.stdout == "items\tcount\tsupport\na\t3\t0.7500\nb\t3\t0.7500\na, b\t3\t0.7500\nc\t2\t0.5000\n"
    assert sets(result) == every
    assert sets(rules("--closed", "--min-support", "50%", text=text)) == {"a, b": 3, "c": 2}
    assert sets(rules("--maximal", "--min-support", "1", text=text)) == {"a, b, c": 1}
    assert sets(rules("--itemsets", "--min-support", "2", "--max-length", "1", "--top", "2", text=text)) == {
        "a": 3,
        "b": 3,
    }


def test_rules_can_be_chosen(rules: Callable[..., Result]) -> None:
    base = ["--input", "csv", "--min-support", "0.02", "--min-confidence", "0.2", BASKETS]
    every = rows(rules(*base))
    assert len(every) > 50
    lift = rows(rules(*base, "--min", "lift=3", "--min", "confidence=0.5"))
    assert lift == [row for row in every if float(row["lift"]) >= 3 and float(row["confidence"]) >= 0.5]
    assert rows(rules(*base, "--rhs", "鸡蛋")) == [row for row in every if row["consequent"] == "鸡蛋"]
    assert rows(rules(*base, "--lhs", "番茄", "--lhs", "面条")) == [
        row for row in every if set(row["antecedent"].split(", ")) <= {"番茄", "面条"}
    ]
    assert rows(rules(*base, "--max-lhs", "1")) == [row for row in every if ", " not in row["antecedent"]]
    assert rows(rules(*base, "--top", "3")) == every[:3]
    by_lift = [float(row["lift"]) for row in rows(rules(*base, "--sort", "lift"))]
    assert by_lift == sorted(by_lift, reverse=True)
    both = rows(rules(*base, "--max-rhs", "2"))
    assert [row for row in both if ", " not in row["consequent"]] == every
    assert len(both) > len(every)
    rare = ["--input", "csv", "--min-support", "5", "--max-lhs", "2", "--min-confidence", "0.2", BASKETS]
    significant = rows(rules(*rare, "--significant", "0.001"))
    assert {row["antecedent"] for row in rows(rules(*PLANTED, BASKETS))} <= {row["antecedent"] for row in significant}
    assert len(significant) < len(rows(rules(*rare)))
    fewer = rows(rules(*rare, "--no-redundant"))
    assert len(fewer) < len(rows(rules(*rare)))
    assert {row["antecedent"] for row in rows(rules(*PLANTED, "--no-redundant", BASKETS))} == {
        row["antecedent"] for row in rows(rules(*PLANTED, BASKETS))
    }


def test_text_makes_baskets_of_words_and_rules_have_examples(rules: Callable[..., Result], tmp_path: Path) -> None:
    base = [
        "--input",
        "text",
        "--unit",
        "sentence",
        "--min-length",
        "2",
        "--min-support",
        "5",
        "--min-confidence",
        "0.4",
        *("--stop", "none", "--apart", "--repeats", "--sort", "confidence"),
    ]
    found = rows(rules(*base, "--examples", "2", STORIES))
    assert found
    text = STORIES.read_text(encoding="utf-8")
    for row in found:
        shown = row["examples"].split(" | ")
        assert len(shown) == 2
        for sentence in shown:
            assert sentence in text
            assert all(word in sentence for word in (*row["antecedent"].split(", "), row["consequent"]))
    piped = rules(*base, "--examples", "2", text=text)
    assert piped.stdout == rules(*base, "--examples", "2", STORIES).stdout
    stop = tmp_path / "stop.txt"
    stop.write_text(found[0]["antecedent"].replace(", ", "\n") + "\n", encoding="utf-8")
    without = rows(rules(*base, "--stop", stop, STORIES))
    items = [{*row["antecedent"].split(", "), row["consequent"]} for row in found]
    gone = set(found[0]["antecedent"].split(", "))
    assert [{*row["antecedent"].split(", "), row["consequent"]} for row in without] == [
        words for words in items if not words & gone
    ]
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("沈渡棠 9\n霍眠 9\n", encoding="utf-8")  # two persons of the story
    names = ["--itemsets", "--input", "text", "--lexicon", lexicon, "--min-length", "2", "--split", "paragraph"]
    counted = sets(rules(*names, "--min-support", "5", STORIES))
    paragraphs = text.split("\n\n")
    expected = {
        "沈渡棠": sum("沈渡棠" in part for part in paragraphs),
        "霍眠": sum("霍眠" in part for part in paragraphs),
        "沈渡棠, 霍眠": sum("沈渡棠" in part and "霍眠" in part for part in paragraphs),
    }
    assert {items: n for items, n in counted.items() if items in expected} == expected
    rare = sets(rules(*base[:4], "--itemsets", "--min-support", "5", "--max-df", "0.01", STORIES))
    every = sets(rules(*base[:4], "--itemsets", "--min-support", "5", STORIES))
    assert 0 < len(rare) < len(every)
    windows = sets(rules("--input", "text", "--unit", "window:5", "--itemsets", "--min-support", "20", STORIES))
    assert windows["沈"] > every["沈"] if "沈" in every else len(windows) > 20


def test_the_number_of_processes_changes_nothing(rules: Callable[..., Result], tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(STORIES.read_text(encoding="utf-8") * 40, encoding="utf-8")
    base = ["--input", "text", "--min-length", "2", "--min-support", "200", text]
    assert rules(*base, "--repeats", "-j", "2").stdout == rules(*base, "--repeats").stdout
    text.write_text(STORIES.read_text(encoding="utf-8") * 3, encoding="utf-8")
    small = ["--input", "text", "--memory", "1M", text]  # many blocks
    assert rules(*small, "-j", "2").stdout == rules(*small).stdout == rules("--input", "text", text).stdout


def test_large_baskets_are_reported(rules: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "baskets"
    path.write_text("a b\na b c\na b\na b c d\n", encoding="utf-8")
    result = rules("--itemsets", "--min-support", "2", "--max-basket", "2", path)
    assert sets(result) == {"a": 2, "b": 2, "a, b": 2}
    assert result.stderr == f"nlpzero: 2 baskets of more than 2 items left out, the first in {path}:2 with 3\n"


def test_a_huge_result_is_estimated_and_yes_goes_on(
    rules: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    basket = " ".join(map(str, range(60)))
    monkeypatch.setattr("nlpzero.rules.itemsets.LIMIT", 100)
    result = rules("--min-support", "1", "--all", text=f"{basket}\n")
    assert result.exit_code == 1
    assert re.fullmatch(r"nlpzero: error: about 1\.2e\+18 item sets .*or add --yes to go on\n", result.stderr)
    refused = rules("--itemsets", "--min-support", "1", text="a b c d e f g h\n")
    assert (refused.exit_code, "about 2.6e+02" in refused.stderr) == (1, True)
    assert len(sets(rules("--itemsets", "--min-support", "1", "--yes", text="a b c d e f g h\n"))) == 255


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        ([], "", "no baskets in the input"),
        ([], "\n \n", "no baskets in the input"),
        (["--min-support", "3"], "a b\na\n", "no item is in 3 of 2 baskets"),
        (["--min-support", "1"], "a\nb\n", "no rule among 2 closed sets"),
        (["--rhs", "z"], "a b\n", "the item 'z' is in no basket"),
        (["--input", "csv"], 'a,"b\n', "line 1: not csv"),
        (["--input", "jsonl"], "a b\n", "line 1: not a list"),
        (["--input", "single"], "a b\n", "check --separator"),
        ([], "茶 酒\n".encode("gb18030"), "--encoding gb18030"),
    ],
)
def test_bad_data_is_one_line_with_the_remedy(
    arguments: list[str], text: str | bytes, message: str, rules: Callable[..., Result]
) -> None:
    result = rules(*arguments, text=text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("nlpzero: error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--min-support", bad] for bad in ("0", "0.0", "1.5", "-1", "150%", "nan", "x", "1/2", "9" * 5000, "")),
        *(["--min-confidence", bad] for bad in ("2", "-0.1")),
        *(["--min", bad] for bad in ("lift", "lift=x", "beauty=1")),
        *(["--split", bad] for bad in ("page", "window:1", "window:x")),
        ["--unit", "line"],
        ["--separator", ";"],
        ["--examples", "2"],
        ["--itemsets", "--sort", "lift"],
        ["--closed", "--rhs", "a"],
        ["--input", "csv", "--separator", "ab"],
        ["--sort", "beauty"],
    ],
)
def test_wrong_options_are_wrong_usage(arguments: list[str], rules: Callable[..., Result]) -> None:
    assert rules(*arguments, text="a b\n").exit_code == 2


@pytest.mark.parametrize(("form", "shown"), [("tsv", ""), ("csv", ""), ("jsonl", None)])
def test_what_is_no_number_is_left_empty_in_every_row(
    rules: Callable[..., Result], form: str, shown: str | None
) -> None:
    odds = []
    for text in ("a b\n" * 3, "a b\na b\na b c\nc b\n"):  # of one row and of several, b is in all baskets
        done = rules("--min-support", "1", "--min-confidence", "0", "--format", form, "-", text=text)
        lines = done.stdout.splitlines()
        if form == "jsonl":
            odds += [row["odds_ratio"] for row in map(json.loads, lines) if "b" in row["consequent"]]
        else:
            separator = {"tsv": "\t", "csv": ","}[form]
            at = lines[0].split(separator).index("odds_ratio") - len(lines[0].split(separator))
            odds += [row.split(separator)[at] for row in lines[1:] if row.split(separator)[1] == "b"]
    assert set(odds) == {shown}


def test_the_form_of_baskets_is_guessed(rules: Callable[..., Result]) -> None:
    options = ("--itemsets", "--min-support", "2", "--no-header", "-")
    rows = {"茶\t3\t0.7500", "米\t2\t0.5000", "茶, 米\t2\t0.5000"}  # tea, rice
    for text in (
        "茶,米\n米,茶\n茶\n酒,盐\n",
        "茶 米\n米 茶\n茶\n酒 盐\n",
        '["茶","米"]\n["米","茶"]\n["茶"]\n["酒"]\n',
    ):
        assert {row.replace("米, 茶", "茶, 米") for row in rules(*options, text=text).stdout.splitlines()} == rows
    forced = rules("--itemsets", "--min-support", "1", "--input", "baskets", "--no-header", "-", text="茶,米\n")
    assert forced.stdout == "茶,米\t1\t1.0000\n"


def test_input_without_any_pair_or_with_half_a_character_is_told(rules: Callable[..., Result]) -> None:
    empty = rules("--input", "single", "-", text="\n")
    assert (empty.exit_code, empty.stderr) == (1, "nlpzero: error: there are no baskets in the input\n")
    half = rules("--input", "jsonl", "--min-support", "1", "-", text='["\\ud800", "a"]\n')
    assert half.exit_code == 1
    assert "<stdin>: line 1: half of a character, \\ud800 to \\udfff alone; write both halves" in half.stderr


def test_rules_that_others_imply_are_shown_only_on_request(rules: Callable[..., Result]) -> None:
    text = "茶 酒 米\n茶 酒 米\n米\n"  # tea, wine, rice
    base = ["--min-support", "1", "--min-confidence", "1", "--no-header"]
    shown = [row.split("\t")[:2] for row in rules(*base, text=text).stdout.splitlines()]
    assert sorted(shown) == sorted([["茶", "酒"], ["茶", "米"], ["酒", "茶"], ["酒", "米"]])
    every = [row.split("\t")[:2] for row in rules(*base, "--all", text=text).stdout.splitlines()]
    assert sorted(every) == sorted([*shown, ["茶, 酒", "米"], ["米, 茶", "酒"], ["米, 酒", "茶"]])
    wide = [row.split("\t")[:2] for row in rules(*base, "--max-rhs", "5", text=text).stdout.splitlines()]
    assert sorted(wide) == [["茶", "米, 酒"], ["酒", "米, 茶"]]


def test_text_is_counted_without_repeats_function_words_and_numbers(rules: Callable[..., Result]) -> None:
    lines = ["他在江边的小船上钓鱼", "我们的小船上有鱼", "第3条小船上有鱼"] * 2  # fishing from a small boat
    base = ["--input", "text", "--min-length", "1", "--itemsets", "--min-support", "1", "-"]
    text = "\n".join(lines)
    assert "鱼" not in sets(rules(*base[:2], *base[4:], text=text))
    once = sets(rules(*base, text=text))
    assert once["小船"] == 3
    assert not {"的", "在", "我们", "3", "第3", "第", "条"} & {*once}
    twice = sets(rules(*base[:-1], "--repeats", "--apart", "--stop", "none", "-", text=text))
    assert twice["小船"] == 6
    assert twice["的"] == 4


def test_rules_of_text_take_the_words_of_users(rules: Callable[..., Result], tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("河边船坞\n", encoding="utf-8")  # the dock by the river
    base = ["--input", "text", "--itemsets", "--min-support", "1", "-"]
    text = "他去河边船坞修船。\n河边船坞很远。\n"
    assert "河边船坞" not in sets(rules(*base, text=text))
    assert sets(rules("--userdict", words, *base, text=text))["河边船坞"] == 2
    spaced = sets(rules("--tokenized", *base, text="河边船坞 修 船\n去 河边船坞\n"))
    assert spaced["河边船坞"] == 2
    refused = rules("--userdict", words, "--input", "csv", text="a,b\n")
    assert (refused.exit_code, "--userdict is for --input text" in refused.stderr) == (2, True)


def test_names_are_one_item_unless_they_are_kept_apart(rules: Callable[..., Result]) -> None:
    text = "".join(f"黛 玉 {what}\n" for what in ("来", "笑", "坐", "哭", "走", "病"))
    base = ["--tokenized", "--input", "text", "--itemsets", "--min-support", "6", "-"]
    single = [*base[:-1], "--min-length", "1", "-"]
    assert sets(rules(*base, text=text)) == {"黛玉": 6}
    assert sets(rules("--apart", *single, text=text)) == {"黛": 6, "玉": 6, "玉, 黛": 6}


def test_rules_of_text_are_sorted_by_what_they_say_beyond_their_parts(rules: Callable[..., Result]) -> None:
    found = rows(rules("--input", "text", STORIES))
    values = [float(row["partial_g2"]) for row in found]
    assert values == sorted(values, reverse=True)
    pairs = [(row["antecedent"], row["consequent"]) for row in found]
    assert not {*pairs} & {(y, x) for x, y in pairs}
    assert min(int(row["count"]) for row in found) == 3
    assert "partial_g2" not in rows(rules(*PLANTED, BASKETS))[0]
    assert "partial_g2" in rows(rules(*PLANTED, "--min", "partial_g2=1", BASKETS))[0]


def test_a_terminal_shows_the_main_columns_and_a_passage(
    rules: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("output", "terminal"):
        monkeypatch.setattr(f"nlpzero_cli.{module}.is_terminal", lambda: True)
    lines = rules("--input", "text", STORIES).stdout.splitlines()
    assert lines[0].split() == ["antecedent", "consequent", "count", "confidence", "lift", "partial_g2", "examples"]
    text = STORIES.read_text(encoding="utf-8")
    for line in lines[1:-1]:
        antecedent, rest = line.split(None, 1)[0].rstrip(","), line.split()
        passage = rest[-1].strip("…")
        assert passage in text
        assert antecedent in passage or line.rstrip().endswith("…") or "…" in rest[-1]
    assert lines[-1].startswith("… ")
    baskets = rules(*PLANTED, BASKETS).stdout.splitlines()
    assert baskets[0].split() == ["antecedent", "consequent", "count", "confidence", "lift", "partial_g2"]
    assert len(baskets) == 8
