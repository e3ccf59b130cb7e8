"""What sampling has left as a learned segmenter."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import __version__
from ..core.counting import count
from ..core.workspace import Counts
from ..segment.bigrams import grouped
from ..segment.chain import Weights
from ..segment.learned import FORMAT, STEPS, TOTALS, VERSION, LearnedSegmenter, digest_of
from ..segment.numerals import Kinds
from .bayes import Sampler


def segmenter_of(sampler: Sampler, units: Sequence[str], kinds: Kinds, made: dict[str, Any]) -> LearnedSegmenter:
    """Keep what a sampler knows: its final words, without those that occur once in its text."""
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
        codes[np.stack([column[ranks] for column in columns], axis=1)].ravel()
        for columns, ranks in zip(sampler.units, used, strict=True)
    ]

    def joined(arrays: Sequence[Counts]) -> Counts:
        every = [array[ranks] for array, ranks in zip(arrays, used, strict=True)]
        return np.append(np.concatenate(every), 0)

    every = range(1, longest + 1)
    counts = np.stack(
        [
            *map(joined, (tables.words, tables.followers, tables.leaders)),
            joined([tables.pairs[0, length] for length in every]),
            joined([tables.pairs[k, 0] for k in every]),
        ]
    )
    esa = np.zeros((longest, base[-1] + 1))
    keys = []
    for length, (ranks, weight) in enumerate(zip(used, weights, strict=True), 1):
        esa[length - 1, base[length - 1] : base[length]] = weight[ranks]
        esa[length - 1, -1] = weight[-1]
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
        "words": np.concatenate(spelled),
        "lengths": np.repeat(np.arange(1, longest + 1), np.diff(base)).astype(np.uint8),
        "counts": counts,
        "esa": esa,
        "pairs": run.keys[repeated],
        "pair_counts": run.counts[repeated],
    }
    totals = {name: int(getattr(tables, name)) for name in TOTALS}
    signature = {"format": FORMAT, "version": VERSION, "nlpzero": __version__, "digest": digest_of(arrays)}
    signature |= {"prior": asdict(sampler.prior), "totals": totals, "made": made}
    arrays["signature"] = np.frombuffer(json.dumps(signature, ensure_ascii=False).encode(), np.uint8)
    return LearnedSegmenter(arrays)
