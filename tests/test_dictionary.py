"""Cutting text by a dictionary, its numerals and the way its words are spelled: `nlpzero segment` by default."""

import pickle
import re
from itertools import pairwise
from math import exp, inf, log

import numpy as np
import pytest
from cases import classify, random_text

from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.classifiers import Classifiers
from nlpzero.segment.dictionary import DictionaryCutter, dictionary_cutter
from nlpzero.segment.forms import LONGEST, Forms
from nlpzero.segment.jieba_adapter import load_words
from nlpzero.segment.lexical import LexiconCutter
from nlpzero.segment.numerals import CLASSIFIER, NUMERAL, NUMERALS
from nlpzero.segment.phrases import frequent
from nlpzero.text.characters import DIGIT, HAN, LATIN, code_points, inside_numbers

LETTERS = "山水云雨风花鸟鱼虫草人石一二三十百个只条12a，。\n"  # mountain, water, cloud, ..., one, two, three, ...


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("罗砚舟在青桅坊下了船", "罗砚舟 在 青桅坊 下 了 船"),  # "Luo Yanzhou landed at Qingwei Lane": unlisted names
        ("三十个人、3万条鱼", "三十 个 人 、 3万 条 鱼"),  # "thirty people, 30,000 fish"
        ("第二次进一步说明", "第二 次 进一步 说明"),  # "the second time explained further"
        ("一方面十分高兴", "一方面 十分 高兴"),  # "on the one hand very glad"
        ("重3.5斤，占60%", "重 3.5 斤 ， 占 60%"),  # "weighs 3.5 jin, makes 60 %"
        ("2026年", "2026 年"),
    ],
)
def test_words_numerals_and_names_are_cut_as_a_reader_would(text: str, words: str) -> None:
    assert dictionary_cutter().segment(text) == words


def random_lexicon(seed: int) -> Lexicon:
    """Draw words of a text, with counts that are all different."""
    rng = np.random.default_rng(seed)
    text = random_text(seed, 2000, LETTERS)
    starts = rng.integers(0, len(text) - 8, 250)
    words = {text[i : i + n] for i, n in zip(starts.tolist(), rng.integers(1, 5, 250).tolist(), strict=True)}
    words |= {numeral + unit for numeral in "一二三十百" for unit in "个只"} | {"十十只", "百百个"}
    chosen = sorted(word for word in words if "\n" not in word)
    return Lexicon(chosen, rng.permutation(np.arange(1, len(chosen) + 1)) ** 2, 10**7)


