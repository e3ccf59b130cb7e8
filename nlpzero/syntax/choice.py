"""Which chains of words are constructions, and which are pieces of one, chance, or lines that are repeated.

The rules are those of a gap that is one: many things fill it. So must many things stand around the whole; otherwise it
is a piece of something longer. The constants were chosen by reading the first 100 templates of 3 MB of news and of one
novel, and then looked at on others.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Ids
from ..text.stopwords import FUNCTION_WORDS
from .clauses import Clauses
from .form import NUMBER
from .joints import Chains
from .links import Flags

Shares = npt.NDArray[np.float64]
WordPattern = tuple[tuple[int, ...], tuple[bool, ...]]

FILLED = 0.3
"""The greatest share of the most frequent filler of a gap, and of the most frequent word before or after the whole."""
RIM = 0.6
"""The greatest share of the word that a gap begins with most often, or ends with: else it is part of the template."""
SPREAD = 0.7
"""Different clauses over occurrences, at the least, beside the same of all clauses that are not short."""
CONTENT_SHARE = 0.2
"""Without any function word: least share of the places of the rarer outer word that are in the template."""
CLOSING = 1.5
"""A word that ends clauses this many times as often as it begins them begins no template; without a gap, none ends with
a word that begins clauses as much more often. With a gap, a function word at the end makes up for it: 起 ... 来, but
not 等 ... 活动, which is the end of one phrase and the beginning of another. On UD Chinese GSDSimp dev this takes the
share of templates that cross a phrase of the treebank from 0.146 to 0.079."""
LONGER = 0.5
"""A longer template stands for a shorter one if it has this share of its occurrences."""


class ChainLevel(NamedTuple):
    """The chains of one number of words.

    Attributes
    ----------
    words : uint32 array (n, k)
    gaps : bool array (n, k - 1)
        Whether a gap is between two words.
    counts, clauses : int64 array (n,)
        How often each occurs, and in how many different clauses.
    scores : float array (n,)
    chains : list of Chains
        Where they stand, block by block.
    most : int64 array (n, k - 1)
        How often the most frequent filler of each gap occurs.
    rims : int64 array (n, k - 1)
        How often the most frequent word that a gap begins with, or ends with, does so.
    edges : int64 array (n, 2)
        How often the most frequent word before and after them occurs.
    """

    words: Ids
    gaps: Flags
    counts: Counts
    scores: Shares
    chains: list[Chains]
    clauses: Counts
    most: Counts
    rims: Counts
    edges: Counts

    def are_filled(self) -> Flags:
        """Tell which have no gap that mostly the same thing fills."""
        return below(self.most, FILLED, self.counts)


def below(numbers: Counts, share: float, counts: Counts) -> Flags:
    """Tell in which rows all numbers are at most a share of the row's count."""
    found: Flags = np.all(numbers <= share * counts[:, np.newaxis], axis=1)
    return found


def edge_words(clauses: Clauses) -> tuple[Counts, Counts]:
    """Count how often each word begins a clause, and how often it ends one."""
    size = len(clauses.vocabulary)
    begins, ends = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for block in clauses.blocks:
        words, lengths = block.words(), block.lengths.array
        last = np.cumsum(lengths, dtype=np.intp)
        begins += np.bincount(words[last - lengths], minlength=size)
        ends += np.bincount(words[last - 1], minlength=size)
    return begins, ends


def chosen_of(
    levels: Sequence[ChainLevel], vocabulary: Sequence[str], counts: Counts, edges: tuple[Counts, Counts], spread: float
) -> list[npt.NDArray[np.intp]]:
    """Choose the constructions among the chains of each level.

    Parameters
    ----------
    levels : sequence of ChainLevel
    vocabulary : sequence of str
    counts : int64 array
        Of the words.
    edges : two int64 arrays
        How often each word begins and ends a clause.
    spread : float
        Different clauses over all clauses, where they are not short.

    Returns
    -------
    For each level the rows that are kept.
    """
    is_function = np.array([word in FUNCTION_WORDS for word in vocabulary], np.bool_)
    is_literal = np.array([word != NUMBER for word in vocabulary], np.bool_)
    closes, opens = edges[1] > CLOSING * edges[0], edges[0] > CLOSING * edges[1]
    kept: dict[WordPattern, tuple[int, int, int]] = {}
    for number, level in enumerate(levels):
        outer = level.words[:, [0, -1]]
        whole = below(level.edges, FILLED, level.counts) & level.are_filled() & below(level.rims, RIM, level.counts)
        whole &= level.clauses >= SPREAD * spread * level.counts
        gapped = level.gaps.any(axis=1)
        tight = level.counts >= CONTENT_SHARE * counts[outer].min(axis=1)
        whole &= is_function[level.words].any(axis=1) | tight | ~gapped
        whole &= (is_literal[level.words].sum(axis=1) > 1) | ~gapped
        whole &= ~closes[outer[:, 0]] | (is_function[outer[:, 1]] & gapped)
        whole &= ~opens[outer[:, 1]] | gapped
        for row in np.flatnonzero(whole).tolist():
            form = tuple(level.words[row].tolist()), tuple(level.gaps[row].tolist())
            kept[form] = number, row, int(level.counts[row])
    stood_for: set[WordPattern] = set()
    for form, (_, _, count) in reversed(kept.items()):  # longer ones first
        within = [part for part in _parts(form) if part in kept and any(part[1]) == any(form[1])]
        if any(count < LONGER * kept[part][2] for part in within):
            stood_for.add(form)
        else:
            stood_for.update(within)
    rows: list[list[int]] = [[] for _ in levels]
    for form, (number, row, _) in kept.items():
        if form not in stood_for:
            rows[number].append(row)
    return [np.array(some, np.intp) for some in rows]


def _parts(form: WordPattern) -> Iterator[WordPattern]:
    """Give the parts of a template: words that follow each other in it, all of them or all but one between."""
    words, gaps = form
    size = len(words)
    for length in range(2, size + 1):
        for i in range(size - length + 1):
            part, between = words[i : i + length], gaps[i : i + length - 1]
            if length < size:
                yield part, between
            for j in range(1, length - 1):
                yield (*part[:j], *part[j + 1 :]), (*between[: j - 1], True, *between[j + 1 :])
