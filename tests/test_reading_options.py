"""Reading options: fields of records, folding, web text, broken lines; and what a sentence is."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from nlpzero_cli.main import main

from nlpzero.errors import CorpusError
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.options import Reading
from nlpzero.reading.parts import source_text, text_of
from nlpzero.rules.passages import passages
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.encoding import encode
from nlpzero.segment.stopped import StopCutter
from nlpzero.syntax.clauses import sentences_of
from nlpzero.text.folding import FOLDS, fold, is_traditional
from nlpzero.text.views import TextView, line_breaks
from nlpzero.text.web import web_mask, web_spans
from nlpzero.words.discovery import discover
from nlpzero.words.finding import Parameters

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"
WEB = [
    "http://a.cn/b?x=1",
    "www.nlp.org",
    "https://a.cn/",
    "@小溪_9",
    "#春游#",
    "#Spring",
    "[笑]",
    "<b>",
    "</div>",
    '<a href="x">',
    "<!-- 注 -->",
    "&nbsp;",
    "&#8220;",
    "li.na@mail.example.cn",
]
"""Addresses, names, tags, emoticons, markup, entities."""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Give a function that writes a file and gives its path."""

    def write(text: str, name: str = "text") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        return str(tmp_path / name)

    return write


def run(*arguments: str) -> str:
    """Run a command that succeeds, and give its output."""
    with TemporaryDirectory() as folder:
        output = Path(folder, "output")
        result = CliRunner().invoke(main, [*arguments, "-q", "-o", str(output)])
        assert result.exit_code == 0, result.output
        return output.read_bytes().decode()


# Folding


def test_folding_gives_as_many_characters_as_it_takes() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        text = "".join(
            map(chr, rng.choice([*range(0x20, 0x530), *range(0x3000, 0x9FFF), 0xFF21, 0x1F600, 0x2F800], 40))
        )
        for kinds in ((), ("width",), ("case",), ("variants",), FOLDS):
            once = fold(text, kinds)
            assert len(once) == len(text)
            assert "variants" in kinds or fold(once, kinds) == once


def test_each_kind_folds_its_own() -> None:
    assert fold("ＡＢｃ１，　電腦É", ("width",)) == "ABc1, 電腦É"
    assert fold("ＡＢｃÉΣİ", ("case",)) == "ａｂｃéσİ"
    assert fold("電腦軟體發展很快，臺灣", ("variants",)) == "电脑软件发展很快，台湾"  # computers develop fast, Taiwan


def test_a_kind_that_is_none_is_named() -> None:
    with pytest.raises(CorpusError, match=r"^`fold` is 'size'; there are width, case, variants$"):
        Reading(fold=("size",))


def test_phrases_are_read_as_a_whole_where_a_character_alone_would_be_read_in_another_way() -> None:
    # understand; watch; answer; the emperor Qianlong; dry; excuse
    assert fold("瞭解，瞭望，答覆，乾隆，乾淨，藉口", ["variants"]) == "了解，瞭望，答复，乾隆，干净，借口"


def test_terms_of_taiwan_are_read_as_those_of_the_mainland_where_they_are_written_in_traditional_characters() -> None:
    pairs = {
        "軟體": "软件",
        "資訊": "信息",
        "網際網路": "互联网络",
        "人工智慧": "人工智慧",
    }  # the last has no sign of its own
    for there, here in pairs.items():
        assert fold(f"的{there}和{there}", ("variants",)) == f"的{here}和{here}"
    assert fold("软体动物", ("variants",)) == "软体动物"  # molluscs, in simplified characters
    assert fold("資訊科技", ("variants",)) == "信息技术"  # the longer term
    text = "資訊" * 5 + "\n資\n訊軟體"
    assert fold(text, ("variants",)) == "".join(fold(line, ("variants",)) for line in text.splitlines(keepends=True))


def test_items_of_baskets_are_folded(write: Callable[..., str]) -> None:
    table = run(
        "rules", "--itemsets", "--fold", "width,case,variants", "--min-support", "2", write("漁夫 Ａ\n渔夫 a\n")
    )
    assert [row.split("\t")[0] for row in table.splitlines()[1:]] == ["a", "渔夫", "a, 渔夫"]  # fisherman


