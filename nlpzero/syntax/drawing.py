"""Drawing hierarchies: as an indented tree, in brackets, as JSON, and as pictures (SVG, or DOT for Graphviz).

Each is one scan over the words of a sentence: a node's line, bracket or object opens before the first word of its span,
outer nodes first. So a hierarchy may be as deep as its sentence is long.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from html import escape
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from .parser import Node, Tree

_SPECIAL = re.compile(r"[()\\]")
_BRACKETED = re.compile(r"\\(.)|([()])|([^()\\]+)", re.DOTALL)

SIZE = 16.0
"""Height of a letter of the words, in pixels."""
LABEL = 12.0
"""Height of a letter of the templates."""
ROW = 3 * SIZE
BETWEEN = SIZE
MARGIN = SIZE
BLUE = "#3465a4"

_STYLE = f"""<style>
text {{ font: {SIZE:.0f}px 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }}
text {{ text-anchor: middle; white-space: pre; }}
.template {{ font-size: {LABEL:.0f}px; fill: {BLUE}; }}
.flat {{ fill: #777; }}
line {{ stroke: #bbb; }}
</style>"""

_UNFIT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")  # what XML cannot hold
_REPLACEMENT = "\ufffd"


def owners(tree: Tree) -> list[int]:
    """Give for each word the node that has it in its template, or as a word of a flat span.

    Examples
    --------
    >>> owners(Tree(["水", "涨", "了"], [Node(0, 3, 0, (2,), "[X] 了", -1.0), Node(0, 2, 1, (0, 1), None, -20.0)]))
    [1, 1, 0]
    """
    owner = [0] * len(tree.words)
    for number, node in enumerate(tree.nodes):
        for place in node.places:
            owner[place] = number
    return owner


def _opening(tree: Tree) -> list[list[int]]:
    """Give for each word the nodes whose spans begin with it, outer ones first."""
    opening: list[list[int]] = [[] for _ in tree.words]
    for number, node in enumerate(tree.nodes):
        opening[node.start].append(number)
    return opening


def mark_gaps(words: Sequence[str], places: Sequence[int]) -> str:
    """Write words, those between the given places in brackets.

    Examples
    --------
    >>> mark_gaps(["水", "涨", "了"], [2])
    '(水涨)了'
    """
    parts, before = [], 0
    for place in (*places, len(words)):
        if place > before:
            parts.append(f"({''.join(words[before:place])})")
        parts += words[place : place + 1]
        before = place + 1
    return "".join(parts)


def _labels(tree: Tree) -> list[str]:
    """Write the words of each node's span, those of the nodes in it in brackets."""
    spans: list[list[tuple[int, int]]] = [[] for _ in tree.nodes]
    for node, parent in zip(tree.nodes[1:], _parents(tree)[1:], strict=True):
        spans[parent].append((node.start, node.end))
    labels = []
    for node, inner in zip(tree.nodes, spans, strict=True):
        parts, at = [], node.start
        for start, end in [*inner, (node.end, node.end)]:
            parts += [*tree.words[at:start], f"({''.join(tree.words[start:end])})" * (end > start)]
            at = end
        labels.append("".join(parts))
    return labels


def draw_tree(tree: Tree) -> str:
    """Draw a hierarchy as lines: for each node its words, those of nodes in it in brackets; below, what it consists of.

    Examples
    --------
    >>> from .inventory import Inventory
    >>> from .parser import Parser
    >>> print(draw_tree(Parser(Inventory([("可以", None, "吗")], [1])).parse(["鸡蛋", "可以", "吃", "吗"])))
    +---> 鸡蛋(可以吃吗)
    |     +---> 鸡蛋
    |     +---> 可以(吃)吗
    |     |     +---> 可以
    |     |     +---> 吃
    |     |     |     +---> 吃
    |     |     +---> 吗
    """
    lines, labels = [], _labels(tree)
    for word, opening, owner in zip(tree.words, _opening(tree), owners(tree), strict=True):
        lines += [f"{'|     ' * tree.nodes[i].depth}+---> {labels[i]}" for i in opening]
        lines.append(f"{'|     ' * (tree.nodes[owner].depth + 1)}+---> {word}")
    return "\n".join(lines)


def _around(tree: Tree) -> tuple[list[int], list[int]]:
    """Count the nodes below the first that begin with each word, and those that end with it."""
    opened, closed = [0] * len(tree.words), [0] * len(tree.words)
    for node in tree.nodes[1:]:
        opened[node.start] += 1
        closed[node.end - 1] += 1
    return opened, closed


def write_brackets(tree: Tree, delimiter: str = "") -> str:
    r"""Write a sentence with each template and gap in brackets; those of the text have a backslash before them.

    Examples
    --------
    >>> write_brackets(Tree(["水", "涨", "了"], [Node(0, 3, 0, (2,), "", 0.0), Node(0, 2, 1, (0, 1), None, 0.0)]), " ")
    '(水 涨) 了'
    """
    opened, closed = _around(tree)
    words = (_SPECIAL.sub(r"\\\g<0>", word) for word in tree.words)
    around = zip(words, opened, closed, strict=True)
    return delimiter.join(f"{'(' * begun}{word}{')' * ended}" for word, begun, ended in around)


def read_brackets(text: str, delimiter: str = " ") -> tuple[list[str], list[tuple[int, int]]]:
    r"""Read what `write_brackets` wrote: the words, and the spans of the gaps in the order in which they begin.

    Raises
    ------
    ValueError
        If a bracket has no counterpart.

    Examples
    --------
    >>> read_brackets("(水 涨) 了")
    (['水', '涨', '了'], [(0, 2)])
    """
    words: list[str] = [""]
    spans: list[list[int]] = []
    left: list[list[int]] = []
    for escaped, bracket, plain in _BRACKETED.findall(text):
        if bracket == "(":
            left.append([len(words) - 1, 0])
            spans.append(left[-1])
        elif bracket == ")":
            if not left:
                raise ValueError(f"a closing bracket too many in {text!r}")
            left.pop()[1] = len(words)
        else:
            first, *more = [escaped] if escaped else plain.split(delimiter)
            words[-1] += first
            words += more
    if left:
        raise ValueError(f"a closing bracket is missing in {text!r}")
    return words, [(begin, end) for begin, end in spans]


def write_json(tree: Tree) -> str:
    r"""Write a hierarchy as nested JSON objects: text, template (null: flat), score, parts (words and objects).

    Examples
    --------
    >>> write_json(Tree(["水", "了"], [Node(0, 2, 0, (1,), "[X] 了", -1.5), Node(0, 1, 1, (0,), None, 0.0)]))
    '{"text": "水了", "template": "[X] 了", "score": -1.5, "parts": [{"text": "水", ..., "parts": ["水"]}, "了"]}'
    """
    written = []
    for word, opening, closed in zip(tree.words, _opening(tree), _around(tree)[1], strict=True):
        heads = "".join(_json_head(tree, tree.nodes[i]) for i in opening)
        written.append(heads + json.dumps(word, ensure_ascii=False) + "]}" * closed)
    return ", ".join(written) + "]}"


def _json_head(tree: Tree, node: Node) -> str:
    """Write the beginning of a node's object, up to its parts."""
    fields = {"text": "".join(tree.words[node.start : node.end]), "template": node.template, "score": node.score}
    return json.dumps(fields, ensure_ascii=False)[:-1] + ', "parts": ['


class Picture(NamedTuple):
    """A drawing: its width and height in pixels, and the SVG elements in it."""

    width: float
    height: float
    elements: str


def text_width(text: str) -> float:
    """Estimate the width of a text in heights of a letter: 1 for a wide character, 0.6 for any other.

    Examples
    --------
    >>> text_width("水a")
    1.6
    """
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.6 for character in text)


def picture(tree: Tree) -> Picture:
    """Draw a hierarchy in SVG: each template above its words and gaps, flat spans grey under a bar.

    Every span has a column of its own, wide enough for what is in it, so that nothing overlaps.
    """
    columns = [text_width(word) * SIZE + BETWEEN for word in tree.words]
    before = [0.0] * len(columns)  # the white space left of a word, besides its column; likewise right of it
    after = before.copy()
    for node in reversed(tree.nodes):
        words = range(node.start, node.end)
        room = sum(before[i] + columns[i] + after[i] for i in words)
        missing = text_width(node.template or "") * LABEL + BETWEEN - room
        if missing > 0:
            before[node.start] += missing / 2
            after[node.end - 1] += missing / 2
    edges = [*accumulate((sum(parts) for parts in zip(before, columns, after, strict=True)), initial=MARGIN)]
    middle = [edge + left + column / 2 for edge, left, column in zip(edges, before, columns, strict=False)]
    lines, texts, parents = [], [], _parents(tree)
    for number, node in enumerate(tree.nodes):
        x, y = (edges[node.start] + edges[node.end]) / 2, _height(node.depth)
        if node.template is None:
            first, last = middle[node.start], middle[node.end - 1]
            x = (first + last) / 2
            if first < last:
                lines.append(_line(first, y - 1.1 * SIZE, last, y - 1.1 * SIZE))
            texts += [_text(middle[i], y, tree.words[i], "flat") for i in node.places]
        else:
            texts.append(_text(x, y, node.template, "template"))
            for i in node.places:
                lines.append(_line(x, y + 0.4 * SIZE, middle[i], _height(node.depth + 1) - 1.1 * SIZE))
                texts.append(_text(middle[i], _height(node.depth + 1), tree.words[i], "word"))
        if number:
            above = tree.nodes[parents[number]]
            from_x = (edges[above.start] + edges[above.end]) / 2
            lines.append(_line(from_x, _height(above.depth) + 0.4 * SIZE, x, y - 1.1 * SIZE))
    deepest = max(node.depth + (node.template is not None) for node in tree.nodes)
    return Picture(edges[-1] + MARGIN, _height(deepest) + MARGIN, "\n".join([*lines, *texts]))


def _height(depth: int) -> float:
    """Give the base line of the texts at a depth."""
    return MARGIN + SIZE + depth * ROW


def _parents(tree: Tree) -> list[int]:
    """Give for each node the one that it is in; 0 for the first."""
    parents, path = [], [0]
    for number, node in enumerate(tree.nodes):
        del path[node.depth :]
        parents.append(path[-1] if path else 0)
        path.append(number)
    return parents


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    """Write a line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str) -> str:
    """Write a text, centred."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(_UNFIT.sub(_REPLACEMENT, text), quote=False)}</text>'


def svg(pictures: Sequence[Picture]) -> str:
    """Write a page of drawings, one below the other, as an SVG document.

    Examples
    --------
    >>> page = svg([Picture(10, 20, "<line/>"), Picture(30, 5, "")])
    >>> page.splitlines()[0]
    '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="25" viewBox="0 0 30 25">'
    """
    width = ceil(max((drawn.width for drawn in pictures), default=0))
    tops = [*accumulate((drawn.height for drawn in pictures), initial=0.0)]
    height = ceil(tops[-1])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    groups = [
        f'<g transform="translate(0 {top:.1f})">\n{drawn.elements}\n</g>'
        for top, drawn in zip(tops, pictures, strict=False)
    ]
    return "\n".join([head, _STYLE, '<rect width="100%" height="100%" fill="white"/>', *groups, "</svg>\n"])


def write_dot(tree: Tree) -> str:
    """Write a hierarchy as a directed graph in the DOT language of Graphviz.

    Examples
    --------
    >>> print(write_dot(Tree(["水", "了"], [Node(0, 2, 0, (1,), "[X] 了", -1.5), Node(0, 1, 1, (0,), None, 0.0)])))
    digraph {
      graph [ordering=out]; node [shape=plaintext, fontname="Noto Sans CJK SC"]; edge [arrowhead=none];
      n0 [label="[X] 了", fontcolor="#3465a4"];
      n1 [label="", shape=point];
      n0 -> n1;
      w0 [label="水"];
      n1 -> w0;
      w1 [label="了"];
      n0 -> w1;
    }
    """
    lines = [
        "digraph {",
        '  graph [ordering=out]; node [shape=plaintext, fontname="Noto Sans CJK SC"]; edge [arrowhead=none];',
    ]
    parents, owner = _parents(tree), owners(tree)
    for place, opening in enumerate(_opening(tree)):
        for i in opening:
            template = tree.nodes[i].template
            look = '"", shape=point' if template is None else f'{_quoted(template)}, fontcolor="{BLUE}"'
            lines += [f"  n{i} [label={look}];", *([f"  n{parents[i]} -> n{i};"] if i else [])]
        lines += [f"  w{place} [label={_quoted(tree.words[place])}];", f"  n{owner[place]} -> w{place};"]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    """Write a string of DOT."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
