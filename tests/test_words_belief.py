"""A dictionary as what bayes believes before it sees the text, and what it learned joined with a dictionary."""

import io
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pytest
from cases import random_text
from click.testing import CliRunner
from nlpzero_cli.main import main
from test_words_esa import symbols_of, words_of

from nlpzero.core.job import Job
from nlpzero.errors import ModelError
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.options import Reading
from nlpzero.segment.dictionary import DictionaryCutter, dictionary_cutter
from nlpzero.segment.joined import JoinedCutter
from nlpzero.segment.learned import LearnedSegmenter
from nlpzero.segment.lexical import Chances
from nlpzero.text.characters import code_points
from nlpzero.words.belief import Belief, Trust
from nlpzero.words.discovery import discover
from nlpzero.words.esa import esa_cut
from nlpzero.words.finding import Parameters, Progress
from nlpzero.words.front import learn_cutter
from nlpzero.words.sampler import LONGEST_AT_FIRST

STORIES = (Path(__file__).parent.parent / "data" / "stories.txt").read_text("utf-8")[:15000]
WORDS = dictionary_cutter().lexicon


def learn(lexicon: Lexicon | None, workers: int = 1) -> tuple[LearnedSegmenter, Trust | None, str]:
    """Learn from the stories; give the segmenter, the trust and the cut."""
    told: list[Progress] = []
    with Job(workers=workers):
        found = discover([STORIES], "bayes", Parameters(lexicon=lexicon, rounds=3), on_round=told.append)
    assert found.segmenter is not None
    return found.segmenter, told[0].trust, found.segmenter.segment(STORIES)


def bytes_of(segmenter: LearnedSegmenter) -> bytes:
    file = io.BytesIO()
    segmenter.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def plain() -> str:
    return learn(None)[2]


@pytest.fixture(scope="module")
def believing() -> tuple[LearnedSegmenter, Trust | None, str]:
    return learn(WORDS)


def agreement(one: str, other: str) -> float:
    """Tell how many word boundaries two cuts of a text share."""
    edges = []
    for text in (one, other):
        marks = np.cumsum([len(word) for word in text.split()])
        edges.append(set(marks.tolist()))
    return len(edges[0] & edges[1]) / len(edges[0] | edges[1])


def test_a_dictionary_that_fits_the_text_is_trusted(
    believing: tuple[LearnedSegmenter, Trust | None, str], plain: str
) -> None:
    _, trust, cut = believing
    assert trust is not None
    assert trust.is_start
    assert trust.weight == 1
    by_words = dictionary_cutter().segment(STORIES)
    assert agreement(cut, by_words) > agreement(plain, by_words) + 0.05


def test_a_dictionary_that_says_nothing_changes_little(plain: str) -> None:
    rng = np.random.default_rng(1)
    shuffled = dict.fromkeys("".join(rng.permutation([*word])) for word in WORDS.words if len(word) > 1)
    known = set(WORDS.words)
    useless = [word for word in shuffled if word not in known]
    foreign = ["衍冕铄骞", "笺麓霏蘅", "栩铄"]  # characters that the stories do not have
    places = rng.integers(0, len(STORIES) - 4, 4000).tolist()
    drawn = dict.fromkeys(STORIES[i : i + n] for i, n in zip(places, rng.integers(2, 5, 4000).tolist(), strict=True))
    random = [string for string in drawn if string.isalpha() and string not in known]
    for words in (useless, foreign, random):
        _, trust, cut = learn(Lexicon(words, [1] * len(words)))
        assert trust is not None
        assert not trust.is_start
        assert trust.weight < 0.5
        assert agreement(cut, plain) > 0.85


def test_trust_is_what_its_definition_says() -> None:
    text = random_text(990, 2000, "山水云雨风花鸟鱼虫草，\n")
    ngrams = symbols_of(text)
    marks, _, _ = esa_cut(ngrams, order=LONGEST_AT_FIRST)
    cut = words_of(ngrams, [mark.array for mark in marks])
    counts: defaultdict[str, list[bool]] = defaultdict(list)
    for clause in cut:
        edges = {0, *np.cumsum([len(word) for word in clause]).tolist()}
        for at, pair in enumerate(pairwise("".join(unit for word in clause for unit in word))):
            counts["".join(pair)].append(at in edges and at + 1 not in edges and at + 2 in edges)
    listed = set([*counts][::3])
    often = {pair: 2 * sum(cuts) >= len(cuts) for pair, cuts in counts.items() if len(cuts) >= 2}
    shares = [
        np.mean([pair in listed for pair, is_word in often.items() if is_word == wanted]) for wanted in (True, False)
    ]
    trust = Belief.of_text(ngrams, marks, Lexicon([*listed], [1] * len(listed))).trust
    assert trust.covered == pytest.approx(shares[0])
    assert trust.r == pytest.approx(log(shares[0] / shares[1]))


def test_the_number_of_workers_does_not_matter(believing: tuple[LearnedSegmenter, Trust | None, str]) -> None:
    assert bytes_of(learn(WORDS, workers=2)[0]) == bytes_of(believing[0])


def test_the_dictionary_is_kept_in_the_segmenter(
    believing: tuple[LearnedSegmenter, Trust | None, str], tmp_path: Path
) -> None:
    segmenter, _, cut = believing
    path = tmp_path / "believing.npz"
    segmenter.save(path)
    loaded = LearnedSegmenter.load(path)
    assert loaded == segmenter
    assert loaded.segment(STORIES) == cut
    assert "蓬荜生辉" in loaded.knowledge.listed
    assert not learn(Lexicon(["衍冕铄骞"], [1]))[0].knowledge.listed  # what is not believed is not kept