def test_segment_cuts_folded_text_as_its_plain_form_and_keeps_its_characters(write: Callable[..., str]) -> None:
    plain, rich = "电脑软件发展很快，用gpt写。\n", "電腦軟體發展很快，用ＧＰＴ寫。\n"
    cut = [run("segment", "--delimiter", "/", "--fold", "width,case,variants", write(text)) for text in (plain, rich)]
    assert cut[1].replace("/", "") == rich
    assert [len(word) for word in cut[0].split("/")] == [len(word) for word in cut[1].split("/")]


def test_discovery_counts_variants_together(write: Callable[..., str]) -> None:
    path = write("電腦很快。\n电脑很慢。\n" * 3)  # computers are fast; slow
    table = run("discover", "--min-count", "1", "--fold", "variants", path)
    counts = [int(line.split("\t")[1]) for line in table.splitlines() if line.startswith("电脑")]
    assert sum(counts) == 6


def test_the_script_of_a_text_is_told() -> None:
    assert is_traditional("這是他們對國家說過的話，從來沒有人會學這個。" * 4)
    assert not is_traditional(STORIES.read_text("utf-8"))
    assert not is_traditional("電腦")


# Web text


@pytest.mark.parametrize("span", WEB)
def test_what_is_no_text_is_found(span: str) -> None:
    text = f"看 {span} 吧"
    assert [text[a:b] for a, b in web_spans(text)] == [span]


def test_scripts_and_styles_in_a_line_are_no_text() -> None:
    text = "<style>p { margin: 0 }</style>水<script src='a'>if (1 < 2) f()</script>\n"
    assert [text[a:b] for a, b in web_spans(text)] == [text[:30], text[31:-1]]


def test_time_and_speaker_of_a_chat_log_are_found_at_the_start_of_a_line() -> None:
    # hello; water; see you at 10:30 today
    heads = ["2024-03-05 10:30:15 小溪:", "[10:31]", "小溪 10:32", "2024-03-05 10:33:12 小溪(123456)"]
    log = f"{heads[0]} 你好\n{heads[1]} 水。\n{heads[2]}\n{heads[3]}\n今天10:30见\n"
    assert [log[a:b] for a, b in web_spans(log)] == heads


def test_plain_text_holds_none() -> None:
    text = STORIES.read_text("utf-8")
    assert not web_mask(text).any()
    assert web_spans("3<5，5>3。a@ 和 #1 号 [见上文第三章的说明] w h www http") == []


def test_dropping_then_counting_is_counting_the_cleaned_text() -> None:
    rng = np.random.default_rng(4)
    words = [*"水涨船高河边钓鱼", "。", "，", "\n"]
    for _ in range(20):
        pieces = ["".join(rng.choice(words, 12)) for _ in range(8)]
        spans = rng.choice(WEB, 8).tolist()
        dirty = "".join(f"{piece} {span} " for piece, span in zip(pieces, spans, strict=True))
        clean = "".join(f"{piece} {' ' * len(span)} " for piece, span in zip(pieces, spans, strict=True))
        view = TextView(web="drop")
        assert view(dirty) == clean
        assert len(view(dirty)) == len(dirty)


@pytest.mark.parametrize("web", ["drop", "keep"])
def test_discovery_finds_the_words_of_the_cleaned_text(web: str, write: Callable[..., str]) -> None:
    dirty = "水涨船高 http://a.cn 水涨船高 @小溪 [笑]\n" * 5
    clean = re.sub("http://a.cn|@小溪|\\[笑\\]", lambda match: " " * len(match[0]), dirty)
    found = discover(Corpus([write(dirty, "dirty")], reading=Reading(web=web)), parameters=Parameters(min_count=1))  # type: ignore[arg-type]
    expected = discover([clean], parameters=Parameters(min_count=1))
    assert (found.words, found.counts.tolist()) == (expected.words, expected.counts.tolist())


def test_what_is_kept_is_one_word_and_what_is_dropped_none(write: Callable[..., str]) -> None:
    path = write("看http://a.cn/b吧@小溪\n")
    assert run("segment", "--delimiter", "/", "--web", "keep", path) == "看/http://a.cn/b/吧/@小溪\n"
    assert (
        run("segment", "--delimiter", "/", "--web", "drop", write("看 http://a.cn/b 吧\n")).replace("/", "")
        == "看  吧\n"
    )


# Lines


def test_lines_that_break_a_sentence_are_joined() -> None:
    text = "罗砚舟修\n船。\n天亮了\n\n　走\nopen\nwater\n"
    assert [text[a] for a, _ in line_breaks(text)] == ["\n", "\n", "\n"]
    assert TextView(join_lines=True)(text).replace("\u2060", "") == "罗砚舟修船。\n天亮了\n\n　走open water\n"


