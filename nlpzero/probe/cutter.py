"""Cutting text into words where neighbours tell a model little about each other."""

import hashlib
from functools import cached_property

import numpy as np

from ..segment.cutter import LINE_END, Cutter, Flags, Positions, is_blank
from ..text.characters import OTHER, Codes, from_code_points
from ..text.units import read_units
from .masking import Impacts, Prober, WantedPairs


class ProbeCutter(Cutter):
    """Cut text by perturbed masking (扰动掩码分词).

    A line's characters, runs of letters, and numbers are its units; between two of them is a word's end if what they
    tell of each other is less than the mean of the line, times a threshold. Punctuation stands alone.

    Parameters
    ----------
    prober : Prober
    threshold : float
        The greater, the shorter the words.
    pairs : {"neighbours", "one"}
        See `nlpzero.probe.masking.Prober.impacts`; "one" takes half the time.

    Notes
    -----
    For a line of n units 2n - 1 forward passes, or n + 1. Lines longer than the model takes are cut into pieces, each
    with a mean of its own; `shortened` tells how many.
    """

    def __init__(self, prober: Prober, threshold: float = 1.0, pairs: WantedPairs = "neighbours") -> None:
        self.prober, self.threshold, self.pairs = prober, threshold, pairs
        self.shortened = 0

    piece = 1 << 10

    @cached_property
    def digest(self) -> str:
        found = hashlib.blake2b(digest_size=16)
        for name, tensor in sorted(self.prober.model.tensors.items()):
            found.update(name.encode())
            found.update(np.ascontiguousarray(tensor).data)
        prober = self.prober
        return f"probe {found.hexdigest()} {prober.measure} {prober.layer} {self.threshold} {self.pairs}"

    def boundaries(self, codes: Codes) -> Flags:
        reading = read_units(codes)
        result: Flags = ~reading.joined
        starts = np.flatnonzero(result)
        blank = is_blank().take(codes.take(starts))
        stops = np.append(starts[1:], len(codes))
        alone = reading.classes.take(starts) == OTHER
        line = np.cumsum(codes == LINE_END).take(starts) - (codes.take(starts) == LINE_END)
        # White space goes on the word before it; what follows it starts a word, as does a line end.
        loose = starts[blank & (codes.take(starts) != LINE_END)]
        result[loose[loose > 0]] = False
        inked = np.flatnonzero(~blank)
        pieces, places = self._pieces(codes, starts, stops, inked, line)
        for found, place in zip(self.prober.impacts(pieces, self.pairs), places, strict=True):
            first, second = place[:-1], place[1:]
            beside = (stops[first] == starts[second]) & ~alone[first] & ~alone[second]
            strength = _strengths(found)
            if beside.any():
                together = beside & (strength >= self.threshold * strength[beside].mean())
                result[starts[second[together]]] = False
        result[:1] = True
        after = np.flatnonzero(codes == LINE_END) + 1
        result[after[after < len(codes)]] = True
        return result

    def _pieces(
        self, codes: Codes, starts: Positions, stops: Positions, inked: Positions, line: Positions
    ) -> tuple[list[list[str]], list[Positions]]:
        """Give the units of each line, in pieces that the model takes, and which they are."""
        pieces: list[list[str]] = []
        places: list[Positions] = []
        borders = np.flatnonzero(np.diff(line[inked], prepend=-1)) if len(inked) else np.empty(0, np.intp)
        for own in np.split(inked, borders[1:]) if len(inked) else []:
            units = [from_code_points(codes[starts[at] : stops[at]]) for at in own.tolist()]
            cut = self.prober.pieces(units)
            self.shortened += len(cut) > 1
            pieces += cut
            places += np.split(own, np.cumsum([*map(len, cut)])[:-1])
        return pieces, places


def _strengths(impacts: Impacts) -> Impacts:
    """Give the mean impact of each two neighbours on each other."""
    found: Impacts = (np.diagonal(impacts, 1) + np.diagonal(impacts, -1)) / 2
    return found
