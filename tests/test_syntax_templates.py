"""Sentence templates of a corpus."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import at_work, at_work_in_processes
from syntax_oracles import Template, template_counts

from nlpzero.core.job import Execution
from nlpzero.errors import NothingFound
from nlpzero.segment.cutter import BlankCutter, Cutter, Flags
from nlpzero.segment.encoding import encode, encode_part
from nlpzero.syntax.clauses import Clauses, sentences_of
from nlpzero.syntax.form import read_template, write_template
from nlpzero.syntax.templates import Templates, find_templates
from nlpzero.text.characters import Codes

# "Can you / I / he / she eat / drink / play / sing / jump?": what stands around 可以 ... 吗 keeps changing
QUESTIONS = "".join(f"{who} 可以 {action} 吗\n" for who in "你我他她" for action in "吃喝玩唱跳")


def random_lines(seed: int, lines: int, words: str = "山水云雨风花鸟鱼虫草", longest: int = 9) -> list[list[str]]:
    """Draw lines of words with unequal frequencies, so that some pairs are strong; a few are punctuation."""
    rng = np.random.default_rng(seed)
    alphabet = [*words, "，"]
    weights = 1 / np.arange(1, len(alphabet) + 1)
    result: list[list[str]] = []
    for _ in range(lines):
        if result and rng.random() < 0.3:
            result.append(result[int(rng.integers(len(result)))])
        else:
            chosen = rng.choice(len(alphabet), int(rng.integers(0, longest)), p=weights / weights.sum())
            result.append([alphabet[i] for i in chosen.tolist()])
    return result


def clauses_of(lines: list[list[str]]) -> list[list[str]]:
    """Cut lines at their punctuation."""
    text = "\n".join(" ".join(line) for line in lines)
    return [clause.split() for clause in text.replace("，", "\n").split("\n") if clause.split()]


def found_in(blocks: list[str], job: Execution | None = None, **parameters: Any) -> Templates:
    """Find the templates of blocks of words."""
    return find_templates(Clauses(blocks, partial(encode_part, BlankCutter()), job=job), **parameters)


def counted(found: Templates) -> dict[Template, int]:
    """Give the templates with their counts."""
    return dict(zip(found.templates, found.counts.tolist(), strict=True))


def test_what_stays_is_the_template_and_what_changes_its_gaps() -> None:
    found = found_in([QUESTIONS], min_proba=0.05, min_pmi=0.5)
    assert found.templates[0] == (None, "可以", None, "吗")
    assert found.counts[0] == 20
    assert found.total == 60  # beside it, each clause has its subject and its verb alone
    # p(template) = 20/60; p(可以) = p(吗) = 20/80
    assert found.scores[0] == pytest.approx(np.log(1 / 3) - 2 * np.log(1 / 4))
    assert found.fillers_of((None, "可以", None, "吗"))[0] == {"你": 5, "我": 5, "他": 5, "她": 5}
    (example,) = found.examples([(None, "可以", None, "吗")], 1)
    assert [(e.words, e.places) for e in example] == [(["你", "可以", "吃", "吗"], (1, 3))]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("window", [1, 3, 5])
def test_templates_are_those_of_the_formulas(seed: int, window: int) -> None:
    lines = random_lines(seed, 60)
    min_proba, min_pmi, max_paths = [0.001, 0.01][seed % 2], [-0.5, 0.0, 0.3][seed % 3], [5, 10_000][seed % 2]
    expected, total, left_out = template_counts(clauses_of(lines), window, min_proba, min_pmi, max_paths)
    text = "".join(" ".join(line) + "\n" for line in lines)
    found = found_in([text], window=window, min_proba=min_proba, min_pmi=min_pmi, max_paths=max_paths)
    assert counted(found) == expected
    assert (found.total, found.left_out) == (total, left_out)
    assert found.templates == sorted(expected, key=lambda t: (-expected[t], write_template(t)))


def test_the_random_texts_have_what_the_formulas_are_about() -> None:
    every = [template_counts(clauses_of(random_lines(seed, 60)), 5, 0.001, -0.5, 5) for seed in range(12)]
    assert all(left_out for _, _, left_out in every)
    assert sum(max(map(len, templates)) >= 5 for templates, _, _ in every) > 6
    assert all(any(count > 1 for count in templates.values()) for templates, _, _ in every)


@pytest.mark.parametrize("seed", range(4))
def test_blocks_workers_and_memory_do_not_matter(seed: int, tmp_path: Path) -> None:
    lines = [" ".join(line) + "\n" for line in random_lines(seed, 120)]
    parameters: dict[str, Any] = {"min_proba": 0.002, "min_pmi": 0.0}
    whole = found_in(["".join(lines)], **parameters)
    for size, budget in ((1, 1 << 30), (7, 1 << 12), (50, 0)):
        blocks = ["".join(lines[i : i + size]) for i in range(0, len(lines), size)]
        with at_work(1, budget, tmp_path) as spilled:
            parts = found_in(blocks, spilled, **parameters)
            assert counted(parts) == counted(whole)
            assert parts.scores.tolist() == whole.scores.tolist()
            some = whole.templates[:20]
            assert parts.examples(some, 3) == whole.examples(some, 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("open_workers", [at_work_in_processes, partial(at_work, 2, 0)])
def test_workers_find_the_same(open_workers: Callable[[], Execution]) -> None:
    lines = [" ".join(line) + "\n" for line in random_lines(9, 200)]
    whole = found_in(["".join(lines)], min_proba=0.002, min_pmi=0.0)
    with open_workers() as execution:
        blocks = ["".join(lines[i : i + 50]) for i in range(0, len(lines), 50)]
        parts = found_in(blocks, execution, min_proba=0.002, min_pmi=0.0)
        assert counted(parts) == counted(whole)
        assert parts.fillers_of(whole.templates[0]) == whole.fillers_of(whole.templates[0])


@pytest.mark.parametrize("seed", range(3))
def test_examples_and_fillers_account_for_every_count(seed: int) -> None:
    lines = random_lines(seed, 80)
    text = "".join(" ".join(line) + "\n" for line in lines)
    found = found_in([text], min_proba=0.002, min_pmi=0.0)
    examples = found.examples(found.templates, 10_000)
    for template, count, shown in zip(found.templates, found.counts.tolist(), examples, strict=True):
        assert len(shown) == count
        for example in shown:
            items = [word if i in example.places else None for i, word in enumerate(example.words)]
            assert read_template(" ".join(item or "[X]" for item in items)) == template
        fillers = found.fillers_of(template)
        assert len(fillers) == template.count(None)
        assert all(sum(filler.values()) == count for filler in fillers)


def test_clauses_with_too_many_paths_are_left_out_and_counted() -> None:
    # Ten different words, each linked to the next two: a clause of 60 of them has a great many paths.
    ring = "山水云雨风花鸟鱼虫草"
    long, short = " ".join(ring * 6), "\n".join(ring[i] + " " + ring[i + 1] for i in range(9))
    parameters: dict[str, Any] = {"window": 2, "min_pmi": 0.5, "min_proba": 0.001}
    found = found_in([f"{long}\n{short}\n"], **parameters)
    assert found.left_out == 1
    assert found.total == 9
    assert ("山", "水") in found.templates


def test_paths_are_counted_exactly() -> None:
    # A link to the next word and to that after it: 40 words have as many paths as 39 steps go by ones and twos.
    a, b = 1, 1
    for _ in range(38):
        a, b = b, a + b
    text = " ".join("山水云雨风花鸟鱼虫草" * 4) + "\n"
    with pytest.raises(NothingFound, match=f"among {b:,} paths in 40 words"):
        found_in([text], window=2, min_pmi=0.5, min_proba=0.001, max_paths=b)
    with pytest.raises(NothingFound, match="among 0 paths in 40 words"):
        found_in([text], window=2, min_pmi=0.5, min_proba=0.001, max_paths=b - 1)


def test_a_very_long_clause_is_no_trouble() -> None:
    rng = np.random.default_rng(0)
    words = [f"词{i}" for i in rng.integers(0, 500, 20_000).tolist()]
    found = found_in([" ".join(words) + "\n" + QUESTIONS], min_proba=1e-4, min_pmi=0.0)
    assert found.left_out == 1
    assert (None, "可以", None, "吗") in found.templates


def test_no_template_is_an_error_with_a_remedy() -> None:
    with pytest.raises(NothingFound, match="try a smaller `min_proba`, or more text"):
        found_in([""])
    with pytest.raises(NothingFound, match=r"no template has a frequency above 0\.9"):
        found_in([QUESTIONS], min_proba=0.9)
    with pytest.raises(NothingFound, match="no clause has the template '可以 吗'"):
        found_in([QUESTIONS]).fillers_of(("可以", "吗"))
    with pytest.raises(NothingFound, match="no clause has the template '\\[X\\] 没有'"):
        found_in([QUESTIONS]).fillers_of((None, "没有"))


def test_templates_are_written_and_read() -> None:
    for template in [("水",), (None, "水", None, "好"), ("可以", "吗", None)]:
        assert read_template(write_template(template)) == template
        assert read_template(write_template(template, "…"), "…") == template
    assert read_template("[X][X]水 [X]") == (None, "水", None)


def test_a_clause_of_too_many_paths_is_named_as_the_cause() -> None:
    text = " ".join(f"{word}{number}" for word in "山水云" for number in range(9)) + "\n"  # 27 words, all different
    with pytest.raises(
        NothingFound, match=r"1 clauses with more than 100 paths are left out: try a larger `max_paths`"
    ):
        found_in([text], max_paths=100, min_pmi=-99)


class Bars(Cutter):
    """Cut at bars, which stand for nothing in the text of these tests."""

    digest = "bars"

    def boundaries(self, codes: Codes) -> Flags:
        starts = np.ones(len(codes), np.bool_)
        starts[1:] = (codes[:-1] == ord("|")) | (codes[:-1] == 10) | (codes[1:] == 10) | (codes[1:] == ord("|"))
        return starts


def test_text_is_read_as_words_clauses_and_sentences() -> None:
    tokens = encode("水|涨|了|！|”| |C++|好\n好", Bars())
    tokens = tokens.only(np.array([word != "|" for word in tokens.words]))
    assert sentences_of(tokens, "line") == [["水", "涨", "了", "！", "”", "C++", "好"], ["好"]]
    assert sentences_of(tokens, "sentence") == [["水", "涨", "了", "！", "”"], ["C++", "好"], ["好"]]
    assert sentences_of(tokens, "clause") == [["水", "涨", "了"], ["C++", "好"], ["好"]]
    clauses = Clauses([tokens], lambda found: found)
    assert sorted(clauses.vocabulary) == sorted({"水", "涨", "了", "C++", "好"})
    assert clauses.blocks[0].lengths.array.tolist() == [3, 2, 1]
    assert clauses.blocks[0].room().tolist() == [3, 2, 1, 2, 1, 1]


def one_by_one(lines: list[list[str]]) -> list[list[str]]:
    """Cut lines into sentences, token by token."""
    found = []
    for line in lines:
        sentence: list[str] = []
        ended = False
        for token in line:
            if ended and token not in "。！”）":
                found.append(sentence)
                sentence, ended = [], False
            sentence.append(token)
            ended |= token in "。！"
        if sentence:
            found.append(sentence)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_sentence_ends_after_its_marks_and_what_they_close(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = [[str(token) for token in rng.choice([*"水涨了。！”），"], rng.integers(0, 9))] for _ in range(60)]
    text = "\n".join(" ".join(line) for line in drawn)
    assert sentences_of(encode(text, BlankCutter())) == one_by_one(drawn)
