"""The sampler: counts against recounts, step weights against the formulas, the whole against exact posteriors."""

import tracemalloc
from collections import Counter, defaultdict
from itertools import pairwise
from math import factorial, log
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
from nlpzero.segment.bigrams import FACTOR, P_END, THRESHOLD, Prior, WordWeights, steps_of
from nlpzero.segment.chain import Layout, forward, marginals, sample
from nlpzero.segment.spelling import Spelling
from nlpzero.words import chunks
from nlpzero.words import sampler as sampler_module
from nlpzero.words.chunks import StoredChunk, spans_of
from nlpzero.words.discovery import Discovery, cut_texts, discover
from nlpzero.words.esa import esa_cut, statistics
from nlpzero.words.finding import Parameters, Progress
from nlpzero.words.sampler import Footprint, Sampler
from nlpzero.words.tables import NGramNumbers, SampledTables, WordPairs

LONGEST = 3
EDGE = ("edge",)
STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


def sampler_of(ngrams: NGrams, seed: int = 3) -> Sampler:
    """Give a sampler of words of up to three units, cut by ESA."""
    marks, _, _ = esa_cut(ngrams, order=LONGEST, rounds=2)
    numbers = NGramNumbers([len(level) for level in ngrams.levels[: 2 * LONGEST]], LONGEST)
    spans = spans_of(ngrams, numbers, marks, seed, ngrams.engine)
    return Sampler(ngrams, numbers, spans, statistics(ngrams, LONGEST), Prior(), seed, ngrams.engine)


def cut_of(ngrams: NGrams, sampler: Sampler) -> list[list[oracles.Word]]:
    """Read the words of all clauses off the chunks."""
    result = []
    for stored in sampler.chunks:
        chunk, sizes_of = stored.load(sampler.numbers), stored.sizes.array
        rows = chunk.layout.rows
        for clause, length in enumerate(chunk.layout.lengths.tolist()):
            slots = [rows[t] + clause for t in range(length)]
            units = [ngrams.units[chunk.units[slot]] for slot in slots]
            sizes = sizes_of[slots].tolist()
            assert sum(sizes) == length
            result.append([tuple(units[t : t + size]) for t, size in enumerate(sizes) if size])
    return result


def tokens_of(chunk: StoredChunk) -> WordPairs:
    """Give the words of a chunk."""
    return WordPairs(*(stored.array for stored in chunk.tokens))


def spell_out(spelling: Spelling, units: list[int]) -> tuple[float, float]:
    """P0 of a word, and what the Markov model says of it inside, by the formulas."""
    size = len(units)
    steps = spelling.steps
    p0 = np.exp(-1.5) * 1.5**size / factorial(size)
    if size == 1:
        return float(p0 * spelling.types[3, units[0]]), float(spelling.tags[3, units[0]])
    tagged = steps["BE"] if size == 2 else steps["BM"] * steps["MM"] ** (size - 3) * steps["ME"]
    for at, unit in enumerate(units):
        place = 0 if at == 0 else 2 if at == size - 1 else 1
        p0 *= spelling.types[place, unit]
        tagged *= spelling.tags[place, unit]
    return float(p0), float(tagged)


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


def assert_same(ngrams: NGrams, tables: SampledTables, recount: Recount) -> None:
    """Compare tables with a recount; n-grams that occur once are only in the totals."""
    numbers = tables.numbers
    for length in range(1, 2 * LONGEST + 1):
        for rank, word in enumerate(spelled(ngrams, length)):
            number = numbers.offsets[length - 1] + rank
            marks = 0
            for bit, k in enumerate(numbers.splits(length)):
                count = int(tables.pairs[numbers.pair(length, np.array([number]), k)][0])
                assert count == recount.pairs[word[:k], word[k:]]
                marks |= (count > 0) << bit
            assert tables.marks[number] == marks
            if length <= LONGEST:
                expected = [recount.words[word], recount.followers[word], recount.leaders[word]]
                assert tables.records[number, :3].tolist() == expected
                assert tables.begins[number] == recount.pairs[EDGE, word]
                assert tables.ends[number] == recount.pairs[word, EDGE]
    for array in (tables.records[:, :3], tables.begins, tables.ends):
        assert not array[: numbers.unknown].any()
    assert tables.tokens == recount.words.total()
    assert tables.types == len(recount.words)
    assert tables.all_leaders == recount.leaders.total()
    assert (tables.starters, tables.enders) == (recount.followers[EDGE], recount.leaders[EDGE])
    assert tables.clauses == recount.first[EDGE]


