"""`nlpzero discover` as its users meet it."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

DATA = Path(__file__).parent.parent / "data"
STORIES = DATA / "stories.txt"
COLUMNS = ["word", "count", "score", "cohesion", "left_entropy", "right_entropy", "known"]


@pytest.fixture
def discover() -> Callable[..., Result]:
    """Give a function that runs the command in this process."""

    def run(*arguments: str | Path, text: str | bytes | None = None, workers: int = 1) -> Result:
        return CliRunner().invoke(main, ["discover", "-j", str(workers), *map(str, arguments)], input=text)

    return run


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


def command(*arguments: str | Path) -> Sequence[str]:
    return [sys.executable, "-m", "nlpzero", "discover", *map(str, arguments)]


def test_the_words_of_the_stories_are_found_most_frequent_first(discover: Callable[..., Result]) -> None:
    found = rows(discover(STORIES))
    assert [*found[0]] == COLUMNS
    counts = [int(row["count"]) for row in found]
    assert counts == sorted(counts, reverse=True)
    words = {row["word"]: row for row in found}
    # 的 (of), 码头 (quay), and invented: a shipyard, a person, a tide festival
    assert {"的", "码头", "青桅坊", "沈渡棠", "回澜节"} <= words.keys()
    assert (words["码头"]["known"], words["青桅坊"]["known"]) == ("1", "0")
    assert words["的"]["cohesion"] == ""
    assert float(words["青桅坊"]["cohesion"]) > 5


def test_most_invented_terms_are_among_the_new_words(discover: Callable[..., Result]) -> None:
    listed = (DATA / "README.md").read_text(encoding="utf-8")
    new = {row["word"] for row in rows(discover("--new", "--min-length", "2", STORIES))}
    terms = [line.split("|")[1].strip() for line in listed.splitlines() if line.startswith("| ")]
    terms = [term for term in terms if term and ord(term[0]) > 0x3000]
    assert len(terms) >= 40
    assert len(new.intersection(terms)) >= 0.85 * len(terms)


def test_the_table_is_the_same_for_stdin_packed_files_and_any_number_of_workers(
    discover: Callable[..., Result], tmp_path: Path
) -> None:
    import gzip

    packed = tmp_path / "stories"
    packed.write_bytes(gzip.compress(STORIES.read_bytes()))
    expected = discover(STORIES).stdout
    assert discover(packed).stdout == expected
    assert discover(text=STORIES.read_bytes()).stdout == expected
    assert discover("--memory", "4M", STORIES, workers=2).stdout == expected


def test_counts_that_spill_give_the_same_table(discover: Callable[..., Result], tmp_path: Path) -> None:
    text = "".join(STORIES.read_text(encoding="utf-8").splitlines(keepends=True)[:90]).encode()
    for method in ("entropy", "cohesion", "pmi"):
        plain = discover("--method", method, "--min-count", "3", text=text)
        spilt = discover("--method", method, "--min-count", "3", "--memory", "64K", "--tmp-dir", tmp_path, text=text)
        assert spilt.stdout == plain.stdout
        assert rows(plain)
    assert list(tmp_path.iterdir()) == []


def test_rows_can_be_chosen_by_length_number_and_novelty(discover: Callable[..., Result], tmp_path: Path) -> None:
    every = rows(discover(STORIES))
    long = [row["word"] for row in every if len(row["word"]) >= 3]
    assert [row["word"] for row in rows(discover("--min-length", "3", "--top", "5", STORIES))] == long[:5]
    known = tmp_path / "known.txt"
    known.write_text("\n".join(long[1:]), encoding="utf-8")
    known_only = "--new", "--method", "entropy", "--known-only", known
    assert [row["word"] for row in rows(discover("--min-length", "3", *known_only, STORIES))] == long[:1]


def test_rows_can_be_sorted_by_score_with_ties_by_word(discover: Callable[..., Result]) -> None:
    found = rows(discover("--sort", "score", STORIES))
    keys = [(-float(row["score"]), row["word"]) for row in found]
    assert [score for score, _ in keys] == sorted(score for score, _ in keys)


def test_csv_and_jsonl_hold_what_tsv_does(discover: Callable[..., Result]) -> None:
    expected = rows(discover("--top", "50", STORIES))
    comma = list(csv.DictReader(discover("--top", "50", "--format", "csv", STORIES).stdout.splitlines()))
    assert comma == expected
    lines = discover("--top", "50", "--format", "jsonl", STORIES).stdout.splitlines()
    objects = [json.loads(line) for line in lines]
    assert [(row["word"], row["count"]) for row in objects] == [(row["word"], int(row["count"])) for row in expected]
    assert [*objects[0]] == COLUMNS
    bare = discover("--top", "50", "--no-header", STORIES).stdout.splitlines()
    assert bare == discover("--top", "50", STORIES).stdout.splitlines()[1:]


def test_jieba_loads_the_user_dictionary(discover: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "new.dict"
    succeeded(discover("--new", "--min-length", "2", "--format", "userdict", "-o", target, STORIES))
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    sentence = "罗砚舟在守桩人家里"  # "Luo Yanzhou is at the stake keeper's home": both are invented
    assert "罗砚舟" not in tokenizer.lcut(sentence, HMM=False)
    with open(target, "rb") as file:
        tokenizer.load_userdict(file)
    assert tokenizer.lcut(sentence, HMM=False)[0] == "罗砚舟"
    assert "守桩人" in tokenizer.lcut(sentence, HMM=False)


@pytest.mark.parametrize("method", ["entropy", "cohesion", "pmi"])
def test_the_corpus_can_be_written_cut_into_words(method: str, discover: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "cut.txt"
    found = rows(discover("--method", method, "--min-count", "4", "--segmented", target, text=STORIES.read_bytes()))
    cut = target.read_text(encoding="utf-8")
    assert cut.replace(" ", "") == STORIES.read_text(encoding="utf-8").replace(" ", "")
    tokens = cut.split()
    word = "沈渡棠"  # an invented name
    if method == "entropy":
        assert tokens.count(word) == int({row["word"]: row["count"] for row in found}[word])
    assert len({*tokens}.intersection(row["word"] for row in found)) > 0.9 * len(found)


def test_a_word_is_explained_with_figures_thresholds_and_places(discover: Callable[..., Result]) -> None:
    shown = discover("--explain", "青桅坊", STORIES).stdout  # an invented shipyard
    assert shown.startswith("青桅坊: a word, cut out 12 times, score")
    assert "occurs 12 times" in shown
    assert "青 (24) + 桅坊 (12)" in shown
    assert shown.count("passes") == 4
    assert shown.count("【青桅坊】") == 5
    assert f"({STORIES}, line " in shown


@pytest.mark.parametrize("method", ["entropy", "cohesion", "pmi"])
def test_it_is_explained_why_a_string_is_no_word(method: str, discover: Callable[..., Result]) -> None:
    shown = succeeded(discover("--method", method, "--explain", "在青桅", STORIES)).stdout  # "in" and part of a name
    assert shown.startswith(f"在青桅: not a word (method {method})\noccurs 2 times in ")
    assert "\nfails " in shown
    absent = discover("--method", method, "--explain", "不在此书", STORIES)  # "not in this book"
    assert absent.exit_code == 1
    assert absent.stderr.endswith("'不在此书' does not occur in the corpus\n")


def test_what_cannot_be_a_word_is_not_explained(discover: Callable[..., Result]) -> None:
    result = discover("--explain", "，", STORIES)
    assert (result.exit_code, "cannot be a word" in result.stderr) == (1, True)


def test_runs_of_digits_and_letters_are_units_and_what_is_left_out_is_counted(discover: Callable[..., Result]) -> None:
    text = "用GX7机，买GX7机；修GX7机\n"  # "use the GX7, buy the GX7, repair the GX7"
    result = discover("--min-count", "3", text=text)
    assert [row["word"] for row in rows(result)] == ["GX7机"]
    assert "2 other characters (punctuation, symbols) left out" in result.stderr
    assert discover("-q", "--min-count", "3", text=text).stderr == ""


@pytest.mark.parametrize("text", ["", "\n", "，。\n"])
def test_a_text_without_words_says_so(text: str, discover: Callable[..., Result]) -> None:
    result = discover(text=text)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "there are no words in it" in result.stderr


def test_a_single_line_says_what_to_try_and_trying_it_works(discover: Callable[..., Result]) -> None:
    line = "雨停了\n"  # "the rain has stopped"
    refused = discover(text=line)
    assert (refused.exit_code, "try --min-count 1" in refused.stderr) == (1, True)
    assert {row["word"] for row in rows(discover("--min-count", "1", text=line))} == {"雨", "停", "了"}


@pytest.mark.parametrize(
    "arguments",
    [["--order", "9"], ["--min-pmi", "x"], ["--min-proba", "0"], ["--method", "magic"], ["--top", "-1"], ["-j", "0"]],
)
def test_wrong_options_are_wrong_usage(arguments: list[str], discover: Callable[..., Result]) -> None:
    assert discover(*arguments, STORIES).exit_code == 2


def test_bad_input_is_one_line_that_names_file_line_and_remedy(discover: Callable[..., Result], tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes("第一行\n".encode() + "第二行".encode("gb18030"))  # "first line", "second line"
    result = discover(bad)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert f"{bad}: line 2" in result.stderr
    assert "--encoding gb18030" in result.stderr
    replaced = discover("--errors", "replace", "--min-count", "1", bad)
    succeeded(replaced)
    assert "replaced" in replaced.stderr
    assert discover(tmp_path / "none.txt").exit_code == 1
    assert discover(tmp_path).exit_code == 1


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    discover: Callable[..., Result], tmp_path: Path
) -> None:
    result = discover("-o", tmp_path / "no" / "such" / "folder.tsv", STORIES)
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)


def test_a_full_disk_under_the_spill_files_is_one_line_and_leaves_nothing(
    discover: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from nlpzero.core.workspace import Workspace

    def refuse(self: Workspace, array: object) -> object:
        Path(self.directory, "half").write_bytes(b"written")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Workspace, "store", refuse)
    result = discover("--tmp-dir", tmp_path, "-o", tmp_path / "words.tsv", STORIES)
    assert result.exit_code == 1
    assert (
        result.stderr == "nlpzero: error: no space left; make room, or keep temporary files elsewhere with --tmp-dir\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_head_ends_it_quietly() -> None:
    first = subprocess.run(
        f"{shlex.join(command('-q', STORIES))} | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        encoding="utf-8",
    )
    assert first.stdout == "\t".join(COLUMNS) + "\n"
    assert (first.returncode, first.stderr) == (0, "")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_half_way_leaves_no_files_and_no_processes(number: int, status: int, tmp_path: Path) -> None:
    text = tmp_path / "large.txt"
    text.write_bytes(STORIES.read_bytes() * 150)
    spills = tmp_path / "spills"
    spills.mkdir()
    output = tmp_path / "words.tsv"
    process = subprocess.Popen(
        command("-j", "2", "--memory", "32M", "--tmp-dir", spills, "-o", output, text),
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not any(spills.glob("*/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None
    os.kill(process.pid, number)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == status
    assert b"Traceback" not in stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.txt", "spills"]
    assert list(spills.iterdir()) == []
    with pytest.raises(ProcessLookupError):  # the helper process of multiprocessing ends a moment after its parent
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.01)
