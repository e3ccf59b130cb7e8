"""N-gram counts as files: counted in parts, anywhere and any day, and added up to the same bytes as counted at once.

A file holds every n-gram up to a length, also those that occur once, as they may repeat in another part. An n-gram is a
pair of ranks in the level below (see `nlpzero.ngrams.counts.Level`). To add files, the ranks of each are replaced by
those in the sum, level by level; as both are in the order of the units, what was sorted stays sorted.
"""

import functools
import os
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.counting import Ranks
from ..core.engine import Engine
from ..core.schema import Member, Schema
from ..core.workspace import NONE, Column, Ids, Stored, StoredRun, Workspace, sum_of
from ..errors import ModelError
from ..reading.corpus import Part
from .counts import ROWS, Level, NGrams, Placed, Wanted, bits_of, merged_level, pairs_of, places_of

LONGEST = 64
"""No n-gram of a file is longer."""
SCHEMA = Schema(
    "n-gram counts",
    2,
    {
        "units": Member("text", ("units",)),
        "counts_1": Member("u4 i8", ("units",), mapped=True),
        **{
            f"{name}_{length}": Member(types, (f"ngrams_{length}",), mapped=True, optional=True)
            for length in range(2, LONGEST + 1)
            for name, types in (("counts", "u4 i8"), ("pairs", "u8"))
        },
    },
    "count again",
    {"joined": bool, "order": int, "total": int, "clauses": int, "left_out": int, "checks": dict},
)


class Counted(NamedTuple):
    """The n-gram counts of a corpus (n 元语法计数).

    Attributes
    ----------
    units : list of str
        Sorted; unit i has rank i at level 1.
    levels : list of Level
        All n-grams of 1, 2, ... units.
    joined : bool
        Whether a run of digits or of Latin letters is one unit (see `nlpzero.ngrams.counts.encode`).
    total, clauses, left_out : int
        Units, clauses and other characters of the corpus.
    source : str
        The file they are from, for messages.
    """

    units: list[str]
    levels: list[Level]
    joined: bool
    total: int
    clauses: int
    left_out: int
    source: str = "the counts"

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Write a file: `units`, and for each length n-grams in ``pairs_2`` ... and their counts in ``counts_1`` ...

        The signature holds the other attributes and the sum of each array's values, which reading checks. Equal counts
        make equal bytes.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        arrays: dict[str, npt.NDArray[Any] | Stored] = {}
        for length, level in enumerate(self.levels, 1):
            arrays[f"counts_{length}"] = level.numbers
            if length > 1:
                arrays[f"pairs_{length}"] = level.pairs
        checks = {name: _check(array) for name, array in arrays.items()}
        sizes = {"order": len(self.levels), "total": self.total, "clauses": self.clauses, "left_out": self.left_out}
        made = {"joined": self.joined, **sizes, "checks": checks}
        write_archive(path, SCHEMA, made, {"units": self.units, **arrays})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Counted":
        """Open a file that `save` wrote; its arrays stay there.

        Raises
        ------
        ModelError
            If it is missing, of another kind or version, or damaged.
        """
        source = os.fspath(path)
        archive = read_archive(path, SCHEMA)
        made, arrays = archive.made, archive.arrays
        order = made["order"]
        names = {f"counts_{length}" for length in range(1, order + 1)} | {f"pairs_{i}" for i in range(2, order + 1)}
        if set(arrays) != names or any(not isinstance(made["checks"].get(name), int) for name in names):
            raise ModelError(f"{source}: is damaged: it lacks counts of a length; count again")
        columns = {name: _stored(source, array, made["checks"][name]) for name, array in arrays.items()}
        nothing = Stored("<u8", 0, None, None)
        levels = [
            Level(columns.get(f"pairs_{length}", nothing), columns[f"counts_{length}"])
            for length in range(1, order + 1)
        ]
        sizes = made["total"], made["clauses"], made["left_out"]
        return cls(archive.texts["units"], levels, made["joined"], *sizes, source)


def _check(array: npt.NDArray[Any] | Stored) -> int:
    """Add up the values of an array that is to be written."""
    if not isinstance(array, Stored):
        return sum_of(array)
    starts = range(0, array.length, ROWS)
    return sum(sum_of(array.part(at, min(at + ROWS, array.length))) for at in starts) % (1 << 64)


def _stored(source: str, array: npt.NDArray[Any], check: int) -> Stored:
    """Describe an array of an open archive."""
    offset = array.offset if isinstance(array, np.memmap) else 0
    return Stored(array.dtype.str, len(array), None, source, offset, check)


def disk_space(length: int, order: int) -> int:
    """Estimate the bytes of temporary files that counting so many bytes of text needs.

    (Measured on 106 MB: 11.8 bytes for each byte to order 4.)
    """
    return 3 * length * order


