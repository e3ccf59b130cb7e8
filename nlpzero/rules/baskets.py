"""Baskets of items (购物篮): read from lists, lines, csv, pairs or jsonl, and kept as arrays of item numbers."""

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..core.counting import count, first_of_each, merge
from ..core.job import Cost
from ..core.workspace import Column, StoredRun, Workspace, WorkspaceArray
from ..errors import CorpusError
from ..reading.fields import RecordLines, csv_rows
from ..reading.parts import Block

SURROGATE = re.compile("[\ud800-\udfff]")
_RETURN = re.compile(r"[^\r\n]*(?:\r?\n|\r(?!\n))")

BASKETS = Cost(task=40, store=0.125)
"""Of reading baskets and mining them; what is held are those that are mined at a time; what is kept of a
level of sets may take as much."""


class Entries(NamedTuple):
    """What is in some baskets: numbers of items and of the baskets they are in, both of shape (m,)."""

    items: npt.NDArray[np.int64]
    baskets: npt.NDArray[np.int64]
    n_baskets: int


class Records(NamedTuple):
    """Some baskets as they were read: a list of items for each, and the line it begins in."""

    source: str
    lines: Sequence[int]
    rows: list[list[str]]


class _Chunk(NamedTuple):
    """Some baskets in the workspace."""

    items: WorkspaceArray
    lengths: WorkspaceArray


