"""Words by sampling: the text is cut again and again by what a model learned from the last cut, and where a word begins
often enough, it is cut for good.

The model is that of `nlpzero.segment.bigrams`, sampled by `nlpzero.words.sampler`. The first words are those of ESA.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..ngrams.counts import NGrams
from ..segment.bigrams import THRESHOLD, Prior
from ..segment.numerals import kinds_of, settle
from ..text.characters import code_points
from .belief import LISTED, WEIGHT, Belief
from .checkpoint import Checkpoint, digest_of
from .chunks import TextSpan, spans_of
from .esa import esa_cut, statistics
from .finding import Finding, Method, Search, no_checks
from .learning import segmenter_of
from .sampler import LONGEST, LONGEST_AT_FIRST, STORE, Footprint, Sampler
from .tables import NGramNumbers
from .tokens import count_tokens

ROUNDS, LAST_ROUNDS = 12, 8
"""Rounds of sampling; in the last ones words may be a unit longer, and ESA has a say."""
SUREST = 1e-6
"""No word is held to be surer than 1 less this."""


def find_words(ngrams: NGrams, search: Search) -> Finding:
    """Cut a corpus by sampling from ESA on; a word scores its significance, the sum of -ln(1 - its probability).

    Raises
    ------
    ModelError
        For a checkpoint of another corpus or of other settings, or one that is damaged.
    """
    engine = ngrams.engine
    with contextlib.nullcontext(engine) if engine.shares_memory else Engine(engine.workers) as threads:
        return _find_words(ngrams, search, threads)


def _find_words(ngrams: NGrams, search: Search, engine: Engine) -> Finding:
    """Cut a corpus by sampling, by threads of this process."""
    asked = search.parameters
    symbols = ngrams.by_class().to_length(2 * LONGEST)
    numbers = NGramNumbers([len(level) for level in symbols.levels], LONGEST)
    footprint = Footprint.of(numbers, engine.workers, 0 if asked.lexicon is None else len(asked.lexicon))
    if ngrams.engine.shares_memory:
        ngrams.workspace.widen(footprint.spare(search.limit))
    esa = statistics(symbols, LONGEST)
    marks, _, _ = esa_cut(symbols, esa, order=LONGEST_AT_FIRST, finer=asked.finer)
    prior, trust, listed = Prior(finer=asked.finer), None, None
    if asked.lexicon is not None:
        belief = Belief.of_text(symbols, marks, asked.lexicon)
        trust, listed = belief.trust, belief.listed
        prior = replace(prior, dictionary=WEIGHT * trust.weight, listed=LISTED * trust.weight)
        marks = belief.marks
    spans = spans_of(symbols, numbers, marks, asked.seed, engine, listed)
    symbols.workspace.discard(*marks)
    symbols = symbols.without_places()  # the chunks know the ranks now
    saved = Checkpoint(search.checkpoint, symbols, asked)
    rounds_done = saved.load(spans) if search.resume else 0
    sampler = Sampler(symbols, numbers, spans, esa, prior, asked.seed, engine)
    sampler.rounds = rounds_done
    rounds = asked.rounds or ROUNDS
    last = min(rounds, max(LAST_ROUNDS, asked.samples)) if rounds > 1 else 1
    samples = min(asked.samples, last)
    if search.on_round is not None:
        search.on_round(sampler.state()._replace(trust=trust, memory=footprint.needed))
    while sampler.rounds < rounds:
        is_last = sampler.rounds >= rounds - last
        progress = sampler.round(
            LONGEST if is_last else LONGEST_AT_FIRST, with_esa=is_last, count=sampler.rounds >= rounds - samples
        )
        saved.save(spans, sampler.rounds)
        if search.on_round is not None:
            search.on_round(progress)
    believed = trust is not None and trust.is_start
    return _decided(ngrams, symbols, sampler, search, {"samples": samples, "believed": believed})


def _decided(ngrams: NGrams, symbols: NGrams, sampler: Sampler, search: Search, how: dict[str, int]) -> Finding:
    """Cut where a word begins likely enough, and where numerals end; `how` it was sampled is kept."""
    sampler.clear()
    kinds, codes = kinds_of(symbols), code_points("".join(symbols.units))
    workspace, asked = ngrams.workspace, search.parameters

    def decided(span: TextSpan) -> list[npt.NDArray[Any]]:
        """Give where words begin, what they are worth and how probable boundaries are; keep the words."""
        chances = span.gathered("chosen", np.float32, LONGEST) / np.float32(how["samples"])
        probability = np.minimum(chances.sum(axis=0, dtype=np.float64), 1.0)
        units, is_clause = span.units(sampler.numbers), span.is_clause
        settle(probability, kinds[units], is_clause, codes[units])
        is_start = (probability > THRESHOLD) | is_clause
        starts = np.flatnonzero(is_start)
        size = np.diff(starts, append=span.size)
        values = np.zeros(span.size)
        for length in range(1, LONGEST + 1):
            here = starts[size == length]
            values[here] = -np.log1p(-np.minimum(chances[length - 1][here].astype(np.float64), 1 - SUREST))
        # in the sampler, what is longer than its words can be is cut at their greatest length
        within = np.arange(span.size) - np.repeat(starts, size)
        starts = np.flatnonzero(within % LONGEST == 0)
        sizes = np.zeros((1, span.size), np.uint8)
        sizes[0, starts] = np.diff(starts, append=span.size)
        span.scatter(workspace, "sizes", sizes)
        return [is_start, values, probability]

    marks, parts, boundaries = [], [], []
    lengths = [block[0].length for block in symbols.blocks]
    for is_start, value, probability in _by_length(sampler.engine.map(decided, sampler.spans), lengths):
        marks.append(workspace.store(np.packbits(is_start)))
        parts.append(workspace.store(value))
        boundaries.append(workspace.store(probability))
    for chunk in sampler.chunks:
        chunk.drop(workspace, "chosen")
    sampler.recount()
    made = {
        "units": symbols.total,
        "seed": asked.seed,
        "rounds": sampler.rounds,
        **how,
        "corpus": digest_of(symbols),
    }
    segmenter = segmenter_of(sampler, symbols, kinds, made, asked.lexicon)
    sampler.clear()
    for chunk in sampler.chunks:
        chunk.discard(workspace)
    units, counted, counts, scores = count_tokens(ngrams, marks, parts, search.min_count)
    return Finding(ngrams, units, counted, counts, scores, marks, segmenter, probabilities=boundaries)


def _by_length(parts: Iterator[list[npt.NDArray[Any]]], lengths: Sequence[int]) -> Iterator[list[npt.NDArray[Any]]]:
    """Join and cut where words begin, their values and probabilities, so that they come in pieces of some lengths."""
    held: list[list[npt.NDArray[Any]]] = [
        [np.empty(0, np.bool_), np.empty(0), np.empty(0)]
    ]  # a block may have no units
    size = 0
    for length in lengths:
        while size < length:
            held.append(next(parts))
            size += len(held[-1][0])
        columns = [np.concatenate(column) for column in zip(*held, strict=True)]
        yield [column[:length] for column in columns]
        held, size = [[column[length:] for column in columns]], size - length


METHOD = Method(
    "bayes", joined=True, min_count=5, find=find_words, checks=no_checks, by_counts=False, disk=30, store=STORE
)
