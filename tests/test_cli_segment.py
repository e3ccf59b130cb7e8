"""The command `nlpzero segment`."""

import gzip
import shlex
import shutil
from pathlib import Path

import pytest
from cases import random_text, succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import Cutter
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.segment.lexical import HmmCutter, LexiconCutter, jieba_cutter

DATA = Path(__file__).parent.parent / "data"


def run(*arguments: object, text: bytes | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["segment", *map(str, arguments)], input=text)


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file of text and give its path."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_files_are_cut_into_words_line_by_line(tmp_path: Path) -> None:
    first = written(tmp_path, "first", "老徐在摇渡船。\r\n\r\n")  # "Old Xu rows the ferry."
    second = tmp_path / "second.gz"
    second.write_bytes(gzip.compress("　竹桥\n水涨了".encode()))  # "bamboo bridge / the water is rising"
    done = run(first, second)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes.decode() == "老 徐 在 摇 渡船 。\r\n\r\n　 竹桥\n水 涨 了"


def test_standard_input_is_cut_in_its_encoding() -> None:
    done = run("--encoding", "gb18030", "--delimiter", "/", text="水涨了\n".encode("gb18030"))
    assert (done.exit_code, done.stdout) == (0, "水/涨/了\n")
    assert run(text=b"").stdout == ""


def test_a_lexicon_of_words_is_used(tmp_path: Path) -> None:
    text = written(tmp_path, "text", "老徐在竹桥下摇渡船\n")
    words = written(tmp_path, "words.tsv", "word\tcount\n老徐\t3\n竹桥\t2\n渡船\t2\n")
    done = run("--lexicon", words, text)
    assert (done.exit_code, done.stdout) == (0, "老徐 在 竹桥 下 摇 渡船\n")


def test_words_of_users_are_added_or_forced(tmp_path: Path) -> None:
    text = written(tmp_path, "text", "他说的是一带一路的算力\n")  # "he speaks of the road's computing power"
    one, two = written(tmp_path, "one", "一带一路\n算力 3 n\n"), written(tmp_path, "two.tsv", "word\tcount\n的是\t3\n")
    assert run(text).stdout == "他 说 的 是 一带 一 路 的 算 力\n"
    assert run("--userdict", one, text).stdout == "他 说 的 是 一带一路 的 算力\n"
    assert run("--userdict", one, "--userdict", two, "--force", text).stdout == "他 说 的是 一带一路 的 算力\n"
    assert run("--userdict", two, "--force", "--hmm", text).stdout == "他 说 的是 一带 一路 的 算力\n"
    assert run("--userdict", one, "--jieba", text).stdout == "他 说 的 是 一带一路 的 算力\n"
    for options, fault in (
        (["--force"], "--force keeps the words of --userdict whole; name a file of words"),
        (["--hmm", "--userdict", one], "no dictionary that --userdict could be added to; add --force"),
        (["--learn", "--userdict", one], "--userdict and --learn exclude each other"),
    ):
        done = run(*options, text)
        assert done.exit_code == 2
        assert fault in done.stderr


def test_new_words_of_the_text_are_found_and_added() -> None:
    stories = DATA / "stories.txt"
    plain, learned = run(stories), run("-q", "--learn-new", stories)
    assert learned.exit_code == 0, learned.stderr
    assert learned.stdout.replace(" ", "") == plain.stdout.replace(" ", "")
    before, after = plain.stdout.split(), learned.stdout.split()
    for word in ("折潮", "陀尺", "橹簧"):  # made-up terms of the river: the turning tide, a rule, a spring of the scull
        assert (before.count(word), after.count(word) > 2) == (0, True)
    assert "殷朔笑" in before and "殷朔笑" not in after  # a name, "smiled"
    for other in (["--jieba"], ["--lexicon", "jieba"], ["--learn"]):
        done = run("--learn-new", *other, stories)
        assert (done.exit_code, "exclude each other" in done.stderr) == (2, True)


def test_new_words_are_added_beside_those_of_users(tmp_path: Path) -> None:
    own = written(tmp_path, "own", "绘图室\n")  # "drawing office"
    cut = run("-q", "--learn-new", "--userdict", own, DATA / "stories.txt").stdout.split()
    assert {"橹簧", "绘图室"} <= set(cut) and "绘图室" not in run(DATA / "stories.txt").stdout.split()


def test_the_hidden_markov_model_of_jieba_is_used() -> None:
    assert run("--hmm", text="孟小帆来了\n".encode()).stdout == "孟小帆 来 了\n"  # "Meng Xiaofan is here"


def test_jiebas_own_cut_is_asked_for() -> None:
    text = "重3.5斤，一个人\n"  # "weighs 3.5 jin, one person"
    assert run("--jieba", text=text.encode()).stdout == "重 3 . 5 斤 ， 一个 人\n"
    assert run(text=text.encode()).stdout == "重 3.5 斤 ， 一 个 人\n"


