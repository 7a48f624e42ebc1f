"""Features outside the ground they belong to: their zone, or the county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landquota.findings import Finding
from landquota.formats.names import names_of
from landquota.topology.features import Features
from landquota.topology.plane import said

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.topology.features import Bools


def outside(
    parcels: GeoDataFrame, zones: GeoDataFrame, *, tolerance_m2: float = 1.0, file: str = "parcels"
) -> list[Finding]:
    """Find parcels that lie partly or wholly outside the zone they name.

    Parcels of no zone, and of a zone that is not in `zones`, are not asked.

    Parameters
    ----------
    parcels
        Polygons with the columns ``parcel`` and ``zone``.
    zones
        Polygons with the column ``zone``, in the same system; a zone may have several rows.
    tolerance_m2
        Smaller areas are left to the surveys' accuracy.
    file
        What the findings name as the place.

    Returns
    -------
    list of Finding
        PARCEL-OUTSIDE-ZONE for each parcel, GEOM-SKIPPED for each feature that could not be compared.
    """
    ours = Features.of(parcels, id_column="parcel", file=file)
    limits = Features.of(zones, id_column="zone", file="zones")
    plane = ours.plane
    owners = np.array(names_of(parcels["zone"]), dtype=object)
    known = [name for name, sound in zip(limits.names, limits.sound, strict=True) if sound and name]
    rows = np.flatnonzero(np.isin(owners, known) & ours.sound)
    rest = plane.local(ours.geometries[rows])
    for parts in _by_occurrence(limits):
        limit = np.array([limits.geometries[parts[z]] if z in parts else None for z in owners[rows]], dtype=object)
        here = ~shapely.is_missing(limit)
        rest[here] = shapely.difference(rest[here], plane.local(limit[here]))
    areas_m2 = plane.areas_m2(rest)
    system = plane.called()
    found = [*limits.skipped(), *ours.skipped()]
    for index in np.flatnonzero(areas_m2 > tolerance_m2).tolist():
        name = ours.names[int(rows[index])]
        params = {"parcel": name, "zone": owners[rows[index]], "crs": system, **said(areas_m2[index])}
        found.append(Finding("PARCEL-OUTSIDE-ZONE", plane.at(file, name, rest[index]), params))
    return found


def outside_boundary(
    frame: GeoDataFrame,
    boundary: GeoDataFrame,
    *,
    id_column: str,
    name: str,
    tolerance_m2: float = 1.0,
    file: str = "parcels",
    sound: Bools | None = None,
) -> list[Finding]:
    """Find features that lie partly or wholly outside a boundary, such as the county's.

    Parameters
    ----------
    frame
        Polygons.
    boundary
        Polygons, in the same system; together they are the ground where the features belong.
    id_column
        The column that names the features.
    name
        What to call the boundary.
    tolerance_m2
        Smaller areas are left to the surveys' accuracy.
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.

    Returns
    -------
    list of Finding
        TOPO-OUTSIDE for each feature, GEOM-SKIPPED for each that could not be compared.  With a
        boundary that is not sound, or has no polygon, no feature can be compared.
    """
    ours = Features.of(frame, id_column=id_column, file=file, sound=sound)
    limit = Features.of(boundary.assign(_name=name), id_column="_name", file=name)
    if not limit.sound.all() or not len(limit.rows):
        return limit.skipped()
    plane = ours.plane
    parts = plane.local(limit.geometries)
    rows = ours.rows[_not_inside(ours.geometries[ours.rows], limit.geometries)]
    rest = _without(plane.local(ours.geometries[rows]), parts)
    areas_m2 = plane.areas_m2(rest)
    system = plane.called()
    found = ours.skipped()
    for index in np.flatnonzero(areas_m2 > tolerance_m2).tolist():
        feature = ours.called(int(rows[index]))
        params = {"feature": feature, "boundary": name, "crs": system, **said(areas_m2[index])}
        found.append(Finding("TOPO-OUTSIDE", plane.at(file, feature, rest[index]), params))
    return found


def _not_inside(geometries: NDArray[np.object_], limits: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries do not lie inside one of the limits without touching its edge."""
    _, inside = shapely.STRtree(geometries).query(limits, predicate="covers")
    mask = np.ones(len(geometries), dtype=bool)
    mask[inside] = False
    return mask


def _without(local: NDArray[np.object_], parts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take from each geometry all parts that it meets."""
    rest = local.copy()
    met, part = shapely.STRtree(parts).query(local, predicate="intersects")
    for each in np.unique(part).tolist():
        here = met[part == each]
        rest[here] = shapely.difference(rest[here], parts[each])
    return rest


def _by_occurrence(zones: Features) -> list[dict[str, int]]:
    """Return the rows of each name: its first row in the first mapping, its second in the next, and so on."""
    layers: list[dict[str, int]] = []
    seen: Counter[str] = Counter()
    for row, name in _named(zones.names, zones.sound):
        if seen[name] == len(layers):
            layers.append({})
        layers[seen[name]][name] = row
        seen[name] += 1
    return layers


def _named(names: Sequence[str], sound: NDArray[np.bool_]) -> list[tuple[int, str]]:
    return [(row, name) for row, name in enumerate(names) if name and sound[row]]
