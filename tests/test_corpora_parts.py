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
        (("--by", "year", "log.csv"), "--by FIELD needs --field"),
        (("--by", "file", "--against", "9", "10"), "--against is for A against B"),
        (("--by", "file", "--document", "line", "9", "10"), "--document is for A against B"),
    ):
        result = CliRunner().invoke(main, ["keyness", *arguments])
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1) and message in result.stderr
