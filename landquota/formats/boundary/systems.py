"""The reference systems that a boundary TXT may be in, and how its description names their datums.

Nothing is transformed from one datum to another: between CGCS2000 and the older ones that takes
local parameters that are not public.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

import pyproj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from landquota import crs as reference
from landquota.crs import Zone, gauss_kruger, on_wgs84, zone_of

_WGS84_EPSG: Final = 4326
_CGCS2000_EPSG: Final = 4490


#: A grid of a city or a site stands on a datum, but its coordinates are not those of a zone on it:
#: 2000城市独立坐标系, 宁波2000坐标系.  Before 2000 only such words stand that name no place.
_NO_LOCAL_GRID: Final = r"^(?!.*(?:独立|地方|城市|城建|工程|抵偿|任意|自定义|假定|相对))"
_NO_PLACE_BEFORE: Final = r"(?:(?<![一-鿿])|(?<=[系为用准是年])|(?<=国家|中国|大地|坐标|系统|全国|投影))"


class NamedDatum(Enum):
    """A datum as 坐标系 names it: how it is written, how it is recognised, and which it is.

    What names a local grid names none of them.
    """

    CGCS2000 = (
        "2000国家大地坐标系",
        rf"{_NO_LOCAL_GRID}.*(?:{_NO_PLACE_BEFORE}(?<!\d)2000(?!\d)|CGCS)",
        reference.Datum.CGCS2000,
    )
    XIAN80 = ("80国家大地坐标系", rf"{_NO_LOCAL_GRID}.*(?<!\d)(?:19)?80(?!\d)", reference.Datum.XIAN80)
    BEIJING54 = ("54北京坐标系", rf"{_NO_LOCAL_GRID}.*(?<!\d)(?:19)?54(?!\d)", reference.Datum.BEIJING54)
    WGS84 = ("WGS84坐标系", rf"{_NO_LOCAL_GRID}.*WGS", None)

    def __init__(self, written: str, pattern: str, datum: reference.Datum | None) -> None:
        self.written = written
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.datum = datum

    @classmethod
    def named(cls, written: str) -> NamedDatum | None:
        """Return the datum that a text names, or None."""
        return next((datum for datum in cls if datum.pattern.search(written)), None)

    @classmethod
    def of(cls, crs: pyproj.CRS) -> NamedDatum | None:
        """Return the datum of a system, or None if a boundary TXT cannot name it."""
        if on_wgs84(crs):
            return cls.WGS84
        found = reference.datum(crs)
        return next((named for named in cls if found is not None and named.datum is found), None)

    @property
    def geographic(self) -> pyproj.CRS:
        """Longitude and latitude on this datum."""
        return pyproj.CRS.from_epsg(_WGS84_EPSG) if self.datum is None else reference.geographic(self.datum)

    def zone(self, zone: Zone) -> pyproj.CRS:
        """Return a zone on this datum; on WGS 84, where zones have no code, made of its parameters."""
        if self.datum is not None:
            return zone.on(self.datum)
        prefix = 1_000_000 * zone.number if zone.prefixed else 0
        said = f"zone {zone.number}" if zone.prefixed else f"CM {zone.central_meridian_deg}E"
        name = f"WGS 84 / {zone.width_deg}-degree Gauss-Kruger {said}"
        return _gauss_kruger(_WGS84_EPSG, zone.central_meridian_deg, 500_000 + prefix, name=name)


def zone_on(crs: pyproj.CRS) -> Zone | None:
    """Return the zone that a system is, on any datum that a boundary TXT can name, or None."""
    kruger = gauss_kruger(crs)
    if kruger is None or not on_wgs84(crs):
        return zone_of(crs)
    return zone_of(_gauss_kruger(_CGCS2000_EPSG, kruger.central_meridian_deg, kruger.false_easting_m, name="unnamed"))


def _gauss_kruger(geodetic_epsg: int, meridian_deg: float, false_easting_m: float, *, name: str) -> pyproj.CRS:
    conversion = TransverseMercatorConversion(longitude_natural_origin=meridian_deg, false_easting=false_easting_m)
    return ProjectedCRS(conversion, name=name, geodetic_crs=pyproj.CRS.from_epsg(geodetic_epsg))
