"""Words that stand near a word (搭配词), from text or from counts of pairs that were made before.

A pair is a node and a collocate that stands within a window before or behind it, on the same line. All pairs of the
corpus make the 2 x 2 tables of `nlpzero.corpora.association`: O11 pairs of the node and the collocate, R1 of the node
and any word, C1 of any word and the collocate, N in all. So what is expected is what chance would give, near the ends
of lines, too.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost, Execution, Job, open_execution
from ..core.pieces import pieces_of
from ..errors import ModelError, NothingFound
from ..reading.parts import Part, text_of
from ..rules.measures import Contingency, Floats
from ..segment.cutter import BLANKS, Cutter
from ..segment.encoding import encode
from ..text.words import are_words
from ..vectors.cooccurrence import Cooccurrence
from .association import MEASURES, expected
from .records import ResultTable

NEAR = Cost(task=60, held=0.3)
"""Of finding what stands near some words: what is held is the dictionary of words."""
SHOWN = ("log_dice", "mi", "mi3", "npmi", "t", "z", "g2", "chi_squared", "delta_p", "delta_p_back")
"""The measures that are shown where none are named."""
ENTRIES = 1 << 20
"""Pairs of an archive that are looked at together."""
BEST = 1000
"""Pairs of all words that are given where it is not said how many."""


@dataclass(frozen=True)
class CollocateOptions:
    """Which collocates are given, and in what order (搭配选项).

    Attributes
    ----------
    left, right : int
        How many words before and behind the node are near it; for text.
    sort : str
        A measure, "count" or "frequency": the greatest first; ties by count and word.
    measures : tuple of str
        Of `nlpzero.corpora.association.MEASURES`; empty for `SHOWN`.
    min_count : int
        Leave out pairs that are rarer.
    top : int or None
        Give only the first N for each node; of all pairs `BEST` by default.
    punctuation : bool
        Whether punctuation marks are collocates, too. They take up room between words in any case.

    Raises
    ------
    ModelError
        For a value out of its range; it names the parameter.
    """

    left: int = 5
    right: int = 5
    sort: str = "log_dice"
    measures: tuple[str, ...] = ()
    min_count: int = 3
    top: int | None = None
    punctuation: bool = False

    def __post_init__(self) -> None:
        if min(self.left, self.right) < 0 or self.left + self.right < 1:
            raise ModelError(f"`left` is {self.left}, `right` {self.right}; give numbers from 0, not both 0")
        for name, value in (("sort", self.sort), *(("measures", one) for one in self.measures)):
            known = [*MEASURES, *(("count", "frequency") if name == "sort" else ())]
            if value not in known:
                raise ModelError(f"`{name}` is {value!r}; there are {', '.join(known)}")


class NodePairs(NamedTuple):
    """The pairs of one node: how often each word stands near it, and the margins of the tables.

    Attributes
    ----------
    both : float64 array (n,)
        O11 of each word.
    node : float
        R1.
    """

    both: Floats
    node: float


class Neighbourhood(NamedTuple):
    """What stands near some nodes.

    Attributes
    ----------
    words : list of str
    frequencies : int64 array (n,)
        Occurrences of the words.
    margins : float64 array (n,)
        C1: pairs of any word and this one.
    total : float
        N: all pairs.
    nodes : dict of str to NodePairs
        Those that the text has.
    """

    words: list[str]
    frequencies: npt.NDArray[np.int64]
    margins: Floats
    total: float
    nodes: dict[str, NodePairs]


def near_words(
    texts: Iterable[str | Part],
    nodes: Sequence[str],
    options: CollocateOptions | None = None,
    *,
    cutter: Cutter = BLANKS,
    job: Job | Execution | None = None,
) -> Neighbourhood:
    r"""Count what stands near some words of a text.

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once, by the workers where they can.
    nodes : sequence of str
    options : CollocateOptions, optional
    cutter : Cutter
        What cuts the text into words, punctuation marks among them; by default they stand between white space.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Notes
    -----
    O(n) for n words; the distinct words are held, at about 250 bytes each.

    Examples
    --------
    >>> found = near_words(["江 上 有 船\n江 上\n"], ["江"], CollocateOptions(left=1, right=1))
    >>> dict(zip(found.words, found.nodes["江"].both.tolist())), found.nodes["江"].node, found.total
    ({'江': 0.0, '上': 2.0, '有': 0.0, '船': 0.0}, 2.0, 8.0)
    """
    options = options or CollocateOptions()
    number: dict[str, int] = {}
    sums = np.zeros((2 + len(nodes), 1024))
    with open_execution(job, NEAR) as execution:
        task = functools.partial(_near_in, cutter, tuple(nodes), options.left, options.right)
        for words, found in execution.engine.map(task, texts):
            ranks = np.fromiter((number.setdefault(word, len(number)) for word in words), np.intp, len(words))
            if len(number) > sums.shape[1]:
                sums = np.hstack([sums, np.zeros((len(sums), 2 * len(number) - sums.shape[1]))])
            sums[:, ranks] += found
    sums = sums[:, : len(number)]
    words = list(number)
    frequencies, margins = sums[0].astype(np.int64), sums[1]
    found_nodes = {
        node: NodePairs(both, float(both.sum())) for node, both in zip(nodes, sums[2:], strict=True) if node in number
    }
    return Neighbourhood(words, frequencies, margins, float(margins.sum()), found_nodes)


def _near_in(
    cutter: Cutter, nodes: tuple[str, ...], left: int, right: int, part: str | Part
) -> tuple[list[str], Floats]:
    """Count in one block: for each of its words its occurrences, its pairs, and those with each node."""
    ids, lengths, words = encode(text_of(part), cutter).without_blanks()
    result = np.zeros((2 + len(nodes), len(words)))
    if not len(words):
        return words, result
    place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    behind = np.repeat(lengths, lengths) - place - 1
    result[0] = np.bincount(ids, minlength=len(words))
    pairs = np.minimum(place, right) + np.minimum(behind, left)  # of the word as a collocate
    result[1] = np.bincount(ids, pairs, minlength=len(words))
    local = {word: i for i, word in enumerate(words)}
    for row, node in enumerate(nodes, 2):
        if node not in local:
            continue
        at = np.flatnonzero(ids == local[node])
        for distance in (*range(-left, 0), *range(1, right + 1)):
            inside = at[place[at] >= -distance] if distance < 0 else at[behind[at] >= distance]
            result[row] += np.bincount(ids[inside + distance], minlength=len(words))
    return words, result


def near_in_counts(counts: Cooccurrence, nodes: Sequence[str]) -> Neighbourhood:
    """Take what stands near some words from counts of pairs, on both sides.

    Notes
    -----
    Two passes over the pairs, which need not fit the memory: 0.3 s for 27 million.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> counts = count_pairs(["江 上 有 船\\n江 上\\n"], window=1, min_count=1, weighting="flat")
    >>> found = near_in_counts(counts, ["江"])
    >>> dict(zip(found.words, found.nodes["江"].both.tolist())), found.nodes["江"].node, found.total
    ({'上': 2.0, '江': 0.0, '有': 0.0, '船': 0.0}, 2.0, 8.0)
    """
    n = len(counts.words)
    number = {word: i for i, word in enumerate(counts.words)}
    known = {node: number[node] for node in nodes if node in number}
    rows, columns = np.zeros(n), np.zeros(n)
    sums = {node: np.zeros(n) for node in known}
    at = 0
    for some, values in _pieces(counts):
        columns += np.bincount(some, values, minlength=n)
        first, last = np.searchsorted(counts.starts, [at, at + len(some) - 1], "right") - 1
        begins = np.maximum(counts.starts[first : last + 1] - at, 0)
        held = np.diff(begins, append=len(some)) > 0
        rows[np.arange(first, last + 1)[held]] += np.add.reduceat(values, begins[held])
        for node, i in known.items():
            hits = np.flatnonzero(some == i)
            np.add.at(sums[node], np.searchsorted(counts.starts, at + hits, "right") - 1, values[hits])
        at += len(some)
    for node, i in known.items():
        own = slice(int(counts.starts[i]), int(counts.starts[i + 1]))
        np.add.at(sums[node], np.array(counts.columns[own]), np.array(counts.values[own]) / counts.unit)
    margins = rows + columns
    found = {node: NodePairs(both, float(both.sum())) for node, both in sums.items()}
    return Neighbourhood(counts.words, counts.word_counts, margins, float(margins.sum()), found)


def _pieces(counts: Cooccurrence) -> Iterator[tuple[npt.NDArray[np.uint32], Floats]]:
    """Give the columns and the weights of pairs, some at a time."""
    for columns, values in zip(pieces_of(counts.columns, ENTRIES), pieces_of(counts.values, ENTRIES), strict=True):
        yield columns, values / counts.unit


def collocates_of(found: Neighbourhood, nodes: Sequence[str], options: CollocateOptions | None = None) -> ResultTable:
    """Make a table of the collocates of some words, the strongest first (搭配词表).

    Returns
    -------
    ResultTable
        Columns node, collocate, count (pairs of both), expected (by chance), frequency (of the collocate), and the
        measures. Nodes that the text has not are left out.

    Raises
    ------
    NothingFound
        If no node stands in the text, or no pair is frequent enough.
    """
    options = options or CollocateOptions()
    known = [node for node in dict.fromkeys(nodes) if node in found.nodes]
    if not known:
        raise NothingFound(
            f"{', '.join(nodes)} stands nowhere in the text as a word; try others, or another way to cut it"
        )
    shown = np.ones(len(found.words), np.bool_) if options.punctuation else are_words(found.words)
    tables = []
    for node in known:
        both, margin = found.nodes[node]
        chosen = np.flatnonzero((both >= options.min_count) & (both > 0) & shown)
        table = _table(both[chosen], np.full(len(chosen), margin), found.margins[chosen], found.total)
        order = _order(table, found.frequencies[chosen], [found.words[i] for i in chosen.tolist()], options)
        order = order[: options.top]
        columns = _columns(_part(table, order), options)
        words = [found.words[i] for i in chosen[order].tolist()]
        head = {"node": [node] * len(order), "collocate": words}
        tables.append({**head, **_counted(columns, found.frequencies[chosen[order]])})
    joined = {name: _joined([table[name] for table in tables]) for name in tables[0]}
    if not len(joined["node"]):
        raise NothingFound(f"no word stands near {', '.join(known)} {options.min_count} times; lower `min_count`")
    return ResultTable(joined)


def all_pairs(counts: Cooccurrence, options: CollocateOptions | None = None) -> ResultTable:
    """Make a table of the strongest pairs of all words (搭配词对).

    Returns
    -------
    ResultTable
        Columns node, collocate, count, expected, frequency_node, frequency, and the measures. Each pair is there once,
        the more frequent word first.

    Raises
    ------
    NothingFound
        If no pair is frequent enough.

    Notes
    -----
    O(P) for P pairs, some at a time; the best are held.
    """
    options = options or CollocateOptions()
    everything = near_in_counts(counts, [])
    shown = np.ones(len(counts.words), np.bool_) if options.punctuation else are_words(counts.words)
    top = BEST if options.top is None else options.top
    best: list[tuple[Any, ...]] = []
    at = 0
    for columns, weights in _pieces(counts):
        rows = np.searchsorted(counts.starts, np.arange(at, at + len(columns)), "right") - 1
        at += len(columns)
        weights = np.where(rows == columns, 2 * weights, weights)
        kept = np.flatnonzero((weights >= options.min_count) & shown[rows] & shown[columns])
        pairs = np.stack([np.minimum(rows, columns)[kept], np.maximum(rows, columns)[kept]])
        best.append((weights[kept], pairs))
        if sum(len(one[0]) for one in best) > 4 * ENTRIES:
            best = [_strongest(best, everything, counts, options, top)]
    both, pairs = _strongest(best, everything, counts, options, top) if best else (np.empty(0), np.empty((2, 0), int))
    if not len(both):
        raise NothingFound(f"no two words stand together {options.min_count} times; lower `min_count`")
    both, pairs = both[:top], pairs[:, :top]
    words = [[counts.words[i] for i in side.tolist()] for side in pairs]
    table = _table(both, everything.margins[pairs[0]], everything.margins[pairs[1]], everything.total)
    columns_of = _counted(_columns(table, options), counts.word_counts[pairs[1]])
    head = {"node": words[0], "collocate": words[1], "count": columns_of["count"], "expected": columns_of["expected"]}
    return ResultTable({**head, "frequency_node": counts.word_counts[pairs[0]], **columns_of})


def _strongest(
    best: list[tuple[Any, ...]], everything: Neighbourhood, counts: Cooccurrence, options: CollocateOptions, top: int
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Keep the strongest of some pairs, in order. (Counts of asymmetric pairs stand in two rows: they are added.)"""
    both, pairs = np.concatenate([one[0] for one in best]), np.concatenate([one[1] for one in best], axis=1)
    if not counts.symmetric and len(both):
        keys = pairs[0] * len(counts.words) + pairs[1]
        order = np.argsort(keys, kind="stable")
        first = np.flatnonzero(np.diff(keys[order], prepend=-1))
        both, pairs = np.add.reduceat(both[order], first), pairs[:, order[first]]
    table = _table(both, everything.margins[pairs[0]], everything.margins[pairs[1]], everything.total)
    value = _value(options.sort, table, counts.word_counts[pairs[1]])
    if counts.symmetric and len(both) > top:
        border = np.partition(value, len(value) - top)[len(value) - top]
        kept = np.flatnonzero(value >= border)
        both, pairs, value = both[kept], pairs[:, kept], value[kept]
    order = np.lexsort([pairs[1], pairs[0], -both, -value])
    order = order[:top] if counts.symmetric else order
    return both[order], pairs[:, order]


