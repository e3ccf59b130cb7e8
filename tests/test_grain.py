"""Finer and coarser words."""

import pickle

import pytest
from cases import random_text
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.dictionary import DictionaryCutter, dictionary_cutter
from nlpzero.segment.grain import GRAINS, SUFFIX_WORDS, Grain, GrainCutter
from nlpzero.segment.lexical import HmmCutter, LexiconCutter, jieba_cutter

TEXT = "2009年12月，上海市博物馆——成为3点的……"  # "December 2009, the museum of Shanghai - became of three o'clock ..."


def run(*arguments: str, text: str = TEXT) -> Result:
    return CliRunner().invoke(main, ["segment", *arguments], input=text.encode())


def test_named_grains_cut_suffixes_off_or_keep_dates_and_marks_whole() -> None:
    assert run().stdout == "2009 年 12 月 ， 上海市 博物馆 — — 成为 3 点 的 … …"
    assert run("--grain", "fine").stdout == "2009 年 12 月 ， 上海 市 博物 馆 — — 成为 3 点 的 … …"
    assert run("--grain", "coarse").stdout == "2009年 12月 ， 上海市 博物馆 —— 成为 3点 的 ……"
    assert run("--detach", "suffixes", "--join", "dates").stdout == "2009年 12月 ， 上海 市 博物 馆 — — 成为 3点 的 … …"
    assert run("--grain", "standard").stdout == run().stdout


def test_a_bonus_makes_words_shorter_or_longer() -> None:
    text = (
        "中华人民共和国的研究生学习自然语言处理方法并不困难\n" * 3
    )  # "graduates of the Republic learn language processing"
    counts = [len(run("--grain", number, text=text).stdout.split()) for number in ("-4", "0", "4")]
    assert counts[0] <= counts[1] < counts[2]
    assert run("--grain", "0").stdout == run().stdout
    done = run("--grain", "2", "--jieba")
    assert (done.exit_code, "--grain NATS is for the dictionary's own cut" in done.stderr) == (2, True)
    assert run("--grain", "much").exit_code == 2


@pytest.mark.parametrize("cutter", [dictionary_cutter(), jieba_cutter(), HmmCutter()], ids=["own", "jieba", "hmm"])
def test_every_switch_only_adds_or_takes_away_edges(cutter: DictionaryCutter) -> None:
    text = TEXT + random_text(2, 300, "年月日北京市博物馆12—…，\n")
    plain = cutter.segment(text, "/")
    edges = {len(plain[:i].replace("/", "")) for i, c in enumerate(plain) if c == "/"}
    for grain, adds in ((Grain(suffixes=True), True), (Grain(dates=True), False), (Grain(marks=True), False)):
        cut = GrainCutter(cutter, grain).segment(text, "/")
        assert cut.replace("/", "") == text
        other = {len(cut[:i].replace("/", "")) for i, c in enumerate(cut) if c == "/"}
        assert other >= edges if adds else other <= edges
    assert GrainCutter(cutter, GRAINS["standard"]).segment(text, "/") == plain


def test_suffixes_are_learned_from_the_dictionary_and_words_of_users_stay_whole() -> None:
    stems = [chr(0x5000 + i) + chr(0x6000 + i) for i in range(SUFFIX_WORDS)]
    rare = ["甲乙厂", "甲乙"]  # a suffix of one word
    words = [*stems, *(stem + "馆" for stem in stems), *rare]
    cutter = LexiconCutter(Lexicon(words, [5] * len(words)))
    fine = GrainCutter(cutter, Grain(suffixes=True))
    assert fine(stems[0] + "馆甲乙厂") == [stems[0], "馆", "甲乙厂"]
    kept = GrainCutter(cutter.with_words(Lexicon([stems[0] + "馆"], [1])), Grain(suffixes=True))
    assert kept(stems[0] + "馆" + stems[1] + "馆") == [stems[0] + "馆", stems[1], "馆"]


def test_grains_are_told_apart_and_sent() -> None:
    every = [GrainCutter(dictionary_cutter(), grain) for grain in (*GRAINS.values(), Grain(bonus=1))]
    assert len({cutter.digest for cutter in every}) == len(every)
    for cutter in every:
        sent = pickle.loads(pickle.dumps(cutter))
        assert (sent, sent(TEXT)) == (cutter, cutter(TEXT))
