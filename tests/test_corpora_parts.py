"""Parts of a corpus: each against the others, and trends."""

import csv
from pathlib import Path

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner
from nlpzero_cli.main import main
from scipy import stats

import nlpzero as nz
from nlpzero.corpora.documents import DocumentUnit, ordered_names
from nlpzero.corpora.frequencies import WordCounts, count_words
from nlpzero.corpora.keyness import KeynessOptions, compare
from nlpzero.corpora.parts import TrendOptions, compare_parts, kendall, sparkline, trends
from nlpzero.corpora.permutation import Permutation
from nlpzero.reading.parts import Block

YEARS = 8


def corpus(seed: int) -> WordCounts:
    """Draw parts in which one word rises, one falls, and others stay."""
    rng = np.random.default_rng(seed)
    blocks = []
    for year in range(YEARS):
        counts = {"rises": 20 + 10 * year, "falls": 100 - 10 * year, "stays": 50, **{f"w{i}": 5 for i in range(50)}}
        words = [word for word, n in counts.items() for _ in range(rng.poisson(n))]
        blocks.append(Block(f"{1990 + year}", 1, " ".join(words) + "\n"))
    return count_words(blocks, unit=DocumentUnit("file"))


def test_each_part_is_compared_with_all_others() -> None:
    found = corpus(1)
    assert found.documents is not None
    options = KeynessOptions(min_count=5, max_p=0.05)
    table = compare_parts(found, options)
    for number, name in enumerate(found.documents.names):
        own = np.zeros(len(found), np.int64)
        for i in range(len(found)):
            row = slice(int(found.documents.starts[i]), int(found.documents.starts[i + 1]))
            columns = found.documents.columns[row].tolist()
            own[i] = int(found.documents.values[row][columns.index(number)]) if number in columns else 0
        sides = [WordCounts(found.words, one, int(one.sum())) for one in (own, found.counts - own)]
        try:
            expected = compare(sides[0], sides[1], options)
        except nz.NothingFound:
            assert name not in table["part"]
            continue
        rows = [row for row in table if row.part == name]
        assert [row.word for row in rows] == expected["word"]
        assert [row.g2 for row in rows] == pytest.approx(expected["g2"].tolist())


def test_trends_are_lines_fitted_to_the_frequencies() -> None:
    found = corpus(2)
    rows = {row.word: row for row in trends(found)}
    assert [row.word for row in trends(found, TrendOptions(top=2))] in (["rises", "falls"], ["falls", "rises"])
    assert rows["rises"].slope > 0 > rows["falls"].slope
    assert rows["rises"].tau > 0.8 and rows["falls"].tau < -0.8
    assert found.documents is not None
    at = found.number("w3")
    assert at is not None
    row = slice(int(found.documents.starts[at]), int(found.documents.starts[at + 1]))
    counts = np.zeros(YEARS)
    counts[found.documents.columns[row]] = found.documents.values[row]
    line = stats.linregress(np.arange(YEARS), counts / found.documents.lengths * 1e6)
    assert (rows["w3"].slope, rows["w3"].error) == (pytest.approx(line.slope), pytest.approx(line.stderr))
    assert abs(rows["stays"].slope) < 4 * rows["stays"].error


def test_tau_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    rates = rng.integers(0, 5, (60, 9)).astype(float)
    tau, p = kendall(rates)
    for row, one, chance in zip(rates, tau.tolist(), p.tolist(), strict=True):
        expected = stats.kendalltau(row, np.arange(9), method="asymptotic")
        assert one == pytest.approx(expected.statistic)
        assert chance == pytest.approx(expected.pvalue)
    assert np.isnan(kendall(np.ones((1, 4)))[0]).all()


def test_a_sparkline_has_a_bar_for_each_part() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([2, 2, 2]) == "▁▁▁"


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["2010-2", "2010-10", "1999", "x"]
    assert [names[i] for i in ordered_names(names)] == ["1999", "2010-2", "2010-10", "x"]


def test_bad_input_is_told() -> None:
    with pytest.raises(nz.NothingFound, match="one part with words"):
        trends(count_words([Block("a", 1, "江\n")], unit=DocumentUnit("file")))
    with pytest.raises(nz.NothingFound, match="not counted by parts"):
        trends(count_words(["江\n船\n"], unit=DocumentUnit("line")))
    with pytest.raises(nz.NothingFound, match=r"words occurs 1000 times"):
        trends(corpus(1), TrendOptions(min_count=1000))
    with pytest.raises(nz.ModelError, match="`sort` is 'x'"):
        TrendOptions(sort="x")


