"""Lexicons: reading them, and finding their words in a text."""

import bz2
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cases import random_text

from nlpzero.errors import CorpusError, LexiconError
from nlpzero.lexicon.formats import read_words
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.lexicon.trie import Trie
from nlpzero.text.characters import code_points


def occurrences(words: Sequence[str], text: str) -> list[tuple[int, str]]:
    """Give where each word starts, as the trie finds it."""
    found = []
    for length, (positions, ids) in enumerate(Trie(words).matches(code_points(text)), 1):
        assert positions.tolist() == sorted(positions.tolist())
        assert {len(words[i]) for i in ids.tolist()} <= {length}
        found += [(p, words[i]) for p, i in zip(positions.tolist(), ids.tolist(), strict=True)]
    return sorted(found)


def from_text(folder: Path, text: str, name: str = "words.txt") -> Lexicon:
    """Read a lexicon from a file with this text."""
    path = folder / name
    path.write_bytes(text.encode())
    return Lexicon.from_file(path)


def as_dict(lexicon: Lexicon) -> dict[str, int]:
    return dict(zip(lexicon.words, lexicon.counts.tolist(), strict=True))


def test_all_words_are_found_also_inside_and_across_others() -> None:
    text = "雨水滴下来"  # "rain water drips down"
    assert occurrences(["雨", "雨水", "水滴", "滴下来", "雨滴", "来了"], text) == [
        (0, "雨"),
        (0, "雨水"),
        (1, "水滴"),
        (2, "滴下来"),
    ]


def test_a_word_at_the_end_of_the_text_is_found_and_none_beyond() -> None:
    assert occurrences(["下雨", "雨天"], "天下雨") == [(1, "下雨")]  # "rain under heaven"


def test_any_characters_can_make_words() -> None:
    words = ["\0", "\0\0", "\U00020000\U0010ffff", "a b", "　"]
    text = "\0\0\U00020000\U0010ffffa b　"
    assert occurrences(words, text) == [
        (0, "\0"),
        (0, "\0\0"),
        (1, "\0"),
        (2, "\U00020000\U0010ffff"),
        (4, "a b"),
        (7, "　"),
    ]


def test_no_words_and_no_text_match_nothing() -> None:
    assert occurrences([], "雨") == []
    assert occurrences(["雨"], "") == []


@pytest.mark.parametrize("seed", range(8))
def test_matches_are_those_of_looking_everywhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    text = random_text(seed, 1500)
    starts = rng.integers(0, len(text), 600)
    words = sorted({text[i : i + length] for i, length in zip(starts, rng.integers(1, 12, 600), strict=True)})
    words += ["不在", "山不在"]  # "absent", "the mountain is absent"
    expected = [(i, word) for word in words for i in range(len(text)) if text.startswith(word, i)]
    assert occurrences(words, text) == sorted(expected)


def test_a_table_of_discover_is_read_in_all_its_formats(tmp_path: Path) -> None:
    tables = {
        "words.tsv": "word\tcount\tscore\n竹桥\t12\t3.5\n渡船\t7\t2.0\n",  # bamboo bridge, ferry
        "words.csv": "word,count,score\n竹桥,12,3.5\n渡船,7,2.0\n",
        "words.jsonl": '{"word": "竹桥", "count": 12}\n{"word": "渡船", "count": 7}\n',
        "bare.tsv": "竹桥\t12\t3.5\n渡船\t7\t2.0\n",
        "other.csv": 'count,note,word\n12,"a, b",竹桥\n7,,渡船\n',
    }
    for name, table in tables.items():
        lexicon = from_text(tmp_path, table, name)
        assert (lexicon.words, lexicon.counts.tolist(), lexicon.total) == (["竹桥", "渡船"], [12, 7], 19), name


def test_a_jieba_dictionary_is_read_and_what_is_missing_counts_1(tmp_path: Path) -> None:
    assert as_dict(from_text(tmp_path, "竹桥 12 ns\n渡船 n\n摇橹\n")) == {"竹桥": 12, "渡船": 1, "摇橹": 1}


@pytest.mark.parametrize(
    "text",
    [
        "遮阳帽,9\n渡船,7\n",  # "sun hat, ferry", as discover writes them with --no-header --format csv
        '"遮阳帽",9,3.5\n渡船,7,2.0\n',
        "遮阳帽\t9\t3.5\n渡船\t7\n",
        "遮阳帽 9 n\n渡船,7\n",
        "词语,词频\n遮阳帽,9\n渡船,7\n",
        "编号\t词\t次数\n1\t遮阳帽\t9\n2\t 渡船\t7\n",
        "Frequency,Word\n9,遮阳帽\n7,渡船\n",
        '{"词语": "遮阳帽", "词频": 9}\n{"词语": "渡船", "词频": 7}\n',
    ],
)
def test_a_list_is_read_however_it_is_written(tmp_path: Path, text: str) -> None:
    assert as_dict(from_text(tmp_path, text)) == {"遮阳帽": 9, "渡船": 7}


def test_words_may_hold_blanks_and_commas(tmp_path: Path) -> None:
    # "an Open House event"
    expected = {"Open House活动": 3, "12,000": 5}
    assert as_dict(from_text(tmp_path, "Open House活动\t3\n12,000 5\n")) == expected
    assert as_dict(from_text(tmp_path, 'Open House活动,3\n"12,000",5\n')) == expected


