"""Geometries as runs of points: what every drawing library wants, made at once for many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outlines:
    """The lines of geometries, one after the other.

    Attributes
    ----------
    xy
        All points, of shape (n, 2); a ring ends with the point that it begins with.
    lines
        Where each line begins, and the end of the last one.
    geometries
        Where the points of each geometry begin, and the end of the last one.
    """

    xy: NDArray[np.float64]
    lines: Ints
    geometries: Ints

    @classmethod
    def of(cls, shapes: NDArray[np.object_]) -> Outlines:
        """Return the outlines of polygons or of lines, shells counter-clockwise and holes clockwise."""
        _, xy, offsets = shapely.to_ragged_array(shapely.orient_polygons(shapes))
        lines, *upper = (np.asarray(offset, dtype=np.int64) for offset in offsets)
        geometries = upper[-1] if upper else np.arange(len(lines))
        for offset in reversed(upper[:-1]):
            geometries = offset[geometries]
        return cls(xy, lines, lines[geometries])
