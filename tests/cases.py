"""Random texts for laws: few characters, so that n-grams repeat, with digits, Latin letters and punctuation between."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from click.testing import Result

from nlpzero.core.engine import Engine
from nlpzero.core.job import Cost, Execution, Job
from nlpzero.core.processes import Processes
from nlpzero.core.workspace import Workspace
from nlpzero.text.characters import char_classes, published_classes

ALPHABET = "山水云雨风花鸟鱼虫草\U00020000〇１２3ab Ｃ，。\n\n"  # mountain, water, cloud, rain, wind, flower, bird ...
PLAIN = "山水云雨风花鸟鱼虫草\U00020000〇3ab ，。\n\n"
"""The same without letters and digits of full width, which the published methods do not read."""


COST = Cost(task=40)


def at_work(
    workers: int = 1, budget: int = 1 << 30, tmp_dir: Path | None = None, *, task: int = 1 << 28, memory: int = 1 << 31
) -> Execution:
    """Open an execution with a number of workers, and of bytes for arrays in memory: 0 puts all of them in files."""
    return Execution(Job(workers, memory), COST, Engine(workers), Workspace(budget, tmp_dir, task))


def at_work_in_processes(tmp_dir: Path | None = None) -> Execution:
    """Open an execution of two worker processes."""
    return Execution(Job(2), COST, Processes(2), Workspace(0, tmp_dir))


def random_text(seed: int, size: int, alphabet: str = ALPHABET) -> str:
    """Draw characters with unequal frequencies, phrases repeated so that long n-grams recur."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(alphabet) + 1)
    draw = rng.choice(len(alphabet), size, p=weights / weights.sum())
    text = "".join(alphabet[i] for i in draw.tolist())
    starts = rng.integers(0, max(1, size - 12), size // 12)
    return text + "".join(text[i : i + 12] for i in starts.tolist()) + "\n"


def lines_of(text: str) -> list[str]:
    """Give the lines of a text without their ends."""
    return text.removesuffix("\n").split("\n")


def blocks_of(text: str, lines: int) -> Iterator[str]:
    """Give a text in blocks of a number of lines."""
    every = text.splitlines(keepends=True)
    for i in range(0, len(every), lines):
        yield "".join(every[i : i + lines])


def classify(character: str) -> int:
    """Give the class of a character as the oracles ask for it."""
    return int(char_classes()[ord(character)])


def classify_published(character: str) -> int:
    """Give the class of a character in the published methods."""
    return int(published_classes()[ord(character)])


def words_of(units: Sequence[str], spelled: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    """Write out n-grams given as columns of unit ranks."""
    return [tuple(units[i] for i in row) for row in zip(*spelled, strict=True)]


def harm(path: str) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(Path(path).read_bytes())
    data[len(data) // 2] ^= 4
    Path(path).write_bytes(data)


DAMAGES: list[Callable[[str], None]] = [harm, os.unlink, lambda path: os.truncate(path, 100)]
"""What may happen to a temporary file: a bit changes, it is deleted, it is cut off."""


def succeeded(result: Result) -> Result:
    """Give what a command wrote; if it failed, say what it said."""
    assert result.exit_code == 0, f"status {result.exit_code}: {result.stderr or result.exception!r}"
    assert not re.search(r"^nlpzero: error|Traceback", result.stderr, re.MULTILINE), result.stderr
    return result
