"""Where sampling stands, in a file: to go on from after it was broken off."""

import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.archive import read_archive, write_archive
from ..core.schema import Member, Schema
from ..errors import ModelError
from ..ngrams.counts import NGrams
from ..segment.bigrams import Chunk
from .finding import Parameters
from .sampler import LONGEST, set_words

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


def digest_of(symbols: NGrams) -> str:
    """Give a digest of the text that was counted."""
    digest = hashlib.sha256("".join(symbols.units).encode("utf-8", "surrogatepass"))
    for block in symbols.blocks:
        digest.update(np.ascontiguousarray(block[0].units()).tobytes())
    return digest.hexdigest()


class Checkpoint:
    """A file with the words after a round, their probabilities so far, and a signature."""

    def __init__(self, path: str | os.PathLike[str] | None, symbols: NGrams, parameters: Parameters) -> None:
        self.path = None if path is None else os.fspath(path)
        self.total = symbols.total
        if path is not None:
            settings = {name: getattr(parameters, name) for name in ("rounds", "samples", "seed", "finer")}
            settings["lexicon"] = None if parameters.lexicon is None else parameters.lexicon.digest
            self.made = {"corpus": digest_of(symbols), "units": self.total, "settings": settings}

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
        set_words(chunks, starts, self.total)
        if "chances" in arrays:
            for chunk in chunks:
                chunk.chosen = [*arrays["chances"][:, chunk.places]]
        return rounds