def test_stop_words_may_be_punctuation_and_have_counts_or_none(tmp_path: Path) -> None:
    path = tmp_path / "stop.txt"
    path.write_text('的 1\n了\n,\n"\n，\n一般,20\n', "utf-8")
    assert read_words(path) == {"的", "了", ",", '"', "，", "一般"}
    path.write_bytes(b"")
    assert read_words(path) == frozenset()
    path.write_bytes("的\n".encode("gb18030"))
    assert read_words(path, "gb18030") == {"的"}


def test_byte_order_mark_line_ends_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    assert as_dict(from_text(tmp_path, "\ufeff竹桥 12\r\n\r\n 渡船\t7 \r\n")) == {"竹桥": 12, "渡船": 7}
    assert as_dict(from_text(tmp_path, "\ufeffword\tcount\r\n竹桥\t12\r\n\n")) == {"竹桥": 12}


def test_packed_files_and_other_encodings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_bytes(bz2.compress("竹桥 12\n".encode("gb18030")))
    assert as_dict(Lexicon.from_file(path, encoding="gb18030")) == {"竹桥": 12}


def test_counts_of_a_word_that_is_there_twice_are_added(tmp_path: Path) -> None:
    assert as_dict(from_text(tmp_path, "竹桥 12\n渡船 7\n竹桥 1\n")) == {"竹桥": 13, "渡船": 7}
    assert as_dict(Lexicon.from_counts([("竹桥", 1), ("竹桥", 2)])) == {"竹桥": 3}
    assert as_dict(Lexicon.from_counts({"竹桥": 1, "渡船": 2})) == {"竹桥": 1, "渡船": 2}


HALF = "'\\ud800' is no word: it holds a line feed or half of a character"
FORMS = "a word list has lines 'word count', or the columns word and count of a table"


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("竹桥 12\n\n渡船 n\n渡船 0\n", 4, "'0' is not a count, which is a whole number from 1"),
        ("竹桥 -3\n", 1, "'-3' is not a count, which is a whole number from 1"),
        ("竹桥 1.5\n", 1, "'1.5' is not a count, which is a whole number from 1"),
        ("New York\n", 1, "'York' is not a count, which is a whole number from 1"),
        ("word\tcount\n竹桥\n", 2, "'竹桥' is not an entry"),
        ("word\tcount\n\t3\n", 2, "there is no word"),
        ("word,count\n竹桥,\n", 2, "'' is not a count, which is a whole number from 1"),
        ('{"word": "竹桥"}\n', 1, '\'{"word": "竹桥"}\' is not an entry'),
        ('{"word": "竹桥", "count": 1}\n{"word"\n', 2, "'{\"word\"' is not an entry"),
        ('{"word": "竹桥", "count": true}\n', 1, "'True' is not a count, which is a whole number from 1"),
        ("遮阳帽,九\n", 1, "'九' is not a count, which is a whole number from 1"),
        ("遮阳帽 " + "9" * 5000, 1, "'" + "9" * 40 + "...' is not a count, which is a whole number from 1"),
        ('遮阳帽,"9\n', 1, "'遮阳帽,\"9' is not an entry"),
        ('{"word": "\\ud800", "count": 1}\n', 1, HALF),
        ('{"word": ' + "[" * 9999, 1, '\'{"word": ' + "[" * 31 + "' is not an entry"),
        ('{"word": 5, "count": 1}\n', 1, '\'{"word": 5, "count": 1}\' is not an entry'),
    ],
)
def test_a_bad_line_is_named_with_its_fault(tmp_path: Path, text: str, line: int, fault: str) -> None:
    with pytest.raises(LexiconError) as caught:
        from_text(tmp_path, text)
    path = str(tmp_path / "words.txt")
    assert str(caught.value) == f"{path}: line {line}: {fault}; {FORMS}"
    assert (caught.value.source, caught.value.line) == (path, line)


def test_a_lexicon_without_words_is_an_error(tmp_path: Path) -> None:
    for text in ("", "\n \n", "word\tcount\n"):
        with pytest.raises(LexiconError, match="there are no words in it; a word list has"):
            from_text(tmp_path, text)
    with pytest.raises(LexiconError, match=r"^counts: there are no words in it"):
        Lexicon.from_counts({})
    with pytest.raises(LexiconError, match="at least one word"):
        Lexicon([], [])


def test_counts_beyond_64_bits_are_an_error() -> None:
    with pytest.raises(LexiconError, match="add up to more than 9223372036854775807"):
        Lexicon.from_counts([("竹桥", 2**63 - 1), ("渡船", 1)])


def test_a_missing_file_is_an_error_of_reading(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No such file"):
        Lexicon.from_file(tmp_path / "missing")


def test_a_user_dictionary_is_read_back_as_it_was(tmp_path: Path) -> None:
    lexicon = Lexicon(["竹桥", "C++", "12月"], [12, 3, 1])  # "bamboo bridge", ..., "December"
    again = from_text(tmp_path, lexicon.to_userdict())
    assert (again.words, again.counts.tolist()) == (lexicon.words, lexicon.counts.tolist())
