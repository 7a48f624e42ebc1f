"""Parcels on the features of a constraint layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.topology.features import Features
from landquota.topology.pieces import Side, between

if TYPE_CHECKING:
    import shapely
    from geopandas import GeoDataFrame

#: What rounds to nothing at the surveys' resolution of 0.01 m² is no part of a conflict.
_NOTHING_M2: Final = 0.005


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where a parcel lies on a feature of a constraint layer.

    `geometry` is in the parcels' reference system, `planar_m2` its area there.
    """

    parcel: str
    feature: str
    geometry: shapely.Geometry
    planar_m2: float


def conflicts(parcels: GeoDataFrame, constraint: GeoDataFrame, *, tolerance_m2: float = 1.0) -> tuple[Conflict, ...]:
    """Return where parcels lie on the features of a constraint layer, such as basic farmland.

    The tolerance is compared with all that a parcel has in conflict, so that many small pieces
    count as much as one large one.  Features that cannot be compared are left out: ask
    :func:`~landquota.topology.skipped` for them.

    Parameters
    ----------
    parcels
        Polygons with the column ``parcel``.
    constraint
        Polygons with the column ``id``, in the same system.
    tolerance_m2
        A parcel with less than this in conflict has none.
    """
    ours = Features.of(parcels, id_column="parcel", file="parcels")
    theirs = Features.of(constraint, id_column="id", file="constraint")
    plane = ours.plane
    far = Side(theirs.rows, plane.local(theirs.geometries[theirs.rows]))
    pieces = between(Side(ours.rows, ours.local), far, plane)
    total_m2 = np.bincount(pieces.left, pieces.areas_m2, minlength=len(ours.names))
    pieces = pieces.where((total_m2[pieces.left] > tolerance_m2) & (pieces.areas_m2 >= _NOTHING_M2))
    found = zip(plane.back(pieces.geometries), pieces.each(), strict=True)
    return tuple(
        Conflict(ours.names[parcel], theirs.names[feature], geometry, area_m2)
        for geometry, (parcel, feature, _, area_m2) in found
    )
