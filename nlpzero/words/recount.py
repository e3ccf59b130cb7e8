"""Text cut by the words that were found in it, and how often each is then cut out.

The published methods end with a list of words; their counts are those of pieces, some of which are dropped or changed
later. Here the words make a lexicon that cuts the text, and a word's count is the number of times it stands there.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Workspace, WorkspaceArray
from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import NGrams
from ..ngrams.levels import BlockLevels, bits_in, places_in
from ..segment.lexical import LexiconCutter
from ..text.characters import Codes, code_points

LINE_END = 10


class Recount(NamedTuple):
    """The cutter that some words make, where words begin in each block (bits over units), and how often each does."""

    cutter: LexiconCutter | None
    starts: list[WorkspaceArray]
    counts: Counts


class UnitSpellings(NamedTuple):
    """The characters of all units, one unit after another, and how many each has."""

    codes: Codes
    sizes: npt.NDArray[np.intp]

    def text(self, units: npt.NDArray[np.uint32], places: npt.NDArray[np.uint32]) -> tuple[Codes, npt.NDArray[np.intp]]:
        """Write units that stand at some places, a line end at every other place; give where each begins."""
        sizes = self.sizes[units]
        ends = np.cumsum(sizes)
        begins = ends - sizes + places - np.arange(len(places))
        codes = np.full(int(begins[-1] + sizes[-1]) + 1 if len(units) else 0, LINE_END, np.uint32)
        first = np.cumsum(self.sizes) - self.sizes
        codes[begins] = self.codes[first[units]]
        for step in range(1, int(sizes.max(initial=1))):
            longer = np.flatnonzero(sizes > step)
            codes[begins[longer] + step] = self.codes[first[units[longer]] + step]
        return codes, begins


def recount(ngrams: NGrams, words: Mapping[str, int]) -> Recount:
    """Cut a corpus into words along the most probable path, and count them.

    Parameters
    ----------
    ngrams : NGrams
        Of single characters (``joined=False``).
    words : mapping of word to count
        The counts make their probabilities.
    """
    if not words:
        return Recount(None, [], np.zeros(0, np.int64))
    lexicon = Lexicon([*words], [*words.values()])
    cutter = LexiconCutter(lexicon)
    codes = code_points("".join(ngrams.units))
    sizes = np.fromiter(map(len, ngrams.units), np.intp, len(ngrams.units))
    task = functools.partial(_cut_block, ngrams.workspace, cutter, lexicon, UnitSpellings(codes, sizes))
    counts = np.zeros(len(lexicon), np.int64)
    starts = []
    for stored, found in ngrams.engine.map(task, (block[:1] for block in ngrams.blocks)):
        starts.append(stored)
        counts += found
    return Recount(cutter, starts, counts)


def _cut_block(
    workspace: Workspace,
    cutter: LexiconCutter,
    lexicon: Lexicon,
    spelling: UnitSpellings,
    block: BlockLevels,
) -> tuple[WorkspaceArray, Counts]:
    """Cut one block, a line end standing for all between two clauses."""
    places = places_in(block)[0]
    codes, begins = spelling.text(block[0].units(), places)
    follows = bits_in(block[0].follows, len(places))
    marks = np.ones(len(codes), np.bool_)
    ids = [np.empty(0, np.int32)]
    ends = np.append(begins[1:], len(codes))[~follows]
    for start, stop in _portions(ends, cutter.piece):
        some = codes[start:stop]
        mark = cutter.boundaries(some)
        marks[start:stop] = mark
        borders = np.flatnonzero(mark)
        ids.append(lexicon.trie.ids_of(some, borders, np.diff(borders, append=len(some))))
    found = np.concatenate(ids)
    counts = np.bincount(found[found >= 0], minlength=len(lexicon))
    return workspace.store(np.packbits(marks[begins])), counts


def _portions(ends: npt.NDArray[np.intp], size: int) -> list[tuple[int, int]]:
    """Cut a text, at the ends of clauses, into portions of about `size` characters."""
    if not len(ends):
        return []
    chosen = ends[np.unique(np.searchsorted(ends, np.arange(size, int(ends[-1]) + size, size)).clip(max=len(ends) - 1))]
    return [*zip([0, *chosen[:-1].tolist()], chosen.tolist(), strict=True)]
