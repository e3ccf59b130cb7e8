"""The report of a corpus: its facts are true, its page holds only them, and the same text gives the same bytes."""

import html
import json
import math
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cases import random_text, succeeded
from click.testing import CliRunner
from nlpzero_cli.main import main
from nlpzero_cli.report import SECTIONS as NAMED

import nlpzero as nz
from nlpzero.core.job import Job
from nlpzero.reading.parts import Block
from nlpzero.report.charts import Axis, short
from nlpzero.report.front import Report
from nlpzero.report.layout import arrange, overlaps, spread_labels
from nlpzero.report.markup import escaped
from nlpzero.report.material import SURE, ReportOptions
from nlpzero.report.places import STRIP, WIDTH, find_places
from nlpzero.report.projection import project
from nlpzero.report.sections import SECTIONS
from nlpzero.report.style import DARK, LIGHT
from nlpzero.report.survey import READING_COST, kind_of_character, survey
from nlpzero.segment.cutter import BLANKS
from nlpzero.syntax.drawing import text_width

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"
LIGHT_SECTIONS = ("corpus", "frequent", "spread")


@pytest.fixture(scope="module")
def made() -> Report:
    """Make the whole report of the stories once."""
    return nz.make_report(STORIES, options=ReportOptions(top=20))


class PageReader(HTMLParser):
    """Reads a page: its elements are closed in order, and what it asks for is kept."""

    VOID = ("meta", "link", "input", "br", "path", "rect", "circle", "line")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []  # type: ignore[list-item]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# The facts


def test_the_survey_is_that_of_a_slow_reading() -> None:
    text = random_text(5, 3000) + "\x07\u200b  \n\n" + random_text(5, 3000)
    blocks = [Block("a", 1, text[: text.index("\n", 900) + 1]), Block("b", 1, text[text.index("\n", 900) + 1 :])]
    with Job().open(READING_COST) as execution:
        found = survey(blocks, nz.jieba(), execution)
    lines = text.removesuffix("\n").split("\n")
    full = [line.strip() for line in lines if line.strip()]
    assert (found.lines, found.blank_lines) == (len(lines), len(lines) - len(full))
    assert found.characters == sum(len(line.strip()) for line in lines)
    assert found.repeated_lines == len(full) - len(set(full)) > 0
    assert found.longest_line == max(map(len, full))
    kinds = Counter(kind_of_character(ord(character)) for character in text if character != "\n")
    assert {one.kind: one.count for one in found.shares if one.count} == kinds
    assert [(one.code, one.count) for one in found.odd] == [("U+0007", 1), ("U+200B", 1)]
    assert math.isclose(sum(one.share for one in found.shares), 1)
    words = [word for line in lines for word in nz.jieba()(line.replace("\u200b", "")) if any(map(str.isalnum, word))]
    assert (found.tokens, found.types) == (len(words), len(set(words)))
    for number, kinds_met in found.growth:
        assert len(set(words[:number])) == kinds_met


