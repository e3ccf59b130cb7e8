"""Words worth adding to a tokenizer: what they save is what the tokenizer saves with them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner
from nlpzero_cli.main import main

from nlpzero.core.job import Job
from nlpzero.errors import ModelError, NothingFound
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.segment.subwords import Tokenizer, savings, words_for_tokenizer

tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers: adding words to one was not tested")

STORIES = (Path(__file__).parent.parent / "data" / "stories.txt").read_text("utf-8")
KINDS = ("bytes", "characters", "unigram")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Train small tokenizers on half of the stories, as those of language models are made."""
    from tokenizers import decoders, models, pre_tokenizers, trainers

    trainer: Any

    folder = tmp_path_factory.mktemp("tokenizers")
    lines = STORIES[: len(STORIES) // 2].splitlines()
    paths = {}
    for kind in KINDS:
        if kind == "unigram":
            model = tokenizers.Tokenizer(models.Unigram())
            trainer = trainers.UnigramTrainer(vocab_size=1800, unk_token="<unk>", special_tokens=["<unk>"])
        elif kind == "bytes":
            model = tokenizers.Tokenizer(models.BPE())
            model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            model.decoder = decoders.ByteLevel()
            trainer = trainers.BpeTrainer(vocab_size=1800, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        else:
            model = tokenizers.Tokenizer(models.BPE(unk_token="<unk>"))
            trainer = trainers.BpeTrainer(vocab_size=1800, special_tokens=["<unk>"])
        model.train_from_iterator(lines, trainer)
        model.enable_truncation(16)  # must not change what is counted, and stay in the file
        paths[kind] = folder / f"{kind}.json"
        model.save(str(paths[kind]))
    return paths


def tokens_of(path: Path, words: list[str], text: str) -> int:
    """Count the tokens of a text as a user would, who adds words."""
    model = tokenizers.Tokenizer.from_file(str(path))
    model.no_truncation()
    model.add_tokens(words)
    return sum(len(model.encode(line, add_special_tokens=False).ids) for line in text.split("\n"))


def test_savings_are_those_of_a_slow_count() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        size = int(rng.integers(1, 25))
        cuts = [np.flatnonzero(rng.random(size) < share) for share in (0.4, 0.5)]
        (starts, ends), (begin, end) = ((np.union1d(cut, 0), np.append(np.union1d(cut, 0)[1:], size)) for cut in cuts)
        begin, end = (np.repeat(places, 1 + (np.arange(len(places)) % 3 == 1)) for places in (begin, end))  # of bytes
        tokens, saved = savings(starts, ends, begin, end)
        for k, (a, b) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            spans = list(zip(begin.tolist(), end.tolist(), strict=True))
            touched = [(s, e) for s, e in spans if s < b and e > a]
            shared = any(s < a for s, _ in touched) + any(e > b for _, e in touched)
            assert (tokens[k], saved[k]) == (len(touched), len(touched) - 1 - shared)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_save_what_is_said(trained: dict[str, Path], kind: str) -> None:
    found = words_for_tokenizer([STORIES], trained[kind], top=60, min_count=3)
    words = [row.word for row in found.words]
    assert len(words) == len(set(words)) == 60
    assert found.tokens == tokens_of(trained[kind], [], STORIES)
    assert found.tokens_left == tokens_of(trained[kind], words, STORIES)
    said, real = sum(row.saved for row in found.words), found.tokens - found.tokens_left
    assert said == pytest.approx(real, rel=0.15)
    assert all(row.saved > 0 and row.count >= 3 and len(row.word) > 1 and row.tokens > 1 for row in found.words)
    assert [row.saved for row in found.words] == sorted((row.saved for row in found.words), reverse=True)
    counts = Counter(word for word in dictionary_cutter()(STORIES) if len(word) > 1 and word.isalpha())
    assert all(counts[row.word] == row.count for row in found.words)
    often = [word for word, _ in counts.most_common(60)]
    assert real > 1.2 * (found.tokens - tokens_of(trained[kind], often, STORIES))


def test_parts_and_workers_do_not_matter(trained: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "stories"
    path.write_text(STORIES, "utf-8")
    with Job(workers=2, memory="64M"):
        one = words_for_tokenizer(path, trained["bytes"], top=None)
    lines = STORIES.splitlines(keepends=True)
    parts = ("".join(lines[i : i + 9]) for i in range(0, len(lines), 9))
    assert words_for_tokenizer(parts, trained["bytes"], top=None) == one


def test_what_cuts_the_text_says_what_a_word_is(trained: dict[str, Path]) -> None:
    # "blade of grass" twenty times, beside a number and a mark
    found = words_for_tokenizer(["苇 叶子\t2026 ——\n" * 20], trained["bytes"], cut=BlankCutter())
    assert [row.word for row in found.words] == ["叶子"]
    with pytest.raises(NothingFound, match="no word would save tokens"):
        words_for_tokenizer(["苇\n"], trained["bytes"], cut=BlankCutter())


def test_a_file_that_is_no_tokenizer_is_told(tmp_path: Path) -> None:
    for text in (b"{}", b"\xff\xfe"):
        (tmp_path / "tokenizer.json").write_bytes(text)
        with pytest.raises(ModelError, match=r"tokenizer\.json: is no tokenizer\.json of the library tokenizers$"):
            Tokenizer(tmp_path)
    with pytest.raises(ModelError, match="No such file"):
        Tokenizer(tmp_path / "none.json")


def test_the_commands_list_and_add(trained: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("nlpzero_cli.tokens.notice", said.append)
    text, added, larger = (tmp_path / name for name in ("text", "added.tsv", "larger.json"))
    text.write_text(STORIES, "utf-8")
    base = ["tokens", "--tokenizer", str(trained["bytes"]), "--top", "20", "-j", "1"]
    succeeded(CliRunner().invoke(main, [*base, "-o", str(added), str(text)]))
    header, *rows = (line.split("\t") for line in added.read_text("utf-8").splitlines())
    assert header == ["word", "count", "tokens", "saved", "share"] and len(rows) == 20
    expected = words_for_tokenizer([STORIES], trained["bytes"], top=20)
    assert [(row[0], int(row[1]), int(row[3])) for row in rows] == [
        (one.word, one.count, one.saved) for one in expected.words
    ]
    assert float(rows[-1][4]) == pytest.approx(sum(row.saved for row in expected.words) / expected.tokens, abs=1e-4)
    assert said[0].startswith(f"{expected.tokens:,} tokens; {expected.tokens_left:,} with these 20 words, ")
    export = ["export", str(added), "--to", "tokenizers", "--tokenizer", str(trained["bytes"]), "-o", str(larger)]
    succeeded(CliRunner().invoke(main, export))
    model = tokenizers.Tokenizer.from_file(str(larger))
    assert all(model.encode(row[0]).tokens == [row[0]] for row in rows)
    before, after = (json.loads(path.read_text("utf-8")) for path in (trained["bytes"], larger))
    assert before["model"] == after["model"] and before["truncation"] == after["truncation"] is not None
    wrong = CliRunner().invoke(main, ["export", str(added), "--to", "ik", "--tokenizer", str(larger)])
    assert wrong.exit_code == 2 and "--tokenizer needs --to tokenizers" in wrong.stderr
