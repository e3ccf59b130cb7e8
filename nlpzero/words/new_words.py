"""New words (新词): strings of a text that look like words and that no dictionary has, the likeliest first.

The method is called hide and seek (藏词法): what a new word looks like was learned by hiding words of a dictionary and
looking for them as unknown strings. See nlpzero/words/README.md, and `nlpzero.words.weights`.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost, Execution, Job, open_execution
from ..core.workspace import Counts
from ..errors import ModelError, NothingFound
from ..ngrams.counts import NGrams, count_units
from ..ngrams.levels import Placements
from ..ngrams.runs import NGramTable
from ..reading.parts import Part, text_of
from ..reading.sources import Texts, open_texts
from ..text.characters import from_code_points
from .candidates import LONGEST, LevelCandidates, Question, UnitKinds, choose, count_levels
from .discovery import changed
from .features import CandidateFigures, Gates, measure_candidates, numerals_of
from .known import CharacterProfile, KnownWords
from .latin import find_latin
from .neighbours import PlaceCounts, Scores, look_around
from .sites import BlockSites, read_sites, text_places
from .weights import LATIN_CLASS, TOPICAL, ReferenceSet, Terms, classes_of, probabilities, weigh

COST = Cost(task=48, disk=8, base=150 << 20)
"""The base is jieba's dictionary and the candidates of 33 MB of news. Of temporary files 7.6 bytes for each byte,
measured on these with 300 MB of memory and two workers."""

MANY, MANY_COUNT, FEW_COUNT = 3_000_000, 10, 5
"""In a text of this many units or more a candidate stands 10 times at the least; in a shorter one 5 times."""

Order = Literal["topic", "score", "probability", "count"]

EXAMPLE = 12
"""Characters of an example on either side of the word."""


class SeekParameters(NamedTuple):
    """What is asked of new words (新词参数).

    Attributes
    ----------
    min_count : int, optional
        How often they stand in the text at the least: 5, or 10 in 3 million units and more.
    max_length : int
        The greatest length in units, 2 to 8.
    units : sequence of str
        The units of a string that is measured whatever it is.
    latin : bool
        Whether words in Latin letters, and with digits (GDP, C919), are wanted too.
    """

    min_count: int | None = None
    max_length: int = LONGEST
    units: Sequence[str] = ()
    latin: bool = False

    def check(self) -> None:
        """Refuse values out of their range.

        Raises
        ------
        ModelError
            Names the parameter.
        """
        if self.min_count is not None and self.min_count < 2:
            raise ModelError(f"min_count must be at least 2 for new words, not {self.min_count}")
        if not 2 <= self.max_length <= LONGEST:
            raise ModelError(f"max_length must be from 2 to {LONGEST} for new words, not {self.max_length}")


@dataclass(frozen=True, eq=False)
class NewWords:
    """The new words of a text (新词), in the order of topics (see `order`); arrays have shape (n,).

    Attributes
    ----------
    words : list of str
    counts : int64 array
        At how many places each stands in the text.
    probabilities : float64 array
        Of those with 0.8, about eight in ten are words.
    scores : float64 array
        The logarithm of the odds to be a word: the sum of the features by their weights, and of what the count, the
        length of the text and the number of candidates say.
    cohesion, left_entropy, right_entropy : float64 arrays, in nats
    parts : int64 array
        In how many of 64 equal parts of the text it stands.
    documents : int64 array
        In how many files it stands.
    files : int
        How many files there are.
    block, place : int64 arrays
        Where it stands first.
    lengths : int array
        In units.
    gates : Gates
    features : float32 array (n, 33)
    terms : Terms
    minimum : int
        The count that was asked for.
    candidates : int
        How many strings were compared.
    ngrams : NGrams
        The counts behind it.
    refused : NewWords or None
        The strings that did not pass the gates, and one that was asked for.
    """

    words: list[str]
    counts: Counts
    probabilities: Scores
    scores: Scores
    cohesion: Scores
    left_entropy: Scores
    right_entropy: Scores
    parts: Counts
    documents: Counts
    files: int
    block: Counts
    place: Counts
    lengths: npt.NDArray[np.intp]
    gates: Gates
    features: npt.NDArray[np.floating]
    terms: Terms
    minimum: int
    candidates: int
    ngrams: NGrams
    refused: "NewWords | None" = None

    def __len__(self) -> int:
        return len(self.words)

    def order(self, by: Order = "topic") -> npt.NDArray[np.intp]:
        """Give the rows in an order, the greatest first, ties by word.

        Parameters
        ----------
        by : {"topic", "score", "probability", "count"}
            "score" is the surest order; its first rows are rare names. "topic" adds 0.5 ln count, so that the first
            rows show what a text is about.
        """
        keys = {
            "topic": self.scores + TOPICAL * self.terms.frequency,
            "score": self.scores,
            "probability": self.probabilities,
            "count": self.counts.astype(np.float64),
        }
        by_word = np.array(sorted(range(len(self)), key=self.words.__getitem__), np.intp)
        found: npt.NDArray[np.intp] = by_word[np.argsort(-keys[by][by_word], kind="stable")]
        return found

    def chosen(self, rows: npt.NDArray[np.intp]) -> "NewWords":
        """Give some of the words, in the order of the rows."""
        names = "counts probabilities scores cohesion left_entropy right_entropy parts documents block place lengths"
        arrays = {name: getattr(self, name)[rows] for name in (*names.split(), "features")}
        gates, terms = Gates(*(one[rows] for one in self.gates)), self.terms.chosen(rows)
        return replace(self, words=[self.words[row] for row in rows.tolist()], gates=gates, terms=terms, **arrays)


def find_new_words(
    texts: Texts,
    known: KnownWords | None = None,
    parameters: SeekParameters | None = None,
    *,
    counted: NGramTable | None = None,
    job: Job | Execution | None = None,
) -> NewWords:
    """Find the words of a text that are not known (新词发现), the likeliest first.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read twice, in blocks of whole lines; see `nlpzero.reading.sources.open_texts`.
    known : KnownWords, optional
        Jieba's dictionary by default.
    parameters : SeekParameters, optional
    counted : NGramTable, optional
        Counts of a corpus that the text is part of, for the cohesion; words are no longer than they reach.
    job : Job or Execution, optional
        What the work may use (default: the current job). An execution has to stay open as long as the result is used.

    Raises
    ------
    LexiconError
        If no words are given as known and jieba is not installed.
    ModelError
        If a parameter is out of its range, or the counts cannot be used.
    NothingFound
        If there are no candidates.

    Notes
    -----
    O(n log n) in the characters for each length. In memory, beside blocks: about 60 MB for jieba's dictionary, and
    1 KB for each candidate (of 33 MB of news, 100,000).

    Examples
    --------
    >>> from nlpzero.lexicon.lexicon import Lexicon
    >>> lexicon = Lexicon(["他", "我", "的", "是", "在", "这", "那", "那里", "很"], [9, 8, 99, 7, 6, 5, 4, 3, 2])
    >>> text = "舟上的橹簧坏了，他修橹簧。橹簧很贵。新橹簧在那里。这橹簧是他的，那橹簧是我的。\\n"
    >>> found = find_new_words([text], KnownWords.of_lexicon(lexicon))
    >>> found.words, found.counts.tolist()
    (['橹簧'], [6])
    """
    parameters = parameters or SeekParameters()
    parameters.check()
    if counted is not None and not counted.joined:
        raise ModelError(f"{counted.source}: counts characters, not units; count again with characters=False")
    known = known or KnownWords.of_jieba()
    texts = repeatable(texts)
    with open_execution(job, COST, keep=True) as execution:
        engine, workspace = execution.engine, execution.workspace
        with open_texts(texts, execution.block_size) as blocks:
            ngrams = count_units(blocks, joined=True, engine=engine, workspace=workspace, table=counted)
        if not any(block[0].length for block in ngrams.blocks):
            raise NothingFound("the text has no Han characters, digits or Latin letters: there are no words in it")
        minimum = parameters.min_count or least_count(ngrams.total)
        kinds = UnitKinds.of_units(ngrams.units)
        with open_texts(texts, execution.block_size) as blocks:
            task = functools.partial(read_sites, workspace, known, parameters.latin)
            sources: list[str] = []
            read = [*engine.map(task, paired(blocks, ngrams, sources))]
        files = _numbered_files(sources)
        sites = [one.sites for one in read]
        if not known.counted:
            known = replace(known, profile=_profile_of_text(known.profile, read))
        ngrams = count_levels(ngrams, kinds, minimum, parameters.max_length)
        question = Question(minimum, parameters.units, parameters.max_length)
        candidates = choose(ngrams, sites, known, kinds, question)
        latin = find_latin(ngrams, sites, known, kinds, question, files) if parameters.latin else None
        if latin is None and not any(one.words for one in candidates):
            raise NothingFound(
                f"no string that is not known stands {minimum} times in {ngrams.total:,} units of text as a word does; "
                "try a smaller `min_count`"
            )
        known.let_go()
        around = look_around(ngrams, sites, kinds, candidates, numerals_of(ngrams.units), files)
        del sites, read
        # From here on only the units of the blocks are needed, for examples.
        ngrams = replace(ngrams, blocks=tuple(block[:1] for block in ngrams.blocks))
        measured = [measure_candidates(ngrams, kinds, one, around, known) for one in candidates]
        known.let_go()
        places = around.places
        lengths = [np.full(len(one.words), one.length) for one in candidates]
        classes = [classes_of(one) for one in lengths]
        if latin is not None:
            candidates.append(latin.candidates)
            places.append(latin.places)
            measured.append(latin.figures)
            lengths.append(latin.lengths)
            classes.append(np.full(len(latin.lengths), LATIN_CLASS))
        del around, latin
        return _ranked(
            ngrams, candidates, places, measured, _Sizes(lengths, classes, minimum, max(files, default=0) + 1)
        )


def least_count(units: int) -> int:
    """Give the least count of candidates for the units of a text, if nothing is said."""
    return MANY_COUNT if units >= MANY else FEW_COUNT


def repeatable(texts: Texts) -> Texts:
    """Give texts that can be read twice: what an iterator holds is kept."""
    return [*texts] if isinstance(texts, Iterator) else texts


def _numbered_files(sources: Sequence[str]) -> list[int]:
    """Number the files of blocks in their order."""
    changes = (a != b for a, b in itertools.pairwise([*sources[:1], *sources]))
    return [*itertools.accumulate(map(int, changes))]


def paired(
    blocks: Iterable[str | Part], ngrams: NGrams, sources: list[str] | None = None
) -> Iterator[tuple[str | Part, Placements]]:
    """Pair the blocks of a text that is read again with what was counted in them; their sources go to a list."""
    for text, block in itertools.zip_longest(blocks, ngrams.blocks):
        if text is None or block is None:
            raise changed()
        if sources is not None:
            sources.append("" if isinstance(text, str) else text.source)
        yield text, block[0]


class _Sizes(NamedTuple):
    """The lengths in units and the classes of all candidates; how often they stand in the text at the least; files."""

    lengths: Sequence[npt.NDArray[np.intp]]
    classes: Sequence[npt.NDArray[np.intp]]
    minimum: int
    files: int


def _ranked(
    ngrams: NGrams,
    candidates: list[LevelCandidates],
    places: Sequence[PlaceCounts],
    measured: list[CandidateFigures],
    sizes: _Sizes,
) -> NewWords:
    """Score all candidates together and put them in order; the lists are emptied, as each of them takes much memory."""
    words = [word for one in candidates for word in one.words]
    lengths, classes, minimum = np.concatenate(sizes.lengths), np.concatenate(sizes.classes), sizes.minimum
    eligible = np.concatenate([one.eligible for one in candidates])
    candidates.clear()
    gates = Gates(*map(np.concatenate, zip(*(one.gates for one in measured), strict=True)))
    counts, features, left, right = (
        np.concatenate([getattr(one, name) for one in measured])
        for name in ("counts", "features", "left_entropy", "right_entropy")
    )
    measured.clear()
    units = sum(block[0].length for block in ngrams.blocks)
    compared = ReferenceSet(eligible & gates.standing, units, minimum / least_count(units))
    terms = weigh(features, classes, counts, compared)
    cohesion, scores = features[:, 0].copy(), terms.score
    chances = probabilities(scores)
    features, terms = features.astype(np.float32), terms._replace(standard=terms.standard.astype(np.float32))
    place, block, parts, documents = (
        np.concatenate([getattr(one, name) for one in places]) for name in ("place", "block", "parts", "documents")
    )
    table = NewWords(
        words=words,
        counts=counts,
        probabilities=chances,
        scores=scores,
        cohesion=cohesion,
        left_entropy=left,
        right_entropy=right,
        parts=parts,
        documents=documents,
        files=sizes.files,
        block=block,
        place=place,
        lengths=lengths,
        gates=gates,
        features=features,
        terms=terms,
        minimum=minimum,
        candidates=int(np.count_nonzero(eligible)),
        ngrams=ngrams,
    )
    order = table.order("topic")
    shown = table.chosen(order[(eligible & gates.open)[order]])
    others = np.flatnonzero(~(eligible & gates.open))
    return replace(shown, refused=table.chosen(others))


def _profile_of_text(profile: CharacterProfile, read: Sequence[BlockSites]) -> CharacterProfile:
    """Take the counts of characters from the text, as words and as parts of words."""
    alone, inside = np.zeros_like(profile.alone), np.zeros_like(profile.inside)
    for one in read:
        for total, stored in zip((alone, inside), one.characters, strict=True):
            total[: stored.length] += stored.array
    return profile._replace(alone=alone, inside=inside)


def examples_of(
    found: NewWords,
    texts: Texts,
    rows: npt.NDArray[np.intp] | None = None,
    *,
    width: int = EXAMPLE,
    job: Job | Execution | None = None,
) -> list[str]:
    """Give for each word the place where it stands first, with some characters of its line on either side.

    Parameters
    ----------
    found : NewWords
    texts : path, paths, Corpus, or iterable of texts
        The same blocks that the words were found in.
    rows : int array, optional
        Which words are asked for, in what order (default: all).
    width : int
        Characters on either side.
    job : Job or Execution, optional

    Raises
    ------
    ModelError
        If the texts are not those that were counted.
    """
    rows = np.arange(len(found)) if rows is None else rows
    result = [""] * len(rows)
    block, place, lengths = (one[rows] for one in (found.block, found.place, found.lengths))
    order = np.argsort(block, kind="stable")
    bounds = np.searchsorted(block[order], np.arange(len(found.ngrams.blocks) + 1))
    of_block = [order[a:b] for a, b in itertools.pairwise(bounds.tolist())]
    with open_execution(job, COST) as execution, open_texts(texts, execution.block_size) as parts:
        pairs = zip(paired(parts, found.ngrams), of_block, strict=True)
        items = ((text, units, place[some], lengths[some]) for (text, units), some in pairs)
        task = functools.partial(_examples, width)
        for some, shown in zip(of_block, execution.engine.map(task, items), strict=True):
            for row, example in zip(some.tolist(), shown, strict=True):
                result[row] = example
    return result


def _examples(
    width: int, item: tuple[str | Part, Placements, npt.NDArray[np.int64], npt.NDArray[np.intp]]
) -> list[str]:
    """Give the examples of one block."""
    part, units, places, lengths = item
    if not len(places):
        return []
    at = text_places(text_of(part), units)
    text = from_code_points(at.codes)
    shown = []
    for start, end in zip(at.starts[places].tolist(), at.ends[places + lengths - 1].tolist(), strict=True):
        low = max(text.rfind("\n", 0, start) + 1, start - width)
        high = text.find("\n", end, end + width)
        after = text[end : high if high >= 0 else end + width]
        shown.append(f"{text[low:start].lstrip()}【{text[start:end]}】{after.rstrip()}")
    return shown
