"""The reference system of a layer: what its file declares, and what its coordinates say to that.

Nothing here changes a coordinate: a declaration is accepted, missing ones are inferred and said
so, and one that its coordinates contradict is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import pyproj
from pyproj.exceptions import ProjError

from landquota.crs import (
    EARTH_M,
    GEOGRAPHIC_EPSG,
    NORTHING_M,
    OLD_DATUMS,
    GaussKruger,
    Zone,
    datum,
    describe,
    gauss_kruger,
    horizontal,
    is_in_china,
    zone_prefix,
    zone_width,
)
from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from pyproj._crs import AreaOfUse


class _Box(NamedTuple):
    west: float
    south: float
    east: float
    north: float

    @property
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        return (self.west, self.south), (self.east, self.north)

    def within(self, west: float, south: float, east: float, north: float) -> bool:
        return west <= self.west <= self.east <= east and south <= self.south <= self.north <= north


class _Fault(NamedTuple):
    """What contradicts a declared system, and the corner of the layer that shows it."""

    reason: Text
    x: float
    y: float


# China in degrees, islands and all; and the six-digit eastings that tell an undeclared layer.
_CHINA_DEG: Final = (70.0, 2.0, 138.0, 56.0)
_TYPICAL_EASTING_M: Final = (200_000.0, 800_000.0)
# What a declared zone may hold is far wider than the zone: one system may cover all of China.
_REACH_M: Final = 3_000_000.0
_SOUTHMOST_M: Final = -1_000_000.0
_NORTHMOST_M: Final = 9_000_000.0
_HALF_CIRCUMFERENCE_M: Final = 20_037_509.0
#: National grids are used well beyond their formal area (one UTM zone for a whole country).
_AREA_OF_USE_MARGIN_DEG: Final = 20.0


def resolve(
    declared: pyproj.CRS | None,
    bounds: tuple[float, float, float, float] | None,
    *,
    place: Place,
    assumed_meridian_deg: int = 120,
) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Decide the reference system of a layer.

    Parameters
    ----------
    declared
        What the file declares, if anything.
    bounds
        West, south, east, north of the coordinates, in the file's own units; None where it has none.
    place
        The layer, for findings.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume for eastings of six digits without a declaration.

    Returns
    -------
    tuple
        The system, or None where it cannot be known, with CRS-MISMATCH or CRS-UNKNOWN saying why.
        CRS-INFERRED and CRS-ASSUMED say what was taken for an undeclared one; CRS-DATUM marks one
        whose datum is older than CGCS2000 and stays as it is.

    Raises
    ------
    InputError
        `assumed_meridian_deg` is no central meridian.
    """
    if bounds is None:
        return declared, []
    box = _Box(*bounds)
    if declared is None:
        return _inferred(box, place, assumed_meridian_deg)
    fault = _fault(declared, box)
    if fault is not None:
        return None, [_mismatch(declared, fault, box, place, assumed_meridian_deg)]
    old = datum(declared)
    if old in OLD_DATUMS:
        return declared, [Finding("CRS-DATUM", place, {"crs": describe(declared), "datum": old})]
    return declared, []


def _inferred(box: _Box, place: Place, meridian_deg: int) -> tuple[pyproj.CRS | None, list[Finding]]:
    guess = _guess(box, meridian_deg)
    if guess is None:
        return None, [Finding("CRS-UNKNOWN", _at(place, box.west, box.south), {"x": box.west, "y": box.south})]
    code, crs = guess
    return crs, [Finding(code, place, {"crs": describe(crs), "x": box.west, "y": box.south})]


def _guess(box: _Box, meridian_deg: int) -> tuple[str, pyproj.CRS] | None:
    """Return the system that the coordinates' magnitude speaks for, and the code that says how."""
    if box.within(*_CHINA_DEG):
        return "CRS-ASSUMED", pyproj.CRS.from_epsg(GEOGRAPHIC_EPSG)
    if not (NORTHING_M[0] <= box.south and box.north <= NORTHING_M[1]):
        return None
    if _TYPICAL_EASTING_M[0] <= box.west and box.east <= _TYPICAL_EASTING_M[1]:
        return "CRS-ASSUMED", Zone.at_meridian(meridian_deg).crs
    if not (math.isfinite(box.west) and math.isfinite(box.east)):
        return None
    number, other = zone_prefix(box.west), zone_prefix(box.east)
    width_deg = None if number is None else zone_width(number)
    if number is None or width_deg is None or other != number:
        return None
    return "CRS-INFERRED", Zone(width_deg, number, prefixed=True).crs


