"""Sentence templates: words of a clause that attract each other across gaps.

After Su Jianlin, "nlp-zero" (2018, https://pypi.org/project/nlp-zero), whose templates and counts it gives exactly.
A pair of words is *strong* if it is frequent and its words attract each other at a distance of at most the window. In
a clause every word is linked to the strong followers inside the window; every path of links that cannot be made longer
is a template, with a gap wherever it skips words.

Templates are counted level by level, as n-grams are: the beginning of a template is a pair of the beginning that is one
word shorter and (is there a gap before the next word, the word), so counting templates is counting integers. A frequent
template has frequent beginnings only, so rare ones are dropped from level to level.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.counting import Merging, Ranks, count_ranked
from ..core.job import Execution
from ..core.workspace import NONE, Counts, Ids, Keys, Run, Stored, StoredRun, Workspace
from ..errors import NothingFound
from .clauses import Block, Clauses, Positions

Flags = npt.NDArray[np.bool_]

MAX_PATHS = 10_000
"""Clauses with more paths are left out: one of them would outweigh the templates of thousands of others."""

_SATURATED = np.int64(1 << 40)  # paths are counted exactly up to here; a clause's sum of them then fits 63 bits

Template = tuple[str | None, ...]
"""Words in order; None stands for a gap, of one word or more."""


def write_template(template: Template, gap: str = "[X]") -> str:
    """Write a template with blanks between its words and gaps.

    Examples
    --------
    >>> write_template((None, "可以", None, "吗"))
    '[X] 可以 [X] 吗'
    """
    return " ".join([gap if item is None else item for item in template])


def read_template(text: str, gap: str = "[X]") -> Template:
    """Read a template; blanks beside a gap may be left out, and neighbouring gaps are one.

    Examples
    --------
    >>> read_template("[X]可以[X]吗")
    (None, '可以', None, '吗')
    """
    items = [None if part == gap else part for part in text.replace(gap, f" {gap} ").split()]
    return tuple(item for i, item in enumerate(items) if item is not None or i == 0 or items[i - 1] is not None)


def is_trivial(template: Template) -> bool:
    """Tell whether a template is one word between two gaps.

    Examples
    --------
    >>> is_trivial((None, "水", None)), is_trivial(("水", None))
    (True, False)
    """
    return len(template) == 3 and template[0] is None and template[2] is None


class Example(NamedTuple):
    """A clause with a template in it: its words, and the places of the template's words."""

    words: list[str]
    places: tuple[int, ...]


class Links(NamedTuple):
    """The strong links of one block.

    Attributes
    ----------
    targets : uint32 array
        The followers of all words, one word after another.
    offsets : uint32 array (words + 1,)
        Where each word's followers begin among them.
    alike : uint32 array (words,)
        At most so many of the paths from each word are the same template.
    starts : uint32 array
        Words that follow none: where paths begin.
    """

    targets: Stored
    offsets: Stored
    alike: Stored
    starts: Stored


class Level(NamedTuple):
    """Beginnings of templates with so many words, in the order of their keys.

    The key packs the rank of the beginning without the last word (none: 0), whether a gap comes before that word, and
    the word; counts are upper bounds of the counts of templates that begin so.
    """

    keys: Keys
    counts: Counts