def count_ngrams(
    texts: Iterable[str | Part],
    order: int,
    *,
    joined: bool = True,
    engine: Engine | None = None,
    workspace: Workspace | None = None,
) -> Counted:
    """Count all n-grams of a corpus (n 元语法计数).

    Parameters
    ----------
    texts : iterable of str or Part
        Blocks of whole lines, read once.
    order : int
        The greatest length, in units, of a word that can be found by the counts: n-grams are counted up to one more,
        so that the longest have neighbours.
    joined : bool
        See `nlpzero.ngrams.counts.encode`.
    engine, workspace : where work runs and arrays wait.

    Notes
    -----
    O(n log n) in the units for each length. In the workspace: 4 bytes for each unit and length, and 12 for each n-gram.

    Examples
    --------
    >>> found = count_ngrams(["山药汤\\n", "山药\\n"], 2)
    >>> found.units, found.levels[0].counts.tolist()
    (['山', '汤', '药'], [2, 1, 2])
    >>> [(found.units[a], found.units[b]) for a, b in zip(found.levels[1].prefixes, found.levels[1].suffixes)]
    [('山', '药'), ('药', '汤')]
    """
    engine = engine or Engine()
    workspace = workspace or Workspace(1 << 62)
    ngrams = NGrams(texts, joined=joined, engine=engine, workspace=workspace)
    for length in range(2, order + 2):
        ngrams.extend(minimum=1, last=length == order + 1)
    return Counted(ngrams.units, ngrams.levels, joined, ngrams.total, ngrams.clauses, ngrams.left_out)


def merge_ngrams(
    parts: Sequence[Counted], *, engine: Engine | None = None, workspace: Workspace | None = None
) -> Counted:
    """Add up the n-gram counts of parts of a corpus (合并计数).

    Raises
    ------
    ModelError
        If the parts were counted differently, or one of them is damaged.

    Notes
    -----
    O(n log n) in the n-grams of all parts; in the workspace 16 bytes for each of them.

    Examples
    --------
    >>> parts = [count_ngrams([text], 1) for text in ("山药汤\\n", "山药\\n")]
    >>> both, whole = merge_ngrams(parts), count_ngrams(["山药汤\\n山药\\n"], 1)
    >>> [level.counts.tolist() for level in both.levels] == [level.counts.tolist() for level in whole.levels]
    True
    """
    engine = engine or Engine()
    workspace = workspace or Workspace(1 << 62)
    first = parts[0]
    for part in parts[1:]:
        if part.joined != first.joined:
            raise ModelError(f"{first.source} and {part.source}: one counts units, one characters; count again alike")
        if len(part.levels) != len(first.levels):
            raise ModelError(
                f"{first.source} and {part.source}: counted with --order {len(first.levels) - 1} and "
                f"{len(part.levels) - 1}; count again with the same"
            )
    units = sorted({unit for part in parts for unit in part.units})
    rank = {unit: i for i, unit in enumerate(units)}
    totals = np.zeros(len(units), np.int64)
    maps: list[Stored] = []
    for part in parts:
        ranks = np.fromiter(map(rank.__getitem__, part.units), np.uint32, len(part.units))
        totals[ranks] += part.levels[0].counts
        maps.append(workspace.store(ranks))
    levels = [Level(Stored("<u8", 0, None, None), workspace.store(totals))]
    for number in range(1, len(first.levels)):
        bits = bits_of(levels[-1])
        task = functools.partial(_renamed, workspace, bits)
        work = [(part.levels[number], below) for part, below in zip(parts, maps, strict=True)]
        runs = [
            StoredRun(keys, part.levels[number].numbers)
            for keys, part in zip(engine.map(task, work), parts, strict=True)
        ]
        is_last = number == len(first.levels) - 1
        level, found = merged_level(runs, bits, 1, ranked=not is_last, engine=engine, workspace=workspace)
        levels.append(level)
        workspace.discard(*maps, *(run.keys for run in runs))
        maps = [_flat(workspace, ranks) for ranks in found]
    sizes = [sum(numbers) for numbers in zip(*((p.total, p.clauses, p.left_out) for p in parts), strict=True)]
    return Counted(units, levels, first.joined, sizes[0], sizes[1], sizes[2])


def _renamed(workspace: Workspace, bits: int, item: tuple[Level, Stored]) -> Stored:
    """Give the n-grams of one part as pairs of ranks in the sum, packed into numbers that still increase."""
    level, below = item
    ranks = below.array
    keys = Column(workspace, np.uint64)
    for prefixes, suffixes, _ in level.parts():
        keys.append((ranks[prefixes].astype(np.uint64) << np.uint64(bits)) | ranks[suffixes])
    return keys.stored()


