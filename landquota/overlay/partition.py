"""Features by the tiles in which they lie, and by the boxes around them.

A feature belongs to the tile of its middle, and to no other, wherever it reaches: what is done
tile by tile counts it once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from landquota.overlay.tables import Floats, Ints

#: West, south, east, north.
Bounds = tuple[float, float, float, float]


def tiled(boxes: Floats, tile: float) -> Iterator[Ints]:
    """Yield the rows of boxes, shape (n, 4), by the tile in which their middle lies, ascending within each."""
    known = np.nan_to_num(boxes)
    tiles = np.floor((known[:, :2] + known[:, 2:]) / 2 / tile).astype(np.int64)
    _, place = np.unique(tiles, axis=0, return_inverse=True)
    order = np.argsort(place, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        if len(rows):
            yield rows


def around(boxes: Floats) -> Bounds:
    """Return the box around boxes, shape (n, 4), of which those that are NaN do not count; zeros around none."""
    known = boxes[~np.isnan(boxes[:, 0])]
    if not len(known):
        return 0.0, 0.0, 0.0, 0.0
    west, south = known[:, :2].min(axis=0).tolist()
    east, north = known[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def meeting(boxes: Floats, bounds: Bounds) -> Ints:
    """Return the rows of the boxes, shape (n, 4), that meet another."""
    west, south, east, north = bounds
    met = (boxes[:, 0] <= east) & (boxes[:, 1] <= north) & (boxes[:, 2] >= west) & (boxes[:, 3] >= south)
    return np.flatnonzero(met)
