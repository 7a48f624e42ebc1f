"""Which reference systems coordinates could be in, by their magnitude alone, and which of these are likely."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyproj

from landquota.crs import (
    NORTHING_M,
    ZONE_RANGE,
    Datum,
    Zone,
    datum,
    gauss_kruger,
    geographic,
    horizontal,
    is_in_china,
    on_wgs84,
    sister,
    zone_prefix,
    zone_width,
)
from landquota.formats.location.evidence import CHINA_DEG, Box, Region, fault, lies_in, lies_in_formal_area

FOOT_M: Final = 0.3048

# The six-digit eastings that tell a layer without a declaration.
_TYPICAL_EASTING_M: Final = (200_000.0, 800_000.0)
_WEB_MERCATOR_EPSG: Final = 3857
_WEB_MERCATOR_IN_CHINA_M: Final = (7_700_000.0, 200_000.0, 15_400_000.0, 7_600_000.0)
_UTM_EPSG: Final = 32600
_UTM_ZONES: Final = range(43, 54)
#: No easting of six digits lies farther from its central meridian, anywhere in China.
_REACH_DEG: Final = 6.0


class Basis(StrEnum):
    """What a reading rests on."""

    DECLARED = "declared"
    SISTER = "sister"
    PREFIX = "prefix"
    MAGNITUDE = "magnitude"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take the coordinates: in a system, in their order or with the axes swapped."""

    crs: pyproj.CRS
    basis: Basis
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a layer besides its file.

    Attributes
    ----------
    region
        West, south, east, north in degrees of where the data is expected.
    meridian_deg
        Central meridian of the 3-degree zone to assume where nothing else tells it.
    """

    region: Region | None
    meridian_deg: int


def undeclared(box: Box, hints: Hints, *, on: Datum = Datum.CGCS2000) -> tuple[Reading, ...]:
    """Return the likely readings of coordinates without a declaration.

    Those that lie in the region win.  Where none does, a zone prefix still tells the zone; the
    magnitude alone tells it only where no region is known.  Swapped axes are thought of where
    the order in the file makes no sense.
    """
    for swapped in (False, True):
        order = box.swapped if swapped else box
        readings = tuple(Reading(crs, basis, swapped) for crs, basis in _systems(order, hints, on))
        near = [r for r in readings if hints.region and lies_in(r.crs, order, hints.region)]
        likely = tuple(near or (r for r in readings if not hints.region or r.basis is Basis.PREFIX))
        if likely:
            return likely
    return ()


def relabelled(declared: pyproj.CRS, box: Box, hints: Hints) -> tuple[Reading, ...]:
    """Return the likely readings of metres labelled as degrees, or of degrees labelled as metres.

    Only within China's datums and WGS 84, and only where a prefix or the region is evidence.
    """
    on = Datum.CGCS2000 if on_wgs84(declared) else datum(declared)
    if on is None:
        return ()
    wanted = not horizontal(declared).is_geographic
    return tuple(
        reading
        for reading in undeclared(box, hints, on=on)
        if horizontal(reading.crs).is_geographic == wanted and (hints.region or reading.basis is Basis.PREFIX)
    )


def declared_otherwise(declared: pyproj.CRS, box: Box, hints: Hints) -> tuple[Reading, ...]:
    """Return the likely readings that keep the declared zone or order of magnitude: swapped, or of the sister zone."""
    readings = [Reading(declared, Basis.DECLARED, swapped=True)] if _swap_fits(declared, box, hints) else []
    for order in (box, box.swapped):
        easting = order.west
        other = sister(declared, zone_prefix(easting)) if math.isfinite(easting) else None
        if other is not None and fault(other, order) is None and _corners_in_china(order):
            readings.append(Reading(other, Basis.SISTER, swapped=order is not box))
    return tuple(readings)


def in_feet(declared: pyproj.CRS | None, box: Box, hints: Hints) -> pyproj.CRS | None:
    """Return the system that the coordinates would fit if they were feet and are turned into metres."""
    metres = box.scaled(FOOT_M)
    if not (_corners_in_china(metres) or _corners_in_china(metres.swapped)):
        return None
    if declared is not None and not horizontal(declared).is_geographic:
        fits = fault(declared, metres) is None and (not hints.region or lies_in(declared, metres, hints.region))
        return declared if fits else None
    for reading in undeclared(metres, hints):
        order = metres.swapped if reading.swapped else metres
        if datum(reading.crs) is not None and lies_in_formal_area(reading.crs, order):
            return reading.crs
    return None


def _swap_fits(declared: pyproj.CRS, box: Box, hints: Hints) -> bool:
    """Return whether the coordinates make sense in the declared system once the axes are swapped."""
    if fault(declared, box.swapped) is not None:
        return False
    if hints.region and lies_in(declared, box.swapped, hints.region):
        return True
    if horizontal(declared).is_geographic:
        return box.swapped.within(*CHINA_DEG) and hints.region is None
    return gauss_kruger(declared) is not None and datum(declared) is not None and _corners_in_china(box.swapped)


def _corners_in_china(box: Box) -> bool:
    return all(is_in_china(*corner) for corner in box.corners)


def _systems(box: Box, hints: Hints, on: Datum) -> Iterator[tuple[pyproj.CRS, Basis]]:
    """Yield the systems that the coordinates' magnitude allows, in the order of the box."""
    if not all(map(math.isfinite, box)):
        return
    if box.within(*CHINA_DEG):
        yield geographic(on), Basis.MAGNITUDE
        return
    zone = _prefixed(box)
    if zone is not None and lies_in_formal_area(zone.on(on), box):
        yield zone.on(on), Basis.PREFIX
    if NORTHING_M[0] <= box.south and box.north <= NORTHING_M[1] and _is_easting(box):
        yield from ((crs, Basis.MAGNITUDE) for crs in _plain(hints, on))
    if (zone is not None or hints.region) and on is Datum.CGCS2000 and box.within(*_WEB_MERCATOR_IN_CHINA_M):
        yield pyproj.CRS.from_epsg(_WEB_MERCATOR_EPSG), Basis.MAGNITUDE


def _prefixed(box: Box) -> Zone | None:
    """Return the zone whose prefix all eastings carry, or None."""
    number, other = zone_prefix(box.west), zone_prefix(box.east)
    width_deg = None if number is None else zone_width(number)
    if number is None or width_deg is None or other != number or not _corners_in_china(box):
        return None
    return Zone(width_deg, number, prefixed=True)


def _is_easting(box: Box) -> bool:
    return _TYPICAL_EASTING_M[0] <= box.west and box.east <= _TYPICAL_EASTING_M[1]


def _plain(hints: Hints, on: Datum) -> Iterator[pyproj.CRS]:
    """Yield the systems with eastings of six digits: the assumed one, or all where a region will choose."""
    if not hints.region:
        yield Zone.at_meridian(hints.meridian_deg).on(on)
        return
    middle_deg = (hints.region[0] + hints.region[2]) / 2
    zones = (Zone(3, number, prefixed=False) for number in ZONE_RANGE[3])
    yield from (zone.on(on) for zone in zones if abs(zone.central_meridian_deg - middle_deg) <= _REACH_DEG)
    if on is Datum.CGCS2000:
        reached = (number for number in _UTM_ZONES if abs(6 * number - 183 - middle_deg) <= _REACH_DEG)
        yield from (pyproj.CRS.from_epsg(_UTM_EPSG + number) for number in reached)
