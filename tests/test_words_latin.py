"""Words in Latin letters as candidates: against their definitions, English text, measures, and blocks."""

import math
import random
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest

from nlpzero.core.job import Job
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.words.features import FEATURES
from nlpzero.words.known import KnownWords
from nlpzero.words.new_words import NewWords, SeekParameters, examples_of, find_new_words
from nlpzero.words.reasons import reasons_of

ALONE = "我们的在有看船河水用了是很新大"
"""Characters of the sample text: we, of, at, have, look, boat, river, water, use, be, very, new, big."""
RUNS = ["GDP", "ChatGPT", "C919", "5G", "pH"]
ENGLISH = "the boat of the old river and the new boat of the sea"
ASKED = SeekParameters(min_count=5, latin=True)


def known() -> KnownWords:
    """A dictionary of single characters and one name in Latin letters."""
    return KnownWords.of_lexicon(Lexicon([*ALONE, "VIP"], [*range(30, 30 + len(ALONE)), 9]))


def prose(seed: int, lines: int = 240) -> str:
    """Chinese clauses with terms in Latin letters, lines of English, measures, and labels alone on their lines."""
    rng = random.Random(seed)
    result = []
    for number in range(lines):
        clause = [rng.choice(ALONE) for _ in range(rng.randint(3, 9))]
        for _ in range(rng.randint(0, 2)):
            run = rng.choice([*RUNS, "VIP"])
            clause.insert(rng.randrange(len(clause) + 1), rng.choice([run, f"“{run}”", f" {run} ", f"（{run}）"]))
        if rng.random() < 0.3:
            clause.append(rng.choice(["", " "]).join([str(rng.randint(2, 99)), "km"]))
        result.append("".join(clause) + rng.choice("，。！"))
        if rng.random() < 0.4:
            result.append("\n")
        if number % 12 == 0:
            result.append(f"\n{ENGLISH}.\nEND\nx1 船 x1\n")
    return "".join(result)


def slow_runs(text: str) -> dict[str, dict[str, Any]]:
    """Measure every run by the definitions, place by place."""
    found: dict[str, list[tuple[bool, ...]]] = {}
    sides: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for match in re.finditer(r"[0-9A-Za-z]+", text):
        run, (start, end) = match.group(), match.span()
        if not re.search("[A-Za-z]", run):
            continue
        before, after = text[:start], text[end:]
        gap_before = re.search(r"([0-9A-Za-z\u4e00-\u9fff])([^\n0-9A-Za-z\u4e00-\u9fff]*)$", before)
        gap_after = re.match(r"([^\n0-9A-Za-z\u4e00-\u9fff]*)([0-9A-Za-z\u4e00-\u9fff])", after)
        last = gap_before.group(1) if gap_before and " " in gap_before[2] and gap_before[2].isascii() else ""
        following = gap_after.group(2) if gap_after and " " in gap_after[1] and gap_after[1].isascii() else ""
        left, right = (one if "\u4e00" <= one <= "\u9fff" else "" for one in (before[-1:], after[:1]))
        line = before.rpartition("\n")[2] + run + after.partition("\n")[0]
        foreign = last.isascii() and last.isalpha(), following.isascii() and following.isalpha()
        found.setdefault(run, []).append(
            (
                before[-1:] in [*"“《\"'"] and after[:1] in [*"”》\"'"],
                re.findall(r"[0-9A-Za-z\u4e00-\u9fff]+", line) == [run],
                all(foreign),
                any(foreign),
                last.isdigit(),
                bool(left or right or "\u4e00" <= last <= "\u9fff"),
            )
        )
        for side, unit in zip(sides.setdefault(run, (Counter(), Counter())), (left, right), strict=True):
            side[unit] += 1
    result = {}
    for run, places in found.items():
        n = len(places)
        quoted, alone, between, beside, numbered, chinese = (sum(column) for column in zip(*places, strict=True))
        tail = re.sub("^[0-9]+", "", run)
        numbers = [len(other) for name, other in found.items() if name != tail and re.fullmatch("[0-9]+" + tail, name)]
        after_numbers = sum(numbers) if tail == run else 0
        commonest = max((c for side in sides[run] for unit, c in side.items() if unit), default=0)
        letters = [c for c in run if c.isalpha()]
        result[run] = {
            "count": n,
            "between": between / n,
            "alone": alone / n,
            "numbers": 0.0 if tail == run else math.exp(entropy(numbers)),
            "entropy": min(entropy([c for unit, c in side.items() if unit]) for side in sides[run]),
            "commonest": math.log((commonest + 0.5) / (n + 1)),
            "edges": math.log((min(side[""] for side in sides[run]) + 1) / (n + 2)),
            "quoted": math.log((quoted + 0.1) / (n + 10)),
            "letters": math.log1p(min(6, len(letters))),
            "capitals": sum(c.isupper() for c in letters) / len(letters),
            "foreign": math.log((beside + 0.5) / (n + 1)),
            "chinese": math.log((chinese + 0.5) / (n + 1)),
            "measure": math.log((numbered + after_numbers + 0.5) / (n + after_numbers + 1)),
        }
    return result


