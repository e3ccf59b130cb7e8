"""The three methods of word discovery against the formulas, and laws that hold for all of them."""

from collections import Counter
from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import PLAIN, at_work, blocks_of, classify, classify_published, lines_of, random_text

from nlpzero.core.engine import Engine
from nlpzero.core.workspace import Workspace
from nlpzero.errors import ModelError, NothingFound
from nlpzero.ngrams.counts import NGrams, count_units
from nlpzero.words import pieces, pmi
from nlpzero.words.cohesion import cohesion_pieces
from nlpzero.words.discovery import Discovery, cut_texts, discover
from nlpzero.words.finding import MethodName, Parameters
from nlpzero.words.methods import METHODS, method_of
from nlpzero.words.pieces import UnitCodes, count_pieces
from nlpzero.words.pmi import pmi_pieces, remove_redundancy
from nlpzero.words.spelling import CountedPieces

YAM = "山药汤，山药饼，炒山药，山药片，买山药。\n"  # "yam soup, yam cake, fried yam, yam chips, buy yam"


def characters_of(text: str, lines: int = 10**9) -> NGrams:
    return count_units(blocks_of(text, lines), joined=False, engine=Engine(), workspace=Workspace(1 << 40))


def counts_of(found: Discovery) -> dict[str, int]:
    return dict(zip(found.words, found.counts.tolist(), strict=True))


def cut_by_entropy(text: str, min_type_count: int = 3) -> list[list[tuple[str, ...]]]:
    """Cut every clause of a text by the oracle."""
    clauses = oracles.clauses(text, True, classify)
    scores = oracles.entropy_scores(clauses, 4, min_type_count)
    return [oracles.best_segmentation(scores, clause) for clause in clauses]


def test_a_word_with_many_neighbours_is_found() -> None:
    found = discover([YAM])
    assert counts_of(found) == {"山药": 5}
    assert found.measures.left_entropy[0] == pytest.approx(np.log(5))
    assert found.measures.cohesion[0] == pytest.approx(np.log(15 * 5 / (5 * 5)))


@pytest.mark.parametrize("seed", range(4))
def test_entropy_finds_the_words_that_the_best_segmentation_uses(seed: int) -> None:
    text = random_text(100 + seed, 2500)
    expected = Counter("".join(word) for clause in cut_by_entropy(text) for word in clause)
    found = discover([text], parameters=Parameters(min_count=2))
    assert counts_of(found) == {word: n for word, n in expected.items() if n >= 2}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("parameters", [Parameters(min_count=3), Parameters(min_count=6, min_pmi=(0, 0.5, 1, 1.5))])
def test_cohesion_finds_the_words_of_the_published_method(seed: int, parameters: Parameters) -> None:
    text = random_text(200 + seed, 2500, PLAIN)
    min_pmi = parameters.min_pmi or (0, 2, 4, 6)
    assert parameters.min_count is not None
    expected = oracles.cohesion_words(lines_of(text), 4, parameters.min_count, min_pmi, classify_published)
    assert expected
    found = cohesion_pieces(
        characters_of(text), order=4, min_count=parameters.min_count, min_pmi=min_pmi, memory=1 << 20
    )
    assert found[2] == {"".join(w): n for w, n in expected.items()}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("min_proba", "min_pmi"), [(1e-7, 1.0), (2e-3, 0.0), (1e-2, -1.0)])
def test_pmi_finds_the_words_and_counts_of_nlp_zero(seed: int, min_proba: float, min_pmi: float) -> None:
    text = random_text(300 + seed, 2500, PLAIN)
    expected = oracles.pmi_words(lines_of(text), min_proba, min_pmi, classify_published)
    _, pieces = pmi_pieces(characters_of(text, 7), min_proba=min_proba, min_pmi=min_pmi, memory=1 << 20)
    assert remove_redundancy(pieces.frequent)[0].as_counts() == expected


@pytest.mark.parametrize(("lines", "memory"), [(10**9, 1 << 20), (7, 1), (1, 1 << 20)])
def test_pieces_of_any_length_are_counted_and_come_in_the_order_of_the_text(lines: int, memory: int) -> None:
    rng = np.random.default_rng(15)
    characters = [*map(chr, range(0x4E00, 0x4E00 + 900))]  # 900 make short pieces of 6 and longer ones
    clauses = ["".join(rng.choice(characters[: 3 * size], size)) for size in rng.integers(1, 12, 400).tolist()]
    drawn = [*clauses, "".join(characters), *rng.choice(clauses, 900).tolist()]
    ngrams = characters_of("。\n".join(drawn) + "\n", lines).to_length(2, minimum=1)
    found = count_pieces(ngrams, UnitCodes(ngrams), [np.ones(len(ngrams.levels[1]), np.bool_)], memory)
    expected = {piece: number for piece, number in Counter(drawn).items() if number >= 3}
    assert found.total == len(drawn) - 1
    assert found.too_long == 1
    words = found.at_least(3).as_counts()
    assert words == expected
    for length in range(1, 12):
        assert [word for word in words if len(word) == length] == [word for word in expected if len(word) == length]


def test_redundancy_is_removed_longest_first_and_counts_go_to_the_parts() -> None:
    # 长江 (the Yangtze) and 大桥 (bridge) explain 长江大桥, which is rare beside them; 江豚 (porpoise) stays.
    counted = {"长江大桥": 2, "长江": 50, "大桥": 40, "江豚": 9, "长": 1, "江": 1, "豚": 1}
    words, _ = remove_redundancy(CountedPieces.of_counts(counted))
    assert words.as_counts() == {"长江": 52, "大桥": 42, "江豚": 9, "长": 1, "江": 1, "豚": 1}


