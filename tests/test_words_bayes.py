"""The sampler: counts against recounts, step weights against the formulas, the whole against exact posteriors."""

from collections import Counter, defaultdict
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import oracles
import pytest
from cases import blocks_of, random_text
from test_words_esa import clauses_of, spelled, symbols_of

from nlpzero.core.job import Job
from nlpzero.errors import ModelError
from nlpzero.ngrams.counts import NGrams
from nlpzero.ngrams.levels import bits_in, places_in
from nlpzero.segment.bigrams import P_END, THRESHOLD, Prior, Tables, grouped, steps_of
from nlpzero.segment.chain import forward, marginals, sample
from nlpzero.segment.spelling import Spelling
from nlpzero.words import sampler as sampling
from nlpzero.words.discovery import Discovery, cut_texts, discover
from nlpzero.words.esa import esa_cut, statistics
from nlpzero.words.finding import Parameters, Progress
from nlpzero.words.sampler import Sampler, chunks_of

LONGEST = 3
EDGE = ("edge",)
STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


def sampler_of(ngrams: NGrams, seed: int = 3) -> Sampler:
    """Give a sampler of words of up to three units, cut by ESA."""
    marks, _, _ = esa_cut(ngrams, order=LONGEST, rounds=2)
    chunks = chunks_of(ngrams, [mark.array for mark in marks], 2 * LONGEST, seed)
    return Sampler(ngrams, chunks, statistics(ngrams, LONGEST), Prior(), seed, LONGEST)


def cut_of(ngrams: NGrams, sampler: Sampler) -> list[list[oracles.Word]]:
    """Read the words of all clauses off the chunks."""
    result = []
    for chunk in sampler.chunks:
        rows = chunk.layout.rows
        for clause, length in enumerate(chunk.layout.lengths.tolist()):
            slots = [rows[t] + clause for t in range(length)]
            units = [ngrams.units[chunk.ranks[0][slot]] for slot in slots]
            sizes = chunk.cut.sizes[slots].tolist()
            assert sum(sizes) == length
            words = [tuple(units[t : t + size]) for t, size in enumerate(sizes) if size]
            before = [int(chunk.cut.previous[slot]) for slot, size in zip(slots, sizes, strict=True) if size]
            assert before == [0, *map(len, words[:-1])]
            result.append(words)
    return result


class Recount:
    """Counts of words and pairs in plain dictionaries, with both edges of a clause."""

    def __init__(self, cut: list[list[oracles.Word]]) -> None:
        self.pairs = Counter(pair for clause in cut for pair in pairwise([EDGE, *clause, EDGE]))
        self.words = Counter(word for clause in cut for word in clause)
        self.first = Counter({EDGE: len(cut)})
        self.followers: Counter[oracles.Word] = Counter(v for v, _ in self.pairs)
        self.leaders: Counter[oracles.Word] = Counter(w for _, w in self.pairs)

    def probability(self, first: oracles.Word, second: oracles.Word, base: float) -> float:
        """P(w|v) of the Pitman-Yor model, with P0(w) given."""
        prior = Prior()
        types = len(self.words)
        leaders, total = self.leaders[second], self.leaders.total()
        below = max(leaders - prior.type_discount, 0) + (prior.type_strength + prior.type_discount * types) * base
        below /= total + prior.type_strength
        count = self.first[EDGE] if first == EDGE else self.words[first]
        spread = prior.strength + prior.discount * self.followers[first]
        return (max(self.pairs[first, second] - prior.discount, 0) + spread * below) / (count + prior.strength)


def assert_same(ngrams: NGrams, tables: Tables, recount: Recount) -> None:
    """Compare tables with a recount; n-grams that occur once are only in the totals."""
    names: dict[int, list[oracles.Word]] = {n: spelled(ngrams, n) for n in range(1, 2 * LONGEST + 1)}
    for length in range(1, LONGEST + 1):
        for array, expected in (
            (tables.words, recount.words),
            (tables.followers, recount.followers),
            (tables.leaders, recount.leaders),
        ):
            assert array[length - 1].tolist() == [*(expected[word] for word in names[length]), 0]
    for (k, length), counts in tables.pairs.items():
        for word, number in zip(names[k + length], counts.tolist(), strict=False):
            assert number == recount.pairs[word[:k] or EDGE, word[k:] or EDGE]
    assert tables.types == len(recount.words)
    assert tables.all_leaders == recount.leaders.total()
    assert (tables.starters, tables.enders) == (recount.followers[EDGE], recount.leaders[EDGE])
    assert tables.clauses == recount.first[EDGE]


@pytest.mark.parametrize("seed", range(2))
def test_counts_after_any_number_of_batches_are_those_of_the_words(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "CHUNK", 100)
    text = random_text(900 + seed, 1500)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    assert len(sampler.chunks) > 10
    before = cut_of(ngrams, sampler)
    assert_same(ngrams, sampler.tables, Recount(before))
    for longest, with_esa in ((2, False), (3, True), (3, True)):
        sampler.round(longest, with_esa=with_esa, count=False)
        after = cut_of(ngrams, sampler)
        assert_same(ngrams, sampler.tables, Recount(after))
    assert after != before
    part = sampler.chunks[::2]
    sampler.tables.add(grouped(part), -1)
    sampler.chunks = sampler.chunks[1::2]
    assert_same(ngrams, sampler.tables, Recount(cut_of(ngrams, sampler)))


