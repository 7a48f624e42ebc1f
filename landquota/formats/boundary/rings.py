"""Rows of a boundary TXT to polygons.

Survey files number rings 1, 2, 3 … and use the same numbers for holes and for further parts, so
ring numbers only tell rings apart.  A ring is closed by coordinates, whatever its closing row
is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shapely import MultiPolygon, Polygon

from landquota.findings import Place
from landquota.formats.boundary.axes import Measure
from landquota.formats.boundary.nesting import TOUCH_M, Crossing, are_crowded, assemble
from landquota.formats.boundary.spikes import Spike, spikes
from landquota.formats.boundary.survey import DEGREE_M, FEWEST_ROWS, same_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landquota.formats.boundary.log import Log
    from landquota.formats.boundary.survey import Parcel, Row

#: What rounds to 0.00 m² is no area.
_LEAST_AREA_M2: Final = 0.005


def polygon(parcel: Parcel, measure: Measure, log: Log) -> Polygon | MultiPolygon | None:
    """Return a parcel's polygon in east, north order, or None where findings prevent it."""
    by_number: dict[int, list[Row]] = {}
    for row in parcel.rows:
        by_number.setdefault(row.ring, []).append(row)
    whole = {number: rows for number, rows in by_number.items() if number not in parcel.spoiled}
    errors = log.errors
    for rows in whole.values():
        _check(rows, parcel, measure, log)
        for spike in spikes(rows, measure):
            _say_spike(spike, parcel, measure, log)
    _check_count(parcel, log, incomplete=log.errors > errors)
    if parcel.spoiled or not whole or log.errors > errors:
        return None
    rings = [_ring(rows) for rows in whole.values()]
    if are_crowded(rings):
        log.add("TXT-RINGS-MANY", parcel.header.line, parcel=parcel.header.label, rings=len(rings))
        return None
    geometry = assemble(rings, touch=TOUCH_M / _unit_m(measure))
    if isinstance(geometry, Crossing):
        first, second = (list(whole)[index] for index in geometry)
        log.add("TXT-RINGS-CROSS", whole[second][0].line, parcel=parcel.header.label, first=first, second=second)
        return None
    return geometry


def _unit_m(measure: Measure) -> float:
    return DEGREE_M if measure is Measure.DEGREES else 1.0


def _check(rows: Sequence[Row], parcel: Parcel, measure: Measure, log: Log) -> None:
    """Find what keeps the rows of one ring from being a ring; one finding is enough."""
    first, last = rows[0], rows[-1]
    params: dict[str, object] = {"parcel": parcel.header.label, "ring": first.ring}
    if len(rows) < FEWEST_ROWS:
        log.add("TXT-RING-SHORT", first.line, **params, rows=len(rows))
    elif not same_point(first, last):
        log.add("TXT-RING-OPEN", last.line, **params, first=_said(first, measure), last=_said(last, measure))
    elif (again := _closes_early(rows)) is not None:
        log.add("TXT-RING-TWICE", again.line, **params, point=_said(again, measure))
    elif _ring(rows).area < _LEAST_AREA_M2 / _unit_m(measure) ** 2:
        log.add("TXT-RING-AREA", first.line, **params)


def _check_count(parcel: Parcel, log: Log, *, incomplete: bool) -> None:
    """Find a wrong number of points: an error where rings are incomplete too, so that rows may be missing."""
    header = parcel.header
    if header.count is None or header.count == parcel.row_count or not parcel.row_count:
        return
    code = "TXT-POINTS-MISSING" if incomplete else "TXT-POINT-COUNT"
    log.add(code, header.line, parcel=header.label, count=header.count, rows=parcel.row_count)


def _say_spike(spike: Spike, parcel: Parcel, measure: Measure, log: Log) -> None:
    row = spike.row
    params = {"parcel": parcel.header.label, "ring": row.ring, "point": _said(row, measure)}
    lengths = {"length": f"{spike.length_m:.0f}", "usual": f"{spike.usual_m:.2f}"}
    log.add("TXT-EDGE-LONG", Place(log.file, row.line, x=row.east, y=row.north), **params, **lengths)


def _said(row: Row, measure: Measure) -> str:
    return f"{row.name} ({measure.shown(row.north)}, {measure.shown(row.east)})"


def _closes_early(rows: Sequence[Row]) -> Row | None:
    """Return the row that comes back to the first point before the ring goes on, if one does."""
    left, again = False, None
    for row in rows[1:-1]:
        if not same_point(rows[0], row):
            if again is not None:
                return again
            left = True
        elif left and again is None:
            again = row
    return None


def _ring(rows: Sequence[Row]) -> Polygon:
    """Return the ring as a polygon; the closing row is the first point itself."""
    return Polygon([(row.east, row.north) for row in rows[:-1]])
