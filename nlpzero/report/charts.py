"""Pictures as plain SVG: curves, strips, maps and networks, in the colours of the page."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .markup import PageWords, escaped, number, shortened

WIDTH, HEIGHT = 520.0, 330.0
BOX = 25.0
"""Height of a box of a network."""
LEFT, RIGHT, TOP, BOTTOM = 58.0, 18.0, 14.0, 42.0

Scale = Callable[[float], float]


class Axis(NamedTuple):
    """An axis: from where to where, whether by logarithms, and what it counts."""

    low: float
    high: float
    logarithmic: bool
    title: str

    def place(self, value: float) -> float:
        """Give the place of a value, from 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(max(self.high / self.low, 1.001))
        return (value - self.low) / max(self.high - self.low, 1e-9)

    def ticks(self) -> list[float]:
        """Give round values."""
        if self.logarithmic:
            return [10.0**k for k in range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)]
        step = 10 ** math.floor(math.log10(max(self.high - self.low, 1e-9)))
        step = next((step * part for part in (0.2, 0.5, 1.0) if (self.high - self.low) / (step * part) <= 6), step)
        return [k * step for k in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def short(value: float) -> str:
    """Write a number in few characters.

    Examples
    --------
    >>> short(20000), short(1500000), short(7)
    ('20k', '1.5M', '7')
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def curve(
    points: Sequence[tuple[float, float]],
    axes: tuple[Axis, Axis],
    title: str,
    names: Sequence[str] = (),
    page: PageWords | None = None,
) -> str:
    """Draw a curve; some of its points may have names, which never overlap."""
    x, y = axes
    across = [LEFT + x.place(a) * (WIDTH - LEFT - RIGHT) for a, _ in points]
    down = [HEIGHT - BOTTOM - y.place(b) * (HEIGHT - TOP - BOTTOM) for _, b in points]
    parts = [_frame(x, y)]
    path = "".join(f"{'ML'[i > 0]}{a:.1f} {b:.1f}" for i, (a, b) in enumerate(zip(across, down, strict=True)))
    parts.append(f'<path class="line" d="{path}"/>')
    last = -math.inf
    for a, b, name in zip(across, down, names, strict=False):
        if name and page is not None and a - last > 34 and a < WIDTH - 56:
            parts.append(f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="3"/>')
            parts.append(f'<text class="zh" x="{a + 6:.1f}" y="{b - 6:.1f}">{page.link(name)}</text>')
            last = a + 12 * len(name)
    language = f' lang="{page.language}"' if page is not None else ""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escaped(title)}"{language}>'
        f"{''.join(parts)}</svg>\n"
    )


def _frame(x: Axis, y: Axis) -> str:
    """Draw the axes."""
    parts = []
    floor = HEIGHT - BOTTOM
    for value in x.ticks():
        at = LEFT + x.place(value) * (WIDTH - LEFT - RIGHT)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{floor}"/>')
        parts.append(f'<text class="tick" x="{at:.1f}" y="{floor + 16}" text-anchor="middle">{short(value)}</text>')
    for value in y.ticks():
        at = floor - y.place(value) * (floor - TOP)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{short(value)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="tick" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escaped(x.title)}</text>')
    turn = f"rotate(-90 14 {(TOP + floor) / 2})"
    parts.append(
        f'<text class="tick" x="14" y="{(TOP + floor) / 2}" text-anchor="middle" transform="{turn}">'
        f"{escaped(y.title)}</text>"
    )
    return "".join(parts)


def bars(shares: Sequence[tuple[str, float]], title: str) -> str:
    """Draw shares of a whole as one bar, with a list of what each colour is."""
    parts, items, at = [], [], 0.0
    for colour, (name, share) in enumerate(shares):
        if share <= 0:
            continue
        parts.append(f'<rect class="f{colour}" x="{at * 1000:.1f}" y="0" width="{share * 1000:.1f}" height="24"/>')
        items.append(f'<li><i class="f{colour}"></i>{escaped(name)} <b>{_percent(share)}</b></li>')
        at += share
    return (
        f'<svg class="bar" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label="{escaped(title)}">'
        f'{"".join(parts)}</svg><ul class="key">{"".join(items)}</ul>\n'
    )


def _percent(share: float) -> str:
    """Write a share."""
    return "< 0.01 %" if share < 1e-4 else f"{number(100 * share, 2 if share < 0.1 else 1)} %"


def network(
    nodes: Sequence[tuple[str, float, float, float]],
    edges: Sequence[tuple[int, int]],
    size: tuple[float, float],
    page: PageWords,
) -> str:
    """Draw words as boxes, and arrows from one to another.

    Parameters
    ----------
    nodes : sequence of (word, x, y, width)
    edges : sequence of (int, int)
    size : (float, float)
    page : PageWords
    """
    lines = []
    for a, b in edges:
        (_, x1, y1, w1), (_, x2, y2, w2) = nodes[a], nodes[b]
        start, end = _border(x1, y1, w1, x2, y2), _border(x2, y2, w2, x1, y1)
        lines.append(f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"/>')
    boxes = []
    for word, x, y, width in nodes:
        box = (
            f'<rect x="{x - width / 2:.1f}" y="{y - BOX / 2:.1f}" width="{width:g}" height="{BOX:g}" rx="6"/>'
            f'<text x="{x:g}" y="{y:g}">{shortened(word)}</text>'
        )
        at = page.numbers.get(word)
        boxes.append(box if at is None else f'<a href="#w{at}">{box}</a>')
    return (
        f'<svg class="net" viewBox="0 0 {size[0]:g} {size[1]:g}" role="group" aria-label="Network of rules" '
        f'lang="{page.language}"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        f'<g class="arrows">{"".join(lines)}</g>{"".join(boxes)}</svg>'
    )


def _border(x: float, y: float, width: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Give the place where a line from the middle of a box to another place leaves the box."""
    dx, dy = to_x - x, to_y - y
    part = min((width / 2 + 2) / max(abs(dx), 1e-9), (BOX / 2 + 2) / max(abs(dy), 1e-9))
    return x + dx * part, y + dy * part


def strip(numbers: Sequence[int], title: str) -> str:
    """Draw how often a word stands in each part of the corpus, as marks from left to right."""
    if not any(numbers):
        return ""
    most = max(numbers)
    path = "".join(
        f"M{i + 0.5} 16v{-max(3.0, 16 * math.sqrt(count / most)):.1f}" for i, count in enumerate(numbers) if count
    )
    return (
        f'<svg class="strip" viewBox="0 0 {len(numbers)} 16" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(title)}"><path d="{path}"/></svg>'
    )
