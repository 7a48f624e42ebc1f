"""Rings to polygons: parts and holes are told by nesting alone; a ring inside an odd number of others is a hole."""

from __future__ import annotations

from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Points nearer than this to another ring touch it: survey coordinates are rounded to 1 mm.
TOUCH_M: Final = 0.002
#: Pairs of rings whose boxes meet; a real parcel has a few for each ring.
_MOST_PAIRS: Final = 200_000
_CHUNK: Final = 64


class Crossing(NamedTuple):
    """Two rings, by index, that neither contain each other nor lie apart."""

    first: int
    second: int


class _Side(Enum):
    INSIDE = "inside"
    OUTSIDE = "outside"
    CROSSING = "crossing"


def are_crowded(rings: Sequence[Polygon]) -> bool:
    """Return whether the rings lie over each other too often for :func:`assemble` to end in time."""
    pairs = 0
    for found in _chunks(rings):
        pairs += len(found)
        if pairs > _MOST_PAIRS:
            return True
    return False


def assemble(rings: Sequence[Polygon], *, touch: float = TOUCH_M) -> Polygon | MultiPolygon | Crossing:
    """Return the polygon that the rings bound together, or two rings that cross.

    Parameters
    ----------
    rings
        At least one; each as a polygon without holes, in plane coordinates.
    touch
        Points nearer than this to another ring touch it, in the unit of the coordinates.

    Returns
    -------
    Polygon, MultiPolygon or Crossing
        Parts in the order of their shells; a single part is a plain polygon.
    """
    containers: list[list[int]] = [[] for _ in rings]
    for outer, group in groupby(_candidates(rings), key=itemgetter(0)):
        surroundings = _Surroundings(rings[outer], touch)
        for _, inner in group:
            side = surroundings.side(rings[inner])
            if side is _Side.CROSSING:
                return Crossing(*sorted((inner, outer)))
            if side is _Side.INSIDE:
                containers[inner].append(outer)
    parts = _parts(rings, containers)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _parts(rings: Sequence[Polygon], containers: Sequence[Sequence[int]]) -> list[Polygon]:
    """Return each shell with the rings directly inside it as holes; a ring lies directly in its deepest container."""
    holes: dict[int, list[shapely.LinearRing]] = {}
    for ring, around in enumerate(containers):
        if len(around) % 2:
            directly = max(around, key=lambda outer: len(containers[outer]))
            holes.setdefault(directly, []).append(rings[ring].exterior)
    shells = [ring for ring, around in enumerate(containers) if len(around) % 2 == 0]
    return [Polygon(rings[shell].exterior, holes.get(shell, ())) for shell in shells]


def _candidates(rings: Sequence[Polygon]) -> list[tuple[int, int]]:
    """Return pairs (larger, smaller) of rings whose boxes meet, in order."""
    return sorted(pair for found in _chunks(rings) for pair in found)


def _chunks(rings: Sequence[Polygon]) -> Iterator[list[tuple[int, int]]]:
    """Yield the candidates of some rings at a time: all of them may be too many to hold."""
    if len(rings) == 1:
        return
    tree, shapes = shapely.STRtree(rings), np.asarray(rings, dtype=object)
    size = [(ring.area, -index) for index, ring in enumerate(rings)]
    for start in range(0, len(rings), _CHUNK):
        first, second = tree.query(shapes[start : start + _CHUNK])
        found = zip((first + start).tolist(), second.tolist(), strict=True)
        yield [(outer, inner) for inner, outer in found if size[inner] < size[outer]]


class _Surroundings:
    """A ring that others may lie in; prepared once for all of them."""

    def __init__(self, outer: Polygon, touch: float) -> None:
        self._area, self._boundary, self._touch = outer, outer.exterior, touch
        shapely.prepare([self._area, self._boundary])

    def side(self, inner: Polygon) -> _Side:
        """Return where a smaller ring lies, judged by its points that do not touch this one."""
        vertices = shapely.get_coordinates(inner)[:-1]
        midpoints = (vertices + np.roll(vertices, -1, axis=0)) / 2
        for points in (vertices, midpoints):
            apart = points[~self._touched(points)]
            if len(apart):
                inside = shapely.contains_xy(self._area, apart)
                return _Side.INSIDE if inside.all() else _Side.CROSSING if inside.any() else _Side.OUTSIDE
        return _Side.CROSSING  # it runs along the other ring all the way round

    def _touched(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(shapely.dwithin(self._boundary, shapely.points(points), self._touch))
