"""What the functions of this folder give: columns of equal length, and rows made of them."""

from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ResultTable:
    """A table (结果表): named columns; its rows are named tuples.

    Attributes
    ----------
    columns : dict of sequences
        Of equal length; numbers are NumPy arrays.

    Examples
    --------
    >>> import numpy as np
    >>> table = ResultTable({"word": ["江", "船"], "count": np.array([3, 2])})
    >>> table[0].word, table["count"].tolist(), len(table), [row.count for row in table]
    ('江', [3, 2], 2, [3, 2])
    """

    columns: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, which: Any) -> Any:
        """Give a column by its name, or a row by its number."""
        if isinstance(which, str):
            return self.columns[which]
        return self._row(*(_plain(column[which]) for column in self.columns.values()))

    def __iter__(self) -> Iterator[Any]:
        return map(self._row, *self.lists())

    def lists(self, names: Sequence[str] | None = None) -> list[list[Any]]:
        """Give columns, all by default, as lists of Python's own values."""
        chosen = self.names if names is None else names
        return [listed(self.columns[name]) for name in chosen]

    @property
    def _row(self) -> Any:
        """The type of the rows, whose first fields are the names of the columns."""
        return namedtuple("Row", self.names)


def listed(column: Any) -> list[Any]:
    """Give a column as a list of Python's own values."""
    return column.tolist() if hasattr(column, "tolist") else list(column)


def _plain(value: Any) -> Any:
    """Give a value as Python's own."""
    return value.item() if hasattr(value, "item") else value
