"""How baskets are written in a file (购物篮格式): told by its first lines, and read."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..core.workspace import Workspace
from ..reading.parts import Block, text_of
from .baskets import Baskets, from_csv, from_jsonl, from_lines, from_pairs, guess_form
from .tables import chosen_columns, from_matrix, is_matrix, named_columns

BasketForm = Literal["baskets", "csv", "single", "matrix", "jsonl"]
FORMS: tuple[BasketForm, ...] = ("baskets", "csv", "single", "matrix", "jsonl")
HEAD = 1 << 14
"""Characters of the first block that the form is told by."""


@dataclass(frozen=True)
class BasketLayout:
    """How baskets are written.

    Attributes
    ----------
    form : str or None
        One of `FORMS`; None if it is not known yet.
    columns : () or (str or int, str or int)
        single: the columns of the basket and of the item, by name or by number from 1; none where there are two only.
    separator : str
        Of csv, single and matrix.
    header : bool
        csv, single: whether the first record names the columns, and is no basket.
    """

    form: BasketForm | None = None
    columns: tuple[str | int, ...] = ()
    separator: str = ","
    header: bool = False

    @property
    def in_records(self) -> bool:
        """Whether a basket may reach over several lines, so that blocks need what stands around them."""
        return self.form not in ("baskets", "jsonl")

    def told_by(self, blocks: Iterator[Block]) -> "tuple[BasketLayout, Iterator[Block]]":
        """Tell the form by the first lines; give it with all blocks.

        Examples
        --------
        >>> layout, blocks = BasketLayout().told_by(iter([Block("", 1, "订单号,商品\\n1,茶\\n")]))
        >>> layout.form, layout.columns, len([*blocks])
        ('single', ('订单号', '商品'), 1)
        """
        first = next(blocks, None)
        head = "" if first is None else first.text[:HEAD].rpartition("\n")[0] or first.text
        every = itertools.chain([] if first is None else [first], blocks)
        if columns := named_columns(head, self.separator):
            return replace(self, form="single", columns=columns), every
        return replace(self, form="matrix" if is_matrix(head, self.separator) else guess_form(head)), every

    def read(self, blocks: Iterable[Block], *, workspace: Workspace | None = None, max_basket: int | None) -> Baskets:
        """Read the baskets of blocks of a corpus."""
        if not self.in_records:
            blocks = (block for block in blocks if block.own)
        blocks = (block if block.view is None else block._replace(text=text_of(block)) for block in blocks)
        if self.form == "single":
            baskets = Baskets(workspace, max_basket=max_basket)
            if self.columns:
                blocks = chosen_columns(blocks, self.separator, self.columns, self.header)
            from_pairs(blocks, baskets, baskets.workspace, self.separator, self.header and not self.columns)
            return baskets
        if self.form == "csv":
            records = from_csv(blocks, self.separator, self.header)
        elif self.form == "matrix":
            records = from_matrix(blocks, self.separator)
        else:
            records = (from_jsonl if self.form == "jsonl" else from_lines)(blocks)
        return Baskets.read(records, workspace, max_basket)
