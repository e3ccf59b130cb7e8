"""Parsing by links (链接句法): the tree of links that do not cross, with the most right links to be expected.

The weight of a link is a sum of what is known of its left word, of its right word, and of the two together. Trees have
probabilities in proportion to exp(sum of weights); each link the sum of those of the trees that have it; and the tree
is chosen whose links have the greatest sum of these.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..text.words import are_words
from .conllu import DependencyTree
from .dependencies import attach_punctuation, hierarchy_of
from .link_counts import LinkCounts
from .link_weights import BOTH, HEAD, LEFT, RIGHT, RIGHT_IS_HEAD
from .parser import Tree
from .spanning import Weights, best_trees, link_probabilities

WordRanks = npt.NDArray[np.intp]

PSEUDO = 20
"""Occurrences at the mean rate that are added to a word's, for the rates at which it begins and ends clauses."""
EDGE = 2.0
"""What stands for the closing of a word before the first."""
COMMON = 450.0
"""Occurrences in a million words of a word that is just common."""
PARSING = Cost(task=250, most=1 << 18)
_CELLS = 1 << 18  # of the tables of sentences that are done together


class Sentences(NamedTuple):
    """Sentences of one length, without their punctuation.

    Attributes
    ----------
    ranks : int array (s, n)
        Of the words among those counted; -1 for words that are not.
    single : bool array (s, n)
        Words of one character.
    before, after : bool arrays (s, n)
        Whether punctuation stands before a word, after it.
    """

    ranks: WordRanks
    single: npt.NDArray[np.bool_]
    before: npt.NDArray[np.bool_]
    after: npt.NDArray[np.bool_]


