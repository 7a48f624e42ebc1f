"""What can be wrong with a single geometry, whatever file it comes from.

A coordinate of 1e300 is "valid" with an infinite area, and one that is not finite makes
intersections silently empty: so coordinates are looked at before validity is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import shapely

from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

#: No coordinate system of the Earth reaches so far, in degrees, feet or metres, zone prefix included.
FARTHEST: Final = 1e9

#: Edges whose boxes meet, for each edge and at least, before a boundary is taken for tangled.
_CROSSINGS_PER_EDGE: Final = 20
_CROSSINGS_AT_LEAST: Final = 10_000
_EDGES_AT_ONCE: Final = 64

_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_EXPLANATION: Final = re.compile(r"(?P<reason>[^\[]+?)\s*\[(?P<x>\S+) (?P<y>[^\s\]]+)[^\]]*\]")
_REASONS: Final = {
    "Self-intersection": text("its boundary crosses itself"),
    "Ring Self-intersection": text("a ring touches itself"),
    "Hole lies outside shell": text("a hole lies outside the outer ring"),
    "Holes are nested": text("a hole lies inside another"),
    "Interior is disconnected": text("holes cut it into pieces"),
    "Nested shells": text("one part lies inside another"),
    "Duplicate Rings": text("a ring occurs twice"),
    "Too few points in geometry component": text("a ring has fewer than three corners"),
}


@dataclass(frozen=True, slots=True)
class Invalidity:
    """Why a polygon has no definite area, and where, in its own coordinates."""

    reason: Text | str
    x: float | None = None
    y: float | None = None


def faults(geometries: NDArray[np.object_]) -> dict[str, NDArray[np.bool_]]:
    """Return which geometries cannot be measured, by finding code.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,).

    Returns
    -------
    dict
        Masks of shape (n,); a geometry is in one of them at most.
    """
    null = shapely.is_missing(geometries)
    empty = ~null & shapely.is_empty(geometries)
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    nonfinite = _owners(~np.isfinite(xy), owner, len(geometries))
    absurd = ~nonfinite & _owners(np.abs(xy) > FARTHEST, owner, len(geometries))
    measurable = ~(null | empty | nonfinite | absurd)
    polygonal = np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    invalid = np.zeros(len(geometries), dtype=bool)
    asked = measurable & polygonal
    invalid[asked] = ~shapely.is_valid(geometries[asked])
    return {
        "GEOM-NULL": null,
        "GEOM-EMPTY": empty,
        "COORD-NONFINITE": nonfinite,
        "COORD-ABSURD": absurd,
        "GEOM-NOT-POLYGON": measurable & ~polygonal,
        "GEOM-INVALID": invalid,
    }


def measurable(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries of an array of shape (n,) are sound polygons."""
    sound: NDArray[np.bool_] = ~np.any(list(faults(geometries).values()), axis=0)
    return sound


