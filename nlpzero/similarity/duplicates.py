"""Lines that say what an earlier line says: the same text, nearly the same characters, or nearly the same words.

Two lines are *near* if the Jaccard similarity of their bags of characters is at least X, and that of their bags of
pairs of neighbours at least (3 X - 1) / (3 - X), which is what scattered changes of single characters leave of it. So
lines of the same characters in another order are told apart, and 我不知道 from 我知道 (I do not know, I know).

Candidates share a key of MinHash (Broder 1997): the least hash values of the pairs of neighbours, three to a key and
`BANDS` keys a line. Two lines whose pairs have similarity s share one with probability 1 - (1 - s^3)^30: 0.97 at the
least s for X = 0.7, 0.9999 where a tenth of the characters is changed. Each candidate is then looked at exactly.

A line is left out if it is like an earlier line, kept or not: it joins the cluster of the first line that is kept and
like it, or else of the first one like it.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import first_of_each, sort_with_origin
from ..core.job import Execution, Job, open_execution
from ..errors import ModelError
from ..text.characters import code_points
from .comparison import COMPARING
from .distances import Measure
from .documents import Documents, Floats, Ints
from .search import Collection

JACCARD = 0.7
"""Lines are near from here on, by default."""
BANDS, VALUES = 30, 3
"""Keys of a line, and hash values of a key."""
BLOCK = 512
"""Lines that are decided on together."""
LINES, PAIRS = 1 << 14, 1 << 20
"""Lines, and pairs of neighbours, that are turned into numbers together."""
CHUNK = 1 << 16
"""Pairs that are compared together."""
SEARCHES = 64
"""Searches of one task."""
WORDS = 4
"""Numbers of 64 bits, a bit for each of the characters of a line."""
SEED = 1

Hashes = npt.NDArray[np.uint32]


class Duplicates(NamedTuple):
    """Which lines are left out (重复行), and what they are like.

    Attributes
    ----------
    first : int64 array (n,)
        The line that stands for the cluster of each: itself if it is kept.
    like : int64 array (n,)
        The earlier line that each is like; itself if it is kept.
    alike : float64 array (n,)
        How similar the two are: 1 for the same text, the Jaccard similarity of their characters for near lines, the
        similarity of the measure for lines of nearly the same meaning.
    kinds : list of str
        "kept", "exact", "near" or "semantic" for each.
    """

    first: Ints
    like: Ints
    alike: Floats
    kinds: list[str]

    def clusters(self) -> Iterator[Ints]:
        """Give the lines of each cluster of two or more, the one that is kept first."""
        order = np.argsort(self.first, kind="stable")
        edges = np.flatnonzero(np.append(first_of_each(self.first[order]), True))
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if high - low > 1:
                yield order[low:high]


def near_duplicates(lines: Sequence[str], jaccard: float = JACCARD) -> Duplicates:
    """Find lines that are the same as an earlier line, or near it (去重).

    Parameters
    ----------
    lines : sequence of str
        Blank ones are kept.
    jaccard : float
        From 0.4 to 1: how much of their characters two lines share; 1 finds the same text and the same characters.

    Raises
    ------
    ModelError
        If `jaccard` is something else.

    Notes
    -----
    About 40 microseconds and 1.5 kB a line of 45 characters. The worst case, where lines share keys and
    yet are not near, takes a microsecond for each such pair.

    Examples
    --------
    >>> found = near_duplicates(["船慢慢地靠了岸。", "天黑了。", "船慢慢的靠了岸。", "天黑了。"])
    >>> found.first.tolist(), found.kinds, found.alike.round(2).tolist()
    ([0, 1, 0, 1], ['kept', 'kept', 'near', 'exact'], [1.0, 1.0, 0.78, 1.0])
    """
    if not 0.4 <= jaccard <= 1:
        raise ModelError(f"`jaccard` is {jaccard}; it may be from 0.4, below which pairs are missed, to 1")
    like, alike = np.arange(len(lines)), np.ones(len(lines))
    kinds = ["kept"] * len(lines)
    met: dict[str, int] = {}
    for number, line in enumerate(lines):
        if line.strip() and (earlier := met.setdefault(line, number)) != number:
            like[number] = earlier
            kinds[number] = "exact"
    distinct = np.fromiter(met.values(), np.int64, len(met))
    bags = _Bags([lines[i] for i in distinct.tolist()])
    parents, similar = _parents(bags, *_groups(bags), jaccard)
    for number in distinct[parents != np.arange(len(parents))].tolist():
        kinds[number] = "near"
    like[distinct] = distinct[parents]
    alike[distinct] = similar
    return Duplicates(roots(like), like, alike, kinds)


def semantic_duplicates(
    found: Duplicates, documents: Documents, measure: Measure, within: float, job: Job | Execution | None = None
) -> Duplicates:
    """Leave out lines whose distance from an earlier line is small as well (语义去重): by words, not characters.

    A line that was kept joins the nearest of the earlier ones that were kept and are no further than `within`.

    Parameters
    ----------
    found : Duplicates
        From `near_duplicates`.
    documents : Documents
        The same lines, encoded by the measure.
    measure : Measure
    within : float
        A distance of the measure.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Notes
    -----
    One exact search in the lines that were kept for each of them: see `nlpzero.similarity.search`.

    Examples
    --------
    >>> lines = [["船", "靠", "岸"], ["天", "黑"], ["船", "靠", "岸", "了"]]
    >>> measure = Measure("emd")
    >>> found = near_duplicates(["".join(line) for line in lines], 1)
    >>> semantic_duplicates(found, measure.encode(lines), measure, 0.3).kinds
    ['kept', 'kept', 'semantic']
    """
    kept = np.flatnonzero(found.first == np.arange(len(found.first)))
    collection = Collection(documents.chosen(kept), measure)

    def task(part: tuple[int, int]) -> list[tuple[int, int, float]]:
        pairs = []
        queries = collection.documents.chosen(np.arange(*part))
        for number, hits in enumerate(collection.within(queries, within), part[0]):
            earlier = np.flatnonzero(hits.texts < number)[:1].tolist()
            pairs += [(int(hits.texts[i]), number, float(hits.distances[i])) for i in earlier]
        return pairs

    like, alike, kinds = found.like.copy(), found.alike.copy(), list(found.kinds)
    parts = itertools.pairwise([*range(0, len(kept), SEARCHES), len(kept)])
    with open_execution(job, COMPARING) as execution:
        for pairs in execution.engine.map(task, parts):
            for earlier, later, distance in pairs:
                like[kept[later]], kinds[kept[later]] = kept[earlier], "semantic"
                alike[kept[later]] = float(measure.similarity(np.array([distance]))[0])
    return Duplicates(roots(like), like, alike, kinds)


def roots(parents: Ints) -> Ints:
    """Follow lines to those that they are like, until one is like none but itself.

    Examples
    --------
    >>> roots(np.array([0, 0, 1, 3, 2])).tolist()
    [0, 0, 0, 3, 0]
    """
    while not np.array_equal(further := parents[parents], parents):
        parents = further
    return parents


class _Bags:
    """The characters of lines, one line after the other, with a 0 at both edges of each."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.sizes = np.fromiter(map(len, lines), np.int64, len(lines))
        self.starts = np.concatenate([[0], np.cumsum(self.sizes + 1)])
        self.codes = np.zeros(int(self.starts[-1]) + 1, np.uint32)
        inside = np.ones(len(self.codes), np.bool_)
        inside[self.starts] = False
        self.codes[inside] = code_points("".join(lines))
        self.bits = np.zeros((len(lines), WORDS), np.uint64)
        for low in range(0, len(lines), LINES):
            sizes = self.sizes[low : low + LINES]
            places = slice(*self.starts[[low, low + len(sizes)]].tolist())
            owners = np.repeat(np.arange(low, low + len(sizes)), sizes)
            bit = _mixed(self.codes[places][inside[places]].astype(np.uint64)) % np.uint32(64 * WORDS)
            one = np.uint64(1) << (bit % np.uint32(64)).astype(np.uint64)
            np.bitwise_or.at(self.bits, (owners, bit // np.uint32(64)), one)

    def most_alike(self, i: Ints, j: Ints) -> Floats:
        """Bound the Jaccard similarity of the characters of pairs of lines from above.

        A bit that a line has and another lacks is a character that it has and the other lacks.
        """
        least, most = np.zeros(len(i), np.int64), np.zeros(len(i), np.int64)
        for word in range(WORDS):
            here, there = self.bits[i, word], self.bits[j, word]
            least += np.bitwise_count(here & ~there)
            most += np.bitwise_count(there & ~here)
        shared = np.minimum(self.sizes[i] - least, self.sizes[j] - most)
        return np.asarray(shared / np.maximum(self.sizes[i] + self.sizes[j] - shared, 1))

    def __len__(self) -> int:
        return len(self.sizes)

    def pairs(self) -> Hashes:
        """Give a number for each pair of neighbours of all lines, edges too: a line of n characters has n + 1."""
        found = np.empty(len(self.codes) - 1, np.uint32)
        for low in range(0, len(found), PAIRS):
            codes = self.codes[low : low + PAIRS + 1].astype(np.uint64)
            found[low : low + PAIRS] = _mixed((codes[:-1] << np.uint64(21)) | codes[1:])
        return found

    def places(self, chosen: Ints, width: int) -> tuple[Ints, Ints]:
        """Give the places of the characters of some lines (`width` 1), or of their pairs (2), and whose they are."""
        sizes = np.maximum(self.sizes[chosen] + 1 - width, 0)
        owners = np.repeat(np.arange(len(chosen)), sizes)
        offsets = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.starts[chosen][owners] + 1 + offsets, owners


def _mixed(keys: npt.NDArray[np.uint64]) -> Hashes:
    """Turn keys into numbers of 32 bits that look random (splitmix64, Steele et al. 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (keys >> np.uint64(32)).astype(np.uint32)


def _groups(bags: _Bags) -> tuple[Ints, Ints]:
    """Find the groups of two or more lines that share a key: the line and the group of each entry, lines rising."""
    if not len(bags):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    hashed = bags.pairs()
    rng = np.random.default_rng(SEED)
    factors = rng.integers(1 << 32, size=(BANDS, VALUES), dtype=np.uint32) | np.uint32(1)
    terms = rng.integers(1 << 32, size=(BANDS, VALUES), dtype=np.uint32)
    starts, room = bags.starts[:-1], np.empty_like(hashed)
    lines, groups, count = [], [], 0
    for band in range(BANDS):
        key = np.zeros(len(bags), np.uint64)
        for value in range(VALUES):
            np.multiply(hashed, factors[band, value], out=room)
            np.add(room, terms[band, value], out=room)
            key = key * np.uint64(0x9E3779B97F4A7C15) + np.minimum.reduceat(room, starts)
            key ^= key >> np.uint64(29)
        ordered, origin = sort_with_origin(key)
        begins = first_of_each(ordered)
        alone = begins & np.append(begins[1:], True)
        number = np.cumsum(begins & ~alone) - 1 + count
        lines.append(origin[~alone])
        groups.append(number[~alone])
        count = int(number[-1]) + 1 if len(number) else count
    line, group = np.concatenate(lines), np.concatenate(groups)
    order = np.lexsort((group, line))
    return line[order], group[order]


class _Table:
    """The lines met so far of each group."""

    def __init__(self, sizes: Ints) -> None:
        self._begins = np.cumsum(sizes) - sizes
        self._filled = np.zeros(len(sizes), np.int64)
        self._members = np.empty(int(sizes.sum()), np.int64)

    def add(self, lines: Ints, groups: Ints) -> None:
        """Add lines to groups."""
        order = np.argsort(groups, kind="stable")
        lines, groups = lines[order], groups[order]
        rank = np.arange(len(groups)) - np.searchsorted(groups, groups)
        self._members[self._begins[groups] + self._filled[groups] + rank] = lines
        np.add.at(self._filled, groups, 1)

    def partners(self, lines: Ints, groups: Ints) -> tuple[Ints, Ints]:
        """Give every line of the table that shares a group with one of these and is earlier, and that one."""
        found = self._filled[groups]
        offsets = np.arange(int(found.sum())) - np.repeat(np.cumsum(found) - found, found)
        members, later = self._members[np.repeat(self._begins[groups], found) + offsets], np.repeat(lines, found)
        earlier = members < later
        return members[earlier], later[earlier]


def _parents(bags: _Bags, lines: Ints, groups: Ints, jaccard: float) -> tuple[Ints, Floats]:
    """Decide on lines in order: each takes the first line that is kept and near it, or else the first one near it.

    Most lines that are left out are near one that is kept, so that not all of many lines of one kind are compared.
    """
    parents, similar = np.arange(len(bags)), np.ones(len(bags))
    sizes = np.bincount(groups)
    kept, others = _Table(sizes), _Table(sizes)

    def decide(pairs: tuple[Ints, Ints], *, by_kept: bool = True) -> None:
        """Give lines a parent: pairs are in order of the later line, then of the earlier."""
        for i, j, alike in _near(bags, *pairs, jaccard):
            for a, b, value in zip(i.tolist(), j.tolist(), alike.tolist(), strict=True):
                if parents[b] == b and not (by_kept and parents[a] != a):
                    parents[b], similar[b] = a, value

    for low in range(0, len(bags), BLOCK):
        part = slice(*np.searchsorted(lines, [low, low + BLOCK]).tolist())
        line, group = lines[part], groups[part]
        decide(kept.partners(line, group))
        free = parents[line] == line
        decide(_together(line[free], group[free]))
        free = parents[line] == line
        others.add(line[~free], group[~free])
        line, group = line[free], group[free]
        decide(others.partners(line, group), by_kept=False)
        free = parents[line] == line
        kept.add(line[free], group[free])
        others.add(line[~free], group[~free])
    return parents, similar


def _together(line: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Give all pairs of lines of one group, the earlier first; lines are rising."""
    order = np.argsort(group, kind="stable")
    line, group = line[order], group[order]
    before = np.arange(len(group)) - np.searchsorted(group, group)
    later = np.repeat(np.arange(len(group)), before)
    offsets = np.arange(len(later)) - np.repeat(np.cumsum(before) - before, before)
    return line[later - 1 - offsets], line[later]


def _near(bags: _Bags, earlier: Ints, later: Ints, jaccard: float) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Keep the pairs of lines that are near, each once, in order of the later line, with their similarities."""
    may = np.flatnonzero(bags.most_alike(earlier, later) >= jaccard)
    keys = np.unique((later[may] << 32) | earlier[may])
    for at in range(0, len(keys), CHUNK):
        i, j = keys[at : at + CHUNK] & 0xFFFFFFFF, keys[at : at + CHUNK] >> 32
        alike = _jaccard(bags, i, j, 1)
        near = np.flatnonzero(alike >= jaccard)
        i, j, alike = i[near], j[near], alike[near]
        near = np.flatnonzero(_jaccard(bags, i, j, 2) >= (3 * jaccard - 1) / (3 - jaccard) - 1e-12)
        yield i[near], j[near], alike[near]


def _jaccard(bags: _Bags, i: Ints, j: Ints, width: int) -> Floats:
    """Give the Jaccard similarity of bags of characters (`width` 1) or of pairs of neighbours (2)."""
    sides = []
    for side, chosen in enumerate((i, j)):
        places, owners = bags.places(chosen, width)
        keys = bags.codes[places].astype(np.int64)
        if width == 2:
            keys = (keys << 21) | bags.codes[places + 1]
        sides.append((owners << 43) | (keys << 1) | side)
    ordered = np.sort(np.concatenate(sides))
    begins = np.flatnonzero(first_of_each(ordered))
    times = np.diff(begins, append=len(ordered))
    value = ordered[begins] >> 1
    both = np.flatnonzero(value[1:] == value[:-1])
    shared = np.bincount(value[both] >> 42, np.minimum(times[both], times[both + 1]), len(i))
    return np.asarray(shared / np.maximum(bags.sizes[i] + bags.sizes[j] + 2 - 2 * width - shared, 1))