class Templates:
    """The templates (句模版) of a corpus.

    Attributes
    ----------
    templates : list of Template
        Most frequent first; those equally frequent in the order of their text.
    counts : int64 array (n,)
    scores : float array (n,)
        Mutual information of the words, in nats: ln P(template) less ln P(word) of all its words.
    total : int
        Number of paths that were counted; P(template) is count / total.
    left_out : int
        Number of clauses with too many paths, which were left out.
    """

    def __init__(self, clauses: Clauses, links: Sequence[Links], total: int, left_out: int, minimum: int) -> None:
        self.clauses, self.links, self.engine = clauses, links, clauses.execution.engine
        self.total, self.left_out = total, left_out
        self._bits = max(1, (len(clauses.vocabulary) - 1).bit_length())
        found: list[tuple[Template, int, float]] = []
        levels: list[Level] = []
        log_words = np.log(np.maximum(clauses.counts, 1)) - np.log(max(1, clauses.total))
        for level, ends in self._levels(minimum):
            levels.append(level)
            beginnings = (ends.keys >> np.uint64(1)).astype(np.intp)
            words, gaps = self._spell(levels, beginnings)
            scores = np.log(ends.counts) - np.log(max(1, total)) - log_words[words].sum(axis=0)
            trailing = (ends.keys & np.uint64(1)).astype(np.bool_)
            templates = self._write(words, gaps, trailing)
            found.extend(zip(templates, ends.counts.tolist(), scores.tolist(), strict=True))
        found.sort(key=lambda entry: (-entry[1], write_template(entry[0])))
        self.templates = [template for template, _, _ in found]
        self.counts: Counts = np.array([count for _, count, _ in found], np.int64)
        self.scores = np.array([score for _, _, score in found], np.float64)

    def _levels(self, minimum: int) -> Iterator[tuple[Level, Run]]:
        """Give, level by level, the beginnings that may be frequent, and the frequent templates with so many words.

        A template's key is the rank of its beginning, and whether a gap follows its last word.
        """
        workspace = self.workspace
        begin = functools.partial(_begin, workspace, self._bits)
        work = [*zip(self.clauses.blocks, self.links, strict=True)]
        fronts = [*self.engine.map(begin, work)]
        while any(front.run.keys.length for front in fronts):
            level, ranks = _merged(self.clauses.execution, [front.run for front in fronts], minimum, ranked=True)
            extend = functools.partial(_extend, workspace, self._bits)
            steps = [*self.engine.map(extend, zip(work, fronts, ranks, strict=True))]
            workspace.discard(*ranks[0].parts)
            for front in fronts:
                workspace.discard(front.positions, front.ids)
            ends, _ = _merged(self.clauses.execution, [step[0] for step in steps], minimum)
            fronts = [step[1] for step in steps]
            yield Level(*level), ends
        for front in fronts:
            workspace.discard(front.positions, front.ids, *front.run)

    @property
    def workspace(self) -> Workspace:
        """Where the clauses and links are kept."""
        return self.clauses.execution.workspace

    def _spell(self, levels: Sequence[Level], ranks: Positions) -> tuple[npt.NDArray[np.intp], Flags]:
        """Give words and gap marks, of shape (words, n), of beginnings at the last level."""
        words = np.zeros((len(levels), len(ranks)), np.intp)
        gaps = np.zeros((len(levels), len(ranks)), np.bool_)
        bits = np.uint64(self._bits)
        for depth in range(len(levels) - 1, -1, -1):
            keys = levels[depth].keys[ranks]
            words[depth] = keys & np.uint64((1 << self._bits) - 1)
            gaps[depth] = (keys >> bits) & np.uint64(1)
            ranks = (keys >> (bits + np.uint64(1))).astype(np.intp)
        return words, gaps

    def _write(self, words: npt.NDArray[np.intp], gaps: Flags, trailing: Flags) -> Iterator[Template]:
        """Make templates of words and gap marks."""
        vocabulary = self.clauses.vocabulary
        for row, gap, last in zip(words.T.tolist(), gaps.T.tolist(), trailing.tolist(), strict=True):
            items: list[str | None] = []
            for word, skipped in zip(row, gap, strict=True):
                items += [None, vocabulary[word]] if skipped else [vocabulary[word]]
            yield (*items, None) if last else tuple(items)

    def examples(self, templates: Sequence[Template], limit: int) -> list[list[Example]]:
        """Give clauses with each of some templates in them: the first in the text, at most `limit` for each."""
        found: list[list[Example]] = [[] for _ in templates]
        for which, example in self._occurrences(templates, limit):
            if len(found[which]) < limit:
                found[which].append(example)
        return found

    def fillers(self, template: Template) -> list[Counter[str]]:
        """Count what fills each gap of a template, over all its occurrences.

        Raises
        ------
        NothingFound
            If no clause has this template.
        """
        gaps: list[Counter[str]] = [Counter() for item in template if item is None]
        occurs = False
        for _, example in self._occurrences([template], None):
            occurs = True
            places = [-1, *example.places, len(example.words)]
            filled = ("".join(example.words[a + 1 : b]) for a, b in pairwise(places) if b - a > 1)
            for counter, filler in zip(gaps, filled, strict=True):
                counter[filler] += 1
        if not occurs:
            raise NothingFound(
                f"no clause has the template {write_template(template)!r}; write it as in the table of templates, its "
                "words and gaps with blanks between them"
            )
        return gaps

    def _occurrences(self, templates: Sequence[Template], limit: int | None) -> Iterator[tuple[int, Example]]:
        """Find templates again, in the order of the text; at most `limit` of each in a block."""
        sought = _Sought(templates, {word: i for i, word in enumerate(self.clauses.vocabulary)}, self._bits)
        work = [*zip(self.clauses.blocks, self.links, strict=True)]
        vocabulary = self.clauses.vocabulary
        for found in self.engine.map(functools.partial(_find, sought, limit), work):
            for which, words, places in found:
                yield which, Example([vocabulary[word] for word in words], places)


