"""A whole corpus cut by esa or bayes: where its words begin, how surely, and what each place says of its word."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..core.workspace import NONE, Stored
from ..errors import ModelError
from ..ngrams.counts import NGrams
from ..ngrams.levels import places_in
from ..ngrams.measures import Scores
from ..segment.bigrams import THRESHOLD, Chunk, Prior, Tables, grouped
from ..segment.chain import Cut, Index
from ..segment.learned import LearnedSegmenter
from ..segment.numerals import kinds_of, settle
from .bayes import Sampler, State, chunks_of
from .esa import ORDER, esa_cut, statistics
from .learning import segmenter_of

ROUNDS, LAST_ROUNDS = 12, 8
"""Rounds of sampling; in the last ones words may be a unit longer, and ESA has a say."""
LONGEST_AT_FIRST, LONGEST = 4, 5
SUREST = 1e-6
"""No word is held to be surer than 1 less this."""
CHECKPOINT = Schema(
    "bayes checkpoint",
    2,
    {
        "starts": Member("u1", ("bytes",)),  # a bit for each unit: whether a word begins there
        "chances": Member("f4", (LONGEST, "units"), optional=True, finite=True),
    },
    "remove it to start anew",
    {"corpus": str, "settings": dict, "units": int, "rounds_done": int},
)


class Settings(NamedTuple):
    """How to sample: see `nlpzero.words.discovery.Parameters`."""

    rounds: int | None = None
    samples: int = 8
    seed: int = 1
    finer: float = 0.0


class Cuts(NamedTuple):
    """A corpus that is cut; each sequence has one array for each block.

    Attributes
    ----------
    marks : bool arrays over places: where a word starts, or a clause has just ended.
    values : float64 arrays over units: what the word that begins there scores.
    probabilities : float64 arrays over units: how surely a word begins there (bayes).
    segmenter : what was learned (bayes).
    """

    marks: Sequence[Stored]
    values: Sequence[Stored]
    probabilities: Sequence[Stored]
    segmenter: LearnedSegmenter | None


def cut_by_esa(ngrams: NGrams, rounds: int, finer: float) -> Cuts:
    """Cut a corpus by ESA; a word scores what the last round would give it."""
    symbols = ngrams.by_class().to_length(ORDER + 1)
    marks, esa, removed = esa_cut(symbols, rounds=rounds, finer=finer)
    tables = [one.scores(length, gone) for length, (one, gone) in enumerate(zip(esa, removed, strict=True), 1)]
    values = []
    kinds = kinds_of(symbols)
    settled = []
    for block, stored in zip(symbols.blocks, marks, strict=True):
        at_level = [places.astype(np.intp) for places in places_in(block)]
        places = at_level[0]
        mark = stored.array.copy()
        is_start = mark[places]
        settle(is_start, kinds[block[0].units()], np.diff(places, prepend=-2) != 1)
        mark[places] = is_start
        settled.append(ngrams.workspace.store(mark))
        ngrams.workspace.discard(stored)
        borders = np.flatnonzero(mark)
        size = np.zeros(len(mark), np.intp)
        size[borders[:-1]] = np.diff(borders)
        score: Scores = np.zeros(len(mark))
        for length, (level, table) in enumerate(zip(block, tables, strict=False), 1):
            rank = np.full(len(mark), len(table) - 1, np.intp)
            found = level.units()
            known = found != NONE
            rank[at_level[length - 1][known]] = found[known]
            here = np.flatnonzero((size == length) & mark)
            score[here] = table[rank[here]]
        values.append(ngrams.workspace.store(np.where(is_start, score[places], 0.0)))
    return Cuts(settled, values, (), None)


def cut_by_sampling(
    ngrams: NGrams,
    settings: Settings,
    *,
    on_round: Callable[[State], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> Cuts:
    """Cut a corpus by sampling from ESA on; a word scores its significance, the sum of -ln(1 - its probability).

    Raises
    ------
    ModelError
        For a checkpoint of another corpus or of other settings, or one that is damaged.
    """
    symbols = ngrams.by_class().to_length(2 * LONGEST)
    marks, _, _ = esa_cut(symbols, order=LONGEST_AT_FIRST, finer=settings.finer)
    chunks = chunks_of(symbols, [mark.array for mark in marks], 2 * LONGEST, settings.seed)
    symbols = symbols.without_places()  # the chunks know the ranks now
    prior = Prior(finer=settings.finer)
    saved = _Checkpoint(checkpoint, symbols, settings)
    rounds_done = saved.load(chunks) if resume else 0
    sampler = Sampler(symbols, chunks, statistics(symbols, LONGEST), prior, settings.seed, LONGEST)
    sampler.rounds = rounds_done
    rounds = settings.rounds or ROUNDS
    last = min(rounds, max(LAST_ROUNDS, settings.samples)) if rounds > 1 else 1
    samples = min(settings.samples, last)
    if on_round is not None:
        on_round(sampler.state())
    while sampler.rounds < rounds:
        is_last = sampler.rounds >= rounds - last
        state = sampler.round(
            LONGEST if is_last else LONGEST_AT_FIRST, with_esa=is_last, count=sampler.rounds >= rounds - samples
        )
        saved.save(chunks, sampler.rounds)
        if on_round is not None:
            on_round(state)
    return _decided(ngrams, symbols, sampler, samples, settings)


def _decided(ngrams: NGrams, symbols: NGrams, sampler: Sampler, samples: int, settings: Settings) -> Cuts:
    """Cut where a word begins likely enough, and where numerals end."""
    total = symbols.total
    chances = np.zeros((LONGEST, total), np.float32)
    is_clause = np.zeros(total, np.bool_)
    for chunk in sampler.chunks:
        is_clause[chunk.places[: chunk.layout.active[0]]] = True
        for chance, sums in zip(chances, chunk.chosen, strict=True):
            chance[chunk.places] = sums / samples
        chunk.chosen = []
    probability = np.minimum(chances.sum(axis=0, dtype=np.float64), 1.0)
    kinds = kinds_of(symbols)
    settle(probability, np.concatenate([kinds[block[0].units()] for block in symbols.blocks]), is_clause)
    is_start = (probability > THRESHOLD) | is_clause
    starts = np.flatnonzero(is_start)
    size = np.diff(starts, append=total)
    values = np.zeros(total)
    for length in range(1, LONGEST + 1):
        here = starts[size == length]
        values[here] = -np.log1p(-np.minimum(chances[length - 1][here].astype(np.float64), 1 - SUREST))
    _resize(sampler, is_start)
    made = {
        "units": total,
        "seed": settings.seed,
        "rounds": sampler.rounds,
        "samples": samples,
        "corpus": _digest(symbols),
    }
    segmenter = segmenter_of(sampler, symbols.units, kinds, made)
    marks, parts, boundaries = [], [], []
    begin = 0
    for block in symbols.blocks:
        places = places_in(block[:1])[0].astype(np.intp)
        part = slice(begin, begin + len(places))
        mark = np.zeros(int(places[-1]) + 2 if len(places) else 0, np.bool_)
        mark[places[is_start[part]]] = True
        ends = places[np.flatnonzero(np.diff(places, append=-2) != 1)] + 1
        mark[ends] = True
        marks.append(ngrams.workspace.store(mark))
        parts.append(ngrams.workspace.store(values[part]))
        boundaries.append(ngrams.workspace.store(probability[part]))
        begin += len(places)
    return Cuts(marks, parts, boundaries, segmenter)


def _resize(sampler: Sampler, is_start: npt.NDArray[np.bool_]) -> None:
    """Let a sampler hold given words; what is longer than its words can be is cut at their greatest length."""
    starts = np.flatnonzero(is_start)
    within = np.arange(len(is_start)) - np.repeat(starts, np.diff(starts, append=len(is_start)))
    starts = np.flatnonzero(within % LONGEST == 0)
    _set(sampler.chunks, starts, len(is_start))
    sampler.tables = Tables(sampler.limits, LONGEST)
    sampler.tables.add(grouped(sampler.chunks), 1)


def _set(chunks: Sequence[Chunk], starts: Index, total: int) -> None:
    """Give chunks the words that start at some places of the text."""
    sizes, previous = np.zeros(total, np.uint8), np.zeros(total, np.uint8)
    sizes[starts] = np.diff(starts, append=total)
    previous[starts[1:]] = sizes[starts[:-1]]
    for chunk in chunks:
        before = previous[chunk.places]
        before[: chunk.layout.active[0]] = 0
        chunk.cut = Cut(sizes[chunk.places], before)


def _digest(symbols: NGrams) -> str:
    """Give a digest of the text that was counted."""
    digest = hashlib.sha256("".join(symbols.units).encode("utf-8", "surrogatepass"))
    for block in symbols.blocks:
        digest.update(np.ascontiguousarray(block[0].units()).tobytes())
    return digest.hexdigest()


class _Checkpoint:
    """A file with the words after a round, their probabilities so far, and a signature."""

    def __init__(self, path: str | os.PathLike[str] | None, symbols: NGrams, settings: Settings) -> None:
        self.path = None if path is None else os.fspath(path)
        self.total = symbols.total
        if path is not None:
            self.made = {"corpus": _digest(symbols), "units": self.total, "settings": settings._asdict()}

    def save(self, chunks: Sequence[Chunk], rounds: int) -> None:
        """Write the file, all at once."""
        if self.path is None:
            return
        is_start = np.zeros(self.total, np.bool_)
        for chunk in chunks:
            is_start[chunk.places] = chunk.cut.sizes > 0
        arrays: dict[str, npt.NDArray[Any]] = {"starts": np.packbits(is_start)}
        if chunks[0].chosen:
            chances = np.zeros((LONGEST, self.total), np.float32)
            for chunk in chunks:
                chances[:, chunk.places] = chunk.chosen
            arrays["chances"] = chances
        write_archive(self.path, CHECKPOINT, self.made | {"rounds_done": rounds}, arrays)

    def load(self, chunks: Sequence[Chunk]) -> int:
        """Give chunks the words of the file; give the number of rounds done, 0 if there is no file."""
        if self.path is None or not os.path.exists(self.path):
            return 0
        archive = read_archive(self.path, CHECKPOINT)
        made, arrays = dict(archive.made), archive.arrays
        rounds = int(made.pop("rounds_done"))
        if made != json.loads(json.dumps(self.made)):
            raise ModelError(
                f"{self.path}: is the checkpoint of another corpus or other settings; remove it to start anew"
            )
        starts = np.flatnonzero(np.unpackbits(arrays["starts"], count=self.total))
        fits = archive.lengths.get("units", self.total) == self.total and len(arrays["starts"]) == -(-self.total // 8)
        if not fits or not len(starts) or starts[0]:
            raise ModelError(f"{self.path}: is damaged: its words do not fit the corpus; remove it to start anew")
        _set(chunks, starts, self.total)
        if "chances" in arrays:
            for chunk in chunks:
                chunk.chosen = [*arrays["chances"][:, chunk.places]]
        return rounds