class Baskets:
    """Baskets (购物篮), gathered one by one and then read as often as wanted.

    Parameters
    ----------
    workspace : Workspace, optional
        Where the arrays are kept; in memory by default.
    max_basket : int, optional
        Baskets with more distinct items are left out, and counted.
    is_item : function of str to bool, optional
        Strings for which it is false are no items; it is asked once for each distinct string.

    Attributes
    ----------
    items : list of str
        The distinct items, in the order of their first occurrence.
    counts : int64 array
        In how many baskets each is.
    n_baskets, n_entries : int
    blank : int
        Number of lines without any item, which are no baskets.
    repeated : int
        Number of times that an item was in its basket already.
    too_large : int
        Number of baskets left out by `max_basket`.
    first_too_large : (str, int, int) or None
        Source, line and size of the first of them.

    Examples
    --------
    >>> baskets = Baskets()
    >>> baskets.add(Records("", [1, 2], [["茶", "酒", "茶"], ["茶"]]))
    >>> baskets.items, baskets.counts.tolist(), baskets.repeated
    (['茶', '酒'], [2, 1], 1)
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        max_basket: int | None = None,
        is_item: Callable[[str], bool] | None = None,
    ) -> None:
        self._workspace = workspace or Workspace(1 << 62)
        self._max_basket, self._is_item = max_basket, is_item
        self._ids: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self._is_item_id = np.empty(0, np.bool_)
        self._items: list[str] = []
        self._chunks: list[_Chunk] = []
        self._origins = Column(self._workspace, np.int64)
        self._counts = np.zeros(0, np.int64)
        self.n_baskets = self.n_entries = self.blank = self.repeated = self.too_large = 0
        self.first_too_large: tuple[str, int, int] | None = None

    @property
    def workspace(self) -> Workspace:
        """Where the arrays are kept."""
        return self._workspace

    @property
    def items(self) -> list[str]:
        self._items.extend(itertools.islice(self._ids, len(self._items), None))
        return self._items

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        return self._counts

    def ids(self, strings: Iterable[str], number: int) -> npt.NDArray[np.int64]:
        """Give the numbers of some strings."""
        found = np.fromiter(map(self._ids.__getitem__, strings), np.int64, number)
        if self._is_item is not None and len(self._ids) > len(self._is_item_id):
            new = itertools.islice(self._ids, len(self._is_item_id), None)
            self._is_item_id = np.append(self._is_item_id, np.fromiter(map(self._is_item, new), np.bool_))
        return found

    def add(self, records: Records, *, blank_counts: bool = False) -> None:
        """Add baskets; one without items is none, unless `blank_counts`."""
        lengths = np.fromiter(map(len, records.rows), np.int64, len(records.rows))
        items = self.ids(itertools.chain.from_iterable(records.rows), int(lengths.sum()))
        holds = np.repeat(np.arange(len(lengths)), lengths)
        lines = np.asarray(records.lines, np.int64)
        if not blank_counts:
            filled = lengths > 0
            self.blank += int(len(lengths) - filled.sum())
            holds = (np.cumsum(filled) - 1)[holds]
            lines = lines[filled]
        self.add_entries(Entries(items, holds, len(lines)), records.source, lines)

    def add_entries(
        self, entries: Entries, source: str, lines: npt.NDArray[np.int64], origins: npt.NDArray[np.int64] | None = None
    ) -> None:
        """Add baskets given as item numbers from `ids`; `origins` says which unit of text each was made of."""
        items, holds, number = entries
        if self._is_item is not None:
            kept = self._is_item_id[items]
            items, holds = items[kept], holds[kept]
        keys = (holds << 32) | items
        keys.sort()
        kept = first_of_each(keys)
        self.repeated += len(keys) - int(kept.sum())
        keys = keys[kept]
        items, holds = keys & 0xFFFFFFFF, keys >> 32
        lengths = np.bincount(holds, minlength=number)
        if self._max_basket is not None and len(large := np.flatnonzero(lengths > self._max_basket)):
            self.too_large += len(large)
            if self.first_too_large is None:
                self.first_too_large = source, int(lines[large[0]]), int(lengths[large[0]])
            fits = lengths <= self._max_basket
            items, lengths = items[fits[holds]], lengths[fits]
            origins = origins[fits] if origins is not None else None
        self._counts = np.append(self._counts, np.zeros(len(self._ids) - len(self._counts), np.int64))
        self._counts += np.bincount(items, minlength=len(self._counts))
        self.n_baskets += len(lengths)
        self.n_entries += len(items)
        store = self._workspace.store
        self._chunks.append(_Chunk(store(items.astype(np.uint32)), store(lengths.astype(np.uint32))))
        if origins is not None:
            self._origins.append(origins)

    def leave_out(self, chosen: npt.NDArray[np.bool_]) -> None:
        """Count some items as being in no basket, so that they are never frequent."""
        self._counts[chosen] = 0

    def parts(self, size: int) -> Iterator[Entries]:
        """Read the baskets, at most `size` at a time."""
        waiting: list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]] = []
        room = size
        for chunk in self._chunks:
            items, lengths = chunk.items.array, chunk.lengths.array
            ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
            start = 0
            while start < len(lengths):
                stop = min(len(lengths), start + room)
                waiting.append((items[ends[start] : ends[stop]], lengths[start:stop]))
                room -= stop - start
                start = stop
                if room == 0:
                    yield _entries(waiting)
                    waiting.clear()
                    room = size
        if waiting:
            yield _entries(waiting)

    def origins(self, start: int, stop: int) -> npt.NDArray[np.int64]:
        """Give, for each of some baskets made of text, the number of its unit."""
        return self._origins.stored().part(start, stop)

    @classmethod
    def read(
        cls, records: Iterable[Records], workspace: Workspace | None = None, max_basket: int | None = None
    ) -> Self:
        """Gather the baskets of `from_lines` and its like."""
        baskets = cls(workspace, max_basket=max_basket)
        for some in records:
            baskets.add(some, blank_counts=isinstance(some, ListRecords))
        return baskets


class ListRecords(Records):
    """Records that were lists: an empty one is an empty basket, not a blank line."""


def _entries(pieces: Sequence[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]]) -> Entries:
    """Number the baskets of several chunks."""
    lengths = np.concatenate([lengths for _, lengths in pieces])
    items = np.concatenate([items for items, _ in pieces]).astype(np.int64)
    return Entries(items, np.repeat(np.arange(len(lengths)), lengths), len(lengths))


def from_lists(rows: Iterable[Iterable[str]]) -> Baskets:
    """Make baskets of lists of items.

    Examples
    --------
    >>> from_lists([["茶", "酒"], []]).n_baskets
    2
    """
    lists = [list(row) for row in rows]
    return Baskets.read([ListRecords("", range(1, len(lists) + 1), lists)])


Form = Literal["baskets", "csv", "jsonl"]


def guess_form(text: str) -> Form:
    r"""Guess from some lines how baskets are written: as lists, with commas or with blanks between the items.

    Lines are lists of JSON if they all stand in square brackets, and csv if at least half of them have a comma.

    Examples
    --------
    >>> guess_form("茶,酒\n米\n茶,米\n"), guess_form("茶 酒\n米\n"), guess_form('["茶"]\n')
    ('csv', 'baskets', 'jsonl')
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines and all(line.startswith("[") and line.endswith("]") for line in lines):
        return "jsonl"
    with_comma = sum("," in line for line in lines)
    return "csv" if lines and 2 * with_comma >= len(lines) else "baskets"


def from_lines(blocks: Iterable[Block]) -> Iterator[Records]:
    r"""Read a basket from each line, items separated by blanks: the form of the FIMI repository.

    Examples
    --------
    >>> [records] = from_lines([Block("", 1, "1 2\n\n3\n")])
    >>> records.rows
    [['1', '2'], [], ['3']]
    """
    for block in blocks:
        lines = block.text.removesuffix("\n").split("\n")
        yield Records(block.source, range(block.line, block.line + len(lines)), [line.split() for line in lines])