def test_a_wrapped_story_has_the_words_of_the_story(write: Callable[..., str]) -> None:
    story = STORIES.read_text("utf-8")
    wrapped = "\n".join(line[i : i + 20] for line in story.split("\n") for i in range(0, max(1, len(line)), 20))
    names = [line.split("\t")[:2] for line in run("discover", str(STORIES)).splitlines()][1:60]
    table = dict(line.split("\t")[:2] for line in run("discover", "--join-lines", write(wrapped)).splitlines())
    assert table["沈渡棠"] == dict(names)["沈渡棠"] == "72"
    assert sum(table.get(word) == count for word, count in names) > 50


@pytest.mark.parametrize("size", [1, 40, 1 << 20])
def test_joined_text_does_not_depend_on_blocks_and_shards(size: int, write: Callable[..., str]) -> None:
    rng = np.random.default_rng(5)
    for round_ in range(10):
        path = write("".join(rng.choice(["水", "涨", "。", "\n", "\n", "a", " "], 120)), f"{round_}")
        reading = Reading(join_lines=True)
        whole = "".join(map(text_of, Corpus([path], reading=reading).blocks()))
        assert "".join(map(text_of, Corpus([path], reading=reading).parts(size))) == whole
        parts = [Corpus([path], reading=reading, shard=(i, 3)).blocks(size) for i in (1, 2, 3)]
        assert "".join(text_of(block) for blocks in parts for block in blocks) == whole


def test_passages_of_joined_lines_have_the_line_they_begin_in(write: Callable[..., str]) -> None:
    corpus = Corpus([write("水涨\n船高。天\n亮了。\n好。\n")], reading=Reading(join_lines=True))
    [found] = passages(corpus.blocks(), "sentence")
    assert [text.replace("\u2060", "") for text in found.texts] == ["水涨船高。", "天亮了。", "好。"]
    assert found.lines == [1, 1, 4]


# Fields


def test_a_column_of_csv_is_read_by_name_and_by_number(write: Callable[..., str]) -> None:
    path = write('no,text,tag\r\n1,"水,\n涨",a\r\n2,"船 ""高""",b\r\n')
    by_name = Corpus([path], reading=Reading(fields=("text",)))
    assert [*by_name.lines()] == ["水, 涨", '船 "高"']
    assert [block.numbers for block in by_name.blocks()] == [(2, 4)]
    assert [*Corpus([path], reading=Reading(fields=(3, "text"))).lines()] == ["a", "水, 涨", "b", '船 "高"']
    assert [*Corpus([path], reading=Reading(fields=(2,))).lines()] == ["text", "水, 涨", '船 "高"']


def test_a_key_of_json_lines_is_read(write: Callable[..., str]) -> None:
    path = write('{"t": "水\\n涨", "n": 3}\n\n{"n": null, "t": "\\ud800船"}\n')
    assert [*Corpus([path], reading=Reading(fields=("t", "n"))).lines()] == ["水 涨", "3", "?船", ""]


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ('{"t": "水"}\n' * 6 + '{"u": 1}\n', "t", "line 7: has no field 't'; its keys: u"),
        ('{"t": "水"}\n{"t": [1]}\n', "t", "line 2: field 't' is no text"),
        ('{"t": "水"}\nt\n', "t", "line 2: is not JSON"),
        ("no,text\n1,水\n", "words", "line 1: has no field 'words'; there are no, text"),
        ("no,text\n1,水\n2\n", 2, "line 3: has 1 fields, and no number 2"),
        ('no,text\n1,"水\n', "text", "line 2: not csv (unexpected end of data); check the quotes"),
    ],
)
def test_a_record_without_the_field_is_named(text: str, field: Any, message: str, write: Callable[..., str]) -> None:
    path = write(text)
    with pytest.raises(CorpusError) as caught:
        [*Corpus([path], reading=Reading(fields=(field,))).blocks()]
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize("packed", ["csv", "jsonl"])
def test_fields_of_all_shards_are_those_of_the_file(packed: str, write: Callable[..., str]) -> None:
    rng = np.random.default_rng(6)
    for round_ in range(10):
        values = ["".join(rng.choice(['水"', "涨", ",", "\n", "a"], 6)) for _ in range(20)]
        lines = ["no,text\n", *('1,"' + value.replace('"', '""') + '"\n' for value in values)]
        if packed == "jsonl":
            lines = [json.dumps({"text": value}, ensure_ascii=False) + "\n" for value in values]
        path = write("".join(lines), f"{round_}.{packed}")
        reading = Reading(fields=("text",))
        shards = int(rng.integers(1, 6))
        parts = [[*Corpus([path], reading=reading, shard=(i, shards)).lines()] for i in range(1, shards + 1)]
        assert [line for part in parts for line in part] == [value.replace("\n", " ") for value in values]


