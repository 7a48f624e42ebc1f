"""What the coordinates of a layer say about its reference system: contradiction, region, magnitude."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np
import pyproj
from pyproj.exceptions import ProjError

from landquota.crs import (
    EARTH_M,
    EASTING_M,
    NORTHING_M,
    GaussKruger,
    datum,
    gauss_kruger,
    horizontal,
    is_in_china,
    zone_prefix,
)
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from pyproj._crs import AreaOfUse

#: West, south, east, north in degrees: where the data of a project lies.
Region = tuple[float, float, float, float]

#: China in degrees, islands and all.
CHINA_DEG: Final[Region] = (70.0, 2.0, 138.0, 56.0)
# What a declared zone may hold is far wider than the zone: one system may cover all of China.
_REACH_M: Final = 3_000_000.0
_SOUTHMOST_M: Final = -1_000_000.0
_NORTHMOST_M: Final = 9_000_000.0
_HALF_CIRCUMFERENCE_M: Final = 20_037_509.0
#: National grids are used well beyond their formal area (one UTM zone for a whole country).
_AREA_OF_USE_MARGIN_DEG: Final = 20.0
#: What is inferred stays nearer: eastern Cixi (121.8° E) is in zone 40, whose formal area ends at 121.5.
_FORMAL_MARGIN_DEG: Final = 1.0
#: Neighbours of the region that its data may reach into, and the part of it that must be in common.
_REGION_MARGIN_DEG: Final = 0.5
_IN_COMMON: Final = 0.5
#: Steps in which the outline of a box is followed to another system.
_STEPS: Final = 5


class Box(NamedTuple):
    """The bounds of a layer in the file's own units."""

    west: float
    south: float
    east: float
    north: float

    @property
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The first and the last corner."""
        return (self.west, self.south), (self.east, self.north)

    @property
    def swapped(self) -> Self:
        """The box with its two axes exchanged."""
        return type(self)(self.south, self.west, self.north, self.east)

    @property
    def axes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The range of either axis."""
        return (self.west, self.east), (self.south, self.north)

    def scaled(self, factor: float) -> Self:
        """Return the box in another unit."""
        return type(self)(*(value * factor for value in self))

    def within(self, west: float, south: float, east: float, north: float) -> bool:
        """Return whether the box lies in another one."""
        return west <= self.west <= self.east <= east and south <= self.south <= self.north <= north


class Fault(NamedTuple):
    """What contradicts a reference system, and the corner of the layer that shows it."""

    reason: Text
    x: float
    y: float


def fault(declared: pyproj.CRS, box: Box) -> Fault | None:
    """Return what in the coordinates contradicts `declared`, if anything does."""
    crs = horizontal(declared)
    if not all(math.isfinite(value) for value in box):
        x, y = next(corner for corner in box.corners if not all(map(math.isfinite, corner)))
        return Fault(text("a coordinate is not finite"), x, y)
    if crs.is_geographic:
        return _geographic_fault(crs, box)
    if not crs.is_projected:
        return None
    if box.within(-180, -180, 180, 180):
        return Fault(text("its coordinates are degrees"), box.west, box.south)
    kruger = gauss_kruger(crs)
    if kruger is not None and datum(crs) is not None:
        return _mixed_fault(box) or _zone_fault(kruger, box)
    return _projected_fault(crs, box)


def lies_in(crs: pyproj.CRS, box: Box, region: Region) -> bool:
    """Return whether a box in `crs` shares most of the smaller extent with a region, or with its near surroundings."""
    degrees = _in_degrees(crs, box)
    if degrees is None:
        return False
    west, south, east, north = region
    margin = _REGION_MARGIN_DEG
    return _in_common(degrees.west, degrees.east, west - margin, east + margin) and _in_common(
        degrees.south, degrees.north, south - margin, north + margin
    )


def lies_on_the_globe(crs: pyproj.CRS, box: Box) -> bool:
    """Return whether it can be known where a box in `crs` lies; a local grid's is nowhere."""
    return _in_degrees(crs, box) is not None


def lies_in_formal_area(crs: pyproj.CRS, box: Box) -> bool:
    """Return whether the middle of a box in `crs` lies in the area that the system is made for, or just beside it."""
    degrees, area = _in_degrees(crs, box), crs.area_of_use
    if degrees is None or area is None:
        return False
    lon, lat = (degrees.west + degrees.east) / 2, (degrees.south + degrees.north) / 2
    return _near(lon, lat, area, margin_deg=_FORMAL_MARGIN_DEG)


