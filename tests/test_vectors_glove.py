"""Training against the loss written out, its gradient and dense normal equations."""

from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpzero.core.job import Job
from nlpzero.errors import ModelError, NothingFound
from nlpzero.vectors import als, equations, sgd
from nlpzero.vectors.checkpoints import State, load_checkpoint, save_checkpoint
from nlpzero.vectors.cooccurrence import Cooccurrence
from nlpzero.vectors.glove import train
from nlpzero.vectors.losses import loss
from nlpzero.vectors.pairs import count_pairs
from nlpzero.vectors.parameters import GloveParameters, automatic_dim
from nlpzero.vectors.targets import SparsePairs

Doubles = Any


def corpus(seed: int = 0, lines: int = 200, size: int = 40) -> str:
    """Draw lines in which neighbouring words are often of the same half of the vocabulary."""
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, size + 1)
    text = []
    for number in range(lines):
        weights = chance * np.where(np.arange(size) % 2 == number % 2, 1, 0.1)
        drawn = rng.choice(size, 12, p=weights / weights.sum())
        text.append(" ".join(chr(0x4E00 + i) for i in drawn.tolist()) + "\n")
    return "".join(text)


def dense(counts: Cooccurrence, parameters: GloveParameters) -> tuple[Doubles, Doubles]:
    """Write weights and targets as full matrices, straight from the formulas."""
    x = counts.to_scipy().toarray()
    np.fill_diagonal(x, 0)
    n = len(x)
    c = counts.word_counts.tolist()
    smooth = [number**parameters.smoothing for number in c]
    share = [number / sum(c) for number in c]
    context = [number / sum(smooth) for number in smooth]
    weights, targets = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if x[i, j]:
                weights[i, j] = min(1, x[i, j] / parameters.x_max) ** parameters.alpha
                # the mean of both views: i the word and j the context, and the other way round
                first = log(x[i, j] / x.sum()) - log(share[i]) - log(context[j])
                second = log(x[i, j] / x.sum()) - log(context[i]) - log(share[j])
                targets[i, j] = (first + second) / 2
    return weights, targets


def plain_loss(counts: Cooccurrence, parameters: GloveParameters, words: Doubles, contexts: Doubles | None) -> float:
    """Add the loss term by term; without contexts that of the shared model."""
    weights, targets = dense(counts, parameters)
    others = words if contexts is None else contexts
    total = 0.0
    for i in range(len(words)):
        for j in range(len(words)):
            if i < j or (contexts is not None and i != j):
                product = float(words[i] @ others[j])
                total += weights[i, j] * (product - targets[i, j]) ** 2 + parameters.negative_weight * product**2
    lengths = float((words**2).sum()) if contexts is None else float((words**2).sum() + (contexts**2).sum())
    return total + parameters.l2 * lengths


def trained(counts: Cooccurrence, parameters: GloveParameters, workers: int = 1) -> list[State]:
    return list(train(counts, parameters, job=Job(workers)))


COUNTS = count_pairs([corpus()], window=4, min_count=2)
SMALL = GloveParameters(dim=5, x_max=8, sweeps=3)


def test_two_words_reach_their_mutual_information() -> None:
    counts = count_pairs(["江 船\n江 船\n江 江\n船 灯\n灯 灯\n"], window=1, min_count=1, weighting="flat")
    *_, last = train(counts, GloveParameters(dim=3, negative_weight=0, l2=1e-6, x_max=1, sweeps=60))
    river, boat, lamp = (last.words[counts.words.index(word)] for word in "江船灯")
    # Of 10 tokens 江 has 4, 船 3 and 灯 3; of the 6 ordered pairs of different words 江船 has 2, and so has 船江.
    assert river @ boat == pytest.approx(log((2 / 6) / (0.4 * 0.3)), abs=1e-3)
    assert boat @ lamp == pytest.approx(log((1 / 6) / (0.3 * 0.3)), abs=1e-3)


@pytest.mark.parametrize("model", [0, 1])
@pytest.mark.parametrize("smoothing", [1.0, 0.75])
def test_the_loss_is_that_of_the_formula(model: Any, smoothing: float) -> None:
    parameters = replace(SMALL, model=model, smoothing=smoothing)
    rng = np.random.default_rng(5)
    words, contexts = rng.standard_normal((2, len(COUNTS.words), 5)).astype(np.float32)
    contexts = contexts if model else words
    found = loss(SparsePairs(COUNTS, parameters), words, contexts, parameters).total
    expected = plain_loss(COUNTS, parameters, words.astype(float), contexts.astype(float) if model else None)
    assert found == pytest.approx(expected, rel=1e-5)


def test_without_negative_weight_and_l2_it_is_simpler_gloves_loss() -> None:
    parameters = replace(SMALL, negative_weight=0.0, l2=0.0)
    state = next(train(COUNTS, parameters))
    weights, targets = dense(COUNTS, parameters)
    words = state.words.astype(float)
    expected = (weights * (words @ words.T - targets) ** 2).sum() / 2
    assert state.loss.total == state.loss.observed == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("negative_weight", [0.0, 0.05])
