"""Constructions of a corpus: templates whose gaps are between words, and that many things fill."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import at_work, at_work_in_processes
from constructions_oracle import Row, constructions

from nlpzero.core.job import Execution
from nlpzero.errors import NothingFound
from nlpzero.segment.cutter import BlankCutter
from nlpzero.segment.encoding import encode_part
from nlpzero.syntax.clauses import Clauses
from nlpzero.syntax.constructions import Constructions, find_constructions
from nlpzero.syntax.form import Template, write_template
from nlpzero.text.words import is_number

WORDS = "山水云雨风花鸟鱼虫草江河湖海星月日沙石木竹梅兰菊松柏桃李杏梨"
# Frames with gaps (None) and without; function words and content words; the last one is a piece of the one before it.
FRAMES: list[Template] = [
    ("在", None, "上"),
    ("从", None, "到"),
    ("取得", None, "成就"),
    ("以", None, "为", None, "中心"),
    ("会", "下", "雨"),
    ("越", None, "越"),
]


def planted(seed: int, lines: int = 260) -> list[list[str]]:
    """Draw clauses: frames with various fillers, among words that are drawn at random; a few come again and again."""
    rng = np.random.default_rng(seed)
    clauses: list[list[str]] = []
    for _ in range(lines):
        if clauses and rng.random() < 0.15:
            clauses.append(clauses[int(rng.integers(min(8, len(clauses))))])
            continue
        clause = [*rng.choice([*WORDS], int(rng.integers(0, 4)))]
        if rng.random() < 0.8:
            for item in FRAMES[int(rng.integers(len(FRAMES)))]:
                clause += [*rng.choice([*WORDS], int(rng.integers(1, 4)))] if item is None else [item]
        clause += [*rng.choice([*WORDS], int(rng.integers(0, 3)))]
        clauses.append([str(word) for word in clause] or ["山"])
    return clauses


def text_of(clauses: list[list[str]]) -> str:
    """Write clauses as lines."""
    return "".join(" ".join(clause) + "\n" for clause in clauses)


def found_in(blocks: list[str], job: Execution | None = None, **parameters: Any) -> Constructions:
    """Find the constructions of blocks of words."""
    clauses = Clauses(blocks, partial(encode_part, BlankCutter()), numbers=True, job=job)
    return find_constructions(clauses, **parameters)


def test_what_stays_is_the_template_and_what_changes_its_gap() -> None:
    # "Can you / I / he / she eat / drink / play / sing / jump?"
    text = "".join(f"{who} 可以 {what} 吗\n" for who in "你我他她" for what in "吃喝玩唱跳")
    found = found_in([text], min_pmi=0.5)
    assert found.templates[0] == ("可以", None, "吗")
    assert found.counts[0] == 20
    # 20 of the 60 places where a word could stand two or three words after another; p(可以) = p(吗) = 20/80
    assert found.scores[0] == pytest.approx(np.log(1 / 3) - 2 * np.log(1 / 4))
    assert found.gains[0] == pytest.approx(20 * found.scores[0])
    assert found.spreads[0] == 1.0
    assert found.fillers[0] == [[("吃", 4), ("唱", 4), ("喝", 4)]]
    assert found.fillers_of(("可以", None, "吗")) == [{word: 4 for word in "吃喝玩唱跳"}]
    ((first, second),) = found.examples([("可以", None, "吗")], 2)
    assert [(first.words, first.places), (second.words, second.places)] == [
        (["你", "可以", "吃", "吗"], (1, 3)),
        (["你", "可以", "喝", "吗"], (1, 3)),
    ]


def check(found: Constructions, expected: dict[Template, Row]) -> None:
    """Compare what was found with what the rules say."""
    assert dict(zip(found.templates, found.counts.tolist(), strict=True)) == {t: r.count for t, r in expected.items()}
    for i, template in enumerate(found.templates):
        row = expected[template]
        assert found.scores[i] == pytest.approx(row.score)
        assert found.spreads[i] == pytest.approx(row.spread)
        for shown, all_of_them in zip(found.fillers[i], row.fillers, strict=True):
            assert shown == sorted(all_of_them.items(), key=lambda item: (-item[1], item[0]))[:3]
        assert found.fillers_of(template) == row.fillers


@pytest.mark.parametrize("seed", range(5))
def test_constructions_are_those_of_the_rules(seed: int) -> None:
    clauses = planted(seed)
    window, min_pmi, min_count = [3, 4, 5][seed % 3], [1.0, 2.0][seed % 2], [5, 8][seed % 2]
    found = found_in([text_of(clauses)], window=window, min_pmi=min_pmi, min_count=min_count, min_proba=1e-3)
    check(found, constructions(clauses, window, 1e-3, min_pmi, min_count))


def test_the_drawn_texts_have_what_the_rules_are_about() -> None:
    every = [constructions(planted(seed), 5, 1e-3, 1.0, 5) for seed in range(4)]
    for frame in FRAMES:
        assert sum(frame in rows for rows in every) >= 3, frame
    assert all(("以", None, "为") not in rows for rows in every if FRAMES[3] in rows)  # it is a piece


def test_the_order_is_gaps_first_then_what_is_saved() -> None:
    found = found_in([text_of(planted(1))], min_pmi=1.0)
    keys = [
        (None not in template, -gain, write_template(template))
        for template, gain in zip(found.templates, found.gains.tolist(), strict=True)
    ]
    assert keys == sorted(keys)
    assert len({key[0] for key in keys}) == 2
    assert all(template[0] is not None and template[-1] is not None for template in found.templates)


@pytest.mark.parametrize(
    ("size", "open_job"),
    [
        (26, at_work),
        (90, partial(at_work, 1, 0)),
        (150, partial(at_work, 2, 1 << 12)),
        (150, at_work_in_processes),
    ],
    ids=["small blocks", "files", "threads", "processes"],
)
def test_blocks_workers_and_memory_do_not_matter(size: int, open_job: Callable[..., Execution], tmp_path: Path) -> None:
    lines = text_of(planted(1)).splitlines(keepends=True)
    whole = found_in(["".join(lines)], min_pmi=1.0)
    with open_job(tmp_dir=tmp_path) as execution:
        parts = found_in(["".join(lines[i : i + size]) for i in range(0, len(lines), size)], execution, min_pmi=1.0)
        assert parts.templates == whole.templates
        assert parts.counts.tolist() == whole.counts.tolist()
        assert parts.scores.tolist() == whole.scores.tolist()
        assert parts.spreads.tolist() == whole.spreads.tolist()
        assert parts.fillers == whole.fillers
        some = whole.templates[:5]
        assert parts.examples(some, 3) == whole.examples(some, 3)
        assert [parts.fillers_of(one) for one in some] == [whole.fillers_of(one) for one in some]
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_is_repeated_is_no_construction() -> None:
    clauses = planted(2)
    again = [["今天", "播送", "完", "了", "谢谢", "收看"]] * 60  # "that was all, thank you for watching"
    found = found_in([text_of(clauses + again)], min_pmi=1.0)
    assert not {word for template in found.templates for word in template} & {"播送", "收看"}
    assert ("在", None, "上") in found.templates


def test_a_text_that_comes_twice_has_the_same_constructions() -> None:
    text = text_of(planted(3))
    once, twice = found_in([text], min_pmi=1.0, min_count=5), found_in([text * 2], min_pmi=1.0, min_count=10)
    assert twice.templates == once.templates
    assert twice.counts.tolist() == (2 * once.counts).tolist()


def test_numbers_are_one_word_but_no_template() -> None:
    # "The train of 8:15 comes at 9", "... of 12 comes at 30": numbers differ, the template is one
    text = "".join(f"{a} 点 的 {c} 在 {a + b} 点 到 {c}站\n" for a in range(1, 9) for b, c in enumerate("东南西北中"))
    found = found_in([text], min_pmi=0.5)
    assert any("[N]" in template for template in found.templates)
    assert not any(is_number(word) for template in found.templates for word in template if word)
    assert all(
        sum(word not in (None, "[N]") for word in template) > 1 for template in found.templates if None in template
    )


def test_nothing_found_is_an_error_with_a_remedy() -> None:
    with pytest.raises(NothingFound, match=r"no template of two words and more occurs 5 times .* in 0 words; try"):
        found_in([""])
    found = found_in([text_of(planted(0))], min_pmi=1.0)
    with pytest.raises(NothingFound, match=r"'没有 \[X\]' is none of the templates found; write it as"):
        found.fillers_of(("没有", None))
