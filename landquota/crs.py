"""Coordinate reference systems: the CGCS2000 zones, and what any other system is.

Coordinates are always in east, north (longitude, latitude) order, whatever the authority's
axis order.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import pyproj
from pyproj.exceptions import CRSError

from landquota.errors import InputError
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping


#: CGCS2000 longitude and latitude.
GEOGRAPHIC_EPSG: Final = 4490

#: The numbers of China's Gauss-Kruger zones, by the zone's width in degrees.
ZONE_RANGE: Final[Mapping[int, range]] = {3: range(25, 46), 6: range(13, 24)}

#: The CGCS2000 zones of either width, with and without the number before the easting.
PROJECT_EPSG: Final = range(4491, 4555)

_PREFIX_M: Final = 1_000_000
_FALSE_EASTING_M: Final = 500_000
_FIRST_PREFIX: Final = 10

#: Beyond any coordinate in metres, zone prefix included.
EARTH_M: Final = 47_000_000.0
#: Northings in China; and its eastings without a zone prefix, which no longer can be northings.
NORTHING_M: Final = (1_000_000.0, 6_000_000.0)
EASTING_M: Final = (100_000.0, 900_000.0)


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
#: The datums from which no public transformation leads to CGCS2000.
OLD_DATUMS: Final = frozenset({Datum.XIAN80, Datum.BEIJING54})

#: What people call the datums, and what the names of reference systems call them.
DATUM_LABELS: Final[Mapping[Datum, Text]] = {
    Datum.CGCS2000: text("CGCS2000"),
    Datum.XIAN80: text("Xi'an 80"),
    Datum.BEIJING54: text("Beijing 54"),
}
_IN_NAMES: Final = {
    Datum.CGCS2000: text("CGCS2000"),
    Datum.XIAN80: text("Xian 1980"),
    Datum.BEIJING54: text("Beijing 1954"),
}
_WGS84: Final = "World Geodetic System 1984"
_GEOGRAPHIC_EPSG: Final = {Datum.CGCS2000: GEOGRAPHIC_EPSG, Datum.XIAN80: 4610, Datum.BEIJING54: 4214}
_GEOGRAPHIC_NAMES: Final = {
    GEOGRAPHIC_EPSG: text("China Geodetic Coordinate System 2000"),
    4610: text("Xian 1980"),
    4214: text("Beijing 1954"),
}

#: EPSG codes of the first zone of each width, with and without the zone number before the easting.
_FIRST_EPSG: Final[Mapping[Datum, Mapping[tuple[int, bool], int]]] = {
    Datum.CGCS2000: {(3, True): 4513, (3, False): 4534, (6, True): 4491, (6, False): 4502},
    Datum.XIAN80: {(3, True): 2349, (3, False): 2370, (6, True): 2327, (6, False): 2338},
    Datum.BEIJING54: {(3, True): 2401, (3, False): 2422, (6, True): 21413, (6, False): 21453},
}


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
        return self._code(Datum.CGCS2000)

    @property
    def central_meridian_deg(self) -> int:
        """The central meridian, degrees east of Greenwich."""
        return 3 * self.number if self.width_deg == 3 else 6 * self.number - 3  # noqa: PLR2004

    @property
    def crs(self) -> pyproj.CRS:
        """The reference system itself."""
        return self.on(Datum.CGCS2000)

    def on(self, datum: Datum) -> pyproj.CRS:
        """Return the same zone on another of China's datums."""
        return pyproj.CRS.from_epsg(self._code(datum))

    def _code(self, datum: Datum) -> int:
        return _FIRST_EPSG[datum][self.width_deg, self.prefixed] + self.number - ZONE_RANGE[self.width_deg].start


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


def project_system(written: str) -> pyproj.CRS:
    """Return the CGCS2000 3- or 6-degree zone that a project keeps its layers in.

    Raises
    ------
    InputError
        The text is no reference system, or none of EPSG 4491 to 4554.
    """
    crs = understood(written)
    if crs is None or crs.to_epsg() not in PROJECT_EPSG:
        raise InputError(
            text(
                "'{written}' is not a CGCS2000 Gauss-Kruger zone, in which a project keeps its layers", written=written
            ),
            remedy=text("Set crs in seeds/project.toml, such as EPSG:4549 (central meridian 120, no zone prefix)."),
        )
    return crs


def understood(written: str) -> pyproj.CRS | None:
    """Return the system that a code, a name or a definition stands for, or None where it stands for none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyproj's opinion on old spellings of PROJ strings
            return pyproj.CRS.from_user_input(written)
    except CRSError:
        return None


def short(crs: pyproj.CRS) -> str:
    """Return the system's EPSG code, such as EPSG:4549; its name where it has none."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code is not None else crs.name


def describe(crs: pyproj.CRS) -> Text:
    """Return the system's name with its EPSG code, where it has one.

    In English it is the name in the EPSG registry; Chinese zones have their Chinese names.  One
    without a code keeps the name it was given, explained where its parameters are a zone's.
    """
    code, name = crs.to_epsg(), _name(crs)
    if code is not None:
        return text("{name} (EPSG:{code})", name=name or crs.name, code=code)
    return text("{name}", name=crs.name) if name is None else text("{name} ({meaning})", name=crs.name, meaning=name)


