"""Word discovery from end to end: a corpus in, a table of words with their figures out."""

import functools
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.files import check_place
from ..core.job import Cost, Execution, Job, open_execution
from ..core.workspace import Counts, WorkspaceArray
from ..errors import ModelError, NothingFound
from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import COUNTING, NGrams, count_units
from ..ngrams.levels import BlockLevels, bits_in, places_in
from ..ngrams.measures import Measures, Scores, measure, pick
from ..ngrams.runs import NGramTable
from ..reading.parts import Block, Part, source_text, units_text
from ..reading.sources import Texts, open_texts
from ..segment.cutter import Cutter
from ..segment.encoding import Tokens, tokens_of_marks
from ..segment.lexical import POWER, LexiconCutter
from ..text.characters import (
    OTHER,
    Codes,
    code_points,
    delimited,
)
from ..text.strings import StringArray
from ..text.units import UnitReading, read_units
from .finding import Finding, Method, Parameters, Progress, Search
from .methods import method_of
from .pieces import MAX_PIECE
from .spelling import alphabetical, words_of_units

if TYPE_CHECKING:
    from ..segment.dictionary import DictionaryCutter
    from ..segment.learned import LearnedSegmenter


@dataclass(frozen=True)
class WordRecord:
    """What is said of one word: see `Discovery` and `nlpzero.ngrams.measures.Measures`."""

    word: str
    count: int
    score: float
    frequency: int
    cohesion: float
    left_entropy: float
    right_entropy: float


