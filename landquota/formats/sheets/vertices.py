"""Tables with one row for each vertex, to polygons.

Which column is north is told by the headings or by the size of the numbers, never by the order
of the columns: X is north in survey tables and east in CAD.  Holes are told by nesting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import shapely
from shapely import MultiPolygon, Polygon

from landquota.crs import is_in_china
from landquota.findings import Finding, Place, has_errors
from landquota.formats.boundary.nesting import TOUCH_M, Crossing, assemble
from landquota.formats.sheets.layout import Axis, Layout, Role
from landquota.formats.sheets.sheet import Line, Sheet, filled, words

#: China in degrees, latitude and longitude: no pair is both in either order.
_LATITUDE_DEG: Final = (2.0, 56.0)
_LONGITUDE_DEG: Final = (70.0, 138.0)
_DEGREES: Final = 360.0
#: Rows nearer than this are the same point, in metres and in degrees.
_SAME_M: Final = 0.001 + 1e-6
_SAME_DEG: Final = 1e-8
_FEWEST_POINTS: Final = 3
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
#: Points nearer than this to another ring touch it, in degrees: about 2 mm.
_TOUCH_DEG: Final = 2e-8


class Vertex(NamedTuple):
    """A row with two numbers, in the order of the layout's axes until they are told apart."""

    line: Line
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Parcel:
    """The rows of one parcel; `rings` by what the ring column says, or all under the empty text."""

    name: str
    line: Line
    rings: dict[str, list[Vertex]] = field(default_factory=dict)


def parcels(sheet: Sheet, layout: Layout) -> tuple[list[Parcel], list[Finding]]:
    """Group the rows of a sheet into parcels and rings, in the order in which they stand.

    A parcel or ring that only the first of its rows names (a merged cell) holds the rows below it.
    """
    found: dict[str, Parcel] = {}
    findings: list[Finding] = []
    name, ring, last = "", "", ""
    skipped, lent = [], []
    for line in layout.body:
        # A row may name a parcel and hold nothing else: it heads the rows below.
        name = _written(line, layout.parcel) or name
        vertex, wrong = _vertex(sheet, layout, line)
        findings += wrong
        if vertex is None:
            skipped += [] if wrong else [line]
            continue
        if layout.parcel is not None and not filled(line.cell(layout.parcel)):
            lent.append(line)
        ring = _written(line, layout.ring) or (ring if name == last else "")
        parcel = found.setdefault(name, Parcel(name, line))
        vertices = parcel.rings.setdefault(ring, [])
        if vertices and name != last and layout.ring is None and not _closed(list(_parts(vertices))[-1]):
            params = {"parcel": name, "before": vertices[-1].line.number}
            findings.append(Finding("SHEET-PARCEL-SCATTERED", sheet.place(line, feature=name), params))
        vertices.append(vertex)
        last = name
    for code, lines in (("SHEET-ROWS-SKIPPED", skipped), ("SHEET-PARCEL-FILLED", lent)):
        if lines:
            findings.append(Finding(code, sheet.place(lines[0]), {"count": len(lines)}))
    return list(found.values()), findings


def polygons(
    sheet: Sheet, layout: Layout, found: Sequence[Parcel]
) -> tuple[list[Polygon | MultiPolygon], list[Finding]]:
    """Return the polygon of each parcel in east, north order; fewer where findings prevent them."""
    findings = _loose(sheet, layout, found)
    if findings:
        return [], findings
    north_first, findings = _north_first(sheet, layout, found)
    if has_errors(findings):
        return [], findings
    shapes = []
    for parcel in found:
        shape, wrong = _polygon(sheet, parcel, north_first=north_first)
        findings += wrong
        shapes += [] if shape is None else [shape]
    return shapes, findings


def _loose(sheet: Sheet, layout: Layout, found: Sequence[Parcel]) -> list[Finding]:
    """Return why rows that no column groups are no outline: they do not come back to the first point."""
    if not (layout.parcel is layout.ring is layout.point is None):
        return []
    vertices = found[0].rings[""]
    last = list(_parts(vertices))[-1]
    return [] if _closed(last) else [Finding("SHEET-POINTS", sheet.place(last[0].line), {"count": len(vertices)})]


def _vertex(sheet: Sheet, layout: Layout, line: Line) -> tuple[Vertex | None, list[Finding]]:
    """Return the numbers of a row; a row without any is no vertex, and one with half a pair is wrong."""
    axes = layout.axes or ()
    cells = [line.cell(axis.column) for axis in axes]
    if not any(map(filled, cells)):
        return None, []
    numbers = [_number(cell) for cell in cells]
    wrong = [
        Finding("SHEET-COORDINATE", sheet.place(line, layout.names[axis.column]), {"value": words(cell)})
        for axis, cell, number in zip(axes, cells, numbers, strict=True)
        if number is None
    ]
    first, second = numbers
    return (None if first is None or second is None else Vertex(line, first, second)), wrong


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or not (isinstance(cell, int | float) or _NUMBER.fullmatch(str(cell).strip())):
        return None
    number = float(str(cell))
    return number if math.isfinite(number) else None


