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
from landquota.i18n import text

if TYPE_CHECKING:
    from collections.abc import Mapping


#: CGCS2000 longitude and latitude.
GEOGRAPHIC_EPSG: Final = 4490

#: The numbers of China's Gauss-Kruger zones, by the zone's width in degrees.
ZONE_RANGE: Final[Mapping[int, range]] = {3: range(25, 46), 6: range(13, 24)}

#: EPSG codes of the first zone of each width, with and without the zone number before the easting.
_FIRST_EPSG: Final = {(3, True): 4513, (3, False): 4534, (6, True): 4491, (6, False): 4502}

#: The CGCS2000 zones of either width, with and without the number before the easting.
PROJECT_EPSG: Final = range(4491, 4555)

_PREFIX_M: Final = 1_000_000
_FALSE_EASTING_M: Final = 500_000
_FIRST_PREFIX: Final = 10

#: Beyond any coordinate in metres, zone prefix included.
EARTH_M: Final = 47_000_000.0
#: Northings in China; and its eastings without a zone prefix, which no longer can be northings.
NORTHING_M: Final = (1_000_000.0, 6_000_000.0)
_EASTING_M: Final = (100_000.0, 900_000.0)


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
    easting = _FIRST_PREFIX * _PREFIX_M <= east_m <= EARTH_M or _EASTING_M[0] <= east_m <= _EASTING_M[1]
    return easting and NORTHING_M[0] <= north_m <= NORTHING_M[1]


def zone_prefix(east_m: float) -> int | None:
    """Return the zone number that an easting in metres carries, or None."""
    return int(east_m // _PREFIX_M) if east_m >= _FIRST_PREFIX * _PREFIX_M else None


def zone_width(number: int) -> int | None:
    """Return the width in degrees of the zones among which China has this number, or None."""
    return next((width for width, numbers in ZONE_RANGE.items() if number in numbers), None)
