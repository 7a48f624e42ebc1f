"""Rows of a boundary TXT to polygons: parts and holes are told by nesting, never by ring number.

Survey files number rings 1, 2, 3 … and use the same numbers for holes and for further parts;
a ring inside an odd number of others is a hole.  A ring is closed by coordinates, whatever
its closing row is called.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from landquota.findings import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from landquota.formats.boundary_grammar import Parcel, Row

#: Rows nearer than this are the same point (with room for the last binary digit).
SAME_POINT_M: Final = 0.001 + 1e-6
#: Points nearer than this to another ring touch it: survey coordinates are rounded to 1 mm.
TOUCH_M: Final = 0.002
#: A triangle and its closing row.
FEWEST_ROWS: Final = 4
#: What rounds to 0.00 m² is no area.
_LEAST_AREA_M2: Final = 0.005


class Crossing(NamedTuple):
    """Two rings, by index, that neither contain each other nor lie apart."""

    first: int
    second: int


class _Side(Enum):
    INSIDE = "inside"
    OUTSIDE = "outside"
    CROSSING = "crossing"


def polygon(parcel: Parcel, *, file: str) -> tuple[Polygon | MultiPolygon | None, list[Finding]]:
    """Return a parcel's polygon in east, north order, or None with the findings that prevent it."""
    by_number: dict[int, list[Row]] = {}
    for row in parcel.rows:
        by_number.setdefault(row.ring, []).append(row)
    whole = {number: rows for number, rows in by_number.items() if number not in parcel.spoiled}
    findings = [found for rows in whole.values() for found in _faults(rows, parcel, file)]
    findings += _miscount(parcel, file, incomplete=bool(findings))
    if parcel.spoiled or not whole or any(found.code != "TXT-POINT-COUNT" for found in findings):
        return None, findings
    geometry = assemble([_ring(rows) for rows in whole.values()])
    if isinstance(geometry, Crossing):
        first, second = (list(whole)[index] for index in geometry)
        params = {"parcel": parcel.header.label, "first": first, "second": second}
        return None, [*findings, Finding("TXT-RINGS-CROSS", Place(file, whole[second][0].line), params)]
    return geometry, findings


def assemble(rings: Sequence[Polygon]) -> Polygon | MultiPolygon | Crossing:
    """Return the polygon that the rings bound together, or two rings that cross.

    Parameters
    ----------
    rings
        At least one; each as a polygon without holes, planar coordinates in metres.

    Returns
    -------
    Polygon, MultiPolygon or Crossing
        Parts in the order of their shells; a single part is a plain polygon.
    """
    containers: list[set[int]] = [set() for _ in rings]
    for inner, outer in _candidates(rings):
        side = _side(rings[inner], rings[outer])
        if side is _Side.CROSSING:
            return Crossing(*sorted((inner, outer)))
        if side is _Side.INSIDE:
            containers[inner].add(outer)
    parts = [_part(shell, rings, containers) for shell in range(len(rings)) if len(containers[shell]) % 2 == 0]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _faults(rows: Sequence[Row], parcel: Parcel, file: str) -> list[Finding]:
    """Return what keeps the rows of one ring from being a ring; one finding is enough."""
    first, last = rows[0], rows[-1]
    params: dict[str, object] = {"parcel": parcel.header.label, "ring": first.ring}
    if len(rows) < FEWEST_ROWS:
        return [Finding("TXT-RING-SHORT", Place(file, first.line), params | {"rows": len(rows)})]
    if not _same(first, last):
        return [Finding("TXT-RING-OPEN", Place(file, last.line), params | {"first": _said(first), "last": _said(last)})]
    again = _closes_early(rows)
    if again is not None:
        return [Finding("TXT-RING-TWICE", Place(file, again.line), params | {"point": _said(again)})]
    if _ring(rows).area < _LEAST_AREA_M2:
        return [Finding("TXT-RING-AREA", Place(file, first.line), params)]
    return []


def _miscount(parcel: Parcel, file: str, *, incomplete: bool) -> list[Finding]:
    """Return a wrong number of points: an error where rings are incomplete too, so that rows may be missing."""
    header = parcel.header
    if header.count is None or header.count == parcel.row_count or not parcel.row_count:
        return []
    code = "TXT-POINTS-MISSING" if incomplete else "TXT-POINT-COUNT"
    params = {"parcel": header.label, "count": header.count, "rows": parcel.row_count}
    return [Finding(code, Place(file, header.line), params)]


def _same(a: Row, b: Row) -> bool:
    return max(abs(a.north_m - b.north_m), abs(a.east_m - b.east_m)) <= SAME_POINT_M


def _said(row: Row) -> str:
    return f"{row.name} ({row.north_m:.3f}, {row.east_m:.3f})"


def _closes_early(rows: Sequence[Row]) -> Row | None:
    """Return the row in the middle that comes back to the first point, if one does."""
    left = False
    for row in rows[1:-1]:
        back = _same(rows[0], row)
        if back and left:
            return row
        left = left or not back
    return None


def _ring(rows: Sequence[Row]) -> Polygon:
    """Return the ring as a polygon; the closing row is the first point itself."""
    return Polygon([(row.east_m, row.north_m) for row in rows[:-1]])


def _part(shell: int, rings: Sequence[Polygon], containers: Sequence[set[int]]) -> Polygon:
    """Return a shell with the rings directly inside it as holes."""
    depth = len(containers[shell]) + 1
    holes = [rings[i].exterior for i, around in enumerate(containers) if shell in around and len(around) == depth]
    return Polygon(rings[shell].exterior, holes)


def _candidates(rings: Sequence[Polygon]) -> list[tuple[int, int]]:
    """Return pairs (smaller, larger) of rings whose boxes meet, in order."""
    if len(rings) == 1:
        return []
    first, second = shapely.STRtree(rings).query(np.asarray(rings, dtype=object))
    size = [(ring.area, -index) for index, ring in enumerate(rings)]
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return sorted((a, b) for a, b in pairs if size[a] < size[b])


def _side(inner: Polygon, outer: Polygon) -> _Side:
    """Return where the smaller ring lies, judged by its points that do not touch the larger one."""
    shapely.prepare(outer)
    vertices = shapely.get_coordinates(inner)[:-1]
    midpoints = (vertices + np.roll(vertices, -1, axis=0)) / 2
    for points in (vertices, midpoints):
        apart = _apart(points, outer)
        if len(apart):
            inside = shapely.contains_xy(outer, apart)
            return _Side.INSIDE if inside.all() else _Side.CROSSING if inside.any() else _Side.OUTSIDE
    return _Side.CROSSING  # it runs along the other ring all the way round


def _apart(points: NDArray[np.float64], outer: Polygon) -> NDArray[np.float64]:
    boundary = outer.exterior
    shapely.prepare(boundary)
    touching = shapely.dwithin(boundary, shapely.points(points), TOUCH_M)
    return points[~touching]
