"""A learned segmenter as a thing of its own: what sampling has left, kept in a file, cuts text that it never saw.

The file is an archive (see `nlpzero.core.archive` and `SCHEMA`).
"""

import hashlib
import json
import os
import threading
from dataclasses import fields
from functools import cached_property
from typing import Any, BinaryIO, Self

import numpy as np

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..lexicon.lexicon import Lexicon
from ..text.characters import OTHER, Codes, code_points
from ..text.packing import pack_words
from ..text.strings import ranges
from ..text.units import NAME_DOT, read_units
from .bigrams import THRESHOLD, Prior
from .chain import Index, Weights, ends, forward
from .cutter import Cutter, Flags
from .learned_steps import STEPS, TOTALS, Knowledge, LearnedSteps, UnitRows
from .names import join_names
from .numerals import NUMERAL, NUMERALS, Kinds, settle

WINDOW, MARGIN = 64, 8
"""Longer clauses are cut in windows of this many units; each sees some units more on both sides."""

WHOLE = "u1 u2 u4 u8"
"""Types of counts in a file: the smallest that holds them."""
SHARE = 1 + 1e-6
"""No probability is greater, but for rounding."""
MOST = 1e12
"""No weight of a segmenter is greater, nor any count or total."""
SCHEMA = Schema(
    "learned segmenter",
    4,
    {
        # Code points of the characters; 0 stands for every run of digits, a for one of Latin letters.
        "units": Member("u4", ("units",), below=0x110000),
        # Probabilities of characters as first, inner, last of word types, and in the text; the last column is for
        # unknown characters, as in the next.
        "types": Member("f8", (4, "units+1"), most=SHARE, finite=True),
        # Emitted by B, M, E, S.
        "tags": Member("f8", (4, "units+1"), most=SHARE, finite=True),
        # Transitions, see `STEPS`.
        "steps": Member("f8", (len(STEPS),), most=SHARE, finite=True),
        # 1 for numerals, 2 for what counts things after them.
        "kinds": Member("u1", ("units+1",)),
        # Shorter ones first.
        "words": Member("text", ("words",)),
        # How often each word is used, distinct words after it and before it, how often it begins and ends a clause.
        "counts": Member(WHOLE, (5, "words"), most=MOST),
        # What ESA multiplies each word with, and unknown words of 1, 2, ... units.
        "esa": Member("f8", ("words",), most=MOST, finite=True),
        "esa_unknown": Member("f8", ("longest",), most=MOST, finite=True),
        # Ascending: first word * 2^32 + second word; and how often they are neighbours.
        "pairs": Member("u8", ("pairs",)),
        "pair_counts": Member(WHOLE, ("pairs",), most=MOST),
        # Words of the dictionary that was believed, and their probabilities.
        "listed": Member("text", ("listed",)),
        "listed_shares": Member("f4", ("listed",), most=SHARE, finite=True),
    },
    "learn it again",
    {
        "prior": dict.fromkeys((one.name for one in fields(Prior)), (int, float)),
        "totals": dict.fromkeys(TOTALS, int),
        "made": dict,
    },
)


NO_WORDS = Lexicon([NAME_DOT], [1])
"""A dictionary that knows no parts of names."""


EXPONENTS = ("tag_weight", "esa_weight", "esa_exponent", "finer", "listed")
"""Parameters that numbers are raised to, or that are nats: a few units at most."""


def _is_possible(knowledge: Knowledge) -> bool:
    """Tell whether pairs are of words, and totals and parameters such that weights can be worked out from them."""
    pairs, prior = knowledge.arrays["pairs"], knowledge.made["prior"]
    bounds = {name: 100.0 if name in EXPONENTS else MOST for name in prior} | {"dictionary": 1.0}
    halves = pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)
    return (
        all(0 <= total <= MOST for total in knowledge.made["totals"].values())
        and all((-100 if name in EXPONENTS else 0) <= value <= bounds[name] for name, value in prior.items())
        and all((half < len(knowledge.words)).all() for half in halves)
    )