def bounds(geometries: NDArray[np.object_]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the coordinates that can be coordinates, or None without any."""
    x, y = shapely.get_coordinates(geometries).T
    known = (np.abs(x) <= FARTHEST) & (np.abs(y) <= FARTHEST)  # what is not a number is not below either
    if not known.any():
        return None
    x, y = x[known], y[known]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def in_system(frame: geopandas.GeoDataFrame, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    """Return the frame with the same coordinates and another reference system, or with none.

    geopandas' own ``set_crs`` keeps the old system where the new one is None.
    """
    attributes = frame.drop(columns=frame.geometry.name)
    return geopandas.GeoDataFrame(attributes, geometry=frame.geometry.to_numpy(), crs=crs)


def check(geometries: NDArray[np.object_], places: Sequence[Place]) -> list[Finding]:
    """Name every geometry that cannot be measured, and say why and where.

    A layer of points or lines gives one finding, not one for each feature.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,).
    places
        Where each of them stands.
    """
    found = faults(geometries)
    if len(geometries) > 1 and found["GEOM-NOT-POLYGON"].all():
        types = ", ".join(sorted({_type(geometry) for geometry in geometries}))
        return [Finding("GEOM-NO-POLYGON", Place(file=places[0].file), {"types": types})]
    return [
        _finding(code, geometries[index], places[index])
        for code, mask in found.items()
        for index in np.flatnonzero(mask).tolist()
    ]


def invalidity(polygon: shapely.Geometry) -> Invalidity:
    """Return why an invalid polygon has no definite area, and where the first fault lies."""
    explanation = shapely.is_valid_reason(polygon)
    match = _EXPLANATION.fullmatch(explanation)
    if match is None:
        return Invalidity(explanation)
    reason: Text | str = _REASONS.get(match["reason"], match["reason"])
    if match["reason"] == "Self-intersection" and not tangled(polygon) and (count := _crossings(polygon)) > 1:
        reason = text("its boundary crosses itself at {count} places", count=count)
    return Invalidity(reason, float(match["x"]), float(match["y"]))


def tangled(polygon: shapely.Geometry) -> bool:
    """Return whether so many edges may cross each other that to look at the crossings is out of question.

    2,000 random vertices make a million crossings, which keep GEOS busy for a minute.
    """
    xy, part = shapely.get_coordinates(shapely.get_parts(shapely.boundary(polygon)), return_index=True)
    edges = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[part[:-1] == part[1:]])
    tree = shapely.STRtree(edges)
    left = max(_CROSSINGS_PER_EDGE * len(edges), _CROSSINGS_AT_LEAST)
    for start in range(0, len(edges), _EDGES_AT_ONCE):
        left -= tree.query(edges[start : start + _EDGES_AT_ONCE]).shape[1]
        if left < 0:
            return True
    return False


def repeated_points(geometries: NDArray[np.object_], places: Sequence[Place]) -> list[Finding]:
    """Name the features in which a vertex stands twice in a row, with the first place and the number of them.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,).
    places
        Where each of them stands.

    Returns
    -------
    list of Finding
        GEOM-REPEATED-POINT for each such feature.
    """
    xy, owner = _repeated(geometries)
    rows, first, counts = np.unique(owner, return_index=True, return_counts=True)
    return [
        Finding("GEOM-REPEATED-POINT", _at(places[row], *xy[index]), {"count": count})
        for row, index, count in zip(rows.tolist(), first.tolist(), counts.tolist(), strict=True)
    ]


def _finding(code: str, geometry: shapely.Geometry, place: Place) -> Finding:
    match code:
        case "COORD-NONFINITE":
            return Finding(code, place, _vertex(geometry, ~np.isfinite(shapely.get_coordinates(geometry))))
        case "COORD-ABSURD":
            return Finding(code, place, _vertex(geometry, np.abs(shapely.get_coordinates(geometry)) > FARTHEST))
        case "GEOM-NOT-POLYGON":
            return Finding(code, _at(place, *shapely.get_coordinates(geometry)[0]), {"type": _type(geometry)})
        case "GEOM-INVALID":
            return _invalid(code, geometry, place)
        case _:
            return Finding(code, place)


def _invalid(code: str, polygon: shapely.Geometry, place: Place) -> Finding:
    fault = invalidity(polygon)
    at = place if fault.x is None or fault.y is None else _at(place, fault.x, fault.y)
    return Finding(code, at, {"reason": fault.reason})


def _crossings(polygon: shapely.Geometry) -> int:
    """Return at how many places that are no vertices the boundary crosses itself."""
    lines = shapely.boundary(polygon)
    nodes = set(map(tuple, shapely.get_coordinates(shapely.union_all([lines])).tolist()))
    return len(nodes.difference(map(tuple, shapely.get_coordinates(lines).tolist())))


def _repeated(geometries: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the vertices that are the same as the one before them in their ring, and whose they are."""
    parts, owners = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    again = np.zeros(len(xy), dtype=bool)
    again[1:] = (xy[1:] == xy[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    return xy[again], owners[part[ring[again]]]


def _type(geometry: shapely.Geometry) -> str:
    return str(shapely.GeometryType(int(shapely.get_type_id(geometry))).name)


def _vertex(geometry: shapely.Geometry, wrong: NDArray[np.bool_]) -> dict[str, object]:
    """Return the first wrong vertex, counted from 1 over all rings; too wild to be a place."""
    index = int(np.flatnonzero(wrong.any(axis=1))[0])
    x, y = shapely.get_coordinates(geometry)[index].tolist()
    return {"vertex": index + 1, "x": f"{x:g}", "y": f"{y:g}"}


def _at(place: Place, x: float, y: float) -> Place:
    return replace(place, x=float(x), y=float(y))


def _owners(vertices: NDArray[np.bool_], owner: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Return which of `count` geometries own a vertex marked in any coordinate."""
    mask = np.zeros(count, dtype=bool)
    if vertices.any():  # far cheaper than along an axis, and the rule is that there is none
        mask[owner[vertices.any(axis=1)]] = True
    return mask