@pytest.mark.parametrize("seed", range(2))
def test_counts_after_any_number_of_batches_are_those_of_the_words(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 100)
    text = random_text(900 + seed, 900)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    assert len(sampler.chunks) > 8
    before = cut_of(ngrams, sampler)
    assert_same(ngrams, sampler.tables, Recount(before))
    for longest, with_esa in ((2, False), (3, True), (3, True)):
        sampler.round(longest, with_esa=with_esa, count=False)
        after = cut_of(ngrams, sampler)
        assert_same(ngrams, sampler.tables, Recount(after))
    assert after != before
    for chunk in sampler.chunks[::2]:
        sampler.tables.add(tokens_of(chunk), -1)
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
    found = [*spelling.by_length(np.array([0, 1, 0]), Layout(np.array([3])), 0.5, 3)]
    words, tagged = zip(*found, strict=True)
    assert words[1][0] == pytest.approx(np.exp(-1.5) * 1.5**2 / 2 * (1 + 25) / (2 + 50) * (2 + 25) / (2 + 50))
    assert words[0][0] == pytest.approx(np.exp(-1.5) * 1.5 * 0.5)
    emitted = (2 + 2.5) / (3 + 5) * (3 + 2.5) / (3 + 5)
    assert tagged[1][0] == pytest.approx((3 / 5 * emitted) ** 0.5)  # B goes to E 2 + 1 of 5
    assert words[2][0] == pytest.approx(spell_out(spelling, [0, 1, 0])[0])
    assert tagged[2][0] == pytest.approx(spell_out(spelling, [0, 1, 0])[1] ** 0.5)
    assert spelling.steps["EB"] == pytest.approx((2 + 1) / (3 + 2))


@pytest.mark.parametrize("with_esa", [False, True])
def test_weights_and_marginals_are_those_of_the_model_over_all_segmentations(with_esa: bool) -> None:
    text = random_text(930, 1500)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    stored, others = sampler.chunks[0], sampler.chunks[1:]
    chunk = stored.load(sampler.numbers)
    spelling = sampler.spelling()
    if with_esa:
        sampler.weigh(LONGEST)
    factors = sampler.tables.records[:, FACTOR].view(np.float32)
    sampler.tables.add(tokens_of(stored), -1)
    steps = steps_of(
        chunk, WordWeights(sampler.tables, sampler.prior), sampler.tables.seen(chunk, LONGEST), spelling, LONGEST
    )
    filtered = forward(chunk.layout, steps)
    ends = marginals(chunk.layout, steps, filtered).sum(axis=0)
    sampler.chunks = others
    recount = Recount(cut_of(ngrams, sampler))
    rank = {unit: i for i, unit in enumerate(ngrams.units)}
    names = {n: {word: i for i, word in enumerate(spelled(ngrams, n))} for n in range(1, LONGEST + 1)}

    def weight(words: list[oracles.Word]) -> float:
        result = 1.0
        for first, second in pairwise([EDGE, *words]):
            p0, tagged = spell_out(spelling, [rank[unit] for unit in second])
            result *= recount.probability(first, second, p0) * tagged ** Prior().tag_weight
            if first != EDGE:
                step = ("S" if len(first) == 1 else "E") + ("S" if len(second) == 1 else "B")
                result *= spelling.steps[step] ** Prior().tag_weight
            size = len(second)
            known = names[size].get(second)
            result *= float(factors[size if known is None else sampler.numbers.offsets[size - 1] + known])
        return result * recount.probability(words[-1], EDGE, P_END)

    checked = 0
    for clause, length in enumerate(chunk.layout.lengths.tolist()):
        if length > 8:
            continue
        slots = [chunk.layout.rows[t] + clause for t in range(length)]
        units = [ngrams.units[chunk.units[slot]] for slot in slots]
        ways = [w for w in oracles.all_segmentations(units) if max(map(len, w)) <= LONGEST]
        weights = [weight(way) for way in ways]
        assert filtered.evidence[clause] == pytest.approx(log(sum(weights)), abs=1e-5)
        chances: defaultdict[int, float] = defaultdict(float)
        for way, value in zip(ways, weights, strict=True):
            for at in np.cumsum([*map(len, way)]).tolist():
                chances[at - 1] += value / sum(weights)
        assert ends[slots] == pytest.approx([chances[at] for at in range(length)], abs=1e-6)
        checked += 1
    assert checked > 3