def _flat(workspace: Workspace, ranks: Ranks) -> Stored:
    """Put the ranks that merging tasks left for one part into one array."""
    column = Column(workspace, np.uint32)
    for one in ranks.pieces():
        column.append(one)
    return column.stored()


class Given(NGrams):
    """The n-grams of a corpus with counts that were made before, of this corpus or a larger one.

    Parameters
    ----------
    texts, engine, workspace : as for `NGrams`.
    counted : Counted

    Attributes
    ----------
    reach : int
        The greatest length of n-grams that were counted.
    unknown : int
        Units of the corpus that were not counted; they are taken to occur once.

    Notes
    -----
    The text is encoded and its n-grams are looked up in the counts: O(n log n) a level.
    """

    def __init__(self, texts: Iterable[str | Part], counted: Counted, *, engine: Engine, workspace: Workspace) -> None:
        super().__init__(texts, joined=counted.joined, engine=engine, workspace=workspace)
        self.counted, self.reach = counted, len(counted.levels)
        known = {unit: i for i, unit in enumerate(counted.units)}
        new = [unit for unit in self.units if unit not in known]
        known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
        number = np.fromiter(map(known.__getitem__, self.units), np.uint32, len(self.units))
        self.blocks = [
            [block[0]._replace(ranks=workspace.store(number[block[0].ranks.array]))] for block in self.blocks
        ]
        self.units, self.unknown = [*counted.units, *new], len(new)
        counts = np.append(counted.levels[0].counts.astype(np.int64), np.ones(len(new), np.int64))
        self.levels = [Level(self.levels[0].pairs, workspace.store(counts))]
        self.total, self.clauses, self.left_out = counted.total, counted.clauses, counted.left_out
        self._ranks = workspace.store(np.arange(len(counted.units), dtype=np.uint32))  # of what was counted, here

    def extend(self, wanted: Wanted | None = None, *, minimum: int = 2, last: bool = False) -> Level:
        """Take the next level from the counts, and find its n-grams in the corpus; see `NGrams.extend`."""
        if len(self.levels) == self.reach:
            raise ModelError(
                f"{self.counted.source}: counts n-grams of up to {self.reach} units; "
                f"count again with --order {self.reach} or more"
            )
        below = self.levels[-1]
        flags = self.workspace.store(below.counts >= minimum)
        masks = None if wanted is None else [self.workspace.store(one) for one in wanted]
        level = self._take(self.counted.levels[len(self.levels)], wanted, minimum)
        task = functools.partial(_find_block, self.workspace, flags, masks, level, not last)
        found = self.engine.map(task, [block[-1] for block in self.blocks])
        for block, placed in zip(self.blocks, found, strict=True):
            if placed is not None:
                block.append(placed)
        self.levels.append(level)
        self.workspace.discard(flags, *(masks or ()))
        return level

    def _take(self, counted: Level, wanted: Wanted | None, minimum: int) -> Level:
        """Choose n-grams of the counts, and number them anew."""
        pairs, numbers = Column(self.workspace, np.uint64), Column(self.workspace, np.int64)
        column = Column(self.workspace, np.uint32)
        ranks = self._ranks.array
        rank = 0
        for prefixes, suffixes, counts in counted.parts():
            prefix, suffix = ranks[prefixes], ranks[suffixes]
            kept = np.flatnonzero((counts >= minimum) & (prefix != NONE) & (suffix != NONE))
            if wanted is not None:
                a, b = prefix[kept], suffix[kept]
                asked = (wanted.inner[a] & wanted.inner[b]) | wanted.ends_word[a] | wanted.begins_word[b]
                kept = kept[asked]
            new: Ids = np.full(len(counts), NONE, np.uint32)
            new[kept] = np.arange(rank, rank + len(kept), dtype=np.uint32)
            rank += len(kept)
            column.append(new)
            pairs.append((prefix[kept].astype(np.uint64) << np.uint64(32)) | suffix[kept])
            numbers.append(counts[kept])
        self.workspace.discard(self._ranks)
        self._ranks = column.stored()
        return Level(pairs.stored(), numbers.stored())


def _find_block(
    workspace: Workspace,
    allowed: Stored,
    wanted: Sequence[Stored] | None,
    level: Level,
    keep: bool,
    placed: Placed,
) -> Placed | None:
    """Find in one block the n-grams of the next level, and their ranks."""
    if not keep:
        return None
    inside, ids, run = pairs_of(placed, allowed, wanted, 32)
    at = np.minimum(np.searchsorted(level.keys, run.keys), max(0, len(level) - 1))
    found = level.keys[at] == run.keys if len(level) else np.zeros(len(at), np.bool_)
    ranks = np.where(found, at, NONE).astype(np.uint32)
    return Placed(places_of(workspace, placed.positions, inside), workspace.store(ids), workspace.store(ranks))
