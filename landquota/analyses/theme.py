"""The layer of a question: in the plane of the parcels, with the ground of which it really speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import shapely

from landquota.analyses.extent import Extent
from landquota.analyses.given import Given
from landquota.analyses.land import Land
from landquota.analyses.plane import to_plane
from landquota.analyses.tiles import Filed, frame_of, unread
from landquota.formats.geometry import bounds
from landquota.overlay import Layer, around

if TYPE_CHECKING:
    from landquota.analyses.tiles import Unread
    from landquota.datum_shift import DatumShift
    from landquota.findings import Finding


def theme_of(
    given: Given,
    land: Land,
    *,
    classes: Sequence[str] | None = None,
    extent: Extent | None = None,
    sliver_m2: float = 1.0,
    shift: DatumShift | None = None,
) -> tuple[Layer | Unread[Layer] | None, list[Finding]]:
    """Return a layer for the overlay; of a large one the polygons stay in the file.

    Around a feature whose geometry is not sound the layer says nothing, so that a parcel there
    gets "no data" and never "not concerned".

    Parameters
    ----------
    given
        The layer as it was read.
    land
        The parcels that are laid over it.
    classes
        The class of each feature; None lets features stand for themselves.
    extent
        Where the layer speaks; None is not known.
    sliver_m2
        Pieces below this area are accounted as slivers.
    shift
        Private parameters of the user.
    """
    geometries, findings = to_plane(given, land.crs, shift=shift)
    findings = [*given.skipped(), *findings]
    if geometries is None:
        return None, findings
    complete, ground = (False, None) if extent is None else (extent.complete, extent.ground)
    doubtful = _doubtful(given, land)
    if doubtful is not None and (complete or ground is not None):
        whole = _around(land) if complete else ground
        complete, ground = False, shapely.difference(whole, doubtful)
    layer = Layer(
        given.name,
        given.ids,
        geometries,
        classes,
        coverage=ground,
        complete=complete,
        sliver_m2=sliver_m2,
        file=given.file,
        corner=_corner(land),
    )
    return unread(layer, Filed.of(given, land.crs, shift)), findings


def _doubtful(given: Given, land: Land) -> shapely.Geometry | None:
    """Return the boxes of the features that are left out, in the plane; None where there are none."""
    frames = [bounds(np.array([each], dtype=object)) for each in given.doubtful() if each is not None]
    boxes = [shapely.box(*frame) for frame in frames if frame is not None]
    if not boxes:
        return None
    moved: shapely.Geometry = geopandas.GeoSeries(boxes, crs=given.crs).to_crs(land.crs).union_all()
    return moved


def _around(land: Land) -> shapely.Geometry:
    """Return a box around all parcels."""
    west, south, east, north = around(frame_of(land.parcels).boxes)
    box: shapely.Geometry = shapely.box(west - 1, south - 1, east + 1, north + 1)
    return box


def _corner(land: Land) -> tuple[float, float]:
    """Return the south-west corner of all parcels, whole metres: the same whatever of the layer is read."""
    west, south, _, _ = np.floor(around(frame_of(land.parcels).boxes)).tolist()
    return west, south
