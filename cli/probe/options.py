"""Which model is probed, and how."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import click

from ..values import option

if TYPE_CHECKING:
    from nlpzero.core.job import Cost
    from nlpzero.probe.masking import Prober


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """The model, and what of it is compared."""

    section: ClassVar[str] = "Model"

    model: str = option(
        "--model", required=True, metavar="DIR", help="Folder with config.json, vocab.txt and model.safetensors."
    )
    measure: Literal["distance", "probability"] = option(
        "--measure",
        type=click.Choice(["distance", "probability"]),
        default="distance",
        help="What a mask changes: the distance of vectors, or how probable the masked word is.",
    )
    layer: int | None = option(
        "--layer", type=click.IntRange(min=0), show_default="the last", help="Whose vectors are compared."
    )

    def prober(self) -> "Prober":
        """Read the model."""
        from nlpzero.probe.masking import Prober

        from ..messages import working

        with working("reading the model"):
            return Prober.load(self.model, self.measure, self.layer)


def probing() -> "Cost":
    """Give what probing takes: a part of the text is some sentences, each of which takes seconds."""
    from nlpzero.core.job import Cost

    return Cost(task=1 << 16, least=1 << 9, most=1 << 11)
