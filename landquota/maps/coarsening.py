"""Polygons as they may be published: nothing finer than a grid, and what they shared they still share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

_POLYGON: Final = 3  # the type number of polygons


@dataclass(frozen=True, slots=True)
class Coarse:
    """Coarsened polygons, None where nothing is left; how many went, and how many parts and holes of others."""

    shapes: list[Any]
    vanished: int
    vanished_rings: int


def coarsened(shapes: Shapes, *, precision_m: float) -> Coarse:
    """Return polygons without detail below a precision.

    Vertices are dropped together along shared edges (shapely's coverage simplification), and those
    that are left are moved to a grid, so that neighbours stay neighbours.  Only where a polygon
    then crosses itself is it mended by itself, on the same grid.

    Parameters
    ----------
    shapes
        Polygons and multi-polygons in metres of one plane.
    precision_m
        The width of the grid, whose origin is that of the plane.
    """
    simple = shapely.coverage_simplify(_sound(shapes), precision_m)
    moved = on_grid(simple, precision_m)
    broken = ~shapely.is_valid(moved)
    moved[broken] = shapely.set_precision(_sound(moved[broken]), precision_m)
    left = [_polygons(shape) for shape in moved]
    gone = np.array([shape is None for shape in left], dtype=bool)
    was_something = ~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)
    rings = _rings(shapes[~gone]) - _rings(np.array(left, dtype=object)[~gone])
    return Coarse(left, int((gone & was_something).sum()), max(0, rings))


def on_grid(shapes: Shapes, precision_m: float) -> Shapes:
    """Return geometries with every vertex at the nearest point of a grid; what they shared they still share."""
    moved: Shapes = shapely.transform(shapes, lambda xy: np.round(xy / precision_m) * precision_m)
    return moved


def _sound(shapes: Shapes) -> Shapes:
    """Return polygons, those that cross or touch themselves as valid ones, the others as they are."""
    sound = shapes.copy()
    broken = ~shapely.is_valid(shapes)
    sound[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return sound


def _polygons(shape: Any) -> Any:  # noqa: ANN401 - any geometry
    """Return the polygons of a geometry as one, equal points in a row as one; None where there are none."""
    parts = shapely.get_parts(shapely.get_parts(shape)) if shape is not None else np.array([], dtype=object)
    parts = parts[(shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)]
    if len(parts) == 0:
        return None
    return shapely.remove_repeated_points(parts[0] if len(parts) == 1 else shapely.multipolygons(parts))


def _rings(shapes: Shapes) -> int:
    """Return how many rings polygons have."""
    parts = shapely.get_parts(shapes)
    return len(parts) + int(shapely.get_num_interior_rings(parts).sum())
