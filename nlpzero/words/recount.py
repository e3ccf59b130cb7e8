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
from ..text.units import NAME_DOTS

LINE_END = 10


class Recount(NamedTuple):
    """The cutter that some words make, where words begin in each block (bits over units), and how often each does."""

    cutter: LexiconCutter | None
    starts: list[WorkspaceArray]
    counts: Counts


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
    characters = np.fromiter(map(ord, ngrams.units), np.uint32, len(ngrams.units))
    task = functools.partial(_cut_block, ngrams.workspace, cutter, lexicon, characters)
    counts = np.zeros(len(lexicon), np.int64)
    starts = []
    for stored, found in ngrams.engine.map(task, (block[:1] for block in ngrams.blocks)):
        starts.append(stored)
        counts += found
    counts[[i for i, word in enumerate(words) if word in NAME_DOTS]] = 0  # alone it is no word
    return Recount(cutter, starts, counts)


def _cut_block(
    workspace: Workspace,
    cutter: LexiconCutter,
    lexicon: Lexicon,
    characters: npt.NDArray[np.uint32],
    block: BlockLevels,
) -> tuple[WorkspaceArray, Counts]:
    """Cut one block, a line end standing for all between two clauses."""
    places = places_in(block)[0]
    codes = np.full(int(places[-1]) + 2 if len(places) else 0, LINE_END, np.uint32)
    codes[places] = characters[block[0].units()]
    follows = bits_in(block[0].follows, len(places))
    marks = np.ones(len(codes), np.bool_)
    ids = [np.empty(0, np.int32)]
    for start, stop in _pieces(places, follows, cutter.piece):
        some = codes[start:stop]
        mark = cutter.boundaries(some)
        marks[start:stop] = mark
        borders = np.flatnonzero(mark)
        ids.append(lexicon.trie.ids_of(some, borders, np.diff(borders, append=len(some))))
    found = np.concatenate(ids)
    counts = np.bincount(found[found >= 0], minlength=len(lexicon))
    return workspace.store(np.packbits(marks[places])), counts


def _pieces(places: npt.NDArray[np.uint32], follows: npt.NDArray[np.bool_], size: int) -> list[tuple[int, int]]:
    """Cut the places of a block, after clause ends, into pieces of about `size` places."""
    if not len(places):
        return []
    ends = places[~follows].astype(np.intp) + 2  # with the empty place after a clause
    chosen = ends[np.unique(np.searchsorted(ends, np.arange(size, int(ends[-1]) + size, size)).clip(max=len(ends) - 1))]
    return [*zip([0, *chosen[:-1].tolist()], chosen.tolist(), strict=True)]
