"""A learned segmenter as a thing of its own: what sampling has left, kept in a file, cuts text that it never saw.

The file is an archive (see `nlpzero.core.archive` and `SCHEMA`).
"""

import hashlib
import json
import os
from dataclasses import fields
from functools import cached_property
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..core.workspace import NONE, Counts
from ..errors import ModelError
from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import GOLDEN, Trie
from ..text.characters import OTHER, Codes, code_points
from ..text.packing import pack_words
from ..text.units import NAME_DOT, read_units
from .bigrams import FACTOR, NO_ROOM, THRESHOLD, Chunk, Prior, SeenPairs, WordWeights, records_for, steps_of
from .chain import Index, Layout, Weights, forward, marginals
from .cutter import Cutter, Flags
from .names import join_names
from .numerals import NUMERAL, NUMERALS, settle
from .spelling import Spelling

WINDOW, MARGIN = 64, 8
"""Longer clauses are cut in windows of this many units; each sees some units more on both sides."""

STEPS = ("SB", "SS", "EB", "ES", "BM", "BE", "MM", "ME")
TOTALS = ("types", "all_leaders", "starters", "enders", "clauses")
WHOLE = "u1 u2 u4 u8"
"""Types of counts in a file: the smallest that holds them."""
SCHEMA = Schema(
    "learned segmenter",
    4,
    {
        # Code points of the characters; 0 stands for every run of digits, a for one of Latin letters.
        "units": Member("u4", ("units",), below=0x110000),
        # Probabilities of characters as first, inner, last of word types, and in the text; the last column is for
        # unknown characters, as in the next.
        "types": Member("f8", (4, "units+1"), finite=True),
        # Emitted by B, M, E, S.
        "tags": Member("f8", (4, "units+1"), finite=True),
        # Transitions, see `STEPS`.
        "steps": Member("f8", (len(STEPS),), finite=True),
        # 1 for numerals, 2 for what counts things after them.
        "kinds": Member("u1", ("units+1",)),
        # Shorter ones first.
        "words": Member("text", ("words",)),
        # How often each word is used, distinct words after it and before it, how often it begins and ends a clause.
        "counts": Member(WHOLE, (5, "words")),
        # What ESA multiplies each word with, and unknown words of 1, 2, ... units.
        "esa": Member("f8", ("words",), finite=True),
        "esa_unknown": Member("f8", ("longest",), finite=True),
        # Ascending: first word * 2^32 + second word; and how often they are neighbours.
        "pairs": Member("u8", ("pairs",)),
        "pair_counts": Member(WHOLE, ("pairs",)),
        # Words of the dictionary that was believed, and their probabilities.
        "listed": Member("text", ("listed",)),
        "listed_shares": Member("f4", ("listed",), finite=True),
    },
    "learn it again",
    {
        "prior": dict.fromkeys((one.name for one in fields(Prior)), (int, float)),
        "totals": dict.fromkeys(TOTALS, int),
        "made": dict,
    },
)


class Knowledge(NamedTuple):
    """What a segmenter knows: arrays (see `SCHEMA`), words, and what `made` it: constants, totals, the corpus.

    `listed` are the words of the dictionary that it believed, if there was one.
    """

    arrays: dict[str, npt.NDArray[Any]]
    words: list[str]
    made: dict[str, Any]
    listed: list[str]


