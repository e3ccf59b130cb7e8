"""Templates as a table: those of either finder, with or without single words, in the order that is asked for."""

from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from ..core.workspace import Counts
from .choice import Shares
from .clauses import Positions
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
    texts : list of str
        How they are written, gaps as [X].
    words, gaps : int arrays (n,)
        How many they have.
    counts : int64 array (n,)
    scores : float array (n,)
        ln P(template) - sum ln P(word), in nats.
    spreads : float array (n,)
        Different clauses over counts; NaN where it is not known.
    fillers : list of list of list of (str, int)
        What fills each gap most often; empty where it is not known.
    """

    templates: list[Template]
    texts: list[str]
    words: Positions
    gaps: Positions
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
        if isinstance(found, Templates):
            unknown = np.full(len(found.templates), np.nan)
            nothing: list[list[list[tuple[str, int]]]] = [[] for _ in unknown]
            rows = cls._of(found.templates, found.texts, found.counts, found.scores, unknown, nothing)
            return rows if trivial else rows.at(np.flatnonzero(rows.words > 1))
        texts = [*map(write_template, found.templates)]
        if not trivial:
            return cls._of(found.templates, texts, found.counts, found.scores, found.spreads, found.fillers)
        counts = found.clauses.counts
        words = np.flatnonzero(counts >= found.counts.min())
        listed = [found.clauses.vocabulary[i] for i in words.tolist()]
        return cls._of(
            [*found.templates, *((word,) for word in listed)],
            [*texts, *listed],
            np.concatenate([found.counts, counts[words]]),
            np.concatenate([found.scores, np.zeros(len(words))]),
            np.concatenate([found.spreads, np.full(len(words), np.nan)]),
            [*found.fillers, *([] for _ in listed)],
        )

    @classmethod
    def _of(cls, templates: list[Template], texts: list[str], *others: Any) -> Self:
        """Count the words and gaps of templates."""
        gaps = np.array([template.count(None) for template in templates], np.intp)
        return cls(templates, texts, np.array([*map(len, templates)], np.intp) - gaps, gaps, *others)

    def at(self, rows: Positions) -> Self:
        """Give some of the rows."""
        which = rows.tolist()
        return type(self)(
            [self.templates[i] for i in which],
            [self.texts[i] for i in which],
            self.words[rows],
            self.gaps[rows],
            self.counts[rows],
            self.scores[rows],
            self.spreads[rows],
            [self.fillers[i] for i in which],
        )

    def sorted_by(self, order: TemplateOrder) -> Self:
        """Give the rows, the greatest first, equal ones by count and by the text of the template.

        By gain, templates of two words and more with a gap between words come first, then other templates of two words
        and more, then single words.
        """
        by_text = np.array(sorted(range(len(self.texts)), key=self.texts.__getitem__), np.intp)
        rows = self.at(by_text)
        keys = [-rows.counts, {"gain": -rows.gains, "count": -rows.counts, "score": -rows.scores}[order]]
        if order == "gain":
            outer = [(one[0] is None) + (one[-1] is None) for one in rows.templates]
            keys.append(2 - (rows.words > 1) - ((rows.words > 1) & (rows.gaps > outer)))
        return rows.at(np.lexsort(keys))