def find_templates(
    clauses: Clauses,
    *,
    window: int = 5,
    min_proba: float = 1e-5,
    min_pmi: float = 2.0,
    max_paths: int = MAX_PATHS,
) -> Templates:
    """Find the templates of a corpus (句模版).

    Parameters
    ----------
    clauses : Clauses
    window : int
        Greatest distance of two words that may be linked, in words.
    min_proba : float
        Least relative frequency, exclusive, of a pair of words and of a template.
    min_pmi : float
        Least mutual information of a pair, exclusive, in nats: ln(p_ab / (p_a p_b)), p_ab among all pairs inside the
        window, p_a among all words.
    max_paths : int
        Clauses with more paths than this are left out, and counted.

    Raises
    ------
    NothingFound
        If no template is frequent enough.

    Notes
    -----
    O(n log n) in the pairs (window times the words), and in the places where frequent beginnings of templates stand.
    The number of paths may grow exponentially with the length of a clause; they are counted, exactly, in linear time,
    and only beginnings that may be frequent are followed. A clause of more than `max_paths` is no text but a list, and
    all its paths would count as sentences do. Published by Su Jianlin, "nlp-zero" (2018).

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> text = "".join(f"{subject} 可以 {action} 吗\\n" for subject in "你我他她" for action in "吃喝玩唱跳")
    >>> clauses = Clauses([text], partial(encode_part, BlankCutter()))
    >>> found = find_templates(clauses, min_proba=0.05, min_pmi=0.5)
    >>> [(write_template(template), count) for template, count in zip(found.templates, found.counts.tolist())][:1]
    [('[X] 可以 [X] 吗', 20)]
    """
    engine, workspace = clauses.execution.engine, clauses.execution.workspace
    bits = max(1, (len(clauses.vocabulary) - 1).bit_length())
    count_block = functools.partial(_count_pairs, workspace, bits, window)
    pairs = [*engine.map(count_block, clauses.blocks)]
    total_pairs = sum(block.total for block in pairs)
    least = _least(min_proba, total_pairs)
    run, ranks = _merged(clauses.execution, [block.run for block in pairs], least, ranked=True)
    log_words = np.log(np.maximum(clauses.counts, 1)) - np.log(max(1, clauses.total))
    first, second = (run.keys >> np.uint64(bits)).astype(np.intp), run.keys & np.uint64((1 << bits) - 1)
    log_pairs = np.log(run.counts) - np.log(max(1, total_pairs))
    strong = workspace.store(log_pairs - log_words[first] - log_words[second.astype(np.intp)] > min_pmi)
    link_block = functools.partial(_link, workspace, strong, window, max_paths)
    linked = [*engine.map(link_block, zip(clauses.blocks, pairs, ranks, strict=True))]
    workspace.discard(strong, *(ranks[0].parts if ranks else ()))
    for block in pairs:
        workspace.discard(block.ids)
    total = sum(paths for _, paths, _ in linked)
    left_out = sum(number for _, _, number in linked)
    found = Templates(clauses, [links for links, _, _ in linked], total, left_out, _least(min_proba, total))
    if not found.templates:
        raise NothingFound(
            f"no template has a frequency above {min_proba:g} among {total:,} paths in {clauses.total:,} words; "
            "try a smaller --min-proba, or more text"
        )
    return found


