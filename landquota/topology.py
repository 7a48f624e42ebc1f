"""How polygons lie to each other: overlaps, parcels outside their zone, conflicts with constraints.

Areas are measured in the layer's plane (in a geographic system on the ellipsoid), always on a
geometry that was built for it: never by subtracting one area from another, since the union of
two valid slivers can be EMPTY in GEOS.  Coordinates are shifted to a local origin first, so that
a zone prefix costs no digits.

Features whose geometry cannot be compared are left out, and a finding says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.area import Area
from landquota.crs import short
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding, Place
from landquota.formats.geometry import measurable
from landquota.formats.names import names_of

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Indices = NDArray[np.intp]

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


@dataclass(frozen=True, slots=True)
class _Side:
    """Comparable geometries moved to the local origin, and the rows they come from; both of shape (n,)."""

    rows: Indices
    local: Geometries


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Pieces of geometry with the rows they come from (`left` and `right`) and their areas, all of shape (n,)."""

    left: Indices
    right: Indices
    geometries: Geometries
    areas_m2: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> _Pieces:
        return _Pieces(self.left[mask], self.right[mask], self.geometries[mask], self.areas_m2[mask])


def overlaps(frame: GeoDataFrame, *, id_column: str, tolerance_m2: float = 1.0, file: str = "parcels") -> list[Finding]:
    """Find features of one layer that cover the same ground, also where one holds or equals the other.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    tolerance_m2
        Smaller overlaps are left to the surveys' accuracy.
    file
        What the findings name as the place.

    Returns
    -------
    list of Finding
        PARCEL-OVERLAP for each pair, with the area and a coordinate inside it; GEOM-SKIPPED for
        each feature that could not be compared.
    """
    geometries, names = _array(frame), names_of(frame[id_column])
    usable = np.flatnonzero(measurable(geometries))
    pieces = _overlapping(geometries, usable, frame.crs)
    found = _skipped(names, usable, file)
    system = _called(frame.crs)
    for first, second, piece, area_m2 in _rows(pieces.where(pieces.areas_m2 > tolerance_m2)):
        params = {"first": names[first], "second": names[second], "crs": system, **_said(area_m2)}
        found.append(Finding("PARCEL-OVERLAP", _at(file, names[first], piece), params))
    return found


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
    """
    geometries, names = _array(parcels), names_of(parcels["parcel"])
    limits, limit_names = _array(zones), names_of(zones["zone"])
    sound = measurable(limits)
    found = _skipped(limit_names, np.flatnonzero(sound), "zones")
    owners = np.array(names_of(parcels["zone"]), dtype=object)
    asked = np.isin(owners, [name for name, ok in zip(limit_names, sound, strict=True) if ok and name])
    usable = measurable(geometries)
    found += _skipped(names, np.flatnonzero(usable), file)
    rows = np.flatnonzero(asked & usable)
    rest, origin = _local(geometries[rows])
    for parts in _by_occurrence(limit_names, sound):
        limit = np.array([limits[parts[zone]] if zone in parts else None for zone in owners[rows]], dtype=object)
        here = ~shapely.is_missing(limit)
        rest[here] = shapely.difference(rest[here], _shift(limit[here], origin))
    areas_m2 = _measure(rest, origin, parcels.crs)
    system = _called(parcels.crs)
    for index in np.flatnonzero(areas_m2 > tolerance_m2).tolist():
        row = int(rows[index])
        params = {"parcel": names[row], "zone": owners[row], "crs": system, **_said(areas_m2[index])}
        found.append(Finding("PARCEL-OUTSIDE-ZONE", _at(file, names[row], _shift(rest[[index]], -origin)[0]), params))
    return found


def conflicts(parcels: GeoDataFrame, constraint: GeoDataFrame, *, tolerance_m2: float = 1.0) -> tuple[Conflict, ...]:
    """Return where parcels lie on the features of a constraint layer, such as basic farmland.

    The tolerance is compared with all that a parcel has in conflict, so that many small pieces
    count as much as one large one.  Features that cannot be compared are left out: ask
    :func:`skipped` for them.

    Parameters
    ----------
    parcels
        Polygons with the column ``parcel``.
    constraint
        Polygons with the column ``id``, in the same system.
    tolerance_m2
        A parcel with less than this in conflict has none.
    """
    names, features = names_of(parcels["parcel"]), names_of(constraint["id"])
    pieces = _shared(_array(parcels), _array(constraint), parcels.crs)
    total_m2 = np.bincount(pieces.left, pieces.areas_m2, minlength=len(names))
    pieces = pieces.where((total_m2[pieces.left] > tolerance_m2) & (pieces.areas_m2 >= _NOTHING_M2))
    return tuple(
        Conflict(names[parcel], features[feature], piece, area_m2) for parcel, feature, piece, area_m2 in _rows(pieces)
    )


def skipped(frame: GeoDataFrame, *, id_column: str, file: str) -> list[Finding]:
    """Name the features that cannot be compared with others, each with GEOM-SKIPPED."""
    return _skipped(names_of(frame[id_column]), np.flatnonzero(measurable(_array(frame))), file)


def duplicate_ids(ids: Iterable[object], *, column: str, places: Sequence[Place]) -> list[Finding]:
    """Find ids that stand in several rows, and rows without one.

    Parameters
    ----------
    ids
        The values that have to be different.
    column
        What they are called.
    places
        Where each of them stands.
    """
    names = names_of(ids)
    count = Counter(names)
    found = []
    for name, place in zip(names, places, strict=True):
        if not name:
            found.append(Finding("ID-MISSING", place, {"column": column}))
        elif count[name] > 1:
            found.append(Finding("ID-DUPLICATE", place, {"column": column, "id": name, "count": count[name]}))
    return found


def _array(frame: GeoDataFrame) -> Geometries:
    geometries: Geometries = np.asarray(frame.geometry.to_numpy(), dtype=object)
    return geometries


def _overlapping(geometries: Geometries, usable: Indices, crs: pyproj.CRS | None) -> _Pieces:
    local, origin = _local(geometries[usable])
    pairs = shapely.STRtree(local).query(local, predicate="intersects")
    # Neighbours that share their boundary vertex by vertex, as in a clean coverage, need no intersection.
    unclean = ~shapely.is_empty(shapely.coverage_invalid_edges(local))
    pairs = pairs[:, (pairs[0] < pairs[1]) & (unclean[pairs[0]] | unclean[pairs[1]])]
    side = _Side(usable, local)
    return _intersected(side, side, pairs, origin, crs)


def _shared(left: Geometries, right: Geometries, crs: pyproj.CRS | None) -> _Pieces:
    rows, far_rows = np.flatnonzero(measurable(left)), np.flatnonzero(measurable(right))
    local, origin = _local(left[rows])
    far = _shift(right[far_rows], origin)
    pairs = shapely.STRtree(far).query(local, predicate="intersects")
    return _intersected(_Side(rows, local), _Side(far_rows, far), pairs, origin, crs)


def _intersected(
    left: _Side, right: _Side, pairs: Indices, origin: NDArray[np.float64], crs: pyproj.CRS | None
) -> _Pieces:
    """Return the intersections of `pairs`, ordered by the rows of left and right."""
    pairs = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    pieces = shapely.intersection(left.local[pairs[0]], right.local[pairs[1]])
    areas_m2 = _measure(pieces, origin, crs)
    return _Pieces(left.rows[pairs[0]], right.rows[pairs[1]], _shift(pieces, -origin), areas_m2)


def _measure(pieces: Geometries, origin: NDArray[np.float64], crs: pyproj.CRS | None) -> NDArray[np.float64]:
    if crs is not None and crs.is_geographic:
        return np.asarray(ellipsoidal_areas(_shift(pieces, -origin), crs))
    unit_m = 1.0 if crs is None else crs.axis_info[0].unit_conversion_factor
    return np.asarray(planar_areas(pieces)) * unit_m**2


def _local(geometries: Geometries) -> tuple[Geometries, NDArray[np.float64]]:
    """Return the geometries moved to an origin of whole units among them, and that origin, shape (2,)."""
    if not len(geometries):
        return geometries, np.zeros(2)
    west, south, _, _ = shapely.total_bounds(geometries)
    origin = np.floor([west, south])
    return _shift(geometries, origin), origin


def _shift(geometries: Geometries, origin: NDArray[np.float64]) -> Geometries:
    moved: Geometries = shapely.transform(geometries, lambda xy: xy - origin)
    return moved


def _by_occurrence(names: Sequence[str], sound: NDArray[np.bool_]) -> list[dict[str, int]]:
    """Return the rows of each name: its first row in the first mapping, its second in the next, and so on."""
    layers: list[dict[str, int]] = []
    seen: Counter[str] = Counter()
    for row, name in enumerate(names):
        if name and sound[row]:
            if seen[name] == len(layers):
                layers.append({})
            layers[seen[name]][name] = row
            seen[name] += 1
    return layers


def _rows(pieces: _Pieces) -> list[tuple[int, int, shapely.Geometry, float]]:
    columns = pieces.left.tolist(), pieces.right.tolist(), pieces.geometries, pieces.areas_m2.tolist()
    return list(zip(*columns, strict=True))


def _said(area_m2: float) -> dict[str, object]:
    area = Area.measured(area_m2)
    return {"area": area, "m2": area.m2}


def _called(crs: pyproj.CRS | None) -> str:
    """Return what to call the system of the findings' coordinates; to ask it is dear, so once for a layer."""
    return "—" if crs is None else short(crs)


def _at(file: str, name: str, piece: shapely.Geometry) -> Place:
    inside = shapely.point_on_surface(piece)
    return Place(file=file, feature=name, x=float(shapely.get_x(inside)), y=float(shapely.get_y(inside)))


def _skipped(names: Sequence[str], usable: Indices, file: str) -> list[Finding]:
    left_out = np.setdiff1d(np.arange(len(names)), usable)
    return [Finding("GEOM-SKIPPED", Place(file=file, feature=names[row] or str(row))) for row in left_out.tolist()]
