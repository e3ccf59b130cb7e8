"""Places for labels that do not overlap, and places for the nodes of a small network."""

import numpy as np
import numpy.typing as npt

from .projection import Points

ROUNDS = 400
"""Rounds of moving labels apart before the map is made larger."""
GROWTH = 1.06


def spread_labels(at: Points, sizes: Points, width: float, height: float, gap: float = 2.0) -> tuple[Points, Points]:
    """Give labels places near those asked for, so that none lies on another.

    Parameters
    ----------
    at : float64 array (n, 2)
        Where the middle of each should be; scaled to the area.
    sizes : float64 array (n, 2)
        Their widths and heights.
    width, height : float
        Of the area; it grows where they do not find room.
    gap : float
        Between them, at the least.

    Returns
    -------
    places : float64 array (n, 2)
    area : float64 array (2,)
        Width and height.

    Examples
    --------
    >>> at = np.zeros((3, 2)) + np.arange(3)[:, None] / 100
    >>> places, area = spread_labels(at, np.full((3, 2), 10.0), 100, 50)
    >>> overlaps(places, np.full((3, 2), 10.0))
    0
    """
    area = np.array([width, height], np.float64)
    if not len(at):
        return at, area
    low, high = at.min(0), at.max(0)
    unit = (at - low) / np.where(high > low, high - low, 1.0)
    unit = np.where(high > low, unit, 0.5)
    largest = sizes.max(0) + gap
    area = np.maximum(area, largest)
    room = np.sqrt(((sizes + gap).prod(1).sum() * 1.6) / area.prod())
    area = area * max(1.0, room)
    places = unit * (area - largest) + largest / 2
    places += np.stack([np.arange(len(at)), -np.arange(len(at))], 1) * 1e-3  # equal places part, too
    while True:
        for _ in range(ROUNDS):
            push = _push(places, sizes + gap)
            if push is None:
                return places, area
            places = np.clip(places + push, (sizes + gap) / 2, area - (sizes + gap) / 2)
        area, places = area * GROWTH, places * GROWTH


def _push(places: Points, sizes: Points) -> Points | None:
    """Say where labels that overlap should go, each along the axis on which it is out sooner; None if none does."""
    apart = places[:, None] - places[None]
    inside: Points = (sizes[:, None] + sizes[None]) / 2 - np.abs(apart)
    inside[np.arange(len(places)), np.arange(len(places))] = -1
    over = np.all(inside > 1e-6, axis=2)
    if not over.any():
        return None
    first = inside[..., 0] <= inside[..., 1]
    axis = np.stack([first, ~first], 2) & over[..., None]
    push = np.where(axis, np.sign(apart) * (inside / 2 + 1e-3), 0.0)
    found: Points = push.sum(1) / np.maximum(over.sum(1), 1)[:, None] ** 0.5
    return found


def overlaps(places: Points, sizes: Points) -> int:
    """Count the pairs of labels that overlap."""
    apart = np.abs(places[:, None] - places[None])
    over = (apart + 1e-9 < (sizes[:, None] + sizes[None]) / 2).all(2)
    return int(np.count_nonzero(np.triu(over, 1)))


def arrange(edges: npt.NDArray[np.intp], size: int, steps: int = 300) -> Points:
    """Give the nodes of a small network places in the plane: joined ones near, others apart.

    Fruchterman & Reingold 1991, from a circle, so that nothing is drawn at random.

    Parameters
    ----------
    edges : int array (e, 2)
    size : int
        Nodes.
    """
    turn = np.arange(size) * 2.399963  # the golden angle
    at: Points = (
        np.stack([np.cos(turn), np.sin(turn)], 1) * np.sqrt(np.arange(size) + 1.0)[:, None] / max(1, size) ** 0.5
    )
    ideal = 1.0 / max(1, size) ** 0.5
    for step in range(steps):
        apart = at[:, None] - at[None]
        distance = np.maximum(np.sqrt((apart**2).sum(2)), 1e-6)
        force = (apart * (ideal**2 / distance**2)[..., None]).sum(1)
        if len(edges):
            a, b = edges[:, 0], edges[:, 1]
            along = (at[a] - at[b]) * (distance[a, b] / ideal)[:, None]
            np.add.at(force, a, -along)
            np.add.at(force, b, along)
        force -= at * 0.4 * ideal**0.5  # parts of the network stay together
        length = np.maximum(np.sqrt((force**2).sum(1)), 1e-12)[:, None]
        at = at + force / length * np.minimum(length, 0.12 * (1 - step / steps) + 1e-3)
    return at
