"""Word discovery from end to end: a corpus in, a table of words with their figures out."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost, Execution, Job, open_execution
from ..core.workspace import Counts, Ids, Stored
from ..errors import ModelError, NothingFound
from ..ngrams.counts import COUNTING, NGrams, count_units
from ..ngrams.levels import BlockLevels, places_in
from ..ngrams.measures import Measures, Scores, measure, pick
from ..ngrams.runs import NGramTable
from ..ngrams.units import unit_starts
from ..reading.parts import Block, Part, text_of
from ..segment.encoding import Tokens, tokens_of_marks
from ..segment.learned import LearnedSegmenter
from ..text.characters import OTHER, Codes, char_classes, code_points, delimited, inside_numbers
from .bayes import State
from .cohesion import DEFAULT_MIN_PMI, cohesion_pieces
from .cuts import Cuts, Settings, cut_by_esa, cut_by_sampling
from .entropy import cut, entropy_words
from .esa import ROUNDS
from .pieces import MAX_PIECE, unit_ranks
from .pmi import pmi_pieces, remove_redundancy
from .tokens import count_tokens

Method = Literal["entropy", "cohesion", "pmi", "esa", "bayes"]
METHODS: tuple[Method, ...] = ("entropy", "cohesion", "pmi", "esa", "bayes")
JOINED: tuple[Method, ...] = ("entropy", "esa", "bayes")
"""The methods that read a run of digits or Latin letters as one unit."""

DEFAULT_MIN_COUNT: dict[Method, int] = {"entropy": 5, "cohesion": 32, "pmi": 1, "esa": 5, "bayes": 5}
"""Published for cohesion and pmi; for entropy the best vocabulary F on 22 MB of text (3: 0.55, 5: 0.60, 8: 0.55)."""


@dataclass(frozen=True)
class Parameters:
    """What a method asks of words; None stands for the method's own default.

    Attributes
    ----------
    min_count : int
        The smallest number of times a word is cut out of the text (entropy 5, cohesion 32, pmi 1).
    max_length : int
        The greatest length, in units, of a word that is reported (default: no limit).
    order : int
        The greatest length, in units, of the n-grams a word is found by; for entropy that of a word, too (4).
    min_pmi : sequence of float
        pmi: least ln(p_ab / (p_a p_b)) of two characters that stay together (1). cohesion: least cohesion of n-grams of
        1, 2, 3, ... characters, the last value standing for all longer ones (0, 2, 4, 6).
    min_proba : float
        pmi: least relative frequency of a pair and of a word (1e-7).
    rounds : int
        esa: how often the text is cut (8). bayes: how often it is sampled (24).
    samples : int
        bayes: how many of the last rounds the probabilities of boundaries are averaged over (8).
    seed : int
        bayes: of the random numbers; the same seed gives the same words.
    finer : float
        esa, bayes: nats that every word is worth beside its score. Above 0 words are shorter, below longer.
    """

    min_count: int | None = None
    max_length: int | None = None
    order: int = 4
    min_pmi: Sequence[float] | None = None
    min_proba: float = 1e-7
    rounds: int | None = None
    samples: int = 8
    seed: int = 1
    finer: float = 0.0


class Candidates(NamedTuple):
    """What a method found: n words, the ranks of their units one word after another, their lengths, counts, scores."""

    words: list[str]
    units: Ids
    lengths: npt.NDArray[np.intp]
    counts: Counts
    scores: Scores
    too_long: int = 0


@dataclass(frozen=True)
class Discovery:
    """The words of a corpus, most frequent first, then by code points; every array has shape (n,).

    Attributes
    ----------
    words : list of str
    counts : int64 array
        How often each word is cut out of the text.
    scores : float64 array, in nats
        entropy: autonomy; cohesion: cohesion; pmi: ln P(w) - sum ln P(parts). NaN for single characters in both.
    measures : Measures
        Occurrences, cohesion and neighbour entropies in the corpus.
    too_long : int
        Words and pieces that were too long to be reported.
    ngrams : NGrams
        The counts behind it; its `total` units and the characters `left_out` describe the corpus.
    tables : list
        What the entropy method cuts blocks by (see `nlpzero.words.entropy.cut`); empty for the others.
    marks : list
        esa, bayes: for each block the places where words start or clauses have just ended.
    probabilities : list
        bayes: for each block the probability that a word begins at each unit.
    segmenter : LearnedSegmenter or None
        bayes: what was learned, to be saved.
    """

    words: list[str]
    counts: Counts
    scores: Scores
    measures: Measures
    too_long: int
    ngrams: NGrams
    tables: list[Stored]
    marks: Sequence[Stored] = ()
    probabilities: Sequence[Stored] = ()
    segmenter: LearnedSegmenter | None = None


def discovery_cost(method: Method) -> Cost:
    """Give what a method takes; of temporary files where that is known.

    (Measured on 106 MB, 512 MB of memory and two workers: entropy 7.7, cohesion 7.3, pmi 6.0 bytes for each byte.)
    """
    return replace(COUNTING, disk=0 if method in ("esa", "bayes") else 8)


def discover(
    texts: Iterable[str | Part],
    method: Method = "entropy",
    parameters: Parameters | None = None,
    *,
    job: Job | Execution | None = None,
    on_round: Callable[[State], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    counted: NGramTable | None = None,
) -> Discovery:
    """Find the words of a corpus (新词发现).

    Parameters
    ----------
    texts : iterable of str or of parts of a corpus
        Blocks of whole lines, read once.
    method : {"entropy", "cohesion", "pmi", "esa", "bayes"}
        See the modules of these names in `nlpzero.words`.
    parameters : Parameters, optional
    job : Job or Execution, optional
        What the work may use (default: the current job). An execution has to stay open as long as the result is used.
    on_round : callable, optional
        bayes: called with the state before the first and after every round.
    checkpoint : path, optional
        bayes: file to write the state to after every round.
    resume : bool
        bayes: start from the state in `checkpoint`, if it is there.
    counted : NGramTable, optional
        entropy, cohesion, pmi: counts to go by, of a corpus that these texts are part of. The words are those that the
        texts are cut into; figures of words that are longer than the counts reach are missing.

    Raises
    ------
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
    if not isinstance(job, Execution):
        with open_execution(job, discovery_cost(method), keep=True) as execution:
            return discover(
                texts,
                method,
                parameters,
                job=execution,
                on_round=on_round,
                checkpoint=checkpoint,
                resume=resume,
                counted=counted,
            )
    engine, workspace, held = job.engine, job.workspace, job.held_memory
    parameters = parameters or Parameters()
    _check(parameters)
    min_count = DEFAULT_MIN_COUNT[method] if parameters.min_count is None else parameters.min_count
    if counted is not None:
        _check_counted(counted, method)
    ngrams = count_units(texts, joined=method in JOINED, engine=engine, workspace=workspace, table=counted)
    if not any(block[0].length for block in ngrams.blocks):
        raise NothingFound("the text has no Han characters, digits or Latin letters: there are no words in it")
    tables: list[Stored] = []
    cuts = Cuts((), (), (), None)
    if method == "entropy":
        ngrams, found, tables = _by_entropy(ngrams, parameters, min_count)
    elif method == "esa":
        cuts = cut_by_esa(ngrams, parameters.rounds or ROUNDS, parameters.finer)
        found = _of_cuts(ngrams, cuts, mean=True)
    elif method == "bayes":
        settings = Settings(parameters.rounds, parameters.samples, parameters.seed, parameters.finer)
        cuts = cut_by_sampling(ngrams, settings, on_round=on_round, checkpoint=checkpoint, resume=resume)
        found = _of_cuts(ngrams, cuts, mean=False)
    elif method == "cohesion":
        ngrams, found = _by_cohesion(ngrams, parameters, min_count, held)
    else:
        ngrams, found = _by_pmi(ngrams, parameters, held)
    keep = found.counts >= min_count
    if not keep.any():
        longer = f" ({found.too_long:,} pieces are longer than {MAX_PIECE} characters)" if found.too_long else ""
        raise NothingFound(
            f"no word stands out {min_count} times in {ngrams.total:,} units of text{longer}; "
            "try --min-count 1 or another --method"
        )
    if parameters.max_length is not None:
        short = found.lengths <= parameters.max_length
        found = found._replace(too_long=found.too_long + int(np.count_nonzero(keep & ~short)))
        keep &= short
    result = _table(ngrams, found, np.flatnonzero(keep), tables, method)
    return replace(result, marks=cuts.marks, probabilities=cuts.probabilities, segmenter=cuts.segmenter)


