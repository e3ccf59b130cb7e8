"""New words: gates and features against their definitions, planted words, reasons, and whatever is known."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
from new_words_oracle import slow_candidates

from nlpzero.core.job import Job
from nlpzero.errors import ModelError, NothingFound
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.ngrams.counts import count_ngrams
from nlpzero.words.features import FEATURES
from nlpzero.words.known import CharacterProfile, KnownWords
from nlpzero.words.new_words import NewWords, SeekParameters, examples_of, find_new_words
from nlpzero.words.norms import usual
from nlpzero.words.reasons import reasons_of, units_of
from nlpzero.words.weights import LONG, WEIGHTS, ReferenceSet, standardised

TABLE = """
他 90 我 80 的 400 是 120 在 110 河 15 船 20 修 8 很 60 好 50 看 40 一 90 三 30 两 20 五 20 八 9 个 100
这 70 了 150 着 40 们 30 也 80 河边 9 小船 7 修理 6 好看 9 我们 60 他们 50 看见 30 河水 8 船工 4 个人 9
工人 8 修船 2 桥 9 大桥 8 山 12 山坡 4 水 30 喝 9 茶 9 这里 20
"""
"""Everyday words: he, I, the particle, to be, at, river, boat, mend, very, good, look, one, three, two, five ..."""
WORDS = dict(zip(TABLE.split()[::2], map(int, TABLE.split()[1::2]), strict=True))
PLANTED = ["橹簧", "青桅坊", "苇壳灯", "测涡仪", "槐汀", "Petri网"]
PHRASES = ["的河", "我也", "看了", "三个", "在山坡"]
FUNCTION = ["的", "是", "在", "了", "也", "很", "个", "这"]


def known() -> KnownWords:
    """The dictionary of these tests."""
    return KnownWords.of_lexicon(Lexicon([*WORDS], [*WORDS.values()]))


def prose(seed: int, clauses: int = 900) -> str:
    """Clauses of dictionary words with planted new words, planted phrases, numbers, quotations and lines of layout."""
    rng = random.Random(seed)
    content = [word for word in WORDS if word not in FUNCTION and word not in "一三两五八"]
    lines = []
    for number in range(clauses):
        clause = [rng.choice(content if rng.random() < 0.5 else FUNCTION) for _ in range(rng.randint(2, 6))]
        if rng.random() < 0.4:
            word = rng.choice(PLANTED)
            clause.insert(rng.randrange(len(clause) + 1), f"“{word}”" if rng.random() < 0.2 else word)
        if rng.random() < 0.3:
            clause.insert(rng.randrange(len(clause) + 1), rng.choice(PHRASES))
        if rng.random() < 0.2:
            clause.append(rng.choice(["12", "3", *"一三两五八"]) + "个" + rng.choice(["人", "船工"]))
        if rng.random() < 0.05:
            clause = ["看", "一", "看"]
        lines.append("".join(clause) + rng.choice(["，", "。", "。\n", "！\n"]))
        if number % 40 == 0:
            lines.append("\n河茶\n")  # river tea: alone on its line
    return "".join(lines)


def gathered(found: NewWords) -> NewWords:
    """All candidates, whatever the gates say."""
    assert found.refused is not None
    return found.refused


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gates_and_features_are_those_of_the_definitions(seed: int) -> None:
    text = prose(seed)
    found = find_new_words([text], known(), SeekParameters(min_count=5))
    slow = slow_candidates(text, known().cutter, WORDS, 5)
    seen = set()
    for table, is_open in ((found, True), (gathered(found), False)):
        for row, word in enumerate(table.words):
            expected = slow[word]
            seen.add(word)
            assert table.counts[row] == expected["count"]
            assert table.parts[row] == expected["parts"]
            for name, value in zip(table.gates._fields, table.gates, strict=True):
                assert value[row] == pytest.approx(expected["gates"][name], abs=1e-9), (word, name)
            for name, value in zip(FEATURES, table.features[row].tolist(), strict=True):
                assert value == pytest.approx(expected["features"][name], rel=1e-6, abs=1e-6), (word, name)
            gates = expected["gates"]
            passes = gates["commonest"] <= 0.75 and gates["alone"] < 0.5 and gates["numbers"] < 4
            assert passes is is_open, word
    assert seen == set(slow)
    assert len(found) > 20
    assert len(gathered(found)) > 3


def test_planted_words_are_found_and_planted_phrases_are_not() -> None:
    found = find_new_words([prose(7, 3000)], known())
    row = {word: number for number, word in enumerate(found.words)}
    assert set(found.words[: len(PLANTED)]) == set(PLANTED)
    assert "河茶" not in row  # alone on its lines
    assert "三个" not in row  # any numeral stands before it
    least = min(found.probabilities[row[word]] for word in PLANTED)
    assert all(found.probabilities[row[phrase]] < least for phrase in PHRASES if phrase in row)


def test_the_same_words_for_any_blocks_and_workers() -> None:
    text = prose(4)
    lines = text.splitlines(keepends=True)
    whole = find_new_words([text], known())
    for job, size in ((Job(), 1), (Job(), 50), (Job(workers=2, memory="64M"), 200)):
        blocks = ["".join(lines[at : at + size]) for at in range(0, len(lines), size)]
        found = find_new_words(blocks, known(), job=job)
        assert found.words == whole.words
        for name in ("counts", "probabilities", "scores", "cohesion", "left_entropy", "right_entropy", "parts"):
            assert getattr(found, name).tobytes() == getattr(whole, name).tobytes(), name
        assert examples_of(found, blocks) == examples_of(whole, [text])


def test_documents_are_the_files_a_word_stands_in(tmp_path: Path) -> None:
    texts = [prose(8, 400), prose(9, 300), "橹簧 GDP GDP\n"]
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text * 20 if path == paths[0] else text, encoding="utf-8")
    found = find_new_words(paths, known(), SeekParameters(latin=True, min_count=2), job=Job(memory="8M"))
    assert found.files == 3
    for word, documents in zip(found.words, found.documents.tolist(), strict=True):
        if word in PLANTED:
            assert documents == sum(word in text for text in texts), word
    assert found.documents[found.words.index("GDP")] == 1
    assert find_new_words(["橹簧是。\n" * 9], known()).files == 1


def test_words_given_by_an_iterator_are_read_twice() -> None:
    text = prose(4)
    assert find_new_words(iter([text]), known()).words == find_new_words([text], known()).words


def test_reasons_add_up_to_the_score_and_say_what_the_gates_say() -> None:
    found = find_new_words([prose(5)], known())
    for row in range(0, len(found), 5):
        why = reasons_of(found, found.words[row], known())
        assert sum(term.weighted for term in why.terms) == pytest.approx(found.scores[row], abs=1e-5)
        assert why.probability == pytest.approx(1 / (1 + math.exp(-why.score)))
        assert (why.is_new, why.row, why.count) == (True, row + 1, found.counts[row])
        assert all(gate.passes for gate in why.gates)
        weights = filter(None, WEIGHTS[min(len(why.units), LONG)])
        for term, weight in zip(why.terms, weights, strict=False):
            assert term.weighted == pytest.approx(term.deviation * weight)


@pytest.mark.parametrize(
    ("word", "gate"),
    [("看见", "not in the dictionary"), ("河茶", "share of places alone on the line")],
)
def test_reasons_of_strings_that_do_not_pass(word: str, gate: str) -> None:
    text = prose(5)
    found = find_new_words([text], known(), SeekParameters(units=units_of(word)))
    why = reasons_of(found, word, known())
    assert not why.is_new
    assert gate in [one.name for one in why.gates if not one.passes]
    # what is asked does not change the others
    plain = find_new_words([text], known())
    assert (found.words, found.scores.tolist()) == (plain.words, plain.scores.tolist())


@pytest.mark.parametrize("word", ["河", "12个", "一二三四五六七八九", "茶茶茶茶"])
def test_strings_that_cannot_be_measured_are_told(word: str) -> None:
    found = find_new_words([prose(5)], known(), SeekParameters(units=units_of(word)))
    with pytest.raises(NothingFound, match="cannot be measured"):
        reasons_of(found, word, known())
    with pytest.raises(NothingFound, match="cannot be a word"):
        units_of("河，")


def test_a_list_without_counts_takes_them_from_the_text() -> None:
    text = prose(6)
    listed = KnownWords.of_lexicon(Lexicon([*WORDS], [1] * len(WORDS)))
    assert not listed.counted
    found = find_new_words([text], listed)
    assert set(PLANTED) <= set(found.words[:12])
    row = found.words.index("橹簧")
    marks = np.array(listed.cutter.boundaries(np.frombuffer(text.encode("utf-32-le"), np.uint32)))
    ends = np.append(marks[1:], True)
    alone = sum(char == "橹" for char, start, end in zip(text, marks, ends, strict=True) if start and end)
    assert found.features[row, FEATURES.index("first_alone")] == pytest.approx(math.log1p(alone))


def test_what_is_known_is_not_reported() -> None:
    text = prose(6)
    more = Lexicon([*WORDS, "橹簧"], [*WORDS.values(), 1])
    found = find_new_words([text], KnownWords.of_lexicon(more))
    assert "橹簧" not in found.words
    assert "青桅坊" in found.words


def test_jieba_is_known_with_more_words_or_without() -> None:
    text = "".join(f"{name}在河边修{thing}。" for name in "张李王赵孙" for thing in ("橹簧", "苇壳灯", "小船"))
    text += "橹簧坏了。新橹簧好。苇壳灯亮了。买苇壳灯。"
    assert {"橹簧", "苇壳灯"} <= set(find_new_words([text]).words)
    assert "橹簧" not in find_new_words([text], KnownWords.of_jieba(Lexicon(["橹簧"], [1]))).words


def test_words_found_in_the_text_stand_in_for_a_dictionary() -> None:
    words = ["橹簧", "的", "在", "是", "我们", "青桅坊"]
    first = KnownWords.of_discovery(words, np.array([50, 400, 100, 90, 60, 40]))
    assert not first.holds(words).any()
    found = find_new_words([prose(6)], first)
    assert {"橹簧", "青桅坊", "我们"} <= set(found.words)


def test_counts_made_before_give_the_cohesion() -> None:
    text = prose(6)
    plain = find_new_words([text], known())
    same = find_new_words([text], known(), counted=count_ngrams([text], 7))
    assert (same.words, same.scores.tolist()) == (plain.words, plain.scores.tolist())
    twice = find_new_words([text], known(), counted=count_ngrams([text + text.replace("橹簧", "")], 7))
    row, other = plain.words.index("橹簧"), twice.words.index("橹簧")
    assert twice.counts[other] == plain.counts[row]
    assert twice.cohesion[other] > plain.cohesion[row]
    short = find_new_words([text], known(), counted=count_ngrams([text], 2))
    assert max(short.lengths) == 3
    with pytest.raises(ModelError, match="count again with characters=False"):
        find_new_words([text], known(), counted=count_ngrams([text], 2, characters=True))


def test_orders() -> None:
    found = find_new_words([prose(6)], known())
    assert found.order("topic").tolist() == [*range(len(found))]
    for by, figures in (("score", found.scores), ("probability", found.probabilities), ("count", found.counts)):
        assert (np.diff(figures[found.order(by)]) <= 0).all()  # type: ignore[arg-type]
    topic = found.scores + 0.5 * np.log(found.counts)
    assert (np.diff(topic) <= 0).all()


def test_features_are_compared_with_those_of_their_class_that_pass() -> None:
    rng = np.random.default_rng(5)
    features = rng.normal(3, 2, (40, len(FEATURES)))
    features[0] = 1000  # is clipped
    classes, standing = rng.integers(2, 5, 40), rng.random(40) < 0.8
    standing[0] = False
    result = standardised(features, classes, ReferenceSet(standing, 50_000))
    assert result[0].tolist() == [4.0] * len(FEATURES)
    for row in range(1, 40):
        own = features[(classes == classes[row]) & standing]
        mean, deviation = usual(int(classes[row]), 50_000)
        for column in range(len(FEATURES)):  # as if 1,000 more with the usual mean and deviation were there
            values = own[:, column].tolist()
            middle = (sum(values) + 1000 * mean[column]) / (len(values) + 1000)
            squares = sum((value - middle) ** 2 for value in values)
            squares += 1000 * (deviation[column] ** 2 + (mean[column] - middle) ** 2)
            expected = (features[row, column] - middle) / math.sqrt(squares / (len(values) + 1000))
            assert result[row, column] == pytest.approx(max(-4, min(4, expected)))


def test_a_name_is_as_probable_among_many_names_as_alone() -> None:
    """In a short text most candidates may be words: they are not held against each other."""
    names = ["温秋蘅", "陆小篙", "顾闻溪", "柏九娘", "罗砚舟", "邵听白", "韩青萝", "孟小帆"]
    before = ["昨天", "后来", "只有", "因为", "他问", "如果", "这时"]
    after = ["喝茶", "修船", "走了", "说话", "看书", "回家", "听戏", "点头"]
    rng = random.Random(3)
    texts = [
        "".join(f"{rng.choice(before)}{name}{rng.choice(after)}，{name}{rng.choice(after)}。\n" for _ in range(6))
        for name in names
    ]
    alone, together = find_new_words(texts[:1]), find_new_words(["".join(texts)])
    chances = [float(found.probabilities[found.words.index(names[0])]) for found in (alone, together)]
    assert min(chances) > 0.35
    assert abs(chances[0] - chances[1]) < 0.25


def test_usual_figures_are_given_for_any_length_of_text() -> None:
    for units in 0, 1, 10_000, 10**12:
        for kind in 2, 3, 4:
            mean, deviation = usual(kind, units)
            assert mean.shape == deviation.shape == (len(FEATURES),)
            assert np.isfinite(mean).all()
            assert (deviation >= 0.02).all()


def test_a_profile_counts_every_word_once_for_each_character() -> None:
    profile = CharacterProfile.of_lexicon(Lexicon(["看", "看看", "好看"], [5, 2, 1]))
    at = ord("看")
    assert [int(column[at]) for column in profile] == [1, 2, 5, 3]
    assert profile.independence[at] == pytest.approx(math.log(25 / 23))


@pytest.mark.parametrize(
    ("parameters", "name"),
    [(SeekParameters(min_count=1), "min_count"), (SeekParameters(max_length=9), "max_length")],
)
def test_parameters_out_of_range_are_refused(parameters: SeekParameters, name: str) -> None:
    with pytest.raises(ModelError, match=name):
        find_new_words(["河水"], known(), parameters)


def test_nothing_is_told() -> None:
    with pytest.raises(NothingFound, match="no Han characters"):
        find_new_words(["。。。\n"], known())
    with pytest.raises(NothingFound, match="no string that is not known"):
        find_new_words(["河水在山坡。\n"], known())
