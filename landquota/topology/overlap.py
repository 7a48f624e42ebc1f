"""Features of one layer that cover the same ground: overlaps, one inside another, and the same one twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.findings import Finding
from landquota.topology.faces import Net
from landquota.topology.features import Features
from landquota.topology.pieces import Side, within
from landquota.topology.plane import said

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landquota.topology.features import Bools

#: Above this share of unpaired edges a layer is no coverage, and pairs cost less than the net of its edges.
_NO_COVERAGE: Final = 0.2
#: A feature is taken to lie in another where no more than this part of it lies outside.
_ALIKE: Final = 0.01


def overlaps(
    frame: GeoDataFrame,
    *,
    id_column: str,
    tolerance_m2: float = 1.0,
    file: str = "parcels",
    sound: Bools | None = None,
    code: str = "PARCEL-OVERLAP",
) -> list[Finding]:
    """Find features of one layer that cover the same ground, also where one holds or equals the other.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    tolerance_m2
        Smaller overlaps are left to the surveys' accuracy; so is what a feature that lies in
        another, or equals it, has outside (and at most a hundredth of its area).
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.
    code
        PARCEL-OVERLAP, or TOPO-OVERLAP for any other layer.

    Returns
    -------
    list of Finding
        One for each pair, with the area and a coordinate inside it: TOPO-DUPLICATE where the two
        are the same, TOPO-CONTAINS where one lies in the other, else `code`.  GEOM-SKIPPED for
        each feature that could not be compared.
    """
    features = Features.of(frame, id_column=id_column, file=file, sound=sound)
    return [*features.skipped(), *overlapping(Net(features), tolerance_m2=tolerance_m2, code=code)]


def duplicates(
    frame: GeoDataFrame,
    *,
    id_column: str,
    tolerance_m2: float = 1.0,
    file: str = "parcels",
    sound: Bools | None = None,
) -> list[Finding]:
    """Find features with the same geometry, wherever their rings begin and whichever way they run.

    :func:`overlaps` finds them too, so ask for one of the two.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    tolerance_m2
        By how much the area of either that is not the other's may differ (and at most by a hundredth).
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.

    Returns
    -------
    list of Finding
        TOPO-DUPLICATE for each pair.
    """
    features = Features.of(frame, id_column=id_column, file=file, sound=sound)
    found = overlapping(Net(features), tolerance_m2=tolerance_m2, code="TOPO-OVERLAP")
    return [finding for finding in found if finding.code == "TOPO-DUPLICATE"]


def overlapping(net: Net, *, tolerance_m2: float, code: str) -> list[Finding]:
    """Return the findings on every pair of sound features that share more than the tolerance."""
    features = net.features
    pieces = within(_suspects(net, tolerance_m2), features.plane)
    system = features.plane.called()
    return [
        _finding(features, (first, second), piece, area_m2, tolerance_m2=tolerance_m2, code=code, system=system)
        for first, second, piece, area_m2 in pieces.where(pieces.areas_m2 > tolerance_m2).each()
    ]


def _suspects(net: Net, tolerance_m2: float) -> Side:
    """Return the features that may overlap others, in local coordinates."""
    features = net.features
    rows = features.rows
    if net.rim.share <= _NO_COVERAGE:
        faces = net.faces(tolerance_m2)
        twice = features.plane.back(faces.polygons[faces.sound_covers > 1])
        _, near = net.tree.query(twice, predicate="intersects")
        rows = rows[np.unique(near[near < len(rows)])]
    return Side(rows, features.plane.local(features.geometries[rows]))


def _finding(
    features: Features,
    pair: tuple[int, int],
    piece: shapely.Geometry,
    area_m2: float,
    *,
    tolerance_m2: float,
    code: str,
    system: str,
) -> Finding:
    """Return what two features are to each other."""
    local = features.plane.local(features.geometries[list(pair)])
    rest_m2 = features.plane.areas_m2(shapely.difference(local, local[::-1]))
    first_inside, second_inside = (rest_m2 <= np.minimum(tolerance_m2, _ALIKE * area_m2)).tolist()
    first, second = (features.called(row) for row in pair)
    if first_inside and second_inside:
        code = "TOPO-DUPLICATE"
    elif first_inside or second_inside:
        code = "TOPO-CONTAINS"
        if first_inside:
            first, second = second, first
    params = {"first": first, "second": second, "crs": system, **said(area_m2)}
    return Finding(code, features.plane.at(features.file, first, piece), params)