def test_places_are_a_sample_that_does_not_depend_on_blocks() -> None:
    rng = np.random.default_rng(2)
    lines = [" ".join(rng.choice(list("山水云雨风花"), 40).tolist()) for _ in range(60)]
    lines += lines[:20]
    found = []
    for size in (1, 7, 80):
        blocks = [Block("a", at + 1, "\n".join(lines[at : at + size]) + "\n") for at in range(0, len(lines), size)]
        with Job(2).open(READING_COST) as execution:
            found.append(find_places(blocks, ["云", "雪"], BLANKS, 80 * 40, sample=5, execution=execution))
    assert found[0] == found[1] == found[2]
    cloud = found[0]["云"]  # cloud; snow does not occur
    assert found[0]["雪"].lines == ()
    assert cloud.count == sum(line.count("云") for line in lines) == sum(cloud.strip)
    assert len(cloud.strip) == STRIP
    tokens = " ".join(lines).split()
    assert cloud.strip[0] == tokens[: len(tokens) // STRIP].count("云")
    assert len({(one.before, one.after) for one in cloud.lines}) == 5
    for one in cloud.lines:
        assert one.before.lstrip("…") + one.word + one.after.rstrip("…") in lines[one.line - 1]
        assert len(one.before) <= WIDTH + 1 and len(one.after) <= WIDTH + 1
    assert [one.line for one in cloud.lines] == sorted(one.line for one in cloud.lines)


def test_every_section_finds_something_in_the_stories(made: Report) -> None:
    assert made.missing == {}
    assert list(made.facts) == list(SECTIONS)
    assert tuple(SECTIONS) == NAMED
    new = made.facts["new"]
    assert {"纪芒", "霍眠", "殷朔"} <= {row.word for row in new.rows}  # invented names
    assert new.added
    assert all(f"【{row.word}】" in row.example for row in new.rows)


def test_the_shown_commands_give_the_shown_figures(
    made: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stories.txt").write_bytes(STORIES.read_bytes())

    def run(line: str) -> list[dict[str, str]]:
        head, *rows = succeeded(CliRunner().invoke(main, line.split()[1:])).stdout.splitlines() or [""]
        return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]

    frequent, new, groups = (made.facts[name] for name in ("frequent", "new", "communities"))
    shown = {row["word"]: row for row in run(new.commands[0])}
    assert [(row.word, f"{row.probability:.4f}") for row in new.rows] == [
        (word, row["probability"]) for word, row in shown.items()
    ]
    assert run(frequent.commands[0]) == []
    shown = {row["word"]: row for row in run(frequent.commands[1])}
    for row in frequent.rows:
        assert (str(row.count), f"{row.dp:.4f}") == (shown[row.word]["count"], shown[row.word]["dp"])
    assert run(groups.commands[1]) == []
    communities = run(groups.commands[2])
    assert {row["word"] for row in communities if row["community"] == "1"} >= set(groups.rows[0].words)


def test_templates_collocations_and_rules_are_those_of_the_commands(
    made: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stories.txt").write_bytes(STORIES.read_bytes())
    templates, near, rules = (made.facts[name] for name in ("templates", "collocations", "rules"))

    def run(line: str) -> list[list[str]]:
        return [row.split("\t") for row in succeeded(CliRunner().invoke(main, line.split()[1:])).stdout.splitlines()]

    run(templates.commands[0])
    head, *rows = run(templates.commands[1])
    assert [(row.template, str(row.count), f"{row.gain:.4f}") for row in templates.rows] == [
        (row[0], row[1], row[head.index("gain")]) for row in rows
    ]
    head, *rows = run(near.commands[1])
    shown = {row[head.index("collocate")]: row[head.index("log_dice")] for row in rows}
    assert near.rows[0].near
    for one in near.rows[0].near:
        assert f"{one.log_dice:.4f}" == shown[one.word]
    head, *rows = run(rules.commands[1])
    assert [(", ".join(row.left), ", ".join(row.right), str(row.count)) for row in rules.rows] == [
        (row[0], row[1], row[2]) for row in rows
    ]
    words = [one.word for one in rules.nodes]
    pairs = {(words[a], words[b]) for a, b in rules.edges}
    assert pairs <= {(a, b) for row in rules.rows for a in row.left for b in row.right}


def test_key_words_are_those_of_a_second_text() -> None:
    a, b = ["江 上 有 船\n" * 20 + "山 上 有 人\n" * 5], ["山 上 有 人\n" * 20]
    how = ReportOptions(sections=("key",), against=b, against_names=("b.txt",), extend=False)
    found = nz.make_report(a, options=how, cut=BLANKS)
    assert [row.word for row in found.facts["key"].rows] == ["江", "船"]
    assert [row.word for row in found.facts["key"].fewer] == ["人", "山"]
    assert "than b.txt (80 words)" in found.html()


def test_the_command_of_key_words_gives_their_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("江 上 有 船\n" * 20 + "山 上 有 人\n" * 5, encoding="utf-8")
    (tmp_path / "b.txt").write_text("山 上 有 人\n" * 20, encoding="utf-8")
    line = ["report", "--sections", "key", "--tokenized", "--against", "b.txt", "--json", "a.txt"]
    key = json.loads(succeeded(CliRunner().invoke(main, line)).stdout)["sections"]["key"]
    assert key["commands"] == ["nlpzero keyness --max-p 0.01 --tokenized a.txt --against b.txt"]
    shown = succeeded(CliRunner().invoke(main, key["commands"][0].split()[1:])).stdout.splitlines()[1:]
    assert [(row["word"], str(row["count"])) for row in key["rows"]] == [tuple(row.split("\t")[:2]) for row in shown]


def test_what_is_not_found_is_told() -> None:
    found = nz.make_report(["江上有船\n"], options=ReportOptions())
    assert {"new", "map", "communities"} <= found.missing.keys()
    assert "Nothing found: " in found.html()
    with pytest.raises(nz.NothingFound, match="the text holds no words"):
        nz.make_report(["，。\n"])
    with pytest.raises(nz.ModelError, match="`sections` has 'maps'; there are corpus, new"):
        nz.make_report(["江上有船\n"], options=ReportOptions(sections=("maps",)))


# The page


def test_the_page_is_whole_and_asks_for_nothing(made: Report) -> None:
    text = made.html()
    page = PageReader(text)
    assert len(page.ids) == len(set(page.ids))
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    assert [link for link in page.links if not link.startswith("#")] == ["data:,"]
    assert not re.search(r"https?:|url\((?!#)|@import|\bimport\(|fetch\(|XMLHttp", text)
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(page.headings))
    assert '<html lang="en">' in text and 'lang="zh-Hans"' in text
    assert page.tags["script"] == 1
    assert len(text.encode()) < 400_000


def test_text_of_the_corpus_is_never_markup() -> None:
    bad = ["<script>alert(1)</script>", '"><img/src=x>', "&amp;", "</style>", "'onclick='x"]
    how = ReportOptions(sections=LIGHT_SECTIONS, title="<b>&", extend=False)
    found = nz.make_report([f"江 {word} 船 {word}\n" * 3 for word in bad], options=how, cut=BLANKS)
    text = found.html()
    page = PageReader(text)
    assert page.tags["script"] == page.tags["style"] == 1
    assert page.tags["img"] == page.tags["b"] - text.count("</b>") == 0
    for word in bad:
        assert html.escape(word) in text
    assert "<h1>&lt;b&gt;&amp;</h1>" in text


def test_long_words_and_many_files_do_not_make_a_large_page() -> None:
    blocks = [Block(f"{i}.txt", 1, f"{'江' * 900} {'船' * 800} 河\n" * 2) for i in range(250)]
    how = ReportOptions(sections=LIGHT_SECTIONS, extend=False)
    text = nz.make_report(blocks, options=how, cut=BLANKS).html()
    assert len(text.encode()) < 120_000
    assert "江" * 60 + "…" in text and "Files: 250" in text


def test_control_characters_are_shown_by_their_codes() -> None:
    assert escaped("a\x1b\u202eb\u3000c\n") == "a\\x1b\\u202eb\u3000c "


def test_the_same_text_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(STORIES.read_text(encoding="utf-8").split("\n")[:120]), encoding="utf-8")
    how = ReportOptions(top=10)
    first, second = (
        nz.make_report(nz.Corpus(path, rereadable=True), options=how, job=Job(workers, memory))
        for workers, memory in ((1, "2G"), (2, "1M"))
    )
    assert first.html() == second.html()
    assert first.json() == second.json()