def test_the_spelling_of_words_is_counted_from_types_and_tags_from_tokens() -> None:
    # 山 (mountain) alone, 山水 (landscape) twice, 水山水 ("water mountain water"): characters 山 0, 水 1
    spelling = Spelling.learned(
        np.array([4, 4]),
        np.array([[1, 1], [1, 0], [0, 2]]),
        np.array([[2, 1], [1, 0], [0, 3], [1, 0]]),
        np.array([0, 1, 2, 1]),
        np.array([[2, 1], [0, 0]]),
    )
    first, last = np.array([0]), np.array([1])
    assert spelling.words([first, last])[0] == pytest.approx(
        np.exp(-1.5) * 1.5**2 / 2 * (1 + 25) / (2 + 50) * (2 + 25) / (2 + 50)
    )
    assert spelling.words([first])[0] == pytest.approx(np.exp(-1.5) * 1.5 * 0.5)
    emitted = (2 + 2.5) / (3 + 5) * (3 + 2.5) / (3 + 5)
    assert spelling.tagged([first, last], 0.5)[0] == pytest.approx((3 / 5 * emitted) ** 0.5)  # B goes to E 2 + 1 of 5
    three = (
        spelling.steps["BM"] * spelling.steps["ME"] * spelling.tags[0, 1] * spelling.tags[1, 0] * spelling.tags[2, 1]
    )
    assert spelling.tagged([last, first, last], 1.0)[0] == pytest.approx(three)
    assert spelling.steps["EB"] == pytest.approx((2 + 1) / (3 + 2))


@pytest.mark.parametrize("with_esa", [False, True])
def test_weights_and_marginals_are_those_of_the_model_over_all_segmentations(with_esa: bool) -> None:
    text = random_text(930, 1500)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    chunk, others = sampler.chunks[0], sampler.chunks[1:]
    spelling = sampler.spelling()
    esa = sampler.esa_weights(LONGEST) if with_esa else None
    sampler.tables.add(grouped([chunk]), -1)
    steps = steps_of(chunk, sampler.tables, spelling, sampler.prior, LONGEST, esa)
    filtered = forward(chunk.layout, steps)
    begins, _ = marginals(chunk.layout, steps, filtered)
    sampler.chunks = others
    recount = Recount(cut_of(ngrams, sampler))
    rank = {unit: i for i, unit in enumerate(ngrams.units)}
    names = {n: {word: i for i, word in enumerate(spelled(ngrams, n))} for n in range(1, LONGEST + 1)}

    def weight(words: list[oracles.Word]) -> float:
        result = 1.0
        for first, second in pairwise([EDGE, *words]):
            ids = [np.array([rank[unit]]) for unit in second]
            result *= recount.probability(first, second, float(spelling.words(ids)[0]))
            result *= float(spelling.tagged(ids, Prior().tag_weight)[0])
            if first != EDGE:
                step = ("S" if len(first) == 1 else "E") + ("S" if len(second) == 1 else "B")
                result *= spelling.steps[step] ** Prior().tag_weight
            if esa is not None:
                table = esa[len(second) - 1]
                result *= table[names[len(second)].get(second, len(table) - 1)]
        return result * recount.probability(words[-1], EDGE, P_END)

    checked = 0
    for clause, length in enumerate(chunk.layout.lengths.tolist()):
        if length > 8:
            continue
        slots = [chunk.layout.rows[t] + clause for t in range(length)]
        units = [ngrams.units[chunk.ranks[0][slot]] for slot in slots]
        ways = [w for w in oracles.all_segmentations(units) if max(map(len, w)) <= LONGEST]
        weights = [weight(way) for way in ways]
        assert filtered.evidence[clause] == pytest.approx(log(sum(weights)))
        chances: defaultdict[int, float] = defaultdict(float)
        for way, value in zip(ways, weights, strict=True):
            for at in np.cumsum([0, *map(len, way[:-1])]).tolist():
                chances[at] += value / sum(weights)
        assert begins[slots] == pytest.approx([chances[at] for at in range(length)])
        checked += 1
    assert checked > 3


def test_the_sampler_visits_segmentations_as_often_as_its_model_says() -> None:
    # With all of the text but one clause held fast, samples of that clause are independent draws.
    text = random_text(940, 400)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    chunk = sampler.chunks[0]
    spelling = sampler.spelling()
    sampler.tables.add(grouped([chunk]), -1)
    steps = steps_of(chunk, sampler.tables, spelling, sampler.prior, LONGEST, None)
    filtered = forward(chunk.layout, steps)
    begins, _ = marginals(chunk.layout, steps, filtered)
    rng = np.random.default_rng(1)
    draws = 2000
    seen = np.sum([sample(chunk.layout, steps, filtered, rng).sizes > 0 for _ in range(draws)], axis=0)
    assert np.abs(seen / draws - begins).max() < 5 * 0.5 / np.sqrt(draws)


