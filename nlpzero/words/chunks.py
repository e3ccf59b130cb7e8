"""The clauses of a corpus as a sampler takes them: side by side, in chunks that are kept in a workspace.

The text is taken in spans. The clauses of one span are dealt out to its chunks at random, so that a batch of chunks
holds some clauses of every page, and not all of any.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..core.workspace import NONE, Workspace, WorkspaceArray
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, Flags, beginnings_in, places_in
from ..segment.bigrams import NO_ROOM, Chunk
from ..segment.chain import Index, Layout
from .tables import NGramNumbers, WordPairs

CHUNK = 1 << 15
"""Units that are sampled at a time."""
SPAN = 16
"""Chunks of a span."""
BATCHES = 5
"""Parts of a round: the counts stay as they are while the chunks of one are sampled."""
LONGEST_CLAUSE = 64
"""Longer clauses are cut, once, between two words of the first segmentation."""

Listed = npt.NDArray[np.float32]


class Text(NamedTuple):
    """A stretch of whole clauses, unit by unit.

    Attributes
    ----------
    clauses : int array
        Where clauses begin.
    starts : int array
        Where words begin, as all clauses do.
    ids : uint32 array (2 L, units)
        See `nlpzero.segment.bigrams`.
    listed : float32 array (L, units) or None
    """

    clauses: Index
    starts: Index
    ids: npt.NDArray[np.uint32]
    listed: Listed | None

    @property
    def size(self) -> int:
        """How many units it has."""
        return len(self.ids[0])


class Stretch(NamedTuple):
    """Whole clauses of one block.

    Attributes
    ----------
    block : placements of n-grams of up to 2 L units
    start, stop : int
        The first of its units, and the one behind the last.
    clauses, starts : int arrays
        Where clauses and words begin, from `start` on.
    listed : float32 array (L units of the block,) or None
    """

    block: BlockLevels
    start: int
    stop: int
    clauses: Index
    starts: Index
    listed: WorkspaceArray | None

    def part(self, start: int, stop: int) -> "Stretch":
        """Give the clauses between two places, from its start on, where clauses begin or end."""
        clauses, starts = (
            one[slice(*np.searchsorted(one, (start, stop)))] - start for one in (self.clauses, self.starts)
        )
        return self._replace(start=self.start + start, stop=self.start + stop, clauses=clauses, starts=starts)

    def put_ids(self, ids: npt.NDArray[np.uint32], numbers: NGramNumbers) -> None:
        """Write the numbers of the words that may begin at its units into an array (2 L, units)."""
        for number, (row, level, begins) in enumerate(zip(ids, self.block, beginnings_in(self.block), strict=True)):
            row[:] = number + 1
            low, high = np.searchsorted(begins, (self.start, self.stop))
            found = level.ranks.array[level.local[low:high]]
            known = found != NONE
            row[begins[low:high][known] - self.start] = found[known] + np.uint32(numbers.offsets[number])


@dataclass
class StoredChunk:
    """A chunk in a workspace, and its current words.

    Attributes
    ----------
    lengths : uint16 array
        Units of its clauses, descending.
    places : uint32 array (n,)
        Where each slot is in its span.
    ids : uint32 array (2 L n,)
    listed : float32 array (L n,) or None
    sizes : uint8 array (n,)
        For each slot the length of the word that begins there, else 0.
    chosen : float32 array (L n,) or None
        Sums, over the last rounds, of the probability that a word of 1, 2, ... units begins at each slot.
    tokens : arrays, see `WordPairs`
    """

    lengths: WorkspaceArray
    places: WorkspaceArray
    ids: WorkspaceArray
    listed: WorkspaceArray | None
    sizes: WorkspaceArray
    chosen: WorkspaceArray | None = None
    tokens: tuple[WorkspaceArray, ...] = ()

    @property
    def size(self) -> int:
        """How many units it has."""
        return self.places.length

    def load(self, numbers: NGramNumbers) -> Chunk:
        """Read what the sampler needs to know of its clauses."""
        ids = self.ids.array.reshape(2 * numbers.longest, -1)
        listed = None if self.listed is None else self.listed.array.reshape(numbers.longest, -1)
        return Chunk(Layout(self.lengths.array.astype(np.intp)), ids, ids[0] - numbers.unknown, listed)

    def put(self, workspace: Workspace, name: str, array: npt.NDArray[Any]) -> None:
        """Keep an array instead of the one before."""
        before: WorkspaceArray | None = getattr(self, name)
        setattr(self, name, workspace.store(array))
        if before is not None:
            workspace.discard(before)

    def drop(self, workspace: Workspace, name: str) -> None:
        """Let go of an array."""
        before: WorkspaceArray | None = getattr(self, name)
        setattr(self, name, None)
        if before is not None:
            workspace.discard(before)

    def discard(self, workspace: Workspace) -> None:
        """Let go of all arrays; the chunk cannot be used any more."""
        stored = (self.lengths, self.places, self.ids, self.listed, self.sizes, self.chosen, *self.tokens)
        workspace.discard(*(one for one in stored if one is not None))

    def put_tokens(self, workspace: Workspace, tokens: WordPairs) -> None:
        """Keep words instead of those before."""
        before, self.tokens = self.tokens, tuple(workspace.store(array) for array in tokens)
        workspace.discard(*before)


class TextSpan(NamedTuple):
    """A stretch of the text: its first unit, how many it has, and its chunks."""

    begin: int
    size: int
    chunks: list[StoredChunk]

    @property
    def is_clause(self) -> Flags:
        """Where its clauses begin."""
        result = np.zeros(self.size, np.bool_)
        for chunk in self.chunks:
            result[chunk.places.array[: chunk.lengths.length]] = True
        return result

    def units(self, numbers: NGramNumbers) -> Index:
        """Give the rank of each unit."""
        result = np.zeros(self.size, np.intp)
        for chunk in self.chunks:
            result[chunk.places.array] = chunk.ids.array[: chunk.size]
        return result - numbers.unknown

    def gathered(self, name: str, dtype: npt.DTypeLike, rows: int = 1) -> npt.NDArray[Any]:
        """Give an array of its chunks (rows, units), in the order of the text."""
        result = np.zeros((rows, self.size), dtype)
        for chunk in self.chunks:
            stored: WorkspaceArray = getattr(chunk, name)
            result[:, chunk.places.array] = stored.array[: rows * chunk.size].reshape(rows, -1)
        return result

    def scatter(self, workspace: Workspace, name: str, values: npt.NDArray[Any]) -> None:
        """Give its chunks an array (rows, units) that is in the order of the text."""
        for chunk in self.chunks:
            chunk.put(workspace, name, values[:, chunk.places.array].ravel())


def spans_of(
    ngrams: NGrams,
    numbers: NGramNumbers,
    marks: Sequence[WorkspaceArray],
    seed: int,
    engine: Engine,
    listed: Callable[[int], Listed] | None = None,
) -> list[TextSpan]:
    """Lay the clauses of a corpus out in chunks, drawn at random, with the words of a first segmentation.

    Parameters
    ----------
    marks : for each block, of each unit whether a word starts with it, as `nlpzero.words.esa.esa_cut` tells.
    engine : Engine
        Of this process.
    listed : function of the number of a block, optional
        What a dictionary says of the words of 1, 2, ... units at each of its units.
    """
    size = min(CHUNK, max(1, ngrams.total // (2 * BATCHES)))
    kept: list[WorkspaceArray] = []

    def stretches() -> Iterator[Stretch]:
        for number, (block, mark) in enumerate(zip(ngrams.blocks, marks, strict=True)):
            if listed is not None:
                kept.append(ngrams.workspace.store(listed(number).ravel()))
            yield _stretch_of(block[: 2 * numbers.longest], mark.array, kept[-1] if kept else None)

    def dealt(item: tuple[int, list[Stretch]]) -> tuple[int, list[StoredChunk]]:
        number, parts = item
        text = _text_of(parts, numbers)
        return text.size, [_stored(ngrams.workspace, text, members) for members in _dealt(text, size, [seed, number])]

    result: list[TextSpan] = []
    begin = 0
    for length, chunks in engine.map(dealt, enumerate(_in_spans(stretches(), size * SPAN))):
        result.append(TextSpan(begin, length, chunks))
        begin += length
    ngrams.workspace.discard(*kept)
    return result


def _dealt(text: Text, size: int, seed: Sequence[int]) -> list[Index]:
    """Put clauses into chunks of about equal numbers of units; those of each chunk by length, the longest first."""
    lengths = np.diff(text.clauses, append=text.size)
    order = np.random.default_rng(seed).permutation(len(lengths))
    which = (np.cumsum(lengths[order]) - 1) // size
    groups = np.split(order, np.flatnonzero(np.diff(which)) + 1)
    return [members[np.argsort(-lengths[members], kind="stable")] for members in groups]


def _stored(workspace: Workspace, text: Text, members: Index) -> StoredChunk:
    """Lay some clauses out, and keep them."""
    lengths = np.diff(text.clauses, append=text.size)[members]
    layout = Layout(lengths)
    places = text.clauses[members][layout.clause] + layout.row
    ids = text.ids[:, places]
    for number, row in enumerate(ids):
        row[layout.left <= number] = NO_ROOM
    sizes = np.zeros(text.size, np.uint8)
    sizes[text.starts] = np.diff(text.starts, append=text.size)
    store = workspace.store
    return StoredChunk(
        store(lengths.astype(np.uint16)),
        store(places.astype(np.uint32)),
        store(ids.ravel()),
        None if text.listed is None else store(text.listed[:, places].ravel()),
        store(sizes[places]),
    )


def _stretch_of(block: BlockLevels, mark: Flags, listed: WorkspaceArray | None) -> Stretch:
    """Find where clauses and words begin in one block."""
    places = places_in(block[:1])[0].astype(np.intp)
    total = len(places)
    is_clause = np.diff(places, prepend=-2) != 1
    is_clause[_more(np.flatnonzero(is_clause), np.flatnonzero(mark), total)] = True
    return Stretch(block, 0, total, np.flatnonzero(is_clause), np.flatnonzero(mark | is_clause), listed)


def _text_of(parts: Sequence[Stretch], numbers: NGramNumbers) -> Text:
    """Put stretches together."""
    offsets = np.cumsum([0, *(part.stop - part.start for part in parts)]).tolist()
    ids = np.empty((2 * numbers.longest, offsets[-1]), np.uint32)
    listed = None if parts[0].listed is None else np.empty((numbers.longest, offsets[-1]), np.float32)
    for part, start, stop in zip(parts, offsets, offsets[1:], strict=False):
        part.put_ids(ids[:, start:stop], numbers)
        if listed is not None and part.listed is not None:
            rows = part.listed.array.reshape(numbers.longest, -1)
            listed[:, start:stop] = rows[:, part.start : part.stop]
    return Text(
        np.concatenate([part.clauses + at for part, at in zip(parts, offsets, strict=False)]),
        np.concatenate([part.starts + at for part, at in zip(parts, offsets, strict=False)]),
        ids,
        listed,
    )


def _more(clauses: Index, starts: Index, total: int) -> Index:
    """Give word starts at which to cut clauses so that few are longer than `LONGEST_CLAUSE`."""
    lengths = np.diff(clauses, append=total)
    more = [np.empty(0, np.intp)]
    for clause in np.flatnonzero(lengths > LONGEST_CLAUSE).tolist():
        wanted = np.arange(clauses[clause] + LONGEST_CLAUSE, clauses[clause] + lengths[clause], LONGEST_CLAUSE)
        more.append(starts[np.searchsorted(starts, wanted, "right") - 1])
    return np.concatenate(more)


def _in_spans(stretches: Iterator[Stretch], size: int) -> Iterator[list[Stretch]]:
    """Cut stretches so that each span holds the clauses that begin in its units, wherever blocks end."""
    held: list[Stretch] = []
    begin = current = 0
    for stretch in stretches:
        numbers = (begin + stretch.clauses) // size
        firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
        borders = [*stretch.clauses[firsts].tolist(), stretch.stop]
        for number, start, stop in zip(numbers[firsts].tolist(), borders, borders[1:], strict=False):
            if held and number != current:
                yield held
                held = []
            current = number
            held.append(stretch.part(start, stop))
        begin += stretch.stop
    if held:
        yield held
