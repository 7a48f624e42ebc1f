"""Parcels cut along the features of a layer by GEOS: the pieces of ground, to be drawn or exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from landquota.overlay.layer import PreparedLayer
    from landquota.overlay.tables import Floats, Geometries, Ints

#: Areas below this are the noise of coordinates; features that touch share no ground.
NOTHING_M2: Final = 1e-8


def moved(geometries: Geometries, by: Floats) -> Geometries:
    """Return geometries with a vector, shape (2,), added to their coordinates."""
    shifted: Geometries = shapely.transform(geometries, lambda xy: xy + by)
    return shifted


def cut(parcels: Geometries, prepared: PreparedLayer, origin: Floats) -> tuple[Ints, Ints, Geometries]:
    """Return rows of parcels and features, and what they have in common, in coordinates from `origin`."""
    parcel, feature = prepared.near(parcels)
    mine, theirs = moved(parcels, -origin), moved(prepared.layer.geometries, -origin)
    shapely.prepare(mine)
    meet = shapely.intersects(mine[parcel], theirs[feature])
    parcel, feature = parcel[meet], feature[meet]
    pieces = theirs[feature].copy()
    across = ~shapely.contains_properly(mine[parcel], pieces)
    pieces[across] = shapely.intersection(mine[parcel[across]], pieces[across])
    return parcel, feature, pieces


def connected(geometries: Geometries) -> tuple[Geometries, Ints, Floats]:
    """Return the polygons in geometries, the row each comes from, and their areas."""
    parts, rows = geometries, np.arange(len(geometries))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        rows = rows[index]
    areas_m2 = np.asarray(shapely.area(parts))
    there = areas_m2 > NOTHING_M2
    return parts[there], rows[there], areas_m2[there]
