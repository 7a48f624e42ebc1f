"""Coordinate reference systems: the CGCS2000 zones, and what a layer's coordinates say of theirs.

Coordinates are always in east, north (longitude, latitude) order, whatever the authority's
axis order.  Nothing here changes a coordinate: a declaration is accepted, missing ones are
inferred and said so, and one that its coordinates contradict is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import pyproj
from pyproj.exceptions import ProjError

from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj._crs import AreaOfUse

#: CGCS2000 longitude and latitude.
GEOGRAPHIC_EPSG: Final = 4490

#: The numbers of China's Gauss-Kruger zones, by the zone's width in degrees.
ZONE_RANGE: Final[Mapping[int, range]] = {3: range(25, 46), 6: range(13, 24)}

#: EPSG codes of the first zone of each width, with and without the zone number before the easting.
_FIRST_EPSG: Final = {(3, True): 4513, (3, False): 4534, (6, True): 4491, (6, False): 4502}

_PREFIX_M: Final = 1_000_000
_FALSE_EASTING_M: Final = 500_000


class Datum(StrEnum):
    """A Chinese geodetic datum; the two old ones differ from CGCS2000 by tens of metres and more."""

    CGCS2000 = "CGCS2000"
    XIAN80 = "Xi'an 80"
    BEIJING54 = "Beijing 54"


_DATUM_NAMES: Final = {
    Datum.CGCS2000: re.compile(r"china.*2000|cgcs", re.IGNORECASE),
    Datum.XIAN80: re.compile(r"xi'?an", re.IGNORECASE),
    Datum.BEIJING54: re.compile(r"beijing", re.IGNORECASE),
}
_OLD_DATUMS: Final = frozenset({Datum.XIAN80, Datum.BEIJING54})


@dataclass(frozen=True, slots=True)
class Zone:
    """A CGCS2000 Gauss-Kruger zone.

    `prefixed` tells whether eastings carry the zone's number before their six digits, as
    boundary TXT do (40622000) and provincial databases do not (622000).
    """

    width_deg: int
    number: int
    prefixed: bool

    def __post_init__(self) -> None:
        """Refuse a zone that China does not have, with InputError."""
        if self.number not in ZONE_RANGE.get(self.width_deg, ()):
            raise InputError(
                text("There is no {width}-degree zone {number} in China", width=self.width_deg, number=self.number),
                remedy=text("3-degree zones are 25 to 45, 6-degree zones 13 to 23."),
            )

    @classmethod
    def at_meridian(cls, meridian_deg: int, *, prefixed: bool = False) -> Self:
        """Return the 3-degree zone whose central meridian is `meridian_deg`.

        Raises
        ------
        InputError
            No 3-degree zone of China has that central meridian.
        """
        if meridian_deg % 3:
            raise InputError(
                text("{meridian}° is not the central meridian of a 3-degree zone", meridian=meridian_deg),
                remedy=text("Give a multiple of 3 from 75 to 135; Cixi is in 120."),
            )
        return cls(3, meridian_deg // 3, prefixed)

    @property
    def epsg(self) -> int:
        """The EPSG code: 4513-4533 and 4534-4554 for 3-degree zones, 4491-4501 and 4502-4512 for 6-degree ones."""
        return _FIRST_EPSG[self.width_deg, self.prefixed] + self.number - ZONE_RANGE[self.width_deg].start

    @property
    def central_meridian_deg(self) -> int:
        """The central meridian, degrees east of Greenwich."""
        return 3 * self.number if self.width_deg == 3 else 6 * self.number - 3  # noqa: PLR2004

    @property
    def crs(self) -> pyproj.CRS:
        """The reference system itself."""
        return pyproj.CRS.from_epsg(self.epsg)


class GaussKruger(NamedTuple):
    """The two parameters in which Gauss-Kruger projections in metres differ from each other."""

    central_meridian_deg: float
    false_easting_m: float

    @property
    def prefix(self) -> int | None:
        """The zone number that eastings carry, or None."""
        number, rest = divmod(self.false_easting_m, _PREFIX_M)
        return int(number) if number and rest == _FALSE_EASTING_M else None


_GAUSS_KRUGER_FIXED: Final = {
    "Latitude of natural origin": 0.0,
    "Scale factor at natural origin": 1.0,
    "False northing": 0.0,
}


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


# China in degrees, islands and all; and the northings and six-digit eastings that tell an undeclared layer.
_CHINA_DEG: Final = (70.0, 2.0, 138.0, 56.0)
_TYPICAL_EASTING_M: Final = (200_000.0, 800_000.0)
_TYPICAL_NORTHING_M: Final = (1_000_000.0, 6_000_000.0)
#: Eastings that no longer can be northings.
_EASTING_M: Final = (100_000.0, 900_000.0)
_FIRST_PREFIX: Final = 10
# What a declared zone may hold is far wider than the zone: one system may cover all of China.
_REACH_M: Final = 3_000_000.0
_SOUTHMOST_M: Final = -1_000_000.0
_NORTHMOST_M: Final = 9_000_000.0
_HALF_CIRCUMFERENCE_M: Final = 20_037_509.0
#: Beyond any coordinate in metres, zone prefix included.
_EARTH_M: Final = 47_000_000.0
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
    if old in _OLD_DATUMS:
        return declared, [Finding("CRS-DATUM", place, {"crs": describe(declared), "datum": old})]
    return declared, []


def describe(crs: pyproj.CRS) -> str:
    """Return the system's name with its EPSG code, where it has one."""
    code = crs.to_epsg()
    return f"{crs.name} (EPSG:{code})" if code is not None else crs.name


