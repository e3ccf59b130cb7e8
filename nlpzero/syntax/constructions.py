r"""Constructions (句式): words of a clause that attract each other, side by side or across gaps that many things fill.

A *joint* is a pair of words at most a window apart in a clause, side by side or across a gap, neither of which stands
between them. Strong joints, frequent ones whose words attract each other, make chains of two words and more. A chain is
a template if it is a pattern and not a piece of one: see `nlpzero.syntax.choice`. What it explains is its *gain*, the
nats that are saved when it is written as one symbol instead of word by word:
count x (ln P(template) - sum ln P(word)), after the principle of minimum entropy (Su 2018).
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, first_of_each
from ..core.job import Execution
from ..core.workspace import Counts, Ids, Keys
from ..errors import NothingFound
from .choice import LONGER, ChainLevel, Shares, chosen_of, edge_words
from .clauses import Clauses
from .form import Template, write_template
from .joints import (
    Chains,
    Joints,
    PlacedWords,
    connect,
    count_joints,
    describe,
    filler_run,
    filler_texts,
    keep,
    place,
    prolong,
    sentence_run,
)
from .links import Flags, least_count, merged_runs
from .occurrences import Example

SHOWN = 3
"""Fillers of each gap that are told."""

JOINT_SHARE = 0.1
"""Across a gap one of two words has the other in this share of its occurrences, at the least.