def test_the_command_takes_parts_from_files_and_from_a_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"9": "江 江 江 船\n", "10": "江 江 船 山\n", "11": "江 船 山 山\n"}  # river, boat, mountain
    for name, text in texts.items():
        Path(name).write_text(text, "utf-8")
    lines = [f"{name},{word}" for name, text in texts.items() for word in text.split()]
    Path("log.csv").write_text("\n".join(["year,text", *reversed(lines)]) + "\n", "utf-8")

    def rows(*arguments: str) -> list[dict[str, str]]:
        found = CliRunner().invoke(main, ["keyness", "-j", "1", "--tokenized", "--min-count", "1", *arguments])
        return list(csv.DictReader(succeeded(found).stdout.splitlines(), delimiter="\t"))

    by_file = rows("--by", "file", "--trend", *texts)
    by_field = rows("--by", "year", "--field", "text", "--trend", "log.csv")
    assert by_file == by_field
    assert {row["word"]: row["line"] for row in by_file} == {"江": "█▅▁", "山": "▁▅█", "船": "▁▁▁"}
    parts = rows("--by", "file", *texts)
    assert (parts[0]["part"], parts[0]["word"]) == ("9", "江")
    assert {row["part"] for row in parts} == {"9", "11"}  # in 10 all words are as frequent as in the others
    for arguments, message in (
        (("--trend", "9", "10"), "--trend needs --by"),
        (("--by", "year", "log.csv"), "--by year: there is file; a FIELD needs --field"),
        (("--by", "file", "--against", "9", "10"), "--against is for A against B"),
        (("--by", "file", "--document", "file", "9", "10"), "--document file is no part of --by file"),
        (("--by", "year", "--field", "text", "--document", "paragraph", "log.csv"), "give line"),
        (("--by", "file", "--document", "line", "--trend", "9", "10"), "--document is for key words"),
    ):
        result = CliRunner().invoke(main, ["keyness", *arguments])
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1) and message in result.stderr


def documents(seed: int) -> list[Block]:
    """Draw three parts of 12 documents: each has a word of its own, and a document of the first one 300 times."""
    rng = np.random.default_rng(seed)
    blocks = []
    for part in "abc":
        lines = []
        for number in range(12):
            rates = {f"of_{name}": 30 if name == part else 6 for name in "abc"} | {f"w{i}": 4 for i in range(30)}
            words = [word for word, rate in rates.items() for _ in range(rng.poisson(rate))]
            words += ["burst"] * (300 * (part == "a" and number == 4))
            lines.append(" ".join(words) + "\n")
        blocks.append(Block(part, 1, "".join(lines)))
    return blocks


def test_documents_of_parts_are_dealt_out() -> None:
    blocks = documents(1)
    unit = DocumentUnit("line", by="file")
    options = KeynessOptions(permutation=Permutation(199))
    found = compare_parts(count_words(blocks, unit=unit), options)
    rows = {(row.part, row.word): row for row in found}
    assert all(rows[part, f"of_{part}"].p_documents < 0.01 for part in "abc")
    assert rows["a", "burst"].p_documents > 0.05 > rows["a", "burst"].p
    assert (rows["a", "burst"].documents_a, rows["a", "burst"].documents_b) == (1, 0)
    sides = [count_words(some, unit=DocumentUnit("line")) for some in (blocks[:1], blocks[1:])]
    alone = compare(sides[0], sides[1], options)
    assert [row[1:] for row in found if row.part == "a"] == [tuple(row) for row in alone]
    with pytest.raises(nz.NothingFound, match="a part is one document"):
        compare_parts(count_words(blocks, unit=DocumentUnit("file")), options)


def test_documents_in_parts_are_the_same_for_any_blocks() -> None:
    text = "江 上\n船\n\n江\n" * 5
    wholes = [Block(name, 1, text) for name in "ab"]
    pieces = [Block(name, 1, line) for name in "ab" for line in text.splitlines(keepends=True)]
    for kind in ("line", "paragraph"):
        tables = [count_words(some, unit=DocumentUnit(kind, by="file")).documents for some in (wholes, pieces)]
        assert tables[0] is not None and tables[1] is not None
        assert tables[0].parts == tables[1].parts == ["a", "b"]
        assert tables[0].of_document is not None and tables[1].of_document is not None
        assert tables[0].of_document.tolist() == tables[1].of_document.tolist()
        assert len(tables[0].of_document) == len(tables[0])


def test_records_of_a_field_are_documents_of_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{year},a{i % 3},江 船 {'山 山' if year == 1990 else '云 云'}" for year in (1990, 1991) for i in range(8)]
    Path("log.csv").write_text("year,who,text\n" + "\n".join([*lines, "1992,a4,。"]) + "\n", "utf-8")
    options = ["--tokenized", "--field", "text", "log.csv"]
    result = CliRunner().invoke(main, ["keyness", "--by", "year", "--document", "line", "--max-p", "0.01", *options])
    rows = list(csv.DictReader(succeeded(result).stdout.splitlines(), delimiter="\t"))
    assert [(row["part"], row["word"], row["documents_a"], row["documents_b"]) for row in rows] == [
        ("1990", "山", "8", "0"),
        ("1991", "云", "8", "0"),
    ]
    assert "1992 holds no words, and is left out" in result.stderr
    listed = succeeded(CliRunner().invoke(main, ["words", "--document", "who", "--sort", "dp", *options])).stdout
    assert [line.split("\t")[:4] for line in listed.splitlines()[1:3]] == [
        ["云", "16", "250000.0000", "3"],
        ["山", "16", "250000.0000", "3"],
    ]
    refused = CliRunner().invoke(main, ["words", "--document", "lines", "log.csv"])
    assert refused.exit_code == 2 and "--document lines: there are file, line, paragraph" in refused.stderr
