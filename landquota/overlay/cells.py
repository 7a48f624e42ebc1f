"""Huge polygons divided into small cells, so that cutting a parcel out of them looks only at what is near."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.rings import polygons_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landquota.overlay.tables import Floats, Geometries, Ints

#: Geometries with more vertices than this are divided.
HUGE_VERTICES: Final = 1_000
#: Cells have no more vertices than this.
_CELL_VERTICES: Final = 256
#: What a clipped half may lack or have too much, as a part of the whole; GEOS' quick clipping is checked by it.
_LOST: Final = 1e-12


class Cells(NamedTuple):
    """The cells of some geometries, in local coordinates."""

    tree: shapely.STRtree
    owners: Ints  # (cells,) row of each cell's geometry

    @classmethod
    def of(cls, geometries: Geometries, rows: Ints) -> Cells:
        """Return the cells of the geometries of some rows."""
        polygons, owners = polygons_of(geometries[rows])
        divided = [list(_divided(polygon)) for polygon in polygons]
        counts = np.array([len(cells) for cells in divided], dtype=np.int64)
        cells = np.array([cell for several in divided for cell in several], dtype=object)
        return cls(shapely.STRtree(cells), np.repeat(rows[owners], counts))

    def cut(self, parcels: Geometries, features: Ints) -> Geometries:
        """Return what parcels have in common with the features beside them, both of shape (n,)."""
        pair, cell = self.tree.query(parcels)
        mine = self.owners[cell] == features[pair]
        pair, cell = pair[mine], cell[mine]
        pieces = shapely.intersection(parcels[pair], self.tree.geometries[cell])
        order = np.argsort(pair, kind="stable")
        ends = np.searchsorted(pair[order], np.arange(len(parcels) + 1))
        found = np.empty(len(parcels), dtype=object)
        for row, (first, last) in enumerate(pairwise(ends.tolist())):
            found[row] = shapely.union_all(pieces[order[first:last]])
        return found


def _divided(polygon: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Yield the cells of one polygon, halved across its longer side until they are small."""
    waiting = [polygon]
    while waiting:
        one = waiting.pop()
        if shapely.get_num_coordinates(one) <= _CELL_VERTICES:
            yield one
            continue
        halves = _halves(one)
        # A polygon that cannot be halved (all its vertices in one place) stays as it is.
        shrunk = all(shapely.get_num_coordinates(half) < shapely.get_num_coordinates(one) for half in halves)
        if shrunk:
            waiting += halves
        else:
            yield one


def _halves(polygon: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shapely.bounds(polygon).tolist()
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    if east - west > north - south:
        boxes = [(west, south, middle_x, north), (middle_x, south, east, north)]
    else:
        boxes = [(west, south, east, middle_y), (west, middle_y, east, north)]
    halves = np.array([shapely.clip_by_rect(polygon, *box) for box in boxes])
    off = abs(shapely.area(halves).sum() - float(shapely.area(polygon))) > _LOST * _extent(boxes)
    if off or not shapely.is_valid(halves).all():
        halves = shapely.intersection(polygon, [shapely.box(*box) for box in boxes])
    parts, _ = polygons_of(halves)
    return list(parts)


def _extent(boxes: list[tuple[float, float, float, float]]) -> float:
    return sum((east - west) * (north - south) for west, south, east, north in boxes)


def moved(geometries: Geometries, by: Floats) -> Geometries:
    """Return geometries with a vector, shape (2,), added to their coordinates."""
    shifted: Geometries = shapely.transform(geometries, lambda xy: xy + by)
    return shifted