@pytest.mark.parametrize("most", [1, 7, pmi.MOST])
def test_words_of_one_length_see_the_drops_of_those_before_them(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmi, "MOST", most)
    rng = np.random.default_rng(13)
    letters = "甲乙丙丁"  # four heavenly stems
    for _ in range(30):
        drawn = ["".join(rng.choice([*letters], rng.integers(1, 5)).tolist()) for _ in range(60)]
        counted = Counter(drawn)
        expected = oracles_redundancy(counted)
        assert remove_redundancy(CountedPieces.of_counts(counted))[0].as_counts() == expected


def oracles_redundancy(counts: Counter[str]) -> dict[str, int]:
    """Remove redundancy by the oracle: each piece is a line of its own, cut nowhere."""
    lines = [word for word, n in counts.items() for _ in range(n)]
    return oracles.pmi_words(lines, 1e-9, -1e9, classify_published)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("lines", "workers", "budget"), [(1, 1, 0), (5, 1, 1 << 30), (9, 2, 0)])
def test_words_and_figures_are_the_same_for_any_blocks_workers_and_memory(
    method: MethodName, lines: int, workers: int, budget: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = random_text(400, 2000 if lines > 1 else 1000)
    parameters = Parameters(min_count=2, min_pmi=(0.5,), rounds=8)
    whole = discover([text], method, parameters)
    if budget == 0:
        monkeypatch.setattr(pieces, "ENTRY_BYTES", 1 << 30)  # the tally spills after every block
    with at_work(workers, budget, tmp_path) as execution:
        parts = discover(blocks_of(text, lines), method, parameters, job=execution)
    assert len(whole.words) > 10
    assert parts.words == whole.words
    for a, b in zip(
        (parts.counts, parts.scores, *parts.measures), (whole.counts, whole.scores, *whole.measures), strict=True
    ):
        assert a.tobytes() == b.tobytes()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", METHODS)
def test_words_are_in_order_of_count_and_then_of_code_points(method: MethodName) -> None:
    found = discover([random_text(500, 2000)], method, Parameters(min_count=2, min_pmi=(0.5,)))
    rows = list(zip((-found.counts).tolist(), found.words, strict=True))
    assert rows == sorted(rows)


@pytest.mark.parametrize("method", METHODS)
def test_no_word_is_longer_than_asked_and_the_longer_ones_are_counted(method: MethodName) -> None:
    text = random_text(600, 2000)
    every = discover([text], method, Parameters(min_count=2, min_pmi=(0.5,)))
    short = discover([text], method, Parameters(min_count=2, min_pmi=(0.5,), max_length=2))
    longer = [word for word in every.words if len(oracles.clauses(word, method_of(method).joined, classify)[0]) > 2]
    assert longer
    assert short.words == [word for word in every.words if word not in longer]
    assert short.too_long - every.too_long == len(longer)


@pytest.mark.parametrize("lines", [1, 4, 10**9])
@pytest.mark.parametrize("delimiter", [" ", "/"])
def test_the_text_is_cut_as_the_words_were_found_and_nothing_of_it_is_lost(lines: int, delimiter: str) -> None:
    text = random_text(700, 1500) + "末行没有换行"  # "the last line has no line end"
    found = discover(blocks_of(text, lines), parameters=Parameters(min_count=1))
    cut = "".join(cut_texts(found, blocks_of(text, lines), delimiter))
    assert cut.replace(delimiter, "") == text.replace(delimiter, "")
    expected = ["".join(word) for clause in cut_by_entropy(text) for word in clause]
    assert [w for w in cut.replace("\n", delimiter).split(delimiter) if w and classify(w[0])] == expected


def test_a_corpus_that_changed_between_two_readings_is_refused() -> None:
    found = discover([YAM], parameters=Parameters(min_count=1))
    with pytest.raises(ModelError, match="changed"):
        list(cut_texts(found, ["山药\n"]))


@pytest.mark.parametrize("text", ["", "\n\n", "，。！\n", "   "])
@pytest.mark.parametrize("method", METHODS)
def test_a_text_without_units_has_no_words(text: str, method: MethodName) -> None:
    with pytest.raises(NothingFound, match="no Han characters"):
        discover([text], method)


@pytest.mark.parametrize("method", METHODS)
def test_one_character_is_its_own_word(method: MethodName) -> None:
    assert counts_of(discover(["山"], method, Parameters(min_count=1))) == {"山": 1}  # "mountain"


def test_a_short_text_without_repetition_says_what_to_try() -> None:
    with pytest.raises(NothingFound, match="`min_count`=1"):
        discover(["山高水长\n"])  # "the mountains are high and the rivers long"


@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(min_count=0),
        Parameters(max_length=0),
        Parameters(order=1),
        Parameters(order=8),
        Parameters(min_proba=0),
    ],
)
def test_parameters_out_of_range_are_refused(parameters: Parameters) -> None:
    with pytest.raises(ModelError, match="must be"):
        discover([YAM], parameters=parameters)


def test_a_line_of_one_repeated_sentence_is_one_piece_and_no_word() -> None:
    line = "今天天气很好我们去公园" * 20_000  # "the weather is fine today, we go to the park"
    assert discover([line], parameters=Parameters(min_count=1)).words
    with pytest.raises(NothingFound, match="1 pieces are longer than 64 characters"):
        discover([line], "pmi")
