"""What word discovery holds in memory: so much and no more, however long the text."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nlpzero.core import counting
from nlpzero.core.job import Job
from nlpzero.ngrams import entropies, levels
from nlpzero.words import entropy
from nlpzero.words.discovery import discover


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be worked on in smaller parts, as if they were larger."""
    for module in (levels, entropies, entropy):
        monkeypatch.setattr(module, "ROWS", 1 << 13)
    monkeypatch.setattr(entropy, "TYPES", 1 << 13)
    monkeypatch.setattr(counting, "MERGE_CHUNK", 1 << 15)
    monkeypatch.setattr(counting, "LEAST", 1 << 12)


def lines(number: int) -> Iterator[str]:
    """Make lines of twelve words of one to three characters, of which some are frequent."""
    rng = np.random.default_rng(1)
    codes, lengths = rng.integers(0x4E00, 0x4E00 + 2500, (20_000, 3)), rng.integers(1, 4, 20_000)
    words = ["".join(map(chr, some[:length])) for some, length in zip(codes.tolist(), lengths.tolist(), strict=True)]
    for chosen in (20_000 * rng.random((number, 12)) ** 4).astype(int).tolist():
        yield "".join(map(words.__getitem__, chosen)) + "\n"


def peak_of(path: Path, memory: int) -> int:
    """Discover words; give the most bytes that were held at a time."""
    tracemalloc.start()
    try:
        with Job(1, memory, path.parent):
            discover(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("small_parts")
def test_discovery_stays_under_its_memory(tmp_path: Path) -> None:
    memory, path = 4 << 20, tmp_path / "text.txt"
    path.write_text("".join(lines(500)), encoding="utf-8")
    peak_of(path, memory)  # tables of characters are made once
    path.write_text("".join(lines(8_000)), encoding="utf-8")
    peak = peak_of(path, memory)
    assert peak < 1.2 * memory
    assert peak_of(path, 64 << 20) > 1.5 * peak  # there is more to hold