Chosen with the constants of `nlpzero.syntax.choice`.
"""


class Constructions:
    """The constructions of a corpus.

    Attributes
    ----------
    templates : list of Template
        Those with a gap first, then those without; of each kind the greatest gain first. A gap is always between words.
    counts : int64 array (n,)
    scores, gains : float array (n,)
        In nats: ln P(template) - sum ln P(word), P(template) being the share of all places where a template with such
        gaps could stand; and count times that.
    spreads : float array (n,)
        The number of different clauses that it stands in, over its count.
    fillers : list of list of list of (str, int)
        For each template, for each gap, what fills it most often: text and count, three at most. Of equally frequent
        ones those that sort first.
    """

    def __init__(
        self, clauses: Clauses, placed: Sequence[PlacedWords], levels: Sequence[ChainLevel], spread: float
    ) -> None:
        self.clauses, self.engine, self._placed = clauses, clauses.execution.engine, placed
        self.workspace = clauses.execution.workspace
        edges = edge_words(clauses)
        chosen = chosen_of(levels, clauses.vocabulary, clauses.counts, edges, spread)
        shown = [self._fillers(level, rows) for level, rows in zip(levels, chosen, strict=True)]
        found = [
            (not level.gaps[row].any(), -float(level.counts[row] * level.scores[row]), write_template(template), entry)
            for number, (level, rows, filled) in enumerate(zip(levels, chosen, shown, strict=True))
            for row in rows.tolist()
            for template in [self._template(level, row)]
            for entry in [(template, number, row, filled.get(row, []))]
        ]
        found.sort(key=lambda entry: entry[:3])
        self.templates = [entry[0] for *_, entry in found]
        self._rows = {entry[0]: (levels[entry[1]], entry[2]) for *_, entry in found}
        self.fillers = [entry[3] for *_, entry in found]
        rows = [self._rows[template] for template in self.templates]
        self.counts: Counts = np.array([level.counts[row] for level, row in rows], np.int64)
        self.scores: Shares = np.array([level.scores[row] for level, row in rows], np.float64)
        self.spreads: Shares = np.array([level.clauses[row] / level.counts[row] for level, row in rows], np.float64)

    @property
    def gains(self) -> Shares:
        """What each template saves in all, in nats."""
        gains: Shares = self.counts * self.scores
        return gains

    def _template(self, level: ChainLevel, row: int) -> Template:
        """Spell a template."""
        first, *others = [self.clauses.vocabulary[word] for word in level.words[row].tolist()]
        items: list[str | None] = [first]
        for word, gap in zip(others, level.gaps[row].tolist(), strict=True):
            items += [None, word] if gap else [word]
        return tuple(items)

    def _fillers(self, level: ChainLevel, rows: npt.NDArray[np.intp]) -> dict[int, list[list[tuple[str, int]]]]:
        """Find what fills the gaps of some templates most often."""
        bits = max(1, len(level.counts).bit_length())
        low = np.uint64(64 - bits)
        work = [*zip(self._placed, level.chains, strict=True)]
        shown: dict[int, list[list[tuple[str, int]]]] = {row: [] for row in rows.tolist()}
        is_chosen = np.zeros(len(level.counts), np.bool_)
        is_chosen[rows] = True
        for joint in np.flatnonzero(level.gaps[rows].any(axis=0)).tolist():
            gaps = self.workspace.store(level.gaps[:, joint] & is_chosen)
            runs = [*self.engine.map(functools.partial(filler_run, self.workspace, joint, bits, gaps), work)]
            keys, counts = np.empty(0, np.uint64), np.empty(0, np.int64)
            for run in Merging(runs, workspace=self.workspace, engine=self.engine):
                keys, counts = _most(np.append(keys, run.keys), np.append(counts, run.counts), low)
            wanted = self.workspace.store(np.sort(keys))
            texts: dict[int, list[int]] = {}
            task = functools.partial(filler_texts, joint, bits, gaps, wanted)
            for found in self.engine.map(task, work):
                texts |= found | texts
            self.workspace.discard(gaps, wanted, *(stored for run in runs for stored in run))
            listed: dict[int, list[tuple[str, int]]] = {}
            for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
                text = "".join([self.clauses.vocabulary[word] for word in texts[key]])
                listed.setdefault(key >> int(low), []).append((text, count))
            for row, those in listed.items():
                shown[row].append(sorted(those, key=lambda entry: (-entry[1], entry[0]))[:SHOWN])
        return shown

    def examples(self, templates: Sequence[Template], limit: int) -> list[list[Example]]:
        """Give clauses with each of some templates in them: the first in the text, at most `limit` for each."""
        found: list[list[Example]] = []
        for template in templates:
            found.append([])
            for example in self._occurrences(template):
                found[-1].append(example)
                if len(found[-1]) == limit:
                    break
        return found

    def fillers_of(self, template: Template) -> list[Counter[str]]:
        """Count what fills each gap of a template, over all its occurrences.

        Raises
        ------
        NothingFound
            If this is none of the templates.
        """
        if template not in self._rows:
            raise NothingFound(
                f"{write_template(template)!r} is none of the templates found; write it as in the table of templates, "
                "its words and gaps with blanks between them"
            )
        gaps: list[Counter[str]] = [Counter() for item in template if item is None]
        for example in self._occurrences(template):
            filled = ["".join(example.words[a + 1 : b]) for a, b in pairwise(example.places) if b - a > 1]
            for counter, filler in zip(gaps, filled, strict=True):
                counter[filler] += 1
        return gaps

    def _occurrences(self, template: Template) -> Iterator[Example]:
        """Give all places where a template stands, in the order of the text."""
        vocabulary = self.clauses.vocabulary
        level, row = self._rows.get(template, (None, vocabulary.index(template[0] or "")))
        for number, block in enumerate(self._placed):
            if level is None:  # a single word
                rows = np.flatnonzero(block.words.array == row)[:, np.newaxis]
            else:
                chains = level.chains[number]
                rows = chains.rows()[chains.ranks.array == row].astype(np.intp)
                rows = rows[np.lexsort(rows.T[::-1])]
            words, ends = block.words.array, np.cumsum(block.lengths.array, dtype=np.intp)
            which = np.searchsorted(ends, rows[:, 0], side="right")
            for places, clause in zip(rows.tolist(), which.tolist(), strict=True):
                end = int(ends[clause])
                begin = end - int(block.lengths.array[clause])
                spelled = [vocabulary[word] for word in words[begin:end].tolist()]
                yield Example(spelled, tuple(place - begin for place in places))


def _most(keys: Keys, counts: Counts, low: np.uint64) -> tuple[Keys, Counts]:
    """Keep the most frequent keys of each template (its rank is in the high bits), and keys as frequent."""
    ranks = keys >> low
    order = np.lexsort((keys, -counts, ranks))
    first = np.flatnonzero(first_of_each(ranks[order]))
    sizes = np.diff(first, append=len(order))
    least = counts[order[first + np.minimum(sizes, SHOWN) - 1]]
    kept = order[counts[order] >= np.repeat(least, sizes)]
    return keys[kept], counts[kept]


def find_constructions(
    clauses: Clauses, *, window: int = 5, min_proba: float = 1e-5, min_pmi: float = 2.0, min_count: int = 5
) -> Constructions:
    """Find the constructions of a corpus (句式).

    Parameters
    ----------
    clauses : Clauses
        Best with `numbers`, so that all numbers are one word.
    window : int
        Greatest distance of neighbouring words of a template, in words.
    min_proba : float
        Least relative frequency of a template, exclusive, among all pairs of words inside the window.
    min_pmi : float
        Least mutual information of a joint, exclusive, in nats.
    min_count : int
        Least count of a template.

    Raises
    ------
    NothingFound
        If there is none.

    Notes
    -----
    O(n log n) in the pairs inside the window and in the chains of strong joints. Chains grow word by word, while many
    things fill their gaps, to those that have half of the occurrences of the chain or of the joint. Fillers and clauses
    are told apart by hashes of 40 bits and more within one template, which may take two of a million fillers for one.

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> text = "".join(f"{subject} 可以 {action} 吗\\n" for subject in "你我他她" for action in "吃喝玩唱跳")
    >>> found = find_constructions(Clauses([text], partial(encode_part, BlankCutter())), min_pmi=0.5)
    >>> write_template(found.templates[0]), found.counts.tolist()[0], found.fillers[0][0]
    ('可以 [X] 吗', 20, [('吃', 4), ('唱', 4), ('喝', 4)])
    """
    execution = clauses.execution
    placed = [*execution.engine.map(functools.partial(place, execution.workspace), clauses.blocks)]
    levels = [*_Search(clauses, placed, window, min_proba, min_pmi, min_count).levels()]
    found = Constructions(clauses, placed, levels, _spread(execution, placed))
    if not found.templates:
        raise NothingFound(
            f"no template of two words and more occurs {min_count:,} times with a frequency above {min_proba:g} in "
            f"{clauses.total:,} words; try a smaller `min_count`, `min_proba` or `min_pmi`, or more text"
        )
    return found


def _spread(execution: Execution, placed: Sequence[PlacedWords]) -> float:
    """Give the share of different clauses among all that are not short."""
    runs = [*execution.engine.map(functools.partial(sentence_run, execution.workspace), placed)]
    different = total = 0
    for run in Merging(runs, workspace=execution.workspace, engine=execution.engine):
        different, total = different + len(run.keys), total + int(run.counts.sum())
    for stored in runs:
        execution.workspace.discard(*stored)
    return different / total if total else 1.0


class _Search:
    """The search for chains of strong joints, level by level."""

    def __init__(
        self,
        clauses: Clauses,
        placed: Sequence[PlacedWords],
        window: int,
        min_proba: float,
        min_pmi: float,
        min_count: int,
    ) -> None:
        self.clauses, self.placed, self.window = clauses, placed, window
        self.min_proba, self.min_pmi, self.min_count = min_proba, min_pmi, min_count
        self.execution = clauses.execution
        self.workspace, self.engine = self.execution.workspace, self.execution.engine
        self.bits = max(1, (len(clauses.vocabulary) - 1).bit_length())
        self.log_words = np.log(np.maximum(clauses.counts, 1)) - np.log(max(1, clauses.total))
        self.reach = _reach(placed)

    def levels(self) -> Iterator[ChainLevel]:
        """Give the templates of two words, three ..., until there are none."""
        workspace, engine, blocks = self.workspace, self.engine, self.placed
        minimum = max(self.min_count, least_count(self.min_proba, int(self.reach[1 : self.window + 1].sum())))
        frequent = workspace.store(self.clauses.counts >= minimum)
        task: Callable[[Any], Any] = functools.partial(count_joints, workspace, self.bits, self.window, frequent)
        joints = [*engine.map(task, blocks)]
        run, ranks = merged_runs(self.execution, [block.run for block in joints], minimum, ranked=True)
        pair = run.keys >> np.uint64(1)
        words = np.column_stack([pair >> np.uint64(self.bits), pair & np.uint64((1 << self.bits) - 1)])
        words, gaps = words.astype(np.uint32), (run.keys & np.uint64(1)).astype(np.bool_)[:, np.newaxis]
        scores = self._scores(words, gaps, run.counts)
        tied = ~gaps[:, 0] | (run.counts >= JOINT_SHARE * self.clauses.counts[words].min(axis=1))
        strong = np.flatnonzero((scores > self.min_pmi) & tied)
        number = workspace.store(_numbers(strong, len(scores)))
        work: Any = zip(blocks, joints, ranks, strict=True)
        connected = [*engine.map(functools.partial(connect, workspace, number), work)]
        networks = [network for network, _ in connected]
        self._let_go(joints, [number, frequent, *(ranks[0].parts if ranks else ())])
        pairs = self._level(words[strong], gaps[strong], run.counts[strong], [chains for _, chains in connected])
        yield pairs
        bits, last = max(1, len(strong).bit_length()), pairs
        while len(last.counts):
            longer = [*engine.map(functools.partial(prolong, workspace, bits), zip(networks, last.chains, strict=True))]
            run, ranks = merged_runs(self.execution, [one for one, _, _ in longer], minimum, ranked=True)
            parent = (run.keys >> np.uint64(bits)).astype(np.intp)
            joint = (run.keys & np.uint64((1 << bits) - 1)).astype(np.intp)
            grown = run.counts >= LONGER * np.minimum(last.counts[parent], pairs.counts[joint])
            kept = np.flatnonzero(grown & last.are_filled()[parent] & pairs.are_filled()[joint])
            number = workspace.store(_numbers(kept, len(parent)))
            made = [Chains(places, ids, last.words.shape[1] + 1) for _, ids, places in longer]
            task = functools.partial(keep, workspace, number)
            chains = [*engine.map(task, zip(made, ranks, strict=True))]
            self._let_go([], [number, *(ranks[0].parts if ranks else ())])
            workspace.discard(*(stored for one in made for stored in (one.places, one.ranks)))
            parent, joint, counts = parent[kept], joint[kept], run.counts[kept]
            words = np.column_stack([last.words[parent], pairs.words[joint, 1]])
            last = self._level(words, np.column_stack([last.gaps[parent], pairs.gaps[joint]]), counts, chains)
            yield last

    def _let_go(self, joints: Sequence[Joints], stored: Sequence[Any]) -> None:
        """Let go of what is not needed any more."""
        self.workspace.discard(*stored)
        for block in joints:
            self.workspace.discard(block.ids, block.places, block.distances)

    def _places(self, gaps: Flags) -> Shares:
        """Give for templates with such gaps the number of places in the text where they could stand."""
        found = np.ones(len(gaps))
        shapes, which = np.unique(gaps, axis=0, return_inverse=True)
        for number, shape in enumerate(shapes.tolist()):
            ways = np.ones(1)
            for gap in shape:  # one word on, or two to the window
                ways = np.convolve(ways, [0.0, not gap] + [float(gap)] * (self.window - 1))
            size = min(len(ways), len(self.reach))
            found[which.ravel() == number] = max(1.0, float(ways[:size] @ self.reach[:size]))
        return found

    def _scores(self, words: Ids, gaps: Flags, counts: Counts) -> Shares:
        """Give ln P(template) less the sum of ln P(word)."""
        scores: Shares = np.log(counts) - np.log(self._places(gaps)) - self.log_words[words].sum(axis=1)
        return scores

    def _level(self, words: Ids, gaps: Flags, counts: Counts, chains: list[Chains]) -> ChainLevel:
        """Count the fillers, neighbours and clauses of the templates of one number of words."""
        size, bits = len(counts), max(1, len(counts).bit_length())
        stored = self.workspace.store(gaps.ravel())
        work = zip(self.placed, chains, strict=True)
        described = [*self.engine.map(functools.partial(describe, self.workspace, stored, bits), work)]
        self.workspace.discard(stored)
        different, most = np.zeros((size, 0), np.int64), np.zeros((size, 0), np.int64)
        for runs in zip(*described, strict=True):
            one, greatest = np.zeros(size, np.int64), np.zeros(size, np.int64)
            for run in Merging(runs, workspace=self.workspace, engine=self.engine):
                ranks = (run.keys >> np.uint64(64 - bits)).astype(np.intp)
                one += np.bincount(ranks, minlength=size)
                np.maximum.at(greatest, ranks, run.counts)
            different, most = np.column_stack([different, one]), np.column_stack([most, greatest])
            self.workspace.discard(*(column for run in runs for column in run))
        if not described:
            different = most = np.zeros((size, 3 * words.shape[1]), np.int64)
        rims = np.maximum(most[:, 4::3], most[:, 5::3])
        scores = self._scores(words, gaps, counts)
        return ChainLevel(words, gaps, counts, scores, chains, different[:, 0], most[:, 3::3], rims, most[:, 1:3])


def _reach(placed: Sequence[PlacedWords]) -> Counts:
    """Count how many words have another d words on in their clause, for d = 0, 1, ..."""
    longest = max((int(block.lengths.array.max(initial=0)) for block in placed), default=0)
    numbers = np.zeros(longest + 1, np.int64)  # of clauses of each length
    for block in placed:
        numbers += np.bincount(block.lengths.array, minlength=len(numbers))
    longer = np.cumsum(numbers[::-1])[::-1][1:]  # at d: clauses of more than d words
    reach: Counts = np.cumsum(longer[::-1])[::-1]
    return np.append(reach, 0)


def _numbers(kept: npt.NDArray[np.intp], size: int) -> Ids:
    """Number some of `size` keys, the others with NONE."""
    number = np.full(size, 0xFFFFFFFF, np.uint32)
    number[kept] = np.arange(len(kept), dtype=np.uint32)
    return number
