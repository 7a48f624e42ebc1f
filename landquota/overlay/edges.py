"""The edges of many polygons in arrays, in blocks with boxes, so that most of them need not be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from landquota.overlay.tables import counted, summed
from landquota.rings import offsets_of, rings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from landquota.overlay.tables import Bools, Floats, Geometries, Ints

    Outlined = Callable[[Floats, Ints, Ints], tuple[Floats, Floats]]

#: Edges in one block: a land-use patch is one or two, a boundary of 100,000 vertices 1,600 of them.
BLOCK_EDGES: Final = 64
#: Twice the area below which a ring has hardly any: its sign is in doubt.
_THIN_M2: Final = 1e-6


class Edges(NamedTuple):
    """The boundaries of n geometries; edge i goes from vertex i to vertex i + 1.

    A block is a run of edges of one ring with the box around them.
    """

    xy: Floats  # (vertices, 2), the closed rings one after the other
    first: Ints  # (blocks,) first edge of each block
    last: Ints  # (blocks,) the edge after its last one
    boxes: Floats  # (blocks, 4) west, south, east, north
    signs: Floats  # (blocks,) 1 where the geometry lies to the left of the edges, else -1
    blocks: Ints  # (n + 1,) index of each geometry's first block, and the number of blocks
    bounds: Floats  # (n, 4) the geometries' boxes; of one without edges nothing is inside
    thin: Bools  # (n,) whether a ring has hardly any area, as needles do, and rings that cross themselves

    @classmethod
    def of(cls, geometries: Geometries, outlined: Outlined | None = None) -> Edges:
        """Return the edges of polygons and multipolygons, whichever way their rings run; anything else has none.

        Parameters
        ----------
        geometries
            Shape (n,).
        outlined
            :func:`outlines`, or the same compiled.
        """
        rings = rings_of(geometries)
        edges = np.diff(rings.offsets) - 1
        several = -(-edges // BLOCK_EDGES)
        ring = np.repeat(np.arange(len(edges)), several)
        nth = np.arange(len(ring)) - np.repeat(offsets_of(several)[:-1], several)
        first = rings.offsets[ring] + nth * BLOCK_EDGES
        last = np.minimum(first + BLOCK_EDGES, rings.offsets[ring + 1] - 1)
        xy = rings.flat.reshape(-1, 2)
        boxes, turns = (outlined or outlines)(xy, first, last)
        turns = summed(turns, ring, len(edges))
        signs = (rings.signs * np.where(turns < 0, -1, 1))[ring]
        thin = counted(rings.owners[np.abs(turns) < _THIN_M2], len(geometries)) > 0
        blocks = np.searchsorted(rings.owners[ring], np.arange(len(geometries) + 1))
        return cls(xy, first, last, boxes, signs, blocks, _bounds(boxes, blocks), thin)

    def counts(self) -> Ints:
        """Return how many edges each geometry has, shape (n,)."""
        edges = offsets_of(self.last - self.first)
        return np.asarray(edges[self.blocks[1:]] - edges[self.blocks[:-1]], dtype=np.int64)


def outlines(xy: Floats, first: Ints, last: Ints) -> tuple[Floats, Floats]:
    """Return the box around each block of edges, and how far it turns about its ring's box.

    Returns
    -------
    tuple of numpy.ndarray
        Shape (blocks, 4) and (blocks,); the latter are the areas between the edges and the
        y-axis, whose sum over a ring is positive where it runs anticlockwise.
    """
    if not len(first):
        return np.zeros((0, 4)), np.zeros(0)
    low, high = (np.stack([by.reduceat(c, first) for c in xy.T], axis=1) for by in (np.minimum, np.maximum))
    # Up to the next block's first vertex, which is this one's last unless a ring ends here.
    boxes = np.concatenate([np.minimum(low, xy[last]), np.maximum(high, xy[last])], axis=1)
    x, y = xy[:, 0] - xy[0, 0], xy[:, 1]
    between = np.append((x[1:] + x[:-1]) * (y[1:] - y[:-1]), 0.0)
    ends = last[np.append(first[1:] > last[:-1], True)]
    between[ends] = 0  # from one ring to the next there is no edge
    return boxes, np.asarray(np.add.reduceat(between, first), dtype=np.float64)


def outline_loop(xy: Floats, first: Ints, last: Ints) -> tuple[Floats, Floats]:
    """Return what :func:`outlines` does, block by block; to be compiled."""
    boxes, turns = np.empty((len(first), 4)), np.zeros(len(first))
    for block in range(len(first)):
        x, y = xy[first[block], 0], xy[first[block], 1]
        west, south, east, north, turn = x, y, x, y, 0.0
        for i in range(first[block] + 1, last[block] + 1):
            x1, y1 = xy[i, 0], xy[i, 1]
            turn += (x1 + x - 2 * xy[0, 0]) * (y1 - y)
            x, y = x1, y1
            west, south, east, north = min(west, x), min(south, y), max(east, x), max(north, y)
        boxes[block, 0], boxes[block, 1], boxes[block, 2], boxes[block, 3] = west, south, east, north
        turns[block] = turn
    return boxes, turns


def _bounds(boxes: Floats, blocks: Ints) -> Floats:
    """Return the boxes of the geometries from those of their blocks."""
    bounds = np.full((len(blocks) - 1, 4), [np.inf, np.inf, -np.inf, -np.inf])
    there = np.flatnonzero(np.diff(blocks))
    if len(there):
        starts = blocks[there]
        bounds[there, :2] = np.minimum.reduceat(boxes[:, :2], starts)
        bounds[there, 2:] = np.maximum.reduceat(boxes[:, 2:], starts)
    return bounds