def from_jsonl(blocks: Iterable[Block]) -> Iterator[Records]:
    r"""Read a basket from each line, a JSON list of strings or numbers; blank lines are none.

    Raises
    ------
    CorpusError
        For a line that is something else.

    Examples
    --------
    >>> [records] = from_jsonl([Block("", 1, '["茶", "a b"]\n[1]\n')])
    >>> records.rows
    [['茶', 'a b'], ['1']]
    """
    for block in blocks:
        lines, rows = [], []
        for number, line in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, list) or not all(type(item) in (str, int, float) for item in row):
                raise CorpusError(
                    f'{block.source}: line {number}: not a list of strings, such as ["茶", "酒"]', block.source, number
                )
            if "\\u" in line and any(SURROGATE.search(item) for item in row if isinstance(item, str)):
                raise CorpusError(
                    f"{block.source}: line {number}: half of a character, \\ud800 to \\udfff alone; write both halves",
                    block.source,
                    number,
                )
            lines.append(number)
            rows.append([str(item).strip() for item in row if str(item).strip()])
        yield ListRecords(block.source, lines, rows)


def from_csv(blocks: Iterable[Block], separator: str = ",", header: bool = False) -> Iterator[Records]:
    r"""Read a basket from each record of csv; rows may have any length, blanks around items are left out.

    Raises
    ------
    CorpusError
        For quotes that do not match.

    Examples
    --------
    >>> [records] = from_csv([Block("", 1, 'whole milk, "a, b"\n茶,,\n')])
    >>> records.rows
    [['whole milk', 'a, b'], ['茶']]
    """
    for source, records in itertools.groupby(_records(blocks, separator, header), key=lambda record: record[0]):
        while some := list(itertools.islice(records, 1 << 16)):
            rows = [[item for field in row if (item := field.strip())] for _, _, row in some]
            yield Records(source, [line for _, line, _ in some], rows)


def from_pairs(
    blocks: Iterable[Block], baskets: Baskets, workspace: Workspace, separator: str = ",", header: bool = False
) -> None:
    r"""Gather baskets from records of two columns, the basket and one of its items, in any order.

    Raises
    ------
    CorpusError
        For a record that has not two fields.

    Examples
    --------
    >>> baskets = Baskets()
    >>> from_pairs([Block("", 1, "7,茶\n8,茶\n7,酒\n")], baskets, Workspace(1 << 20))
    >>> baskets.n_baskets, baskets.items, baskets.counts.tolist()
    (2, ['茶', '酒'], [2, 1])
    """
    names: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    firsts: list[int] = []
    runs: list[StoredRun] = []
    first_source = ""
    records = _records(blocks, separator, header)
    while some := list(itertools.islice(records, 1 << 18)):
        holds, items = [], []
        for source, line, row in some:
            if not any(field.strip() for field in row):
                baskets.blank += 1
                continue
            if len(row) != 2 or not (item := row[1].strip()):
                raise CorpusError(
                    f"{source}: line {line}: {len(row)} fields and not a basket and an item; check `separator`",
                    source,
                    line,
                )
            first_source = first_source or source
            number = names[row[0].strip()]
            if number == len(firsts):
                firsts.append(line)
            holds.append(number)
            items.append(item)
        keys = np.array(holds, np.uint64) << np.uint64(32)
        keys |= baskets.ids(items, len(items)).astype(np.uint64)
        runs.append(workspace.store_run(count(keys)))
    lines = np.array(firsts, np.int64)
    carried = np.empty(0, np.uint64)
    for run, _ in merge(runs, ranked=False):
        if not len(run.keys):
            continue
        baskets.repeated += int(run.counts.sum()) - len(run.keys)
        keys = np.concatenate([carried, run.keys])
        border = np.searchsorted(keys, keys[-1] >> np.uint64(32) << np.uint64(32))  # the last basket may go on
        carried = keys[border:]
        _add_keys(baskets, keys[:border], first_source, lines)
    _add_keys(baskets, carried, first_source, lines)


def _add_keys(baskets: Baskets, keys: npt.NDArray[np.uint64], source: str, lines: npt.NDArray[np.int64]) -> None:
    """Add whole baskets given as sorted keys of basket and item."""
    if len(keys) == 0:
        return
    holds = (keys >> np.uint64(32)).astype(np.int64)
    first = int(holds[0])
    items = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    baskets.add_entries(Entries(items, holds - first, int(holds[-1]) - first + 1), source, lines[first:])


def _records(blocks: Iterable[Block], separator: str, header: bool) -> Iterator[tuple[str, int, list[str]]]:
    """Read csv records with their source and first line; quotes may hold separators and line ends.

    Records that begin in lines of another shard are left out.
    """
    for source, own in itertools.groupby(blocks, key=lambda block: block.source):
        lines = RecordLines(own)
        for row in csv_rows(source, lines, separator):
            if lines.is_own and not (header and lines.is_first):
                yield source, lines.number, row
