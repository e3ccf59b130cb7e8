"""Templates as a table: those of either finder, with or without single words, in the order that is asked for."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts
from .choice import Shares
from .constructions import Constructions
from .form import Template, write_template
from .templates import Templates

TemplateOrder = Literal["gain", "count", "score"]


@dataclass(frozen=True)
class TemplateRows:
    """Rows of a table of templates.

    Attributes
    ----------
    templates : list of Template
    counts : int64 array (n,)
    scores : float array (n,)
        ln P(template) - sum ln P(word), in nats.
    spreads : float array (n,)
        Different clauses over counts; NaN where it is not known.
    fillers : list of list of list of (str, int)
        What fills each gap most often; empty where it is not known.
    """

    templates: list[Template]
    counts: Counts
    scores: Shares
    spreads: Shares
    fillers: list[list[list[tuple[str, int]]]]

    @property
    def gains(self) -> Shares:
        """What each template saves in all, in nats: its count times its score."""
        gains: Shares = self.counts * self.scores
        return gains

    @classmethod
    def of(cls, found: Constructions | Templates, *, trivial: bool = False) -> Self:
        """Take what a finder found.

        Parameters
        ----------
        found : Constructions or Templates
        trivial : bool
            Whether templates of one word are rows, too. Of a corpus of constructions these are its words, as far as
            they are as frequent as its rarest template.
        """
        unknown = np.full(len(found.templates), np.nan)
        if isinstance(found, Templates):
            rows = cls(found.templates, found.counts, found.scores, unknown, [[] for _ in found.templates])
            return rows if trivial else rows.at([i for i, one in enumerate(found.templates) if _words(one) > 1])
        rows = cls(found.templates, found.counts, found.scores, found.spreads, found.fillers)
        if not trivial:
            return rows
        counts = found.clauses.counts
        words = np.flatnonzero(counts >= found.counts.min()).tolist()
        nothing = np.zeros(len(words))
        return cls(
            [*rows.templates, *((found.clauses.vocabulary[i],) for i in words)],
            np.concatenate([rows.counts, counts[words]]),
            np.concatenate([rows.scores, nothing]),
            np.concatenate([rows.spreads, nothing + np.nan]),
            [*rows.fillers, *([] for _ in words)],
        )

    def at(self, rows: list[int]) -> Self:
        """Give some of the rows."""
        which: npt.NDArray[np.intp] = np.array(rows, np.intp)
        return type(self)(
            [self.templates[i] for i in rows],
            self.counts[which],
            self.scores[which],
            self.spreads[which],
            [self.fillers[i] for i in rows],
        )

    def sorted_by(self, order: TemplateOrder) -> Self:
        """Give the rows, the greatest first, equal ones by count and by the text of the template.

        By gain, templates of two words and more with a gap between words come first, then other templates of two words
        and more, then single words.
        """
        kinds = [2 - (_words(one) > 1) - (_words(one) > 1 and None in one[1:-1]) for one in self.templates]
        values = {"gain": self.gains, "count": self.counts, "score": self.scores}[order].tolist()
        texts = [write_template(template) for template in self.templates]
        keys = [
            (kind if order == "gain" else 0, -value, -count, text)
            for kind, value, count, text in zip(kinds, values, self.counts.tolist(), texts, strict=True)
        ]
        return self.at(sorted(range(len(keys)), key=keys.__getitem__))


def _words(template: Template) -> int:
    """Count the words of a template."""
    return len(template) - template.count(None)
