"""How well trees agree with those of a treebank (句法评测), and how well those do that are made without knowledge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError, NothingFound
from .treebanks import Shape, spans_of

Spans = frozenset[tuple[int, int]]
_REMEDY = "parse the words of the treebank, as they are"


class TreeScore(NamedTuple):
    """How well trees agree (句法评测结果): counts of each sentence (n,), and figures, None for a division by zero.

    Attributes
    ----------
    links, correct : int64 arrays
        Links of words in the gold tree, and those that the other tree has, whichever word is the head.
    words, heads : int64 arrays
        Words, and those with the right head; the root counts.
    spans : float array
        F of the constituents; NaN where the gold tree has none.
    has_links, has_heads, has_spans : bool
        What can be told of the other trees.
    """

    links: npt.NDArray[np.int64]
    correct: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int64]
    spans: npt.NDArray[np.float64]
    has_links: bool = True
    has_heads: bool = True
    has_spans: bool = True

    @property
    def uuas(self) -> float | None:
        """Share of the gold links that were found (unlabelled undirected attachment score)."""
        return _share(self.correct, self.links) if self.has_links else None

    @property
    def uas(self) -> float | None:
        """Share of the words whose head was found (unlabelled attachment score)."""
        return _share(self.heads, self.words) if self.has_heads else None

    @property
    def f1(self) -> float | None:
        """Mean over sentences of F of the constituents (S-F1): of more than one word, and not the whole sentence."""
        known = self.spans[~np.isnan(self.spans)]
        return float(known.mean()) if self.has_spans and len(known) else None

    def interval(self, resamples: int = 1000, seed: int = 1, level: float = 0.95) -> tuple[float, float] | None:
        """Give the confidence interval of UUAS by the bootstrap: as many sentences are drawn anew, again and again."""
        if not self.has_links or not self.links.any() or not resamples:
            return None
        rng = np.random.default_rng(seed)
        n = len(self.links)
        drawn = [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(resamples)]
        values = [int(one @ self.correct) / max(1, int(one @ self.links)) for one in drawn]
        low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist()
        return low, high


def _share(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> float | None:
    """Divide sums."""
    return int(part.sum()) / int(whole.sum()) if whole.any() else None


def pair_trees(
    gold: Iterable[Shape],
    predicted: Iterable[Shape],
    names: tuple[str, str] = ("gold", "predicted"),
    max_words: int | None = None,
) -> Iterator[tuple[Shape, Shape]]:
    """Put the trees of two files side by side (树库对齐); sentences of one word are left out.

    Parameters
    ----------
    gold, predicted : iterables of Shape
        From `read_trees`.
    names : (str, str)
        What messages call them.
    max_words : int, optional
        Leave out sentences of more words.

    Raises
    ------
    CorpusError
        With the number of the sentence, if their texts, or of dependency trees the words, differ.

    Examples
    --------
    >>> from .treebanks import read_trees
    >>> gold, made = (read_trees([tree]) for tree in ("(水 涨) 了", "水 (涨 了)"))
    >>> len(list(pair_trees(gold, made)))
    1
    """
    for number, (one, other) in enumerate(zip_longest(gold, predicted), 1):
        if one is None or other is None:
            short, long = names if one is None else names[::-1]
            raise CorpusError(f"{short}: ends after sentence {number - 1}, but {long} goes on", short)
        differs = one.text != other.text
        if differs or (one.heads is not None and other.heads is not None and one.words != other.words):
            what = [side.text if differs else " ".join(side.words) for side in (one, other)]
            raise CorpusError(
                f"{names[1]}: sentence {number} is {what[1][:40]!r}, but in {names[0]} {what[0][:40]!r}; {_REMEDY}",
                names[1],
            )
        if 1 < len(one.words) <= (max_words or len(one.words)):
            yield one, other


def score_trees(pairs: Iterable[tuple[Shape, Shape]]) -> TreeScore:
    """Compare trees with gold trees (句法评测); punctuation is left out, relations are not looked at.

    Parameters
    ----------
    pairs : iterable of (Shape, Shape)
        A gold tree and another of the same sentence: see `pair_trees`. In each file all trees are of one form.

    Raises
    ------
    NothingFound
        If there is no sentence of two words or more.

    Notes
    -----
    A constituent of a dependency tree is a word with all that hangs on it, from the first word to the last. Of trees in
    brackets only constituents are compared, and they may be cut into words in different ways. The measures are those of
    Klein & Manning 2004, and for S-F1 of Kim et al. 2019.

    Examples
    --------
    >>> from .treebanks import read_trees
    >>> gold, other = next(read_trees(["(船 靠 了) (码头 边)"])), next(read_trees(["船 (靠 了) (码头 边)"]))
    >>> score_trees([(gold, other)]).f1
    0.5
    """
    rows: list[tuple[int, int, int, int]] = []
    spans: list[float] = []
    has_heads = True
    for gold, other in pairs:
        both = gold.heads is not None and other.heads is not None
        has_heads &= both
        links = gold.links
        right = sum(a == b for a, b in zip(gold.heads or (), other.heads or (), strict=False))
        rows.append((len(links), len(links & other.links), len(gold.words), right if both else 0))
        spans.append(_f1(gold, other.spans))
    if not rows:
        raise NothingFound("there is no sentence of two words or more to compare")
    links, correct, words, right_heads = np.array(rows, np.int64).T
    return TreeScore(links, correct, words, right_heads, np.array(spans), has_heads, has_heads)


def _f1(gold: Shape, spans: Spans) -> float:
    """Compare the constituents of one sentence."""
    edges = gold.edges()
    true, made = (_telling(some, edges) for some in (gold.spans, spans))
    return 2 * len(true & made) / (len(true) + len(made)) if true else float("nan")


def _telling(spans: Spans, edges: Sequence[int]) -> Spans:
    """Leave out what every tree has: the whole sentence, and what lies within a word."""
    return frozenset(
        span for span in spans if span != (0, edges[-1]) and any(span[0] < edge < span[1] for edge in edges)
    )


BASELINES = ("neighbours", "left", "right", "random")
"""Words linked with their neighbours; each hanging on the next, on the one before; a random tree."""


def baseline(name: str, gold: Iterable[Shape], seed: int = 1) -> TreeScore:
    """Score trees that are made without knowledge: see `BASELINES`.

    A random tree has any word as its root, with equal probability, and likewise what is left and right of that.

    Examples
    --------
    >>> from .conllu import DependencyTree
    >>> from .treebanks import shape_of
    >>> gold = [shape_of(DependencyTree(["水", "涨", "了"], [2, 0, 2]))]
    >>> baseline("neighbours", gold).uuas, baseline("left", gold).uas, baseline("right", gold).uas
    (1.0, 0.3333333333333333, 0.3333333333333333)
    """
    rng = np.random.default_rng(seed)
    makers: dict[str, Callable[[int], list[int]]] = {
        "neighbours": lambda n: [*range(n)],
        "left": lambda n: [*range(2, n + 1), 0],
        "right": lambda n: [*range(n)],
        "random": lambda n: random_heads(n, rng),
    }

    def made() -> Iterator[tuple[Shape, Shape]]:
        for shape in gold:
            heads = makers[name](len(shape.words))
            yield shape, Shape(shape.words, tuple(heads), spans_of(shape.words, heads))

    found = score_trees(made())
    if not found.links.any():  # the gold trees have no heads
        found = found._replace(has_links=False, has_heads=False)
    return found._replace(has_heads=False, has_spans=False) if name == "neighbours" else found


def random_heads(n: int, rng: np.random.Generator) -> list[int]:
    """Draw a tree whose links do not cross, its root first, then those of what is left and right of it."""
    heads = [0] * n
    left = [(0, n, 0)]
    while left:
        start, end, above = left.pop()
        if start < end:
            root = int(rng.integers(start, end))
            heads[root] = above
            left += [(start, root, root + 1), (root + 1, end, root + 1)]
    return heads