class PairCounts:
    """Counts of keys in an open-addressing hash table of arrays; 0 for a key that is not there."""

    def __init__(self, keys: npt.NDArray[np.uint64], counts: Counts) -> None:
        bits = max(4, (2 * len(keys)).bit_length())
        self._shift, self._mask = np.uint64(64 - bits), (1 << bits) - 1
        self._keys = np.full(1 << bits, ~np.uint64(0))
        self._counts = np.zeros(1 << bits, np.int32)
        slots = self._home(keys)
        left = np.arange(len(keys))
        while len(left):
            at = slots[left]
            free = self._keys[at] == ~np.uint64(0)
            self._keys[at[free]] = keys[left[free]]
            left = left[self._keys[at] != keys[left]]
            slots[left] = (slots[left] + 1) & self._mask
        self._counts[slots] = counts

    def _home(self, keys: npt.NDArray[np.uint64]) -> Index:
        return ((keys * GOLDEN) >> self._shift).astype(np.intp)

    def get(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Give the count of each key."""
        slots = self._home(keys)
        there = self._keys[slots]
        found = self._counts[slots]
        found[there != keys] = 0
        left = np.flatnonzero((there != keys) & (there != ~np.uint64(0)))
        while len(left):
            slots[left] = (slots[left] + 1) & self._mask
            there = self._keys[slots[left]]
            hit = there == keys[left]
            found[left[hit]] = self._counts[slots[left[hit]]]
            left = left[~hit & (there != ~np.uint64(0))]
        return found


class _KnownTables:
    """The counts of a saved segmenter (see `Tables`): pairs of words are looked up."""

    def __init__(self, knowledge: "Knowledge", longest: int) -> None:
        arrays, words, made, _ = knowledge
        self.unknown = 1 + longest
        counts = np.pad(arrays["counts"].astype(np.int32), ((0, 0), (self.unknown, 0)))
        self.records = records_for(self.unknown + len(words))
        self.records[:, :3] = counts[:3].T
        factors = self.records[:, FACTOR].view(np.float32)
        factors[1 : self.unknown], factors[self.unknown :] = arrays["esa_unknown"], arrays["esa"]
        self.begins, self.ends = counts[3:]
        self.types, self.all_leaders, self.starters, self.enders, self.clauses = (
            made["totals"][name] for name in TOTALS
        )
        shift = np.uint64(self.unknown)
        keys = arrays["pairs"] + ((shift << np.uint64(32)) | shift)
        self.pairs = PairCounts(keys, arrays["pair_counts"].astype(np.int64))
        self.leads, self.follows = np.zeros(len(self.records), np.bool_), np.zeros(len(self.records), np.uint8)
        self.leads[(keys >> np.uint64(32)).astype(np.intp)] = True
        self.follows[(keys & np.uint64(NONE)).astype(np.intp)] = 1

    def seen(self, chunk: Chunk, longest: int) -> SeenPairs:
        """Find the pairs of words in some clauses that were neighbours twice."""
        layout, ids = chunk.layout, chunk.ids
        known = [np.flatnonzero(row >= self.unknown) for row in ids]
        follows = np.zeros(layout.size, np.uint8)  # a bit for each length of a word that has something before it
        for number, (slots, row) in enumerate(zip(known, ids, strict=True)):
            follows[slots] |= self.follows.take(row.take(slots)) << np.uint8(number)
        parts, keys = [], []
        for k, (first, row) in enumerate(zip(known, ids, strict=True), 1):
            first = first[self.leads.take(row.take(first)) & (layout.left.take(first) > k)]
            slots = layout.slots(layout.row.take(first) + k, layout.clause.take(first))
            lengths = follows.take(slots)
            key = row.take(first).astype(np.uint64) << np.uint64(32)
            for number in range(longest):
                both = np.flatnonzero(lengths & np.uint8(1 << number))
                keys.append(key.take(both) | ids[number].take(slots.take(both)))
                before, after = np.full(len(both), k - 1), np.full(len(both), number)
                parts.append(SeenPairs(first.take(both), before, after, np.empty(len(both), np.int32)))
        found = SeenPairs.joined(parts)
        counts = self.pairs.get(np.concatenate(keys))
        some = np.flatnonzero(counts)
        return SeenPairs(found.first.take(some), found.before.take(some), found.after.take(some), counts.take(some))


NO_WORDS = Lexicon([NAME_DOT], [1])
"""A dictionary that knows no parts of names."""


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
        arrays, words, made, listed = knowledge
        self.knowledge, self.threshold = knowledge, threshold
        self.listed = Trie(listed) if listed else None
        self.prior = Prior(**made["prior"])
        self.longest = len(arrays["esa_unknown"])
        steps = dict(zip(STEPS, arrays["steps"].tolist(), strict=True))
        self.spelling = Spelling(arrays["types"], arrays["tags"], steps)
        self.tables = _KnownTables(knowledge, self.longest)
        self.weights = WordWeights(self.tables, self.prior)
        self.trie = Trie(words)
        self.unit_of = np.full(0x110000, len(arrays["units"]), np.uint32)
        self.unit_of[arrays["units"]] = np.arange(len(arrays["units"]), dtype=np.uint32)

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
        return cls(Knowledge(archive.arrays, words, archive.made, listed))

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
        pieces = np.maximum(1, -(-lengths // WINDOW))
        inner = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        begin, end = np.repeat(clauses, pieces), np.repeat(clauses + lengths, pieces)
        keep_from, keep_to = begin + inner * WINDOW, np.minimum(begin + (inner + 1) * WINDOW, end)
        first, last = np.maximum(keep_from - MARGIN, begin), np.minimum(keep_to + MARGIN, end)
        order = np.argsort(first - last, kind="stable")
        layout = Layout((last - first)[order])
        places = first[order][layout.clause] + layout.row
        numbers = self.unit_of[units]
        chunk = Chunk(layout, self._ids(units, layout, places), numbers[places], self._listed(units, places))
        steps = steps_of(chunk, self.weights, self.spelling, self.longest)
        words = marginals(layout, steps, forward(layout, steps))
        begins = np.append(np.ones(layout.active[0]), words.sum(axis=0).take(layout.behind()))
        kept = (places >= keep_from[order][layout.clause]) & (places < keep_to[order][layout.clause])
        result = np.zeros(len(units))
        result[places[kept]] = begins[kept]
        is_clause = np.zeros(len(units), np.bool_)
        is_clause[clauses] = True
        kinds = self.knowledge.arrays["kinds"][numbers]
        kinds[np.isin(units, code_points(NUMERALS))] = NUMERAL  # also those that the corpus did not have
        settle(result, kinds, is_clause, units)
        return result

    def _listed(self, units: Codes, places: Index) -> npt.NDArray[np.float32] | None:
        """Give what the dictionary says of the words of each length that begin at some places."""
        if self.listed is None:
            return None
        shares = self.knowledge.arrays["listed_shares"]
        result = np.zeros((self.longest, len(units)), np.float32)
        for share, (at, ids) in zip(result, self.listed.matches(units), strict=False):
            share[at] = shares[ids]
        return result[:, places]

    def _ids(self, units: Codes, layout: Layout, places: Index) -> npt.NDArray[np.uint32]:
        """Give the numbers of the words of each length that begin at some places."""
        ids = np.empty((self.longest, len(units)), np.uint32)
        for number, row in enumerate(ids):
            row[:] = number + 1
        for row, (at, found) in zip(ids, self.trie.matches(units), strict=False):
            row[at] = found + np.uint32(self.tables.unknown)
        ids = ids.take(places, axis=1)
        for number, row in enumerate(ids):
            row[layout.left <= number] = NO_ROOM
        return ids