def test_commands_read_fields(write: Callable[..., str]) -> None:
    path = write("no,text\n1,水涨船高\n2,水涨船高\n")
    assert run("segment", "--field", "text", path) == run("segment", write("水涨船高\n" * 2, "plain"))
    assert run("discover", "--min-count", "1", "--field", "2", path) != ""


def test_the_source_text_has_the_characters_that_are_read(write: Callable[..., str]) -> None:
    path = write("ＡＢ電腦 http://a.cn\n水\n涨\n")
    reading = Reading(fold=FOLDS, web="drop", join_lines=True)
    for block in Corpus([path], reading=reading).blocks():
        assert len(source_text(block)) == len(text_of(block))


# Stop words, places


def test_stop_words_are_left_out_of_what_is_cut(write: Callable[..., str]) -> None:
    text, stop = write("江上的船，在水上。\n的\n船\n"), write("的\n，\n", "stop")  # boats on the river, on water
    lexicon = write("江上 1\n水上 1\n", "lexicon")
    cut = run("segment", "--lexicon", lexicon, "--stop", stop, text)
    assert cut == "江上 船 在 水上 。\n\n船\n"
    assert run("segment", "--lexicon", lexicon, "--stop", "default", text) == "江上 船 水上\n\n船\n"


def test_stop_words_are_left_out_of_tables_and_vectors(write: Callable[..., str]) -> None:
    words = [line.split("\t")[0] for line in run("discover", "--stop", "default", str(STORIES)).splitlines()]
    assert "沈渡棠" in words and not {"的", "了", "在"} & set(words)
    cutter = StopCutter(BlankCutter(), frozenset(["的"]))
    tokens = encode("江 的 船 的\n的\n", cutter)
    assert [tokens.words[i] for i in tokens.ids.tolist()] == ["江", "", "船", "", "", "", ""]
    assert cutter("江 的 船") == ["江", "船"]


def test_spans_are_the_places_of_the_words(write: Callable[..., str]) -> None:
    path = write("长江大桥上\r\n\n 有\u200b船。\n")  # there are boats by the Changjiang bridge
    text = Path(path).read_bytes().decode()
    rows = [line.split("\t") for line in run("segment", "--spans", path).splitlines()]
    assert rows[0] == ["line", "start", "end", "file_start", "file_end", "word"]
    for line, start, end, first, last, word in rows[1:]:
        assert text[int(first) : int(last)] == text.split("\n")[int(line) - 1][int(start) : int(end)] == word
    assert "".join(row[5] for row in rows[1:]) == re.sub("[ \r\n]", "", text)


def test_search_also_gives_the_words_inside_words(write: Callable[..., str]) -> None:
    lexicon = write("长江大桥 9\n长江 3\n大桥 3\n江豚 3\n", "lexicon")
    cut = run("segment", "--search", "--lexicon", lexicon, write("长江大桥的江豚\n\n"))
    assert cut == "长江 大桥 长江大桥 的 江豚\n\n"


# Sentences


def test_all_commands_agree_on_sentences_and_words(write: Callable[..., str]) -> None:
    line = "天黑了；船开了。“走吧！”カメラ好…\n"  # it got dark; the boat left. "Let us go!" The camera is good ...
    [found] = passages(Corpus([write(line)]).blocks(), "sentence")
    spaced = " ".join(line)
    cut = ["".join(sentence) for sentence in sentences_of(encode(spaced, BlankCutter()), "sentence")]
    assert found.texts == cut == ["天黑了；船开了。", "“走吧！”", "カメラ好…"]


def test_options_that_are_wrong_are_one_line(write: Callable[..., str]) -> None:
    path = write("水\n")
    result = CliRunner().invoke(main, ["segment", "--fold", "size", path])
    assert result.exit_code != 0
    assert io.StringIO(result.output).read().count("\n") == 1
