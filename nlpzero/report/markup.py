"""The pieces of HTML that a report is made of. All text of a corpus goes through `escaped`: it is never markup."""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .places import WordPlaces

LONGEST = 60
"""Characters of a word or an example that are shown: a text may have words of a million."""

CellKind = Literal["word", "text", "number", "share", "html"]


def escaped(text: str) -> str:
    """Write text so that a browser shows it as it is; control characters are shown by their codes.

    Examples
    --------
    >>> escaped('<b title="x">&\\x07')
    '&lt;b title=&quot;x&quot;&gt;&amp;\\\\x07'
    """
    if not text.isprintable():
        text = "".join(_shown(character) for character in text)
    return html.escape(text)


def shortened(text: str) -> str:
    """Write text of the corpus, of long text only the beginning."""
    return escaped(text if len(text) <= LONGEST else text[:LONGEST] + "…")


def _shown(character: str) -> str:
    """Show a character that a page cannot hold, or that would reorder its text, by its code."""
    code = ord(character)
    if character.isprintable() or character in "\u3000\u00a0":
        return character
    if character in "\t\n\r":
        return " "
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def number(value: float, digits: int = 0) -> str:
    """Write a number for reading: with commas, and a real minus sign; nothing for what is not finite.

    Examples
    --------
    >>> number(1234567), number(-0.5, 2), number(float("nan"))
    ('1,234,567', '−0.50', '')
    """
    return f"{value:,.{digits}f}".replace("-", "−") if math.isfinite(value) else ""


class TableColumn(NamedTuple):
    """A column of a table: its title, what it holds, decimals of a number, and what the title means."""

    title: str
    kind: CellKind = "text"
    digits: int = 0
    meaning: str = ""


@dataclass
class PageWords:
    """The words of a page that have lines in context, and the language that they are tagged with."""

    places: dict[str, WordPlaces]
    language: str = "zh-Hans"
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {word: i for i, word in enumerate(word for word in self.places if self.places[word].lines)}

    def link(self, word: str) -> str:
        """Write a word, as a link to its lines if it has some."""
        at = self.numbers.get(word)
        return shortened(word) if at is None else f'<a href="#w{at}">{shortened(word)}</a>'

    def chip(self, word: str) -> str:
        """Write a word that stands among others."""
        return self.link(word) if word in self.numbers else f"<b>{shortened(word)}</b>"

    def tagged(self, markup: str) -> str:
        """Tag the language of words."""
        return f'<span lang="{self.language}">{markup}</span>'

    def words(self, words: Iterable[str]) -> str:
        """Write words one after the other."""
        return self.tagged(" ".join(map(self.chip, words)))


def table(
    name: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[Any]], page: PageWords, caption: str
) -> str:
    """Write a table; the script of the page makes it sortable and searchable.

    Parameters
    ----------
    name : str
        Its id in the page.
    columns : sequence of TableColumn
    rows : sequence of sequences
        A value for each column.
    page : PageWords
    caption : str
        What it shows, for those who do not see the page.
    """
    wide = " wide" if columns[-1].kind == "html" else ""
    narrow = sum(column.kind != "html" for column in columns)
    head = "".join(
        f'<th scope="col"{_class(column)}{_title(column)}>{escaped(column.title)}</th>' for column in columns
    )
    body = "".join(f"<tr>{''.join(map(_cell, columns, row, [page] * len(columns)))}</tr>\n" for row in rows)
    return (
        f'<div class="table{wide}" id="{name}" style="--n:{narrow}"><table><caption>{escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n"
    )


def _class(column: TableColumn) -> str:
    """Name the class of a column."""
    return ' class="n"' if column.kind in ("number", "share") else ' class="x"' if column.kind == "html" else ""


def _title(column: TableColumn) -> str:
    """Say what a column means."""
    return f' title="{escaped(column.meaning)}"' if column.meaning else ""


def _cell(column: TableColumn, value: Any, page: PageWords) -> str:
    """Write a field."""
    if column.kind == "number":
        return f'<td class="n">{number(value, column.digits)}</td>'
    if column.kind == "share":
        return f'<td class="n b" style="--v:{max(0.0, min(1.0, value)):.3f}">{number(value, column.digits)}</td>'
    if column.kind == "word":
        return f'<td class="w" lang="{page.language}">{page.link(value)}</td>'
    if column.kind == "html":
        return f'<td class="x">{value}</td>'
    return f'<td class="t" lang="{page.language}">{escaped(value)}</td>'


def commands(lines: Sequence[str]) -> str:
    """Write the command lines that give what is shown."""
    shown = "\n".join(escaped(line) for line in lines)
    return f'<pre class="cmd" tabindex="0" aria-label="Commands that give these figures"><code>{shown}</code></pre>\n'


def cards(facts: Sequence[tuple[str, str]]) -> str:
    """Write some figures large, each with what it is."""
    items = "".join(f"<div><dt>{escaped(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f'<dl class="cards">{items}</dl>\n'