class LearnedSegmenter(Cutter):
    """Cut text where a word begins likely enough, by a model learned from other text (学得的分词器).

    Parameters
    ----------
    knowledge : Knowledge
    threshold : float
        A word begins where it does with a greater probability.
    """

    piece = 1 << 17

    def __init__(self, knowledge: Knowledge, threshold: float = THRESHOLD) -> None:
        self.knowledge, self.threshold = knowledge, threshold
        self._steps: LearnedSteps | None = None
        self._lock = threading.Lock()

    @property
    def steps(self) -> LearnedSteps:
        """What its words weigh: worked out when it is loaded, or first cuts text; who only saves it does without."""
        with self._lock:  # of several threads that cut, one does it
            if self._steps is None:
                self._steps = LearnedSteps(self.knowledge)
            return self._steps

    @cached_property
    def kind_of(self) -> Kinds:
        """The kind of each code point: see `nlpzero.segment.numerals`."""
        kinds = self.knowledge.arrays["kinds"]
        result: Kinds = kinds.take(np.minimum(self.steps.unit_of, len(kinds) - 1))
        result[code_points(NUMERALS)] = NUMERAL  # also those that the corpus did not have
        return result

    def save(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        """Write the file; equal segmenters give equal bytes."""
        arrays, words, made, listed = self.knowledge
        write_archive(file, SCHEMA, made, {"words": words, "listed": listed, **arrays})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file that `save` wrote.

        Raises
        ------
        ModelError
            If it cannot be read, is no segmenter, is of another version, or is damaged.
        """
        archive = read_archive(path, SCHEMA)
        words = archive.texts["words"]
        if min(map(len, words), default=1) < 1 or max(map(len, words), default=1) > archive.lengths["longest"]:
            raise ModelError(f"{archive.source}: is damaged: a word is too long; {SCHEMA.remedy}")
        listed = archive.texts["listed"]
        if not all(listed):
            raise ModelError(f"{archive.source}: is damaged: a word is empty; {SCHEMA.remedy}")
        knowledge = Knowledge(archive.arrays, words, archive.made, listed)
        if not _is_possible(knowledge):
            raise ModelError(f"{archive.source}: is damaged: a number is out of range; {SCHEMA.remedy}")
        segmenter = cls(knowledge)
        _ = segmenter.steps
        return segmenter

    @property
    def believes(self) -> bool:
        """Whether it was learned with a dictionary that the text bore out, so that its cut was the first one."""
        return bool(self.knowledge.made["made"].get("believed", False))

    @cached_property
    def digest(self) -> str:
        arrays, words, made, listed = self.knowledge
        digest = hashlib.sha256(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        for name, array in sorted({**arrays, "words": pack_words(words), "listed": pack_words(listed)}.items()):
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return f"segmenter {digest.hexdigest()} {self.threshold:g}"

    def __reduce__(self) -> Any:
        return type(self), (self.knowledge, self.threshold)

    def boundaries(self, codes: Codes) -> Flags:
        """Tell of each character whether a word starts with it: what is no unit stands alone.

        Foreign names with a middle dot are whole: see `nlpzero.segment.names`.
        """
        chances, dots = self._chances(codes)
        result: Flags = chances > self.threshold
        if len(dots):
            result[dots] = result[dots + 1] = True
            join_names(result, codes, dots, NO_WORDS)
        return result

    def probabilities(self, codes: Codes) -> Weights:
        """Give the probability that a word begins at each character: 1 at other characters, 0 inside units."""
        return self._chances(codes)[0]

    def _chances(self, codes: Codes) -> tuple[Weights, Index]:
        """Do so, and tell where the middle dots of names are."""
        read = read_units(codes)
        starts, is_unit = read.places()
        places = np.flatnonzero(is_unit)
        result: Weights = ((read.classes == OTHER) & ~read.joined).astype(np.float64)
        if len(places):
            clauses = np.flatnonzero(np.diff(places, prepend=-2) != 1)
            result[starts[places]] = self._probabilities(read.symbols(starts[places]), clauses)
        return read.spread(result, codes), read.whole(len(codes))[1]

    def _probabilities(self, units: Codes, clauses: Index) -> Weights:
        """Give the probability that a word begins at each unit of some clauses."""
        lengths = np.diff(clauses, append=len(units))
        if lengths.max() <= WINDOW:
            result = self._in_windows(units, clauses, lengths)
        else:
            result = self._of_long(units, clauses, lengths)
        is_clause = np.zeros(len(units), np.bool_)
        is_clause[clauses] = True
        settle(result, self.kind_of.take(units), is_clause, units)
        return result

    def _of_long(self, units: Codes, clauses: Index, lengths: Index) -> Weights:
        """Cut clauses in windows that overlap."""
        pieces = np.maximum(1, -(-lengths // WINDOW))
        inner = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        begin, end = np.repeat(clauses, pieces), np.repeat(clauses + lengths, pieces)
        keep_from, keep_to = begin + inner * WINDOW, np.minimum(begin + (inner + 1) * WINDOW, end)
        first, last = np.maximum(keep_from - MARGIN, begin), np.minimum(keep_to + MARGIN, end)
        sizes = last - first
        places = ranges(first, sizes)
        found = self._in_windows(units.take(places), np.cumsum(sizes) - sizes, sizes)
        kept = (places >= np.repeat(keep_from, sizes)) & (places < np.repeat(keep_to, sizes))
        return found.compress(kept)

    def _in_windows(self, units: Codes, starts: Index, lengths: Index) -> Weights:
        """Give the probability that a word begins at each unit of short clauses."""
        rows = UnitRows(starts, lengths)
        steps = self.steps.of(units, rows)
        result: Weights = np.empty(len(units))
        result[1:] = ends(rows.layout, steps, forward(rows.layout, steps)).take(rows.slots[:-1])
        result[starts] = 1
        return result