@pytest.mark.parametrize("how", ["dictionary", "jieba", "lexicon", "hmm"])
def test_the_number_of_workers_does_not_matter(tmp_path: Path, how: str) -> None:
    size = 8_000 if how == "hmm" else 600_000  # and as many again: blocks of several workers
    text = random_text(5, size, "山水老徐竹桥渡船上下，。的了在\n") + ("\n" * (3 << 20) if how == "hmm" else "")
    path = written(tmp_path, "text", text)
    words = written(tmp_path, "words", "竹桥 3\n渡船 2\n山水的 1\n")
    segmenters: dict[str, Cutter] = {
        "dictionary": dictionary_cutter(),
        "jieba": jieba_cutter(),
        "hmm": HmmCutter(),
        "lexicon": LexiconCutter(Lexicon.from_file(words)),
    }
    options: dict[str, list[object]] = {
        "dictionary": [],
        "jieba": ["--jieba"],
        "hmm": ["--hmm"],
        "lexicon": ["--lexicon", words],
    }
    expected = segmenters[how].segment(text)
    for workers in (1, 2):
        done = run("-j", workers, *options[how], path)
        succeeded(done)
        assert done.stdout == expected


def test_shards_cut_one_after_the_other_are_the_whole(tmp_path: Path) -> None:
    first = written(tmp_path, "first", "水涨了\n" * 50)  # the water is rising
    second = tmp_path / "second.gz"
    second.write_bytes(gzip.compress("老徐在摇渡船\n竹桥".encode() * 20))
    shards = [run("--shard", f"{i}/7", first, second).stdout for i in range(1, 8)]
    assert "".join(shards) == run(first, second).stdout
    assert all(shards)
    assert run("--shard", "2/2", text="水涨了\n船\n".encode()).stdout == "船\n"


def test_words_of_the_text_itself_are_learned(tmp_path: Path) -> None:
    # "Zhuqiao has ferries", "the ferry goes to Zhuqiao", ... again and again
    text = written(tmp_path, "text", "竹桥有渡船\n渡船去竹桥\n竹桥在下，渡船在上\n我说竹桥\n你看渡船\n" * 6)
    done = run("--learn", "--min-count", 2, "--delimiter", "/", text)
    succeeded(done)
    assert done.stdout.replace("/", "") == text.read_text("utf-8")
    assert done.stdout.splitlines()[0] == "竹桥/有/渡船"
    for method in "cohesion", "pmi":
        other = run("--learn", "--method", method, "--min-count", 2, text)
        assert (other.exit_code, other.stdout.replace(" ", "")) == (0, text.read_text("utf-8"))


def test_the_output_file_is_complete_or_not_there(tmp_path: Path) -> None:
    output = tmp_path / "cut"
    bad = tmp_path / "bad"
    bad.write_bytes("水涨了\n".encode() + b"\xff\n")
    failed = run("-o", output, bad)
    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"nlpzero: error: {bad}: line 2, byte 1")
    assert [path.name for path in tmp_path.iterdir()] == ["bad"]
    done = run("-o", output, "--errors", "replace", bad)
    assert (done.exit_code, done.stdout) == (0, "")
    assert output.read_text("utf-8") == "水 涨 了\n\ufffd\n"
    assert f"{bad}:2, column 1" in done.stderr


def test_a_bad_lexicon_is_an_error_even_without_text(tmp_path: Path) -> None:
    words = written(tmp_path, "words", "竹桥 3\n渡船 0\n")
    done = run("--lexicon", words, text=b"")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"nlpzero: error: {words}: line 2: '0' is not a count, which is a whole number from 1; "
        "a word list has lines 'word count', or the columns word and count of a table\n"
    )
    assert run("--lexicon", tmp_path / "missing", text=b"").exit_code == 1


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--hmm", "--learn"], "--hmm and --learn exclude each other"),
        (["--hmm", "--lexicon", "words"], "--lexicon and --hmm exclude each other"),
        (["--min-count", "3"], "--min-count needs --learn"),
        (["--hmm", "--method", "pmi"], "--method needs --learn"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(options: list[str], fault: str) -> None:
    done = run(*options, text=b"")
    assert done.exit_code == 2
    assert done.stderr == f"nlpzero: error: {fault}; see main segment -h\n"


def test_the_examples_of_the_help_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(DATA / "stories.txt", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    lines = run("--help").stdout.splitlines()
    examples = [line.split() for line in lines[lines.index("  Examples:") + 1 :]]
    assert len(examples) >= 5
    for example in examples:
        assert example[0] == "nlpzero"
        done = CliRunner().invoke(main, shlex.split(shlex.join(example[1:])))
        assert done.exit_code == 0, example
    text = Path("data/stories.txt").read_text("utf-8")
    assert Path("stories.cut").read_text("utf-8").replace(" ", "") == text.replace(" ", "")


def test_word_lists_are_folded_as_the_text_is(tmp_path: Path) -> None:
    """A list in traditional characters holds for a traditional text that is read as simplified."""
    text, words = written(tmp_path, "text.txt", "這裡的橹簧廠很大\n"), written(tmp_path, "words.txt", "橹簧廠\n")
    assert "橹簧廠" not in run("--fold", "variants", text).stdout.split()
    assert "橹簧廠" in run("--fold", "variants", "--userdict", words, text).stdout.split()