def test_a_solved_vector_is_the_dense_solution_of_the_normal_equations(
    negative_weight: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(als, "BLOCK", 1)  # each row sees those before it
    monkeypatch.setattr(als, "STEPS", 12)
    parameters = replace(SMALL, negative_weight=negative_weight, l2=0.3, sweeps=1)
    before, after = (state.words.astype(float) for state in trained(COUNTS, parameters))
    weights, targets = dense(COUNTS, parameters)
    vectors = before.copy()
    for i in range(len(vectors)):
        others = np.delete(np.arange(len(vectors)), i)
        matrix = parameters.l2 * np.eye(5) + negative_weight * vectors[others].T @ vectors[others]
        side = np.zeros(5)
        for j in others.tolist():
            matrix += weights[i, j] * np.outer(vectors[j], vectors[j])
            side += weights[i, j] * targets[i, j] * vectors[j]
        vectors[i] = np.linalg.solve(matrix, side)
    np.testing.assert_allclose(after, vectors, rtol=1e-3, atol=1e-4)


def test_at_a_solved_vector_the_loss_is_flat_by_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(als, "BLOCK", 1)
    monkeypatch.setattr(als, "STEPS", 12)
    *_, last = train(COUNTS, replace(SMALL, sweeps=1))
    words = last.words.astype(float)
    last_row = len(words) - 1  # nothing has changed since it was solved for
    for k in range(5):
        step = np.zeros_like(words)
        step[last_row, k] = 1e-3
        ahead, behind = (plain_loss(COUNTS, SMALL, words + sign * step, None) for sign in (1, -1))
        assert (ahead - behind) / 2e-3 == pytest.approx(0, abs=1e-3)
        assert ahead + behind - 2 * plain_loss(COUNTS, SMALL, words, None) > 0


@pytest.mark.parametrize("model", [0, 1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_the_loss_falls_from_sweep_to_sweep(model: Any, seed: int) -> None:
    counts = count_pairs([corpus(seed, 400, 90)], window=5, min_count=2)
    parameters = replace(SMALL, model=model, sweeps=6, seed=seed)
    losses = [state.loss.total for state in trained(counts, parameters)]
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(losses))
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("model", [0, 1])
def test_the_loss_of_a_sweep_is_that_of_its_vectors(model: Any) -> None:
    parameters = replace(SMALL, model=model)
    for state in trained(COUNTS, parameters):
        expected = plain_loss(
            COUNTS, parameters, state.words.astype(float), state.contexts.astype(float) if model else None
        )
        assert state.loss.total == pytest.approx(expected, rel=1e-5)


def test_one_step_of_conjugate_gradients_goes_down_as_far_as_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(als, "BLOCK", 1)
    monkeypatch.setattr(als, "STEPS", 1)
    before, after = (state.words.astype(float) for state in trained(COUNTS, replace(SMALL, sweeps=1)))
    row = len(after) - 1  # nothing has changed since
    moved = after[row] - before[row]
    assert np.abs(moved).max() > 1e-2

    def at(far: float) -> float:
        words = after.copy()
        words[row] = before[row] + far * moved
        return plain_loss(COUNTS, SMALL, words, None)

    assert at(1) < at(0)
    assert (at(1.001) - at(0.999)) / 2e-3 == pytest.approx(0, abs=1e-3)


def test_the_vectors_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(als, "TASK", 7)
    monkeypatch.setattr(als, "PIECE", 50)
    one, three = (trained(COUNTS, SMALL, workers)[-1] for workers in (1, 3))
    assert one.words.tobytes() == three.words.tobytes()
    assert one.loss == three.loss


def test_rows_longer_than_a_piece_are_solved_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trained(COUNTS, SMALL)[-1]
    monkeypatch.setattr(als, "PIECE", 7)
    monkeypatch.setattr(als, "HELD", 7)
    monkeypatch.setattr(equations, "PIECE", 7)
    np.testing.assert_allclose(trained(COUNTS, SMALL)[-1].words, whole.words, rtol=1e-3, atol=1e-4)


def test_the_seed_decides() -> None:
    first, again, other = (trained(COUNTS, replace(SMALL, seed=seed))[-1].words.tobytes() for seed in (1, 1, 2))
    assert first == again != other


def test_words_that_go_together_are_nearer() -> None:
    counts = count_pairs([corpus(1, 2000)], window=4, min_count=2)
    words = trained(counts, replace(SMALL, dim=8))[-1].words
    unit = words / np.linalg.norm(words, axis=1, keepdims=True)
    half = np.array([ord(word) % 2 for word in counts.words])
    cosines = unit @ unit.T
    same = half[:, None] == half
    np.fill_diagonal(same, False)
    assert cosines[same].mean() > cosines[half[:, None] != half].mean() + 0.3


@pytest.mark.parametrize("solver", ["als", "sgd"])
def test_models_join_words_and_contexts(solver: Any) -> None:
    state = trained(COUNTS, replace(SMALL, model=1, solver=solver))[-1]
    assert not np.array_equal(state.words, state.contexts)
    np.testing.assert_array_equal(state.vectors(1), np.hstack([state.words, state.contexts]))
    np.testing.assert_array_equal(state.vectors(2), state.words + state.contexts)


def test_asymmetric_counts_train_two_matrices_only() -> None:
    counts = count_pairs([corpus()], window=4, min_count=2, symmetric=False)
    with pytest.raises(ModelError, match=r"asymmetric; use `model`=1$"):
        next(train(counts, SMALL))
    parameters = replace(SMALL, model=1)
    states = trained(counts, parameters)
    words, contexts = (array.astype(float) for array in (states[-1].words, states[-1].contexts))
    assert states[-1].loss.total == pytest.approx(plain_loss(counts, parameters, words, contexts), rel=1e-5)
    assert states[-1].loss.total < states[0].loss.total


# The published algorithm


def test_a_step_of_adagrad_is_the_gradient_over_the_root_of_the_squares() -> None:
    vectors, squares = np.zeros((3, 1), np.float32), np.full((3, 1), 7, np.float32)
    rows, gradients = np.array([2, 0, 2]), np.array([[1], [3], [-5]], np.float32)
    sgd._adagrad(vectors, squares, rows, gradients, 0.1)
    assert squares.ravel().tolist() == [16, 7, 33]
    np.testing.assert_allclose(vectors.ravel(), [-0.1 * 3 / 4, 0, 0.1 * 4 / 33**0.5], rtol=1e-6)


@pytest.mark.parametrize("model", [0, 1])
def test_sgd_lowers_simpler_gloves_loss_towards_that_of_least_squares(model: Any) -> None:
    parameters = replace(SMALL, model=model, solver="sgd", sweeps=80)
    losses = [state.loss for state in trained(COUNTS, parameters)]
    assert losses[-1].total < 0.5 * losses[0].total
    assert losses[-1].negative == losses[-1].length == 0
    best = trained(COUNTS, replace(parameters, solver="als", negative_weight=0, l2=1e-3))[-1].loss.observed
    assert best < losses[-1].total < 3 * best


def test_a_diverging_training_is_told() -> None:
    with pytest.raises(ModelError, match=r"^the loss is not finite any more after sweep .*; lower `step`$"):
        trained(COUNTS, replace(SMALL, solver="sgd", step=1e30))


# Checkpoints and bad input


@pytest.mark.parametrize("parameters", [SMALL, replace(SMALL, model=2), replace(SMALL, model=1, solver="sgd")])
def test_training_goes_on_from_a_checkpoint_as_if_never_stopped(parameters: GloveParameters, tmp_path: Path) -> None:
    path = tmp_path / "half.npz"
    whole = trained(COUNTS, parameters)
    save_checkpoint(path, whole[1], COUNTS, replace(parameters, sweeps=1))
    resumed = list(train(COUNTS, parameters, resume=load_checkpoint(path, COUNTS, parameters)))
    assert [state.sweep for state in resumed] == [2, 3]
    assert resumed[-1].words.tobytes() == whole[-1].words.tobytes()
    assert resumed[-1].contexts.tobytes() == whole[-1].contexts.tobytes()
    assert resumed[-1].loss == whole[-1].loss


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.npz"
    save_checkpoint(path, trained(COUNTS, SMALL)[1], COUNTS, SMALL)
    with pytest.raises(ModelError, match=r"half.npz: was made with dim 5, not 6; give the same values, or start anew"):
        load_checkpoint(path, COUNTS, replace(SMALL, dim=6))
    with pytest.raises(ModelError, match=r"half.npz: was made from other counts"):
        load_checkpoint(path, count_pairs([corpus(9)], window=4, min_count=2), SMALL)


def test_vectors_that_few_neighbours_leave_open_stay_short() -> None:
    counts = count_pairs(["江 船 灯\n灯 船\n"], min_count=1)
    *_, last = train(counts, GloveParameters(dim=20, negative_weight=0, l2=0, sweeps=50))
    assert np.abs(last.words).max() < 3
    assert last.loss.total < 1e-3


def test_a_word_beside_itself_alone_is_nothing_to_learn_from() -> None:
    with pytest.raises(NothingFound, match=r"no two different words stand together"):
        next(train(count_pairs(["江 江 江\n"], min_count=1), SMALL))


def test_more_dimensions_than_words_do_no_harm() -> None:
    *_, last = train(count_pairs(["江 船 灯\n灯 船\n"], min_count=1), GloveParameters(dim=50, sweeps=5))
    assert np.isfinite(last.words).all()
    assert last.words.shape == (3, 50)


def test_the_automatic_dimension_grows_with_the_logarithm_of_the_vocabulary() -> None:
    assert [automatic_dim(n) for n in (1, 2, 56_252, 500_000)] == [1, 6, 91, 109]