class SlowDictionary:
    """The same cut, written down step by step with loops."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.counts = dict(zip(lexicon.words, lexicon.counts.tolist(), strict=True))
        self.total = lexicon.total
        rare = [w for w in self.counts if self.is_form(w) and self.counts[w] <= 50]
        self.of_length = {n: sum(len(w) == n for w in rare) / len(rare) for n in (2, 3, 4)}
        self.of_place = [[w[0] for w in rare], [c for w in rare for c in w[1:-1]], [w[-1] for w in rare]]
        self.found()

    @staticmethod
    def is_numeral(character: str) -> bool:
        return character in NUMERALS or classify(character) == DIGIT

    @classmethod
    def is_form(cls, word: str) -> bool:
        return 2 <= len(word) <= 4 and all(classify(c) == HAN and c not in NUMERALS for c in word)

    def found(self) -> None:
        """Find the classifiers, and the words of a numeral and a classifier that are bound."""
        listed: dict[str, dict[str, int]] = {}
        for word, count in self.counts.items():
            counts_things = len(word) > 1 and classify(word[-1]) == HAN and not self.is_numeral(word[-1])
            if counts_things and all(map(self.is_numeral, word[:-1])):
                listed.setdefault(word[-1], {})[word] = count
        firsts = {
            unit: {a: sum(n for w, n in words.items() if w[0] == a) for a in {w[0] for w in words}}
            for unit, words in listed.items()
        }
        self.classifiers = {
            unit
            for unit, words in listed.items()
            if len(words) >= 5 and max(firsts[unit].values()) <= 0.95 * sum(words.values())
        }
        everything = sum(sum(listed[unit].values()) for unit in self.classifiers)
        self.bound = {
            word
            for unit in self.classifiers
            for word, n in listed[unit].items()
            if len(word) == 2
            and n / sum(listed[unit].values())
            > 5 * sum(firsts[other].get(word[0], 0) for other in self.classifiers) / everything
        }

    def form(self, word: str) -> float:
        """ln P of an unlisted word."""
        if not self.is_form(word) or not self.of_length[len(word)]:
            return -inf
        every = [c for place in self.of_place for c in place]
        result = log(0.03) + log(self.of_length[len(word)])
        for place, character in zip([0, *[1] * (len(word) - 2), 2], word, strict=True):
            here = self.of_place[place]
            share = here.count(character) / max(1, len(here))
            result += log(0.8 * share + 0.2 * every.count(character) / len(every) + 1e-8)
        return result

    def listed(self, word: str) -> float:
        """ln P of a listed word or a unit."""
        unit = len(word) == 1 or (len({classify(c) for c in word}) == 1 and classify(word[0]) in (DIGIT, LATIN))
        return log(self.counts.get(word, 1) / self.total) if word in self.counts or unit else -inf

    @staticmethod
    def best(text: str, score: "object") -> list[str]:
        """Give the words with the greatest sum; of equal sums the longer first word."""
        routes: list[tuple[float, int]] = [(0.0, 0)]
        for start in reversed(range(len(text))):
            options = [
                (score(text[start:end]) + routes[len(text) - end][0], end)  # type: ignore[operator]
                for end in range(start + 1, len(text) + 1)
            ]
            routes.append(max(options))
        words, at = [], 0
        while at < len(text):
            end = routes[len(text) - at][1]
            words.append(text[at:end])
            at = end
        return words

    def cut(self, line: str) -> list[str]:
        """Cut a line without its end."""
        spelled = [c for c in line]
        edges = {
            i
            for i in range(1, len(line))
            if classify(line[i]) in (DIGIT, LATIN) and classify(line[i]) == classify(line[i - 1])
        }

        def whole(start: int, end: int) -> bool:
            return start not in edges and end not in edges

        routes: list[tuple[float, int]] = [(0.0, 0)]
        n = len(spelled)
        for start in reversed(range(n)):
            options = [
                (self.listed(line[start:end]) + routes[n - end][0], end)
                for end in range(start + 1, min(n, start + 8) + 1)
                if whole(start, end)
            ]
            routes.append(max(options) if start not in edges else routes[-1])
        starts, at = set(), 0
        while at < n:
            starts.add(at)
            at = routes[n - at][1]
        starts = self.settled(line, starts)
        marks = [*sorted(starts), n]
        words = [line[a:b] for a, b in pairwise(marks)]
        result: list[str] = []
        run = ""
        at = 0
        for word in [*words, ""]:
            at += len(word)
            counts_things = word in self.classifiers and at > 1 and self.is_numeral(line[at - 2])
            if len(word) == 1 and classify(word) == HAN and not self.is_numeral(word) and not counts_things:
                run += word
                continue
            result += self.best(run, lambda w: max(self.listed(w) if len(w) <= 4 else -inf, self.form(w)))
            result += [word] if word else []
            run = ""
        inner = inside_numbers(code_points(line))
        runs = [match.span() for match in re.finditer("[a-z][a-z0-9]*|[0-9][a-z0-9]*", line)]
        models = {i for a, b in runs for i in range(a + 1, b) if line[a].isalpha() and i not in edges}
        joined: list[str] = []
        at = 0
        for word in result:
            if (inner[at] or at in models) and joined:
                joined[-1] += word
            else:
                joined.append(word)
            at += len(word)
        return joined

    def settled(self, line: str, starts: set[int]) -> set[int]:
        """Join numerals, and cut before classifiers."""
        result = set(starts)
        for at in range(1, len(line)):
            if not self.is_numeral(line[at - 1]):
                continue
            if self.is_numeral(line[at]):
                result.discard(at)
            elif line[at] in self.classifiers:
                word = max(start for start in starts if start <= at)
                end = min([start for start in starts if start > at], default=len(line))
                run = at
                while run and self.is_numeral(line[run - 1]):
                    run -= 1
                is_early = word < run and not (word == run - 1 and line[word] == "第")
                is_more = word == run and end - word >= 3 and end > at + 1
                is_bound = run == at - 1 and end == at + 1 and line[run:end] in self.bound
                if not (is_early or is_more or is_bound):
                    result.add(at)
                    if line[at : at + 2] == "个人":
                        result.add(at + 1)
        return result

    def score(self, words: list[str]) -> float:
        """What the words of a run add up to, before letters and digits are joined."""
        parts = [part for word in words for part in re.findall("[a-z]+|[0-9]+|[^a-z0-9]+", word) or [word]]
        return sum(max(self.listed(word), self.form(word)) for word in parts)


@pytest.mark.parametrize("seed", range(8))
def test_the_cut_is_that_of_its_definition(seed: int) -> None:
    lexicon = random_lexicon(seed)
    slow, cutter = SlowDictionary(lexicon), DictionaryCutter(lexicon)
    known = Classifiers.of_lexicon(lexicon)
    assert slow.classifiers == {chr(code) for code in np.flatnonzero(known.kinds == CLASSIFIER).tolist()}
    assert slow.bound == {chr(pair >> 32) + chr(pair & 0xFFFFFFFF) for pair in known.bound.tolist()}
    text = random_text(seed + 100, 1500, LETTERS)
    for line, cut in zip(text.split("\n"), cutter.segment(text, "/").split("\n"), strict=True):
        expected = slow.cut(line)
        assert cut.replace("/", "") == line
        if cut != "/".join(expected):  # equally good cuts may be chosen differently where sums are rounded
            assert slow.score(cut.split("/")) == pytest.approx(slow.score(expected), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_strings_are_scored_by_their_length_and_the_places_of_their_characters(seed: int) -> None:
    lexicon = random_lexicon(seed)
    slow, forms = SlowDictionary(lexicon), Forms.of_lexicon(lexicon)
    assert forms is not None
    text = "".join(c for c in random_text(seed, 300, LETTERS) if classify(c) == HAN and c not in NUMERALS)
    room = np.arange(len(text), 0, -1)
    for length, array in enumerate(forms.arrays(code_points(text), room), 2):
        expected = [slow.form(text[i : i + length]) if i + length <= len(text) else -inf for i in range(len(text))]
        np.testing.assert_allclose(array, expected)
    # probabilities of all strings of a length add up to its share, but for what is kept for unknown characters
    mass = exp(forms.lengths[2]) * np.exp(forms.places[0]).sum() * np.exp(forms.places[2]).sum()
    assert mass == pytest.approx(0.03 * slow.of_length[2], rel=1e-5)


def test_a_lexicon_of_long_words_only_spells_none() -> None:
    assert Forms.of_lexicon(Lexicon(["一带一路沿线"], [3])) is None
    assert DictionaryCutter(Lexicon(["青桅坊的人们"], [3])).segment("青桅坊的人们来了") == "青桅坊的人们 来 了"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_no_run_of_single_characters_is_cut_as_by_the_words_alone(seed: int) -> None:
    words = frequent(load_words(), 4)
    rng = np.random.default_rng(seed)
    every = [w for w in words.words if len(w) > 1 and not any(SlowDictionary.is_numeral(c) for c in w)]
    text = "，".join(every[i] for i in rng.integers(0, len(every), 500).tolist())
    plain = LexiconCutter(words)(text)
    cut = dictionary_cutter()(text)
    assert "".join(cut) == text
    long = {(text.index(w), w) for w in plain if len(w) > 1 and text.count(w) == 1}
    assert long <= {(text.index(w), w) for w in cut if text.count(w) == 1}


def test_no_word_of_more_than_four_characters_is_made_up() -> None:
    text = random_text(3, 5000, "衍冕铄骞笺麓霏蘅栩" + "，\n")  # characters of names
    assert max(map(len, dictionary_cutter()(text))) <= LONGEST


def test_numerals_that_end_a_text_are_settled() -> None:
    words = ["一个", "两个", "三个", "十个", "百个"]
    cut = DictionaryCutter(Lexicon(words, [5, 4, 3, 2, 1]))
    assert [cut.segment(text) for text in ("三十", "三十个", "二三", "个", "")] == ["三十", "三十 个", "二三", "个", ""]
    known = Classifiers.of_lexicon(Lexicon(words, [5, 4, 3, 2, 1]))
    assert {known.kinds[ord(c)] for c in "一十0９"} == {NUMERAL}


def test_the_dictionary_is_not_sent_but_read_anew() -> None:
    cutter = dictionary_cutter()
    sent = pickle.dumps(cutter)
    assert len(sent) < 1000
    assert pickle.loads(sent) == cutter
    other = DictionaryCutter(random_lexicon(0))
    again = pickle.loads(pickle.dumps(other))
    text = random_text(9, 500, LETTERS)
    assert (again, again.segment(text)) == (other, other.segment(text))
    assert len({cutter.digest, other.digest, LexiconCutter(random_lexicon(0)).digest}) == 3


@pytest.mark.parametrize("size", [1, 50])
def test_the_size_of_pieces_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = random_text(4, 800, LETTERS + "衍冕铄骞")
    whole = dictionary_cutter().segment(text)
    monkeypatch.setattr(DictionaryCutter, "piece", size)
    assert dictionary_cutter().segment(text) == whole
