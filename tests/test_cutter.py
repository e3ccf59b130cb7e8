"""What all cutters have in common: marks of whole lines, words and spans of a text, what they were made from."""

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cases import random_text

from nlpzero.errors import CorpusError, LexiconError
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import BlankCutter, Cutter, word_spans
from nlpzero.segment.lexical import HmmCutter, JiebaCutter, LexiconCutter, jieba_cutter
from nlpzero.segment.loading import load_cutter
from nlpzero.text.characters import code_points

LEXICON = Lexicon(["渡船", "Open House活动", "B7"], [5, 1, 2])
CUTTERS = [BlankCutter(), LexiconCutter(LEXICON), JiebaCutter(LEXICON), jieba_cutter(), HmmCutter()]
NAMES = ["blanks", "lexicon", "its words as jieba cuts", "jieba", "hmm"]
# "The ferry is at the bamboo bridge. / an Open House event"
TEXTS = [
    "",
    "\n",
    " \t\n\n",
    "渡船 在竹桥。\r\n\r\n　Open House活动 \n渡",
    random_text(5, 1500, "渡船竹桥a　B7\r\n ，"),
]


@pytest.mark.parametrize("cutter", CUTTERS, ids=NAMES)
@pytest.mark.parametrize("text", TEXTS)
def test_words_are_what_stands_in_the_spans_and_nothing_but_white_space_is_left_out(cutter: Cutter, text: str) -> None:
    spans = cutter.spans(text)
    assert cutter(text) == [text[start:end] for start, end in spans]
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    left = np.ones(len(text), np.bool_)
    for start, end in spans:
        left[start:end] = False
        assert text[end - 1].strip()
    assert "".join(text[i] for i in np.flatnonzero(left)).strip() == ""


@pytest.mark.parametrize("cutter", CUTTERS, ids=NAMES)
@pytest.mark.parametrize("text", TEXTS)
def test_a_word_starts_at_every_line_end_and_after_it(cutter: Cutter, text: str) -> None:
    starts = cutter.boundaries(code_points(text))
    assert starts.dtype == np.bool_
    for i, character in enumerate(text):
        if character == "\n" or (i and text[i - 1] == "\n"):
            assert starts[i]


@pytest.mark.parametrize("cutter", CUTTERS, ids=NAMES)
def test_a_cutter_sent_elsewhere_is_the_same(cutter: Cutter) -> None:
    sent = pickle.loads(pickle.dumps(cutter))
    assert sent == cutter
    assert hash(sent) == hash(cutter)
    assert [sent(text) for text in TEXTS] == [cutter(text) for text in TEXTS]


def test_jiebas_dictionary_is_not_sent_but_read_anew() -> None:
    assert len(pickle.dumps(jieba_cutter())) < 1000


def test_cutters_of_different_words_counts_or_rules_are_different() -> None:
    others = [Lexicon(["渡", "船B7"], [5, 3]), Lexicon(["渡船", "B7"], [5, 3]), Lexicon(["渡船", "B7"], [5, 3], 99)]
    every = [*CUTTERS, *map(LexiconCutter, others)]
    assert len({cutter.digest for cutter in every}) == len(every)
    assert LexiconCutter(Lexicon(["渡船", "Open House活动", "B7"], [5, 1, 2])) == CUTTERS[1]


@pytest.mark.parametrize("seed", range(4))
def test_blanks_cut_as_python_splits(seed: int) -> None:
    text = random_text(seed, 900, "渡船ab ,\t\n\r\x0b\x1c\x85\u2028\u3000") + " "
    assert BlankCutter()(text) == text.split()
    for piece in (1, 50):
        cutter = BlankCutter()
        cutter.piece = piece
        assert cutter(text) == text.split()


@pytest.mark.parametrize("seed", range(4))
def test_what_is_hidden_parts_no_word_and_is_none(seed: int) -> None:
    text = random_text(seed, 300, "渡船 \n\u200b\ufeff")
    words = BlankCutter()(text)
    assert [word.replace("\u200b", "").replace("\ufeff", "") for word in words] == [
        word for word in text.replace("\u200b", "").replace("\ufeff", "").split()
    ]
    assert [word for word in words if word[0] in "\u200b\ufeff"] == []


def test_a_word_of_a_lexicon_may_hold_a_blank() -> None:
    # "take part in the Open House event"
    assert LexiconCutter(LEXICON)("参加 Open House活动 ") == ["参", "加", "Open House活动"]


def test_spans_of_marks_leave_out_white_space_at_the_end() -> None:
    codes = code_points("水 \n\n 涨了 ")
    starts, ends = word_spans(codes, np.array([1, 0, 1, 1, 1, 1, 1, 0], np.bool_))
    assert [*zip(starts.tolist(), ends.tolist(), strict=True)] == [(0, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 7)]


def test_a_file_written_anew_makes_a_new_cutter(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("渡船竹桥 2\n", "utf-8")
    before = load_cutter(path)
    assert before("渡船竹桥") == ["渡船竹桥"]
    path.write_text("渡船 2\n竹桥 2\n", "utf-8")
    after = load_cutter(path)
    assert after("渡船竹桥") == ["渡船", "竹桥"]
    assert before("渡船竹桥") == ["渡船竹桥"]
    assert before != after


def test_a_file_that_is_no_cutter_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No such file"):
        load_cutter(tmp_path / "none")
    path = tmp_path / "words.txt"
    path.write_bytes(b"")
    with pytest.raises(LexiconError, match="no words"):
        load_cutter(path)