class LinkParser:
    """Parse sentences into dependency trees (依存句法分析) by counts of raw text.

    Parameters
    ----------
    counts : LinkCounts

    Notes
    -----
    O(n^3) for a sentence of n words, as array code over all sentences of one length; about 1 ms for 25 words.
    The numbers of `nlpzero.syntax.link_weights` were fitted to 470 sentences with trees; all else is raw text.

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> from nlpzero.syntax.clauses import Clauses
    >>> from nlpzero.syntax.link_counts import count_links
    >>> text = "小 船 靠 了 岸 ，\\n大 船 走 了 。\\n小 船 走 了\\n" * 9
    >>> parser = LinkParser(count_links(Clauses([text], partial(encode_part, BlankCutter()))))
    >>> len(parser.parse(["小", "船", "走", "了", "。"]).heads)
    5
    """

    def __init__(self, counts: LinkCounts) -> None:
        self.counts = counts
        self._rank = {word: rank for rank, word in enumerate(counts.words)}
        total = max(1, int(counts.counts.sum()))
        rate = counts.clauses / total
        of_words = counts.counts + PSEUDO
        closes, opens = (np.log((some + PSEUDO * rate) / (of_words * rate)) for some in (counts.ends, counts.begins))
        often = np.log((counts.counts + 0.5) * 1e6 / total)
        common = np.maximum(0, often - np.log(COMMON))
        unknown = np.array([[0, 0, 0, 0, 0, np.log(0.5e6 / total), 1.0]])
        known = [closes, opens, common, closes * common, opens * common, often, np.zeros(len(often))]
        self._words = np.concatenate([np.stack(known, axis=1), unknown])  # the last row is that of rank -1
        self._share = counts.total / total**2  # of a pair, by the product of its counts

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what it knows to a file, as `nlpzero links` does."""
        self.counts.save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save`, `nlpzero links` or `nlpzero merge` wrote.

        Raises
        ------
        ModelError
            If the file is missing, of another kind, or damaged.
        """
        return cls(LinkCounts.load(path))

    def parse(self, words: Sequence[str]) -> DependencyTree:
        """Parse one sentence: see `parse_all`."""
        return self.parse_all([words])[0]

    def parse_all(self, sentences: Sequence[Sequence[str]]) -> list[DependencyTree]:
        """Parse many sentences, of words and punctuation marks: faster than one by one.

        One word becomes the head of all, and in every link the word nearer to it is the head: the one with which the
        directions of all links (`RIGHT_IS_HEAD`) and the head itself (`HEAD`) are most likely together. Punctuation
        hangs on the word before it.
        """
        kept = [np.flatnonzero(are_words(words)) for words in sentences]
        by_length: dict[int, list[int]] = {}
        for number, places in enumerate(kept):
            by_length.setdefault(len(places), []).append(number)
        heads: dict[int, list[int]] = {}
        for length, members in by_length.items():
            step = max(1, _CELLS // (length + 1) ** 2)
            for at in range(0, len(members), step):
                some = members[at : at + step]
                found = self._heads(self.read([(sentences[one], kept[one]) for one in some])) if length else []
                for one, row in zip(some, found, strict=bool(length)):
                    heads[one] = row
        trees = []
        for number, (words, places) in enumerate(zip(sentences, kept, strict=True)):
            whole = [0] * len(words)
            numbers = places.tolist()
            for place, head in zip(numbers, heads.get(number, []), strict=True):
                whole[place] = numbers[head - 1] + 1 if head else 0
            trees.append(attach_punctuation(words, whole))
        return trees

    def read(self, sentences: Sequence[tuple[Sequence[str], WordRanks]]) -> Sentences:
        """Look up sentences, given as words and the places of those that are no punctuation, equally many."""
        words = [[words[place] for place in places.tolist()] for words, places in sentences]
        ranks = np.array([[self._rank.get(word, -1) for word in row] for row in words], np.intp)
        single = np.array([[len(word) == 1 for word in row] for row in words])
        places = np.array([places for _, places in sentences])
        sizes = np.array([[len(words)] for words, _ in sentences])
        gaps = np.diff(places, prepend=-1, append=sizes) > 1
        return Sentences(ranks, single, gaps[:, :-1], gaps[:, 1:])

    def features(self, sentences: Sentences) -> tuple[Weights, Weights]:
        """Give what is known of words (s, n, words' features) and of pairs of them (s, n, n, pairs' features)."""
        ranks = sentences.ranks
        number, n = ranks.shape
        own = self._words[ranks]
        closes, opens, common = own[:, :, 0], own[:, :, 1], own[:, :, 2]
        closed = np.concatenate([np.full((number, 1), EDGE), closes[:, :-1]], axis=1)
        marks = [sentences.single, sentences.before, sentences.after]
        words = np.concatenate([own, np.stack([*marks, closed], axis=2)], axis=2)
        place = np.arange(n)
        far = np.log(np.maximum(1, place - place[:, np.newaxis]))
        near = (place - place[:, np.newaxis] == 1).astype(np.float64)
        clause = np.cumsum(sentences.before, axis=1)
        crossed: npt.NDArray[np.int64] = clause[:, np.newaxis, :] - clause[:, :, np.newaxis]
        over = (crossed > 0).astype(np.float64)
        ends = np.zeros((n, n))
        ends[0, -1] = 1
        every = np.ones((number, n, n))
        pairs = [
            far * every,
            far * common[:, :, np.newaxis],
            far * common[:, np.newaxis, :],
            near * every,
            self._attraction(ranks),
            near * opens[:, np.newaxis, :],
            over,
            (crossed > 1).astype(np.float64),
            over * opens[:, np.newaxis, :],
            ends * every,
        ]
        return words, np.stack(pairs, axis=3)

    def _attraction(self, ranks: WordRanks) -> Weights:
        """Give ln((n + 1) / (E + 1)) of each pair, E being the count by chance."""
        number, n = ranks.shape
        first, second = np.triu_indices(n, 1)
        left, right = ranks[:, first].ravel(), ranks[:, second].ravel()
        counts = np.append(self.counts.counts, 0)
        chance = counts[left].astype(np.float64) * counts[right] * self._share
        found = np.zeros((number, n, n))
        found[:, first, second] = np.log((self.counts.look_up(left, right) + 1) / (chance + 1)).reshape(number, -1)
        return found

    def weights(self, words: Weights, pairs: Weights) -> Weights:
        """Give the weights of all links (s, n, n) by their features; only those above the diagonal count."""
        found: Weights = (words @ LEFT)[:, :, np.newaxis] + (words @ RIGHT)[:, np.newaxis, :] + pairs @ BOTH
        return found

    def _heads(self, sentences: Sentences) -> list[list[int]]:
        """Give the head of each word, from 1; 0 for the root."""
        n = sentences.ranks.shape[1]
        words, pairs = self.features(sentences)
        shares = link_probabilities(self.weights(words, pairs))
        links = best_trees(shares)
        roots = self.roots(words, shares) @ HEAD
        rows = np.arange(len(links))[:, np.newaxis]
        rightward = (link_features(words, pairs) @ RIGHT_IS_HEAD)[rows, links[:, :, 0], links[:, :, 1]]
        every = zip(links.tolist(), rightward.tolist(), roots.tolist(), strict=True)
        return [hang(n, *of_sentence) for of_sentence in every]

    def roots(self, words: Weights, shares: Weights) -> Weights:
        """Give what is known of words as heads of all (s, n, features): last the number of links to expect."""
        degree = shares.sum(axis=1) + shares.sum(axis=2)
        return np.concatenate([words, degree[:, :, np.newaxis]], axis=2)


def parse_links(parser: LinkParser, sentences: Sequence[Sequence[str]]) -> list[Tree]:
    """Parse sentences, and write the trees as hierarchies: a word, and as gaps what hangs on it."""
    return [hierarchy_of(tree) for tree in parser.parse_all(sentences)]


def link_features(words: Weights, pairs: Weights) -> Weights:
    """Put the features of both words and of the pair side by side, and 1 (s, n, n, features)."""
    number, n, _ = words.shape
    left, right = words[:, :, np.newaxis], words[:, np.newaxis]
    shape = number, n, n, words.shape[2]
    parts = [np.broadcast_to(left, shape), np.broadcast_to(right, shape), pairs, np.ones((number, n, n, 1))]
    return np.concatenate(parts, axis=3)


def hang(n: int, links: list[list[int]], rightward: list[float], roots: list[float]) -> list[int]:
    """Give each word a head, by what is known of the direction of each link and of each word as head of all.

    Examples
    --------
    >>> hang(3, [[0, 2], [1, 2]], [2.0, -1.0], [0.0, 9.0, 0.0])  # the word under a link is not the head of all
    [3, 3, 0]
    """
    beside: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for (one, other), gain in zip(links, rightward, strict=True):
        beside[one].append((other, gain))
        beside[other].append((one, -gain))
    # Walk from the first word; with the next one as the head of all instead, the link between them turns round.
    above, gains, order = [-1] * n, [0.0] * n, [0]
    for word in order:
        for other, gain in beside[word]:
            if other != above[word]:
                above[other], gains[other] = word, gains[word] + gain
                order.append(other)
    # Under a link there is no head of all, or what hangs on one of its ends would not stand together.
    under = np.zeros(n + 1, np.int64)
    for one, other in links:
        under[one + 1] += 1
        under[other] -= 1
    free = np.flatnonzero(np.cumsum(under[:n]) == 0).tolist()
    root = max(free, key=lambda word: (gains[word] + roots[word], -word))
    heads = [0] * n
    order = [root]
    for word in order:
        for other, _ in beside[word]:
            if other + 1 != heads[word]:
                heads[other] = word + 1
                order.append(other)
    return heads
