"""How a page names its reference system: in Chinese as official maps write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from landquota.crs import GEOGRAPHIC_EPSG, ZONE_RANGE, Datum, Zone, datum, describe, gauss_kruger, horizontal
from landquota.i18n import Text, text

if TYPE_CHECKING:
    import pyproj

_WIDTHS: Final = {3: text("3-degree zones"), 6: text("6-degree zones")}


def system_name(crs: pyproj.CRS, language: str) -> str:
    """Return the name of `crs` in `language`, with its EPSG code where it has one.

    Systems other than CGCS2000 keep the name that PROJ's database gives them.
    """
    official = _official(horizontal(crs))
    if language != "zh" or official is None:
        return str(describe(crs))
    code = horizontal(crs).to_epsg()
    named = official if code is None else text("{name} (EPSG:{code})", name=official, code=code)
    return named.render(language)


def _official(crs: pyproj.CRS) -> Text | None:
    """Return the official name of a CGCS2000 system: projection, zone width and number, central meridian."""
    if crs.to_epsg() == GEOGRAPHIC_EPSG:
        return text("CGCS2000 longitude and latitude")
    kruger = gauss_kruger(crs)
    if kruger is None or datum(crs) is not Datum.CGCS2000:
        return None
    meridian = f"{kruger.central_meridian_deg:g}"
    zone = _zone(crs.to_epsg())
    if zone is None:
        return text("CGCS2000 Gauss-Kruger projection, central meridian {meridian}°", meridian=meridian)
    width = _WIDTHS[zone.width_deg]
    if not zone.prefixed:
        return text(
            "CGCS2000 Gauss-Kruger projection, {width}, central meridian {meridian}°", width=width, meridian=meridian
        )
    return text(
        "CGCS2000 Gauss-Kruger projection, {width}, zone {number}, central meridian {meridian}°",
        width=width,
        number=zone.number,
        meridian=meridian,
    )


def _zone(code: int | None) -> Zone | None:
    """Return the zone that has an EPSG code: a central meridian alone does not tell how wide its zone is."""
    zones = (
        Zone(width, number, prefixed)
        for width, numbers in ZONE_RANGE.items()
        for number in numbers
        for prefixed in (False, True)
    )
    return next((zone for zone in zones if zone.epsg == code), None)
