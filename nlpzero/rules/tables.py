"""Baskets in tables (表格): two of many columns, or items on top and 0 or 1 below."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from ..errors import CorpusError
from ..reading.fields import RecordLines, csv_rows, field_rows
from ..reading.parts import Block
from .baskets import Records

_YES, _NO = frozenset(("1", "1.0", "true", "yes", "t", "y", "x")), frozenset(("0", "0.0", "false", "no", "f", "n", ""))


_BASKETS = re.compile(
    "(?:basket|order|transaction|invoice|receipt|bill|session)(?:id|no|number)?|tid"
    "|[订訂][单單](?:[编編]?[号號]|id)?|[单單][号號]|交易(?:编?号|id)?|流水号|小票号?|购物篮|会话"
)
_ITEMS = re.compile(
    "(?:item|product)(?:id|name|description)?|description|goods|sku"
    "|商品(?:名[称稱]?|编号|id)?|物品|[产產]品(?:名称?)?|品名|[货貨][品物]"
)
"""Names of columns, without blanks and underscores, in small letters."""


def named_columns(text: str, separator: str = ",") -> tuple[str, str] | None:
    r"""Find the columns of a basket and of an item by their names in the first of some lines.

    Examples
    --------
    >>> named_columns("订单号,日期,商品,价格\n1,3-5,茶,9\n"), named_columns("茶,酒\n")
    (('订单号', '商品'), None)
    """
    names = [name.strip().strip('"').strip() for name in text.split("\n", 1)[0].split(separator)]
    plain = [name.lower().replace("_", "").replace(" ", "") for name in names]
    found = [
        next((name for name, one in zip(names, plain, strict=True) if kind.fullmatch(one)), None)
        for kind in (_BASKETS, _ITEMS)
    ]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def chosen_columns(
    blocks: Iterable[Block], separator: str, columns: Sequence[str | int], header: bool = False
) -> Iterator[Block]:
    r"""Give two or more columns of csv as csv of these columns only, a record in a line.

    Parameters
    ----------
    columns : names, which the first record of each file then holds, or numbers from 1
    header : bool
        Whether the first record of each file holds names also where columns are numbers.

    Raises
    ------
    CorpusError
        For a name that is not there, or a record without the column.

    Examples
    --------
    >>> [block] = chosen_columns([Block("a", 1, "no,what,who\n1,茶,甲\n2,酒,甲\n")], ",", ["who", "what"])
    >>> block.text, block.numbers
    ('"甲","茶"\n"甲","酒"\n', (2, 3))
    """
    for source, own in itertools.groupby(blocks, key=lambda block: block.source):
        rows = field_rows(source, own, columns, separator, header)
        while some := list(itertools.islice(rows, 1 << 14)):
            text = "".join('"' + f'"{separator}"'.join(_quoted(values)) + '"\n' for _, values in some)
            yield Block(source, some[0][0], text, numbers=tuple(number for number, _ in some))


def _quoted(values: Sequence[str]) -> list[str]:
    """Write fields for csv; line ends in them become blanks."""
    return [value.replace('"', '""').replace("\r", " ").replace("\n", " ") for value in values]


def from_matrix(blocks: Iterable[Block], separator: str = ",") -> Iterator[Records]:
    r"""Read a basket from each record of a table of 0 and 1; its first record holds the names of the items.

    Raises
    ------
    CorpusError
        For a value that is neither, and for a record that has more or fewer fields than the first.

    Examples
    --------
    >>> [records] = from_matrix([Block("", 1, "茶,酒\n1,0\n1,1\n")])
    >>> records.rows
    [['茶'], ['茶', '酒']]
    """
    for source, own in itertools.groupby(blocks, key=lambda block: block.source):
        lines = RecordLines(own)
        names: list[str] = []
        rows: list[list[str]] = []
        numbers: list[int] = []
        for row in csv_rows(source, lines, separator):
            if lines.is_first:
                names = [name.strip() for name in row]
            elif lines.is_own and row:
                rows.append(_items(source, lines.number, names, row))
                numbers.append(lines.number)
            if len(rows) == 1 << 14:
                yield Records(source, numbers, rows)
                rows, numbers = [], []
        if rows:
            yield Records(source, numbers, rows)


def _items(source: str, number: int, names: Sequence[str], row: Sequence[str]) -> list[str]:
    """Give the names of the columns that hold a 1."""
    if len(row) != len(names):
        message = f"{source}: line {number}: has {len(row)} fields, and the first line {len(names)}"
        raise CorpusError(message, source, number)
    values = [value.strip().lower() for value in row]
    for value in values:
        if value not in _YES and value not in _NO:
            raise CorpusError(f"{source}: line {number}: {value!r} is neither 0 nor 1", source, number)
    return [name for name, value in zip(names, values, strict=True) if value in _YES]


def is_matrix(text: str, separator: str = ",") -> bool:
    r"""Tell from some lines whether they are a table of 0 and 1 with names on top.

    Examples
    --------
    >>> is_matrix("茶,酒\n1,0\n0,1\n"), is_matrix("1,0\n0,1\n"), is_matrix("茶,酒\n米,茶\n")
    (True, False, False)
    """
    rows = [[value.strip() for value in line.split(separator)] for line in text.split("\n") if line.strip()]
    return (
        len(rows) > 1
        and len(rows[0]) > 1
        and not {*rows[0]} & {"0", "1"}
        and all(len(row) == len(rows[0]) and {*row} <= {"0", "1"} for row in rows[1:])
    )