def _mismatch(declared: pyproj.CRS, fault: _Fault, box: _Box, place: Place, meridian_deg: int) -> Finding:
    guess = _guess(box, meridian_deg) if datum(declared) not in OLD_DATUMS else None
    likely: Text | str = text(" They would fit {crs}.", crs=describe(guess[1])) if guess else ""
    params = {"declared": describe(declared), "reason": fault.reason, "x": fault.x, "y": fault.y, "likely": likely}
    return Finding("CRS-MISMATCH", _at(place, fault.x, fault.y), params)


def _at(place: Place, x: float, y: float) -> Place:
    return replace(place, x=x, y=y) if max(abs(x), abs(y)) <= EARTH_M else place


def _fault(declared: pyproj.CRS, box: _Box) -> _Fault | None:
    """Return what in the coordinates contradicts `declared`, if anything does."""
    crs = horizontal(declared)
    if not all(math.isfinite(value) for value in box):
        x, y = next(corner for corner in box.corners if not all(map(math.isfinite, corner)))
        return _Fault(text("a coordinate is not finite"), x, y)
    if crs.is_geographic:
        return _geographic_fault(crs, box)
    if not crs.is_projected:
        return None
    if box.within(-180, -180, 180, 180):
        return _Fault(text("its coordinates are degrees"), box.west, box.south)
    kruger = gauss_kruger(crs)
    if kruger is not None and datum(crs) is not None:
        return _zone_fault(kruger, box)
    return _projected_fault(crs, box)


def _geographic_fault(crs: pyproj.CRS, box: _Box) -> _Fault | None:
    degrees = math.degrees(crs.axis_info[0].unit_conversion_factor)
    x, y = max(box.corners, key=lambda corner: max(abs(corner[0]), abs(corner[1])))
    if box.within(2, 70, 56, 138):
        return _Fault(text("latitude stands before longitude"), x, y)
    if not box.within(-360 / degrees, -90.0001 / degrees, 360 / degrees, 90.0001 / degrees):
        return _Fault(text("its coordinates are not degrees"), x, y)
    return None


def _zone_fault(kruger: GaussKruger, box: _Box) -> _Fault | None:
    """Check coordinates against a Gauss-Kruger zone of China, above all the prefix of the easting."""
    for x, y in box.corners:
        if abs(x) > EARTH_M or abs(y) > EARTH_M:
            return _Fault(text("its coordinates lie far outside China"), x, y)
        number = zone_prefix(x)
        if is_in_china(y, x):
            return _Fault(text("north stands before east"), x, y)
        if number is not None and number != kruger.prefix:
            return _Fault(text("its eastings carry the prefix of zone {zone}", zone=number), x, y)
        if number is None and kruger.prefix is not None:
            return _Fault(text("its eastings carry no zone prefix"), x, y)
        if abs(x - kruger.false_easting_m) > _REACH_M or not _SOUTHMOST_M <= y <= _NORTHMOST_M:
            return _Fault(text("its coordinates lie far outside China"), x, y)
    return None


def _projected_fault(crs: pyproj.CRS, box: _Box) -> _Fault | None:
    """Check that the middle of the layer lies on the Earth, and not far from the system's area of use."""
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    fault = _Fault(text("its coordinates lie far outside the area it is made for"), box.west, box.south)
    metres = crs.axis_info[0].unit_conversion_factor
    if abs(x - _false_easting(crs)) * metres > _HALF_CIRCUMFERENCE_M or abs(y) * metres > 2 * _HALF_CIRCUMFERENCE_M:
        return fault
    geodetic, area = crs.geodetic_crs, crs.area_of_use
    if geodetic is None or area is None:
        return None
    try:
        lon, lat = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)
    except ProjError:
        return fault
    return None if _near(lon, lat, area) else fault


def _false_easting(crs: pyproj.CRS) -> float:
    parameters = crs.coordinate_operation.params if crs.coordinate_operation else []
    return next((float(p.value) for p in parameters if p.name in {"False easting", "Easting at false origin"}), 0.0)


def _near(lon: float, lat: float, area: AreaOfUse) -> bool:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return False
    margin = _AREA_OF_USE_MARGIN_DEG
    width = (area.east - area.west) % 360 or 360
    eastward = (lon - area.west + margin) % 360
    return area.south - margin <= lat <= area.north + margin and eastward <= width + 2 * margin
