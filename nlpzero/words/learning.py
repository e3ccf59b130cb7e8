"""What sampling has left as a learned segmenter."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.counting import count
from ..lexicon.lexicon import Lexicon
from ..segment.bigrams import grouped
from ..segment.chain import Weights
from ..segment.learned import STEPS, TOTALS, Knowledge, LearnedSegmenter
from ..segment.numerals import Kinds
from .sampler import Sampler


def segmenter_of(
    sampler: Sampler, units: Sequence[str], kinds: Kinds, made: dict[str, Any], lexicon: Lexicon | None = None
) -> LearnedSegmenter:
    """Keep what a sampler knows: its final words, without those that occur once in its text.

    And the words of the dictionary that it believed, if it did.
    """
    longest, tables = sampler.longest, sampler.tables
    spelling = sampler.spelling()
    weights = sampler.esa_weights(longest)
    used = [np.flatnonzero(table[:-1]) for table in tables.words]
    base = np.cumsum([0, *(len(ranks) for ranks in used)])
    number = [np.full(len(table), base[-1], np.int64) for table in tables.words]
    for which, ranks, first in zip(number, used, base.tolist(), strict=False):
        which[ranks] = np.arange(first, first + len(ranks))
    codes = np.array([ord(unit) for unit in units], np.uint32)
    spelled = [
        codes[np.stack([column[ranks] for column in columns], axis=1)].view(f"<U{length}").ravel().tolist()
        for length, (columns, ranks) in enumerate(zip(sampler.units, used, strict=True), 1)
    ]

    def joined(arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        return np.concatenate([array[ranks] for array, ranks in zip(arrays, used, strict=True)])

    every = range(1, longest + 1)
    counts = np.stack(
        [
            *map(joined, (tables.words, tables.followers, tables.leaders)),
            joined([tables.pairs[0, length] for length in every]),
            joined([tables.pairs[k, 0] for k in every]),
        ]
    )
    keys = []
    for (k, length), (_, first, second) in grouped(sampler.chunks).items():
        if k and length:
            a, b = number[k - 1][first], number[length - 1][second]
            known = (a < base[-1]) & (b < base[-1])
            keys.append((a[known].astype(np.uint64) << np.uint64(32)) | b[known].astype(np.uint64))
    run = count(np.concatenate([np.empty(0, np.uint64), *keys]))
    repeated = run.counts > 1

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
        "esa": joined(weights),
        "esa_unknown": np.array([weight[-1] for weight in weights]),
        "pairs": run.keys[repeated],
        "pair_counts": _narrow(run.counts[repeated]),
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
