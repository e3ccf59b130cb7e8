"""Distances of texts: against formulas written slowly, and by the laws they keep."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import dist, log, nan, sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog

from nlpzero.errors import LexiconError, ModelError
from nlpzero.lexicon.lexicon import Lexicon
from nlpzero.segment.cutter import BLANKS
from nlpzero.segment.encoding import join_tokens, line_words
from nlpzero.segment.lexical import LexiconCutter
from nlpzero.similarity.comparison import Settings, agreement, compare_lines, measure_of
from nlpzero.similarity.distances import Measure, pairwise, word_movers_distance, word_rotators_distance
from nlpzero.similarity.documents import DistanceMethod, Oov, read_weights
from nlpzero.similarity.problems import BLOCK
from nlpzero.vectors.store import Vectors, refinement

Floats = npt.NDArray[np.float64]
Text = Sequence[str]
METHODS: tuple[DistanceMethod, ...] = ("wrd", "wmd", "rwmd", "wcd", "cosine", "emd")
WORDS = [chr(0x4E00 + i) for i in range(40)]


def random_vectors(seed: int = 1, dim: int = 5) -> Vectors:
    matrix = np.random.default_rng(seed).normal(size=(len(WORDS), dim)).astype(np.float32)
    return Vectors(WORDS, matrix, np.arange(len(WORDS), 0, -1) * 3)


def random_texts(seed: int, count: int, longest: int = 9) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    return [rng.choice(WORDS, rng.integers(1, longest + 1)).tolist() for _ in range(count)]


def pure(method: DistanceMethod, vectors: Vectors | None, oov: Oov | None = None) -> Measure:
    """Give a method as its paper has it: words are compared by their vectors alone."""
    return Measure(method, vectors, ground="discrete" if method == "emd" else "words", oov=oov)


VECTORS = random_vectors()
TEXTS = random_texts(2, 40)


# The formulas once more, slowly


def shares(text: Text, weight: Callable[[str], float]) -> dict[str, float]:
    counts = {word: n * weight(word) for word, n in Counter(text).items() if word in VECTORS}
    return {word: mass / sum(counts.values()) for word, mass in counts.items() if mass}


def length(x: Sequence[float]) -> float:
    return sqrt(sum(value * value for value in x))


def vector(word: str) -> list[float]:
    return [float(value) for value in VECTORS[word]]


def one_minus_cos(a: str, b: str) -> float:
    x, y = vector(a), vector(b)
    return 1 - sum(s * t for s, t in zip(x, y, strict=True)) / length(x) / length(y)


def cheapest(p: dict[str, float], q: dict[str, float], cost: Callable[[str, str], float]) -> float:
    rows = np.kron(np.eye(len(p)), np.ones(len(q)))
    columns = np.kron(np.ones(len(p)), np.eye(len(q)))
    found = linprog(
        [cost(a, b) for a in p for b in q], A_eq=np.vstack([rows, columns]), b_eq=[*p.values(), *q.values()]
    )
    return float(found.fun)


def mean(p: dict[str, float]) -> list[float]:
    return [sum(share * vector(word)[k] for word, share in p.items()) for k in range(VECTORS.dim)]


def slowly(method: DistanceMethod, a: Text, b: Text) -> float:
    """Compute a distance from its definition."""
    weight = (lambda word: length(vector(word))) if method == "wrd" else (lambda _: 1.0)
    p, q = shares(a, weight), shares(b, weight)

    def euclidean(s: str, t: str) -> float:
        return dist(vector(s), vector(t))

    if method == "wrd":
        return cheapest(p, q, one_minus_cos)
    if method == "wmd":
        return cheapest(p, q, euclidean)
    if method == "rwmd":
        to_b = sum(share * min(euclidean(word, other) for other in q) for word, share in p.items())
        return max(to_b, sum(share * min(euclidean(word, other) for other in p) for word, share in q.items()))
    if method == "wcd":
        return dist(mean(p), mean(q))
    if method == "cosine":
        x, y = mean(p), mean(q)
        return 1 - sum(s * t for s, t in zip(x, y, strict=True)) / length(x) / length(y)
    return sum(abs(p.get(word, 0) - q.get(word, 0)) for word in {*p, *q}) / 2


@pytest.mark.parametrize("method", METHODS)
def test_distances_are_those_of_the_definitions(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS)
    a, b = TEXTS[:20], TEXTS[20:]
    expected = [slowly(method, x, y) for x, y in zip(a, b, strict=True)]
    assert measure.distances(measure.encode(a), measure.encode(b)) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_words_that_are_all_alike_but_one_move_that_one() -> None:
    vectors = Vectors(["江", "河", "山"], np.array([[0, 1], [3, 5], [7, 7]], np.float32))  # rivers, mountain
    assert word_movers_distance(["山", "山", "江"], ["山", "河", "山"], vectors) == pytest.approx(5 / 3, rel=1e-12)


def test_a_long_word_weighs_more_in_the_word_rotators_distance() -> None:
    vectors = Vectors(["江", "河"], np.array([[0, 2], [6, 0]], np.float32))
    assert word_rotators_distance(["江"], ["江", "河"], vectors) == pytest.approx(0.75)
    assert word_rotators_distance(["河"], ["江", "河"], vectors) == pytest.approx(0.25)


# Laws


@pytest.mark.parametrize("method", METHODS)
def test_distances_are_symmetric_and_do_not_depend_on_word_order(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS)
    matrix = pairwise(TEXTS, None, measure)
    turned = pairwise([text[::-1] for text in TEXTS[::-1]], TEXTS, measure)[::-1]
    assert np.abs(matrix - turned).max() < 1e-12
    assert np.abs(turned - turned.T).max() < 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_texts_of_the_same_proportions_are_exactly_0_apart(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS)
    texts = random_texts(3, 60, 30)
    twice = [[*text[::-1], *text] for text in texts]
    assert measure.distances(measure.encode(texts), measure.encode(twice)).tolist() == [0.0] * 60
    assert measure.similarity(np.zeros(1)).tolist() == [1.0]


def test_every_bound_is_at_most_the_exact_distance() -> None:
    matrices = {method: pairwise(TEXTS, None, pure(method, VECTORS)) for method in METHODS}
    assert (matrices["rwmd"] <= matrices["wmd"] + 1e-12).all()
    assert (matrices["wcd"] <= matrices["wmd"] + 1e-12).all()
    assert (matrices["rwmd"] < matrices["wmd"] - 1e-6).any()
    # 2 WRD >= |difference of the means of unit vectors, weighted by length|^2
    unit = VECTORS.matrix / np.linalg.norm(VECTORS.matrix, axis=1)[:, None]
    points = np.array(
        [sum(s * unit[VECTORS.id(w)] for w, s in shares(t, lambda w: length(vector(w))).items()) for t in TEXTS]
    )
    squares = ((points[:, None] - points) ** 2).sum(2)
    assert (squares <= 2 * matrices["wrd"] + 1e-6).all()


@pytest.mark.parametrize("method", ["wmd", "wcd", "emd"])
def test_the_triangle_inequality_holds(method: DistanceMethod) -> None:
    matrix = pairwise(TEXTS, None, pure(method, VECTORS))
    assert (matrix[:, None] <= matrix[:, :, None] + matrix[None] + 1e-9).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_distance_does_not_depend_on_the_texts_around_it(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS, oov="char")
    a, b = [["新一", *text] for text in TEXTS], [[*text, "丁字"] for text in reversed(TEXTS)]
    together = measure.distances(measure.encode(a), measure.encode(b))
    other = pure(method, VECTORS, oov="char")
    other.encode([["丁字"], ["丁丂"]])
    alone = [float(other.distances(other.encode([x]), other.encode([y]))[0]) for x, y in zip(a, b, strict=True)]
    assert together.tolist() == alone


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = random_texts(4, 300, 3)
    measure = Measure("wmd", VECTORS)
    a, b = measure.encode(texts[:150]), measure.encode(texts[150:])
    whole = measure.distances(a, b)
    monkeypatch.setattr("nlpzero.similarity.problems.BLOCK", 40)
    assert BLOCK > 40
    assert measure.distances(a, b).tolist() == whole.tolist()


def test_problems_taken_for_large_ones_cost_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = random_texts(5, 200, 3)
    measure = pure("wrd", VECTORS)
    a, b = measure.encode(texts[:100]), measure.encode(texts[100:])
    whole = measure.distances(a, b)
    monkeypatch.setattr("nlpzero.similarity.transport.LARGE", 4)
    assert measure.distances(a, b) == pytest.approx(whole, rel=1e-9, abs=1e-12, nan_ok=True)


def test_pairwise_compares_every_pair_in_blocks_of_any_size() -> None:
    measure = pure("wrd", VECTORS)
    a, b = TEXTS[:7], TEXTS[7:16]
    expected = [[float(measure.distances(measure.encode([x]), measure.encode([y]))[0]) for y in b] for x in a]
    assert pairwise(a, b, measure, block=5).tolist() == expected
    assert pairwise(a, b, measure).tolist() == expected


# Alignments


@pytest.mark.parametrize("method", ["wrd", "wmd", "emd"])
def test_the_moves_of_an_alignment_make_the_distance(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS)
    a, b = measure.encode(TEXTS[:20]), measure.encode(TEXTS[20:])
    for k, distance in enumerate(measure.distances(a, b).tolist()):
        moves = measure.align(a, b, k, k)
        assert sum(move.mass for move in moves) == pytest.approx(1, abs=1e-12)
        assert sum(move.mass * move.distance for move in moves) == pytest.approx(distance, abs=1e-9)
        costs = [move.mass * move.distance for move in moves]
        assert costs == sorted(costs, reverse=True)
        assert {move.word_a for move in moves} == set(TEXTS[k])


def test_bounds_have_no_alignment() -> None:
    measure = Measure("wcd", VECTORS)
    documents = measure.encode(TEXTS[:2])
    with pytest.raises(ModelError, match=r"^wcd moves no words; use wrd, wmd, emd or combined$"):
        measure.align(documents, documents)
    measure = Measure("wmd", VECTORS)
    with pytest.raises(ModelError, match=r"^the second text holds no known word$"):
        measure.align(measure.encode(TEXTS[:1]), measure.encode([["?"]]))


# Degenerate input


@pytest.mark.parametrize("method", METHODS)
def test_a_text_without_known_words_has_no_distance(method: DistanceMethod) -> None:
    vectors = None if method == "emd" else VECTORS
    measure = pure(method, vectors)
    empty: list[list[str]] = [[], ["?"] if vectors else [], [WORDS[0]]]
    a, b = measure.encode(empty), measure.encode([[WORDS[1]]] * 3)
    found = measure.distances(a, b)
    assert np.isnan(found).tolist() == [True, True, False]
    assert np.isnan(measure.similarity(found)).tolist() == [True, True, False]
    assert (a.known.tolist(), a.unknown.tolist()) == ([0, 0, 1], [0, int(vectors is not None), 0])


@pytest.mark.parametrize("method", METHODS)
def test_one_word_against_one_or_many(method: DistanceMethod) -> None:
    measure = pure(method, VECTORS)
    one, many = [WORDS[0]], WORDS[1:9]
    for a, b in ((one, one), (one, WORDS[1:2]), (one, many), (many, one), (one, [*many, *one])):
        found = measure.distances(measure.encode([a]), measure.encode([b]))
        assert found == pytest.approx([slowly(method, a, b)], abs=1e-6)


def test_a_vector_of_zeros_weighs_nothing_in_wrd_and_is_a_point_in_wmd() -> None:
    vectors = Vectors(["空", "江", "河"], np.array([[0, 0], [3, 4], [4, 3]], np.float32))  # empty, rivers
    assert word_rotators_distance(["空", "江"], ["江"], vectors) == 0
    assert np.isnan(word_rotators_distance(["空"], ["江"], vectors))
    assert word_movers_distance(["空"], ["江"], vectors) == 5


def test_words_with_the_same_vector_are_0_apart_and_words_of_opposite_ones_2() -> None:
    vectors = Vectors(["江", "川", "山"], np.array([[1, 2], [1, 2], [-1, -2]], np.float32))
    assert word_movers_distance(["江"], ["川"], vectors) == 0
    assert word_rotators_distance(["江"], ["川"], vectors) == pytest.approx(0, abs=1e-15)
    assert word_rotators_distance(["江"], ["山"], vectors) == pytest.approx(2, abs=1e-15)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_very_short_and_very_long_vectors_turn_alike(scale: float) -> None:
    short = Vectors(WORDS, VECTORS.matrix * np.float32(scale))
    for a, b in zip(TEXTS[:10], TEXTS[10:20], strict=True):
        assert word_rotators_distance(a, b, short) == pytest.approx(word_rotators_distance(a, b, VECTORS), abs=1e-6)


def test_nearly_equal_vectors_keep_their_small_distance() -> None:
    vectors = Vectors(["江", "河"], np.array([[1000, 1], [1000, 1.0009765625]], np.float32))
    assert word_movers_distance(["江"], ["河"], vectors) == 0.0009765625


def test_long_texts_are_solved() -> None:
    rng = np.random.default_rng(11)
    words = [f"w{i}" for i in range(600)]
    vectors = Vectors(words, rng.normal(size=(600, 8)).astype(np.float32))
    a, b = rng.choice(words[:400], 2000).tolist(), rng.choice(words[200:], 3000).tolist()
    exact = word_movers_distance(a, b, vectors)
    bound = Measure("rwmd", vectors)
    assert bound.distances(bound.encode([a]), bound.encode([b]))[0] <= exact < 3


# Weights and unknown words


def test_weights_by_idf_are_logarithms_of_inverse_frequencies() -> None:
    measure = Measure("emd", VECTORS, weights="idf")
    assert VECTORS.counts is not None
    a, b = WORDS[0], WORDS[9]
    x, y = (log(VECTORS.counts.sum() / VECTORS.counts[i]) for i in (0, 9))
    found = measure.distances(measure.encode([[a, b]]), measure.encode([[a]]))
    assert found == pytest.approx([y / (x + y)])
    ranked = Measure("emd", Vectors(WORDS, VECTORS.matrix), weights="idf")  # by rank, where counts are not known
    harmonic = sum(1 / k for k in range(1, len(WORDS) + 1))
    x, y = (log(rank * harmonic) for rank in (1, 10))
    assert ranked.distances(ranked.encode([[a, b]]), ranked.encode([[a]])) == pytest.approx([y / (x + y)])


def test_weights_may_be_given() -> None:
    measure = Measure("emd", weights={"江": 3, "的": 0})
    a, b = measure.encode([["江", "的", "船"], ["的"]]), measure.encode([["江"], ["江"]])
    assert measure.distances(a, b)[0] == 0.25
    assert np.isnan(measure.distances(a, b)[1])
    with pytest.raises(ModelError, match=r"^a word's weight is not a number from 0 to 1e\+100$"):
        Measure("emd", weights={"江": -1})


@pytest.mark.parametrize("line", ["江", "江 x", "江 -1", "江 inf", "江 1 2", "江 nan"])
def test_a_bad_line_in_a_file_of_weights_is_told(line: str, tmp_path: Path) -> None:
    path = f"{tmp_path}/weights.tsv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("船\t2\n\n" + line + "\n")
    with pytest.raises(LexiconError, match=r"line 3: want a word and a weight from 0 to 1e\+100"):
        read_weights(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write("船\t2\n船\t3\n")
    with pytest.raises(LexiconError, match=r"line 2: the word 船 stands twice"):
        read_weights(path)


def test_an_unknown_word_is_dropped_composed_or_an_error() -> None:
    vectors = Vectors(["江", "河", "船"], np.array([[0, 2], [4, 0], [1, 1]], np.float32))
    texts = [["江河", "船", "海"]]  # "rivers" from its two characters; "sea" is unknown altogether
    drop = Measure("wmd", vectors).encode(texts)
    assert (drop.words, drop.known.tolist(), drop.unknown.tolist()) == (["船"], [1], [2])
    char = Measure("wmd", vectors, oov="char").encode(texts)
    assert (sorted(char.words), char.known.tolist(), char.unknown.tolist()) == (["江河", "船"], [2], [1])
    assert char.points[char.words.index("江河")].tolist() == [2, 1]
    with pytest.raises(ModelError, match=r"^江河: not among the words of vectors; `oov`='drop' leaves it out$"):
        Measure("wmd", vectors, oov="error").encode([["江河"]])


def test_refined_vectors_are_compared() -> None:
    refined = Vectors(WORDS, VECTORS.matrix, refinement=refinement(VECTORS.matrix, 2))
    plain = Vectors(WORDS, refined.refined())
    for a, b in zip(TEXTS[:9], TEXTS[9:18], strict=True):
        assert word_rotators_distance(a, b, refined) == word_rotators_distance(a, b, plain)


def test_methods_by_vectors_need_vectors() -> None:
    with pytest.raises(ModelError, match=r"^this comparison needs word vectors$"):
        Measure("wmd")
    with pytest.raises(ModelError, match=r"^`method` is 'wdm'; use one of combined, wrd, cosine, wmd, rwmd, wcd, emd$"):
        Measure("wdm", VECTORS)  # type: ignore[arg-type]


# Lines, and agreement with labels


def test_punctuation_is_no_word() -> None:
    # "rain, I come home late! 3 dogs"
    assert line_words("下雨 ， 我 晚 回家 ！\n\n3 只 狗 …\n", BLANKS).lists() == [
        ["下雨", "我", "晚", "回家"],
        [],
        ["3", "只", "狗"],
    ]
    assert line_words("", BLANKS).lists() == [[]]  # one text without words
    assert line_words("AB,B\n", LexiconCutter(Lexicon(["AB", "B"], [1, 1]))).lists() == [["AB", "B"]]


def test_words_and_their_numbers_make_the_same_documents() -> None:
    for measure in (Measure("wmd", VECTORS, oov="char"), Measure("emd")):
        texts = [*TEXTS, [], ["未闻", "江未"]]  # "unheard"
        joined = join_tokens(line_words(" ".join(text), BLANKS) for text in texts)
        a, b = measure.encode(texts), measure.encode(joined)
        for name in ("starts", "ids", "mass", "totals", "known", "unknown", "numbers", "keys", "points"):
            assert np.array_equal(getattr(a, name), getattr(b, name)), name
        assert a.words == b.words


def test_lines_are_compared_by_a_measure_of_named_vectors(tmp_path: Path) -> None:
    path = f"{tmp_path}/v.txt"
    VECTORS.save(path)
    measure = measure_of(Settings("wmd", path))
    found = compare_lines((" ".join(TEXTS[0]) + "\n?\n", " ".join(TEXTS[1]) + "\n一\n"), measure, BLANKS)
    assert found.distances[0] == pytest.approx(word_movers_distance(TEXTS[0], TEXTS[1], VECTORS), rel=1e-6)
    assert np.isnan(found.distances[1])
    assert (found.words_a.tolist(), found.oov_a.tolist()) == ([len(TEXTS[0]), 0], [0, 0])


def test_vectors_written_anew_make_a_new_measure(tmp_path: Path) -> None:
    path = f"{tmp_path}/v.txt"
    vectors = Vectors(["江", "河"], np.array([[1, 0], [0, 1]], np.float32))
    vectors.save(path)
    settings = Settings("wrd", path, ground="words")
    assert compare_lines(("江\n", "河\n"), measure_of(settings), BLANKS).distances.tolist() == [1]
    Vectors(["江", "河"], np.array([[1, 0], [1, 0]], np.float32)).save(path)
    assert compare_lines(("江\n", "河\n"), measure_of(settings), BLANKS).distances.tolist() == [0]


def test_agreement_is_spearmans_correlation_and_the_area_under_the_curve() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(12)
    found, gold = rng.integers(0, 9, 80) / 8, rng.integers(0, 6, 80)
    assert agreement(found, gold.tolist()).spearman == pytest.approx(spearmanr(found, gold)[0], rel=1e-12)
    assert np.isnan(agreement(found, gold.tolist()).auc)
    labels = (gold > 2).astype(int)
    wins = [(x > y) + (x == y) / 2 for x in found[labels == 1] for y in found[labels == 0]]
    assert agreement([*found, nan], [*labels, 1]).auc == pytest.approx(float(np.mean(wins)), rel=1e-12)
    assert agreement([*found, nan], [*labels, 1]).pairs == 80
    assert np.isnan(agreement([0.5, 0.5], [0, 1]).spearman)
    assert np.isnan(agreement([], []).spearman)
