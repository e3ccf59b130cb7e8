"""A concordance as one self-contained HTML page: no scripts, no files beside it."""

from collections.abc import Iterable, Iterator
from html import escape

from .concordance import ConcordanceLine

_STYLE = (
    "body{font-family:serif;margin:2em}"
    "table{border-collapse:collapse;white-space:pre}"
    "td{padding:.1em .5em;vertical-align:baseline}"
    "td.l{text-align:right}"
    "td.m{font-weight:bold;color:#a00}"
    "td.p{color:#777;font-family:sans-serif;font-size:smaller}"
    "tr:nth-child(even){background:#f5f5f5}"
    "@media(prefers-color-scheme:dark){body{background:#222;color:#ddd}td.m{color:#f88}"
    "tr:nth-child(even){background:#2b2b2b}}"
)
_CONTROLS = {code: "\ufffd" for code in (*range(9), *range(11, 32), 127)}


def concordance_page(lines: Iterable[ConcordanceLine], title: str) -> Iterator[str]:
    """Write concordance lines as an HTML page (网页), piece by piece.

    Examples
    --------
    >>> text = "".join(concordance_page([ConcordanceLine("a.txt", 3, "江上有", "<船>", "")], "船"))
    >>> "<title>船</title>" in text, '<td class="m">&lt;船&gt;</td>' in text
    (True, True)
    """
    name = _safe(title)
    yield f'<!DOCTYPE html>\n<html lang="zh">\n<meta charset="utf-8">\n<title>{name}</title>\n<style>{_STYLE}</style>\n'
    yield f"<h1>{name}</h1>\n<table>\n"
    number = 0
    for line in lines:
        number += 1
        yield (
            f'<tr><td class="l">{_safe(line.left)}</td><td class="m">{_safe(line.match)}</td>'
            f'<td>{_safe(line.right)}</td><td class="p">{_safe(line.source)}:{line.line}</td></tr>\n'
        )
    yield f"</table>\n<p>{number:,}</p>\n</html>\n"


def _safe(text: str) -> str:
    """Write text so that it is only text."""
    return escape(text.translate(_CONTROLS))