def geographic(on: Datum) -> pyproj.CRS:
    """Return the longitudes and latitudes of a Chinese datum."""
    return pyproj.CRS.from_epsg(_GEOGRAPHIC_EPSG[on])


def on_wgs84(crs: pyproj.CRS) -> bool:
    """Return whether the system is on WGS 84, which agrees with CGCS2000 within a metre."""
    geodetic = horizontal(crs).geodetic_crs
    return geodetic is not None and geodetic.datum is not None and _WGS84 in geodetic.datum.name


def same(crs: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Return whether two systems are one, however their definitions are spelled.

    A local grid is no more than its name.
    """
    if crs.is_engineering or other.is_engineering:
        return bool(crs.is_engineering and other.is_engineering and crs.name == other.name)
    if crs.to_epsg() is not None:
        return bool(crs.to_epsg() == other.to_epsg())
    return bool(crs.equals(other, ignore_axis_order=True))


def sister(crs: pyproj.CRS, prefix: int | None) -> pyproj.CRS | None:
    """Return the zone of the same datum and meridian whose eastings carry `prefix`, or none where that is None.

    None where the system is no zone of China, where `prefix` is another zone's, or where `crs`
    itself is what was asked for.
    """
    on, zone = datum(crs), zone_of(crs)
    if on is None or zone is None or zone.prefixed == (prefix is not None):
        return None
    width_deg = zone.width_deg if prefix is None else zone_width(prefix)
    if width_deg is None:
        return None
    found = Zone(width_deg, zone.number if prefix is None else prefix, prefixed=prefix is not None)
    return found.on(on) if found.central_meridian_deg == zone.central_meridian_deg else None


def zone_of(crs: pyproj.CRS) -> Zone | None:
    """Return the zone that a system on a Chinese datum is, or None.

    Where neither prefix nor EPSG code tells its width it counts as a zone of 3 degrees: the
    coordinates of a zone of 6 degrees with the same meridian are the same.
    """
    kruger, on = gauss_kruger(crs), datum(crs)
    if kruger is None or on is None:
        return None
    if kruger.prefix is not None:
        width_deg = zone_width(kruger.prefix)
        zone = None if width_deg is None else Zone(width_deg, kruger.prefix, prefixed=True)
        return zone if zone is not None and zone.central_meridian_deg == kruger.central_meridian_deg else None
    six = range(_FIRST_EPSG[on][6, False], _FIRST_EPSG[on][6, False] + len(ZONE_RANGE[6]))
    code, meridian = horizontal(crs).to_epsg(), kruger.central_meridian_deg
    if code in six:
        return Zone(6, int(meridian + 3) // 6, prefixed=False)
    whole = kruger.false_easting_m == _FALSE_EASTING_M and meridian % 3 == 0 and meridian / 3 in ZONE_RANGE[3]
    return Zone(3, int(meridian) // 3, prefixed=False) if whole else None


def _name(crs: pyproj.CRS) -> Text | None:
    """Return the translatable name of a zone or of the longitudes and latitudes of a Chinese datum."""
    crs = horizontal(crs)
    on, zone = datum(crs), zone_of(crs)
    if on is None or zone is None:
        return _GEOGRAPHIC_NAMES.get(crs.to_epsg() or 0)
    called, number, meridian = _IN_NAMES[on], zone.number, zone.central_meridian_deg
    match zone.width_deg, zone.prefixed:
        case 3, True:
            return text("{datum} / 3-degree Gauss-Kruger zone {number}", datum=called, number=number)
        case 3, False:
            return text("{datum} / 3-degree Gauss-Kruger CM {meridian}E", datum=called, meridian=meridian)
        case _, True:
            return text("{datum} / Gauss-Kruger zone {number}", datum=called, number=number)
        case _:
            return text("{datum} / Gauss-Kruger CM {meridian}E", datum=called, meridian=meridian)


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
    meridian, easting = values.get("Longitude of natural origin"), values.get("False easting")
    if not metres or meridian is None or easting is None or tuple(fixed) != tuple(_GAUSS_KRUGER_FIXED.values()):
        return None
    return GaussKruger(meridian, easting)


def is_in_china(east_m: float, north_m: float) -> bool:
    """Return whether two numbers are an easting, with or without zone prefix, and a northing in China.

    No pair is that in both orders, so swapped axes can be told.
    """
    easting = _FIRST_PREFIX * _PREFIX_M <= east_m <= EARTH_M or EASTING_M[0] <= east_m <= EASTING_M[1]
    return easting and NORTHING_M[0] <= north_m <= NORTHING_M[1]


def zone_prefix(east_m: float) -> int | None:
    """Return the zone number that an easting in metres carries, or None."""
    return int(east_m // _PREFIX_M) if east_m >= _FIRST_PREFIX * _PREFIX_M else None


def zone_width(number: int) -> int | None:
    """Return the width in degrees of the zones among which China has this number, or None."""
    return next((width for width, numbers in ZONE_RANGE.items() if number in numbers), None)