def test_json_holds_the_same_facts(tmp_path: Path) -> None:
    command = ["report", "--sections", "corpus,frequent", "--top", "5", "--json", str(STORIES)]
    found = json.loads(succeeded(CliRunner().invoke(main, command)).stdout)
    new = nz.find_new_words(STORIES)
    sure = [(word, count) for word, count, p in zip(new.words, new.counts, new.probabilities, strict=True) if p >= SURE]
    cut = nz.dictionary().with_words(nz.Lexicon([word for word, _ in sure], [int(count) for _, count in sure]))
    rows, count = found["sections"]["frequent"]["rows"], nz.word_frequencies(STORIES, cut=cut)["人"]
    assert len(rows) == 5 and rows[0]["word"] == "人" and rows[0]["count"] == count > 100  # person
    assert found["places"]["人"]["lines"][0]["word"] == "人"
    assert sum(found["places"]["人"]["strip"]) == count
    nz.make_report(STORIES, options=ReportOptions(sections=("corpus",))).save(tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["sections"].keys() == {"corpus"}


def test_the_command_says_what_is_wrong() -> None:
    wrong = CliRunner().invoke(main, ["report", "--sections", "maps", str(STORIES)])
    assert wrong.exit_code == 2 and "'maps' is no section; there are corpus, new" in wrong.stderr
    absent = CliRunner().invoke(main, ["report", "none.txt"])
    assert absent.exit_code == 1 and absent.stderr.count("\n") == 1


# Pictures


def test_labels_of_the_map_do_not_overlap_and_lie_inside(made: Report) -> None:
    found = made.facts["map"]
    at = np.array([[one.x, one.y] for one in found.words])
    sizes = np.array([[text_width(one.word) * one.letter, one.letter * 1.2] for one in found.words])
    assert overlaps(at, sizes) == 0
    assert (at - sizes / 2 >= -1).all() and (at + sizes / 2 <= [found.width + 1, found.height + 1]).all()
    for seed in range(3):
        rng = np.random.default_rng(seed)
        sizes = rng.uniform(5, 60, (15, 2))
        places, area = spread_labels(rng.normal(0, 1, (15, 2)) * (seed < 2), sizes, 300, 200)
        assert overlaps(places, sizes) == 0
        assert (places >= sizes / 2).all() and (places <= area - sizes / 2).all()


def test_the_projection_keeps_groups_together() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(5), 20)
    rows = rng.normal(0, 1, (5, 30))[groups] + rng.normal(0, 0.4, (100, 30))
    at = project(rows)
    apart = ((at[:, None] - at[None]) ** 2).sum(2)
    np.fill_diagonal(apart, np.inf)
    assert (groups[apart.argmin(1)] == groups).mean() > 0.95
    assert np.isfinite(at).all()
    assert project(rows[:1]).shape == (1, 2) and np.isfinite(project(np.zeros((4, 3)))).all()


def test_joined_nodes_are_near() -> None:
    edges = np.array([[0, 1], [1, 2], [2, 0], [3, 4], [4, 5], [5, 3]])
    at = arrange(edges, 6)
    lengths = np.sqrt(((at[:, None] - at[None]) ** 2).sum(2))
    assert lengths[edges[:, 0], edges[:, 1]].max() < lengths[:3, 3:].min()


def test_ticks_are_round() -> None:
    assert Axis(0, 19200, False, "").ticks() == [0, 5000, 10000, 15000]
    assert Axis(1, 2000, True, "").ticks() == [1, 10, 100, 1000]
    assert short(2_500_000) == "2.5M"


def luminance(colour: str) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_have_enough_contrast_for_text(colours: dict[str, str]) -> None:
    names = ["ink", "soft", "mark", *(f"c{i}" for i in range(8))]
    for ground in ("paper", "card"):
        for name in names:
            low, high = sorted(map(luminance, (colours[ground], colours[name])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ground, name)
    low, high = sorted(map(luminance, (colours["wash"], colours["ink"])))
    assert (high + 0.05) / (low + 0.05) >= 7
