"""The words of a corpus that is cut: counts and sums against a count of the words as text."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from cases import at_work, blocks_of, random_text

from nlpzero.ngrams.counts import NGrams, count_units
from nlpzero.words.tokens import count_tokens


def cut_at_random(text: str, lines: int, seed: int, budget: int) -> tuple[NGrams, list[np.ndarray], list[np.ndarray]]:
    """Count a text, cut it where no block matters, and give each place a value."""
    execution = at_work(2, budget)
    ngrams = count_units(blocks_of(text, lines), joined=True, engine=execution.engine, workspace=execution.workspace)
    rng = np.random.default_rng(seed)
    is_start, values = rng.random(ngrams.total) < 0.4, rng.random(ngrams.total)
    starts, numbers, begin = [], [], 0
    for block in ngrams.blocks:
        part = slice(begin, begin + block[0].length)
        begin += block[0].length
        follows = np.unpackbits(block[0].follows.array, count=block[0].length).view(np.bool_)
        starts.append(is_start[part] | ~np.append(False, follows[:-1]))
        numbers.append(values[part])
    return ngrams, starts, numbers


@pytest.mark.parametrize("least", [1, 3])
def test_words_are_counted_with_the_sums_of_their_places_whatever_the_blocks(least: int) -> None:
    text = random_text(77, 1200)
    results = []
    for lines, budget in ((10**9, 1 << 30), (4, 1 << 30), (9, 0)):
        ngrams, starts, values = cut_at_random(text, lines, 5, budget)
        store = ngrams.workspace.store
        units, lengths, counts, sums = count_tokens(
            ngrams, [store(np.packbits(one)) for one in starts], [store(one) for one in values], least
        )
        ends = np.cumsum(lengths).tolist()
        words = ["|".join(ngrams.units[i] for i in units[a:b].tolist()) for a, b in zip([0, *ends], ends, strict=False)]
        results.append((words, counts.tolist(), sums.tobytes()))
        expected: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for block, begins, numbers in zip(ngrams.blocks, starts, values, strict=True):
            spelled = [ngrams.units[i] for i in block[0].units().tolist()]
            borders = [*np.flatnonzero(begins).tolist(), len(spelled)]
            for a, b in pairwise(borders):
                expected["|".join(spelled[a:b])] += 1
                total["|".join(spelled[a:b])] += numbers[a]
        kept = {word: count for word, count in expected.items() if count >= least}
        assert dict(zip(words, counts.tolist(), strict=True)) == kept
        assert dict(zip(words, sums.tolist(), strict=True)) == pytest.approx({word: total[word] for word in kept})
        ngrams.workspace.close()
    assert results[0] == results[1] == results[2]