def entropy(counts: list[int]) -> float:
    """The entropy of some counts, in nats."""
    return math.log(sum(counts)) - sum(c * math.log(c) for c in counts) / sum(counts) if counts else 0.0


def latin_rows(found: NewWords) -> dict[str, tuple[NewWords, int]]:
    """The rows of words in Latin letters, shown and refused."""
    tables = [found] if found.refused is None else [found, found.refused]
    return {word: (table, row) for table in tables for row, word in enumerate(table.words) if word.isascii()}


@pytest.mark.parametrize("seed", [1, 2])
def test_runs_are_measured_as_defined(seed: int) -> None:
    text = prose(seed)
    rows = latin_rows(find_new_words([text], known(), ASKED))
    slow = {run: figures for run, figures in slow_runs(text).items() if figures["count"] >= 5 and run != "VIP"}
    assert set(rows) == {run for run in slow if len(run) > 1}
    for run, (table, row) in rows.items():
        assert table.counts[row] == slow[run]["count"]
        gates = table.gates
        assert gates.foreign[row] == pytest.approx(slow[run]["between"])
        assert gates.alone[row] == pytest.approx(slow[run]["alone"])
        assert gates.numbers[row] == pytest.approx(slow[run]["numbers"])
        for name, value in zip(FEATURES, table.features[row].tolist(), strict=True):
            if name in slow[run]:
                assert value == pytest.approx(slow[run][name], rel=1e-5, abs=1e-5), (run, name)


def test_terms_are_found_and_english_text_measures_and_labels_are_not() -> None:
    text = prose(3, 900)
    found = find_new_words([text], known(), ASKED)
    shown = [word for word in found.words if word.isascii()]
    assert set(RUNS) <= set(shown)
    assert not {"VIP", "the", "of", "river", "END"} & set(shown)
    least = min(found.probabilities[found.words.index(run)] for run in RUNS)
    assert all(
        found.probabilities[row] < least for row, word in enumerate(found.words) if word.isascii() and word not in RUNS
    )


def test_words_in_latin_letters_are_not_shown_unless_asked_for() -> None:
    text = prose(4)
    plain, more = (find_new_words([text], known(), ASKED._replace(latin=latin)) for latin in (False, True))
    assert [word for word in more.words if not word.isascii()] == plain.words
    assert not any(word.isascii() for word in plain.words)


def test_the_same_runs_for_any_blocks_and_workers() -> None:
    text = prose(5)
    lines = text.splitlines(keepends=True)
    whole = find_new_words([text], known(), ASKED)
    for job, size in ((Job(), 1), (Job(workers=2, memory="64M"), 30)):
        blocks = ["".join(lines[at : at + size]) for at in range(0, len(lines), size)]
        found = find_new_words(blocks, known(), ASKED, job=job)
        assert found.words == whole.words
        assert found.scores.tobytes() == whole.scores.tobytes()
        assert examples_of(found, blocks) == examples_of(whole, [text])
        assert all(f"【{word}】" in shown for word, shown in zip(found.words, examples_of(found, blocks), strict=True))


@pytest.mark.parametrize(("run", "gate"), [("the", "foreign"), ("END", "alone"), ("VIP", "not in the dictionary")])
def test_reasons_say_which_gate_is_closed(run: str, gate: str) -> None:
    asked = ASKED._replace(units=[run])
    why = reasons_of(find_new_words([prose(6)], known(), asked), run, known())
    assert any(gate in passage.name for passage in why.gates if not passage.passes)
    assert sum(term.weighted for term in why.terms) == pytest.approx(why.score, abs=1e-5)


def test_a_text_of_latin_letters_alone() -> None:
    found = find_new_words(["GDP\u3001GDP\u3001GDP\u3001GDP\u3001GDP\u3001AI\n"], known(), ASKED)
    assert found.words == ["GDP"]
    assert np.isfinite(found.scores).all()
