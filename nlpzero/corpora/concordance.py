"""A concordance (语境索引, key words in context): every place of a word, between what stands before and behind it."""

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..core.job import Cost, Execution, Job, open_execution
from ..errors import ModelError, NothingFound
from ..reading.lines import lines_before
from ..reading.parts import Block, Extent, Part
from .search import Query, find_in

if TYPE_CHECKING:
    from ..segment.cutter import Cutter
    from .contexts import Contexts

KWIC = Cost(task=12, held=0.3, most=1 << 20)
"""Of searching: blocks that fit the cache, so that the first line comes soon."""
_KEY = re.compile(r"([1-9][0-9]?)([LR])|0")


class ConcordanceLine(NamedTuple):
    """A place of a word (索引行): the file, the line in it from 1, what stands before, the word, what stands behind."""

    source: str
    line: int
    left: str
    match: str
    right: str


@dataclass(frozen=True)
class ConcordanceOptions:
    """How a concordance is shown, and which of its lines (索引选项).

    Attributes
    ----------
    width : int
        How much stands on each side: the number of Chinese characters, a narrow one being half; or of words.
    by : {"characters", "words"}
        What width and sort count; words need a cutter.
    sort : tuple of str
        Such as ("1R", "2R", "1L"): order by the first and second to the right, then by the first to the left; "0" is
        the match itself. Empty: the order of the text.
    whole : bool
        Only what the cutter does not cut at its edges from within a word: whole words.
    top : int or None
        Give only the first N lines.
    seed : int or None
        Draw these at random, always the same for a seed; None takes the first ones.

    Raises
    ------
    ModelError
        For a value out of its range; it names the parameter.
    """

    width: int = 20
    by: Literal["characters", "words"] = "characters"
    sort: tuple[str, ...] = ()
    whole: bool = False
    top: int | None = None
    seed: int | None = None
    keys: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.width < 0 or self.by not in ("characters", "words"):
            raise ModelError(f"`width` is {self.width}, `by` {self.by!r}; give a number from 0, characters or words")
        if self.seed is not None and self.top is None:
            raise ModelError("`seed` draws a sample; say with `top` how many lines")
        keys = []
        for name in self.sort:
            match = _KEY.fullmatch(name.upper())
            if match is None:
                raise ModelError(f"`sort` is {name!r}; give 0 or places such as 1L, 1R, 2R")
            keys.append(0 if match[1] is None else int(match[1]) * (1 if match[2] == "R" else -1))
        object.__setattr__(self, "keys", tuple(keys))

    def key(self, line: ConcordanceLine) -> list[str]:
        """Give what a line is sorted by."""
        if self.by == "words":
            left, right = line.left.split()[::-1], line.right.split()
        else:
            left, right = list(line.left.replace(" ", "")[::-1]), list(line.right.replace(" ", ""))
        sides = {True: right, False: left}
        found = []
        for key in self.keys:
            side = sides[key > 0]
            found.append(line.match if not key else side[abs(key) - 1] if len(side) >= abs(key) else "")
        return found


def find_lines(
    texts: Iterable[str | Part],
    query: Query,
    options: ConcordanceOptions | None = None,
    *,
    cutter: "Cutter | None" = None,
    job: Job | Execution | None = None,
) -> Iterator[ConcordanceLine]:
    r"""Find every place of a word, as a stream (语境共现).

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once.
    query : Query
    options : ConcordanceOptions, optional
    cutter : Cutter, optional
        Cuts the lines that are shown into words, with blanks between.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Yields
    ------
    ConcordanceLine
        In the order of the text the first come at once; sorted lines, and samples, when all is read.

    Raises
    ------
    NothingFound
        At the end, if there was no place.

    Notes
    -----
    O(n) in the text. Lines that are sorted are held as long as memory lasts, and then kept in files.

    Examples
    --------
    >>> for found in find_lines(["江上有船\n船在江上\n"], Query(("船",))):
    ...     print(found.line, found.left, found.match, found.right, sep="|")
    1|江上有|船|
    2||船|在江上
    """
    options = options or ConcordanceOptions()
    if cutter is None and (options.whole or options.by == "words"):
        raise ModelError("whole words, and `by`='words', need a cutter; say how the text is cut")
    with open_execution(job, KWIC) as execution:
        found = _numbered(texts, query, options, cutter, execution)
        if options.seed is not None and options.top is not None:
            found = iter(_sample(found, options.top, options.seed))
        if options.keys:
            from .sorting import Sorting

            sorting = Sorting(execution.workspace, execution.held_memory)
            for line in found:
                sorting.add(options.key(line), line)
            found = (ConcordanceLine(*row) for row in sorting)
        number = 0
        for line in found:
            if number == options.top:
                return
            number += 1
            yield line
    if not number:
        raise NothingFound(f"{_named(query)} stands nowhere in the text; try other words")


def _named(query: Query) -> str:
    """Write what was looked for."""
    return ", ".join(query.strings) if query.pattern is None else repr(query.pattern)


class _PartLines(NamedTuple):
    """What was found in a part, and where this is; lines are numbered as in the source, if the part knows them, else
    from the start of the part.
    """

    found: "Contexts | None"
    breaks: int
    source: str
    place: Extent | None
    is_numbered: bool


def _numbered(
    texts: Iterable[str | Part],
    query: Query,
    options: ConcordanceOptions,
    cutter: "Cutter | None",
    execution: Execution,
) -> Iterator[ConcordanceLine]:
    """Search all parts, and number the lines that were found in their sources."""
    source: str | None = None
    line, end = 1, 0
    for part in execution.engine.map(functools.partial(_search, query, options, cutter), texts):
        if part.source != source or (part.place is not None and part.place.start < end):
            source, line = part.source, 1
            if part.place is not None:
                line += _lines_before(part.place)
        end = 0 if part.place is None else part.place.end
        if part.found is not None:
            first, (numbers, *columns) = 0 if part.is_numbered else line, part.found
            lines = [first + number for number in numbers]
            yield from map(ConcordanceLine, itertools.repeat(source), lines, *columns)
        line += part.breaks


def _lines_before(part: Extent) -> int:
    """Count the lines of a file before a part of it."""
    with open(part.path, "rb") as file:
        return lines_before(file, "\n".encode(part.encoding), part.start)


def _search(query: Query, options: ConcordanceOptions, cutter: "Cutter | None", part: str | Part) -> _PartLines:
    """Find the places in a part, with what is shown around them."""
    source = "" if isinstance(part, str) else part.source
    place = part if isinstance(part, Extent) else None
    hits = find_in(query, part)
    if not len(hits.firsts):
        return _PartLines(None, hits.breaks, source, place, isinstance(part, Block))
    from .contexts import contexts_of

    found = contexts_of(hits, cutter, options.width, options.by == "words", options.whole)
    if isinstance(part, Block):
        found = found._replace(lines=[part.number(before) for before in found.lines])
    return _PartLines(found, hits.breaks, source, place, isinstance(part, Block))


def _sample(lines: Iterator[ConcordanceLine], top: int, seed: int) -> list[ConcordanceLine]:
    """Draw lines at random, each as likely, in the order of the text."""
    import random

    rng = random.Random(seed)
    held: list[tuple[int, ConcordanceLine]] = []
    for number, line in enumerate(lines):
        if number < top:
            held.append((number, line))
        else:
            at = int(rng.random() * (number + 1))
            if at < top:
                held[at] = number, line
    return [line for _, line in sorted(held)]
