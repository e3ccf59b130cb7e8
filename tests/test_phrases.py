"""Pairs of words that a dictionary lists as one: they are left out of what text is cut into."""

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.classifiers import Classifiers
from nlpzero.segment.dictionary import LEAST_COUNT, dictionary_cutter
from nlpzero.segment.jieba_adapter import load_words
from nlpzero.segment.numerals import CLASSIFIER
from nlpzero.segment.phrases import frequent, without_phrases


def test_determiners_and_degrees_are_words() -> None:
    cut = dictionary_cutter()
    # "this kind of thing is very large", "that time it was better", "which one is smaller"
    assert cut("这种东西很大") == ["这", "种", "东西", "很", "大"]
    assert cut("那次更好") == ["那", "次", "更", "好"]
    assert cut("哪个较小") == ["哪个", "较", "小"]
    # "many here", "the largest that day": words of their own
    assert cut("这里很多") == ["这里", "很多"]
    assert cut("那天最大的") == ["那天", "最大", "的"]


def test_words_of_letters_and_han_characters_stay() -> None:
    # "ultrasound and X-ray were both done", "bought a memory stick", "his blood group is O"
    assert dictionary_cutter()("B超和X光都做了") == ["B超", "和", "X光", "都", "做", "了"]
    assert dictionary_cutter()("买了U盘") == ["买", "了", "U盘"]
    assert dictionary_cutter()("他是O型") == ["他", "是", "O", "型"]


def test_only_such_entries_are_left_out() -> None:
    listed = frequent(load_words(), LEAST_COUNT)
    kept = without_phrases(listed)
    gone = set(listed.words) - set(kept.words)
    assert 30 < len(gone) < 60 and kept.total == listed.total
    assert {word: kept.counts[i] for i, word in enumerate(kept.words)}.items() <= dict(
        zip(listed.words, listed.counts.tolist(), strict=True)
    ).items()
    kinds = Classifiers.of_lexicon(listed).kinds
    for word in gone - {"半个"}:
        assert len(word) == 2
        assert word[0] in "很更较极太" or (word[0] in "这那哪" and kinds[ord(word[1])] == CLASSIFIER)
    assert without_phrases(Lexicon(["江", "这里"], [2, 3])).words == ["江", "这里"]
    assert kept.words == dictionary_cutter().lexicon.words


def test_numerals_with_several_before_them_end_before_what_is_counted() -> None:
    cut = dictionary_cutter()
    assert cut("数千位专家") == ["数千", "位", "专家"]  # "several thousand experts"; the dictionary lists 数千位
    assert cut("第一次进一步") == ["第一", "次", "进一步"]  # "the first time", "further"
