"""jieba's dictionary and its own cut, behind the adapter."""

import os
import subprocess
import sys
from pathlib import Path

import jieba
import pytest

from nlpzero.errors import LexiconError
from nlpzero.segment.jieba_adapter import hmm_cut, load_words


@pytest.fixture(scope="module")
def tokenizer() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def test_the_words_are_those_of_jieba_with_its_counts_and_total(tokenizer: jieba.Tokenizer) -> None:
    lexicon = load_words()
    assert dict(zip(lexicon.words, lexicon.counts.tolist(), strict=True)) == {
        word: count for word, count in tokenizer.FREQ.items() if count
    }
    assert lexicon.total == tokenizer.total


def test_known_words_are_the_words_and_not_their_beginnings() -> None:
    held = load_words().holds(["自行车", "渡棠", "自", "", "自行车上"])  # "bicycle", part of a name
    assert held.tolist() == [True, False, True, False, False]


def test_the_cut_with_the_hidden_markov_model_is_that_of_jieba(tokenizer: jieba.Tokenizer) -> None:
    for line in ["孟小帆骑着自行车去竹桥镇，3.5公里。", "", " \t", "iPhone17和C++ \r", "\0\U00020000　"]:
        assert hmm_cut(line) == tokenizer.lcut(line)  # "Meng Xiaofan cycles to Zhuqiao, 3.5 km."


def test_jieba_is_not_imported_for_its_dictionary_and_says_and_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from nlpzero.segment.lexical import HmmCutter, jieba_cutter;"
        "assert jieba_cutter().segment('竹桥') and 'jieba' not in sys.modules;"
        "assert HmmCutter().segment('竹桥') and 'jieba' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_without_jieba_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(LexiconError, match=r"pip install jieba==0\.42\.1"):
        load_words()
