"""What sampling has left as a learned segmenter."""

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from ..lexicon.lexicon import Lexicon
from ..ngrams.counts import NGrams, spell
from ..segment.bigrams import FACTOR
from ..segment.chain import Weights
from ..segment.learned import LearnedSegmenter
from ..segment.learned_steps import STEPS, TOTALS, Knowledge
from ..segment.numerals import Kinds
from .sampler import Sampler


def segmenter_of(
    sampler: Sampler, symbols: NGrams, kinds: Kinds, made: dict[str, Any], lexicon: Lexicon | None = None
) -> LearnedSegmenter:
    """Keep what a sampler knows: its final words, without those that occur once in its text.

    And the words of the dictionary that it believed, if it did.
    """
    longest, tables, offsets = sampler.longest, sampler.tables, sampler.numbers.offsets
    spelling = sampler.spelling()
    sampler.weigh(longest)
    used = [sampler.used(length) for length in range(1, longest + 1)]
    base = np.cumsum([0, *(len(ranks) for ranks in used)])
    codes = np.array([ord(unit) for unit in symbols.units], np.uint32)
    spelled = [
        codes[np.stack(spell(symbols.levels, length, ranks), axis=1)].view(f"<U{length}").ravel().tolist()
        for length, ranks in enumerate(used, 1)
    ]
    ids = np.concatenate([ranks + offset for ranks, offset in zip(used, offsets, strict=False)])
    counts = np.stack([*(tables.records[ids, column] for column in range(3)), tables.begins[ids], tables.ends[ids]])
    factors = tables.records[:, FACTOR].view(np.float32)
    keys, pair_counts = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
    for length, size, pairs, numbers in tables.repeated():
        first, second = pairs, pairs
        for step in range(length, size, -1):
            first = symbols.levels[step - 1].prefixes[first].astype(np.intp)
        for step in range(length, length - size, -1):
            second = symbols.levels[step - 1].suffixes[second].astype(np.intp)
        a = np.searchsorted(used[size - 1], first) + base[size - 1]
        b = np.searchsorted(used[length - size - 1], second) + base[length - size - 1]
        keys.append((a.astype(np.uint64) << np.uint64(32)) | b.astype(np.uint64))
        pair_counts.append(numbers)
    every = np.concatenate(keys)
    order = np.argsort(every)

    def with_unknown(table: Weights) -> Weights:
        result: Weights = np.hstack([table, table.min(axis=1, keepdims=True)])
        return result

    arrays: dict[str, npt.NDArray[Any]] = {
        "units": codes,
        "types": with_unknown(spelling.types),
        "tags": with_unknown(spelling.tags),
        "steps": np.array([spelling.steps[name] for name in STEPS]),
        "kinds": np.append(kinds, np.uint8(0)),
        "counts": _narrow(counts),
        "esa": factors[ids].astype(np.float64),
        "esa_unknown": factors[1 : longest + 1].astype(np.float64),
        "pairs": every[order],
        "pair_counts": _narrow(np.concatenate(pair_counts)[order]),
        "listed_shares": np.empty(0, np.float32),
    }
    listed: list[str] = []
    if lexicon is not None and (sampler.prior.dictionary or sampler.prior.listed):
        short = [number for number, word in enumerate(lexicon.words) if len(word) <= longest]
        listed = [lexicon.words[number] for number in short]
        arrays["listed_shares"] = (lexicon.counts[short] / lexicon.total).astype(np.float32)
    totals = {name: int(getattr(tables, name)) for name in TOTALS}
    words = [word for some in spelled for word in some]
    kept = {"prior": asdict(sampler.prior), "totals": totals, "made": made}
    return LearnedSegmenter(Knowledge(arrays, words, kept, listed))


def _narrow(counts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give counts in the smallest type that holds them."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))
