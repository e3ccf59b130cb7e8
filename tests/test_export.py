"""Word lists for other programs: each is loaded in the real one where it is installed, and cuts the words out whole."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import jieba
import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli.export import FORMS as NAMES
from nlpzero_cli.main import main

from nlpzero.errors import LexiconError
from nlpzero.lexicon.exports import FORMS, export
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.jieba_adapter import load_words

WORDS = Lexicon(["青桅坊", "橹簧", "Open House", "沈渡棠"], [5, 2, 1, 30])  # a lane, a part of a boat, an event, a name
PLAIN = Lexicon(["青桅坊", "橹簧", "沈渡棠"], [5, 2, 30])
# "They talked about _.", "this _ is very good", "the _ which came yesterday", "not _, but something else", "_, yes"
CARRIERS = ["他们谈到了{}的问题。", "这个{}非常好", "昨天来的{}在哪里", "不是{}，是别的", "{}，对"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def unlisted(seed: int, size: int) -> Lexicon:
    """Draw strings of 2 to 4 characters that are frequent in words, none of them listed, with counts."""
    listed = load_words()
    known = set(listed.words)
    characters = "".join(w for w, n in zip(listed.words, listed.counts.tolist(), strict=True) if n > 2000)
    rng = np.random.default_rng(seed)
    drawn = ["".join(rng.choice([*characters], length)) for length in rng.integers(2, 5, size).tolist()]
    words = [word for word in dict.fromkeys(drawn) if word not in known and word.isalpha()]
    return Lexicon(words, rng.integers(5, 1000, len(words)))


def share_whole(cut: Callable[[str], list[str]], words: list[str]) -> float:
    """Tell how many words come out whole, of all in all carrier sentences."""
    return float(np.mean([word in cut(carrier.format(word)) for carrier in CARRIERS for word in words]))


def test_lines_of_words() -> None:
    assert export(PLAIN, "jieba").decode() == "青桅坊 5\n橹簧 2\n沈渡棠 30\n"
    assert export(PLAIN, "hanlp").decode() == "青桅坊 nz 5\n橹簧 nz 2\n沈渡棠 nz 30\n"
    assert export(WORDS, "ik").decode() == "青桅坊\n橹簧\nOpen House\n沈渡棠\n"
    assert export(PLAIN, "pkuseg") == export(PLAIN, "ltp") == "青桅坊\n橹簧\n沈渡棠\n".encode()


def test_sudachi_gets_eighteen_columns() -> None:
    rows = list(csv.reader(io.StringIO(export(Lexicon(["橹簧", 'a,"b'], [1, 1]), "sudachi").decode())))
    assert [len(row) for row in rows] == [18, 18]
    assert rows[0][:5] == ["橹簧", "4786", "4786", "2000", "橹簧"]
    assert rows[1][0] == 'a,"b'


def test_rime_gets_pinyin() -> None:
    pytest.importorskip("pypinyin", reason="pip install pypinyin: the dictionary of Rime was not tested")
    assert export(Lexicon(["长江", "银行"], [5, 2]), "rime", "my words").decode() == (
        '---\nname: "my words"\nversion: "1"\nsort: by_weight\n...\n\n长江\tchang jiang\t5\n银行\tyin hang\t2\n'
    )


def test_a_word_that_a_form_cannot_hold_is_told() -> None:
    for form in ("jieba", "hanlp", "pkuseg", "ltp"):
        with pytest.raises(LexiconError, match="'Open House' holds a character that this form cannot hold"):
            export(WORDS, form)
    with pytest.raises(LexiconError, match="form is 'word'; there are jieba, ik"):
        export(WORDS, "word")
    assert tuple(FORMS) == NAMES


def test_jieba_cuts_the_words_out_whole(tmp_path: Path) -> None:
    words = unlisted(1, 120)
    source, out = tmp_path / "words", tmp_path / "jieba"
    source.write_text("".join(f"{word}\n" for word in words.words), "utf-8")
    succeeded(run(source, "--to", "jieba", "-o", out))
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    with out.open("rb") as file:
        tokenizer.load_userdict(file)
    assert share_whole(tokenizer.lcut, words.words) >= 0.99


def test_sentencepiece_cuts_the_words_out_whole(tmp_path: Path) -> None:
    sentencepiece = pytest.importorskip("sentencepiece", reason="pip install sentencepiece: its model was not tested")
    words = unlisted(2, 300)
    path = tmp_path / "words.model"
    path.write_bytes(export(words, "sentencepiece"))
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    assert share_whole(lambda text: list(model.encode(text, out_type=str)), words.words) >= 0.99
    text = "青桅坊 的橹簧, C++\U00020000"
    assert model.decode(model.encode(text)) == text
    assert model.get_piece_size() == 258 + len(words) + len({c for word in words.words for c in word})


def test_tokenizers_cuts_the_words_out_whole(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers: tokenizer.json was not tested")
    words = unlisted(3, 300)
    path = tmp_path / "tokenizer.json"
    path.write_bytes(export(words, "tokenizers"))
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    assert share_whole(lambda text: list(tokenizer.encode(text).tokens), words.words) >= 0.99
    text = "青桅坊 的橹簧, C++\U00020000"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert json.loads(path.read_text("utf-8"))["model"]["type"] == "Unigram"


def test_the_command_chooses_words(tmp_path: Path) -> None:
    table, old = tmp_path / "new.tsv", tmp_path / "old"
    table.write_text("word\tcount\tprobability\n青桅坊\t5\t0.9\n橹簧\t2\t0.7\n沈渡棠\t30\t0.2\n水\t90\t\n", "utf-8")
    old.write_text("沈渡棠 3\n", "utf-8")
    assert run(table, "--to", "ik").stdout == "青桅坊\n橹簧\n沈渡棠\n水\n"
    assert run(table, "--to", "ik", "--since", old).stdout == "青桅坊\n橹簧\n水\n"
    assert run(table, "--to", "ik", "--min-probability", "0.7").stdout == "青桅坊\n橹簧\n"
    assert run(table, "--to", "ik", "--min-count", 5, "--min-length", 2).stdout == "青桅坊\n沈渡棠\n"
    none = run(table, "--to", "ik", "--min-count", 500)
    assert (none.exit_code, none.stderr.splitlines()) == (1, [f"nlpzero: error: {table}: no word is left to write"])
    without = run(old, "--to", "ik", "--min-probability", "0.5")
    assert without.exit_code == 1
    assert "has no column probability; nlpzero discover --new writes one" in without.stderr


def test_probabilities_are_read_from_any_table(tmp_path: Path) -> None:
    for text in (
        '{"word": "青桅坊", "count": 5, "probability": 0.9}\n{"word": "水", "count": 5, "probability": null}\n',
        "word,count,probability\n青桅坊,5,0.9\n",
    ):
        path = tmp_path / "table"
        path.write_text(text, "utf-8")
        assert run(path, "--to", "ik", "--min-probability", "0.5").stdout == "青桅坊\n"
    path.write_text("word\tcount\tprobability\n青桅坊\t5\tmuch\n", "utf-8")
    assert "line 2: has no word and probability" in run(path, "--to", "ik", "--min-probability", "0.5").stderr
