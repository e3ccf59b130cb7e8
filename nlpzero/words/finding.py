"""What a method of word discovery is: what it is asked, what it finds, and how it says why."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost
from ..core.workspace import Counts, Ids, WorkspaceArray
from ..errors import ModelError
from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import NGrams
from ..ngrams.measures import Scores
from ..segment.cutter import Cutter

if TYPE_CHECKING:
    from .belief import Trust

MethodName = Literal["entropy", "cohesion", "pmi", "esa", "bayes"]


@dataclass(frozen=True)
class Parameters:
    """What is asked of words (发现参数); None stands for the method's own default.

    Attributes
    ----------
    min_count : int
        The smallest number of times a word is cut out of the text (cohesion 32, pmi 1, others 5).
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
        esa: how often the text is cut (8). bayes: how often it is sampled (12).
    samples : int
        bayes: how many of the last rounds the probabilities of boundaries are averaged over (8).
    seed : int
        bayes: of the random numbers; the same seed gives the same words.
    finer : float
        esa, bayes: nats that every word is worth beside its score. Above 0 words are shorter, below longer.
    lexicon : Lexicon
        bayes: a dictionary, believed as far as it agrees with the text (see `nlpzero.words.belief`).
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
    lexicon: Lexicon | None = None

    def check(self) -> None:
        """Refuse values out of their range.

        Raises
        ------
        ModelError
            Names the parameter.
        """
        for name, least in (("min_count", 1), ("max_length", 1), ("rounds", 1), ("samples", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ModelError(f"`{name}` must be at least {least}, not {value}")
        if not 2 <= self.order <= 7:
            raise ModelError(f"`order` must be from 2 to 7, not {self.order}")
        if not 0 < self.min_proba < 1:
            raise ModelError(f"`min_proba` must be greater than 0 and less than 1, not {self.min_proba}")
        if self.min_pmi is not None and not len(self.min_pmi):
            raise ModelError("`min_pmi` must hold at least one number, such as [1.0]")


class Progress(NamedTuple):
    """How far sampling is: rounds done, samples taken of the boundaries, and words.

    `log_probability` is that of the last round, None before the first one. `trust` is how far a dictionary is believed,
    None without one. `memory` is how many bytes the job should be given, which may be more than it was; told before the
    first round.
    """

    round: int
    samples: int
    tokens: int
    types: int
    log_probability: float | None
    trust: "Trust | None" = None
    memory: int = 0


@dataclass(frozen=True)
class Search:
    """One search for words: its parameters, the method's defaults filled in, and where a long one stands.

    Attributes
    ----------
    parameters : Parameters
    min_count : int
    memory : int
        Bytes for strings that are counted.
    limit : int
        Bytes to stay under in all.
    on_round : callable, optional
        bayes: called with the progress before the first and after every round.
    checkpoint : path, optional
        bayes: file to write the state to after every round.
    resume : bool
        bayes: start from the state in `checkpoint`, if it is there.
    """

    parameters: Parameters
    min_count: int
    memory: int
    limit: int
    on_round: Callable[[Progress], None] | None = None
    checkpoint: str | os.PathLike[str] | None = None
    resume: bool = False


@dataclass(frozen=True)
class Finding:
    """What a method found: n words, and the text cut into words.

    Attributes
    ----------
    ngrams : NGrams
        With all levels and entropies that were needed.
    units : uint32 array
        The ranks of the units of all words, one word after another.
    lengths : int array (n,)
        How many units each has.
    counts : int64 array (n,)
        How often each is cut out of the text.
    scores : float64 array (n,), in nats, or None
        The method's own; None for the cohesion that is measured.
    starts : for each block, bits over its units
        Where words begin. All other characters of the text stand alone.
    cutter : Cutter or None
        What cuts other text alike; None for the words with their counts.
    too_long : int
        How many words were too long to be reported.
    tables : for each length, float64 array over the level, or nothing
        entropy: the autonomy of each n-gram.
    probabilities : for each block, float64 array over its units, or nothing
        bayes: how probably a word begins there.
    """

    ngrams: NGrams
    units: Ids
    lengths: npt.NDArray[np.intp]
    counts: Counts
    scores: Scores | None
    starts: Sequence[WorkspaceArray]
    cutter: Cutter | None = None
    too_long: int = 0
    tables: Sequence[WorkspaceArray] = ()
    probabilities: Sequence[WorkspaceArray] = ()


@dataclass(frozen=True)
class Check:
    """One condition of the method: what is asked, the figure, and the least (or the greatest) one that passes."""

    name: str
    value: float
    limit: float
    at_most: bool = False

    @property
    def passes(self) -> bool:
        """Whether the condition holds."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


@dataclass(frozen=True)
class Evidence:
    """What the counts say of one string, for a method to judge it by.

    Attributes
    ----------
    units : list of str
    ranks : list of int
        Of its units.
    ngrams : NGrams
    tables : see `Finding`.
    parameters : Parameters
    score : float or None
        What the method gave it, if it is reported.
    frequencies : dict of (int, int) to int
        How often each part occurs, given by where it begins and ends.
    """

    units: Sequence[str]
    ranks: Sequence[int]
    ngrams: NGrams
    tables: Sequence[WorkspaceArray]
    parameters: Parameters
    score: float | None
    frequencies: dict[tuple[int, int], int] = field(default_factory=dict)

    def cohesion(self, at: int) -> float:
        """Give ln[N n(w) / (n(left) n(right))] of the split at a place."""
        size = len(self.units)
        left, right = self.frequencies[0, at], self.frequencies[at, size]
        return log(self.ngrams.total) + log(self.frequencies[0, size]) - log(left) - log(right)


@dataclass(frozen=True)
class Method:
    """A way to find words (新词发现方法): one entry of the table `nlpzero.words.methods.METHODS`.

    Attributes
    ----------
    name : str
    joined : bool
        Whether a run of digits or of Latin letters is one unit (see `nlpzero.ngrams.units.encode`); else it reads the
        single characters of the published method.
    min_count : int
        How often a word is cut out at the least, by default.
    find : function of (NGrams, Search) to Finding
        Given the units of a corpus, counts what it needs and finds the words.
    checks : function of Evidence to list of Check
        The conditions that it asks of a string, but for the count.
    by_counts : bool
        Whether counts that were made before can serve it.
    disk : float
        Bytes of temporary files for each byte of text; 0 where that is not known.
    store : float
        See `nlpzero.core.job.Cost`.
    """

    name: MethodName
    joined: bool
    min_count: int
    find: Callable[[NGrams, Search], Finding]
    checks: Callable[[Evidence], list[Check]]
    by_counts: bool = True
    disk: float = 0.0
    store: float = Cost.store


def no_checks(evidence: Evidence) -> list[Check]:
    """Ask nothing of a string: a method that cuts the text by all words together has no condition for one."""
    return []
