"""How often words that were found in a text are cut out of it, and the text cut.

The published methods end with a list of words; their counts are those of pieces, some of which are dropped or changed
later. Here the words make a lexicon that cuts the text, and a word's count is the number of times it stands there.

Words are pieces, and what holds a piece together holds it together wherever it stands: so no word reaches from one
piece into the next, and each distinct piece needs to be cut only once.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Workspace, WorkspaceArray
from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import NGrams
from ..ngrams.levels import Placements, bits_in, places_in
from ..segment.lexical import LexiconCutter
from ..text.characters import Codes
from ..text.strings import StringArray
from ..text.units import distinct
from .pieces import LINE_END, MAX_PIECE, NO_CODE, TEXT, OddUnits, Pieces, PieceText, UnitWords
from .spelling import text_of_units, words_of_units


class Recount(NamedTuple):
    """The cutter that some words make, where words begin in each block (bits over units), and how often each does."""

    cutter: LexiconCutter | None
    starts: Sequence[WorkspaceArray]
    counts: Counts


def recount(pieces: Pieces, words: UnitWords) -> Recount:
    """Cut a corpus into words along the most probable path, and count them.

    Parameters
    ----------
    pieces : Pieces
        Of the corpus; every word is one of them.
    words : UnitWords
        The counts make their probabilities.

    Notes
    -----
    About 60 ns for each character of the distinct pieces, which are a fifth of the text in 22 MB. `starts` are found
    when they are asked for, by cutting the text.
    """
    if not len(words.counts):
        return Recount(None, [], np.zeros(0, np.int64))
    ngrams = pieces.ngrams
    spelled = StringArray.of_strings(ngrams.units)
    cutter = LexiconCutter(Lexicon(words_of_units(spelled, words.units, words.lengths).strings(), words.counts))
    counts = np.zeros(len(words.counts), np.int64)
    for found in ngrams.engine.map(functools.partial(_count_text, cutter), pieces.texts()):
        counts += found
    codes = pieces.units.array
    odd = functools.partial(_count_odd, cutter, spelled, np.where(codes == NO_CODE, 0, codes).astype(np.uint32))
    for found in ngrams.engine.map(odd, _odd_parts((block[0] for block in ngrams.blocks), pieces.odd)):
        counts += found
    return Recount(cutter, TextCut(ngrams, cutter, spelled), counts)


def _count_text(cutter: LexiconCutter, text: PieceText) -> Counts:
    """Cut lines and count the words, those of a line as often as it says."""
    counts = np.zeros(len(cutter.lexicon), np.int64)
    weights = np.repeat(text.counts, text.sizes)
    for start, stop in _portions(np.cumsum(text.sizes), cutter.piece):
        places, ids = cutter.places_of_words(text.codes[start:stop])
        np.add.at(counts, ids.astype(np.intp), weights[start:stop].take(places))
    return counts


def _count_odd(
    cutter: LexiconCutter, spelled: StringArray, piece_codes: Codes, blocks: Sequence[tuple[Placements, OddUnits]]
) -> Counts:
    """Count the words in what the pieces of some blocks do not tell, less those that were counted in its pieces."""
    parts = [level.ranks.array.take(level.local.take(odd.at.array)) for level, odd in blocks]
    units = np.concatenate(parts)
    stretches, begins = (
        np.concatenate([one.array for one in flags])
        for flags in zip(*((odd.stretches, odd.pieces) for _, odd in blocks), strict=True)
    )
    codes, _ = text_of_units(spelled, units, np.arange(len(units)) + np.cumsum(stretches) - 1)
    sizes = np.diff(np.flatnonzero(codes == LINE_END), prepend=-1)
    counted = np.diff(np.flatnonzero(begins), append=len(units)) + 1
    again = np.full(int(counted.sum()), LINE_END, np.uint32)
    again[np.arange(len(units)) + np.cumsum(begins) - 1] = piece_codes.take(units)
    weights = np.append(np.ones(len(sizes), np.int64), -(counted <= MAX_PIECE + 1).astype(np.int64))
    return _count_text(cutter, PieceText(np.append(codes, again), np.append(sizes, counted), weights))


def _odd_parts(levels: Iterable[Placements], odd: Iterable[OddUnits]) -> Iterator[list[tuple[Placements, OddUnits]]]:
    """Give the odd units of all blocks, those of several blocks together where they are few."""
    held: list[tuple[Placements, OddUnits]] = []
    for level, one in zip(levels, odd, strict=True):
        if one.at.length:
            held.append((level, one))
        if sum(some.at.length for _, some in held) >= TEXT // 2:
            yield held
            held = []
    if held:
        yield held


class TextCut(Sequence[WorkspaceArray]):
    """Where the words of a cutter begin in each block of a corpus, as bits over its units; found when first asked for.

    Parameters
    ----------
    ngrams : NGrams
        Of single characters (``joined=False``).
    cutter : LexiconCutter
    spelled : StringArray
        All units.
    """

    def __init__(self, ngrams: NGrams, cutter: LexiconCutter, spelled: StringArray) -> None:
        self._ngrams, self._cutter, self._spelled = ngrams, cutter, spelled

    @functools.cached_property
    def _starts(self) -> list[WorkspaceArray]:
        task = functools.partial(_cut_block, self._ngrams.workspace, self._cutter, self._spelled)
        return [*self._ngrams.engine.map(task, (block[0] for block in self._ngrams.blocks))]

    def __len__(self) -> int:
        return len(self._ngrams.blocks)

    @overload
    def __getitem__(self, at: int) -> WorkspaceArray: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[WorkspaceArray]: ...
    def __getitem__(self, at: int | slice) -> WorkspaceArray | Sequence[WorkspaceArray]:
        return self._starts[at]


def _cut_block(workspace: Workspace, cutter: LexiconCutter, spelled: StringArray, level: Placements) -> WorkspaceArray:
    """Cut one block, a line end standing for all between two clauses."""
    places = places_in([level])[0]
    codes, begins = text_of_units(spelled, level.units(), places)
    marks = np.ones(len(codes), np.bool_)
    ends = np.append(begins[1:], len(codes))[~bits_in(level.follows, len(places))]
    for start, stop in _portions(ends, cutter.piece):
        marks[start:stop] = cutter.boundaries(codes[start:stop])
    return workspace.store(np.packbits(marks[begins]))


def _portions(ends: npt.NDArray[np.intp], size: int) -> list[tuple[int, int]]:
    """Cut a text, at the ends of clauses, into portions of about `size` characters."""
    if not len(ends):
        return []
    chosen = ends[distinct(np.searchsorted(ends, np.arange(size, int(ends[-1]) + size, size)).clip(max=len(ends) - 1))]
    return [*zip([0, *chosen[:-1].tolist()], chosen.tolist(), strict=True)]
