"""jieba's dictionary in the user's cache: made once, taken only if it is whole and of the dictionary that is there."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlpzero.core.cache import cache_folder
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.lexicon.trie import Trie
from nlpzero.segment import prepared
from nlpzero.segment.dictionary import DictionaryCutter
from nlpzero.segment.lexical import JiebaCutter, LexiconCutter
from nlpzero.segment.prepared import prepared_cutter
from nlpzero.text.characters import code_points

TABLE = """江 60 n
江豚 9 n
江豚 7 n
长江大桥 5 ns
大桥 8 n
一个 30 m
两个 9 m
三个 8 m
十个 5 m
百个 4 m
个 40 q
有 50 v
稀 1 a
稀见 1 a
"""
TEXT = "江豚有三个，长江大桥上有二十个人。\n稀见的江鸥iPhone 3.5\n"
"""Finless porpoises, bridges, people; rarely seen gulls."""


@pytest.fixture
def dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small dictionary in jieba's place, and a cache of its own."""
    path = tmp_path / "dict.txt"
    path.write_text(TABLE, "utf-8")
    monkeypatch.setattr(prepared, "dictionary_path", lambda: str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return path


def again() -> DictionaryCutter:
    return prepared_cutter(DictionaryCutter, again, 4)


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "nlpzero").iterdir())


@pytest.mark.parametrize("kind", [LexiconCutter, JiebaCutter, DictionaryCutter])
def test_what_is_kept_cuts_as_what_is_made(dictionary: Path, tmp_path: Path, kind: type[LexiconCutter]) -> None:
    made = prepared_cutter(kind, again, 4)
    (file,) = kept(tmp_path)
    written = file.stat().st_mtime_ns
    taken = prepared_cutter(kind, again, 4)
    assert file.stat().st_mtime_ns == written
    assert made("江豚有三个")[0] == "江豚"
    codes = code_points(TEXT)
    assert made.boundaries(codes).tolist() == taken.boundaries(codes).tolist()
    assert taken.digest == made.digest
    assert taken.lexicon.words == made.lexicon.words
    assert " ".join(made.lexicon.words) == "江 江豚 长江大桥 大桥 一个 两个 三个 十个 百个 个 有"
    assert taken.lexicon.counts.tolist()[:2] == [60, 7]
    assert taken.lexicon.total == made.lexicon.total == 237
    assert [part.tolist() for part in taken.lexicon.spelling] == [part.tolist() for part in made.lexicon.spelling]
    own = Lexicon(["江鸥"], [1])
    assert taken.with_words(own).boundaries(codes).tolist() == made.with_words(own).boundaries(codes).tolist()


def test_it_is_made_anew_from_another_dictionary(dictionary: Path, tmp_path: Path) -> None:
    assert "大桥" in again()("长江大桥大桥")
    dictionary.write_text(TABLE.replace("大桥 8 n\n", ""), "utf-8")
    assert "大桥" not in again().lexicon.words
    assert len(kept(tmp_path)) == 2
    dictionary.write_text(TABLE, "utf-8")
    assert "大桥" in again().lexicon.words


def test_it_is_made_anew_by_another_version(dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again()
    (file,) = kept(tmp_path)
    before = file.read_bytes()
    monkeypatch.setattr(prepared, "RULES", "other")
    again()
    assert kept(tmp_path) == [file]
    assert file.read_bytes() != before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_damaged_file_is_made_anew(dictionary: Path, tmp_path: Path, share: float) -> None:
    expected = again()(TEXT)
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    for damaged in (
        whole[: int(share * len(whole))],
        (at := int(share * len(whole)), whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])[1],
    ):
        file.write_bytes(damaged)
        assert again()(TEXT) == expected
        assert file.read_bytes() in (whole, damaged)  # a bit of padding is no damage
    assert [path.name for path in kept(tmp_path)] == [file.name]


def test_where_nothing_can_be_written_nothing_is_kept(
    dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert again()("江豚有") == ["江豚", "有"]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "also/relative")
    assert cache_folder() is None
    assert again()("江豚有") == ["江豚", "有"]
    assert not Path("relative").exists()


def test_several_processes_make_it_at_a_time(dictionary: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from nlpzero.segment import prepared; from nlpzero.segment.dictionary import *;"
        f"prepared.dictionary_path = lambda: {str(dictionary)!r};"
        "print(*prepared.prepared_cutter(DictionaryCutter, dictionary_cutter, 4)('江豚有三个'))"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) for _ in range(3)
    ]
    assert {process.communicate()[0].decode().split()[0] for process in running} == {"江豚"}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(kept(tmp_path)) == 1


def test_a_cutter_is_made_again_in_another_process(dictionary: Path) -> None:
    cutter = again()
    assert len(pickle.dumps(cutter)) < 1000
    assert pickle.loads(pickle.dumps(cutter)) == cutter


def test_a_trie_can_be_taken_apart() -> None:
    words = ["江", "江豚", "长江大桥", "大"]
    whole = Trie(words)
    trie = Trie.of_arrays(*whole.arrays, whole.first)
    codes = code_points("长江大桥江豚")
    for found, expected in zip(trie.matches(codes), Trie(words).matches(codes), strict=True):
        assert [part.tolist() for part in found] == [part.tolist() for part in expected]
    assert [chr(code) for code in trie.single[0].tolist()] == ["大", "江"]
    assert trie.single[1].tolist() == [3, 0]
    assert [chr(code) for code in trie.first.tolist()] == ["江", "长"]


def test_words_with_line_feeds_are_spelled_as_they_are() -> None:
    lexicon = Lexicon(["江\n豚", "桥"], [2, 1])
    assert lexicon.spelling.lengths.tolist() == [3, 1]
    assert np.array_equal(lexicon.spelling.codes, code_points("江\n豚桥"))