def _in_common(low: float, high: float, other_low: float, other_high: float) -> bool:
    common = min(high, other_high) - max(low, other_low)
    return common >= _IN_COMMON * min(high - low, other_high - other_low)


def _in_degrees(crs: pyproj.CRS, box: Box) -> Box | None:
    """Return the bounds of a box in longitude and latitude, or None where the system has none there."""
    crs = horizontal(crs)
    if crs.is_geographic:
        return box.scaled(math.degrees(crs.axis_info[0].unit_conversion_factor))
    if not crs.is_projected or crs.geodetic_crs is None or not all(map(math.isfinite, box)):
        return None
    x, y = np.meshgrid(np.linspace(box.west, box.east, _STEPS), np.linspace(box.south, box.north, _STEPS))
    try:
        lon, lat = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
    except ProjError:
        return None
    degrees = Box(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    return degrees if all(map(math.isfinite, degrees)) else None


def _geographic_fault(crs: pyproj.CRS, box: Box) -> Fault | None:
    degrees = math.degrees(crs.axis_info[0].unit_conversion_factor)
    x, y = max(box.corners, key=lambda corner: max(abs(corner[0]), abs(corner[1])))
    if not degrees > 0:  # also what is not a number
        return Fault(text("its unit of angles is none"), x, y)
    if box.within(-360 / degrees, -90.0001 / degrees, 360 / degrees, 90.0001 / degrees):
        return None
    if box.scaled(degrees).swapped.within(*CHINA_DEG):
        return Fault(text("latitude stands before longitude"), x, y)
    if min(abs(x), abs(y)) > 360 / degrees:
        return Fault(text("its coordinates are not degrees, but metres or feet"), x, y)
    return Fault(text("its coordinates are not degrees"), x, y)


def _mixed_fault(box: Box) -> Fault | None:
    """Tell axes of which either holds eastings and northings: no layer of China is that wide."""
    if all(EASTING_M[0] <= low <= EASTING_M[1] and NORTHING_M[0] <= high <= NORTHING_M[1] for low, high in box.axes):
        return Fault(text("in some of its features north stands before east"), *box.corners[0])
    return None


def _zone_fault(kruger: GaussKruger, box: Box) -> Fault | None:
    """Check coordinates against a Gauss-Kruger zone of China, above all the prefix of the easting."""
    for x, y in box.corners:
        if abs(x) > EARTH_M or abs(y) > EARTH_M:
            return Fault(text("its coordinates lie far outside China"), x, y)
        number = zone_prefix(x)
        if is_in_china(y, x):
            return Fault(text("north stands before east"), x, y)
        if number is not None and number != kruger.prefix:
            return Fault(text("its eastings carry the prefix of zone {zone}", zone=number), x, y)
        if number is None and kruger.prefix is not None:
            return Fault(text("its eastings carry no zone prefix"), x, y)
        if abs(x - kruger.false_easting_m) > _REACH_M or not _SOUTHMOST_M <= y <= _NORTHMOST_M:
            return Fault(text("its coordinates lie far outside China"), x, y)
    return None


def _projected_fault(crs: pyproj.CRS, box: Box) -> Fault | None:
    """Check that the middle of the layer lies on the Earth, and not far from the system's area of use."""
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    found = Fault(text("its coordinates lie far outside the area it is made for"), box.west, box.south)
    metres = crs.axis_info[0].unit_conversion_factor
    if abs(x - _false_easting(crs)) * metres > _HALF_CIRCUMFERENCE_M or abs(y) * metres > 2 * _HALF_CIRCUMFERENCE_M:
        return found
    geodetic, area = crs.geodetic_crs, crs.area_of_use
    if geodetic is None or area is None:
        return None
    try:
        lon, lat = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)
    except ProjError:
        return found
    return None if _near(lon, lat, area, margin_deg=_AREA_OF_USE_MARGIN_DEG) else found


def _false_easting(crs: pyproj.CRS) -> float:
    parameters = crs.coordinate_operation.params if crs.coordinate_operation else []
    return next((float(p.value) for p in parameters if p.name in {"False easting", "Easting at false origin"}), 0.0)


def _near(lon: float, lat: float, area: AreaOfUse, *, margin_deg: float) -> bool:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return False
    width = (area.east - area.west) % 360 or 360
    eastward = (lon - area.west + margin_deg) % 360
    return area.south - margin_deg <= lat <= area.north + margin_deg and eastward <= width + 2 * margin_deg