def test_the_sampler_visits_segmentations_as_often_as_its_model_says() -> None:
    # With all of the text but one clause held fast, samples of that clause are independent draws.
    text = random_text(940, 400)
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    stored = sampler.chunks[0]
    chunk = stored.load(sampler.numbers)
    spelling = sampler.spelling()
    sampler.tables.add(tokens_of(stored), -1)
    steps = steps_of(
        chunk, WordWeights(sampler.tables, sampler.prior), sampler.tables.seen(chunk, LONGEST), spelling, LONGEST
    )
    filtered = forward(chunk.layout, steps)
    ends = marginals(chunk.layout, steps, filtered).sum(axis=0)
    begins = np.append(np.ones(chunk.layout.active[0]), ends[chunk.layout.behind()])
    rng = np.random.default_rng(1)
    draws = 600
    seen = np.sum([sample(chunk.layout, steps, filtered, rng) > 0 for _ in range(draws)], axis=0)
    assert np.abs(seen / draws - begins).max() < 5 * 0.5 / np.sqrt(draws)


def bayes_words(text: str, lines: int = 10**9, workers: int = 1, **parameters: int | float) -> Discovery:
    asked = Parameters(min_count=1, **parameters)  # type: ignore[arg-type]
    return discover(blocks_of(text, lines), "bayes", asked, job=Job(workers))


def test_the_same_seed_gives_the_same_words_for_any_blocks_and_workers_and_another_seed_others() -> None:
    text = "，。\n" * 7 + random_text(950, 900)
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
    text = STORIES.read_text(encoding="utf-8")[:3000]
    tokens = [int(bayes_words(text, rounds=3, samples=1, finer=finer).counts.sum()) for finer in (-2.0, 0.0, 2.0)]
    assert tokens == sorted(tokens)
    assert tokens[0] * 1.05 < tokens[2]


def test_a_run_that_stops_and_goes_on_ends_as_one_that_does_not(tmp_path: Path) -> None:
    text = random_text(960, 500)
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


def test_a_clause_without_end_is_sampled_in_pieces() -> None:
    text = random_text(970, 3000, "山水云雨风")
    ngrams = symbols_of(text).to_length(2 * LONGEST)
    sampler = sampler_of(ngrams)
    longest = max(int(chunk.lengths.array[0]) for chunk in sampler.chunks)
    assert 50 < longest <= chunks.LONGEST_CLAUSE + LONGEST
    assert sum(chunk.size for chunk in sampler.chunks) == ngrams.total
    places = [span.begin + chunk.places.array.astype(int) for span in sampler.spans for chunk in span.chunks]
    assert np.sort(np.concatenate(places)).tolist() == [*range(ngrams.total)]


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


def test_sampling_takes_the_memory_that_was_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (chunks, sampler_module):
        monkeypatch.setattr(module, "CHUNK", 3000)
    monkeypatch.setattr(sampler_module, "RESULT", 0)  # no segmenter is made here
    planned, held, peaks = [], [], []
    for size in (15_000, 40_000):
        ngrams = symbols_of(random_text(990, size, "".join(map(chr, range(0x4E00, 0x4E3C))))).to_length(2 * LONGEST)
        marks, _, _ = esa_cut(ngrams, order=LONGEST, rounds=1)
        numbers = NGramNumbers([len(level) for level in ngrams.levels[: 2 * LONGEST]], LONGEST)
        spans = spans_of(ngrams, numbers, marks, 3, ngrams.engine)
        ngrams.workspace.budget = 0  # what is kept for later is in files
        tracemalloc.start()
        try:
            esa = statistics(ngrams, LONGEST)
            sampler = Sampler(ngrams, numbers, spans, esa, Prior(), 3, ngrams.engine)
            held.append(tracemalloc.get_traced_memory()[0])
            tracemalloc.reset_peak()
            sampler.round(LONGEST, with_esa=True, count=False)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        planned.append(Footprint.of(numbers, workers=1))
    small, large = planned
    assert np.diff(held)[0] == pytest.approx(large.counts - small.counts, rel=0.1)
    assert np.diff(peaks)[0] == pytest.approx(sum(large) - sum(small), rel=0.1)
    assert 0.7 * sum(large) <= peaks[1] <= sum(large)


def test_what_the_counts_leave_of_the_memory_is_for_arrays_that_are_kept() -> None:
    footprint = Footprint(counts=100 << 20, work=60 << 20)
    assert footprint.spare(footprint.needed) == pytest.approx(0.1 * footprint.needed, abs=2)
    assert footprint.spare(2 * footprint.needed) > footprint.needed / 2
    assert footprint.spare(1 << 20) == 0
