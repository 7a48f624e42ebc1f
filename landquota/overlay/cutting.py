"""Parcels cut along the features of a layer by GEOS: the pieces of ground, to be drawn or exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.overlay.cells import HUGE_VERTICES, moved
from landquota.rings import polygons_of

if TYPE_CHECKING:
    from landquota.overlay.layer import PreparedLayer
    from landquota.overlay.tables import Bools, Floats, Geometries, Ints

#: Areas below this are the noise of coordinates; features that touch share no ground.
NOTHING_M2: Final = 1e-8
#: A piece that is so much larger or smaller than measured is built again.
WRONG_M2: Final = 1e-6
#: The grid on which geometry is mended that does not add up as it is: the resolution of surveyed coordinates.
GRID_M: Final = 0.0001


def cut(
    parcels: Geometries,
    prepared: PreparedLayer,
    pairs: tuple[Ints, Ints],
    areas_m2: Floats,
    mended: Bools | None = None,
) -> Geometries:
    """Return what parcels and features have in common.

    Only what crosses a boundary is cut: a feature of which all its area is the parcel's lies in
    it, and the other way round.

    Parameters
    ----------
    parcels
        All parcels, from the prepared layer's origin.
    prepared
        The layer.
    pairs, areas_m2
        Rows of parcels and of features, and the areas that they are known to have in common.
    mended
        The pairs that are to be made valid and cut on a grid; so are those in which GEOS fails
        or finds another area, which it does now and then on sound polygons with needles.
    """
    parcel, feature = pairs
    met, rows = np.unique(feature, return_inverse=True)
    theirs = prepared.layer.geometries[met].copy()
    size_m2 = np.asarray(shapely.area(theirs))[rows]
    huge = (shapely.get_num_coordinates(theirs) > HUGE_VERTICES)[rows] & (areas_m2 < size_m2 - NOTHING_M2)
    plain = np.unique(rows[~huge])
    theirs[plain] = moved(theirs[plain], -prepared.origin)
    pieces, mine = theirs[rows], parcels[parcel]
    across = areas_m2 < size_m2 - NOTHING_M2
    inside = across & (areas_m2 >= np.asarray(shapely.area(mine)) - NOTHING_M2)
    pieces[inside] = mine[inside]
    across &= ~inside
    easy, hard = across & ~huge, across & huge
    if mended is not None:
        easy &= ~mended
    theirs = pieces.copy()
    pieces[easy] = shapely.intersection(mine[easy], theirs[easy])
    wrong = easy & (np.abs(shapely.area(pieces) - areas_m2) > WRONG_M2)
    if mended is not None:
        wrong |= mended
    pieces[wrong] = shapely.intersection(on_grid(mine[wrong]), on_grid(theirs[wrong]))
    if hard.any():
        pieces[hard] = prepared.cells.cut(mine[hard], feature[hard])
    return pieces


def on_grid(geometries: Geometries) -> Geometries:
    """Return geometries made valid and put on the grid."""
    crooked = ~shapely.is_valid(geometries)
    sound = geometries.copy()
    sound[crooked] = shapely.make_valid(geometries[crooked])
    snapped: Geometries = shapely.set_precision(sound, GRID_M)
    return snapped


def connected(geometries: Geometries) -> tuple[Geometries, Ints, Floats]:
    """Return the polygons in geometries, the row each comes from, and their areas."""
    polygons, rows = polygons_of(geometries)
    areas_m2 = np.asarray(shapely.area(polygons))
    there = areas_m2 > NOTHING_M2
    return polygons[there], rows[there], areas_m2[there]
