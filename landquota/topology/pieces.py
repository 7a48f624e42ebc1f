"""What features have in common, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.topology.plane import Plane

    Geometries = NDArray[np.object_]
    Indices = NDArray[np.intp]


#: What features that share ground are to each other (DE-9IM); asking it costs a third of cutting them.
_INTERIORS_MEET: Final = "T********"


@dataclass(frozen=True, slots=True)
class Side:
    """Geometries in local coordinates and the rows they come from, both of shape (n,)."""

    rows: Indices
    local: Geometries


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of ground in local coordinates, the rows they come from and their areas, all of shape (n,)."""

    left: Indices
    right: Indices
    geometries: Geometries
    areas_m2: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> Pieces:
        """Return the pieces that a mask keeps."""
        return Pieces(self.left[mask], self.right[mask], self.geometries[mask], self.areas_m2[mask])

    def each(self) -> list[tuple[int, int, shapely.Geometry, float]]:
        """Return left row, right row, geometry and area, piece by piece."""
        columns = self.left.tolist(), self.right.tolist(), self.geometries, self.areas_m2.tolist()
        return list(zip(*columns, strict=True))


def within(side: Side, plane: Plane) -> Pieces:
    """Return what the features of one side have in common, each pair once.

    That two features have all their edges in common with others does not say that they do not
    overlap: two clean coverages may lie on each other (``shapely.coverage_invalid_edges`` leaves
    their inner edges out).  So every pair is asked, but only those that share ground are cut.
    """
    pairs = shapely.STRtree(side.local).query(side.local)
    pairs = pairs[:, pairs[0] < pairs[1]]
    sharing = shapely.relate_pattern(side.local[pairs[0]], side.local[pairs[1]], _INTERIORS_MEET)
    return _intersected(side, side, pairs[:, sharing], plane)


def between(left: Side, right: Side, plane: Plane) -> Pieces:
    """Return what the features of the left have in common with those of the right."""
    pairs = shapely.STRtree(right.local).query(left.local, predicate="intersects")
    return _intersected(left, right, pairs, plane)


def _intersected(left: Side, right: Side, pairs: Indices, plane: Plane) -> Pieces:
    """Return the intersections of `pairs`, ordered by the rows of left and right."""
    pairs = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    geometries = shapely.intersection(left.local[pairs[0]], right.local[pairs[1]])
    return Pieces(left.rows[pairs[0]], right.rows[pairs[1]], geometries, plane.areas_m2(geometries))