def test_the_joined_score_is_that_of_its_definition(believing: tuple[LearnedSegmenter, Trust | None, str]) -> None:
    probabilities = np.array([1.0, 0.3, 0.9, 0.0])
    chances = Chances(probabilities, 0.5)
    whole = 0.5 * (log(0.3) + log(0.1))  # begins at 1, goes on at 2
    assert chances.of_words(np.array([1]), 2)[0] == pytest.approx(whole)
    assert chances.of_words(np.array([2]), 1)[0] == pytest.approx(0.5 * log(0.9))
    segmenter = believing[0]
    words = DictionaryCutter(Lexicon(["山水", "水云"], [5, 4]))
    text = random_text(3, 400, "山水云，\n")
    assert JoinedCutter(words, segmenter, 0).segment(text) == words.segment(text)
    strong = JoinedCutter(dictionary_cutter(), segmenter, 50)
    codes = code_points(STORIES[:5000])
    sure = segmenter.probabilities(codes)
    marks = strong.boundaries(codes)
    certain = np.flatnonzero((sure > 0.999) | (sure < 0.001))
    assert np.mean(marks[certain] == (sure[certain] > 0.5)) > 0.97
    assert JoinedCutter(words, segmenter, 0.2) != JoinedCutter(words, segmenter, 0.5)


def test_the_commands_believe_and_join(tmp_path: Path) -> None:
    text, model = tmp_path / "text", tmp_path / "model.npz"
    text.write_text(STORIES[:6000], "utf-8")
    useless, own = tmp_path / "useless", tmp_path / "own"
    useless.write_text("衍冕\n铄骞\n", "utf-8")
    own.write_text("绘图室\n", "utf-8")  # "drawing office"
    base = ["discover", "--method", "bayes", "--rounds", "2", "--min-count", "1", str(text)]
    done = CliRunner().invoke(main, [*base, "-q", "--lexicon", "jieba", "--save-segmenter", str(model)])
    assert (done.exit_code, done.stderr) == (0, "")
    cuts = [
        CliRunner().invoke(main, ["segment", *options, str(text)]).stdout
        for options in (
            ["--segmenter", str(model)],
            ["--segmenter", str(model), "--lexicon", "jieba"],
            ["--segmenter", str(model), "--lexicon", "jieba", "--power", "0"],
            ["--lexicon", "jieba"],
            [],
            ["--learn", "--rounds", "2", "--lexicon", "jieba"],
            ["--learn", "--rounds", "2", "--lexicon", str(useless)],
            ["--learn", "--rounds", "2", "--method", "bayes"],
            ["--learn", "--rounds", "2", "--lexicon", "jieba", "--userdict", str(own)],
        )
    ]
    assert {cut.replace(" ", "") for cut in cuts} == {STORIES[:6000].replace(" ", "")}
    assert cuts[2] == cuts[3] == cuts[4]
    assert len({*cuts[:3]}) == 3
    assert cuts[5] == cuts[1]  # what was learned is joined with the dictionary
    assert cuts[6] == cuts[7]  # but not with a list that the text does not bear out
    joined = learn_cutter(str(text), parameters=Parameters(rounds=2, min_count=1))
    assert joined.segment(STORIES[:6000]) == cuts[5]  # in Python, one call
    assert "绘图 室" in cuts[5] and "绘图室" in cuts[8]
    shirts = tmp_path / "shirts"
    shirts.write_text("他买了T恤\n" * 30, "utf-8")  # "he bought a T-shirt"
    cuts = [
        CliRunner().invoke(main, ["segment", "--fold", "case", *options, str(shirts)]).stdout.splitlines()[0]
        for options in (
            [],
            ["--segmenter", str(model), "--lexicon", "jieba", "--power", "0"],
            ["--learn", "--rounds", "2", "--lexicon", "jieba", "--power", "0"],
        )
    ]
    assert cuts == ["他 买 了 T恤"] * 3  # the dictionary is read as the text is
    corpus = Corpus([shirts], reading=Reading(fold=("case",)))
    assert learn_cutter(corpus, parameters=Parameters(rounds=2), power=0)("买了t恤") == ["买", "了", "t恤"]
    wrong = CliRunner().invoke(main, ["discover", "--lexicon", "jieba", str(text)])
    assert wrong.exit_code == 2
    assert "--lexicon needs --method bayes" in wrong.stderr


def test_a_cutter_is_learned_in_one_call_and_joined_where_the_text_bears_the_dictionary_out(
    believing: tuple[LearnedSegmenter, Trust | None, str],
) -> None:
    asked = Parameters(rounds=2)
    useless = learn_cutter([STORIES[:3000]], DictionaryCutter(Lexicon(["衍冕", "铄骞"], [1, 1])), asked)
    alone = discover([STORIES[:3000]], "bayes", asked)
    assert useless == alone.cutter
    own = DictionaryCutter(Lexicon([*WORDS.words], WORDS.counts))  # as a user's, it has to show what it is worth
    assert not own.is_good and dictionary_cutter().is_good
    learned = replace(alone, finding=replace(alone.finding, cutter=believing[0]))
    assert learned.joined(own, 0.3) == JoinedCutter(own, believing[0], 0.3)
    assert isinstance(alone.joined(dictionary_cutter()), JoinedCutter)
    with pytest.raises(ModelError, match="take the method bayes"):
        discover([STORIES[:3000]], "esa", asked).joined(own)
