"""Holes in a coverage: ground that features enclose and none fills."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from landquota.findings import Finding
from landquota.formats.names import few
from landquota.topology.faces import Net
from landquota.topology.features import Features
from landquota.topology.plane import said

if TYPE_CHECKING:
    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.topology.features import Bools

#: A feature is a neighbour of a gap that lies so near.
_NEXT_M: Final = 1e-3


def gaps(
    frame: GeoDataFrame,
    *,
    id_column: str,
    tolerance_m2: float = 1.0,
    widest_m: float = math.inf,
    file: str = "parcels",
    sound: Bools | None = None,
) -> list[Finding]:
    """Find the ground that the features of a coverage enclose and none of them fills.

    Meant for layers that have to cover their ground without holes, such as land-use patches.
    Slivers between two edges that nearly coincide are gaps too.  What an invalid feature would
    fill after repair is none.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    tolerance_m2
        Smaller gaps are left to the surveys' accuracy.
    widest_m
        Wider gaps are meant, such as a lake that belongs to another layer; the width is that of
        a strip with the same area and perimeter.
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.

    Returns
    -------
    list of Finding
        TOPO-GAP for each, from west to east, with its area, its width, a coordinate inside it and its neighbours.
    """
    net = Net(Features.of(frame, id_column=id_column, file=file, sound=sound))
    return uncovered(net, tolerance_m2=tolerance_m2, widest_m=widest_m)


def uncovered(net: Net, *, tolerance_m2: float, widest_m: float) -> list[Finding]:
    """Return the findings on every gap of a net."""
    plane = net.features.plane
    faces = net.faces(tolerance_m2)
    polygons = faces.polygons[(faces.covers == 0) & (faces.areas_m2 > tolerance_m2)]
    polygons = polygons[plane.widths_m(polygons) <= widest_m]
    measures = plane.areas_m2(polygons).tolist(), plane.widths_m(polygons).tolist(), _neighbours(net, polygons)
    system = plane.called()
    found = []
    for polygon, area_m2, width_m, neighbours in zip(polygons, *measures, strict=True):
        params = {"features": few(neighbours, most=4), "width": f"{width_m:.2f}", "crs": system, **said(area_m2)}
        place = plane.at(net.features.file, neighbours[0] if neighbours else "", polygon)
        found.append(Finding("TOPO-GAP", place, params))
    return sorted(found, key=lambda finding: (finding.place.x, finding.place.y))


def _neighbours(net: Net, holes: NDArray[np.object_]) -> list[list[str]]:
    """Return the names of the sound features round each hole, in the order of their rows."""
    features = net.features
    reach = _NEXT_M / float(features.plane.unit_m.min())
    index, near = net.tree.query(features.plane.back(holes), predicate="dwithin", distance=reach)
    names: list[list[str]] = [[] for _ in holes]
    for hole, row in sorted(zip(index.tolist(), near.tolist(), strict=True)):
        if row < len(features.rows):
            names[hole].append(features.called(int(features.rows[row])))
    return names
