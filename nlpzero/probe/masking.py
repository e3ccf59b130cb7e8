"""Perturbed masking (扰动掩码): how much one word of a sentence tells a model about another that is masked.

Of two units (characters, words) i and j of a sentence: i is masked, and then j as well. What the second mask changes in
what the model makes of i is the impact of j on i (Wu, Chen, Kao & Liu 2020).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.engine import Engine
from ..errors import ModelError
from .encoder import encode_tokens, token_probabilities
from .model import Bert, Tensor
from .vocabulary import TokenTable

Impacts = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
WantedPairs = Literal["all", "neighbours", "one"]
"""Which impacts are asked for: of all units, or of neighbours; one: of neighbours, only the other one being masked."""

ROWS = 2048
"""Tokens of the texts that are worked on at a time: a matrix of some thousand rows keeps a processor busy."""


class Plan(NamedTuple):
    """The masked copies of a sentence, and what is read off them.

    Attributes
    ----------
    masked : int array (copies, 2)
        The units that are masked in each copy, or -1.
    copy, unit, other : int arrays (readings,)
        What is read: of which copy, at which unit; whose mask it is compared without (-1: it is what others are
        compared with). Those come first, one for each unit; copies rise.
    """

    masked: Numbers
    copy: Numbers
    unit: Numbers
    other: Numbers


def plan_of(n: int, pairs: WantedPairs) -> Plan:
    """Plan the copies of a sentence of n units.

    Examples
    --------
    >>> plan_of(3, "neighbours").masked.tolist()
    [[0, -1], [1, -1], [2, -1], [0, 1], [1, 2]]
    >>> plan_of(3, "one").masked.tolist()
    [[-1, -1], [0, -1], [1, -1], [2, -1]]
    """
    units = np.arange(n)
    none = np.full(n, -1)
    if pairs == "one":
        masked = np.stack([np.append(-1, units), np.full(n + 1, -1)], axis=1)
        other = np.repeat(units, 2)
        unit = other + np.tile([-1, 1], n)
        inside = (unit >= 0) & (unit < n)
        unit, other = unit[inside], other[inside]
        return Plan(masked, np.append(np.zeros(n, np.int64), other + 1), np.append(units, unit), np.append(none, other))
    first, second = np.triu_indices(n, 1) if pairs == "all" else (units[:-1], units[1:])
    masked = np.concatenate([np.stack([units, none], axis=1), np.stack([first, second], axis=1)])
    both = np.stack([first, second], axis=1)
    copies = np.repeat(np.arange(n, n + len(first)), 2)
    return Plan(
        masked, np.append(units, copies), np.append(units, both.ravel()), np.append(none, both[:, ::-1].ravel())
    )


class Sentence(NamedTuple):
    """The tokens of a sentence, and where each unit begins among them; one more for the end."""

    tokens: Numbers
    starts: Numbers


class Portion(NamedTuple):
    """Some copies of a sentence that are worked on together."""

    sentence: Sentence
    plan: Plan
    first: int
    last: int


@dataclass(frozen=True)
class Prober:
    """A BERT model, and what masking shows of it (扰动掩码).

    Attributes
    ----------
    model : Bert
    table : TokenTable
    measure : {"distance", "probability"}
        Of two vectors of a unit the Euclidean distance (several tokens: of their means); or by how much its tokens
        become less probable (the mean over them).
    layer : int, optional
        Whose vectors are compared (default: the last).

    Raises
    ------
    ModelError
        If the model has fewer layers, or no head for probabilities.
    """

    model: Bert
    table: TokenTable
    measure: Literal["distance", "probability"] = "distance"
    layer: int | None = None

    def __post_init__(self) -> None:
        layers = self.model.shapes.layers
        if self.layer is not None and not 0 <= self.layer <= layers:
            raise ModelError(f"`layer` is {self.layer}, but the model has layers 0 to {layers}")
        if self.measure == "probability":
            if not self.model.has_head:
                raise ModelError("the model has no head for probabilities (cls.predictions); take `measure`='distance'")
            if self.layer not in (None, layers):
                raise ModelError("probabilities are of the last layer; leave `layer` out")

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        measure: Literal["distance", "probability"] = "distance",
        layer: int | None = None,
    ) -> "Prober":
        """Read a model from its folder: config.json, vocab.txt, model.safetensors.

        Raises
        ------
        ModelError
            If files are missing or damaged, or it is another kind of model.
        """
        model = Bert.load(folder)
        table = TokenTable.load(folder)
        rows = len(model.tensors["embeddings.word_embeddings.weight"])
        if max(table.rank.values()) >= rows:
            raise ModelError(f"{os.fspath(folder)}: vocab.txt has more tokens than the model, {rows:,}; get both again")
        return cls(model, table, measure, layer)

    @property
    def longest(self) -> int:
        """The most tokens that a sentence may have."""
        return self.model.shapes.longest - 2

    def sentence(self, units: Sequence[str]) -> Sentence:
        """Turn the units of a sentence into tokens."""
        numbers = [self.table.numbers(unit) for unit in units]
        starts = np.cumsum([1, *map(len, numbers)])
        inside = [number for some in numbers for number in some]
        return Sentence(np.array([self.table.first, *inside, self.table.last]), starts)

    def pieces(self, units: Sequence[str], most: int | None = None) -> list[list[str]]:
        """Cut a sentence that is too long for the model, or has more than `most` units, into pieces that are not."""
        pieces: list[list[str]] = [[]]
        size = 0
        for unit in units:
            length = len(self.table.numbers(unit))
            if length > self.longest:
                unit, length = unit[:1], 1  # one word as long as all the model takes: its first character stands for it
            if pieces[-1] and (size + length > self.longest or len(pieces[-1]) == most):
                pieces.append([])
                size = 0
            pieces[-1].append(unit)
            size += length
        return pieces

    def impacts(
        self, sentences: Iterable[Sequence[str]], pairs: WantedPairs = "all", engine: Engine | None = None
    ) -> Iterator[Impacts]:
        """Give the impacts of the units of sentences on each other (扰动掩码影响).

        Parameters
        ----------
        sentences : iterable of sequences of str
            The units of each, one at least: see `pieces` for those that are too long.
        pairs : {"all", "neighbours", "one"}
            For n units of a sentence n(n + 1)/2, 2n - 1 or n + 1 copies are worked on.
        engine : Engine, optional
            What works on copies at the same time; the results do not depend on it.

        Yields
        ------
        float array (n, n)
            In row i and column j the impact of j on i; 0 where none was asked for.

        Raises
        ------
        ModelError
            For a sentence of more tokens than the model takes.

        Notes
        -----
        Each copy of t tokens costs a forward pass: 170 million multiplications for a token of 12 layers of 768.
        """
        impacts, base, done = np.empty((0, 0)), np.empty((0, 0), np.float32), 0
        for portion, found in (engine or Engine()).map(self._work, self._portions(sentences, pairs)):
            plan = portion.plan
            if portion.first == 0:
                n = len(portion.sentence.starts) - 1
                impacts, base, done = np.zeros((n, n)), np.zeros((n, found.shape[1]), np.float32), 0
            unit, other = (some[done : done + len(found)] for some in (plan.unit, plan.other))
            done += len(found)
            is_base = other < 0
            base[unit[is_base]] = found[is_base]
            unit, other = unit[~is_base], other[~is_base]
            impacts[unit, other] = self._difference(base[unit], found[~is_base])
            if done == len(plan.unit):
                yield impacts

    def _difference(self, base: Tensor, later: Tensor) -> Impacts:
        """Compare what is read with the other unit masked with what is read without."""
        if self.measure == "probability":
            lost: Impacts = (base.astype(np.float64) - later)[:, 0]
            return lost
        gaps = base.astype(np.float64) - later
        distances: Impacts = np.sqrt(np.einsum("ij,ij->i", gaps, gaps))
        return distances

    def _portions(self, sentences: Iterable[Sequence[str]], pairs: WantedPairs) -> Iterator[Portion]:
        """Give the copies of all sentences, some at a time; how many depends on the sentence alone."""
        for units in sentences:
            sentence = self.sentence(units)
            length = len(sentence.tokens)
            if length > self.longest + 2:
                raise ModelError(f"a sentence has {length - 2} tokens, but the model takes {self.longest}; cut it")
            plan = plan_of(len(units), pairs)
            step = max(1, ROWS // length)
            for first in range(0, len(plan.masked), step):
                yield Portion(sentence, plan, first, min(first + step, len(plan.masked)))

    def _work(self, portion: Portion) -> tuple[Portion, Tensor]:
        """Work on some copies: give what is read off them (readings, numbers)."""
        sentence, plan = portion.sentence, portion.plan
        masked = plan.masked[portion.first : portion.last]
        tokens = np.repeat(sentence.tokens[np.newaxis], len(masked), axis=0)
        of_unit = np.repeat(np.arange(len(sentence.starts) - 1), np.diff(sentence.starts))
        inside = (masked[:, :, np.newaxis] == of_unit).any(axis=1)  # copies, tokens
        tokens[:, 1:-1][inside] = self.table.mask
        vectors = encode_tokens(self.model, tokens, self.layer)
        read = slice(*np.searchsorted(plan.copy, [portion.first, portion.last]))
        copy, unit = plan.copy[read] - portion.first, plan.unit[read]
        if self.measure == "probability":
            return portion, self._probabilities(vectors, sentence, copy, unit)
        sums = np.add.reduceat(vectors[:, : sentence.starts[-1]], sentence.starts[:-1], axis=1)
        sizes = np.diff(sentence.starts)[unit].astype(np.float32)
        means: Tensor = (sums[copy, unit] / sizes[:, np.newaxis]).astype(np.float32, copy=False)
        return portion, means

    def _probabilities(self, vectors: Tensor, sentence: Sentence, copy: Numbers, unit: Numbers) -> Tensor:
        """Give the mean probability of the tokens of units, in copies where they are masked (readings, 1)."""
        sizes = np.diff(sentence.starts)[unit]
        ends = np.cumsum(sizes)
        place = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes) + np.repeat(sentence.starts[unit], sizes)
        rows = vectors[np.repeat(copy, sizes), place]
        found = token_probabilities(self.model, rows, sentence.tokens[place])
        means: Tensor = (np.add.reduceat(found, ends - sizes) / sizes).astype(np.float32)
        return means[:, np.newaxis]