def datum(crs: pyproj.CRS) -> Datum | None:
    """Return which Chinese datum the system is on, or None for any other."""
    geodetic = horizontal(crs).geodetic_crs
    if geodetic is None:
        return None
    names = f"{geodetic.name} {geodetic.datum.name if geodetic.datum else ''}"
    return next((found for found, pattern in _DATUM_NAMES.items() if pattern.search(names)), None)


def horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the system without heights and without a transformation bound to it."""
    while True:
        if crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
        elif crs.is_compound:
            crs = crs.sub_crs_list[0]
        else:
            return crs


def gauss_kruger(crs: pyproj.CRS) -> GaussKruger | None:
    """Return the parameters of a Gauss-Kruger projection in metres, or None for any other system.

    Recognised by its parameters, not its name: systems from ``.prj`` files carry no EPSG code.
    """
    crs = horizontal(crs)
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    fixed = (values.get(name) for name in _GAUSS_KRUGER_FIXED)
    metres = all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info)
    if not metres or tuple(fixed) != tuple(_GAUSS_KRUGER_FIXED.values()):
        return None
    return GaussKruger(values["Longitude of natural origin"], values["False easting"])


def is_in_china(east_m: float, north_m: float) -> bool:
    """Return whether two numbers are an easting, with or without zone prefix, and a northing in China.

    No pair is that in both orders, so swapped axes can be told.
    """
    easting = _FIRST_PREFIX * _PREFIX_M <= east_m <= _EARTH_M or _EASTING_M[0] <= east_m <= _EASTING_M[1]
    return easting and _TYPICAL_NORTHING_M[0] <= north_m <= _TYPICAL_NORTHING_M[1]


def zone_prefix(east_m: float) -> int | None:
    """Return the zone number that an easting in metres carries, or None."""
    return int(east_m // _PREFIX_M) if east_m >= _FIRST_PREFIX * _PREFIX_M else None


def zone_width(number: int) -> int | None:
    """Return the width in degrees of the zones among which China has this number, or None."""
    return next((width for width, numbers in ZONE_RANGE.items() if number in numbers), None)


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
    if not (_TYPICAL_NORTHING_M[0] <= box.south and box.north <= _TYPICAL_NORTHING_M[1]):
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
    guess = _guess(box, meridian_deg) if datum(declared) not in _OLD_DATUMS else None
    likely: Text | str = text(" They would fit {crs}.", crs=describe(guess[1])) if guess else ""
    params = {"declared": describe(declared), "reason": fault.reason, "x": fault.x, "y": fault.y, "likely": likely}
    return Finding("CRS-MISMATCH", _at(place, fault.x, fault.y), params)


def _at(place: Place, x: float, y: float) -> Place:
    return replace(place, x=x, y=y) if max(abs(x), abs(y)) <= _EARTH_M else place


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
        if abs(x) > _EARTH_M or abs(y) > _EARTH_M:
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
