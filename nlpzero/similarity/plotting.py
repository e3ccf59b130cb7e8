"""A transport plan as a picture: a heat map with the words of one text down and those of the other across."""

import os
from collections.abc import Sequence

import numpy as np

from ..errors import ModelError
from .distances import Move

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",  # where a collection of fonts is listed under its first name only
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Heiti TC",
    "Arial Unicode MS",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
)
"""Fonts with Chinese characters, the best first."""

LIMIT = 200
"""Words on a side that can still be read."""


def chinese_font() -> str:
    """Give the name of an installed font with Chinese characters.

    Raises
    ------
    ModelError
        If there is none, or no matplotlib.
    """
    try:
        from matplotlib import font_manager
    except ImportError:
        raise ModelError("matplotlib is not installed; to draw: pip install 'nlpzero[plot]'") from None
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for name in FONTS:
        if name in installed:
            return name
    raise ModelError("no font with Chinese characters is installed; install one, such as Noto Sans CJK")


def draw(moves: Sequence[Move], a: Sequence[str], b: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Draw the moves between two texts: the darker, the more mass; each cell also tells how far.

    Parameters
    ----------
    moves : sequence of Move
        As `Measure.align` gives them.
    a, b : sequences of str
        The words of the texts, for their order.
    path : path
        A file to write: .svg or .png.

    Raises
    ------
    ModelError
        For another suffix, more than 200 different words, without matplotlib or without a Chinese font.
    """
    target = os.fspath(path)
    if not target.endswith((".svg", ".png")):
        raise ModelError(f"{target}: a picture is .svg or .png")
    font = chinese_font()
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    moved_a, moved_b = {move.word_a for move in moves}, {move.word_b for move in moves}
    rows = [word for word in dict.fromkeys(a) if word in moved_a]
    columns = [word for word in dict.fromkeys(b) if word in moved_b]
    if max(len(rows), len(columns)) > LIMIT:
        raise ModelError(f"{len(rows)} x {len(columns)} different words are too many to draw; at most {LIMIT}")
    plan = np.zeros((len(rows), len(columns)))
    places_a, places_b = ({word: k for k, word in enumerate(side)} for side in (rows, columns))
    for move in moves:
        plan[places_a[move.word_a], places_b[move.word_b]] = move.mass
    figure = Figure(figsize=(2 + 0.6 * len(columns), 1.5 + 0.45 * len(rows)), layout="constrained")
    axes = figure.subplots()
    picture = axes.imshow(plan, cmap="Blues", vmin=0, aspect="auto")
    figure.colorbar(picture, ax=axes, label="mass")
    properties = FontProperties(family=font, size=12)
    axes.set_xticks(range(len(columns)), columns, fontproperties=properties)
    axes.set_yticks(range(len(rows)), rows, fontproperties=properties)
    axes.xaxis.tick_top()
    for move in moves:
        x, y = places_b[move.word_b], places_a[move.word_a]
        dark = move.mass > plan.max() / 2
        axes.text(x, y, f"{move.distance:.2f}", ha="center", va="center", size=8, color="white" if dark else "black")
    try:
        figure.savefig(target, dpi=150)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror}") from None
