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
from ..ngrams.levels import Flags
from .chunks import TextSpan
from .finding import Parameters
from .sampler import LONGEST

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
        self.total, self.workspace = symbols.total, symbols.workspace
        if path is not None:
            settings = {name: getattr(parameters, name) for name in ("rounds", "samples", "seed", "finer")}
            settings["lexicon"] = None if parameters.lexicon is None else parameters.lexicon.digest
            self.made = {"corpus": digest_of(symbols), "units": self.total, "settings": settings}

    def save(self, spans: Sequence[TextSpan], rounds: int) -> None:
        """Write the file, all at once."""
        if self.path is None:
            return
        is_start = np.zeros(self.total, np.bool_)
        for span in spans:
            is_start[span.begin : span.begin + span.size] = span.gathered("sizes", np.uint8)[0] > 0
        arrays: dict[str, npt.NDArray[Any]] = {"starts": np.packbits(is_start)}
        made = self.made | {"rounds_done": rounds}
        if spans[0].chunks[0].chosen is None:
            write_archive(self.path, CHECKPOINT, made, arrays)
            return
        path = self.workspace.path()
        chances = np.memmap(path, np.float32, "w+", 0, (LONGEST, self.total))
        for span in spans:
            chances[:, span.begin : span.begin + span.size] = span.gathered("chosen", np.float32, LONGEST)
        write_archive(self.path, CHECKPOINT, made, arrays | {"chances": chances})
        del chances
        path.unlink()

    def load(self, spans: Sequence[TextSpan]) -> int:
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
        fits = archive.lengths.get("units", self.total) == self.total and len(arrays["starts"]) == -(-self.total // 8)
        is_start = np.unpackbits(arrays["starts"], count=self.total).view(np.bool_) if fits else np.zeros(1, np.bool_)
        if not is_start[0] or not self._put(spans, is_start):
            raise ModelError(f"{self.path}: is damaged: its words do not fit the corpus; remove it to start anew")
        if "chances" in arrays:
            for span in spans:
                chances = arrays["chances"][:, span.begin : span.begin + span.size]
                span.scatter(self.workspace, "chosen", chances)
        return rounds

    def _put(self, spans: Sequence[TextSpan], is_start: Flags) -> bool:
        """Give chunks the words that begin at some units; tell whether they fit the clauses."""
        for span in spans:
            starts = np.flatnonzero(is_start[span.begin : span.begin + span.size])
            sizes = np.diff(starts, append=span.size)
            is_clause = np.flatnonzero(span.is_clause)
            if max(sizes, default=0) > LONGEST or not np.isin(is_clause, starts, assume_unique=True).all():
                return False
            words = np.zeros((1, span.size), np.uint8)
            words[0, starts] = sizes
            span.scatter(self.workspace, "sizes", words)
        return True
