"""Fit the numbers of `nlpzero.syntax.link_weights` to a treebank, and say how well they do on sentences left out.

    python tests/benchmarks/fit_links.py links.npz dev.conllu [--folds 4] [--cost 3] [--l2 2]

The numbers make the gold trees likely against all others, a wrong link counting exp(cost) times as much.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from nlpzero.syntax.conllu import DependencyTree, read_conllu
from nlpzero.syntax.link_counts import LinkCounts
from nlpzero.syntax.link_parser import LinkParser, link_features
from nlpzero.syntax.link_weights import BOTH, HEAD, LEFT, PAIRS, RIGHT, WORDS
from nlpzero.syntax.spanning import best_trees, link_probabilities, log_sums
from nlpzero.syntax.treebanks import Shape, shape_of
from nlpzero.text.words import are_words


class Batch:
    """Sentences of one length: features of links (s, n, n, k) and of words, and the gold links and roots."""

    def __init__(self, parser: LinkParser, trees: list[DependencyTree]) -> None:
        sentences = parser.read([(tree.words, np.flatnonzero(are_words(tree.words))) for tree in trees])
        words, pairs = parser.features(sentences)
        self.words = words
        self.all_features = link_features(words, pairs)
        self.features = self.all_features[:, :, :, :-1]
        self.gold = np.zeros(self.features.shape[:3])
        self.rightward = np.zeros(self.features.shape[:3], np.bool_)
        self.roots = np.zeros(words.shape[:2])
        for row, tree in enumerate(trees):
            shape: Shape = shape_of(tree)
            for a, b in shape.links:
                self.gold[row, a - 1, b - 1] = 1
                self.rightward[row, a - 1, b - 1] = (shape.heads or ())[a - 1] == b
            for place, head in enumerate(shape.heads or ()):
                self.roots[row, place] = head == 0


def batches_of(parser: LinkParser, trees: list[DependencyTree]) -> list[Batch]:
    """Group sentences by their length."""
    groups: defaultdict[int, list[DependencyTree]] = defaultdict(list)
    for tree in trees:
        groups[int(are_words(tree.words).sum())].append(tree)
    return [Batch(parser, group) for _, group in sorted(groups.items())]


def fit(batches: list[Batch], cost: float, l2: float, start: np.ndarray) -> np.ndarray:
    """Fit the numbers of links."""

    def loss(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = l2 / 2 * numbers @ numbers, l2 * numbers
        for batch in batches:
            weights = batch.features @ numbers + cost * (1 - batch.gold)
            shares = link_probabilities(weights)
            value += log_sums(weights).sum() - (batch.features @ numbers * batch.gold).sum()
            slope = slope + (shares - batch.gold).ravel() @ batch.features.reshape(-1, len(numbers))
        return value, slope

    found: np.ndarray = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return found


def fit_roots(parser: LinkParser, batches: list[Batch], numbers: np.ndarray, l2: float) -> np.ndarray:
    """Fit the numbers of roots: which word of a sentence it is."""
    known = [(parser.roots(one.words, link_probabilities(one.features @ numbers)), one.roots) for one in batches]

    def loss(own: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = l2 / 2 * own @ own, l2 * own
        for features, roots in known:
            scores = features @ own
            scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
            value -= (scores * roots).sum()
            slope = slope + np.tensordot(np.exp(scores) * roots.sum(axis=1, keepdims=True) - roots, features, 2)
        return value, slope

    found: np.ndarray = minimize(loss, np.zeros(len(HEAD)), jac=True, method="L-BFGS-B").x
    return found


def fit_directions(batches: list[Batch], l2: float) -> np.ndarray:
    """Fit the numbers of directions: whether the right word of a gold link is its head."""
    features = np.concatenate([batch.all_features[batch.gold > 0] for batch in batches])
    rightward = np.concatenate([batch.rightward[batch.gold > 0] for batch in batches])

    def loss(own: np.ndarray) -> tuple[float, np.ndarray]:
        scores = features @ own
        value = np.logaddexp(0, scores).sum() - scores[rightward].sum() + l2 / 2 * own @ own
        return value, features.T @ (1 / (1 + np.exp(-scores)) - rightward) + l2 * own

    found: np.ndarray = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x
    agree = ((features @ found > 0) == rightward).mean()
    print(f"directions of gold links: {agree:.3f} right; always the right word: {rightward.mean():.3f}")
    return found


def right(batches: list[Batch], numbers: np.ndarray) -> tuple[int, int]:
    """Count the gold links that are found, and all."""
    good = every = 0
    for batch in batches:
        links = best_trees(link_probabilities(batch.features @ numbers))
        rows = np.arange(len(links))[:, np.newaxis]
        good += int(batch.gold[rows, links[:, :, 0], links[:, :, 1]].sum())
        every += int(batch.gold.sum())
    return good, every


def main() -> None:
    """Fit, and print numbers to put into the module."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("counts", type=Path)
    asked.add_argument("treebank", type=Path)
    asked.add_argument("--folds", type=int, default=4)
    asked.add_argument("--cost", type=float, default=3.0)
    asked.add_argument("--l2", type=float, default=2.0)
    asked.add_argument("--max-words", type=int, default=40)
    given = asked.parse_args()
    parser = LinkParser(LinkCounts.load(given.counts))
    with given.treebank.open(encoding="utf-8") as file:
        trees = [tree for tree in read_conllu(file) if 1 < are_words(tree.words).sum() <= given.max_words]
    start = np.concatenate([LEFT, RIGHT, BOTH])
    good = every = 0
    order = np.random.default_rng(0).permutation(len(trees)).tolist()
    for fold in range(given.folds if given.folds > 1 else 0):
        held = set(order[fold :: given.folds])
        sides = [[trees[i] for i in order if (i in held) == out] for out in (False, True)]
        rest, left_out = (batches_of(parser, side) for side in sides)
        found, all_of_it = right(left_out, fit(rest, given.cost, given.l2, start))
        good, every = good + found, every + all_of_it
    if every:
        print(f"sentences left out, {given.folds} folds: UUAS {good / every:.4f} of {every:,} links")
    batches = batches_of(parser, trees)
    numbers = fit(batches, given.cost, given.l2, start)
    good, every = right(batches, numbers)
    print(f"the sentences themselves: UUAS {good / every:.4f}")
    heads = fit_roots(parser, batches, numbers, given.l2)
    size = len(WORDS)
    for name, some in (("LEFT", numbers[:size]), ("RIGHT", numbers[size : 2 * size]), ("BOTH", numbers[2 * size :])):
        print(f"{name} = np.array({some.round(2).tolist()})")
    print(f"RIGHT_IS_HEAD = np.array({fit_directions(batches, given.l2).round(2).tolist()})")
    print(f"HEAD = np.array({heads.round(2).tolist()})")
    assert len(PAIRS) == len(numbers) - 2 * size


if __name__ == "__main__":
    main()
