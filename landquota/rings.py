"""The rings of whole layers in arrays.

``shapely.to_ragged_array`` costs nine times what reading the coordinates does, so the offsets
are built from counts, and only polygons with holes are taken apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]


class Rings(NamedTuple):
    """All rings of many geometries: their closed vertices one after the other, and whose they are."""

    flat: Floats  # (2 * vertices,) east or longitude, north or latitude, in turns
    offsets: Ints  # (rings + 1,) index of each ring's first vertex, and the number of vertices
    owners: Ints  # (rings,) index of each ring's geometry
    signs: Floats  # (rings,) 1 for shells, -1 for holes

    def only(self, wanted: Bools) -> Rings:
        """Return some of the rings."""
        counts = np.diff(self.offsets)
        flat = self.flat.reshape(-1, 2)[np.repeat(wanted, counts)].ravel()
        return Rings(flat, offsets_of(counts[wanted]), self.owners[wanted], self.signs[wanted])


def rings_of(geometries: Geometries) -> Rings:
    """Return the rings of all polygons in an array of shape (n,), collections taken apart."""
    polygons, owners = polygons_of(geometries)
    rings = shapely.get_num_interior_rings(polygons).astype(np.int64) + 1
    counts = np.repeat(shapely.get_num_coordinates(polygons), rings).astype(np.int64)
    holed = rings > 1
    counts[np.repeat(holed, rings)] = shapely.get_num_coordinates(shapely.get_rings(polygons[holed]))
    signs = np.full(len(counts), -1.0)
    signs[offsets_of(rings)[:-1]] = 1
    solid = counts > 0
    flat = shapely.get_coordinates(polygons).ravel()
    return Rings(flat, offsets_of(counts[solid]), np.repeat(owners, rings)[solid], signs[solid])


def polygons_of(geometries: Geometries) -> tuple[Geometries, Ints]:
    """Return the polygons of all geometries, collections taken apart, and whose they are."""
    parts, owners = geometries, np.arange(len(geometries))
    while ((kinds := shapely.get_type_id(parts)) > shapely.GeometryType.POLYGON).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        owners = owners[index]
    polygons = kinds == shapely.GeometryType.POLYGON
    return (parts, owners) if polygons.all() else (parts[polygons], owners[polygons])


def offsets_of(counts: Ints) -> Ints:
    """Return where each of the runs of these lengths begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