def _table(both: Floats, node: Floats, collocate: Floats, total: float) -> Contingency:
    """Make tables; weighted counts may have fractions."""
    parts: Any = (both, node, collocate, total)
    return Contingency(*parts)


def _part(t: Contingency, chosen: npt.NDArray[np.intp]) -> Contingency:
    """Give some of the tables."""
    return Contingency(t.both[chosen], t.x[chosen], t.y[chosen], t.n)


def _value(name: str, table: Contingency, frequencies: npt.NDArray[np.int64]) -> Floats:
    """Give what pairs are sorted by; what is not defined comes last."""
    if name == "count":
        return table.both.astype(np.float64)
    value = frequencies.astype(np.float64) if name == "frequency" else MEASURES[name](table)
    return np.where(np.isnan(value), -np.inf, value)


def _order(
    table: Contingency, frequencies: npt.NDArray[np.int64], words: list[str], options: CollocateOptions
) -> npt.NDArray[np.intp]:
    """Order pairs, the strongest first, then the most frequent, then by the word."""
    by_word = np.empty(len(words), np.int64)
    by_word[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
    order: npt.NDArray[np.intp] = np.lexsort([by_word, -table.both, -_value(options.sort, table, frequencies)])
    return order


def _columns(table: Contingency, options: CollocateOptions) -> dict[str, Any]:
    """Work out the measures."""
    both = table.both
    whole = both.astype(np.int64) if np.array_equal(both, np.trunc(both)) else both
    measures = {name: MEASURES[name](table) for name in options.measures or SHOWN}
    return {"count": whole, "expected": expected(table), **measures}


def _counted(columns: dict[str, Any], frequencies: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Put the frequency of the collocate before the measures."""
    head = {name: columns.pop(name) for name in ("count", "expected")}
    return {**head, "frequency": frequencies, **columns}


def _joined(columns: list[Any]) -> Any:
    """Put columns one below the other."""
    return [*itertools.chain(*columns)] if isinstance(columns[0], list) else np.concatenate(columns)