@dataclass(frozen=True)
class Discovery:
    """The words of a corpus (发现的词), most frequent first, then by code points; every array has shape (n,).

    Attributes
    ----------
    words : list of str
    counts : int64 array
        How often each word is cut out of the text: the number of times it stands in what `cut_texts` gives.
    scores : float64 array, in nats
        entropy: autonomy; cohesion: cohesion; pmi: ln P(w) - sum ln P(parts). NaN for single characters in both.
    measures : Measures
        Occurrences, cohesion and neighbour entropies in the corpus.
    too_long : int
        Words and pieces that were too long to be reported.
    method : Method
    parameters : Parameters
        What was asked.
    finding : Finding
        What the method found, also below `min_count`, and the text cut.

    Examples
    --------
    >>> found = discover(["山药汤，山药饼，炒山药，山药片，买山药。\\n"])
    >>> found["山药"].count, found["山药"].frequency, found.cutter("吃山药")
    (5, 5, ['吃', '山药'])
    """

    words: list[str]
    counts: Counts
    scores: Scores
    measures: Measures
    too_long: int
    method: Method
    parameters: Parameters
    finding: Finding

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, word: str) -> WordRecord:
        """Give what is said of a word; a KeyError if it was not found."""
        found = self.get(word)
        if found is None:
            raise KeyError(word)
        return found

    def get(self, word: str) -> WordRecord | None:
        """Give what is said of a word, if it was found."""
        row = self._rows.get(word)
        if row is None:
            return None
        figures = (self.scores, *self.measures)
        score, frequency, cohesion, left, right = (figure[row].item() for figure in figures)
        return WordRecord(word, int(self.counts[row]), score, frequency, cohesion, left, right)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    @functools.cached_property
    def _rows(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @property
    def ngrams(self) -> NGrams:
        """The counts behind it; its `total` units and the characters `left_out` describe the corpus."""
        return self.finding.ngrams

    @property
    def probabilities(self) -> Sequence[WorkspaceArray]:
        """bayes: for each block the probability that a word begins at each unit."""
        return self.finding.probabilities

    @functools.cached_property
    def cutter(self) -> Cutter:
        """What cuts other text into the words: for bayes what was learned, for the others the words with their counts.

        (cohesion and pmi cut their own text by it, too.)
        """
        return self.finding.cutter or LexiconCutter(Lexicon(self.words, self.counts))

    @property
    def segmenter(self) -> "LearnedSegmenter | None":
        """bayes: what was learned, to be saved."""
        from ..segment.learned import LearnedSegmenter  # the other methods do without it

        return self.finding.cutter if isinstance(self.finding.cutter, LearnedSegmenter) else None

    def joined(self, dictionary: "DictionaryCutter", power: float = POWER) -> Cutter:
        """bayes: join what was learned with a dictionary (联合分词), where the text bears it out; else give it alone.

        A text may be too short to bear a dictionary out; that of `nlpzero.dictionary` is known to be good, and always
        joined.

        Parameters
        ----------
        dictionary : DictionaryCutter
            That whose lexicon was believed (`Parameters.lexicon`).
        power : float
            See `JoinedCutter`.

        Raises
        ------
        ModelError
            For another method.
        """
        from ..segment.joined import JoinedCutter

        segmenter = self.segmenter
        if segmenter is None:
            raise ModelError(f"what {self.method.name} finds cannot be joined with a dictionary; take the method bayes")
        return JoinedCutter(dictionary, segmenter, power) if segmenter.believes or dictionary.is_good else segmenter


def discovery_cost(method: str) -> Cost:
    """Give what a method takes.

    (Measured on 51 MB, 128 MB of memory and two workers: entropy 5.1 bytes in files for each byte of text; on 106 MB
    and 512 MB cohesion 7.3, pmi 6.0; on 10 MB and 64 MB bayes 29, esa 16.5.)
    """
    chosen = method_of(method)
    return replace(COUNTING, disk=chosen.disk, store=chosen.store)


def discover(
    texts: Texts,
    method: str = "entropy",
    parameters: Parameters | None = None,
    *,
    job: Job | Execution | None = None,
    on_round: Callable[[Progress], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    counted: NGramTable | None = None,
) -> Discovery:
    """Find the words of a corpus (新词发现).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read once, in blocks of whole lines; see `nlpzero.reading.sources.open_texts`.
    method : {"entropy", "cohesion", "pmi", "esa", "bayes"}
        See the modules of these names in `nlpzero.words`.
    parameters : Parameters, optional
    job : Job or Execution, optional
        What the work may use (default: the current job). An execution has to stay open as long as the result is used.
    on_round : callable, optional
        bayes: called with the progress before the first and after every round.
    checkpoint : path, optional
        bayes: file to write the state to after every round.
    resume : bool
        bayes: start from the state in `checkpoint`, if it is there.
    counted : NGramTable, optional
        entropy, cohesion, pmi: counts to go by, of a corpus that these texts are part of. The words are those that the
        texts are cut into; figures of words that are longer than the counts reach are missing.

    Raises
    ------
    CorpusError
        For texts that are none, or cannot be read.
    ModelError
        If a parameter is out of its range.
    NothingFound
        If the text has no units, or no word passes.

    Notes
    -----
    O(n log n) in the characters for each length counted; 22 MB of text take about 3 s.

    Examples
    --------
    >>> found = discover(["山药汤，山药饼，炒山药，山药片，买山药。\\n"])
    >>> found.words, found.counts.tolist()
    (['山药'], [5])
    """
    parameters = parameters or Parameters()
    parameters.check()
    chosen = method_of(method)
    if checkpoint is not None:
        check_place(checkpoint)
    min_count = chosen.min_count if parameters.min_count is None else parameters.min_count
    if counted is not None:
        _check_counted(counted, chosen)
    with open_execution(job, discovery_cost(method), keep=True) as execution:
        engine, workspace = execution.engine, execution.workspace
        with open_texts(texts, execution.block_size) as blocks:
            ngrams = count_units(blocks, joined=chosen.joined, engine=engine, workspace=workspace, table=counted)
        if not any(block[0].length for block in ngrams.blocks):
            raise NothingFound("the text has no Han characters, digits or Latin letters: there are no words in it")
        search = Search(parameters, min_count, execution.held_memory, execution.memory, on_round, checkpoint, resume)
        return _table(chosen, parameters, chosen.find(ngrams, search), min_count)


def _table(method: Method, parameters: Parameters, finding: Finding, min_count: int) -> Discovery:
    """Choose the words that are frequent and short enough, measure them and put them in order."""
    ngrams = finding.ngrams
    frequent = finding.counts >= min_count
    if not frequent.any():
        longer = f" ({finding.too_long:,} pieces are longer than {MAX_PIECE} characters)" if finding.too_long else ""
        raise NothingFound(
            f"no word stands out {min_count} times in {ngrams.total:,} units of text{longer}; "
            "try `min_count`=1 or another `method`"
        )
    too_long = finding.too_long
    kept = np.flatnonzero(frequent)
    if parameters.max_length is not None:
        kept = kept[finding.lengths[kept] <= parameters.max_length]
        too_long += int(np.count_nonzero(frequent)) - len(kept)
    units = pick(finding.units, finding.lengths, kept)
    words = words_of_units(StringArray.of_strings(ngrams.units), units, finding.lengths[kept])
    by_word = alphabetical(words)
    order = by_word[np.argsort(-finding.counts[kept[by_word]], kind="stable")]
    kept = kept[order]
    measures = measure(ngrams, pick(finding.units, finding.lengths, kept), finding.lengths[kept])
    scores = measures.cohesion if finding.scores is None else finding.scores[kept]
    return Discovery(
        words.picked(order).strings(), finding.counts[kept], scores, measures, too_long, method, parameters, finding
    )


class MarkedBlock(NamedTuple):
    """A block of a corpus whose words are known by their places.

    Attributes
    ----------
    part : str or part of a corpus
    levels : where its units stand
    starts : bits over its units: where words begin
    joined : bool
        See `Method`.
    """

    part: str | Part
    levels: BlockLevels
    starts: WorkspaceArray
    joined: bool

    def cut(self) -> tuple[Codes, UnitReading, npt.NDArray[np.bool_]]:
        """Read the block; give its characters, its units, and of each that shows whether a word starts with it."""
        codes = code_points(units_text(self.part))
        read, units = unit_places(codes, self.levels, self.joined)
        is_start = read.classes == OTHER
        is_start[units[bits_in(self.starts, len(units))]] = True
        is_start &= ~(read if self.joined else read_units(codes)).joined
        return codes, read, is_start

    def delimited(self, delimiter: str = " ") -> str:
        """Put a delimiter between the words."""
        codes, units, is_start = self.cut()
        marks = units.spread(is_start, codes)
        view = None if isinstance(self.part, str) else self.part.view
        return (
            delimited(codes, marks, delimiter)
            if view is None
            else view.written(source_text(self.part), marks, delimiter)
        )

    def tokens(self) -> Tokens:
        """Number the words."""
        _, units, is_start = self.cut()
        return tokens_of_marks(units.codes, is_start)


def marked_blocks(discovery: Discovery, texts: Iterable[str | Part]) -> Iterator[MarkedBlock]:
    """Give a corpus cut into words as the method did to count them: every word stands there as often as it counts.

    Parameters
    ----------
    discovery : Discovery
        Its workspace still open.
    texts : iterable of str or of parts of a corpus
        The same blocks that the words were found in. That they are is checked when a block is cut.

    Raises
    ------
    ModelError
        If the texts are not those that were counted.
    """
    known = zip(discovery.ngrams.blocks, discovery.finding.starts, strict=True)
    for text, one in itertools.zip_longest(texts, known):
        if text is None or one is None:
            raise changed()
        yield MarkedBlock(text, one[0][:1], one[1], discovery.method.joined)


def cut_texts(
    discovery: Discovery, texts: Texts, delimiter: str = " ", job: Job | Execution | None = None
) -> Iterator[str]:
    """Cut a corpus into words as the method did to count them, and put a delimiter between them.

    Punctuation marks and other characters stand alone; see `marked_blocks`.
    """
    cut_block = functools.partial(MarkedBlock.delimited, delimiter=delimiter)
    with open_execution(job, COUNTING) as execution, open_texts(texts, execution.block_size) as blocks:
        yield from execution.engine.map(cut_block, marked_blocks(discovery, blocks))


def changed() -> ModelError:
    """Make the error for text that is not what was counted."""
    return ModelError("the corpus changed while it was read; run again")


def boundaries(
    discovery: Discovery, blocks: Iterable[Block]
) -> Iterator[tuple[Block, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Scores]]]:
    """Give how probable a word boundary is between any two neighbouring units of a clause (bayes).

    Parameters
    ----------
    discovery : Discovery
        By bayes, its workspace still open.
    blocks : iterable of Block
        The blocks that the words were found in.

    Yields
    ------
    block, (lines, columns, probabilities)
        Of every unit that does not begin a clause: its line, from 0 in the block, the column of its first character in
        the line, from 1, and the probability that a word begins there.

    Raises
    ------
    ModelError
        If the texts are not those that were counted.
    """
    for block, levels, chances in zip(blocks, discovery.ngrams.blocks, discovery.probabilities, strict=True):
        codes = code_points(units_text(block))
        read, units = unit_places(codes, levels, joined=True)
        inner = np.flatnonzero(bits_in(levels[0].follows, levels[0].length))[: len(units)] + 1
        at = units[inner] if read.kept is None else read.kept[units[inner]]
        line_starts = np.append(0, np.flatnonzero(codes == 10) + 1)
        lines = np.searchsorted(line_starts, at, "right") - 1
        yield block, (lines, at - line_starts[lines] + 1, chances.array[inner])


def unit_places(codes: Codes, levels: BlockLevels, joined: bool) -> tuple[UnitReading, npt.NDArray[np.intp]]:
    """Read a text as units, which must be those of the block; give where they start among what shows."""
    read = read_units(codes, characters=not joined)
    starts, is_unit = read.places()
    places = np.flatnonzero(is_unit)
    if not np.array_equal(places, places_in(levels[:1])[0]):
        raise changed()
    return read, starts[places]


def _check_counted(counted: NGramTable, method: Method) -> None:
    """Refuse counts that a method cannot use."""
    if not method.by_counts:
        raise ModelError(f"{method.name} learns from the text itself; counts serve entropy, cohesion and pmi")
    if counted.joined != method.joined:
        kinds = "units", "characters"
        mine, wanted = kinds if counted.joined else kinds[::-1]
        again = "with" if counted.joined else "without"
        raise ModelError(
            f"{counted.source}: counts {mine}, {method.name} needs {wanted}; count again {again} `characters`"
        )