def _written(line: Line, column: int | None) -> str:
    return words(line.cell(column)) if column is not None else ""


def _north_first(sheet: Sheet, layout: Layout, found: Sequence[Parcel]) -> tuple[bool, list[Finding]]:
    """Return whether the first axis is north, told by the headings and by the size of the numbers."""
    vertices = [vertex for parcel in found for ring in parcel.rings.values() for vertex in ring]
    first, second = layout.axes or (Axis(0, Role.X), Axis(1, Role.Y))
    headed = _headed(first.role, second.role)
    sized = _sized(vertices)
    place = sheet.place(vertices[0].line)
    said = layout.names[first.column], layout.names[second.column]
    north, east = said if (sized if headed is None else headed) else reversed(said)
    sample = {"x": f"{vertices[0].first:.12g}", "y": f"{vertices[0].second:.12g}"}
    if headed is not None:
        if sized is not None and sized != headed:
            return headed, [Finding("SHEET-AXES-CONTRADICTED", place, {"north": north, "east": east} | sample)]
        return headed, []
    params = {"first": said[0], "second": said[1], "north": north, "east": east} | sample
    if sized is None:
        return False, [Finding("SHEET-AXES-UNKNOWN", place, params)]
    return sized, [Finding("SHEET-AXES-ASSUMED", place, params)]


def _headed(first: Role, second: Role) -> bool | None:
    """Return whether the headings make the first axis north; None where they do not say."""
    if first is Role.NORTH or second is Role.EAST:
        return True
    if first is Role.EAST or second is Role.NORTH:
        return False
    return None


def _sized(vertices: Sequence[Vertex]) -> bool | None:
    """Return whether the numbers make the first axis north; None where they do not say."""
    for north_first in (True, False):
        pairs = ((v.second, v.first) if north_first else (v.first, v.second) for v in vertices)
        if all(is_in_china(east, north) or _degrees_in_china(east, north) for east, north in pairs):
            return north_first
    return None


def _degrees_in_china(east: float, north: float) -> bool:
    return _LONGITUDE_DEG[0] <= east <= _LONGITUDE_DEG[1] and _LATITUDE_DEG[0] <= north <= _LATITUDE_DEG[1]


def _polygon(sheet: Sheet, parcel: Parcel, *, north_first: bool) -> tuple[Polygon | MultiPolygon | None, list[Finding]]:
    findings: list[Finding] = []
    rings, begins = [], []
    for written, vertices in parcel.rings.items():
        for part in _parts(vertices):
            points = part[:-1] if _closed(part) else part
            place = sheet.place(part[0].line, feature=parcel.name or None)
            params: dict[str, object] = {"parcel": parcel.name or sheet.name, "ring": f" {written}" if written else ""}
            different = len({(point.first, point.second) for point in points})
            if different < _FEWEST_POINTS:
                findings.append(Finding("SHEET-RING-SHORT", place, params | {"points": different}))
                continue
            if not _closed(part):
                findings.append(Finding("SHEET-RING-CLOSED", place, params | {"row": part[-1].line.number}))
            rings.append(Polygon([(p.second, p.first) if north_first else (p.first, p.second) for p in points]))
            begins.append(place)
    if not rings or has_errors(findings):
        return None, findings
    shape, wrong = _assembled(rings, begins, parcel.name or sheet.name)
    return shape, findings + wrong


def _parts(vertices: Sequence[Vertex]) -> Iterator[list[Vertex]]:
    """Yield the rings that stand one after the other: each ends with the row that comes back to its first."""
    ring: list[Vertex] = []
    for vertex in vertices:
        ring.append(vertex)
        if _closed(ring):
            yield ring
            ring = []
    if ring:
        yield ring


def _closed(ring: Sequence[Vertex]) -> bool:
    if len(ring) <= _FEWEST_POINTS:
        return False
    first, last = ring[0], ring[-1]
    same = _SAME_DEG if max(abs(first.first), abs(first.second)) <= _DEGREES else _SAME_M
    return max(abs(first.first - last.first), abs(first.second - last.second)) <= same


def _assembled(
    rings: Sequence[Polygon], begins: Sequence[Place], parcel: str
) -> tuple[Polygon | MultiPolygon | None, list[Finding]]:
    """Tell holes from parts by nesting."""
    degrees = max(map(abs, shapely.total_bounds(rings).tolist())) <= _DEGREES
    shape = assemble(rings, touch=_TOUCH_DEG if degrees else TOUCH_M)
    if isinstance(shape, Crossing):
        params = {"parcel": parcel, "first": begins[shape.first].row, "second": begins[shape.second].row}
        return None, [Finding("SHEET-RINGS-CROSS", begins[shape.second], params)]
    return shape, []
