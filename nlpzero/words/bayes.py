"""Words by sampling: the text is cut again and again by what a model learned from the last cut, and where a word begins
often enough, it is cut for good.

The model is that of `nlpzero.segment.bigrams`, sampled by `nlpzero.words.sampler`. The first words are those of ESA.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..ngrams.counts import NGrams
from ..segment.bigrams import THRESHOLD, Prior, Tables, grouped
from ..segment.numerals import kinds_of, settle
from ..text.characters import code_points
from .belief import LISTED, WEIGHT, Belief, believe
from .checkpoint import Checkpoint, digest_of
from .esa import esa_cut, statistics
from .finding import Finding, Method, Parameters, Search, no_checks
from .learning import segmenter_of
from .sampler import LONGEST, LONGEST_AT_FIRST, Sampler, chunks_of, set_words
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
    asked = search.parameters
    symbols = ngrams.by_class().to_length(2 * LONGEST)
    stored, _, _ = esa_cut(symbols, order=LONGEST_AT_FIRST, finer=asked.finer)
    marks = [mark.array for mark in stored]
    chunks = chunks_of(symbols, marks, 2 * LONGEST, asked.seed)
    prior, trust = Prior(finer=asked.finer), None
    if asked.lexicon is not None:
        belief = Belief.of_text(symbols, marks, asked.lexicon)
        trust = belief.trust
        prior = replace(prior, dictionary=WEIGHT * trust.weight, listed=LISTED * trust.weight)
        believe(chunks, belief, symbols.total)
    symbols = symbols.without_places()  # the chunks know the ranks now
    saved = Checkpoint(search.checkpoint, symbols, asked)
    rounds_done = saved.load(chunks) if search.resume else 0
    sampler = Sampler(symbols, chunks, statistics(symbols, LONGEST), prior, asked.seed, LONGEST)
    sampler.rounds = rounds_done
    rounds = asked.rounds or ROUNDS
    last = min(rounds, max(LAST_ROUNDS, asked.samples)) if rounds > 1 else 1
    samples = min(asked.samples, last)
    if search.on_round is not None:
        search.on_round(sampler.state()._replace(trust=trust))
    while sampler.rounds < rounds:
        is_last = sampler.rounds >= rounds - last
        progress = sampler.round(
            LONGEST if is_last else LONGEST_AT_FIRST, with_esa=is_last, count=sampler.rounds >= rounds - samples
        )
        saved.save(chunks, sampler.rounds)
        if search.on_round is not None:
            search.on_round(progress)
    return _decided(ngrams, symbols, sampler, samples, asked)


def _decided(ngrams: NGrams, symbols: NGrams, sampler: Sampler, samples: int, asked: Parameters) -> Finding:
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
    units = np.concatenate([block[0].units() for block in symbols.blocks])
    settle(probability, kinds[units], is_clause, code_points("".join(symbols.units))[units])
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
        "seed": asked.seed,
        "rounds": sampler.rounds,
        "samples": samples,
        "corpus": digest_of(symbols),
    }
    segmenter = segmenter_of(sampler, symbols.units, kinds, made, asked.lexicon)
    marks, parts, boundaries = [], [], []
    begin = 0
    for block in symbols.blocks:
        part = slice(begin, begin + block[0].length)
        marks.append(ngrams.workspace.store(np.packbits(is_start[part])))
        parts.append(ngrams.workspace.store(values[part]))
        boundaries.append(ngrams.workspace.store(probability[part]))
        begin += block[0].length
    units, lengths, counts, scores = count_tokens(ngrams, marks, parts)
    return Finding(ngrams, units, lengths, counts, scores, marks, segmenter, probabilities=boundaries)


def _resize(sampler: Sampler, is_start: npt.NDArray[np.bool_]) -> None:
    """Let a sampler hold given words; what is longer than its words can be is cut at their greatest length."""
    starts = np.flatnonzero(is_start)
    within = np.arange(len(is_start)) - np.repeat(starts, np.diff(starts, append=len(is_start)))
    starts = np.flatnonzero(within % LONGEST == 0)
    set_words(sampler.chunks, starts, len(is_start))
    sampler.tables = Tables(sampler.limits, LONGEST)
    sampler.tables.add(grouped(sampler.chunks), 1)


METHOD = Method("bayes", joined=True, min_count=5, find=find_words, checks=no_checks, by_counts=False)