def bayes_words(text: str, lines: int = 10**9, workers: int = 1, **parameters: int | float) -> Discovery:
    asked = Parameters(min_count=1, **parameters)  # type: ignore[arg-type]
    return discover(blocks_of(text, lines), "bayes", asked, job=Job(workers))


def test_the_same_seed_gives_the_same_words_for_any_blocks_and_workers_and_another_seed_others() -> None:
    text = random_text(950, 3000)
    one = bayes_words(text, rounds=4, samples=2)
    two = bayes_words(text, lines=7, workers=2, rounds=4, samples=2)
    assert one.words == two.words
    assert one.scores.tobytes() == two.scores.tobytes()
    assert (
        np.concatenate([p.array for p in one.probabilities]).tobytes()
        == np.concatenate([p.array for p in two.probabilities]).tobytes()
    )
    other = bayes_words(text, rounds=4, samples=2, seed=2)
    assert (other.words, other.scores.tolist()) != (one.words, one.scores.tolist())


def test_finer_words_are_shorter_and_coarser_ones_longer() -> None:
    text = STORIES.read_text(encoding="utf-8")[:6000]
    tokens = [int(bayes_words(text, rounds=3, samples=1, finer=finer).counts.sum()) for finer in (-2.0, 0.0, 2.0)]
    assert tokens == sorted(tokens)
    assert tokens[0] * 1.05 < tokens[2]


def test_a_run_that_stops_and_goes_on_ends_as_one_that_does_not(tmp_path: Path) -> None:
    text = random_text(960, 2000)
    asked = Parameters(min_count=1, rounds=5, samples=3)
    whole = discover([text], "bayes", asked)
    for stop_after in (1, 3):
        path = tmp_path / f"state{stop_after}"

        def stop(state: Progress, at: int = stop_after) -> None:
            if state.round == at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            discover([text], "bayes", asked, checkpoint=path, on_round=stop)
        rounds: list[int] = []

        def note(state: Progress, into: list[int] = rounds) -> None:
            into.append(state.round)

        resumed = discover([text], "bayes", asked, checkpoint=path, resume=True, on_round=note)
        assert rounds == [*range(stop_after, 6)]
        assert (resumed.words, resumed.scores.tolist()) == (whole.words, whole.scores.tolist())
        with pytest.raises(ModelError, match="another corpus or other settings"):
            discover([text + "山水"], "bayes", asked, checkpoint=path, resume=True)
        path.write_bytes(b"PK nothing")
        with pytest.raises(
            ModelError, match="holds no bayes checkpoint of nlpzero, or is damaged; remove it to start anew"
        ):
            discover([text], "bayes", asked, checkpoint=path, resume=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["state1", "state3"]


def test_the_words_of_the_stories_by_seed_7() -> None:
    text = STORIES.read_text(encoding="utf-8")
    found = discover([text], "bayes", Parameters(rounds=6, samples=3, seed=7))
    words = dict(zip(found.words, found.counts.tolist(), strict=True))
    # 沈渡棠 and 罗砚舟 are people, 青桅坊 a shipyard: all invented
    assert {"沈渡棠": 72, "罗砚舟": 28, "青桅坊": 12}.items() <= words.items()
    cut = "".join(cut_texts(found, [text]))
    assert cut.replace(" ", "") == text.replace(" ", "")
    assert cut.split().count("沈渡棠") == 72
    scores = dict(zip(found.words, found.scores.tolist(), strict=True))
    assert scores["沈渡棠"] > 72 * 2


@pytest.mark.parametrize("text", ["山", "山水", "ab12", "山水山水山水，山水。"])
def test_a_short_text_is_cut_as_well(text: str) -> None:
    found = discover([text], "bayes", Parameters(min_count=1, rounds=2, samples=1))
    assert "".join(cut_texts(found, [text])).replace(" ", "") == text


def test_a_clause_without_end_is_sampled_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = random_text(970, 3000, "山水云雨风")
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    longest = max(int(chunk.layout.lengths[0]) for chunk in sampler.chunks)
    assert 100 < longest <= sampling.LONGEST_CLAUSE + LONGEST
    assert sum(chunk.layout.size for chunk in sampler.chunks) == ngrams.total
    places = np.sort(np.concatenate([chunk.places for chunk in sampler.chunks]))
    assert places.tolist() == [*range(ngrams.total)]


def test_word_boundaries_are_the_probabilities_above_one_half() -> None:
    text = random_text(980, 1500)
    found = bayes_words(text, rounds=3, samples=2)
    assert [len(clause) for clause in clauses_of(text)]
    for block, bits, chance in zip(found.ngrams.blocks, found.finding.starts, found.probabilities, strict=True):
        places = places_in(block)[0].astype(int)
        inner = np.flatnonzero(np.diff(places, prepend=-2) == 1)
        assert (bits_in(bits, len(places))[inner] == (chance.array[inner] > THRESHOLD)).all()
        assert (chance.array >= 0).all()
        assert (chance.array <= 1).all()