def _least(min_proba: float, total: int) -> int:
    """Give the least count whose share of the total is above a limit."""
    return int(np.floor(min_proba * total)) + 1


def _merged(
    execution: Execution, runs: Sequence[StoredRun], minimum: int, *, ranked: bool = False
) -> tuple[Run, Sequence[Ranks]]:
    """Add the runs of all blocks, and let go of them; if `ranked` give for each the ranks of its keys in the sum."""
    workspace, engine = execution.workspace, execution.engine
    merging = Merging(runs, minimum, workspace=workspace, engine=engine, ranked=ranked)
    pieces = [Run(np.empty(0, np.uint64), np.empty(0, np.int64))]
    pieces += [Run(np.array(run.keys), np.array(run.counts)) for run in merging]
    for stored in runs:
        workspace.discard(*stored)
    merged = Run(np.concatenate([run.keys for run in pieces]), np.concatenate([run.counts for run in pieces]))
    return merged, merging.ranks


class _Pairs(NamedTuple):
    """The pairs of one block: how many, their run, and the place in it of every pair, distance after distance."""

    total: int
    run: StoredRun
    ids: Stored


def _pairs(room: Ids, distance: int) -> Positions:
    """Give the words that have another in their clause at a distance."""
    return np.flatnonzero(room > distance)


def _count_pairs(workspace: Workspace, bits: int, window: int, block: Block) -> _Pairs:
    """Count the ordered skip-grams of one block at distances 1 to `window`."""
    ids, ranks, room = block.ids.array.astype(np.uint64), block.ranks.array, block.room()
    local_bits = np.uint64(max(1, len(ranks).bit_length()))
    keys: list[Keys] = [np.empty(0, np.uint64)]
    for distance in range(1, min(window, int(room.max(initial=1)) - 1) + 1):
        at = _pairs(room, distance)
        keys.append((ids[at] << local_bits) | ids[at + distance])
    run, places = count_ranked(np.concatenate(keys))
    first = ranks[(run.keys >> local_bits).astype(np.intp)].astype(np.uint64)
    second = ranks[(run.keys & np.uint64((1 << int(local_bits)) - 1)).astype(np.intp)]
    stored = workspace.store_run(Run((first << np.uint64(bits)) | second, run.counts))
    return _Pairs(len(places), stored, workspace.store(places))


def _link(
    workspace: Workspace, strong: Stored, window: int, max_paths: int, work: tuple[Block, _Pairs, Ranks]
) -> tuple[Links, int, int]:
    """Link the words of one block; give the links, the number of paths, and that of clauses with too many."""
    block, pairs, ranks = work
    words, room, lengths = block.ids.array, block.room(), block.lengths.array
    size = len(words)
    found = ranks.array
    is_strong = np.zeros(len(found), np.bool_)
    known = found != NONE
    is_strong[known] = strong.array[found[known]]
    is_strong = is_strong[pairs.ids.array]
    linked = np.zeros((min(window, int(room.max(initial=1)) - 1), size), np.bool_)
    done = 0
    for distance, row in enumerate(linked, 1):
        at = _pairs(room, distance)
        row[at] = is_strong[done : done + len(at)]
        done += len(at)
    is_start = np.ones(size, np.bool_)
    for distance, row in enumerate(linked, 1):
        is_start[distance:] &= ~row[:-distance]
    paths, alike = _count_paths(linked, words, room)
    # Sums over clauses, none of which is empty.
    begins = np.cumsum(lengths, dtype=np.intp) - lengths
    sums = np.add.reduceat(np.where(is_start, paths, 0), begins) if size else np.empty(0, np.int64)
    too_many = sums > max_paths
    is_start &= ~np.repeat(too_many, lengths)
    positions, distances = np.nonzero(linked.T)
    offsets = np.zeros(size + 1, np.uint32)
    np.cumsum(linked.sum(axis=0), out=offsets[1:])
    links = Links(
        workspace.store((positions + distances + 1).astype(np.uint32)),
        workspace.store(offsets),
        workspace.store(np.minimum(alike, max_paths).astype(np.uint32)),
        workspace.store(np.flatnonzero(is_start).astype(np.uint32)),
    )
    return links, int(sums[~too_many].sum()), int(np.count_nonzero(too_many))