def _by_entropy(ngrams: NGrams, parameters: Parameters, min_count: int) -> tuple[NGrams, Candidates, list[Stored]]:
    """Find words by branching entropy, and the tables to cut by."""
    ngrams, found, tables = entropy_words(ngrams, order=parameters.order, min_count=min_count)
    names = np.array(ngrams.units, dtype=object)
    words: list[str] = []
    for level in found:
        words += map("".join, zip(*(names[column].tolist() for column in level.units), strict=True))
    units = np.concatenate([np.stack(level.units, axis=1).ravel() for level in found])
    lengths = np.repeat(np.arange(1, len(found) + 1), [len(level.counts) for level in found])
    counts = np.concatenate([level.counts for level in found])
    scores = np.concatenate([level.autonomies for level in found])
    return ngrams, Candidates(words, units, lengths, counts, scores), tables


def _of_cuts(ngrams: NGrams, cuts: Cuts, *, mean: bool) -> Candidates:
    """Count the words of a corpus that is cut; they score the mean or the sum of what they do at their places."""
    units, lengths, counts, scores = count_tokens(ngrams, cuts.marks, cuts.values)
    names = np.array(ngrams.units, dtype=object)[units].tolist()
    ends = np.cumsum(lengths).tolist()
    words = ["".join(names[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    return Candidates(words, units, lengths, counts, scores / counts if mean else scores)


def _by_cohesion(ngrams: NGrams, parameters: Parameters, min_count: int, memory: int) -> tuple[NGrams, Candidates]:
    """Find words by cohesion; their score is measured later."""
    min_pmi = parameters.min_pmi or DEFAULT_MIN_PMI
    ngrams, words, too_long = cohesion_pieces(
        ngrams, order=parameters.order, min_count=min_count, min_pmi=min_pmi, memory=memory
    )
    counts = np.fromiter(words.values(), np.int64, len(words))
    units, lengths = unit_ranks(ngrams, [*words])
    return ngrams, Candidates([*words], units, lengths, counts, np.full(len(words), np.nan), too_long)


def _by_pmi(ngrams: NGrams, parameters: Parameters, memory: int) -> tuple[NGrams, Candidates]:
    """Find words by pointwise mutual information."""
    min_pmi = (parameters.min_pmi or (1.0,))[0]
    ngrams, candidates, too_long = pmi_pieces(ngrams, min_proba=parameters.min_proba, min_pmi=min_pmi, memory=memory)
    words, scores = remove_redundancy(candidates)
    counts = np.fromiter(words.values(), np.int64, len(words))
    return ngrams, Candidates([*words], *unit_ranks(ngrams, [*words]), counts, scores, too_long)


def _table(
    ngrams: NGrams, found: Candidates, keep: npt.NDArray[np.intp], tables: list[Stored], method: Method
) -> Discovery:
    """Measure the chosen words and put them in order."""
    words = [found.words[i] for i in keep.tolist()]
    counts = found.counts[keep]
    by_word = sorted(range(len(words)), key=words.__getitem__)
    order = np.array(by_word, np.intp)[np.argsort(-counts[by_word], kind="stable")]
    keep = keep[order]
    measures = measure(ngrams, pick(found.units, found.lengths, keep), found.lengths[keep])
    scores = measures.cohesion if method == "cohesion" else found.scores[keep]
    ordered = [words[i] for i in order.tolist()]
    return Discovery(ordered, counts[order], scores, measures, found.too_long, ngrams, tables)


class MarkedBlock(NamedTuple):
    """A block of a corpus whose words are known by their places.

    Attributes
    ----------
    part : str or part of a corpus
    places : its n-grams
    marks : where words start, or what the entropy method cuts by
    """

    part: str | Part
    places: BlockLevels
    marks: Stored | Sequence[Stored]

    def cut(self) -> tuple[Codes, npt.NDArray[np.bool_]]:
        """Read the block, and tell of each character whether a word starts with it."""
        codes = code_points(text_of(self.part))
        starts, places = _unit_places(codes, self.places)
        marks = places
        if len(places):
            found = self.marks.array if isinstance(self.marks, Stored) else cut(self.marks, self.places)
            marks = np.flatnonzero(found)
        is_start = char_classes()[codes] == OTHER
        is_start[starts[marks[marks < len(starts)]]] = True
        is_start &= ~inside_numbers(codes)
        return codes, is_start

    def delimited(self, delimiter: str = " ") -> str:
        """Put a delimiter between the words."""
        return delimited(*self.cut(), delimiter)

    def tokens(self) -> Tokens:
        """Number the words."""
        return tokens_of_marks(*self.cut())


def marked_blocks(discovery: Discovery, texts: Iterable[str | Part]) -> Iterator[MarkedBlock]:
    """Give a corpus cut into words as the method did when it found them.

    Parameters
    ----------
    discovery : Discovery
        By entropy, esa or bayes, its workspace still open.
    texts : iterable of str or of parts of a corpus
        The same blocks that the words were found in. That they are is checked when a block is cut: a ModelError tells.
    """
    order = len(discovery.tables)
    blocks = discovery.ngrams.blocks
    marks: Sequence[Stored | Sequence[Stored]] = discovery.marks
    marks = marks or [discovery.tables for _ in blocks]
    for text, block, mark in zip(texts, blocks, marks, strict=True):
        yield MarkedBlock(text, block[:order] if order else block[:1], mark)


def cut_texts(
    discovery: Discovery, texts: Iterable[str | Part], delimiter: str = " ", job: Job | Execution | None = None
) -> Iterator[str]:
    """Cut a corpus into words as the method did when it found them, with a delimiter between words.

    Punctuation marks and other characters stand alone; see `marked_blocks`.

    Raises
    ------
    ModelError
        If the texts are not those that were counted.
    """
    cut_block = functools.partial(MarkedBlock.delimited, delimiter=delimiter)
    with open_execution(job, COUNTING) as execution:
        yield from execution.engine.map(cut_block, marked_blocks(discovery, texts))


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
    for block, placed, chances in zip(blocks, discovery.ngrams.blocks, discovery.probabilities, strict=True):
        codes = code_points(block.text)
        starts, places = _unit_places(codes, placed)
        inner = np.flatnonzero(np.diff(places, prepend=-2) == 1)
        at = starts[places[inner]]
        line_starts = np.append(0, np.flatnonzero(codes == 10) + 1)
        lines = np.searchsorted(line_starts, at, "right") - 1
        yield block, (lines, at - line_starts[lines] + 1, chances.array[inner])


def _unit_places(codes: Codes, block: BlockLevels) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Give the positions of units and of clause ends in a text, and which of them are units: those of the block."""
    classes = char_classes()[codes]
    starts = unit_starts(classes, joined=True)
    places = np.flatnonzero(classes[starts] != OTHER)
    if not np.array_equal(places, places_in(block[:1])[0]):
        raise ModelError("the corpus changed while it was read; run again")
    return starts, places


def _check_counted(counted: NGramTable, method: Method) -> None:
    """Refuse counts that a method cannot use."""
    if method in ("esa", "bayes"):
        raise ModelError(f"{method} learns from the text itself; counts serve entropy, cohesion and pmi")
    if counted.joined != (method in JOINED):
        kinds = "units", "characters"
        mine, wanted = kinds if counted.joined else kinds[::-1]
        again = "with" if counted.joined else "without"
        raise ModelError(f"{counted.source}: counts {mine}, {method} needs {wanted}; count again {again} --characters")


def _check(parameters: Parameters) -> None:
    """Refuse parameters out of their range."""
    if parameters.min_count is not None and parameters.min_count < 1:
        raise ModelError(f"min_count must be at least 1, not {parameters.min_count}")
    if parameters.max_length is not None and parameters.max_length < 1:
        raise ModelError(f"max_length must be at least 1, not {parameters.max_length}")
    if not 2 <= parameters.order <= 7:
        raise ModelError(f"order must be from 2 to 7, not {parameters.order}")
    if parameters.rounds is not None and parameters.rounds < 1:
        raise ModelError(f"rounds must be at least 1, not {parameters.rounds}")
    if parameters.samples < 1:
        raise ModelError(f"samples must be at least 1, not {parameters.samples}")
    if parameters.seed < 0:
        raise ModelError(f"seed must be at least 0, not {parameters.seed}")
    if not 0 < parameters.min_proba < 1:
        raise ModelError(f"min_proba must be greater than 0 and less than 1, not {parameters.min_proba}")