def _count_paths(linked: Flags, words: Ids, room: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count the paths from each word to an end, and bound the number of those that are one and the same template.

    Words at the same distance from the ends of their clauses are done together, the last ones first. Two paths from a
    word can be the same template only if their first links both go to the same word across a gap.
    """
    size = len(words)
    paths, alike = np.ones(size, np.int64), np.ones(size, np.int64)
    active = np.flatnonzero(linked.any(axis=0))
    active = active[np.argsort(room[active], kind="stable")]
    borders = np.flatnonzero(np.diff(room[active], prepend=0, append=NONE))
    for begin, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        at = active[begin:end]
        followers = np.minimum(at + np.arange(1, len(linked) + 1)[:, np.newaxis], size - 1)
        is_follower = linked[:, at]
        paths[at] = np.minimum(np.where(is_follower, paths[followers], 0).sum(axis=0), _SATURATED)
        bounds = np.where(is_follower, alike[followers], 0)
        same = bounds.copy()
        for i in range(1, len(linked)):
            for j in range(i + 1, len(linked)):
                same[i] += np.where(words[followers[i]] == words[followers[j]], bounds[j], 0)
        alike[at] = np.minimum(same.max(axis=0), _SATURATED)
    return paths, alike


class _Front(NamedTuple):
    """The beginnings of one level in one block: places of their last words, their local ids, and their run."""

    positions: Stored
    ids: Stored
    run: StoredRun


def _front(workspace: Workspace, positions: Positions, keys: Keys, alike: Ids) -> _Front:
    """Count beginnings, each with the number of templates of one kind that it may lead to."""
    run, ids = count_ranked(keys)
    counts = np.bincount(ids, alike[positions], len(run.keys)).astype(np.int64)
    store = workspace.store
    return _Front(store(positions.astype(np.uint32)), store(ids), workspace.store_run(Run(run.keys, counts)))


def _begin(workspace: Workspace, bits: int, work: tuple[Block, Links]) -> _Front:
    """Give the beginnings of one word: the key is the word, and whether others come before it in its clause."""
    block, links = work
    positions = links.starts.array
    keys = block.words()[positions].astype(np.uint64) | (_inner(block)[positions].astype(np.uint64) << np.uint64(bits))
    return _front(workspace, positions, keys, links.alike.array)


def _inner(block: Block) -> Flags:
    """Tell of each word whether it has others before it in its clause."""
    lengths = block.lengths.array
    inner = np.ones(block.ids.length, np.bool_)
    inner[np.cumsum(lengths, dtype=np.intp) - lengths] = False
    return inner


def _extend(
    workspace: Workspace, bits: int, work: tuple[tuple[Block, Links], _Front, Ranks]
) -> tuple[StoredRun, _Front]:
    """Count the templates of one block that end at this level, and go on to the beginnings of the next."""
    (block, links), front, ranks = work
    known = ranks.array[front.ids.array]
    keep = np.flatnonzero(known != NONE)
    positions, known = front.positions.array[keep], known[keep].astype(np.uint64)
    ends, at, parents, targets = _follow(links, positions)
    trailing = (block.room()[positions[ends]] > 1).astype(np.uint64)
    run, _ = count_ranked((known[ends] << np.uint64(1)) | trailing)
    keys = _keys(known[parents], at, targets, block.words(), bits)
    return workspace.store_run(run), _front(workspace, targets, keys, links.alike.array)


def _follow(links: Links, positions: Ids) -> tuple[Positions, Positions, Positions, Positions]:
    """Follow all links from some words.

    Returns
    -------
    indexes of the words without followers; and of each link: the word it comes from, the index of that word, the word
    it goes to.
    """
    offsets = links.offsets.array
    begins = offsets[positions].astype(np.intp)
    numbers = offsets[positions.astype(np.intp) + 1] - begins
    ends = np.flatnonzero(numbers == 0)
    parents = np.repeat(np.arange(len(positions)), numbers)
    nth = np.arange(len(parents)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    targets = links.targets.array[begins[parents] + nth].astype(np.intp)
    return ends, positions[parents].astype(np.intp), parents, targets


def _keys(known: Keys, at: Positions, targets: Positions, words: Ids, bits: int) -> Keys:
    """Pack beginnings, gaps and next words."""
    gaps = (targets - at > 1).astype(np.uint64)
    return (known << np.uint64(bits + 1)) | (gaps << np.uint64(bits)) | words[targets]


class _Sought:
    """Templates as the levels of their beginnings, to be found again."""

    def __init__(self, templates: Sequence[Template], rank: dict[str, int], bits: int) -> None:
        self.bits = bits
        self.keys: list[Keys] = []
        beginnings: dict[tuple[int, int], int] = {}  # (level, key): rank
        rows = [_words_and_gaps(template) for template in templates]
        rows = [row if all(word in rank for word, _ in row[0]) else ([], False) for row in rows]
        known = [0] * len(rows)
        self.ends: list[dict[int, int]] = []
        for level in range(max((len(row) for row, _ in rows), default=0)):
            keys = {
                i: (known[i] << (bits + 1)) | (row[level][1] << bits) | rank[row[level][0]]
                for i, (row, _) in enumerate(rows)
                if level < len(row)
            }
            ordered = sorted(set(keys.values()))
            beginnings = {(level, key): place for place, key in enumerate(ordered)}
            self.keys.append(np.array(ordered, np.uint64))
            self.ends.append({})
            for i, key in keys.items():
                known[i] = beginnings[level, key]
                if level == len(rows[i][0]) - 1:
                    self.ends[-1][known[i] << 1 | rows[i][1]] = i


def _words_and_gaps(template: Template) -> tuple[list[tuple[str, bool]], bool]:
    """Give the words of a template, each with whether a gap comes before it, and whether a gap comes last."""
    pairs = zip((*template,), (False, *(item is None for item in template)), strict=False)
    return [(word, gap) for word, gap in pairs if word is not None], bool(template) and template[-1] is None


def _find(
    sought: _Sought, limit: int | None, work: tuple[Block, Links]
) -> list[tuple[int, list[int], tuple[int, ...]]]:
    """Find templates in one block: which, the words of the clause and the places in it, in the order of the text."""
    block, links = work
    words = block.words()
    positions = links.starts.array.astype(np.intp)
    keys = words[positions].astype(np.uint64) | (_inner(block)[positions].astype(np.uint64) << np.uint64(sought.bits))
    room = block.room()
    paths = positions[:, np.newaxis]
    found: list[tuple[int, tuple[int, ...]]] = []
    for known_keys, wanted in zip(sought.keys, sought.ends, strict=True):
        places = np.minimum(np.searchsorted(known_keys, keys), len(known_keys) - 1)
        keep = np.flatnonzero(known_keys[places] == keys)
        paths, known = paths[keep], places[keep].astype(np.uint64)
        ends, at, parents, targets = _follow(links, paths[:, -1].astype(np.uint32))
        trailing = (room[paths[ends, -1]] > 1).astype(np.uint64)
        ended = ((known[ends] << np.uint64(1)) | trailing).tolist()
        hits = [(wanted[key], i) for key, i in zip(ended, ends.tolist(), strict=True) if key in wanted]
        found += [(which, tuple(paths[i].tolist())) for which, i in _first(hits, limit)]
        keys = _keys(known[parents], at, targets, words, sought.bits)
        paths = np.column_stack([paths[parents], targets])
    found.sort(key=lambda entry: (entry[1], entry[0]))
    clause_ends = np.cumsum(block.lengths.array, dtype=np.intp)
    result = []
    for which, path in found:
        clause = int(np.searchsorted(clause_ends, path[0], side="right"))
        end = int(clause_ends[clause])
        begin = end - int(block.lengths.array[clause])
        result.append((which, words[begin:end].tolist(), tuple(place - begin for place in path)))
    return result


def _first(hits: Iterable[tuple[int, int]], limit: int | None) -> Iterator[tuple[int, int]]:
    """Give the first hits of each template."""
    seen: Counter[int] = Counter()
    for which, i in hits:
        if limit is None or seen[which] < limit:
            seen[which] += 1
            yield which, i
